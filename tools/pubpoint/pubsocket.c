/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubsocket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "pubrest.h"

/* Bytes that the kernel takes beyond what it has sent: what is in it cannot be
 * skipped any more for a player that is too slow. */
#define UNSENT_LIMIT (128 * 1024)
/* More than libsoup's filter keeps: it reads 8192 bytes at a time. */
#define MAX_SOUP_BUFFER 16384

#define SOCKET_KEY "pub-socket"

struct _PubSocket
{
  GIOStream *stream;
  GSocket *socket;
  gint fd;
  gboolean has_tls;
  gboolean is_direct;           /* the streams hold no bytes and never will */
  gboolean read_some;           /* the last time */
};

void
pub_socket_note (GSocketAddress * peer, GSocket * socket)
{
  g_object_set_data_full (G_OBJECT (peer), SOCKET_KEY, g_object_ref (socket),
      g_object_unref);
}

GSocket *
pub_socket_of (GSocketAddress * peer)
{
  return g_object_get_data (G_OBJECT (peer), SOCKET_KEY);
}

/* What was sent last is sent again and again. */
static gboolean
hears_nothing (int fd)
{
  struct tcp_info info = { 0 };
  socklen_t size = sizeof (info);

  return getsockopt (fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0
      && info.tcpi_retransmits > 0;
}

gboolean
pub_socket_is_peer_there (GSocketAddress * peer)
{
  GSocket *socket = pub_socket_of (peer);
  gchar byte;
  gssize n;
  int fd;

  if (socket == NULL || g_socket_is_closed (socket))
    return FALSE;
  fd = g_socket_get_fd (socket);
  n = recv (fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return (n > 0 || (n < 0 && errno == EAGAIN)) && !hears_nothing (fd);
}

/* The stream that @stream is put on: libsoup's filter and TLS have different
 * names for it. */
static GIOStream *
base_stream (GIOStream * stream)
{
  static const gchar *const names[] = { "base-iostream", "base-io-stream" };
  GIOStream *base = NULL;
  guint i;

  if (stream == NULL)
    return NULL;
  if (PUB_IS_REST (stream))
    return g_object_ref (pub_rest_get_base (PUB_REST (stream)));
  for (i = 0; i < G_N_ELEMENTS (names) && base == NULL; i++) {
    if (g_object_class_find_property (G_OBJECT_GET_CLASS (stream), names[i]))
      g_object_get (stream, names[i], &base, NULL);
  }
  return base;
}

static void
find_socket (PubSocket * self)
{
  GIOStream *stream = g_object_ref (self->stream), *base;

  while (!G_IS_SOCKET_CONNECTION (stream)
      && (base = base_stream (stream)) != NULL) {
    self->has_tls |= G_IS_TLS_CONNECTION (stream);
    g_object_unref (stream);
    stream = base;
  }
  if (G_IS_SOCKET_CONNECTION (stream)) {
    self->socket = g_object_ref (g_socket_connection_get_socket
        (G_SOCKET_CONNECTION (stream)));
    self->fd = g_socket_get_fd (self->socket);
  }
  g_object_unref (stream);
}

PubSocket *
pub_socket_new (GIOStream * stream)
{
  PubSocket *self = g_new0 (PubSocket, 1);

  self->stream = stream;
  self->fd = -1;
  self->read_some = TRUE;
  find_socket (self);
  if (self->socket != NULL) {
    g_socket_set_keepalive (self->socket, TRUE);
    g_socket_set_option (self->socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT,
        UNSENT_LIMIT, NULL);
  }
  return self;
}

void
pub_socket_free (PubSocket * self)
{
  /* first of all the socket: TLS would wait for room to say goodbye */
  if (self->socket != NULL)
    g_socket_close (self->socket, NULL);
  g_clear_object (&self->socket);
  g_clear_object (&self->stream);
  g_free (self);
}

gint
pub_socket_get_fd (PubSocket * self)
{
  return self->fd;
}

gboolean
pub_socket_has_tls (PubSocket * self)
{
  return self->has_tls;
}

static gssize
read_directly (PubSocket * self, guint8 * data, gsize size, gint flags)
{
  gssize n;

  do
    n = recv (self->fd, data, size, flags | MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n >= 0)
    return n;
  return errno == EAGAIN || errno == EWOULDBLOCK ? PUB_SOCKET_LATER : 0;
}

static GPollableInputStream *
input_stream (PubSocket * self)
{
  return G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->stream));
}

