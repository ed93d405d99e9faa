/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Packets without the payloads of some streams: what stays is what was there,
 * byte for byte, and nothing else stays. */
#include <string.h>

#include <gst/check/gstcheck.h>

#include "asf/asfselect.h"
#include "testasf.h"

#define NONE 99

/* Everything of streams up to 3 stays, but what the two say. */
static AsfSelection
select_two (guint stream, AsfKeep keep, guint other, AsfKeep other_keep)
{
  AsfSelection selection;

  memset (&selection, ASF_KEEP_ALL, sizeof (selection));
  if (stream != NONE)
    selection.keep[stream] = keep;
  if (other != NONE)
    selection.keep[other] = other_keep;
  return selection;
}

static gsize
run (const guint8 * data, gsize size, const AsfSelection * selection,
    guint8 * out)
{
  AsfPacketInfo info;
  gsize n;

  fail_unless (asf_packet_read (data, size, &info, NULL));
  n = asf_packet_select (&info, data, selection, out);
  fail_unless (n <= size);
  return n;
}

static void
expect (const guint8 * data, gsize size, AsfSelection selection,
    const guint8 * expected, gsize expected_size)
{
  guint8 out[256];
  gsize n = run (data, size, &selection, out);

  assert_equals_uint64 (n, expected_size);
  fail_unless (n == 0 || memcmp (out, expected, n) == 0);
}

#define FIRST 0x81, 3, 0, 0, 0, 0, 8, 2, 0, 0, 0, 10, 0, 0, 0, 2, 0, 'p', 'q'
#define SECOND 0x02, 4, 1, 0, 0, 0, 8, 2, 0, 0, 0, 20, 0, 0, 0, 1, 0, 'r'

static const guint8 two[] = { 0x82, 0, 0, 0x09, 0x5d, 5, 1, 0, 0, 0, 2, 0, 0x82,
  FIRST, SECOND, 0, 0, 0, 0, 0
};

/* The padding goes as well; the head says how long the packet is now. */
GST_START_TEST (test_two_payloads)
{
  static const guint8 first[] = { 0x82, 0, 0, 0x51, 0x5d, 35, 0, 0, 0,
    1, 0, 0, 0, 2, 0, 0x81, FIRST
  };
  static const guint8 second[] = { 0x82, 0, 0, 0x51, 0x5d, 34, 0, 0, 0,
    1, 0, 0, 0, 2, 0, 0x81, SECOND
  };
  static const guint8 both[] = { 0x82, 0, 0, 0x51, 0x5d, 53, 0, 0, 0,
    1, 0, 0, 0, 2, 0, 0x82, FIRST, SECOND
  };

  expect (two, sizeof (two), select_two (NONE, 0, NONE, 0), both,
      sizeof (both));
  expect (two, sizeof (two), select_two (2, ASF_KEEP_NONE, NONE, 0), first,
      sizeof (first));
  expect (two, sizeof (two), select_two (1, ASF_KEEP_NONE, NONE, 0), second,
      sizeof (second));
  expect (two, sizeof (two), select_two (1, ASF_KEEP_NONE, 2, ASF_KEEP_NONE),
      NULL, 0);
  expect (two, sizeof (two), select_two (1, ASF_KEEP_KEYS, 2, ASF_KEEP_KEYS),
      first, sizeof (first));
  /* no key frame of stream 2 begins here */
  expect (two, sizeof (two), select_two (1, ASF_KEEP_FROM_KEY, 2,
          ASF_KEEP_FROM_KEY), first, sizeof (first));
  expect (two, sizeof (two), select_two (2, ASF_KEEP_KEYS_THEN_ALL, NONE, 0),
      first, sizeof (first));
}

GST_END_TEST;

#define TAIL 0x81, 1, 9, 0, 1, 0, 'k'
#define DELTA 0x01, 2, 0, 0, 1, 0, 'd'
#define KEY 0x81, 3, 0, 0, 2, 0, 'K', 'Y'
#define NEXT 0x01, 4, 0, 0, 1, 0, 'n'

