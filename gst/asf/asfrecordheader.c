/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfrecordheader.h"

#include <string.h>

#include <gst/gstutils.h>

#include "asf/asfheader.h"

/* Fields of the File Properties Object (section 3.2). */
#define FILE_ID_AT 24
#define FILE_SIZE_AT 40
#define CREATION_DATE_AT 48
#define PACKET_COUNT_AT 56
#define PLAY_DURATION_AT 64
#define SEND_DURATION_AT 72
#define PREROLL_AT 80
#define FLAGS_AT 88
#define MAX_BITRATE_AT 100
#define PROPERTIES_SIZE 104
/* Of the Stream Bitrate Properties Object (3.12). */
#define BITRATES_FIXED_SIZE 26
#define BITRATE_SIZE 6
/* Of the Data Object (5.1). */
#define DATA_SIZE_AT 16
#define DATA_ID_AT 24
#define DATA_COUNT_AT 40
/* Of a Stream Properties Object (3.3). */
#define STREAM_TYPE_AT 24
#define TIME_OFFSET_AT 56
#define STREAM_FLAGS_AT 72
#define STREAM_FIXED_SIZE 78
/* Of the Header Extension Object (3.4). */
#define EXTENSION_OBJECTS_AT 46
/* Of an Extended Stream Properties Object (4.1). */
#define EXTENDED_TIMES_AT 24
#define EXTENDED_FLAGS_AT 68
#define EXTENDED_NUMBER_AT 72
#define EXTENDED_COUNTS_AT 84
#define EXTENDED_FIXED_SIZE 88
#define NAME_FIXED_SIZE 4
#define SYSTEM_FIXED_SIZE 22
#define VARIABLE_SIZE 0xffff

/* The header was read by asf_header_read(), but each step is bounded all the
 * same: @size never reaches beyond the parent. */
typedef void (*ObjectFunc) (AsfRecordHeader * self, guint8 * object,
    gsize size);

typedef struct
{
  const AsfGuid *guid;
  ObjectFunc func;
} ObjectRow;

static void
walk (AsfRecordHeader * self, guint8 * at, const guint8 * end,
    const ObjectRow * rows)
{
  while (end - at >= ASF_OBJECT_HEAD_SIZE) {
    guint64 size = GST_READ_UINT64_LE (at + ASF_GUID_SIZE);
    const ObjectRow *row;

    if (size < ASF_OBJECT_HEAD_SIZE || size > (guint64) (end - at))
      return;
    for (row = rows; row->guid != NULL; row++) {
      if (memcmp (row->guid->bytes, at, ASF_GUID_SIZE) == 0)
        row->func (self, at, size);
    }
    at += size;
  }
}

static void
note_properties (AsfRecordHeader * self, guint8 * object, gsize size)
{
  if (size >= PROPERTIES_SIZE)
    self->properties_at = object - self->bytes->data;
}

/* The packets begin at 0 (rules, 7.1). */
static void
clear_time_offset (AsfRecordHeader * self, guint8 * object, gsize size)
{
  if (size >= STREAM_FIXED_SIZE)
    memset (object + TIME_OFFSET_AT, 0, 8);
}

static void
begin_stream (AsfRecordHeader * self, guint8 * object, gsize size)
{
  guint number;

  if (size < STREAM_FIXED_SIZE)
    return;
  clear_time_offset (self, object, size);
  number = GST_READ_UINT16_LE (object + STREAM_FLAGS_AT) & ASF_MAX_STREAMS;
  self->is_indexed[number] = memcmp (object + STREAM_TYPE_AT,
      asf_guid_stream_video.bytes, ASF_GUID_SIZE) == 0;
}

/* Returns: (nullable): what follows the names. */
static guint8 *
skip_names (guint8 * at, const guint8 * end, guint count)
{
  for (; count > 0; count--) {
    if (end - at < NAME_FIXED_SIZE
        || end - at - NAME_FIXED_SIZE < GST_READ_UINT16_LE (at + 2))
      return NULL;
    at += NAME_FIXED_SIZE + GST_READ_UINT16_LE (at + 2);
  }
  return at;
}

/* Returns: (nullable): what follows the extension systems.  Where one of
 * variable size comes first, there is no fixed place. */
