/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Upstream's side of the intake: what gstasfmuxintake.c says about it. */
#include "asfmux/gstasfmuxintake.h"

#include "asfmux/gstasfmuxintake-private.h"

/* What a pad collects at most: in media time, bytes and buffers. */
#define MAX_SPAN (2 * GST_SECOND)
#define MAX_BYTES (1u << 20)

/* A buffer is held back when the next one is this close in media time, as
 * Windows' blocks of 372 ms are, and for one to two ticks of the clock. */
#define MAX_INTERVAL (400 * GST_MSECOND)
#define TICK (10 * GST_MSECOND)

/* Where a batch had to be given away unfinished, the next ones are smaller;
 * only after so many of them a larger one is tried. */
#define CALM_BATCHES 32

static GstFlowReturn (*base_event) (GstAggregator *, GstAggregatorPad *,
    GstEvent *);
static gboolean (*base_query) (GstAggregator *, GstAggregatorPad *, GstQuery *);
static gboolean (*answer_query) (GstAggregator *, GstAggregatorPad *,
    GstQuery *);

static void
sleep_locked (GstWmsAsfIntake * self)
{
  self->n_sleepers++;
  g_cond_wait (&self->changed, &self->lock);
  self->n_sleepers--;
}

/* The streaming thread takes what is pending without another token. */
static gboolean
is_within_reach_locked (const GstWmsAsfIntake * self)
{
  return self->token != NULL && self->token->serial == self->last_handed;
}

/* The base class has nothing of this pad: it takes a token at once. */
static gboolean
is_clear_locked (const GstWmsAsfIntake * self)
{
  return self->token == NULL && self->last_handed == self->last_reached;
}

static GstFlowReturn
give_locked (GstWmsAsfIntake * self, GstPad * pad, GstObject * mux)
{
  GstBuffer *token = gst_wms_asf_token_new_locked (self);
  GstWmsAsfBatch *refused = NULL;
  GstFlowReturn ret;

  self->is_giving = TRUE;
  g_mutex_unlock (&self->lock);
  ret = self->base_chain (pad, mux, token);
  g_mutex_lock (&self->lock);
  if (ret != GST_FLOW_OK) {
    refused = g_steal_pointer (&self->pending);
    g_mutex_unlock (&self->lock);
    gst_wms_asf_batch_free (refused, 0);
    g_mutex_lock (&self->lock);
  }
  self->is_giving = FALSE;
  gst_wms_asf_intake_wake_locked (self);
  return ret;
}

GPtrArray *
gst_wms_asf_intake_list_pads (GstElement * mux, GstPad * except)
{
  GPtrArray *pads = g_ptr_array_new_with_free_func (gst_object_unref);
  GList *l;

  GST_OBJECT_LOCK (mux);
  for (l = mux->sinkpads; l != NULL; l = l->next) {
    if (l->data != except)
      g_ptr_array_add (pads, gst_object_ref (l->data));
  }
  GST_OBJECT_UNLOCK (mux);
  return pads;
}

/* From here on nobody holds anything back: a thread is about to wait for the
 * streaming thread.  A pad that is not clear has handed over what it has. */
static void
begin_wait (GstPad * waiting, GstObject * mux)
{
  g_autoptr (GPtrArray) pads = NULL;
  guint i;

  g_atomic_int_inc (&GST_WMS_ASF_MUX_PAD (waiting)->intake->group->n_waiting);
  pads = gst_wms_asf_intake_list_pads (GST_ELEMENT (mux), waiting);
  for (i = 0; i < pads->len; i++) {
    GstPad *pad = g_ptr_array_index (pads, i);
    GstWmsAsfIntake *other = GST_WMS_ASF_MUX_PAD (pad)->intake;

    g_mutex_lock (&other->lock);
    if (other->pending != NULL && !other->is_giving && is_clear_locked (other))
      give_locked (other, pad, mux);
    g_mutex_unlock (&other->lock);
  }
}

static void
end_wait (GstWmsAsfIntake * self)
{
  g_atomic_int_add (&self->group->n_waiting, -1);
}

