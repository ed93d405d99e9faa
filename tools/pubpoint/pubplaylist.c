/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubplaylist.h"

#include <string.h>

#include "pubauth.h"
#include "pubserver-private.h"
#include "pubstatus.h"

#define SUFFIX ".asx"

gboolean
pub_playlist_has_path (PubServer * server, const gchar * path,
    PubPoint ** point)
{
  gchar *own;

  *point = NULL;
  if (!g_str_has_suffix (path, SUFFIX)
      || g_hash_table_contains (server->points, path))
    return FALSE;
  own = g_strndup (path, strlen (path) - strlen (SUFFIX));
  *point = g_hash_table_lookup (server->points, own);
  g_free (own);
  return TRUE;
}

/* @folder: percent-encoded, what @path is below */
static gchar *
make_url (GUri * uri, const gchar * scheme, const gchar * folder,
    const gchar * path)
{
  gchar *own = g_uri_escape_string (path, "/", FALSE);
  gsize size = strlen (folder) - g_str_has_suffix (folder, "/");
  gchar *escaped = g_strdup_printf ("%.*s%s", (gint) size, folder, own);
  gint usual_port = g_str_equal (scheme, "https") ? 443 : 80;
  gint port = g_uri_get_port (uri);
  gchar *url = g_uri_join (G_URI_FLAGS_ENCODED_PATH, scheme, NULL,
      g_uri_get_host (uri), port == usual_port ? -1 : port, escaped, NULL,
      NULL);

  g_free (escaped);
  g_free (own);
  return url;
}

/* Without a URL that was set, the host is that of the Host header: libsoup has
 * made the address of it.  MMS over HTTP has no form for TLS. */
gchar **
pub_playlist_urls (PubServer * server, SoupServerMessage * msg,
    const gchar * path)
{
  GUri *uri = soup_server_message_get_uri (msg);
  const gchar *folder = "";
  gboolean is_secure =
      pub_auth_is_secure (soup_server_message_get_remote_address (msg));
  gchar **urls = g_new0 (gchar *, 3);

  if (server->url != NULL) {
    uri = server->url;
    folder = g_uri_get_path (uri);
    is_secure = g_str_equal (g_uri_get_scheme (uri), "https");
  }
  urls[0] = make_url (uri, is_secure ? "https" : "http", folder, path);
  if (!is_secure)
    urls[1] = make_url (uri, "mmsh", folder, path);
  return urls;
}

/* A player tries the REFs of an ENTRY one after the other until one of them
 * opens.  The file has to begin with "<ASX", so there is no XML declaration,
 * and its encoding is said in a PARAM. */
GBytes *
pub_playlist_make (PubServer * server, PubPoint * point,
    SoupServerMessage * msg)
{
  const gchar *path = pub_point_get_path (point);
  gchar **urls = pub_playlist_urls (server, msg, path), *text, *title;
  GString *asx = g_string_new ("<ASX VERSION=\"3.0\">\n"
      "  <PARAM NAME=\"Encoding\" VALUE=\"UTF-8\" />\n");
  PubPointInfo info;
  guint i;

  pub_point_get_info (point, &info);
  text = pub_status_text (info.title[0] != '\0' ? info.title : path);
  title = g_markup_printf_escaped ("  <TITLE>%s</TITLE>\n  <ENTRY>\n"
      "    <TITLE>%s</TITLE>\n", text, text);
  g_string_append (asx, title);
  for (i = 0; urls[i] != NULL; i++) {
    gchar *ref = g_markup_printf_escaped ("    <REF HREF=\"%s\" />\n", urls[i]);

    g_string_append (asx, ref);
    g_free (ref);
  }
  g_string_append (asx, "  </ENTRY>\n</ASX>\n");
  g_free (title);
  g_free (text);
  g_strfreev (urls);
  return g_string_free_to_bytes (asx);
}
