/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_READER_H__
#define __ASF_READER_H__

#include <glib.h>

#include "asf/asferror.h"
#include "asf/asfguid.h"

G_BEGIN_DECLS

/* Size of an object's head: identifier and size (section 2.1). */
#define ASF_OBJECT_HEAD_SIZE 24
/* Size of the Data Object before its first packet (section 5.1). */
#define ASF_DATA_HEAD_SIZE 50
/* Bytes that asf_header_measure() wants to see. */
#define ASF_HEADER_PEEK_SIZE 30
#define ASF_MAX_STREAMS 127
/* Largest packet size that is accepted, in bytes; Windows' writers stay far
 * below it. */
#define ASF_MAX_PACKET_SIZE 65535
/* Largest Header Object that is accepted, in bytes. */
#define ASF_MAX_HEADER_SIZE (16 * 1024 * 1024)

/* File Properties flags (section 3.2). */
#define ASF_FILE_BROADCAST (1 << 0)
#define ASF_FILE_SEEKABLE (1 << 1)

typedef enum
{
  ASF_STREAM_OTHER,
  ASF_STREAM_AUDIO,
  ASF_STREAM_VIDEO,
  ASF_STREAM_COMMAND,
} AsfStreamKind;

/**
 * AsfStreamInfo:
 * @number: 1 to 127
 * @kind: from the Stream Type; JPEG types count as video
 * @bitrate_bps: from Stream Bitrate Properties, 0 when it has no record
 */
typedef struct
{
  guint8 number;
  AsfStreamKind kind;
  guint32 bitrate_bps;
} AsfStreamInfo;

/**
 * AsfHeaderInfo:
 * @header_size: bytes of the Header Object; the Data Object starts there
 * @data_size: the Data Object's size field; 0 is possible in a broadcast
 * @file_id: File ID of the File Properties Object
 * @flags: ASF_FILE_BROADCAST, ASF_FILE_SEEKABLE
 * @packet_size: bytes of each data packet
 * @preroll_ms: what is added to each presentation time
 * @packet_count: Total Data Packets; meaningless in a broadcast
 * @play_duration_100ns: with the preroll; meaningless in a broadcast
 * @max_bitrate_bps: Maximum Bitrate
 * @has_video: whether a stream of kind video is there
 * @n_streams: used entries of @streams, at least 1
 * @streams: in the order of the header; hidden streams (those whose Stream
 *     Properties stand in the Header Extension) included
 */
typedef struct
{
  guint64 header_size;
  guint64 data_size;
  AsfGuid file_id;
  guint32 flags;
  guint32 packet_size;
  guint64 preroll_ms;
  guint64 packet_count;
  guint64 play_duration_100ns;
  guint32 max_bitrate_bps;
  gboolean has_video;
  guint n_streams;
  AsfStreamInfo streams[ASF_MAX_STREAMS];
} AsfHeaderInfo;

/**
 * asf_header_measure:
 * @data: the first bytes of a stream
 * @size: how many they are, at least %ASF_HEADER_PEEK_SIZE
 * @total: (out): bytes of the Header Object and the Data Object's head
 * @error: return location
 *
 * Tells how many bytes have to be collected before asf_header_read() can be
 * called.
 *
 * Returns: %FALSE with %ASF_ERROR_INVALID when this is no ASF header,
 *     %ASF_ERROR_LIMIT when it is over %ASF_MAX_HEADER_SIZE,
 *     %ASF_ERROR_TRUNCATED when @size is too small.
 */
gboolean asf_header_measure (const guint8 * data, gsize size, guint64 * total,
    GError ** error);

/**
 * asf_header_read:
 * @data: Header Object and the head of the Data Object
 * @size: how many bytes they are; more may follow
 * @info: (out): what was read
 * @error: return location
 *
 * Reads what is needed to follow the packets.  Unknown objects are skipped.
 *
 * Returns: %FALSE with an #AsfError when the header cannot be used: no File
 *     Properties, no stream, unequal packet sizes or one of 0 or over
 *     %ASF_MAX_PACKET_SIZE, an object that ends outside of its parent.
 */
gboolean asf_header_read (const guint8 * data, gsize size,
    AsfHeaderInfo * info, GError ** error);

/**
 * asf_header_find_stream:
 *
 * Returns: (transfer none) (nullable): the stream with that number.
 */
const AsfStreamInfo *asf_header_find_stream (const AsfHeaderInfo * info,
    guint number);

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
 */
gboolean asf_packet_read (const guint8 * data, gsize size,
    AsfPacketInfo * info, GError ** error);

/**
 * AsfPayload:
 * @stream_number: 1 to 127
 * @is_key: the Key Frame bit
 * @object_number: Media Object Number
 * @offset: where in its media object this fragment lies
 * @object_size: bytes of the whole media object
 * @pres_time_ms: presentation time, preroll included
 * @data: (transfer none): inside the packet
 * @size: bytes of @data
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
} AsfPayload;

/**
 * AsfPayloadIter:
 *
 * Place in a packet's payloads; lives on the stack, its fields are private.
 */
typedef struct
{
  const guint8 *data;
  const AsfPacketInfo *packet;
  gsize pos;
  guint left;
  /* inside a compressed payload (rules, 6.6) */
  AsfPayload sub;
  gsize sub_end;
  guint sub_delta_ms;
} AsfPayloadIter;

/**
 * asf_payload_iter_init:
 * @iter: (out caller-allocates): the place in front of the first payload
 * @packet: from asf_packet_read(); must outlive @iter
 * @data: the same packet; must outlive @iter
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
 * receiver can fill the packet up in place (rules, 9.2; push-protocol, C33).
 * Where that gains nothing, because the padding is shorter than the bytes
 * that the head would grow by, the packet is left as it is.
 *
 * Returns: whether anything was taken off; if not, @cut describes the packet
 *     as it was.
 */
gboolean asf_packet_cut_padding (const AsfPacketInfo * packet,
    const guint8 * data, AsfPacketCut * cut);

/**
 * asf_packet_restore_padding:
 * @data: a packet as it was received
 * @size: its bytes, at most @packet_size
 * @packet_size: the stream's packet size
 * @out: (out caller-allocates) (array length=packet_size): the whole packet
 * @error: return location
 *
 * Fills a packet up again with zeros and corrects Packet Length and Padding
 * Length where it has those fields.
 *
 * Returns: %FALSE with an #AsfError when the packet is broken, longer than
 *     @packet_size, or shorter without saying so.
 */
gboolean asf_packet_restore_padding (const guint8 * data, gsize size,
    guint32 packet_size, guint8 * out, GError ** error);

G_END_DECLS
#endif /* __ASF_READER_H__ */
