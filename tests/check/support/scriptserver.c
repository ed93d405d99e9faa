/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scriptserver.h"

#include <gst/check/gstcheck.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "testasf.h"

#define DEADLINE_S (20 * test_get_patience ())
#define DRIP_US (5000 * test_get_patience ())

typedef struct
{
  WmsFrameType type;
  GBytes *content;
} Frame;

struct _ScriptServer
{
  ScriptFunc script;
  gpointer user_data;
  GSocket *socket;
  GThread *thread;              /* NULL while it is away */
  gchar *address;
  guint port;
  GCancellable *stop;

  GMutex lock;
  GCond cond;
  GArray *frames;
  GString *heads;
  GPtrArray *threads;
  guint n_connections;
  guint n_closed;
  gboolean gate_is_open;
  gboolean has_fin;
};

struct _ScriptConnection
{
  ScriptServer *server;
  GSocket *socket;
  GIOStream *tls;
  guint number;
};

static gpointer
connection_thread (gpointer user_data)
{
  ScriptConnection *self = user_data;

  self->server->script (self, self->server->user_data);
  if (self->tls != NULL)
    g_io_stream_close (self->tls, NULL, NULL);
  g_clear_object (&self->tls);
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_mutex_lock (&self->server->lock);
  self->server->n_closed++;
  g_cond_broadcast (&self->server->cond);
  g_mutex_unlock (&self->server->lock);
  g_free (self);
  return NULL;
}

static gpointer
accept_thread (gpointer user_data)
{
  ScriptServer *self = user_data;
  GSocket *socket;

  while ((socket = g_socket_accept (self->socket, self->stop, NULL))) {
    ScriptConnection *connection = g_new0 (ScriptConnection, 1);

    g_socket_set_timeout (socket, DEADLINE_S);
    connection->server = self;
    connection->socket = socket;
    g_mutex_lock (&self->lock);
    connection->number = self->n_connections++;
    g_ptr_array_add (self->threads,
        g_thread_new ("script", connection_thread, connection));
    g_mutex_unlock (&self->lock);
  }
  return NULL;
}

/* On the port that it had, once it had one. */
static void
listen_on_port (ScriptServer * self)
{
  g_autoptr (GSocketAddress) wanted =
      g_inet_socket_address_new_from_string (self->address, self->port);
  g_autoptr (GSocketAddress) bound = NULL;

  self->stop = g_cancellable_new ();
  self->socket = g_socket_new (g_socket_address_get_family (wanted),
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  fail_unless (g_socket_bind (self->socket, wanted, TRUE, NULL));
  fail_unless (g_socket_listen (self->socket, NULL));
  bound = g_socket_get_local_address (self->socket, NULL);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->thread = g_thread_new ("accept", accept_thread, self);
}

static ScriptServer *
new_server (ScriptFunc script, gpointer user_data, const gchar * address)
{
  ScriptServer *self = g_new0 (ScriptServer, 1);

  self->address = g_strdup (address);
  self->script = script;
  self->user_data = user_data;
  self->frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  self->heads = g_string_new (NULL);
  self->threads = g_ptr_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  listen_on_port (self);
  return self;
}

ScriptServer *
script_server_new_at (const gchar * address, ScriptFunc script,
    gpointer user_data)
{
  return new_server (script, user_data, address);
}

ScriptServer *
script_server_new_ipv6 (ScriptFunc script, gpointer user_data)
{
  g_autoptr (GSocket) probe = g_socket_new (G_SOCKET_FAMILY_IPV6,
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GInetAddress) loopback =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV6);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);

  if (probe == NULL || !g_socket_bind (probe, any, TRUE, NULL)) {
    g_print ("SKIP: no IPv6 here\n");
    return NULL;
  }
  return new_server (script, user_data, "::1");
}

void
script_server_go_away (ScriptServer * self)
{
  if (self->thread == NULL)
    return;
  g_cancellable_cancel (self->stop);
  g_thread_join (self->thread);
  self->thread = NULL;
  g_clear_object (&self->stop);
  g_socket_close (self->socket, NULL);
  g_clear_object (&self->socket);
}

