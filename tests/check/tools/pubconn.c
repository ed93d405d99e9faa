/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Connections that change hands between libsoup and the publishing point. */
#include "pushcase.h"

#include <gst/check/gstcheck.h>
#include <string.h>
#include <sys/socket.h>

#define OPTIONS "OPTIONS / HTTP/1.1\r\nHost: t\r\n\r\n"
/* A sanitizer's frames are larger, and so is its time. */
#ifdef __SANITIZE_ADDRESS__
#define N_REQUESTS 2000
#else
#define N_REQUESTS 10000
#endif
#define STATUS "GET /status.json HTTP/1.1\r\nHost: t\r\n\r\n"

static gpointer
send_requests (gpointer data)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < N_REQUESTS; i++)
    g_string_append (text, OPTIONS);
  raw_push_send (data, text->str, text->len);
  g_string_free (text, TRUE);
  return NULL;
}

/* Who never waits for an answer does not get the stack to overflow: what has
 * been read ahead goes from hand to hand without filters piling up. */
GST_START_TEST (test_requests_that_do_not_wait)
{
  RawPush *client = push_case_connect ();
  GThread *thread = g_thread_new ("requests", send_requests, client);
  guint i;

  for (i = 0; i < N_REQUESTS; i++)
    assert_equals_int (raw_push_response (client, NULL), 204);
  g_thread_join (thread);
  raw_push_free (client);
}

GST_END_TEST;

/* The request that comes behind the body of a push is not lost. */
GST_START_TEST (test_push_and_next_request_at_once)
{
  RawPush *push = push_case_connect ();
  guint frame = PUSH_CASE_PACKET_SIZE + 4, i;
  GByteArray *bytes = g_byte_array_new ();
  gchar *text;

  assert_equals_int (raw_push_setup (push, PUSH_CASE_PATH, "0", ""), 204);
  raw_push_start (push, PUSH_CASE_PATH, push_case_header->len + 4);
  push_case_send_header (push);
  assert_equals_int (raw_push_response (push, NULL), 204);
  text = g_strdup_printf ("POST " PUSH_CASE_PATH " HTTP/1.1\r\nHost: t\r\n"
      "Content-Type: application/x-wms-pushstart\r\nUser-Agent: " RAW_AGENT
      "\r\nCookie: push-id=%s\r\nContent-Length: %u\r\n\r\n$D%c%c",
      push->push_id, frame, PUSH_CASE_PACKET_SIZE & 0xff,
      PUSH_CASE_PACKET_SIZE >> 8);
  for (i = 0; i < 100; i++) {
    g_byte_array_append (bytes, (guint8 *) text, strlen (text));
    g_byte_array_append (bytes, push_case_packet->data, push_case_packet->len);
  }
  raw_push_send (push, bytes->data, bytes->len);
  for (i = 0; i < 100; i++)
    assert_equals_int (raw_push_response (push, NULL), 204);
  assert_equals_int (push_case_info ().counters.packets, 100);
  g_free (text);
  g_byte_array_unref (bytes);
  raw_push_free (push);
}

GST_END_TEST;

/* Each of them takes some 5 KB of /status.json. */
static void
add_points (PubServer * server, gpointer data)
{
  GString *path = g_string_new (NULL);
  guint i;

  for (i = 0; i < 130; i++) {
    g_string_printf (path, "/%u", i);
    while (path->len < 1000)
      g_string_append_c (path, '"');
    pub_server_add_point (server, path->str);
  }
  g_string_free (path, TRUE);
}

/* A large answer gets to a peer that takes it slowly, for longer than a closing
 * connection is waited for. */
GST_START_TEST (test_slow_peer)
{
  RawPush *client;
  gchar *head = NULL;
  guint64 length;

  push_case_restart (add_points);
  client = push_case_connect ();
  g_socket_set_option (client->socket, SOL_SOCKET, SO_RCVBUF, 16384, NULL);
  raw_push_send_text (client, STATUS);
  assert_equals_int (raw_push_response (client, &head), 200);
  length = g_ascii_strtoull (strstr (head, "Content-Length: ") + 16, NULL, 10);
  fail_unless (length > 600000);
  while (client->received->len < length
      && raw_push_try_read (client, MIN (client->received->len + 32768,
              length)))
    g_socket_condition_timed_wait (client->socket, G_IO_HUP, 250000, NULL,
        NULL);
  fail_unless_equals_uint64 (client->received->len, length);
  g_free (head);
  raw_push_free (client);
}

GST_END_TEST;

static void
ended (gpointer data)
{
}

static void
end_server (PubServer * server, gpointer data)
{
  pub_server_shut_down (server, ended, NULL);
}

/* While the server ends an answer is written to its end, but the next request
 * is not heard. */
GST_START_TEST (test_request_behind_the_end)
{
  RawPush *client;
  gchar *head = NULL;
  guint64 length;

  push_case_restart (add_points);
  client = push_case_connect ();
  g_socket_set_option (client->socket, SOL_SOCKET, SO_RCVBUF, 16384, NULL);
  raw_push_send_text (client, STATUS STATUS);
  assert_equals_int (raw_push_response (client, &head), 200);
  length = g_ascii_strtoull (strstr (head, "Content-Length: ") + 16, NULL, 10);
  pub_thread_call (push_case_server, end_server, NULL);
  raw_push_read (client, length);
  g_string_erase (client->received, 0, length);
  fail_unless (raw_push_wait_end (client));
  g_free (head);
  raw_push_free (client);
}

GST_END_TEST;

static Suite *
pubconn_suite (void)
{
  Suite *suite = suite_create ("pubconn");
  TCase *tc = tcase_create ("connections");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, push_case_setup, push_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_requests_that_do_not_wait);
  tcase_add_test (tc, test_push_and_next_request_at_once);
  tcase_add_test (tc, test_slow_peer);
  tcase_add_test (tc, test_request_behind_the_end);
  return suite;
}

GST_CHECK_MAIN (pubconn);
