/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which scheme, which password, when to ask and when to stop: no socket. */
#include "wmspush/wmsauth.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#include "failalloc.h"
#include "wmspush/wmsntlm.h"
#include "wmspush/wmsstatus.h"

#define BASIC "Basic realm=\"points\""
#define DIGEST "Digest realm=\"points\", nonce=\"n1\", qop=\"auth\""
#define DIGEST_LATIN_1 "Digest realm=\"M\357\277\275nchen\", nonce=\"n1\""
#define DIGEST_STALE "Digest realm=\"points\", nonce=\"n2\", stale=true"
/* any challenge with a target that is empty */
#define NTLM_2 "TlRMTVNTUAACAAAAAAAAAAAAAAAFggIAASNFZ4mrze8AAAAAAAAAAAAAAAAAAAAA"

#define SECURE (1 << 0)
#define FOREIGN (1 << 1)
#define SHARED (1 << 2)
#define PROXY (1 << 3)
#define TICKET (1 << 4)

static WmsAuth *
new_auth (guint methods, gboolean allow_clear_text, const gchar * user,
    const gchar * other_user)
{
  g_autoptr (WmsCredentials) first = NULL;
  g_autoptr (WmsCredentials) second = NULL;
  WmsAuthConfig config = { methods, allow_clear_text, };

  if (user != NULL)
    config.given[0] = first = wms_credentials_new (user, "pw");
  if (other_user != NULL)
    config.given[1] = second = wms_credentials_new (other_user, "pw");
  return wms_auth_new (&config);
}

static WmsAuthStep
challenge (WmsAuth * auth, guint flags, const gchar * challenges,
    GError ** error)
{
  const WmsAuthPeer peer = {
    .host = "h",
    .is_proxy = (flags & PROXY) != 0,
    .is_secure = (flags & SECURE) != 0,
    .is_home = (flags & FOREIGN) == 0,
    .may_use_ticket = (flags & TICKET) != 0,
    .is_shared = (flags & SHARED) != 0,
  };

  return wms_auth_take_challenges (auth, &peer, challenges, error);
}

static void
check_sent (WmsAuth * auth, const gchar * prefix)
{
  gchar *value = wms_auth_authorize (auth, "POST", "/p");

  if (prefix == NULL)
    fail_unless (value == NULL, "sent %s", value);
  else
    fail_unless (value != NULL && g_str_has_prefix (value, prefix),
        "sent %s, not %s", value, prefix);
  wms_free_secret (value);
}

/* What the first challenge leads to: the scheme, "ask", "ask clear" or
 * "deny". */
static const struct
{
  guint methods;
  gboolean allow_clear_text;
  const gchar *user;
  guint flags;
  const gchar *challenges;
  const gchar *step;
} first_steps[] = {
  {WMS_AUTH_METHODS_ALL, FALSE, "u", 0, BASIC ", " DIGEST ", NTLM", "Digest"},
  {WMS_AUTH_METHODS_ALL, FALSE, "u", 0, BASIC ", NTLM", "NTLM"},
  {WMS_AUTH_METHODS_ALL, FALSE, "u", 0, BASIC ", Negotiate, NTLM", "NTLM"},
  /* Windows servers take NTLM messages under the name Negotiate */
  {WMS_AUTH_METHODS_ALL, FALSE, "u", 0, "Negotiate", "Negotiate TlRMTVNTUAAB"},
  {WMS_AUTH_METHODS_ALL, FALSE, "u", TICKET, DIGEST ", Negotiate", "ticket"},
  {WMS_AUTH_METHODS_ALL, FALSE, NULL, TICKET, "Negotiate", "ticket"},
  /* an algorithm that nobody here knows: the next scheme */
  {WMS_AUTH_METHODS_ALL, FALSE, "u", 0,
      "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-512-256, NTLM", "NTLM"},
  /* the methods that are allowed */
  {GST_WMS_AUTH_METHOD_NTLM, FALSE, "u", TICKET,
      DIGEST ", Negotiate, NTLM", "NTLM"},
  {GST_WMS_AUTH_METHOD_DIGEST, FALSE, "u", TICKET, "Negotiate, NTLM", "deny"},
  {0, TRUE, "u", TICKET, BASIC ", " DIGEST ", Negotiate, NTLM", "deny"},
  /* clear text */
  {WMS_AUTH_METHODS_ALL, FALSE, "u", 0, BASIC, "ask clear"},
  {WMS_AUTH_METHODS_ALL, TRUE, "u", 0, BASIC, "Basic dTpwdw=="},
  {WMS_AUTH_METHODS_ALL, FALSE, "u", SECURE, BASIC, "Basic dTpwdw=="},
  {WMS_AUTH_METHODS_ALL, FALSE, NULL, SECURE, BASIC, "ask"},
  {WMS_AUTH_METHODS_ALL, FALSE, NULL, 0, DIGEST, "ask"},
  /* somewhere else: neither ticket nor password that was given */
  {WMS_AUTH_METHODS_ALL, TRUE, "u", FOREIGN, BASIC, "ask clear"},
  {WMS_AUTH_METHODS_ALL, TRUE, "u", FOREIGN, DIGEST ", Negotiate", "ask"},
  /* who shares the connection would be let in as well */
  {WMS_AUTH_METHODS_ALL, TRUE, "u", SHARED, "NTLM, " BASIC, "Basic"},
  {WMS_AUTH_METHODS_ALL, TRUE, "u", SHARED, "NTLM, Negotiate", "deny"},
  {WMS_AUTH_METHODS_ALL, TRUE, "u", 0, NULL, "deny"},
  {WMS_AUTH_METHODS_ALL, TRUE, "u", 0, "Bearer", "deny"},
};

