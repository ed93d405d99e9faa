/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: when a packet is sent, by a clock that the test turns. */
#include <gst/check/gstcheck.h>
#include <gst/check/gsttestclock.h>

#include "sinkharness.h"
#include "sinkrig.h"

#define MS GST_MSECOND

typedef struct
{
  SinkHarness s;
  GstTestClock *clock;
  GThread *thread;
  GstMiniObject *data;
  gboolean is_live;
  GstClockTime latency;         /* of upstream */
} Paced;

/* Upstream's side of a LATENCY query. */
static GstPadProbeReturn
answer_latency (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Paced *paced = user_data;
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return GST_PAD_PROBE_OK;
  gst_query_set_latency (query, paced->is_live, paced->latency,
      GST_CLOCK_TIME_NONE);
  return GST_PAD_PROBE_HANDLED;
}

/* A sink that plays and has had its header. */
static void
paced_init (Paced * self, gboolean is_live, GstClockTime latency)
{
  *self = (Paced) { {
  NULL,},};
  self->is_live = is_live;
  self->latency = latency;
  sink_harness_init (&self->s, script_take_all);
}

static void
paced_begin (Paced * self, gboolean sync)
{
  /* which switches synchronization off */
  sink_harness_play (&self->s);
  g_object_set (self->s.sink, "sync", sync, NULL);
  gst_pad_add_probe (self->s.h->srcpad, GST_PAD_PROBE_TYPE_QUERY_UPSTREAM,
      answer_latency, self, NULL);
  gst_harness_use_testclock (self->s.h);
  self->clock = gst_harness_get_testclock (self->s.h);
  fail_unless (self->clock != NULL);
  /* a header has no time, so it does not wait */
  fail_unless_equals_int (sink_harness_push_header (&self->s), GST_FLOW_OK);
  fail_unless (gst_element_get_state (self->s.sink, NULL, NULL,
          5 * GST_SECOND) == GST_STATE_CHANGE_SUCCESS);
}

static void
paced_clear (Paced * self)
{
  gst_object_unref (self->clock);
  sink_harness_clear (&self->s);
}

/* What a pipeline does: asks for the latency and tells the whole one. */
static GstClockTime
configure_latency (Paced * self, gboolean sync)
{
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min = GST_CLOCK_TIME_NONE;
  gboolean live = !sync;

  fail_unless (gst_element_query (self->s.sink, query));
  gst_query_parse_latency (query, &live, &min, NULL);
  gst_query_unref (query);
  /* a sink that waits for the clock is */
  fail_unless_equals_int (live, sync);
  if (!live)
    min = 0;
  fail_unless (gst_element_send_event (self->s.sink,
          gst_event_new_latency (min)));
  return min;
}

static gpointer
push_thread (gpointer user_data)
{
  Paced *self = user_data;
  GstPad *pad = self->s.h->srcpad;
  GstFlowReturn ret;

  if (GST_IS_BUFFER_LIST (self->data))
    ret = gst_pad_push_list (pad, GST_BUFFER_LIST_CAST (self->data));
  else
    ret = gst_pad_push (pad, GST_BUFFER_CAST (self->data));
  return GINT_TO_POINTER (ret);
}

/* What is pushed waits until this running time, and is sent when it has
 * come, not before. */
static void
check_waits_until (Paced * self, gpointer data, GstClockTime time,
    guint n_before, guint n_after)
{
  GstClockID id;

  self->data = data;
  self->thread = g_thread_new ("push", push_thread, self);
  gst_test_clock_wait_for_next_pending_id (self->clock, &id);
  fail_unless_equals_clocktime (gst_clock_id_get_time (id)
      - gst_element_get_base_time (self->s.sink), time);
  gst_test_clock_set_time (self->clock, gst_clock_id_get_time (id) - 1);
  fail_unless_equals_int (gst_test_clock_peek_id_count (self->clock), 1);
  fail_unless_equals_int (sink_harness_get_stat (self->s.sink,
          "packets-sent"), n_before);
  gst_clock_id_unref (id);
  fail_unless (gst_test_clock_crank (self->clock));
  fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (self->thread)),
      GST_FLOW_OK);
  fail_unless (script_server_wait_frames (self->s.server, WMS_FRAME_DATA,
          n_after));
  fail_unless_equals_int (sink_harness_get_stat (self->s.sink,
          "packets-sent"), n_after);
}

static GstBufferList *
new_list (guint first, guint n)
{
  GstBufferList *list = gst_buffer_list_new ();
  guint i;

  for (i = first; i < first + n; i++)
    gst_buffer_list_add (list, sink_harness_get_packet (i));
  return list;
}

/* The whole latency is that of upstream when that is live, the processing
 * deadline and the render delay; the latter is taken off again, so that the
 * packet arrives in time. */
static const struct
{
  gboolean is_live;
  GstClockTime upstream;
  GstClockTime deadline;
  GstClockTime delay;
  GstClockTimeDiff offset;
  GstClockTime latency;
  GstClockTime wait;            /* beyond the packet's own time */
} cases[] = {
  {FALSE, 0, 0, 0, 0, 0, 0},
  {FALSE, 0, 20 * MS, 0, 0, 0, 0},
  {FALSE, 0, 0, 0, 30 * MS, 0, 30 * MS},
  {FALSE, 0, 0, 70 * MS, 0, 70 * MS, 0},
  {TRUE, 0, 0, 0, 0, 0, 0},
  {TRUE, 200 * MS, 0, 0, 0, 200 * MS, 200 * MS},
  {TRUE, 200 * MS, 50 * MS, 0, 0, 250 * MS, 250 * MS},
  {TRUE, 200 * MS, 0, 70 * MS, 0, 270 * MS, 200 * MS},
  {TRUE, 200 * MS, 0, 0, 30 * MS, 200 * MS, 230 * MS},
  {TRUE, 200 * MS, 0, 0, -30 * MS, 200 * MS, 170 * MS},
  {TRUE, 200 * MS, 50 * MS, 70 * MS, -30 * MS, 320 * MS, 220 * MS},
};

