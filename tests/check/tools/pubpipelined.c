/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Players that ask while they play: pipelined mode, stream selection and
 * sessions, byte for byte ([MS-WMSP] 3.2.5). */
#include "playcase.h"

#define PATH PLAY_PATH
#define HEAD(method) method " " PATH " HTTP/1.1\r\nHost: t\r\n" \
    "User-Agent: NSPlayer/8.0.0.4477\r\n"
#define PIPELINED "Pragma: version11-enabled=1\r\n"
#define PLAY "Pragma: no-cache,rate=1.000,stream-time=0,max-duration=0\r\n" \
    "Pragma: xPlayStrm=1\r\n"
#define SWITCH(entries) "Pragma: stream-switch-count=9\r\n" \
    "Pragma: stream-switch-entry=" entries "\r\n"
#define NO_BODY "Content-Length: 0\r\n"

/* One more request on the connection; "%s" in it is the client-id. */
static void
ask (RawPush * player, const gchar * lines, const gchar * id)
{
  GString *text = g_string_new (lines);

  if (id != NULL)
    g_string_append_printf (text, "Pragma: %s\r\n", id);
  g_string_append (text, "\r\n");
  raw_push_send_text (player, text->str);
  g_string_free (text, TRUE);
}

/* Returns: the client-id of the answer, whose head is "200 OK" and
 * @expected. */
static gchar *
expect_answer (RawPush * player, guint status, const gchar * expected)
{
  gchar *head = NULL, *id;

  fail_unless_equals_int (raw_push_response (player, &head), status);
  fail_unless (expected == NULL || strstr (head, expected) != NULL, "%s", head);
  id = strstr (head, "client-id=") != NULL ? play_case_client_id (head) : NULL;
  g_free (head);
  return id;
}

static void
expect_status (RawPush * player, guint status)
{
  g_free (expect_answer (player, status, NULL));
}

/* A chunk of the transfer coding begins, with @size bytes in it. */
static void
expect_transfer (RawPush * player, guint size, gboolean is_first)
{
  gchar *text = g_strdup_printf ("%s%x\r\n", is_first ? "" : "\r\n", size);

  play_case_expect_text (player, text, strlen (text));
  g_free (text);
}

#define LAST_TRANSFER "\r\n0\r\n\r\n"

static void
expect_last_transfer (RawPush * player)
{
  play_case_expect_text (player, LAST_TRANSFER, strlen (LAST_TRANSFER));
}

static void
expect_header_chunk (RawPush * player)
{
  expect_transfer (player, 12 + play_header->len, TRUE);
  play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (player);
}

/* A packet of payloads of 19 bytes each, behind a head of 16. */
static void
expect_payloads (RawPush * player, guint32 location, guint8 sequence,
    gboolean is_first, const gchar * payloads)
{
  guint n = (strlen (payloads) + 1) / 3;

  expect_transfer (player, 12 + 16 + 19 * n, is_first);
  play_case_expect_payloads (player, location, sequence, payloads);
}

/* A player in pipelined mode that has got the header. */
static RawPush *
begin_pipelined (const gchar * switches, gchar ** id)
{
  RawPush *player = play_case_player (HEAD ("GET") PIPELINED PLAY);

  ask (player, switches, NULL);
  *id = expect_answer (player, 200, "\r\nTransfer-Encoding: chunked\r\n");
  expect_header_chunk (player);
  return player;
}

/* 3.2.5.6 to 3.2.5.11: Log, KeepAlive and SelectStream while packets come, then
 * Stop, and Play again, all on one connection. */
