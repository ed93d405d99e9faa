/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "publisten.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gio/gnetworking.h>
#include <glib/gi18n-lib.h>

#include "wmspush/wmssource.h"

/* The kernel cuts it to net.core.somaxconn, 4,096 on Linux. */
#define BACKLOG 4096
/* Connections that are taken before others have their turn. */
#define ACCEPTS_AT_ONCE 64
#define PAUSE_MS 100
/* Reads of what is not wanted. */
#define MAX_WASTE 16
#define TELL_US G_TIME_SPAN_MINUTE
#define BUSY "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n" \
    "Connection: close\r\nRetry-After: 10\r\n\r\n"

typedef struct
{
  PubListeners *owner;
  GSocket *socket;
  gboolean is_tls;
  GSource *source;              /* for connections, or for the end of a pause */
} Listener;

struct _PubListeners
{
  GPtrArray *all;
  PubAcceptedFunc accepted;
  PubMakeRoomFunc make_room;
  gpointer data;
  int spare_fd;                 /* given up for a moment to say no, or -1 */
  gint64 told_us;
};

static void listen_again (Listener * self);

static void
listener_free (Listener * self)
{
  wms_source_clear (&self->source);
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_free (self);
}

static int
open_spare (void)
{
  return open ("/dev/null", O_RDONLY | O_CLOEXEC);
}

PubListeners *
pub_listeners_new (PubAcceptedFunc accepted, PubMakeRoomFunc make_room,
    gpointer data)
{
  PubListeners *self = g_new0 (PubListeners, 1);

  self->all = g_ptr_array_new_with_free_func ((GDestroyNotify) listener_free);
  self->accepted = accepted;
  self->make_room = make_room;
  self->data = data;
  self->spare_fd = open_spare ();
  return self;
}

void
pub_listeners_close (PubListeners * self)
{
  g_ptr_array_set_size (self->all, 0);
}

void
pub_listeners_free (PubListeners * self)
{
  g_ptr_array_unref (self->all);
  if (self->spare_fd >= 0)
    close (self->spare_fd);
  g_free (self);
}

static void
tell_full (PubListeners * self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (self->told_us != 0 && now_us - self->told_us < TELL_US)
    return;
  self->told_us = now_us;
  g_warning ("too many open files: new connections are refused; raise the"
      " limit (ulimit -n, LimitNOFILE=)");
}

