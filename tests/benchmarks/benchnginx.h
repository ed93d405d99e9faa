/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __BENCH_NGINX_H__
#define __BENCH_NGINX_H__

#include <glib.h>

G_BEGIN_DECLS

#define BENCH_NGINX_PROGRAM "/usr/sbin/nginx"

/* An nginx with the RTMP module, on loopback, with a folder of its own; it ends
 * with this process. */
typedef struct _BenchNginx BenchNginx;

/* NULL after a complaint when there is none, and @port 0. */
BenchNginx *bench_nginx_start (guint * port);
void bench_nginx_stop (BenchNginx * self);

G_END_DECLS
#endif /* __BENCH_NGINX_H__ */