GST_START_TEST (test_one_connection)
{
  RawPush *push = play_case_push (), *player;
  gchar *id, *same;

  player = begin_pipelined (SWITCH ("ffff:1:0 ffff:2:0"), &id);
  play_case_send_payloads (push, "1K 2a");
  expect_payloads (player, 0, 0, FALSE, "1K 2a");

  ask (player, HEAD ("POST") "Content-Type: application/x-wms-LogStats\r\n"
      "Content-Length: 0\r\n", id);
  raw_push_send_text (player, "OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n");
  ask (player, HEAD ("GET") PIPELINED SWITCH ("ffff:1:2"), id);
  expect_last_transfer (player);
  expect_status (player, 204);
  g_free (expect_answer (player, 200, "\r\nPublic: GET, POST, OPTIONS\r\n"));
  same = expect_answer (player, 200, "\r\nTransfer-Encoding: chunked\r\n");
  fail_unless_equals_string (id, same);
  g_free (same);
  play_case_send_payloads (push, "1d 2b 1d");
  expect_payloads (player, 1, 1, TRUE, "2b");
  play_case_send_payloads (push, "1d 1d");
  play_case_send_payloads (push, "1K 2c");
  expect_payloads (player, 3, 2, FALSE, "2c");

  ask (player, HEAD ("POST") "Pragma: xStopStrm=1\r\n" NO_BODY, id);
  expect_last_transfer (player);
  expect_status (player, 200);
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_playing, 0));
  ask (player, HEAD ("GET") PIPELINED PLAY, id);
  same = expect_answer (player, 200, "\r\nTransfer-Encoding: chunked\r\n");
  fail_unless_equals_string (id, same);
  expect_header_chunk (player);
  expect_payloads (player, 3, 3, FALSE, "1K 2c");
  raw_push_end (push, 0);
  expect_transfer (player, 8, FALSE);
  play_case_expect_text (player, "$E\x04\0\0\0\0\0", 8);
  expect_last_transfer (player);
  ask (player, HEAD ("POST") "Pragma: xKeepAliveInPause=1\r\n" NO_BODY, id);
  expect_status (player, 200);
  g_free (same);
  g_free (id);
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

/* Answers wait in the server's memory when nobody reads them: more of them than
 * the system's buffers take. */
GST_START_TEST (test_unread_answers)
{
  RawPush *push = play_case_push (), *player;
  GString *many = g_string_new (NULL);
  gchar *id;
  guint i;

  player = begin_pipelined (SWITCH ("ffff:1:0"), &id);
  ask (player, HEAD ("POST") "Pragma: xStopStrm=1\r\n" NO_BODY, id);
  expect_last_transfer (player);
  expect_status (player, 200);
  for (i = 0; i < 1000; i++)
    g_string_append (many, "OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n");
  for (i = 0; i < 40; i++)
    raw_push_send_text (player, many->str);
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_players, 0));
  g_string_free (many, TRUE);
  g_free (id);
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

