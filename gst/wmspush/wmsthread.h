/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_THREAD_H__
#define __WMS_THREAD_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * wms_thread_ref:
 *
 * The one thread on which libsoup lives, for all elements of the process: the
 * first user starts it.  It sleeps while streams are only written.  No
 * application code runs on it, and nothing that blocks.
 *
 * Returns: (transfer none) (nullable): the thread's context, valid until
 *     wms_thread_unref(); %NULL, and nothing to give back, when the system has
 *     no thread left.
 */
GMainContext *wms_thread_ref (void);

/**
 * wms_thread_unref:
 *
 * The last user stops the thread and waits for its end, so that nothing is
 * left for a fork, gst_deinit() or a leak checker to trip over.
 */
void wms_thread_unref (void);

/**
 * wms_thread_enter:
 *
 * Waits until the shared thread sleeps, and keeps it from going on until
 * wms_thread_leave(): for what must not happen while it reads.  Users do not
 * keep each other out.  To be called without any lock, and only for what does
 * not wait.
 */
void wms_thread_enter (void);

/**
 * wms_thread_leave:
 *
 * Ends what wms_thread_enter() began.
 */
void wms_thread_leave (void);

G_END_DECLS
#endif /* __WMS_THREAD_H__ */
