/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A session that is lost and tried again (protocol.md, C24, C26 and C40).
 * Each try is a pair of RECONNECT_START and RECONNECT_END; the first START
 * comes with the loss, since that is what an operator wants to know at once.
 * wmsclient-private.h has the locks. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/wmsclient-private.h"

#include <gst/gstinfo.h>

GST_DEBUG_CATEGORY_EXTERN (wmsclient_debug);
#define GST_CAT_DEFAULT wmsclient_debug

/* How often all begins again because the connection was gone when a request
 * wanted it; of those with PushSetup, unless only the same connection will
 * do. */
#define MAX_RESTARTS 3
#define MAX_SETUPS_AGAIN 1

/* What every server takes, and how many packets may be on their way before the
 * end of a connection is seen that the first one was the reason for. */
#define LARGE_PACKET 8192
#define FIRST_PACKETS 16

/* How long a server may take to read a header that its system has. */
#define CHANGE_DOUBT_US (10 * G_TIME_SPAN_SECOND)

/* A session that has waited long for its data may be forgotten, so PushSetup
 * goes first.  When its connection is gone as well, the server ends each one
 * with its answer, and PushStart gets one of its own ([MS-WMHTTP] 3.1.4.2.1;
 * protocol.md, C15). */
gboolean
wms_client_begin_again_locked (WmsClient * self)
{
  if (self->phase == WMS_PHASE_LOST || self->restarts >= MAX_RESTARTS)
    return FALSE;
  if (self->restarts++ >= MAX_SETUPS_AGAIN && wms_push_move_start (self->push)) {
    wms_client_set_phase_locked (self, WMS_PHASE_OPEN);
  } else {
    self->is_restarted = TRUE;
    wms_push_restart (self->push);
  }
  return TRUE;
}

static void
tell_try (WmsClient * self, const GError * reason)
{
  self->is_reconnecting = TRUE;
  wms_client_post (self, GST_WMS_STATUS_RECONNECT_START, reason);
}

/* A new try, once the delay is over and there is something to write; for the
 * first connection also without, since applications wait for it. */
static gboolean
try_again_cb (gpointer user_data)
{
  WmsClient *self = user_data;
  gboolean is_due;

  g_mutex_lock (&self->lock);
  is_due = self->phase == WMS_PHASE_LOST && self->is_delay_over
      && (self->is_wanted || self->n_waiting > 0 || !self->has_opened);
  if (is_due) {
    if (!self->is_reconnecting)
      tell_try (self, self->loss);
    wms_push_resume (self->push);
    self->restarts = 0;
    wms_client_set_phase_locked (self, WMS_PHASE_SETUP);
  }
  g_mutex_unlock (&self->lock);
  if (is_due) {
    self->wants_connection = TRUE;
    wms_client_send_next (self);
  }
  return G_SOURCE_REMOVE;
}

static gboolean
delay_over_cb (gpointer user_data)
{
  WmsClient *self = user_data;

  wms_client_stop_timer (self);
  g_mutex_lock (&self->lock);
  self->is_delay_over = TRUE;
  g_mutex_unlock (&self->lock);
  return try_again_cb (self);
}

/* The delay begins when the connection is closed. */
static gboolean
begin_delay_cb (gpointer user_data)
{
  WmsClient *self = user_data;
  gboolean is_lost;

  g_mutex_lock (&self->lock);
  is_lost = self->phase == WMS_PHASE_LOST;
  g_mutex_unlock (&self->lock);
  if (!is_lost)
    return G_SOURCE_REMOVE;
  if (self->http != NULL)
    wms_http_discard (self->http);
  wms_client_close_http (self);
  wms_client_start_source (self, self->retry_delay_us, delay_over_cb);
  return G_SOURCE_REMOVE;
}

void
wms_client_want_locked (WmsClient * self)
{
  if (self->phase != WMS_PHASE_LOST || self->is_wanted)
    return;
  self->is_wanted = TRUE;
  wms_client_invoke (self, try_again_cb);
}

/* What the peer's kernel has acknowledged is taken for what the server has:
 * where that is wrong, the server refuses what it gets next.  But packets under
 * the wrong header would be accepted, so a new header is believed to be there
 * only after a while. */
static gboolean
is_header_delivered_locked (WmsClient * self, const WmsWriterStats * stats)
{
  return self->header_mark != WMS_CLIENT_NO_HEADER
      && (self->header_mark == WMS_CLIENT_OLD_HEADER
      || stats->bytes >= self->header_mark + stats->unsent);
}

