/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Selections of streams: which payloads come out of which packet. */
#include <string.h>

#include <gst/check/gstcheck.h>

#include "pubselect.h"
#include "testasf.h"

/* Payloads "1", "2K" and so on: a stream, of which K begins a key frame, k goes
 * on with it, d begins another one. */
static GBytes *
make_packet (const gchar * text)
{
  GByteArray *bytes = g_byte_array_new ();
  gchar **parts = g_strsplit (text, " ", -1);
  guint i;

  test_put (bytes, 0x5501, 2);
  test_put (bytes, 7, 4);
  test_put (bytes, 40, 2);
  test_put (bytes, 0x80 | g_strv_length (parts), 1);
  for (i = 0; parts[i] != NULL; i++) {
    gchar what = parts[i][1];

    test_put (bytes, (what == 'd' ? 0 : 0x80) | (parts[i][0] - '0'), 1);
    test_put (bytes, i, 1);
    test_put (bytes, what == 'k' ? 5 : 0, 2);
    test_put (bytes, 2, 2);
    g_byte_array_append (bytes, (guint8 *) parts[i], 2);
  }
  g_strfreev (parts);
  return g_byte_array_free_to_bytes (bytes);
}

/* Returns: the same text of what is left of such a packet. */
static gchar *
filter (PubChoice * choice, guint64 number, const gchar * text)
{
  GBytes *packet = make_packet (text);
  GBytes *left = pub_choice_filter (choice, number, packet, FALSE);
  GString *seen = g_string_new (NULL);
  AsfPacketInfo info;
  AsfPayloadIter iter;
  AsfPayload payload;
  gsize size;
  const guint8 *data;

  g_bytes_unref (packet);
  if (left != NULL) {
    data = g_bytes_get_data (left, &size);
    fail_unless (asf_packet_read (data, size, &info, NULL));
    asf_payload_iter_init (&iter, &info, data);
    while (asf_payload_next (&iter, &payload, NULL))
      g_string_append_printf (seen, "%s%.2s", seen->len ? " " : "",
          payload.data);
    g_bytes_unref (left);
  }
  return g_string_free (seen, FALSE);
}

static void
expect (PubChoice * choice, guint64 number, const gchar * text,
    const gchar * expected)
{
  gchar *seen = filter (choice, number, text);

  fail_unless (g_str_equal (seen, expected), "packet %" G_GUINT64_FORMAT
      ": %s, not %s", number, seen, expected);
  g_free (seen);
}

static AsfHeaderInfo info;
static PubSelect *shared;

static void
set_streams (const gchar * kinds)
{
  memset (&info, 0, sizeof (info));
  for (info.n_streams = 0; kinds[info.n_streams] != '\0'; info.n_streams++) {
    info.streams[info.n_streams].number = info.n_streams + 1;
    info.streams[info.n_streams].kind = kinds[info.n_streams] == 'v'
        ? ASF_STREAM_VIDEO : ASF_STREAM_AUDIO;
  }
}

static void
setup_select (void)
{
  set_streams ("vaa");
  shared = pub_select_new ();
}

static void
teardown_select (void)
{
  assert_equals_int (pub_select_count (shared), 0);
  pub_select_unref (shared);
}

#define ALL "1K 2d 3d 1d 2K 9d"

static void
expect_play (const PubMmsSwitch * switches, guint n, const gchar * expected)
{
  PubChoice *choice = pub_choice_new (shared, &info);

  fail_unless (pub_choice_play (choice, switches, n));
  expect (choice, 0, ALL, expected);
  expect (choice, 1, ALL, expected);
  pub_choice_free (choice);
}

