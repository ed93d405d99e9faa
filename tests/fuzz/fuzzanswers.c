/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The push protocol without its sockets: answers to its requests, with all the
 * headers that it reads, in any order; and NTLM's challenges, whose base 64 no
 * fuzzer gets right. */
#include <string.h>

#include "fuzz.h"
#include "wmspush/wmsntlm.h"
#include "wmspush/wmspush.h"
#include "wmspush/wmsuri.h"

#define NTLM_FLAG 0x80

#define MAX_STEPS 64
#define ID "push-id="

static const guint statuses[] = { 200, 204, 301, 302, 303, 307, 308, 400, 401,
  403, 404, 407, 408, 500, 502, 503
};

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_be_quiet ();
  return 0;
}

static gboolean
take_bit (guint * bits)
{
  gboolean bit = *bits & 1;

  *bits >>= 1;
  return bit;
}

static gchar *
take_optional (FuzzInput * input, guint * bits)
{
  return take_bit (bits) ? fuzz_take_text (input) : NULL;
}

static WmsOutcome
take_response (WmsPush * push, FuzzInput * input, guint bits)
{
  guint status = fuzz_take_byte (input);
  g_autofree gchar *server = take_optional (input, &bits);
  g_autofree gchar *location = take_optional (input, &bits);
  g_autofree gchar *via = take_optional (input, &bits);
  g_autofree gchar *challenges = take_optional (input, &bits);
  g_autofree gchar *proxy_challenges = take_optional (input, &bits);
  g_autofree gchar *proxy_support = take_optional (input, &bits);
  g_autofree gchar *cookie_name = take_optional (input, &bits);
  g_autofree gchar *cookie_value = fuzz_take_text (input);
  const WmsCookie cookies[] = {
    {"push-id", cookie_value, take_bit (&bits)},
    {cookie_name ? cookie_name : "other", cookie_value, take_bit (&bits)},
  };
  const WmsResponse response = {
    .status = status < G_N_ELEMENTS (statuses) ? statuses[status]
        : 100 + status * 2,
    .server = server,
    .location = location,
    .via = via,
    .cookies = cookies,
    .n_cookies = cookie_value[0] != '\0' ? 1 + (cookie_name != NULL) : 0,
    .server_challenges = challenges,
    .proxy_challenges = proxy_challenges,
    .proxy_support = proxy_support,
    .proxy_host = proxy_challenges ? "proxy" : NULL,
    .is_closing = take_bit (&bits),
  };
  g_autoptr (GError) error = NULL;
  WmsOutcome outcome = wms_push_take_response (push, &response, &error);

  if ((outcome == WMS_OUTCOME_FAILED) != (error != NULL))
    g_error ("a failure without an error, or an error without a failure");
  return outcome;
}

static void
say_who (WmsPush * push, FuzzInput * input)
{
  g_autofree gchar *user = fuzz_take_text (input);
  g_autofree gchar *password = fuzz_take_text (input);
  WmsQuestionInfo question;

  wms_push_get_question (push, &question);
  wms_push_answer (push, user[0] != '\0' ? wms_credentials_new (user, password)
      : NULL, NULL);
}

static void
use_ticket (WmsPush * push, FuzzInput * input)
{
  g_autofree gchar *token = fuzz_take_text (input);
  g_autofree gchar *challenge = NULL;
  WmsTicket *ticket = wms_push_take_ticket (push, &challenge);

  wms_push_return_ticket (push, ticket, token[0] != '\0' ? token : NULL, NULL);
}

/* What a client may do with its push, as the input says. */
static gboolean
go_on (WmsPush * push, WmsOutcome outcome, FuzzInput * input)
{
  switch (outcome) {
    case WMS_OUTCOME_ASK:
      say_who (push, input);
      return TRUE;
    case WMS_OUTCOME_TICKET:
      use_ticket (push, input);
      return TRUE;
    case WMS_OUTCOME_OPENED:
      if (fuzz_take_byte (input) & 1)
        wms_push_begin_refill (push);
      return TRUE;
    case WMS_OUTCOME_ENDED:
    case WMS_OUTCOME_FAILED:
      return FALSE;
    case WMS_OUTCOME_AGAIN:
    case WMS_OUTCOME_REPEAT:
      return TRUE;
  }
  return FALSE;
}

/* A line of a head that nothing got into which ends it; a realm goes back as it
 * came. */
static void
check_line (const gchar * text, gboolean is_ascii)
{
  for (; text != NULL && *text != '\0'; text++) {
    if (((*text & 0xe0) == 0 && (*text != '\t' || is_ascii))
        || (is_ascii && (*text == 0x7f || *text & 0x80)))
      g_error ("a header of ours with byte %d", *text);
  }
}

static void
check_request (const WmsRequest * request)
{
  check_line (request->host, TRUE);
  check_line (request->cookie, TRUE);
  check_line (request->accept_schemes, TRUE);
  check_line (request->authorization, FALSE);
  check_line (request->proxy_authorization, FALSE);
  if (!g_str_has_prefix (request->cookie, ID)
      || strchr (";", request->cookie[strlen (ID)]) != NULL)
    g_error ("an empty push-id");
}

static void
play (GUri * uri, FuzzInput * input, guint flags)
{
  g_autofree gchar *template_location = (flags & 1) ? fuzz_take_text (input)
      : NULL;
  const WmsPushConfig config = {
    .uri = uri,
    .template_location = template_location,
    .auto_destroy = (flags & 2) != 0,
    .request_length = WMS_PUSH_REQUEST_LENGTH,
    .accept_any_server = (flags & 4) != 0,
    .server = {G_MAXUINT, (flags & 8) != 0, {NULL}},
    .proxy = {G_MAXUINT, (flags & 16) != 0, {NULL}},
  };
  WmsPush *push = wms_push_new (&config);
  gboolean is_on = TRUE;
  guint i;

  for (i = 0; i < MAX_STEPS && is_on && input->size > 0; i++) {
    WmsRequest request;

    if (!wms_push_next_request (push, &request))
      break;
    check_request (&request);
    is_on = go_on (push, take_response (push, input, fuzz_take_uint16 (input)),
        input);
  }
  wms_push_free (push);
}

static void
answer_ntlm (FuzzInput * input)
{
  g_autofree gchar *user = fuzz_take_text (input);
  g_autofree gchar *password = fuzz_take_text (input);
  g_autofree gchar *challenge = g_base64_encode (input->data, input->size);
  WmsCredentials *credentials = wms_credentials_new (user, password);
  const WmsNtlmNonce nonce = { {1, 2, 3, 4, 5, 6, 7, 8}, 9 };
  g_autofree gchar *answer = wms_ntlm_authenticate (challenge, credentials,
      &nonce);

  /* "NTLMSSP", in the same form */
  if (answer != NULL && !g_str_has_prefix (answer, "TlRMTVNTU"))
    g_error ("an answer that is none");
  wms_credentials_free (credentials);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  guint flags = fuzz_take_byte (&input);
  g_autofree gchar *text = NULL;
  WmsCredentials *user = NULL;
  GUri *uri;

  if (flags & NTLM_FLAG) {
    answer_ntlm (&input);
    return 0;
  }
  text = fuzz_take_text (&input);
  uri = wms_uri_parse (text, &user, NULL);
  if (uri != NULL) {
    play (uri, &input, flags);
    g_uri_unref (uri);
  }
  wms_credentials_free (user);
  return 0;
}
