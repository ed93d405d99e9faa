/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubconn.h"

#include <string.h>

/* How long a closing connection may take to write its rest and to be closed by
 * the peer. */
#define CLOSE_TIMEOUT_MS 3000
#define WRITE_AT_ONCE 32

typedef enum
{
  CONN_OPEN,
  CONN_GIVING_BACK,             /* writes the rest */
  CONN_CLOSING,                 /* writes the rest */
  CONN_LINGERING,               /* waits for the peer's end */
} ConnState;

typedef struct
{
  guint8 head[PUB_CONN_HEAD_MAX];
  guint8 head_size;
  GBytes *body;
} Piece;

struct _PubConns
{
  SoupServer *server;
  GHashTable *all;
  guint64 last_id;
  void (*emptied) (gpointer data);
  gpointer data;
};

struct _PubConn
{
  gint refs;
  guint64 id;
  PubConns *conns;
  ConnState state;
  GIOStream *stream;
  GSocketAddress *local, *remote;
  const PubConnFuncs *funcs;
  gpointer data;

  GQueue pieces;
  gsize written;                /* of the first piece */
  gsize queued;
  guint64 sent;
  gint64 progress_us;
  gboolean is_broken;
  gboolean has_peer_ended;      /* seen while closing */

  GSource *read_source, *write_source, *close_source;
};

static void update_sources (PubConn * self);

PubConns *
pub_conns_new (SoupServer * server)
{
  PubConns *self = g_new0 (PubConns, 1);

  self->server = server;
  self->all = g_hash_table_new (NULL, NULL);
  return self;
}

guint
pub_conns_count (PubConns * self)
{
  return g_hash_table_size (self->all);
}

void
pub_conns_watch (PubConns * self, void (*emptied) (gpointer data),
    gpointer data)
{
  self->emptied = emptied;
  self->data = data;
}

static void
piece_free (Piece * piece)
{
  g_clear_pointer (&piece->body, g_bytes_unref);
  g_free (piece);
}

static void
clear_source (GSource ** source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
conn_unref (PubConn * self)
{
  if (--self->refs > 0)
    return;
  g_queue_clear_full (&self->pieces, (GDestroyNotify) piece_free);
  g_object_unref (self->stream);
  g_object_unref (self->local);
  g_object_unref (self->remote);
  g_free (self);
}

/* The end of a connection: nobody hears of it any more. */
static void
remove_conn (PubConn * self)
{
  PubConns *conns;

  if (!g_hash_table_remove (self->conns->all, self))
    return;
  self->funcs = NULL;
  clear_source (&self->read_source);
  clear_source (&self->write_source);
  clear_source (&self->close_source);
  conns = self->conns;
  conn_unref (self);
  if (conns->emptied != NULL && pub_conns_count (conns) == 0)
    conns->emptied (conns->data);
}

static GIOStream *
base_stream (GIOStream * stream)
{
  GIOStream *base = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (stream),
          "base-iostream"))
    g_object_get (stream, "base-iostream", &base, NULL);
  return base;
}

static GSocket *
conn_socket (PubConn * self)
{
  GIOStream *stream = g_object_ref (self->stream), *base;
  GSocket *socket = NULL;

  while ((base = base_stream (stream)) != NULL) {
    g_object_unref (stream);
    stream = base;
  }
  if (G_IS_SOCKET_CONNECTION (stream))
    socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream));
  g_object_unref (stream);
  return socket;
}

static void
close_stream (PubConn * self)
{
  GIOStream *base = base_stream (self->stream);

  g_io_stream_close (base ? base : self->stream, NULL, NULL);
  g_clear_object (&base);
}

static void
finish_closing (PubConn * self)
{
  close_stream (self);
  remove_conn (self);
}

void
pub_conns_free (PubConns * self)
{
  GHashTableIter iter;
  gpointer conn;

  self->emptied = NULL;
  while (g_hash_table_size (self->all) > 0) {
    g_hash_table_iter_init (&iter, self->all);
    g_hash_table_iter_next (&iter, &conn, NULL);
    finish_closing (conn);
  }
  g_hash_table_unref (self->all);
  g_free (self);
}

PubConn *
pub_conn_steal (PubConns * conns, SoupServerMessage * msg,
    const PubConnFuncs * funcs, gpointer data)
{
  PubConn *self = g_new0 (PubConn, 1);
  GSocket *socket;

  self->refs = 1;
  self->id = ++conns->last_id;
  self->conns = conns;
  self->local = g_object_ref (soup_server_message_get_local_address (msg));
  self->remote = g_object_ref (soup_server_message_get_remote_address (msg));
  self->stream = soup_server_message_steal_connection (msg);
  self->funcs = funcs;
  self->data = data;
  self->progress_us = g_get_monotonic_time ();
  g_queue_init (&self->pieces);
  g_hash_table_add (conns->all, self);
  socket = conn_socket (self);
  if (socket != NULL)
    g_socket_set_keepalive (socket, TRUE);
  update_sources (self);
  return self;
}

