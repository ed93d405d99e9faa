/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmspush-private.h"

#include <string.h>

#include "wmspush/wmsanswer.h"
#include "wmspush/wmscookies.h"
#include "wmspush/wmsstatus.h"
#include "wmspush/wmsuri.h"

#define TYPE_SETUP "application/x-wms-pushsetup"
#define TYPE_START "application/x-wms-pushstart"
/* The product that servers look for, in a version that exists, then ours
 * ([MS-WMHTTP] 2.2.1.8; protocol.md, C3). */
#define USER_AGENT "WMEncoder/12.0.7600.1 " PACKAGE "/" VERSION
#define HTTPS_PORT 443

static GBytes *
make_setup_body (const WmsPushConfig * config)
{
  g_autofree gchar *path = NULL;
  gchar *text;

  /* A template wants AutoDestroy beside it ([MS-WMHTTP] 3.1.4.1.1). */
  if (config->template_location != NULL) {
    path = g_uri_escape_string (config->template_location,
        G_URI_RESERVED_CHARS_ALLOWED_IN_PATH "%", FALSE);
    text = g_strdup_printf ("Template-URL: \"%s\"\r\nAutoDestroy: %d\r\n",
        path, config->auto_destroy ? 1 : 0);
  } else if (config->auto_destroy) {
    text = g_strdup ("AutoDestroy: 1\r\n");
  } else {
    text = g_strdup ("");
  }
  return g_bytes_new_take (text, strlen (text));
}

WmsPush *
wms_push_new (const WmsPushConfig * config)
{
  WmsPush *self = g_new0 (WmsPush, 1);

  self->uri = g_uri_ref (config->uri);
  self->home = g_uri_ref (config->uri);
  self->setup_body = make_setup_body (config);
  self->wanted_length = config->request_length;
  self->accept_any_server = config->accept_any_server;
  self->server_auth = self->home_auth = wms_auth_new (&config->server);
  self->proxy_auth = self->home_proxy_auth = wms_auth_new (&config->proxy);
  self->foreign.methods = config->server.methods;
  self->is_proxy_home = config->is_proxy_home;
  self->accept_schemes = wms_auth_list_schemes (config->server.methods);
  self->cookies = wms_cookies_new ();
  if (config->memory != NULL)
    wms_push_recall (self, config->memory);
  return self;
}

void
wms_push_free (WmsPush * self)
{
  g_uri_unref (self->uri);
  g_uri_unref (self->home);
  g_free (self->proxy);
  if (self->server_auth != self->home_auth)
    wms_auth_free (self->server_auth);
  wms_auth_free (self->home_auth);
  if (self->proxy_auth != self->home_proxy_auth)
    wms_auth_free (self->proxy_auth);
  wms_auth_free (self->home_proxy_auth);
  g_free (self->resume_id);
  g_free (self->accept_schemes);
  g_free (self->host);
  wms_free_secret (self->authorization);
  wms_free_secret (self->proxy_authorization);
  g_bytes_unref (self->setup_body);
  wms_cookies_free (self->cookies);
  g_free (self);
}

/* Content-Length of a PushStart ([MS-WMHTTP] 3.1.4.2.1; protocol.md, C20):
 * its least is room for each packet that there can be. */
static guint64
choose_length (WmsPush * self)
{
  guint64 length = self->wanted_length;

  if (length == 0 && self->using_proxy)
    length = (guint64) self->bitrate_bps / 8 * WMS_PUSH_PROXY_SECONDS;
  else if (length == 0)
    length = WMS_PUSH_REQUEST_LENGTH;
  return CLAMP (length, WMS_PUSH_MIN_REQUEST, WMS_PUSH_REQUEST_LENGTH);
}

static gboolean
is_https (WmsPush * self)
{
  return strcmp (g_uri_get_scheme (self->uri), "https") == 0;
}

/* Proxies get what the request line of their CONNECT says, everybody else path
 * and query. */
