/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfpacketizer.h"

#include <string.h>
#include <gst/gstutils.h>

#define NS_PER_MS G_GUINT64_CONSTANT (1000000)

/* Error correction data of two zero bytes (rules, 6.2). */
#define ERROR_CORRECTION 0x82
#define ERROR_CORRECTION_SIZE 3

/* Length Type Flags (section 5.2.2). */
#define FLAG_MULTIPLE (1 << 0)
#define FLAG_PADDING_BYTE (1 << 3)
#define FLAG_PADDING_WORD (2 << 3)
#define FLAG_PACKET_LENGTH_WORD (2 << 5)

/* Property Flags, the same in each packet (section 5.2.2). */
#define PROPERTY_FLAGS 0x5D

/* Payload Flags: WORD payload lengths (section 5.2.3.2). */
#define PAYLOAD_LENGTH_WORD (2 << 6)
#define MAX_PAYLOADS 63

/* Two flag bytes, Send Time, Duration. */
#define PARSING_SIZE (2 + 4 + 2)
#define DURATION_SIZE 2
/* Packet Length and Padding Length, or Padding Length alone. */
#define LIVE_LENGTHS_SIZE (2 + 2)
#define FILE_LENGTHS_SIZE 1

/* Stream number, object number, offset, replicated data with its length. */
#define PAYLOAD_HEAD_SIZE (1 + 1 + 4 + 1 + 8)
#define REPLICATED_SIZE 8
#define PAYLOAD_LENGTH_SIZE 2
#define KEY_FRAME (1 << 7)

/* A fragment costs a payload head; fewer bytes than this are not worth it. */
#define MIN_FRAGMENT 32

/* An object that should stay whole may cost this share of a packet in
 * padding (docs/design.md, "Packets and times"). */
#define WHOLE_OBJECT_SHARE 8

void
asf_packetizer_init (AsfPacketizer * self, const AsfPacketizerConfig * config)
{
  memset (self, 0, sizeof *self);
  self->config = *config;
}

gsize
asf_packetizer_block_size (const AsfPacketizer * self)
{
  return self->config.packet_size + ASF_PACKETIZER_FRONT;
}

/* Error correction data and parsing information, with the BYTE padding length
 * that a full packet has. */
static gsize
head_size (const AsfPacketizer * self)
{
  return ERROR_CORRECTION_SIZE + PARSING_SIZE +
      (self->config.is_live ? LIVE_LENGTHS_SIZE : FILE_LENGTHS_SIZE);
}

/* Bytes that the next payload may have, 0 when the packet is full. */
static gsize
room (const AsfPacketizer * self)
{
  gsize taken = head_size (self) + PAYLOAD_HEAD_SIZE;

  if (self->n_payloads > 0) {
    if (self->n_payloads >= MAX_PAYLOADS)
      return 0;
    taken += 1 + PAYLOAD_LENGTH_SIZE + self->used +
        PAYLOAD_HEAD_SIZE + PAYLOAD_LENGTH_SIZE;
  }
  return taken < self->config.packet_size ? self->config.packet_size - taken :
      0;
}

/* Bytes of the pending object that go into the open packet; 0 when it has to
 * be closed first. */
static gsize
next_payload_size (const AsfPacketizer * self)
{
  gsize left = self->object.size - self->written;
  gsize space = room (self);

  if (left <= space)
    return left;
  if (self->n_payloads == 0)
    return space;
  if (space < MIN_FRAGMENT)
    return 0;
  if (self->object.keep_whole && self->written == 0 &&
      space <= self->config.packet_size / WHOLE_OBJECT_SHARE &&
      left <= self->config.packet_size - head_size (self) - PAYLOAD_HEAD_SIZE)
    return 0;
  return space;
}

static guint8 *
put_payload_head (guint8 * to, const AsfPayloadHead * head)
{
  to[0] = head->stream_and_key;
  to[1] = head->object_number;
  GST_WRITE_UINT32_LE (to + 2, head->offset);
  to[6] = REPLICATED_SIZE;
  GST_WRITE_UINT32_LE (to + 7, head->object_size);
  GST_WRITE_UINT32_LE (to + 11, head->pres_ms);
  return to + PAYLOAD_HEAD_SIZE;
}

