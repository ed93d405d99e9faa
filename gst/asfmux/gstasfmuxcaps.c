/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxcaps.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include "asf/asfmap.h"
#include "asf/asfparametersets.h"
#include "asfmux/gstasfmuxcodecdata.h"

#define FORMAT_G726 0x0045
#define FORMAT_SIREN 0x028E

/* What Siren 7 is always made from; its demuxers do not say so. */
#define SIREN_RATE 16000

static void
set_error (GError ** error, const gchar * problem, const gchar * parser)
{
  g_autofree gchar *advice = parser == NULL ? NULL :
      g_strdup_printf (_("Insert %s before the muxer."), parser);

  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "%s%s%s",
      problem, advice ? " " : "", advice ? advice : "");
}

/* A field that must be there and at least 1. */
static gboolean
get_positive (const GstWmsAsfCodec * codec, const GstStructure * s,
    const gchar * field, gint limit, guint32 * value, GError ** error)
{
  g_autofree gchar *problem = NULL;
  gint number;

  if (gst_structure_get_int (s, field, &number) && number >= 1
      && number <= limit) {
    *value = number;
    return TRUE;
  }
  problem = g_strdup_printf (_("The caps of %s need a field %s of 1 to %d."),
      codec->name, field, limit);
  set_error (error, problem, codec->parser);
  return FALSE;
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

/* Demuxers name what they do not know. */
static guint32
read_tag (const GstWmsAsfCodec * codec, const GstStructure * s)
{
  static const gchar *const fields[] = { "fourcc", "codec_id", "voxwaretype" };
  const GValue *value;
  guint i;

  if (!(codec->flags & GST_WMS_ASF_CODEC_TAG_IN_CAPS))
    return codec->tag;
  for (i = 0; i < G_N_ELEMENTS (fields); i++) {
    value = gst_structure_get_value (s, fields[i]);
    if (value != NULL && G_VALUE_HOLDS_UINT (value))
      return g_value_get_uint (value);
    if (value != NULL && G_VALUE_HOLDS_INT (value))
      return g_value_get_int (value);
  }
  return 0;
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

static void
read_frame_rate (GstWmsAsfFormat * format, const GstStructure * s)
{
  if (gst_structure_get_fraction (s, "framerate", &format->fps_n,
          &format->fps_d) && format->fps_n > 0 && format->fps_d > 0)
    format->stream.frame_time_100ns = gst_util_uint64_scale (10000000,
        format->fps_d, format->fps_n);
  else
    format->fps_n = format->fps_d = 0;
}

/* Readers of ASF take rows without padding, except those of RGB; GStreamer
 * fills them up to 4 bytes, and an odd number of rows up with another one in
 * front of planes that have half of them. */
static gboolean
read_raw_image (const GstWmsAsfCodec * codec, AsfImageFormat * image,
    GError ** error)
{
  guint64 row = ((guint64) image->width * codec->bits + 31) / 32 * 4;
  guint64 size = codec->tag == 0 ? row * image->height :
      (guint64) image->width * codec->bits / 8 * image->height;

  if (image->width % codec->unit != 0) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        _("The width of uncompressed %s has to be a multiple of %u: insert "
            "videoscale before the muxer."), codec->name, codec->unit);
    return FALSE;
  }
  if (codec->flags & GST_WMS_ASF_CODEC_EVEN && image->height % 2 != 0) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        _("The height of uncompressed %s has to be even: insert videoscale "
            "before the muxer."), codec->name);
    return FALSE;
  }
  if (size > G_MAXINT32) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        _("Uncompressed pictures of %ux%u are too large."), image->width,
        image->height);
    return FALSE;
  }
  image->image_size = size;
  return TRUE;
}

static gboolean
read_video (GstWmsAsfFormat * format, const GstWmsAsfCodec * codec,
    const GstStructure * s, GError ** error)
{
  AsfImageFormat *image = &format->stream.image;
  guint32 bits = codec->bits;

  if (!get_positive (codec, s, "width", G_MAXINT32, &image->width, error) ||
      !get_positive (codec, s, "height", G_MAXINT32, &image->height, error))
    return FALSE;
  get_optional (s, "bitrate", G_MAXINT32, &format->declared_bps);
  get_optional (s, "depth", 32, &bits);
  get_optional (s, "bpp", 32, &bits);
  image->bit_count = bits;
  image->fourcc = read_tag (codec, s);
  if (codec->flags & GST_WMS_ASF_CODEC_RAW
      && !read_raw_image (codec, image, error))
    return FALSE;
  read_frame_rate (format, s);
  read_picture (format, s);
  format->description = g_strdup_printf ("%ux%u", image->width, image->height);
  return gst_wms_asf_codec_data_read (codec, s, &format->stream, error);
}

/* Bytes that the codec's rate and blocks amount to; @declared_bps stays 0
 * when they do not. */
