/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Requests that nobody should send: each gets its answer and its line of the
 * log, disturbs nobody and leaves nothing behind. */
#include <gst/check/gstcheck.h>
#include <malloc.h>

#include "loglines.h"
#include "pubrequest.h"
#include "pushcase.h"

/* Where memory is counted in another way, it is not counted here. */
#ifdef __SANITIZE_ADDRESS__
#define ROUNDS 6
#else
#define ROUNDS 30
#endif

#define HOST "Host: 127.0.0.1\r\n"
#define AGENT "User-Agent: " RAW_AGENT "\r\n"
#define TYPE(type) "Content-Type: " type "\r\n"
#define SETUP(path) "POST " path " HTTP/1.1\r\n" HOST AGENT \
    TYPE (PUB_SETUP_TYPE)
#define START(path) "POST " path " HTTP/1.1\r\n" HOST AGENT \
    TYPE (PUB_START_TYPE)
#define EMPTY "Content-Length: 0\r\n\r\n"

/* One request, its answer, and what the log says of it; no @why: no line. */
typedef struct
{
  const gchar *text;
  guint status;
  const gchar *why;
} Row;

/* What libsoup does not take for a request never gets to a table of ours. */
static const Row broken_heads[] = {
  {"rubbish\r\n\r\n", 400, "no request"},
  {"GET /live\r\n\r\n", 400, "no request"},
  {"GET /live HTTP/1.1\r\n\r\n", 400, "no request"},
  {"GET /live HTTP/2.0\r\n" HOST "\r\n", 505, "no request"},
  {"GET /live HTTP/1.9\r\n" HOST "\r\n", 505, "no request"},
  {"GET /live HTTP/x\r\n" HOST "\r\n", 400, "no request"},
  {"GET /live HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "no request"},
  {"GET /%zz HTTP/1.1\r\n" HOST "\r\n", 400, "no request"},
  {"GET /% HTTP/1.1\r\n" HOST "\r\n", 400, "no request"},
  {"GET live HTTP/1.1\r\n" HOST "\r\n", 400, "no request"},
  {"POST /live HTTP/1.1\r\n" HOST "Expect: wonders\r\n" EMPTY, 417,
      "no request"},
  {"POST /live HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n", 501,
      "Transfer-Encoding"},
  {"POST /live HTTP/1.1\r\n" HOST "Content-Length: 5x\r\n\r\n", 400,
      "Length"},
  {"POST /live HTTP/1.1\r\n" HOST "Content-Length : 5\r\n\r\n", 400,
      "header that is none"},
  {"POST /live HTTP/1.1\r\n" HOST "Accept\r\n\r\n", 400,
      "header that is none"},
  {"POST /live HTTP/1.1\r\n" HOST ": x\r\n\r\n", 400, "header that is none"},
  {"POST /live HTTP/1.1\r\n" HOST "Accept: x\r\n y\r\n\r\n", 400,
      "several lines"},
  {" GET /live HTTP/1.1\r\n" HOST "\r\n", 400, "no request"},
  {"\x16\x03\x01\x02", 400, "no request"},
  {"\xff", 400, "no request"},
};

static const Row targets[] = {
  {"GET /a%00b HTTP/1.1\r\n" HOST "\r\n", 400, "percent-encoding"},
  /* dots that are seen as such are resolved (RFC 3986, 6.2.2.3) */
  {SETUP ("/a/../live") EMPTY, 409, "another encoder"},
  {SETUP ("/%2e%2E/live") EMPTY, 409, "another encoder"},
  {SETUP ("/x/..") EMPTY, 404, "server's own"},
  {"GET /a%2f..%2fb HTTP/1.1\r\n" HOST "\r\n", 400, "dots"},
  {"GET /%ff HTTP/1.1\r\n" HOST "\r\n", 400, "not UTF-8"},
  {"GET /%c0%af HTTP/1.1\r\n" HOST "\r\n", 400, "not UTF-8"},
  {"GET /a%0ab HTTP/1.1\r\n" HOST "\r\n", 400, "control"},
  {"GET /a%1b[2J HTTP/1.1\r\n" HOST "\r\n", 400, "control"},
  {"GET https://127.0.0.1/live HTTP/1.1\r\n" HOST "\r\n", 400, "target"},
  {"GET ftp://127.0.0.1/live HTTP/1.1\r\n" HOST "\r\n", 400, "target"},
  {"GET * HTTP/1.1\r\n" HOST "\r\n", 400, "only for OPTIONS"},
  {"OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 204, NULL},
  {"OPTIONS /live HTTP/1.1\r\n" HOST "\r\n", 204, NULL},
  /* libsoup would answer when the body has ended */
  {"POST /a%2f..%2fb HTTP/1.1\r\n" HOST "Content-Length: 1000\r\n\r\n", 400,
      "dots"},
};

static const Row methods[] = {
  {"PUT /live HTTP/1.1\r\n" HOST EMPTY, 405, "method"},
  {"DELETE /live HTTP/1.1\r\n" HOST "\r\n", 405, "method"},
  {"TRACE /live HTTP/1.1\r\n" HOST "\r\n", 405, "method"},
  {"PATCH /live HTTP/1.1\r\n" HOST EMPTY, 405, "method"},
  {"CONNECT 127.0.0.1:80 HTTP/1.1\r\n" HOST "\r\n", 405, ""},
  {"CONNECT /live HTTP/1.1\r\n" HOST "\r\n", 400, "no request"},
  {"BREW /live HTTP/1.1\r\n" HOST "\r\n", 501, "method"},
  {"get /live HTTP/1.1\r\n" HOST "\r\n", 501, "method"},
  {"PUT /live HTTP/1.1\r\n" HOST AGENT TYPE (PUB_START_TYPE)
      "Content-Length: 100\r\n\r\n", 405, "method"},
  {"HEAD /nowhere HTTP/1.1\r\n" HOST "\r\n", 404, "no programme"},
  {"HEAD /live HTTP/1.1\r\n" HOST "\r\n", 200, NULL},
};

static const Row bodies[] = {
  {START ("/live") "\r\n", 411, "no Content-Length"},
  {SETUP ("/live") "\r\n", 411, "no Content-Length"},
  {START ("/live") "Transfer-Encoding: chunked\r\n\r\n", 411, "in pieces"},
  {SETUP ("/live") "Transfer-Encoding: chunked\r\n\r\n", 411, "in pieces"},
  {START ("/live") "Transfer-Encoding: identity\r\n\r\n", 411, "in pieces"},
  {START ("/live") "Transfer-Encoding: chunked\r\n" EMPTY, 400, "Length"},
  {START ("/live") "Content-Length: -5\r\n\r\n", 400, "Length"},
  {START ("/live") "Content-Length: +5\r\n\r\n", 400, "Length"},
  {START ("/live") "Content-Length: 18446744073709551615\r\n\r\n", 400,
      "Length"},
  {START ("/live") "Content-Length: 18446744073709551616\r\n\r\n", 400,
      "Length"},
  {START ("/live") "Content-Length: 9223372036854775808\r\n\r\n", 400,
      "Length"},
  {START ("/live") "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400,
      "Length"},
  {START ("/live") "Content-Length: \r\n\r\n", 400, "Length"},
  {SETUP ("/live") "Content-Length: 4097\r\n\r\n", 413, "too large"},
  {SETUP ("/live") "Content-Length: 2147483648\r\n\r\n", 413, "too large"},
  {SETUP ("/live") "Expect: 100-continue\r\nContent-Length: 5000\r\n\r\n", 413,
      "too large"},
  {"POST /live HTTP/1.1\r\n" HOST "Content-Length: 9223372036854775807\r\n\r\n",
      413, "too large"},
  {SETUP ("/live") "Content-Length: 8\r\n\r\nrubbish!", 400, "body"},
  {SETUP ("/new") "Content-Length: 37\r\n\r\n"
        "Template-URL: \"/no\"\r\nAutoDestroy: 1\r\n", 404, "template"},
};

static const Row encoders[] = {
  {"POST /live HTTP/1.1\r\n" HOST TYPE (PUB_SETUP_TYPE) EMPTY, 400, "Agent"},
  {"POST /live HTTP/1.1\r\n" HOST TYPE (PUB_START_TYPE) EMPTY, 400, "Agent"},
  {"POST /live HTTP/1.1\r\n" HOST "User-Agent: WMEncoder/\x1b[31m\r\n"
        TYPE (PUB_SETUP_TYPE) EMPTY, 400, "WMEncoder/\\x1b[31m"},
  {"POST /live HTTP/1.1\r\n" HOST AGENT
        TYPE (PUB_SETUP_TYPE ";charset=latin1") EMPTY, 415, "charset"},
  {START ("/live") "Cookie: push-id=\r\n" EMPTY, 400, "Cookie"},
  {START ("/live") "Cookie: push-id=1; push-id=2\r\n" EMPTY, 400, "Cookie"},
  {SETUP ("/live") "Cookie: push-id=\xff\r\n" EMPTY, 400, "Cookie"},
  {START ("/live") EMPTY, 404, "push-id"},
  {START ("/live") "Cookie: push-id=1\r\n" EMPTY, 404, "push-id"},
  {START ("/nowhere") "Cookie: push-id=1\r\n" EMPTY, 404, "no such point"},
  {SETUP ("/live") "Cookie: push-id=1\r\n" EMPTY, 404, "push-id"},
  {SETUP ("/live") EMPTY, 409, "another encoder"},
  {SETUP ("/") EMPTY, 404, "server's own"},
  {SETUP ("/status.json") EMPTY, 404, "server's own"},
  {SETUP ("/metrics") EMPTY, 404, "server's own"},
  {SETUP ("/admin") EMPTY, 404, "server's own"},
  {SETUP ("/admin/x") EMPTY, 404, "server's own"},
  {SETUP ("/%61dmin/x") EMPTY, 404, "server's own"},
  {SETUP ("/live.asx") EMPTY, 404, "server's own"},
  {SETUP ("http://127.0.0.1") EMPTY, 404, "server's own"},
  {START ("/metrics") "Cookie: push-id=1\r\n" EMPTY, 404, "server's own"},
};

static const struct
{
  const gchar *name;
  const Row *rows;
  guint n;
} tables[] = {
  {"head", broken_heads, G_N_ELEMENTS (broken_heads)},
  {"target", targets, G_N_ELEMENTS (targets)},
  {"method", methods, G_N_ELEMENTS (methods)},
  {"body", bodies, G_N_ELEMENTS (bodies)},
  {"encoder", encoders, G_N_ELEMENTS (encoders)},
};

static void
check_line (const gchar * name, guint i, const Row * row)
{
  GPtrArray *lines = log_lines_find ("refused with ");
  gchar *status = g_strdup_printf ("refused with %u: ", row->status);

  fail_unless (lines->len == (row->why != NULL), "%s %u: %u lines", name, i,
      lines->len);
  if (row->why != NULL) {
    fail_unless (strstr (lines->pdata[0], status) != NULL
        && strstr (lines->pdata[0], row->why) != NULL
        && strstr (lines->pdata[0], " from 127.0.0.1:") != NULL,
        "%s %u: %s", name, i, (gchar *) lines->pdata[0]);
    fail_unless (g_utf8_validate (lines->pdata[0], -1, NULL)
        && strpbrk (lines->pdata[0], "\r\n\x1b") == NULL);
  }
  g_free (status);
  g_ptr_array_unref (lines);
}

static void
try_row (const gchar * name, guint i, const Row * row)
{
  RawPush *push = push_case_connect ();
  guint status;

  log_lines_clear ();
  raw_push_send_text (push, row->text);
  status = raw_push_response (push, NULL);
  fail_unless (status == row->status, "%s %u: %u", name, i, status);
  raw_push_free (push);
  /* the line may be written after the answer, but in the same turn */
  push_case_info ();
  check_line (name, i, row);
}

static void
try_tables (void)
{
  guint i, n;

  for (i = 0; i < G_N_ELEMENTS (tables); i++) {
    for (n = 0; n < tables[i].n; n++)
      try_row (tables[i].name, n, &tables[i].rows[n]);
  }
}

/* An encoder that all of it must not disturb (S1). */
static RawPush *
begin_programme (void)
{
  RawPush *push;

  log_lines_begin ();
  push = push_case_begin ();
  push_case_send_header (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH,
          pub_has_headers, 1));
  return push;
}

static void
end_programme (RawPush * push)
{
  push_case_send_packet (push);
  raw_push_end (push, 0);
  assert_equals_int (raw_push_response (push, NULL), 204);
  assert_equals_int (push_case_info ().sessions, 1);
  assert_equals_int (push_case_info ().counters.packets, 1);
  raw_push_free (push);
}

GST_START_TEST (test_requests)
{
  RawPush *push = begin_programme ();

  try_tables ();
  end_programme (push);
}

GST_END_TEST;

/* Thousands of them leave nothing behind; the first ones fill what is kept for
 * later. */
GST_START_TEST (test_requests_cost_nothing)
{
  RawPush *push = begin_programme ();
  gsize before, after;
  guint i;

  for (i = 0; i < ROUNDS / 6; i++)
    try_tables ();
  before = mallinfo2 ().uordblks;
  for (i = 0; i < ROUNDS; i++)
    try_tables ();
  after = mallinfo2 ().uordblks;
  fail_unless (after < before + 32 * 1024, "%" G_GSIZE_FORMAT " to %"
      G_GSIZE_FORMAT, before, after);
  end_programme (push);
}

GST_END_TEST;

/* A body that nobody waits for is not kept, however long it is. */
GST_START_TEST (test_body_is_not_kept)
{
  static const gchar *const heads[] = {
    "POST /a%2f..%2fb HTTP/1.1\r\n" HOST "Content-Length: 2000000000\r\n\r\n",
    "POST https://t/ HTTP/1.1\r\n" HOST "Content-Length: 2000000000\r\n\r\n",
    "PUT /live HTTP/1.1\r\n" HOST "Content-Length: 2000000000\r\n\r\n",
    "POST /live HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n",
    "rubbish\r\n\r\n",
  };
  const gsize size = 4 * 1024 * 1024;
  RawPush *push = begin_programme ();
  guint8 *more = g_malloc0 (size);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (heads); i++) {
    RawPush *other = push_case_connect ();
    gsize before = mallinfo2 ().uordblks;

    raw_push_send_text (other, heads[i]);
    raw_push_send (other, more, size);
    fail_unless (raw_push_response (other, NULL) >= 400, "%u", i);
    fail_unless (raw_push_wait_end (other) && !other->was_reset, "%u", i);
    fail_unless (mallinfo2 ().uordblks < before + 512 * 1024, "%u", i);
    raw_push_free (other);
  }
  g_free (more);
  end_programme (push);
}

