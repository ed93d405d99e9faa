/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfheader.h"

#include <string.h>

#include "asf/asfstream.h"
#include "asf/asfwriter.h"

/* Reserved fields: Header Object (section 3.1), Header Extension (3.4),
 * Compatibility (4.10), Data Object (5.1). */
#define HEADER_RESERVED_1 0x01
#define HEADER_RESERVED_2 0x02
#define EXTENSION_RESERVED_2 6
#define COMPATIBILITY_PROFILE 2
#define COMPATIBILITY_MODE 1
#define DATA_RESERVED 0x0101

void
asf_attribute_clear (AsfAttribute * attribute)
{
  g_clear_pointer (&attribute->name, g_free);
  g_clear_pointer (&attribute->text, g_free);
  g_clear_pointer (&attribute->bytes, g_bytes_unref);
}

void
asf_description_clear (AsfDescription * description)
{
  g_clear_pointer (&description->title, g_free);
  g_clear_pointer (&description->author, g_free);
  g_clear_pointer (&description->copyright, g_free);
  g_clear_pointer (&description->description, g_free);
  g_clear_pointer (&description->rating, g_free);
}

guint32
asf_header_max_bps (const AsfHeader * header)
{
  guint64 sum = 0;
  guint i;

  for (i = 0; i < header->n_streams; i++)
    sum += header->streams[i].total_bps;
  return CLAMP (sum, 1, G_MAXUINT32);
}

/* section 3.2 */
static void
write_file_properties (AsfWriter * w, const AsfHeader * header)
{
  gsize start = asf_writer_begin_object (w, &asf_guid_file_properties);

  asf_writer_guid (w, &header->file_id);
  asf_writer_u64 (w, header->file_size);
  asf_writer_u64 (w, header->creation_date_100ns);
  asf_writer_u64 (w, header->packet_count);
  asf_writer_u64 (w, header->play_duration_100ns);
  asf_writer_u64 (w, header->send_duration_100ns);
  asf_writer_u64 (w, header->preroll_ms);
  asf_writer_u32 (w, header->flags);
  asf_writer_u32 (w, header->packet_size);
  asf_writer_u32 (w, header->packet_size);
  asf_writer_u32 (w, asf_header_max_bps (header));
  asf_writer_end_object (w, start);
}

/* section 4.10; Windows' writers always have it */
static void
write_compatibility (AsfWriter * w)
{
  gsize start = asf_writer_begin_object (w, &asf_guid_compatibility);

  asf_writer_u8 (w, COMPATIBILITY_PROFILE);
  asf_writer_u8 (w, COMPATIBILITY_MODE);
  asf_writer_end_object (w, start);
}

/* section 4.6; lengths in bytes */
static void
write_language_list (AsfWriter * w, const gchar * language)
{
  g_autoptr (GBytes) utf16 = asf_utf16_new (language);
  gsize start;

  if (g_bytes_get_size (utf16) == 0 || g_bytes_get_size (utf16) > G_MAXUINT8)
    return;
  start = asf_writer_begin_object (w, &asf_guid_language_list);
  asf_writer_u16 (w, 1);
  asf_writer_u8 (w, g_bytes_get_size (utf16));
  asf_writer_bytes (w, utf16);
  asf_writer_end_object (w, start);
}

/* section 3.4 */
static void
write_header_extension (AsfWriter * w, const AsfHeader * header)
{
  gsize start = asf_writer_begin_object (w, &asf_guid_header_extension);
  gsize size_pos, content;
  guint i;

  asf_writer_guid (w, &asf_guid_header_extension_reserved);
  asf_writer_u16 (w, EXTENSION_RESERVED_2);
  size_pos = asf_writer_pos (w);
  asf_writer_u32 (w, 0);

  content = asf_writer_pos (w);
  write_language_list (w, header->language);
  write_compatibility (w);
  for (i = 0; i < header->n_streams; i++)
    asf_stream_write_extended (w, &header->streams[i]);
  asf_writer_patch_u32 (w, size_pos, asf_writer_pos (w) - content);
  asf_writer_end_object (w, start);
}

/* section 3.5 */
static void
write_codec_list (AsfWriter * w, const AsfHeader * header)
{
  gsize start = asf_writer_begin_object (w, &asf_guid_codec_list);
  guint i;

  asf_writer_guid (w, &asf_guid_codec_list_reserved);
  asf_writer_u32 (w, header->n_streams);
  for (i = 0; i < header->n_streams; i++)
    asf_stream_write_codec_entry (w, &header->streams[i]);
  asf_writer_end_object (w, start);
}

/* section 3.10: five lengths in bytes, then five strings */
static void
write_content_description (AsfWriter * w, const AsfDescription * texts)
{
  const gchar *fields[] = { texts->title, texts->author, texts->copyright,
    texts->description, texts->rating
  };
  GBytes *utf16[G_N_ELEMENTS (fields)];
  gsize total = 0;
  gsize start;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fields); i++) {
    utf16[i] = asf_utf16_new (fields[i]);
    total += g_bytes_get_size (utf16[i]);
  }
  if (total > 0) {
    start = asf_writer_begin_object (w, &asf_guid_content_description);
    for (i = 0; i < G_N_ELEMENTS (fields); i++)
      asf_writer_u16 (w, g_bytes_get_size (utf16[i]));
    for (i = 0; i < G_N_ELEMENTS (fields); i++)
      asf_writer_bytes (w, utf16[i]);
    asf_writer_end_object (w, start);
  }
  for (i = 0; i < G_N_ELEMENTS (fields); i++)
    g_bytes_unref (utf16[i]);
}

