/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Requests out of bytes, however they are cut. */
#include <string.h>

#include <gst/check/gstcheck.h>

#include "pubreader.h"

#define STOP "POST /live HTTP/1.1\r\nPragma: xStopStrm=1\r\n" \
    "Content-Length: 0\r\n\r\n"
#define LOG "POST http://t:80/live?x#y HTTP/1.1\r\nContent-Length: 5\r\n\r\n12345"
#define PING "\r\n\r\nOPTIONS * HTTP/1.1\nPragma: client-id=1\n\n"

/* Feeds @text in pieces of @step bytes.  Returns: "METHOD PATH, " of each
 * request, and the status that ended it. */
static gchar *
read_all (const gchar * text, gsize size, gsize step)
{
  PubReader *reader = pub_reader_new ();
  GString *seen = g_string_new (NULL);
  PubReaderResult result = PUB_READER_MORE;
  gsize at = 0;

  while (at < size && result != PUB_READER_FAILED) {
    PubReaderRequest request;
    gsize used, n = MIN (step, size - at);
    guint status;

    result = pub_reader_take (reader, (const guint8 *) text + at, n, &used,
        &request, &status);
    fail_unless (result == PUB_READER_MORE ? used == n : used <= n);
    at += used;
    if (result == PUB_READER_REQUEST)
      g_string_append_printf (seen, "%s %s, ", request.method, request.path);
    else if (result == PUB_READER_FAILED)
      g_string_append_printf (seen, "%u", status);
  }
  pub_reader_free (reader);
  return g_string_free (seen, FALSE);
}

static void
expect (const gchar * text, const gchar * expected)
{
  gsize step;

  for (step = 1; step < 400; step += step < 70 ? 1 : 100) {
    gchar *seen = read_all (text, strlen (text), step);

    fail_unless (g_str_equal (seen, expected), "%u bytes: %s", (guint) step,
        seen);
    g_free (seen);
  }
}

GST_START_TEST (test_pipelined)
{
  expect (STOP LOG PING STOP,
      "POST /live, POST /live, OPTIONS *, POST /live, ");
  expect ("GET / HTTP/1.0\r\n\r\n", "GET /, ");
  expect ("GET http://t HTTP/1.0\r\n\r\nGET ", "GET /, ");
  expect ("", "");
}

GST_END_TEST;

GST_START_TEST (test_headers)
{
  PubReader *reader = pub_reader_new ();
  PubReaderRequest request;
  gsize used;
  guint status;

  fail_unless (pub_reader_take (reader, (const guint8 *) STOP, strlen (STOP),
          &used, &request, &status) == PUB_READER_REQUEST);
  fail_unless_equals_string (soup_message_headers_get_one (request.headers,
          "Pragma"), "xStopStrm=1");
  fail_unless (request.version == SOUP_HTTP_1_1);
  pub_reader_free (reader);
}

GST_END_TEST;

GST_START_TEST (test_refused)
{
  static const struct
  {
    const gchar *text, *status;
  } rows[] = {
    {"\001\002\003\r\n\r\n", "400"},
    {"GET\r\n\r\n", "400"},
    {"GET /\r\n\r\n", "400"},
    {"GET / HTTP/9.9\r\n\r\n", "505"},
    {"$D\r\n\r\n" STOP, "400"},
    {"POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", "413"},
    {"POST / HTTP/1.1\r\nContent-Length: 99999999999999999\r\n\r\n", "413"},
    {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "411"},
    /* lengths that others read in another way, and that libsoup wraps */
    {"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"},
    {"POST / HTTP/1.1\r\nContent-Length: -1000000000000\r\n\r\n", "400"},
    {"POST / HTTP/1.1\r\nContent-Length: 18446744073709551516\r\n\r\n", "400"},
    {"POST / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n", "400"},
    {"POST / HTTP/1.1\r\nContent-Length: 0x5\r\n\r\n", "400"},
    {"POST / HTTP/1.1\r\nContent-Length: \r\n\r\n", "400"},
    {"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 0\r\n\r\n",
        "400"},
    {"POST / HTTP/1.1\r\nContent-Length: 0\r\n"
          "Transfer-Encoding: chunked\r\n\r\n", "400"},
    {"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "501"},
    /* heads that others cut in another way */
    {"POST / HTTP/1.1\r\nX: y\rContent-Length: 5\r\n\r\n", "400"},
    {"POST / HTTP/1.1\r\nX: y\r\n Content-Length: 5\r\n\r\n", "400"},
    {"POST / HTTP/1.1\r\nContent-Length : 5\r\n\r\n", "400"},
  };
  GString *many = g_string_new ("GET / HTTP/1.1\r\n");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    expect (rows[i].text, rows[i].status);
  /* neither many lines nor a long one */
  for (i = 0; i < 1000; i++)
    g_string_append (many, "Pragma: x\r\n");
  expect (many->str, "431");
  g_string_truncate (many, 0);
  for (i = 0; i < PUB_READER_MAX_HEAD + 10; i++)
    g_string_append_c (many, 'x');
  expect (many->str, "400");
  g_string_free (many, TRUE);
}

GST_END_TEST;

static Suite *
pubreader_suite (void)
{
  Suite *suite = suite_create ("pubreader");
  TCase *tc = tcase_create ("pubreader");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_pipelined);
  tcase_add_test (tc, test_headers);
  tcase_add_test (tc, test_refused);
  return suite;
}

GST_CHECK_MAIN (pubreader);
