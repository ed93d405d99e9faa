/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Locking: `lock` protects everything below it.  It is held for non-blocking
 * writes only, never in a wait. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmswriter.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "wmspush/wmscause.h"
#include "wmspush/wmssocket.h"
#include "wmspush/wmssource.h"
#include "wmspush/wmsstatus.h"
#include "wmspush/wmsthread.h"

struct _WmsWriter
{
  gint ref_count;
  /* one of the two; unchanged while the writer lives */
  GSocket *socket;
  GPollableOutputStream *tls;
  GSocket *tls_socket;
  GMainContext *context;        /* for waits on it */
  gint fd;                      /* of socket */
  /* ends waits on a TLS stream, where the socket alone does not tell */
  GCancellable *closing;

  GMutex lock;
  gboolean is_closed;
  gint failure;                 /* errno of it, 0 for none */
  guint64 bytes;
  guint64 left;
  guint64 n_data;
  guint64 data_bytes;
  guint unsent;                 /* when it was closed */
  /* the packet that was written in part, and how much of it */
  gboolean has_tail;
  WmsPacket tail;
  gsize tail_written;
  /* TLS: the record that has to be offered again as it is */
  guint8 *record;
  gsize record_size;
  gboolean is_record_offered;
  guint n_joined;               /* data packets that end in it */
};

WmsWriter *
wms_writer_new (GIOStream * stream, guint64 request_length, guint timeout_ms,
    GError ** error)
{
  GSocket *base = wms_socket_find (stream);
  GSocket *copy;
  WmsWriter *self;

  if (base == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
        "no socket in a %s", G_OBJECT_TYPE_NAME (stream));
    return NULL;
  }
  wms_socket_tune (base, timeout_ms);
  self = g_new0 (WmsWriter, 1);
  self->ref_count = 1;
  self->left = request_length;
  self->closing = g_cancellable_new ();
  g_mutex_init (&self->lock);
  /* libsoup may close its descriptor while we write, and before what the peer
   * has not acknowledged is asked for */
  copy = wms_socket_duplicate (base, error);
  if (copy == NULL) {
    g_clear_pointer (&self, wms_writer_unref);
  } else if (G_IS_TLS_CONNECTION (stream)) {
    self->tls = g_object_ref (G_POLLABLE_OUTPUT_STREAM
        (g_io_stream_get_output_stream (stream)));
    self->tls_socket = copy;
    self->record = g_malloc (WMS_WRITER_RECORD_SIZE);
    self->context = wms_thread_new_context ();
    if (self->context == NULL) {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES,
          "no descriptor to wait for room with");
      g_clear_pointer (&self, wms_writer_unref);
    }
  } else {
    self->socket = copy;
    self->fd = g_socket_get_fd (copy);
  }
  return self;
}

void
wms_writer_enter (WmsWriter * self)
{
  if (self->tls != NULL)
    wms_thread_enter ();
}

void
wms_writer_leave (WmsWriter * self)
{
  if (self->tls != NULL)
    wms_thread_leave ();
}

