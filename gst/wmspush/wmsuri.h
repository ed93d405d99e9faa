/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_URI_H__
#define __WMS_URI_H__

#include <glib.h>

#include "wmspush/wmscredentials.h"

G_BEGIN_DECLS

/* As libsoup parses URLs: paths stay percent-encoded, port and path get their
 * defaults. */
#define WMS_URI_FLAGS (G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_PATH \
    | G_URI_FLAGS_ENCODED_QUERY | G_URI_FLAGS_ENCODED_FRAGMENT \
    | G_URI_FLAGS_SCHEME_NORMALIZE)

/**
 * wms_uri_parse:
 * @text: a URL with scheme http, https, wmspush or wmspushs
 * @user: (out) (optional) (nullable) (transfer full): its user part, %NULL when
 *     it has none
 * @error: return location
 *
 * Returns: (transfer full): the URL as http or https without user part and
 *     fragment; %NULL with a #GUriError when it cannot be one. Its text says
 *     nothing of @text, which may hold a password.
 */
GUri *wms_uri_parse (const gchar * text, WmsCredentials ** user,
    GError ** error);

/**
 * wms_uri_has_plain_host:
 * @uri: a URL
 *
 * GLib decodes percent-codes in a host, also those of the end of a line, and
 * libsoup 3.2.3 writes what comes of it into the head of a request to a proxy:
 * whoever may name a host, with a Location header for instance, could write
 * headers and requests of his own there.
 *
 * Returns: whether its host is a name or an address and nothing else.
 */
gboolean wms_uri_has_plain_host (GUri * uri);

/**
 * wms_uri_escape:
 * @text: a URL or a reference, without a password
 *
 * GLib leaves quotation marks and other characters that no URL has as they are.
 * In a Digest's uri, which has to be what the request line says (RFC 7616,
 * section 3.4.6), they would end or change the quoted string.
 *
 * Returns: (transfer full): @text with these characters percent-encoded.
 */
gchar *wms_uri_escape (const gchar * text);

/**
 * wms_uri_is_same_origin:
 *
 * Returns: whether scheme, host and port are the same.
 */
gboolean wms_uri_is_same_origin (GUri * a, GUri * b);

/**
 * wms_uri_get_host_header:
 * @uri: from wms_uri_parse()
 *
 * Returns: (transfer full): value of the Host header (RFC 9112, section 3.2):
 *     an IPv6 address in brackets, without the zone that means something to
 *     this machine only (RFC 6874, section 4); no port where it is the
 *     scheme's.
 */
gchar *wms_uri_get_host_header (GUri * uri);

/**
 * wms_uri_to_push:
 * @uri: from wms_uri_parse()
 *
 * Returns: (transfer full): the URL with scheme wmspush or wmspushs.
 */
gchar *wms_uri_to_push (GUri * uri);

G_END_DECLS
#endif /* __WMS_URI_H__ */
