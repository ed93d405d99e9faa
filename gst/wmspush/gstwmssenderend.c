/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a session ends, by EOS or by an action; gstwmssender.c has the
 * threads. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmssender-private.h"

#include <string.h>

/* Longest wait of an action for the application to read its messages. */
#define ACTION_DRAIN_MS 500

/* A session without packets has started with its header, or with that of the
 * former one that it goes on with: the server would keep that one. */
static GstFlowReturn
start_without_packets (GstWmsSender * self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  gboolean is_open = self->has_sent_header;
  gboolean is_streaming = FALSE;

  while (ret == GST_FLOW_OK && !is_open) {
    GError *error = NULL;

    is_open = wms_client_wait_open (self->client, self->cancellable, &error);
    if (!is_open)
      ret = gst_wms_sender_handle_failure (self, error);
  }
  /* a session that is lost has not started before it is back */
  while (ret == GST_FLOW_OK && !is_streaming
      && (self->has_sent_header || wms_client_goes_on (self->client)))
    is_streaming = gst_wms_sender_poke (self, &ret);
  if (ret == GST_FLOW_OK && is_streaming)
    gst_wms_sender_tell_start (self, 0);
  return ret;
}

/* Markers behind a packet that is written in part, and those of a session
 * without data, whose place is behind OPENED. */
static GstFlowReturn
tell_last_markers (GstWmsSender * self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  gboolean ok;

  while (ret == GST_FLOW_OK && !gst_wms_markers_is_empty (&self->markers)) {
    GError *error = NULL;

    if (self->has_started)
      ok = gst_wms_sender_poke (self, &ret);
    else
      ok = wms_client_wait_open (self->client, self->cancellable, &error);
    if (ok)
      gst_wms_markers_tell (&self->markers, self->client);
    else if (error != NULL)
      ret = gst_wms_sender_handle_failure (self, error);
  }
  return ret;
}

void
gst_wms_sender_tell_markers (GstWmsSender * self)
{
  /* what is left over of a batch that was dropped is not written yet */
  if (self->has_started && !self->has_ended && self->blocked_us == 0)
    gst_wms_markers_tell (&self->markers, self->client);
}

gboolean
gst_wms_sender_take_marker (GstWmsSender * self, const GstStructure * marker)
{
  gboolean is_taken = gst_wms_markers_add (&self->markers, marker);

  gst_wms_sender_tell_markers (self);
  return is_taken;
}

GstFlowReturn
gst_wms_sender_end (GstWmsSender * self)
{
  GstFlowReturn ret;
  gboolean ok = FALSE;

  /* the system had no thread left for another session */
  if (self->client == NULL)
    return GST_FLOW_ERROR;
  self->end_us = wms_client_begin_end (self->client, self->is_action);
  ret = gst_wms_sender_flush (self);
  if (ret == GST_FLOW_OK && !self->has_started)
    ret = start_without_packets (self);
  if (ret == GST_FLOW_OK)
    ret = tell_last_markers (self);
  while (ret == GST_FLOW_OK && !ok) {
    GError *error = NULL;

    ok = wms_client_end (self->client, self->cancellable, &error);
    if (!ok)
      ret = gst_wms_sender_handle_failure (self, error);
  }
  if (ret == GST_FLOW_EOS)
    return ret;
  /* also when a flush breaks it off: the final $E may be on its way, so what
   * comes then needs another session */
  self->has_ended = TRUE;
  self->end_us = 0;
  if (ret == GST_FLOW_OK)
    wms_mailbox_drain (self->mailbox, self->is_action ? ACTION_DRAIN_MS : -1,
        self->cancellable);
  return ret;
}

gboolean
gst_wms_sender_drop_question (GstWmsSender * self)
{
  if (!self->is_action || !wms_client_is_asking (self->client))
    return FALSE;
  gst_wms_sender_clear_batch (self, &self->drops.dropped);
  return TRUE;
}

guint32
gst_wms_sender_end_now (GstWmsSender * self)
{
  WmsGate *gate = gst_wms_turn_get_gate (self->turn);
  WmsClientStats stats;
  GstFlowReturn ret;

  if (self->client == NULL)
    return WMS_NS_E_NOCONNECTION;
  self->cancellable = wms_gate_get_action (gate);
  self->is_action = TRUE;
  gst_wms_sender_drop_question (self);
  ret = gst_wms_sender_end (self);
  self->is_action = FALSE;
  self->cancellable = wms_gate_get_streaming (gate);
  if (ret == GST_FLOW_OK)
    return WMS_S_OK;
  wms_client_get_stats (self->client, &stats);
  return ret == GST_FLOW_ERROR && stats.failure != NULL ?
      stats.failure->hresult : WMS_E_ABORT;
}

guint32
gst_wms_sender_disconnect (GstWmsSender * self)
{
  if (self->client == NULL)
    return WMS_NS_E_NOCONNECTION;
  gst_wms_sender_clear_batch (self, &self->drops.dropped);
  wms_client_fail (self->client, NULL);
  self->has_ended = self->is_disconnected = TRUE;
  wms_mailbox_drain (self->mailbox, ACTION_DRAIN_MS, NULL);
  return WMS_S_OK;
}

GstWmsMemory *
gst_wms_sender_remember (GstWmsSender * self, WmsClient * client)
{
  WmsPushMemory *push = wms_client_remember (client);
  GstWmsMemory *memory;

  if (push == NULL)
    return NULL;
  memory = g_new0 (GstWmsMemory, 1);
  memory->push = push;
  /* where another one is due, it is not that of the server */
  push->has_header = push->has_header && self->due == WMS_FRAME_DATA;
  if (push->has_header)
    gst_buffer_replace (&memory->header, self->header);
  memcpy (memory->metadata, self->metadata_sent, ASF_DIGEST_SIZE);
  return memory;
}

void
gst_wms_memory_free (GstWmsMemory * self)
{
  if (self == NULL)
    return;
  wms_push_memory_free (self->push);
  gst_clear_buffer (&self->header);
  g_free (self);
}

gboolean
gst_wms_sender_has_session (GstWmsSender * self)
{
  WmsClientStats stats;

  if (self->client == NULL)
    return FALSE;
  wms_client_get_stats (self->client, &stats);
  return stats.state != GST_WMS_PUSH_STATE_ENDED
      && stats.state != GST_WMS_PUSH_STATE_FAILED;
}
