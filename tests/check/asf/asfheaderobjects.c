/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "asf/asfheader.h"
#include "testasf.h"
#include "testbytes.h"

/* Objects that not every header has, each with all its bytes. */

static AsfStream streams[4];
static AsfHeader header;

static void
fill_video (AsfStream * video)
{
  static const AsfExtension extensions[] = {
    {&asf_guid_payload_ext_sample_duration, 2},
    {&asf_guid_payload_ext_file_name, ASF_EXTENSION_VARIABLE}
  };

  video->image.width = 0x140;
  video->image.height = 0xf0;
  video->image.bit_count = 24;
  video->image.image_size = 0x38400;
  video->image.is_top_down = TRUE;
  video->data_bps = 1000000;
  video->buffer_ms = 3000;
  video->peak_bps = 2000000;
  video->peak_buffer_ms = 1500;
  video->language_index = 1;
  video->name = "n";
  memcpy (video->extensions, extensions, sizeof extensions);
  video->n_extensions = 2;
}

static void
fill_streams (void)
{
  static const AsfStreamKind kinds[] = { ASF_STREAM_VIDEO, ASF_STREAM_COMMAND,
    ASF_STREAM_JFIF, ASF_STREAM_BINARY
  };
  static const guint8 numbers[] = { 1, 3, 4, 5 };
  guint i;

  memset (streams, 0, sizeof streams);
  for (i = 0; i < G_N_ELEMENTS (streams); i++) {
    streams[i].number = numbers[i];
    streams[i].kind = kinds[i];
    streams[i].data_bps = 1000;
    streams[i].total_bps = 1100 + i;
  }
  fill_video (&streams[0]);
  streams[2].image.width = 0x140;
  streams[2].image.height = 0xf0;
  streams[3].codec_data = g_bytes_new_static ("\xca\xfe", 2);
  streams[3].binary.has_fixed_size = TRUE;
  streams[3].binary.sample_size = 0x10;
  memcpy (streams[3].binary.major_type.bytes, "majormajormajorM", 16);
  memcpy (streams[3].binary.subtype.bytes, "subtypesubtypesu", 16);
  memcpy (streams[3].binary.format_type.bytes, "formatformatform", 16);
}

static void
add_attribute (GArray * array, guint8 stream, guint16 language,
    const gchar * name, AsfAttributeType type, guint64 number)
{
  AsfAttribute attribute = {.name = g_strdup (name),.type = type,
    .number = number,.stream_number = stream,.language_index = language
  };

  if (type == ASF_ATTRIBUTE_TEXT)
    attribute.text = g_strdup ("\xc3\xa9\xf0\x9d\x84\x9e");
  if (type == ASF_ATTRIBUTE_BINARY)
    attribute.bytes = g_bytes_new_static ("\xaa\xbb\xcc", 3);
  if (type == ASF_ATTRIBUTE_GUID)
    attribute.bytes = g_bytes_new_static ("0123456789abcdef", 16);
  g_array_append_val (array, attribute);
}

static void
add_exclusion (AsfExclusionType type, guint8 one, guint8 other)
{
  AsfExclusion exclusion = { type, test_new_array (1, NULL), NULL };

  g_array_append_val (exclusion.streams, one);
  g_array_append_val (exclusion.streams, other);
  g_array_append_val (header.exclusions, exclusion);
}

/* Streams 1 and 3 together, or 4. */
static void
add_records (void)
{
  static const guint8 numbers[] = { 1, 4, 3 };
  static const guint8 records[] = { 7, 200, 7 };
  AsfExclusion exclusion = { ASF_EXCLUSION_BITRATE, test_new_array (1, NULL),
    test_new_array (1, NULL)
  };

  g_array_append_vals (exclusion.streams, numbers, 3);
  g_array_append_vals (exclusion.records, records, 3);
  g_array_append_val (header.exclusions, exclusion);
}

static void
add_marker (guint64 offset, guint64 pres_100ns, guint32 send_ms,
    const gchar * text)
{
  AsfMarker marker = { offset, pres_100ns, send_ms, g_strdup (text) };

  g_array_append_val (header.markers, marker);
}

static void
add_command (guint32 pres_ms, const gchar * type, const gchar * text)
{
  AsfCommand command = { pres_ms, g_strdup (type), g_strdup (text) };

  g_array_append_val (header.commands, command);
}

