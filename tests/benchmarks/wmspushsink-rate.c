/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How fast one sink writes over loopback, beside a loop of sendmsg calls of the
 * same bytes and others' sinks:
 *
 *   wmspushsink-rate [--seconds S] [--rounds R]
 *
 * Each row has a process and a connection of its own, and streams in turn with
 * the others, round after round; what counts is the median of its rounds, and
 * of its rounds' ratios to the loop with as many packets in a list.  A round
 * ends when the receiver has everything.  Others' sinks take a list apart. */
#include <stdlib.h>
#include <time.h>

#include "benchsink.h"

#define PACKET_SIZE 1400
#define FRAME_HEAD_SIZE 4
#define MAX_ROUNDS 99
/* Longest wait for what is still on its way. */
#define ARRIVE_SECONDS 20

static gdouble seconds = 0.5;
static gint n_rounds = 7;

typedef struct
{
  gdouble mb_per_second;
  gdouble cpu_us;               /* for a packet */
} Speed;

typedef struct
{
  BenchKind kind;
  guint n_in_list;
  const BenchBoard *board;
  BenchSink sink;
  BenchPacket packet;
  GstBufferList *list;
  /* the parent's side */
  BenchWorker *worker;
  gboolean is_good;
  guint n_done;
  gdouble speeds[MAX_ROUNDS];
  gdouble ratios[MAX_ROUNDS];
  gdouble costs[MAX_ROUNDS];
} Row;

static Row rows[] = {
  {BENCH_SOCKET, 1}, {BENCH_WMS, 1},
  {BENCH_SOCKET, 8}, {BENCH_WMS, 8},
  {BENCH_SOCKET, 32}, {BENCH_WMS, 32},
  {BENCH_TCP, 32}, {BENCH_SOUP, 32}, {BENCH_RTMP, 32},
};

static gboolean
open_row (Row * self)
{
  gst_init (NULL, NULL);
  bench_packet_init (&self->packet, self->kind, PACKET_SIZE);
  self->list = bench_packet_make_list (&self->packet, self->n_in_list);
  return bench_sink_begin (&self->sink, self->kind, self->board,
      self->n_in_list, FALSE) && bench_sink_start (&self->sink, &self->packet);
}

static gint64
count_bytes (Row * self)
{
  return __atomic_load_n (&self->board->channels[self->kind].bytes,
      __ATOMIC_ACQUIRE);
}

/* Waits until the receiver has all packets, as far as it tells: rtmp2sink has
 * few on its way.  Returns when that was. */
static gint64
wait_for_arrival (Row * self, gint64 bytes)
{
  const struct timespec step = {.tv_nsec = 50000 };
  gint64 now = bench_now_ns ();
  gint64 deadline = now + ARRIVE_SECONDS * G_GINT64_CONSTANT (1000000000);

  if (self->kind == BENCH_RTMP)
    return now;
  while (count_bytes (self) < bytes) {
    if (bench_now_ns () > deadline)
      bench_fail ("packets did not arrive");
    nanosleep (&step, NULL);
  }
  return self->board->channels[self->kind].last_ns;
}

static gboolean
step_row (gpointer data, gpointer result)
{
  Row *self = data;
  Speed *speed = result;
  gsize wire_size = PACKET_SIZE + (self->kind == BENCH_WMS
      || self->kind == BENCH_SOCKET ? FRAME_HEAD_SIZE : 0);
  guint64 n_packets = 0;
  gint64 start, end, bytes, cpu;

  if (self->list == NULL)
    return open_row (self);
  bytes = count_bytes (self);
  cpu = bench_cpu_ns ();
  start = bench_now_ns ();
  do {
    if (!bench_sink_push_list (&self->sink, &self->packet, self->list,
            self->n_in_list))
      return FALSE;
    n_packets += self->n_in_list;
  } while (bench_now_ns () - start < seconds * 1e9);
  end = wait_for_arrival (self, bytes + n_packets * wire_size);
  cpu = bench_cpu_ns () - cpu;
  speed->mb_per_second = n_packets * PACKET_SIZE * 1e3 / (end - start);
  speed->cpu_us = cpu / 1e3 / n_packets;
  return TRUE;
}

static void
take_round (Row * self)
{
  static gdouble loop;
  const Speed *speed;

  if (!self->is_good)
    return;
  speed = bench_worker_step (self->worker, seconds + 2 * ARRIVE_SECONDS);
  self->is_good = speed != NULL;
  if (!self->is_good)
    return;
  /* it comes before all those that are compared with it */
  if (self->kind == BENCH_SOCKET)
    loop = speed->mb_per_second;
  self->speeds[self->n_done] = speed->mb_per_second;
  self->ratios[self->n_done] = speed->mb_per_second / loop;
  self->costs[self->n_done++] = speed->cpu_us;
}

static void
print_table (void)
{
  guint i;

  g_print ("One sink, packets of %d bytes, median of %d rounds of %.1f s\n\n"
      "| sink | packets in a list | MB/s | of the loop "
      "| CPU us per packet |\n| --- | --- | --- | --- | --- |\n", PACKET_SIZE,
      n_rounds, seconds);
  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    Row *row = &rows[i];

    if (row->n_done > 0)
      g_print ("| %s | %u | %.0f | %.2f | %.2f |\n",
          bench_kind_name (row->kind), row->n_in_list,
          bench_median (row->speeds, row->n_done),
          bench_median (row->ratios, row->n_done),
          bench_median (row->costs, row->n_done));
  }
}

static void
parse_arguments (int argc, char **argv)
{
  const GOptionEntry entries[] = {
    {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, "of a round", "S"},
    {"rounds", 0, 0, G_OPTION_ARG_INT, &n_rounds, "for each row", "R"},
    {NULL}
  };

  bench_parse (&argc, &argv, entries, NULL);
  n_rounds = CLAMP (n_rounds, 1, MAX_ROUNDS);
}

int
main (int argc, char **argv)
{
  BenchBoard *board;
  gint round;
  guint i;

  parse_arguments (argc, argv);
  board = bench_begin (TRUE);
  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    rows[i].board = board;
    rows[i].worker = bench_worker_new (step_row, &rows[i], sizeof (Speed));
    rows[i].is_good = bench_worker_step (rows[i].worker, ARRIVE_SECONDS)
        != NULL;
    if (!rows[i].is_good)
      bench_complain ("%s is not measured", bench_kind_name (rows[i].kind));
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
