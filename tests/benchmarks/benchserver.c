/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "benchserver.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "benchloop.h"
#include "benchnginx.h"
#include "benchprogram.h"
#include "benchprogramme.h"
#include "benchreceiver.h"
#include "benchsource.h"

#define ICECAST_PROGRAM "/usr/bin/icecast2"
/* Of nginx's file. */
#define FILE_SECONDS 120
#define N_JOINED 3

static const gchar *const names[BENCH_N_SERVERS] = {
  "wms-pubpoint", "icecast2", "nginx", "loop", "joined"
};

static const gchar icecast_config[] =
    "<icecast>\n"
    " <limits><clients>%u</clients><sources>%u</sources></limits>\n"
    " <authentication>\n"
    "  <source-password>" BENCH_SOURCE_PASSWORD "</source-password>\n"
    "  <admin-user>admin</admin-user><admin-password>-</admin-password>\n"
    " </authentication>\n"
    " <hostname>localhost</hostname>\n"
    " <listen-socket><port>%u</port><bind-address>127.0.0.1</bind-address>\n"
    " </listen-socket>\n"
    " <paths><basedir>/usr/share/icecast2</basedir><logdir>.</logdir>\n"
    "  <webroot>/usr/share/icecast2/web</webroot>\n"
    "  <adminroot>/usr/share/icecast2/admin</adminroot></paths>\n"
    " <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog>"
    "\n  <loglevel>1</loglevel></logging>\n" "</icecast>\n";

/* The file has no name: what serves it is a descriptor of this process. */
static const gchar nginx_config[] =
    "daemon off;\nmaster_process off;\nworker_rlimit_nofile %u;\n"
    "error_log error.log error;\npid nginx.pid;\n"
    "events { worker_connections %u; }\n"
    "http {\n access_log off;\n client_body_temp_path body;\n"
    " proxy_temp_path proxy;\n fastcgi_temp_path fastcgi;\n"
    " uwsgi_temp_path uwsgi;\n scgi_temp_path scgi;\n"
    " default_type video/x-ms-asf;\n sendfile on;\n limit_rate %u;\n"
    " server {\n  listen 127.0.0.1:%u backlog=4096;\n"
    "  location ~ ^ { alias /proc/%d/fd/%d; }\n }\n}\n";

static const gchar *pubpoint_program = PUBPOINT_PROGRAM;

void
bench_server_set_pubpoint (const gchar * program)
{
  pubpoint_program = program;
}

const gchar *
bench_server_name (BenchServerKind kind)
{
  return names[kind];
}

gboolean
bench_server_serves (BenchServerKind kind, guint n_programmes)
{
  return n_programmes == 1
      || (kind != BENCH_SERVER_LOOP && kind != BENCH_SERVER_JOINED);
}

static pid_t
start_pubpoint (const BenchServer * self, guint n_players, gint cpu)
{
  g_autofree gchar *port = g_strdup_printf ("--port=%u", self->port);
  g_autofree gchar *players = g_strdup_printf ("--max-players=%u", n_players);
  const gchar *const argv[] = { pubpoint_program, port, players, NULL };
  const BenchProgram program = {
    .name = "wms-pubpoint",.argv = argv,.port = self->port,.cpu = cpu
  };

  return bench_program_start (&program);
}

static pid_t
start_icecast (const BenchServer * self, guint n_players, guint n_programmes,
    gint cpu)
{
  static const gchar *const argv[] = { ICECAST_PROGRAM, "-c", "icecast.xml",
    NULL
  };
  g_autofree gchar *text = g_strdup_printf (icecast_config,
      n_players + n_programmes + 10, n_programmes + 1, self->port);
  const BenchProgram program = {
    .name = "icecast2",.argv = argv,.config_name = "icecast.xml",
    .config = text,.port = self->port,.cpu = cpu,.is_never_root = TRUE
  };

  if (access (ICECAST_PROGRAM, X_OK) != 0) {
    bench_complain ("icecast2 is not installed");
    return 0;
  }
  return bench_program_start (&program);
}

static gint
make_file (void)
{
  gint fd = memfd_create ("programme", MFD_CLOEXEC);
  FILE *file = fdopen (dup (fd), "w");
  g_autoptr (GByteArray) header = bench_programme_header ();
  guint8 packet[BENCH_PACKET_SIZE];
  guint i;

  fwrite (header->data, header->len, 1, file);
  for (i = 0; i < FILE_SECONDS * BENCH_PACKET_RATE; i++) {
    bench_programme_packet (packet, 0, i);
    fwrite (packet, sizeof (packet), 1, file);
  }
  fclose (file);
  return fd;
}

static pid_t
start_nginx (const BenchServer * self, guint n_players, gint cpu)
{
  static const gchar *const argv[] = { BENCH_NGINX_PROGRAM, "-p", ".", "-e",
    "error.log", "-c", "nginx.conf", NULL
  };
  static gint fd = -1;
  g_autofree gchar *text = NULL;
  BenchProgram program = {
    .name = "nginx",.argv = argv,.config_name = "nginx.conf",
    .port = self->port,.cpu = cpu
  };

  if (access (BENCH_NGINX_PROGRAM, X_OK) != 0) {
    bench_complain ("nginx is not installed");
    return 0;
  }
  if (fd < 0)
    fd = make_file ();
  /* it closes waiting connections when fewer than a sixteenth are free */
  text = g_strdup_printf (nginx_config, 4 * n_players, 2 * n_players + 100,
      BENCH_PACKET_SIZE * BENCH_PACKET_RATE, self->port, getpid (), fd);
  program.config = text;
  return bench_program_start (&program);
}

static pid_t
start_loop (gint listener, guint n_joined, gint cpu)
{
  pid_t pid = bench_fork ();

  if (pid == 0) {
    bench_stay_on_cpu (cpu);
    bench_loop_run (listener, n_joined);
  }
  return pid;
}

gboolean
bench_server_start (BenchServer * self, BenchServerKind kind, guint n_players,
    guint n_programmes, gint cpu)
{
  gint listener = bench_listen (&self->port);

  self->kind = kind;
  /* programs listen by themselves */
  if (kind != BENCH_SERVER_LOOP && kind != BENCH_SERVER_JOINED)
    close (listener);
  switch (kind) {
    case BENCH_SERVER_PUBPOINT:
      self->pid = start_pubpoint (self, n_players, cpu);
      break;
    case BENCH_SERVER_ICECAST:
      self->pid = start_icecast (self, n_players, n_programmes, cpu);
      break;
    case BENCH_SERVER_NGINX:
      self->pid = start_nginx (self, n_players, cpu);
      break;
    default:
      self->pid = start_loop (listener, kind == BENCH_SERVER_LOOP ? 1
          : N_JOINED, cpu);
      close (listener);
      break;
  }
  return self->pid > 0;
}

void
bench_server_stop (BenchServer * self)
{
  bench_end_process (self->pid);
}

gint64
bench_process_cpu_ns (pid_t pid)
{
  struct timespec time;
  clockid_t clock;

  if (clock_getcpuclockid (pid, &clock) != 0
      || clock_gettime (clock, &time) < 0)
    return 0;
  return time.tv_sec * G_GINT64_CONSTANT (1000000000) + time.tv_nsec;
}

glong
bench_process_rss_kb (pid_t pid)
{
  g_autofree gchar *path = g_strdup_printf ("/proc/%d/status", pid);
  g_autofree gchar *text = NULL;
  const gchar *line;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  line = strstr (text, "\nVmRSS:");
  return line == NULL ? 0 : g_ascii_strtoll (line + strlen ("\nVmRSS:"), NULL,
      10);
}
