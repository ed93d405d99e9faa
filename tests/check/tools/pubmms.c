/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* [MS-WMSP] without sockets: requests in, bytes out. */
#include <string.h>

#include <gst/check/gstcheck.h>

#include "pubmms.h"

#define AGENT "User-Agent: NSPlayer/9.0.0.2980\r\n"

/* Reads a request whose header lines are @lines. */
static void
parse (PubMmsRequest * request, const gchar * method, SoupHTTPVersion version,
    const gchar * lines)
{
  SoupMessageHeaders *headers =
      soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  gchar *text = g_strdup_printf ("X / HTTP/1.1\r\n%s\r\n", lines);

  fail_unless (soup_headers_parse_request (text, strlen (text), headers, NULL,
          NULL, NULL) == SOUP_STATUS_OK);
  pub_mms_parse (request, method, version, headers);
  soup_message_headers_unref (headers);
  g_free (text);
}

/* 2.2.2: which token or type makes a request what it is. */
GST_START_TEST (test_kinds)
{
  static const struct
  {
    const gchar *method, *lines;
    PubMmsKind kind;
  } rows[] = {
    {"GET", "", PUB_MMS_PLAIN},
    {"GET", "User-Agent: Lavf/59\r\nPragma: xPlayStrm=1\r\n", PUB_MMS_PLAIN},
    {"GET", AGENT, PUB_MMS_DESCRIBE},
    {"GET", AGENT "Pragma: no-cache,rate=1.000\r\n", PUB_MMS_DESCRIBE},
    {"GET", AGENT "Pragma: xPlayStrm=0\r\n", PUB_MMS_DESCRIBE},
    {"GET", AGENT "Pragma: xPlayStrm=2\r\n", PUB_MMS_DESCRIBE},
    {"GET", AGENT "Pragma: no-cache\r\npragma:  XPLAYSTRM=1\r\n", PUB_MMS_PLAY},
    {"GET", AGENT "Pragma: xPlayStrm=1\r\n"
          "Pragma: stream-switch-entry=ffff:1:0\r\n", PUB_MMS_PLAY},
    {"GET", AGENT "Pragma: stream-switch-entry=ffff:1:0\r\n", PUB_MMS_SELECT},
    {"GET", AGENT "Pragma: xPlayNextEntry=1\r\n", PUB_MMS_PLAY_NEXT},
    {"GET", AGENT "Pragma: pipeline-request=1\r\n", PUB_MMS_PIPELINE},
    {"POST", AGENT, PUB_MMS_INVALID},
    {"POST", AGENT "Pragma: stream-switch-entry=ffff:1:2\r\n", PUB_MMS_SELECT},
    {"POST", AGENT "Pragma: xStopStrm=1\r\n", PUB_MMS_STOP},
    {"POST", AGENT "Pragma: xKeepAliveInPause=1\r\n", PUB_MMS_KEEP_ALIVE},
    {"POST", AGENT "Pragma: log-line=a b c\r\n", PUB_MMS_LOG},
    {"POST", AGENT "Content-Type: application/x-wms-LogStats;charset=UTF-8\r\n",
        PUB_MMS_LOG},
    {"POST", AGENT "Content-Type: application/x-wms-sendevent\r\n",
        PUB_MMS_EVENT},
    {"POST", AGENT "Content-Type: application/x-wms-getcontentinfo\r\n",
        PUB_MMS_CONTENT_INFO},
    {"OPTIONS", AGENT, PUB_MMS_KEEP_ALIVE},
    {"PUT", AGENT, PUB_MMS_INVALID},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    PubMmsRequest request;

    parse (&request, rows[i].method, SOUP_HTTP_1_1, rows[i].lines);
    fail_unless (request.kind == rows[i].kind, "%u: %s %s", i, rows[i].method,
        rows[i].lines);
  }
}

GST_END_TEST;

