/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dlfcn.h>

#include <gst/base/gstaggregator.h>
#include <gst/check/gsttestclock.h>

#include "testmux.h"

/* What keeps buffers that are handed over many at a time from being held back
 * too long, or from coming out after a flush. */

/* In which nothing more happens. */
#define QUIET (200 * G_TIME_SPAN_MILLISECOND)

/* atomic */
static gint n_pushed;

/* Returns when all that was pushed before is taken. */
static void
wait_until_taken (GstHarness * input)
{
  GstQuery *query = gst_query_new_drain ();

  gst_pad_peer_query (input->srcpad, query);
  gst_query_unref (query);
}

static void
begin (TestMux * mux, TestMuxFlags flags)
{
  test_mux_init (mux, flags, NULL, NULL);
  if (flags & TEST_MUX_VIDEO)
    test_mux_push (mux->video, 0, 40, 100, TRUE);
  test_mux_push (mux->audio, 0, 40, 400, TRUE);
  test_mux_wait_for_header (mux);
}

/* One thread feeds both pads, up to a second apart.  The clock that ends
 * holding back stands still here: a pad that has to wait sees to it that the
 * other one hands over what it has, and holds nothing back meanwhile. */
GST_START_TEST (test_without_clock)
{
  GstClock *still = gst_test_clock_new ();
  guint n_audio = 1, n_video = 1;
  gint64 lag_ms = __i__ * 500;
  TestMux mux;

  gst_system_clock_set_default (still);
  begin (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_SEEKABLE);
  while (n_video < 1000) {
    if (n_audio * 46 + lag_ms < n_video * 40)
      test_mux_push (mux.audio, n_audio++ * 46, 46, 100, TRUE);
    else
      test_mux_push (mux.video, n_video++ * 40, 40, 1000, TRUE);
  }
  test_mux_end (&mux);
  fail_unless_equals_int (test_mux_count_objects (&mux), n_video + n_audio);
  test_mux_clear (&mux);
  gst_system_clock_set_default (NULL);
  gst_object_unref (still);
}

GST_END_TEST;

static void
flush (GstHarness * input)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  fail_unless (gst_harness_push_event (input, gst_event_new_flush_start ()));
  fail_unless (gst_harness_push_event (input, gst_event_new_flush_stop (TRUE)));
  fail_unless (gst_harness_push_event (input,
          gst_event_new_segment (&segment)));
}

/* The streaming thread has taken pictures 0 to 9 together and muxed those to 3,
 * when the sound ended: the others go with the flush. */
