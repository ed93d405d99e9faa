/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_PUSH_ACTIONS_H__
#define __GST_WMS_PUSH_ACTIONS_H__

#include "wmspush/gstwmspushsink.h"

G_BEGIN_DECLS

/**
 * gst_wms_push_actions_install_signals:
 * @klass: class of wmspushsink
 *
 * Adds the actions that end a session.
 */
void gst_wms_push_actions_install_signals (GstElementClass * klass);

/**
 * gst_wms_push_actions_enter:
 * @sink: a wmspushsink
 *
 * Begins the use of the session on the streaming thread, with the preroll lock
 * held; wms_gate_leave() ends it.
 *
 * Returns: %GST_FLOW_EOS when an action has ended the session.
 */
GstFlowReturn gst_wms_push_actions_enter (GstWmsPushSink * sink);

/**
 * gst_wms_push_actions_wait:
 * @sink: a wmspushsink
 *
 * Waits on the streaming thread, with the preroll lock held, until the action
 * that has taken the session has ended it.
 */
GstFlowReturn gst_wms_push_actions_wait (GstWmsPushSink * sink);

G_END_DECLS
#endif /* __GST_WMS_PUSH_ACTIONS_H__ */
