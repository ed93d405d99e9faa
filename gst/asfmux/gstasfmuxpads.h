/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_PADS_H__
#define __GST_WMS_ASF_MUX_PADS_H__

#include "asfmux/gstasfmuxpad.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_pads_new:
 * @mux: the element
 * @templ: template of a request pad
 * @requested: (nullable): the name that was asked for
 *
 * Returns: (transfer floating) (nullable): a pad with the lowest free stream
 *     number and the name that was asked for, or else the next free one;
 *     %NULL when there are 127 already or one of that name.
 */
GstAggregatorPad *gst_wms_asf_pads_new (GstElement * mux,
    GstPadTemplate * templ, const gchar * requested);

/**
 * gst_wms_asf_pads_add_templates:
 *
 * Adds the templates of the inputs.
 */
void gst_wms_asf_pads_add_templates (GstElementClass * klass);

/**
 * gst_wms_asf_pads_pick_earliest:
 * @mux: the element
 * @time: (out): running time of its next buffer
 *
 * Looks once, under the base class's lock, and changes nothing; whoever takes
 * many buffers in order uses #GstWmsAsfOrder.
 *
 * Returns: (transfer full) (nullable): the pad whose next buffer comes first.
 */
GstWmsAsfMuxPad *gst_wms_asf_pads_pick_earliest (GstElement * mux,
    GstClockTimeDiff * time);

/**
 * gst_wms_asf_pads_all_ended:
 *
 * Returns: whether all inputs that the muxer waits for are at their end.
 */
gboolean gst_wms_asf_pads_all_ended (GstElement * mux);

/**
 * gst_wms_asf_pads_collect:
 *
 * Returns: (transfer full) (element-type GstWmsAsfMuxPad): pads whose caps are
 *     known, in the order of their stream numbers.
 */
GPtrArray *gst_wms_asf_pads_collect (GstElement * mux);

/**
 * gst_wms_asf_pads_skip_gaps:
 *
 * Takes gaps away from pads that did not say yet what they are.
 *
 * Returns: whether there were any, behind which caps may come.
 */
gboolean gst_wms_asf_pads_skip_gaps (GstElement * mux);

/**
 * gst_wms_asf_pads_are_enough:
 * @mux: the element
 * @pads: (element-type GstWmsAsfMuxPad): inputs whose caps are known
 *
 * Returns: whether a header can be made of them: not of script commands alone
 *     while others may still come.
 */
gboolean gst_wms_asf_pads_are_enough (GstElement * mux, GPtrArray * pads);

/**
 * gst_wms_asf_pads_init_child_proxy:
 *
 * Makes the inputs the children of a #GstChildProxy.
 */
void gst_wms_asf_pads_init_child_proxy (gpointer iface, gpointer data);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_PADS_H__ */
