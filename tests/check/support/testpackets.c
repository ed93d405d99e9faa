/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "testpackets.h"

#include <string.h>
#include <gst/check/gstcheck.h>

void
test_packets_init (TestPackets * self, const AsfPacketizerConfig * config)
{
  memset (self, 0, sizeof *self);
  asf_packetizer_init (&self->packetizer, config);
  self->packet_size = config->packet_size;
  self->bytes = g_byte_array_new ();
}

void
test_packets_clear (TestPackets * self)
{
  guint8 *blocks[ASF_PACKETIZER_MAX_BLOCKS];
  guint n = asf_packetizer_take_blocks (&self->packetizer, blocks);

  while (n > 0)
    g_free (blocks[--n]);
  g_byte_array_unref (self->bytes);
}

static void
run (TestPackets * self)
{
  gsize size = asf_packetizer_block_size (&self->packetizer);
  AsfPacketizerStep step;
  AsfPacket packet;

  while ((step = asf_packetizer_step (&self->packetizer, &packet)) !=
      ASF_PACKETIZER_NEED_OBJECT) {
    if (step == ASF_PACKETIZER_NEED_BLOCK) {
      /* what the writer does not fill must show */
      asf_packetizer_set_block (&self->packetizer, memset (g_malloc (size),
              0xee, size));
      continue;
    }
    fail_unless (self->n_packets < TEST_MAX_PACKETS);
    g_byte_array_append (self->bytes, packet.block + packet.offset,
        self->packet_size);
    self->packets[self->n_packets++] = packet;
    g_free (packet.block);
  }
}

gboolean
test_packets_add (TestPackets * self, const AsfObject * object)
{
  if (!asf_packetizer_add (&self->packetizer, object))
    return FALSE;
  run (self);
  return TRUE;
}

void
test_packets_drain (TestPackets * self)
{
  asf_packetizer_drain (&self->packetizer);
  run (self);
}
