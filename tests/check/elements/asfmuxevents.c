/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "testmux.h"

/* What events of the inputs do. */

static void
push_marker (GstHarness * input, guint context)
{
  GstStructure *s = gst_structure_new ("wms-marker", "context", G_TYPE_UINT,
      context, NULL);

  fail_unless (gst_harness_push_event (input, gst_event_new_custom
          (GST_EVENT_CUSTOM_DOWNSTREAM, s)));
}

/* The contexts in the order in which they come out. */
static GstPadProbeReturn
note_marker (GstPad * pad, GstPadProbeInfo * info, gpointer text)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  guint context;

  if (gst_event_has_name (event, "wms-marker")
      && gst_structure_get_uint (gst_event_get_structure (event), "context",
          &context))
    g_string_append_printf (text, "%u", context);
  return GST_PAD_PROBE_OK;
}

/* migration.md, PlaceMarker: an event comes out behind the packet with
 * the buffers before it, which it ends, and never before header and segment.
 * Packets have room for two buffers. */
GST_START_TEST (test_markers)
{
  gboolean is_file = __i__;
  GString *trace = g_string_new (NULL);
  GString *contexts = g_string_new (NULL);
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | (is_file ? TEST_MUX_SEEKABLE : 0),
      "packet-size", 5000, NULL);
  test_mux_trace (&mux, trace);
  gst_pad_add_probe (mux.out->sinkpad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      note_marker, contexts, NULL);
  push_marker (mux.video, 1);
  push_marker (mux.video, 2);
  test_mux_push (mux.video, 0, 40, 2000, TRUE);
  push_marker (mux.video, 3);
  test_mux_push (mux.video, 40, 40, 2000, FALSE);
  test_mux_push (mux.video, 80, 40, 2000, FALSE);
  push_marker (mux.video, 4);
  push_marker (mux.video, 5);
  push_marker (mux.video, 6);
  test_mux_push (mux.video, 120, 40, 10000, FALSE);
  test_mux_push (mux.video, 160, 40, 100, FALSE);
  push_marker (mux.video, 7);
  test_mux_end (&mux);
  g_byte_array_unref (test_mux_pull_all (&mux));
  fail_unless_equals_string (contexts->str, "1234567");
  fail_unless_equals_string (trace->str, is_file ? "tcshmmpmpmmmpppmpshe"
      : "tcshmmpmpmmmpppme");
  g_string_free (trace, TRUE);
  g_string_free (contexts, TRUE);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* The event counts for the buffers of its own pad. */
GST_START_TEST (test_marker_of_a_pad)
{
  GString *trace = g_string_new (NULL);
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO, "latency", GST_SECOND,
      NULL);
  test_mux_trace (&mux, trace);
  test_mux_push (mux.video, 0, 40, 5000, TRUE);
  test_mux_push (mux.audio, 0, 50, 400, TRUE);
  test_mux_push (mux.audio, 50, 50, 400, TRUE);
  push_marker (mux.audio, 1);
  test_mux_push (mux.video, 40, 40, 5000, FALSE);
  test_mux_push (mux.video, 60, 40, 5000, FALSE);
  test_mux_end (&mux);
  g_byte_array_unref (test_mux_pull_all (&mux));
  fail_unless_equals_string (trace->str, "tcshpppmppe");
  g_string_free (trace, TRUE);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A flush takes events with the data that they follow. */
GST_START_TEST (test_marker_is_flushed)
{
  GString *trace = g_string_new (NULL);
  GstSegment segment;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, NULL, NULL);
  test_mux_trace (&mux, trace);
  push_marker (mux.video, 1);
  gst_harness_push_event (mux.video, gst_event_new_flush_start ());
  gst_harness_push_event (mux.video, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (mux.video, gst_event_new_segment (&segment));
  gst_harness_set_src_caps_str (mux.video, TEST_VIDEO_CAPS);
  test_mux_push (mux.video, 0, 40, 100, TRUE);
  test_mux_end (&mux);
  g_byte_array_unref (test_mux_pull_all (&mux));
  fail_unless (strchr (trace->str, 'm') == NULL, "%s", trace->str);
  g_string_free (trace, TRUE);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A stream jumps back; after a flush its time stamps count as they are. */
GST_START_TEST (test_jump_is_flushed)
{
  GstQuery *drain = gst_query_new_drain ();
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO, NULL, NULL);
  test_mux_push (mux.video, 60000, 40, 100, TRUE);
  test_mux_push (mux.audio, 60000, 50, 400, TRUE);
  test_mux_push (mux.audio, 60050, 50, 400, TRUE);
  test_mux_push (mux.video, 0, 40, 100, FALSE);
  /* which comes back when the picture was taken */
  gst_pad_peer_query (mux.video->srcpad, drain);
  gst_query_unref (drain);
  test_mux_flush (&mux, 0);
  test_mux_push (mux.video, 7000, 40, 100, TRUE);
  test_mux_push (mux.audio, 7020, 50, 400, TRUE);
  test_mux_end (&mux);
  test_mux_check_objects (&mux, "1:0* 2:0 1:40 1:80* 2:100");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A stream that ends early does not hold the other one. */
GST_START_TEST (test_one_pad_ends)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO, NULL, NULL);
  test_mux_push (mux.video, 0, 40, 3000, TRUE);
  test_mux_push (mux.audio, 0, 50, 400, TRUE);
  gst_harness_push_event (mux.audio, gst_event_new_eos ());
  test_mux_push (mux.video, 40, 40, 3000, FALSE);
  test_mux_push (mux.video, 80, 40, 3000, FALSE);
  gst_harness_push_event (mux.video, gst_event_new_eos ());
  test_mux_check_objects (&mux, "1:0* 2:0 1:40 1:80");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* EOS and nothing else: a file, or a broadcast, without packets. */
