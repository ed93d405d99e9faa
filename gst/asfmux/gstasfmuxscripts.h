/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_SCRIPTS_H__
#define __GST_WMS_ASF_MUX_SCRIPTS_H__

#include "asfmux/gstasfmuxsession.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_scripts_add:
 * @self: a session, started or not
 * @pad: where the event came
 * @event: (transfer none): for which gst_wms_asf_text_is_script() is true
 *
 * Takes a script command, which waits for its time.  It goes into the first
 * command stream; an event of a text pad that a broadcast's header does not
 * have makes another header.
 */
GstFlowReturn gst_wms_asf_scripts_add (GstWmsAsfSession * self,
    GstWmsAsfMuxPad * pad, GstEvent * event);

/**
 * gst_wms_asf_scripts_end_text:
 * @self: a session
 * @pad: a text pad
 * @buffer: a text that was taken from it
 *
 * Lets a caption go when its duration is over: an empty one waits for that
 * time, unless the pad's next text comes before.
 */
void gst_wms_asf_scripts_end_text (GstWmsAsfSession * self,
    GstWmsAsfMuxPad * pad, GstBuffer * buffer);

/**
 * gst_wms_asf_scripts_collect:
 * @self: a session that begins a file
 * @pads: (element-type GstWmsAsfMuxPad): streams of the header
 *
 * Takes text pads that have ended already out of @pads: all that they have is
 * known beforehand, and needs no stream.
 */
void gst_wms_asf_scripts_collect (GstWmsAsfSession * self, GPtrArray * pads);

/**
 * gst_wms_asf_scripts_take:
 * @self: a session that begins a file, whose origin is known
 *
 * Returns: (transfer full) (nullable) (element-type AsfCommand): the commands
 *     that waited, in order of time, for the header.
 */
GArray *gst_wms_asf_scripts_take (GstWmsAsfSession * self);

/**
 * gst_wms_asf_scripts_send:
 * @self: a session that is started
 * @time: running time of what comes next
 *
 * Puts the commands that are due into the command stream.
 */
GstFlowReturn gst_wms_asf_scripts_send (GstWmsAsfSession * self,
    GstClockTimeDiff time);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_SCRIPTS_H__ */
