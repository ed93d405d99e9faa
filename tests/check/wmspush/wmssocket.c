/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sockets under connections, and those that have no TCP behind them. */
#include <gio/gio.h>
#include <gst/check/gstcheck.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wmspush/wmssocket.h"

/* One end of a pair, the other one in @peer. */
static GSocket *
make_socket (gint * peer)
{
  GSocket *socket;
  gint fds[2];

  fail_unless (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  socket = g_socket_new_from_fd (fds[0], NULL);
  fail_unless (socket != NULL);
  *peer = fds[1];
  return socket;
}

/* A proxy's connection is a wrapper round the one to the proxy. */
GST_START_TEST (test_found_in_wrapper)
{
  g_autoptr (GSocketConnection) base = NULL;
  g_autoptr (GSocketConnection) wrapper = NULL;
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GInputStream) nothing = g_memory_input_stream_new ();
  g_autoptr (GIOStream) other = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocket) spare = NULL;
  gint peers[2];

  socket = make_socket (&peers[0]);
  spare = make_socket (&peers[1]);
  base = g_socket_connection_factory_create_connection (socket);
  wrapper = g_object_new (G_TYPE_TCP_WRAPPER_CONNECTION, "base-io-stream",
      base, "socket", spare, NULL);
  other = g_simple_io_stream_new (nothing, memory);
  fail_unless (wms_socket_find (G_IO_STREAM (base)) == socket);
  fail_unless (wms_socket_find (G_IO_STREAM (wrapper)) == socket);
  fail_unless (wms_socket_find (other) == NULL);
  close (peers[0]);
  close (peers[1]);
}

GST_END_TEST;

GST_START_TEST (test_closed_is_not_duplicated)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = NULL;
  gint peer;

  socket = make_socket (&peer);
  fail_unless (g_socket_close (socket, NULL));
  fail_unless (wms_socket_duplicate (socket, &error) == NULL);
  fail_unless (error != NULL && error->domain == G_IO_ERROR);
  fail_unless (!wms_socket_set_pacing_rate (socket, 8000));
  close (peer);
}

GST_END_TEST;

GST_START_TEST (test_no_tcp_has_no_figures)
{
  g_autoptr (GSocket) socket = NULL;
  WmsSocketInfo info;
  gint peer;

  socket = make_socket (&peer);
  wms_socket_tune (socket, 1000);
  wms_socket_get_info (socket, &info);
  fail_unless_equals_uint64 (info.rtt_ns, 0);
  fail_unless_equals_uint64 (info.pacing_bps, 0);
  close (peer);
}

GST_END_TEST;

/* What a push needs of the system, whoever made the connection. */
GST_START_TEST (test_socket_options)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4,
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  gint value = 0;

  wms_socket_tune (socket, 3000);
  fail_unless (g_socket_get_keepalive (socket));
  fail_unless (g_socket_get_option (socket, IPPROTO_TCP, TCP_NODELAY, &value,
          NULL));
  fail_unless_equals_int (value, 1);
  fail_unless (g_socket_get_option (socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT,
          &value, NULL));
  fail_unless_equals_int (value, 128 * 1024);
  fail_unless (g_socket_get_option (socket, IPPROTO_TCP, TCP_USER_TIMEOUT,
          &value, NULL));
  fail_unless_equals_int (value, 3000);
}

GST_END_TEST;

static Suite *
wmssocket_suite (void)
{
  Suite *suite = suite_create ("wmssocket");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_socket_options);
  tcase_add_test (tc, test_found_in_wrapper);
  tcase_add_test (tc, test_closed_is_not_duplicated);
  tcase_add_test (tc, test_no_tcp_has_no_figures);
  return suite;
}

GST_CHECK_MAIN (wmssocket);
