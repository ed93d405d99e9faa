/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memorydisk.h"

#include <errno.h>
#include <string.h>

static GPtrArray *files;        /* of GByteArray */
static GArray *removed;         /* of gboolean */
static GArray *reserved;        /* of goffset: where the blocks end */
static GArray *steps;
static goffset room = -1;
static gboolean is_unlinked;
static struct
{
  MemoryDiskKind kind;
  guint from, n;
  gint code;
  gboolean is_half_done;
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
  g_clear_pointer (&reserved, g_array_unref);
  g_clear_pointer (&steps, g_array_unref);
  files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  removed = g_array_new (FALSE, TRUE, sizeof (gboolean));
  reserved = g_array_new (FALSE, TRUE, sizeof (goffset));
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
  failure.is_half_done = FALSE;
}

/* The first write that fails takes half of its bytes before it does. */
static gboolean
takes_half (void)
{
  if (failure.n == 0 || failure.kind != MEMORY_DISK_WRITE || failure.from > 1
      || failure.is_half_done)
    return FALSE;
  failure.is_half_done = TRUE;
  return TRUE;
}

void
memory_disk_set_linked (gboolean is_linked)
{
  is_unlinked = !is_linked;
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
blocks_of (gint file)
{
  return MAX ((goffset) ((GByteArray *) g_ptr_array_index (files, file))->len,
      g_array_index (reserved, goffset, file));
}

static goffset
count_bytes (void)
{
  goffset n = 0;
  guint i;

  for (i = 0; i < files->len; i++) {
    if (!g_array_index (removed, gboolean, i))
      n += blocks_of (i);
  }
  return n;
}

static gint
create_file (const gchar * path)
{
  gboolean no = FALSE;
  goffset none = 0;

  if (fails (MEMORY_DISK_CREATE))
    return -1;
  g_ptr_array_add (files, g_byte_array_new ());
  g_array_append_val (removed, no);
  g_array_append_val (reserved, none);
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

/* How many of the bytes there is room for. */
static gsize
fit (gint fd, goffset at, gsize size)
{
  goffset left;

  if (room < 0 || at + (goffset) size <= blocks_of (fd))
    return size;
  left = MAX (room - count_bytes (), 0) + blocks_of (fd) - at;
  return CLAMP (left, 0, (goffset) size);
}

static gssize
write_file (gint fd, const struct iovec *parts, gint n_parts, goffset at)
{
  GByteArray *joined = g_byte_array_new ();
  gboolean is_half = takes_half ();
  GBytes *bytes;
  gsize size;
  gint i;

  for (i = 0; i < n_parts; i++)
    g_byte_array_append (joined, parts[i].iov_base, parts[i].iov_len);
  size = fit (fd, at, is_half ? joined->len / 2 : joined->len);
  g_byte_array_set_size (joined, size);
  bytes = g_byte_array_free_to_bytes (joined);
  if (size == 0)
    errno = ENOSPC;
  if (size == 0 || (!is_half && fails (MEMORY_DISK_WRITE))) {
    g_bytes_unref (bytes);
    return -1;
  }
  put_bytes (g_ptr_array_index (files, fd), at, bytes, size);
  note (MEMORY_DISK_WRITE, fd, at, bytes);
  return size;
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
  goffset more = at + size - blocks_of (fd);

  if (room >= 0 && more > room - count_bytes ()) {
    errno = ENOSPC;
    return -1;
  }
  g_array_index (reserved, goffset, fd) = at + size;
  return 0;
}

static gint
truncate_file (gint fd, goffset size)
{
  if (fails (MEMORY_DISK_TRUNCATE))
    return -1;
  note (MEMORY_DISK_TRUNCATE, fd, size, NULL);
  g_byte_array_set_size (g_ptr_array_index (files, fd), size);
  g_array_index (reserved, goffset, fd) = size;
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
look_at_links (gint fd)
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
  sync_file, sync_folder, look_at_links, remove_file, close_file
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
