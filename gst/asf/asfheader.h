/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_HEADER_H__
#define __ASF_HEADER_H__

#include <glib.h>

#include "asf/asferror.h"
#include "asf/asfguid.h"
#include "asf/asfreader.h"

G_BEGIN_DECLS

/* Extended Stream Properties flags (section 4.1). */
#define ASF_STREAM_SEEKABLE (1 << 1)

/**
 * AsfWaveFormat:
 * @format_tag: WAVE format, 0x0161 for WMA 2
 * @channels: at least 1
 * @rate: samples per second, at least 1
 * @bytes_per_second: at least 1
 * @block_align: bytes, at least 1
 * @bits_per_sample: as the codec has it
 *
 * WAVEFORMATEX without its codec data (section 9.1).
 */
typedef struct
{
  guint16 format_tag;
  guint16 channels;
  guint32 rate;
  guint32 bytes_per_second;
  guint16 block_align;
  guint16 bits_per_sample;
} AsfWaveFormat;

/**
 * AsfImageFormat:
 * @width: at least 1
 * @height: at least 1
 * @fourcc: Compression ID, the first character in the lowest byte
 * @bit_count: bits per pixel
 *
 * BITMAPINFOHEADER without its codec data (section 9.2).
 */
typedef struct
{
  guint32 width;
  guint32 height;
  guint32 fourcc;
  guint16 bit_count;
} AsfImageFormat;

/**
 * AsfStream:
 * @number: 1 to 127
 * @kind: audio or video
 * @wave: of an audio stream
 * @image: of a video stream
 * @codec_data: (nullable): what follows the format structure
 * @has_spread: Audio Spread error correction data instead of none
 * @codec_name: (nullable): for the Codec List
 * @codec_description: (nullable): for the Codec List
 * @data_bps: leak rate of the stream's bucket, media bytes only; not 0
 * @buffer_ms: window of the bucket
 * @total_bps: rate with payload and packet overhead; not 0
 * @max_object_size: bytes of the largest media object, 0 when unknown
 * @frame_time_100ns: average time per frame, 0 when unknown
 * @flags: ASF_STREAM_SEEKABLE
 *
 * What the header says about one stream.  Texts and bytes belong to whoever
 * filled the structure in.
 */
typedef struct
{
  guint8 number;
  AsfStreamKind kind;
  AsfWaveFormat wave;
  AsfImageFormat image;
  GBytes *codec_data;
  gboolean has_spread;
  const gchar *codec_name;
  const gchar *codec_description;
  guint32 data_bps;
  guint32 buffer_ms;
  guint32 total_bps;
  guint32 max_object_size;
  guint64 frame_time_100ns;
  guint32 flags;
} AsfStream;

/**
 * AsfAttributeType:
 * @ASF_ATTRIBUTE_TEXT: Unicode string
 * @ASF_ATTRIBUTE_BINARY: byte array
 * @ASF_ATTRIBUTE_BOOL: 4 bytes here, 2 in the Metadata Object
 * @ASF_ATTRIBUTE_DWORD: 32 bits
 * @ASF_ATTRIBUTE_QWORD: 64 bits
 * @ASF_ATTRIBUTE_WORD: 16 bits
 *
 * Value data types with their numbers (section 3.11).
 */
typedef enum
{
  ASF_ATTRIBUTE_TEXT = 0,
  ASF_ATTRIBUTE_BINARY = 1,
  ASF_ATTRIBUTE_BOOL = 2,
  ASF_ATTRIBUTE_DWORD = 3,
  ASF_ATTRIBUTE_QWORD = 4,
  ASF_ATTRIBUTE_WORD = 5,
} AsfAttributeType;

/**
 * AsfAttribute:
 * @name: such as "WM/Genre"
 * @type: which of the following fields holds the value
 * @text: for %ASF_ATTRIBUTE_TEXT
 * @bytes: for %ASF_ATTRIBUTE_BINARY
 * @number: for the others
 *
 * One descriptor of the Extended Content Description Object.
 */
