/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memorydisk.h"

#include <errno.h>
#include <string.h>

static GPtrArray *files;        /* of GByteArray */
static GArray *removed;         /* of gboolean */
static GArray *steps;
static goffset room = -1;
static gboolean is_unlinked;
static struct
{
  MemoryDiskKind kind;
  guint from, n;
  gint code;
} failure;

static void
clear_step (gpointer data)
{
  MemoryDiskStep *step = data;

  g_clear_pointer (&step->bytes, g_bytes_unref);
}

void
memory_disk_reset (void)
{
  g_clear_pointer (&files, g_ptr_array_unref);
  g_clear_pointer (&removed, g_array_unref);
  g_clear_pointer (&steps, g_array_unref);
  files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  removed = g_array_new (FALSE, TRUE, sizeof (gboolean));
  steps = g_array_new (FALSE, TRUE, sizeof (MemoryDiskStep));
  g_array_set_clear_func (steps, clear_step);
  room = -1;
  is_unlinked = FALSE;
  failure.n = 0;
}

void
memory_disk_set_room (goffset bytes)
{
  room = bytes;
}

void
memory_disk_fail (MemoryDiskKind kind, guint from, guint n, gint code)
{
  failure.kind = kind;
  failure.from = from;
  failure.n = n;
  failure.code = code;
}

void
memory_disk_unlink (void)
{
  is_unlinked = TRUE;
}

static gboolean
fails (MemoryDiskKind kind)
{
  if (failure.n == 0 || kind != failure.kind)
    return FALSE;
  if (failure.from > 1) {
    failure.from--;
    return FALSE;
  }
  failure.n--;
  errno = failure.code;
  return TRUE;
}

static void
note (MemoryDiskKind kind, gint file, goffset at, GBytes * bytes)
{
  MemoryDiskStep step = { kind, file, at, bytes };

  g_array_append_val (steps, step);
}

static goffset
count_bytes (void)
{
  goffset n = 0;
  guint i;

  for (i = 0; i < files->len; i++) {
    if (!g_array_index (removed, gboolean, i))
      n += ((GByteArray *) g_ptr_array_index (files, i))->len;
  }
  return n;
}

static gint
create_file (const gchar * path)
{
  gboolean no = FALSE;

  if (fails (MEMORY_DISK_CREATE))
    return -1;
  g_ptr_array_add (files, g_byte_array_new ());
  g_array_append_val (removed, no);
  note (MEMORY_DISK_CREATE, files->len - 1, 0, NULL);
  return files->len - 1;
}

static void
put_bytes (GByteArray * file, goffset at, GBytes * bytes, gsize size)
{
  if (file->len < at + size)
    g_byte_array_set_size (file, at + size);
  if (size > 0)
    memcpy (file->data + at, g_bytes_get_data (bytes, NULL), size);
}

static gssize
write_file (gint fd, const struct iovec *parts, gint n_parts, goffset at)
{
  GByteArray *file = g_ptr_array_index (files, fd);
  GByteArray *joined = g_byte_array_new ();
  gint i;

  if (fails (MEMORY_DISK_WRITE)) {
    g_byte_array_unref (joined);
    return -1;
  }
  for (i = 0; i < n_parts; i++)
    g_byte_array_append (joined, parts[i].iov_base, parts[i].iov_len);
  if (room >= 0 && at + joined->len > file->len) {
    goffset left = MAX (room - count_bytes (), 0) + file->len - at;

    g_byte_array_set_size (joined, CLAMP (left, 0, (goffset) joined->len));
  }
  if (joined->len == 0) {
    g_byte_array_unref (joined);
    errno = ENOSPC;
    return -1;
  }
  note (MEMORY_DISK_WRITE, fd, at, g_byte_array_free_to_bytes (joined));
  {
    GBytes *bytes = g_array_index (steps, MemoryDiskStep,
        steps->len - 1).bytes;

    put_bytes (file, at, bytes, g_bytes_get_size (bytes));
    return g_bytes_get_size (bytes);
  }
}

static gssize
read_file (gint fd, gpointer data, gsize size, goffset at)
{
  GByteArray *file = g_ptr_array_index (files, fd);
  gsize n = at < (goffset) file->len ? MIN (size, (gsize) (file->len - at)) : 0;

  if (n > 0)
    memcpy (data, file->data + at, n);
  return n;
}

static gint
reserve_blocks (gint fd, goffset at, goffset size)
{
  errno = EOPNOTSUPP;
  return -1;
}

static gint
truncate_file (gint fd, goffset size)
{
  if (fails (MEMORY_DISK_TRUNCATE))
    return -1;
  note (MEMORY_DISK_TRUNCATE, fd, size, NULL);
  g_byte_array_set_size (g_ptr_array_index (files, fd), size);
  return 0;
}

static gint
sync_file (gint fd)
{
  if (fails (MEMORY_DISK_SYNC))
    return -1;
  note (MEMORY_DISK_SYNC, fd, 0, NULL);
  return 0;
}

static gint
sync_folder (const gchar * path)
{
  return 0;
}

static gint
is_linked (gint fd)
{
  return !is_unlinked;
}

/* The newest file: others are never removed. */
static gint
remove_file (const gchar * path)
{
  g_array_index (removed, gboolean, files->len - 1) = TRUE;
  note (MEMORY_DISK_REMOVE, files->len - 1, 0, NULL);
  return 0;
}

static gint
close_file (gint fd)
{
  return 0;
}

const PubRecordDisk memory_disk = {
  create_file, write_file, read_file, reserve_blocks, truncate_file,
  sync_file, sync_folder, is_linked, remove_file, close_file
};

guint
memory_disk_count_files (void)
{
  return files->len;
}

gboolean
memory_disk_is_removed (gint file)
{
  return g_array_index (removed, gboolean, file);
}

const MemoryDiskStep *
memory_disk_get_steps (guint * n_steps)
{
  *n_steps = steps->len;
  return (const MemoryDiskStep *) steps->data;
}

GByteArray *
memory_disk_replay (gint file, guint n_steps, gsize n_bytes)
{
  GByteArray *image = g_byte_array_new ();
  guint i;

  for (i = 0; i <= n_steps && i < steps->len; i++) {
    const MemoryDiskStep *step = &g_array_index (steps, MemoryDiskStep, i);

    if (step->file != file)
      continue;
    if (step->kind == MEMORY_DISK_WRITE)
      put_bytes (image, step->at, step->bytes, i < n_steps
          ? g_bytes_get_size (step->bytes) : n_bytes);
    else if (step->kind == MEMORY_DISK_TRUNCATE && i < n_steps)
      g_byte_array_set_size (image, step->at);
  }
  return image;
}

GByteArray *
memory_disk_get_file (gint file)
{
  return memory_disk_replay (file, steps->len, 0);
}
