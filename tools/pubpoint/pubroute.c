/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubroute.h"

#include <string.h>

#include "pubcontrol.h"
#include "pubcrowd.h"
#include "pubencoder.h"
#include "pubfront.h"
#include "publog.h"
#include "pubpage.h"
#include "pubpath.h"
#include "pubrequest.h"
#include "pubserver-private.h"

/* Bodies of requests other than PushStart. */
#define MAX_SETUP_BODY 4096
#define MAX_OTHER_BODY (64 << 10)

#define REQUEST_KEY "pub-request"

static PubRequest *
find_request (SoupServerMessage * msg)
{
  return g_object_get_data (G_OBJECT (msg), REQUEST_KEY);
}

gboolean
pub_request_has_type (PubRequest * request, const gchar * type)
{
  const gchar *own = soup_message_headers_get_content_type
      (soup_server_message_get_request_headers (request->msg), NULL);

  return own != NULL && g_ascii_strcasecmp (own, type) == 0;
}

/* S9.  libsoup 3.2 never closes a connection that it has kept open after an
 * answer of its own and that the peer then closes; one that it gets back, it
 * does. */
static void
answer (PubRequest * request, guint status, const gchar * push_id,
    gboolean closes)
{
  PubServer *self = request->server;
  SoupServerMessage *msg = request->msg;
  gchar *text = push_id != NULL ? pub_response_text (status, push_id, closes,
      NULL) : pub_refusal_text (msg, status, closes);
  PubConn *conn = pub_conn_steal (self->conns, msg, NULL, NULL);

  pub_conn_queue_text (conn, text);
  if (closes)
    pub_conn_close (conn);
  else
    pub_conn_give_back (conn);
  g_free (text);
}

void
pub_request_answer (PubRequest * request, guint status, const gchar * push_id)
{
  answer (request, status, push_id, pub_request_is_last (request->msg));
}

static void
log_refusal (PubRequest * request, guint status, const gchar * why)
{
  gchar *text;

  /* without a reason it is a challenge, as each client gets one */
  if (request->is_logged || why == NULL)
    return;
  request->is_logged = TRUE;
  text = pub_log_describe (request->msg);
  pub_log_refused (text, status, why);
  g_free (text);
}

/* A body that is not waited for: what follows in the connection cannot be told
 * from it. */
static gboolean
has_endless_body (PubRequest * request)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (request->msg);
  goffset length = soup_message_headers_get_content_length (headers);

  return soup_message_headers_get_one (headers, "Transfer-Encoding") != NULL
      || soup_message_headers_get_one (headers, "Expect") != NULL
      || length < 0 || length > MAX_OTHER_BODY;
}

void
pub_request_refuse (PubRequest * request, guint status, const gchar * why)
{
  gboolean is_endless = has_endless_body (request);

  log_refusal (request, status, why);
  if (!is_endless && (request->is_whole
          || soup_message_headers_get_content_length
          (soup_server_message_get_request_headers (request->msg)) == 0))
    pub_request_answer (request, status, NULL);
  else if (!is_endless && status == SOUP_STATUS_UNAUTHORIZED)
    /* the same request comes again, on this connection (3.2.5.1) */
    request->refusal = status;
  else
    answer (request, status, NULL, TRUE);
}

/* A player that asks; its connection is taken over.  A body that came with the
 * request has been read: it is not to be taken for the next one. */
static void
take_player (PubRequest * request)
{
  PubServer *self = request->server;
  guint status = SOUP_STATUS_SERVICE_UNAVAILABLE;
  const gchar *why = "too many players";
  PubPoint *point;

  if (pub_server_count_players (self) >= self->config.max_players
      && !pub_crowd_make_place (self,
          soup_server_message_get_remote_address (request->msg))) {
    pub_request_refuse (request, status, why);
    return;
  }
  /* whatever comes to wait for an encoder makes the point that it waits at */
  point = pub_encoder_find_point (self, request->path, NULL,
      PUB_POINT_AWAITED, &status, &why);
  if (point == NULL)
    pub_request_refuse (request, status, why);
  else
    pub_point_add_player (point, request->msg);
}

