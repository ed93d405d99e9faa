/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubhistory.h"

#include <string.h>

#define RATE_SECONDS 5

static gint64
second_of (gint64 time_us)
{
  return time_us / G_USEC_PER_SEC;
}

void
pub_history_add (PubHistory * self, gint64 now_us, guint64 bytes)
{
  gint64 second = second_of (now_us);
  guint32 *slot = &self->bytes[second % PUB_HISTORY_SECONDS];

  if (second - self->newest >= PUB_HISTORY_SECONDS) {
    memset (self->bytes, 0, sizeof (self->bytes));
  } else {
    gint64 empty;

    for (empty = self->newest + 1; empty <= second; empty++)
      self->bytes[empty % PUB_HISTORY_SECONDS] = 0;
  }
  self->newest = MAX (self->newest, second);
  *slot = MIN (*slot + bytes, G_MAXUINT32);
}

static guint32
bytes_in (const PubHistory * self, gint64 second)
{
  return second > self->newest || second < 0
      || second <= self->newest - PUB_HISTORY_SECONDS ? 0
      : self->bytes[second % PUB_HISTORY_SECONDS];
}

/* Returns: the first second in which something came, of those that are over
 *     and not too old; @now when there is none. */
static gint64
first_second (const PubHistory * self, gint64 now)
{
  gint64 second = MAX (now - PUB_HISTORY_SECONDS, 0);

  while (second < now && bytes_in (self, second) == 0)
    second++;
  return second;
}

/* Of the seconds from @start up to @end, which is not among them. */
static guint64
mean_rate (const PubHistory * self, gint64 start, gint64 end)
{
  guint64 bytes = 0;
  gint64 second;

  for (second = start; second < end; second++)
    bytes += bytes_in (self, second);
  return end > start ? bytes * 8 / (end - start) : 0;
}

guint
pub_history_read (const PubHistory * self, gint64 now_us,
    guint64 bits_per_second[PUB_HISTORY_STEPS + 1])
{
  gint64 now = second_of (now_us), start = first_second (self, now);
  guint n = 0;

  while (start < now) {
    gint64 end = (start / PUB_HISTORY_STEP_SECONDS + 1)
        * PUB_HISTORY_STEP_SECONDS;

    bits_per_second[n++] = mean_rate (self, start, MIN (end, now));
    start = end;
  }
  return n;
}

guint64
pub_history_rate (const PubHistory * self, gint64 now_us)
{
  gint64 now = second_of (now_us);

  return mean_rate (self, MAX (now - RATE_SECONDS, first_second (self, now)),
      now);
}
