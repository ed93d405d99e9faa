/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubserver.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "pubpage.h"
#include "pubrequest.h"
#include "pubroute.h"
#include "pubserver-private.h"
#include "wmspush/wmssource.h"
#include "wmspush/wmsuri.h"

/* Paths whose totals are kept. */
#define MAX_KNOWN_PATHS 4096

static const PubConfig default_config = {
  .idle_timeout_ms = 60000,
  .inactivity_timeout_ms = 120000,
  .silence_ms = 500,
  .head_timeout_ms = 30000,
  .request_timeout_ms = 150000,
  .wait_timeout_ms = 20000,
  .stall_timeout_ms = 30000,
  .player_idle_ms = 65000,
  .player_limit = (gsize) 8 * 1024 * 1024,
  .backlog_limit = (gsize) 8 * 1024 * 1024,
  .join_ms = 80,
  .max_players = 2000,
  .max_points = 256,
  .max_waiting = 2048,
};

static void
server_changed (gpointer data)
{
  PubServer *self = data;

  if (self->changed != NULL)
    self->changed (self->changed_data);
}

static PubRecord *
begin_record (gpointer data, PubPoint * point)
{
  PubServer *self = data;

  return self->recorder == NULL ? NULL
      : pub_record_new (self->recorder, pub_point_get_path (point));
}

static void
session_over (gpointer data, PubPoint * point, gboolean ends)
{
  PubServer *self = data;

  if (ends)
    g_hash_table_remove (self->points, pub_point_get_path (point));
}

/* Returns: whether @point is the better one to give up. */
static gboolean
is_less_used (PubPoint * point, PubPoint * than)
{
  if (than == NULL || pub_point_get_use (point) != pub_point_get_use (than))
    return than == NULL || pub_point_get_use (point) < pub_point_get_use (than);
  return pub_point_get_used_us (point) < pub_point_get_used_us (than);
}

static void
point_gone (gpointer data, PubPoint * point)
{
  PubServer *self = data;

  if (self->relays != NULL)
    pub_relays_remove_point (self->relays, pub_point_get_path (point));
}

static void
make_room (PubServer * self, PubPointUse spared)
{
  PubPoint *least = NULL;
  GHashTableIter iter;
  gpointer point;

  g_hash_table_iter_init (&iter, self->points);
  while (g_hash_table_iter_next (&iter, NULL, &point)) {
    if (!pub_point_is_declared (point) && pub_point_get_use (point) < spared
        && is_less_used (point, least))
      least = point;
  }
  if (least != NULL)
    g_hash_table_remove (self->points, pub_point_get_path (least));
}

static PubPoint *
add_point (PubServer * self, const gchar * path)
{
  const PubPointOwner owner = { server_changed, session_over, begin_record,
    self, self->sessions
  };
  PubTotals *totals = pub_totals_table_get (self->totals, path);
  PubPoint *point = pub_point_new (path, self->conns, self->pace,
      &self->config, &owner, totals);

  pub_totals_unref (totals);
  g_hash_table_insert (self->points, (gpointer) pub_point_get_path (point),
      point);
  pub_point_set_gone (point, point_gone, self);
  pub_relays_add_point (self->relays, path, pub_point_get_stream (point));
  return point;
}

PubPoint *
pub_server_make_point (PubServer * self, const gchar * path, PubPointUse spared)
{
  if (g_hash_table_size (self->points) >= self->config.max_points)
    make_room (self, spared);
  if (g_hash_table_size (self->points) >= self->config.max_points)
    return NULL;
  return add_point (self, path);
}

void
pub_server_foreach_point (PubServer * self,
    void (*func) (PubPoint * point, gpointer data), gpointer data)
{
  GList *points = g_hash_table_get_values (self->points), *l;

  for (l = points; l != NULL; l = l->next)
    func (l->data, data);
  g_list_free (points);
}

guint
pub_server_count_players (PubServer * self)
{
  GHashTableIter iter;
  gpointer point;
  PubPointInfo info;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->points);
  while (g_hash_table_iter_next (&iter, NULL, &point)) {
    pub_point_get_info (point, &info);
    n += info.players;
  }
  return n;
}

static void check_done (PubServer * self);

