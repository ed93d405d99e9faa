/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The writer over a socketpair whose queues are small, and over TLS. */
#include <gst/check/gstcheck.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sinkrig.h"
#include "wmspush/wmssocket.h"
#include "wmspush/wmsstatus.h"
#include "writerpair.h"

#define N_PACKETS 200

static gpointer
read_slowly (gpointer user_data)
{
  GInputStream *stream = user_data;
  GByteArray *bytes = g_byte_array_new ();
  guint8 chunk[777];
  gssize n;

  while ((n = g_input_stream_read (stream, chunk, sizeof chunk, NULL,
              NULL)) > 0)
    g_byte_array_append (bytes, chunk, n);
  return bytes;
}

/* Writes all packets, as the streaming thread does; nobody reads before the
 * queues are full. */
static GThread *
write_all (WmsWriter * writer, WmsPacket * packets, guint n_packets,
    GInputStream * input)
{
  GThread *thread = NULL;
  guint done = 0;
  guint n;

  for (;;) {
    WmsWriteResult result = wms_writer_push (writer, packets + done,
        n_packets - done, &n, NULL);

    done += n;
    fail_if (result == WMS_WRITE_FAILED || result == WMS_WRITE_FULL);
    if (result == WMS_WRITE_DONE && done == n_packets)
      return thread;
    if (result == WMS_WRITE_BLOCKED && thread == NULL)
      thread = g_thread_new ("read", read_slowly, input);
    if (result == WMS_WRITE_BLOCKED)
      fail_unless (wms_writer_wait (writer, 10000, NULL, NULL));
  }
}

static void
check_stream (WriterPair * pair, GInputStream * input)
{
  static WmsPacket packets[N_PACKETS];
  WmsWriterStats stats;
  GByteArray *got;
  GThread *thread;
  guint i;

  for (i = 0; i < N_PACKETS; i++)
    writer_pair_make_packet (pair, &packets[i], i);
  thread = write_all (pair->writer, packets, N_PACKETS, input);
  fail_unless (thread != NULL);
  wms_writer_get_stats (pair->writer, &stats);
  fail_unless_equals_uint64 (stats.bytes, pair->expected->len);
  while (wms_writer_finish (pair->writer) == WMS_WRITE_BLOCKED)
    fail_unless (wms_writer_wait (pair->writer, 10000, NULL, NULL));
  got = g_thread_join (thread);
  fail_unless_equals_int (got->len, pair->expected->len);
  fail_unless (memcmp (got->data, pair->expected->data, got->len) == 0);
  g_byte_array_unref (got);
}

/* Short writes end anywhere, also in a head; every byte arrives once. */
GST_START_TEST (test_short_writes)
{
  WriterPair pair;

  writer_pair_init (&pair, 2147483647);
  check_stream (&pair,
      g_io_stream_get_input_stream (G_IO_STREAM (pair.theirs)));
  writer_pair_clear (&pair);
}

GST_END_TEST;

/* The same, through TLS: records are offered again as they were. */
GST_START_TEST (test_tls)
{
  WriterPair pair;
  g_autoptr (GIOStream) server = writer_pair_init_tls (&pair);

  check_stream (&pair, g_io_stream_get_input_stream (server));
  writer_pair_clear (&pair);
}

GST_END_TEST;

/* The close_notify does not wait for a peer that reads nothing, however much
 * room the queue has left. */
GST_START_TEST (test_tls_finish)
{
  WmsWriteResult result = WMS_WRITE_DONE;
  guint n_blocked = 0;
  guint n_frames;

  for (n_frames = 1; result == WMS_WRITE_DONE; n_frames++) {
    WriterPair pair;
    g_autoptr (GIOStream) server = writer_pair_init_tls (&pair);
    guint i, n;

    for (i = 0; i < n_frames && result == WMS_WRITE_DONE; i++) {
      WmsPacket packet;

      wms_packet_init_end (&packet, WMS_END_SESSION);
      result = wms_writer_push (pair.writer, &packet, 1, &n, NULL);
    }
    if (result == WMS_WRITE_DONE)
      n_blocked += wms_writer_finish (pair.writer) == WMS_WRITE_BLOCKED;
    wms_writer_shutdown (pair.writer);
    writer_pair_clear (&pair);
  }
  fail_unless (n_frames > 2 && n_blocked > 0);
}

GST_END_TEST;