static void
fill_arrays (void)
{
  gchar *languages[] = { g_strdup ("en"), g_strdup ("fr-ca") };
  AsfPriority priorities[] = { {1, TRUE}, {3, FALSE} };
  guint8 indexed[] = { 1, 4 };

  header.languages = test_new_array (sizeof (gchar *), asf_language_clear);
  g_array_append_vals (header.languages, languages, 2);
  header.metadata = test_new_array (sizeof (AsfAttribute), asf_attribute_clear);
  add_attribute (header.metadata, 1, 0, "b", ASF_ATTRIBUTE_BOOL, 7);
  add_attribute (header.metadata, 0, 0, "x", ASF_ATTRIBUTE_BINARY, 0);
  header.library = test_new_array (sizeof (AsfAttribute), asf_attribute_clear);
  add_attribute (header.library, 3, 1, "g", ASF_ATTRIBUTE_GUID, 0);
  add_attribute (header.library, 0, 0, "t", ASF_ATTRIBUTE_TEXT, 0);
  add_attribute (header.library, 0, 0, "q", ASF_ATTRIBUTE_QWORD, 8);
  header.exclusions =
      test_new_array (sizeof (AsfExclusion), asf_exclusion_clear);
  add_exclusion (ASF_EXCLUSION_LANGUAGE, 1, 4);
  add_exclusion (ASF_EXCLUSION_BITRATE, 1, 3);
  add_exclusion (ASF_EXCLUSION_UNKNOWN, 3, 4);
  add_records ();
  header.priorities = test_new_array (sizeof (AsfPriority), NULL);
  g_array_append_vals (header.priorities, priorities, 2);
  header.markers = test_new_array (sizeof (AsfMarker), asf_marker_clear);
  add_marker (0x1000, 30000000, 300, "m1");
  add_marker (0, 0, 0, NULL);
  header.commands = test_new_array (sizeof (AsfCommand), asf_command_clear);
  add_command (1000, "URL", "u");
  add_command (2000, "T", "");
  add_command (3000, "URL", "x");
  header.index_streams = test_new_array (1, NULL);
  g_array_append_vals (header.index_streams, indexed, 2);
  header.has_index = TRUE;
}

static void
setup (void)
{
  fill_streams ();
  memset (&header, 0, sizeof header);
  memcpy (header.file_id.bytes, "0123456789abcdef", ASF_GUID_SIZE);
  header.packet_size = 4800;
  header.streams = streams;
  header.n_streams = G_N_ELEMENTS (streams);
  fill_arrays ();
}

static void
teardown (void)
{
  g_bytes_unref (streams[3].codec_data);
  g_array_unref (header.languages);
  g_array_unref (header.metadata);
  g_array_unref (header.library);
  g_array_unref (header.exclusions);
  g_array_unref (header.priorities);
  g_array_unref (header.markers);
  g_array_unref (header.commands);
  g_array_unref (header.index_streams);
}

