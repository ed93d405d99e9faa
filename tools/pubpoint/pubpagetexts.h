/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_PAGE_TEXTS_H__
#define __PUB_PAGE_TEXTS_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * PubPageField:
 * @key: its name in the page, "{{key}}" there; %NULL ends a list
 * @html: what comes in its place, escaped where that is wanted
 */
typedef struct
{
  const gchar *key;
  const gchar *html;
} PubPageField;

/**
 * pub_page_texts_fill:
 * @page: with names in double braces
 * @fields: what they stand for; other names are those of texts, translated
 *     and escaped
 *
 * The name "texts" stands for those that the script shows.
 *
 * Returns: (transfer full): the page.
 */
gchar *pub_page_texts_fill (const gchar * page, const PubPageField * fields);

G_END_DECLS
#endif /* __PUB_PAGE_TEXTS_H__ */
