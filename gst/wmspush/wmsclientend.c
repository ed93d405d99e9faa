/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a session ends, whoever ends it.  wmsclient-private.h has the locks. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmsclient-private.h"

#include <gst/gstinfo.h>

#include "wmspush/wmsthread.h"
#include "wmspush/wmswait.h"

GST_DEBUG_CATEGORY_EXTERN (wmsclient_debug);
#define GST_CAT_DEFAULT wmsclient_debug

/* Longest parts of wms_client_close(). */
#define END_WAIT_MS 300
#define CLOSE_WAIT_MS 500
/* How long the server has to answer the end before the FIN, at which a proxy
 * drops what it has not passed on; not every proxy says that it is there. */
#define LINGER_MS 500
/* Behind the last packet: a $E and a close_notify, each a record of TLS, and a
 * FIN.  A server may leave those alone. */
#define MAX_END_BYTES 80

void
wms_client_conclude_locked (WmsClient * self, const GError * failure)
{
  if (wms_client_is_over_locked (self))
    return;
  if (self->is_reconnecting)
    wms_client_post (self, GST_WMS_STATUS_RECONNECT_END,
        failure != NULL ? failure : self->loss);
  self->is_reconnecting = FALSE;
  if (failure != NULL) {
    self->failure = g_error_copy (failure);
    wms_client_post (self, GST_WMS_STATUS_ERROR, failure);
  }
  if (self->has_started)
    wms_client_post (self, GST_WMS_STATUS_STOPPED, NULL);
  wms_client_post (self, GST_WMS_STATUS_CLOSED, NULL);
  if (self->writer != NULL)
    wms_writer_shutdown (self->writer);
  wms_client_forget_auth_locked (self);
  wms_client_set_phase_locked (self,
      failure != NULL ? WMS_PHASE_FAILED : WMS_PHASE_ENDED);
}

/* Unacknowledged bytes up to the final $E: filler behind it is nobody's loss.
 * A record of TLS has more than it carries. */
static guint
count_unsent_locked (const WmsClient * self, const WmsWriterStats * stats)
{
  guint64 filler = 0;

  if (self->phase == WMS_PHASE_ENDING
      && self->end_left > stats->left + stats->queued)
    filler = self->end_left - stats->left - stats->queued;
  filler += filler / 64;
  return stats->unsent > filler ? stats->unsent - filler : 0;
}

GError *
wms_client_explain_loss_locked (WmsClient * self, const GError * reason)
{
  WmsWriterStats stats;
  gboolean is_late;
  GError *cause;
  guint unsent;

  if (self->writer == NULL)
    return g_error_copy (reason);
  cause = wms_writer_get_failure (self->writer);
  if (cause == NULL)
    cause = g_error_copy (reason);
  wms_writer_get_stats (self->writer, &stats);
  unsent = count_unsent_locked (self, &stats);
  is_late = g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  if (self->phase == WMS_PHASE_ENDING && unsent > (is_late ? 0 : MAX_END_BYTES)) {
    g_error_free (cause);
    cause = g_error_new (WMS_ERROR,
        is_late ? WMS_ERROR_STALLED : WMS_ERROR_END_LOST,
        "%u bytes before the end were not acknowledged", unsent);
  }
  return cause;
}

/* Whether the request of the end is filled up behind the $E: some proxies pass
 * on nothing before they have all of a request. */
static gboolean
is_to_be_whole_locked (const WmsClient * self)
{
  return self->phase == WMS_PHASE_ENDING
      && self->end_left <= WMS_CLIENT_MAX_REST
      && wms_push_get_using_proxy (self->push);
}

static gboolean
linger_over_cb (gpointer user_data)
{
  WmsClient *self = user_data;

  gboolean is_blocked;

  wms_client_stop_timer (self);
  g_mutex_lock (&self->lock);
  is_blocked = self->phase == WMS_PHASE_ENDING && !is_to_be_whole_locked (self)
      && wms_writer_finish (self->writer) == WMS_WRITE_BLOCKED;
  g_mutex_unlock (&self->lock);
  if (is_blocked)
    wms_client_linger_cb (self);
  return G_SOURCE_REMOVE;
}

gboolean
wms_client_linger_cb (gpointer user_data)
{
  WmsClient *self = user_data;

  if (self->http != NULL)
    wms_client_start_source (self, LINGER_MS * G_GUINT64_CONSTANT (1000),
        linger_over_cb);
  return G_SOURCE_REMOVE;
}

gboolean
wms_client_close_http_cb (gpointer user_data)
{
  wms_client_close_http (user_data);
  return G_SOURCE_REMOVE;
}

void
wms_client_fail (WmsClient * self, const GError * reason)
{
  g_mutex_lock (&self->lock);
  wms_client_conclude_locked (self, reason);
  g_mutex_unlock (&self->lock);
  wms_client_invoke (self, wms_client_close_http_cb);
}

/* The server has not answered the end in time, unless it was the session that
 * failed for a time-out of its own.  That is no loss when all bytes have been
 * acknowledged. */
