/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_RELAY_H__
#define __PUB_RELAY_H__

#include "pubrelaypipe.h"
#include "pubstream.h"

G_BEGIN_DECLS

/**
 * PubRelay:
 *
 * The programme of one point, pushed on to one other publishing point.  Each
 * programme gets a session of its own there; what cannot be delivered is
 * dropped, and nobody else waits for it.
 */
typedef struct _PubRelay PubRelay;

/**
 * PubRelayState:
 * @PUB_RELAY_IDLE: there is no programme
 * @PUB_RELAY_CONNECTING: the other side has not accepted it yet
 * @PUB_RELAY_STREAMING: it gets the programme
 * @PUB_RELAY_LOST: it is tried again
 */
typedef enum
{
  PUB_RELAY_IDLE,
  PUB_RELAY_CONNECTING,
  PUB_RELAY_STREAMING,
  PUB_RELAY_LOST,
} PubRelayState;

/**
 * PubRelayInfo:
 * @path: of the point
 * @location: where its programme goes, without user and password
 * @state: now
 * @sessions: that the other side has accepted
 * @failures: that were lost or refused
 * @packets: that have left, all sessions together
 * @bytes: the same
 * @dropped: packets that have not
 * @text: (nullable): of the last failure or warning, for people
 */
typedef struct
{
  const gchar *path;
  const gchar *location;
  PubRelayState state;
  guint sessions;
  guint failures;
  guint64 packets;
  guint64 bytes;
  guint64 dropped;
  const gchar *text;
} PubRelayInfo;

/**
 * PubRelayOwner:
 * @changed: something in #PubRelayInfo has changed
 * @close: takes a pipe over, to be freed elsewhere
 */
typedef struct
{
  void (*changed) (gpointer data);
  void (*close) (gpointer data, PubRelayPipe * pipe);
  gpointer data;
} PubRelayOwner;

/**
 * pub_relay_new:
 * @path: of the point
 * @stream: its programme; outlives the relay
 * @url: (transfer none): where to; outlives the relay
 * @owner: who is told
 *
 * Returns: (transfer full) (nullable): a relay; %NULL when the URL is not for
 *     this point.
 */
PubRelay *pub_relay_new (const gchar * path, PubStream * stream,
    const PubRelayUrl * url, const PubRelayOwner * owner);
void pub_relay_free (PubRelay * self);

const PubRelayUrl *pub_relay_get_url (PubRelay * self);
void pub_relay_get_info (PubRelay * self, PubRelayInfo * info);

/* Returns: such as "streaming". */
const gchar *pub_relay_state_name (PubRelayState state);

/* Returns: whether pipes are there, those that end included. */
gboolean pub_relay_is_busy (PubRelay * self);

G_END_DECLS
#endif /* __PUB_RELAY_H__ */
