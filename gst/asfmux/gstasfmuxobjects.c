/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxobjects.h"

#include <glib/gi18n-lib.h>

#include "asf/asfmap.h"
#include "asfmux/gstasfmuxtext.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* Between two messages about drops of one stream, in microseconds. */
#define MIN_REPORT_INTERVAL G_TIME_SPAN_SECOND

/* FFmpeg 5.1 takes a larger media object's payloads for broken ones. */
#define MAX_READ_SIZE ((1 << 24) - 1)

/* What a buffer has: of its only memory, or, without @memory, of all. */
typedef struct
{
  GstMemory *memory;
  GstMapInfo map;
} Bytes;

/* A message for each run of drops, and at most one a second: a bus that nobody
 * reads must not grow for weeks (protocol.md, Messages). */
static gboolean
must_report (GstWmsAsfMuxPad * pad)
{
  gint64 now = g_get_monotonic_time ();

  if (pad->run_is_reported || (pad->n_reports > 0 &&
          now - pad->last_report_us < MIN_REPORT_INTERVAL))
    return FALSE;
  pad->run_is_reported = TRUE;
  pad->last_report_us = now;
  pad->n_reports++;
  return TRUE;
}

static void
report_late (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad, GstBuffer * buffer)
{
  GstMessage *message;

  pad->n_dropped++;
  GST_WARNING_OBJECT (pad, "too late, dropped: %" GST_PTR_FORMAT, buffer);
  if (!must_report (pad))
    return;
  message = gst_message_new_qos (GST_OBJECT (pad),
      self->output.upstream_is_live,
      gst_wms_asf_mux_pad_order_time (pad, buffer), GST_CLOCK_TIME_NONE,
      GST_BUFFER_PTS (buffer), GST_BUFFER_DURATION (buffer));
  gst_message_set_qos_stats (message, GST_FORMAT_BUFFERS, pad->n_objects,
      pad->n_dropped);
  gst_element_post_message (GST_ELEMENT (self->mux), message);
}

/* Content time of a buffer, not before the file's start. */
static guint64
content_time (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad,
    GstBuffer * buffer)
{
  guint32 sent_ms = self->packetizer.last_send_ms;
  guint32 preroll_ms = self->settings.preroll_ms;

  if (self->rebase) {
    self->output.origin = gst_wms_asf_mux_pad_object_time (pad, buffer) -
        (GstClockTimeDiff) self->content_end_ns;
    self->rebase = FALSE;
  }
  return gst_wms_asf_mux_pad_content_time (pad, buffer, self->output.origin,
      sent_ms > preroll_ms ? (sent_ms - preroll_ms) * GST_MSECOND : 0);
}

/* When an object is ready to be sent: with the decode time, so that none is sent
 * after the times of the frames behind it. */
static guint64
ready_time (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad,
    GstBuffer * buffer, guint64 time_ns)
{
  GstClockTimeDiff ready;

  if (!pad->format.may_reorder)
    return time_ns;
  ready = gst_wms_asf_mux_pad_order_time (pad, buffer) - self->output.origin;
  return CLAMP (ready, 0, (GstClockTimeDiff) time_ns);
}

static void
add_to_index (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad,
    const AsfObject * object)
{
  if (!self->is_file)
    return;
  if (object->is_key)
    asf_index_add_key (&pad->index, object->pres_ms,
        self->packetizer.object_packet, self->packetizer.object_packets);
  gst_wms_asf_chapters_add_object (&self->file.chapters, object,
      self->packetizer.object_packet);
}

static GstFlowReturn
mux_object (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad, GstBuffer * buffer,
    const Bytes * bytes)
{
  gboolean is_video = pad->format.stream.kind == ASF_STREAM_VIDEO;
  AsfObject object = {
    .stream_number = pad->number,
    .is_video = is_video,
    /* readers take all audio for cleanpoints (rules, 6.5) */
    .is_key = pad->format.is_intra ||
        !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT),
    .keep_whole = pad->format.keep_whole,
    .time_ns = content_time (self, pad, buffer),
    .data = bytes->map.data,
    .size = bytes->map.size,
  };
  guint64 pres_ms = self->settings.preroll_ms + object.time_ns / GST_MSECOND;
  GstFlowReturn ret;

  if (pres_ms > G_MAXUINT32) {
    GST_ELEMENT_ERROR (self->mux, STREAM, MUX,
        (_("A time stamp is too late: an ASF file ends after 49 days.")),
        ("%" GST_PTR_FORMAT, buffer));
    return GST_FLOW_ERROR;
  }
  object.pres_ms = pres_ms;
  gst_wms_asf_mux_pad_describe (pad, buffer, &object);
  asf_bucket_add (&pad->bucket, ready_time (self, pad, buffer,
          object.time_ns), object.size, &object.span);
  if (!asf_packetizer_add (&self->packetizer, &object)) {
    report_late (self, pad, buffer);
    return GST_FLOW_OK;
  }
  pad->run_is_reported = FALSE;
  ret = gst_wms_asf_session_run (self);
  gst_wms_asf_mux_pad_account (pad, &object, self->packetizer.object_packets,
      gst_wms_asf_mux_pad_duration (pad, buffer));
  self->content_end_ns = MAX (self->content_end_ns, pad->end_ns);
  add_to_index (self, pad, &object);
  return ret;
}

