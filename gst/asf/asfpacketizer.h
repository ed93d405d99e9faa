/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_PACKETIZER_H__
#define __ASF_PACKETIZER_H__

#include <glib.h>

#include "asf/asfreader.h"
#include "asf/asfschedule.h"

G_BEGIN_DECLS

/* A block is this much larger than the packet that is built in it: the first
 * payload's bytes lie at a fixed place before the packet's head, whose length
 * is known last, is written in front of them. */
#define ASF_PACKETIZER_FRONT 96

/* Most extension data of an object that is taken; those that are known need
 * 19 bytes (rules, 4.2). */
#define ASF_PACKETIZER_MAX_EXTENSION 48

/* Blocks that a packetizer has at most. */
#define ASF_PACKETIZER_MAX_BLOCKS 4

/* Smallest packet that holds its head, a payload and some of its bytes. */
#define ASF_PACKETIZER_MIN_SIZE 100

/**
 * AsfPacketizerConfig:
 * @packet_size: bytes of each packet, %ASF_PACKETIZER_MIN_SIZE to
 *     %ASF_MAX_PACKET_SIZE
 * @is_live: write WORD Packet Length and WORD Padding Length (push-protocol,
 *     C33) and give each packet away as soon as it is full; else a packet
 *     waits until the next one's Send Time is known, which makes its Duration
 *     exact
 * @max_delay_ns: a packet takes no object that is this much later than its
 *     first one; 0 for no limit
 * @line_bps: rate at which packets leave, for their Duration; 0 when unknown
 * @can_fill: whether there are objects that may be split.  Then a packet whose
 *     rest is too small for an object that is kept whole waits for one of
 *     them, while the next packet is begun with the whole one
 */
typedef struct
{
  guint32 packet_size;
  gboolean is_live;
  guint64 max_delay_ns;
  guint32 line_bps;
  gboolean can_fill;
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
 * AsfPacketizerStep:
 * @ASF_PACKETIZER_NEED_OBJECT: the object is written; add the next one or
 *     call asf_packetizer_drain()
 * @ASF_PACKETIZER_NEED_BLOCK: call asf_packetizer_set_block()
 * @ASF_PACKETIZER_PACKET: a packet is finished
 */
typedef enum
{
  ASF_PACKETIZER_NEED_OBJECT,
  ASF_PACKETIZER_NEED_BLOCK,
  ASF_PACKETIZER_PACKET,
} AsfPacketizerStep;

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
 * AsfDonePacket:
 * @packet: what is told of it
 * @duration: where its Duration lies while that is open, else %NULL
 *
 * A packet that is finished.
 */
typedef struct
{
  AsfPacket packet;
  guint8 *duration;
} AsfDonePacket;

/**
 * AsfPacketizer:
 *
 * Media objects in, packets of one size out.  Owns no memory and makes no
 * allocation: blocks come from and go back to the caller.  Its fields are
 * private.
 */
typedef struct
{
  AsfPacketizerConfig config;
  guint8 object_numbers[ASF_MAX_STREAMS + 1];

  /* the object that is being written */
  AsfObject object;
  guint32 written;
  guint64 object_packet;
  guint object_packets;

  /* the packet that is being filled, and the next one when an object that
   * is kept whole did not fit: streams that it has cannot go back */
  guint8 *block;
  AsfOpenPacket open[2];
  guint n_open;
  guint64 in_second[2];

  /* packets that are finished, oldest first */
  AsfDonePacket done[2];
  guint n_done;
  gboolean is_draining;

  guint64 n_packets;
  guint32 last_send_ms;
  guint32 last_duration_ms;
  guint64 padding;
} AsfPacketizer;

/**
 * asf_packetizer_init:
 *
 * Begins before the first packet.
 */
void asf_packetizer_init (AsfPacketizer * self,
    const AsfPacketizerConfig * config);

/**
 * asf_packetizer_block_size:
 *
 * Returns: bytes that a block must have.
 */
gsize asf_packetizer_block_size (const AsfPacketizer * self);

/**
 * asf_packetizer_add:
 * @self: an #AsfPacketizer that asked for an object
 * @object: the next one; objects of one stream come in decode order
 *
 * Returns: %FALSE when the object is too late: packets already have a Send
 *     Time after its presentation time.  Nothing was changed then.
 */
gboolean asf_packetizer_add (AsfPacketizer * self,
    const AsfObject * object);

/**
 * asf_packetizer_set_block:
 * @self: an #AsfPacketizer that asked for a block
 * @block: at least asf_packetizer_block_size() bytes
 */
void asf_packetizer_set_block (AsfPacketizer * self, guint8 * block);

/**
 * asf_packetizer_close:
 *
 * Ends what is being filled, with padding.  Call it when an object
 * was asked for, then call asf_packetizer_step() again.
 */
void asf_packetizer_close (AsfPacketizer * self);

/**
 * asf_packetizer_drain:
 *
 * As asf_packetizer_close(), and gives away what waits for a next packet.
 */
void asf_packetizer_drain (AsfPacketizer * self);

/**
 * asf_packetizer_step:
 * @self: an #AsfPacketizer
 * @packet: (out): for %ASF_PACKETIZER_PACKET
 *
 * Goes on until something is needed or finished.
 */
AsfPacketizerStep asf_packetizer_step (AsfPacketizer * self,
    AsfPacket * packet);

/**
 * asf_packetizer_take_blocks:
 * @self: an #AsfPacketizer that is not needed any more
 * @blocks: (out): the blocks that it still had
 *
 * Returns: how many they are.
 */
guint asf_packetizer_take_blocks (AsfPacketizer * self,
    guint8 * blocks[ASF_PACKETIZER_MAX_BLOCKS]);

/**
 * asf_packetizer_open_since:
 * @self: an #AsfPacketizer
 * @time_ns: (out): time of the first object in the packet being filled
 *
 * Returns: whether a packet is being filled.
 */
gboolean asf_packetizer_open_since (const AsfPacketizer * self,
    guint64 * time_ns);

G_END_DECLS
#endif /* __ASF_PACKETIZER_H__ */
