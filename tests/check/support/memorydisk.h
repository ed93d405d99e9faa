/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __MEMORY_DISK_H__
#define __MEMORY_DISK_H__

#include "pubrecorddisk.h"

G_BEGIN_DECLS

/* A disk that remembers each step that was made with its files, and fails as
 * it is told.  There is one; its functions are called by one thread at a
 * time. */
extern const PubRecordDisk memory_disk;

typedef enum
{
  MEMORY_DISK_CREATE,
  MEMORY_DISK_WRITE,
  MEMORY_DISK_TRUNCATE,
  MEMORY_DISK_SYNC,
  MEMORY_DISK_REMOVE,
} MemoryDiskKind;

typedef struct
{
  MemoryDiskKind kind;
  gint file;                    /* from 0 */
  goffset at;                   /* or the size after a truncation */
  GBytes *bytes;                /* that were written */
} MemoryDiskStep;

/* Forgets everything. */
void memory_disk_reset (void);

/* Bytes that all files together may have; -1: any number. */
void memory_disk_set_room (goffset room);

/* Calls of this kind fail with @code from the @from-th on, counted from now,
 * until @n have failed; @n 0: none. */
void memory_disk_fail (MemoryDiskKind kind, guint from, guint n, gint code);

/* Whether files have names. */
void memory_disk_set_linked (gboolean is_linked);

guint memory_disk_count_files (void);
gboolean memory_disk_is_removed (gint file);

/* Returns: (transfer none): all steps so far. */
const MemoryDiskStep *memory_disk_get_steps (guint * n_steps);

/* Returns: (transfer full): the file after @n_steps, and the first @n_bytes of
 * the next one, when that writes. */
GByteArray *memory_disk_replay (gint file, guint n_steps, gsize n_bytes);

/* Returns: (transfer full): the file as it is. */
GByteArray *memory_disk_get_file (gint file);

G_END_DECLS
#endif /* __MEMORY_DISK_H__ */