GST_START_TEST (test_packet_waits)
{
  Paced paced;

  paced_init (&paced, cases[__i__].is_live, cases[__i__].upstream);
  g_object_set (paced.s.sink, "processing-deadline", cases[__i__].deadline,
      "render-delay", cases[__i__].delay, "ts-offset",
      (gint64) cases[__i__].offset, NULL);
  paced_begin (&paced, TRUE);
  fail_unless_equals_clocktime (configure_latency (&paced, TRUE),
      cases[__i__].latency);
  check_waits_until (&paced, sink_harness_get_packet (5),
      5 * HARNESS_STEP + cases[__i__].wait, 0, 1);
  check_waits_until (&paced, sink_harness_get_packet (6),
      6 * HARNESS_STEP + cases[__i__].wait, 1, 2);
  paced_clear (&paced);
}

GST_END_TEST;

/* A list goes out as a whole at the time of its first packet. */
GST_START_TEST (test_list_waits)
{
  Paced paced;

  paced_init (&paced, TRUE, 200 * MS);
  paced_begin (&paced, TRUE);
  configure_latency (&paced, TRUE);
  check_waits_until (&paced, new_list (5, 3), 5 * HARNESS_STEP + 200 * MS, 0,
      3);
  paced_clear (&paced);
}

GST_END_TEST;

/* The server gets a header before the first packet is due, and does not wait
 * for it in the middle of a broadcast either, though it says when it counts. */
GST_START_TEST (test_header_does_not_wait)
{
  g_autoptr (GBytes) bytes = sink_rig_get_header ();
  GstBuffer *header = gst_buffer_new_wrapped_bytes (bytes);
  Paced paced;

  GST_BUFFER_PTS (header) = 5 * HARNESS_STEP;
  GST_BUFFER_FLAG_SET (header, GST_BUFFER_FLAG_HEADER);
  paced_init (&paced, TRUE, 200 * MS);
  paced_begin (&paced, TRUE);
  configure_latency (&paced, TRUE);
  fail_unless_equals_int (gst_pad_push (paced.s.h->srcpad, header),
      GST_FLOW_OK);
  check_waits_until (&paced, sink_harness_get_packet (5),
      5 * HARNESS_STEP + 200 * MS, 0, 1);
  paced_clear (&paced);
}

GST_END_TEST;

/* Without sync nothing waits, and the sink adds no latency of its own. */
GST_START_TEST (test_no_sync)
{
  Paced paced;

  paced_init (&paced, TRUE, 200 * MS);
  g_object_set (paced.s.sink, "processing-deadline", 50 * MS, NULL);
  paced_begin (&paced, FALSE);
  configure_latency (&paced, FALSE);
  fail_unless_equals_int (sink_harness_push_packets (&paced.s, 100, 2),
      GST_FLOW_OK);
  fail_unless (script_server_wait_frames (paced.s.server, WMS_FRAME_DATA, 2));
  paced_clear (&paced);
}

GST_END_TEST;

/* Bytes wait for their send times, with the same latency and offset. */
GST_START_TEST (test_bytes_wait)
{
  Paced paced;
  GstSegment segment;
  g_autoptr (GBytes) packet0 = sink_rig_get_packet (0);
  g_autoptr (GBytes) packet1 = sink_rig_get_packet (1);
  GstBuffer *buffer;

  paced_init (&paced, TRUE, 200 * MS);
  g_object_set (paced.s.sink, "ts-offset", (gint64) 30 * MS, NULL);
  paced_begin (&paced, TRUE);
  configure_latency (&paced, TRUE);
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  fail_unless (gst_harness_push_event (paced.s.h,
          gst_event_new_segment (&segment)));
  buffer = gst_buffer_append (gst_buffer_new_wrapped_bytes (packet0),
      gst_buffer_new_wrapped_bytes (packet1));
  check_waits_until (&paced, buffer, HARNESS_STEP + 230 * MS, 1, 2);
  paced_clear (&paced);
}

GST_END_TEST;

/* The base class's max-bitrate spreads buffers and lists over time: 4,200
 * bytes take 100 ms. */
GST_START_TEST (test_max_bitrate)
{
  Paced paced;

  paced_init (&paced, FALSE, 0);
  g_object_set (paced.s.sink, "max-bitrate", (guint64) 336000, NULL);
  paced_begin (&paced, TRUE);
  check_waits_until (&paced, new_list (5, 3), 5 * HARNESS_STEP, 0, 3);
  check_waits_until (&paced, new_list (6, 1), 5 * HARNESS_STEP + 100 * MS, 3,
      4);
  paced_clear (&paced);
}

GST_END_TEST;

static Suite *
wmspushsinklatency_suite (void)
{
  Suite *suite = suite_create ("wmspushsinklatency");
  TCase *tc = tcase_create ("times");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 20);
  tcase_add_loop_test (tc, test_packet_waits, 0, G_N_ELEMENTS (cases));
  tcase_add_test (tc, test_list_waits);
  tcase_add_test (tc, test_header_does_not_wait);
  tcase_add_test (tc, test_no_sync);
  tcase_add_test (tc, test_bytes_wait);
  tcase_add_test (tc, test_max_bitrate);
  return suite;
}

GST_CHECK_MAIN (wmspushsinklatency);
