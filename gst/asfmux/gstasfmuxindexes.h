/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_INDEXES_H__
#define __GST_WMS_ASF_MUX_INDEXES_H__

#include <gst/gst.h>

#include "asf/asfheader.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_indexes_streams:
 * @pads: (element-type GstWmsAsfMuxPad): streams of the header
 *
 * Returns: (transfer full) (element-type guint8): numbers of those that the
 *     Index Object will have.
 */
GArray *gst_wms_asf_indexes_streams (GPtrArray * pads);

/**
 * gst_wms_asf_indexes_write:
 * @pads: (element-type GstWmsAsfMuxPad): streams of the header, written
 * @header: says what is there afterwards: Index Parameters, whether the file
 *     can be seeked in
 * @error: return location; set when one of them could not be made
 *
 * Returns: (transfer full) (nullable): Index Object and Simple Index Objects,
 *     %NULL when there are none.
 */
GstBuffer *gst_wms_asf_indexes_write (GPtrArray * pads, AsfHeader * header,
    GError ** error);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_INDEXES_H__ */
