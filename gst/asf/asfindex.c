/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfindex.h"

#include "asf/asfreader.h"
#include "asf/asfwriter.h"

/* An offset that is none, and the largest one (rules, 8.2). */
#define NO_OFFSET G_MAXUINT32
#define MAX_OFFSET (NO_OFFSET - 1)

void
asf_index_init (AsfIndex * self)
{
  self->entries = g_array_new (FALSE, FALSE, sizeof (AsfIndexEntry));
  self->is_full = FALSE;
}

void
asf_index_clear (AsfIndex * self)
{
  g_clear_pointer (&self->entries, g_array_unref);
}

/* Row i is for the stored time i x interval (rules, 8): the last key frame at
 * or before it, and the first one where there is none. */
void
asf_index_add_key (AsfIndex * self, guint32 pres_ms, guint64 packet,
    guint n_packets)
{
  AsfIndexEntry key = { 0, packet, MIN (n_packets, G_MAXUINT16) };
  guint n = self->entries->len;
  AsfIndexEntry *last =
      n > 0 ? &g_array_index (self->entries, AsfIndexEntry, n - 1) : NULL;

  if (packet > G_MAXUINT32)
    self->is_full = TRUE;
  if (self->is_full)
    return;
  if (last != NULL)
    key.row = MAX (last->row, pres_ms / ASF_INDEX_INTERVAL_MS +
        (pres_ms % ASF_INDEX_INTERVAL_MS > 0));
  if (last != NULL && last->row == key.row)
    *last = key;
  else
    g_array_append_val (self->entries, key);
}

void
asf_index_remove_packet (AsfIndex * self, guint64 packet)
{
  guint i;

  for (i = self->entries->len; i > 0; i--) {
    AsfIndexEntry *entry = &g_array_index (self->entries, AsfIndexEntry, i - 1);

    if (entry->packet <= packet)
      break;
    entry->packet--;
  }
}

void
asf_index_mark (const AsfIndex * self, AsfIndexMark * mark)
{
  mark->n_entries = self->entries->len;
  mark->is_full = self->is_full;
  if (mark->n_entries > 0)
    mark->last = g_array_index (self->entries, AsfIndexEntry,
        mark->n_entries - 1);
}

/* A key frame of the same second may have taken the last one's place. */
void
asf_index_go_back (AsfIndex * self, const AsfIndexMark * mark)
{
  g_array_set_size (self->entries, mark->n_entries);
  self->is_full = mark->is_full;
  if (mark->n_entries > 0)
    g_array_index (self->entries, AsfIndexEntry, mark->n_entries - 1) =
        mark->last;
}

gboolean
asf_index_is_usable (const AsfIndex * self)
{
  return self->entries->len > 0 && !self->is_full;
}

/* The entry of a row; @pos goes on from row to row. */
static const AsfIndexEntry *
entry_at (const AsfIndex * self, guint row, guint * pos)
{
  while (*pos + 1 < self->entries->len
      && g_array_index (self->entries, AsfIndexEntry, *pos + 1).row <= row)
    (*pos)++;
  return &g_array_index (self->entries, AsfIndexEntry, *pos);
}

static guint
count_entries (guint32 last_pres_ms)
{
  return last_pres_ms / ASF_INDEX_INTERVAL_MS + 1;
}

GBytes *
asf_index_write_simple (const AsfIndex * self, const AsfGuid * file_id,
    guint32 last_pres_ms, GError ** error)
{
  guint n = count_entries (last_pres_ms);
  guint32 largest = 0;
  guint pos = 0;
  AsfWriter w;
  gsize start, largest_pos;
  guint i;

  asf_writer_init (&w);
  if (!asf_index_is_usable (self)) {
    asf_writer_fail (&w, "no key frame, or more packets than an index has");
    return asf_writer_finish (&w, error);
  }
  start = asf_writer_begin_object (&w, &asf_guid_simple_index);
  asf_writer_guid (&w, file_id);
  asf_writer_u64 (&w, ASF_INDEX_INTERVAL_MS * ASF_UNITS_PER_MS);
  largest_pos = asf_writer_pos (&w);
  asf_writer_u32 (&w, 0);
  asf_writer_u32 (&w, n);
  for (i = 0; i < n; i++) {
    const AsfIndexEntry *entry = entry_at (self, i, &pos);

    asf_writer_u32 (&w, entry->packet);
    asf_writer_u16 (&w, entry->n_packets);
    largest = MAX (largest, entry->n_packets);
  }
  asf_writer_patch_u32 (&w, largest_pos, largest);
  asf_writer_end_object (&w, start);
  return asf_writer_finish (&w, error);
}

