/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "numberedfile.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "asf/asfguid.h"
#include "soakserver.h"

#define OBJECT_HEAD_SIZE 24
/* Of the Simple Index Object, section 6.1. */
#define INDEX_HEAD_SIZE 56
#define INDEX_ENTRY_SIZE 6
#define INDEX_STEP_MS 1000
/* Entries that are looked up. */
#define N_PROBES 2000

typedef struct
{
  const gchar *path;
  FILE *file;
  NumberedCheck *check;
  guint64 size, first_packet, behind_packets;
  guint8 *packet;
  guint n_entries, n_probes;
  guint32 first_key;            /* packet of the first entry */
} File;

static gboolean
read_at (File * self, guint64 at, gpointer data, gsize size)
{
  return fseeko (self->file, at, SEEK_SET) == 0
      && fread (data, size, 1, self->file) == 1;
}

static gboolean
read_header (File * self)
{
  guint8 peek[ASF_HEADER_HEAD_SIZE];
  g_autofree guint8 *header = NULL;

  if (!read_at (self, 0, peek, sizeof (peek))
      || !asf_header_measure (peek, sizeof (peek), &self->first_packet, NULL))
    return FALSE;
  header = g_malloc (self->first_packet);
  return read_at (self, 0, header, self->first_packet)
      && numbered_check_header (self->check, header, self->first_packet);
}

static gboolean
read_packets (File * self)
{
  const AsfHeaderInfo *info = &self->check->info;
  guint64 n;

  self->packet = g_malloc (info->packet_size);
  if (fseeko (self->file, self->first_packet, SEEK_SET) != 0)
    return FALSE;
  for (n = 0; n < info->packet_count; n++) {
    if (fread (self->packet, info->packet_size, 1, self->file) != 1)
      return FALSE;
    numbered_check_packet (self->check, self->packet, info->packet_size);
  }
  self->behind_packets = self->first_packet + n * info->packet_size;
  return TRUE;
}

/* Whether a key frame begins in that packet, and not after that time unless
 * there is none before. */
static gboolean
has_key (File * self, guint32 number, guint64 time_ms)
{
  const AsfHeaderInfo *info = &self->check->info;
  AsfPacketInfo packet;
  AsfPayloadIter iter;
  AsfPayload payload;

  if (!read_at (self, self->first_packet + (guint64) number * info->packet_size,
          self->packet, info->packet_size)
      || !asf_packet_read (self->packet, info->packet_size, &packet, NULL))
    return FALSE;
  asf_payload_iter_init (&iter, &packet, self->packet);
  while (asf_payload_next (&iter, &payload, NULL)) {
    const AsfStreamInfo *stream =
        asf_header_find_stream (info, payload.stream_number);

    if (stream != NULL && stream->kind == ASF_STREAM_VIDEO && payload.is_key
        && payload.offset == 0 && (payload.pres_time_ms <= time_ms
            || number == self->first_key))
      return TRUE;
  }
  return FALSE;
}

static gboolean
read_index (File * self, guint64 at)
{
  guint8 head[INDEX_HEAD_SIZE], entry[INDEX_ENTRY_SIZE];
  guint step, i;

  if (!read_at (self, at, head, sizeof (head)))
    return FALSE;
  self->n_entries = GST_READ_UINT32_LE (head + 52);
  if (!read_at (self, at + INDEX_HEAD_SIZE, entry, sizeof (entry)))
    return FALSE;
  self->first_key = GST_READ_UINT32_LE (entry);
  step = MAX (self->n_entries / N_PROBES, 1);
  for (i = self->n_entries % step; i < self->n_entries; i += step) {
    if (!read_at (self, at + INDEX_HEAD_SIZE + (guint64) i * INDEX_ENTRY_SIZE,
            entry, sizeof (entry)))
      return FALSE;
    if (!has_key (self, GST_READ_UINT32_LE (entry), (guint64) i
            * INDEX_STEP_MS))
      numbered_check_blame (self->check, "index entry %u leads to packet %u", i,
          GST_READ_UINT32_LE (entry));
    self->n_probes++;
  }
  return TRUE;
}

/* Objects behind the Data Object, up to the end of the file. */
static gboolean
read_behind (File * self)
{
  guint64 at = self->behind_packets;
  guint8 head[OBJECT_HEAD_SIZE];

  while (at < self->size) {
    guint64 size;

    if (!read_at (self, at, head, sizeof (head)))
      return FALSE;
    size = GST_READ_UINT64_LE (head + ASF_GUID_SIZE);
    if (size < OBJECT_HEAD_SIZE || size > self->size - at)
      return FALSE;
    if (memcmp (head, asf_guid_simple_index.bytes, ASF_GUID_SIZE) == 0
        && !read_index (self, at))
      return FALSE;
    at += size;
  }
  return TRUE;
}

static gboolean
says_what_it_is (File * self)
{
  const AsfHeaderInfo *info = &self->check->info;

  return !(info->flags & ASF_FILE_BROADCAST)
      && (info->flags & ASF_FILE_SEEKABLE)
      && info->data_size == ASF_DATA_HEAD_SIZE
      + info->packet_count * info->packet_size
      && self->behind_packets <= self->size;
}

gboolean
numbered_file_read (const gchar * path, NumberedCheck * check)
{
  File self = {.path = path,.check = check };
  struct stat status;
  gboolean is_good;

  self.file = fopen (path, "rb");
  if (self.file == NULL || fstat (fileno (self.file), &status) < 0)
    return soak_check (FALSE, "file %s", path);
  self.size = status.st_size;
  is_good = read_header (&self) && read_packets (&self)
      && says_what_it_is (&self) && read_behind (&self)
      && self.n_probes > 0;
  fclose (self.file);
  g_free (self.packet);
  return soak_check (is_good && check->n_faults == 0 && check->n_missing == 0,
      "file of %" G_GUINT64_FORMAT " bytes, %" G_GUINT64_FORMAT " packets, %.2f"
      " days, objects up to %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
      " missing from %" G_GUINT64_FORMAT " on, %" G_GUINT64_FORMAT
      " faults %s; %u of %u index entries looked" " up", self.size,
      check->info.packet_count, check->info.play_duration_100ns / 1e7 / 86400,
      check->video.next, check->n_missing, check->first_missing,
      check->n_faults, check->fault, self.n_probes, self.n_entries);
}
