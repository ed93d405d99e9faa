/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pad that is released has buffers that nobody took, and events before and
 * between them, without which the buffers say nothing: caps and a segment.  The
 * base class drops its queue, so the intake keeps the events until they have
 * been handled.
 *
 * Locks: as gstasfmuxintake.c. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxintake.h"

#include "asfmux/gstasfmuxintake-private.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

static void
free_event (gpointer data)
{
  GstWmsAsfQueuedEvent *queued = data;

  gst_event_unref (queued->event);
  g_free (queued);
}

void
gst_wms_asf_intake_clear_events (GQueue * events)
{
  g_queue_clear_full (events, free_event);
}

void
gst_wms_asf_intake_keep_event_locked (GstWmsAsfIntake * self, GstEvent * event)
{
  GstWmsAsfQueuedEvent *queued = g_new (GstWmsAsfQueuedEvent, 1);

  queued->serial = self->last_handed;
  queued->event = gst_event_ref (event);
  g_queue_push_tail (&self->events, queued);
}

static GList *
find_locked (GstWmsAsfIntake * self, const GstEvent * event)
{
  GList *l = self->events.head;

  while (l != NULL && ((GstWmsAsfQueuedEvent *) l->data)->event != event)
    l = l->next;
  return l;
}

void
gst_wms_asf_intake_forget_event (GstWmsAsfIntake * self, GstEvent * event)
{
  GstWmsAsfQueuedEvent *queued = NULL;
  GList *l;

  g_mutex_lock (&self->lock);
  l = find_locked (self, event);
  if (l != NULL) {
    queued = l->data;
    g_queue_delete_link (&self->events, l);
  }
  g_mutex_unlock (&self->lock);
  if (queued != NULL)
    free_event (queued);
}

void
gst_wms_asf_intake_take_events_locked (GstWmsAsfIntake * self, GQueue * events,
    gboolean all)
{
  GList *l, *next;

  for (l = self->events.head; l != NULL; l = next) {
    const GstEvent *event = ((GstWmsAsfQueuedEvent *) l->data)->event;

    next = l->next;
    if (!all && GST_EVENT_IS_STICKY (event) &&
        GST_EVENT_TYPE (event) != GST_EVENT_EOS &&
        GST_EVENT_TYPE (event) != GST_EVENT_SEGMENT)
      continue;
    g_queue_unlink (&self->events, l);
    g_queue_push_tail_link (events, l);
  }
}

gboolean
gst_wms_asf_intake_event_is_next_locked (const GstWmsAsfIntake * self)
{
  const GstWmsAsfQueuedEvent *queued =
      g_queue_peek_head ((GQueue *) & self->events);
  const GstWmsAsfBatch *sealed = g_queue_peek_head ((GQueue *) & self->sealed);

  return queued != NULL && (sealed == NULL || queued->serial < sealed->serial);
}

gboolean
gst_wms_asf_intake_leave (GstWmsAsfMuxPad * pad, GstElement * mux)
{
  GstWmsAsfIntake *self = pad->intake;

  if (!self->is_sparse)
    g_atomic_int_add (&self->group->n_regular, -1);
  g_mutex_lock (&self->lock);
  g_atomic_int_set (&self->is_leaving, TRUE);
  self->is_flushing = TRUE;
  if (self->pending != NULL) {
    self->pending->serial = ++self->last_handed;
    g_queue_push_tail (&self->sealed, g_steal_pointer (&self->pending));
  }
  gst_wms_asf_intake_wake_locked (self);
  g_mutex_unlock (&self->lock);
  if (self->is_sparse || !g_atomic_int_get (&self->group->is_collecting))
    return FALSE;
  GST_OBJECT_LOCK (mux);
  g_ptr_array_add (self->group->leaving, gst_object_ref (pad));
  GST_OBJECT_UNLOCK (mux);
  return TRUE;
}

GPtrArray *
gst_wms_asf_intake_leaving_locked (GstElement * mux)
{
  return gst_wms_asf_intake_group_locked (mux)->leaving;
}

