/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_PARSE_H__
#define __GST_WMS_ASF_PARSE_H__

#include <gst/base/gstbaseparse.h>

G_BEGIN_DECLS

#define GST_TYPE_WMS_ASF_PARSE (gst_wms_asf_parse_get_type ())
G_DECLARE_FINAL_TYPE (GstWmsAsfParse, gst_wms_asf_parse, GST, WMS_ASF_PARSE,
    GstBaseParse)

GST_ELEMENT_REGISTER_DECLARE (asfparse);

G_END_DECLS
#endif /* __GST_WMS_ASF_PARSE_H__ */
