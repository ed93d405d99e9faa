/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubwaiting.h"

#include "wmspush/wmssource.h"

/* A handshake takes three ways through the network. */
#define MAX_HANDSHAKE_MS 10000
/* Who gives way when there is no room, one kind after the other, and how long
 * it must have been silent: who has something to ask asks sooner. */
static const struct
{
  PubWaitKind kind;
  gint64 silence_ms;
} may_give_way[] = {
  {PUB_WAIT_HANDSHAKE, 1000},
  {PUB_WAIT_FIRST, 1000},
  {PUB_WAIT_BODY, 10000},
  {PUB_WAIT_NEXT, 10000},
};

struct _PubWait
{
  PubWaiting *owner;
  GList link;
  PubWaitKind kind;
  gint64 deadline_us;
  PubWaitFunc over;
  gpointer data;
};

/* Each queue has one distance of deadlines, so its head is the next. */
struct _PubWaiting
{
  const PubConfig *config;
  GQueue queues[PUB_N_WAIT_KINDS];
  GSource *timer;
};

static gboolean
never_prepared (GSource * source, gint * timeout)
{
  return FALSE;
}

static gboolean
dispatch (GSource * source, GSourceFunc func, gpointer data)
{
  return func (data);
}

static GSourceFuncs timer_funcs = { never_prepared, NULL, dispatch, NULL };

static guint
get_timeout_ms (PubWaiting * self, PubWaitKind kind)
{
  switch (kind) {
    case PUB_WAIT_HANDSHAKE:
      return MIN (self->config->head_timeout_ms, MAX_HANDSHAKE_MS);
    case PUB_WAIT_FIRST:
      return self->config->head_timeout_ms;
    default:
      return self->config->request_timeout_ms;
  }
}

static void
update_timer (PubWaiting * self)
{
  gint64 next_us = -1;
  guint i;

  for (i = 0; i < PUB_N_WAIT_KINDS; i++) {
    PubWait *wait = g_queue_peek_head (&self->queues[i]);

    if (wait != NULL && (next_us < 0 || wait->deadline_us < next_us))
      next_us = wait->deadline_us;
  }
  g_source_set_ready_time (self->timer, next_us);
}

static void
unlink_wait (PubWait * self)
{
  g_queue_unlink (&self->owner->queues[self->kind], &self->link);
}

static void
end_wait (PubWait * self, gboolean is_late)
{
  PubWaitFunc over = self->over;
  gpointer data = self->data;
  PubWaitKind kind = self->kind;

  unlink_wait (self);
  g_free (self);
  over (data, kind, is_late);
}

static gboolean
timer_fired (gpointer data)
{
  PubWaiting *self = data;
  gint64 now_us = g_get_monotonic_time ();
  guint i;

  for (i = 0; i < PUB_N_WAIT_KINDS; i++) {
    PubWait *wait;

    while ((wait = g_queue_peek_head (&self->queues[i])) != NULL
        && wait->deadline_us <= now_us)
      end_wait (wait, TRUE);
  }
  update_timer (self);
  return G_SOURCE_CONTINUE;
}

PubWaiting *
pub_waiting_new (const PubConfig * config)
{
  PubWaiting *self = g_new0 (PubWaiting, 1);
  guint i;

  self->config = config;
  for (i = 0; i < PUB_N_WAIT_KINDS; i++)
    g_queue_init (&self->queues[i]);
  self->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_callback (self->timer, timer_fired, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  return self;
}

void
pub_waiting_end (PubWaiting * self)
{
  guint i;

  for (i = 0; i < PUB_N_WAIT_KINDS; i++) {
    while (!g_queue_is_empty (&self->queues[i]))
      end_wait (g_queue_peek_head (&self->queues[i]), FALSE);
  }
}

void
pub_waiting_free (PubWaiting * self)
{
  pub_waiting_end (self);
  wms_source_clear (&self->timer);
  g_free (self);
}

static void
link_wait (PubWait * self, PubWaitKind kind)
{
  PubWaiting *owner = self->owner;

  self->kind = kind;
  self->deadline_us = g_get_monotonic_time ()
      + (gint64) get_timeout_ms (owner, kind) * 1000;
  g_queue_push_tail_link (&owner->queues[kind], &self->link);
  if (owner->queues[kind].length > MAX (owner->config->max_waiting, 1))
    end_wait (g_queue_peek_head (&owner->queues[kind]), FALSE);
  update_timer (owner);
}

PubWait *
pub_waiting_add (PubWaiting * self, PubWaitKind kind, PubWaitFunc over,
    gpointer data)
{
  PubWait *wait = g_new0 (PubWait, 1);

  wait->owner = self;
  wait->link.data = wait;
  wait->over = over;
  wait->data = data;
  link_wait (wait, kind);
  return wait;
}

void
pub_wait_move (PubWait * self, PubWaitKind kind)
{
  unlink_wait (self);
  link_wait (self, kind);
}

void
pub_wait_remove (PubWait * self)
{
  PubWaiting *owner = self->owner;

  unlink_wait (self);
  g_free (self);
  update_timer (owner);
}

gboolean
pub_waiting_make_room (PubWaiting * self)
{
  gint64 now_us = g_get_monotonic_time ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (may_give_way); i++) {
    PubWaitKind kind = may_give_way[i].kind;
    PubWait *oldest = g_queue_peek_head (&self->queues[kind]);

    if (oldest != NULL && oldest->deadline_us + may_give_way[i].silence_ms *
        1000 - (gint64) get_timeout_ms (self, kind) * 1000 <= now_us) {
      end_wait (oldest, FALSE);
      update_timer (self);
      return TRUE;
    }
  }
  return FALSE;
}
