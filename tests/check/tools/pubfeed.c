/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A player's way through a programme, without sockets. */
#include <gst/check/gstcheck.h>
#include <gst/gstutils.h>

#include "pubfeed.h"
#include "testasf.h"

#define PACKET_SIZE 400
/* What the ring counts for one. */
#define PACKET_COST (PACKET_SIZE + 160)
/* In a packet of test_asf_packet(). */
#define OFFSET_AT 17
#define OBJECT_SIZE_AT 22

static PubConfig config;
static PubFeedTotals totals;
static PubStream *stream;
static PubFeed feed;

static void
setup_feed (void)
{
  memset (&config, 0, sizeof (config));
  memset (&totals, 0, sizeof (totals));
  config.player_limit = 100 * PACKET_SIZE;
  stream = pub_stream_new (1000 * PACKET_COST, 0);
  pub_feed_init (&feed, stream, &config, &totals);
}

static void
teardown_feed (void)
{
  pub_feed_leave (&feed);
  pub_stream_free (stream);
}

static void
set_header (gboolean has_video)
{
  const TestHeader description = { ASF_FILE_BROADCAST, PACKET_SIZE, 0,
    {has_video ? &asf_guid_stream_video : &asf_guid_stream_audio}, FALSE
  };
  GByteArray *header = test_asf_header (&description);
  GBytes *bytes = g_bytes_new (header->data, header->len);
  AsfHeaderInfo info;

  fail_unless (asf_header_read (header->data, header->len, &info, NULL));
  pub_stream_set_header (stream, bytes, &info);
  g_bytes_unref (bytes);
  g_byte_array_unref (header);
}

/* A hundred bytes of an object, from @offset on. */
static void
add_piece (guint object, gboolean is_key, guint offset, guint object_size)
{
  GByteArray *packet = test_asf_packet (PACKET_SIZE, 100, object, is_key,
      object * 40);
  GBytes *bytes;

  GST_WRITE_UINT32_LE (packet->data + OFFSET_AT, offset);
  GST_WRITE_UINT32_LE (packet->data + OBJECT_SIZE_AT, object_size);
  bytes = g_byte_array_free_to_bytes (packet);
  pub_stream_add_packet (stream, bytes);
  g_bytes_unref (bytes);
}

static void
add_packets (guint n, guint key_distance)
{
  guint i;

  for (i = 0; i < n; i++)
    add_piece (i, key_distance > 0 && i % key_distance == 0, 0, 100);
}

/* Takes @n packets, the first of them number @number. */
static void
expect_packets (PubFeed * self, guint32 number, guint n)
{
  const PubPacket *packets[1];

  for (; n > 0; n--, number++) {
    assert_equals_int (pub_feed_next (self), PUB_FEED_PACKETS);
    assert_equals_int (pub_feed_peek (self, packets, 1), 1);
    assert_equals_int (packets[0]->number, number);
    pub_feed_take (self, 1);
  }
}

static void
expect_header (PubFeed * self, guint gen)
{
  assert_equals_int (pub_feed_next (self), PUB_FEED_HEADER);
  assert_equals_int (pub_feed_take_header (self)->gen, gen);
}

GST_START_TEST (test_starts_at_newest_complete_key_frame)
{
  set_header (TRUE);
  add_piece (0, FALSE, 0, 100);
  add_piece (1, TRUE, 0, 200);
  add_piece (1, TRUE, 100, 200);
  add_piece (2, FALSE, 0, 100);
  /* the next one has begun */
  add_piece (3, TRUE, 0, 200);
  expect_header (&feed, 1);
  expect_packets (&feed, 1, 3);
  fail_unless (pub_feed_has_picture (&feed));
  pub_feed_leave (&feed);

  add_piece (3, TRUE, 100, 200);
  pub_feed_init (&feed, stream, &config, &totals);
  expect_header (&feed, 1);
  expect_packets (&feed, 4, 1);
  fail_if (pub_feed_has_picture (&feed));
  expect_packets (&feed, 5, 1);
  fail_unless (pub_feed_has_picture (&feed));
  assert_equals_int (totals.skipped, 0);
}

