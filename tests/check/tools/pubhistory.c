/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bytes of the last ten minutes, with a clock of the test's own. */
#include <gst/check/gstcheck.h>

#include "pubhistory.h"

#define SECOND G_USEC_PER_SEC
/* A machine that has been up for a while; a step begins here. */
#define START (G_GINT64_CONSTANT (100000) * SECOND)

static guint64 rates[PUB_HISTORY_STEPS + 1];

static void
add_every_second (PubHistory * history, gint64 from_us, guint seconds,
    guint bytes)
{
  guint i;

  for (i = 0; i < seconds; i++)
    pub_history_add (history, from_us + i * SECOND, bytes);
}

GST_START_TEST (test_empty)
{
  PubHistory history = { {0,}, 0 };

  assert_equals_int (pub_history_read (&history, START, rates), 0);
  assert_equals_uint64 (pub_history_rate (&history, START), 0);
  /* a second that is not over does not count */
  pub_history_add (&history, START, 1000);
  assert_equals_int (pub_history_read (&history, START + SECOND - 1, rates), 0);
  assert_equals_int (pub_history_read (&history, START + SECOND, rates), 1);
  assert_equals_uint64 (rates[0], 8000);
}

GST_END_TEST;

GST_START_TEST (test_steps)
{
  PubHistory history = { {0,}, 0 };

  add_every_second (&history, START + 3 * SECOND, 2, 1000);
  add_every_second (&history, START + 5 * SECOND, 5, 2000);
  add_every_second (&history, START + 12 * SECOND, 1, 5000);
  assert_equals_int (pub_history_read (&history, START + 13 * SECOND, rates),
      3);
  /* from the first second on that has something */
  assert_equals_uint64 (rates[0], 8000);
  assert_equals_uint64 (rates[1], 16000);
  /* the step goes on: three seconds of it are over */
  assert_equals_uint64 (rates[2], 5000 * 8 / 3);
  assert_equals_uint64 (pub_history_rate (&history, START + 13 * SECOND),
      (2 * 2000 + 5000) * 8 / 5);
}

GST_END_TEST;

/* Many writes in a second add up; a number that is too large stays at the
 * largest. */
GST_START_TEST (test_sums)
{
  PubHistory history = { {0,}, 0 };
  guint i;

  for (i = 0; i < 50; i++)
    pub_history_add (&history, START + i, 10);
  pub_history_read (&history, START + SECOND, rates);
  assert_equals_uint64 (rates[0], 50 * 10 * 8);
  pub_history_add (&history, START, G_MAXUINT64 / 2);
  pub_history_read (&history, START + SECOND, rates);
  assert_equals_uint64 (rates[0], (guint64) G_MAXUINT32 * 8);
}

GST_END_TEST;

GST_START_TEST (test_window)
{
  PubHistory history = { {0,}, 0 };
  guint n;

  add_every_second (&history, START, 2000, 1000);
  n = pub_history_read (&history, START + 2000 * SECOND, rates);
  assert_equals_int (n, PUB_HISTORY_STEPS);
  assert_equals_uint64 (rates[0], 8000);
  /* at no time are there more than there is room for */
  n = pub_history_read (&history, START + 2003 * SECOND, rates);
  assert_equals_int (n, PUB_HISTORY_STEPS + 1);
  assert_equals_uint64 (rates[0], 8000);
  assert_equals_uint64 (rates[n - 1], 0);
}

GST_END_TEST;

/* A gap is one of zeros; after ten minutes of nothing there is nothing. */
GST_START_TEST (test_gaps)
{
  PubHistory history = { {0,}, 0 };
  guint n;

  add_every_second (&history, START, 5, 1000);
  add_every_second (&history, START + 20 * SECOND, 5, 3000);
  n = pub_history_read (&history, START + 25 * SECOND, rates);
  assert_equals_int (n, 5);
  assert_equals_uint64 (rates[0], 8000);
  assert_equals_uint64 (rates[1] + rates[2] + rates[3], 0);
  assert_equals_uint64 (rates[4], 24000);
  assert_equals_int (pub_history_read (&history, START + 625 * SECOND, rates),
      0);
  /* what was there does not come back when the ring has gone round */
  pub_history_add (&history, START + 1201 * SECOND, 7000);
  n = pub_history_read (&history, START + 1205 * SECOND, rates);
  assert_equals_int (n, 1);
  assert_equals_uint64 (rates[0], 7000 * 8 / 4);
}

GST_END_TEST;

static Suite *
pubhistory_suite (void)
{
  Suite *suite = suite_create ("pubhistory");
  TCase *tc = tcase_create ("history");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_empty);
  tcase_add_test (tc, test_steps);
  tcase_add_test (tc, test_sums);
  tcase_add_test (tc, test_window);
  tcase_add_test (tc, test_gaps);
  return suite;
}

GST_CHECK_MAIN (pubhistory);
