/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_PROXY_H__
#define __WMS_PROXY_H__

#include <glib.h>

#include "wmspush/wmscredentials.h"

G_BEGIN_DECLS

/**
 * WmsProxyWay:
 * @WMS_PROXY_DIRECT: no proxy
 * @WMS_PROXY_NAMED: this one
 * @WMS_PROXY_SYSTEM: what the system's settings say
 *
 * How a server is reached.
 */
typedef enum
{
  WMS_PROXY_DIRECT,
  WMS_PROXY_NAMED,
  WMS_PROXY_SYSTEM,
} WmsProxyWay;

/**
 * wms_proxy_choose:
 * @setting: (nullable): URL of a proxy, "" for none, %NULL for what the
 *     environment says (`http_proxy`, `https_proxy`, `no_proxy`), then the
 *     system
 * @server: where to
 * @proxy: (out) (transfer full) (nullable): URL of the proxy, with
 *     %WMS_PROXY_NAMED
 * @credentials: (out) (optional) (transfer full) (nullable): its user part
 *
 * No proxy of the environment or the system has a way to this machine's
 * loopback, so that is reached directly.
 */
WmsProxyWay wms_proxy_choose (const gchar * setting, GUri * server,
    gchar ** proxy, WmsCredentials ** credentials);

/**
 * wms_proxy_parse:
 * @text: URL of a proxy, with or without scheme and user part
 * @credentials: (out) (optional) (transfer full) (nullable): its user part
 *
 * Returns: (transfer full) (nullable): scheme, host and port; %NULL when it is
 *     no URL of an HTTP proxy.
 */
gchar *wms_proxy_parse (const gchar * text, WmsCredentials ** credentials);

G_END_DECLS
#endif /* __WMS_PROXY_H__ */