GST_END_TEST;

/* What is missing of it does not come any more. */
GST_START_TEST (test_key_frame_with_a_gap)
{
  set_header (TRUE);
  add_piece (0, FALSE, 0, 100);
  add_piece (1, TRUE, 0, 300);
  add_piece (1, TRUE, 100, 300);
  add_piece (2, FALSE, 0, 100);
  expect_header (&feed, 1);
  expect_packets (&feed, 1, 3);
}

GST_END_TEST;

GST_START_TEST (test_starts_with_the_first_packet)
{
  assert_equals_int (pub_feed_next (&feed), PUB_FEED_NOTHING);
  set_header (TRUE);
  expect_header (&feed, 1);
  assert_equals_int (pub_feed_next (&feed), PUB_FEED_NOTHING);
  add_piece (0, FALSE, 0, 100);
  expect_packets (&feed, 0, 1);
  fail_if (pub_feed_has_picture (&feed));
}

GST_END_TEST;

GST_START_TEST (test_sound_starts_anywhere)
{
  set_header (FALSE);
  add_packets (10, 0);
  expect_header (&feed, 1);
  expect_packets (&feed, 9, 1);
  fail_unless (pub_feed_has_picture (&feed));
}

GST_END_TEST;

/* Who comes a minute after the last key frame begins with what is new, who has
 * fallen behind goes on with it. */
GST_START_TEST (test_no_key_frame_comes)
{
  PubFeed other;

  set_header (TRUE);
  add_piece (0, TRUE, 0, 100);
  expect_header (&feed, 1);
  add_packets (102, 0);
  add_piece (1499, FALSE, 0, 100);
  pub_feed_init (&other, stream, &config, &totals);
  expect_header (&other, 1);
  expect_packets (&other, 0, 1);
  fail_unless (pub_feed_has_picture (&other));
  pub_feed_check_blocked (&other);
  fail_unless (pub_feed_is_skipping (&other));
  assert_equals_int (pub_feed_next (&other), PUB_FEED_NOTHING);
  add_piece (1500, FALSE, 0, 200);
  add_piece (1500, FALSE, 100, 200);
  expect_packets (&other, 104, 2);
  pub_feed_leave (&other);

  pub_feed_init (&other, stream, &config, &totals);
  expect_header (&other, 1);
  expect_packets (&other, 104, 1);
  fail_unless (pub_feed_has_picture (&other));
  pub_feed_leave (&other);
}

GST_END_TEST;

/* Nothing of the old header is left out, and nothing of the new one comes
 * before its time. */
GST_START_TEST (test_header_in_the_middle)
{
  set_header (TRUE);
  expect_header (&feed, 1);
  add_packets (5, 5);
  expect_packets (&feed, 0, 2);
  set_header (TRUE);
  add_packets (2, 1);
  set_header (TRUE);
  add_packets (1, 1);
  expect_packets (&feed, 2, 3);
  expect_header (&feed, 2);
  expect_packets (&feed, 0, 2);
  expect_header (&feed, 3);
  expect_packets (&feed, 0, 1);
  assert_equals_int (pub_feed_next (&feed), PUB_FEED_NOTHING);
  set_header (TRUE);
  expect_header (&feed, 4);
  assert_equals_int (pub_feed_next (&feed), PUB_FEED_NOTHING);
}

GST_END_TEST;

/* Also when the next programme begins before all of it has been taken. */
GST_START_TEST (test_end_comes_last)
{
  set_header (TRUE);
  expect_header (&feed, 1);
  add_packets (5, 5);
  pub_stream_end (stream);
  set_header (TRUE);
  add_packets (5, 5);
  expect_packets (&feed, 0, 5);
  assert_equals_int (pub_feed_next (&feed), PUB_FEED_END);
}

GST_END_TEST;

