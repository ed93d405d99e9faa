/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_MESSAGES_H__
#define __GST_WMS_MESSAGES_H__

#include <gst/gst.h>

#include "wmspush/gstwmspushsettings.h"
#include "wmspush/wmsmailbox.h"

G_BEGIN_DECLS

/**
 * gst_wms_messages_new:
 * @element: (transfer none): the source of the messages
 * @settings: (transfer none): the element's, which live as long as it does and
 *     are under its object lock; the location counts now, the others when a
 *     message is posted
 *
 * A mailbox that turns the events of sessions into bus messages of an element:
 * `wms-status` for each, `wms-marker`, GST_MESSAGE_PROGRESS while connecting,
 * and at the end of a session `wms-finalize` and the one GST_MESSAGE_ERROR.
 */
WmsMailbox *gst_wms_messages_new (GstElement * element,
    const GstWmsPushSettings * settings);

G_END_DECLS
#endif /* __GST_WMS_MESSAGES_H__ */
