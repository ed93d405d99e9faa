/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A data packet (ASF specification, section 5.2; rules, 6.2):
 *
 *   +------------------+---------------------+------------+---------+
 *   | error correction | payload parsing     | payload(s) | padding |
 *   | data             | information         |            |         |
 *   +------------------+---------------------+------------+---------+
 *   0                  flags_offset          payload_offset      size
 */
#include "asf/asfpacket.h"

#include <string.h>

#include <gst/gstutils.h>

/* First byte of the error correction data (5.2.1). */
#define EC_PRESENT 0x80
#define EC_LENGTH_TYPE_MASK 0x60
#define EC_LENGTH_MASK 0x0f

/* Length Type Flags (5.2.2). */
#define SEQUENCE_TYPE(flags) ((flags) >> 1 & 3)
#define PADDING_TYPE(flags) ((flags) >> 3 & 3)
#define LENGTH_TYPE(flags) ((flags) >> 5 & 3)
#define LENGTH_AND_PADDING_MASK 0x78

/* Property Flags (5.2.2). */
#define REPLICATED_TYPE(flags) ((flags) & 3)
#define OFFSET_TYPE(flags) ((flags) >> 2 & 3)
#define OBJECT_NUMBER_TYPE(flags) ((flags) >> 4 & 3)
#define STREAM_NUMBER_TYPE(flags) ((flags) >> 6 & 3)

/* Payload Flags and Stream Number (5.2.3). */
#define PAYLOAD_LENGTH_TYPE(flags) ((flags) >> 6 & 3)
#define STREAM_NUMBER_MASK 0x7f
#define KEY_FRAME 0x80

/* The values of all length types, and bytes and largest number of each. */
enum
{
  TYPE_ABSENT,
  TYPE_BYTE,
  TYPE_WORD,
  TYPE_DWORD,
};
static const guint8 type_size[] = { 0, 1, 2, 4 };
static const guint32 type_max[] = { 0, G_MAXUINT8, G_MAXUINT16, G_MAXUINT32 };

#define SEND_TIME_AND_DURATION_SIZE 6
/* Replicated Data: Media Object Size and Presentation Time. */
#define REPLICATED_MIN 8
#define REPLICATED_COMPRESSED 1

static gboolean
fail_invalid (const gchar * what, GError ** error)
{
  g_set_error (error, ASF_ERROR, ASF_ERROR_INVALID, "packet: %s", what);
  return FALSE;
}

static gboolean
fail_short (GError ** error)
{
  g_set_error (error, ASF_ERROR, ASF_ERROR_TRUNCATED,
      "packet ends before its content does");
  return FALSE;
}

static gboolean
read_typed (GstByteReader * reader, guint type, guint32 * value)
{
  guint8 byte;
  guint16 word;

  switch (type) {
    case TYPE_ABSENT:
      *value = 0;
      return TRUE;
    case TYPE_BYTE:
      if (!gst_byte_reader_get_uint8 (reader, &byte))
        return FALSE;
      *value = byte;
      return TRUE;
    case TYPE_WORD:
      if (!gst_byte_reader_get_uint16_le (reader, &word))
        return FALSE;
      *value = word;
      return TRUE;
    default:
      return gst_byte_reader_get_uint32_le (reader, value);
  }
}

static guint8 *
write_typed (guint8 * out, guint type, guint32 value)
{
  switch (type) {
    case TYPE_BYTE:
      GST_WRITE_UINT8 (out, value);
      break;
    case TYPE_WORD:
      GST_WRITE_UINT16_LE (out, value);
      break;
    case TYPE_DWORD:
      GST_WRITE_UINT32_LE (out, value);
      break;
    default:
      break;
  }
  return out + type_size[type];
}

/* Section 5.2.1. */
static gboolean
skip_error_correction (GstByteReader * reader, GError ** error)
{
  guint8 flags;

  if (!gst_byte_reader_peek_uint8 (reader, &flags))
    return fail_short (error);
  if (!(flags & EC_PRESENT))
    return TRUE;
  if (flags & EC_LENGTH_TYPE_MASK)
    return fail_invalid ("reserved Error Correction Length Type", error);
  if (!gst_byte_reader_skip (reader, 1 + (flags & EC_LENGTH_MASK)))
    return fail_short (error);
  return TRUE;
}

