/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Threads: what carries `http`, `push` and `timer` in its name runs on the
 * shared context thread and is the only one to touch them, but for `push`,
 * which the streaming thread moves to its end with `lock` held.
 *
 * Locking: `lock` protects what stands below it in the struct.  Order: `lock`,
 * then the writer's, then the mailbox's.  It is held over the write of the
 * final $E and the status after it, so that the statuses of a quick answer
 * come behind. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmsclient.h"

#include <gst/gstinfo.h>

#include "wmspush/wmshttp.h"
#include "wmspush/wmsthread.h"
#include "wmspush/wmswait.h"

GST_DEBUG_CATEGORY_STATIC (wmsclient_debug);
#define GST_CAT_DEFAULT wmsclient_debug

/* How often PushSetup is sent again because the connection was gone when
 * PushStart wanted it. */
#define MAX_RESTARTS 3
/* How long the answer may lag behind the failed write that it explains. */
#define VERDICT_WAIT_MS 1000
/* Longest parts of wms_client_close(). */
#define END_WAIT_MS 300
#define CLOSE_WAIT_MS 500

typedef enum
{
  PHASE_SETUP,
  PHASE_OPEN,
  PHASE_STARTING,
  PHASE_STREAMING,
  PHASE_FILLED,
  PHASE_ENDING,
  PHASE_ENDED,
  PHASE_FAILED,
} Phase;

struct _WmsClient
{
  gint ref_count;
  GMainContext *context;
  WmsMailbox *mailbox;
  guint timeout_ms;

  /* context thread */
  WmsHttp *http;
  GSource *timer;
  guint restarts;

  GMutex lock;
  GCond cond;
  WmsPush *push;
  Phase phase;
  gboolean want_start;
  gboolean is_filling;
  gboolean end_taken;
  gboolean has_started;
  gboolean is_torn_down;
  WmsWriter *writer;
  GError *failure;
  guint64 former_bytes;
  guint http_status;
};

static void http_progress (WmsHttpProgress progress, gpointer user_data);
static void http_answered (const WmsResponse * response, gpointer user_data);
static void http_failed (const GError * error, gpointer user_data);

static const WmsHttpHandler http_handler = {
  http_progress, http_answered, http_failed
};

static WmsClient *
client_ref (WmsClient * self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

static void
client_unref (WmsClient * self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_clear_pointer (&self->writer, wms_writer_unref);
  wms_push_free (self->push);
  wms_mailbox_unref (self->mailbox);
  g_clear_error (&self->failure);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

static void
invoke (WmsClient * self, GSourceFunc func)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, client_ref (self),
      (GDestroyNotify) client_unref);
  g_source_attach (source, self->context);
}

static void
post (WmsClient * self, GstWmsStatus status, guint32 hresult,
    const GError * error)
{
  WmsEvent event = {
    .status = status,
    .hresult = hresult,
    .http_status = wms_failure_http_status (error),
    .error = (GError *) error,
  };

  GST_INFO ("%s, %s", wms_status_name (status), wms_hresult_name (hresult));
  wms_mailbox_post (self->mailbox, &event);
}

static void
set_phase_locked (WmsClient * self, Phase phase)
{
  self->phase = phase;
  g_cond_broadcast (&self->cond);
}

static gboolean
is_over_locked (WmsClient * self)
{
  return self->phase == PHASE_ENDED || self->phase == PHASE_FAILED;
}

/* Every end of a session comes here, once: its statuses are complete. */
static void
conclude_locked (WmsClient * self, const GError * failure)
{
  if (is_over_locked (self))
    return;
  if (failure != NULL) {
    self->failure = g_error_copy (failure);
    post (self, GST_WMS_STATUS_ERROR,
        wms_failure_from_error (failure)->hresult, failure);
  }
  if (self->has_started)
    post (self, GST_WMS_STATUS_STOPPED, WMS_S_OK, NULL);
  post (self, GST_WMS_STATUS_CLOSED, WMS_S_OK, NULL);
  if (self->writer != NULL)
    wms_writer_shutdown (self->writer);
  set_phase_locked (self, failure != NULL ? PHASE_FAILED : PHASE_ENDED);
}