static void
raise_target_locked (GstWmsAsfIntake * self)
{
  if (self->n_calm > 0)
    self->n_calm--;
  else
    self->target = MIN (self->target * 2, GST_WMS_ASF_BATCH_MAX);
}

/* Sees to it that the streaming thread comes by what is pending. */
static GstFlowReturn
hand_over_locked (GstWmsAsfIntake * self, GstPad * pad, GstObject * mux)
{
  GstFlowReturn ret;

  while (self->is_giving)
    sleep_locked (self);
  if (self->pending == NULL || is_within_reach_locked (self))
    return GST_FLOW_OK;
  raise_target_locked (self);
  if (is_clear_locked (self))
    return give_locked (self, pad, mux);

  /* the base class queues one buffer, and has one or an event */
  self->is_giving = TRUE;
  g_mutex_unlock (&self->lock);
  begin_wait (pad, mux);
  g_mutex_lock (&self->lock);
  if (self->pending != NULL) {
    ret = give_locked (self, pad, mux);
  } else {
    /* a flush, a release or a reset took it meanwhile */
    ret = self->is_flushing || self->is_leaving ? GST_FLOW_FLUSHING :
        GST_FLOW_OK;
    self->is_giving = FALSE;
    gst_wms_asf_intake_wake_locked (self);
  }
  end_wait (self);
  return ret;
}

static gboolean
has_room_locked (const GstWmsAsfIntake * self, gsize size)
{
  const GstWmsAsfBatch *pending = self->pending;

  return pending == NULL || (pending->n < GST_WMS_ASF_BATCH_MAX &&
      pending->bytes + size <= MAX_BYTES && pending->span < MAX_SPAN);
}

/* Waits until the streaming thread takes what is pending. */
static GstFlowReturn
make_room_locked (GstWmsAsfIntake * self, GstPad * pad, GstObject * mux,
    gsize size)
{
  GstFlowReturn ret = hand_over_locked (self, pad, mux);

  if (ret != GST_FLOW_OK || has_room_locked (self, size))
    return ret;
  g_mutex_unlock (&self->lock);
  begin_wait (pad, mux);
  g_mutex_lock (&self->lock);
  while (!self->is_flushing && !self->is_leaving
      && !has_room_locked (self, size)
      && is_within_reach_locked (self))
    sleep_locked (self);
  end_wait (self);
  if (self->is_flushing || self->is_leaving)
    return GST_FLOW_FLUSHING;
  return GST_FLOW_OK;
}

static void
append_locked (GstWmsAsfIntake * self, GstBuffer * buffer, gsize size)
{
  GstWmsAsfBatch *batch = self->pending;
  GstClockTime time = GST_BUFFER_DTS_OR_PTS (buffer);

  if (GST_BUFFER_DURATION_IS_VALID (buffer))
    self->interval = GST_BUFFER_DURATION (buffer);
  else if (GST_CLOCK_TIME_IS_VALID (self->last_time)
      && GST_CLOCK_TIME_IS_VALID (time) && time > self->last_time)
    self->interval = time - self->last_time;
  self->last_time = time;

  if (batch == NULL) {
    batch = g_steal_pointer (&self->spare);
    if (batch == NULL)
      batch = g_new (GstWmsAsfBatch, 1);
    batch->n = batch->bytes = batch->span = 0;
    self->pending = batch;
    self->n_batches++;
  }
  batch->buffers[batch->n++] = buffer;
  batch->bytes += size;
  if (GST_CLOCK_TIME_IS_VALID (self->interval))
    batch->span += MIN (self->interval, MAX_SPAN);
}

static gboolean tick (GstClock * clock, GstClockTime time, GstClockID id,
    gpointer data);

static void
start_clock (GstWmsAsfIntakeGroup * group)
{
  GstClock *clock;
  GstClockID id;

  if (!g_atomic_int_compare_and_exchange (&group->is_ticking, FALSE, TRUE))
    return;
  clock = gst_system_clock_obtain ();
  id = gst_clock_new_single_shot_id (clock, gst_clock_get_time (clock) + TICK);
  gst_clock_id_wait_async (id, tick, g_atomic_rc_box_acquire (group),
      gst_wms_asf_intake_group_unref);
  gst_clock_id_unref (id);
  gst_object_unref (clock);
}

