/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-asfparse
 * @title: asfparse
 * @short_description: cuts ASF into header, packets and index
 *
 * Makes of the bytes of an ASF file or broadcast what `asfmux` puts out: a
 * buffer with the header, one for each data packet, and one for each index
 * object, all bytes as they were.  `wmspushsink` can push it then, at the pace
 * of its time stamps with #GstBaseSink:sync, and a broadcast can be recorded
 * from any point on.
 *
 * The header is also in the caps, as `streamheader`.  DTS is a packet's Send
 * Time, in a broadcast counted from its first packet.  PTS is the time of the
 * earliest media object that begins in it, without the preroll, the duration
 * is that of the packet.  %GST_BUFFER_FLAG_DELTA_UNIT is missing where a player
 * can start.  Time stamps of a source with segments in time stay, and packets
 * without one follow from there.
 *
 * Another header in a broadcast or behind the index of a file begins another
 * programme.  Bytes that are neither object nor packet are left out, and an
 * element warning says how many they were: after such bytes the next place is
 * looked for where two packets follow each other.
 *
 * A file can be seeked in when upstream can, by bytes.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 filesrc location=film.wmv ! asfparse ! wmspushsink location=http://server/point sync=true
 * ]|
 * Pushes a file as it is, at the pace at which it plays.
 *
 * Since: 1.0
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfparse/gstasfparse.h"

#include <glib/gi18n-lib.h>

#include "asf/asffinder.h"
#include "asf/asfmap.h"
#include "asf/asfpacket.h"

GST_DEBUG_CATEGORY_STATIC (gst_wms_asf_parse_debug);
#define GST_CAT_DEFAULT gst_wms_asf_parse_debug

/* Largest piece in which an object behind the packets is handed on. */
#define MAX_PIECE (1u << 20)
#define MAX_UNKNOWN_OBJECT ASF_MAX_HEADER_SIZE
/* Later times of a source are none: sums with 32 bits of ms have to hold. */
#define MAX_SOURCE_TIME ((GstClockTime) G_MAXINT64 / 2)

/**
 * GstWmsAsfParse:
 *
 * Cuts ASF into header, packets and index.
 */
struct _GstWmsAsfParse
{
  GstBaseParse parent;

  gboolean has_header;
  AsfHeaderInfo info;
  guint64 header_at;            /* in the input, as what follows */
  guint64 packets_at;           /* of a packet, which gives the others' places */
  guint64 packets_end;          /* declared; G_MAXUINT64 when not */
  guint64 next_at;              /* where the next thing should be */
  guint64 object_end;           /* of an object behind the packets, or 0 */
  gboolean is_lost;             /* where packets begin is not known */
  AsfPacketLook look;

  /* under the object lock, for conversions; 0 when not known */
  guint64 data_begin, data_size, packet_size;
  GstClockTime duration;

  guint64 left_out;             /* bytes since the last warning */
  gboolean has_origin;
  guint32 origin_ms;            /* what the Send Times count from */
  gboolean is_source_timed;
  GstClockTimeDiff shift;       /* what a source's time stamps are later */
  GstClockTime dts, pts;        /* of the last packet */
};

/* What handle_frame() is to do; all 0: wait for more bytes. */
typedef struct
{
  gsize take;
  gsize skip;
  gsize needed;
} Verdict;

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-ms-asf"));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-ms-asf, parsed = (boolean) true"));

G_DEFINE_TYPE (GstWmsAsfParse, gst_wms_asf_parse, GST_TYPE_BASE_PARSE);
GST_ELEMENT_REGISTER_DEFINE (asfparse, "asfparse", GST_RANK_NONE,
    GST_TYPE_WMS_ASF_PARSE);

static void
report_left_out (GstWmsAsfParse * self)
{
  gchar *number;

  if (self->left_out == 0)
    return;
  number = g_strdup_printf ("%" G_GUINT64_FORMAT, self->left_out);
  GST_ELEMENT_WARNING (self, STREAM, DECODE,
      (_("Bytes that belong to no ASF were left out: %s"), number),
      ("up to offset %" G_GUINT64_FORMAT, self->next_at));
  g_free (number);
  self->left_out = 0;
}

