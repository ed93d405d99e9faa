/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TLS: certificates that are refused and why, handshakes, reloading. */
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "pubrequest.h"
#include "pubthread.h"
#include "rawpush.h"
#include "testasf.h"

/* More than the server does at once; each takes a second with a sanitizer. */
#ifdef __SANITIZE_ADDRESS__
#define N_STALLED 9
#else
#define N_STALLED 12
#endif
/* How long the server waits for a head; no handshake may take 10 s. */
#define LONG_MS 60000
#define SHORT_MS 1000
/* A key that belongs to no certificate, made for this test. */
#define OTHER_KEY "-----BEGIN EC PRIVATE KEY-----\n" \
    "MHcCAQEEIDvAOESGj28hudnrYdP7xMlJwaaC5fZjT5/p6nTkBq6DoAoGCCqGSM49\n" \
    "AwEHoUQDQgAEzkKDdzH1wjJcFZUSiY4PIeBlyz5uosYo1+FnuNLiuSp+n7qi3FEJ\n" \
    "0+4jFz2Men4hWHPp8gOYutMB5zkWUQhxkw==\n" \
    "-----END EC PRIVATE KEY-----\n"

static gchar *folder;
static guint tls_port;

static gchar *
place (const gchar * name)
{
  return g_build_filename (folder, name, NULL);
}

static void
write_file (const gchar * name, const gchar * text)
{
  gchar *filename = place (name);

  fail_unless (g_file_set_contents_full (filename, text, -1,
          G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  g_free (filename);
}

/* SERVER_PEM in one file and in two, and what does not work. */
static void
write_files (void)
{
  gchar *text, *key;

  folder = g_dir_make_tmp ("pubtls-XXXXXX", NULL);
  fail_unless (g_file_get_contents (SERVER_PEM, &text, NULL, NULL));
  key = strstr (text, "-----BEGIN PRIVATE KEY");
  if (key == NULL)
    key = strstr (text, "-----BEGIN EC PRIVATE KEY");
  fail_unless (key > text);
  write_file ("both.pem", text);
  write_file ("key.pem", key);
  *key = '\0';
  write_file ("certificate.pem", text);
  write_file ("other.pem", OTHER_KEY);
  write_file ("garbage.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n");
  write_file ("empty.pem", "");
  g_free (text);
}

static void
remove_files (void)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    gchar *filename = place (name);

    g_unlink (filename);
    g_free (filename);
  }
  g_dir_close (dir);
  g_rmdir (folder);
  g_free (folder);
}

static gboolean
set_tls (PubServer * server, const gchar * certificate, const gchar * key,
    GError ** error)
{
  gchar *certificate_file = place (certificate);
  gchar *key_file = key ? place (key) : NULL;
  gboolean is_set = pub_server_set_tls (server, certificate_file, key_file,
      error);

  g_free (certificate_file);
  g_free (key_file);
  return is_set;
}

GST_START_TEST (test_certificates)
{
  static const struct
  {
    const gchar *certificate, *key;
    const gchar *complaint;     /* NULL: good */
  } rows[] = {
    {"both.pem", NULL, NULL},
    {"certificate.pem", "key.pem", NULL},
    {"both.pem", "both.pem", NULL},
    {"certificate.pem", NULL, "certificate.pem"},
    {"key.pem", NULL, "key.pem"},
    {"missing.pem", NULL, "missing.pem"},
    {"certificate.pem", "missing.pem", "missing.pem"},
    {"certificate.pem", "other.pem", "does not work with the key in"},
    {"certificate.pem", "certificate.pem", "certificate.pem"},
    {"garbage.pem", NULL, "garbage.pem"},
    {"empty.pem", NULL, "empty.pem"},
  };
  PubServer *server = pub_server_new ();
  gchar *url;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    GError *error = NULL;
    gboolean is_set = set_tls (server, rows[i].certificate, rows[i].key,
        &error);

    fail_unless (is_set == (rows[i].complaint == NULL), "row %u: %s", i,
        error ? error->message : "");
    if (!is_set)
      fail_unless (strstr (error->message, rows[i].complaint) != NULL,
          "row %u: %s", i, error->message);
    g_clear_error (&error);
  }
  /* what was good is still there */
  fail_unless (pub_server_listen_tls (server, "127.0.0.1", 0, NULL));
  url = pub_server_get_url (server);
  fail_unless (g_str_has_prefix (url, "https://"));
  g_free (url);
  pub_server_free (server);
}