static gboolean
is_held_back_locked (const GstWmsAsfIntake * self)
{
  return self->pending != NULL && !self->is_giving && is_clear_locked (self);
}

/* What upstream waits for before it sends more may be these buffers.  Not on
 * the clock's thread, which others need: a flush that goes on holds the base
 * class's locks as long as downstream takes. */
static void
give_stale (GstElement * mux, gpointer data)
{
  GstWmsAsfIntake *self = GST_WMS_ASF_MUX_PAD (data)->intake;

  g_mutex_lock (&self->lock);
  if (is_held_back_locked (self) && self->seen_batch == self->n_batches) {
    self->target = self->pending->n;
    self->n_calm = CALM_BATCHES;
    give_locked (self, GST_PAD (data), GST_OBJECT (mux));
  }
  g_mutex_unlock (&self->lock);
}

/* Returns: whether the clock has to come again.  A batch that it has seen
 * already is given away as it is. */
static gboolean
look_at_clock (GstWmsAsfIntake * self, GstPad * pad, GstElement * mux)
{
  gboolean is_held_back, is_new;

  g_mutex_lock (&self->lock);
  is_held_back = is_held_back_locked (self);
  is_new = is_held_back && self->seen_batch != self->n_batches;
  if (is_new)
    self->seen_batch = self->n_batches;
  g_mutex_unlock (&self->lock);
  if (is_held_back && !is_new)
    gst_element_call_async (mux, give_stale, gst_object_ref (pad),
        gst_object_unref);
  return is_new;
}

/* On the system clock's thread, which has no lock.  The clock stops when
 * nothing is held back: the flag is cleared before the pads are looked at, and
 * set by whoever holds something back after that. */
static gboolean
tick (GstClock * clock, GstClockTime time, GstClockID id, gpointer data)
{
  GstWmsAsfIntakeGroup *group = data;
  g_autoptr (GstElement) mux = g_weak_ref_get (&group->mux);
  g_autoptr (GPtrArray) pads = NULL;
  gboolean go_on = FALSE;
  guint i;

  g_atomic_int_set (&group->is_ticking, FALSE);
  if (mux == NULL)
    return TRUE;
  pads = gst_wms_asf_intake_list_pads (mux, NULL);
  for (i = 0; i < pads->len; i++) {
    GstPad *pad = g_ptr_array_index (pads, i);

    go_on |= look_at_clock (GST_WMS_ASF_MUX_PAD (pad)->intake, pad, mux);
  }
  if (go_on)
    start_clock (group);
  return TRUE;
}

static gboolean
may_hold_back_locked (const GstWmsAsfIntake * self)
{
  return is_clear_locked (self) && self->pending->n < self->target &&
      self->interval > 0 && self->interval <= MAX_INTERVAL &&
      has_room_locked (self, 0) &&
      g_atomic_int_get (&self->group->n_waiting) == 0 &&
      g_atomic_int_get (&self->group->may_hold_back);
}

static GstFlowReturn
collect_locked (GstWmsAsfIntake * self, GstPad * pad, GstObject * mux,
    GstBuffer * buffer)
{
  gsize size = gst_buffer_get_size (buffer);
  GstFlowReturn ret = GST_FLOW_OK;

  while (ret == GST_FLOW_OK && !has_room_locked (self, size))
    ret = make_room_locked (self, pad, mux, size);
  if (ret == GST_FLOW_OK && self->is_leaving)
    ret = GST_FLOW_FLUSHING;
  if (ret != GST_FLOW_OK) {
    gst_buffer_unref (buffer);
    return ret;
  }
  append_locked (self, buffer, size);
  if (!may_hold_back_locked (self))
    return hand_over_locked (self, pad, mux);
  start_clock (self->group);
  return GST_FLOW_OK;
}

