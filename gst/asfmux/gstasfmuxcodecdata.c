/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxcodecdata.h"

#include <string.h>
#include <glib/gi18n-lib.h>
#include <gst/base/gstbytewriter.h>

#include "asf/asfmap.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* What follows the format structure is at most a WORD long (section 9). */
#define MAX_CODEC_DATA (G_MAXUINT16 - 64)

#define FORMAT_EXTENSIBLE 0xFFFE
#define EXTENSIBLE_SIZE 22

/* MPEGLAYER3WAVEFORMAT after its WAVEFORMATEX (rules, 5.1). */
#define MP3_SIZE 12
#define MP3_PADDING_OFF 2
#define MP3_CODEC_DELAY 1393

/* MPEG1WAVEFORMAT after its WAVEFORMATEX. */
#define MP2_SIZE 22
#define MP2_STEREO 1
#define MP2_MONO 8
#define MP2_IS_MPEG1 0x10

/* Samples in one block of GSM 6.10 in Windows' packing. */
#define GSM_BLOCK_SAMPLES 320

/* Ogg mapping of FLAC: packet type, "FLAC", version, number of headers, then
 * the native stream: "fLaC", block head, STREAMINFO. */
#define FLAC_OGG_HEAD 9
#define FLAC_NATIVE_HEAD 8
#define FLAC_STREAMINFO 34

#define PALETTE_SIZE 1024

/* What the make_ functions write fits, so that no write of theirs can fail. */
#define MAX_MADE 64

