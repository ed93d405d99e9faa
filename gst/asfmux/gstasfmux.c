/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-asfmux
 * @title: asfmux
 * @short_description: writes ASF files and live streams
 *
 * Muxes Windows Media video and audio, MS-MPEG4 and MP3 into ASF (.asf, .wmv,
 * .wma).  When downstream can seek, a file is written: an index follows the
 * data and the header is completed at the end.  With
 * #GstWmsAsfMux:streamable, or when downstream cannot seek, a broadcast is
 * written, which needs no second pass, such as `wmspushsink` sends.
 *
 * Times are running times; the stream that starts first begins at 0.  The DTS
 * of a packet is when a sink may send it: with a live source the time of its
 * last media object, else its Send Time.  The PTS is the running time of the
 * earliest media object in it.
 *
 * A buffer without time stamps follows the one before it.  Empty buffers are
 * dropped with a warning, and so are objects that arrive when later packets
 * have left already, with a QoS message.  Times of one stream that step back
 * are held at the latest one.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=250 ! avenc_wmv2 ! asfmux name=m ! filesink location=test.wmv  audiotestsrc num-buffers=430 ! avenc_wmav2 ! m.
 * ]|
 * This writes ten seconds of a test picture and a tone into a file.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmux.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include "asfmux/gstasfmuxfile.h"
#include "asfmux/gstasfmuxoutput.h"
#include "asfmux/gstasfmuxpad.h"

GST_DEBUG_CATEGORY (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* Locks: the object lock protects the settings and the list of pads.  All
 * other state belongs to the source pad's streaming thread; it is rebuilt by
 * reset(), which runs only while that thread does not. */

enum
{
  PROP_0,
  PROP_PACKET_SIZE,
  PROP_PREROLL,
  PROP_MERGE_STREAM_TAGS,
  PROP_PADDING,
  PROP_STREAMABLE,
  PROP_MAX_PACKET_DELAY,
};

/* Ranges of the old element, so that setting a value always succeeds. */
#define MIN_SETTABLE_PACKET_SIZE 18

#define DEFAULT_PACKET_SIZE 4800
#define DEFAULT_PREROLL 5000
#define DEFAULT_MERGE_STREAM_TAGS TRUE
#define DEFAULT_PADDING 0
#define DEFAULT_STREAMABLE FALSE
#define DEFAULT_MAX_PACKET_DELAY (500 * GST_MSECOND)

/* What can be written. */
#define MAX_PREROLL 600000
#define MAX_PADDING (8 * 1024 * 1024)
#define MAX_LIVE_HEADER 65531

/* Bucket windows of Windows' writers (rules, 7.4), at most the preroll. */
#define MAX_WINDOW_MS 3000

typedef struct
{
  guint packet_size;
  guint64 preroll_ms;
  gboolean merge_stream_tags;
  guint64 padding;
  gboolean streamable;
  GstClockTime max_packet_delay;
} Settings;

struct _GstWmsAsfMux
{
  GstAggregator parent;

  /* object lock */
  Settings settings;

  /* streaming thread */
  Settings active;
  gboolean is_started;
  gboolean is_file;
  gboolean rebase;
  GstWmsAsfFile file;
  AsfPacketizer packetizer;
  GstWmsAsfOutput output;
  guint64 content_end_ns;
};

#define gst_wms_asf_mux_parent_class parent_class
G_DEFINE_TYPE_WITH_CODE (GstWmsAsfMux, gst_wms_asf_mux, GST_TYPE_AGGREGATOR,
    G_IMPLEMENT_INTERFACE (GST_TYPE_TAG_SETTER, NULL));
GST_ELEMENT_REGISTER_DEFINE (asfmux, "asfmux", GST_RANK_PRIMARY,
    GST_TYPE_WMS_ASF_MUX);

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-ms-asf, parsed = (boolean) true"));

static GstStaticPadTemplate video_template =
GST_STATIC_PAD_TEMPLATE ("video_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS (GST_WMS_ASF_MUX_VIDEO_CAPS));

static GstStaticPadTemplate audio_template =
GST_STATIC_PAD_TEMPLATE ("audio_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS (GST_WMS_ASF_MUX_AUDIO_CAPS));

static void
free_packets (GstWmsAsfMux * self)
{
  guint8 *blocks[2];
  guint n = asf_packetizer_take_blocks (&self->packetizer, blocks);

  while (n > 0)
    g_free (blocks[--n]);
  gst_wms_asf_output_clear (&self->output);
}

static void
reset (GstWmsAsfMux * self)
{
  GList *l;

  free_packets (self);
  gst_wms_asf_file_clear (&self->file);
  self->is_started = FALSE;
  self->is_file = FALSE;
  self->rebase = FALSE;
  self->content_end_ns = 0;

  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next)
    gst_wms_asf_mux_pad_reset (l->data);
  GST_OBJECT_UNLOCK (self);
}

/* One setting against what can be written; the range is told to the user,
 * since the property's own range is wider (that of the old element). */
static gboolean
check_range (GstWmsAsfMux * self, const gchar * name, guint64 value,
    guint64 min, guint64 max)
{
  if (value >= min && value <= max)
    return TRUE;
  GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
      (_("The property %s is outside of its legal range, %" G_GUINT64_FORMAT
              " to %" G_GUINT64_FORMAT "."), name, min, max),
      ("%s is %" G_GUINT64_FORMAT ", legal range %" G_GUINT64_FORMAT " to %"
          G_GUINT64_FORMAT, name, value, min, max));
  return FALSE;
}

static gboolean
gst_wms_asf_mux_start (GstAggregator * aggregator)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  Settings *s = &self->active;

  GST_OBJECT_LOCK (self);
  *s = self->settings;
  GST_OBJECT_UNLOCK (self);

  if (!check_range (self, "packet-size", s->packet_size,
          ASF_PACKETIZER_MIN_SIZE, ASF_MAX_PACKET_SIZE) ||
      !check_range (self, "preroll", s->preroll_ms, 0, MAX_PREROLL) ||
      !check_range (self, "padding", s->padding, 0, MAX_PADDING))
    return FALSE;
  reset (self);
  if (s->streamable)
    gst_aggregator_set_latency (aggregator, s->max_packet_delay,
        s->max_packet_delay);
  return TRUE;
}

