/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_READER_H__
#define __ASF_READER_H__

#include <glib.h>

#include "asf/asferror.h"
#include "asf/asfguid.h"

G_BEGIN_DECLS

/* Times of objects are in units of 100 ns (rules, 1). */
#define ASF_UNITS_PER_MS G_GUINT64_CONSTANT (10000)
#define ASF_NS_PER_UNIT 100
/* Size of an object's head: identifier and size (section 2.1). */
#define ASF_OBJECT_HEAD_SIZE 24
/* Size of the Data Object before its first packet (section 5.1). */
#define ASF_DATA_HEAD_SIZE 50
/* The Header Object before the objects in it (section 3.1), which
 * asf_header_measure() wants to see. */
#define ASF_HEADER_HEAD_SIZE 30
#define ASF_MAX_STREAMS 127
/* Largest packet size that is accepted, in bytes; Windows' writers stay far
 * below it. */
#define ASF_MAX_PACKET_SIZE 65535u
/* Largest Header Object that is accepted, in bytes. */
#define ASF_MAX_HEADER_SIZE (16u << 20)

/* File Properties flags (section 3.2). */
#define ASF_FILE_BROADCAST (1 << 0)
#define ASF_FILE_SEEKABLE (1 << 1)

/* Bytes of AsfHeaderInfo.metadata_digest. */
#define ASF_DIGEST_SIZE 32

/**
 * AsfStreamKind:
 * @ASF_STREAM_OTHER: whatever has no name here; cannot be written
 * @ASF_STREAM_AUDIO: sound
 * @ASF_STREAM_VIDEO: moving pictures
 * @ASF_STREAM_COMMAND: script commands
 * @ASF_STREAM_JFIF: still pictures; the reader calls them video
 * @ASF_STREAM_BINARY: anything else; the reader calls it other
 */
typedef enum
{
  ASF_STREAM_OTHER,
  ASF_STREAM_AUDIO,
  ASF_STREAM_VIDEO,
  ASF_STREAM_COMMAND,
  ASF_STREAM_JFIF,
  ASF_STREAM_BINARY,
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
 * @metadata_digest: the same for headers that say the same in the objects of
 *     descriptions: Content Description, Extended Content Description, Metadata
 *     and Metadata Library; absent and empty ones are alike
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
  guint8 metadata_digest[ASF_DIGEST_SIZE];
  guint n_streams;
  AsfStreamInfo streams[ASF_MAX_STREAMS];
} AsfHeaderInfo;

/**
 * asf_header_measure:
 * @data: the first bytes of a stream
 * @size: how many they are, at least %ASF_HEADER_HEAD_SIZE
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

/* What asf_header_count_packets() returns when the header does not say. */
#define ASF_UNKNOWN_COUNT G_MAXUINT64

/**
 * asf_header_count_packets:
 * @info: from asf_header_read()
 *
 * Returns: how many packets the Data Object declares, or %ASF_UNKNOWN_COUNT: a
 *     broadcast does not know, and neither does a file whose header waits to
 *     be written anew at its end.
 */
guint64 asf_header_count_packets (const AsfHeaderInfo * info);

G_END_DECLS
#endif /* __ASF_READER_H__ */
