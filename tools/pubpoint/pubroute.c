/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubroute.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "pubrequest.h"
#include "pubserver-private.h"

/* Bodies of requests other than PushStart. */
#define MAX_SETUP_BODY 4096
#define MAX_OTHER_BODY (64 * 1024)
#define MAX_PATH 1024

static void
log_refusal (SoupServerMessage * msg, guint status)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  const gchar *type = soup_message_headers_get_content_type (headers, NULL);
  gchar *path = g_strescape (g_uri_get_path (soup_server_message_get_uri
          (msg)), NULL);

  g_message ("%s %.100s (%.60s) refused with %u",
      soup_server_message_get_method (msg), path, type ? type : "-", status);
  g_free (path);
}

/* An answer to a request whose body is not waited for. */
static void
refuse_now (PubServer * self, SoupServerMessage * msg, guint status)
{
  PubConn *conn;
  gchar *text = pub_refusal_text (msg, status);

  log_refusal (msg, status);
  conn = pub_conn_steal (self->conns, msg, NULL, NULL);
  pub_conn_queue_text (conn, text);
  pub_conn_close (conn);
  g_free (text);
}

/* S6; [MS-WMHTTP] 2.2.2.1.1. */
static PubPoint *
find_point (PubServer * self, const gchar * path, const gchar * template_path,
    guint * status)
{
  PubPoint *point = g_hash_table_lookup (self->points, path);

  if (point != NULL)
    return point;
  *status = SOUP_STATUS_NOT_FOUND;
  if (self->is_strict && (template_path == NULL
          || !g_hash_table_contains (self->points, template_path)))
    return NULL;
  *status = SOUP_STATUS_SERVICE_UNAVAILABLE;
  return pub_server_make_point (self, path);
}

static gboolean
is_last_request (SoupServerMessage * msg)
{
  return soup_server_message_get_http_version (msg) < SOUP_HTTP_1_1
      || soup_message_headers_header_contains
      (soup_server_message_get_request_headers (msg), "Connection", "close");
}

/* S9.  libsoup 3.2 never closes a connection that it has kept open after an
 * answer of its own and that the peer then closes; one that it gets back, it
 * does. */
static void
answer_empty (PubServer * self, SoupServerMessage * msg, guint status,
    const gchar * push_id)
{
  gboolean closes = is_last_request (msg);
  gchar *text = pub_response_text (status, push_id, closes);
  PubConn *conn = pub_conn_steal (self->conns, msg, NULL, NULL);

  pub_conn_queue_text (conn, text);
  if (closes)
    pub_conn_close (conn);
  else
    pub_conn_give_back (conn);
  g_free (text);
}

static gboolean
is_encoder (SoupServerMessage * msg)
{
  return pub_agent_is_encoder (soup_message_headers_get_one
      (soup_server_message_get_request_headers (msg), "User-Agent"));
}

static void
answer_setup (PubServer * self, SoupServerMessage * msg, const gchar * path)
{
  SoupMessageBody *body = soup_server_message_get_request_body (msg);
  GBytes *bytes = soup_message_body_flatten (body);
  gchar *push_id, *template_path = NULL;
  const gchar *answer_id = NULL;
  guint status = SOUP_STATUS_BAD_REQUEST;
  gboolean auto_destroy;
  PubPoint *point;

  push_id = pub_request_push_id (soup_server_message_get_request_headers (msg));
  if (is_encoder (msg) && pub_setup_parse (g_bytes_get_data (bytes, NULL),
          g_bytes_get_size (bytes), &template_path, &auto_destroy)) {
    point = find_point (self, path, template_path, &status);
    if (point != NULL)
      status = pub_point_setup (point, push_id, auto_destroy, &answer_id);
  }
  if (status != SOUP_STATUS_NO_CONTENT)
    log_refusal (msg, status);
  answer_empty (self, msg, status, answer_id);
  g_bytes_unref (bytes);
  g_free (template_path);
  g_free (push_id);
}

/* Returns: the status that refuses it, or 0. */
static guint
take_start (PubServer * self, SoupServerMessage * msg, const gchar * path)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  PubPoint *point = g_hash_table_lookup (self->points, path);
  gchar *push_id;
  guint status;

  if (!is_encoder (msg))
    return SOUP_STATUS_BAD_REQUEST;
  if (soup_message_headers_get_encoding (headers)
      != SOUP_ENCODING_CONTENT_LENGTH)
    return SOUP_STATUS_LENGTH_REQUIRED;
  if (point == NULL)
    return SOUP_STATUS_NOT_FOUND;
  push_id = pub_request_push_id (headers);
  status = pub_point_start_push (point, msg, push_id);
  g_free (push_id);
  return status;
}

static gboolean
has_type (SoupServerMessage * msg, const gchar * type)
{
  return g_strcmp0 (soup_message_headers_get_content_type
      (soup_server_message_get_request_headers (msg), NULL), type) == 0;
}

