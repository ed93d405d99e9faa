/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubadmin.h"

#include <string.h>

#include "publog.h"
#include "pubanswer.h"
#include "pubserver-private.h"

#define FORM_TYPE "application/x-www-form-urlencoded"
/* Of a path in a line of the log. */
#define MAX_LOGGED 200

typedef struct
{
  guint64 id;
  PubPlayer *player;
} Search;

static const gchar *
header (SoupServerMessage * msg, const gchar * name)
{
  return soup_message_headers_get_one
      (soup_server_message_get_request_headers (msg), name);
}

/* Whether a page of another origin has made the request.  Only host and port
 * are compared: a proxy in front may speak TLS. */
static gboolean
is_foreign (SoupServerMessage * msg)
{
  const gchar *site = header (msg, "Sec-Fetch-Site");
  const gchar *origin = header (msg, "Origin"), *host = header (msg, "Host");
  const gchar *authority = origin ? strstr (origin, "://") : NULL;

  if (site != NULL && !g_str_equal (site, "same-origin")
      && !g_str_equal (site, "none"))
    return TRUE;
  return origin != NULL && (authority == NULL || host == NULL
      || g_ascii_strcasecmp (authority + 3, host) != 0);
}

static void
look_at_player (PubPlayer * player, gpointer data)
{
  Search *search = data;

  if (pub_player_get_id (player) == search->id)
    search->player = player;
}

static void
look_at_point (PubPoint * point, gpointer data)
{
  pub_point_foreach_player (point, look_at_player, data);
}

static gboolean
stop_player (PubServer * server, const gchar * text)
{
  Search search = { 0, NULL };

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &search.id, NULL))
    return FALSE;
  pub_server_foreach_point (server, look_at_point, &search);
  if (search.player != NULL)
    pub_player_stop (search.player);
  return search.player != NULL;
}

static gboolean
disconnect (PubServer * server, const gchar * point, const gchar * player)
{
  gchar *shown = pub_text_escape (point ? point : player, MAX_LOGGED);
  gboolean is_done = point != NULL
      ? pub_server_disconnect (server, point, SOUP_STATUS_FORBIDDEN)
      : stop_player (server, player);

  g_message ("the administrator disconnects %s %s%s",
      point ? "the encoder of" : "player", shown,
      is_done ? "" : ", which is not there");
  g_free (shown);
  return is_done;
}

static void
answer_form (PubServer * server, SoupServerMessage * msg, GHashTable * form)
{
  const gchar *point = g_hash_table_lookup (form, "point");
  const gchar *player = g_hash_table_lookup (form, "player");
  const PubAnswer done = { SOUP_STATUS_NO_CONTENT, NULL,
    "Cache-Control: no-store\r\n", NULL
  };

  if ((point == NULL) == (player == NULL))
    pub_answer_text (server, msg, SOUP_STATUS_BAD_REQUEST, NULL,
        "The form has to say point=PATH or player=ID.");
  else if (!disconnect (server, point, player))
    pub_answer_text (server, msg, SOUP_STATUS_NOT_FOUND, NULL,
        "There is no such encoder or player.");
  else
    pub_answer_send (server, msg, &done);
}

void
pub_admin_disconnect (PubServer * server, SoupServerMessage * msg)
{
  const gchar *type = soup_message_headers_get_content_type
      (soup_server_message_get_request_headers (msg), NULL);
  GHashTable *form;
  GBytes *body;
  gchar *text;

  if (is_foreign (msg) || header (msg, "X-Requested-With") == NULL) {
    pub_answer_text (server, msg, SOUP_STATUS_FORBIDDEN, NULL,
        "A request from another site, or without the header X-Requested-With,"
        " is not carried out.");
    return;
  }
  if (type == NULL || g_ascii_strcasecmp (type, FORM_TYPE) != 0) {
    pub_answer_text (server, msg, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE, NULL,
        "The body has to be " FORM_TYPE ".");
    return;
  }
  body = soup_message_body_flatten (soup_server_message_get_request_body (msg));
  text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  form = soup_form_decode (text);
  answer_form (server, msg, form);
  g_hash_table_unref (form);
  g_free (text);
  g_bytes_unref (body);
}
