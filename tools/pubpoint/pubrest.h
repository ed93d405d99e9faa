/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_REST_H__
#define __PUB_REST_H__

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PubRest:
 *
 * A connection with bytes that have been read from it already and are to be
 * read again: the beginning of the next request of a client that did not wait
 * for the answer.
 */
#define PUB_TYPE_REST (pub_rest_get_type ())
G_DECLARE_FINAL_TYPE (PubRest, pub_rest, PUB, REST, GIOStream)

/**
 * pub_rest_new:
 * @base: the connection
 * @bytes: what comes before its own
 *
 * Returns: (transfer full): a stream that does not close @base.
 */
GIOStream *pub_rest_new (GIOStream * base, GBytes * bytes);

GIOStream *pub_rest_get_base (PubRest * self);

/* Adds the bytes that have not been read again to @bytes. */
void pub_rest_take (PubRest * self, GByteArray * bytes);

G_END_DECLS
#endif /* __PUB_REST_H__ */
