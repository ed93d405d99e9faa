/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __BENCH_SERVER_H__
#define __BENCH_SERVER_H__

#include <sys/types.h>

#include <glib.h>

G_BEGIN_DECLS

/* What programmes are served by.  "nginx" has no live programmes: it sends a
 * file, no faster than a programme.  "loop" is a loop of one send for each
 * packet and player without anything else, "joined" one of three packets for
 * each send. */
typedef enum
{
  BENCH_SERVER_PUBPOINT,
  BENCH_SERVER_ICECAST,
  BENCH_SERVER_NGINX,
  BENCH_SERVER_LOOP,
  BENCH_SERVER_JOINED,
  BENCH_N_SERVERS,
} BenchServerKind;

/* Before the number of a programme. */
#define BENCH_PATH "/live"

typedef struct
{
  BenchServerKind kind;
  pid_t pid;
  guint port;
} BenchServer;

const gchar *bench_server_name (BenchServerKind kind);

/* Whether it serves so many programmes at a time. */
gboolean bench_server_serves (BenchServerKind kind, guint n_programmes);

/* Another wms-pubpoint than the one that was built with this program. */
void bench_server_set_pubpoint (const gchar * program);

/* Starts one on loopback, for so many players and programmes; @cpu is where it
 * stays, or -1.  FALSE after a complaint. */
gboolean bench_server_start (BenchServer * self, BenchServerKind kind,
    guint n_players, guint n_programmes, gint cpu);
void bench_server_stop (BenchServer * self);

/* CPU time of a process, user and system, all threads. */
gint64 bench_process_cpu_ns (pid_t pid);
glong bench_process_rss_kb (pid_t pid);

G_END_DECLS
#endif /* __BENCH_SERVER_H__ */
