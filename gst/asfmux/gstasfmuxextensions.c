/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxextensions.h"

#include <string.h>
#include <gst/video/video.h>

/* Windows' writers declare Sample Duration from here on (rules, 4.2). */
#define SAMPLE_DURATION_BPS 100000

#define SAMPLE_DURATION_SIZE 2
#define PIXEL_ASPECT_SIZE 2
#define CONTENT_TYPE_SIZE 1
#define TIMECODE_SIZE 14

/* Content Type (rules, 4.2). */
#define CONTENT_INTERLACED 0x80
#define CONTENT_TOP_FIRST 0x40
#define CONTENT_BOTTOM_FIRST 0x20
#define CONTENT_REPEAT_FIRST 0x10

/* Two decimal digits in a byte. */
#define BCD(n) ((guint32) ((n) / 10 % 10) << 4 | (n) % 10)

static void
declare (GstWmsAsfFormat * format, const AsfGuid * system, guint16 size)
{
  AsfStream *stream = &format->stream;

  stream->extensions[stream->n_extensions].system = system;
  stream->extensions[stream->n_extensions].size = size;
  stream->n_extensions++;
}

static gboolean
is_interlaced (const GstWmsAsfFormat * format, GstBuffer * first)
{
  return format->interlaced || (first != NULL &&
      GST_BUFFER_FLAG_IS_SET (first, GST_VIDEO_BUFFER_FLAG_INTERLACED));
}

static gboolean
has_odd_pixels (const GstWmsAsfFormat * format)
{
  return format->par_n != format->par_d && format->par_n > 0 &&
      format->par_d > 0;
}

/* Matroska and its like have no decode times, and do not say whether frames
 * are reordered.  Of a stream that begins with a gap nothing is known either. */
static gboolean
is_reordered (const GstWmsAsfFormat * format, GstBuffer * first,
    gboolean is_from_asf)
{
  if (format->times_are_decode
      || (first != NULL && !GST_BUFFER_PTS_IS_VALID (first)))
    return FALSE;
  if (first == NULL || !GST_BUFFER_DTS_IS_VALID (first))
    return format->may_reorder && !is_from_asf;
  return GST_BUFFER_DTS (first) != GST_BUFFER_PTS (first);
}

/* The ratio in two bytes; one that needs more digits is rounded. */
static void
store_aspect (guint8 to[PIXEL_ASPECT_SIZE], guint n, guint d)
{
  guint gcd = gst_util_greatest_common_divisor (n, d);

  for (n /= gcd, d /= gcd; n > G_MAXUINT8 || d > G_MAXUINT8;) {
    n = (n + 1) / 2;
    d = (d + 1) / 2;
  }
  to[0] = n;
  to[1] = d;
}

void
gst_wms_asf_extensions_start (GstWmsAsfExtensions * self,
    GstWmsAsfFormat * format, GstBuffer * first, gboolean is_from_asf)
{
  AsfStream *stream = &format->stream;
  guint at = 0;

  memset (self, 0, sizeof *self);
  stream->n_extensions = 0;
  if (stream->kind != ASF_STREAM_VIDEO)
    return;
  self->has_duration = stream->data_bps >= SAMPLE_DURATION_BPS &&
      (format->fps_n > 0 || (first && GST_BUFFER_DURATION_IS_VALID (first)));
  if (self->has_duration) {
    declare (format, &asf_guid_payload_ext_sample_duration,
        SAMPLE_DURATION_SIZE);
    at += SAMPLE_DURATION_SIZE;
  }
  self->has_aspect = has_odd_pixels (format);
  if (self->has_aspect) {
    declare (format, &asf_guid_payload_ext_pixel_aspect_ratio,
        PIXEL_ASPECT_SIZE);
    store_aspect (self->data + at, format->par_n, format->par_d);
    at += PIXEL_ASPECT_SIZE;
  }
  self->has_content = is_interlaced (format, first);
  self->is_interlaced = format->interlaced;
  self->is_top_first = format->top_field_first;
  if (self->has_content) {
    declare (format, &asf_guid_payload_ext_content_type, CONTENT_TYPE_SIZE);
    at += CONTENT_TYPE_SIZE;
  }
  self->has_timecode = first && gst_buffer_get_video_time_code_meta (first);
  if (self->has_timecode) {
    declare (format, &asf_guid_payload_ext_timecode, TIMECODE_SIZE);
    at += TIMECODE_SIZE;
  }
  self->has_shown_time = is_reordered (format, first, is_from_asf);
  if (self->has_shown_time) {
    declare (format, &asf_guid_payload_ext_shown_time, ASF_SHOWN_TIME_SIZE);
    at += ASF_SHOWN_TIME_SIZE;
  }
  self->size = at;
}

