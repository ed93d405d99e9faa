/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubaudience.h"

/* What may come between two turns of a player; of a source that is faster than
 * that players would lose what is pushed out of the ring. */
#define HURRY_BYTES (256u << 10)

struct _PubAudience
{
  PubConns *conns;
  PubPaceGroup *pace;
  PubStream *stream;
  const PubConfig *config;
  PubAudienceOwner owner;

  GHashTable *players;
  GHashTable *eager;            /* those of them without a picture */
  guint n_playing;
  gint64 since_us;              /* what came since then: */
  gsize bytes;
  guint walking;                /* somebody goes through all players */
  PubFeedTotals totals;
};

static const PubListenerFuncs listener_funcs;

PubAudience *
pub_audience_new (PubConns * conns, PubPace * pace, PubStream * stream,
    const PubConfig * config, const PubAudienceOwner * owner)
{
  PubAudience *self = g_new0 (PubAudience, 1);

  self->conns = conns;
  self->pace = pub_pace_group_new (pace);
  self->stream = stream;
  self->config = config;
  self->owner = *owner;
  self->players = g_hash_table_new (NULL, NULL);
  self->eager = g_hash_table_new (NULL, NULL);
  pub_stream_add_listener (stream, &listener_funcs, self);
  return self;
}

void
pub_audience_free (PubAudience * self)
{
  self->owner.empty = NULL;
  pub_audience_stop (self);
  pub_stream_remove_listener (self->stream, self);
  pub_pace_group_free (self->pace);
  g_hash_table_unref (self->eager);
  g_hash_table_unref (self->players);
  g_free (self);
}

/* They get it in one of the next turns of the main loop, not in this one: an
 * encoder does not wait for thousands of players. */
static void
hurry (PubAudience * self)
{
  GHashTableIter iter;
  gpointer player;

  g_hash_table_iter_init (&iter, self->eager);
  while (g_hash_table_iter_next (&iter, &player, NULL)) {
    if (pub_player_is_eager (player))
      pub_player_hurry (player);
    else
      g_hash_table_iter_remove (&iter);
  }
}

static void
header_came (gpointer data, GBytes * header, const AsfHeaderInfo * info)
{
  PubAudience *self = data;

  hurry (self);
  pub_pace_hurry_all (self->pace);
}

/* A source that does not keep to the clock. */
static void
check_rate (PubAudience * self, gsize size, gint64 now_us)
{
  if (now_us - self->since_us > (gint64) self->config->join_ms * 1000) {
    self->since_us = now_us;
    self->bytes = 0;
  }
  self->bytes += size;
  if (self->bytes > MIN (HURRY_BYTES, self->config->backlog_limit / 8)) {
    pub_pace_hurry_all (self->pace);
    self->bytes = 0;
  }
}

static void
packet_came (gpointer data, GBytes * packet, guint64 number,
    gboolean starts_key_frame)
{
  PubAudience *self = data;
  gint64 now_us = g_get_monotonic_time ();

  hurry (self);
  pub_pace_arrived (self->pace, now_us);
  check_rate (self, g_bytes_get_size (packet), now_us);
}

/* Players notice the end in their turns; the audience goes on to listen. */
static void
stream_ended (gpointer data)
{
  PubAudience *self = data;

  pub_pace_hurry_all (self->pace);
  pub_stream_add_listener (self->stream, &listener_funcs, self);
}

static const PubListenerFuncs listener_funcs = {
  header_came, packet_came, stream_ended
};

/* The last thing that is done with @self: the owner may free it. */
static void
tell_when_empty (PubAudience * self)
{
  if (g_hash_table_size (self->players) == 0 && self->walking == 0
      && self->owner.empty != NULL)
    self->owner.empty (self->owner.data);
}

static void
player_gone (gpointer data, PubPlayer * player)
{
  PubAudience *self = data;

  g_hash_table_remove (self->players, player);
  g_hash_table_remove (self->eager, player);
  if (pub_player_is_playing (player))
    self->n_playing--;
  self->owner.moved (self->owner.data);
  self->owner.changed (self->owner.data);
  tell_when_empty (self);
}

/* It is served with each packet until it has something to show. */
static void
player_waits (gpointer data, PubPlayer * player)
{
  PubAudience *self = data;

  g_hash_table_add (self->eager, player);
}

static void
player_paused (gpointer data, PubPlayer * player)
{
  PubAudience *self = data;

  self->n_playing--;
  self->owner.moved (self->owner.data);
  self->owner.changed (self->owner.data);
}

static void
player_began (gpointer data, PubPlayer * player)
{
  PubAudience *self = data;

  self->n_playing++;
  self->owner.moved (self->owner.data);
  self->owner.changed (self->owner.data);
}

static void
player_skipped (gpointer data, PubPlayer * player)
{
  PubAudience *self = data;

  self->owner.changed (self->owner.data);
}

static gboolean
is_over (gpointer data)
{
  PubAudience *self = data;

  return self->owner.is_over (self->owner.data);
}

void
pub_audience_add (PubAudience * self, SoupServerMessage * msg)
{
  const PubPlayerOwner owner = { player_gone, player_waits, player_began,
    player_paused, player_skipped, is_over, self, &self->totals,
    self->owner.sessions
  };
  PubPlayer *player = pub_player_new (self->conns, msg, self->pace,
      self->stream, self->config, &owner);

  g_hash_table_add (self->players, player);
  g_hash_table_add (self->eager, player);
  self->owner.moved (self->owner.data);
  self->owner.changed (self->owner.data);
  pub_player_start (player);
}

void
pub_audience_foreach (PubAudience * self,
    void (*func) (PubPlayer * player, gpointer data), gpointer data)
{
  GList *players = g_hash_table_get_keys (self->players), *l;

  self->walking++;
  for (l = players; l != NULL; l = l->next) {
    if (g_hash_table_contains (self->players, l->data))
      func (l->data, data);
  }
  self->walking--;
  if (players != NULL)
    tell_when_empty (self);
  g_list_free (players);
}

static void
stop_player (PubPlayer * player, gpointer data)
{
  pub_player_stop (player);
}

void
pub_audience_stop (PubAudience * self)
{
  pub_audience_foreach (self, stop_player, NULL);
}

guint
pub_audience_count (PubAudience * self)
{
  return g_hash_table_size (self->players);
}

guint
pub_audience_count_playing (PubAudience * self)
{
  return self->n_playing;
}

const PubFeedTotals *
pub_audience_get_totals (PubAudience * self)
{
  return &self->totals;
}
