/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_ROOM_H__
#define __GST_WMS_ASF_MUX_ROOM_H__

#include "asfmux/gstasfmuxtags.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_room_make:
 * @self: applied to @header
 * @header: complete but for times and counts
 * @max_live_size: bytes that Header Object and the Data Object's head may have
 *     in a broadcast, 0 for what the protocol carries
 * @mux: the element, for its messages
 *
 * Makes the header fit.  Padding goes first, then pictures, the largest first,
 * then the longest values.  What is left out is named in one warning.
 *
 * Returns: %FALSE when the header is too large without any tag, or cannot be
 *     written; an error was posted.
 */
gboolean gst_wms_asf_room_make (GstWmsAsfTags * self, AsfHeader * header,
    guint max_live_size, GstElement * mux);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_ROOM_H__ */