/* The packets of a file are taken to be of equal duration. */
static gboolean
gst_wms_asf_parse_convert (GstBaseParse * parse, GstFormat from, gint64 value,
    GstFormat to, gint64 * result)
{
  GstWmsAsfParse *self = GST_WMS_ASF_PARSE (parse);
  guint64 begin, size, duration, packet_size;

  GST_OBJECT_LOCK (self);
  packet_size = self->packet_size;
  begin = self->data_begin;
  size = self->data_size;
  duration = self->duration;
  GST_OBJECT_UNLOCK (self);
  if (size > 0 && duration > 0 && from == GST_FORMAT_TIME
      && to == GST_FORMAT_BYTES && value > 0) {
    *result = gst_util_uint64_scale (size, MIN ((guint64) value, duration),
        duration);
    *result = begin + *result / packet_size * packet_size;
    return TRUE;
  }
  if (size > 0 && duration > 0 && from == GST_FORMAT_BYTES
      && to == GST_FORMAT_TIME && value > 0) {
    *result = gst_util_uint64_scale (duration, MIN ((guint64) value
            - MIN ((guint64) value, begin), size), size);
    return TRUE;
  }
  return
      GST_BASE_PARSE_CLASS (gst_wms_asf_parse_parent_class)->convert (parse,
      from, value, to, result);
}

static gboolean
gst_wms_asf_parse_start (GstBaseParse * parse)
{
  GstWmsAsfParse *self = GST_WMS_ASF_PARSE (parse);

  self->has_header = FALSE;
  self->next_at = 0;
  self->object_end = 0;
  self->is_lost = FALSE;
  self->left_out = 0;
  self->has_origin = FALSE;
  self->is_source_timed = FALSE;
  self->shift = 0;
  self->data_size = 0;
  gst_base_parse_set_min_frame_size (parse, ASF_HEADER_PEEK_SIZE);
  /* a time is read from each packet */
  gst_base_parse_set_has_timing_info (parse, TRUE);
  gst_base_parse_set_infer_ts (parse, FALSE);
  gst_base_parse_set_pts_interpolation (parse, FALSE);
  return TRUE;
}

static GstCaps *
make_caps (GstBuffer * header)
{
  GstCaps *caps = gst_static_pad_template_get_caps (&src_template);
  GValue array = G_VALUE_INIT, value = G_VALUE_INIT;

  caps = gst_caps_make_writable (caps);
  g_value_init (&array, GST_TYPE_ARRAY);
  g_value_init (&value, GST_TYPE_BUFFER);
  gst_value_set_buffer (&value, header);
  gst_value_array_append_and_take_value (&array, &value);
  gst_caps_set_value (caps, "streamheader", &array);
  g_value_unset (&array);
  return caps;
}

static void
announce (GstWmsAsfParse * self, GstBuffer * header)
{
  GstBaseParse *parse = GST_BASE_PARSE (self);
  GstCaps *caps = make_caps (header);
  GstTagList *tags = gst_tag_list_new (GST_TAG_CONTAINER_FORMAT, "ASF", NULL);
  guint64 play_ms = self->info.play_duration_100ns / 10000;

  gst_pad_push_event (GST_BASE_PARSE_SRC_PAD (parse),
      gst_event_new_caps (caps));
  gst_caps_unref (caps);
  gst_base_parse_merge_tags (parse, tags, GST_TAG_MERGE_REPLACE);
  gst_tag_list_unref (tags);
  if (self->packets_end == G_MAXUINT64)
    return;
  GST_OBJECT_LOCK (self);
  self->data_begin = self->packets_at;
  self->data_size = self->packets_end - self->packets_at;
  self->packet_size = self->info.packet_size;
  self->duration = (play_ms - MIN (self->info.preroll_ms, play_ms))
      * GST_MSECOND;
  GST_OBJECT_UNLOCK (self);
  gst_base_parse_set_duration (parse, GST_FORMAT_TIME, self->duration, 0);
}

/* Where the header's packets are, for a header at @at. */
static void
set_places (GstWmsAsfParse * self, guint64 at)
{
  guint64 n = asf_header_count_packets (&self->info);
  guint64 size;

  self->header_at = at;
  self->packets_at = at + self->info.header_size + ASF_DATA_HEAD_SIZE;
  self->packets_end = G_MAXUINT64;
  self->object_end = 0;
  self->is_lost = FALSE;
  self->has_origin = FALSE;
  self->look.packet_size = self->info.packet_size;
  self->look.first = self->look.property_flags = -1;
  if (n != ASF_UNKNOWN_COUNT
      && g_uint64_checked_mul (&size, n, self->info.packet_size)
      && size <= G_MAXINT64 && self->packets_at <= G_MAXINT64)
    self->packets_end = self->packets_at + size;
}