WmsWriter *
wms_writer_ref (WmsWriter * self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
wms_writer_unref (WmsWriter * self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  if (self->has_tail)
    wms_packet_clear (&self->tail);
  g_clear_object (&self->socket);
  g_clear_object (&self->tls);
  g_clear_object (&self->tls_socket);
  g_object_unref (self->closing);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self->record);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* The unwritten part of a packet as vectors. */
static guint
add_vectors (struct iovec *vectors, guint n, const WmsPacket * packet,
    gsize written)
{
  if (written < packet->head_size) {
    vectors[n].iov_base = (gpointer) (packet->head + written);
    vectors[n++].iov_len = packet->head_size - written;
    written = 0;
  } else {
    written -= packet->head_size;
  }
  if (written < packet->body_size) {
    vectors[n].iov_base = (gpointer) (packet->body + written);
    vectors[n++].iov_len = packet->body_size - written;
  }
  return n;
}

static gsize
packet_size (const WmsPacket * packet)
{
  return packet->head_size + packet->body_size;
}

/* How many packets the request has room for. */
static guint
count_fitting_locked (WmsWriter * self, const WmsPacket * packets, guint n)
{
  guint64 room = self->left;
  guint i;

  for (i = 0; i < n && wms_packet_fits (&packets[i], room); i++)
    room -= packet_size (&packets[i]);
  return i;
}

/* Marks bytes as taken: the tail's first, then the packets' in order.  A
 * packet that is taken in part becomes the tail. */
static void
consume_locked (WmsWriter * self, WmsPacket * packets, guint * n_taken,
    gsize bytes)
{
  self->bytes += bytes;
  if (self->has_tail) {
    gsize rest = packet_size (&self->tail) - self->tail_written;

    if (bytes < rest) {
      self->tail_written += bytes;
      return;
    }
    bytes -= rest;
    self->n_joined += wms_packet_is_data (&self->tail);
    wms_packet_clear (&self->tail);
    self->has_tail = FALSE;
  }
  while (bytes > 0) {
    WmsPacket *packet = &packets[*n_taken];
    gsize size = packet_size (packet);

    self->left -= size;
    if (wms_packet_is_data (packet)) {
      self->n_data++;
      self->data_bytes += size;
    }
    *n_taken += 1;
    if (bytes < size) {
      self->tail = *packet;
      self->tail_written = bytes;
      self->has_tail = TRUE;
      return;
    }
    bytes -= size;
    self->n_joined += wms_packet_is_data (packet);
    wms_packet_clear (packet);
  }
}

static guint
gather_locked (WmsWriter * self, struct iovec *vectors,
    const WmsPacket * packets, guint first, guint n_packets)
{
  guint n = 0;
  guint i;

  if (self->has_tail)
    n = add_vectors (vectors, n, &self->tail, self->tail_written);
  for (i = first; i < n_packets; i++)
    n = add_vectors (vectors, n, &packets[i], 0);
  return n;
}

/* RST, a peer that is silent for too long, and FIN are told apart here, since
 * who sees the first two takes the error away from the others, for whom it is
 * the end then: EPIPE is what a write gets after a FIN. */
static WmsWriteResult
take_errno_locked (WmsWriter * self, gint number, GError ** error)
{
  if (number == EAGAIN)
    return WMS_WRITE_BLOCKED;
  if (number != EPIPE && self->failure == 0)
    self->failure = number;
  if (number == EPIPE)
    g_set_error_literal (error, WMS_ERROR, WMS_ERROR_LOST,
        "the server has closed the connection");
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number),
        "sendmsg: %s", g_strerror (number));
  return WMS_WRITE_FAILED;
}

static WmsWriteResult
write_plain_locked (WmsWriter * self, WmsPacket * packets, guint n_packets,
    guint * n_taken, GError ** error)
{
  struct iovec vectors[2 * (WMS_WRITER_BATCH + 1)];
  struct msghdr message = {.msg_iov = vectors };
  gssize bytes;

  while ((message.msg_iovlen = gather_locked (self, vectors, packets, *n_taken,
              n_packets))) {
    bytes = sendmsg (self->fd, &message, MSG_NOSIGNAL);
    if (bytes >= 0)
      consume_locked (self, packets, n_taken, bytes);
    else if (errno != EINTR)
      return take_errno_locked (self, errno, error);
  }
  return WMS_WRITE_DONE;
}

/* Small packets are joined: each TLS record costs. */
static void
fill_record_locked (WmsWriter * self, WmsPacket * packets, guint n_packets,
    guint * n_taken)
{
  struct iovec vectors[2 * (WMS_WRITER_BATCH + 1)];
  guint n = gather_locked (self, vectors, packets, *n_taken, n_packets);
  guint i;

  for (i = 0; i < n && self->record_size < WMS_WRITER_RECORD_SIZE; i++) {
    gsize size = MIN (vectors[i].iov_len,
        WMS_WRITER_RECORD_SIZE - self->record_size);

    memcpy (self->record + self->record_size, vectors[i].iov_base, size);
    self->record_size += size;
  }
  consume_locked (self, packets, n_taken, self->record_size);
}

/* A connection that has ended has room as well: the write tells why. */
static gboolean
has_room_locked (WmsWriter * self)
{
  return g_socket_condition_check (self->tls_socket, G_IO_OUT) != 0;
}

/* A TLS layer that meets the socket's error tells it by a code that says less,
 * and leaves nothing but an end to who reads: so it is taken before that. */
