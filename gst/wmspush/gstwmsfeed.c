/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Everything here runs on the streaming thread, inside the gate and with the
 * preroll lock held, or on an action's thread that has claimed the gate; what
 * others read is under the sink's object lock. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmsfeed.h"

#include <glib/gi18n-lib.h>

#include "asf/asfsplitter.h"

GST_DEBUG_CATEGORY_STATIC (wmsfeed_debug);
#define GST_CAT_DEFAULT wmsfeed_debug

/* Longest wait for a thread that is about to wake up. */
#define SETTLE_MS 500
/* Longest wait of an action for the application to read its messages. */
#define ACTION_DRAIN_MS 500

struct _GstWmsFeed
{
  GstBaseSink *sink;
  WmsGate *gate;
  GCancellable *cancellable;    /* breaks waits of who is at it */
  gboolean is_action;           /* who is no streaming thread */
  WmsMailbox *mailbox;
  WmsClient *client;

  AsfSplitter *splitter;
  GMutex settle_lock;           /* for the wait in gst_wms_feed_settle() */
  GCond left_preroll;

  GstBuffer *header;
  guint bitrate_bps;            /* that it declares */
  WmsFrameType due;             /* goes before the next $D; $D for nothing */
  gboolean has_started;
  gboolean has_ended;

  /* a stream of bytes: where it is, and its pace */
  gboolean is_bytes;
  guint64 byte_position;
  gboolean is_rewriting;
  gboolean has_pace;
  guint32 last_send_ms;
  GstClockTime pace_time;

  WmsPacket batch[WMS_WRITER_BATCH];
  GstClockTime batch_times[WMS_WRITER_BATCH];
  guint n_batch;
  guint n_taken;

  /* of the present packet; those found since they were last told */
  GstClockTime time;
  guint n_found;

  GstWmsFeedStats stats;        /* under the sink's object lock */
};

GstWmsFeed *
gst_wms_feed_new (GstBaseSink * sink, WmsGate * gate, WmsMailbox * mailbox)
{
  static gsize once;
  GstWmsFeed *self = g_new0 (GstWmsFeed, 1);

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (wmsfeed_debug, "wmsfeed", 0,
        "from buffers to packets of a push");
    g_once_init_leave (&once, 1);
  }
  self->sink = sink;
  self->gate = gate;
  self->cancellable = wms_gate_get_streaming (gate);
  self->mailbox = wms_mailbox_ref (mailbox);
  self->splitter = asf_splitter_new ();
  self->time = GST_CLOCK_TIME_NONE;
  gst_wms_feed_stats_init (&self->stats);
  g_mutex_init (&self->settle_lock);
  g_cond_init (&self->left_preroll);
  return self;
}

void
gst_wms_feed_free (GstWmsFeed * self)
{
  guint i;

  for (i = self->n_taken; i < self->n_batch; i++)
    wms_packet_clear (&self->batch[i]);
  asf_splitter_free (self->splitter);
  gst_clear_buffer (&self->header);
  wms_mailbox_unref (self->mailbox);
  g_cond_clear (&self->left_preroll);
  g_mutex_clear (&self->settle_lock);
  g_free (self);
}

void
gst_wms_feed_set_client (GstWmsFeed * self, WmsClient * client)
{
  self->client = client;
  self->due = WMS_FRAME_HEADER;
  self->has_started = self->has_ended = FALSE;
}

static void
drop_batch (GstWmsFeed * self)
{
  guint n = 0;
  guint i;

  for (i = self->n_taken; i < self->n_batch; i++) {
    n += self->batch[i].head[1] == WMS_FRAME_DATA;
    wms_packet_clear (&self->batch[i]);
  }
  self->n_batch = self->n_taken = 0;
  GST_OBJECT_LOCK (self->sink);
  self->stats.packets_dropped += n;
  self->stats.bytes_queued = 0;
  GST_OBJECT_UNLOCK (self->sink);
}

/* The session has failed: its error message is posted when this returns. */
static GstFlowReturn
report_failure (GstWmsFeed * self, const GError * error)
{
  GST_ERROR_OBJECT (self->sink, "%s", error->message);
  wms_mailbox_drain (self->mailbox, -1, self->cancellable);
  return GST_FLOW_ERROR;
}