/* [MS-WMSP] 2.2.1.4.27, 3.2.5.6. */
GST_START_TEST (test_play)
{
  static const PubMmsSwitch one[] = { {0xffff, 2, PUB_MMS_WHOLE} };
  static const PubMmsSwitch off[] = { {0xffff, 2, PUB_MMS_OFF} };
  static const PubMmsSwitch thin[] = { {0xffff, 1, PUB_MMS_KEY_FRAMES},
  {0xffff, 3, PUB_MMS_WHOLE}
  };
  static const PubMmsSwitch complete[] = { {0xffff, 1, PUB_MMS_WHOLE},
  {0xffff, 2, PUB_MMS_WHOLE}, {0xffff, 3, PUB_MMS_OFF}
  };
  static const PubMmsSwitch nothing[] = { {0xffff, 1, PUB_MMS_OFF},
  {0xffff, 2, PUB_MMS_OFF}, {0xffff, 3, PUB_MMS_OFF}
  };
  static const PubMmsSwitch unknown[] = { {0xffff, 7, PUB_MMS_WHOLE},
  {0xffff, 0, PUB_MMS_WHOLE}, {7, 0x1234, PUB_MMS_OFF}
  };
  PubChoice *choice;

  expect_play (one, 1, "2d 2K");
  expect_play (off, 1, "1K 3d 1d");
  expect_play (thin, 2, "1K 3d");
  expect_play (complete, 3, "1K 2d 1d 2K");
  expect_play (nothing, 3, "");
  /* no stream of these is there */
  expect_play (unknown, 3, "1K 2d 3d 1d 2K");
  expect_play (NULL, 0, "1K 2d 3d 1d 2K");

  choice = pub_choice_new (shared, &info);
  fail_unless (pub_choice_is_everything (choice, 0));
  fail_unless (pub_choice_play (choice, complete, 3));
  fail_if (pub_choice_is_everything (choice, 0));
  fail_unless (pub_choice_play (choice, complete, 0));
  fail_unless (pub_choice_is_everything (choice, 0));
  fail_unless (pub_choice_knows (choice, one, 1));
  fail_if (pub_choice_knows (choice, unknown, 3));
  pub_choice_free (choice);
}

GST_END_TEST;

/* 3.2.5.7: a stream comes in with a key frame. */
GST_START_TEST (test_comes_in_with_a_key_frame)
{
  static const PubMmsSwitch audio[] = { {0xffff, 2, PUB_MMS_WHOLE} };
  static const PubMmsSwitch video[] = { {0xffff, 1, PUB_MMS_WHOLE} };
  PubChoice *choice = pub_choice_new (shared, &info);

  fail_unless (pub_choice_play (choice, audio, 1));
  expect (choice, 7, "1K 2d", "2d");
  fail_unless (pub_choice_select (choice, video, 1, 8));
  expect (choice, 8, "1k 1d 2d", "2d");
  expect (choice, 9, "1d 2d", "2d");
  expect (choice, 10, "1d 1K 2d 1d", "1K 2d 1d");
  expect (choice, 11, "1d 2d 3d", "1d 2d");
  /* what is written again is the same */
  expect (choice, 9, "1d 2d", "2d");
  expect (choice, 10, "1d 1K 2d 1d", "1K 2d 1d");
  pub_choice_free (choice);
}

GST_END_TEST;

/* What goes, goes at once; less of it as well. */
GST_START_TEST (test_goes_at_once)
{
  static const PubMmsSwitch off[] = { {0xffff, 1, PUB_MMS_OFF} };
  static const PubMmsSwitch thin[] = { {1, 1, PUB_MMS_KEY_FRAMES} };
  static const PubMmsSwitch whole[] = { {1, 1, PUB_MMS_WHOLE} };
  PubChoice *choice = pub_choice_new (shared, &info);

  fail_unless (pub_choice_play (choice, NULL, 0));
  fail_unless (pub_choice_select (choice, thin, 1, 5));
  expect (choice, 4, ALL, "1K 2d 3d 1d 2K");
  expect (choice, 5, ALL, "1K 2d 3d 2K");
  fail_unless (pub_choice_select (choice, whole, 1, 6));
  expect (choice, 6, "1k 1d 2d", "1k 2d");
  expect (choice, 7, "1k 1d 1K 1d", "1k 1K 1d");
  fail_if (pub_choice_is_everything (choice, 7));
  expect (choice, 8, "1d 2d", "1d 2d");
  fail_unless (pub_choice_is_everything (choice, 8));
  fail_unless (pub_choice_select (choice, off, 1, 9));
  expect (choice, 9, ALL, "2d 3d 2K");
  expect (choice, 10, "1d", "");
  /* one that was off comes in thin */
  fail_unless (pub_choice_select (choice, thin, 1, 11));
  expect (choice, 11, "1k 2d", "2d");
  expect (choice, 12, "1K 1d", "1K");
  pub_choice_free (choice);
}

GST_END_TEST;

/* Sounds have no key frames, or all of them are. */
GST_START_TEST (test_sounds)
{
  static const PubMmsSwitch video[] = { {0xffff, 1, PUB_MMS_WHOLE} };
  static const PubMmsSwitch audio[] = { {0xffff, 2, PUB_MMS_WHOLE} };
  static const PubMmsSwitch thin[] = { {0xffff, 2, PUB_MMS_KEY_FRAMES} };
  PubChoice *choice = pub_choice_new (shared, &info);

  fail_unless (pub_choice_play (choice, video, 1));
  fail_unless (pub_choice_select (choice, audio, 1, 4));
  expect (choice, 4, "1d 2k", "1d");
  expect (choice, 5, "2k 1d 2d", "1d 2d");
  expect (choice, 6, "2k 1d 2d", "2k 1d 2d");
  fail_unless (pub_choice_select (choice, thin, 1, 7));
  expect (choice, 7, "2k 1d 2d", "2k 1d 2d");
  pub_choice_free (choice);
}

