/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_CODEC_DATA_H__
#define __GST_WMS_ASF_MUX_CODEC_DATA_H__

#include "asfmux/gstasfmuxcodecs.h"

G_BEGIN_DECLS

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
