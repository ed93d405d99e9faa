/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Connections that say nothing, or take their time. */
#include <poll.h>
#include <string.h>

#include <gst/check/gstcheck.h>

#include "pubrequest.h"
#include "pushcase.h"

#define SHORT_MS 300
#define SETUP_HEAD "POST /live HTTP/1.1\r\nHost: localhost\r\nContent-Type: " \
    PUB_SETUP_TYPE "\r\nUser-Agent: " RAW_AGENT "\r\n"

static void
want_heads (PubServer * server, gpointer data)
{
  pub_server_get_config (server)->head_timeout_ms = SHORT_MS;
}

static void
want_requests (PubServer * server, gpointer data)
{
  pub_server_get_config (server)->request_timeout_ms = SHORT_MS;
}

static void
want_few (PubServer * server, gpointer data)
{
  pub_server_get_config (server)->max_waiting = 4;
}

/* A byte now and then does not help. */
GST_START_TEST (test_slow_head)
{
  gint64 start = g_get_monotonic_time ();
  RawPush *slow, *silent;
  struct pollfd poll_fd = { -1, POLLIN, 0 };
  guint n = 0;

  push_case_restart (want_heads);
  silent = push_case_connect ();
  slow = push_case_connect ();
  poll_fd.fd = g_socket_get_fd (slow->socket);
  while (poll (&poll_fd, 1, 20) == 0) {
    raw_push_send (slow, &SETUP_HEAD[n++ % strlen (SETUP_HEAD)], 1);
    fail_unless (g_get_monotonic_time () - start < 10 * G_USEC_PER_SEC);
  }
  fail_unless (n > 3);
  assert_equals_int (raw_push_response (slow, NULL), 408);
  fail_unless (raw_push_wait_end (slow));
  fail_if (slow->was_reset);
  /* this one has asked for nothing and gets no answer */
  fail_unless (raw_push_wait_end (silent));
  fail_unless (g_get_monotonic_time () - start < 5 * G_USEC_PER_SEC);
  raw_push_free (silent);
  raw_push_free (slow);
}

GST_END_TEST;

/* [MS-WMHTTP] 3.2.6.2: an encoder may think for longer, but not about the head
 * that it has begun. */
GST_START_TEST (test_kept_connection)
{
  RawPush *kept, *other;
  struct pollfd poll_fd = { -1, POLLIN, 0 };

  push_case_restart (want_heads);
  kept = push_case_connect ();
  other = push_case_connect ();
  assert_equals_int (raw_push_setup (kept, PUSH_CASE_PATH, "0", ""), 204);
  assert_equals_int (raw_push_setup (other, "/other", "0", ""), 204);
  poll_fd.fd = g_socket_get_fd (kept->socket);
  fail_unless_equals_int (poll (&poll_fd, 1, 2 * SHORT_MS), 0);
  raw_push_send_text (other, "POST /other HT");
  assert_equals_int (raw_push_response (other, NULL), 408);
  raw_push_start (kept, PUSH_CASE_PATH, RAW_LENGTH);
  push_case_deliver_header (kept);
  /* a push that runs is none of these */
  fail_unless_equals_int (poll (&poll_fd, 1, 2 * SHORT_MS), 0);
  raw_push_free (other);
  raw_push_free (kept);
}

GST_END_TEST;

GST_START_TEST (test_slow_body)
{
  RawPush *push;

  push_case_restart (want_requests);
  push = push_case_connect ();
  raw_push_send_text (push, SETUP_HEAD "Content-Length: 16\r\n\r\nAuto");
  assert_equals_int (raw_push_response (push, NULL), 408);
  fail_unless (raw_push_wait_end (push));
  raw_push_free (push);
}

GST_END_TEST;

/* Its end is seen, although libsoup does not look. */
GST_START_TEST (test_kept_connection_ends)
{
  RawPush *push = push_case_connect ();

  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
  raw_push_shut_down (push);
  fail_unless (raw_push_wait_end (push));
  raw_push_free (push);
}

GST_END_TEST;

/* Of too many the oldest goes; who has made a request is not among them. */
GST_START_TEST (test_too_many)
{
  RawPush *kept, *silent[6];
  guint i;

  push_case_restart (want_few);
  kept = push_case_connect ();
  assert_equals_int (raw_push_setup (kept, PUSH_CASE_PATH, "0", ""), 204);
  for (i = 0; i < G_N_ELEMENTS (silent); i++)
    silent[i] = push_case_connect ();
  for (i = 0; i < 2; i++)
    fail_unless (raw_push_wait_end (silent[i]), "%u", i);
  raw_push_start (kept, PUSH_CASE_PATH, RAW_LENGTH);
  push_case_deliver_header (kept);
  /* the first bytes of that head have taken the place of one more */
  for (i = 3; i < G_N_ELEMENTS (silent); i++) {
    raw_push_send_text (silent[i],
        "OPTIONS /live HTTP/1.0\r\nHost: localhost\r\n\r\n");
    assert_equals_int (raw_push_response (silent[i], NULL), 204);
  }
  for (i = 0; i < G_N_ELEMENTS (silent); i++)
    raw_push_free (silent[i]);
  raw_push_free (kept);
}

GST_END_TEST;

/* Ends with connections in each state. */
GST_START_TEST (test_shut_down)
{
  RawPush *silent = push_case_connect (), *slow = push_case_connect ();
  RawPush *kept = push_case_connect (), *body = push_case_connect ();

  raw_push_send_text (slow, "GET ");
  assert_equals_int (raw_push_setup (kept, PUSH_CASE_PATH, "0", ""), 204);
  raw_push_send_text (body, SETUP_HEAD "Content-Length: 16\r\n\r\nAuto");
  pub_thread_shut_down (push_case_server);
  fail_unless (raw_push_wait_end (silent));
  fail_unless (raw_push_wait_end (slow));
  fail_unless (raw_push_wait_end (kept));
  fail_unless (raw_push_wait_end (body));
  raw_push_free (body);
  raw_push_free (kept);
  raw_push_free (slow);
  raw_push_free (silent);
}

GST_END_TEST;

static Suite *
pubwaiting_suite (void)
{
  Suite *suite = suite_create ("pubwaiting");
  TCase *tc = tcase_create ("waiting");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, push_case_setup, push_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_slow_head);
  tcase_add_test (tc, test_kept_connection);
  tcase_add_test (tc, test_slow_body);
  tcase_add_test (tc, test_kept_connection_ends);
  tcase_add_test (tc, test_too_many);
  tcase_add_test (tc, test_shut_down);
  return suite;
}

GST_CHECK_MAIN (pubwaiting);
