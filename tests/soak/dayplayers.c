/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* `lock` protects how far players are; each player's own fields are its
 * thread's. */
#include "dayplayers.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "bench.h"
#include "benchreceiver.h"
#include "soakserver.h"

#define N_PLAYERS 3
/* Objects that players may be behind: less than 8 MiB of packets, and more than
 * what the server waits for before it sends. */
#define WINDOW 400
#define PATIENCE_SECONDS 60
#define READ_SIZE 65536
#define MMS_HEAD_SIZE 8
/* AFFlags run from 0 to 254 ([MS-WMSP] 2.2.3.1.2). */
#define N_SEQUENCE 255

#define MMS_HEADERS "User-Agent: NSPlayer/4.1.0.3856\r\n" \
    "Supported: com.microsoft.wm.predstrm\r\nPragma: xPlayStrm=1\r\n"

typedef struct
{
  DayPlayers *all;
  const gchar *headers;         /* of its request */
  gboolean is_mms, is_silent;
  GThread *thread;
  NumberedCheck check;
  GByteArray *bytes;            /* read, not looked at yet */
  gboolean has_head;            /* of HTTP */
  gboolean has_header;
  gboolean has_sequence;
  guint32 location;
  guint8 sequence;
  guint64 n_sequences;          /* packets since $H */
  guint n_ends;                 /* $E */
  guint n_connections;
  gint64 newest;                /* number, or -1: none yet; locked */
} Player;

struct _DayPlayers
{
  guint port;
  gchar *path;
  GMutex lock;
  GCond moved;
  gboolean is_ending;
  Player players[N_PLAYERS];
};

/* Each of these takes something off the front of what was read.  Returns: bytes
 * taken; 0 when more is needed. */
static gsize
take_head (Player * self)
{
  const gchar *end = memmem (self->bytes->data, self->bytes->len, "\r\n\r\n",
      4);

  if (end == NULL)
    return 0;
  if (memcmp (self->bytes->data, "HTTP/1.1 200 ", 13) != 0)
    numbered_check_blame (&self->check, "answer: %.40s", self->bytes->data);
  self->has_head = TRUE;
  return (const guint8 *) end + 4 - self->bytes->data;
}

static gsize
take_plain (Player * self)
{
  guint64 size = 0;

  if (self->has_header) {
    size = self->check.info.packet_size;
    if (self->bytes->len >= size)
      numbered_check_packet (&self->check, self->bytes->data, size);
  } else if (self->bytes->len >= ASF_HEADER_HEAD_SIZE
      && asf_header_measure (self->bytes->data, self->bytes->len, &size, NULL)
      && self->bytes->len >= size) {
    self->has_header =
        numbered_check_header (&self->check, self->bytes->data, size);
  }
  return size > 0 && self->bytes->len >= size ? size : 0;
}

/* LocationId and AFFlags of a $D ([MS-WMSP] 2.2.3.1.2). */
static void
check_mms_head (Player * self, const guint8 * head)
{
  guint32 location = GST_READ_UINT32_LE (head);
  guint8 sequence = head[5];

  if (self->has_sequence && sequence != (self->sequence + 1) % N_SEQUENCE)
    numbered_check_blame (&self->check, "AFFlags %u follow %u", sequence,
        self->sequence);
  if (self->n_sequences > 0 && (self->is_silent ? location <= self->location
          : location != self->location + 1))
    numbered_check_blame (&self->check, "LocationId %u follows %u", location,
        self->location);
  self->has_sequence = TRUE;
  self->n_sequences++;
  self->location = location;
  self->sequence = sequence;
}

static void
take_chunk (Player * self, gchar type, const guint8 * data, gsize size)
{
  switch (type) {
    case 'H':
      numbered_check_header (&self->check, data + MMS_HEAD_SIZE,
          size - MMS_HEAD_SIZE);
      self->n_sequences = 0;
      break;
    case 'D':
      check_mms_head (self, data);
      numbered_check_packet (&self->check, data + MMS_HEAD_SIZE,
          size - MMS_HEAD_SIZE);
      break;
    case 'E':
      self->n_ends++;
      break;
    case 'C':
      break;
    default:
      numbered_check_blame (&self->check, "a $%c", type);
      break;
  }
}

static gsize
take_mms (Player * self)
{
  const guint8 *data = self->bytes->data;
  gsize size;

  if (self->bytes->len < 4)
    return 0;
  size = GST_READ_UINT16_LE (data + 2);
  if (self->bytes->len < 4 + size)
    return 0;
  if (data[0] != '$' || (size < MMS_HEAD_SIZE && data[1] != 'E'
          && data[1] != 'C'))
    numbered_check_blame (&self->check, "no chunk where one should begin");
  else
    take_chunk (self, data[1], data + 4, size);
  return 4 + size;
}

static void
take_bytes (Player * self)
{
  gsize at = 0, n;
  GByteArray *whole = self->bytes;
  GByteArray view;

  /* the rest is moved once */
  do {
    view = (GByteArray) {
    whole->data + at, whole->len - at};
    self->bytes = &view;
    n = !self->has_head ? take_head (self) : self->is_mms ? take_mms (self)
        : take_plain (self);
    at += n;
  } while (n > 0);
  self->bytes = whole;
  g_byte_array_remove_range (whole, 0, at);
}

