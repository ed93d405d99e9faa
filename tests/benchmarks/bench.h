/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __BENCH_H__
#define __BENCH_H__

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

#define BENCH_SECOND_NS G_GINT64_CONSTANT (1000000000)

/* What is compared.  "socket" is a loop of sendmsg calls without GStreamer,
 * "nothing" the same loop without the call, "fakesink" a pipeline that sends
 * nothing: these two are what has to be taken off. */
typedef enum
{
  BENCH_NOTHING,
  BENCH_SOCKET,
  BENCH_FAKE,
  BENCH_WMS,
  BENCH_TCP,
  BENCH_SOUP,
  BENCH_RTMP,
  BENCH_N_KINDS,
} BenchKind;

/* Highest number of latency samples of one kind. */
#define BENCH_MAX_SAMPLES (1 << 18)
/* The last bytes of a packet whose way is timed: a mark, and the time when it
 * was pushed. */
#define BENCH_MARK "\x9b\x07\xe1\xc4\x5d\xa3\x18\xf6"
#define BENCH_MARK_SIZE 8
#define BENCH_STAMP_SIZE (BENCH_MARK_SIZE + 8)

/* What the receiver's process tells of one kind. */
typedef struct
{
  guint port;
  gint64 bytes;                 /* of bodies, heads of HTTP not counted */
  gint64 last_ns;               /* when the last of them came */
  gint n_ended;                 /* connections that have come to their end */
  gint n_samples;
  guint32 samples[BENCH_MAX_SAMPLES];   /* nanoseconds */
} BenchChannel;

/* Shared by all processes of a benchmark. */
typedef struct
{
  gint is_timing;               /* packets are stamped */
  guint nginx_port;             /* 0: there is no RTMP server */
  BenchChannel channels[BENCH_N_KINDS];
} BenchBoard;

/* Raises the limit of descriptors and starts the receiver, and nginx where
 * @with_rtmp.  Both end with this process.  Everything listens on loopback
 * only.  To be called once, before there are threads. */
BenchBoard *bench_begin (gboolean with_rtmp);

/* Ends what bench_begin() started. */
void bench_end (void);

/* Says on stderr why a row is missing. */
void bench_complain (const gchar * format, ...) G_GNUC_PRINTF (1, 2);

/* Says why nothing can be measured, and ends the program. */
void bench_fail (const gchar * what) G_GNUC_NORETURN;

/* Reads the options of a command line, which says @arguments of the rest. */
void bench_parse (int *argc, char ***argv, const GOptionEntry * entries,
    const gchar * arguments);

/* Forks; the child, where this returns 0, ends with this process. */
pid_t bench_fork (void);

/* Kills a child and waits for its end. */
void bench_end_process (pid_t pid);

/* Raises the limit of descriptors as far as it goes, and returns it. */
guint bench_get_max_descriptors (void);

/* CLOCK_MONOTONIC, which all processes share. */
gint64 bench_now_ns (void);

/* CPU time of the process, all threads. */
gint64 bench_cpu_ns (void);

const gchar *bench_kind_name (BenchKind kind);

/* Kinds by their names, all of @defaults where none is named; FALSE after a
 * complaint when there is no such kind. */
gboolean bench_parse_kinds (gchar ** names, guint defaults, guint * kinds);

/* Does a step of its work, in the worker's process; what it finds goes to
 * @result, which both processes see.  FALSE: it cannot go on. */
typedef gboolean (*BenchStep) (gpointer data, gpointer result);

/* A process that does steps when it is told to. */
typedef struct _BenchWorker BenchWorker;

BenchWorker *bench_worker_new (BenchStep step, gpointer data,
    gsize result_size);
void bench_worker_begin_step (BenchWorker * self);

/* NULL after a complaint when the worker cannot go on or has not come back in
 * time, else its result. */
gconstpointer bench_worker_end_step (BenchWorker * self, guint seconds);
gconstpointer bench_worker_step (BenchWorker * self, guint seconds);
void bench_worker_free (BenchWorker * self);

/* To a time of bench_now_ns(). */
void bench_sleep_until (gint64 ns);

/* For qsort(), of guint32. */
gint bench_compare (gconstpointer a, gconstpointer b);

/* The middle one of numbers, which get sorted. */
gdouble bench_median (gdouble * numbers, guint n);

G_END_DECLS
#endif /* __BENCH_H__ */
