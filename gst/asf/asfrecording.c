/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfrecording-private.h"

/* Of a Simple Index Object (8.1). */
#define INDEX_FIXED_SIZE 56
#define INDEX_ENTRY_SIZE 6
/* One of so many bits a second for the payloads' heads. */
#define RATE_RESERVE 50
/* A file of a few packets may have an index that is larger than they are. */
#define INDEX_ALWAYS (64u << 10)

struct _AsfRecordingMark
{
  AsfRecordState totals;
  AsfRecordStream streams[ASF_MAX_STREAMS];
  AsfIndexMark indexes[ASF_MAX_STREAMS];
};

static void
wait_for_key (AsfRecordStream * stream)
{
  stream->waits_for_key = stream->kind == ASF_STREAM_VIDEO;
  stream->has_waited = FALSE;
}

AsfRecording *
asf_recording_new (GBytes * header, const AsfHeaderInfo * info,
    const AsfGuid * file_id, guint64 created_100ns)
{
  AsfRecording *self = g_new0 (AsfRecording, 1);
  guint i;

  asf_record_header_init (&self->header, header, info, file_id, created_100ns);
  self->packet_size = info->packet_size;
  self->preroll_ms = MIN (info->preroll_ms, G_MAXUINT32);
  self->declared_packets = info->packet_count;
  self->totals.is_whole = TRUE;
  self->scratch = g_malloc (info->packet_size);
  self->n_streams = info->n_streams;
  for (i = 0; i < info->n_streams; i++) {
    AsfRecordStream *stream = &self->streams[i];

    stream->number = info->streams[i].number;
    stream->kind = info->streams[i].kind;
    stream->is_indexed = self->header.is_indexed[stream->number];
    stream->shown_time_at = self->header.shown_time_at[stream->number];
    wait_for_key (stream);
    if (stream->is_indexed)
      asf_index_init (&self->indexes[i]);
  }
  return self;
}

void
asf_recording_free (AsfRecording * self)
{
  guint i;

  for (i = 0; i < self->n_streams; i++)
    asf_index_clear (&self->indexes[i]);
  asf_record_header_clear (&self->header);
  g_free (self->scratch);
  g_free (self);
}

const AsfRecordHeader *
asf_recording_get_header (AsfRecording * self)
{
  return &self->header;
}

void
asf_recording_set_origin (AsfRecording * self, gint64 first_pres_ms,
    guint64 first_send_ms)
{
  self->pres_shift_ms = first_pres_ms - self->preroll_ms;
  self->send_shift_ms = MAX ((gint64) first_send_ms, self->pres_shift_ms);
}

void
asf_recording_set_gap (AsfRecording * self)
{
  guint i;

  self->totals.is_whole = FALSE;
  for (i = 0; i < self->n_streams; i++)
    wait_for_key (&self->streams[i]);
}

void
asf_recording_begin_anywhere (AsfRecording * self)
{
  guint i;

  for (i = 0; i < self->n_streams; i++)
    self->streams[i].waits_for_key = FALSE;
}

AsfRecordStream *
asf_recording_find_stream (AsfRecording * self, guint number)
{
  guint i;

  for (i = 0; i < self->n_streams; i++) {
    if (self->streams[i].number == number)
      return &self->streams[i];
  }
  return NULL;
}

gboolean
asf_record_stream_goes_on (const AsfRecordStream * stream,
    const AsfPayload * payload)
{
  return stream->is_open && payload->offset != 0
      && payload->offset == stream->got
      && payload->object_number == stream->source_number
      && payload->size <= stream->size - stream->got
      && (payload->object_size == 0 || payload->object_size == stream->size);
}

static void
describe_open (const AsfRecordStream * stream, AsfDamage * damage)
{
  damage->stream_number = stream->number;
  damage->object_number = stream->out_number;
  damage->first_packet = stream->first_packet;
}

