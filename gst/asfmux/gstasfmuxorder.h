/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_ORDER_H__
#define __GST_WMS_ASF_MUX_ORDER_H__

#include "asfmux/gstasfmuxpad.h"

G_BEGIN_DECLS

/**
 * GstWmsAsfOrder:
 * @mux: (transfer none): the element
 * @is_complete: whether each pad that has not ended has a buffer
 * @n: pads that have one
 * @has_lost_pad: set when a pad that was removed has nothing left
 *
 * The pads that have buffers, the earliest buffer first: what one more media
 * object costs hardly depends on the number of pads.  Lives for one call of
 * aggregate().
 */
typedef struct
{
  GstElement *mux;
  gboolean is_complete;
  guint n;
  gboolean has_lost_pad;
  GArray *entries;
} GstWmsAsfOrder;

/**
 * gst_wms_asf_order_init:
 *
 * Looks at all pads.
 */
void gst_wms_asf_order_init (GstWmsAsfOrder * self, GstElement * mux);

/**
 * gst_wms_asf_order_clear:
 *
 * Ends it.
 */
void gst_wms_asf_order_clear (GstWmsAsfOrder * self);

/**
 * gst_wms_asf_order_first:
 *
 * Returns: (transfer none): the pad whose buffer comes first, and at @time;
 *     there is one when @n is not 0.
 */
GstWmsAsfMuxPad *gst_wms_asf_order_first (const GstWmsAsfOrder * self,
    GstClockTimeDiff * time);

/**
 * gst_wms_asf_order_update:
 * @self: a #GstWmsAsfOrder, after the first pad's buffer was taken
 *
 * Returns: whether what comes first now is known: not when the pad has no
 *     other buffer and has to be waited for.
 */
gboolean gst_wms_asf_order_update (GstWmsAsfOrder * self);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_ORDER_H__ */
