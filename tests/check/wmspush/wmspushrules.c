/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The protocol's rules without a socket, half-sentence by half-sentence; more
 * are in wmspush.c, wmspushauth.c, wmsauth.c and wmsrollover.c. */
#include "wmspush/wmspush.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#include "wmspush/wmsanswer.h"
#include "wmspush/wmsstatus.h"
#include "wmspush/wmsuri.h"

#define COUGAR .server = "Cougar/9.5"

static WmsPush *
new_push (const gchar * url)
{
  g_autoptr (GUri) uri = wms_uri_parse (url, NULL, NULL);
  WmsPushConfig config = { uri, NULL, FALSE, 0 };

  config.server.methods = config.proxy.methods = ~0u;
  return wms_push_new (&config);
}

static WmsOutcome
take (WmsPush * push, WmsResponse response, GError ** error)
{
  return wms_push_take_response (push, &response, error);
}

static WmsPush *
new_open_push (WmsRequest * request)
{
  WmsPush *push = new_push ("http://h/p");

  fail_unless (wms_push_next_request (push, request));
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 204, COUGAR}, NULL), WMS_OUTCOME_OPENED);
  return push;
}

static WmsPush *
new_filled_push (WmsRequest * request)
{
  WmsPush *push = new_open_push (request);

  fail_unless (wms_push_next_request (push, request));
  wms_push_begin_refill (push);
  return push;
}

static const struct
{
  const gchar *url;
  const gchar *host;
} hosts[] = {
  {"http://h/p", "h"},
  {"http://h:80/p", "h"},
  {"http://h:443/p", "h:443"},
  {"https://h:443/p", "h"},
  {"https://h:80/p", "h:80"},
  {"wmspush://h.example.:8080/p", "h.example.:8080"},
  {"http://u:p@h/p", "h"},
  {"http://[::1]/p", "[::1]"},
  {"http://[fe80::1%25eth0]:81/p", "[fe80::1]:81"},
  {"http://b\303\274cher.example/p", "xn--bcher-kva.example"},
  {"http://10.0.0.1:8080/p", "10.0.0.1:8080"},
};

GST_START_TEST (test_hosts)
{
  WmsPush *push = new_push (hosts[__i__].url);
  WmsRequest request;

  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_string (request.host, hosts[__i__].host);
  wms_push_free (push);
}

GST_END_TEST;

/* protocol.md, C15: the same connection, unless the server has closed it. */
GST_START_TEST (test_bound)
{
  WmsRequest request;
  WmsPush *push = new_open_push (&request);

  fail_if (request.is_bound || request.needs_connection);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless (request.is_bound && !request.needs_connection);
  wms_push_begin_refill (push);
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 204, COUGAR,.is_closing = TRUE}, NULL), WMS_OUTCOME_OPENED);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (request.kind, WMS_REQUEST_START);
  fail_unless (!request.is_bound && request.needs_connection);
  wms_push_free (push);
}

GST_END_TEST;

/* A PushStart whose connection is gone moves to another one; there is none
 * before the server has let us in. */
GST_START_TEST (test_moved)
{
  WmsRequest request;
  WmsPush *push = new_open_push (&request);

  fail_if (wms_push_move_start (push));
  fail_unless (wms_push_next_request (push, &request));
  fail_unless (wms_push_move_start (push));
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (request.kind, WMS_REQUEST_START);
  fail_unless (!request.is_bound && request.needs_connection);
  wms_push_free (push);
}

GST_END_TEST;

#define NTLM_2 "TlRMTVNTUAACAAAAAAAAAAAAAAAFggIAASNFZ4mrze8AAAAAAAAAAAAAAAAAAAAA"

/* What NTLM has let in is the connection ([MS-WMHTTP] 1.7): elsewhere PushStart
 * would be nobody's. */
GST_START_TEST (test_bound_by_ntlm)
{
  g_autoptr (GUri) uri = wms_uri_parse ("http://h/p", NULL, NULL);
  g_autoptr (WmsCredentials) alice = wms_credentials_new ("alice", "a");
  WmsPushConfig config = { uri, NULL, FALSE, 0 };
  WmsRequest request;
  WmsPush *push;

  config.server.methods = GST_WMS_AUTH_METHOD_NTLM;
  config.server.given[0] = alice;
  push = wms_push_new (&config);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 401,.server_challenges = "NTLM"}, NULL),
      WMS_OUTCOME_REPEAT);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 401,.server_challenges = "NTLM " NTLM_2}, NULL),
      WMS_OUTCOME_REPEAT);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless (request.is_bound);
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 204, COUGAR,.is_closing = TRUE}, NULL), WMS_OUTCOME_OPENED);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (request.kind, WMS_REQUEST_START);
  fail_unless (request.is_bound && !request.needs_connection);
  fail_unless (request.authorization == NULL);
  wms_push_free (push);
}