/* Everything that lies behind the payloads; rules, 6.2.  gst-plugins-bad's
 * muxer leaves the padding out of Packet Length (rules, 11): then both fields
 * speak of the same bytes. */
static gboolean
add_up_padding (AsfPacketInfo * info, guint32 padding_length, GError ** error)
{
  gsize room = info->size - info->payload_offset;
  gsize beyond = 0;

  if (info->packet_length != 0 && info->packet_length < info->size)
    beyond = info->size - info->packet_length;
  info->padding = padding_length;
  if (beyond != padding_length)
    info->padding += beyond;
  if (info->padding >= room)
    return fail_short (error);
  return TRUE;
}

static gboolean
read_payload_count (AsfPacketInfo * info, GstByteReader * reader,
    GError ** error)
{
  guint8 flags;

  info->n_payloads = 1;
  if (!(info->length_flags & ASF_MULTIPLE_PAYLOADS))
    return TRUE;
  if (!gst_byte_reader_peek_uint8 (reader, &flags))
    return fail_short (error);
  info->n_payloads = flags & ASF_PAYLOAD_COUNT_MASK;
  if (info->n_payloads == 0 || PAYLOAD_LENGTH_TYPE (flags) == TYPE_ABSENT)
    return fail_invalid ("no payload, or payloads without a length", error);
  return TRUE;
}

/* Like asf_packet_read(), and accepts a Packet Length beyond the end. */
static gboolean
parse_packet (const guint8 * data, gsize size, AsfPacketInfo * info,
    GError ** error)
{
  GstByteReader reader;
  guint32 padding_length;
  guint8 flags;

  gst_byte_reader_init (&reader, data, MIN (size, G_MAXUINT));
  if (!skip_error_correction (&reader, error))
    return FALSE;

  info->size = size;
  info->flags_offset = gst_byte_reader_get_pos (&reader);
  if (!gst_byte_reader_get_uint8 (&reader, &flags)
      || !gst_byte_reader_get_uint8 (&reader, &info->property_flags)
      || !read_typed (&reader, LENGTH_TYPE (flags), &info->packet_length)
      || !read_typed (&reader, SEQUENCE_TYPE (flags), &info->sequence)
      || !read_typed (&reader, PADDING_TYPE (flags), &padding_length)
      || !gst_byte_reader_get_uint32_le (&reader, &info->send_time_ms)
      || !gst_byte_reader_get_uint16_le (&reader, &info->duration_ms))
    return fail_short (error);

  info->length_flags = flags;
  info->payload_offset = gst_byte_reader_get_pos (&reader);
  if (flags & EC_PRESENT)
    return fail_invalid ("error correction announced twice", error);
  if (STREAM_NUMBER_TYPE (info->property_flags) != TYPE_BYTE)
    return fail_invalid ("Stream Number Length Type is not BYTE", error);
  return add_up_padding (info, padding_length, error)
      && read_payload_count (info, &reader, error);
}

gboolean
asf_packet_read (const guint8 * data, gsize size, AsfPacketInfo * info,
    GError ** error)
{
  return parse_packet (data, size, info, error)
      && (info->packet_length <= size || fail_short (error));
}

void
asf_payload_iter_init (AsfPayloadIter * iter, const AsfPacketInfo * packet,
    const guint8 * data)
{
  const guint8 *payloads = data + packet->payload_offset;

  gst_byte_reader_init (&iter->reader, payloads,
      packet->size - packet->payload_offset - packet->padding);
  gst_byte_reader_init (&iter->run, NULL, 0);
  iter->packet = packet;
  iter->left = packet->n_payloads;
  iter->length_type = TYPE_ABSENT;
  if (packet->length_flags & ASF_MULTIPLE_PAYLOADS) {
    gst_byte_reader_skip_unchecked (&iter->reader, 1);
    iter->length_type = PAYLOAD_LENGTH_TYPE (payloads[0]);
  }
}