static gboolean
gst_wms_asf_mux_stop (GstAggregator * aggregator)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);

  reset (self);
  gst_tag_setter_reset_tags (GST_TAG_SETTER (self));
  return TRUE;
}

/* A flush does not end the file or broadcast: what was muxed stays, and the
 * next buffers follow it in time. */
static GstFlowReturn
gst_wms_asf_mux_flush (GstAggregator * aggregator)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  GList *l;

  gst_wms_asf_output_clear (&self->output);
  self->rebase = self->is_started;
  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next)
    GST_WMS_ASF_MUX_PAD (l->data)->have_next_running = FALSE;
  GST_OBJECT_UNLOCK (self);
  return GST_FLOW_OK;
}

static GstBuffer *
peek (GstWmsAsfMuxPad * pad)
{
  return gst_aggregator_pad_peek_buffer (GST_AGGREGATOR_PAD (pad));
}

/* Object lock held.  Returns the pad whose next buffer comes first, without a
 * reference. */
static GstWmsAsfMuxPad *
earliest_pad_locked (GstWmsAsfMux * self, GstClockTimeDiff * time)
{
  GstWmsAsfMuxPad *best = NULL;
  GList *l;

  for (l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next) {
    GstWmsAsfMuxPad *pad = l->data;
    GstBuffer *buffer = peek (pad);
    GstClockTimeDiff order;

    if (buffer == NULL)
      continue;
    order = gst_wms_asf_mux_pad_order_time (pad, buffer);
    gst_buffer_unref (buffer);
    if (best == NULL || order < *time) {
      best = pad;
      *time = order;
    }
  }
  return best;
}

static GstWmsAsfMuxPad *
pick_earliest_pad (GstWmsAsfMux * self, GstClockTimeDiff * time)
{
  GstWmsAsfMuxPad *pad;

  GST_OBJECT_LOCK (self);
  pad = earliest_pad_locked (self, time);
  if (pad != NULL)
    gst_object_ref (pad);
  GST_OBJECT_UNLOCK (self);
  return pad;
}

static gboolean
all_pads_ended (GstWmsAsfMux * self)
{
  gboolean ended = TRUE;
  GList *l;

  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next)
    ended &= gst_aggregator_pad_is_eos (l->data);
  GST_OBJECT_UNLOCK (self);
  return ended;
}

/* How long a live packet waits for data, 0 in a file. */
static GstClockTime
packet_delay (GstWmsAsfMux * self)
{
  return self->is_started && !self->is_file ? self->active.max_packet_delay : 0;
}

/* The base class waits until this running time plus the latency, of which
 * max-packet-delay is a part.  An open packet has to go when its first object
 * is that old; a buffer waits for the other pads only as long as upstream's
 * latency, so that the packet's time is left for the packet. */
