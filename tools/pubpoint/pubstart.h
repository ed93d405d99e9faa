/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_START_H__
#define __PUB_START_H__

#include "asf/asfreader.h"
#include "pubring.h"

G_BEGIN_DECLS

/* Packets after which everything is passed on, also what has not begun. */
#define PUB_START_PACKETS 64

/**
 * PubStart:
 * @waiting: a bit for each stream of which nothing has begun
 * @left: packets that are still looked at; 0 when all streams have begun
 *
 * How far one that begins in the middle of a programme has got.  One that is
 * zero passes everything on.
 */
typedef struct
{
  guint64 waiting[2];
  guint left;
} PubStart;

/* The next packet is the first one. */
void pub_start_begin (PubStart * self);

/**
 * PubStarts:
 *
 * Packets without what began before somebody's first one, each of them made
 * once for all who start at the same place.
 */
typedef struct _PubStarts PubStarts;

PubStarts *pub_starts_new (void);
void pub_starts_free (PubStarts * self);

/**
 * pub_starts_cut:
 * @start: (inout): is behind @packet afterwards
 * @packet: the packets have to come in order
 * @info: the header of @packet
 * @gen: the number of that header
 *
 * Takes out the payloads of streams of which no media object, of video streams
 * no key frame, has begun since the start, with padding in their place.
 * Nothing is taken out from a first packet on in which nothing begins that a
 * player can start with.
 *
 * Returns: (transfer none): @packet, or one in its place, which is valid until
 *     the next call; without @bytes when nothing is left of it.
 */
const PubPacket *pub_starts_cut (PubStarts * self, PubStart * start,
    const PubPacket * packet, const AsfHeaderInfo * info, guint32 gen);

G_END_DECLS
#endif /* __PUB_START_H__ */
