/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubreader.h"

#include <string.h>

struct _PubReader
{
  GString *head;                /* NULL between requests */
  goffset body_left;
  gchar *method, *path;
  SoupHTTPVersion version;
  SoupMessageHeaders *headers;
};

PubReader *
pub_reader_new (void)
{
  return g_new0 (PubReader, 1);
}

static void
clear_request (PubReader * self)
{
  g_clear_pointer (&self->method, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
}

void
pub_reader_free (PubReader * self)
{
  clear_request (self);
  if (self->head != NULL)
    g_string_free (self->head, TRUE);
  g_free (self);
}

/* "http://host/path?query" and "/path?query" are the same place. */
static void
strip_path (gchar ** path)
{
  gchar *at = strstr (*path, "://"), *stripped;

  at = at != NULL && (*path)[0] != '/' ? strchr (at + 3, '/') : *path;
  stripped = at != NULL ? g_strndup (at, strcspn (at, "?#")) : g_strdup ("/");
  g_free (*path);
  *path = stripped;
}

/* Returns: the status that refuses it, or 0. */
static guint
parse_head (PubReader * self)
{
  guint status;

  clear_request (self);
  self->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  status = soup_headers_parse_request (self->head->str, self->head->len,
      self->headers, &self->method, &self->path, &self->version);
  g_string_free (self->head, TRUE);
  self->head = NULL;
  if (status != SOUP_STATUS_OK)
    return status;
  strip_path (&self->path);
  switch (soup_message_headers_get_encoding (self->headers)) {
    case SOUP_ENCODING_NONE:
      self->body_left = 0;
      return 0;
    case SOUP_ENCODING_CONTENT_LENGTH:
      self->body_left = soup_message_headers_get_content_length (self->headers);
      return self->body_left <= PUB_READER_MAX_BODY ? 0
          : SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE;
    default:
      return SOUP_STATUS_LENGTH_REQUIRED;
  }
}

/* Whether the last line of the head is empty; that is taken off.  Empty lines
 * before a request are not part of it (RFC 9112, 2.2). */
static gboolean
ends_head (GString * head)
{
  gsize n = head->len >= 2 && head->str[head->len - 2] == '\r' ? 2 : 1;

  if (head->len > n && head->str[head->len - n - 1] != '\n')
    return FALSE;
  g_string_truncate (head, head->len - n);
  return head->len > 0;
}

/* Takes bytes up to the end of the head.  Returns: whether it is there. */
static gboolean
take_head (PubReader * self, const guint8 * data, gsize size, gsize * used)
{
  if (self->head == NULL)
    self->head = g_string_new (NULL);
  while (*used < size && self->head->len <= PUB_READER_MAX_HEAD) {
    const guint8 *end = memchr (data + *used, '\n', size - *used);
    gsize n = end != NULL ? (gsize) (end - data) + 1 - *used : size - *used;

    n = MIN (n, PUB_READER_MAX_HEAD + 1);
    g_string_append_len (self->head, (const gchar *) data + *used, n);
    *used += n;
    if (self->head->str[self->head->len - 1] == '\n' && ends_head (self->head))
      return TRUE;
  }
  return FALSE;
}

PubReaderResult
pub_reader_take (PubReader * self, const guint8 * data, gsize size,
    gsize * used, PubReaderRequest * request, guint * status)
{
  gsize skipped;

  *used = 0;
  if (self->body_left == 0) {
    if (!take_head (self, data, size, used)) {
      *status = SOUP_STATUS_BAD_REQUEST;
      return self->head->len > PUB_READER_MAX_HEAD ? PUB_READER_FAILED
          : PUB_READER_MORE;
    }
    *status = parse_head (self);
    if (*status != 0)
      return PUB_READER_FAILED;
  }
  skipped = MIN ((goffset) (size - *used), self->body_left);
  self->body_left -= skipped;
  *used += skipped;
  if (self->body_left > 0)
    return PUB_READER_MORE;
  request->method = self->method;
  request->path = self->path;
  request->version = self->version;
  request->headers = self->headers;
  return PUB_READER_REQUEST;
}
