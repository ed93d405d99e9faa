/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One thread with epoll.  Sockets are blocking, and only reads are told not to
 * wait: what is written here is short, or goes to nginx, which reads. */
#include "benchreceiver.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_HEAD 2048
#define READ_SIZE (256 * 1024)
#define N_EVENTS 256

static const gchar answer[] = "HTTP/1.1 204 No Content\r\n"
    "Server: Cougar/9.5\r\nSet-Cookie: push-id=1\r\n"
    "Content-Length: 0\r\n\r\n";

typedef struct _Peer Peer;

struct _Peer
{
  gint fd;
  gboolean is_listener;
  BenchKind kind;
  /* HTTP: what there is of the head, then what is missing of the body */
  gboolean is_in_body;
  gsize head_size;
  gint64 body_left;
  gchar head[MAX_HEAD];
  /* RTMP: where it is passed on to; whether it comes from there */
  Peer *other;
  gboolean is_answer;
  /* what may be the begin of a stamp */
  gsize rest_size;
  guint8 rest[BENCH_STAMP_SIZE];
};

struct _BenchReceiver
{
  BenchBoard *board;
  gint listeners[BENCH_N_KINDS];
  gint epoll_fd;
  guint8 buffer[BENCH_STAMP_SIZE + READ_SIZE];
};

static struct sockaddr_in
loopback (guint port)
{
  return (struct sockaddr_in) {
    .sin_family = AF_INET,.sin_port = htons (port),.sin_addr.s_addr =
        htonl (INADDR_LOOPBACK)
  };
}

gint
bench_listen (guint * port)
{
  struct sockaddr_in address = loopback (0);
  socklen_t size = sizeof (address);
  gint fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (bind (fd, (struct sockaddr *) &address, size) < 0
      || listen (fd, SOMAXCONN) < 0
      || getsockname (fd, (struct sockaddr *) &address, &size) < 0)
    bench_fail ("no port of loopback is free");
  *port = ntohs (address.sin_port);
  return fd;
}

gint
bench_connect (guint port)
{
  struct sockaddr_in address = loopback (port);
  gint fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gint yes = 1;

  if (fd < 0)
    return -1;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof (yes));
  if (connect (fd, (struct sockaddr *) &address, sizeof (address)) < 0) {
    close (fd);
    return -1;
  }
  return fd;
}

gint
bench_connect_begin (guint port)
{
  struct sockaddr_in address = loopback (port);
  gint fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd >= 0 && connect (fd, (struct sockaddr *) &address,
          sizeof (address)) < 0 && errno != EINPROGRESS) {
    close (fd);
    return -1;
  }
  return fd;
}

BenchReceiver *
bench_receiver_new (BenchBoard * board)
{
  BenchReceiver *self = g_new0 (BenchReceiver, 1);
  guint i;

  self->board = board;
  for (i = 0; i < BENCH_N_KINDS; i++)
    self->listeners[i] = bench_listen (&board->channels[i].port);
  return self;
}

void
bench_receiver_free (BenchReceiver * self)
{
  guint i;

  for (i = 0; i < BENCH_N_KINDS; i++)
    close (self->listeners[i]);
  g_free (self);
}

static Peer *
add_peer (BenchReceiver * self, gint fd, BenchKind kind)
{
  Peer *peer = g_new0 (Peer, 1);
  struct epoll_event event = {.events = EPOLLIN,.data.ptr = peer };

  peer->fd = fd;
  peer->kind = kind;
  epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event);
  return peer;
}

/* Passes on what comes, both ways. */
static void
add_relay (BenchReceiver * self, Peer * peer)
{
  gint fd = bench_connect (self->board->nginx_port);

  if (fd < 0)
    return;
  peer->other = add_peer (self, fd, peer->kind);
  peer->other->other = peer;
  peer->other->is_answer = TRUE;
}

static void
accept_peer (BenchReceiver * self, Peer * listener)
{
  gint fd = accept4 (listener->fd, NULL, NULL, SOCK_CLOEXEC);
  gint yes = 1;
  Peer *peer;

  if (fd < 0)
    return;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof (yes));
  peer = add_peer (self, fd, listener->kind);
  if (peer->kind == BENCH_RTMP)
    add_relay (self, peer);
}

/* A relay's other half sees the end by itself. */
static void
remove_peer (BenchReceiver * self, Peer * peer)
{
  if (!peer->is_answer)
    g_atomic_int_inc (&self->board->channels[peer->kind].n_ended);
  if (peer->other != NULL) {
    shutdown (peer->other->fd, SHUT_RDWR);
    peer->other->other = NULL;
  }
  close (peer->fd);
  g_free (peer);
}

static void
send_all (gint fd, gconstpointer data, gsize size)
{
  const gchar *bytes = data;
  gssize sent;

  while (size > 0 && (sent = send (fd, bytes, size, MSG_NOSIGNAL)) > 0) {
    bytes += sent;
    size -= sent;
  }
}