static GstClockTime
gst_wms_asf_mux_get_next_time (GstAggregator * aggregator)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  GstClockTimeDiff next = G_MAXINT64;
  GstClockTimeDiff time;
  guint64 since;

  GST_OBJECT_LOCK (self);
  if (earliest_pad_locked (self, &time) != NULL)
    next = time - (GstClockTimeDiff) packet_delay (self);
  GST_OBJECT_UNLOCK (self);
  if (packet_delay (self) > 0
      && asf_packetizer_open_since (&self->packetizer, &since))
    next = MIN (next, self->output.origin + (GstClockTimeDiff) since);
  return next == G_MAXINT64 ? GST_CLOCK_TIME_NONE : (GstClockTime) MAX (next,
      0);
}

static gboolean
downstream_is_seekable (GstWmsAsfMux * self)
{
  GstQuery *query = gst_query_new_seeking (GST_FORMAT_BYTES);
  gboolean seekable = FALSE;

  if (gst_pad_peer_query (GST_AGGREGATOR_SRC_PAD (self), query))
    gst_query_parse_seeking (query, NULL, &seekable, NULL, NULL);
  gst_query_unref (query);
  return seekable;
}

/* Pads whose caps are known, in the order of their stream numbers. */
static GPtrArray *
collect_pads (GstWmsAsfMux * self)
{
  GPtrArray *pads = g_ptr_array_new_with_free_func (gst_object_unref);
  GList *l;

  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next) {
    if (GST_WMS_ASF_MUX_PAD (l->data)->have_format)
      g_ptr_array_add (pads, gst_object_ref (l->data));
  }
  GST_OBJECT_UNLOCK (self);
  return pads;
}

static void
start_pads (GstWmsAsfMux * self, GPtrArray * pads)
{
  guint32 window_ms = MIN (self->active.preroll_ms, MAX_WINDOW_MS);
  GstClockTimeDiff origin = G_MAXINT64;
  guint i;

  self->output.has_video = FALSE;
  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);
    GstBuffer *first = peek (pad);

    gst_wms_asf_mux_pad_start (pad, first, window_ms, self->active.packet_size);
    if (pad->format.stream.kind == ASF_STREAM_VIDEO)
      self->output.has_video = TRUE;
    pad->format.stream.flags = self->is_file ? ASF_STREAM_SEEKABLE : 0;
    if (first != NULL) {
      origin = MIN (origin, gst_wms_asf_mux_pad_object_time (pad, first));
      gst_buffer_unref (first);
    }
  }
  self->output.origin = origin == G_MAXINT64 ? 0 : origin;
}

/* Tags of the application, and with merge-stream-tags those of the streams. */
static GstTagList *
collect_tags (GstWmsAsfMux * self, GPtrArray * pads)
{
  GstTagSetter *setter = GST_TAG_SETTER (self);
  const GstTagList *own = gst_tag_setter_get_tag_list (setter);
  GstTagList *tags = own ? gst_tag_list_copy (own) : gst_tag_list_new_empty ();
  GstTagMergeMode mode = gst_tag_setter_get_tag_merge_mode (setter);
  guint i;

  for (i = 0; self->active.merge_stream_tags && i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);

    if (pad->tags != NULL)
      gst_tag_list_insert (tags, pad->tags, mode);
  }
  return tags;
}

static void
set_src_caps (GstWmsAsfMux * self, GstBuffer * header)
{
  GstCaps *caps = gst_static_pad_template_get_caps (&src_template);
  GValue array = G_VALUE_INIT;
  GValue value = G_VALUE_INIT;

  caps = gst_caps_make_writable (caps);
  g_value_init (&array, GST_TYPE_ARRAY);
  g_value_init (&value, GST_TYPE_BUFFER);
  gst_value_set_buffer (&value, header);
  gst_value_array_append_and_take_value (&array, &value);
  gst_structure_take_value (gst_caps_get_structure (caps, 0), "streamheader",
      &array);
  gst_aggregator_set_src_caps (GST_AGGREGATOR (self), caps);
  gst_caps_unref (caps);
}

static void
set_segment (GstWmsAsfMux * self, GstFormat format)
{
  GstSegment segment;

  gst_segment_init (&segment, format);
  gst_aggregator_update_segment (GST_AGGREGATOR (self), &segment);
}

static void
start_packetizer (GstWmsAsfMux * self)
{
  AsfPacketizerConfig config = {
    .packet_size = self->active.packet_size,
    .is_live = !self->is_file,
    .max_delay_ns = packet_delay (self),
    .line_bps = asf_header_max_bps (&self->file.header),
  };

  asf_packetizer_init (&self->packetizer, &config);
  gst_wms_asf_output_start (&self->output, GST_AGGREGATOR (self),
      config.packet_size, asf_packetizer_block_size (&self->packetizer));
  self->output.upstream_is_live =
      GST_CLOCK_TIME_IS_VALID (gst_aggregator_get_latency (GST_AGGREGATOR
          (self)));
}

