/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "testmux.h"

/* What the properties of the pads do. */

/* gst-launch sets a property of a pad that is only there later. */
GST_START_TEST (test_launch_line)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch ("asfmux name=m "
      "video_0::language=fr video_0::exclusion-type=bitrate ! fakesink "
      "fakesrc ! m.video_0 fakesrc ! m.audio_7", &error);
  g_autofree gchar *language = NULL;
  GstElement *mux;
  GObject *pad;
  gint type;

  g_assert_no_error (error);
  mux = gst_bin_get_by_name (GST_BIN (pipeline), "m");
  pad = gst_child_proxy_get_child_by_name (GST_CHILD_PROXY (mux), "video_0");
  g_object_get (pad, "language", &language, "exclusion-type", &type, NULL);
  fail_unless_equals_string (language, "fr");
  fail_unless_equals_int (type, 2);
  g_object_unref (pad);
  fail_unless_equals_int (gst_child_proxy_get_children_count (GST_CHILD_PROXY
          (mux)), 2);
  pad = gst_child_proxy_get_child_by_index (GST_CHILD_PROXY (mux), 1);
  fail_unless_equals_string (GST_OBJECT_NAME (pad), "audio_7");
  g_object_unref (pad);
  fail_unless (gst_child_proxy_get_child_by_index (GST_CHILD_PROXY (mux), 2)
      == NULL);
  gst_object_unref (mux);
  gst_object_unref (pipeline);
}

GST_END_TEST;

static void
note_child (GstChildProxy * proxy, GObject * child, const gchar * name,
    gpointer text)
{
  fail_unless_equals_string (GST_OBJECT_NAME (child), name);
  g_string_append_printf (text, " %s", name);
}

GST_START_TEST (test_child_signals)
{
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  GString *text = g_string_new (NULL);
  GstPad *pad;

  g_signal_connect (mux, "child-added", G_CALLBACK (note_child), text);
  g_signal_connect (mux, "child-removed", G_CALLBACK (note_child), text);
  pad = gst_element_request_pad_simple (mux, "audio_%u");
  gst_object_unref (gst_element_request_pad_simple (mux, "video_3"));
  gst_element_release_request_pad (mux, pad);
  gst_object_unref (pad);
  fail_unless_equals_string (text->str, " audio_0 video_3 audio_0");
  gst_object_unref (mux);
  g_string_free (text, TRUE);
}

GST_END_TEST;

GST_START_TEST (test_preset)
{
  GstElement *mux = gst_element_factory_make ("asfmux", NULL);
  gchar **names;

  fail_unless (GST_IS_PRESET (mux));
  names = gst_preset_get_property_names (GST_PRESET (mux));
  fail_unless (g_strv_contains ((const gchar * const *) names, "packet-size"));
  g_strfreev (names);
  gst_object_unref (mux);
}

GST_END_TEST;

/* Extended Stream Properties (rules, 4.1): rate and window of the first
 * stream; 0 where the property is not set. */
static const struct
{
  guint bitrate, buffer_ms;
  guint data_bps, window_ms;
} buckets[] = {
  {0, 0, 64000, 3000},
  {48000, 0, 48000, 3000},
  {0, 700, 64000, 700},
  /* not over the preroll (rules, 7.2) */
  {128000, 60000, 128000, 5000},
};

