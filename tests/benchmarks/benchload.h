/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __BENCH_LOAD_H__
#define __BENCH_LOAD_H__

#include <sys/types.h>

#include "bench.h"

G_BEGIN_DECLS

#define BENCH_MAX_PLAYERS 100000
/* Times on the way are counted in steps. */
#define BENCH_LATENESS_STEP_US 100
#define BENCH_LATENESS_STEPS 100000

/* A packet is late when it comes more than this after it was sent. */
#define BENCH_LATE_NS (100 * G_GINT64_CONSTANT (1000000))
/* A player has waited for its connection, or its answer, when nothing has come
 * for so long: the system tries a connection again after a second. */
#define BENCH_WAITED_US 500000

/* Players of programmes that a server of this machine sends. */
typedef struct
{
  guint port;
  const gchar *path;            /* of each programme, its number behind it */
  guint n_programmes;
  guint n_players;              /* of all programmes together */
  guint connects_per_second;
  gboolean is_mms;
  gboolean is_live;             /* labels say when packets were sent */
  /* players at one time; each leaves with its picture, each second one with a
   * reset, and makes room for another; 0: all of them, and they stay */
  guint n_at_once;
  gdouble seconds;              /* that are measured */
  pid_t server_pid;             /* 0: nobody knows */
} BenchLoad;

typedef struct
{
  guint n_players;
  guint n_served;               /* got an answer of status 200 */
  guint n_waited;
  guint n_refused;              /* got another answer */
  guint n_failed;               /* had no connection, or no answer */
  guint n_ended;                /* lost their connection after an answer */
  guint n_left;                 /* by themselves */
  guint n_pictures;             /* have had a whole key frame */
  guint n_broken;               /* borders of packets that were not there */

  /* of the time that was measured */
  gint64 window_ns;
  gint64 server_cpu_ns;
  gint64 own_cpu_ns;
  glong server_rss_kb;
  guint64 n_packets;
  guint64 n_reads;
  guint64 n_late;
  guint64 n_lost;
  gint64 longest_ns;
  /* of the time before: while players connected */
  guint64 n_early_packets;
  guint64 n_early_late;

  guint32 lateness[BENCH_LATENESS_STEPS];       /* packets by their time */
  guint32 picture_us[BENCH_MAX_PLAYERS];        /* sorted, n_pictures */
} BenchLoadResult;

/* Connects all players, waits until each has its first picture or will not get
 * one, and counts for so long what they get.  FALSE after a complaint. */
gboolean bench_load_run (const BenchLoad * self, BenchLoadResult * result);

/* The time that so many per cent of the packets stay below, in ms. */
gdouble bench_load_lateness_ms (const BenchLoadResult * result,
    gdouble percent);

/* The same of first pictures. */
gdouble bench_load_picture_ms (const BenchLoadResult * result,
    gdouble percent);

G_END_DECLS
#endif /* __BENCH_LOAD_H__ */
