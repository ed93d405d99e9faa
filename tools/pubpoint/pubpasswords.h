/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_PASSWORDS_H__
#define __PUB_PASSWORDS_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * PubPasswords:
 *
 * A password file in the format of htdigest(1): lines user:realm:HA1 with
 * HA1 = MD5 (user:realm:password), empty lines, and lines that begin with #.
 */
typedef struct _PubPasswords PubPasswords;

/**
 * pub_passwords_read:
 * @filename: the file
 * @realm: (nullable): whose lines count; %NULL for that of the first line
 * @error: return location; names the file and the line
 *
 * Warns in the log of a file that everybody can read: who knows an HA1 can
 * log in with it.
 *
 * Returns: (transfer full) (nullable): what is in it; %NULL with @error.
 */
PubPasswords *pub_passwords_read (const gchar * filename, const gchar * realm,
    GError ** error);

/* Wipes the memory. */
void pub_passwords_free (PubPasswords * self);

const gchar *pub_passwords_get_realm (PubPasswords * self);

/**
 * pub_passwords_find:
 * @user: (nullable): a name
 * @is_known: (out): whether there is such a user
 *
 * Returns: (transfer none): HA1 in lower case, 32 digits.  Of an unknown user
 *     one that nobody has, so that looking takes as long.
 */
const gchar *pub_passwords_find (PubPasswords * self, const gchar * user,
    gboolean * is_known);

/**
 * pub_passwords_check:
 * @user: in any encoding
 * @password: in any encoding
 *
 * Returns: whether that is right.
 */
gboolean pub_passwords_check (PubPasswords * self, const gchar * user,
    const gchar * password);

/* Returns: (transfer full): @n random bytes as hexadecimal digits; %NULL when
 *     the system has none. */
gchar *pub_random_hex (gsize n);

G_END_DECLS
#endif /* __PUB_PASSWORDS_H__ */
