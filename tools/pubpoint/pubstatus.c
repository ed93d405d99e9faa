/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubstatus.h"

#include <string.h>

#include <json-glib/json-glib.h>

#include "pubfront.h"
#include "pubserver-private.h"

/* Another number when something has another meaning or has gone. */
#define SCHEMA_VERSION 1
#define MAX_AGE_US G_USEC_PER_SEC

typedef struct
{
  GBytes *text;
  gint64 made_us;
  guint64 revision;
} Cached;

struct _PubStatus
{
  PubServer *server;
  gint64 started_us;
  Cached cached[2];             /* for everybody, for the administrator */
};

typedef struct
{
  JsonBuilder *json;
  gint64 now_us, wall_us;
  gboolean is_admin;
  guint listed;                 /* players, of all points */
} Writer;

const gchar *const pub_status_states[] = {
  "waiting", "ready", "streaming", "between", "lost", NULL
};

PubStatus *
pub_status_new (PubServer * server)
{
  PubStatus *self = g_new0 (PubStatus, 1);

  self->server = server;
  self->started_us = g_get_monotonic_time ();
  return self;
}

void
pub_status_free (PubStatus * self)
{
  g_clear_pointer (&self->cached[0].text, g_bytes_unref);
  g_clear_pointer (&self->cached[1].text, g_bytes_unref);
  g_free (self);
}

gchar *
pub_status_text (const gchar * bytes)
{
  gchar *valid = g_utf8_make_valid (bytes, -1);
  GString *text = g_string_sized_new (strlen (valid));
  const gchar *at;

  for (at = valid; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);

    g_string_append_unichar (text, g_unichar_iscntrl (c) ? 0xfffd : c);
  }
  g_free (valid);
  return g_string_free (text, FALSE);
}

const gchar *
pub_status_state_name (const PubPointInfo * info)
{
  if (!info->has_session)
    return pub_status_states[0];
  switch (info->state) {
    case PUB_PUSH_READY:
      return pub_status_states[1];
    case PUB_PUSH_STREAMING:
      return pub_status_states[2];
    case PUB_PUSH_BETWEEN:
      return pub_status_states[3];
    case PUB_PUSH_LOST:
      return pub_status_states[4];
    case PUB_PUSH_OVER:
      break;
  }
  return pub_status_states[0];
}

static void
add_number (Writer * self, const gchar * name, guint64 value)
{
  json_builder_set_member_name (self->json, name);
  json_builder_add_int_value (self->json, MIN (value, G_MAXINT64));
}

static void
add_name (Writer * self, const gchar * name, const gchar * text)
{
  json_builder_set_member_name (self->json, name);
  json_builder_add_string_value (self->json, text);
}

/* From outside. */
static void
add_text (Writer * self, const gchar * name, const gchar * bytes)
{
  gchar *text = pub_status_text (bytes);

  json_builder_set_member_name (self->json, name);
  if (text[0] != '\0')
    json_builder_add_string_value (self->json, text);
  else
    json_builder_add_null_value (self->json);
  g_free (text);
}

/* How long ago, and the clock of the wall as it was then. */
static void
add_since (Writer * self, gint64 since_us)
{
  gint64 age_us = self->now_us - since_us;

  add_number (self, "seconds", age_us / G_USEC_PER_SEC);
  add_number (self, "since_unix_seconds",
      (self->wall_us - age_us) / G_USEC_PER_SEC);
}

static void
add_encoder (Writer * self, const PubPointInfo * info)
{
  json_builder_set_member_name (self->json, "encoder");
  if (!info->has_session) {
    json_builder_add_null_value (self->json);
    return;
  }
  json_builder_begin_object (self->json);
  add_text (self, "agent", info->agent);
  if (self->is_admin)
    add_text (self, "address", info->address);
  add_since (self, info->since_us);
  json_builder_end_object (self->json);
}

static void
add_history (Writer * self, PubPoint * point)
{
  const PubHistory *history = pub_point_get_history (point);
  guint64 rates[PUB_HISTORY_STEPS + 1];
  guint n = pub_history_read (history, self->now_us, rates), i;

  add_number (self, "bitrate_bits_per_second",
      pub_history_rate (history, self->now_us));
  json_builder_set_member_name (self->json, "bitrate_history");
  json_builder_begin_object (self->json);
  add_number (self, "step_seconds", PUB_HISTORY_STEP_SECONDS);
  json_builder_set_member_name (self->json, "bits_per_second");
  json_builder_begin_array (self->json);
  for (i = 0; i < n; i++)
    json_builder_add_int_value (self->json, rates[i]);
  json_builder_end_array (self->json);
  json_builder_end_object (self->json);
}

