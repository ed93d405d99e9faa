/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_PUSH_H__
#define __PUB_PUSH_H__

#include "pubconfig.h"
#include "pubconn.h"
#include "pubstream.h"

G_BEGIN_DECLS

/**
 * PubPush:
 *
 * One encoder's session, the server's side of [MS-WMHTTP] 3.2: from its
 * PushSetup to its $E, over any number of PushStart requests and connections.
 */
typedef struct _PubPush PubPush;

/**
 * PubPushState:
 * @PUB_PUSH_READY: set up, no PushStart has come yet
 * @PUB_PUSH_STREAMING: a PushStart is running
 * @PUB_PUSH_BETWEEN: the last PushStart ended as it should
 * @PUB_PUSH_LOST: the connection broke; the encoder may come back
 * @PUB_PUSH_OVER: the session has ended
 */
typedef enum
{
  PUB_PUSH_READY,
  PUB_PUSH_STREAMING,
  PUB_PUSH_BETWEEN,
  PUB_PUSH_LOST,
  PUB_PUSH_OVER,
} PubPushState;

/**
 * PubPushCounters:
 * @starts: PushStart requests
 * @headers: $H and $C
 * @packets: $D
 * @bytes: body bytes, framing included
 * @fillers: $F
 */
typedef struct
{
  guint64 starts;
  guint64 headers;
  guint64 packets;
  guint64 bytes;
  guint64 fillers;
} PubPushCounters;

/**
 * PubPushOwner:
 * @changed: state or counters have changed
 * @over: the session has ended; the owner frees it
 */
typedef struct
{
  void (*changed) (gpointer data);
  void (*over) (gpointer data);
  gpointer data;
} PubPushOwner;

/**
 * pub_push_new:
 * @conns: where its connections belong to
 * @stream: where its packets go
 * @config: limits
 * @owner: who is told
 * @msg: its PushSetup
 *
 * Returns: (transfer full) (nullable): a session in %PUB_PUSH_READY; %NULL when
 *     there are no random numbers for its push-id.
 */
PubPush *pub_push_new (PubConns * conns, PubStream * stream,
    const PubConfig * config, const PubPushOwner * owner,
    SoupServerMessage * msg);
void pub_push_free (PubPush * self);

const gchar *pub_push_get_id (PubPush * self);
PubPushState pub_push_get_state (PubPush * self);
const PubPushCounters *pub_push_get_counters (PubPush * self);

/* @msg is a PushSetup with the session's push-id: the inactivity timer begins
 * anew, in place of the idle timer that a lost connection left running
 * ([MS-WMHTTP] 3.2.5.1).  Not while a PushStart is running. */
void pub_push_touch (PubPush * self, SoupServerMessage * msg);

/**
 * pub_push_give_way:
 * @self: a session with a PushStart that is running
 *
 * Its encoder has come on another connection.  Data that is being received
 * stands against that (S3); when nothing has come for a while, the old
 * connection is taken for lost, as its encoder takes it (S8).
 *
 * Returns: whether it was, and no PushStart is running any more.
 */
gboolean pub_push_give_way (PubPush * self);

/* Says in the refusal of another encoder's @msg when the place will be free at
 * the latest, unless a PushStart is running. */
void pub_push_tell_wait (PubPush * self, SoupServerMessage * msg);

/* Whether nothing of the programme has come, and nothing is on its way. */
gboolean pub_push_is_unused (PubPush * self);

/* Whether an encoder without the push-id may have the place: @self is unused,
 * and the connection of its encoder has ended. */
gboolean pub_push_is_free (PubPush * self);

/* Takes a PushStart over (S4); not while one is running. */
void pub_push_start (PubPush * self, SoupServerMessage * msg);

/* Ends the session at once, with @status for the encoder (S10). */
void pub_push_disconnect (PubPush * self, guint status);

G_END_DECLS
#endif /* __PUB_PUSH_H__ */
