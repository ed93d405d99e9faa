/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_SENDER_PRIVATE_H__
#define __GST_WMS_SENDER_PRIVATE_H__

/* What gstwmssender.c, gstwmssenderskip.c and gstwmssenderend.c share. */

#include "asf/asfkeywait.h"
#include "wmspush/gstwmsdrops.h"
#include "wmspush/gstwmsmarkers.h"
#include "wmspush/gstwmssender.h"

G_BEGIN_DECLS

struct _GstWmsSender
{
  GstBaseSink *sink;
  GstWmsSenderConfig config;
  GstWmsTurn *turn;
  GCancellable *cancellable;    /* breaks waits of who is at it */
  gboolean is_action;           /* who is no streaming thread */
  WmsMailbox *mailbox;
  WmsClient *client;            /* set under the sink's object lock */

  GstBuffer *header;
  AsfHeaderInfo info;           /* of the header */
  guint8 metadata_sent[ASF_DIGEST_SIZE];        /* of the server's header */
  GstWmsMarkers markers;
  WmsFrameType due;             /* goes before the next $D; $D for nothing */
  gboolean has_sent_header;     /* in this session */
  gboolean has_started;
  gboolean has_ended;
  gboolean is_disconnected;
  gboolean has_former_header;   /* header is that of a former session */

  guint n_batch;
  guint n_taken;

  gint64 blocked_us;            /* since when the batch waits, 0 if not */
  gint64 end_us;                /* at the end: up to when a lost session is
                                 * waited for, -1 for no limit; else 0 */
  gboolean is_skipping;         /* to the next key frame */
  AsfKeyWait wait;              /* of what came while skipping */

  GstClockTime time;            /* of the last packet that came */
  gboolean has_news;            /* one came that is not noted yet */
  gint64 n_offered;             /* bytes in the batch that are not noted yet */
  GstWmsDrops drops;

  /* last, so that what each packet needs is together */
  WmsPacket batch[WMS_WRITER_BATCH];
};

/**
 * gst_wms_sender_remember:
 * @self: a #GstWmsSender
 * @client: its session, disconnected
 *
 * Returns: (transfer full) (nullable): for the next session.
 */
GstWmsMemory *gst_wms_sender_remember (GstWmsSender * self,
    WmsClient * client);

/**
 * gst_wms_sender_tell_start:
 * @self: a #GstWmsSender
 * @first_time_100ns: first presentation time
 *
 * Posts the status STARTED, and the markers that waited for it.
 */
void gst_wms_sender_tell_start (GstWmsSender * self,
    guint64 first_time_100ns);

/**
 * gst_wms_sender_tell_markers:
 *
 * Posts the markers that wait, if all before them is written.
 */
void gst_wms_sender_tell_markers (GstWmsSender * self);

/**
 * gst_wms_sender_note_received:
 *
 * Counts what has come, to be called before it is written: that may take its
 * time.
 */
void gst_wms_sender_note_received (GstWmsSender * self);

/**
 * gst_wms_sender_drop_packet:
 * @self: a #GstWmsSender
 * @packet: a packet of its batch that is not to be written
 */
void gst_wms_sender_drop_packet (GstWmsSender * self, WmsPacket * packet);

/**
 * gst_wms_sender_clear_batch:
 * @self: a #GstWmsSender
 * @counter: counts its data packets
 *
 * Drops what is not written.
 */
void gst_wms_sender_clear_batch (GstWmsSender * self, guint64 * counter);

/**
 * gst_wms_sender_drop_question:
 *
 * An application that wants the end does not answer: what waits for the
 * credentials of a session without data is dropped, and nothing has to be
 * ended.
 *
 * Returns: whether it was so.
 */
gboolean gst_wms_sender_drop_question (GstWmsSender * self);

/**
 * gst_wms_sender_get_deadline_us:
 *
 * Returns: monotonic time up to which the batch may wait, -1 without a limit.
 */
gint64 gst_wms_sender_get_deadline_us (GstWmsSender * self);

/**
 * gst_wms_sender_begin_skipping:
 *
 * Leaves out all that comes up to the next key frame, or up to where none is
 * waited for any more.
 */
void gst_wms_sender_begin_skipping (GstWmsSender * self);

/**
 * gst_wms_sender_skip_in_batch:
 *
 * Takes the packets that nobody can use out of the batch: those in front of
 * the next key frame.
 */
void gst_wms_sender_skip_in_batch (GstWmsSender * self);

/**
 * gst_wms_sender_poke:
 * @self: a #GstWmsSender with a session
 * @ret: (inout): outcome of the failure, where there is one
 *
 * Lets what is left over in the writer go out, and a lost session come back,
 * within the time that the batch has; afterwards the sender may be skipping or
 * not.
 *
 * Returns: whether all is written.
 */
gboolean gst_wms_sender_poke (GstWmsSender * self, GstFlowReturn * ret);

/**
 * gst_wms_sender_is_run_over:
 * @self: a #GstWmsSender that is skipping
 * @buffer: the next packet
 * @ret: (inout): outcome of what was tried meanwhile
 *
 * Returns: whether the packet can be sent now: it ends the run of drops.
 */
gboolean gst_wms_sender_is_run_over (GstWmsSender * self, GstBuffer * buffer,
    GstFlowReturn * ret);

/**
 * gst_wms_sender_handle_failure:
 * @self: a #GstWmsSender
 * @error: (transfer full): why a call that waits has failed
 *
 * Returns: %GST_FLOW_OK to go on with the same call.
 */
GstFlowReturn gst_wms_sender_handle_failure (GstWmsSender * self,
    GError * error);

G_END_DECLS
#endif /* __GST_WMS_SENDER_PRIVATE_H__ */