gboolean
asf_recording_find_damage (AsfRecording * self, const AsfView * view,
    guint64 rows, AsfDamage * damage)
{
  guint i, j;

  for (i = 0; i < self->n_streams; i++) {
    const AsfRecordStream *stream = &self->streams[i];

    for (j = 0; stream->is_open && j < view->n_rows; j++) {
      const AsfPayload *payload = &view->rows[j].payload;

      if (payload->stream_number != stream->number
          || !(rows & ASF_VIEW_BIT (j)))
        continue;
      if (asf_record_stream_goes_on (stream, payload))
        break;
      describe_open (stream, damage);
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
asf_recording_find_open (AsfRecording * self, AsfDamage * damage)
{
  guint i;

  for (i = 0; i < self->n_streams; i++) {
    if (self->streams[i].is_open) {
      describe_open (&self->streams[i], damage);
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
asf_recording_has_open (AsfRecording * self)
{
  AsfDamage damage;

  return asf_recording_find_open (self, &damage);
}

void
asf_recording_mend (AsfRecording * self, const AsfDamage * damage,
    gboolean is_removed)
{
  AsfRecordStream *stream =
      asf_recording_find_stream (self, damage->stream_number);

  g_return_if_fail (stream != NULL && stream->is_open);

  stream->is_open = FALSE;
  self->totals.is_whole = FALSE;
  if (!is_removed)
    return;
  stream->out_number--;
  stream->n_objects--;
  if (stream->n_objects == 0)
    wait_for_key (stream);
}

void
asf_recording_remove_packet (AsfRecording * self, guint64 packet)
{
  guint i;

  self->totals.n_packets--;
  for (i = 0; i < self->n_streams; i++) {
    AsfRecordStream *stream = &self->streams[i];

    if (stream->first_packet > packet)
      stream->first_packet--;
    if (stream->last_packet > packet)
      stream->last_packet--;
    if (stream->is_indexed)
      asf_index_remove_packet (&self->indexes[i], packet);
  }
}

guint64
asf_damage_rows (const AsfDamage * damage, const AsfView * view)
{
  guint64 bits = 0;
  guint i;

  for (i = 0; i < view->n_rows; i++) {
    const AsfPayload *payload = &view->rows[i].payload;

    if (payload->stream_number != damage->stream_number
        || payload->object_number != damage->object_number)
      bits |= ASF_VIEW_BIT (i);
  }
  return bits;
}

guint64
asf_recording_get_packets (AsfRecording * self)
{
  return self->totals.n_packets;
}

guint64
asf_recording_get_duration_ms (AsfRecording * self)
{
  return self->totals.play_end_ms - self->totals.first_pres_ms;
}

static gsize
index_size (const AsfRecordStream * stream)
{
  return INDEX_FIXED_SIZE + INDEX_ENTRY_SIZE
      * ((gsize) stream->last_pres_ms / ASF_INDEX_INTERVAL_MS + 2);
}

gsize
asf_recording_get_index_size (AsfRecording * self)
{
  gsize size = 0;
  guint i;

  for (i = 0; i < self->n_streams; i++) {
    if (self->streams[i].is_indexed)
      size += index_size (&self->streams[i]);
  }
  return size;
}

/* Returns: (nullable): of the stream, else the first one that has any. */
static const AsfIndex *
find_index (AsfRecording * self, guint stream)
{
  guint i;

  if (asf_index_is_usable (&self->indexes[stream]))
    return &self->indexes[stream];
  for (i = 0; i < self->n_streams; i++) {
    if (self->streams[i].is_indexed && asf_index_is_usable (&self->indexes[i]))
      return &self->indexes[i];
  }
  return NULL;
}

/* Rules, 2: in the order of the stream numbers. */
static gint
next_indexed (AsfRecording * self, guint above)
{
  gint found = -1;
  guint i;

  for (i = 0; i < self->n_streams; i++) {
    const AsfRecordStream *stream = &self->streams[i];

    if (stream->is_indexed && stream->number > above
        && (found < 0 || stream->number < self->streams[found].number))
      found = i;
  }
  return found;
}

GBytes *
asf_recording_make_index (AsfRecording * self, GError ** error)
{
  gsize limit = self->totals.n_packets * self->packet_size + INDEX_ALWAYS;
  GByteArray *bytes;
  gint i;

  /* times are what an encoder says: none can make an index of many files'
   * size out of one packet */
  if (asf_recording_get_index_size (self) > limit)
    return NULL;
  bytes = g_byte_array_new ();
  for (i = next_indexed (self, 0); i >= 0;
      i = next_indexed (self, self->streams[i].number)) {
    const AsfIndex *index = find_index (self, i);
    GBytes *object = index == NULL ? NULL : asf_index_write_simple (index,
        &self->header.file_id, self->streams[i].last_pres_ms, error);

    if (object == NULL) {
      g_byte_array_unref (bytes);
      return NULL;
    }
    g_byte_array_append (bytes, g_bytes_get_data (object, NULL),
        g_bytes_get_size (object));
    g_bytes_unref (object);
  }
  return g_byte_array_free_to_bytes (bytes);
}

/* 0 for less than a second: one object may be all of it. */
static guint32
rate_of (guint64 n_bytes, guint64 ms)
{
  guint64 bps = ms < 1000 ? 0 : n_bytes * 8000 / ms;

  return MIN (bps + bps / RATE_RESERVE, G_MAXUINT32);
}

static void
measure_rates (AsfRecording * self, AsfRecordTotals * totals)
{
  guint64 n_bytes = 0;
  guint i;

  for (i = 0; i < self->n_streams; i++) {
    const AsfRecordStream *stream = &self->streams[i];

    n_bytes += stream->n_bytes;
    if (stream->last_pres_ms > stream->first_pres_ms)
      totals->stream_bps[stream->number] = rate_of (stream->n_bytes,
          stream->last_pres_ms - stream->first_pres_ms + stream->gap_ms);
  }
  totals->max_bps = rate_of (n_bytes, asf_recording_get_duration_ms (self));
}

guint32
asf_recording_complete (AsfRecording * self, GBytes * index)
{
  AsfRecordTotals totals = {
    .n_packets = self->totals.n_packets,
    .packet_size = self->packet_size,
    .index_size = index != NULL ? g_bytes_get_size (index) : 0,
    .play_end_ms = self->totals.play_end_ms,
    .send_end_ms = self->totals.send_end_ms,
    .is_seekable = index != NULL,
    .is_whole = self->totals.is_whole
        && self->totals.n_packets == self->declared_packets,
  };

  measure_rates (self, &totals);
  asf_record_header_complete (&self->header, &totals);
  return index != NULL ? ASF_FILE_SEEKABLE : 0;
}

AsfRecordingMark *
asf_recording_mark (AsfRecording * self, AsfRecordingMark * mark)
{
  guint i;

  if (mark == NULL)
    mark = g_new0 (AsfRecordingMark, 1);
  mark->totals = self->totals;
  for (i = 0; i < self->n_streams; i++) {
    mark->streams[i] = self->streams[i];
    if (self->streams[i].is_indexed)
      asf_index_mark (&self->indexes[i], &mark->indexes[i]);
  }
  return mark;
}

void
asf_recording_go_back (AsfRecording * self, const AsfRecordingMark * mark)
{
  guint i;

  self->totals = mark->totals;
  self->totals.is_whole = FALSE;
  for (i = 0; i < self->n_streams; i++) {
    self->streams[i] = mark->streams[i];
    if (self->streams[i].is_indexed)
      asf_index_go_back (&self->indexes[i], &mark->indexes[i]);
  }
}

void
asf_recording_mark_free (AsfRecordingMark * mark)
{
  g_free (mark);
}
