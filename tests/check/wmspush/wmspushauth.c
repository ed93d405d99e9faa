/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The protocol's states without a socket: credentials, proxies, and how long
 * requests are. */
#include "wmspush/wmspush.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#include "wmspush/wmsstatus.h"
#include "wmspush/wmsuri.h"

static WmsOutcome
answer (WmsPush * push, guint status, const gchar * server, GError ** error)
{
  WmsResponse response = {.status = status,.server = server };

  return wms_push_take_response (push, &response, error);
}

/* protocol.md, C13: any server, where that is wanted. */
GST_START_TEST (test_any_server)
{
  g_autoptr (GUri) uri = wms_uri_parse ("http://h/p", NULL, NULL);
  WmsPushConfig config = {.uri = uri,.accept_any_server = TRUE };
  WmsPush *push = wms_push_new (&config);
  WmsRequest request;

  wms_push_next_request (push, &request);
  fail_unless_equals_int (answer (push, 204, "nginx", NULL),
      WMS_OUTCOME_OPENED);
  wms_push_free (push);
}

GST_END_TEST;

/* protocol.md, C14 and C20: about a minute through a proxy, never less than
 * the largest packets need, never more than the protocol's limit. */
static const struct
{
  const gchar *via;
  const gchar *proxy_host;
  guint64 wanted;
  guint bitrate_bps;
  guint64 length;
} lengths[] = {
  {NULL, NULL, 0, 1000000, 2147483647},
  {"1.1 squid", NULL, 0, 1000000, 7500000},
  {NULL, "proxy", 0, 1000000, 7500000},
  {NULL, "proxy", 0, 0, WMS_PUSH_MIN_REQUEST},
  {NULL, "proxy", 0, 1000, WMS_PUSH_MIN_REQUEST},
  {NULL, "proxy", 0, 4000000000u, 2147483647},
  {NULL, "proxy", 500000, 1000000, 500000},
  {NULL, NULL, 500000, 1000000, 500000},
  {NULL, NULL, 1, 1000000, WMS_PUSH_MIN_REQUEST},
  {NULL, NULL, G_MAXUINT64, 1000000, 2147483647},
};

GST_START_TEST (test_request_lengths)
{
  g_autoptr (GUri) uri = wms_uri_parse ("http://h/p", NULL, NULL);
  WmsPushConfig config = {
    .uri = uri,.request_length = lengths[__i__].wanted
  };
  WmsResponse response = {
    .status = 204,.server = "Cougar/9.5",
    .via = lengths[__i__].via,.proxy_host = lengths[__i__].proxy_host
  };
  WmsPush *push = wms_push_new (&config);
  WmsRequest request;

  wms_push_next_request (push, &request);
  wms_push_take_response (push, &response, NULL);
  wms_push_set_bitrate (push, lengths[__i__].bitrate_bps);
  wms_push_next_request (push, &request);
  fail_unless_equals_uint64 (request.content_length, lengths[__i__].length);
  fail_unless_equals_uint64 (wms_push_get_request_length (push),
      lengths[__i__].length);
  wms_push_free (push);
}

GST_END_TEST;

static WmsPush *
new_push_with_user (const gchar * url)
{
  g_autoptr (GUri) uri = wms_uri_parse (url, NULL, NULL);
  g_autoptr (WmsCredentials) server = wms_credentials_new ("alice", "a");
  g_autoptr (WmsCredentials) proxy = wms_credentials_new ("bob", "b");
  WmsPushConfig config = {
    .uri = uri,
    .server = {WMS_AUTH_METHODS_ALL, TRUE, {server}},
    .proxy = {WMS_AUTH_METHODS_ALL, TRUE, {proxy}},
  };

  return wms_push_new (&config);
}

#define ALICE "Basic YWxpY2U6YQ=="
#define BOB "Basic Ym9iOmI="

/* protocol.md, C12: the same again, on the same connection, then each
 * request with what was accepted; server and proxy apart. */
