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
  PubConfig config;
  GHashTable *points;
  gboolean is_strict;           /* only points that were made known */
  gchar **known;                /* by pub_server_set_points() */
  GHashTable *leaving;          /* points that end with their session */

  PubRelays *relays;
  PubRecord *record;
  PubPoint *recorded;

  void (*changed) (gpointer data);
  gpointer changed_data;
  void (*done) (gpointer data);
  gpointer done_data;
  GSource *done_source;
};

/* Returns: (nullable): a new point; %NULL when there are too many. */
PubPoint *pub_server_make_point (PubServer * self, const gchar * path);

/* Those of all points together. */
guint pub_server_count_players (PubServer * self);

G_END_DECLS
#endif /* __PUB_SERVER_PRIVATE_H__ */
