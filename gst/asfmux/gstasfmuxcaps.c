/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxcaps.h"

#include <string.h>
#include <glib/gi18n-lib.h>

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

#define FOURCC(a,b,c,d) \
    ((guint32) (a) | (guint32) (b) << 8 | (guint32) (c) << 16 | \
    (guint32) (d) << 24)

/* What follows the format structure is at most a WORD long (section 9). */
#define MAX_CODEC_DATA (G_MAXUINT16 - 64)

/* MPEGLAYER3WAVEFORMAT after its WAVEFORMATEX (rules, 5.1). */
#define MP3_CODEC_DATA_SIZE 12
#define MP3_PADDING_OFF 2
#define MP3_CODEC_DELAY 1393

#define WMA (1 << 0)            /* constant blocks: Audio Spread, kept whole */
#define MP3 (1 << 1)
#define DECODE_TIMES (1 << 2)   /* rules, 7.3 */

/* One line for each codec.  @tag is the WAVE format tag or the FOURCC,
 * @codec_data the bytes that readers need at least (rules, 5.1 and 5.2). */
static const struct
{
  const gchar *media_type;
  const gchar *field;
  gint value;
  AsfStreamKind kind;
  guint32 tag;
  guint codec_data;
  guint flags;
  const gchar *name;
} codecs[] = {
  {"video/x-wmv", "wmvversion", 1, ASF_STREAM_VIDEO,
      FOURCC ('W', 'M', 'V', '1'), 0, 0, "Windows Media Video 7"},
  {"video/x-wmv", "wmvversion", 2, ASF_STREAM_VIDEO,
      FOURCC ('W', 'M', 'V', '2'), 4, 0, "Windows Media Video 8"},
  {"video/x-wmv", "wmvversion", 3, ASF_STREAM_VIDEO,
      FOURCC ('W', 'M', 'V', '3'), 4, DECODE_TIMES, "Windows Media Video 9"},
  {"video/x-msmpeg", "msmpegversion", 42, ASF_STREAM_VIDEO,
      FOURCC ('M', 'P', '4', '2'), 0, 0, "Microsoft MPEG-4 Video V2"},
  {"video/x-msmpeg", "msmpegversion", 43, ASF_STREAM_VIDEO,
      FOURCC ('M', 'P', '4', '3'), 0, 0, "Microsoft MPEG-4 Video V3"},
  {"audio/x-wma", "wmaversion", 1, ASF_STREAM_AUDIO, 0x0160, 4, WMA,
      "Windows Media Audio 1"},
  {"audio/x-wma", "wmaversion", 2, ASF_STREAM_AUDIO, 0x0161, 10, WMA,
      "Windows Media Audio 2"},
  {"audio/x-wma", "wmaversion", 3, ASF_STREAM_AUDIO, 0x0162, 18, WMA,
      "Windows Media Audio 10 Professional"},
  {"audio/x-wma", "wmaversion", 4, ASF_STREAM_AUDIO, 0x0163, 18, WMA,
      "Windows Media Audio 9.2 Lossless"},
  {"audio/x-wms", NULL, 0, ASF_STREAM_AUDIO, 0x000A, 0, WMA,
      "Windows Media Audio Voice 9"},
  {"audio/mpeg", "layer", 3, ASF_STREAM_AUDIO, 0x0055, MP3_CODEC_DATA_SIZE,
      MP3, "MPEG Layer-3"},
};

static gint
find_codec (const GstStructure * s)
{
  gint value;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (!gst_structure_has_name (s, codecs[i].media_type))
      continue;
    if (codecs[i].field == NULL)
      return i;
    if (gst_structure_get_int (s, codecs[i].field, &value)
        && value == codecs[i].value)
      return i;
  }
  return -1;
}

/* A field that must be there and at least 1. */
static gboolean
get_positive (const GstStructure * s, const gchar * field, gint limit,
    guint32 * value, GError ** error)
{
  gint number;

  if (!gst_structure_get_int (s, field, &number) || number < 1
      || number > limit) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "caps need a field %s of 1 to %d", field, limit);
    return FALSE;
  }
  *value = number;
  return TRUE;
}

