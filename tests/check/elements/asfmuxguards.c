/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gsttestclock.h>

#include "testmux.h"

/* What keeps buffers that are handed over many at a time from being held back
 * too long, or from coming out after a flush. */

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
  test_mux_init (mux, flags | TEST_MUX_SEEKABLE, NULL, NULL);
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
  begin (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO);
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

  begin (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO);
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
 * does meanwhile. */
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

static Suite *
asfmuxguards_suite (void)
{
  Suite *s = suite_create ("asfmuxguards");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_without_clock, 0, 3);
  tcase_add_test (tc, test_flush_within_batch);
  tcase_add_test (tc, test_many_flushes);
  return s;
}

GST_CHECK_MAIN (asfmuxguards);
