/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "testasf.h"
#include "testmux.h"

/* A flushing seek while asfmux writes.  A sink that stores forgets what it has:
 * what comes behind the flush is the file.  Criticals of GStreamer fail. */

#define FPS 25

static gboolean
have_encoders (void)
{
  GstRegistry *registry = gst_registry_get ();

  if (gst_registry_check_feature_version (registry, "jpegenc", 1, 0, 0)
      && gst_registry_check_feature_version (registry, "avenc_wmav2", 1, 0, 0))
    return TRUE;
  g_print ("SKIP: no jpegenc or avenc_wmav2 here\n");
  return FALSE;
}

static GstElement *
new_pipeline (gboolean is_live, const gchar * sink)
{
  g_autofree gchar *line = g_strdup_printf ("asfmux name=m streamable=%d ! %s "
      "name=f videotestsrc ! video/x-raw,width=160,height=120,framerate=%d/1 ! "
      "jpegenc ! queue ! m. audiotestsrc ! "
      "audio/x-raw,rate=44100,channels=2 ! avenc_wmav2 ! queue ! m.", is_live,
      sink, FPS);
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (line, &error);

  g_assert_no_error (error);
  return pipeline;
}

static void
watch_sink (GstElement * pipeline, GstPadProbeCallback callback,
    gpointer user_data)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "f");
  GstPad *pad = gst_element_get_static_pad (sink, "sink");

  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, callback,
      user_data, NULL);
  gst_object_unref (pad);
  gst_object_unref (sink);
}

static void
wait_for (GstElement * pipeline, GstMessageType type)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
      type | GST_MESSAGE_ERROR);

  fail_unless (message != NULL);
  fail_unless (GST_MESSAGE_TYPE (message) == type, "%s",
      GST_MESSAGE_TYPE_NAME (message));
  gst_message_unref (message);
  gst_object_unref (bus);
}

static void
seek (GstElement * pipeline, GstSeekFlags flags, guint start_s, guint stop_s)
{
  fail_unless (gst_element_seek (pipeline, 1.0, GST_FORMAT_TIME, flags,
          GST_SEEK_TYPE_SET, start_s * GST_SECOND, GST_SEEK_TYPE_SET,
          stop_s * GST_SECOND));
}

static void
stop (GstElement * pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

/* To the end, and away with it. */
static void
finish (GstElement * pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  wait_for (pipeline, GST_MESSAGE_EOS);
  stop (pipeline);
}

/* The file is whole, begins at its time 0 and has that many pictures. */
static void
check_file (const gchar * path, gboolean is_live, guint n_pictures)
{
  const gchar *argv[] = { "ffprobe", "-v", "error", "-select_streams", "v",
    "-count_packets", "-show_entries", "stream=start_time,nb_read_packets",
    "-of", "csv=p=0", path, NULL
  };
  g_autofree gchar *tool = g_find_program_in_path ("ffprobe");
  g_autofree gchar *wanted = g_strdup_printf ("0.000000,%u\n", n_pictures);
  g_autofree gchar *text = NULL;

  test_assert_asfcheck (path, is_live);
  if (tool == NULL) {
    g_print ("SKIP: no ffprobe here\n");
    return;
  }
  text = test_run_command (argv, NULL);
  fail_unless_equals_string (text, wanted);
}

GST_START_TEST (test_before_playing)
{
  gchar *path = test_file_new ();
  g_autofree gchar *sink = g_strdup_printf ("filesink location=%s", path);
  GstElement *pipeline;

  if (have_encoders ()) {
    pipeline = new_pipeline (__i__, sink);
    gst_element_set_state (pipeline, GST_STATE_PAUSED);
    wait_for (pipeline, GST_MESSAGE_ASYNC_DONE);
    seek (pipeline, GST_SEEK_FLAG_FLUSH, 3, 6);
    finish (pipeline);
    check_file (path, __i__, 3 * FPS);
  }
  test_file_free (path);
}

GST_END_TEST;

typedef struct
{
  GAsyncQueue *told;
  guint n_left;
} Countdown;

static GstPadProbeReturn
count_down (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Countdown *countdown = user_data;

  if (--countdown->n_left > 0)
    return GST_PAD_PROBE_OK;
  g_async_queue_push (countdown->told, GINT_TO_POINTER (TRUE));
  return GST_PAD_PROBE_REMOVE;
}

/* A seek in mid-recording, to two seconds. */
static void
record (const gchar * path, gboolean is_live, GstSeekFlags flags)
{
  g_autofree gchar *sink = g_strdup_printf ("filesink location=%s", path);
  Countdown countdown = { g_async_queue_new (), 30 };
  GstElement *pipeline = new_pipeline (is_live, sink);

  watch_sink (pipeline, count_down, &countdown);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  fail_unless (g_async_queue_timeout_pop (countdown.told,
          60 * G_USEC_PER_SEC) != NULL);
  seek (pipeline, flags, 60, 62);
  finish (pipeline);
  g_async_queue_unref (countdown.told);
}

GST_START_TEST (test_in_recording)
{
  gchar *path = test_file_new ();

  if (have_encoders ()) {
    record (path, __i__, GST_SEEK_FLAG_FLUSH);
    check_file (path, __i__, 2 * FPS);
  }
  test_file_free (path);
}

GST_END_TEST;

/* Without a flush the file goes on.  In PAUSED such a seek would wait for sources
 * that wait for the sink. */
GST_START_TEST (test_without_flush)
{
  gchar *path = test_file_new ();

  if (have_encoders ()) {
    record (path, FALSE, GST_SEEK_FLAG_NONE);
    test_assert_asfcheck (path, FALSE);
    test_assert_ffmpeg (path, FALSE);
  }
  test_file_free (path);
}

GST_END_TEST;

/* A sink that cannot seek goes on with the broadcast.  Packets have running
 * times, wherever the seek led, so that a sink waits for them. */
GST_START_TEST (test_segment)
{
  GstElement *pipeline, *sink;
  const GstSegment *segment;
  GstEvent *event;
  GstPad *pad;

  if (!have_encoders ())
    return;
  pipeline = new_pipeline (TRUE, "fakesink async=true");
  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  wait_for (pipeline, GST_MESSAGE_ASYNC_DONE);
  seek (pipeline, GST_SEEK_FLAG_FLUSH, 60, 62);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  wait_for (pipeline, GST_MESSAGE_EOS);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "f");
  pad = gst_element_get_static_pad (sink, "sink");
  event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  gst_event_parse_segment (event, &segment);
  fail_unless_equals_int (segment->format, GST_FORMAT_TIME);
  fail_unless_equals_uint64 (segment->start, 0);
  gst_event_unref (event);
  gst_object_unref (pad);
  gst_object_unref (sink);
  stop (pipeline);
}