static void
stop_timer (WmsClient * self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static gboolean
timer_cb (gpointer user_data)
{
  WmsClient *self = user_data;

  gboolean is_setup;

  stop_timer (self);
  g_mutex_lock (&self->lock);
  is_setup = self->phase == PHASE_SETUP;
  g_mutex_unlock (&self->lock);
  wms_http_abort (self->http, g_error_new (WMS_ERROR,
          is_setup ? WMS_ERROR_CONNECT_TIMEOUT : WMS_ERROR_STALLED,
          "no answer within %u ms", self->timeout_ms));
  return G_SOURCE_REMOVE;
}

static void
start_timer (WmsClient * self)
{
  stop_timer (self);
  if (self->timeout_ms == 0)
    return;
  self->timer = g_timeout_source_new (self->timeout_ms);
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_attach (self->timer, self->context);
}

static gboolean
start_timer_cb (gpointer user_data)
{
  WmsClient *self = user_data;

  if (self->http != NULL)
    start_timer (self);
  return G_SOURCE_REMOVE;
}

static void
close_http (WmsClient * self)
{
  stop_timer (self);
  g_clear_pointer (&self->http, wms_http_close);
}

/* Sends what the protocol says is next.  A PushSetup opens a connection of its
 * own: what answered before may have left the old one half used. */
static void
send_next (WmsClient * self)
{
  WmsRequest request;
  gboolean is_due;

  g_mutex_lock (&self->lock);
  is_due = wms_push_next_request (self->push, &request);
  if (is_due)
    set_phase_locked (self, request.kind == WMS_REQUEST_SETUP ?
        PHASE_SETUP : PHASE_STARTING);
  g_mutex_unlock (&self->lock);
  if (!is_due)
    return;
  GST_DEBUG ("sending %s", request.content_type);
  if (request.kind == WMS_REQUEST_SETUP) {
    g_clear_pointer (&self->http, wms_http_close);
    self->http = wms_http_new (&http_handler, self);
  }
  start_timer (self);
  wms_http_send (self->http, &request);
}

static gboolean
send_next_cb (gpointer user_data)
{
  send_next (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
start_cb (gpointer user_data)
{
  WmsClient *self = user_data;
  gboolean is_open;

  g_mutex_lock (&self->lock);
  is_open = self->phase == PHASE_OPEN;
  g_mutex_unlock (&self->lock);
  if (is_open && self->http != NULL)
    send_next (self);
  return G_SOURCE_REMOVE;
}

static void
begin_streaming (WmsClient * self)
{
  g_autoptr (GError) error = NULL;
  WmsWriterStats stats = { 0, };
  WmsWriter *writer;

  stop_timer (self);
  g_mutex_lock (&self->lock);
  if (self->phase == PHASE_STARTING) {
    if (self->writer != NULL) {
      wms_writer_get_stats (self->writer, &stats);
      self->former_bytes += stats.bytes;
      g_clear_pointer (&self->writer, wms_writer_unref);
    }
    writer = wms_writer_new (wms_http_get_stream (self->http),
        wms_push_get_request_length (self->push), self->timeout_ms, &error);
    self->writer = writer;
    self->is_filling = FALSE;
    if (writer != NULL)
      set_phase_locked (self, PHASE_STREAMING);
    else
      conclude_locked (self, error);
  }
  g_mutex_unlock (&self->lock);
}

static void
http_progress (WmsHttpProgress progress, gpointer user_data)
{
  WmsClient *self = user_data;

  switch (progress) {
    case WMS_HTTP_RESOLVING:
      post (self, GST_WMS_STATUS_LOCATING, WMS_S_OK, NULL);
      break;
    case WMS_HTTP_CONNECTING:
      post (self, GST_WMS_STATUS_CONNECTING, WMS_S_OK, NULL);
      break;
    case WMS_HTTP_HEAD_SENT:
      begin_streaming (self);
      break;
  }
}

/* What follows from an answer or a loss; on the context thread. */
static void
follow (WmsClient * self, WmsOutcome outcome, const GError * error)
{
  gboolean start = FALSE;

  stop_timer (self);
  g_mutex_lock (&self->lock);
  switch (outcome) {
    case WMS_OUTCOME_AGAIN:
      start = TRUE;
      break;
    case WMS_OUTCOME_OPENED:
      /* the answer to a filled request opens the next one without a word */
      if (self->phase == PHASE_SETUP && !self->has_started)
        post (self, GST_WMS_STATUS_OPENED, WMS_S_OK, NULL);
      set_phase_locked (self, PHASE_OPEN);
      start = self->want_start;
      break;
    case WMS_OUTCOME_ENDED:
    case WMS_OUTCOME_FAILED:
      conclude_locked (self, error);
      break;
  }
  g_mutex_unlock (&self->lock);
  if (start)
    send_next (self);
  else if (outcome == WMS_OUTCOME_ENDED || outcome == WMS_OUTCOME_FAILED)
    close_http (self);
}

static void
http_answered (const WmsResponse * response, gpointer user_data)
{
  WmsClient *self = user_data;
  g_autoptr (GError) error = NULL;
  WmsOutcome outcome;

  GST_DEBUG ("answer %u, server %s", response->status, response->server);
  g_mutex_lock (&self->lock);
  self->http_status = response->status;
  outcome = wms_push_take_response (self->push, response, &error);
  g_mutex_unlock (&self->lock);
  follow (self, outcome, error);
}

static void
http_failed (const GError * reason, gpointer user_data)
{
  WmsClient *self = user_data;
  g_autoptr (GError) error = NULL;
  WmsOutcome outcome;

  GST_DEBUG ("no answer: %s", reason->message);
  if (g_error_matches (reason, WMS_ERROR, WMS_ERROR_CONNECTION_CHANGED)
      && self->restarts++ < MAX_RESTARTS) {
    g_mutex_lock (&self->lock);
    wms_push_restart (self->push);
    g_mutex_unlock (&self->lock);
    invoke (self, send_next_cb);
    return;
  }
  g_mutex_lock (&self->lock);
  outcome = wms_push_take_loss (self->push, reason, &error);
  g_mutex_unlock (&self->lock);
  follow (self, outcome, error);
}

WmsClient *
wms_client_new (const WmsPushConfig * config, guint timeout_ms,
    WmsMailbox * mailbox)
{
  static gsize once;
  GMainContext *context;
  WmsClient *self;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (wmsclient_debug, "wmsclient", 0,
        "push session client");
    g_once_init_leave (&once, 1);
  }
  context = wms_thread_ref ();
  if (context == NULL)
    return NULL;
  self = g_new0 (WmsClient, 1);
  self->ref_count = 1;
  self->context = context;
  self->mailbox = wms_mailbox_ref (mailbox);
  self->timeout_ms = timeout_ms;
  self->push = wms_push_new (config);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  invoke (self, send_next_cb);
  return self;
}

/* Waits until the phase is `phase` or the session is over. */
static gboolean
wait_for_phase (WmsClient * self, Phase phase, gint timeout_ms,
    GCancellable * cancellable, GError ** error)
{
  gboolean ok = TRUE;
  WmsWait wait;

  wms_wait_begin (&wait, &self->lock, &self->cond, cancellable, timeout_ms);
  while (ok && self->phase != phase && !is_over_locked (self))
    ok = wms_wait_step (&wait, error);
  if (ok && self->phase == PHASE_FAILED && error != NULL)
    *error = g_error_copy (self->failure);
  else if (ok && self->phase != phase)
    g_set_error_literal (error, WMS_ERROR, WMS_ERROR_NO_SESSION,
        "the session has ended");
  ok = ok && self->phase == phase && phase != PHASE_FAILED;
  wms_wait_end (&wait);
  return ok;
}

/* Makes sure that a request takes packets, and returns its writer. */
static WmsWriter *
get_writer (WmsClient * self, GCancellable * cancellable, GError ** error)
{
  WmsWriter *writer = NULL;

  g_mutex_lock (&self->lock);
  self->want_start = TRUE;
  if (self->phase == PHASE_OPEN)
    invoke (self, start_cb);
  else if (self->phase == PHASE_STREAMING)
    writer = wms_writer_ref (self->writer);
  g_mutex_unlock (&self->lock);
  if (writer != NULL)
    return writer;

  if (!wait_for_phase (self, PHASE_STREAMING, -1, cancellable, error))
    return NULL;
  g_mutex_lock (&self->lock);
  writer = wms_writer_ref (self->writer);
  g_mutex_unlock (&self->lock);
  return writer;
}

static gboolean
close_http_cb (gpointer user_data)
{
  close_http (user_data);
  return G_SOURCE_REMOVE;
}

void
wms_client_fail (WmsClient * self, const GError * reason)
{
  g_mutex_lock (&self->lock);
  conclude_locked (self, reason);
  g_mutex_unlock (&self->lock);
  invoke (self, close_http_cb);
}

/* The server's answer says more than the error of the write that it caused;
 * without one, the error has to do. */
static void
fail_after_write (WmsClient * self, GError * reason, GError ** error)
{
  g_autoptr (GError) ignored = NULL;

  wait_for_phase (self, PHASE_FAILED, VERDICT_WAIT_MS, NULL, &ignored);
  wms_client_fail (self, reason);
  g_mutex_lock (&self->lock);
  if (self->failure != NULL)
    g_set_error_literal (error, self->failure->domain, self->failure->code,
        self->failure->message);
  else
    g_set_error_literal (error, reason->domain, reason->code, reason->message);
  g_mutex_unlock (&self->lock);
  g_error_free (reason);
}

/* Waits for room.  FALSE: cancelled, or the session failed. */
static gboolean
wait_for_room (WmsClient * self, WmsWriter * writer,
    GCancellable * cancellable, GError ** error)
{
  g_autoptr (GError) reason = NULL;
  gint timeout_ms = self->timeout_ms > 0 ? (gint) self->timeout_ms : -1;

  if (wms_writer_wait (writer, timeout_ms, cancellable, &reason))
    return TRUE;
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_propagate_error (error, g_steal_pointer (&reason));
    return FALSE;
  }
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
    reason->domain = WMS_ERROR;
    reason->code = WMS_ERROR_STALLED;
    wms_client_fail (self, reason);
  }
  fail_after_write (self, g_steal_pointer (&reason), error);
  return FALSE;
}

