/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __BENCH_SOURCE_H__
#define __BENCH_SOURCE_H__

#include "bench.h"

G_BEGIN_DECLS

/* How a server gets its programmes. */
typedef enum
{
  BENCH_PUSH_WMS,               /* [MS-WMHTTP] */
  BENCH_PUSH_PUT,               /* one PUT without an end, as icecast has it */
} BenchPush;

/* The password of a source. */
#define BENCH_SOURCE_PASSWORD "bench"

/* Programmes that go to a server, each over a connection of its own. */
typedef struct
{
  BenchPush push;
  guint port;
  const gchar *path;            /* the programme's number goes behind it */
  guint n_programmes;
  guint n_ahead;                /* packets that each sends at once */
  gint *fds;
  guint32 *numbers;
} BenchSource;

/* Connects and sends the header and the first packets of all programmes; FALSE
 * after a complaint. */
gboolean bench_source_open (BenchSource * self);

/* Sends packets in real time, evenly spread, until the server closes; FALSE
 * then. */
gboolean bench_source_run (BenchSource * self);

G_END_DECLS
#endif /* __BENCH_SOURCE_H__ */
