/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_PROGRAMS_H__
#define __GST_WMS_ASF_MUX_PROGRAMS_H__

#include "asf/asfheader.h"
#include "asfmux/gstasfmuxpad.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_programs_start:
 * @header: where languages, exclusions and priorities go
 * @pads: (element-type GstWmsAsfMuxPad): its streams
 * @mux: the element, for warnings
 *
 * What the streams are to each other, from properties and tags.  Each stream
 * gets its place in the languages.
 */
void gst_wms_asf_programs_start (AsfHeader * header, GPtrArray * pads,
    GstElement * mux);

/**
 * gst_wms_asf_programs_clear:
 *
 * Frees what gst_wms_asf_programs_start() made.
 */
void gst_wms_asf_programs_clear (AsfHeader * header);

/**
 * gst_wms_asf_programs_language_changed:
 *
 * Returns: whether the stream's tags have another language than the header.
 */
gboolean gst_wms_asf_programs_language_changed (GstWmsAsfMuxPad * pad);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_PROGRAMS_H__ */