static void
authorize (WmsPush * self, WmsRequest * request)
{
  const gchar *query = g_uri_get_query (self->uri);
  g_autofree gchar *target = g_strconcat (g_uri_get_path (self->uri),
      query != NULL ? "?" : NULL, query, NULL);
  g_autofree gchar *host = NULL;
  gint port = g_uri_get_port (self->uri);

  request->is_bound = wms_auth_is_bound (self->server_auth)
      || wms_auth_is_bound (self->proxy_auth)
      || (self->state == WMS_PUSH_STATE_OPEN && !self->needs_connection);
  wms_free_secret (self->authorization);
  self->authorization = wms_auth_authorize (self->server_auth, "POST", target);
  wms_free_secret (self->proxy_authorization);
  if (is_https (self)) {
    host = g_strdup_printf ("%s:%d", g_uri_get_host (self->uri),
        port > 0 ? port : HTTPS_PORT);
    self->proxy_authorization = wms_auth_authorize (self->proxy_auth,
        "CONNECT", host);
  } else {
    self->proxy_authorization = wms_auth_authorize (self->proxy_auth, "POST",
        target);
  }
  request->authorization = self->authorization;
  request->proxy_authorization = self->proxy_authorization;
}

gboolean
wms_push_next_request (WmsPush * self, WmsRequest * request)
{
  if (self->state != WMS_PUSH_STATE_SETUP && self->state != WMS_PUSH_STATE_OPEN)
    return FALSE;

  g_free (self->host);
  self->host = wms_uri_get_host_header (self->uri);
  request->uri = self->uri;
  request->host = self->host;
  request->proxy = self->proxy;
  request->user_agent = USER_AGENT;
  request->cookie = wms_cookies_get_header (self->cookies);
  request->accept_schemes = self->accept_schemes;
  authorize (self, request);
  request->needs_connection = self->needs_connection;
  self->needs_connection = FALSE;
  if (self->state == WMS_PUSH_STATE_SETUP) {
    request->kind = WMS_REQUEST_SETUP;
    request->content_type = TYPE_SETUP;
    request->body = self->setup_body;
    request->content_length = g_bytes_get_size (self->setup_body);
  } else {
    request->kind = WMS_REQUEST_START;
    request->content_type = TYPE_START;
    request->body = NULL;
    request->content_length = self->request_length = choose_length (self);
    self->state = WMS_PUSH_STATE_STREAMING;
  }
  return TRUE;
}

static WmsOutcome
fail (WmsPush * self, GError ** error, GQuark domain, gint code,
    const gchar * text)
{
  self->state = WMS_PUSH_STATE_OVER;
  g_set_error_literal (error, domain, code, text);
  return WMS_OUTCOME_FAILED;
}

void
wms_push_begin_connection (WmsPush * self)
{
  self->needs_connection = TRUE;
  wms_auth_begin_connection (self->server_auth);
  wms_auth_begin_connection (self->proxy_auth);
}

/* [MS-WMHTTP] 3.1.4.2.1: who was let in may go on elsewhere, but with NTLM it
 * would be nobody there. */
static gboolean
move (WmsPush * self)
{
  if (wms_auth_is_of_connection (self->server_auth)
      || wms_auth_is_of_connection (self->proxy_auth))
    return FALSE;
  wms_push_begin_connection (self);
  return TRUE;
}

gboolean
wms_push_move_start (WmsPush * self)
{
  if (self->state != WMS_PUSH_STATE_STREAMING || !move (self))
    return FALSE;
  self->state = WMS_PUSH_STATE_OPEN;
  return TRUE;
}

gboolean
wms_push_is_at_home (WmsPush * self)
{
  return wms_uri_is_same_origin (self->uri, self->home);
}

void
wms_push_leave_server (WmsPush * self)
{
  wms_cookies_clear (self->cookies);
  g_clear_pointer (&self->resume_id, g_free);
  if (self->server_auth != self->home_auth)
    wms_auth_free (self->server_auth);
  self->server_auth = wms_auth_new (&self->foreign);
}

/* [MS-WMHTTP] 3.1.5.1; protocol.md, C11 and section 6: another origin gets
 * neither cookies nor push-id nor credentials. */
