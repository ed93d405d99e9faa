/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfreader.h"

#include <string.h>

#include <gst/base/gstbytereader.h>

/* Field sizes of the ASF specification, sections 3 and 4: object bodies start
 * after the 24 bytes of identifier and size. */
#define FILE_SIZE_DATE_AND_COUNT_SIZE 24
#define EXTENSION_RESERVED_SIZE 18
#define ESP_FIXED_SIZE 60       /* up to the Stream Number (4.1) */
#define EXTENSION_SYSTEM_ID_AND_SIZE 18

typedef struct
{
  AsfHeaderInfo *info;
  gboolean have_file_properties;
  guint32 bitrates_bps[ASF_MAX_STREAMS + 1];
  GChecksum *metadata;
} HeaderReader;

typedef gboolean (*ObjectReader) (HeaderReader * self, GstByteReader * body,
    GError ** error);

typedef struct
{
  const AsfGuid *guid;
  ObjectReader read;
} ObjectEntry;

static gboolean
fail_short (const gchar * object, GError ** error)
{
  g_set_error (error, ASF_ERROR, ASF_ERROR_TRUNCATED,
      "%s ends before its fields do", object);
  return FALSE;
}

static gboolean
read_guid (GstByteReader * reader, AsfGuid * guid)
{
  guint i;

  if (gst_byte_reader_get_remaining (reader) < ASF_GUID_SIZE)
    return FALSE;
  for (i = 0; i < ASF_GUID_SIZE; i++)
    guid->bytes[i] = gst_byte_reader_get_uint8_unchecked (reader);
  return TRUE;
}

/* One object out of its parent (section 2.1): *body has what follows the
 * head. */
static gboolean
read_object (GstByteReader * parent, AsfGuid * guid, GstByteReader * body,
    GError ** error)
{
  guint64 size;

  if (!read_guid (parent, guid)
      || !gst_byte_reader_get_uint64_le (parent, &size)
      || size < ASF_OBJECT_HEAD_SIZE
      || size - ASF_OBJECT_HEAD_SIZE > gst_byte_reader_get_remaining (parent)) {
    g_set_error (error, ASF_ERROR, ASF_ERROR_INVALID,
        "an object of the header ends outside of its parent");
    return FALSE;
  }
  return gst_byte_reader_get_sub_reader (parent, body,
      size - ASF_OBJECT_HEAD_SIZE);
}

static gboolean
walk_objects (HeaderReader * self, GstByteReader * parent,
    const ObjectEntry * known, GError ** error)
{
  while (gst_byte_reader_get_remaining (parent) > 0) {
    const ObjectEntry *entry;
    GstByteReader body;
    AsfGuid guid;

    if (!read_object (parent, &guid, &body, error))
      return FALSE;
    for (entry = known; entry->guid != NULL; entry++) {
      if (!asf_guid_equal (entry->guid, &guid))
        continue;
      if (!entry->read (self, &body, error))
        return FALSE;
      break;
    }
  }
  return TRUE;
}

static gboolean
check_packet_size (guint32 min_size, guint32 max_size, GError ** error)
{
  if (min_size != max_size || min_size == 0) {
    g_set_error (error, ASF_ERROR, ASF_ERROR_INVALID,
        "packet sizes %u to %u, not one size", min_size, max_size);
    return FALSE;
  }
  if (min_size > ASF_MAX_PACKET_SIZE) {
    g_set_error (error, ASF_ERROR, ASF_ERROR_LIMIT,
        "packet size %u is over %u", min_size, ASF_MAX_PACKET_SIZE);
    return FALSE;
  }
  return TRUE;
}