void
gst_wms_asf_intake_drop_leaving (GstElement * mux)
{
  GPtrArray *leaving;

  GST_OBJECT_LOCK (mux);
  leaving = gst_wms_asf_intake_group_locked (mux)->leaving;
  gst_wms_asf_intake_group_locked (mux)->leaving =
      g_ptr_array_new_with_free_func (gst_object_unref);
  GST_OBJECT_UNLOCK (mux);
  g_ptr_array_unref (leaving);
}

/* Streaming thread from here on. */

void
gst_wms_asf_intake_note_event (GstWmsAsfMuxPad * pad, GstEvent * event)
{
  GstWmsAsfIntake *self = pad->intake;

  GQueue done = G_QUEUE_INIT;

  g_mutex_lock (&self->lock);
  /* those before it were dropped by the base class */
  while (find_locked (self, event) != NULL)
    g_queue_push_tail_link (&done, g_queue_pop_head_link (&self->events));
  g_mutex_unlock (&self->lock);
  gst_wms_asf_intake_clear_events (&done);
}

gboolean
gst_wms_asf_intake_is_empty (GstWmsAsfMuxPad * pad)
{
  GstWmsAsfIntake *self = pad->intake;
  gboolean is_empty;

  g_mutex_lock (&self->lock);
  is_empty = self->events.length == 0 && self->sealed.length == 0 &&
      self->pending == NULL;
  g_mutex_unlock (&self->lock);
  return is_empty && gst_wms_asf_intake_peek (pad) == NULL;
}

/* When the buffers before it were taken. */
static GstEvent *
pop_event (GstWmsAsfMuxPad * pad)
{
  GstWmsAsfIntake *self = pad->intake;
  GstWmsAsfQueuedEvent *queued = NULL;
  GstEvent *event;

  if (gst_wms_asf_intake_peek (pad) != NULL)
    return NULL;
  g_mutex_lock (&self->lock);
  if (gst_wms_asf_intake_event_is_next_locked (self))
    queued = g_queue_pop_head (&self->events);
  g_mutex_unlock (&self->lock);
  event = queued != NULL ? queued->event : NULL;
  g_free (queued);
  return event;
}

/* To the base class the pad has gone: its end and its gaps mean nothing. */
static void
run_events (GstWmsAsfMuxPad * pad, GstAggregator * mux)
{
  GstEvent *event;

  while ((event = pop_event (pad)) != NULL) {
    if (GST_EVENT_TYPE (event) == GST_EVENT_EOS ||
        GST_EVENT_TYPE (event) == GST_EVENT_GAP)
      gst_event_unref (event);
    else
      GST_AGGREGATOR_GET_CLASS (mux)->sink_event (mux,
          GST_AGGREGATOR_PAD_CAST (pad), event);
  }
}

/* Its caps were refused or flushed. */
static void
drop_undescribed (GstWmsAsfMuxPad * pad)
{
  GstBuffer *buffer;

  while (!pad->have_format && (buffer = gst_wms_asf_intake_pop (pad)) != NULL) {
    GST_WARNING_OBJECT (pad, "released without caps: %" GST_PTR_FORMAT
        " is dropped", buffer);
    gst_buffer_unref (buffer);
  }
}

/* Returns: (transfer full): pads that the base class has let go. */
static GPtrArray *
list_gone (GstElement * mux)
{
  GPtrArray *pads = g_ptr_array_new_with_free_func (gst_object_unref);
  GPtrArray *leaving;
  guint i;

  GST_OBJECT_LOCK (mux);
  leaving = gst_wms_asf_intake_leaving_locked (mux);
  for (i = 0; i < leaving->len; i++) {
    if (g_list_find (mux->sinkpads, g_ptr_array_index (leaving, i)) == NULL)
      g_ptr_array_add (pads, gst_object_ref (g_ptr_array_index (leaving, i)));
  }
  GST_OBJECT_UNLOCK (mux);
  return pads;
}

void
gst_wms_asf_intake_run_leaving (GstAggregator * mux)
{
  g_autoptr (GPtrArray) pads = list_gone (GST_ELEMENT (mux));
  guint i;

  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);

    do {
      run_events (pad, mux);
      drop_undescribed (pad);
    } while (!pad->have_format && !gst_wms_asf_intake_is_empty (pad));
  }
}