static WmsOutcome
follow_redirect (WmsPush * self, const WmsResponse * response, GError ** error)
{
  g_autoptr (GUri) target = wms_answer_find_target (self->uri,
      response->location);

  if (target == NULL)
    return fail (self, error, WMS_ERROR, WMS_ERROR_REDIRECT,
        "the answer sends elsewhere without a usable Location");
  if (self->redirects++ == WMS_PUSH_MAX_REDIRECTS)
    return fail (self, error, WMS_ERROR, WMS_ERROR_HOPS,
        "too many redirections");

  if (!wms_uri_is_same_origin (self->uri, target))
    wms_push_leave_server (self);
  g_uri_unref (self->uri);
  self->uri = g_steal_pointer (&target);
  /* the new server's answer tells whether a proxy is on that way */
  self->using_proxy = FALSE;
  wms_push_begin_connection (self);
  return WMS_OUTCOME_AGAIN;
}

/* 305: Location is a proxy, the URL stays ([MS-WMHTTP] 3.1.5.1).  A proxy of
 * the server's choice gets none of our credentials for proxies. */
static WmsOutcome
use_proxy (WmsPush * self, const WmsResponse * response, GError ** error)
{
  g_autoptr (GUri) target = wms_answer_find_target (self->uri,
      response->location);

  if (target == NULL || strcmp (g_uri_get_scheme (target), "http") != 0)
    return fail (self, error, WMS_ERROR, WMS_ERROR_REDIRECT,
        "the answer wants a proxy without a usable Location");
  if (self->redirects++ == WMS_PUSH_MAX_REDIRECTS)
    return fail (self, error, WMS_ERROR, WMS_ERROR_HOPS,
        "too many redirections");
  g_free (self->proxy);
  self->proxy = g_uri_to_string (target);
  self->using_proxy = TRUE;
  if (self->proxy_auth != self->home_proxy_auth)
    wms_auth_free (self->proxy_auth);
  self->proxy_auth = wms_auth_new (&self->foreign);
  wms_push_begin_connection (self);
  return WMS_OUTCOME_AGAIN;
}

/* What an authentication step means for the session.  After a PushStart that
 * was not let in, all begins again on a new connection (protocol.md,
 * C26). */
static WmsOutcome
take_step (WmsPush * self, WmsAuthStep step)
{
  switch (step) {
    case WMS_AUTH_SEND:
      return self->needs_connection ? WMS_OUTCOME_AGAIN : WMS_OUTCOME_REPEAT;
    case WMS_AUTH_ASK:
      return WMS_OUTCOME_ASK;
    case WMS_AUTH_TICKET:
      return WMS_OUTCOME_TICKET;
    default:
      self->state = WMS_PUSH_STATE_OVER;
      return WMS_OUTCOME_FAILED;
  }
}

/* Whether something between may send our requests and others' on the same
 * connection.  Through a tunnel nobody can; a proxy that keeps them apart says
 * so (RFC 4559, section 6). */
static gboolean
is_server_shared (WmsPush * self, const WmsResponse * response)
{
  if (is_https (self) || (response->via == NULL
          && response->proxy_host == NULL))
    return FALSE;
  return response->proxy_support == NULL
      || g_ascii_strcasecmp (response->proxy_support,
      "Session-Based-Authentication") != 0;
}

/* 401 and 407 ([MS-WMHTTP] 3.1.5.1 and 3.1.5.2; protocol.md, C12, C26). */
static WmsOutcome
authenticate (WmsPush * self, const WmsResponse * response, GError ** error)
{
  WmsAuthPeer peer = { 0, };
  gboolean is_proxy = response->status == 407;
  WmsAuthStep step;

  /* only a proxy that we have connected to may ask for its credentials */
  if (is_proxy && response->proxy_host == NULL)
    return fail (self, error, WMS_HTTP_ERROR, response->status,
        "the server poses as a proxy");
  peer.is_proxy = is_proxy;
  if (is_proxy) {
    peer.host = response->proxy_host;
    peer.is_home = self->proxy == NULL;
    /* libsoup gives the connection up when a CONNECT is refused */
    peer.is_shared = is_https (self);
  } else {
    peer.host = g_uri_get_host (self->uri);
    peer.is_home = wms_push_is_at_home (self);
    peer.is_secure = is_https (self);
    peer.is_shared = is_server_shared (self, response);
  }
  peer.may_use_ticket = peer.is_home && (!is_proxy || self->is_proxy_home);
  self->busy_auth = is_proxy ? self->proxy_auth : self->server_auth;
  step = wms_auth_take_challenges (self->busy_auth, &peer, is_proxy ?
      response->proxy_challenges : response->server_challenges, error);
  if (self->state != WMS_PUSH_STATE_SETUP) {
    self->state = WMS_PUSH_STATE_SETUP;
    wms_push_begin_connection (self);
  }
  return take_step (self, step);
}