GST_START_TEST (test_peer_closed)
{
  g_autoptr (GError) error = NULL;
  WmsPacket packet;
  WriterPair pair;
  guint n;

  writer_pair_init (&pair, 2147483647);
  g_io_stream_close (G_IO_STREAM (pair.theirs), NULL, NULL);
  writer_pair_make_packet (&pair, &packet, 0);
  fail_unless_equals_int (wms_writer_push (pair.writer, &packet, 1, &n,
          &error), WMS_WRITE_FAILED);
  fail_unless (g_error_matches (error, WMS_ERROR, WMS_ERROR_LOST));
  fail_unless_equals_int (n, 0);
  wms_packet_clear (&packet);
  writer_pair_clear (&pair);
}

GST_END_TEST;

/* A request ends on the byte: packets as long as they fit with the final $E,
 * then filler ([MS-WMHTTP] 3.1.4.3). */
GST_START_TEST (test_full_request)
{
  const guint64 length = 1600 + __i__;
  WmsWriteResult result = WMS_WRITE_DONE;
  WmsWriterStats stats;
  WmsPacket packet;
  WriterPair pair;
  guint n = 1;
  guint i;

  writer_pair_init (&pair, length);
  for (i = 0; result == WMS_WRITE_DONE; i++) {
    writer_pair_make_packet (&pair, &packet, i);
    result = wms_writer_push (pair.writer, &packet, 1, &n, NULL);
  }
  fail_unless_equals_int (result, WMS_WRITE_FULL);
  fail_unless_equals_int (n, 0);
  wms_packet_clear (&packet);
  wms_writer_get_stats (pair.writer, &stats);
  fail_unless (stats.left >= WMS_FRAME_END_SIZE);
  wms_packet_init_filler (&packet, stats.left);
  fail_unless_equals_int (wms_writer_push (pair.writer, &packet, 1, &n, NULL),
      WMS_WRITE_DONE);
  wms_writer_get_stats (pair.writer, &stats);
  fail_unless_equals_uint64 (stats.left, 0);
  fail_unless_equals_uint64 (stats.bytes, length);
  writer_pair_clear (&pair);
}

GST_END_TEST;

/* with a sanitizer all of them take half a minute */
#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define STEP 13
#else
#define STEP 1
#endif

/* No remainder that a framing header does not fit into. */
GST_START_TEST (test_filler_sizes)
{
  guint64 start;

  for (start = WMS_FRAME_END_SIZE; start < 200000; start += STEP) {
    guint64 left = start;

    while (left > 0) {
      WmsPacket packet;

      fail_unless (left >= WMS_FRAME_HEAD_SIZE, "from %u", (guint) start);
      wms_packet_init_filler (&packet, left);
      fail_unless (packet.body_size <= WMS_FRAME_MAX_FILLER);
      left -= packet.head_size + packet.body_size;
    }
  }
}

GST_END_TEST;

static gboolean
try_packet (WmsFrameType type, gsize size, GError ** error)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new_allocate (NULL, size, NULL);
  WmsPacket packet;
  gboolean ok;

  gst_buffer_memset (buffer, 0, 0, size);
  /* an ASF packet with one payload that fills it */
  gst_buffer_fill (buffer, 0, "\x82\0\0\0\x5d", MIN (size, 5));
  if (size > 12)
    gst_buffer_memset (buffer, 11, 1, 1);
  ok = wms_packet_init (&packet, type, buffer, error);
  if (ok)
    wms_packet_clear (&packet);
  return ok;
}

/* Limits of [MS-WMHTTP] 2.2.3.2 and 2.2.3.6. */
GST_START_TEST (test_limits)
{
  g_autoptr (GError) error = NULL;

  fail_unless (try_packet (WMS_FRAME_HEADER, 65531, NULL));
  fail_if (try_packet (WMS_FRAME_HEADER, 65532, &error));
  fail_unless (g_error_matches (error, WMS_ERROR, WMS_ERROR_HEADER_TOO_LARGE));
  g_clear_error (&error);
  fail_unless (try_packet (WMS_FRAME_CHANGE, 65527, NULL));
  fail_if (try_packet (WMS_FRAME_CHANGE, 65528, NULL));
  fail_unless (try_packet (WMS_FRAME_DATA, 65535, NULL));
  fail_if (try_packet (WMS_FRAME_DATA, 65536, &error));
  fail_unless (g_error_matches (error, WMS_ERROR, WMS_ERROR_PACKET_TOO_LARGE));
  fail_if (try_packet (WMS_FRAME_DATA, 3, NULL));
}

