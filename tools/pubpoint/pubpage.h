/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_PAGE_H__
#define __PUB_PAGE_H__

#include "pubserver.h"

G_BEGIN_DECLS

/**
 * PubPage:
 *
 * What browsers and monitoring see: the page at "/", its parts under "/page/",
 * "/status.json", "/metrics", "/admin/", playlists at a point's path with
 * ".asx", and a point's path for those that want text/html.
 */
typedef struct _PubPage PubPage;

PubPage *pub_page_new (PubServer * server);
void pub_page_free (PubPage * self);

/* Whether @path is for administrators only. */
gboolean pub_page_is_administrators (const gchar * path);

/* Whether @path is one of those above that no point can have. */
gboolean pub_page_is_reserved (const gchar * path);

/* Whether the request is for pub_page_answer(). */
gboolean pub_page_takes (PubPage * self, SoupServerMessage * msg,
    const gchar * path);

/**
 * pub_page_check:
 * @msg: such a request, whose head has been read
 *
 * Returns: the status that refuses it, or 0.
 */
guint pub_page_check (PubPage * self, SoupServerMessage * msg);

/* Answers such a request, which has been read to its end. */
void pub_page_answer (PubPage * self, SoupServerMessage * msg,
    const gchar * path);

G_END_DECLS
#endif /* __PUB_PAGE_H__ */
