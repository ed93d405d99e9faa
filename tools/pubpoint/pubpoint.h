/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_POINT_H__
#define __PUB_POINT_H__

#include "pubaudience.h"
#include "pubconfig.h"
#include "pubconn.h"
#include "pubhistory.h"
#include "pubpush.h"
#include "pubrecord.h"
#include "pubtotals.h"

G_BEGIN_DECLS

/**
 * PubPoint:
 *
 * One publishing point: a path with at most one encoder's session, its
 * programme and the players of it.
 */
typedef struct _PubPoint PubPoint;

/**
 * PubPointInfo:
 * @has_session: whether an encoder's session exists
 * @state: of that session; %PUB_PUSH_OVER without one
 * @push_id: its push-id, empty without one
 * @sessions: sessions so far
 * @counters: of the session, or of the last one
 * @players: now, those that wait included
 * @playing: those of them that have got a header
 * @skipped: packets that slow players did not get, so far
 * @late_packets: packets that went out more than %PUB_LATE_MS after they came,
 *     though the players could have had them, counted for each player
 * @longest_delay_us: the longest that one waited so
 * @since_us: monotonic time at which the session began, 0 without one
 * @agent: the encoder's User-Agent, cut; bytes from outside, to be escaped
 *     where they are shown; empty before the first PushStart
 * @address: where that came from, numeric, without the port
 * @title: that the programme's header gives it, cut; may end in a part of a
 *     character
 * @record: of the session's recording, or of the last one's as it was at the
 *     end
 */
#define PUB_POINT_AGENT_SIZE 128
#define PUB_POINT_TITLE_SIZE 256
typedef struct
{
  gboolean has_session;
  PubPushState state;
  gchar push_id[64];
  guint sessions;
  PubPushCounters counters;
  guint players;
  guint playing;
  guint64 skipped;
  guint64 late_packets;
  gint64 longest_delay_us;
  gint64 since_us;
  gchar agent[PUB_POINT_AGENT_SIZE];
  gchar address[64];
  gchar title[PUB_POINT_TITLE_SIZE];
  PubRecordInfo record;
} PubPointInfo;

/**
 * PubPointOwner:
 * @changed: something in #PubPointInfo has changed
 * @session_over: the point is without an encoder; @ends says that it is to be
 *     freed here
 * @record: (nullable): (transfer full): returns the recorder for a new session,
 *     or %NULL
 * @sessions: those of [MS-WMSP] players
 */
typedef struct
{
  void (*changed) (gpointer data);
  void (*session_over) (gpointer data, PubPoint * point, gboolean ends);
  PubRecord *(*record) (gpointer data, PubPoint * point);
  gpointer data;
  PubSessions *sessions;
} PubPointOwner;

/* @totals go on from where they are. */
PubPoint *pub_point_new (const gchar * path, PubConns * conns, PubPace * pace,
    const PubConfig * config, const PubPointOwner * owner, PubTotals * totals);

/* Ends session and players at once. */
void pub_point_free (PubPoint * self);

/* @gone is called before the point is freed. */
void pub_point_set_gone (PubPoint * self, void (*gone) (gpointer data,
        PubPoint * point), gpointer data);

const gchar *pub_point_get_path (PubPoint * self);

/* Returns: (transfer none): its programme. */
PubStream *pub_point_get_stream (PubPoint * self);
void pub_point_get_info (PubPoint * self, PubPointInfo * info);

/* Those of its path, the session and the players that there are included. */
void pub_point_get_totals (PubPoint * self, PubTotals * totals);

/* Returns: what encoders have sent lately, of all sessions. */
const PubHistory *pub_point_get_history (PubPoint * self);

/* Returns: a number that is another one after a session, its state or header,
 *     or a player has come or gone, and not when only counters have changed. */
guint pub_point_get_revision (PubPoint * self);

/**
 * PubPointUse:
 * @PUB_POINT_UNUSED: neither encoder nor player is there
 * @PUB_POINT_AWAITED: players wait for an encoder
 * @PUB_POINT_SET_UP: an encoder's session has sent nothing yet
 * @PUB_POINT_USED: there is, or has been, a programme of the session
 */
typedef enum
{
  PUB_POINT_UNUSED,
  PUB_POINT_AWAITED,
  PUB_POINT_SET_UP,
  PUB_POINT_USED,
} PubPointUse;

PubPointUse pub_point_get_use (PubPoint * self);

/* Monotonic time at which a session or a player came or went last. */
gint64 pub_point_get_used_us (PubPoint * self);

/* Declared by the operator: stays, whatever encoders ask for. */
void pub_point_set_declared (PubPoint * self, gboolean is_declared);
gboolean pub_point_is_declared (PubPoint * self);

/* By the operator, while it has a session: that one is its last. */
void pub_point_set_left_out (PubPoint * self, gboolean is_left_out);
gboolean pub_point_is_left_out (PubPoint * self);

/* Whether a player that comes would get something. */
gboolean pub_point_has_programme (PubPoint * self);

/**
 * pub_point_setup:
 * @msg: the request; what its refusal has to say of headers is put into its
 *     response headers
 * @push_id: (nullable): from the request, %NULL or "0" for a new session
 * @auto_destroy: from the request
 * @answer_id: (out) (transfer none): the session's push-id, on success
 * @why: (out): in words, when it is refused
 *
 * Returns: 0, or the HTTP status that refuses the PushSetup.
 */
guint pub_point_setup (PubPoint * self, SoupServerMessage * msg,
    const gchar * push_id, gboolean auto_destroy, const gchar ** answer_id,
    const gchar ** why);

/**
 * pub_point_start_push:
 * @why: (out): in words, when it is refused
 *
 * Returns: 0 when the connection of @msg has been taken over, else the HTTP
 *     status for the PushStart.
 */
guint pub_point_start_push (PubPoint * self, SoupServerMessage * msg,
    const gchar * push_id, const gchar ** why);

/* Lets the player of @msg have the programme; its connection is taken over. */
void pub_point_add_player (PubPoint * self, SoupServerMessage * msg);

/* Calls @func for each player; it may stop players. */
void pub_point_foreach_player (PubPoint * self,
    void (*func) (PubPlayer * player, gpointer data), gpointer data);

/* Returns: whether there was a session to be ended. */
gboolean pub_point_disconnect (PubPoint * self, guint status);

/* Ends everything, politely. */
void pub_point_shut_down (PubPoint * self);

G_END_DECLS
#endif /* __PUB_POINT_H__ */
