/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_SERVER_PRIVATE_H__
#define __PUB_SERVER_PRIVATE_H__

#include "pubentrance.h"
#include "pubfront.h"
#include "pubrelays.h"
#include "pubserver.h"

G_BEGIN_DECLS

struct _PubServer
{
  SoupServer *soup;
  PubFront *front;
  PubEntrance *entrance;
  PubConns *conns;
  PubPace *pace;
  PubSessions *sessions;        /* of [MS-WMSP] players */
  PubConfig config;
  GHashTable *points;
  gboolean is_strict;           /* only points that were made known */
  PubTotalsTable *totals;
  struct _PubPage *page;
  GUri *url;                    /* NULL: what was asked for */
  gchar **known;                /* by pub_server_set_points() */

  PubRelays *relays;
  PubRecorder *recorder;        /* NULL: nothing is recorded */
  PubRecordConfig record_config;        /* of it, with a directory of our own */
  GPtrArray *former_recorders;  /* which end with their sessions */

  void (*changed) (gpointer data);
  gpointer changed_data;
  void (*done) (gpointer data);
  gpointer done_data;
  GSource *done_source;
};

/**
 * pub_server_make_point:
 * @path: of the new point
 * @spared: points of this use and above keep their places
 *
 * When there are too many points, the one of the least use gives way; of
 * several, the one that was used longest ago.  Declared ones never do.
 *
 * Returns: (transfer none) (nullable): a new point; %NULL when there is no
 *     place.
 */
PubPoint *pub_server_make_point (PubServer * self, const gchar * path,
    PubPointUse spared);

/* Those of all points together. */
guint pub_server_count_players (PubServer * self);

G_END_DECLS
#endif /* __PUB_SERVER_PRIVATE_H__ */
