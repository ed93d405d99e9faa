/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What browsers get: the page and its parts, playlists, other methods. */
#include <gst/check/gstcheck.h>

#include "pagecase.h"

#define BROWSER "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n" \
    "User-Agent: Mozilla/5.0\r\n"
#define HOSTILE "<script>alert(1)</script>\"'&]]>"
#define HOSTILE_PATH "/%3Cscript%3E%22%26%27"

static void
check_safety (const PageAnswer * answer)
{
  static const gchar *const lines[] = {
    "X-Content-Type-Options: nosniff\r\n", "X-Frame-Options: DENY\r\n",
    "Referrer-Policy: no-referrer\r\n",
    "Content-Security-Policy: default-src 'none'; script-src 'self';",
    "Cross-Origin-Resource-Policy: same-origin\r\n", "Server: Cougar/9."
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lines); i++)
    fail_unless (page_answer_has (answer, lines[i]), "%s", lines[i]);
  fail_unless (strstr (answer->head, "frame-ancestors 'none'") != NULL);
  fail_unless (strstr (answer->head, "unsafe") == NULL);
  fail_if (page_answer_has (answer, "Access-Control"));
}

GST_START_TEST (test_parts)
{
  static const struct
  {
    const gchar *path, *type, *text;
  } rows[] = {
    {"/", "text/html; charset=utf-8", "<!DOCTYPE html>"},
    {"/page/page.css", "text/css; charset=utf-8", "prefers-reduced-motion"},
    {"/page/page.js", "text/javascript; charset=utf-8", "textContent"},
    {"/page/curve.js", "text/javascript; charset=utf-8", "polyline"},
    {"/page/icon.svg", "image/svg+xml", "<svg"},
    {"/status.json", "application/json", "\"points\":"},
    {"/metrics", "text/plain; version=0.0.4; charset=utf-8", "# HELP"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    gchar *type = g_strdup_printf ("Content-Type: %s\r\n", rows[i].type);
    PageAnswer answer = page_case_get (rows[i].path, i % 2 ? BROWSER : NULL);
    PageAnswer head = page_case_ask ("HEAD", rows[i].path, NULL, NULL);

    assert_equals_int (answer.status, 200);
    fail_unless (page_answer_has (&answer, type), "%s", answer.head);
    fail_unless (strstr (answer.body, rows[i].text) != NULL);
    check_safety (&answer);
    assert_equals_int (head.status, 200);
    fail_unless (page_answer_has (&head, type));
    check_safety (&head);
    page_answer_clear (&answer);
    page_answer_clear (&head);
    g_free (type);
  }
}

GST_END_TEST;

/* No name in braces is left, no script or style stands in it, and nothing
 * comes from anywhere else. */
GST_START_TEST (test_page_is_whole)
{
  PageAnswer answer = page_case_get ("/", BROWSER);

  fail_unless (strstr (answer.body, "{{") == NULL);
  fail_unless (strstr (answer.body, "<html lang=\"en\">") != NULL);
  fail_unless (strstr (answer.body, "<title>Publishing points</title>"));
  fail_unless (strstr (answer.body, "data-status=\"/status.json\"") != NULL);
  fail_unless (strstr (answer.body, "<data value=\"state-streaming\">"));
  fail_unless (strstr (answer.body, " style=") == NULL);
  fail_unless (strstr (answer.body, "<style") == NULL);
  fail_unless (strstr (answer.body, " onclick") == NULL);
  fail_unless (strstr (answer.body, "<script>") == NULL);
  fail_unless (strstr (answer.body, "//") == NULL);
  page_answer_clear (&answer);
}

GST_END_TEST;

GST_START_TEST (test_etag)
{
  PageAnswer answer = page_case_get ("/page/page.js", NULL);
  const gchar *tag = strstr (answer.head, "\r\nETag: ") + 8;
  gchar *etag = g_strndup (tag, strcspn (tag, "\r"));
  const gchar *const forms[] = { "%s", "\"old\", %s", "W/%s", "*" };
  guint i;

  fail_unless (page_answer_has (&answer, "Cache-Control: no-cache\r\n"));
  for (i = 0; i < G_N_ELEMENTS (forms); i++) {
    GString *known = g_string_new (forms[i]);
    gchar *header;
    PageAnswer again;

    g_string_replace (known, "%s", etag, 0);
    header = g_strdup_printf ("If-None-Match: %s\r\n", known->str);
    again = page_case_get ("/page/page.js", header);
    assert_equals_int (again.status, 304);
    fail_unless (page_answer_has (&again, "ETag: "));
    assert_equals_string (again.body, "");
    page_answer_clear (&again);
    g_string_free (known, TRUE);
    g_free (header);
  }
  page_answer_clear (&answer);
  answer = page_case_get ("/page/page.js", "If-None-Match: \"other\"\r\n");
  assert_equals_int (answer.status, 200);
  page_answer_clear (&answer);
  answer = page_case_get ("/status.json", NULL);
  fail_unless (page_answer_has (&answer, "Cache-Control: no-store\r\n"));
  page_answer_clear (&answer);
  g_free (etag);
}

GST_END_TEST;

GST_START_TEST (test_other_methods)
{
  static const struct
  {
    const gchar *method, *path;
    guint status;
    const gchar *line;
  } rows[] = {
    {"POST", "/", 405, "Allow: GET, HEAD, OPTIONS\r\n"},
    {"PUT", "/status.json", 405, "Allow: GET, HEAD, OPTIONS\r\n"},
    {"DELETE", "/metrics", 405, "Allow: GET, HEAD, OPTIONS\r\n"},
    {"POST", "/page/page.js", 405, "Allow: GET, HEAD, OPTIONS\r\n"},
    {"OPTIONS", "/status.json", 204, "Allow: GET, HEAD, OPTIONS\r\n"},
    {"GET", "/favicon.ico", 404, "Content-Type: text/plain"},
    {"GET", "/page/other", 404, "Content-Type: text/plain"},
    {"GET", "/page/", 404, "Content-Type: text/plain"},
    {"GET", "/none.asx", 404, "Content-Type: text/plain"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    PageAnswer answer = page_case_ask (rows[i].method, rows[i].path, NULL,
        NULL);

    fail_unless (answer.status == rows[i].status, "row %u: %u", i,
        answer.status);
    fail_unless (page_answer_has (&answer, rows[i].line), "%s", answer.head);
    check_safety (&answer);
    page_answer_clear (&answer);
  }
}

GST_END_TEST;

/* Many requests on one connection, which is closed when the peer closes. */
GST_START_TEST (test_connection_goes_on)
{
  RawPush *conn = raw_push_connect (pub_thread_get_port (page_case_server));
  static const gchar *const paths[] = { "/", "/status.json", "/none.asx" };
  guint i;

  for (i = 0; i < 12; i++) {
    gchar *text = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: localhost\r\n%s"
        "\r\n", paths[i % 3], i == 11 ? "Connection: close\r\n" : "");
    PageAnswer answer;

    raw_push_send_text (conn, text);
    answer = page_case_read (conn, TRUE);
    fail_unless (page_answer_has (&answer, "Connection: close") == (i == 11));
    page_answer_clear (&answer);
    g_free (text);
  }
  fail_unless (raw_push_wait_end (conn));
  raw_push_free (conn);
}

GST_END_TEST;

/* Two requests in one segment get two answers. */
GST_START_TEST (test_pipelined)
{
  RawPush *conn = raw_push_connect (pub_thread_get_port (page_case_server));
  PageAnswer answer;

  raw_push_send_text (conn, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  answer = page_case_read (conn, TRUE);
  fail_unless (g_str_has_prefix (answer.body, "# HELP"));
  page_answer_clear (&answer);
  answer = page_case_read (conn, TRUE);
  fail_unless (g_str_has_prefix (answer.body, "<!DOCTYPE"));
  page_answer_clear (&answer);
  raw_push_free (conn);
}

GST_END_TEST;

GST_START_TEST (test_nothing_is_pushed_there)
{
  static const gchar *const paths[] = { "/", "/status.json", "/metrics",
    "/admin/", "/admin/live", "/page/page.js", "/favicon.ico",
    "/live.asx"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (paths); i++) {
    RawPush *push = raw_push_connect (pub_thread_get_port (page_case_server));

    assert_equals_int (raw_push_setup (push, paths[i], "0", ""), 404);
    raw_push_free (push);
    push = raw_push_connect (pub_thread_get_port (page_case_server));
    push->push_id = g_strdup ("1234");
    raw_push_start (push, paths[i], RAW_LENGTH);
    assert_equals_int (raw_push_response (push, NULL), 404);
    raw_push_free (push);
  }
}

GST_END_TEST;

static void
expect_text (const PageAnswer * answer, const gchar * format, guint port)
{
  GString *text = g_string_new (format);
  gchar *number = g_strdup_printf ("%u", port);

  g_string_replace (text, "PORT", number, 0);
  fail_unless (strstr (answer->body, text->str) != NULL, "%s is not there",
      text->str);
  g_string_free (text, TRUE);
  g_free (number);
}

GST_START_TEST (test_playlist)
{
  guint port = pub_thread_get_port (page_case_server);
  RawPush *push = page_case_push ("/live", NULL, "A & B <i>");
  PageAnswer answer = page_case_get ("/live.asx", NULL);

  assert_equals_int (answer.status, 200);
  fail_unless (page_answer_has (&answer, "Content-Type: video/x-ms-asf\r\n"));
  fail_unless (g_str_has_prefix (answer.body, "<ASX VERSION=\"3.0\">"));
  expect_text (&answer, "<TITLE>A &amp; B &lt;i&gt;</TITLE>", port);
  expect_text (&answer, "<REF HREF=\"http://127.0.0.1:PORT/live\" />", port);
  expect_text (&answer, "<REF HREF=\"mmsh://127.0.0.1:PORT/live\" />", port);
  page_answer_clear (&answer);
  /* a browser gets it too */
  answer = page_case_get ("/live.asx", BROWSER);
  fail_unless (g_str_has_prefix (answer.body, "<ASX"));
  page_answer_clear (&answer);
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_playlist_of_the_host_asked_for)
{
  RawPush *push = page_case_push ("/live", NULL, NULL);
  RawPush *conn = raw_push_connect (pub_thread_get_port (page_case_server));
  PageAnswer answer;

  raw_push_send_text (conn, "GET /live.asx HTTP/1.1\r\nHost: localhost\r\n"
      "\r\n");
  answer = page_case_read (conn, TRUE);
  expect_text (&answer, "\"http://localhost/live\"", 0);
  page_answer_clear (&answer);
  raw_push_send_text (conn, "GET /live.asx HTTP/1.1\r\nHost: [::1]:8080\r\n"
      "\r\n");
  answer = page_case_read (conn, TRUE);
  expect_text (&answer, "\"http://[::1]:8080/live\"", 0);
  expect_text (&answer, "\"mmsh://[::1]:8080/live\"", 0);
  page_answer_clear (&answer);
  raw_push_free (conn);
  raw_push_free (push);
}

GST_END_TEST;

static void
set_url (PubServer * self, gpointer data)
{
  pub_server_set_url (self, data);
}

/* What a proxy in front is called, whatever was asked for. */
GST_START_TEST (test_playlist_of_the_url_that_is_set)
{
  RawPush *push = page_case_push ("/a%20b", NULL, NULL);
  PageAnswer answer;

  pub_thread_call (page_case_server, set_url,
      (gpointer) "https://media.example.org:8443/radio/");
  answer = page_case_get ("/a%20b.asx", NULL);
  expect_text (&answer, "\"https://media.example.org:8443/radio/a%20b\"", 0);
  fail_unless (strstr (answer.body, "mmsh:") == NULL);
  page_answer_clear (&answer);
  answer = page_case_get ("/a%20b", BROWSER);
  expect_text (&answer, "\"https://media.example.org:8443/radio/a%20b\"", 0);
  page_answer_clear (&answer);
  pub_thread_call (page_case_server, set_url, (gpointer) "http://media:80");
  answer = page_case_get ("/a%20b.asx", NULL);
  expect_text (&answer, "\"http://media/a%20b\"", 0);
  expect_text (&answer, "\"mmsh://media/a%20b\"", 0);
  page_answer_clear (&answer);
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_page_of_a_point)
{
  guint port = pub_thread_get_port (page_case_server);
  RawPush *push = page_case_push (HOSTILE_PATH, NULL, HOSTILE);
  PageAnswer answer = page_case_get (HOSTILE_PATH, BROWSER);

  assert_equals_int (answer.status, 200);
  check_safety (&answer);
  fail_unless (page_answer_has (&answer, "Cache-Control: no-store\r\n"));
  fail_unless (strstr (answer.body, "<script>") == NULL);
  expect_text (&answer, "<title>/&lt;script&gt;&quot;&amp;&apos;</title>",
      port);
  expect_text (&answer, "data-point=\"" HOSTILE_PATH "\"", port);
  expect_text (&answer, "\"http://127.0.0.1:PORT" HOSTILE_PATH "\"", port);
  expect_text (&answer, ">mmsh://127.0.0.1:PORT" HOSTILE_PATH "<", port);
  expect_text (&answer, "<a href=\"/\">All publishing points</a>", port);
  page_answer_clear (&answer);
  answer = page_case_get (HOSTILE_PATH ".asx", NULL);
  expect_text (&answer, "\"http://127.0.0.1:PORT" HOSTILE_PATH "\"", port);
  expect_text (&answer, "<TITLE>&lt;script&gt;alert(1)&lt;/script&gt;&quot;"
      "&apos;&amp;]]&gt;</TITLE>", port);
  page_answer_clear (&answer);
  raw_push_free (push);
}

GST_END_TEST;

/* HEAD tells a player what it would get, and does not make it one. */
GST_START_TEST (test_head_of_a_point)
{
  RawPush *push = page_case_push ("/live", NULL, NULL);
  PageAnswer answer = page_case_ask ("HEAD", "/live", NULL, NULL);
  PubPointInfo info;

  assert_equals_int (answer.status, 200);
  fail_unless (page_answer_has (&answer, "Content-Type: video/x-ms-asf\r\n"));
  pub_thread_get_point (page_case_server, "/live", &info);
  assert_equals_int (info.players, 0);
  page_answer_clear (&answer);
  raw_push_free (push);
}

GST_END_TEST;

static Suite *
pubpage_suite (void)
{
  Suite *suite = suite_create ("pubpage");
  TCase *tc = tcase_create ("page");

  tcase_set_timeout (tc, 30);
  tcase_add_checked_fixture (tc, page_case_setup, page_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_parts);
  tcase_add_test (tc, test_page_is_whole);
  tcase_add_test (tc, test_etag);
  tcase_add_test (tc, test_other_methods);
  tcase_add_test (tc, test_connection_goes_on);
  tcase_add_test (tc, test_pipelined);
  tcase_add_test (tc, test_nothing_is_pushed_there);
  tcase_add_test (tc, test_playlist);
  tcase_add_test (tc, test_playlist_of_the_host_asked_for);
  tcase_add_test (tc, test_playlist_of_the_url_that_is_set);
  tcase_add_test (tc, test_page_of_a_point);
  tcase_add_test (tc, test_head_of_a_point);
  return suite;
}

GST_CHECK_MAIN (pubpage);
