/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmspush.h"

#include <string.h>

#include "wmspush/wmsstatus.h"
#include "wmspush/wmsuri.h"

#define TYPE_SETUP "application/x-wms-pushsetup"
#define TYPE_START "application/x-wms-pushstart"
/* The product that servers look for, in a version that exists, then ours
 * ([MS-WMHTTP] 2.2.1.8; push-protocol, C3). */
#define USER_AGENT "WMEncoder/12.0.7600.1 " PACKAGE "/" VERSION
/* Cookies that are kept for the server, and the bytes they may take. */
#define MAX_COOKIES 16
#define MAX_COOKIE_BYTES 4096

typedef enum
{
  STATE_SETUP,
  STATE_OPEN,
  STATE_STREAMING,
  STATE_FILLED,
  STATE_ENDING,
  STATE_OVER,
} PushState;

struct _WmsPush
{
  PushState state;
  GUri *uri;
  GBytes *setup_body;
  guint64 request_length;
  gchar *push_id;
  GPtrArray *cookies;           /* "name=value", without the push-id */
  gchar *cookie_header;
  gboolean using_proxy;
  guint redirects;
};

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
  self->setup_body = make_setup_body (config);
  self->request_length = config->request_length != 0 ?
      MAX (config->request_length, WMS_PUSH_MIN_REQUEST) :
      WMS_PUSH_REQUEST_LENGTH;
  self->push_id = g_strdup ("0");
  self->cookies = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
wms_push_free (WmsPush * self)
{
  g_uri_unref (self->uri);
  g_bytes_unref (self->setup_body);
  g_free (self->push_id);
  g_ptr_array_unref (self->cookies);
  g_free (self->cookie_header);
  g_free (self);
}

static const gchar *
update_cookie_header (WmsPush * self)
{
  GString *header = g_string_new ("push-id=");
  guint i;

  g_string_append (header, self->push_id);
  for (i = 0; i < self->cookies->len; i++) {
    g_string_append (header, "; ");
    g_string_append (header, g_ptr_array_index (self->cookies, i));
  }
  g_free (self->cookie_header);
  self->cookie_header = g_string_free (header, FALSE);
  return self->cookie_header;
}

gboolean
wms_push_next_request (WmsPush * self, WmsRequest * request)
{
  if (self->state != STATE_SETUP && self->state != STATE_OPEN)
    return FALSE;

  request->uri = self->uri;
  request->user_agent = USER_AGENT;
  request->cookie = update_cookie_header (self);
  if (self->state == STATE_SETUP) {
    request->kind = WMS_REQUEST_SETUP;
    request->content_type = TYPE_SETUP;
    request->body = self->setup_body;
    request->content_length = g_bytes_get_size (self->setup_body);
  } else {
    request->kind = WMS_REQUEST_START;
    request->content_type = TYPE_START;
    request->body = NULL;
    request->content_length = self->request_length;
    self->state = STATE_STREAMING;
  }
  return TRUE;
}

/* A value goes into a header of ours later: printable, nothing that ends the
 * cookie or the line (RFC 6265, section 4.1.1). */
static gboolean
is_cookie_text (const gchar * text)
{
  const guchar *p;

  for (p = (const guchar *) text; *p != '\0'; p++) {
    if (*p <= 0x20 || *p >= 0x7f || *p == ';' || *p == ',')
      return FALSE;
  }
  return p != (const guchar *) text;
}

static void
keep_cookie (WmsPush * self, const WmsCookie * cookie)
{
  gsize name_size = strlen (cookie->name);
  gsize bytes = name_size + strlen (cookie->value) + 2;
  guint i;

  for (i = 0; i < self->cookies->len; i++) {
    const gchar *kept = g_ptr_array_index (self->cookies, i);

    if (strncmp (kept, cookie->name, name_size) == 0 && kept[name_size] == '=')
      g_ptr_array_remove_index (self->cookies, i--);
    else
      bytes += strlen (kept);
  }
  if (self->cookies->len < MAX_COOKIES && bytes <= MAX_COOKIE_BYTES)
    g_ptr_array_add (self->cookies,
        g_strconcat (cookie->name, "=", cookie->value, NULL));
}

/* [MS-WMHTTP] 2.2.1.6 and 3.1.5.1; push-protocol, C5. */
static void
take_cookies (WmsPush * self, const WmsResponse * response)
{
  guint i;

  for (i = 0; i < response->n_cookies; i++) {
    const WmsCookie *cookie = &response->cookies[i];

    if (!is_cookie_text (cookie->name) || !is_cookie_text (cookie->value))
      continue;
    if (strcmp (cookie->name, "push-id") != 0) {
      keep_cookie (self, cookie);
    } else if (strlen (cookie->value) <= WMS_PUSH_MAX_ID) {
      g_free (self->push_id);
      self->push_id = g_strdup (cookie->value);
    }
  }
}

/* Server tokens of the protocol ([MS-WMSP] 2.2.1.5; push-protocol, C13). */
static gboolean
is_publishing_server (const gchar * server)
{
  static const gchar *const tokens[] = { "Cougar", "Rex" };
  gsize i;

  for (i = 0; server != NULL && i < G_N_ELEMENTS (tokens); i++) {
    gsize n = strlen (tokens[i]);

    if (g_ascii_strncasecmp (server, tokens[i], n) == 0
        && (server[n] == '\0' || server[n] == '/' || server[n] == ' '))
      return TRUE;
  }
  return FALSE;
}

