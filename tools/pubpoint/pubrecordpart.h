/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_RECORD_PART_H__
#define __PUB_RECORD_PART_H__

#include <gio/gio.h>

#include "asf/asfrecording.h"
#include "pubrecorddisk.h"

G_BEGIN_DECLS

/**
 * PubRecordPart:
 *
 * One file of a recording.  At any moment, in the middle of a write too, what
 * is on the disk is an ASF file that plays: a broadcast's until its end, and
 * a finished one from the moment that the last byte, the flags, is written.
 */
typedef struct _PubRecordPart PubRecordPart;

/**
 * PubRecordPlace:
 * @disk: how to write
 * @folder: where to
 * @path: of the publishing point, which gives the name
 * @room: bytes that have to be free there, 0 to take what there is
 */
typedef struct
{
  const PubRecordDisk *disk;
  const gchar *folder;
  const gchar *path;
  goffset room;
} PubRecordPlace;

/**
 * pub_record_part_new:
 * @place: where
 * @header: of the programme, read by asf_header_read()
 * @info: what that read
 * @error: return location
 *
 * Returns: (transfer full) (nullable): a new file with a header.
 */
PubRecordPart *pub_record_part_new (const PubRecordPlace * place,
    GBytes * header, const AsfHeaderInfo * info, GError ** error);

/* Returns: (transfer none): what goes into it; its origin may be set. */
AsfRecording *pub_record_part_get_recording (PubRecordPart * self);

/* Returns: (transfer none): the file's name, without a path. */
const gchar *pub_record_part_get_name (PubRecordPart * self);

/* Returns: bytes, those that are still to be written included. */
guint64 pub_record_part_get_size (PubRecordPart * self);

/**
 * pub_record_part_add:
 * @self: a file
 * @view: the next packet
 * @rows: bits of the rows that are meant for this file
 * @packet: the bytes of @view
 * @error: return location
 *
 * Adds a packet, to be written by pub_record_part_flush() at the latest.
 *
 * Returns: %FALSE with @error when the disk failed; the file is to be
 *     finished.
 */
gboolean pub_record_part_add (PubRecordPart * self, const AsfView * view,
    guint64 rows, GBytes * packet, GError ** error);

/* Writes what is waiting, and what is only in the system's memory now and
 * then to the disk.  Returns: as pub_record_part_add(). */
gboolean pub_record_part_flush (PubRecordPart * self, GError ** error);

/**
 * pub_record_part_finish:
 * @self: a file; all that is left to do is to free it
 * @error: return location
 *
 * Makes it a finished file, as far as the disk lets it; one without packets is
 * removed.
 *
 * Returns: %FALSE with @error when something is missing.
 */
gboolean pub_record_part_finish (PubRecordPart * self, GError ** error);

/* Closes the file as it is. */
void pub_record_part_free (PubRecordPart * self);

G_END_DECLS
#endif /* __PUB_RECORD_PART_H__ */
