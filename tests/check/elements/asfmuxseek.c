/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "testasf.h"
#include "testmux.h"

/* A minute whose last two thirds are ten times as large as the first, so that
 * nobody finds a place in it by a guess: a frame each 200 ms, a key frame each
 * 2.6 s, audio each 100 ms. */
#define N_FRAMES 300
#define FRAME_MS 200
#define KEY_INTERVAL 13
#define KEY_MS (KEY_INTERVAL * FRAME_MS)

static const guint seek_ms[] = { 0, 500, 2700, 7900, 19900, 20100, 33300,
  45450, 58999
};

static gchar *path;

static gpointer
push_video (gpointer input)
{
  guint i;

  for (i = 0; i < N_FRAMES; i++)
    test_mux_push (input, i * FRAME_MS, FRAME_MS, i < N_FRAMES / 3 ? 400 : 4000,
        i % KEY_INTERVAL == 0);
  fail_unless (gst_harness_push_event (input, gst_event_new_eos ()));
  return NULL;
}

static void
setup (void)
{
  TestStream audio = { NULL, N_FRAMES * 2, 0, FRAME_MS / 2, 400, 1 };
  g_autoptr (GByteArray) bytes = NULL;
  GThread *video;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_SEEKABLE,
      "packet-size", 2000, NULL);
  audio.input = mux.audio;
  video = g_thread_new ("video", push_video, mux.video);
  test_stream_start (&audio);
  bytes = test_mux_pull_all (&mux);
  test_stream_join (&audio);
  g_thread_join (video);
  test_mux_clear (&mux);
  path = test_file_new ();
  test_file_write (path, bytes);
}

static void
teardown (void)
{
  test_file_free (path);
}

/* Where a reader goes on that takes the entry of the second before: at the last
 * key frame at or before it. */
static guint
wanted_ms (guint time_ms)
{
  return time_ms / 1000 * 1000 / KEY_MS * KEY_MS;
}

GST_START_TEST (test_judged)
{
  test_assert_asfcheck (path, FALSE);
}

GST_END_TEST;

static void
wait_for (GstBus * bus, GstMessageType type)
{
  GstMessage *message = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND,
      type | GST_MESSAGE_ERROR);

  fail_unless (message != NULL);
  fail_unless (GST_MESSAGE_TYPE (message) == type, "%s",
      GST_MESSAGE_TYPE_NAME (message));
  gst_message_unref (message);
}

GST_START_TEST (test_asfdemux)
{
  g_autofree gchar *launch = g_strdup_printf ("filesrc location=%s ! "
      "asfdemux name=d d.video_0 ! fakesink name=s sync=false", path);
  GstElement *pipeline = gst_parse_launch (launch, NULL);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  GstBus *bus = gst_element_get_bus (pipeline);
  guint i;

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  wait_for (bus, GST_MESSAGE_ASYNC_DONE);
  for (i = 0; i < G_N_ELEMENTS (seek_ms); i++) {
    GstSample *sample;
    GstBuffer *buffer;

    fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
            GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT,
            seek_ms[i] * GST_MSECOND));
    wait_for (bus, GST_MESSAGE_ASYNC_DONE);
    g_object_get (sink, "last-sample", &sample, NULL);
    buffer = gst_sample_get_buffer (sample);
    fail_if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT));
    fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer) / GST_MSECOND,
        wanted_ms (seek_ms[i]));
    gst_sample_unref (sample);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}

GST_END_TEST;

/* The first packet of a stream that ffprobe reads after a seek. */
static gchar *
probe (const gchar * stream, guint time_ms)
{
  g_autofree gchar *interval = g_strdup_printf ("%u.%03u%%+#1",
      time_ms / 1000, time_ms % 1000);
  const gchar *argv[] = { "ffprobe", "-v", "error", "-select_streams", stream,
    "-read_intervals", interval, "-show_entries", "packet=pts_time,flags",
    "-of", "csv=p=0", path, NULL
  };

  return test_run_command (argv, NULL);
}

GST_START_TEST (test_ffmpeg)
{
  g_autofree gchar *tool = g_find_program_in_path ("ffprobe");
  guint i;

  if (tool == NULL) {
    g_print ("SKIP: no ffprobe here\n");
    return;
  }
  for (i = 0; i < G_N_ELEMENTS (seek_ms); i++) {
    g_autofree gchar *text = probe ("v", seek_ms[i]);
    gchar *flags = NULL;
    gdouble time_s = g_ascii_strtod (text, &flags);

    fail_unless_equals_int ((gint) (time_s * 1000 + 0.5),
        wanted_ms (seek_ms[i]));
    fail_unless (g_str_has_prefix (flags, ",K"), "%s", text);
  }
}

GST_END_TEST;

/* Pictures that ffmpeg decodes from @time_ms on, one line for each. */
static gchar *
decode (const gchar * file, guint time_ms, const gchar * n_frames)
{
  g_autofree gchar *start = g_strdup_printf ("%u.%03u", time_ms / 1000,
      time_ms % 1000);
  const gchar *argv[] = { "ffmpeg", "-nostdin", "-v", "error", "-ss", start,
    "-i", file, "-an", "-copyts", "-frames:v", n_frames, "-f", "framecrc", "-",
    NULL
  };

  return test_run_command (argv, NULL);
}

/* 25 frames a second, a key frame each 2.4 s: the picture of the time that is
 * asked for is the one that comes when all are decoded. */
GST_START_TEST (test_decoded)
{
  g_autofree gchar *tool = g_find_program_in_path ("ffmpeg");
  gchar *file = test_file_new ();
  g_autofree gchar *all = NULL;
  guint time_ms;

  if (tool == NULL || !gst_registry_check_feature_version (gst_registry_get (),
          "avenc_wmv2", 1, 0, 0)) {
    g_print ("SKIP: no ffmpeg or avenc_wmv2 here\n");
    test_file_free (file);
    return;
  }
  test_run_pipeline ("videotestsrc pattern=ball num-buffers=500 ! video/x-raw,"
      "width=160,height=120,framerate=25/1 ! avenc_wmv2 gop-size=60 ! "
      "m.video_0 asfmux name=m ! filesink location=%s "
      "audiotestsrc num-buffers=862 ! audio/x-raw,rate=44100,channels=2 ! "
      "avenc_wmav2 ! m.audio_0", file);
  all = decode (file, 0, "500");
  for (time_ms = 1000; time_ms < 19000; time_ms += 2840) {
    g_autofree gchar *text = decode (file, time_ms, "1");
    g_autofree gchar *wanted = g_strdup_printf ("\n0, %10u,", time_ms / 40);
    const gchar *line = strstr (text, wanted);

    fail_unless (line != NULL, "%u: %s", time_ms, text);
    fail_unless (strstr (all, line) != NULL, "%u: %s", time_ms, text);
  }
  test_file_free (file);
}

GST_END_TEST;

static Suite *
asfmuxseek_suite (void)
{
  Suite *s = suite_create ("asfmuxseek");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_judged);
  tcase_add_test (tc, test_asfdemux);
  tcase_add_test (tc, test_ffmpeg);
  tcase_add_test (tc, test_decoded);
  return s;
}

GST_CHECK_MAIN (asfmuxseek);