GST_END_TEST;

static const guint redirections[] = { 300, 301, 302, 303, 304, 307, 308 };

/* [MS-WMHTTP] 3.1.5.1: 300 to 304; RFC 9110, 15.4.8 and 15.4.9. */
GST_START_TEST (test_redirections)
{
  WmsPush *push = new_push ("http://h/a/p?x=y");
  g_autofree gchar *uri = NULL;
  WmsRequest request;

  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = redirections[__i__],.location = "../q%20r",.via =
            "1.1 gate"}, NULL), WMS_OUTCOME_AGAIN);
  /* the gate was on the way to the old place */
  fail_if (wms_push_get_using_proxy (push));
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (request.kind, WMS_REQUEST_SETUP);
  fail_unless (request.needs_connection);
  uri = g_uri_to_string (request.uri);
  fail_unless_equals_string (uri, "http://h/q%20r");
  wms_push_free (push);
}

GST_END_TEST;

/* As many as protocol.md, C11 allows, and not one more. */
GST_START_TEST (test_hops)
{
  WmsPush *push = new_push ("http://h/p");
  g_autoptr (GError) error = NULL;
  WmsRequest request;
  guint i;

  for (i = 0; i < WMS_PUSH_MAX_REDIRECTS; i++) {
    WmsResponse proxy = {.status = 305,.location = "http://gate:3128" };
    WmsResponse other = {.status = 301,.location = "/p" };

    fail_unless (wms_push_next_request (push, &request));
    fail_unless_equals_int (take (push, i % 2 ? proxy : other, NULL),
        WMS_OUTCOME_AGAIN);
  }
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 302,.location = "/p"}
          , &error), WMS_OUTCOME_FAILED);
  fail_unless (g_error_matches (error, WMS_ERROR, WMS_ERROR_HOPS));
  wms_push_free (push);
}

GST_END_TEST;

/* 305: Location is a proxy, the URL stays, and the proxy is one that is used. */
GST_START_TEST (test_use_proxy)
{
  WmsPush *push = new_push ("http://h/p");
  g_autofree gchar *uri = NULL;
  WmsRequest request;

  fail_unless (wms_push_next_request (push, &request));
  fail_unless (request.proxy == NULL);
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 305,.location = "http://gate:3128"}
          , NULL), WMS_OUTCOME_AGAIN);
  fail_unless (wms_push_get_using_proxy (push));
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_string (request.proxy, "http://gate:3128/");
  uri = g_uri_to_string (request.uri);
  fail_unless_equals_string (uri, "http://h/p");
  wms_push_free (push);
}

GST_END_TEST;

/* Where nobody may be sent. */
static const struct
{
  const gchar *from;
  const gchar *location;
  const gchar *target;
} targets[] = {
  {"http://h/p", "//other/q", "http://other/q"},
  {"http://h/p", "?x=y", "http://h/p?x=y"},
  {"http://h/p", "https://h/q", "https://h/q"},
  {"https://h/p", "/q", "https://h/q"},
  {"https://h/p", "http://h/q", NULL},
  {"https://h/p", "HTTP://h/q", NULL},
  {"http://h/p", "http://u@h/q", NULL},
  {"http://h/p", "http://:80/q", NULL},
  {"http://h/p", "file:///etc/passwd", NULL},
  {"http://h/p", "wmspush://h/q", NULL},
  {"http://h/p", "http://[::1/q", NULL},
  /* what a host would write into the head of a request to a proxy */
  {"http://h/p", "http://o%0d%0aX-Evil:%201/q", NULL},
  {"http://h/p", "http://o%0d%0aX-Evil%3a%201/q", NULL},
  {"http://h/p", "https://o%0aX-Evil%3a%201/q", NULL},
  {"http://h/p", "http://o%20HTTP%2f1.0/q", NULL},
  {"http://h/p", "http://o%00/q", NULL},
  {"http://h/p", "http://o\x1b[2J/q", NULL},
  {"http://h/p", "http://o%40h/q", NULL},
  {"http://h/p", "http://[::1%25lo%0d%0aX]/q", NULL},
  {"http://h/p", "/q\rX-Evil: 1", "http://h/q%0DX-Evil:%201"},
  {"http://h/p", "/q HTTP/1.0", "http://h/q%20HTTP/1.0"},
  {"http://h/p", "/a\"b\\c", "http://h/a%22b%5Cc"},
  {"http://h/p", "http://a_b.c-d.:81/q", "http://a_b.c-d.:81/q"},
  {"http://h/p", NULL, NULL},
};

