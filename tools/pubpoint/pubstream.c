/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubstream.h"

#include "pubkeys.h"

typedef struct
{
  const PubListenerFuncs *funcs;
  gpointer data;                /* NULL: removed */
} Listener;

struct _PubStream
{
  PubSegment *segment;          /* the newest one, or NULL */
  guint64 n_packets;            /* in it */
  guint64 first_number;         /* of each */
  PubRing *ring;
  PubKeys *keys;
  PubStarts *starts;
  guint keep_ms;

  GArray *listeners;
  guint dispatching;
};

PubSegment *
pub_segment_ref (PubSegment * self)
{
  self->refs++;
  return self;
}

void
pub_segment_unref (PubSegment * self)
{
  if (--self->refs > 0)
    return;
  g_clear_pointer (&self->select, pub_select_unref);
  g_bytes_unref (self->header);
  g_free (self);
}

PubSelect *
pub_segment_get_select (PubSegment * self)
{
  if (self->select == NULL)
    self->select = pub_select_new ();
  return self->select;
}

static PubSegment *
segment_new (GBytes * header, const AsfHeaderInfo * info, guint32 gen)
{
  PubSegment *self = g_new0 (PubSegment, 1);

  self->refs = 1;
  self->header = g_bytes_ref (header);
  self->info = *info;
  self->gen = gen;
  return self;
}

PubStream *
pub_stream_new (gsize limit, guint64 first_number)
{
  PubStream *self = g_new0 (PubStream, 1);

  self->first_number = first_number;
  self->ring = pub_ring_new (limit, (GDestroyNotify) pub_segment_unref);
  self->keys = pub_keys_new ();
  self->starts = pub_starts_new ();
  self->listeners = g_array_new (FALSE, FALSE, sizeof (Listener));
  return self;
}

void
pub_stream_free (PubStream * self)
{
  pub_ring_free (self->ring);
  pub_keys_free (self->keys);
  pub_starts_free (self->starts);
  g_clear_pointer (&self->segment, pub_segment_unref);
  g_array_unref (self->listeners);
  g_free (self);
}

static void
begin_dispatch (PubStream * self)
{
  self->dispatching++;
}

/* Listeners that left meanwhile are taken out. */
static void
end_dispatch (PubStream * self)
{
  guint i;

  if (--self->dispatching > 0)
    return;
  for (i = self->listeners->len; i > 0; i--) {
    if (g_array_index (self->listeners, Listener, i - 1).data == NULL)
      g_array_remove_index (self->listeners, i - 1);
  }
}

void
pub_stream_add_listener (PubStream * self, const PubListenerFuncs * funcs,
    gpointer data)
{
  Listener listener = { funcs, data };

  g_array_append_val (self->listeners, listener);
}

static Listener *
find_listener (PubStream * self, gpointer data)
{
  guint i;

  for (i = 0; i < self->listeners->len; i++) {
    Listener *listener = &g_array_index (self->listeners, Listener, i);

    if (listener->data == data)
      return listener;
  }
  return NULL;
}

void
pub_stream_remove_listener (PubStream * self, gpointer data)
{
  Listener *listener = find_listener (self, data);

  if (listener == NULL)
    return;
  listener->data = NULL;
  begin_dispatch (self);
  end_dispatch (self);
}

gboolean
pub_stream_catch_up (PubStream * self, gpointer data)
{
  Listener *listener = find_listener (self, data);
  guint64 start = pub_stream_find_start (self, 0), place;
  const PubPacket *packet;

  if (listener == NULL || pub_stream_get_info (self) == NULL)
    return FALSE;
  begin_dispatch (self);
  listener->funcs->header (data, self->segment->header, &self->segment->info);
  for (place = start; (packet = pub_ring_get (self->ring, place)) != NULL
      && (listener = find_listener (self, data)) != NULL; place++)
    listener->funcs->packet (data, packet->bytes, packet->number,
        place == start);
  end_dispatch (self);
  return self->n_packets == 0 || start != PUB_RING_NOWHERE;
}

/* Of the segment before, only what its readers have not got is kept. */
static void
close_segment (PubStream * self, gboolean is_end)
{
  if (self->segment == NULL)
    return;
  self->segment->is_over = TRUE;
  self->segment->is_end = is_end;
  pub_keys_drop (self->keys, PUB_RING_NOWHERE);
  pub_ring_keep_from (self->ring, pub_ring_get_end (self->ring));
}

