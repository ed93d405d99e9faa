/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "testmux.h"

/* docs/design.md, decision 1: gst-plugins-bad has an element of that name. */
GST_START_TEST (test_factory_is_ours)
{
  GstElementFactory *factory = gst_element_factory_find ("asfmux");
  GstPlugin *plugin = gst_plugin_feature_get_plugin (GST_PLUGIN_FEATURE
      (factory));

  fail_unless_equals_string (gst_plugin_get_filename (plugin), TEST_PLUGIN);
  gst_object_unref (plugin);
  gst_object_unref (factory);
}

GST_END_TEST;

/* All that the old element took, and what came to it. */
static const struct
{
  const gchar *name;
  const gchar *caps;
} accepted[] = {
  {"video_%u", "video/x-wmv, wmvversion=[1,3]"},
  {"video_%u", "video/x-msmpeg, msmpegversion=42"},
  {"video_%u", "video/x-msmpeg, msmpegversion=43"},
  {"audio_%u", "audio/x-wma, wmaversion=[1,3]"},
  {"audio_%u", "audio/x-wma, wmaversion=4"},
  {"audio_%u", "audio/x-wms"},
  {"audio_%u", "audio/mpeg, layer=3, mpegversion=1, channels=[1,2], "
        "rate=[8000,96000]"},
};

GST_START_TEST (test_template)
{
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  GstPadTemplate *templ = gst_element_get_pad_template (mux,
      accepted[__i__].name);
  GstCaps *caps = gst_caps_from_string (accepted[__i__].caps);
  GstCaps *ours = gst_pad_template_get_caps (templ);

  fail_unless (gst_caps_is_subset (caps, ours));
  gst_caps_unref (ours);
  gst_caps_unref (caps);
  gst_object_unref (mux);
}

GST_END_TEST;

GST_START_TEST (test_pad_names)
{
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  static const gchar *const rows[][2] = {
    {"video_%u", "video_0"}, {"audio_7", "audio_7"}, {"audio_%u", "audio_0"},
    {"video_%u", "video_1"}
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    GstPad *pad = gst_element_request_pad_simple (mux, rows[i][0]);

    fail_unless_equals_string (GST_OBJECT_NAME (pad), rows[i][1]);
    gst_object_unref (pad);
  }
  gst_object_unref (mux);
}

GST_END_TEST;

/* rules, 10: 127 streams */
GST_START_TEST (test_pad_limit)
{
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  GstPad *pad;
  guint i;

  for (i = 0; i < 127; i++) {
    pad = gst_element_request_pad_simple (mux, "audio_%u");
    fail_unless (pad != NULL);
    gst_object_unref (pad);
  }
  fail_unless (gst_element_request_pad_simple (mux, "video_%u") == NULL);
  pad = gst_element_get_static_pad (mux, "audio_3");
  gst_element_release_request_pad (mux, pad);
  gst_object_unref (pad);
  pad = gst_element_request_pad_simple (mux, "video_%u");
  fail_unless (pad != NULL);
  gst_object_unref (pad);
  gst_object_unref (mux);
}

GST_END_TEST;

/* The old element's properties, with their ranges and defaults. */
GST_START_TEST (test_properties)
{
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  GObjectClass *klass = G_OBJECT_GET_CLASS (mux);
  GParamSpecUInt *size =
      G_PARAM_SPEC_UINT (g_object_class_find_property (klass, "packet-size"));
  GParamSpecUInt64 *preroll =
      G_PARAM_SPEC_UINT64 (g_object_class_find_property (klass, "preroll"));
  GParamSpecUInt64 *padding =
      G_PARAM_SPEC_UINT64 (g_object_class_find_property (klass, "padding"));
  gboolean streamable, merge;

  fail_unless_equals_int (size->minimum, 18);
  fail_unless (size->maximum == G_MAXUINT32);
  fail_unless_equals_int (size->default_value, 4800);
  fail_unless_equals_uint64 (preroll->maximum, G_MAXUINT64);
  fail_unless_equals_uint64 (preroll->default_value, 5000);
  fail_unless_equals_uint64 (padding->maximum, G_MAXUINT64);
  fail_unless_equals_uint64 (padding->default_value, 0);
  g_object_get (mux, "streamable", &streamable, "merge-stream-tags", &merge,
      NULL);
  fail_if (streamable);
  fail_unless (merge);
  gst_object_unref (mux);
}

