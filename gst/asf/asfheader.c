/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfheader.h"

#include <string.h>

#include "asf/asfmetadata.h"
#include "asf/asfprograms.h"
#include "asf/asfscript.h"
#include "asf/asfstream.h"
#include "asf/asfwriter.h"

/* Reserved fields: Header Object (section 3.1), Header Extension (3.4),
 * Compatibility (4.10), Data Object (5.1). */
#define HEADER_RESERVED_1 0x01
#define HEADER_RESERVED_2 0x02
#define EXTENSION_RESERVED_2 6
#define COMPATIBILITY_PROFILE 2
#define COMPATIBILITY_MODE 1
#define DATA_RESERVED 0x0101

/* The stream's rate; 0 the next time, so that a stream of two groups counts
 * once. */
static guint32
take_bps (const AsfHeader * header, guint8 number, gboolean * taken)
{
  guint i;

  for (i = 0; i < header->n_streams; i++) {
    if (header->streams[i].number == number && !taken[number]) {
      taken[number] = TRUE;
      return header->streams[i].total_bps;
    }
  }
  return 0;
}

/* Of what is played together the rates add up; of the others one counts. */
static guint64
take_highest (const AsfHeader * header, const AsfExclusion * exclusion,
    gboolean * taken)
{
  guint64 sums[G_MAXUINT8 + 1] = { 0 };
  guint64 highest = 0;
  guint i;

  for (i = 0; i < exclusion->streams->len; i++) {
    guint8 record = exclusion->records ?
        g_array_index (exclusion->records, guint8, i) : i;

    sums[record] += take_bps (header, g_array_index (exclusion->streams,
            guint8, i), taken);
    highest = MAX (highest, sums[record]);
  }
  return highest;
}

guint32
asf_header_max_bps (const AsfHeader * header)
{
  gboolean taken[G_MAXUINT8 + 1] = { FALSE };
  guint64 sum = 0;
  guint i;

  for (i = 0; header->exclusions != NULL && i < header->exclusions->len; i++)
    sum += take_highest (header, &g_array_index (header->exclusions,
            AsfExclusion, i), taken);
  for (i = 0; i < header->n_streams; i++)
    sum += take_bps (header, header->streams[i].number, taken);
  return CLAMP (sum, 1, G_MAXUINT32);
}

guint32
asf_header_sum_bps (const AsfHeader * header)
{
  guint64 sum = 0;
  guint i;

  for (i = 0; i < header->n_streams; i++)
    sum += header->streams[i].total_bps;
  return CLAMP (sum, 1, G_MAXUINT32);
}

/* section 3.2 */
static void
write_file_properties (AsfWriter * w, const AsfHeader * header)
{
  gsize start = asf_writer_begin_object (w, &asf_guid_file_properties);

  asf_writer_guid (w, &header->file_id);
  asf_writer_u64 (w, header->file_size);
  asf_writer_u64 (w, header->creation_date_100ns);
  asf_writer_u64 (w, header->packet_count);
  asf_writer_u64 (w, header->play_duration_100ns);
  asf_writer_u64 (w, header->send_duration_100ns);
  asf_writer_u64 (w, header->preroll_ms);
  asf_writer_u32 (w, header->flags);
  asf_writer_u32 (w, header->packet_size);
  asf_writer_u32 (w, header->packet_size);
  asf_writer_u32 (w, asf_header_max_bps (header));
  asf_writer_end_object (w, start);
}

/* section 4.10; Windows' writers always have it */
static void
write_compatibility (AsfWriter * w)
{
  gsize start = asf_writer_begin_object (w, &asf_guid_compatibility);

  asf_writer_u8 (w, COMPATIBILITY_PROFILE);
  asf_writer_u8 (w, COMPATIBILITY_MODE);
  asf_writer_end_object (w, start);
}

/* section 3.4 */
static void
write_header_extension (AsfWriter * w, const AsfHeader * header)
{
  gsize start = asf_writer_begin_object (w, &asf_guid_header_extension);
  gsize size_pos, content;
  guint i;

  asf_writer_guid (w, &asf_guid_header_extension_reserved);
  asf_writer_u16 (w, EXTENSION_RESERVED_2);
  size_pos = asf_writer_pos (w);
  asf_writer_u32 (w, 0);

  content = asf_writer_pos (w);
  asf_programs_write_languages (w, header->languages);
  if (!header->omits_compatibility)
    write_compatibility (w);
  asf_metadata_write_metadata (w, header->metadata);
  asf_metadata_write_library (w, header->library);
  asf_programs_write_exclusions (w, header->exclusions);
  asf_programs_write_priorities (w, header->priorities);
  for (i = 0; i < header->n_streams; i++)
    asf_stream_write_extended (w, &header->streams[i],
        asf_header_hides (header, header->streams[i].number));
  asf_programs_write_index_parameters (w, header->index_streams,
      header->has_index);
  asf_writer_patch_u32 (w, size_pos, asf_writer_pos (w) - content);
  asf_writer_end_object (w, start);
}