/* Section 3.2. */
static gboolean
read_file_properties (HeaderReader * self, GstByteReader * body,
    GError ** error)
{
  AsfHeaderInfo *info = self->info;
  guint64 send_duration;
  guint32 min_size, max_size;

  if (self->have_file_properties) {
    g_set_error (error, ASF_ERROR, ASF_ERROR_INVALID,
        "more than one File Properties Object");
    return FALSE;
  }
  if (!read_guid (body, &info->file_id)
      || !gst_byte_reader_skip (body, FILE_SIZE_DATE_AND_COUNT_SIZE)
      || !gst_byte_reader_get_uint64_le (body, &info->play_duration_100ns)
      || !gst_byte_reader_get_uint64_le (body, &send_duration)
      || !gst_byte_reader_get_uint64_le (body, &info->preroll_ms)
      || !gst_byte_reader_get_uint32_le (body, &info->flags)
      || !gst_byte_reader_get_uint32_le (body, &min_size)
      || !gst_byte_reader_get_uint32_le (body, &max_size)
      || !gst_byte_reader_get_uint32_le (body, &info->max_bitrate_bps))
    return fail_short ("File Properties Object", error);

  info->packet_size = max_size;
  self->have_file_properties = TRUE;
  return check_packet_size (min_size, max_size, error);
}

static AsfStreamKind
stream_kind (const AsfGuid * type)
{
  if (asf_guid_equal (type, &asf_guid_stream_audio))
    return ASF_STREAM_AUDIO;
  if (asf_guid_equal (type, &asf_guid_stream_video)
      || asf_guid_equal (type, &asf_guid_stream_jfif)
      || asf_guid_equal (type, &asf_guid_stream_degradable_jpeg))
    return ASF_STREAM_VIDEO;
  if (asf_guid_equal (type, &asf_guid_stream_command))
    return ASF_STREAM_COMMAND;
  return ASF_STREAM_OTHER;
}

/* Section 3.3. */
static gboolean
read_stream_properties (HeaderReader * self, GstByteReader * body,
    GError ** error)
{
  AsfHeaderInfo *info = self->info;
  AsfStreamInfo *stream;
  AsfGuid type, ec_type;
  guint64 time_offset;
  guint32 type_size, ec_size;
  guint16 flags;
  guint number;

  if (!read_guid (body, &type) || !read_guid (body, &ec_type)
      || !gst_byte_reader_get_uint64_le (body, &time_offset)
      || !gst_byte_reader_get_uint32_le (body, &type_size)
      || !gst_byte_reader_get_uint32_le (body, &ec_size)
      || !gst_byte_reader_get_uint16_le (body, &flags)
      || !gst_byte_reader_skip (body, 4)
      || !gst_byte_reader_skip (body, type_size)
      || !gst_byte_reader_skip (body, ec_size))
    return fail_short ("Stream Properties Object", error);

  number = flags & ASF_MAX_STREAMS;
  if (number == 0 || asf_header_find_stream (info, number) != NULL) {
    g_set_error (error, ASF_ERROR, ASF_ERROR_INVALID,
        "stream number %u is 0 or used twice", number);
    return FALSE;
  }
  stream = &info->streams[info->n_streams++];
  stream->number = number;
  stream->kind = stream_kind (&type);
  stream->bitrate_bps = 0;
  if (stream->kind == ASF_STREAM_VIDEO)
    info->has_video = TRUE;
  return TRUE;
}

/* Section 3.12. */
static gboolean
read_stream_bitrates (HeaderReader * self, GstByteReader * body,
    GError ** error)
{
  guint16 count, flags;
  guint32 bitrate_bps;
  guint i;

  if (!gst_byte_reader_get_uint16_le (body, &count))
    return fail_short ("Stream Bitrate Properties Object", error);
  for (i = 0; i < count; i++) {
    if (!gst_byte_reader_get_uint16_le (body, &flags)
        || !gst_byte_reader_get_uint32_le (body, &bitrate_bps))
      return fail_short ("Stream Bitrate Properties Object", error);
    self->bitrates_bps[flags & ASF_MAX_STREAMS] = bitrate_bps;
  }
  return TRUE;
}

static gboolean
skip_stream_names (GstByteReader * body, guint count)
{
  guint16 size;

  for (; count > 0; count--) {
    if (!gst_byte_reader_skip (body, 2)
        || !gst_byte_reader_get_uint16_le (body, &size)
        || !gst_byte_reader_skip (body, size))
      return FALSE;
  }
  return TRUE;
}

