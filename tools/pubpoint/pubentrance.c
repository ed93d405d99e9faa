/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubentrance.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <glib/gi18n-lib.h>

#include "pubcertificate.h"
#include "publisten.h"
#include "pubrequest.h"
#include "pubserver-private.h"
#include "pubsocket.h"
#include "pubtls.h"
#include "pubwaiting.h"
#include "wmspush/wmssource.h"

#define REQUEST_KEY "pub-entrance"

struct _PubEntrance
{
  PubServer *server;
  PubListeners *listeners;
  PubTls *tls;
  PubWaiting *waiting;
};

/* Of a request that is waited for; it goes with its message. */
typedef struct
{
  PubEntrance *entrance;
  SoupServerMessage *msg;
  PubWait *wait;                /* NULL: over */
  GSource *first_byte;          /* of PUB_WAIT_NEXT */
} Request;

/* The object that libsoup and pubconn hand on from request to request of a
 * connection. */
static GObject *
connection_of (SoupServerMessage * msg)
{
  return G_OBJECT (soup_server_message_get_remote_address (msg));
}

static GSocket *
socket_of (SoupServerMessage * msg)
{
  return pub_socket_of (soup_server_message_get_remote_address (msg));
}

static void
request_free (Request * self)
{
  wms_source_clear (&self->first_byte);
  g_clear_pointer (&self->wait, pub_wait_remove);
  g_free (self);
}

/* Closed first, so that TLS does not wait for room to say goodbye. */
static void
drop (SoupServerMessage * msg)
{
  GSocket *socket = socket_of (msg);
  GIOStream *stream;

  if (socket != NULL)
    g_socket_close (socket, NULL);
  stream = pub_conns_take_stream (msg);
  g_clear_object (&stream);
}

