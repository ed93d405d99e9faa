/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfprograms.h"

#include "asf/asfindex.h"

/* Flags of a priority record (section 4.4). */
#define PRIORITY_MANDATORY 1

/* Body of an Index Parameters Object of @n streams (section 4.9). */
#define INDEX_PARAMETERS_SIZE(n) (6 + 4 * (n))

void
asf_exclusion_clear (AsfExclusion * exclusion)
{
  g_clear_pointer (&exclusion->streams, g_array_unref);
  g_clear_pointer (&exclusion->records, g_array_unref);
}

void
asf_language_clear (gchar ** language)
{
  g_clear_pointer (language, g_free);
}

/* lengths in bytes, one BYTE each */
void
asf_programs_write_languages (AsfWriter * w, GArray * languages)
{
  gsize start;
  guint i;

  if (languages == NULL || languages->len == 0)
    return;
  start = asf_writer_begin_object (w, &asf_guid_language_list);
  asf_writer_u16 (w, languages->len);
  for (i = 0; i < languages->len; i++) {
    g_autoptr (GBytes) utf16 =
        asf_utf16_new (g_array_index (languages, gchar *, i));

    asf_writer_u8 (w, g_bytes_get_size (utf16));
    asf_writer_bytes (w, utf16);
  }
  asf_writer_end_object (w, start);
}

static const AsfGuid *
exclusion_guid (AsfExclusionType type)
{
  switch (type) {
    case ASF_EXCLUSION_LANGUAGE:
      return &asf_guid_mutex_language;
    case ASF_EXCLUSION_BITRATE:
      return &asf_guid_mutex_bitrate;
    default:
      return &asf_guid_mutex_unknown;
  }
}

/* sections 3.8, 4.2: the same fields in both */
static void
write_exclusion (AsfWriter * w, const AsfGuid * guid,
    const AsfExclusion * exclusion)
{
  gsize start = asf_writer_begin_object (w, guid);
  guint i;

  asf_writer_guid (w, exclusion_guid (exclusion->type));
  asf_writer_u16 (w, exclusion->streams->len);
  for (i = 0; i < exclusion->streams->len; i++)
    asf_writer_stream_number (w, g_array_index (exclusion->streams, guint8, i));
  asf_writer_end_object (w, start);
}

/* Whether the stream is the first one of its record. */
static gboolean
begins_record (const AsfExclusion * exclusion, guint i)
{
  guint k = 0;

  while (g_array_index (exclusion->records, guint8, k) !=
      g_array_index (exclusion->records, guint8, i))
    k++;
  return k == i;
}

guint
asf_exclusion_count (const AsfExclusion * exclusion)
{
  guint n = 0;
  guint i;

  if (exclusion->records == NULL)
    return exclusion->streams->len;
  for (i = 0; i < exclusion->records->len; i++)
    n += begins_record (exclusion, i);
  return n;
}

static void
write_record (AsfWriter * w, const AsfExclusion * exclusion, guint8 record)
{
  gsize count_pos = asf_writer_pos (w);
  guint n = 0;
  guint i;

  asf_writer_u16 (w, 0);
  for (i = 0; i < exclusion->streams->len; i++) {
    if (g_array_index (exclusion->records, guint8, i) != record)
      continue;
    asf_writer_stream_number (w, g_array_index (exclusion->streams, guint8, i));
    n++;
  }
  asf_writer_patch_u16 (w, count_pos, n);
}

/* section 4.3 */
static void
write_group_exclusion (AsfWriter * w, const AsfExclusion * exclusion)
{
  gsize start = asf_writer_begin_object (w, &asf_guid_group_mutual_exclusion);
  guint i;

  asf_writer_guid (w, exclusion_guid (exclusion->type));
  asf_writer_u16 (w, asf_exclusion_count (exclusion));
  for (i = 0; i < exclusion->records->len; i++) {
    if (begins_record (exclusion, i))
      write_record (w, exclusion, g_array_index (exclusion->records, guint8,
              i));
  }
  asf_writer_end_object (w, start);
}

void
asf_programs_write_exclusions (AsfWriter * w, GArray * exclusions)
{
  guint i;

  for (i = 0; exclusions != NULL && i < exclusions->len; i++) {
    const AsfExclusion *exclusion =
        &g_array_index (exclusions, AsfExclusion, i);

    if (exclusion->records != NULL)
      write_group_exclusion (w, exclusion);
    else
      write_exclusion (w, &asf_guid_advanced_mutual_exclusion, exclusion);
  }
}

static gboolean
any_is_hidden (const AsfHeader * header, GArray * streams)
{
  guint i;

  for (i = 0; i < streams->len; i++) {
    if (asf_header_hides (header, g_array_index (streams, guint8, i)))
      return TRUE;
  }
  return FALSE;
}