GST_START_TEST (test_tokens)
{
  static const gchar lines[] = AGENT
      "Pragma: version11-enabled=1, pipeline-experiment=1\r\n"
      "Pragma: client-id=4294967295, request-context=2, client-lag=250\r\n"
      "Supported: com.microsoft.wm.srvppair, com.microsoft.wm.sswitch\r\n";
  PubMmsRequest request;

  parse (&request, "GET", SOUP_HTTP_1_1, lines);
  fail_unless (request.client == PUB_MMS_NSPLAYER && request.major == 9);
  fail_unless (request.has_client_id && request.client_id == G_MAXUINT32);
  assert_equals_int (request.request_context, 2);
  assert_equals_int (request.client_lag_ms, 250);
  fail_unless (request.is_http11 && request.is_pipelined
      && request.asks_for_pipeline);
  fail_unless (request.has_features);
  assert_equals_int (request.features, PUB_MMS_SSWITCH);

  /* what is of HTTP/1.1 */
  parse (&request, "GET", SOUP_HTTP_1_0, lines);
  fail_if (request.is_http11 || request.is_pipelined
      || request.asks_for_pipeline);

  parse (&request, "GET", SOUP_HTTP_1_1, "User-Agent: NSServer/4.1\r\n"
      "Pragma: client-id=4294967296, version11-enabled=11, xpipe\r\n"
      "Pragma: client-lag=-1, request-context=, =1, ,\r\n");
  fail_unless (request.client == PUB_MMS_NSSERVER && request.major == 4);
  fail_if (request.has_client_id || request.is_pipelined
      || request.has_features);
  assert_equals_int (request.client_lag_ms, 0);
  assert_equals_int (request.request_context, 0);

  parse (&request, "GET", SOUP_HTTP_1_1, "User-Agent: WMCacheProxy/9.5\r\n"
      "Pragma: client-id=7\r\nPragma: client-id=8\r\n");
  fail_unless (request.client == PUB_MMS_OTHER && request.client_id == 7);
}

GST_END_TEST;

/* HTTP/1.0 closes unless the client asks for more, HTTP/1.1 the other way. */
GST_START_TEST (test_keeps_open)
{
  static const struct
  {
    SoupHTTPVersion version;
    const gchar *line;
    gboolean keeps_open;
  } rows[] = {
    {SOUP_HTTP_1_1, "", TRUE},
    {SOUP_HTTP_1_1, "Connection: Close\r\n", FALSE},
    {SOUP_HTTP_1_1, "Connection: upgrade, close\r\n", FALSE},
    {SOUP_HTTP_1_0, "", FALSE},
    {SOUP_HTTP_1_0, "Connection: Close\r\n", FALSE},
    {SOUP_HTTP_1_0, "Connection: Keep-Alive\r\n", TRUE},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    PubMmsRequest request;

    parse (&request, "GET", rows[i].version, rows[i].line);
    fail_unless (request.keeps_open == rows[i].keeps_open, "%u", i);
  }
}

GST_END_TEST;

/* 2.2.1.4.27: hexadecimal, separated by spaces. */
GST_START_TEST (test_switches)
{
  static const PubMmsSwitch expected[] = {
    {0xffff, 1, PUB_MMS_WHOLE}, {1, 0x10, PUB_MMS_KEY_FRAMES},
    {0xffff, 0x7f, PUB_MMS_OFF}, {0, 0xabcd, PUB_MMS_WHOLE}
  };
  static const gchar *const broken[] = {
    "", ":", "1", "1:", "1:2", "1:2:", "1:2:3", "1:2:00", "12345:1:0",
    "1:12345:0", ":1:0", "1::0", "g:1:0", "1:1:0:", "-1:1:0", "1:1:-1"
  };
  PubMmsRequest request;
  GString *many = g_string_new ("Pragma: stream-switch-entry=");
  gchar *lines;
  guint i;

  parse (&request, "GET", SOUP_HTTP_1_1, AGENT "Pragma: xPlayStrm=1\r\n"
      "Pragma: stream-switch-count=4\r\nPragma: "
      "stream-switch-entry=ffff:1:0 1:10:1  FFFF:7f:2 0:abcd:0 \r\n");
  assert_equals_int (request.n_switches, G_N_ELEMENTS (expected));
  for (i = 0; i < G_N_ELEMENTS (expected); i++) {
    assert_equals_int (request.switches[i].source, expected[i].source);
    assert_equals_int (request.switches[i].stream, expected[i].stream);
    assert_equals_int (request.switches[i].thinning, expected[i].thinning);
  }
  /* none are wanted */
  parse (&request, "GET", SOUP_HTTP_1_1, AGENT "Pragma: xPlayStrm=1, "
      "stream-switch-count=0\r\nPragma: stream-switch-entry=ffff:1:0\r\n");
  assert_equals_int (request.n_switches, 0);

  for (i = 0; i < G_N_ELEMENTS (broken); i++) {
    lines = g_strdup_printf (AGENT "Pragma: xPlayStrm=1\r\nPragma: "
        "stream-switch-entry=%s ffff:1:0\r\n", broken[i]);
    parse (&request, "GET", SOUP_HTTP_1_1, lines);
    fail_unless (request.n_switches == 1, "%s", broken[i]);
    g_free (lines);
  }
  for (i = 0; i < 10000; i++)
    g_string_append (many, "ffff:1:0 ");
  lines = g_strconcat (AGENT, many->str, "\r\n", NULL);
  parse (&request, "GET", SOUP_HTTP_1_1, lines);
  assert_equals_int (request.n_switches, PUB_MMS_MAX_SWITCHES);
  g_free (lines);
  g_string_free (many, TRUE);
}

