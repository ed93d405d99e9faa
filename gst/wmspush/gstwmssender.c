/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Everything here runs on the streaming thread, inside the gate and with the
 * preroll lock held, or on an action's thread that has claimed the gate; what
 * others read is under the sink's object lock. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmssender-private.h"

#include <string.h>

#include "asf/asfmap.h"
#include "asf/asfpacket.h"

GST_DEBUG_CATEGORY_STATIC (wmssender_debug);
#define GST_CAT_DEFAULT wmssender_debug

GstWmsSender *
gst_wms_sender_new (GstBaseSink * sink, const GstWmsSenderConfig * config,
    GstWmsTurn * turn, WmsMailbox * mailbox)
{
  static gsize once;
  GstWmsSender *self = g_new0 (GstWmsSender, 1);

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (wmssender_debug, "wmssender", 0,
        "packets into a push session");
    g_once_init_leave (&once, 1);
  }
  self->sink = sink;
  self->config = *config;
  self->turn = turn;
  self->cancellable = wms_gate_get_streaming (gst_wms_turn_get_gate (turn));
  self->mailbox = wms_mailbox_ref (mailbox);
  gst_wms_drops_init (&self->drops, sink);
  return self;
}

void
gst_wms_sender_free (GstWmsSender * self)
{
  gst_wms_memory_free (gst_wms_sender_close (self));
  gst_clear_buffer (&self->header);
  gst_wms_markers_clear (&self->markers);
  wms_mailbox_unref (self->mailbox);
  g_free (self);
}

void
gst_wms_sender_open (GstWmsSender * self, WmsClient * client,
    const GstWmsMemory * memory)
{
  GST_OBJECT_LOCK (self->sink);
  self->client = client;
  GST_OBJECT_UNLOCK (self->sink);
  self->due = WMS_FRAME_HEADER;
  self->has_sent_header = FALSE;
  self->has_started = self->has_ended = self->is_skipping = FALSE;
  self->is_disconnected = FALSE;
  self->blocked_us = self->end_us = 0;
  self->has_former_header = memory != NULL && memory->header != NULL;
  if (!self->has_former_header)
    return;
  gst_buffer_replace (&self->header, memory->header);
  memcpy (self->metadata_sent, memory->metadata, ASF_DIGEST_SIZE);
  self->due = WMS_FRAME_DATA;
  /* as after a loss, players get a key frame first (protocol.md, C24) */
  gst_wms_sender_begin_skipping (self);
}

GstWmsMemory *
gst_wms_sender_close (GstWmsSender * self)
{
  GstWmsMemory *memory = NULL;
  WmsClient *client = self->client;
  WmsClientStats last = { 0, };

  /* of a session that had failed before an action could end it */
  gst_wms_sender_clear_batch (self, &self->drops.dropped);
  if (client == NULL)
    return NULL;
  if (self->is_disconnected)
    memory = gst_wms_sender_remember (self, client);
  /* others read its figures until they are added up */
  wms_client_close (wms_client_ref (client), &last);
  gst_wms_drops_close (&self->drops, &self->client, &last);
  wms_client_unref (client);
  return memory;
}

void
gst_wms_sender_note_received (GstWmsSender * self)
{
  GstWmsFlow *flow = &self->drops.flow;

  GST_OBJECT_LOCK (self->sink);
  if (self->has_news)
    gst_wms_flow_receive (flow, self->time);
  flow->bytes_offered += self->n_offered;
  GST_OBJECT_UNLOCK (self->sink);
  self->has_news = FALSE;
  self->n_offered = 0;
}

void
gst_wms_sender_drop_packet (GstWmsSender * self, WmsPacket * packet)
{
  if (wms_packet_is_data (packet))
    self->n_offered -= packet->head_size + packet->body_size;
  wms_packet_clear (packet);
}

void
gst_wms_sender_clear_batch (GstWmsSender * self, guint64 * counter)
{
  guint n = 0;
  guint i;

  for (i = self->n_taken; i < self->n_batch; i++) {
    n += wms_packet_is_data (&self->batch[i]);
    gst_wms_sender_drop_packet (self, &self->batch[i]);
  }
  self->n_batch = self->n_taken = 0;
  gst_wms_drops_count (&self->drops, counter, n);
  gst_wms_sender_note_received (self);
}

/* The session has failed: its error message is posted when this returns. */
static GstFlowReturn
report_failure (GstWmsSender * self, const GError * error)
{
  GST_ERROR_OBJECT (self->sink, "%s", error->message);
  wms_mailbox_drain (self->mailbox, -1, self->cancellable);
  return GST_FLOW_ERROR;
}