gssize
pub_conn_read (PubConn * self, guint8 * data, gsize size)
{
  GInputStream *input = g_io_stream_get_input_stream (self->stream);
  GError *error = NULL;
  gssize n;

  n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM
      (input), data, size, NULL, &error);
  if (n >= 0)
    return n;
  /* a reset is an end as well */
  n = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? -1 : 0;
  g_error_free (error);
  return n;
}

gboolean
pub_conn_is_readable (PubConn * self)
{
  return g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM
      (g_io_stream_get_input_stream (self->stream)));
}

guint64
pub_conn_get_id (PubConn * self)
{
  return self->id;
}

gchar *
pub_conn_get_address (PubConn * self)
{
  if (!G_IS_INET_SOCKET_ADDRESS (self->remote))
    return g_strdup ("");
  return g_inet_address_to_string (g_inet_socket_address_get_address
      (G_INET_SOCKET_ADDRESS (self->remote)));
}

guint64
pub_conn_get_sent (PubConn * self)
{
  return self->sent;
}

gsize
pub_conn_get_queued (PubConn * self)
{
  return self->queued;
}

gint64
pub_conn_get_progress_us (PubConn * self)
{
  return self->progress_us;
}

static gsize
piece_size (const Piece * piece)
{
  return piece->head_size + (piece->body ? g_bytes_get_size (piece->body) : 0);
}

void
pub_conn_queue (PubConn * self, const guint8 * head, gsize head_size,
    GBytes * body)
{
  Piece *piece = g_new (Piece, 1);

  g_return_if_fail (head_size <= PUB_CONN_HEAD_MAX);
  if (self->queued == 0)
    self->progress_us = g_get_monotonic_time ();
  piece->head_size = head_size;
  if (head_size > 0)
    memcpy (piece->head, head, head_size);
  piece->body = body ? g_bytes_ref (body) : NULL;
  g_queue_push_tail (&self->pieces, piece);
  self->queued += piece_size (piece);
}

void
pub_conn_queue_text (PubConn * self, const gchar * text)
{
  GBytes *bytes = g_bytes_new (text, strlen (text));

  pub_conn_queue (self, NULL, 0, bytes);
  g_bytes_unref (bytes);
}

static void
add_vector (GOutputVector * vectors, guint * n, gconstpointer data, gsize size,
    gsize * skip)
{
  if (*skip >= size) {
    *skip -= size;
    return;
  }
  vectors[*n].buffer = (const guint8 *) data + *skip;
  vectors[*n].size = size - *skip;
  *skip = 0;
  (*n)++;
}

static guint
fill_vectors (PubConn * self, GOutputVector * vectors)
{
  gsize skip = self->written;
  guint n = 0;
  GList *l;

  for (l = self->pieces.head; l != NULL && n < 2 * WRITE_AT_ONCE; l = l->next) {
    Piece *piece = l->data;

    add_vector (vectors, &n, piece->head, piece->head_size, &skip);
    if (piece->body != NULL)
      add_vector (vectors, &n, g_bytes_get_data (piece->body, NULL),
          g_bytes_get_size (piece->body), &skip);
  }
  return n;
}

static void
take_written (PubConn * self, gsize written)
{
  self->progress_us = g_get_monotonic_time ();
  self->queued -= written;
  self->sent += written;
  self->written += written;
  while (!g_queue_is_empty (&self->pieces)) {
    Piece *piece = g_queue_peek_head (&self->pieces);

    if (self->written < piece_size (piece))
      break;
    self->written -= piece_size (piece);
    piece_free (g_queue_pop_head (&self->pieces));
  }
}

/* Returns: FALSE when the connection is broken. */
static gboolean
write_queue (PubConn * self)
{
  GOutputStream *output = g_io_stream_get_output_stream (self->stream);
  GOutputVector vectors[2 * WRITE_AT_ONCE + 1];

  while (self->queued > 0) {
    guint n = fill_vectors (self, vectors);
    GError *error = NULL;
    gsize written = 0;
    GPollableReturn result;

    result = g_pollable_output_stream_writev_nonblocking
        (G_POLLABLE_OUTPUT_STREAM (output), vectors, n, &written, NULL, &error);
    if (result == G_POLLABLE_RETURN_WOULD_BLOCK)
      return TRUE;
    if (result == G_POLLABLE_RETURN_FAILED) {
      g_error_free (error);
      return FALSE;
    }
    take_written (self, written);
  }
  return TRUE;
}

/* The SoupServer gets the plain connection when no byte of the next request is
 * waiting, so that connections with many requests do not grow a chain of
 * filters. */
