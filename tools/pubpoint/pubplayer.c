/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubplayer.h"

#include <string.h>

#include "pubmms.h"
#include "pubrequest.h"

/* Of a User-Agent, as it is shown. */
#define MAX_AGENT (sizeof (((PubPlayerInfo *) NULL)->agent) - 1)
/* How long a player is served with each packet, should no key frame come. */
#define EAGER_MS 5000
/* How long a player has for the rest of a programme that is over. */
#define END_TIMEOUT_MS 5000
#define AT_ONCE PUB_OUTPUT_SEND_MAX

struct _PubPlayer
{
  gint refs;
  gboolean is_gone;
  PubMmsKind kind;
  PubConn *conn;
  PubOutput *output;            /* of conn */
  PubFeed feed;
  PubPace *pace;
  PubPaceMember turn;
  const PubConfig *config;
  PubPlayerOwner owner;
  gchar *agent;
  gint64 since_us;
  gint64 eager_until_us;
  gint64 end_by_us;             /* 0 before the end */
  guint64 packets_sent;
  PubMmsAnswer answer;
  guint8 sequence;
  gboolean is_chunked;          /* PUB_MMS_PLAIN, when it knows HTTP/1.1 */
  gboolean keeps_open;          /* after Describe */
};

static void
player_unref (PubPlayer * self)
{
  if (--self->refs > 0)
    return;
  g_free (self->agent);
  g_free (self);
}

/* The stream may be gone afterwards. */
static void
leave (PubPlayer * self)
{
  self->is_gone = TRUE;
  pub_pace_remove (self->pace, &self->turn);
  pub_feed_leave (&self->feed);
  self->owner.gone (self->owner.data, self);
  player_unref (self);
}

static void
close_player (PubPlayer * self)
{
  if (self->is_gone)
    return;
  pub_conn_close (self->conn);
  leave (self);
}

static void
refuse_player (PubPlayer * self, guint status)
{
  gchar *text = pub_response_text (status, NULL, TRUE, NULL);

  pub_conn_queue_text (self->conn, text);
  g_free (text);
  close_player (self);
}

static void
queue_bytes (PubPlayer * self, gconstpointer data, gsize size)
{
  GBytes *bytes = g_bytes_new (data, size);

  pub_conn_queue (self->conn, NULL, 0, bytes);
  g_bytes_unref (bytes);
}

static void
queue_notice (PubPlayer * self, gchar type)
{
  guint8 notice[PUB_MMS_NOTICE_SIZE];

  pub_mms_write_notice (notice, type, PUB_MMS_S_OK);
  queue_bytes (self, notice, sizeof (notice));
}

/* An endless answer that just stops looks to FFmpeg like a broken one; the
 * last chunk says that it has been all. */
static void
finish (PubPlayer * self)
{
  guint8 head[PUB_MMS_TRANSFER_MAX];

  if (self->kind == PUB_MMS_PLAY)
    queue_notice (self, 'E');
  else if (self->is_chunked)
    queue_bytes (self, head, pub_mms_transfer_head (head, 0, FALSE));
  close_player (self);
}

/* [MS-WMSP] 3.2.5.4; afterwards the connection is there for Play, unless the
 * client wants its end: VLC reads the header up to there. */
