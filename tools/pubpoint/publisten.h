/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_LISTEN_H__
#define __PUB_LISTEN_H__

#include <gio/gio.h>

G_BEGIN_DECLS
/**
 * PubListeners:
 *
 * Listening sockets.  They are our own, since libsoup's accept a single
 * connection in a turn of the main loop, from a queue of 10, and stop for good
 * when no descriptor is left.
 */
typedef struct _PubListeners PubListeners;

/* Descriptors that connections leave to files, threads and whatever else. */
#define PUB_SPARE_FDS 16

/**
 * PubAcceptedFunc:
 * @connection: a new connection
 * @is_tls: what pub_listeners_add() was told
 * @data: from pub_listeners_new()
 */
typedef void (*PubAcceptedFunc) (GSocketConnection * connection,
    gboolean is_tls, gpointer data);

/**
 * PubMakeRoomFunc:
 * @data: from pub_listeners_new()
 *
 * Returns: whether a connection of which nothing has come was given up.
 */
typedef gboolean (*PubMakeRoomFunc) (gpointer data);

PubListeners *pub_listeners_new (PubAcceptedFunc accepted,
    PubMakeRoomFunc make_room, gpointer data);
void pub_listeners_free (PubListeners * self);

/**
 * pub_listeners_add:
 * @address: numeric; brackets round it are allowed; "::" is IPv4 as well
 * @port: 0 for a free one
 * @is_tls: for the function that takes connections
 * @error: return location; says what the operator can do
 *
 * Returns: whether there is another socket.
 */
gboolean pub_listeners_add (PubListeners * self, const gchar * address,
    guint port, gboolean is_tls, GError ** error);

/* Listens no more. */
void pub_listeners_close (PubListeners * self);

/* Port of the first socket, 0 before there is one. */
guint pub_listeners_get_port (PubListeners * self);

/* Returns: (transfer full) (nullable): "http://ADDRESS:PORT/" of socket number
 *     @index, or https; %NULL when there are not so many. */
gchar *pub_listeners_get_url (PubListeners * self, guint index);

/**
 * pub_listen_refuse:
 * @fd: of a connection that is closed afterwards
 * @answer: its only one
 *
 * Answers, and reads what has come, as a close with unread bytes would take
 * the answer away; but not for as long as the peer sends.
 */
void pub_listen_refuse (int fd, const gchar * answer);

/* Whether @address is this machine's own, and nobody else gets there. */
gboolean pub_address_is_loopback (const gchar * address);

G_END_DECLS
#endif /* __PUB_LISTEN_H__ */
