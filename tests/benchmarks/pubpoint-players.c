/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What players cost a server: CPU time and memory for each, packets that come
 * late, connections that wait, time to the first picture:
 *
 *   pubpoint-players [--players N,...] [--programmes N] [--rate N] [--mms]
 *       [--seconds S] [--everywhere] [--complete] [--pubpoint PROGRAM]
 *       [SERVER...]
 *
 * Players of one programme of 300 kbit/s, 27 packets a second, and of fifty of
 * them where nothing else is said.  The server, who pushes and who plays are
 * processes of their own; the server stays on the first CPU and all others on
 * the rest, unless --everywhere.  A packet's time is that from the push until
 * the player's recv has its last byte: what server, source and players take
 * together.  CPU time is the server's own, user and system, by its process
 * clock; memory is what came on top of a server that has its programmes and no
 * players, without the kernel's. */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "benchload.h"
#include "benchprogram.h"
#include "benchprogramme.h"
#include "benchserver.h"
#include "benchsource.h"

#define MAX_CELLS 16
#define OPEN_SECONDS 60
/* What the server keeps of a programme has to be full before memory is counted,
 * so that what it grows by is its players'.  icecast2 takes no more than a
 * source should send. */
#define AHEAD_BYTES (12 * 1024 * 1024)
#define AHEAD_ICECAST (3 * BENCH_KEY_DISTANCE)

typedef struct
{
  guint n_programmes;
  guint n_players;
} Cell;

typedef struct
{
  BenchSource source;
  gboolean is_open;
} SourceStep;

static Cell cells[MAX_CELLS] = { {1, 100}, {1, 1000}, {1, 4000}, {50, 1000} };

static guint n_cells = 4;
static gdouble seconds = 10;
static gint connects_per_second = 1000;
static gboolean is_mms;
static gboolean is_everywhere;
static gboolean is_complete;

static gint
get_cpu (gboolean of_server)
{
  cpu_set_t set;

  if (is_everywhere || sched_getaffinity (0, sizeof (set), &set) < 0
      || CPU_COUNT (&set) < 2)
    return -1;
  return of_server ? 0 : 1;
}

static gboolean
step_source (gpointer data, gpointer result)
{
  SourceStep *self = data;

  if (self->is_open)
    return bench_source_run (&self->source);
  bench_stay_on_cpu (get_cpu (FALSE));
  self->is_open = TRUE;
  return bench_source_open (&self->source);
}

static gboolean
step_load (gpointer data, gpointer result)
{
  bench_stay_on_cpu (get_cpu (FALSE));
  return bench_load_run (data, result);
}

/* Who serves no live programmes needs no source. */
static gboolean
is_live (BenchServerKind kind)
{
  return kind != BENCH_SERVER_NGINX;
}

static gboolean
has_source (BenchServerKind kind)
{
  return kind == BENCH_SERVER_PUBPOINT || kind == BENCH_SERVER_ICECAST;
}

static BenchWorker *
start_source (const BenchServer * server, guint n_programmes)
{
  gboolean is_icecast = server->kind == BENCH_SERVER_ICECAST;
  SourceStep step = {
    .source = {
          .push = is_icecast ? BENCH_PUSH_PUT : BENCH_PUSH_WMS,
          .port = server->port,.path = BENCH_PATH,
          .n_programmes = n_programmes,
          .n_ahead = is_icecast ? AHEAD_ICECAST
          : AHEAD_BYTES / BENCH_PACKET_SIZE,
        }
  };
  BenchWorker *worker = bench_worker_new (step_source, &step, 1);

  if (bench_worker_step (worker, OPEN_SECONDS) == NULL) {
    bench_worker_free (worker);
    return NULL;
  }
  bench_worker_begin_step (worker);
  return worker;
}

static void
print_head (void)
{
  g_print ("%d connections a second, %s; %.0f s of each are measured\n\n"
      "| server | programmes | players | served | waited over 0.5 s "
      "| first picture ms, median | first picture ms, 99 %% "
      "| first picture ms, longest | CPU us per player-second | of one CPU "
      "| KB per player | packets/s | late | while connecting | lost "
      "| way ms, median | way ms, 99 %% | longest way ms "
      "| generator, of one CPU |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- "
      "| --- | --- | --- | --- | --- | --- | --- |\n", connects_per_second,
      is_mms ? "MMS over HTTP" : "plain HTTP", seconds);
}

static void
print_pictures (const BenchLoadResult * result)
{
  g_print (" %u | %u | %.0f | %.0f | %.0f |", result->n_served,
      result->n_waited, bench_load_picture_ms (result, 50),
      bench_load_picture_ms (result, 99), bench_load_picture_ms (result, 100));
}

static void
print_way (const BenchLoadResult * result, gboolean has_times)
{
  if (has_times)
    g_print (" %" G_GUINT64_FORMAT " | %" G_GUINT64_FORMAT " | %"
        G_GUINT64_FORMAT " | %.1f | %.1f | %.1f |", result->n_late,
        result->n_early_late, result->n_lost,
        bench_load_lateness_ms (result, 50),
        bench_load_lateness_ms (result, 99), result->longest_ns / 1e6);
  else
    g_print (" | | | | | |");
}