/* Maps an error of the layer below to the one message that is posted. */
static void
post_error (GstWmsAsfMux * self, const GError * error)
{
  GST_ELEMENT_ERROR (self, STREAM, MUX,
      (_("The ASF header could not be written: the tags or codec data are too "
              "large.")), ("%s, domain %s, code %d", error->message,
          g_quark_to_string (error->domain), error->code));
}

static GstFlowReturn
send_header (GstWmsAsfMux * self, gboolean is_first)
{
  g_autoptr (GError) error = NULL;
  GstBuffer *header = gst_wms_asf_file_write_header (&self->file, &error);

  if (header == NULL) {
    post_error (self, error);
    return GST_FLOW_ERROR;
  }
  if (!self->is_file && self->file.header_size > MAX_LIVE_HEADER) {
    GST_ELEMENT_ERROR (self, STREAM, MUX,
        (_("The header is too large for a live stream: use less padding or "
                "shorter tags.")), ("%" G_GSIZE_FORMAT " bytes, at most %d",
            self->file.header_size, MAX_LIVE_HEADER));
    gst_buffer_unref (header);
    return GST_FLOW_ERROR;
  }
  if (is_first)
    set_src_caps (self, header);
  set_segment (self, self->is_file ? GST_FORMAT_BYTES : GST_FORMAT_TIME);
  return gst_aggregator_finish_buffer (GST_AGGREGATOR (self), header);
}

/* Everything that happens once, when the streams are known. */
static GstFlowReturn
begin (GstWmsAsfMux * self)
{
  GPtrArray *pads = collect_pads (self);
  GstTagList *tags;

  if (pads->len == 0) {
    g_ptr_array_unref (pads);
    if (!all_pads_ended (self))
      return GST_AGGREGATOR_FLOW_NEED_DATA;
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        (_("Nothing to mux: no stream said what it is.")),
        ("all pads ended before they had caps"));
    return GST_FLOW_ERROR;
  }
  self->is_file = !self->active.streamable && downstream_is_seekable (self);
  self->is_started = TRUE;
  if (!self->is_file)
    gst_aggregator_set_latency (GST_AGGREGATOR (self),
        self->active.max_packet_delay, self->active.max_packet_delay);
  start_pads (self, pads);

  self->file.header = (AsfHeader) {
  .flags = self->is_file ? 0 : ASF_FILE_BROADCAST,.packet_size =
        self->active.packet_size,.preroll_ms =
        self->active.preroll_ms,.padding = self->active.padding,};
  tags = collect_tags (self, pads);
  gst_wms_asf_file_start (&self->file, pads, tags, GST_OBJECT (self));
  gst_tag_list_unref (tags);
  start_packetizer (self);
  GST_INFO_OBJECT (self, "begin %s of %u streams, origin %" GST_STIME_FORMAT,
      self->is_file ? "a file" : "a broadcast", self->file.header.n_streams,
      GST_STIME_ARGS (self->output.origin));
  return send_header (self, TRUE);
}

/* Turns what the packetizer has into buffers. */
static GstFlowReturn
run_packetizer (GstWmsAsfMux * self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  AsfPacket packet;

  for (;;) {
    switch (asf_packetizer_step (&self->packetizer, &packet)) {
      case ASF_PACKETIZER_NEED_OBJECT:
        return ret;
      case ASF_PACKETIZER_NEED_BLOCK:
        asf_packetizer_set_block (&self->packetizer,
            gst_wms_asf_output_new_block (&self->output));
        break;
      case ASF_PACKETIZER_PACKET:
        if (ret == GST_FLOW_OK)
          ret = gst_wms_asf_output_add (&self->output, &packet);
        else
          g_free (packet.block);
        break;
    }
  }
}

static void
report_late (GstWmsAsfMux * self, GstWmsAsfMuxPad * pad, GstBuffer * buffer)
{
  GstMessage *message = gst_message_new_qos (GST_OBJECT (pad),
      self->output.upstream_is_live,
      gst_wms_asf_mux_pad_order_time (pad, buffer), GST_CLOCK_TIME_NONE,
      GST_BUFFER_PTS (buffer), GST_BUFFER_DURATION (buffer));

  pad->n_dropped++;
  GST_WARNING_OBJECT (pad, "too late, dropped: %" GST_PTR_FORMAT, buffer);
  gst_message_set_qos_stats (message, GST_FORMAT_BUFFERS, pad->n_objects,
      pad->n_dropped);
  gst_element_post_message (GST_ELEMENT (self), message);
}

/* Content time of a buffer: never before the file's start, and never before
 * the stream's last object (rules, 7.3). */