/* A stream comes in with a key frame (3.2.5.7). */
GST_START_TEST (test_select_waits_for_key_frame)
{
  RawPush *push = play_case_push (), *player;
  gchar *id;

  player = begin_pipelined (SWITCH ("ffff:1:2 ffff:2:0"), &id);
  play_case_send_payloads (push, "1K 2a");
  expect_payloads (player, 0, 0, FALSE, "2a");
  ask (player, HEAD ("GET") PIPELINED SWITCH ("ffff:1:0"), id);
  expect_last_transfer (player);
  expect_status (player, 200);
  play_case_send_payloads (push, "1d 2b");
  expect_payloads (player, 1, 1, TRUE, "2b");
  play_case_send_payloads (push, "1d 1K 2c 1d");
  expect_payloads (player, 2, 2, FALSE, "1K 2c 1d");
  /* key frames only, from now on */
  ask (player, HEAD ("GET") PIPELINED SWITCH ("1:1:1 ffff:2:2"), id);
  expect_last_transfer (player);
  expect_status (player, 200);
  play_case_send_payloads (push, "1d 2d");
  play_case_send_payloads (push, "1d 1K 2e");
  expect_payloads (player, 4, 3, TRUE, "1K");
  g_free (id);
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

/* The same on a connection of its own; the programme's goes on until it is
 * closed. */
GST_START_TEST (test_select_beside)
{
  RawPush *push = play_case_push (), *player, *other;
  gchar *id;

  player = play_case_player (HEAD ("GET") PLAY "\r\n");
  id = expect_answer (player, 200, "\r\nConnection: close\r\n");
  play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (player);
  play_case_send_payloads (push, "1K 2a");
  play_case_expect_payloads (player, 0, 0, "1K 2a");

  other = play_case_player ("");
  ask (other, HEAD ("POST") SWITCH ("ffff:2:2") NO_BODY, id);
  expect_status (other, 200);
  play_case_send_payloads (push, "1d 2b");
  play_case_expect_payloads (player, 1, 1, "1d");
  /* what is not there */
  ask (other, HEAD ("POST") SWITCH ("ffff:9:0") NO_BODY, id);
  expect_status (other, 400);
  ask (other, HEAD ("POST") SWITCH ("ffff:2:0") NO_BODY, "client-id=1");
  expect_status (other, 404);
  ask (other, HEAD ("POST") SWITCH ("ffff:2:0") NO_BODY, NULL);
  expect_status (other, 400);
  ask (other, HEAD ("POST") "Pragma: xKeepAliveInPause=1\r\n" NO_BODY, id);
  expect_status (other, 200);
  ask (other, HEAD ("POST") "Content-Type: application/x-wms-sendevent\r\n"
      NO_BODY, NULL);
  expect_status (other, 200);
  ask (other, HEAD ("POST") "Content-Type: application/x-wms-getcontentinfo"
      "\r\n" NO_BODY, NULL);
  expect_status (other, 200);
  ask (other, "POST /none HTTP/1.1\r\nUser-Agent: NSPlayer/9.0\r\nHost: t\r\n"
      "Content-Type: application/x-wms-getcontentinfo\r\n" NO_BODY, NULL);
  expect_status (other, 404);
  ask (other, HEAD ("POST") NO_BODY, id);
  expect_status (other, 400);
  raw_push_send_text (other, "OPTIONS * HTTP/1.1\r\nUser-Agent: NSPlayer/9.0"
      "\r\nHost: t\r\n\r\n");
  g_free (expect_answer (other, 200, "\r\nAllow: OPTIONS\r\n"));

  ask (other, HEAD ("POST") "Pragma: xStopStrm=1\r\n" NO_BODY, id);
  expect_status (other, 200);
  fail_unless (raw_push_wait_end (player));
  g_free (id);
  raw_push_free (other);
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

/* 3.2.5.5: the second request within a second, on the same connection. */
GST_START_TEST (test_pipeline_test)
{
  static const gchar test[] = "4\r\n$T\0\0";
  RawPush *push = play_case_push ();
  RawPush *player = play_case_player (HEAD ("GET")
      "Pragma: pipeline-experiment=1\r\n\r\n");
  gchar *id = expect_answer (player, 200, "pipeline-experiment=1");
  guint i;

  play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (player);
  for (i = 0; i < 2; i++)
    ask (player, HEAD ("GET") "Pragma: pipeline-request=1\r\n", id);
  expect_status (player, 200);
  play_case_expect_text (player, test, 7);
  expect_last_transfer (player);
  g_free (expect_answer (player, 204, "pipeline-result=1"));
  ask (player, HEAD ("GET") PIPELINED PLAY, id);
  expect_status (player, 200);
  expect_header_chunk (player);
  play_case_send_payloads (push, "1K");
  expect_payloads (player, 0, 0, FALSE, "1K");
  raw_push_free (player);

  /* alone, it ends after a second */
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_players, 0));
  player = play_case_player ("");
  ask (player, HEAD ("GET") "Pragma: pipeline-request=1\r\n", id);
  expect_status (player, 200);
  play_case_expect_text (player, test, 7);
  expect_last_transfer (player);
  ask (player, HEAD ("GET") "Pragma: pipeline-request=1\r\n", id);
  g_free (expect_answer (player, 204, "pipeline-result=0"));
  g_free (id);
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

/* 3.2.5.6: a session that is not known is a new one, and says so; one that
 * streams is not to be had by another connection. */
GST_START_TEST (test_sessions)
{
  RawPush *push = play_case_push (), *player, *other;
  gchar *id;

  player = play_case_player ("");
  ask (player, HEAD ("GET") PLAY, "client-id=5");
  id = expect_answer (player, 200, ", xResetStrm=1,");
  fail_if (g_str_equal (id, "client-id=5"));
  other = play_case_player ("");
  ask (other, HEAD ("GET") PLAY, id);
  expect_status (other, 400);
  fail_unless (raw_push_wait_end (other));
  raw_push_free (other);
  raw_push_free (player);
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_players, 0));
  other = play_case_player ("");
  ask (other, HEAD ("GET") PLAY, id);
  g_free (id);
  id = NULL;
  expect_status (other, 200);
  raw_push_free (other);

  /* an old player without its session wants the header twice */
  player = play_case_player ("");
  ask (player, "GET " PATH " HTTP/1.0\r\nUser-Agent: NSPlayer/4.1.0.3856\r\n"
      "Pragma: xPlayStrm=1,request-context=2\r\n", "client-id=5");
  expect_status (player, 200);
  play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (player);
  play_case_expect_text (player, "$E\x04\0\x01\0\0\0" "$C\x04\0\0\0\0\0", 16);
  play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (player);
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

static void
change_header (RawPush * push)
{
  GByteArray *change = g_byte_array_new ();

  raw_push_end (push, 1);
  test_put (change, 0, 4);
  g_byte_array_append (change, play_header->data, play_header->len);
  raw_push_frame (push, 'C', change->data, change->len);
  g_byte_array_unref (change);
}

