/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmsauth.h"

#include "wmspush/wmschallenge.h"
#include "wmspush/wmsdigest.h"
#include "wmspush/wmsntlm.h"
#include "wmspush/wmsstatus.h"

/* Longest exchange of tokens for one request. */
#define MAX_TICKET_STEPS 4
#define STATUS_SERVER 401
#define STATUS_PROXY 407

/* Best first: a ticket shows no password at all; Digest works through proxies
 * and for each request, NTLM only for a connection ([MS-WMHTTP] 1.7); Basic
 * shows the password. */
static const struct
{
  GstWmsAuthMethods method;
  const gchar *scheme;
} methods[] = {
  {GST_WMS_AUTH_METHOD_NEGOTIATE, "Negotiate"},
  {GST_WMS_AUTH_METHOD_DIGEST, "Digest"},
  {GST_WMS_AUTH_METHOD_NTLM, "NTLM"},
  /* Windows servers take plain NTLM messages as Negotiate ([MS-NTHT] 2.1) */
  {GST_WMS_AUTH_METHOD_NTLM, "Negotiate"},
  {GST_WMS_AUTH_METHOD_BASIC, "Basic"},
};

typedef enum
{
  STATE_IDLE,                   /* nothing chosen */
  STATE_READY,                  /* chosen; what follows goes out next */
  STATE_GREETED,                /* NTLM: the first of its two messages is out */
  STATE_PROVED,                 /* the decisive message is out */
  STATE_ACCEPTED,
} AuthState;

struct _WmsAuth
{
  guint methods;                /* those that are not ruled out yet */
  gboolean allow_clear_text;
  GQueue given;                 /* not tried yet */
  GPtrArray *refused;
  gchar *refused_user;

  /* who asks, and what it offered last */
  WmsAuthPeer peer;
  gchar *host;
  GPtrArray *offered;

  AuthState state;
  gsize chosen;                 /* index of methods; from READY on */
  WmsChallenge *challenge;      /* of the chosen scheme */
  WmsCredentials *credentials;  /* NULL for a ticket */
  gchar *token;                 /* NTLM message or ticket's token, to go out */
  gchar *cnonce;
  guint nonce_count;
  guint n_stale;

  guint n_questions;
  gchar *realm;                 /* of the question */
  gboolean asks_clear_text;
  gboolean clear_text_withheld;
  gboolean ntlm_withheld;
  gboolean digest_unusable;     /* and nothing else is offered */

  WmsTicket *ticket;
  guint n_steps;
  gboolean ticket_was_good;     /* it has let us in once */
};

WmsAuth *
wms_auth_new (const WmsAuthConfig * config)
{
  WmsAuth *self = g_new0 (WmsAuth, 1);
  gsize i;

  self->methods = config->methods;
  self->allow_clear_text = config->allow_clear_text;
  self->refused = g_ptr_array_new_with_free_func ((GDestroyNotify)
      wms_credentials_free);
  g_queue_init (&self->given);
  for (i = 0; i < WMS_AUTH_MAX_GIVEN; i++) {
    if (config->given[i] != NULL)
      g_queue_push_tail (&self->given, wms_credentials_copy (config->given[i]));
  }
  return self;
}

/* Lets go of what was chosen. */
static void
reset (WmsAuth * self)
{
  self->state = STATE_IDLE;
  g_clear_pointer (&self->challenge, wms_challenge_free);
  g_clear_pointer (&self->credentials, wms_credentials_free);
  g_clear_pointer (&self->token, wms_free_secret);
  g_clear_pointer (&self->cnonce, g_free);
  g_clear_pointer (&self->ticket, wms_ticket_free);
  self->nonce_count = self->n_steps = 0;
  self->ticket_was_good = FALSE;
}

void
wms_auth_free (WmsAuth * self)
{
  reset (self);
  g_queue_clear_full (&self->given, (GDestroyNotify) wms_credentials_free);
  g_ptr_array_unref (self->refused);
  g_clear_pointer (&self->offered, g_ptr_array_unref);
  wms_free_secret (self->refused_user);
  g_free (self->host);
  g_free (self->realm);
  g_free (self);
}