GST_END_TEST;

GST_START_TEST (test_readable_key)
{
  PubServer *server = pub_server_new ();
  gchar *key = place ("key.pem");

  g_log_set_fatal_mask (NULL, G_LOG_FATAL_MASK);
  fail_unless_equals_int (g_chmod (key, 0644), 0);
  g_test_expect_message ("wms-pubpoint", G_LOG_LEVEL_WARNING,
      "*key.pem can be read by everybody*");
  fail_unless (set_tls (server, "certificate.pem", "key.pem", NULL));
  g_test_assert_expected_messages ();
  g_free (key);
  pub_server_free (server);
}

GST_END_TEST;

static guint
find_free_port (void)
{
  PubServer *server = pub_server_new ();
  guint port;

  fail_unless (pub_server_listen (server, "127.0.0.1", 0, NULL));
  port = pub_server_get_port (server);
  pub_server_free (server);
  return port;
}

/* It listens for both. */
static void
speak_tls (PubServer * server, gpointer data)
{
  GError *error = NULL;

  tls_port = find_free_port ();
  fail_unless (set_tls (server, "both.pem", NULL, &error)
      && pub_server_listen (server, "127.0.0.1", 0, &error)
      && pub_server_listen_tls (server, "127.0.0.1", tls_port, &error),
      "%s", error ? error->message : "");
}

static gboolean
accept_any (GTlsConnection * connection, GTlsCertificate * certificate,
    GTlsCertificateFlags flags, gpointer data)
{
  return TRUE;
}

/* The handshake is bounded by the socket's time. */
static GIOStream *
connect_tls (RawPush * push)
{
  static const gchar *const protocols[] = { "h2", "http/1.1", NULL };
  GIOStream *base = G_IO_STREAM (g_socket_connection_factory_create_connection
      (push->socket));
  GIOStream *stream = g_tls_client_connection_new (base, NULL, NULL);
  GError *error = NULL;

  g_signal_connect (stream, "accept-certificate", G_CALLBACK (accept_any),
      NULL);
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (stream),
      protocols);
  fail_unless (g_tls_connection_handshake (G_TLS_CONNECTION (stream), NULL,
          &error), "%s", error ? error->message : "");
  g_object_unref (base);
  return stream;
}

static guint
ask (GIOStream * stream)
{
  static const gchar request[] =
      "OPTIONS /live HTTP/1.1\r\nHost: localhost\r\n\r\n";
  gchar answer[4096] = "";
  gsize fill = 0;
  gssize n = 1;

  fail_unless (g_output_stream_write_all (g_io_stream_get_output_stream
          (stream), request, strlen (request), NULL, NULL, NULL));
  while (n > 0 && strstr (answer, "\r\n\r\n") == NULL) {
    n = g_input_stream_read (g_io_stream_get_input_stream (stream),
        answer + fill, sizeof (answer) - 1 - fill, NULL, NULL);
    fill += MAX (n, 0);
    answer[fill] = '\0';
  }
  return fill > 9 ? g_ascii_strtoull (answer + 9, NULL, 10) : 0;
}

static void
close_tls (GIOStream * stream, RawPush * push)
{
  g_socket_close (push->socket, NULL);
  g_object_unref (stream);
  raw_push_free (push);
}

/* Requests one after the other; what is not spoken is not agreed on. */
GST_START_TEST (test_requests)
{
  PubThread *server = pub_thread_new (speak_tls, NULL);
  RawPush *push = raw_push_connect (tls_port);
  GIOStream *stream = connect_tls (push);

  assert_equals_string (g_tls_connection_get_negotiated_protocol
      (G_TLS_CONNECTION (stream)), "http/1.1");
  fail_unless_equals_int (ask (stream), 204);
  fail_unless_equals_int (ask (stream), 204);
  close_tls (stream, push);
  push = raw_push_connect (pub_thread_get_port (server));
  assert_equals_int (raw_push_setup (push, "/live", "0", ""), 204);
  raw_push_free (push);
  pub_thread_stop (server);
}

