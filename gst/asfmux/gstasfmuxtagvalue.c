/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxtagvalue.h"

#include <stdlib.h>
#include <string.h>
#include <gst/tag/tag.h>

#include "asf/asfmap.h"
#include "asf/asfwriter.h"

/* Picture types of ID3, which WM/Picture shares: 0 is "other", 1 an icon. */
#define PICTURE_OTHER 0
#define PICTURE_ICON 1
/* From GstTagImageType to them, but for its 0, which is undefined. */
#define PICTURE_OFFSET 2

/* MIME type of a picture whose data is its URI (ID3v2.4, 4.14). */
#define LINK_MIME "-->"

/* The longest number that names the same double needs so many digits. */
#define MIN_DIGITS 6
#define MAX_DIGITS 17

/* The shortest text that reads back as the number, in any locale. */
static gchar *
double_to_text (gdouble number)
{
  gchar format[8];
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];
  gint digits;

  for (digits = MIN_DIGITS; digits <= MAX_DIGITS; digits++) {
    g_snprintf (format, sizeof format, "%%.%dg", digits);
    g_ascii_formatd (text, sizeof text, format, number);
    if (g_ascii_strtod (text, NULL) == number)
      break;
  }
  return g_strdup (text);
}

static gchar *
date_to_text (const GDate * date)
{
  if (date == NULL || !g_date_valid (date))
    return NULL;
  return g_strdup_printf ("%04u-%02u-%02u", g_date_get_year (date),
      g_date_get_month (date), g_date_get_day (date));
}

static gchar *
value_to_text (const GValue * value)
{
  if (G_VALUE_HOLDS_STRING (value))
    return g_value_dup_string (value);
  if (G_VALUE_HOLDS_DOUBLE (value))
    return double_to_text (g_value_get_double (value));
  if (G_VALUE_HOLDS (value, G_TYPE_DATE))
    return date_to_text (g_value_get_boxed (value));
  if (G_VALUE_HOLDS (value, GST_TYPE_DATE_TIME))
    return gst_date_time_to_iso8601_string (g_value_get_boxed (value));
  return gst_value_serialize (value);
}

static gboolean
set_text (AsfAttribute * attribute, gchar * text)
{
  attribute->type = ASF_ATTRIBUTE_TEXT;
  attribute->text = text;
  return text != NULL;
}

static gboolean
set_number (AsfAttribute * attribute, const GValue * value, gboolean is_stars)
{
  if (!G_VALUE_HOLDS_UINT (value))
    return FALSE;
  attribute->type = ASF_ATTRIBUTE_DWORD;
  attribute->number = g_value_get_uint (value);
  if (is_stars)
    attribute->number = MIN (attribute->number, 100) * 99 / 100;
  return TRUE;
}

static gboolean
set_decibel (AsfAttribute * attribute, const GValue * value)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  if (!G_VALUE_HOLDS_DOUBLE (value))
    return FALSE;
  g_ascii_formatd (text, sizeof text, "%.2f", g_value_get_double (value));
  return set_text (attribute, g_strconcat (text, " dB", NULL));
}

/* A two-letter code where there is one (RFC 1766). */
static gboolean
set_language (AsfAttribute * attribute, const GValue * value)
{
  const gchar *code, *text;

  if (!G_VALUE_HOLDS_STRING (value))
    return FALSE;
  text = g_value_get_string (value);
  code = gst_tag_get_language_code_iso_639_1 (text);
  return set_text (attribute, g_strdup (code ? code : text));
}

/* "key=value", as Vorbis comments have them: the key names the attribute. */
static gboolean
set_comment (AsfAttribute * attribute, const GValue * value)
{
  const gchar *text, *equals;

  if (!G_VALUE_HOLDS_STRING (value))
    return FALSE;
  text = g_value_get_string (value);
  equals = text ? strchr (text, '=') : NULL;
  if (equals == NULL || equals == text)
    return set_text (attribute, g_strdup (text));
  attribute->name = g_strndup (text, equals - text);
  return set_text (attribute, g_strdup (equals + 1));
}

static void
append_utf16 (GByteArray * bytes, const gchar * text)
{
  g_autoptr (GBytes) utf16 = asf_utf16_new (text);
  gsize size;
  const guint8 *data = g_bytes_get_data (utf16, &size);

  if (size > 0)
    g_byte_array_append (bytes, data, size);
  else
    g_byte_array_append (bytes, (const guint8 *) "\0", 2);
}

