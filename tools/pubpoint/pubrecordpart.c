/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubrecordpart.h"

#include <errno.h>
#include <string.h>

#include "pubrecordname.h"

/* Packets of one write. */
#define MAX_PENDING 64
/* How often the system is asked for what it has not written, and whether the
 * file is still there. */
#define SYNC_US (10 * G_TIME_SPAN_SECOND)
#define LOOK_US (1 * G_TIME_SPAN_SECOND)
/* Blocks that are taken ahead, so that a full disk leaves room for the
 * index. */
#define RESERVE_STEP (1u << 20)
/* Fragments of an object that never became whole are taken out of this many
 * bytes of packets. */
#define MAX_REPAIR (8u << 20)
/* Seconds from 1601 to 1970 (rules, 3.2). */
#define EPOCH_100NS (G_GINT64_CONSTANT (11644473600) * 10000000)

struct _PubRecordPart
{
  const PubRecordDisk *disk;
  gchar *folder;
  gchar *name;
  gchar *filename;
  gint fd;

  AsfRecording *recording;
  AsfRecordingMark *mark;       /* of what is written */
  guint64 written;              /* packets */
  gsize header_size;
  guint32 packet_size;

  GBytes *pending[MAX_PENDING];
  guint n_pending;
  guint8 *spare;                /* for a packet that is changed */
  AsfView view;

  goffset reserved;             /* end of the blocks; -1: not possible here */
  gint64 synced_us, looked_us;
  gboolean is_lost;             /* what is on the disk is not known */
  gboolean is_gone;             /* the file has been removed */
};

static gboolean
fail (PubRecordPart * self, GError ** error)
{
  gint saved = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s",
      self->name, g_strerror (saved));
  return FALSE;
}

static gboolean
write_parts (PubRecordPart * self, struct iovec *parts, guint n_parts,
    goffset at, GError ** error)
{
  while (n_parts > 0) {
    gssize n = self->disk->write (self->fd, parts, n_parts, at);

    if (n < 0 && errno == EINTR)
      continue;
    if (n == 0)
      errno = EIO;
    if (n <= 0)
      return fail (self, error);
    at += n;
    while (n_parts > 0 && (gsize) n >= parts->iov_len) {
      n -= parts->iov_len;
      parts++;
      n_parts--;
    }
    if (n > 0) {
      parts->iov_base = (guint8 *) parts->iov_base + n;
      parts->iov_len -= n;
    }
  }
  return TRUE;
}

static gboolean
write_at (PubRecordPart * self, gconstpointer data, gsize size, goffset at,
    GError ** error)
{
  struct iovec part = { (gpointer) data, size };

  return size == 0 || write_parts (self, &part, 1, at, error);
}

static goffset
packet_at (PubRecordPart * self, guint64 packet)
{
  return self->header_size + packet * self->packet_size;
}

static gboolean
create_file (PubRecordPart * self, const gchar * path, GError ** error)
{
  GDateTime *now = g_date_time_new_now_utc ();
  guint number;

  self->fd = -1;
  errno = EEXIST;
  for (number = 1; self->fd < 0 && errno == EEXIST
      && number <= PUB_RECORD_NAMES; number++) {
    g_free (self->name);
    g_free (self->filename);
    self->name = pub_record_name (path, now, number);
    self->filename = g_build_filename (self->folder, self->name, NULL);
    self->fd = self->disk->create (self->filename);
  }
  g_date_time_unref (now);
  return self->fd >= 0 || fail (self, error);
}

static void
make_recording (PubRecordPart * self, GBytes * header,
    const AsfHeaderInfo * info)
{
  guint64 now_100ns = g_get_real_time () * 10 + EPOCH_100NS;
  AsfGuid id;
  guint i;

  for (i = 0; i < ASF_GUID_SIZE; i += 4) {
    guint32 word = g_random_int ();

    memcpy (id.bytes + i, &word, 4);
  }
  self->recording = asf_recording_new (header, info, &id, now_100ns);
  self->mark = asf_recording_mark (self->recording, NULL);
  self->header_size = info->header_size + ASF_DATA_HEAD_SIZE;
  self->packet_size = info->packet_size;
}

