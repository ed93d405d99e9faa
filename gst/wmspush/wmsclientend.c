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
/* How long a proxy has time to pass on the last packets. */
#define LINGER_US 500000

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

static gboolean
linger_over_cb (gpointer user_data)
{
  WmsClient *self = user_data;

  wms_client_stop_timer (self);
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

  if (self->http != NULL)
    wms_client_start_source (self, LINGER_US, linger_over_cb);
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
  gboolean is_over;

  g_mutex_lock (&self->lock);
  is_over = reason == NULL || !wms_client_lose_locked (self, reason);
  if (is_over)
    wms_client_conclude_locked (self, reason);
  g_mutex_unlock (&self->lock);
  if (is_over)
    wms_client_invoke (self, wms_client_close_http_cb);
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
