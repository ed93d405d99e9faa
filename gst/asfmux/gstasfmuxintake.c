/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asfmux/gstasfmuxintake.h"

#include "asfmux/gstasfmuxintake-private.h"

/* While its source is not live the base class queues one buffer for each pad,
 * and wakes its thread for each.  So it is given a token instead, an empty
 * buffer that stands for all that the pad has: upstream's thread collects
 * buffers, the streaming thread takes all of them at once, and again, as long
 * as there are more, and only then gives the token back.
 *
 * Order: events and queries go through the base class's queue, behind the
 * token.  Buffers that came before one are sealed into the token; buffers that
 * came after it get a token of their own.
 *
 * A buffer is held back, collected without a token, only while that harms
 * nobody: the next one is expected soon, by the time stamps, and no other
 * thread waits for the muxer to go on, since what it waits for may be this
 * buffer.  A clock ends it where the next one does not come, and where that
 * happens fewer buffers are collected.
 *
 * Locks: GstWmsAsfIntake.lock protects the fields that say so.  It is the last
 * in the base class's order of locks, and not held while the base class or
 * another pad's intake is called. */

static GQuark
token_quark (void)
{
  return g_quark_from_static_string ("gst-wms-asf-intake-token");
}

void
gst_wms_asf_batch_free (GstWmsAsfBatch * batch, guint first)
{
  guint i;

  for (i = first; batch != NULL && i < batch->n; i++)
    gst_buffer_unref (batch->buffers[i]);
  g_free (batch);
}

void
gst_wms_asf_intake_forget_pace_locked (GstWmsAsfIntake * self)
{
  self->target = 1;
  self->n_calm = 0;
  self->last_time = self->interval = GST_CLOCK_TIME_NONE;
}

GstWmsAsfIntake *
gst_wms_asf_intake_new (void)
{
  GstWmsAsfIntake *self = g_atomic_rc_box_new0 (GstWmsAsfIntake);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  gst_wms_asf_intake_forget_pace_locked (self);
  return self;
}

static GQuark
group_quark (void)
{
  return g_quark_from_static_string ("gst-wms-asf-intake-group");
}

GstWmsAsfIntakeGroup *
gst_wms_asf_intake_group_locked (GstElement * mux)
{
  GstWmsAsfIntakeGroup *group =
      g_object_get_qdata (G_OBJECT (mux), group_quark ());

  if (group == NULL) {
    group = g_atomic_rc_box_new0 (GstWmsAsfIntakeGroup);
    g_weak_ref_init (&group->mux, mux);
    group->leaving = g_ptr_array_new_with_free_func (gst_object_unref);
    g_object_set_qdata_full (G_OBJECT (mux), group_quark (), group,
        gst_wms_asf_intake_group_unref);
  }
  return group;
}

static void
finalize_group (gpointer data)
{
  GstWmsAsfIntakeGroup *group = data;

  g_ptr_array_unref (group->leaving);
  g_weak_ref_clear (&group->mux);
}

void
gst_wms_asf_intake_group_unref (gpointer group)
{
  g_atomic_rc_box_release_full (group, finalize_group);
}

void
gst_wms_asf_intake_clear_batches (GQueue * batches)
{
  GstWmsAsfBatch *batch;

  while ((batch = g_queue_pop_head (batches)) != NULL)
    gst_wms_asf_batch_free (batch, 0);
}

static void
finalize (gpointer data)
{
  GstWmsAsfIntake *self = data;

  gst_wms_asf_batch_free (self->pending, 0);
  g_queue_clear_full (&self->items, (GDestroyNotify) gst_mini_object_unref);
  gst_wms_asf_intake_clear_batches (&self->sealed);
  gst_wms_asf_intake_clear_events (&self->events);
  g_free (self->spare);
  if (self->group != NULL)
    gst_wms_asf_intake_group_unref (self->group);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
}

void
gst_wms_asf_intake_wake_locked (GstWmsAsfIntake * self)
{
  if (self->n_sleepers > 0)
    g_cond_broadcast (&self->changed);
}

static void
token_unref (GstWmsAsfToken * token)
{
  GstWmsAsfIntake *self = token->intake;

  if (!g_atomic_int_dec_and_test (&token->refs))
    return;
  g_free (token);
  g_atomic_rc_box_release_full (self, finalize);
}

void
gst_wms_asf_intake_flush (GstWmsAsfIntake * self)
{
  g_atomic_int_set (&self->was_flushed, TRUE);
}

/* Streaming thread. */
static void
drop_current (GstWmsAsfIntake * self)
{
  gst_clear_buffer (&self->held);
  gst_wms_asf_batch_free (g_steal_pointer (&self->batch), self->next);
  self->next = 0;
  self->seen = NULL;
  gst_clear_buffer (&self->plain);
  g_clear_pointer (&self->taken, token_unref);
}

