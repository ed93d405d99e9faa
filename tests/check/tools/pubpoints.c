/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Publishing points come, stay and go: [MS-WMHTTP] 2.2.2.1, 3.2.4.1, 3.2.5.1,
 * 3.2.6, 3.2.7. */
#include <gst/check/gstcheck.h>

#include "playcase.h"
#include "pushcase.h"

#define AGENT "User-Agent: NSPlayer/11.0.5721.5145\r\n"
#define PIPELINED "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n" AGENT \
    "Pragma: xPlayStrm=1, version11-enabled=1\r\n\r\n"
#define STOP "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\n" AGENT \
    "Pragma: xStopStrm=1, %s\r\nContent-Length: 0\r\n\r\n"
#define PLAY "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

static void
declare (PubServer * self, gpointer data)
{
  pub_server_add_point (self, "/known");
  pub_server_add_point (self, "/other");
}

static void
allow_three (PubServer * self, gpointer data)
{
  pub_server_get_config (self)->max_points = 3;
}

static void
declare_more (PubServer * self, gpointer data)
{
  guint i;

  pub_server_get_config (self)->max_points = 3;
  for (i = 0; i < 5; i++) {
    gchar *path = g_strdup_printf ("/point%u", i);

    pub_server_add_point (self, path);
    g_free (path);
  }
}

static void
be_impatient (PubServer * self, gpointer data)
{
  pub_server_get_config (self)->idle_timeout_ms = 300;
  pub_server_get_config (self)->inactivity_timeout_ms = 300;
}

static PubPointInfo
info_of (const gchar * path)
{
  PubPointInfo info;

  pub_thread_get_point (push_case_server, path, &info);
  return info;
}

/* A point that has had a session knows of it. */
static gboolean
is_there (const gchar * path)
{
  PubPointInfo info = info_of (path);

  return info.sessions > 0 || info.players > 0;
}

static gboolean
is_gone (const PubPointInfo * info, guint64 value)
{
  return info->sessions == 0;
}

static RawPush *
set_up (const gchar * path, const gchar * body, guint status)
{
  RawPush *push = push_case_connect ();

  fail_unless (raw_push_setup (push, path, "0", body) == status, "%s", path);
  return push;
}

static RawPush *
begin (const gchar * path, const gchar * body)
{
  RawPush *push = set_up (path, body, 204);

  raw_push_start (push, path, RAW_LENGTH);
  push_case_send_header (push);
  push_case_send_packet (push);
  fail_unless (pub_thread_wait (push_case_server, path, pub_has_packets, 1));
  return push;
}

static RawPush *
play (const gchar * path)
{
  RawPush *player = push_case_connect ();
  gchar *text = g_strdup_printf (PLAY, path);

  raw_push_send_text (player, text);
  g_free (text);
  return player;
}

static void
read_to_end (RawPush * player)
{
  while (raw_push_try_read (player, player->received->len + 1));
}

/* Which says that it is all, in front of the end. */
static void
expect_last_chunk (RawPush * player)
{
  read_to_end (player);
  fail_if (player->was_reset);
  fail_unless (player->received->len > 7 && memcmp (player->received->str
          + player->received->len - 7, "\r\n0\r\n\r\n", 7) == 0);
}

/* However the session ends, its point goes, and the players of it with it. */
GST_START_TEST (test_auto_destroy)
{
  enum
  { BY_ENCODER, BY_FAULT, BY_OPERATOR, BY_TIME, N_WAYS };
  guint way;

  for (way = 0; way < N_WAYS; way++) {
    RawPush *push, *player;

    push_case_restart (way == BY_TIME ? be_impatient : NULL);
    push = begin ("/brief", "AutoDestroy: 1\r\n");
    player = play ("/brief");
    fail_unless (pub_thread_wait (push_case_server, "/brief", pub_has_playing,
            1));
    if (way == BY_ENCODER)
      raw_push_end (push, 0);
    else if (way == BY_FAULT)
      raw_push_send_text (push, "no frame");
    else if (way == BY_OPERATOR)
      pub_thread_disconnect (push_case_server, "/brief", 503);
    fail_unless (raw_push_response (push, NULL) > 0);
    fail_unless (pub_thread_wait (push_case_server, "/brief", is_gone, 0));
    assert_equals_int (raw_push_response (player, NULL), 200);
    expect_last_chunk (player);
    raw_push_free (player);
    raw_push_free (push);
  }
}