static gboolean
end_without_answer (WmsClient * self, GError ** error)
{
  g_autoptr (GError) reason = NULL;
  WmsWriterStats stats = { 0, };
  guint unsent;

  g_mutex_lock (&self->lock);
  if (self->writer != NULL)
    wms_writer_get_stats (self->writer, &stats);
  unsent = count_unsent_locked (self, &stats);
  if (self->phase == WMS_PHASE_FAILED)
    reason = g_error_copy (self->failure);
  else if (unsent > 0)
    reason = g_error_new (WMS_ERROR, WMS_ERROR_STALLED,
        "%u bytes before the end were not acknowledged", unsent);
  else if (is_to_be_whole_locked (self) && wms_push_is_answered (self->push))
    reason = g_error_new_literal (WMS_ERROR, WMS_ERROR_STALLED,
        "the last request was not answered");
  else
    GST_WARNING ("no answer to the end of the session");
  wms_client_conclude_locked (self, reason);
  g_mutex_unlock (&self->lock);
  wms_client_invoke (self, wms_client_close_http_cb);
  if (reason == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

static gboolean
is_taking (WmsClient * self)
{
  gboolean result;

  g_mutex_lock (&self->lock);
  result = wms_client_is_taking_locked (self);
  g_mutex_unlock (&self->lock);
  return result;
}

static gboolean
wait_for_end (WmsClient * self, gint timeout_ms, GCancellable * cancellable,
    GError ** error)
{
  g_autoptr (GError) reason = NULL;

  is_taking (self);
  do {
    g_clear_error (&reason);
    if (wms_client_wait_for_phase (self, WMS_PHASE_ENDED, timeout_ms,
            cancellable, &reason))
      return TRUE;
  } while (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
      && is_taking (self));
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return end_without_answer (self, error);
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

gint64
wms_client_begin_end (WmsClient * self, gboolean is_action)
{
  self->is_action = is_action;
  self->end_us = self->timeout_ms == 0 ? -1 :
      g_get_monotonic_time () + self->timeout_ms * (gint64) 1000;
  return self->end_us;
}

static gboolean
is_asking_locked (WmsClient * self)
{
  return self->question != NULL && !self->has_begun;
}

gboolean
wms_client_is_asking (WmsClient * self)
{
  gboolean is_asking;

  g_mutex_lock (&self->lock);
  is_asking = is_asking_locked (self);
  g_mutex_unlock (&self->lock);
  return is_asking;
}

static gboolean
give_up_auth_cb (gpointer user_data)
{
  wms_client_give_up_auth (user_data);
  return G_SOURCE_REMOVE;
}

gboolean
wms_client_take_slow_end (WmsClient * self, GError ** error)
{
  gboolean is_lost;

  g_mutex_lock (&self->lock);
  is_lost = self->loss != NULL;
  if (is_lost) {
    g_propagate_error (error, g_error_copy (self->loss));
    wms_client_conclude_locked (self, self->loss);
  }
  g_mutex_unlock (&self->lock);
  if (is_lost) {
    wms_client_invoke (self, wms_client_close_http_cb);
    return FALSE;
  }
  if (self->is_action)
    wms_client_invoke (self, give_up_auth_cb);
  wms_client_begin_end (self, self->is_action);
  return TRUE;
}

static gboolean
write_end (WmsClient * self, GCancellable * cancellable, GError ** error)
{
  gboolean is_over = FALSE;

  while (!is_over) {
    GError *reason = NULL;

    is_over = wms_client_end_step (self, self->end_us, cancellable, &reason);
    if (g_error_matches (reason, WMS_ERROR, WMS_ERROR_BUSY)) {
      g_clear_error (&reason);
      if (!wms_client_take_slow_end (self, error))
        return FALSE;
    } else if (reason != NULL) {
      g_propagate_error (error, reason);
      return FALSE;
    }
  }
  return TRUE;
}

/* -1 for no limit, as those who wait take it. */
static gint
get_timeout_ms (const WmsClient * self)
{
  return self->timeout_ms > 0 ? (gint) self->timeout_ms : -1;
}

/* Returns: whether there is more to write. */
static gboolean
fill_rest (WmsClient * self, WmsWriter * writer, GCancellable * cancellable)
{
  WmsWriteResult result = WMS_WRITE_FAILED;
  g_autoptr (GError) reason = NULL;
  guint64 left = 0;

  wms_writer_enter (writer);
  g_mutex_lock (&self->lock);
  if (self->phase == WMS_PHASE_ENDING && self->writer == writer)
    result = wms_client_write_filler (writer, 0, &left, NULL);
  g_mutex_unlock (&self->lock);
  wms_writer_leave (writer);
  if (result != WMS_WRITE_BLOCKED)
    return result == WMS_WRITE_DONE && left > 0;
  return wms_writer_wait (writer, get_timeout_ms (self), cancellable, &reason)
      || (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
      && is_taking (self));
}

/* Makes the request of the end a whole one, unless the server answers the $E as
 * it is. */
static void
complete_request (WmsClient * self, GCancellable * cancellable)
{
  g_autoptr (GError) reason = NULL;
  WmsWriter *writer = NULL;

  g_mutex_lock (&self->lock);
  if (is_to_be_whole_locked (self))
    writer = wms_writer_ref (self->writer);
  g_mutex_unlock (&self->lock);
  if (writer == NULL)
    return;
  wms_client_wait_for_phase (self, WMS_PHASE_ENDED, LINGER_MS, cancellable,
      &reason);
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
    GST_INFO ("no answer to the end yet: the request is filled up");
    while (fill_rest (self, writer, cancellable));
  }
  wms_writer_unref (writer);
}

static gboolean
wait_open (WmsClient * self, GCancellable * cancellable, GError ** error)
{
  gboolean ok = TRUE;
  WmsWait wait;

  wms_wait_begin (&wait, &self->lock, &self->cond, cancellable,
      get_timeout_ms (self));
  while (ok && !is_asking_locked (self) && (self->phase == WMS_PHASE_SETUP
          || (self->phase == WMS_PHASE_LOST && !self->has_opened)))
    ok = wms_wait_step (&wait, error);
  if (ok && self->phase == WMS_PHASE_FAILED) {
    g_propagate_error (error, g_error_copy (self->failure));
    ok = FALSE;
  }
  wms_wait_end (&wait);
  return ok;
}

gboolean
wms_client_wait_open (WmsClient * self, GCancellable * cancellable,
    GError ** error)
{
  GError *reason = NULL;

  while (!wait_open (self, cancellable, &reason)) {
    if (!g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
      g_propagate_error (error, reason);
      return FALSE;
    }
    g_clear_error (&reason);
    if (!wms_client_take_slow_end (self, error))
      return FALSE;
  }
  return TRUE;
}

/* The server has it from a former session, with its header. */
static gboolean
goes_on_locked (WmsClient * self)
{
  return self->is_continuing && !self->needs_header
      && !wms_client_is_over_locked (self);
}

gboolean
wms_client_goes_on (WmsClient * self)
{
  gboolean goes_on;

  g_mutex_lock (&self->lock);
  goes_on = goes_on_locked (self);
  g_mutex_unlock (&self->lock);
  return goes_on;
}

gboolean
wms_client_end (WmsClient * self, GCancellable * cancellable, GError ** error)
{
  WmsPhase phase;

  if (self->end_us == 0)
    wms_client_begin_end (self, FALSE);
  if (!self->has_begun && !wms_client_wait_open (self, cancellable, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  self->has_begun |= goes_on_locked (self);
  phase = self->phase;
  g_mutex_unlock (&self->lock);
  /* Where nothing was written there is nothing to end, and a $E would be no
   * legal first packet ([MS-WMHTTP] 2.2.2.2).  A PushStart may be under way all
   * the same, when a flush has taken the header away. */
  if (!self->has_begun) {
    wms_client_fail (self, NULL);
    return TRUE;
  }
  if (phase < WMS_PHASE_ENDING && !write_end (self, cancellable, error))
    return FALSE;
  complete_request (self, cancellable);
  return wait_for_end (self, get_timeout_ms (self), cancellable, error);
}

static gboolean
tear_down_cb (gpointer user_data)
{
  WmsClient *self = user_data;

  /* the socket first: closing a TLS stream waits for room in its queue */
  g_mutex_lock (&self->lock);
  wms_client_conclude_locked (self, NULL);
  g_mutex_unlock (&self->lock);
  wms_client_close_http (self);
  g_mutex_lock (&self->lock);
  self->is_torn_down = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

/* Returns whether the end of the session is written: nobody waits for room. */
static gboolean
end_at_once (WmsClient * self)
{
  WmsWriter *writer = NULL;
  gboolean is_ending;

  g_mutex_lock (&self->lock);
  if (self->phase == WMS_PHASE_STREAMING)
    writer = wms_writer_ref (self->writer);
  g_mutex_unlock (&self->lock);
  if (writer != NULL)
    wms_writer_enter (writer);
  g_mutex_lock (&self->lock);
  if (self->phase == WMS_PHASE_STREAMING && self->writer == writer
      && self->has_begun && !self->is_filling && !self->needs_header)
    wms_client_try_end_locked (self, NULL);
  is_ending = self->phase == WMS_PHASE_ENDING;
  g_mutex_unlock (&self->lock);
  if (writer != NULL)
    wms_writer_leave (writer);
  g_clear_pointer (&writer, wms_writer_unref);
  return is_ending;
}

void
wms_client_close (WmsClient * self, WmsClientStats * stats)
{
  gboolean ok = TRUE;
  WmsWait wait;

  if (end_at_once (self))
    wms_client_wait_for_phase (self, WMS_PHASE_ENDED, END_WAIT_MS, NULL, NULL);

  wms_client_invoke (self, tear_down_cb);
  wms_wait_begin (&wait, &self->lock, &self->cond, NULL, CLOSE_WAIT_MS);
  while (ok && !self->is_torn_down)
    ok = wms_wait_step (&wait, NULL);
  wms_wait_end (&wait);
  if (!ok)
    GST_WARNING ("the connection is not closed yet");
  if (stats != NULL)
    wms_client_get_stats (self, stats);
  wms_client_unref (self);
  wms_thread_unref ();
}
