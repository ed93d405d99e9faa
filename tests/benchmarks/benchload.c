/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One thread, one epoll set, one buffer: a player is its socket, its parser and
 * a few numbers. */
#include "benchload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "benchparser.h"
#include "benchreceiver.h"
#include "benchserver.h"

#define READ_SIZE (256 * 1024)
#define N_EVENTS 256
#define NAP_NS 1000000
/* Longest wait for another first picture after the last one, or the last
 * connection, and how long all of them have played before it counts. */
#define PICTURE_NS (15 * BENCH_SECOND_NS)
#define SETTLE_NS (1 * BENCH_SECOND_NS)

typedef enum
{
  LOAD_CONNECTING,
  LOAD_SETTLING,
  LOAD_COUNTING,
  LOAD_DONE,
} LoadPhase;

typedef struct
{
  gint fd;
  gboolean is_asked;            /* its request is on its way */
  guint programme;
  gint64 begun_ns;
  gint64 answered_ns;           /* first byte */
  gint64 picture_ns;
  gboolean has_packets;
  guint32 next_number;
  guint key_next;               /* packets of a key frame that are there */
  BenchParser parser;
} Player;

typedef struct
{
  const BenchLoad *load;
  BenchLoadResult *result;
  LoadPhase phase;
  gint64 phase_ns;              /* when it began */
  gint64 progress_ns;           /* when a player came, or was settled */
  gint64 now;
  gint epoll_fd;
  Player *players;
  guint n_begun;
  guint n_settled;              /* have a picture, or will not get one */
  Player *current;
  guint8 *buffer;
} Generator;

static void
count_lateness (Generator * self, gint64 ns)
{
  BenchLoadResult *result = self->result;

  if (self->phase != LOAD_COUNTING) {
    result->n_early_packets++;
    result->n_early_late += ns > BENCH_LATE_NS;
    return;
  }
  result->lateness[CLAMP (ns / (BENCH_LATENESS_STEP_US * 1000), 0,
          BENCH_LATENESS_STEPS - 1)]++;
  result->n_late += ns > BENCH_LATE_NS;
  result->longest_ns = MAX (result->longest_ns, ns);
}

static void
settle (Generator * self)
{
  self->n_settled++;
  self->progress_ns = self->now;
}

static void
look_for_picture (Generator * self, Player * player, const BenchLabel * label)
{
  if (player->picture_ns != 0 || label->key_count == 0)
    return;
  if (label->key_index == player->key_next)
    player->key_next++;
  else
    player->key_next = label->key_index == 0;
  if (player->key_next < label->key_count)
    return;
  player->picture_ns = self->now;
  self->result->picture_us[self->result->n_pictures++] =
      (self->now - player->begun_ns) / 1000;
  settle (self);
}

/* What was sent before the player was there comes late to nobody. */
static void
packet_came (gpointer data, const BenchLabel * label)
{
  Generator *self = data;
  Player *player = self->current;
  gboolean is_counting = self->phase == LOAD_COUNTING;

  if (player->has_packets && is_counting && self->load->is_live)
    self->result->n_lost += label->number - player->next_number;
  player->has_packets = TRUE;
  player->next_number = label->number + 1;
  self->result->n_packets += is_counting;
  look_for_picture (self, player, label);
  if (!self->load->is_live)
    return;
  self->result->n_broken += label->programme != player->programme;
  if (label->sent_ns >= player->answered_ns)
    count_lateness (self, self->now - label->sent_ns);
}

static void
close_player (Generator * self, Player * player)
{
  self->result->n_broken += player->parser.n_broken;
  bench_parser_clear (&player->parser);
  close (player->fd);
  player->fd = -1;
}

static void
leave (Generator * self, Player * player)
{
  const struct linger reset = {.l_onoff = 1 };

  if (self->result->n_left++ % 2 == 1)
    setsockopt (player->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof (reset));
  close_player (self, player);
}