static void
write_payload (AsfPacketizer * self, gsize size)
{
  const AsfObject *object = &self->object;
  guint8 *to = self->block + ASF_PACKETIZER_FRONT + self->used;
  AsfPayloadHead head = {
    .stream_and_key = object->stream_number | (object->is_key ? KEY_FRAME : 0),
    .object_number = self->object_numbers[object->stream_number],
    .offset = self->written,
    .object_size = object->size,
    .pres_ms = object->pres_ms,
  };

  if (self->n_payloads == 0) {
    self->first = head;
    self->first_size = size;
  } else {
    to = put_payload_head (to, &head);
    GST_WRITE_UINT16_LE (to, size);
    to += PAYLOAD_LENGTH_SIZE;
    self->used += PAYLOAD_HEAD_SIZE + PAYLOAD_LENGTH_SIZE;
  }
  memcpy (to, object->data + self->written, size);
  self->used += size;

  if (self->written == 0) {
    self->object_packet = self->n_packets;
    self->packet.starts_key |= object->is_key && object->is_video;
  }
  if (self->n_payloads == 0 || object->time_ns < self->packet.first_ns)
    self->packet.first_ns = object->time_ns;
  self->packet.last_ns = MAX (self->packet.last_ns, object->time_ns);
  self->written += size;
  self->object_packets++;
  self->n_payloads++;
}

/* Packet Length, Padding Length, Send Time, Duration, Payload Flags, first
 * payload's head: in this order, with the lengths that the packet's form
 * asks for (rules, 6.2 to 6.4). */
static void
write_head (AsfPacketizer * self, guint8 * to, gsize padding, gboolean is_word)
{
  gboolean is_multiple = self->n_payloads > 1;

  *to++ = ERROR_CORRECTION;
  *to++ = 0;
  *to++ = 0;
  *to++ = (is_multiple ? FLAG_MULTIPLE : 0) |
      (is_word ? FLAG_PADDING_WORD : FLAG_PADDING_BYTE) |
      (self->config.is_live ? FLAG_PACKET_LENGTH_WORD : 0);
  *to++ = PROPERTY_FLAGS;
  if (self->config.is_live) {
    GST_WRITE_UINT16_LE (to, self->config.packet_size);
    to += 2;
  }
  if (is_word) {
    GST_WRITE_UINT16_LE (to, padding);
    to += 2;
  } else {
    *to++ = padding;
  }
  GST_WRITE_UINT32_LE (to, self->packet.send_ms);
  self->done_duration = to + 4;
  GST_WRITE_UINT16_LE (self->done_duration, self->last_duration_ms);
  to = self->done_duration + DURATION_SIZE;
  if (is_multiple)
    *to++ = PAYLOAD_LENGTH_WORD | self->n_payloads;
  to = put_payload_head (to, &self->first);
  if (is_multiple)
    GST_WRITE_UINT16_LE (to, self->first_size);
}

/* How long the packet occupies the line (rules, 7.1). */
static guint
line_duration_ms (const AsfPacketizer * self, gsize padding)
{
  guint64 bits = (self->config.packet_size - padding) * G_GUINT64_CONSTANT (8);

  if (self->config.line_bps == 0)
    return 0;
  return MIN (bits * 1000 / self->config.line_bps, G_MAXUINT16);
}

void
asf_packetizer_close (AsfPacketizer * self)
{
  gboolean is_word = self->config.is_live;
  gsize head, padding;

  if (!self->is_open)
    return;
  head = head_size (self) + PAYLOAD_HEAD_SIZE;
  if (self->n_payloads > 1)
    head += 1 + PAYLOAD_LENGTH_SIZE;
  padding = self->config.packet_size - head - self->used;
  if (!self->config.is_live && padding > G_MAXUINT8) {
    /* the longer length field takes a byte of what it counts */
    is_word = TRUE;
    head++;
    padding--;
  }

  self->last_duration_ms = line_duration_ms (self, padding);
  self->packet.offset = ASF_PACKETIZER_FRONT - head;
  write_head (self, self->block + self->packet.offset, padding, is_word);
  memset (self->block + ASF_PACKETIZER_FRONT + self->used, 0, padding);

  self->done = self->packet;
  self->have_done = TRUE;
  self->is_open = FALSE;
  self->block = NULL;
  self->padding += padding;
  self->n_packets++;
}

