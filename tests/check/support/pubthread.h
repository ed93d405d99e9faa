/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_THREAD_H__
#define __PUB_THREAD_H__

#include "pubserver.h"

G_BEGIN_DECLS

/* A publishing point on a thread of its own, listening on a free port of the
 * loopback address.  All functions may be called from any other thread. */
typedef struct _PubThread PubThread;

/* @configure, when not NULL, runs on the server's thread before it listens. */
PubThread *pub_thread_new (void (*configure) (PubServer * server,
        gpointer data), gpointer data);

/* Ends everything at once, joins the thread and frees @self. */
void pub_thread_stop (PubThread * self);

/* As SIGTERM does with the program: encoders and players are told.  Waits
 * until all connections have gone; pub_thread_stop() is still to be called. */
void pub_thread_shut_down (PubThread * self);

/* Has @func called on the server's thread, and waits for it. */
void pub_thread_call (PubThread * self, void (*func) (PubServer * server,
        gpointer data), gpointer data);

/* Waits until @condition, which is called on the server's thread, is true, for
 * at most 20 seconds.  It is asked again whenever the server has changed. */
gboolean pub_thread_wait_for (PubThread * self,
    gboolean (*condition) (PubServer * server, gpointer data), gpointer data);

guint pub_thread_get_port (PubThread * self);

/* "SCHEME://127.0.0.1:PORT" and @path. */
gchar *pub_thread_url (PubThread * self, const gchar * scheme,
    const gchar * path);

/* All fields are zero when there is no such point. */
void pub_thread_get_point (PubThread * self, const gchar * path,
    PubPointInfo * info);

/* Waits until @condition is true of the point, for at most 20 seconds.
 * Returns: whether it came true. */
typedef gboolean (*PubThreadCondition) (const PubPointInfo * info,
    guint64 value);
gboolean pub_thread_wait (PubThread * self, const gchar * path,
    PubThreadCondition condition, guint64 value);

/* Conditions. */
gboolean pub_has_packets (const PubPointInfo * info, guint64 value);
gboolean pub_has_headers (const PubPointInfo * info, guint64 value);
gboolean pub_has_players (const PubPointInfo * info, guint64 value);
gboolean pub_has_playing (const PubPointInfo * info, guint64 value);
gboolean pub_has_skipped (const PubPointInfo * info, guint64 value);
gboolean pub_has_state (const PubPointInfo * info, guint64 value);
gboolean pub_has_no_session (const PubPointInfo * info, guint64 sessions);

/* Administrative disconnect (S10). */
gboolean pub_thread_disconnect (PubThread * self, const gchar * path,
    guint status);

G_END_DECLS
#endif /* __PUB_THREAD_H__ */
