/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The main context puts jobs into a pool of one thread, which runs them in
 * order; all fields of the open file belong to that thread. */
#include "pubrecord.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <gst/gstutils.h>

#include "asf/asfpacket.h"

/* Bytes that may wait for the disk; over it the recording ends, not the
 * programme. */
#define MAX_WAITING (64 * 1024 * 1024)

/* Fields of the File Properties Object and of the Data Object (ASF
 * specification, sections 3.2 and 5.1). */
#define FILE_SIZE_AT 40
#define PACKET_COUNT_AT 56
#define PLAY_DURATION_AT 64
#define SEND_DURATION_AT 72
#define FLAGS_AT 88
#define DATA_SIZE_AT 16
#define DATA_COUNT_AT 40
#define HEADER_OBJECTS_AT 30
#define MS_IN_100NS 10000

typedef enum
{
  JOB_HEADER,
  JOB_PACKET,
  JOB_END,
} JobKind;

typedef struct
{
  JobKind kind;
  GBytes *bytes;
} Job;

typedef struct
{
  gboolean is_seen;
  guint32 last_ms, gap_ms;
} StreamTimes;

struct _PubRecord
{
  gchar *filename;
  GThreadPool *pool;
  gint waiting;                 /* bytes, atomic */

  /* the writing thread's */
  guint n_files;
  FILE *file;
  gchar *open_name;
  GByteArray *header;
  AsfHeaderInfo info;
  guint64 n_packets;
  guint64 send_end_ms, play_end_ms;
  StreamTimes times[ASF_MAX_STREAMS + 1];
};

static gchar *
numbered_name (const gchar * filename, guint number)
{
  const gchar *dot = strrchr (filename, '.');

  if (number < 2)
    return g_strdup (filename);
  if (dot == NULL || strchr (dot, G_DIR_SEPARATOR) != NULL)
    dot = filename + strlen (filename);
  return g_strdup_printf ("%.*s-%u%s", (gint) (dot - filename), filename,
      number, dot);
}

static void
give_up (PubRecord * self)
{
  g_warning ("recording %s: %s", self->open_name, g_strerror (errno));
  if (self->file != NULL)
    fclose (self->file);
  self->file = NULL;
}

static void
write_all (PubRecord * self, gconstpointer data, gsize size)
{
  if (self->file != NULL && fwrite (data, 1, size, self->file) != size)
    give_up (self);
}

static void
flush_file (PubRecord * self)
{
  if (self->file != NULL && fflush (self->file) != 0)
    give_up (self);
}

/* The header was read by asf_header_read(): its objects are in bounds. */
static guint8 *
find_file_properties (GByteArray * header)
{
  gsize at = HEADER_OBJECTS_AT;

  while (at + ASF_OBJECT_HEAD_SIZE <= header->len) {
    guint8 *object = header->data + at;
    guint64 size = GST_READ_UINT64_LE (object + ASF_GUID_SIZE);

    if (memcmp (object, asf_guid_file_properties.bytes, ASF_GUID_SIZE) == 0)
      return object;
    if (size < ASF_OBJECT_HEAD_SIZE || size > header->len - at)
      break;
    at += size;
  }
  return NULL;
}

/* Rules, 9.1: what a recorder fills in when it finishes.  Seekable needs no
 * index when there is no video (rules, 3.2). */
static void
complete_header (PubRecord * self)
{
  guint8 *properties = find_file_properties (self->header);
  guint8 *data_head = self->header->data + self->info.header_size;
  guint64 data_size = ASF_DATA_HEAD_SIZE
      + self->n_packets * self->info.packet_size;

  if (properties == NULL)
    return;
  GST_WRITE_UINT64_LE (properties + FILE_SIZE_AT,
      self->info.header_size + data_size);
  GST_WRITE_UINT64_LE (properties + PACKET_COUNT_AT, self->n_packets);
  GST_WRITE_UINT64_LE (properties + PLAY_DURATION_AT,
      self->play_end_ms * MS_IN_100NS);
  GST_WRITE_UINT64_LE (properties + SEND_DURATION_AT,
      self->send_end_ms * MS_IN_100NS);
  GST_WRITE_UINT32_LE (properties + FLAGS_AT,
      self->info.has_video ? 0 : ASF_FILE_SEEKABLE);
  GST_WRITE_UINT64_LE (data_head + DATA_SIZE_AT, data_size);
  GST_WRITE_UINT64_LE (data_head + DATA_COUNT_AT, self->n_packets);
}