void
pub_record_part_free (PubRecordPart * self)
{
  guint i;

  if (self->fd >= 0)
    self->disk->close (self->fd);
  for (i = 0; i < self->n_pending; i++)
    g_bytes_unref (self->pending[i]);
  asf_recording_mark_free (self->mark);
  g_clear_pointer (&self->recording, asf_recording_free);
  g_free (self->spare);
  g_free (self->filename);
  g_free (self->name);
  g_free (self->folder);
  g_free (self);
}

static gboolean
is_full (gint code)
{
  return code == ENOSPC || code == EDQUOT;
}

/* Blocks for what is written next and the index that it may come to.  Systems
 * that cannot reserve are written to as they are. */
static gboolean
reserve (PubRecordPart * self, goffset end, goffset ahead, GError ** error)
{
  goffset size;
  gint result;

  if (self->reserved < 0 || end <= self->reserved)
    return TRUE;
  size = end + ahead - self->reserved;
  result = self->disk->reserve (self->fd, self->reserved, size);
  if (result != 0 && is_full (errno) && ahead > 0) {
    size = end - self->reserved;
    result = self->disk->reserve (self->fd, self->reserved, size);
  }
  if (result == 0)
    self->reserved += size;
  else if (is_full (errno))
    return fail (self, error);
  else
    self->reserved = -1;
  return TRUE;
}

static gboolean
begin_file (PubRecordPart * self, goffset room, GError ** error)
{
  const AsfRecordHeader *header = asf_recording_get_header (self->recording);

  if (room > 0 && !reserve (self, room, 0, error))
    return FALSE;
  if (!write_at (self, header->bytes->data, header->bytes->len, 0, error))
    return FALSE;
  /* not all file systems can; the file is there all the same */
  self->disk->sync_folder (self->folder);
  return TRUE;
}

PubRecordPart *
pub_record_part_new (const PubRecordPlace * place, GBytes * header,
    const AsfHeaderInfo * info, GError ** error)
{
  PubRecordPart *self = g_new0 (PubRecordPart, 1);

  self->disk = place->disk;
  self->folder = g_strdup (place->folder);
  self->synced_us = self->looked_us = g_get_monotonic_time ();
  if (create_file (self, place->path, error)) {
    make_recording (self, header, info);
    if (begin_file (self, place->room, error))
      return self;
    self->disk->remove (self->filename);
  }
  pub_record_part_free (self);
  return NULL;
}

AsfRecording *
pub_record_part_get_recording (PubRecordPart * self)
{
  return self->recording;
}

const gchar *
pub_record_part_get_name (PubRecordPart * self)
{
  return self->name;
}

guint64
pub_record_part_get_size (PubRecordPart * self)
{
  return packet_at (self, asf_recording_get_packets (self->recording));
}

static void
set_mark (PubRecordPart * self)
{
  self->mark = asf_recording_mark (self->recording, self->mark);
  self->written = asf_recording_get_packets (self->recording);
}

static gboolean
write_pending (PubRecordPart * self, GError ** error)
{
  struct iovec parts[MAX_PENDING];
  goffset at = packet_at (self, self->written);
  gsize index_size = asf_recording_get_index_size (self->recording);
  guint i, n = self->n_pending;

  if (n == 0)
    return TRUE;
  for (i = 0; i < n; i++) {
    gsize size;

    parts[i].iov_base = (gpointer) g_bytes_get_data (self->pending[i], &size);
    parts[i].iov_len = size;
  }
  if ((index_size > 0 && !reserve (self, at
              + (goffset) n * self->packet_size
              + index_size, RESERVE_STEP, error))
      || !write_parts (self, parts, n, at, error))
    return FALSE;
  for (i = 0; i < n; i++)
    g_bytes_unref (self->pending[i]);
  self->n_pending = 0;
  set_mark (self);
  return TRUE;
}

