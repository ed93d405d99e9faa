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
 * @max_waiting: bytes of packets that may wait for the disk, of all sessions
 *     together, 0: 64 MiB
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

/**
 * pub_recorder_new:
 * @config: how
 * @error: return location
 *
 * Returns: (transfer full) (nullable): a recorder; %NULL with @error when files
 *     cannot be made in the directory.
 */
PubRecorder *pub_recorder_new (const PubRecordConfig * config,
    GError ** error);

/* Waits until everything is in the files; there must be no session left. */
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
