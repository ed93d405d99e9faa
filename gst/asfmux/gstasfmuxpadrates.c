/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxpad.h"

/* Elements round times down by a few nanoseconds. */
#define ROUNDING G_GUINT64_CONSTANT (1000)

/* A longer step is a gap, unless the stream's steps are as long. */
#define MIN_GAP GST_SECOND

/* Payload head with its length (rules, 6.4), packet head. */
#define PAYLOAD_COST 17
#define PACKET_COST 16

/* Guesses for a stream whose rate nobody says, on the high side, since a
 * live header cannot be corrected: this many pixels for a bit; for a channel
 * this many bits for a sample, but no more than so many for a second. */
#define PIXELS_PER_BIT 3
#define GUESS_FPS 25
#define GUESS_AUDIO_BPS 320000
#define GUESS_CHANNEL_BPS 64000
#define GUESS_SAMPLE_BITS 2
#define GUESS_COMMANDS_BPS 8000
/* In its first seconds a stream may be this much over the rate that its
 * encoder declares; a broadcast leaves room for it. */
#define LIVE_MARGIN 0.15
/* Bucket windows of Windows' writers (rules, 7.4), at most the preroll. */
#define MAX_WINDOW_MS 3000
#define MIN_BPS 1000
#define MAX_BPS 2000000000

static guint32
bps_from_tags (const GstTagList * tags)
{
  static const gchar *const names[] = { GST_TAG_MAXIMUM_BITRATE,
    GST_TAG_NOMINAL_BITRATE, GST_TAG_BITRATE
  };
  guint bps;
  guint i;

  for (i = 0; tags != NULL && i < G_N_ELEMENTS (names); i++) {
    if (gst_tag_list_get_uint (tags, names[i], &bps) && bps > 0)
      return MIN (bps, MAX_BPS);
  }
  return 0;
}

/* Pictures of one kind are as large as the first one, or larger by so much. */
#define WITH_INTRA_MARGIN(size) ((size) * 4 / 3)

static gint
fps_numerator (const GstWmsAsfMuxPad * self)
{
  return self->format.fps_n ? self->format.fps_n : GUESS_FPS;
}

static gint
fps_denominator (const GstWmsAsfMuxPad * self)
{
  return self->format.fps_d ? self->format.fps_d : 1;
}

/* What the first picture alone makes certain: a key frame comes with the
 * following frames in one window, and may be one of many. */
static guint64
least_bps (GstWmsAsfMuxPad * self, GstBuffer * first, guint32 window_ms)
{
  guint64 size = first ? gst_buffer_get_size (first) : 0;
  guint64 bps = size * 8 * 1000 / MAX (window_ms, 1);

  if (self->format.stream.kind != ASF_STREAM_VIDEO)
    return 0;
  if (self->format.is_intra)
    bps = MAX (bps, gst_util_uint64_scale (WITH_INTRA_MARGIN (size * 8),
            fps_numerator (self), fps_denominator (self)));
  return MIN (bps, MAX_BPS);
}

/* What frames that differ in size may come to: the first ones are silent at
 * times, and small. */
static guint64
likely_bps (const AsfWaveFormat * wave)
{
  return wave->channels * MIN ((guint64) wave->rate * GUESS_SAMPLE_BITS,
      GUESS_CHANNEL_BPS);
}

/* Rate of a stream that nobody describes.  Its first buffer lasts as long as
 * it says. */
static guint32
guess_bps (GstWmsAsfMuxPad * self, GstBuffer * first, guint32 window_ms,
    gboolean is_live)
{
  const AsfImageFormat *image = &self->format.stream.image;
  guint64 size = first ? gst_buffer_get_size (first) : 0;
  GstClockTime duration;
  guint64 bps;

  if (self->format.stream.kind == ASF_STREAM_COMMAND)
    return GUESS_COMMANDS_BPS;
  if (self->format.stream.kind == ASF_STREAM_AUDIO) {
    duration =
        first ? gst_wms_asf_sane_duration (GST_BUFFER_DURATION (first)) : 0;
    if (!GST_CLOCK_TIME_IS_VALID (duration) || duration == 0)
      return GUESS_AUDIO_BPS;
    bps = gst_util_uint64_scale (size * 8, GST_SECOND, duration);
    if (is_live && !self->format.keep_whole)
      bps = MAX (bps, likely_bps (&self->format.stream.wave));
  } else {
    bps = gst_util_uint64_scale ((guint64) image->width * image->height /
        PIXELS_PER_BIT, fps_numerator (self), fps_denominator (self));
    bps = MAX (bps, least_bps (self, first, window_ms));
  }
  return CLAMP (bps, MIN_BPS, MAX_BPS);
}

static guint32
with_overhead (guint32 bps, gdouble share)
{
  return MIN (bps * (1.0 + share) + 1.0, G_MAXUINT32);
}

guint32
gst_wms_asf_mux_pad_whole_size (GstWmsAsfMuxPad * self, GstBuffer * first,
    gboolean * is_regular)
{
  const AsfStream *stream = &self->format.stream;
  gsize size = first ? gst_buffer_get_size (first) : 0;

  *is_regular = first && GST_BUFFER_DURATION_IS_VALID (first) &&
      (GST_BUFFER_DURATION (first) + ROUNDING) % GST_MSECOND <= 2 * ROUNDING;
  if (stream->kind != ASF_STREAM_AUDIO || !self->format.keep_whole)
    return 0;
  return size > 0 ? MIN (size, G_MAXINT32) : stream->wave.block_align;
}