/* Returns: the status that refuses it, or 0. */
static guint
check_body (SoupServerMessage * msg, const gchar * path)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  goffset limit = has_type (msg, PUB_SETUP_TYPE) ? MAX_SETUP_BODY
      : MAX_OTHER_BODY;

  if (strlen (path) > MAX_PATH)
    return SOUP_STATUS_REQUEST_URI_TOO_LONG;
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED)
    return SOUP_STATUS_LENGTH_REQUIRED;
  if (soup_message_headers_get_content_length (headers) > limit)
    return SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE;
  return 0;
}

/* Returns: the status that refuses it, or 0. */
static guint
take_player (PubServer * self, SoupServerMessage * msg, const gchar * path)
{
  guint status = 0;
  PubPoint *point;

  if (pub_server_count_players (self) >= self->config.max_players)
    return SOUP_STATUS_SERVICE_UNAVAILABLE;
  /* whatever comes to wait for an encoder makes the point that it waits at */
  point = find_point (self, path, NULL, &status);
  if (point == NULL)
    return status;
  pub_point_add_player (point, msg);
  return 0;
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

static PubRole
request_role (SoupServerMessage * msg)
{
  gboolean is_push = has_type (msg, PUB_SETUP_TYPE)
      || has_type (msg, PUB_START_TYPE);

  return is_push && soup_server_message_get_method (msg) == SOUP_METHOD_POST
      ? PUB_ROLE_ENCODER : PUB_ROLE_PLAYER;
}

/* Requests that are not left to libsoup, because it answers only when a body
 * has ended, and knows no endless answer whose backlog is bounded. */
static void
early_request (SoupServer * soup, SoupServerMessage * msg, const gchar * path,
    GHashTable * query, gpointer data)
{
  PubServer *self = data;
  const gchar *method = soup_server_message_get_method (msg);
  guint status = pub_server_check (self, msg, request_role (msg), NULL);

  if (status != 0) {
    refuse_now (self, msg, status);
    return;
  }
  if (g_str_equal (method, "POST") && has_type (msg, PUB_START_TYPE)) {
    status = take_start (self, msg, path);
  } else {
    status = check_body (msg, path);
    if (status == 0 && g_str_equal (method, "GET") && !is_browser (msg))
      status = take_player (self, msg, path);
  }
  if (status != 0)
    refuse_now (self, msg, status);
}

static void
answer_page (PubServer * self, SoupServerMessage * msg, const gchar * path)
{
  const gchar *host = soup_message_headers_get_one
      (soup_server_message_get_request_headers (msg), "Host");
  gchar *escaped_path = g_uri_escape_string (path, "/", TRUE);
  gchar *title = g_markup_escape_text (_("Publishing point"), -1);
  gchar *advice = g_markup_escape_text
      (_("Open one of these addresses in a media player:"), -1);
  gchar *name = g_markup_printf_escaped ("%s%s", host ? host : "",
      escaped_path);
  gchar *page = g_strdup_printf ("<!DOCTYPE html>\n<meta charset=\"utf-8\">"
      "<title>%s</title>\n<h1>%s</h1>\n<p>%s</p>\n"
      "<ul><li>http://%s</li><li>mmsh://%s</li></ul>\n", title, title, advice,
      name, name);

  soup_server_message_set_status (msg, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (msg, "text/html; charset=utf-8",
      SOUP_MEMORY_TAKE, page, strlen (page));
  /* see answer_empty() */
  soup_message_headers_replace (soup_server_message_get_response_headers (msg),
      "Connection", "close");
  g_free (name);
  g_free (advice);
  g_free (title);
  g_free (escaped_path);
}

/* Requests that have been read to their end. */
static void
whole_request (SoupServer * soup, SoupServerMessage * msg, const gchar * path,
    GHashTable * query, gpointer data)
{
  PubServer *self = data;
  const gchar *method = soup_server_message_get_method (msg);

  if (g_str_equal (method, "POST") && has_type (msg, PUB_SETUP_TYPE))
    answer_setup (self, msg, path);
  else if (g_str_equal (method, "GET"))
    answer_page (self, msg, path);
  else if (g_str_equal (method, "POST") || g_str_equal (method, "OPTIONS"))
    /* a player's log, keep-alive or stop ([MS-WMSP] 3.2.5.8 to 3.2.5.11) */
    answer_empty (self, msg, SOUP_STATUS_NO_CONTENT, NULL);
  else
    answer_empty (self, msg, SOUP_STATUS_NOT_IMPLEMENTED, NULL);
}

void
pub_route_attach (PubServer * self)
{
  soup_server_add_early_handler (self->soup, NULL, early_request, self, NULL);
  soup_server_add_handler (self->soup, NULL, whole_request, self, NULL);
}
