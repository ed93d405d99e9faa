/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Players without end: each connects, gets the header and a whole key frame,
 * and leaves, each second one with a reset.  None may be refused or get
 * anything wrong, the server has to have counted each of them, and to hold
 * afterwards what it held when a tenth of them had been there:
 *
 *   soak-players [--connects N] [--mms] */
#include <stdlib.h>

#include "benchload.h"
#include "benchprogramme.h"
#include "benchserver.h"
#include "benchsource.h"
#include "soakserver.h"

#define POINT BENCH_PATH "0"
#define AT_ONCE 200
/* Far more than there can be: as fast as they leave. */
#define RATE 100000
#define WORK_SECONDS 600
#define LEAVE_SECONDS 20
/* What the allocator may keep beyond the first ones, and for so many players
 * more: 22 bytes for each. */
#define GROWTH_KB 2048
#define GROWTH_PLAYERS 90000

typedef struct
{
  BenchSource source;
  gboolean is_open;
} SourceStep;

static gint n_connects = 100000;
static gboolean is_mms;

static gboolean
step_source (gpointer data, gpointer result)
{
  SourceStep *self = data;

  if (self->is_open)
    return bench_source_run (&self->source);
  self->is_open = TRUE;
  return bench_source_open (&self->source);
}

static gboolean
step_load (gpointer data, gpointer result)
{
  return bench_load_run (data, result);
}

static BenchWorker *
start_source (const SoakServer * server)
{
  SourceStep step = {
    .source = {.push = BENCH_PUSH_WMS,.port = server->port,
          .path = BENCH_PATH,.n_programmes = 1,
        .n_ahead = BENCH_KEY_DISTANCE}
  };
  BenchWorker *worker = bench_worker_new (step_source, &step, 1);

  if (bench_worker_step (worker, LEAVE_SECONDS) == NULL) {
    bench_worker_free (worker);
    return NULL;
  }
  bench_worker_begin_step (worker);
  return worker;
}

static void
check_result (const BenchLoadResult * result)
{
  soak_check (result->n_served == result->n_players
      && result->n_pictures == result->n_players
      && result->n_left == result->n_players && result->n_broken == 0,
      "%u players: %u served, %u refused, %u without an answer, %u cut off, "
      "%u with a whole key frame, %u left, %u borders of packets wrong; first "
      "picture median %.1f ms, 99 %% %.1f", result->n_players,
      result->n_served, result->n_refused, result->n_failed, result->n_ended,
      result->n_pictures, result->n_left, result->n_broken,
      bench_load_picture_ms (result, 50), bench_load_picture_ms (result, 99));
}

/* @total: how many players there have been then */
static void
play (const SoakServer * server, guint n, guint total, const SoakHeld * idle,
    SoakHeld * held)
{
  BenchLoad load = {
    .port = server->port,.path = BENCH_PATH,.n_programmes = 1,.n_players = n,
    .connects_per_second = RATE,.is_mms = is_mms,.is_live = TRUE,
    .n_at_once = AT_ONCE
  };
  BenchWorker *worker = bench_worker_new (step_load, &load,
      sizeof (BenchLoadResult));
  const BenchLoadResult *result = bench_worker_step (worker, WORK_SECONDS);

  if (soak_check (result != NULL, "%u players, %u at a time", n, AT_ONCE))
    check_result (result);
  bench_worker_free (worker);
  soak_check (soak_server_wait (server, POINT, "players", "now", 0, 0,
          LEAVE_SECONDS), "the server knows of no player any more");
  soak_check (soak_server_wait (server, POINT, "totals", "player_requests",
          total, total, LEAVE_SECONDS), "it has counted %u", total);
  soak_held_settle (held, server->pid, idle, LEAVE_SECONDS);
}

static void
run (const SoakServer * server)
{
  BenchWorker *source = start_source (server);
  guint total = CLAMP (n_connects / 10, 2 * AT_ONCE, BENCH_MAX_PLAYERS / 10);
  SoakHeld idle, before, after;
  guint n;

  if (!soak_check (source != NULL, "a programme is pushed"))
    return;
  soak_held_read (&idle, server->pid);
  play (server, total, total, &idle, &before);
  while (total < (guint) n_connects) {
    n = MIN (n_connects - total, BENCH_MAX_PLAYERS);
    total += n;
    play (server, n, total, &idle, &after);
    soak_held_compare ("the server", &before, &after, (glong) GROWTH_KB
        * MAX (1, total / GROWTH_PLAYERS));
  }
  bench_worker_free (source);
}

static void
parse_arguments (int argc, char **argv)
{
  const GOptionEntry entries[] = {
    {"connects", 0, 0, G_OPTION_ARG_INT, &n_connects, "of players", "N"},
    {"mms", 0, 0, G_OPTION_ARG_NONE, &is_mms, "MMS over HTTP", NULL},
    {NULL}
  };

  bench_parse (&argc, &argv, entries, NULL);
  n_connects = MAX (n_connects, 4 * AT_ONCE);
}

int
main (int argc, char **argv)
{
  SoakServer server;

  parse_arguments (argc, argv);
  bench_get_max_descriptors ();
  g_print ("%d players, one after the other, %s\n", n_connects,
      is_mms ? "MMS over HTTP" : "plain HTTP");
  if (!soak_server_start (&server, NULL))
    return EXIT_FAILURE;
  run (&server);
  soak_check (soak_server_shut_down (&server, LEAVE_SECONDS),
      "the server ends by itself");
  return soak_count_faults () == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