GST_END_TEST;

static void
expect_head (const PubMmsAnswer * answer, guint status, const gchar * type,
    gint64 length, gboolean closes, const gchar * expected)
{
  gchar *head = pub_mms_head (answer, status, type, length, closes);
  gchar *date = strstr (head, "Date: "), *server = strstr (head, "Server: ");
  const gchar *rest = strstr (date, "\r\n") + 2;

  fail_unless (g_str_has_prefix (server, "Server: Cougar/9.5 "));
  memmove (server, rest, strlen (rest) + 1);
  fail_unless_equals_string (head, expected);
  g_free (head);
}

/* 3.2.5.2. */
GST_START_TEST (test_heads)
{
  PubMmsAnswer answer = { 4, TRUE, 4711, 3, };

  expect_head (&answer, 200, PUB_MMS_TYPE_HEADER, 17, FALSE,
      "HTTP/1.1 200 OK\r\n"
      "Content-Type: application/vnd.ms.wms-hdr.asfv1\r\n"
      "Cache-Control: no-cache\r\nPragma: no-cache, client-id=4711, "
      "features=\"broadcast,live\", timeout=60000\r\n"
      "Content-Length: 17\r\n\r\n");
  answer.major = 9;
  answer.was_reset = answer.accepts_pipeline = TRUE;
  expect_head (&answer, 200, PUB_MMS_TYPE_FRAMED, PUB_MMS_CHUNKED, FALSE,
      "HTTP/1.1 200 OK\r\nContent-Type: application/x-mms-framed\r\n"
      "Cache-Control: no-cache\r\nPragma: no-cache, client-id=4711, "
      "xResetStrm=1, pipeline-experiment=1, features=\"broadcast,live\", "
      "timeout=60000, playlist-gen-id=3\r\n"
      "Supported: com.microsoft.wm.sswitch, com.microsoft.wm.predstrm\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  memset (&answer, 0, sizeof (answer));
  answer.has_pipeline_result = answer.pipeline_result = TRUE;
  expect_head (&answer, 204, NULL, 0, TRUE,
      "HTTP/1.1 204 No Content\r\nCache-Control: no-cache\r\n"
      "Pragma: no-cache, pipeline-result=1, timeout=60000\r\n"
      "Content-Length: 0\r\nConnection: close\r\n\r\n");
  answer.has_pipeline_result = FALSE;
  expect_head (&answer, 204, NULL, 0, FALSE,
      "HTTP/1.1 204 No Content\r\nCache-Control: no-cache\r\n"
      "Pragma: no-cache, timeout=60000\r\n"
      "Content-Length: 0\r\nConnection: Keep-Alive\r\n\r\n");
  answer.has_pipeline_result = TRUE;
  answer.pipeline_result = FALSE;
  expect_head (&answer, 200, PUB_MMS_TYPE_FRAMED, PUB_MMS_UNTIL_CLOSE, TRUE,
      "HTTP/1.1 200 OK\r\nContent-Type: application/x-mms-framed\r\n"
      "Cache-Control: no-cache\r\nPragma: no-cache, pipeline-result=0, "
      "features=\"broadcast,live\", timeout=60000\r\n"
      "Connection: close\r\n\r\n");
}

GST_END_TEST;

/* 2.2.3.1, 2.2.3.2, 2.2.3.4. */
GST_START_TEST (test_packets)
{
  static const guint8 data[] = "$D\x98\x01\x04\x03\x02\x01\0\xfe\x98\x01";
  static const guint8 change[] = "$C\x04\0\0\0\0\0", end[] = "$E\x04\0\x01\0\0";
  guint8 head[PUB_MMS_CHUNK_HEAD_SIZE];

  pub_mms_write_chunk_head (head, 'D', 0x01020304, 254, 400);
  fail_unless (memcmp (head, data, sizeof (head)) == 0);
  pub_mms_write_chunk_head (head, 'D', 0, 0, PUB_MMS_MAX_PAYLOAD);
  fail_unless (memcmp (head + 2, "\xff\xff", 2) == 0);
  pub_mms_write_notice (head, 'C', PUB_MMS_S_OK);
  fail_unless (memcmp (head, change, PUB_MMS_NOTICE_SIZE) == 0);
  pub_mms_write_notice (head, 'E', PUB_MMS_S_FALSE);
  fail_unless (memcmp (head, end, PUB_MMS_NOTICE_SIZE) == 0);
  assert_equals_int (pub_mms_add_sequence (0, 1), 1);
  assert_equals_int (pub_mms_add_sequence (253, 1), 254);
  assert_equals_int (pub_mms_add_sequence (254, 1), 0);
  assert_equals_int (pub_mms_add_sequence (250, 32), 27);
}

GST_END_TEST;

static const guint8 *
expect_piece (const guint8 * at, gchar type, guint location, guint8 af_flags,
    gsize size)
{
  guint8 head[PUB_MMS_CHUNK_HEAD_SIZE];

  pub_mms_write_chunk_head (head, type, location, af_flags, size);
  fail_unless (memcmp (at, head, sizeof (head)) == 0);
  return at + sizeof (head);
}

/* 3.2.4.2: $M for players of version 9 only, directly before $H; $H in as many
 * pieces as it takes (2.2.3.1.2). */
GST_START_TEST (test_header)
{
  static const gchar metadata[] =
      "playlist-gen-id=4, broadcast-id=1, features=\"broadcast,live\"";
  gsize size = 2 * PUB_MMS_MAX_PAYLOAD + 5, got;
  guint8 *body = g_malloc (size);
  const guint8 *at;
  GBytes *header, *bytes;
  gsize i;

  for (i = 0; i < size; i++)
    body[i] = i * 7;
  header = g_bytes_new_static (body, size);
  bytes = pub_mms_header (9, 4, header);
  at = g_bytes_get_data (bytes, &got);
  assert_equals_int (got, size + sizeof (metadata)
      + 4 * PUB_MMS_CHUNK_HEAD_SIZE);
  at = expect_piece (at, 'M', 0, 0x0c, sizeof (metadata));
  fail_unless (memcmp (at, metadata, sizeof (metadata)) == 0);
  at = expect_piece (at + sizeof (metadata), 'H', 0, 4, PUB_MMS_MAX_PAYLOAD);
  fail_unless (memcmp (at, body, PUB_MMS_MAX_PAYLOAD) == 0);
  at = expect_piece (at + PUB_MMS_MAX_PAYLOAD, 'H', 1, 0, PUB_MMS_MAX_PAYLOAD);
  fail_unless (memcmp (at, body + PUB_MMS_MAX_PAYLOAD,
          PUB_MMS_MAX_PAYLOAD) == 0);
  at = expect_piece (at + PUB_MMS_MAX_PAYLOAD, 'H', 2, 8, 5);
  fail_unless (memcmp (at, body + size - 5, 5) == 0);
  g_bytes_unref (bytes);
  g_bytes_unref (header);

  header = g_bytes_new_static (body, PUB_MMS_MAX_PAYLOAD);
  bytes = pub_mms_header (8, 4, header);
  at = g_bytes_get_data (bytes, &got);
  assert_equals_int (got, PUB_MMS_MAX_PAYLOAD + PUB_MMS_CHUNK_HEAD_SIZE);
  expect_piece (at, 'H', 0, 0x0c, PUB_MMS_MAX_PAYLOAD);
  g_bytes_unref (bytes);
  g_bytes_unref (header);
  g_free (body);
}

GST_END_TEST;

static void
expect_transfer_head (gsize size, gboolean is_first, const gchar * expected)
{
  guint8 head[PUB_MMS_TRANSFER_MAX];
  guint n = pub_mms_transfer_head (head, size, is_first);

  assert_equals_int (n, strlen (expected));
  fail_unless (memcmp (head, expected, n) == 0);
}

/* RFC 9112, 7.1. */
GST_START_TEST (test_transfer_heads)
{
  expect_transfer_head (400, TRUE, "190\r\n");
  expect_transfer_head (400, FALSE, "\r\n190\r\n");
  expect_transfer_head (0x1234567, FALSE, "\r\n1234567\r\n");
  expect_transfer_head (0, FALSE, "\r\n0\r\n\r\n");
  expect_transfer_head (0, TRUE, "0\r\n\r\n");
}

GST_END_TEST;

static Suite *
pubmms_suite (void)
{
  Suite *suite = suite_create ("pubmms");
  TCase *tc = tcase_create ("pubmms");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_kinds);
  tcase_add_test (tc, test_tokens);
  tcase_add_test (tc, test_keeps_open);
  tcase_add_test (tc, test_switches);
  tcase_add_test (tc, test_heads);
  tcase_add_test (tc, test_packets);
  tcase_add_test (tc, test_header);
  tcase_add_test (tc, test_transfer_heads);
  return suite;
}

GST_CHECK_MAIN (pubmms);
