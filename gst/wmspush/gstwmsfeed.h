/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_FEED_H__
#define __GST_WMS_FEED_H__

#include <gst/base/gstbasesink.h>

#include "wmspush/gstwmssender.h"

G_BEGIN_DECLS

/**
 * GstWmsFeed:
 *
 * The first part of the way of the data through the sink: finds header and
 * packets in the buffers, and hands them to the sender.
 */
typedef struct _GstWmsFeed GstWmsFeed;

/**
 * gst_wms_feed_new:
 * @sink: (transfer none): whose data it is; outlives the feed
 * @turn: (transfer none): keeps it from actions; the same
 * @sender: (transfer none): where packets go; the same
 */
GstWmsFeed *gst_wms_feed_new (GstBaseSink * sink, GstWmsTurn * turn,
    GstWmsSender * sender);

/**
 * gst_wms_feed_free:
 * @self: (transfer full): a #GstWmsFeed; what it holds is dropped
 */
void gst_wms_feed_free (GstWmsFeed * self);

/**
 * gst_wms_feed_take_caps:
 *
 * Takes the header from `streamheader`, where caps have it.
 */
void gst_wms_feed_take_caps (GstWmsFeed * self, GstCaps * caps);

/**
 * gst_wms_feed_take_segment:
 *
 * Tells a stream of bytes from one with times, and what is rewritten from what
 * is new.
 */
void gst_wms_feed_take_segment (GstWmsFeed * self, const GstSegment * segment);

/**
 * gst_wms_feed_take_buffer:
 * @self: a #GstWmsFeed
 * @buffer: (transfer none): the next bytes
 *
 * Takes a buffer; its packets are with the kernel after
 * gst_wms_sender_flush() at the latest.
 */
GstFlowReturn gst_wms_feed_take_buffer (GstWmsFeed * self, GstBuffer * buffer);

/**
 * gst_wms_feed_end_stream:
 *
 * Warns when the stream ends in the middle of something.
 */
void gst_wms_feed_end_stream (GstWmsFeed * self);

/**
 * gst_wms_feed_jump:
 *
 * Tells that a stream of packets goes on elsewhere, after a flush.
 */
void gst_wms_feed_jump (GstWmsFeed * self);

/**
 * gst_wms_feed_restart_stream:
 *
 * Tells that the next byte is the first of a stream, or of a packet where the
 * caps have the header.
 */
void gst_wms_feed_restart_stream (GstWmsFeed * self);

/**
 * gst_wms_feed_take_gap:
 * @self: a #GstWmsFeed
 * @timestamp: of a GAP event
 *
 * Counts it.
 */
void gst_wms_feed_take_gap (GstWmsFeed * self, GstClockTime timestamp);

/**
 * gst_wms_feed_get_stats:
 * @self: a #GstWmsFeed
 * @stats: (out caller-allocates): figures of this moment
 *
 * Called with the sink's object lock held, by any thread.
 */
void gst_wms_feed_get_stats (GstWmsFeed * self, GstWmsStats * stats);

G_END_DECLS
#endif /* __GST_WMS_FEED_H__ */
