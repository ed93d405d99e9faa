/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __BENCH_PROGRAMME_H__
#define __BENCH_PROGRAMME_H__

#include "bench.h"

G_BEGIN_DECLS

/* A programme of 300 kbit/s: packets of one size, all of them full, with a key
 * frame every two seconds. */
#define BENCH_PACKET_SIZE 1400
#define BENCH_PACKET_RATE 27
#define BENCH_KEY_DISTANCE 54   /* packets */
#define BENCH_KEY_PACKETS 8     /* that the key frame fills */

/* What each packet says of itself: at a fixed place, behind a mark. */
#define BENCH_LABEL_OFFSET 26
#define BENCH_LABEL_SIZE (BENCH_MARK_SIZE + 16)

typedef struct
{
  gint64 sent_ns;               /* CLOCK_MONOTONIC */
  guint32 number;               /* in its programme, from 0 */
  guint16 programme;
  guint8 key_index;             /* which of the key frame's packets */
  guint8 key_count;             /* how many it has; 0: this is none of them */
} BenchLabel;

/* Header Object and head of the Data Object. */
GByteArray *bench_programme_header (void);

/* Writes packet @number of @programme, BENCH_PACKET_SIZE bytes, with the time
 * as it is now. */
void bench_programme_packet (guint8 * packet, guint programme,
    guint32 number);

/* @data: BENCH_LABEL_SIZE bytes.  FALSE when they do not begin with the
 * mark. */
gboolean bench_label_read (const guint8 * data, BenchLabel * label);

G_END_DECLS
#endif /* __BENCH_PROGRAMME_H__ */
