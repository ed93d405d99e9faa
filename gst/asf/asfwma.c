/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfwma.h"

#include <gst/base/gstbitreader.h>

/* Format tags (rules, 5.1). */
#define TAG_VOICE 0x000A
#define TAG_PRO 0x0162
#define TAG_LOSSLESS 0x0163

/* Where the codec data of WMA Pro and Lossless has the encode options. */
#define OPTIONS_OFFSET 14
#define OPTION_FRAME_LENGTH 0x06
#define OPTION_SUBFRAMES(o) (((o) >> 3) & 7)
#define OPTION_LENGTH_PREFIX 0x40
#define OPTION_DYNAMIC_RANGE 0x80

#define VOICE_SAMPLES 480
#define MAX_CHANNELS 8

typedef struct
{
  GstBitReader bits;
  gboolean failed;
  guint16 options;
  guint channels;
  guint samples;                /* of a frame */
  guint size_bits;              /* of a length in bits */
} Walk;

static guint32
get (Walk * walk, guint n_bits)
{
  guint32 value = 0;

  if (n_bits > 0 && !gst_bit_reader_get_bits_uint32 (&walk->bits, &value,
          n_bits))
    walk->failed = TRUE;
  return value;
}

static void
skip (Walk * walk, guint n_bits)
{
  if (!gst_bit_reader_skip (&walk->bits, n_bits))
    walk->failed = TRUE;
}

static guint
floor_log2 (guint n)
{
  return g_bit_storage (n) - 1;
}

static guint
ceil_log2 (guint n)
{
  return n > 1 ? g_bit_storage (n - 1) : 0;
}

static guint
frame_samples (guint32 rate, guint16 options)
{
  guint samples = rate <= 16000 ? 512 : rate <= 22050 ? 1024 :
      rate <= 48000 ? 2048 : rate <= 96000 ? 4096 : 8192;

  switch (options & OPTION_FRAME_LENGTH) {
    case 2:
      return samples * 2;
    case 4:
      return samples / 2;
    case 6:
      return samples / 4;
    default:
      return samples;
  }
}

/* WMA Pro: each frame begins with its length. */
static guint
count_prefixed (Walk * walk)
{
  guint n = 0;

  while (!walk->failed && gst_bit_reader_get_remaining (&walk->bits) > 0) {
    guint32 length = get (walk, walk->size_bits);

    n++;
    /* a cut one goes on in the next block */
    if (walk->failed || length <= walk->size_bits)
      break;
    skip (walk, length - walk->size_bits - 1);
    if (get (walk, 1) == 0)
      break;
  }
  return n;
}

/* Filters of WMA Lossless: only their size matters here. */
static void
skip_channel_filter (Walk * walk)
{
  guint order = (get (walk, 4) + 1) * 2;
  guint scale = get (walk, 4);
  guint n_bits;

  if (get (walk, 1) == 0)
    return;
  n_bits = get (walk, ceil_log2 (scale + 1)) + 2;
  skip (walk, n_bits * (order * walk->channels * walk->channels +
          walk->channels * (walk->channels - 1) / 2));
}

static void
skip_sample_filters (Walk * walk)
{
  gboolean has_coefficients = get (walk, 1);
  guint order[8], scale[8];
  guint channel, n, i;

  for (channel = 0; channel < walk->channels && !walk->failed; channel++) {
    n = get (walk, 3) + 1;
    for (i = 0; i < n; i++)
      order[i] = (get (walk, 7) + 1) * 8;
    for (i = 0; i < n; i++)
      scale[i] = get (walk, 4);
    for (i = 0; has_coefficients && i < n && !walk->failed; i++) {
      guint count = get (walk, floor_log2 (order[i])) + 1;

      skip (walk, count * (get (walk, ceil_log2 (scale[i] + 1)) + 2));
    }
  }
}

/* A seekable subframe says with which filters the following ones go on. */
static void
skip_filters (Walk * walk)
{
  gboolean is_arithmetic = get (walk, 1);
  gboolean has_filter = get (walk, 1);
  gboolean has_channel_filter;
  guint order, scale;

  get (walk, 1);
  has_channel_filter = get (walk, 1);
  if (is_arithmetic) {
    walk->failed = TRUE;
    return;
  }
  if (has_filter) {
    order = get (walk, 4) + 1;
    scale = get (walk, 4);
    skip (walk, order * scale);
  }
  if (has_channel_filter)
    skip_channel_filter (walk);
  skip_sample_filters (walk);
  skip (walk, 3 + 8);
}

