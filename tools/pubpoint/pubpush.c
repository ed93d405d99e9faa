/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubpush.h"

#include <string.h>

#include <gst/gstutils.h>

#include "asf/asfpacket.h"
#include "pubrequest.h"
#include "wmspush/wmsframe.h"

#define BUFFER_SIZE (WMS_FRAME_HEAD_SIZE + WMS_FRAME_MAX_PAYLOAD)
/* Reads before other connections have their turn. */
#define READS_AT_ONCE 16

/* What may come next (S5), one bit for each type. */
enum
{
  LEGAL_HEADER = 1 << 0,
  LEGAL_DATA = 1 << 1,
  LEGAL_END = 1 << 2,
  LEGAL_CHANGE = 1 << 3,
  LEGAL_FILLER = 1 << 4,
};

struct _PubPush
{
  PubConns *conns;
  PubStream *stream;
  const PubConfig *config;
  PubPushOwner owner;

  gchar *id;
  PubPushState state;
  PubPushCounters counters;
  guint legal;

  /* PUB_PUSH_STREAMING only */
  PubConn *conn;
  guint64 body_left;            /* not read yet */
  guint8 *buffer;
  gsize fill;
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
  if (self->timer != NULL) {
    g_source_destroy (self->timer);
    g_source_unref (self->timer);
  }
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

PubPush *
pub_push_new (PubConns * conns, PubStream * stream, const PubConfig * config,
    const PubPushOwner * owner)
{
  gchar *id = pub_new_push_id ();
  PubPush *self;

  if (id == NULL)
    return NULL;
  self = g_new0 (PubPush, 1);
  self->conns = conns;
  self->stream = stream;
  self->config = config;
  self->owner = *owner;
  self->id = id;
  self->state = PUB_PUSH_READY;
  self->legal = LEGAL_HEADER;
  wait_for_request (self);
  return self;
}

void
pub_push_free (PubPush * self)
{
  if (self->conn != NULL)
    pub_conn_close (self->conn);
  if (self->timer != NULL) {
    g_source_destroy (self->timer);
    g_source_unref (self->timer);
  }
  g_free (self->buffer);
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
  return &self->counters;
}

void
pub_push_touch (PubPush * self)
{
  g_return_if_fail (self->conn == NULL);

  wait_for_request (self);
}

static void
leave_streaming (PubPush * self, PubPushState state)
{
  self->conn = NULL;
  self->fill = 0;
  g_clear_pointer (&self->buffer, g_free);
  self->state = state;
}

/* The last thing that is done with @self: the owner frees it. */
static void
end_session (PubPush * self, guint status)
{
  PubConn *conn = self->conn;

  if (conn != NULL) {
    gchar *text = pub_response_text (status, self->id, TRUE);

    pub_conn_queue_text (conn, text);
    g_free (text);
    leave_streaming (self, PUB_PUSH_OVER);
    pub_conn_close (conn);
  }
  self->state = PUB_PUSH_OVER;
  pub_stream_end (self->stream);
  self->owner.over (self->owner.data);
}

void
pub_push_disconnect (PubPush * self, guint status)
{
  g_message ("push ended by the server: %u", status);
  end_session (self, status);
}

static gboolean
fail (PubPush * self, const gchar * what)
{
  g_message ("push refused: %s", what);
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
  g_message ("push ended: nothing has come for too long");
  end_session (self, SOUP_STATUS_REQUEST_TIMEOUT);
  return G_SOURCE_REMOVE;
}

/* An answer to a PushStart that has been read to its end (3.2.5.2.1). */
static void
finish_request (PubPush * self)
{
  PubConn *conn = self->conn;
  gchar *text = pub_response_text (SOUP_STATUS_NO_CONTENT, self->id, FALSE);

  pub_conn_queue_text (conn, text);
  g_free (text);
  leave_streaming (self, PUB_PUSH_BETWEEN);
  wait_for_request (self);
  pub_conn_give_back (conn);
  self->owner.changed (self->owner.data);
}

/* S8: what is there of an unfinished frame is dropped, the encoder sends it
 * again.  The idle timer goes on. */
static void
lose_connection (PubPush * self)
{
  PubConn *conn = self->conn;

  g_message ("push lost its connection, it may come back");
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

gboolean
pub_push_is_unused (PubPush * self)
{
  return self->counters.headers == 0 && self->conn == NULL;
}

static gboolean
take_header (PubPush * self, const guint8 * data, gsize size)
{
  GError *error = NULL;
  AsfHeaderInfo info;
  GBytes *header;

  if (!asf_header_read (data, size, &info, &error)) {
    gchar *text = g_strdup (error->message);

    g_error_free (error);
    fail (self, text);
    g_free (text);
    return FALSE;
  }
  if (size != info.header_size + ASF_DATA_HEAD_SIZE)
    return fail (self, "more than a header in $H or $C");
  header = g_bytes_new (data, size);
  self->counters.headers++;
  self->legal = LEGAL_DATA | LEGAL_END | LEGAL_FILLER;
  pub_stream_set_header (self->stream, header, &info);
  g_bytes_unref (header);
  return TRUE;
}

/* The one copy of a packet's bytes, with its padding put back. */
static gboolean
take_data (PubPush * self, const guint8 * data, gsize size)
{
  const AsfHeaderInfo *info = pub_stream_get_info (self->stream);
  guint8 *packet = g_malloc (info->packet_size);
  GError *error = NULL;
  GBytes *bytes;

  if (!asf_packet_restore_padding (data, size, info->packet_size, packet,
          &error)) {
    g_message ("broken packet: %s", error->message);
    g_error_free (error);
    g_free (packet);
    return fail (self, "broken packet in $D");
  }
  bytes = g_bytes_new_take (packet, info->packet_size);
  self->counters.packets++;
  self->legal = LEGAL_DATA | LEGAL_END | LEGAL_FILLER;
  pub_stream_add_packet (self->stream, bytes);
  g_bytes_unref (bytes);
  return TRUE;
}

/* 3.2.5.5: S_FALSE announces a $C, everything else is the end. */
static gboolean
take_end (PubPush * self, const guint8 * data, gsize size)
{
  guint32 reason;

  if (size != 4)
    return fail (self, "$E without a Reason");
  reason = GST_READ_UINT32_LE (data);
  if (reason == WMS_END_HEADER_FOLLOWS) {
    self->legal = LEGAL_CHANGE | LEGAL_END | LEGAL_FILLER;
    return TRUE;
  }
  g_message ("push ended by the encoder: 0x%08x", reason);
  end_session (self, SOUP_STATUS_NO_CONTENT);
  return FALSE;
}

static gboolean
take_change (PubPush * self, const guint8 * data, gsize size)
{
  if (size < 4 || GST_READ_UINT32_LE (data) != 0)
    return fail (self, "$C without Reason 0");
  return take_header (self, data + 4, size - 4);
}

static gboolean
take_filler (PubPush * self, gsize size)
{
  if (size > WMS_FRAME_MAX_FILLER)
    return fail (self, "$F is too large");
  self->counters.fillers++;
  self->legal = LEGAL_CHANGE | LEGAL_DATA | LEGAL_END | LEGAL_FILLER;
  return TRUE;
}

static guint
legal_bit (WmsFrameType type)
{
  switch (type) {
    case WMS_FRAME_HEADER:
      return LEGAL_HEADER;
    case WMS_FRAME_DATA:
      return LEGAL_DATA;
    case WMS_FRAME_END:
      return LEGAL_END;
    case WMS_FRAME_CHANGE:
      return LEGAL_CHANGE;
    case WMS_FRAME_FILLER:
      return LEGAL_FILLER;
  }
  return 0;
}

/* Returns: FALSE when the session is over. */
static gboolean
take_frame (PubPush * self, WmsFrameType type, const guint8 * data, gsize size)
{
  if (!(self->legal & legal_bit (type)))
    return fail (self, "packet types in a forbidden order");
  /* $F and $E do not keep a session alive (C40) */
  if (type != WMS_FRAME_FILLER && type != WMS_FRAME_END)
    set_deadline (self, self->config->idle_timeout_ms);
  switch (type) {
    case WMS_FRAME_HEADER:
      return take_header (self, data, size);
    case WMS_FRAME_DATA:
      return take_data (self, data, size);
    case WMS_FRAME_END:
      return take_end (self, data, size);
    case WMS_FRAME_CHANGE:
      return take_change (self, data, size);
    case WMS_FRAME_FILLER:
      return take_filler (self, size);
  }
  return FALSE;
}

/* Returns: FALSE when the session is over. */
static gboolean
take_frames (PubPush * self)
{
  gsize at = 0;

  while (self->fill - at >= WMS_FRAME_HEAD_SIZE) {
    WmsFrameType type;
    guint length;

    if (!wms_frame_read_head (self->buffer + at, &type, &length))
      return fail (self, "no packet where one should begin");
    if (length > self->fill - at - WMS_FRAME_HEAD_SIZE + self->body_left)
      return fail (self, "a packet goes beyond the end of the body");
    if (self->fill - at - WMS_FRAME_HEAD_SIZE < length)
      break;
    if (!take_frame (self, type, self->buffer + at + WMS_FRAME_HEAD_SIZE,
            length))
      return FALSE;
    at += WMS_FRAME_HEAD_SIZE + length;
  }
  self->fill -= at;
  memmove (self->buffer, self->buffer + at, self->fill);
  if (self->body_left == 0 && self->fill > 0)
    return fail (self, "the body ends in a packet's head");
  return TRUE;
}

typedef enum
{
  READ_AGAIN,
  READ_LATER,
  READ_OVER,                    /* the session may be gone */
} ReadResult;

static ReadResult
read_some (PubPush * self)
{
  gsize room = MIN (BUFFER_SIZE - self->fill, self->body_left);
  gssize n = pub_conn_read (self->conn, self->buffer + self->fill, room);

  if (n < 0)
    return READ_LATER;
  if (n == 0) {
    lose_connection (self);
    return READ_OVER;
  }
  self->heard_us = g_get_monotonic_time ();
  self->fill += n;
  self->body_left -= n;
  self->counters.bytes += n;
  return take_frames (self) ? READ_AGAIN : READ_OVER;
}

static void
conn_readable (PubConn * conn, gpointer data)
{
  PubPush *self = data;
  guint64 bytes = self->counters.bytes;
  guint i;

  for (i = 0; i < READS_AT_ONCE; i++) {
    ReadResult result = read_some (self);

    if (result == READ_OVER)
      return;
    if (result == READ_LATER)
      break;
    if (self->body_left == 0) {
      finish_request (self);
      return;
    }
  }
  if (self->counters.bytes != bytes)
    self->owner.changed (self->owner.data);
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
  g_return_if_fail (self->conn == NULL);

  self->body_left = soup_message_headers_get_content_length
      (soup_server_message_get_request_headers (msg));
  self->conn = pub_conn_steal (self->conns, msg, &conn_funcs, self);
  self->buffer = g_malloc (BUFFER_SIZE);
  self->state = PUB_PUSH_STREAMING;
  self->heard_us = g_get_monotonic_time ();
  self->counters.starts++;
  set_deadline (self, self->config->idle_timeout_ms);
  start_timer (self, self->config->idle_timeout_ms);
  if (self->body_left == 0)
    finish_request (self);
  else
    self->owner.changed (self->owner.data);
}
