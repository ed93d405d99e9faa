/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmsturn.h"

/* Longest wait for a thread that is about to wake up. */
#define SETTLE_MS 500

struct _GstWmsTurn
{
  GstBaseSink *sink;
  WmsGate *gate;
  GMutex settle_lock;           /* for the wait in gst_wms_turn_settle() */
  GCond left_preroll;
};

GstWmsTurn *
gst_wms_turn_new (GstBaseSink * sink)
{
  GstWmsTurn *self = g_new0 (GstWmsTurn, 1);

  self->sink = sink;
  self->gate = wms_gate_new ();
  g_mutex_init (&self->settle_lock);
  g_cond_init (&self->left_preroll);
  return self;
}

void
gst_wms_turn_free (GstWmsTurn * self)
{
  wms_gate_free (self->gate);
  g_cond_clear (&self->left_preroll);
  g_mutex_clear (&self->settle_lock);
  g_free (self);
}

WmsGate *
gst_wms_turn_get_gate (GstWmsTurn * self)
{
  return self->gate;
}

static GstFlowReturn
wait_preroll (GstWmsTurn * self)
{
  GstFlowReturn ret = gst_base_sink_wait_preroll (self->sink);

  g_mutex_lock (&self->settle_lock);
  g_cond_broadcast (&self->left_preroll);
  g_mutex_unlock (&self->settle_lock);
  return ret;
}

GstFlowReturn
gst_wms_turn_begin (GstWmsTurn * self)
{
  GstFlowReturn ret = GST_FLOW_OK;

  while (ret == GST_FLOW_OK) {
    switch (wms_gate_enter (self->gate)) {
      case WMS_GATE_ENTERED:
        return GST_FLOW_OK;
      case WMS_GATE_CLOSED:
        return GST_FLOW_EOS;
      default:
        ret = wait_preroll (self);
        break;
    }
  }
  return ret;
}

/* Back from outside the gate: an action may have taken the session. */
static GstFlowReturn
come_back (GstWmsTurn * self, GstFlowReturn ret)
{
  return wms_gate_enter (self->gate) == WMS_GATE_ENTERED ? ret : GST_FLOW_EOS;
}

GstFlowReturn
gst_wms_turn_wait_preroll (GstWmsTurn * self)
{
  if (wms_gate_is_closed (self->gate))
    return GST_FLOW_EOS;
  wms_gate_leave (self->gate);
  return come_back (self, wait_preroll (self));
}

GstFlowReturn
gst_wms_turn_wait_time (GstWmsTurn * self, GstClockTime time)
{
  wms_gate_leave (self->gate);
  return come_back (self, gst_base_sink_wait (self->sink, time, NULL));
}

GstFlowReturn
gst_wms_turn_wait_action (GstWmsTurn * self)
{
  GstFlowReturn ret = GST_FLOW_OK;

  /* a flush may have begun in the wait that the action came into, whose result
   * it has hidden; who goes on to the base class then waits for ever */
  while (ret == GST_FLOW_OK && !self->sink->flushing
      && !wms_gate_wait_action (self->gate))
    ret = wait_preroll (self);
  return self->sink->flushing ? GST_FLOW_FLUSHING : ret;
}

void
gst_wms_turn_settle (GstWmsTurn * self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 deadline = now + SETTLE_MS * G_TIME_SPAN_MILLISECOND;

  /* Not with the preroll lock: a render that waits for the server has it.  The
   * base class's own waits do not signal, hence the steps. */
  g_mutex_lock (&self->settle_lock);
  while (g_atomic_int_get (&self->sink->have_preroll) && now < deadline) {
    g_cond_wait_until (&self->left_preroll, &self->settle_lock,
        now + G_TIME_SPAN_MILLISECOND);
    now = g_get_monotonic_time ();
  }
  g_mutex_unlock (&self->settle_lock);
}
