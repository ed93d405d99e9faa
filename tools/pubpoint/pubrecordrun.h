/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_RECORD_RUN_H__
#define __PUB_RECORD_RUN_H__

#include "pubrecordpart.h"

G_BEGIN_DECLS

/**
 * PubRecordRun:
 *
 * What becomes of one encoder's session on the disk: where files begin and
 * end, and what happens when the disk fails.  It may block: it lives on the
 * recorder's thread.
 */
typedef struct _PubRecordRun PubRecordRun;

/**
 * PubRecordRules:
 * @disk: how to write
 * @folder: where to
 * @max_ms: how long a file may play, 0 for no limit
 * @max_bytes: how large it may get, 0 for no limit
 * @retry_us: how long to wait after a failure of the disk, at first
 */
typedef struct
{
  const PubRecordDisk *disk;
  const gchar *folder;
  guint64 max_ms;
  guint64 max_bytes;
  gint64 retry_us;
} PubRecordRules;

/**
 * PubRecordCounts:
 * @name: of the newest file, %NULL before the first one
 * @is_open: whether it is being written
 * @files: so far
 * @bytes: in all of them
 * @packets: in all of them
 * @lost: packets of the programme that are in no file
 * @ms: how long all of them play
 * @problem: (nullable): why nothing is written at the moment
 */
typedef struct
{
  const gchar *name;
  gboolean is_open;
  guint files;
  guint64 bytes;
  guint64 packets;
  guint64 lost;
  guint64 ms;
  const gchar *problem;
} PubRecordCounts;

/**
 * pub_record_run_new:
 * @rules: (transfer none): as long as the run lives
 * @path: of the publishing point
 */
PubRecordRun *pub_record_run_new (const PubRecordRules * rules,
    const gchar * path);

/* Closes what is open. */
void pub_record_run_free (PubRecordRun * self);

/* A header: another file begins with the next packet. */
void pub_record_run_header (PubRecordRun * self, GBytes * header);

/* A whole data packet. */
void pub_record_run_packet (PubRecordRun * self, GBytes * packet);

/* @n packets before the next one did not come here. */
void pub_record_run_gap (PubRecordRun * self, guint n);

/* The programme is over. */
void pub_record_run_end (PubRecordRun * self);

/**
 * pub_record_run_flush:
 *
 * Writes everything that has come; to be called whenever there is nothing else
 * to do.
 *
 * Returns: whether it is to be called again in a moment, because packets wait
 *     for others to be judged by.
 */
gboolean pub_record_run_flush (PubRecordRun * self);

/* Names and texts in @counts are valid until the next call. */
void pub_record_run_count (PubRecordRun * self, PubRecordCounts * counts);

G_END_DECLS
#endif /* __PUB_RECORD_RUN_H__ */
