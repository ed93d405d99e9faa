/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_OBJECTS_H__
#define __GST_WMS_ASF_MUX_OBJECTS_H__

#include "asfmux/gstasfmuxsession.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_objects_take:
 * @self: a session that is started
 * @pad: an input
 * @buffer: the next one of it
 *
 * Makes a media object of the buffer; gaps are none.  What cannot be muxed is
 * counted and reported.
 */
GstFlowReturn gst_wms_asf_objects_take (GstWmsAsfSession * self,
    GstWmsAsfMuxPad * pad, GstBuffer * buffer);

/**
 * gst_wms_asf_objects_add:
 * @self: a session that is started
 * @pad: an input in the header
 * @buffer: what the media object consists of, with times of the input
 *
 * Adds a media object.
 */
GstFlowReturn gst_wms_asf_objects_add (GstWmsAsfSession * self,
    GstWmsAsfMuxPad * pad, GstBuffer * buffer);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_OBJECTS_H__ */
