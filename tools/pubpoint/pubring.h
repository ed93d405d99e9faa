/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_RING_H__
#define __PUB_RING_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * PubRing:
 *
 * The newest packets of a programme, each of them once, for any number of
 * readers that are at different places.  Packets have places, counted from 0
 * on; the place of one that is gone is never used again.
 */
typedef struct _PubRing PubRing;

/**
 * PubPacket:
 * @bytes: the packet
 * @segment: (nullable): where it belongs to
 * @number: of the packet in its segment; on the wire it has 32 bits
 * @overhead: bytes that are kept because of the packet, besides its own
 * @arrived_us: monotonic time at which it came
 * @is_cut: payloads were taken out of it for somebody's start; none in the ring
 *     is
 */
typedef struct
{
  GBytes *bytes;
  gpointer segment;
  guint64 number;
  guint32 overhead;
  gint64 arrived_us;
  gboolean is_cut;
} PubPacket;

/* A reader that is at no place. */
#define PUB_RING_NOWHERE G_MAXUINT64

/**
 * pub_ring_new:
 * @limit: bytes that are kept at most, what the ring itself needs for a packet
 *     included; the newest packet is kept in any case
 * @segment_unref: for the segment of each packet
 */
PubRing *pub_ring_new (gsize limit, GDestroyNotify segment_unref);
void pub_ring_free (PubRing * self);

/* Adds a packet at pub_ring_get_end().  References of @packet are taken. */
void pub_ring_add (PubRing * self, const PubPacket * packet);

/* Returns: the place of the oldest packet. */
guint64 pub_ring_get_first (PubRing * self);

/* Returns: the place of the packet to come next. */
guint64 pub_ring_get_end (PubRing * self);

/* Returns: (nullable): the packet at @place, valid until packets are added or
 *     readers move. */
const PubPacket *pub_ring_get (PubRing * self, guint64 place);

/* Returns: bytes of the packet at @place and those behind it. */
guint64 pub_ring_get_size_from (PubRing * self, guint64 place);

/* Packets from @place on are kept for readers to come, up to the limit. */
void pub_ring_keep_from (PubRing * self, guint64 place);

/**
 * pub_ring_move:
 * @reader: (inout): a place, or %PUB_RING_NOWHERE
 * @place: its new one, at most pub_ring_get_end(), or %PUB_RING_NOWHERE
 *
 * Packets from a reader's place on are kept for it, up to the limit.
 */
void pub_ring_move (PubRing * self, guint64 * reader, guint64 place);

G_END_DECLS
#endif /* __PUB_RING_H__ */