GST_START_TEST (test_first_step)
{
  WmsAuth *auth = new_auth (first_steps[__i__].methods,
      first_steps[__i__].allow_clear_text, first_steps[__i__].user, NULL);
  const gchar *wanted = first_steps[__i__].step;
  g_autoptr (GError) error = NULL;
  WmsQuestionInfo info;

  if (!wms_ticket_is_supported () && g_str_equal (wanted, "ticket")) {
    wms_auth_free (auth);
    return;
  }
  switch (challenge (auth, first_steps[__i__].flags,
          first_steps[__i__].challenges, &error)) {
    case WMS_AUTH_SEND:
      check_sent (auth, wanted);
      break;
    case WMS_AUTH_ASK:
      wms_auth_get_question (auth, &info);
      fail_unless_equals_string (wanted, info.flags == 0 ? "ask" : "ask clear");
      fail_unless_equals_string (info.site, "h");
      fail_unless (info.user == NULL && info.hresult == WMS_S_OK);
      fail_unless_equals_string (info.realm, "points");
      break;
    case WMS_AUTH_TICKET:
      fail_unless_equals_string (wanted, "ticket");
      break;
    case WMS_AUTH_DENIED:
      fail_unless_equals_string (wanted, "deny");
      fail_unless (error != NULL);
      break;
  }
  wms_auth_free (auth);
}

GST_END_TEST;

/* Why it stops is told: to allow clear text, or to leave the proxy, helps. */
static const struct
{
  guint flags;
  const gchar *challenges;
    GQuark (*domain) (void);
  gint code;
} denials[] = {
  {0, BASIC, wms_error_quark, WMS_ERROR_CLEAR_TEXT},
  {PROXY, BASIC, wms_error_quark, WMS_ERROR_PROXY_CLEAR_TEXT},
  {SHARED, "NTLM", wms_error_quark, WMS_ERROR_NTLM_THROUGH_PROXY},
  {0, DIGEST_LATIN_1, wms_error_quark, WMS_ERROR_CHALLENGE},
  {0, "Bearer", wms_http_error_quark, 401},
  {PROXY, "Bearer", wms_http_error_quark, 407},
};

GST_START_TEST (test_denials)
{
  WmsAuth *auth = new_auth (WMS_AUTH_METHODS_ALL, FALSE, "u", NULL);
  g_autoptr (GError) error = NULL;
  WmsQuestionInfo info;

  if (challenge (auth, denials[__i__].flags, denials[__i__].challenges,
          &error) == WMS_AUTH_ASK) {
    wms_auth_get_question (auth, &info);
    fail_unless_equals_int ((info.flags & GST_WMS_CREDENTIAL_FLAG_PROXY) != 0,
        denials[__i__].flags == PROXY);
    fail_unless_equals_int (wms_auth_answer (auth, NULL, &error),
        WMS_AUTH_DENIED);
  }
  fail_unless (g_error_matches (error, denials[__i__].domain (),
          denials[__i__].code), "%s", error->message);
  wms_auth_free (auth);
}

GST_END_TEST;

/* URL, then property, then the application; a refused one is never sent twice,
 * nor with a weaker scheme, and the questions have an end. */
