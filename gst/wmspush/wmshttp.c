/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libsoup carries the heads, and sees each end of a connection at once; the
 * body of a PushStart does not pass through it: it gets an empty stream of a
 * declared length, writes the head, finds the stream at its end and waits for
 * the answer (docs/design.md, transport).  Everything here runs on one thread,
 * so there is no lock. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmshttp.h"

#include <libsoup/soup.h>

#include "wmspush/wmsstatus.h"

/* An answer's body means nothing to us; what is longer is not read. */
#define MAX_ANSWER_BODY 65536

struct _WmsHttp
{
  gint ref_count;
  const WmsHttpHandler *handler;        /* NULL when closed */
  gpointer user_data;
  SoupSession *session;
  GIOStream *stream;
  guint64 connection_id;

  /* the request under way */
  SoupMessage *message;
  GCancellable *cancellable;
  WmsRequestKind kind;
  gboolean told_resolving;
  gboolean told_connecting;
  GError *abort_reason;
};

static void
http_unref (WmsHttp * self)
{
  if (--self->ref_count > 0)
    return;
  g_clear_object (&self->stream);
  g_clear_object (&self->message);
  g_clear_object (&self->session);
  g_free (self);
}

WmsHttp *
wms_http_new (const WmsHttpHandler * handler, gpointer user_data)
{
  WmsHttp *self = g_new0 (WmsHttp, 1);

  self->ref_count = 1;
  self->handler = handler;
  self->user_data = user_data;
  /* The connection has to last from PushSetup to PushStart, however long that
   * takes; time limits are the caller's. */
  self->session = soup_session_new_with_options ("idle-timeout", 0,
      "timeout", 0, NULL);
  soup_session_remove_feature_by_type (self->session,
      SOUP_TYPE_CONTENT_DECODER);
  return self;
}

static void
tell (WmsHttp * self, WmsHttpProgress progress)
{
  if (self->handler != NULL)
    self->handler->progress (progress, self->user_data);
}

void
wms_http_abort (WmsHttp * self, GError * reason)
{
  if (self->message == NULL || self->abort_reason != NULL) {
    g_error_free (reason);
    return;
  }
  self->abort_reason = reason;
  g_cancellable_cancel (self->cancellable);
}

static void
abort_for_connection (WmsHttp * self)
{
  wms_http_abort (self, g_error_new_literal (WMS_ERROR,
          WMS_ERROR_CONNECTION_CHANGED,
          "the connection of PushSetup is gone before PushStart"));
}

static void
keep_stream (WmsHttp * self, GIOStream * stream)
{
  g_set_object (&self->stream, stream);
}

static void
network_event_cb (SoupMessage * message, GSocketClientEvent event,
    GIOStream * stream, WmsHttp * self)
{
  /* Emitted for new connections only, which a PushStart must not open. */
  if (self->kind == WMS_REQUEST_START) {
    abort_for_connection (self);
    return;
  }
  switch (event) {
    case G_SOCKET_CLIENT_RESOLVING:
      if (!self->told_resolving)
        tell (self, WMS_HTTP_RESOLVING);
      self->told_resolving = TRUE;
      break;
    case G_SOCKET_CLIENT_CONNECTING:
      if (!self->told_connecting)
        tell (self, WMS_HTTP_CONNECTING);
      self->told_connecting = TRUE;
      break;
    case G_SOCKET_CLIENT_TLS_HANDSHAKING:{
      const gchar *const protocols[] = { "http/1.1", NULL };

      /* never HTTP/2: push-protocol, C1 */
      g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (stream),
          protocols);
      break;
    }
    case G_SOCKET_CLIENT_COMPLETE:
      keep_stream (self, stream);
      break;
    default:
      break;
  }
}

static void
wrote_headers_cb (SoupMessage * message, WmsHttp * self)
{
  guint64 id = soup_message_get_connection_id (message);

  if (self->kind == WMS_REQUEST_SETUP)
    self->connection_id = id;
  else if (id != self->connection_id)
    abort_for_connection (self);
}

/* Not in wrote-headers: libsoup still flushes and closes its own body stream
 * in between. */
static void
wrote_body_cb (SoupMessage * message, WmsHttp * self)
{
  if (self->kind == WMS_REQUEST_START && self->abort_reason == NULL)
    tell (self, WMS_HTTP_HEAD_SENT);
}

/* libsoup takes an answer without a length for one that lasts until the
 * connection ends, and a 204 has none. */
static void
got_headers_cb (SoupMessage * message, WmsHttp * self)
{
  if (soup_message_get_status (message) == SOUP_STATUS_NO_CONTENT)
    soup_message_headers_set_content_length (soup_message_get_response_headers
        (message), 0);
}

/* A PushStart cannot be sent twice: its body is not libsoup's. */
static void
restarted_cb (SoupMessage * message, WmsHttp * self)
{
  if (self->kind == WMS_REQUEST_START)
    wms_http_abort (self, g_error_new_literal (WMS_ERROR, WMS_ERROR_LOST,
            "the connection ended without an answer"));
}

static void
finish_request (WmsHttp * self)
{
  if (self->message != NULL)
    g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->abort_reason);
}

static void
report_failure (WmsHttp * self, GError * error)
{
  const WmsHttpHandler *handler = self->handler;
  g_autoptr (GError) reason = g_steal_pointer (&self->abort_reason);

  finish_request (self);
  if (handler != NULL)
    handler->failed (reason != NULL ? reason : error, self->user_data);
}