static void
hand_over (PubConn * self)
{
  GIOStream *base = base_stream (self->stream);
  GIOStream *stream = self->stream;

  if (base != NULL && !pub_conn_is_readable (self))
    stream = base;
  clear_source (&self->read_source);
  clear_source (&self->write_source);
  soup_server_accept_iostream (self->conns->server, stream, self->local,
      self->remote, NULL);
  g_clear_object (&base);
  remove_conn (self);
}

static void
start_lingering (PubConn * self)
{
  GSocket *socket = conn_socket (self);

  self->state = CONN_LINGERING;
  if (self->has_peer_ended || socket == NULL
      || !g_socket_shutdown (socket, FALSE, TRUE, NULL))
    finish_closing (self);
}

static void
broken (PubConn * self)
{
  self->is_broken = TRUE;
  if (self->state != CONN_OPEN)
    finish_closing (self);
  else if (self->funcs != NULL && self->funcs->lost != NULL)
    self->funcs->lost (self, self->data);
}

static void
drained (PubConn * self)
{
  switch (self->state) {
    case CONN_OPEN:
      if (self->funcs != NULL && self->funcs->drained != NULL)
        self->funcs->drained (self, self->data);
      break;
    case CONN_GIVING_BACK:
      hand_over (self);
      break;
    case CONN_CLOSING:
      start_lingering (self);
      break;
    case CONN_LINGERING:
      break;
  }
}

static gboolean
writable (GObject * stream, gpointer data)
{
  PubConn *self = data;

  self->refs++;
  if (!write_queue (self))
    broken (self);
  else if (self->queued == 0)
    drained (self);
  if (g_hash_table_contains (self->conns->all, self))
    update_sources (self);
  conn_unref (self);
  return G_SOURCE_CONTINUE;
}

static void
read_waste (PubConn * self)
{
  guint8 waste[4096];

  if (pub_conn_read (self, waste, sizeof (waste)) != 0)
    return;
  self->has_peer_ended = TRUE;
  if (self->state == CONN_LINGERING)
    finish_closing (self);
}

static gboolean
readable (GObject * stream, gpointer data)
{
  PubConn *self = data;

  self->refs++;
  if (self->state == CONN_LINGERING || self->state == CONN_CLOSING)
    read_waste (self);
  else if (self->funcs != NULL && self->funcs->readable != NULL)
    self->funcs->readable (self, self->data);
  /* libsoup's source for a stream that still held bytes read with the head is
   * ready for ever: the next wait needs a new one */
  clear_source (&self->read_source);
  if (g_hash_table_contains (self->conns->all, self))
    update_sources (self);
  conn_unref (self);
  return G_SOURCE_CONTINUE;
}

static void
attach (GSource ** source, GSource * new_source, GSourceFunc func,
    gpointer data)
{
  g_source_set_callback (new_source, func, data, NULL);
  g_source_attach (new_source, g_main_context_get_thread_default ());
  *source = new_source;
}

/* Reading goes on in each state but the handing over, where the next bytes
 * belong to the SoupServer; writing is waited for while something is queued. */
static void
update_sources (PubConn * self)
{
  gboolean reads = self->state != CONN_GIVING_BACK && !self->is_broken
      && !self->has_peer_ended;
  gboolean writes = self->queued > 0 && !self->is_broken;

  if (!reads)
    clear_source (&self->read_source);
  else if (self->read_source == NULL)
    attach (&self->read_source,
        g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM
            (g_io_stream_get_input_stream (self->stream)), NULL),
        G_SOURCE_FUNC (readable), self);
  if (!writes)
    clear_source (&self->write_source);
  else if (self->write_source == NULL)
    attach (&self->write_source,
        g_pollable_output_stream_create_source (G_POLLABLE_OUTPUT_STREAM
            (g_io_stream_get_output_stream (self->stream)), NULL),
        G_SOURCE_FUNC (writable), self);
}

void
pub_conn_flush (PubConn * self)
{
  /* what fails here is found again, and reported, by the source */
  if (self->write_source == NULL)
    write_queue (self);
  update_sources (self);
}

static gboolean
close_timed_out (gpointer data)
{
  finish_closing (data);
  return G_SOURCE_REMOVE;
}

/* The owner lets go of @self; what is queued is still written. */
static void
release (PubConn * self, ConnState state)
{
  self->funcs = NULL;
  self->state = state;
  attach (&self->close_source, g_timeout_source_new (CLOSE_TIMEOUT_MS),
      close_timed_out, self);
  if (self->is_broken || !write_queue (self))
    finish_closing (self);
  else if (self->queued == 0)
    drained (self);
  if (g_hash_table_contains (self->conns->all, self))
    update_sources (self);
}

void
pub_conn_close (PubConn * self)
{
  self->refs++;
  release (self, CONN_CLOSING);
  conn_unref (self);
}

void
pub_conn_give_back (PubConn * self)
{
  self->refs++;
  release (self, CONN_GIVING_BACK);
  conn_unref (self);
}
