/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wmspush/wmshttpanswer.h"

#include <string.h>

#include "wmspush/wmsstatus.h"

/* A CONNECT that was refused has the answer. */
static SoupMessage *
find_answered (SoupMessage * message, SoupMessage * tunnel)
{
  return tunnel != NULL && !SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status
      (tunnel)) ? tunnel : message;
}

static void
clear_cookie (gpointer cookie)
{
  g_free ((gchar *) ((WmsCookie *) cookie)->name);
  g_free ((gchar *) ((WmsCookie *) cookie)->value);
}

static gboolean
is_past (SoupCookie * cookie)
{
  GDateTime *expires = soup_cookie_get_expires (cookie);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  return expires != NULL && g_date_time_compare (expires, now) <= 0;
}

static void
add_item (GArray * list, const gchar * name, const gchar * value,
    gboolean is_deleted)
{
  WmsCookie item = { g_strdup (name), g_strdup (value), is_deleted };

  g_array_append_val (list, item);
  /* the array has them: cppcheck 2.10 does not follow structures into it */
  /* cppcheck-suppress memleak */
}

/* A push-id is of the protocol and has no attributes ([MS-WMHTTP] 2.2.1.6): what
 * stands behind it does not count, nor what a proxy has folded into its header:
 * a session-id may have commas, but no blanks. */
static gboolean
add_push_id (GArray * list, const gchar * header)
{
  g_autofree gchar *pair = g_strndup (header, strcspn (header, ";"));
  gchar *value = strchr (pair, '=');
  gchar *fold;

  if (value == NULL)
    return FALSE;
  *value++ = '\0';
  if (strcmp (g_strstrip (pair), "push-id") != 0)
    return FALSE;
  fold = strstr (value, ", ");
  if (fold != NULL)
    *fold = '\0';
  add_item (list, pair, g_strstrip (value), FALSE);
  return TRUE;
}

/* Other cookies are those of RFC 2109: one for another place is none for us. */
static void
add_cookie (GArray * list, const gchar * header, GUri * uri)
{
  SoupCookie *cookie = soup_cookie_parse (header, uri);
  gboolean is_deleted;

  if (cookie == NULL)
    return;
  is_deleted = is_past (cookie);
  if (is_deleted || soup_cookie_applies_to_uri (cookie, uri))
    add_item (list, soup_cookie_get_name (cookie),
        soup_cookie_get_value (cookie), is_deleted);
  soup_cookie_free (cookie);
}

static void
take_cookies (WmsHttpAnswer * self, SoupMessageHeaders * headers, GUri * uri)
{
  SoupMessageHeadersIter iter;
  const gchar *name;
  const gchar *value;

  self->cookies = g_array_new (FALSE, FALSE, sizeof (WmsCookie));
  g_array_set_clear_func (self->cookies, clear_cookie);
  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value)) {
    if (g_ascii_strcasecmp (name, "Set-Cookie") == 0
        && !add_push_id (self->cookies, value))
      add_cookie (self->cookies, value, uri);
  }
  self->response.cookies = (const WmsCookie *) self->cookies->data;
  self->response.n_cookies = self->cookies->len;
}

/* HTTP/1.0 connections end with the answer unless it says otherwise, the
 * others last unless it does (RFC 9112, section 9.3), or its body ends with the
 * connection only (6.3). */
static gboolean
is_closing (SoupMessage * message, SoupMessageHeaders * headers)
{
  const gchar *connection = soup_message_headers_get_list (headers,
      "Connection");

  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_EOF)
    return TRUE;
  if (soup_message_get_http_version (message) == SOUP_HTTP_1_0)
    return connection == NULL
        || !soup_header_contains (connection, "keep-alive");
  return connection != NULL && soup_header_contains (connection, "close");
}

void
wms_http_answer_init (WmsHttpAnswer * self, SoupMessage * message,
    SoupMessage * tunnel)
{
  SoupMessage *answered = find_answered (message, tunnel);
  SoupMessageHeaders *headers = soup_message_get_response_headers (answered);
  WmsResponse response = {
    .status = soup_message_get_status (answered),
    .server = soup_message_headers_get_one (headers, "Server"),
    .location = soup_message_headers_get_one (headers, "Location"),
    .via = soup_message_headers_get_list (headers, "Via"),
    .server_challenges = soup_message_headers_get_list (headers,
        "WWW-Authenticate"),
    .proxy_challenges = soup_message_headers_get_list (headers,
        "Proxy-Authenticate"),
    .proxy_support = soup_message_headers_get_list (headers, "Proxy-Support"),
    .is_closing = is_closing (answered, headers),
  };

  self->response = response;
  self->headers = soup_message_headers_ref (headers);
  take_cookies (self, headers, soup_message_get_uri (message));
}

void
wms_http_answer_clear (WmsHttpAnswer * self)
{
  g_array_unref (self->cookies);
  soup_message_headers_unref (self->headers);
}

gsize
wms_http_head_size (SoupMessage * message)
{
  SoupMessageMetrics *metrics = soup_message_get_metrics (message);

  return metrics == NULL ? 0 :
      soup_message_metrics_get_response_header_bytes_received (metrics);
}

gboolean
wms_http_is_head_too_large (SoupMessage * message, const GError * error)
{
  return message != NULL
      && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT)
      && wms_http_head_size (message) >= WMS_HTTP_MAX_HEAD;
}

GError *
wms_http_head_error (void)
{
  return g_error_new_literal (WMS_ERROR, WMS_ERROR_ANSWER,
      "the answer's head has no end");
}