GST_START_TEST (test_refusals_are_bounded)
{
  WmsAuth *auth = new_auth (WMS_AUTH_METHODS_ALL, TRUE, "url", "property");
  WmsAuthStep step = challenge (auth, 0, DIGEST ", " BASIC, NULL);
  g_autoptr (GError) error = NULL;
  WmsQuestionInfo info;
  guint n_questions = 0;

  fail_unless_equals_int (step, WMS_AUTH_SEND);
  check_sent (auth, "Digest username=\"url\"");
  step = challenge (auth, 0, DIGEST ", " BASIC, NULL);
  fail_unless_equals_int (step, WMS_AUTH_SEND);
  check_sent (auth, "Digest username=\"property\"");
  step = challenge (auth, 0, DIGEST ", " BASIC, &error);
  while (step == WMS_AUTH_ASK) {
    wms_auth_get_question (auth, &info);
    fail_unless_equals_string (info.user, n_questions == 0 ? "property" :
        "asked");
    fail_unless_equals_int (info.hresult, WMS_NS_E_SERVER_ACCESSDENIED);
    step = wms_auth_answer (auth, wms_credentials_new ("asked", "pw"), &error);
    if (n_questions++ == 0) {
      fail_unless_equals_int (step, WMS_AUTH_SEND);
      check_sent (auth, "Digest username=\"asked\"");
      step = challenge (auth, 0, DIGEST ", " BASIC, &error);
    }
  }
  /* the same answer again was not sent again */
  fail_unless_equals_int (step, WMS_AUTH_DENIED);
  fail_unless_equals_int (n_questions, WMS_AUTH_MAX_QUESTIONS);
  fail_unless (g_error_matches (error, WMS_HTTP_ERROR, 401));
  wms_auth_free (auth);
}

GST_END_TEST;

GST_START_TEST (test_same_given_twice)
{
  WmsAuth *auth = new_auth (WMS_AUTH_METHODS_ALL, TRUE, "u", "u");

  fail_unless_equals_int (challenge (auth, 0, DIGEST, NULL), WMS_AUTH_SEND);
  check_sent (auth, "Digest");
  fail_unless_equals_int (challenge (auth, 0, DIGEST, NULL), WMS_AUTH_ASK);
  wms_auth_free (auth);
}

GST_END_TEST;

/* An answer to a question that spoke of clear text may be sent so, others
 * not. */
GST_START_TEST (test_clear_text_answer)
{
  WmsAuth *auth = new_auth (WMS_AUTH_METHODS_ALL, FALSE, "u", NULL);

  fail_unless_equals_int (challenge (auth, 0, BASIC, NULL), WMS_AUTH_ASK);
  fail_unless_equals_int (wms_auth_answer (auth, wms_credentials_new ("v",
              "w"), NULL), WMS_AUTH_SEND);
  check_sent (auth, "Basic djp3");
  /* each request has it */
  wms_auth_accept (auth);
  check_sent (auth, "Basic djp3");
  wms_auth_free (auth);
}

GST_END_TEST;

/* RFC 7616, section 3.3: a stale nonce says nothing about the password, and
 * yet there is an end to it. */
GST_START_TEST (test_stale_nonces)
{
  WmsAuth *auth = new_auth (WMS_AUTH_METHODS_ALL, FALSE, "u", NULL);
  WmsAuthStep step = challenge (auth, 0, DIGEST, NULL);
  guint n = 0;

  while (step == WMS_AUTH_SEND) {
    n++;
    check_sent (auth, "Digest");
    step = challenge (auth, 0, DIGEST_STALE, NULL);
  }
  fail_unless_equals_int (step, WMS_AUTH_ASK);
  fail_unless_equals_int (n, 1 + WMS_AUTH_MAX_STALE);
  wms_auth_free (auth);
}

GST_END_TEST;

/* A password that was good stays so when its nonce ends, also where the server
 * does not say why; and each whole request begins the count again. */
GST_START_TEST (test_nonces_of_a_long_session)
{
  WmsAuth *auth = new_auth (WMS_AUTH_METHODS_ALL, FALSE, "u", NULL);
  guint i;

  fail_unless_equals_int (challenge (auth, 0, DIGEST, NULL), WMS_AUTH_SEND);
  for (i = 0; i < 3 * WMS_AUTH_MAX_STALE; i++) {
    g_autofree gchar *offer = g_strdup_printf ("Digest realm=\"points\", "
        "nonce=\"later%u\", qop=\"auth\"", i);
    g_autofree gchar *value = NULL;

    check_sent (auth, "Digest");
    wms_auth_accept (auth);
    wms_auth_settle (auth);
    fail_unless_equals_int (challenge (auth, 0, offer, NULL), WMS_AUTH_SEND);
    value = wms_auth_authorize (auth, "POST", "/p");
    fail_unless (strstr (value, "nc=00000001") != NULL);
  }
  wms_auth_free (auth);
}

