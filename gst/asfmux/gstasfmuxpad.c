/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxpad.h"

#include <string.h>

#include "asfmux/gstasfmuxintake.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* Payload head with its length (rules, 6.4), packet head. */
#define PAYLOAD_COST 17
#define PACKET_COST 16

/* Guesses for a stream whose rate nobody says, on the high side, since a
 * live header cannot be corrected: this many pixels for a bit. */
#define PIXELS_PER_BIT 3
#define GUESS_FPS 25
#define GUESS_AUDIO_BPS 320000
/* In its first seconds a stream may be this much over the rate that its
 * encoder declares; a broadcast leaves room for it. */
#define LIVE_MARGIN 0.15
/* Bucket windows of Windows' writers (rules, 7.4), at most the preroll. */
#define MAX_WINDOW_MS 3000
#define MAX_DURATION (24 * GST_SECOND * 3600)
#define MIN_BPS 1000
#define MAX_BPS 2000000000

G_DEFINE_TYPE (GstWmsAsfMuxPad, gst_wms_asf_mux_pad, GST_TYPE_AGGREGATOR_PAD);

void
gst_wms_asf_mux_pad_reset (GstWmsAsfMuxPad * self)
{
  asf_index_clear (&self->index);
  self->in_header = FALSE;
  self->rate_is_known = FALSE;
  self->have_next_running = FALSE;
  self->last_duration_ns = 0;
  self->first_ns = self->last_ns = self->end_ns = 0;
  self->last_pres_ms = 0;
  self->n_objects = self->n_bytes = self->n_payloads = 0;
  self->max_object_size = 0;
  self->n_dropped = 0;
}

static GstClockTimeDiff
to_running (GstWmsAsfMuxPad * self, GstClockTime time)
{
  GstSegment *segment = &GST_AGGREGATOR_PAD (self)->segment;
  guint64 running;
  gint sign;

  if (segment->format != GST_FORMAT_TIME)
    return time;
  sign = gst_segment_to_running_time_full (segment, GST_FORMAT_TIME, time,
      &running);
  if (sign == 0)
    return 0;
  return sign > 0 ? (GstClockTimeDiff) running : -(GstClockTimeDiff) running;
}

/* Neither time stamp: it follows the buffer before, or begins at 0. */
static GstClockTimeDiff
inferred (GstWmsAsfMuxPad * self)
{
  return self->have_next_running ? self->next_running : 0;
}

/* Demuxers compute durations from what a file says, and get absurd ones. */
static GstClockTime
sane_duration (GstClockTime duration)
{
  return duration <= MAX_DURATION ? duration : GST_CLOCK_TIME_NONE;
}

static GstClockTimeDiff
start_time (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  if (GST_BUFFER_DTS_IS_VALID (buffer))
    return to_running (self, GST_BUFFER_DTS (buffer));
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    return to_running (self, GST_BUFFER_PTS (buffer));
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
  GstClockTime duration = sane_duration (GST_BUFFER_DURATION (buffer));

  if (gst_wms_asf_mux_pad_is_gap (buffer) && GST_CLOCK_TIME_IS_VALID (duration))
    time += duration;
  return time;
}

GstClockTimeDiff
gst_wms_asf_mux_pad_object_time (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  if (self->format.times_are_decode || !GST_BUFFER_PTS_IS_VALID (buffer))
    return start_time (self, buffer);
  return to_running (self, GST_BUFFER_PTS (buffer));
}

void
gst_wms_asf_mux_pad_advance (GstWmsAsfMuxPad * self, GstBuffer * buffer)
{
  GstClockTimeDiff start = start_time (self, buffer);
  GstClockTime duration = sane_duration (GST_BUFFER_DURATION (buffer));

  if (!GST_CLOCK_TIME_IS_VALID (duration))
    duration = self->last_duration_ns;
  self->next_running = start + duration;
  self->have_next_running = TRUE;
}

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

/* Rate of a stream that nobody describes.  Its first buffer lasts as long as
 * it says; a key frame comes with the following frames in one window. */
static guint32
guess_bps (GstWmsAsfMuxPad * self, GstBuffer * first, guint32 window_ms)
{
  const AsfImageFormat *image = &self->format.stream.image;
  guint64 size = first ? gst_buffer_get_size (first) : 0;
  GstClockTime duration;
  guint64 bps;

  if (self->format.stream.kind == ASF_STREAM_AUDIO) {
    duration = first ? sane_duration (GST_BUFFER_DURATION (first)) : 0;
    if (!GST_CLOCK_TIME_IS_VALID (duration) || duration == 0)
      return GUESS_AUDIO_BPS;
    bps = gst_util_uint64_scale (size * 8, GST_SECOND, duration);
  } else {
    bps = gst_util_uint64_scale ((guint64) image->width * image->height /
        PIXELS_PER_BIT, self->format.fps_n ? self->format.fps_n : GUESS_FPS,
        self->format.fps_d ? self->format.fps_d : 1);
    bps = MAX (bps, size * 8 * 1000 / MAX (window_ms, 1));
  }
  return CLAMP (bps, MIN_BPS, MAX_BPS);
}

