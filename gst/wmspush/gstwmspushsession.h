/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_PUSH_SESSION_H__
#define __GST_WMS_PUSH_SESSION_H__

#include "wmspush/gstwmspushsink.h"

G_BEGIN_DECLS

/**
 * gst_wms_push_session_open:
 * @sink: a wmspushsink without a session
 *
 * Begins to connect, with the push-id of a session that was disconnected where
 * there is one; the outcome comes later.
 *
 * Returns: %FALSE, after an error message, when the system has no thread left.
 */
gboolean gst_wms_push_session_open (GstWmsPushSink * sink);

/**
 * gst_wms_push_session_close:
 * @sink: a wmspushsink
 *
 * Closes the session, where there is one; a streaming one is ended, if the
 * socket takes that without waiting.
 */
void gst_wms_push_session_close (GstWmsPushSink * sink);

/**
 * gst_wms_push_session_leave:
 * @sink: a wmspushsink that stops
 *
 * Disconnects a session that nobody has ended where #GstWmsPushSink:stop-mode
 * says so (push-protocol, section 4, Disconnect).
 */
void gst_wms_push_session_leave (GstWmsPushSink * sink);

/**
 * gst_wms_push_session_forget:
 * @sink: a wmspushsink
 *
 * The next session goes on with none that was disconnected.
 */
void gst_wms_push_session_forget (GstWmsPushSink * sink);

G_END_DECLS
#endif /* __GST_WMS_PUSH_SESSION_H__ */
