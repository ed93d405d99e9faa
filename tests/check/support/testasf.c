/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "testasf.h"

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

const gchar *const test_media_names[TEST_N_MEDIA + 1] = {
  "lavf-wmv2-wmav2.wmv", "mellow-mp3.wma", "multilang-5xwmav2.wma",
  "seattle-wmv2-wmavoice.wmv", "silence-wmalossless.wma",
  "silence-wmapro.wma", "silence-wmav2.wma", "smooth-wmv2-wmav2.wmv",
  "speech-wmav2.wma", "tallship-wvc1-wmapro.wmv", NULL
};

void
test_put (GByteArray * bytes, guint64 value, guint n_bytes)
{
  guint8 le[8];

  GST_WRITE_UINT64_LE (le, value);
  g_byte_array_append (bytes, le, n_bytes);
}

static void
put_guid (GByteArray * bytes, const AsfGuid * guid)
{
  g_byte_array_append (bytes, guid->bytes, ASF_GUID_SIZE);
}

guint
test_begin_object (GByteArray * bytes, const AsfGuid * guid)
{
  guint start = bytes->len;

  put_guid (bytes, guid);
  test_put (bytes, 0, 8);
  return start;
}

void
test_end_object (GByteArray * bytes, guint start)
{
  GST_WRITE_UINT64_LE (bytes->data + start + ASF_GUID_SIZE, bytes->len - start);
}

static void
put_zeros (GByteArray * bytes, guint n)
{
  guint start = bytes->len;

  g_byte_array_set_size (bytes, start + n);
  memset (bytes->data + start, 0, n);
}

static void
put_file_properties (GByteArray * bytes, const TestHeader * header)
{
  guint start = test_begin_object (bytes, &asf_guid_file_properties);
  guint i;

  for (i = 0; i < ASF_GUID_SIZE; i++)
    test_put (bytes, i + 1, 1);
  test_put (bytes, 4321, 8);
  test_put (bytes, 0, 8);
  test_put (bytes, header->n_packets, 8);
  test_put (bytes, 50000000, 8);
  test_put (bytes, 40000000, 8);
  test_put (bytes, 3000, 8);
  test_put (bytes, header->flags, 4);
  test_put (bytes, header->packet_size, 4);
  test_put (bytes, header->packet_size, 4);
  test_put (bytes, 512000, 4);
  test_end_object (bytes, start);
}

static void
put_stream (GByteArray * bytes, const AsfGuid * type, guint number)
{
  guint start = test_begin_object (bytes, &asf_guid_stream_properties);

  put_guid (bytes, type);
  put_guid (bytes, &asf_guid_no_error_correction);
  test_put (bytes, 0, 8);
  test_put (bytes, 3, 4);
  test_put (bytes, 0, 4);
  test_put (bytes, 0x8000 | number, 2);
  test_put (bytes, 0, 4);
  test_put (bytes, 0xaabbcc, 3);
  test_end_object (bytes, start);
}

static void
put_hidden_stream (GByteArray * bytes, const AsfGuid * type, guint number)
{
  guint start = test_begin_object (bytes, &asf_guid_extended_stream_properties);

  put_zeros (bytes, 48);
  test_put (bytes, number, 2);
  test_put (bytes, 0, 2);
  test_put (bytes, 333333, 8);
  test_put (bytes, 1, 2);
  test_put (bytes, 1, 2);
  test_put (bytes, 0, 2);
  test_put (bytes, 4, 2);
  test_put (bytes, 'n', 4);
  put_guid (bytes, &asf_guid_payload_ext_sample_duration);
  test_put (bytes, 2, 2);
  test_put (bytes, 1, 4);
  test_put (bytes, 0xff, 1);
  put_stream (bytes, type, number);
  test_end_object (bytes, start);
}

static void
put_description (GByteArray * bytes, const TestHeader * header)
{
  guint start = test_begin_object (bytes, header->description);

  g_byte_array_append (bytes, (const guint8 *) header->description_bytes,
      header->description_size);
  test_end_object (bytes, start);
}

static gboolean
is_description_extended (const TestHeader * header)
{
  return header->description == &asf_guid_metadata
      || header->description == &asf_guid_metadata_library;
}

static void
put_extension (GByteArray * bytes, const TestHeader * header,
    const AsfGuid * hidden, guint number)
{
  guint start = test_begin_object (bytes, &asf_guid_header_extension);
  guint size_at;

  put_guid (bytes, &asf_guid_header_extension_reserved);
  test_put (bytes, 6, 2);
  size_at = bytes->len;
  test_put (bytes, 0, 4);
  if (hidden != NULL)
    put_hidden_stream (bytes, hidden, number);
  if (is_description_extended (header))
    put_description (bytes, header);
  GST_WRITE_UINT32_LE (bytes->data + size_at, bytes->len - size_at - 4);
  test_end_object (bytes, start);
}

