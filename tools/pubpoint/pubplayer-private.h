/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_PLAYER_PRIVATE_H__
#define __PUB_PLAYER_PRIVATE_H__

#include "pubplayer.h"
#include "pubreader.h"
#include "pubselect.h"
#include "pubtalk.h"

G_BEGIN_DECLS

/**
 * PubPlayerMode:
 * @PUB_MODE_DESCRIBE: wants a header (Session-State INIT)
 * @PUB_MODE_PLAY: wants the programme (STREAMING)
 * @PUB_MODE_HELD: has got another header and says first which streams it wants
 *     (WAITING)
 * @PUB_MODE_IDLE: wants nothing now; the connection is kept (IDLE)
 *
 * What an [MS-WMSP] player is about (3.2.1).
 */
typedef enum
{
  PUB_MODE_DESCRIBE,
  PUB_MODE_PLAY,
  PUB_MODE_HELD,
  PUB_MODE_IDLE,
} PubPlayerMode;

/**
 * PubPlayerMms:
 * @mode: what it is about
 * @first: (nullable): the request that came with the connection
 * @path: of that request, percent-decoded
 * @talk: what is said on the connection
 * @reader: (nullable): of requests that come later
 * @keeps_open: whether the connection may be used after Describe
 * @switches: (nullable): of the Play that waits for a header
 * @n_switches: how many
 * @choice: (nullable): streams that are sent; %NULL for all
 * @is_padded: an old server that wants its padding (2.2.3.3)
 * @repeats_header: an old client that wants the header twice (3.2.5.6)
 * @sequence: AFFlags of the next $D
 * @next: above the number of the last packet under this header
 * @heard_us: monotonic time of the last request
 * @test_by_us: when the second Pipeline request is too late; 0 without a first
 *
 * What a player has that is none of bare ASF.
 */
typedef struct
{
  PubPlayerMode mode;
  PubMmsRequest *first;
  gchar *path;
  PubTalk talk;
  PubReader *reader;
  gboolean keeps_open;
  PubMmsSwitch *switches;
  guint n_switches;
  PubChoice *choice;
  gboolean is_padded;
  gboolean repeats_header;
  guint8 sequence;
  guint64 next;
  gint64 heard_us;
  gint64 test_by_us;
} PubPlayerMms;

struct _PubPlayer
{
  gint refs;
  gboolean is_gone;
  PubConn *conn;
  PubOutput *output;            /* of conn */
  PubFeed feed;
  PubStream *stream;
  PubPaceMember turn;
  const PubConfig *config;
  PubPlayerOwner owner;
  gchar *agent;
  gchar *request;               /* that made it a player, for the log */
  guint64 network;
  gint64 since_us;
  gint64 eager_until_us;        /* 0: does not play */
  gint64 end_by_us;             /* 0 before the end */
  guint64 packets_sent;
  gboolean is_chunked;          /* bare ASF, when it knows HTTP/1.1 */
  PubPlayerMms *mms;            /* NULL: bare ASF */
};

/* Those of pubplayer.c. */

/* Writes what is queued and ends the connection; the player is gone. */
void pub_player_close (PubPlayer * self);

/* Answers with an error, and closes. */
void pub_player_refuse (PubPlayer * self, guint status);

/* Gives it what there is; it may be gone afterwards. */
void pub_player_serve (PubPlayer * self);

/* The programme begins, or is over while the player stays. */
void pub_player_set_playing (PubPlayer * self, gboolean is_playing);

/* Lets go of the player: its connection has been closed or given back. */
void pub_player_leave (PubPlayer * self);

/* Those of pubplayerasks.c. */

/* Reads @msg; the connection is still its own. */
PubPlayerMms *pub_player_mms_new (SoupServerMessage * msg,
    const PubMmsRequest * request);
void pub_player_mms_free (PubPlayer * self);

/* Its session is without a player (3.2.7.1). */
void pub_player_mms_leave_session (PubPlayer * self);

/* Begins with the request that came with the connection. */
void pub_player_mms_start (PubPlayer * self);

/* Nothing is wanted now; the connection is kept. */
void pub_player_mms_go_idle (PubPlayer * self);

/* Requests come while it plays. */
void pub_player_mms_readable (PubPlayer * self);

/* Those of pubplayermms.c. */

/* Takes @bytes. */
void pub_player_mms_queue (PubPlayer * self, GByteArray * bytes);

/* Answers with a header, or sends another one. */
void pub_player_mms_take_header (PubPlayer * self, PubSegment * segment,
    gboolean is_first);

/* Whether it wants packets, and the end of the programme, now. */
gboolean pub_player_mms_wants_packets (PubPlayer * self);

/**
 * pub_player_mms_make_piece:
 * @packet: of the programme
 * @nth: how many pieces go before this one
 * @piece: (out caller-allocates): has a reference of its own
 *
 * Returns: %FALSE when nothing is sent of this packet.
 */
gboolean pub_player_mms_make_piece (PubPlayer * self, const PubPacket * packet,
    guint nth, PubPiece * piece);

/* @n pieces were taken; the last of their packets has the number @number. */
void pub_player_mms_taken (PubPlayer * self, guint n, guint64 number);

/* Says that the programme is over; the connection is kept where the client
 * wants that and not @closes. */
void pub_player_mms_finish (PubPlayer * self, gboolean closes);

void pub_player_mms_check_times (PubPlayer * self, gint64 now_us);

G_END_DECLS
#endif /* __PUB_PLAYER_PRIVATE_H__ */