GST_END_TEST;

/* Who speaks HTTP there is told. */
GST_START_TEST (test_plain_request)
{
  PubThread *server = pub_thread_new (speak_tls, NULL);
  RawPush *push = raw_push_connect (tls_port);

  raw_push_send_text (push, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  assert_equals_int (raw_push_response (push, NULL), 400);
  raw_push_read (push, strlen ("This port speaks TLS.\n"));
  fail_unless (g_str_has_prefix (push->received->str, "This port speaks TLS"));
  raw_push_free (push);
  pub_thread_stop (server);
}

GST_END_TEST;

static void
use_other (PubServer * server, gpointer data)
{
  gchar *certificate = place ("good.pem");

  fail_unless (pub_server_set_tls (server, certificate, NULL, NULL));
  g_free (certificate);
}

/* A new certificate is for new connections. */
GST_START_TEST (test_reload)
{
  PubThread *server;
  RawPush *old_push, *new_push;
  GIOStream *old_stream, *new_stream;
  const gchar *argv[] = { "sh", CERTIFICATES, NULL };
  gchar *openssl = g_find_program_in_path ("openssl");
  gint status = -1;

  if (openssl == NULL) {
    g_print ("SKIP: no openssl\n");
    return;
  }
  g_free (openssl);
  fail_unless (g_spawn_sync (folder, (gchar **) argv, NULL,
          G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL
          | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, NULL)
      && status == 0);
  server = pub_thread_new (speak_tls, NULL);
  old_push = raw_push_connect (tls_port);
  old_stream = connect_tls (old_push);
  pub_thread_call (server, use_other, NULL);
  new_push = raw_push_connect (tls_port);
  new_stream = connect_tls (new_push);
  fail_unless_equals_int (ask (old_stream), 204);
  fail_unless_equals_int (ask (new_stream), 204);
  fail_if (g_tls_certificate_is_same (g_tls_connection_get_peer_certificate
          (G_TLS_CONNECTION (old_stream)),
          g_tls_connection_get_peer_certificate
          (G_TLS_CONNECTION (new_stream))));
  close_tls (old_stream, old_push);
  close_tls (new_stream, new_push);
  pub_thread_stop (server);
}

GST_END_TEST;

static void
want_heads (PubServer * server, gpointer data)
{
  pub_server_get_config (server)->head_timeout_ms = GPOINTER_TO_UINT (data);
  speak_tls (server, data);
}

static gboolean
has_ended (RawPush * push)
{
  gchar data[4096];
  GError *error = NULL;
  gboolean is_waiting;
  gssize n;

  do
    n = g_socket_receive_with_blocking (push->socket, data, sizeof (data),
        FALSE, NULL, &error);
  while (n > 0);
  is_waiting = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_clear_error (&error);
  return !is_waiting;
}

/* Connections whose records never end, or that nothing follows.  Returns: the
 * server, which waits for heads of requests for so long. */
static PubThread *
begin_stalled (RawPush * stalled[N_STALLED], const guint8 * bytes, gsize size,
    guint head_timeout_ms)
{
  PubThread *server = pub_thread_new (want_heads,
      GUINT_TO_POINTER (head_timeout_ms));
  guint i;

  for (i = 0; i < N_STALLED; i++) {
    stalled[i] = raw_push_connect (tls_port);
    raw_push_send (stalled[i], bytes, size);
  }
  return server;
}

static void
wait_end (RawPush * push)
{
  while (raw_push_try_read (push, push->received->len + 1));
}

/* They take no thread and no time of others, the oldest @n_leaving give way;
 * and all end. */
static void
stall (const guint8 * bytes, gsize size, guint n_leaving)
{
  RawPush *stalled[N_STALLED], *push;
  PubThread *server = begin_stalled (stalled, bytes, size, LONG_MS);
  GIOStream *stream;
  guint i;

  push = raw_push_connect (tls_port);
  stream = connect_tls (push);
  fail_unless_equals_int (ask (stream), 204);
  for (i = 0; i < n_leaving; i++)
    wait_end (stalled[i]);
  for (; i < N_STALLED; i++)
    fail_if (has_ended (stalled[i]), "%u is not there any more", i);
  for (i = 0; i < N_STALLED; i++)
    raw_push_free (stalled[i]);
  close_tls (stream, push);
  pub_thread_stop (server);

  server = begin_stalled (stalled, bytes, size, SHORT_MS);
  for (i = 0; i < N_STALLED; i++) {
    wait_end (stalled[i]);
    raw_push_free (stalled[i]);
  }
  pub_thread_stop (server);
}

GST_START_TEST (test_half_records)
{
  static const guint8 half[] = { 22, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc };

  stall (half, 0, 0);
  stall (half, 3, 0);
  stall (half, sizeof (half), 0);
}

GST_END_TEST;

/* A ClientHello of GLib's, and then nothing. */
static GByteArray *
client_hello (void)
{
  GSocketAddress *address = g_inet_socket_address_new_from_string
      ("127.0.0.1", 0);
  GSocketListener *listener = g_socket_listener_new ();
  GSocketAddress *bound;
  GByteArray *bytes = g_byte_array_new ();
  GSocketConnection *peer;
  RawPush *push;
  GIOStream *base, *stream;
  GCancellable *cancellable = g_cancellable_new ();
  gssize n;

  fail_unless (g_socket_listener_add_address (listener, address,
          G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
  push = raw_push_connect (g_inet_socket_address_get_port
      (G_INET_SOCKET_ADDRESS (bound)));
  base = G_IO_STREAM (g_socket_connection_factory_create_connection
      (push->socket));
  stream = g_tls_client_connection_new (base, NULL, NULL);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (stream), 0, cancellable,
      NULL, NULL);
  peer = g_socket_listener_accept (listener, NULL, NULL, NULL);
  g_byte_array_set_size (bytes, 16384);
  n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (peer)),
      bytes->data, bytes->len, NULL, NULL);
  fail_unless (n > 100);
  g_byte_array_set_size (bytes, n);
  g_cancellable_cancel (cancellable);
  g_object_unref (cancellable);
  g_object_unref (peer);
  g_object_unref (base);
  g_object_unref (stream);
  g_object_unref (listener);
  g_object_unref (bound);
  g_object_unref (address);
  raw_push_free (push);
  return bytes;
}