GST_START_TEST (test_bucket)
{
  static const guint8 guid[] = { 0xcb, 0xa5, 0xe6, 0x14, 0x72, 0xc6 };
  const guint8 *object;
  GstBuffer *buffer;
  GstMapInfo map;
  TestMux mux;
  GstPad *pad;

  test_mux_init (&mux, TEST_MUX_AUDIO, NULL, NULL);
  pad = gst_element_get_static_pad (mux.audio->element, "audio_0");
  g_object_set (pad, "bitrate", buckets[__i__].bitrate, "buffer-ms",
      buckets[__i__].buffer_ms, NULL);
  gst_object_unref (pad);
  test_mux_end (&mux);
  buffer = test_mux_pull (&mux);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  object = memmem (map.data, map.size, guid, sizeof guid);
  fail_unless (object != NULL);
  fail_unless_equals_int (GST_READ_UINT32_LE (object + 40),
      buckets[__i__].data_bps);
  fail_unless_equals_int (GST_READ_UINT32_LE (object + 44),
      buckets[__i__].window_ms);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A broadcast's header has to know the rate from the first picture, where an
 * encoder says none, or one that a single picture is over. */
static const struct
{
  const gchar *caps;
  guint tagged_bps;
  guint min_bps;                /* of pictures of 10,000 bytes, 25 a second */
  guint max_bps;
} live_rates[] = {
  {"image/jpeg, width=320, height=240, framerate=25/1", 0, 2000000, 3000000},
  {"image/jpeg, width=320, height=240, framerate=25/1", 200000, 2000000,
      3000000},
  {"image/jpeg, width=320, height=240, framerate=25/1", 4000000, 4000000,
      4000000},
  {TEST_VIDEO_CAPS, 400000, 400000, 400000},
  {TEST_VIDEO_CAPS, 10000, 26000, 27000},
};

GST_START_TEST (test_live_rate)
{
  static const guint8 guid[] = { 0xcb, 0xa5, 0xe6, 0x14, 0x72, 0xc6 };
  g_autoptr (GByteArray) bytes = NULL;
  gchar *path = test_file_new ();
  const guint8 *object;
  TestMux mux;
  guint32 bps;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_NO_CAPS, "streamable", TRUE,
      NULL);
  gst_harness_set_src_caps_str (mux.video, live_rates[__i__].caps);
  if (live_rates[__i__].tagged_bps > 0)
    gst_harness_push_event (mux.video, gst_event_new_tag (gst_tag_list_new
            (GST_TAG_BITRATE, live_rates[__i__].tagged_bps, NULL)));
  for (i = 0; i < 100; i++)
    test_mux_push (mux.video, i * 40, 40, 10000, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  object = memmem (bytes->data, bytes->len, guid, sizeof guid);
  fail_unless (object != NULL);
  bps = GST_READ_UINT32_LE (object + 40);
  fail_unless (bps >= live_rates[__i__].min_bps, "%u", bps);
  fail_unless (bps <= live_rates[__i__].max_bps, "%u", bps);
  test_file_write (path, bytes);
  if (live_rates[__i__].min_bps >= 2000000)
    test_assert_asfcheck (path, TRUE);
  test_file_free (path);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Sound that begins in silence: its first frames say nothing of those that
 * follow, but where all have one size. */
static const struct
{
  const gchar *caps;
  gsize quiet_size;
  gsize size;
  guint data_bps;
} live_sounds[] = {
  {"audio/mpeg, mpegversion=4, stream-format=raw, channels=2, rate=44100, "
        "codec_data=(buffer)1210", 6, 370, 128000},
  {"audio/AMR, channels=1, rate=8000", 1, 37, 16000},
  {"audio/x-ac3, framed=true, channels=2, rate=48000", 600, 600, 200000},
  {"audio/x-wma, wmaversion=2, channels=2, rate=44100, depth=16, "
        "block_align=120, codec_data=(buffer)00880000000000000000", 120, 120,
      40000},
};

GST_START_TEST (test_live_sound)
{
  static const guint8 guid[] = { 0xcb, 0xa5, 0xe6, 0x14, 0x72, 0xc6 };
  g_autoptr (GByteArray) bytes = NULL;
  gchar *path = test_file_new ();
  const guint8 *object;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_NO_CAPS, "streamable", TRUE,
      NULL);
  gst_harness_set_src_caps_str (mux.audio, live_sounds[__i__].caps);
  for (i = 0; i < 300; i++)
    test_mux_push (mux.audio, i * 24, 24, i < 40 ?
        live_sounds[__i__].quiet_size : live_sounds[__i__].size, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  object = memmem (bytes->data, bytes->len, guid, sizeof guid);
  fail_unless (object != NULL);
  fail_unless_equals_int (GST_READ_UINT32_LE (object + 40),
      live_sounds[__i__].data_bps);
  test_file_write (path, bytes);
  test_assert_asfcheck (path, TRUE);
  test_file_free (path);
  test_mux_clear (&mux);
}

GST_END_TEST;

static Suite *
asfmuxpads_suite (void)
{
  Suite *s = suite_create ("asfmuxpads");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_launch_line);
  tcase_add_test (tc, test_child_signals);
  tcase_add_test (tc, test_preset);
  tcase_add_loop_test (tc, test_bucket, 0, G_N_ELEMENTS (buckets));
  tcase_add_loop_test (tc, test_live_rate, 0, G_N_ELEMENTS (live_rates));
  tcase_add_loop_test (tc, test_live_sound, 0, G_N_ELEMENTS (live_sounds));
  return s;
}

GST_CHECK_MAIN (asfmuxpads);