GST_START_TEST (test_flush_within_batch)
{
  TestMux mux;

  begin (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_SEEKABLE);
  test_mux_push_many (mux.video, 1, 9, 100);
  test_mux_push_many (mux.audio, 1, 3, 400);
  wait_until_taken (mux.audio);
  flush (mux.video);
  test_mux_push_many (mux.video, 20, 2, 100);
  test_mux_push_many (mux.audio, 20, 2, 400);
  test_mux_end (&mux);
  fail_unless_equals_int (test_mux_count_objects (&mux), 4 + 4 + 2 + 2);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* What comes after a flush is not part of it, whatever the streaming thread
 * does meanwhile.  A file would begin anew with each. */
GST_START_TEST (test_many_flushes)
{
  const guint n_flushes = 1000;
  TestMux mux;
  guint i;

  begin (&mux, TEST_MUX_AUDIO);
  wait_until_taken (mux.audio);
  for (i = 0; i < n_flushes; i++) {
    flush (mux.audio);
    test_mux_push_many (mux.audio, 3 * i, 3, 100);
    wait_until_taken (mux.audio);
  }
  test_mux_end (&mux);
  fail_unless_equals_int (test_mux_count_objects (&mux), 1 + 3 * n_flushes);
  test_mux_clear (&mux);
}

GST_END_TEST;

static gpointer
push_pictures (gpointer data)
{
  GstHarness *video = data;
  guint i;

  for (i = 1; i <= 300; i++) {
    test_mux_push (video, i * 40, 40, 100, TRUE);
    g_atomic_int_inc (&n_pushed);
  }
  return NULL;
}

static gboolean
is_stuck (void)
{
  gint n = g_atomic_int_get (&n_pushed);
  gint64 deadline = g_get_monotonic_time () + QUIET;

  while (g_atomic_int_get (&n_pushed) == n) {
    if (g_get_monotonic_time () > deadline)
      return n > 0;
    g_thread_yield ();
  }
  return FALSE;
}

/* While one thread waits, nothing is held back on the other pad, not even a
 * sound that comes then. */
GST_START_TEST (test_late_sound_without_clock)
{
  GstClock *still = gst_test_clock_new ();
  GThread *thread;
  TestMux mux;

  gst_system_clock_set_default (still);
  begin (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_SEEKABLE);
  thread = g_thread_new ("pictures", push_pictures, mux.video);
  while (!is_stuck ())
    g_thread_yield ();
  fail_unless (g_atomic_int_get (&n_pushed) < 200);
  test_mux_push (mux.audio, 300 * 40, 40, 400, TRUE);
  g_thread_join (thread);
  test_mux_end (&mux);
  fail_unless_equals_int (test_mux_count_objects (&mux), 301 + 2);
  test_mux_clear (&mux);
  gst_system_clock_set_default (NULL);
  gst_object_unref (still);
}

GST_END_TEST;

static gpointer
push_texts (gpointer data)
{
  GstHarness *text = data;
  guint i;

  for (i = 0; i < 2000; i++) {
    if (gst_harness_push (text, test_mux_buffer (i, 1, 10, TRUE)) !=
        GST_FLOW_OK)
      break;
    g_atomic_int_inc (&n_pushed);
  }
  return NULL;
}

/* A text pad, which nobody waits for, has a bound of its own: 1,024 texts. */
GST_START_TEST (test_many_texts)
{
  GstHarness *text;
  GThread *thread;
  TestMux mux;
  gint n;

  begin (&mux, TEST_MUX_AUDIO | TEST_MUX_SEEKABLE);
  text = test_mux_add_input (&mux, "text_0", "text/x-raw, format=utf8");
  g_object_set (GST_PAD_PEER (text->srcpad), "command-type", "EVENT", NULL);
  thread = g_thread_new ("texts", push_texts, text);
  while (!is_stuck ())
    g_thread_yield ();
  n = g_atomic_int_get (&n_pushed);
  fail_unless (n > 900 && n <= 1100, "%d", n);
  gst_element_set_state (mux.out->element, GST_STATE_NULL);
  g_thread_join (thread);
  gst_harness_teardown (text);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Before there is a header a pad takes some seconds while another one has
 * nothing: a demuxer's one thread may come to its other stream later than a
 * queue lasts. */
GST_START_TEST (test_before_header)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_SEEKABLE,
      NULL, NULL);
  test_mux_push_many (mux.audio, 0, 40, 400);
  test_mux_push_many (mux.video, 0, 2, 100);
  test_mux_end (&mux);
  fail_unless_equals_int (test_mux_count_objects (&mux), 40 + 2);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Until the end of a gap the other pad is not waited for, however much it has:
 * here more than a pad takes while another one is. */
GST_START_TEST (test_long_gap)
{
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_SEEKABLE,
      NULL, NULL);
  gst_harness_push_event (mux.audio, gst_event_new_gap (0, 10 * GST_SECOND));
  for (i = 0; i < 100; i++)
    test_mux_push (mux.video, i * 100, 100, 1000, i == 0);
  gst_harness_push_event (mux.video, gst_event_new_eos ());
  test_mux_push (mux.audio, 10000, 50, 400, TRUE);
  gst_harness_push_event (mux.audio, gst_event_new_eos ());
  fail_unless_equals_int (test_mux_count_objects (&mux), 101);
  test_mux_clear (&mux);
}

GST_END_TEST;

typedef struct
{
  GstHarness *input;
  GAsyncQueue *arrived, *gate, *answered;
} HeldQuery;

static GstPadProbeReturn
hold_query (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  HeldQuery *held = data;

  if (info->type & GST_PAD_PROBE_TYPE_PUSH
      && GST_QUERY_TYPE (GST_PAD_PROBE_INFO_QUERY (info)) == GST_QUERY_DRAIN) {
    g_async_queue_push (held->arrived, held);
    g_async_queue_pop (held->gate);
  }
  return GST_PAD_PROBE_OK;
}

