/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubplayer-private.h"

#include <string.h>

#include "pubaccess.h"
#include "publog.h"
#include "pubrequest.h"

/* Of a User-Agent, as it is shown. */
#define MAX_AGENT (sizeof (((PubPlayerInfo *) NULL)->agent) - 1)
/* How long a player is served with each packet, should no key frame come. */
#define EAGER_MS 5000
/* How long a player may take nothing of the rest of a programme that is over,
 * and how long all of it may take. */
#define END_SILENCE_MS 5000
#define END_TIMEOUT_MS 60000
#define AT_ONCE PUB_OUTPUT_SEND_MAX
/* Before others have their turn. */
#define SENDS_AT_ONCE 4

/* Whoever is here has a reference besides: clang-tidy takes a count of 0 for
 * possible where a player is held and let go. */
static void
player_unref (PubPlayer * self)
{
  if (--self->refs > 0)
    return;
  if (self->mms != NULL)
    pub_player_mms_free (self);
  g_free (self->request);
  g_free (self->agent);
  g_free (self);
}

static void
log_end (PubPlayer * self)
{
  g_info ("%s leaves after %.1f s: %" G_GUINT64_FORMAT " bytes sent, %"
      G_GUINT64_FORMAT " packets skipped", self->request,
      (g_get_monotonic_time () - self->since_us) / 1e6,
      pub_output_get_sent (self->output), pub_feed_get_skipped (&self->feed));
}

/* The stream may be gone afterwards. */
void
pub_player_leave (PubPlayer * self)
{
  self->is_gone = TRUE;
  pub_pace_remove (&self->turn);
  pub_feed_leave (&self->feed);
  if (self->mms != NULL)
    pub_player_mms_leave_session (self);
  self->owner.gone (self->owner.data, self);
  player_unref (self);
}

void
pub_player_close (PubPlayer * self)
{
  if (self->is_gone)
    return;
  /* the output may be gone with the connection */
  if (pub_player_is_playing (self))
    log_end (self);
  pub_conn_close (self->conn);
  pub_player_leave (self);
}

void
pub_player_refuse (PubPlayer * self, guint status)
{
  gchar *text = self->mms != NULL
      ? pub_mms_head (&self->mms->talk.answer, status, NULL, 0, TRUE)
      : pub_response_text (status, NULL, TRUE, NULL);

  pub_conn_queue_text (self->conn, text);
  g_free (text);
  pub_player_close (self);
}

void
pub_player_set_playing (PubPlayer * self, gboolean is_playing)
{
  if (pub_player_is_playing (self) == is_playing)
    return;
  self->eager_until_us = is_playing
      ? g_get_monotonic_time () + EAGER_MS * G_TIME_SPAN_MILLISECOND : 0;
  if (is_playing) {
    g_info ("%s plays", self->request);
    self->owner.began (self->owner.data, self);
  } else {
    log_end (self);
    self->owner.paused (self->owner.data, self);
  }
}

/* An endless answer that just stops looks to FFmpeg like a broken one; the
 * last chunk says that it has been all. */
static void
finish (PubPlayer * self, gboolean closes)
{
  guint8 head[PUB_MMS_TRANSFER_MAX];
  guint size;

  if (self->mms != NULL) {
    pub_player_mms_finish (self, closes);
    return;
  }
  if (self->is_chunked) {
    size = pub_mms_transfer_head (head, 0, FALSE);
    pub_conn_queue (self->conn, head, size, NULL);
  }
  pub_player_close (self);
}

static gchar *
plain_head (gboolean is_chunked)
{
  GDateTime *now = g_date_time_new_now_utc ();
  gchar *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);
  gchar *text = g_strdup_printf ("HTTP/1.1 200 OK\r\n"
      "Content-Type: video/x-ms-asf\r\nServer: %s\r\nDate: %s\r\n"
      "Cache-Control: no-cache\r\n%sConnection: close\r\n\r\n",
      pub_server_header (), date,
      is_chunked ? "Transfer-Encoding: chunked\r\n" : "");

  g_free (date);
  g_date_time_unref (now);
  return text;
}

