/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_OPEN_PACKET_H__
#define __ASF_OPEN_PACKET_H__

#include <glib.h>

#include "asf/asfpacket.h"
#include "asf/asfschedule.h"

G_BEGIN_DECLS

/* A packet that is being filled, and its payloads; used by
 * asfpacketizer.c. */

/* A block is this much larger than the packet that is built in it: the first
 * payload's bytes lie at a fixed place before the packet's head, whose length
 * is known last, is written in front of them. */
#define ASF_PACKETIZER_FRONT 96

/* Most extension data of an object that is taken; those that asfmux writes need
 * 43 bytes (rules, 4.2). */
#define ASF_PACKETIZER_MAX_EXTENSION 48

/* Smallest packet that holds its head, a payload and some of its bytes. */
#define ASF_PACKETIZER_MIN_SIZE 100

/**
 * AsfPacketizerConfig:
 * @packet_size: bytes of each packet, %ASF_PACKETIZER_MIN_SIZE to
 *     %ASF_MAX_PACKET_SIZE
 * @is_live: write WORD Packet Length and WORD Padding Length (protocol.md,
 *     C33) and give each packet away as soon as it is full; else a packet
 *     waits until the next one's Send Time is known, which makes its Duration
 *     exact
 * @max_delay_ns: a packet takes no object that is this much later than its
 *     first one; 0 for no limit
 * @line_bps: rate at which packets leave, for their Duration; 0 when unknown
 * @can_fill: whether there are objects that may be split.  Then a packet whose
 *     rest is too small for an object that is kept whole waits for one of
 *     them, while the next packet is begun with the whole one
 * @first_send_ms: no packet has an earlier Send Time
 */
typedef struct
{
  guint32 packet_size;
  gboolean is_live;
  guint64 max_delay_ns;
  guint32 line_bps;
  gboolean can_fill;
  guint32 first_send_ms;
} AsfPacketizerConfig;

/**
 * AsfObject:
 * @stream_number: 1 to 127
 * @is_key: whether decoding can begin here
 * @is_video: whether it counts for AsfPacket.starts_key
 * @keep_whole: do not split it over packets when that can be avoided
 * @pres_ms: presentation time, preroll included
 * @time_ns: time on the content clock
 * @span: when it is sent, on the content clock
 * @data: must live until the packetizer asks for the next object
 * @size: at least 1
 * @extension: (nullable): data of the stream's payload extension systems, in
 *     the order in which the header declares them (rules, 4.2); as @data
 * @extension_size: its bytes, at most %ASF_PACKETIZER_MAX_EXTENSION
 * @delta_ms: step of the stream's presentation times when they are regular,
 *     so that small objects may share a compressed payload (rules, 6.6); 0
 *     for none
 *
 * One media object.
 */
typedef struct
{
  guint8 stream_number;
  gboolean is_key;
  gboolean is_video;
  gboolean keep_whole;
  guint32 pres_ms;
  guint64 time_ns;
  AsfSpan span;
  const guint8 *data;
  guint32 size;
  const guint8 *extension;
  guint8 extension_size;
  guint8 delta_ms;
} AsfObject;

/**
 * AsfPacket:
 * @block: the block that was given for it
 * @offset: where in the block it begins
 * @send_ms: its Send Time
 * @first_ns: earliest time of an object in it, on the content clock
 * @last_ns: latest time of an object in it
 * @starts_key: whether a video key frame begins in it
 *
 * One finished packet.
 */
typedef struct
{
  guint8 *block;
  gsize offset;
  guint32 send_ms;
  guint64 first_ns;
  guint64 last_ns;
  gboolean starts_key;
} AsfPacket;

/**
 * AsfPayloadHead:
 *
 * What stands before a payload's bytes (rules, 6.3), or before a run of
 * objects in a compressed payload (rules, 6.6), when @delta_ms is not 0.
 */
typedef struct
{
  guint8 stream_and_key;
  guint8 object_number;
  guint32 offset;
  guint32 object_size;
  guint32 pres_ms;
  guint8 extension_size;
  guint8 delta_ms;
  guint8 extension[ASF_PACKETIZER_MAX_EXTENSION];
} AsfPayloadHead;

