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

/* The same before a run, with one byte of replicated data; what each object
 * of it has in front; what a small object loses when it becomes a run. */
#define RUN_HEAD_SIZE (1 + 1 + 4 + 1 + 1)
#define SUB_LENGTH_SIZE 1
#define MAX_SUB_SIZE G_MAXUINT8
#define RUN_GAIN (PAYLOAD_HEAD_SIZE - RUN_HEAD_SIZE - SUB_LENGTH_SIZE)

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

static gsize
payload_head_size (const AsfPayloadHead * head)
{
  return head->delta_ms ? RUN_HEAD_SIZE :
      PAYLOAD_HEAD_SIZE + head->extension_size;
}

/* Bytes of the packet that are not taken yet. */
static gsize
bytes_left (const AsfPacketizer * self, const AsfOpenPacket * p)
{
  gsize taken = head_size (self) + payload_head_size (&p->first) + p->used;

  if (p->n_payloads > 1)
    taken += 1 + PAYLOAD_LENGTH_SIZE;
  return self->config.packet_size - taken;
}

/* Bytes of the pending object that a packet of its own takes. */
static gsize
empty_room (const AsfPacketizer * self)
{
  return self->config.packet_size - head_size (self) - PAYLOAD_HEAD_SIZE -
      self->object.extension_size;
}

/* Bytes that the pending object may have in the next payload, 0 when the
 * packet is full. */
static gsize
room (const AsfPacketizer * self, const AsfOpenPacket * p)
{
  gsize taken = PAYLOAD_HEAD_SIZE + self->object.extension_size +
      PAYLOAD_LENGTH_SIZE;
  gsize left;

  if (p->n_payloads == 0)
    return empty_room (self);
  if (p->n_payloads >= MAX_PAYLOADS)
    return 0;
  if (p->n_payloads == 1)
    taken += 1 + PAYLOAD_LENGTH_SIZE;
  left = bytes_left (self, p);
  return taken < left ? left - taken : 0;
}

/* Whether the pending object has not begun, should not be split and need not
 * be. */
static gboolean
stays_whole (const AsfPacketizer * self)
{
  return self->object.keep_whole && self->written == 0 &&
      self->object.size <= empty_room (self);
}

/* Bytes of the pending object that go into a packet; 0 when they have to go
 * elsewhere. */
static gsize
next_payload_size (const AsfPacketizer * self, const AsfOpenPacket * p)
{
  gsize left = self->object.size - self->written;
  gsize space = room (self, p);

  if (left <= space)
    return left;
  if (p->n_payloads == 0)
    return space;
  if (space < MIN_FRAGMENT)
    return 0;
  if (stays_whole (self) && (self->config.can_fill ||
          space <= self->config.packet_size / WHOLE_OBJECT_SHARE))
    return 0;
  return space;
}

static guint8 *
put_payload_head (guint8 * to, const AsfPayloadHead * head)
{
  to[0] = head->stream_and_key;
  to[1] = head->object_number;
  GST_WRITE_UINT32_LE (to + 2, head->delta_ms ? head->pres_ms : head->offset);
  if (head->delta_ms) {
    to[6] = 1;
    to[7] = head->delta_ms;
    return to + RUN_HEAD_SIZE;
  }
  to[6] = REPLICATED_SIZE + head->extension_size;
  GST_WRITE_UINT32_LE (to + 7, head->object_size);
  GST_WRITE_UINT32_LE (to + 11, head->pres_ms);
  memcpy (to + PAYLOAD_HEAD_SIZE, head->extension, head->extension_size);
  return to + PAYLOAD_HEAD_SIZE + head->extension_size;
}

static guint8
stream_and_key (const AsfObject * object)
{
  return object->stream_number | (object->is_key ? KEY_FRAME : 0);
}