static void
start_plain (PubPlayer * self, GBytes * header)
{
  gchar *text = plain_head (self->is_chunked);
  guint8 head[PUB_MMS_TRANSFER_MAX];
  guint size = 0;

  pub_conn_queue_text (self->conn, text);
  g_free (text);
  if (self->is_chunked)
    size = pub_mms_transfer_head (head, g_bytes_get_size (header), TRUE);
  pub_conn_queue (self->conn, head, size, header);
  pub_player_set_playing (self, TRUE);
}

/* Returns: FALSE when the player is gone. */
static gboolean
take_header (PubPlayer * self)
{
  gboolean is_first = !pub_feed_is_playing (&self->feed);
  PubSegment *segment = pub_feed_take_header (&self->feed);

  if (self->mms != NULL)
    pub_player_mms_take_header (self, segment, is_first);
  else if (is_first)
    start_plain (self, segment->header);
  else
    /* bare ASF has no second header: the player asks again */
    finish (self, TRUE);
  if (!self->is_gone)
    pub_conn_flush (self->conn);
  return !self->is_gone;
}

/* Returns: FALSE when nothing is sent of a packet. */
static gboolean
make_piece (PubPlayer * self, const PubPacket * packet, guint nth,
    PubPiece * piece)
{
  if (packet->bytes == NULL)
    return FALSE;
  if (self->mms != NULL)
    return pub_player_mms_make_piece (self, packet, nth, piece);
  piece->body = g_bytes_ref (packet->bytes);
  piece->head_size = 0;
  if (self->is_chunked)
    piece->head_size = pub_mms_transfer_head (piece->head,
        g_bytes_get_size (packet->bytes), FALSE);
  return TRUE;
}

/* Returns: whether more can be sent at once. */
static gboolean
send_packets (PubPlayer * self)
{
  const PubPacket *packets[AT_ONCE];
  PubPiece pieces[AT_ONCE];
  guint of[AT_ONCE];            /* which packet a piece is of */
  guint n = pub_feed_peek (&self->feed, packets, AT_ONCE), n_pieces = 0;
  guint taken, n_taken, i;

  for (i = 0; i < n; i++) {
    if (make_piece (self, packets[i], n_pieces, &pieces[n_pieces]))
      of[n_pieces++] = i;
  }
  taken = pub_conn_send (self->conn, pieces, n_pieces);
  for (i = 0; i < n_pieces; i++) {
    if (i < taken)
      self->owner.totals->sent_bytes += pieces[i].head_size
          + g_bytes_get_size (pieces[i].body);
    g_bytes_unref (pieces[i].body);
  }
  n_taken = taken < n_pieces ? of[taken] : n;
  if (self->mms != NULL && n_taken > 0)
    pub_player_mms_taken (self, taken, packets[n_taken - 1]->number);
  pub_feed_take (&self->feed, n_taken);
  self->packets_sent += taken;
  return n_taken == n && !pub_output_is_blocked (self->output);
}

/* A connection that is kept between programmes has no place in one. */
static gboolean
wants_something (PubPlayer * self)
{
  return self->mms == NULL || self->mms->mode != PUB_MODE_IDLE;
}

static gboolean
wants_packets (PubPlayer * self)
{
  return self->mms == NULL || pub_player_mms_wants_packets (self);
}

/* What is sent in one go is bounded: others have their turn before the
 * rest. */
static void
advance (PubPlayer * self)
{
  guint n_sends = 0;

  while (!self->is_gone && wants_something (self)
      && !pub_output_is_blocked (self->output)
      && !pub_output_is_broken (self->output)) {
    switch (pub_feed_next (&self->feed)) {
      case PUB_FEED_NOTHING:
        return;
      case PUB_FEED_HEADER:
        if (!take_header (self))
          return;
        break;
      case PUB_FEED_PACKETS:
        if (!wants_packets (self))
          return;
        if (n_sends++ == SENDS_AT_ONCE)
          pub_pace_hurry (&self->turn);
        if (n_sends > SENDS_AT_ONCE || !send_packets (self))
          return;
        break;
      case PUB_FEED_END:
        finish (self, FALSE);
        return;
    }
  }
}

