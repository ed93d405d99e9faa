/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_PAD_SETTINGS_H__
#define __GST_WMS_ASF_MUX_PAD_SETTINGS_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstWmsAsfExclusion:
 * @GST_WMS_ASF_EXCLUSION_AUTO: by language when streams of one kind in the
 *     group differ in it, else by bit rate
 * @GST_WMS_ASF_EXCLUSION_LANGUAGE: the same in several languages
 * @GST_WMS_ASF_EXCLUSION_BITRATE: the same at several bit rates
 * @GST_WMS_ASF_EXCLUSION_UNKNOWN: for another reason
 *
 * Why a player takes only one stream of a group.
 *
 * Since: 1.22
 */
typedef enum
{
  GST_WMS_ASF_EXCLUSION_AUTO,
  GST_WMS_ASF_EXCLUSION_LANGUAGE,
  GST_WMS_ASF_EXCLUSION_BITRATE,
  GST_WMS_ASF_EXCLUSION_UNKNOWN,
} GstWmsAsfExclusion;

/* Type of the commands that text becomes. */
#define GST_WMS_ASF_DEFAULT_COMMAND_TYPE "CAPTION"

/**
 * GstWmsAsfPadSettings:
 *
 * The properties of the same names of a pad; @buffer_ms is 0 for the default,
 * @bitrate 0 when caps and tags decide.
 */
typedef struct
{
  guint bitrate;
  guint buffer_ms;
  gchar *language;
  gchar *stream_name;
  guint exclusion_group;
  guint exclusion_set;
  GstWmsAsfExclusion exclusion_type;
  guint priority;
  gboolean is_mandatory;
  gboolean is_hidden;
  gchar *command_type;
} GstWmsAsfPadSettings;

/**
 * gst_wms_asf_pad_settings_init:
 *
 * Gives each setting its default.
 */
void gst_wms_asf_pad_settings_init (GstWmsAsfPadSettings * self);

/**
 * gst_wms_asf_pad_settings_clear:
 *
 * Frees what the fields hold.
 */
void gst_wms_asf_pad_settings_clear (GstWmsAsfPadSettings * self);

/**
 * gst_wms_asf_pad_settings_copy:
 * @self: settings that are in use, to be replaced
 * @source: what the properties say now
 *
 * Takes over all settings.
 */
void gst_wms_asf_pad_settings_copy (GstWmsAsfPadSettings * self,
    const GstWmsAsfPadSettings * source);

/**
 * gst_wms_asf_pad_settings_set_property:
 *
 * Returns: %FALSE when there is no property of that number.
 */
gboolean gst_wms_asf_pad_settings_set_property (GstWmsAsfPadSettings * self,
    guint prop_id, const GValue * value);

/**
 * gst_wms_asf_pad_settings_get_property:
 *
 * Returns: %FALSE when there is no property of that number.
 */
gboolean gst_wms_asf_pad_settings_get_property (const GstWmsAsfPadSettings *
    self, guint prop_id, GValue * value);

/**
 * gst_wms_asf_pad_settings_install_properties:
 *
 * Installs a property for each setting.
 */
void gst_wms_asf_pad_settings_install_properties (GObjectClass *
    gobject_class);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_PAD_SETTINGS_H__ */
