/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wmspush/wmsuri.h"

#include <string.h>

/* RFC 952 and 1123, with the underscore that some have; RFC 4291, 2.2. */
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz" \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"
#define ADDRESS_CHARACTERS "abcdefABCDEF0123456789:."
/* What is in no rule of RFC 3986, appendix A; GLib encodes blanks and control
 * characters itself. */
#define FOREIGN_CHARACTERS "\"<>\\^`{|}"

static const struct
{
  const gchar *push;
  const gchar *http;
  gint port;
} schemes[] = {
  {"wmspush", "http", 80},
  {"wmspushs", "https", 443},
};

/* What GLib says holds pieces of the text: of a password with a slash in it the
 * part before that is a port for it. */
static const gchar *
describe_fault (gint code)
{
  switch (code) {
    case G_URI_ERROR_BAD_SCHEME:
      return "no scheme";
    case G_URI_ERROR_BAD_HOST:
      return "bad host";
    case G_URI_ERROR_BAD_PORT:
      return "bad port; a slash, a question mark or a hash in a password has to"
          " be percent-encoded";
    default:
      return "no URL";
  }
}

static GUri *
parse (const gchar * text, GError ** error)
{
  g_autoptr (GError) reason = NULL;
  GUri *uri = g_uri_parse (text, WMS_URI_FLAGS, &reason);

  if (uri == NULL)
    g_set_error_literal (error, G_URI_ERROR, reason->code,
        describe_fault (reason->code));
  return uri;
}

gboolean
wms_uri_has_plain_host (GUri * uri)
{
  const gchar *host = g_uri_get_host (uri);
  gboolean is_address = host != NULL && strchr (host, ':') != NULL;
  gsize size = host == NULL ? 0 : strspn (host, is_address ? ADDRESS_CHARACTERS
      : NAME_CHARACTERS);

  if (size > 0 && is_address && host[size] == '%')
    size += 1 + strspn (host + size + 1, NAME_CHARACTERS);
  return size > 0 && host[size] == '\0';
}

gchar *
wms_uri_escape (const gchar * text)
{
  GString *escaped = g_string_new (NULL);
  const gchar *p;

  for (p = text; *p != '\0'; p++) {
    if (strchr (FOREIGN_CHARACTERS, *p) != NULL)
      g_string_append_printf (escaped, "%%%02X", *p);
    else
      g_string_append_c (escaped, *p);
  }
  return g_string_free (escaped, FALSE);
}

static const gchar *
find_http_scheme (const gchar * scheme)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (schemes); i++) {
    if (g_strcmp0 (scheme, schemes[i].push) == 0
        || g_strcmp0 (scheme, schemes[i].http) == 0)
      return schemes[i].http;
  }
  return NULL;
}

GUri *
wms_uri_parse (const gchar * text, WmsCredentials ** user, GError ** error)
{
  g_autoptr (GUri) uri = parse (text, error);
  g_autofree gchar *clean = NULL;
  g_autofree gchar *escaped = NULL;
  const gchar *scheme;

  if (user != NULL)
    *user = NULL;
  if (uri == NULL)
    return NULL;
  scheme = find_http_scheme (g_uri_get_scheme (uri));
  if (scheme == NULL) {
    g_set_error_literal (error, G_URI_ERROR, G_URI_ERROR_BAD_SCHEME,
        "the scheme is none of http, https, wmspush, wmspushs");
    return NULL;
  }
  if (!wms_uri_has_plain_host (uri)) {
    g_set_error_literal (error, G_URI_ERROR, G_URI_ERROR_BAD_HOST,
        "no host, or one with characters that no host has");
    return NULL;
  }
  clean = g_uri_join (WMS_URI_FLAGS, scheme, NULL, g_uri_get_host (uri),
      g_uri_get_port (uri), g_uri_get_path (uri), g_uri_get_query (uri), NULL);
  if (user != NULL && g_uri_get_user (uri) != NULL)
    *user = wms_credentials_new (g_uri_get_user (uri),
        g_uri_get_password (uri));
  escaped = wms_uri_escape (clean);
  return parse (escaped, error);
}

gboolean
wms_uri_is_same_origin (GUri * a, GUri * b)
{
  return g_strcmp0 (g_uri_get_scheme (a), g_uri_get_scheme (b)) == 0
      && g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0
      && g_uri_get_port (a) == g_uri_get_port (b);
}

static gboolean
is_default_port (const gchar * scheme, gint port)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (schemes); i++) {
    if (g_strcmp0 (scheme, schemes[i].http) == 0)
      return port == schemes[i].port;
  }
  return FALSE;
}

gchar *
wms_uri_get_host_header (GUri * uri)
{
  const gchar *host = g_uri_get_host (uri);
  gint port = g_uri_get_port (uri);
  GString *header = g_string_new (NULL);

  if (strchr (host, ':') != NULL)
    g_string_append_printf (header, "[%.*s]", (gint) strcspn (host, "%"), host);
  else
    g_string_append (header, host);
  if (!is_default_port (g_uri_get_scheme (uri), port))
    g_string_append_printf (header, ":%d", port);
  return g_string_free (header, FALSE);
}

gchar *
wms_uri_to_push (GUri * uri)
{
  const gchar *scheme = g_uri_get_scheme (uri);
  gint port = g_uri_get_port (uri);
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (schemes); i++) {
    if (g_strcmp0 (scheme, schemes[i].http) == 0) {
      scheme = schemes[i].push;
      /* -1: not named */
      port = port == schemes[i].port ? -1 : port;
    }
  }
  return g_uri_join (WMS_URI_FLAGS, scheme, NULL, g_uri_get_host (uri), port,
      g_uri_get_path (uri), g_uri_get_query (uri), NULL);
}