GST_END_TEST;

/* The head is bounded in bytes and lines, before libsoup has anything of it. */
GST_START_TEST (test_head_sizes)
{
  static const struct
  {
    gsize value, headers;
    guint status;
  } rows[] = {
    {16000, 1, 501}, {16384, 1, 431}, {1000000, 1, 431}, {10, 98, 501},
    {10, 99, 431}, {0, 20000, 431},
  };
  guint i, n;

  log_lines_begin ();
  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    RawPush *push = push_case_connect ();
    GString *head = g_string_new ("BREW /live HTTP/1.1\r\n" HOST);
    gchar *value = g_strnfill (rows[i].value, 'x');
    GPtrArray *lines;

    for (n = 0; n < rows[i].headers; n++)
      g_string_append_printf (head, "X-%u: %s\r\n", n, value);
    g_string_append (head, "\r\n");
    log_lines_clear ();
    raw_push_send (push, head->str, head->len);
    fail_unless (raw_push_response (push, NULL) == rows[i].status, "%u", i);
    fail_if (push->was_reset);
    push_case_info ();
    lines = log_lines_find ("refused with ");
    fail_unless (lines->len == 1, "%u: %u", i, lines->len);
    g_ptr_array_unref (lines);
    g_string_free (head, TRUE);
    g_free (value);
    raw_push_free (push);
  }
}

