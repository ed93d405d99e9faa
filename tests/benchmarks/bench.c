/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Processes of a benchmark: the receiver, nginx, and one for each row, forked
 * from a parent that has no threads.  Each ends with its parent. */
#include "bench.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "benchnginx.h"
#include "benchreceiver.h"

static const gchar *const kind_names[BENCH_N_KINDS] = {
  "nothing", "socket", "fakesink", "wmspushsink", "tcpclientsink",
  "souphttpclientsink", "rtmp2sink"
};

struct _BenchWorker
{
  pid_t pid;
  gint command_fd;
  gint answer_fd;
  gpointer result;
  gsize result_size;
};

static BenchBoard *board;
static pid_t receiver_pid;
static BenchNginx *nginx;

void
bench_complain (const gchar * format, ...)
{
  va_list args;
  g_autofree gchar *text = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("%s\n", text);
}

void
bench_fail (const gchar * what)
{
  bench_complain ("cannot measure: %s", what);
  exit (EXIT_FAILURE);
}

static gint64
read_clock (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

gint64
bench_now_ns (void)
{
  return read_clock (CLOCK_MONOTONIC);
}

gint64
bench_cpu_ns (void)
{
  return read_clock (CLOCK_PROCESS_CPUTIME_ID);
}

const gchar *
bench_kind_name (BenchKind kind)
{
  return kind_names[kind];
}

gboolean
bench_parse_kinds (gchar ** names, guint defaults, guint * kinds)
{
  guint i;

  *kinds = names == NULL ? defaults : 0;
  for (; names != NULL && *names != NULL; names++) {
    for (i = 0; i < BENCH_N_KINDS; i++) {
      if (g_str_equal (*names, kind_names[i]))
        break;
    }
    if (i == BENCH_N_KINDS) {
      bench_complain ("there is no sink named %s here", *names);
      return FALSE;
    }
    *kinds |= 1u << i;
  }
  return TRUE;
}

guint
bench_get_max_descriptors (void)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  getrlimit (RLIMIT_NOFILE, &limit);
  return MIN (limit.rlim_cur, G_MAXINT);
}

static gpointer
share (gsize size)
{
  gpointer memory = mmap (NULL, size, PROT_READ | PROT_WRITE,
      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  if (memory == MAP_FAILED)
    bench_fail ("no memory that processes share");
  return memory;
}

pid_t
bench_fork (void)
{
  pid_t parent = getpid ();
  pid_t pid = fork ();

  if (pid < 0)
    bench_fail ("no process can be started");
  if (pid == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    if (getppid () != parent)
      _exit (EXIT_FAILURE);
  }
  return pid;
}

void
bench_end_process (pid_t pid)
{
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
}

BenchBoard *
bench_begin (gboolean with_rtmp)
{
  BenchReceiver *receiver;

  signal (SIGPIPE, SIG_IGN);
  bench_get_max_descriptors ();
  board = share (sizeof (BenchBoard));
  if (with_rtmp)
    nginx = bench_nginx_start (&board->nginx_port);
  receiver = bench_receiver_new (board);
  receiver_pid = bench_fork ();
  if (receiver_pid == 0) {
    bench_receiver_run (receiver);
    _exit (EXIT_SUCCESS);
  }
  bench_receiver_free (receiver);
  return board;
}

void
bench_end (void)
{
  bench_end_process (receiver_pid);
  g_clear_pointer (&nginx, bench_nginx_stop);
  munmap (board, sizeof (BenchBoard));
}

static void G_GNUC_NORETURN
run_worker (BenchWorker * self, BenchStep step, gpointer data)
{
  gchar byte;

  while (read (self->command_fd, &byte, 1) == 1
      && step (data, self->result) && write (self->answer_fd, &byte, 1) == 1);
  _exit (EXIT_SUCCESS);
}

BenchWorker *
bench_worker_new (BenchStep step, gpointer data, gsize result_size)
{
  BenchWorker *self = g_new0 (BenchWorker, 1);
  gint command[2], answer[2];

  if (pipe (command) < 0 || pipe (answer) < 0)
    bench_fail ("no pipe can be made");
  self->result_size = result_size;
  self->result = share (result_size);
  self->pid = bench_fork ();
  if (self->pid == 0) {
    close (command[1]);
    close (answer[0]);
    self->command_fd = command[0];
    self->answer_fd = answer[1];
    run_worker (self, step, data);
  }
  close (command[0]);
  close (answer[1]);
  self->command_fd = command[1];
  self->answer_fd = answer[0];
  return self;
}

void
bench_worker_begin_step (BenchWorker * self)
{
  if (write (self->command_fd, "", 1) != 1)
    bench_complain ("a process has ended too early");
}

gconstpointer
bench_worker_end_step (BenchWorker * self, guint seconds)
{
  struct pollfd event = {.fd = self->answer_fd,.events = POLLIN };
  gchar byte;

  if (poll (&event, 1, seconds * 1000) == 0) {
    bench_complain ("no result within %u s", seconds);
    return NULL;
  }
  return read (self->answer_fd, &byte, 1) == 1 ? self->result : NULL;
}

gconstpointer
bench_worker_step (BenchWorker * self, guint seconds)
{
  bench_worker_begin_step (self);
  return bench_worker_end_step (self, seconds);
}

void
bench_worker_free (BenchWorker * self)
{
  bench_end_process (self->pid);
  close (self->command_fd);
  close (self->answer_fd);
  munmap (self->result, self->result_size);
  g_free (self);
}

static gint
compare_numbers (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a;
  gdouble y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

gdouble
bench_median (gdouble * numbers, guint n)
{
  qsort (numbers, n, sizeof (gdouble), compare_numbers);
  return n == 0 ? 0 : (numbers[(n - 1) / 2] + numbers[n / 2]) / 2;
}

void
bench_parse (int *argc, char ***argv, const GOptionEntry * entries,
    const gchar * arguments)
{
  g_autoptr (GOptionContext) context = g_option_context_new (arguments);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    bench_fail (error->message);
}

void
bench_sleep_until (gint64 ns)
{
  struct timespec when = {.tv_sec = ns / BENCH_SECOND_NS,
    .tv_nsec = ns % BENCH_SECOND_NS
  };

  while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL) != 0);
}

gint
bench_compare (gconstpointer a, gconstpointer b)
{
  guint32 x = *(const guint32 *) a;
  guint32 y = *(const guint32 *) b;

  return (x > y) - (x < y);
}
