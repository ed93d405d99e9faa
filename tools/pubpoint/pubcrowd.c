/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubcrowd.h"

#include "pubaccess.h"
#include "pubserver-private.h"

/* Two walks through all players: one that leaves over the only network that can
 * have more than half of them, and one that counts it. */
typedef struct
{
  guint64 candidate, newcomer;
  guint lead;
  guint n_candidates, n_newcomers;
  PubPlayer *newest;
  void (*look) (PubPlayer * player, gpointer data);
} Walk;

static void
vote (PubPlayer * player, gpointer data)
{
  Walk *self = data;
  guint64 network = pub_player_get_network (player);

  if (self->lead == 0)
    self->candidate = network;
  if (network == self->candidate)
    self->lead++;
  else
    self->lead--;
}

static void
count (PubPlayer * player, gpointer data)
{
  Walk *self = data;
  guint64 network = pub_player_get_network (player);

  self->n_newcomers += network == self->newcomer;
  if (network != self->candidate)
    return;
  self->n_candidates++;
  if (self->newest == NULL
      || pub_player_get_id (player) > pub_player_get_id (self->newest))
    self->newest = player;
}

static void
look_at_point (PubPoint * point, gpointer data)
{
  pub_point_foreach_player (point, ((Walk *) data)->look, data);
}

static void
walk (PubServer * server, Walk * self,
    void (*look) (PubPlayer * player, gpointer data))
{
  self->look = look;
  pub_server_foreach_point (server, look_at_point, self);
}

gboolean
pub_crowd_make_place (PubServer * server, GSocketAddress * newcomer)
{
  GInetAddress *address = pub_address_of (newcomer);
  Walk self = { 0, };

  if (address == NULL)
    return FALSE;
  self.newcomer = pub_address_network (address);
  g_object_unref (address);
  walk (server, &self, vote);
  walk (server, &self, count);
  if (self.newest == NULL || self.n_newcomers > 0
      || self.n_candidates <= server->config.max_players / 2)
    return FALSE;
  pub_player_stop (self.newest);
  return pub_server_count_players (server) < server->config.max_players;
}
