/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "testasf.h"
#include "testbytes.h"
#include "testpackets.h"

#define MS G_GUINT64_CONSTANT (1000000)

static void
run_init (TestPackets * run, guint packet_size, gboolean is_live,
    guint64 max_delay)
{
  AsfPacketizerConfig config = { packet_size, is_live, max_delay, 0, FALSE };

  test_packets_init (run, &config);
}

static gboolean
run_add_at (TestPackets * run, guint stream, guint time_ms, guint send_ms,
    guint size, gboolean is_key)
{
  static guint8 payload[4096];
  AsfObject object = { 0, };
  guint i;

  for (i = 0; i < sizeof payload; i++)
    payload[i] = i;
  object.stream_number = stream;
  object.is_key = is_key;
  object.is_video = stream == 1;
  object.keep_whole = stream == 2;
  object.pres_ms = 1000 + time_ms;
  object.time_ns = time_ms * MS;
  object.span.start_ns = object.span.end_ns = send_ms * MS;
  object.span.latest_ns = (time_ms + 1000) * MS;
  object.data = payload;
  object.size = size;
  return test_packets_add (run, &object);
}

static gboolean
run_add (TestPackets * run, guint stream, guint time_ms, guint size,
    gboolean is_key)
{
  return run_add_at (run, stream, time_ms, time_ms, size, is_key);
}

/* Each packet form, from the objects that make it: all its bytes (section
 * 5.2; rules, 6.2 to 6.4). */
static const struct
{
  const gchar *what;
  guint packet_size;
  gboolean is_live;
  guint sizes[4];
  const gchar *hex;
} forms[] = {
  {"5.2.3.1 single payload, BYTE padding length of 70", 100, FALSE, {3},
      "820000 08 5d 46 00000000 0000 81 01 00000000 08 03000000 e8030000"
      "000102 0000000000000000000000000000000000000000000000000000000000"
      "000000000000000000000000000000000000000000000000000000000000000000"
      "0000000000000000"},
  {"5.2.3.1 a full packet has the length field, too", 100, FALSE, {73},
      "820000 08 5d 00 00000000 0000 81 01 00000000 08 49000000 e8030000"
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
      "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
      "404142434445464748"},
  {"5.2.3.2 two payloads", 100, FALSE, {4, 2},
      "820000 09 5d 2f 00000000 0000 82"
      "81 01 00000000 08 04000000 e8030000 0400 00010203"
      "81 02 00000000 08 02000000 e9030000 0200 0001"
      "0000000000000000000000000000000000000000000000000000000000000000"
      "000000000000000000000000000000"},
  {"live: WORD Packet Length, WORD Padding Length", 100, TRUE, {3},
      "820000 50 5d 6400 4300 00000000 0000"
      "81 01 00000000 08 03000000 e8030000 000102"
      "0000000000000000000000000000000000000000000000000000000000000000"
      "0000000000000000000000000000000000000000000000000000000000000000"
      "000000"},
  {"live: two payloads", 100, TRUE, {4, 2},
      "820000 51 5d 6400 2c00 00000000 0000 82"
      "81 01 00000000 08 04000000 e8030000 0400 00010203"
      "81 02 00000000 08 02000000 e9030000 0200 0001"
      "0000000000000000000000000000000000000000000000000000000000000000"
      "000000000000000000000000"},
};

GST_START_TEST (test_form)
{
  TestPackets run;
  guint i;

  run_init (&run, forms[__i__].packet_size, forms[__i__].is_live, 0);
  for (i = 0; forms[__i__].sizes[i] > 0; i++)
    run_add_at (&run, 1, i, 0, forms[__i__].sizes[i], TRUE);
  test_packets_drain (&run);
  test_assert_hex (forms[__i__].what, run.bytes->data, run.bytes->len,
      forms[__i__].hex);
  test_packets_clear (&run);
}

GST_END_TEST;

/* A padding of 256 bytes takes the WORD length, whose second byte it loses;
 * one of 255 does not (rules, 6.7). */
static const struct
{
  guint size;
  guint length_flags;
  guint padding;
} paddings[] = {
  {600 - 27 - 256, 0x10, 255},
  {600 - 27 - 255, 0x08, 255},
  {600 - 27 - 300, 0x10, 299},
  {600 - 27 - 1, 0x08, 1},
};

GST_START_TEST (test_padding)
{
  AsfPacketInfo info;
  TestPackets run;

  run_init (&run, 600, FALSE, 0);
  run_add (&run, 1, 0, paddings[__i__].size, TRUE);
  test_packets_drain (&run);
  fail_unless_equals_int (run.bytes->len, 600);
  fail_unless (asf_packet_read (run.bytes->data, 600, &info, NULL));
  fail_unless_equals_int (info.length_flags, paddings[__i__].length_flags);
  fail_unless_equals_int (info.padding, paddings[__i__].padding);
  test_packets_clear (&run);
}

GST_END_TEST;