/* Fills the request up to its last byte, so that the next packet can go into
 * another one ([MS-WMHTTP] 3.1.4.3; push-protocol, C22). */
static WmsWriteResult
fill_up (WmsClient * self, WmsWriter * writer, GError ** error)
{
  WmsWriteResult result = WMS_WRITE_DONE;
  WmsWriterStats stats;
  WmsPacket filler;
  guint n_taken;

  for (;;) {
    wms_writer_get_stats (writer, &stats);
    if (stats.left == 0)
      break;
    wms_packet_init_filler (&filler, stats.left);
    result = wms_writer_push (writer, &filler, 1, &n_taken, error);
    if (result != WMS_WRITE_DONE)
      return result;
  }
  result = wms_writer_push (writer, NULL, 0, &n_taken, error);
  if (result == WMS_WRITE_DONE) {
    GST_INFO ("the request is used up, going on in another one");
    g_mutex_lock (&self->lock);
    if (self->phase == PHASE_STREAMING) {
      wms_push_begin_refill (self->push);
      set_phase_locked (self, PHASE_FILLED);
      invoke (self, start_timer_cb);
    }
    g_mutex_unlock (&self->lock);
  }
  return result;
}

static WmsWriteResult
write_some (WmsClient * self, WmsWriter * writer, WmsPacket * packets,
    guint n_packets, guint * n_taken, GError ** error)
{
  WmsWriteResult result = WMS_WRITE_FULL;
  guint n = 0;

  if (!self->is_filling) {
    result = wms_writer_push (writer, packets, n_packets, &n, error);
    *n_taken += n;
    self->is_filling = result == WMS_WRITE_FULL;
  }
  if (self->is_filling)
    result = fill_up (self, writer, error);
  return result;
}

