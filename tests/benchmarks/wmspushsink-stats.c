/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a read of wmspushsink's statistics costs: before the first start, and
 * beside a stream of 1 MB/s over loopback.  CPU time of the reading thread, as
 * the machine does other things as well, and the time that passes. */
#include <stdlib.h>
#include <time.h>

#include "benchfeed.h"

#define PACKET_SIZE 1400
#define PACKETS_PER_SECOND 714
#define N_READS 10000
#define N_ROUNDS 9
#define FEED_SECONDS 20

static gint is_done;

static gpointer
feed_thread (gpointer user_data)
{
  BenchFeed *feed = user_data;
  guint i;

  for (i = 0; i < FEED_SECONDS * 10 && !g_atomic_int_get (&is_done); i++)
    bench_feed_run (feed, 0.1);
  return NULL;
}

static gdouble
thread_cpu_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

static void
measure (const gchar * when, GstElement * sink)
{
  gdouble cpu[N_ROUNDS], wall[N_ROUNDS];
  guint i, k;

  for (k = 0; k < N_ROUNDS; k++) {
    gint64 start = bench_now_ns ();
    gdouble cpu_start = thread_cpu_ns ();

    for (i = 0; i < N_READS; i++) {
      GstStructure *stats = NULL;

      g_object_get (sink, "stats", &stats, NULL);
      gst_structure_free (stats);
    }
    cpu[k] = (thread_cpu_ns () - cpu_start) / N_READS;
    wall[k] = (gdouble) (bench_now_ns () - start) / N_READS;
  }
  g_print ("| %s | %.0f | %.0f |\n", when, bench_median (cpu, N_ROUNDS),
      bench_median (wall, N_ROUNDS));
}

int
main (int argc, char **argv)
{
  BenchFeed feed = {.rate = PACKETS_PER_SECOND,.packet_size = PACKET_SIZE };
  BenchBoard *board = bench_begin (FALSE);
  GstElement *idle;
  GThread *thread;

  gst_init (&argc, &argv);
  idle = gst_element_factory_make ("wmspushsink", NULL);
  if (idle == NULL || !bench_feed_open (&feed, BENCH_WMS, board, 1, FALSE))
    bench_fail ("no sink");
  g_print ("A read of stats, median of %d rounds of %d\n\n"
      "| when | CPU ns | ns |\n| --- | --- | --- |\n", N_ROUNDS, N_READS);
  measure ("before the first start", idle);
  thread = g_thread_new ("feed", feed_thread, &feed);
  measure ("beside 1 MB/s", feed.sinks[0].element);
  g_atomic_int_set (&is_done, 1);
  g_thread_join (thread);
  bench_sink_end (&feed.sinks[0], TRUE);
  gst_object_unref (idle);
  bench_end ();
  return EXIT_SUCCESS;
}