GST_END_TEST;

/* 3.2.5.7: what is replaced goes on until the other one is there. */
GST_START_TEST (test_replaces)
{
  static const PubMmsSwitch start[] = { {0xffff, 1, PUB_MMS_WHOLE},
  {0xffff, 2, PUB_MMS_WHOLE}
  };
  static const PubMmsSwitch replace[] = { {2, 3, PUB_MMS_WHOLE} };
  PubChoice *choice = pub_choice_new (shared, &info);

  fail_unless (pub_choice_play (choice, start, 2));
  expect (choice, 0, "1K 2d 3d", "1K 2d");
  fail_unless (pub_choice_select (choice, replace, 1, 1));
  expect (choice, 1, "1d 2d 3k", "1d 2d");
  expect (choice, 2, "2d 3k 3d 2d", "2d 3d 2d");
  expect (choice, 3, "1d 2d 3d 2K", "1d 3d");
  pub_choice_free (choice);
}

GST_END_TEST;

/* Two who select the same share its packets; there is an end to what is
 * different. */
GST_START_TEST (test_shares)
{
  static const PubMmsSwitch one[] = { {0xffff, 1, PUB_MMS_WHOLE} };
  static const PubMmsSwitch other[] = { {0xffff, 2, PUB_MMS_OFF},
  {0xffff, 3, PUB_MMS_OFF}, {0xffff, 1, PUB_MMS_WHOLE}
  };
  static const PubMmsSwitch thin[] = { {0xffff, 1, PUB_MMS_KEY_FRAMES} };
  PubChoice *choices[2], *many[PUB_SELECT_MAX + 1];
  GBytes *packet = make_packet (ALL), *one_of, *other_of;
  guint i;

  for (i = 0; i < 2; i++)
    choices[i] = pub_choice_new (shared, &info);
  fail_unless (pub_choice_play (choices[0], one, 1));
  fail_unless (pub_choice_play (choices[1], other, 3));
  assert_equals_int (pub_select_count (shared), 1);
  one_of = pub_choice_filter (choices[0], 3, packet, FALSE);
  other_of = pub_choice_filter (choices[1], 3, packet, FALSE);
  fail_unless (one_of == other_of);
  g_bytes_unref (other_of);
  /* another one in its place */
  other_of = pub_choice_filter (choices[1], 3 + PUB_SELECT_KEPT, packet, FALSE);
  fail_unless (one_of != other_of);
  g_bytes_unref (other_of);
  g_bytes_unref (one_of);
  g_bytes_unref (packet);

  set_streams ("vaaaaaaa");
  for (i = 0; i < G_N_ELEMENTS (many); i++) {
    PubMmsSwitch switches[7] = { {0}, };
    guint stream;

    for (stream = 2; stream < 8; stream++) {
      switches[stream - 1].stream = stream;
      switches[stream - 1].thinning = i >> (stream - 2) & 1
          ? PUB_MMS_WHOLE : PUB_MMS_OFF;
    }
    many[i] = pub_choice_new (shared, &info);
    fail_unless (pub_choice_play (many[i], switches, 7)
        == (i + 1 < PUB_SELECT_MAX));
  }
  assert_equals_int (pub_select_count (shared), PUB_SELECT_MAX);
  /* and what was selected stays when it cannot be changed */
  fail_if (pub_choice_select (choices[0], thin, 1, 9));
  expect (choices[0], 9, ALL, "1K 1d");
  for (i = 0; i < G_N_ELEMENTS (many); i++)
    pub_choice_free (many[i]);
  for (i = 0; i < 2; i++)
    pub_choice_free (choices[i]);
}

GST_END_TEST;

