/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whose turn it is: with arrivals, without them, out of turn. */
#include <gst/check/gstcheck.h>

#include "pubpace.h"

/* Of a group that has its turns together, and of one that has not. */
#define N_MEMBERS 9
#define N_MANY (3 * N_MEMBERS * 5)
#define GAP_US 37037
/* As long as these let the mean time between arrivals settle. */
#define N_SETTLING 60
#define DEADLINE_US (10 * G_USEC_PER_SEC)
#define NEVER_MS 600000
#define AHEAD_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

typedef struct
{
  PubPaceMember turn;
  guint n_served;
  void (*then) (gpointer data);
} Member;

static PubPace *pace;
static PubPaceGroup *group;
static Member members[N_MANY];
static guint n_members;
static guint join_ms;

static void
serve (gpointer data)
{
  Member *member = data;

  member->n_served++;
  if (member->then != NULL)
    member->then (member);
}

static void
setup (void)
{
  join_ms = NEVER_MS;
  pace = pub_pace_new (&join_ms);
  group = pub_pace_group_new (pace);
  n_members = 0;
}

static void
teardown (void)
{
  guint i;

  for (i = 0; i < n_members; i++)
    pub_pace_remove (&members[i].turn);
  pub_pace_group_free (group);
  pub_pace_free (pace);
}

static void
add_some (guint n)
{
  memset (members, 0, sizeof (members));
  while (n_members < n) {
    Member *member = &members[n_members++];

    pub_pace_add (group, &member->turn, serve, member);
  }
}

static void
add_members (void)
{
  add_some (N_MEMBERS);
}

/* What is due now. */
static void
run (void)
{
  while (g_main_context_iteration (NULL, FALSE));
}

static guint
count_served (void)
{
  guint i, n = 0;

  for (i = 0; i < n_members; i++)
    n += members[i].n_served;
  return n;
}

static void
wait_served (guint n)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;

  while (count_served () < n && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  fail_unless (count_served () >= n, "%u of %u", count_served (), n);
}

/* Arrivals are in the future, so that the clock makes nobody late. */
static gint64
arrive (gint64 time_us, gint64 gap_us, guint n)
{
  for (; n > 0; n--, time_us += gap_us) {
    pub_pace_arrived (group, time_us);
    run ();
  }
  return time_us;
}

/* Returns: the time of the next arrival. */
static gint64
settle (guint n, gint64 gap_us)
{
  gint64 time_us = g_get_monotonic_time () + AHEAD_US;
  guint i;

  join_ms = 90;
  add_some (n);
  time_us = arrive (time_us, gap_us, N_SETTLING);
  for (i = 0; i < n; i++)
    members[i].n_served = 0;
  return time_us;
}

static void
expect_turns (guint n)
{
  guint i;

  for (i = 0; i < n_members; i++)
    assert_equals_int (members[i].n_served, n);
}

/* 0, 37 and 74 ms old is what goes out together in 90 ms. */
GST_START_TEST (test_joined)
{
  gint64 time_us = settle (N_MANY, GAP_US);
  guint k;

  fail_unless (N_MANY > PUB_PACE_TOGETHER);
  for (k = 1; k <= 12; k++) {
    time_us = arrive (time_us, GAP_US, 1);
    /* as many each time */
    assert_equals_int (count_served (), k * N_MANY / 3);
  }
  expect_turns (4);
}

GST_END_TEST;

/* Few have them all at once. */
GST_START_TEST (test_together)
{
  gint64 time_us = settle (N_MEMBERS, GAP_US);
  guint k, n_bursts = 0, before = 0;

  for (k = 1; k <= 12; k++) {
    time_us = arrive (time_us, GAP_US, 1);
    n_bursts += count_served () > before;
    before = count_served ();
    assert_equals_int (before, n_bursts * N_MEMBERS);
  }
  assert_equals_int (n_bursts, 4);
  expect_turns (4);
}

GST_END_TEST;

/* Arrivals that are further apart than that have to wait for nothing. */
GST_START_TEST (test_slow)
{
  gint64 time_us = settle (N_MEMBERS, 200 * 1000);

  arrive (time_us, 200 * 1000, 4);
  expect_turns (4);
}

GST_END_TEST;

/* When no more arrives, those who wait are served all the same. */
GST_START_TEST (test_late)
{
  gint64 now_us = g_get_monotonic_time ();
  guint n;

  add_members ();
  join_ms = 90;
  arrive (now_us - (gint64) N_SETTLING * GAP_US, GAP_US, N_SETTLING);
  run ();
  for (n = 0; n < N_MEMBERS; n++)
    members[n].n_served = 0;
  join_ms = 20;
  now_us = g_get_monotonic_time ();
  pub_pace_arrived (group, now_us);
  wait_served (N_MEMBERS);
  fail_unless (g_get_monotonic_time () < now_us + DEADLINE_US / 2);
}

GST_END_TEST;

/* Now and then there is a turn although nothing ever arrives. */
GST_START_TEST (test_nothing)
{
  join_ms = 5;
  add_members ();
  wait_served (3 * N_MEMBERS);
}

GST_END_TEST;

GST_START_TEST (test_hurry)
{
  add_members ();
  run ();
  assert_equals_int (count_served (), 0);
  pub_pace_hurry (&members[3].turn);
  pub_pace_hurry (&members[3].turn);
  run ();
  assert_equals_int (members[3].n_served, 1);
  assert_equals_int (count_served (), 1);
  pub_pace_hurry_all (group);
  run ();
  assert_equals_int (members[3].n_served, 2);
  assert_equals_int (count_served (), N_MEMBERS + 1);
}

GST_END_TEST;

static void
remove_others (gpointer data)
{
  while (n_members > 1)
    pub_pace_remove (&members[--n_members].turn);
}

/* One that is served removes others whose turn it is. */
GST_START_TEST (test_removed)
{
  add_members ();
  members[0].then = remove_others;
  pub_pace_hurry_all (group);
  run ();
  assert_equals_int (count_served (), 1);
}

GST_END_TEST;

static void
hurry_again (gpointer data)
{
  Member *member = data;

  if (member->n_served < 1000)
    pub_pace_hurry (&member->turn);
}

static gboolean
note_turn (gpointer data)
{
  *(guint *) data = members[0].n_served;
  return G_SOURCE_REMOVE;
}

/* Who is always in a hurry keeps nobody else from the loop. */
GST_START_TEST (test_others)
{
  guint n_before = 1000;

  add_members ();
  members[0].then = hurry_again;
  pub_pace_hurry (&members[0].turn);
  g_timeout_add (0, note_turn, &n_before);
  run ();
  assert_equals_int (members[0].n_served, 1000);
  fail_unless (n_before < 1000);
}

GST_END_TEST;

static Suite *
pub_pace_suite (void)
{
  Suite *suite = suite_create ("pubpace");
  TCase *tc = tcase_create ("turns");

  suite_add_tcase (suite, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_joined);
  tcase_add_test (tc, test_together);
  tcase_add_test (tc, test_slow);
  tcase_add_test (tc, test_late);
  tcase_add_test (tc, test_nothing);
  tcase_add_test (tc, test_hurry);
  tcase_add_test (tc, test_removed);
  tcase_add_test (tc, test_others);
  return suite;
}

GST_CHECK_MAIN (pub_pace);