GST_START_TEST (test_targets)
{
  g_autoptr (GUri) from = wms_uri_parse (targets[__i__].from, NULL, NULL);
  g_autoptr (GUri) target = wms_answer_find_target (from,
      targets[__i__].location);
  g_autofree gchar *text = target != NULL ? g_uri_to_string (target) : NULL;

  fail_unless_equals_string (text, targets[__i__].target);
}

GST_END_TEST;

static const struct
{
  const gchar *url;
  const gchar *target;
} proofs[] = {
  {"http://u:\"@h/a\"b\\?n=\"x\"", "/a%22b%5C?n=%22x%22"},
  {"http://h/<^`{|}>", "/%3C%5E%60%7B%7C%7D%3E"},
  {"http://h/%22[1]%5c", "/%22[1]%5C"},
};

/* Digest's uri is what the request line says (RFC 7616, section 3.4.6), and a
 * quoted string that ends where it should. */
GST_START_TEST (test_proofs)
{
  g_autoptr (GUri) uri = wms_uri_parse (proofs[__i__].url, NULL, NULL);
  g_autoptr (WmsCredentials) alice = wms_credentials_new ("alice", "a");
  g_autofree gchar *proof = g_strdup_printf ("uri=\"%s\", response=",
      proofs[__i__].target);
  g_autofree gchar *target = NULL;
  WmsPushConfig config = { uri, NULL, FALSE, 0 };
  WmsRequest request;
  WmsPush *push;

  config.server.methods = GST_WMS_AUTH_METHOD_DIGEST;
  config.server.given[0] = alice;
  push = wms_push_new (&config);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 401,.server_challenges =
            "Digest realm=\"r\", nonce=\"n\""}, NULL), WMS_OUTCOME_REPEAT);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless (strstr (request.authorization, proof) != NULL);
  target = g_strconcat (g_uri_get_path (request.uri),
      g_uri_get_query (request.uri) != NULL ? "?" : NULL,
      g_uri_get_query (request.uri), NULL);
  fail_unless_equals_string (target, proofs[__i__].target);
  wms_push_free (push);
}

GST_END_TEST;

static const struct
{
  const gchar *a;
  const gchar *b;
  gboolean is_same;
} origins[] = {
  {"http://h/a", "http://h/b?c", TRUE},
  {"http://h/a", "http://H:80/a", TRUE},
  {"http://h/a", "https://h/a", FALSE},
  {"http://h/a", "http://h:81/a", FALSE},
  {"http://h/a", "http://x.h/a", FALSE},
  {"http://h/a", "http://h./a", FALSE},
};

GST_START_TEST (test_origins)
{
  g_autoptr (GUri) a = wms_uri_parse (origins[__i__].a, NULL, NULL);
  g_autoptr (GUri) b = wms_uri_parse (origins[__i__].b, NULL, NULL);

  fail_unless_equals_int (wms_uri_is_same_origin (a, b),
      origins[__i__].is_same);
}

GST_END_TEST;

/* protocol.md, C13, of both answers ([MS-WMHTTP] 3.1.5.1 and 3.1.5.2). */
GST_START_TEST (test_server_of_both_answers)
{
  g_autoptr (GUri) uri = wms_uri_parse ("http://h/p", NULL, NULL);
  WmsPushConfig config = { uri, NULL, FALSE, 0,.accept_any_server = TRUE };
  g_autoptr (GError) error = NULL;
  WmsRequest request;
  WmsPush *push = new_filled_push (&request);

  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 204,.server = "nginx"}, &error), WMS_OUTCOME_FAILED);
  fail_unless (g_error_matches (error, WMS_ERROR,
          WMS_ERROR_NOT_A_PUBLISHING_POINT));
  wms_push_free (push);

  push = wms_push_new (&config);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 200,.server = "nginx"}, NULL), WMS_OUTCOME_OPENED);
  fail_unless (wms_push_next_request (push, &request));
  wms_push_begin_refill (push);
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 204}, NULL), WMS_OUTCOME_OPENED);
  wms_push_free (push);
}

