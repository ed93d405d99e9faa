/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubmetrics.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pubserver-private.h"
#include "pubstatus.h"

#define PREFIX "wms_pubpoint_"

/* What is said of each point. */
typedef enum
{
  COLUMN_SESSIONS,
  COLUMN_PUSH_REQUESTS,
  COLUMN_HEADERS,
  COLUMN_RECEIVED_PACKETS,
  COLUMN_RECEIVED_BYTES,
  COLUMN_PLAYERS,
  COLUMN_PLAYING,
  COLUMN_PLAYER_REQUESTS,
  COLUMN_SENT_BYTES,
  COLUMN_SKIPPED_PACKETS,
  COLUMN_LATE_PACKETS,
  COLUMN_RECORDING,
  N_COLUMNS
} Column;

static const struct
{
  const gchar *name, *type, *help;
} families[N_COLUMNS] = {
  [COLUMN_SESSIONS] = {"sessions_total", "counter",
      "Sessions of encoders that began."},
  [COLUMN_PUSH_REQUESTS] = {"push_requests_total", "counter",
      "PushStart requests that were taken."},
  [COLUMN_HEADERS] = {"headers_total", "counter",
      "ASF headers that encoders sent."},
  [COLUMN_RECEIVED_PACKETS] = {"received_packets_total", "counter",
      "ASF data packets that encoders sent."},
  [COLUMN_RECEIVED_BYTES] = {"received_bytes_total", "counter",
      "Bytes that encoders sent, framing included."},
  [COLUMN_PLAYERS] = {"players", "gauge",
      "Players that are there, those that wait included."},
  [COLUMN_PLAYING] = {"players_playing", "gauge",
      "Players that have got a header."},
  [COLUMN_PLAYER_REQUESTS] = {"player_requests_total", "counter",
      "Requests for the programme."},
  [COLUMN_SKIPPED_PACKETS] = {"skipped_packets_total", "counter",
      "Packets that slow players did not get."},
  [COLUMN_SENT_BYTES] = {"sent_bytes_total", "counter",
      "Packets that players were given, in bytes, framing included."},
  [COLUMN_LATE_PACKETS] = {"late_packets_total", "counter",
      "Packets that players were given more than 0.1 s after they came."},
  [COLUMN_RECORDING] = {"recording", "gauge",
      "1 while the programme is written into a file."},
};

typedef struct
{
  gchar *label;
  const gchar *state;
  guint64 values[N_COLUMNS];
} Row;

static gchar *
escape_label (const gchar * bytes)
{
  gchar *valid = g_utf8_make_valid (bytes, -1);
  GString *text = g_string_new (NULL);
  const gchar *at;

  for (at = valid; *at != '\0'; at++) {
    if (*at == '\\' || *at == '"')
      g_string_append_c (text, '\\');
    if (*at == '\n')
      g_string_append (text, "\\n");
    else
      g_string_append_c (text, *at);
  }
  g_free (valid);
  return g_string_free (text, FALSE);
}

static void
read_point (PubPoint * point, Row * row)
{
  PubPointInfo info;
  PubTotals totals;

  pub_point_get_info (point, &info);
  pub_point_get_totals (point, &totals);
  row->label = escape_label (pub_point_get_path (point));
  row->state = pub_status_state_name (&info);
  row->values[COLUMN_SESSIONS] = totals.sessions;
  row->values[COLUMN_PUSH_REQUESTS] = totals.push.starts;
  row->values[COLUMN_HEADERS] = totals.push.headers;
  row->values[COLUMN_RECEIVED_PACKETS] = totals.push.packets;
  row->values[COLUMN_RECEIVED_BYTES] = totals.push.bytes;
  row->values[COLUMN_PLAYERS] = info.players;
  row->values[COLUMN_PLAYING] = info.playing;
  row->values[COLUMN_PLAYER_REQUESTS] = totals.players;
  row->values[COLUMN_SENT_BYTES] = totals.sent_bytes;
  row->values[COLUMN_SKIPPED_PACKETS] = totals.skipped;
  row->values[COLUMN_LATE_PACKETS] = totals.late;
  row->values[COLUMN_RECORDING] = info.record.is_recording ? 1 : 0;
}