GST_START_TEST (test_unauthorized)
{
  WmsPush *push = new_push_with_user ("http://h/p");
  WmsResponse wants_proxy = {
    .status = 407,.proxy_challenges = "Basic realm=\"x\"",
    .proxy_host = "proxy"
  };
  WmsResponse wants_server = {
    .status = 401,.server_challenges = "Basic realm=\"x\"",
    .proxy_host = "proxy"
  };
  WmsRequest request;

  wms_push_next_request (push, &request);
  fail_unless (request.authorization == NULL);
  fail_unless (request.proxy_authorization == NULL);
  fail_unless (strstr (request.accept_schemes, "Digest") != NULL);
  fail_unless_equals_int (wms_push_take_response (push, &wants_proxy, NULL),
      WMS_OUTCOME_REPEAT);
  wms_push_next_request (push, &request);
  fail_unless (request.authorization == NULL);
  fail_unless_equals_string (request.proxy_authorization, BOB);
  fail_unless_equals_int (wms_push_take_response (push, &wants_server, NULL),
      WMS_OUTCOME_REPEAT);
  wms_push_next_request (push, &request);
  fail_unless_equals_int (request.kind, WMS_REQUEST_SETUP);
  fail_unless_equals_string (request.authorization, ALICE);
  fail_unless_equals_int (answer (push, 204, "Cougar/9.5", NULL),
      WMS_OUTCOME_OPENED);
  wms_push_next_request (push, &request);
  fail_unless_equals_int (request.kind, WMS_REQUEST_START);
  fail_unless_equals_string (request.authorization, ALICE);
  fail_unless_equals_string (request.proxy_authorization, BOB);
  fail_unless_equals_string (wms_push_get_scheme (push), "Basic");
  wms_push_free (push);
}

GST_END_TEST;

/* A server that nobody called a proxy gets no proxy's password. */
GST_START_TEST (test_false_proxy)
{
  WmsPush *push = new_push_with_user ("http://h/p");
  WmsResponse response = {
    .status = 407,.proxy_challenges = "Basic realm=\"x\""
  };
  g_autoptr (GError) error = NULL;
  WmsRequest request;

  wms_push_next_request (push, &request);
  fail_unless_equals_int (wms_push_take_response (push, &response, &error),
      WMS_OUTCOME_FAILED);
  fail_unless (g_error_matches (error, WMS_HTTP_ERROR, 407));
  wms_push_free (push);
}

GST_END_TEST;

/* protocol.md, C26: 401 to a PushStart begins again on a new connection. */
GST_START_TEST (test_unauthorized_start)
{
  WmsPush *push = new_push_with_user ("http://h/p");
  WmsResponse response = {
    .status = 401,.server_challenges = "Digest realm=\"x\", nonce=\"n\""
  };
  WmsRequest request;

  wms_push_next_request (push, &request);
  answer (push, 204, "Cougar/9.5", NULL);
  wms_push_next_request (push, &request);
  fail_unless_equals_int (request.kind, WMS_REQUEST_START);
  fail_unless_equals_int (wms_push_take_response (push, &response, NULL),
      WMS_OUTCOME_AGAIN);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless_equals_int (request.kind, WMS_REQUEST_SETUP);
  fail_unless (g_str_has_prefix (request.authorization, "Digest "));
  wms_push_free (push);
}

GST_END_TEST;

/* protocol.md, Credentials: another origin gets no credentials, neither those
 * in use nor those not tried yet; the same origin keeps them. */
GST_START_TEST (test_redirected_credentials)
{
  static const gchar *const targets[] =
      { "/q", "http://h:81/q", "https://h/q", "http://other/q" };
  WmsResponse challenge = {
    .status = 401,.server_challenges = "Basic realm=\"x\""
  };
  WmsResponse redirect = {.status = 302,.location = targets[__i__] };
  WmsPush *push = new_push_with_user ("http://h/p");
  WmsRequest request;

  wms_push_next_request (push, &request);
  wms_push_take_response (push, &challenge, NULL);
  wms_push_next_request (push, &request);
  fail_unless_equals_int (wms_push_take_response (push, &redirect, NULL),
      WMS_OUTCOME_AGAIN);
  wms_push_next_request (push, &request);
  if (__i__ == 0) {
    fail_unless_equals_string (request.authorization, ALICE);
  } else {
    fail_unless (request.authorization == NULL);
    fail_unless_equals_int (wms_push_take_response (push, &challenge, NULL),
        WMS_OUTCOME_ASK);
  }
  wms_push_free (push);
}

GST_END_TEST;

/* 305: the same URL through the proxy that the server names ([MS-WMHTTP]
 * 3.1.5.1), which gets none of our passwords for proxies. */