/* What every piece of the pending object changes. */
static void
count_payload (AsfPacketizer * self, AsfOpenPacket * p, gsize size)
{
  const AsfObject *object = &self->object;
  gboolean is_second = p != self->open;

  if (self->written == 0) {
    self->object_packet = self->n_packets + is_second;
    p->packet.starts_key |= object->is_key && object->is_video;
  }
  if (is_second)
    self->in_second[object->stream_number / 64] |=
        G_GUINT64_CONSTANT (1) << object->stream_number % 64;
  p->packet.first_ns = MIN (p->packet.first_ns, object->time_ns);
  p->packet.last_ns = MAX (p->packet.last_ns, object->time_ns);
  self->written += size;
  self->object_packets++;
}

static void
remember_tail (AsfPacketizer * self, AsfOpenPacket * p, gsize start, gsize size)
{
  const AsfObject *object = &self->object;

  p->tail.stream_and_key = 0;
  if (object->delta_ms == 0 || size != object->size || size > MAX_SUB_SIZE)
    return;
  p->tail.stream_and_key = stream_and_key (object);
  p->tail.delta_ms = object->delta_ms;
  p->tail.is_run = FALSE;
  p->tail.next_pres_ms = object->pres_ms + object->delta_ms;
  p->tail.start = start;
  p->tail.size = size;
}

static void
write_payload (AsfPacketizer * self, AsfOpenPacket * p, gsize size)
{
  const AsfObject *object = &self->object;
  guint8 *to = p->packet.block + ASF_PACKETIZER_FRONT + p->used;
  gsize start = p->used;
  AsfPayloadHead *head, other;

  head = p->n_payloads == 0 ? &p->first : &other;
  head->stream_and_key = stream_and_key (object);
  head->object_number = self->object_numbers[object->stream_number];
  head->offset = self->written;
  head->object_size = object->size;
  head->pres_ms = object->pres_ms;
  head->delta_ms = 0;
  head->extension_size = object->extension_size;
  if (object->extension_size > 0)
    memcpy (head->extension, object->extension, object->extension_size);

  if (p->n_payloads == 0) {
    p->first_size = size;
  } else {
    to = put_payload_head (to, head);
    GST_WRITE_UINT16_LE (to, size);
    to += PAYLOAD_LENGTH_SIZE;
    p->used += payload_head_size (head) + PAYLOAD_LENGTH_SIZE;
  }
  memcpy (to, object->data + self->written, size);
  p->used += size;
  p->n_payloads++;
  if (object->delta_ms || p->tail.stream_and_key)
    remember_tail (self, p, start, size);
  count_payload (self, p, size);
}

/* Makes a run of the last payload, which is one small object. */
static void
begin_run (AsfOpenPacket * p)
{
  guint8 *start = p->packet.block + ASF_PACKETIZER_FRONT + p->tail.start;
  gsize size = p->tail.size;

  if (p->n_payloads == 1) {
    memmove (start + SUB_LENGTH_SIZE, start, size);
    *start = size;
    p->first.delta_ms = p->tail.delta_ms;
    p->first_size = SUB_LENGTH_SIZE + size;
    p->used += SUB_LENGTH_SIZE;
  } else {
    guint8 *data = start + RUN_HEAD_SIZE + PAYLOAD_LENGTH_SIZE;

    /* the presentation time moves to where the offset was */
    memmove (start + 2, start + 11, 4);
    start[6] = 1;
    start[7] = p->tail.delta_ms;
    memmove (data + SUB_LENGTH_SIZE,
        start + PAYLOAD_HEAD_SIZE + PAYLOAD_LENGTH_SIZE, size);
    *data = size;
    p->used -= RUN_GAIN;
  }
  p->tail.is_run = TRUE;
  p->tail.size = SUB_LENGTH_SIZE + size;
}

/* Puts the pending object to the small ones before it (rules, 6.6).
 * Returns: whether it can be. */