static void
check_waiting (PubPlayer * self, gint64 now_us)
{
  if (now_us - self->since_us < (gint64) self->config->wait_timeout_ms * 1000)
    return;
  g_info ("%s has waited %u ms for an encoder, and is answered 404",
      self->request, self->config->wait_timeout_ms);
  pub_player_refuse (self, SOUP_STATUS_NOT_FOUND);
}

static void
check_stall (PubPlayer * self, gint64 now_us)
{
  gint64 silent_us = now_us - pub_output_get_progress_us (self->output);

  if (silent_us < (gint64) self->config->stall_timeout_ms * 1000)
    return;
  g_info ("%s has taken nothing for %" G_GINT64_FORMAT " ms and is dropped",
      self->request, silent_us / 1000);
  pub_player_close (self);
}

static void
check_end (PubPlayer * self, gint64 now_us)
{
  gint64 heard_us = pub_output_get_progress_us (self->output);

  if (self->end_by_us == 0)
    self->end_by_us = now_us + END_TIMEOUT_MS * G_TIME_SPAN_MILLISECOND;
  heard_us =
      MAX (heard_us,
      self->end_by_us - END_TIMEOUT_MS * G_TIME_SPAN_MILLISECOND);
  if (now_us >= self->end_by_us
      || now_us - heard_us >= END_SILENCE_MS * G_TIME_SPAN_MILLISECOND)
    finish (self, TRUE);
}

static void
check_times (PubPlayer * self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (pub_output_is_blocked (self->output))
    check_stall (self, now_us);
  else if (wants_something (self) && !pub_feed_is_playing (&self->feed))
    check_waiting (self, now_us);
  if (!self->is_gone && wants_something (self)
      && pub_feed_is_ending (&self->feed))
    check_end (self, now_us);
  if (!self->is_gone && self->mms != NULL)
    pub_player_mms_check_times (self, now_us);
}

void
pub_player_serve (PubPlayer * self)
{
  guint64 skipped = pub_feed_get_skipped (&self->feed);

  self->refs++;
  if (pub_output_is_blocked (self->output) && wants_something (self))
    pub_feed_check_blocked (&self->feed);
  advance (self);
  if (!self->is_gone)
    check_times (self);
  if (!self->is_gone && pub_feed_get_skipped (&self->feed) > skipped)
    self->owner.skipped (self->owner.data, self);
  player_unref (self);
}

static void
turn_came (gpointer data)
{
  pub_player_serve (data);
}

/* Those of bare ASF say nothing that matters here; the end of what they say is
 * their end. */
static void
conn_readable (PubConn * conn, gpointer data)
{
  PubPlayer *self = data;
  guint8 waste[1024];

  self->refs++;
  if (self->mms != NULL)
    pub_player_mms_readable (self);
  else if (pub_conn_read (conn, waste, sizeof (waste)) == 0)
    pub_player_close (self);
  /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
  player_unref (self);
}

static void
conn_drained (PubConn * conn, gpointer data)
{
  PubPlayer *self = data;

  pub_feed_set_ready (&self->feed);
  pub_player_serve (self);
}

static void
conn_lost (PubConn * conn, gpointer data)
{
  pub_player_close (data);
}

static const PubConnFuncs conn_funcs = {
  conn_readable, conn_drained, conn_lost
};

static void
read_request (PubPlayer * self, SoupServerMessage * msg)
{
  const gchar *agent = soup_message_headers_get_one
      (soup_server_message_get_request_headers (msg), "User-Agent");
  PubMmsRequest request;

  self->agent = g_strndup (agent ? agent : "", MAX_AGENT);
  self->request = pub_log_describe (msg);
  pub_mms_parse (&request, soup_server_message_get_method (msg),
      soup_server_message_get_http_version (msg),
      soup_server_message_get_request_headers (msg));
  self->is_chunked = request.is_http11;
  if (request.kind != PUB_MMS_PLAIN)
    self->mms = pub_player_mms_new (msg, &request);
}

