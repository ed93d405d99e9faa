/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_CHALLENGE_H__
#define __WMS_CHALLENGE_H__

#include <glib.h>

G_BEGIN_DECLS

/* More challenges or parameters than this are not looked at: what a server
 * sends is not kept without a bound. */
#define WMS_MAX_CHALLENGES 16
#define WMS_MAX_CHALLENGE_PARAMS 16

/**
 * WmsChallenge:
 * @scheme: as it was sent, "Digest"
 * @token: (nullable): its token68, where it has one instead of parameters
 * @params: names in lower case to values, quotes removed and nothing else
 *
 * One challenge of a WWW-Authenticate or Proxy-Authenticate header (RFC 9110,
 * section 11.3).
 */
typedef struct
{
  gchar *scheme;
  gchar *token;
  GHashTable *params;
} WmsChallenge;

/**
 * wms_challenges_parse:
 * @header: (nullable): the header's value, several headers joined by commas
 *
 * What breaks the syntax is left out.
 *
 * Returns: (transfer full) (element-type WmsChallenge): in the order of the
 *     header.
 */
GPtrArray *wms_challenges_parse (const gchar * header);

/**
 * wms_challenges_have:
 * @challenges: (element-type WmsChallenge): from wms_challenges_parse()
 * @scheme: name of a scheme
 *
 * Returns: whether there is one of this scheme, in whatever form.
 */
gboolean wms_challenges_have (const GPtrArray * challenges,
    const gchar * scheme);

/**
 * wms_challenge_get:
 *
 * Returns: (transfer none) (nullable): value of a parameter, by its name in
 *     lower case.
 */
const gchar *wms_challenge_get (const WmsChallenge * self,
    const gchar * name);

/**
 * wms_challenge_copy:
 *
 * Returns: (transfer full): a copy.
 */
WmsChallenge *wms_challenge_copy (const WmsChallenge * self);

/**
 * wms_challenge_free:
 * @self: (transfer full): a #WmsChallenge
 */
void wms_challenge_free (WmsChallenge * self);

G_END_DECLS
#endif /* __WMS_CHALLENGE_H__ */
