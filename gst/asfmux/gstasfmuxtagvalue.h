/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_TAG_VALUE_H__
#define __GST_WMS_ASF_MUX_TAG_VALUE_H__

#include <gst/gst.h>

#include "asf/asfheader.h"
#include "asfmux/gstasfmuxtagtable.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_tag_value:
 * @attribute: (out): type and value are set; the name is set only when the
 *     value has it in it
 * @line: (nullable): how the tag is written; %NULL for one without a line
 * @value: one value of the tag
 *
 * Returns: %FALSE when the value cannot be written.
 */
gboolean gst_wms_asf_tag_value (AsfAttribute * attribute,
    const GstWmsAsfTagLine * line, const GValue * value);

/**
 * gst_wms_asf_attribute_size:
 *
 * Returns: bytes of the value, a text's NUL included.
 */
gsize gst_wms_asf_attribute_size (const AsfAttribute * attribute);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_TAG_VALUE_H__ */