GST_END_TEST;

/* In pipelined mode; it has the header. */
static RawPush *
play_pipelined (const gchar * path, gchar ** id)
{
  RawPush *player = push_case_connect ();
  gchar *text = g_strdup_printf (PIPELINED, path);
  gchar *head;

  raw_push_send_text (player, text);
  assert_equals_int (raw_push_response (player, &head), 200);
  *id = play_case_client_id (head);
  g_free (head);
  g_free (text);
  return player;
}

static void
stop_playing (RawPush * player, const gchar * path, const gchar * id)
{
  gchar *text = g_strdup_printf (STOP, path, id);

  raw_push_send_text (player, text);
  g_free (text);
}

/* [MS-WMSP] 3.2.6.2: a player that has stopped keeps its connection for a
 * programme to come, but not the point. */
GST_START_TEST (test_auto_destroy_with_idle_player)
{
  RawPush *push, *stopped, *playing;
  gchar *id;

  push = begin ("/brief", "AutoDestroy: 1\r\n");
  stopped = play_pipelined ("/brief", &id);
  stop_playing (stopped, "/brief", id);
  fail_unless (pub_thread_wait (push_case_server, "/brief", pub_has_playing,
          0));
  g_free (id);
  playing = play_pipelined ("/brief", &id);
  raw_push_end (push, 0);
  assert_equals_int (raw_push_response (push, NULL), 204);
  fail_unless (pub_thread_wait (push_case_server, "/brief", is_gone, 0));
  read_to_end (stopped);
  fail_if (stopped->was_reset);
  expect_last_chunk (playing);
  g_free (id);
  raw_push_free (playing);
  raw_push_free (stopped);
  raw_push_free (push);
}

GST_END_TEST;

GST_START_TEST (test_auto_destroy_of_lost_session)
{
  RawPush *push;

  push_case_restart (be_impatient);
  push = begin ("/brief", "AutoDestroy: 1\r\n");
  raw_push_free (push);
  fail_unless (pub_thread_wait (push_case_server, "/brief", is_gone, 0));
  push = set_up ("/brief", "AutoDestroy: 1\r\n", 204);
  fail_unless (pub_thread_wait (push_case_server, "/brief", is_gone, 0));
  raw_push_free (push);
}

GST_END_TEST;

/* The flag counts where it comes with a session that is known, too. */
GST_START_TEST (test_auto_destroy_when_resumed)
{
  RawPush *push = begin ("/brief", "AutoDestroy: 0\r\n");
  RawPush *again = push_case_connect ();

  raw_push_shut_down (push);
  fail_unless (pub_thread_wait (push_case_server, "/brief", pub_has_state,
          PUB_PUSH_LOST));
  assert_equals_int (raw_push_setup (again, "/brief", push->push_id,
          "AutoDestroy: 1\r\n"), 204);
  raw_push_start (again, "/brief", RAW_LENGTH);
  raw_push_end (again, 0);
  assert_equals_int (raw_push_response (again, NULL), 204);
  fail_if (is_there ("/brief"));
  raw_push_free (again);
  raw_push_free (push);
}

GST_END_TEST;

/* What the operator has declared is no encoder's to destroy. */
GST_START_TEST (test_declared_point_stays)
{
  RawPush *push;

  push_case_restart (declare);
  push = begin ("/known", "AutoDestroy: 1\r\n");
  raw_push_end (push, 0);
  assert_equals_int (raw_push_response (push, NULL), 204);
  raw_push_free (push);
  push = set_up ("/known", "", 204);
  assert_equals_int (info_of ("/known").sessions, 2);
  raw_push_free (push);
}