static void
remove_player (Generator * self, Player * player)
{
  BenchLoadResult *result = self->result;

  if (player->parser.status == 0)
    result->n_failed++;
  else if (player->parser.status != 200)
    result->n_refused++;
  else
    result->n_ended++;
  if (player->picture_ns == 0)
    settle (self);
  close_player (self, player);
}

static void
count_answer (Generator * self, Player * player)
{
  player->answered_ns = self->now;
  self->result->n_waited +=
      self->now - player->begun_ns > BENCH_WAITED_US * 1000LL;
}

static void
read_player (Generator * self, Player * player)
{
  gssize size = recv (player->fd, self->buffer, READ_SIZE, MSG_DONTWAIT);
  guint status = player->parser.status;

  if (size < 0 && errno == EAGAIN)
    return;
  self->now = bench_now_ns ();
  if (size <= 0) {
    remove_player (self, player);
    return;
  }
  self->result->n_reads += self->phase == LOAD_COUNTING;
  if (player->answered_ns == 0)
    count_answer (self, player);
  self->current = player;
  bench_parser_take (&player->parser, self->buffer, size, packet_came, self);
  self->result->n_served += status == 0 && player->parser.status == 200;
  if (player->parser.place == BENCH_AT_END
      || (player->parser.status != 0 && player->parser.status != 200))
    remove_player (self, player);
  else if (self->load->n_at_once > 0 && player->picture_ns != 0)
    leave (self, player);
}

static void
send_request (Generator * self, Player * player)
{
  struct epoll_event event = {.events = EPOLLIN,.data.ptr = player };
  g_autofree gchar *text = g_strdup_printf ("GET %s%u HTTP/1.1\r\n"
      "Host: 127.0.0.1:%u\r\n%s\r\n", self->load->path, player->programme,
      self->load->port, self->load->is_mms ?
      "User-Agent: NSPlayer/12.0.7601.23517\r\nPragma: xPlayStrm=1\r\n"
      "Pragma: client-id=1\r\n" : "User-Agent: bench\r\n");

  if (send (player->fd, text, strlen (text), MSG_NOSIGNAL) < 0) {
    remove_player (self, player);
    return;
  }
  player->is_asked = TRUE;
  epoll_ctl (self->epoll_fd, EPOLL_CTL_MOD, player->fd, &event);
}

static void
begin_player (Generator * self)
{
  Player *player = &self->players[self->n_begun];
  struct epoll_event event = {.events = EPOLLOUT,.data.ptr = player };

  player->programme = self->n_begun++ % self->load->n_programmes;
  bench_parser_init (&player->parser, self->load->is_mms);
  player->begun_ns = self->progress_ns = self->now;
  player->fd = bench_connect_begin (self->load->port);
  if (player->fd < 0)
    bench_fail ("no socket for another player");
  epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, player->fd, &event);
}

static void
begin_due_players (Generator * self)
{
  gint64 due = (self->now - self->phase_ns)
      * self->load->connects_per_second / BENCH_SECOND_NS + 1;

  if (self->load->n_at_once > 0)
    due = MIN (due, (gint64) self->n_settled + self->load->n_at_once);
  while (self->n_begun < self->load->n_players && self->n_begun < due)
    begin_player (self);
}

static void
read_figures (Generator * self, gint sign)
{
  self->result->window_ns += sign * self->now;
  self->result->own_cpu_ns += sign * bench_cpu_ns ();
  if (self->load->server_pid != 0)
    self->result->server_cpu_ns += sign
        * bench_process_cpu_ns (self->load->server_pid);
}

static gboolean
is_phase_over (Generator * self)
{
  gint64 passed = self->now - self->phase_ns;
  const BenchLoad *load = self->load;

  switch (self->phase) {
    case LOAD_CONNECTING:
      return self->n_settled >= load->n_players
          || self->now - self->progress_ns > PICTURE_NS;
    case LOAD_SETTLING:
      return passed > SETTLE_NS;
    default:
      return passed > load->seconds * BENCH_SECOND_NS;
  }
}

