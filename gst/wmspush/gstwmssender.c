/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Everything here runs on the streaming thread, with the preroll lock held;
 * what others read is under the sink's object lock. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmssender.h"

#include <string.h>

#include "asf/asfpacket.h"
#include "wmspush/gstwmsdrops.h"
#include "wmspush/gstwmsmarkers.h"

GST_DEBUG_CATEGORY_STATIC (wmssender_debug);
#define GST_CAT_DEFAULT wmssender_debug

/* Longest wait for a thread that is about to wake up. */
#define SETTLE_MS 500
struct _GstWmsSender
{
  GstBaseSink *sink;
  GstWmsSenderConfig config;
  GCancellable *cancellable;
  WmsMailbox *mailbox;
  WmsClient *client;            /* set under the sink's object lock */

  GMutex settle_lock;           /* for the wait in gst_wms_sender_settle() */
  GCond left_preroll;

  GstBuffer *header;
  const AsfHeaderInfo *info;
  guint8 metadata_sent[ASF_DIGEST_SIZE];        /* of the server's header */
  GstWmsMarkers markers;
  WmsFrameType due;             /* goes before the next $D; $D for nothing */
  gboolean has_started;
  gboolean has_ended;

  WmsPacket batch[WMS_WRITER_BATCH];
  guint n_batch;
  guint n_taken;

  gint64 blocked_us;            /* since when the batch waits, 0 if not */
  gboolean is_skipping;         /* to the next key frame */

  GstWmsDrops drops;
};

GstWmsSender *
gst_wms_sender_new (GstBaseSink * sink, const GstWmsSenderConfig * config,
    GCancellable * cancellable, WmsMailbox * mailbox)
{
  static gsize once;
  GstWmsSender *self = g_new0 (GstWmsSender, 1);

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (wmssender_debug, "wmssender", 0,
        "packets into a push session");
    g_once_init_leave (&once, 1);
  }
  self->sink = self->drops.sink = sink;
  self->config = *config;
  self->cancellable = g_object_ref (cancellable);
  self->mailbox = wms_mailbox_ref (mailbox);
  g_mutex_init (&self->settle_lock);
  g_cond_init (&self->left_preroll);
  return self;
}

void
gst_wms_sender_free (GstWmsSender * self)
{
  guint i;

  gst_wms_sender_close (self);
  for (i = self->n_taken; i < self->n_batch; i++)
    wms_packet_clear (&self->batch[i]);
  gst_clear_buffer (&self->header);
  gst_wms_markers_clear (&self->markers);
  g_object_unref (self->cancellable);
  wms_mailbox_unref (self->mailbox);
  g_cond_clear (&self->left_preroll);
  g_mutex_clear (&self->settle_lock);
  g_free (self);
}

void
gst_wms_sender_open (GstWmsSender * self, WmsClient * client)
{
  GST_OBJECT_LOCK (self->sink);
  self->client = client;
  GST_OBJECT_UNLOCK (self->sink);
  self->due = WMS_FRAME_HEADER;
  self->has_started = self->has_ended = self->is_skipping = FALSE;
  self->blocked_us = 0;
}

void
gst_wms_sender_close (GstWmsSender * self)
{
  WmsClientStats last = { 0, };
  WmsClient *client;

  GST_OBJECT_LOCK (self->sink);
  client = g_steal_pointer (&self->client);
  GST_OBJECT_UNLOCK (self->sink);
  if (client == NULL)
    return;
  wms_client_close (client, &last);
  gst_wms_drops_close (&self->drops, &last);
}

