/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_RESTART_H__
#define __GST_WMS_ASF_MUX_RESTART_H__

#include "asfmux/gstasfmuxsession.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_restart_when_due:
 * @self: a session that is started
 * @pad: whose buffer comes next
 * @time: running time of that buffer
 *
 * Begins another header of the broadcast when that buffer cannot follow the
 * one that was sent: streams or tags are different, or the times would wrap.
 * A file cannot have another header; a stream that is not in it is an error.
 */
GstFlowReturn gst_wms_asf_restart_when_due (GstWmsAsfSession * self,
    GstWmsAsfMuxPad * pad, GstClockTimeDiff time);

/**
 * gst_wms_asf_restart_now:
 * @self: a session that is started, a broadcast
 *
 * Begins another header with the streams that there are.
 */
GstFlowReturn gst_wms_asf_restart_now (GstWmsAsfSession * self);

/**
 * gst_wms_asf_restart_note_tags:
 *
 * Tags came; should they differ from what the header has, another one is due
 * in some seconds.
 */
void gst_wms_asf_restart_note_tags (GstWmsAsfSession * self);

/**
 * gst_wms_asf_restart_send_tags:
 * @self: a session in any state
 * @event: (transfer none): a TAG event
 *
 * Keeps the application's tags until gst_wms_asf_restart_take_sent().  From
 * any thread.
 */
void gst_wms_asf_restart_send_tags (GstWmsAsfSession * self, GstEvent * event);

/**
 * gst_wms_asf_restart_take_sent:
 *
 * Puts tags that were sent among the application's others, on the thread that
 * reads those, since #GstTagSetter has no lock for that.
 */
void gst_wms_asf_restart_take_sent (GstWmsAsfSession * self);

/**
 * gst_wms_asf_restart_note_release:
 *
 * An input was released.  From any thread.
 */
void gst_wms_asf_restart_note_release (GstWmsAsfSession * self);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_RESTART_H__ */
