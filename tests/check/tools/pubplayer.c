/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What players get, byte for byte ([MS-WMSP] 2.2.3, 3.2). */
#include <gst/check/gstcheck.h>

#include "loglines.h"
#include "playcase.h"

#define PACKET_SIZE PLAY_PACKET_SIZE
#define PATH PLAY_PATH

#define PLAIN "GET " PATH " HTTP/1.0\r\nHost: t\r\n\r\n"
#define PLAIN_11 "GET " PATH " HTTP/1.1\r\nHost: t\r\n\r\n"
#define DESCRIBE "GET " PATH " HTTP/1.1\r\nHost: t\r\n" \
    "User-Agent: NSPlayer/4.1.0.3856\r\nPragma: no-cache,rate=1.000\r\n\r\n"
#define PLAY(version) "GET " PATH " HTTP/1.1\r\nHost: t\r\n" \
    "User-Agent: NSPlayer/" version "\r\nPragma: xPlayStrm=1\r\n" \
    "Pragma: client-id=4711\r\n\r\n"

GST_START_TEST (test_plain)
{
  RawPush *push = play_case_push (), *player = play_case_player (PLAIN);
  gchar *head = NULL;

  assert_equals_int (raw_push_response (player, &head), 200);
  fail_unless (strstr (head, "\r\nContent-Type: video/x-ms-asf\r\n"));
  fail_unless (strstr (head, "\r\nConnection: close\r\n") != NULL);
  fail_unless (strstr (head, "Content-Length") == NULL);
  g_free (head);
  play_case_expect_header (player);
  play_case_send (push, 'a', TRUE);
  play_case_expect_packet (player, 'a');
  play_case_send (push, 'b', FALSE);
  play_case_expect_packet (player, 'b');
  raw_push_end (push, 0);
  fail_unless (raw_push_wait_end (player));
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

static void
expect_line (const gchar * text)
{
  GPtrArray *lines = log_lines_find (text);

  fail_unless (lines->len == 1, "%u times: %s", lines->len, text);
  fail_unless (g_str_has_prefix (lines->pdata[0],
          "GET " PATH " from 127.0.0.1:"), "%s", (gchar *) lines->pdata[0]);
  g_ptr_array_unref (lines);
}

/* One line when a player begins and one when it leaves, with who it is. */
GST_START_TEST (test_log_of_players)
{
  RawPush *push, *player;

  log_lines_begin ();
  push = play_case_push ();
  player = play_case_player (PLAY ("12.0"));
  assert_equals_int (raw_push_response (player, NULL), 200);
  expect_line ("(NSPlayer/12.0) plays");
  raw_push_free (player);
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_players, 0));
  expect_line ("(NSPlayer/12.0) leaves after ");
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_plain_in_chunks)
{
  RawPush *push = play_case_push (), *player = play_case_player (PLAIN_11);
  gchar *head = NULL, *size;

  assert_equals_int (raw_push_response (player, &head), 200);
  fail_unless (strstr (head, "\r\nTransfer-Encoding: chunked\r\n") != NULL);
  g_free (head);
  size = g_strdup_printf ("%x\r\n", play_header->len);
  play_case_expect_text (player, size, strlen (size));
  g_free (size);
  play_case_expect_header (player);
  play_case_send (push, 'a', TRUE);
  play_case_expect_text (player, "\r\n190\r\n", 7);
  play_case_expect_packet (player, 'a');
  raw_push_end (push, 0);
  play_case_expect_text (player, "\r\n0\r\n\r\n", 7);
  fail_unless (raw_push_wait_end (player));
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

/* Describe, then Play on the same connection. */
GST_START_TEST (test_mms)
{
  RawPush *push = play_case_push (), *player = play_case_player (DESCRIBE);
  gchar *head = NULL, *length, *play, *id;
  guint i;

  assert_equals_int (raw_push_response (player, &head), 200);
  fail_unless (strstr (head, "\r\nContent-Type: "
          "application/vnd.ms.wms-hdr.asfv1\r\n") != NULL);
  fail_unless (strstr (head, "\r\nServer: Cougar/9.") != NULL);
  fail_unless (strstr (head, "client-id=") != NULL);
  fail_unless (strstr (head, "features=\"broadcast,live\"") != NULL);
  length =
      g_strdup_printf ("\r\nContent-Length: %u\r\n", play_header->len + 12);
  fail_unless (strstr (head, length) != NULL);
  g_free (length);
  fail_unless (strstr (head, "xResetStrm") == NULL);
  id = play_case_client_id (head);
  g_free (head);
  play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (player);

  play = g_strdup_printf ("GET " PATH " HTTP/1.1\r\nHost: t\r\nUser-Agent: "
      "NSPlayer/4.1.0.3856\r\nPragma: xPlayStrm=1, %s\r\n\r\n", id);
  raw_push_send_text (player, play);
  g_free (play);
  assert_equals_int (raw_push_response (player, &head), 200);
  fail_unless (strstr (head, "\r\nContent-Type: application/x-mms-framed\r\n"));
  fail_unless (strstr (head, id) != NULL);
  fail_unless (strstr (head, "xResetStrm") == NULL);
  g_free (id);
  g_free (head);
  play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (player);
  for (i = 0; i < 300; i++) {
    play_case_send (push, i, TRUE);
    /* the sequence number runs from 0 to 254 */
    play_case_expect_data (player, i, i % 255, i);
  }
  raw_push_end (push, 0);
  play_case_expect_text (player, "$E\x04\0\0\0\0\0", 8);
  fail_unless (raw_push_wait_end (player));
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

/* What comes as a body is not the next request, whatever it looks like. */
GST_START_TEST (test_describe_with_a_body)
{
  const gchar *body = "GET /status.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
  gchar *request = g_strdup_printf ("GET " PATH " HTTP/1.1\r\nHost: t\r\n"
      "User-Agent: NSPlayer/7.0\r\nContent-Length: %u\r\n\r\n%s",
      (guint) strlen (body), body);
  RawPush *push = play_case_push (), *player = play_case_player (request);

  fail_unless_equals_int (raw_push_response (player, NULL), 200);
  play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (player);
  raw_push_send_text (player, "PUT " PATH " HTTP/1.1\r\nHost: t\r\n"
      "Content-Length: 0\r\n\r\n");
  fail_unless_equals_int (raw_push_response (player, NULL), 405);
  g_free (request);
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

/* VLC asks as HTTP/1.0 does, and takes all that comes up to the end of the
 * connection for the header. */
GST_START_TEST (test_describe_closes)
{
  static const gchar *const requests[] = {
    "GET " PATH " HTTP/1.0\r\nUser-Agent: NSPlayer/7.10.0.3059\r\n\r\n",
    "GET " PATH " HTTP/1.1\r\nHost: t\r\nUser-Agent: NSPlayer/7.10.0.3059"
        "\r\nConnection: Close\r\n\r\n"
  };
  RawPush *push = play_case_push ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (requests); i++) {
    RawPush *player = play_case_player (requests[i]);
    gchar *head = NULL;

    assert_equals_int (raw_push_response (player, &head), 200);
    fail_unless (strstr (head, "\r\nConnection: close\r\n") != NULL);
    g_free (head);
    play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
    play_case_expect_header (player);
    fail_unless (raw_push_wait_end (player));
    raw_push_free (player);
  }
  raw_push_free (push);
}

GST_END_TEST;

/* 3.2.5.6: players of version 9 want $M, older ones must not get it. */
GST_START_TEST (test_metadata)
{
  static const gchar metadata[] =
      "playlist-gen-id=1, broadcast-id=1, features=\"broadcast,live\"";
  RawPush *push = play_case_push (), *player =
      play_case_player (PLAY ("9.0.0.2980"));

  assert_equals_int (raw_push_response (player, NULL), 200);
  play_case_expect_chunk (player, 'M', 0, 0x0c, sizeof (metadata));
  play_case_expect_text (player, metadata, sizeof (metadata));
  play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (player);
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_padding_is_put_back)
{
  RawPush *push = play_case_push (), *player = play_case_player (PLAIN);
  GByteArray *packet = test_asf_packet (PACKET_SIZE, 100, 'p', TRUE, 0);
  AsfPacketInfo info;
  AsfPacketCut cut;
  GByteArray *bytes;

  assert_equals_int (raw_push_response (player, NULL), 200);
  play_case_expect_header (player);
  fail_unless (asf_packet_read (packet->data, PACKET_SIZE, &info, NULL));
  fail_unless (asf_packet_cut_padding (&info, packet->data, &cut));
  bytes = g_byte_array_new ();
  g_byte_array_append (bytes, cut.head, cut.head_size);
  g_byte_array_append (bytes, packet->data + cut.body_offset, cut.body_size);
  fail_unless (bytes->len < 150);
  raw_push_frame (push, 'D', bytes->data, bytes->len);
  g_byte_array_unref (bytes);
  bytes = play_case_take (player, PACKET_SIZE);
  fail_unless (memcmp (bytes->data, packet->data, PACKET_SIZE) == 0);
  g_byte_array_unref (bytes);
  g_byte_array_unref (packet);
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_joins_at_newest_key_frame)
{
  RawPush *push = play_case_push (), *player;

  play_case_send (push, 'a', TRUE);
  play_case_send (push, 'b', FALSE);
  play_case_send (push, 'c', TRUE);
  play_case_send (push, 'd', FALSE);
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_packets, 4));
  player = play_case_player (PLAIN);
  assert_equals_int (raw_push_response (player, NULL), 200);
  play_case_expect_header (player);
  play_case_expect_packet (player, 'c');
  play_case_expect_packet (player, 'd');
  play_case_send (push, 'e', FALSE);
  play_case_expect_packet (player, 'e');
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

static void
keep_little (PubServer * self, gpointer data)
{
  pub_server_get_config (self)->backlog_limit = 2 * PACKET_SIZE;
}

/* What is over the backlog limit cannot be joined in the middle. */
GST_START_TEST (test_joins_at_next_key_frame)
{
  RawPush *push, *player;
  gchar fill;

  play_case_restart (keep_little, NULL);
  push = play_case_push ();
  for (fill = 'a'; fill < 'e'; fill++)
    play_case_send (push, fill, fill == 'a');
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_packets, 4));
  player = play_case_player (PLAIN);
  assert_equals_int (raw_push_response (player, NULL), 200);
  play_case_expect_header (player);
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_playing, 1));
  play_case_send (push, 'e', FALSE);
  play_case_send (push, 'f', TRUE);
  play_case_expect_packet (player, 'f');
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_waits_for_the_encoder)
{
  static const gchar *const requests[] = { PLAIN, PLAY ("4.1"), DESCRIBE };
  RawPush *players[G_N_ELEMENTS (requests)], *push;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (requests); i++)
    players[i] = play_case_player (requests[i]);
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_players, i));
  push = play_case_push ();
  for (i = 0; i < G_N_ELEMENTS (requests); i++) {
    assert_equals_int (raw_push_response (players[i], NULL), 200);
    if (i > 0)
      play_case_expect_chunk (players[i], 'H', 0, 0x0c, play_header->len);
    play_case_expect_header (players[i]);
  }
  /* even what is no key frame: nothing has been missed */
  play_case_send (push, 'a', FALSE);
  play_case_expect_packet (players[0], 'a');
  for (i = 0; i < G_N_ELEMENTS (requests); i++)
    raw_push_free (players[i]);
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_players, 0));
  raw_push_free (push);
}

