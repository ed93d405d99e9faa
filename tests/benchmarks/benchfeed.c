/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "benchfeed.h"

#include <time.h>

#define STEP_NS G_GINT64_CONSTANT (1000000)

/* Some of the sinks, on one thread. */
typedef struct
{
  BenchFeed *feed;
  guint first;
  guint n_sinks;
  gint64 begin_ns;
  gint64 end_ns;
  guint64 n_pushed;
} Source;

gboolean
bench_feed_open (BenchFeed * self, BenchKind kind, const BenchBoard * board,
    guint n_sinks, gboolean is_relayed)
{
  guint former = self->n_sinks;
  guint i;

  self->sinks = g_renew (BenchSink, self->sinks, former + n_sinks);
  self->packets = g_renew (BenchPacket, self->packets, former + n_sinks);
  for (i = 0; i < n_sinks; i++) {
    bench_packet_init (&self->packets[former + i], kind, self->packet_size);
    if (!bench_sink_begin (&self->sinks[former + i], kind, board, former + i,
            is_relayed))
      return FALSE;
  }
  for (i = 0; i < n_sinks; i++) {
    if (!bench_sink_start (&self->sinks[former + i],
            &self->packets[former + i]))
      return FALSE;
  }
  self->n_sinks += n_sinks;
  return TRUE;
}

static gpointer
run_source (gpointer user_data)
{
  Source *self = user_data;
  const BenchFeed *feed = self->feed;
  gint64 interval_ns = BENCH_SECOND_NS / (feed->rate * (gint64) self->n_sinks);
  gint64 next_ns = self->begin_ns;
  gint64 now = bench_now_ns ();

  while (now < self->end_ns) {
    if (next_ns > now) {
      gint64 steps = (next_ns - self->begin_ns + STEP_NS - 1) / STEP_NS;

      bench_sleep_until (self->begin_ns + steps * STEP_NS);
    }
    /* all that is due by now, unless that takes too long */
    now = bench_now_ns ();
    for (; next_ns <= now && now < self->end_ns; next_ns += interval_ns) {
      guint n = self->first + self->n_pushed % self->n_sinks;
      BenchSink *sink = &feed->sinks[n];

      if (!bench_sink_push (sink, &feed->packets[n], feed->is_stamped))
        return NULL;
      if (feed->reads_stats)
        bench_sink_read_stats (sink);
      self->n_pushed++;
      now = bench_now_ns ();
    }
  }
  return NULL;
}

static guint64
run_threads (BenchFeed * self, gint64 begin_ns, gint64 end_ns)
{
  g_autofree Source *sources = g_new0 (Source, self->n_sinks);
  g_autofree GThread **threads = g_new0 (GThread *, self->n_sinks);
  guint64 n_pushed = 0;
  guint i;

  for (i = 0; i < self->n_sinks; i++) {
    sources[i] = (Source) {
    .feed = self,.first = i,.n_sinks = 1,.begin_ns =
          begin_ns +
          i * (BENCH_SECOND_NS / self->rate) / self->n_sinks,.end_ns = end_ns,};
    threads[i] = g_thread_new ("source", run_source, &sources[i]);
  }
  for (i = 0; i < self->n_sinks; i++) {
    g_thread_join (threads[i]);
    n_pushed += sources[i].n_pushed;
  }
  return n_pushed;
}

guint64
bench_feed_run (BenchFeed * self, gdouble seconds)
{
  Source source = {.feed = self,.n_sinks = self->n_sinks };

  source.begin_ns = bench_now_ns ();
  source.end_ns = source.begin_ns + seconds * BENCH_SECOND_NS;
  if (self->has_threads)
    return run_threads (self, source.begin_ns, source.end_ns);
  run_source (&source);
  return source.n_pushed;
}