static WmsOutcome
fail (WmsPush * self, GError ** error, GQuark domain, gint code,
    const gchar * text)
{
  self->state = STATE_OVER;
  g_set_error_literal (error, domain, code, text);
  return WMS_OUTCOME_FAILED;
}

static gboolean
is_same_origin (GUri * a, GUri * b)
{
  return g_strcmp0 (g_uri_get_scheme (a), g_uri_get_scheme (b)) == 0
      && g_strcmp0 (g_uri_get_host (a), g_uri_get_host (b)) == 0
      && g_uri_get_port (a) == g_uri_get_port (b);
}

/* [MS-WMHTTP] 3.1.5.1; push-protocol, C11 and section 6: another origin gets
 * neither cookies nor push-id, and https never becomes http. */
static WmsOutcome
follow_redirect (WmsPush * self, const WmsResponse * response, GError ** error)
{
  g_autoptr (GUri) target = NULL;
  const gchar *scheme;

  if (response->location != NULL)
    target = g_uri_parse_relative (self->uri, response->location,
        WMS_URI_FLAGS, NULL);
  scheme = target != NULL ? g_uri_get_scheme (target) : NULL;
  if (scheme == NULL || g_uri_get_host (target) == NULL
      || *g_uri_get_host (target) == '\0'
      || g_uri_get_userinfo (target) != NULL
      || (strcmp (scheme, "https") != 0
          && (strcmp (scheme, "http") != 0
              || strcmp (g_uri_get_scheme (self->uri), "http") != 0)))
    return fail (self, error, WMS_ERROR, WMS_ERROR_REDIRECT,
        "the answer sends elsewhere without a usable Location");
  if (self->redirects++ == WMS_PUSH_MAX_REDIRECTS)
    return fail (self, error, WMS_ERROR, WMS_ERROR_HOPS,
        "too many redirections");

  if (!is_same_origin (self->uri, target)) {
    g_free (self->push_id);
    self->push_id = g_strdup ("0");
    g_ptr_array_set_size (self->cookies, 0);
  }
  g_uri_unref (self->uri);
  self->uri = g_steal_pointer (&target);
  return WMS_OUTCOME_AGAIN;
}

static gboolean
is_success (guint status)
{
  return status == 200 || status == 204;
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
    case 307:
    case 308:
      return follow_redirect (self, response, error);
    case 200:
    case 204:
      if (!is_publishing_server (response->server))
        return fail (self, error, WMS_ERROR, WMS_ERROR_NOT_A_PUBLISHING_POINT,
            "success, but no Server header of a publishing point");
      self->state = STATE_OPEN;
      return WMS_OUTCOME_OPENED;
    default:
      return fail (self, error, WMS_HTTP_ERROR, response->status,
          "PushSetup refused");
  }
}

/* [MS-WMHTTP] 3.1.5.2. */
static WmsOutcome
take_start_response (WmsPush * self, const WmsResponse * response,
    GError ** error)
{
  if (!is_success (response->status))
    return fail (self, error, WMS_HTTP_ERROR, response->status,
        "PushStart refused");
  if (self->state == STATE_STREAMING)
    return fail (self, error, WMS_ERROR, WMS_ERROR_ENDED_EARLY,
        "success before the end of the stream");
  self->state = STATE_OPEN;
  return WMS_OUTCOME_OPENED;
}

WmsOutcome
wms_push_take_response (WmsPush * self, const WmsResponse * response,
    GError ** error)
{
  take_cookies (self, response);
  if (response->via != NULL)
    self->using_proxy = TRUE;

  switch (self->state) {
    case STATE_SETUP:
      return take_setup_response (self, response, error);
    case STATE_ENDING:
      /* Receivers answer the final $E with all sorts of statuses
       * (docs/design.md, interoperability): the session has ended. */
      self->state = STATE_OVER;
      return WMS_OUTCOME_ENDED;
    case STATE_STREAMING:
    case STATE_FILLED:
      return take_start_response (self, response, error);
    default:
      return fail (self, error, WMS_ERROR, WMS_ERROR_ANSWER,
          "an answer without a request");
  }
}

WmsOutcome
wms_push_take_loss (WmsPush * self, const GError * reason, GError ** error)
{
  gboolean ended = self->state == STATE_ENDING;

  self->state = STATE_OVER;
  if (ended)
    return WMS_OUTCOME_ENDED;
  if (error != NULL)
    *error = g_error_copy (reason);
  return WMS_OUTCOME_FAILED;
}

void
wms_push_restart (WmsPush * self)
{
  if (self->state != STATE_OVER)
    self->state = STATE_SETUP;
}

void
wms_push_begin_refill (WmsPush * self)
{
  if (self->state == STATE_STREAMING)
    self->state = STATE_FILLED;
}

void
wms_push_begin_end (WmsPush * self)
{
  if (self->state == STATE_STREAMING)
    self->state = STATE_ENDING;
}

guint64
wms_push_get_request_length (WmsPush * self)
{
  return self->request_length;
}

const gchar *
wms_push_get_id (WmsPush * self)
{
  return self->push_id;
}

gboolean
wms_push_get_using_proxy (WmsPush * self)
{
  return self->using_proxy;
}
