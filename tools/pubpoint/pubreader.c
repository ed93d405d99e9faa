/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubreader.h"

#include <string.h>

#include "pubhead.h"
#include "pubrequest.h"

struct _PubReader
{
  GString *head;                /* NULL between requests */
  PubHead scan;                 /* of it */
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
  const gchar *why;
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
  status = pub_request_check_length (self->headers, &why);
  if (status != 0)
    return status;
  self->body_left = soup_message_headers_get_content_length (self->headers);
  return self->body_left <= PUB_READER_MAX_BODY ? 0
      : SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE;
}

/* Takes bytes up to the end of the head, whose rules are those of a
 * connection's first one.  Returns: the status that refuses it, or 0. */
static guint
take_head (PubReader * self, const guint8 * data, gsize size, gsize * used)
{
  const gchar *why;
  guint status = 0;

  if (self->head == NULL) {
    self->head = g_string_new (NULL);
    memset (&self->scan, 0, sizeof (self->scan));
  }
  while (*used < size && status == 0 && !self->scan.is_done) {
    const gchar *text = (const gchar *) data + *used;
    const gchar *end = memchr (text, '\n', size - *used);
    gsize n = end != NULL ? (gsize) (end - text) + 1 : size - *used;

    n = MIN (n, PUB_READER_MAX_HEAD + 1);
    status = pub_head_scan (&self->scan, text, n, &why);
    g_string_append_len (self->head, text, n);
    *used += n;
    if (status == 0 && self->head->len > PUB_READER_MAX_HEAD)
      status = SOUP_STATUS_BAD_REQUEST;
  }
  return status;
}

/* Without the empty line that has ended it. */
static void
cut_head (GString * head)
{
  gsize n = head->len >= 2 && head->str[head->len - 2] == '\r' ? 2 : 1;

  g_string_truncate (head, head->len - n);
}

PubReaderResult
pub_reader_take (PubReader * self, const guint8 * data, gsize size,
    gsize * used, PubReaderRequest * request, guint * status)
{
  gsize skipped;

  *used = 0;
  if (self->body_left == 0) {
    *status = take_head (self, data, size, used);
    if (*status != 0)
      return PUB_READER_FAILED;
    if (!self->scan.is_done)
      return PUB_READER_MORE;
    cut_head (self->head);
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
