/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "asf/asfheader.h"
#include "failalloc.h"
#include "testbytes.h"

static GBytes *wmv_data, *wma_data;
static const gchar *language = "en";
static AsfStream streams[2];
static AsfHeader header;

static void
add_attribute (const gchar * name, AsfAttributeType type, const gchar * text,
    guint64 number)
{
  AsfAttribute attribute = { 0, };

  attribute.name = g_strdup (name);
  attribute.type = type;
  attribute.text = g_strdup (text);
  attribute.number = number;
  g_array_append_val (header.attributes, attribute);
}

static void
fill_streams (void)
{
  AsfStream *video = &streams[0];
  AsfStream *audio = &streams[1];

  memset (streams, 0, sizeof streams);
  video->number = 1;
  video->kind = ASF_STREAM_VIDEO;
  video->image.width = 0x140;
  video->image.height = 0xf0;
  video->image.fourcc = 0x32564d57;
  video->image.bit_count = 24;
  video->codec_data = wmv_data;
  video->codec_name = "V";
  video->codec_description = "vd";
  video->data_bps = 1000000;
  video->buffer_ms = 3000;
  video->total_bps = 1010000;
  video->max_object_size = 0x1234;
  video->frame_time_100ns = 333333;
  video->flags = ASF_STREAM_SEEKABLE;

  audio->number = 2;
  audio->kind = ASF_STREAM_AUDIO;
  audio->wave.format_tag = 0x161;
  audio->wave.channels = 2;
  audio->wave.rate = 44100;
  audio->wave.bytes_per_second = 8003;
  audio->wave.block_align = 2973;
  audio->wave.bits_per_sample = 16;
  audio->codec_data = wma_data;
  audio->has_spread = TRUE;
  audio->codec_name = "A";
  audio->data_bps = 64024;
  audio->buffer_ms = 1579;
  audio->total_bps = 64646;
}

static void
setup (void)
{
  wmv_data = g_bytes_new_static ("\xf2\xee\xb4\x80", 4);
  wma_data = g_bytes_new_static ("\0\x88\0\0\x0f\0\x75\x2e\0\0", 10);
  fill_streams ();
  memset (&header, 0, sizeof header);
  memcpy (header.file_id.bytes, "0123456789abcdef", ASF_GUID_SIZE);
  header.creation_date_100ns = 0x11;
  header.flags = ASF_FILE_SEEKABLE;
  header.packet_size = 4800;
  header.preroll_ms = 5000;
  header.file_size = 0x12345;
  header.packet_count = 3;
  header.play_duration_100ns = 0x22;
  header.send_duration_100ns = 0x33;
  header.streams = streams;
  header.n_streams = 2;
  header.description.title = g_strdup ("T");
  header.description.rating = g_strdup ("R");
  header.attributes = g_array_new (FALSE, FALSE, sizeof (AsfAttribute));
  g_array_set_clear_func (header.attributes,
      (GDestroyNotify) asf_attribute_clear);
  add_attribute ("n", ASF_ATTRIBUTE_TEXT, "v", 0);
  add_attribute ("b", ASF_ATTRIBUTE_BOOL, NULL, 1);
  add_attribute ("d", ASF_ATTRIBUTE_DWORD, NULL, 7);
  add_attribute ("q", ASF_ATTRIBUTE_QWORD, NULL, 8);
  add_attribute ("w", ASF_ATTRIBUTE_WORD, NULL, 9);
  header.languages = g_array_new (FALSE, FALSE, sizeof (gchar *));
  g_array_append_val (header.languages, language);
  header.padding = 30;
}

static void
teardown (void)
{
  asf_description_clear (&header.description);
  g_array_unref (header.attributes);
  g_array_unref (header.languages);
  g_bytes_unref (wmv_data);
  g_bytes_unref (wma_data);
}

