/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubpoll.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

/* What is served before other sources have their turn.  The kernel hands out
 * what is ready in turns, so that nobody starves behind the others. */
#define MAX_EVENTS 64
/* Turns that may follow each other at once; beyond them there is a rest after
 * each, in which more may come. */
#define FREE_TURNS 50
#define REST_US (5 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  GSource source;
  PubPoll *poll;
} PollSource;

struct _PubPoll
{
  PollSource *source;
  GPollFD poll_fd;
  gint64 earned_us;             /* what turns have cost, from now on */
  GQueue woken;                 /* links of entries */
  gboolean is_dispatching;
  GSList *removed;              /* entries that events may still point to */
};

struct _PubPollEntry
{
  PubPoll *poll;
  gint fd;
  PubPollFunc func;             /* NULL: removed */
  gpointer data;
  PubPollEvents wanted;
  PubPollEvents woken_for;      /* 0: not in woken */
  GList link;
};

/* When the set is looked at again. */
static gint64
rest_until (const PubPoll * self)
{
  return self->earned_us - FREE_TURNS * REST_US;
}

/* While it rests the descriptor is not waited for: GLib looks at the events
 * that are asked for each time that it polls. */
static gboolean
poll_prepare (GSource * source, gint * timeout)
{
  PubPoll *self = ((PollSource *) source)->poll;
  gint64 wait_us = rest_until (self) - g_source_get_time (source);

  *timeout = wait_us > 0 ? (wait_us + 999) / 1000 : -1;
  self->poll_fd.events = wait_us > 0 ? 0 : G_IO_IN;
  return !g_queue_is_empty (&self->woken);
}

/* After a rest nobody knows yet whether anything has come. */
static gboolean
poll_check (GSource * source)
{
  PubPoll *self = ((PollSource *) source)->poll;

  return !g_queue_is_empty (&self->woken) || (self->poll_fd.events != 0
      && self->poll_fd.revents != 0);
}

/* Packets of many programmes come one by one: after a turn for each of them it
 * rests, and takes together what comes meanwhile.  Not while there is more than
 * one turn takes. */
static void
pay_for_turn (PubPoll * self, gint64 now_us, gboolean is_full)
{
  self->earned_us = MIN (MAX (self->earned_us, now_us) + REST_US,
      now_us + (FREE_TURNS + (is_full ? 0 : 1)) * REST_US);
}

static void
call_entry (PubPollEntry * entry, PubPollEvents events)
{
  if (entry->func != NULL && events != 0)
    entry->func (events, entry->data);
}

/* Those that wake again while they are served have to wait for the next
 * turn. */
static void
serve_woken (PubPoll * self)
{
  guint n = MIN (self->woken.length, MAX_EVENTS);

  for (; n > 0 && !g_queue_is_empty (&self->woken); n--) {
    PubPollEntry *entry = self->woken.head->data;
    PubPollEvents events = entry->woken_for;

    entry->woken_for = 0;
    g_queue_unlink (&self->woken, &entry->link);
    call_entry (entry, events);
  }
}

/* What was waited for is told; an error as something to be read where reading
 * is waited for. */
static PubPollEvents
translate_events (const PubPollEntry * entry, guint32 kernel)
{
  PubPollEvents events = 0;

  if (kernel & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
    events |= PUB_POLL_READ;
  if (kernel & EPOLLOUT)
    events |= PUB_POLL_WRITE;
  events &= entry->wanted;
  if (!(entry->wanted & PUB_POLL_READ) && (kernel & (EPOLLHUP | EPOLLERR)))
    events |= PUB_POLL_BROKEN;
  return events;
}

static gboolean
poll_dispatch (GSource * source, GSourceFunc callback, gpointer user_data)
{
  PubPoll *self = ((PollSource *) source)->poll;
  struct epoll_event events[MAX_EVENTS];
  gint i, n;

  self->is_dispatching = TRUE;
  serve_woken (self);
  n = epoll_wait (self->poll_fd.fd, events, MAX_EVENTS, 0);
  pay_for_turn (self, g_source_get_time (source), n == MAX_EVENTS);
  for (i = 0; i < n; i++) {
    PubPollEntry *entry = events[i].data.ptr;

    call_entry (entry, translate_events (entry, events[i].events));
  }
  self->is_dispatching = FALSE;
  g_slist_free_full (g_steal_pointer (&self->removed), g_free);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {
  poll_prepare, poll_check, poll_dispatch, NULL, NULL, NULL
};

PubPoll *
pub_poll_new (void)
{
  PubPoll *self = g_new0 (PubPoll, 1);

  self->poll_fd.fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->poll_fd.fd < 0)
    g_error ("no epoll set: %s", g_strerror (errno));
  g_queue_init (&self->woken);
  self->source = (PollSource *) g_source_new (&source_funcs,
      sizeof (PollSource));
  self->source->poll = self;
  g_source_set_name (&self->source->source, "pubpoll");
  /* nothing runs the loop from within it; and else GLib takes its descriptor out
   * of the loop and back for each turn, with two writes, a read and another poll
   */
  g_source_set_can_recurse (&self->source->source, TRUE);
  self->poll_fd.events = G_IO_IN;
  g_source_add_poll (&self->source->source, &self->poll_fd);
  g_source_attach (&self->source->source, g_main_context_get_thread_default ());
  return self;
}

void
pub_poll_free (PubPoll * self)
{
  g_return_if_fail (g_queue_is_empty (&self->woken) && !self->is_dispatching);

  g_source_destroy (&self->source->source);
  g_source_unref (&self->source->source);
  close (self->poll_fd.fd);
  g_free (self);
}

static gint
control (PubPollEntry * entry, gint operation)
{
  struct epoll_event event = { 0, };

  if (entry->wanted & PUB_POLL_READ)
    event.events |= EPOLLIN | EPOLLRDHUP;
  if (entry->wanted & PUB_POLL_WRITE)
    event.events |= EPOLLOUT;
  event.data.ptr = entry;
  return epoll_ctl (entry->poll->poll_fd.fd, operation, entry->fd, &event);
}

PubPollEntry *
pub_poll_add (PubPoll * self, gint fd, PubPollFunc func, gpointer data)
{
  PubPollEntry *entry = g_new0 (PubPollEntry, 1);

  entry->poll = self;
  entry->fd = fd;
  entry->func = func;
  entry->data = data;
  entry->wanted = PUB_POLL_READ;
  entry->link.data = entry;
  if (control (entry, EPOLL_CTL_ADD) != 0) {
    g_warning ("a connection cannot be waited for: %s", g_strerror (errno));
    entry->fd = -1;
    pub_poll_wake (entry, PUB_POLL_BROKEN);
  }
  return entry;
}

void
pub_poll_remove (PubPollEntry * entry)
{
  PubPoll *self = entry->poll;

  if (entry->fd >= 0)
    control (entry, EPOLL_CTL_DEL);
  if (entry->woken_for != 0)
    g_queue_unlink (&self->woken, &entry->link);
  entry->func = NULL;
  if (self->is_dispatching)
    self->removed = g_slist_prepend (self->removed, entry);
  else
    g_free (entry);
}

void
pub_poll_wait_for (PubPollEntry * entry, PubPollEvents events)
{
  if (entry->wanted == events)
    return;
  entry->wanted = events;
  if (entry->fd >= 0)
    control (entry, EPOLL_CTL_MOD);
}

void
pub_poll_wake (PubPollEntry * entry, PubPollEvents events)
{
  if (entry->woken_for == 0 && events != 0)
    g_queue_push_tail_link (&entry->poll->woken, &entry->link);
  entry->woken_for |= events;
}
