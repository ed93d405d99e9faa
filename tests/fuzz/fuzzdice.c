/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzzdice.h"

#include "fuzz.h"

/* One lock: it protects the parts that have not been dealt yet. */
static GMutex lock;
static FuzzInput rest;
static gsize part_size;
static guint generation;

typedef struct
{
  FuzzInput input;
  guint generation;
} Hand;

static GPrivate hands = G_PRIVATE_INIT (g_free);

guint32 __real_g_rand_int (GRand * rand);
guint32 __wrap_g_rand_int (GRand * rand);
gint32 __real_g_rand_int_range (GRand * rand, gint32 begin, gint32 end);
gint32 __wrap_g_rand_int_range (GRand * rand, gint32 begin, gint32 end);
gdouble __real_g_rand_double (GRand * rand);
gdouble __wrap_g_rand_double (GRand * rand);

static Hand *
get_hand (void)
{
  Hand *hand = g_private_get (&hands);

  if (hand == NULL) {
    hand = g_new0 (Hand, 1);
    g_private_set (&hands, hand);
  }
  return hand;
}

/* Returns: (transfer none): this thread's bytes. */
static FuzzInput *
get_input (void)
{
  Hand *hand = get_hand ();

  g_mutex_lock (&lock);
  if (hand->generation != generation) {
    hand->generation = generation;
    hand->input.size = fuzz_take_bytes (&rest, part_size, &hand->input.data);
  }
  g_mutex_unlock (&lock);
  return &hand->input;
}

void
fuzz_dice_deal (const guint8 * data, gsize size, guint n)
{
  g_mutex_lock (&lock);
  rest = (FuzzInput) {
  data, size};
  part_size = size / n;
  generation++;
  g_mutex_unlock (&lock);
}

void
fuzz_dice_load (const guint8 * data, gsize size)
{
  Hand *hand = get_hand ();

  g_mutex_lock (&lock);
  hand->generation = generation;
  g_mutex_unlock (&lock);
  hand->input = (FuzzInput) {
  data, size};
}

guint32
__wrap_g_rand_int (GRand * rand)
{
  FuzzInput *input = get_input ();
  guint32 low;

  if (input->size == 0)
    return __real_g_rand_int (rand);
  low = fuzz_take_uint16 (input);
  return low | (guint32) fuzz_take_uint16 (input) << 16;
}

/* One byte where that is enough, so that small changes stay small. */
gint32
__wrap_g_rand_int_range (GRand * rand, gint32 begin, gint32 end)
{
  FuzzInput *input = get_input ();
  guint32 range = (guint32) end - (guint32) begin;
  guint32 value;

  if (input->size == 0 || range == 0)
    return __real_g_rand_int_range (rand, begin, end);
  value = range <= 256 ? fuzz_take_byte (input) : __wrap_g_rand_int (rand);
  return begin + (gint32) (value % range);
}

gdouble
__wrap_g_rand_double (GRand * rand)
{
  if (get_input ()->size == 0)
    return __real_g_rand_double (rand);
  return __wrap_g_rand_int (rand) / 4294967296.0;
}