void
script_server_come_back (ScriptServer * self)
{
  listen_on_port (self);
}

void
script_server_free (ScriptServer * self)
{
  guint i;

  script_server_open_gate (self);
  script_server_go_away (self);
  for (i = 0; i < self->threads->len; i++)
    g_thread_join (g_ptr_array_index (self->threads, i));
  for (i = 0; i < self->frames->len; i++)
    g_bytes_unref (g_array_index (self->frames, Frame, i).content);
  g_array_unref (self->frames);
  g_ptr_array_unref (self->threads);
  g_string_free (self->heads, TRUE);
  g_free (self->address);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

guint
script_server_get_port (ScriptServer * self)
{
  return self->port;
}

gchar *
script_server_get_url (ScriptServer * self)
{
  return g_strdup_printf ("http://%s:%u/live", self->address, self->port);
}

guint
script_server_get_n_connections (ScriptServer * self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->n_connections;
  g_mutex_unlock (&self->lock);
  return n;
}

static guint
count_frames_locked (ScriptServer * self, WmsFrameType type)
{
  guint n = 0;
  guint i;

  for (i = 0; i < self->frames->len; i++) {
    if (g_array_index (self->frames, Frame, i).type == type)
      n++;
  }
  return n;
}

guint
script_server_get_n_frames (ScriptServer * self, WmsFrameType type)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = count_frames_locked (self, type);
  g_mutex_unlock (&self->lock);
  return n;
}

GBytes *
script_server_get_frame (ScriptServer * self, guint n, WmsFrameType * type)
{
  GBytes *content = NULL;

  g_mutex_lock (&self->lock);
  if (n < self->frames->len) {
    *type = g_array_index (self->frames, Frame, n).type;
    content = g_bytes_ref (g_array_index (self->frames, Frame, n).content);
  }
  g_mutex_unlock (&self->lock);
  return content;
}

gchar *
script_server_get_heads (ScriptServer * self)
{
  gchar *heads;

  g_mutex_lock (&self->lock);
  heads = g_strdup (self->heads->str);
  g_mutex_unlock (&self->lock);
  return heads;
}

gboolean
script_server_wait_frames (ScriptServer * self, WmsFrameType type, guint n)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_S * G_TIME_SPAN_SECOND;
  gboolean ok = TRUE;

  g_mutex_lock (&self->lock);
  while (ok && count_frames_locked (self, type) < n)
    ok = g_cond_wait_until (&self->cond, &self->lock, deadline);
  g_mutex_unlock (&self->lock);
  return ok;
}

gboolean
script_server_wait_closed (ScriptServer * self, guint n)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_S * G_TIME_SPAN_SECOND;
  gboolean ok = TRUE;

  g_mutex_lock (&self->lock);
  while (ok && self->n_closed < n)
    ok = g_cond_wait_until (&self->cond, &self->lock, deadline);
  g_mutex_unlock (&self->lock);
  return ok;
}

gboolean
script_server_wait_fin (ScriptServer * self)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_S * G_TIME_SPAN_SECOND;
  gboolean ok = TRUE;

  g_mutex_lock (&self->lock);
  while (ok && !self->has_fin)
    ok = g_cond_wait_until (&self->cond, &self->lock, deadline);
  g_mutex_unlock (&self->lock);
  return ok;
}

