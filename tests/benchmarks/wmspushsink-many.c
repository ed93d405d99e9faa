/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What many sinks in one process cost, each with 25 packets of 1,400 bytes a
 * second: CPU time, memory and threads, beside others' sinks and a loop that
 * writes to sockets:
 *
 *   wmspushsink-many [--sinks N] [--seconds S] [--rounds R] [--threads]
 *       [--stats] [SINK...]
 *
 * Each kind has a process of its own, and all of them are open while one after
 * the other streams, round after round; the least time of all rounds counts.
 * Costs are net: a sink's without those of as many fakesinks, the loop's
 * without those of a loop that sends nothing.  One thread pushes to all sinks;
 * with --threads each has a source thread, as in pipelines of their own.  With
 * --stats the statistics are read after each packet. */
#include <stdlib.h>
#include <string.h>

#include "benchfeed.h"

#define RATE 25
#define PACKET_SIZE 1400
#define WARM_UP_SECONDS 2
/* Opening may take long: each RTMP session waits for several answers. */
#define OPEN_SECONDS 180
/* Descriptors of a sink, one more for its neighbours in the receiver. */
#define DESCRIPTORS_PER_SINK 3

static gint n_sinks = 1000;
static gdouble seconds = 5;
static gint n_rounds = 4;
static gboolean has_threads;
static gboolean reads_stats;

typedef struct
{
  gint64 cpu_ns;                /* of the last window */
  guint64 n_packets;
  gdouble rss_kb;               /* of all sinks but the first */
  gdouble pss_kb;
  gint n_threads;
} Window;

typedef struct
{
  BenchKind kind;
  BenchBoard *board;
  BenchFeed feed;
  Window base;
  gboolean is_open;
} Row;

typedef struct
{
  BenchWorker *worker;
  gboolean is_good;
  gdouble cpu_us;               /* for a packet, least of all rounds */
  gdouble packets;              /* a second, most of all rounds */
  Window last;
} Figures;

/* A number behind @name in a file of /proc/self. */
static gint
read_proc (const gchar * file, const gchar * name)
{
  g_autofree gchar *path = g_build_filename ("/proc/self", file, NULL);
  g_autofree gchar *text = NULL;
  const gchar *line;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    bench_fail ("no such file in /proc/self");
  line = strstr (text, name);
  return line == NULL ? 0 : g_ascii_strtoll (line + strlen (name), NULL, 10);
}

static void
read_process (Window * window)
{
  window->rss_kb = read_proc ("smaps_rollup", "\nRss:");
  window->pss_kb = read_proc ("smaps_rollup", "\nPss:");
  window->n_threads = read_proc ("status", "\nThreads:");
}

/* The first sink loads what all of them use, so it does not count. */
static gboolean
open_row (Row * self)
{
  gst_init (NULL, NULL);
  self->feed.rate = RATE;
  self->feed.packet_size = PACKET_SIZE;
  if (!bench_feed_open (&self->feed, self->kind, self->board, 1, FALSE))
    return FALSE;
  bench_feed_run (&self->feed, 1);
  read_process (&self->base);
  if (!bench_feed_open (&self->feed, self->kind, self->board, n_sinks, FALSE))
    return FALSE;
  self->feed.has_threads = has_threads;
  self->feed.reads_stats = reads_stats;
  bench_feed_run (&self->feed, WARM_UP_SECONDS);
  self->is_open = TRUE;
  return TRUE;
}

/* What has come at the other end is what counts, where that is known. */
static guint64
count_packets (Row * self, gint64 former_bytes, guint64 n_pushed)
{
  gint64 bytes = g_atomic_pointer_get
      (&self->board->channels[self->kind].bytes) - former_bytes;

  return bytes > 0 ? MIN ((guint64) bytes / PACKET_SIZE, n_pushed) : n_pushed;
}

static gboolean
step_row (gpointer data, gpointer result)
{
  Row *self = data;
  Window *window = result;
  gint64 bytes;
  guint64 n_pushed;

  if (!self->is_open)
    return open_row (self);
  bytes = self->board->channels[self->kind].bytes;
  window->cpu_ns = bench_cpu_ns ();
  n_pushed = bench_feed_run (&self->feed, seconds);
  window->cpu_ns = bench_cpu_ns () - window->cpu_ns;
  window->n_packets = count_packets (self, bytes, n_pushed);
  read_process (window);
  window->rss_kb -= self->base.rss_kb;
  window->pss_kb -= self->base.pss_kb;
  window->n_threads -= self->base.n_threads;
  return TRUE;
}

