/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_DIGEST_H__
#define __PUB_DIGEST_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * PubDigest:
 *
 * What an Authorization header of the scheme Digest says (RFC 7616, 3.4).
 * libsoup's server takes any nonce any number of times and knows no stale
 * one, so this is our own.
 */
typedef struct _PubDigest PubDigest;

/**
 * pub_digest_parse:
 * @params: what follows the scheme
 *
 * Returns: (transfer full) (nullable): %NULL when something is missing or of a
 *     kind that was not offered: MD5, and qop "auth" or, as RFC 2069 has it,
 *     none.
 */
PubDigest *pub_digest_parse (const gchar * params);
void pub_digest_free (PubDigest * self);

/* In UTF-8 where username* has been used. */
const gchar *pub_digest_get_user (PubDigest * self);
const gchar *pub_digest_get_nonce (PubDigest * self);

/* nc; 1 without a qop: then each nonce is good for one request. */
guint32 pub_digest_get_count (PubDigest * self);

/**
 * pub_digest_matches:
 * @realm: ours
 * @method: of the request
 * @target: (type GUri): of the request
 * @ha1: the user's, 32 digits in lower case
 *
 * Returns: whether realm and URI are those of the request, and the response is
 *     right.
 */
gboolean pub_digest_matches (PubDigest * self, const gchar * realm,
    const gchar * method, GUri * target, const gchar * ha1);

G_END_DECLS
#endif /* __PUB_DIGEST_H__ */