/* NULL for no bytes, and with @error for those that cannot be read. */
static GBytes *
bytes_of_buffer (GstBuffer * buffer, GError ** error)
{
  GBytes *bytes = NULL;
  GstMapInfo map;

  if (buffer == NULL)
    return NULL;
  if (!asf_buffer_map (buffer, &map)) {
    g_clear_error (error);
    g_set_error_literal (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        _("The codec data of a stream cannot be read."));
    return NULL;
  }
  if (map.size > 0)
    bytes = g_bytes_new (map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  return bytes;
}

GBytes *
gst_wms_asf_codec_data_bytes (const GstStructure * s, const gchar * field,
    GError ** error)
{
  const GValue *value = gst_structure_get_value (s, field);

  if (value == NULL || !GST_VALUE_HOLDS_BUFFER (value))
    return NULL;
  return bytes_of_buffer (gst_value_get_buffer (value), error);
}

static gsize
size_of (GBytes * bytes)
{
  return bytes ? g_bytes_get_size (bytes) : 0;
}

GPtrArray *
gst_wms_asf_codec_data_headers (const GstStructure * s, GError ** error)
{
  GPtrArray *headers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  const GValue *array = gst_structure_get_value (s, "streamheader");
  guint i;

  if (array == NULL || !GST_VALUE_HOLDS_ARRAY (array))
    return headers;
  for (i = 0; i < gst_value_array_get_size (array); i++) {
    const GValue *value = gst_value_array_get_value (array, i);
    GBytes *bytes = GST_VALUE_HOLDS_BUFFER (value) ?
        bytes_of_buffer (gst_value_get_buffer (value), error) : NULL;

    if (bytes != NULL)
      g_ptr_array_add (headers, bytes);
  }
  return headers;
}

static void
append (GByteArray * to, GBytes * bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  g_byte_array_append (to, data, size);
}

/* A number as Xiph writes it: in units of 255 and a rest. */
static void
append_laced_size (GByteArray * to, gsize size)
{
  static const guint8 full = 255;
  guint8 rest = size % 255;

  for (; size >= 255; size -= 255)
    g_byte_array_append (to, &full, 1);
  g_byte_array_append (to, &rest, 1);
}

static void
append_head (GByteArray * to, GPtrArray * headers)
{
  guint8 last = headers->len - 1;
  guint i;

  g_byte_array_append (to, &last, 1);
  for (i = 0; i < last; i++)
    append_laced_size (to, size_of (g_ptr_array_index (headers, i)));
}

static GBytes *
join_headers (const GstStructure * s, GstWmsAsfCodecData how, GError ** error)
{
  GPtrArray *headers = gst_wms_asf_codec_data_headers (s, error);
  GByteArray *all = g_byte_array_new ();
  guint i;

  if (how == GST_WMS_ASF_DATA_LACED && headers->len > 0)
    append_head (all, headers);
  for (i = 0; i < headers->len; i++) {
    GBytes *header = g_ptr_array_index (headers, i);
    gsize size = g_bytes_get_size (header);
    guint8 word[2];

    if (how == GST_WMS_ASF_DATA_SPEEX && i > 0)
      break;
    GST_WRITE_UINT16_BE (word, MIN (size, G_MAXUINT16));
    if (how == GST_WMS_ASF_DATA_SIZED)
      g_byte_array_append (all, word, sizeof word);
    append (all, header);
  }
  g_ptr_array_unref (headers);
  if (all->len > 0)
    return g_byte_array_free_to_bytes (all);
  g_byte_array_unref (all);
  return NULL;
}

/* "fLaC" and STREAMINFO may be headers of their own, as matroskademux has
 * them. */
static GBytes *
flac_stream_info (const GstStructure * s, GError ** error)
{
  GBytes *all = join_headers (s, GST_WMS_ASF_DATA_JOINED, error);
  const guint8 *data = all ? g_bytes_get_data (all, NULL) : NULL;
  gsize at = FLAC_NATIVE_HEAD;
  GBytes *info = NULL;

  if (size_of (all) >= FLAC_OGG_HEAD && data[0] == 0x7F)
    at += FLAC_OGG_HEAD;
  if (size_of (all) >= at + FLAC_STREAMINFO &&
      memcmp (data + at - FLAC_NATIVE_HEAD, "fLaC", 4) == 0)
    info = g_bytes_new_from_bytes (all, at, FLAC_STREAMINFO);
  g_clear_pointer (&all, g_bytes_unref);
  return info;
}

static GBytes *
finish (GstByteWriter * w)
{
  guint size = gst_byte_writer_get_size (w);

  return g_bytes_new_take (gst_byte_writer_reset_and_get_data (w), size);
}

/* id, flags, block size, frames in a block, delay */
static GBytes *
make_mp3 (const AsfWaveFormat * wave)
{
  GstByteWriter w;

  gst_byte_writer_init_with_size (&w, MAX_MADE, FALSE);
  gst_byte_writer_put_uint16_le (&w, 1);
  gst_byte_writer_put_uint32_le (&w, MP3_PADDING_OFF);
  gst_byte_writer_put_uint16_le (&w, wave->rate < 32000 ? 576 : 1152);
  gst_byte_writer_put_uint16_le (&w, 1);
  gst_byte_writer_put_uint16_le (&w, MP3_CODEC_DELAY);
  return finish (&w);
}

/* layer, bit rate (0 unknown), mode, mode extension, emphasis, flags, PTS */
static GBytes *
make_mp2 (const AsfWaveFormat * wave, const GstStructure * s)
{
  gint layer = 2, bitrate = 0;
  GstByteWriter w;

  gst_structure_get_int (s, "layer", &layer);
  gst_structure_get_int (s, "bitrate", &bitrate);
  gst_byte_writer_init_with_size (&w, MAX_MADE, FALSE);
  gst_byte_writer_put_uint16_le (&w, layer);
  gst_byte_writer_put_uint32_le (&w, MAX (bitrate, 0));
  gst_byte_writer_put_uint16_le (&w, wave->channels == 1 ? MP2_MONO :
      MP2_STEREO);
  gst_byte_writer_put_uint16_le (&w, 0);
  gst_byte_writer_put_uint16_le (&w, 1);
  gst_byte_writer_put_uint16_le (&w, wave->rate < 32000 ? 0 : MP2_IS_MPEG1);
  gst_byte_writer_fill (&w, 0, 8);
  return finish (&w);
}

/* Samples in a block after the heads of the channels, 4 bits each. */
static guint
block_samples (const AsfWaveFormat * wave, guint head, guint in_head)
{
  guint heads = head * wave->channels;

  if (wave->block_align <= heads)
    return 0;
  return (wave->block_align - heads) * 2 / wave->channels + in_head;
}

static GBytes *
make_ms_adpcm (const AsfWaveFormat * wave)
{
  static const gint16 coefficients[][2] = {
    {256, 0}, {512, -256}, {0, 0}, {192, 64}, {240, 0}, {460, -208},
    {392, -232}
  };
  guint samples = block_samples (wave, 7, 2);
  GstByteWriter w;
  guint i;

  if (samples == 0)
    return NULL;
  gst_byte_writer_init_with_size (&w, MAX_MADE, FALSE);
  gst_byte_writer_put_uint16_le (&w, samples);
  gst_byte_writer_put_uint16_le (&w, G_N_ELEMENTS (coefficients));
  for (i = 0; i < G_N_ELEMENTS (coefficients); i++) {
    gst_byte_writer_put_int16_le (&w, coefficients[i][0]);
    gst_byte_writer_put_int16_le (&w, coefficients[i][1]);
  }
  return finish (&w);
}

static GBytes *
make_word (guint value)
{
  guint8 word[2];

  if (value == 0)
    return NULL;
  GST_WRITE_UINT16_LE (word, value);
  return g_bytes_new (word, sizeof word);
}

/* The bytes of a WAVEFORMATEXTENSIBLE's sub format after its first DWORD. */
static const guint8 sub_format_tail[] = {
  0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71
};

static gboolean
is_extensible (GBytes * bytes, guint16 tag)
{
  gsize size = size_of (bytes);
  const guint8 *data = bytes ? g_bytes_get_data (bytes, NULL) : NULL;

  return size >= EXTENSIBLE_SIZE && GST_READ_UINT32_LE (data + 6) == tag &&
      memcmp (data + 10, sub_format_tail, sizeof sub_format_tail) == 0;
}

/* Both sides order channels by the bits of the mask: GStreamer has the second
 * LFE where Windows has the side channels, and other bits for channels over
 * the head.  Returns G_MAXUINT32 for what Windows does not have. */
static guint32
windows_mask (guint64 mask)
{
  static const guint64 same = 0x1FF, side = 0xC00;

  if (mask & ~(same | side))
    return G_MAXUINT32;
  return (mask & same) | (mask & side) >> 1;
}

/* Windows wants an extensible format for more than 16 bits and for channels
 * other than mono or left and right. */
static gboolean
make_pcm (AsfStream * stream, const GstStructure * s, GError ** error)
{
  AsfWaveFormat *wave = &stream->wave;
  guint64 mask = wave->channels == 2 ? 3 : 0;
  GstByteWriter w;
  guint32 windows;

  gst_structure_get (s, "channel-mask", GST_TYPE_BITMASK, &mask, NULL);
  if (wave->channels == 1)
    mask = 0;
  windows = windows_mask (mask);
  if (windows == G_MAXUINT32) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        _("ASF has no such channel positions: insert audioconvert and a caps "
            "filter before the muxer."));
    return FALSE;
  }
  if (wave->channels <= 2 && (mask == 0 || mask == 3) &&
      (wave->format_tag != 1 || wave->bits_per_sample <= 16))
    return TRUE;
  gst_byte_writer_init_with_size (&w, MAX_MADE, FALSE);
  gst_byte_writer_put_uint16_le (&w, wave->bits_per_sample);
  gst_byte_writer_put_uint32_le (&w, windows);
  gst_byte_writer_put_uint32_le (&w, wave->format_tag);
  gst_byte_writer_put_data (&w, sub_format_tail, sizeof sub_format_tail);
  stream->codec_data = finish (&w);
  wave->format_tag = FORMAT_EXTENSIBLE;
  return TRUE;
}

