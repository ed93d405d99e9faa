/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxpad.h"

/* What a compressed payload's step can be. */
#define MAX_DELTA_MS G_MAXUINT8

/* Decoders reorder 16 frames at most. */
#define MAX_DELAY (5 * GST_SECOND)
/* A presentation time may be this much before another one that was decoded
 * earlier (asfcheck allows a second). */
#define MAX_STEP_BACK GST_SECOND

#define MAX_DURATION (24 * GST_SECOND * 3600)
/* Times beyond are taken for this one: sums and differences then hold. */
#define MAX_RUNNING (G_MAXINT64 / 8)

/* A stream whose times go back by more begins anew, where it was.  It is counted
 * from the last buffer's beginning: ends may be guesses, and texts overlap. */
#define MIN_JUMP (GstClockTimeDiff) GST_SECOND

static GstClockTimeDiff
to_running (GstWmsAsfMuxPad * self, GstClockTime time)
{
  GstSegment *segment = &self->parent.segment;
  guint64 running = time;
  gint sign = 1;

  GST_OBJECT_LOCK (self);
  if (segment->format == GST_FORMAT_TIME && segment->rate == 1.0 &&
      segment->offset == 0 && time >= segment->start)
    running = time - segment->start + segment->base;
  else if (segment->format == GST_FORMAT_TIME)
    sign = gst_segment_to_running_time_full (segment, GST_FORMAT_TIME, time,
        &running);
  GST_OBJECT_UNLOCK (self);
  if (sign == 0)
    return 0;
  running = MIN (running, MAX_RUNNING);
  return self->jump_ns +
      (sign > 0 ? (GstClockTimeDiff) running : -(GstClockTimeDiff) running);
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

/* gst-libav's encoders write FFmpeg's "no time stamp" for none: 2^63. */
static gboolean
has_dts (GstBuffer * buffer)
{
  return GST_BUFFER_DTS (buffer) < G_MAXINT64;
}

static gboolean
has_pts (GstBuffer * buffer)
{
  return GST_BUFFER_PTS (buffer) < G_MAXINT64;
}

static GstClockTimeDiff
start_time (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  if (has_dts (buffer))
    return to_running (self, GST_BUFFER_DTS (buffer)) - self->lead_ns;
  if (has_pts (buffer))
    return to_running (self, GST_BUFFER_PTS (buffer)) - self->lead_ns;
  return inferred (self);
}

gboolean
gst_wms_asf_mux_pad_is_gap (GstBuffer * buffer)
{
  return GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP) &&
      gst_buffer_get_size (buffer) == 0;
}

/* Frames out of order without decode times, as Matroska's, step back further
 * when there are few a second. */
static GstClockTimeDiff
min_jump (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  return self->format.may_reorder && !has_dts (buffer) &&
      GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT) ?
      (GstClockTimeDiff) MAX_DELAY : MIN_JUMP;
}

static gboolean
jumps_back (GstWmsAsfMuxPad * self, GstBuffer * buffer, GstClockTimeDiff time)
{
  return self->have_next_running &&
      time < self->last_running - min_jump (self, buffer);
}

static gboolean
goes_on (GstWmsAsfMuxPad * self, GstBuffer * buffer, GstClockTimeDiff time)
{
  return !jumps_back (self, buffer, time) &&
      time < self->next_running + MIN_JUMP;
}

/* How far the times of a stream that jumped back have to be moved: as those of
 * another one that did, so that they stay together, if that fits. */
static GstClockTimeDiff
find_jump (GstWmsAsfMuxPad * self, GstBuffer * buffer, GstClockTimeDiff time)
{
  GstClockTimeDiff jump = self->last_jump_ns ? *self->last_jump_ns : 0;

  if (!goes_on (self, buffer, time - self->jump_ns + jump))
    jump = self->jump_ns + self->next_running - time;
  /* of many jumps from absurd times the sum stays one that can be added */
  jump = CLAMP (jump, -MAX_RUNNING, MAX_RUNNING);
  if (self->last_jump_ns != NULL)
    *self->last_jump_ns = jump;
  return jump;
}

/* Whether it was no jump but a wrong time stamp: those after it go on as before
 * it. */
static gboolean
was_wrong (GstWmsAsfMuxPad * self, GstBuffer * buffer, GstClockTimeDiff time)
{
  return self->have_next_running && self->jump_ns != self->jump_before_ns &&
      time > self->next_running + MIN_JUMP &&
      goes_on (self, buffer, time - self->jump_ns + self->jump_before_ns);
}

GstClockTimeDiff
gst_wms_asf_mux_pad_order_time (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  GstClockTimeDiff time = start_time (self, buffer);
  GstClockTime duration =
      gst_wms_asf_sane_duration (GST_BUFFER_DURATION (buffer));

  if (jumps_back (self, buffer, time)) {
    GstClockTimeDiff jump = find_jump (self, buffer, time);

    self->jump_before_ns = self->jump_ns;
    self->jump_ns = jump;
    time = start_time (self, buffer);
  } else if (was_wrong (self, buffer, time)) {
    self->jump_ns = self->jump_before_ns;
    time = start_time (self, buffer);
  }
  if (gst_wms_asf_mux_pad_is_gap (buffer) && GST_CLOCK_TIME_IS_VALID (duration))
    time += duration;
  return time;
}

