/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_TITLE_H__
#define __ASF_TITLE_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * asf_header_read_title:
 * @data: a Header Object; more may follow
 * @size: how many bytes they are
 *
 * Reads the Title of the Content Description Object (section 3.10).  What is
 * no UTF-16 in it becomes U+FFFD, and a NUL ends it.
 *
 * Returns: (transfer full) (nullable): valid UTF-8 that is not empty; %NULL
 *     when the header has no title, or is broken before it.
 */
gchar *asf_header_read_title (const guint8 * data, gsize size);

G_END_DECLS
#endif /* __ASF_TITLE_H__ */