GST_START_TEST (test_no_data)
{
  gboolean is_file = __i__;
  g_autoptr (GByteArray) bytes = NULL;
  AsfHeaderInfo info;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO |
      (is_file ? TEST_MUX_SEEKABLE : 0), NULL, NULL);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  fail_unless_equals_int (info.n_streams, 2);
  fail_unless_equals_uint64 (info.data_size, 50);
  fail_unless_equals_int (info.flags & ASF_FILE_BROADCAST, !is_file);
  fail_unless_equals_uint64 (info.packet_count, is_file ? 0 : G_MAXUINT32);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Times count in the running time of each input's segment. */
static const struct
{
  gint64 start_ms;
  gdouble rate;
  gint64 pts_ms[3];
  const gchar *objects;
} segments[] = {
  {0, 1.0, {0, 40, 80}, "1:0* 1:40 1:80"},
  {5000, 1.0, {5000, 5040, 5080}, "1:0* 1:40 1:80"},
  {0, 2.0, {0, 40, 80}, "1:0* 1:20 1:40"},
  {0, 0.5, {1000, 1040, 1080}, "1:0* 1:80 1:160"},
};

GST_START_TEST (test_segment)
{
  GstSegment segment;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO, NULL, NULL);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segments[__i__].start_ms * GST_MSECOND;
  segment.rate = segments[__i__].rate;
  gst_harness_push_event (mux.video, gst_event_new_segment (&segment));
  for (i = 0; i < 3; i++)
    test_mux_push (mux.video, segments[__i__].pts_ms[i], 40, 100, i == 0);
  test_mux_end (&mux);
  test_mux_check_objects (&mux, segments[__i__].objects);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Events that mean nothing for a file do no harm. */
GST_START_TEST (test_other_events)
{
  GString *trace = g_string_new (NULL);
  GstMessage *message = gst_message_new_application (NULL,
      gst_structure_new_empty ("nothing"));
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, "packet-size", 1000, NULL);
  test_mux_trace (&mux, trace);
  test_mux_push (mux.video, 0, 40, 940, TRUE);
  gst_harness_push_event (mux.video, gst_event_new_instant_rate_change (2.0,
          GST_SEGMENT_FLAG_NONE));
  gst_harness_push_event (mux.video, gst_event_new_sink_message ("custom",
          message));
  gst_message_unref (message);
  gst_harness_push_upstream_event (mux.out, gst_event_new_reconfigure ());
  test_mux_push (mux.video, 40, 40, 940, FALSE);
  gst_harness_push_upstream_event (mux.out, gst_event_new_latency (1));
  test_mux_push (mux.video, 80, 40, 940, FALSE);
  test_mux_end (&mux);
  g_byte_array_unref (test_mux_pull_all (&mux));
  fail_unless (g_str_has_prefix (trace->str, "tcsh"), "%s", trace->str);
  fail_unless (g_str_has_suffix (trace->str, "e"), "%s", trace->str);
  /* neither caps nor a header again */
  fail_unless (strchr (trace->str + 4, 'c') == NULL, "%s", trace->str);
  fail_unless (strchr (trace->str + 4, 'h') == NULL, "%s", trace->str);
  fail_unless (test_mux_message (&mux, GST_MESSAGE_ERROR) == NULL);
  g_string_free (trace, TRUE);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* An input may say that it has nothing before it says what it is; the header
 * waits for it. */
