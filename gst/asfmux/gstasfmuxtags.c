/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxtags.h"

#include "asf/asfwriter.h"

#include <gst/tag/tag.h>

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* Longest text: a WORD counts the bytes of its UTF-16 form (rules, 3.10). */
#define MAX_TEXT_BYTES G_MAXUINT16

/* One line for each tag that has a name in ASF; the names are those that
 * Windows' own writers use. */
static const struct
{
  const gchar *tag;
  const gchar *name;
  AsfAttributeType type;
} attributes[] = {
  {GST_TAG_ALBUM, "WM/AlbumTitle", ASF_ATTRIBUTE_TEXT},
  {GST_TAG_ALBUM_ARTIST, "WM/AlbumArtist", ASF_ATTRIBUTE_TEXT},
  {GST_TAG_GENRE, "WM/Genre", ASF_ATTRIBUTE_TEXT},
  {GST_TAG_TRACK_NUMBER, "WM/TrackNumber", ASF_ATTRIBUTE_DWORD},
  {GST_TAG_COMPOSER, "WM/Composer", ASF_ATTRIBUTE_TEXT},
  {GST_TAG_CONDUCTOR, "WM/Conductor", ASF_ATTRIBUTE_TEXT},
  {GST_TAG_PUBLISHER, "WM/Publisher", ASF_ATTRIBUTE_TEXT},
  {GST_TAG_ISRC, "WM/ISRC", ASF_ATTRIBUTE_TEXT},
  {GST_TAG_ENCODED_BY, "WM/EncodedBy", ASF_ATTRIBUTE_TEXT},
  {GST_TAG_LYRICS, "WM/Lyrics", ASF_ATTRIBUTE_TEXT},
  {GST_TAG_SHOW_NAME, "WM/SubTitle", ASF_ATTRIBUTE_TEXT},
};

static gboolean
fits (const gchar * text)
{
  g_autoptr (GBytes) utf16 = asf_utf16_new (text);

  return g_bytes_get_size (utf16) <= MAX_TEXT_BYTES;
}

/* All values of a tag, joined; NULL when there is none or it is too long. */
static gchar *
get_text (const GstTagList * tags, const gchar * tag, GstObject * owner)
{
  gchar *text = NULL;

  if (!gst_tag_list_get_string (tags, tag, &text))
    return NULL;
  if (!fits (text)) {
    GST_WARNING_OBJECT (owner, "tag %s is left out: longer than %u bytes", tag,
        MAX_TEXT_BYTES);
    g_clear_pointer (&text, g_free);
  }
  return text;
}

static void
append (GArray * array, const gchar * name, AsfAttributeType type,
    gchar * text, guint64 number)
{
  AsfAttribute attribute = {
    .name = g_strdup (name),
    .type = type,
    .text = text,
    .number = number,
  };

  g_array_append_val (array, attribute);
}

static void
append_tag (GArray * array, const GstTagList * tags, guint i, GstObject * owner)
{
  gchar *text;
  guint number;

  if (attributes[i].type == ASF_ATTRIBUTE_TEXT) {
    text = get_text (tags, attributes[i].tag, owner);
    if (text != NULL)
      append (array, attributes[i].name, ASF_ATTRIBUTE_TEXT, text, 0);
  } else if (gst_tag_list_get_uint (tags, attributes[i].tag, &number)) {
    append (array, attributes[i].name, attributes[i].type, NULL, number);
  }
}

static void
append_year (GArray * array, const GstTagList * tags)
{
  g_autoptr (GstDateTime) date = NULL;

  if (gst_tag_list_get_date_time (tags, GST_TAG_DATE_TIME, &date)
      && gst_date_time_has_year (date))
    append (array, "WM/Year", ASF_ATTRIBUTE_TEXT,
        g_strdup_printf ("%d", gst_date_time_get_year (date)), 0);
}

/* The demuxers read the Rating field as a comment. */
static void
read_description (const GstTagList * tags, AsfDescription * description,
    GstObject * owner)
{
  description->title = get_text (tags, GST_TAG_TITLE, owner);
  description->author = get_text (tags, GST_TAG_ARTIST, owner);
  description->copyright = get_text (tags, GST_TAG_COPYRIGHT, owner);
  description->description = get_text (tags, GST_TAG_DESCRIPTION, owner);
  description->rating = get_text (tags, GST_TAG_COMMENT, owner);
}

GArray *
gst_wms_asf_tags_read (const GstTagList * tags, AsfDescription * description,
    GstObject * owner)
{
  GArray *array = g_array_new (FALSE, FALSE, sizeof (AsfAttribute));
  guint i;

  *description = (AsfDescription) {
  NULL};
  g_array_set_clear_func (array, (GDestroyNotify) asf_attribute_clear);
  /* in every file of Windows' writers (rules, 3.11) */
  append (array, "WMFSDKNeeded", ASF_ATTRIBUTE_TEXT, g_strdup ("0.0.0.0000"),
      0);
  append (array, "IsVBR", ASF_ATTRIBUTE_BOOL, NULL, FALSE);
  if (tags == NULL)
    return array;
  read_description (tags, description, owner);
  for (i = 0; i < G_N_ELEMENTS (attributes); i++)
    append_tag (array, tags, i, owner);
  append_year (array, tags);
  return array;
}
