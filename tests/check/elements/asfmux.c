/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "testbytes.h"
#include "testmux.h"

static void
assert_output_caps (TestMux * mux, GstBuffer * header)
{
  GstCaps *caps = gst_pad_get_current_caps (mux->out->sinkpad);
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const GValue *array = gst_structure_get_value (s, "streamheader");
  gboolean parsed = FALSE;

  fail_unless_equals_string (gst_structure_get_name (s), "video/x-ms-asf");
  fail_unless (gst_structure_get_boolean (s, "parsed", &parsed) && parsed);
  fail_unless_equals_int (gst_value_array_get_size (array), 1);
  fail_unless (gst_value_get_buffer (gst_value_array_get_value (array, 0))
      == header);
  gst_caps_unref (caps);
}

GST_START_TEST (test_header_and_flags)
{
  TestMux mux;
  GstBuffer *buffer;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO, "streamable", TRUE, "packet-size",
      1000, NULL);
  for (i = 0; i < 4; i++)
    test_mux_push (mux.video, i * 40, 40, 940, i == 2);
  test_mux_end (&mux);
  buffer = test_mux_pull (&mux);
  fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER));
  assert_output_caps (&mux, buffer);
  gst_buffer_unref (buffer);
  for (i = 0; i < 4; i++) {
    buffer = test_mux_pull (&mux);
    fail_unless_equals_int (gst_buffer_get_size (buffer), 1000);
    fail_if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER));
    fail_unless_equals_int (!GST_BUFFER_FLAG_IS_SET (buffer,
            GST_BUFFER_FLAG_DELTA_UNIT), i == 2);
    gst_buffer_unref (buffer);
  }
  test_mux_clear (&mux);
}

GST_END_TEST;

GST_START_TEST (test_audio_only_has_no_delta_units)
{
  TestMux mux;
  GstBuffer *buffer;

  test_mux_init (&mux, TEST_MUX_AUDIO, "streamable", TRUE, NULL);
  test_mux_push (mux.audio, 0, 50, 400, FALSE);
  test_mux_end (&mux);
  gst_buffer_unref (test_mux_pull (&mux));
  buffer = test_mux_pull (&mux);
  fail_if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT));
  gst_buffer_unref (buffer);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* rules, 9.1; protocol.md, C32 and C33, Other servers */
GST_START_TEST (test_live_header)
{
  TestMux mux;
  GstBuffer *buffer;
  GstMapInfo map;
  AsfHeaderInfo info;
  const guint8 *mark;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO, NULL, NULL);
  test_mux_push (mux.video, 0, 40, 100, TRUE);
  test_mux_push (mux.audio, 0, 50, 400, TRUE);
  test_mux_end (&mux);
  buffer = test_mux_pull (&mux);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  fail_unless (map.size < 8192);
  fail_unless (asf_header_read (map.data, map.size, &info, NULL));
  fail_unless_equals_int (info.flags, ASF_FILE_BROADCAST);
  fail_unless_equals_uint64 (info.data_size, 50);
  fail_unless_equals_uint64 (info.play_duration_100ns, 0);
  fail_unless_equals_uint64 (info.packet_count, 0xffffffff);
  mark = memmem (map.data, map.size, "\0\0\1\1", 4);
  fail_unless (mark == map.data + map.size - 4);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  buffer = test_mux_pull (&mux);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  fail_unless_equals_int (map.data[3], 0x51);
  fail_unless_equals_int (GST_READ_UINT16_LE (map.data + 5), 4800);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A file: header once more in a BYTES segment, exact numbers, an index. */
