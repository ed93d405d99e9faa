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

  asf_bucket_init (&bucket, 80000, 3000);
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

/* A stream over its rate leaves at the end of the window, not later. */
GST_START_TEST (test_overflow)
{
  AsfBucket bucket;
  AsfSpan span;

  asf_bucket_init (&bucket, 8000, 500);
  span = add (&bucket, 0, 10000);
  fail_unless_equals_uint64 (span.end_ns, 500 * MS);
  span = add (&bucket, 100, 10000);
  fail_unless_equals_uint64 (span.start_ns, 500 * MS);
  fail_unless_equals_uint64 (span.end_ns, 600 * MS);
}

GST_END_TEST;

/* Which rate the header says at the end: bytes of each object, every 100 ms
 * over 10 s, with one large object in front. */
static const struct
{
  guint declared;
  gboolean is_declared;
  guint first, each;
  guint least, most;
} rates[] = {
  /* 80 kbit/s as declared */
  {80000, TRUE, 1000, 1000, 80000, 80000},
  /* declared far above what comes: kept when said, lowered when guessed */
  {160000, TRUE, 1000, 1000, 160000, 160000},
  {160000, FALSE, 1000, 1000, 80000, 90000},
  /* more than declared, evenly */
  {40000, TRUE, 1000, 1000, 80000, 90000},
  /* the average fits, the large object needs more: 300 kbit in 1 s */
  {100000, TRUE, 37500, 1000, 300000, 450000},
  /* beyond all rates that are tried */
  {1000, TRUE, 1000000, 1000, 8000000, 9000000},
};

GST_START_TEST (test_needed_rate)
{
  AsfBucket bucket;
  guint32 bps;
  guint i;

  asf_bucket_init (&bucket, rates[__i__].declared, 1000);
  add (&bucket, 0, rates[__i__].first);
  for (i = 1; i < 100; i++)
    add (&bucket, i * 100, rates[__i__].each);
  bps = asf_bucket_needed_bps (&bucket, 10000 * MS, rates[__i__].is_declared);
  fail_unless (bps >= rates[__i__].least && bps <= rates[__i__].most,
      "%u bit/s", bps);
}

GST_END_TEST;

static Suite *
asfschedule_suite (void)
{
  Suite *s = suite_create ("asfschedule");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_spans);
  tcase_add_test (tc, test_overflow);
  tcase_add_loop_test (tc, test_needed_rate, 0, G_N_ELEMENTS (rates));
  return s;
}

GST_CHECK_MAIN (asfschedule);
