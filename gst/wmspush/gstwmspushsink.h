/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_PUSH_SINK_H__
#define __GST_WMS_PUSH_SINK_H__

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

#define GST_TYPE_WMS_PUSH_SINK (gst_wms_push_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstWmsPushSink, gst_wms_push_sink, GST, WMS_PUSH_SINK,
    GstBaseSink)

GST_ELEMENT_REGISTER_DECLARE (wmspushsink);

G_END_DECLS
#endif /* __GST_WMS_PUSH_SINK_H__ */
