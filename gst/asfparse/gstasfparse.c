/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfparse/gstasfparse.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "asf/asffinder.h"
#include "asf/asfmap.h"
#include "asfparse/gstasfparsetimes.h"

GST_DEBUG_CATEGORY_STATIC (gst_wms_asf_parse_debug);
#define GST_CAT_DEFAULT gst_wms_asf_parse_debug

/* Largest piece in which an object behind the packets is handed on. */
#define MAX_PIECE (1u << 20)
/* Between two warnings: a bus that nobody reads must not grow for weeks. */
#define MIN_REPORT_INTERVAL G_TIME_SPAN_SECOND

struct _GstWmsAsfParse
{
  GstBaseParse parent;
  GstPadChainFunction base_chain;

  gboolean has_header;
  AsfHeaderInfo info;
  guint64 header_at;            /* in the input, as what follows */
  guint64 packets_at;           /* of a packet, which gives the others' places */
  guint64 packets_end;          /* declared; G_MAXUINT64 when not */
  guint64 next_at;              /* where the next thing should be */
  guint64 object_end;           /* of an object behind the packets, or 0 */
  gboolean is_lost;             /* where packets begin is not known */
  AsfPacketLook look;

  GstWmsAsfTimes times;         /* set under the object lock, but for packets */
  guint64 left_out;             /* bytes since the last warning */
  gint64 reported_us;           /* when a warning was posted, or 0 */
  GError *header_error;         /* what was wrong with the last bad header */
};

/* What handle_frame() is to do; all 0: wait for more bytes. */
typedef struct
{
  gsize take, skip, needed;
} Verdict;

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-ms-asf"));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-ms-asf, parsed = (boolean) true"));

G_DEFINE_TYPE (GstWmsAsfParse, gst_wms_asf_parse, GST_TYPE_BASE_PARSE);
GST_ELEMENT_REGISTER_DEFINE (asfparse, "asfparse", GST_RANK_NONE,
    GST_TYPE_WMS_ASF_PARSE);

static gboolean
may_report (GstWmsAsfParse * self)
{
  return self->reported_us == 0
      || g_get_monotonic_time () - self->reported_us > MIN_REPORT_INTERVAL;
}

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
  self->reported_us = g_get_monotonic_time ();
}

static gboolean
gst_wms_asf_parse_convert (GstBaseParse * parse, GstFormat from, gint64 value,
    GstFormat to, gint64 * result)
{
  GstWmsAsfParse *self = GST_WMS_ASF_PARSE (parse);
  gboolean is_known = FALSE;

  GST_OBJECT_LOCK (self);
  if (from == GST_FORMAT_TIME && to == GST_FORMAT_BYTES)
    is_known = gst_wms_asf_times_to_bytes (&self->times, value, result);
  else if (from == GST_FORMAT_BYTES && to == GST_FORMAT_TIME)
    is_known = gst_wms_asf_times_to_time (&self->times, value, result);
  GST_OBJECT_UNLOCK (self);
  return is_known
      || GST_BASE_PARSE_CLASS (gst_wms_asf_parse_parent_class)->convert (parse,
      from, value, to, result);
}

static gboolean
gst_wms_asf_parse_start (GstBaseParse * parse)
{
  GstWmsAsfParse *self = GST_WMS_ASF_PARSE (parse);

  self->has_header = self->is_lost = FALSE;
  self->header_at = self->next_at = self->object_end = self->left_out = 0;
  self->reported_us = 0;
  memset (&self->times, 0, sizeof (self->times));
  gst_base_parse_set_min_frame_size (parse, ASF_HEADER_HEAD_SIZE);
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
  GstClockTime end;

  gst_pad_push_event (GST_BASE_PARSE_SRC_PAD (parse),
      gst_event_new_caps (caps));
  gst_caps_unref (caps);
  gst_base_parse_merge_tags (parse, tags, GST_TAG_MERGE_REPLACE);
  gst_tag_list_unref (tags);
  if (self->packets_end == G_MAXUINT64)
    return;
  GST_OBJECT_LOCK (self);
  end = gst_wms_asf_times_take_places (&self->times, self->packets_at,
      self->packets_end - self->packets_at);
  GST_OBJECT_UNLOCK (self);
  gst_base_parse_set_duration (parse, GST_FORMAT_TIME, end, 0);
}

