/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "writerpair.h"

#include <gst/check/gstcheck.h>
#include <sys/socket.h>

#include "sinkrig.h"

static GSocketConnection *
new_connection (gint fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);
  gint size = 4096;

  setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  return g_socket_connection_factory_create_connection (socket);
}

void
writer_pair_init (WriterPair * pair, guint64 request_length)
{
  gint fds[2];

  fail_unless (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  pair->ours = new_connection (fds[0]);
  pair->theirs = new_connection (fds[1]);
  pair->writer = wms_writer_new (G_IO_STREAM (pair->ours), request_length, 0,
      NULL);
  pair->expected = g_byte_array_new ();
  fail_unless (pair->writer != NULL);
}

void
writer_pair_clear (WriterPair * pair)
{
  wms_writer_unref (pair->writer);
  g_object_unref (pair->ours);
  g_object_unref (pair->theirs);
  g_byte_array_unref (pair->expected);
}

void
writer_pair_make_packet (WriterPair * pair, WmsPacket * packet, guint n)
{
  g_autoptr (GBytes) bytes = sink_rig_get_packet (n);
  g_autoptr (GstBuffer) buffer = gst_buffer_new_wrapped_bytes (bytes);

  fail_unless (wms_packet_init (packet, WMS_FRAME_DATA, buffer, NULL));
  g_byte_array_append (pair->expected, packet->head, packet->head_size);
  g_byte_array_append (pair->expected, packet->body, packet->body_size);
}

static gboolean
accept_any (GTlsConnection * connection, GTlsCertificate * certificate,
    GTlsCertificateFlags errors, gpointer user_data)
{
  return TRUE;
}

static gpointer
shake_hands (gpointer user_data)
{
  fail_unless (g_tls_connection_handshake (user_data, NULL, NULL));
  return NULL;
}

GIOStream *
writer_pair_make_tls (GSocketConnection * ours, GSocketConnection * theirs,
    GIOStream ** client)
{
  g_autoptr (GTlsCertificate) certificate =
      g_tls_certificate_new_from_file (TEST_CERTIFICATE, NULL);
  GIOStream *server;
  GThread *thread;

  fail_unless (certificate != NULL);
  server = g_tls_server_connection_new (G_IO_STREAM (theirs), certificate,
      NULL);
  *client = g_tls_client_connection_new (G_IO_STREAM (ours), NULL, NULL);
  fail_unless (server != NULL && *client != NULL);
  g_signal_connect (*client, "accept-certificate", G_CALLBACK (accept_any),
      NULL);
  thread = g_thread_new ("server", shake_hands, server);
  shake_hands (*client);
  g_thread_join (thread);
  g_object_set_data_full (G_OBJECT (server), "client", *client, g_object_unref);
  return server;
}

GIOStream *
writer_pair_init_tls (WriterPair * pair)
{
  GIOStream *client;
  GIOStream *server;

  writer_pair_init (pair, 2147483647);
  server = writer_pair_make_tls (pair->ours, pair->theirs, &client);
  wms_writer_unref (pair->writer);
  pair->writer = wms_writer_new (client, 2147483647, 0, NULL);
  return server;
}

void
writer_pair_fill_queues (WriterPair * pair)
{
  WmsPacket packet;
  guint i = 0;
  guint n;

  for (;;) {
    writer_pair_make_packet (pair, &packet, i++);
    if (wms_writer_push (pair->writer, &packet, 1, &n, NULL)
        == WMS_WRITE_BLOCKED) {
      if (n == 0)
        wms_packet_clear (&packet);
      return;
    }
  }
}