GST_END_TEST;

GST_START_TEST (test_nonce_count)
{
  WmsAuth *auth = new_auth (WMS_AUTH_METHODS_ALL, FALSE, "u", NULL);
  g_autofree gchar *first = NULL;
  g_autofree gchar *second = NULL;

  challenge (auth, 0, DIGEST, NULL);
  first = wms_auth_authorize (auth, "POST", "/p");
  wms_auth_accept (auth);
  second = wms_auth_authorize (auth, "POST", "/p");
  fail_unless (strstr (first, "nc=00000001") != NULL);
  fail_unless (strstr (second, "nc=00000002") != NULL);
  wms_auth_free (auth);
}

GST_END_TEST;

static gchar *
make_nonces (void)
{
  WmsAuth *auth = new_auth (WMS_AUTH_METHODS_ALL, FALSE, "u", NULL);
  g_autofree gchar *digest = NULL;
  WmsNtlmNonce nonce;
  gchar *nonces;

  /* who knows this number knows all that follow */
  g_random_set_seed (1);
  challenge (auth, 0, DIGEST, NULL);
  digest = wms_auth_authorize (auth, "POST", "/p");
  wms_ntlm_nonce_init (&nonce);
  nonces = g_strdup_printf ("%.32s %.8s", strstr (digest, "cnonce=\"") + 8,
      (const gchar *) nonce.client_challenge);
  wms_auth_free (auth);
  return nonces;
}

/* Both are others each time. */
GST_START_TEST (test_own_nonces)
{
  g_autofree gchar *first = make_nonces ();
  g_autofree gchar *second = make_nonces ();

  fail_if (strncmp (first, second, 32) == 0);
  fail_if (strcmp (first + 32, second + 32) == 0);
}

GST_END_TEST;

/* NTLM: two messages on one connection, then nothing; a new connection begins
 * again by itself. */
GST_START_TEST (test_ntlm_handshake)
{
  WmsAuth *auth = new_auth (WMS_AUTH_METHODS_ALL, FALSE, "d\\u", NULL);

  fail_unless_equals_int (challenge (auth, 0, "NTLM", NULL), WMS_AUTH_SEND);
  fail_if (wms_auth_is_bound (auth));
  check_sent (auth, "NTLM TlRMTVNTUAAB");
  fail_unless_equals_int (challenge (auth, 0, "NTLM " NTLM_2, NULL),
      WMS_AUTH_SEND);
  fail_unless (wms_auth_is_bound (auth));
  check_sent (auth, "NTLM TlRMTVNTUAAD");
  wms_auth_accept (auth);
  fail_if (wms_auth_is_bound (auth));
  check_sent (auth, NULL);

  wms_auth_begin_connection (auth);
  fail_if (wms_auth_is_bound (auth));
  check_sent (auth, "NTLM TlRMTVNTUAAB");
  fail_unless_equals_int (challenge (auth, 0, "NTLM " NTLM_2, NULL),
      WMS_AUTH_SEND);
  wms_auth_free (auth);
}

GST_END_TEST;

/* An answer of NTLM is whole, whatever memory there is. */
GST_START_TEST (test_ntlm_without_memory)
{
  g_autoptr (WmsCredentials) credentials = wms_credentials_new ("d\\u", "p");
  g_autofree gchar *begin = wms_ntlm_negotiate ();
  g_autofree gchar *wanted = NULL;
  WmsNtlmNonce nonce;
  gint nth;

  wms_ntlm_nonce_init (&nonce);
  wanted = wms_ntlm_authenticate (NTLM_2, credentials, &nonce);
  for (nth = 0; nth < 20; nth++) {
    g_autofree gchar *again = NULL;
    g_autofree gchar *got = NULL;

    fail_arm (FAIL_TRY, nth, TRUE);
    again = wms_ntlm_negotiate ();
    got = wms_ntlm_authenticate (NTLM_2, credentials, &nonce);
    fail_disarm ();
    fail_unless_equals_string (again, begin);
    fail_unless_equals_string (got, wanted);
  }
}

