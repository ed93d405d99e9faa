/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfopenpacket.h"

#include <string.h>
#include <gst/gstutils.h>

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
/* FFmpeg leaves out what is shorter than a payload's head at a packet's end. */
#define MIN_SUB_SIZE 17
#define RUN_GAIN (PAYLOAD_HEAD_SIZE - RUN_HEAD_SIZE - SUB_LENGTH_SIZE)

/* Error correction data and parsing information, with the BYTE padding length
 * that a full packet has. */
static gsize
head_size (const AsfPacketizerConfig * config)
{
  return ERROR_CORRECTION_SIZE + PARSING_SIZE +
      (config->is_live ? LIVE_LENGTHS_SIZE : FILE_LENGTHS_SIZE);
}

static gsize
payload_head_size (const AsfPayloadHead * head)
{
  return head->delta_ms ? RUN_HEAD_SIZE :
      PAYLOAD_HEAD_SIZE + head->extension_size;
}

/* Bytes of the packet that are not taken yet. */
static gsize
bytes_left (const AsfOpenPacket * self, const AsfPacketizerConfig * config)
{
  gsize taken =
      head_size (config) + payload_head_size (&self->first) + self->used;

  if (self->n_payloads > 1)
    taken += 1 + PAYLOAD_LENGTH_SIZE;
  return config->packet_size - taken;
}

void
asf_open_packet_begin (AsfOpenPacket * self, guint8 * block, guint32 send_ms)
{
  self->packet.block = block;
  self->packet.send_ms = send_ms;
  self->packet.first_ns = G_MAXUINT64;
  self->packet.last_ns = 0;
  self->packet.starts_key = FALSE;
  self->used = 0;
  self->n_payloads = 0;
  self->tail.stream_and_key = 0;
}

guint64
asf_open_packet_size (gboolean is_live, guint n, guint32 size)
{
  const AsfPacketizerConfig config = {.is_live = is_live };
  guint64 payload = (guint64) PAYLOAD_HEAD_SIZE + size;

  return head_size (&config) + (n == 1 ? payload :
      1 + n * (payload + PAYLOAD_LENGTH_SIZE));
}

gboolean
asf_open_packet_can_share (guint32 size)
{
  return size >= MIN_SUB_SIZE && size <= MAX_SUB_SIZE;
}

guint32
asf_open_packet_run_size (gboolean is_live, guint32 size, guint32 limit)
{
  const AsfPacketizerConfig config = {.is_live = is_live };
  gsize heads = head_size (&config) + RUN_HEAD_SIZE;
  gsize n;

  if (limit <= heads)
    return limit;
  n = (limit - heads) / (SUB_LENGTH_SIZE + size);
  return n > 0 ? heads + n * (SUB_LENGTH_SIZE + size) : limit;
}

gsize
asf_open_packet_whole_room (const AsfPacketizerConfig * config,
    const AsfObject * object)
{
  return config->packet_size - head_size (config) - PAYLOAD_HEAD_SIZE -
      object->extension_size;
}

gsize
asf_open_packet_room (const AsfOpenPacket * self,
    const AsfPacketizerConfig * config, const AsfObject * object)
{
  gsize taken = PAYLOAD_HEAD_SIZE + object->extension_size +
      PAYLOAD_LENGTH_SIZE;
  gsize left;

  if (self->n_payloads == 0)
    return asf_open_packet_whole_room (config, object);
  if (self->n_payloads >= ASF_MAX_PAYLOADS)
    return 0;
  if (self->n_payloads == 1)
    taken += 1 + PAYLOAD_LENGTH_SIZE;
  left = bytes_left (self, config);
  return taken < left ? left - taken : 0;
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
  if (head->extension_size > 0)
    memcpy (to + PAYLOAD_HEAD_SIZE, head->extension, head->extension_size);
  return to + PAYLOAD_HEAD_SIZE + head->extension_size;
}

static guint8
stream_and_key (const AsfObject * object)
{
  return object->stream_number | (object->is_key ? KEY_FRAME : 0);
}

/* A run's head has no room for more than a BYTE and for time 0, which FFmpeg
 * takes for the end of a run. */
static gboolean
can_join (const AsfObject * object)
{
  return object->delta_ms != 0 && object->pres_ms != 0 &&
      asf_open_packet_can_share (object->size);
}

static void
remember_tail (AsfOpenPacket * self, const AsfObject * object, gsize start,
    gsize size)
{
  self->tail.stream_and_key = 0;
  if (size != object->size || !can_join (object))
    return;
  self->tail.stream_and_key = stream_and_key (object);
  self->tail.delta_ms = object->delta_ms;
  self->tail.is_run = FALSE;
  self->tail.next_pres_ms = object->pres_ms + object->delta_ms;
  self->tail.start = start;
  self->tail.size = size;
}

/* What every piece of an object changes. */
static void
count_object (AsfOpenPacket * self, const AsfObject * object)
{
  self->packet.first_ns = MIN (self->packet.first_ns, object->time_ns);
  self->packet.last_ns = MAX (self->packet.last_ns, object->time_ns);
}

static void
fill_head (AsfPayloadHead * head, const AsfObject * object, guint8 number,
    guint32 offset)
{
  head->stream_and_key = stream_and_key (object);
  head->object_number = number;
  head->offset = offset;
  head->object_size = object->size;
  head->pres_ms = object->pres_ms;
  head->delta_ms = 0;
  head->extension_size = object->extension_size;
  if (object->extension_size > 0)
    memcpy (head->extension, object->extension, object->extension_size);
}