static guint8 *
find_shown_time (AsfRecordHeader * self, guint8 * at, const guint8 * end,
    guint count, guint number)
{
  guint place = 0;

  for (; count > 0; count--) {
    guint size;
    guint32 info_size;

    if (end - at < SYSTEM_FIXED_SIZE)
      return NULL;
    size = GST_READ_UINT16_LE (at + ASF_GUID_SIZE);
    info_size = GST_READ_UINT32_LE (at + ASF_GUID_SIZE + 2);
    if (memcmp (at, asf_guid_payload_ext_shown_time.bytes, ASF_GUID_SIZE) == 0
        && place < VARIABLE_SIZE)
      self->shown_time_at[number] = place;
    place = size == VARIABLE_SIZE ? size : MIN (place + size, VARIABLE_SIZE);
    if ((guint64) (end - at - SYSTEM_FIXED_SIZE) < info_size)
      return NULL;
    at += SYSTEM_FIXED_SIZE + info_size;
  }
  return at;
}

static void
begin_extended (AsfRecordHeader * self, guint8 * object, gsize size)
{
  static const ObjectRow rows[] = {
    {&asf_guid_stream_properties, clear_time_offset},
    {NULL, NULL}
  };
  const guint8 *end = object + size;
  guint8 *at;

  if (size < EXTENDED_FIXED_SIZE)
    return;
  memset (object + EXTENDED_TIMES_AT, 0, 16);
  at = skip_names (object + EXTENDED_FIXED_SIZE, end,
      GST_READ_UINT16_LE (object + EXTENDED_COUNTS_AT));
  if (at != NULL)
    at = find_shown_time (self, at, end,
        GST_READ_UINT16_LE (object + EXTENDED_COUNTS_AT + 2),
        GST_READ_UINT16_LE (object + EXTENDED_NUMBER_AT) & ASF_MAX_STREAMS);
  if (at != NULL)
    walk (self, at, end, rows);
}

/* They announce an Index Object that is not written (rules, 4.8); the room
 * that Windows' writers leave for them is skipped by readers (4.12). */
static void
blank_parameters (AsfRecordHeader * self, guint8 * object, gsize size)
{
  memcpy (object, asf_guid_index_parameters_placeholder.bytes, ASF_GUID_SIZE);
}

static void
begin_extension (AsfRecordHeader * self, guint8 * object, gsize size)
{
  static const ObjectRow rows[] = {
    {&asf_guid_extended_stream_properties, begin_extended},
    {&asf_guid_index_parameters, blank_parameters},
    {&asf_guid_media_object_index_parameters, blank_parameters},
    {&asf_guid_timecode_index_parameters, blank_parameters},
    {NULL, NULL}
  };

  if (size >= EXTENSION_OBJECTS_AT)
    walk (self, object + EXTENSION_OBJECTS_AT, object + size, rows);
}

static void
walk_header (AsfRecordHeader * self, const ObjectRow * rows)
{
  guint8 *header = self->bytes->data;

  walk (self, header + ASF_HEADER_HEAD_SIZE, header + self->data_at, rows);
}

void
asf_record_header_init (AsfRecordHeader * self, GBytes * header,
    const AsfHeaderInfo * info, const AsfGuid * file_id, guint64 created_100ns)
{
  static const ObjectRow rows[] = {
    {&asf_guid_file_properties, note_properties},
    {&asf_guid_stream_properties, begin_stream},
    {&asf_guid_header_extension, begin_extension},
    {NULL, NULL}
  };
  guint8 *properties, *data;
  guint i;

  memset (self, 0, sizeof (*self));
  self->bytes = g_byte_array_new ();
  g_byte_array_append (self->bytes, g_bytes_get_data (header, NULL),
      info->header_size + ASF_DATA_HEAD_SIZE);
  self->data_at = info->header_size;
  self->file_id = *file_id;
  for (i = 0; i <= ASF_MAX_STREAMS; i++)
    self->shown_time_at[i] = ASF_NO_EXTENSION;
  walk_header (self, rows);
  self->flags_at = self->properties_at + FLAGS_AT;
  self->size_top_at = self->data_at + DATA_SIZE_AT + 7;

  properties = self->bytes->data + self->properties_at;
  memcpy (properties + FILE_ID_AT, file_id->bytes, ASF_GUID_SIZE);
  GST_WRITE_UINT64_LE (properties + FILE_SIZE_AT, 0);
  GST_WRITE_UINT64_LE (properties + CREATION_DATE_AT, created_100ns);
  memset (properties + PACKET_COUNT_AT, 0, PREROLL_AT - PACKET_COUNT_AT);
  GST_WRITE_UINT32_LE (properties + FLAGS_AT, ASF_FILE_BROADCAST);
  data = self->bytes->data + self->data_at;
  /* 0 and not 50, which could be taken for no packets */
  GST_WRITE_UINT64_LE (data + DATA_SIZE_AT, 0);
  memcpy (data + DATA_ID_AT, file_id->bytes, ASF_GUID_SIZE);
  GST_WRITE_UINT64_LE (data + DATA_COUNT_AT, 0);
}

