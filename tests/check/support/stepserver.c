/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stepserver.h"

#include <string.h>
#include <sys/socket.h>

#include "testasf.h"
#include "wmspush/wmsframe.h"

#define DEADLINE_S (20 * test_get_patience ())
#define SEPARATOR " | "
#define MAX_HEAD 16384

struct _StepServer
{
  GSocket *listener;
  GSocketAddress *address;
  GPtrArray *connections;       /* newest last */
  /* a frame that was read ahead, 0 for none, and the reason of an $E */
  guint8 next_type;
  guint32 next_reason;
};

static gchar *
listen_on (StepServer * self, GSocketAddress * address)
{
  g_autoptr (GError) error = NULL;

  self->listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, &error);
  if (self->listener == NULL
      || !g_socket_bind (self->listener, address, TRUE, &error)
      || !g_socket_listen (self->listener, &error))
    return g_strdup (error->message);
  g_socket_set_timeout (self->listener, DEADLINE_S);
  return NULL;
}

StepServer *
step_server_new (void)
{
  StepServer *self = g_new0 (StepServer, 1);
  g_autoptr (GInetAddress) loopback =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autofree gchar *problem = listen_on (self, wanted);

  if (problem != NULL)
    g_printerr ("%s\n", problem);
  self->connections = g_ptr_array_new_with_free_func (g_object_unref);
  self->address = g_socket_get_local_address (self->listener, NULL);
  return self;
}

void
step_server_free (StepServer * self)
{
  g_clear_object (&self->listener);
  g_object_unref (self->address);
  g_ptr_array_unref (self->connections);
  g_free (self);
}

gchar *
step_server_get_url (StepServer * self)
{
  return g_strdup_printf ("http://127.0.0.1:%u/live",
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (self->address)));
}

static GSocket *
get_connection (StepServer * self)
{
  return self->connections->len == 0 ? NULL :
      g_ptr_array_index (self->connections, self->connections->len - 1);
}

static gboolean
read_bytes (StepServer * self, gpointer data, gsize size)
{
  GSocket *socket = get_connection (self);
  gsize done = 0;

  while (socket != NULL && done < size) {
    gssize n = g_socket_receive (socket, (gchar *) data + done, size - done,
        NULL, NULL);

    if (n <= 0)
      return FALSE;
    done += n;
  }
  return done == size;
}

static gboolean
skip_bytes (StepServer * self, guint64 n)
{
  gchar bytes[4096];
  gboolean ok = TRUE;

  for (; ok && n > 0; n -= MIN (n, sizeof bytes))
    ok = read_bytes (self, bytes, MIN (n, sizeof bytes));
  return ok;
}

static gchar *
expect_connection (StepServer * self)
{
  GError *error = NULL;
  GSocket *socket = g_socket_accept (self->listener, NULL, &error);

  if (socket == NULL) {
    gchar *problem = g_strdup (error->message);

    g_error_free (error);
    return problem;
  }
  g_socket_set_timeout (socket, DEADLINE_S);
  g_ptr_array_add (self->connections, socket);
  self->next_type = 0;
  return NULL;
}

static gchar *
check_head (const gchar * head, gchar ** words)
{
  guint i;

  for (i = 0; words[i] != NULL; i++) {
    gboolean is_unwanted = g_str_has_prefix (words[i], "no ");
    const gchar *word = words[i] + (is_unwanted ? strlen ("no ") : 0);

    if ((strstr (head, word) != NULL) == is_unwanted)
      return g_strdup_printf ("\"%s\" is not so in:\n%s", words[i], head);
  }
  return NULL;
}

static gchar *
expect_request (StepServer * self, gchar ** words)
{
  gboolean is_setup = g_str_equal (words[0], "PushSetup");
  g_autoptr (GString) head = g_string_new (NULL);
  const gchar *length;
  gchar byte;

  while (strstr (head->str, "\r\n\r\n") == NULL) {
    if (head->len == MAX_HEAD || !read_bytes (self, &byte, 1))
      return g_strdup_printf ("no request, but \"%s\"", head->str);
    g_string_append_c (head, byte);
  }
  if (strstr (head->str, is_setup ?
          "Content-Type: application/x-wms-pushsetup\r\n" :
          "Content-Type: application/x-wms-pushstart\r\n") == NULL)
    return g_strdup_printf ("another request:\n%s", head->str);
  length = strstr (head->str, "Content-Length: ");
  if (is_setup && length != NULL && !skip_bytes (self, g_ascii_strtoull (length
              + strlen ("Content-Length: "), NULL, 10)))
    return g_strdup ("the body ends early");
  return check_head (head->str, words + 1);
}

