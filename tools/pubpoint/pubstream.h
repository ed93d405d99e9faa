/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_STREAM_H__
#define __PUB_STREAM_H__

#include "asf/asfreader.h"
#include "pubring.h"
#include "pubselect.h"
#include "pubstart.h"

G_BEGIN_DECLS

/**
 * PubStream:
 *
 * The programme of a publishing point: its header, a ring of the newest packets
 * for players, each of which is at a place of its own, and those who listen,
 * which hear each packet when it comes.  Each packet exists once.
 */
typedef struct _PubStream PubStream;

/**
 * PubSegment:
 * @header: Header Object and head of the Data Object
 * @info: what it says
 * @gen: counts the headers of the stream, from 1 on
 * @is_over: no more packets come; another segment may follow
 * @is_end: no more packets come, and nothing follows: the programme is over
 *
 * A header and the packets under it.
 */
typedef struct
{
  GBytes *header;
  AsfHeaderInfo info;
  guint32 gen;
  gboolean is_over;
  gboolean is_end;

  gint refs;
  PubSelect *select;
} PubSegment;

PubSegment *pub_segment_ref (PubSegment * self);
void pub_segment_unref (PubSegment * self);

/* Returns: (transfer none): what players have selected of its streams. */
PubSelect *pub_segment_get_select (PubSegment * self);

/**
 * PubListenerFuncs:
 * @header: a header; from the second one on the stream has changed
 * @packet: a whole data packet, and whether one can start to play there
 * @ended: no more packets; the listener is removed afterwards
 *
 * What a listener hears.  It may remove itself in each of them.
 */
typedef struct
{
  void (*header) (gpointer data, GBytes * header, const AsfHeaderInfo * info);
  void (*packet) (gpointer data, GBytes * packet, guint64 number,
      gboolean starts_key_frame);
  void (*ended) (gpointer data);
} PubListenerFuncs;

/**
 * pub_stream_new:
 * @limit: bytes of packets that are kept
 * @first_number: of the first packet under each header
 */
PubStream *pub_stream_new (gsize limit, guint64 first_number);
void pub_stream_free (PubStream * self);

void pub_stream_add_listener (PubStream * self, const PubListenerFuncs * funcs,
    gpointer data);

/**
 * pub_stream_catch_up:
 *
 * Lets the listener @data hear the header, if there is one, and the packets
 * since the newest key frame of which all has come.
 *
 * Returns: whether it has everything that it needs to go on; %FALSE when it
 *     has to wait for a header or, because packets went by that are no longer
 *     there, for a key frame.
 */
gboolean pub_stream_catch_up (PubStream * self, gpointer data);
void pub_stream_remove_listener (PubStream * self, gpointer data);

void pub_stream_set_header (PubStream * self, GBytes * header,
    const AsfHeaderInfo * info);
void pub_stream_add_packet (PubStream * self, GBytes * packet);

/* The programme is over; the next one begins with a header. */
void pub_stream_end (PubStream * self);

/* Returns: (nullable): what the current header says. */
const AsfHeaderInfo *pub_stream_get_info (PubStream * self);

/* Returns: (transfer none) (nullable): the current header. */
GBytes *pub_stream_get_header (PubStream * self);

/* Returns: (transfer none) (nullable): the newest segment, which may be over;
 *     %NULL before the first header. */
PubSegment *pub_stream_get_segment (PubStream * self);

/* Whether packets have come under the newest header. */
gboolean pub_stream_has_packets (PubStream * self);

/* Returns: (transfer none): the packets; readers may move in it. */
PubRing *pub_stream_get_ring (PubStream * self);

/**
 * pub_stream_get_packet:
 * @place: in the ring
 *
 * Returns: (nullable): the packet; its segment is a #PubSegment.
 */
const PubPacket *pub_stream_get_packet (PubStream * self, guint64 place);

/**
 * pub_stream_cut:
 * @start: (inout): of a player or a listener; is behind @packet afterwards
 * @packet: under a header of this stream
 *
 * See pub_starts_cut().
 */
const PubPacket *pub_stream_cut (PubStream * self, PubStart * start,
    const PubPacket * packet);

/* The same for a listener, with what it hears of a packet.
 * Returns: (transfer none) (nullable): what is left of it. */
GBytes *pub_stream_cut_heard (PubStream * self, PubStart * start,
    GBytes * packet, guint64 number);

/**
 * pub_stream_find_start:
 * @min_age_ms: how long ago it should have come
 *
 * Returns: the place of the newest packet of the newest segment that is so old
 *     and begins a key frame of which all has come; of the oldest one, when
 *     none is so old; or %PUB_RING_NOWHERE.
 */
guint64 pub_stream_find_start (PubStream * self, guint min_age_ms);

/* Returns: the place of the newest packet that begins a key frame, of which
 *     more may be to come, or %PUB_RING_NOWHERE. */
guint64 pub_stream_find_newest_key (PubStream * self);

/* See pub_keys_has_picture(). */
gboolean pub_stream_has_picture (PubStream * self, guint64 start,
    guint64 next);

/* Packets that came within the last @age_ms are kept for players to come, from
 * the key frame before them on. */
void pub_stream_keep (PubStream * self, guint age_ms);

G_END_DECLS
#endif /* __PUB_STREAM_H__ */
