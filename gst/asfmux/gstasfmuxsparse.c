/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pad that nobody waits for, such as one of script commands: its buffers and
 * events are in a queue of the intake, and for the base class it is at its end
 * all the time.  Only when there is no other pad, it is so while the queue has
 * something, since the base class would call for nothing all the time.
 *
 * Locks: as gstasfmuxintake.c. */
#include "asfmux/gstasfmuxintake.h"

#include "asfmux/gstasfmuxintake-private.h"

/* Upstream waits when the queue is that long, in buffers and events or in
 * bytes. */
#define MAX_ITEMS 1024
#define MAX_BYTES (1u << 20)
#define MAX_WAIT_US (50 * G_TIME_SPAN_MILLISECOND)

/* To the base class, the pad has ended, or has begun. */
static void
set_ended (GstWmsAsfMuxPad * pad, GstAggregator * mux, gboolean has_ended)
{
  GstAggregatorClass *klass = g_type_class_peek (GST_TYPE_AGGREGATOR);

  klass->sink_event (mux, GST_AGGREGATOR_PAD_CAST (pad), has_ended ?
      gst_event_new_eos () : gst_event_new_stream_start ("sparse"));
}

void
gst_wms_asf_sparse_mark (GstWmsAsfMuxPad * pad, GstAggregator * mux)
{
  GstWmsAsfIntake *self = pad->intake;
  gboolean has_ended;

  g_mutex_lock (&self->lock);
  has_ended = g_atomic_int_get (&self->group->n_regular) > 0 ||
      self->items.length > 0 || self->has_ended;
  g_mutex_unlock (&self->lock);
  if (has_ended)
    set_ended (pad, mux, TRUE);
}

static void
free_item (gpointer item)
{
  gst_mini_object_unref (item);
}

void
gst_wms_asf_sparse_flush (GstWmsAsfIntake * self, gboolean is_flushing)
{
  GQueue items = G_QUEUE_INIT;

  g_mutex_lock (&self->lock);
  self->is_flushing = is_flushing;
  if (!is_flushing) {
    items = self->items;
    g_queue_init (&self->items);
    self->n_bytes = 0;
    self->has_ended = FALSE;
  }
  gst_wms_asf_intake_wake_locked (self);
  g_mutex_unlock (&self->lock);
  g_queue_clear_full (&items, free_item);
}

/* Deactivation of the pad wakes nobody. */
static void
wait_locked (GstWmsAsfIntake * self)
{
  self->n_sleepers++;
  g_cond_wait_until (&self->changed, &self->lock,
      g_get_monotonic_time () + MAX_WAIT_US);
  self->n_sleepers--;
}

static gboolean
is_full_locked (const GstWmsAsfIntake * self)
{
  return self->items.length >= MAX_ITEMS || self->n_bytes >= MAX_BYTES;
}

/* A pad that was released may see the end of a flush after that. */
static gboolean
is_refused_locked (const GstWmsAsfIntake * self, GstPad * pad)
{
  return self->is_flushing || self->is_leaving || GST_PAD_IS_FLUSHING (pad);
}

GstFlowReturn
gst_wms_asf_sparse_chain (GstPad * pad, GstObject * mux, GstBuffer * buffer)
{
  GstWmsAsfIntake *self = GST_WMS_ASF_MUX_PAD (pad)->intake;
  GstFlowReturn ret =
      gst_pad_get_last_flow_return (GST_AGGREGATOR_SRC_PAD (mux));

  g_mutex_lock (&self->lock);
  while (is_full_locked (self) && !is_refused_locked (self, pad))
    wait_locked (self);
  if (is_refused_locked (self, pad))
    ret = GST_FLOW_FLUSHING;
  else if (ret > GST_FLOW_EOS)
    ret = GST_FLOW_OK;
  if (ret == GST_FLOW_OK) {
    g_queue_push_tail (&self->items, gst_buffer_ref (buffer));
    self->n_bytes += gst_buffer_get_size (buffer);
  }
  g_mutex_unlock (&self->lock);
  gst_buffer_unref (buffer);
  gst_wms_asf_sparse_mark (GST_WMS_ASF_MUX_PAD (pad), GST_AGGREGATOR (mux));
  return ret;
}