gboolean
wms_client_write (WmsClient * self, WmsPacket * packets, guint n_packets,
    guint * n_taken, GCancellable * cancellable, GError ** error)
{
  GError *reason = NULL;
  gboolean ok = TRUE;

  while (ok) {
    WmsWriter *writer = get_writer (self, cancellable, error);

    if (writer == NULL)
      return FALSE;
    switch (write_some (self, writer, packets + *n_taken,
            n_packets - *n_taken, n_taken, &reason)) {
      case WMS_WRITE_DONE:
        if (*n_taken == n_packets) {
          wms_writer_unref (writer);
          return TRUE;
        }
        break;
      case WMS_WRITE_BLOCKED:
        ok = wait_for_room (self, writer, cancellable, error);
        break;
      case WMS_WRITE_FULL:
        break;
      case WMS_WRITE_FAILED:
        fail_after_write (self, reason, error);
        ok = FALSE;
        break;
    }
    wms_writer_unref (writer);
  }
  return FALSE;
}

void
wms_client_tell_started (WmsClient * self, guint64 first_time_100ns)
{
  WmsEvent event = {
    .status = GST_WMS_STATUS_STARTED,
    .has_value = TRUE,
    .value = first_time_100ns,
  };

  g_mutex_lock (&self->lock);
  if (!is_over_locked (self) && !self->has_started) {
    self->has_started = TRUE;
    wms_mailbox_post (self->mailbox, &event);
  }
  g_mutex_unlock (&self->lock);
}