static const struct
{
  const gchar *what;            /* with the section of the specification */
  const gchar *hex;
} objects[] = {
  {"4.6 Language List",
      "a946437ce0effc4bb229393ede415c85 2e00000000000000 0200"
        "06 65006e000000 0c 660072002d00630061000000"},
  {"4.7 Metadata, a BOOL of 2 bytes",
      "eacbf8c5af5b77488467aa8c44fa4cca 3f00000000000000 0200"
        "0000 0100 0400 0200 02000000 62000000 0100"
        "0000 0000 0400 0100 03000000 78000000 aabbcc"},
  {"4.8 Metadata Library",
      "941c23449894d149a1411d134e457054 6a00000000000000 0300"
        "0100 0300 0400 0600 10000000 67000000 30313233343536373839616263646566"
        "0000 0000 0400 0000 08000000 74000000 e90034d81edd0000"
        "0000 0000 0400 0400 08000000 71000000 0800000000000000"},
  {"4.2 Advanced Mutual Exclusion, languages",
      "cf4986a0754770468a166e35357566cd 2e00000000000000"
        "002ae2d6da35d111903400a0c90349be 0200 0100 0400"},
  {"4.2 Advanced Mutual Exclusion, rates",
      "cf4986a0754770468a166e35357566cd 2e00000000000000"
        "012ae2d6da35d111903400a0c90349be 0200 0100 0300"},
  {"4.2 Advanced Mutual Exclusion, unknown",
      "cf4986a0754770468a166e35357566cd 2e00000000000000"
        "022ae2d6da35d111903400a0c90349be 0200 0300 0400"},
  {"4.3 Group Mutual Exclusion",
      "405a46d1795a3843b71be36b8fd6c249 3400000000000000"
        "012ae2d6da35d111903400a0c90349be 0200" "0200 0100 0300 0100 0400"},
  {"3.8 Bitrate Mutual Exclusion",
      "dc29e2d6da35d111903400a0c90349be 2e00000000000000"
        "012ae2d6da35d111903400a0c90349be 0200 0100 0300"},
  {"4.4 Stream Prioritization",
      "5bd1fed4d3884f4581f0ed5c45999e24 2200000000000000"
        "0200 0100 0100 0300 0000"},
  {"4.9 Index Parameters",
      "df29e2d6da35d111903400a0c90349be 2600000000000000"
        "e8030000 0200 0100 0300 0400 0300"},
  {"3.7 Marker",
      "01cd87f451a9cf118ee600c00c205365 7200000000000000"
        "20dbfe4cf675cf119c0f00a0c90349cb 02000000 0100 0000"
        "0010000000000000 80c3c90100000000 1200 2c010000 00000000 03000000"
        "6d0031000000"
        "0000000000000000 0000000000000000 0c00 00000000 00000000 00000000"},
  {"3.6 Script Command",
      "301afb1e620bd011a39b00a0c90348f6 5400000000000000"
        "e3cb1a4b0b10d011a39b00a0c90348f6 0300 0200"
        "0300 550052004c00 0100 5400"
        "e8030000 0000 0100 7500 d0070000 0100 0000 b80b0000 0000 0100 7800"},
  {"4.1 Extended Stream Properties, peak, language, name, extensions",
      "cba5e61472c632438399a96952065b5a 8c00000000000000"
        "0000000000000000 0000000000000000 40420f00 b80b0000 00000000"
        "80841e00 dc050000 00000000 00000000 00000000 0100 0100"
        "0000000000000000 0100 0200 0100 0400 6e000000"
        "5094bdc67f86074983a3c77921b733ad 0200 00000000"
        "0eec65e1ed19d745b4a725cbd1e28e9b ffff 00000000"},
  {"3.3 Stream Properties, 9.2 raw video from the top",
      "9107dcb7b7a9cf118ee600c00c205365 8100000000000000"
        "c0ef19bc4d5bcf11a8fd00805f5c442b 0057fb20555bcf11a8fd00805f5c442b"
        "0000000000000000 33000000 00000000 0100 00000000"
        "40010000 f0000000 02 2800 28000000 40010000 10ffffff 0100 1800"
        "00000000 00840300 00000000 00000000 00000000 00000000"},
  {"3.3 Stream Properties, 9.3 command",
      "9107dcb7b7a9cf118ee600c00c205365 4e00000000000000"
        "c0cfda59e659d011a3ac00a0c90348f6 0057fb20555bcf11a8fd00805f5c442b"
        "0000000000000000 00000000 00000000 0300 00000000"},
  {"3.3 Stream Properties, 9.4 JFIF",
      "9107dcb7b7a9cf118ee600c00c205365 5a00000000000000"
        "00e11bb64e5bcf11a8fd00805f5c442b 0057fb20555bcf11a8fd00805f5c442b"
        "0000000000000000 0c000000 00000000 0400 00000000"
        "40010000 f0000000 00000000"},
  {"3.3 Stream Properties, 9.5 binary",
      "9107dcb7b7a9cf118ee600c00c205365 9000000000000000"
        "e265fb3aef47f240ac2c70a90d71d343 0057fb20555bcf11a8fd00805f5c442b"
        "0000000000000000 42000000 00000000 0500 00000000"
        "6d616a6f726d616a6f726d616a6f724d 73756274797065737562747970657375"
        "01000000 00000000 10000000 666f726d6174666f726d6174666f726d"
        "02000000 cafe"},
  {"3.5 Codec List, of the video stream alone",
      "4052d1861d31d011a3a400a0c90348f6 3800000000000000"
        "4152d1861d31d011a3a400a0c90348f6 01000000"
        "0100 0000 0000 0400 00000000"},
};

GST_START_TEST (test_object)
{
  g_autoptr (GBytes) bytes = asf_header_write (&header, NULL);

  fail_unless (bytes != NULL);
  test_assert_contains (bytes, objects[__i__].what, objects[__i__].hex);
}

GST_END_TEST;

/* The count is that of the direct children: 3.2, 3.4, 3.5, four of 3.3, 3.12,
 * 3.8, 3.6, 3.7. */
GST_START_TEST (test_count)
{
  g_autoptr (GBytes) bytes = asf_header_write (&header, NULL);

  test_assert_hex ("count",
      (const guint8 *) g_bytes_get_data (bytes, NULL) + 24, 6, "0b000000 0102");
}

