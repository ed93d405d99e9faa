/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubpush.h"

#include <string.h>

#include "pubframes.h"
#include "publog.h"
#include "pubrequest.h"
#include "pubsocket.h"
#include "wmspush/wmssource.h"

#define BUFFER_SIZE (WMS_FRAME_HEAD_SIZE + WMS_FRAME_MAX_PAYLOAD)
/* Bytes of packets before other connections have their turn.  A small $D stands
 * for a whole packet, so the bytes that are read say little. */
#define WORK_AT_ONCE (1u << 20)

struct _PubPush
{
  PubConns *conns;
  const PubConfig *config;
  PubPushOwner owner;

  gchar *id;
  gchar *request;               /* its last one, for the log */
  GSocketAddress *remote;       /* whose connection it came on */
  PubPushState state;
  PubPushCounters counters;
  PubFrames frames;

  /* PUB_PUSH_STREAMING only */
  PubConn *conn;
  guint64 body_left;            /* not read yet */
  guint8 *buffer;
  gsize fill;
  GSource *next_turn;           /* frames wait in the buffer */
  gboolean is_last;             /* the connection ends with the answer */
  gint64 heard_us;              /* when bytes came last */

  GSource *timer;
  gint64 deadline_us;
};

static gboolean timer_fired (gpointer data);

static void
set_deadline (PubPush * self, guint ms)
{
  self->deadline_us = g_get_monotonic_time () + (gint64) ms *1000;
}

/* The source is made once for each wait and not for each packet: when it fires
 * early it sleeps for the rest. */