GstFlowReturn
gst_wms_sender_fail (GstWmsSender * self, const GError * error)
{
  wms_client_fail (self->client, error);
  return report_failure (self, error);
}

void
gst_wms_sender_tell_start (GstWmsSender * self, guint64 first_time_100ns)
{
  wms_client_tell_started (self->client, first_time_100ns);
  self->has_started = TRUE;
  gst_wms_markers_tell (&self->markers, self->client);
}

/* The status STARTED carries the first presentation time, so it waits for the
 * first packet. */
static void
tell_started (GstWmsSender * self, GstBuffer * buffer)
{
  guint64 time_ms = 0;
  AsfPacketInfo info;
  AsfPayloadIter iter;
  AsfPayload payload;
  GstMapInfo map;

  if (!asf_buffer_map (buffer, &map))
    return;
  if (asf_packet_read (map.data, map.size, &info, NULL)) {
    asf_payload_iter_init (&iter, &info, map.data);
    if (asf_payload_next (&iter, &payload, NULL)
        && payload.pres_time_ms > self->info.preroll_ms)
      time_ms = payload.pres_time_ms - self->info.preroll_ms;
    gst_wms_sender_tell_start (self, time_ms * 10000);
  }
  gst_buffer_unmap (buffer, &map);
}

/* The server has another header: WMT_NEW_METADATA when its descriptions differ
 * from those of the one before (protocol.md, Messages). */
static void
note_header (GstWmsSender * self, gboolean is_change)
{
  const guint8 *metadata = self->info.metadata_digest;

  if (is_change)
    wms_client_tell (self->client, GST_WMS_STATUS_SOURCE_SWITCH);
  if (is_change && memcmp (metadata, self->metadata_sent, ASF_DIGEST_SIZE) != 0)
    wms_client_tell (self->client, GST_WMS_STATUS_NEW_METADATA);
  memcpy (self->metadata_sent, metadata, ASF_DIGEST_SIZE);
  self->has_sent_header = TRUE;
  self->due = WMS_FRAME_DATA;
}

/* What changes the header is of no use to a server that gets it anew. */
static void
forget_changes (GstWmsSender * self)
{
  guint n_kept = self->n_taken;
  guint i;

  for (i = self->n_taken; i < self->n_batch; i++) {
    if (wms_packet_is_data (&self->batch[i]))
      self->batch[n_kept++] = self->batch[i];
    else
      wms_packet_clear (&self->batch[i]);
  }
  self->n_batch = n_kept;
  note_header (self, FALSE);
  self->has_started = FALSE;
  if (self->n_taken < self->n_batch)
    tell_started (self, self->batch[self->n_taken].buffer);
}

/* The server knows nothing of the session: it goes on with its header in front
 * (protocol.md, C24 and C26). */
static GstFlowReturn
repeat_header (GstWmsSender * self)
{
  g_autoptr (GError) error = NULL;
  WmsPacket packet;
  guint n_taken = 0;

  if (!wms_packet_init (&packet, WMS_FRAME_HEADER, self->header, &error))
    return gst_wms_sender_fail (self, error);
  wms_client_write (self->client, &packet, 1, &n_taken,
      gst_wms_sender_get_deadline_us (self), self->cancellable, &error);
  if (n_taken == 0)
    wms_packet_clear (&packet);
  else
    forget_changes (self);
  if (error != NULL
      && !g_error_matches (error, WMS_ERROR, WMS_ERROR_HEADER_DUE))
    return gst_wms_sender_handle_failure (self, g_steal_pointer (&error));
  return GST_FLOW_OK;
}

/* Calls that wait come back here when a state change, a flush or an action has
 * broken the wait: OK means to go on with the same call. */
static GstFlowReturn
handle_broken_wait (GstWmsSender * self)
{
  GstFlowReturn ret;

  if (self->is_action)
    return GST_FLOW_FLUSHING;
  self->blocked_us = 0;
  ret = gst_wms_turn_wait_preroll (self->turn);
  if (ret == GST_FLOW_OK && self->end_us != 0)
    self->end_us = wms_client_begin_end (self->client, FALSE);
  return ret;
}

/* The time that the batch may wait is over. */
static GstFlowReturn
handle_busy (GstWmsSender * self)
{
  g_autoptr (GError) error = NULL;

  if (self->end_us == 0) {
    gst_wms_sender_begin_skipping (self);
    gst_wms_sender_clear_batch (self, &self->drops.dropped);
    return GST_FLOW_OK;
  }
  if (gst_wms_sender_drop_question (self))
    return GST_FLOW_OK;
  if (!wms_client_take_slow_end (self->client, &error))
    return report_failure (self, error);
  self->end_us = wms_client_begin_end (self->client, self->is_action);
  return GST_FLOW_OK;
}

