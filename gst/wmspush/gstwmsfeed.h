/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_FEED_H__
#define __GST_WMS_FEED_H__

#include <gst/base/gstbasesink.h>

#include "wmspush/gstwmsstats.h"
#include "wmspush/wmsclient.h"
#include "wmspush/wmsgate.h"

G_BEGIN_DECLS

/**
 * GstWmsFeed:
 *
 * The way of the data through the sink: finds header and packets in the
 * buffers, makes packets of the protocol from them and hands them to the
 * session, in batches.  A wait that a state change breaks is taken up again
 * with the same packets.
 */
typedef struct _GstWmsFeed GstWmsFeed;

/**
 * gst_wms_feed_new:
 * @sink: (transfer none): whose data it is; outlives the feed
 * @gate: (transfer none): tells whose turn it is, and breaks waits; the same
 * @mailbox: drained before a call returns %GST_FLOW_ERROR, so that the error
 *     message is on the bus
 */
GstWmsFeed *gst_wms_feed_new (GstBaseSink * sink, WmsGate * gate,
    WmsMailbox * mailbox);

/**
 * gst_wms_feed_free:
 * @self: (transfer full): a #GstWmsFeed; what it holds is dropped
 */
void gst_wms_feed_free (GstWmsFeed * self);

/**
 * gst_wms_feed_set_client:
 * @self: a #GstWmsFeed
 * @client: (transfer none) (nullable): the session that packets go to from now
 *     on; it begins with the header
 */
void gst_wms_feed_set_client (GstWmsFeed * self, WmsClient * client);

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
 * Takes a buffer; its packets are with the kernel after gst_wms_feed_flush()
 * at the latest.
 */
GstFlowReturn gst_wms_feed_take_buffer (GstWmsFeed * self, GstBuffer * buffer);

/**
 * gst_wms_feed_flush:
 *
 * Writes what is in the batch.  What cannot be written because the sink is
 * flushing is dropped and counted.
 */
GstFlowReturn gst_wms_feed_flush (GstWmsFeed * self);

/**
 * gst_wms_feed_end:
 *
 * Writes what is left, ends the session and waits until that is done and all
 * messages are on the bus.
 */
GstFlowReturn gst_wms_feed_end (GstWmsFeed * self);

/**
 * gst_wms_feed_end_now:
 * @self: a #GstWmsFeed, claimed by an action
 * @cancellable: breaks it off
 *
 * The same on an action's thread.
 *
 * Returns: an HRESULT; E_ABORT when it was broken off.
 */
guint32 gst_wms_feed_end_now (GstWmsFeed * self, GCancellable * cancellable);

/**
 * gst_wms_feed_disconnect:
 * @self: a #GstWmsFeed, claimed by an action
 *
 * Closes the connection; what is not written is dropped and counted.
 */
void gst_wms_feed_disconnect (GstWmsFeed * self);

/**
 * gst_wms_feed_has_ended:
 *
 * Returns: whether the session was ended, so that more data needs another.
 */
gboolean gst_wms_feed_has_ended (GstWmsFeed * self);

/**
 * gst_wms_feed_restart_stream:
 *
 * Tells that the next byte is the first of a stream.
 */
void gst_wms_feed_restart_stream (GstWmsFeed * self);

/**
 * gst_wms_feed_settle:
 *
 * To be called before the base class goes from PLAYING to PAUSED: waits until
 * the streaming thread, which the change to PLAYING has signalled, has left
 * its wait for preroll.  Otherwise the base class would take it for prerolled,
 * and it would write in PAUSED.
 */
void gst_wms_feed_settle (GstWmsFeed * self);

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
void gst_wms_feed_get_stats (GstWmsFeed * self, GstWmsFeedStats * stats);

G_END_DECLS
#endif /* __GST_WMS_FEED_H__ */
