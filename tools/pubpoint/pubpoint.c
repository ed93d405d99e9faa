/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubpoint.h"

#include "pubrequest.h"

struct _PubPoint
{
  gchar *path;
  PubConns *conns;
  const PubConfig *config;
  PubPointOwner owner;

  PubStream *stream;
  PubPush *push;
  gboolean auto_destroy;
  PubRecord *record;
  guint sessions;
  PubPushCounters last_counters;

  GHashTable *players;
  guint64 skipped;
  void (*gone) (gpointer data, PubPoint * point);
  gpointer gone_data;
};

PubPoint *
pub_point_new (const gchar * path, PubConns * conns, const PubConfig * config,
    const PubPointOwner * owner)
{
  PubPoint *self = g_new0 (PubPoint, 1);

  self->path = g_strdup (path);
  self->conns = conns;
  self->config = config;
  self->owner = *owner;
  self->stream = pub_stream_new (config->backlog_limit);
  self->players = g_hash_table_new (NULL, NULL);
  return self;
}

void
pub_point_set_gone (PubPoint * self, void (*gone) (gpointer data,
        PubPoint * point), gpointer data)
{
  self->gone = gone;
  self->gone_data = data;
}

PubStream *
pub_point_get_stream (PubPoint * self)
{
  return self->stream;
}

const gchar *
pub_point_get_path (PubPoint * self)
{
  return self->path;
}

gboolean
pub_point_is_unused (PubPoint * self)
{
  return self->push == NULL && g_hash_table_size (self->players) == 0;
}

static guint
count_playing (PubPoint * self)
{
  GHashTableIter iter;
  gpointer player;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->players);
  while (g_hash_table_iter_next (&iter, &player, NULL))
    n += pub_player_is_playing (player) ? 1 : 0;
  return n;
}

void
pub_point_get_info (PubPoint * self, PubPointInfo * info)
{
  memset (info, 0, sizeof (*info));
  info->state = PUB_PUSH_OVER;
  info->sessions = self->sessions;
  info->counters = self->last_counters;
  info->players = g_hash_table_size (self->players);
  info->playing = count_playing (self);
  info->skipped = self->skipped;
  if (self->push == NULL)
    return;
  info->has_session = TRUE;
  info->state = pub_push_get_state (self->push);
  info->counters = *pub_push_get_counters (self->push);
  g_strlcpy (info->push_id, pub_push_get_id (self->push),
      sizeof (info->push_id));
}

static void
point_changed (gpointer data)
{
  PubPoint *self = data;

  self->owner.changed (self->owner.data);
}

static void
drop_push (PubPoint * self)
{
  self->last_counters = *pub_push_get_counters (self->push);
  g_clear_pointer (&self->push, pub_push_free);
  if (self->record != NULL) {
    pub_stream_remove_listener (self->stream, self->record);
    self->record = NULL;
    self->owner.record_done (self->owner.data, self);
  }
}

static void
push_over (gpointer data)
{
  PubPoint *self = data;

  drop_push (self);
  self->owner.changed (self->owner.data);
  self->owner.session_over (self->owner.data, self, self->auto_destroy);
}

static guint
new_session (PubPoint * self, gboolean auto_destroy)
{
  const PubPushOwner push_owner = { point_changed, push_over, self };

  /* one that has never sent anything gives way: its encoder has begun anew */
  if (self->push != NULL && !pub_push_is_unused (self->push))
    return SOUP_STATUS_CONFLICT;
  if (self->push != NULL)
    drop_push (self);
  self->push = pub_push_new (self->conns, self->stream, self->config,
      &push_owner);
  if (self->push == NULL)
    return SOUP_STATUS_SERVICE_UNAVAILABLE;
  self->auto_destroy = auto_destroy;
  self->sessions++;
  if (self->owner.record != NULL)
    self->record = self->owner.record (self->owner.data, self);
  if (self->record != NULL)
    pub_record_attach (self->record, self->stream);
  self->owner.changed (self->owner.data);
  return SOUP_STATUS_NO_CONTENT;
}

/* S2, S3; [MS-WMHTTP] 3.2.5.1. */
static guint
check_push_id (PubPoint * self, const gchar * push_id)
{
  if (self->push == NULL || push_id == NULL
      || !pub_id_equal (push_id, pub_push_get_id (self->push)))
    return SOUP_STATUS_NOT_FOUND;
  if (pub_push_get_state (self->push) == PUB_PUSH_STREAMING
      && !pub_push_give_way (self->push))
    return SOUP_STATUS_CONFLICT;
  return SOUP_STATUS_NO_CONTENT;
}

guint
pub_point_setup (PubPoint * self, const gchar * push_id, gboolean auto_destroy,
    const gchar ** answer_id)
{
  gboolean is_new = push_id == NULL || g_str_equal (push_id, "0");
  guint status;

  status = is_new ? new_session (self, auto_destroy)
      : check_push_id (self, push_id);
  if (status != SOUP_STATUS_NO_CONTENT)
    return status;
  if (!is_new)
    pub_push_touch (self->push);
  *answer_id = pub_push_get_id (self->push);
  return status;
}

guint
pub_point_start_push (PubPoint * self, SoupServerMessage * msg,
    const gchar * push_id)
{
  guint status = check_push_id (self, push_id);

  if (status != SOUP_STATUS_NO_CONTENT)
    return status;
  pub_push_start (self->push, msg);
  return 0;
}

static void
player_gone (gpointer data, PubPlayer * player)
{
  PubPoint *self = data;

  g_hash_table_remove (self->players, player);
  self->owner.changed (self->owner.data);
}

static void
player_skipped (gpointer data, guint packets)
{
  PubPoint *self = data;

  self->skipped += packets;
  self->owner.changed (self->owner.data);
}

void
pub_point_add_player (PubPoint * self, SoupServerMessage * msg)
{
  const PubPlayerOwner player_owner =
      { player_gone, point_changed, player_skipped, self };
  PubPlayer *player = pub_player_start (self->conns, msg, self->stream,
      self->config, &player_owner);

  if (player != NULL)
    g_hash_table_add (self->players, player);
  self->owner.changed (self->owner.data);
}

gboolean
pub_point_disconnect (PubPoint * self, guint status)
{
  if (self->push == NULL)
    return FALSE;
  pub_push_disconnect (self->push, status);
  return TRUE;
}

void
pub_point_foreach_player (PubPoint * self,
    void (*func) (PubPlayer * player, gpointer data), gpointer data)
{
  GList *players = g_hash_table_get_keys (self->players), *l;

  for (l = players; l != NULL; l = l->next) {
    if (g_hash_table_contains (self->players, l->data))
      func (l->data, data);
  }
  g_list_free (players);
}

static void
stop_player (PubPlayer * player, gpointer data)
{
  pub_player_stop (player);
}

static void
stop_players (PubPoint * self)
{
  pub_point_foreach_player (self, stop_player, NULL);
}

void
pub_point_shut_down (PubPoint * self)
{
  stop_players (self);
  pub_point_disconnect (self, SOUP_STATUS_SERVICE_UNAVAILABLE);
}

void
pub_point_free (PubPoint * self)
{
  if (self->gone != NULL)
    self->gone (self->gone_data, self);
  stop_players (self);
  if (self->push != NULL)
    drop_push (self);
  g_hash_table_unref (self->players);
  pub_stream_free (self->stream);
  g_free (self->path);
  g_free (self);
}