static GstFlowReturn
fail_session (GstWmsFeed * self, const GError * error)
{
  wms_client_fail (self->client, error);
  return report_failure (self, error);
}

void
gst_wms_feed_settle (GstWmsFeed * self)
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

/* Back from outside the gate: an action may have taken the session. */
static GstFlowReturn
come_back (GstWmsFeed * self, GstFlowReturn ret)
{
  return wms_gate_enter (self->gate) == WMS_GATE_ENTERED ? ret : GST_FLOW_EOS;
}

/* Calls that wait come back here when a state change, a flush or an action has
 * broken the wait: OK means to go on with the same call. */
static GstFlowReturn
handle_broken_wait (GstWmsFeed * self, GError * error)
{
  g_autoptr (GError) reason = error;
  GstFlowReturn ret;

  if (!g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return report_failure (self, reason);
  if (self->is_action)
    return GST_FLOW_FLUSHING;
  if (wms_gate_is_closed (self->gate))
    return GST_FLOW_EOS;
  wms_gate_leave (self->gate);
  ret = gst_base_sink_wait_preroll (self->sink);
  g_mutex_lock (&self->settle_lock);
  g_cond_broadcast (&self->left_preroll);
  g_mutex_unlock (&self->settle_lock);
  return come_back (self, ret);
}

static guint64
count_queued_bytes (GstWmsFeed * self)
{
  guint64 bytes = 0;
  guint i;

  for (i = self->n_taken; i < self->n_batch; i++)
    bytes += self->batch[i].head_size + self->batch[i].body_size;
  return bytes;
}

/* Tells what has come before it is written, which may take its time. */
static void
note_received (GstWmsFeed * self)
{
  guint64 queued = count_queued_bytes (self);

  GST_OBJECT_LOCK (self->sink);
  gst_wms_feed_stats_receive (&self->stats, self->n_found, self->time);
  self->stats.bytes_queued = queued;
  GST_OBJECT_UNLOCK (self->sink);
  self->n_found = 0;
}

/* Notes what the writer has taken, which is on its way also when a flush drops
 * the rest.  The head of a packet stays when its buffer goes. */
static void
note_sent (GstWmsFeed * self, guint former)
{
  guint n_data = 0;
  guint64 bytes = 0;
  guint64 queued;
  GstClockTime time = GST_CLOCK_TIME_NONE;
  guint i;

  for (i = former; i < self->n_taken; i++) {
    switch (self->batch[i].head[1]) {
      case WMS_FRAME_DATA:
        n_data++;
        bytes += self->batch[i].head_size - WMS_FRAME_HEAD_SIZE
            + self->batch[i].body_size;
        time = self->batch_times[i];
        break;
      case WMS_FRAME_END:
        wms_client_tell (self->client, GST_WMS_STATUS_END_OF_SEGMENT);
        self->due = WMS_FRAME_CHANGE;
        break;
      case WMS_FRAME_CHANGE:
        wms_client_tell (self->client, GST_WMS_STATUS_SOURCE_SWITCH);
        self->due = WMS_FRAME_DATA;
        break;
      default:
        self->due = WMS_FRAME_DATA;
        break;
    }
  }
  queued = count_queued_bytes (self);
  GST_OBJECT_LOCK (self->sink);
  gst_wms_feed_stats_send (&self->stats, n_data, bytes, time);
  self->stats.bytes_queued = queued;
  GST_OBJECT_UNLOCK (self->sink);
}

/* The server wanted credentials in mid-stream and knows nothing of what it had
 * before: the session goes on with its header in front (push-protocol,
 * C26). */
static GstFlowReturn
repeat_header (GstWmsFeed * self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  gboolean ok = FALSE;

  while (ret == GST_FLOW_OK && !ok) {
    GError *error = NULL;
    WmsPacket packet;
    guint n_taken = 0;

    ok = wms_packet_init (&packet, WMS_FRAME_HEADER, self->header, &error)
        && wms_client_write (self->client, &packet, 1, &n_taken,
        self->cancellable, &error);
    if (n_taken == 0)
      wms_packet_clear (&packet);
    if (!ok && g_error_matches (error, WMS_ERROR, WMS_ERROR_HEADER_DUE))
      g_clear_error (&error);
    else if (!ok)
      ret = handle_broken_wait (self, error);
  }
  return ret;
}

/* A call that waits has failed: OK means to go on with the same call. */
static GstFlowReturn
handle_failure (GstWmsFeed * self, GError * error)
{
  if (g_error_matches (error, WMS_ERROR, WMS_ERROR_HEADER_DUE)) {
    g_error_free (error);
    return repeat_header (self);
  }
  return handle_broken_wait (self, error);
}

GstFlowReturn
gst_wms_feed_flush (GstWmsFeed * self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  guint former = self->n_taken;
  GError *error = NULL;

  note_received (self);
  while (self->n_batch > 0 && ret == GST_FLOW_OK) {
    gboolean ok = wms_client_write (self->client, self->batch, self->n_batch,
        &self->n_taken, self->cancellable, &error);

    note_sent (self, former);
    former = self->n_taken;
    if (ok)
      self->n_batch = self->n_taken = 0;
    else
      ret = handle_failure (self, g_steal_pointer (&error));
  }
  /* at EOS the session is an action's, which writes them */
  if (ret != GST_FLOW_OK && ret != GST_FLOW_EOS)
    drop_batch (self);
  return ret;
}

static GstFlowReturn
add_to_batch (GstWmsFeed * self, WmsFrameType type, GstBuffer * buffer)
{
  g_autoptr (GError) error = NULL;

  if (!wms_packet_init (&self->batch[self->n_batch], type, buffer, &error))
    return fail_session (self, error);
  self->batch_times[self->n_batch] = self->time;
  if (++self->n_batch == WMS_WRITER_BATCH)
    return gst_wms_feed_flush (self);
  return GST_FLOW_OK;
}

/* Sends what has to go before the next packet: the header, or $E and another
 * header in mid-stream ([MS-WMHTTP] 3.1.4.5).  Where a flush breaks this off,
 * the next packet takes it up again. */
static GstFlowReturn
send_due (GstWmsFeed * self)
{
  GstFlowReturn ret = gst_wms_feed_flush (self);

  if (self->due != WMS_FRAME_DATA)
    wms_client_set_bitrate (self->client, self->bitrate_bps);
  while (ret == GST_FLOW_OK && self->due != WMS_FRAME_DATA) {
    if (self->due == WMS_FRAME_END)
      wms_packet_init_end (&self->batch[self->n_batch++],
          WMS_END_HEADER_FOLLOWS);
    else
      ret = add_to_batch (self, self->due, self->header);
    if (ret == GST_FLOW_OK)
      ret = gst_wms_feed_flush (self);
  }
  return ret;
}

static GstFlowReturn
take_header (GstWmsFeed * self, GstBuffer * header)
{
  gst_buffer_replace (&self->header, header);
  self->bitrate_bps = asf_splitter_get_header (self->splitter)->max_bitrate_bps;
  self->has_pace = FALSE;
  if (self->due == WMS_FRAME_DATA)
    self->due = WMS_FRAME_END;
  return send_due (self);
}

/* The status STARTED carries the first presentation time, so it waits for the
 * first packet. */
static void
tell_started (GstWmsFeed * self, const AsfPacketInfo * info,
    const guint8 * data)
{
  const AsfHeaderInfo *header = asf_splitter_get_header (self->splitter);
  AsfPayloadIter iter;
  AsfPayload payload;
  guint64 time_ms = 0;

  asf_payload_iter_init (&iter, info, data);
  if (asf_payload_next (&iter, &payload, NULL)
      && payload.pres_time_ms > header->preroll_ms)
    time_ms = payload.pres_time_ms - header->preroll_ms;
  wms_client_tell_started (self->client, time_ms * 10000);
  self->has_started = TRUE;
}

/* The base class does not synchronize bytes: their packets wait for their send
 * time (docs/design.md, decision 3). */
static GstFlowReturn
pace (GstWmsFeed * self, guint32 send_time_ms)
{
  GstFlowReturn ret = GST_FLOW_OK;
  gint32 step_ms = 0;

  /* a 32-bit difference, so that a wrap is none; time never goes back */
  if (self->has_pace)
    step_ms = (gint32) (send_time_ms - self->last_send_ms);
  if (step_ms > 0) {
    self->pace_time += step_ms * GST_MSECOND;
    self->time = self->pace_time;
    ret = gst_wms_feed_flush (self);
    if (ret == GST_FLOW_OK) {
      wms_gate_leave (self->gate);
      ret = come_back (self, gst_base_sink_wait (self->sink, self->pace_time,
              NULL));
    }
  }
  if (step_ms > 0 || !self->has_pace)
    self->last_send_ms = send_time_ms;
  self->has_pace = TRUE;
  return ret;
}

/* Looks into a packet where that is needed: at the first one, and in a stream
 * of bytes. */
static GstFlowReturn
look_into_packet (GstWmsFeed * self, GstBuffer * buffer)
{
  GstFlowReturn ret = GST_FLOW_OK;
  AsfPacketInfo info;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return GST_FLOW_OK;
  if (asf_packet_read (map.data, map.size, &info, NULL)) {
    if (self->is_bytes)
      ret = pace (self, info.send_time_ms);
    if (ret == GST_FLOW_OK && !self->has_started)
      tell_started (self, &info, map.data);
  }
  gst_buffer_unmap (buffer, &map);
  return ret;
}

static GstClockTime
get_running_time (GstWmsFeed * self, GstClockTime timestamp)
{
  const GstSegment *segment = &self->sink->segment;

  if (segment->format != GST_FORMAT_TIME
      || !GST_CLOCK_TIME_IS_VALID (timestamp))
    return GST_CLOCK_TIME_NONE;
  return gst_segment_to_running_time (segment, GST_FORMAT_TIME, timestamp);
}

/* What the base class synchronizes by: DTS, else PTS.  Bytes have no times but
 * that of their pace. */
static void
note_time (GstWmsFeed * self, const AsfUnit * unit)
{
  GstClockTime time = get_running_time (self,
      GST_CLOCK_TIME_IS_VALID (unit->dts) ? unit->dts : unit->pts);

  if (self->is_bytes)
    time = self->pace_time;
  if (GST_CLOCK_TIME_IS_VALID (time))
    self->time = time;
}

static GstFlowReturn
take_packet (GstWmsFeed * self, GstBuffer * packet)
{
  GstFlowReturn ret = GST_FLOW_OK;

  self->n_found++;
  if (self->due != WMS_FRAME_DATA)
    ret = send_due (self);
  if (ret == GST_FLOW_OK && (self->is_bytes || !self->has_started))
    ret = look_into_packet (self, packet);
  if (ret == GST_FLOW_OK)
    ret = add_to_batch (self, WMS_FRAME_DATA, packet);
  return ret;
}

static GstFlowReturn
take_unit (GstWmsFeed * self, const AsfUnit * unit)
{
  if (unit->kind == ASF_UNIT_END)
    return GST_FLOW_OK;
  if (unit->kind == ASF_UNIT_HEADER)
    return take_header (self, unit->buffer);
  note_time (self, unit);
  return take_packet (self, unit->buffer);
}

static void
count_swallowed (GstWmsFeed * self, guint64 size)
{
  GST_OBJECT_LOCK (self->sink);
  self->stats.bytes_swallowed += size;
  GST_OBJECT_UNLOCK (self->sink);
}

/* What goes back in a stream of bytes rewrites a header or adds an index: not
 * for a receiver that has had the stream already. */
static gboolean
is_rewrite (GstWmsFeed * self, gsize size)
{
  if (!self->is_bytes)
    return FALSE;
  if (!self->is_rewriting) {
    self->byte_position += size;
    return FALSE;
  }
  count_swallowed (self, size);
  return TRUE;
}

GstFlowReturn
gst_wms_feed_take_buffer (GstWmsFeed * self, GstBuffer * buffer)
{
  GstFlowReturn ret = GST_FLOW_OK;
  g_autoptr (GError) error = NULL;
  AsfSplitter *splitter = self->splitter;
  guint64 swallowed = asf_splitter_get_swallowed (splitter);
  AsfUnit unit;

  if (is_rewrite (self, gst_buffer_get_size (buffer)))
    return GST_FLOW_OK;
  asf_splitter_push (splitter, gst_buffer_ref (buffer));
  while (ret == GST_FLOW_OK && asf_splitter_pop (splitter, &unit, &error)) {
    ret = take_unit (self, &unit);
    asf_unit_clear (&unit);
  }
  if (asf_splitter_get_swallowed (splitter) != swallowed)
    count_swallowed (self, asf_splitter_get_swallowed (splitter) - swallowed);
  if (error != NULL)
    return fail_session (self, error);
  return ret;
}

void
gst_wms_feed_take_caps (GstWmsFeed * self, GstCaps * caps)
{
  GstStructure *structure = gst_caps_get_structure (caps, 0);
  const GValue *headers = gst_structure_get_value (structure, "streamheader");
  guint i;

  if (headers == NULL || !GST_VALUE_HOLDS_ARRAY (headers))
    return;
  /* it counts once: the splitter knows the header that it had before */
  for (i = 0; i < gst_value_array_get_size (headers); i++) {
    const GValue *value = gst_value_array_get_value (headers, i);

    if (GST_VALUE_HOLDS_BUFFER (value) && gst_value_get_buffer (value) != NULL)
      asf_splitter_push (self->splitter,
          gst_buffer_ref (gst_value_get_buffer (value)));
  }
}

void
gst_wms_feed_take_segment (GstWmsFeed * self, const GstSegment * segment)
{
  self->is_bytes = segment->format == GST_FORMAT_BYTES;
  if (self->is_bytes)
    self->is_rewriting = segment->start != self->byte_position;
}

static void
warn_of_cut (GstWmsFeed * self)
{
  guint64 pending = asf_splitter_get_pending (self->splitter);

  if (pending > 0)
    GST_ELEMENT_WARNING (self->sink, STREAM, DECODE,
        (_("The stream ends in the middle of a packet; its last part was not "
                "sent.")), ("%" G_GUINT64_FORMAT " bytes", pending));
}

GstFlowReturn
gst_wms_feed_end (GstWmsFeed * self)
{
  GstFlowReturn ret = gst_wms_feed_flush (self);
  GError *error = NULL;
  gboolean ok = FALSE;

  if (!self->is_action)
    warn_of_cut (self);
  if (ret == GST_FLOW_OK && self->due != WMS_FRAME_HEADER && !self->has_started)
    wms_client_tell_started (self->client, 0);
  while (ret == GST_FLOW_OK && !ok) {
    ok = wms_client_end (self->client, self->cancellable, &error);
    if (!ok)
      ret = handle_failure (self, g_steal_pointer (&error));
  }
  if (ret == GST_FLOW_EOS)
    return ret;
  /* also when a flush breaks it off: the final $E may be on its way, so what
   * comes then needs another session */
  self->has_ended = TRUE;
  if (ret == GST_FLOW_OK)
    wms_mailbox_drain (self->mailbox, self->is_action ? ACTION_DRAIN_MS : -1,
        self->cancellable);
  return ret;
}

guint32
gst_wms_feed_end_now (GstWmsFeed * self, GCancellable * cancellable)
{
  WmsClientStats stats;
  GstFlowReturn ret;

  self->cancellable = cancellable;
  self->is_action = TRUE;
  ret = gst_wms_feed_end (self);
  self->is_action = FALSE;
  self->cancellable = wms_gate_get_streaming (self->gate);
  if (ret == GST_FLOW_OK)
    return WMS_S_OK;
  wms_client_get_stats (self->client, &stats);
  return ret == GST_FLOW_ERROR && stats.failure != NULL ?
      stats.failure->hresult : WMS_E_ABORT;
}

void
gst_wms_feed_disconnect (GstWmsFeed * self)
{
  drop_batch (self);
  wms_client_fail (self->client, NULL);
  self->has_ended = TRUE;
  wms_mailbox_drain (self->mailbox, ACTION_DRAIN_MS, NULL);
}

gboolean
gst_wms_feed_has_ended (GstWmsFeed * self)
{
  return self->has_ended;
}

void
gst_wms_feed_restart_stream (GstWmsFeed * self)
{
  asf_splitter_reset (self->splitter);
  self->byte_position = 0;
  self->is_rewriting = FALSE;
  self->has_pace = FALSE;
  self->pace_time = 0;
}

void
gst_wms_feed_take_gap (GstWmsFeed * self, GstClockTime timestamp)
{
  GstClockTime time = get_running_time (self, timestamp);

  GST_OBJECT_LOCK (self->sink);
  self->stats.ticks_received++;
  if (GST_CLOCK_TIME_IS_VALID (time))
    self->stats.last_tick = time;
  GST_OBJECT_UNLOCK (self->sink);
}

void
gst_wms_feed_get_stats (GstWmsFeed * self, GstWmsFeedStats * stats)
{
  *stats = self->stats;
}
