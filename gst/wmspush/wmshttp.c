/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libsoup carries the heads, and sees each end of a connection at once; the
 * body of a PushStart does not pass through it: it gets an empty stream of a
 * declared length, writes the head, finds the stream at its end and waits for
 * the answer (design-sink.md, Transport).  Everything here runs on one thread,
 * so there is no lock. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmshttp.h"

#include <libsoup/soup.h>

#include "wmspush/wmscause.h"
#include "wmspush/wmshttpanswer.h"
#include "wmspush/wmsproxy.h"
#include "wmspush/wmssocket.h"
#include "wmspush/wmsstatus.h"
#include "wmspush/wmsthread.h"

/* An answer's body means nothing to us; what is longer is not read. */
#define MAX_ANSWER_BODY 65536

struct _WmsHttp
{
  gint ref_count;
  const WmsHttpConfig *config;
  const WmsHttpHandler *handler;        /* NULL when closed */
  gpointer user_data;
  SoupSession *session;
  GIOStream *stream;
  GSocket *unfinished;          /* until stream is there */
  guint64 connection_id;
  gchar *proxy_host;            /* what the connection leads to */
  gboolean is_proxy_named;

  /* the request under way */
  SoupMessage *message;
  GCancellable *cancellable;
  gboolean has_wakeup;          /* the cancellable has a descriptor */
  WmsRequestKind kind;
  gboolean is_bound;            /* to the connection that there is */
  gchar *proxy_authorization;
  SoupMessage *tunnel;          /* its CONNECT */
  gboolean is_refused;          /* by the proxy */
  gboolean told_resolving;
  gboolean told_connecting;
  GTlsCertificateFlags certificate_errors;      /* that count */
  gsize informational_size;     /* of the heads before the answer's */
  GError *abort_reason;
};

static void
http_unref (WmsHttp * self)
{
  if (--self->ref_count > 0)
    return;
  g_clear_object (&self->stream);
  g_clear_object (&self->unfinished);
  g_clear_object (&self->message);
  g_clear_object (&self->session);
  g_clear_object (&self->tunnel);
  wms_free_secret (self->proxy_authorization);
  g_free (self->proxy_host);
  g_free (self);
  wms_thread_release ();
}

static void
tell (WmsHttp * self, WmsHttpProgress progress)
{
  if (self->handler != NULL)
    self->handler->progress (progress, self->user_data);
}

void
wms_http_discard (WmsHttp * self)
{
  GSocket *socket = self->stream != NULL ? wms_socket_find (self->stream)
      : self->unfinished;

  if (socket != NULL && !g_socket_is_closed (socket))
    wms_socket_discard (socket);
}

void
wms_http_abort (WmsHttp * self, GError * reason)
{
  if (self->message == NULL || self->abort_reason != NULL) {
    g_error_free (reason);
    return;
  }
  self->abort_reason = reason;
  /* libsoup closes it */
  wms_http_discard (self);
  g_cancellable_cancel (self->cancellable);
}

/* 1xx: what comes before an answer is as little without end as its head. */
static void
got_informational_cb (SoupMessage * message, WmsHttp * self)
{
  self->informational_size += wms_http_head_size (message);
  if (self->informational_size > WMS_HTTP_MAX_HEAD)
    wms_http_abort (self, wms_http_head_error ());
}

/* 401 and 407 are the protocol's business: design-sink.md, Authentication.  A
 * session without the feature would gather their bodies in memory.  A CONNECT
 * has been connected to it when it is seen. */
static void
disable_authentication (WmsHttp * self, SoupMessage * message)
{
  SoupSessionFeature *manager = soup_session_get_feature (self->session,
      SOUP_TYPE_AUTH_MANAGER);

  soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
  g_signal_handlers_disconnect_by_data (message, manager);
}

static void
watch_head (WmsHttp * self, SoupMessage * message)
{
  soup_message_add_flags (message, SOUP_MESSAGE_COLLECT_METRICS);
  g_signal_connect (message, "got-informational",
      G_CALLBACK (got_informational_cb), self);
}

/* Who refuses a tunnel has said all with the head: the connection ends in any
 * case, and the body may have no end. */
static void
tunnel_got_headers_cb (SoupMessage * tunnel, WmsHttp * self)
{
  self->is_refused =
      !SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (tunnel));
  if (self->is_refused)
    g_cancellable_cancel (self->cancellable);
}

