/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_HEADER_H__
#define __ASF_HEADER_H__

#include <glib.h>

#include "asf/asferror.h"
#include "asf/asfguid.h"
#include "asf/asfreader.h"

G_BEGIN_DECLS

/* Extended Stream Properties flags (section 4.1). */
#define ASF_STREAM_RELIABLE (1 << 0)
#define ASF_STREAM_SEEKABLE (1 << 1)
#define ASF_STREAM_NO_CLEANPOINTS (1 << 2)
#define ASF_STREAM_RESEND_LIVE_CLEANPOINTS (1 << 3)

/* Payload extension systems of a stream. */
#define ASF_MAX_EXTENSIONS 8
/* Size of an extension whose data has its length in front of it. */
#define ASF_EXTENSION_VARIABLE 0xFFFF

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
 * @image_size: bytes of an image, 0 when it is compressed
 * @is_top_down: the first line comes first: biHeight is negative
 *
 * BITMAPINFOHEADER without its codec data (section 9.2); of a JFIF stream
 * only the first two fields count (section 9.4).
 */
typedef struct
{
  guint32 width;
  guint32 height;
  guint32 fourcc;
  guint16 bit_count;
  guint32 image_size;
  gboolean is_top_down;
} AsfImageFormat;

/**
 * AsfBinaryFormat:
 * @major_type: of the media
 * @subtype: of the media
 * @has_fixed_size: each object has @sample_size bytes
 * @is_temporal: not each object is a cleanpoint
 * @sample_size: with @has_fixed_size
 * @format_type: what the codec data is
 *
 * Type-specific data of a binary stream without its codec data (section 9.5).
 */
typedef struct
{
  AsfGuid major_type;
  AsfGuid subtype;
  gboolean has_fixed_size;
  gboolean is_temporal;
  guint32 sample_size;
  AsfGuid format_type;
} AsfBinaryFormat;

/**
 * AsfExtension:
 * @system: one of asf_guid_payload_ext_*, static
 * @size: bytes in each payload, %ASF_EXTENSION_VARIABLE when they vary
 *
 * A payload extension system (section 4.1).
 */
typedef struct
{
  const AsfGuid *system;
  guint16 size;
} AsfExtension;

/**
 * AsfStream:
 * @number: 1 to 127
 * @kind: not %ASF_STREAM_OTHER
 * @wave: of an audio stream
 * @image: of a video or JFIF stream
 * @binary: of a binary stream
 * @codec_data: (nullable): what follows the format structure
 * @has_spread: Audio Spread error correction data instead of none
 * @codec_name: (nullable): for the Codec List
 * @codec_description: (nullable): for the Codec List
 * @data_bps: leak rate of the stream's bucket, media bytes only; not 0
 * @buffer_ms: window of the bucket
 * @peak_bps: leak rate of the second bucket, 0 to repeat the first
 * @peak_buffer_ms: window of the second bucket
 * @total_bps: rate with payload and packet overhead; not 0
 * @max_object_size: bytes of the largest media object, 0 when unknown
 * @frame_time_100ns: average time per frame, 0 when unknown
 * @flags: ASF_STREAM_RELIABLE and the others
 * @language_index: position in the header's languages, 0 without any
 * @name: (nullable): of the stream, in that language
 * @is_hidden: its Stream Properties Object is inside the Extended one, where
 *     readers that know nothing of exclusions do not find it
 * @extensions: (array length=n_extensions): their data is in each payload, in
 *     this order
 * @n_extensions: used entries of @extensions
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
  AsfBinaryFormat binary;
  GBytes *codec_data;
  gboolean has_spread;
  const gchar *codec_name;
  const gchar *codec_description;
  guint32 data_bps;
  guint32 buffer_ms;
  guint32 peak_bps;
  guint32 peak_buffer_ms;
  guint32 total_bps;
  guint32 max_object_size;
  guint64 frame_time_100ns;
  guint32 flags;
  guint16 language_index;
  const gchar *name;
  gboolean is_hidden;
  AsfExtension extensions[ASF_MAX_EXTENSIONS];
  guint n_extensions;
} AsfStream;

/**
 * AsfAttributeType:
 * @ASF_ATTRIBUTE_TEXT: Unicode string
 * @ASF_ATTRIBUTE_BINARY: byte array
 * @ASF_ATTRIBUTE_BOOL: 4 bytes in the Extended Content Description, 2 in the
 *     Metadata and Metadata Library Objects
 * @ASF_ATTRIBUTE_DWORD: 32 bits
 * @ASF_ATTRIBUTE_QWORD: 64 bits
 * @ASF_ATTRIBUTE_WORD: 16 bits
 * @ASF_ATTRIBUTE_GUID: 16 bytes; in the Metadata Library alone
 *
 * Value data types with their numbers (sections 3.11, 4.7, 4.8).
 */