static void
begin_family (GString * text, const gchar * name, const gchar * type,
    const gchar * help)
{
  g_string_append_printf (text, "# HELP %s %s\n# TYPE %s %s\n", name, help,
      name, type);
}

static void
add_state_family (GString * text, const Row * rows, guint n_rows)
{
  guint i, k;

  begin_family (text, PREFIX "encoder_state", "gauge",
      "1 for the state that the encoder's session is in.");
  for (i = 0; i < n_rows; i++) {
    for (k = 0; pub_status_states[k] != NULL; k++)
      g_string_append_printf (text, PREFIX "encoder_state{point=\"%s\","
          "state=\"%s\"} %d\n", rows[i].label, pub_status_states[k],
          g_str_equal (rows[i].state, pub_status_states[k]));
  }
}

static void
add_point_families (GString * text, const Row * rows, guint n_rows)
{
  guint i, k;

  for (k = 0; k < N_COLUMNS; k++) {
    gchar *name = g_strconcat (PREFIX, families[k].name, NULL);

    begin_family (text, name, families[k].type, families[k].help);
    for (i = 0; i < n_rows; i++)
      g_string_append_printf (text, "%s{point=\"%s\"} %" G_GUINT64_FORMAT "\n",
          name, rows[i].label, rows[i].values[k]);
    g_free (name);
  }
}

static void
add_value (GString * text, const gchar * name, const gchar * type,
    const gchar * help, gdouble value)
{
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];

  begin_family (text, name, type, help);
  g_string_append_printf (text, "%s %s\n", name,
      g_ascii_formatd (number, sizeof (number), "%.15g", value));
}

static gdouble
cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
      + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* The second number in it: resident pages.  Nothing is read from a disk. */
static guint64
resident_bytes (void)
{
  gchar *contents = NULL;
  const gchar *second;
  guint64 pages = 0;

  if (g_file_get_contents ("/proc/self/statm", &contents, NULL, NULL)
      && (second = strchr (contents, ' ')) != NULL)
    pages = g_ascii_strtoull (second, NULL, 10);
  g_free (contents);
  return pages * sysconf (_SC_PAGESIZE);
}

static void
add_process (GString * text, gint64 since_unix_seconds)
{
  begin_family (text, PREFIX "info", "gauge", "1, with the version.");
  g_string_append (text, PREFIX "info{version=\"" VERSION "\"} 1\n");
  add_value (text, PREFIX "start_time_seconds", "gauge",
      "When the server began, in seconds since 1970.", since_unix_seconds);
  add_value (text, "process_cpu_seconds_total", "counter",
      "Time of the processor that the program has used.", cpu_seconds ());
  add_value (text, "process_resident_memory_bytes", "gauge",
      "Memory that the program has in use.", resident_bytes ());
}

static void
count_relay (const PubRelayInfo * info, gpointer data)
{
  guint *counts = data;

  counts[info->state]++;
}

static void
add_relays (GString * text, PubServer * server)
{
  guint counts[PUB_RELAY_LOST + 1] = { 0, }, i;

  pub_server_foreach_relay (server, count_relay, counts);
  begin_family (text, PREFIX "relays", "gauge",
      "Relays to other publishing points, by their state.");
  for (i = 0; i < G_N_ELEMENTS (counts); i++)
    g_string_append_printf (text, PREFIX "relays{state=\"%s\"} %u\n",
        pub_relay_state_name (i), counts[i]);
}

GBytes *
pub_metrics_make (PubServer * server, gint64 since_unix_seconds)
{
  GPtrArray *points = pub_status_list_points (server);
  Row *rows = g_new0 (Row, points->len + 1);
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < points->len; i++)
    read_point (points->pdata[i], &rows[i]);
  add_process (text, since_unix_seconds);
  add_value (text, PREFIX "points", "gauge", "Publishing points.", points->len);
  add_relays (text, server);
  add_state_family (text, rows, points->len);
  add_point_families (text, rows, points->len);
  for (i = 0; i < points->len; i++)
    g_free (rows[i].label);
  g_free (rows);
  g_ptr_array_unref (points);
  return g_string_free_to_bytes (text);
}
