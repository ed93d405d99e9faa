/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_HOSTS_H__
#define __PUB_HOSTS_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * PubHosts:
 *
 * What a server is called.  A web page can let a name of its own lead to any
 * address, this one too, and would then be taken by its readers' browsers for
 * a page of this server (DNS rebinding): so names have to be known.  It cannot
 * do so with a numeric address, nor with localhost.
 */
typedef struct _PubHosts PubHosts;

/**
 * pub_hosts_new:
 * @names: (nullable): names, "*.NAME" for all below NAME, "*" for everything;
 *     none: this machine's name, and the same with .local behind it
 *
 * Returns: (transfer full): the names.
 */
PubHosts *pub_hosts_new (const gchar * const *names);
void pub_hosts_free (PubHosts * self);

/**
 * pub_hosts_know:
 * @host: a name or a numeric address, without port and brackets
 *
 * Returns: whether it is one of @self's, or right in any case.
 */
gboolean pub_hosts_know (PubHosts * self, const gchar * host);

/**
 * pub_host_parse:
 * @header: a Host header's value, "name", "name:port", "[address]:port"
 *
 * Returns: (transfer full) (nullable): the host in lower case, without
 *     brackets and a last dot; %NULL when @header is something else
 *     (RFC 9110, 7.2).
 */
gchar *pub_host_parse (const gchar * header);

G_END_DECLS
#endif /* __PUB_HOSTS_H__ */