GST_END_TEST;

/* A refusal of the last message is one of the password; of the first, or after
 * it was accepted, one of the scheme ([MS-WMHTTP] 1.7). */
GST_START_TEST (test_ntlm_refusals)
{
  WmsAuth *auth = new_auth (WMS_AUTH_METHODS_ALL, TRUE, "u", NULL);
  WmsQuestionInfo info;

  challenge (auth, 0, "NTLM, " BASIC, NULL);
  check_sent (auth, "NTLM");
  fail_unless_equals_int (challenge (auth, 0, "NTLM, " BASIC, NULL),
      WMS_AUTH_SEND);
  check_sent (auth, "Basic dTpwdw==");
  wms_auth_free (auth);

  auth = new_auth (WMS_AUTH_METHODS_ALL, TRUE, "u", NULL);
  challenge (auth, 0, "NTLM, " BASIC, NULL);
  check_sent (auth, "NTLM");
  challenge (auth, 0, "NTLM " NTLM_2, NULL);
  check_sent (auth, "NTLM");
  fail_unless_equals_int (challenge (auth, 0, "NTLM, " BASIC, NULL),
      WMS_AUTH_ASK);
  wms_auth_get_question (auth, &info);
  fail_unless_equals_string (info.user, "u");
  wms_auth_free (auth);

  auth = new_auth (WMS_AUTH_METHODS_ALL, TRUE, "u", NULL);
  challenge (auth, 0, "NTLM", NULL);
  check_sent (auth, "NTLM");
  challenge (auth, 0, "NTLM " NTLM_2, NULL);
  check_sent (auth, "NTLM");
  wms_auth_accept (auth);
  fail_unless_equals_int (challenge (auth, 0, "NTLM, " BASIC, NULL),
      WMS_AUTH_SEND);
  check_sent (auth, "Basic dTpwdw==");
  wms_auth_free (auth);
}

GST_END_TEST;

/* The next token is made, and sent. */
static void
send_token (WmsAuth * auth, const gchar * token)
{
  g_autofree gchar *former = NULL;
  g_autofree gchar *value = g_strconcat ("Negotiate ", token, NULL);
  WmsTicket *ticket = wms_auth_take_ticket (auth, &former);

  fail_unless_equals_int (wms_auth_return_ticket (auth, ticket, token, NULL),
      WMS_AUTH_SEND);
  fail_if (wms_auth_needs_ticket (auth) || wms_auth_is_bound (auth));
  check_sent (auth, value);
}

/* No ticket, or none that the server likes: what else it offers. */
GST_START_TEST (test_without_ticket)
{
  WmsAuth *auth = new_auth (WMS_AUTH_METHODS_ALL, FALSE, "u", NULL);
  g_autofree gchar *token = NULL;
  WmsTicket *ticket;

  if (!wms_ticket_is_supported ()) {
    wms_auth_free (auth);
    return;
  }
  fail_unless_equals_int (challenge (auth, TICKET, "Negotiate, NTLM", NULL),
      WMS_AUTH_TICKET);
  ticket = wms_auth_take_ticket (auth, &token);
  fail_unless (ticket != NULL && token == NULL);
  fail_unless_equals_int (wms_auth_return_ticket (auth, ticket, NULL, NULL),
      WMS_AUTH_SEND);
  check_sent (auth, "NTLM");
  wms_auth_free (auth);

  auth = new_auth (WMS_AUTH_METHODS_ALL, FALSE, "u", NULL);
  challenge (auth, TICKET, "Negotiate, " DIGEST, NULL);
  send_token (auth, "abc");
  fail_unless_equals_int (challenge (auth, TICKET, "Negotiate, " DIGEST, NULL),
      WMS_AUTH_SEND);
  check_sent (auth, "Digest");
  wms_auth_free (auth);
}

GST_END_TEST;

/* A token is good for one request: the next one wants another. */
GST_START_TEST (test_ticket_of_each_request)
{
  WmsAuth *auth = new_auth (WMS_AUTH_METHODS_ALL, FALSE, NULL, NULL);

  if (!wms_ticket_is_supported ()) {
    wms_auth_free (auth);
    return;
  }
  challenge (auth, TICKET, "Negotiate", NULL);
  send_token (auth, "abc");
  wms_auth_accept (auth);
  fail_unless (wms_auth_needs_ticket (auth));
  send_token (auth, "def");
  wms_auth_free (auth);
}

GST_END_TEST;

