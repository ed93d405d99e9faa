/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_AUDIENCE_H__
#define __PUB_AUDIENCE_H__

#include "pubplayer.h"

G_BEGIN_DECLS

/**
 * PubAudience:
 *
 * The players of one programme.  Those that have nothing to show yet are served
 * with each packet, the others in their turns.
 */
typedef struct _PubAudience PubAudience;

/**
 * PubAudienceOwner:
 * @changed: somebody came, began to play, skipped or went
 * @moved: of these, all but skipping; called before @changed
 * @empty: (nullable): the last player has gone; the owner may free the audience
 * @is_over: see #PubPlayerOwner
 * @sessions: those of [MS-WMSP] players
 */
typedef struct
{
  void (*changed) (gpointer data);
  void (*moved) (gpointer data);
  void (*empty) (gpointer data);
  gboolean (*is_over) (gpointer data);
  gpointer data;
  PubSessions *sessions;
} PubAudienceOwner;

/**
 * pub_audience_new:
 * @conns: where the connections of players belong to
 * @pace: whose turn it is
 * @stream: the programme
 * @config: limits
 * @owner: is told
 */
PubAudience *pub_audience_new (PubConns * conns, PubPace * pace,
    PubStream * stream, const PubConfig * config,
    const PubAudienceOwner * owner);

/* Ends the programme for all of them; nobody is told. */
void pub_audience_free (PubAudience * self);

/* Lets the player of @msg have the programme; its connection is taken over. */
void pub_audience_add (PubAudience * self, SoupServerMessage * msg);

/* Calls @func for each player; it may stop players. */
void pub_audience_foreach (PubAudience * self,
    void (*func) (PubPlayer * player, gpointer data), gpointer data);

/* Ends the programme for all of them. */
void pub_audience_stop (PubAudience * self);

/* Returns: players, those that wait for a header included. */
guint pub_audience_count (PubAudience * self);

/* Returns: players that have got a header. */
guint pub_audience_count_playing (PubAudience * self);

const PubFeedTotals *pub_audience_get_totals (PubAudience * self);

G_END_DECLS
#endif /* __PUB_AUDIENCE_H__ */