GST_START_TEST (test_use_proxy)
{
  WmsResponse use = {.status = 305,.location = "http://q:8080/" };
  WmsResponse challenge = {
    .status = 407,.proxy_challenges = "Basic realm=\"x\"",.proxy_host = "q"
  };
  WmsPush *push = new_push_with_user ("http://h/p");
  g_autofree gchar *uri = NULL;
  WmsRequest request;

  wms_push_next_request (push, &request);
  fail_unless (request.proxy == NULL);
  fail_unless_equals_int (wms_push_take_response (push, &use, NULL),
      WMS_OUTCOME_AGAIN);
  fail_unless (wms_push_get_using_proxy (push));
  wms_push_next_request (push, &request);
  uri = g_uri_to_string (request.uri);
  fail_unless_equals_string (uri, "http://h/p");
  fail_unless_equals_string (request.proxy, "http://q:8080/");
  fail_unless_equals_int (wms_push_take_response (push, &challenge, NULL),
      WMS_OUTCOME_ASK);
  wms_push_free (push);
}

GST_END_TEST;

/* RFC 4559, section 6: NTLM goes through a proxy that keeps connections apart,
 * and through a tunnel. */
static const struct
{
  const gchar *url;
  const gchar *via;
  const gchar *proxy_host;
  const gchar *proxy_support;
  WmsOutcome outcome;
} ntlm_ways[] = {
  {"http://h/p", NULL, NULL, NULL, WMS_OUTCOME_REPEAT},
  {"http://h/p", "1.1 x", NULL, NULL, WMS_OUTCOME_FAILED},
  {"http://h/p", NULL, "x", NULL, WMS_OUTCOME_FAILED},
  {"http://h/p", "1.1 x", "x", "Session-Based-Authentication",
      WMS_OUTCOME_REPEAT},
  {"https://h/p", "1.1 x", "x", NULL, WMS_OUTCOME_REPEAT},
};

GST_START_TEST (test_ntlm_ways)
{
  WmsPush *push = new_push_with_user (ntlm_ways[__i__].url);
  WmsResponse response = {
    .status = 401,.server_challenges = "NTLM",
    .via = ntlm_ways[__i__].via,.proxy_host = ntlm_ways[__i__].proxy_host,
    .proxy_support = ntlm_ways[__i__].proxy_support
  };
  g_autoptr (GError) error = NULL;
  WmsRequest request;

  wms_push_next_request (push, &request);
  fail_unless_equals_int (wms_push_take_response (push, &response, &error),
      ntlm_ways[__i__].outcome);
  fail_unless_equals_int (g_error_matches (error, WMS_ERROR,
          WMS_ERROR_NTLM_THROUGH_PROXY),
      ntlm_ways[__i__].outcome == WMS_OUTCOME_FAILED);
  wms_push_free (push);
}

GST_END_TEST;

#define STALE "Digest realm=\"x\", stale=true, nonce="

/* A server calls the nonce stale; what follows has a new one. */
static void
renew_nonce (WmsPush * push, const gchar * challenges)
{
  WmsResponse response = {.status = 401,.server_challenges = challenges };
  WmsRequest request;

  fail_unless_equals_int (wms_push_take_response (push, &response, NULL),
      WMS_OUTCOME_REPEAT);
  fail_unless (wms_push_next_request (push, &request));
  fail_unless (g_str_has_prefix (request.authorization, "Digest "));
}

/* A server that has restarted, or whose nonces live for minutes, calls the one
 * of the former connection stale, each time. */
GST_START_TEST (test_stale_after_each_loss)
{
  WmsPush *push = new_push_with_user ("http://h/p");
  g_autoptr (GError) reason = g_error_new_literal (WMS_ERROR, WMS_ERROR_LOST,
      "x");
  WmsRequest request;
  guint i;

  wms_push_next_request (push, &request);
  renew_nonce (push, "Digest realm=\"x\", nonce=\"0\"");
  for (i = 0; i <= 2 * WMS_AUTH_MAX_STALE; i++) {
    fail_unless_equals_int (answer (push, 204, "Cougar/9.5", NULL),
        WMS_OUTCOME_OPENED);
    fail_unless (wms_push_next_request (push, &request));
    fail_unless_equals_int (request.kind, WMS_REQUEST_START);
    wms_push_take_loss (push, reason, NULL);
    wms_push_resume (push);
    fail_unless (wms_push_next_request (push, &request));
    renew_nonce (push, i % 2 == 0 ? STALE "\"1\"" : STALE "\"2\"");
  }
  wms_push_free (push);
}