/* The end of a key frame, a delta frame, a key frame, a delta frame. */
GST_START_TEST (test_from_key)
{
  static const guint8 packet[] = { 0x01, 0x55, 1, 0, 0, 0, 2, 0, 0x84,
    TAIL, DELTA, KEY, NEXT
  };
  static const guint8 keys[] = { 0x51, 0x55, 28, 0, 0, 0, 1, 0, 0, 0, 2, 0,
    0x82, TAIL, KEY
  };
  static const guint8 from_key[] = { 0x51, 0x55, 28, 0, 0, 0, 1, 0, 0, 0, 2, 0,
    0x82, KEY, NEXT
  };
  static const guint8 then_all[] = { 0x51, 0x55, 35, 0, 0, 0, 1, 0, 0, 0, 2, 0,
    0x83, TAIL, KEY, NEXT
  };
  /* the end of an object, two more, none of them marked as key frames */
  static const guint8 sounds[] = { 0x01, 0x55, 1, 0, 0, 0, 2, 0, 0x83,
    0x01, 1, 9, 0, 1, 0, 'e', DELTA, NEXT
  };
  static const guint8 from_start[] = { 0x51, 0x55, 27, 0, 0, 0, 1, 0, 0, 0,
    2, 0, 0x82, DELTA, NEXT
  };
  AsfPacketInfo info;

  expect (packet, sizeof (packet), select_two (1, ASF_KEEP_KEYS, NONE, 0),
      keys, sizeof (keys));
  expect (packet, sizeof (packet), select_two (1, ASF_KEEP_FROM_KEY, NONE, 0),
      from_key, sizeof (from_key));
  expect (packet, sizeof (packet), select_two (1, ASF_KEEP_KEYS_THEN_ALL, NONE,
          0), then_all, sizeof (then_all));
  /* with less than the longer head costs, it is what it was */
  expect (packet, sizeof (packet), select_two (NONE, 0, NONE, 0), packet,
      sizeof (packet));
  fail_unless (asf_packet_read (packet, sizeof (packet), &info, NULL));
  fail_unless (asf_packet_starts (&info, packet, 1, TRUE));
  fail_if (asf_packet_starts (&info, packet, 2, FALSE));
  fail_unless (asf_packet_read (sounds, sizeof (sounds), &info, NULL));
  fail_if (asf_packet_starts (&info, sounds, 1, TRUE));
  fail_unless (asf_packet_starts (&info, sounds, 1, FALSE));
  expect (sounds, sizeof (sounds), select_two (1, ASF_KEEP_FROM_START, NONE,
          0), from_start, sizeof (from_start));
}

GST_END_TEST;

/* What is left out is less than the longer head costs: the packet keeps its
 * size, and says in its own form what is padding now. */
GST_START_TEST (test_little_left_out)
{
  static const guint8 packet[] = { 0x01, 0x40, 1, 0, 0, 0, 2, 0, 0x42,
    0x01, 2, 'a', 'b', 0x02, 1, 'c'
  };
  static const guint8 expected[] = { 0x09, 0x40, 2, 1, 0, 0, 0, 2, 0, 0x41,
    0x01, 2, 'a', 'b', 0, 0
  };
  AsfPacketInfo info;

  expect (packet, sizeof (packet), select_two (2, ASF_KEEP_NONE, NONE, 0),
      expected, sizeof (expected));
  fail_unless (asf_packet_read (expected, sizeof (expected), &info, NULL));
  assert_equals_uint64 (info.padding, 2);
}

GST_END_TEST;

/* Sub-payloads of a compressed payload go together; one payload alone stays or
 * goes. */
GST_START_TEST (test_other_forms)
{
  static const guint8 compressed[] = { 0x01, 0x5d, 1, 0, 0, 0, 2, 0, 0x82,
    0x01, 6, 0xe8, 3, 0, 0, 1, 20, 4, 0, 1, 'a', 1, 'b',
    0x02, 4, 0, 0, 0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 3, 0, 'r', 's', 't'
  };
  static const guint8 run_only[] = { 0x51, 0x5d, 27, 0, 0, 0, 1, 0, 0, 0, 2, 0,
    0x81, 0x01, 6, 0xe8, 3, 0, 0, 1, 20, 4, 0, 1, 'a', 1, 'b'
  };
  static const guint8 single[] = { 0x82, 0, 0, 0x08, 0x5d, 9, 1, 0, 0, 0, 2, 0,
    0x81, 7, 0, 0, 0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 'a', 'b', 'c',
    0, 0, 0, 0, 0, 0, 0, 0, 0
  };
  static const guint8 cut[] = { 0x82, 0, 0, 0x50, 0x5d, 33, 0, 0, 0,
    1, 0, 0, 0, 2, 0,
    0x81, 7, 0, 0, 0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 'a', 'b', 'c'
  };

  expect (compressed, sizeof (compressed), select_two (2, ASF_KEEP_NONE, NONE,
          0), run_only, sizeof (run_only));
  expect (single, sizeof (single), select_two (2, ASF_KEEP_NONE, NONE, 0), cut,
      sizeof (cut));
  expect (single, sizeof (single), select_two (1, ASF_KEEP_NONE, NONE, 0),
      NULL, 0);
  expect (single, sizeof (single), select_two (1, ASF_KEEP_KEYS, NONE, 0), cut,
      sizeof (cut));
}

GST_END_TEST;