static gboolean
read_header (GstWmsAsfParse * self, GstBaseParseFrame * frame,
    const GstMapInfo * map, Verdict * verdict, GError ** error)
{
  guint64 total;
  AsfHeaderInfo info;
  GstBuffer *header;

  if (map->size < ASF_HEADER_PEEK_SIZE) {
    verdict->needed = ASF_HEADER_PEEK_SIZE;
    return TRUE;
  }
  if (!asf_header_measure (map->data, map->size, &total, error))
    return FALSE;
  if (map->size < total) {
    verdict->needed = total;
    return TRUE;
  }
  if (!asf_header_read (map->data, total, &info, error))
    return FALSE;
  self->info = info;
  self->has_header = TRUE;
  set_places (self, frame->offset);
  header = gst_buffer_copy_region (frame->buffer, GST_BUFFER_COPY_MEMORY, 0,
      total);
  GST_BUFFER_FLAG_SET (header, GST_BUFFER_FLAG_HEADER);
  announce (self, header);
  gst_buffer_unref (header);
  GST_BUFFER_FLAG_SET (frame->buffer, GST_BUFFER_FLAG_HEADER);
  frame->flags |= GST_BASE_PARSE_FRAME_FLAG_NO_FRAME;
  verdict->take = total;
  return TRUE;
}

/* Of the earliest media object that begins in the packet, in ns from the
 * stream's begin; before @dts where that cannot be. */
static GstClockTime
find_pts (GstWmsAsfParse * self, const AsfPacketInfo * packet,
    const guint8 * data, GstClockTime dts)
{
  guint64 first_ms = G_MAXUINT64;
  guint64 before_ms = self->info.preroll_ms + self->origin_ms;
  AsfPayloadIter iter;
  AsfPayload payload;

  asf_payload_iter_init (&iter, packet, data);
  while (asf_payload_next (&iter, &payload, NULL)) {
    if (payload.offset == 0 && payload.object_size > 0)
      first_ms = MIN (first_ms, payload.pres_time_ms);
  }
  if (first_ms == G_MAXUINT64 || first_ms < before_ms)
    return dts;
  return MAX (dts, (first_ms - before_ms) * GST_MSECOND);
}

/* Section 5.2.2: Send Time.  Where a source with segments in time said when
 * something was, the packets up to its next time follow from there. */
static void
set_times (GstWmsAsfParse * self, GstBuffer * buffer,
    const AsfPacketInfo * packet, const guint8 * data)
{
  GstClockTime dts, pts;

  if (!self->has_origin) {
    self->has_origin = TRUE;
    self->origin_ms = self->info.flags & ASF_FILE_BROADCAST
        ? packet->send_time_ms : 0;
  }
  dts = (guint32) (packet->send_time_ms - self->origin_ms) * GST_MSECOND;
  pts = find_pts (self, packet, data, dts);
  if (self->is_source_timed && GST_BUFFER_PTS (buffer) <= MAX_SOURCE_TIME)
    self->shift = GST_CLOCK_DIFF (dts, GST_BUFFER_PTS (buffer));
  self->dts = MAX (0, (gint64) dts + self->shift);
  self->pts = MAX (0, (gint64) pts + self->shift);
  GST_BUFFER_DTS (buffer) = self->dts;
  GST_BUFFER_PTS (buffer) = self->pts;
  GST_BUFFER_DURATION (buffer) = packet->duration_ms * GST_MSECOND;
}

/* The base class has put what it makes of a source's times in their place. */
static GstFlowReturn
gst_wms_asf_parse_pre_push_frame (GstBaseParse * parse,
    GstBaseParseFrame * frame)
{
  GstWmsAsfParse *self = GST_WMS_ASF_PARSE (parse);

  frame->flags |= GST_BASE_PARSE_FRAME_FLAG_CLIP;
  if (frame->flags & GST_BASE_PARSE_FRAME_FLAG_NO_FRAME)
    return GST_FLOW_OK;
  GST_BUFFER_DTS (frame->buffer) = self->dts;
  GST_BUFFER_PTS (frame->buffer) = self->pts;
  return GST_FLOW_OK;
}

