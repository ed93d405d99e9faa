/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The rules S1 to S10 of protocol.md one by one, over a
 * socket ([MS-WMHTTP] 3.2). */
#include <gst/check/gstcheck.h>

#include "pubrequest.h"
#include "pushcase.h"

/* 4.1, and S9. */
GST_START_TEST (test_whole_session)
{
  RawPush *push = push_case_connect ();
  gchar *head = NULL;
  guint i;

  raw_push_request (push, PUSH_CASE_PATH, PUB_SETUP_TYPE, RAW_AGENT, "0", 16,
      "AutoDestroy: 0\r\n");
  assert_equals_int (raw_push_response (push, &head), 204);
  fail_unless (strstr (head, "\r\nServer: Cougar/9.") != NULL);
  fail_unless (strstr (head, "\r\nCache-Control: no-cache\r\n") != NULL);
  fail_unless (strstr (head, "\r\nPragma: no-cache, timeout=60000\r\n"));
  fail_unless (strstr (head, "\r\nSet-Cookie: push-id=") != NULL);
  fail_unless (strstr (head, "\r\nSupported: com.microsoft.wm.") != NULL);
  fail_unless (strstr (head, "User-Agent") == NULL);
  push->push_id = g_strndup (strstr (head, "push-id=") + 8,
      strcspn (strstr (head, "push-id=") + 8, "\r"));
  g_free (head);

  raw_push_start (push, PUSH_CASE_PATH, RAW_LENGTH);
  push_case_send_header (push);
  for (i = 0; i < 10; i++)
    push_case_send_packet (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_packets, 10));
  assert_equals_int (push_case_info ().counters.headers, 1);
  assert_equals_int (push_case_info ().state, PUB_PUSH_STREAMING);
  raw_push_end (push, 0);
  assert_equals_int (raw_push_response (push, &head), 204);
  fail_unless (strstr (head, "\r\nServer: Cougar/9.") != NULL);
  fail_unless (strstr (head, "\r\nCache-Control: no-cache\r\n") != NULL);
  g_free (head);
  fail_unless (raw_push_wait_end (push));
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_no_session, 1));
  raw_push_free (push);
}

GST_END_TEST;

/* S1 */
GST_START_TEST (test_other_agents_disturb_nothing)
{
  static const gchar *const agents[] = { NULL, "", "Mozilla/5.0",
    "WMEncoder/8.0", "WMEncoder/13.0", "WMEncoder/9", "WMEncoder/11.0.1",
    "NSPlayer/12.0", "xWMEncoder/9.0"
  };
  RawPush *push = push_case_begin ();
  guint i;

  push_case_send_header (push);
  for (i = 0; i < G_N_ELEMENTS (agents); i++) {
    RawPush *other = push_case_connect ();

    raw_push_request (other, PUSH_CASE_PATH, PUB_SETUP_TYPE, agents[i], "0", 0,
        "");
    assert_equals_int (raw_push_response (other, NULL), 400);
    raw_push_free (other);
    other = push_case_connect ();
    raw_push_request (other, PUSH_CASE_PATH, PUB_START_TYPE, agents[i],
        push->push_id, RAW_LENGTH, "");
    assert_equals_int (raw_push_response (other, NULL), 400);
    fail_unless (raw_push_wait_end (other));
    raw_push_free (other);
  }
  push_case_send_packet (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_packets, 1));
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_browser_gets_a_page)
{
  RawPush *browser = push_case_connect ();
  static const gchar request[] = "GET /live HTTP/1.1\r\nHost: test:1\r\n"
      "User-Agent: Mozilla/5.0\r\nAccept: text/html,*/*\r\n\r\n";
  gchar *head = NULL;

  raw_push_send (browser, request, strlen (request));
  assert_equals_int (raw_push_response (browser, &head), 200);
  fail_unless (strstr (head, "\r\nContent-Type: text/html") != NULL);
  raw_push_read (browser, 20);
  fail_unless (strstr (browser->received->str, "<!DOCTYPE html>") != NULL);
  g_free (head);
  raw_push_free (browser);
}

