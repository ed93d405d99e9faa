/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubrecorddisk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A name that a symbolic link has is taken as well. */
static gint
create_file (const gchar * path)
{
  return open (path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
}

static gint
reserve_blocks (gint fd, goffset at, goffset size)
{
  return fallocate (fd, FALLOC_FL_KEEP_SIZE, at, size);
}

static gint
truncate_file (gint fd, goffset size)
{
  return ftruncate (fd, size);
}

static gint
sync_folder (const gchar * path)
{
  gint fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gint result;

  if (fd < 0)
    return -1;
  result = fsync (fd);
  close (fd);
  return result;
}

static gint
is_linked (gint fd)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    return -1;
  return status.st_nlink > 0;
}

const PubRecordDisk pub_record_disk = {
  .create = create_file,
  .write = pwritev,
  .read = pread,
  .reserve = reserve_blocks,
  .truncate = truncate_file,
  .sync = fdatasync,
  .sync_folder = sync_folder,
  .is_linked = is_linked,
  .remove = unlink,
  .close = close,
};