static GstWmsAuthMethods
get_method (WmsAuth * self)
{
  return self->state != STATE_IDLE ? methods[self->chosen].method : 0;
}

static WmsAuthStep
deny (WmsAuth * self, GError ** error)
{
  gint status = self->peer.is_proxy ? STATUS_PROXY : STATUS_SERVER;

  reset (self);
  if (self->clear_text_withheld)
    g_set_error_literal (error, WMS_ERROR, self->peer.is_proxy ?
        WMS_ERROR_PROXY_CLEAR_TEXT : WMS_ERROR_CLEAR_TEXT,
        "only Basic is offered, and clear text is not allowed");
  else if (self->ntlm_withheld)
    g_set_error_literal (error, WMS_ERROR, WMS_ERROR_NTLM_THROUGH_PROXY,
        "only NTLM is offered, through a proxy that does not support it");
  else if (self->digest_unusable && self->refused->len == 0)
    g_set_error_literal (error, WMS_ERROR, self->peer.is_proxy ?
        WMS_ERROR_PROXY_CHALLENGE : WMS_ERROR_CHALLENGE,
        "only Digest is offered, in a form that cannot be answered");
  else
    g_set_error (error, WMS_HTTP_ERROR, status,
        "%u refused, nothing else to try", self->refused->len);
  return WMS_AUTH_DENIED;
}

static gboolean
is_usable (gsize method, const WmsChallenge * challenge)
{
  if (g_ascii_strcasecmp (challenge->scheme, methods[method].scheme) != 0)
    return FALSE;
  return methods[method].method != GST_WMS_AUTH_METHOD_DIGEST
      || wms_digest_is_usable (challenge);
}

static const WmsChallenge *
find_offer (WmsAuth * self, gsize method)
{
  guint i;

  for (i = 0; i < self->offered->len; i++) {
    if (is_usable (method, g_ptr_array_index (self->offered, i)))
      return g_ptr_array_index (self->offered, i);
  }
  return NULL;
}

static gboolean
was_refused (WmsAuth * self, const WmsCredentials * credentials)
{
  guint i;

  for (i = 0; i < self->refused->len; i++) {
    if (wms_credentials_equal (g_ptr_array_index (self->refused, i),
            credentials))
      return TRUE;
  }
  return FALSE;
}

static gboolean
shows_password (WmsAuth * self, gsize method)
{
  return !self->peer.is_secure
      && methods[method].method == GST_WMS_AUTH_METHOD_BASIC;
}

/* Whether there are given credentials that may be used here, which are the
 * first ones then; those that may not stay for another time. */
static gboolean
has_given (WmsAuth * self, gboolean is_clear_text)
{
  WmsCredentials *next;

  if (!self->peer.is_home)
    return FALSE;
  while ((next = g_queue_peek_head (&self->given)) != NULL) {
    if (is_clear_text && !self->allow_clear_text && !next->may_be_clear_text) {
      self->clear_text_withheld = TRUE;
      return FALSE;
    }
    if (!was_refused (self, next))
      return TRUE;
    wms_credentials_free (g_queue_pop_head (&self->given));
  }
  return FALSE;
}

/* The chosen scheme and credentials are complete. */
static WmsAuthStep
use_credentials (WmsAuth * self, WmsCredentials * credentials)
{
  self->credentials = credentials;
  self->state = STATE_READY;
  self->clear_text_withheld = self->ntlm_withheld = FALSE;
  if (methods[self->chosen].method == GST_WMS_AUTH_METHOD_NTLM)
    self->token = wms_ntlm_negotiate ();
  return WMS_AUTH_SEND;
}

static WmsAuthStep
ask (WmsAuth * self, GError ** error)
{
  const gchar *realm = wms_challenge_get (self->challenge, "realm");

  if (self->n_questions++ == WMS_AUTH_MAX_QUESTIONS)
    return deny (self, error);
  g_free (self->realm);
  self->realm = realm != NULL ? g_utf8_make_valid (realm, -1) : g_strdup ("");
  return WMS_AUTH_ASK;
}