static void
request_queued_cb (SoupSession * session, SoupMessage * message, WmsHttp * self)
{
  if (soup_message_get_method (message) != SOUP_METHOD_CONNECT)
    return;
  g_set_object (&self->tunnel, message);
  disable_authentication (self, message);
  watch_head (self, message);
  g_signal_connect (message, "got-headers",
      G_CALLBACK (tunnel_got_headers_cb), self);
  if (self->proxy_authorization != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message),
        "Proxy-Authorization", self->proxy_authorization);
}

WmsHttp *
wms_http_new (const WmsHttpConfig * config, const WmsHttpHandler * handler,
    gpointer user_data)
{
  WmsHttp *self = g_new0 (WmsHttp, 1);

  wms_thread_hold ();
  self->ref_count = 1;
  self->config = config;
  self->handler = handler;
  self->user_data = user_data;
  /* The connection has to last from PushSetup to PushStart, however long that
   * takes; time limits are the caller's. */
  self->session = soup_session_new_with_options ("idle-timeout", 0,
      "timeout", 0, NULL);
  if (config->tls_database != NULL)
    soup_session_set_tls_database (self->session, config->tls_database);
  soup_session_set_tls_interaction (self->session, config->tls_interaction);
  soup_session_remove_feature_by_type (self->session,
      SOUP_TYPE_CONTENT_DECODER);
  g_signal_connect (self->session, "request-queued",
      G_CALLBACK (request_queued_cb), self);
  return self;
}

static void
abort_for_connection (WmsHttp * self)
{
  wms_http_abort (self, g_error_new_literal (WMS_ERROR,
          WMS_ERROR_CONNECTION_CHANGED,
          "the connection of PushSetup is gone before PushStart"));
}

/* Whether there is a proxy at the other end. */
static void
look_at_peer (WmsHttp * self, GIOStream * stream)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GUri) uri = NULL;

  g_clear_pointer (&self->proxy_host, g_free);
  g_set_object (&self->unfinished,
      g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)));
  address = g_socket_get_remote_address (self->unfinished, NULL);
  if (address == NULL || !G_IS_PROXY_ADDRESS (address))
    return;
  uri = g_uri_parse (g_proxy_address_get_uri (G_PROXY_ADDRESS (address)),
      G_URI_FLAGS_NONE, NULL);
  self->proxy_host = g_strdup (uri != NULL ? g_uri_get_host (uri) : "");
}

/* A handshake waits on a thread of GIO's, and each of these waits makes the
 * descriptor that a cancellable wakes it by, unless there is one already. */
static void
reserve_wakeup (WmsHttp * self)
{
  GPollFD unused;

  if (wms_thread_has_descriptor ())
    self->has_wakeup = g_cancellable_make_pollfd (self->cancellable, &unused);
  else
    wms_http_abort (self, g_error_new_literal (G_IO_ERROR,
            G_IO_ERROR_TOO_MANY_OPEN_FILES, "no descriptor for a handshake"));
}

static void
drop_cancellable (WmsHttp * self)
{
  if (self->has_wakeup)
    g_cancellable_release_fd (self->cancellable);
  self->has_wakeup = FALSE;
  g_clear_object (&self->cancellable);
}

static void
network_event_cb (SoupMessage * message, GSocketClientEvent event,
    GIOStream * stream, WmsHttp * self)
{
  /* Emitted for new connections only, which what is bound must not open. */
  if (self->is_bound) {
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
    case G_SOCKET_CLIENT_CONNECTED:
      look_at_peer (self, stream);
      break;
    case G_SOCKET_CLIENT_TLS_HANDSHAKING:{
      const gchar *const protocols[] = { "http/1.1", NULL };

      /* never HTTP/2: protocol.md, C1 */
      g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (stream),
          protocols);
      if (!self->has_wakeup)
        reserve_wakeup (self);
      break;
    }
    case G_SOCKET_CLIENT_COMPLETE:
      g_set_object (&self->stream, stream);
      g_clear_object (&self->unfinished);
      break;
    default:
      break;
  }
}

static gboolean
accept_certificate_cb (SoupMessage * message, GTlsCertificate * certificate,
    GTlsCertificateFlags errors, WmsHttp * self)
{
  self->certificate_errors = errors & self->config->tls_validation_flags;
  return self->certificate_errors == 0;
}

