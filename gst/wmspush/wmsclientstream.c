/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The packets of a session, on the streaming thread: requests are asked for,
 * written into, used up and ended.  wmsclient-private.h has the locks. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmsclient-private.h"

#include <gst/gstinfo.h>

#include "wmspush/wmswait.h"

GST_DEBUG_CATEGORY_EXTERN (wmsclient_debug);
#define GST_CAT_DEFAULT wmsclient_debug

/* How long the answer may lag behind the failed write that it explains. */
#define VERDICT_WAIT_MS 1000

gboolean
wms_client_wait_for_phase (WmsClient * self, WmsPhase phase, gint timeout_ms,
    GCancellable * cancellable, GError ** error)
{
  gboolean ok = TRUE;
  WmsWait wait;

  wms_wait_begin (&wait, &self->lock, &self->cond, cancellable, timeout_ms);
  while (ok && self->phase != phase && !wms_client_is_over_locked (self))
    ok = wms_wait_step (&wait, error);
  if (ok && self->phase == WMS_PHASE_FAILED && error != NULL)
    *error = g_error_copy (self->failure);
  else if (ok && self->phase != phase)
    g_set_error_literal (error, WMS_ERROR, WMS_ERROR_NO_SESSION,
        "the session has ended");
  ok = ok && self->phase == phase && phase != WMS_PHASE_FAILED;
  wms_wait_end (&wait);
  return ok;
}

static gint
left_ms (gint64 deadline_us)
{
  gint64 left = deadline_us - g_get_monotonic_time ();

  if (deadline_us < 0)
    return -1;
  return (gint) CLAMP ((left + 999) / 1000, 0, G_MAXINT);
}

static gboolean
set_error (GError ** error, gint code, const gchar * text)
{
  g_set_error_literal (error, WMS_ERROR, code, text);
  return FALSE;
}

/* Waits for a request that takes packets. */
static gboolean
wait_for_request (WmsClient * self, gint64 deadline_us,
    GCancellable * cancellable, GError ** error)
{
  g_autoptr (GError) reason = NULL;
  gboolean ok;

  ok = wms_client_wait_for_phase (self, WMS_PHASE_STREAMING,
      left_ms (deadline_us), cancellable, &reason);
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return set_error (error, WMS_ERROR_BUSY, "no connection yet");
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&reason));
  return ok;
}

/* Makes sure that a request takes packets, and returns its writer. */
static WmsWriter *
get_writer (WmsClient * self, gint64 deadline_us, GCancellable * cancellable,
    GError ** error)
{
  WmsWriter *writer = NULL;
  gboolean ok = TRUE;

  while (ok && writer == NULL) {
    g_mutex_lock (&self->lock);
    self->want_start = TRUE;
    if (self->phase == WMS_PHASE_OPEN)
      wms_client_invoke (self, wms_client_start_cb);
    else if (self->phase == WMS_PHASE_STREAMING)
      writer = wms_writer_ref (self->writer);
    if (writer == NULL) {
      self->blocked_us = 0;
      self->n_waiting++;
      wms_client_want_locked (self);
    }
    g_mutex_unlock (&self->lock);
    if (writer != NULL)
      return writer;
    ok = wait_for_request (self, deadline_us, cancellable, error);
    g_mutex_lock (&self->lock);
    self->n_waiting--;
    g_mutex_unlock (&self->lock);
  }
  return NULL;
}

/* The context thread may have interrupted the session since the writer was
 * got. */
static gboolean
is_current_locked (WmsClient * self, WmsWriter * writer)
{
  return self->phase == WMS_PHASE_STREAMING && self->writer == writer;
}

/* What can explain a failed write: the session has failed, is lost, or goes on
 * with another writer. */
static gboolean
wait_for_verdict (WmsClient * self, WmsWriter * writer,
    GCancellable * cancellable, GError ** error)
{
  gboolean ok = TRUE;
  WmsWait wait;

  wms_wait_begin (&wait, &self->lock, &self->cond, cancellable,
      VERDICT_WAIT_MS);
  while (ok && is_current_locked (self, writer))
    ok = wms_wait_step (&wait, error);
  wms_wait_end (&wait);
  return ok;
}

/* What a writer has met that is the session's no more says nothing. */
static void
lose_writer (WmsClient * self, WmsWriter * writer, const GError * reason)
{
  gboolean is_over;

  g_mutex_lock (&self->lock);
  is_over = is_current_locked (self, writer)
      && !wms_client_lose_locked (self, reason);
  g_mutex_unlock (&self->lock);
  if (is_over)
    wms_client_invoke (self, wms_client_close_http_cb);
}