void
asf_record_header_clear (AsfRecordHeader * self)
{
  g_clear_pointer (&self->bytes, g_byte_array_unref);
}

/* Section 3.15: a Padding Object of the same size. */
static void
blank_object (AsfRecordHeader * self, guint8 * object, gsize size)
{
  memcpy (object, asf_guid_padding.bytes, ASF_GUID_SIZE);
}

/* Rules, 4.1: so in Windows' files. */
static void
mark_seekable (AsfRecordHeader * self, guint8 * object, gsize size)
{
  if (size >= EXTENDED_FIXED_SIZE && self->totals->is_seekable)
    object[EXTENDED_FLAGS_AT] |= ASF_STREAM_SEEKABLE;
}

static void
complete_extension (AsfRecordHeader * self, guint8 * object, gsize size)
{
  static const ObjectRow rows[] = {
    {&asf_guid_extended_stream_properties, mark_seekable},
    {NULL, NULL}
  };

  if (size >= EXTENSION_OBJECTS_AT)
    walk (self, object + EXTENSION_OBJECTS_AT, object + size, rows);
}

static void
raise_rate (AsfRecordHeader * self, guint8 * at, guint32 bps)
{
  guint32 declared_bps = GST_READ_UINT32_LE (at);

  if (declared_bps >= bps)
    return;
  GST_WRITE_UINT32_LE (at, bps);
  self->raised_bps += bps - declared_bps;
}

static void
raise_stream_rates (AsfRecordHeader * self, guint8 * object, gsize size)
{
  const guint8 *end = object + size;
  guint8 *at = object + BITRATES_FIXED_SIZE;

  for (; end - at >= BITRATE_SIZE; at += BITRATE_SIZE)
    raise_rate (self, at + 2,
        self->totals->stream_bps[GST_READ_UINT16_LE (at) & ASF_MAX_STREAMS]);
}

/* By as much as the streams', of which it is the sum (rules, 3.2). */
static void
raise_max_rate (AsfRecordHeader * self, guint8 * at)
{
  guint64 bps = (guint64) GST_READ_UINT32_LE (at) + self->raised_bps;

  GST_WRITE_UINT32_LE (at, MIN (bps, G_MAXUINT32));
  raise_rate (self, at, self->totals->max_bps);
}

void
asf_record_header_complete (AsfRecordHeader * self,
    const AsfRecordTotals * totals)
{
  static const ObjectRow rows[] = {
    {&asf_guid_header_extension, complete_extension},
    {&asf_guid_stream_bitrate_properties, raise_stream_rates},
    {NULL, NULL}
  };
  static const ObjectRow stale_rows[] = {
    {&asf_guid_marker, blank_object},
    {&asf_guid_script_command, blank_object},
    {NULL, NULL}
  };
  guint8 *properties = self->bytes->data + self->properties_at;
  guint8 *data = self->bytes->data + self->data_at;
  guint64 data_size = ASF_DATA_HEAD_SIZE
      + totals->n_packets * totals->packet_size;

  GST_WRITE_UINT64_LE (properties + FILE_SIZE_AT,
      self->data_at + data_size + totals->index_size);
  GST_WRITE_UINT64_LE (properties + PACKET_COUNT_AT, totals->n_packets);
  GST_WRITE_UINT64_LE (properties + PLAY_DURATION_AT,
      totals->play_end_ms * ASF_UNITS_PER_MS);
  GST_WRITE_UINT64_LE (properties + SEND_DURATION_AT,
      totals->send_end_ms * ASF_UNITS_PER_MS);
  GST_WRITE_UINT64_LE (data + DATA_SIZE_AT, data_size);
  self->bytes->data[self->size_top_at] = ASF_RECORD_ENDLESS;
  GST_WRITE_UINT64_LE (data + DATA_COUNT_AT, totals->n_packets);
  self->totals = totals;
  walk_header (self, rows);
  raise_max_rate (self, properties + MAX_BITRATE_AT);
  if (!totals->is_whole)
    walk_header (self, stale_rows);
  self->totals = NULL;
}
