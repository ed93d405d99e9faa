/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubencoder.h"

#include "pubpath.h"
#include "pubrequest.h"
#include "pubserver-private.h"

gboolean
pub_encoder_is_setup (PubRequest * request)
{
  return pub_request_has_type (request, PUB_SETUP_TYPE);
}

gboolean
pub_encoder_is_start (PubRequest * request)
{
  return pub_request_has_type (request, PUB_START_TYPE);
}

/* Only players that were there get anything more. */
static gboolean
is_over (PubPoint * point)
{
  return pub_point_is_left_out (point)
      && pub_point_get_use (point) < PUB_POINT_SET_UP;
}

static gboolean
is_template (PubServer * self, const gchar * path)
{
  PubPoint *point = g_hash_table_lookup (self->points, path);

  return point != NULL && !pub_point_is_left_out (point);
}

PubPoint *
pub_encoder_find_point (PubServer * self, const gchar * path,
    const gchar * template_path, PubPointUse spared, guint * status,
    const gchar ** why)
{
  PubPoint *point = g_hash_table_lookup (self->points, path);

  *status = SOUP_STATUS_NOT_FOUND;
  *why = "the point is left out";
  if (point != NULL)
    return is_over (point) ? NULL : point;
  *why = "no such template";
  if (template_path != NULL && !is_template (self, template_path))
    return NULL;
  *why = "no such point";
  if (self->is_strict && template_path == NULL)
    return NULL;
  *status = SOUP_STATUS_SERVICE_UNAVAILABLE;
  *why = "too many points";
  return pub_server_make_point (self, path, spared);
}

/* What PushSetup and PushStart have to be like (2.2.2).
 * Returns: the status that refuses it, or 0. */
static guint
check_request (PubRequest * request, const gchar ** why)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (request->msg);
  GHashTable *params = NULL;
  const gchar *charset;
  guint status = 0;

  *why = "no encoder's User-Agent";
  if (!pub_agent_is_encoder (soup_message_headers_get_one (headers,
              "User-Agent")))
    return SOUP_STATUS_BAD_REQUEST;
  *why = "the path is the server's own";
  if (pub_path_is_reserved (request->path))
    return SOUP_STATUS_NOT_FOUND;
  *why = "no Content-Length";
  if (soup_message_headers_get_one (headers, "Content-Length") == NULL)
    return SOUP_STATUS_LENGTH_REQUIRED;
  soup_message_headers_get_content_type (headers, &params);
  charset = params ? g_hash_table_lookup (params, "charset") : NULL;
  *why = "another charset than UTF-8";
  if (charset != NULL && g_ascii_strcasecmp (charset, "utf-8") != 0)
    status = SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE;
  g_clear_pointer (&params, g_hash_table_unref);
  return status;
}

/* Returns: the status that refuses it, or 0. */
static guint
set_up (PubRequest * request, const gchar * push_id, const gchar ** answer_id,
    const gchar ** why)
{
  SoupMessageBody *body = soup_server_message_get_request_body (request->msg);
  GBytes *bytes = soup_message_body_flatten (body);
  gchar *template_path = NULL;
  gboolean auto_destroy, is_valid;
  guint status = SOUP_STATUS_BAD_REQUEST;
  PubPoint *point;

  *why = "the body is no PushSetup's";
  is_valid = pub_setup_parse (g_bytes_get_data (bytes, NULL),
      g_bytes_get_size (bytes), &template_path, &auto_destroy);
  if (is_valid) {
    point = pub_encoder_find_point (request->server, request->path,
        template_path, PUB_POINT_USED, &status, why);
    if (point != NULL)
      status = pub_point_setup (point, request->msg, push_id, auto_destroy,
          answer_id, why);
  }
  g_bytes_unref (bytes);
  g_free (template_path);
  return status;
}

void
pub_encoder_setup (PubRequest * request)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (request->msg);
  const gchar *answer_id = NULL, *why;
  gchar *push_id = NULL;
  guint status = check_request (request, &why);

  if (status == 0 && !pub_request_push_id (headers, &push_id)) {
    status = SOUP_STATUS_BAD_REQUEST;
    why = "the Cookie header has no push-id that could be one";
  }
  if (status == 0)
    status = set_up (request, push_id, &answer_id, &why);
  if (status == 0)
    pub_request_answer (request, SOUP_STATUS_NO_CONTENT, answer_id);
  else
    pub_request_refuse (request, status, why);
  g_free (push_id);
}

void
pub_encoder_start (PubRequest * request)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (request->msg);
  PubPoint *point = g_hash_table_lookup (request->server->points,
      request->path);
  gchar *push_id = NULL;
  const gchar *why;
  guint status = check_request (request, &why);

  if (status == 0 && !pub_request_push_id (headers, &push_id)) {
    status = SOUP_STATUS_BAD_REQUEST;
    why = "the Cookie header has no push-id that could be one";
  }
  if (status == 0 && point == NULL) {
    status = SOUP_STATUS_NOT_FOUND;
    why = "no such point";
  }
  if (status == 0)
    status = pub_point_start_push (point, request->msg, push_id, &why);
  if (status != 0)
    pub_request_refuse (request, status, why);
  g_free (push_id);
}