static guint32
with_overhead (guint32 bps, gdouble share)
{
  return MIN (bps * (1.0 + share) + 1.0, G_MAXUINT32);
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

  gst_wms_asf_mux_pad_reset (self);
  GST_OBJECT_LOCK (self);
  gst_wms_asf_pad_settings_copy (&self->settings, &self->properties);
  GST_OBJECT_UNLOCK (self);
  if (self->settings.buffer_ms > 0)
    window_ms = MIN (self->settings.buffer_ms, preroll_ms);
  if (self->settings.bitrate > 0)
    bps = self->settings.bitrate;
  if (bps == 0)
    bps = bps_from_tags (self->tags);
  self->rate_is_known = bps > 0;
  if (bps == 0)
    bps = guess_bps (self, first, window_ms);

  stream->number = self->number;
  stream->data_bps = MAX (bps, MIN_BPS);
  stream->buffer_ms = window_ms;
  if (stream->kind == ASF_STREAM_AUDIO) {
    AsfWaveFormat *wave = &stream->wave;

    if (wave->block_align == 0)
      wave->block_align = CLAMP (size, 1, G_MAXUINT16);
    wave->bytes_per_second = MAX (bps / 8, 1);
    stream->max_object_size = size;
  }
  share = PACKET_COST / (gdouble) packet_size +
      PAYLOAD_COST / (gdouble) CLAMP (size, 64, packet_size);
  if (is_live)
    share += LIVE_MARGIN;
  stream->total_bps = with_overhead (stream->data_bps, share);
  asf_bucket_init (&self->bucket, stream->data_bps, window_ms);
  asf_index_init (&self->index);
  self->in_header = TRUE;
}

void
gst_wms_asf_mux_pad_account (GstWmsAsfMuxPad * self, const AsfObject * object,
    guint n_payloads, GstClockTime duration)
{
  if (self->n_objects == 0)
    self->first_ns = object->time_ns;
  else if (object->time_ns > self->last_ns)
    self->last_duration_ns = object->time_ns - self->last_ns;
  duration = sane_duration (duration);
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

  if (self->n_objects == 0)
    return;
  share += self->n_payloads * PAYLOAD_COST / (gdouble) self->n_bytes;
  stream->data_bps = asf_bucket_needed_bps (&self->bucket, self->end_ns,
      self->rate_is_known);
  stream->total_bps = with_overhead (stream->data_bps, share);
  stream->max_object_size = self->max_object_size;
  if (self->n_objects > 1 && stream->frame_time_100ns == 0)
    stream->frame_time_100ns = (self->last_ns - self->first_ns) / 100 /
        (self->n_objects - 1);
  if (stream->kind == ASF_STREAM_AUDIO && !self->rate_is_known)
    stream->wave.bytes_per_second = MAX (stream->data_bps / 8, 1);
}

static void
gst_wms_asf_mux_pad_set_property (GObject * object, guint prop_id,
    const GValue * value, GParamSpec * pspec)
{
  GstWmsAsfMuxPad *self = GST_WMS_ASF_MUX_PAD (object);
  gboolean is_known;

  GST_OBJECT_LOCK (self);
  is_known = gst_wms_asf_pad_settings_set_property (&self->properties, prop_id,
      value);
  GST_OBJECT_UNLOCK (self);
  if (!is_known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
gst_wms_asf_mux_pad_get_property (GObject * object, guint prop_id,
    GValue * value, GParamSpec * pspec)
{
  GstWmsAsfMuxPad *self = GST_WMS_ASF_MUX_PAD (object);
  gboolean is_known;

  GST_OBJECT_LOCK (self);
  is_known = gst_wms_asf_pad_settings_get_property (&self->properties, prop_id,
      value);
  GST_OBJECT_UNLOCK (self);
  if (!is_known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
gst_wms_asf_mux_pad_finalize (GObject * object)
{
  GstWmsAsfMuxPad *self = GST_WMS_ASF_MUX_PAD (object);

  gst_wms_asf_pad_settings_clear (&self->properties);
  gst_wms_asf_pad_settings_clear (&self->settings);
  gst_wms_asf_intake_free (self->intake);
  gst_wms_asf_format_clear (&self->format);
  asf_index_clear (&self->index);
  gst_clear_tag_list (&self->tags);
  G_OBJECT_CLASS (gst_wms_asf_mux_pad_parent_class)->finalize (object);
}

static void
gst_wms_asf_mux_pad_class_init (GstWmsAsfMuxPadClass * klass)
{
  GObjectClass *gobject_class = G_OBJECT_CLASS (klass);

  gobject_class->set_property = gst_wms_asf_mux_pad_set_property;
  gobject_class->get_property = gst_wms_asf_mux_pad_get_property;
  gobject_class->finalize = gst_wms_asf_mux_pad_finalize;
  gst_wms_asf_pad_settings_install_properties (gobject_class);
}

static void
gst_wms_asf_mux_pad_init (GstWmsAsfMuxPad * self)
{
  gst_wms_asf_pad_settings_init (&self->properties);
  self->intake = gst_wms_asf_intake_new ();
  /* demuxers leave out fields that say what form they have */
  GST_PAD_SET_ACCEPT_INTERSECT (self);
  gst_wms_asf_mux_pad_reset (self);
}
