/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_STATS_H__
#define __GST_WMS_STATS_H__

#include <gst/gst.h>

#include "wmspush/wmsclient.h"

G_BEGIN_DECLS

/**
 * GstWmsFeedStats:
 * @packets_sent: $D, written
 * @packets_dropped: by a flush, before they were written
 * @packets_received: found in what upstream sent
 * @bytes_swallowed: of indexes and rewritten headers
 * @bytes_sent: ASF bytes of the packets that were written
 * @bytes_queued: of packets that wait to be written
 * @ticks_received: GAP events
 * @last_received: running time of the last packet found
 * @last_sent: running time of the last packet written
 * @last_tick: running time of the last GAP event
 * @first_us: monotonic time of the first packet, 0 before it
 * @received_us: monotonic time of the last packet found
 * @sent_us: monotonic time of the last packet written
 *
 * What is counted on the way from buffers to packets, from start to stop.
 */
typedef struct
{
  guint64 packets_sent;
  guint64 packets_dropped;
  guint64 packets_received;
  guint64 bytes_swallowed;
  guint64 bytes_sent;
  guint64 bytes_queued;
  guint64 ticks_received;
  GstClockTime last_received;
  GstClockTime last_sent;
  GstClockTime last_tick;
  gint64 first_us;
  gint64 received_us;
  gint64 sent_us;
} GstWmsFeedStats;

/**
 * gst_wms_feed_stats_init:
 * @self: (out caller-allocates): figures of a stream that has not begun
 */
void gst_wms_feed_stats_init (GstWmsFeedStats * self);

/**
 * gst_wms_feed_stats_receive:
 * @self: figures
 * @n_packets: that were found
 * @time: running time of the last of them
 */
void gst_wms_feed_stats_receive (GstWmsFeedStats * self, guint n_packets,
    GstClockTime time);

/**
 * gst_wms_feed_stats_send:
 * @self: figures
 * @n_packets: that were written
 * @n_bytes: their size
 * @time: running time of the last of them
 */
void gst_wms_feed_stats_send (GstWmsFeedStats * self, guint n_packets,
    guint64 n_bytes, GstClockTime time);

/**
 * GstWmsStats:
 * @feed: the way of the data
 * @client: the present session, or the last one
 * @former_bytes: of request bodies of the sessions before it
 * @former_failure: (nullable): of the sessions before it
 *
 * All figures of an element from its last start on; they stay until it starts
 * again.
 */
typedef struct
{
  GstWmsFeedStats feed;
  WmsClientStats client;
  guint64 former_bytes;
  const WmsFailure *former_failure;
} GstWmsStats;

/**
 * gst_wms_stats_init:
 * @self: (out caller-allocates): figures of an element that has not started
 */
void gst_wms_stats_init (GstWmsStats * self);

/**
 * gst_wms_stats_begin_session:
 * @self: figures
 *
 * Tells that @client is about to be those of another session.
 */
void gst_wms_stats_begin_session (GstWmsStats * self);

/**
 * gst_wms_stats_end_session:
 * @self: figures
 * @last: those of a session that is closed
 */
void gst_wms_stats_end_session (GstWmsStats * self,
    const WmsClientStats * last);

/**
 * gst_wms_stats_write:
 * @self: figures
 * @structure: gets a field for each, as #GstWmsPushSink:stats describes
 */
void gst_wms_stats_write (const GstWmsStats * self, GstStructure * structure);

G_END_DECLS
#endif /* __GST_WMS_STATS_H__ */