static void
open_rows (BenchBoard * board, Figures * figures, guint kinds)
{
  static Row rows[BENCH_N_KINDS];
  guint i;

  for (i = 0; i < BENCH_N_KINDS; i++) {
    if (!(kinds & 1u << i))
      continue;
    rows[i] = (Row) {
    .kind = i,.board = board};
    figures[i].worker = bench_worker_new (step_row, &rows[i], sizeof (Window));
    figures[i].is_good = bench_worker_step (figures[i].worker, OPEN_SECONDS)
        != NULL;
    if (!figures[i].is_good)
      bench_complain ("%s is not measured", bench_kind_name (i));
  }
}

static void
run_round (Figures * figures)
{
  guint i;

  for (i = 0; i < BENCH_N_KINDS; i++) {
    const Window *window;

    if (!figures[i].is_good)
      continue;
    window = bench_worker_step (figures[i].worker, 10 * seconds + 30);
    figures[i].is_good = window != NULL && window->n_packets > 0;
    if (figures[i].is_good) {
      gdouble us = window->cpu_ns / 1e3 / window->n_packets;

      if (figures[i].cpu_us == 0 || us < figures[i].cpu_us)
        figures[i].cpu_us = us;
      figures[i].packets = MAX (figures[i].packets,
          window->n_packets / seconds);
      figures[i].last = *window;
    }
  }
}

static void
print_row (const Figures * figures, BenchKind kind)
{
  const Figures *self = &figures[kind];
  const Figures *base = &figures[kind == BENCH_SOCKET ? BENCH_NOTHING :
      BENCH_FAKE];

  if (!self->is_good || !base->is_good)
    return;
  g_print ("| %s | %.0f | %.1f | %.1f | %.1f | %.1f | %.2f |\n",
      bench_kind_name (kind), self->packets, self->cpu_us,
      self->cpu_us - base->cpu_us,
      (self->last.rss_kb - base->last.rss_kb) / n_sinks,
      (self->last.pss_kb - base->last.pss_kb) / n_sinks,
      (gdouble) (self->last.n_threads - base->last.n_threads) / n_sinks);
}

static void
print_table (const Figures * figures)
{
  guint i;

  g_print ("%d sinks in a process, %d packets of %d bytes a second each, %s%s"
      "\n\n"
      "| sink | packets/s | CPU us per packet, gross "
      "| CPU us per packet, net | KB per sink (RSS) | KB per sink (PSS) "
      "| threads per sink |\n"
      "| --- | --- | --- | --- | --- | --- | --- |\n", n_sinks, RATE,
      PACKET_SIZE, has_threads ? "a source thread for each" :
      "one source thread", reads_stats ? ", statistics read as often" : "");
  for (i = BENCH_SOCKET; i < BENCH_N_KINDS; i++)
    print_row (figures, i);
}

static gchar **
parse_arguments (int argc, char **argv)
{
  static gchar **names;
  const GOptionEntry entries[] = {
    {"sinks", 0, 0, G_OPTION_ARG_INT, &n_sinks, "sinks in a process", "N"},
    {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, "of a round", "S"},
    {"rounds", 0, 0, G_OPTION_ARG_INT, &n_rounds, "for each kind", "R"},
    {"threads", 0, 0, G_OPTION_ARG_NONE, &has_threads,
        "a source thread for each sink", NULL},
    {"stats", 0, 0, G_OPTION_ARG_NONE, &reads_stats,
        "read the statistics after each packet", NULL},
    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &names, NULL, NULL},
    {NULL}
  };

  bench_parse (&argc, &argv, entries, "[SINK...]");
  return names;
}

int
main (int argc, char **argv)
{
  static Figures figures[BENCH_N_KINDS];
  BenchBoard *board;
  guint kinds, i;
  gint round;

  if (!bench_parse_kinds (parse_arguments (argc, argv),
          (1u << BENCH_N_KINDS) - 1, &kinds))
    return EXIT_FAILURE;
  kinds |= 1u << BENCH_NOTHING | 1u << BENCH_FAKE;
  if (bench_get_max_descriptors () < (guint) n_sinks * DESCRIPTORS_PER_SINK
      + 100)
    bench_fail ("the limit of open files (ulimit -Hn) is too low");
  board = bench_begin (kinds & 1u << BENCH_RTMP);
  open_rows (board, figures, kinds);
  for (round = 0; round < n_rounds; round++)
    run_round (figures);
  print_table (figures);
  for (i = 0; i < BENCH_N_KINDS; i++)
    g_clear_pointer (&figures[i].worker, bench_worker_free);
  bench_end ();
  return EXIT_SUCCESS;
}