/* Bytes of a head have come, as far as TLS lets one see it. */
static gboolean
has_begun (SoupServerMessage * msg, PubWaitKind kind)
{
  GSocket *socket = socket_of (msg);
  struct tcp_info info = { 0 };
  socklen_t size = sizeof (info);

  if (kind == PUB_WAIT_NEXT)
    return FALSE;
  if (kind == PUB_WAIT_BODY || g_object_get_data (connection_of (msg),
          "pub-has-had-request") != NULL)
    return TRUE;
  return socket != NULL && g_object_get_data (connection_of (msg),
      "pub-secure") == NULL && getsockopt (g_socket_get_fd (socket),
      IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_bytes_received > 0;
}

/* A request that has begun is answered (RFC 9110, 15.5.9), unless an answer is
 * on its way already; [MS-WMHTTP] 3.2.6.2 wants the rest closed. */
static void
request_over (gpointer data, PubWaitKind kind, gboolean is_late)
{
  Request *self = data;
  SoupServerMessage *msg = self->msg;
  gchar *text;
  PubConn *conn;

  self->wait = NULL;
  wms_source_clear (&self->first_byte);
  if (pub_conns_is_taken (msg))
    return;
  if (!is_late || soup_server_message_get_status (msg) != 0
      || !has_begun (msg, kind)) {
    drop (msg);
    return;
  }
  text = pub_response_text (SOUP_STATUS_REQUEST_TIMEOUT, NULL, TRUE, NULL);
  conn = pub_conn_steal (self->entrance->server->conns, msg, NULL, NULL);
  pub_conn_queue_text (conn, text);
  pub_conn_close (conn);
  g_free (text);
}

static void
head_came (SoupServerMessage * msg, gpointer data)
{
  Request *self = g_object_get_data (G_OBJECT (msg), REQUEST_KEY);

  if (self == NULL)
    return;
  wms_source_clear (&self->first_byte);
  g_object_set_data (connection_of (msg), "pub-has-had-request",
      GINT_TO_POINTER (TRUE));
  if (self->wait != NULL)
    pub_wait_move (self->wait, PUB_WAIT_BODY);
}

/* From now on the head has to come soon.  The end of a connection that was
 * kept libsoup 3.2 does not see. */
static gboolean
first_byte_came (GSocket * socket, GIOCondition condition, gpointer data)
{
  Request *self = data;
  gchar byte;
  gboolean has_ended = recv (g_socket_get_fd (socket), &byte, 1,
      MSG_PEEK | MSG_DONTWAIT) == 0;

  wms_source_clear (&self->first_byte);
  if (pub_conns_is_taken (self->msg))
    return G_SOURCE_REMOVE;
  if (has_ended) {
    g_clear_pointer (&self->wait, pub_wait_remove);
    drop (self->msg);
  } else if (self->wait != NULL) {
    pub_wait_move (self->wait, PUB_WAIT_FIRST);
  }
  return G_SOURCE_REMOVE;
}

static void
watch_first_byte (Request * self, GSocket * socket)
{
  self->first_byte = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (self->first_byte, G_SOURCE_FUNC (first_byte_came),
      self, NULL);
  g_source_attach (self->first_byte, g_main_context_get_thread_default ());
}

/* A connection is here, new or after its last request. */
static void
request_started (SoupServer * soup, SoupServerMessage * msg, gpointer data)
{
  PubEntrance *entrance = data;
  Request *self = g_new0 (Request, 1);
  GSocket *socket = socket_of (msg);
  gboolean is_next = g_object_get_data (connection_of (msg),
      "pub-has-had-request") != NULL;

  self->entrance = entrance;
  self->msg = msg;
  g_object_set_data_full (G_OBJECT (msg), REQUEST_KEY, self,
      (GDestroyNotify) request_free);
  g_signal_connect (msg, "got-headers", G_CALLBACK (head_came), NULL);
  self->wait = pub_waiting_add (entrance->waiting, is_next ? PUB_WAIT_NEXT
      : PUB_WAIT_FIRST, request_over, self);
  if (is_next && socket != NULL)
    watch_first_byte (self, socket);
}

static void
give_to_soup (PubEntrance * self, GIOStream * stream,
    GSocketConnection * connection, gboolean is_secure)
{
  GSocketAddress *local = g_socket_connection_get_local_address (connection,
      NULL);
  GSocketAddress *remote = g_socket_connection_get_remote_address (connection,
      NULL);

  /* it may have gone already */
  if (local != NULL && remote != NULL) {
    pub_socket_note (remote, g_socket_connection_get_socket (connection));
    if (is_secure)
      pub_auth_mark_secure (remote);
    pub_conns_accept (self->server->conns, stream, local, remote);
  }
  g_clear_object (&local);
  g_clear_object (&remote);
}

static void
handshake_done (GIOStream * stream, GSocketConnection * connection,
    gpointer data)
{
  if (stream != NULL)
    give_to_soup (data, stream, connection, TRUE);
}

static void
accepted (GSocketConnection * connection, gboolean is_tls, gpointer data)
{
  PubEntrance *self = data;

  if (is_tls)
    pub_tls_accept (self->tls, connection);
  else
    give_to_soup (self, G_IO_STREAM (connection), connection, FALSE);
}

static gboolean
make_room (gpointer data)
{
  PubEntrance *self = data;

  return pub_waiting_make_room (self->waiting);
}

PubEntrance *
pub_entrance_new (PubServer * server)
{
  PubEntrance *self = g_new0 (PubEntrance, 1);

  self->server = server;
  self->waiting = pub_waiting_new (&server->config);
  self->tls = pub_tls_new (self->waiting, handshake_done, self);
  self->listeners = pub_listeners_new (accepted, make_room, self);
  g_signal_connect (server->soup, "request-started",
      G_CALLBACK (request_started), self);
  return self;
}

void
pub_entrance_close (PubEntrance * self)
{
  pub_listeners_close (self->listeners);
  pub_waiting_end (self->waiting);
}

void
pub_entrance_free (PubEntrance * self)
{
  g_signal_handlers_disconnect_by_data (self->server->soup, self);
  pub_listeners_free (self->listeners);
  pub_tls_free (self->tls);
  pub_waiting_free (self->waiting);
  g_free (self);
}

static void
warn_open (PubServer * self, const gchar * address)
{
  if (!pub_address_is_loopback (address)
      && pub_front_is_open (self->front, PUB_ROLE_ENCODER))
    g_warning ("everybody who reaches %s can push programmes:"
        " --encoder-passwords or --encoder-access keep others out", address);
}

gboolean
pub_server_listen (PubServer * self, const gchar * address, guint port,
    GError ** error)
{
  if (!pub_listeners_add (self->entrance->listeners, address, port, FALSE,
          error))
    return FALSE;
  warn_open (self, address);
  return TRUE;
}

gboolean
pub_server_listen_tls (PubServer * self, const gchar * address, guint port,
    GError ** error)
{
  if (!pub_tls_has_certificate (self->entrance->tls)) {
    g_set_error_literal (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
        _("TLS needs a certificate (--tls-certificate)"));
    return FALSE;
  }
  if (!pub_listeners_add (self->entrance->listeners, address, port, TRUE,
          error))
    return FALSE;
  warn_open (self, address);
  return TRUE;
}

gboolean
pub_server_set_tls (PubServer * self, const gchar * certificate_file,
    const gchar * key_file, GError ** error)
{
  GTlsCertificate *certificate;

  if (certificate_file == NULL)
    return TRUE;
  certificate = pub_certificate_load (certificate_file, key_file, error);
  if (certificate == NULL)
    return FALSE;
  pub_server_set_certificate (self, certificate);
  g_object_unref (certificate);
  return TRUE;
}

void
pub_server_set_certificate (PubServer * self, GTlsCertificate * certificate)
{
  pub_tls_set_certificate (self->entrance->tls, certificate);
}

guint
pub_server_get_port (PubServer * self)
{
  return pub_listeners_get_port (self->entrance->listeners);
}

gchar *
pub_server_get_url (PubServer * self)
{
  return pub_server_get_nth_url (self, 0);
}

gchar *
pub_server_get_nth_url (PubServer * self, guint index)
{
  return pub_listeners_get_url (self->entrance->listeners, index);
}
