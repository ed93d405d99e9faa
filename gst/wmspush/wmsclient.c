/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The connection of a session, on the shared context thread: what has `http`,
 * `timer` or `follow` in its name runs there.  wmsclient-private.h has the
 * locks. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmsclient-private.h"

#include <gst/gstinfo.h>

#include "wmspush/wmssource.h"
#include "wmspush/wmsthread.h"

GST_DEBUG_CATEGORY (wmsclient_debug);
#define GST_CAT_DEFAULT wmsclient_debug

static void http_progress (WmsHttpProgress progress, gpointer user_data);
static void http_answered (const WmsResponse * response, gpointer user_data);
static void http_failed (const GError * reason, gpointer user_data);
static gboolean http_goes_on (guint status, gpointer user_data);

static const WmsHttpHandler http_handler = {
  http_progress, http_answered, http_failed, http_goes_on
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
  g_clear_error (&self->loss);
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
    .http_status = self->answering != 0 ? self->answering :
        wms_failure_http_status (error),
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
wms_client_stop_timer (WmsClient * self)
{
  wms_source_clear (&self->timer);
}

static gboolean
timer_cb (gpointer user_data)
{
  WmsClient *self = user_data;
  gboolean is_setup, is_taking;

  wms_client_stop_timer (self);
  if (wms_client_give_up_auth (self))
    return G_SOURCE_REMOVE;
  g_mutex_lock (&self->lock);
  is_setup = self->phase == WMS_PHASE_SETUP;
  is_taking = self->phase == WMS_PHASE_FILLED
      && wms_client_is_taking_locked (self);
  g_mutex_unlock (&self->lock);
  if (is_taking) {
    wms_client_start_timer (self, self->timeout_ms);
    return G_SOURCE_REMOVE;
  }
  /* there is none yet when it was the first request's token that was waited
   * for, and the session has been given up meanwhile */
  if (self->http != NULL)
    wms_http_abort (self->http, g_error_new (WMS_ERROR,
            is_setup ? WMS_ERROR_CONNECT_TIMEOUT : WMS_ERROR_STALLED,
            "no answer within %u ms", self->timeout_ms));
  return G_SOURCE_REMOVE;
}

void
wms_client_start_source (WmsClient * self, guint64 delay_us, GSourceFunc func)
{
  wms_client_stop_timer (self);
  self->timer = g_timeout_source_new (0);
  g_source_set_ready_time (self->timer, g_get_monotonic_time () + delay_us);
  g_source_set_callback (self->timer, func, self, NULL);
  g_source_attach (self->timer, self->context);
}

void
wms_client_start_timer (WmsClient * self, guint timeout_ms)
{
  wms_client_stop_timer (self);
  if (timeout_ms > 0)
    wms_client_start_source (self, timeout_ms * G_GUINT64_CONSTANT (1000),
        timer_cb);
}

gboolean
wms_client_start_timer_cb (gpointer user_data)
{
  WmsClient *self = user_data;
  gboolean is_filled;

  g_mutex_lock (&self->lock);
  is_filled = self->phase == WMS_PHASE_FILLED;
  g_mutex_unlock (&self->lock);
  /* else the answer was quicker, and what follows has a limit of its own */
  if (is_filled && self->http != NULL)
    wms_client_start_timer (self, self->timeout_ms);
  return G_SOURCE_REMOVE;
}

void
wms_client_close_http (WmsClient * self)
{
  wms_client_stop_timer (self);
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

void
wms_client_send_next (WmsClient * self)
{
  WmsRequest request;
  gboolean needs_ticket = FALSE;
  gboolean is_due;

  g_mutex_lock (&self->lock);
  /* the streaming thread may have failed the session meanwhile, or lost it */
  is_due = !wms_client_is_over_locked (self) && self->step == NULL
      && self->phase != WMS_PHASE_LOST;
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
  self->wants_connection |= request.needs_connection;
  open_connection (self);
  wms_client_start_timer (self, self->timeout_ms);
  wms_http_send (self->http, &request);
}

static gboolean
send_next_cb (gpointer user_data)
{
  wms_client_send_next (user_data);
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
    wms_client_send_next (self);
  return G_SOURCE_REMOVE;
}

/* The request has no writer, for want of a descriptor.  Who was let in once
 * tries again; what the server has of the session is not known any more. */
static void
lack_writer_locked (WmsClient * self, const GError * error)
{
  self->server_has_header = FALSE;
  if (self->has_begun)
    wms_client_lose_locked (self, error);
  else
    wms_client_conclude_locked (self, error);
}

static void
begin_streaming (WmsClient * self)
{
  g_autoptr (GError) error = NULL;

  wms_client_stop_timer (self);
  g_mutex_lock (&self->lock);
  if (self->phase == WMS_PHASE_STARTING) {
    wms_client_retire_writer_locked (self);
    self->writer = wms_writer_new (wms_http_get_stream (self->http),
        wms_push_get_request_length (self->push), self->timeout_ms, &error);
    self->is_filling = self->end_taken = FALSE;
    self->restarts = 0;
    wms_client_pace_locked (self);
    if (self->header_mark != WMS_CLIENT_NO_HEADER)
      self->header_mark = WMS_CLIENT_OLD_HEADER;
    if (self->writer != NULL) {
      wms_client_tell_restored_locked (self);
      wms_client_set_phase_locked (self, WMS_PHASE_STREAMING);
    } else {
      lack_writer_locked (self, error);
    }
  }
  g_mutex_unlock (&self->lock);
}

/* Where the server closes each connection, the next request of an open session
 * opens another one without a word; nor is one told that nobody wants any
 * more. */
static void
tell_connecting (WmsClient * self, GstWmsStatus status)
{
  g_mutex_lock (&self->lock);
  if (self->phase == WMS_PHASE_SETUP)
    wms_client_post (self, status, NULL);
  g_mutex_unlock (&self->lock);
}

static void
http_progress (WmsHttpProgress progress, gpointer user_data)
{
  WmsClient *self = user_data;

  switch (progress) {
    case WMS_HTTP_RESOLVING:
      tell_connecting (self, GST_WMS_STATUS_LOCATING);
      break;
    case WMS_HTTP_CONNECTING:
      tell_connecting (self, GST_WMS_STATUS_CONNECTING);
      break;
    case WMS_HTTP_HEAD_SENT:
      begin_streaming (self);
      break;
  }
}

/* The server takes what we stream for nothing until it knows who we are: it
 * gets the session from its header on (protocol.md, C26). */
static void
interrupt_stream_locked (WmsClient * self)
{
  if (self->phase == WMS_PHASE_SETUP || wms_client_is_over_locked (self))
    return;
  self->needs_header |= self->has_begun;
  if (self->writer != NULL)
    wms_writer_shutdown (self->writer);
  wms_client_set_phase_locked (self, WMS_PHASE_SETUP);
}

/* Whether the server still has what it had of the session. */
static gboolean
is_continued_locked (WmsClient * self)
{
  if (self->loss == NULL && !self->is_restarted)
    return TRUE;
  return wms_push_is_continued (self->push)
      && (self->loss == NULL || self->server_has_header);
}

static void
take_opening_locked (WmsClient * self)
{
  if (wms_client_is_over_locked (self))
    return;
  /* once in each try: what answers a filled request, or PushSetup once more,
   * opens the session without a word */
  if (!self->is_open_told)
    wms_client_post (self, GST_WMS_STATUS_OPENED, NULL);
  self->has_opened = self->is_open_told = TRUE;
  if (self->has_former) {
    self->has_former = FALSE;
    self->is_continuing = TRUE;
    self->needs_header = !self->former_has_header
        || !wms_push_is_continued (self->push);
    if (!self->needs_header)
      self->header_mark = WMS_CLIENT_OLD_HEADER;
    wms_push_settle (self->push);
  } else if ((self->has_begun || self->is_continuing)
      && !is_continued_locked (self)) {
    self->needs_header = TRUE;
    self->is_start_told = FALSE;
    self->header_mark = WMS_CLIENT_NO_HEADER;
  }
  if (self->loss == NULL)
    wms_push_settle (self->push);
  self->is_restarted = FALSE;
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
    case WMS_OUTCOME_FAILED:
      if (error != NULL)
        wms_client_lose_locked (self, error);
      else
        wms_client_conclude_locked (self, NULL);
      return FALSE;
    default:
      wms_client_conclude_locked (self, NULL);
      return FALSE;
  }
}

static void
go_on (WmsClient * self, WmsOutcome outcome, gboolean start)
{
  wms_client_stop_timer (self);
  if (start)
    wms_client_send_next (self);
  else if (outcome == WMS_OUTCOME_TICKET)
    wms_client_use_ticket (self);
  else if (outcome == WMS_OUTCOME_ASK)
    wms_client_start_timer (self, self->credentials_timeout_ms);
  else if (outcome != WMS_OUTCOME_OPENED)
    wms_client_close_http (self);
}

void
wms_client_follow (WmsClient * self, WmsOutcome outcome, const GError * error)
{
  gboolean start = FALSE;
  gboolean is_late;

  g_mutex_lock (&self->lock);
  is_late = self->phase == WMS_PHASE_LOST;
  if (!is_late)
    start = follow_locked (self, outcome, error);
  g_mutex_unlock (&self->lock);
  if (!is_late)
    go_on (self, outcome, start);
}

static void
http_answered (const WmsResponse * response, gpointer user_data)
{
  WmsClient *self = user_data;
  /* what it says could move a terminal's cursor */
  g_autofree gchar *server = g_strescape (response->server != NULL ?
      response->server : "", NULL);
  g_autoptr (GError) error = NULL;
  WmsOutcome outcome = WMS_OUTCOME_FAILED;
  gboolean start = FALSE;
  gboolean is_late;

  GST_DEBUG ("answer %u, server %s", response->status, server);
  g_mutex_lock (&self->lock);
  self->http_status = response->status;
  is_late = self->phase == WMS_PHASE_LOST;
  if (!is_late) {
    outcome = wms_push_take_response (self->push, response, &error);
    self->answering = response->status;
    start = follow_locked (self, outcome, error);
    self->answering = 0;
  }
  g_mutex_unlock (&self->lock);
  if (!is_late)
    go_on (self, outcome, start);
}

static gboolean
http_goes_on (guint status, gpointer user_data)
{
  WmsClient *self = user_data;
  gboolean goes_on;

  g_mutex_lock (&self->lock);
  goes_on = wms_push_goes_on (self->push, status);
  g_mutex_unlock (&self->lock);
  return goes_on;
}

/* The connection was gone before the request could go out; returns whether it
 * is tried on another one. */
static gboolean
restart (WmsClient * self)
{
  gboolean is_due;

  g_mutex_lock (&self->lock);
  is_due = wms_client_begin_again_locked (self);
  g_mutex_unlock (&self->lock);
  if (is_due) {
    self->wants_connection = TRUE;
    wms_client_invoke (self, send_next_cb);
  }
  return is_due;
}

static void
http_failed (const GError * reason, gpointer user_data)
{
  WmsClient *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) cause = NULL;
  WmsOutcome outcome = WMS_OUTCOME_FAILED;
  gboolean is_late;

  GST_DEBUG ("no answer: %s", reason->message);
  if (g_error_matches (reason, WMS_ERROR, WMS_ERROR_CONNECTION_CHANGED)
      && restart (self))
    return;
  g_mutex_lock (&self->lock);
  cause = wms_client_explain_loss_locked (self, reason);
  is_late = self->phase == WMS_PHASE_LOST;
  if (!is_late)
    outcome = wms_push_take_loss (self->push, cause, &error);
  g_mutex_unlock (&self->lock);
  if (!is_late)
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
  self->retry.config = config->retry;
  self->header_mark = WMS_CLIENT_NO_HEADER;
  self->has_former = self->needs_header = config->push.memory != NULL;
  self->former_has_header = self->has_former && config->push.memory->has_header;
  /* its server may refuse the stream as that of a lost one */
  self->retry.growth = self->has_former ? 1 : 0;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  return self;
}

void
wms_client_begin (WmsClient * self)
{
  wms_client_invoke (self, send_next_cb);
}

void
wms_client_set_bitrate (WmsClient * self, guint bitrate_bps)
{
  g_mutex_lock (&self->lock);
  wms_push_set_bitrate (self->push, bitrate_bps);
  g_mutex_unlock (&self->lock);
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
  if (!wms_client_is_over_locked (self) && !self->is_start_told) {
    self->has_started = self->is_start_told = TRUE;
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

void
wms_client_tell_marker (WmsClient * self, const GstStructure * marker)
{
  WmsEvent event = {.marker = (GstStructure *) marker };

  g_mutex_lock (&self->lock);
  if (!wms_client_is_over_locked (self))
    wms_mailbox_post (self->mailbox, &event);
  g_mutex_unlock (&self->lock);
}
