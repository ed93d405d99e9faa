/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Connections that break, and those that never get anywhere ([MS-WMHTTP]
 * 3.2.7.1, 3.2.6). */
#include <gst/check/gstcheck.h>

#include "pushcase.h"

/* S8 */
GST_START_TEST (test_lost_connection_resumes)
{
  RawPush *push = push_case_begin (), *again;

  push_case_send_header (push);
  push_case_send_packet (push);
  /* and half of one that is sent again */
  raw_push_send (push, "$D\x90\x01half a packet", 17);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_packets, 1));
  again = push_case_connect ();
  again->push_id = g_strdup (push->push_id);
  raw_push_free (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH, pub_has_state,
          PUB_PUSH_LOST));

  /* nobody else gets in meanwhile */
  push = push_case_connect ();
  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 409);
  raw_push_free (push);
  assert_equals_int (raw_push_setup (again, PUSH_CASE_PATH, again->push_id, ""),
      204);
  raw_push_start (again, PUSH_CASE_PATH, RAW_LENGTH);
  push_case_send_packet (again);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_packets, 2));
  assert_equals_int (push_case_info ().counters.headers, 1);
  assert_equals_int (push_case_info ().sessions, 1);
  raw_push_end (again, 0);
  assert_equals_int (raw_push_response (again, NULL), 204);
  raw_push_free (again);
}

GST_END_TEST;

static void
give_way_at_once (PubServer * self, gpointer data)
{
  pub_server_get_config (self)->silence_ms = 0;
}

/* The network has gone away without a FIN: the encoder, which knows it, does
 * not wait until the server does (3.2.7.1). */
GST_START_TEST (test_silent_connection_gives_way)
{
  RawPush *push, *again, *other;

  push_case_restart (give_way_at_once);
  push = push_case_begin ();
  push_case_send_header (push);
  push_case_send_packet (push);
  raw_push_send (push, "$D\x90\x01half a packet", 17);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_packets, 1));
  other = push_case_connect ();
  assert_equals_int (raw_push_setup (other, PUSH_CASE_PATH, "0", ""), 409);
  raw_push_free (other);

  again = push_case_connect ();
  again->push_id = g_strdup (push->push_id);
  assert_equals_int (raw_push_setup (again, PUSH_CASE_PATH, again->push_id, ""),
      204);
  fail_unless (raw_push_wait_end (push));
  raw_push_free (push);
  raw_push_start (again, PUSH_CASE_PATH, RAW_LENGTH);
  push_case_send_packet (again);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_packets, 2));
  assert_equals_int (push_case_info ().counters.headers, 1);
  assert_equals_int (push_case_info ().sessions, 1);
  raw_push_free (again);
}

GST_END_TEST;

/* Cut off between PushStart and $H: there is nothing to come back to. */
GST_START_TEST (test_loss_before_header_gives_way)
{
  RawPush *push = push_case_begin ();

  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH, pub_has_state,
          PUB_PUSH_STREAMING));
  raw_push_free (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH, pub_has_state,
          PUB_PUSH_LOST));
  push = push_case_begin ();
  push_case_send_header (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_headers, 1));
  raw_push_free (push);
}

GST_END_TEST;

static void
want_requests (PubServer * self, gpointer data)
{
  pub_server_get_config (self)->head_timeout_ms = 300;
  pub_server_get_config (self)->request_timeout_ms = 300;
}

/* A connection that has nothing to say, or never ends what it says, is closed;
 * one between PushSetup and PushStart as well (3.2.6.2).  A push goes on. */
GST_START_TEST (test_request_timeout)
{
  RawPush *push, *silent, *slow, *idle;

  push_case_restart (want_requests);
  push = push_case_begin ();
  push_case_send_header (push);
  silent = push_case_connect ();
  slow = push_case_connect ();
  raw_push_send_text (slow, "POST /live HTTP/1.1\r\nHost: ");
  idle = push_case_connect ();
  assert_equals_int (raw_push_setup (idle, "/other", "0", ""), 204);
  fail_unless (raw_push_wait_end (silent));
  assert_equals_int (raw_push_response (slow, NULL), 408);
  fail_unless (raw_push_wait_end (slow));
  fail_unless (raw_push_wait_end (idle));
  push_case_send_packet (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_packets, 1));
  assert_equals_int (push_case_info ().state, PUB_PUSH_STREAMING);
  raw_push_free (idle);
  raw_push_free (slow);
  raw_push_free (silent);
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_lost_connection_times_out)
{
  RawPush *push;

  push_case_restart (push_case_be_impatient);
  push = push_case_begin ();
  push_case_send_header (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_headers, 1));
  raw_push_free (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_no_session, 1));
  push = push_case_begin ();
  raw_push_free (push);
}

GST_END_TEST;

static void
forget_lost_ones (PubServer * self, gpointer data)
{
  pub_server_get_config (self)->idle_timeout_ms = 300;
}

/* An encoder that has come back as far as PushSetup is waited for longer than
 * one that has not: the other one shows that the idle time has passed. */
GST_START_TEST (test_setup_after_loss_has_time)
{
  RawPush *push, *again, *other;

  push_case_restart (forget_lost_ones);
  push = push_case_begin ();
  push_case_send_header (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_headers, 1));
  again = push_case_connect ();
  other = push_case_connect ();
  assert_equals_int (raw_push_setup (other, "/other", "0", ""), 204);
  again->push_id = g_strdup (push->push_id);
  raw_push_free (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_state, PUB_PUSH_LOST));
  assert_equals_int (raw_push_setup (again, PUSH_CASE_PATH, again->push_id,
          ""), 204);

  raw_push_start (other, "/other", RAW_LENGTH);
  push_case_send_header (other);
  assert_equals_int (raw_push_response (other, NULL), 408);
  raw_push_start (again, PUSH_CASE_PATH, RAW_LENGTH);
  push_case_send_packet (again);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_packets, 1));
  raw_push_free (other);
  raw_push_free (again);
}

GST_END_TEST;

static Suite *
publost_suite (void)
{
  Suite *suite = suite_create ("publost");
  TCase *tc = tcase_create ("lost");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, push_case_setup, push_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_lost_connection_resumes);
  tcase_add_test (tc, test_silent_connection_gives_way);
  tcase_add_test (tc, test_loss_before_header_gives_way);
  tcase_add_test (tc, test_request_timeout);
  tcase_add_test (tc, test_lost_connection_times_out);
  tcase_add_test (tc, test_setup_after_loss_has_time);
  return suite;
}

GST_CHECK_MAIN (publost);
