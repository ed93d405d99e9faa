/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_GATE_H__
#define __WMS_GATE_H__

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * WmsGate:
 *
 * Whose turn it is to use the session: the streaming thread's, or that of an
 * action of the application, which ends it.  The streaming thread is inside
 * while it uses the session, and goes outside when it waits for anything but
 * the server; an action closes the gate, breaks a wait of who is inside, and
 * has the session to itself when nobody is.
 */
typedef struct _WmsGate WmsGate;

/**
 * wms_gate_new:
 *
 * Returns: (transfer full): a gate of an element that is not started.
 */
WmsGate *wms_gate_new (void);

/**
 * wms_gate_free:
 * @self: (transfer full): a #WmsGate
 */
void wms_gate_free (WmsGate * self);

/**
 * wms_gate_get_streaming:
 *
 * Returns: (transfer none): breaks the waits of the streaming thread.
 */
GCancellable *wms_gate_get_streaming (WmsGate * self);

/**
 * wms_gate_get_action:
 *
 * Returns: (transfer none): breaks the waits of an action.
 */
GCancellable *wms_gate_get_action (WmsGate * self);

/**
 * wms_gate_start:
 *
 * Tells that there is a session from now on: opens the gate.
 */
void wms_gate_start (WmsGate * self);

/**
 * wms_gate_stop:
 *
 * Refuses actions from now on and breaks the one that is under way.
 */
void wms_gate_stop (WmsGate * self);

/**
 * wms_gate_wait_idle:
 *
 * Waits until no action is under way.
 */
void wms_gate_wait_idle (WmsGate * self);

/**
 * wms_gate_unlock:
 *
 * Breaks the waits of the streaming thread up to wms_gate_unlock_stop().
 */
void wms_gate_unlock (WmsGate * self);

/**
 * wms_gate_unlock_stop:
 *
 * Lets the streaming thread wait again.
 */
void wms_gate_unlock_stop (WmsGate * self);

/**
 * WmsGateResult:
 * @WMS_GATE_ENTERED: go on
 * @WMS_GATE_CLOSED: an action has ended the session, or is about to
 * @WMS_GATE_BROKEN: wms_gate_unlock() has broken the wait
 */
typedef enum
{
  WMS_GATE_ENTERED,
  WMS_GATE_CLOSED,
  WMS_GATE_BROKEN,
} WmsGateResult;

/**
 * wms_gate_enter:
 *
 * Goes inside, on the streaming thread.  Where the gate has been opened again
 * it waits for the action that had closed it.
 */
WmsGateResult wms_gate_enter (WmsGate * self);

/**
 * wms_gate_leave:
 *
 * Goes outside; nothing happens when that is so already.
 */
void wms_gate_leave (WmsGate * self);

/**
 * wms_gate_is_closed:
 *
 * Returns: whether the session is an action's.
 */
gboolean wms_gate_is_closed (WmsGate * self);

/**
 * wms_gate_wait_action:
 *
 * Waits on the streaming thread until no action is under way.
 *
 * Returns: %FALSE when wms_gate_unlock() has broken the wait.
 */
gboolean wms_gate_wait_action (WmsGate * self);

/**
 * wms_gate_open:
 *
 * Lets the streaming thread in again, after a flush.
 *
 * Returns: whether the gate was closed.
 */
gboolean wms_gate_open (WmsGate * self);

/**
 * wms_gate_claim:
 * @self: a #WmsGate
 * @has_precedence: whether another action under way is broken
 *
 * Closes the gate and waits until the streaming thread is outside.
 *
 * Returns: %FALSE without a change when the element is not started, when
 *     another action is under way, or when it is the thread inside that asks.
 */
gboolean wms_gate_claim (WmsGate * self, gboolean has_precedence);

/**
 * wms_gate_release:
 *
 * Ends what wms_gate_claim() has begun.  The gate stays closed.
 */
void wms_gate_release (WmsGate * self);

G_END_DECLS
#endif /* __WMS_GATE_H__ */
