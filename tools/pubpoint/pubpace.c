/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubpace.h"

#define N_SLOTS 16
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
  const guint *revolution_ms;
  GPtrArray *slots[N_SLOTS];
  guint n_members;
  guint at;                     /* slot whose turn comes next */
  gint64 next_us;               /* when */
  GQueue due;                   /* links of members */
};

static gint64
slot_us (PubPace * self)
{
  return MAX ((gint64) * self->revolution_ms * 1000 / N_SLOTS, 1000);
}

/* Empty slots wake nobody up. */
static void
schedule (PubPace * self)
{
  gint64 ready_us = self->next_us;
  guint slot = self->at;

  if (!g_queue_is_empty (&self->due)) {
    ready_us = 0;
  } else if (self->n_members == 0) {
    ready_us = -1;
  } else {
    for (; self->slots[slot]->len == 0; slot = (slot + 1) % N_SLOTS)
      ready_us += slot_us (self);
  }
  g_source_set_ready_time (&self->source->source, ready_us);
}

static void
make_due (PubPace * self, PubPaceMember * member)
{
  if (member->is_due)
    return;
  member->is_due = TRUE;
  g_queue_push_tail_link (&self->due, &member->due);
}

static void
turn_wheel (PubPace * self, gint64 now_us)
{
  guint n, i;

  for (n = 0; n < N_SLOTS && self->next_us <= now_us; n++) {
    GPtrArray *slot = self->slots[self->at];

    for (i = 0; i < slot->len; i++)
      make_due (self, g_ptr_array_index (slot, i));
    self->at = (self->at + 1) % N_SLOTS;
    self->next_us += slot_us (self);
  }
  /* turns that were missed are not made up for */
  if (self->next_us <= now_us)
    self->next_us = now_us + slot_us (self);
}

static gboolean
pace_dispatch (GSource * source, GSourceFunc callback, gpointer user_data)
{
  PubPace *self = ((PaceSource *) source)->pace;
  guint n;

  turn_wheel (self, g_source_get_time (source));
  for (n = MIN (self->due.length, SERVED_AT_ONCE);
      n > 0 && !g_queue_is_empty (&self->due); n--) {
    PubPaceMember *member = g_queue_pop_head_link (&self->due)->data;

    member->is_due = FALSE;
    member->serve (member->data);
  }
  schedule (self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {
  NULL, NULL, pace_dispatch, NULL, NULL, NULL
};

PubPace *
pub_pace_new (const guint * revolution_ms)
{
  PubPace *self = g_new0 (PubPace, 1);
  guint i;

  self->revolution_ms = revolution_ms;
  for (i = 0; i < N_SLOTS; i++)
    self->slots[i] = g_ptr_array_new ();
  g_queue_init (&self->due);
  self->source = (PaceSource *) g_source_new (&source_funcs,
      sizeof (PaceSource));
  self->source->pace = self;
  g_source_set_name (&self->source->source, "pubpace");
  g_source_attach (&self->source->source, g_main_context_get_thread_default ());
  return self;
}

void
pub_pace_free (PubPace * self)
{
  guint i;

  g_return_if_fail (self->n_members == 0);

  g_source_destroy (&self->source->source);
  g_source_unref (&self->source->source);
  for (i = 0; i < N_SLOTS; i++)
    g_ptr_array_unref (self->slots[i]);
  g_free (self);
}

static guint
emptiest_slot (PubPace * self)
{
  guint i, best = 0;

  for (i = 1; i < N_SLOTS; i++) {
    if (self->slots[i]->len < self->slots[best]->len)
      best = i;
  }
  return best;
}

void
pub_pace_add (PubPace * self, PubPaceMember * member,
    void (*serve) (gpointer data), gpointer data)
{
  GPtrArray *slot;

  member->serve = serve;
  member->data = data;
  member->slot = emptiest_slot (self);
  member->is_due = FALSE;
  member->due.data = member;
  member->due.next = member->due.prev = NULL;
  slot = self->slots[member->slot];
  member->index = slot->len;
  g_ptr_array_add (slot, member);
  if (self->n_members++ == 0)
    self->next_us = g_get_monotonic_time () + slot_us (self);
  schedule (self);
}

void
pub_pace_remove (PubPace * self, PubPaceMember * member)
{
  GPtrArray *slot = self->slots[member->slot];

  if (member->is_due)
    g_queue_unlink (&self->due, &member->due);
  member->is_due = FALSE;
  g_ptr_array_remove_index_fast (slot, member->index);
  if (member->index < slot->len)
    ((PubPaceMember *) g_ptr_array_index (slot, member->index))->index =
        member->index;
  self->n_members--;
  schedule (self);
}

void
pub_pace_hurry (PubPace * self, PubPaceMember * member)
{
  make_due (self, member);
  schedule (self);
}