void
script_server_open_gate (ScriptServer * self)
{
  g_mutex_lock (&self->lock);
  self->gate_is_open = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
script_wait_gate (ScriptConnection * connection)
{
  ScriptServer *self = connection->server;
  gint64 deadline = g_get_monotonic_time () + DEADLINE_S * G_TIME_SPAN_SECOND;
  gboolean ok = TRUE;

  g_mutex_lock (&self->lock);
  while (ok && !self->gate_is_open)
    ok = g_cond_wait_until (&self->cond, &self->lock, deadline);
  g_mutex_unlock (&self->lock);
}

guint
script_get_number (ScriptConnection * connection)
{
  return connection->number;
}

static gboolean
accept_any_cb (GTlsConnection * tls, GTlsCertificate * certificate,
    GTlsCertificateFlags errors, gpointer user_data)
{
  return TRUE;
}

gboolean
script_start_tls (ScriptConnection * self, const gchar * certificate_file,
    gboolean wants_certificate)
{
  static const gchar *const protocols[] = { "h2", "http/1.1", NULL };
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GSocketConnection) base = NULL;

  certificate = g_tls_certificate_new_from_file (certificate_file, NULL);
  fail_unless (certificate != NULL);
  base = g_socket_connection_factory_create_connection (self->socket);
  self->tls = g_tls_server_connection_new (G_IO_STREAM (base), certificate,
      NULL);
  fail_unless (self->tls != NULL);
  if (wants_certificate)
    g_object_set (self->tls, "authentication-mode",
        G_TLS_AUTHENTICATION_REQUIRED, NULL);
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (self->tls),
      protocols);
  g_signal_connect (self->tls, "accept-certificate", G_CALLBACK (accept_any_cb),
      NULL);
  return g_tls_connection_handshake (G_TLS_CONNECTION (self->tls), NULL, NULL);
}

static gssize
receive (ScriptConnection * self, gpointer data, gsize size)
{
  if (self->tls != NULL)
    return g_input_stream_read (g_io_stream_get_input_stream (self->tls), data,
        size, NULL, NULL);
  return g_socket_receive (self->socket, data, size, NULL, NULL);
}

static gssize
transmit (ScriptConnection * self, gconstpointer data, gsize size)
{
  if (self->tls != NULL)
    return g_output_stream_write (g_io_stream_get_output_stream (self->tls),
        data, size, NULL, NULL);
  return g_socket_send (self->socket, data, size, NULL, NULL);
}

static gboolean
read_bytes (ScriptConnection * self, gpointer data, gsize size)
{
  gsize done = 0;

  while (done < size) {
    gssize n = receive (self, (gchar *) data + done, size - done);

    if (n <= 0)
      return FALSE;
    done += n;
  }
  return TRUE;
}

gssize
script_read_some (ScriptConnection * self, gpointer data, gsize size)
{
  return receive (self, data, size);
}

gboolean
script_read_head (ScriptConnection * self, guint64 * length)
{
  g_autoptr (GString) head = g_string_new (NULL);
  const gchar *found;
  gchar byte;

  while (strstr (head->str, "\r\n\r\n") == NULL) {
    if (!read_bytes (self, &byte, 1))
      return FALSE;
    g_string_append_c (head, byte);
  }
  found = strstr (head->str, "Content-Length: ");
  if (length != NULL && found != NULL)
    *length = g_ascii_strtoull (found + strlen ("Content-Length: "), NULL, 10);
  g_mutex_lock (&self->server->lock);
  g_string_append (self->server->heads, head->str);
  g_mutex_unlock (&self->server->lock);
  return TRUE;
}

gboolean
script_skip (ScriptConnection * self, guint64 n_bytes)
{
  gchar byte;
  guint64 i;

  for (i = 0; i < n_bytes; i++) {
    if (!read_bytes (self, &byte, 1))
      return FALSE;
  }
  return TRUE;
}

gboolean
script_read_frame (ScriptConnection * self, WmsFrameType * type)
{
  guint8 head[WMS_FRAME_HEAD_SIZE];
  guint8 *content;
  guint length;
  Frame frame;

  if (!read_bytes (self, head, sizeof head))
    return FALSE;
  fail_unless (wms_frame_read_head (head, &frame.type, &length));
  content = g_malloc (length + 1);
  if (!read_bytes (self, content, length)) {
    g_free (content);
    return FALSE;
  }
  frame.content = g_bytes_new_take (content, length);
  if (type != NULL)
    *type = frame.type;
  g_mutex_lock (&self->server->lock);
  g_array_append_val (self->server->frames, frame);
  g_cond_broadcast (&self->server->cond);
  g_mutex_unlock (&self->server->lock);
  return TRUE;
}

