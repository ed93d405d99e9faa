/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfschedule.h"

#include <string.h>

#define NS_PER_MS G_GUINT64_CONSTANT (1000000)
#define NS_PER_S G_GUINT64_CONSTANT (1000000000)

/* An eighth of an octave. */
#define RATE_STEP 1.0905077326652577

/* A stream may be this much over its declared rate on average: encoders round
 * it (rules, 7.4: 96,024 bit/s for content of 97,822). */
#define RATE_TOLERANCE 1.02

void
asf_bucket_init (AsfBucket * self, guint32 bps, guint32 window_ms)
{
  gdouble rate = MAX (bps, 1);
  gint i;

  memset (self, 0, sizeof *self);
  self->bps = MAX (bps, 1);
  self->window_ns = window_ms * NS_PER_MS;
  self->bps_tried[ASF_BUCKET_DECLARED] = rate;
  for (i = ASF_BUCKET_DECLARED + 1; i < ASF_BUCKET_RATES; i++)
    self->bps_tried[i] = self->bps_tried[i - 1] * RATE_STEP;
  for (i = ASF_BUCKET_DECLARED - 1; i >= 0; i--)
    self->bps_tried[i] = self->bps_tried[i + 1] / RATE_STEP;
}

static void
measure (AsfBucket * self, guint64 time_ns, guint32 size)
{
  gdouble bits = size * 8.0;
  gdouble elapsed;
  gint i;

  if (!self->started) {
    self->started = TRUE;
    self->first_ns = self->last_ns = time_ns;
  }
  elapsed = time_ns > self->last_ns ?
      (time_ns - self->last_ns) / (gdouble) NS_PER_S : 0.0;
  for (i = 0; i < ASF_BUCKET_RATES; i++) {
    gdouble fill = self->fill_bits[i] - elapsed * self->bps_tried[i];

    fill = (fill > 0.0 ? fill : 0.0) + bits;
    self->fill_bits[i] = fill;
    self->top_bits[i] = fill > self->top_bits[i] ? fill : self->top_bits[i];
  }
  self->last_ns = MAX (self->last_ns, time_ns);
  self->bytes += size;
}

void
asf_bucket_add (AsfBucket * self, guint64 time_ns, guint32 size, AsfSpan * span)
{
  guint64 latest = time_ns + self->window_ns;

  measure (self, time_ns, size);
  span->start_ns = MIN (MAX (self->drained_ns, time_ns), latest);
  span->end_ns = span->start_ns + (guint64) size *8 * NS_PER_S / self->bps;
  span->end_ns = MIN (span->end_ns, latest);
  span->latest_ns = latest;
  self->drained_ns = span->end_ns;
}

static gboolean
rate_holds (const AsfBucket * self, gint i, gdouble average)
{
  gdouble window_s = self->window_ns / (gdouble) NS_PER_S;
  gdouble tolerance = i == ASF_BUCKET_DECLARED ? RATE_TOLERANCE : 1.0;

  return self->bps_tried[i] * tolerance >= average &&
      self->top_bits[i] <= self->bps_tried[i] * window_s;
}

guint32
asf_bucket_needed_bps (const AsfBucket * self, guint64 end_ns,
    gboolean is_declared)
{
  gdouble window_s = self->window_ns / (gdouble) NS_PER_S;
  gdouble average = 0.0;
  gint last = ASF_BUCKET_RATES - 1;
  gdouble peak;
  gint i;

  if (end_ns > self->first_ns)
    average = self->bytes * 8.0 * NS_PER_S / (end_ns - self->first_ns);
  if (!self->started ||
      (is_declared && rate_holds (self, ASF_BUCKET_DECLARED, average)))
    return self->bps;
  for (i = 0; i < ASF_BUCKET_RATES; i++) {
    if (rate_holds (self, i, average))
      return MIN (self->bps_tried[i] + 1.0, G_MAXUINT32);
  }
  /* far over the declaration: the most that was ever waiting, in one window */
  peak = window_s > 0.0 ? self->top_bits[last] / window_s : average;
  peak = MAX (peak, MAX (average, self->bps_tried[last]));
  return MIN (peak + 1.0, G_MAXUINT32);
}