static void
print_row (BenchServerKind kind, const Cell * cell,
    const BenchLoadResult * result, glong idle_kb)
{
  guint n = MAX (result->n_served - result->n_ended, 1);
  gdouble window_us = result->window_ns / 1e3;

  g_print ("| %s | %u | %u |", bench_server_name (kind), cell->n_programmes,
      cell->n_players);
  print_pictures (result);
  g_print (" %.1f | %.2f | %.1f | %.1f |", result->server_cpu_ns / 1e3 / n
      / (window_us / 1e6), result->server_cpu_ns / 1e3 / window_us,
      (gdouble) (result->server_rss_kb - idle_kb) / n,
      result->n_packets / (gdouble) n / (window_us / 1e6));
  print_way (result, is_live (kind));
  g_print (" %.2f |\n", result->own_cpu_ns / 1e3 / window_us);
  if (result->n_refused + result->n_failed + result->n_ended
      + result->n_broken > 0)
    bench_complain ("%s: %u refused, %u without an answer, %u ended, %u times"
        " no packet where one has to begin", bench_server_name (kind),
        result->n_refused, result->n_failed, result->n_ended, result->n_broken);
}

static gboolean
has_all (const BenchLoadResult * result)
{
  return result->n_served == result->n_players
      && result->n_pictures == result->n_players && result->n_ended == 0
      && result->n_packets > 0 && result->n_lost == 0 && result->n_broken == 0;
}

static gboolean
run_players (const BenchServer * server, const Cell * cell)
{
  BenchLoad load = {
    .port = server->port,.path = BENCH_PATH,
    .n_programmes = cell->n_programmes,.n_players = cell->n_players,
    .connects_per_second = connects_per_second,.is_mms = is_mms,
    .is_live = is_live (server->kind),.seconds = seconds,
    .server_pid = server->pid
  };
  glong idle_kb = bench_process_rss_kb (server->pid);
  BenchWorker *worker = bench_worker_new (step_load, &load,
      sizeof (BenchLoadResult));
  const BenchLoadResult *result = bench_worker_step (worker, seconds
      + cell->n_players / connects_per_second + OPEN_SECONDS);
  gboolean is_good = result != NULL;

  if (is_good) {
    print_row (server->kind, cell, result, idle_kb);
    is_good = !is_complete || has_all (result);
  }
  bench_worker_free (worker);
  return is_good;
}

static gboolean
run_cell (BenchServerKind kind, const Cell * cell)
{
  BenchServer server;
  BenchWorker *source = NULL;
  gboolean is_good;

  if (!bench_server_serves (kind, cell->n_programmes)
      || (is_mms && kind != BENCH_SERVER_PUBPOINT))
    return TRUE;
  if (!bench_server_start (&server, kind, cell->n_players, cell->n_programmes,
          get_cpu (TRUE)))
    return FALSE;
  if (has_source (kind))
    source = start_source (&server, cell->n_programmes);
  is_good = (source != NULL || !has_source (kind))
      && run_players (&server, cell);
  g_clear_pointer (&source, bench_worker_free);
  bench_server_stop (&server);
  return is_good;
}

static void
parse_cells (const gchar * players, gint n_programmes)
{
  g_auto (GStrv) numbers = g_strsplit (players ? players : "", ",", MAX_CELLS);

  if (players == NULL && n_programmes == 0)
    return;
  n_cells = 0;
  if (players == NULL)
    cells[n_cells++] = (Cell) {
    MAX (n_programmes, 1), 1000};
  for (; numbers[n_cells] != NULL && n_cells < MAX_CELLS; n_cells++)
    cells[n_cells] = (Cell) {
    MAX (n_programmes, 1), CLAMP (g_ascii_strtoll (numbers[n_cells], NULL, 10),
        1, BENCH_MAX_PLAYERS)};
}

static gchar **
parse_arguments (int argc, char **argv)
{
  static gchar **names;
  g_autofree gchar *players = NULL;
  gint n_programmes = 0;
  gchar *pubpoint = NULL;
  const GOptionEntry entries[] = {
    {"players", 0, 0, G_OPTION_ARG_STRING, &players, "of each row", "N,..."},
    {"programmes", 0, 0, G_OPTION_ARG_INT, &n_programmes, "at a time", "N"},
    {"rate", 0, 0, G_OPTION_ARG_INT, &connects_per_second,
        "connections a second", "N"},
    {"mms", 0, 0, G_OPTION_ARG_NONE, &is_mms, "MMS over HTTP", NULL},
    {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, "that are measured", "S"},
    {"everywhere", 0, 0, G_OPTION_ARG_NONE, &is_everywhere,
        "no process is kept on a CPU", NULL},
    {"complete", 0, 0, G_OPTION_ARG_NONE, &is_complete,
          "a player without a picture, or a packet that is lost, is a failure",
        NULL},
    {"pubpoint", 0, 0, G_OPTION_ARG_FILENAME, &pubpoint,
        "another one, with an absolute path", "PROGRAM"},
    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &names, NULL, NULL},
    {NULL}
  };

  bench_parse (&argc, &argv, entries, "[SERVER...]");
  parse_cells (players, n_programmes);
  if (pubpoint != NULL)
    bench_server_set_pubpoint (pubpoint);
  connects_per_second = MAX (connects_per_second, 1);
  return names;
}

int
main (int argc, char **argv)
{
  gchar **names = parse_arguments (argc, argv);
  gboolean is_good = TRUE;
  guint i, k;

  bench_get_max_descriptors ();
  print_head ();
  for (k = 0; k < n_cells; k++) {
    for (i = 0; i < BENCH_N_SERVERS; i++) {
      if (names == NULL
          || g_strv_contains ((const gchar * const *) names,
              bench_server_name (i)))
        is_good &= run_cell (i, &cells[k]);
    }
  }
  return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