GST_END_TEST;

/* In one try a server that calls each nonce stale is none that will ever be
 * content, also where it takes each PushSetup. */
GST_START_TEST (test_stale_in_one_try)
{
  WmsPush *push = new_push_with_user ("http://h/p");
  WmsResponse response = {.status = 401,.server_challenges = STALE "\"1\"" };
  WmsOutcome outcome = WMS_OUTCOME_AGAIN;
  WmsRequest request;
  guint n;

  wms_push_next_request (push, &request);
  renew_nonce (push, "Digest realm=\"x\", nonce=\"0\"");
  for (n = 0; outcome == WMS_OUTCOME_AGAIN; n++) {
    answer (push, 204, "Cougar/9.5", NULL);
    fail_unless (wms_push_next_request (push, &request));
    fail_unless_equals_int (request.kind, WMS_REQUEST_START);
    outcome = wms_push_take_response (push, &response, NULL);
    wms_push_next_request (push, &request);
  }
  fail_unless_equals_int (n, WMS_AUTH_MAX_STALE + 1);
  wms_push_free (push);
}

GST_END_TEST;

static WmsOutcome
return_token (WmsPush * push, const gchar * token, GError ** error)
{
  g_autofree gchar *challenge = NULL;
  WmsTicket *ticket = wms_push_take_ticket (push, &challenge);

  return wms_push_return_ticket (push, ticket, token, error);
}

/* A network that is gone takes the Kerberos server along: each try fails until
 * both are back, and then the session goes on where it was. */
GST_START_TEST (test_ticket_after_loss)
{
  g_autoptr (GUri) uri = wms_uri_parse ("http://h/p", NULL, NULL);
  WmsPushConfig config = {
    .uri = uri,.server = {.methods = WMS_AUTH_METHODS_ALL}
  };
  WmsPush *push = wms_push_new (&config);
  WmsCookie id = { "push-id", "7" };
  WmsResponse asks = {.status = 401,.server_challenges = "Negotiate" };
  WmsResponse opens = {
    .status = 204,.server = "Cougar/9.5",.cookies = &id,.n_cookies = 1
  };
  WmsRequest request;
  guint i;

  wms_push_next_request (push, &request);
  if (wms_push_take_response (push, &asks, NULL) == WMS_OUTCOME_TICKET) {
    return_token (push, "abc", NULL);
    wms_push_next_request (push, &request);
    wms_push_take_response (push, &opens, NULL);
    for (i = 0; i < 3; i++) {
      g_autoptr (GError) error = NULL;

      fail_unless_equals_int (wms_push_prepare (push), WMS_OUTCOME_TICKET);
      fail_unless_equals_int (return_token (push, NULL, &error),
          WMS_OUTCOME_FAILED);
      fail_unless (g_error_matches (error, WMS_ERROR, WMS_ERROR_NO_TICKET));
      wms_push_resume (push);
    }
    fail_unless_equals_int (wms_push_prepare (push), WMS_OUTCOME_TICKET);
    return_token (push, "def", NULL);
    fail_unless (wms_push_next_request (push, &request));
    fail_unless_equals_string (request.authorization, "Negotiate def");
    fail_unless_equals_string (request.cookie, "push-id=7");
  }
  wms_push_free (push);
}

GST_END_TEST;

static Suite *
wmspushauth_suite (void)
{
  Suite *suite = suite_create ("wmspushauth");
  TCase *tc = tcase_create ("credentials");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_any_server);
  tcase_add_loop_test (tc, test_request_lengths, 0, G_N_ELEMENTS (lengths));
  tcase_add_test (tc, test_unauthorized);
  tcase_add_test (tc, test_false_proxy);
  tcase_add_test (tc, test_unauthorized_start);
  tcase_add_loop_test (tc, test_redirected_credentials, 0, 4);
  tcase_add_test (tc, test_use_proxy);
  tcase_add_loop_test (tc, test_ntlm_ways, 0, G_N_ELEMENTS (ntlm_ways));
  tcase_add_test (tc, test_stale_after_each_loss);
  tcase_add_test (tc, test_stale_in_one_try);
  tcase_add_test (tc, test_ticket_after_loss);
  return suite;
}

GST_CHECK_MAIN (wmspushauth);
