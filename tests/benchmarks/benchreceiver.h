/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __BENCH_RECEIVER_H__
#define __BENCH_RECEIVER_H__

#include "bench.h"

G_BEGIN_DECLS

/* Takes what all kinds send, in a process of its own: speaks as much HTTP as a
 * push or a PUT wants, passes RTMP on to nginx, counts bytes and, where
 * packets are stamped, notes how long they were on their way. */
typedef struct _BenchReceiver BenchReceiver;

/* Listens; the ports are on the board. */
BenchReceiver *bench_receiver_new (BenchBoard * board);
void bench_receiver_run (BenchReceiver * self) G_GNUC_NORETURN;
void bench_receiver_free (BenchReceiver * self);

/* A listening socket on a free port of loopback, which is what ends a
 * benchmark when there is none. */
gint bench_listen (guint * port);

/* A connection to a port of loopback, or -1. */
gint bench_connect (guint port);

/* A connection that is being made, which poll tells of, or -1. */
gint bench_connect_begin (guint port);

G_END_DECLS
#endif /* __BENCH_RECEIVER_H__ */