GST_END_TEST;

static void
be_impatient (PubServer * self, gpointer data)
{
  pub_server_get_config (self)->wait_timeout_ms = 200;
  pub_server_get_config (self)->stall_timeout_ms = 300;
  pub_server_get_config (self)->player_limit = 100 * PACKET_SIZE;
  pub_server_get_config (self)->max_players = 2;
}

GST_START_TEST (test_waits_in_vain)
{
  RawPush *player;

  play_case_restart (be_impatient, NULL);
  player = play_case_player (PLAIN);
  assert_equals_int (raw_push_response (player, NULL), 404);
  fail_unless (raw_push_wait_end (player));
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_players, 0));
  raw_push_free (player);
}

GST_END_TEST;

GST_START_TEST (test_too_many_players)
{
  RawPush *push, *players[3];
  guint i;

  play_case_restart (be_impatient, NULL);
  push = play_case_push ();
  for (i = 0; i < 3; i++) {
    players[i] = play_case_player (PLAIN);
    assert_equals_int (raw_push_response (players[i], NULL), i < 2 ? 200 : 503);
  }
  for (i = 0; i < 3; i++)
    raw_push_free (players[i]);
  raw_push_free (push);
}

GST_END_TEST;

static void
limit_queue (PubServer * self, gpointer data)
{
  pub_server_get_config (self)->player_limit = 100 * PACKET_SIZE;
}