static GstFlowReturn
chain (GstPad * pad, GstObject * mux, GstBuffer * buffer)
{
  GstWmsAsfIntake *self = ((GstWmsAsfMuxPad *) pad)->intake;
  GstFlowReturn ret;

  g_mutex_lock (&self->lock);
  if (self->is_leaving) {
    g_mutex_unlock (&self->lock);
    gst_buffer_unref (buffer);
    return GST_FLOW_FLUSHING;
  }
  if (self->pending == NULL && !self->is_giving
      && !g_atomic_int_get (&self->group->is_collecting)) {
    self->last_handed++;
    g_mutex_unlock (&self->lock);
    return self->base_chain (pad, mux, buffer);
  }
  ret = collect_locked (self, pad, mux, buffer);
  g_mutex_unlock (&self->lock);
  return ret;
}

/* Before an event, or a query, is queued behind what is pending. */
static void
seal (GstWmsAsfIntake * self, GstPad * pad, GstObject * mux, GstEvent * event)
{
  g_mutex_lock (&self->lock);
  hand_over_locked (self, pad, mux);
  if (self->pending != NULL && is_within_reach_locked (self)) {
    self->pending->serial = self->last_handed;
    g_queue_push_tail (&self->sealed, g_steal_pointer (&self->pending));
  }
  self->last_handed++;
  if (event != NULL)
    gst_wms_asf_intake_keep_event_locked (self, event);
  gst_wms_asf_intake_forget_pace_locked (self);
  gst_wms_asf_intake_wake_locked (self);
  g_mutex_unlock (&self->lock);
}

static void
set_flushing (GstWmsAsfIntake * self, gboolean is_flushing)
{
  GstWmsAsfBatch *pending = NULL;
  GQueue sealed = G_QUEUE_INIT;
  GQueue events = G_QUEUE_INIT;

  g_mutex_lock (&self->lock);
  self->is_flushing = is_flushing;
  if (!is_flushing) {
    pending = g_steal_pointer (&self->pending);
    sealed = self->sealed;
    g_queue_init (&self->sealed);
    gst_wms_asf_intake_take_events_locked (self, &events, FALSE);
    gst_wms_asf_intake_forget_pace_locked (self);
  }
  self->last_flushed = self->last_handed++;
  gst_wms_asf_intake_wake_locked (self);
  g_mutex_unlock (&self->lock);
  g_atomic_int_set (&self->was_flushed, TRUE);
  gst_wms_asf_batch_free (pending, 0);
  gst_wms_asf_intake_clear_batches (&sealed);
  gst_wms_asf_intake_clear_events (&events);
}

static GstFlowReturn
take_sparse_event (GstAggregator * mux, GstAggregatorPad * pad,
    GstEvent * event)
{
  GstWmsAsfMuxPad *self = GST_WMS_ASF_MUX_PAD (pad);
  gboolean is_flush_stop = GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP;
  GstFlowReturn ret = GST_FLOW_OK;

  if (is_flush_stop || GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_START)
    gst_wms_asf_sparse_flush (self->intake, !is_flush_stop);
  if (!gst_wms_asf_sparse_take_event (self, mux, event))
    ret = base_event (mux, pad, event);
  if (is_flush_stop)
    gst_wms_asf_sparse_mark (self, mux);
  return ret;
}

static GstFlowReturn
take_serialized (GstWmsAsfIntake * self, GstAggregator * mux,
    GstAggregatorPad * pad, GstEvent * event)
{
  g_autoptr (GstEvent) kept = gst_event_ref (event);
  GstFlowReturn ret;

  seal (self, GST_PAD (pad), GST_OBJECT (mux), event);
  ret = base_event (mux, pad, event);
  if (ret != GST_FLOW_OK)
    gst_wms_asf_intake_forget_event (self, kept);
  return ret;
}

static GstFlowReturn
take_event (GstAggregator * mux, GstAggregatorPad * pad, GstEvent * event)
{
  GstWmsAsfIntake *self = GST_WMS_ASF_MUX_PAD (pad)->intake;

  if (self->is_sparse)
    return take_sparse_event (mux, pad, event);
  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_START)
    set_flushing (self, TRUE);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    set_flushing (self, FALSE);
  else if (GST_EVENT_IS_SERIALIZED (event))
    return take_serialized (self, mux, pad, event);
  return base_event (mux, pad, event);
}

/* A serialized query waits until the streaming thread comes to it.  The base
 * class gives it back at a flush, and to stop, while that thread may be at it:
 * then it is waited for. */
