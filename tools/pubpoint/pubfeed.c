/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubfeed.h"

#include <string.h>

void
pub_feed_init (PubFeed * self, PubStream * stream, const PubConfig * config,
    PubFeedTotals * totals)
{
  memset (self, 0, sizeof (*self));
  self->stream = stream;
  self->config = config;
  self->totals = totals;
  self->next = PUB_RING_NOWHERE;
  self->ready_us = g_get_monotonic_time ();
}

static void
move (PubFeed * self, guint64 place)
{
  pub_ring_move (pub_stream_get_ring (self->stream), &self->next, place);
}

static guint64
end_place (PubFeed * self)
{
  return pub_ring_get_end (pub_stream_get_ring (self->stream));
}

void
pub_feed_leave (PubFeed * self)
{
  move (self, PUB_RING_NOWHERE);
  g_clear_pointer (&self->segment, pub_segment_unref);
  g_clear_pointer (&self->reserved, pub_segment_unref);
}

guint64
pub_feed_get_behind (PubFeed * self)
{
  return pub_ring_get_size_from (pub_stream_get_ring (self->stream),
      self->next);
}

/* Nobody misses what went by before it could start. */
static void
skip_to (PubFeed * self, guint64 place)
{
  if (self->has_taken) {
    self->skipped += place - self->next;
    self->totals->skipped += place - self->next;
  }
  move (self, place);
}

static void
begin_here (PubFeed * self)
{
  self->start = self->next;
  pub_start_begin (&self->beginning);
}

/* Who has fallen behind begins again with room for something. */
static gboolean
is_near (PubFeed * self, guint64 place)
{
  return place != PUB_RING_NOWHERE && place >= self->next
      && pub_ring_get_size_from (pub_stream_get_ring (self->stream), place)
      <= self->config->player_limit / 2;
}

/* To the newest key frame, or else to the next one. */
static void
skip (PubFeed * self)
{
  guint64 place = pub_stream_find_start (self->stream, 0);

  if (!is_near (self, place))
    place = pub_stream_find_newest_key (self->stream);
  self->is_skipping = !is_near (self, place);
  skip_to (self, self->is_skipping ? end_place (self) : place);
  begin_here (self);
}

/* A programme that is over has no place to go on at. */
static gboolean
is_lost (PubFeed * self)
{
  return self->next < pub_ring_get_first (pub_stream_get_ring (self->stream));
}

static gboolean
can_skip (PubFeed * self)
{
  return self->segment != NULL && (!self->segment->is_over
      || self->segment != pub_stream_get_segment (self->stream));
}

void
pub_feed_check_blocked (PubFeed * self)
{
  if (can_skip (self) && (is_lost (self)
          || pub_feed_get_behind (self) > self->config->player_limit))
    skip (self);
}

void
pub_feed_reserve (PubFeed * self)
{
  PubSegment *newest = pub_stream_get_segment (self->stream);

  if (self->segment != NULL || self->reserved != NULL || newest == NULL
      || newest->is_over || pub_stream_has_packets (self->stream))
    return;
  self->reserved = pub_segment_ref (newest);
  move (self, end_place (self));
}

PubFeedStep
pub_feed_next (PubFeed * self)
{
  PubSegment *newest = pub_stream_get_segment (self->stream);
  const PubPacket *packet;

  if (self->segment == NULL)
    return self->reserved != NULL || (newest != NULL && !newest->is_over)
        ? PUB_FEED_HEADER : PUB_FEED_NOTHING;
  if (is_lost (self) || (self->is_skipping && can_skip (self)))
    skip (self);
  packet = self->is_skipping ? NULL
      : pub_stream_get_packet (self->stream, self->next);
  if (packet != NULL && packet->segment == self->segment)
    return PUB_FEED_PACKETS;
  /* nothing under this header any more */
  if (self->segment->is_end)
    return PUB_FEED_END;
  return newest != self->segment ? PUB_FEED_HEADER : PUB_FEED_NOTHING;
}

