/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who comes into the middle of a programme gets nothing of what began before:
 * players, those that skipped, relays. */
#include <string.h>

#include "playcase.h"

#include "pubfeed.h"

#define PLAIN "GET " PLAY_PATH " HTTP/1.0\r\nHost: t\r\n\r\n"
#define MMS(more) "GET " PLAY_PATH " HTTP/1.1\r\nHost: t\r\n" \
    "User-Agent: NSPlayer/4.1.0.3856\r\nPragma: xPlayStrm=1\r\n" more "\r\n"
#define SWITCH_VIDEO "Pragma: stream-switch-count=1\r\n" \
    "Pragma: stream-switch-entry=ffff:1:0\r\n"

/* A key frame that begins where a picture and a sound end. */
static void
send_middle (RawPush * push)
{
  play_case_send_payloads (push, "1K 2a 1b<");
  play_case_send_payloads (push, "1b> 1c 2d< 1d<");
  play_case_send_payloads (push, "1d> 2d> 2e 1K<");
  play_case_send_payloads (push, "1K> 2f 1g");
  fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_packets, 4));
}

static RawPush *
push_middle (void)
{
  RawPush *push = play_case_push ();

  send_middle (push);
  return push;
}

GST_START_TEST (test_plain)
{
  RawPush *before = play_case_player (PLAIN), *push, *player;
  guint i;

  fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_players, 1));
  push = push_middle ();
  /* nothing is taken out for others */
  assert_equals_int (raw_push_response (before, NULL), 200);
  play_case_expect_header (before);
  play_case_expect_whole (before, "1K 2a 1b");
  play_case_expect_whole (before, "1b 1c 2d 1d");
  play_case_expect_whole (before, "1d 2d 2e 1K");
  play_case_expect_whole (before, "1K 2f 1g");
  raw_push_free (before);
  for (i = 0; i < 2; i++) {
    player = play_case_begin (PLAIN);
    play_case_expect_header (player);
    play_case_expect_whole (player, "2e 1K");
    play_case_expect_whole (player, "1K 2f 1g");
    raw_push_free (player);
  }
  raw_push_free (push);
}

GST_END_TEST;

static RawPush *
begin_mms (const gchar * request)
{
  RawPush *player = play_case_begin (request);

  play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (player);
  return player;
}

static void
expect_mms (const gchar * request, const gchar * first, const gchar * second)
{
  RawPush *player = begin_mms (request);

  play_case_expect_payloads (player, 2, 0, first);
  play_case_expect_payloads (player, 3, 1, second);
  raw_push_free (player);
}

/* Also where players of before have got the packet as it is. */
GST_START_TEST (test_mms)
{
  RawPush *push = play_case_push (), *all, *video;
  guint i;

  all = begin_mms (MMS (""));
  video = begin_mms (MMS (SWITCH_VIDEO));
  send_middle (push);
  play_case_expect_payloads (all, 0, 0, "1K 2a 1b");
  play_case_expect_payloads (all, 1, 1, "1b 1c 2d 1d");
  play_case_expect_payloads (all, 2, 2, "1d 2d 2e 1K");
  play_case_expect_payloads (video, 0, 0, "1K 1b");
  play_case_expect_payloads (video, 1, 1, "1b 1c 1d");
  play_case_expect_payloads (video, 2, 2, "1d 1K");
  for (i = 0; i < 2; i++) {
    expect_mms (MMS (""), "2e 1K", "1K 2f 1g");
    expect_mms (MMS (SWITCH_VIDEO), "1K", "1K 1g");
  }
  raw_push_free (all);
  raw_push_free (video);
  raw_push_free (push);
}

GST_END_TEST;

static void
limit_queue (PubServer * server, gpointer data)
{
  pub_server_get_config (server)->player_limit = 20 * PLAY_PACKET_SIZE;
}

static guint
count_packets (RawPush * player, const gchar * payloads)
{
  const guint8 *data = (guint8 *) player->received->str + play_header->len;
  gsize left = player->received->len - play_header->len;
  guint n = 0;

  for (; left >= PLAY_PACKET_SIZE; left -= PLAY_PACKET_SIZE) {
    gchar *seen = play_case_list_payloads (data, PLAY_PACKET_SIZE);

    n += g_str_equal (seen, payloads);
    g_free (seen);
    data += PLAY_PACKET_SIZE;
  }
  return n;
}