void
gst_wms_asf_intake_free (GstWmsAsfIntake * self)
{
  drop_current (self);
  g_atomic_rc_box_release_full (self, finalize);
}

static void
forget_token_locked (GstWmsAsfIntake * self, GstWmsAsfToken * token)
{
  if (self->token == token)
    self->token = NULL;
  gst_wms_asf_intake_wake_locked (self);
}

/* The base class is done with the buffer: taken, flushed or refused. */
static void
token_destroyed (gpointer data)
{
  GstWmsAsfToken *token = data;
  GstWmsAsfIntake *self = token->intake;

  g_mutex_lock (&self->lock);
  forget_token_locked (self, token);
  g_mutex_unlock (&self->lock);
  token_unref (token);
}

GstBuffer *
gst_wms_asf_token_new_locked (GstWmsAsfIntake * self)
{
  GstBuffer *first = self->pending->buffers[0];
  GstBuffer *buffer = gst_buffer_new ();
  GstWmsAsfToken *token = g_new0 (GstWmsAsfToken, 1);

  GST_BUFFER_PTS (buffer) = GST_BUFFER_PTS (first);
  GST_BUFFER_DTS (buffer) = GST_BUFFER_DTS (first);
  GST_BUFFER_DURATION (buffer) = self->pending->span;
  token->refs = 1;
  token->intake = g_atomic_rc_box_acquire (self);
  token->serial = ++self->last_handed;
  self->token = token;
  gst_mini_object_set_qdata (GST_MINI_OBJECT_CAST (buffer), token_quark (),
      token, token_destroyed);
  return buffer;
}

/* Returns: (nullable): the token of a buffer of the base class. */
static GstWmsAsfToken *
get_token (GstBuffer * buffer)
{
  return gst_buffer_n_memory (buffer) > 0 ? NULL :
      gst_mini_object_get_qdata (GST_MINI_OBJECT_CAST (buffer), token_quark ());
}

static void
reset (GstWmsAsfIntake * self)
{
  GstWmsAsfBatch *pending;
  GQueue events = G_QUEUE_INIT;
  GQueue sealed;

  drop_current (self);
  gst_wms_asf_sparse_flush (self, FALSE);
  g_mutex_lock (&self->lock);
  pending = g_steal_pointer (&self->pending);
  sealed = self->sealed;
  g_queue_init (&self->sealed);
  gst_wms_asf_intake_take_events_locked (self, &events, TRUE);
  gst_wms_asf_intake_forget_pace_locked (self);
  self->is_flushing = FALSE;
  g_mutex_unlock (&self->lock);
  gst_wms_asf_batch_free (pending, 0);
  gst_wms_asf_intake_clear_batches (&sealed);
  gst_wms_asf_intake_clear_events (&events);
}

void
gst_wms_asf_intake_reset_all (GstElement * mux)
{
  g_autoptr (GPtrArray) pads = gst_wms_asf_intake_list_pads (mux, NULL);
  guint i;

  gst_wms_asf_intake_drop_leaving (mux);
  for (i = 0; i < pads->len; i++)
    reset (GST_WMS_ASF_MUX_PAD (g_ptr_array_index (pads, i))->intake);
  gst_wms_asf_intake_mark_sparse (mux);
}

/* Streaming thread from here on. */

/* What the token stands for; of a pad that is leaving, without a token, what
 * comes before its next event. */
static GstWmsAsfBatch *
pop_batch_locked (GstWmsAsfIntake * self, const GstWmsAsfToken * token)
{
  const GstWmsAsfBatch *sealed = g_queue_peek_head (&self->sealed);
  gboolean is_due;

  if (token == NULL)
    is_due = !gst_wms_asf_intake_event_is_next_locked (self);
  else if (sealed != NULL)
    is_due = sealed->serial <= token->serial;
  else
    is_due = self->token == token && token->serial == self->last_handed;
  if (!is_due)
    return NULL;
  return sealed != NULL ? g_queue_pop_head (&self->sealed) :
      g_steal_pointer (&self->pending);
}

/* The next batch, %NULL when the token is done with. */
static GstWmsAsfBatch *
take_batch (GstWmsAsfIntake * self, GstWmsAsfToken * token)
{
  GstWmsAsfBatch *batch;

  g_mutex_lock (&self->lock);
  if (token != NULL)
    self->last_reached = MAX (self->last_reached, token->serial);
  if (self->batch != NULL) {
    g_free (self->spare);
    self->spare = g_steal_pointer (&self->batch);
  }
  batch = pop_batch_locked (self, token);
  if (batch == NULL && token != NULL)
    forget_token_locked (self, token);
  gst_wms_asf_intake_wake_locked (self);
  g_mutex_unlock (&self->lock);
  return batch;
}

