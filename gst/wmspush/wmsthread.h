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
 * wms_thread_hold:
 *
 * The shared thread does not end, for half a second at most, before
 * wms_thread_release(): for what has begun on it and ends on it, although
 * nobody waits for that any more.  On the shared thread only.
 */
void wms_thread_hold (void);

/**
 * wms_thread_release:
 *
 * Ends what wms_thread_hold() began.
 */
void wms_thread_release (void);

/**
 * wms_thread_has_descriptor:
 *
 * Returns: whether the system has a descriptor left: where GLib needs one to be
 *     woken by and gets none, it ends the process.
 */
gboolean wms_thread_has_descriptor (void);

/**
 * wms_thread_new_context:
 *
 * Returns: (transfer full) (nullable): a context for waits of the caller's;
 *     %NULL when the system has no descriptor left.
 */
GMainContext *wms_thread_new_context (void);

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