GST_START_TEST (test_slow_player)
{
  RawPush *push, *slow;
  PubPointInfo point;
  guint sent = 0;

  play_case_restart (limit_queue, NULL);
  push = play_case_push ();
  slow = play_case_begin (PLAIN);
  do {
    guint i;

    for (i = 0; i < 1000; i++)
      play_case_send_payloads (push, i % 10 == 0 ? "1a> 1K 2b" : "1c 1a<");
    sent += i;
    fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_packets,
            sent));
    pub_thread_get_point (play_server, PLAY_PATH, &point);
  } while (point.skipped == 0 && sent < 200000);
  fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_skipped, 1));
  raw_push_end (push, 0);
  while (raw_push_try_read (slow, slow->received->len + 1));
  fail_unless (count_packets (slow, "1a 1K 2b") > 0);
  /* its first one, and the one after the skip */
  fail_unless (count_packets (slow, "1K 2b") >= 2);
  fail_unless (count_packets (slow, "1K 2b") < sent / 20);
  raw_push_free (slow);
  raw_push_free (push);
}

GST_END_TEST;

static void
set_push_to (PubServer * server, gpointer data)
{
  const gchar *urls[] = { data, NULL };

  fail_unless (pub_server_set_push_to (server, urls, NULL));
}

/* A packet of which nothing is left does not arrive there. */
GST_START_TEST (test_relay)
{
  PubThread *edge = pub_thread_new (NULL, NULL);
  gchar *url = pub_thread_url (edge, "http", "/");
  RawPush *push = play_case_push ();
  RawPush *player = raw_push_connect (pub_thread_get_port (edge));
  PubPointInfo point;

  play_case_send_payloads (push, "1K 2a<");
  play_case_send_payloads (push, "2a> 1K<");
  play_case_send_payloads (push, "2a>");
  play_case_send_payloads (push, "1K> 2f 1g");
  fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_packets, 4));
  raw_push_send_text (player, PLAIN);
  fail_unless (pub_thread_wait (edge, PLAY_PATH, pub_has_players, 1));
  pub_thread_call (play_server, set_push_to, url);
  assert_equals_int (raw_push_response (player, NULL), 200);
  play_case_expect_header (player);
  play_case_expect_whole (player, "1K");
  play_case_expect_whole (player, "1K 2f 1g");
  pub_thread_get_point (edge, PLAY_PATH, &point);
  assert_equals_int (point.counters.packets, 2);
  raw_push_free (player);
  raw_push_free (push);
  pub_thread_stop (play_server);
  pub_thread_stop (edge);
  play_server = pub_thread_new (NULL, NULL);
  g_free (url);
}

GST_END_TEST;

static PubStream *
open_stream (void)
{
  PubStream *stream = pub_stream_new (1024 * 1024, 0);
  GBytes *bytes = g_bytes_new (play_header->data, play_header->len);
  AsfHeaderInfo info;

  fail_unless (asf_header_read (play_header->data, play_header->len, &info,
          NULL));
  pub_stream_set_header (stream, bytes, &info);
  g_bytes_unref (bytes);
  return stream;
}

static void
add_packet (PubStream * stream, const gchar * payloads)
{
  GBytes *bytes = g_byte_array_free_to_bytes (play_case_packet (payloads));

  pub_stream_add_packet (stream, bytes);
  g_bytes_unref (bytes);
}

static void
begin_feed (PubFeed * feed, PubStream * stream)
{
  static const PubConfig config = {.player_limit = 100 * PLAY_PACKET_SIZE };
  static PubFeedTotals totals;

  pub_feed_init (feed, stream, &config, &totals);
  assert_equals_int (pub_feed_next (feed), PUB_FEED_HEADER);
  pub_feed_take_header (feed);
}

/* Returns: what it was made of, to be compared only. */
static gconstpointer
expect_next (PubFeed * feed, const gchar * payloads)
{
  const PubPacket *packets[1];
  gconstpointer bytes;
  gchar *seen = NULL;
  gsize size;

  assert_equals_int (pub_feed_next (feed), PUB_FEED_PACKETS);
  assert_equals_int (pub_feed_peek (feed, packets, 1), 1);
  bytes = packets[0]->bytes;
  if (bytes != NULL) {
    const guint8 *data = g_bytes_get_data (packets[0]->bytes, &size);

    assert_equals_int (size, PLAY_PACKET_SIZE);
    seen = play_case_list_payloads (data, size);
  }
  fail_unless_equals_string (seen, payloads);
  g_free (seen);
  pub_feed_take (feed, 1);
  return bytes;
}

