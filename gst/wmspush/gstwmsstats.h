/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_STATS_H__
#define __GST_WMS_STATS_H__

#include <gst/gst.h>

#include "wmspush/wmsclient.h"

G_BEGIN_DECLS

/**
 * GstWmsFlow:
 * @bytes_offered: of all packets that a session was to take, and that were not
 *     dropped before it did
 * @ticks_received: GAP events
 * @last_received: running time of the last packet that came
 * @last_sent: running time of the last packet that a session took
 * @last_tick: running time of the last GAP event
 * @first_us: monotonic time of the first packet, 0 before it
 * @received_us: monotonic time of the last packet that came
 * @sent_us: monotonic time of the last packet that a session took
 *
 * When packets came and went.
 */
typedef struct
{
  guint64 bytes_offered;
  guint64 ticks_received;
  GstClockTime last_received;
  GstClockTime last_sent;
  GstClockTime last_tick;
  gint64 first_us;
  gint64 received_us;
  gint64 sent_us;
} GstWmsFlow;

/**
 * gst_wms_flow_init:
 * @self: (out caller-allocates): of a stream that has not begun
 */
void gst_wms_flow_init (GstWmsFlow * self);

/**
 * gst_wms_flow_receive:
 * @self: a #GstWmsFlow
 * @time: running time of the last packet that came
 */
void gst_wms_flow_receive (GstWmsFlow * self, GstClockTime time);

/**
 * gst_wms_flow_send:
 * @self: a #GstWmsFlow
 * @time: running time of the last packet that was taken
 */
void gst_wms_flow_send (GstWmsFlow * self, GstClockTime time);

/**
 * GstWmsStats:
 * @client: the present session, or the last one; its counts are of all
 *     sessions
 * @flow: when packets came and went
 * @packets_received: all that came
 * @packets_sent: of them, written as a whole
 * @packets_dropped: of them, left out
 * @packets_refused: of them, those that no session could take
 * @packets_queued: of them, those that wait
 * @discontinuities: how often packets were left out
 * @bytes_swallowed: of indexes and rewritten headers
 *
 * All figures of an element, from its last start on; they stay until it starts
 * again.
 */
typedef struct
{
  WmsClientStats client;
  GstWmsFlow flow;
  guint64 packets_received;
  guint64 packets_sent;
  guint64 packets_dropped;
  guint64 packets_refused;
  guint64 packets_queued;
  guint64 discontinuities;
  guint64 bytes_swallowed;
} GstWmsStats;

/**
 * gst_wms_stats_init:
 * @self: (out caller-allocates): figures of an element that has not started
 */
void gst_wms_stats_init (GstWmsStats * self);

/**
 * gst_wms_stats_add_session:
 * @sum: figures of a session, those of earlier ones are added
 * @former: what the earlier ones have come to
 */
void gst_wms_stats_add_session (WmsClientStats * sum,
    const WmsClientStats * former);

/**
 * gst_wms_stats_close_session:
 * @client: last figures of a session that is closed: what only a connection
 *     has goes away
 */
void gst_wms_stats_close_session (WmsClientStats * client);

/**
 * gst_wms_stats_write:
 * @self: figures
 * @structure: gets a field for each, as #GstWmsPushSink:stats describes
 */
void gst_wms_stats_write (const GstWmsStats * self, GstStructure * structure);

G_END_DECLS
#endif /* __GST_WMS_STATS_H__ */
