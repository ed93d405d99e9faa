/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_SIZE_H__
#define __GST_WMS_ASF_MUX_SIZE_H__

#include "asfmux/gstasfmuxsettings.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_choose_packet_size:
 * @settings: of the element
 * @is_file: whether a file is written, or a broadcast
 * @pads: (element-type GstWmsAsfMuxPad): its streams
 *
 * Returns: the packet size that was set.  Else, for a file with video a larger
 *     one than the default; for nothing but blocks of one size that are kept
 *     whole, one that they fill; else the default.
 */
guint32 gst_wms_asf_choose_packet_size (const GstWmsAsfSettings * settings,
    gboolean is_file, GPtrArray * pads);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_SIZE_H__ */
