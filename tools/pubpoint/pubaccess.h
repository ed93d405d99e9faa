/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_ACCESS_H__
#define __PUB_ACCESS_H__

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PubAccess:
 *
 * A list of addresses and networks.
 */
typedef struct _PubAccess PubAccess;

/**
 * pub_access_new:
 * @networks: (nullable): such as 192.0.2.1, 192.0.2.0/24, 2001:db8::/32
 * @error: return location; names the entry
 *
 * Returns: (transfer full) (nullable): the list; %NULL, with @error not set,
 *     when it would be empty.
 */
PubAccess *pub_access_new (const gchar * const *networks, GError ** error);
void pub_access_free (PubAccess * self);

/**
 * pub_access_allows:
 * @self: (nullable): a list, %NULL for one that everybody is on
 * @address: (nullable): whose; %NULL when nobody knows
 *
 * An IPv4 address inside of an IPv6 one (::ffff:192.0.2.1) is an IPv4 address,
 * here and in the list.
 *
 * Returns: whether it is on the list.
 */
gboolean pub_access_allows (PubAccess * self, GInetAddress * address);

/**
 * pub_address_of:
 * @address: (nullable): a socket's peer
 *
 * Returns: (transfer full) (nullable): its address without the port, IPv4
 *     where it is that in truth.
 */
GInetAddress *pub_address_of (GSocketAddress * address);

/**
 * pub_address_network:
 * @address: from pub_address_of()
 *
 * Returns: the same number for what is one customer's: an IPv4 address, the
 *     first 64 bits of an IPv6 one.
 */
guint64 pub_address_network (GInetAddress * address);

G_END_DECLS
#endif /* __PUB_ACCESS_H__ */
