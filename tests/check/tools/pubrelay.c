/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Programmes that are pushed on to other publishing points (--push-to): what
 * arrives there, and that nobody waits for it. */
#include <string.h>

#include <gst/check/gstcheck.h>

#include "pubstatus.h"
#include "pubthread.h"
#include "rawpush.h"
#include "testasf.h"

#define PACKET_SIZE 400
#define PATH "/live"
#define PLAY "GET " PATH " HTTP/1.0\r\nHost: localhost\r\n\r\n"

static PubThread *origin, *edge;
static GByteArray *header;

typedef struct
{
  const gchar *urls[3];
  gchar *message;               /* of the error */
} Urls;

static void
set_urls (PubServer * server, gpointer data)
{
  Urls *urls = data;
  GError *error = NULL;

  if (!pub_server_set_push_to (server, urls->urls, &error)) {
    urls->message = g_strdup (error->message);
    g_error_free (error);
  }
}

static void
push_to (const gchar * one, const gchar * other)
{
  Urls urls = { {one, other, NULL}, NULL };

  pub_thread_call (origin, set_urls, &urls);
  fail_unless (urls.message == NULL, "%s", urls.message);
}

static gchar *
push_to_edge (void)
{
  gchar *url = pub_thread_url (edge, "http", "/");

  push_to (url, NULL);
  return url;
}

static void
setup_servers (void)
{
  const TestHeader description = { ASF_FILE_BROADCAST, PACKET_SIZE, 0,
    {&asf_guid_stream_video}, FALSE
  };

  origin = pub_thread_new (NULL, NULL);
  edge = pub_thread_new (NULL, NULL);
  header = test_asf_header (&description);
}

static void
teardown_servers (void)
{
  pub_thread_stop (origin);
  if (edge != NULL)
    pub_thread_stop (edge);
  g_byte_array_unref (header);
}

typedef struct
{
  PubRelayInfo info;
  guint n;
} Found;

static void
note_relay (const PubRelayInfo * info, gpointer data)
{
  Found *found = data;

  found->info = *info;
  found->n++;
}

static Found
find_relay (PubServer * server)
{
  Found found = { {NULL,}, 0 };

  pub_server_foreach_relay (server, note_relay, &found);
  return found;
}

static gboolean
has_state (PubServer * server, gpointer data)
{
  Found found = find_relay (server);

  return found.n == 1 && found.info.state == *(PubRelayState *) data;
}

static void
wait_state (PubRelayState state)
{
  fail_unless (pub_thread_wait_for (origin, has_state, &state), "not %s",
      pub_relay_state_name (state));
}

static RawPush *
begin_push (void)
{
  RawPush *push = raw_push_begin (pub_thread_get_port (origin), PATH,
      header->data, header->len);

  fail_unless (pub_thread_wait (origin, PATH, pub_has_headers, 1));
  return push;
}

static void
send_packet_at (RawPush * push, guint8 fill, gboolean is_key, guint32 time_ms)
{
  GByteArray *packet = test_asf_packet (PACKET_SIZE, 100, fill, is_key,
      time_ms);

  raw_push_frame (push, 'D', packet->data, packet->len);
  g_byte_array_unref (packet);
}

static void
send_packet (RawPush * push, guint8 fill, gboolean is_key)
{
  send_packet_at (push, fill, is_key, fill * 40);
}

static RawPush *
begin_play (PubThread * server)
{
  RawPush *player = raw_push_connect (pub_thread_get_port (server));

  raw_push_send_text (player, PLAY);
  return player;
}

/* Takes the next packet off.  Returns: what it is filled with. */
static guint8
take_packet (RawPush * player)
{
  AsfPacketInfo info;
  guint8 fill;

  raw_push_read (player, PACKET_SIZE);
  fail_unless (asf_packet_read ((guint8 *) player->received->str, PACKET_SIZE,
          &info, NULL));
  fill = player->received->str[PACKET_SIZE - 1 - info.padding];
  g_string_erase (player->received, 0, PACKET_SIZE);
  return fill;
}

static void
take_header (RawPush * player)
{
  assert_equals_int (raw_push_response (player, NULL), 200);
  raw_push_read (player, header->len);
  fail_unless (memcmp (player->received->str, header->data, header->len) == 0);
  g_string_erase (player->received, 0, header->len);
}

static void
expect_packets (RawPush * player, guint8 from, guint8 to)
{
  guint fill;

  for (fill = from; fill <= to; fill++)
    assert_equals_int (take_packet (player), fill);
}