/* Each object with all its bytes; @nth of that identifier. */
static const struct
{
  const gchar *what;            /* with the section of the specification */
  const gchar *hex;
} objects[] = {
  {"3.2 File Properties",
      "a1dcab8c47a9cf118ee400c00c205365 6800000000000000"
        "30313233343536373839616263646566 4523010000000000"
        "1100000000000000 0300000000000000 2200000000000000"
        "3300000000000000 8813000000000000 02000000 c0120000 c0120000"
        "d6651000"},
  {"3.4 Header Extension, 4.6 Language List, 4.10 Compatibility",
      "b503bf5f2ea9cf118ee300c00c205365 1901000000000000"
        "11d2d3abbaa9cf118ee600c00c205365 0600 eb000000"
        "a946437ce0effc4bb229393ede415c85 2100000000000000"
        "0100 06 65006e000000"
        "5d8bf1268445ec479f5f0e651f0452c9 1a00000000000000 0201"},
  {"4.1 Extended Stream Properties, video",
      "cba5e61472c632438399a96952065b5a 5800000000000000"
        "0000000000000000 0000000000000000 40420f00 b80b0000 00000000"
        "40420f00 b80b0000 00000000 34120000 02000000 0100 0000"
        "1516050000000000 0000 0000"},
  {"4.1 Extended Stream Properties, audio",
      "cba5e61472c632438399a96952065b5a 5800000000000000"
        "0000000000000000 0000000000000000 18fa0000 2b060000 00000000"
        "18fa0000 2b060000 00000000 00000000 00000000 0200 0000"
        "0000000000000000 0000 0000"},
  {"3.5 Codec List",
      "4052d1861d31d011a3a400a0c90348f6 5000000000000000"
        "4152d1861d31d011a3a400a0c90348f6 02000000"
        "0100 0200 56000000 0300 760064000000 0400 574d5632"
        "0200 0200 41000000 0000 0200 6101"},
  {"3.10 Content Description",
      "3326b2758e66cf11a6d900aa0062ce6c 2a00000000000000"
        "0400 0000 0000 0000 0400 54000000 52000000"},
  {"3.11 Extended Content Description",
      "40a4d0d207e3d21197f000a0c95ea850 6200000000000000 0500"
        "0400 6e000000 0000 0400 76000000"
        "0400 62000000 0200 0400 01000000"
        "0400 64000000 0300 0400 07000000"
        "0400 71000000 0400 0800 0800000000000000"
        "0400 77000000 0500 0200 0900"},
  {"3.3 Stream Properties, 9.2 video",
      "9107dcb7b7a9cf118ee600c00c205365 8500000000000000"
        "c0ef19bc4d5bcf11a8fd00805f5c442b 0057fb20555bcf11a8fd00805f5c442b"
        "0000000000000000 37000000 00000000 0100 00000000"
        "40010000 f0000000 02 2c00 2c000000 40010000 f0000000 0100 1800"
        "574d5632 00000000 00000000 00000000 00000000 00000000 f2eeb480"},
  {"3.3 Stream Properties, 9.1 audio, Audio Spread",
      "9107dcb7b7a9cf118ee600c00c205365 7200000000000000"
        "409e69f84d5bcf11a8fd00805f5c442b 50cdc3bf8f61cf118bb200aa00b4e220"
        "0000000000000000 1c000000 08000000 0200 00000000"
        "6101 0200 44ac0000 431f0000 9d0b 1000 0a00 008800000f00752e0000"
        "01 9d0b 9d0b 0100 00"},
  {"3.12 Stream Bitrate Properties",
      "ce75f87b8d46d1118d82006097c9a2b2 2600000000000000 0200"
        "0100 50690f00 0200 86fc0000"},
  {"3.15 Padding",
      "74d40618dfca0945a4ba9aabcb96aae8 1e00000000000000 000000000000"},
  {"5.1 Data Object",
      "3626b2758e66cf11a6d900aa0062ce6c 7238000000000000"
        "30313233343536373839616263646566 0300000000000000 0101"},
};

GST_START_TEST (test_object)
{
  g_autoptr (GBytes) bytes = asf_header_write (&header, NULL);

  fail_unless (bytes != NULL);
  test_assert_contains (bytes, objects[__i__].what, objects[__i__].hex);
}

GST_END_TEST;

/* section 3.1: the size is that of all but the Data Object, the count that of
 * the children */
GST_START_TEST (test_head)
{
  g_autoptr (GBytes) bytes = asf_header_write (&header, NULL);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  test_assert_hex ("head", data, 16, "3026b2758e66cf11a6d900aa0062ce6c");
  fail_unless_equals_uint64 (GST_READ_UINT64_LE (data + 16), size - 50);
  test_assert_hex ("count", data + 24, 6, "09000000 0102");
}

GST_END_TEST;

GST_START_TEST (test_optional_objects_left_out)
{
  g_autoptr (GBytes) bytes = NULL;

  asf_description_clear (&header.description);
  g_array_set_size (header.attributes, 0);
  header.padding = 0;
  bytes = asf_header_write (&header, NULL);
  test_assert_hex ("count",
      (const guint8 *) g_bytes_get_data (bytes, NULL) + 24, 6, "06000000 0102");
}

GST_END_TEST;

