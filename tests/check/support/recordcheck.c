/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recordfiles.h"

#include <gst/check/gstcheck.h>

#include "asf/asfview.h"

#define INDEX_COUNT_AT 52
#define INDEX_ENTRIES_AT 56
#define INDEX_ENTRY_SIZE 6
#define MAX_PACKETS 4096

typedef struct
{
  guint n_objects;
  guint8 number;
  guint32 size, got;
  gint64 last_ms;
  gboolean is_video;
} Stream;

typedef struct
{
  const gchar *path;
  AsfHeaderInfo info;
  Stream streams[ASF_MAX_STREAMS + 1];
  gint64 send_ms;
  guint packet;
  gboolean begins_key[MAX_PACKETS];
  gint64 first_ms;
} Check;

static void
check_start (Check * self, Stream * stream, const AsfViewRow * row)
{
  const AsfPayload *payload = &row->payload;

  fail_unless (stream->got == stream->size, "%s: packet %u: an object has %u"
      " of %u bytes", self->path, self->packet, stream->got, stream->size);
  fail_unless (stream->n_objects == 0
      || payload->object_number == (guint8) (stream->number + 1),
      "%s: packet %u: object %u follows %u", self->path, self->packet,
      payload->object_number, stream->number);
  fail_unless (payload->pres_time_ms >= self->info.preroll_ms
      && (gint64) payload->pres_time_ms >= self->send_ms, "%s: packet %u: %u",
      self->path, self->packet, payload->pres_time_ms);
  fail_unless (!stream->is_video || stream->n_objects > 0 || payload->is_key,
      "%s: no key frame", self->path);
  if (stream->is_video && payload->is_key)
    self->begins_key[self->packet] = TRUE;
  if (self->first_ms < 0 || payload->pres_time_ms < self->first_ms)
    self->first_ms = payload->pres_time_ms;
  stream->number = payload->object_number + row->n_objects - 1;
  stream->n_objects += row->n_objects;
  stream->size = payload->object_size;
  stream->got = 0;
}

static void
check_row (Check * self, const AsfViewRow * row)
{
  Stream *stream = &self->streams[row->payload.stream_number];

  if (row->is_start)
    check_start (self, stream, row);
  fail_unless (row->payload.offset == stream->got || row->n_objects > 1,
      "%s: packet %u: a fragment at %u, not at %u", self->path, self->packet,
      row->payload.offset, stream->got);
  fail_unless (row->payload.object_number == stream->number
      || row->n_objects > 1);
  stream->got += row->payload.size;
}

static void
check_packets (Check * self, const guint8 * data)
{
  AsfView view;
  guint i;

  for (self->packet = 0; self->packet < self->info.packet_count; self->packet++) {
    fail_unless (asf_view_read (&view, data + (gsize) self->packet
            * self->info.packet_size, self->info.packet_size));
    assert_equals_int (view.n_rows, view.packet.n_payloads);
    fail_unless ((gint64) view.send_ms >= self->send_ms,
        "%s: packet %u: Send Time %" G_GUINT64_FORMAT " after %"
        G_GINT64_FORMAT, self->path, self->packet, view.send_ms, self->send_ms);
    self->send_ms = view.send_ms;
    for (i = 0; i < view.n_rows; i++)
      check_row (self, &view.rows[i]);
  }
  for (i = 0; i <= ASF_MAX_STREAMS; i++)
    fail_unless (self->streams[i].got == self->streams[i].size,
        "%s: the last object of stream %u", self->path, i);
}

/* Nothing is behind the last one. */
static void
check_objects (Check * self, const guint8 * data, gsize size)
{
  while (size > 0) {
    guint64 object_size;

    fail_unless (size >= ASF_OBJECT_HEAD_SIZE, "%s: %" G_GSIZE_FORMAT
        " bytes behind the index", self->path, size);
    object_size = GST_READ_UINT64_LE (data + ASF_GUID_SIZE);
    fail_unless (object_size >= ASF_OBJECT_HEAD_SIZE && object_size <= size,
        "%s: the index, or what is behind it", self->path);
    data += object_size;
    size -= object_size;
  }
}

static void
check_index (Check * self, const guint8 * index, gsize size)
{
  guint32 i, n;

  if (!self->info.has_video) {
    assert_equals_uint64 (size, 0);
    return;
  }
  fail_unless (size > INDEX_ENTRIES_AT);
  check_objects (self, index, size);
  n = GST_READ_UINT32_LE (index + INDEX_COUNT_AT);
  fail_unless (n > 0 && size >= INDEX_ENTRIES_AT + INDEX_ENTRY_SIZE * n);
  for (i = 0; i < n; i++) {
    guint32 packet = GST_READ_UINT32_LE (index + INDEX_ENTRIES_AT
        + INDEX_ENTRY_SIZE * i);

    fail_unless (packet < self->info.packet_count
        && self->begins_key[packet], "%s: entry %u is packet %u", self->path,
        i, packet);
  }
}

gboolean
record_bytes_check (const guint8 * data, gsize size, const gchar * name)
{
  Check self = {.path = name,.first_ms = -1 };
  guint64 data_end;
  guint i;

  record_bytes_read (data, size, name, &self.info);
  data_end = self.info.header_size + self.info.data_size;
  fail_unless (self.info.packet_count > 0
      && self.info.packet_count <= MAX_PACKETS);
  for (i = 0; i < self.info.n_streams; i++)
    self.streams[self.info.streams[i].number].is_video =
        self.info.streams[i].kind == ASF_STREAM_VIDEO;
  check_packets (&self, data + self.info.header_size + ASF_DATA_HEAD_SIZE);
  /* it plays from 0 */
  fail_unless (self.first_ms - (gint64) self.info.preroll_ms < 1000,
      "%s: begins at %" G_GINT64_FORMAT, name, self.first_ms);
  if (self.info.flags & ASF_FILE_SEEKABLE)
    check_index (&self, data + data_end, size - data_end);
  else
    assert_equals_uint64 (size, data_end);
  return self.info.flags == ASF_FILE_SEEKABLE;
}

void
record_file_check (const gchar * path)
{
  gchar *contents;
  gsize size;

  fail_unless (g_file_get_contents (path, &contents, &size, NULL));
  fail_unless (record_bytes_check ((guint8 *) contents, size, path), "%s",
      path);
  g_free (contents);
}