/* A call that waits has failed: OK means to go on with the same call. */
GstFlowReturn
gst_wms_sender_handle_failure (GstWmsSender * self, GError * error)
{
  g_autoptr (GError) reason = error;

  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return handle_broken_wait (self);
  if (reason->domain == WMS_ERROR) {
    switch (reason->code) {
      case WMS_ERROR_HEADER_DUE:
        return repeat_header (self);
      case WMS_ERROR_RESUMED:
        gst_wms_sender_begin_skipping (self);
        gst_wms_sender_skip_in_batch (self);
        return GST_FLOW_OK;
      case WMS_ERROR_BUSY:
        return handle_busy (self);
      default:
        break;
    }
  }
  return report_failure (self, reason);
}

/* Notes what the writer has taken, which is on its way also when a flush drops
 * the rest.  The head of a packet stays when its buffer goes. */
static void
note_sent (GstWmsSender * self, guint former)
{
  const WmsPacket *last = NULL;
  guint i;

  for (i = former; i < self->n_taken; i++) {
    switch (self->batch[i].head[1]) {
      case WMS_FRAME_DATA:
        last = &self->batch[i];
        break;
      case WMS_FRAME_END:
        wms_client_tell (self->client, GST_WMS_STATUS_END_OF_SEGMENT);
        self->due = WMS_FRAME_CHANGE;
        break;
      default:
        note_header (self, self->batch[i].head[1] == WMS_FRAME_CHANGE);
        break;
    }
  }
  if (last == NULL)
    return;
  GST_OBJECT_LOCK (self->sink);
  gst_wms_flow_send (&self->drops.flow, last->time);
  GST_OBJECT_UNLOCK (self->sink);
}

GstFlowReturn
gst_wms_sender_flush (GstWmsSender * self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  guint former = self->n_taken;

  gst_wms_sender_note_received (self);
  while (self->n_batch > 0 && ret == GST_FLOW_OK) {
    GError *error = NULL;
    gboolean ok = wms_client_write (self->client, self->batch, self->n_batch,
        &self->n_taken, gst_wms_sender_get_deadline_us (self),
        self->cancellable, &error);

    note_sent (self, former);
    if (ok) {
      self->n_batch = self->n_taken = 0;
      self->blocked_us = 0;
      gst_wms_sender_tell_markers (self);
    } else {
      ret = gst_wms_sender_handle_failure (self, error);
    }
    former = self->n_taken;
  }
  /* at EOS the session is an action's, which writes them */
  if (ret != GST_FLOW_OK && ret != GST_FLOW_EOS)
    gst_wms_sender_clear_batch (self,
        ret == GST_FLOW_FLUSHING ? &self->drops.dropped : &self->drops.refused);
  return ret;
}

static GstFlowReturn
add_to_batch (GstWmsSender * self, WmsFrameType type, GstBuffer * buffer)
{
  g_autoptr (GError) error = NULL;

  if (!wms_packet_init (&self->batch[self->n_batch], type, buffer, &error)) {
    if (type == WMS_FRAME_DATA)
      gst_wms_drops_count (&self->drops, &self->drops.refused, 1);
    return gst_wms_sender_fail (self, error);
  }
  self->batch[self->n_batch].time = self->time;
  if (type == WMS_FRAME_DATA)
    self->n_offered += self->batch[self->n_batch].head_size
        + self->batch[self->n_batch].body_size;
  if (++self->n_batch == WMS_WRITER_BATCH)
    return gst_wms_sender_flush (self);
  return GST_FLOW_OK;
}

/* Sends what has to go before the next packet: the header, or $E and another
 * header in mid-stream ([MS-WMHTTP] 3.1.4.5).  Where a flush breaks this off,
 * or the connection takes nothing, the next packet takes it up again. */
static GstFlowReturn
send_due (GstWmsSender * self)
{
  GstFlowReturn ret = gst_wms_sender_flush (self);
  gboolean is_busy = FALSE;

  while (ret == GST_FLOW_OK && self->due != WMS_FRAME_DATA && !is_busy) {
    WmsFrameType former = self->due;

    if (self->due == WMS_FRAME_END)
      wms_packet_init_end (&self->batch[self->n_batch++],
          WMS_END_HEADER_FOLLOWS);
    else
      ret = add_to_batch (self, self->due, self->header);
    if (ret == GST_FLOW_OK)
      ret = gst_wms_sender_flush (self);
    is_busy = self->due == former;
  }
  return ret;
}

