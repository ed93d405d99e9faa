/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __BENCH_PROGRAM_H__
#define __BENCH_PROGRAM_H__

#include <sys/types.h>

#include <glib.h>

G_BEGIN_DECLS

/* A server that is a program: it runs on loopback, in the foreground, without
 * output, in a folder of its own that is gone when it listens, and ends
 * with this process. */
typedef struct
{
  const gchar *name;            /* in complaints */
  const gchar *const *argv;
  const gchar *config_name;     /* a file in its folder; NULL: none */
  const gchar *config;
  guint port;                   /* where it will listen */
  gint cpu;                     /* that it stays on, or -1 */
  gboolean is_never_root;       /* runs as nobody where this is root */
} BenchProgram;

/* Returns when it listens; 0 after a complaint. */
pid_t bench_program_start (const BenchProgram * self);

/* Keeps this process on one CPU. */
void bench_stay_on_cpu (gint cpu);

G_END_DECLS
#endif /* __BENCH_PROGRAM_H__ */