static gboolean
may_choose (WmsAuth * self, gsize method)
{
  if ((self->methods & methods[method].method) == 0)
    return FALSE;
  switch (methods[method].method) {
    case GST_WMS_AUTH_METHOD_NEGOTIATE:
      return self->peer.may_use_ticket && wms_ticket_is_supported ();
    case GST_WMS_AUTH_METHOD_NTLM:
      self->ntlm_withheld |= self->peer.is_shared;
      return !self->peer.is_shared;
    default:
      return TRUE;
  }
}

/* The best of what is offered, or NULL. */
static const WmsChallenge *
find_best (WmsAuth * self, gsize * method)
{
  const WmsChallenge *offer;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (methods); i++) {
    offer = find_offer (self, i);
    if (offer != NULL && may_choose (self, i)) {
      *method = i;
      return offer;
    }
  }
  return NULL;
}

static WmsAuthStep
choose (WmsAuth * self, GError ** error)
{
  const WmsChallenge *offer;

  reset (self);
  offer = find_best (self, &self->chosen);
  self->digest_unusable = offer == NULL
      && (self->methods & GST_WMS_AUTH_METHOD_DIGEST) != 0
      && wms_challenges_have (self->offered, "Digest");
  if (offer == NULL)
    return deny (self, error);
  self->challenge = wms_challenge_copy (offer);
  if (methods[self->chosen].method == GST_WMS_AUTH_METHOD_NEGOTIATE) {
    self->state = STATE_READY;
    return WMS_AUTH_TICKET;
  }
  self->asks_clear_text = shows_password (self, self->chosen);
  if (has_given (self, self->asks_clear_text))
    return use_credentials (self, g_queue_pop_head (&self->given));
  return ask (self, error);
}

/* What was sent has not let us in. */
static void
note_refusal (WmsAuth * self)
{
  if (self->state == STATE_IDLE)
    return;
  if (self->credentials != NULL && self->state != STATE_GREETED
      && !(self->state == STATE_ACCEPTED
          && get_method (self) == GST_WMS_AUTH_METHOD_NTLM)) {
    wms_free_secret (self->refused_user);
    self->refused_user = g_strdup (self->credentials->user);
    g_ptr_array_add (self->refused, g_steal_pointer (&self->credentials));
  } else {
    /* no password was shown, or it was accepted for PushSetup: the scheme is
     * what does not work here ([MS-WMHTTP] 1.7) */
    self->methods &= ~methods[self->chosen].method;
    if (self->credentials != NULL)
      g_queue_push_head (&self->given, g_steal_pointer (&self->credentials));
  }
  reset (self);
}

/* A nonce's time is over; the password may be right (RFC 7616, 3.3).  Where
 * it was right before, a new nonce is as good as the word. */
static gboolean
is_stale (WmsAuth * self, const WmsChallenge * offer)
{
  const gchar *stale = wms_challenge_get (offer, "stale");

  if (get_method (self) != GST_WMS_AUTH_METHOD_DIGEST
      || self->n_stale == WMS_AUTH_MAX_STALE)
    return FALSE;
  return g_ascii_strcasecmp (stale != NULL ? stale : "", "true") == 0
      || (self->state == STATE_ACCEPTED
      && g_strcmp0 (wms_challenge_get (offer, "nonce"),
          wms_challenge_get (self->challenge, "nonce")) != 0);
}

