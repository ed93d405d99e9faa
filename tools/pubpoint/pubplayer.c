/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubplayer.h"

#include <string.h>

#include <gst/gstutils.h>

#include "pubrequest.h"

/* Framing header and MMS data packet header ([MS-WMSP] 2.2.3.1). */
#define CHUNK_HEAD_SIZE 4
#define MMS_HEAD_SIZE 8
#define MAX_MMS_PAYLOAD (G_MAXUINT16 - MMS_HEAD_SIZE)
#define AF_FIRST_PIECE 0x04
#define AF_LAST_PIECE 0x08
/* The sequence number in $D runs from 0 to this (2.2.3.1.2). */
#define AF_SEQUENCE_MAX 254

/* Players of this version and later want a $M before each $H (3.2.4.2). */
#define METADATA_SINCE 9
#define METADATA "playlist-gen-id=1, broadcast-id=1, features=\"broadcast\""

/* Of a User-Agent, as it is shown. */
#define MAX_AGENT (sizeof (((PubPlayerInfo *) NULL)->agent) - 1)

typedef enum
{
  PLAYER_PLAIN,
  PLAYER_MMS_DESCRIBE,
  PLAYER_MMS_PLAY,
} PlayerKind;

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
  PlayerKind kind;
  PlayerState state;
  PubConn *conn;
  PubStream *stream;
  const PubConfig *config;
  PubPlayerOwner owner;
  gchar *agent;
  guint major;
  gchar *client_id;
  gint64 since_us;
  guint64 skipped;
  guint8 sequence;
  gboolean is_chunked;          /* PLAYER_PLAIN, when it knows HTTP/1.1 */
  GSource *timer;
};

static void
player_unref (PubPlayer * self)
{
  if (--self->refs > 0)
    return;
  g_free (self->agent);
  g_free (self->client_id);
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
  gchar *text = pub_response_text (status, NULL, TRUE);

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
      - pub_conn_get_progress_us (self->conn);

  if (pub_conn_get_queued (self->conn) == 0
      || silent_us < (gint64) self->config->stall_timeout_ms * 1000)
    return G_SOURCE_CONTINUE;
  g_message ("a player has taken nothing for %" G_GINT64_FORMAT " ms and is"
      " dropped", silent_us / 1000);
  close_player (self);
  return G_SOURCE_REMOVE;
}

static void
append_head (PubPlayer * self, GString * text, const gchar * type,
    gboolean is_mms)
{
  GDateTime *now = g_date_time_new_now_utc ();
  gchar *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);

  g_string_append_printf (text, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n"
      "Server: %s\r\nDate: %s\r\nCache-Control: no-cache\r\n", type,
      pub_server_header (), date);
  if (is_mms)
    g_string_append_printf (text, "Pragma: no-cache, client-id=%s,"
        " features=\"broadcast,live\", timeout=" PUB_TOLD_TIMEOUT "%s\r\n",
        self->client_id,
        self->major >= METADATA_SINCE ? ", playlist-gen-id=1" : "");
  /* no stream selection, no packet pairs; a changed stream goes on by itself */
  if (is_mms && self->major >= METADATA_SINCE)
    g_string_append (text, "Supported: com.microsoft.wm.predstrm\r\n");
  g_free (date);
  g_date_time_unref (now);
}

static void
queue_chunk (PubPlayer * self, gchar type, guint32 location, guint8 af_flags,
    GBytes * body)
{
  guint8 head[CHUNK_HEAD_SIZE + MMS_HEAD_SIZE] = { '$', type, };
  guint size = MMS_HEAD_SIZE + g_bytes_get_size (body);

  GST_WRITE_UINT16_LE (head + 2, size);
  GST_WRITE_UINT32_LE (head + 4, location);
  head[9] = af_flags;
  GST_WRITE_UINT16_LE (head + 10, size);
  pub_conn_queue (self->conn, head, sizeof (head), body);
}

/* Bare ASF.  An endless answer that just stops looks to FFmpeg like a broken
 * one; the last chunk says that it has been all. */
static void
queue_plain (PubPlayer * self, GBytes * body, gboolean is_first)
{
  gchar head[PUB_CONN_HEAD_MAX + 1];
  gint size = 0;

  if (self->is_chunked)
    size = g_snprintf (head, sizeof (head), "%s%x\r\n",
        is_first ? "" : "\r\n", (guint) g_bytes_get_size (body));
  pub_conn_queue (self->conn, (const guint8 *) head, size, body);
}

static void
queue_last_chunk (PubPlayer * self)
{
  if (self->kind == PLAYER_PLAIN && self->is_chunked)
    pub_conn_queue_text (self->conn, "\r\n0\r\n\r\n");
}

/* $C and $E have a Reason and nothing else (2.2.3.2, 2.2.3.4). */
static void
queue_notice (PubPlayer * self, gchar type)
{
  const guint8 notice[] = { '$', type, 4, 0, 0, 0, 0, 0 };

  pub_conn_queue (self->conn, notice, sizeof (notice), NULL);
}

static guint
count_pieces (GBytes * header)
{
  return (g_bytes_get_size (header) + MAX_MMS_PAYLOAD - 1) / MAX_MMS_PAYLOAD;
}

