/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_TAGS_H__
#define __GST_WMS_ASF_MUX_TAGS_H__

#include <gst/gst.h>

#include "asf/asfheader.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_tags_read:
 * @tags: (nullable): tags of the file
 * @description: (out): to be cleared with asf_description_clear()
 * @owner: for log lines
 *
 * Returns: (transfer full) (element-type AsfAttribute): what goes into the
 *     Extended Content Description Object.
 */
GArray *gst_wms_asf_tags_read (const GstTagList * tags,
    AsfDescription * description, GstObject * owner);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_TAGS_H__ */