static void
note_delivery_locked (WmsClient * self)
{
  gint64 now = g_get_monotonic_time ();
  WmsWriterStats stats;

  wms_writer_get_stats (self->writer, &stats);
  self->server_has_header = is_header_delivered_locked (self, &stats)
      && (self->change_us == 0 || now - self->change_us > CHANGE_DOUBT_US);
  self->lost_bytes += stats.unsent;
}

/* The server reads up to the end of a connection that was closed in good order.
 * A session that was not opened leaves what it was to go on with. */
WmsPushMemory *
wms_client_remember (WmsClient * self)
{
  WmsWriterStats stats = { 0, };
  WmsPushMemory *memory;
  gboolean has_header;

  g_mutex_lock (&self->lock);
  if (self->writer != NULL)
    wms_writer_get_stats (self->writer, &stats);
  if (self->has_former)
    has_header = self->former_has_header;
  else if (self->loss != NULL)
    has_header = self->server_has_header;
  else
    has_header = is_header_delivered_locked (self, &stats);
  memory = wms_push_remember (self->push, has_header);
  g_mutex_unlock (&self->lock);
  return memory;
}

void
wms_client_retire_writer_locked (WmsClient * self)
{
  WmsWriterStats stats;

  if (self->writer == NULL)
    return;
  wms_writer_get_stats (self->writer, &stats);
  self->former_bytes += stats.bytes;
  self->n_data += stats.n_data;
  self->data_bytes += stats.data_bytes;
  self->n_cut += stats.n_cut;
  g_clear_pointer (&self->writer, wms_writer_unref);
}

static gboolean
lose_locked (WmsClient * self, const GError * error)
{
  if (self->phase == WMS_PHASE_LOST)
    return TRUE;
  if (self->phase > WMS_PHASE_LOST
      || !wms_retry_take_failure (&self->retry, error, self->has_opened,
          g_get_monotonic_time (), g_random_double (), &self->retry_delay_us))
    return FALSE;
  GST_INFO ("lost: %s; next try in %" G_GUINT64_FORMAT " us", error->message,
      self->retry_delay_us);
  if (self->is_reconnecting) {
    self->is_reconnecting = FALSE;
    wms_client_post (self, GST_WMS_STATUS_RECONNECT_END, error);
  } else {
    tell_try (self, error);
  }
  g_clear_error (&self->loss);
  self->loss = g_error_copy (error);
  if (self->writer != NULL) {
    wms_writer_shutdown (self->writer);
    note_delivery_locked (self);
    wms_client_retire_writer_locked (self);
  }
  wms_client_forget_auth_locked (self);
  self->is_delay_over = self->is_wanted = self->is_open_told = FALSE;
  wms_client_set_phase_locked (self, WMS_PHASE_LOST);
  wms_client_invoke (self, begin_delay_cb);
  return TRUE;
}

/* A server that takes no packets of a size (PeerCast: of over 8,192 bytes) ends
 * the connection at the first one, and says nothing. */
static GError *
explain_loss_locked (WmsClient * self, const GError * error)
{
  WmsWriterStats stats;

  if (self->writer == NULL || error->domain == WMS_HTTP_ERROR)
    return g_error_copy (error);
  wms_writer_get_stats (self->writer, &stats);
  if (stats.n_data == 0 || stats.n_data > FIRST_PACKETS
      || stats.data_bytes / stats.n_data <= LARGE_PACKET
      || !(g_error_matches (error, WMS_ERROR, WMS_ERROR_LOST)
          || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)
          || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT)))
    return g_error_copy (error);
  return g_error_new (WMS_ERROR, WMS_ERROR_LARGE_PACKETS,
      "%s, at packets of %" G_GUINT64_FORMAT " bytes", error->message,
      stats.data_bytes / stats.n_data);
}

gboolean
wms_client_lose_locked (WmsClient * self, const GError * error)
{
  g_autoptr (GError) reason = explain_loss_locked (self, error);

  if (lose_locked (self, reason))
    return TRUE;
  wms_client_conclude_locked (self, reason);
  return FALSE;
}

void
wms_client_tell_restored_locked (WmsClient * self)
{
  if (self->loss != NULL || !self->has_begun)
    wms_retry_take_success (&self->retry, g_get_monotonic_time ());
  if (self->loss == NULL)
    return;
  g_clear_error (&self->loss);
  self->is_reconnecting = FALSE;
  self->is_resumed = self->has_begun;
  self->n_reconnects++;
  wms_push_settle (self->push);
  wms_client_post (self, GST_WMS_STATUS_RECONNECT_END, NULL);
}