/* All payloads of all packets: stream, number, offset, size. */
static gchar *
describe (TestPackets * run)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < run->n_packets; i++) {
    const guint8 *data = run->bytes->data + i * run->packet_size;
    AsfPacketInfo info;
    AsfPayloadIter iter;
    AsfPayload payload;
    GError *error = NULL;

    fail_unless (asf_packet_read (data, run->packet_size, &info, &error));
    g_string_append_printf (text, "%s%u:", i ? "; " : "", info.send_time_ms);
    asf_payload_iter_init (&iter, &info, data);
    while (asf_payload_next (&iter, &payload, &error))
      g_string_append_printf (text, " %u/%u/%u+%u", payload.stream_number,
          payload.object_number, payload.offset, payload.size);
    g_assert_no_error (error);
  }
  return g_string_free (text, FALSE);
}

static void
assert_described (TestPackets * run, const gchar * wanted)
{
  g_autofree gchar *text = describe (run);

  fail_unless_equals_string (text, wanted);
}

/* Object numbers count for each stream, modulo 256 (rules, 6.5). */
GST_START_TEST (test_object_numbers)
{
  TestPackets run;
  guint i;

  run_init (&run, 4800, FALSE, 0);
  for (i = 0; i < 256; i++)
    run_add_at (&run, 1, 0, 0, 1, TRUE);
  run_add_at (&run, 3, 0, 0, 1, TRUE);
  fail_unless_equals_int (run.packetizer.object_numbers[1], 0);
  fail_unless_equals_int (run.packetizer.object_numbers[3], 1);
  test_packets_clear (&run);
}

GST_END_TEST;

/* Fragments fill packets, repeat the replicated data and leave no gap. */
GST_START_TEST (test_fragments)
{
  TestPackets run;

  run_init (&run, 200, FALSE, 0);
  run_add (&run, 1, 0, 10, TRUE);
  run_add_at (&run, 1, 33, 0, 300, FALSE);
  test_packets_drain (&run);
  assert_described (&run, "0: 1/1/0+10 1/2/0+143; 0: 1/2/143+157");
  fail_unless_equals_int (run.packetizer.object_packets, 2);
  fail_unless_equals_uint64 (run.packetizer.object_packet, 0);
  test_packets_clear (&run);
}

GST_END_TEST;

/* A rest that holds less than a fragment is worth stays empty. */
GST_START_TEST (test_no_tiny_fragment)
{
  TestPackets run;

  run_init (&run, 200, FALSE, 0);
  run_add (&run, 1, 0, 122, TRUE);
  run_add_at (&run, 1, 33, 0, 100, FALSE);
  test_packets_drain (&run);
  assert_described (&run, "0: 1/1/0+122; 0: 1/2/0+100");
  test_packets_clear (&run);
}

GST_END_TEST;

/* design-muxer.md, Packets: an object that is to stay whole closes a packet that has an
 * eighth or less left, but does not waste more, and is split when it is larger
 * than a packet. */
static const struct
{
  guint first, second;
  const gchar *described;
} wholes[] = {
  {800, 100, "0: 1/1/0+800; 0: 2/1/0+100"},
  {700, 300, "0: 1/1/0+700 2/1/0+253; 0: 2/1/253+47"},
  {700, 250, "0: 1/1/0+700 2/1/0+250"},
  {800, 1000, "0: 1/1/0+800 2/1/0+153; 0: 2/1/153+847"},
};

GST_START_TEST (test_whole_objects)
{
  TestPackets run;

  run_init (&run, __i__ == 0 ? 930 : 1000, FALSE, 0);
  run_add (&run, 1, 0, wholes[__i__].first, TRUE);
  run_add_at (&run, 2, 0, 0, wholes[__i__].second, TRUE);
  test_packets_drain (&run);
  assert_described (&run, wholes[__i__].described);
  test_packets_clear (&run);
}

GST_END_TEST;

/* rules, 10: a packet has 63 payloads at most */
GST_START_TEST (test_payload_count)
{
  AsfPacketInfo info;
  TestPackets run;
  guint i;

  run_init (&run, 4800, FALSE, 0);
  for (i = 0; i < 64; i++)
    run_add_at (&run, 1, 0, 0, 1, TRUE);
  test_packets_drain (&run);
  fail_unless_equals_int (run.n_packets, 2);
  fail_unless (asf_packet_read (run.bytes->data, 4800, &info, NULL));
  fail_unless_equals_int (info.n_payloads, 63);
  test_packets_clear (&run);
}

GST_END_TEST;

/* rules, 7.1: Duration is the gap to the next Send Time; the packet waits for
 * it.  Send times do not step back. */
GST_START_TEST (test_durations_and_order)
{
  AsfPacketInfo info;
  TestPackets run;

  run_init (&run, 100, FALSE, 0);
  run_add (&run, 1, 0, 73, TRUE);
  fail_unless_equals_int (run.n_packets, 0);
  run_add (&run, 1, 40, 73, FALSE);
  fail_unless_equals_int (run.n_packets, 1);
  run_add_at (&run, 1, 80, 20, 73, FALSE);
  test_packets_drain (&run);
  assert_described (&run, "0: 1/1/0+73; 40: 1/2/0+73; 40: 1/3/0+73");
  fail_unless (asf_packet_read (run.bytes->data, 100, &info, NULL));
  fail_unless_equals_int (info.duration_ms, 40);
  test_packets_clear (&run);
}

