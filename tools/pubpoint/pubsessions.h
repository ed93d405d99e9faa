/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_SESSIONS_H__
#define __PUB_SESSIONS_H__

#include <glib.h>

G_BEGIN_DECLS

/* What players are told is 60 s (2.2.1.4.29); these are a little more. */
#define PUB_SESSIONS_TIMEOUT_US (65 * G_TIME_SPAN_SECOND)
/* Sessions that play nothing now; when there are more, the one that has been
 * silent for longest goes. */
#define PUB_SESSIONS_MAX_IDLE 8192

/**
 * PubSessions:
 *
 * The streaming sessions of players, by their client-id ([MS-WMSP] 3.2.1): each
 * belongs to a publishing point and, while it plays, to a player.  Those that
 * play nothing end when nothing is heard of them (3.2.6.2).
 */
typedef struct _PubSessions PubSessions;

PubSessions *pub_sessions_new (void);
void pub_sessions_free (PubSessions * self);

/**
 * pub_sessions_add:
 * @point: what it belongs to
 * @now_us: monotonic time
 *
 * Returns: the client-id of a new session, never 0 and not to be guessed.
 */
guint32 pub_sessions_add (PubSessions * self, gconstpointer point,
    gint64 now_us);

/**
 * pub_sessions_find:
 * @id: a client-id
 * @point: (nullable): what it has to belong to; %NULL for anything
 * @now_us: monotonic time
 * @player: (out) (optional): who plays, or %NULL
 *
 * Returns: whether there is such a session.  It lives on from now.
 */
gboolean pub_sessions_find (PubSessions * self, guint32 id,
    gconstpointer point, gint64 now_us, gpointer * player);

/**
 * pub_sessions_set_player:
 * @id: a client-id; nothing happens when the session is gone
 * @before: (nullable): who has to be its player for anything to happen
 * @player: (nullable): who plays it from now on
 * @now_us: monotonic time
 */
void pub_sessions_set_player (PubSessions * self, guint32 id, gpointer before,
    gpointer player, gint64 now_us);

/* A publishing point goes, and its sessions with it. */
void pub_sessions_remove_point (PubSessions * self, gconstpointer point);

/* Returns: how many there are. */
guint pub_sessions_count (PubSessions * self);

G_END_DECLS
#endif /* __PUB_SESSIONS_H__ */