static const gchar *
player_state_name (PubPlayerState state)
{
  switch (state) {
    case PUB_PLAYER_WAITING:
      return "waiting";
    case PUB_PLAYER_PLAYING:
      return "playing";
    case PUB_PLAYER_SKIPPING:
      return "skipping";
  }
  return "unknown";
}

static void
add_player (Writer * self, PubPlayer * player)
{
  PubPlayerInfo info;

  pub_player_get_info (player, &info);
  json_builder_begin_object (self->json);
  add_number (self, "id", info.id);
  add_text (self, "address", info.address);
  add_text (self, "agent", info.agent);
  add_name (self, "protocol", info.is_mms ? "mms" : "http");
  add_name (self, "state", player_state_name (info.state));
  add_since (self, info.since_us);
  add_number (self, "sent_bytes", info.bytes_sent);
  add_number (self, "skipped_packets", info.packets_skipped);
  json_builder_end_object (self->json);
}

static void
collect_player (PubPlayer * player, gpointer data)
{
  g_ptr_array_add (data, player);
}

static gint
compare_players (gconstpointer a, gconstpointer b)
{
  guint64 id = pub_player_get_id (*(PubPlayer **) a);
  guint64 other = pub_player_get_id (*(PubPlayer **) b);

  return id < other ? -1 : id > other;
}

/* The oldest ones, which stay at their places when others come. */
static void
add_player_list (Writer * self, PubPoint * point)
{
  GPtrArray *players = g_ptr_array_new ();
  guint i;

  pub_point_foreach_player (point, collect_player, players);
  g_ptr_array_sort (players, compare_players);
  json_builder_set_member_name (self->json, "list");
  json_builder_begin_array (self->json);
  for (i = 0; i < players->len && self->listed < PUB_STATUS_MAX_LISTED; i++) {
    add_player (self, players->pdata[i]);
    self->listed++;
  }
  json_builder_end_array (self->json);
  add_number (self, "not_listed", players->len - i);
  g_ptr_array_unref (players);
}

static void
add_players (Writer * self, PubPoint * point, const PubPointInfo * info)
{
  json_builder_set_member_name (self->json, "players");
  json_builder_begin_object (self->json);
  add_number (self, "now", info->players);
  add_number (self, "playing", info->playing);
  if (self->is_admin)
    add_player_list (self, point);
  json_builder_end_object (self->json);
}

static void
add_totals (Writer * self, PubPoint * point)
{
  PubTotals totals;

  pub_point_get_totals (point, &totals);
  json_builder_set_member_name (self->json, "totals");
  json_builder_begin_object (self->json);
  add_number (self, "sessions", totals.sessions);
  add_number (self, "push_requests", totals.push.starts);
  add_number (self, "headers", totals.push.headers);
  add_number (self, "received_packets", totals.push.packets);
  add_number (self, "received_bytes", totals.push.bytes);
  add_number (self, "player_requests", totals.players);
  add_number (self, "sent_bytes", totals.sent_bytes);
  add_number (self, "skipped_packets", totals.skipped);
  add_number (self, "late_packets", totals.late);
  json_builder_end_object (self->json);
}

static void
add_recording (Writer * self, const PubRecordInfo * info)
{
  json_builder_set_member_name (self->json, "recording");
  if (info->files == 0 && info->error[0] == '\0') {
    json_builder_add_null_value (self->json);
    return;
  }
  json_builder_begin_object (self->json);
  json_builder_set_member_name (self->json, "is_writing");
  json_builder_add_boolean_value (self->json, info->is_recording);
  add_number (self, "files", info->files);
  add_number (self, "bytes", info->bytes);
  add_number (self, "packets", info->packets);
  add_number (self, "lost_packets", info->lost);
  if (self->is_admin) {
    add_text (self, "file", info->file);
    add_text (self, "error", info->error);
  }
  json_builder_end_object (self->json);
}

static void
add_point (Writer * self, PubPoint * point)
{
  const gchar *path = pub_point_get_path (point);
  gchar *url_path = g_uri_escape_string (path, "/", FALSE);
  PubPointInfo info;

  pub_point_get_info (point, &info);
  json_builder_begin_object (self->json);
  add_text (self, "path", path);
  add_name (self, "url_path", url_path);
  add_name (self, "state", pub_status_state_name (&info));
  add_text (self, "title", info.title);
  add_encoder (self, &info);
  add_history (self, point);
  add_players (self, point, &info);
  add_totals (self, point);
  add_recording (self, &info.record);
  json_builder_end_object (self->json);
  g_free (url_path);
}

