/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_SELECT_H__
#define __ASF_SELECT_H__

#include "asf/asfpacket.h"

G_BEGIN_DECLS

/**
 * AsfKeep:
 * @ASF_KEEP_ALL: every payload
 * @ASF_KEEP_KEYS: those of key frames
 * @ASF_KEEP_NONE: no payload
 * @ASF_KEEP_FROM_KEY: from the first key frame on that begins in the packet
 * @ASF_KEEP_FROM_START: from the first media object on that begins in the
 *     packet
 * @ASF_KEEP_KEYS_THEN_ALL: those of key frames, and everything from the first
 *     key frame on that begins in the packet
 *
 * What is to stay of a stream in a packet.
 */
typedef enum
{
  ASF_KEEP_ALL,
  ASF_KEEP_KEYS,
  ASF_KEEP_NONE,
  ASF_KEEP_FROM_KEY,
  ASF_KEEP_FROM_START,
  ASF_KEEP_KEYS_THEN_ALL,
} AsfKeep;

/**
 * AsfSelection:
 * @keep: an #AsfKeep for each stream number
 *
 * Which payloads are to stay.
 */
typedef struct
{
  guint8 keep[ASF_MAX_STREAMS + 1];
} AsfSelection;

/**
 * asf_packet_select:
 * @packet: from asf_packet_read()
 * @data: the same packet
 * @selection: which payloads are to stay
 * @out: (out caller-allocates): the new packet; room for as many bytes as the
 *     old one has
 *
 * Writes a packet with the payloads that stay, and without padding where that
 * makes it shorter, as asf_packet_write_head() says.  Times and the payloads
 * themselves are not touched.
 *
 * Returns: bytes of @out; 0 when nothing is left, or the packet is broken.
 */
gsize asf_packet_select (const AsfPacketInfo * packet, const guint8 * data,
    const AsfSelection * selection, guint8 * out);

/**
 * asf_packet_starts:
 * @packet: from asf_packet_read()
 * @data: the same packet
 * @stream_number: a stream
 * @with_key: only a key frame will do
 *
 * Returns: whether a media object of that stream begins in this packet.
 */
gboolean asf_packet_starts (const AsfPacketInfo * packet, const guint8 * data,
    guint stream_number, gboolean with_key);

G_END_DECLS
#endif /* __ASF_SELECT_H__ */