/* 2.2.3.3: the padding is taken off, once for all. */
GST_START_TEST (test_cuts)
{
  GByteArray *padded = test_asf_packet (400, 100, 'x', TRUE, 0);
  GBytes *packet = g_byte_array_free_to_bytes (padded), *cut, *again;
  AsfPacketInfo packet_info;

  cut = pub_select_cut (shared, 5, packet, FALSE);
  fail_unless (asf_packet_read (g_bytes_get_data (cut, NULL),
          g_bytes_get_size (cut), &packet_info, NULL));
  assert_equals_uint64 (packet_info.padding, 0);
  fail_unless (g_bytes_get_size (cut) < 140);
  again = pub_select_cut (shared, 5, packet, FALSE);
  fail_unless (again == cut);
  g_bytes_unref (again);
  g_bytes_unref (cut);
  g_bytes_unref (packet);
  /* one without padding is no copy */
  packet = make_packet (ALL);
  cut = pub_select_cut (shared, 6, packet, FALSE);
  fail_unless (cut == packet);
  g_bytes_unref (cut);
  g_bytes_unref (packet);
  packet = g_bytes_new_static ("\x82", 1);
  fail_unless (pub_select_cut (shared, 7, packet, FALSE) == NULL);
  g_bytes_unref (packet);
  assert_equals_int (pub_select_count (shared), 0);
}

GST_END_TEST;

/* 3.2.4.2: what is like what was selected. */
GST_START_TEST (test_another_header)
{
  static const PubMmsSwitch start[] = { {0xffff, 1, PUB_MMS_KEY_FRAMES},
  {0xffff, 2, PUB_MMS_WHOLE}
  };
  static const PubMmsSwitch silent[] = { {0xffff, 1, PUB_MMS_WHOLE} };
  PubChoice *choice = pub_choice_new (shared, &info);
  PubSelect *next = pub_select_new ();

  fail_unless (pub_choice_play (choice, start, 2));
  set_streams ("vaav");
  pub_choice_set_header (choice, next, &info);
  assert_equals_int (pub_select_count (shared), 0);
  assert_equals_int (pub_select_count (next), 1);
  pub_select_unref (next);
  expect (choice, 0, "1K 1d 2d 3d 4d", "1K 2d 4d");
  /* 1 is a sound now, and some sound was on */
  set_streams ("av");
  pub_choice_set_header (choice, shared, &info);
  expect (choice, 0, "1d 2d", "1d 2d");

  set_streams ("vaa");
  pub_choice_set_header (choice, shared, &info);
  fail_unless (pub_choice_play (choice, silent, 1));
  set_streams ("avva");
  pub_choice_set_header (choice, shared, &info);
  expect (choice, 0, "1d 2d 3d 4d", "2d 3d");
  pub_choice_free (choice);
}

GST_END_TEST;

/* LocationId has 32 bits and runs over ([MS-WMSP] 2.2.3.1.2); the numbers behind
 * it do not, so that what was selected 2^31 packets ago stays selected. */
GST_START_TEST (test_numbers_run_on)
{
  static const PubMmsSwitch off[] = { {0xffff, 1, PUB_MMS_OFF} };
  static const PubMmsSwitch whole[] = { {0xffff, 1, PUB_MMS_WHOLE} };
  const guint64 at = G_MAXUINT32 - 1, half = G_GUINT64_CONSTANT (1) << 31;
  PubChoice *choice = pub_choice_new (shared, &info);

  fail_unless (pub_choice_play (choice, NULL, 0));
  fail_unless (pub_choice_is_everything (choice, half));
  fail_unless (pub_choice_select (choice, off, 1, at));
  expect (choice, at - 1, ALL, "1K 2d 3d 1d 2K");
  expect (choice, at, ALL, "2d 3d 2K");
  expect (choice, at + 1, ALL, "2d 3d 2K");
  expect (choice, at + 2, ALL, "2d 3d 2K");
  expect (choice, at + half, ALL, "2d 3d 2K");
  expect (choice, at + 2 * half, ALL, "2d 3d 2K");
  fail_unless (pub_choice_select (choice, whole, 1, 0));
  expect (choice, at + 3 * half, ALL, "1K 2d 3d 1d 2K");
  fail_unless (pub_choice_is_everything (choice, at + 4 * half));
  pub_choice_free (choice);
}

GST_END_TEST;

static Suite *
pubselect_suite (void)
{
  Suite *suite = suite_create ("pubselect");
  TCase *tc = tcase_create ("pubselect");

  tcase_add_checked_fixture (tc, setup_select, teardown_select);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_play);
  tcase_add_test (tc, test_comes_in_with_a_key_frame);
  tcase_add_test (tc, test_goes_at_once);
  tcase_add_test (tc, test_sounds);
  tcase_add_test (tc, test_replaces);
  tcase_add_test (tc, test_shares);
  tcase_add_test (tc, test_cuts);
  tcase_add_test (tc, test_another_header);
  tcase_add_test (tc, test_numbers_run_on);
  return suite;
}

GST_CHECK_MAIN (pubselect);