/* Programme after programme, each a session of its own there. */
GST_START_TEST (test_programmes)
{
  gchar *url = push_to_edge ();
  guint i, fill;

  for (i = 1; i <= 2; i++) {
    RawPush *player = begin_play (edge), *push = begin_push ();

    for (fill = 1; fill <= 20; fill++)
      send_packet (push, fill, fill == 1);
    take_header (player);
    expect_packets (player, 1, 20);
    wait_state (PUB_RELAY_STREAMING);
    raw_push_conclude (push);
    fail_unless (raw_push_wait_end (player));
    raw_push_free (player);
    fail_unless (pub_thread_wait (edge, PATH, pub_has_no_session, i));
    wait_state (PUB_RELAY_IDLE);
  }
  g_free (url);
}

GST_END_TEST;

/* Why it failed stays there to be read, until it fails for another reason. */
static void
check_reason (PubServer * server, gpointer data)
{
  const gchar *text = find_relay (server).info.text;
  PubStatus *status = pub_status_new (server);
  GBytes *json = pub_status_get (status, TRUE);
  gchar *wanted = text != NULL ? g_strdup_printf ("\"text\":\"%s\"", text)
      : g_strdup ("\"text\":null");
  const gchar *reason = data;

  fail_unless (reason == NULL ? text == NULL : text != NULL
      && strstr (text, reason) != NULL, "%s", wanted);
  fail_unless (g_strstr_len (g_bytes_get_data (json, NULL),
          g_bytes_get_size (json), wanted) != NULL, "%s", wanted);
  g_bytes_unref (json);
  pub_status_free (status);
  g_free (wanted);
}

static void
check_figures (PubServer * server, gpointer data)
{
  Found found = find_relay (server);
  gchar *location = pub_thread_url (edge, "http", PATH);

  assert_equals_int (found.n, 1);
  assert_equals_string (found.info.path, PATH);
  assert_equals_string (found.info.location, location);
  assert_equals_int (found.info.sessions, 1);
  assert_equals_uint64 (found.info.packets, 3);
  assert_equals_uint64 (found.info.dropped, 0);
  g_free (location);
}

GST_START_TEST (test_figures)
{
  gchar *url = push_to_edge ();
  RawPush *push = begin_push ();

  send_packet (push, 1, TRUE);
  send_packet (push, 2, FALSE);
  send_packet (push, 3, FALSE);
  fail_unless (pub_thread_wait (edge, PATH, pub_has_packets, 3));
  wait_state (PUB_RELAY_STREAMING);
  pub_thread_call (origin, check_figures, NULL);
  pub_thread_call (origin, check_reason, NULL);
  /* also while its end is on its way */
  raw_push_end (push, 0);
  wait_state (PUB_RELAY_IDLE);
  pub_thread_call (origin, check_figures, NULL);
  assert_equals_int (raw_push_response (push, NULL), 204);
  raw_push_free (push);
  fail_unless (pub_thread_wait (edge, PATH, pub_has_no_session, 1));
  g_free (url);
}

GST_END_TEST;

static gchar *
get_text (const gchar * path)
{
  RawPush *client = raw_push_connect (pub_thread_get_port (origin));
  gchar *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: localhost\r\n"
      "Connection: close\r\n\r\n", path);
  gchar *text;

  raw_push_send_text (client, request);
  assert_equals_int (raw_push_response (client, NULL), 200);
  /* to its end */
  fail_if (raw_push_try_read (client, 1000000));
  text = g_strdup (client->received->str);
  raw_push_free (client);
  g_free (request);
  return text;
}

/* For monitoring; where it goes is nobody's business. */
GST_START_TEST (test_status)
{
  gchar *url = push_to_edge (), *host = strstr (url, "127");
  RawPush *push = begin_push ();
  gchar *status, *metrics;

  send_packet (push, 1, TRUE);
  wait_state (PUB_RELAY_STREAMING);
  fail_unless (pub_thread_wait (edge, PATH, pub_has_packets, 1));
  status = get_text ("/status.json");
  metrics = get_text ("/metrics");
  fail_unless (strstr (status, "\"relays\":[{\"path\":\"/live\","
          "\"state\":\"streaming\",\"sessions\":1,") != NULL, "%s", status);
  fail_unless (strstr (status, host) == NULL);
  fail_unless (strstr (metrics, "wms_pubpoint_relays{state=\"streaming\"} 1\n")
      != NULL, "%s", metrics);
  fail_unless (strstr (metrics, host) == NULL);
  raw_push_conclude (push);
  g_free (status);
  g_free (metrics);
  g_free (url);
}

GST_END_TEST;

