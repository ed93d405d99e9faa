/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_RECORD_HEADER_H__
#define __ASF_RECORD_HEADER_H__

#include "asf/asfreader.h"

G_BEGIN_DECLS

/* A stream without the extension in question. */
#define ASF_NO_EXTENSION G_MAXUINT16

/**
 * AsfRecordHeader:
 * @bytes: Header Object and head of the Data Object, as they are to be in the
 *     file; the Broadcast Flag stays set to the end
 * @flags_at: where in @bytes the flags of the File Properties are; the lowest
 *     of them are in this byte
 * @size_top_at: where the highest byte of the Data Object's size is
 * @file_id: of the file
 * @shown_time_at: for each stream number where in the payload extension data
 *     this project's own time is, or %ASF_NO_EXTENSION
 * @is_indexed: for each stream number whether the file needs a Simple Index of
 *     it to be seekable: those of visible video streams (rules, 2)
 *
 * The header of a broadcast, made that of a file.
 */
typedef struct
{
  GByteArray *bytes;
  gsize flags_at;
  gsize size_top_at;
  AsfGuid file_id;
  guint16 shown_time_at[ASF_MAX_STREAMS + 1];
  gboolean is_indexed[ASF_MAX_STREAMS + 1];

  gsize properties_at;
  gsize data_at;
  const struct _AsfRecordTotals *totals;
  guint32 raised_bps;
} AsfRecordHeader;

/**
 * AsfRecordTotals:
 * @n_packets: in the Data Object
 * @packet_size: bytes of each
 * @index_size: bytes of the indexes behind it
 * @play_end_ms: end of the last object, preroll included
 * @send_end_ms: end of the last packet
 * @stream_bps: for each stream number the rate of its payloads
 * @max_bps: and of all of them
 * @is_seekable: whether the streams are marked as seekable
 * @is_whole: whether markers and commands of the header are still right; they
 *     become padding otherwise
 *
 * What is known when a recording ends.
 */
typedef struct _AsfRecordTotals
{
  guint64 n_packets;
  guint32 packet_size;
  gsize index_size;
  guint64 play_end_ms;
  guint64 send_end_ms;
  guint32 stream_bps[ASF_MAX_STREAMS + 1];
  guint32 max_bps;
  gboolean is_seekable;
  gboolean is_whole;
} AsfRecordTotals;

/**
 * asf_record_header_init:
 * @self: (out caller-allocates): cleared by asf_record_header_clear()
 * @header: of the programme, read by asf_header_read()
 * @info: what that read
 * @file_id: for the file
 * @created_100ns: Creation Date
 *
 * Makes the header of a file that is still being written: a broadcast's, with
 * no sizes, counts and durations (rules, 9.1), with a File ID of its own, no
 * Time Offset and no Index Parameters.
 */
void asf_record_header_init (AsfRecordHeader * self, GBytes * header,
    const AsfHeaderInfo * info, const AsfGuid * file_id,
    guint64 created_100ns);

/**
 * asf_record_header_clear:
 *
 * Frees the bytes.
 */
void asf_record_header_clear (AsfRecordHeader * self);

/* In the highest byte of a Data Object's size: to the end of the file. */
#define ASF_RECORD_ENDLESS 0x7f

/**
 * asf_record_header_complete:
 *
 * Fills in what a finished file says, all but the flags, and raises bit rates
 * that its content is over (rules, 7.4): a part of a programme may be above
 * the rate of the whole.  Whoever reads the
 * file before those are written does not believe the rest.  There are readers
 * that believe the Data Object's size all the same, so its highest byte is
 * %ASF_RECORD_ENDLESS: written first, and replaced by 0 when the others are
 * there, it leaves no moment in which the size is less than there is.
 */
void asf_record_header_complete (AsfRecordHeader * self,
    const AsfRecordTotals * totals);

G_END_DECLS
#endif /* __ASF_RECORD_HEADER_H__ */
