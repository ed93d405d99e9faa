/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubpace.h"

/* What is served before other sources have their turn: about a millisecond. */
#define SERVED_AT_ONCE 128
/* Arrivals whose times are known. */
#define N_TIMES 64
/* How fast the mean time between arrivals follows. */
#define GAP_WEIGHT 16
/* Turns without arrivals, in times of the age that things may get. */
#define IDLE_TURNS 2

typedef struct
{
  GSource source;
  PubPace *pace;
} PaceSource;

struct _PubPace
{
  PaceSource *source;
  const guint *join_ms;
  GQueue groups;                /* links of groups */
  GQueue due;                   /* links of members */
  gint64 wake_us;               /* nobody is late before that */
};

struct _PubPaceGroup
{
  PubPace *pace;
  GList link;
  GQueue waiting;               /* members: the longest ago served first */
  guint n_members;
  guint64 n_arrivals;
  gint64 times_us[N_TIMES];     /* arrival n at n % N_TIMES */
  gint64 gap_us;                /* between arrivals, about */
  guint64 credit;               /* parts of a turn that are left over */
};

static gint64
join_us (const PubPace * self)
{
  return MAX ((gint64) * self->join_ms * 1000, 1);
}

static gint64
idle_us (const PubPace * self)
{
  return IDLE_TURNS * join_us (self);
}

/* When the member that waits longest has to have its turn; G_MAXINT64 when
 * nobody waits. */
static gint64
find_deadline (const PubPaceGroup * self)
{
  const PubPaceMember *member;
  guint64 oldest;

  if (self->waiting.head == NULL)
    return G_MAXINT64;
  member = self->waiting.head->data;
  if (member->n_seen == self->n_arrivals)
    return member->turn_us + idle_us (self->pace);
  oldest = MAX (member->n_seen, self->n_arrivals
      - MIN (self->n_arrivals, N_TIMES));
  return self->times_us[oldest % N_TIMES] + join_us (self->pace);
}

/* It may be woken too early, never too late. */
static void
wake_by (PubPace * self, gint64 when_us)
{
  self->wake_us = MIN (self->wake_us, when_us);
}

static void
make_due (PubPaceMember * member)
{
  PubPaceGroup *group = member->group;

  if (member->is_due)
    return;
  member->is_due = TRUE;
  g_queue_unlink (&group->waiting, &member->link);
  g_queue_push_tail_link (&group->pace->due, &member->link);
}

static void
make_late_due (PubPaceGroup * self, gint64 now_us)
{
  while (find_deadline (self) <= now_us)
    make_due (self->waiting.head->data);
}

/* The turn is over before it begins: what it does may remove the member. */
static void
serve_next (PubPace * self, gint64 now_us)
{
  PubPaceMember *member = g_queue_pop_head_link (&self->due)->data;
  PubPaceGroup *group = member->group;

  member->is_due = FALSE;
  member->n_seen = group->n_arrivals;
  member->turn_us = now_us;
  g_queue_push_tail_link (&group->waiting, &member->link);
  wake_by (self, now_us + idle_us (self));
  member->serve (member->data);
}

static void
make_all_late_due (PubPace * self, gint64 now_us)
{
  GList *l;

  self->wake_us = G_MAXINT64;
  for (l = self->groups.head; l != NULL; l = l->next) {
    make_late_due (l->data, now_us);
    wake_by (self, find_deadline (l->data));
  }
}

/* The source has no ready time: GLib writes to a descriptor, and goes round its
 * loop once more, each time when one is set. */
static gboolean
pace_prepare (GSource * source, gint * timeout)
{
  PubPace *self = ((PaceSource *) source)->pace;
  gint64 wait_us;

  *timeout = -1;
  if (!g_queue_is_empty (&self->due))
    return TRUE;
  if (self->wake_us == G_MAXINT64)
    return FALSE;
  wait_us = self->wake_us - g_source_get_time (source);
  *timeout = CLAMP ((wait_us + 999) / 1000, 0, G_MAXINT);
  return wait_us <= 0;
}

