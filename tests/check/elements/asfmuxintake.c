/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "testmux.h"

/* Buffers are handed over many at a time (design-muxer.md, Buffers on their
 * way in): nothing is lost, overtaken, kept for ever or without a bound. */

#define DEADLINE (30 * G_TIME_SPAN_SECOND)
/* In which nothing more happens. */
#define QUIET (300 * G_TIME_SPAN_MILLISECOND)

/* A thread that pushes until it may not any more. */
typedef struct
{
  GstHarness *input;
  gsize size;
  gint64 step_ms;               /* -1: buffers without times */
  guint n_buffers;
  gint n_pushed;                /* atomic */
  GstFlowReturn ret;
  GThread *thread;
} Feeder;

static gpointer
feed (gpointer data)
{
  Feeder *feeder = data;
  guint i;

  for (i = 1; i <= feeder->n_buffers && feeder->ret == GST_FLOW_OK; i++) {
    gint64 time = feeder->step_ms < 0 ? -1 : i * feeder->step_ms;

    feeder->ret = gst_harness_push (feeder->input, test_mux_buffer (time,
            feeder->step_ms, feeder->size, TRUE));
    if (feeder->ret == GST_FLOW_OK)
      g_atomic_int_inc (&feeder->n_pushed);
  }
  return NULL;
}

static void
feeder_start (Feeder * feeder)
{
  feeder->thread = g_thread_new ("feeder", feed, feeder);
}

/* Whether @value gets that large. */
static gboolean
wait_for (const gint * value, gint wanted, gint64 timeout)
{
  gint64 deadline = g_get_monotonic_time () + timeout;

  while (g_atomic_int_get (value) < wanted) {
    if (g_get_monotonic_time () > deadline)
      return FALSE;
    g_thread_yield ();
  }
  return TRUE;
}

/* Video and audio, the first buffers at 0, the header is out. */
static void
begin (TestMux * mux, TestMuxFlags flags)
{
  test_mux_init (mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | flags,
      "max-packet-delay", G_GUINT64_CONSTANT (0), NULL);
  test_mux_push (mux->video, 0, 40, 100, TRUE);
  test_mux_push (mux->audio, 0, 40, 400, TRUE);
  test_mux_wait_for_header (mux);
}

/* Of all that a broadcast with several headers has. */
static guint
count_all_objects (TestMux * mux)
{
  g_autoptr (GPtrArray) parts = test_mux_pull_parts (mux, NULL);
  guint i, n = 0;

  for (i = 0; i < parts->len; i++) {
    GByteArray *part = g_ptr_array_index (parts, i);
    g_autofree gchar *objects = test_mux_describe (part->data, part->len);
    g_auto (GStrv) list = g_strsplit (objects, " ", -1);

    n += g_strv_length (list);
  }
  return n;
}

/* One pad takes more than the base class queues while the other one has
 * nothing, and all of it is there at the end, in order. */
GST_START_TEST (test_collects)
{
  TestMux mux;

  begin (&mux, TEST_MUX_SEEKABLE);
  test_mux_push_many (mux.video, 1, 5, 100);
  fail_unless (gst_harness_push_event (mux.video, gst_event_new_eos ()));
  test_mux_push_many (mux.audio, 1, 3, 400);
  fail_unless (gst_harness_push_event (mux.audio, gst_event_new_eos ()));
  test_mux_check_objects (&mux,
      "1:0* 2:0 1:40* 2:40 1:80* 2:80 1:120* 2:120 1:160* 1:200*");
  test_mux_clear (&mux);
}

GST_END_TEST;

static void
push_between (GstHarness * input, gint kind)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (TEST_VIDEO_CAPS);
  GstEvent *event;

  switch (kind) {
    case 0:
      event = gst_event_new_caps (caps);
      break;
    case 1:
      event = gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "x", NULL));
      break;
    case 2:
      event = gst_event_new_gap (140 * GST_MSECOND, 10 * GST_MSECOND);
      break;
    default:
      event = gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
          gst_structure_new_empty ("wms-marker"));
      break;
  }
  fail_unless (gst_harness_push_event (input, event));
}