GST_END_TEST;

/* Other statuses of success: refused, unless any server will do. */
static const guint successes[] = { 201, 202, 203, 205, 299 };

GST_START_TEST (test_other_successes)
{
  g_autoptr (GUri) uri = wms_uri_parse ("http://h/p", NULL, NULL);
  WmsPushConfig config = {.uri = uri,.accept_any_server = TRUE };
  WmsResponse response = {.status = successes[__i__], COUGAR };
  g_autoptr (GError) error = NULL;
  WmsRequest request;
  WmsPush *push = new_push ("http://h/p");

  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (take (push, response, &error), WMS_OUTCOME_FAILED);
  fail_unless (g_error_matches (error, WMS_HTTP_ERROR, successes[__i__]));
  wms_push_free (push);

  push = wms_push_new (&config);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless (wms_push_goes_on (push, successes[__i__]));
  fail_unless_equals_int (take (push, response, NULL), WMS_OUTCOME_OPENED);
  fail_unless (wms_push_next_request (push, &request));
  wms_push_begin_refill (push);
  fail_unless (wms_push_goes_on (push, successes[__i__]));
  fail_unless_equals_int (take (push, response, NULL), WMS_OUTCOME_OPENED);
  wms_push_free (push);
}

GST_END_TEST;

/* Which answers are waited for up to their end: protocol.md, C23. */
GST_START_TEST (test_goes_on)
{
  static const struct
  {
    guint status;
    gboolean in_setup;
    gboolean when_filled;
  } answers[] = {
    {200, TRUE, TRUE}, {204, TRUE, TRUE}, {401, TRUE, FALSE},
    {407, TRUE, FALSE}, {302, FALSE, FALSE}, {404, FALSE, FALSE},
    {500, FALSE, FALSE},
  };
  WmsRequest request;
  WmsPush *setup = new_push ("http://h/p");
  WmsPush *streaming = new_open_push (&request);
  WmsPush *filled = new_filled_push (&request);
  WmsPush *ending = new_open_push (&request);
  guint i;

  fail_unless (wms_push_next_request (setup, &request));
  fail_unless (wms_push_next_request (streaming, &request));
  fail_unless (wms_push_next_request (ending, &request));
  wms_push_begin_end (ending);
  for (i = 0; i < G_N_ELEMENTS (answers); i++) {
    guint status = answers[i].status;

    fail_unless_equals_int (wms_push_goes_on (setup, status),
        answers[i].in_setup);
    fail_unless_equals_int (wms_push_goes_on (filled, status),
        answers[i].when_filled);
    fail_if (wms_push_goes_on (streaming, status));
    fail_if (wms_push_goes_on (ending, status));
  }
  wms_push_free (setup);
  wms_push_free (streaming);
  wms_push_free (filled);
  wms_push_free (ending);
}

GST_END_TEST;

/* [MS-WMHTTP] 2.2.1.3 and 2.2.1.6; protocol.md, C5. */
GST_START_TEST (test_cookies_come_and_go)
{
  WmsCookie here[] = { {"push-id", "1,{\"}"}, {"a", "x"}, {"ab", "y"},
  {"push-id", "\xca 3", TRUE}
  };
  WmsCookie gone[] = { {"push-id", "2"}, {"a", "", TRUE}, {"c", "z", TRUE},
  {"push-id", "", TRUE}
  };
  WmsPush *push = new_push ("http://h/p");
  WmsRequest request;

  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_string (request.cookie, "push-id=0");
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 302,.location = "/p",.cookies = here,.n_cookies = 4}
          , NULL), WMS_OUTCOME_AGAIN);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_string (request.cookie, "push-id=1,{\"}; a=x; ab=y");
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 204, COUGAR,.cookies = gone,.n_cookies =
            G_N_ELEMENTS (gone)}
          , NULL), WMS_OUTCOME_OPENED);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_string (request.cookie, "push-id=2; ab=y");
  wms_push_free (push);
}

