/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* RFC 1320, section 3; names of functions and registers are its own. */
#include "wmspush/wmsmd4.h"

#include <string.h>

#include "wmspush/wmscredentials.h"

#define BLOCK_SIZE 64
#define ROUND_STEPS 16

typedef struct
{
  guint32 constant;
  guint8 shifts[4];
  guint8 words[ROUND_STEPS];
} Round;

/* section 3.4 */
static const Round rounds[] = {
  {0, {3, 7, 11, 19},
      {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
  {0x5a827999, {3, 5, 9, 13},
      {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15}},
  {0x6ed9eba1, {3, 9, 11, 15},
      {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15}},
};

static guint32
mix (gsize round, guint32 x, guint32 y, guint32 z)
{
  if (round == 0)
    return (x & y) | (~x & z);
  if (round == 1)
    return (x & y) | (x & z) | (y & z);
  return x ^ y ^ z;
}

static void
take_block (guint32 * state, const guint8 * block)
{
  guint32 words[BLOCK_SIZE / 4];
  guint32 r[4];
  gsize i, k;

  memcpy (words, block, sizeof words);
  memcpy (r, state, sizeof r);
  for (k = 0; k < G_N_ELEMENTS (rounds); k++) {
    for (i = 0; i < ROUND_STEPS; i++) {
      guint shift = rounds[k].shifts[i % 4];
      guint32 sum = r[0] + mix (k, r[1], r[2], r[3])
          + GUINT32_FROM_LE (words[rounds[k].words[i]]) + rounds[k].constant;

      r[0] = r[3];
      r[3] = r[2];
      r[2] = r[1];
      r[1] = sum << shift | sum >> (32 - shift);
    }
  }
  for (i = 0; i < 4; i++)
    state[i] += r[i];
  wms_wipe (words, sizeof words);
  wms_wipe (r, sizeof r);
}

void
wms_md4 (const guint8 * data, gsize size, guint8 * digest)
{
  guint32 state[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
  guint8 last[2 * BLOCK_SIZE] = { 0, };
  guint64 bits = GUINT64_TO_LE ((guint64) size * 8);
  gsize rest = size % BLOCK_SIZE;
  gsize last_size = rest + 1 + sizeof bits > BLOCK_SIZE ?
      2 * BLOCK_SIZE : BLOCK_SIZE;
  gsize i;

  for (i = 0; i + BLOCK_SIZE <= size; i += BLOCK_SIZE)
    take_block (state, data + i);
  if (rest > 0)
    memcpy (last, data + i, rest);
  last[rest] = 0x80;
  memcpy (last + last_size - sizeof bits, &bits, sizeof bits);
  for (i = 0; i < last_size; i += BLOCK_SIZE)
    take_block (state, last + i);
  for (i = 0; i < G_N_ELEMENTS (state); i++)
    state[i] = GUINT32_TO_LE (state[i]);
  memcpy (digest, state, WMS_MD4_SIZE);
  wms_wipe (last, sizeof last);
  wms_wipe (state, sizeof state);
}