/* Where the header's packets are, for a header at @at, and when they begin. */
static void
set_places (GstWmsAsfParse * self, guint64 at)
{
  guint64 n = asf_header_count_packets (&self->info);
  guint64 size;

  /* behind another one, met again after a seek, or before others */
  GST_OBJECT_LOCK (self);
  gst_wms_asf_times_take_header (&self->times, &self->info,
      at > self->header_at ? self->times.end
      : at == self->header_at ? self->times.begin : 0);
  GST_OBJECT_UNLOCK (self);
  self->header_at = at;
  self->packets_at = at + self->info.header_size + ASF_DATA_HEAD_SIZE;
  self->packets_end = G_MAXUINT64;
  self->object_end = 0;
  self->is_lost = FALSE;
  self->look.packet_size = self->info.packet_size;
  self->look.first = self->look.property_flags = -1;
  if (n != ASF_UNKNOWN_COUNT
      && g_uint64_checked_mul (&size, n, self->info.packet_size)
      && size <= G_MAXINT64 && self->packets_at <= G_MAXINT64)
    self->packets_end = self->packets_at + size;
}

/* What begins as a header does may be none, or one that broke off: a header is
 * looked for behind its first byte. */
static void
leave_header_out (GstWmsAsfParse * self, GError * error, Verdict * verdict)
{
  if (may_report (self)) {
    self->reported_us = g_get_monotonic_time ();
    GST_ELEMENT_WARNING (self, STREAM, DECODE,
        (_("The ASF header cannot be read.")), ("%s", error->message));
  }
  g_clear_error (&self->header_error);
  self->header_error = error;
  self->is_lost = TRUE;
  verdict->skip = 1;
}

static void
read_header (GstWmsAsfParse * self, GstBaseParseFrame * frame,
    const GstMapInfo * map, Verdict * verdict)
{
  guint64 total = ASF_HEADER_HEAD_SIZE;
  GError *error = NULL;
  AsfHeaderInfo info;
  GstBuffer *header;

  if (map->size >= total
      && asf_header_measure (map->data, map->size, &total, &error)
      && map->size >= total)
    asf_header_read (map->data, total, &info, &error);
  if (error != NULL) {
    leave_header_out (self, error, verdict);
    return;
  }
  if (map->size < total) {
    verdict->needed = total;
    return;
  }
  self->info = info;
  set_places (self, frame->offset);
  self->has_header = TRUE;
  header = gst_buffer_copy_region (frame->buffer, GST_BUFFER_COPY_MEMORY, 0,
      total);
  GST_BUFFER_FLAG_SET (header, GST_BUFFER_FLAG_HEADER);
  announce (self, header);
  gst_buffer_unref (header);
  GST_BUFFER_FLAG_SET (frame->buffer, GST_BUFFER_FLAG_HEADER);
  frame->flags |= GST_BASE_PARSE_FRAME_FLAG_NO_FRAME;
  verdict->take = total;
}

/* The base class has put what it makes of a source's times in their place. */
static GstFlowReturn
gst_wms_asf_parse_pre_push_frame (GstBaseParse * parse,
    GstBaseParseFrame * frame)
{
  GstWmsAsfParse *self = GST_WMS_ASF_PARSE (parse);

  /* what is parsed already goes this way as well */
  if (!self->has_header)
    return GST_FLOW_OK;
  frame->flags |= GST_BASE_PARSE_FRAME_FLAG_CLIP;
  if (frame->flags & GST_BASE_PARSE_FRAME_FLAG_NO_FRAME)
    return GST_FLOW_OK;
  GST_BUFFER_DTS (frame->buffer) = self->times.dts;
  GST_BUFFER_PTS (frame->buffer) = self->times.pts;
  return GST_FLOW_OK;
}

/* A sink would wait for a damaged Send Time, for days perhaps.
 *
 * Returns: FALSE when there is more to be looked at. */
static gboolean
mend_time (GstWmsAsfParse * self, const GstMapInfo * map,
    AsfPacketInfo * packet, Verdict * verdict)
{
  guint32 size = self->info.packet_size, send_ms = packet->send_time_ms;
  gboolean has_next = map->size >= 2 * (gsize) size;

  if (!gst_wms_asf_times_doubts (&self->times, &self->info, packet))
    return TRUE;
  if (!has_next && !GST_BASE_PARSE_DRAINING (GST_BASE_PARSE (self))) {
    verdict->needed = 2 * (gsize) size;
    return FALSE;
  }
  if (gst_wms_asf_times_mend (&self->times, &self->info, packet,
          has_next ? map->data + size : NULL))
    GST_WARNING_OBJECT (self, "a send time of %u ms is damaged", send_ms);
  return TRUE;
}