void
asf_packetizer_drain (AsfPacketizer * self)
{
  asf_packetizer_close (self);
  self->is_draining = TRUE;
}

/* The Send Time of a packet that begins with the pending object: its place on
 * the line, after the packet before (rules, 7.4), not after its own last
 * moment. */
static guint32
next_send_ms (const AsfPacketizer * self)
{
  const AsfObject *object = &self->object;
  guint64 length = object->span.end_ns - object->span.start_ns;
  guint64 start = object->span.start_ns +
      gst_util_uint64_scale (length, self->written, object->size);
  guint64 after_last = (guint64) self->last_send_ms + self->last_duration_ms;
  guint64 send = MAX (start / NS_PER_MS, after_last);

  send = MIN (send, object->span.latest_ns / NS_PER_MS);
  return MAX (MIN (send, object->pres_ms), self->last_send_ms);
}

static void
open_packet (AsfPacketizer * self, guint32 send_ms)
{
  self->is_open = TRUE;
  self->used = 0;
  self->n_payloads = 0;
  memset (&self->packet, 0, sizeof self->packet);
  self->packet.block = self->block;
  self->packet.send_ms = send_ms;
  self->last_send_ms = send_ms;
}

static gboolean
must_close_for (const AsfPacketizer * self, const AsfObject * object)
{
  guint64 delay = self->config.max_delay_ns;

  if (!self->is_open)
    return FALSE;
  return object->pres_ms < self->packet.send_ms ||
      (delay > 0 && object->time_ns >= self->packet.first_ns + delay);
}

gboolean
asf_packetizer_add (AsfPacketizer * self, const AsfObject * object)
{
  if (object->pres_ms < self->last_send_ms)
    return FALSE;
  if (must_close_for (self, object))
    asf_packetizer_close (self);
  self->object = *object;
  self->written = 0;
  self->object_packets = 0;
  self->is_draining = FALSE;
  self->object_numbers[object->stream_number]++;
  return TRUE;
}

void
asf_packetizer_set_block (AsfPacketizer * self, guint8 * block)
{
  self->block = block;
}

static AsfPacketizerStep
give_done (AsfPacketizer * self, AsfPacket * packet)
{
  *packet = self->done;
  self->have_done = FALSE;
  return ASF_PACKETIZER_PACKET;
}

AsfPacketizerStep
asf_packetizer_step (AsfPacketizer * self, AsfPacket * packet)
{
  for (;;) {
    gsize size;

    if (self->have_done && (self->config.is_live || self->is_draining))
      return give_done (self, packet);
    if (self->written == self->object.size)
      return ASF_PACKETIZER_NEED_OBJECT;

    if (!self->is_open) {
      guint32 send_ms = next_send_ms (self);

      if (self->have_done) {
        GST_WRITE_UINT16_LE (self->done_duration,
            MIN (send_ms - self->done.send_ms, G_MAXUINT16));
        return give_done (self, packet);
      }
      if (self->block == NULL)
        return ASF_PACKETIZER_NEED_BLOCK;
      open_packet (self, send_ms);
    }

    size = next_payload_size (self);
    if (size > 0)
      write_payload (self, size);
    if (size == 0 || room (self) == 0 || self->written < self->object.size)
      asf_packetizer_close (self);
  }
}

gboolean
asf_packetizer_open_since (const AsfPacketizer * self, guint64 * time_ns)
{
  if (self->is_open)
    *time_ns = self->packet.first_ns;
  return self->is_open;
}

guint
asf_packetizer_take_blocks (AsfPacketizer * self, guint8 * blocks[2])
{
  guint n = 0;

  if (self->block != NULL)
    blocks[n++] = self->block;
  if (self->have_done)
    blocks[n++] = self->done.block;
  self->block = NULL;
  self->is_open = FALSE;
  self->have_done = FALSE;
  return n;
}
