/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* [MS-WMSP] 3.2.3, 3.2.5.1, 3.2.6.2. */
#include <gst/check/gstcheck.h>

#include "pubsessions.h"

#define SECOND G_USEC_PER_SEC

static const gchar here[] = "/here", there[] = "/there";
static gint player_of_one, player_of_two;

GST_START_TEST (test_sessions)
{
  PubSessions *sessions = pub_sessions_new ();
  guint32 one = pub_sessions_add (sessions, here, 0);
  guint32 two = pub_sessions_add (sessions, there, 0);
  gpointer player = &player;

  fail_unless (one != 0 && two != 0 && one != two);
  fail_if (pub_sessions_find (sessions, 0, NULL, 0, NULL));
  fail_if (pub_sessions_find (sessions, one ^ two ^ 1, NULL, 0, NULL));
  fail_unless (pub_sessions_find (sessions, one, here, 0, &player));
  fail_unless (player == NULL);
  fail_if (pub_sessions_find (sessions, one, there, 0, NULL));
  fail_unless (pub_sessions_find (sessions, one, NULL, 0, NULL));

  pub_sessions_set_player (sessions, one, NULL, &player_of_one, 0);
  pub_sessions_set_player (sessions, two, NULL, &player_of_two, 0);
  fail_unless (pub_sessions_find (sessions, one, here, 0, &player));
  fail_unless (player == &player_of_one);
  /* only who plays it can let go of it */
  pub_sessions_set_player (sessions, one, &player_of_two, NULL, 0);
  fail_unless (pub_sessions_find (sessions, one, here, 0, &player));
  fail_unless (player == &player_of_one);
  pub_sessions_remove_point (sessions, here);
  fail_if (pub_sessions_find (sessions, one, NULL, 0, NULL));
  assert_equals_int (pub_sessions_count (sessions), 1);
  pub_sessions_set_player (sessions, one, &player_of_one, NULL, 0);
  assert_equals_int (pub_sessions_count (sessions), 1);
  pub_sessions_free (sessions);
}

GST_END_TEST;

/* One that plays stays; another one stays while it is heard of. */
GST_START_TEST (test_timeout)
{
  PubSessions *sessions = pub_sessions_new ();
  guint32 plays = pub_sessions_add (sessions, here, 0);
  guint32 talks = pub_sessions_add (sessions, here, 0);
  guint32 silent = pub_sessions_add (sessions, here, 0);

  pub_sessions_set_player (sessions, plays, NULL, &player_of_one, 0);
  fail_unless (pub_sessions_find (sessions, talks, here, 60 * SECOND, NULL));
  fail_unless (pub_sessions_find (sessions, talks, here, 120 * SECOND, NULL));
  fail_if (pub_sessions_find (sessions, silent, here, 120 * SECOND, NULL));
  fail_unless (pub_sessions_find (sessions, plays, here, 120 * SECOND, NULL));
  fail_if (pub_sessions_find (sessions, talks, here, 200 * SECOND, NULL));
  /* its time begins when it stops */
  pub_sessions_set_player (sessions, plays, &player_of_one, NULL, 200 * SECOND);
  fail_unless (pub_sessions_find (sessions, plays, here, 260 * SECOND, NULL));
  fail_if (pub_sessions_find (sessions, plays, here, 330 * SECOND, NULL));
  assert_equals_int (pub_sessions_count (sessions), 0);
  pub_sessions_free (sessions);
}

GST_END_TEST;

GST_START_TEST (test_bounded)
{
  PubSessions *sessions = pub_sessions_new ();
  guint32 first_id = pub_sessions_add (sessions, here, 0), last = 0;
  guint32 plays = pub_sessions_add (sessions, here, 0);
  guint i;

  pub_sessions_set_player (sessions, plays, NULL, &player_of_one, 0);
  for (i = 0; i < PUB_SESSIONS_MAX_IDLE; i++)
    last = pub_sessions_add (sessions, there, 1);
  assert_equals_int (pub_sessions_count (sessions), PUB_SESSIONS_MAX_IDLE + 1);
  fail_if (pub_sessions_find (sessions, first_id, NULL, 1, NULL));
  fail_unless (pub_sessions_find (sessions, plays, NULL, 1, NULL));
  fail_unless (pub_sessions_find (sessions, last, NULL, 1, NULL));
  pub_sessions_free (sessions);
}

GST_END_TEST;

static Suite *
pubsessions_suite (void)
{
  Suite *suite = suite_create ("pubsessions");
  TCase *tc = tcase_create ("pubsessions");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_sessions);
  tcase_add_test (tc, test_timeout);
  tcase_add_test (tc, test_bounded);
  return suite;
}

GST_CHECK_MAIN (pubsessions);