static gboolean
skip_extension_systems (GstByteReader * body, guint count)
{
  guint32 size;

  for (; count > 0; count--) {
    if (!gst_byte_reader_skip (body, EXTENSION_SYSTEM_ID_AND_SIZE)
        || !gst_byte_reader_get_uint32_le (body, &size)
        || !gst_byte_reader_skip (body, size))
      return FALSE;
  }
  return TRUE;
}

/* Section 4.1: of interest is only the Stream Properties Object of a hidden
 * stream at the end. */
static gboolean
read_extended_stream_properties (HeaderReader * self, GstByteReader * body,
    GError ** error)
{
  static const ObjectEntry known[] = {
    {&asf_guid_stream_properties, read_stream_properties},
    {NULL, NULL}
  };
  guint16 n_names, n_systems;

  if (!gst_byte_reader_skip (body, ESP_FIXED_SIZE)
      || !gst_byte_reader_get_uint16_le (body, &n_names)
      || !gst_byte_reader_get_uint16_le (body, &n_systems)
      || !skip_stream_names (body, n_names)
      || !skip_extension_systems (body, n_systems))
    return fail_short ("Extended Stream Properties Object", error);
  return walk_objects (self, body, known, error);
}

/* Sections 3.10, 3.11, 4.7 and 4.8.  Nothing but zeros is lengths and counts of
 * nothing. */
static gboolean
digest_metadata (HeaderReader * self, GstByteReader * body, GError ** error)
{
  gsize size = gst_byte_reader_get_remaining (body);
  const guint8 *data = gst_byte_reader_get_data_unchecked (body, size);
  guint8 length[8];

  if (size == 0 || (data[0] == 0 && memcmp (data, data + 1, size - 1) == 0))
    return TRUE;
  GST_WRITE_UINT64_LE (length, size);
  g_checksum_update (self->metadata, length, sizeof length);
  g_checksum_update (self->metadata, data, size);
  return TRUE;
}

/* Section 3.4. */
static gboolean
read_header_extension (HeaderReader * self, GstByteReader * body,
    GError ** error)
{
  static const ObjectEntry known[] = {
    {&asf_guid_extended_stream_properties, read_extended_stream_properties},
    {&asf_guid_metadata, digest_metadata},
    {&asf_guid_metadata_library, digest_metadata},
    {NULL, NULL}
  };
  GstByteReader children;
  guint32 size;

  if (!gst_byte_reader_skip (body, EXTENSION_RESERVED_SIZE)
      || !gst_byte_reader_get_uint32_le (body, &size)
      || !gst_byte_reader_get_sub_reader (body, &children, size))
    return fail_short ("Header Extension Object", error);
  return walk_objects (self, &children, known, error);
}

static gboolean
finish_header (HeaderReader * self, GError ** error)
{
  AsfHeaderInfo *info = self->info;
  guint i;

  if (!self->have_file_properties || info->n_streams == 0) {
    g_set_error (error, ASF_ERROR, ASF_ERROR_INVALID, "the header has no %s",
        self->have_file_properties ? "stream" : "File Properties Object");
    return FALSE;
  }
  for (i = 0; i < info->n_streams; i++)
    info->streams[i].bitrate_bps = self->bitrates_bps[info->streams[i].number];
  return TRUE;
}

/* Section 5.1. */
static gboolean
read_data_head (AsfHeaderInfo * info, GstByteReader * reader, GError ** error)
{
  AsfGuid guid, file_id;

  if (!read_guid (reader, &guid)
      || !gst_byte_reader_get_uint64_le (reader, &info->data_size)
      || !read_guid (reader, &file_id)
      || !gst_byte_reader_get_uint64_le (reader, &info->packet_count)
      || !gst_byte_reader_skip (reader, 2))
    return fail_short ("Data Object", error);

  /* 0 while a broadcast goes on (rules, 9.1) */
  if (!asf_guid_equal (&guid, &asf_guid_data)
      || (info->data_size != 0 && info->data_size < ASF_DATA_HEAD_SIZE)) {
    g_set_error (error, ASF_ERROR, ASF_ERROR_INVALID,
        "no Data Object after the header");
    return FALSE;
  }
  return TRUE;
}

