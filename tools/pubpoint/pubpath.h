/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_PATH_H__
#define __PUB_PATH_H__

#include <glib.h>

G_BEGIN_DECLS

/* Bytes of a point's path. */
#define PUB_PATH_MAX 1024

/**
 * pub_path_decode:
 * @raw: path of a request, or of a Template-URL, percent-encoded
 * @why: (out): what is wrong with it
 *
 * Returns: (transfer full) (nullable): the path, decoded: absolute, valid
 *     UTF-8, without control characters and segments that are dots; %NULL when
 *     it is not such a path, or longer than %PUB_PATH_MAX.
 */
gchar *pub_path_decode (const gchar * raw, const gchar ** why);

/* Whether @path is that of a page, of a part of one, or of figures. */
gboolean pub_path_is_page (const gchar * path);

/* Whether @path is the server's own, where nobody can push to. */
gboolean pub_path_is_reserved (const gchar * path);

G_END_DECLS
#endif /* __PUB_PATH_H__ */