/* What a player would get, without it. */
static void
answer_head (PubRequest * request)
{
  SoupServerMessage *msg = request->msg;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (msg);
  PubPoint *point = g_hash_table_lookup (request->server->points,
      request->path);

  if (point == NULL || !pub_point_has_programme (point)) {
    pub_request_refuse (request, SOUP_STATUS_NOT_FOUND, "no programme there");
    return;
  }
  soup_server_message_set_status (msg, SOUP_STATUS_OK, NULL);
  soup_message_headers_replace (headers, "Content-Type", "video/x-ms-asf");
  soup_message_headers_replace (headers, "Cache-Control", "no-cache");
  soup_message_headers_replace (headers, "Connection", "close");
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_EOF);
}

/* What players that do not say that they are some ask for. */
static void
answer_player (PubRequest * request)
{
  pub_request_answer (request, SOUP_STATUS_NO_CONTENT, NULL);
}

static const PubRoute routes[] = {
  {"POST", pub_encoder_is_start, pub_encoder_start, NULL, 0,
      PUB_ROLE_ENCODER},
  {"POST", pub_encoder_is_setup, NULL, pub_encoder_setup, MAX_SETUP_BODY,
      PUB_ROLE_ENCODER},
  {NULL, pub_page_is_administrators, NULL, pub_page_answer, MAX_OTHER_BODY,
      PUB_ROLE_ADMIN},
  {NULL, pub_page_takes, NULL, pub_page_answer, MAX_OTHER_BODY,
      PUB_ROLE_PLAYER},
  {"POST", pub_control_matches, NULL, pub_control_answer, MAX_OTHER_BODY,
      PUB_ROLE_PLAYER},
  {"POST", NULL, NULL, answer_player, MAX_OTHER_BODY, PUB_ROLE_PLAYER},
  {"GET", pub_control_matches, NULL, pub_control_answer, MAX_OTHER_BODY,
      PUB_ROLE_PLAYER},
  {"GET", NULL, NULL, take_player, MAX_OTHER_BODY, PUB_ROLE_PLAYER},
  {"HEAD", NULL, NULL, answer_head, MAX_OTHER_BODY, PUB_ROLE_PLAYER},
  {"OPTIONS", pub_control_matches, NULL, pub_control_answer, MAX_OTHER_BODY,
      PUB_ROLE_PLAYER},
  {"OPTIONS", NULL, NULL, answer_player, MAX_OTHER_BODY, PUB_ROLE_PLAYER},
};

static const PubRoute *
find_route (PubRequest * request)
{
  const gchar *method = soup_server_message_get_method (request->msg);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (routes); i++) {
    if ((routes[i].method == NULL || g_str_equal (method, routes[i].method))
        && (routes[i].matches == NULL || routes[i].matches (request)))
      return &routes[i];
  }
  return NULL;
}

/* Methods that exist, but have nothing to do here (RFC 9110, 15.5.6). */
static gboolean
is_known_method (const gchar * method)
{
  static const gchar *const known[] = { "PUT", "DELETE", "PATCH", "TRACE",
    "CONNECT", NULL
  };

  return g_strv_contains (known, method);
}

/* Returns: the status that refuses the body, or 0. */
static guint
check_body (PubRequest * request, const gchar ** why)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (request->msg);
  guint status = pub_request_check_length (headers, why);

  if (status != 0)
    return status;
  *why = "the body is too large";
  if (request->route->head != pub_encoder_start
      && soup_message_headers_get_content_length (headers)
      > (goffset) request->route->max_body)
    return SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE;
  return 0;
}

/* Returns: the status that refuses the target, or 0. */
static guint
take_path (PubRequest * request, const gchar ** why)
{
  SoupServerMessage *msg = request->msg;
  const gchar *raw = g_uri_get_path (soup_server_message_get_uri (msg));

  if (soup_server_message_is_options_ping (msg)) {
    *why = "a path that is only for OPTIONS";
    request->path = g_strdup ("*");
    return g_str_equal (soup_server_message_get_method (msg), "OPTIONS") ? 0
        : SOUP_STATUS_BAD_REQUEST;
  }
  request->path = pub_path_decode (raw[0] ? raw : "/", why);
  if (request->path != NULL)
    return 0;
  return strlen (raw) > PUB_PATH_MAX ? SOUP_STATUS_REQUEST_URI_TOO_LONG
      : SOUP_STATUS_BAD_REQUEST;
}

