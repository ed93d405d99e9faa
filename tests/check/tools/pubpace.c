/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Turns: nobody's comes late, and thousands do not come at once. */
#include <gst/check/gstcheck.h>

#include "pubpace.h"

#define N_MEMBERS 1000

typedef struct
{
  PubPaceMember member;
  guint n_served, n_hurried;
  gint64 wait_us;
  gint64 due_us;
  gint64 latest_us;             /* how late a turn was at most */
  gint64 earliest_us;
} Client;

static PubPace *pace;
static Client clients[N_MEMBERS];
static guint n_present;
static Client *victim;          /* removed by whoever is served */

static void
setup_pace (void)
{
  pace = pub_pace_new ();
  memset (clients, 0, sizeof (clients));
  n_present = 0;
  victim = NULL;
}

static void
remove_client (Client * client)
{
  pub_pace_remove (pace, &client->member);
  n_present--;
}

static void
teardown_pace (void)
{
  assert_equals_int (pub_pace_count (pace), n_present);
  while (n_present > 0)
    remove_client (&clients[n_present - 1]);
  pub_pace_free (pace);
}

static gint64
serve (gpointer data, gboolean is_hurried)
{
  Client *self = data;
  gint64 now_us = g_get_monotonic_time ();

  if (!is_hurried && self->due_us != 0) {
    self->latest_us = MAX (self->latest_us, now_us - self->due_us);
    self->earliest_us = MAX (self->earliest_us, self->due_us - now_us);
  }
  self->n_served++;
  self->n_hurried += is_hurried ? 1 : 0;
  if (victim != NULL) {
    Client *removed = victim;

    victim = NULL;
    remove_client (removed);
    if (removed == self)
      return PUB_PACE_REMOVED;
  }
  self->due_us = now_us + self->wait_us;
  return self->due_us;
}

static void
add_client (guint i, guint wait_ms)
{
  clients[i].wait_us = (gint64) wait_ms *1000;
  pub_pace_add (pace, &clients[i].member, serve, &clients[i]);
  n_present++;
}

static gboolean
set_flag (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
turn_for (guint ms)
{
  gboolean is_over = FALSE;

  g_timeout_add (ms, set_flag, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

GST_START_TEST (test_turns)
{
  guint i;

  for (i = 0; i < 10; i++)
    add_client (i, 50);
  turn_for (500);
  for (i = 0; i < 10; i++) {
    fail_unless (clients[i].n_served >= 4 && clients[i].n_served <= 12,
        "%u turns", clients[i].n_served);
    assert_equals_int (clients[i].n_hurried, 1);
    fail_unless (clients[i].earliest_us <= PUB_PACE_SLOT_US);
  }
}

GST_END_TEST;

GST_START_TEST (test_hurry)
{
  add_client (0, 200);
  g_main_context_iteration (NULL, TRUE);
  assert_equals_int (clients[0].n_served, 1);
  pub_pace_hurry (pace, &clients[0].member);
  pub_pace_hurry (pace, &clients[0].member);
  fail_unless (g_main_context_iteration (NULL, FALSE));
  assert_equals_int (clients[0].n_served, 2);
  /* and it does not turn idly */
  g_main_context_iteration (NULL, FALSE);
  assert_equals_int (clients[0].n_served, 2);
}

GST_END_TEST;

GST_START_TEST (test_wait)
{
  add_client (0, 10);
  pub_pace_wait (pace, &clients[0].member, g_get_monotonic_time () + 200000);
  turn_for (100);
  assert_equals_int (clients[0].n_served, 0);
}

GST_END_TEST;

/* Others than the one that is served may go, and that one too. */
GST_START_TEST (test_removal)
{
  add_client (0, 10);
  add_client (1, 10);
  victim = &clients[1];
  g_main_context_iteration (NULL, TRUE);
  assert_equals_int (clients[1].n_served, 0);
  assert_equals_int (clients[0].n_served, 1);
  victim = &clients[0];
  turn_for (50);
  assert_equals_int (clients[0].n_served, 2);
  assert_equals_int (pub_pace_count (pace), 0);
}

GST_END_TEST;

/* Other sources have their turn between two parts of a thousand. */
GST_START_TEST (test_many)
{
  guint i, n = 0;

  for (i = 0; i < N_MEMBERS; i++)
    add_client (i, 50);
  fail_unless (g_main_context_iteration (NULL, FALSE));
  for (i = 0; i < N_MEMBERS; i++)
    n += clients[i].n_served;
  fail_unless (n > 0 && n <= N_MEMBERS / 4, "%u at once", n);
  turn_for (100);
  for (i = 0; i < N_MEMBERS; i++)
    fail_unless (clients[i].n_served > 0);
}

GST_END_TEST;

static Suite *
pubpace_suite (void)
{
  Suite *suite = suite_create ("pubpace");
  TCase *tc = tcase_create ("pace");

  tcase_add_checked_fixture (tc, setup_pace, teardown_pace);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_turns);
  tcase_add_test (tc, test_hurry);
  tcase_add_test (tc, test_wait);
  tcase_add_test (tc, test_removal);
  tcase_add_test (tc, test_many);
  return suite;
}

GST_CHECK_MAIN (pubpace);
