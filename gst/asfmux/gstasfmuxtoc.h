/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_TOC_H__
#define __GST_WMS_ASF_MUX_TOC_H__

#include "asfmux/gstasfmuxsession.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_toc_take:
 * @self: the session, started or not
 * @pad: where the event came
 * @event: (transfer full): a TOC event
 *
 * Keeps a stream's table of contents, and sends it on once the header is out.
 */
void gst_wms_asf_toc_take (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad,
    GstEvent * event);

/**
 * gst_wms_asf_toc_begin:
 * @self: a session whose header is about to be written
 * @pads: (element-type GstWmsAsfMuxPad): streams of the header
 *
 * Puts markers into a file's header, without their places.
 */
void gst_wms_asf_toc_begin (GstWmsAsfSession * self, GPtrArray * pads);

/**
 * gst_wms_asf_toc_send:
 * @self: a session whose header was sent
 *
 * Sends the table of contents downstream.
 */
void gst_wms_asf_toc_send (GstWmsAsfSession * self);

/**
 * gst_wms_asf_toc_finish:
 * @self: a session whose file is written but for the completed header
 *
 * Gives the markers their places.  A table that came late is taken when there
 * is room for it.
 */
void gst_wms_asf_toc_finish (GstWmsAsfSession * self);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_TOC_H__ */