static void
report_answer (WmsHttp * self, SoupMessage * message)
{
  const WmsHttpHandler *handler = self->handler;
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  GSList *cookies = soup_cookies_from_response (message);
  g_autofree WmsCookie *list = g_new0 (WmsCookie, g_slist_length (cookies));
  WmsResponse response = {
    .status = soup_message_get_status (message),
    .server = soup_message_headers_get_one (headers, "Server"),
    .location = soup_message_headers_get_one (headers, "Location"),
    .via = soup_message_headers_get_list (headers, "Via"),
    .cookies = list,
  };
  GSList *l;

  for (l = cookies; l != NULL; l = l->next) {
    list[response.n_cookies].name = soup_cookie_get_name (l->data);
    list[response.n_cookies++].value = soup_cookie_get_value (l->data);
  }
  finish_request (self);
  if (handler != NULL)
    handler->answered (&response, self->user_data);
  soup_cookies_free (cookies);
}

/* The body has to be read before the connection can be used again. */
static void
body_read_done (GObject * stream, GAsyncResult * result, gpointer user_data)
{
  WmsHttp *self = user_data;
  g_autoptr (SoupMessage) message = NULL;

  g_input_stream_skip_finish (G_INPUT_STREAM (stream), result, NULL);
  g_input_stream_close (G_INPUT_STREAM (stream), NULL, NULL);
  g_object_unref (stream);
  g_set_object (&message, self->message);
  if (message != NULL && self->abort_reason != NULL)
    report_failure (self, NULL);
  else if (message != NULL)
    report_answer (self, message);
  http_unref (self);
}

/* Whether another request can follow on the connection, which wants the
 * answer's body read.  Any other answer is told at once: its body may never
 * come, and what it says would be missed (push-protocol, C23). */
static gboolean
is_connection_kept (SoupMessage * message)
{
  return soup_message_get_status (message) == SOUP_STATUS_OK
      || soup_message_get_status (message) == SOUP_STATUS_NO_CONTENT;
}

static void
send_done (GObject * session, GAsyncResult * result, gpointer user_data)
{
  WmsHttp *self = user_data;
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  GInputStream *body;

  body = soup_session_send_finish (SOUP_SESSION (session), result, &error);
  g_set_object (&message, self->message);
  if (message != NULL && (body == NULL || self->abort_reason != NULL)) {
    report_failure (self, error);
  } else if (message != NULL && is_connection_kept (message)) {
    g_input_stream_skip_async (body, MAX_ANSWER_BODY, G_PRIORITY_DEFAULT,
        self->cancellable, body_read_done, self);
    return;
  } else if (message != NULL) {
    report_answer (self, message);
  }
  g_clear_object (&body);
  http_unref (self);
}

/* In the order of Windows' encoders (docs/design.md, interoperability). */
static void
set_headers (SoupMessage * message, const WmsRequest * request)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_headers_replace (headers, "User-Agent", request->user_agent);
  soup_message_headers_replace (headers, "Connection", "Keep-Alive");
  soup_message_headers_replace (headers, "Cache-Control", "no-cache");
  soup_message_headers_replace (headers, "Cookie", request->cookie);
}

static void
set_body (SoupMessage * message, const WmsRequest * request)
{
  g_autoptr (GInputStream) body = NULL;

  if (request->body != NULL) {
    soup_message_set_request_body_from_bytes (message, request->content_type,
        request->body);
  } else {
    body = g_memory_input_stream_new ();
    soup_message_set_request_body (message, request->content_type, body,
        request->content_length);
  }
}

static gboolean
is_loopback (const gchar * host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return g_strcmp0 (host, "localhost") == 0
      || (address != NULL && g_inet_address_get_is_loopback (address));
}

/* No proxy has a way to this machine's loopback.  Resolvers of proxies use a
 * pool of threads, which does not survive a fork; without one, a forked child
 * can push. */
static void
choose_proxy (WmsHttp * self, GUri * uri)
{
  if (is_loopback (g_uri_get_host (uri)))
    soup_session_set_proxy_resolver (self->session, NULL);
}

void
wms_http_send (WmsHttp * self, const WmsRequest * request)
{
  SoupMessage *message;

  g_return_if_fail (self->message == NULL);

  choose_proxy (self, request->uri);
  message = soup_message_new_from_uri (SOUP_METHOD_POST, request->uri);
  self->message = message;
  self->kind = request->kind;
  self->cancellable = g_cancellable_new ();
  self->told_resolving = self->told_connecting = FALSE;
  /* Without IDEMPOTENT, libsoup opens a connection for each POST; it follows
   * redirects with a GET. */
  soup_message_add_flags (message,
      SOUP_MESSAGE_IDEMPOTENT | SOUP_MESSAGE_NO_REDIRECT);
  set_body (message, request);
  set_headers (message, request);
  g_signal_connect (message, "network-event", G_CALLBACK (network_event_cb),
      self);
  g_signal_connect (message, "wrote-headers", G_CALLBACK (wrote_headers_cb),
      self);
  g_signal_connect (message, "wrote-body", G_CALLBACK (wrote_body_cb), self);
  g_signal_connect (message, "got-headers", G_CALLBACK (got_headers_cb), self);
  g_signal_connect (message, "restarted", G_CALLBACK (restarted_cb), self);
  self->ref_count++;
  soup_session_send_async (self->session, message, G_PRIORITY_DEFAULT,
      self->cancellable, send_done, self);
}

GIOStream *
wms_http_get_stream (WmsHttp * self)
{
  return self->stream;
}

void
wms_http_close (WmsHttp * self)
{
  self->handler = NULL;
  g_clear_error (&self->abort_reason);
  if (self->message != NULL) {
    g_signal_handlers_disconnect_by_data (self->message, self);
    g_clear_object (&self->message);
    g_cancellable_cancel (self->cancellable);
    g_clear_object (&self->cancellable);
  }
  soup_session_abort (self->session);
  http_unref (self);
}
