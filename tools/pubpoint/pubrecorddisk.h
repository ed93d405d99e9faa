/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_RECORD_DISK_H__
#define __PUB_RECORD_DISK_H__

#include <sys/types.h>
#include <sys/uio.h>

#include <glib.h>

G_BEGIN_DECLS

/**
 * PubRecordDisk:
 * @create: a new file, for reading and writing; never one that is there
 * @write: pwritev()
 * @read: pread()
 * @reserve: blocks from @at on, without making the file longer
 * @truncate: ftruncate()
 * @sync: what was written is on the disk
 * @sync_folder: and so is the file's name
 * @is_linked: whether the file still has a name
 * @remove: unlink()
 * @close: close()
 *
 * What a recorder does with files, as the system calls do it: -1 and errno
 * are a failure.  Tests put failures in.
 */
typedef struct
{
  gint (*create) (const gchar * path);
  gssize (*write) (gint fd, const struct iovec * parts, gint n_parts,
      goffset at);
  gssize (*read) (gint fd, gpointer data, gsize size, goffset at);
  gint (*reserve) (gint fd, goffset at, goffset size);
  gint (*truncate) (gint fd, goffset size);
  gint (*sync) (gint fd);
  gint (*sync_folder) (const gchar * path);
  gint (*is_linked) (gint fd);
  gint (*remove) (const gchar * path);
  gint (*close) (gint fd);
} PubRecordDisk;

/* The system's. */
extern const PubRecordDisk pub_record_disk;

G_END_DECLS
#endif /* __PUB_RECORD_DISK_H__ */
