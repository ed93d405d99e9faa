/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_H__
#define __GST_WMS_ASF_MUX_H__

#include <gst/base/gstaggregator.h>

G_BEGIN_DECLS

#define GST_TYPE_WMS_ASF_MUX (gst_wms_asf_mux_get_type ())
G_DECLARE_FINAL_TYPE (GstWmsAsfMux, gst_wms_asf_mux, GST, WMS_ASF_MUX,
    GstAggregator)

GST_ELEMENT_REGISTER_DECLARE (asfmux);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_H__ */
