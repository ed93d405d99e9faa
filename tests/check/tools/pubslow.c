/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Many players, slow ones, and what one send holds. */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "playcase.h"

#define PLAIN "GET " PLAY_PATH " HTTP/1.0\r\nHost: t\r\n\r\n"
#define PLAIN_11 "GET " PLAY_PATH " HTTP/1.1\r\nHost: t\r\n\r\n"
#define N_PLAYERS 500
/* More than the kernel keeps for a peer that does not read, with the limit on
 * what is not sent. */
#define N_TOO_MANY 20000
#define AT_ONCE 50

typedef struct
{
  PubPlayerInfo infos[8];
  guint n;
} Players;

static void
note_player (PubPlayer * player, gpointer data)
{
  Players *players = data;

  if (players->n < G_N_ELEMENTS (players->infos))
    pub_player_get_info (player, &players->infos[players->n++]);
}

static void
note_players (PubPoint * point, gpointer data)
{
  pub_point_foreach_player (point, note_player, data);
}

static void
note_points (PubServer * server, gpointer data)
{
  pub_server_foreach_point (server, note_players, data);
}

static Players
get_players (void)
{
  Players players = { {{0}}, 0 };

  pub_thread_call (play_server, note_points, &players);
  return players;
}

static void
count_point (PubPoint * point, gpointer data)
{
  (*(guint *) data)++;
}

static void
count_points (PubServer * server, gpointer data)
{
  pub_server_foreach_point (server, count_point, data);
}

static guint
get_points (void)
{
  guint n = 0;

  pub_thread_call (play_server, count_points, &n);
  return n;
}

GST_START_TEST (test_info)
{
  RawPush *push = play_case_push (), *player;
  Players players;

  player = play_case_begin ("GET " PLAY_PATH " HTTP/1.0\r\nHost: t\r\n"
      "User-Agent: me/1\r\n\r\n");
  play_case_expect_header (player);
  play_case_send (push, 'a', TRUE);
  play_case_expect_packet (player, 'a');
  players = get_players ();
  assert_equals_int (players.n, 1);
  assert_equals_string (players.infos[0].address, "127.0.0.1");
  assert_equals_string (players.infos[0].agent, "me/1");
  assert_equals_int (players.infos[0].state, PUB_PLAYER_PLAYING);
  assert_equals_int (players.infos[0].packets_sent, 1);
  assert_equals_int (players.infos[0].bytes_behind, 0);
  fail_unless (players.infos[0].bytes_sent > PLAY_PACKET_SIZE);
  fail_if (players.infos[0].is_mms);
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

/* Packets that come one by one go out several at a time. */
GST_START_TEST (test_sends_are_joined)
{
  RawPush *push = play_case_push (), *player = play_case_begin (PLAIN_11);
  Players before, after;
  guint i;

  raw_push_read (player, play_header->len);
  play_case_send (push, 'a', TRUE);
  raw_push_read (player, play_header->len + PLAY_PACKET_SIZE);
  before = get_players ();
  for (i = 0; i < 100; i++) {
    play_case_send (push, 'b', FALSE);
    fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_packets,
            i + 2));
  }
  raw_push_read (player, play_header->len + 101 * PLAY_PACKET_SIZE);
  after = get_players ();
  fail_unless (after.infos[0].sends - before.infos[0].sends < 60, "%u sends",
      (guint) (after.infos[0].sends - before.infos[0].sends));
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

static void
limit_player (PubServer * server, gpointer data)
{
  pub_server_get_config (server)->player_limit = 100 * PLAY_PACKET_SIZE;
  pub_server_get_config (server)->join_ms = 1;
  pub_server_get_config (server)->backlog_limit = 1024 * 1024;
}

/* One takes nothing, the other all of it. */
GST_START_TEST (test_slow_player_disturbs_nobody)
{
  RawPush *push, *slow, *fast;
  Players players;
  guint i, k;

  play_case_restart (limit_player, NULL);
  push = play_case_push ();
  slow = play_case_begin (PLAIN);
  fast = play_case_begin (PLAIN);
  play_case_expect_header (fast);
  for (i = 0; i < N_TOO_MANY; i += AT_ONCE) {
    for (k = 0; k < AT_ONCE; k++)
      play_case_send (push, k, k == 0);
    for (k = 0; k < AT_ONCE; k++)
      play_case_expect_packet (fast, k);
  }
  fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_skipped, 1));
  players = get_players ();
  assert_equals_int (players.n, 2);
  i = players.infos[0].packets_skipped > 0 ? 0 : 1;
  fail_unless (players.infos[i].packets_skipped > N_TOO_MANY / 2);
  /* what waits in the kernel is too old to be seen */
  fail_unless (players.infos[i].bytes_sent < 4 * 1024 * 1024);
  raw_push_free (slow);
  raw_push_free (fast);
  raw_push_free (push);
}

