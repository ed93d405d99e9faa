/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_WAIT_H__
#define __WMS_WAIT_H__

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * WmsWait:
 *
 * A wait on a condition that a #GCancellable ends as well; lives on the stack,
 * its fields are private.
 */
typedef struct
{
  GMutex *lock;
  GCond *cond;
  GCancellable *cancellable;
  gulong handler;
  gint64 deadline;
} WmsWait;

/**
 * wms_wait_begin:
 * @wait: a #WmsWait
 * @lock: protects what is waited for; not held by the caller
 * @cond: signalled when that changes
 * @cancellable: (nullable): ends the wait
 * @timeout_ms: longest time for the whole wait, -1 for no limit
 *
 * Takes @lock.
 */
void wms_wait_begin (WmsWait * wait, GMutex * lock, GCond * cond,
    GCancellable * cancellable, gint timeout_ms);

/**
 * wms_wait_step:
 * @wait: a #WmsWait
 * @error: return location
 *
 * Waits for the condition once; the caller looks again at what it waits for.
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED or %G_IO_ERROR_TIMED_OUT when
 *     there is no point in waiting on.
 */
gboolean wms_wait_step (WmsWait * wait, GError ** error);

/**
 * wms_wait_end:
 *
 * Lets go of the lock.
 */
void wms_wait_end (WmsWait * wait);

G_END_DECLS
#endif /* __WMS_WAIT_H__ */