/* What comes between two buffers takes nothing from its place. */
GST_START_TEST (test_events)
{
  TestMux mux;

  begin (&mux, TEST_MUX_SEEKABLE);
  test_mux_push_many (mux.video, 1, 3, 100);
  push_between (mux.video, __i__);
  /* that one waits behind the event until audio comes */
  test_mux_push_many (mux.audio, 1, 5, 400);
  test_mux_push_many (mux.video, 4, 2, 100);
  test_mux_end (&mux);
  test_mux_check_objects (&mux, "1:0* 2:0 1:40* 2:40 1:80* 2:80 1:120* 2:120 "
      "1:160* 2:160 1:200* 2:200");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A segment counts for the buffers behind it, not for those that wait. */
GST_START_TEST (test_segment)
{
  GstSegment segment;
  TestMux mux;

  begin (&mux, TEST_MUX_SEEKABLE);
  test_mux_push_many (mux.video, 1, 2, 100);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.base = GST_SECOND;
  fail_unless (gst_harness_push_event (mux.video,
          gst_event_new_segment (&segment)));
  fail_unless (gst_harness_push_event (mux.audio, gst_event_new_eos ()));
  test_mux_push_many (mux.video, 0, 2, 100);
  fail_unless (gst_harness_push_event (mux.video, gst_event_new_eos ()));
  test_mux_check_objects (&mux, "1:0* 2:0 1:40* 1:80* 1:1000* 1:1040*");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A flush drops what waits, and nothing of what comes after it. */
GST_START_TEST (test_flush)
{
  GstSegment segment;
  TestMux mux;
  guint i;

  begin (&mux, TEST_MUX_SEEKABLE);
  test_mux_push_many (mux.video, 1, 10, 100);
  for (i = 0; i < 4; i++)
    fail_unless (gst_harness_push_event (i % 2 ? mux.audio : mux.video,
            i < 2 ? gst_event_new_flush_start () :
            gst_event_new_flush_stop (TRUE)));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (mux.video, gst_event_new_segment (&segment));
  gst_harness_push_event (mux.audio, gst_event_new_segment (&segment));
  test_mux_push_many (mux.video, 1, 3, 100);
  test_mux_push_many (mux.audio, 1, 2, 400);
  test_mux_end (&mux);
  /* of those before the flush the two that the header waited for may have been
   * taken, and one more */
  i = test_mux_count_objects (&mux);
  fail_unless (i >= 5 && i <= 8, "%u objects", i);
  test_mux_clear (&mux);
}

GST_END_TEST;

static GstFlowReturn
refuse (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  gst_buffer_unref (buffer);
  return GST_FLOW_ERROR;
}

/* An error of downstream ends upstream, soon and also when it waits. */
GST_START_TEST (test_error)
{
  Feeder feeder = {.size = 3000,.step_ms = 40,.n_buffers = 10000 };
  TestMux mux;

  begin (&mux, TEST_MUX_SEEKABLE);
  gst_pad_set_chain_function (mux.out->sinkpad, refuse);
  feeder.input = mux.video;
  feeder_start (&feeder);
  fail_unless (wait_for (&feeder.n_pushed, 40, DEADLINE));
  gst_harness_push (mux.audio, test_mux_buffer (40, 40, 400, TRUE));
  gst_harness_push_event (mux.audio, gst_event_new_eos ());
  g_thread_join (feeder.thread);
  fail_unless_equals_int (feeder.ret, GST_FLOW_ERROR);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* NULL while upstream waits for room ends the wait; again and again, at
 * whatever point it comes: a pad takes 50 buffers of 40 ms, and waits then, or
 * takes as many again. */
GST_START_TEST (test_stop)
{
  Feeder feeder = {.size = 100,.step_ms = 40,.n_buffers = 10000 };
  TestMux mux;

  begin (&mux, TEST_MUX_SEEKABLE);
  feeder.input = mux.video;
  feeder_start (&feeder);
  fail_unless (wait_for (&feeder.n_pushed, 1 + __i__, DEADLINE));
  gst_element_set_state (mux.out->element, GST_STATE_NULL);
  g_thread_join (feeder.thread);
  fail_unless_equals_int (feeder.ret, GST_FLOW_FLUSHING);
  test_mux_clear (&mux);
}

GST_END_TEST;

static const struct
{
  TestMuxFlags flags;
  gsize size;
  gint64 step_ms;
  gint least, most;
} bounds[] = {
  /* two seconds, twice: what was taken, and what comes next */
  {TEST_MUX_SEEKABLE, 100, 40, 40, 110},
  /* a mebibyte */
  {TEST_MUX_SEEKABLE, 700 * 1024, 40, 1, 3},
  {TEST_MUX_SEEKABLE, 64 * 1024 * 1024, 40, 1, 3},
  /* a number of tiny buffers, whose times nobody knows */
  {TEST_MUX_SEEKABLE, 1, -1, 1, 520},
  {TEST_MUX_SEEKABLE, 1, 1, 200, 520},
  /* slides are not waited for */
  {TEST_MUX_SEEKABLE, 100, 5000, 1, 3},
  /* what a live source sends is not collected */
  {TEST_MUX_LIVE_SOURCE, 100, 40, 1, 4},
};

/* What a pad takes while the other one has nothing. */
GST_START_TEST (test_bound)
{
  Feeder feeder = {.size = bounds[__i__].size,.step_ms = bounds[__i__].step_ms,
    .n_buffers = 10000
  };
  TestMux mux;

  begin (&mux, bounds[__i__].flags);
  feeder.input = mux.video;
  feeder_start (&feeder);
  fail_unless (wait_for (&feeder.n_pushed, bounds[__i__].least, DEADLINE));
  fail_if (wait_for (&feeder.n_pushed, bounds[__i__].most + 1, QUIET));
  gst_element_set_state (mux.out->element, GST_STATE_NULL);
  g_thread_join (feeder.thread);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Both inputs from one thread, as a demuxer without queues feeds them, the
 * later one up to a second behind: what is held back on one pad is what the
 * other one waits for. */
GST_START_TEST (test_one_thread)
{
  guint n_audio = 1, n_video = 1;
  gint64 lag_ms = __i__ * 500;
  TestMux mux;

  begin (&mux, TEST_MUX_SEEKABLE);
  while (n_video < 1000) {
    if (n_audio * 46 + lag_ms < n_video * 40)
      test_mux_push (mux.audio, n_audio++ * 46, 46, 100, TRUE);
    else
      test_mux_push (mux.video, n_video++ * 40, 40, 1000, TRUE);
  }
  test_mux_end (&mux);
  fail_unless_equals_int (test_mux_count_objects (&mux), n_video + n_audio);
  test_mux_clear (&mux);
}

GST_END_TEST;

static void
note_end (gpointer is_gone, GstMiniObject * object)
{
  g_atomic_int_set ((gint *) is_gone, TRUE);
}

/* The source pauses, perhaps because its buffers are all here: they are taken
 * without another one or an event. */
GST_START_TEST (test_pause)
{
  GstBuffer *before = test_mux_buffer (40 * 40, 40, 100, TRUE);
  GstBuffer *last = test_mux_buffer (41 * 40, 40, 100, TRUE);
  gint before_is_gone = FALSE;
  gint is_gone = FALSE;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  test_mux_push_many (mux.video, 0, 1, 100);
  test_mux_wait_for_header (&mux);
  test_mux_push_many (mux.video, 1, 39, 100);
  gst_mini_object_weak_ref (GST_MINI_OBJECT_CAST (before), note_end,
      &before_is_gone);
  fail_unless_equals_int (gst_harness_push (mux.video, before), GST_FLOW_OK);
  fail_unless (wait_for (&before_is_gone, TRUE, DEADLINE));
  gst_mini_object_weak_ref (GST_MINI_OBJECT_CAST (last), note_end, &is_gone);
  fail_unless_equals_int (gst_harness_push (mux.video, last), GST_FLOW_OK);
  fail_unless (wait_for (&is_gone, TRUE, DEADLINE));
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A serialized query is answered when what came before it was taken. */
GST_START_TEST (test_query)
{
  GstBuffer *last = test_mux_buffer (6 * 40, 40, 100, TRUE);
  GstQuery *query = gst_query_new_drain ();
  gint is_gone = FALSE;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  test_mux_push_many (mux.video, 0, 1, 100);
  test_mux_wait_for_header (&mux);
  test_mux_push_many (mux.video, 1, 5, 100);
  gst_mini_object_weak_ref (GST_MINI_OBJECT_CAST (last), note_end, &is_gone);
  fail_unless_equals_int (gst_harness_push (mux.video, last), GST_FLOW_OK);
  gst_pad_peer_query (mux.video->srcpad, query);
  fail_unless (g_atomic_int_get (&is_gone));
  gst_query_unref (query);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Nobody waits for a text pad: it may have much or nothing, and be without an
 * end when the others have ended. */
GST_START_TEST (test_sparse)
{
  gboolean has_text = __i__;
  GstHarness *text;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  text = test_mux_add_input (&mux, "text_0", "text/x-raw, format=utf8");
  for (i = 1; has_text && i <= 3; i++)
    test_mux_push (text, i * 40, 40, 10, TRUE);
  test_mux_push_many (mux.video, 0, 5, 100);
  test_mux_end (&mux);
  test_mux_check_objects (&mux, has_text ?
      "1:0* 1:40* 2:40 1:80* 2:80 1:120* 2:120 1:160* 2:160" :
      "1:0* 1:40* 1:80* 1:120* 1:160*");
  gst_harness_teardown (text);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* What is in its queue goes with a flush, and the rest of the muxer does not
 * wait for it after one either. */
GST_START_TEST (test_sparse_flush)
{
  GstHarness *text;
  GstSegment segment;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  text = test_mux_add_input (&mux, "text_0", "text/x-raw, format=utf8");
  test_mux_push_many (mux.video, 0, 1, 100);
  test_mux_wait_for_header (&mux);
  test_mux_push (text, 5000, 40, 10, TRUE);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  for (i = 0; i < 6; i++)
    fail_unless (gst_harness_push_event (i % 2 ? text : mux.video, i < 2 ?
            gst_event_new_flush_start () : i < 4 ?
            gst_event_new_flush_stop (TRUE) :
            gst_event_new_segment (&segment)));
  test_mux_push_many (mux.video, 1, 3, 100);
  test_mux_end (&mux);
  /* the first picture may not have been taken before the flush */
  i = test_mux_count_objects (&mux);
  fail_unless (i == 3 || i == 4, "%u objects", i);
  gst_harness_teardown (text);
  test_mux_clear (&mux);
}

GST_END_TEST;

typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean is_entered;
  gboolean is_open;
} Gate;

static GstPadProbeReturn
wait_at_gate (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Gate *gate = data;

  g_mutex_lock (&gate->lock);
  gate->is_entered = TRUE;
  g_cond_broadcast (&gate->changed);
  while (!gate->is_open)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);
  return GST_PAD_PROBE_REMOVE;
}

/* Until the streaming thread waits downstream. */
static void
gate_wait (Gate * gate)
{
  g_mutex_lock (&gate->lock);
  while (!gate->is_entered)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);
}

static void
gate_open (Gate * gate)
{
  g_mutex_lock (&gate->lock);
  gate->is_open = TRUE;
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);
}

/* A pad comes and goes while the streaming thread has not even come to its
 * caps: with them, another segment and an event between its buffers, what it
 * brought is muxed. */
GST_START_TEST (test_released)
{
  Gate gate = { 0, };
  GstSegment segment;
  GstHarness *late;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, "streamable", TRUE, NULL);
  gst_pad_add_probe (mux.out->sinkpad, GST_PAD_PROBE_TYPE_BUFFER, wait_at_gate,
      &gate, NULL);
  test_mux_push_many (mux.video, 0, 1, 100);
  gate_wait (&gate);
  late = test_mux_add_input (&mux, "audio_5", TEST_AUDIO_CAPS);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.base = 40 * GST_MSECOND;
  fail_unless (gst_harness_push_event (late, gst_event_new_segment (&segment)));
  test_mux_push_many (late, 0, 2, 400);
  fail_unless (gst_harness_push_event (late,
          gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "x", NULL))));
  gst_harness_teardown (late);
  gate_open (&gate);
  test_mux_push_many (mux.video, 3, 1, 100);
  test_mux_end (&mux);
  fail_unless_equals_int (count_all_objects (&mux), 4);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* The base class unlinks a pad before it lets it go.  Then the streaming thread
 * looks which pads the next header has, and sends the packet before it. */
static void
take_packet (GstPad * pad, GstPad * peer, gpointer mux)
{
  gate_open (g_object_get_data (G_OBJECT (pad), "gate"));
  gst_buffer_unref (test_mux_pull (mux));
  gst_buffer_unref (test_mux_pull (mux));
}

/* A header that is made while a pad is being released has its stream once.  The
 * text that has gone makes it necessary. */
GST_START_TEST (test_header_while_released)
{
  g_autoptr (GPtrArray) parts = NULL;
  Gate gate = { 0, };
  GstHarness *text;
  AsfHeaderInfo info;
  GByteArray *last;
  GstPad *sink;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO, "streamable", TRUE,
      NULL);
  text = test_mux_add_input (&mux, "text_0", "text/x-raw, format=utf8");
  gst_pad_add_probe (mux.out->sinkpad, GST_PAD_PROBE_TYPE_BUFFER, wait_at_gate,
      &gate, NULL);
  test_mux_push_many (mux.audio, 0, 1, 400);
  test_mux_push_many (mux.video, 1, 1, 100);
  gate_wait (&gate);
  test_mux_push_many (mux.audio, 2, 1, 400);
  gst_harness_teardown (text);
  sink = gst_pad_get_peer (mux.audio->srcpad);
  g_object_set_data (G_OBJECT (sink), "gate", &gate);
  g_signal_connect (sink, "unlinked", G_CALLBACK (take_packet), &mux);
  gst_element_release_request_pad (mux.out->element, sink);
  gst_harness_teardown (g_steal_pointer (&mux.audio));
  test_mux_end (&mux);
  parts = test_mux_pull_parts (&mux, NULL);
  fail_unless_equals_int (parts->len, 1);
  last = g_ptr_array_index (parts, 0);
  fail_unless (asf_header_read (last->data, last->len, &info, NULL));
  fail_unless_equals_int (info.n_streams, 2);
  gst_object_unref (sink);
  test_mux_clear (&mux);
}

GST_END_TEST;

static Suite *
asfmuxintake_suite (void)
{
  Suite *s = suite_create ("asfmuxintake");
  TCase *tc = tcase_create ("general");

  tcase_set_timeout (tc, 120);
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_collects);
  tcase_add_loop_test (tc, test_events, 0, 4);
  tcase_add_test (tc, test_segment);
  tcase_add_test (tc, test_flush);
  tcase_add_test (tc, test_error);
  tcase_add_loop_test (tc, test_stop, 0, 48);
  tcase_add_loop_test (tc, test_bound, 0, G_N_ELEMENTS (bounds));
  tcase_add_loop_test (tc, test_one_thread, 0, 3);
  tcase_add_test (tc, test_pause);
  tcase_add_test (tc, test_query);
  tcase_add_test (tc, test_released);
  tcase_add_test (tc, test_header_while_released);
  tcase_add_loop_test (tc, test_sparse, 0, 2);
  tcase_add_test (tc, test_sparse_flush);
  return s;
}

GST_CHECK_MAIN (asfmuxintake);