/* $C goes through. */
GST_START_TEST (test_new_header)
{
  const TestHeader description = { ASF_FILE_BROADCAST, PACKET_SIZE, 0,
    {&asf_guid_stream_video, &asf_guid_stream_audio}, FALSE
  };
  gchar *url = push_to_edge ();
  RawPush *push = begin_push ();
  GByteArray *change = g_byte_array_new ();
  GByteArray *other = test_asf_header (&description);

  send_packet (push, 1, TRUE);
  fail_unless (pub_thread_wait (edge, PATH, pub_has_packets, 1));
  test_put (change, 0, 4);
  g_byte_array_append (change, other->data, other->len);
  raw_push_end (push, 1);
  raw_push_frame (push, 'C', change->data, change->len);
  send_packet (push, 2, TRUE);
  fail_unless (pub_thread_wait (edge, PATH, pub_has_packets, 2));
  fail_unless (pub_thread_wait (edge, PATH, pub_has_headers, 2));
  raw_push_conclude (push);
  fail_unless (pub_thread_wait (edge, PATH, pub_has_no_session, 1));
  g_byte_array_unref (change);
  g_byte_array_unref (other);
  g_free (url);
}

GST_END_TEST;

static void
listen_there (PubServer * server, gpointer data)
{
  fail_unless (pub_server_listen (server, "127.0.0.1",
          GPOINTER_TO_UINT (data), NULL));
}

static gboolean
has_session (const PubPointInfo * info, guint64 value)
{
  return info->has_session;
}

/* It comes back, and goes on at a key frame; the origin's own player has not
 * missed anything. */
GST_START_TEST (test_edge_away)
{
  guint port = pub_thread_get_port (edge);
  gchar *url = push_to_edge ();
  RawPush *push, *player = begin_play (origin), *far_player;
  guint8 fill, seen;

  pub_thread_stop (edge);
  push = begin_push ();
  for (fill = 1; fill <= 30; fill++)
    send_packet (push, fill, fill == 1);
  take_header (player);
  expect_packets (player, 1, 30);
  wait_state (PUB_RELAY_LOST);
  edge = pub_thread_new (listen_there, GUINT_TO_POINTER (port));
  far_player = begin_play (edge);
  fail_unless (pub_thread_wait (edge, PATH, pub_has_players, 1));
  fail_unless (pub_thread_wait (edge, PATH, has_session, 0));
  /* what comes before its sink knows of the session is left out */
  wait_state (PUB_RELAY_STREAMING);
  for (fill = 31; fill <= 59; fill++)
    send_packet (push, fill, fill % 10 == 1);
  take_header (far_player);
  seen = take_packet (far_player);
  assert_equals_int (seen % 10, 1);
  expect_packets (far_player, seen + 1, 59);
  expect_packets (player, 31, 59);
  pub_thread_call (origin, check_reason, (gpointer) "Check");
  raw_push_conclude (push);
  raw_push_free (player);
  raw_push_free (far_player);
  fail_unless (pub_thread_wait (edge, PATH, pub_has_no_session, 1));
  wait_state (PUB_RELAY_IDLE);
  pub_thread_call (origin, check_reason, (gpointer) "Check");
  g_free (url);
}

GST_END_TEST;

/* One that takes the connection, and nothing more. */
GST_START_TEST (test_edge_says_nothing)
{
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, NULL);
  GSocketAddress *address = g_inet_socket_address_new_from_string
      ("127.0.0.1", 0), *local;
  RawPush *push, *player = begin_play (origin);
  gint64 begin;
  gchar *url;
  guint i;

  fail_unless (g_socket_bind (socket, address, FALSE, NULL));
  fail_unless (g_socket_listen (socket, NULL));
  local = g_socket_get_local_address (socket, NULL);
  url = g_strdup_printf ("http://127.0.0.1:%u/",
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local)));
  push_to (url, NULL);
  push = begin_push ();
  take_header (player);
  for (i = 1; i <= 10000; i++) {
    send_packet (push, i % 200, i % 200 == 0);
    if (i % 2000 == 0)
      raw_push_read (player, 2000 * PACKET_SIZE);
    if (i % 2000 == 0)
      g_string_erase (player->received, 0, 2000 * PACKET_SIZE);
  }
  /* and ending does not take longer for it than it may */
  begin = g_get_monotonic_time ();
  pub_thread_shut_down (origin);
  fail_unless (g_get_monotonic_time () - begin < 9 * G_USEC_PER_SEC);
  raw_push_free (push);
  raw_push_free (player);
  g_object_unref (local);
  g_object_unref (address);
  g_object_unref (socket);
  g_free (url);
}

GST_END_TEST;

/* The edge hears that the programme is over, not that a connection is lost. */
GST_START_TEST (test_shut_down)
{
  gchar *url = push_to_edge ();
  RawPush *push = begin_push ();

  send_packet (push, 1, TRUE);
  fail_unless (pub_thread_wait (edge, PATH, pub_has_packets, 1));
  raw_push_shut_down (push);
  pub_thread_shut_down (origin);
  fail_unless (pub_thread_wait (edge, PATH, pub_has_no_session, 1));
  raw_push_free (push);
  g_free (url);
}

GST_END_TEST;