GST_START_TEST (test_silent_handshakes)
{
  GByteArray *hello = client_hello ();

  /* there is room for eight, and for whom asks then */
  stall (hello->data, hello->len, N_STALLED + 1 - 8);
  g_byte_array_unref (hello);
}

GST_END_TEST;

/* Handshakes that go on while the server ends. */
GST_START_TEST (test_end_in_handshake)
{
  GByteArray *hello = client_hello ();
  PubThread *server = pub_thread_new (speak_tls, NULL);
  RawPush *silent = raw_push_connect (tls_port);
  RawPush *started = raw_push_connect (tls_port);

  raw_push_send (started, hello->data, hello->len);
  raw_push_read (started, 1);
  pub_thread_shut_down (server);
  pub_thread_stop (server);
  fail_unless (raw_push_wait_end (silent));
  raw_push_free (silent);
  raw_push_free (started);
  g_byte_array_unref (hello);
}

GST_END_TEST;

static Suite *
pubtls_suite (void)
{
  Suite *suite = suite_create ("pubtls");
  TCase *tc = tcase_create ("tls");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, write_files, remove_files);
  suite_add_tcase (suite, tc);
  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ())) {
    g_print ("SKIP: no TLS here\n");
    return suite;
  }
  tcase_add_test (tc, test_certificates);
  tcase_add_test (tc, test_readable_key);
  tcase_add_test (tc, test_requests);
  tcase_add_test (tc, test_plain_request);
  tcase_add_test (tc, test_reload);
  tcase_add_test (tc, test_half_records);
  /* valgrind makes those that are not silent as slow as the silent ones */
  if (!test_is_under_memcheck ())
    tcase_add_test (tc, test_silent_handshakes);
  tcase_add_test (tc, test_end_in_handshake);
  return suite;
}

GST_CHECK_MAIN (pubtls);