/* Not in the caps: left at 0. */
static void
get_optional (const GstStructure * s, const gchar * field, guint32 limit,
    guint32 * value)
{
  gint number;

  if (gst_structure_get_int (s, field, &number) && number > 0)
    *value = MIN ((guint32) number, limit);
}

static gboolean
read_codec_data (GstWmsAsfFormat * format, const GstStructure * s,
    guint at_least, GError ** error)
{
  const GValue *value = gst_structure_get_value (s, "codec_data");
  GstBuffer *buffer = NULL;
  GstMapInfo map;
  gsize size;

  if (value != NULL && GST_VALUE_HOLDS_BUFFER (value))
    buffer = gst_value_get_buffer (value);
  size = buffer ? gst_buffer_get_size (buffer) : 0;
  if (size > MAX_CODEC_DATA) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "codec_data of %" G_GSIZE_FORMAT " bytes, at most %d are possible",
        size, MAX_CODEC_DATA);
    return FALSE;
  }
  if (size < at_least) {
    /* old pipelines have no codec_data in their caps; zeros keep the
     * structure whole, and decoders fall back on their defaults */
    GST_WARNING ("codec_data of %" G_GSIZE_FORMAT " bytes, %u expected", size,
        at_least);
    format->stream.codec_data = g_bytes_new_take (g_malloc0 (at_least),
        at_least);
    return TRUE;
  }
  if (size > 0) {
    if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
      g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
          "codec_data cannot be read");
      return FALSE;
    }
    format->stream.codec_data = g_bytes_new (map.data, map.size);
    gst_buffer_unmap (buffer, &map);
  }
  return TRUE;
}

/* An explicit FOURCC, as demuxers give it, says more than the version: WVC1
 * and WMVA are version 3 as well. */
static guint32
read_fourcc (const GstStructure * s, guint32 otherwise)
{
  const gchar *text = gst_structure_get_string (s, "format");

  if (text == NULL || strlen (text) != 4)
    return otherwise;
  return FOURCC ((guint8) text[0], (guint8) text[1], (guint8) text[2],
      (guint8) text[3]);
}

/* What goes into payload extensions and the Metadata Object. */
static void
read_picture (GstWmsAsfFormat * format, const GstStructure * s)
{
  const gchar *mode = gst_structure_get_string (s, "interlace-mode");
  const gchar *order = gst_structure_get_string (s, "field-order");

  if (!gst_structure_get_fraction (s, "pixel-aspect-ratio", &format->par_n,
          &format->par_d) || format->par_n <= 0 || format->par_d <= 0)
    format->par_n = format->par_d = 1;
  format->interlaced = mode != NULL && strcmp (mode, "progressive") != 0;
  format->top_field_first = format->interlaced &&
      g_strcmp0 (order, "bottom-field-first") != 0;
}

static gboolean
read_video (GstWmsAsfFormat * format, const GstStructure * s, guint32 fourcc,
    GError ** error)
{
  AsfImageFormat *image = &format->stream.image;

  if (!get_positive (s, "width", G_MAXINT32, &image->width, error) ||
      !get_positive (s, "height", G_MAXINT32, &image->height, error))
    return FALSE;
  get_optional (s, "bitrate", G_MAXINT32, &format->declared_bps);
  image->bit_count = 24;
  image->fourcc = gst_structure_has_name (s, "video/x-wmv") ?
      read_fourcc (s, fourcc) : fourcc;
  if (gst_structure_get_fraction (s, "framerate", &format->fps_n,
          &format->fps_d) && format->fps_n > 0 && format->fps_d > 0)
    format->stream.frame_time_100ns = gst_util_uint64_scale (10000000,
        format->fps_d, format->fps_n);
  else
    format->fps_n = format->fps_d = 0;
  read_picture (format, s);
  format->description = g_strdup_printf ("%ux%u", image->width, image->height);
  return TRUE;
}

/* MPEGLAYER3WAVEFORMAT: id, flags, block size, frames in a block, delay. */
static GBytes *
make_mp3_codec_data (guint32 rate)
{
  guint8 *data = g_malloc0 (MP3_CODEC_DATA_SIZE);

  GST_WRITE_UINT16_LE (data, 1);
  GST_WRITE_UINT32_LE (data + 2, MP3_PADDING_OFF);
  GST_WRITE_UINT16_LE (data + 6, rate < 32000 ? 576 : 1152);
  GST_WRITE_UINT16_LE (data + 8, 1);
  GST_WRITE_UINT16_LE (data + 10, MP3_CODEC_DELAY);
  return g_bytes_new_take (data, MP3_CODEC_DATA_SIZE);
}