static void
clear_batch (GstWmsSender * self, guint64 * counter)
{
  guint n = 0;
  guint i;

  for (i = self->n_taken; i < self->n_batch; i++) {
    n += self->batch[i].head[1] == WMS_FRAME_DATA;
    wms_packet_clear (&self->batch[i]);
  }
  self->n_batch = self->n_taken = 0;
  gst_wms_drops_count (&self->drops, counter, n);
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
gst_wms_sender_settle (GstWmsSender * self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 deadline = now + SETTLE_MS * G_TIME_SPAN_MILLISECOND;

  /* Not with the preroll lock: a render that waits for the server has it.  The
   * base class's own waits do not signal, hence the steps. */
  g_mutex_lock (&self->settle_lock);
  while (g_atomic_int_get (&self->sink->have_preroll) && now < deadline) {
    g_cond_wait_until (&self->left_preroll, &self->settle_lock,
        now + G_TIME_SPAN_MILLISECOND);
    now = g_get_monotonic_time ();
  }
  g_mutex_unlock (&self->settle_lock);
}

/* Whether a player can begin with this packet; what cannot be read is sent and
 * not judged here. */
static gboolean
starts_key_frame (GstWmsSender * self, GstBuffer * buffer)
{
  gboolean starts = TRUE;
  AsfPacketInfo info;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return TRUE;
  if (asf_packet_read (map.data, map.size, &info, NULL))
    starts = asf_packet_starts_key_frame (&info, map.data, self->info);
  gst_buffer_unmap (buffer, &map);
  return starts;
}

static void
begin_skipping (GstWmsSender * self)
{
  if (!self->is_skipping)
    gst_wms_drops_count (&self->drops, &self->drops.discontinuities, 1);
  self->is_skipping = TRUE;
}

static void
end_skipping (GstWmsSender * self)
{
  self->is_skipping = self->drops.is_run_told = FALSE;
  self->blocked_us = 0;
}

/* Takes the packets that nobody can use out of the batch: those in front of
 * the next key frame. */
static void
skip_in_batch (GstWmsSender * self)
{
  guint n_kept = self->n_taken;
  guint n_dropped = 0;
  guint i;

  for (i = self->n_taken; i < self->n_batch; i++) {
    WmsPacket *packet = &self->batch[i];

    if (packet->head[1] == WMS_FRAME_DATA && self->is_skipping) {
      if (starts_key_frame (self, packet->buffer))
        end_skipping (self);
    }
    if (packet->head[1] == WMS_FRAME_DATA && self->is_skipping) {
      wms_packet_clear (packet);
      n_dropped++;
    } else {
      self->batch[n_kept++] = *packet;
    }
  }
  self->n_batch = n_kept;
  gst_wms_drops_count (&self->drops, &self->drops.dropped, n_dropped);
}

static void
tell_start (GstWmsSender * self, guint64 first_time_100ns)
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

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  if (asf_packet_read (map.data, map.size, &info, NULL)) {
    asf_payload_iter_init (&iter, &info, map.data);
    if (asf_payload_next (&iter, &payload, NULL)
        && payload.pres_time_ms > self->info->preroll_ms)
      time_ms = payload.pres_time_ms - self->info->preroll_ms;
    tell_start (self, time_ms * 10000);
  }
  gst_buffer_unmap (buffer, &map);
}

/* The server has another header: WMT_NEW_METADATA when its descriptions differ
 * from those of the one before (push-protocol, section 5). */
static void
note_header (GstWmsSender * self, gboolean is_change)
{
  const guint8 *metadata = self->info->metadata_digest;

  if (is_change)
    wms_client_tell (self->client, GST_WMS_STATUS_SOURCE_SWITCH);
  if (is_change && memcmp (metadata, self->metadata_sent, ASF_DIGEST_SIZE) != 0)
    wms_client_tell (self->client, GST_WMS_STATUS_NEW_METADATA);
  memcpy (self->metadata_sent, metadata, ASF_DIGEST_SIZE);
  self->due = WMS_FRAME_DATA;
}

/* Up to when the batch may wait; a session that has not begun waits. */
static gint64
get_deadline_us (GstWmsSender * self)
{
  if (self->config.leaky == GST_WMS_LEAKY_NO || self->due == WMS_FRAME_HEADER)
    return -1;
  if (self->is_skipping)
    return g_get_monotonic_time ();
  if (self->blocked_us == 0)
    self->blocked_us = g_get_monotonic_time ();
  return self->blocked_us + (gint64) (self->config.max_backlog / 1000);
}

