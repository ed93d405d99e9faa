/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __BENCH_PARSER_H__
#define __BENCH_PARSER_H__

#include "benchprogramme.h"

G_BEGIN_DECLS

/* Longest head of an answer. */
#define BENCH_MAX_HEAD 4096

typedef enum
{
  BENCH_IN_HEAD,
  BENCH_IN_BODY,
  BENCH_IN_CHUNK_SIZE,
  BENCH_IN_CHUNK,
  BENCH_IN_CHUNK_TAIL,
  BENCH_AT_END,                 /* the last chunk, or no HTTP */
} BenchPlace;

/* Takes a player's bytes as they come: HTTP with or without chunks, in it ASF
 * as it is or framed ([MS-WMSP] 2.2.3).  The packets of a programme are found
 * by the framing, or from the first mark on by their size; nothing is kept but
 * a label. */
typedef struct
{
  gboolean is_mms;
  BenchPlace place;
  guint status;                 /* of HTTP; 0: the head is not there yet */
  GString *head;                /* until it is complete */
  gboolean is_chunked;
  guint64 chunk_left;

  /* framing: the head, or how much of its content is to come */
  guint8 frame[4];
  guint8 frame_fill;
  gboolean is_packet;           /* of $D */
  guint frame_skip;             /* data packet header */
  guint frame_left;

  /* packets */
  gboolean is_in_step;          /* knows where one begins */
  guint mark_fill;              /* while it does not */
  guint skip;
  guint label_fill;
  guint8 label[BENCH_LABEL_SIZE];
  guint n_broken;               /* times when it lost the step */
} BenchParser;

/* Told of each packet that is complete. */
typedef void (*BenchPacketFunc) (gpointer data, const BenchLabel * label);

void bench_parser_init (BenchParser * self, gboolean is_mms);
void bench_parser_clear (BenchParser * self);
void bench_parser_take (BenchParser * self, const guint8 * data, gsize size,
    BenchPacketFunc func, gpointer user_data);

G_END_DECLS
#endif /* __BENCH_PARSER_H__ */
