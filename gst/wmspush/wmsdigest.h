/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_DIGEST_H__
#define __WMS_DIGEST_H__

#include "wmspush/wmschallenge.h"
#include "wmspush/wmscredentials.h"

G_BEGIN_DECLS

/**
 * wms_digest_is_usable:
 * @challenge: a challenge of scheme Digest
 *
 * Returns: whether it asks for what is known here: MD5, SHA-256 or their
 *     -sess variants, with qop `auth` or none (RFC 7616; RFC 2617).
 */
gboolean wms_digest_is_usable (const WmsChallenge * challenge);

/**
 * WmsDigestRequest:
 * @method: HTTP method
 * @uri: as in the request line
 * @cnonce: random text of ours
 * @count: how often the challenge's nonce has been used, this time included
 */
typedef struct
{
  const gchar *method;
  const gchar *uri;
  const gchar *cnonce;
  guint count;
} WmsDigestRequest;

/**
 * wms_digest_authorize:
 * @challenge: a usable challenge
 * @credentials: who asks
 * @request: for what
 *
 * Returns: (transfer full): value of an Authorization header.
 */
gchar *wms_digest_authorize (const WmsChallenge * challenge,
    const WmsCredentials * credentials, const WmsDigestRequest * request);

/**
 * wms_digest_hash:
 * @type: of the digest
 * @parts: texts, then %NULL
 *
 * Returns: (transfer full): H(a:b:...) of RFC 7616, 3.4, in hexadecimal
 *     digits. Whoever gets it wipes it where it is a secret.
 */
gchar *wms_digest_hash (GChecksumType type, const gchar * const *parts);

/**
 * WMS_DIGEST_PARTS:
 *
 * The texts of one hash.
 */
#define WMS_DIGEST_PARTS(...) ((const gchar *[]) { __VA_ARGS__, NULL })

G_END_DECLS
#endif /* __WMS_DIGEST_H__ */