GST_START_TEST (test_file_is_completed)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *path = test_file_new ();
  g_autofree gchar *objects = NULL;
  TestStream video = { NULL, 100, 0, 40, 1000, 50 };
  TestStream audio = { NULL, 20, 0, 200, 1600, 1 };
  AsfHeaderInfo info;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_SEEKABLE,
      NULL, NULL);
  video.input = mux.video;
  audio.input = mux.audio;
  test_stream_start (&video);
  test_stream_start (&audio);
  bytes = test_mux_pull_all (&mux);
  test_stream_join (&video);
  test_stream_join (&audio);
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  fail_unless_equals_int (info.flags, ASF_FILE_SEEKABLE);
  fail_unless_equals_uint64 (info.play_duration_100ns, 90000000);
  fail_unless_equals_uint64 (info.data_size,
      50 + info.packet_count * info.packet_size);
  /* behind the packets: both indexes of 9 seconds */
  fail_unless_equals_uint64 (info.header_size + info.data_size +
      34 + 2 * 4 + 4 + 2 * 8 + 9 * 2 * 4 + 56 + 6 * 9, bytes->len);
  test_file_write (path, bytes);
  test_assert_asfcheck (path, FALSE);
  test_mux_clear (&mux);
  test_file_free (g_steal_pointer (&path));
}

GST_END_TEST;

GST_START_TEST (test_eos_without_data)
{
  g_autoptr (GByteArray) bytes = NULL;
  AsfHeaderInfo info;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_SEEKABLE, NULL, NULL);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  fail_unless_equals_int (info.flags, ASF_FILE_SEEKABLE);
  fail_unless_equals_uint64 (info.packet_count, 0);
  fail_unless_equals_uint64 (info.header_size + 50, bytes->len);
  test_mux_clear (&mux);
}

GST_END_TEST;

static GstMessage *
wait_for_error (TestMux * mux, GQuark domain, gint code)
{
  GstMessage *message = gst_bus_timed_pop_filtered (mux->bus, 10 * GST_SECOND,
      GST_MESSAGE_ERROR);
  GError *error;

  fail_unless (message != NULL, "no error came");
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, domain, code), "%s", error->message);
  g_error_free (error);
  return message;
}

GST_START_TEST (test_eos_without_caps)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_NO_CAPS, NULL, NULL);
  test_mux_end (&mux);
  gst_message_unref (wait_for_error (&mux, GST_STREAM_ERROR,
          GST_STREAM_ERROR_FORMAT));
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Caps that cannot be carried: an error with a text, nothing else. */
static const gchar *const bad_caps[] = {
  "video/x-wmv, wmvversion=2",
  "video/x-wmv, wmvversion=2, width=0, height=0",
  "video/x-wmv, wmvversion=2, width=-5, height=10",
  "video/x-wmv, wmvversion=2, width=(string)wide, height=10",
};

GST_START_TEST (test_bad_caps)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_NO_CAPS, NULL, NULL);
  gst_harness_set_src_caps_str (mux.video, bad_caps[__i__]);
  gst_message_unref (wait_for_error (&mux, GST_STREAM_ERROR,
          GST_STREAM_ERROR_FORMAT));
  test_mux_clear (&mux);
}

GST_END_TEST;

GST_START_TEST (test_huge_codec_data)
{
  GstBuffer *data = gst_buffer_new_allocate (NULL, 70000, NULL);
  GstCaps *caps = gst_caps_from_string (TEST_VIDEO_CAPS);
  TestMux mux;

  gst_buffer_memset (data, 0, 1, -1);
  gst_caps_set_simple (caps, "codec_data", GST_TYPE_BUFFER, data, NULL);
  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_NO_CAPS, NULL, NULL);
  gst_harness_set_src_caps (mux.video, caps);
  gst_message_unref (wait_for_error (&mux, GST_STREAM_ERROR,
          GST_STREAM_ERROR_FORMAT));
  gst_buffer_unref (data);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Pipelines of the old element have caps without codec_data. */
