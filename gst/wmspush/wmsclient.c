/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The connection of a session, on the shared context thread: what has `http`,
 * `timer` or `follow` in its name runs there.  wmsclient-private.h has the
 * locks. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmsclient-private.h"

#include <gst/gstinfo.h>

#include "wmspush/wmsthread.h"
#include "wmspush/wmswait.h"

GST_DEBUG_CATEGORY (wmsclient_debug);
#define GST_CAT_DEFAULT wmsclient_debug

/* How often PushSetup is sent again because the connection was gone when
 * PushStart wanted it. */
#define MAX_RESTARTS 3
/* Longest parts of wms_client_close(). */
#define END_WAIT_MS 300
#define CLOSE_WAIT_MS 500
/* How long a proxy has time to pass on the last packets. */
#define LINGER_MS 500

static void http_progress (WmsHttpProgress progress, gpointer user_data);
static void http_answered (const WmsResponse * response, gpointer user_data);
static void http_failed (const GError * reason, gpointer user_data);

static const WmsHttpHandler http_handler = {
  http_progress, http_answered, http_failed
};

WmsClient *
wms_client_ref (WmsClient * self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
wms_client_unref (WmsClient * self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_clear_pointer (&self->writer, wms_writer_unref);
  wms_push_free (self->push);
  wms_mailbox_unref (self->mailbox);
  g_clear_error (&self->failure);
  g_free (self->http_config.proxy);
  g_clear_object (&self->http_config.tls_database);
  g_clear_object (&self->http_config.tls_interaction);
  wms_credentials_free (self->answer);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
wms_client_invoke (WmsClient * self, GSourceFunc func)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, wms_client_ref (self),
      (GDestroyNotify) wms_client_unref);
  g_source_attach (source, self->context);
}

void
wms_client_post (WmsClient * self, GstWmsStatus status, const GError * error)
{
  WmsEvent event = {
    .status = status,
    .hresult = error != NULL ? wms_failure_from_error (error)->hresult :
        WMS_S_OK,
    .http_status = wms_failure_http_status (error),
    .error = (GError *) error,
  };

  if (error != NULL)
    self->last_failure = wms_failure_from_error (error);
  GST_INFO ("%s, %s", wms_status_name (status),
      wms_hresult_name (event.hresult));
  wms_mailbox_post (self->mailbox, &event);
}

void
wms_client_set_phase_locked (WmsClient * self, WmsPhase phase)
{
  self->phase = phase;
  g_cond_broadcast (&self->cond);
}

gboolean
wms_client_is_over_locked (WmsClient * self)
{
  return self->phase == WMS_PHASE_ENDED || self->phase == WMS_PHASE_FAILED;
}

void
wms_client_conclude_locked (WmsClient * self, const GError * failure)
{
  if (wms_client_is_over_locked (self))
    return;
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
  if (wms_client_give_up_auth (self))
    return G_SOURCE_REMOVE;
  g_mutex_lock (&self->lock);
  is_setup = self->phase == WMS_PHASE_SETUP;
  g_mutex_unlock (&self->lock);
  wms_http_abort (self->http, g_error_new (WMS_ERROR,
          is_setup ? WMS_ERROR_CONNECT_TIMEOUT : WMS_ERROR_STALLED,
          "no answer within %u ms", self->timeout_ms));
  return G_SOURCE_REMOVE;
}

void
wms_client_start_timer (WmsClient * self, guint timeout_ms)
{
  stop_timer (self);
  if (timeout_ms == 0)
    return;
  self->timer = g_timeout_source_new (timeout_ms);
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_attach (self->timer, self->context);
}

gboolean
wms_client_start_timer_cb (gpointer user_data)
{
  WmsClient *self = user_data;

  if (self->http != NULL)
    wms_client_start_timer (self, self->timeout_ms);
  return G_SOURCE_REMOVE;
}

