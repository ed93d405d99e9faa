/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A live stream that falls behind the others while a sink is blocked. */
#include <gst/check/gstcheck.h>

#define BLOCKED (3 * GST_SECOND)
#define STEP (20 * GST_MSECOND)
#define MAX_WAIT (5 * GST_SECOND)
/* The latency, for which a sink holds a packet back, is a good second. */
#define MAX_LAG (2 * GST_SECOND)

/* 4.8 times as fast as the pictures come.  A packet has a third of a second of
 * sound, so a sink that keeps to the clock takes three packets a second; the
 * muxer has room for two or three pictures meanwhile. */
static const gchar description[] =
    "videotestsrc is-live=true ! video/x-raw,format=I420,width=16,height=16,"
    "framerate=25/1 ! identity sleep-time=8333 name=encoder"
    " ! asfmux name=m packet-size=2800 preroll=1000 ! fakesink name=sink"
    " sync=true audiotestsrc is-live=true samplesperbuffer=400"
    " ! audio/x-raw,format=U8,rate=8000,channels=1 ! m.";

static void
wait_on_clock (GstElement * pipeline, GstClockTime time)
{
  GstClock *clock = gst_element_get_clock (pipeline);
  GstClockID id = gst_clock_new_single_shot_id (clock,
      gst_clock_get_time (clock) + time);

  gst_clock_id_wait (id, NULL);
  gst_clock_id_unref (id);
  gst_object_unref (clock);
}

static GstPadProbeReturn
note_time (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  GstBuffer *buffer = gst_pad_probe_info_get_buffer (info);

  g_atomic_pointer_set ((gpointer *) data,
      (gpointer) (guintptr) (GST_BUFFER_PTS (buffer) / GST_MSECOND));
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
hold (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  return GST_PAD_PROBE_OK;
}

static void
hold_sink (GstElement * pipeline)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstPad *pad = gst_element_get_static_pad (sink, "sink");
  gulong probe = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK
      | GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, hold, NULL,
      NULL);

  wait_on_clock (pipeline, BLOCKED);
  gst_pad_remove_probe (pad, probe);
  gst_object_unref (pad);
  gst_object_unref (sink);
}

static GstClockTime
lag (GstElement * pipeline, gpointer * newest_ms)
{
  GstClockTime now = gst_element_get_current_running_time (pipeline);
  GstClockTime newest = (guintptr) g_atomic_pointer_get (newest_ms)
      * GST_MSECOND;

  return now > newest ? now - newest : 0;
}

GST_START_TEST (test_catches_up)
{
  GstElement *pipeline = gst_parse_launch (description, NULL);
  GstElement *encoder = gst_bin_get_by_name (GST_BIN (pipeline), "encoder");
  GstPad *pad = gst_element_get_static_pad (encoder, "src");
  GstBus *bus = gst_element_get_bus (pipeline);
  gpointer newest_ms = NULL;
  GstClockTime waited;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, note_time, &newest_ms,
      NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_element_get_state (pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  wait_on_clock (pipeline, GST_SECOND);
  fail_unless (lag (pipeline, &newest_ms) < MAX_LAG);
  hold_sink (pipeline);
  fail_unless (lag (pipeline, &newest_ms) > MAX_LAG);
  for (waited = 0; lag (pipeline, &newest_ms) > MAX_LAG; waited += STEP) {
    fail_unless (waited < MAX_WAIT, "%" GST_TIME_FORMAT " behind",
        GST_TIME_ARGS (lag (pipeline, &newest_ms)));
    wait_on_clock (pipeline, STEP);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  /* and none was too late */
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_QOS | GST_MESSAGE_ERROR)
      == NULL);
  gst_object_unref (bus);
  gst_object_unref (pad);
  gst_object_unref (encoder);
  gst_object_unref (pipeline);
}

GST_END_TEST;

static Suite *
asfmuxbehind_suite (void)
{
  Suite *suite = suite_create ("asfmuxbehind");
  TCase *tc = tcase_create ("behind");

  tcase_set_timeout (tc, 60);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_catches_up);
  return suite;
}

GST_CHECK_MAIN (asfmuxbehind);
