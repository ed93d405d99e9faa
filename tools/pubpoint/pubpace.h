/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_PACE_H__
#define __PUB_PACE_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * PubPace:
 *
 * Whose turn it is.  It is one source of the thread-default main context, and
 * serves so many members at once that other sources have their turn too.
 */
typedef struct _PubPace PubPace;

/**
 * PubPaceGroup:
 *
 * Members that wait for the same things to arrive.  What arrives is not handed
 * to everybody at once: with each arrival those have their turn who had it
 * longest ago, so many that all of them have had it when the oldest thing that
 * one of them waits for is as old as it may get.  So things go out together,
 * the work is even however the members came, and nobody needs a timer: only
 * when arrivals are late one does for all of them.  A group of at most
 * %PUB_PACE_TOGETHER has its turns together.
 */
typedef struct _PubPaceGroup PubPaceGroup;

#define PUB_PACE_TOGETHER 128

/**
 * PubPaceMember:
 *
 * One who has turns.  Its fields are private.
 */
typedef struct
{
  PubPaceGroup *group;
  void (*serve) (gpointer data);
  gpointer data;
  GList link;                   /* of the group, or of those who are due */
  gboolean is_due;
  guint64 n_seen;               /* arrivals before its last turn */
  gint64 turn_us;               /* when it was */
} PubPaceMember;

/* @join_ms: how old things may get, read with each turn. */
PubPace *pub_pace_new (const guint * join_ms);

/* To be called when all groups have been freed. */
void pub_pace_free (PubPace * self);

PubPaceGroup *pub_pace_group_new (PubPace * pace);

/* To be called when all members have been removed. */
void pub_pace_group_free (PubPaceGroup * self);

/**
 * pub_pace_add:
 * @member: (out caller-allocates): stays where it is until it is removed
 * @serve: may remove any member.  It is called now and then, also when nothing
 *     arrives
 * @data: for @serve
 */
void pub_pace_add (PubPaceGroup * self, PubPaceMember * member,
    void (*serve) (gpointer data), gpointer data);
void pub_pace_remove (PubPaceMember * member);

/* Something has come, at @now_us, that members wait for. */
void pub_pace_arrived (PubPaceGroup * self, gint64 now_us);

/* Serves @member soon, out of its turn. */
void pub_pace_hurry (PubPaceMember * member);

/* Serves everybody soon. */
void pub_pace_hurry_all (PubPaceGroup * self);

G_END_DECLS
#endif /* __PUB_PACE_H__ */
