/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_PLAYER_H__
#define __PUB_PLAYER_H__

#include "pubconfig.h"
#include "pubconn.h"
#include "pubfeed.h"
#include "pubmms.h"
#include "pubpace.h"
#include "pubsessions.h"

G_BEGIN_DECLS

/**
 * PubPlayer:
 *
 * One player that has asked for a programme: bare ASF in an endless answer, or
 * MMS over HTTP ([MS-WMSP]).  It waits for a header, then gets the packets from
 * the newest key frame on: at once until it has a picture, then what has come
 * since its last turn.  One that does not keep up skips to a later key frame,
 * and one that takes nothing at all is dropped.
 */
typedef struct _PubPlayer PubPlayer;

/**
 * PubPlayerState:
 * @PUB_PLAYER_WAITING: for a header
 * @PUB_PLAYER_PLAYING: gets every packet
 * @PUB_PLAYER_SKIPPING: to a key frame
 */
typedef enum
{
  PUB_PLAYER_WAITING,
  PUB_PLAYER_PLAYING,
  PUB_PLAYER_SKIPPING,
} PubPlayerState;

/**
 * PubPlayerInfo:
 * @id: a number that no other player of the server has or had
 * @address: numeric, without the port
 * @agent: what its User-Agent says, cut; bytes from outside, to be escaped
 *     where they are shown
 * @is_mms: MMS over HTTP, or else bare ASF
 * @state: what it does now
 * @since_us: monotonic time of its request
 * @bytes_sent: that the kernel has taken
 * @packets_sent: packets that were given to the kernel
 * @packets_skipped: packets that it did not get because it was slow
 * @sends: how often the kernel was given bytes
 * @bytes_behind: bytes of packets that it has not got yet
 */
typedef struct
{
  guint64 id;
  gchar address[48];
  gchar agent[128];
  gboolean is_mms;
  PubPlayerState state;
  gint64 since_us;
  guint64 bytes_sent;
  guint64 packets_sent;
  guint64 packets_skipped;
  guint64 sends;
  guint64 bytes_behind;
} PubPlayerInfo;

/**
 * PubPlayerOwner:
 * @gone: the player has left and is freed afterwards
 * @waits: it wants a programme, or a header; again where one was over for it
 * @began: it has got a header, and begins to play
 * @paused: it plays no longer, and stays
 * @skipped: packets were not sent to it because it is slow
 * @is_over: whether no other programme is to come: the connections of players
 *     that wait for one are closed
 * @totals: counts what it has to bear
 * @sessions: those of [MS-WMSP] players
 */
typedef struct
{
  void (*gone) (gpointer data, PubPlayer * player);
  void (*waits) (gpointer data, PubPlayer * player);
  void (*began) (gpointer data, PubPlayer * player);
  void (*paused) (gpointer data, PubPlayer * player);
  void (*skipped) (gpointer data, PubPlayer * player);
  gboolean (*is_over) (gpointer data);
  gpointer data;
  PubFeedTotals *totals;
  PubSessions *sessions;
} PubPlayerOwner;

/**
 * pub_player_new:
 * @conns: where its connection belongs to
 * @msg: the request; its connection is taken over
 * @pace: those who have turns as well
 * @stream: the programme
 * @config: limits
 * @owner: told what becomes of it
 *
 * Returns: (transfer none): the player, which frees itself after @gone.
 */
PubPlayer *pub_player_new (PubConns * conns, SoupServerMessage * msg,
    PubPaceGroup * pace, PubStream * stream, const PubConfig * config,
    const PubPlayerOwner * owner);

/* Gives it what there is; it may be gone afterwards. */
void pub_player_start (PubPlayer * self);

/* Serves it soon, out of its turn. */
void pub_player_hurry (PubPlayer * self);

/* Whether it waits for its first picture. */
gboolean pub_player_is_eager (PubPlayer * self);

/* Whether it has got the header. */
gboolean pub_player_is_playing (PubPlayer * self);

void pub_player_get_info (PubPlayer * self, PubPlayerInfo * info);

/* Returns: the @id in its #PubPlayerInfo. */
guint64 pub_player_get_id (PubPlayer * self);

/* Returns: pub_address_network() of where it is. */
guint64 pub_player_get_network (PubPlayer * self);

/**
 * pub_player_select:
 * @request: a SelectStream that came on another connection ([MS-WMSP] 3.2.5.7)
 *
 * Returns: HTTP status.
 */
guint pub_player_select (PubPlayer * self, const PubMmsRequest * request);

/* Stops streaming; the player may be gone afterwards (3.2.5.10). */
void pub_player_halt (PubPlayer * self);

/* Ends the programme for this player. */
void pub_player_stop (PubPlayer * self);

G_END_DECLS
#endif /* __PUB_PLAYER_H__ */