/* The next buffer of the base class: a token, or a plain one. */
static void
look (GstWmsAsfIntake * self, GstAggregatorPad * pad)
{
  GstBuffer *buffer = gst_aggregator_pad_peek_buffer (pad);
  GstWmsAsfToken *token = buffer ? get_token (buffer) : NULL;

  if (token == NULL) {
    self->plain = buffer;
    return;
  }
  g_atomic_int_inc (&token->refs);
  self->taken = token;
  gst_buffer_unref (buffer);
}

/* Gives the token back, unless a flush took its buffer away, which it may do
 * between the two looks as well. */
static void
give_back (GstWmsAsfIntake * self, GstAggregatorPad * pad)
{
  GstBuffer *buffer = gst_aggregator_pad_peek_buffer (pad);

  if (buffer != NULL && get_token (buffer) == self->taken)
    gst_aggregator_pad_drop_buffer (pad);
  gst_clear_buffer (&buffer);
  g_clear_pointer (&self->taken, token_unref);
}

static void
drop_flushed (GstWmsAsfIntake * self)
{
  gboolean is_old;

  g_atomic_int_set (&self->was_flushed, FALSE);
  gst_clear_buffer (&self->held);
  if (self->taken == NULL)
    return;
  g_mutex_lock (&self->lock);
  is_old = self->taken->serial <= self->last_flushed;
  g_mutex_unlock (&self->lock);
  if (is_old)
    drop_current (self);
}

/* Whether there is a batch with a buffer left. */
static gboolean
refill (GstWmsAsfIntake * self, GstAggregatorPad * pad)
{
  gst_clear_buffer (&self->plain);
  while (self->batch == NULL || self->next == self->batch->n) {
    if (self->taken == NULL)
      look (self, pad);
    if (self->taken == NULL && (self->plain != NULL
            || !g_atomic_int_get (&self->is_leaving)))
      return FALSE;
    self->batch = take_batch (self, self->taken);
    self->next = 0;
    if (self->batch != NULL)
      break;
    if (self->taken == NULL)
      return FALSE;
    give_back (self, pad);
  }
  return TRUE;
}

/* The base class forgets what was looked at when the pad is released. */
static GstBuffer *
pop_plain (GstWmsAsfIntake * self, GstAggregatorPad * pad)
{
  gst_aggregator_pad_drop_buffer (pad);
  return g_steal_pointer (&self->plain);
}

/* The next one of the base class or in a batch. */
static GstBuffer *
peek_queued (GstWmsAsfIntake * self, GstWmsAsfMuxPad * pad)
{
  GstAggregatorPad *aggpad = GST_AGGREGATOR_PAD_CAST (pad);

  while (!self->is_sparse) {
    gboolean is_in_batch = refill (self, aggpad);
    GstBuffer *buffer =
        is_in_batch ? self->batch->buffers[self->next] : self->plain;

    if (buffer != NULL && !pad->in_header)
      gst_wms_asf_format_learn (&pad->format, buffer);
    if (buffer == NULL || !gst_wms_asf_format_repeats (&pad->format, buffer)) {
      self->seen = is_in_batch ? buffer : NULL;
      return buffer;
    }
    /* to the rest of the muxer, buffers of stream headers never came */
    if (is_in_batch)
      self->next++;
    gst_buffer_unref (is_in_batch ? buffer : pop_plain (self, aggpad));
  }
  return gst_wms_asf_sparse_peek (self);
}

static GstBuffer *
pop_queued (GstWmsAsfIntake * self, GstWmsAsfMuxPad * pad)
{
  GstBuffer *buffer;

  if (self->is_sparse)
    return gst_wms_asf_sparse_pop (self);
  buffer = self->seen != NULL ? self->seen : peek_queued (self, pad);
  self->seen = NULL;
  if (buffer == NULL || buffer == self->plain)
    return buffer == NULL ? NULL :
        pop_plain (self, GST_AGGREGATOR_PAD_CAST (pad));
  self->next++;
  return buffer;
}

static void
heed_flush (GstWmsAsfIntake * self)
{
  if (g_atomic_int_get (&self->was_flushed))
    drop_flushed (self);
}

GstBuffer *
gst_wms_asf_intake_peek (GstWmsAsfMuxPad * pad)
{
  GstWmsAsfIntake *self = pad->intake;

  heed_flush (self);
  return self->held != NULL ? self->held : peek_queued (self, pad);
}

GstBuffer *
gst_wms_asf_intake_peek_second (GstWmsAsfMuxPad * pad)
{
  GstWmsAsfIntake *self = pad->intake;

  heed_flush (self);
  if (self->held == NULL)
    self->held = pop_queued (self, pad);
  return peek_queued (self, pad);
}

GstBuffer *
gst_wms_asf_intake_pop (GstWmsAsfMuxPad * pad)
{
  GstWmsAsfIntake *self = pad->intake;

  heed_flush (self);
  return self->held != NULL ? g_steal_pointer (&self->held) :
      pop_queued (self, pad);
}