/* Reads packets back. */
static gboolean
read_packets (PubRecordPart * self, guint64 first, guint8 * data, gsize size,
    GError ** error)
{
  goffset at = packet_at (self, first);

  while (size > 0) {
    gssize n = self->disk->read (self->fd, data, size, at);

    if (n < 0 && errno == EINTR)
      continue;
    if (n == 0)
      errno = EIO;
    if (n <= 0)
      return fail (self, error);
    data += n;
    at += n;
    size -= n;
  }
  return TRUE;
}

/* Takes an object's fragments out of @n packets from @first on; returns how
 * many packets are left. */
static guint64
take_out (PubRecordPart * self, const AsfDamage * damage, guint8 * data,
    guint64 n)
{
  guint8 *out = g_malloc (self->packet_size);
  guint64 kept = 0, i;

  for (i = 0; i < n; i++) {
    guint8 *from = data + i * self->packet_size;
    guint8 *to = data + kept * self->packet_size;
    guint64 rows;

    asf_view_read (&self->view, from, self->packet_size);
    rows = asf_damage_rows (damage, &self->view);
    if (rows == ASF_VIEW_BIT (self->view.n_rows) - 1) {
      memmove (to, from, self->packet_size);
      kept++;
    } else if (asf_packet_keep (&self->view.packet, from, rows, out)) {
      memcpy (to, out, self->packet_size);
      kept++;
    } else {
      asf_recording_remove_packet (self->recording,
          damage->first_packet + kept);
    }
  }
  g_free (out);
  return kept;
}

/* The file gets shorter first and then longer again: a crash in between loses
 * these packets, but leaves whole ones. */
static gboolean
repair (PubRecordPart * self, const AsfDamage * damage, GError ** error)
{
  guint64 first = damage->first_packet, n;
  gsize size;
  guint8 *data;
  gboolean is_done;

  if (!write_pending (self, error))
    return FALSE;
  n = self->written - first;
  if (n * self->packet_size > MAX_REPAIR) {
    asf_recording_mend (self->recording, damage, FALSE);
    return TRUE;
  }
  size = n * self->packet_size;
  data = g_malloc (size);
  if (!read_packets (self, first, data, size, error)) {
    g_free (data);
    return FALSE;
  }
  self->is_lost = TRUE;
  size = take_out (self, damage, data, n) * self->packet_size;
  asf_recording_mend (self->recording, damage, TRUE);
  if (self->disk->truncate (self->fd, packet_at (self, first)) != 0)
    is_done = fail (self, error);
  else
    is_done = write_at (self, data, size, packet_at (self, first), error);
  self->is_lost = !is_done;
  if (is_done)
    set_mark (self);
  g_free (data);
  return is_done;
}

gboolean
pub_record_part_add (PubRecordPart * self, const AsfView * view,
    guint64 rows, GBytes * packet, GError ** error)
{
  AsfDamage damage;

  while (asf_recording_find_damage (self->recording, view, rows, &damage)) {
    if (!repair (self, &damage, error))
      return FALSE;
  }
  if (self->spare == NULL)
    self->spare = g_malloc (self->packet_size);
  switch (asf_recording_take (self->recording, view, rows, self->spare)) {
    case ASF_TAKE_NOTHING:
      return TRUE;
    case ASF_TAKE_WHOLE:
      self->pending[self->n_pending++] = g_bytes_ref (packet);
      break;
    case ASF_TAKE_EDITED:
      self->pending[self->n_pending++] =
          g_bytes_new_take (g_steal_pointer (&self->spare), self->packet_size);
      break;
  }
  return self->n_pending < MAX_PENDING || write_pending (self, error);
}

static gboolean
sync_file (PubRecordPart * self, GError ** error)
{
  return self->disk->sync (self->fd) == 0 || fail (self, error);
}

