/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_PLAYLIST_H__
#define __PUB_PLAYLIST_H__

#include "pubserver.h"

G_BEGIN_DECLS

/* Windows Media Player opens a metafile by this type. */
#define PUB_PLAYLIST_TYPE "video/x-ms-asf"

/**
 * pub_playlist_has_path:
 * @point: (out) (nullable): the point whose path it is with ".asx"
 *
 * Returns: whether @path is that of a playlist, and not of a point itself.
 */
gboolean pub_playlist_has_path (PubServer * server, const gchar * path,
    PubPoint ** point);

/**
 * pub_playlist_urls:
 * @msg: a request
 * @path: of a point
 *
 * Returns: (transfer full) (array zero-terminated=1): where players find the
 *     point: below the URL of pub_server_set_url(), or else under the name that
 *     the sender of @msg has used for the server.
 */
gchar **pub_playlist_urls (PubServer * server, SoupServerMessage * msg,
    const gchar * path);

/* Returns: (transfer full): a Windows Media metafile (ASX 3.0). */
GBytes *pub_playlist_make (PubServer * server, PubPoint * point,
    SoupServerMessage * msg);

G_END_DECLS
#endif /* __PUB_PLAYLIST_H__ */
