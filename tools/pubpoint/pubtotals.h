/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_TOTALS_H__
#define __PUB_TOTALS_H__

#include "pubpush.h"

G_BEGIN_DECLS

/**
 * PubTotals:
 * @sessions: encoders' sessions
 * @push: what came in sessions that are over
 * @players: that have asked for the programme
 * @sent_bytes: packets that players were given, with their framing
 * @skipped: packets that slow players did not get
 * @late: packets that players were given more than %PUB_LATE_MS after they came
 * @revision: see pub_point_get_revision()
 *
 * What is counted at a path, for as long as the server runs: points come and
 * go, and these never go back.
 */
typedef struct
{
  guint64 sessions;
  PubPushCounters push;
  guint64 players;
  guint64 sent_bytes;
  guint64 skipped;
  guint64 late;
  guint revision;
} PubTotals;

PubTotals *pub_totals_ref (PubTotals * self);
void pub_totals_unref (PubTotals * self);

/* Adds what a session has counted. */
void pub_totals_add_push (PubPushCounters * sum,
    const PubPushCounters * counters);

/**
 * PubTotalsTable:
 *
 * The totals of all paths; those of paths without a point are kept too, as
 * many as there is room for.
 */
typedef struct _PubTotalsTable PubTotalsTable;

PubTotalsTable *pub_totals_table_new (guint max_paths);
void pub_totals_table_free (PubTotalsTable * self);

/* Returns: (transfer full): those of @path, as they were left. */
PubTotals *pub_totals_table_get (PubTotalsTable * self, const gchar * path);

G_END_DECLS
#endif /* __PUB_TOTALS_H__ */