static gboolean
read_frame (StepServer * self)
{
  guint8 head[WMS_FRAME_HEAD_SIZE], reason[4];
  WmsFrameType type;
  guint length;

  if (self->next_type != 0)
    return TRUE;
  if (!read_bytes (self, head, sizeof head)
      || !wms_frame_read_head (head, &type, &length))
    return FALSE;
  if (type == WMS_FRAME_END && length == sizeof reason) {
    if (!read_bytes (self, reason, sizeof reason))
      return FALSE;
    self->next_reason = reason[0];
  } else if (!skip_bytes (self, length)) {
    return FALSE;
  }
  self->next_type = type;
  return TRUE;
}

static gchar *
expect_frame (StepServer * self, const gchar * what)
{
  guint8 type = what[1];

  if (!read_frame (self))
    return g_strdup ("no packet of the protocol");
  if (self->next_type != type)
    return g_strdup_printf ("$%c instead", self->next_type);
  if (type == WMS_FRAME_END
      && self->next_reason != g_ascii_strtoull (what + 3, NULL, 10))
    return g_strdup_printf ("$E(%u) instead", self->next_reason);
  do {
    self->next_type = 0;
    if (g_str_has_suffix (what, " ...") && !read_frame (self))
      return g_strdup ("no packet of the protocol behind it");
  } while (self->next_type == type);
  return NULL;
}

static gchar *
expect_end (StepServer * self)
{
  GError *error = NULL;
  gchar *problem = NULL;
  gchar byte;
  gssize n = g_socket_receive (get_connection (self), &byte, 1, NULL, &error);

  if (self->next_type != 0 || n > 0)
    problem = g_strdup ("more bytes instead of the end");
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    problem = g_strdup ("the connection stays");
  g_clear_error (&error);
  return problem;
}

gchar *
step_server_expect (StepServer * self, const gchar * what)
{
  g_auto (GStrv) words = g_strsplit (what, SEPARATOR, -1);

  if (g_str_equal (what, "connects"))
    return expect_connection (self);
  if (get_connection (self) == NULL)
    return g_strdup ("there is no connection");
  if (g_str_has_prefix (what, "Push"))
    return expect_request (self, words);
  if (what[0] == '$' && what[1] != '\0')
    return expect_frame (self, what);
  if (g_str_equal (what, "closes"))
    return expect_end (self);
  return g_strdup ("the server knows no such step");
}

static gchar *
answer (StepServer * self, gchar ** words)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean has_name = FALSE;
  gsize done = 0;
  guint i;

  g_string_append_printf (text, "HTTP/1.1 %s Answer\r\n", words[0]);
  for (i = 1; words[i] != NULL; i++) {
    if (g_str_has_prefix (words[i], "push-id="))
      g_string_append (text, "Set-Cookie: ");
    has_name |= g_str_has_prefix (words[i], "Server: ");
    g_string_append_printf (text, "%s\r\n", words[i]);
  }
  if (!has_name)
    g_string_append (text, "Server: Cougar/9.6.7600.16564\r\n");
  if (!g_str_equal (words[0], "204"))
    g_string_append (text, "Content-Length: 0\r\n");
  g_string_append (text, "\r\n");
  while (done < text->len) {
    gssize n = g_socket_send (get_connection (self), text->str + done,
        text->len - done, NULL, NULL);

    if (n <= 0)
      return g_strdup ("the answer cannot be sent");
    done += n;
  }
  return NULL;
}

static void
reset (GSocket * socket)
{
  struct linger linger = { 1, 0 };

  setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &linger,
      sizeof linger);
  g_socket_close (socket, NULL);
}

gchar *
step_server_do (StepServer * self, const gchar * what)
{
  g_auto (GStrv) words = g_strsplit (what, SEPARATOR, -1);

  if (g_str_equal (what, "is away")) {
    g_socket_close (self->listener, NULL);
    g_clear_object (&self->listener);
  } else if (g_str_equal (what, "is back")) {
    return listen_on (self, self->address);
  } else if (get_connection (self) == NULL) {
    return g_strdup ("there is no connection");
  } else if (g_str_equal (what, "closes")) {
    g_socket_shutdown (get_connection (self), FALSE, TRUE, NULL);
  } else if (g_str_equal (what, "resets")) {
    reset (get_connection (self));
  } else if (g_ascii_isdigit (*what)) {
    return answer (self, words);
  } else {
    return g_strdup ("the server knows no such step");
  }
  return NULL;
}
