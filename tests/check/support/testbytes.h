/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __TEST_BYTES_H__
#define __TEST_BYTES_H__

#include <glib.h>

G_BEGIN_DECLS

/* Bytes written as hexadecimal digits; blanks are skipped. */
GByteArray *test_from_hex (const gchar * hex);

/* Fails, naming @what and the first difference, unless the bytes are those of
 * @hex.  Two digits ".." stand for any byte. */
void test_assert_hex (const gchar * what, gconstpointer data, gsize size,
    const gchar * hex);

/* Fails unless the bytes of @hex stand somewhere in @bytes. */
void test_assert_contains (GBytes * bytes, const gchar * what,
    const gchar * hex);

/* Returns: how often @part stands in @text. */
guint test_count_parts (const gchar * text, const gchar * part);

/* Returns: whether @text stands there in UTF-16, with a NUL. */
gboolean test_has_utf16 (const GByteArray * bytes, const gchar * text);

G_END_DECLS
#endif /* __TEST_BYTES_H__ */