/* Section 5.2.3.3: the offset field holds the time of the first sub-payload. */
static gboolean
next_in_run (AsfPayloadIter * iter, AsfPayload * payload, GError ** error)
{
  AsfPayload *sub = &iter->sub;
  guint8 size;

  if (!gst_byte_reader_get_uint8 (&iter->run, &size)
      || !gst_byte_reader_get_data (&iter->run, size, &sub->data))
    return fail_short (error);
  if (size == 0)
    return fail_invalid ("empty sub-payload", error);

  sub->size = size;
  sub->object_size = size;
  *payload = *sub;
  sub->object_number++;
  sub->pres_time_ms += iter->delta_ms;
  return TRUE;
}

static gboolean
start_run (AsfPayloadIter * iter, AsfPayload * payload,
    const guint8 * replicated, GError ** error)
{
  iter->delta_ms = replicated[0];
  iter->sub = *payload;
  iter->sub.pres_time_ms = payload->offset;
  iter->sub.offset = 0;
  gst_byte_reader_init (&iter->run, payload->data, payload->size);
  return next_in_run (iter, payload, error);
}

static gboolean
read_payload_data (AsfPayloadIter * iter, AsfPayload * payload, GError ** error)
{
  GstByteReader *reader = &iter->reader;

  if (iter->length_type == TYPE_ABSENT)
    payload->size = gst_byte_reader_get_remaining (reader);
  else if (!read_typed (reader, iter->length_type, &payload->size))
    return fail_short (error);
  if (payload->size == 0)
    return fail_invalid ("empty payload", error);
  if (!gst_byte_reader_get_data (reader, payload->size, &payload->data))
    return fail_short (error);
  return TRUE;
}

static const guint8 *
place_of (const GstByteReader * reader)
{
  return reader->data + reader->byte;
}

/* Where the payload's fields are that whoever changes it needs. */
static void
note_places (AsfPayloadIter * iter, AsfPayload * payload,
    const guint8 * replicated, guint32 replicated_size)
{
  const guint8 properties = iter->packet->property_flags;

  payload->end = place_of (&iter->reader);
  payload->extensions = replicated + replicated_size;
  payload->extensions_size = 0;
  payload->time = NULL;
  if (replicated_size == REPLICATED_COMPRESSED) {
    if (OFFSET_TYPE (properties) == TYPE_DWORD)
      payload->time = payload->head + 1
          + type_size[OBJECT_NUMBER_TYPE (properties)];
  } else if (replicated_size >= REPLICATED_MIN) {
    payload->time = replicated + 4;
    payload->extensions = replicated + REPLICATED_MIN;
    payload->extensions_size = replicated_size - REPLICATED_MIN;
  }
}

/* Sections 5.2.3.1 and 5.2.3.2 (rules, 6.3). */
static gboolean
read_payload (AsfPayloadIter * iter, AsfPayload * payload, GError ** error)
{
  const guint8 properties = iter->packet->property_flags;
  GstByteReader *reader = &iter->reader;
  guint32 object_number, replicated_size;
  const guint8 *replicated;
  guint8 stream;

  payload->head = place_of (reader);
  if (!gst_byte_reader_get_uint8 (reader, &stream)
      || !read_typed (reader, OBJECT_NUMBER_TYPE (properties), &object_number)
      || !read_typed (reader, OFFSET_TYPE (properties), &payload->offset)
      || !read_typed (reader, REPLICATED_TYPE (properties), &replicated_size)
      || !gst_byte_reader_get_data (reader, replicated_size, &replicated))
    return fail_short (error);
  payload->stream_number = stream & STREAM_NUMBER_MASK;
  payload->is_key = (stream & KEY_FRAME) != 0;
  payload->object_number = object_number;
  payload->object_size = 0;
  payload->pres_time_ms = 0;
  if (payload->stream_number == 0)
    return fail_invalid ("stream number 0", error);
  if (!read_payload_data (iter, payload, error))
    return FALSE;
  note_places (iter, payload, replicated, replicated_size);

  if (replicated_size == REPLICATED_COMPRESSED)
    return start_run (iter, payload, replicated, error);
  if (replicated_size == 0)
    return TRUE;
  if (replicated_size < REPLICATED_MIN)
    return fail_invalid ("replicated data of 2 to 7 bytes", error);
  payload->object_size = GST_READ_UINT32_LE (replicated);
  payload->pres_time_ms = GST_READ_UINT32_LE (replicated + 4);
  if ((guint64) payload->offset + payload->size > payload->object_size)
    return fail_invalid ("fragment outside of its media object", error);
  return TRUE;
}

