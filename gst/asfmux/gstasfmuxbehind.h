/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_BEHIND_H__
#define __GST_WMS_ASF_MUX_BEHIND_H__

#include "asfmux/gstasfmuxpad.h"

G_BEGIN_DECLS

/**
 * GstWmsAsfBehind:
 * @has_newest: whether a buffer was taken
 * @newest: running time of the latest one of all pads
 * @wait_until: running time before which the others are not muxed without a
 *     pad that catches up
 *
 * Live streams that are behind the others, since a sink has blocked for a
 * while, or an encoder was slow.  Waiting for nobody whose time is over, the
 * muxer would go on with the others and, with a sink that keeps to the clock,
 * take only the few buffers of such a stream that are queued between two
 * packets: it would never catch up.  Belongs to the source pad's streaming
 * thread; zeros are the beginning.
 */
typedef struct
{
  gboolean has_newest;
  GstClockTimeDiff newest;
  GstClockTimeDiff wait_until;
} GstWmsAsfBehind;

/**
 * gst_wms_asf_behind_note:
 * @self: a #GstWmsAsfBehind
 * @pad: whose buffer was taken
 * @time: running time of it
 *
 * Notes whether that stream is behind.
 */
void gst_wms_asf_behind_note (GstWmsAsfBehind * self, GstWmsAsfMuxPad * pad,
    GstClockTimeDiff time);

/**
 * gst_wms_asf_behind_must_wait:
 * @self: a #GstWmsAsfBehind
 * @mux: the element
 *
 * Returns: whether a stream that is behind has just given its last buffer, so
 *     that the next one may be on its way.  It is asked once for each buffer:
 *     who does not catch up stops nobody.
 */
gboolean gst_wms_asf_behind_must_wait (GstWmsAsfBehind * self,
    GstAggregator * mux);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_BEHIND_H__ */