GBytes *
script_get_last_frame (ScriptConnection * self)
{
  ScriptServer *server = self->server;
  GBytes *content;

  g_mutex_lock (&server->lock);
  content = g_bytes_ref (g_array_index (server->frames, Frame,
          server->frames->len - 1).content);
  g_mutex_unlock (&server->lock);
  return content;
}

gboolean
script_read_frames_until (ScriptConnection * self, WmsFrameType wanted, guint n)
{
  WmsFrameType type;

  while (n > 0) {
    if (!script_read_frame (self, &type))
      return FALSE;
    if (type == wanted)
      n--;
  }
  return TRUE;
}

gboolean
script_send_bytes (ScriptConnection * self, gconstpointer data, gsize size)
{
  gsize done = 0;

  while (done < size) {
    gssize n = transmit (self, (const gchar *) data + done, size - done);

    if (n <= 0)
      return FALSE;
    done += n;
  }
  return TRUE;
}

gboolean
script_drip (ScriptConnection * self, const gchar * text, guint n_bytes)
{
  gsize size = strlen (text);
  gchar byte;
  guint i;

  for (i = 0; i < n_bytes; i++) {
    if (!script_send_bytes (self, text + i % size, 1))
      return FALSE;
    /* frames may come, a FIN is the end */
    if (g_socket_condition_timed_wait (self->socket, G_IO_IN, DRIP_US, NULL,
            NULL) && receive (self, &byte, 1) <= 0)
      return FALSE;
  }
  return TRUE;
}

void
script_reset (ScriptConnection * self)
{
  struct linger linger = { 1, 0 };

  setsockopt (g_socket_get_fd (self->socket), SOL_SOCKET, SO_LINGER, &linger,
      sizeof linger);
  g_socket_close (self->socket, NULL);
}

void
script_set_deaf (ScriptConnection * self, gboolean is_deaf)
{
  /* what lies between their members is sent to the kernel as well */
  static struct sock_filter nothing = BPF_STMT (BPF_RET | BPF_K, 0);
  static const struct sock_fprog filter = { 1, &nothing };

  setsockopt (g_socket_get_fd (self->socket), SOL_SOCKET,
      is_deaf ? SO_ATTACH_FILTER : SO_DETACH_FILTER, &filter, sizeof filter);
}

gsize
script_die (ScriptConnection * self, gboolean is_reset)
{
  gsize n_unread = 0;
  gchar bytes[4096];
  gssize n;

  /* so that all can be counted */
  script_set_deaf (self, TRUE);
  g_socket_set_blocking (self->socket, FALSE);
  while ((n = g_socket_receive (self->socket, bytes, sizeof bytes, NULL,
              NULL)) > 0)
    n_unread += n;
  if (is_reset)
    script_reset (self);
  else
    g_socket_close (self->socket, NULL);
  return n_unread;
}

void
script_finish (ScriptConnection * self)
{
  gchar bytes[1024];

  g_socket_shutdown (self->socket, FALSE, TRUE, NULL);
  /* unread bytes would make it a reset */
  while (g_socket_receive (self->socket, bytes, sizeof bytes, NULL, NULL) > 0);
}

void
script_send_last (ScriptConnection * self, const gchar * text)
{
  g_socket_set_option (self->socket, IPPROTO_TCP, TCP_CORK, TRUE, NULL);
  script_send (self, text);
  script_finish (self);
}

gboolean
script_has_ended (ScriptConnection * self)
{
  gchar byte;

  return recv (g_socket_get_fd (self->socket), &byte, 1,
      MSG_PEEK | MSG_DONTWAIT) == 0;
}

gboolean
script_read_end (ScriptConnection * self)
{
  gchar byte;

  if (receive (self, &byte, 1) != 0)
    return FALSE;
  g_mutex_lock (&self->server->lock);
  self->server->has_fin = TRUE;
  g_cond_broadcast (&self->server->cond);
  g_mutex_unlock (&self->server->lock);
  return TRUE;
}