void
asf_programs_write_bitrate_exclusions (AsfWriter * w, const AsfHeader * header)
{
  GArray *exclusions = header->exclusions;
  guint i;

  for (i = 0; exclusions != NULL && i < exclusions->len; i++) {
    const AsfExclusion *exclusion =
        &g_array_index (exclusions, AsfExclusion, i);

    if (exclusion->type == ASF_EXCLUSION_BITRATE && exclusion->records == NULL
        && !any_is_hidden (header, exclusion->streams))
      write_exclusion (w, &asf_guid_bitrate_mutual_exclusion, exclusion);
  }
}

void
asf_programs_write_priorities (AsfWriter * w, GArray * priorities)
{
  gboolean seen_optional = FALSE;
  gsize start;
  guint i;

  if (priorities == NULL || priorities->len == 0)
    return;
  start = asf_writer_begin_object (w, &asf_guid_stream_prioritization);
  asf_writer_u16 (w, priorities->len);
  for (i = 0; i < priorities->len; i++) {
    const AsfPriority *priority = &g_array_index (priorities, AsfPriority, i);

    if (seen_optional && priority->is_mandatory)
      asf_writer_fail (w, "an optional stream stands before a mandatory one");
    seen_optional |= !priority->is_mandatory;
    asf_writer_stream_number (w, priority->stream_number);
    asf_writer_u16 (w, priority->is_mandatory ? PRIORITY_MANDATORY : 0);
  }
  asf_writer_end_object (w, start);
}

static void
write_index_specifiers (AsfWriter * w, GArray * streams)
{
  guint i;

  asf_writer_u32 (w, ASF_INDEX_INTERVAL_MS);
  asf_writer_u16 (w, streams->len);
  for (i = 0; i < streams->len; i++) {
    asf_writer_stream_number (w, g_array_index (streams, guint8, i));
    asf_writer_u16 (w, ASF_INDEX_PAST_CLEANPOINT);
  }
}

void
asf_programs_write_index_parameters (AsfWriter * w, GArray * streams,
    gboolean has_index)
{
  gsize start;

  if (streams == NULL || streams->len == 0)
    return;
  start = asf_writer_begin_object (w, has_index ? &asf_guid_index_parameters :
      &asf_guid_index_parameters_placeholder);
  if (has_index)
    write_index_specifiers (w, streams);
  else
    asf_writer_zeros (w, INDEX_PARAMETERS_SIZE (streams->len));
  asf_writer_end_object (w, start);
}

static void
forget_number (GArray * numbers, guint8 number)
{
  guint i;

  for (i = numbers ? numbers->len : 0; i-- > 0;) {
    if (g_array_index (numbers, guint8, i) == number)
      g_array_remove_index (numbers, i);
  }
}

static void
forget_attributes (GArray * attributes, guint8 number)
{
  guint i;

  for (i = attributes ? attributes->len : 0; i-- > 0;) {
    if (g_array_index (attributes, AsfAttribute, i).stream_number == number)
      g_array_remove_index (attributes, i);
  }
}

static void
forget_priorities (GArray * priorities, guint8 number)
{
  guint i;

  for (i = priorities ? priorities->len : 0; i-- > 0;) {
    if (g_array_index (priorities, AsfPriority, i).stream_number == number)
      g_array_remove_index (priorities, i);
  }
}

static void
forget_record (const AsfExclusion * exclusion, guint8 number)
{
  guint i;

  for (i = exclusion->records ? exclusion->records->len : 0; i-- > 0;) {
    if (g_array_index (exclusion->streams, guint8, i) == number)
      g_array_remove_index (exclusion->records, i);
  }
}

/* One stream alone excludes none. */
static void
forget_exclusions (GArray * exclusions, guint8 number)
{
  guint i;

  for (i = exclusions ? exclusions->len : 0; i-- > 0;) {
    const AsfExclusion *exclusion =
        &g_array_index (exclusions, AsfExclusion, i);

    forget_record (exclusion, number);
    forget_number (exclusion->streams, number);
    if (asf_exclusion_count (exclusion) < 2)
      g_array_remove_index (exclusions, i);
  }
}

gboolean
asf_header_hides (const AsfHeader * header, guint8 number)
{
  gboolean any_is_visible = FALSE;
  gboolean is_hidden = FALSE;
  guint i;

  for (i = 0; i < header->n_streams; i++) {
    any_is_visible |= !header->streams[i].is_hidden;
    if (header->streams[i].number == number)
      is_hidden = header->streams[i].is_hidden;
  }
  return is_hidden && any_is_visible;
}

void
asf_header_forget_stream (AsfHeader * header, guint8 number)
{
  forget_number (header->index_streams, number);
  forget_attributes (header->metadata, number);
  forget_attributes (header->library, number);
  forget_priorities (header->priorities, number);
  forget_exclusions (header->exclusions, number);
}
