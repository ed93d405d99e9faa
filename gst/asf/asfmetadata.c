/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfmetadata.h"

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

/* section 3.10: five lengths in bytes, then five strings */
void
asf_metadata_write_description (AsfWriter * w, const AsfDescription * texts)
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

/* A number takes so many bytes; a BOOL is larger in the Extended Content
 * Description Object (section 3.11). */
static gsize
number_size (AsfAttributeType type, gsize bool_size)
{
  switch (type) {
    case ASF_ATTRIBUTE_BOOL:
      return bool_size;
    case ASF_ATTRIBUTE_DWORD:
      return 4;
    case ASF_ATTRIBUTE_QWORD:
      return 8;
    case ASF_ATTRIBUTE_WORD:
      return 2;
    default:
      return 0;
  }
}

static GBytes *
new_number (guint64 number, gsize size)
{
  guint64 value = GUINT64_TO_LE (number);

  return g_bytes_new (&value, size);
}

/* The bytes of a value; fails when the object's type cannot have it. */
static GBytes *
new_value (AsfWriter * w, const AsfAttribute * attribute, gsize bool_size)
{
  guint64 number = attribute->number;

  switch (attribute->type) {
    case ASF_ATTRIBUTE_TEXT:
      return asf_utf16_new (attribute->text);
    case ASF_ATTRIBUTE_BINARY:
    case ASF_ATTRIBUTE_GUID:
      if (attribute->type == ASF_ATTRIBUTE_GUID && (attribute->bytes == NULL
              || g_bytes_get_size (attribute->bytes) != ASF_GUID_SIZE))
        asf_writer_fail (w, "an identifier does not have 16 bytes");
      return attribute->bytes ? g_bytes_ref (attribute->bytes) :
          g_bytes_new (NULL, 0);
    case ASF_ATTRIBUTE_BOOL:
      number = number != 0;
      break;
    default:
      break;
  }
  return new_number (number, number_size (attribute->type, bool_size));
}

/* section 3.11 */
static void
write_descriptor (AsfWriter * w, const AsfAttribute * attribute)
{
  g_autoptr (GBytes) value = new_value (w, attribute, 4);

  if (attribute->type == ASF_ATTRIBUTE_GUID)
    asf_writer_fail (w, "an identifier outside of the Metadata Library");
  asf_writer_text (w, attribute->name);
  asf_writer_u16 (w, attribute->type);
  asf_writer_u16 (w, g_bytes_get_size (value));
  asf_writer_bytes (w, value);
}

/* sections 4.7, 4.8: the same but for what the first field means and how
 * large a value may be */
static void
write_record (AsfWriter * w, const AsfAttribute * attribute, gboolean library)
{
  g_autoptr (GBytes) value = new_value (w, attribute, 2);
  g_autoptr (GBytes) name = asf_utf16_new (attribute->name);
  gsize size = g_bytes_get_size (value);

  if (!library && (size > ASF_ATTRIBUTE_MAX_SIZE
          || attribute->type == ASF_ATTRIBUTE_GUID))
    asf_writer_fail (w, "a value belongs in the Metadata Library");
  if (attribute->stream_number > ASF_MAX_STREAMS)
    asf_writer_fail (w, "an attribute of a stream that cannot be");
  asf_writer_u16 (w, library ? attribute->language_index : 0);
  asf_writer_u16 (w, attribute->stream_number);
  asf_writer_u16 (w, g_bytes_get_size (name));
  asf_writer_u16 (w, attribute->type);
  asf_writer_u32 (w, size);
  asf_writer_bytes (w, name);
  asf_writer_bytes (w, value);
}

void
asf_metadata_write_extended (AsfWriter * w, GArray * attributes)
{
  gsize start;
  guint i;

  if (attributes == NULL || attributes->len == 0)
    return;
  start = asf_writer_begin_object (w, &asf_guid_extended_content_description);
  asf_writer_u16 (w, attributes->len);
  for (i = 0; i < attributes->len; i++)
    write_descriptor (w, &g_array_index (attributes, AsfAttribute, i));
  asf_writer_end_object (w, start);
}

static void
write_records (AsfWriter * w, const AsfGuid * guid, GArray * attributes,
    gboolean library)
{
  gsize start;
  guint i;

  if (attributes == NULL || attributes->len == 0)
    return;
  start = asf_writer_begin_object (w, guid);
  asf_writer_u16 (w, attributes->len);
  for (i = 0; i < attributes->len; i++)
    write_record (w, &g_array_index (attributes, AsfAttribute, i), library);
  asf_writer_end_object (w, start);
}

void
asf_metadata_write_metadata (AsfWriter * w, GArray * attributes)
{
  write_records (w, &asf_guid_metadata, attributes, FALSE);
}

void
asf_metadata_write_library (AsfWriter * w, GArray * attributes)
{
  write_records (w, &asf_guid_metadata_library, attributes, TRUE);
}
