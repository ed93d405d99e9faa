/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "benchsink.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "benchreceiver.h"
#include "testasf.h"

#define MAX_LIST 32
#define FRAME_HEAD_SIZE 4
/* Of an FLV tag, and the size behind it. */
#define TAG_HEAD_SIZE 11
#define TAG_TAIL_SIZE 4

/* What a push says, for the bare socket's sessions. */
#define REQUEST(kind, length) \
    "POST /live HTTP/1.1\r\nContent-Type: application/x-wms-" kind "\r\n" \
    "X-Accept-Authentication: Negotiate, NTLM, Digest\r\n" \
    "User-Agent: WMEncoder/9.0.0.2980\r\nHost: 127.0.0.1\r\n" \
    "Content-Length: " length "\r\nConnection: Keep-Alive\r\n" \
    "Cache-Control: no-cache\r\nCookie: push-id=0\r\n\r\n"

static GByteArray *
make_asf_packet (gsize size)
{
  GByteArray *packet = test_asf_packet (size, size - 100, 1, TRUE, 0);
  AsfPacketInfo info;

  /* the sink cuts padding off: there shall be none */
  asf_packet_read (packet->data, packet->len, &info, NULL);
  g_byte_array_unref (packet);
  return test_asf_packet (size, size - 100 + info.padding, 1, TRUE, 0);
}

static GByteArray *
make_flv_tag (gsize size)
{
  GByteArray *tag = g_byte_array_new ();
  gsize payload_size = size - TAG_HEAD_SIZE - TAG_TAIL_SIZE;

  g_byte_array_set_size (tag, size);
  memset (tag->data, 1, size);
  memset (tag->data, 0, TAG_HEAD_SIZE);
  tag->data[0] = 9;             /* video */
  GST_WRITE_UINT24_BE (tag->data + 1, payload_size);
  tag->data[TAG_HEAD_SIZE] = 0x22;      /* inter frame, H.263 */
  GST_WRITE_UINT32_BE (tag->data + size - TAG_TAIL_SIZE, size - TAG_TAIL_SIZE);
  return tag;
}

static GBytes *
make_asf_header (gsize packet_size)
{
  const TestHeader header = {
    .flags = ASF_FILE_BROADCAST,
    .packet_size = packet_size,
    .streams = {&asf_guid_stream_video},
  };

  return g_byte_array_free_to_bytes (test_asf_header (&header));
}

void
bench_packet_init (BenchPacket * self, BenchKind kind, gsize size)
{
  GByteArray *bytes = kind == BENCH_RTMP ? make_flv_tag (size) :
      make_asf_packet (size);

  self->kind = kind;
  self->size = size;
  self->data = g_byte_array_free (bytes, FALSE);
  self->memory = gst_memory_new_wrapped (GST_MEMORY_FLAG_READONLY, self->data,
      size, 0, size, NULL, NULL);
  self->stamp_offset = size - BENCH_STAMP_SIZE
      - (kind == BENCH_RTMP ? TAG_TAIL_SIZE : 0);
}

static GstBuffer *
make_buffer (const BenchPacket * self)
{
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_append_memory (buffer, gst_memory_ref (self->memory));
  return buffer;
}

GstBufferList *
bench_packet_make_list (const BenchPacket * self, guint n)
{
  GstBufferList *list = gst_buffer_list_new ();
  guint i;

  for (i = 0; i < n; i++)
    gst_buffer_list_add (list, make_buffer (self));
  return list;
}

static void
stamp (const BenchPacket * packet, guint8 * data)
{
  gint64 now = bench_now_ns ();

  memcpy (data + packet->stamp_offset, BENCH_MARK, BENCH_MARK_SIZE);
  memcpy (data + packet->stamp_offset + BENCH_MARK_SIZE, &now, sizeof (now));
}