static void
take_packet (GstWmsAsfParse * self, GstBaseParseFrame * frame,
    const GstMapInfo * map, Verdict * verdict)
{
  AsfPacketInfo packet;
  gboolean is_read = asf_packet_read (map->data, self->info.packet_size,
      &packet, NULL);
  gsize at;
  /* where a recording broke off, another one may begin */
  AsfThing inside = asf_find_header_inside (map->data, map->size,
      self->info.packet_size, &at);

  if (inside == ASF_THING_HEADER)
    verdict->skip = at;
  else if (inside == ASF_THING_UNSEEN
      && !GST_BASE_PARSE_DRAINING (GST_BASE_PARSE (self)))
    verdict->needed = at + ASF_HEADER_HEAD_SIZE;
  if (verdict->skip > 0 || verdict->needed > 0
      || (is_read && !mend_time (self, map, &packet, verdict)))
    return;
  self->is_lost = FALSE;
  self->object_end = 0;
  self->packets_at = frame->offset;
  verdict->take = self->info.packet_size;
  if (!is_read)
    return;
  self->look.first = map->data[0];
  self->look.property_flags = packet.property_flags;
  gst_wms_asf_times_take_packet (&self->times, &self->info, &packet, map->data,
      GST_BUFFER_PTS (frame->buffer));
  GST_BUFFER_DTS (frame->buffer) = self->times.dts;
  GST_BUFFER_PTS (frame->buffer) = self->times.pts;
  GST_BUFFER_DURATION (frame->buffer) = packet.duration_ms * GST_MSECOND;
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
      && (thing == ASF_THING_INDEX || size <= ASF_MAX_HEADER_SIZE);
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

static void
skip_to_packet (const GstWmsAsfParse * self, guint64 at, Verdict * verdict)
{
  guint64 size = self->info.packet_size;
  guint64 first = self->header_at + self->info.header_size + ASF_DATA_HEAD_SIZE;

  if (at < first)
    verdict->skip = first - at;
  else if (at <= self->packets_at)
    verdict->skip = (self->packets_at - at) % size;
  else
    verdict->skip = (size - (at - self->packets_at) % size) % size;
}

/* After a seek.  A programme before this one is taken for the first. */
static void
jump (GstWmsAsfParse * self, guint64 at, Verdict * verdict)
{
  self->is_lost = FALSE;
  self->object_end = 0;
  GST_OBJECT_LOCK (self);
  gst_wms_asf_times_jump (&self->times, at < self->header_at);
  GST_OBJECT_UNLOCK (self);
  if (at < self->header_at)
    self->header_at = 0;
  else if (at > self->header_at && at < self->packets_end)
    skip_to_packet (self, at, verdict);
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
    verdict->skip = 1 + asf_find_header (map->data + 1, map->size - 1);
}

static void
take_thing (GstWmsAsfParse * self, GstBaseParseFrame * frame,
    const GstMapInfo * map, AsfThing thing, Verdict * verdict)
{
  if (thing == ASF_THING_HEADER)
    read_header (self, frame, map, verdict);
  else if (thing == ASF_THING_PACKET)
    take_packet (self, frame, map, verdict);
  else if (thing == ASF_THING_UNSEEN)
    decide_at_end (self, frame, map, verdict);
  else
    take_object (self, frame, map, thing, verdict);
}

static void
decide_in_stream (GstWmsAsfParse * self, GstBaseParseFrame * frame,
    const GstMapInfo * map, Verdict * verdict)
{
  AsfThing thing = ASF_THING_NONE;

  if (!self->is_lost && frame->offset >= self->object_end)
    thing = asf_identify (map->data, map->size, self->info.packet_size);
  if (thing == ASF_THING_NONE && frame->offset >= self->object_end
      && (frame->offset < self->packets_end || self->is_lost)) {
    self->is_lost = TRUE;
    look_for_place (self, map, verdict);
    if (self->is_lost || verdict->skip > 0)
      return;
    /* at the end there is no other call to take what is found here */
    thing = asf_identify (map->data, map->size, self->info.packet_size);
  }
  take_thing (self, frame, map, thing, verdict);
}

static void
decide (GstWmsAsfParse * self, GstBaseParseFrame * frame,
    const GstMapInfo * map, Verdict * verdict)
{
  if (self->has_header && frame->offset != self->next_at)
    jump (self, frame->offset, verdict);
  else if (!self->has_header) {
    verdict->skip = asf_find_header (map->data, map->size);
    /* a byte is left for the call that tells that it is the last */
    if (verdict->skip == map->size && !GST_BASE_PARSE_DRAINING (self))
      verdict->skip--;
  }
  if (verdict->skip == 0 && self->has_header)
    decide_in_stream (self, frame, map, verdict);
  else if (verdict->skip == 0)
    read_header (self, frame, map, verdict);
}

/* Returns: whether there was a header, and it could not be read. */
static gboolean
has_failed (GstWmsAsfParse * self, gboolean is_all)
{
  return is_all && !self->has_header && self->header_error != NULL
      && GST_BASE_PARSE_DRAINING (GST_BASE_PARSE (self));
}

static GstFlowReturn
gst_wms_asf_parse_handle_frame (GstBaseParse * parse,
    GstBaseParseFrame * frame, gint * skip)
{
  GstWmsAsfParse *self = GST_WMS_ASF_PARSE (parse);
  gboolean was_jump = self->has_header && frame->offset != self->next_at;
  Verdict verdict = { 0, };
  GstMapInfo map;

  if (!asf_buffer_map (frame->buffer, &map)) {
    GST_ELEMENT_ERROR (self, RESOURCE, READ, (NULL), ("unreadable buffer"));
    return GST_FLOW_ERROR;
  }
  decide (self, frame, &map, &verdict);
  gst_base_parse_set_min_frame_size (parse, MAX (1, verdict.needed));
  if (verdict.needed > 0 && GST_BASE_PARSE_DRAINING (parse))
    verdict.skip = 1 + asf_find_header (map.data + 1, map.size - 1);
  gst_buffer_unmap (frame->buffer, &map);
  if (has_failed (self, verdict.skip == map.size)) {
    GST_ELEMENT_ERROR (self, STREAM, DECODE,
        (_("The ASF header cannot be read.")), ("%s",
            self->header_error->message));
    return GST_FLOW_ERROR;
  }
  self->next_at = frame->offset + verdict.take + verdict.skip;
  if (!was_jump)
    self->left_out += verdict.skip;
  *skip = verdict.skip;
  if (verdict.take == 0)
    return GST_FLOW_OK;
  if (may_report (self))
    report_left_out (self);
  return gst_base_parse_finish_frame (parse, frame, verdict.take);
}

/* The base class splits buffers and joins them, which crashes where memory
 * cannot be mapped (GStreamer 1.22): it gets memory that can. */
static GstFlowReturn
chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstBuffer *readable = asf_buffer_take_readable (buffer);

  if (readable == NULL) {
    GST_ELEMENT_ERROR (parent, RESOURCE, READ, (NULL), ("unreadable buffer"));
    return GST_FLOW_ERROR;
  }
  return GST_WMS_ASF_PARSE (parent)->base_chain (pad, parent, readable);
}

