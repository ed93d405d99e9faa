/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "asf/asfschedule.h"

#define MS G_GUINT64_CONSTANT (1000000)

static AsfSpan
add (AsfBucket * bucket, guint time_ms, guint size)
{
  AsfSpan span;

  asf_bucket_add (bucket, time_ms * MS, size, &span);
  return span;
}

/* rules, 7.4: s(k) = max (end(k-1), t(k)), end(k) = s(k) + size x 8000 / R */
GST_START_TEST (test_spans)
{
  AsfBucket bucket;
  AsfSpan span;

  asf_bucket_init (&bucket, 80000, 3000, 6000);
  span = add (&bucket, 0, 10000);
  fail_unless_equals_uint64 (span.start_ns, 0);
  fail_unless_equals_uint64 (span.end_ns, 1000 * MS);
  fail_unless_equals_uint64 (span.latest_ns, 3000 * MS);
  span = add (&bucket, 40, 1000);
  fail_unless_equals_uint64 (span.start_ns, 1000 * MS);
  fail_unless_equals_uint64 (span.end_ns, 1100 * MS);
  span = add (&bucket, 2000, 1000);
  fail_unless_equals_uint64 (span.start_ns, 2000 * MS);
}

GST_END_TEST;

/* A stream over its rate leaves at the end of the window, not later, and not
 * after half of the preroll, so that it can still arrive. */
GST_START_TEST (test_overflow)
{
  AsfBucket bucket;
  AsfSpan span;

  asf_bucket_init (&bucket, 8000, __i__ ? 800 : 500, 1000);
  span = add (&bucket, 0, 10000);
  fail_unless_equals_uint64 (span.end_ns, 500 * MS);
  span = add (&bucket, 100, 10000);
  fail_unless_equals_uint64 (span.start_ns, 500 * MS);
  fail_unless_equals_uint64 (span.end_ns, 600 * MS);
}

GST_END_TEST;

/* Which rates the header says at the end: bytes of each object, every 100 ms
 * over 10 s, with one large object in front; the window is 1 s. */
static const struct
{
  guint declared;
  gboolean is_declared;
  guint first, each;
  guint bps_least, bps_most;
  guint peak_least, peak_most;
} rates[] = {
  /* 80 kbit/s as declared */
  {80000, TRUE, 1000, 1000, 80000, 80000, 0, 0},
  /* declared far above what comes: kept when said, lowered when guessed */
  {160000, TRUE, 1000, 1000, 160000, 160000, 0, 0},
  {160000, FALSE, 1000, 1000, 80000, 81000, 0, 0},
  {900000, FALSE, 1000, 1000, 80000, 81000, 0, 0},
  /* more than declared, evenly */
  {40000, TRUE, 1000, 1000, 80000, 81000, 0, 0},
  {6000, TRUE, 1000, 1000, 80000, 81000, 0, 0},
  /* the average fits, the large object needs more: 300 kbit in 1 s, and at
   * the average a longer window */
  {120000, TRUE, 37500, 1000, 120000, 120001, 300000, 315000},
  /* the average does not fit either */
  {100000, TRUE, 37500, 1000, 109000, 110000, 300000, 315000},
  {100000, FALSE, 37500, 1000, 109000, 110000, 300000, 315000},
  /* a guess that is far too low: a step too much at most */
  {1000, FALSE, 1000, 1000, 80000, 95200, 0, 95200},
  {10, FALSE, 1000, 1000, 80000, 95200, 0, 95200},
  {10, FALSE, 37500, 1000, 109000, 110000, 300000, 315000},
  /* beyond all rates that are tried at first */
  {1000, TRUE, 1000000, 1000, 879200, 880000, 8000000, 9000000},
};

/* Largest fullness of a bucket, in ms at its rate. */
static guint
bucket_ms (guint bps, guint first, guint each)
{
  gdouble fill = first * 8.0;
  gdouble top = fill;
  guint i;

  for (i = 1; i < 100; i++) {
    fill = MAX (fill - bps / 10.0, 0.0) + each * 8.0;
    top = MAX (top, fill);
  }
  return top * 1000.0 / bps;
}

GST_START_TEST (test_rates)
{
  AsfBucketRates found;
  AsfBucket bucket;
  guint i;

  asf_bucket_init (&bucket, rates[__i__].declared, 1000, 2000);
  add (&bucket, 0, rates[__i__].first);
  for (i = 1; i < 100; i++)
    add (&bucket, i * 100, rates[__i__].each);
  asf_bucket_measure (&bucket, 10000 * MS, rates[__i__].is_declared, &found);
  fail_unless (found.bps >= rates[__i__].bps_least &&
      found.bps <= rates[__i__].bps_most, "%u bit/s", found.bps);
  fail_unless (found.peak_bps >= rates[__i__].peak_least &&
      found.peak_bps <= rates[__i__].peak_most, "peak %u bit/s",
      found.peak_bps);
  /* the content fits both buckets */
  fail_unless (bucket_ms (found.bps, rates[__i__].first, rates[__i__].each) <=
      found.window_ms);
  if (found.peak_bps > 0) {
    fail_unless (found.window_ms > 1000);
    fail_unless_equals_int (found.peak_window_ms, 1000);
    fail_unless (bucket_ms (found.peak_bps, rates[__i__].first,
            rates[__i__].each) <= found.peak_window_ms);
  } else {
    fail_unless_equals_int (found.window_ms, 1000);
  }
}

GST_END_TEST;

static Suite *
asfschedule_suite (void)
{
  Suite *s = suite_create ("asfschedule");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_spans);
  tcase_add_loop_test (tc, test_overflow, 0, 2);
  tcase_add_loop_test (tc, test_rates, 0, G_N_ELEMENTS (rates));
  return s;
}

GST_CHECK_MAIN (asfschedule);