GST_END_TEST;

/* A connection over TCP whose other end reads nothing. */
static GSocketConnection *
connect_to_silence (GSocketListener * listener, GSocketConnection ** theirs)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  GSocketConnection *ours;

  ours = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL,
      NULL);
  fail_unless (ours != NULL);
  *theirs = g_socket_listener_accept (listener, NULL, NULL, NULL);
  fail_unless (*theirs != NULL);
  return ours;
}

/* The system ends a connection whose peer takes nothing for too long, and tells
 * it once: to the write, after which readers see an end. */
static void
check_silence (GIOStream * stream)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) failure = NULL;
  WmsWriter *writer = wms_writer_new (stream, 2147483647, 300, NULL);
  WmsWriteResult result = WMS_WRITE_DONE;

  while (result != WMS_WRITE_FAILED) {
    WmsPacket packet;
    guint n_taken = 0;

    fail_unless (wms_writer_get_failure (writer) == NULL);
    wms_packet_init_filler (&packet, 60000);
    result = wms_writer_push (writer, &packet, 1, &n_taken, &error);
    if (n_taken == 0)
      wms_packet_clear (&packet);
    if (result == WMS_WRITE_BLOCKED)
      fail_unless (wms_writer_wait (writer, 20000, NULL, NULL));
  }
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  failure = wms_writer_get_failure (writer);
  fail_unless (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  wms_writer_unref (writer);
}

GST_START_TEST (test_silence_is_kept)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketConnection) theirs = NULL;
  g_autoptr (GSocketConnection) ours = connect_to_silence (listener, &theirs);

  check_silence (G_IO_STREAM (ours));
}

GST_END_TEST;

/* The same through TLS, which would tell readers the end only. */
GST_START_TEST (test_tls_silence_is_kept)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketConnection) theirs = NULL;
  g_autoptr (GSocketConnection) ours = connect_to_silence (listener, &theirs);
  GIOStream *client;
  g_autoptr (GIOStream) server = writer_pair_make_tls (ours, theirs, &client);

  check_silence (client);
}

GST_END_TEST;

static void
reset (GSocketConnection * connection)
{
  GSocket *socket = g_socket_connection_get_socket (connection);
  struct linger now = {.l_onoff = 1 };

  fail_unless (setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER,
          &now, sizeof now) == 0);
  g_socket_close (socket, NULL);
}

/* Which code GIO has for both; a FIN of the peer is no failure of a write. */
GST_START_TEST (test_tls_reset_is_kept)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketConnection) theirs = NULL;
  g_autoptr (GSocketConnection) ours = connect_to_silence (listener, &theirs);
  GIOStream *client;
  g_autoptr (GIOStream) server = writer_pair_make_tls (ours, theirs, &client);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) failure = NULL;
  WmsWriter *writer = wms_writer_new (client, 2147483647, 300, NULL);
  WmsPacket packet;
  guint n_taken;

  reset (theirs);
  g_socket_condition_wait (g_socket_connection_get_socket (ours), G_IO_HUP,
      NULL, NULL);
  wms_packet_init_filler (&packet, 100);
  fail_unless_equals_int (wms_writer_push (writer, &packet, 1, &n_taken,
          &error), WMS_WRITE_FAILED);
  if (n_taken == 0)
    wms_packet_clear (&packet);
  failure = wms_writer_get_failure (writer);
  fail_unless (g_error_matches (failure, G_IO_ERROR,
          G_IO_ERROR_CONNECTION_CLOSED));
  wms_writer_unref (writer);
}

GST_END_TEST;

static Suite *
wmswriter_suite (void)
{
  Suite *suite = suite_create ("wmswriter");
  TCase *tc = tcase_create ("writes");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 30);
  tcase_add_test (tc, test_short_writes);
  tcase_add_test (tc, test_tls);
  tcase_add_test (tc, test_tls_finish);
  tcase_add_test (tc, test_peer_closed);
  tcase_add_loop_test (tc, test_full_request, 0, 40);
  tcase_add_test (tc, test_filler_sizes);
  tcase_add_test (tc, test_limits);
  tcase_add_test (tc, test_silence_is_kept);
  tcase_add_test (tc, test_tls_silence_is_kept);
  tcase_add_test (tc, test_tls_reset_is_kept);
  return suite;
}

GST_CHECK_MAIN (wmswriter);