/* The Index Object under construction: its rows are the entries of all
 * streams for one time. */
typedef struct
{
  AsfWriter writer;
  const AsfIndexStream *streams;
  guint n_streams;
  guint32 packet_size;
  guint n_rows;
  guint64 positions[ASF_MAX_STREAMS];
  /* entries: where a block's end is sought, and where it is written */
  guint measured[ASF_MAX_STREAMS];
  guint written[ASF_MAX_STREAMS];
} IndexObject;

static gboolean
has_entries (const IndexObject * self, guint stream)
{
  return asf_index_is_usable (self->streams[stream].index);
}

static guint64
position_at (IndexObject * self, guint stream, guint row, guint * pos)
{
  return (guint64) entry_at (self->streams[stream].index, row, pos)->packet *
      self->packet_size;
}

/* Offsets are DWORDs from the Block Position of their stream: the first
 * block's is that of the first packet, as Windows has it, as long as they
 * reach. */
static void
set_positions (IndexObject * self, guint row)
{
  guint i;

  for (i = 0; i < self->n_streams; i++) {
    guint64 position = 0;

    if (has_entries (self, i))
      position = position_at (self, i, row, &self->measured[i]);
    self->positions[i] = row == 0 && position <= MAX_OFFSET ? 0 : position;
  }
}

static gboolean
row_fits (IndexObject * self, guint row)
{
  guint i;

  for (i = 0; i < self->n_streams; i++) {
    if (has_entries (self, i) && position_at (self, i, row,
            &self->measured[i]) - self->positions[i] > MAX_OFFSET)
      return FALSE;
  }
  return TRUE;
}

static void
write_row (IndexObject * self, guint row)
{
  guint i;

  for (i = 0; i < self->n_streams; i++)
    asf_writer_u32 (&self->writer, has_entries (self, i) ?
        position_at (self, i, row, &self->written[i]) - self->positions[i] :
        NO_OFFSET);
}

/* One block from @row on; returns the row after it. */
static guint
write_block (IndexObject * self, guint row)
{
  guint end;
  guint i;

  set_positions (self, row);
  for (end = row + 1; end < self->n_rows && row_fits (self, end); end++);
  asf_writer_u32 (&self->writer, end - row);
  for (i = 0; i < self->n_streams; i++)
    asf_writer_u64 (&self->writer, self->positions[i]);
  for (; row < end; row++)
    write_row (self, row);
  return end;
}

GBytes *
asf_index_write_object (const AsfIndexStream * streams, guint n_streams,
    guint32 packet_size, guint32 last_pres_ms, GError ** error)
{
  IndexObject self = {.streams = streams,.n_streams = n_streams,
    .packet_size = packet_size,.n_rows = count_entries (last_pres_ms)
  };
  AsfWriter *w = &self.writer;
  guint n_blocks = 0;
  gsize start, count_pos;
  guint row, i;

  asf_writer_init (w);
  if (n_streams > ASF_MAX_STREAMS
      || (guint64) self.n_rows * n_streams > ASF_MAX_INDEX_ENTRIES) {
    asf_writer_fail (w, "an index of so many entries");
    return asf_writer_finish (w, error);
  }
  start = asf_writer_begin_object (w, &asf_guid_index);
  asf_writer_u32 (w, ASF_INDEX_INTERVAL_MS);
  asf_writer_u16 (w, n_streams);
  count_pos = asf_writer_pos (w);
  asf_writer_u32 (w, 0);
  for (i = 0; i < n_streams; i++) {
    asf_writer_u16 (w, streams[i].number);
    asf_writer_u16 (w, ASF_INDEX_PAST_CLEANPOINT);
  }
  for (row = 0; row < self.n_rows; n_blocks++)
    row = write_block (&self, row);
  asf_writer_patch_u32 (w, count_pos, n_blocks);
  asf_writer_end_object (w, start);
  return asf_writer_finish (w, error);
}
