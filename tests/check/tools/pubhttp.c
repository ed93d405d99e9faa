/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The forms that an encoder's requests may have in HTTP, and what the answers
 * look like ([MS-WMHTTP] 2.2.1, 2.2.2; RFC 9110, RFC 9112). */
#include <gst/check/gstcheck.h>

#include "pubrequest.h"
#include "pushcase.h"

#define HOST "Host: 127.0.0.1\r\n"
#define AGENT "User-Agent: " RAW_AGENT "\r\n"
#define EMPTY "Content-Length: 0\r\n\r\n"

static void
send_start (RawPush * push, const gchar * line, const gchar * more)
{
  gchar *text = g_strdup_printf ("%s\r\n" HOST AGENT "Content-Type: "
      PUB_START_TYPE "\r\nCookie: push-id=%s\r\n%s\r\n", line, push->push_id,
      more);

  raw_push_send_text (push, text);
  g_free (text);
}

static RawPush *
set_up (void)
{
  RawPush *push = push_case_connect ();

  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
  return push;
}

static void
finish (RawPush * push)
{
  push_case_send_header (push);
  push_case_send_packet (push);
  raw_push_end (push, 0);
  assert_equals_int (raw_push_response (push, NULL), 204);
  assert_equals_int (push_case_info ().counters.packets, 1);
  raw_push_free (push);
}

/* RFC 9110, 10.1.1: who asks first is told to go on, or refused at once. */
GST_START_TEST (test_expect_continue)
{
  RawPush *push = push_case_connect ();
  const gchar *body = "AutoDestroy: 0\r\n";
  gchar *head = NULL;

  raw_push_send_text (push, "POST /live HTTP/1.1\r\n" HOST AGENT
      "Content-Type: " PUB_SETUP_TYPE "\r\nExpect: 100-continue\r\n"
      "Content-Length: 16\r\n\r\n");
  assert_equals_int (raw_push_response (push, &head), 100);
  /* what only a final answer may say */
  fail_unless (strstr (head, "\r\nConnection:") == NULL, "%s", head);
  g_free (head);
  raw_push_send_text (push, body);
  assert_equals_int (raw_push_response (push, NULL), 204);
  raw_push_free (push);

  push = set_up ();
  send_start (push, "POST /live HTTP/1.1", "Content-Length: 2147483647\r\n"
      "Expect: 100-continue\r\n");
  assert_equals_int (raw_push_response (push, NULL), 100);
  finish (push);

  push = set_up ();
  send_start (push, "POST /elsewhere HTTP/1.1", "Content-Length: 2147483647\r\n"
      "Expect: 100-continue\r\n");
  assert_equals_int (raw_push_response (push, NULL), 404);
  raw_push_free (push);
}

GST_END_TEST;

/* The session outlives the connection that ends with the answer. */
GST_START_TEST (test_connection_that_ends)
{
  static const gchar *const lines[] = { "POST /live HTTP/1.0",
    "POST /live HTTP/1.1\r\nConnection: close"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lines); i++) {
    RawPush *push = set_up (), *next = push_case_connect ();
    gchar *length = g_strdup_printf ("Content-Length: %u\r\n",
        push_case_header->len + 4);
    gchar *head = NULL;

    send_start (push, lines[i], length);
    push_case_send_header (push);
    assert_equals_int (raw_push_response (push, &head), 204);
    fail_unless (strstr (head, "\r\nConnection: close\r\n") != NULL);
    fail_unless (raw_push_wait_end (push));
    next->push_id = g_strdup (push->push_id);
    raw_push_start (next, PUSH_CASE_PATH, RAW_LENGTH);
    push_case_send_packet (next);
    raw_push_end (next, 0);
    assert_equals_int (raw_push_response (next, NULL), 204);
    assert_equals_int (push_case_info ().counters.packets, 1);
    g_free (head);
    g_free (length);
    raw_push_free (next);
    raw_push_free (push);
  }
}

GST_END_TEST;

/* All of them are /live (RFC 9112, 3.2; RFC 3986, 6.2.2). */
GST_START_TEST (test_targets)
{
  static const gchar *const lines[] = { "POST http://127.0.0.1/live HTTP/1.1",
    "POST HTTP://127.0.0.1:80/live HTTP/1.1", "POST /l%69%76e HTTP/1.1",
    "POST /live?what=ever HTTP/1.1", "POST /./live HTTP/1.1",
    "POST /x/../live HTTP/1.1", "POST  /live  HTTP/1.1"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lines); i++) {
    RawPush *push = set_up ();

    send_start (push, lines[i], "Content-Length: 2147483647\r\n");
    finish (push);
  }
}

GST_END_TEST;

/* 2.2.1.1; unknown parameters are ignored (2.2.1). */
GST_START_TEST (test_content_types)
{
  static const struct
  {
    const gchar *type;
    guint status;
  } rows[] = {
    {PUB_SETUP_TYPE, 204}, {PUB_SETUP_TYPE ";charset=UTF-8", 204},
    {PUB_SETUP_TYPE "; charset=\"utf-8\"", 204},
    {"Application/X-WMS-PushSetup", 204}, {PUB_SETUP_TYPE "; a=b", 204},
    {PUB_SETUP_TYPE ";charset=utf-16", 415},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    RawPush *push = push_case_connect ();

    raw_push_request (push, PUSH_CASE_PATH, rows[i].type, RAW_AGENT, "0", 0,
        "");
    fail_unless (raw_push_response (push, NULL) == rows[i].status, "%s",
        rows[i].type);
    raw_push_free (push);
  }
}