static void
add_relay (const PubRelayInfo * info, gpointer data)
{
  Writer *self = data;

  json_builder_begin_object (self->json);
  add_text (self, "path", info->path);
  add_name (self, "state", pub_relay_state_name (info->state));
  add_number (self, "sessions", info->sessions);
  add_number (self, "failures", info->failures);
  add_number (self, "sent_packets", info->packets);
  add_number (self, "sent_bytes", info->bytes);
  add_number (self, "dropped_packets", info->dropped);
  if (self->is_admin) {
    add_text (self, "location", info->location);
    add_text (self, "text", info->text ? info->text : "");
  }
  json_builder_end_object (self->json);
}

static void
add_server (PubStatus * self, Writer * writer, guint n_points)
{
  const PubConfig *config = &self->server->config;

  json_builder_set_member_name (writer->json, "server");
  json_builder_begin_object (writer->json);
  add_name (writer, "name", "wms-pubpoint");
  add_name (writer, "version", VERSION);
  add_since (writer, self->started_us);
  add_number (writer, "points", n_points);
  add_number (writer, "players", pub_server_count_players (self->server));
  add_number (writer, "max_players", config->max_players);
  json_builder_set_member_name (writer->json, "has_administrator");
  json_builder_add_boolean_value (writer->json,
      pub_front_asks (self->server->front, PUB_ROLE_ADMIN));
  json_builder_end_object (writer->json);
}

static GBytes *
make_text (PubStatus * self, GPtrArray * points, gboolean is_admin)
{
  Writer writer = { json_builder_new (), g_get_monotonic_time (),
    g_get_real_time (), is_admin, 0
  };
  JsonNode *root;
  gchar *text;
  guint i;

  json_builder_begin_object (writer.json);
  add_number (&writer, "schema", SCHEMA_VERSION);
  json_builder_set_member_name (writer.json, "is_admin");
  json_builder_add_boolean_value (writer.json, is_admin);
  add_server (self, &writer, points->len);
  json_builder_set_member_name (writer.json, "points");
  json_builder_begin_array (writer.json);
  for (i = 0; i < points->len; i++)
    add_point (&writer, points->pdata[i]);
  json_builder_end_array (writer.json);
  json_builder_set_member_name (writer.json, "relays");
  json_builder_begin_array (writer.json);
  pub_server_foreach_relay (self->server, add_relay, &writer);
  json_builder_end_array (writer.json);
  json_builder_end_object (writer.json);

  root = json_builder_get_root (writer.json);
  text = json_to_string (root, FALSE);
  json_node_unref (root);
  g_object_unref (writer.json);
  return g_bytes_new_take (text, strlen (text));
}

static gint
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (pub_point_get_path (*(PubPoint **) a),
      pub_point_get_path (*(PubPoint **) b));
}

/* What somebody has only asked for in vain is not worth a line: else the page
 * would show whatever strangers have typed. */
static void
collect_point (PubPoint * point, gpointer data)
{
  PubPointInfo info;

  pub_point_get_info (point, &info);
  if (info.sessions > 0 || pub_point_is_declared (point)
      || pub_point_get_use (point) != PUB_POINT_UNUSED)
    g_ptr_array_add (data, point);
}

GPtrArray *
pub_status_list_points (PubServer * server)
{
  GPtrArray *points = g_ptr_array_new ();

  pub_server_foreach_point (server, collect_point, points);
  g_ptr_array_sort (points, compare_paths);
  return points;
}

/* One that has gone takes what it had counted with it, so that their number
 * has to be looked at as well. */
static guint64
count_revisions (GPtrArray * points)
{
  guint64 sum = (guint64) points->len << 48;
  guint i;

  for (i = 0; i < points->len; i++)
    sum += pub_point_get_revision (points->pdata[i]);
  return sum;
}

GBytes *
pub_status_get (PubStatus * self, gboolean is_admin)
{
  Cached *cached = &self->cached[is_admin ? 1 : 0];
  GPtrArray *points = pub_status_list_points (self->server);
  guint64 revision = count_revisions (points);
  gint64 now_us = g_get_monotonic_time ();

  if (cached->text == NULL || cached->revision != revision
      || now_us - cached->made_us >= MAX_AGE_US) {
    g_clear_pointer (&cached->text, g_bytes_unref);
    cached->text = make_text (self, points, is_admin);
    cached->made_us = now_us;
    cached->revision = revision;
  }
  g_ptr_array_unref (points);
  return g_bytes_ref (cached->text);
}