static void
relays_changed (gpointer data)
{
  PubServer *self = data;

  server_changed (self);
  check_done (self);
}

PubServer *
pub_server_new (void)
{
  PubServer *self = g_new0 (PubServer, 1);

  self->config = default_config;
  self->soup = soup_server_new ("server-header", pub_server_header (),
      "raw-paths", TRUE, NULL);
  self->front = pub_front_new ();
  self->entrance = pub_entrance_new (self);
  pub_route_attach (self);
  self->totals = pub_totals_table_new (MAX_KNOWN_PATHS);
  self->page = pub_page_new (self);
  self->conns = pub_conns_new (self->soup);
  self->pace = pub_pace_new (&self->config.join_ms);
  self->relays = pub_relays_new (relays_changed, self);
  self->former_recorders = g_ptr_array_new_with_free_func ((GDestroyNotify)
      pub_recorder_free);
  self->sessions = pub_sessions_new ();
  self->points = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
      (GDestroyNotify) pub_point_free);
  return self;
}

static void
free_ended_recorders (PubServer * self)
{
  GPtrArray *former = self->former_recorders;
  guint i;

  for (i = former->len; i > 0; i--) {
    if (pub_recorder_has_ended (g_ptr_array_index (former, i - 1)))
      g_ptr_array_remove_index_fast (former, i - 1);
  }
}

/* Sessions that are there are recorded as they began. */
static void
retire_recorder (PubServer * self)
{
  free_ended_recorders (self);
  if (self->recorder == NULL)
    return;
  pub_recorder_retire (self->recorder);
  g_ptr_array_add (self->former_recorders, self->recorder);
}

static void
free_recorders (PubServer * self)
{
  guint i;

  retire_recorder (self);
  for (i = 0; i < self->former_recorders->len; i++)
    pub_recorder_begin_end (g_ptr_array_index (self->former_recorders, i));
  g_ptr_array_unref (self->former_recorders);
}

void
pub_server_set_url (PubServer * self, const gchar * url)
{
  g_clear_pointer (&self->url, g_uri_unref);
  if (url != NULL)
    self->url = wms_uri_parse (url, NULL, NULL);
}

void
pub_server_free (PubServer * self)
{
  if (self == NULL)
    return;
  self->changed = NULL;
  self->done = NULL;
  pub_entrance_close (self->entrance);
  soup_server_disconnect (self->soup);
  g_clear_pointer (&self->relays, pub_relays_free);
  g_hash_table_remove_all (self->points);
  pub_conns_free (self->conns);
  pub_pace_free (self->pace);
  pub_sessions_free (self->sessions);
  g_hash_table_unref (self->points);
  pub_totals_table_free (self->totals);
  pub_page_free (self->page);
  g_clear_pointer (&self->url, g_uri_unref);
  g_strfreev (self->known);
  free_recorders (self);
  g_free ((gchar *) self->record_config.directory);
  wms_source_clear (&self->done_source);
  pub_entrance_free (self->entrance);
  g_object_unref (self->soup);
  pub_front_free (self->front);
  g_free (self);
}

PubConfig *
pub_server_get_config (PubServer * self)
{
  return &self->config;
}

static gboolean
is_recorded_so (PubServer * self, const PubRecordConfig * config)
{
  const PubRecordConfig *old = &self->record_config;

  return self->recorder != NULL
      && g_str_equal (old->directory, config->directory)
      && old->max_seconds == config->max_seconds
      && old->max_bytes == config->max_bytes;
}

gboolean
pub_server_set_record (PubServer * self, const PubRecordConfig * config,
    GError ** error)
{
  if (config != NULL && !pub_record_check_folder (config->directory, error))
    return FALSE;
  pub_server_change_record (self, config);
  return TRUE;
}

void
pub_server_change_record (PubServer * self, const PubRecordConfig * config)
{
  if (config != NULL && is_recorded_so (self, config))
    return;
  retire_recorder (self);
  self->recorder = config != NULL ? pub_recorder_new (config) : NULL;
  g_free ((gchar *) self->record_config.directory);
  memset (&self->record_config, 0, sizeof (self->record_config));
  if (config != NULL) {
    self->record_config = *config;
    self->record_config.directory = g_strdup (config->directory);
  }
}