GST_END_TEST;

/* One that does not wait for answers: it knows them. */
GST_START_TEST (test_pipelined)
{
  RawPush *push = push_case_begin (), *again = push_case_connect ();
  GString *all = g_string_new (NULL);
  guint i;

  push_case_send_header (push);
  raw_push_shut_down (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH, pub_has_state,
          PUB_PUSH_LOST));
  for (i = 0; i < 3; i++)
    g_string_append_printf (all, "POST /live HTTP/1.1\r\n" HOST AGENT
        "Content-Type: " PUB_SETUP_TYPE "\r\nCookie: push-id=%s\r\n" EMPTY,
        push->push_id);
  for (i = 0; i < 3; i++) {
    g_string_append_printf (all, "POST /live HTTP/1.1\r\n" HOST AGENT
        "Content-Type: " PUB_START_TYPE "\r\nCookie: push-id=%s\r\n"
        "Content-Length: %u\r\n\r\n", push->push_id, push_case_packet->len + 4);
    g_string_append_len (all, "$D\x90\x01", 4);
    g_string_append_len (all, (gchar *) push_case_packet->data,
        push_case_packet->len);
  }
  raw_push_send (again, all->str, all->len);
  for (i = 0; i < 6; i++)
    fail_unless (raw_push_response (again, NULL) == 204, "%u", i);
  assert_equals_int (push_case_info ().counters.packets, 3);
  g_string_free (all, TRUE);
  raw_push_free (again);
  raw_push_free (push);
}

GST_END_TEST;

/* Nothing is made of the number but a number. */
GST_START_TEST (test_lengths)
{
  static const gchar *const lengths[] = { "2147483647", "2147483648",
    "4294967296", "9223372036854775807", "0000000000002147483647"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lengths); i++) {
    RawPush *push = set_up ();
    gchar *length = g_strdup_printf ("Content-Length: %s\r\n", lengths[i]);
    guint n;

    for (n = 0; n < 3; n++) {
      send_start (push, "POST /live HTTP/1.1", EMPTY);
      assert_equals_int (raw_push_response (push, NULL), 204);
    }
    send_start (push, "POST /live HTTP/1.1", length);
    finish (push);
    g_free (length);
  }
}

GST_END_TEST;

/* Names of an answer's headers, in order. */
static gchar *
header_names (const gchar * head)
{
  gchar **lines = g_strsplit (head, "\r\n", -1);
  GString *names = g_string_new (NULL);
  guint i;

  for (i = 1; lines[i] != NULL && lines[i][0] != '\0'; i++)
    g_string_append_printf (names, "%.*s ", (gint) strcspn (lines[i], ":"),
        lines[i]);
  g_strfreev (lines);
  return g_string_free (names, FALSE);
}

static void
check_names (RawPush * push, guint status, const gchar * expected)
{
  gchar *head = NULL, *names;

  assert_equals_int (raw_push_response (push, &head), status);
  names = header_names (head);
  assert_equals_string (names, expected);
  fail_unless (strstr (head, "\r\nServer: Cougar/9.5 ") != NULL);
  fail_unless (strstr (head, "\r\nPragma: no-cache, timeout=60000\r\n"));
  fail_unless (strstr (head, "\r\nCache-Control: no-cache\r\n") != NULL);
  g_free (names);
  g_free (head);
}

/* S9, and 2.2.1: no header that is only for requests. */
GST_START_TEST (test_answers)
{
  RawPush *push = set_up ();

  raw_push_request (push, PUSH_CASE_PATH, PUB_SETUP_TYPE, RAW_AGENT,
      push->push_id, 0, "");
  check_names (push, 204, "Server Content-Length Date Pragma Cache-Control "
      "Set-Cookie Supported ");
  raw_push_request (push, PUSH_CASE_PATH, PUB_SETUP_TYPE, RAW_AGENT, "12", 0,
      "");
  check_names (push, 404, "Server Content-Length Date Pragma Cache-Control "
      "Supported ");
  raw_push_start (push, PUSH_CASE_PATH, push_case_header->len + 4);
  push_case_send_header (push);
  check_names (push, 204, "Server Content-Length Date Pragma Cache-Control "
      "Set-Cookie Supported ");
  raw_push_start (push, PUSH_CASE_PATH, RAW_LENGTH);
  raw_push_send_text (push, "rubbish");
  check_names (push, 400, "Server Content-Length Date Pragma Cache-Control "
      "Set-Cookie Supported Connection ");
  raw_push_free (push);
}

GST_END_TEST;

static Suite *
pubhttp_suite (void)
{
  Suite *suite = suite_create ("pubhttp");
  TCase *tc = tcase_create ("http");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, push_case_setup, push_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_expect_continue);
  tcase_add_test (tc, test_connection_that_ends);
  tcase_add_test (tc, test_targets);
  tcase_add_test (tc, test_content_types);
  tcase_add_test (tc, test_pipelined);
  tcase_add_test (tc, test_lengths);
  tcase_add_test (tc, test_answers);
  return suite;
}

GST_CHECK_MAIN (pubhttp);