typedef enum
{
  ASF_ATTRIBUTE_TEXT = 0,
  ASF_ATTRIBUTE_BINARY = 1,
  ASF_ATTRIBUTE_BOOL = 2,
  ASF_ATTRIBUTE_DWORD = 3,
  ASF_ATTRIBUTE_QWORD = 4,
  ASF_ATTRIBUTE_WORD = 5,
  ASF_ATTRIBUTE_GUID = 6,
} AsfAttributeType;

/**
 * AsfAttribute:
 * @name: such as "WM/Genre"
 * @type: which of the following fields holds the value
 * @text: for %ASF_ATTRIBUTE_TEXT
 * @bytes: for %ASF_ATTRIBUTE_BINARY and %ASF_ATTRIBUTE_GUID
 * @number: for the others
 * @stream_number: which stream is meant, 0 for the file; in the Metadata and
 *     Metadata Library Objects
 * @language_index: position in the header's languages; in the Metadata
 *     Library Object
 *
 * One descriptor of an Extended Content Description, Metadata or Metadata
 * Library Object.
 */
typedef struct
{
  gchar *name;
  AsfAttributeType type;
  gchar *text;
  GBytes *bytes;
  guint64 number;
  guint8 stream_number;
  guint16 language_index;
} AsfAttribute;

/* Largest value of an attribute, in bytes, but for the Metadata Library
 * (sections 3.11, 4.7). */
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
 * AsfExclusionType:
 * @ASF_EXCLUSION_LANGUAGE: the same in several languages
 * @ASF_EXCLUSION_BITRATE: the same at several rates
 * @ASF_EXCLUSION_UNKNOWN: for another reason
 *
 * Why streams exclude each other (section 10.11).
 */
typedef enum
{
  ASF_EXCLUSION_LANGUAGE,
  ASF_EXCLUSION_BITRATE,
  ASF_EXCLUSION_UNKNOWN,
} AsfExclusionType;

/**
 * AsfExclusion:
 * @type: why
 * @streams: (element-type guint8): numbers of the streams, one of which is
 *     played
 * @records: (element-type guint8) (nullable): for each of @streams a number;
 *     those of one number are played together
 */
typedef struct
{
  AsfExclusionType type;
  GArray *streams;
  GArray *records;
} AsfExclusion;

/**
 * asf_exclusion_clear:
 *
 * Frees what the fields hold.
 */
void asf_exclusion_clear (AsfExclusion * exclusion);

/**
 * asf_exclusion_count:
 *
 * Returns: of how many alternatives one is played.
 */
guint asf_exclusion_count (const AsfExclusion * exclusion);

/**
 * AsfPriority:
 * @stream_number: which stream
 * @is_mandatory: it must not be left out; none that may be stands before it
 *
 * A record of the Stream Prioritization Object (section 4.4).
 */
typedef struct
{
  guint8 stream_number;
  gboolean is_mandatory;
} AsfPriority;

/**
 * AsfMarker:
 * @offset: bytes from the first packet to the one to begin with
 * @pres_100ns: its time as stored, preroll included
 * @send_ms: Send Time of the packet at @offset
 * @text: what users see
 *
 * An entry of the Marker Object (section 3.7).
 */
typedef struct
{
  guint64 offset;
  guint64 pres_100ns;
  guint32 send_ms;
  gchar *text;
} AsfMarker;

/**
 * asf_marker_clear:
 *
 * Frees what the fields hold.
 */