/* The server's answer says more than the error of the write that it caused;
 * without one, the error has to do.  What follows from it the next
 * get_writer() tells.  FALSE when the wait for it was cancelled: the next write
 * fails as well. */
static gboolean
explain_failure (WmsClient * self, WmsWriter * writer, GError * failure,
    GCancellable * cancellable, GError ** error)
{
  g_autoptr (GError) reason = failure;
  g_autoptr (GError) broken = NULL;

  if (wait_for_verdict (self, writer, cancellable, &broken))
    return TRUE;
  if (g_error_matches (broken, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_propagate_error (error, g_steal_pointer (&broken));
    return FALSE;
  }
  lose_writer (self, writer, reason);
  return TRUE;
}

/* Monotonic time at which a server that acknowledges nothing has had `timeout`;
 * -1 without one. */
static gint64
get_stall_us (WmsClient * self, WmsWriter * writer)
{
  gint64 now = g_get_monotonic_time ();
  WmsWriterStats stats;
  guint64 acknowledged;

  wms_writer_get_stats (writer, &stats);
  /* with what goes round the body it may be below 0, which does not matter */
  acknowledged = stats.bytes - stats.unsent;
  if (self->blocked_us == 0 || acknowledged != self->blocked_bytes)
    self->blocked_us = now;
  self->blocked_bytes = acknowledged;
  return self->timeout_ms == 0 ? -1 :
      self->blocked_us + self->timeout_ms * (gint64) 1000;
}

/* The wait for room is over, and there is none. */
static gboolean
take_failed_wait (WmsClient * self, WmsWriter * writer, GError * reason,
    gboolean is_stalled, GCancellable * cancellable, GError ** error)
{
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    self->blocked_us = 0;
    g_propagate_error (error, reason);
    return FALSE;
  }
  if (!g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return explain_failure (self, writer, reason, cancellable, error);
  reason->domain = WMS_ERROR;
  reason->code = is_stalled ? WMS_ERROR_STALLED : WMS_ERROR_BUSY;
  if (!is_stalled) {
    g_propagate_error (error, reason);
    return FALSE;
  }
  lose_writer (self, writer, reason);
  g_error_free (reason);
  return TRUE;
}

/* Waits for room.  FALSE: cancelled, or @deadline_us has come; else the
 * session may have failed meanwhile. */
static gboolean
wait_for_room (WmsClient * self, WmsWriter * writer, gint64 deadline_us,
    GCancellable * cancellable, GError ** error)
{
  gint64 stall_us = get_stall_us (self, writer);
  gboolean is_stall_first = stall_us >= 0
      && (deadline_us < 0 || stall_us <= deadline_us
      || stall_us <= g_get_monotonic_time ());
  GError *reason = NULL;

  if (wms_writer_wait (writer,
          left_ms (is_stall_first ? stall_us : deadline_us), cancellable,
          &reason))
    return TRUE;
  /* much may be acknowledged before there is room */
  if (is_stall_first
      && g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
      && get_stall_us (self, writer) != stall_us) {
    g_error_free (reason);
    return TRUE;
  }
  return take_failed_wait (self, writer, reason, is_stall_first, cancellable,
      error);
}

WmsWriteResult
wms_client_write_filler (WmsWriter * writer, guint64 keep, guint64 * left,
    GError ** error)
{
  WmsWriteResult result;
  WmsWriterStats stats;
  WmsPacket filler;
  gboolean is_due;
  guint n_taken;

  wms_writer_get_stats (writer, &stats);
  is_due = stats.left >= keep + WMS_FRAME_HEAD_SIZE;
  if (is_due)
    wms_packet_init_filler (&filler, stats.left - keep);
  result = wms_writer_push (writer, &filler, is_due ? 1 : 0, &n_taken, error);
  wms_writer_get_stats (writer, &stats);
  *left = stats.left - MIN (stats.left, keep);
  return result;
}

/* The answer may come with the last byte, so that byte and what follows from it
 * are one under the lock. */
static WmsWriteResult
fill_step_locked (WmsClient * self, WmsWriter * writer, GError ** error)
{
  guint64 left;
  WmsWriteResult result = wms_client_write_filler (writer, 0, &left, error);

  if (result == WMS_WRITE_DONE && left == 0
      && self->phase == WMS_PHASE_STREAMING) {
    GST_INFO ("the request is used up, going on in another one");
    wms_push_begin_refill (self->push);
    wms_client_set_phase_locked (self, WMS_PHASE_FILLED);
    wms_client_is_taking_locked (self);
    wms_client_invoke (self, wms_client_start_timer_cb);
  }
  return result;
}

/* Fills the request up to its last byte, so that the next packet can go into
 * another one ([MS-WMHTTP] 3.1.4.3; protocol.md, C22). */
static WmsWriteResult
fill_up (WmsClient * self, WmsWriter * writer, GError ** error)
{
  WmsWriteResult result = WMS_WRITE_DONE;
  gboolean is_filling = TRUE;

  while (is_filling && result == WMS_WRITE_DONE) {
    g_mutex_lock (&self->lock);
    result = fill_step_locked (self, writer, error);
    is_filling = self->phase == WMS_PHASE_STREAMING;
    g_mutex_unlock (&self->lock);
  }
  return result;
}

static gboolean
begins_with_header (const WmsPacket * packets, guint n_packets)
{
  return packets != NULL && n_packets > 0
      && packets[0].head[1] == WMS_FRAME_HEADER;
}

/* Notes where in the request the header ends that the server has from now on.
 * Between $E and $C it has none; nor has it one that went into a request that
 * was interrupted meanwhile, which nobody could know of then. */
static void
note_control (WmsClient * self, WmsWriter * writer, guint type)
{
  WmsWriterStats stats;

  wms_writer_get_stats (writer, &stats);
  g_mutex_lock (&self->lock);
  self->has_begun = TRUE;
  if (is_current_locked (self, writer) && type != WMS_FRAME_DATA) {
    self->needs_header &= type != WMS_FRAME_HEADER;
    self->header_mark = type == WMS_FRAME_END ? WMS_CLIENT_NO_HEADER :
        wms_push_get_request_length (self->push) - stats.left;
    self->change_us = type == WMS_FRAME_CHANGE ? g_get_monotonic_time () : 0;
  } else if (!is_current_locked (self, writer)) {
    self->needs_header = TRUE;
    self->header_mark = WMS_CLIENT_NO_HEADER;
    self->server_has_header = FALSE;
  }
  g_mutex_unlock (&self->lock);
}

/* Returns whether the writer's request is still the session's. */
static gboolean
begin_filling (WmsClient * self, WmsWriter * writer)
{
  gboolean is_current;

  g_mutex_lock (&self->lock);
  is_current = is_current_locked (self, writer);
  self->is_filling |= is_current;
  g_mutex_unlock (&self->lock);
  return is_current;
}

static WmsWriteResult
write_some (WmsClient * self, WmsWriter * writer, gboolean is_filling,
    WmsPacket * packets, guint n_packets, guint * n_taken, GError ** error)
{
  guint type = n_packets > 0 ? packets[0].head[1] : WMS_FRAME_DATA;
  WmsWriteResult result = WMS_WRITE_FULL;
  guint n = 0;

  if (!is_filling) {
    result = wms_writer_push (writer, packets, n_packets, &n, error);
    *n_taken += n;
    if (n > 0 && (type != WMS_FRAME_DATA || !self->has_begun))
      note_control (self, writer, type);
    is_filling = result == WMS_WRITE_FULL && begin_filling (self, writer);
  }
  if (!is_filling)
    return result;
  result = fill_up (self, writer, error);
  return result == WMS_WRITE_DONE ? WMS_WRITE_FULL : result;
}

/* Whether something has to happen before these packets can be written; and
 * whether the request is being filled. */
static gboolean
is_interrupted (WmsClient * self, const WmsPacket * packets, guint n_packets,
    gboolean * is_filling, GError ** error)
{
  gboolean is_resumed, is_header_due;

  g_mutex_lock (&self->lock);
  is_resumed = self->is_resumed;
  self->is_resumed = FALSE;
  is_header_due = self->needs_header
      && !begins_with_header (packets, n_packets);
  *is_filling = self->is_filling;
  g_mutex_unlock (&self->lock);
  if (is_resumed)
    set_error (error, WMS_ERROR_RESUMED, "the session goes on after a loss");
  else if (is_header_due)
    set_error (error, WMS_ERROR_HEADER_DUE, "the session begins again");
  return is_resumed || is_header_due;
}

/* One step of wms_client_write() with one writer.  FALSE: it is over, with
 * @error or, where @error is not set, because all is written. */
static gboolean
write_step (WmsClient * self, WmsWriter * writer, WmsPacket * packets,
    guint n_packets, guint * n_taken, gint64 deadline_us,
    GCancellable * cancellable, GError ** error)
{
  WmsWriteResult result;
  gboolean is_filling;
  GError *reason = NULL;

  if (is_interrupted (self, packets, n_packets, &is_filling, error))
    return FALSE;
  wms_writer_enter (writer);
  result = write_some (self, writer, is_filling, packets, n_packets, n_taken,
      &reason);
  wms_writer_leave (writer);
  switch (result) {
    case WMS_WRITE_DONE:
      self->blocked_us = 0;
      return *n_taken < n_packets;
    case WMS_WRITE_BLOCKED:
      return wait_for_room (self, writer, deadline_us, cancellable, error);
    case WMS_WRITE_FAILED:
      return explain_failure (self, writer, reason, cancellable, error);
    default:
      return TRUE;
  }
}

gboolean
wms_client_write (WmsClient * self, WmsPacket * packets, guint n_packets,
    guint * n_taken, gint64 deadline_us, GCancellable * cancellable,
    GError ** error)
{
  g_autoptr (GError) reason = NULL;
  gboolean goes_on = TRUE;

  while (goes_on) {
    WmsWriter *writer = get_writer (self, deadline_us, cancellable, error);
    guint n = 0;

    if (writer == NULL)
      return FALSE;
    goes_on = write_step (self, writer,
        packets != NULL ? packets + *n_taken : NULL, n_packets - *n_taken, &n,
        deadline_us, cancellable, &reason);
    *n_taken += n;
    wms_writer_unref (writer);
  }
  if (reason == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

/* A server that has answered a request that was filled up gets the last one
 * filled up as well, with the $E as its end: a proxy that does not say that it
 * is there may pass on nothing before it has all of a request. */
static WmsWriteResult
fill_before_end_locked (WmsClient * self, GError ** error)
{
  WmsWriteResult result = WMS_WRITE_DONE;
  WmsWriterStats stats;
  guint64 left;

  wms_writer_get_stats (self->writer, &stats);
  left = stats.left;
  if (self->end_taken || left > WMS_CLIENT_MAX_REST
      || !wms_push_is_answered (self->push)
      || wms_push_get_using_proxy (self->push))
    return WMS_WRITE_DONE;
  while (result == WMS_WRITE_DONE && left >= WMS_FRAME_HEAD_SIZE)
    result = wms_client_write_filler (self->writer, WMS_FRAME_END_SIZE, &left,
        error);
  return result;
}

WmsWriteResult
wms_client_try_end_locked (WmsClient * self, GError ** error)
{
  WmsWriteResult result = fill_before_end_locked (self, error);
  WmsWriterStats stats;
  WmsPacket end;
  guint n_taken;

  if (result != WMS_WRITE_DONE)
    return result;
  wms_packet_init_end (&end, WMS_END_SESSION);
  result = wms_writer_push (self->writer, &end, self->end_taken ? 0 : 1,
      &n_taken, error);
  if (n_taken > 0)
    self->end_taken = TRUE;
  if (result == WMS_WRITE_DONE) {
    wms_writer_get_stats (self->writer, &stats);
    self->end_left = stats.left;
    wms_push_begin_end (self->push);
    wms_client_invoke (self, wms_client_linger_cb);
    wms_client_post (self, GST_WMS_STATUS_END_OF_STREAMING, NULL);
    wms_client_set_phase_locked (self, WMS_PHASE_ENDING);
  }
  return result;
}

gboolean
wms_client_end_step (WmsClient * self, gint64 deadline_us,
    GCancellable * cancellable, GError ** error)
{
  WmsWriteResult result = WMS_WRITE_FULL;
  gboolean is_over = FALSE;
  gboolean end_taken;
  GError *reason = NULL;
  WmsWriter *writer;
  guint n_taken = 0;

  g_mutex_lock (&self->lock);
  end_taken = self->end_taken;
  g_mutex_unlock (&self->lock);
  if (!end_taken && !wms_client_write (self, NULL, 0, &n_taken, deadline_us,
          cancellable, error))
    return FALSE;
  writer = get_writer (self, deadline_us, cancellable, error);
  if (writer == NULL)
    return FALSE;
  wms_writer_enter (writer);
  g_mutex_lock (&self->lock);
  if (is_current_locked (self, writer) && !self->needs_header)
    result = wms_client_try_end_locked (self, &reason);
  is_over = self->phase == WMS_PHASE_ENDING || self->phase == WMS_PHASE_ENDED;
  g_mutex_unlock (&self->lock);
  wms_writer_leave (writer);
  if (result == WMS_WRITE_BLOCKED)
    wait_for_room (self, writer, deadline_us, cancellable, error);
  else if (result == WMS_WRITE_FAILED)
    explain_failure (self, writer, reason, cancellable, error);
  wms_writer_unref (writer);
  return is_over;
}