static void
read_blocks (GstWmsAsfFormat * format, const GstWmsAsfCodec * codec,
    const GstStructure * s)
{
  AsfWaveFormat *wave = &format->stream.wave;
  guint32 block_align = 0, bits = 0;

  get_optional (s, "block_align", G_MAXUINT16, &block_align);
  get_optional (s, "depth", 64, &bits);
  get_optional (s, "bitrate", G_MAXINT32, &format->declared_bps);
  wave->block_align = block_align ? block_align : codec->unit;
  wave->bits_per_sample = bits ? bits : codec->bits;
  if (codec->unit == 1)
    wave->block_align = 1;
  if (wave->format_tag == FORMAT_G726) {
    wave->bits_per_sample = format->declared_bps / wave->rate;
    if (wave->bits_per_sample < 2 || wave->bits_per_sample > 5)
      wave->bits_per_sample = codec->bits;
    wave->block_align = 1;
    format->declared_bps = wave->bits_per_sample * wave->rate;
  } else if (codec->flags & GST_WMS_ASF_CODEC_LINEAR) {
    wave->bits_per_sample = codec->bits;
    wave->block_align = codec->bits / 8 * wave->channels;
    format->declared_bps = MIN ((guint64) wave->block_align * 8 * wave->rate,
        G_MAXINT32);
  }
}

static gboolean
read_audio (GstWmsAsfFormat * format, const GstWmsAsfCodec * codec,
    const GstStructure * s, GError ** error)
{
  AsfWaveFormat *wave = &format->stream.wave;
  gint limit = codec->flags & GST_WMS_ASF_CODEC_LINEAR ?
      G_MAXUINT16 / (codec->bits / 8) : G_MAXUINT16;
  guint32 channels = 1;

  wave->format_tag = read_tag (codec, s);
  wave->rate = SIREN_RATE;
  if (wave->format_tag != FORMAT_SIREN &&
      (!get_positive (codec, s, "channels", limit, &channels, error) ||
          !get_positive (codec, s, "rate", G_MAXINT32, &wave->rate, error)))
    return FALSE;
  wave->channels = channels;
  read_blocks (format, codec, s);
  /* design-muxer.md, Codecs and streams: players refuse MP3 with spread */
  format->stream.has_spread = (codec->flags & GST_WMS_ASF_CODEC_BLOCKS) != 0;
  format->is_linear = (codec->flags & GST_WMS_ASF_CODEC_LINEAR) != 0;
  format->keep_whole = format->stream.has_spread && !format->is_linear;
  format->description = g_strdup_printf ("%u.%u kHz, %s", wave->rate / 1000,
      wave->rate % 1000 / 100, channels == 1 ? "mono" :
      channels == 2 ? "stereo" : "multichannel");
  return gst_wms_asf_codec_data_read (codec, s, &format->stream, error);
}

static void
refuse (const GstCaps * caps, GError ** error)
{
  const gchar *parser = gst_wms_asf_codec_find_parser (caps);
  const gchar *name = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  g_autofree gchar *problem = parser == NULL ?
      g_strdup_printf (_("%s cannot be carried in ASF. Use another encoder: "
          "gst-inspect-1.0 asfmux lists what the muxer takes."), name) :
      g_strdup_printf (_("%s cannot be carried in ASF in this form."), name);

  set_error (error, problem, parser);
}

static gboolean
may_reorder (const GstStructure * s)
{
  static const gchar *const names[] = { "video/x-h264", "video/x-h265",
    "video/mpeg", "video/x-divx", "video/x-dirac"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    if (gst_structure_has_name (s, names[i]))
      return TRUE;
  }
  return FALSE;
}

/* What h264parse knows of a byte stream before the first access unit: a stream
 * that begins with a gap is in a header by then. */
static void
learn_from_record (GstWmsAsfFormat * format, const GstStructure * s)
{
  g_autoptr (GBytes) record = NULL;
  const guint8 *data;
  gsize size;

  if (!format->is_h264_bytes || format->stream.codec_data != NULL)
    return;
  record = gst_wms_asf_codec_data_bytes (s, "codec_data", NULL);
  if (record == NULL)
    return;
  data = g_bytes_get_data (record, &size);
  format->stream.codec_data = asf_parameter_sets_from_record (data, size);
  format->data_is_found = format->stream.codec_data != NULL;
}

