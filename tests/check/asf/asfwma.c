/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "asf/asfwma.h"
#include "testbytes.h"

/* Encode options of WMA Pro and Lossless stand behind 14 bytes. */
#define PRO "1800030000000000000000000000e0000000"
#define LOSSLESS "100003000000000000000000000021010000"

/* 42 frames of silence, the last one of which says that it is that. */
#define SILENT_PRO \
    "0800000034801c000460026800118009a000460026800118009a000460026800" \
    "118009a000460026800118009a000460026800118009a000460026800118009a" \
    "000460026800118009a000460026800118009a000460026800118009a0004600" \
    "26800118009a000460026800118009a000460026800118009a00046002680011" \
    "8009a000460026800118009a000460026800118009a000460026800118009a00" \
    "0460026800118009a000460026800118009a000460026800118009a000460026" \
    "800118009a00046002680011"
#define SILENT_LOSSLESS \
    "080000fd706f02021c0e590e072e8002fc05f80bf017e02fc05f80bf017e02fc" \
    "05f80bf017e02fc05f80bf017e02fc05f80bf017e02fc05f80bf017e02fc05f8" \
    "0bf017e02fc05f80bf017e02fc05f80bf017e02fc05f80bf017e02fc"

/* What is given of a block is filled up with zeros. */
static const struct
{
  guint16 tag, channels;
  guint32 rate;
  guint16 block_align;
  guint n_blocks;
  const gchar *codec_data;
  const gchar *block;
  guint64 samples;
} cases[] = {
  {0x0162, 2, 44100, 8917, 1, PRO, SILENT_PRO, 42 * 2048},
  {0x0162, 2, 44100, 8917, 2, PRO, SILENT_PRO, 2 * 42 * 2048},
  {0x0162, 2, 96000, 8917, 1, PRO, SILENT_PRO, 42 * 4096},
  /* one frame that goes on in the next block */
  {0x0162, 2, 44100, 16, 1, PRO, "08 00 7f", 2048},
  /* no length in front of frames; rest of a frame that is no end */
  {0x0162, 2, 44100, 8917, 1, LOSSLESS, SILENT_PRO, 0},
  {0x0162, 2, 44100, 16, 1, PRO, "0b ff ff ff", 0},
  {0x0162, 2, 44100, 16, 1, "180003", SILENT_PRO, 0},
  {0x0163, 2, 44100, 13375, 1, LOSSLESS, SILENT_LOSSLESS, 42 * 2048},
  /* something to be heard */
  {0x0163, 2, 44100, 13375, 1, LOSSLESS, "080000fd706f02021c0e590e072e8022", 0},
  {0x000A, 1, 8000, 300, 1, NULL, "08a0017a", 5 * 480},
  {0x000A, 1, 8000, 300, 1, NULL, "0fe280", (63 + 5) * 480},
  {0x000A, 1, 8000, 2, 1, NULL, "0fff", 0},
  {0x0161, 2, 44100, 16, 1, PRO, "08 00 7f", 0},
  {0x0162, 2, 44100, 0, 1, PRO, "08 00 7f", 0},
};

GST_START_TEST (test_count)
{
  AsfWaveFormat wave = {
    .format_tag = cases[__i__].tag,
    .channels = cases[__i__].channels,
    .rate = cases[__i__].rate,
    .block_align = cases[__i__].block_align,
  };
  GByteArray *block = test_from_hex (cases[__i__].block);
  GByteArray *extra = test_from_hex (cases[__i__].codec_data ?
      cases[__i__].codec_data : "");
  GBytes *codec_data = g_byte_array_free_to_bytes (extra);
  gsize size = MAX (wave.block_align, 1) * cases[__i__].n_blocks;
  g_autofree guint8 *data = g_malloc0 (size);
  guint i;

  for (i = 0; i < cases[__i__].n_blocks; i++)
    memcpy (data + i * wave.block_align, block->data,
        MIN (block->len, MAX (wave.block_align, 1)));
  fail_unless_equals_uint64 (asf_wma_count_samples (&wave, codec_data, data,
          size), cases[__i__].samples);
  /* not whole blocks */
  fail_unless_equals_uint64 (asf_wma_count_samples (&wave, codec_data, data,
          size - 1), 0);
  g_bytes_unref (codec_data);
  g_byte_array_unref (block);
}

GST_END_TEST;

/* Whatever stands in a block: no reading past it, and an end. */
GST_START_TEST (test_noise)
{
  static const guint16 tags[] = { 0x000A, 0x0162, 0x0163 };
  GRand *rand = g_rand_new_with_seed (__i__);
  guint i, k;

  for (i = 0; i < 2000; i++) {
    AsfWaveFormat wave = {
      .format_tag = tags[i % 3],
      .channels = g_rand_int_range (rand, 0, 12),
      .rate = g_rand_int_range (rand, 0, 200000),
      .block_align = g_rand_int_range (rand, 1, 300),
    };
    gsize size = wave.block_align * g_rand_int_range (rand, 1, 4);
    guint8 *data = g_malloc (size);
    guint8 extra[18];
    GBytes *codec_data;
    guint64 samples;

    for (k = 0; k < size; k++)
      data[k] = g_rand_int (rand) & g_rand_int (rand);
    for (k = 0; k < sizeof extra; k++)
      extra[k] = g_rand_int (rand);
    codec_data = g_bytes_new (extra, sizeof extra);
    samples = asf_wma_count_samples (&wave, codec_data, data, size);
    /* a frame takes a bit at least, or says a number in 6 bits */
    fail_unless (samples <= G_GUINT64_CONSTANT (16384) * 11 * 8 * size);
    g_bytes_unref (codec_data);
    g_free (data);
  }
  g_rand_free (rand);
}

GST_END_TEST;

static Suite *
asfwma_suite (void)
{
  Suite *s = suite_create ("asfwma");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_count, 0, G_N_ELEMENTS (cases));
  tcase_add_loop_test (tc, test_noise, 0, 8);
  return s;
}

GST_CHECK_MAIN (asfwma);
