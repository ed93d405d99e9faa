/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "testtags.h"

#include <string.h>
#include <gst/base/gstbytereader.h>
#include <gst/check/gstcheck.h>
#include <gst/tag/tag.h>

#include "asf/asfguid.h"
#include "asf/asfreader.h"

#define MAX_HEX_BYTES 16

/* As fail_unless(), which writes a line for each one that holds, too. */
#define need(condition) \
  do { if (!(condition)) fail ("%s", #condition); } while (0)

typedef struct
{
  GString *text;
  guint32 packet_size;
} Description;

static guint64
get (GstByteReader * r, guint n_bytes)
{
  guint64 value = 0;
  guint8 byte;
  guint i;

  for (i = 0; i < n_bytes; i++) {
    need (gst_byte_reader_get_uint8 (r, &byte));
    value |= (guint64) byte << 8 * i;
  }
  return value;
}

static gchar *
get_text (GstByteReader * r, gsize size)
{
  const guint8 *data;
  g_autofree gunichar2 *units = NULL;
  gchar *text;

  need (gst_byte_reader_get_data (r, size, &data));
  need (size % 2 == 0);
  units = g_malloc0 (size + 2);
  memcpy (units, data, size);
  /* section 2.1: a NUL ends each text, and there is no other one in it */
  need (size == 0 || units[size / 2 - 1] == 0);
  text = g_utf16_to_utf8 (units, size / 2, NULL, NULL, NULL);
  need (text != NULL);
  return text;
}

static void
append_bytes (GString * text, const guint8 * data, gsize size)
{
  gsize i;

  if (size > MAX_HEX_BYTES) {
    g_string_append_printf (text, "x[%" G_GSIZE_FORMAT "]", size);
    return;
  }
  g_string_append_c (text, 'x');
  for (i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", data[i]);
}

static void
append_value (GString * text, GstByteReader * r, guint type, gsize size)
{
  static const gchar letters[] = "..bdqw";
  g_autofree gchar *string = NULL;
  const guint8 *data;

  if (type == 0) {
    string = get_text (r, size);
    g_string_append (text, string);
  } else if (type == 1) {
    need (gst_byte_reader_get_data (r, size, &data));
    append_bytes (text, data, size);
  } else {
    need (type < 6);
    g_string_append_printf (text, "%c%" G_GUINT64_FORMAT, letters[type],
        get (r, size));
  }
  g_string_append_c (text, '\n');
}

static void
describe_content (Description * self, GstByteReader * r)
{
  static const gchar *const names[] = { "Title", "Author", "Copyright",
    "Description", "Rating"
  };
  gsize sizes[G_N_ELEMENTS (names)];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++)
    sizes[i] = get (r, 2);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *text = get_text (r, sizes[i]);

    if (sizes[i] > 0)
      g_string_append_printf (self->text, "CD %s=%s\n", names[i], text);
  }
}

static void
describe_extended (Description * self, GstByteReader * r)
{
  guint n = get (r, 2);

  while (n-- > 0) {
    g_autofree gchar *name = get_text (r, get (r, 2));
    guint type = get (r, 2);

    g_string_append_printf (self->text, "EX %s=", name);
    append_value (self->text, r, type, get (r, 2));
  }
}

static void
describe_records (Description * self, GstByteReader * r, gboolean library)
{
  guint n = get (r, 2);

  while (n-- > 0) {
    guint language = get (r, 2);
    guint stream = get (r, 2);
    gsize name_size = get (r, 2);
    guint type = get (r, 2);
    gsize size = get (r, 4);
    g_autofree gchar *name = get_text (r, name_size);

    if (library)
      g_string_append_printf (self->text, "ML %u %u %s=", language, stream,
          name);
    else
      g_string_append_printf (self->text, "MD %u %s=", stream, name);
    append_value (self->text, r, type, size);
  }
}

static void
describe_markers (Description * self, GstByteReader * r)
{
  guint n;

  need (gst_byte_reader_skip (r, ASF_GUID_SIZE));
  n = get (r, 4);
  need (get (r, 2) == 1);
  need (get (r, 2) == 0);
  while (n-- > 0) {
    guint64 offset = get (r, 8);
    guint64 time = get (r, 8);
    gsize size = get (r, 2);
    guint send = get (r, 4);
    g_autofree gchar *text = NULL;

    need (get (r, 4) == 0);
    need (size == 12 + 2 * get (r, 4));
    text = get_text (r, size - 12);
    need (offset % self->packet_size == 0);
    g_string_append_printf (self->text, "MA %u %u %u %s\n",
        (guint) (time / 10000), (guint) (offset / self->packet_size), send,
        text);
  }
}

static void
describe_objects (Description * self, GstByteReader * r)
{
  while (gst_byte_reader_get_remaining (r) > 0) {
    GstByteReader object;
    AsfGuid guid;
    const guint8 *data;

    need (gst_byte_reader_get_data (r, ASF_GUID_SIZE, &data));
    memcpy (guid.bytes, data, ASF_GUID_SIZE);
    need (gst_byte_reader_get_sub_reader (r, &object,
            get (r, 8) - ASF_OBJECT_HEAD_SIZE));
    if (asf_guid_equal (&guid, &asf_guid_header_extension)) {
      need (gst_byte_reader_skip (&object, 22));
      describe_objects (self, &object);
    } else if (asf_guid_equal (&guid, &asf_guid_content_description)) {
      describe_content (self, &object);
    } else if (asf_guid_equal (&guid, &asf_guid_extended_content_description)) {
      describe_extended (self, &object);
    } else if (asf_guid_equal (&guid, &asf_guid_metadata)) {
      describe_records (self, &object, FALSE);
    } else if (asf_guid_equal (&guid, &asf_guid_metadata_library)) {
      describe_records (self, &object, TRUE);
    } else if (asf_guid_equal (&guid, &asf_guid_marker)) {
      describe_markers (self, &object);
    } else {
      continue;
    }
    need (gst_byte_reader_get_remaining (&object) == 0);
  }
}

gchar *
test_describe_header (const guint8 * data, gsize size)
{
  Description self = { g_string_new (NULL) };
  AsfHeaderInfo info;
  GstByteReader r;

  fail_unless (asf_header_read (data, size, &info, NULL));
  self.packet_size = info.packet_size;
  gst_byte_reader_init (&r, data + 30, info.header_size - 30);
  describe_objects (&self, &r);
  return g_string_free (self.text, FALSE);
}

gboolean
test_has_line (const gchar * text, const gchar * line)
{
  gsize size = strlen (line);
  const gchar *found = text;

  while ((found = strstr (found, line)) != NULL) {
    if ((found == text || found[-1] == '\n') && found[size] == '\n')
      return TRUE;
    found++;
  }
  return FALSE;
}

guint
test_count_lines (const gchar * text, const gchar * start)
{
  const gchar *found = text;
  guint n = 0;

  while ((found = strstr (found, start)) != NULL) {
    n += found == text || found[-1] == '\n';
    found++;
  }
  return n;
}

GstSample *
test_sample_new (const gchar * caps_text, gint image_type, gsize size,
    guint8 mark)
{
  static const guint8 jpeg[] = { 0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J', 'F', 'I',
    'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 8, 0, 8, 1, 1,
    0x11, 0
  };
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstCaps *caps = gst_caps_from_string (caps_text);
  GstStructure *info = NULL;
  GstSample *sample;

  gst_buffer_memset (buffer, 0, mark, size);
  if (g_str_equal (caps_text, "image/jpeg"))
    gst_buffer_fill (buffer, 0, jpeg, sizeof jpeg);
  if (image_type >= 0)
    info = gst_structure_new ("GstTagImageInfo", "image-type",
        GST_TYPE_TAG_IMAGE_TYPE, image_type, NULL);
  sample = gst_sample_new (buffer, caps, NULL, info);
  gst_buffer_unref (buffer);
  gst_caps_unref (caps);
  return sample;
}

gchar *
test_ffprobe (const gchar * path, const gchar * what)
{
  g_autofree gchar *tool = g_find_program_in_path ("ffprobe");
  g_autofree gchar *line = NULL;
  gchar *text;

  if (tool == NULL) {
    g_print ("SKIP: no ffprobe here\n");
    return NULL;
  }
  line = g_strdup_printf ("%s -v error -of flat=s=_ %s %s", tool, what, path);
  fail_unless (g_spawn_command_line_sync (line, &text, NULL, NULL, NULL));
  return text;
}
