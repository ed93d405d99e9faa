/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __BENCH_LOOP_H__
#define __BENCH_LOOP_H__

#include <glib.h>

G_BEGIN_DECLS

/* A server that does nothing but send: one programme, which it makes itself, to
 * everybody who connects.  Each player gets @n_joined packets with one call,
 * a part of the players with each packet. */
void bench_loop_run (gint listener, guint n_joined) G_GNUC_NORETURN;

G_END_DECLS
#endif /* __BENCH_LOOP_H__ */