void
asf_open_packet_write (AsfOpenPacket * self, const AsfObject * object,
    guint8 number, guint32 offset, gsize size)
{
  guint8 *to = self->packet.block + ASF_PACKETIZER_FRONT + self->used;
  gsize start = self->used;

  if (self->n_payloads == 0) {
    fill_head (&self->first, object, number, offset);
    self->first_size = size;
  } else {
    AsfPayloadHead head;

    fill_head (&head, object, number, offset);
    to = put_payload_head (to, &head);
    GST_WRITE_UINT16_LE (to, size);
    to += PAYLOAD_LENGTH_SIZE;
    self->used += payload_head_size (&head) + PAYLOAD_LENGTH_SIZE;
  }
  memcpy (to, object->data + offset, size);
  self->used += size;
  self->n_payloads++;
  if (object->delta_ms || self->tail.stream_and_key)
    remember_tail (self, object, start, size);
  if (offset == 0)
    self->packet.starts_key |= object->is_key && object->is_video;
  count_object (self, object);
}

/* Makes a run of the last payload, which is one small object. */
static void
begin_run (AsfOpenPacket * self)
{
  guint8 *start = self->packet.block + ASF_PACKETIZER_FRONT + self->tail.start;
  gsize size = self->tail.size;

  if (self->n_payloads == 1) {
    memmove (start + SUB_LENGTH_SIZE, start, size);
    *start = size;
    self->first.delta_ms = self->tail.delta_ms;
    self->first_size = SUB_LENGTH_SIZE + size;
    self->used += SUB_LENGTH_SIZE;
  } else {
    guint8 *data = start + RUN_HEAD_SIZE + PAYLOAD_LENGTH_SIZE;

    /* the presentation time moves to where the offset was */
    memmove (start + 2, start + 11, 4);
    start[6] = 1;
    start[7] = self->tail.delta_ms;
    memmove (data + SUB_LENGTH_SIZE,
        start + PAYLOAD_HEAD_SIZE + PAYLOAD_LENGTH_SIZE, size);
    *data = size;
    self->used -= RUN_GAIN;
  }
  self->tail.is_run = TRUE;
  self->tail.size = SUB_LENGTH_SIZE + size;
}

gboolean
asf_open_packet_join (AsfOpenPacket * self, const AsfPacketizerConfig * config,
    const AsfObject * object)
{
  AsfTail *tail = &self->tail;
  guint8 *to;

  if (tail->stream_and_key != stream_and_key (object) ||
      tail->delta_ms != object->delta_ms ||
      tail->next_pres_ms != object->pres_ms || !can_join (object) ||
      bytes_left (self, config) + (tail->is_run ? 0 : RUN_GAIN) <
      SUB_LENGTH_SIZE + object->size)
    return FALSE;
  if (!tail->is_run)
    begin_run (self);
  to = self->packet.block + ASF_PACKETIZER_FRONT + self->used;
  *to = object->size;
  memcpy (to + SUB_LENGTH_SIZE, object->data, object->size);
  self->used += SUB_LENGTH_SIZE + object->size;
  tail->size += SUB_LENGTH_SIZE + object->size;
  tail->next_pres_ms += tail->delta_ms;
  if (self->n_payloads == 1)
    self->first_size = tail->size;
  else
    GST_WRITE_UINT16_LE (self->packet.block + ASF_PACKETIZER_FRONT +
        tail->start + RUN_HEAD_SIZE, tail->size);
  count_object (self, object);
  return TRUE;
}

/* Packet Length, Padding Length, Send Time, Duration, Payload Flags, first
 * payload's head: in this order, with the lengths that the packet's form
 * asks for (rules, 6.2 to 6.4).
 * Returns: where the Duration is. */
static guint8 *
write_head (const AsfOpenPacket * self, const AsfPacketizerConfig * config,
    gsize padding, gboolean is_word)
{
  guint8 *to = self->packet.block + self->packet.offset;
  gboolean is_multiple = self->n_payloads > 1;
  guint8 *duration;

  *to++ = ERROR_CORRECTION;
  *to++ = 0;
  *to++ = 0;
  *to++ = (is_multiple ? FLAG_MULTIPLE : 0) |
      (is_word ? FLAG_PADDING_WORD : FLAG_PADDING_BYTE) |
      (config->is_live ? FLAG_PACKET_LENGTH_WORD : 0);
  *to++ = PROPERTY_FLAGS;
  if (config->is_live) {
    GST_WRITE_UINT16_LE (to, config->packet_size);
    to += 2;
  }
  if (is_word) {
    GST_WRITE_UINT16_LE (to, padding);
    to += 2;
  } else {
    *to++ = padding;
  }
  GST_WRITE_UINT32_LE (to, self->packet.send_ms);
  duration = to + 4;
  to = duration + DURATION_SIZE;
  if (is_multiple)
    *to++ = PAYLOAD_LENGTH_WORD | self->n_payloads;
  to = put_payload_head (to, &self->first);
  if (is_multiple)
    GST_WRITE_UINT16_LE (to, self->first_size);
  return duration;
}

guint8 *
asf_open_packet_finish (AsfOpenPacket * self,
    const AsfPacketizerConfig * config, gsize * padding)
{
  gsize left = bytes_left (self, config);
  gsize head = config->packet_size - left - self->used;
  gboolean is_word = config->is_live;

  if (!config->is_live && left > G_MAXUINT8) {
    /* the longer length field takes a byte of what it counts */
    is_word = TRUE;
    head++;
    left--;
  }
  self->packet.offset = ASF_PACKETIZER_FRONT - head;
  memset (self->packet.block + ASF_PACKETIZER_FRONT + self->used, 0, left);
  *padding = left;
  return write_head (self, config, left, is_word);
}
