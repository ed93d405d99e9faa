/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "asf/asfheader.h"
#include "testasf.h"

/* What fits is written whole; what does not is an error, never cut off. */

static AsfStream streams[ASF_MAX_STREAMS + 1];
static AsfHeader header;

static void
setup (void)
{
  guint i;

  memset (streams, 0, sizeof streams);
  for (i = 0; i <= ASF_MAX_STREAMS; i++) {
    streams[i].number = i + 1;
    streams[i].kind = ASF_STREAM_AUDIO;
    streams[i].data_bps = streams[i].total_bps = 64000;
  }
  memset (&header, 0, sizeof header);
  header.file_id.bytes[0] = 1;
  header.packet_size = 4800;
  header.streams = streams;
  header.n_streams = 1;
}

static void
teardown (void)
{
  asf_description_clear (&header.description);
  g_clear_pointer (&header.attributes, g_array_unref);
  g_clear_pointer (&header.metadata, g_array_unref);
  g_clear_pointer (&header.library, g_array_unref);
  g_clear_pointer (&header.languages, g_array_unref);
  g_clear_pointer (&header.exclusions, g_array_unref);
  g_clear_pointer (&header.priorities, g_array_unref);
  g_clear_pointer (&header.markers, g_array_unref);
  g_clear_pointer (&header.commands, g_array_unref);
  g_clear_pointer (&streams[0].codec_data, g_bytes_unref);
  g_free ((gchar *) streams[0].codec_name);
  g_free ((gchar *) streams[0].name);
}

static GBytes *
new_bytes (gsize size)
{
  return g_bytes_new_take (g_malloc0 (size), size);
}

/* One of so many, the same but for the first, which has @value. */
static GArray *
new_attributes (guint n, AsfAttributeType type, gsize size)
{
  GArray *array = test_new_array (sizeof (AsfAttribute), asf_attribute_clear);
  AsfAttribute *first;

  g_array_set_size (array, n);
  first = &g_array_index (array, AsfAttribute, 0);
  first->type = type;
  first->name = g_strdup ("name");
  if (type == ASF_ATTRIBUTE_TEXT)
    first->text = g_strnfill (size, 'x');
  else
    first->bytes = new_bytes (size);
  return array;
}

static void
put_extended_text (gsize size)
{
  header.attributes = new_attributes (1, ASF_ATTRIBUTE_TEXT, size);
}

static void
put_extended_binary (gsize size)
{
  header.attributes = new_attributes (1, ASF_ATTRIBUTE_BINARY, size);
}

static void
put_extended_count (gsize n)
{
  header.attributes = new_attributes (n, ASF_ATTRIBUTE_TEXT, 1);
}

static void
put_extended_name (gsize size)
{
  put_extended_text (1);
  g_free (g_array_index (header.attributes, AsfAttribute, 0).name);
  g_array_index (header.attributes, AsfAttribute, 0).name =
      g_strnfill (size, 'x');
}

static void
put_metadata (gsize size)
{
  header.metadata = new_attributes (1, ASF_ATTRIBUTE_BINARY, size);
}

static void
put_metadata_count (gsize n)
{
  header.metadata = new_attributes (n, ASF_ATTRIBUTE_TEXT, 1);
}

static void
put_metadata_stream (gsize number)
{
  put_metadata (1);
  g_array_index (header.metadata, AsfAttribute, 0).stream_number = number;
}

static void
put_library_count (gsize n)
{
  header.library = new_attributes (n, ASF_ATTRIBUTE_BINARY, 100000);
}

static void
put_library_guid (gsize size)
{
  header.library = new_attributes (1, ASF_ATTRIBUTE_GUID, size);
}

static void
put_title (gsize size)
{
  header.description.title = g_strnfill (size, 'x');
}

static void
put_language (gsize size)
{
  gchar *language = g_strnfill (size, 'x');

  header.languages = test_new_array (sizeof (gchar *), asf_language_clear);
  g_array_append_val (header.languages, language);
}

