/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Everything here runs on the streaming thread, with the preroll lock held. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmsfeed.h"

#include <glib/gi18n-lib.h>

#include "asf/asfelapsed.h"
#include "asf/asfmap.h"
#include "asf/asfsplitter.h"

GST_DEBUG_CATEGORY_STATIC (wmsfeed_debug);
#define GST_CAT_DEFAULT wmsfeed_debug

struct _GstWmsFeed
{
  GstBaseSink *sink;
  GstWmsTurn *turn;
  GstWmsSender *sender;
  AsfSplitter *splitter;
  guint64 caps_bytes;           /* of headers of caps, before any buffer
                                 * behind them */
  guint64 bytes_swallowed;      /* of indexes and rewritten headers; under the
                                 * sink's object lock */

  GstClockTime time;            /* running time of the present packet */

  /* a stream of bytes: where it is, and its pace */
  gboolean is_bytes;
  guint64 byte_position;
  gboolean is_rewriting;
  gboolean has_pace;
  guint32 last_send_ms;
  GstClockTime pace_time;
};

GstWmsFeed *
gst_wms_feed_new (GstBaseSink * sink, GstWmsTurn * turn, GstWmsSender * sender)
{
  static gsize once;
  GstWmsFeed *self = g_new0 (GstWmsFeed, 1);

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (wmsfeed_debug, "wmsfeed", 0,
        "from buffers to packets of a push");
    g_once_init_leave (&once, 1);
  }
  self->sink = sink;
  self->turn = turn;
  self->sender = sender;
  self->time = GST_CLOCK_TIME_NONE;
  self->splitter = asf_splitter_new ();
  return self;
}

void
gst_wms_feed_free (GstWmsFeed * self)
{
  asf_splitter_free (self->splitter);
  g_free (self);
}

/* The base class does not synchronize bytes: their packets wait for their send
 * time (docs/design.md, decision 3). */
