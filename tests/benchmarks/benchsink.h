/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __BENCH_SINK_H__
#define __BENCH_SINK_H__

#include <gst/gst.h>

#include "bench.h"

G_BEGIN_DECLS

/* One stream of packets to the receiver: an element with a pad before it, or a
 * socket. */
typedef struct
{
  BenchKind kind;
  gint fd;
  GstElement *element;
  GstPad *pad;
} BenchSink;

/* The packet that a kind takes, @size bytes long. */
typedef struct
{
  BenchKind kind;
  GstMemory *memory;
  guint8 *data;
  gsize size;
  gsize stamp_offset;           /* the last BENCH_STAMP_SIZE bytes of content */
} BenchPacket;

void bench_packet_init (BenchPacket * self, BenchKind kind, gsize size);

/* A list of @n buffers of the same memory. */
GstBufferList *bench_packet_make_list (const BenchPacket * self, guint n);

/* Begins to connect; FALSE after a complaint.  @is_relayed: RTMP passes
 * through the receiver. */
gboolean bench_sink_begin (BenchSink * self, BenchKind kind,
    const BenchBoard * board, guint number, gboolean is_relayed);

/* Waits for the connection and sends what goes before the first packet. */
gboolean bench_sink_start (BenchSink * self, const BenchPacket * packet);

/* Sends a packet; a stamped one says when. */
gboolean bench_sink_push (BenchSink * self, const BenchPacket * packet,
    gboolean is_stamped);

/* Sends @list, a socket @n packets with one call. */
gboolean bench_sink_push_list (BenchSink * self, const BenchPacket * packet,
    GstBufferList * list, guint n);

/* Reads the element's statistics, as an application may do for each frame. */
void bench_sink_read_stats (BenchSink * self);

/* Ends the stream as its protocol wants it, where @is_clean, and frees it. */
void bench_sink_end (BenchSink * self, gboolean is_clean);

G_END_DECLS
#endif /* __BENCH_SINK_H__ */