/* 3.2.4.2: a player that selects for itself gets no packets until it has. */
GST_START_TEST (test_change_is_held)
{
  RawPush *push = play_case_push (), *player;
  gchar *id;
  guint size = 8 + 12 + play_header->len;

  player = begin_pipelined ("Supported: com.microsoft.wm.sswitch\r\n", &id);
  play_case_send_payloads (push, "1K 2a");
  expect_payloads (player, 0, 0, FALSE, "1K 2a");
  change_header (push);
  expect_transfer (player, 8, FALSE);
  play_case_expect_text (player, "$C\x04\0\0\0\0\0", 8);
  expect_transfer (player, size - 8, FALSE);
  play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (player);
  play_case_send_payloads (push, "1K 2b");
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_packets, 2));
  ask (player, HEAD ("GET") PIPELINED "Pragma: xPlayNextEntry=1\r\n"
      SWITCH ("ffff:1:0 ffff:2:2"), id);
  expect_last_transfer (player);
  expect_status (player, 200);
  expect_payloads (player, 0, 1, TRUE, "1K");
  g_free (id);
  raw_push_free (player);

  /* and one that leaves it to the server goes on by itself */
  player = begin_pipelined (SWITCH ("ffff:2:0"), &id);
  expect_payloads (player, 0, 0, FALSE, "2b");
  change_header (push);
  expect_transfer (player, 8, FALSE);
  play_case_expect_text (player, "$C\x04\0\0\0\0\0", 8);
  expect_transfer (player, size - 8, FALSE);
  play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (player);
  play_case_send_payloads (push, "1K 2c");
  expect_payloads (player, 0, 1, FALSE, "2c");
  g_free (id);
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

static void
be_impatient (PubServer * server, gpointer data)
{
  pub_server_get_config (server)->player_idle_ms = 300;
}

/* 3.2.6.2: neither one that has stopped nor one that does not say what it wants
 * of another header is kept for ever; one that plays is. */
GST_START_TEST (test_idle_ends)
{
  RawPush *push, *stopped, *held, *playing;
  gchar *id;

  play_case_restart (be_impatient, NULL);
  push = play_case_push ();
  playing = begin_pipelined ("", &id);
  g_free (id);
  held = begin_pipelined ("Supported: com.microsoft.wm.sswitch\r\n", &id);
  g_free (id);
  change_header (push);
  /* it shall get no other header while it plays */
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_headers, 2));
  stopped = begin_pipelined ("", &id);
  ask (stopped, HEAD ("POST") "Pragma: xStopStrm=1\r\n" NO_BODY, id);
  expect_last_transfer (stopped);
  expect_status (stopped, 200);
  g_free (id);
  fail_unless (raw_push_wait_end (stopped));
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_players, 1));
  play_case_send_payloads (push, "1K 2a");
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_packets, 1));
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_playing, 1));
  raw_push_free (playing);
  raw_push_free (held);
  raw_push_free (stopped);
  raw_push_free (push);
}

GST_END_TEST;

/* 3.2.4.2: each header has its own number, which $M tells. */
GST_START_TEST (test_numbers_of_headers)
{
  RawPush *push = play_case_push (), *player;
  guint i;

  for (i = 1; i < 4; i++) {
    gchar *metadata = g_strdup_printf ("playlist-gen-id=%u, broadcast-id=1, "
        "features=\"broadcast,live\"", i);
    gchar *expected = g_strdup_printf (", playlist-gen-id=%u\r\n", i);

    player = play_case_player ("GET " PATH " HTTP/1.1\r\nHost: t\r\n"
        "User-Agent: NSPlayer/12.0\r\nPragma: xPlayStrm=1\r\n\r\n");
    g_free (expect_answer (player, 200, expected));
    play_case_expect_chunk (player, 'M', 0, 0x0c, strlen (metadata) + 1);
    play_case_expect_text (player, metadata, strlen (metadata) + 1);
    play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
    play_case_expect_header (player);
    g_free (metadata);
    g_free (expected);
    raw_push_free (player);
    change_header (push);
    fail_unless (pub_thread_wait (play_server, PATH, pub_has_headers, i + 1));
  }
  raw_push_free (push);
}

GST_END_TEST;