static void
choose_start (PubFeed * self)
{
  guint64 place = pub_stream_find_start (self->stream, self->config->burst_ms);

  if (place == PUB_RING_NOWHERE)
    place = pub_stream_find_newest_key (self->stream);
  /* packets went by that are no longer there */
  self->is_skipping = place == PUB_RING_NOWHERE
      && pub_stream_has_packets (self->stream);
  move (self, place == PUB_RING_NOWHERE ? end_place (self) : place);
}

PubSegment *
pub_feed_take_header (PubFeed * self)
{
  const PubPacket *packet = pub_stream_get_packet (self->stream, self->next);
  PubSegment *segment = packet != NULL && self->segment != NULL
      && !self->is_skipping ? packet->segment
      : pub_stream_get_segment (self->stream);

  pub_segment_ref (segment);
  if (self->reserved != NULL) {
    pub_segment_unref (segment);
    segment = g_steal_pointer (&self->reserved);
  } else if (self->segment == NULL) {
    choose_start (self);
  }
  g_clear_pointer (&self->segment, pub_segment_unref);
  self->segment = segment;
  begin_here (self);
  return segment;
}

/* There is one cut packet at a time, and it comes alone. */
static guint
cut (PubFeed * self, const PubPacket ** packets, guint n)
{
  PubStart start = self->beginning;
  guint i;

  for (i = 0; i < n && start.left > 0; i++) {
    const PubPacket *packet = pub_stream_cut (self->stream, &start, packets[i]);

    if (packet == packets[i])
      continue;
    if (i > 0)
      return i;
    packets[0] = packet;
    return 1;
  }
  return n;
}

guint
pub_feed_peek (PubFeed * self, const PubPacket ** packets, guint max)
{
  guint n = 0;

  while (n < max) {
    const PubPacket *packet = pub_stream_get_packet (self->stream,
        self->next + n);

    if (packet == NULL || packet->segment != self->segment)
      break;
    packets[n++] = packet;
  }
  return self->beginning.left > 0 ? cut (self, packets, n) : n;
}

/* What waited for a turn counts, not what waited for the player. */
static void
note_delays (PubFeed * self, guint n)
{
  gint64 now_us = g_get_monotonic_time (), delay_us;
  guint i;

  for (i = 0; i < n; i++) {
    const PubPacket *packet = pub_stream_get_packet (self->stream,
        self->next + i);

    delay_us = now_us - MAX (packet->arrived_us, self->ready_us);
    if (i == 0)
      self->totals->longest_delay_us = MAX (self->totals->longest_delay_us,
          delay_us);
    if (delay_us <= PUB_LATE_MS * G_TIME_SPAN_MILLISECOND)
      break;
    self->totals->late++;
  }
}

static void
go_behind (PubFeed * self, guint n)
{
  guint i;

  for (i = 0; i < n && self->beginning.left > 0; i++)
    pub_stream_cut (self->stream, &self->beginning,
        pub_stream_get_packet (self->stream, self->next + i));
}

void
pub_feed_take (PubFeed * self, guint n)
{
  if (n == 0)
    return;
  go_behind (self, n);
  note_delays (self, n);
  self->has_taken = TRUE;
  move (self, self->next + n);
}

void
pub_feed_set_ready (PubFeed * self)
{
  self->ready_us = g_get_monotonic_time ();
}

PubSegment *
pub_feed_get_segment (PubFeed * self)
{
  return self->segment;
}

gboolean
pub_feed_is_playing (PubFeed * self)
{
  return self->segment != NULL;
}

gboolean
pub_feed_is_skipping (PubFeed * self)
{
  return self->is_skipping;
}

gboolean
pub_feed_is_ending (PubFeed * self)
{
  return self->segment != NULL && self->segment->is_end;
}

gboolean
pub_feed_has_picture (PubFeed * self)
{
  return self->has_taken && !self->is_skipping
      && self->segment == pub_stream_get_segment (self->stream)
      && pub_stream_has_picture (self->stream, self->start, self->next);
}

guint64
pub_feed_get_skipped (PubFeed * self)
{
  return self->skipped;
}
