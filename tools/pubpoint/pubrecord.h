/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_RECORD_H__
#define __PUB_RECORD_H__

#include "pubstream.h"

G_BEGIN_DECLS

/**
 * PubRecord:
 *
 * Writes a programme into files, on a thread of its own.  A changed header
 * begins another file.  When a programme ends, the fields that a broadcast
 * cannot know (file size, packet counts, durations, the Broadcast flag) are
 * filled in; the file gets no index.
 */
typedef struct _PubRecord PubRecord;

/**
 * pub_record_new:
 * @filename: the first file; later ones get "-2", "-3" and so on before the
 *     suffix
 *
 * Returns: (transfer full): a recorder that waits for a programme.
 */
PubRecord *pub_record_new (const gchar * filename);

/* Waits until everything is in the file. */
void pub_record_free (PubRecord * self);

/* Records what comes through @stream from now on. */
void pub_record_attach (PubRecord * self, PubStream * stream);

G_END_DECLS
#endif /* __PUB_RECORD_H__ */
