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

/* The host is that of the Host header: libsoup has made the address of it. */
static gchar *
make_url (GUri * uri, const gchar * scheme, const gchar * path)
{
  gchar *escaped = g_uri_escape_string (path, "/", FALSE);
  gint usual_port = g_str_equal (scheme, "https") ? 443 : 80;
  gint port = g_uri_get_port (uri);
  gchar *url = g_uri_join (G_URI_FLAGS_ENCODED_PATH, scheme, NULL,
      g_uri_get_host (uri), port == usual_port ? -1 : port, escaped, NULL,
      NULL);

  g_free (escaped);
  return url;
}

/* MMS over HTTP has no form for TLS. */
gchar **
pub_playlist_urls (SoupServerMessage * msg, const gchar * path)
{
  GUri *uri = soup_server_message_get_uri (msg);
  gboolean is_secure =
      pub_auth_is_secure (soup_server_message_get_remote_address (msg));
  gchar **urls = g_new0 (gchar *, 3);

  urls[0] = make_url (uri, is_secure ? "https" : "http", path);
  if (!is_secure)
    urls[1] = make_url (uri, "mmsh", path);
  return urls;
}

/* A player tries the REFs of an ENTRY one after the other until one of them
 * opens.  The file has to begin with "<ASX", so there is no XML declaration,
 * and its encoding is said in a PARAM. */
GBytes *
pub_playlist_make (PubPoint * point, SoupServerMessage * msg)
{
  const gchar *path = pub_point_get_path (point);
  gchar **urls = pub_playlist_urls (msg, path), *text, *title;
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