/* Publishing points say 200 or 204; any other server may mean the same with
 * another status of its class (RFC 9110, section 15.3). */
static gboolean
is_success (WmsPush * self, guint status)
{
  return status == 200 || status == 204
      || (self->accept_any_server && status / 100 == 2);
}

/* [MS-WMHTTP] 3.1.5.1 and 3.1.5.2 want the same of both requests' answers
 * (protocol.md, C13).  A server that closes the connection gets the next
 * request on another one. */
static WmsOutcome
take_success (WmsPush * self, const WmsResponse * response, GError ** error)
{
  if (!self->accept_any_server
      && !wms_answer_is_publishing_point (response->server))
    return fail (self, error, WMS_ERROR, WMS_ERROR_NOT_A_PUBLISHING_POINT,
        "success, but no Server header of a publishing point");
  if (!self->has_kept_id)
    return fail (self, error, WMS_ERROR, WMS_ERROR_PUSH_ID,
        "success, but a push-id that cannot be sent back");
  self->state = WMS_PUSH_STATE_OPEN;
  wms_auth_accept (self->server_auth);
  wms_auth_accept (self->proxy_auth);
  if (response->is_closing)
    move (self);
  return WMS_OUTCOME_OPENED;
}

static WmsOutcome
take_setup_response (WmsPush * self, const WmsResponse * response,
    GError ** error)
{
  switch (response->status) {
    case 300:
    case 301:
    case 302:
    case 303:
    case 304:
    case 307:
    case 308:
      return follow_redirect (self, response, error);
    case 305:
      return use_proxy (self, response, error);
    case 401:
    case 407:
      return authenticate (self, response, error);
    default:
      if (is_success (self, response->status))
        return take_success (self, response, error);
      if (wms_push_can_renew (self, response->status))
        return WMS_OUTCOME_AGAIN;
      return fail (self, error, WMS_HTTP_ERROR, response->status,
          "PushSetup refused");
  }
}

/* [MS-WMHTTP] 3.1.5.2. */
static WmsOutcome
take_start_response (WmsPush * self, const WmsResponse * response,
    GError ** error)
{
  WmsOutcome outcome;

  if (response->status == 401 || response->status == 407)
    return authenticate (self, response, error);
  if (!is_success (self, response->status)) {
    wms_push_take_refusal (self, response->status);
    return fail (self, error, WMS_HTTP_ERROR, response->status,
        "PushStart refused");
  }
  if (self->state == WMS_PUSH_STATE_STREAMING)
    return fail (self, error, WMS_ERROR, WMS_ERROR_ENDED_EARLY,
        "success before the end of the stream");
  outcome = take_success (self, response, error);
  if (outcome == WMS_OUTCOME_OPENED) {
    self->is_answered = TRUE;
    wms_auth_settle (self->server_auth);
    wms_auth_settle (self->proxy_auth);
  }
  return outcome;
}

gboolean
wms_push_goes_on (WmsPush * self, guint status)
{
  switch (self->state) {
    case WMS_PUSH_STATE_SETUP:
      return is_success (self, status) || status == 401 || status == 407;
    case WMS_PUSH_STATE_FILLED:
      return is_success (self, status);
    default:
      return FALSE;
  }
}

