/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How fast wmspushsink writes over loopback, beside a loop of sendmsg calls of
 * the same bytes: wmspushsink-rate [MEGABYTES].  One line for each number of
 * packets in a buffer list. */
#include <gio/gio.h>
#include <glib-unix.h>
#include <gst/check/gstharness.h>
#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "testasf.h"

#define PACKET_SIZE 1400
#define MAX_LIST 32
#define ANSWER "HTTP/1.1 204 No Content\r\nServer: Cougar/9.5\r\n" \
    "Content-Length: 0\r\n\r\n"

static const guint lists[] = { 1, 8, 32 };

typedef struct
{
  GSocket *listener;
  guint port;
  gboolean is_push;
} Receiver;

static void
receiver_init (Receiver * self)
{
  g_autoptr (GInetAddress) loopback =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  self->listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, NULL);
  g_socket_bind (self->listener, wanted, TRUE, NULL);
  g_socket_listen (self->listener, NULL);
  bound = g_socket_get_local_address (self->listener, NULL);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static void
read_head (GSocket * socket)
{
  g_autoptr (GString) head = g_string_new (NULL);
  gchar byte;

  while (strstr (head->str, "\r\n\r\n") == NULL
      && g_socket_receive (socket, &byte, 1, NULL, NULL) == 1)
    g_string_append_c (head, byte);
}

/* Takes everything and looks at nothing. */
static gpointer
receive_all (gpointer user_data)
{
  Receiver *self = user_data;
  GSocket *socket = g_socket_accept (self->listener, NULL, NULL);
  gchar *bytes = g_malloc (1 << 18);

  if (self->is_push) {
    read_head (socket);
    g_socket_send (socket, ANSWER, strlen (ANSWER), NULL, NULL);
    read_head (socket);
  }
  while (g_socket_receive (socket, bytes, 1 << 18, NULL, NULL) > 0);
  if (self->is_push)
    g_socket_send (socket, ANSWER, strlen (ANSWER), NULL, NULL);
  g_free (bytes);
  g_object_unref (socket);
  return NULL;
}

static gdouble
cpu_seconds (void)
{
  struct rusage usage;

  /* this thread is the one that writes */
  getrusage (RUSAGE_THREAD, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
      + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

typedef struct
{
  gdouble seconds;
  gdouble cpu;
} Cost;

static GstBufferList *
make_list (guint n)
{
  GstBufferList *list = gst_buffer_list_new ();
  GByteArray *packet = test_asf_packet (PACKET_SIZE, PACKET_SIZE - 100, 1,
      TRUE, 0);
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (packet);
  guint i;

  for (i = 0; i < n; i++)
    gst_buffer_list_add (list, gst_buffer_new_wrapped_bytes (bytes));
  return list;
}

static Cost
measure_sink (guint n_in_list, guint n_lists)
{
  const TestHeader header = {
    .flags = ASF_FILE_BROADCAST,
    .packet_size = PACKET_SIZE,
    .streams = {&asf_guid_stream_video},
  };
  Receiver receiver = {.is_push = TRUE };
  g_autofree gchar *url = NULL;
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  g_autoptr (GBytes) head = g_byte_array_free_to_bytes
      (test_asf_header (&header));
  GstBufferList *list = make_list (n_in_list);
  GThread *thread;
  GstHarness *h;
  gint64 start;
  Cost cost;
  guint i;

  receiver_init (&receiver);
  thread = g_thread_new ("receive", receive_all, &receiver);
  url = g_strdup_printf ("http://127.0.0.1:%u/live", receiver.port);
  g_object_set (sink, "location", url, "sync", FALSE, NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_harness_set_src_caps_str (h, "video/x-ms-asf, parsed=(boolean)true");
  gst_harness_push (h, gst_buffer_new_wrapped_bytes (head));
  start = g_get_monotonic_time ();
  cost.cpu = cpu_seconds ();
  for (i = 0; i < n_lists; i++)
    gst_pad_push_list (h->srcpad, gst_buffer_list_ref (list));
  cost.cpu = cpu_seconds () - cost.cpu;
  cost.seconds = (g_get_monotonic_time () - start) / 1e6;
  gst_harness_push_event (h, gst_event_new_eos ());
  g_thread_join (thread);
  gst_harness_teardown (h);
  gst_object_unref (sink);
  gst_buffer_list_unref (list);
  g_object_unref (receiver.listener);
  return cost;
}

static Cost
measure_loop (guint n_in_list, guint n_lists)
{
  static gchar packet[PACKET_SIZE];
  struct iovec vectors[2 * MAX_LIST];
  struct msghdr message = {.msg_iov = vectors,.msg_iovlen = 2 * n_in_list };
  Receiver receiver = { NULL, };
  GSocketClient *client = g_socket_client_new ();
  GSocketConnection *connection;
  GThread *thread;
  gint64 start;
  Cost cost;
  guint i;
  gint fd;

  receiver_init (&receiver);
  thread = g_thread_new ("receive", receive_all, &receiver);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1",
      receiver.port, NULL, NULL);
  fd = g_socket_get_fd (g_socket_connection_get_socket (connection));
  /* blocking, so that a call takes all of it */
  g_unix_set_fd_nonblocking (fd, FALSE, NULL);
  for (i = 0; i < n_in_list; i++) {
    vectors[2 * i] = (struct iovec) { packet, 17 };
    vectors[2 * i + 1] = (struct iovec) { packet, PACKET_SIZE - 13 };
  }
  start = g_get_monotonic_time ();
  cost.cpu = cpu_seconds ();
  for (i = 0; i < n_lists; i++) {
    if (sendmsg (fd, &message, MSG_NOSIGNAL) < 0)
      g_printerr ("sendmsg failed\n");
  }
  cost.cpu = cpu_seconds () - cost.cpu;
  cost.seconds = (g_get_monotonic_time () - start) / 1e6;
  g_object_unref (connection);
  g_thread_join (thread);
  g_object_unref (client);
  g_object_unref (receiver.listener);
  return cost;
}

int
main (int argc, char **argv)
{
  guint megabytes = argc > 1 ? strtoul (argv[1], NULL, 10) : 400;
  guint i;

  gst_init (NULL, NULL);
  g_print ("| packets in a list | wmspushsink MB/s | sendmsg loop MB/s | ratio "
      "| wmspushsink us of CPU per packet | loop |\n"
      "| --- | --- | --- | --- | --- | --- |\n");
  for (i = 0; i < G_N_ELEMENTS (lists); i++) {
    guint n_lists = megabytes * 1000000ull / PACKET_SIZE / lists[i];
    gdouble n_packets = (gdouble) n_lists * lists[i];
    Cost loop = measure_loop (lists[i], n_lists);
    Cost sink = measure_sink (lists[i], n_lists);
    gdouble mb = n_packets * PACKET_SIZE / 1e6;

    g_print ("| %u | %.0f | %.0f | %.2f | %.2f | %.2f |\n", lists[i],
        mb / sink.seconds, mb / loop.seconds, loop.seconds / sink.seconds,
        sink.cpu * 1e6 / n_packets, loop.cpu * 1e6 / n_packets);
  }
  return 0;
}
