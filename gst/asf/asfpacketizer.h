/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_PACKETIZER_H__
#define __ASF_PACKETIZER_H__

#include <glib.h>

#include "asf/asfopenpacket.h"
#include "asf/asfreader.h"

G_BEGIN_DECLS

/* Blocks that a packetizer has at most. */
#define ASF_PACKETIZER_MAX_BLOCKS 4

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
  guint64 waited_padding;
} AsfPacketizer;

/**
 * asf_packetizer_init:
 *
 * Begins before the first packet.
 */
void asf_packetizer_init (AsfPacketizer * self,
    const AsfPacketizerConfig * config);

/**
 * asf_packetizer_fit:
 * @object_size: bytes of each media object, at least 1
 * @is_regular: whether their times are whole milliseconds at one interval, so
 *     that small ones share a payload
 * @is_live: as in #AsfPacketizerConfig
 * @limit: largest packet of several objects
 * @single_limit: largest packet of one object
 *
 * Returns: bytes of a packet that a whole number of objects without extension
 *     data fills, as many as possible; 0 when one is too large, or no number
 *     fills each packet.
 */
guint32 asf_packetizer_fit (guint32 object_size, gboolean is_regular,
    gboolean is_live, guint32 limit, guint32 single_limit);

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