/* Colours of the host's byte order, as readers of RIFF files make them. */
static GBytes *
palette (const GstStructure * s, GError ** error)
{
  GBytes *colours = gst_wms_asf_codec_data_bytes (s, "palette_data", error);
  gsize size = MIN (size_of (colours), PALETTE_SIZE);
  const guint8 *data;
  guint8 *copy;
  gsize i;

  if (size < 4)
    return colours;
  data = g_bytes_get_data (colours, NULL);
  copy = g_malloc0 (size);
  for (i = 0; i + 4 <= size; i += 4) {
    guint32 colour;

    memcpy (&colour, data + i, sizeof colour);
    GST_WRITE_UINT32_LE (copy + i, colour);
  }
  g_bytes_unref (colours);
  return g_bytes_new_take (copy, size);
}

/* What the caps do not give is made from their fields. */
static GBytes *
make_data (const GstWmsAsfCodec * codec, const GstStructure * s,
    const AsfWaveFormat * wave, GError ** error)
{
  switch (codec->data) {
    case GST_WMS_ASF_DATA_ZEROS:
      GST_WARNING ("no codec_data, %u zeros instead", codec->min_data);
      return g_bytes_new_take (g_malloc0 (codec->min_data), codec->min_data);
    case GST_WMS_ASF_DATA_JOINED:
    case GST_WMS_ASF_DATA_LACED:
    case GST_WMS_ASF_DATA_SIZED:
    case GST_WMS_ASF_DATA_SPEEX:
      return join_headers (s, codec->data, error);
    case GST_WMS_ASF_DATA_FLAC:
      return flac_stream_info (s, error);
    case GST_WMS_ASF_DATA_MP3:
      return make_mp3 (wave);
    case GST_WMS_ASF_DATA_MP2:
      return make_mp2 (wave, s);
    case GST_WMS_ASF_DATA_MS_ADPCM:
      return make_ms_adpcm (wave);
    case GST_WMS_ASF_DATA_IMA_ADPCM:
      return make_word (block_samples (wave, 4, 1));
    case GST_WMS_ASF_DATA_GSM:
      return make_word (GSM_BLOCK_SAMPLES);
    case GST_WMS_ASF_DATA_PALETTE:
      return palette (s, error);
    default:
      return NULL;
  }
}