/* A player that does not read skips whole packets and goes on at a key
 * frame; nobody else notices. */
GST_START_TEST (test_slow_player_skips)
{
  RawPush *push, *slow;
  GByteArray *bytes;
  AsfPacketInfo info;
  PubPointInfo point;
  guint sent = 0, got = 0;
  guint8 fill = 0;

  play_case_restart (limit_queue, NULL);
  push = play_case_push ();
  slow = play_case_player (PLAIN);
  assert_equals_int (raw_push_response (slow, NULL), 200);
  do {
    guint i;

    for (i = 0; i < 1000; i++, sent++)
      play_case_send (push, sent % 10, sent % 10 == 0);
    fail_unless (pub_thread_wait (play_server, PATH, pub_has_packets, sent));
    pub_thread_get_point (play_server, PATH, &point);
  } while (point.skipped == 0 && sent < 200000);
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_skipped, 1));
  raw_push_end (push, 0);

  play_case_expect_header (slow);
  while (raw_push_try_read (slow, PACKET_SIZE)) {
    bytes = play_case_take (slow, PACKET_SIZE);
    fail_unless (asf_packet_read (bytes->data, PACKET_SIZE, &info, NULL));
    /* the next one, or a key frame */
    fail_unless (bytes->data[PACKET_SIZE - 1 - info.padding] == fill
        || bytes->data[PACKET_SIZE - 1 - info.padding] == 0);
    fill = (bytes->data[PACKET_SIZE - 1 - info.padding] + 1) % 10;
    g_byte_array_unref (bytes);
    got++;
  }
  fail_unless (got > 100 && got < sent, "got %u of %u", got, sent);
  raw_push_free (slow);
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_stalled_player_is_dropped)
{
  RawPush *push, *slow;
  guint i;

  play_case_restart (be_impatient, NULL);
  push = play_case_push ();
  slow = play_case_player (PLAIN);
  assert_equals_int (raw_push_response (slow, NULL), 200);
  /* more than the kernel keeps */
  for (i = 0; i < 30000; i++)
    play_case_send (push, i % 10, i % 10 == 0);
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_players, 0));
  raw_push_free (slow);
  raw_push_free (push);
}