gboolean
asf_payload_next (AsfPayloadIter * iter, AsfPayload * payload, GError ** error)
{
  if (gst_byte_reader_get_remaining (&iter->run) > 0)
    return next_in_run (iter, payload, error);
  if (iter->left == 0)
    return FALSE;
  iter->left--;
  return read_payload (iter, payload, error);
}

gboolean
asf_packet_check (const guint8 * data, gsize size, GError ** error)
{
  AsfPacketInfo info;
  AsfPayloadIter iter;
  AsfPayload payload;
  GError *fault = NULL;

  if (!asf_packet_read (data, size, &info, error))
    return FALSE;
  asf_payload_iter_init (&iter, &info, data);
  while (asf_payload_next (&iter, &payload, &fault));
  if (fault == NULL)
    return TRUE;
  g_propagate_error (error, fault);
  return FALSE;
}

gboolean
asf_packet_starts_key_frame (const AsfPacketInfo * packet, const guint8 * data,
    const AsfHeaderInfo * header)
{
  const AsfStreamInfo *stream;
  AsfPayloadIter iter;
  AsfPayload payload;

  asf_payload_iter_init (&iter, packet, data);
  while (asf_payload_next (&iter, &payload, NULL)) {
    if (payload.offset != 0 || (header->has_video && !payload.is_key))
      continue;
    stream = asf_header_find_stream (header, payload.stream_number);
    if (stream != NULL
        && (!header->has_video || stream->kind == ASF_STREAM_VIDEO))
      return TRUE;
  }
  return FALSE;
}

static gsize
head_size (const AsfPacketInfo * packet, guint length_type, guint padding_type)
{
  return packet->flags_offset + 2 + type_size[length_type]
      + type_size[SEQUENCE_TYPE (packet->length_flags)]
      + type_size[padding_type] + SEND_TIME_AND_DURATION_SIZE;
}

/* The packet's head with other types and values for its two lengths. */
static void
write_head (const AsfPacketInfo * packet, const guint8 * data, guint8 * out,
    guint length_type, guint32 packet_length, guint padding_type,
    guint32 padding_length)
{
  guint8 flags = packet->length_flags & ~LENGTH_AND_PADDING_MASK;

  memcpy (out, data, packet->flags_offset);
  out += packet->flags_offset;
  *out++ = flags | padding_type << 3 | length_type << 5;
  *out++ = packet->property_flags;
  out = write_typed (out, length_type, packet_length);
  out = write_typed (out, SEQUENCE_TYPE (flags), packet->sequence);
  out = write_typed (out, padding_type, padding_length);
  GST_WRITE_UINT32_LE (out, packet->send_time_ms);
  GST_WRITE_UINT16_LE (out + 4, packet->duration_ms);
}

gboolean
asf_packet_cut_padding (const AsfPacketInfo * packet, const guint8 * data,
    AsfPacketCut * cut)
{
  gsize body_size = packet->size - packet->payload_offset - packet->padding;

  cut->head_size = head_size (packet, TYPE_WORD, TYPE_WORD);
  if (cut->head_size + body_size >= packet->size || packet->size > G_MAXUINT16) {
    cut->head_size = 0;
    cut->body_offset = 0;
    cut->body_size = packet->size;
    return FALSE;
  }
  write_head (packet, data, cut->head, TYPE_WORD, cut->head_size + body_size,
      TYPE_WORD, 0);
  cut->body_offset = packet->payload_offset;
  cut->body_size = body_size;
  return TRUE;
}

/* The narrowest Padding Length, not narrower than it is, that can say how much
 * is missing. */
