/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubpace.h"

#define N_SLOTS 64
/* What is served before other sources have their turn: about a millisecond. */
#define SERVED_AT_ONCE 128

typedef struct
{
  GSource source;
  PubPace *pace;
} PaceSource;

struct _PubPace
{
  PaceSource *source;
  guint n_members;
  GQueue slots[N_SLOTS];        /* of links, by number modulo N_SLOTS */
  GQueue due;                   /* of links */
  gint64 turned;                /* number of the slot that came due last */
  gint64 next;                  /* of the one that is waited for */
};

static gint64
slot_number (gint64 time_us)
{
  return time_us / PUB_PACE_SLOT_US;
}

static void
put (PubPace * self, PubPaceMember * member, GQueue * queue)
{
  if (member->queue != NULL)
    g_queue_unlink (member->queue, &member->link);
  member->queue = queue;
  g_queue_push_tail_link (queue, &member->link);
}

static void
wait_for_slot (PubPace * self, gint64 number)
{
  self->next = number;
  g_source_set_ready_time (&self->source->source,
      number == G_MAXINT64 ? -1 : number * PUB_PACE_SLOT_US);
}

static void
turn_wheel (PubPace * self, gint64 now_us)
{
  gint64 number, now = slot_number (now_us);

  for (number = MAX (self->turned, now - N_SLOTS) + 1; number <= now; number++) {
    GQueue *slot = &self->slots[number % N_SLOTS];

    while (slot->head != NULL)
      put (self, slot->head->data, &self->due);
  }
  self->turned = MAX (self->turned, now);
}

/* Empty slots wake nobody up. */
static void
schedule (PubPace * self)
{
  gint64 number;

  if (self->due.head != NULL) {
    wait_for_slot (self, 0);
    return;
  }
  for (number = self->turned + 1; number <= self->turned + N_SLOTS; number++) {
    if (self->slots[number % N_SLOTS].head != NULL) {
      wait_for_slot (self, number);
      return;
    }
  }
  wait_for_slot (self, G_MAXINT64);
}

static void
serve_member (PubPace * self, PubPaceMember * member)
{
  gboolean is_hurried = member->is_hurried;
  gint64 next_us;

  g_queue_unlink (&self->due, &member->link);
  member->queue = NULL;
  member->is_hurried = FALSE;
  next_us = member->serve (member->data, is_hurried);
  if (next_us != PUB_PACE_REMOVED && member->queue == NULL)
    pub_pace_wait (self, member, next_us);
}

static gboolean
pace_dispatch (GSource * source, GSourceFunc callback, gpointer user_data)
{
  PubPace *self = ((PaceSource *) source)->pace;
  guint n;

  turn_wheel (self, g_source_get_time (source));
  /* those that hurry while they are served come after the others */
  self->next = 0;
  for (n = MIN (self->due.length, SERVED_AT_ONCE);
      n > 0 && self->due.head != NULL; n--)
    serve_member (self, self->due.head->data);
  schedule (self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {
  NULL, NULL, pace_dispatch, NULL, NULL, NULL
};

PubPace *
pub_pace_new (void)
{
  PubPace *self = g_new0 (PubPace, 1);
  guint i;

  for (i = 0; i < N_SLOTS; i++)
    g_queue_init (&self->slots[i]);
  g_queue_init (&self->due);
  self->turned = slot_number (g_get_monotonic_time ());
  self->source = (PaceSource *) g_source_new (&source_funcs,
      sizeof (PaceSource));
  self->source->pace = self;
  g_source_set_name (&self->source->source, "pubpace");
  wait_for_slot (self, G_MAXINT64);
  g_source_attach (&self->source->source, g_main_context_get_thread_default ());
  return self;
}

void
pub_pace_free (PubPace * self)
{
  g_return_if_fail (self->n_members == 0);

  g_source_destroy (&self->source->source);
  g_source_unref (&self->source->source);
  g_free (self);
}

void
pub_pace_add (PubPace * self, PubPaceMember * member, PubPaceFunc serve,
    gpointer data)
{
  member->serve = serve;
  member->data = data;
  member->queue = NULL;
  member->link.data = member;
  member->link.next = member->link.prev = NULL;
  self->n_members++;
  pub_pace_hurry (self, member);
}

void
pub_pace_remove (PubPace * self, PubPaceMember * member)
{
  if (member->queue != NULL)
    g_queue_unlink (member->queue, &member->link);
  member->queue = NULL;
  self->n_members--;
}

void
pub_pace_hurry (PubPace * self, PubPaceMember * member)
{
  if (member->queue != &self->due)
    put (self, member, &self->due);
  member->is_hurried = TRUE;
  if (self->next != 0)
    wait_for_slot (self, 0);
}

void
pub_pace_wait (PubPace * self, PubPaceMember * member, gint64 time_us)
{
  gint64 first = MAX (self->turned, slot_number (g_get_monotonic_time ())) + 1;
  gint64 number = CLAMP (slot_number (time_us), first, first + N_SLOTS - 2);

  put (self, member, &self->slots[number % N_SLOTS]);
  member->is_hurried = FALSE;
  if (number < self->next)
    wait_for_slot (self, number);
}

guint
pub_pace_count (PubPace * self)
{
  return self->n_members;
}
