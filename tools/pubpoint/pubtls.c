/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "pubtls.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <glib/gi18n-lib.h>

#include "pubaccess.h"
#include "publisten.h"
#include "wmspush/wmssource.h"

/* RFC 8446, 5.1: type, version and length of a record; the first one is a
 * handshake's. */
#define RECORD_HEAD 5
#define RECORD_HANDSHAKE 22
/* GIO's pool has ten threads, and others want some.  While more handshakes
 * wait, one that has had its time gives way, and whose network has the fewest
 * is next: who sends nothing but beginnings holds up nobody else. */
#define MAX_RUNNING 8
#define PATIENCE_US G_USEC_PER_SEC
#define LOOK_MS 100
#define PLAIN "HTTP/1.1 400 Bad Request\r\nContent-Length: 22\r\n" \
    "Content-Type: text/plain\r\nConnection: close\r\n\r\nThis port speaks TLS.\n"

struct _PubTls
{
  PubWaiting *waiting;
  PubTlsFunc done;
  gpointer data;
  GTlsCertificate *certificate;
  GQueue all;                   /* Handshake */
  GQueue running;               /* Handshake that has a thread, oldest first */
  GQueue ready;                 /* Handshake that waits for one */
  GSource *timer;               /* while some wait */
};

typedef struct
{
  PubTls *owner;                /* NULL after that one's end */
  GSocketConnection *connection;
  GSource *source;              /* until the first record is there */
  int wanted;                   /* its bytes, as far as they are known */
  PubWait *wait;
  GList link;
  GList turn;                   /* in running or ready */
  GCancellable *cancellable;
  guint64 network;
  gint64 start_us;
  gboolean is_ready, is_running;
} Handshake;

static void start_some (PubTls * self);

static void
handshake_free (Handshake * self)
{
  wms_source_clear (&self->source);
  g_object_unref (self->cancellable);
  g_object_unref (self->connection);
  g_free (self);
}

/* Takes it out of its owner's lists. */
static void
forget (Handshake * self)
{
  PubTls *owner = self->owner;

  if (owner == NULL)
    return;
  self->owner = NULL;
  g_clear_pointer (&self->wait, pub_wait_remove);
  g_queue_unlink (&owner->all, &self->link);
  if (self->is_running)
    g_queue_unlink (&owner->running, &self->turn);
  else if (self->is_ready)
    g_queue_unlink (&owner->ready, &self->turn);
}

/* Without a word, since TLS cannot say one yet. */
static void
give_up (Handshake * self)
{
  forget (self);
  if (self->is_running) {
    /* it ends on its thread, then in handshake_done() */
    g_cancellable_cancel (self->cancellable);
    return;
  }
  g_socket_close (g_socket_connection_get_socket (self->connection), NULL);
  handshake_free (self);
}

PubTls *
pub_tls_new (PubWaiting * waiting, PubTlsFunc done, gpointer data)
{
  PubTls *self = g_new0 (PubTls, 1);

  self->waiting = waiting;
  self->done = done;
  self->data = data;
  g_queue_init (&self->all);
  g_queue_init (&self->running);
  g_queue_init (&self->ready);
  return self;
}

void
pub_tls_free (PubTls * self)
{
  while (!g_queue_is_empty (&self->all))
    give_up (g_queue_peek_head (&self->all));
  wms_source_clear (&self->timer);
  g_clear_object (&self->certificate);
  g_free (self);
}

void
pub_tls_set_certificate (PubTls * self, GTlsCertificate * certificate)
{
  g_set_object (&self->certificate, certificate);
}

gboolean
pub_tls_has_certificate (PubTls * self)
{
  return self->certificate != NULL;
}

static void
handshake_done (GObject * source, GAsyncResult * result, gpointer data)
{
  Handshake *self = data;
  PubTls *owner = self->owner;
  GError *error = NULL;
  gboolean is_good = g_tls_connection_handshake_finish
      (G_TLS_CONNECTION (source), result, &error);

  forget (self);
  if (owner == NULL || !is_good) {
    g_debug ("TLS handshake: %s", error ? error->message : "too late");
    g_socket_close (g_socket_connection_get_socket (self->connection), NULL);
  }
  if (owner != NULL) {
    start_some (owner);
    owner->done (is_good ? G_IO_STREAM (source) : NULL, self->connection,
        owner->data);
  }
  g_clear_error (&error);
  handshake_free (self);
}

static void
start (Handshake * self)
{
  /* libsoup's server speaks these; HTTP/2 carries no endless body that we
   * could write past it */
  static const gchar *const protocols[] = { "http/1.1", "http/1.0", NULL };
  PubTls *owner = self->owner;
  GIOStream *tls = g_tls_server_connection_new (G_IO_STREAM
      (self->connection), owner->certificate, NULL);

  self->is_ready = FALSE;
  if (tls == NULL) {
    give_up (self);
    return;
  }
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (tls),
      (const gchar * const *) protocols);
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls), FALSE);
  self->is_running = TRUE;
  self->start_us = g_get_monotonic_time ();
  g_queue_push_tail_link (&owner->running, &self->turn);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls),
      G_PRIORITY_DEFAULT, self->cancellable, handshake_done, self);
  g_object_unref (tls);
}