/* A programme that is over before a player that waited for it has its turn. */
GST_START_TEST (test_short_programme)
{
  set_header (TRUE);
  pub_feed_reserve (&feed);
  add_packets (5, 2);
  pub_stream_end (stream);
  expect_header (&feed, 1);
  expect_packets (&feed, 0, 5);
  assert_equals_int (pub_feed_next (&feed), PUB_FEED_END);
}

GST_END_TEST;

/* Who takes nothing goes on at the newest key frame that leaves it room. */
GST_START_TEST (test_blocked_player_skips)
{
  set_header (TRUE);
  expect_header (&feed, 1);
  add_packets (101, 10);
  expect_packets (&feed, 0, 1);
  pub_feed_check_blocked (&feed);
  assert_equals_int (totals.skipped, 0);
  add_packets (1, 0);
  pub_feed_check_blocked (&feed);
  assert_equals_int (totals.skipped, 99);
  assert_equals_int (pub_feed_get_skipped (&feed), 99);
  expect_packets (&feed, 100, 2);
}

GST_END_TEST;

/* Without one it waits for the next. */
GST_START_TEST (test_blocked_player_waits_for_a_key_frame)
{
  set_header (TRUE);
  expect_header (&feed, 1);
  add_packets (102, 0);
  expect_packets (&feed, 0, 1);
  add_packets (1, 0);
  pub_feed_check_blocked (&feed);
  fail_unless (pub_feed_is_skipping (&feed));
  assert_equals_int (pub_feed_next (&feed), PUB_FEED_NOTHING);
  add_packets (2, 0);
  assert_equals_int (pub_feed_next (&feed), PUB_FEED_NOTHING);
  add_packets (1, 1);
  expect_packets (&feed, 105, 1);
  assert_equals_int (totals.skipped, 104);
}

GST_END_TEST;

/* Over a header, which it gets first. */
GST_START_TEST (test_blocked_player_skips_into_the_next_header)
{
  set_header (TRUE);
  expect_header (&feed, 1);
  add_packets (60, 10);
  expect_packets (&feed, 0, 1);
  set_header (TRUE);
  add_packets (60, 10);
  pub_feed_check_blocked (&feed);
  expect_header (&feed, 2);
  expect_packets (&feed, 50, 10);
  assert_equals_int (totals.skipped, 59 + 50);
}

GST_END_TEST;

/* Who is only slow gets what there is, and skips what is no longer there. */
GST_START_TEST (test_lost_place)
{
  config.player_limit = G_MAXINT32;
  set_header (TRUE);
  expect_header (&feed, 1);
  add_packets (1000, 10);
  expect_packets (&feed, 0, 1);
  add_packets (1, 1);
  expect_packets (&feed, 1, 1);
  add_packets (2, 0);
  expect_packets (&feed, 1000, 3);
  assert_equals_int (totals.skipped, 998);
}

GST_END_TEST;

static guint
count_kept (void)
{
  PubRing *ring = pub_stream_get_ring (stream);

  return pub_ring_get_end (ring) - pub_ring_get_first (ring);
}

/* What nobody needs is not kept; what is needed is, up to the limit. */
GST_START_TEST (test_memory)
{
  set_header (TRUE);
  expect_header (&feed, 1);
  add_packets (100, 10);
  assert_equals_int (count_kept (), 100);
  expect_packets (&feed, 0, 50);
  assert_equals_int (count_kept (), 50);
  expect_packets (&feed, 50, 50);
  assert_equals_int (count_kept (), 10);
  add_packets (990, 10);
  assert_equals_int (count_kept (), 990);
  /* whose packets are gone needs none of them */
  add_packets (20, 10);
  assert_equals_int (count_kept (), 10);
  expect_packets (&feed, 1100, 10);
  pub_feed_leave (&feed);
  /* a key frame that does not come lets the ring fill, and not more; where
   * nobody can start nothing is kept */
  add_packets (990, 0);
  assert_equals_int (count_kept (), 1000);
  add_packets (1, 0);
  assert_equals_int (count_kept (), 0);
  add_packets (10, 10);
  pub_stream_end (stream);
  assert_equals_int (count_kept (), 0);
}

