/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_EVENTS_H__
#define __GST_WMS_ASF_MUX_EVENTS_H__

#include "asfmux/gstasfmuxsession.h"

G_BEGIN_DECLS

/**
 * gst_wms_asf_events_take:
 * @self: the session, started or not
 * @pad: where the event came
 * @event: (transfer full) when %TRUE is returned, else (transfer none)
 * @result: (out): what the event handler returns
 *
 * What serialized events of one input mean for the file.
 *
 * Returns: whether the base class must not see the event.
 */
gboolean gst_wms_asf_events_take (GstWmsAsfSession * self,
    GstWmsAsfMuxPad * pad, GstEvent * event, gboolean * result);

/**
 * gst_wms_asf_events_watch:
 * @pad: an input that was made just now
 *
 * Caps that it does not accept will be an error with a text, up to the first
 * ones that it does.
 */
void gst_wms_asf_events_watch (GstPad * pad);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_EVENTS_H__ */