GST_END_TEST;

/* All of it is taken after the end. */
GST_START_TEST (test_rest_comes_after_the_end)
{
  RawPush *push = play_case_push (), *player = play_case_begin (PLAIN_11);
  const guint size = PLAY_PACKET_SIZE + strlen ("190\r\n\r\n");
  const guint n = 10000;
  guint i;

  for (i = 0; i < n; i++)
    play_case_send (push, i % 100, i == 0);
  raw_push_end (push, 0);
  assert_equals_int (raw_push_response (push, NULL), 204);
  assert_equals_int (get_players ().n, 1);
  raw_push_read (player, n * size);
  while (raw_push_try_read (player, player->received->len + 1));
  fail_unless (g_str_has_suffix (player->received->str
          + player->received->len - 7, "\r\n0\r\n\r\n"));
  fail_unless (player->received->len >= play_header->len + n * size + 5);
  fail_if (player->was_reset);
  fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_players, 0));
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_reset_by_a_player)
{
  const struct linger linger = { 1, 0 };
  RawPush *push = play_case_push (), *player = play_case_begin (PLAIN);

  fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_playing, 1));
  fail_unless (setsockopt (g_socket_get_fd (player->socket), SOL_SOCKET,
          SO_LINGER, &linger, sizeof (linger)) == 0);
  raw_push_free (player);
  fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_players, 0));
  raw_push_free (push);
}

GST_END_TEST;

static RawPush *players[N_PLAYERS];

static void
begin_players (void)
{
  guint i;

  for (i = 0; i < N_PLAYERS; i++)
    players[i] = play_case_player (PLAIN);
}

/* They all wait for the encoder, get all of it, and its end. */
GST_START_TEST (test_many_players)
{
  PubPointInfo info;
  RawPush *push;
  guint i, k;

  begin_players ();
  fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_players,
          N_PLAYERS));
  push = play_case_push ();
  for (i = 0; i < 10; i++)
    play_case_send (push, 'a' + i, i == 0);
  raw_push_end (push, 0);
  for (i = 0; i < N_PLAYERS; i++) {
    assert_equals_int (raw_push_response (players[i], NULL), 200);
    play_case_expect_header (players[i]);
    for (k = 0; k < 10; k++)
      play_case_expect_packet (players[i], 'a' + k);
    fail_unless (raw_push_wait_end (players[i]));
    raw_push_free (players[i]);
  }
  fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_players, 0));
  pub_thread_get_point (play_server, PLAY_PATH, &info);
  assert_equals_int (info.skipped, 0);
  raw_push_free (push);
}

GST_END_TEST;

/* The server goes while they play, some of them with nothing that they take. */
GST_START_TEST (test_server_goes_first)
{
  RawPush *push = play_case_push ();
  guint i;

  begin_players ();
  fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_playing,
          N_PLAYERS));
  for (i = 0; i < 1000; i++)
    play_case_send (push, i % 100, i % 10 == 0);
  fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_packets, 1000));
  pub_thread_stop (play_server);
  for (i = 0; i < N_PLAYERS; i++)
    raw_push_free (players[i]);
  raw_push_free (push);
  play_server = pub_thread_new (NULL, NULL);
}

GST_END_TEST;

/* The end of the server finds a point that goes with its last player. */
GST_START_TEST (test_server_ends_a_point_that_goes)
{
  RawPush *push = raw_push_connect (pub_thread_get_port (play_server));
  RawPush *player;
  guint i;

  assert_equals_int (raw_push_setup (push, PLAY_PATH, "0",
          "AutoDestroy: 1\r\n"), 204);
  raw_push_start (push, PLAY_PATH, RAW_LENGTH);
  raw_push_frame (push, 'H', play_header->data, play_header->len);
  player = play_case_begin (PLAIN);
  for (i = 0; i < 10000; i++)
    play_case_send (push, i % 100, i == 0);
  raw_push_end (push, 0);
  assert_equals_int (raw_push_response (push, NULL), 204);
  assert_equals_int (get_players ().n, 1);
  pub_thread_shut_down (play_server);
  assert_equals_int (get_points (), 0);
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

static Suite *
pubslow_suite (void)
{
  Suite *suite = suite_create ("pubslow");
  TCase *tc = tcase_create ("players");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, play_case_setup, play_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_info);
  tcase_add_test (tc, test_sends_are_joined);
  tcase_add_test (tc, test_slow_player_disturbs_nobody);
  tcase_add_test (tc, test_rest_comes_after_the_end);
  tcase_add_test (tc, test_reset_by_a_player);
  tcase_add_test (tc, test_many_players);
  tcase_add_test (tc, test_server_goes_first);
  tcase_add_test (tc, test_server_ends_a_point_that_goes);
  return suite;
}

GST_CHECK_MAIN (pubslow);