GST_END_TEST;

/* The same in pieces of each size; what is pipelined is looked at as well. */
GST_START_TEST (test_heads_in_pieces)
{
  static const gchar text[] = "OPTIONS /live HTTP/1.1\r\n" HOST "\r\n"
      "OPTIONS * HTTP/1.1\n" HOST "\n"
      "\r\nOPTIONS /live HTTP/1.1\r\n" HOST "\r\n"
      "OPTIONS /live HTTP/1.1\r\n" HOST "Content-Length: x\r\n\r\n";
  const gsize size = strlen (text);
  gsize piece, at;
  guint i;

  log_lines_begin ();
  for (piece = 1; piece < size + 16; piece += 1 + piece / 8) {
    RawPush *push = push_case_connect ();

    for (at = 0; at < size; at += piece)
      raw_push_send (push, text + at, MIN (piece, size - at));
    for (i = 0; i < 3; i++)
      assert_equals_int (raw_push_response (push, NULL), 204);
    assert_equals_int (raw_push_response (push, NULL), 400);
    fail_unless (raw_push_wait_end (push));
    raw_push_free (push);
  }
}

GST_END_TEST;

GST_START_TEST (test_long_paths)
{
  static const guint lengths[] = { 1024, 1025, 3072, 3073, 30000 };
  guint i;

  log_lines_begin ();
  for (i = 0; i < G_N_ELEMENTS (lengths); i++) {
    RawPush *push = push_case_connect ();
    gchar *path = g_strnfill (lengths[i], 'x');
    guint status = lengths[i] <= 1024 ? 204 : 414;

    path[0] = '/';
    fail_unless (raw_push_setup (push, path, "0", "") == status, "%u",
        lengths[i]);
    g_free (path);
    raw_push_free (push);
  }
}