static gint
take_socket_error_locked (WmsWriter * self)
{
  gint number = 0;

  if (g_socket_condition_check (self->tls_socket, G_IO_OUT) & G_IO_ERR)
    g_socket_get_option (self->tls_socket, SOL_SOCKET, SO_ERROR, &number, NULL);
  return number;
}

/* A record that GnuTLS has taken in part is sent a second time when the peer
 * asks for new keys before the rest is out (design-sink.md, Transport), so none
 * is offered without room for it: what poll() calls writable has room for a
 * whole one. */
static WmsWriteResult
write_tls_locked (WmsWriter * self, WmsPacket * packets, guint n_packets,
    guint * n_taken, GError ** error)
{
  gssize written;
  gint number;

  for (;;) {
    number = take_socket_error_locked (self);
    if (number != 0)
      return take_errno_locked (self, number, error);
    if (self->record_size == 0) {
      self->n_joined = 0;
      fill_record_locked (self, packets, n_packets, n_taken);
    }
    if (self->record_size == 0)
      return WMS_WRITE_DONE;
    if (!self->is_record_offered && !has_room_locked (self))
      return WMS_WRITE_BLOCKED;
    self->is_record_offered = TRUE;
    written = g_pollable_output_stream_write_nonblocking (self->tls,
        self->record, self->record_size, NULL, error);
    if (g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
      g_clear_error (error);
      return WMS_WRITE_BLOCKED;
    }
    if (written < 0)
      return WMS_WRITE_FAILED;
    self->is_record_offered = FALSE;
    self->record_size -= written;
    memmove (self->record, self->record + written, self->record_size);
  }
}

WmsWriteResult
wms_writer_push (WmsWriter * self, WmsPacket * packets, guint n_packets,
    guint * n_taken, GError ** error)
{
  g_autoptr (GError) failure = NULL;
  WmsWriteResult result;
  guint n;

  *n_taken = 0;
  g_mutex_lock (&self->lock);
  n = count_fitting_locked (self, packets, MIN (n_packets, WMS_WRITER_BATCH));
  if (self->is_closed) {
    g_set_error_literal (&failure, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
        "the connection is shut down");
    result = WMS_WRITE_FAILED;
  } else if (self->tls != NULL) {
    result = write_tls_locked (self, packets, n, n_taken, &failure);
  } else {
    result = write_plain_locked (self, packets, n, n_taken, &failure);
  }
  g_mutex_unlock (&self->lock);

  if (result == WMS_WRITE_FAILED)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (result == WMS_WRITE_DONE && n < MIN (n_packets, WMS_WRITER_BATCH))
    result = WMS_WRITE_FULL;
  return result;
}

static gboolean
note_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

static gboolean
stream_ready_cb (GObject * stream, gpointer user_data)
{
  return note_cb (user_data);
}

static void
wake_up_cb (GCancellable * cancellable, gpointer user_data)
{
  g_main_context_wakeup (user_data);
}

/* Not by a source: GLib 2.74 leaves that behind when it is cleared while the
 * cancelling thread is still at it. */
static gulong
connect_wake_up (WmsWriter * self, GCancellable * cancellable)
{
  return cancellable == NULL ? 0 :
      g_cancellable_connect (cancellable, G_CALLBACK (wake_up_cb),
      self->context, NULL);
}

/* Returns: (transfer full): @source, to be cleared behind the wait. */
static GSource *
attach (WmsWriter * self, GSource * source, GSourceFunc func,
    gboolean * is_noted)
{
  g_source_set_callback (source, func, is_noted, NULL);
  g_source_attach (source, self->context);
  return source;
}

/* A TLS layer may have to read before it can write, so its own source
 * decides. */