gssize
pub_socket_read (PubSocket * self, guint8 * data, gsize size)
{
  GError *error = NULL;
  gssize n;

  if (self->is_direct)
    return read_directly (self, data, size, 0);
  n = g_pollable_input_stream_read_nonblocking (input_stream (self), data,
      size, NULL, &error);
  self->read_some = n > 0;
  if (n >= 0)
    return n;
  n = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)
      ? PUB_SOCKET_LATER : 0;
  g_error_free (error);
  self->is_direct = n == PUB_SOCKET_LATER && !self->has_tls && self->fd >= 0;
  return n;
}

gboolean
pub_socket_may_hold_bytes (PubSocket * self)
{
  return !self->is_direct && self->read_some;
}

gboolean
pub_socket_is_readable (PubSocket * self)
{
  guint8 byte;

  if (self->is_direct)
    return read_directly (self, &byte, 1, MSG_PEEK) != PUB_SOCKET_LATER;
  return g_pollable_input_stream_is_readable (input_stream (self));
}

static gssize
write_to_tls (PubSocket * self, const struct iovec *vector)
{
  GOutputStream *output = g_io_stream_get_output_stream (self->stream);
  GError *error = NULL;
  gssize n;

  n = g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM
      (output), vector->iov_base, vector->iov_len, NULL, &error);
  if (n >= 0)
    return n;
  n = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)
      ? PUB_SOCKET_LATER : PUB_SOCKET_BROKEN;
  g_error_free (error);
  return n;
}

gssize
pub_socket_write (PubSocket * self, const struct iovec *vectors, guint n)
{
  struct msghdr message = { 0, };
  gssize written;

  if (self->has_tls)
    return write_to_tls (self, vectors);
  message.msg_iov = (struct iovec *) vectors;
  message.msg_iovlen = n;
  do
    written = sendmsg (self->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (written < 0 && errno == EINTR);
  if (written >= 0)
    return written;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS
      ? PUB_SOCKET_LATER : PUB_SOCKET_BROKEN;
}

gboolean
pub_socket_shut_down (PubSocket * self)
{
  if (self->socket == NULL)
    return FALSE;
  /* closing the TLS side of it blocks while there is no room for the alert,
   * and leaves the socket open */
  if (self->has_tls
      && (g_socket_condition_check (self->socket, G_IO_OUT) & G_IO_OUT))
    g_output_stream_close (g_io_stream_get_output_stream (self->stream), NULL,
        NULL);
  return shutdown (self->fd, SHUT_WR) == 0;
}

/* Bytes that are in memory, with others or without. */
static GBytes *
take_rest (PubSocket * self)
{
  GByteArray *bytes = g_byte_array_new ();
  GIOStream *stream = g_object_ref (self->stream), *base;
  gssize n;

  if (pub_socket_may_hold_bytes (self)) {
    g_byte_array_set_size (bytes, MAX_SOUP_BUFFER);
    n = pub_socket_read (self, bytes->data, MAX_SOUP_BUFFER);
    g_byte_array_set_size (bytes, MAX (n, 0));
  }
  for (; stream != NULL; stream = base) {
    base = base_stream (stream);
    if (PUB_IS_REST (stream))
      pub_rest_take (PUB_REST (stream), bytes);
    g_object_unref (stream);
  }
  return g_byte_array_free_to_bytes (bytes);
}

static gboolean
is_filter (GIOStream * stream)
{
  return !G_IS_SOCKET_CONNECTION (stream) && !G_IS_TLS_CONNECTION (stream);
}

/* The filters are taken off, so that they do not pile up on a connection with
 * many requests. */
GIOStream *
pub_socket_give_away (PubSocket * self)
{
  GBytes *rest = take_rest (self);
  GIOStream *stream = g_object_ref (self->stream), *base;

  while (is_filter (stream) && (base = base_stream (stream)) != NULL) {
    g_object_unref (stream);
    stream = base;
  }
  if (g_bytes_get_size (rest) > 0) {
    base = stream;
    stream = pub_rest_new (base, rest);
    g_object_unref (base);
  }
  g_bytes_unref (rest);
  g_clear_object (&self->socket);
  return stream;
}
