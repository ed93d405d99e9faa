/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubcontrol.h"

#include "publog.h"
#include "pubmms.h"
#include "pubplayer.h"
#include "pubserver-private.h"

/* Of a path that is shown. */
#define MAX_SHOWN 100

static void
parse (PubRequest * request, PubMmsRequest * mms)
{
  SoupServerMessage *msg = request->msg;

  pub_mms_parse (mms, soup_server_message_get_method (msg),
      soup_server_message_get_http_version (msg),
      soup_server_message_get_request_headers (msg));
}

gboolean
pub_control_matches (PubRequest * request)
{
  PubMmsRequest mms;

  parse (request, &mms);
  switch (mms.kind) {
    case PUB_MMS_PLAIN:
    case PUB_MMS_DESCRIBE:
    case PUB_MMS_PLAY:
    case PUB_MMS_PLAY_NEXT:
    case PUB_MMS_PIPELINE:
      return FALSE;
    default:
      return TRUE;
  }
}

/* What is in a log is the player's business. */
static void
note_log (PubRequest * request)
{
  gchar *shown = pub_text_escape (request->path, MAX_SHOWN);

  g_debug ("%s: a player's log of %" G_GOFFSET_FORMAT " bytes", shown,
      soup_message_headers_get_content_length
      (soup_server_message_get_request_headers (request->msg)));
  g_free (shown);
}

/* [MS-WMSP] 3.2.5.1: whether the request belongs to a session. */
static guint
find_session (PubServer * self, const PubMmsRequest * request,
    PubPoint * point, gpointer * player)
{
  if (!request->has_client_id)
    return SOUP_STATUS_BAD_REQUEST;
  if (point == NULL || !pub_sessions_find (self->sessions, request->client_id,
          pub_point_get_stream (point), g_get_monotonic_time (), player))
    return SOUP_STATUS_NOT_FOUND;
  return SOUP_STATUS_OK;
}

/* 3.2.5.7: on a connection of its own.  Where nothing plays there is nothing to
 * be switched: Play says again what is selected. */
static guint
select_streams (PubServer * self, const PubMmsRequest * request,
    PubPoint * point)
{
  gpointer player = NULL;
  guint status = find_session (self, request, point, &player);

  return status == SOUP_STATUS_OK && player != NULL
      ? pub_player_select (player, request) : status;
}

static guint
stop_player (PubServer * self, const PubMmsRequest * request, PubPoint * point)
{
  gpointer player = NULL;
  guint status = find_session (self, request, point, &player);

  if (player != NULL)
    pub_player_halt (player);
  return status;
}

static guint
decide (PubRequest * request, const PubMmsRequest * mms)
{
  PubServer *self = request->server;
  PubPoint *point = g_hash_table_lookup (self->points, request->path);

  switch (mms->kind) {
    case PUB_MMS_LOG:
      /* also one that comes when the session is over */
      note_log (request);
      return SOUP_STATUS_NO_CONTENT;
    case PUB_MMS_EVENT:
    case PUB_MMS_CONTENT_INFO:
      return point != NULL ? SOUP_STATUS_OK : SOUP_STATUS_NOT_FOUND;
    case PUB_MMS_SELECT:
      return select_streams (self, mms, point);
    case PUB_MMS_STOP:
      return stop_player (self, mms, point);
    case PUB_MMS_KEEP_ALIVE:
      return find_session (self, mms, point, NULL);
    default:
      return SOUP_STATUS_BAD_REQUEST;
  }
}

static const gchar *
why_not (guint status)
{
  switch (status) {
    case SOUP_STATUS_NOT_FOUND:
      return "no such session, or nothing there";
    case SOUP_STATUS_SERVICE_UNAVAILABLE:
      return "too many different selections of streams";
    default:
      return "a player asks for what is not there";
  }
}

/* Takes @head. */
static void
send_head (PubRequest * request, gchar * head, gboolean keeps_open)
{
  PubConn *conn = pub_conn_steal (request->server->conns, request->msg, NULL,
      NULL);

  pub_conn_queue_text (conn, head);
  if (keeps_open)
    pub_conn_give_back (conn);
  else
    pub_conn_close (conn);
  g_free (head);
}

void
pub_control_answer (PubRequest * request)
{
  PubMmsAnswer said = { 0, };
  PubMmsRequest mms;
  guint status;

  parse (request, &mms);
  said.major = mms.major;
  said.is_http11 = mms.is_http11;
  if (mms.has_client_id && pub_sessions_find (request->server->sessions,
          mms.client_id, NULL, g_get_monotonic_time (), NULL))
    said.client_id = mms.client_id;
  if (g_str_equal (soup_server_message_get_method (request->msg), "OPTIONS")) {
    send_head (request, pub_mms_options_head (&said), mms.keeps_open);
    return;
  }
  status = decide (request, &mms);
  if (status >= SOUP_STATUS_BAD_REQUEST)
    pub_request_refuse (request, status, why_not (status));
  else
    send_head (request, pub_mms_head (&said, status, NULL, 0,
            !mms.keeps_open), mms.keeps_open);
}
