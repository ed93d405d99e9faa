/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GATE_DISK_H__
#define __GATE_DISK_H__

#include "pubrecorddisk.h"

G_BEGIN_DECLS

/* A disk that takes its time: writes wait for a gate, which is open at first.
 * There is one. */

/* For the table of a PubRecordDisk. */
gssize gate_disk_write (gint fd, const struct iovec *parts, gint n, goffset at);

void gate_disk_close (void);
void gate_disk_open (void);

/* Waits until a write waits there; fails after 20 s. */
void gate_disk_wait (void);

G_END_DECLS
#endif /* __GATE_DISK_H__ */