WmsOutcome
wms_push_take_response (WmsPush * self, const WmsResponse * response,
    GError ** error)
{
  self->has_kept_id = wms_cookies_take (self->cookies, response->cookies,
      response->n_cookies);
  if (response->via != NULL || response->proxy_host != NULL)
    self->using_proxy = TRUE;

  switch (self->state) {
    case WMS_PUSH_STATE_SETUP:
      return wms_push_return_home (self,
          take_setup_response (self, response, error), error);
    case WMS_PUSH_STATE_ENDING:
      /* Receivers answer the final $E with all sorts of statuses
       * (protocol.md, Other servers): the session has ended.  But who was
       * not let in has streamed for nothing, which some tell last. */
      if (response->status == 401 || response->status == 407)
        return fail (self, error, WMS_HTTP_ERROR, response->status,
            "the whole PushStart was not let in");
      self->state = WMS_PUSH_STATE_OVER;
      return WMS_OUTCOME_ENDED;
    case WMS_PUSH_STATE_STREAMING:
    case WMS_PUSH_STATE_FILLED:
      return take_start_response (self, response, error);
    default:
      return fail (self, error, WMS_ERROR, WMS_ERROR_ANSWER,
          "an answer without a request");
  }
}

WmsOutcome
wms_push_take_loss (WmsPush * self, const GError * reason, GError ** error)
{
  gboolean ended = self->state == WMS_PUSH_STATE_ENDING
      && !g_error_matches (reason, WMS_ERROR, WMS_ERROR_STALLED)
      && !g_error_matches (reason, WMS_ERROR, WMS_ERROR_END_LOST);

  self->state = WMS_PUSH_STATE_OVER;
  if (ended)
    return WMS_OUTCOME_ENDED;
  if (error != NULL)
    *error = g_error_copy (reason);
  return wms_push_return_home (self, WMS_OUTCOME_FAILED, error);
}

WmsOutcome
wms_push_prepare (WmsPush * self)
{
  if (wms_auth_needs_ticket (self->server_auth))
    self->busy_auth = self->server_auth;
  else if (wms_auth_needs_ticket (self->proxy_auth))
    self->busy_auth = self->proxy_auth;
  else
    return WMS_OUTCOME_REPEAT;
  return WMS_OUTCOME_TICKET;
}

void
wms_push_get_question (WmsPush * self, WmsQuestionInfo * info)
{
  wms_auth_get_question (self->busy_auth, info);
}

WmsOutcome
wms_push_answer (WmsPush * self, WmsCredentials * credentials, GError ** error)
{
  WmsAuthStep step = wms_auth_answer (self->busy_auth, credentials, error);

  return wms_push_return_home (self, take_step (self, step), error);
}

WmsTicket *
wms_push_take_ticket (WmsPush * self, gchar ** challenge)
{
  return wms_auth_take_ticket (self->busy_auth, challenge);
}

WmsOutcome
wms_push_return_ticket (WmsPush * self, WmsTicket * ticket,
    const gchar * token, GError ** error)
{
  WmsAuthStep step = wms_auth_return_ticket (self->busy_auth, ticket, token,
      error);

  return wms_push_return_home (self, take_step (self, step), error);
}

void
wms_push_set_bitrate (WmsPush * self, guint bitrate_bps)
{
  self->bitrate_bps = bitrate_bps;
}

void
wms_push_begin_refill (WmsPush * self)
{
  if (self->state == WMS_PUSH_STATE_STREAMING)
    self->state = WMS_PUSH_STATE_FILLED;
}

void
wms_push_begin_end (WmsPush * self)
{
  if (self->state == WMS_PUSH_STATE_STREAMING)
    self->state = WMS_PUSH_STATE_ENDING;
}

gboolean
wms_push_is_answered (WmsPush * self)
{
  return self->is_answered;
}

guint64
wms_push_get_request_length (WmsPush * self)
{
  return self->request_length;
}

const gchar *
wms_push_get_id (WmsPush * self)
{
  return wms_cookies_get_push_id (self->cookies);
}

const gchar *
wms_push_get_scheme (WmsPush * self)
{
  return wms_auth_get_scheme (self->server_auth);
}

gboolean
wms_push_get_using_proxy (WmsPush * self)
{
  return self->using_proxy;
}
