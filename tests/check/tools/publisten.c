/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Listening sockets: their queue, addresses, errors, and what happens without
 * descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gst/check/gstcheck.h>

#include "publisten.h"
#include "pubthread.h"
#include "rawpush.h"
#include "testasf.h"

#define N_CLIENTS 1000
#define MAX_OPEN 4096
#define OPTIONS "OPTIONS /live HTTP/1.1\r\nHost: localhost\r\n\r\n"

static guint
ask (guint port)
{
  RawPush *push = raw_push_connect (port);
  guint status;

  raw_push_send_text (push, OPTIONS);
  status = raw_push_response (push, NULL);
  raw_push_free (push);
  return status;
}

static void
connect_all (PubServer * server, gpointer data)
{
  RawPush **clients = data;
  guint i;

  /* on the server's thread: nobody accepts meanwhile */
  for (i = 0; i < N_CLIENTS; i++)
    clients[i] = raw_push_connect (pub_server_get_port (server));
}

static void
let_many_wait (PubServer * server, gpointer data)
{
  pub_server_get_config (server)->max_waiting = 2 * N_CLIENTS;
}

/* All of a second's connects wait in the queue and are served, none has to
 * knock again, which takes a second each time. */
GST_START_TEST (test_many_at_once)
{
  struct rlimit limit;
  PubThread *server;
  RawPush **clients = g_new0 (RawPush *, N_CLIENTS);
  gint64 start;
  guint i;

  fail_unless_equals_int (getrlimit (RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = MIN (limit.rlim_max, MAX_OPEN);
  fail_unless_equals_int (setrlimit (RLIMIT_NOFILE, &limit), 0);
  server = pub_thread_new (let_many_wait, NULL);
  start = g_get_monotonic_time ();
  pub_thread_call (server, connect_all, clients);
  fail_unless (g_get_monotonic_time () - start < G_USEC_PER_SEC);
  for (i = 0; i < N_CLIENTS; i++)
    raw_push_send_text (clients[i], OPTIONS);
  for (i = 0; i < N_CLIENTS; i++)
    fail_unless_equals_int (raw_push_response (clients[i], NULL), 204);
  for (i = 0; i < N_CLIENTS; i++)
    raw_push_free (clients[i]);
  g_free (clients);
  pub_thread_stop (server);
}

GST_END_TEST;

GST_START_TEST (test_errors)
{
  static const gchar *const none[] = { "", "localhost", "1.2.3", "[]", "::g",
    "127.0.0.1:80"
  };
  PubServer *server = pub_server_new (), *other = pub_server_new ();
  GError *error = NULL;
  guint i, port;

  fail_unless (pub_server_get_url (server) == NULL);
  fail_unless_equals_int (pub_server_get_port (server), 0);
  for (i = 0; i < G_N_ELEMENTS (none); i++) {
    fail_if (pub_server_listen (server, none[i], 0, &error), "%s", none[i]);
    fail_unless (g_error_matches (error, G_IO_ERROR,
            G_IO_ERROR_INVALID_ARGUMENT));
    g_clear_error (&error);
  }
  fail_unless (pub_server_listen (server, "127.0.0.1", 0, NULL));
  port = pub_server_get_port (server);
  fail_if (pub_server_listen (other, "127.0.0.1", port, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE));
  fail_unless (strstr (error->message, "in use by another program") != NULL,
      "%s", error->message);
  g_clear_error (&error);
  /* an address of somebody else's (RFC 5737) */
  fail_if (pub_server_listen (other, "192.0.2.1", 0, &error));
  fail_unless (strstr (error->message, "192.0.2.1") != NULL, "%s",
      error->message);
  g_clear_error (&error);
  fail_if (pub_server_listen_tls (other, "127.0.0.1", 0, &error));
  fail_unless (strstr (error->message, "--tls-certificate") != NULL);
  g_clear_error (&error);
  pub_server_free (other);
  pub_server_free (server);
}

GST_END_TEST;

/* A server that has closed connections itself, and is started anew. */
GST_START_TEST (test_started_anew)
{
  PubThread *server = pub_thread_new (NULL, NULL);
  guint port = pub_thread_get_port (server);
  RawPush *push = raw_push_connect (port);
  PubServer *again = pub_server_new ();
  GError *error = NULL;

  raw_push_send_text (push, "OPTIONS /x HTTP/1.0\r\n\r\n");
  fail_unless_equals_int (raw_push_response (push, NULL), 204);
  fail_unless (raw_push_wait_end (push));
  pub_thread_stop (server);
  fail_unless (pub_server_listen (again, "127.0.0.1", port, &error), "%s",
      error ? error->message : "");
  raw_push_free (push);
  pub_server_free (again);
}

GST_END_TEST;

static gboolean
can_reach (const gchar * address, guint port)
{
  GSocketAddress *peer = g_inet_socket_address_new_from_string (address, port);
  GSocket *socket = g_socket_new (g_socket_address_get_family (peer),
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  gboolean can = g_socket_connect (socket, peer, NULL, NULL);

  g_object_unref (socket);
  g_object_unref (peer);
  return can;
}

GST_START_TEST (test_ipv6)
{
  PubServer *server = pub_server_new ();
  GError *error = NULL;
  gchar *url, *expected;

  if (!pub_server_listen (server, "[::1]", 0, &error)) {
    g_print ("SKIP: no IPv6 here: %s\n", error->message);
    g_error_free (error);
    pub_server_free (server);
    return;
  }
  url = pub_server_get_url (server);
  expected = g_strdup_printf ("http://[::1]:%u/", pub_server_get_port (server));
  assert_equals_string (url, expected);
  fail_unless (can_reach ("::1", pub_server_get_port (server)));
  fail_if (can_reach ("127.0.0.1", pub_server_get_port (server)));
  g_free (url);
  g_free (expected);
  pub_server_free (server);
}

GST_END_TEST;

/* In a network of the test's own, where nobody else is. */
GST_START_TEST (test_open_to_all)
{
  PubServer *server = pub_server_new (), *other = pub_server_new ();
  const gchar *networks[] = { "192.0.2.0/24", NULL };
  GError *error = NULL;

  if (unshare (CLONE_NEWNET) != 0) {
    g_print ("SKIP: no network namespace: %s\n", g_strerror (errno));
    pub_server_free (other);
    pub_server_free (server);
    return;
  }
  g_log_set_fatal_mask (NULL, G_LOG_FATAL_MASK);
  g_test_expect_message ("wms-pubpoint", G_LOG_LEVEL_WARNING,
      "everybody who reaches 0.0.0.0 can push*--encoder-passwords or"
      " --encoder-access*");
  fail_unless (pub_server_listen (server, "0.0.0.0", 0, NULL));
  g_test_assert_expected_messages ();
  g_test_expect_message ("wms-pubpoint", G_LOG_LEVEL_WARNING, "*push*");
  fail_unless (pub_server_listen (other, "::", 0, NULL));
  g_test_assert_expected_messages ();
  /* which is IPv4 as well */
  fail_if (pub_server_listen (server, "0.0.0.0", pub_server_get_port (other),
          &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE));
  g_error_free (error);
  pub_server_free (other);

  /* not with a list, and not on loopback */
  fail_unless (pub_server_set_access (server, PUB_ROLE_ENCODER, networks,
          NULL));
  fail_unless (pub_server_listen (server, "0.0.0.0", 0, NULL));
  pub_server_free (server);
}

GST_END_TEST;

GST_START_TEST (test_loopback_addresses)
{
  fail_unless (pub_address_is_loopback ("127.0.0.1"));
  fail_unless (pub_address_is_loopback ("127.1.2.3"));
  fail_unless (pub_address_is_loopback ("::1"));
  fail_unless (pub_address_is_loopback ("[::1]"));
  fail_if (pub_address_is_loopback ("0.0.0.0"));
  fail_if (pub_address_is_loopback ("::"));
  fail_if (pub_address_is_loopback ("192.0.2.1"));
  fail_if (pub_address_is_loopback ("x"));
}

GST_END_TEST;

static gint64
cpu_us (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC
      + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* Watches @push for a while in which nothing may come, and nobody may turn. */
static void
check_quiet (RawPush * push)
{
  struct pollfd poll_fd = { g_socket_get_fd (push->socket), POLLIN, 0 };
  gint64 before = cpu_us ();

  fail_unless_equals_int (poll (&poll_fd, 1, 400), 0);
  fail_unless (cpu_us () - before < 100000, "%u us",
      (guint) (cpu_us () - before));
}

static void
set_limit (guint n)
{
  struct rlimit limit;

  fail_unless_equals_int (getrlimit (RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = n;
  fail_unless_equals_int (setrlimit (RLIMIT_NOFILE, &limit), 0);
}

static guint
highest_fd (void)
{
  int fd = dup (0);

  close (fd);
  return fd;
}

/* Connections leave some descriptors to others: who finds none is told, the
 * rest goes on, and afterwards everything is as before. */
GST_START_TEST (test_no_room)
{
  PubThread *server = pub_thread_new (NULL, NULL);
  guint port = pub_thread_get_port (server);
  RawPush *served = raw_push_connect (port), *refused;
  guint status, i;

  assert_equals_int (raw_push_setup (served, "/live", "0", ""), 204);
  set_limit (highest_fd () + PUB_SPARE_FDS);
  for (i = 0; i < 5; i++) {
    refused = raw_push_connect (port);
    fail_unless_equals_int (raw_push_response (refused, NULL), 503);
    fail_unless (raw_push_wait_end (refused));
    raw_push_free (refused);
  }
  raw_push_start (served, "/live", RAW_LENGTH);
  check_quiet (served);
  set_limit (1024);
  status = ask (port);
  assert_equals_int (status, 204);
  raw_push_free (served);
  pub_thread_stop (server);
}

GST_END_TEST;

typedef struct
{
  RawPush *clients[3];
  int fds[1024];
  guint n;
} Exhausted;

/* On the server's thread, so that the connections wait until all descriptors
 * are gone. */
static void
exhaust (PubServer * server, gpointer data)
{
  Exhausted *self = data;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (self->clients); i++)
    self->clients[i] = raw_push_connect (pub_server_get_port (server));
  for (self->n = 0; self->n < G_N_ELEMENTS (self->fds); self->n++) {
    self->fds[self->n] = open ("/dev/null", O_RDONLY | O_CLOEXEC);
    if (self->fds[self->n] < 0)
      break;
  }
  fail_unless_equals_int (errno, EMFILE);
}

/* The same where others have taken all descriptors: accept() fails. */
GST_START_TEST (test_no_descriptors)
{
  PubThread *server = pub_thread_new (NULL, NULL);
  guint port = pub_thread_get_port (server);
  RawPush *served = raw_push_connect (port);
  Exhausted exhausted;
  guint i;

  assert_equals_int (raw_push_setup (served, "/live", "0", ""), 204);
  raw_push_start (served, "/live", RAW_LENGTH);
  set_limit (512);
  pub_thread_call (server, exhaust, &exhausted);
  for (i = 0; i < G_N_ELEMENTS (exhausted.clients); i++) {
    fail_unless_equals_int (raw_push_response (exhausted.clients[i], NULL),
        503);
    fail_unless (raw_push_wait_end (exhausted.clients[i]));
  }
  check_quiet (served);
  for (i = 0; i < exhausted.n; i++)
    close (exhausted.fds[i]);
  for (i = 0; i < G_N_ELEMENTS (exhausted.clients); i++)
    raw_push_free (exhausted.clients[i]);
  fail_unless_equals_int (ask (port), 204);
  raw_push_free (served);
  pub_thread_stop (server);
}

GST_END_TEST;

/* The server would do nothing else. */
GST_START_TEST (test_endless_sender)
{
  gsize size = 1 << 20;
  gchar *bytes = g_malloc0 (size), answer[16];
  gssize sent, n, left = 0;
  int fds[2];

  fail_unless (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  while ((sent = send (fds[0], bytes, 4096, MSG_DONTWAIT)) > 0)
    left += sent;
  pub_listen_refuse (fds[1], "no\n");
  assert_equals_int (recv (fds[0], answer, sizeof (answer), 0), 3);
  for (sent = left, left = 0;
      (n = recv (fds[1], bytes, size, MSG_DONTWAIT)) > 0; left += n);
  /* what comes in one go is taken, not all that waits */
  assert_equals_int (sent - left, 64 << 10);
  fail_unless (left > 0);
  close (fds[0]);
  close (fds[1]);
  g_free (bytes);
}

GST_END_TEST;

static Suite *
publisten_suite (void)
{
  Suite *suite = suite_create ("publisten");
  TCase *tc = tcase_create ("listen");

  tcase_set_timeout (tc, 60);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_many_at_once);
  tcase_add_test (tc, test_errors);
  tcase_add_test (tc, test_started_anew);
  tcase_add_test (tc, test_ipv6);
  tcase_add_test (tc, test_open_to_all);
  tcase_add_test (tc, test_loopback_addresses);
  tcase_add_test (tc, test_no_room);
  if (!test_is_under_memcheck ())
    tcase_add_test (tc, test_no_descriptors);
  tcase_add_test (tc, test_endless_sender);
  return suite;
}

GST_CHECK_MAIN (publisten);
