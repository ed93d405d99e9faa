/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxpad.h"

/* What a compressed payload's step can be. */
#define MAX_DELTA_MS G_MAXUINT8

#define MAX_DURATION (24 * GST_SECOND * 3600)
/* Times beyond are taken for this one: sums and differences then hold. */
#define MAX_RUNNING (G_MAXINT64 / 8)
/* gst-libav's encoders write FFmpeg's "no time stamp" for none. */
#define IS_TIME(t) ((t) < (GstClockTime) G_MAXINT64)

static GstClockTimeDiff
to_running (GstWmsAsfMuxPad * self, GstClockTime time)
{
  GstSegment *segment = &self->parent.segment;
  guint64 running = time;
  gint sign = 1;

  if (segment->format == GST_FORMAT_TIME)
    sign = gst_segment_to_running_time_full (segment, GST_FORMAT_TIME, time,
        &running);
  if (sign == 0)
    return 0;
  running = MIN (running, MAX_RUNNING);
  return sign > 0 ? (GstClockTimeDiff) running : -(GstClockTimeDiff) running;
}

/* Neither time stamp: it follows the buffer before, or begins at 0. */
static GstClockTimeDiff
inferred (GstWmsAsfMuxPad * self)
{
  return self->have_next_running ? self->next_running : 0;
}

/* Demuxers compute durations from what a file says, and get absurd ones. */
GstClockTime
gst_wms_asf_sane_duration (GstClockTime duration)
{
  return duration <= MAX_DURATION ? duration : GST_CLOCK_TIME_NONE;
}

static GstClockTimeDiff
start_time (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  if (IS_TIME (GST_BUFFER_DTS (buffer)))
    return to_running (self, GST_BUFFER_DTS (buffer)) - self->lead_ns;
  if (IS_TIME (GST_BUFFER_PTS (buffer)))
    return to_running (self, GST_BUFFER_PTS (buffer)) - self->lead_ns;
  return inferred (self);
}

gboolean
gst_wms_asf_mux_pad_is_gap (GstBuffer * buffer)
{
  return GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP) &&
      gst_buffer_get_size (buffer) == 0;
}

GstClockTimeDiff
gst_wms_asf_mux_pad_order_time (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  GstClockTimeDiff time = start_time (self, buffer);
  GstClockTime duration =
      gst_wms_asf_sane_duration (GST_BUFFER_DURATION (buffer));

  if (gst_wms_asf_mux_pad_is_gap (buffer) && GST_CLOCK_TIME_IS_VALID (duration))
    time += duration;
  return time;
}

GstClockTimeDiff
gst_wms_asf_mux_pad_object_time (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  if (self->format.times_are_decode || !IS_TIME (GST_BUFFER_PTS (buffer)))
    return start_time (self, buffer);
  return to_running (self, GST_BUFFER_PTS (buffer)) - self->lead_ns;
}

void
gst_wms_asf_mux_pad_advance (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  GstClockTimeDiff start = start_time (self, buffer);
  GstClockTime duration =
      gst_wms_asf_sane_duration (GST_BUFFER_DURATION (buffer));

  if (!GST_CLOCK_TIME_IS_VALID (duration))
    duration = self->last_duration_ns;
  self->lead_ns = 0;
  self->next_running = start + duration;
  self->have_next_running = TRUE;
}


/* How long the buffer lasts, as far as that is known; else 0. */
static guint64
expected_duration (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  GstClockTime duration =
      gst_wms_asf_sane_duration (GST_BUFFER_DURATION (buffer));

  if (GST_CLOCK_TIME_IS_VALID (duration) && duration > 0)
    return duration;
  return self->last_duration_ns > 0 ? self->last_duration_ns :
      self->format.stream.frame_time_100ns * 100;
}

void
gst_wms_asf_mux_pad_describe (GstWmsAsfMuxPad * self, GstBuffer * buffer,
    AsfObject * object)
{
  guint64 duration = expected_duration (self, buffer);
  /* the more frequent one of the two steps that whole milliseconds make */
  guint64 delta_ms = gst_util_uint64_scale_round (duration, 1, GST_MSECOND);

  if (self->extensions.size > 0) {
    gst_wms_asf_extensions_update (&self->extensions, buffer, duration);
    object->extension = self->extensions.data;
    object->extension_size = self->extensions.size;
  }
  if (self->format.stream.kind == ASF_STREAM_AUDIO && delta_ms <= MAX_DELTA_MS)
    object->delta_ms = delta_ms;
}