static void
write_attribute_value (AsfWriter * w, const AsfAttribute * attribute)
{
  g_autoptr (GBytes) utf16 = NULL;

  switch (attribute->type) {
    case ASF_ATTRIBUTE_TEXT:
      utf16 = asf_utf16_new (attribute->text);
      asf_writer_u16 (w, g_bytes_get_size (utf16));
      asf_writer_bytes (w, utf16);
      break;
    case ASF_ATTRIBUTE_BINARY:
      asf_writer_u16 (w, g_bytes_get_size (attribute->bytes));
      asf_writer_bytes (w, attribute->bytes);
      break;
    case ASF_ATTRIBUTE_QWORD:
      asf_writer_u16 (w, 8);
      asf_writer_u64 (w, attribute->number);
      break;
    case ASF_ATTRIBUTE_WORD:
      asf_writer_u16 (w, 2);
      asf_writer_u16 (w, attribute->number);
      break;
    case ASF_ATTRIBUTE_BOOL:
    case ASF_ATTRIBUTE_DWORD:
      asf_writer_u16 (w, 4);
      asf_writer_u32 (w, attribute->number);
      break;
  }
}

/* section 3.11 */
static void
write_extended_content (AsfWriter * w, GArray * attributes)
{
  gsize start;
  guint i;

  if (attributes == NULL || attributes->len == 0)
    return;
  start = asf_writer_begin_object (w, &asf_guid_extended_content_description);
  asf_writer_u16 (w, attributes->len);
  for (i = 0; i < attributes->len; i++) {
    const AsfAttribute *attribute =
        &g_array_index (attributes, AsfAttribute, i);
    g_autoptr (GBytes) name = asf_utf16_new (attribute->name);

    asf_writer_u16 (w, g_bytes_get_size (name));
    asf_writer_bytes (w, name);
    asf_writer_u16 (w, attribute->type);
    write_attribute_value (w, attribute);
  }
  asf_writer_end_object (w, start);
}

/* section 3.12 */
static void
write_stream_bitrates (AsfWriter * w, const AsfHeader * header)
{
  gsize start =
      asf_writer_begin_object (w, &asf_guid_stream_bitrate_properties);
  guint i;

  asf_writer_u16 (w, header->n_streams);
  for (i = 0; i < header->n_streams; i++) {
    asf_writer_u16 (w, header->streams[i].number);
    asf_writer_u32 (w, header->streams[i].total_bps);
  }
  asf_writer_end_object (w, start);
}

/* section 3.15 */
static void
write_padding (AsfWriter * w, gsize size)
{
  gsize start;

  if (size < ASF_OBJECT_HEAD_SIZE)
    return;
  start = asf_writer_begin_object (w, &asf_guid_padding);
  asf_writer_zeros (w, size - ASF_OBJECT_HEAD_SIZE);
  asf_writer_end_object (w, start);
}

/* Direct children of the Header Object; see asf_header_write(). */
static guint
count_objects (const AsfHeader * header, gsize description_size)
{
  guint n = 4 + header->n_streams;

  if (description_size > 0)
    n++;
  if (header->attributes != NULL && header->attributes->len > 0)
    n++;
  if (header->padding >= ASF_OBJECT_HEAD_SIZE)
    n++;
  return n;
}

/* section 5.1: the size is that of the whole object, but 50 in a broadcast,
 * since players refuse 0 there (design, 5) */
static void
write_data_head (AsfWriter * w, const AsfHeader * header)
{
  gboolean broadcast = header->flags & ASF_FILE_BROADCAST;
  guint64 size = ASF_DATA_HEAD_SIZE;

  if (!broadcast)
    size += header->packet_count * header->packet_size;
  asf_writer_guid (w, &asf_guid_data);
  asf_writer_u64 (w, size);
  asf_writer_guid (w, &header->file_id);
  asf_writer_u64 (w, header->packet_count);
  asf_writer_u16 (w, DATA_RESERVED);
}

GBytes *
asf_header_write (const AsfHeader * header, GError ** error)
{
  AsfWriter w;
  gsize start, count_pos, before;
  gsize description_size;
  guint i;

  asf_writer_init (&w);
  start = asf_writer_begin_object (&w, &asf_guid_header);
  count_pos = asf_writer_pos (&w);
  asf_writer_u32 (&w, 0);
  asf_writer_u8 (&w, HEADER_RESERVED_1);
  asf_writer_u8 (&w, HEADER_RESERVED_2);

  write_file_properties (&w, header);
  write_header_extension (&w, header);
  write_codec_list (&w, header);
  before = asf_writer_pos (&w);
  write_content_description (&w, &header->description);
  description_size = asf_writer_pos (&w) - before;
  write_extended_content (&w, header->attributes);
  for (i = 0; i < header->n_streams; i++)
    asf_stream_write_properties (&w, &header->streams[i]);
  write_stream_bitrates (&w, header);
  write_padding (&w, header->padding);

  asf_writer_patch_u32 (&w, count_pos, count_objects (header,
          description_size));
  asf_writer_end_object (&w, start);
  write_data_head (&w, header);
  return asf_writer_finish (&w, error);
}

gboolean
asf_header_has_early_mark (const guint8 * data, gsize size)
{
  static const guint8 mark[] = { 0x00, 0x00, 0x01, 0x01 };
  const guint8 *found;

  if (size < sizeof mark)
    return FALSE;
  found = memmem (data, size, mark, sizeof mark);
  return found != NULL && found < data + size - sizeof mark;
}
