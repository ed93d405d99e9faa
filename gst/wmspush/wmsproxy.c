/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wmspush/wmsproxy.h"

#include <gio/gio.h>
#include <string.h>

#include "wmspush/wmsuri.h"

#define HTTP_PORT 80

static const gchar *
get_variable (const gchar * name)
{
  const gchar *value = g_getenv (name);

  return value != NULL && *value != '\0' ? value : NULL;
}

/* A zone (RFC 4007, section 11) says nothing about the address. */
static GInetAddress *
parse_address (const gchar * host)
{
  g_autofree gchar *text = g_strndup (host, strcspn (host, "%"));

  return g_inet_address_new_from_string (text);
}

static gboolean
is_loopback (const gchar * host)
{
  g_autoptr (GInetAddress) address = parse_address (host);

  return g_strcmp0 (host, "localhost") == 0
      || (address != NULL && g_inet_address_get_is_loopback (address));
}

/* "host", ".domain", "*.domain": the name itself and all below it. */
static gboolean
is_in_domain (const gchar * host, const gchar * domain)
{
  gsize host_size = strlen (host);
  gsize size;

  domain += strspn (domain, "*.");
  size = strlen (domain);
  return size > 0 && host_size >= size
      && g_ascii_strcasecmp (host + host_size - size, domain) == 0
      && (host_size == size || host[host_size - size - 1] == '.');
}

static gboolean
is_in_network (const gchar * host, const gchar * network)
{
  g_autoptr (GInetAddress) address = parse_address (host);
  g_autoptr (GInetAddressMask) mask = NULL;

  if (address != NULL)
    mask = g_inet_address_mask_new_from_string (network, NULL);
  return mask != NULL && g_inet_address_mask_matches (mask, address);
}

/* no_proxy: hosts, domains and networks, or * for all. */
static gboolean
is_excluded (const gchar * host)
{
  const gchar *list = get_variable ("no_proxy");
  g_auto (GStrv) entries = NULL;
  guint i;

  if (list == NULL)
    list = get_variable ("NO_PROXY");
  if (list == NULL)
    return FALSE;
  entries = g_strsplit_set (list, ", ", -1);
  for (i = 0; entries[i] != NULL; i++) {
    if (strcmp (entries[i], "*") == 0 || is_in_domain (host, entries[i])
        || (*entries[i] != '\0' && is_in_network (host, entries[i])))
      return TRUE;
  }
  return FALSE;
}

/* HTTP_PROXY in capitals can come from a request's header in CGI programs, so
 * it does not count. */
static const gchar *
get_environment (GUri * server)
{
  const gchar *value;

  if (g_strcmp0 (g_uri_get_scheme (server), "https") != 0)
    return get_variable ("http_proxy");
  value = get_variable ("https_proxy");
  return value != NULL ? value : get_variable ("HTTPS_PROXY");
}

gchar *
wms_proxy_parse (const gchar * text, WmsCredentials ** credentials)
{
  g_autofree gchar *full = NULL;
  g_autoptr (GUri) uri = NULL;
  gchar *result = NULL;
  gint port;

  full = strstr (text, "://") != NULL ? g_strdup (text) :
      g_strconcat ("http://", text, NULL);
  uri = g_uri_parse (full, WMS_URI_FLAGS, NULL);
  wms_wipe (full, strlen (full));
  if (credentials != NULL)
    *credentials = NULL;
  if (uri == NULL || strcmp (g_uri_get_scheme (uri), "http") != 0
      || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    return NULL;
  port = g_uri_get_port (uri);
  /* the port stays: GProxyResolver knows no default */
  result = g_uri_join (G_URI_FLAGS_NONE, "http", NULL, g_uri_get_host (uri),
      port > 0 ? port : HTTP_PORT, "", NULL, NULL);
  if (credentials != NULL && g_uri_get_user (uri) != NULL)
    *credentials = wms_credentials_new (g_uri_get_user (uri),
        g_uri_get_password (uri));
  return result;
}

WmsProxyWay
wms_proxy_choose (const gchar * setting, GUri * server, gchar ** proxy,
    WmsCredentials ** credentials)
{
  const gchar *host = g_uri_get_host (server);

  *proxy = NULL;
  if (credentials != NULL)
    *credentials = NULL;
  if (setting == NULL) {
    if (is_loopback (host))
      return WMS_PROXY_DIRECT;
    setting = get_environment (server);
    if (setting == NULL)
      return WMS_PROXY_SYSTEM;
    if (is_excluded (host))
      return WMS_PROXY_DIRECT;
  }
  if (*setting == '\0')
    return WMS_PROXY_DIRECT;
  *proxy = wms_proxy_parse (setting, credentials);
  return *proxy != NULL ? WMS_PROXY_NAMED : WMS_PROXY_DIRECT;
}
