/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_TURN_H__
#define __GST_WMS_TURN_H__

#include <gst/base/gstbasesink.h>

#include "wmspush/wmsgate.h"

G_BEGIN_DECLS

/**
 * GstWmsTurn:
 *
 * The waits of the streaming thread that are the base class's: meanwhile an
 * action may take the session.  Its functions are called with the preroll lock
 * held.
 */
typedef struct _GstWmsTurn GstWmsTurn;

/**
 * gst_wms_turn_new:
 * @sink: (transfer none): whose streaming thread it is; outlives the turn
 */
GstWmsTurn *gst_wms_turn_new (GstBaseSink * sink);

/**
 * gst_wms_turn_free:
 * @self: (transfer full): a #GstWmsTurn
 */
void gst_wms_turn_free (GstWmsTurn * self);

/**
 * gst_wms_turn_get_gate:
 *
 * Returns: (transfer none): what keeps streaming thread and actions apart.
 */
WmsGate *gst_wms_turn_get_gate (GstWmsTurn * self);

/**
 * gst_wms_turn_begin:
 *
 * Begins the use of the session; wms_gate_leave() ends it.
 *
 * Returns: %GST_FLOW_EOS when an action has ended the session.
 */
GstFlowReturn gst_wms_turn_begin (GstWmsTurn * self);

/**
 * gst_wms_turn_wait_preroll:
 *
 * To be called inside the gate when a wait for the server was broken.
 *
 * Returns: %GST_FLOW_OK to wait again; %GST_FLOW_EOS when the session is an
 *     action's, which has what was to be written.
 */
GstFlowReturn gst_wms_turn_wait_preroll (GstWmsTurn * self);

/**
 * gst_wms_turn_wait_time:
 * @self: a #GstWmsTurn, inside the gate
 * @time: running time
 *
 * As gst_base_sink_wait(), or %GST_FLOW_EOS.
 */
GstFlowReturn gst_wms_turn_wait_time (GstWmsTurn * self, GstClockTime time);

/**
 * gst_wms_turn_wait_action:
 *
 * Waits outside the gate until the action that has the session is done.
 */
GstFlowReturn gst_wms_turn_wait_action (GstWmsTurn * self);

/**
 * gst_wms_turn_settle:
 *
 * To be called, without the preroll lock, before the base class goes from
 * PLAYING to PAUSED: waits until the streaming thread, which the change to
 * PLAYING has signalled, has left its wait for preroll.  Otherwise the base
 * class would take it for prerolled, and it would write in PAUSED.
 */
void gst_wms_turn_settle (GstWmsTurn * self);

G_END_DECLS
#endif /* __GST_WMS_TURN_H__ */