GST_END_TEST;

/* S2 */
GST_START_TEST (test_push_ids_are_random)
{
  GHashTable *seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      NULL);
  guint i;

  for (i = 0; i < 20; i++) {
    RawPush *push = push_case_connect ();

    assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, i % 2 ? "0" : NULL,
            ""), 204);
    fail_unless (strlen (push->push_id) >= 32);
    fail_unless (strlen (push->push_id) <= 255);
    fail_unless (g_hash_table_add (seen, g_strdup (push->push_id)));
    raw_push_free (push);
  }
  g_hash_table_unref (seen);
}

GST_END_TEST;

GST_START_TEST (test_unknown_push_id)
{
  RawPush *push = push_case_connect ();
  gchar *id;

  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
  id = g_strdup (push->push_id);
  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "1234567890", ""),
      404);
  id[0] ^= 1;
  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, id, ""), 404);
  id[0] ^= 1;
  /* the session's own is good, and at its own point only */
  assert_equals_int (raw_push_setup (push, "/elsewhere", id, ""), 404);
  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, id, ""), 204);
  assert_equals_string (push->push_id, id);
  g_free (id);
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_start_without_session)
{
  static const gchar *const ids[] = { NULL, "0", "1234" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (ids); i++) {
    RawPush *push = push_case_connect ();

    /* the answer does not wait for the body (S4) */
    raw_push_request (push, PUSH_CASE_PATH, PUB_START_TYPE, RAW_AGENT, ids[i],
        RAW_LENGTH, "");
    assert_equals_int (raw_push_response (push, NULL), 404);
    fail_unless (raw_push_wait_end (push));
    raw_push_free (push);
  }
}

GST_END_TEST;

static void
keep_place (PubServer * self, gpointer data)
{
  pub_server_get_config (self)->silence_ms = 60000;
}

/* S3 */
GST_START_TEST (test_second_encoder_is_refused)
{
  RawPush *push, *other;

  push_case_restart (keep_place);
  push = push_case_begin ();
  push_case_deliver_header (push);
  other = push_case_connect ();
  assert_equals_int (raw_push_setup (other, PUSH_CASE_PATH, "0", ""), 409);
  assert_equals_int (raw_push_setup (other, PUSH_CASE_PATH, push->push_id, ""),
      409);
  raw_push_request (other, PUSH_CASE_PATH, PUB_START_TYPE, RAW_AGENT,
      push->push_id, RAW_LENGTH, "");
  assert_equals_int (raw_push_response (other, NULL), 409);
  raw_push_free (other);

  push_case_send_packet (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_packets, 1));
  assert_equals_int (push_case_info ().sessions, 1);
  raw_push_free (push);
}

GST_END_TEST;

/* A set up session that has sent nothing gives way to a new encoder. */
GST_START_TEST (test_unused_session_gives_way)
{
  RawPush *first_push = push_case_connect (), *other = push_case_connect ();

  assert_equals_int (raw_push_setup (first_push, PUSH_CASE_PATH, "0", ""), 204);
  raw_push_free (first_push);
  assert_equals_int (raw_push_setup (other, PUSH_CASE_PATH, "0", ""), 204);
  raw_push_start (other, PUSH_CASE_PATH, RAW_LENGTH);
  push_case_deliver_header (other);
  raw_push_free (other);
}

GST_END_TEST;

/* A stranger who has no push-id takes no session whose encoder waits for its
 * first buffer. */
GST_START_TEST (test_unused_session_is_kept)
{
  RawPush *push = push_case_connect (), *stranger = push_case_connect ();

  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
  assert_equals_int (raw_push_setup (stranger, PUSH_CASE_PATH, "0", ""), 409);
  raw_push_start (push, PUSH_CASE_PATH, RAW_LENGTH);
  push_case_deliver_header (push);
  raw_push_free (stranger);
  raw_push_free (push);
}

GST_END_TEST;

/* A proxy that keeps connections sends those of several encoders on one: it is
 * the push-id that says whose session it is. */