/* $M where it is wanted, and $H in as many pieces as it takes. */
static void
queue_header (PubPlayer * self, GBytes * header)
{
  guint n = count_pieces (header), i;

  if (self->major >= METADATA_SINCE) {
    /* the final NUL belongs to it (2.2.3.6) */
    GBytes *metadata = g_bytes_new_static (METADATA, sizeof (METADATA));

    queue_chunk (self, 'M', 0, AF_FIRST_PIECE | AF_LAST_PIECE, metadata);
    g_bytes_unref (metadata);
  }
  for (i = 0; i < n; i++) {
    gsize at = (gsize) i * MAX_MMS_PAYLOAD;
    GBytes *piece = g_bytes_new_from_bytes (header, at,
        MIN (MAX_MMS_PAYLOAD, g_bytes_get_size (header) - at));

    queue_chunk (self, 'H', i, (i == 0 ? AF_FIRST_PIECE : 0)
        | (i == n - 1 ? AF_LAST_PIECE : 0), piece);
    g_bytes_unref (piece);
  }
}

static gsize
header_chunks_size (PubPlayer * self, GBytes * header)
{
  const gsize chunk = CHUNK_HEAD_SIZE + MMS_HEAD_SIZE;

  return count_pieces (header) * chunk + g_bytes_get_size (header)
      + (self->major >= METADATA_SINCE ? chunk + sizeof (METADATA) : 0);
}

/* [MS-WMSP] 3.2.5.4; afterwards the connection is there for Play. */
static void
answer_describe (PubPlayer * self, GBytes * header)
{
  GString *text = g_string_new (NULL);

  append_head (self, text, "application/vnd.ms.wms-hdr.asfv1", TRUE);
  g_string_append_printf (text, "Content-Length: %" G_GSIZE_FORMAT
      "\r\n\r\n", header_chunks_size (self, header));
  pub_conn_queue_text (self->conn, text->str);
  queue_header (self, header);
  g_string_free (text, TRUE);
  pub_conn_give_back (self->conn);
  leave (self);
}

static void
start_play (PubPlayer * self, GBytes * header)
{
  gboolean is_mms = self->kind == PLAYER_MMS_PLAY;
  GString *text = g_string_new (NULL);

  append_head (self, text, is_mms ? "application/x-mms-framed"
      : "video/x-ms-asf", is_mms);
  if (!is_mms && self->is_chunked)
    g_string_append (text, "Transfer-Encoding: chunked\r\n");
  g_string_append (text, "Connection: close\r\n\r\n");
  pub_conn_queue_text (self->conn, text->str);
  g_string_free (text, TRUE);
  if (is_mms)
    queue_header (self, header);
  else
    queue_plain (self, header, TRUE);
  self->state = PLAYER_PLAYING;
  set_timer (self, MAX (self->config->stall_timeout_ms / 4, 1), check_stall);
  self->owner.changed (self->owner.data);
}

static void
header_came (gpointer data, GBytes * header, const AsfHeaderInfo * info)
{
  PubPlayer *self = data;

  if (self->kind != PLAYER_PLAIN && info->packet_size > MAX_MMS_PAYLOAD) {
    g_message ("packets of %u bytes do not go over MMS", info->packet_size);
    refuse_player (self, SOUP_STATUS_INTERNAL_SERVER_ERROR);
  } else if (self->kind == PLAYER_MMS_DESCRIBE) {
    answer_describe (self, header);
  } else if (self->state == PLAYER_WAITING) {
    start_play (self, header);
    pub_conn_flush (self->conn);
  } else if (self->kind == PLAYER_MMS_PLAY) {
    /* [MS-WMSP] 3.2.4.2 */
    queue_notice (self, 'C');
    queue_header (self, header);
    self->state = PLAYER_PLAYING;
    pub_conn_flush (self->conn);
  } else {
    /* bare ASF has no second header: the player asks again */
    queue_last_chunk (self);
    close_player (self);
  }
}

static gboolean
has_room (PubPlayer * self, GBytes * packet)
{
  gsize queued = pub_conn_get_queued (self->conn);

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

  if (self->kind == PLAYER_MMS_PLAY) {
    queue_chunk (self, 'D', number, self->sequence, packet);
    self->sequence = self->sequence == AF_SEQUENCE_MAX ? 0 : self->sequence + 1;
  } else {
    queue_plain (self, packet, FALSE);
  }
  pub_conn_flush (self->conn);
}

static void
stream_ended (gpointer data)
{
  PubPlayer *self = data;

  if (self->kind == PLAYER_MMS_PLAY)
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
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  const gchar *agent = soup_message_headers_get_one (headers, "User-Agent");
  gchar *play;

  self->agent = g_strndup (agent ? agent : "", MAX_AGENT);
  self->kind = PLAYER_PLAIN;
  self->is_chunked = soup_server_message_get_http_version (msg)
      == SOUP_HTTP_1_1;
  if (!pub_agent_is_mms_player (agent, &self->major))
    return;
  play = pub_request_pragma (headers, "xPlayStrm");
  self->kind = g_strcmp0 (play, "1") == 0 ? PLAYER_MMS_PLAY
      : PLAYER_MMS_DESCRIBE;
  g_free (play);
  self->client_id = pub_request_pragma (headers, "client-id");
  /* a number of 32 bits, which goes into the answer (2.2.1.4.5) */
  if (self->client_id != NULL
      && !g_ascii_string_to_unsigned (self->client_id, 10, 1, G_MAXUINT32,
          NULL, NULL))
    g_clear_pointer (&self->client_id, g_free);
  if (self->client_id == NULL)
    self->client_id = g_strdup_printf ("%u", g_random_int () | 1);
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
  info->is_mms = self->kind != PLAYER_PLAIN;
  info->state = (PubPlayerState) self->state;
  info->since_us = self->since_us;
  info->bytes_sent = pub_conn_get_sent (self->conn);
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