GST_END_TEST;

GST_START_TEST (test_reader_agrees)
{
  static const AsfStreamKind kinds[] = { ASF_STREAM_VIDEO, ASF_STREAM_COMMAND,
    ASF_STREAM_VIDEO, ASF_STREAM_OTHER
  };
  g_autoptr (GBytes) bytes = asf_header_write (&header, NULL);
  AsfHeaderInfo info;
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);
  guint i;

  fail_unless (asf_header_read (data, size, &info, NULL));
  fail_unless_equals_int (info.n_streams, G_N_ELEMENTS (kinds));
  for (i = 0; i < G_N_ELEMENTS (kinds); i++) {
    fail_unless_equals_int (info.streams[i].number, streams[i].number);
    fail_unless_equals_int (info.streams[i].kind, kinds[i]);
    fail_unless_equals_int (info.streams[i].bitrate_bps, streams[i].total_bps);
  }
}

GST_END_TEST;

/* rules, 4.12: until the index is there, its parameters have their room */
GST_START_TEST (test_index_placeholder)
{
  g_autoptr (GBytes) with = asf_header_write (&header, NULL);
  g_autoptr (GBytes) without = NULL;

  header.has_index = FALSE;
  without = asf_header_write (&header, NULL);
  fail_unless_equals_uint64 (g_bytes_get_size (with),
      g_bytes_get_size (without));
  test_assert_contains (without, "4.12 Index Parameters Placeholder",
      "20deaad9177c9c4fbc288555dd98e2a2 2600000000000000"
      "00000000 0000 0000 0000 0000 0000");
}

GST_END_TEST;

GST_START_TEST (test_size_without_writing)
{
  g_autoptr (GBytes) bytes = asf_header_write (&header, NULL);
  gsize size;

  header.padding = 0;
  fail_unless (asf_header_get_size (&header, &size, NULL));
  fail_unless_equals_uint64 (size, g_bytes_get_size (bytes));
  header.padding = 100;
  header.omits_compatibility = TRUE;
  fail_unless (asf_header_get_size (&header, &size, NULL));
  fail_unless_equals_uint64 (size,
      g_bytes_get_size (bytes) + 100 - ASF_COMPATIBILITY_SIZE);
}

GST_END_TEST;

/* A stream that is left out is in no record, and one record excludes none. */
GST_START_TEST (test_left_out)
{
  static const guint8 group[] = { 0x40, 0x5a, 0x46, 0xd1 };
  g_autoptr (GBytes) with = NULL;
  g_autoptr (GBytes) without = NULL;
  gconstpointer data;
  gsize size;

  asf_header_forget_stream (&header, 1);
  with = asf_header_write (&header, NULL);
  test_assert_contains (with, "4.3 Group Mutual Exclusion, without stream 1",
      "405a46d1795a3843b71be36b8fd6c249 3200000000000000"
      "012ae2d6da35d111903400a0c90349be 0200 0100 0400 0100 0300");
  asf_header_forget_stream (&header, 4);
  without = asf_header_write (&header, NULL);
  data = g_bytes_get_data (without, &size);
  fail_unless (memmem (data, size, group, sizeof group) == NULL);
}

GST_END_TEST;

/* What is known late leaves the size as it is. */
GST_START_TEST (test_numbers_change_no_size)
{
  AsfMarker *marker = &g_array_index (header.markers, AsfMarker, 1);
  gsize before, after;

  fail_unless (asf_header_get_size (&header, &before, NULL));
  marker->offset = marker->pres_100ns = G_MAXUINT64;
  marker->send_ms = G_MAXUINT32;
  g_array_index (header.commands, AsfCommand, 0).pres_ms = G_MAXUINT32;
  streams[0].peak_bps = streams[0].peak_buffer_ms = 0;
  fail_unless (asf_header_get_size (&header, &after, NULL));
  fail_unless_equals_uint64 (before, after);
}

GST_END_TEST;

static Suite *
asfheaderobjects_suite (void)
{
  Suite *s = suite_create ("asfheaderobjects");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_loop_test (tc, test_object, 0, G_N_ELEMENTS (objects));
  tcase_add_test (tc, test_count);
  tcase_add_test (tc, test_reader_agrees);
  tcase_add_test (tc, test_index_placeholder);
  tcase_add_test (tc, test_size_without_writing);
  tcase_add_test (tc, test_left_out);
  tcase_add_test (tc, test_numbers_change_no_size);
  return s;
}

GST_CHECK_MAIN (asfheaderobjects);
