/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_PLAYER_H__
#define __PUB_PLAYER_H__

#include "pubconfig.h"
#include "pubconn.h"
#include "pubstream.h"

G_BEGIN_DECLS

/**
 * PubPlayer:
 *
 * One player that has asked for a programme: bare ASF in an endless answer, or
 * MMS over HTTP ([MS-WMSP]).  It waits for a header, then gets every packet;
 * one that does not keep up skips to a later key frame, and one that takes
 * nothing at all is dropped.
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
 * @packets_skipped: packets that it did not get because it was slow
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
  guint64 packets_skipped;
} PubPlayerInfo;

/**
 * PubPlayerOwner:
 * @gone: the player has left and is freed afterwards; may come before
 *     pub_player_start() returns
 * @changed: the player has begun to play
 * @skipped: packets were not sent to a slow player
 */
typedef struct
{
  void (*gone) (gpointer data, PubPlayer * player);
  void (*changed) (gpointer data);
  void (*skipped) (gpointer data, guint packets);
  gpointer data;
} PubPlayerOwner;

/**
 * pub_player_start:
 * @conns: where its connection belongs to
 * @msg: the request; its connection is taken over
 * @stream: the programme
 * @config: limits
 * @owner: told when the player leaves
 *
 * Returns: (transfer none) (nullable): the player, which frees itself after
 *     @gone; %NULL when it has got its answer and is gone already.
 */
PubPlayer *pub_player_start (PubConns * conns, SoupServerMessage * msg,
    PubStream * stream, const PubConfig * config,
    const PubPlayerOwner * owner);

/* Whether it has got the header. */
gboolean pub_player_is_playing (PubPlayer * self);

void pub_player_get_info (PubPlayer * self, PubPlayerInfo * info);

/* Ends the programme for this player. */
void pub_player_stop (PubPlayer * self);

G_END_DECLS
#endif /* __PUB_PLAYER_H__ */