static gboolean
wait_tls (WmsWriter * self, gint timeout_ms, GCancellable * cancellable,
    GError ** error)
{
  gboolean is_ready = FALSE, timed_out = FALSE;
  GSource *sources[2] = { NULL, };
  gulong closing_id = connect_wake_up (self, self->closing);
  gulong cancel_id = connect_wake_up (self, cancellable);
  gsize i;

  sources[0] = attach (self,
      g_pollable_output_stream_create_source (self->tls, NULL),
      G_SOURCE_FUNC (stream_ready_cb), &is_ready);
  if (timeout_ms >= 0)
    sources[1] = attach (self, g_timeout_source_new (timeout_ms), note_cb,
        &timed_out);
  while (!is_ready && !timed_out && !g_cancellable_is_cancelled (self->closing)
      && !g_cancellable_is_cancelled (cancellable))
    g_main_context_iteration (self->context, TRUE);
  for (i = 0; i < G_N_ELEMENTS (sources); i++)
    wms_source_clear (&sources[i]);
  g_cancellable_disconnect (cancellable, cancel_id);
  g_cancellable_disconnect (self->closing, closing_id);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (timed_out)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
        "the server takes no more data");
  return !timed_out;
}

gboolean
wms_writer_wait (WmsWriter * self, gint timeout_ms, GCancellable * cancellable,
    GError ** error)
{
  if (self->tls != NULL)
    return wait_tls (self, timeout_ms, cancellable, error);
  return wms_socket_wait_for_room (self->socket, timeout_ms, cancellable,
      error);
}

GError *
wms_writer_get_failure (WmsWriter * self)
{
  GError *error = NULL;
  gint failure;

  g_mutex_lock (&self->lock);
  failure = self->failure;
  g_mutex_unlock (&self->lock);
  if (failure != 0)
    error = g_error_new_literal (G_IO_ERROR, g_io_error_from_errno (failure),
        g_strerror (failure));
  wms_cause_refine (error, WMS_STAGE_CONNECTED, FALSE);
  return error;
}

/* The close_notify is written with a call that waits, so there has to be room
 * for it before. */
static WmsWriteResult
finish_tls_locked (WmsWriter * self)
{
  if (!has_room_locked (self))
    return WMS_WRITE_BLOCKED;
  g_output_stream_close (G_OUTPUT_STREAM (self->tls), self->closing, NULL);
  return WMS_WRITE_DONE;
}

WmsWriteResult
wms_writer_finish (WmsWriter * self)
{
  WmsWriteResult result = WMS_WRITE_DONE;

  g_mutex_lock (&self->lock);
  if (!self->is_closed && self->tls != NULL)
    result = finish_tls_locked (self);
  else if (!self->is_closed)
    g_socket_shutdown (self->socket, FALSE, TRUE, NULL);
  g_mutex_unlock (&self->lock);
  return result;
}

static GSocket *
get_socket (WmsWriter * self)
{
  return self->socket != NULL ? self->socket : self->tls_socket;
}

gboolean
wms_writer_set_pacing_rate (WmsWriter * self, guint64 rate_bps)
{
  return wms_socket_set_pacing_rate (get_socket (self), rate_bps);
}

/* A connection that is shut down has the bytes that it had then. */
static void
get_info_locked (WmsWriter * self, WmsSocketInfo * info)
{
  *info = (WmsSocketInfo) {
  .unacknowledged = self->unsent};
  if (!self->is_closed)
    wms_socket_get_info (get_socket (self), info);
}

void
wms_writer_shutdown (WmsWriter * self)
{
  WmsSocketInfo info;

  /* first, since a wait holds no lock and a write does not wait */
  g_cancellable_cancel (self->closing);
  g_mutex_lock (&self->lock);
  get_info_locked (self, &info);
  self->unsent = info.unacknowledged;
  if (!self->is_closed)
    g_socket_shutdown (get_socket (self), TRUE, TRUE, NULL);
  self->is_closed = TRUE;
  g_mutex_unlock (&self->lock);
}

void
wms_writer_get_stats (WmsWriter * self, WmsWriterStats * stats)
{
  WmsSocketInfo info;

  g_mutex_lock (&self->lock);
  get_info_locked (self, &info);
  stats->bytes = self->bytes - self->record_size;
  stats->left = self->left;
  stats->queued = self->record_size;
  if (self->has_tail)
    stats->queued += packet_size (&self->tail) - self->tail_written;
  stats->unsent = info.unacknowledged;
  stats->rtt_ns = info.rtt_ns;
  stats->pacing_bps = info.pacing_bps;
  stats->n_data = self->n_data;
  stats->data_bytes = self->data_bytes;
  stats->n_cut = self->has_tail && wms_packet_is_data (&self->tail);
  if (self->record_size > 0)
    stats->n_cut += self->n_joined;
  g_mutex_unlock (&self->lock);
}
