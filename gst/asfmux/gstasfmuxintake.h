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
 * Frees it with the buffers in it.
 */
void gst_wms_asf_intake_free (GstWmsAsfIntake * self);

/**
 * gst_wms_asf_intake_flush:
 *
 * Drops what it holds; from any thread.
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