static gboolean
linger_over_cb (gpointer user_data)
{
  WmsClient *self = user_data;

  stop_timer (self);
  g_mutex_lock (&self->lock);
  if (self->phase == WMS_PHASE_ENDING)
    wms_writer_finish (self->writer);
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

gboolean
wms_client_linger_cb (gpointer user_data)
{
  WmsClient *self = user_data;

  if (self->http == NULL)
    return G_SOURCE_REMOVE;
  stop_timer (self);
  self->timer = g_timeout_source_new (LINGER_MS);
  g_source_set_callback (self->timer, linger_over_cb, self, NULL);
  g_source_attach (self->timer, self->context);
  return G_SOURCE_REMOVE;
}

static void
close_http (WmsClient * self)
{
  stop_timer (self);
  g_clear_pointer (&self->http, wms_http_close);
}

/* A new connection where one is wanted: what answered before may have left the
 * old one half used. */
static void
open_connection (WmsClient * self)
{
  if (self->wants_connection)
    g_clear_pointer (&self->http, wms_http_close);
  self->wants_connection = FALSE;
  if (self->http == NULL)
    self->http = wms_http_new (&self->http_config, &http_handler, self);
}

/* Sends what the protocol says is next. */
static void
send_next (WmsClient * self)
{
  WmsRequest request;
  gboolean needs_ticket = FALSE;
  gboolean is_due;

  g_mutex_lock (&self->lock);
  /* the streaming thread may have failed the session meanwhile */
  is_due = !wms_client_is_over_locked (self) && self->step == NULL;
  if (is_due)
    needs_ticket = wms_push_prepare (self->push) == WMS_OUTCOME_TICKET;
  is_due = is_due && !needs_ticket
      && wms_push_next_request (self->push, &request);
  if (is_due)
    wms_client_set_phase_locked (self, request.kind == WMS_REQUEST_SETUP ?
        WMS_PHASE_SETUP : WMS_PHASE_STARTING);
  g_mutex_unlock (&self->lock);
  if (needs_ticket)
    wms_client_use_ticket (self);
  if (!is_due)
    return;
  GST_DEBUG ("sending %s", request.content_type);
  open_connection (self);
  wms_client_start_timer (self, self->timeout_ms);
  wms_http_send (self->http, &request);
}

static gboolean
send_next_cb (gpointer user_data)
{
  send_next (user_data);
  return G_SOURCE_REMOVE;
}

gboolean
wms_client_start_cb (gpointer user_data)
{
  WmsClient *self = user_data;
  gboolean is_open;

  g_mutex_lock (&self->lock);
  is_open = self->phase == WMS_PHASE_OPEN;
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
  if (self->phase == WMS_PHASE_STARTING) {
    if (self->writer != NULL) {
      wms_writer_get_stats (self->writer, &stats);
      self->former_bytes += stats.bytes;
      g_clear_pointer (&self->writer, wms_writer_unref);
    }
    writer = wms_writer_new (wms_http_get_stream (self->http),
        wms_push_get_request_length (self->push), self->timeout_ms, &error);
    self->writer = writer;
    self->is_filling = self->end_taken = FALSE;
    wms_client_pace_locked (self);
    if (writer != NULL)
      wms_client_set_phase_locked (self, WMS_PHASE_STREAMING);
    else
      wms_client_conclude_locked (self, error);
  }
  g_mutex_unlock (&self->lock);
}

static void
http_progress (WmsHttpProgress progress, gpointer user_data)
{
  WmsClient *self = user_data;

  switch (progress) {
    case WMS_HTTP_RESOLVING:
      wms_client_post (self, GST_WMS_STATUS_LOCATING, NULL);
      break;
    case WMS_HTTP_CONNECTING:
      wms_client_post (self, GST_WMS_STATUS_CONNECTING, NULL);
      break;
    case WMS_HTTP_HEAD_SENT:
      begin_streaming (self);
      break;
  }
}

/* The server takes what we stream for nothing until it knows who we are: it
 * gets the session from its header on (push-protocol, C26). */
static void
interrupt_stream_locked (WmsClient * self)
{
  if (self->phase == WMS_PHASE_SETUP || wms_client_is_over_locked (self))
    return;
  self->needs_header = self->has_begun;
  if (self->writer != NULL)
    wms_writer_shutdown (self->writer);
  wms_client_set_phase_locked (self, WMS_PHASE_SETUP);
}

static void
take_opening_locked (WmsClient * self)
{
  if (wms_client_is_over_locked (self))
    return;
  /* the answer to a filled request opens the next one without a word */
  if (!self->has_opened)
    wms_client_post (self, GST_WMS_STATUS_OPENED, NULL);
  self->has_opened = TRUE;
  wms_client_set_phase_locked (self, WMS_PHASE_OPEN);
}

/* Returns whether a request is to be sent. */
static gboolean
follow_locked (WmsClient * self, WmsOutcome outcome, const GError * error)
{
  switch (outcome) {
    case WMS_OUTCOME_AGAIN:
    case WMS_OUTCOME_REPEAT:
      self->wants_connection |= outcome == WMS_OUTCOME_AGAIN;
      /* a token may have been made for a PushStart that is due */
      if (self->phase != WMS_PHASE_OPEN)
        interrupt_stream_locked (self);
      return TRUE;
    case WMS_OUTCOME_ASK:
      interrupt_stream_locked (self);
      wms_client_ask_locked (self);
      return FALSE;
    case WMS_OUTCOME_TICKET:
      interrupt_stream_locked (self);
      return FALSE;
    case WMS_OUTCOME_OPENED:
      take_opening_locked (self);
      return self->want_start;
    default:
      wms_client_conclude_locked (self, error);
      return FALSE;
  }
}

void
wms_client_follow (WmsClient * self, WmsOutcome outcome, const GError * error)
{
  gboolean start;

  stop_timer (self);
  g_mutex_lock (&self->lock);
  start = follow_locked (self, outcome, error);
  g_mutex_unlock (&self->lock);
  if (start)
    send_next (self);
  else if (outcome == WMS_OUTCOME_TICKET)
    wms_client_use_ticket (self);
  else if (outcome == WMS_OUTCOME_ASK)
    wms_client_start_timer (self, self->credentials_timeout_ms);
  else if (outcome != WMS_OUTCOME_OPENED)
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
  wms_client_follow (self, outcome, error);
}

static void
http_failed (const GError * reason, gpointer user_data)
{
  WmsClient *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) reset = NULL;
  WmsOutcome outcome;

  GST_DEBUG ("no answer: %s", reason->message);
  if (g_error_matches (reason, WMS_ERROR, WMS_ERROR_CONNECTION_CHANGED)
      && self->restarts++ < MAX_RESTARTS) {
    g_mutex_lock (&self->lock);
    wms_push_restart (self->push);
    g_mutex_unlock (&self->lock);
    self->wants_connection = TRUE;
    wms_client_invoke (self, send_next_cb);
    return;
  }
  reset = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
      "the server reset the connection");
  g_mutex_lock (&self->lock);
  if (self->writer != NULL && wms_writer_was_reset (self->writer))
    reason = reset;
  outcome = wms_push_take_loss (self->push, reason, &error);
  g_mutex_unlock (&self->lock);
  wms_client_follow (self, outcome, error);
}