static gboolean
pace_check (GSource * source)
{
  PubPace *self = ((PaceSource *) source)->pace;

  return !g_queue_is_empty (&self->due)
      || self->wake_us <= g_source_get_time (source);
}

static gboolean
pace_dispatch (GSource * source, GSourceFunc callback, gpointer user_data)
{
  PubPace *self = ((PaceSource *) source)->pace;
  gint64 now_us = g_source_get_time (source);
  guint n;

  if (self->wake_us <= now_us)
    make_all_late_due (self, now_us);
  for (n = MIN (self->due.length, SERVED_AT_ONCE);
      n > 0 && !g_queue_is_empty (&self->due); n--)
    serve_next (self, now_us);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {
  pace_prepare, pace_check, pace_dispatch, NULL, NULL, NULL
};

PubPace *
pub_pace_new (const guint * join_ms)
{
  PubPace *self = g_new0 (PubPace, 1);

  self->join_ms = join_ms;
  self->wake_us = G_MAXINT64;
  g_queue_init (&self->groups);
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
  g_return_if_fail (g_queue_is_empty (&self->groups));

  g_source_destroy (&self->source->source);
  g_source_unref (&self->source->source);
  g_free (self);
}

PubPaceGroup *
pub_pace_group_new (PubPace * pace)
{
  PubPaceGroup *self = g_new0 (PubPaceGroup, 1);

  self->pace = pace;
  self->link.data = self;
  g_queue_init (&self->waiting);
  g_queue_push_tail_link (&pace->groups, &self->link);
  return self;
}

void
pub_pace_group_free (PubPaceGroup * self)
{
  g_return_if_fail (self->n_members == 0);

  g_queue_unlink (&self->pace->groups, &self->link);
  g_free (self);
}

void
pub_pace_add (PubPaceGroup * self, PubPaceMember * member,
    void (*serve) (gpointer data), gpointer data)
{
  *member = (PubPaceMember) {
  .group = self,.serve = serve,.data = data,.link.data = member,.n_seen =
        self->n_arrivals,.turn_us = g_get_monotonic_time ()};
  g_queue_push_tail_link (&self->waiting, &member->link);
  self->n_members++;
  wake_by (self->pace, find_deadline (self));
}

void
pub_pace_remove (PubPaceMember * member)
{
  PubPaceGroup *group = member->group;

  g_queue_unlink (member->is_due ? &group->pace->due : &group->waiting,
      &member->link);
  group->n_members--;
}

/* How many arrivals there are until the first of them is too old, itself
 * included. */
static guint
count_joined (const PubPaceGroup * self)
{
  return MIN (join_us (self->pace) / MAX (self->gap_us, 1), N_TIMES - 1) + 1;
}

static void
note_arrival (PubPaceGroup * self, gint64 now_us)
{
  gint64 longest_us = idle_us (self->pace);
  gint64 gap_us = longest_us;

  if (self->n_arrivals > 0)
    gap_us = CLAMP (now_us - self->times_us[(self->n_arrivals - 1) % N_TIMES],
        0, longest_us);
  else
    self->gap_us = longest_us;
  self->gap_us += (gap_us - self->gap_us) / GAP_WEIGHT;
  self->times_us[self->n_arrivals++ % N_TIMES] = now_us;
}

void
pub_pace_arrived (PubPaceGroup * self, gint64 now_us)
{
  guint n_joined, n;

  note_arrival (self, now_us);
  n_joined = count_joined (self);
  self->credit += self->n_members;
  n = self->credit / n_joined;
  /* few have their turns together: each time that the peers' machine, or this
   * one, is woken costs as much as several turns */
  if (n < self->n_members && self->n_members <= PUB_PACE_TOGETHER)
    n = 0;
  self->credit -= (guint64) n *n_joined;
  for (; n > 0 && self->waiting.head != NULL; n--)
    make_due (self->waiting.head->data);
  wake_by (self->pace, find_deadline (self));
}

void
pub_pace_hurry (PubPaceMember * member)
{
  make_due (member);
}

void
pub_pace_hurry_all (PubPaceGroup * self)
{
  while (self->waiting.head != NULL)
    make_due (self->waiting.head->data);
}