static gboolean
is_https (SoupMessage * message)
{
  return g_strcmp0 (g_uri_get_scheme (soup_message_get_uri (message)),
      "https") == 0;
}

/* The connection is there, so it is known who gets the head: with https the
 * CONNECT has had what is for the proxy. */
static void
starting_cb (SoupMessage * message, WmsHttp * self)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_headers_remove (headers, "Proxy-Authorization");
  if (self->proxy_host != NULL && self->proxy_authorization != NULL
      && !is_https (message))
    soup_message_headers_replace (headers, "Proxy-Authorization",
        self->proxy_authorization);
}

static void
wrote_headers_cb (SoupMessage * message, WmsHttp * self)
{
  guint64 id = soup_message_get_connection_id (message);

  if (!self->is_bound)
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
  /* libsoup would gather its body and try again */
  if (soup_message_get_status (message) == SOUP_STATUS_MISDIRECTED_REQUEST)
    wms_http_abort (self, g_error_new_literal (WMS_HTTP_ERROR,
            SOUP_STATUS_MISDIRECTED_REQUEST, "misdirected request"));
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
forget_tunnel (WmsHttp * self)
{
  if (self->tunnel != NULL)
    g_signal_handlers_disconnect_by_data (self->tunnel, self);
  g_clear_object (&self->tunnel);
}

static void
finish_request (WmsHttp * self)
{
  if (self->message != NULL)
    g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  drop_cancellable (self);
  forget_tunnel (self);
  g_clear_pointer (&self->proxy_authorization, wms_free_secret);
  g_clear_error (&self->abort_reason);
}

static WmsStage
get_stage (WmsHttp * self)
{
  if (self->stream != NULL)
    return WMS_STAGE_CONNECTED;
  return self->told_resolving && !self->told_connecting ?
      WMS_STAGE_RESOLVING : WMS_STAGE_CONNECTING;
}

/* @error: (transfer full) (nullable): libsoup's, for which there may be a
 * reason of ours */
static void
report_failure (WmsHttp * self, GError * error)
{
  const WmsHttpHandler *handler = self->handler;
  g_autoptr (GError) reason = g_steal_pointer (&self->abort_reason);
  g_autoptr (GError) other = error;

  if (reason == NULL && other != NULL
      && (wms_http_is_head_too_large (self->message, other)
          || wms_http_is_head_too_large (self->tunnel, other)))
    reason = wms_http_head_error ();
  if (reason == NULL)
    reason = g_steal_pointer (&other);
  wms_cause_set_certificate (reason, self->certificate_errors);
  wms_cause_refine (reason, get_stage (self),
      self->is_proxy_named && self->proxy_host == NULL);
  finish_request (self);
  if (handler != NULL)
    handler->failed (reason, self->user_data);
}

static void
report_answer (WmsHttp * self, SoupMessage * message)
{
  const WmsHttpHandler *handler = self->handler;
  WmsHttpAnswer answer;

  wms_http_answer_init (&answer, message, self->tunnel);
  answer.response.proxy_host = self->proxy_host;
  finish_request (self);
  if (handler != NULL)
    handler->answered (&answer.response, self->user_data);
  wms_http_answer_clear (&answer);
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

/* Returns: whether the answer's body is read before more is done. */
static gboolean
take_outcome (WmsHttp * self, SoupMessage * message, GInputStream * body,
    GError ** error)
{
  gboolean is_refused = self->is_refused && self->abort_reason == NULL;

  if (!is_refused && (body == NULL || self->abort_reason != NULL)) {
    report_failure (self, g_steal_pointer (error));
    return FALSE;
  }
  if (!is_refused && self->handler != NULL
      && self->handler->goes_on (soup_message_get_status (message),
          self->user_data)) {
    g_input_stream_skip_async (body, MAX_ANSWER_BODY, G_PRIORITY_DEFAULT,
        self->cancellable, body_read_done, self);
    return TRUE;
  }
  report_answer (self, message);
  return FALSE;
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
  if (message != NULL && take_outcome (self, message, body, &error))
    return;
  g_clear_object (&body);
  http_unref (self);
}

static void
set_body (SoupMessage * message, const WmsRequest * request)
{
  g_autoptr (GInputStream) body = NULL;

  if (request->body != NULL) {
    soup_message_set_request_body_from_bytes (message, NULL, request->body);
  } else {
    body = g_memory_input_stream_new ();
    soup_message_set_request_body (message, NULL, body,
        request->content_length);
  }
}

static void
add_header (SoupMessage * message, const gchar * name, const gchar * value)
{
  if (value != NULL)
    soup_message_headers_append (soup_message_get_request_headers (message),
        name, value);
}

/* In the order of Windows' encoders, but for X-Accept-Authentication: libsoup
 * writes names that it does not know behind all others (design-sink.md,
 * Transport).  The body sets Content-Length. */
static void
set_head_and_body (SoupMessage * message, const WmsRequest * request)
{
  add_header (message, "Content-Type", request->content_type);
  add_header (message, "User-Agent", request->user_agent);
  add_header (message, "Host", request->host);
  set_body (message, request);
  add_header (message, "Connection", "Keep-Alive");
  add_header (message, "Cache-Control", "no-cache");
  add_header (message, "Cookie", request->cookie);
  add_header (message, "Authorization", request->authorization);
  add_header (message, "X-Accept-Authentication", request->accept_schemes);
}

/* Resolvers of proxies use a pool of threads, which does not survive a fork;
 * without one, a forked child can push. */
static void
choose_proxy (WmsHttp * self, const WmsRequest * request)
{
  g_autoptr (GProxyResolver) resolver = NULL;
  g_autofree gchar *proxy = NULL;
  WmsProxyWay way;

  if (request->proxy != NULL)
    way = wms_proxy_choose (request->proxy, request->uri, &proxy, NULL);
  else
    way = wms_proxy_choose (self->config->proxy, request->uri, &proxy, NULL);
  self->is_proxy_named = way == WMS_PROXY_NAMED;
  if (way == WMS_PROXY_SYSTEM)
    return;
  if (way == WMS_PROXY_NAMED)
    resolver = g_simple_proxy_resolver_new (proxy, NULL);
  soup_session_set_proxy_resolver (self->session, resolver);
}

static void
connect_signals (WmsHttp * self, SoupMessage * message)
{
  watch_head (self, message);
  g_signal_connect (message, "network-event", G_CALLBACK (network_event_cb),
      self);
  g_signal_connect (message, "accept-certificate",
      G_CALLBACK (accept_certificate_cb), self);
  g_signal_connect (message, "starting", G_CALLBACK (starting_cb), self);
  g_signal_connect (message, "wrote-headers", G_CALLBACK (wrote_headers_cb),
      self);
  g_signal_connect (message, "wrote-body", G_CALLBACK (wrote_body_cb), self);
  g_signal_connect (message, "got-headers", G_CALLBACK (got_headers_cb), self);
  g_signal_connect (message, "restarted", G_CALLBACK (restarted_cb), self);
}

void
wms_http_send (WmsHttp * self, const WmsRequest * request)
{
  SoupMessage *message;

  g_return_if_fail (self->message == NULL);

  /* a session's resolver counts for new connections only */
  if (self->stream == NULL)
    choose_proxy (self, request);
  message = soup_message_new_from_uri (SOUP_METHOD_POST, request->uri);
  self->message = message;
  self->kind = request->kind;
  self->is_bound = request->is_bound;
  self->proxy_authorization = g_strdup (request->proxy_authorization);
  self->cancellable = g_cancellable_new ();
  self->told_resolving = self->told_connecting = FALSE;
  self->informational_size = 0;
  self->is_refused = FALSE;
  /* Without IDEMPOTENT, libsoup opens a connection for each POST; it follows
   * redirects with a GET. */
  disable_authentication (self, message);
  soup_message_add_flags (message,
      SOUP_MESSAGE_IDEMPOTENT | SOUP_MESSAGE_NO_REDIRECT);
  set_head_and_body (message, request);
  connect_signals (self, message);
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
    drop_cancellable (self);
  }
  forget_tunnel (self);
  g_signal_handlers_disconnect_by_data (self->session, self);
  /* a handshake on another thread may go on when nobody waits for it */
  if (self->unfinished != NULL)
    g_socket_shutdown (self->unfinished, TRUE, TRUE, NULL);
  soup_session_abort (self->session);
  http_unref (self);
}