void
gst_wms_asf_mux_pad_start (GstWmsAsfMuxPad * self, GstBuffer * first,
    guint32 preroll_ms, guint32 packet_size, gboolean is_live)
{
  AsfStream *stream = &self->format.stream;
  guint32 window_ms = MIN (preroll_ms, MAX_WINDOW_MS);
  gsize size = first ? gst_buffer_get_size (first) : 0;
  guint32 bps = self->format.declared_bps;
  gdouble share;

  gst_wms_asf_mux_pad_reset_stream (self);
  gst_wms_asf_mux_pad_find_delay (self, first);
  if (self->settings.buffer_ms > 0)
    window_ms = MIN (self->settings.buffer_ms, preroll_ms);
  if (self->settings.bitrate > 0)
    bps = self->settings.bitrate;
  /* libav's encoders tag 200 kbit/s whatever they make; a file is measured */
  if (bps == 0 && (bps = bps_from_tags (self->tags)) > 0 && is_live)
    bps = MAX (bps, least_bps (self, first, window_ms));
  self->rate_is_known = bps > 0;
  if (bps == 0)
    bps = guess_bps (self, first, window_ms, is_live);

  stream->number = self->number;
  stream->data_bps = MAX (bps, MIN_BPS);
  stream->buffer_ms = window_ms;
  stream->peak_bps = stream->peak_buffer_ms = 0;
  if (stream->kind == ASF_STREAM_AUDIO) {
    AsfWaveFormat *wave = &stream->wave;

    if (wave->block_align == 0)
      wave->block_align = CLAMP (size, 1, G_MAXUINT16);
    wave->bytes_per_second = MAX (bps / 8, 1);
    /* of a broadcast the header is not written again: blocks have one size */
    stream->max_object_size = is_live && !self->format.keep_whole ? 0 : size;
  } else {
    stream->max_object_size = 0;
  }
  gst_wms_asf_extensions_start (&self->extensions, &self->format, first,
      gst_wms_asf_mux_pad_comes_from_asf (self));
  share = PACKET_COST / (gdouble) packet_size +
      (PAYLOAD_COST + self->extensions.size) / (gdouble) CLAMP (size, 64,
      packet_size);
  if (is_live)
    share += LIVE_MARGIN;
  stream->total_bps = with_overhead (stream->data_bps, share);
  asf_bucket_init (&self->bucket, stream->data_bps, window_ms, preroll_ms);
  asf_index_init (&self->index);
  self->in_header = TRUE;
}

/* Whether the step from the object before says how long objects last; a gap does
 * not. */
static gboolean
is_regular_step (const GstWmsAsfMuxPad * self, guint64 step)
{
  return self->last_duration_ns == 0
      || step < MAX (MIN_GAP, self->last_duration_ns);
}

void
gst_wms_asf_mux_pad_account (GstWmsAsfMuxPad * self, const AsfObject * object,
    guint n_payloads, GstClockTime duration)
{
  if (self->n_objects == 0)
    self->first_ns = object->time_ns;
  else if (object->time_ns > self->last_ns
      && is_regular_step (self, object->time_ns - self->last_ns))
    self->last_duration_ns = object->time_ns - self->last_ns;
  if (self->last_duration_ns == 0)
    self->last_duration_ns = self->format.stream.frame_time_100ns * 100;
  duration = gst_wms_asf_sane_duration (duration);
  if (GST_CLOCK_TIME_IS_VALID (duration) && duration > 0)
    self->last_duration_ns = duration;
  self->last_ns = MAX (self->last_ns, object->time_ns);
  self->end_ns = MAX (self->end_ns, object->time_ns + self->last_duration_ns);
  self->last_pres_ms = MAX (self->last_pres_ms, object->pres_ms);
  self->max_object_size = MAX (self->max_object_size, object->size);
  self->n_bytes += object->size;
  self->n_payloads += n_payloads;
  self->n_objects++;
}

void
gst_wms_asf_mux_pad_finish (GstWmsAsfMuxPad * self, gdouble packet_share)
{
  AsfStream *stream = &self->format.stream;
  gdouble share = packet_share;
  AsfBucketRates rates;

  if (self->n_objects == 0)
    return;
  share += self->n_payloads * (PAYLOAD_COST + self->extensions.size) /
      (gdouble) self->n_bytes;
  asf_bucket_measure (&self->bucket, self->end_ns, self->rate_is_known, &rates);
  stream->data_bps = rates.bps;
  stream->buffer_ms = rates.window_ms;
  stream->peak_bps = rates.peak_bps;
  stream->peak_buffer_ms = rates.peak_window_ms;
  /* servers pick streams by what they need at most (rules, 3.12) */
  stream->total_bps = with_overhead (MAX (rates.bps, rates.peak_bps), share);
  stream->max_object_size = self->max_object_size;
  if (self->n_objects > 1 && stream->frame_time_100ns == 0)
    stream->frame_time_100ns = (self->last_ns - self->first_ns) / 100 /
        (self->n_objects - 1);
  if (stream->kind == ASF_STREAM_AUDIO && !self->rate_is_known)
    stream->wave.bytes_per_second = MAX (stream->data_bps / 8, 1);
}
