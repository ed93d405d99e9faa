/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfschedule.h"

#include <string.h>

#define NS_PER_MS G_GUINT64_CONSTANT (1000000)
#define NS_PER_S G_GUINT64_CONSTANT (1000000000)

/* A quarter of an octave. */
#define RATE_STEP 1.1892071150027210

/* A stream may be this much over its declared rate on average: encoders round
 * it (rules, 7.4: 96,024 bit/s for content of 97,822). */
#define RATE_TOLERANCE 1.02

/* From here on a stream counts as one whose rate varies. */
#define PEAK_RATIO 1.1

/* What single precision loses over a long stream. */
#define ROUNDING 1.002

void
asf_bucket_init (AsfBucket * self, guint32 bps, guint32 window_ms,
    guint32 preroll_ms)
{
  gdouble rate = MAX (bps, 1);
  gint i;

  memset (self, 0, sizeof *self);
  self->bps = MAX (bps, 1);
  self->window_ns = window_ms * NS_PER_MS;
  self->preroll_ns = preroll_ms * NS_PER_MS;
  /* what leaves late takes the rest of the preroll to arrive */
  self->delay_ns = MIN (self->window_ns, self->preroll_ns / 2);
  self->held_s = MIN (self->window_ns, self->preroll_ns - self->delay_ns) /
      (gdouble) NS_PER_S;
  self->declared = ASF_BUCKET_DECLARED;
  for (i = ASF_BUCKET_DECLARED; i < ASF_BUCKET_RATES; i++, rate *= RATE_STEP)
    self->bps_tried[i] = rate;
  rate = MAX (bps, 1);
  for (i = ASF_BUCKET_DECLARED - 1; i >= 0; i--)
    self->bps_tried[i] = rate /= RATE_STEP;
}

/* The compiler makes vectors of this loop. */
static void
fill (AsfBucket * self, gfloat elapsed, gfloat bits)
{
  gint i;

  for (i = 0; i < ASF_BUCKET_RATES; i++) {
    gfloat level = self->fill_bits[i] - elapsed * self->bps_tried[i];

    level = (level > 0.0f ? level : 0.0f) + bits;
    self->fill_bits[i] = level;
    self->top_bits[i] = level > self->top_bits[i] ? level : self->top_bits[i];
  }
}

static gboolean
rate_holds (const AsfBucket * self, gint i, gdouble window_s)
{
  return self->top_bits[i] <= self->bps_tried[i] * window_s * ROUNDING;
}

/* Gives up the lowest rate for one above the highest, whose bucket was never
 * fuller than that one's was. */
static void
try_higher_rate (AsfBucket * self)
{
  const gint last = ASF_BUCKET_RATES - 1;

  memmove (self->bps_tried, self->bps_tried + 1, last * sizeof (gfloat));
  memmove (self->fill_bits, self->fill_bits + 1, last * sizeof (gfloat));
  memmove (self->top_bits, self->top_bits + 1, last * sizeof (gfloat));
  self->bps_tried[last] = self->bps_tried[last - 1] * RATE_STEP;
  self->declared--;
}

/* A guess may be far too low; noticed at once, before the buckets hold more
 * than a window. */
static void
try_higher_rates (AsfBucket * self)
{
  const gint last = ASF_BUCKET_RATES - 1;

  while (self->held_s > 0.0 && !rate_holds (self, last, self->held_s)
      && self->bps_tried[last] < (gdouble) G_MAXUINT32)
    try_higher_rate (self);
}

void
asf_bucket_add (AsfBucket * self, guint64 time_ns, guint32 size, AsfSpan * span)
{
  guint64 latest = time_ns + self->delay_ns;
  guint64 end;

  if (!self->started) {
    self->started = TRUE;
    self->first_ns = self->last_ns = time_ns;
  }
  fill (self, time_ns > self->last_ns ?
      (time_ns - self->last_ns) / (gfloat) NS_PER_S : 0.0f, size * 8.0f);
  try_higher_rates (self);
  self->last_ns = MAX (self->last_ns, time_ns);
  self->bytes += size;

  span->start_ns = MIN (MAX (self->drained_ns, time_ns), latest);
  end = span->start_ns + (guint64) size *8 * NS_PER_S / self->bps;
  self->was_over |= end > latest;
  span->end_ns = MIN (end, latest);
  span->latest_ns = latest;
  self->drained_ns = span->end_ns;
}

/* The lowest rate from @average on with which the bucket does not overflow.
 * What was the top at a lower rate is more than the top at a higher one. */
static gdouble
lowest_rate (const AsfBucket * self, gdouble average, gdouble window_s)
{
  const gint last = ASF_BUCKET_RATES - 1;
  gint i;

  for (i = 0; i <= last; i++) {
    if (self->bps_tried[i] < average || !rate_holds (self, i, window_s))
      continue;
    if (i == 0)
      return self->bps_tried[0];
    if (rate_holds (self, i - 1, window_s))
      return average;
    return MIN (MAX (average, self->top_bits[i - 1] * ROUNDING / window_s),
        self->bps_tried[i]);
  }
  /* far over the declaration: the most that was ever waiting, in one window */
  return MAX (MAX (average, self->bps_tried[last]),
      window_s > 0.0 ? self->top_bits[last] / window_s : average);
}

/* Milliseconds of window that the bucket needs at a rate that is not below
 * all those that were tried, else 0. */
static gdouble
needed_window_ms (const AsfBucket * self, gdouble bps)
{
  gint i = ASF_BUCKET_RATES - 1;

  while (i >= 0 && self->bps_tried[i] > bps)
    i--;
  return i < 0 ? 0.0 : self->top_bits[i] * ROUNDING * 1000.0 / bps;
}

static guint32
round_up (gdouble value)
{
  return MIN (value + 1.0, G_MAXUINT32);
}

void
asf_bucket_measure (const AsfBucket * self, guint64 end_ns,
    gboolean is_declared, AsfBucketRates * rates)
{
  gdouble window_s = self->window_ns / (gdouble) NS_PER_S;
  gdouble line_s = self->was_over ?
      (self->preroll_ns - self->delay_ns) / (gdouble) NS_PER_S : window_s;
  gdouble average = 0.0;
  gdouble peak, window_ms;

  rates->bps = self->bps;
  rates->window_ms = self->window_ns / NS_PER_MS;
  rates->peak_bps = rates->peak_window_ms = 0;
  if (end_ns > self->first_ns)
    average = self->bytes * 8.0 * NS_PER_S / (end_ns - self->first_ns);
  if (!self->started || (is_declared &&
          self->bps * RATE_TOLERANCE >= average &&
          self->declared >= 0 && rate_holds (self, self->declared, window_s)))
    return;
  if (is_declared && self->bps * RATE_TOLERANCE >= average)
    average = self->bps;
  peak = lowest_rate (self, average, MIN (line_s, window_s));
  window_ms = needed_window_ms (self, average);
  if (peak <= average * PEAK_RATIO || window_ms >= G_MAXUINT32
      || window_ms <= rates->window_ms) {
    rates->bps = round_up (peak);
    return;
  }
  rates->peak_bps = round_up (peak);
  rates->peak_window_ms = rates->window_ms;
  rates->bps = round_up (average);
  rates->window_ms = round_up (window_ms);
}