GST_END_TEST;

/* $C: MMS players get the new header, bare ASF ends. */
GST_START_TEST (test_header_change)
{
  RawPush *push = play_case_push (), *plain = play_case_player (PLAIN);
  RawPush *mms = play_case_player (PLAY ("4.1"));
  GByteArray *change = g_byte_array_new ();

  assert_equals_int (raw_push_response (plain, NULL), 200);
  assert_equals_int (raw_push_response (mms, NULL), 200);
  play_case_expect_header (plain);
  play_case_expect_chunk (mms, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (mms);
  raw_push_end (push, 1);
  test_put (change, 0, 4);
  g_byte_array_append (change, play_header->data, play_header->len);
  raw_push_frame (push, 'C', change->data, change->len);
  fail_unless (raw_push_wait_end (plain));
  play_case_expect_text (mms, "$C\x04\0\0\0\0\0", 8);
  play_case_expect_chunk (mms, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (mms);
  play_case_send (push, 'n', TRUE);
  play_case_expect_data (mms, 0, 0, 'n');
  g_byte_array_unref (change);
  raw_push_free (plain);
  raw_push_free (mms);
  raw_push_free (push);
}

GST_END_TEST;

static gpointer
shut_down (gpointer data)
{
  pub_thread_shut_down (data);
  return NULL;
}

GST_START_TEST (test_shut_down)
{
  RawPush *push = play_case_push (), *mms = play_case_player (PLAY ("4.1"));
  RawPush *waiting = raw_push_connect (pub_thread_get_port (play_server));
  const gchar *request = "GET /other HTTP/1.1\r\nHost: t\r\n\r\n";
  GThread *thread;

  assert_equals_int (raw_push_response (mms, NULL), 200);
  play_case_expect_chunk (mms, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (mms);
  raw_push_send_text (waiting, request);
  fail_unless (pub_thread_wait (play_server, "/other", pub_has_players, 1));

  thread = g_thread_new ("shut down", shut_down, play_server);
  assert_equals_int (raw_push_response (push, NULL), 503);
  play_case_expect_text (mms, "$E\x04\0\0\0\0\0", 8);
  fail_unless (raw_push_wait_end (mms));
  assert_equals_int (raw_push_response (waiting, NULL), 503);
  raw_push_free (push);
  raw_push_free (mms);
  raw_push_free (waiting);
  g_thread_join (thread);
}

GST_END_TEST;

static Suite *
pubplayer_suite (void)
{
  Suite *suite = suite_create ("pubplayer");
  TCase *tc = tcase_create ("player");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, play_case_setup, play_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_plain);
  tcase_add_test (tc, test_log_of_players);
  tcase_add_test (tc, test_plain_in_chunks);
  tcase_add_test (tc, test_mms);
  tcase_add_test (tc, test_describe_with_a_body);
  tcase_add_test (tc, test_describe_closes);
  tcase_add_test (tc, test_metadata);
  tcase_add_test (tc, test_padding_is_put_back);
  tcase_add_test (tc, test_joins_at_newest_key_frame);
  tcase_add_test (tc, test_joins_at_next_key_frame);
  tcase_add_test (tc, test_waits_for_the_encoder);
  tcase_add_test (tc, test_waits_in_vain);
  tcase_add_test (tc, test_too_many_players);
  tcase_add_test (tc, test_slow_player_skips);
  tcase_add_test (tc, test_stalled_player_is_dropped);
  tcase_add_test (tc, test_header_change);
  tcase_add_test (tc, test_shut_down);
  return suite;
}

GST_CHECK_MAIN (pubplayer);