gboolean
gst_wms_asf_extensions_change (GstWmsAsfExtensions * self,
    const GstWmsAsfFormat * format)
{
  self->is_interlaced = format->interlaced;
  self->is_top_first = format->top_field_first;
  if (!self->has_aspect)
    return !has_odd_pixels (format);
  store_aspect (self->data + (self->has_duration ? SAMPLE_DURATION_SIZE : 0),
      format->par_n, format->par_d);
  return TRUE;
}

/* Fields as the buffer has them; the caps speak for one without any flag. */
static guint8
content_type (const GstWmsAsfExtensions * self, GstBuffer * buffer)
{
  gboolean flagged = GST_BUFFER_FLAG_IS_SET (buffer,
      GST_VIDEO_BUFFER_FLAG_INTERLACED | GST_VIDEO_BUFFER_FLAG_TFF |
      GST_VIDEO_BUFFER_FLAG_RFF | GST_VIDEO_BUFFER_FLAG_ONEFIELD);
  gboolean top_first = flagged ?
      GST_BUFFER_FLAG_IS_SET (buffer, GST_VIDEO_BUFFER_FLAG_TFF) :
      self->is_top_first;

  if (!flagged && !self->is_interlaced)
    return 0;
  return CONTENT_INTERLACED |
      (top_first ? CONTENT_TOP_FIRST : CONTENT_BOTTOM_FIRST) |
      (GST_BUFFER_FLAG_IS_SET (buffer, GST_VIDEO_BUFFER_FLAG_RFF) ?
      CONTENT_REPEAT_FIRST : 0);
}

/* Range and user bits are 0; a buffer without a time code repeats the one
 * before it. */
static void
store_timecode (guint8 * to, GstBuffer * buffer)
{
  GstVideoTimeCodeMeta *meta = gst_buffer_get_video_time_code_meta (buffer);
  const GstVideoTimeCode *tc;

  if (meta == NULL)
    return;
  tc = &meta->tc;
  memset (to, 0, TIMECODE_SIZE);
  GST_WRITE_UINT32_LE (to + 2, BCD (tc->hours) << 24 | BCD (tc->minutes) << 16 |
      BCD (tc->seconds) << 8 | BCD (tc->frames));
}

static void
store_shown_time (guint8 * to, guint32 pres_ms, guint64 duration_ns)
{
  guint64 begin = (guint64) pres_ms * ASF_UNITS_PER_MS;

  GST_WRITE_UINT64_LE (to, 0);
  GST_WRITE_UINT64_LE (to + 8, begin);
  GST_WRITE_UINT64_LE (to + 16, begin + duration_ns / ASF_NS_PER_UNIT);
}

void
gst_wms_asf_extensions_update (GstWmsAsfExtensions * self, GstBuffer * buffer,
    guint32 pres_ms, guint64 duration_ns)
{
  guint8 *at = self->data;

  if (self->has_duration) {
    GST_WRITE_UINT16_LE (at, MIN (gst_wms_asf_to_ms (duration_ns),
            G_MAXUINT16));
    at += SAMPLE_DURATION_SIZE;
  }
  if (self->has_aspect)
    at += PIXEL_ASPECT_SIZE;
  if (self->has_content) {
    *at = content_type (self, buffer);
    at += CONTENT_TYPE_SIZE;
  }
  if (self->has_timecode) {
    store_timecode (at, buffer);
    at += TIMECODE_SIZE;
  }
  if (self->has_shown_time)
    store_shown_time (at, pres_ms, duration_ns);
}
