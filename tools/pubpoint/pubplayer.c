/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubplayer.h"

#include <string.h>

#include "pubmms.h"
#include "pubrequest.h"

/* Of a User-Agent, as it is shown. */
#define MAX_AGENT (sizeof (((PubPlayerInfo *) NULL)->agent) - 1)

typedef enum
{
  PLAYER_WAITING = PUB_PLAYER_WAITING,
  PLAYER_PLAYING = PUB_PLAYER_PLAYING,
  PLAYER_SKIPPING = PUB_PLAYER_SKIPPING,
  PLAYER_GONE,
} PlayerState;

struct _PubPlayer
{
  gint refs;
  PubMmsKind kind;
  PlayerState state;
  PubConn *conn;
  PubStream *stream;
  const PubConfig *config;
  PubPlayerOwner owner;
  gchar *agent;
  gint64 since_us;
  guint64 skipped;
  PubMmsAnswer answer;
  guint8 sequence;
  gboolean is_chunked;          /* PUB_MMS_PLAIN, when it knows HTTP/1.1 */
  gboolean keeps_open;          /* after Describe */
  GSource *timer;
};

static void
player_unref (PubPlayer * self)
{
  if (--self->refs > 0)
    return;
  g_free (self->agent);
  g_free (self);
}

static void
clear_timer (PubPlayer * self)
{
  if (self->timer == NULL)
    return;
  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static void
leave (PubPlayer * self)
{
  self->state = PLAYER_GONE;
  clear_timer (self);
  pub_stream_remove_listener (self->stream, self);
  self->owner.gone (self->owner.data, self);
  player_unref (self);
}

static void
close_player (PubPlayer * self)
{
  if (self->state == PLAYER_GONE)
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
set_timer (PubPlayer * self, guint ms, GSourceFunc func)
{
  clear_timer (self);
  self->timer = g_timeout_source_new (ms);
  g_source_set_callback (self->timer, func, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

static gboolean
wait_timed_out (gpointer data)
{
  g_message ("a player has waited long enough for an encoder");
  refuse_player (data, SOUP_STATUS_NOT_FOUND);
  return G_SOURCE_REMOVE;
}

static gboolean
check_stall (gpointer data)
{
  PubPlayer *self = data;
  gint64 silent_us = g_get_monotonic_time ()
      - pub_output_get_progress_us (pub_conn_get_output (self->conn));

  if (pub_output_get_queued (pub_conn_get_output (self->conn)) == 0
      || silent_us < (gint64) self->config->stall_timeout_ms * 1000)
    return G_SOURCE_CONTINUE;
  g_message ("a player has taken nothing for %" G_GINT64_FORMAT " ms and is"
      " dropped", silent_us / 1000);
  close_player (self);
  return G_SOURCE_REMOVE;
}

static void
queue_bytes (PubPlayer * self, gconstpointer data, gsize size)
{
  GBytes *bytes = g_bytes_new (data, size);

  pub_conn_queue (self->conn, NULL, 0, bytes);
  g_bytes_unref (bytes);
}

/* Bare ASF.  An endless answer that just stops looks to FFmpeg like a broken
 * one; the last chunk says that it has been all. */
static void
queue_plain (PubPlayer * self, GBytes * body, gboolean is_first)
{
  guint8 head[PUB_MMS_TRANSFER_MAX];
  guint size = 0;

  if (self->is_chunked)
    size = pub_mms_transfer_head (head, g_bytes_get_size (body), is_first);
  pub_conn_queue (self->conn, head, size, body);
}

static void
queue_last_chunk (PubPlayer * self)
{
  guint8 head[PUB_MMS_TRANSFER_MAX];

  if (self->kind == PUB_MMS_PLAIN && self->is_chunked)
    queue_bytes (self, head, pub_mms_transfer_head (head, 0, FALSE));
}

static void
queue_notice (PubPlayer * self, gchar type)
{
  guint8 notice[PUB_MMS_NOTICE_SIZE];

  pub_mms_write_notice (notice, type, PUB_MMS_S_OK);
  queue_bytes (self, notice, sizeof (notice));
}

static void
queue_header (PubPlayer * self, GBytes * header)
{
  GBytes *bytes = pub_mms_header (self->answer.major, self->answer.gen_id,
      header);

  pub_conn_queue (self->conn, NULL, 0, bytes);
  g_bytes_unref (bytes);
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
start_play (PubPlayer * self, GBytes * header)
{
  gboolean is_mms = self->kind == PUB_MMS_PLAY;
  gchar *head = is_mms ? pub_mms_head (&self->answer, SOUP_STATUS_OK,
      PUB_MMS_TYPE_FRAMED, PUB_MMS_UNTIL_CLOSE, TRUE)
      : plain_head (self->is_chunked);

  pub_conn_queue_text (self->conn, head);
  g_free (head);
  if (is_mms)
    queue_header (self, header);
  else
    queue_plain (self, header, TRUE);
  self->state = PLAYER_PLAYING;
  set_timer (self, MAX (self->config->stall_timeout_ms / 4, 1), check_stall);
  self->owner.changed (self->owner.data);
}

/* [MS-WMSP] 3.2.4.2. */
static void
change_header (PubPlayer * self, GBytes * header)
{
  self->answer.gen_id++;
  queue_notice (self, 'C');
  queue_header (self, header);
  self->state = PLAYER_PLAYING;
  pub_conn_flush (self->conn);
}

static void
header_came (gpointer data, GBytes * header, const AsfHeaderInfo * info)
{
  PubPlayer *self = data;

  if (self->kind != PUB_MMS_PLAIN && info->packet_size > PUB_MMS_MAX_PAYLOAD) {
    g_message ("packets of %u bytes do not go over MMS", info->packet_size);
    refuse_player (self, SOUP_STATUS_INTERNAL_SERVER_ERROR);
  } else if (self->kind == PUB_MMS_DESCRIBE) {
    answer_describe (self, header);
  } else if (self->state == PLAYER_WAITING) {
    start_play (self, header);
    pub_conn_flush (self->conn);
  } else if (self->kind == PUB_MMS_PLAY) {
    change_header (self, header);
  } else {
    /* bare ASF has no second header: the player asks again */
    queue_last_chunk (self);
    close_player (self);
  }
}

static gboolean
has_room (PubPlayer * self, GBytes * packet)
{
  gsize queued = pub_output_get_queued (pub_conn_get_output (self->conn));

  /* who has fallen behind begins again with room for something */
  if (self->state == PLAYER_SKIPPING)
    return queued <= self->config->player_limit / 2;
  return queued + g_bytes_get_size (packet) <= self->config->player_limit;
}

static void
packet_came (gpointer data, GBytes * packet, guint32 number,
    gboolean starts_key_frame)
{
  PubPlayer *self = data;

  if (self->state == PLAYER_SKIPPING && starts_key_frame
      && has_room (self, packet))
    self->state = PLAYER_PLAYING;
  else if (self->state == PLAYER_PLAYING && !has_room (self, packet))
    self->state = PLAYER_SKIPPING;
  if (self->state != PLAYER_PLAYING) {
    self->skipped++;
    self->owner.skipped (self->owner.data, 1);
    return;
  }

  if (self->kind == PUB_MMS_PLAY) {
    guint8 head[PUB_MMS_CHUNK_HEAD_SIZE];

    pub_mms_write_chunk_head (head, 'D', number, self->sequence,
        g_bytes_get_size (packet));
    pub_conn_queue (self->conn, head, sizeof (head), packet);
    self->sequence = pub_mms_next_sequence (self->sequence);
  } else {
    queue_plain (self, packet, FALSE);
  }
  pub_conn_flush (self->conn);
}

static void
stream_ended (gpointer data)
{
  PubPlayer *self = data;

  if (self->kind == PUB_MMS_PLAY)
    queue_notice (self, 'E');
  queue_last_chunk (self);
  close_player (self);
}

static const PubListenerFuncs listener_funcs = {
  header_came, packet_came, stream_ended
};

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
conn_lost (PubConn * conn, gpointer data)
{
  close_player (data);
}

static const PubConnFuncs conn_funcs = { conn_readable, NULL, conn_lost };

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
pub_player_start (PubConns * conns, SoupServerMessage * msg,
    PubStream * stream, const PubConfig * config, const PubPlayerOwner * owner)
{
  PubPlayer *self = g_new0 (PubPlayer, 1);
  gboolean is_there;

  /* one for the connection and the stream, one for this function */
  self->refs = 2;
  self->stream = stream;
  self->config = config;
  self->owner = *owner;
  self->state = PLAYER_WAITING;
  self->since_us = g_get_monotonic_time ();
  read_request (self, msg);
  self->conn = pub_conn_steal (conns, msg, &conn_funcs, self);
  set_timer (self, config->wait_timeout_ms, wait_timed_out);
  pub_stream_add_listener (stream, &listener_funcs, self);
  if (!pub_stream_catch_up (stream, self) && self->state == PLAYER_PLAYING)
    self->state = PLAYER_SKIPPING;
  is_there = self->state != PLAYER_GONE;
  player_unref (self);
  return is_there ? self : NULL;
}

gboolean
pub_player_is_playing (PubPlayer * self)
{
  return self->state == PLAYER_PLAYING || self->state == PLAYER_SKIPPING;
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
  info->state = (PubPlayerState) self->state;
  info->since_us = self->since_us;
  info->bytes_sent = pub_output_get_sent (pub_conn_get_output (self->conn));
  info->packets_skipped = self->skipped;
  g_free (address);
}

void
pub_player_stop (PubPlayer * self)
{
  if (self->state == PLAYER_WAITING)
    refuse_player (self, SOUP_STATUS_SERVICE_UNAVAILABLE);
  else
    stream_ended (self);
}