GST_START_TEST (test_caps_without_codec_data)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_NO_CAPS, NULL, NULL);
  gst_harness_set_src_caps_str (mux.audio, "audio/x-wma, channels=2, "
      "rate=8000, wmaversion=2, block-align=14, bitrate=64000");
  test_mux_push (mux.audio, 0, 10, 14, TRUE);
  test_mux_end (&mux);
  gst_buffer_unref (test_mux_pull (&mux));
  gst_buffer_unref (test_mux_pull (&mux));
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A file has one format for each stream; a broadcast: asfmuxheaders.c. */
GST_START_TEST (test_caps_change)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  test_mux_push (mux.video, 0, 40, 3000, TRUE);
  gst_buffer_unref (test_mux_pull (&mux));
  /* only what the header does not hold */
  gst_harness_set_src_caps_str (mux.video,
      TEST_VIDEO_CAPS ", pixel-aspect-ratio=4/3");
  test_mux_push (mux.video, 40, 40, 3000, FALSE);
  test_mux_push (mux.video, 80, 40, 3000, FALSE);
  gst_buffer_unref (test_mux_pull (&mux));
  fail_unless (test_mux_message (&mux, GST_MESSAGE_ERROR) == NULL);
  gst_harness_set_src_caps_str (mux.video,
      "video/x-wmv, wmvversion=2, width=640, height=480");
  gst_message_unref (wait_for_error (&mux, GST_STREAM_ERROR,
          GST_STREAM_ERROR_FORMAT));
  test_mux_clear (&mux);
}

GST_END_TEST;

GST_START_TEST (test_empty_buffer)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *objects = NULL;
  GstMessage *message;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, NULL, NULL);
  test_mux_push (mux.video, 0, 40, 100, TRUE);
  test_mux_push (mux.video, 40, 40, 0, FALSE);
  test_mux_push (mux.video, 80, 40, 100, FALSE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  objects = test_mux_describe (bytes->data, bytes->len);
  fail_unless_equals_string (objects, "1:0* 1:80");
  message = test_mux_message (&mux, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_unref (message);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A key frame of 64 MiB: nothing is lost, nothing overflows. */
GST_START_TEST (test_huge_buffer)
{
  const gsize size = 64 * 1024 * 1024;
  g_autoptr (GByteArray) bytes = NULL;
  AsfHeaderInfo info;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, "packet-size",
      1000, NULL);
  test_mux_push (mux.video, 0, 40, size, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  fail_unless_equals_uint64 (info.packet_count, (size + 970) / 971);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* One warning for the stream of what FFmpeg does not read. */
GST_START_TEST (test_unread_buffer)
{
  const gsize limit = 16 * 1024 * 1024;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;
  GstMessage *message;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, NULL, NULL);
  test_mux_push (mux.video, 0, 40, limit - 1, TRUE);
  test_mux_push (mux.video, 40, 40, limit, TRUE);
  test_mux_push (mux.video, 80, 40, limit, TRUE);
  test_mux_end (&mux);
  g_byte_array_unref (test_mux_pull_all (&mux));
  message = test_mux_message (&mux, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_parse_warning (message, &error, &debug);
  fail_unless (g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_MUX));
  fail_unless (strstr (error->message, "videoscale") != NULL);
  fail_unless (strstr (debug, " 16777216 bytes") != NULL, "%s", debug);
  gst_message_unref (message);
  fail_unless (test_mux_message (&mux, GST_MESSAGE_WARNING) == NULL);
  test_mux_clear (&mux);
}

GST_END_TEST;

static void
assert_contains_utf16 (TestMux * mux, const gchar * text, gboolean wanted)
{
  GstBuffer *buffer = test_mux_pull (mux);
  GstMapInfo map;
  glong units;
  gunichar2 *utf16 = g_utf8_to_utf16 (text, -1, NULL, &units, NULL);

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  fail_unless_equals_int (memmem (map.data, map.size, utf16,
          units * 2 + 2) != NULL, wanted);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  g_free (utf16);
}

/* Tags of the application and of streams, and merge-stream-tags. */
GST_START_TEST (test_tags)
{
  gboolean merge = __i__;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO, "merge-stream-tags", merge, NULL);
  gst_tag_setter_add_tags (GST_TAG_SETTER (mux.audio->element),
      GST_TAG_MERGE_REPLACE, GST_TAG_TITLE, "Mine", NULL);
  gst_harness_push_event (mux.audio,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_ALBUM, "Stream's", NULL)));
  test_mux_push (mux.audio, 0, 50, 400, TRUE);
  test_mux_end (&mux);
  assert_contains_utf16 (&mux, "Stream's", merge);
  test_mux_clear (&mux);

  test_mux_init (&mux, TEST_MUX_AUDIO, "merge-stream-tags", merge, NULL);
  gst_tag_setter_add_tags (GST_TAG_SETTER (mux.audio->element),
      GST_TAG_MERGE_REPLACE, GST_TAG_TITLE, "Mine", NULL);
  test_mux_push (mux.audio, 0, 50, 400, TRUE);
  test_mux_end (&mux);
  assert_contains_utf16 (&mux, "Mine", TRUE);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Tags after the header go into a file's padding; without room for them there
 * is a warning. */
