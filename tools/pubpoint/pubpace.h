/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_PACE_H__
#define __PUB_PACE_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * PubPace:
 *
 * Whose turn it is: each member is served once in each revolution of a wheel,
 * and the members are spread over it evenly.  So what came since the last turn
 * goes out together, and no timer is needed for a member.  It is one source of
 * the thread-default main context, and serves so many members at once that
 * other sources have their turn too.
 */
typedef struct _PubPace PubPace;

/**
 * PubPaceMember:
 *
 * A place in the wheel.  Its fields are private.
 */
typedef struct
{
  void (*serve) (gpointer data);
  gpointer data;
  guint slot, index;
  gboolean is_due;
  GList due;
} PubPaceMember;

/* @revolution_ms: read whenever the wheel begins to turn. */
PubPace *pub_pace_new (const guint * revolution_ms);

/* To be called when all members have been removed. */
void pub_pace_free (PubPace * self);

/**
 * pub_pace_add:
 * @member: (out caller-allocates): stays where it is until it is removed
 * @serve: may remove any member
 * @data: for @serve
 */
void pub_pace_add (PubPace * self, PubPaceMember * member,
    void (*serve) (gpointer data), gpointer data);
void pub_pace_remove (PubPace * self, PubPaceMember * member);

/* Serves @member soon, out of its turn. */
void pub_pace_hurry (PubPace * self, PubPaceMember * member);

G_END_DECLS
#endif /* __PUB_PACE_H__ */
