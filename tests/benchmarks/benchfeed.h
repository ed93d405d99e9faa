/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __BENCH_FEED_H__
#define __BENCH_FEED_H__

#include "benchsink.h"

G_BEGIN_DECLS

/* Sinks of one kind that get packets in real time, each @rate a second, evenly
 * spread over the sinks in steps of a millisecond.  With @has_threads each sink
 * has a source thread of its own, else one thread pushes to all. */
typedef struct
{
  BenchSink *sinks;
  guint n_sinks;
  guint rate;
  gboolean has_threads;
  gboolean is_stamped;
  gboolean reads_stats;         /* after each packet */
  gsize packet_size;
  BenchPacket *packets;         /* of each sink: sharing one would be a lock */
} BenchFeed;

/* Makes sinks and their connections, all at once; FALSE after a complaint. */
gboolean bench_feed_open (BenchFeed * self, BenchKind kind,
    const BenchBoard * board, guint n_sinks, gboolean is_relayed);

/* Pushes for so long.  Returns how many packets the sinks have taken, which
 * are less than they should be where they hold the source up. */
guint64 bench_feed_run (BenchFeed * self, gdouble seconds);

G_END_DECLS
#endif /* __BENCH_FEED_H__ */