GST_END_TEST;

/* 2.2.2.1.1: it makes a point that is not there, and is ignored where one is. */
GST_START_TEST (test_templates)
{
  static const gchar known[] = "Template-URL: \"/known\"\r\nAutoDestroy: 0\r\n";
  static const gchar unknown[] = "Template-URL: \"/x\"\r\nAutoDestroy: 0\r\n";

  push_case_restart (declare);
  raw_push_free (set_up ("/new", "", 404));
  raw_push_free (set_up ("/new", unknown, 404));
  raw_push_free (set_up ("/known", unknown, 204));
  raw_push_free (set_up ("/new", known, 204));
  raw_push_free (set_up ("/new", unknown, 204));
  /* one that was made is as good a template as another */
  raw_push_free (set_up ("/newer",
          "Template-URL: \"/new\"\r\nAutoDestroy: 1\r\n", 204));
  raw_push_free (set_up ("/a", "Template-URL: \"/%zz\"\r\nAutoDestroy: 0\r\n",
          400));
  raw_push_free (set_up ("/a", "Template-URL: \"/../known\"\r\n"
          "AutoDestroy: 0\r\n", 400));
  raw_push_free (set_up ("/a", "Template-URL: \"/kn own\"\r\n"
          "AutoDestroy: 0\r\n", 400));
}

GST_END_TEST;

/* Requests for new points never fill the table for good, and take nothing from
 * those who send. */
GST_START_TEST (test_room_for_points)
{
  RawPush *push, *player;
  guint i;

  push_case_restart (allow_three);
  push = begin ("/one", "");
  for (i = 0; i < 20; i++) {
    gchar *path = g_strdup_printf ("/flood%u", i);

    raw_push_free (set_up (path, "", 204));
    g_free (path);
  }
  fail_unless (is_there ("/one") && is_there ("/flood18")
      && is_there ("/flood19"));
  fail_if (is_there ("/flood17"));

  /* players make points, too, but take none */
  player = play ("/nowhere");
  assert_equals_int (raw_push_response (player, NULL), 503);
  raw_push_free (player);

  raw_push_free (begin ("/two", ""));
  raw_push_free (begin ("/three", ""));
  raw_push_free (set_up ("/four", "", 503));
  push_case_send_packet (push);
  fail_unless (pub_thread_wait (push_case_server, "/one", pub_has_packets, 2));
  raw_push_free (push);
}

GST_END_TEST;

/* Points that only players wait at give way to encoders, the older first. */
GST_START_TEST (test_waiting_players_give_way)
{
  RawPush *players[3];
  guint i;

  push_case_restart (allow_three);
  for (i = 0; i < 3; i++) {
    gchar *path = g_strdup_printf ("/wait%u", i);

    players[i] = play (path);
    fail_unless (pub_thread_wait (push_case_server, path, pub_has_players, 1));
    g_free (path);
  }
  raw_push_free (set_up ("/new", "", 204));
  assert_equals_int (raw_push_response (players[0], NULL), 503);
  fail_unless (is_there ("/wait1") && is_there ("/wait2"));
  for (i = 0; i < 3; i++)
    raw_push_free (players[i]);
}

GST_END_TEST;

/* The limit is for points that others make. */
GST_START_TEST (test_all_that_are_declared)
{
  guint i;

  push_case_restart (declare_more);
  for (i = 0; i < 5; i++) {
    gchar *path = g_strdup_printf ("/point%u", i);

    raw_push_free (set_up (path, "", 204));
    g_free (path);
  }
  raw_push_free (set_up ("/new", "Template-URL: \"/point0\"\r\n"
          "AutoDestroy: 0\r\n", 503));
  for (i = 0; i < 5; i++) {
    gchar *path = g_strdup_printf ("/point%u", i);

    assert_equals_int (info_of (path).sessions, 1);
    g_free (path);
  }
}

