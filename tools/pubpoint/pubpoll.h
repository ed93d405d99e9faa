/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_POLL_H__
#define __PUB_POLL_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * PubPoll:
 *
 * One epoll set as one source of a main context: what a turn of the main loop
 * costs does not grow with the number of connections that are silent.
 */
typedef struct _PubPoll PubPoll;

/**
 * PubPollEntry:
 *
 * One descriptor in the set.
 */
typedef struct _PubPollEntry PubPollEntry;

/**
 * PubPollEvents:
 * @PUB_POLL_READ: bytes, the end, or an error are there to be read
 * @PUB_POLL_WRITE: there is room for bytes
 * @PUB_POLL_BROKEN: nothing more comes of it; only told where reading is not
 *     waited for, because reading tells it too, behind the last bytes
 */
typedef enum
{
  PUB_POLL_READ = 1 << 0,
  PUB_POLL_WRITE = 1 << 1,
  PUB_POLL_BROKEN = 1 << 2,
} PubPollEvents;

/* It may remove any entry, its own too, but not free the set. */
typedef void (*PubPollFunc) (PubPollEvents events, gpointer data);

/* Returns: (transfer full): a set that is served by the thread-default main
 *     context. */
PubPoll *pub_poll_new (void);

/* To be called when all entries have been removed. */
void pub_poll_free (PubPoll * self);

/**
 * pub_poll_add:
 * @fd: stays open at least until the entry is removed
 * @func: called at most once in each turn of the main loop for what is there,
 *     in each turn again as long as it is
 * @data: for @func
 *
 * Waits for reading.  Where the system cannot take another descriptor the
 * entry tells of it as %PUB_POLL_BROKEN.
 *
 * Returns: (transfer full): the entry, for pub_poll_remove().
 */
PubPollEntry *pub_poll_add (PubPoll * self, gint fd, PubPollFunc func,
    gpointer data);
void pub_poll_remove (PubPollEntry * entry);

/* What is waited for: any of %PUB_POLL_READ and %PUB_POLL_WRITE, or 0. */
void pub_poll_wait_for (PubPollEntry * entry, PubPollEvents events);

/* Lets the entry's function be called with @events in the next turn, whatever
 * the kernel says. */
void pub_poll_wake (PubPollEntry * entry, PubPollEvents events);

G_END_DECLS
#endif /* __PUB_POLL_H__ */