GST_START_TEST (test_late_tags)
{
  gboolean fits = __i__;
  g_autoptr (GByteArray) bytes = NULL;
  AsfHeaderInfo info;
  GstMessage *message;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_SEEKABLE, "padding",
      (guint64) fits * 200, NULL);
  test_mux_push (mux.audio, 0, 50, 4800, TRUE);
  gst_harness_push_event (mux.audio,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "Late", NULL)));
  test_mux_push (mux.audio, 50, 50, 4800, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  fail_unless_equals_int (test_has_utf16 (bytes, "Late"), fits);
  message = test_mux_message (&mux, GST_MESSAGE_WARNING);
  fail_unless_equals_int (message != NULL, !fits);
  gst_clear_message (&message);
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  /* 6 entries of an index come behind the packets */
  fail_unless_equals_uint64 (bytes->len, info.header_size + info.data_size +
      34 + 4 + 4 + 8 + 6 * 4);
  test_mux_clear (&mux);
}

GST_END_TEST;

GST_START_TEST (test_padding)
{
  gsize sizes[2];
  TestMux mux;
  guint i;

  for (i = 0; i < 2; i++) {
    GstBuffer *buffer;

    test_mux_init (&mux, TEST_MUX_AUDIO, "padding", (guint64) i * 500, NULL);
    test_mux_end (&mux);
    buffer = test_mux_pull (&mux);
    sizes[i] = gst_buffer_get_size (buffer);
    gst_buffer_unref (buffer);
    test_mux_clear (&mux);
  }
  fail_unless_equals_int (sizes[1] - sizes[0], 500);
}

GST_END_TEST;

/* protocol.md, A session: a header of more than 65,531 bytes cannot be pushed;
 * codec data cannot be left out. */
GST_START_TEST (test_live_header_too_large)
{
  GstBuffer *codec_data = gst_buffer_new_allocate (NULL, 65400, NULL);
  GstCaps *caps = gst_caps_from_string (TEST_AUDIO_CAPS);
  TestMux mux;

  gst_buffer_memset (codec_data, 0, 1, -1);
  gst_caps_set_simple (caps, "codec_data", GST_TYPE_BUFFER, codec_data, NULL);
  gst_buffer_unref (codec_data);
  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_NO_CAPS, "max-header-size", 0,
      NULL);
  gst_harness_set_src_caps (mux.audio, caps);
  test_mux_end (&mux);
  gst_message_unref (wait_for_error (&mux, GST_STREAM_ERROR,
          GST_STREAM_ERROR_MUX));
  test_mux_clear (&mux);
}

GST_END_TEST;

static void
pull_file_id (TestMux * mux, AsfGuid * id)
{
  GstBuffer *buffer = test_mux_pull (mux);
  AsfHeaderInfo info;
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  fail_unless (asf_header_read (map.data, map.size, &info, NULL));
  *id = info.file_id;
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
}

