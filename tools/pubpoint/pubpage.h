/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_PAGE_H__
#define __PUB_PAGE_H__

#include "pubroute.h"

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

/* Whether it is for administrators only. */
gboolean pub_page_is_administrators (PubRequest * request);

/* Whether it is for pub_page_answer(). */
gboolean pub_page_takes (PubRequest * request);

/* Answers such a request, or an administrator's, which has come whole. */
void pub_page_answer (PubRequest * request);

G_END_DECLS
#endif /* __PUB_PAGE_H__ */
