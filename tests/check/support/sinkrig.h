/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __SINK_RIG_H__
#define __SINK_RIG_H__

#include <gst/gst.h>

#include "scriptserver.h"

G_BEGIN_DECLS

#define RIG_PACKET_SIZE 1400

/* appsrc ! wmspushsink, and a log of what the sink posts. */
typedef struct
{
  ScriptServer *server;         /* of sink_rig_new_for() */
  GstElement *pipeline;
  GstElement *source;
  GstElement *sink;
  GstBus *bus;
  /* one word for each message: "LOCATING", "FINALIZE:S_OK", "EOS",
   * "WARNING", "QOS", "ERROR:NS_E_TIMEOUT", "MARKER:7" */
  GString *log;
  GPtrArray *told;              /* the structures of its element messages */
  /* of GST_MESSAGE_PROGRESS: "start continue complete" */
  GString *progress;
  guint n_errors;
  GError *error;
  guint http_status;
  gchar *debug;                 /* of the error, and its details */
  GstStructure *details;
  GstStructure *started;
  GstStructure *failed;         /* WMT_ERROR */
  GstStructure *finalized;
} SinkRig;

SinkRig *sink_rig_new (const gchar * url);
/* The same, with a server that follows a script; both go together. */
SinkRig *sink_rig_new_for (ScriptFunc script);
/* Stops the pipeline, and fails when that takes a second. */
void sink_rig_stop (SinkRig * self);
/* Stops it as well. */
void sink_rig_free (SinkRig * self);

void sink_rig_set_state (SinkRig * self, GstState state);
/* The header that every rig sends, and the n-th packet: a key frame each
 * tenth, 40 ms apart. */
GBytes *sink_rig_get_header (void);
GBytes *sink_rig_get_packet (guint n);
void sink_rig_push_header (SinkRig * self);
void sink_rig_push_packets (SinkRig * self, guint first, guint n);
void sink_rig_push (SinkRig * self, GBytes * bytes);
void sink_rig_push_eos (SinkRig * self);
/* A marker with that context, behind what was pushed before. */
void sink_rig_push_marker (SinkRig * self, guint context);

/* Puts asfmux between source and sink; frames, 40 ms each, are its input. */
void sink_rig_add_muxer (SinkRig * self);
void sink_rig_push_frames (SinkRig * self, guint from, guint n);

/* A wms-status message has every field of protocol.md, Messages, and the
 * fields fit together. */
void sink_rig_check_status (const GstStructure * structure,
    const gchar * location);

/* Header, three packets and EOS, PLAYING, until the log holds @word. */
void sink_rig_play (SinkRig * self, const gchar * word);
/* Header and that many packets, PLAYING, and the server has them all. */
void sink_rig_play_packets (SinkRig * self, guint n);

/* Reads messages until the log holds @word, for 20 s at most. */
gboolean sink_rig_wait (SinkRig * self, const gchar * word);
guint64 sink_rig_get_stat (SinkRig * self, const gchar * name);
/* Each packet is sent or dropped, none refused or queued. */
void sink_rig_check_account (SinkRig * self, guint64 received, guint64 sent);
/* The server's n-th frame is the data packet of that number. */
void sink_rig_check_packet (SinkRig * self, guint n, guint n_packet);
/* Waits until the queues are full: a while passes without a byte taken. */
void sink_rig_wait_until_blocked (SinkRig * self);
/* So many packets, the first ones of a stream again and again, in lists: one
 * longer than what is written with one call is looked at in part when it
 * waits. */
void sink_rig_push_lists (SinkRig * self, guint n_packets, guint list_size);
/* From here on all descriptors that the process may have are in use. */
void sink_rig_use_up_descriptors (void);

G_END_DECLS
#endif /* __SINK_RIG_H__ */
