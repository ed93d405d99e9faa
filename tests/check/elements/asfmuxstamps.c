/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "testmux.h"

/* Sound whose buffers do not say when they are, as an application's or those of
 * a file without a parser. */

#define MP3 "audio/mpeg, mpegversion=1, layer=3, rate=44100, channels=2, " \
    "parsed=true"
#define PCM(rate) "audio/x-raw, format=S16LE, layout=interleaved, " \
    "channels=1, rate=" rate

static void
init (TestMux * mux, gboolean is_file, const gchar * caps)
{
  test_mux_init (mux, TEST_MUX_AUDIO | TEST_MUX_NO_CAPS |
      (is_file ? TEST_MUX_SEEKABLE : 0), NULL, NULL);
  gst_harness_push_event (mux->audio, gst_event_new_stream_start ("a"));
  gst_harness_set_src_caps_str (mux->audio, caps);
}

/* Play Duration without the preroll. */
static guint64
play_100ns (const GByteArray * bytes)
{
  AsfHeaderInfo info;

  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  return info.play_duration_100ns -
      info.preroll_ms * G_GUINT64_CONSTANT (10000);
}

static const struct
{
  const gchar *caps;
  gsize size;                   /* of 100 ms */
} linear[] = {
  {PCM ("16000"), 3200},
  {"audio/x-raw, format=U8, layout=interleaved, channels=2, rate=8000", 1600},
  {"audio/x-raw, format=S24LE, layout=interleaved, channels=2, rate=48000",
      28800},
  {"audio/x-raw, format=F64LE, layout=interleaved, channels=1, rate=44100",
      35280},
  {"audio/x-alaw, rate=8000, channels=1", 800},
  {"audio/x-mulaw, rate=16000, channels=2", 3200},
};

/* The bytes say how long it lasts. */
GST_START_TEST (test_linear)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *objects = NULL;
  TestMux mux;
  guint i;

  init (&mux, TRUE, linear[__i__].caps);
  for (i = 0; i < 5; i++)
    test_mux_push (mux.audio, -1, -1, linear[__i__].size, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  objects = test_mux_describe (bytes->data, bytes->len);
  fail_unless_equals_string (objects, "1:0 1:100 1:200 1:300 1:400");
  fail_unless_equals_uint64 (play_100ns (bytes), 5000000);
  fail_unless (test_mux_message (&mux, GST_MESSAGE_WARNING) == NULL);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* What is said counts, and the sound goes on from there. */
GST_START_TEST (test_linear_from_stamp)
{
  static const gint64 pts_ms[] = { 700, -1, -1, 1000, -1, -1 };
  static const gint64 duration_ms[] = { -1, -1, -1, -1, 50, -1 };
  TestMux mux;
  guint i;

  init (&mux, TRUE, PCM ("16000"));
  for (i = 0; i < G_N_ELEMENTS (pts_ms); i++)
    test_mux_push (mux.audio, pts_ms[i], duration_ms[i], 2560, TRUE);
  test_mux_end (&mux);
  test_mux_check_objects (&mux, "1:0 1:80 1:160 1:300 1:380 1:430");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Seven samples last 158,730.16 ns: a hundred thousand times the fraction is
 * 16 microseconds. */
GST_START_TEST (test_no_drift)
{
  g_autoptr (GByteArray) bytes = NULL;
  TestMux mux;
  guint i;

  init (&mux, TRUE, PCM ("44100"));
  for (i = 0; i < 100000; i++)
    test_mux_push (mux.audio, -1, -1, 14, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  fail_unless_equals_uint64 (play_100ns (bytes),
      G_GUINT64_CONSTANT (700000) * 10000000 / 44100);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Each rate counts for the sound that has it. */
GST_START_TEST (test_other_rate)
{
  g_autoptr (GPtrArray) parts = NULL;
  static const gchar *const wanted[] = { "1:0 1:100", "1:200 1:400" };
  TestMux mux;
  guint i;

  init (&mux, FALSE, PCM ("16000"));
  test_mux_push (mux.audio, -1, -1, 3200, TRUE);
  test_mux_push (mux.audio, -1, -1, 3200, TRUE);
  gst_harness_set_src_caps_str (mux.audio, PCM ("8000"));
  test_mux_push (mux.audio, -1, -1, 3200, TRUE);
  test_mux_push (mux.audio, -1, -1, 3200, TRUE);
  test_mux_end (&mux);
  parts = test_mux_pull_parts (&mux, NULL);
  fail_unless_equals_int (parts->len, 2);
  for (i = 0; i < 2; i++) {
    GByteArray *part = g_ptr_array_index (parts, i);
    g_autofree gchar *objects = test_mux_describe (part->data, part->len);

    fail_unless_equals_string (objects, wanted[i]);
  }
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Other sound cannot be counted, which is said once, unless something says how
 * long it lasts. */
static const struct
{
  gint64 pts_ms[4];
  gint64 duration_ms;
  gboolean is_timeless;
} others[] = {
  {{-1, -1, -1, -1}, -1, TRUE},
  {{0, -1, -1, -1}, -1, TRUE},
  {{-1, -1, -1, -1}, 26, FALSE},
  {{0, 26, 52, 78}, -1, FALSE},
  {{-1, 26, -1, -1}, -1, FALSE},
};

GST_START_TEST (test_other_sound)
{
  g_autoptr (GByteArray) bytes = NULL;
  GstMessage *message;
  TestMux mux;
  guint i;

  init (&mux, TRUE, MP3);
  for (i = 0; i < 4; i++)
    test_mux_push (mux.audio, others[__i__].pts_ms[i],
        others[__i__].duration_ms, 417, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  message = test_mux_message (&mux, GST_MESSAGE_WARNING);
  fail_unless_equals_int (message != NULL, others[__i__].is_timeless);
  if (message != NULL) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *debug = NULL;

    gst_message_parse_warning (message, &error, &debug);
    fail_unless (strstr (error->message, "put a parser in front") != NULL);
    fail_unless (strstr (debug, "audio_0") != NULL, "%s", debug);
    gst_message_unref (message);
  }
  fail_unless (test_mux_message (&mux, GST_MESSAGE_WARNING) == NULL);
  test_mux_clear (&mux);
}

GST_END_TEST;

static Suite *
asfmuxstamps_suite (void)
{
  Suite *s = suite_create ("asfmuxstamps");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_linear, 0, G_N_ELEMENTS (linear));
  tcase_add_test (tc, test_linear_from_stamp);
  tcase_add_test (tc, test_no_drift);
  tcase_add_test (tc, test_other_rate);
  tcase_add_loop_test (tc, test_other_sound, 0, G_N_ELEMENTS (others));
  return s;
}

GST_CHECK_MAIN (asfmuxstamps);
