/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_WAITING_H__
#define __PUB_WAITING_H__

#include "pubconfig.h"

G_BEGIN_DECLS

/**
 * PubWaiting:
 *
 * Connections from which a request is to come, so that none waits for ever and
 * there are never too many: of each kind PubConfig's max_waiting, the oldest
 * gives way.  One timer serves all.
 */
typedef struct _PubWaiting PubWaiting;

/**
 * PubWaitKind:
 * @PUB_WAIT_HANDSHAKE: for TLS
 * @PUB_WAIT_FIRST: for the first head, or the rest of a later one
 * @PUB_WAIT_NEXT: for the next request of a connection that has had one
 * @PUB_WAIT_BODY: for a body, and until the answer has been taken
 *
 * What is waited for.
 */
typedef enum
{
  PUB_WAIT_HANDSHAKE,
  PUB_WAIT_FIRST,
  PUB_WAIT_NEXT,
  PUB_WAIT_BODY,
} PubWaitKind;
#define PUB_N_WAIT_KINDS 4

/**
 * PubWait:
 *
 * One of them.
 */
typedef struct _PubWait PubWait;

/**
 * PubWaitFunc:
 * @data: from pub_waiting_add()
 * @kind: what was waited for
 * @is_late: %FALSE when it gives way to others
 *
 * A wait has ended; it is gone already.
 */
typedef void (*PubWaitFunc) (gpointer data, PubWaitKind kind,
    gboolean is_late);

PubWaiting *pub_waiting_new (const PubConfig * config);

/* Ends all waits that are left. */
void pub_waiting_free (PubWaiting * self);

/* Ends all waits. */
void pub_waiting_end (PubWaiting * self);

/**
 * pub_waiting_add:
 * @over: called when it took too long, or gives way
 * @data: for @over
 *
 * Returns: (transfer none): a wait that ends with pub_wait_remove(), or by
 *     calling @over.
 */
PubWait *pub_waiting_add (PubWaiting * self, PubWaitKind kind,
    PubWaitFunc over, gpointer data);

/* Something else is waited for from now on. */
void pub_wait_move (PubWait * self, PubWaitKind kind);
void pub_wait_remove (PubWait * self);

/**
 * pub_waiting_make_room:
 *
 * Ends the wait that has lasted longest, for a handshake or a first request if
 * that is a second, for a body or a next request if it is ten: who wants
 * something says it sooner.
 *
 * Returns: whether there was one.
 */
gboolean pub_waiting_make_room (PubWaiting * self);

G_END_DECLS
#endif /* __PUB_WAITING_H__ */