PubPlayer *
pub_player_new (PubConns * conns, SoupServerMessage * msg, PubPaceGroup * pace,
    PubStream * stream, const PubConfig * config, const PubPlayerOwner * owner)
{
  PubPlayer *self = g_new0 (PubPlayer, 1);
  GInetAddress *address = pub_address_of
      (soup_server_message_get_remote_address (msg));

  self->refs = 1;
  self->stream = stream;
  self->config = config;
  self->owner = *owner;
  self->since_us = g_get_monotonic_time ();
  self->network = address != NULL ? pub_address_network (address) : 0;
  g_clear_object (&address);
  read_request (self, msg);
  self->conn = pub_conn_steal (conns, msg, &conn_funcs, self);
  self->output = pub_conn_get_output (self->conn);
  pub_feed_init (&self->feed, stream, config, owner->totals);
  pub_pace_add (pace, &self->turn, turn_came, self);
  return self;
}

void
pub_player_start (PubPlayer * self)
{
  self->refs++;
  if (self->mms != NULL)
    pub_player_mms_start (self);
  if (!self->is_gone)
    pub_player_serve (self);
  /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
  player_unref (self);
}

void
pub_player_hurry (PubPlayer * self)
{
  if (!wants_something (self) || pub_output_is_blocked (self->output))
    return;
  pub_feed_reserve (&self->feed);
  pub_pace_hurry (&self->turn);
}

gboolean
pub_player_is_eager (PubPlayer * self)
{
  if (!wants_something (self))
    return FALSE;
  return !pub_feed_is_playing (&self->feed)
      || (!pub_feed_has_picture (&self->feed)
      && !pub_output_is_blocked (self->output)
      && g_get_monotonic_time () < self->eager_until_us);
}

gboolean
pub_player_is_playing (PubPlayer * self)
{
  return self->eager_until_us != 0;
}

static PubPlayerState
find_state (PubPlayer * self)
{
  if (!pub_player_is_playing (self))
    return PUB_PLAYER_WAITING;
  return pub_feed_is_skipping (&self->feed) ? PUB_PLAYER_SKIPPING
      : PUB_PLAYER_PLAYING;
}

guint64
pub_player_get_id (PubPlayer * self)
{
  return pub_conn_get_id (self->conn);
}

guint64
pub_player_get_network (PubPlayer * self)
{
  return self->network;
}

void
pub_player_get_info (PubPlayer * self, PubPlayerInfo * info)
{
  gchar *address = pub_conn_get_address (self->conn);

  memset (info, 0, sizeof (*info));
  info->id = pub_player_get_id (self);
  g_strlcpy (info->address, address, sizeof (info->address));
  g_strlcpy (info->agent, self->agent, sizeof (info->agent));
  info->is_mms = self->mms != NULL;
  info->state = find_state (self);
  info->since_us = self->since_us;
  info->bytes_sent = pub_output_get_sent (self->output);
  info->packets_sent = self->packets_sent;
  info->packets_skipped = pub_feed_get_skipped (&self->feed);
  info->sends = pub_output_get_sends (self->output);
  info->bytes_behind = wants_something (self)
      ? pub_feed_get_behind (&self->feed) : 0;
  g_free (address);
}

/* What there is goes out as far as there is room for it, which may be all of
 * a programme that has just ended. */
void
pub_player_stop (PubPlayer * self)
{
  self->refs++;
  if (wants_something (self) && pub_player_is_playing (self))
    advance (self);
  if (!self->is_gone && !wants_something (self))
    pub_player_close (self);
  else if (!self->is_gone && !pub_player_is_playing (self))
    pub_player_refuse (self, SOUP_STATUS_SERVICE_UNAVAILABLE);
  else if (!self->is_gone)
    finish (self, TRUE);
  /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
  player_unref (self);
}