static void
tell (Player * self)
{
  NumberedStream *stream = self->is_silent ? &self->check.sound
      : &self->check.video;

  g_mutex_lock (&self->all->lock);
  if (stream->has_any)
    self->newest = stream->next - 1;
  g_cond_broadcast (&self->all->moved);
  g_mutex_unlock (&self->all->lock);
}

static gboolean
is_ending (Player * self)
{
  gboolean ending;

  g_mutex_lock (&self->all->lock);
  ending = self->all->is_ending;
  g_mutex_unlock (&self->all->lock);
  return ending;
}

static void
play_once (Player * self)
{
  g_autofree gchar *request = g_strdup_printf ("GET %s HTTP/1.%u\r\n"
      "Host: 127.0.0.1\r\n%s\r\n", self->all->path, self->is_mms ? 1 : 0,
      self->headers);
  const struct timeval limit = {.tv_sec = PATIENCE_SECONDS };
  gint fd = bench_connect (self->all->port);
  guint8 *buffer = g_malloc (READ_SIZE);
  gssize n;

  self->n_connections++;
  self->has_head = self->has_header = self->has_sequence = FALSE;
  g_byte_array_set_size (self->bytes, 0);
  numbered_check_begin (&self->check);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof (limit));
  if (send (fd, request, strlen (request), MSG_NOSIGNAL) < 0)
    numbered_check_blame (&self->check, "no connection");
  while ((n = recv (fd, buffer, READ_SIZE, 0)) > 0) {
    g_byte_array_append (self->bytes, buffer, n);
    take_bytes (self);
    tell (self);
  }
  if (n < 0)
    numbered_check_blame (&self->check, "nothing comes any more");
  close (fd);
  g_free (buffer);
}

static gpointer
run_player (gpointer data)
{
  Player *self = data;

  do
    play_once (self);
  while (!self->is_mms && self->check.n_faults == 0 && !is_ending (self));
  /* it holds nobody any more */
  g_mutex_lock (&self->all->lock);
  self->newest = G_MAXINT64;
  g_cond_broadcast (&self->all->moved);
  g_mutex_unlock (&self->all->lock);
  return NULL;
}

DayPlayers *
day_players_new (guint port, const gchar * path)
{
  static const struct
  {
    const gchar *name, *headers;
    gboolean is_mms, is_silent;
  } kinds[N_PLAYERS] = {
    {"plain HTTP", "", FALSE, FALSE},
    {"MMS", MMS_HEADERS, TRUE, FALSE},
    {"MMS, sound only", MMS_HEADERS "Pragma: stream-switch-count=1\r\n"
          "Pragma: stream-switch-entry=ffff:1:2 ffff:2:0\r\n", TRUE, TRUE},
  };
  DayPlayers *self = g_new0 (DayPlayers, 1);
  guint i;

  self->port = port;
  self->path = g_strdup (path);
  for (i = 0; i < N_PLAYERS; i++) {
    Player *player = &self->players[i];

    player->all = self;
    player->check.name = kinds[i].name;
    player->headers = kinds[i].headers;
    player->is_mms = kinds[i].is_mms;
    player->is_silent = kinds[i].is_silent;
    player->newest = -1;
    player->bytes = g_byte_array_new ();
    player->thread = g_thread_new ("player", run_player, player);
  }
  return self;
}

static gint64
slowest_locked (DayPlayers * self)
{
  gint64 slowest = G_MAXINT64;
  guint i;

  for (i = 0; i < N_PLAYERS; i++)
    slowest = MIN (slowest, self->players[i].newest);
  return slowest;
}

gboolean
day_players_wait (gpointer data, guint64 number)
{
  DayPlayers *self = data;
  gint64 end_us = g_get_monotonic_time () + PATIENCE_SECONDS * G_USEC_PER_SEC;
  gboolean is_good = TRUE;

  g_mutex_lock (&self->lock);
  while (is_good && (gint64) number - WINDOW > slowest_locked (self))
    is_good = g_cond_wait_until (&self->moved, &self->lock, end_us);
  g_mutex_unlock (&self->lock);
  return is_good;
}

void
day_players_set_ending (DayPlayers * self)
{
  g_mutex_lock (&self->lock);
  self->is_ending = TRUE;
  g_mutex_unlock (&self->lock);
}

static void
finish_player (Player * self, guint n_headers, guint64 n_objects)
{
  const NumberedCheck *check = &self->check;
  const NumberedStream *stream = self->is_silent ? &check->sound
      : &check->video;

  g_thread_join (self->thread);
  soak_check (check->n_faults == 0 && check->n_headers == n_headers
      && stream->next == n_objects && check->n_missing == 0
      && (!self->is_silent || !check->video.has_any)
      && self->n_ends == (self->is_mms ? 1 : 0)
      && self->n_connections == (self->is_mms ? 1 : n_headers),
      "player, %s: %u headers on %u connections, %" G_GUINT64_FORMAT
      " packets, objects up to %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
      " missing from %" G_GUINT64_FORMAT " on, %" G_GUINT64_FORMAT " faults %s",
      check->name,
      check->n_headers, self->n_connections, check->n_packets, stream->next,
      check->n_missing, check->first_missing, check->n_faults, check->fault);
  g_byte_array_unref (self->bytes);
}

void
day_players_finish (DayPlayers * self, guint n_headers, guint64 n_objects)
{
  guint i;

  for (i = 0; i < N_PLAYERS; i++)
    finish_player (&self->players[i], n_headers, n_objects);
  g_free (self->path);
  g_free (self);
}