static void
end_message (Peer * peer)
{
  send_all (peer->fd, answer, strlen (answer));
  peer->is_in_body = FALSE;
  peer->head_size = 0;
}

static gint64
parse_length (const gchar * head)
{
  const gchar *field = strcasestr (head, "\r\nContent-Length:");

  return field == NULL ? 0 :
      g_ascii_strtoll (field + strlen ("\r\nContent-Length:"), NULL, 10);
}

/* Takes bytes of a head.  Returns how many belong to it. */
static gsize
take_head (Peer * peer, const guint8 * data, gsize size)
{
  gsize former = peer->head_size;
  gsize n = MIN (size, MAX_HEAD - 1 - former);
  const gchar *end;

  memcpy (peer->head + former, data, n);
  peer->head_size += n;
  peer->head[peer->head_size] = '\0';
  end = strstr (peer->head, "\r\n\r\n");
  if (end == NULL)
    return n;
  n = end + 4 - peer->head - former;
  peer->body_left = parse_length (peer->head);
  peer->is_in_body = TRUE;
  if (peer->body_left == 0)
    end_message (peer);
  return n;
}

/* Returns how many bytes were of a body. */
static gsize
take_http (Peer * peer, const guint8 * data, gsize size)
{
  gsize n_body = 0;

  while (size > 0) {
    gsize n;

    if (peer->is_in_body) {
      n = MIN (size, (guint64) peer->body_left);
      n_body += n;
      peer->body_left -= n;
      if (peer->body_left == 0)
        end_message (peer);
    } else {
      n = take_head (peer, data, size);
      if (n == 0)
        break;
    }
    data += n;
    size -= n;
  }
  return n_body;
}

static void
add_sample (BenchChannel * channel, gint64 ns)
{
  gint n = channel->n_samples;

  if (n < BENCH_MAX_SAMPLES) {
    channel->samples[n] = CLAMP (ns, 0, G_MAXUINT32);
    g_atomic_int_set (&channel->n_samples, n + 1);
  }
}

/* @data begins with the rest of what came before. */
static void
find_stamps (BenchReceiver * self, Peer * peer, const guint8 * data,
    gsize size, gint64 now)
{
  const guint8 *end = data + size;
  const guint8 *mark = data;

  while ((mark = memmem (mark, end - mark, BENCH_MARK, BENCH_MARK_SIZE))
      && (gsize) (end - mark) >= BENCH_STAMP_SIZE) {
    gint64 pushed;

    memcpy (&pushed, mark + BENCH_MARK_SIZE, sizeof (pushed));
    add_sample (&self->board->channels[peer->kind], now - pushed);
    mark += BENCH_STAMP_SIZE;
    data = mark;
  }
  peer->rest_size = MIN ((gsize) (end - data), BENCH_STAMP_SIZE - 1);
  memcpy (peer->rest, end - peer->rest_size, peer->rest_size);
}

static void
take_bytes (BenchReceiver * self, Peer * peer, const guint8 * data, gsize size)
{
  BenchChannel *channel = &self->board->channels[peer->kind];
  gint64 now = bench_now_ns ();
  gsize n_body = size;

  if (peer->kind == BENCH_WMS || peer->kind == BENCH_SOUP
      || peer->kind == BENCH_SOCKET)
    n_body = take_http (peer, data, size);
  if (peer->other != NULL)
    send_all (peer->other->fd, data, size);
  if (peer->is_answer)
    return;
  if (g_atomic_int_get (&self->board->is_timing))
    find_stamps (self, peer, data - peer->rest_size, size + peer->rest_size,
        now);
  channel->last_ns = now;
  __atomic_add_fetch (&channel->bytes, n_body, __ATOMIC_RELEASE);
}

static void
read_peer (BenchReceiver * self, Peer * peer)
{
  guint8 *data = self->buffer + peer->rest_size;
  gssize size = recv (peer->fd, data, READ_SIZE, MSG_DONTWAIT);

  memcpy (self->buffer, peer->rest, peer->rest_size);
  if (size > 0) {
    take_bytes (self, peer, data, size);
  } else if (size == 0 || errno != EAGAIN) {
    /* a push ends before its length; who has taken it all says so */
    if (size == 0 && peer->is_in_body)
      end_message (peer);
    remove_peer (self, peer);
  }
}

void
bench_receiver_run (BenchReceiver * self)
{
  struct epoll_event events[N_EVENTS];
  gint i, n;

  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  for (i = 0; i < BENCH_N_KINDS; i++)
    add_peer (self, self->listeners[i], i)->is_listener = TRUE;
  for (;;) {
    n = epoll_wait (self->epoll_fd, events, N_EVENTS, -1);
    for (i = 0; i < n; i++) {
      Peer *peer = events[i].data.ptr;

      if (peer->is_listener)
        accept_peer (self, peer);
      else
        read_peer (self, peer);
    }
  }
}
