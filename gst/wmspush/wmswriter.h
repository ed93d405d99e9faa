/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_WRITER_H__
#define __WMS_WRITER_H__

#include <gio/gio.h>
#include <gst/gstbuffer.h>

#include "asf/asfpacket.h"
#include "wmspush/wmsframe.h"

G_BEGIN_DECLS

/* How many packets one vectored write takes; more gain nothing
 * (design-sink.md, Transport). */
#define WMS_WRITER_BATCH 32
/* Largest TLS record (RFC 8446, section 5.1). */
#define WMS_WRITER_RECORD_SIZE 16384

/**
 * WmsPacket:
 * @head: framing header, then bytes that replace the first ones of the buffer
 * @head_size: used bytes of @head
 * @buffer: (nullable): where the rest comes from
 * @map: @buffer, mapped for reading
 * @body: (nullable): inside of @map
 * @body_size: bytes of @body
 * @time: for the caller, who sets it after wms_packet_init()
 *
 * One packet of the protocol, ready to be written.  It owns a reference to its
 * buffer and the mapping.
 */
typedef struct
{
  guint8 head[WMS_FRAME_HEAD_SIZE + ASF_PACKET_HEAD_MAX];
  gsize head_size;
  GstBuffer *buffer;
  GstMapInfo map;
  const guint8 *body;
  gsize body_size;
  guint64 time;
} WmsPacket;

/**
 * wms_packet_init:
 * @packet: (out caller-allocates): a #WmsPacket
 * @type: %WMS_FRAME_HEADER, %WMS_FRAME_DATA or %WMS_FRAME_CHANGE
 * @buffer: (transfer none): an ASF header or data packet; a reference is taken
 * @error: return location
 *
 * Frames a buffer ([MS-WMHTTP] 2.2.3); a data packet loses its padding.
 *
 * Returns: %FALSE with a %WMS_ERROR when it is too large, or an %ASF_ERROR
 *     when it is no packet.
 */
gboolean wms_packet_init (WmsPacket * packet, WmsFrameType type,
    GstBuffer * buffer, GError ** error);

/**
 * wms_packet_check_change:
 * @buffer: an ASF header
 * @error: return location
 *
 * Returns: whether wms_packet_init() can make a $C of it.
 */
gboolean wms_packet_check_change (GstBuffer * buffer, GError ** error);

/**
 * wms_packet_init_end:
 * @packet: (out caller-allocates): a #WmsPacket
 * @reason: Reason of an $E packet
 */
void wms_packet_init_end (WmsPacket * packet, guint32 reason);

/**
 * wms_packet_init_filler:
 * @packet: (out caller-allocates): a #WmsPacket
 * @left: bytes that the request still has, at least %WMS_FRAME_HEAD_SIZE
 *
 * Makes an $F packet as large as possible, such that never 1 to 3 bytes
 * remain, which no packet could fill ([MS-WMHTTP] 3.1.4.3).
 */
void wms_packet_init_filler (WmsPacket * packet, guint64 left);

/**
 * wms_packet_fits:
 * @packet: a #WmsPacket
 * @room: bytes that the request still has
 *
 * Returns: whether the packet can go into the request, so that what remains can
 *     be filled to the byte or end the session ([MS-WMHTTP] 3.1.4.3;
 *     protocol.md, C22).
 */
gboolean wms_packet_fits (const WmsPacket * packet, guint64 room);

/**
 * wms_packet_is_data:
 *
 * Returns: whether it is a $D, also when its buffer is gone.
 */
gboolean wms_packet_is_data (const WmsPacket * packet);

/**
 * wms_packet_clear:
 *
 * Lets go of the buffer.
 */
void wms_packet_clear (WmsPacket * packet);

typedef enum
{
  WMS_WRITE_DONE,
  WMS_WRITE_BLOCKED,
  WMS_WRITE_FULL,
  WMS_WRITE_FAILED,
} WmsWriteResult;

/**
 * WmsWriter:
 *
 * Puts packets into the body of one PushStart: the only place where the
 * streaming thread and the context thread meet.  It never blocks but in
 * wms_writer_wait(), and has no queue but the packet that the socket took in
 * part.
 */
typedef struct _WmsWriter WmsWriter;

/**
 * wms_writer_new:
 * @stream: the connection, a #GSocketConnection or a #GTlsConnection
 * @request_length: Content-Length of the PushStart
 * @timeout_ms: how long sent bytes may stay unacknowledged, 0 for the system's
 *     own limit
 * @error: return location
 *
 * On a plain connection the writer works on a duplicate of the descriptor, so
 * that whoever owns @stream may close it at any time.
 */
WmsWriter *wms_writer_new (GIOStream * stream, guint64 request_length,
    guint timeout_ms, GError ** error);

