/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Locking: `lock` protects everything below it.  The cancellables are cancelled
 * and reset with it held, so that one reason never takes away another's; who
 * waits on them holds locks that come after it. */
#include "wmspush/wmsgate.h"

struct _WmsGate
{
  GCancellable *streaming;
  GCancellable *action;

  GMutex lock;
  GCond cond;
  gboolean is_started;
  gboolean is_unlocked;
  gboolean is_closed;
  GThread *inside;              /* the streaming thread, while it is */
  gboolean is_busy;             /* an action is under way */
  gboolean is_claiming;         /* and waits for the streaming thread */
  gboolean is_waited_for;       /* and another is to follow */
};

WmsGate *
wms_gate_new (void)
{
  WmsGate *self = g_new0 (WmsGate, 1);

  self->streaming = g_cancellable_new ();
  self->action = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  return self;
}

void
wms_gate_free (WmsGate * self)
{
  g_object_unref (self->streaming);
  g_object_unref (self->action);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

GCancellable *
wms_gate_get_streaming (WmsGate * self)
{
  return self->streaming;
}

GCancellable *
wms_gate_get_action (WmsGate * self)
{
  return self->action;
}

static void
update_streaming_locked (WmsGate * self)
{
  if (self->is_unlocked || self->is_claiming)
    g_cancellable_cancel (self->streaming);
  else
    g_cancellable_reset (self->streaming);
  g_cond_broadcast (&self->cond);
}

void
wms_gate_start (WmsGate * self)
{
  g_mutex_lock (&self->lock);
  self->is_started = TRUE;
  self->is_closed = self->is_unlocked = FALSE;
  g_cancellable_reset (self->action);
  update_streaming_locked (self);
  g_mutex_unlock (&self->lock);
}

void
wms_gate_stop (WmsGate * self)
{
  g_mutex_lock (&self->lock);
  self->is_started = FALSE;
  g_cancellable_cancel (self->action);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
wms_gate_wait_idle (WmsGate * self)
{
  g_mutex_lock (&self->lock);
  while (self->is_busy)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
set_unlocked (WmsGate * self, gboolean is_unlocked)
{
  g_mutex_lock (&self->lock);
  self->is_unlocked = is_unlocked;
  update_streaming_locked (self);
  g_mutex_unlock (&self->lock);
}

void
wms_gate_unlock (WmsGate * self)
{
  set_unlocked (self, TRUE);
}

void
wms_gate_unlock_stop (WmsGate * self)
{
  set_unlocked (self, FALSE);
}

WmsGateResult
wms_gate_enter (WmsGate * self)
{
  WmsGateResult result = WMS_GATE_ENTERED;

  g_mutex_lock (&self->lock);
  while (self->is_busy && !self->is_closed && !self->is_unlocked)
    g_cond_wait (&self->cond, &self->lock);
  if (self->is_closed)
    result = WMS_GATE_CLOSED;
  else if (self->is_busy)
    result = WMS_GATE_BROKEN;
  else
    self->inside = g_thread_self ();
  g_mutex_unlock (&self->lock);
  return result;
}

void
wms_gate_leave (WmsGate * self)
{
  g_mutex_lock (&self->lock);
  self->inside = NULL;
  if (self->is_claiming)
    g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

gboolean
wms_gate_is_closed (WmsGate * self)
{
  gboolean is_closed;

  g_mutex_lock (&self->lock);
  is_closed = self->is_closed;
  g_mutex_unlock (&self->lock);
  return is_closed;
}

gboolean
wms_gate_wait_action (WmsGate * self)
{
  gboolean is_busy;

  g_mutex_lock (&self->lock);
  while (self->is_busy && !self->is_unlocked)
    g_cond_wait (&self->cond, &self->lock);
  is_busy = self->is_busy;
  g_mutex_unlock (&self->lock);
  return !is_busy;
}

gboolean
wms_gate_open (WmsGate * self)
{
  gboolean was_closed;

  g_mutex_lock (&self->lock);
  was_closed = self->is_closed;
  self->is_closed = FALSE;
  g_mutex_unlock (&self->lock);
  return was_closed;
}

/* One action at a time; the one that has precedence ends the other. */
static gboolean
get_turn_locked (WmsGate * self, gboolean has_precedence)
{
  if (self->is_busy && has_precedence && !self->is_waited_for) {
    self->is_waited_for = TRUE;
    g_cancellable_cancel (self->action);
    while (self->is_busy)
      g_cond_wait (&self->cond, &self->lock);
    self->is_waited_for = FALSE;
  }
  return self->is_started && !self->is_busy
      && (has_precedence || !self->is_waited_for)
      && self->inside != g_thread_self ();
}

gboolean
wms_gate_claim (WmsGate * self, gboolean has_precedence)
{
  gboolean is_claimed;

  g_mutex_lock (&self->lock);
  is_claimed = get_turn_locked (self, has_precedence);
  if (is_claimed) {
    g_cancellable_reset (self->action);
    self->is_busy = self->is_closed = self->is_claiming = TRUE;
    update_streaming_locked (self);
    while (self->inside != NULL)
      g_cond_wait (&self->cond, &self->lock);
    self->is_claiming = FALSE;
    update_streaming_locked (self);
  }
  g_mutex_unlock (&self->lock);
  return is_claimed;
}

void
wms_gate_release (WmsGate * self)
{
  g_mutex_lock (&self->lock);
  self->is_busy = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}