static guint64
content_time (GstWmsAsfMux * self, GstWmsAsfMuxPad * pad, GstBuffer * buffer)
{
  GstClockTimeDiff running = gst_wms_asf_mux_pad_object_time (pad, buffer);
  GstClockTimeDiff time;

  if (self->rebase) {
    self->output.origin = running - (GstClockTimeDiff) self->content_end_ns;
    self->rebase = FALSE;
  }
  time = running - self->output.origin;
  return MAX (time, (GstClockTimeDiff) pad->last_ns);
}

static void
add_to_index (GstWmsAsfMux * self, GstWmsAsfMuxPad * pad,
    const AsfObject * object)
{
  if (self->is_file && object->is_video && object->is_key)
    asf_index_add_key (&pad->index, object->pres_ms,
        self->packetizer.object_packet, self->packetizer.object_packets);
}

static GstFlowReturn
mux_object (GstWmsAsfMux * self, GstWmsAsfMuxPad * pad, GstBuffer * buffer,
    const GstMapInfo * map)
{
  gboolean is_video = pad->format.stream.kind == ASF_STREAM_VIDEO;
  AsfObject object = {
    .stream_number = pad->number,
    .is_video = is_video,
    /* readers take all audio for cleanpoints (rules, 6.5) */
    .is_key = !is_video ||
        !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT),
    .keep_whole = pad->format.keep_whole,
    .time_ns = content_time (self, pad, buffer),
    .data = map->data,
    .size = map->size,
  };
  GstFlowReturn ret;

  object.pres_ms = self->active.preroll_ms + object.time_ns / GST_MSECOND;
  asf_bucket_add (&pad->bucket, object.time_ns, object.size, &object.span);
  if (!asf_packetizer_add (&self->packetizer, &object)) {
    report_late (self, pad, buffer);
    return GST_FLOW_OK;
  }
  ret = run_packetizer (self);
  gst_wms_asf_mux_pad_account (pad, &object, self->packetizer.object_packets,
      GST_BUFFER_DURATION (buffer));
  self->content_end_ns = MAX (self->content_end_ns, pad->end_ns);
  add_to_index (self, pad, &object);
  return ret;
}

static gboolean
is_gap (GstBuffer * buffer)
{
  return gst_buffer_get_size (buffer) == 0 &&
      GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP);
}

static void
drop_buffer (GstWmsAsfMux * self, GstWmsAsfMuxPad * pad, GstBuffer * buffer)
{
  if (pad->n_dropped++ == 0) {
    if (pad->in_header)
      GST_ELEMENT_WARNING (self, STREAM, MUX,
          (_("An empty buffer was left out.")), ("pad %s:%s",
              GST_DEBUG_PAD_NAME (pad)));
    else
      GST_ELEMENT_WARNING (self, STREAM, MUX,
          (_("A stream that came after the header is left out.")),
          ("pad %s:%s", GST_DEBUG_PAD_NAME (pad)));
  }
  GST_DEBUG_OBJECT (pad, "dropped: %" GST_PTR_FORMAT, buffer);
}

static GstFlowReturn
mux_buffer (GstWmsAsfMux * self, GstWmsAsfMuxPad * pad, GstBuffer * buffer)
{
  GstMapInfo map;
  GstFlowReturn ret;

  if (is_gap (buffer))
    return GST_FLOW_OK;
  if (!pad->in_header || gst_buffer_get_size (buffer) == 0) {
    drop_buffer (self, pad, buffer);
    return GST_FLOW_OK;
  }
  if (gst_buffer_get_size (buffer) > G_MAXINT32
      || !gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    GST_ELEMENT_ERROR (self, STREAM, MUX,
        (_("A buffer is too large or cannot be read.")),
        ("%" G_GSIZE_FORMAT " bytes", gst_buffer_get_size (buffer)));
    return GST_FLOW_ERROR;
  }
  ret = mux_object (self, pad, buffer, &map);
  gst_buffer_unmap (buffer, &map);
  return ret;
}

static GstFlowReturn
mux_next (GstWmsAsfMux * self, GstWmsAsfMuxPad * pad)
{
  GstBuffer *buffer = gst_aggregator_pad_pop_buffer (GST_AGGREGATOR_PAD (pad));
  GstFlowReturn ret;

  if (buffer == NULL)
    return GST_FLOW_OK;
  ret = mux_buffer (self, pad, buffer);
  gst_wms_asf_mux_pad_advance (pad, buffer);
  gst_buffer_unref (buffer);
  return ret;
}

