/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_PACKET_H__
#define __ASF_PACKET_H__

#include <gst/base/gstbytereader.h>

#include "asf/asfreader.h"

G_BEGIN_DECLS

/**
 * AsfPacketInfo:
 * @size: bytes that were given to asf_packet_read()
 * @flags_offset: where the Length Type Flags are, after the error correction
 *     data
 * @length_flags: Length Type Flags
 * @property_flags: Property Flags
 * @packet_length: the explicit Packet Length, or 0 when it is absent
 * @sequence: the Sequence field, or 0
 * @padding: bytes of padding at the end, all of them: what Padding Length
 *     says and what lies beyond an explicit Packet Length
 * @send_time_ms: Send Time
 * @duration_ms: Duration
 * @payload_offset: first byte after the payload parsing information
 * @n_payloads: payloads, 1 or more; 1 when Multiple Payloads Present is clear
 *
 * One data packet (section 5.2; rules, 6.2 to 6.4).
 */
typedef struct
{
  gsize size;
  gsize flags_offset;
  guint8 length_flags;
  guint8 property_flags;
  guint32 packet_length;
  guint32 sequence;
  gsize padding;
  guint32 send_time_ms;
  guint16 duration_ms;
  gsize payload_offset;
  guint n_payloads;
} AsfPacketInfo;

/**
 * asf_packet_read:
 * @data: one data packet
 * @size: its bytes: the packet size, or less when its padding was cut off
 * @info: (out): what was read
 * @error: return location
 *
 * Reads error correction data and payload parsing information; payloads are
 * read with asf_payload_next().
 *
 * Returns: %FALSE with an #AsfError when the packet is broken, or shorter than
 *     its Packet Length.
 */
gboolean asf_packet_read (const guint8 * data, gsize size,
    AsfPacketInfo * info, GError ** error);

/**
 * AsfPayload:
 * @stream_number: 1 to 127
 * @is_key: the Key Frame bit
 * @object_number: Media Object Number
 * @offset: where in its media object this fragment lies
 * @object_size: bytes of the whole media object; 0 when the payload has no
 *     replicated data and so does not say
 * @pres_time_ms: presentation time, preroll included; 0 as @object_size
 * @data: (transfer none): inside the packet
 * @size: bytes of @data
 * @head: (transfer none): the first byte of the payload, inside the packet;
 *     sub-payloads of a compressed one have it in common
 * @end: (transfer none): behind its last byte
 * @time: (transfer none) (nullable): the DWORD that @pres_time_ms, of a
 *     compressed payload that of its first sub-payload, was read from
 * @extensions: (transfer none): payload extension data
 * @extensions_size: bytes of @extensions
 */
typedef struct
{
  guint8 stream_number;
  gboolean is_key;
  guint8 object_number;
  guint32 offset;
  guint32 object_size;
  guint32 pres_time_ms;
  const guint8 *data;
  guint32 size;
  const guint8 *head;
  const guint8 *end;
  const guint8 *time;
  const guint8 *extensions;
  guint32 extensions_size;
} AsfPayload;

/**
 * AsfPayloadIter:
 *
 * Place in a packet's payloads; lives on the stack, its fields are for gst/asf
 * only.
 */
typedef struct
{
  const AsfPacketInfo *packet;
  GstByteReader reader;
  guint left;
  guint length_type;
  /* inside a compressed payload (rules, 6.6): what is left of it, and the
   * next sub-payload's number and time */
  GstByteReader run;
  AsfPayload sub;
  guint8 delta_ms;
} AsfPayloadIter;

/**
 * asf_payload_iter_init:
 * @iter: (out caller-allocates): set to the first payload
 * @packet: from asf_packet_read(), must stay where it is
 * @data: the same packet
 */
void asf_payload_iter_init (AsfPayloadIter * iter,
    const AsfPacketInfo * packet, const guint8 * data);

/**
 * asf_payload_next:
 * @iter: an #AsfPayloadIter
 * @payload: (out): the next payload; each sub-payload of a compressed one
 *     counts as one
 * @error: return location
 *
 * Returns: %FALSE at the end, and with @error set when the packet is broken.
 */
gboolean asf_payload_next (AsfPayloadIter * iter, AsfPayload * payload,
    GError ** error);

/**
 * asf_packet_check:
 * @data: one data packet
 * @size: its bytes
 * @error: return location
 *
 * Returns: whether the packet and each of its payloads can be read; %FALSE with
 *     an #AsfError.
 */
gboolean asf_packet_check (const guint8 * data, gsize size, GError ** error);

