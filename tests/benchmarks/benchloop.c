/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "benchloop.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "benchprogramme.h"

#define N_EVENTS 64
/* Packets that are there for new players. */
#define RING_SIZE 128
/* Of a player; who does not take that is not served any more. */
#define SEND_BUFFER (512 * 1024)

static const gchar answer[] = "HTTP/1.1 200 OK\r\n"
    "Content-Type: video/x-ms-asf\r\nConnection: close\r\n\r\n";

typedef struct
{
  gint fd;
  guint number;
  gboolean is_playing;
  guint32 next;                 /* packet */
} Peer;

typedef struct
{
  gint listener;
  gint epoll_fd;
  guint n_joined;
  GPtrArray *peers;
  guint32 n_packets;
  GByteArray *header;
  guint8 ring[RING_SIZE][BENCH_PACKET_SIZE];
} Loop;

static void
make_packet (Loop * self)
{
  bench_programme_packet (self->ring[self->n_packets % RING_SIZE], 0,
      self->n_packets);
  self->n_packets++;
}

static void
remove_peer (Loop * self, Peer * peer)
{
  close (peer->fd);
  g_ptr_array_remove_fast (self->peers, peer);
  g_free (peer);
}

static void
send_packets (Loop * self, Peer * peer)
{
  struct iovec vectors[RING_SIZE];
  struct msghdr message = {.msg_iov = vectors };
  gsize size = 0;

  for (; peer->next != self->n_packets; peer->next++) {
    vectors[message.msg_iovlen++] = (struct iovec) {
      self->ring[peer->next % RING_SIZE], BENCH_PACKET_SIZE
    };
    size += BENCH_PACKET_SIZE;
  }
  if (sendmsg (peer->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT)
      != (gssize) size)
    shutdown (peer->fd, SHUT_RDWR);
}

static void
accept_peer (Loop * self)
{
  gint fd = accept4 (self->listener, NULL, NULL, SOCK_CLOEXEC);
  const gint size = SEND_BUFFER;
  struct epoll_event event = {.events = EPOLLIN };
  Peer *peer;

  if (fd < 0)
    return;
  setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof (size));
  peer = g_new0 (Peer, 1);
  peer->fd = fd;
  peer->number = self->peers->len;
  g_ptr_array_add (self->peers, peer);
  event.data.ptr = peer;
  epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* A request is read at once or not at all; the key frame in progress is not
 * there yet. */
static void
read_peer (Loop * self, Peer * peer)
{
  gchar request[2048];
  guint32 newest = self->n_packets - BENCH_KEY_PACKETS;

  if (recv (peer->fd, request, sizeof (request), MSG_DONTWAIT) <= 0) {
    remove_peer (self, peer);
  } else if (!peer->is_playing) {
    peer->is_playing = TRUE;
    peer->next = newest - newest % BENCH_KEY_DISTANCE;
    send (peer->fd, answer, strlen (answer), MSG_NOSIGNAL | MSG_MORE);
    send (peer->fd, self->header->data, self->header->len,
        MSG_NOSIGNAL | MSG_MORE);
    send_packets (self, peer);
  }
}

static void
send_to_all (Loop * self)
{
  guint i;

  make_packet (self);
  for (i = 0; i < self->peers->len; i++) {
    Peer *peer = g_ptr_array_index (self->peers, i);

    if (peer->is_playing
        && (peer->number + self->n_packets) % self->n_joined == 0)
      send_packets (self, peer);
  }
}

static void
serve (Loop * self, gint timeout_ms)
{
  struct epoll_event events[N_EVENTS];
  gint n = epoll_wait (self->epoll_fd, events, N_EVENTS, timeout_ms);
  gint i;

  for (i = 0; i < n; i++) {
    if (events[i].data.ptr == NULL)
      accept_peer (self);
    else
      read_peer (self, events[i].data.ptr);
  }
}

void
bench_loop_run (gint listener, guint n_joined)
{
  Loop *self = g_new0 (Loop, 1);
  struct epoll_event event = {.events = EPOLLIN };
  const gint64 interval_ns = BENCH_SECOND_NS / BENCH_PACKET_RATE;
  gint64 next_ns = bench_now_ns ();

  self->listener = listener;
  self->n_joined = n_joined;
  self->header = bench_programme_header ();
  self->peers = g_ptr_array_new ();
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, listener, &event);
  while (self->n_packets < 2 * BENCH_KEY_DISTANCE)
    make_packet (self);
  for (;;) {
    gint64 wait_ns = next_ns - bench_now_ns ();

    serve (self, wait_ns > 0 ? (wait_ns + 999999) / 1000000 : 0);
    if (bench_now_ns () < next_ns)
      continue;
    send_to_all (self);
    next_ns += interval_ns;
  }
}