GST_END_TEST;

static const struct
{
  const gchar *name;
  const gchar *value;
  const gchar *range;           /* NULL: legal */
} settings[] = {
  {"packet-size", "18", "100 to 65535"},
  {"packet-size", "99", "100 to 65535"},
  {"packet-size", "100", NULL},
  {"packet-size", "65535", NULL},
  {"packet-size", "65536", "100 to 65535"},
  {"packet-size", "4294967295", "100 to 65535"},
  {"preroll", "600000", NULL},
  {"preroll", "600001", "0 to 600000"},
  {"padding", "8388608", NULL},
  {"padding", "18446744073709551615", "0 to 8388608"},
};

GST_START_TEST (test_legal_range)
{
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  GstBus *bus = gst_bus_new ();
  GstStateChangeReturn ret;
  GstMessage *message;
  GError *error;
  gchar *debug;

  gst_element_set_bus (mux, bus);
  gst_util_set_object_arg (G_OBJECT (mux), settings[__i__].name,
      settings[__i__].value);
  ret = gst_element_set_state (mux, GST_STATE_PAUSED);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  if (settings[__i__].range == NULL) {
    fail_unless (ret != GST_STATE_CHANGE_FAILURE);
    fail_unless (message == NULL);
  } else {
    fail_unless_equals_int (ret, GST_STATE_CHANGE_FAILURE);
    gst_message_parse_error (message, &error, &debug);
    fail_unless (g_error_matches (error, GST_RESOURCE_ERROR,
            GST_RESOURCE_ERROR_SETTINGS));
    fail_unless (strstr (error->message, settings[__i__].range) != NULL);
    fail_unless (strstr (debug, settings[__i__].value) != NULL);
    g_error_free (error);
    g_free (debug);
    gst_message_unref (message);
  }
  gst_element_set_state (mux, GST_STATE_NULL);
  gst_element_set_bus (mux, NULL);
  gst_object_unref (bus);
  gst_object_unref (mux);
}

GST_END_TEST;

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

/* rules, 9.1; push-protocol, C32 and C33; design, 5 */
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
  /* behind the packets: an index of 9 seconds */
  fail_unless_equals_uint64 (info.header_size + info.data_size + 56 + 6 * 9,
      bytes->len);
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

GST_START_TEST (test_caps_change)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, NULL, NULL);
  test_mux_push (mux.video, 0, 40, 3000, TRUE);
  gst_buffer_unref (test_mux_pull (&mux));
  /* only what the header does not hold */
  gst_harness_set_src_caps_str (mux.video,
      TEST_VIDEO_CAPS ", pixel-aspect-ratio=4/3");
  test_mux_push (mux.video, 40, 40, 3000, FALSE);
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

/* 16 MiB in packets of 100 bytes: nothing is lost, nothing overflows. */
GST_START_TEST (test_huge_buffer)
{
  const gsize size = 16 * 1024 * 1024;
  g_autoptr (GByteArray) bytes = NULL;
  AsfHeaderInfo info;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, "packet-size",
      1000, NULL);
  test_mux_push (mux.video, 0, 40, size, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  fail_unless_equals_uint64 (info.packet_count, (size + 972) / 973);
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

/* push-protocol, 2.4: a header of more than 65,531 bytes cannot be pushed */
GST_START_TEST (test_live_header_too_large)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO, "padding", G_GUINT64_CONSTANT (66000),
      NULL);
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

static Suite *
asfmux_suite (void)
{
  Suite *s = suite_create ("asfmux");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_factory_is_ours);
  tcase_add_loop_test (tc, test_template, 0, G_N_ELEMENTS (accepted));
  tcase_add_test (tc, test_pad_names);
  tcase_add_test (tc, test_pad_limit);
  tcase_add_test (tc, test_properties);
  tcase_add_loop_test (tc, test_legal_range, 0, G_N_ELEMENTS (settings));
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
  tcase_add_loop_test (tc, test_tags, 0, 2);
  tcase_add_test (tc, test_padding);
  tcase_add_test (tc, test_live_header_too_large);
  tcase_add_test (tc, test_reuse);
  return s;
}

GST_CHECK_MAIN (asfmux);
