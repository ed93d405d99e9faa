/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubsessions.h"

#include <sys/random.h>

typedef struct
{
  guint32 id;
  gconstpointer point;
  gpointer player;
  gint64 heard_us;
  GList link;                   /* in idle, while player is NULL */
} Session;

struct _PubSessions
{
  GHashTable *by_id;
  GQueue idle;                  /* the one that has been silent longest first */
};

PubSessions *
pub_sessions_new (void)
{
  PubSessions *self = g_new0 (PubSessions, 1);

  self->by_id = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_queue_init (&self->idle);
  return self;
}

void
pub_sessions_free (PubSessions * self)
{
  g_hash_table_unref (self->by_id);
  g_free (self);
}

static void
remove_session (PubSessions * self, Session * session)
{
  if (session->player == NULL)
    g_queue_unlink (&self->idle, &session->link);
  g_hash_table_remove (self->by_id, GUINT_TO_POINTER (session->id));
}

/* Those that have been silent for too long, and those that are too many. */
static void
clean_up (PubSessions * self, gint64 now_us)
{
  while (!g_queue_is_empty (&self->idle)) {
    Session *session = g_queue_peek_head (&self->idle);

    if (g_queue_get_length (&self->idle) <= PUB_SESSIONS_MAX_IDLE
        && now_us - session->heard_us < PUB_SESSIONS_TIMEOUT_US)
      return;
    remove_session (self, session);
  }
}

/* Who could guess the number of another player's session could switch its
 * streams. */
static guint32
random_id (void)
{
  guint32 id = 0;

  if (getrandom (&id, sizeof (id), 0) != sizeof (id))
    id = g_random_int ();
  return id;
}

guint32
pub_sessions_add (PubSessions * self, gconstpointer point, gint64 now_us)
{
  Session *session = g_new0 (Session, 1);

  do
    session->id = random_id ();
  while (session->id == 0 || g_hash_table_contains (self->by_id,
          GUINT_TO_POINTER (session->id)));
  session->point = point;
  session->heard_us = now_us;
  session->link.data = session;
  g_hash_table_insert (self->by_id, GUINT_TO_POINTER (session->id), session);
  g_queue_push_tail_link (&self->idle, &session->link);
  clean_up (self, now_us);
  return session->id;
}

static void
hear_of (PubSessions * self, Session * session, gint64 now_us)
{
  session->heard_us = now_us;
  if (session->player != NULL)
    return;
  g_queue_unlink (&self->idle, &session->link);
  g_queue_push_tail_link (&self->idle, &session->link);
}

gboolean
pub_sessions_find (PubSessions * self, guint32 id, gconstpointer point,
    gint64 now_us, gpointer * player)
{
  Session *session;

  clean_up (self, now_us);
  session = g_hash_table_lookup (self->by_id, GUINT_TO_POINTER (id));
  if (session == NULL || (point != NULL && session->point != point))
    return FALSE;
  hear_of (self, session, now_us);
  if (player != NULL)
    *player = session->player;
  return TRUE;
}

void
pub_sessions_set_player (PubSessions * self, guint32 id, gpointer before,
    gpointer player, gint64 now_us)
{
  Session *session = g_hash_table_lookup (self->by_id, GUINT_TO_POINTER (id));

  if (session == NULL || session->player != before)
    return;
  if (session->player == NULL)
    g_queue_unlink (&self->idle, &session->link);
  session->player = player;
  session->heard_us = now_us;
  if (player == NULL)
    g_queue_push_tail_link (&self->idle, &session->link);
  clean_up (self, now_us);
}

void
pub_sessions_remove_point (PubSessions * self, gconstpointer point)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Session *session = value;

    if (session->point != point)
      continue;
    if (session->player == NULL)
      g_queue_unlink (&self->idle, &session->link);
    g_hash_table_iter_remove (&iter);
  }
}

guint
pub_sessions_count (PubSessions * self)
{
  return g_hash_table_size (self->by_id);
}
