/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_MESSAGES_H__
#define __GST_WMS_MESSAGES_H__

#include <gst/gst.h>

#include "wmspush/wmsmailbox.h"

G_BEGIN_DECLS

/**
 * gst_wms_messages_new:
 * @element: (transfer none): the source of the messages
 * @location: the publishing point, without user part
 *
 * A mailbox that turns the events of sessions into bus messages of an element:
 * `wms-status` for each, GST_MESSAGE_PROGRESS while connecting, and at the end
 * of a session `wms-finalize` and the one GST_MESSAGE_ERROR.
 */
WmsMailbox *gst_wms_messages_new (GstElement * element,
    const gchar * location);

G_END_DECLS
#endif /* __GST_WMS_MESSAGES_H__ */
