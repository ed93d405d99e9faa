/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_INTAKE_H__
#define __GST_WMS_ASF_MUX_INTAKE_H__

#include "asfmux/gstasfmuxpad.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_intake_new:
 *
 * Returns: (transfer full): what stands between upstream and one pad.
 */
GstWmsAsfIntake *gst_wms_asf_intake_new (void);

/**
 * gst_wms_asf_intake_free:
 *
 * Drops what is in it.
 */
void gst_wms_asf_intake_free (GstWmsAsfIntake * self);

/**
 * gst_wms_asf_intake_class_init:
 *
 * Puts the intake in front of the base class's handling of events and queries
 * on sink pads.
 */
void gst_wms_asf_intake_class_init (GstAggregatorClass * klass);

/**
 * gst_wms_asf_intake_attach:
 * @pad: a constructed pad
 * @mux: the element that it will belong to
 * @is_sparse: whether the other pads never wait for this one
 *
 * Puts the intake in front of the base class's chain function.
 */
void gst_wms_asf_intake_attach (GstWmsAsfMuxPad * pad, GstElement * mux,
    gboolean is_sparse);

/**
 * gst_wms_asf_intake_run_sparse:
 *
 * Handles the events of sparse pads that are next in their queues.  Belongs to
 * the source pad's streaming thread.
 */
void gst_wms_asf_intake_run_sparse (GstAggregator * mux);

/**
 * gst_wms_asf_intake_has_ended:
 *
 * Returns: whether the pad is at its end; for the base class a sparse one is
 *     all the time.
 */
gboolean gst_wms_asf_intake_has_ended (GstWmsAsfMuxPad * pad);

/**
 * gst_wms_asf_intake_is_awaited:
 *
 * Returns: whether the muxer cannot end before the pad does: a sparse one only
 *     when there are no others.
 */
gboolean gst_wms_asf_intake_is_awaited (GstWmsAsfMuxPad * pad);

/**
 * GstWmsAsfCollecting:
 * @GST_WMS_ASF_COLLECTING_NOT: each buffer goes to the base class at once
 * @GST_WMS_ASF_COLLECTING_BEHIND: those behind it wait for the streaming
 *     thread here, so that a pad takes more than one before there is a header
 * @GST_WMS_ASF_COLLECTING_BATCHES: several are handed over at a time
 *
 * What pads do with buffers that they get.
 */
typedef enum
{
  GST_WMS_ASF_COLLECTING_NOT,
  GST_WMS_ASF_COLLECTING_BEHIND,
  GST_WMS_ASF_COLLECTING_BATCHES,
} GstWmsAsfCollecting;

/**
 * gst_wms_asf_intake_set_collecting:
 *
 * What the pads of @mux do from now on.
 */
void gst_wms_asf_intake_set_collecting (GstElement * mux,
    GstWmsAsfCollecting collecting);

/**
 * gst_wms_asf_intake_reset_all:
 *
 * Drops what is in the intakes of all pads.  No thread may be streaming.
 */
void gst_wms_asf_intake_reset_all (GstElement * mux);

/**
 * gst_wms_asf_intake_leave:
 * @pad: a pad that is about to be removed
 * @mux: its element
 *
 * What was collected from the pad is muxed all the same.
 *
 * Returns: whether there may be something, for which the pad stays in
 *     gst_wms_asf_intake_leaving_locked() until it was taken.
 */
gboolean gst_wms_asf_intake_leave (GstWmsAsfMuxPad * pad, GstElement * mux);

/**
 * gst_wms_asf_intake_leaving_locked:
 * @mux: the element, its object lock held
 *
 * Returns: (transfer none) (element-type GstWmsAsfMuxPad): pads that were
 *     removed, or are about to be.
 */
GPtrArray *gst_wms_asf_intake_leaving_locked (GstElement * mux);

/**
 * gst_wms_asf_intake_drop_leaving:
 * @mux: the element
 *
 * Drops the pads that are leaving with what they have left.  No thread may be
 * streaming.
 */
void gst_wms_asf_intake_drop_leaving (GstElement * mux);

/**
 * gst_wms_asf_intake_run_leaving:
 *
 * Handles the events of pads that are leaving, as far as they are next.
 * Belongs to the source pad's streaming thread.
 */
void gst_wms_asf_intake_run_leaving (GstAggregator * mux);

/**
 * gst_wms_asf_intake_note_event:
 *
 * To be called before the pad's event is handled.
 */
void gst_wms_asf_intake_note_event (GstWmsAsfMuxPad * pad, GstEvent * event);

/**
 * gst_wms_asf_intake_is_empty:
 *
 * Returns: whether a pad that is leaving has neither a buffer nor an event
 *     left.  Belongs to the source pad's streaming thread.
 */
gboolean gst_wms_asf_intake_is_empty (GstWmsAsfMuxPad * pad);

/**
 * gst_wms_asf_intake_flush:
 *
 * Drops what the streaming thread has, as far as it came before a flush; from
 * any thread.
 */
void gst_wms_asf_intake_flush (GstWmsAsfIntake * self);

/**
 * gst_wms_asf_intake_peek_second:
 *
 * Looks behind the pad's next buffer, which is taken from the base class for
 * that and stays the next one.
 *
 * Returns: (transfer none) (nullable): as gst_wms_asf_intake_peek(); %NULL when
 *     it has not come yet.
 */
GstBuffer *gst_wms_asf_intake_peek_second (GstWmsAsfMuxPad * pad);

/**
 * gst_wms_asf_intake_peek:
 *
 * Returns: (transfer none) (nullable): the pad's next buffer; valid until this
 *     or gst_wms_asf_intake_pop() is called for the pad again.  Belongs to
 *     the source pad's streaming thread.
 */
GstBuffer *gst_wms_asf_intake_peek (GstWmsAsfMuxPad * pad);

/**
 * gst_wms_asf_intake_pop:
 *
 * Returns: (transfer full) (nullable): the pad's next buffer, taken from it.
 */
GstBuffer *gst_wms_asf_intake_pop (GstWmsAsfMuxPad * pad);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_INTAKE_H__ */