/* What is parsed already goes through as it is: its header is not read here. */
static gboolean
gst_wms_asf_parse_set_sink_caps (GstBaseParse * parse, GstCaps * caps)
{
  gboolean is_parsed = FALSE;

  gst_structure_get_boolean (gst_caps_get_structure (caps, 0), "parsed",
      &is_parsed);
  GST_WMS_ASF_PARSE (parse)->has_header &= !is_parsed;
  gst_base_parse_set_passthrough (parse, is_parsed);
  return !is_parsed || gst_pad_push_event (GST_BASE_PARSE_SRC_PAD (parse),
      gst_event_new_caps (caps));
}

static gboolean
gst_wms_asf_parse_sink_event (GstBaseParse * parse, GstEvent * event)
{
  GstWmsAsfParse *self = GST_WMS_ASF_PARSE (parse);
  const GstSegment *segment;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    gst_event_parse_segment (event, &segment);
    gst_wms_asf_times_take_source (&self->times,
        segment->format == GST_FORMAT_TIME);
  }
  return
      GST_BASE_PARSE_CLASS (gst_wms_asf_parse_parent_class)->sink_event (parse,
      event);
}

/* Before an application hears of the end: it may not listen any more then. */
static GstPadProbeReturn
report_before_end (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
    report_left_out (GST_WMS_ASF_PARSE (user_data));
  return GST_PAD_PROBE_OK;
}

static gboolean
gst_wms_asf_parse_stop (GstBaseParse * parse)
{
  GstWmsAsfParse *self = GST_WMS_ASF_PARSE (parse);

  report_left_out (self);
  g_clear_error (&self->header_error);
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
  GstPad *pad = GST_BASE_PARSE_SINK_PAD (self);

  gst_pad_add_probe (GST_BASE_PARSE_SRC_PAD (self),
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, report_before_end, self, NULL);
  self->base_chain = GST_PAD_CHAINFUNC (pad);
  gst_pad_set_chain_function (pad, chain);
}