gboolean
pub_record_part_flush (PubRecordPart * self, GError ** error)
{
  gint64 now_us = g_get_monotonic_time ();

  if (!write_pending (self, error))
    return FALSE;
  if (now_us - self->looked_us >= LOOK_US) {
    self->looked_us = now_us;
    if (self->disk->is_linked (self->fd) == 0) {
      self->is_gone = TRUE;
      errno = ENOENT;
      return fail (self, error);
    }
  }
  if (now_us - self->synced_us < SYNC_US)
    return TRUE;
  self->synced_us = now_us;
  return sync_file (self, error);
}

/* What was added after the last write that went well is not there. */
static void
drop_pending (PubRecordPart * self)
{
  for (; self->n_pending > 0; self->n_pending--)
    g_bytes_unref (self->pending[self->n_pending - 1]);
  asf_recording_go_back (self->recording, self->mark);
}

/* Where the first thing that goes wrong is kept. */
static GError **
unless_set (GError ** problem)
{
  return *problem == NULL ? problem : NULL;
}

static void
end_packets (PubRecordPart * self, GError ** problem)
{
  AsfDamage damage;

  if (!write_pending (self, unless_set (problem)))
    drop_pending (self);
  while (!self->is_lost && asf_recording_find_open (self->recording, &damage)) {
    if (!repair (self, &damage, unless_set (problem)) && !self->is_lost)
      asf_recording_mend (self->recording, &damage, FALSE);
  }
}

/* Nothing but whole packets, and no blocks ahead. */
static gboolean
cut_file (PubRecordPart * self, GError ** error)
{
  return self->disk->truncate (self->fd, packet_at (self, self->written)) == 0
      || fail (self, error);
}

/* Returns: (nullable): the index that is in the file now. */
static GBytes *
write_index (PubRecordPart * self, GError ** error)
{
  GBytes *index = asf_recording_make_index (self->recording, error);
  gsize size;
  gconstpointer data;

  if (index == NULL)
    return NULL;
  data = g_bytes_get_data (index, &size);
  if (write_at (self, data, size, packet_at (self, self->written), error))
    return index;
  g_bytes_unref (index);
  cut_file (self, NULL);
  return NULL;
}

static gboolean
write_byte (PubRecordPart * self, guint8 value, goffset at, GError ** error)
{
  return write_at (self, &value, 1, at, error);
}

/* The header while its flags say that it means nothing, then, when all of it
 * is on the disk, the flags (rules, 9.1). */
static gboolean
complete_header (PubRecordPart * self, GBytes * index, GError ** error)
{
  const AsfRecordHeader *header = asf_recording_get_header (self->recording);
  guint32 flags = asf_recording_complete (self->recording, index);

  return write_byte (self, ASF_RECORD_ENDLESS, header->size_top_at, error)
      && write_at (self, header->bytes->data, header->bytes->len, 0, error)
      && write_byte (self, 0, header->size_top_at, error)
      && sync_file (self, error)
      && write_byte (self, flags, header->flags_at, error)
      && sync_file (self, error);
}

static void
end_file (PubRecordPart * self, GError ** problem)
{
  GBytes *index;

  end_packets (self, problem);
  if (self->is_lost)
    return;
  cut_file (self, unless_set (problem));
  if (self->written == 0) {
    self->disk->remove (self->filename);
    return;
  }
  index = write_index (self, unless_set (problem));
  complete_header (self, index, unless_set (problem));
  if (index != NULL)
    g_bytes_unref (index);
  g_message ("recorded %" G_GUINT64_FORMAT " packets in %s", self->written,
      self->name);
}

gboolean
pub_record_part_finish (PubRecordPart * self, GError ** error)
{
  GError *problem = NULL;

  if (self->is_gone)
    drop_pending (self);
  else
    end_file (self, &problem);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, problem);
  return FALSE;
}
