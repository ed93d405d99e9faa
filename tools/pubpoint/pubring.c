/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubring.h"

#define FIRST_CAPACITY 64
/* What a packet costs besides its bytes: packets may be tiny. */
#define PACKET_COST 160

typedef struct
{
  PubPacket packet;
  guint64 position;             /* bytes of all packets before it */
  guint readers;
} Entry;

struct _PubRing
{
  Entry *entries;               /* place & (capacity - 1) */
  guint64 capacity;
  guint64 first, end;
  guint64 keep_from;
  guint64 position;             /* of the next packet */
  gsize size, limit;
  guint readers_at_end;
  GDestroyNotify segment_unref;
};

PubRing *
pub_ring_new (gsize limit, GDestroyNotify segment_unref)
{
  PubRing *self = g_new0 (PubRing, 1);

  self->limit = limit;
  self->segment_unref = segment_unref;
  self->capacity = FIRST_CAPACITY;
  self->entries = g_new (Entry, self->capacity);
  return self;
}

static Entry *
entry_at (PubRing * self, guint64 place)
{
  return &self->entries[place & (self->capacity - 1)];
}

static gsize
cost (const PubPacket * packet)
{
  return g_bytes_get_size (packet->bytes) + packet->overhead + PACKET_COST;
}

static void
drop_first (PubRing * self)
{
  PubPacket *packet = &entry_at (self, self->first)->packet;

  self->size -= cost (packet);
  g_bytes_unref (packet->bytes);
  self->segment_unref (packet->segment);
  self->first++;
}

void
pub_ring_free (PubRing * self)
{
  while (self->first < self->end)
    drop_first (self);
  g_free (self->entries);
  g_free (self);
}

/* A packet that somebody is at holds those behind it. */
static void
trim (PubRing * self)
{
  while (self->first < self->end && self->first < self->keep_from
      && entry_at (self, self->first)->readers == 0)
    drop_first (self);
}

static void
grow (PubRing * self)
{
  guint64 capacity = self->capacity * 2, place;
  Entry *entries = g_new (Entry, capacity);

  for (place = self->first; place < self->end; place++)
    entries[place & (capacity - 1)] = *entry_at (self, place);
  g_free (self->entries);
  self->entries = entries;
  self->capacity = capacity;
}

void
pub_ring_add (PubRing * self, const PubPacket * packet)
{
  Entry *entry;

  while (self->first < self->end && self->size + cost (packet) > self->limit)
    drop_first (self);
  if (self->end - self->first == self->capacity)
    grow (self);
  entry = entry_at (self, self->end);
  entry->packet = *packet;
  entry->position = self->position;
  entry->readers = self->readers_at_end;
  self->readers_at_end = 0;
  self->position += g_bytes_get_size (packet->bytes);
  self->size += cost (packet);
  self->end++;
  trim (self);
}

guint64
pub_ring_get_first (PubRing * self)
{
  return self->first;
}

guint64
pub_ring_get_end (PubRing * self)
{
  return self->end;
}

const PubPacket *
pub_ring_get (PubRing * self, guint64 place)
{
  if (place < self->first || place >= self->end)
    return NULL;
  return &entry_at (self, place)->packet;
}

guint64
pub_ring_get_size_from (PubRing * self, guint64 place)
{
  if (place >= self->end || self->first == self->end)
    return 0;
  return self->position - entry_at (self, MAX (place, self->first))->position;
}

void
pub_ring_keep_from (PubRing * self, guint64 place)
{
  self->keep_from = place;
  trim (self);
}

static guint *
readers_at (PubRing * self, guint64 place)
{
  if (place == self->end)
    return &self->readers_at_end;
  return place >= self->first && place < self->end
      ? &entry_at (self, place)->readers : NULL;
}

void
pub_ring_move (PubRing * self, guint64 * reader, guint64 place)
{
  guint *from = readers_at (self, *reader), *to = readers_at (self, place);

  if (to != NULL)
    (*to)++;
  if (from != NULL)
    (*from)--;
  *reader = place;
  trim (self);
}