GST_END_TEST;

/* 3.2.4.1, in each state. */
GST_START_TEST (test_disconnect_in_each_state)
{
  static const PubPushState all[] = { PUB_PUSH_READY, PUB_PUSH_STREAMING,
    PUB_PUSH_BETWEEN, PUB_PUSH_LOST
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (all); i++) {
    RawPush *push = set_up ("/live", "AutoDestroy: 1\r\n", 204);

    if (all[i] != PUB_PUSH_READY) {
      raw_push_start (push, "/live", all[i] == PUB_PUSH_BETWEEN
          ? push_case_header->len + 4 : RAW_LENGTH);
      push_case_send_header (push);
      fail_unless (pub_thread_wait (push_case_server, "/live", pub_has_headers,
              1));
    }
    if (all[i] == PUB_PUSH_LOST)
      raw_push_shut_down (push);
    else if (all[i] == PUB_PUSH_BETWEEN)
      assert_equals_int (raw_push_response (push, NULL), 204);
    fail_unless (pub_thread_wait (push_case_server, "/live", pub_has_state,
            all[i]));
    fail_unless (pub_thread_disconnect (push_case_server, "/live", 403));
    fail_if (is_there ("/live"));
    if (all[i] == PUB_PUSH_STREAMING)
      assert_equals_int (raw_push_response (push, NULL), 403);
    if (all[i] != PUB_PUSH_LOST)
      fail_unless (raw_push_wait_end (push) && !push->was_reset);
    raw_push_free (push);
  }
}

GST_END_TEST;

/* 3.2.6.2: between requests, nothing is left of the session's connection. */
GST_START_TEST (test_inactivity_closes_connection)
{
  RawPush *push;

  push_case_restart (be_impatient);
  push = set_up ("/live", "", 204);
  fail_unless (raw_push_wait_end (push) && !push->was_reset);
  raw_push_free (push);
  push = set_up ("/live", "", 204);
  raw_push_start (push, "/live", push_case_header->len + 4);
  push_case_send_header (push);
  assert_equals_int (raw_push_response (push, NULL), 204);
  fail_unless (raw_push_wait_end (push) && !push->was_reset);
  raw_push_free (push);
}

GST_END_TEST;

/* One that has forgotten its push-id waits until the lost session is over. */
GST_START_TEST (test_restarted_encoder)
{
  RawPush *push, *again;

  push_case_restart (be_impatient);
  push = begin ("/live", "");
  raw_push_shut_down (push);
  fail_unless (pub_thread_wait (push_case_server, "/live", pub_has_state,
          PUB_PUSH_LOST));
  again = set_up ("/live", "", 409);
  fail_unless (pub_thread_wait (push_case_server, "/live", pub_has_no_session,
          1));
  assert_equals_int (raw_push_setup (again, "/live", "0", ""), 204);
  raw_push_free (again);
  raw_push_free (push);
}

GST_END_TEST;

static Suite *
pubpoints_suite (void)
{
  Suite *suite = suite_create ("pubpoints");
  TCase *tc = tcase_create ("points");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, push_case_setup, push_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_auto_destroy);
  tcase_add_test (tc, test_auto_destroy_with_idle_player);
  tcase_add_test (tc, test_auto_destroy_of_lost_session);
  tcase_add_test (tc, test_auto_destroy_when_resumed);
  tcase_add_test (tc, test_declared_point_stays);
  tcase_add_test (tc, test_templates);
  tcase_add_test (tc, test_room_for_points);
  tcase_add_test (tc, test_waiting_players_give_way);
  tcase_add_test (tc, test_all_that_are_declared);
  tcase_add_test (tc, test_disconnect_in_each_state);
  tcase_add_test (tc, test_inactivity_closes_connection);
  tcase_add_test (tc, test_restarted_encoder);
  return suite;
}

GST_CHECK_MAIN (pubpoints);
