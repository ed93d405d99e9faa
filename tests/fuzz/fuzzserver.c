/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The publishing point: any bytes on several connections of encoders and
 * players, in any order, over socket pairs. */
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "fuzzstream.h"
#include "pubserver-private.h"
#include "pubsocket.h"

#define MAX_CONNECTIONS 3
#define MAX_STEPS 64
#define MAX_TURNS 40
/* Stands for an id that the server has given. */
#define ID_MARK "-id=?"
#define ID_NAME "-id="
#define ID_MAX 32

typedef struct
{
  PubServer *server;
  int fds[MAX_CONNECTIONS];     /* -1: closed */
  gchar push_id[ID_MAX + 1];    /* the newest that the server gave */
  gchar client_id[ID_MAX + 1];
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

/* The id behind @name, if it is there. */
static void
note_id (gchar * id, const gchar * name, const gchar * text, gsize size)
{
  const gchar *at = g_strstr_len (text, size, name);
  guint n;

  if (at == NULL)
    return;
  at += strlen (name);
  for (n = 0; n < ID_MAX && at + n < text + size && g_ascii_isalnum (at[n]);
      n++)
    id[n] = at[n];
  id[n] = '\0';
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
        && (n = recv (self->fds[i], text, sizeof (text), MSG_DONTWAIT)) > 0) {
      note_id (self->push_id, "push-id=", text, n);
      note_id (self->client_id, "client-id=", text, n);
    }
  }
}

/* As the entrance does it with those that it accepts. */
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
  pub_socket_note (address, socket);
  g_object_unref (socket);
  pub_conns_accept (self->server->conns, G_IO_STREAM (connection), address,
      address);
  g_object_unref (connection);
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

/* With the server's ids where the input has a question mark for one. */
static void
send_bytes (Fuzz * self, guint n, const guint8 * data, gsize size)
{
  const gchar *text = (const gchar *) data;
  const gchar *mark = size > 0 ? g_strstr_len (text, size, ID_MARK) : NULL;
  GString *bytes = g_string_new_len (text, size);

  if (mark != NULL) {
    gsize at = mark - text + strlen (ID_NAME);

    g_string_erase (bytes, at, 1);
    g_string_insert (bytes, at, mark > text && mark[-1] == 't'
        ? self->client_id : self->push_id);
  }
  if (send (self->fds[n], bytes->str, bytes->len,
          MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    close_connection (self, n);
  g_string_free (bytes, TRUE);
}

#define AGENT "User-Agent: WMEncoder/12.0.7600.1638\r\n"
#define PLAYER "Host: localhost\r\nUser-Agent: NSPlayer/9.0.0.1\r\n"

/* What begins a conversation; an input puts its own bytes behind it. */
static const gchar *const heads[] = {
  "POST /live HTTP/1.1\r\nHost: localhost\r\n" AGENT
      "Content-Type: application/x-wms-pushsetup\r\n"
      "Content-Length: 0\r\nCookie: push-id=?\r\n",
  "POST /live HTTP/1.1\r\nHost: localhost\r\n" AGENT
      "Content-Type: application/x-wms-pushstart\r\n"
      "Content-Length: 2147483647\r\nCookie: push-id=?\r\n",
  "POST /live HTTP/1.1\r\nHost: localhost\r\n" AGENT
      "Content-Type: application/x-wms-pushstart\r\n"
      "Content-Length: 3000\r\nCookie: push-id=?\r\n",
  "GET /live HTTP/1.1\r\nHost: localhost\r\n",
  "GET /live HTTP/1.0\r\n" PLAYER
      "Pragma: no-cache,stream-time=0,packet-num=4294967295\r\n",
  "GET /live HTTP/1.1\r\n" PLAYER "Pragma: xPlayStrm=1, client-id=?\r\n"
      "Pragma: stream-switch-count=1, stream-switch-entry=ffff:1:0\r\n",
  "POST /live HTTP/1.1\r\n" PLAYER "Pragma: client-id=?\r\n",
  "GET /live HTTP/1.1\r\n" PLAYER "Pragma: version11-enabled=1\r\n"
      "Pragma: pipeline-experiment=1, client-id=?, xPlayStrm=1\r\n",
  "GET /status.json HTTP/1.1\r\nHost: localhost\r\n",
  "POST /admin/disconnect HTTP/1.1\r\nHost: localhost\r\n",
};

/* Lines of a head, of the input's own, and the end of the head. */
static void
send_head (Fuzz * self, guint n, FuzzInput * input)
{
  guint which = fuzz_take_byte (input);
  const gchar *head = heads[which % G_N_ELEMENTS (heads)];
  GByteArray *bytes = g_byte_array_new ();
  const guint8 *data;
  gsize size = fuzz_take_bytes (input, fuzz_take_byte (input), &data);

  g_byte_array_append (bytes, (const guint8 *) head, strlen (head));
  g_byte_array_append (bytes, data, size);
  if (size == 0 || (which & 0x80))
    g_byte_array_append (bytes, (const guint8 *) "\r\n", 2);
  send_bytes (self, n, bytes->data, bytes->len);
  g_byte_array_unref (bytes);
}

static void
send_frame (Fuzz * self, guint n, FuzzInput * input)
{
  GByteArray *bytes = fuzz_stream_make_frame (input);

  send_bytes (self, n, bytes->data, bytes->len);
  g_byte_array_unref (bytes);
}

static void
send_something (Fuzz * self, guint n, guint what, FuzzInput * input)
{
  const guint8 *data;
  gsize size;

  if (what % 3 == 0) {
    send_head (self, n, input);
  } else if (what % 3 == 1) {
    send_frame (self, n, input);
  } else {
    size = fuzz_take_bytes (input, fuzz_take_uint16 (input), &data);
    send_bytes (self, n, data, size);
  }
}

static void
step (Fuzz * self, FuzzInput * input)
{
  guint what = fuzz_take_byte (input);
  guint n = what % MAX_CONNECTIONS;

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
      send_something (self, n, what >> 4, input);
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

/* Passwords for each role, as the input says: a file in memory. */
static void
configure (PubServer * server, guint how)
{
  static const gchar line[] = "user:fuzz:0123456789abcdef0123456789abcdef\n";
  PubConfig *config = pub_server_get_config (server);
  g_autofree gchar *path = NULL;
  guint role;
  int fd;

  config->max_points = 4;
  config->max_players = 2 + how / 8 % 2;
  config->player_limit = config->backlog_limit = 64 * 1024;
  config->silence_ms = (how & 16) ? 0 : 60000;
  if ((how & 7) == 0)
    return;
  fd = memfd_create ("passwords", MFD_CLOEXEC);
  path = g_strdup_printf ("/proc/self/fd/%d", fd);
  if (fd < 0 || write (fd, line, strlen (line)) < 0)
    g_error ("no passwords: %s", g_strerror (errno));
  for (role = 0; role < PUB_N_ROLES; role++) {
    if (how & 1 << role)
      pub_server_set_passwords (server, role, path, NULL, NULL);
  }
  close (fd);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  Fuzz self = { pub_server_new (), {-1, -1, -1}, "0", "0" };
  guint i;

  configure (self.server, fuzz_take_byte (&input));
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