gboolean
asf_header_measure (const guint8 * data, gsize size, guint64 * total,
    GError ** error)
{
  GstByteReader reader;
  AsfGuid guid;
  guint64 header_size;

  if (size < ASF_HEADER_HEAD_SIZE)
    return fail_short ("Header Object", error);
  gst_byte_reader_init (&reader, data, ASF_HEADER_HEAD_SIZE);
  read_guid (&reader, &guid);
  header_size = gst_byte_reader_get_uint64_le_unchecked (&reader);
  /* Reserved1, which readers may ignore, and Reserved2 (section 3.1) */
  if (!asf_guid_equal (&guid, &asf_guid_header)
      || header_size < ASF_HEADER_HEAD_SIZE
      || data[ASF_HEADER_HEAD_SIZE - 1] != 0x02) {
    g_set_error (error, ASF_ERROR, ASF_ERROR_INVALID, "no ASF header");
    return FALSE;
  }
  if (header_size > ASF_MAX_HEADER_SIZE) {
    g_set_error (error, ASF_ERROR, ASF_ERROR_LIMIT,
        "header of %" G_GUINT64_FORMAT " bytes, over %u", header_size,
        ASF_MAX_HEADER_SIZE);
    return FALSE;
  }
  *total = header_size + ASF_DATA_HEAD_SIZE;
  return TRUE;
}

gboolean
asf_header_read (const guint8 * data, gsize size, AsfHeaderInfo * info,
    GError ** error)
{
  static const ObjectEntry known[] = {
    {&asf_guid_file_properties, read_file_properties},
    {&asf_guid_stream_properties, read_stream_properties},
    {&asf_guid_stream_bitrate_properties, read_stream_bitrates},
    {&asf_guid_header_extension, read_header_extension},
    {&asf_guid_content_description, digest_metadata},
    {&asf_guid_extended_content_description, digest_metadata},
    {NULL, NULL}
  };
  g_autoptr (GChecksum) metadata = g_checksum_new (G_CHECKSUM_SHA256);
  HeaderReader self = {.info = info,.metadata = metadata };
  gsize digest_size = sizeof (info->metadata_digest);
  GstByteReader reader;
  guint64 total;

  memset (info, 0, sizeof (*info));
  if (!asf_header_measure (data, size, &total, error))
    return FALSE;
  if (size < total)
    return fail_short ("ASF header", error);

  info->header_size = total - ASF_DATA_HEAD_SIZE;
  gst_byte_reader_init (&reader, data + ASF_HEADER_HEAD_SIZE,
      info->header_size - ASF_HEADER_HEAD_SIZE);
  if (!walk_objects (&self, &reader, known, error)
      || !finish_header (&self, error))
    return FALSE;
  g_checksum_get_digest (metadata, info->metadata_digest, &digest_size);

  gst_byte_reader_init (&reader, data + info->header_size, ASF_DATA_HEAD_SIZE);
  return read_data_head (info, &reader, error);
}

const AsfStreamInfo *
asf_header_find_stream (const AsfHeaderInfo * info, guint number)
{
  guint i;

  for (i = 0; i < info->n_streams; i++) {
    if (info->streams[i].number == number)
      return &info->streams[i];
  }
  return NULL;
}

guint64
asf_header_count_packets (const AsfHeaderInfo * info)
{
  if ((info->flags & ASF_FILE_BROADCAST)
      || info->data_size <= ASF_DATA_HEAD_SIZE)
    return ASF_UNKNOWN_COUNT;
  return (info->data_size - ASF_DATA_HEAD_SIZE) / info->packet_size;
}