GST_END_TEST;

static GstPadProbeReturn
answer_no (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  if (GST_QUERY_TYPE (query) != GST_QUERY_SEEKING)
    return GST_PAD_PROBE_OK;
  gst_query_set_seeking (query, GST_FORMAT_TIME, FALSE, 0, -1);
  return GST_PAD_PROBE_HANDLED;
}

/* Where an input cannot seek nothing is flushed, and the file goes on. */
GST_START_TEST (test_refused)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  gst_pad_add_probe (mux.video->srcpad, GST_PAD_PROBE_TYPE_QUERY_UPSTREAM,
      answer_no, NULL, NULL);
  test_mux_push (mux.video, 0, 40, 100, TRUE);
  fail_if (gst_harness_push_upstream_event (mux.out, gst_event_new_seek (1.0,
              GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET,
              60 * GST_SECOND, GST_SEEK_TYPE_NONE, 0)));
  test_mux_push (mux.video, 40, 40, 100, TRUE);
  test_mux_end (&mux);
  test_mux_check_objects (&mux, "1:0* 1:40*");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Nothing of what was there before the flush is in the file: its times, counts
 * and indexes begin anew. */
GST_START_TEST (test_all_anew)
{
  GString *trace = g_string_new (NULL);
  GstQuery *drain = gst_query_new_drain ();
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *objects = NULL;
  gchar *path = test_file_new ();
  GstBuffer *buffer;
  AsfHeaderInfo info;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_SEEKABLE,
      "packet-size", 1000, NULL);
  test_mux_push (mux.video, 60000, 40, 90000, TRUE);
  test_mux_push (mux.audio, 60000, 50, 400, TRUE);
  test_mux_push (mux.audio, 60050, 50, 400, TRUE);
  test_mux_push (mux.video, 60040, 40, 100, FALSE);
  /* which comes back when the picture was taken */
  gst_pad_peer_query (mux.video->srcpad, drain);
  gst_query_unref (drain);
  test_mux_flush (&mux, 7000);
  while ((buffer = gst_harness_try_pull (mux.out)) != NULL)
    gst_buffer_unref (buffer);
  test_mux_trace (&mux, trace);
  test_mux_push (mux.video, 7000, 40, 100, TRUE);
  test_mux_push (mux.audio, 7020, 50, 400, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  objects = test_mux_describe (bytes->data, bytes->len);
  fail_unless_equals_string (objects, "1:0* 2:20");
  fail_unless_equals_string (trace->str, "cshppshe");
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  fail_unless_equals_uint64 (info.packet_count, 1);
  fail_unless_equals_uint64 (info.play_duration_100ns, 50700000);
  test_file_write (path, bytes);
  test_assert_asfcheck (path, FALSE);
  test_file_free (path);
  g_string_free (trace, TRUE);
  test_mux_clear (&mux);
}

GST_END_TEST;

static Suite *
asfmuxflush_suite (void)
{
  Suite *s = suite_create ("asfmuxflush");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc, test_before_playing, 0, 2);
  tcase_add_loop_test (tc, test_in_recording, 0, 2);
  tcase_add_test (tc, test_without_flush);
  tcase_add_test (tc, test_segment);
  tcase_add_test (tc, test_refused);
  tcase_add_test (tc, test_all_anew);
  return s;
}

GST_CHECK_MAIN (asfmuxflush);
