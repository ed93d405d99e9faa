/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "benchnginx.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "benchreceiver.h"

#define MODULE "/usr/lib/nginx/modules/ngx_rtmp_module.so"
#define PROGRAM "/usr/sbin/nginx"
/* Longest wait until it listens. */
#define START_MS 5000

static const gchar config[] =
    "load_module " MODULE ";\n"
    "daemon off;\nmaster_process off;\nworker_rlimit_nofile %u;\n"
    "error_log error.log error;\npid nginx.pid;\n"
    "events { worker_connections %u; }\n"
    "rtmp {\n access_log off;\n server {\n  listen 127.0.0.1:%u;\n"
    "  application live { live on; }\n }\n}\n";

struct _BenchNginx
{
  pid_t pid;
};

static gboolean
wait_until_listening (BenchNginx * self, guint port)
{
  guint ms;

  for (ms = 0; ms < START_MS; ms += 20) {
    gint fd = bench_connect (port);

    if (fd >= 0) {
      close (fd);
      return TRUE;
    }
    if (waitpid (self->pid, NULL, WNOHANG) == self->pid) {
      self->pid = 0;
      return FALSE;
    }
    poll (NULL, 0, 20);
  }
  return FALSE;
}

static void G_GNUC_NORETURN
run_nginx (const gchar * folder)
{
  gint null_fd = open ("/dev/null", O_RDWR);

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  dup2 (null_fd, STDIN_FILENO);
  dup2 (null_fd, STDOUT_FILENO);
  dup2 (null_fd, STDERR_FILENO);
  execl (PROGRAM, PROGRAM, "-p", folder, "-e", "error.log", "-c", "nginx.conf",
      NULL);
  _exit (EXIT_FAILURE);
}

static void
remove_folder (const gchar * folder)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    g_remove (path);
  }
  g_clear_pointer (&dir, g_dir_close);
  g_rmdir (folder);
}

BenchNginx *
bench_nginx_start (guint * port)
{
  BenchNginx *self;
  guint n = bench_get_max_descriptors ();
  gint listener = bench_listen (port);
  g_autofree gchar *text = g_strdup_printf (config, n, n / 2, *port);
  g_autofree gchar *folder = NULL;
  g_autofree gchar *path = NULL;
  gboolean is_listening;

  close (listener);
  if (access (PROGRAM, X_OK) != 0 || access (MODULE, R_OK) != 0) {
    bench_complain ("rtmp2sink has no server: install libnginx-mod-rtmp");
    *port = 0;
    return NULL;
  }
  self = g_new0 (BenchNginx, 1);
  folder = g_dir_make_tmp ("bench-nginx-XXXXXX", NULL);
  path = g_build_filename (folder, "nginx.conf", NULL);
  g_file_set_contents (path, text, -1, NULL);
  self->pid = fork ();
  if (self->pid == 0)
    run_nginx (folder);
  is_listening = wait_until_listening (self, *port);
  /* it needs none of that any more, and nothing is left when we are killed */
  remove_folder (folder);
  if (!is_listening) {
    bench_complain ("rtmp2sink has no server: nginx does not start");
    g_clear_pointer (&self, bench_nginx_stop);
    *port = 0;
  }
  return self;
}

void
bench_nginx_stop (BenchNginx * self)
{
  if (self->pid > 0) {
    kill (self->pid, SIGKILL);
    waitpid (self->pid, NULL, 0);
  }
  g_free (self);
}