static void
put_language_count (gsize n)
{
  header.languages = test_new_array (sizeof (gchar *), asf_language_clear);
  g_array_set_size (header.languages, n);
}

static void
put_marker (gsize size)
{
  AsfMarker marker = {.text = g_strnfill (size, 'x') };

  header.markers = test_new_array (sizeof (AsfMarker), asf_marker_clear);
  g_array_append_val (header.markers, marker);
}

static void
put_command (gsize size)
{
  AsfCommand command = {.type = g_strdup ("URL"),.text = g_strnfill (size, 'x')
  };

  header.commands = test_new_array (sizeof (AsfCommand), asf_command_clear);
  g_array_append_val (header.commands, command);
}

static void
put_command_count (gsize n)
{
  header.commands = test_new_array (sizeof (AsfCommand), asf_command_clear);
  g_array_set_size (header.commands, n);
}

static void
put_exclusion (gsize number)
{
  AsfExclusion exclusion =
      { ASF_EXCLUSION_BITRATE, test_new_array (1, NULL), NULL };
  guint8 stream = number;

  g_array_append_val (exclusion.streams, stream);
  header.exclusions =
      test_new_array (sizeof (AsfExclusion), asf_exclusion_clear);
  g_array_append_val (header.exclusions, exclusion);
}

/* Mandatory streams after @n mandatory ones and an optional one. */
static void
put_priorities (gsize n)
{
  AsfPriority priorities[] = { {1, TRUE}, {2, FALSE}, {3, TRUE} };

  header.priorities = test_new_array (sizeof (AsfPriority), NULL);
  g_array_append_vals (header.priorities, priorities, n);
}

static void
put_codec_name (gsize size)
{
  streams[0].codec_name = g_strnfill (size, 'x');
}

static void
put_stream_name (gsize size)
{
  streams[0].name = g_strnfill (size, 'x');
}

static void
put_wave_data (gsize size)
{
  streams[0].codec_data = new_bytes (size);
}

static void
put_image_data (gsize size)
{
  streams[0].kind = ASF_STREAM_VIDEO;
  streams[0].codec_data = new_bytes (size);
}

static void
put_streams (gsize n)
{
  header.n_streams = n;
}

static void
put_number (gsize number)
{
  streams[0].number = number;
}

static void
put_kind (gsize kind)
{
  streams[0].kind = kind;
}

static void
put_extensions (gsize n)
{
  guint i;

  streams[0].n_extensions = n;
  for (i = 0; i < ASF_MAX_EXTENSIONS; i++) {
    streams[0].extensions[i].system = &asf_guid_payload_ext_timecode;
    streams[0].extensions[i].size = 14;
  }
}

static void
put_extension_size (gsize size)
{
  put_extensions (1);
  streams[0].extensions[0].size = size;
}

static void
put_padding (gsize size)
{
  header.padding = size;
}

/* Lengths are WORDs, in bytes or WCHARs, a NUL included or not (rules, 10). */
static const struct
{
  const gchar *what;
  void (*put) (gsize value);
  gsize fits;
  gsize fails;
} limits[] = {
  {"Extended Content Description, text", put_extended_text, 32766, 32767},
  {"Extended Content Description, bytes", put_extended_binary, 65535, 65536},
  {"Extended Content Description, count", put_extended_count, 65535, 65536},
  {"Extended Content Description, name", put_extended_name, 32766, 32767},
  {"Metadata, bytes", put_metadata, 65535, 65536},
  {"Metadata, count", put_metadata_count, 65535, 65536},
  {"Metadata, stream", put_metadata_stream, 127, 128},
  {"Metadata Library, count", put_library_count, 65535, 65536},
  {"Metadata Library, identifier", put_library_guid, 16, 15},
  {"Content Description", put_title, 32766, 32767},
  {"Language List, BYTE", put_language, 126, 127},
  {"Language List, count", put_language_count, 65535, 65536},
  {"Marker, Entry Length", put_marker, 32760, 32761},
  {"Script Command, text", put_command, 65535, 65536},
  {"Script Command, count", put_command_count, 65535, 65536},
  {"Mutual Exclusion, stream", put_exclusion, 127, 128},
  {"Mutual Exclusion, stream", put_exclusion, 1, 0},
  {"Stream Prioritization, order", put_priorities, 2, 3},
  {"Codec List, name", put_codec_name, 65534, 65535},
  {"Stream Name", put_stream_name, 32766, 32767},
  {"Codec Specific Data", put_wave_data, 65535, 65536},
  {"Format Data", put_image_data, 65495, 65496},
  {"streams", put_streams, 127, 128},
  {"stream number", put_number, 127, 128},
  {"stream type", put_kind, ASF_STREAM_COMMAND, ASF_STREAM_OTHER},
  {"stream type", put_kind, ASF_STREAM_BINARY, ASF_STREAM_BINARY + 1},
  {"payload extensions", put_extensions, 8, 9},
  {"payload extension", put_extension_size, 247, 248},
  {"padding", put_padding, 1000, (gsize) G_MAXINT32 + 100},
};

