/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_FRONT_H__
#define __PUB_FRONT_H__

#include <libsoup/soup.h>

#include "pubauth.h"

G_BEGIN_DECLS

/**
 * PubFront:
 *
 * Who may come in: host names, addresses and passwords of a server.
 */
typedef struct _PubFront PubFront;

PubFront *pub_front_new (void);
void pub_front_free (PubFront * self);

/* Whether a password is asked of @role. */
gboolean pub_front_asks (PubFront * self, PubRole role);

/* Whether anybody may be @role. */
gboolean pub_front_is_open (PubFront * self, PubRole role);

/**
 * pub_refusal_text:
 * @msg: a request
 * @status: HTTP status
 * @closes: whether the connection is closed afterwards
 *
 * Returns: (transfer full): the answer that refuses @msg, with the headers and
 *     the text of its response.
 */
gchar *pub_refusal_text (SoupServerMessage * msg, guint status,
    gboolean closes);

G_END_DECLS
#endif /* __PUB_FRONT_H__ */
