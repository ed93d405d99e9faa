/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_PACE_H__
#define __PUB_PACE_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * PubPace:
 *
 * Whose turn it is: a wheel of slots of a few milliseconds, in which each
 * member has its next turn.  No timer is needed for a member, and one source of
 * the thread-default main context serves them, so many at once that other
 * sources have their turn too.
 */
typedef struct _PubPace PubPace;

/* What a member's function returns when it has removed the member. */
#define PUB_PACE_REMOVED (-1)

/**
 * PubPaceFunc:
 * @is_hurried: whether this is because of pub_pace_hurry()
 *
 * Serves a member; it may remove any of them.
 *
 * Returns: monotonic time of the next turn, which comes up to
 *     %PUB_PACE_SLOT_US too early but not late, and at the latest in a quarter
 *     of a second; or %PUB_PACE_REMOVED.
 */
typedef gint64 (*PubPaceFunc) (gpointer data, gboolean is_hurried);

#define PUB_PACE_SLOT_US 4000

/**
 * PubPaceMember:
 *
 * A place in the wheel.  Its fields are private.
 */
typedef struct
{
  PubPaceFunc serve;
  gpointer data;
  GQueue *queue;                /* where link is */
  GList link;
  gboolean is_hurried;
} PubPaceMember;

PubPace *pub_pace_new (void);

/* To be called when all members have been removed. */
void pub_pace_free (PubPace * self);

/**
 * pub_pace_add:
 * @member: (out caller-allocates): stays where it is until it is removed
 * @serve: called in its turns
 * @data: for @serve
 *
 * The first turn comes soon.
 */
void pub_pace_add (PubPace * self, PubPaceMember * member, PubPaceFunc serve,
    gpointer data);
void pub_pace_remove (PubPace * self, PubPaceMember * member);

/* Its next turn is soon. */
void pub_pace_hurry (PubPace * self, PubPaceMember * member);

/* Its next turn is at @time_us, as if it had been served now. */
void pub_pace_wait (PubPace * self, PubPaceMember * member, gint64 time_us);

/* Returns: how many members there are. */
guint pub_pace_count (PubPace * self);

G_END_DECLS
#endif /* __PUB_PACE_H__ */