static void
end_stream (PubStream * stream, PubFeed * feed)
{
  pub_feed_leave (feed);
  pub_stream_free (stream);
}

/* Of each other stream until one of its objects begins. */
GST_START_TEST (test_later_packets)
{
  PubStream *stream = open_stream ();
  PubFeed feed;

  add_packet (stream, "1K 2a<");
  add_packet (stream, "1b< 2a>");
  add_packet (stream, "1b> 1K<");
  add_packet (stream, "1K> 2a>");
  begin_feed (&feed, stream);
  add_packet (stream, "2a>");
  add_packet (stream, "1d");
  add_packet (stream, "2a> 2e 1f<");
  add_packet (stream, "2a> 1f>");
  expect_next (&feed, "1K");
  expect_next (&feed, "1K");
  expect_next (&feed, NULL);
  expect_next (&feed, "1d");
  expect_next (&feed, "2e 1f");
  expect_next (&feed, "2a 1f");
  end_stream (stream, &feed);
}

GST_END_TEST;

/* One cut packet for all; what needs no cut is the packet itself. */
GST_START_TEST (test_is_shared)
{
  PubStream *stream = open_stream ();
  PubFeed feeds[2], early;
  gconstpointer cut, whole;

  begin_feed (&early, stream);
  add_packet (stream, "1b> 1K 2a");
  add_packet (stream, "1b");
  add_packet (stream, "1b> 1K");
  add_packet (stream, "2a> 2b");
  begin_feed (&feeds[0], stream);
  begin_feed (&feeds[1], stream);
  expect_next (&early, "1K 2a");
  expect_next (&early, "1b");
  whole = expect_next (&early, "1b 1K");
  cut = expect_next (&feeds[0], "1K");
  fail_unless (cut != whole);
  fail_unless (expect_next (&feeds[1], "1K") == cut);
  cut = expect_next (&feeds[0], "2b");
  whole = expect_next (&early, "2a 2b");
  fail_unless (expect_next (&feeds[1], "2b") == cut && cut != whole);
  add_packet (stream, "1c 2c");
  whole = expect_next (&early, "1c 2c");
  fail_unless (expect_next (&feeds[0], "1c 2c") == whole);
  pub_feed_leave (&early);
  pub_feed_leave (&feeds[0]);
  end_stream (stream, &feeds[1]);
}

GST_END_TEST;

/* A stream that does not begin is let through in the end. */
GST_START_TEST (test_does_not_last)
{
  PubStream *stream = open_stream ();
  PubFeed feed;
  guint i;

  begin_feed (&feed, stream);
  add_packet (stream, "1K 2a>");
  expect_next (&feed, "1K");
  for (i = 1; i < PUB_START_PACKETS; i++) {
    add_packet (stream, "1b 2a>");
    expect_next (&feed, "1b");
  }
  add_packet (stream, "1b 2a>");
  expect_next (&feed, "1b 2a");
  end_stream (stream, &feed);
}

GST_END_TEST;

/* Without a key frame there is nothing to begin with, and all of it comes. */
GST_START_TEST (test_no_key_frame)
{
  PubStream *stream = open_stream ();
  PubFeed feed;

  add_packet (stream, "1b> 2a>");
  begin_feed (&feed, stream);
  add_packet (stream, "1c 2a>");
  expect_next (&feed, "1b 2a");
  expect_next (&feed, "1c 2a");
  end_stream (stream, &feed);
}

GST_END_TEST;

static Suite *
pubstart_suite (void)
{
  Suite *suite = suite_create ("pubstart");
  TCase *tc = tcase_create ("start");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, play_case_setup, play_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_plain);
  tcase_add_test (tc, test_mms);
  tcase_add_test (tc, test_slow_player);
  tcase_add_test (tc, test_relay);
  tcase_add_test (tc, test_later_packets);
  tcase_add_test (tc, test_is_shared);
  tcase_add_test (tc, test_does_not_last);
  tcase_add_test (tc, test_no_key_frame);
  return suite;
}

GST_CHECK_MAIN (pubstart);
