/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_FEED_H__
#define __PUB_FEED_H__

#include "pubconfig.h"
#include "pubstream.h"

G_BEGIN_DECLS

/**
 * PubFeedStep:
 * @PUB_FEED_NOTHING: wait
 * @PUB_FEED_HEADER: a header, see pub_feed_take_header()
 * @PUB_FEED_PACKETS: packets under the header that was taken last
 * @PUB_FEED_END: the programme is over and all of it has been taken
 *
 * What comes next for a player.
 */
typedef enum
{
  PUB_FEED_NOTHING,
  PUB_FEED_HEADER,
  PUB_FEED_PACKETS,
  PUB_FEED_END,
} PubFeedStep;

/**
 * PubFeedTotals:
 * @sent_bytes: packets that players were given, with their framing
 * @skipped: packets that slow players did not get
 * @late: packets that were taken more than %PUB_LATE_MS after they came,
 *     though the player could have had them
 * @longest_delay_us: the longest of such times, late or not
 *
 * What all players of a programme together had to bear.
 */
typedef struct
{
  guint64 sent_bytes;
  guint64 skipped;
  guint64 late;
  gint64 longest_delay_us;
} PubFeedTotals;

#define PUB_LATE_MS 100

/**
 * PubFeed:
 *
 * One player's way through a programme: header, packets from a key frame on,
 * the next header, the end.  It holds a place in the ring and no packet.  A
 * player that falls too far behind goes on at the newest key frame.  Its fields
 * are private.
 */
typedef struct
{
  PubStream *stream;
  const PubConfig *config;
  PubFeedTotals *totals;
  PubSegment *segment;          /* of the header that was taken */
  PubSegment *reserved;         /* whose header is taken first */
  guint64 next;
  guint64 start;
  PubStart beginning;           /* of what is sent from there on */
  gboolean is_skipping;         /* a packet at next may not be taken */
  gboolean has_taken;           /* packets under this header */
  gint64 ready_us;              /* since then nothing kept it from taking */
  guint64 skipped;
} PubFeed;

void pub_feed_init (PubFeed * self, PubStream * stream,
    const PubConfig * config, PubFeedTotals * totals);

/* It is at no place afterwards, and knows no stream. */
void pub_feed_leave (PubFeed * self);

/* To be called now and then while the player takes nothing: lets one that is
 * too far behind skip. */
void pub_feed_check_blocked (PubFeed * self);

/* A player that waits gets the programme that is there now from its header on,
 * should it be over before the player's turn comes. */
void pub_feed_reserve (PubFeed * self);

/* Returns: what comes next. */
PubFeedStep pub_feed_next (PubFeed * self);

/* Goes on behind a header.  Returns: (transfer none): it. */
PubSegment *pub_feed_take_header (PubFeed * self);

/**
 * pub_feed_peek:
 * @packets: (out caller-allocates): valid until packets are taken, or another
 *     player of the stream looks
 * @max: room in @packets
 *
 * Packets from a start in mid-programme on are without what began before it;
 * one of which nothing is left has no bytes.
 *
 * Returns: how many packets there are, after %PUB_FEED_PACKETS.
 */
guint pub_feed_peek (PubFeed * self, const PubPacket ** packets, guint max);

/* Goes on behind @n packets. */
void pub_feed_take (PubFeed * self, guint n);

/* The player was kept from taking up to now. */
void pub_feed_set_ready (PubFeed * self);

/* Returns: (transfer none) (nullable): the header that was taken last. */
PubSegment *pub_feed_get_segment (PubFeed * self);

/* Whether it has got a header. */
gboolean pub_feed_is_playing (PubFeed * self);
gboolean pub_feed_is_skipping (PubFeed * self);

/* Whether the programme under its header is over. */
gboolean pub_feed_is_ending (PubFeed * self);

/* Whether all of a key frame has been taken, so that a player has something to
 * show. */
gboolean pub_feed_has_picture (PubFeed * self);

/* Returns: packets that were skipped. */
guint64 pub_feed_get_skipped (PubFeed * self);

/* Returns: bytes of packets that have not been taken. */
guint64 pub_feed_get_behind (PubFeed * self);

G_END_DECLS
#endif /* __PUB_FEED_H__ */