static void
copy_http_config (WmsHttpConfig * to, const WmsHttpConfig * from)
{
  *to = *from;
  to->proxy = g_strdup (from->proxy);
  if (to->tls_database != NULL)
    g_object_ref (to->tls_database);
  if (to->tls_interaction != NULL)
    g_object_ref (to->tls_interaction);
}

WmsClient *
wms_client_new (const WmsClientConfig * config, WmsMailbox * mailbox)
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
  copy_http_config (&self->http_config, &config->http);
  self->timeout_ms = config->timeout_ms;
  self->credentials_timeout_ms = config->credentials_timeout_ms;
  self->pacing_bps = config->pacing_bps;
  self->push = wms_push_new (&config->push);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  wms_client_invoke (self, send_next_cb);
  return self;
}

void
wms_client_set_bitrate (WmsClient * self, guint bitrate_bps)
{
  g_mutex_lock (&self->lock);
  wms_push_set_bitrate (self->push, bitrate_bps);
  g_mutex_unlock (&self->lock);
}

gboolean
wms_client_close_http_cb (gpointer user_data)
{
  close_http (user_data);
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

void
wms_client_tell_started (WmsClient * self, guint64 first_time_100ns)
{
  WmsEvent event = {
    .status = GST_WMS_STATUS_STARTED,
    .has_value = TRUE,
    .value = first_time_100ns,
  };

  g_mutex_lock (&self->lock);
  if (!wms_client_is_over_locked (self) && !self->has_started) {
    self->has_started = TRUE;
    wms_mailbox_post (self->mailbox, &event);
  }
  g_mutex_unlock (&self->lock);
}

void
wms_client_tell (WmsClient * self, GstWmsStatus status)
{
  g_mutex_lock (&self->lock);
  if (!wms_client_is_over_locked (self))
    wms_client_post (self, status, NULL);
  g_mutex_unlock (&self->lock);
}

static gboolean
tear_down_cb (gpointer user_data)
{
  WmsClient *self = user_data;

  /* the socket first: closing a TLS stream waits for room in its queue */
  g_mutex_lock (&self->lock);
  wms_client_conclude_locked (self, NULL);
  g_mutex_unlock (&self->lock);
  close_http (self);
  g_mutex_lock (&self->lock);
  self->is_torn_down = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

void
wms_client_stop (WmsClient * self)
{
  gboolean is_ending, is_torn_down;
  gboolean ok = TRUE;
  WmsWait wait;

  g_mutex_lock (&self->lock);
  is_torn_down = self->is_torn_down;
  if (self->phase == WMS_PHASE_STREAMING && self->has_begun
      && !self->is_filling && !self->needs_header)
    wms_client_try_end_locked (self, NULL);
  is_ending = self->phase == WMS_PHASE_ENDING;
  g_mutex_unlock (&self->lock);
  if (is_ending)
    wms_client_wait_for_phase (self, WMS_PHASE_ENDED, END_WAIT_MS, NULL, NULL);

  if (!is_torn_down)
    wms_client_invoke (self, tear_down_cb);
  wms_wait_begin (&wait, &self->lock, &self->cond, NULL, CLOSE_WAIT_MS);
  while (ok && !self->is_torn_down)
    ok = wms_wait_step (&wait, NULL);
  wms_wait_end (&wait);
  if (!ok)
    GST_WARNING ("the connection is not closed yet");
}

void
wms_client_close (WmsClient * self)
{
  wms_client_stop (self);
  wms_client_unref (self);
  wms_thread_unref ();
}