typedef struct
{
  gchar *name;
  AsfAttributeType type;
  gchar *text;
  GBytes *bytes;
  guint64 number;
} AsfAttribute;

/* Largest value of an attribute in this object, in bytes (section 3.11). */
#define ASF_ATTRIBUTE_MAX_SIZE 65535

/**
 * asf_attribute_clear:
 *
 * Frees what the fields hold.
 */
void asf_attribute_clear (AsfAttribute * attribute);

/**
 * AsfDescription:
 * @title: (nullable): and the others: the fields of the Content Description
 *     Object, in its order (section 3.10)
 */
typedef struct
{
  gchar *title;
  gchar *author;
  gchar *copyright;
  gchar *description;
  gchar *rating;
} AsfDescription;

/**
 * asf_description_clear:
 *
 * Frees what the fields hold.
 */
void asf_description_clear (AsfDescription * description);

/**
 * AsfHeader:
 * @file_id: not all zero; new for each file
 * @creation_date_100ns: since 1601-01-01 UTC
 * @flags: ASF_FILE_BROADCAST, ASF_FILE_SEEKABLE
 * @packet_size: bytes of each packet
 * @preroll_ms: what is added to each presentation time
 * @file_size: whole file; 0 in a broadcast
 * @packet_count: Data Packets Count; unknown in a broadcast
 * @play_duration_100ns: with the preroll; 0 in a broadcast
 * @send_duration_100ns: to the end of the last packet; 0 in a broadcast
 * @streams: (array length=n_streams): in the order in which they are written
 * @n_streams: 1 to 127
 * @description: Content Description Object, left out when all is empty
 * @attributes: (element-type AsfAttribute) (nullable): Extended Content
 *     Description Object, left out when empty
 * @language: (nullable): RFC 1766 tag of the whole file; no Language List
 *     without it
 * @padding: bytes of a Padding Object at the end, its head included; 0 or at
 *     least %ASF_OBJECT_HEAD_SIZE
 *
 * Everything that Header Object and head of the Data Object say.
 */
typedef struct
{
  AsfGuid file_id;
  guint64 creation_date_100ns;
  guint32 flags;
  guint32 packet_size;
  guint64 preroll_ms;
  guint64 file_size;
  guint64 packet_count;
  guint64 play_duration_100ns;
  guint64 send_duration_100ns;
  const AsfStream *streams;
  guint n_streams;
  AsfDescription description;
  GArray *attributes;
  const gchar *language;
  gsize padding;
} AsfHeader;

/* Data Packets Count of a broadcast, as Windows' encoder writes it (rules,
 * 9.1). */
#define ASF_PACKET_COUNT_UNKNOWN G_GUINT64_CONSTANT (0xFFFFFFFF)

/**
 * asf_header_write:
 * @header: what to write
 * @error: return location
 *
 * Writes Header Object and the 50 bytes of the Data Object's head.  Two
 * headers that differ in numbers only, texts and codec data being equal, have
 * the same size, so that the second can be written over the first.
 *
 * Returns: (transfer full): the bytes, or %NULL with %ASF_ERROR_LIMIT.
 */
GBytes *asf_header_write (const AsfHeader * header, GError ** error);

/**
 * asf_header_max_bps:
 *
 * Returns: Maximum Bitrate: the sum of the streams' rates (rules, 3.2).
 */
guint32 asf_header_max_bps (const AsfHeader * header);

/**
 * asf_header_has_early_mark:
 * @data: Header Object and the head of the Data Object
 * @size: how many bytes they are
 *
 * Returns: whether the bytes 00 00 01 01 occur before the last four: a known
 *     receiver takes them for the header's end (design, 5).
 */
gboolean asf_header_has_early_mark (const guint8 * data, gsize size);

G_END_DECLS
#endif /* __ASF_HEADER_H__ */