/* Returns: whether there is another payload, of stream @stream when that is
 * not 0. */
static gboolean
next_of (AsfPayloadIter * iter, guint stream, AsfPayload * payload)
{
  GError *error = NULL;

  while (asf_payload_next (iter, payload, &error)) {
    if (stream == 0 || payload->stream_number == stream)
      return TRUE;
  }
  fail_unless (error == NULL);
  return FALSE;
}

static void
compare_payloads (const AsfPacketInfo * packet, const guint8 * data,
    guint stream, const guint8 * selected, gsize size)
{
  AsfPayloadIter before, after;
  AsfPayload old, new;
  AsfPacketInfo info;

  fail_unless (asf_packet_read (selected, size, &info, NULL));
  assert_equals_int (info.send_time_ms, packet->send_time_ms);
  assert_equals_int (info.duration_ms, packet->duration_ms);
  asf_payload_iter_init (&before, packet, data);
  asf_payload_iter_init (&after, &info, selected);
  while (next_of (&before, stream, &old)) {
    fail_unless (next_of (&after, 0, &new));
    fail_unless (new.stream_number == stream && new.is_key == old.is_key
        && new.object_number == old.object_number && new.offset == old.offset
        && new.object_size == old.object_size
        && new.pres_time_ms == old.pres_time_ms && new.size == old.size
        && memcmp (new.data, old.data, new.size) == 0);
  }
  fail_if (next_of (&after, 0, &new));
}

/* Each stream alone, out of files of Windows' and other people's: what stays
 * is all of that stream, and fits where the packet was. */
static void
select_in_file (const TestMedia * media, guint stream)
{
  guint32 packet_size = media->info.packet_size;
  guint8 *out = g_malloc (packet_size), *whole = g_malloc (packet_size);
  AsfSelection selection;
  guint i, n_selected = 0;

  memset (&selection, ASF_KEEP_NONE, sizeof (selection));
  selection.keep[stream] = ASF_KEEP_ALL;
  for (i = 0; i < media->n_packets; i++) {
    const guint8 *data = media->packets + (gsize) i * packet_size;
    AsfPacketInfo info;
    AsfPayloadIter iter;
    AsfPayload payload;
    gsize n;

    fail_unless (asf_packet_read (data, packet_size, &info, NULL));
    n = asf_packet_select (&info, data, &selection, out);
    asf_payload_iter_init (&iter, &info, data);
    fail_unless ((n > 0) == next_of (&iter, stream, &payload));
    if (n == 0)
      continue;
    n_selected++;
    compare_payloads (&info, data, stream, out, n);
    fail_unless (asf_packet_restore_padding (out, n, packet_size, whole, NULL));
    compare_payloads (&info, data, stream, whole, packet_size);
  }
  fail_unless (n_selected > 0);
  g_free (out);
  g_free (whole);
}

GST_START_TEST (test_files)
{
  TestMedia media;
  guint i;

  if (!test_media_open (&media, test_media_names[__i__]))
    return;
  for (i = 0; i < media.info.n_streams; i++)
    select_in_file (&media, media.info.streams[i].number);
  test_media_close (&media);
}

GST_END_TEST;

/* Whatever is in a packet, nothing is written outside of its room, and what is
 * written can be read. */
GST_START_TEST (test_broken_packets)
{
  AsfSelection selection = select_two (1, ASF_KEEP_FROM_KEY, 2, ASF_KEEP_NONE);
  guint8 data[sizeof (two)], *out = g_malloc (sizeof (two));
  guint i, n_read = 0;
  gsize n;

  for (i = 0; i < 8 * sizeof (two) * 256; i++) {
    AsfPacketInfo info, after;

    memcpy (data, two, sizeof (two));
    data[i / 256 % sizeof (two)] = i;
    data[i * 7 % sizeof (two)] ^= 1 << i / 256 / sizeof (two);
    if (!asf_packet_read (data, sizeof (data), &info, NULL))
      continue;
    n = asf_packet_select (&info, data, &selection, out);
    fail_unless (n <= sizeof (data));
    fail_unless (n == 0 || asf_packet_read (out, n, &after, NULL));
    n_read++;
  }
  fail_unless (n_read > 10000);
  g_free (out);
}

GST_END_TEST;

static Suite *
asfselect_suite (void)
{
  Suite *suite = suite_create ("asfselect");
  TCase *tc = tcase_create ("asfselect");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_two_payloads);
  tcase_add_test (tc, test_from_key);
  tcase_add_test (tc, test_little_left_out);
  tcase_add_test (tc, test_other_forms);
  tcase_add_loop_test (tc, test_files, 0, TEST_N_MEDIA);
  tcase_add_test (tc, test_broken_packets);
  return suite;
}

GST_CHECK_MAIN (asfselect);