gboolean
gst_wms_asf_sparse_take_event (GstWmsAsfMuxPad * pad, GstAggregator * mux,
    GstEvent * event)
{
  GstWmsAsfIntake *self = pad->intake;

  if (!GST_EVENT_IS_SERIALIZED (event)
      || GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    return FALSE;
  g_mutex_lock (&self->lock);
  /* nobody waits for this pad, so a gap says nothing */
  if (GST_EVENT_TYPE (event) != GST_EVENT_GAP)
    g_queue_push_tail (&self->items, gst_event_ref (event));
  g_mutex_unlock (&self->lock);
  gst_event_unref (event);
  gst_wms_asf_sparse_mark (pad, mux);
  return TRUE;
}

/* Streaming thread from here on. */

GstBuffer *
gst_wms_asf_sparse_peek (GstWmsAsfIntake * self)
{
  GstMiniObject *first;

  gst_clear_buffer (&self->plain);
  g_mutex_lock (&self->lock);
  first = g_queue_peek_head (&self->items);
  if (first != NULL && GST_IS_BUFFER (first))
    self->plain = gst_buffer_ref (GST_BUFFER_CAST (first));
  g_mutex_unlock (&self->lock);
  return self->plain;
}

GstBuffer *
gst_wms_asf_sparse_pop (GstWmsAsfIntake * self)
{
  GstMiniObject *first;

  gst_clear_buffer (&self->plain);
  g_mutex_lock (&self->lock);
  first = g_queue_peek_head (&self->items);
  if (first != NULL && GST_IS_BUFFER (first)) {
    g_queue_pop_head (&self->items);
    self->n_bytes -= gst_buffer_get_size (GST_BUFFER_CAST (first));
    gst_wms_asf_intake_wake_locked (self);
  } else {
    first = NULL;
  }
  g_mutex_unlock (&self->lock);
  return GST_BUFFER_CAST (first);
}

static GstEvent *
pop_event (GstWmsAsfIntake * self)
{
  GstMiniObject *first;

  g_mutex_lock (&self->lock);
  first = g_queue_peek_head (&self->items);
  if (first != NULL && GST_IS_EVENT (first)) {
    g_queue_pop_head (&self->items);
    if (GST_EVENT_TYPE (first) == GST_EVENT_EOS)
      self->has_ended = TRUE;
    else if (GST_EVENT_TYPE (first) == GST_EVENT_STREAM_START)
      self->has_ended = FALSE;
    gst_wms_asf_intake_wake_locked (self);
  } else {
    first = NULL;
  }
  g_mutex_unlock (&self->lock);
  return GST_EVENT_CAST (first);
}

static void
run_events (GstWmsAsfMuxPad * pad, GstAggregator * mux)
{
  GstEvent *event;

  while ((event = pop_event (pad->intake)) != NULL) {
    if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
      gst_event_unref (event);
    else
      GST_AGGREGATOR_GET_CLASS (mux)->sink_event (mux,
          GST_AGGREGATOR_PAD_CAST (pad), event);
  }
}

void
gst_wms_asf_intake_run_sparse (GstAggregator * mux)
{
  g_autoptr (GPtrArray) pads =
      gst_wms_asf_intake_list_pads (GST_ELEMENT (mux), NULL);
  guint i;

  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);
    GstWmsAsfIntake *self = pad->intake;

    if (!self->is_sparse)
      continue;
    run_events (pad, mux);
    if (g_atomic_int_get (&self->group->n_regular) == 0)
      set_ended (pad, mux, FALSE);
    gst_wms_asf_sparse_mark (pad, mux);
  }
}

gboolean
gst_wms_asf_intake_has_ended (GstWmsAsfMuxPad * pad)
{
  GstWmsAsfIntake *self = pad->intake;
  gboolean has_ended;

  if (!self->is_sparse)
    return gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD_CAST (pad));
  g_mutex_lock (&self->lock);
  has_ended = self->has_ended;
  g_mutex_unlock (&self->lock);
  return has_ended;
}

/* The base class's word does not do for a sparse pad: an event that comes from
 * upstream meanwhile makes it say that the pad has ended. */
gboolean
gst_wms_asf_intake_is_awaited (GstWmsAsfMuxPad * pad)
{
  if (pad->intake->is_sparse
      && g_atomic_int_get (&pad->intake->group->n_regular) > 0)
    return FALSE;
  return !gst_wms_asf_intake_has_ended (pad);
}
