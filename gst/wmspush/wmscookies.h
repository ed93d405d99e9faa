/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_COOKIES_H__
#define __WMS_COOKIES_H__

#include <glib.h>

G_BEGIN_DECLS

/* Longest push-id that is taken from a server (protocol.md, S2). */
#define WMS_PUSH_MAX_ID 255

/**
 * WmsCookie:
 * @name: of a Set-Cookie header
 * @value: of the same
 * @is_deleted: whether the server takes it back: it is past its time
 */
typedef struct
{
  const gchar *name;
  const gchar *value;
  gboolean is_deleted;
} WmsCookie;

/**
 * WmsCookies:
 *
 * What a server wants to be told again: its push-id, and other cookies
 * ([MS-WMHTTP] 2.2.1.3; protocol.md, C5).
 */
typedef struct _WmsCookies WmsCookies;

/**
 * wms_cookies_new:
 *
 * Returns: (transfer full): no cookies, and the push-id "0".
 */
WmsCookies *wms_cookies_new (void);

/**
 * wms_cookies_copy:
 *
 * Returns: (transfer full): the same cookies.
 */
WmsCookies *wms_cookies_copy (const WmsCookies * self);

/**
 * wms_cookies_free:
 * @self: (transfer full): a #WmsCookies
 */
void wms_cookies_free (WmsCookies * self);

/**
 * wms_cookies_clear:
 *
 * Forgets all of them.
 */
void wms_cookies_clear (WmsCookies * self);

/**
 * wms_cookies_take:
 * @self: a #WmsCookies
 * @cookies: (array length=n_cookies): of an answer
 * @n_cookies: how many
 *
 * Returns: %FALSE when its push-id cannot be sent back: it is too long, or has
 *     bytes that none may have.
 */
gboolean wms_cookies_take (WmsCookies * self, const WmsCookie * cookies,
    guint n_cookies);

/**
 * wms_cookies_set_push_id:
 * @self: a #WmsCookies
 * @push_id: the push-id that the server is told, "0" for none
 */
void wms_cookies_set_push_id (WmsCookies * self, const gchar * push_id);

/**
 * wms_cookies_get_push_id:
 *
 * Returns: (transfer none): the push-id, "0" before the server gave one.
 */
const gchar *wms_cookies_get_push_id (WmsCookies * self);

/**
 * wms_cookies_get_header:
 *
 * Returns: (transfer none): value of the Cookie header, until the next call.
 */
const gchar *wms_cookies_get_header (WmsCookies * self);

G_END_DECLS
#endif /* __WMS_COOKIES_H__ */
