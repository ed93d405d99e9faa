/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_CONN_H__
#define __PUB_CONN_H__

#include <libsoup/soup.h>

#include "puboutput.h"

G_BEGIN_DECLS

/**
 * PubConns:
 *
 * The connections that have been taken over from a SoupServer, so that none
 * outlives it.
 */
typedef struct _PubConns PubConns;

/**
 * PubConn:
 *
 * One such connection: bytes are written without blocking, what the kernel
 * does not take waits in a queue.  All connections of a #PubConns share one
 * epoll set, and all of it happens on the main context that was the
 * thread-default one when that was made.
 */
typedef struct _PubConn PubConn;

/**
 * PubConnFuncs:
 * @readable: pub_conn_read() has something to say
 * @drained: what was queued has been taken, and there is room for more;
 *     called after somebody had to wait for it
 * @lost: the connection is broken; the owner closes it
 *
 * What the owner of a connection hears.  It may close the connection in each
 * of them.
 */
typedef struct
{
  void (*readable) (PubConn * conn, gpointer data);
  void (*drained) (PubConn * conn, gpointer data);
  void (*lost) (PubConn * conn, gpointer data);
} PubConnFuncs;

PubConns *pub_conns_new (SoupServer * server);

/* Closes all of them at once. */
void pub_conns_free (PubConns * self);

/* Returns: how many there are, those that are being closed included. */
guint pub_conns_count (PubConns * self);

/* @emptied is called whenever the last connection has gone.  From now on none
 * is given back: what should be is closed. */
void pub_conns_watch (PubConns * self, void (*emptied) (gpointer data),
    gpointer data);

/* Gives a connection to the SoupServer, for the next request: its head is
 * looked at first, and refused when libsoup should not see it. */
void pub_conns_accept (PubConns * self, GIOStream * stream,
    GSocketAddress * local, GSocketAddress * remote);

/* A request is waited for on the connection of @msg, or not any more. */
void pub_conns_note_waiting (SoupServerMessage * msg);
void pub_conns_forget_waiting (SoupServerMessage * msg);

/**
 * pub_conns_take_stream:
 * @msg: a request
 *
 * Takes its connection from libsoup.  That may be done once, and libsoup's
 * source, when it is ready in the same turn, keeps @msg alive after it.
 *
 * Returns: (transfer full) (nullable): the connection; %NULL when somebody else
 *     has it.
 */
GIOStream *pub_conns_take_stream (SoupServerMessage * msg);

/* Whether somebody has taken the connection of @msg. */
gboolean pub_conns_is_taken (SoupServerMessage * msg);

/* Closes the connection of @remote if a request is waited for there. */
void pub_conns_close_waiting (PubConns * self, GSocketAddress * remote);

/**
 * pub_conn_steal:
 * @conns: where it belongs to
 * @msg: a request whose head has been read
 * @funcs: (nullable): for the owner
 * @data: for @funcs
 *
 * Takes the connection of @msg over.  Body bytes that have been read stay
 * readable.
 *
 * Returns: (transfer full): the connection, to be ended with pub_conn_close()
 *     or pub_conn_give_back().
 */
PubConn *pub_conn_steal (PubConns * conns, SoupServerMessage * msg,
    const PubConnFuncs * funcs, gpointer data);

/**
 * pub_conn_read:
 *
 * Returns: bytes read; 0 at the end of what the peer sends; -1 when there is
 *     nothing now.
 */
gssize pub_conn_read (PubConn * self, guint8 * data, gsize size);

/* Returns: whether pub_conn_read() has something to say. */
gboolean pub_conn_is_readable (PubConn * self);

/**
 * pub_conn_queue:
 * @head: (nullable): bytes that are copied, at most %PUB_PIECE_HEAD_MAX
 * @head_size: how many
 * @body: (nullable): bytes that are shared
 *
 * Queues both, one after the other, for writing.  pub_conn_flush() starts it.
 */
void pub_conn_queue (PubConn * self, const guint8 * head, gsize head_size,
    GBytes * body);
void pub_conn_queue_text (PubConn * self, const gchar * text);

/* Writes what the kernel takes now. */
void pub_conn_flush (PubConn * self);

/* Returns: a number that no other connection of its #PubConns has or had. */
guint64 pub_conn_get_id (PubConn * self);

/* Returns: (transfer full): the peer's numeric address, without its port. */
gchar *pub_conn_get_address (PubConn * self);

/**
 * pub_conn_send:
 *
 * pub_output_send() to this connection.  When less than @n are taken, @drained
 * tells when to go on.
 *
 * Returns: how many were taken.
 */
guint pub_conn_send (PubConn * self, const PubPiece * pieces, guint n);

/* Returns: (transfer none): its figures, and whether it is blocked. */
PubOutput *pub_conn_get_output (PubConn * self);

/**
 * pub_conn_close:
 * @self: (transfer full): a connection
 *
 * Writes the rest of the queue, then says goodbye and waits for the peer to
 * do so, all of it bounded in time: closing with unread bytes would send a
 * reset, and that may take the answer away from the peer before it is read.
 */
void pub_conn_close (PubConn * self);

/**
 * pub_conn_give_back:
 * @self: (transfer full): a connection
 *
 * Writes the rest of the queue, then lets the SoupServer read the next
 * request.
 */
void pub_conn_give_back (PubConn * self);

G_END_DECLS
#endif /* __PUB_CONN_H__ */