static void
put_bitrates (GByteArray * bytes, guint n_streams)
{
  guint start = test_begin_object (bytes, &asf_guid_stream_bitrate_properties);
  guint i;

  test_put (bytes, n_streams, 2);
  for (i = 1; i <= n_streams; i++) {
    test_put (bytes, i, 2);
    test_put (bytes, i * 1000, 4);
  }
  test_end_object (bytes, start);
}

static void
put_data_head (GByteArray * bytes, const TestHeader * header)
{
  guint start = test_begin_object (bytes, &asf_guid_data);
  guint i;

  for (i = 0; i < ASF_GUID_SIZE; i++)
    test_put (bytes, i + 1, 1);
  test_put (bytes, header->n_packets, 8);
  test_put (bytes, 0x0101, 2);
  GST_WRITE_UINT64_LE (bytes->data + start + ASF_GUID_SIZE,
      ASF_DATA_HEAD_SIZE + header->n_packets * header->packet_size);
}

GByteArray *
test_asf_header (const TestHeader * header)
{
  GByteArray *bytes = g_byte_array_new ();
  guint start = test_begin_object (bytes, &asf_guid_header);
  gboolean is_described =
      header->description != NULL && !is_description_extended (header);
  guint n_streams, i;

  for (n_streams = 0; header->streams[n_streams] != NULL;)
    n_streams++;
  test_put (bytes, n_streams + 3 - (header->is_last_hidden ? 1 : 0)
      + (is_described ? 1 : 0), 4);
  test_put (bytes, 0x0201, 2);
  /* bit rates before the streams that they are for is allowed */
  put_bitrates (bytes, n_streams);
  put_file_properties (bytes, header);
  for (i = 0; i < n_streams - (header->is_last_hidden ? 1 : 0); i++)
    put_stream (bytes, header->streams[i], i + 1);
  put_extension (bytes, header,
      header->is_last_hidden ? header->streams[n_streams - 1] : NULL,
      n_streams);
  if (is_described)
    put_description (bytes, header);
  test_end_object (bytes, start);
  put_data_head (bytes, header);
  return bytes;
}

GByteArray *
test_asf_packet (guint packet_size, guint object_size, guint8 fill,
    gboolean is_key, guint32 time_ms)
{
  GByteArray *bytes = g_byte_array_new ();
  guint start;

  test_put (bytes, 0x000082, 3);
  /* WORD Packet Length, WORD Padding Length; Property Flags */
  test_put (bytes, 0x5d50, 2);
  test_put (bytes, packet_size, 2);
  test_put (bytes, 0, 2);
  test_put (bytes, time_ms, 4);
  test_put (bytes, 40, 2);
  test_put (bytes, is_key ? 0x81 : 0x01, 1);
  test_put (bytes, time_ms / 40 & 0xff, 1);
  test_put (bytes, 0, 4);
  test_put (bytes, 8, 1);
  test_put (bytes, object_size, 4);
  test_put (bytes, time_ms + 3000, 4);
  start = bytes->len;
  g_assert_cmpuint (start + object_size, <=, packet_size);
  g_byte_array_set_size (bytes, packet_size);
  memset (bytes->data + start, 0, packet_size - start);
  memset (bytes->data + start, fill, object_size);
  GST_WRITE_UINT16_LE (bytes->data + 7, packet_size - start - object_size);
  return bytes;
}

void
test_asf_append_packet (GByteArray * bytes, guint packet_size,
    guint object_size, guint8 fill, gboolean is_key, guint32 time_ms)
{
  GByteArray *packet = test_asf_packet (packet_size, object_size, fill, is_key,
      time_ms);

  g_byte_array_append (bytes, packet->data, packet->len);
  g_byte_array_unref (packet);
}

gchar *
test_asf_file_new (const GByteArray * bytes)
{
  gchar *path;
  gint fd = g_file_open_tmp ("asf-XXXXXX.asf", &path, NULL);

  fail_unless (fd >= 0 && g_close (fd, NULL));
  fail_unless (g_file_set_contents (path, (gchar *) bytes->data, bytes->len,
          NULL));
  return path;
}

gchar *
test_shared_path (const gchar * relative)
{
  gchar *path = g_build_filename (TEST_SHARED_DIR, relative, NULL);

  if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_print ("SKIP: no ../shared/%s\n", relative);
    g_clear_pointer (&path, g_free);
  }
  return path;
}

gboolean
test_media_open (TestMedia * media, const gchar * name)
{
  gchar *relative = g_build_filename ("media", name, NULL);

  memset (media, 0, sizeof (*media));
  media->path = test_shared_path (relative);
  g_free (relative);
  if (media->path == NULL)
    return FALSE;
  fail_unless (g_file_get_contents (media->path, &media->contents,
          &media->size, NULL));
  fail_unless (asf_header_read ((guint8 *) media->contents, media->size,
          &media->info, NULL));
  media->packets = (guint8 *) media->contents + media->info.header_size
      + ASF_DATA_HEAD_SIZE;
  media->n_packets = (media->info.data_size - ASF_DATA_HEAD_SIZE)
      / media->info.packet_size;
  return TRUE;
}

