/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __TEST_PACKETS_H__
#define __TEST_PACKETS_H__

#include "asf/asfpacketizer.h"

G_BEGIN_DECLS

#define TEST_MAX_PACKETS 512

/* A packetizer and what came out of it: the bytes of all packets, and what it
 * says about each; their blocks are gone. */
typedef struct
{
  AsfPacketizer packetizer;
  guint packet_size;
  GByteArray *bytes;
  AsfPacket packets[TEST_MAX_PACKETS];
  guint n_packets;
} TestPackets;

void test_packets_init (TestPackets * self,
    const AsfPacketizerConfig * config);
void test_packets_clear (TestPackets * self);

/* FALSE when the packetizer refuses it. */
gboolean test_packets_add (TestPackets * self, const AsfObject * object);
void test_packets_drain (TestPackets * self);

G_END_DECLS
#endif /* __TEST_PACKETS_H__ */
