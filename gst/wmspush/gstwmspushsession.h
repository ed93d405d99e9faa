/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_PUSH_SESSION_H__
#define __GST_WMS_PUSH_SESSION_H__

#include "wmspush/gstwmspushsink.h"

G_BEGIN_DECLS

/**
 * gst_wms_push_session_open:
 * @self: a wmspushsink without a session
 *
 * Begins to connect, with the push-id of a session that was disconnected where
 * there is one; the outcome comes later.
 *
 * Returns: %FALSE, after an error message, when the system has no thread left.
 */
gboolean gst_wms_push_session_open (GstWmsPushSink * self);

/**
 * gst_wms_push_session_close:
 * @self: a wmspushsink
 *
 * Closes the session, where there is one; a streaming one is ended, if the
 * socket takes that without waiting.
 */
void gst_wms_push_session_close (GstWmsPushSink * self);

/**
 * gst_wms_push_session_leave:
 * @self: a wmspushsink that stops
 *
 * Disconnects a session that nobody has ended where #GstWmsPushSink:stop-mode
 * says so (migration.md, Disconnect).
 */
void gst_wms_push_session_leave (GstWmsPushSink * self);

/**
 * gst_wms_push_session_forget:
 * @self: a wmspushsink
 *
 * The next session goes on with none that was disconnected.
 */
void gst_wms_push_session_forget (GstWmsPushSink * self);

G_END_DECLS
#endif /* __GST_WMS_PUSH_SESSION_H__ */