static guint8
picture_type (const GstWmsAsfTagLine * line, const GstStructure * info)
{
  gint type;

  if (g_str_equal (line->tag, GST_TAG_PREVIEW_IMAGE))
    return PICTURE_ICON;
  if (info == NULL || !gst_structure_get_enum (info, "image-type",
          GST_TYPE_TAG_IMAGE_TYPE, &type) ||
      type <= GST_TAG_IMAGE_TYPE_UNDEFINED ||
      type > GST_TAG_IMAGE_TYPE_PUBLISHER_STUDIO_LOGO)
    return PICTURE_OTHER;
  return type + PICTURE_OFFSET;
}

static const gchar *
picture_mime (const GstCaps * caps)
{
  const gchar *name;

  if (caps == NULL || gst_caps_get_size (caps) == 0)
    return "image/";
  name = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  return g_str_equal (name, "text/uri-list") ? LINK_MIME : name;
}

/* WM/Picture: type, length of the data, MIME type, description, data. */
static GBytes *
new_picture (const GstWmsAsfTagLine * line, GstSample * sample,
    const GstMapInfo * map)
{
  const GstStructure *info = gst_sample_get_info (sample);
  guint8 type = picture_type (line, info);
  guint32 size = GUINT32_TO_LE ((guint32) map->size);
  GByteArray *bytes = g_byte_array_new ();
  const gchar *text = NULL;

  if (info != NULL)
    text = gst_structure_get_string (info, "description");
  if (info != NULL && text == NULL)
    text = gst_structure_get_string (info, "filename");
  g_byte_array_append (bytes, &type, sizeof type);
  g_byte_array_append (bytes, (const guint8 *) &size, sizeof size);
  append_utf16 (bytes, picture_mime (gst_sample_get_caps (sample)));
  append_utf16 (bytes, text);
  g_byte_array_append (bytes, map->data, map->size);
  return g_byte_array_free_to_bytes (bytes);
}

static gboolean
set_sample (AsfAttribute * attribute, const GstWmsAsfTagLine * line,
    const GValue * value)
{
  GstSample *sample = gst_value_get_sample (value);
  GstBuffer *buffer = sample ? gst_sample_get_buffer (sample) : NULL;
  GstMapInfo map;

  if (buffer == NULL || gst_buffer_get_size (buffer) > G_MAXINT32
      || !asf_buffer_map (buffer, &map))
    return FALSE;
  attribute->type = ASF_ATTRIBUTE_BINARY;
  if (line != NULL && line->form == GST_WMS_ASF_TAG_PICTURE)
    attribute->bytes = new_picture (line, sample, &map);
  else
    attribute->bytes = g_bytes_new (map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  return TRUE;
}

gboolean
gst_wms_asf_tag_value (AsfAttribute * attribute, const GstWmsAsfTagLine * line,
    const GValue * value)
{
  GstWmsAsfTagForm form = line ? line->form : GST_WMS_ASF_TAG_TEXT;

  memset (attribute, 0, sizeof *attribute);
  if (G_VALUE_HOLDS (value, GST_TYPE_SAMPLE))
    return set_sample (attribute, line, value);
  switch (form) {
    case GST_WMS_ASF_TAG_DWORD:
      return set_number (attribute, value, FALSE);
    case GST_WMS_ASF_TAG_STARS:
      return set_number (attribute, value, TRUE);
    case GST_WMS_ASF_TAG_DECIBEL:
      return set_decibel (attribute, value);
    case GST_WMS_ASF_TAG_LANGUAGE:
      return set_language (attribute, value);
    case GST_WMS_ASF_TAG_COMMENT:
      return set_comment (attribute, value);
    default:
      return set_text (attribute, value_to_text (value));
  }
}

gsize
gst_wms_asf_attribute_size (const AsfAttribute * attribute)
{
  switch (attribute->type) {
    case ASF_ATTRIBUTE_TEXT:
      return asf_utf16_size (attribute->text);
    case ASF_ATTRIBUTE_BINARY:
    case ASF_ATTRIBUTE_GUID:
      return attribute->bytes ? g_bytes_get_size (attribute->bytes) : 0;
    case ASF_ATTRIBUTE_QWORD:
      return sizeof (guint64);
    default:
      return sizeof (guint32);
  }
}