gboolean
gst_wms_asf_format_from_caps (GstWmsAsfFormat * format, const GstCaps * caps,
    GError ** error)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const GstWmsAsfCodec *codec;
  AsfStreamKind kind;
  gboolean ok;

  memset (format, 0, sizeof *format);
  codec = gst_wms_asf_codec_find (caps, &kind);
  if (codec == NULL) {
    refuse (caps, error);
    return FALSE;
  }
  format->stream.kind = kind;
  format->stream.codec_name = codec->name;
  format->times_are_decode =
      (codec->flags & GST_WMS_ASF_CODEC_DECODE_TIMES) != 0;
  format->may_reorder = may_reorder (s);
  format->is_intra = kind == ASF_STREAM_AUDIO ||
      (codec->flags & GST_WMS_ASF_CODEC_INTRA) != 0;
  if (codec->flags & GST_WMS_ASF_CODEC_HEADERS)
    format->headers = gst_wms_asf_codec_data_headers (s, NULL);
  ok = kind == ASF_STREAM_AUDIO ? read_audio (format, codec, s, error) :
      read_video (format, codec, s, error);
  format->stream.codec_description = format->description;
  /* of H.265 asfdemux takes all codec data for that of another form */
  format->is_h264_bytes = codec->data == GST_WMS_ASF_DATA_JOINED
      && gst_structure_has_name (s, "video/x-h264");
  if (ok)
    learn_from_record (format, s);
  else
    gst_wms_asf_format_clear (format);
  return ok;
}

static gboolean
same_image (const AsfImageFormat * a, const AsfImageFormat * b)
{
  return a->width == b->width && a->height == b->height &&
      a->fourcc == b->fourcc && a->bit_count == b->bit_count &&
      a->is_top_down == b->is_top_down;
}

/* A block alignment that the caps leave open comes from the first buffer. */
static gboolean
same_wave (const AsfWaveFormat * a, const AsfWaveFormat * b)
{
  return a->format_tag == b->format_tag && a->channels == b->channels &&
      a->rate == b->rate && a->bits_per_sample == b->bits_per_sample &&
      (a->block_align == b->block_align || b->block_align == 0);
}

static gboolean
same_data (const GstWmsAsfFormat * a, const GstWmsAsfFormat * b)
{
  GBytes *x = a->data_is_found ? NULL : a->stream.codec_data;
  GBytes *y = b->data_is_found ? NULL : b->stream.codec_data;

  return x == y || (x != NULL && y != NULL && g_bytes_equal (x, y));
}

gboolean
gst_wms_asf_format_equal (const GstWmsAsfFormat * a, const GstWmsAsfFormat * b)
{
  const AsfStream *x = &a->stream;
  const AsfStream *y = &b->stream;

  if (x->kind != y->kind || x->has_spread != y->has_spread || !same_data (a, b))
    return FALSE;
  if (x->kind == ASF_STREAM_AUDIO)
    return same_wave (&x->wave, &y->wave);
  return same_image (&x->image, &y->image);
}

static gboolean
has_bytes (GstBuffer * buffer, GBytes * bytes)
{
  return gst_buffer_get_size (buffer) == g_bytes_get_size (bytes) &&
      gst_buffer_memcmp (buffer, 0, g_bytes_get_data (bytes, NULL),
      g_bytes_get_size (bytes)) == 0;
}

static GBytes *
find_sets (GstBuffer * buffer, gboolean * has_picture)
{
  GBytes *sets;
  GstMapInfo map;

  *has_picture = TRUE;
  if (!asf_buffer_map (buffer, &map))
    return NULL;
  sets = asf_parameter_sets_find (map.data, map.size, has_picture);
  gst_buffer_unmap (buffer, &map);
  return sets;
}

void
gst_wms_asf_format_learn (GstWmsAsfFormat * format, GstBuffer * buffer)
{
  gboolean has_picture;

  if (!format->is_h264_bytes || format->stream.codec_data != NULL)
    return;
  format->stream.codec_data = find_sets (buffer, &has_picture);
  format->data_is_found = format->stream.codec_data != NULL;
}

/* Out of asfdemux and a parser they come in an access unit of their own. */
static gboolean
has_same_sets_only (const GstWmsAsfFormat * format, GstBuffer * buffer)
{
  gboolean has_picture;
  g_autoptr (GBytes) sets = NULL;

  if (!format->is_h264_bytes || GST_BUFFER_PTS_IS_VALID (buffer))
    return FALSE;
  sets = find_sets (buffer, &has_picture);
  return sets != NULL && !has_picture
      && g_bytes_equal (sets, format->stream.codec_data);
}

gboolean
gst_wms_asf_format_repeats (const GstWmsAsfFormat * format, GstBuffer * buffer)
{
  gboolean is_flagged = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER);
  guint i;

  if (format->headers == NULL)
    return is_flagged && format->stream.codec_data != NULL &&
        (has_bytes (buffer, format->stream.codec_data)
        || has_same_sets_only (format, buffer));
  /* oggdemux does not flag those of Speex and FLAC, nor give them times */
  for (i = 0; !is_flagged && !GST_BUFFER_PTS_IS_VALID (buffer)
      && i < format->headers->len; i++)
    is_flagged = has_bytes (buffer, g_ptr_array_index (format->headers, i));
  return is_flagged;
}

void
gst_wms_asf_format_clear (GstWmsAsfFormat * format)
{
  g_clear_pointer (&format->stream.codec_data, g_bytes_unref);
  g_clear_pointer (&format->description, g_free);
  g_clear_pointer (&format->headers, g_ptr_array_unref);
  memset (format, 0, sizeof *format);
}
