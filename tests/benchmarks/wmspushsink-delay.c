/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How long a packet takes from the pad of a sink to the other end of its
 * connection: until the receiver's recv() has returned with its last byte, both
 * times by CLOCK_MONOTONIC.
 *
 *   wmspushsink-delay [--seconds S] [--rounds R] [SINK...]
 *
 * Each sink gets 25 packets of 1,400 bytes a second, which carry the time of
 * their push.  Once with one sink of each kind, all kinds at the same time in
 * processes of their own; once with 100 sinks of a kind, one kind after the
 * other.  What counts is the median of the rounds' percentiles.  The socket's
 * row tells what the machine itself takes. */
#include <stdlib.h>
#include <string.h>

#include "benchfeed.h"

#define RATE 25
#define PACKET_SIZE 1400
#define MANY 100
#define OPEN_SECONDS 60

#define ALL (1u << BENCH_SOCKET | 1u << BENCH_WMS | 1u << BENCH_TCP \
    | 1u << BENCH_SOUP | 1u << BENCH_RTMP)

#define MAX_ROUNDS 99
#define N_PARTS 4

static const gdouble parts[N_PARTS] = { 0.5, 0.99, 0.999, 1 };

static gdouble seconds = 12;
static gint n_rounds = 5;

typedef struct
{
  BenchKind kind;
  BenchBoard *board;
  guint n_sinks;
  gdouble seconds;
  BenchFeed feed;
  /* the parent's side */
  BenchWorker *worker;
  gboolean is_good;
  guint n_rounds;
  guint64 n_pushed, n_seen;
  gdouble delays_us[N_PARTS][MAX_ROUNDS];
} Row;

static gboolean
step_row (gpointer data, gpointer result)
{
  Row *self = data;
  guint64 *n_pushed = result;

  if (self->feed.n_sinks > 0) {
    self->feed.is_stamped = TRUE;
    *n_pushed = bench_feed_run (&self->feed, self->seconds);
    return TRUE;
  }
  gst_init (NULL, NULL);
  self->feed.rate = RATE;
  self->feed.packet_size = PACKET_SIZE;
  if (!bench_feed_open (&self->feed, self->kind, self->board, self->n_sinks,
          TRUE))
    return FALSE;
  bench_feed_run (&self->feed, 1);
  return TRUE;
}

static void
open_row (Row * self)
{
  self->worker = bench_worker_new (step_row, self, sizeof (guint64));
  self->is_good = bench_worker_step (self->worker, OPEN_SECONDS) != NULL;
  self->board->channels[self->kind].n_samples = 0;
  if (!self->is_good)
    bench_complain ("%s is not measured", bench_kind_name (self->kind));
}

/* Waits for the end of a round and notes what came of it. */
static void
end_round (Row * self)
{
  BenchChannel *channel = &self->board->channels[self->kind];
  const guint64 *n_pushed = bench_worker_end_step (self->worker,
      2 * self->seconds + 30);
  guint n = g_atomic_int_get (&channel->n_samples);
  guint i;

  self->is_good = n_pushed != NULL && n > 0;
  if (!self->is_good)
    return;
  qsort (channel->samples, n, sizeof (guint32), bench_compare);
  for (i = 0; i < N_PARTS; i++)
    self->delays_us[i][self->n_rounds] =
        channel->samples[MIN ((guint) (n * parts[i]), n - 1)] / 1e3;
  self->n_rounds++;
  self->n_pushed += *n_pushed;
  self->n_seen += n;
  channel->n_samples = 0;
}

static void
print_row (Row * self)
{
  guint i;

  if (self->n_rounds == 0)
    return;
  g_print ("| %s | %u ", bench_kind_name (self->kind), self->n_sinks);
  for (i = 0; i < N_PARTS; i++)
    g_print ("| %.0f ", bench_median (self->delays_us[i], self->n_rounds));
  /* sorted by now */
  g_print ("| %.0f | %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " |\n",
      self->delays_us[N_PARTS - 1][self->n_rounds - 1], self->n_seen,
      self->n_pushed);
}

/* A round of all kinds, at once or one after the other. */
static void
run_round (Row * rows, gboolean is_together)
{
  guint i;

  for (i = 0; i < BENCH_N_KINDS; i++) {
    if (!rows[i].is_good)
      continue;
    bench_worker_begin_step (rows[i].worker);
    if (!is_together)
      end_round (&rows[i]);
  }
  for (i = 0; is_together && i < BENCH_N_KINDS; i++) {
    if (rows[i].is_good)
      end_round (&rows[i]);
  }
}

static void
measure (BenchBoard * board, guint kinds, guint n_sinks, gdouble round_seconds)
{
  static Row rows[BENCH_N_KINDS];
  guint i;

  memset (rows, 0, sizeof (rows));
  for (i = 0; i < BENCH_N_KINDS; i++) {
    rows[i].kind = i;
    rows[i].board = board;
    rows[i].n_sinks = n_sinks;
    rows[i].seconds = round_seconds;
    if (kinds & 1u << i)
      open_row (&rows[i]);
  }
  for (i = 0; i < (guint) n_rounds; i++)
    run_round (rows, n_sinks == 1);
  for (i = 0; i < BENCH_N_KINDS; i++) {
    print_row (&rows[i]);
    g_clear_pointer (&rows[i].worker, bench_worker_free);
  }
}

static gchar **
parse_arguments (int argc, char **argv)
{
  static gchar **names;
  const GOptionEntry entries[] = {
    {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds,
        "of a round with one sink; a fifth with many", "S"},
    {"rounds", 0, 0, G_OPTION_ARG_INT, &n_rounds, "for each row", "R"},
    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &names, NULL, NULL},
    {NULL}
  };

  bench_parse (&argc, &argv, entries, "[SINK...]");
  n_rounds = CLAMP (n_rounds, 1, MAX_ROUNDS);
  return names;
}

int
main (int argc, char **argv)
{
  BenchBoard *board;
  guint kinds;

  if (!bench_parse_kinds (parse_arguments (argc, argv), ALL, &kinds))
    return EXIT_FAILURE;
  kinds &= ALL;
  board = bench_begin (kinds & 1u << BENCH_RTMP);
  board->is_timing = TRUE;
  g_print ("%d packets of %d bytes a second for each sink, median of %d "
      "rounds\n\n| sink | sinks | p50, us | p99, us | p99.9, us | longest, us "
      "| longest of all | packets seen |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- |\n", RATE, PACKET_SIZE,
      n_rounds);
  measure (board, kinds, 1, seconds);
  measure (board, kinds, MANY, seconds / 5);
  bench_end ();
  return EXIT_SUCCESS;
}
