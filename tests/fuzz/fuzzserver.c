/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The publishing point: any bytes on several connections of encoders and
 * players, in any order, over socket pairs. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "pubserver-private.h"

#define MAX_CONNECTIONS 3
#define MAX_STEPS 64
#define MAX_TURNS 40
#define ID_MARK "push-id=?"
#define ID_NAME "push-id="
#define ID_SIZE 32

typedef struct
{
  PubServer *server;
  int fds[MAX_CONNECTIONS];     /* -1: closed */
  gchar id[ID_SIZE + 1];        /* the newest that the server gave */
} Fuzz;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_be_quiet ();
  return 0;
}

/* The server works until it has nothing to do at the moment. */
static void
turn (void)
{
  guint i;

  for (i = 0; i < MAX_TURNS && g_main_context_iteration (NULL, FALSE); i++);
}

static void
note_id (Fuzz * self, const gchar * text, gsize size)
{
  const gchar *id = g_strstr_len (text, size, ID_NAME);

  if (id != NULL && size - (id - text) >= strlen (ID_NAME) + ID_SIZE)
    memcpy (self->id, id + strlen (ID_NAME), ID_SIZE);
}

static void
read_answers (Fuzz * self)
{
  gchar text[8192];
  guint i;

  turn ();
  for (i = 0; i < MAX_CONNECTIONS; i++) {
    gssize n;

    while (self->fds[i] >= 0
        && (n = recv (self->fds[i], text, sizeof (text), MSG_DONTWAIT)) > 0)
      note_id (self, text, n);
  }
}

static void
open_connection (Fuzz * self, guint n)
{
  GSocketAddress *address;
  GSocketConnection *connection;
  GSocket *socket;
  int pair[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return;
  address = g_inet_socket_address_new_from_string ("127.0.0.1", 1024);
  socket = g_socket_new_from_fd (pair[0], NULL);
  connection = g_socket_connection_factory_create_connection (socket);
  soup_server_accept_iostream (self->server->soup, G_IO_STREAM (connection),
      address, address, NULL);
  g_object_unref (connection);
  g_object_unref (socket);
  g_object_unref (address);
  self->fds[n] = pair[1];
}

static void
close_connection (Fuzz * self, guint n)
{
  if (self->fds[n] >= 0)
    close (self->fds[n]);
  self->fds[n] = -1;
}

/* With the server's push-id where the input has a question mark for one. */
static void
send_bytes (Fuzz * self, guint n, const guint8 * data, gsize size)
{
  const gchar *text = (const gchar *) data;
  const gchar *mark = size > 0 ? g_strstr_len (text, size, ID_MARK) : NULL;
  GString *bytes = g_string_new_len (text, size);

  if (mark != NULL) {
    gsize at = mark - text + strlen (ID_NAME);

    g_string_erase (bytes, at, 1);
    g_string_insert (bytes, at, self->id);
  }
  if (send (self->fds[n], bytes->str, bytes->len,
          MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    close_connection (self, n);
  g_string_free (bytes, TRUE);
}

static void
step (Fuzz * self, FuzzInput * input)
{
  guint what = fuzz_take_byte (input);
  guint n = what % MAX_CONNECTIONS;
  const guint8 *data;
  gsize size;

  if (self->fds[n] < 0)
    open_connection (self, n);
  if (self->fds[n] < 0)
    return;
  switch (what >> 4) {
    case 0:
      close_connection (self, n);
      break;
    case 1:
      shutdown (self->fds[n], SHUT_WR);
      break;
    case 2:
      pub_server_disconnect (self->server, "/live", 503);
      break;
    default:
      size = fuzz_take_bytes (input, fuzz_take_uint16 (input), &data);
      send_bytes (self, n, data, size);
      break;
  }
  if (what & 8)
    read_answers (self);
}

static void
check_point (PubServer * server)
{
  PubPointInfo info;

  if (pub_server_get_point (server, "/live", &info)
      && (info.playing > info.players || info.counters.bytes
          < info.counters.packets))
    g_error ("counters that cannot be");
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  Fuzz self = { pub_server_new (), {-1, -1, -1}, "0" };
  guint i;

  for (i = 0; i < MAX_STEPS && input.size > 0; i++)
    step (&self, &input);
  read_answers (&self);
  check_point (self.server);
  for (i = 0; i < MAX_CONNECTIONS; i++)
    close_connection (&self, i);
  turn ();
  pub_server_free (self.server);
  turn ();
  return 0;
}