GST_END_TEST;

static gboolean
set_flag (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
let_time_pass (guint ms)
{
  gboolean is_over = FALSE;

  g_timeout_add (ms, set_flag, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

/* The server's delay, not the player's own. */
GST_START_TEST (test_late_packets)
{
  set_header (TRUE);
  expect_header (&feed, 1);
  add_packets (3, 1);
  expect_packets (&feed, 0, 1);
  assert_equals_int (totals.late, 0);
  let_time_pass (PUB_LATE_MS + 10);
  pub_feed_set_ready (&feed);
  expect_packets (&feed, 1, 1);
  assert_equals_int (totals.late, 0);
  let_time_pass (PUB_LATE_MS + 10);
  expect_packets (&feed, 2, 1);
  assert_equals_int (totals.late, 1);
  fail_unless (totals.longest_delay_us > PUB_LATE_MS * 1000);
}

GST_END_TEST;

GST_START_TEST (test_burst)
{
  config.burst_ms = 100;
  pub_stream_keep (stream, config.burst_ms);
  set_header (TRUE);
  add_packets (20, 10);
  let_time_pass (110);
  add_packets (20, 10);
  expect_header (&feed, 1);
  expect_packets (&feed, 10, 30);
}

GST_END_TEST;

static guint n_headers;

static void
header_freed (gpointer data)
{
  n_headers--;
  g_free (data);
}

/* A header that is as large as it may be, and is counted. */
static void
set_large_header (void)
{
  const TestHeader description = { ASF_FILE_BROADCAST, PACKET_SIZE, 0,
    {&asf_guid_stream_video}, FALSE
  };
  GByteArray *header = test_asf_header (&description);
  guint8 *data = g_malloc0 (65531);
  AsfHeaderInfo info;
  GBytes *bytes;

  fail_unless (asf_header_read (header->data, header->len, &info, NULL));
  g_byte_array_unref (header);
  bytes = g_bytes_new_with_free_func (data, 65531, header_freed, data);
  n_headers++;
  pub_stream_set_header (stream, bytes, &info);
  g_bytes_unref (bytes);
}

/* A source that sends one header after the other does not make a slow player
 * hold more than other packets. */
GST_START_TEST (test_memory_for_headers)
{
  guint i;

  n_headers = 0;
  set_header (TRUE);
  add_packets (10, 1);
  expect_header (&feed, 1);
  for (i = 0; i < 200; i++) {
    set_large_header ();
    add_packets (1, 1);
  }
  /* those in the ring, and the newest one */
  fail_unless (n_headers <= 1000 * PACKET_COST / 65531 + 1, "%u headers",
      n_headers);
}

GST_END_TEST;

static Suite *
pubfeed_suite (void)
{
  Suite *suite = suite_create ("pubfeed");
  TCase *tc = tcase_create ("feed");

  tcase_add_checked_fixture (tc, setup_feed, teardown_feed);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_starts_at_newest_complete_key_frame);
  tcase_add_test (tc, test_key_frame_with_a_gap);
  tcase_add_test (tc, test_starts_with_the_first_packet);
  tcase_add_test (tc, test_sound_starts_anywhere);
  tcase_add_test (tc, test_no_key_frame_comes);
  tcase_add_test (tc, test_header_in_the_middle);
  tcase_add_test (tc, test_end_comes_last);
  tcase_add_test (tc, test_short_programme);
  tcase_add_test (tc, test_blocked_player_skips);
  tcase_add_test (tc, test_blocked_player_waits_for_a_key_frame);
  tcase_add_test (tc, test_blocked_player_skips_into_the_next_header);
  tcase_add_test (tc, test_lost_place);
  tcase_add_test (tc, test_memory);
  tcase_add_test (tc, test_memory_for_headers);
  tcase_add_test (tc, test_late_packets);
  tcase_add_test (tc, test_burst);
  return suite;
}

GST_CHECK_MAIN (pubfeed);
