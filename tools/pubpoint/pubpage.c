/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubpage.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "pubadmin.h"
#include "pubanswer.h"
#include "pubmetrics.h"
#include "pubpageresources.h"
#include "pubpagetexts.h"
#include "pubpath.h"
#include "pubplaylist.h"
#include "pubrequest.h"
#include "pubserver-private.h"
#include "pubstatus.h"

#define RESOURCES "/wms/pubpoint/"
#define HTML_TYPE "text/html; charset=utf-8"
#define READING "GET, HEAD, OPTIONS"
#define ACTING "POST, OPTIONS"

typedef struct
{
  const gchar *type;
  GBytes *bytes;
  gchar *etag;
} Asset;

struct _PubPage
{
  PubServer *server;
  PubStatus *status;
  gint64 since_unix_seconds;
  gchar *template;
  GHashTable *assets;           /* gchar *: Asset */
};

static void
asset_free (gpointer data)
{
  Asset *asset = data;

  g_bytes_unref (asset->bytes);
  g_free (asset->etag);
  g_free (asset);
}

static void
add_asset (PubPage * self, const gchar * path, const gchar * type,
    GBytes * bytes)
{
  Asset *asset = g_new0 (Asset, 1);
  gchar *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

  asset->type = type;
  asset->bytes = bytes;
  asset->etag = g_strdup_printf ("\"%.32s\"", sum);
  g_hash_table_insert (self->assets, (gpointer) path, asset);
  g_free (sum);
}

static GBytes *
load_resource (const gchar * name)
{
  gchar *path = g_strconcat (RESOURCES, name, NULL);
  GBytes *bytes = g_resource_lookup_data (pub_page_get_resource (), path,
      G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_free (path);
  return bytes;
}

/* @title and @play are HTML. */
static gchar *
make_page (PubPage * self, const gchar * status_url, const gchar * title,
    const gchar * point, const gchar * play)
{
  gchar *link = g_markup_printf_escaped ("<a href=\"/\">%s</a>",
      _("All publishing points"));
  const PubPageField fields[] = {
    {"status-url", status_url},
    {"title", title},
    {"point", point},
    {"play", play},
    {"all-points-link", point[0] != '\0' ? link : ""},
    {NULL, NULL}
  };
  gchar *page = pub_page_texts_fill (self->template, fields);

  g_free (link);
  return page;
}

static void
add_page (PubPage * self, const gchar * path, const gchar * status_url)
{
  gchar *title = g_markup_escape_text (_("Publishing points"), -1);
  gchar *page = make_page (self, status_url, title, "", "");

  add_asset (self, path, HTML_TYPE, g_bytes_new_take (page, strlen (page)));
  g_free (title);
}

PubPage *
pub_page_new (PubServer * server)
{
  PubPage *self = g_new0 (PubPage, 1);
  GBytes *template = load_resource ("page.html");

  self->server = server;
  self->status = pub_status_new (server);
  self->since_unix_seconds = g_get_real_time () / G_USEC_PER_SEC;
  self->template = g_strndup (g_bytes_get_data (template, NULL),
      g_bytes_get_size (template));
  g_bytes_unref (template);
  self->assets = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
      asset_free);
  add_page (self, "/", "/status.json");
  add_page (self, "/admin/", "/admin/status.json");
  add_asset (self, "/page/page.css", "text/css; charset=utf-8",
      load_resource ("page.css"));
  add_asset (self, "/page/page.js", "text/javascript; charset=utf-8",
      load_resource ("page.js"));
  add_asset (self, "/page/curve.js", "text/javascript; charset=utf-8",
      load_resource ("curve.js"));
  add_asset (self, "/page/icon.svg", "image/svg+xml",
      load_resource ("icon.svg"));
  return self;
}

void
pub_page_free (PubPage * self)
{
  g_hash_table_unref (self->assets);
  pub_status_free (self->status);
  g_free (self->template);
  g_free (self);
}

/* A browser says that it wants a page; players want anything. */
static gboolean
is_browser (SoupServerMessage * msg)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  const gchar *accept = soup_message_headers_get_list (headers, "Accept");

  return accept != NULL && strstr (accept, "text/html") != NULL
      && !pub_agent_is_mms_player (soup_message_headers_get_one (headers,
          "User-Agent"), NULL);
}

static gboolean
is_reading (SoupServerMessage * msg)
{
  const gchar *method = soup_server_message_get_method (msg);

  return g_str_equal (method, "GET") || g_str_equal (method, "HEAD");
}

gboolean
pub_page_is_administrators (PubRequest * request)
{
  return g_str_equal (request->path, "/admin")
      || g_str_has_prefix (request->path, "/admin/");
}

gboolean
pub_page_takes (PubRequest * request)
{
  PubPoint *point;

  if (pub_path_is_page (request->path))
    return TRUE;
  return is_reading (request->msg) && (is_browser (request->msg)
      || pub_playlist_has_path (request->server, request->path, &point));
}

/* Tags hold no comma, so that a list can be searched as it is (RFC 9110,
 * 13.1.2). */
static gboolean
has_newest (SoupServerMessage * msg, const gchar * etag)
{
  const gchar *known = soup_message_headers_get_list
      (soup_server_message_get_request_headers (msg), "If-None-Match");

  return known != NULL && (strstr (known, etag) != NULL
      || g_str_equal (known, "*"));
}

