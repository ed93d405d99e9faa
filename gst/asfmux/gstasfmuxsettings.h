/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_SETTINGS_H__
#define __GST_WMS_ASF_MUX_SETTINGS_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstWmsAsfSettings:
 *
 * The element's properties of the same names.
 */
typedef struct
{
  guint packet_size;
  gboolean packet_size_is_set;
  guint64 preroll_ms;
  gboolean merge_stream_tags;
  guint64 padding;
  guint max_header_size;
  gboolean streamable;
  GstClockTime max_packet_delay;
} GstWmsAsfSettings;

/**
 * gst_wms_asf_settings_init:
 *
 * Gives each setting its default.
 */
void gst_wms_asf_settings_init (GstWmsAsfSettings * self);

/**
 * gst_wms_asf_settings_check:
 * @self: the settings
 * @mux: the element, for its error message
 *
 * Returns: whether all are within what can be written; else an error with the
 *     legal range was posted.
 */
gboolean gst_wms_asf_settings_check (const GstWmsAsfSettings * self,
    GstElement * mux);

/**
 * gst_wms_asf_settings_set_property:
 *
 * Returns: %FALSE when there is no property of that number.
 */
gboolean gst_wms_asf_settings_set_property (GstWmsAsfSettings * self,
    guint prop_id, const GValue * value);

/**
 * gst_wms_asf_settings_get_property:
 *
 * Returns: %FALSE when there is no property of that number.
 */
gboolean gst_wms_asf_settings_get_property (const GstWmsAsfSettings * self,
    guint prop_id, GValue * value);

/**
 * gst_wms_asf_settings_install_properties:
 *
 * Installs a property for each setting.
 */
void gst_wms_asf_settings_install_properties (GObjectClass * gobject_class);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_SETTINGS_H__ */