static gboolean
is_same (GstBuffer * a, GstBuffer * b)
{
  gboolean is_equal = FALSE;
  GstMapInfo map;

  if (gst_buffer_get_size (a) == gst_buffer_get_size (b)
      && asf_buffer_map (a, &map)) {
    is_equal = gst_buffer_memcmp (b, 0, map.data, map.size) == 0;
    gst_buffer_unmap (a, &map);
  }
  return is_equal;
}

GstFlowReturn
gst_wms_sender_take_header (GstWmsSender * self, GstBuffer * buffer,
    const AsfHeaderInfo * info)
{
  GstFlowReturn ret;
  g_autoptr (GError) error = NULL;
  gboolean is_known = self->has_former_header && is_same (self->header, buffer);

  /* what waits belongs to the header before, also when that has to be
   * repeated; at EOS all is an action's */
  ret = gst_wms_sender_flush (self);
  if (ret == GST_FLOW_EOS)
    return ret;
  /* before the $E that would announce it (protocol.md, C31) */
  if (self->due != WMS_FRAME_HEADER
      && !wms_packet_check_change (buffer, &error))
    return gst_wms_sender_fail (self, error);
  gst_buffer_replace (&self->header, buffer);
  self->info = *info;
  memset (&self->wait, 0, sizeof (self->wait));
  self->has_former_header = FALSE;
  wms_client_set_bitrate (self->client, info->max_bitrate_bps);
  if (self->due == WMS_FRAME_DATA && !is_known)
    self->due = WMS_FRAME_END;
  return ret == GST_FLOW_OK ? send_due (self) : ret;
}

static GstFlowReturn
drop (GstWmsSender * self, GstBuffer * buffer)
{
  gst_wms_drops_count (&self->drops, &self->drops.dropped, 1);
  gst_wms_sender_note_received (self);
  /* what a loss costs, or a session that has not begun, its statuses tell */
  if (self->config.leaky != GST_WMS_LEAKY_NO && self->due != WMS_FRAME_HEADER)
    gst_wms_drops_tell (&self->drops, buffer);
  return GST_FLOW_OK;
}

/* The status STARTED has its place behind OPENED, also where no header has to
 * be written that would have waited for that: in a session that goes on. */
static GstFlowReturn
wait_for_request (GstWmsSender * self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  gboolean ok = FALSE;

  while (ret == GST_FLOW_OK && !ok && !self->is_skipping)
    ok = gst_wms_sender_poke (self, &ret);
  return ret;
}

GstFlowReturn
gst_wms_sender_take_packet (GstWmsSender * self, GstBuffer * buffer,
    GstClockTime time)
{
  GstFlowReturn ret = GST_FLOW_OK;

  self->time = time;
  self->has_news = TRUE;
  gst_wms_drops_count (&self->drops, &self->drops.received, 1);
  if (self->is_skipping && !gst_wms_sender_is_run_over (self, buffer, &ret)
      && ret == GST_FLOW_OK)
    return drop (self, buffer);
  if (ret == GST_FLOW_OK && self->due != WMS_FRAME_DATA)
    ret = send_due (self);
  else if (ret == GST_FLOW_OK && !self->has_started)
    ret = wait_for_request (self);
  if (ret == GST_FLOW_OK && self->is_skipping)
    return drop (self, buffer);
  if (ret == GST_FLOW_OK && !self->has_started)
    tell_started (self, buffer);
  if (ret == GST_FLOW_OK)
    return add_to_batch (self, WMS_FRAME_DATA, buffer);
  gst_wms_drops_count (&self->drops, ret == GST_FLOW_ERROR ?
      &self->drops.refused : &self->drops.dropped, 1);
  return ret;
}

gboolean
gst_wms_sender_has_ended (GstWmsSender * self)
{
  return self->has_ended;
}

void
gst_wms_sender_set_pacing_rate (GstWmsSender * self, guint64 rate_bps)
{
  if (self->client != NULL)
    wms_client_set_pacing_rate (self->client, rate_bps);
}

void
gst_wms_sender_count_tick (GstWmsSender * self, GstClockTime time)
{
  GST_OBJECT_LOCK (self->sink);
  self->drops.flow.ticks_received++;
  if (GST_CLOCK_TIME_IS_VALID (time))
    self->drops.flow.last_tick = time;
  GST_OBJECT_UNLOCK (self->sink);
}

void
gst_wms_sender_get_stats (GstWmsSender * self, GstWmsStats * stats)
{
  gst_wms_drops_get_stats (&self->drops, self->client, stats);
}