/**
 * asf_packet_starts_key_frame:
 * @packet: from asf_packet_read()
 * @data: the same packet
 * @header: of the stream
 *
 * Returns: whether a player can start here: a key frame of a video stream
 *     begins in this packet, or, without a video stream, any media object
 *     does.
 */
gboolean asf_packet_starts_key_frame (const AsfPacketInfo * packet,
    const guint8 * data, const AsfHeaderInfo * header);

/* Largest head that asf_packet_cut_padding() can write. */
#define ASF_PACKET_HEAD_MAX 40

/**
 * AsfPacketCut:
 * @head: error correction data and payload parsing information, rewritten
 * @head_size: used bytes of @head
 * @body_offset: where in the packet the bytes after @head come from
 * @body_size: how many they are
 *
 * A packet without its padding: @head, then the body out of the packet.
 */
typedef struct
{
  guint8 head[ASF_PACKET_HEAD_MAX];
  gsize head_size;
  gsize body_offset;
  gsize body_size;
} AsfPacketCut;

/**
 * asf_packet_cut_padding:
 * @packet: from asf_packet_read()
 * @data: the same packet
 * @cut: (out): the packet without its padding
 *
 * Takes the padding off for transport.  The new head has a WORD Packet Length
 * equal to the bytes that remain and a WORD Padding Length of 0, so that the
 * receiver can fill the packet up in place (rules, 9.2; protocol.md, C33).
 * Where that gains nothing, because the head would grow by as much as there is
 * padding, the packet is left as it is.
 *
 * Returns: whether anything was taken off; if not, @cut describes the packet
 *     as it was, all of it in the body.
 */
gboolean asf_packet_cut_padding (const AsfPacketInfo * packet,
    const guint8 * data, AsfPacketCut * cut);

/**
 * AsfPacketHead:
 * @data: error correction data and payload parsing information
 * @size: used bytes of @data
 * @padding: zeros that have to follow the body
 *
 * A head for other payloads than those that a packet came with.
 */
typedef struct
{
  guint8 data[ASF_PACKET_HEAD_MAX];
  gsize size;
  gsize padding;
} AsfPacketHead;

/**
 * asf_packet_write_head:
 * @packet: from asf_packet_read()
 * @data: the same packet
 * @body_size: bytes that are to follow the head, without padding, not more than
 *     there are
 * @head: (out): the head
 *
 * Writes the head of a packet some of whose payloads are left out, in the form
 * of asf_packet_cut_padding(); where that would be longer than the packet, its
 * own form, with padding for what is missing.
 *
 * Returns: %FALSE when neither fits.
 */
gboolean asf_packet_write_head (const AsfPacketInfo * packet,
    const guint8 * data, gsize body_size, AsfPacketHead * head);

/**
 * asf_packet_restore_padding:
 * @data: a packet as it was received
 * @size: its bytes, at most @packet_size
 * @packet_size: the stream's packet size
 * @out: (out caller-allocates) (array length=packet_size): the whole packet
 * @error: return location
 *
 * Fills a packet up again with zeros.  Packet Length, where it is present,
 * becomes @packet_size; Padding Length becomes what was filled in, and is
 * widened or put in where it has no room for that number, since a sender may
 * cut the padding without leaving such a field ([MS-WMHTTP] 2.2.3.3 only asks
 * that Padding Length says none).  A packet that needs nothing is copied.
 *
 * Returns: %FALSE with an #AsfError when the packet is broken or longer than
 *     @packet_size.
 */
gboolean asf_packet_restore_padding (const guint8 * data, gsize size,
    guint32 packet_size, guint8 * out, GError ** error);

/**
 * asf_packet_keep:
 * @packet: from asf_packet_read()
 * @data: the same packet
 * @keep: bit i for the payload i, compressed ones counting as one
 * @out: (out caller-allocates): as large as the packet
 *
 * Leaves payloads out of a packet; padding takes their place.
 *
 * Returns: %FALSE when nothing is left.
 */
gboolean asf_packet_keep (const AsfPacketInfo * packet, const guint8 * data,
    guint64 keep, guint8 * out);

/* Length Type Flags: more than one payload (section 5.2.2). */
#define ASF_MULTIPLE_PAYLOADS 0x01
/* Payload Flags: how many (section 5.2.3.3), and how many there can be. */
#define ASF_PAYLOAD_COUNT_MASK 0x3f
#define ASF_MAX_PAYLOADS 63

/* Behind the Stream Number, which is a BYTE at the payload's head. */
#define ASF_OBJECT_NUMBER_AT 1

G_END_DECLS
#endif /* __ASF_PACKET_H__ */