void
pub_listen_refuse (int fd, const gchar * answer)
{
  gchar waste[4096];
  guint i;

  if (send (fd, answer, strlen (answer), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
    shutdown (fd, SHUT_WR);
  for (i = 0; i < MAX_WASTE && recv (fd, waste, sizeof (waste), MSG_DONTWAIT)
      > 0; i++);
}

/* Takes @fd.  In TLS nothing can be said yet. */
static void
refuse (Listener * self, int fd)
{
  tell_full (self->owner);
  pub_listen_refuse (fd, self->is_tls ? "" : BUSY);
  close (fd);
}

static gboolean
is_too_high (int fd)
{
  struct rlimit limit;

  return getrlimit (RLIMIT_NOFILE, &limit) == 0
      && limit.rlim_cur != RLIM_INFINITY
      && (rlim_t) fd + PUB_SPARE_FDS >= limit.rlim_cur;
}

static int
accept_fd (Listener * self)
{
  return accept4 (g_socket_get_fd (self->socket), NULL, NULL,
      SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static gboolean
pause_is_over (gpointer data)
{
  listen_again (data);
  return G_SOURCE_REMOVE;
}

static void
make_pause (Listener * self)
{
  wms_source_clear (&self->source);
  self->source = g_timeout_source_new (PAUSE_MS);
  g_source_set_callback (self->source, pause_is_over, self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

/* There is no descriptor for the one that waits first: the spare one is lent
 * to it, so that it hears of it and the queue gets shorter.  Waiting for a
 * descriptor without that would turn the main loop as fast as it goes.
 *
 * Returns: whether that was possible. */
static gboolean
refuse_with_spare (Listener * self)
{
  PubListeners *owner = self->owner;
  int fd;

  tell_full (owner);
  if (owner->spare_fd < 0)
    return FALSE;
  close (owner->spare_fd);
  fd = accept_fd (self);
  if (fd >= 0)
    refuse (self, fd);
  owner->spare_fd = open_spare ();
  return fd >= 0;
}

/* Takes @fd. */
static void
take (Listener * self, int fd)
{
  GSocket *socket = g_socket_new_from_fd (fd, NULL);
  GSocketConnection *connection;

  if (socket == NULL) {
    close (fd);
    return;
  }
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  connection = g_socket_connection_factory_create_connection (socket);
  self->owner->accepted (connection, self->is_tls, self->owner->data);
  g_object_unref (connection);
  g_object_unref (socket);
}

/* Takes @fd, and gives it the place of a connection that says nothing.
 *
 * Returns: a lower descriptor where that was possible. */
static int
lower (Listener * self, int fd)
{
  int other;

  if (!self->owner->make_room (self->owner->data))
    return fd;
  other = fcntl (fd, F_DUPFD_CLOEXEC, 0);
  if (other < 0)
    return fd;
  close (fd);
  return other;
}

/* Returns: whether to go on. */
static gboolean
accept_one (Listener * self)
{
  int fd = accept_fd (self);

  if (fd >= 0 && is_too_high (fd))
    fd = lower (self, fd);

  if (fd >= 0 && is_too_high (fd)) {
    refuse (self, fd);
    return TRUE;
  }
  if (fd >= 0) {
    take (self, fd);
    return TRUE;
  }
  switch (errno) {
    case EAGAIN:
      return FALSE;
    case EMFILE:
    case ENFILE:
      if (self->owner->make_room (self->owner->data)
          || refuse_with_spare (self))
        return TRUE;
      make_pause (self);
      return FALSE;
    case ENOBUFS:
    case ENOMEM:
      make_pause (self);
      return FALSE;
    default:
      /* that one has gone already, the next one may be well */
      return TRUE;
  }
}

static gboolean
connections_wait (GSocket * socket, GIOCondition condition, gpointer data)
{
  Listener *self = data;
  GSource *source = self->source;
  guint i;

  for (i = 0; i < ACCEPTS_AT_ONCE && accept_one (self); i++);
  return self->source == source ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
listen_again (Listener * self)
{
  wms_source_clear (&self->source);
  self->source = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (connections_wait), self,
      NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

static GSocketAddress *
parse_address (const gchar * address, guint port, GError ** error)
{
  gsize length = strlen (address);
  gchar *plain = length > 2 && address[0] == '[' && address[length - 1] == ']'
      ? g_strndup (address + 1, length - 2) : g_strdup (address);
  GSocketAddress *result = g_inet_socket_address_new_from_string (plain, port);

  if (result == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _("%s is not a numeric address"), address);
  g_free (plain);
  return result;
}

/* Takes @problem. */
static void
explain (GError ** error, GError * problem, const gchar * address, guint port)
{
  if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
        _("Port %u of %s is in use by another program: end it, or choose"
            " another port"), port, address);
  else if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
        _("Port %u of %s is not allowed to you: choose one from 1024 on, or"
            " get the right to it"), port, address);
  else
    g_set_error (error, G_IO_ERROR, problem->code,
        _("Cannot listen on port %u of %s: %s"), port, address,
        problem->message);
  g_error_free (problem);
}

static GSocket *
make_socket (GSocketAddress * address, GError ** error)
{
  GSocketFamily family = g_socket_address_get_family (address);
  GSocket *socket = g_socket_new (family, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, error);
  gboolean is_any = g_inet_address_get_is_any (g_inet_socket_address_get_address
      (G_INET_SOCKET_ADDRESS (address)));

  if (socket == NULL)
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (family == G_SOCKET_FAMILY_IPV6)
    g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, !is_any, NULL);
  /* with SO_REUSEADDR: a server that is started anew has its port at once */
  if (!g_socket_bind (socket, address, TRUE, error)
      || !g_socket_listen (socket, error))
    g_clear_object (&socket);
  return socket;
}

gboolean
pub_listeners_add (PubListeners * self, const gchar * address, guint port,
    gboolean is_tls, GError ** error)
{
  GSocketAddress *socket_address = parse_address (address, port, error);
  GError *problem = NULL;
  Listener *listener;
  GSocket *socket;

  if (socket_address == NULL)
    return FALSE;
  socket = make_socket (socket_address, &problem);
  g_object_unref (socket_address);
  if (socket == NULL) {
    explain (error, problem, address, port);
    return FALSE;
  }
  listener = g_new0 (Listener, 1);
  listener->owner = self;
  listener->socket = socket;
  listener->is_tls = is_tls;
  g_ptr_array_add (self->all, listener);
  listen_again (listener);
  return TRUE;
}

static GInetSocketAddress *
get_address (PubListeners * self, guint index)
{
  Listener *listener;

  if (index >= self->all->len)
    return NULL;
  listener = self->all->pdata[index];
  return G_INET_SOCKET_ADDRESS (g_socket_get_local_address (listener->socket,
          NULL));
}

guint
pub_listeners_get_port (PubListeners * self)
{
  GInetSocketAddress *address = get_address (self, 0);
  guint port = address ? g_inet_socket_address_get_port (address) : 0;

  g_clear_object (&address);
  return port;
}

gchar *
pub_listeners_get_url (PubListeners * self, guint index)
{
  GInetSocketAddress *address = get_address (self, index);
  GInetAddress *inet;
  gboolean is_ipv6;
  gchar *text, *url;

  if (address == NULL)
    return NULL;
  inet = g_inet_socket_address_get_address (address);
  is_ipv6 = g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV6;
  text = g_inet_address_to_string (inet);
  url = g_strdup_printf ("%s://%s%s%s:%u/",
      ((Listener *) self->all->pdata[index])->is_tls ? "https" : "http",
      is_ipv6 ? "[" : "", text, is_ipv6 ? "]" : "",
      g_inet_socket_address_get_port (address));
  g_free (text);
  g_object_unref (address);
  return url;
}

gboolean
pub_address_is_loopback (const gchar * address)
{
  GSocketAddress *parsed = parse_address (address, 0, NULL);
  gboolean is_loopback = parsed != NULL && g_inet_address_get_is_loopback
      (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (parsed)));

  g_clear_object (&parsed);
  return is_loopback;
}