/**
 * wms_writer_enter:
 * @self: a #WmsWriter
 *
 * To be called before a write, without any lock, and ended with
 * wms_writer_leave(): a TLS connection is not read meanwhile.  GnuTLS gets its
 * keys wrong when it reads a KeyUpdate (RFC 8446, section 4.6.3) and writes at
 * the same time (design-sink.md, Transport).
 */
void wms_writer_enter (WmsWriter * self);

/**
 * wms_writer_leave:
 * @self: a #WmsWriter
 *
 * Ends what wms_writer_enter() began.
 */
void wms_writer_leave (WmsWriter * self);

/**
 * wms_writer_ref:
 *
 * Returns: (transfer full): @self.
 */
WmsWriter *wms_writer_ref (WmsWriter * self);

/**
 * wms_writer_unref:
 * @self: (transfer full): a #WmsWriter; the last one closes its descriptor
 */
void wms_writer_unref (WmsWriter * self);

/**
 * wms_writer_push:
 * @self: a #WmsWriter
 * @packets: (array length=n_packets): to be written, in order
 * @n_packets: at most %WMS_WRITER_BATCH are looked at in one call
 * @n_taken: (out): the first so many of @packets are written or kept by the
 *     writer; they must not be touched any more
 * @error: return location
 *
 * Writes what it can without blocking.  What a former call left over goes
 * first.
 *
 * Returns: %WMS_WRITE_DONE: all of @packets are with the kernel.
 *     %WMS_WRITE_BLOCKED: call again after wms_writer_wait(), with the packets
 *     that were not taken, perhaps none.  %WMS_WRITE_FULL: the next packet
 *     does not fit into the request any more, together with a final $E.
 *     %WMS_WRITE_FAILED with @error: the connection is of no more use.
 */
WmsWriteResult wms_writer_push (WmsWriter * self, WmsPacket * packets,
    guint n_packets, guint * n_taken, GError ** error);

/**
 * wms_writer_wait:
 * @self: a #WmsWriter
 * @timeout_ms: longest wait, -1 for no limit
 * @cancellable: (nullable): ends the wait; never the one given to libsoup
 * @error: return location
 *
 * Waits until there is room for more, or wms_writer_shutdown().
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED or %G_IO_ERROR_TIMED_OUT.
 */
gboolean wms_writer_wait (WmsWriter * self, gint timeout_ms,
    GCancellable * cancellable, GError ** error);

/**
 * wms_writer_get_failure:
 *
 * Returns: (transfer full) (nullable): what a write has met that no reader of
 *     the connection sees after that, but only an end: an RST of the peer, or
 *     its silence for longer than the timeout.
 */
GError *wms_writer_get_failure (WmsWriter * self);

/**
 * wms_writer_finish:
 * @self: a #WmsWriter
 *
 * Ends the sending side (FIN, or close_notify), behind all that was written.
 *
 * Returns: %WMS_WRITE_DONE, or %WMS_WRITE_BLOCKED: call again after
 *     wms_writer_wait().
 */
WmsWriteResult wms_writer_finish (WmsWriter * self);

/**
 * wms_writer_shutdown:
 * @self: a #WmsWriter
 *
 * Ends the connection in both directions and every wait; from any thread.
 */
void wms_writer_shutdown (WmsWriter * self);

/**
 * wms_writer_set_pacing_rate:
 * @self: a #WmsWriter
 * @rate_bps: bit/s that the kernel sends at most, 0 for no limit
 *
 * May be changed at any time, from any thread.
 *
 * Returns: %FALSE when the system has no such limit.
 */
gboolean wms_writer_set_pacing_rate (WmsWriter * self, guint64 rate_bps);

/**
 * WmsWriterStats:
 * @bytes: of the request body, taken by the kernel or by the TLS layer
 * @left: bytes of the request that are still free
 * @queued: bytes of packets that were taken, but are not with the kernel yet
 * @unsent: bytes that the kernel has, but the peer has not acknowledged; after
 *     wms_writer_shutdown() those that it had then
 * @rtt_ns: round-trip time, 0 when it is not known
 * @pacing_bps: bit/s that the kernel sends at most, 0 for no limit
 * @n_data: data packets that were taken
 * @data_bytes: their bytes
 * @n_cut: those of them that have not left as a whole
 */
typedef struct
{
  guint64 bytes;
  guint64 left;
  guint queued;
  guint unsent;
  guint64 rtt_ns;
  guint64 pacing_bps;
  guint64 n_data;
  guint64 data_bytes;
  guint n_cut;
} WmsWriterStats;

/**
 * wms_writer_get_stats:
 * @self: a #WmsWriter
 * @stats: (out caller-allocates): figures of this moment
 */
void wms_writer_get_stats (WmsWriter * self, WmsWriterStats * stats);

G_END_DECLS
#endif /* __WMS_WRITER_H__ */
