/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "puboutput.h"

#include <string.h>

#define MAX_VECTORS (2 * PUB_OUTPUT_SEND_MAX)
/* A TLS record (RFC 8446, 5.1). */
#define TLS_RECORD_SIZE 16384

struct _PubOutput
{
  PubSocket *socket;
  gboolean has_tls;
  GQueue pieces;                /* of PubPiece */
  gsize written;                /* of the first piece */
  gsize queued;
  gboolean waits_for_room;      /* though nothing is queued */
  gboolean is_broken;
  guint64 sent, sends;
  gint64 progress_us;
};

PubOutput *
pub_output_new (PubSocket * socket)
{
  PubOutput *self = g_new0 (PubOutput, 1);

  self->socket = socket;
  self->has_tls = pub_socket_has_tls (socket);
  self->progress_us = g_get_monotonic_time ();
  g_queue_init (&self->pieces);
  return self;
}

static void
piece_free (PubPiece * piece)
{
  g_clear_pointer (&piece->body, g_bytes_unref);
  g_free (piece);
}

void
pub_output_free (PubOutput * self)
{
  g_queue_clear_full (&self->pieces, (GDestroyNotify) piece_free);
  g_free (self);
}

gboolean
pub_output_is_blocked (PubOutput * self)
{
  return self->queued > 0 || self->waits_for_room;
}

gsize
pub_output_get_queued (PubOutput * self)
{
  return self->queued;
}

gboolean
pub_output_is_broken (PubOutput * self)
{
  return self->is_broken;
}

guint64
pub_output_get_sent (PubOutput * self)
{
  return self->sent;
}

guint64
pub_output_get_sends (PubOutput * self)
{
  return self->sends;
}

gint64
pub_output_get_progress_us (PubOutput * self)
{
  return self->progress_us;
}

static gsize
piece_size (const PubPiece * piece)
{
  return piece->head_size + (piece->body ? g_bytes_get_size (piece->body) : 0);
}

void
pub_output_queue (PubOutput * self, const guint8 * head, gsize head_size,
    GBytes * body)
{
  PubPiece *piece;

  g_return_if_fail (head_size <= PUB_PIECE_HEAD_MAX);
  if (!pub_output_is_blocked (self))
    self->progress_us = g_get_monotonic_time ();
  piece = g_new (PubPiece, 1);
  piece->head_size = head_size;
  if (head_size > 0)
    memcpy (piece->head, head, head_size);
  piece->body = body ? g_bytes_ref (body) : NULL;
  g_queue_push_tail (&self->pieces, piece);
  self->queued += piece_size (piece);
}

static void
add_vector (struct iovec *vectors, guint * n, gconstpointer data, gsize size,
    gsize * skip)
{
  if (*skip >= size) {
    *skip -= size;
    return;
  }
  vectors[*n].iov_base = (guint8 *) data + *skip;
  vectors[*n].iov_len = size - *skip;
  *skip = 0;
  (*n)++;
}

static void
add_piece (struct iovec *vectors, guint * n, const PubPiece * piece,
    gsize * skip)
{
  gsize size;
  gconstpointer data;

  add_vector (vectors, n, piece->head, piece->head_size, skip);
  if (piece->body == NULL)
    return;
  data = g_bytes_get_data (piece->body, &size);
  add_vector (vectors, n, data, size, skip);
}

static guint
fill_vectors (PubOutput * self, struct iovec *vectors)
{
  gsize skip = self->written;
  guint n = 0;
  GList *l;

  for (l = self->pieces.head; l != NULL && n + 2 <= MAX_VECTORS; l = l->next)
    add_piece (vectors, &n, l->data, &skip);
  return n;
}

/* Returns: bytes that were taken. */
static gsize
write_vectors (PubOutput * self, const struct iovec *vectors, guint n)
{
  gssize written;

  if (self->is_broken)
    return 0;
  written = pub_socket_write (self->socket, vectors, n);
  self->is_broken = written == PUB_SOCKET_BROKEN;
  if (written <= 0)
    return 0;
  self->progress_us = g_get_monotonic_time ();
  self->sent += written;
  self->sends++;
  return written;
}

static void
take_written (PubOutput * self, gsize written)
{
  self->queued -= written;
  self->written += written;
  while (!g_queue_is_empty (&self->pieces)) {
    PubPiece *piece = g_queue_peek_head (&self->pieces);

    if (self->written < piece_size (piece))
      break;
    self->written -= piece_size (piece);
    piece_free (g_queue_pop_head (&self->pieces));
  }
}

void
pub_output_flush (PubOutput * self)
{
  struct iovec vectors[MAX_VECTORS] = { {NULL, 0}, };
  gsize written = 1;

  self->waits_for_room = FALSE;
  while (self->queued > 0 && written > 0) {
    guint n = fill_vectors (self, vectors);

    written = write_vectors (self, vectors, n);
    take_written (self, written);
  }
}

/* TLS wants to be offered the same bytes again, and makes a record of each
 * piece: they are joined, and stay in the queue until they are taken. */
static guint
send_record (PubOutput * self, const PubPiece * pieces, guint n)
{
  GByteArray *record = g_byte_array_new ();
  GBytes *bytes;
  guint i;

  for (i = 0; i < n; i++) {
    const PubPiece *piece = &pieces[i];

    if (i > 0 && record->len + piece_size (piece) > TLS_RECORD_SIZE)
      break;
    g_byte_array_append (record, piece->head, piece->head_size);
    if (piece->body != NULL)
      g_byte_array_append (record, g_bytes_get_data (piece->body, NULL),
          g_bytes_get_size (piece->body));
  }
  bytes = g_byte_array_free_to_bytes (record);
  pub_output_queue (self, NULL, 0, bytes);
  g_bytes_unref (bytes);
  pub_output_flush (self);
  return i;
}

/* Returns: how many are in @written bytes, one that is begun included; its
 * rest is queued. */
static guint
count_taken (PubOutput * self, const PubPiece * pieces, guint n, gsize written)
{
  guint i;

  for (i = 0; i < n && written >= piece_size (&pieces[i]); i++)
    written -= piece_size (&pieces[i]);
  if (i == n || written == 0)
    return i;
  pub_output_queue (self, pieces[i].head, pieces[i].head_size, pieces[i].body);
  self->queued -= written;
  self->written = written;
  return i + 1;
}

static guint
send_pieces (PubOutput * self, const PubPiece * pieces, guint n)
{
  struct iovec vectors[MAX_VECTORS] = { {NULL, 0}, };
  gsize skip = 0, written;
  guint i, n_vectors = 0;

  for (i = 0; i < n; i++)
    add_piece (vectors, &n_vectors, &pieces[i], &skip);
  written = write_vectors (self, vectors, n_vectors);
  return count_taken (self, pieces, n, written);
}

guint
pub_output_send (PubOutput * self, const PubPiece * pieces, guint n)
{
  guint taken;

  g_return_val_if_fail (n <= PUB_OUTPUT_SEND_MAX, 0);
  if (n == 0 || pub_output_is_blocked (self) || self->is_broken)
    return 0;
  taken = self->has_tls ? send_record (self, pieces, n)
      : send_pieces (self, pieces, n);
  if (taken < n && self->queued == 0) {
    self->waits_for_room = TRUE;
    self->progress_us = g_get_monotonic_time ();
  }
  return taken;
}