/* Goes on in what is under way.  FALSE: it has come to nothing. */
static gboolean
go_on (WmsAuth * self, const WmsChallenge * offer, WmsAuthStep * step)
{
  WmsNtlmNonce nonce;

  *step = WMS_AUTH_SEND;
  if (is_stale (self, offer)) {
    self->n_stale++;
    self->nonce_count = 0;
    g_clear_pointer (&self->cnonce, g_free);
    self->state = STATE_READY;
  } else if (self->state == STATE_GREETED && offer->token != NULL) {
    wms_ntlm_nonce_init (&nonce);
    self->token = wms_ntlm_authenticate (offer->token, self->credentials,
        &nonce);
  } else if (get_method (self) == GST_WMS_AUTH_METHOD_NEGOTIATE
      && offer->token != NULL && self->ticket != NULL
      && self->n_steps < MAX_TICKET_STEPS) {
    *step = WMS_AUTH_TICKET;
  } else {
    return FALSE;
  }
  wms_challenge_free (self->challenge);
  self->challenge = wms_challenge_copy (offer);
  return self->state != STATE_GREETED || self->token != NULL;
}

WmsAuthStep
wms_auth_take_challenges (WmsAuth * self, const WmsAuthPeer * peer,
    const gchar * challenges, GError ** error)
{
  const WmsChallenge *offer;
  WmsAuthStep step;

  g_free (self->host);
  self->host = g_strdup (peer->host);
  self->peer = *peer;
  self->peer.host = self->host;
  g_clear_pointer (&self->offered, g_ptr_array_unref);
  self->offered = wms_challenges_parse (challenges);

  if (self->state != STATE_IDLE) {
    offer = find_offer (self, self->chosen);
    if (offer != NULL && go_on (self, offer, &step))
      return step;
  }
  note_refusal (self);
  return choose (self, error);
}

void
wms_auth_get_question (WmsAuth * self, WmsQuestionInfo * info)
{
  info->realm = self->realm;
  info->site = self->host;
  info->user = self->refused_user;
  info->hresult = self->refused_user == NULL ? WMS_S_OK :
      self->peer.is_proxy ? WMS_NS_E_PROXY_ACCESSDENIED :
      WMS_NS_E_SERVER_ACCESSDENIED;
  info->flags = (self->asks_clear_text ? GST_WMS_CREDENTIAL_FLAG_CLEAR_TEXT : 0)
      | (self->peer.is_proxy ? GST_WMS_CREDENTIAL_FLAG_PROXY : 0);
}

WmsAuthStep
wms_auth_answer (WmsAuth * self, WmsCredentials * credentials, GError ** error)
{
  if (credentials == NULL)
    return deny (self, error);
  if (was_refused (self, credentials)) {
    /* not sent once more: that could lock the account */
    wms_credentials_free (credentials);
    return ask (self, error);
  }
  return use_credentials (self, credentials);
}

WmsTicket *
wms_auth_take_ticket (WmsAuth * self, gchar ** challenge)
{
  WmsTicket *ticket = g_steal_pointer (&self->ticket);

  if (ticket == NULL) {
    ticket = wms_ticket_new (self->host);
    self->n_steps = 0;
  }
  *challenge = self->n_steps++ > 0 ? g_strdup (self->challenge->token) : NULL;
  return ticket;
}

/* Whether a given password would do instead of a ticket. */
static gboolean
has_password (WmsAuth * self)
{
  guint all = self->methods;
  const WmsChallenge *offer;
  gsize method;

  self->methods &= ~GST_WMS_AUTH_METHOD_NEGOTIATE;
  offer = find_best (self, &method);
  self->methods = all;
  return offer != NULL && has_given (self, shows_password (self, method));
}

WmsAuthStep
wms_auth_return_ticket (WmsAuth * self, WmsTicket * ticket,
    const gchar * token, GError ** error)
{
  if (token != NULL) {
    self->ticket = ticket;
    self->token = g_strdup (token);
    return WMS_AUTH_SEND;
  }
  g_clear_pointer (&ticket, wms_ticket_free);
  /* In a first step nobody has refused anything: the network may be gone, and
   * the Kerberos server with it, or the ticket is about to be renewed. */
  if (self->ticket_was_good && self->n_steps == 1 && !has_password (self)) {
    g_set_error_literal (error, WMS_ERROR, self->peer.is_proxy ?
        WMS_ERROR_PROXY_NO_TICKET : WMS_ERROR_NO_TICKET,
        "no token can be made of the ticket that was good before");
    return WMS_AUTH_DENIED;
  }
  note_refusal (self);
  return choose (self, error);
}

