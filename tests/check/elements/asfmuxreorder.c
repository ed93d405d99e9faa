/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Real streams with B frames, as decoders show them. */
#include <stdlib.h>
#include <string.h>
#include <gio/gio.h>

#include "testmux.h"

#define N_FRAMES 50

static const gchar *const encoders[] = {
  "x264enc bframes=2 b-adapt=false key-int-max=25 ! "
      "video/x-h264, stream-format=byte-stream, profile=main ! h264parse",
  "x264enc bframes=0 tune=zerolatency ! "
      "video/x-h264, stream-format=byte-stream ! h264parse",
  /* no decode times come out of it */
  "x264enc bframes=2 b-adapt=false key-int-max=25 ! h264parse ! "
      "matroskamux ! matroskademux ! queue ! h264parse",
};

static gboolean
have_elements (void)
{
  static const gchar *const names[] = { "x264enc", "h264parse", "asfdemux",
    "avdec_h264", "matroskamux", "matroskademux"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GstElementFactory) factory = gst_element_factory_find (names[i]);

    if (factory == NULL) {
      g_print ("SKIP: no %s here\n", names[i]);
      return FALSE;
    }
  }
  return TRUE;
}

static void
encode (const gchar * path, const gchar * encoder)
{
  test_run_pipeline ("videotestsrc num-buffers=%d pattern=ball ! "
      "video/x-raw, width=176, height=144, framerate=25/1 ! %s ! asfmux ! "
      "filesink location=%s", N_FRAMES, encoder, path);
}

static GstPadProbeReturn
note_time (GstPad * pad, GstPadProbeInfo * info, gpointer times)
{
  GstClockTime pts = GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info));

  g_array_append_val ((GArray *) times, pts);
  return GST_PAD_PROBE_OK;
}

/* Pictures in the order and at the times in which GStreamer shows them. */
static GArray *
decode (const gchar * path)
{
  g_autofree gchar *line = g_strdup_printf ("filesrc location=%s ! asfdemux ! "
      "h264parse ! avdec_h264 ! fakesink name=sink", path);
  GArray *times = g_array_new (FALSE, FALSE, sizeof (GstClockTime));
  GstElement *pipeline = gst_parse_launch (line, NULL);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstPad *pad = gst_element_get_static_pad (sink, "sink");
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, note_time, times, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL && GST_MESSAGE_TYPE (message) ==
      GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pad);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  return times;
}

/* A picture each 40 ms, in order. */
GST_START_TEST (test_shown_by_gstreamer)
{
  g_autoptr (GArray) times = NULL;
  gchar *path;
  guint i;

  if (!have_elements ())
    return;
  path = test_file_new ();
  encode (path, encoders[__i__]);
  times = decode (path);
  fail_unless_equals_int (times->len, N_FRAMES);
  for (i = 0; i < N_FRAMES; i++)
    fail_unless_equals_uint64 (g_array_index (times, GstClockTime, i),
        i * 40 * GST_MSECOND);
  test_file_free (path);
}

GST_END_TEST;

/* FFmpeg takes times for decode times unless an extension says otherwise.
 * asfcheck warns of frames in another order and of our own extension. */
GST_START_TEST (test_shown_by_ffmpeg)
{
  g_autofree gchar *tool = g_find_program_in_path ("ffprobe");
  g_autoptr (GSubprocess) process = NULL;
  g_autofree gchar *output = NULL;
  g_auto (GStrv) lines = NULL;
  gchar *path;
  guint i;

  if (tool == NULL || !have_elements ()) {
    g_print ("SKIP: no ffprobe here\n");
    return;
  }
  path = test_file_new ();
  encode (path, encoders[__i__]);
  if (__i__ == 1)
    test_assert_asfcheck (path, FALSE);
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, tool, "-v",
      "error", "-show_entries", "frame=best_effort_timestamp_time", "-of",
      "default=noprint_wrappers=1:nokey=1", path, NULL);
  fail_unless (g_subprocess_communicate_utf8 (process, NULL, NULL, &output,
          NULL, NULL));
  lines = g_strsplit (g_strstrip (output), "\n", -1);
  fail_unless_equals_int (g_strv_length (lines), N_FRAMES);
  for (i = 0; i < N_FRAMES; i++) {
    gdouble time = g_ascii_strtod (lines[i], NULL);

    fail_unless (ABS (time - i * 0.040) < 0.0015, "picture %u at %f", i, time);
  }
  test_file_free (path);
}

GST_END_TEST;

static Suite *
asfmuxreorder_suite (void)
{
  Suite *s = suite_create ("asfmuxreorder");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc, test_shown_by_gstreamer, 0, G_N_ELEMENTS (encoders));
  tcase_add_loop_test (tc, test_shown_by_ffmpeg, 0, G_N_ELEMENTS (encoders));
  return s;
}

GST_CHECK_MAIN (asfmuxreorder);