/* After READY a new file begins, at 0 and with another identifier. */
GST_START_TEST (test_reuse)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *objects = NULL;
  AsfHeaderInfo info;
  AsfGuid id;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, NULL, NULL);
  test_mux_push (mux.video, 5000, 40, 3000, TRUE);
  pull_file_id (&mux, &id);
  gst_element_set_state (mux.video->element, GST_STATE_READY);
  gst_element_set_state (mux.video->element, GST_STATE_PLAYING);
  gst_pad_set_active (mux.video->srcpad, FALSE);
  gst_pad_set_active (mux.video->srcpad, TRUE);
  gst_harness_push_event (mux.video, gst_event_new_stream_start ("again"));
  gst_harness_set_src_caps_str (mux.video, TEST_VIDEO_CAPS);
  test_mux_push (mux.video, 7000, 40, 3000, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  objects = test_mux_describe (bytes->data, bytes->len);
  fail_unless_equals_string (objects, "1:0*");
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  fail_if (asf_guid_equal (&id, &info.file_id));
  test_mux_clear (&mux);
}

GST_END_TEST;

/* protocol.md, C27: data after EOS, which only a flush makes possible. */
GST_START_TEST (test_data_after_eos)
{
  g_autoptr (GByteArray) one = NULL;
  g_autoptr (GByteArray) other = NULL;
  AsfHeaderInfo infos[2];
  GstSegment segment;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  test_mux_push (mux.video, 0, 40, 100, TRUE);
  test_mux_end (&mux);
  one = test_mux_pull_all (&mux);
  gst_harness_push_event (mux.video, gst_event_new_flush_start ());
  gst_harness_push_event (mux.video, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (mux.video, gst_event_new_segment (&segment));
  test_mux_push (mux.video, 9000, 40, 100, TRUE);
  test_mux_end (&mux);
  other = test_mux_pull_all (&mux);
  fail_unless (asf_header_read (one->data, one->len, &infos[0], NULL));
  fail_unless (asf_header_read (other->data, other->len, &infos[1], NULL));
  fail_if (asf_guid_equal (&infos[0].file_id, &infos[1].file_id));
  fail_unless_equals_uint64 (infos[1].play_duration_100ns, 50400000);
  fail_unless_equals_uint64 (infos[1].packet_count, 1);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* rules, 10: presentation times are 32 bits of ms */
GST_START_TEST (test_time_limit)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  test_mux_push (mux.video, 0, 40, 100, TRUE);
  test_mux_push (mux.video, G_MAXUINT32 - 5000, 40, 100, TRUE);
  test_mux_push (mux.video, G_MAXUINT32 - 4999, 40, 100, TRUE);
  gst_message_unref (wait_for_error (&mux, GST_STREAM_ERROR,
          GST_STREAM_ERROR_MUX));
  test_mux_clear (&mux);
}

GST_END_TEST;

static Suite *
asfmux_suite (void)
{
  Suite *s = suite_create ("asfmux");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  /* 64 MiB with sanitizers on a busy machine */
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, test_header_and_flags);
  tcase_add_test (tc, test_audio_only_has_no_delta_units);
  tcase_add_test (tc, test_live_header);
  tcase_add_test (tc, test_file_is_completed);
  tcase_add_test (tc, test_eos_without_data);
  tcase_add_test (tc, test_eos_without_caps);
  tcase_add_loop_test (tc, test_bad_caps, 0, G_N_ELEMENTS (bad_caps));
  tcase_add_test (tc, test_huge_codec_data);
  tcase_add_test (tc, test_caps_without_codec_data);
  tcase_add_test (tc, test_caps_change);
  tcase_add_test (tc, test_empty_buffer);
  tcase_add_test (tc, test_huge_buffer);
  tcase_add_test (tc, test_unread_buffer);
  tcase_add_loop_test (tc, test_tags, 0, 2);
  tcase_add_loop_test (tc, test_late_tags, 0, 2);
  tcase_add_test (tc, test_padding);
  tcase_add_test (tc, test_live_header_too_large);
  tcase_add_test (tc, test_reuse);
  tcase_add_test (tc, test_data_after_eos);
  tcase_add_test (tc, test_time_limit);
  return s;
}

GST_CHECK_MAIN (asfmux);