GST_END_TEST;

/* However many a server sends, and however long they are: the head of a request
 * has an end. */
GST_START_TEST (test_cookies_are_bounded)
{
  g_autofree gchar *id = g_strnfill (255, '7');
  g_autofree gchar *longer = g_strnfill (256, '8');
  g_autofree gchar *value = g_strnfill (1000, 'v');
  WmsPush *push = new_push ("http://h/p");
  WmsRequest request;
  guint i;

  for (i = 0; i < WMS_PUSH_MAX_REDIRECTS; i++) {
    g_autofree gchar *name = g_strdup_printf ("n%u", i);
    WmsCookie cookies[] = { {"push-id", id}, {name, value}, {"push-id",
        longer}
    };

    fail_unless (wms_push_next_request (push, &request));
    fail_unless_equals_int (take (push, (WmsResponse) {
            .status = 302,.location = "/p",.cookies = cookies,.n_cookies = 3}
            , NULL), WMS_OUTCOME_AGAIN);
  }
  fail_unless_equals_string (wms_push_get_id (push), id);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless (strlen (request.cookie) > 3000);
  fail_unless (strlen (request.cookie) < 5000);
  wms_push_free (push);
}

GST_END_TEST;

/* [MS-WMHTTP] 3.1.4.2.1: never less than three packets of the largest size, each
 * with its framing header, nor more than a signed integer of 32 bits holds. */
static const struct
{
  guint64 wanted;
  guint64 length;
} lengths[] = {
  {0, 2147483647},
  {1, 3 * (65535 + 4)},
  {3 * (65535 + 4) + 1, 3 * (65535 + 4) + 1},
  {2147483646, 2147483646},
  {G_GUINT64_CONSTANT (4294967296), 2147483647},
};

GST_START_TEST (test_lengths)
{
  g_autoptr (GUri) uri = wms_uri_parse ("http://h/p", NULL, NULL);
  WmsPushConfig config = { uri, NULL, FALSE, lengths[__i__].wanted };
  WmsPush *push = wms_push_new (&config);
  WmsRequest request;

  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 204, COUGAR}, NULL), WMS_OUTCOME_OPENED);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_uint64 (request.content_length, lengths[__i__].length);
  wms_push_free (push);
}

GST_END_TEST;

/* One request at a time, and none when it is over. */
GST_START_TEST (test_order)
{
  WmsRequest request;
  WmsPush *push = new_filled_push (&request);

  fail_if (wms_push_next_request (push, &request));
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 503}
          , NULL), WMS_OUTCOME_FAILED);
  fail_if (wms_push_next_request (push, &request));
  fail_unless_equals_int (take (push, (WmsResponse) {
          .status = 204, COUGAR}
          , NULL), WMS_OUTCOME_FAILED);
  wms_push_free (push);
}

GST_END_TEST;

static Suite *
wmspushrules_suite (void)
{
  Suite *suite = suite_create ("wmspushrules");
  TCase *tc = tcase_create ("rules");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_hosts, 0, G_N_ELEMENTS (hosts));
  tcase_add_test (tc, test_bound);
  tcase_add_test (tc, test_moved);
  tcase_add_test (tc, test_bound_by_ntlm);
  tcase_add_loop_test (tc, test_redirections, 0, G_N_ELEMENTS (redirections));
  tcase_add_test (tc, test_hops);
  tcase_add_test (tc, test_use_proxy);
  tcase_add_loop_test (tc, test_targets, 0, G_N_ELEMENTS (targets));
  tcase_add_loop_test (tc, test_proofs, 0, G_N_ELEMENTS (proofs));
  tcase_add_loop_test (tc, test_origins, 0, G_N_ELEMENTS (origins));
  tcase_add_test (tc, test_server_of_both_answers);
  tcase_add_loop_test (tc, test_other_successes, 0, G_N_ELEMENTS (successes));
  tcase_add_test (tc, test_goes_on);
  tcase_add_test (tc, test_cookies_come_and_go);
  tcase_add_test (tc, test_cookies_are_bounded);
  tcase_add_loop_test (tc, test_lengths, 0, G_N_ELEMENTS (lengths));
  tcase_add_test (tc, test_order);
  return suite;
}

GST_CHECK_MAIN (wmspushrules);
