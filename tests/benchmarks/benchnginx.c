/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "benchnginx.h"

#include <unistd.h>

#include "bench.h"
#include "benchprogram.h"
#include "benchreceiver.h"

#define MODULE "/usr/lib/nginx/modules/ngx_rtmp_module.so"

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

BenchNginx *
bench_nginx_start (guint * port)
{
  static const gchar *const argv[] = { BENCH_NGINX_PROGRAM, "-p", ".", "-e",
    "error.log", "-c", "nginx.conf", NULL
  };
  BenchNginx *self;
  guint n = bench_get_max_descriptors ();
  gint listener = bench_listen (port);
  g_autofree gchar *text = g_strdup_printf (config, n, n / 2, *port);
  const BenchProgram program = {
    .name = "nginx",.argv = argv,.config_name = "nginx.conf",.config = text,
    .port = *port,.cpu = -1
  };
  pid_t pid = 0;

  close (listener);
  if (access (BENCH_NGINX_PROGRAM, X_OK) != 0 || access (MODULE, R_OK) != 0)
    bench_complain ("rtmp2sink has no server: install libnginx-mod-rtmp");
  else
    pid = bench_program_start (&program);
  if (pid == 0) {
    *port = 0;
    return NULL;
  }
  self = g_new0 (BenchNginx, 1);
  self->pid = pid;
  return self;
}

void
bench_nginx_stop (BenchNginx * self)
{
  bench_end_process (self->pid);
  g_free (self);
}