GST_START_TEST (test_gap_before_caps)
{
  GstSegment segment;
  GstHarness *late;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  mux.flags |= TEST_MUX_NO_CAPS;
  late = test_mux_add_input (&mux, "audio_0", NULL);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (late, gst_event_new_stream_start ("late"));
  gst_harness_push_event (late, gst_event_new_segment (&segment));
  gst_harness_push_event (late, gst_event_new_gap (0, 500 * GST_MSECOND));
  test_mux_push (mux.video, 0, 40, 3000, TRUE);
  /* core does not like the order of the events */
  ASSERT_WARNING (gst_harness_set_src_caps_str (late, TEST_AUDIO_CAPS));
  test_mux_push (late, 500, 50, 400, TRUE);
  gst_harness_push_event (late, gst_event_new_eos ());
  test_mux_push (mux.video, 520, 40, 3000, FALSE);
  gst_harness_push_event (mux.video, gst_event_new_eos ());
  test_mux_check_objects (&mux, "1:0* 2:500 1:520");
  gst_harness_teardown (late);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Latency: upstream's and what a packet waits for more data; a muxer does not
 * limit what upstream can hold. */
GST_START_TEST (test_latency)
{
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min, max;
  gboolean is_live;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_LIVE_SOURCE,
      "streamable", TRUE, "max-packet-delay", 300 * GST_MSECOND, NULL);
  gst_harness_set_upstream_latency (mux.audio, 20 * GST_MSECOND);
  gst_harness_set_upstream_latency (mux.video, 50 * GST_MSECOND);
  fail_unless (gst_pad_peer_query (mux.out->sinkpad, query));
  gst_query_parse_latency (query, &is_live, &min, &max);
  fail_unless (is_live);
  fail_unless_equals_uint64 (min, 350 * GST_MSECOND);
  fail_unless (!GST_CLOCK_TIME_IS_VALID (max) || max >= min);
  gst_query_unref (query);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A live input that is late: the header waits for it longer than upstream's
 * latency by what a packet may wait, whoever says that it is a broadcast. */
GST_START_TEST (test_header_waits)
{
  GstTestClock *clock;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_LIVE_SOURCE,
      "streamable", __i__, "max-packet-delay", 300 * GST_MSECOND, NULL);
  gst_harness_set_upstream_latency (mux.audio, 20 * GST_MSECOND);
  test_mux_push (mux.video, 0, 40, 3000, TRUE);
  fail_unless (gst_harness_wait_for_clock_id_waits (mux.video, 1, 10));
  clock = gst_harness_get_testclock (mux.video);
  fail_unless_equals_uint64 (gst_test_clock_get_next_entry_time (clock),
      320 * GST_MSECOND);
  gst_object_unref (clock);
  test_mux_push (mux.audio, 0, 50, 400, TRUE);
  test_mux_end (&mux);
  test_mux_check_objects (&mux, "1:0* 2:0");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A run of late buffers is one message, not one for each (protocol.md,
 * Messages). */
GST_START_TEST (test_late_run)
{
  GstMessage *message;
  guint64 dropped;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_LIVE_SOURCE,
      "streamable", TRUE, "preroll", (guint64) 0, "packet-size", 1000, NULL);
  test_mux_push (mux.video, 0, 40, 2000, TRUE);
  test_mux_push (mux.audio, 0, 40, 400, TRUE);
  for (i = 0; i < 3; i++)
    gst_buffer_unref (test_mux_pull (&mux));
  test_mux_push (mux.video, 900, 40, 2000, FALSE);
  fail_unless (gst_harness_crank_single_clock_wait (mux.video));
  for (i = 0; i < 2; i++)
    gst_buffer_unref (test_mux_pull (&mux));
  gst_harness_push_event (mux.video, gst_event_new_eos ());
  for (i = 0; i < 5; i++)
    test_mux_push (mux.audio, 100 + 40 * i, 40, 400, TRUE);
  gst_harness_push_event (mux.audio, gst_event_new_eos ());
  g_byte_array_unref (test_mux_pull_all (&mux));
  message = test_mux_message (&mux, GST_MESSAGE_QOS);
  fail_unless (message != NULL);
  gst_message_parse_qos_stats (message, NULL, NULL, &dropped);
  fail_unless_equals_uint64 (dropped, 1);
  gst_message_unref (message);
  fail_unless (test_mux_message (&mux, GST_MESSAGE_QOS) == NULL);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* What is set while it runs counts for the next time. */
GST_START_TEST (test_property_while_running)
{
  GstBuffer *buffer;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, "streamable", TRUE, "packet-size",
      1000, NULL);
  g_object_set (mux.video->element, "packet-size", 3000, "preroll",
      G_GUINT64_CONSTANT (1), NULL);
  test_mux_push (mux.video, 0, 40, 3000, TRUE);
  test_mux_end (&mux);
  gst_buffer_unref (test_mux_pull (&mux));
  buffer = test_mux_pull (&mux);
  fail_unless_equals_int (gst_buffer_get_size (buffer), 1000);
  gst_buffer_unref (buffer);
  test_mux_clear (&mux);
}

GST_END_TEST;

static Suite *
asfmuxevents_suite (void)
{
  Suite *s = suite_create ("asfmuxevents");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_markers, 0, 2);
  tcase_add_test (tc, test_marker_of_a_pad);
  tcase_add_test (tc, test_marker_is_flushed);
  tcase_add_test (tc, test_jump_is_flushed);
  tcase_add_test (tc, test_one_pad_ends);
  tcase_add_loop_test (tc, test_no_data, 0, 2);
  tcase_add_loop_test (tc, test_segment, 0, G_N_ELEMENTS (segments));
  tcase_add_test (tc, test_other_events);
  tcase_add_test (tc, test_gap_before_caps);
  tcase_add_test (tc, test_latency);
  tcase_add_loop_test (tc, test_header_waits, 0, 2);
  tcase_add_test (tc, test_late_run);
  tcase_add_test (tc, test_property_while_running);
  return s;
}

GST_CHECK_MAIN (asfmuxevents);