static void
drop_empty (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad, GstBuffer * buffer)
{
  if (pad->n_empty++ == 0)
    GST_ELEMENT_WARNING (self->mux, STREAM, MUX,
        (_("An empty buffer was left out.")), ("pad %s:%s",
            GST_DEBUG_PAD_NAME (pad)));
  GST_DEBUG_OBJECT (pad, "dropped: %" GST_PTR_FORMAT, buffer);
}

static void
report_large (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad, gsize size)
{
  if (pad->n_large++ == 0)
    GST_ELEMENT_WARNING (self->mux, STREAM, MUX,
        (_("Players that are built on FFmpeg do not read pictures of 16 MiB "
                "and more: use videoscale or another encoder to make them "
                "smaller.")), ("pad %s:%s, %" G_GSIZE_FORMAT " bytes",
            GST_DEBUG_PAD_NAME (pad), size));
}

static void
report_timeless (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad)
{
  if (pad->n_timeless++ == 0)
    GST_ELEMENT_WARNING (self->mux, STREAM, MUX,
        (_("Sound that has neither time stamps nor durations is written at one "
                "time: put a parser in front of the muxer, or let the "
                "application set them.")), ("pad %s:%s",
            GST_DEBUG_PAD_NAME (pad)));
}

/* A buffer of one memory, as nearly all are, costs more to map than the memory
 * does. */
static gboolean
map_bytes (GstBuffer * buffer, Bytes * bytes)
{
  bytes->memory = NULL;
  if (gst_buffer_n_memory (buffer) == 1) {
    GstMemory *memory = gst_buffer_peek_memory (buffer, 0);

    if (memory->size > G_MAXINT32)
      return FALSE;
    if (gst_memory_map (memory, &bytes->map, GST_MAP_READ)) {
      bytes->memory = memory;
      return TRUE;
    }
  }
  return gst_buffer_get_size (buffer) <= G_MAXINT32 &&
      asf_buffer_map (buffer, &bytes->map);
}

static void
unmap_bytes (GstBuffer * buffer, Bytes * bytes)
{
  if (bytes->memory != NULL)
    gst_memory_unmap (bytes->memory, &bytes->map);
  else
    gst_buffer_unmap (buffer, &bytes->map);
}

static GstFlowReturn
refuse (GstWmsAsfSession * self, GstBuffer * buffer)
{
  GST_ELEMENT_ERROR (self->mux, STREAM, MUX,
      (_("A buffer is too large or cannot be read.")),
      ("%" G_GSIZE_FORMAT " bytes", gst_buffer_get_size (buffer)));
  return GST_FLOW_ERROR;
}

GstFlowReturn
gst_wms_asf_objects_add (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad,
    GstBuffer * buffer)
{
  Bytes bytes;
  GstFlowReturn ret = GST_FLOW_OK;

  if (!map_bytes (buffer, &bytes))
    return refuse (self, buffer);
  if (bytes.map.size > MAX_READ_SIZE)
    report_large (self, pad, bytes.map.size);
  if (gst_wms_asf_mux_pad_is_timeless (pad, buffer))
    report_timeless (self, pad);
  if (bytes.map.size > 0)
    ret = mux_object (self, pad, buffer, &bytes);
  else
    drop_empty (self, pad, buffer);
  unmap_bytes (buffer, &bytes);
  return ret;
}

/* Plain text becomes a command of the pad's type (rules, 5.3). */
static GstFlowReturn
add_text (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad, GstBuffer * buffer)
{
  g_autofree gchar *text = gst_wms_asf_text_read (pad, buffer);
  GstBuffer *command;
  GstFlowReturn ret;

  if (text == NULL)
    return refuse (self, buffer);
  command = gst_wms_asf_text_new_command (gst_wms_asf_text_type (pad), text);
  gst_buffer_copy_into (command, buffer, GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
  ret = gst_wms_asf_objects_add (self, pad, command);
  gst_buffer_unref (command);
  return ret;
}

GstFlowReturn
gst_wms_asf_objects_take (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad,
    GstBuffer * buffer)
{
  if (gst_wms_asf_mux_pad_is_gap (buffer))
    return GST_FLOW_OK;
  if (gst_wms_asf_text_is_text (pad) && gst_buffer_get_size (buffer) > 0)
    return add_text (self, pad, buffer);
  return gst_wms_asf_objects_add (self, pad, buffer);
}