static void
start_timer (PubPush * self, gint64 delay_ms)
{
  wms_source_clear (&self->timer);
  self->timer = g_timeout_source_new (MAX (delay_ms, 1));
  g_source_set_callback (self->timer, timer_fired, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

static void
wait_for_request (PubPush * self)
{
  set_deadline (self, self->config->inactivity_timeout_ms);
  start_timer (self, self->config->inactivity_timeout_ms);
}

static void
note_request (PubPush * self, SoupServerMessage * msg)
{
  g_free (self->request);
  self->request = pub_log_describe (msg);
  g_set_object (&self->remote, soup_server_message_get_remote_address (msg));
}

PubPush *
pub_push_new (PubConns * conns, PubStream * stream, const PubConfig * config,
    const PubPushOwner * owner, SoupServerMessage * msg)
{
  gchar *id = pub_new_push_id ();
  PubPush *self;

  if (id == NULL)
    return NULL;
  self = g_new0 (PubPush, 1);
  self->conns = conns;
  self->config = config;
  self->owner = *owner;
  self->id = id;
  self->state = PUB_PUSH_READY;
  pub_frames_init (&self->frames, stream);
  note_request (self, msg);
  wait_for_request (self);
  g_message ("%s begins a session", self->request);
  return self;
}

void
pub_push_free (PubPush * self)
{
  if (self->conn != NULL)
    pub_conn_close (self->conn);
  wms_source_clear (&self->timer);
  wms_source_clear (&self->next_turn);
  g_free (self->buffer);
  g_clear_object (&self->remote);
  g_free (self->request);
  g_free (self->id);
  g_free (self);
}

const gchar *
pub_push_get_id (PubPush * self)
{
  return self->id;
}

PubPushState
pub_push_get_state (PubPush * self)
{
  return self->state;
}

const PubPushCounters *
pub_push_get_counters (PubPush * self)
{
  self->counters.headers = self->frames.headers;
  self->counters.packets = self->frames.packets;
  self->counters.fillers = self->frames.fillers;
  return &self->counters;
}

void
pub_push_touch (PubPush * self, SoupServerMessage * msg)
{
  g_return_if_fail (self->conn == NULL);

  note_request (self, msg);
  wait_for_request (self);
}

static void
leave_streaming (PubPush * self, PubPushState state)
{
  self->conn = NULL;
  self->fill = 0;
  g_clear_pointer (&self->buffer, g_free);
  wms_source_clear (&self->next_turn);
  self->state = state;
}

/* Returns: the connection, with the last answer on it. */
static PubConn *
answer_last (PubPush * self, guint status)
{
  PubConn *conn = self->conn;
  gchar *text = pub_response_text (status, self->id, TRUE, NULL);

  pub_conn_queue_text (conn, text);
  g_free (text);
  leave_streaming (self, PUB_PUSH_OVER);
  return conn;
}

/* The last thing that is done with @self: the owner frees it.  A connection on
 * which the next request was waited for goes as well (3.2.6.2). */
static void
end_session (PubPush * self, guint status)
{
  if (self->conn != NULL)
    pub_conn_close (answer_last (self, status));
  else
    pub_conns_close_waiting (self->conns, self->remote);
  self->state = PUB_PUSH_OVER;
  pub_stream_end (self->frames.stream);
  self->owner.over (self->owner.data);
}

/* The line of the log for a session that was not refused. */
static void
log_end (PubPush * self, const gchar * why)
{
  g_message ("%s: the session ends after %" G_GUINT64_FORMAT " packets: %s",
      self->request, self->frames.packets, why);
}

void
pub_push_disconnect (PubPush * self, guint status)
{
  gchar *why = g_strdup_printf ("disconnected with %u", status);

  log_end (self, why);
  g_free (why);
  end_session (self, status);
}

static gboolean
fail (PubPush * self, const gchar * why)
{
  pub_log_refused (self->request, SOUP_STATUS_BAD_REQUEST, why);
  end_session (self, SOUP_STATUS_BAD_REQUEST);
  return FALSE;
}

/* S7; [MS-WMHTTP] 3.2.6. */
static gboolean
timer_fired (gpointer data)
{
  PubPush *self = data;
  gint64 left_us = self->deadline_us - g_get_monotonic_time ();

  if (left_us > 0) {
    start_timer (self, left_us / 1000 + 1);
    return G_SOURCE_REMOVE;
  }
  log_end (self, "nothing has come for too long");
  end_session (self, SOUP_STATUS_REQUEST_TIMEOUT);
  return G_SOURCE_REMOVE;
}

/* An answer to a PushStart that has been read to its end (3.2.5.2.1). */
static void
finish_request (PubPush * self)
{
  PubConn *conn = self->conn;
  gchar *text = pub_response_text (SOUP_STATUS_NO_CONTENT, self->id,
      self->is_last, NULL);

  pub_conn_queue_text (conn, text);
  g_free (text);
  leave_streaming (self, PUB_PUSH_BETWEEN);
  wait_for_request (self);
  if (self->is_last)
    pub_conn_close (conn);
  else
    pub_conn_give_back (conn);
  self->owner.changed (self->owner.data);
}

/* S8: what is there of an unfinished frame is dropped, the encoder sends it
 * again.  The idle timer goes on. */
static void
lose_connection (PubPush * self)
{
  PubConn *conn = self->conn;

  g_message ("%s has lost its connection, and may come back", self->request);
  leave_streaming (self, PUB_PUSH_LOST);
  pub_conn_close (conn);
  self->owner.changed (self->owner.data);
}

/* [MS-WMHTTP] 3.2.5.1 refuses an encoder while its data is being received on
 * another connection.  A network that goes away without a FIN leaves one on
 * which nothing is received: waiting for the idle timer would shut the encoder
 * out for a minute, though 3.2.7.1 lets it resume.  Bytes that wait to be read
 * were acknowledged to the encoder, so they come first. */
gboolean
pub_push_give_way (PubPush * self)
{
  gint64 silence_us = g_get_monotonic_time () - self->heard_us;

  if (pub_conn_is_readable (self->conn)
      || silence_us < (gint64) self->config->silence_ms * 1000)
    return FALSE;
  lose_connection (self);
  return TRUE;
}

void
pub_push_tell_wait (PubPush * self, SoupServerMessage * msg)
{
  gint64 left_us = self->deadline_us - g_get_monotonic_time ();
  gchar *seconds;

  if (self->conn != NULL)
    return;
  seconds = g_strdup_printf ("%" G_GINT64_FORMAT,
      MAX (left_us, 0) / G_USEC_PER_SEC + 1);
  soup_message_headers_replace (soup_server_message_get_response_headers (msg),
      "Retry-After", seconds);
  g_free (seconds);
}

gboolean
pub_push_is_unused (PubPush * self)
{
  return self->frames.headers == 0 && self->conn == NULL;
}

/* Without its push-id anybody could come between an encoder's PushSetup and its
 * PushStart, which may be minutes later.  To come on the same connection proves
 * nothing: a proxy may send the requests of others there. */
gboolean
pub_push_is_free (PubPush * self)
{
  return pub_push_is_unused (self) && !pub_socket_is_peer_there (self->remote);
}

static gboolean
end_by_encoder (PubPush * self)
{
  gchar *why = g_strdup_printf ("the encoder says 0x%08x", self->frames.reason);

  log_end (self, why);
  g_free (why);
  end_session (self, SOUP_STATUS_NO_CONTENT);
  return FALSE;
}

/* Returns: FALSE when the session is over. */
static gboolean
take_frame (PubPush * self, WmsFrameType type, const guint8 * data, gsize size)
{
  gchar *why = NULL;

  if (pub_frames_is_alive (type))
    set_deadline (self, self->config->idle_timeout_ms);
  switch (pub_frames_take (&self->frames, type, data, size, &why)) {
    case PUB_FRAMES_GO_ON:
      return TRUE;
    case PUB_FRAMES_END:
      return end_by_encoder (self);
    case PUB_FRAMES_BROKEN:
      break;
  }
  fail (self, why);
  g_free (why);
  return FALSE;
}

static gboolean
has_worked_enough (PubPush * self)
{
  return self->frames.work >= WORK_AT_ONCE;
}

/* Frames that are there, as many as this turn has time for.
 * Returns: FALSE when the session is over. */
static gboolean
take_frames (PubPush * self)
{
  gsize at = 0;

  while (self->fill - at >= WMS_FRAME_HEAD_SIZE && !has_worked_enough (self)) {
    gsize there = self->fill - at - WMS_FRAME_HEAD_SIZE;
    WmsFrameType type;
    const gchar *why;
    guint length;

    if (!wms_frame_read_head (self->buffer + at, &type, &length))
      return fail (self, "no packet where one should begin");
    why =
        pub_frames_check_head (&self->frames, type, length,
        there + self->body_left);
    if (why != NULL)
      return fail (self, why);
    if (there < length)
      break;
    if (!take_frame (self, type, self->buffer + at + WMS_FRAME_HEAD_SIZE,
            length))
      return FALSE;
    at += WMS_FRAME_HEAD_SIZE + length;
  }
  self->fill -= at;
  memmove (self->buffer, self->buffer + at, self->fill);
  if (self->body_left == 0 && self->fill > 0 && !has_worked_enough (self))
    return fail (self, "the body ends in a packet's head");
  return TRUE;
}

/* Returns: bytes read; -1 when there is nothing now; 0 when the connection is
 * lost. */
static gssize
read_some (PubPush * self)
{
  gsize room = MIN (BUFFER_SIZE - self->fill, self->body_left);
  gssize n = pub_conn_read (self->conn, self->buffer + self->fill, room);

  if (n == 0)
    lose_connection (self);
  if (n <= 0)
    return n;
  self->heard_us = g_get_monotonic_time ();
  self->fill += n;
  self->body_left -= n;
  self->counters.bytes += n;
  return n;
}

static void take_turn (PubPush * self);

static gboolean
next_turn (gpointer data)
{
  PubPush *self = data;

  wms_source_clear (&self->next_turn);
  take_turn (self);
  return G_SOURCE_REMOVE;
}

/* Others first. */
static void
wait_for_turn (PubPush * self)
{
  if (self->next_turn != NULL)
    return;
  self->next_turn = g_idle_source_new ();
  g_source_set_priority (self->next_turn, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->next_turn, next_turn, self, NULL);
  g_source_attach (self->next_turn, g_main_context_get_thread_default ());
}

/* Frames are taken before more is read, so that the buffer has room. */
static void
take_turn (PubPush * self)
{
  guint64 bytes = self->counters.bytes;
  gssize n = 1;

  self->frames.work = 0;
  while (n > 0) {
    if (!take_frames (self))
      return;
    if (has_worked_enough (self)) {
      wait_for_turn (self);
      break;
    }
    if (self->body_left == 0) {
      finish_request (self);
      return;
    }
    n = read_some (self);
    if (n == 0)
      return;
  }
  if (self->counters.bytes != bytes || self->frames.work > 0)
    self->owner.changed (self->owner.data);
}

static void
conn_readable (PubConn * conn, gpointer data)
{
  PubPush *self = data;

  /* frames that wait in the buffer come first */
  if (self->next_turn == NULL)
    take_turn (self);
}

static void
conn_lost (PubConn * conn, gpointer data)
{
  lose_connection (data);
}

static const PubConnFuncs conn_funcs = { conn_readable, NULL, conn_lost };

void
pub_push_start (PubPush * self, SoupServerMessage * msg)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  gboolean expects = soup_message_headers_get_expectations (headers)
      & SOUP_EXPECTATION_CONTINUE;

  g_return_if_fail (self->conn == NULL);

  note_request (self, msg);
  self->body_left = soup_message_headers_get_content_length (headers);
  self->is_last = pub_request_is_last (msg);
  self->conn = pub_conn_steal (self->conns, msg, &conn_funcs, self);
  self->buffer = g_malloc (BUFFER_SIZE);
  self->state = PUB_PUSH_STREAMING;
  self->heard_us = g_get_monotonic_time ();
  self->counters.starts++;
  set_deadline (self, self->config->idle_timeout_ms);
  start_timer (self, self->config->idle_timeout_ms);
  if (expects && self->body_left > 0) {
    pub_conn_queue_text (self->conn, "HTTP/1.1 100 Continue\r\n\r\n");
    pub_conn_flush (self->conn);
  }
  if (self->body_left == 0)
    finish_request (self);
  else
    self->owner.changed (self->owner.data);
}
