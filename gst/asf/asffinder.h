/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_FINDER_H__
#define __ASF_FINDER_H__

#include "asf/asfreader.h"

G_BEGIN_DECLS

/**
 * AsfThing:
 * @ASF_THING_NONE: nothing that is known
 * @ASF_THING_HEADER: a Header Object
 * @ASF_THING_INDEX: an index object
 * @ASF_THING_PACKET: a whole data packet
 * @ASF_THING_UNSEEN: too few bytes to tell
 */
typedef enum
{
  ASF_THING_NONE,
  ASF_THING_HEADER,
  ASF_THING_INDEX,
  ASF_THING_PACKET,
  ASF_THING_UNSEEN,
} AsfThing;

/**
 * asf_identify:
 * @data: bytes
 * @size: how many there are
 * @packet_size: the stream's packet size
 *
 * Returns: what begins at @data.  A packet is one when all of its payloads can
 *     be read.
 */
AsfThing asf_identify (const guint8 * data, gsize size, guint32 packet_size);

/**
 * asf_find_header:
 * @data: bytes
 * @size: how many there are
 *
 * Returns: where in @data a Header Object begins, or where one may begin that
 *     is not all there; @size when there is none.
 */
gsize asf_find_header (const guint8 * data, gsize size);

/**
 * AsfPacketLook:
 * @packet_size: bytes of each packet
 * @first: its first byte, or -1
 * @property_flags: its Property Flags, or -1
 *
 * What the packets of a stream have in common: writers do not change it.
 */
typedef struct
{
  guint32 packet_size;
  gint first;
  gint property_flags;
} AsfPacketLook;

/**
 * asf_find_header_inside:
 * @data: a packet, and what follows it
 * @size: number of bytes in @data
 * @packet_size: how many of them are the packet
 * @place: (out): where a header begins in the packet, or may begin
 *
 * Returns: %ASF_THING_HEADER when one does, %ASF_THING_UNSEEN when that needs
 *     #ASF_HEADER_HEAD_SIZE bytes from @place on, else %ASF_THING_NONE.
 */
AsfThing asf_find_header_inside (const guint8 * data, gsize size,
    gsize packet_size, gsize * place);

/**
 * asf_find_place:
 * @data: bytes in which the place of packets is lost
 * @size: how many there are
 * @look: of the packets before
 * @is_all: whether no bytes follow
 * @place: (out): where a thing begins, or how many bytes certainly have none
 *
 * Looks for an object, or for a packet with another packet or an object behind
 * it: such a pair is not found by chance in what a packet carries.
 *
 * Returns: whether @place is a find.
 */
gboolean asf_find_place (const guint8 * data, gsize size,
    const AsfPacketLook * look, gboolean is_all, gsize * place);

G_END_DECLS
#endif /* __ASF_FINDER_H__ */