/* What a token that cannot be made means, where the server offers that. */
static const struct
{
  const gchar *user;
  guint flags;
  const gchar *challenges;
  gint code;
  const gchar *sent;            /* instead, or NULL */
} missing_tickets[] = {
  {NULL, TICKET, "Negotiate", WMS_ERROR_NO_TICKET, NULL},
  {NULL, TICKET | PROXY, "Negotiate", WMS_ERROR_PROXY_NO_TICKET, NULL},
  {NULL, TICKET, "Negotiate, NTLM", WMS_ERROR_NO_TICKET, NULL},
  {"u", TICKET | SHARED, "Negotiate", WMS_ERROR_NO_TICKET, NULL},
  {"u", TICKET | SHARED, "Negotiate, " BASIC, WMS_ERROR_NO_TICKET, NULL},
  {"u", TICKET, "Negotiate, " DIGEST, 0, "Digest "},
  {"u", TICKET, "Negotiate", 0, "Negotiate TlRMTVNTUAAB"},
};

/* One that was accepted before is missed for a while, also when a request with
 * the next one was lost: nobody refuses anything, and nobody has to be asked.
 * A password that is at hand does instead. */
GST_START_TEST (test_missing_ticket)
{
  WmsAuth *auth = new_auth (WMS_AUTH_METHODS_ALL, FALSE,
      missing_tickets[__i__].user, NULL);
  gchar *token;
  guint i;

  if (!wms_ticket_is_supported ()) {
    wms_auth_free (auth);
    return;
  }
  challenge (auth, missing_tickets[__i__].flags,
      missing_tickets[__i__].challenges, NULL);
  send_token (auth, "abc");
  wms_auth_accept (auth);
  send_token (auth, "def");
  for (i = 0; i < 5; i++) {
    g_autoptr (GError) error = NULL;

    wms_auth_begin_connection (auth);
    wms_ticket_free (wms_auth_take_ticket (auth, &token));
    fail_unless (token == NULL);
    if (wms_auth_return_ticket (auth, NULL, NULL, &error) == WMS_AUTH_SEND)
      break;
    fail_unless (g_error_matches (error, WMS_ERROR,
            missing_tickets[__i__].code));
    fail_unless (wms_auth_needs_ticket (auth));
  }
  fail_unless ((i == 0) == (missing_tickets[__i__].sent != NULL));
  if (i == 0)
    check_sent (auth, missing_tickets[__i__].sent);
  wms_auth_free (auth);
}

GST_END_TEST;

/* protocol.md, C4: best first, never Basic. */
GST_START_TEST (test_listed_schemes)
{
  g_autofree gchar *all = wms_auth_list_schemes (WMS_AUTH_METHODS_ALL);
  g_autofree gchar *ntlm = wms_auth_list_schemes (GST_WMS_AUTH_METHOD_NTLM);

  fail_unless_equals_string (all, wms_ticket_is_supported ()?
      "Negotiate, Digest, NTLM" : "Digest, NTLM");
  fail_unless_equals_string (ntlm, "NTLM");
  fail_unless (wms_auth_list_schemes (GST_WMS_AUTH_METHOD_BASIC) == NULL);
}

GST_END_TEST;

static Suite *
wmsauth_suite (void)
{
  Suite *suite = suite_create ("wmsauth");
  TCase *tc = tcase_create ("policy");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_first_step, 0, G_N_ELEMENTS (first_steps));
  tcase_add_loop_test (tc, test_denials, 0, G_N_ELEMENTS (denials));
  tcase_add_test (tc, test_refusals_are_bounded);
  tcase_add_test (tc, test_same_given_twice);
  tcase_add_test (tc, test_clear_text_answer);
  tcase_add_test (tc, test_stale_nonces);
  tcase_add_test (tc, test_nonces_of_a_long_session);
  tcase_add_test (tc, test_nonce_count);
  tcase_add_test (tc, test_own_nonces);
  tcase_add_test (tc, test_ntlm_handshake);
  tcase_add_test (tc, test_ntlm_refusals);
  tcase_add_test (tc, test_ntlm_without_memory);
  tcase_add_test (tc, test_without_ticket);
  tcase_add_test (tc, test_ticket_of_each_request);
  tcase_add_loop_test (tc, test_missing_ticket, 0,
      G_N_ELEMENTS (missing_tickets));
  tcase_add_test (tc, test_listed_schemes);
  return suite;
}

GST_CHECK_MAIN (wmsauth);
