/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rawpush.h"

#include <string.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <gst/check/gstcheck.h>

#include "testasf.h"

#define TIMEOUT_SECONDS (20 * test_get_patience ())

RawPush *
raw_push_connect (guint port)
{
  RawPush *self = g_new0 (RawPush, 1);
  GSocketAddress *address = g_inet_socket_address_new_from_string
      ("127.0.0.1", port);
  GError *error = NULL;

  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, NULL);
  g_socket_set_timeout (self->socket, TIMEOUT_SECONDS);
  fail_unless (g_socket_connect (self->socket, address, NULL, &error),
      "%s", error ? error->message : "");
  g_object_unref (address);
  /* small pieces go out at once, as the tests cut them */
  g_socket_set_option (self->socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  self->received = g_string_new (NULL);
  return self;
}

void
raw_push_free (RawPush * self)
{
  g_object_unref (self->socket);
  g_string_free (self->received, TRUE);
  g_free (self->push_id);
  g_free (self);
}

void
raw_push_send (RawPush * self, gconstpointer data, gsize size)
{
  while (size > 0) {
    GError *error = NULL;
    gssize n = g_socket_send (self->socket, data, size, NULL, &error);

    /* a server may have said no already: its answer is what counts */
    if (n < 0) {
      fail_if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
      g_error_free (error);
      return;
    }
    data = (const guint8 *) data + n;
    size -= n;
  }
}

void
raw_push_send_text (RawPush * self, const gchar * text)
{
  raw_push_send (self, text, strlen (text));
}

void
raw_push_request (RawPush * self, const gchar * path, const gchar * type,
    const gchar * agent, const gchar * push_id, guint64 length,
    const gchar * body)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "POST %s HTTP/1.1\r\n"
      "Content-Type: %s\r\nHost: localhost\r\nContent-Length: %"
      G_GUINT64_FORMAT
      "\r\nConnection: Keep-Alive\r\nCache-Control: no-cache\r\n", path, type,
      length);
  if (agent != NULL)
    g_string_append_printf (text, "User-Agent: %s\r\n", agent);
  if (push_id != NULL)
    g_string_append_printf (text, "Cookie: push-id=%s\r\n", push_id);
  g_string_append_printf (text, "\r\n%s", body);
  raw_push_send (self, text->str, text->len);
  g_string_free (text, TRUE);
}

/* Returns: FALSE at the end of the connection. */
static gboolean
receive_more (RawPush * self)
{
  gchar data[16384];
  GError *error = NULL;
  gssize n = g_socket_receive (self->socket, data, sizeof (data), NULL,
      &error);

  fail_if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT),
      "nothing came from the server");
  self->was_reset |= error != NULL;
  g_clear_error (&error);
  if (n > 0)
    g_string_append_len (self->received, data, n);
  return n > 0;
}

guint
raw_push_response (RawPush * self, gchar ** head)
{
  const gchar *end;
  guint status;
  gsize size;

  while ((end = g_strstr_len (self->received->str, self->received->len,
              "\r\n\r\n")) == NULL) {
    if (!receive_more (self))
      return 0;
  }
  size = end + 4 - self->received->str;
  /* what is no request gets an answer of HTTP/1.0 */
  fail_unless (g_str_has_prefix (self->received->str, "HTTP/1.1 ")
      || g_str_has_prefix (self->received->str, "HTTP/1.0 "));
  status = g_ascii_strtoull (self->received->str + 9, NULL, 10);
  if (head != NULL)
    *head = g_strndup (self->received->str, size);
  g_string_erase (self->received, 0, size);
  return status;
}

gboolean
raw_push_wait_end (RawPush * self)
{
  return self->received->len == 0 && !receive_more (self);
}

gboolean
raw_push_try_read (RawPush * self, gsize size)
{
  while (self->received->len < size) {
    if (!receive_more (self))
      return FALSE;
  }
  return TRUE;
}

void
raw_push_read (RawPush * self, gsize size)
{
  fail_unless (raw_push_try_read (self, size), "%u of %u bytes came",
      (guint) self->received->len, (guint) size);
}

guint
raw_push_setup (RawPush * self, const gchar * path, const gchar * push_id,
    const gchar * body)
{
  gchar *head = NULL, *cookie;
  guint status;

  raw_push_request (self, path, "application/x-wms-pushsetup", RAW_AGENT,
      push_id, strlen (body), body);
  status = raw_push_response (self, &head);
  cookie = head ? strstr (head, "Set-Cookie: push-id=") : NULL;
  if (cookie != NULL) {
    g_free (self->push_id);
    cookie += strlen ("Set-Cookie: push-id=");
    self->push_id = g_strndup (cookie, strcspn (cookie, "\r;"));
  }
  g_free (head);
  return status;
}

void
raw_push_start (RawPush * self, const gchar * path, guint64 length)
{
  raw_push_request (self, path, "application/x-wms-pushstart", RAW_AGENT,
      self->push_id, length, "");
}

void
raw_push_frame (RawPush * self, gchar type, gconstpointer data, gsize size)
{
  guint8 *frame = g_malloc (size + 4);

  frame[0] = '$';
  frame[1] = type;
  frame[2] = size & 0xff;
  frame[3] = size >> 8;
  if (size > 0)
    memcpy (frame + 4, data, size);
  raw_push_send (self, frame, size + 4);
  g_free (frame);
}

void
raw_push_end (RawPush * self, guint32 reason)
{
  guint32 le = GUINT32_TO_LE (reason);

  raw_push_frame (self, 'E', &le, sizeof (le));
}

void
raw_push_shut_down (RawPush * self)
{
  fail_unless (g_socket_shutdown (self->socket, FALSE, TRUE, NULL));
}

RawPush *
raw_push_begin (guint port, const gchar * path, gconstpointer header,
    gsize size)
{
  RawPush *self = raw_push_connect (port);

  assert_equals_int (raw_push_setup (self, path, "0", ""), 204);
  raw_push_start (self, path, RAW_LENGTH);
  raw_push_frame (self, 'H', header, size);
  return self;
}

void
raw_push_conclude (RawPush * self)
{
  raw_push_end (self, 0);
  assert_equals_int (raw_push_response (self, NULL), 204);
  raw_push_free (self);
}
