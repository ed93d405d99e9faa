/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A thread for each connection, which ends with it; nothing but counters is
 * shared. */
#include "cutrelay.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "benchreceiver.h"

#define BUFFER_SIZE 16384
/* Of a request's head and the beginning of the next one; of a stream. */
#define EARLY_BYTES 1200
#define LATE_BYTES 40000
#define SEND_SECONDS 20

struct _CutRelay
{
  guint server_port, port;
  gint listener;
  GThread *thread;
  gint is_cutting;              /* atomic, as all below */
  gint is_over;
  gint n_cut;
  gint n_open;
};

typedef struct
{
  CutRelay *relay;
  gint encoder, server;
  gint64 budget;                /* bytes until the cut; -1: none */
} Passage;

static void
update_budget (Passage * self)
{
  if (!g_atomic_int_get (&self->relay->is_cutting))
    self->budget = -1;
  else if (self->budget < 0)
    self->budget = g_random_int_range (0, 5) == 0
        ? g_random_int_range (1, EARLY_BYTES)
        : g_random_int_range (EARLY_BYTES, LATE_BYTES);
}

static void
end_connection (gint fd, gboolean resets)
{
  const struct linger reset = {.l_onoff = 1 };

  if (resets)
    setsockopt (fd, SOL_SOCKET, SO_LINGER, &reset, sizeof (reset));
  close (fd);
}

static gboolean
send_all (gint fd, const gchar * data, gssize size)
{
  while (size > 0) {
    gssize n = send (fd, data, size, MSG_NOSIGNAL);

    if (n <= 0)
      return FALSE;
    data += n;
    size -= n;
  }
  return TRUE;
}

/* Returns: FALSE when one side has gone, or the budget has. */
static gboolean
pass_on (Passage * self, gint from, gint to, gchar * buffer)
{
  gboolean counts;
  gssize n = recv (from, buffer, BUFFER_SIZE, MSG_DONTWAIT);

  if (n <= 0)
    return FALSE;
  update_budget (self);
  counts = from == self->encoder && self->budget >= 0;
  if (counts)
    n = MIN (n, self->budget);
  if (!send_all (to, buffer, n))
    return FALSE;
  if (counts)
    self->budget -= n;
  return self->budget != 0;
}

static gpointer
run_passage (gpointer data)
{
  Passage *self = data;
  struct pollfd fds[] =
      { {self->encoder, POLLIN, 0}, {self->server, POLLIN, 0} };
  const struct timeval limit = {.tv_sec = SEND_SECONDS };
  g_autofree gchar *buffer = g_malloc (BUFFER_SIZE);
  gboolean goes_on = TRUE;

  setsockopt (self->server, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof (limit));
  while (goes_on && poll (fds, 2, -1) > 0) {
    if (fds[0].revents)
      goes_on = pass_on (self, self->encoder, self->server, buffer);
    if (goes_on && fds[1].revents)
      goes_on = pass_on (self, self->server, self->encoder, buffer);
  }
  if (self->budget == 0)
    g_atomic_int_inc (&self->relay->n_cut);
  end_connection (self->server, self->budget == 0 && g_random_boolean ());
  end_connection (self->encoder, self->budget == 0 && g_random_boolean ());
  g_atomic_int_add (&self->relay->n_open, -1);
  g_free (self);
  return NULL;
}

static void
begin_passage (CutRelay * self, gint encoder)
{
  Passage *passage = g_new (Passage, 1);

  *passage = (Passage) {
  self, encoder, bench_connect (self->server_port), -1};
  if (passage->server < 0) {
    close (encoder);
    g_free (passage);
    return;
  }
  g_atomic_int_inc (&self->n_open);
  g_thread_unref (g_thread_new ("passage", run_passage, passage));
}

static gpointer
run (gpointer data)
{
  CutRelay *self = data;

  for (;;) {
    gint fd = accept (self->listener, NULL, NULL);

    if (fd < 0)
      bench_fail ("the relay cannot accept");
    if (g_atomic_int_get (&self->is_over)) {
      close (fd);
      return NULL;
    }
    begin_passage (self, fd);
  }
}

CutRelay *
cut_relay_new (guint server_port)
{
  CutRelay *self = g_new0 (CutRelay, 1);

  self->server_port = server_port;
  self->listener = bench_listen (&self->port);
  self->thread = g_thread_new ("relay", run, self);
  return self;
}

/* A connection of our own ends accept(). */
void
cut_relay_free (CutRelay * self)
{
  gint fd;

  g_atomic_int_set (&self->is_over, TRUE);
  fd = bench_connect (self->port);
  g_thread_join (self->thread);
  close (fd);
  close (self->listener);
  while (g_atomic_int_get (&self->n_open) > 0)
    poll (NULL, 0, 10);
  g_free (self);
}

guint
cut_relay_get_port (CutRelay * self)
{
  return self->port;
}

void
cut_relay_set_cutting (CutRelay * self, gboolean is_cutting)
{
  g_atomic_int_set (&self->is_cutting, is_cutting);
}

guint
cut_relay_count (CutRelay * self)
{
  return g_atomic_int_get (&self->n_cut);
}