/* 2.2.3.3: an old server that pulls wants packets as large as they are. */
GST_START_TEST (test_old_server)
{
  RawPush *push = play_case_push (), *player;
  guint i;

  for (i = 0; i < 2; i++) {
    player = play_case_player ("GET " PATH " HTTP/1.0\r\n"
        "User-Agent: NSServer/4.1.0.3927\r\nPragma: xPlayStrm=1\r\n");
    ask (player, i == 0 ? "" : SWITCH ("ffff:1:0"), NULL);
    expect_status (player, 200);
    play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
    play_case_expect_header (player);
    if (i == 0)
      play_case_send (push, 'x', TRUE);
    play_case_expect_chunk (player, 'D', 0, 0, PLAY_PACKET_SIZE);
    play_case_expect_packet (player, 'x');
    raw_push_free (player);
  }
  raw_push_free (push);
}

GST_END_TEST;

/* What a playing connection may not say. */
GST_START_TEST (test_hostile)
{
  static const gchar *const rows[] = {
    "\001\002\003\r\n\r\n", "GET\r\n\r\n",
    "POST " PATH " HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
    "POST " PATH " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
  };
  RawPush *push = play_case_push (), *player;
  GString *many = g_string_new (NULL);
  gchar *id;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    player = begin_pipelined ("", &id);
    raw_push_send_text (player, rows[i]);
    expect_last_transfer (player);
    fail_unless (raw_push_response (player, NULL) >= 400, "row %u", i);
    fail_unless (raw_push_wait_end (player));
    g_free (id);
    raw_push_free (player);
  }
  /* more than can wait for an answer */
  for (i = 0; i < 1000; i++)
    g_string_append (many, HEAD ("OPTIONS") "\r\n");
  player = begin_pipelined ("", &id);
  raw_push_send (player, many->str, many->len);
  fail_unless (pub_thread_wait (play_server, PATH, pub_has_players, 0));
  g_free (id);
  raw_push_free (player);
  /* another publishing point, Describe and Play while it plays, nothing */
  player = begin_pipelined ("", &id);
  raw_push_send_text (player, "GET /other HTTP/1.1\r\nHost: t\r\n\r\n");
  ask (player, HEAD ("GET"), id);
  ask (player, HEAD ("GET") PIPELINED PLAY, id);
  ask (player, HEAD ("GET") PIPELINED SWITCH ("ffff:9:0"), id);
  ask (player, HEAD ("PUT"), id);
  ask (player, HEAD ("POST") "Pragma: xStopStrm=1\r\n" NO_BODY, id);
  expect_last_transfer (player);
  expect_status (player, 404);
  for (i = 0; i < 4; i++)
    expect_status (player, 400);
  expect_status (player, 200);
  g_free (id);
  raw_push_free (player);
  g_string_free (many, TRUE);
  raw_push_free (push);
}

GST_END_TEST;

static void
shut_down_point (PubPoint * point, gpointer data)
{
  pub_point_shut_down (point);
}

static void
end_all (PubServer * server, gpointer data)
{
  pub_server_disconnect (server, PATH, SOUP_STATUS_FORBIDDEN);
  pub_server_foreach_point (server, shut_down_point, NULL);
}

/* A player that is stopped when the programme has just ended hears of the end
 * once. */
GST_START_TEST (test_stopped_at_the_end)
{
  RawPush *push = play_case_push (), *player;
  gchar *id;

  player = begin_pipelined (SWITCH ("ffff:1:0 ffff:2:0"), &id);
  pub_thread_call (play_server, end_all, NULL);
  expect_transfer (player, 8, FALSE);
  play_case_expect_text (player, "$E\x04\0\0\0\0\0", 8);
  expect_last_transfer (player);
  fail_unless (raw_push_wait_end (player));
  g_free (id);
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

static Suite *
pubpipelined_suite (void)
{
  Suite *suite = suite_create ("pubpipelined");
  TCase *tc = tcase_create ("pubpipelined");

  tcase_add_checked_fixture (tc, play_case_setup, play_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_one_connection);
  tcase_add_test (tc, test_unread_answers);
  tcase_add_test (tc, test_select_waits_for_key_frame);
  tcase_add_test (tc, test_select_beside);
  tcase_add_test (tc, test_pipeline_test);
  tcase_add_test (tc, test_sessions);
  tcase_add_test (tc, test_change_is_held);
  tcase_add_test (tc, test_idle_ends);
  tcase_add_test (tc, test_numbers_of_headers);
  tcase_add_test (tc, test_old_server);
  tcase_add_test (tc, test_hostile);
  tcase_add_test (tc, test_stopped_at_the_end);
  return suite;
}

GST_CHECK_MAIN (pubpipelined);