static gpointer
ask (gpointer data)
{
  HeldQuery *held = data;

  wait_until_taken (held->input);
  g_async_queue_push (held->answered, held);
  return NULL;
}

/* A flush of one pad ends its wait for the answer to a serialized query, and who
 * asked frees it: not while the streaming thread is at it. */
GST_START_TEST (test_flush_during_query)
{
  HeldQuery held = { NULL, g_async_queue_new (), g_async_queue_new (),
    g_async_queue_new ()
  };
  GThread *thread;
  TestMux mux;

  begin (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO);
  /* behind which the sound is taken, and the query is next */
  test_mux_push (mux.video, 40, 40, 100, TRUE);
  held.input = mux.audio;
  gst_pad_add_probe (mux.out->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      hold_query, &held, NULL);
  thread = g_thread_new ("ask", ask, &held);
  g_async_queue_pop (held.arrived);
  gst_harness_push_event (mux.audio, gst_event_new_flush_start ());
  fail_unless (g_async_queue_timeout_pop (held.answered, QUIET) == NULL);
  g_async_queue_push (held.gate, &held);
  g_thread_join (thread);
  gst_harness_push_event (mux.audio, gst_event_new_flush_stop (TRUE));
  test_mux_clear (&mux);
  g_async_queue_unref (held.arrived);
  g_async_queue_unref (held.gate);
  g_async_queue_unref (held.answered);
}

GST_END_TEST;

/* the pad whose segment is looked at; atomic */
static GstPad *watched;
static gint n_looks, n_unguarded;

/* That of GStreamer, which the muxer calls: it asserts that the segment is in
 * the format that the caller has just seen it in. */
gint
gst_segment_to_running_time_full (const GstSegment * segment, GstFormat format,
    guint64 position, guint64 * running_time)
{
  gint (*next) (const GstSegment *, GstFormat, guint64, guint64 *);
  GstPad *pad = g_atomic_pointer_get (&watched);

  *(void **) &next = dlsym (RTLD_NEXT, "gst_segment_to_running_time_full");
  if (pad != NULL && segment == &GST_AGGREGATOR_PAD_CAST (pad)->segment) {
    g_atomic_int_inc (&n_looks);
    if (GST_OBJECT_TRYLOCK (pad)) {
      g_atomic_int_inc (&n_unguarded);
      GST_OBJECT_UNLOCK (pad);
    }
  }
  return next (segment, format, position, running_time);
}

/* A flush takes a pad's segment away under the pad's lock, at any time. */
GST_START_TEST (test_segment_is_guarded)
{
  GstSegment segment;
  TestMux mux;
  guint i;

  begin (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = 2;
  g_atomic_pointer_set (&watched, GST_PAD_PEER (mux.audio->srcpad));
  for (i = 1; i < 20; i++) {
    test_mux_push_many (mux.video, i, 1, 100);
    if (i == 1)
      gst_harness_push_event (mux.audio, gst_event_new_segment (&segment));
    test_mux_push_many (mux.audio, i, 1, 100);
  }
  test_mux_end (&mux);
  fail_unless_equals_int (test_mux_count_objects (&mux), 40);
  g_atomic_pointer_set (&watched, NULL);
  fail_unless (g_atomic_int_get (&n_looks) > 0);
  fail_unless_equals_int (g_atomic_int_get (&n_unguarded), 0);
  test_mux_clear (&mux);
}

GST_END_TEST;

static Suite *
asfmuxguards_suite (void)
{
  Suite *s = suite_create ("asfmuxguards");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_without_clock, 0, 3);
  tcase_add_test (tc, test_late_sound_without_clock);
  tcase_add_test (tc, test_many_texts);
  tcase_add_test (tc, test_before_header);
  tcase_add_test (tc, test_long_gap);
  tcase_add_test (tc, test_flush_within_batch);
  tcase_add_test (tc, test_many_flushes);
  tcase_add_test (tc, test_flush_during_query);
  tcase_add_test (tc, test_segment_is_guarded);
  return s;
}

GST_CHECK_MAIN (asfmuxguards);
