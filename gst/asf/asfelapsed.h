/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_ELAPSED_H__
#define __ASF_ELAPSED_H__

#include "asf/asfpacket.h"

G_BEGIN_DECLS

/**
 * AsfElapsed:
 * @is_begun: whether there was a packet; all 0 is a stream that has not begun
 * @send_ms: Send Time of the last one
 * @ms: the same on a clock that does not wrap
 * @is_elsewhere: whether the next packet does not follow that one
 *
 * How much of a stream has passed, by the Send Times of its packets: in a file
 * from 0 on, in a broadcast from its first packet on, whatever time that has.
 * Send Times of a broadcast have 32 bits, of which only the difference to the
 * one before counts; one that steps back does not wrap, and one that jumps
 * (asf_send_time_jumps()) takes no time, unless the packet is from elsewhere.
 */
typedef struct
{
  gboolean is_begun;
  guint32 send_ms;
  gint64 ms;
  gboolean is_elsewhere;
} AsfElapsed;

/**
 * asf_elapsed_take:
 * @self: (inout): of the packets before
 * @header: the stream's
 * @packet: the next packet
 *
 * Returns: its Send Time in ms, not before the stream's begin.
 */
guint64 asf_elapsed_take (AsfElapsed * self, const AsfHeaderInfo * header,
    const AsfPacketInfo * packet);

/**
 * asf_elapsed_doubts:
 * @self: of the packets before
 * @header: the stream's
 * @packet: the next packet
 *
 * Returns: whether the Send Time of a file's packet is so far ahead that
 *     asf_elapsed_mend() has to look at what follows.
 */
gboolean asf_elapsed_doubts (const AsfElapsed * self,
    const AsfHeaderInfo * header, const AsfPacketInfo * packet);

/**
 * asf_elapsed_mend:
 * @self: of the packets before
 * @header: the stream's
 * @packet: (inout): one that asf_elapsed_doubts(): it gets the Send Time of the
 *     last one where its own is damaged
 * @next: (nullable): the packet behind it; %NULL at the end
 *
 * A file may have a long pause in it; a damaged packet is followed by one that
 * is earlier, or is later than the file's end.
 *
 * Returns: whether it was damaged.
 */
gboolean asf_elapsed_mend (const AsfElapsed * self,
    const AsfHeaderInfo * header, AsfPacketInfo * packet,
    const AsfPacketInfo * next);

/**
 * asf_elapsed_first_pres:
 * @self: @packet was the last one that it took
 * @header: the stream's
 * @packet: a packet
 * @data: its bytes
 *
 * Returns: the time of the earliest media object that begins in the packet,
 *     without the preroll, in ms on the clock of asf_elapsed_take(); its Send
 *     Time where that is later, or where none begins.
 */
guint64 asf_elapsed_first_pres (const AsfElapsed * self,
    const AsfHeaderInfo * header, const AsfPacketInfo * packet,
    const guint8 * data);

/**
 * asf_send_time_jumps:
 * @step_ms: from a packet's Send Time to the next one's, modulo 2^32
 *
 * Returns: whether it goes back by more than a second or forward by more than
 *     ten minutes: that is another clock, or a damaged packet.
 */
gboolean asf_send_time_jumps (gint32 step_ms);

G_END_DECLS
#endif /* __ASF_ELAPSED_H__ */