static gboolean
join_run (AsfPacketizer * self, AsfOpenPacket * p)
{
  const AsfObject *object = &self->object;
  AsfTail *tail = &p->tail;
  guint8 *to;

  if (tail->stream_and_key != stream_and_key (object) ||
      tail->delta_ms != object->delta_ms ||
      tail->next_pres_ms != object->pres_ms || object->size > MAX_SUB_SIZE ||
      bytes_left (self, p) + (tail->is_run ? 0 : RUN_GAIN) <
      SUB_LENGTH_SIZE + object->size)
    return FALSE;
  if (!tail->is_run)
    begin_run (p);
  to = p->packet.block + ASF_PACKETIZER_FRONT + p->used;
  *to = object->size;
  memcpy (to + SUB_LENGTH_SIZE, object->data, object->size);
  p->used += SUB_LENGTH_SIZE + object->size;
  tail->size += SUB_LENGTH_SIZE + object->size;
  tail->next_pres_ms += tail->delta_ms;
  if (p->n_payloads == 1)
    p->first_size = tail->size;
  else
    GST_WRITE_UINT16_LE (p->packet.block + ASF_PACKETIZER_FRONT +
        tail->start + RUN_HEAD_SIZE, tail->size);
  count_payload (self, p, object->size);
  return TRUE;
}

/* Packet Length, Padding Length, Send Time, Duration, Payload Flags, first
 * payload's head: in this order, with the lengths that the packet's form
 * asks for (rules, 6.2 to 6.4).
 * Returns: where the Duration is. */