/* Structures of a fixed size are made anew when what the caps have is no such
 * structure. */
static gboolean
is_usable (const GstWmsAsfCodec * codec, GBytes * given)
{
  switch (codec->data) {
    case GST_WMS_ASF_DATA_MP3:
      return size_of (given) == MP3_SIZE &&
          *(const guint8 *) g_bytes_get_data (given, NULL) != 0;
    case GST_WMS_ASF_DATA_MP2:
      return size_of (given) == MP2_SIZE;
    case GST_WMS_ASF_DATA_ZEROS:
      return given != NULL;
    default:
      return given != NULL && size_of (given) >= codec->min_data;
  }
}

static gboolean
check_size (const GstWmsAsfCodec * codec, const GstStructure * s,
    GBytes * data, GError ** error)
{
  const gchar *form = gst_structure_get_string (s, "stream-format");
  gsize at_least = codec->min_data;

  /* without a form it may be ADTS under the tag of AAC, as demuxers have it */
  if (codec->data == GST_WMS_ASF_DATA_AAC && form == NULL)
    at_least = 0;
  if (size_of (data) >= at_least && size_of (data) <= MAX_CODEC_DATA)
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      _("The codec data of %s has %u bytes, possible are %u to %u."),
      codec->name, (guint) MIN (size_of (data), G_MAXUINT), (guint) at_least,
      MAX_CODEC_DATA);
  return FALSE;
}

/* h264parse and h265parse say the record of their input first, and take it
 * back with the first picture.  Readers take it for that of the other form. */
static gboolean
is_of_other_form (const GstStructure * s, GBytes * data)
{
  const gchar *form = gst_structure_get_string (s, "stream-format");

  return g_strcmp0 (form, "byte-stream") == 0 && data != NULL
      && *(const guint8 *) g_bytes_get_data (data, NULL) != 0;
}

gboolean
gst_wms_asf_codec_data_read (const GstWmsAsfCodec * codec,
    const GstStructure * s, AsfStream * stream, GError ** error)
{
  g_autoptr (GError) unreadable = NULL;
  GBytes *data = gst_wms_asf_codec_data_bytes (s, "codec_data", &unreadable);

  if (is_of_other_form (s, data))
    g_clear_pointer (&data, g_bytes_unref);
  if (stream->kind == ASF_STREAM_AUDIO
      && is_extensible (data, stream->wave.format_tag)) {
    stream->wave.format_tag = FORMAT_EXTENSIBLE;
  } else if (codec->data == GST_WMS_ASF_DATA_PCM) {
    g_clear_pointer (&data, g_bytes_unref);
    return make_pcm (stream, s, error);
  } else if (unreadable == NULL && !is_usable (codec, data)) {
    GBytes *made = make_data (codec, s, &stream->wave, &unreadable);

    if (made != NULL) {
      g_clear_pointer (&data, g_bytes_unref);
      data = made;
    }
  }
  if (unreadable != NULL || !check_size (codec, s, data, error)) {
    if (unreadable != NULL)
      g_propagate_error (error, g_steal_pointer (&unreadable));
    g_clear_pointer (&data, g_bytes_unref);
    return FALSE;
  }
  stream->codec_data = data;
  return TRUE;
}