static GstFlowReturn
pace (GstWmsFeed * self, guint32 send_time_ms)
{
  GstFlowReturn ret = GST_FLOW_OK;
  gboolean is_jump = FALSE;
  gint32 step_ms = 0;

  /* a 32-bit difference, so that a wrap is none; time never goes back */
  if (self->has_pace) {
    step_ms = (gint32) (send_time_ms - self->last_send_ms);
    is_jump = asf_send_time_jumps (step_ms);
  }
  if (is_jump)
    GST_WARNING_OBJECT (self->sink, "a send time of %u ms behind %u ms: it is "
        "not waited for", send_time_ms, self->last_send_ms);
  if (step_ms > 0 && !is_jump) {
    self->pace_time += step_ms * GST_MSECOND;
    ret = gst_wms_sender_flush (self->sender);
    if (ret == GST_FLOW_OK)
      ret = gst_wms_turn_wait_time (self->turn, self->pace_time);
  }
  if (step_ms > 0 || is_jump || !self->has_pace)
    self->last_send_ms = send_time_ms;
  self->has_pace = TRUE;
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

/* What the base class synchronizes by: DTS, else PTS. */
static void
note_time (GstWmsFeed * self, const AsfUnit * unit)
{
  GstClockTime time = get_running_time (self,
      GST_CLOCK_TIME_IS_VALID (unit->dts) ? unit->dts : unit->pts);

  if (GST_CLOCK_TIME_IS_VALID (time))
    self->time = time;
}

/* Waits for the packet's send time, which packets of a byte stream have instead
 * of a timestamp. */
static GstFlowReturn
pace_packet (GstWmsFeed * self, GstBuffer * packet)
{
  AsfPacketInfo info;
  gboolean is_read;
  GstMapInfo map;

  if (!asf_buffer_map (packet, &map))
    return GST_FLOW_OK;
  is_read = asf_packet_read (map.data, map.size, &info, NULL);
  gst_buffer_unmap (packet, &map);
  return is_read ? pace (self, info.send_time_ms) : GST_FLOW_OK;
}

static GstFlowReturn
take_packet (GstWmsFeed * self, GstBuffer * packet)
{
  GstFlowReturn ret = GST_FLOW_OK;

  if (self->is_bytes) {
    ret = pace_packet (self, packet);
    self->time = self->pace_time;
  }
  if (ret == GST_FLOW_OK)
    ret = gst_wms_sender_take_packet (self->sender, packet, self->time);
  return ret;
}

static GstFlowReturn
take_header (GstWmsFeed * self, GstBuffer * header)
{
  self->has_pace = FALSE;
  return gst_wms_sender_take_header (self->sender, header,
      asf_splitter_get_header (self->splitter));
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
  self->bytes_swallowed += size;
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
  self->caps_bytes = 0;
  asf_splitter_push (splitter, gst_buffer_ref (buffer));
  while (ret == GST_FLOW_OK && asf_splitter_pop (splitter, &unit, &error)) {
    ret = take_unit (self, &unit);
    asf_unit_clear (&unit);
  }
  if (asf_splitter_get_swallowed (splitter) != swallowed)
    count_swallowed (self, asf_splitter_get_swallowed (splitter) - swallowed);
  if (error != NULL)
    return gst_wms_sender_fail (self->sender, error);
  return ret;
}

/* Bytes of a header or packet that has come in part. */
static guint64
get_begun (GstWmsFeed * self)
{
  guint64 pending = asf_splitter_get_pending (self->splitter);

  return pending - MIN (pending, self->caps_bytes);
}

static void
forget_stream (GstWmsFeed * self)
{
  asf_splitter_reset (self->splitter);
  self->caps_bytes = 0;
}

void
gst_wms_feed_take_caps (GstWmsFeed * self, GstCaps * caps)
{
  GstStructure *structure = gst_caps_get_structure (caps, 0);
  const GValue *headers = gst_structure_get_value (structure, "streamheader");
  guint i;

  /* a stream that has only had caps begins with these: the former ones may be
   * of the session before */
  if (asf_splitter_get_header (self->splitter) == NULL && get_begun (self) == 0)
    forget_stream (self);
  if (headers == NULL || !GST_VALUE_HOLDS_ARRAY (headers))
    return;
  /* it counts once: the splitter knows the header that it had before */
  for (i = 0; i < gst_value_array_get_size (headers); i++) {
    const GValue *value = gst_value_array_get_value (headers, i);
    GstBuffer *header = GST_VALUE_HOLDS_BUFFER (value) ?
        gst_value_get_buffer (value) : NULL;

    if (header == NULL)
      continue;
    self->caps_bytes += gst_buffer_get_size (header);
    asf_splitter_push (self->splitter, gst_buffer_ref (header));
  }
}

void
gst_wms_feed_take_segment (GstWmsFeed * self, const GstSegment * segment)
{
  self->is_bytes = segment->format == GST_FORMAT_BYTES;
  if (self->is_bytes)
    self->is_rewriting = segment->start != self->byte_position;
  else if (asf_splitter_get_pending (self->splitter) == 0)
    asf_splitter_jump (self->splitter);
}

void
gst_wms_feed_take_gap (GstWmsFeed * self, GstClockTime timestamp)
{
  gst_wms_sender_count_tick (self->sender, get_running_time (self, timestamp));
}

void
gst_wms_feed_end_stream (GstWmsFeed * self)
{
  guint64 begun = get_begun (self);

  if (begun > 0)
    GST_ELEMENT_WARNING (self->sink, STREAM, DECODE,
        (_("The stream ends in the middle of a packet; its last part was not "
                "sent.")), ("%" G_GUINT64_FORMAT " bytes", begun));
}

void
gst_wms_feed_jump (GstWmsFeed * self)
{
  /* a place in bytes comes with the segment */
  if (!self->is_bytes)
    asf_splitter_jump (self->splitter);
}

void
gst_wms_feed_restart_stream (GstWmsFeed * self)
{
  GstCaps *caps = gst_pad_get_current_caps (GST_BASE_SINK_PAD (self->sink));

  forget_stream (self);
  /* upstream may go on with packets: its header was in the session before */
  if (caps != NULL) {
    gst_wms_feed_take_caps (self, caps);
    gst_caps_unref (caps);
  }
  self->byte_position = 0;
  self->is_rewriting = FALSE;
  self->has_pace = FALSE;
  self->pace_time = 0;
}

void
gst_wms_feed_get_stats (GstWmsFeed * self, GstWmsStats * stats)
{
  gst_wms_sender_get_stats (self->sender, stats);
  stats->bytes_swallowed = self->bytes_swallowed;
}