void
wms_client_tell (WmsClient * self, GstWmsStatus status)
{
  g_mutex_lock (&self->lock);
  if (!is_over_locked (self))
    post (self, status, WMS_S_OK, NULL);
  g_mutex_unlock (&self->lock);
}

/* One try to write the final $E ([MS-WMHTTP] 3.1.4.4); it is taken once. */
static WmsWriteResult
try_end_locked (WmsClient * self, GError ** error)
{
  WmsWriteResult result;
  WmsPacket end;
  guint n_taken;

  wms_packet_init_end (&end, WMS_END_SESSION);
  result = wms_writer_push (self->writer, &end, self->end_taken ? 0 : 1,
      &n_taken, error);
  if (n_taken > 0)
    self->end_taken = TRUE;
  if (result == WMS_WRITE_DONE) {
    wms_push_begin_end (self->push);
    wms_writer_finish (self->writer);
    post (self, GST_WMS_STATUS_END_OF_STREAMING, WMS_S_OK, NULL);
    set_phase_locked (self, PHASE_ENDING);
  }
  return result;
}

/* The server has not answered the end in time.  That is no loss when all bytes
 * have been acknowledged. */
static gboolean
end_without_answer (WmsClient * self, GError ** error)
{
  g_autoptr (GError) reason = NULL;
  WmsWriterStats stats;

  g_mutex_lock (&self->lock);
  wms_writer_get_stats (self->writer, &stats);
  if (stats.unsent > 0)
    reason = g_error_new (WMS_ERROR, WMS_ERROR_STALLED,
        "%u bytes before the end were not acknowledged", stats.unsent);
  else
    GST_WARNING ("no answer to the end of the session");
  conclude_locked (self, reason);
  g_mutex_unlock (&self->lock);
  invoke (self, close_http_cb);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return stats.unsent == 0;
}

