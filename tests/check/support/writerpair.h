/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WRITER_PAIR_H__
#define __WRITER_PAIR_H__

#include <gst/gst.h>

#include "wmspush/wmswriter.h"

G_BEGIN_DECLS

/* A writer over a socketpair whose queues are small. */
typedef struct
{
  GSocketConnection *ours;
  GSocketConnection *theirs;
  WmsWriter *writer;
  GByteArray *expected;         /* all that was made for it */
} WriterPair;

void writer_pair_init (WriterPair * pair, guint64 request_length);

void writer_pair_clear (WriterPair * pair);

/* The same through TLS; returns the server's side. */
GIOStream *writer_pair_init_tls (WriterPair * pair);

/* Shakes hands; returns the server's side, which keeps the client's. */
GIOStream *writer_pair_make_tls (GSocketConnection * ours,
    GSocketConnection * theirs, GIOStream ** client);

/* Packet @n, and the bytes that it has to become. */
void writer_pair_make_packet (WriterPair * pair, WmsPacket * packet, guint n);

/* Writes until the writer would block. */
void writer_pair_fill_queues (WriterPair * pair);

G_END_DECLS
#endif /* __WRITER_PAIR_H__ */