GST_START_TEST (test_shared_connection)
{
  RawPush *push = push_case_connect ();
  g_autofree gchar *push_id = NULL;

  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
  push_id = g_strdup (push->push_id);
  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 409);
  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, NULL, ""), 409);
  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, push_id, ""), 204);
  assert_equals_string (push->push_id, push_id);
  raw_push_start (push, PUSH_CASE_PATH, RAW_LENGTH);
  push_case_deliver_header (push);
  raw_push_free (push);
}

GST_END_TEST;

static void
make_strict (PubServer * self, gpointer data)
{
  pub_server_add_point (self, "/known");
}

/* S6 */
GST_START_TEST (test_templates)
{
  RawPush *push;

  push_case_restart (make_strict);
  push = push_case_connect ();
  assert_equals_int (raw_push_setup (push, "/new", "0", ""), 404);
  assert_equals_int (raw_push_setup (push, "/new", "0",
          "Template-URL: \"/neither\"\r\nAutoDestroy: 1\r\n"), 404);
  assert_equals_int (raw_push_setup (push, "/new", "0",
          "Template-URL: \"/%6Bnown\"\r\nAutoDestroy: 1\r\n"), 204);
  raw_push_start (push, "/new", RAW_LENGTH);
  push_case_send_header (push);
  raw_push_end (push, 0);
  assert_equals_int (raw_push_response (push, NULL), 204);
  raw_push_free (push);

  /* it was destroyed; one that is not to be destroyed stays */
  push = push_case_connect ();
  assert_equals_int (raw_push_setup (push, "/new", "0", ""), 404);
  assert_equals_int (raw_push_setup (push, "/new", "0",
          "Template-URL: \"/known\"\r\nAutoDestroy: 0\r\n"), 204);
  raw_push_start (push, "/new", RAW_LENGTH);
  push_case_send_header (push);
  raw_push_end (push, 0);
  assert_equals_int (raw_push_response (push, NULL), 204);
  raw_push_free (push);
  push = push_case_connect ();
  assert_equals_int (raw_push_setup (push, "/new", "0", ""), 204);
  assert_equals_int (raw_push_setup (push, "/known", "0", ""), 204);
  raw_push_free (push);
}

GST_END_TEST;

/* S7 */
GST_START_TEST (test_idle_timeout)
{
  RawPush *push;

  push_case_restart (push_case_be_impatient);
  push = push_case_begin ();
  push_case_send_header (push);
  assert_equals_int (raw_push_response (push, NULL), 408);
  fail_unless (raw_push_wait_end (push));
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_no_session, 1));
  raw_push_free (push);
}

GST_END_TEST;

/* C40: fillers do not keep a session alive. */
GST_START_TEST (test_idle_timeout_despite_fillers)
{
  RawPush *push;
  gint64 start;
  guint n = 0;

  push_case_restart (push_case_be_impatient);
  push = push_case_begin ();
  push_case_send_header (push);
  start = g_get_monotonic_time ();
  g_socket_set_blocking (push->socket, FALSE);
  while (g_socket_condition_timed_wait (push->socket, G_IO_IN, 20000, NULL,
          NULL) == FALSE) {
    fail_unless (g_get_monotonic_time () - start < 10 * G_TIME_SPAN_SECOND);
    raw_push_frame (push, 'F', "", 0);
    n++;
  }
  fail_unless (n > 3);
  assert_equals_int (raw_push_response (push, NULL), 408);
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_inactivity_timeout)
{
  RawPush *push, *again;

  push_case_restart (push_case_be_impatient);
  push = push_case_connect ();
  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_no_session, 1));
  /* 3.2.6.2 closes the connection, too */
  fail_unless (raw_push_wait_end (push));
  again = push_case_connect ();
  again->push_id = g_strdup (push->push_id);
  raw_push_start (again, PUSH_CASE_PATH, RAW_LENGTH);
  assert_equals_int (raw_push_response (again, NULL), 404);
  raw_push_free (again);
  raw_push_free (push);
}

GST_END_TEST;