/* The last packets; in a file the indexes and the header once more. */
static GstFlowReturn
finish (GstWmsAsfMux * self)
{
  GstFlowReturn ret;
  GstBuffer *indexes;

  asf_packetizer_drain (&self->packetizer);
  ret = run_packetizer (self);
  if (ret == GST_FLOW_OK)
    ret = gst_wms_asf_output_push (&self->output);
  if (ret != GST_FLOW_OK)
    return ret;
  if (!self->is_file)
    return GST_FLOW_EOS;

  indexes = gst_wms_asf_file_finish (&self->file, &self->packetizer);
  if (indexes != NULL)
    ret = gst_aggregator_finish_buffer (GST_AGGREGATOR (self), indexes);
  if (ret == GST_FLOW_OK)
    ret = send_header (self, FALSE);
  return ret == GST_FLOW_OK ? GST_FLOW_EOS : ret;
}

static GstFlowReturn
gst_wms_asf_mux_aggregate (GstAggregator * aggregator, gboolean timeout)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  GstFlowReturn ret = GST_FLOW_OK;
  GstFlowReturn pushed;
  GstWmsAsfMuxPad *pad;
  GstClockTimeDiff time;

  if (!self->is_started)
    ret = begin (self);
  if (ret != GST_FLOW_OK)
    return ret;

  pad = pick_earliest_pad (self, &time);
  if (pad != NULL) {
    ret = mux_next (self, pad);
    gst_object_unref (pad);
  } else if (all_pads_ended (self)) {
    return finish (self);
  } else if (timeout) {
    asf_packetizer_close (&self->packetizer);
    ret = run_packetizer (self);
  }
  pushed = gst_wms_asf_output_push (&self->output);
  return ret == GST_FLOW_OK ? pushed : ret;
}

static gboolean
take_caps (GstWmsAsfMux * self, GstWmsAsfMuxPad * pad, GstCaps * caps)
{
  g_autoptr (GError) error = NULL;
  GstWmsAsfFormat format;

  if (!gst_wms_asf_format_from_caps (&format, caps, &error)) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        (_("A stream cannot be carried in ASF.")), ("%s, caps %"
            GST_PTR_FORMAT, error->message, caps));
    return FALSE;
  }
  if (pad->in_header) {
    gboolean same = gst_wms_asf_format_equal (&pad->format, &format);

    gst_wms_asf_format_clear (&format);
    if (!same)
      GST_ELEMENT_ERROR (self, STREAM, FORMAT,
          (_("A stream changed its format while it was being written.")),
          ("new caps %" GST_PTR_FORMAT, caps));
    return same;
  }
  gst_wms_asf_format_clear (&pad->format);
  pad->format = format;
  pad->have_format = TRUE;
  return TRUE;
}

static void
take_tags (GstWmsAsfMux * self, GstWmsAsfMuxPad * pad, GstEvent * event)
{
  GstTagList *tags, *merged;

  gst_event_parse_tag (event, &tags);
  merged = gst_tag_list_merge (pad->tags, tags, GST_TAG_MERGE_REPLACE);
  gst_clear_tag_list (&pad->tags);
  pad->tags = merged;
  if (self->is_started)
    GST_INFO_OBJECT (pad, "tags after the header are not in it: %"
        GST_PTR_FORMAT, tags);
}

static gboolean
gst_wms_asf_mux_sink_event (GstAggregator * aggregator,
    GstAggregatorPad * aggpad, GstEvent * event)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  GstWmsAsfMuxPad *pad = GST_WMS_ASF_MUX_PAD (aggpad);
  GstCaps *caps;
  gboolean ok;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      ok = take_caps (self, pad, caps);
      gst_event_unref (event);
      return ok;
    case GST_EVENT_TAG:
      take_tags (self, pad, event);
      break;
    default:
      break;
  }
  return GST_AGGREGATOR_CLASS (parent_class)->sink_event (aggregator, aggpad,
      event);
}

static gboolean
gst_wms_asf_mux_negotiate (GstAggregator * aggregator)
{
  /* the caps hold the header and are set with it */
  return TRUE;
}

/* Object lock held.  Lowest stream number that no pad has, 0 when all 127 are
 * taken (rules, 10). */
static guint
free_number_locked (GstWmsAsfMux * self)
{
  gboolean taken[ASF_MAX_STREAMS + 1] = { FALSE };
  GList *l;
  guint i;

  for (l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next)
    taken[GST_WMS_ASF_MUX_PAD (l->data)->number] = TRUE;
  for (i = 1; i <= ASF_MAX_STREAMS; i++) {
    if (!taken[i])
      return i;
  }
  return 0;
}