GST_END_TEST;

/* Where a request has been read to its end, a refusal keeps the connection. */
GST_START_TEST (test_refusal_keeps_connection)
{
  RawPush *push = push_case_connect ();
  guint i;

  for (i = 0; i < 3; i++) {
    assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "12345", ""), 404);
    assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", "bad"), 400);
    raw_push_send_text (push, "BREW /live HTTP/1.1\r\n" HOST "\r\n");
    assert_equals_int (raw_push_response (push, NULL), 501);
  }
  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_allow_and_retry_after)
{
  RawPush *push = push_case_begin (), *other = push_case_connect ();
  gchar *head = NULL;

  raw_push_send_text (other, "PUT /live HTTP/1.1\r\n" HOST "\r\n");
  assert_equals_int (raw_push_response (other, &head), 405);
  fail_unless (strstr (head, "\r\nAllow: GET, HEAD, OPTIONS, POST\r\n"));
  g_free (head);
  push_case_send_header (push);
  raw_push_shut_down (push);
  fail_unless (pub_thread_wait (push_case_server, PUSH_CASE_PATH, pub_has_state,
          PUB_PUSH_LOST));
  raw_push_send_text (other, SETUP ("/live") EMPTY);
  assert_equals_int (raw_push_response (other, &head), 409);
  fail_unless (strstr (head, "\r\nRetry-After: 60\r\n") != NULL, "%s", head);
  g_free (head);
  raw_push_free (other);
  raw_push_free (push);
}

GST_END_TEST;

static Suite *
pubhostile_suite (void)
{
  Suite *suite = suite_create ("pubhostile");
  TCase *tc = tcase_create ("hostile");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, push_case_setup, push_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_requests);
  tcase_add_test (tc, test_requests_cost_nothing);
  tcase_add_test (tc, test_body_is_not_kept);
  tcase_add_test (tc, test_head_sizes);
  tcase_add_test (tc, test_heads_in_pieces);
  tcase_add_test (tc, test_long_paths);
  tcase_add_test (tc, test_refusal_keeps_connection);
  tcase_add_test (tc, test_allow_and_retry_after);
  return suite;
}

int
main (int argc, char **argv)
{
  /* all threads' memory is counted together */
  mallopt (M_ARENA_MAX, 1);
  gst_check_init (&argc, &argv);
  return gst_check_run_suite (pubhostile_suite (), "pubhostile", __FILE__);
}