gboolean
wms_auth_needs_ticket (WmsAuth * self)
{
  return get_method (self) == GST_WMS_AUTH_METHOD_NEGOTIATE
      && self->token == NULL;
}

static gchar *
make_digest (WmsAuth * self, const gchar * method, const gchar * uri)
{
  WmsDigestRequest request = { method, uri, };
  guint32 words[4];

  if (self->cnonce == NULL) {
    wms_random (words, sizeof words);
    self->cnonce = g_strdup_printf ("%08x%08x%08x%08x", words[0], words[1],
        words[2], words[3]);
  }
  request.cnonce = self->cnonce;
  request.count = ++self->nonce_count;
  return wms_digest_authorize (self->challenge, self->credentials, &request);
}

/* Messages that are good for one request, if there is one. */
static gchar *
use_token (WmsAuth * self)
{
  gchar *value;

  if (self->token == NULL)
    return NULL;
  value = g_strconcat (methods[self->chosen].scheme, " ", self->token, NULL);
  g_clear_pointer (&self->token, wms_free_secret);
  if (get_method (self) == GST_WMS_AUTH_METHOD_NTLM
      && self->state == STATE_READY)
    self->state = STATE_GREETED;
  else
    self->state = STATE_PROVED;
  return value;
}

gchar *
wms_auth_authorize (WmsAuth * self, const gchar * method, const gchar * uri)
{
  gchar *value;

  switch (get_method (self)) {
    case GST_WMS_AUTH_METHOD_BASIC:
      value = wms_credentials_to_basic (self->credentials);
      break;
    case GST_WMS_AUTH_METHOD_DIGEST:
      value = make_digest (self, method, uri);
      break;
    default:
      return use_token (self);
  }
  if (self->state == STATE_READY)
    self->state = STATE_PROVED;
  return value;
}

gboolean
wms_auth_is_bound (WmsAuth * self)
{
  return self->token != NULL && (self->state == STATE_GREETED
      || (get_method (self) == GST_WMS_AUTH_METHOD_NEGOTIATE
          && self->n_steps > 1));
}

gboolean
wms_auth_is_of_connection (WmsAuth * self)
{
  return get_method (self) == GST_WMS_AUTH_METHOD_NTLM;
}

void
wms_auth_begin_connection (WmsAuth * self)
{
  switch (get_method (self)) {
    case GST_WMS_AUTH_METHOD_NTLM:
      wms_free_secret (self->token);
      self->token = wms_ntlm_negotiate ();
      self->state = STATE_READY;
      break;
    case GST_WMS_AUTH_METHOD_NEGOTIATE:
      g_clear_pointer (&self->ticket, wms_ticket_free);
      g_clear_pointer (&self->token, wms_free_secret);
      break;
    default:
      break;
  }
}

void
wms_auth_accept (WmsAuth * self)
{
  if (self->state == STATE_PROVED) {
    self->state = STATE_ACCEPTED;
    self->ticket_was_good = get_method (self) == GST_WMS_AUTH_METHOD_NEGOTIATE;
  }
  g_clear_pointer (&self->ticket, wms_ticket_free);
}

void
wms_auth_settle (WmsAuth * self)
{
  self->n_stale = 0;
}

const gchar *
wms_auth_get_scheme (WmsAuth * self)
{
  return self->state != STATE_IDLE ? methods[self->chosen].scheme : NULL;
}

gchar *
wms_auth_list_schemes (guint allowed)
{
  GString *text = g_string_new (NULL);
  guint listed = GST_WMS_AUTH_METHOD_BASIC;
  gsize i;

  if (!wms_ticket_is_supported ())
    allowed &= ~GST_WMS_AUTH_METHOD_NEGOTIATE;
  for (i = 0; i < G_N_ELEMENTS (methods); i++) {
    if ((allowed & ~listed & methods[i].method) == 0)
      continue;
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "",
        methods[i].scheme);
    listed |= methods[i].method;
  }
  return g_string_free (text, text->len == 0);
}
