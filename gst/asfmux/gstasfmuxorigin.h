/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_ORIGIN_H__
#define __GST_WMS_ASF_MUX_ORIGIN_H__

#include "asfmux/gstasfmuxpad.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_origin_lead:
 * @pad: with a format and the tags that came before data
 *
 * asfdemux lets a file begin at the second object of a stream when the first
 * one is at 0 and the second one more than a second later; the first one is
 * then moved onto the new beginning.  That can be seen and undone: it lasts
 * longer than the second one leaves it time for.
 *
 * Returns: how much earlier than its time stamp the first buffer begins; 0
 *     for streams that do not come out of an ASF file, and nearly always.
 */
GstClockTime gst_wms_asf_origin_lead (GstWmsAsfMuxPad * pad);

/**
 * gst_wms_asf_origin_must_wait:
 * @pads: of #GstWmsAsfMuxPad
 *
 * Returns: whether a second buffer, which gst_wms_asf_origin_lead() wants to
 *     see, is still to come.  No live stream is waited for.
 */
gboolean gst_wms_asf_origin_must_wait (GPtrArray * pads);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_ORIGIN_H__ */
