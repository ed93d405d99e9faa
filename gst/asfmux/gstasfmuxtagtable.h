/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_TAG_TABLE_H__
#define __GST_WMS_ASF_MUX_TAG_TABLE_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstWmsAsfTagForm:
 * @GST_WMS_ASF_TAG_TEXT: the value as text
 * @GST_WMS_ASF_TAG_DWORD: a number
 * @GST_WMS_ASF_TAG_STARS: 0 to 100 becomes a DWORD of 0 to 99
 * @GST_WMS_ASF_TAG_DECIBEL: text with two places and the unit
 * @GST_WMS_ASF_TAG_LANGUAGE: ISO 639 becomes RFC 1766
 * @GST_WMS_ASF_TAG_DISC: number and count in one text
 * @GST_WMS_ASF_TAG_COMMENT: text in front of the equals sign is the name
 * @GST_WMS_ASF_TAG_PICTURE: a sample with an image
 * @GST_WMS_ASF_TAG_BYTES: a sample's bytes
 * @GST_WMS_ASF_TAG_ELSEWHERE: another object says it, from the stream itself
 */
typedef enum
{
  GST_WMS_ASF_TAG_TEXT,
  GST_WMS_ASF_TAG_DWORD,
  GST_WMS_ASF_TAG_STARS,
  GST_WMS_ASF_TAG_DECIBEL,
  GST_WMS_ASF_TAG_LANGUAGE,
  GST_WMS_ASF_TAG_DISC,
  GST_WMS_ASF_TAG_COMMENT,
  GST_WMS_ASF_TAG_PICTURE,
  GST_WMS_ASF_TAG_BYTES,
  GST_WMS_ASF_TAG_ELSEWHERE,
} GstWmsAsfTagForm;

/**
 * GstWmsAsfTagLine:
 * @tag: GStreamer's name
 * @name: the attribute's, or a field of the Content Description Object;
 *     %NULL with %GST_WMS_ASF_TAG_ELSEWHERE
 * @form: how the value is written
 * @repeats: readers take further values from the Extended Content Description
 *     Object; else they go into the Metadata Library (rules, 3.11)
 */
typedef struct
{
  const gchar *tag;
  const gchar *name;
  GstWmsAsfTagForm form;
  gboolean repeats;
} GstWmsAsfTagLine;

/**
 * gst_wms_asf_tag_find:
 * @tag: GStreamer's name
 * @from: (nullable): the line that was returned before
 *
 * Returns: (transfer none) (nullable): the next line for @tag; a tag may have
 *     several.
 */
const GstWmsAsfTagLine *gst_wms_asf_tag_find (const gchar * tag,
    const GstWmsAsfTagLine * from);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_TAG_TABLE_H__ */