/* While a programme runs: a relay that is new begins at a key frame, one that
 * is left out ends. */
GST_START_TEST (test_changed_while_running)
{
  RawPush *push = begin_push (), *player = begin_play (edge);
  gchar *url;

  send_packet (push, 1, TRUE);
  send_packet (push, 2, FALSE);
  send_packet (push, 3, TRUE);
  send_packet (push, 4, FALSE);
  fail_unless (pub_thread_wait (origin, PATH, pub_has_packets, 4));
  url = push_to_edge ();
  take_header (player);
  expect_packets (player, 3, 4);
  push_to (NULL, NULL);
  raw_push_free (player);
  /* by $E: a lost one would stay */
  fail_unless (pub_thread_wait (edge, PATH, pub_has_no_session, 1));
  send_packet (push, 5, TRUE);
  raw_push_conclude (push);
  g_free (url);
}

GST_END_TEST;

/* Only the point that is meant. */
GST_START_TEST (test_one_point)
{
  gchar *base = pub_thread_url (edge, "http", "/there");
  gchar *url = g_strconcat ("/other=", base, NULL);
  RawPush *push;
  PubPointInfo info;

  push_to (url, NULL);
  push = begin_push ();
  send_packet (push, 1, TRUE);
  raw_push_conclude (push);
  push = raw_push_connect (pub_thread_get_port (origin));
  assert_equals_int (raw_push_setup (push, "/other", "0", ""), 204);
  raw_push_start (push, "/other", RAW_LENGTH);
  raw_push_frame (push, 'H', header->data, header->len);
  send_packet (push, 1, TRUE);
  fail_unless (pub_thread_wait (edge, "/there", pub_has_packets, 1));
  pub_thread_get_point (edge, PATH, &info);
  assert_equals_int (info.sessions, 0);
  raw_push_conclude (push);
  fail_unless (pub_thread_wait (edge, "/there", pub_has_no_session, 1));
  g_free (base);
  g_free (url);
}

GST_END_TEST;

static void
know_nothing (PubServer * server, gpointer data)
{
  pub_server_add_point (server, "/something-else");
}

static gboolean
has_failed_twice (PubServer * server, gpointer data)
{
  return find_relay (server).info.failures >= 2;
}

/* One that will have none of it is asked again. */
GST_START_TEST (test_refused)
{
  RawPush *push;
  gchar *url;

  pub_thread_stop (edge);
  edge = pub_thread_new (know_nothing, NULL);
  url = push_to_edge ();
  push = begin_push ();
  send_packet (push, 1, TRUE);
  fail_unless (pub_thread_wait_for (origin, has_failed_twice, NULL));
  wait_state (PUB_RELAY_LOST);
  raw_push_conclude (push);
  wait_state (PUB_RELAY_IDLE);
  g_free (url);
}

GST_END_TEST;

static void
know_everything (PubServer * server, gpointer data)
{
  pub_server_set_points (server, NULL);
}

/* A session that begins so late begins at a key frame, or a minute after the
 * last one. */
GST_START_TEST (test_refused_at_first)
{
  RawPush *push, *player;
  gchar *url;
  guint8 fill;

  pub_thread_stop (edge);
  edge = pub_thread_new (know_nothing, NULL);
  url = push_to_edge ();
  push = begin_push ();
  send_packet (push, 1, TRUE);
  wait_state (PUB_RELAY_LOST);
  pub_thread_call (edge, know_everything, NULL);
  player = begin_play (edge);
  fail_unless (pub_thread_wait (edge, PATH, has_session, 0));
  for (fill = 2; fill <= 9; fill++)
    send_packet_at (push, fill, fill == 6 && __i__ == 0,
        fill * 40 + (fill >= 6 ? 60000 : 0));
  take_header (player);
  expect_packets (player, 6, 9);
  raw_push_conclude (push);
  raw_push_free (player);
  fail_unless (pub_thread_wait (edge, PATH, pub_has_no_session, 1));
  g_free (url);
}

GST_END_TEST;

static Suite *
pubrelay_suite (void)
{
  Suite *suite = suite_create ("pubrelay");
  TCase *tc = tcase_create ("relay");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, setup_servers, teardown_servers);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_programmes);
  tcase_add_test (tc, test_figures);
  tcase_add_test (tc, test_status);
  tcase_add_test (tc, test_new_header);
  tcase_add_test (tc, test_edge_away);
  tcase_add_test (tc, test_edge_says_nothing);
  tcase_add_test (tc, test_shut_down);
  tcase_add_test (tc, test_changed_while_running);
  tcase_add_test (tc, test_one_point);
  tcase_add_test (tc, test_refused);
  tcase_add_loop_test (tc, test_refused_at_first, 0, 2);
  return suite;
}

GST_CHECK_MAIN (pubrelay);