void
gst_wms_asf_mux_pad_find_delay (GstWmsAsfMuxPad * self, GstBuffer * first)
{
  if (self->delay_is_known || first == NULL || !has_dts (first) ||
      !has_pts (first))
    return;
  self->delay_ns = GST_BUFFER_PTS (first) > GST_BUFFER_DTS (first) ?
      MIN (GST_BUFFER_PTS (first) - GST_BUFFER_DTS (first), MAX_DELAY) : 0;
  self->delay_is_known = TRUE;
}

GstClockTimeDiff
gst_wms_asf_mux_pad_object_time (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  /* mpegpsdemux has a PTS for one picture in a pack, a DTS for each */
  if (has_dts (buffer) && (self->format.times_are_decode || !has_pts (buffer)))
    return start_time (self, buffer) + (GstClockTimeDiff) self->delay_ns;
  if (!has_pts (buffer) || self->format.times_are_decode)
    return start_time (self, buffer);
  return to_running (self, GST_BUFFER_PTS (buffer)) - self->lead_ns;
}

static guint64
bytes_to_time (GstWmsAsfMuxPad * self, guint64 bytes)
{
  const AsfWaveFormat *wave = &self->format.stream.wave;

  return gst_util_uint64_scale (bytes, GST_SECOND,
      (guint64) wave->block_align * wave->rate);
}

GstClockTime
gst_wms_asf_mux_pad_duration (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  GstClockTime duration =
      gst_wms_asf_sane_duration (GST_BUFFER_DURATION (buffer));

  if (!GST_CLOCK_TIME_IS_VALID (duration) && self->format.is_linear)
    duration = bytes_to_time (self, gst_buffer_get_size (buffer));
  return duration;
}

/* Where linear sound without a duration ends.  What follows it without a time
 * stamp is counted from the same time, so that rounding does not add up. */
static GstClockTimeDiff
count_bytes (GstWmsAsfMuxPad * self, GstBuffer * buffer, GstClockTimeDiff start)
{
  if (self->counted_bytes == 0 || start != self->counted_end) {
    self->counted_from = start;
    self->counted_bytes = 0;
  }
  self->counted_bytes += gst_buffer_get_size (buffer);
  self->counted_end = self->counted_from +
      (GstClockTimeDiff) MIN (bytes_to_time (self, self->counted_bytes),
      MAX_RUNNING);
  return self->counted_end;
}

void
gst_wms_asf_mux_pad_advance (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  GstClockTimeDiff start = start_time (self, buffer);
  GstClockTime duration =
      gst_wms_asf_sane_duration (GST_BUFFER_DURATION (buffer));

  if (GST_CLOCK_TIME_IS_VALID (duration))
    self->next_running = start + duration;
  else if (self->format.is_linear)
    self->next_running = count_bytes (self, buffer, start);
  else
    self->next_running = start + self->last_duration_ns;
  self->lead_ns = 0;
  self->last_running = start;
  self->have_next_running = TRUE;
}

gboolean
gst_wms_asf_mux_pad_is_timeless (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  return !has_pts (buffer) && !has_dts (buffer) && self->have_next_running &&
      self->next_running == self->last_running &&
      self->format.stream.kind == ASF_STREAM_AUDIO;
}

guint64
gst_wms_asf_mux_pad_content_time (GstWmsAsfMuxPad * self, GstBuffer * buffer,
    GstClockTimeDiff origin, guint64 earliest_ns)
{
  GstClockTimeDiff last = self->last_ns;
  GstClockTimeDiff time;

  gst_wms_asf_mux_pad_find_delay (self, buffer);
  time = gst_wms_asf_mux_pad_object_time (self, buffer) - origin;
  if (time >= last)
    return time;
  if (!self->format.may_reorder ||
      !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT) ||
      time < last - (GstClockTimeDiff) MAX_STEP_BACK)
    return last;
  return MAX (time, (GstClockTimeDiff) MIN (earliest_ns, self->last_ns));
}

/* How long the buffer lasts, as far as that is known; else 0. */
static guint64
expected_duration (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  GstClockTime duration = gst_wms_asf_mux_pad_duration (self, buffer);

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
  guint64 delta_ms = gst_wms_asf_to_ms (duration);

  if (self->extensions.size > 0) {
    gst_wms_asf_extensions_update (&self->extensions, buffer, object->pres_ms,
        duration);
    object->extension = self->extensions.data;
    object->extension_size = self->extensions.size;
  }
  if (self->format.stream.kind == ASF_STREAM_AUDIO && delta_ms <= MAX_DELTA_MS)
    object->delta_ms = delta_ms;
}