static gboolean
read_audio (GstWmsAsfFormat * format, const GstStructure * s, guint32 tag,
    guint flags, GError ** error)
{
  AsfWaveFormat *wave = &format->stream.wave;
  guint32 channels, block_align = 0, bits = 0;

  if (!get_positive (s, "channels", G_MAXUINT16, &channels, error) ||
      !get_positive (s, "rate", G_MAXINT32, &wave->rate, error))
    return FALSE;
  get_optional (s, "block_align", G_MAXUINT16, &block_align);
  get_optional (s, "depth", 64, &bits);
  get_optional (s, "bitrate", G_MAXINT32, &format->declared_bps);
  wave->format_tag = tag;
  wave->channels = channels;
  wave->block_align = flags & MP3 ? 1 : block_align;
  wave->bits_per_sample = bits || flags & MP3 ? bits : 16;
  /* players refuse MP3 with Audio Spread (design, 5) */
  format->stream.has_spread = !(flags & MP3);
  format->keep_whole = (flags & WMA) != 0;
  if (flags & MP3 && (format->stream.codec_data == NULL ||
          g_bytes_get_size (format->stream.codec_data) != MP3_CODEC_DATA_SIZE
          || *(const guint8 *) g_bytes_get_data (format->stream.codec_data,
              NULL) == 0)) {
    g_clear_pointer (&format->stream.codec_data, g_bytes_unref);
    format->stream.codec_data = make_mp3_codec_data (wave->rate);
  }
  format->description = g_strdup_printf ("%u.%u kHz, %s", wave->rate / 1000,
      wave->rate % 1000 / 100, channels == 1 ? "mono" :
      channels == 2 ? "stereo" : "multichannel");
  return TRUE;
}

gboolean
gst_wms_asf_format_from_caps (GstWmsAsfFormat * format, const GstCaps * caps,
    GError ** error)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  gint i = find_codec (s);
  gboolean ok;

  memset (format, 0, sizeof *format);
  if (i < 0) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
        "no codec of this muxer: %s", gst_structure_get_name (s));
    return FALSE;
  }
  format->stream.kind = codecs[i].kind;
  format->stream.codec_name = codecs[i].name;
  format->times_are_decode = codecs[i].flags & DECODE_TIMES;
  ok = read_codec_data (format, s, codecs[i].codec_data, error);
  if (ok && codecs[i].kind == ASF_STREAM_AUDIO)
    ok = read_audio (format, s, codecs[i].tag, codecs[i].flags, error);
  else if (ok)
    ok = read_video (format, s, codecs[i].tag, error);
  format->stream.codec_description = format->description;
  if (!ok)
    gst_wms_asf_format_clear (format);
  return ok;
}

gboolean
gst_wms_asf_format_equal (const GstWmsAsfFormat * a, const GstWmsAsfFormat * b)
{
  const AsfStream *x = &a->stream;
  const AsfStream *y = &b->stream;

  if (x->kind != y->kind || (x->codec_data == NULL) != (y->codec_data == NULL))
    return FALSE;
  if (x->codec_data && !g_bytes_equal (x->codec_data, y->codec_data))
    return FALSE;
  if (x->kind == ASF_STREAM_VIDEO)
    return x->image.width == y->image.width &&
        x->image.height == y->image.height &&
        x->image.fourcc == y->image.fourcc;
  return x->wave.format_tag == y->wave.format_tag &&
      x->wave.channels == y->wave.channels && x->wave.rate == y->wave.rate &&
      (x->wave.block_align == y->wave.block_align || y->wave.block_align == 0);
}

void
gst_wms_asf_format_clear (GstWmsAsfFormat * format)
{
  g_clear_pointer (&format->stream.codec_data, g_bytes_unref);
  g_clear_pointer (&format->description, g_free);
  memset (format, 0, sizeof *format);
}
