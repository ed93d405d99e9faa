/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What counts packets and has few bits: LocationId (32), AFFlags (8) and the
 * numbers of media objects (8), [MS-WMSP] 2.2.3.1.2 and section 5.2.3.1 of the
 * ASF specification. */
#include <gst/check/gstcheck.h>

#include "playcase.h"

/* AFFlags run from 0 to 254. */
#define N_SEQUENCE 255
/* So many packets before LocationId is full. */
#define N_BEFORE 3

#define PLAY "GET " PLAY_PATH " HTTP/1.1\r\nHost: t\r\n" \
    "User-Agent: NSPlayer/4.1.0.3856\r\nPragma: xPlayStrm=1\r\n"
#define PLAY_ALL PLAY "\r\n"
#define PLAY_SOUND PLAY "Pragma: stream-switch-count=1\r\n" \
    "Pragma: stream-switch-entry=ffff:2:0\r\n\r\n"
#define PLAIN "GET " PLAY_PATH " HTTP/1.0\r\nHost: t\r\n\r\n"

static void
begin_late (PubServer * server, gpointer data)
{
  pub_server_get_config (server)->first_packet =
      G_GUINT64_CONSTANT (0x100000000) - N_BEFORE;
  /* each packet by itself */
  pub_server_get_config (server)->join_ms = 0;
}

static RawPush *
begin_player (const gchar * request)
{
  RawPush *player = play_case_player (request);

  assert_equals_int (raw_push_response (player, NULL), 200);
  if (!g_str_equal (request, PLAIN))
    play_case_expect_chunk (player, 'H', 0, 0x0c, play_header->len);
  play_case_expect_header (player);
  return player;
}

/* Players that are there, that selected a stream, that come when it has run
 * over, and those to whom numbers mean nothing. */
GST_START_TEST (test_location_runs_over)
{
  RawPush *push, *all, *sound, *plain, *late;
  guint32 location = G_MAXUINT32 - N_BEFORE + 1;
  guint i;

  play_case_restart (begin_late, NULL);
  push = play_case_push ();
  all = begin_player (PLAY_ALL);
  sound = begin_player (PLAY_SOUND);
  plain = begin_player (PLAIN);
  for (i = 0; i < 2 * N_BEFORE; i++, location++) {
    play_case_send_payloads (push, "1K 2x");
    play_case_expect_payloads (all, location, i, "1K 2x");
    play_case_expect_payloads (sound, location, i, "2x");
    play_case_expect_whole (plain, "1K 2x");
  }
  assert_equals_int (location, N_BEFORE);
  late = begin_player (PLAY_ALL);
  play_case_expect_payloads (late, location - 1, 0, "1K 2x");
  raw_push_free (late);
  raw_push_free (plain);
  raw_push_free (sound);
  raw_push_free (all);
  raw_push_free (push);
}

GST_END_TEST;

/* AFFlags twice round. */
GST_START_TEST (test_sequence_runs_over)
{
  RawPush *push = play_case_push (), *player = begin_player (PLAY_ALL);
  guint i;

  for (i = 0; i < 2 * N_SEQUENCE + 2; i++) {
    play_case_send (push, i, TRUE);
    play_case_expect_data (player, i, i % N_SEQUENCE, i);
  }
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

static Suite *
pubcounters_suite (void)
{
  Suite *suite = suite_create ("pubcounters");
  TCase *tc = tcase_create ("pubcounters");

  tcase_add_checked_fixture (tc, play_case_setup, play_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_location_runs_over);
  tcase_add_test (tc, test_sequence_runs_over);
  return suite;
}

GST_CHECK_MAIN (pubcounters);