static gboolean
choose_padding (const AsfPacketInfo * packet, guint length_type,
    gsize body_size, gsize packet_size, guint * padding_type, gsize * padding)
{
  guint type;

  for (type = PADDING_TYPE (packet->length_flags); type <= TYPE_DWORD; type++) {
    gsize used = head_size (packet, length_type, type) + body_size;

    if (used > packet_size)
      return FALSE;
    if (packet_size - used <= type_max[type]) {
      *padding_type = type;
      *padding = packet_size - used;
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
asf_packet_write_head (const AsfPacketInfo * packet, const guint8 * data,
    gsize body_size, AsfPacketHead * head)
{
  guint length_type = TYPE_WORD, padding_type = TYPE_WORD;

  head->size = head_size (packet, length_type, padding_type);
  head->padding = 0;
  if (packet->size > G_MAXUINT16 || head->size + body_size > packet->size) {
    /* with less than the longer head costs: what it was, filled up */
    length_type = LENGTH_TYPE (packet->length_flags);
    if (!choose_padding (packet, length_type, body_size, packet->size,
            &padding_type, &head->padding))
      return FALSE;
    head->size = head_size (packet, length_type, padding_type);
  }
  write_head (packet, data, head->data, length_type,
      head->size + body_size + head->padding, padding_type, head->padding);
  return TRUE;
}

gboolean
asf_packet_restore_padding (const guint8 * data, gsize size,
    guint32 packet_size, guint8 * out, GError ** error)
{
  AsfPacketInfo packet;
  gsize body_size, padding, head;
  guint length_type, padding_type;

  if (size > packet_size)
    return fail_invalid ("larger than the packet size", error);
  if (!parse_packet (data, size, &packet, error))
    return FALSE;
  if (packet.packet_length > packet_size)
    return fail_invalid ("Packet Length over the packet size", error);
  if (size == packet_size
      && (packet.packet_length == 0 || packet.packet_length == packet_size)) {
    memcpy (out, data, size);
    return TRUE;
  }

  length_type = LENGTH_TYPE (packet.length_flags);
  while (length_type != TYPE_ABSENT && packet_size > type_max[length_type])
    length_type++;
  body_size = size - packet.payload_offset - packet.padding;
  if (!choose_padding (&packet, length_type, body_size, packet_size,
          &padding_type, &padding))
    return fail_invalid ("no room for the length fields", error);

  write_head (&packet, data, out, length_type, packet_size, padding_type,
      padding);
  head = head_size (&packet, length_type, padding_type);
  memcpy (out + head, data + packet.payload_offset, body_size);
  memset (out + head + body_size, 0, padding);
  return TRUE;
}

/* Copies the payloads that are kept; returns what is behind them. */
static guint8 *
copy_payloads (const AsfPacketInfo * packet, const guint8 * data, guint64 keep,
    guint8 * out, guint * n_kept)
{
  const guint8 *last = NULL;
  AsfPayloadIter iter;
  AsfPayload payload;
  guint i = 0;

  *n_kept = 0;
  asf_payload_iter_init (&iter, packet, data);
  while (asf_payload_next (&iter, &payload, NULL)) {
    if (payload.head == last)
      continue;
    last = payload.head;
    if (keep >> i++ & 1) {
      memcpy (out, payload.head, payload.end - payload.head);
      out += payload.end - payload.head;
      (*n_kept)++;
    }
  }
  return out;
}

gboolean
asf_packet_keep (const AsfPacketInfo * packet, const guint8 * data,
    guint64 keep, guint8 * out)
{
  guint length_type = LENGTH_TYPE (packet->length_flags), padding_type, n_kept;
  gsize flags_size = packet->length_flags & ASF_MULTIPLE_PAYLOADS ? 1 : 0;
  gsize size, padding;
  guint8 *body;

  /* at the front, until it is known how long the head is */
  size = copy_payloads (packet, data, keep, out, &n_kept) - out;
  while (length_type != TYPE_ABSENT && packet->size > type_max[length_type])
    length_type++;
  if (n_kept == 0 || !choose_padding (packet, length_type, flags_size + size,
          packet->size, &padding_type, &padding))
    return FALSE;
  body = out + head_size (packet, length_type, padding_type) + flags_size;
  memmove (body, out, size);
  memset (body + size, 0, padding);
  write_head (packet, data, out, length_type, packet->size, padding_type,
      padding);
  if (flags_size > 0)
    body[-1] =
        (data[packet->payload_offset] & ~ASF_PAYLOAD_COUNT_MASK) | n_kept;
  return TRUE;
}