/* Object lock held. */
static gboolean
name_is_taken_locked (GstWmsAsfMux * self, const gchar * name)
{
  GList *l;

  for (l = GST_ELEMENT (self)->sinkpads; l != NULL; l = l->next) {
    if (g_strcmp0 (GST_OBJECT_NAME (l->data), name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Object lock held.  The name that was asked for, else the next free one. */
static gchar *
pad_name_locked (GstWmsAsfMux * self, GstPadTemplate * templ,
    const gchar * requested)
{
  const gchar *kind =
      g_str_has_prefix (templ->name_template, "video") ? "video" : "audio";
  gchar *name;
  guint i;

  if (requested != NULL && strchr (requested, '%') == NULL)
    return name_is_taken_locked (self, requested) ? NULL : g_strdup (requested);
  for (i = 0;; i++) {
    name = g_strdup_printf ("%s_%u", kind, i);
    if (!name_is_taken_locked (self, name))
      return name;
    g_free (name);
  }
}

static GstAggregatorPad *
gst_wms_asf_mux_create_new_pad (GstAggregator * aggregator,
    GstPadTemplate * templ, const gchar * requested, const GstCaps * caps)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (aggregator);
  g_autofree gchar *name = NULL;
  GstWmsAsfMuxPad *pad = NULL;
  guint number;

  GST_OBJECT_LOCK (self);
  number = free_number_locked (self);
  name = pad_name_locked (self, templ, requested);
  GST_OBJECT_UNLOCK (self);
  if (number == 0 || name == NULL) {
    GST_WARNING_OBJECT (self, "no pad: %s", number == 0 ?
        "ASF has 127 streams at most" : "there is one of that name");
    return NULL;
  }
  pad = g_object_new (GST_TYPE_WMS_ASF_MUX_PAD, "name", name, "direction",
      templ->direction, "template", templ, NULL);
  pad->number = number;
  return GST_AGGREGATOR_PAD (pad);
}

static void
gst_wms_asf_mux_set_property (GObject * object, guint prop_id,
    const GValue * value, GParamSpec * pspec)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (object);

  GST_OBJECT_LOCK (self);
  switch (prop_id) {
    case PROP_PACKET_SIZE:
      self->settings.packet_size = g_value_get_uint (value);
      break;
    case PROP_PREROLL:
      self->settings.preroll_ms = g_value_get_uint64 (value);
      break;
    case PROP_MERGE_STREAM_TAGS:
      self->settings.merge_stream_tags = g_value_get_boolean (value);
      break;
    case PROP_PADDING:
      self->settings.padding = g_value_get_uint64 (value);
      break;
    case PROP_STREAMABLE:
      self->settings.streamable = g_value_get_boolean (value);
      break;
    case PROP_MAX_PACKET_DELAY:
      self->settings.max_packet_delay = g_value_get_uint64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_wms_asf_mux_get_property (GObject * object, guint prop_id, GValue * value,
    GParamSpec * pspec)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (object);

  GST_OBJECT_LOCK (self);
  switch (prop_id) {
    case PROP_PACKET_SIZE:
      g_value_set_uint (value, self->settings.packet_size);
      break;
    case PROP_PREROLL:
      g_value_set_uint64 (value, self->settings.preroll_ms);
      break;
    case PROP_MERGE_STREAM_TAGS:
      g_value_set_boolean (value, self->settings.merge_stream_tags);
      break;
    case PROP_PADDING:
      g_value_set_uint64 (value, self->settings.padding);
      break;
    case PROP_STREAMABLE:
      g_value_set_boolean (value, self->settings.streamable);
      break;
    case PROP_MAX_PACKET_DELAY:
      g_value_set_uint64 (value, self->settings.max_packet_delay);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_wms_asf_mux_finalize (GObject * object)
{
  GstWmsAsfMux *self = GST_WMS_ASF_MUX (object);

  free_packets (self);
  gst_wms_asf_file_clear (&self->file);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
install_properties (GObjectClass * gobject_class)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_READY;

  /**
   * GstWmsAsfMux:packet-size:
   *
   * Bytes of each data packet.  Legal are 100 to 65535; another value is an
   * element error when the element goes to PAUSED.  The default is 4800.  A
   * live stream at a low rate is better off with a smaller packet, since each
   * one waits until it is full, see #GstWmsAsfMux:max-packet-delay.
   *
   * Since: 0.1
   */
  g_object_class_install_property (gobject_class, PROP_PACKET_SIZE,
      g_param_spec_uint ("packet-size", "Packet size",
          "Bytes of each ASF packet, 100 to 65535",
          MIN_SETTABLE_PACKET_SIZE, G_MAXUINT32, DEFAULT_PACKET_SIZE, flags));

  /**
   * GstWmsAsfMux:preroll:
   *
   * Milliseconds of content that a player buffers before it starts, 0 to
   * 600000, by default 5000.  Each packet is sent within this time.
   *
   * Since: 0.1
   */
  g_object_class_install_property (gobject_class, PROP_PREROLL,
      g_param_spec_uint64 ("preroll", "Preroll",
          "Milliseconds that a player buffers, 0 to 600000", 0, G_MAXUINT64,
          DEFAULT_PREROLL, flags));

  /**
   * GstWmsAsfMux:merge-stream-tags:
   *
   * Whether tags of the streams are written as tags of the file, next to
   * those that the application sets through #GstTagSetter.  By default TRUE.
   *
   * Since: 0.1
   */
  g_object_class_install_property (gobject_class, PROP_MERGE_STREAM_TAGS,
      g_param_spec_boolean ("merge-stream-tags", "Merge stream tags",
          "Write tags of the streams as tags of the file",
          DEFAULT_MERGE_STREAM_TAGS, flags));

  /**
   * GstWmsAsfMux:padding:
   *
   * Bytes of a Padding Object at the end of the header, room for later
   * editing, 0 to 8388608, by default 0.  Under 24 bytes, the size of the
   * smallest object, none is written.
   *
   * Since: 0.1
   */
  g_object_class_install_property (gobject_class, PROP_PADDING,
      g_param_spec_uint64 ("padding", "Padding",
          "Bytes of a Padding Object in the header, none under 24", 0,
          G_MAXUINT64, DEFAULT_PADDING, flags));

  /**
   * GstWmsAsfMux:streamable:
   *
   * Write a broadcast even when downstream can seek: no index, no durations,
   * nothing that is written later.  By default FALSE.
   *
   * Since: 0.1
   */
  g_object_class_install_property (gobject_class, PROP_STREAMABLE,
      g_param_spec_boolean ("streamable", "Streamable",
          "Write a broadcast, without index and durations",
          DEFAULT_STREAMABLE, flags));

  /**
   * GstWmsAsfMux:max-packet-delay:
   *
   * Nanoseconds that data of a broadcast waits at most for its packet to
   * fill, measured on the running time, and with a live source on the clock
   * too; 0 for no limit but a full packet.  It is a part of the latency.  By
   * default half a second: half of what a player of live streams notices, and
   * enough to fill packets of the default size from 77 kbit/s on.
   *
   * Since: 0.1
   */
  g_object_class_install_property (gobject_class, PROP_MAX_PACKET_DELAY,
      g_param_spec_uint64 ("max-packet-delay", "Maximum packet delay",
          "Nanoseconds that live data waits for its packet to fill", 0,
          G_MAXINT64, DEFAULT_MAX_PACKET_DELAY, flags));
}

static void
gst_wms_asf_mux_class_init (GstWmsAsfMuxClass * klass)
{
  GObjectClass *gobject_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstAggregatorClass *aggregator_class = GST_AGGREGATOR_CLASS (klass);

  gobject_class->set_property = gst_wms_asf_mux_set_property;
  gobject_class->get_property = gst_wms_asf_mux_get_property;
  gobject_class->finalize = gst_wms_asf_mux_finalize;
  aggregator_class->start = gst_wms_asf_mux_start;
  aggregator_class->stop = gst_wms_asf_mux_stop;
  aggregator_class->flush = gst_wms_asf_mux_flush;
  aggregator_class->aggregate = gst_wms_asf_mux_aggregate;
  aggregator_class->get_next_time = gst_wms_asf_mux_get_next_time;
  aggregator_class->negotiate = gst_wms_asf_mux_negotiate;
  aggregator_class->sink_event = gst_wms_asf_mux_sink_event;
  aggregator_class->create_new_pad = gst_wms_asf_mux_create_new_pad;

  install_properties (gobject_class);

  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &src_template, GST_TYPE_AGGREGATOR_PAD);
  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &video_template, GST_TYPE_WMS_ASF_MUX_PAD);
  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &audio_template, GST_TYPE_WMS_ASF_MUX_PAD);
  gst_element_class_set_static_metadata (element_class, "ASF muxer",
      "Codec/Muxer", "Muxes audio and video into an ASF file or live stream",
      "The gst-wms authors");
  gst_type_mark_as_plugin_api (GST_TYPE_WMS_ASF_MUX_PAD, 0);

  GST_DEBUG_CATEGORY_INIT (gst_wms_asf_mux_debug, "asfmux", 0, "ASF muxer");
}

static void
gst_wms_asf_mux_init (GstWmsAsfMux * self)
{
  self->settings = (Settings) {
  .packet_size = DEFAULT_PACKET_SIZE,.preroll_ms =
        DEFAULT_PREROLL,.merge_stream_tags =
        DEFAULT_MERGE_STREAM_TAGS,.padding = DEFAULT_PADDING,.streamable =
        DEFAULT_STREAMABLE,.max_packet_delay = DEFAULT_MAX_PACKET_DELAY,};
}
