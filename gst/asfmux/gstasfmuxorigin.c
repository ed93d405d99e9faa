/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxorigin.h"

#include "asf/asfmap.h"
#include "asf/asfwma.h"
#include "asfmux/gstasfmuxintake.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* From where on asfdemux does not believe a first time of 0. */
#define DISBELIEVED GST_SECOND
#define MAX_LEAD (60 * GST_SECOND)
/* Time stamps are whole milliseconds. */
#define ROUNDING (2 * GST_MSECOND)

/* Whether the buffer may have been moved. */
static gboolean
is_suspect (GstWmsAsfMuxPad * pad, GstBuffer * first)
{
  GstSegment segment;

  gst_wms_asf_mux_pad_get_segment (pad, &segment);
  return first != NULL && gst_wms_asf_mux_pad_comes_from_asf (pad)
      && GST_BUFFER_PTS_IS_VALID (first)
      && GST_BUFFER_PTS (first) == segment.start;
}

static gboolean
is_live (GstWmsAsfMuxPad * pad)
{
  GstElement *mux = gst_pad_get_parent_element (GST_PAD (pad));
  gboolean live = mux == NULL ||
      GST_CLOCK_TIME_IS_VALID (gst_aggregator_get_latency (GST_AGGREGATOR
          (mux)));

  gst_clear_object (&mux);
  return live;
}

/* What the codec says, or else for two objects at one time the rate. */
static GstClockTime
audio_duration (const GstWmsAsfMuxPad * pad, GstBuffer * buffer,
    gboolean at_one_time)
{
  const AsfStream *stream = &pad->format.stream;
  GstClockTime duration = 0;
  guint64 samples;
  GstMapInfo map;

  if (!asf_buffer_map (buffer, &map))
    return 0;
  samples = asf_wma_count_samples (&stream->wave, stream->codec_data,
      map.data, map.size);
  if (samples > 0)
    duration = gst_util_uint64_scale (samples, GST_SECOND, stream->wave.rate);
  else if (at_one_time && pad->format.declared_bps > 0)
    duration = gst_util_uint64_scale (map.size * 8, GST_SECOND,
        pad->format.declared_bps);
  gst_buffer_unmap (buffer, &map);
  return duration;
}

/* A picture's own duration; an average over the stream says nothing of it. */
static GstClockTime
video_duration (const GstWmsAsfMuxPad * pad, GstBuffer * buffer)
{
  GstClockTime duration = GST_BUFFER_DURATION (buffer);
  GstClockTime average = 0;

  if (!GST_CLOCK_TIME_IS_VALID (duration))
    return 0;
  if (pad->format.fps_n > 0)
    average = gst_util_uint64_scale (GST_SECOND, pad->format.fps_d,
        pad->format.fps_n);
  return MAX (duration, average) - MIN (duration, average) <= ROUNDING ?
      0 : duration;
}

static GstClockTime
find_lead (GstWmsAsfMuxPad * pad, GstBuffer * first, GstBuffer * second)
{
  GstClockTime duration, step, lead;

  if (second == NULL || !GST_BUFFER_PTS_IS_VALID (second)
      || GST_BUFFER_PTS (second) < GST_BUFFER_PTS (first))
    return 0;
  step = GST_BUFFER_PTS (second) - GST_BUFFER_PTS (first);
  duration = pad->format.stream.kind == ASF_STREAM_AUDIO ?
      audio_duration (pad, first, step == 0) : video_duration (pad, first);
  if (duration <= DISBELIEVED || duration <= step + ROUNDING)
    return 0;
  lead = duration - step;
  if (lead > MAX_LEAD)
    return 0;
  GST_INFO_OBJECT (pad, "the first object lasts %" GST_TIME_FORMAT " but the "
      "second one comes %" GST_TIME_FORMAT " after it: begins %"
      GST_TIME_FORMAT " earlier", GST_TIME_ARGS (duration),
      GST_TIME_ARGS (step), GST_TIME_ARGS (lead));
  return lead;
}

GstClockTime
gst_wms_asf_origin_lead (GstWmsAsfMuxPad * pad)
{
  GstBuffer *first = gst_wms_asf_intake_peek (pad);
  GstClockTime lead;

  if (!is_suspect (pad, first) || is_live (pad))
    return 0;
  /* which a flush may drop meanwhile */
  gst_buffer_ref (first);
  lead = find_lead (pad, first, gst_wms_asf_intake_peek_second (pad));
  gst_buffer_unref (first);
  return lead;
}

gboolean
gst_wms_asf_origin_must_wait (GPtrArray * pads)
{
  guint i;

  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);

    if (is_suspect (pad, gst_wms_asf_intake_peek (pad)) && !is_live (pad)
        && gst_wms_asf_intake_peek_second (pad) == NULL
        && !gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD (pad)))
      return TRUE;
  }
  return FALSE;
}