void
test_media_close (TestMedia * media)
{
  g_free (media->path);
  g_free (media->contents);
}

/* One stream's output, and its object that is being put together. */
typedef struct
{
  GString *text;
  GByteArray *object;
  AsfPayload first;
} StreamObjects;

struct _TestObjects
{
  StreamObjects streams[ASF_MAX_STREAMS + 1];
};

TestObjects *
test_objects_new (void)
{
  return g_new0 (TestObjects, 1);
}

static void
finish_object (StreamObjects * stream)
{
  gchar *hash;

  if (stream->object == NULL || stream->object->len == 0)
    return;
  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, stream->object->data,
      stream->object->len);
  g_string_append_printf (stream->text, "%u %u %u %u %s\n",
      stream->first.stream_number, stream->first.pres_time_ms,
      stream->first.is_key, stream->object->len, hash);
  g_byte_array_set_size (stream->object, 0);
  g_free (hash);
}

static void
add_payload (StreamObjects * stream, const AsfPayload * payload)
{
  if (stream->object == NULL) {
    stream->object = g_byte_array_new ();
    stream->text = g_string_new (NULL);
  }
  if (payload->offset == 0) {
    finish_object (stream);
    stream->first = *payload;
  }
  g_byte_array_append (stream->object, payload->data, payload->size);
}

gboolean
test_objects_add_packet (TestObjects * self, const guint8 * data, gsize size)
{
  AsfPacketInfo packet;
  AsfPayloadIter iter;
  AsfPayload payload;
  GError *error = NULL;

  if (!asf_packet_read (data, size, &packet, NULL))
    return FALSE;
  asf_payload_iter_init (&iter, &packet, data);
  while (asf_payload_next (&iter, &payload, &error))
    add_payload (&self->streams[payload.stream_number], &payload);
  if (error == NULL)
    return TRUE;
  g_error_free (error);
  return FALSE;
}

gchar *
test_objects_finish (TestObjects * self)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 1; i <= ASF_MAX_STREAMS; i++) {
    StreamObjects *stream = &self->streams[i];

    if (stream->object == NULL)
      continue;
    finish_object (stream);
    g_string_append (text, stream->text->str);
    g_string_free (stream->text, TRUE);
    g_byte_array_unref (stream->object);
  }
  g_free (self);
  return g_string_free (text, FALSE);
}

gchar *
test_asfcheck_frames (const gchar * path)
{
  gchar *tool = test_shared_path ("tools/asfcheck.py");
  const gchar *argv[] = { TEST_PYTHON, tool, "--quiet", "--frames", "-",
    "--raw-times", path, NULL
  };
  gchar *output = NULL, *summary;

  if (tool == NULL)
    return NULL;
  fail_unless (g_spawn_sync (NULL, (gchar **) argv, NULL,
          G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, NULL, NULL));
  g_free (tool);
  /* the summary comes after the frames */
  summary = strstr (output, "{\"");
  fail_unless (summary != NULL, "asfcheck.py: %s", output);
  *summary = '\0';
  return output;
}

gboolean
test_passes_asfcheck (const gchar * path)
{
  gchar *tool = test_shared_path ("tools/asfcheck.py");
  const gchar *argv[] = { TEST_PYTHON, tool, "--no-warn", path, NULL };
  gchar *output = NULL;
  gint status = 0;

  if (tool == NULL)
    return TRUE;
  fail_unless (g_spawn_sync (NULL, (gchar **) argv, NULL,
          G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, &status, NULL));
  if (status != 0)
    g_print ("%s", output);
  g_free (output);
  g_free (tool);
  return status == 0;
}

guint
test_get_patience (void)
{
  const gchar *text = g_getenv ("CK_TIMEOUT_MULTIPLIER");
  guint64 times = text == NULL ? 1 : g_ascii_strtoull (text, NULL, 10);

  return CLAMP (times, 1, 100);
}

gboolean
test_is_under_memcheck (void)
{
  return g_getenv ("TEST_UNDER_MEMCHECK") != NULL;
}

gboolean
test_wait_for_threads (void)
{
  gint64 deadline = g_get_monotonic_time ()
      + 20 * test_get_patience () * G_TIME_SPAN_SECOND;
  gboolean is_there = TRUE;

  while (is_there && g_get_monotonic_time () < deadline) {
    g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
    const gchar *task;

    is_there = FALSE;
    while ((task = g_dir_read_name (tasks))) {
      g_autofree gchar *path = g_strdup_printf ("/proc/self/task/%s/comm",
          task);
      g_autofree gchar *name = NULL;

      if (g_file_get_contents (path, &name, NULL, NULL))
        is_there |= g_str_has_prefix (name, "wms-");
    }
    g_thread_yield ();
  }
  return !is_there;
}

GArray *
test_new_array (gsize size, gpointer clear)
{
  GArray *array = g_array_new (FALSE, TRUE, size);

  if (clear != NULL)
    g_array_set_clear_func (array, (GDestroyNotify) clear);
  return array;
}