/* section 3.2 and rules, 9.1 */
GST_START_TEST (test_broadcast)
{
  g_autoptr (GBytes) bytes = NULL;

  header.flags = ASF_FILE_BROADCAST;
  header.packet_count = ASF_PACKET_COUNT_UNKNOWN;
  bytes = asf_header_write (&header, NULL);
  test_assert_contains (bytes, "5.1 Data Object of a broadcast",
      "3626b2758e66cf11a6d900aa0062ce6c 3200000000000000"
      "30313233343536373839616263646566 ffffffff00000000 0101");
}

GST_END_TEST;

/* What is rewritten at the end has the same size. */
GST_START_TEST (test_size_does_not_depend_on_numbers)
{
  g_autoptr (GBytes) one = asf_header_write (&header, NULL);
  g_autoptr (GBytes) other = NULL;

  header.file_size = G_MAXUINT64;
  header.packet_count = G_MAXUINT32;
  header.flags = 0;
  streams[0].total_bps = G_MAXUINT32;
  streams[1].max_object_size = G_MAXUINT32;
  other = asf_header_write (&header, NULL);
  fail_unless_equals_uint64 (g_bytes_get_size (one), g_bytes_get_size (other));
}

GST_END_TEST;

GST_START_TEST (test_reader_agrees)
{
  g_autoptr (GBytes) bytes = asf_header_write (&header, NULL);
  AsfHeaderInfo info;
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  fail_unless (asf_header_read (data, size, &info, NULL));
  fail_unless_equals_uint64 (info.header_size, size - 50);
  fail_unless_equals_int (info.flags, ASF_FILE_SEEKABLE);
  fail_unless_equals_int (info.packet_size, 4800);
  fail_unless_equals_uint64 (info.preroll_ms, 5000);
  fail_unless_equals_uint64 (info.packet_count, 3);
  fail_unless_equals_uint64 (info.data_size, 50 + 3 * 4800);
  fail_unless_equals_int (info.max_bitrate_bps, 1010000 + 64646);
  fail_unless (asf_guid_equal (&info.file_id, &header.file_id));
  fail_unless_equals_int (info.n_streams, 2);
  fail_unless_equals_int (info.streams[0].kind, ASF_STREAM_VIDEO);
  fail_unless_equals_int (info.streams[1].kind, ASF_STREAM_AUDIO);
  fail_unless_equals_int (info.streams[1].bitrate_bps, 64646);
}

GST_END_TEST;

GST_START_TEST (test_too_long)
{
  g_autofree gchar *text = g_strnfill (40000, 'x');
  g_autoptr (GError) error = NULL;

  add_attribute ("long", ASF_ATTRIBUTE_TEXT, text, 0);
  fail_unless (asf_header_write (&header, &error) == NULL);
  fail_unless (g_error_matches (error, ASF_ERROR, ASF_ERROR_LIMIT));
}

GST_END_TEST;

/* protocol.md, Other servers: the bytes 00 00 01 01 belong to the end alone */
GST_START_TEST (test_early_mark)
{
  static const guint8 late[] = { 9, 0, 0, 1, 1 };
  static const guint8 early[] = { 0, 0, 1, 1, 0, 0, 1, 1 };

  fail_if (asf_header_has_early_mark (late, sizeof late));
  fail_unless (asf_header_has_early_mark (early, sizeof early));
  fail_if (asf_header_has_early_mark (early, 3));
}

GST_END_TEST;

/* Each call that finds no memory makes an error of the whole header. */
GST_START_TEST (test_no_memory)
{
  guint n_calls, nth;

  fail_arm (FAIL_TRY, -1, FALSE);
  g_bytes_unref (asf_header_write (&header, NULL));
  n_calls = fail_disarm ();
  fail_unless (n_calls >= 3);
  for (nth = 0; nth < n_calls; nth++) {
    g_autoptr (GError) error = NULL;
    GBytes *bytes;

    fail_arm (FAIL_TRY, nth, FALSE);
    bytes = asf_header_write (&header, &error);
    fail_disarm ();
    fail_unless (bytes == NULL);
    fail_unless (g_error_matches (error, ASF_ERROR, ASF_ERROR_LIMIT));
  }
}

GST_END_TEST;

static Suite *
asfheader_suite (void)
{
  Suite *s = suite_create ("asfheader");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_loop_test (tc, test_object, 0, G_N_ELEMENTS (objects));
  tcase_add_test (tc, test_head);
  tcase_add_test (tc, test_optional_objects_left_out);
  tcase_add_test (tc, test_broadcast);
  tcase_add_test (tc, test_size_does_not_depend_on_numbers);
  tcase_add_test (tc, test_reader_agrees);
  tcase_add_test (tc, test_too_long);
  tcase_add_test (tc, test_early_mark);
  tcase_add_test (tc, test_no_memory);
  return s;
}

GST_CHECK_MAIN (asfheader);