static void
take_packet (GstWmsAsfParse * self, GstBaseParseFrame * frame,
    const GstMapInfo * map, Verdict * verdict)
{
  AsfPacketInfo packet;

  self->is_lost = FALSE;
  self->object_end = 0;
  self->packets_at = frame->offset;
  verdict->take = self->info.packet_size;
  if (!asf_packet_read (map->data, self->info.packet_size, &packet, NULL))
    return;
  self->look.first = map->data[0];
  self->look.property_flags = packet.property_flags;
  set_times (self, frame->buffer, &packet, map->data);
  if (asf_packet_starts_key_frame (&packet, map->data, &self->info))
    GST_BUFFER_FLAG_UNSET (frame->buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  else
    GST_BUFFER_FLAG_SET (frame->buffer, GST_BUFFER_FLAG_DELTA_UNIT);
}

/* What has no known identifier may be no object at all. */
static gboolean
is_object_size (guint64 size, AsfThing thing, guint64 at)
{
  return size >= ASF_OBJECT_HEAD_SIZE && size <= G_MAXINT64 - at
      && (thing == ASF_THING_INDEX || size <= MAX_UNKNOWN_OBJECT);
}

/* An object behind the packets, piece by piece. */
static void
take_object (GstWmsAsfParse * self, GstBaseParseFrame * frame,
    const GstMapInfo * map, AsfThing thing, Verdict * verdict)
{
  guint64 size;

  if (frame->offset >= self->object_end) {
    if (map->size < ASF_OBJECT_HEAD_SIZE) {
      verdict->needed = ASF_OBJECT_HEAD_SIZE;
      return;
    }
    size = GST_READ_UINT64_LE (map->data + ASF_GUID_SIZE);
    if (!is_object_size (size, thing, frame->offset)) {
      self->is_lost = TRUE;
      verdict->skip = 1;
      return;
    }
    self->is_lost = FALSE;
    self->object_end = frame->offset + size;
  }
  size = MIN (self->object_end - frame->offset, MAX_PIECE);
  if (map->size < size && !GST_BASE_PARSE_DRAINING (GST_BASE_PARSE (self))) {
    verdict->needed = size;
    return;
  }
  frame->flags |= GST_BASE_PARSE_FRAME_FLAG_NO_FRAME;
  GST_BUFFER_FLAG_SET (frame->buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  verdict->take = MIN (size, map->size);
}

/* The place of packets is lost, or this is the rest of the input. */
static void
look_for_place (GstWmsAsfParse * self, const GstMapInfo * map,
    Verdict * verdict)
{
  gboolean is_all = GST_BASE_PARSE_DRAINING (GST_BASE_PARSE (self));
  gsize needed = 2 * (gsize) self->info.packet_size + 1;

  if (map->size < needed && !is_all) {
    verdict->needed = needed;
    return;
  }
  if (asf_find_place (map->data, map->size, &self->look, is_all,
          &verdict->skip))
    self->is_lost = FALSE;
}

/* After a seek: from anywhere to the next packet. */
static void
jump (GstWmsAsfParse * self, guint64 at, Verdict * verdict)
{
  guint64 size = self->info.packet_size;
  guint64 first = self->header_at + self->info.header_size + ASF_DATA_HEAD_SIZE;

  self->is_lost = FALSE;
  self->object_end = 0;
  if (at <= self->header_at || at >= self->packets_end)
    return;
  if (at < first)
    verdict->skip = first - at;
  else if (at <= self->packets_at)
    verdict->skip = (self->packets_at - at) % size;
  else
    verdict->skip = (size - (at - self->packets_at) % size) % size;
}

static void
decide_at_end (GstWmsAsfParse * self, GstBaseParseFrame * frame,
    const GstMapInfo * map, Verdict * verdict)
{
  if (!GST_BASE_PARSE_DRAINING (GST_BASE_PARSE (self)))
    verdict->needed = MAX (self->info.packet_size, ASF_GUID_SIZE);
  else if (frame->offset >= self->packets_end)
    take_object (self, frame, map, ASF_THING_NONE, verdict);
  else
    verdict->skip = map->size;
}

static gboolean
take_thing (GstWmsAsfParse * self, GstBaseParseFrame * frame,
    const GstMapInfo * map, AsfThing thing, Verdict * verdict, GError ** error)
{
  if (thing == ASF_THING_HEADER)
    return read_header (self, frame, map, verdict, error);
  if (thing == ASF_THING_PACKET)
    take_packet (self, frame, map, verdict);
  else if (thing == ASF_THING_UNSEEN)
    decide_at_end (self, frame, map, verdict);
  else
    take_object (self, frame, map, thing, verdict);
  return TRUE;
}

static gboolean
decide_in_stream (GstWmsAsfParse * self, GstBaseParseFrame * frame,
    const GstMapInfo * map, Verdict * verdict, GError ** error)
{
  AsfThing thing = ASF_THING_NONE;

  if (!self->is_lost && frame->offset >= self->object_end)
    thing = asf_identify (map->data, map->size, self->info.packet_size);
  if (thing == ASF_THING_NONE && frame->offset >= self->object_end
      && (frame->offset < self->packets_end || self->is_lost)) {
    self->is_lost = TRUE;
    look_for_place (self, map, verdict);
    if (self->is_lost || verdict->skip > 0)
      return TRUE;
    /* at the end there is no other call to take what is found here */
    thing = asf_identify (map->data, map->size, self->info.packet_size);
  }
  return take_thing (self, frame, map, thing, verdict, error);
}

static gboolean
decide (GstWmsAsfParse * self, GstBaseParseFrame * frame,
    const GstMapInfo * map, Verdict * verdict, GError ** error)
{
  if (self->has_header) {
    if (frame->offset != self->next_at)
      jump (self, frame->offset, verdict);
    if (verdict->skip > 0)
      return TRUE;
    return decide_in_stream (self, frame, map, verdict, error);
  }
  verdict->skip = asf_find_header (map->data, map->size);
  return verdict->skip > 0 || read_header (self, frame, map, verdict, error);
}

static GstFlowReturn
gst_wms_asf_parse_handle_frame (GstBaseParse * parse,
    GstBaseParseFrame * frame, gint * skip)
{
  GstWmsAsfParse *self = GST_WMS_ASF_PARSE (parse);
  gboolean was_jump = self->has_header && frame->offset != self->next_at;
  Verdict verdict = { 0, };
  GError *error = NULL;
  GstMapInfo map;

  if (!asf_buffer_map (frame->buffer, &map)) {
    GST_ELEMENT_ERROR (self, RESOURCE, READ, (NULL), ("unreadable buffer"));
    return GST_FLOW_ERROR;
  }
  decide (self, frame, &map, &verdict, &error);
  gst_buffer_unmap (frame->buffer, &map);
  if (error != NULL) {
    GST_ELEMENT_ERROR (self, STREAM, DECODE,
        (_("The ASF header cannot be read.")), ("%s", error->message));
    g_error_free (error);
    return GST_FLOW_ERROR;
  }
  gst_base_parse_set_min_frame_size (parse, MAX (1, verdict.needed));
  if (verdict.needed > 0 && GST_BASE_PARSE_DRAINING (parse))
    verdict.skip = map.size;
  self->next_at = frame->offset + verdict.take + verdict.skip;
  if (!was_jump)
    self->left_out += verdict.skip;
  *skip = verdict.skip;
  if (verdict.take == 0)
    return GST_FLOW_OK;
  report_left_out (self);
  return gst_base_parse_finish_frame (parse, frame, verdict.take);
}

/* What is parsed already goes through as it is. */
static gboolean
gst_wms_asf_parse_set_sink_caps (GstBaseParse * parse, GstCaps * caps)
{
  gboolean is_parsed = FALSE;

  gst_structure_get_boolean (gst_caps_get_structure (caps, 0), "parsed",
      &is_parsed);
  gst_base_parse_set_passthrough (parse, is_parsed);
  return !is_parsed || gst_pad_push_event (GST_BASE_PARSE_SRC_PAD (parse),
      gst_event_new_caps (caps));
}

static gboolean
gst_wms_asf_parse_sink_event (GstBaseParse * parse, GstEvent * event)
{
  GstWmsAsfParse *self = GST_WMS_ASF_PARSE (parse);
  gboolean is_end = GST_EVENT_TYPE (event) == GST_EVENT_EOS, is_handled;
  const GstSegment *segment;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    gst_event_parse_segment (event, &segment);
    self->is_source_timed = segment->format == GST_FORMAT_TIME;
    self->shift = 0;
  }
  is_handled =
      GST_BASE_PARSE_CLASS (gst_wms_asf_parse_parent_class)->sink_event (parse,
      event);
  /* behind what the base class still handed on */
  if (is_end)
    report_left_out (self);
  return is_handled;
}

static gboolean
gst_wms_asf_parse_stop (GstBaseParse * parse)
{
  report_left_out (GST_WMS_ASF_PARSE (parse));
  return TRUE;
}

static void
gst_wms_asf_parse_class_init (GstWmsAsfParseClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseParseClass *parse_class = GST_BASE_PARSE_CLASS (klass);

  parse_class->start = gst_wms_asf_parse_start;
  parse_class->stop = gst_wms_asf_parse_stop;
  parse_class->convert = gst_wms_asf_parse_convert;
  parse_class->handle_frame = gst_wms_asf_parse_handle_frame;
  parse_class->set_sink_caps = gst_wms_asf_parse_set_sink_caps;
  parse_class->pre_push_frame = gst_wms_asf_parse_pre_push_frame;
  parse_class->sink_event = gst_wms_asf_parse_sink_event;

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "ASF parser",
      "Codec/Parser", "Cuts ASF into header, packets and index",
      "The gst-wms authors");

  GST_DEBUG_CATEGORY_INIT (gst_wms_asf_parse_debug, "asfparse", 0,
      "ASF parser");
}

static void
gst_wms_asf_parse_init (GstWmsAsfParse * self)
{
}