/* S10, while a body is being sent and between requests. */
GST_START_TEST (test_administrative_disconnect)
{
  RawPush *push = push_case_begin ();

  push_case_deliver_header (push);
  fail_unless (pub_thread_disconnect (push_case_server, PUSH_CASE_PATH, 503));
  fail_if (pub_thread_disconnect (push_case_server, PUSH_CASE_PATH, 503));
  assert_equals_int (raw_push_response (push, NULL), 503);
  fail_unless (raw_push_wait_end (push));
  raw_push_free (push);

  push = push_case_connect ();
  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
  fail_unless (pub_thread_disconnect (push_case_server, PUSH_CASE_PATH, 503));
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_no_session, 2));
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_shut_down)
{
  RawPush *push = push_case_begin ();
  PubPointInfo info;

  push_case_deliver_header (push);
  raw_push_shut_down (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH, pub_has_state,
          PUB_PUSH_LOST));
  raw_push_free (push);
  pub_thread_shut_down (push_case_server);
  pub_thread_get_point (push_case_server, PUSH_CASE_PATH, &info);
  fail_if (info.has_session);
}

GST_END_TEST;

/* Requests that no encoder sends. */
GST_START_TEST (test_refused_requests)
{
  static const struct
  {
    const gchar *text;
    guint status;
  } rows[] = {
    {"POST /live HTTP/1.1\r\nContent-Type: " PUB_START_TYPE "\r\nUser-Agent: "
          RAW_AGENT "\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n", 411},
    {"POST /live HTTP/1.1\r\nContent-Type: " PUB_SETUP_TYPE "\r\nUser-Agent: "
          RAW_AGENT "\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n", 411},
    {"POST /live HTTP/1.1\r\nContent-Type: " PUB_SETUP_TYPE "\r\nUser-Agent: "
          RAW_AGENT "\r\nHost: t\r\nContent-Length: 5000\r\n\r\n", 413},
    {"POST /live HTTP/1.1\r\nContent-Type: text/plain\r\nHost: t\r\n"
          "Content-Length: 5000000000\r\n\r\n", 413},
    {"POST /live HTTP/1.1\r\nContent-Type: " PUB_SETUP_TYPE "\r\nUser-Agent: "
          RAW_AGENT "\r\nHost: t\r\nContent-Length: 8\r\n\r\nrubbish!", 400},
    {"DELETE /live HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n", 405},
    {"BREW /live HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n", 501},
    {"OPTIONS /live HTTP/1.1\r\nHost: t\r\nUser-Agent: NSPlayer/9.0\r\n\r\n",
        200},
    {"POST /live HTTP/1.1\r\nContent-Type: application/x-wms-LogStats\r\n"
          "Host: t\r\nContent-Length: 3\r\n\r\nlog", 204},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    RawPush *push = push_case_connect ();

    raw_push_send_text (push, rows[i].text);
    fail_unless (raw_push_response (push, NULL) == rows[i].status, "row %u", i);
    raw_push_free (push);
  }
}

GST_END_TEST;

static Suite *
pubpush_suite (void)
{
  Suite *suite = suite_create ("pubpush");
  TCase *tc = tcase_create ("push");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, push_case_setup, push_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_whole_session);
  tcase_add_test (tc, test_other_agents_disturb_nothing);
  tcase_add_test (tc, test_browser_gets_a_page);
  tcase_add_test (tc, test_push_ids_are_random);
  tcase_add_test (tc, test_unknown_push_id);
  tcase_add_test (tc, test_start_without_session);
  tcase_add_test (tc, test_second_encoder_is_refused);
  tcase_add_test (tc, test_unused_session_gives_way);
  tcase_add_test (tc, test_unused_session_is_kept);
  tcase_add_test (tc, test_shared_connection);
  tcase_add_test (tc, test_templates);
  tcase_add_test (tc, test_idle_timeout);
  tcase_add_test (tc, test_idle_timeout_despite_fillers);
  tcase_add_test (tc, test_inactivity_timeout);
  tcase_add_test (tc, test_administrative_disconnect);
  tcase_add_test (tc, test_shut_down);
  tcase_add_test (tc, test_refused_requests);
  return suite;
}

GST_CHECK_MAIN (pubpush);