static void
advance (Generator * self)
{
  self->now = bench_now_ns ();
  if (self->phase == LOAD_CONNECTING)
    begin_due_players (self);
  if (!is_phase_over (self))
    return;
  if (self->phase == LOAD_SETTLING) {
    read_figures (self, -1);
  } else if (self->phase == LOAD_COUNTING) {
    read_figures (self, 1);
    if (self->load->server_pid != 0)
      self->result->server_rss_kb =
          bench_process_rss_kb (self->load->server_pid);
  }
  self->phase++;
  self->phase_ns = self->now;
}

static void
handle (Generator * self, Player * player, guint32 events)
{
  self->now = bench_now_ns ();
  if (player->is_asked)
    read_player (self, player);
  else if (events & (EPOLLERR | EPOLLHUP))
    remove_player (self, player);
  else
    send_request (self, player);
}

/* It looks what has come once in a while and does not wait in epoll_wait: the
 * server would have the work of waking it, which players elsewhere do not
 * make. */
static void
serve (Generator * self)
{
  struct epoll_event events[N_EVENTS];
  const struct timespec nap = {.tv_nsec = NAP_NS };
  gint i, n;

  do {
    n = epoll_wait (self->epoll_fd, events, N_EVENTS, 0);
    for (i = 0; i < n; i++)
      handle (self, events[i].data.ptr, events[i].events);
  } while (n == N_EVENTS);
  clock_nanosleep (CLOCK_MONOTONIC, 0, &nap, NULL);
}

/* Who has had no answer by now has failed. */
static void
end_players (Generator * self)
{
  BenchLoadResult *result = self->result;
  guint i;

  for (i = 0; i < self->n_begun; i++) {
    Player *player = &self->players[i];

    if (player->fd < 0)
      continue;
    result->n_failed += player->parser.status == 0;
    close_player (self, player);
  }
  qsort (result->picture_us, result->n_pictures, sizeof (guint32),
      bench_compare);
}

gboolean
bench_load_run (const BenchLoad * load, BenchLoadResult * result)
{
  Generator self = {.load = load,.result = result };

  memset (result, 0, sizeof (*result));
  if (load->n_players > BENCH_MAX_PLAYERS
      || (load->n_at_once > 0 ? load->n_at_once : load->n_players) + 100
      > bench_get_max_descriptors ()) {
    bench_complain ("%u players are more than this process can be",
        load->n_players);
    return FALSE;
  }
  result->n_players = load->n_players;
  self.players = g_new0 (Player, load->n_players);
  self.buffer = g_malloc (READ_SIZE);
  self.epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self.now = self.phase_ns = self.progress_ns = bench_now_ns ();
  while (self.phase != LOAD_DONE) {
    serve (&self);
    advance (&self);
  }
  end_players (&self);
  close (self.epoll_fd);
  g_free (self.buffer);
  g_free (self.players);
  return TRUE;
}

gdouble
bench_load_lateness_ms (const BenchLoadResult * result, gdouble percent)
{
  guint64 n = 0, limit;
  guint i;

  for (i = 0; i < BENCH_LATENESS_STEPS; i++)
    n += result->lateness[i];
  limit = n * percent / 100;
  for (i = 0, n = 0; i < BENCH_LATENESS_STEPS - 1; i++) {
    n += result->lateness[i];
    if (n > limit)
      break;
  }
  return i * BENCH_LATENESS_STEP_US / 1e3;
}

gdouble
bench_load_picture_ms (const BenchLoadResult * result, gdouble percent)
{
  guint n = result->n_pictures;
  guint i = MIN (n * percent / 100, n - 1.0);

  return n == 0 ? 0 : result->picture_us[i] / 1e3;
}
