/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many sessions a second begin and end: connection, PushSetup, PushStart,
 * the ASF header, end, and its answer.
 *
 *   wmspushsink-sessions [--seconds S] [--rounds R] [SINK...]
 *
 * One after the other, and by 16 threads at a time; the best of all rounds.
 * The socket's loop says and waits for the same as a push.  tcpclientsink only
 * connects and writes the header, rtmp2sink goes as far as the first packet,
 * and waits for no end; souphttpclientsink is not there, since it waits for
 * nothing. */
#include <stdlib.h>

#include "benchsink.h"

#define PACKET_SIZE 1400
#define MANY 16

static gdouble seconds = 2;
static gint n_rounds = 3;

typedef struct
{
  BenchKind kind;
  guint n_threads;
  const BenchBoard *board;
  gboolean is_open;
  BenchPacket packet;
  gint64 end_ns;
  gint n_begun;
  gint n_failed;
  /* the parent's side */
  BenchWorker *worker;
  gboolean is_good;
  gdouble best;
  gdouble cpu_ms;
} Row;

typedef struct
{
  gdouble per_second;
  gdouble cpu_ms;               /* for a session */
} Speed;

static Row rows[] = {
  {BENCH_SOCKET, 1}, {BENCH_WMS, 1}, {BENCH_TCP, 1}, {BENCH_RTMP, 1},
  {BENCH_SOCKET, MANY}, {BENCH_WMS, MANY}, {BENCH_TCP, MANY},
  {BENCH_RTMP, MANY},
};

static gpointer
run_sessions (gpointer user_data)
{
  Row *self = user_data;

  while (bench_now_ns () < self->end_ns) {
    guint number = g_atomic_int_add (&self->n_begun, 1);
    BenchSink sink;
    gboolean ok = bench_sink_begin (&sink, self->kind, self->board, number,
        FALSE) && bench_sink_start (&sink, &self->packet);

    if (!ok)
      g_atomic_int_inc (&self->n_failed);
    bench_sink_end (&sink, ok);
  }
  return NULL;
}

static gboolean
step_row (gpointer data, gpointer result)
{
  Row *self = data;
  Speed *speed = result;
  GThread *threads[MANY];
  gint64 start, cpu;
  guint i;

  if (!self->is_open) {
    gst_init (NULL, NULL);
    bench_packet_init (&self->packet, self->kind, PACKET_SIZE);
    self->is_open = TRUE;
  }
  self->n_begun = 0;
  cpu = bench_cpu_ns ();
  start = bench_now_ns ();
  self->end_ns = start + seconds * 1e9;
  for (i = 0; i < self->n_threads; i++)
    threads[i] = g_thread_new ("sessions", run_sessions, self);
  for (i = 0; i < self->n_threads; i++)
    g_thread_join (threads[i]);
  speed->per_second = self->n_begun * 1e9 / (bench_now_ns () - start);
  speed->cpu_ms = (bench_cpu_ns () - cpu) / 1e6 / self->n_begun;
  return self->n_failed == 0;
}

static void
take_round (Row * self)
{
  const Speed *speed;

  if (!self->is_good)
    return;
  speed = bench_worker_step (self->worker, 10 * seconds + 30);
  self->is_good = speed != NULL;
  if (speed == NULL) {
    bench_complain ("%s is not measured", bench_kind_name (self->kind));
  } else if (speed->per_second > self->best) {
    self->best = speed->per_second;
    self->cpu_ms = speed->cpu_ms;
  }
}

static void
print_table (void)
{
  guint i;

  g_print ("Sessions, best of %d rounds of %.1f s\n\n"
      "| sink | at a time | sessions/s | CPU ms per session |\n"
      "| --- | --- | --- | --- |\n", n_rounds, seconds);
  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (rows[i].best > 0)
      g_print ("| %s | %u | %.0f | %.2f |\n", bench_kind_name (rows[i].kind),
          rows[i].n_threads, rows[i].best, rows[i].cpu_ms);
  }
}

static gchar **
parse_arguments (int argc, char **argv)
{
  static gchar **names;
  const GOptionEntry entries[] = {
    {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, "of a round", "S"},
    {"rounds", 0, 0, G_OPTION_ARG_INT, &n_rounds, "for each row", "R"},
    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &names, NULL, NULL},
    {NULL}
  };

  bench_parse (&argc, &argv, entries, "[SINK...]");
  return names;
}

int
main (int argc, char **argv)
{
  BenchBoard *board;
  gint round;
  guint kinds, i;

  if (!bench_parse_kinds (parse_arguments (argc, argv), ~0u, &kinds))
    return EXIT_FAILURE;
  board = bench_begin (kinds & 1u << BENCH_RTMP);
  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    rows[i].board = board;
    rows[i].worker = bench_worker_new (step_row, &rows[i], sizeof (Speed));
    rows[i].is_good = (kinds & 1u << rows[i].kind) != 0;
  }
  for (round = 0; round < n_rounds; round++) {
    for (i = 0; i < G_N_ELEMENTS (rows); i++)
      take_round (&rows[i]);
  }
  print_table ();
  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    bench_worker_free (rows[i].worker);
  bench_end ();
  return EXIT_SUCCESS;
}