static void
close_file (PubRecord * self)
{
  if (self->file == NULL)
    return;
  complete_header (self);
  if (fseek (self->file, 0, SEEK_SET) == 0)
    write_all (self, self->header->data, self->header->len);
  if (self->file != NULL && fclose (self->file) != 0)
    g_warning ("recording %s: %s", self->open_name, g_strerror (errno));
  self->file = NULL;
  g_message ("recorded %" G_GUINT64_FORMAT " packets in %s", self->n_packets,
      self->open_name);
}

static void
open_file (PubRecord * self, GBytes * header)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (header, &size);

  close_file (self);
  if (!asf_header_read (data, size, &self->info, NULL))
    return;
  g_byte_array_set_size (self->header, 0);
  g_byte_array_append (self->header, data, size);
  self->n_packets = 0;
  self->send_end_ms = self->play_end_ms = 0;
  memset (self->times, 0, sizeof (self->times));
  g_free (self->open_name);
  self->open_name = numbered_name (self->filename, ++self->n_files);
  self->file = fopen (self->open_name, "wb");
  if (self->file == NULL)
    give_up (self);
  write_all (self, data, size);
}

/* An object lasts until the next one of its stream; the last one as long as
 * the one before it. */
static void
note_object (PubRecord * self, const AsfPayload * payload)
{
  StreamTimes *times = &self->times[payload->stream_number];
  guint32 time_ms = payload->pres_time_ms;

  if (payload->object_size == 0)
    return;
  if (times->is_seen && time_ms > times->last_ms)
    times->gap_ms = time_ms - times->last_ms;
  times->is_seen = TRUE;
  times->last_ms = time_ms;
  self->play_end_ms = MAX (self->play_end_ms,
      (guint64) time_ms + times->gap_ms);
}

static void
write_packet (PubRecord * self, GBytes * bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  AsfPacketInfo packet;
  AsfPayloadIter iter;
  AsfPayload payload;

  if (self->file == NULL)
    return;
  write_all (self, data, size);
  self->n_packets++;
  if (!asf_packet_read (data, size, &packet, NULL))
    return;
  self->send_end_ms = (guint64) packet.send_time_ms + packet.duration_ms;
  asf_payload_iter_init (&iter, &packet, data);
  while (asf_payload_next (&iter, &payload, NULL))
    note_object (self, &payload);
}

static void
run_job (gpointer data, gpointer user_data)
{
  PubRecord *self = user_data;
  Job *job = data;
  gint size = job->bytes ? g_bytes_get_size (job->bytes) : 0;

  switch (job->kind) {
    case JOB_HEADER:
      open_file (self, job->bytes);
      break;
    case JOB_PACKET:
      write_packet (self, job->bytes);
      /* all that there is: it outlives the program, should that be killed */
      if (g_atomic_int_add (&self->waiting, -size) == size)
        flush_file (self);
      break;
    case JOB_END:
      close_file (self);
      break;
  }
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_free (job);
}

static void
add_job (PubRecord * self, JobKind kind, GBytes * bytes)
{
  Job *job = g_new (Job, 1);

  job->kind = kind;
  job->bytes = bytes ? g_bytes_ref (bytes) : NULL;
  g_thread_pool_push (self->pool, job, NULL);
}

static void
header_came (gpointer data, GBytes * header, const AsfHeaderInfo * info)
{
  add_job (data, JOB_HEADER, header);
}

static void
packet_came (gpointer data, GBytes * packet, guint32 number,
    gboolean starts_key_frame)
{
  PubRecord *self = data;
  gint size = g_bytes_get_size (packet);

  if (g_atomic_int_add (&self->waiting, size) + size > MAX_WAITING) {
    g_atomic_int_add (&self->waiting, -size);
    g_warning ("recording: the disk is too slow, packet %u is missing", number);
    return;
  }
  add_job (self, JOB_PACKET, packet);
}

static void
stream_ended (gpointer data)
{
  add_job (data, JOB_END, NULL);
}

PubRecord *
pub_record_new (const gchar * filename)
{
  PubRecord *self = g_new0 (PubRecord, 1);

  self->filename = g_strdup (filename);
  self->header = g_byte_array_new ();
  self->pool = g_thread_pool_new (run_job, self, 1, FALSE, NULL);
  return self;
}

void
pub_record_free (PubRecord * self)
{
  add_job (self, JOB_END, NULL);
  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_byte_array_unref (self->header);
  g_free (self->open_name);
  g_free (self->filename);
  g_free (self);
}

static const PubListenerFuncs listener_funcs = {
  header_came, packet_came, stream_ended
};

void
pub_record_attach (PubRecord * self, PubStream * stream)
{
  pub_stream_add_listener (stream, &listener_funcs, self);
}