/* A subframe of silence: FALSE when there is anything in it. */
static gboolean
skip_silence (Walk * walk)
{
  guint channel, order, scale;

  if (get (walk, 1))
    skip_filters (walk);
  if (get (walk, 1))
    return FALSE;
  for (channel = 0; channel < walk->channels; channel++) {
    if (get (walk, 1))
      return FALSE;
  }
  if (get (walk, 1)) {
    order = get (walk, 5) + 1;
    scale = get (walk, 4);
    skip (walk, 3 + order * scale * walk->channels);
  }
  if (get (walk, 1))
    skip (walk, 5);
  return !walk->failed;
}

/* Subframes of a frame, 0 when they are not the same in all channels. */
static guint
count_subframes (Walk * walk)
{
  guint max = 1 << OPTION_SUBFRAMES (walk->options);
  guint smallest = MAX (walk->samples / max, 1);
  gboolean all_alike = max == 1 || get (walk, 1) || walk->channels == 1;
  guint left = walk->samples;
  guint channel, length, n;

  for (n = 0; left > 0 && !walk->failed; n++) {
    for (channel = 0; channel < walk->channels; channel++) {
      if (!all_alike && left > smallest && get (walk, 1) == 0)
        return 0;
    }
    length = smallest;
    if (left > smallest)
      length *= get (walk, max > 1 ? floor_log2 (max - 1) + 1 : 1) + 1;
    if (length > left)
      return 0;
    left -= length;
  }
  return walk->failed ? 0 : n;
}

static gboolean
skip_silent_frame (Walk * walk)
{
  guint n = count_subframes (walk);

  if (n == 0)
    return FALSE;
  if (walk->options & OPTION_DYNAMIC_RANGE)
    skip (walk, 8);
  if (get (walk, 1)) {
    /* samples that are left out at the beginning, at the end */
    guint trims = get (walk, 2);

    if (trims != 0)
      return FALSE;
  }
  while (n-- > 0) {
    if (!skip_silence (walk))
      return FALSE;
  }
  return !walk->failed;
}

/* WMA Lossless: a frame has to be read to its end. */
static guint
count_silent (Walk * walk)
{
  guint n = 0;

  do {
    if (!skip_silent_frame (walk))
      return 0;
    n++;
  } while (get (walk, 1) && !walk->failed);
  return n;
}

/* WMA Voice says how many there are, in digits of base 63. */
static guint
count_voice (Walk * walk)
{
  guint n = 0;
  guint digit;

  skip (walk, 4 + 1);
  do {
    digit = get (walk, 6);
    n += digit;
  } while (digit == 63 && !walk->failed);
  return walk->failed ? 0 : n;
}

static guint
count_block (Walk * walk, const AsfWaveFormat * wave, const guint8 * data)
{
  gst_bit_reader_init (&walk->bits, data, wave->block_align);
  walk->failed = FALSE;
  if (wave->format_tag == TAG_VOICE)
    return count_voice (walk);
  /* number of the block, two flags, rest of the last block's last frame */
  skip (walk, 4 + 2);
  skip (walk, get (walk, walk->size_bits));
  if (walk->failed)
    return 0;
  return walk->options & OPTION_LENGTH_PREFIX ? count_prefixed (walk) :
      count_silent (walk);
}

static gboolean
read_options (Walk * walk, const AsfWaveFormat * wave, GBytes * codec_data)
{
  gsize size = 0;
  const guint8 *options = codec_data ? g_bytes_get_data (codec_data, &size) :
      NULL;

  if (wave->format_tag == TAG_VOICE) {
    walk->samples = VOICE_SAMPLES;
    return TRUE;
  }
  if ((wave->format_tag != TAG_PRO && wave->format_tag != TAG_LOSSLESS)
      || size < OPTIONS_OFFSET + 2 || wave->channels > MAX_CHANNELS)
    return FALSE;
  walk->options = options[OPTIONS_OFFSET] | options[OPTIONS_OFFSET + 1] << 8;
  walk->channels = wave->channels;
  walk->samples = frame_samples (wave->rate, walk->options);
  walk->size_bits = floor_log2 (wave->block_align) + 4;
  return wave->format_tag == TAG_LOSSLESS ||
      walk->options & OPTION_LENGTH_PREFIX;
}

guint64
asf_wma_count_samples (const AsfWaveFormat * wave, GBytes * codec_data,
    const guint8 * data, gsize size)
{
  Walk walk = { 0 };
  guint64 n_frames = 0;
  guint n;
  gsize pos;

  if (wave->block_align == 0 || size == 0 || size % wave->block_align != 0
      || !read_options (&walk, wave, codec_data))
    return 0;
  for (pos = 0; pos < size; pos += wave->block_align) {
    n = count_block (&walk, wave, data + pos);
    if (n == 0)
      return 0;
    n_frames += n;
  }
  return n_frames * walk.samples;
}