static gboolean
wait_for_answer (GstWmsAsfIntake * self, GstAggregator * mux,
    GstAggregatorPad * pad, GstQuery * query)
{
  gboolean ok;

  g_mutex_lock (&self->lock);
  self->query = query;
  g_mutex_unlock (&self->lock);
  ok = base_query (mux, pad, query);
  g_mutex_lock (&self->lock);
  self->query = NULL;
  while (self->is_answering)
    sleep_locked (self);
  g_mutex_unlock (&self->lock);
  return ok;
}

static gboolean
take_query (GstAggregator * mux, GstAggregatorPad * pad, GstQuery * query)
{
  GstWmsAsfIntake *self = GST_WMS_ASF_MUX_PAD (pad)->intake;
  gboolean ok;

  if (!GST_QUERY_IS_SERIALIZED (query))
    return answer_query (mux, pad, query);
  if (self->is_sparse)
    return wait_for_answer (self, mux, pad, query);
  seal (self, GST_PAD (pad), GST_OBJECT (mux), NULL);
  begin_wait (GST_PAD (pad), GST_OBJECT (mux));
  ok = wait_for_answer (self, mux, pad, query);
  end_wait (self);
  return ok;
}

/* Streaming thread, with what was a serialized query and may be gone. */
static gboolean
answer_serialized (GstAggregator * mux, GstAggregatorPad * pad,
    GstQuery * query)
{
  GstWmsAsfIntake *self = GST_WMS_ASF_MUX_PAD (pad)->intake;
  gboolean ok;

  g_mutex_lock (&self->lock);
  ok = self->is_answering = query == self->query;
  g_mutex_unlock (&self->lock);
  if (!ok)
    return FALSE;
  ok = answer_query (mux, pad, query);
  g_mutex_lock (&self->lock);
  self->is_answering = FALSE;
  gst_wms_asf_intake_wake_locked (self);
  g_mutex_unlock (&self->lock);
  return ok;
}

void
gst_wms_asf_intake_class_init (GstAggregatorClass * klass)
{
  base_event = klass->sink_event_pre_queue;
  base_query = klass->sink_query_pre_queue;
  answer_query = klass->sink_query;
  klass->sink_event_pre_queue = take_event;
  klass->sink_query_pre_queue = take_query;
  klass->sink_query = answer_serialized;
}

void
gst_wms_asf_intake_attach (GstWmsAsfMuxPad * pad, GstElement * mux,
    gboolean is_sparse)
{
  GstWmsAsfIntake *self = pad->intake;

  GST_OBJECT_LOCK (mux);
  self->group = g_atomic_rc_box_acquire (gst_wms_asf_intake_group_locked (mux));
  GST_OBJECT_UNLOCK (mux);
  self->base_chain = GST_PAD_CHAINFUNC (pad);
  self->is_sparse = is_sparse;
  gst_pad_set_chain_function (GST_PAD (pad), is_sparse ?
      gst_wms_asf_sparse_chain : chain);
  if (!is_sparse)
    g_atomic_int_inc (&self->group->n_regular);
  else
    gst_wms_asf_sparse_mark (pad, GST_AGGREGATOR (mux));
  gst_wms_asf_intake_mark_sparse (mux);
}

void
gst_wms_asf_intake_mark_sparse (GstElement * mux)
{
  g_autoptr (GPtrArray) pads = gst_wms_asf_intake_list_pads (mux, NULL);
  guint i;

  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);

    if (pad->intake->is_sparse)
      gst_wms_asf_sparse_mark (pad, GST_AGGREGATOR (mux));
  }
}

void
gst_wms_asf_intake_set_collecting (GstElement * mux,
    GstWmsAsfCollecting collecting)
{
  GstWmsAsfIntakeGroup *group;

  GST_OBJECT_LOCK (mux);
  group = gst_wms_asf_intake_group_locked (mux);
  g_atomic_int_set (&group->is_collecting,
      collecting != GST_WMS_ASF_COLLECTING_NOT);
  g_atomic_int_set (&group->may_hold_back,
      collecting == GST_WMS_ASF_COLLECTING_BATCHES);
  GST_OBJECT_UNLOCK (mux);
}