static gboolean
wait_for_end (WmsClient * self, gint timeout_ms, GCancellable * cancellable,
    GError ** error)
{
  g_autoptr (GError) reason = NULL;

  if (wait_for_phase (self, PHASE_ENDED, timeout_ms, cancellable, &reason))
    return TRUE;
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return end_without_answer (self, error);
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

/* Writes what is left over and the final $E. */
static gboolean
write_end (WmsClient * self, GCancellable * cancellable, GError ** error)
{
  WmsWriteResult result = WMS_WRITE_BLOCKED;
  GError *reason = NULL;
  guint n_taken = 0;

  if (!self->end_taken
      && !wms_client_write (self, NULL, 0, &n_taken, cancellable, error))
    return FALSE;
  while (result == WMS_WRITE_BLOCKED) {
    g_mutex_lock (&self->lock);
    if (self->phase == PHASE_STREAMING)
      result = try_end_locked (self, &reason);
    else
      result = WMS_WRITE_DONE;
    g_mutex_unlock (&self->lock);
    if (result == WMS_WRITE_BLOCKED
        && !wait_for_room (self, self->writer, cancellable, error))
      return FALSE;
  }
  if (result == WMS_WRITE_FAILED)
    fail_after_write (self, reason, error);
  return result != WMS_WRITE_FAILED;
}

gboolean
wms_client_end (WmsClient * self, GCancellable * cancellable, GError ** error)
{
  gint timeout_ms = self->timeout_ms > 0 ? (gint) self->timeout_ms : -1;
  Phase phase;

  g_mutex_lock (&self->lock);
  phase = self->phase;
  g_mutex_unlock (&self->lock);

  if (phase == PHASE_SETUP || phase == PHASE_OPEN) {
    if (!wait_for_phase (self, PHASE_OPEN, -1, cancellable, error))
      return FALSE;
    wms_client_fail (self, NULL);
    return TRUE;
  }
  if (phase < PHASE_ENDING && !write_end (self, cancellable, error))
    return FALSE;
  return wait_for_end (self, timeout_ms, cancellable, error);
}

static gboolean
tear_down_cb (gpointer user_data)
{
  WmsClient *self = user_data;

  close_http (self);
  g_mutex_lock (&self->lock);
  conclude_locked (self, NULL);
  self->is_torn_down = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

void
wms_client_close (WmsClient * self)
{
  gboolean is_ending = FALSE;
  gboolean ok = TRUE;
  WmsWait wait;

  g_mutex_lock (&self->lock);
  if (self->phase == PHASE_STREAMING && !self->is_filling)
    is_ending = try_end_locked (self, NULL) == WMS_WRITE_DONE;
  g_mutex_unlock (&self->lock);
  if (is_ending)
    wait_for_phase (self, PHASE_ENDED, END_WAIT_MS, NULL, NULL);

  invoke (self, tear_down_cb);
  wms_wait_begin (&wait, &self->lock, &self->cond, NULL, CLOSE_WAIT_MS);
  while (ok && !self->is_torn_down)
    ok = wms_wait_step (&wait, NULL);
  wms_wait_end (&wait);
  if (!ok)
    GST_WARNING ("the connection is not closed yet");
  client_unref (self);
  wms_thread_unref ();
}

void
wms_client_get_stats (WmsClient * self, WmsClientStats * stats)
{
  WmsWriterStats writer = { 0, };

  g_mutex_lock (&self->lock);
  if (self->writer != NULL)
    wms_writer_get_stats (self->writer, &writer);
  stats->bytes = self->former_bytes + writer.bytes;
  stats->left = writer.left;
  stats->unsent = writer.unsent;
  stats->http_status = self->http_status;
  g_mutex_unlock (&self->lock);
}
