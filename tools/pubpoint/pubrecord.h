/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_RECORD_H__
#define __PUB_RECORD_H__

#include <gio/gio.h>

#include "pubrecorddisk.h"
#include "pubstream.h"

G_BEGIN_DECLS

/**
 * PubRecordConfig:
 * @directory: where the files go
 * @max_seconds: how long a file may play before another one begins, 0: for
 *     ever
 * @max_bytes: how large it may get, 0: without a limit
 * @retry_ms: how long to wait after a failure of the disk, 0: 10 s; it doubles
 *     up to 5 minutes
 * @max_waiting: bytes that may wait for the disk, of all sessions together, in
 *     packets and what each costs besides, 0: 64 MiB
 * @end_ms: how long what waits may take at the end, 0: 10 s
 * @disk: (nullable): for tests, else the system's
 *
 * How sessions are recorded.  Files are cut where a key frame begins, so they
 * may play longer than @max_seconds; and where one is larger than the ones
 * before, larger than @max_bytes.
 */
typedef struct
{
  const gchar *directory;
  guint64 max_seconds;
  guint64 max_bytes;
  guint retry_ms;
  gsize max_waiting;
  guint end_ms;
  const PubRecordDisk *disk;
} PubRecordConfig;

/**
 * PubRecordInfo:
 * @file: name of the newest file, empty before the first one
 * @is_recording: whether that file is being written
 * @files: so far
 * @bytes: in all of them, without indexes
 * @packets: in all of them
 * @lost: packets of the programme that are in no file, because of the disk
 * @seconds: how long all of them play
 * @error: why nothing is written at the moment, empty when all is well
 *
 * What has become of a session on the disk.
 */
typedef struct
{
  gchar file[256];
  gboolean is_recording;
  guint files;
  guint64 bytes;
  guint64 packets;
  guint64 lost;
  gdouble seconds;
  gchar error[320];
} PubRecordInfo;

/**
 * PubRecorder:
 *
 * Records sessions into files, any number at the same time, on a thread of
 * its own.  A packet is not copied unless its times are changed.
 */
typedef struct _PubRecorder PubRecorder;

/* Returns: whether files can be made in @folder; else @error names it. */
gboolean pub_record_check_folder (const gchar * folder, GError ** error);

/* Returns: (transfer full): a recorder, which asks the disk for nothing before
 *     the first session. */
PubRecorder *pub_recorder_new (const PubRecordConfig * config);

/* Ends its thread with the last session, at once where there is none: there
 * will be no others.  Nobody is held up. */
void pub_recorder_retire (PubRecorder * self);

/* Returns: whether its thread has ended. */
gboolean pub_recorder_has_ended (PubRecorder * self);

/* Begins what pub_recorder_free() waits for, without waiting: so several end at
 * the same time. */
void pub_recorder_begin_end (PubRecorder * self);

/**
 * pub_recorder_free:
 *
 * Waits until everything is in the files, as long as @end_ms says; then for the
 * files to be closed, 5 s.  What is missing is told.  There must be no session
 * left.
 */
void pub_recorder_free (PubRecorder * self);

/**
 * PubRecord:
 *
 * One session that is recorded: each header, cut and new start after a failure
 * of the disk makes a file that begins at 0 and can be played and sought by
 * itself.
 */
typedef struct _PubRecord PubRecord;

/**
 * pub_record_new:
 * @recorder: (transfer none): must live longer
 * @path: of the publishing point; it becomes part of the names
 *
 * Returns: (transfer full): a recorder of a session.
 */
PubRecord *pub_record_new (PubRecorder * recorder, const gchar * path);

/* Closes the file and frees @self, both in time. */
void pub_record_free (PubRecord * self);

/* Records what comes through @stream from now on. */
void pub_record_attach (PubRecord * self, PubStream * stream);

/**
 * pub_record_get_info:
 * @info: (out): how it goes, as the recorder's thread knows it
 */
void pub_record_get_info (PubRecord * self, PubRecordInfo * info);

G_END_DECLS
#endif /* __PUB_RECORD_H__ */
