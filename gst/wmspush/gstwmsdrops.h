/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_DROPS_H__
#define __GST_WMS_DROPS_H__

#include <gst/base/gstbasesink.h>

#include "wmspush/gstwmsstats.h"

G_BEGIN_DECLS

/**
 * GstWmsDrops:
 * @sink: (transfer none): whose packets they are
 * @received: all that came
 * @dropped: by a flush, a loss or backpressure, before a session took them
 * @refused: those that no session could take
 * @discontinuities: how often packets were left out
 * @flow: when packets came and went
 * @former: what sessions that are closed have done
 * @is_run_told: whether the present run of drops was told
 * @told_us: when the last one was
 *
 * Accounts for data packets: each one that was received is sent, dropped,
 * refused or queued.  The counters are under the sink's object lock; a packet
 * is counted as received before a session can take it, and as dropped after it
 * cannot any more.
 */
typedef struct
{
  GstBaseSink *sink;
  guint64 received;
  guint64 dropped;
  guint64 refused;
  guint64 discontinuities;
  GstWmsFlow flow;
  WmsClientStats former;
  gboolean is_run_told;
  gint64 told_us;
} GstWmsDrops;

/**
 * gst_wms_drops_init:
 * @self: (out caller-allocates): no packets yet
 * @sink: (transfer none): whose packets they are
 */
void gst_wms_drops_init (GstWmsDrops * self, GstBaseSink * sink);

/**
 * gst_wms_drops_count:
 * @self: a #GstWmsDrops
 * @counter: one of its counters
 * @n: how many more
 */
void gst_wms_drops_count (GstWmsDrops * self, guint64 * counter, guint n);

/**
 * gst_wms_drops_close:
 * @self: a #GstWmsDrops
 * @client: (inout): the session that takes no more, set to %NULL
 * @last: its last figures
 *
 * Both change at once for those who read statistics.
 */
void gst_wms_drops_close (GstWmsDrops * self, WmsClient ** client,
    const WmsClientStats * last);

/**
 * gst_wms_drops_tell:
 * @self: a #GstWmsDrops
 * @buffer: a packet that was dropped
 *
 * Posts a warning and a QoS message, one for each run of drops and not more
 * than one in a second, since a bus that nobody reads must not grow
 * (protocol.md, Messages).
 */
void gst_wms_drops_tell (GstWmsDrops * self, GstBuffer * buffer);

/**
 * gst_wms_drops_get_stats:
 * @self: a #GstWmsDrops
 * @client: (nullable): the session that is open
 * @stats: gets all figures but those of bytes that were swallowed
 *
 * Called with the sink's object lock held, by any thread.
 */
void gst_wms_drops_get_stats (const GstWmsDrops * self, WmsClient * client,
    GstWmsStats * stats);

G_END_DECLS
#endif /* __GST_WMS_DROPS_H__ */