static GstBusSyncReply
watch_bus (GstBus * bus, GstMessage * message, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    bench_complain ("%s: %s", GST_MESSAGE_SRC_NAME (message), error->message);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* All elements' messages go to one bus, where nothing stays. */
static void
set_bus (GstElement * element)
{
  static GstBus *bus;
  static gsize once;

  if (g_once_init_enter (&once)) {
    bus = gst_bus_new ();
    gst_bus_set_sync_handler (bus, watch_bus, NULL, NULL);
    g_once_init_leave (&once, 1);
  }
  gst_element_set_bus (element, bus);
}

static void
set_address (BenchSink * self, const BenchBoard * board, guint number,
    gboolean is_relayed)
{
  guint port = board->channels[self->kind].port;
  g_autofree gchar *url = NULL;

  if (self->kind == BENCH_TCP) {
    g_object_set (self->element, "host", "127.0.0.1", "port", (gint) port,
        NULL);
    return;
  }
  if (self->kind == BENCH_RTMP)
    url = g_strdup_printf ("rtmp://127.0.0.1:%u/live/s%u",
        is_relayed ? port : board->nginx_port, number);
  else
    url = g_strdup_printf ("http://127.0.0.1:%u/live%u", port, number);
  g_object_set (self->element, "location", url, NULL);
}

static gboolean
make_element (BenchSink * self, const BenchBoard * board, guint number,
    gboolean is_relayed)
{
  GstPad *sink_pad;

  self->element = gst_element_factory_make (bench_kind_name (self->kind), NULL);
  if (self->element == NULL) {
    bench_complain ("there is no %s", bench_kind_name (self->kind));
    return FALSE;
  }
  gst_object_ref_sink (self->element);
  set_bus (self->element);
  /* Others keep the last buffer for whoever may ask for it. */
  g_object_set (self->element, "sync", FALSE, "enable-last-sample", FALSE,
      NULL);
  if (self->kind != BENCH_FAKE)
    set_address (self, board, number, is_relayed);
  self->pad = gst_pad_new ("src", GST_PAD_SRC);
  sink_pad = gst_element_get_static_pad (self->element, "sink");
  gst_pad_link_full (self->pad, sink_pad, GST_PAD_LINK_CHECK_NOTHING);
  gst_object_unref (sink_pad);
  gst_pad_set_active (self->pad, TRUE);
  return gst_element_set_state (self->element, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE;
}

gboolean
bench_sink_begin (BenchSink * self, BenchKind kind, const BenchBoard * board,
    guint number, gboolean is_relayed)
{
  *self = (BenchSink) {
  .kind = kind,.fd = -1};
  if (kind == BENCH_RTMP && board->nginx_port == 0)
    return FALSE;
  if (kind == BENCH_NOTHING)
    return TRUE;
  if (kind != BENCH_SOCKET)
    return make_element (self, board, number, is_relayed);
  /* it speaks what a push speaks */
  self->fd = bench_connect (board->channels[kind].port);
  return self->fd >= 0;
}

static gboolean
send_text (gint fd, const gchar * text)
{
  return send (fd, text, strlen (text), MSG_NOSIGNAL) == (gssize) strlen (text);
}

static gboolean
read_answer (gint fd)
{
  gchar head[1024];
  gsize size = 0;
  gssize n;

  while (size < sizeof (head) - 1
      && (n = recv (fd, head + size, sizeof (head) - 1 - size, 0)) > 0) {
    size += n;
    head[size] = '\0';
    if (strstr (head, "\r\n\r\n") != NULL)
      return TRUE;
  }
  return FALSE;
}

/* One request is enough for it, whatever it sends. */
static gboolean
start_socket (BenchSink * self, gsize packet_size)
{
  g_autoptr (GBytes) header = make_asf_header (packet_size);
  guint8 head[FRAME_HEAD_SIZE] = { '$', 'H' };
  gsize size = g_bytes_get_size (header);

  GST_WRITE_UINT16_LE (head + 2, size);
  return send_text (self->fd, REQUEST ("pushsetup", "0"))
      && read_answer (self->fd)
      && send_text (self->fd, REQUEST ("pushstart", "9000000000000000000"))
      && send (self->fd, head, sizeof (head), MSG_NOSIGNAL) == sizeof (head)
      && send (self->fd, g_bytes_get_data (header, NULL), size, MSG_NOSIGNAL)
      == (gssize) size;
}

static void
push_events (BenchSink * self)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (self->kind == BENCH_RTMP ?
      "video/x-flv" : "video/x-ms-asf, parsed=(boolean)true");
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->pad, gst_event_new_stream_start ("bench"));
  gst_pad_push_event (self->pad, gst_event_new_caps (caps));
  gst_pad_push_event (self->pad, gst_event_new_segment (&segment));
}

