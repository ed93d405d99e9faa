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

G_END_DECLS
#endif /* __GST_WMS_PUSH_ACTIONS_H__ */
