/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_LATE_H__
#define __GST_WMS_ASF_MUX_LATE_H__

#include "asfmux/gstasfmuxtags.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_late_fit_room:
 * @header: a header that has changed since it was sent
 * @room: how large it was
 *
 * Makes it as large: what it does not need becomes padding.
 *
 * Returns: %FALSE when it cannot be.
 */
gboolean gst_wms_asf_late_fit_room (AsfHeader * header, gsize room);

/**
 * gst_wms_asf_late_fit:
 * @tags: what is known at the end; @header has them
 * @written: what the header had when it was sent
 * @header: a header that is to be sent again
 * @room: how large it was
 *
 * Makes it as large.  Of what is new in @tags the largest values are left out
 * until the rest has room.
 *
 * Returns: %FALSE when it cannot be, without all that is new.
 */
gboolean gst_wms_asf_late_fit (GstWmsAsfTags * tags,
    const GstWmsAsfTags * written, AsfHeader * header, gsize room);

/**
 * gst_wms_asf_late_names:
 *
 * Returns: (transfer full) (nullable): names of what was left out.
 */
gchar *gst_wms_asf_late_names (const GstWmsAsfTags * tags);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_LATE_H__ */