/* What changes the header is of no use to a server that gets it anew. */
static void
forget_changes (GstWmsSender * self)
{
  guint n_kept = self->n_taken;
  guint i;

  for (i = self->n_taken; i < self->n_batch; i++) {
    if (self->batch[i].head[1] == WMS_FRAME_DATA)
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

static GstFlowReturn handle_failure (GstWmsSender * self, GError * error);

/* The server knows nothing of the session: it goes on with its header in front
 * (push-protocol, C24 and C26). */
static GstFlowReturn
repeat_header (GstWmsSender * self)
{
  g_autoptr (GError) error = NULL;
  WmsPacket packet;
  guint n_taken = 0;

  if (!wms_packet_init (&packet, WMS_FRAME_HEADER, self->header, &error))
    return gst_wms_sender_fail (self, error);
  wms_client_write (self->client, &packet, 1, &n_taken, get_deadline_us (self),
      self->cancellable, &error);
  if (n_taken == 0)
    wms_packet_clear (&packet);
  else
    forget_changes (self);
  if (error != NULL
      && !g_error_matches (error, WMS_ERROR, WMS_ERROR_HEADER_DUE))
    return handle_failure (self, g_steal_pointer (&error));
  return GST_FLOW_OK;
}

/* Calls that wait come back here when a state change or a flush has broken the
 * wait: OK means to go on with the same call. */
static GstFlowReturn
handle_broken_wait (GstWmsSender * self)
{
  GstFlowReturn ret = gst_base_sink_wait_preroll (self->sink);

  g_mutex_lock (&self->settle_lock);
  g_cond_broadcast (&self->left_preroll);
  g_mutex_unlock (&self->settle_lock);
  self->blocked_us = 0;
  return ret;
}

/* A call that waits has failed: OK means to go on with the same call. */
static GstFlowReturn
handle_failure (GstWmsSender * self, GError * error)
{
  g_autoptr (GError) reason = error;

  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return handle_broken_wait (self);
  if (reason->domain == WMS_ERROR) {
    switch (reason->code) {
      case WMS_ERROR_HEADER_DUE:
        return repeat_header (self);
      case WMS_ERROR_RESUMED:
        begin_skipping (self);
        skip_in_batch (self);
        return GST_FLOW_OK;
      case WMS_ERROR_BUSY:
        begin_skipping (self);
        clear_batch (self, &self->drops.dropped);
        return GST_FLOW_OK;
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
  guint i;

  for (i = former; i < self->n_taken; i++) {
    switch (self->batch[i].head[1]) {
      case WMS_FRAME_DATA:
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
}

GstFlowReturn
gst_wms_sender_flush (GstWmsSender * self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  guint former = self->n_taken;

  while (self->n_batch > 0 && ret == GST_FLOW_OK) {
    GError *error = NULL;
    gboolean ok = wms_client_write (self->client, self->batch, self->n_batch,
        &self->n_taken, get_deadline_us (self), self->cancellable, &error);

    note_sent (self, former);
    if (ok) {
      self->n_batch = self->n_taken = 0;
      self->blocked_us = 0;
    } else {
      ret = handle_failure (self, error);
    }
    former = self->n_taken;
  }
  if (ret != GST_FLOW_OK)
    clear_batch (self, ret == GST_FLOW_FLUSHING ? &self->drops.dropped :
        &self->drops.refused);
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

  if (self->due != WMS_FRAME_DATA)
    wms_client_set_bitrate (self->client, self->info->max_bitrate_bps);
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

GstFlowReturn
gst_wms_sender_take_header (GstWmsSender * self, GstBuffer * buffer,
    const AsfHeaderInfo * info)
{
  gst_buffer_replace (&self->header, buffer);
  self->info = info;
  if (self->due == WMS_FRAME_DATA)
    self->due = WMS_FRAME_END;
  return send_due (self);
}

static GstFlowReturn
drop (GstWmsSender * self, GstBuffer * buffer)
{
  gst_wms_drops_count (&self->drops, &self->drops.dropped, 1);
  /* what a loss costs its statuses tell */
  if (self->config.leaky != GST_WMS_LEAKY_NO)
    gst_wms_drops_tell (&self->drops, buffer);
  return GST_FLOW_OK;
}

/* Lets what is left over in the writer go on, and a lost session come back,
 * without waiting for either; afterwards the sender may be skipping or not. */
static GstFlowReturn
poke (GstWmsSender * self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  GError *error = NULL;
  guint n_taken = 0;

  if (!wms_client_write (self->client, NULL, 0, &n_taken,
          get_deadline_us (self), self->cancellable, &error))
    ret = handle_failure (self, error);
  else
    self->blocked_us = 0;
  return ret;
}

/* Returns whether the packet can be sent now: it ends the run of drops. */
static gboolean
is_run_over (GstWmsSender * self, GstBuffer * buffer, GstFlowReturn * ret)
{
  gboolean is_key = starts_key_frame (self, buffer);

  if (self->config.leaky != GST_WMS_LEAKY_NO) {
    *ret = poke (self);
    /* blocked_us is 0 when all went out */
    is_key = is_key && *ret == GST_FLOW_OK && self->blocked_us == 0;
  }
  if (is_key)
    end_skipping (self);
  return is_key;
}

GstFlowReturn
gst_wms_sender_take_packet (GstWmsSender * self, GstBuffer * buffer)
{
  GstFlowReturn ret = GST_FLOW_OK;

  gst_wms_drops_count (&self->drops, &self->drops.received, 1);
  if (self->is_skipping && !is_run_over (self, buffer, &ret))
    return ret == GST_FLOW_OK ? drop (self, buffer) : ret;
  if (self->due != WMS_FRAME_DATA)
    ret = send_due (self);
  if (ret == GST_FLOW_OK && self->is_skipping)
    return drop (self, buffer);
  if (ret == GST_FLOW_OK && !self->has_started)
    tell_started (self, buffer);
  if (ret == GST_FLOW_OK)
    return add_to_batch (self, WMS_FRAME_DATA, buffer);
  gst_wms_drops_count (&self->drops, ret == GST_FLOW_FLUSHING ?
      &self->drops.dropped : &self->drops.refused, 1);
  return ret;
}

/* Markers of a session without data, whose place is behind OPENED. */
static GstFlowReturn
tell_last_markers (GstWmsSender * self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  GError *error = NULL;

  while (ret == GST_FLOW_OK && !gst_wms_markers_is_empty (&self->markers)) {
    if (wms_client_wait_open (self->client, self->cancellable, &error))
      gst_wms_markers_tell (&self->markers, self->client);
    else
      ret = handle_failure (self, g_steal_pointer (&error));
  }
  return ret;
}

void
gst_wms_sender_take_marker (GstWmsSender * self, const GstStructure * marker)
{
  gst_wms_markers_add (&self->markers, marker);
  if (self->has_started && !self->has_ended)
    gst_wms_markers_tell (&self->markers, self->client);
}

GstFlowReturn
gst_wms_sender_end (GstWmsSender * self)
{
  GstFlowReturn ret = gst_wms_sender_flush (self);
  gboolean ok = FALSE;

  if (ret == GST_FLOW_OK && self->due != WMS_FRAME_HEADER && !self->has_started)
    tell_start (self, 0);
  if (ret == GST_FLOW_OK)
    ret = tell_last_markers (self);
  while (ret == GST_FLOW_OK && !ok) {
    GError *error = NULL;

    ok = wms_client_end (self->client, self->cancellable, &error);
    if (!ok)
      ret = handle_failure (self, error);
  }
  /* also when a flush breaks it off: the final $E may be on its way, so what
   * comes then needs another session */
  self->has_ended = TRUE;
  if (ret == GST_FLOW_OK)
    wms_mailbox_drain (self->mailbox, -1, self->cancellable);
  return ret;
}

gboolean
gst_wms_sender_has_ended (GstWmsSender * self)
{
  return self->has_ended;
}

void
gst_wms_sender_add_stats (GstWmsSender * self, GstStructure * stats)
{
  static const GstWmsDrops none;

  if (self != NULL)
    gst_wms_drops_add_stats (&self->drops, self->client, stats);
  else
    gst_wms_drops_add_stats (&none, NULL, stats);
}
