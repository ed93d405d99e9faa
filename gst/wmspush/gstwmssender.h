/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_SENDER_H__
#define __GST_WMS_SENDER_H__

#include <gst/base/gstbasesink.h>

#include "asf/asfreader.h"
#include "wmspush/gstwmsstats.h"
#include "wmspush/gstwmsturn.h"

G_BEGIN_DECLS

/**
 * GstWmsLeaky:
 * @GST_WMS_LEAKY_NO: wait, so that upstream waits
 * @GST_WMS_LEAKY_KEYFRAME: drop packets up to the next key frame
 *
 * What to do with packets that the connection does not take.
 *
 * Since: 1.22
 */
typedef enum
{
  GST_WMS_LEAKY_NO = 0,
  GST_WMS_LEAKY_KEYFRAME = 1,
} GstWmsLeaky;

/**
 * GstWmsSenderConfig:
 * @leaky: what to do with packets that the connection does not take
 * @max_backlog: how long such a packet waits with %GST_WMS_LEAKY_KEYFRAME, ns
 */
typedef struct
{
  GstWmsLeaky leaky;
  guint64 max_backlog;
} GstWmsSenderConfig;

/**
 * GstWmsMemory:
 * @push: what the protocol goes on with
 * @header: (nullable): the server's, if it has one
 * @metadata: digest of what it describes
 *
 * A session that was disconnected, for the one that goes on with it.
 */
typedef struct
{
  WmsPushMemory *push;
  GstBuffer *header;
  guint8 metadata[ASF_DIGEST_SIZE];
} GstWmsMemory;

/**
 * gst_wms_memory_free:
 * @self: (transfer full) (nullable): a #GstWmsMemory
 */
void gst_wms_memory_free (GstWmsMemory * self);

/**
 * GstWmsSender:
 *
 * Writes header and packets into a session, in batches.  A wait that a state
 * change breaks is taken up again with the same packets; after a loss, and
 * where packets are dropped, the stream goes on at a key frame.
 */
typedef struct _GstWmsSender GstWmsSender;

/**
 * gst_wms_sender_new:
 * @sink: (transfer none): whose data it is; outlives the sender
 * @config: copied
 * @turn: (transfer none): keeps it from actions; the same
 * @mailbox: drained before a call returns %GST_FLOW_ERROR, so that the error
 *     message is on the bus
 */
GstWmsSender *gst_wms_sender_new (GstBaseSink * sink,
    const GstWmsSenderConfig * config, GstWmsTurn * turn,
    WmsMailbox * mailbox);

/**
 * gst_wms_sender_free:
 * @self: (transfer full): a #GstWmsSender; what it holds is dropped
 */
void gst_wms_sender_free (GstWmsSender * self);

/**
 * gst_wms_sender_open:
 * @self: a #GstWmsSender without a session
 * @client: (transfer full): the session that packets go to from now on
 * @memory: (nullable): what it was told to go on with; otherwise, and where
 *     the server does not know that, it begins with the header
 */
void gst_wms_sender_open (GstWmsSender * self, WmsClient * client,
    const GstWmsMemory * memory);

/**
 * gst_wms_sender_close:
 *
 * Closes the session, where there is one.
 *
 * Returns: (transfer full) (nullable): for the next session, when this one was
 *     disconnected.
 */
GstWmsMemory *gst_wms_sender_close (GstWmsSender * self);

/**
 * gst_wms_sender_take_header:
 * @self: a #GstWmsSender
 * @buffer: (transfer none): Header Object and the head of the Data Object
 * @info: copied: what it says
 *
 * The first header begins the session, another one is announced to the server
 * ([MS-WMHTTP] 3.1.4.5).
 */
GstFlowReturn gst_wms_sender_take_header (GstWmsSender * self,
    GstBuffer * buffer, const AsfHeaderInfo * info);

/**
 * gst_wms_sender_take_packet:
 * @self: a #GstWmsSender that has had a header
 * @buffer: (transfer none): the next data packet
 * @time: its running time
 *
 * Takes a packet; it is with the kernel after gst_wms_sender_flush() at the
 * latest, or dropped and counted.
 */
GstFlowReturn gst_wms_sender_take_packet (GstWmsSender * self,
    GstBuffer * buffer, GstClockTime time);

/**
 * gst_wms_sender_take_marker:
 * @self: a #GstWmsSender
 * @marker: (transfer none): of a `wms-marker` event
 *
 * Posts the marker, since all data before it is written or dropped; before the
 * session's first packet it waits for the status STARTED, and behind a packet
 * that is written in part for the rest of it.  One that comes when the
 * session has failed, or that waits when it does, is not posted.
 *
 * Returns: %FALSE when too many are waiting.
 */
gboolean gst_wms_sender_take_marker (GstWmsSender * self,
    const GstStructure * marker);

/**
 * gst_wms_sender_flush:
 *
 * Writes what is in the batch.  What cannot be written because the sink is
 * flushing is dropped and counted.
 */
GstFlowReturn gst_wms_sender_flush (GstWmsSender * self);

/**
 * gst_wms_sender_end:
 *
 * Writes what is left, ends the session and waits until that is done and all
 * messages are on the bus.
 */
GstFlowReturn gst_wms_sender_end (GstWmsSender * self);

/**
 * gst_wms_sender_fail:
 * @self: a #GstWmsSender
 * @error: why what came cannot be sent
 *
 * Returns: %GST_FLOW_ERROR, with the messages of the failure on the bus.
 */
GstFlowReturn gst_wms_sender_fail (GstWmsSender * self, const GError * error);

/**
 * gst_wms_sender_has_ended:
 *
 * Returns: whether the session was ended, so that more data needs another.
 */
gboolean gst_wms_sender_has_ended (GstWmsSender * self);

/**
 * gst_wms_sender_end_now:
 * @self: a #GstWmsSender, claimed by an action
 *
 * As gst_wms_sender_end(), on an action's thread.
 *
 * Returns: an HRESULT; E_ABORT when it was broken off.
 */
guint32 gst_wms_sender_end_now (GstWmsSender * self);

/**
 * gst_wms_sender_disconnect:
 * @self: a #GstWmsSender, claimed by an action or without a streaming thread
 *
 * Closes the connection; what is not written is dropped and counted.  The
 * server keeps the session.
 *
 * Returns: S_OK; NS_E_NOCONNECTION without a session.
 */
guint32 gst_wms_sender_disconnect (GstWmsSender * self);

/**
 * gst_wms_sender_has_session:
 *
 * Called by who has the session, or by any thread with the sink's object lock
 * held.
 *
 * Returns: whether there is a session that is not over.
 */
gboolean gst_wms_sender_has_session (GstWmsSender * self);

/**
 * gst_wms_sender_set_pacing_rate:
 * @self: a #GstWmsSender
 * @rate_bps: bit/s that are sent at most, 0 for no limit
 *
 * Called with the sink's object lock held, by any thread.
 */
void gst_wms_sender_set_pacing_rate (GstWmsSender * self, guint64 rate_bps);

/**
 * gst_wms_sender_count_tick:
 * @self: a #GstWmsSender
 * @time: running time of a GAP event
 */
void gst_wms_sender_count_tick (GstWmsSender * self, GstClockTime time);

/**
 * gst_wms_sender_get_stats:
 * @self: a #GstWmsSender
 * @stats: gets all figures but those of bytes that were swallowed
 *
 * Called with the sink's object lock held, by any thread.
 */
void gst_wms_sender_get_stats (GstWmsSender * self, GstWmsStats * stats);

G_END_DECLS
#endif /* __GST_WMS_SENDER_H__ */