static guint8 *
write_head (AsfPacketizer * self, const AsfOpenPacket * p, gsize padding,
    gboolean is_word)
{
  guint8 *to = p->packet.block + p->packet.offset;
  gboolean is_multiple = p->n_payloads > 1;
  guint8 *duration;

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
  GST_WRITE_UINT32_LE (to, p->packet.send_ms);
  duration = to + 4;
  GST_WRITE_UINT16_LE (duration, self->last_duration_ms);
  to = duration + DURATION_SIZE;
  if (is_multiple)
    *to++ = PAYLOAD_LENGTH_WORD | p->n_payloads;
  to = put_payload_head (to, &p->first);
  if (is_multiple)
    GST_WRITE_UINT16_LE (to, p->first_size);
  return duration;
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

static void
set_duration (AsfDonePacket * done, guint32 next_send_ms)
{
  GST_WRITE_UINT16_LE (done->duration,
      MIN (next_send_ms - done->packet.send_ms, G_MAXUINT16));
  done->duration = NULL;
}

/* Finishes the older one of the packets that are being filled. */
static void
close_first (AsfPacketizer * self)
{
  AsfOpenPacket *p = self->open;
  AsfDonePacket *done = &self->done[self->n_done++];
  gsize padding = bytes_left (self, p);
  gsize head = self->config.packet_size - padding - p->used;
  gboolean is_word = self->config.is_live;

  if (!self->config.is_live && padding > G_MAXUINT8) {
    /* the longer length field takes a byte of what it counts */
    is_word = TRUE;
    head++;
    padding--;
  }
  self->last_duration_ms = line_duration_ms (self, padding);
  p->packet.offset = ASF_PACKETIZER_FRONT - head;
  done->duration = write_head (self, p, padding, is_word);
  memset (p->packet.block + ASF_PACKETIZER_FRONT + p->used, 0, padding);
  done->packet = p->packet;
  self->padding += padding;
  self->n_packets++;

  if (--self->n_open > 0) {
    self->open[0] = self->open[1];
    self->in_second[0] = self->in_second[1] = 0;
    set_duration (done, self->open[0].packet.send_ms);
  } else if (self->config.is_live) {
    done->duration = NULL;
  }
}

void
asf_packetizer_close (AsfPacketizer * self)
{
  while (self->n_open > 0)
    close_first (self);
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
  guint64 after_last = (guint64) self->last_send_ms +
      (self->n_open > 0 ? line_duration_ms (self, 0) : self->last_duration_ms);
  guint64 send = MAX (start / NS_PER_MS, after_last);

  send = MIN (send, object->span.latest_ns / NS_PER_MS);
  return MAX (MIN (send, object->pres_ms), self->last_send_ms);
}

static void
open_packet (AsfPacketizer * self, guint32 send_ms)
{
  AsfOpenPacket *p = &self->open[self->n_open++];

  p->packet.block = self->block;
  p->packet.send_ms = send_ms;
  p->packet.first_ns = G_MAXUINT64;
  p->packet.last_ns = 0;
  p->packet.starts_key = FALSE;
  p->used = 0;
  p->n_payloads = 0;
  p->tail.stream_and_key = 0;
  self->block = NULL;
  self->last_send_ms = send_ms;
}

static gboolean
must_close_for (const AsfPacketizer * self, const AsfObject * object)
{
  guint64 delay = self->config.max_delay_ns;

  return self->n_open > 0 && delay > 0 &&
      object->time_ns >= self->open[0].packet.first_ns + delay;
}

gboolean
asf_packetizer_add (AsfPacketizer * self, const AsfObject * object)
{
  if (object->pres_ms < self->last_send_ms ||
      object->extension_size > ASF_PACKETIZER_MAX_EXTENSION)
    return FALSE;
  while (must_close_for (self, object))
    close_first (self);
  self->object = *object;
  if (object->extension_size > 0)
    self->object.delta_ms = 0;
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
  *packet = self->done[0].packet;
  self->done[0] = self->done[1];
  self->n_done--;
  return ASF_PACKETIZER_PACKET;
}

static gboolean
may_enter_first (const AsfPacketizer * self)
{
  guint stream = self->object.stream_number;

  return !(self->in_second[stream / 64] >> stream % 64 & 1);
}

/* The packet that takes the pending object, and how much of it, 0 when it
 * joins a run.  Packets that have to go first are closed.  NULL when another
 * one is needed. */
static AsfOpenPacket *
choose_packet (AsfPacketizer * self, gsize * size)
{
  for (; self->n_open > 0; close_first (self)) {
    AsfOpenPacket *first = self->open;
    AsfOpenPacket *last = &self->open[self->n_open - 1];

    if (may_enter_first (self)) {
      *size = next_payload_size (self, first);
      if (*size > 0)
        return first;
    }
    if (self->n_open == 1) {
      if (self->config.can_fill && stays_whole (self) &&
          room (self, first) >= MIN_FRAGMENT)
        return NULL;
    } else {
      *size = self->object.size - self->written;
      if (*size <= room (self, last))
        return last;
    }
  }
  return NULL;
}

/* Writes the pending object, or as much as one packet takes.
 * Returns: whether there was a packet for it. */
static gboolean
place_object (AsfPacketizer * self)
{
  AsfOpenPacket *last = &self->open[self->n_open - 1];
  AsfOpenPacket *p;
  gsize size;

  if (self->n_open > 0 && last->tail.stream_and_key && self->written == 0 &&
      join_run (self, last))
    return TRUE;
  p = choose_packet (self, &size);
  if (p == NULL)
    return FALSE;
  write_payload (self, p, size);
  size = room (self, p);
  if (p == self->open && (size == 0 || self->written < self->object.size ||
          (self->n_open > 1 && size < MIN_FRAGMENT)))
    close_first (self);
  return TRUE;
}

AsfPacketizerStep
asf_packetizer_step (AsfPacketizer * self, AsfPacket * packet)
{
  for (;;) {
    if (self->n_done > 0 && (self->is_draining || !self->done[0].duration))
      return give_done (self, packet);
    if (self->written == self->object.size)
      return ASF_PACKETIZER_NEED_OBJECT;

    if (!place_object (self)) {
      guint32 send_ms = next_send_ms (self);

      if (self->n_done > 0) {
        if (self->done[0].duration != NULL)
          set_duration (self->done, send_ms);
        return give_done (self, packet);
      }
      if (self->block == NULL)
        return ASF_PACKETIZER_NEED_BLOCK;
      open_packet (self, send_ms);
    }
  }
}

gboolean
asf_packetizer_open_since (const AsfPacketizer * self, guint64 * time_ns)
{
  if (self->n_open > 0)
    *time_ns = self->open[0].packet.first_ns;
  return self->n_open > 0;
}

guint
asf_packetizer_take_blocks (AsfPacketizer * self,
    guint8 * blocks[ASF_PACKETIZER_MAX_BLOCKS])
{
  guint n = 0;

  if (self->block != NULL)
    blocks[n++] = self->block;
  while (self->n_open > 0)
    blocks[n++] = self->open[--self->n_open].packet.block;
  while (self->n_done > 0)
    blocks[n++] = self->done[--self->n_done].packet.block;
  self->block = NULL;
  return n;
}