GST_END_TEST;

/* protocol.md, C33: a live packet goes as soon as it is full */
GST_START_TEST (test_live_packet_does_not_wait)
{
  TestPackets run;

  run_init (&run, 100, TRUE, 0);
  run_add (&run, 1, 0, 70, TRUE);
  fail_unless_equals_int (run.n_packets, 1);
  test_packets_clear (&run);
}

GST_END_TEST;

/* max-packet-delay on the running time */
GST_START_TEST (test_delay)
{
  TestPackets run;

  run_init (&run, 1000, TRUE, 100 * MS);
  run_add (&run, 1, 0, 10, TRUE);
  run_add (&run, 1, 99, 10, FALSE);
  fail_unless_equals_int (run.n_packets, 0);
  run_add (&run, 1, 100, 10, FALSE);
  fail_unless_equals_int (run.n_packets, 1);
  fail_unless_equals_uint64 (run.packets[0].first_ns, 0);
  fail_unless_equals_uint64 (run.packets[0].last_ns, 99 * MS);
  test_packets_clear (&run);
}

GST_END_TEST;

/* An object whose presentation time is before the Send Time of packets that
 * have left is refused; one that is only before the open packet's closes
 * it. */
GST_START_TEST (test_late_object)
{
  TestPackets run;

  run_init (&run, 100, TRUE, 0);
  run_add_at (&run, 1, 2000, 2000, 10, TRUE);
  fail_if (run_add (&run, 2, 999, 10, TRUE));
  fail_unless_equals_int (run.packetizer.object_numbers[2], 0);
  fail_unless (run_add (&run, 2, 1000, 10, TRUE));
  test_packets_clear (&run);
}

GST_END_TEST;

GST_START_TEST (test_key_flag)
{
  TestPackets run;

  run_init (&run, 100, TRUE, 0);
  run_add (&run, 2, 0, 70, TRUE);
  run_add (&run, 1, 0, 100, TRUE);
  run_add (&run, 1, 33, 70, FALSE);
  test_packets_drain (&run);
  fail_unless_equals_int (run.n_packets, 4);
  fail_if (run.packets[0].starts_key);
  fail_unless (run.packets[1].starts_key);
  fail_if (run.packets[2].starts_key);
  fail_if (run.packets[3].starts_key);
  test_packets_clear (&run);
}

GST_END_TEST;

/* Objects of all sizes in packets of all sizes come back as they were. */
GST_START_TEST (test_round_trip)
{
  guint packet_size = 100 + __i__ * 97;
  guint n_seen = 0;
  TestPackets run;
  guint i, k;

  run_init (&run, packet_size, __i__ & 1, 0);
  for (i = 1; i <= 30; i++)
    run_add_at (&run, 1 + i % 3, i, i, i * i % 700 + 1, i % 5 == 0);
  test_packets_drain (&run);
  for (i = 0; i < run.n_packets; i++) {
    const guint8 *data = run.bytes->data + i * packet_size;
    AsfPacketInfo info;
    AsfPayloadIter iter;
    AsfPayload payload;

    fail_unless (asf_packet_read (data, packet_size, &info, NULL));
    asf_payload_iter_init (&iter, &info, data);
    while (asf_payload_next (&iter, &payload, NULL)) {
      for (k = 0; k < payload.size; k++)
        fail_unless_equals_int (payload.data[k], (payload.offset + k) & 0xff);
      n_seen += payload.size;
    }
  }
  for (i = 1, k = 0; i <= 30; i++)
    k += i * i % 700 + 1;
  fail_unless_equals_int (n_seen, k);
  test_packets_clear (&run);
}

GST_END_TEST;

static Suite *
asfpacketizer_suite (void)
{
  Suite *s = suite_create ("asfpacketizer");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_form, 0, G_N_ELEMENTS (forms));
  tcase_add_loop_test (tc, test_padding, 0, G_N_ELEMENTS (paddings));
  tcase_add_test (tc, test_object_numbers);
  tcase_add_test (tc, test_fragments);
  tcase_add_test (tc, test_no_tiny_fragment);
  tcase_add_loop_test (tc, test_whole_objects, 0, G_N_ELEMENTS (wholes));
  tcase_add_test (tc, test_payload_count);
  tcase_add_test (tc, test_durations_and_order);
  tcase_add_test (tc, test_live_packet_does_not_wait);
  tcase_add_test (tc, test_delay);
  tcase_add_test (tc, test_late_object);
  tcase_add_test (tc, test_key_flag);
  tcase_add_loop_test (tc, test_round_trip, 0, 16);
  return s;
}

GST_CHECK_MAIN (asfpacketizer);