void
pub_stream_set_header (PubStream * self, GBytes * header,
    const AsfHeaderInfo * info)
{
  guint i, n = self->listeners->len;
  guint32 gen = self->segment != NULL ? self->segment->gen + 1 : 1;

  if (self->segment != NULL && !self->segment->is_over)
    close_segment (self, FALSE);
  g_clear_pointer (&self->segment, pub_segment_unref);
  self->segment = segment_new (header, info, gen);
  self->n_packets = 0;
  pub_keys_reset (self->keys, info);
  begin_dispatch (self);
  for (i = 0; i < n; i++) {
    Listener *listener = &g_array_index (self->listeners, Listener, i);

    if (listener->data != NULL)
      listener->funcs->header (listener->data, header, info);
  }
  end_dispatch (self);
}

/* A header is kept as long as its packets, and a source may send one for each.
 * One is there in any case. */
static guint32
header_cost (PubStream * self)
{
  if (self->n_packets > 0
      || pub_ring_get_first (self->ring) == pub_ring_get_end (self->ring))
    return 0;
  return sizeof (PubSegment) + g_bytes_get_size (self->segment->header);
}

static gboolean
keep_packet (PubStream * self, GBytes * bytes)
{
  const PubPacket packet = { g_bytes_ref (bytes),
    pub_segment_ref (self->segment), self->first_number + self->n_packets,
    header_cost (self), g_get_monotonic_time (), FALSE
  };
  guint64 start;
  gboolean starts;

  starts = pub_keys_add (self->keys, pub_ring_get_end (self->ring),
      g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
      packet.arrived_us);
  pub_ring_add (self->ring, &packet);
  pub_keys_drop (self->keys, pub_ring_get_first (self->ring));
  start = pub_stream_find_start (self, self->keep_ms);
  if (start == PUB_RING_NOWHERE)
    start = pub_stream_find_newest_key (self);
  pub_ring_keep_from (self->ring, MIN (start, pub_ring_get_end (self->ring)));
  return starts;
}

void
pub_stream_add_packet (PubStream * self, GBytes * packet)
{
  guint64 number = self->first_number + self->n_packets;
  gboolean starts = keep_packet (self, packet);
  guint i, n = self->listeners->len;

  begin_dispatch (self);
  for (i = 0; i < n; i++) {
    Listener *listener = &g_array_index (self->listeners, Listener, i);

    if (listener->data != NULL)
      listener->funcs->packet (listener->data, packet, number, starts);
  }
  end_dispatch (self);
  self->n_packets++;
}

void
pub_stream_end (PubStream * self)
{
  guint i, n = self->listeners->len;

  /* who waits for a header goes on waiting */
  if (self->segment == NULL || self->segment->is_over)
    return;
  close_segment (self, TRUE);
  begin_dispatch (self);
  for (i = 0; i < n; i++) {
    Listener *listener = &g_array_index (self->listeners, Listener, i);
    gpointer data = listener->data;

    if (data == NULL)
      continue;
    listener->data = NULL;
    listener->funcs->ended (data);
  }
  end_dispatch (self);
}

const AsfHeaderInfo *
pub_stream_get_info (PubStream * self)
{
  return self->segment != NULL && !self->segment->is_over
      ? &self->segment->info : NULL;
}

PubSegment *
pub_stream_get_segment (PubStream * self)
{
  return self->segment;
}

gboolean
pub_stream_has_packets (PubStream * self)
{
  return self->n_packets > 0;
}

PubRing *
pub_stream_get_ring (PubStream * self)
{
  return self->ring;
}

const PubPacket *
pub_stream_get_packet (PubStream * self, guint64 place)
{
  return pub_ring_get (self->ring, place);
}

const PubPacket *
pub_stream_cut (PubStream * self, PubStart * start, const PubPacket * packet)
{
  PubSegment *segment = packet->segment;

  return pub_starts_cut (self->starts, start, packet, &segment->info,
      segment->gen);
}

GBytes *
pub_stream_cut_heard (PubStream * self, PubStart * start, GBytes * packet,
    guint64 number)
{
  const PubPacket whole = { packet, self->segment, number, 0, 0, FALSE };

  return pub_stream_cut (self, start, &whole)->bytes;
}

guint64
pub_stream_find_start (PubStream * self, guint min_age_ms)
{
  gint64 before_us = G_MAXINT64;

  if (min_age_ms > 0)
    before_us = g_get_monotonic_time () - (gint64) min_age_ms *1000;
  return pub_keys_find (self->keys, before_us);
}

guint64
pub_stream_find_newest_key (PubStream * self)
{
  return pub_keys_newest (self->keys);
}

gboolean
pub_stream_has_picture (PubStream * self, guint64 start, guint64 next)
{
  return pub_keys_has_picture (self->keys, start, next);
}

void
pub_stream_keep (PubStream * self, guint age_ms)
{
  self->keep_ms = age_ms;
}

GBytes *
pub_stream_get_header (PubStream * self)
{
  return pub_stream_get_info (self) != NULL ? self->segment->header : NULL;
}