void asf_marker_clear (AsfMarker * marker);

/**
 * AsfCommand:
 * @pres_ms: its time as stored, preroll included
 * @type: such as "URL" or "CAPTION"
 * @text: its parameter
 *
 * An entry of the Script Command Object (section 3.6).
 */
typedef struct
{
  guint32 pres_ms;
  gchar *type;
  gchar *text;
} AsfCommand;

/**
 * asf_command_clear:
 *
 * Frees what the fields hold.
 */
void asf_command_clear (AsfCommand * command);

/**
 * asf_language_clear:
 * @language: points to an element of the header's languages
 *
 * Frees the text.
 */
void asf_language_clear (gchar ** language);

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
 * @metadata: (element-type AsfAttribute) (nullable): Metadata Object
 * @library: (element-type AsfAttribute) (nullable): Metadata Library Object
 * @languages: (element-type utf8) (nullable): RFC 1766 tags, Language List
 *     Object
 * @exclusions: (element-type AsfExclusion) (nullable): an Advanced Mutual
 *     Exclusion Object each, and a Bitrate Mutual Exclusion Object for rates
 *     of streams that are not hidden; or a Group Mutual Exclusion Object
 * @priorities: (element-type AsfPriority) (nullable): Stream Prioritization
 *     Object, the highest first
 * @markers: (element-type AsfMarker) (nullable): Marker Object
 * @commands: (element-type AsfCommand) (nullable): Script Command Object
 * @index_streams: (element-type guint8) (nullable): numbers of the streams of
 *     the Index Object
 * @has_index: the Index Object is there; else a placeholder of equal size
 *     keeps the room of its parameters, as Windows' writers do (rules, 4.12)
 * @omits_compatibility: the Compatibility Object is left out, to gain
 *     %ASF_COMPATIBILITY_SIZE bytes in a header whose size is fixed
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
  GArray *metadata;
  GArray *library;
  GArray *languages;
  GArray *exclusions;
  GArray *priorities;
  GArray *markers;
  GArray *commands;
  GArray *index_streams;
  gboolean has_index;
  gboolean omits_compatibility;
  gsize padding;
} AsfHeader;

/* Size of the Compatibility Object (rules, 4.10). */
#define ASF_COMPATIBILITY_SIZE 26

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
 * asf_header_get_size:
 * @header: what would be written
 * @size: (out): how many bytes asf_header_write() would return
 * @error: return location
 *
 * Costs no memory, so that it can be asked again and again while something is
 * left out.
 *
 * Returns: %FALSE with %ASF_ERROR_LIMIT.
 */
gboolean asf_header_get_size (const AsfHeader * header, gsize * size,
    GError ** error);

/**
 * asf_header_hides:
 * @header: a header
 * @number: of one of its streams
 *
 * Returns: whether the stream is hidden.  Where all are to be, none is: a
 *     header has at least one stream (section 3.3).
 */
gboolean asf_header_hides (const AsfHeader * header, guint8 number);

/**
 * asf_header_forget_stream:
 * @header: a header whose @streams lacks a stream
 * @number: of that stream
 *
 * Takes everything out of the other fields that names the stream.
 */
void asf_header_forget_stream (AsfHeader * header, guint8 number);

/**
 * asf_header_max_bps:
 *
 * Returns: Maximum Bitrate: the sum of the streams' rates (rules, 3.2), of
 *     those that exclude each other the highest, as in Windows' files.
 */
guint32 asf_header_max_bps (const AsfHeader * header);

/**
 * asf_header_sum_bps:
 *
 * Returns: the rate of all streams together.
 */
guint32 asf_header_sum_bps (const AsfHeader * header);

/**
 * asf_header_has_early_mark:
 * @data: Header Object and the head of the Data Object
 * @size: how many bytes they are
 *
 * Returns: whether the bytes 00 00 01 01 occur before the last four: a known
 *     receiver takes them for the header's end (protocol.md, Other servers).
 */
gboolean asf_header_has_early_mark (const guint8 * data, gsize size);

G_END_DECLS
#endif /* __ASF_HEADER_H__ */