static void
answer_describe (PubPlayer * self, GBytes * header)
{
  GBytes *bytes = pub_mms_header (self->answer.major, self->answer.gen_id,
      header);
  gchar *head = pub_mms_head (&self->answer, SOUP_STATUS_OK,
      PUB_MMS_TYPE_HEADER, g_bytes_get_size (bytes), !self->keeps_open);

  pub_conn_queue_text (self->conn, head);
  pub_conn_queue (self->conn, NULL, 0, bytes);
  g_bytes_unref (bytes);
  g_free (head);
  if (self->keeps_open)
    pub_conn_give_back (self->conn);
  else
    pub_conn_close (self->conn);
  leave (self);
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
queue_mms_header (PubPlayer * self, GBytes * header)
{
  GBytes *bytes = pub_mms_header (self->answer.major, self->answer.gen_id,
      header);

  pub_conn_queue (self->conn, NULL, 0, bytes);
  g_bytes_unref (bytes);
}

static void
queue_plain_header (PubPlayer * self, GBytes * header)
{
  guint8 head[PUB_MMS_TRANSFER_MAX];
  guint size = 0;

  if (self->is_chunked)
    size = pub_mms_transfer_head (head, g_bytes_get_size (header), TRUE);
  pub_conn_queue (self->conn, head, size, header);
}

static void
start_play (PubPlayer * self, GBytes * header)
{
  gboolean is_mms = self->kind == PUB_MMS_PLAY;
  gchar *head = is_mms ? pub_mms_head (&self->answer, SOUP_STATUS_OK,
      PUB_MMS_TYPE_FRAMED, PUB_MMS_UNTIL_CLOSE, TRUE)
      : plain_head (self->is_chunked);

  pub_conn_queue_text (self->conn, head);
  g_free (head);
  if (is_mms)
    queue_mms_header (self, header);
  else
    queue_plain_header (self, header);
  self->eager_until_us = g_get_monotonic_time () + EAGER_MS * 1000;
  self->owner.began (self->owner.data, self);
}

/* [MS-WMSP] 3.2.4.2. */
static void
change_header (PubPlayer * self, GBytes * header)
{
  self->answer.gen_id++;
  queue_notice (self, 'C');
  queue_mms_header (self, header);
}

/* Returns: FALSE when the player is gone. */
static gboolean
take_header (PubPlayer * self)
{
  gboolean is_first = !pub_feed_is_playing (&self->feed);
  PubSegment *segment = pub_feed_take_header (&self->feed);

  if (self->kind != PUB_MMS_PLAIN
      && segment->info.packet_size > PUB_MMS_MAX_PAYLOAD) {
    g_message ("packets of %u bytes do not go over MMS",
        segment->info.packet_size);
    if (is_first)
      refuse_player (self, SOUP_STATUS_INTERNAL_SERVER_ERROR);
    else
      finish (self);
  } else if (self->kind == PUB_MMS_DESCRIBE) {
    answer_describe (self, segment->header);
  } else if (is_first) {
    start_play (self, segment->header);
  } else if (self->kind == PUB_MMS_PLAY) {
    change_header (self, segment->header);
  } else {
    /* bare ASF has no second header: the player asks again */
    finish (self);
  }
  if (!self->is_gone)
    pub_conn_flush (self->conn);
  return !self->is_gone;
}

static void
make_piece (PubPlayer * self, const PubPacket * packet, guint8 sequence,
    PubPiece * piece)
{
  gsize size = g_bytes_get_size (packet->bytes);

  piece->body = packet->bytes;
  piece->head_size = 0;
  if (self->kind == PUB_MMS_PLAY) {
    pub_mms_write_chunk_head (piece->head, 'D', packet->number, sequence, size);
    piece->head_size = PUB_MMS_CHUNK_HEAD_SIZE;
  } else if (self->is_chunked) {
    piece->head_size = pub_mms_transfer_head (piece->head, size, FALSE);
  }
}

/* Returns: whether more can be sent at once. */
static gboolean
send_packets (PubPlayer * self)
{
  const PubPacket *packets[AT_ONCE];
  PubPiece pieces[AT_ONCE];
  guint n = pub_feed_peek (&self->feed, packets, AT_ONCE), taken, i;
  guint8 sequence = self->sequence;

  for (i = 0; i < n; i++) {
    make_piece (self, packets[i], sequence, &pieces[i]);
    sequence = pub_mms_next_sequence (sequence);
  }
  taken = pub_conn_send (self->conn, pieces, n);
  for (i = 0; i < taken; i++)
    self->sequence = pub_mms_next_sequence (self->sequence);
  pub_feed_take (&self->feed, taken);
  self->packets_sent += taken;
  return taken == n && !pub_output_is_blocked (self->output);
}

/* What is sent in one go is bounded: others have their turn before the
 * rest. */
static void
advance (PubPlayer * self)
{
  gboolean has_sent = FALSE;

  while (!self->is_gone && !pub_output_is_blocked (self->output)
      && !pub_output_is_broken (self->output)) {
    switch (pub_feed_next (&self->feed)) {
      case PUB_FEED_NOTHING:
        return;
      case PUB_FEED_HEADER:
        if (!take_header (self))
          return;
        break;
      case PUB_FEED_PACKETS:
        if (has_sent) {
          pub_pace_hurry (self->pace, &self->turn);
          return;
        }
        if (!send_packets (self))
          return;
        has_sent = TRUE;
        break;
      case PUB_FEED_END:
        finish (self);
        return;
    }
  }
}

static void
check_waiting (PubPlayer * self, gint64 now_us)
{
  if (now_us - self->since_us < (gint64) self->config->wait_timeout_ms * 1000)
    return;
  g_info ("a player has waited long enough for an encoder");
  refuse_player (self, SOUP_STATUS_NOT_FOUND);
}

static void
check_stall (PubPlayer * self, gint64 now_us)
{
  gint64 silent_us = now_us - pub_output_get_progress_us (self->output);

  if (silent_us < (gint64) self->config->stall_timeout_ms * 1000)
    return;
  g_info ("a player has taken nothing for %" G_GINT64_FORMAT " ms and is"
      " dropped", silent_us / 1000);
  close_player (self);
}

static void
check_end (PubPlayer * self, gint64 now_us)
{
  if (self->end_by_us == 0)
    self->end_by_us = now_us + END_TIMEOUT_MS * 1000;
  else if (now_us >= self->end_by_us)
    finish (self);
}

static void
check_times (PubPlayer * self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (!pub_feed_is_playing (&self->feed))
    check_waiting (self, now_us);
  else if (pub_output_is_blocked (self->output))
    check_stall (self, now_us);
  if (!self->is_gone && pub_feed_is_ending (&self->feed))
    check_end (self, now_us);
}

/* In each turn, and when the player hurries. */
static void
serve (gpointer data)
{
  PubPlayer *self = data;
  guint64 skipped = pub_feed_get_skipped (&self->feed);

  self->refs++;
  if (pub_output_is_blocked (self->output))
    pub_feed_check_blocked (&self->feed);
  advance (self);
  if (!self->is_gone)
    check_times (self);
  if (!self->is_gone && pub_feed_get_skipped (&self->feed) != skipped)
    self->owner.skipped (self->owner.data, self);
  player_unref (self);
}

/* Players say nothing that matters here while they play; the end of what they
 * say is their end. */
static void
conn_readable (PubConn * conn, gpointer data)
{
  guint8 waste[1024];

  if (pub_conn_read (conn, waste, sizeof (waste)) == 0)
    close_player (data);
}

static void
conn_drained (PubConn * conn, gpointer data)
{
  PubPlayer *self = data;

  pub_feed_set_ready (&self->feed);
  serve (self);
}

static void
conn_lost (PubConn * conn, gpointer data)
{
  close_player (data);
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
  pub_mms_parse (&request, soup_server_message_get_method (msg),
      soup_server_message_get_http_version (msg),
      soup_server_message_get_request_headers (msg));
  self->is_chunked = self->answer.is_http11 = request.is_http11;
  self->keeps_open = request.keeps_open;
  self->kind = request.kind;
  if (self->kind != PUB_MMS_PLAIN && self->kind != PUB_MMS_PLAY)
    self->kind = PUB_MMS_DESCRIBE;
  self->answer.major = request.major;
  self->answer.client_id = request.has_client_id && request.client_id != 0
      ? request.client_id : g_random_int () | 1;
  self->answer.gen_id = 1;
}

PubPlayer *
pub_player_new (PubConns * conns, SoupServerMessage * msg, PubPace * pace,
    PubStream * stream, const PubConfig * config, const PubPlayerOwner * owner)
{
  PubPlayer *self = g_new0 (PubPlayer, 1);

  self->refs = 1;
  self->config = config;
  self->owner = *owner;
  self->since_us = g_get_monotonic_time ();
  read_request (self, msg);
  self->conn = pub_conn_steal (conns, msg, &conn_funcs, self);
  self->output = pub_conn_get_output (self->conn);
  pub_feed_init (&self->feed, stream, config, owner->totals);
  self->pace = pace;
  pub_pace_add (pace, &self->turn, serve, self);
  return self;
}

void
pub_player_start (PubPlayer * self)
{
  serve (self);
}

gboolean
pub_player_hurry (PubPlayer * self)
{
  if (pub_feed_is_playing (&self->feed)
      && (pub_feed_has_picture (&self->feed)
          || pub_output_is_blocked (self->output)
          || g_get_monotonic_time () >= self->eager_until_us))
    return FALSE;
  pub_pace_hurry (self->pace, &self->turn);
  return TRUE;
}

gboolean
pub_player_is_playing (PubPlayer * self)
{
  return self->kind != PUB_MMS_DESCRIBE && self->eager_until_us != 0;
}

static PubPlayerState
find_state (PubPlayer * self)
{
  if (!pub_player_is_playing (self))
    return PUB_PLAYER_WAITING;
  return pub_feed_is_skipping (&self->feed) ? PUB_PLAYER_SKIPPING
      : PUB_PLAYER_PLAYING;
}

void
pub_player_get_info (PubPlayer * self, PubPlayerInfo * info)
{
  gchar *address = pub_conn_get_address (self->conn);

  memset (info, 0, sizeof (*info));
  info->id = pub_conn_get_id (self->conn);
  g_strlcpy (info->address, address, sizeof (info->address));
  g_strlcpy (info->agent, self->agent, sizeof (info->agent));
  info->is_mms = self->kind != PUB_MMS_PLAIN;
  info->state = find_state (self);
  info->since_us = self->since_us;
  info->bytes_sent = pub_output_get_sent (self->output);
  info->packets_sent = self->packets_sent;
  info->packets_skipped = pub_feed_get_skipped (&self->feed);
  info->sends = pub_output_get_sends (self->output);
  info->bytes_behind = pub_feed_get_behind (&self->feed);
  g_free (address);
}

/* What there is goes out as far as there is room for it. */
void
pub_player_stop (PubPlayer * self)
{
  self->refs++;
  if (!pub_player_is_playing (self)) {
    refuse_player (self, SOUP_STATUS_SERVICE_UNAVAILABLE);
  } else {
    advance (self);
    if (!self->is_gone)
      finish (self);
  }
  player_unref (self);
}
