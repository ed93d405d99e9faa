/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Locking: `lock` protects all fields below it; the reader is called without
 * it.  `reader` is the thread that is in the reader or about to enter it: who
 * sets it owns the right to call, so that order is kept. */
#include "wmspush/wmsmailbox.h"

#include "wmspush/wmswait.h"

struct _WmsMailbox
{
  gint ref_count;
  WmsMailboxFunc func;
  gpointer user_data;
  GDestroyNotify notify;

  GMutex lock;
  GCond cond;
  GQueue events;
  gboolean is_reading;
  GThread *reader;
  gboolean is_closed;
};

static void
free_event (WmsEvent * event)
{
  g_clear_error (&event->error);
  g_clear_pointer (&event->question, wms_question_unref);
  g_clear_pointer (&event->marker, gst_structure_free);
  g_free (event);
}

WmsMailbox *
wms_mailbox_new (WmsMailboxFunc func, gpointer user_data, GDestroyNotify notify)
{
  WmsMailbox *self = g_new0 (WmsMailbox, 1);

  self->ref_count = 1;
  self->func = func;
  self->user_data = user_data;
  self->notify = notify;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_queue_init (&self->events);
  return self;
}

WmsMailbox *
wms_mailbox_ref (WmsMailbox * self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
wms_mailbox_unref (WmsMailbox * self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  if (self->notify != NULL)
    self->notify (self->user_data);
  g_queue_clear_full (&self->events, (GDestroyNotify) free_event);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

/* Called with the lock held and is_reading set; returns the same way, with
 * is_reading clear. */
static void
read_all_locked (WmsMailbox * self)
{
  WmsEvent *event;

  self->reader = g_thread_self ();
  while (!self->is_closed && (event = g_queue_pop_head (&self->events))) {
    g_mutex_unlock (&self->lock);
    self->func (event, self->user_data);
    free_event (event);
    g_mutex_lock (&self->lock);
  }
  self->reader = NULL;
  self->is_reading = FALSE;
  g_cond_broadcast (&self->cond);
}

static gpointer
reader_thread (gpointer user_data)
{
  WmsMailbox *self = user_data;

  g_mutex_lock (&self->lock);
  read_all_locked (self);
  g_mutex_unlock (&self->lock);
  wms_mailbox_unref (self);
  return NULL;
}

/* A thread of its own, not one of a pool: pools do not survive a fork.  When
 * there is none to be had, the next drain reads. */
static void
start_reader_locked (WmsMailbox * self)
{
  GThread *thread;

  self->is_reading = TRUE;
  thread = g_thread_try_new ("wms-messages", reader_thread,
      wms_mailbox_ref (self), NULL);
  if (thread != NULL) {
    g_thread_unref (thread);
  } else {
    self->is_reading = FALSE;
    wms_mailbox_unref (self);
  }
}

void
wms_mailbox_post (WmsMailbox * self, const WmsEvent * event)
{
  WmsEvent *copy;

  g_mutex_lock (&self->lock);
  if (!self->is_closed) {
    copy = g_new (WmsEvent, 1);
    *copy = *event;
    copy->error = event->error != NULL ? g_error_copy (event->error) : NULL;
    copy->question = event->question != NULL ?
        wms_question_ref (event->question) : NULL;
    copy->marker = event->marker != NULL ?
        gst_structure_copy (event->marker) : NULL;
    g_queue_push_tail (&self->events, copy);
    if (!self->is_reading)
      start_reader_locked (self);
  }
  g_mutex_unlock (&self->lock);
}

void
wms_mailbox_drain (WmsMailbox * self, gint timeout_ms,
    GCancellable * cancellable)
{
  WmsWait wait;

  wms_wait_begin (&wait, &self->lock, &self->cond, cancellable, timeout_ms);
  while (self->reader != g_thread_self ()
      && (self->is_reading || !g_queue_is_empty (&self->events))) {
    if (!self->is_reading) {
      self->is_reading = TRUE;
      read_all_locked (self);
    } else if (!wms_wait_step (&wait, NULL)) {
      break;
    }
  }
  wms_wait_end (&wait);
}

void
wms_mailbox_close (WmsMailbox * self)
{
  g_mutex_lock (&self->lock);
  self->is_closed = TRUE;
  g_queue_clear_full (&self->events, (GDestroyNotify) free_event);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}