/* section 3.5; without an entry in a file of commands alone */
static void
write_codec_list (AsfWriter * w, const AsfHeader * header)
{
  gsize start = asf_writer_begin_object (w, &asf_guid_codec_list);
  guint n_entries = 0;
  gsize count_pos;
  guint i;

  asf_writer_guid (w, &asf_guid_codec_list_reserved);
  count_pos = asf_writer_pos (w);
  asf_writer_u32 (w, 0);
  for (i = 0; i < header->n_streams; i++) {
    if (!asf_stream_has_codec_entry (&header->streams[i]))
      continue;
    asf_stream_write_codec_entry (w, &header->streams[i]);
    n_entries++;
  }
  asf_writer_patch_u32 (w, count_pos, n_entries);
  asf_writer_end_object (w, start);
}

/* section 3.12 */
static void
write_stream_bitrates (AsfWriter * w, const AsfHeader * header)
{
  gsize start =
      asf_writer_begin_object (w, &asf_guid_stream_bitrate_properties);
  guint i;

  asf_writer_u16 (w, header->n_streams);
  for (i = 0; i < header->n_streams; i++) {
    asf_writer_u16 (w, header->streams[i].number);
    asf_writer_u32 (w, header->streams[i].total_bps);
  }
  asf_writer_end_object (w, start);
}

/* section 3.15 */
static void
write_padding (AsfWriter * w, gsize size)
{
  gsize start;

  if (size < ASF_OBJECT_HEAD_SIZE)
    return;
  start = asf_writer_begin_object (w, &asf_guid_padding);
  asf_writer_zeros (w, size - ASF_OBJECT_HEAD_SIZE);
  asf_writer_end_object (w, start);
}

/* section 5.1: the size is that of the whole object, but 50 in a broadcast,
 * since players refuse 0 there (protocol.md, Other servers) */
static void
write_data_head (AsfWriter * w, const AsfHeader * header)
{
  gboolean broadcast = header->flags & ASF_FILE_BROADCAST;
  guint64 size = ASF_DATA_HEAD_SIZE;

  if (!broadcast)
    size += header->packet_count * header->packet_size;
  asf_writer_guid (w, &asf_guid_data);
  asf_writer_u64 (w, size);
  asf_writer_guid (w, &header->file_id);
  asf_writer_u64 (w, header->packet_count);
  asf_writer_u16 (w, DATA_RESERVED);
}

/* Everything, into a writer that keeps it or counts it. */
static void
write_all (AsfWriter * w, const AsfHeader * header)
{
  gsize start, count_pos;
  guint i;

  if (header->n_streams > ASF_MAX_STREAMS)
    asf_writer_fail (w, "more than 127 streams");
  start = asf_writer_begin_object (w, &asf_guid_header);
  count_pos = asf_writer_pos (w);
  asf_writer_u32 (w, 0);
  asf_writer_u8 (w, HEADER_RESERVED_1);
  asf_writer_u8 (w, HEADER_RESERVED_2);

  write_file_properties (w, header);
  write_header_extension (w, header);
  write_codec_list (w, header);
  asf_metadata_write_description (w, &header->description);
  asf_metadata_write_extended (w, header->attributes);
  for (i = 0; i < header->n_streams; i++) {
    if (!asf_header_hides (header, header->streams[i].number))
      asf_stream_write_properties (w, &header->streams[i]);
  }
  write_stream_bitrates (w, header);
  asf_programs_write_bitrate_exclusions (w, header);
  asf_script_write_commands (w, header->commands);
  asf_script_write_markers (w, header->markers);
  write_padding (w, header->padding);

  asf_writer_patch_u32 (w, count_pos, asf_writer_n_children (w));
  asf_writer_end_object (w, start);
  write_data_head (w, header);
}

GBytes *
asf_header_write (const AsfHeader * header, GError ** error)
{
  AsfWriter w;

  asf_writer_init (&w);
  write_all (&w, header);
  return asf_writer_finish (&w, error);
}

gboolean
asf_header_get_size (const AsfHeader * header, gsize * size, GError ** error)
{
  g_autoptr (GBytes) none = NULL;
  AsfWriter w;

  asf_writer_init_dry (&w);
  write_all (&w, header);
  *size = asf_writer_pos (&w);
  none = asf_writer_finish (&w, error);
  return none != NULL;
}

gboolean
asf_header_has_early_mark (const guint8 * data, gsize size)
{
  static const guint8 mark[] = { 0x00, 0x00, 0x01, 0x01 };
  const guint8 *found;

  if (size < sizeof mark)
    return FALSE;
  found = memmem (data, size, mark, sizeof mark);
  return found != NULL && found < data + size - sizeof mark;
}