static void
assert_written (guint i, gsize value, gboolean fits)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) size_error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const gchar *what = limits[i].what;
  gboolean has_size;
  gsize size;

  limits[i].put (value);
  bytes = asf_header_write (&header, &error);
  has_size = asf_header_get_size (&header, &size, &size_error);
  fail_unless_equals_int (has_size, bytes != NULL);
  if (fits) {
    fail_unless (bytes != NULL, "%s: %" G_GSIZE_FORMAT ": %s", what, value,
        error ? error->message : "");
    fail_unless_equals_uint64 (size, g_bytes_get_size (bytes));
  } else {
    fail_unless (bytes == NULL, "%s: %" G_GSIZE_FORMAT, what, value);
    fail_unless (g_error_matches (error, ASF_ERROR, ASF_ERROR_LIMIT));
    fail_unless (g_error_matches (size_error, ASF_ERROR, ASF_ERROR_LIMIT));
  }
}

GST_START_TEST (test_fits)
{
  g_autoptr (GBytes) bytes = NULL;
  AsfHeaderInfo info;
  gsize size;
  gconstpointer data;

  assert_written (__i__, limits[__i__].fits, TRUE);
  bytes = asf_header_write (&header, NULL);
  data = g_bytes_get_data (bytes, &size);
  fail_unless (asf_header_read (data, size, &info, NULL));
  fail_unless_equals_int (info.n_streams, header.n_streams);
}

GST_END_TEST;

GST_START_TEST (test_fails)
{
  assert_written (__i__, limits[__i__].fails, FALSE);
}

GST_END_TEST;

/* rules, 3.11: an identifier belongs in the Metadata Library alone */
GST_START_TEST (test_identifiers)
{
  header.attributes = new_attributes (1, ASF_ATTRIBUTE_GUID, 16);
  fail_unless (asf_header_write (&header, NULL) == NULL);
  header.metadata = g_steal_pointer (&header.attributes);
  fail_unless (asf_header_write (&header, NULL) == NULL);
}

GST_END_TEST;

/* A value of 20,000,000 bytes, a picture, is written whole. */
GST_START_TEST (test_long_value)
{
  g_autoptr (GBytes) bytes = NULL;

  header.library = new_attributes (1, ASF_ATTRIBUTE_BINARY, 20000000);
  bytes = asf_header_write (&header, NULL);
  fail_unless (bytes != NULL);
  fail_unless (g_bytes_get_size (bytes) > 20000000);
}

GST_END_TEST;

static Suite *
asfheaderlimits_suite (void)
{
  Suite *s = suite_create ("asfheaderlimits");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_fits, 0, G_N_ELEMENTS (limits));
  tcase_add_loop_test (tc, test_fails, 0, G_N_ELEMENTS (limits));
  tcase_add_test (tc, test_identifiers);
  tcase_add_test (tc, test_long_value);
  return s;
}

GST_CHECK_MAIN (asfheaderlimits);