/**
 * AsfTail:
 * @stream_and_key: 0 when the last payload is neither a run nor a small
 *     object
 * @delta_ms: step of its presentation times
 * @is_run: whether it is a compressed payload already
 * @next_pres_ms: presentation time that an object has to have to join
 * @start: where in the packet's bytes the payload's head lies, 0 for the
 *     first payload
 * @size: bytes of its data
 *
 * The last payload of a packet, for as long as another small object can join
 * it.
 */
typedef struct
{
  guint8 stream_and_key;
  guint8 delta_ms;
  gboolean is_run;
  guint32 next_pres_ms;
  gsize start;
  gsize size;
} AsfTail;

/**
 * AsfOpenPacket:
 * @packet: what will be told of it
 * @used: bytes after the head of the first payload
 * @n_payloads: payloads in it
 * @first: head of the first one, which is written last
 * @first_size: bytes of the first payload
 * @tail: the last payload
 *
 * A packet that is being filled.
 */
typedef struct
{
  AsfPacket packet;
  gsize used;
  guint n_payloads;
  AsfPayloadHead first;
  gsize first_size;
  AsfTail tail;
} AsfOpenPacket;

/**
 * asf_open_packet_size:
 *
 * Returns: bytes of a packet with @n payloads of @size bytes each, without
 *     padding.
 */
guint64 asf_open_packet_size (gboolean is_live, guint n, guint32 size);

/**
 * asf_open_packet_can_share:
 *
 * Returns: whether objects of that size can be in a compressed payload.
 */
gboolean asf_open_packet_can_share (guint32 size);

/**
 * asf_open_packet_run_size:
 *
 * Returns: bytes of the largest packet, up to @limit, that one compressed
 *     payload of objects of @size bytes fills.
 */
guint32 asf_open_packet_run_size (gboolean is_live, guint32 size,
    guint32 limit);

/**
 * asf_open_packet_begin:
 * @self: (out caller-allocates): without a payload
 * @block: where it is built
 * @send_ms: its Send Time
 */
void asf_open_packet_begin (AsfOpenPacket * self, guint8 * block,
    guint32 send_ms);

/**
 * asf_open_packet_whole_room:
 *
 * Returns: bytes of @object that a packet of its own has room for.
 */
gsize asf_open_packet_whole_room (const AsfPacketizerConfig * config,
    const AsfObject * object);

/**
 * asf_open_packet_room:
 *
 * Returns: bytes that a payload of @object may have, 0 when there is no room
 *     for another one.
 */
gsize asf_open_packet_room (const AsfOpenPacket * self,
    const AsfPacketizerConfig * config, const AsfObject * object);

/**
 * asf_open_packet_write:
 * @self: an #AsfOpenPacket
 * @object: what is written
 * @number: its Media Object Number
 * @offset: where in the object the payload begins
 * @size: its bytes, at most asf_open_packet_room()
 *
 * Adds a payload.
 */
void asf_open_packet_write (AsfOpenPacket * self, const AsfObject * object,
    guint8 number, guint32 offset, gsize size);

/**
 * asf_open_packet_join:
 *
 * Puts a small object to those before it, in one compressed payload (rules,
 * 6.6).
 *
 * Returns: whether it can be.
 */
gboolean asf_open_packet_join (AsfOpenPacket * self,
    const AsfPacketizerConfig * config, const AsfObject * object);

/**
 * asf_open_packet_finish:
 * @self: an #AsfOpenPacket with a payload
 * @config: of the packets
 * @padding: (out): how many bytes stayed empty
 *
 * Writes what stands in front of the payloads, and the padding.
 *
 * Returns: where its Duration is to be written.
 */
guint8 *asf_open_packet_finish (AsfOpenPacket * self,
    const AsfPacketizerConfig * config, gsize * padding);

G_END_DECLS
#endif /* __ASF_OPEN_PACKET_H__ */
