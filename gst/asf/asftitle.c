/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asftitle.h"

#include <string.h>

#include <gst/base/gstbytereader.h>

#include "asf/asfreader.h"

/* Section 3.10: lengths of title, author, copyright, description, rating. */
#define LENGTHS_SIZE 10

#define IS_HIGH_SURROGATE(unit) (((unit) & 0xfc00) == 0xd800)
#define IS_LOW_SURROGATE(unit) (((unit) & 0xfc00) == 0xdc00)
#define REPLACEMENT 0xfffd

/* One character of UTF-16; half a pair is none. */
static gunichar
read_character (GstByteReader * reader)
{
  guint16 high = gst_byte_reader_get_uint16_le_unchecked (reader), low;

  if (IS_HIGH_SURROGATE (high)
      && gst_byte_reader_peek_uint16_le (reader, &low)
      && IS_LOW_SURROGATE (low)) {
    gst_byte_reader_skip_unchecked (reader, 2);
    return 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
  }
  return IS_HIGH_SURROGATE (high) || IS_LOW_SURROGATE (high) ? REPLACEMENT
      : high;
}

static gchar *
read_text (GstByteReader * reader)
{
  GString *text = g_string_new (NULL);

  while (gst_byte_reader_get_remaining (reader) >= 2) {
    gunichar character = read_character (reader);

    if (character == 0)
      break;
    g_string_append_unichar (text, character);
  }
  return g_string_free (text, text->len == 0);
}

static gchar *
read_description (GstByteReader * body)
{
  GstByteReader title;
  guint16 length;

  if (!gst_byte_reader_get_uint16_le (body, &length)
      || !gst_byte_reader_skip (body, LENGTHS_SIZE - 2)
      || !gst_byte_reader_get_sub_reader (body, &title, length))
    return NULL;
  return read_text (&title);
}

gchar *
asf_header_read_title (const guint8 * data, gsize size)
{
  GstByteReader header;
  const guint8 *guid;
  guint64 object_size;

  if (size < ASF_HEADER_HEAD_SIZE || size > G_MAXUINT)
    return NULL;
  gst_byte_reader_init (&header, data, size);
  gst_byte_reader_skip_unchecked (&header, ASF_HEADER_HEAD_SIZE);
  while (gst_byte_reader_get_data (&header, ASF_GUID_SIZE, &guid)
      && gst_byte_reader_get_uint64_le (&header, &object_size)
      && object_size >= ASF_OBJECT_HEAD_SIZE) {
    GstByteReader body;

    object_size -= ASF_OBJECT_HEAD_SIZE;
    if (object_size > gst_byte_reader_get_remaining (&header)
        || !gst_byte_reader_get_sub_reader (&header, &body, object_size))
      return NULL;
    if (memcmp (guid, asf_guid_content_description.bytes, ASF_GUID_SIZE) == 0)
      return read_description (&body);
  }
  return NULL;
}