gboolean
bench_sink_start (BenchSink * self, const BenchPacket * packet)
{
  if (self->kind == BENCH_NOTHING)
    return TRUE;
  if (self->kind == BENCH_SOCKET)
    return start_socket (self, packet->size);
  push_events (self);
  if (self->kind == BENCH_RTMP)
    return bench_sink_push (self, packet, FALSE);
  return gst_pad_push (self->pad, gst_buffer_new_wrapped_bytes
      (make_asf_header (packet->size))) == GST_FLOW_OK;
}

/* Frame heads and packets, in two pieces as the sink has them. */
static gboolean
send_packets (gint fd, const guint8 * data, gsize size, guint n)
{
  guint8 head[FRAME_HEAD_SIZE] = { '$', 'D' };
  struct iovec vectors[2 * MAX_LIST];
  struct msghdr message = {.msg_iov = vectors,.msg_iovlen = 2 * n };
  guint i;

  GST_WRITE_UINT16_LE (head + 2, size);
  for (i = 0; i < n; i++) {
    vectors[2 * i] = (struct iovec) { head, sizeof (head) };
    vectors[2 * i + 1] = (struct iovec) { (gpointer) data, size };
  }
  /* it blocks until all is taken */
  return sendmsg (fd, &message, MSG_NOSIGNAL)
      == (gssize) (n * (sizeof (head) + size));
}

static gboolean
push_stamped (BenchSink * self, const BenchPacket * packet)
{
  guint8 *data = g_memdup2 (packet->data, packet->size);
  GstBuffer *buffer;
  gboolean ok;

  if (self->kind == BENCH_SOCKET) {
    stamp (packet, data);
    ok = send_packets (self->fd, data, packet->size, 1);
    g_free (data);
    return ok;
  }
  buffer = gst_buffer_new_wrapped (data, packet->size);
  stamp (packet, data);
  return gst_pad_push (self->pad, buffer) == GST_FLOW_OK;
}

gboolean
bench_sink_push (BenchSink * self, const BenchPacket * packet,
    gboolean is_stamped)
{
  if (self->kind == BENCH_NOTHING)
    return TRUE;
  if (is_stamped)
    return push_stamped (self, packet);
  if (self->kind == BENCH_SOCKET)
    return send_packets (self->fd, packet->data, packet->size, 1);
  return gst_pad_push (self->pad, make_buffer (packet)) == GST_FLOW_OK;
}

gboolean
bench_sink_push_list (BenchSink * self, const BenchPacket * packet,
    GstBufferList * list, guint n)
{
  if (self->kind == BENCH_SOCKET)
    return send_packets (self->fd, packet->data, packet->size, n);
  return gst_pad_push_list (self->pad, gst_buffer_list_ref (list))
      == GST_FLOW_OK;
}

void
bench_sink_read_stats (BenchSink * self)
{
  GstStructure *stats = NULL;

  if (self->element == NULL)
    return;
  g_object_get (self->element, "stats", &stats, NULL);
  g_clear_pointer (&stats, gst_structure_free);
}

static void
end_socket (gint fd)
{
  guint8 end[8] = { '$', 'E', 4, 0, };

  if (send (fd, end, sizeof (end), MSG_NOSIGNAL) == sizeof (end)
      && shutdown (fd, SHUT_WR) == 0)
    read_answer (fd);
}

void
bench_sink_end (BenchSink * self, gboolean is_clean)
{
  if (self->fd >= 0 && is_clean)
    end_socket (self->fd);
  if (self->fd >= 0)
    close (self->fd);
  if (self->element == NULL)
    return;
  if (is_clean && self->pad != NULL)
    gst_pad_push_event (self->pad, gst_event_new_eos ());
  gst_element_set_state (self->element, GST_STATE_NULL);
  g_clear_object (&self->pad);
  g_clear_object (&self->element);
}
