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

G_END_DECLS
#endif /* __TEST_BYTES_H__ */