static void
answer_asset (PubPage * self, SoupServerMessage * msg, const Asset * asset)
{
  gchar *headers = g_strdup_printf ("ETag: %s\r\nCache-Control: no-cache\r\n",
      asset->etag);
  const PubAnswer answer = {
    has_newest (msg, asset->etag) ? SOUP_STATUS_NOT_MODIFIED : SOUP_STATUS_OK,
    asset->type, headers, asset->bytes
  };

  pub_answer_send (self->server, msg, &answer);
  g_free (headers);
}

/* @body is taken. */
static void
answer_fresh (PubPage * self, SoupServerMessage * msg, const gchar * type,
    GBytes * body)
{
  const PubAnswer answer =
      { SOUP_STATUS_OK, type, "Cache-Control: no-store\r\n",
    body
  };

  pub_answer_send (self->server, msg, &answer);
  g_bytes_unref (body);
}

static void
answer_status (PubPage * self, SoupServerMessage * msg)
{
  gboolean is_admin = pub_server_has_role (self->server, msg, PUB_ROLE_ADMIN);

  answer_fresh (self, msg, "application/json",
      pub_status_get (self->status, is_admin));
}

/* Where it can be played, also without the script; the script adds what goes
 * on there. */
static void
answer_point (PubPage * self, SoupServerMessage * msg, const gchar * path)
{
  gchar **urls = pub_playlist_urls (self->server, msg, path);
  gchar *url_path = g_uri_escape_string (path, "/", FALSE);
  gchar *text = pub_status_text (path);
  gchar *title = g_markup_escape_text (text, -1);
  GString *play = g_string_new (NULL);
  gchar *page, *advice;
  guint i;

  advice =
      g_markup_printf_escaped ("<section class=\"play\">\n<p>%s</p>\n<ul>\n",
      _("Open one of these addresses in a media player:"));
  g_string_append (play, advice);
  for (i = 0; urls[i] != NULL; i++) {
    gchar *item = g_markup_printf_escaped ("<li><a href=\"%s\">%s</a></li>\n",
        urls[i], urls[i]);

    g_string_append (play, item);
    g_free (item);
  }
  g_string_append (play, "</ul>\n</section>");
  page = make_page (self, "/status.json", title, url_path, play->str);
  answer_fresh (self, msg, HTML_TYPE, g_bytes_new_take (page, strlen (page)));
  g_free (advice);
  g_string_free (play, TRUE);
  g_free (title);
  g_free (text);
  g_free (url_path);
  g_strfreev (urls);
}

static void
answer_missing (PubPage * self, SoupServerMessage * msg)
{
  pub_answer_text (self->server, msg, SOUP_STATUS_NOT_FOUND, NULL,
      "There is no such publishing point.");
}

static void
answer_playlist (PubPage * self, SoupServerMessage * msg, PubPoint * point)
{
  if (point != NULL)
    answer_fresh (self, msg, PUB_PLAYLIST_TYPE, pub_playlist_make (self->server,
            point, msg));
  else
    answer_missing (self, msg);
}

static void
answer_reserved (PubPage * self, SoupServerMessage * msg, const gchar * path)
{
  if (g_str_has_suffix (path, "/status.json"))
    answer_status (self, msg);
  else if (g_str_equal (path, "/metrics"))
    answer_fresh (self, msg, PUB_METRICS_TYPE,
        pub_metrics_make (self->server, self->since_unix_seconds));
  else if (g_str_equal (path, "/admin"))
    pub_answer_text (self->server, msg, SOUP_STATUS_PERMANENT_REDIRECT,
        "Location: /admin/\r\n", "/admin/");
  else
    pub_answer_text (self->server, msg, SOUP_STATUS_NOT_FOUND, NULL,
        "There is nothing here.");
}

static void
answer_reading (PubPage * self, SoupServerMessage * msg, const gchar * path)
{
  const Asset *asset = g_hash_table_lookup (self->assets, path);
  PubPoint *point;

  if (asset != NULL)
    answer_asset (self, msg, asset);
  else if (pub_path_is_page (path))
    answer_reserved (self, msg, path);
  else if (pub_playlist_has_path (self->server, path, &point))
    answer_playlist (self, msg, point);
  else
    answer_point (self, msg, path);
}

void
pub_page_answer (PubRequest * request)
{
  PubPage *self = request->server->page;
  SoupServerMessage *msg = request->msg;
  const gchar *path = request->path;
  const gchar *method = soup_server_message_get_method (msg);
  gboolean is_action = g_str_equal (path, PUB_ADMIN_DISCONNECT);
  const gchar *allowed = is_action ? "Allow: " ACTING "\r\n"
      : "Allow: " READING "\r\n";
  const PubAnswer options = { SOUP_STATUS_NO_CONTENT, NULL, allowed, NULL };

  if (g_str_equal (method, "OPTIONS"))
    pub_answer_send (self->server, msg, &options);
  else if (is_action && g_str_equal (method, "POST"))
    pub_admin_disconnect (self->server, msg);
  else if (!is_action && is_reading (msg))
    answer_reading (self, msg, path);
  else
    pub_answer_text (self->server, msg, SOUP_STATUS_METHOD_NOT_ALLOWED, allowed,
        "This method is not for this address.");
}
