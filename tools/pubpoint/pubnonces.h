/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_NONCES_H__
#define __PUB_NONCES_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * PubNonces:
 *
 * The nonces of Digest challenges (RFC 7616, 3.3 and 5.4).  A nonce says when
 * it was made and is signed, so that nothing is kept for those that nobody
 * uses.  One that has been used with a right password is remembered with the
 * counts that it came with; of these there is a bounded number, the one that
 * was used longest ago goes first.
 */
typedef struct _PubNonces PubNonces;

/* How many that have been used are remembered. */
#define PUB_NONCES_MAX 4096

/**
 * pub_nonces_new:
 * @lifetime_ms: how long a nonce waits for its first use
 *
 * Returns: (transfer full) (nullable): %NULL when the system has no random
 *     numbers.
 */
PubNonces *pub_nonces_new (guint lifetime_ms);
void pub_nonces_free (PubNonces * self);

/* Returns: (transfer full) (nullable): a new one. */
gchar *pub_nonces_make (PubNonces * self);

/**
 * pub_nonces_use:
 * @nonce: from a request whose response was right
 * @count: its nc (RFC 7616, 3.4), 1 or more
 *
 * Returns: whether @nonce is one of ours that is still good and has not been
 *     used with @count; else the answer is a new one, with stale=true.
 */
gboolean pub_nonces_use (PubNonces * self, const gchar * nonce,
    guint32 count);

/* Returns: how many are remembered. */
guint pub_nonces_count (PubNonces * self);

G_END_DECLS
#endif /* __PUB_NONCES_H__ */
