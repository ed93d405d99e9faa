/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The epoll set's turns in the main loop. */
#include <gst/check/gstcheck.h>

#include <sys/socket.h>
#include <unistd.h>

#include "pubpoll.h"

#define MANY 200
#define N_TURNS 1000
/* Of pubpoll.c. */
#define FREE_TURNS 50
#define REST_US 5000

typedef struct
{
  gint fds[2];
  PubPollEntry *entry;
} Pair;

static PubPoll *poll_set;
static Pair pairs[MANY];
static guint n_pairs, n_calls;

/* It stays readable. */
static void
readable (PubPollEvents events, gpointer data)
{
  n_calls++;
}

static void
add_pairs (guint n)
{
  while (n_pairs < n) {
    Pair *pair = &pairs[n_pairs++];

    fail_unless (socketpair (AF_UNIX, SOCK_STREAM, 0, pair->fds) == 0);
    fail_unless (write (pair->fds[1], "x", 1) == 1);
    pair->entry = pub_poll_add (poll_set, pair->fds[0], readable, pair);
  }
}

static void
setup (void)
{
  poll_set = pub_poll_new ();
  n_pairs = n_calls = 0;
}

static void
teardown (void)
{
  while (n_pairs > 0) {
    Pair *pair = &pairs[--n_pairs];

    pub_poll_remove (pair->entry);
    close (pair->fds[0]);
    close (pair->fds[1]);
  }
  pub_poll_free (poll_set);
}

/* Returns: how many of so many looks into the loop found a turn. */
static guint
count_turns (guint n)
{
  guint n_turns = 0;

  for (; n > 0; n--)
    n_turns += g_main_context_iteration (NULL, FALSE);
  return n_turns;
}

/* What comes one by one is waited for, so that it is taken together, but never
 * for long. */
GST_START_TEST (test_rests)
{
  gint64 begin = g_get_monotonic_time ();
  gint64 deadline = begin + 10 * G_USEC_PER_SEC;
  guint before;

  add_pairs (1);
  fail_unless (count_turns (N_TURNS) >= FREE_TURNS);
  fail_unless (n_calls <= FREE_TURNS + 2 + (g_get_monotonic_time () - begin)
      / REST_US, "%u turns", n_calls);
  before = n_calls;
  while (n_calls < before + 20 && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  fail_unless (n_calls >= before + 20);
}

GST_END_TEST;

/* Not while more is there than one turn takes. */
GST_START_TEST (test_goes_on)
{
  add_pairs (MANY);
  assert_equals_int (count_turns (N_TURNS), N_TURNS);
  fail_unless (n_calls > N_TURNS * 50, "%u calls", n_calls);
}

GST_END_TEST;

static Suite *
pub_poll_suite (void)
{
  Suite *suite = suite_create ("pubpoll");
  TCase *tc = tcase_create ("turns");

  suite_add_tcase (suite, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_rests);
  tcase_add_test (tc, test_goes_on);
  return suite;
}

GST_CHECK_MAIN (pub_poll);
