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

G_END_DECLS
#endif /* __WMS_THREAD_H__ */