static guint
count_running (PubTls * self, guint64 network)
{
  const GList *turn;
  guint n = 0;

  for (turn = self->running.head; turn != NULL; turn = turn->next)
    n += ((Handshake *) turn->data)->network == network;
  return n;
}

/* The oldest one of the network that has the most of those that have had their
 * time. */
static Handshake *
find_late (PubTls * self)
{
  gint64 late_us = g_get_monotonic_time () - PATIENCE_US;
  Handshake *found = NULL;
  const GList *turn;
  guint n, most = 0;

  for (turn = self->running.head; turn != NULL; turn = turn->next) {
    Handshake *handshake = turn->data;

    n = count_running (self, handshake->network);
    if (handshake->start_us < late_us && n > most) {
      found = handshake;
      most = n;
    }
  }
  return found;
}

/* The one that has waited longest of the networks that have the fewest. */
static GList *
find_next (PubTls * self)
{
  GList *turn, *found = self->ready.head;
  guint n, fewest = G_MAXUINT;

  for (turn = found; turn != NULL && fewest > 0; turn = turn->next) {
    n = count_running (self, ((Handshake *) turn->data)->network);
    if (n < fewest) {
      found = turn;
      fewest = n;
    }
  }
  return found;
}

static gboolean
look (gpointer data)
{
  PubTls *self = data;
  Handshake *late;

  while (self->running.length >= MAX_RUNNING
      && (late = find_late (self)) != NULL)
    give_up (late);
  start_some (self);
  return G_SOURCE_CONTINUE;
}

static void
start_some (PubTls * self)
{
  while (self->running.length < MAX_RUNNING && !g_queue_is_empty (&self->ready)) {
    GList *turn = find_next (self);

    g_queue_unlink (&self->ready, turn);
    start (turn->data);
  }
  if (g_queue_is_empty (&self->ready)) {
    wms_source_clear (&self->timer);
  } else if (self->timer == NULL) {
    self->timer = g_timeout_source_new (LOOK_MS);
    g_source_set_callback (self->timer, look, self, NULL);
    g_source_attach (self->timer, g_main_context_get_thread_default ());
  }
}

/* The bytes of the first record, as far as they say; 0: this is no TLS. */
static int
record_size (int fd)
{
  guint8 head[RECORD_HEAD];
  gssize n = recv (fd, head, sizeof (head), MSG_PEEK | MSG_DONTWAIT);

  if (n > 0 && head[0] != RECORD_HANDSHAKE)
    return 0;
  return n < RECORD_HEAD ? RECORD_HEAD : RECORD_HEAD + (head[3] << 8) + head[4];
}

/* The kernel wakes us for so many bytes, or for the end. */
static void
want (Handshake * self, int size)
{
  self->wanted = size;
  setsockopt (g_socket_get_fd (g_socket_connection_get_socket
          (self->connection)), SOL_SOCKET, SO_RCVLOWAT, &size, sizeof (size));
}

static gboolean
bytes_came (GSocket * socket, GIOCondition condition, gpointer data)
{
  Handshake *self = data;
  int fd = g_socket_get_fd (socket), size = record_size (fd), available = 0;
  gboolean is_whole = ioctl (fd, FIONREAD, &available) == 0
      && available >= size;

  if (size == 0)
    pub_listen_refuse (fd, PLAIN);
  if (size == 0 || (!is_whole && size == self->wanted)) {
    give_up (self);
    return G_SOURCE_REMOVE;
  }
  if (!is_whole) {
    want (self, size);
    return G_SOURCE_CONTINUE;
  }
  wms_source_clear (&self->source);
  want (self, 1);
  self->is_ready = TRUE;
  self->turn.data = self;
  g_queue_push_tail_link (&self->owner->ready, &self->turn);
  start_some (self->owner);
  return G_SOURCE_REMOVE;
}

static void
handshake_over (gpointer data, PubWaitKind kind, gboolean is_late)
{
  Handshake *self = data;

  self->wait = NULL;
  give_up (self);
}

static guint64
network_of (GSocketConnection * connection)
{
  GSocketAddress *peer = g_socket_connection_get_remote_address (connection,
      NULL);
  GInetAddress *address = pub_address_of (peer);
  guint64 network = address != NULL ? pub_address_network (address) : 0;

  g_clear_object (&address);
  g_clear_object (&peer);
  return network;
}

void
pub_tls_accept (PubTls * self, GSocketConnection * connection)
{
  Handshake *handshake = g_new0 (Handshake, 1);
  GSocket *socket = g_socket_connection_get_socket (connection);

  handshake->owner = self;
  handshake->connection = g_object_ref (connection);
  handshake->network = network_of (connection);
  handshake->cancellable = g_cancellable_new ();
  handshake->link.data = handshake;
  g_queue_push_tail_link (&self->all, &handshake->link);
  handshake->wait = pub_waiting_add (self->waiting, PUB_WAIT_HANDSHAKE,
      handshake_over, handshake);
  want (handshake, RECORD_HEAD);
  handshake->source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (handshake->source, G_SOURCE_FUNC (bytes_came),
      handshake, NULL);
  g_source_attach (handshake->source, g_main_context_get_thread_default ());
}
