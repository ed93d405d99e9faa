/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_SOCKET_H__
#define __PUB_SOCKET_H__

#include <gio/gio.h>
#include <sys/uio.h>

G_BEGIN_DECLS

/**
 * PubSocket:
 *
 * The bytes of a connection that has been taken over from libsoup, with TLS or
 * without, never blocking.  Without TLS they go straight to the descriptor;
 * what libsoup has read already comes first.
 */
typedef struct _PubSocket PubSocket;

/* Of the object that goes with a connection from request to request, its
 * peer's address: libsoup does not tell where it has put its socket. */
void pub_socket_note (GSocketAddress * peer, GSocket * socket);
/* Returns: (transfer none) (nullable): what was noted. */
GSocket *pub_socket_of (GSocketAddress * peer);
/* Whether its connection can still bring requests: neither side has closed it,
 * as far as the kernel knows, and what was answered has arrived. */
gboolean pub_socket_is_peer_there (GSocketAddress * peer);

/* What reading and writing return besides a number of bytes. */
#define PUB_SOCKET_LATER (-1)
#define PUB_SOCKET_BROKEN (-2)

/* @stream: (transfer full): as libsoup gave it away. */
PubSocket *pub_socket_new (GIOStream * stream);

/* Closes at once, without a word. */
void pub_socket_free (PubSocket * self);

/* Returns: the descriptor, or -1 when there is none. */
gint pub_socket_get_fd (PubSocket * self);

/* Whether bytes go through TLS, and are copied on their way. */
gboolean pub_socket_has_tls (PubSocket * self);

/**
 * pub_socket_read:
 *
 * Returns: bytes read; 0 at the end of what the peer sends, a reset included;
 *     %PUB_SOCKET_LATER when there is nothing now.
 */
gssize pub_socket_read (PubSocket * self, guint8 * data, gsize size);

/* Whether there may be bytes that the kernel does not tell of: reading has to
 * be tried. */
gboolean pub_socket_may_hold_bytes (PubSocket * self);

/* Whether pub_socket_read() has something to say. */
gboolean pub_socket_is_readable (PubSocket * self);

/**
 * pub_socket_write:
 * @vectors: bytes; with TLS those that were not taken have to be offered again
 *     at the same address
 * @n: how many
 *
 * Returns: bytes taken, %PUB_SOCKET_LATER or %PUB_SOCKET_BROKEN.
 */
gssize pub_socket_write (PubSocket * self, const struct iovec *vectors,
    guint n);

/* Says goodbye.  Returns: whether the peer can still answer it. */
gboolean pub_socket_shut_down (PubSocket * self);

/**
 * pub_socket_give_away:
 *
 * Returns: (transfer full): a stream for the SoupServer that has what is still
 *     to be read.
 */
GIOStream *pub_socket_give_away (PubSocket * self);

G_END_DECLS
#endif /* __PUB_SOCKET_H__ */
