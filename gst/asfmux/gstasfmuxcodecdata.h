/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_CODEC_DATA_H__
#define __GST_WMS_ASF_MUX_CODEC_DATA_H__

#include "asfmux/gstasfmuxcodecs.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_codec_data_bytes:
 * @s: caps
 * @field: name of a field that has a buffer
 * @error: (nullable): set where it cannot be read
 *
 * Returns: (transfer full) (nullable): its bytes; %NULL without such a field.
 */
GBytes *gst_wms_asf_codec_data_bytes (const GstStructure * s,
    const gchar * field, GError ** error);

/**
 * gst_wms_asf_codec_data_headers:
 * @s: caps
 * @error: return location
 *
 * Returns: (transfer full) (element-type GBytes): what the field streamheader
 *     has; none of those that cannot be read, for which @error is set.
 */
GPtrArray *gst_wms_asf_codec_data_headers (const GstStructure * s,
    GError ** error);

/**
 * gst_wms_asf_codec_data_read:
 * @codec: the line of the caps
 * @s: the caps
 * @stream: (inout): its codec data is set; its wave format is complete, and
 *     becomes an extensible one when channels need a mask
 * @error: return location
 *
 * Puts together what follows the format structure: as the caps have it, or
 * made from their fields where the codec has a structure of its own.
 *
 * Returns: %FALSE when the caps lack it, or it has a wrong size.
 */
gboolean gst_wms_asf_codec_data_read (const GstWmsAsfCodec * codec,
    const GstStructure * s, AsfStream * stream, GError ** error);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_CODEC_DATA_H__ */