void
pub_server_add_point (PubServer * self, const gchar * path)
{
  PubPoint *point = g_hash_table_lookup (self->points, path);

  self->is_strict = TRUE;
  /* as many as the operator wants */
  if (point == NULL)
    point = add_point (self, path);
  pub_point_set_declared (point, TRUE);
}

/* Whether a new list of points leaves @point out: those that encoders made with
 * a Template-URL were not in the old one either, and stay. */
static gboolean
is_left_out (PubServer * self, PubPoint * point, const gchar * const *new_paths)
{
  const gchar *path = pub_point_get_path (point);

  if (new_paths == NULL || new_paths[0] == NULL
      || g_strv_contains (new_paths, path))
    return FALSE;
  return pub_point_is_left_out (point) || !self->is_strict
      || self->known == NULL
      || g_strv_contains ((const gchar * const *) self->known, path);
}

static void
forget_declared (PubServer * self)
{
  GHashTableIter iter;
  gpointer point;

  g_hash_table_iter_init (&iter, self->points);
  while (g_hash_table_iter_next (&iter, NULL, &point))
    pub_point_set_declared (point, FALSE);
}

static void
leave_points_out (PubServer * self, const gchar * const *paths)
{
  GHashTableIter iter;
  gpointer point;
  PubPointInfo info;

  g_hash_table_iter_init (&iter, self->points);
  while (g_hash_table_iter_next (&iter, NULL, &point)) {
    gboolean is_out = is_left_out (self, point, paths);

    pub_point_get_info (point, &info);
    pub_point_set_left_out (point, is_out);
    if (is_out && !info.has_session)
      g_hash_table_iter_remove (&iter);
  }
}

void
pub_server_set_points (PubServer * self, const gchar * const *paths)
{
  guint i;

  leave_points_out (self, paths);
  self->is_strict = FALSE;
  forget_declared (self);
  for (i = 0; paths != NULL && paths[i] != NULL; i++)
    pub_server_add_point (self, paths[i]);
  g_strfreev (self->known);
  self->known = g_strdupv ((gchar **) paths);
}

gboolean
pub_server_get_point (PubServer * self, const gchar * path, PubPointInfo * info)
{
  PubPoint *point = g_hash_table_lookup (self->points, path);

  if (point != NULL)
    pub_point_get_info (point, info);
  return point != NULL;
}

void
pub_server_set_changed (PubServer * self, void (*changed) (gpointer data),
    gpointer data)
{
  self->changed = changed;
  self->changed_data = data;
}

gboolean
pub_server_disconnect (PubServer * self, const gchar * path, guint status)
{
  PubPoint *point = g_hash_table_lookup (self->points, path);

  return point != NULL && pub_point_disconnect (point, status);
}

static gboolean
shut_down_done (gpointer data)
{
  PubServer *self = data;

  self->done (self->done_data);
  return G_SOURCE_REMOVE;
}

static void
check_done (PubServer * self)
{
  if (self->done == NULL || self->done_source != NULL
      || pub_conns_count (self->conns) > 0
      || pub_relays_are_busy (self->relays))
    return;
  self->done_source = g_idle_source_new ();
  g_source_set_callback (self->done_source, shut_down_done, self, NULL);
  g_source_attach (self->done_source, g_main_context_get_thread_default ());
}

static void
conns_emptied (gpointer data)
{
  check_done (data);
}

void
pub_server_shut_down (PubServer * self, void (*done) (gpointer data),
    gpointer data)
{
  GList *points = g_hash_table_get_values (self->points);

  self->done = done;
  self->done_data = data;
  /* nothing new: not even a request on an old connection */
  pub_entrance_close (self->entrance);
  soup_server_disconnect (self->soup);
  self->config.max_points = 0;
  g_list_free_full (points, (GDestroyNotify) pub_point_shut_down);
  pub_conns_watch (self->conns, conns_emptied, self);
  check_done (self);
}

gboolean
pub_server_set_push_to (PubServer * self, const gchar * const *urls,
    GError ** error)
{
  return pub_relays_set_urls (self->relays, urls, error);
}

void
pub_server_foreach_relay (PubServer * self,
    void (*func) (const PubRelayInfo * info, gpointer data), gpointer data)
{
  pub_relays_foreach (self->relays, func, data);
}