/* Returns: the status that refuses it, or 0. */
static guint
check_request (PubRequest * request, const gchar ** why)
{
  SoupServerMessage *msg = request->msg;
  const gchar *method = soup_server_message_get_method (msg);
  guint status = soup_server_message_get_status (msg);

  *why = "a target that is not this server's";
  if (status != 0)
    return status;
  status = take_path (request, why);
  if (status != 0)
    return status;
  request->route = find_route (request);
  if (request->route != NULL)
    status = check_body (request, why);
  if (status != 0)
    return status;
  if (request->route != NULL) {
    status = pub_server_check (request->server, msg, request->route->role,
        NULL);
    *why = pub_auth_get_reason (msg);
    return status;
  }
  *why = "a method that is not there";
  if (!is_known_method (method))
    return SOUP_STATUS_NOT_IMPLEMENTED;
  soup_message_headers_replace (soup_server_message_get_response_headers (msg),
      "Allow", "GET, HEAD, OPTIONS, POST");
  return SOUP_STATUS_METHOD_NOT_ALLOWED;
}

/* Behind libsoup's own look at the head.  What it refuses itself it would
 * answer when the body has ended. */
static void
got_headers (SoupServerMessage * msg, gpointer data)
{
  PubRequest *request = data;
  const gchar *why;
  guint status;

  pub_conns_forget_waiting (msg);
  /* it would be in a 100 Continue, behind which the connection goes on */
  soup_message_headers_remove (soup_server_message_get_response_headers (msg),
      "Connection");
  status = check_request (request, &why);
  if (status != 0)
    pub_request_refuse (request, status, why);
  else if (request->route->head != NULL)
    request->route->head (request);
}

/* Requests that have been read to their end. */
static void
whole_request (SoupServer * soup, SoupServerMessage * msg, const gchar * path,
    GHashTable * query, gpointer data)
{
  PubRequest *request = find_request (msg);

  request->is_whole = TRUE;
  if (request->refusal != 0)
    pub_request_answer (request, request->refusal, NULL);
  else
    request->route->whole (request);
}

/* libsoup answers what it cannot parse; that never gets to got_headers(). */
static void
wrote_headers (SoupServerMessage * msg, gpointer data)
{
  guint status = soup_server_message_get_status (msg);

  if (status >= SOUP_STATUS_BAD_REQUEST)
    log_refusal (data, status, "this is no request");
}

/* Closing at once, as libsoup would, can take the answer away from a peer that
 * still sends. */
static void
wrote_body (SoupServerMessage * msg, gpointer data)
{
  PubRequest *request = data;
  PubServer *self = request->server;

  pub_conn_close (pub_conn_steal (self->conns, msg, NULL, NULL));
}

/* While its address is still there. */
static void
message_gone (gpointer data, GObject * msg)
{
  pub_conns_forget_waiting (SOUP_SERVER_MESSAGE (msg));
}

static void
free_request (PubRequest * request)
{
  g_free (request->path);
  g_free (request);
}

/* How long it may take is the entrance's affair. */
static void
request_started (SoupServer * soup, SoupServerMessage * msg, gpointer data)
{
  PubServer *self = data;
  PubRequest *request = g_new0 (PubRequest, 1);

  request->server = self;
  request->msg = msg;
  pub_conns_note_waiting (msg);
  g_object_weak_ref (G_OBJECT (msg), message_gone, NULL);
  g_object_set_data_full (G_OBJECT (msg), REQUEST_KEY, request,
      (GDestroyNotify) free_request);
  soup_message_headers_replace (soup_server_message_get_response_headers (msg),
      "Connection", "close");
  g_signal_connect (msg, "got-headers", G_CALLBACK (got_headers), request);
  g_signal_connect (msg, "wrote-headers", G_CALLBACK (wrote_headers), request);
  g_signal_connect (msg, "wrote-body", G_CALLBACK (wrote_body), request);
}

void
pub_route_attach (PubServer * self)
{
  g_signal_connect (self->soup, "request-started",
      G_CALLBACK (request_started), self);
  soup_server_add_handler (self->soup, NULL, whole_request, self, NULL);
  /* no handler for everything is one for this */
  soup_server_add_handler (self->soup, "*", whole_request, self, NULL);
}
