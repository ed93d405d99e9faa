/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_CONFIG_H__
#define __PUB_CONFIG_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * PubConfig:
 * @idle_timeout_ms: how long a running push may say nothing ([MS-WMHTTP]
 *     3.2.2, there at least 10 s), and a lost one may stay away
 * @inactivity_timeout_ms: how long a session lives between requests
 * @silence_ms: for how long nothing has come of a running push that gives way
 *     to its own encoder on another connection
 * @head_timeout_ms: how long the first request head of a connection may take,
 *     the TLS handshake included, and a later one from its first byte on
 * @request_timeout_ms: how long a connection may take for a request that is
 *     not a running push or a player's, and for the wait between two
 *     ([MS-WMHTTP] 3.2.6.2)
 * @wait_timeout_ms: how long a player waits for an encoder
 * @stall_timeout_ms: how long a player may take nothing
 * @player_idle_ms: how long the connection of an [MS-WMSP] player is kept that
 *     neither plays nor asks (3.2.6.2); above what players are told
 * @player_limit: bytes of packets that one player may be behind; then it
 *     skips to a key frame
 * @backlog_limit: bytes of packets that a point keeps, for new players and for
 *     slow ones
 * @join_ms: how long packets may wait to be joined into one send, once a
 *     player has its picture
 * @burst_ms: how old the key frame is at least that a new player begins with;
 *     0 for the newest one
 * @max_players: at one time, in all points together
 * @max_points: at one time
 * @first_packet: number of the first packet under a header, 0; tests begin
 *     shortly before 32 bits are full
 * @max_waiting: connections without a finished request; the oldest gives way
 */
typedef struct
{
  guint idle_timeout_ms;
  guint inactivity_timeout_ms;
  guint silence_ms;
  guint head_timeout_ms;
  guint request_timeout_ms;
  guint wait_timeout_ms;
  guint stall_timeout_ms;
  guint player_idle_ms;
  gsize player_limit;
  gsize backlog_limit;
  guint join_ms;
  guint burst_ms;
  guint max_players;
  guint max_points;
  guint max_waiting;
  guint64 first_packet;
} PubConfig;

G_END_DECLS
#endif /* __PUB_CONFIG_H__ */
