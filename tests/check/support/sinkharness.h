/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __SINK_HARNESS_H__
#define __SINK_HARNESS_H__

#include <gst/check/gstharness.h>

#include "scriptserver.h"

G_BEGIN_DECLS

/* wmspushsink alone: what is pushed is rendered when the call returns.  Packets
 * are those of sinkrig.h, the n-th with a DTS of 40 ms times n. */
typedef struct
{
  ScriptServer *server;
  GstElement *sink;
  GstHarness *h;
} SinkHarness;

#define HARNESS_STEP (40 * GST_MSECOND)

/* Makes server and sink; it does not wait for times unless the test says so. */
void sink_harness_init (SinkHarness * self, ScriptFunc script);
/* Goes to PLAYING; properties are to be set before. */
void sink_harness_play (SinkHarness * self);
void sink_harness_clear (SinkHarness * self);

GstBuffer *sink_harness_get_packet (guint n);
GstFlowReturn sink_harness_push_header (SinkHarness * self);
GstFlowReturn sink_harness_push_packets (SinkHarness * self, guint first,
    guint n);
/* The same in one list, with one call. */
GstFlowReturn sink_harness_push_list (SinkHarness * self, guint first,
    guint n);
void sink_harness_flush (SinkHarness * self);
/* The same of another harness. */
void harness_flush (GstHarness * h);
/* From READY, or NULL, to PLAYING, with what goes before data. */
void sink_harness_restart (SinkHarness * self);

/* Reads `stats`. */
GstStructure *sink_harness_get_stats (GstElement * sink);
guint64 sink_harness_get_stat (GstElement * sink, const gchar * name);
/* Nick of the state. */
gchar *sink_harness_get_state (GstElement * sink);

G_END_DECLS
#endif /* __SINK_HARNESS_H__ */
