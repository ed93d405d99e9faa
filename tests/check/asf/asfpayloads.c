/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Forms of payloads: extension data, runs of small objects, and whole objects
 * that a packet's rest does not hold. */
#include <gst/check/gstcheck.h>

#include "testasf.h"
#include "testbytes.h"
#include "testpackets.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define PREROLL_MS 1000
#define LARGEST 4096

static void
run_init (TestPackets * run, guint packet_size, gboolean is_live,
    gboolean can_fill)
{
  AsfPacketizerConfig config = { packet_size, is_live, 0, 0, can_fill };

  test_packets_init (run, &config);
}

static void
run_add (TestPackets * run, const AsfObject * wanted, guint time_ms)
{
  static guint8 data[LARGEST];
  AsfObject object = *wanted;
  guint i;

  for (i = 0; i < object.size; i++)
    data[i] = i + object.stream_number;
  object.data = data;
  object.pres_ms = PREROLL_MS + time_ms;
  object.time_ns = time_ms * MS;
  object.span.latest_ns = object.time_ns + PREROLL_MS * MS;
  fail_unless (test_packets_add (run, &object));
}

/* All payloads of all packets: stream, number, time, offset, size; the bytes
 * are those of the object. */
static gchar *
describe (TestPackets * run)
{
  GString *text = g_string_new (NULL);
  guint i, k;

  for (i = 0; i < run->bytes->len; i += run->packet_size) {
    AsfPacketInfo info;
    AsfPayloadIter iter;
    AsfPayload payload;
    GError *error = NULL;

    fail_unless (asf_packet_read (run->bytes->data + i, run->packet_size,
            &info, &error));
    g_string_append (text, i ? ";" : "");
    asf_payload_iter_init (&iter, &info, run->bytes->data + i);
    while (asf_payload_next (&iter, &payload, &error)) {
      g_string_append_printf (text, " %u/%u/%u/%u+%u", payload.stream_number,
          payload.object_number, payload.pres_time_ms - PREROLL_MS,
          payload.offset, payload.size);
      for (k = 0; k < payload.size; k++)
        fail_unless_equals_int (payload.data[k],
            (payload.offset + k + payload.stream_number) & 0xff);
    }
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

/* rules, 4.2: the data of extension systems follows the eight standard bytes
 * in each payload of the object */
static const struct
{
  const gchar *what;
  gboolean is_live;
  guint sizes[3];
  const gchar *hex;
} extended[] = {
  {"single payload", FALSE, {3},
      "820000 08 5d 42 00000000 0000"
      "81 01 00000000 0c 03000000 e8030000 a0a1a2a3 010203"},
  {"two payloads", FALSE, {3, 2},
      "820000 09 5d 28 00000000 0000 82"
      "81 01 00000000 0c 03000000 e8030000 a0a1a2a3 0300 010203"
      "81 02 00000000 0c 02000000 e9030000 a0a1a2a3 0200 0102"},
  {"live", TRUE, {3},
      "820000 50 5d 6400 3f00 00000000 0000"
      "81 01 00000000 0c 03000000 e8030000 a0a1a2a3 010203"},
};

GST_START_TEST (test_extension)
{
  static const guint8 data[] = { 0xa0, 0xa1, 0xa2, 0xa3 };
  gsize used;
  TestPackets run;
  guint i;

  run_init (&run, 100, extended[__i__].is_live, FALSE);
  for (i = 0; extended[__i__].sizes[i] > 0; i++) {
    AsfObject object = {.stream_number = 1,.is_key = TRUE,
      .size = extended[__i__].sizes[i],.extension = data,
      .extension_size = sizeof data,.delta_ms = 1
    };

    run_add (&run, &object, i);
  }
  test_packets_drain (&run);
  used = 100 - run.bytes->data[extended[__i__].is_live ? 7 : 5];
  test_assert_hex (extended[__i__].what, run.bytes->data, used,
      extended[__i__].hex);
  test_packets_clear (&run);
}

GST_END_TEST;

/* Fragments repeat the data, and each packet has that much less room. */
GST_START_TEST (test_extension_of_fragments)
{
  guint8 data[ASF_PACKETIZER_MAX_EXTENSION];
  AsfObject object = {.stream_number = 1,.size = 150,.extension = data,
    .extension_size = sizeof data
  };
  AsfObject refused = object;
  TestPackets run;
  guint i;

  memset (data, 0xab, sizeof data);
  run_init (&run, 200, FALSE, FALSE);
  refused.extension_size++;
  fail_if (asf_packetizer_add (&run.packetizer, &refused));
  run_add (&run, &object, 0);
  test_packets_drain (&run);
  assert_described (&run, " 1/1/0/0+125; 1/1/0/125+25");
  for (i = 0; i < 2; i++) {
    const guint8 *replicated = run.bytes->data + i * 200 + 18;

    fail_unless_equals_int (*replicated, 8 + sizeof data);
    fail_unless (memcmp (replicated + 9, data, sizeof data) == 0);
  }
  test_packets_clear (&run);
}

GST_END_TEST;

/* rules, 6.6: small objects at a constant interval share a payload */
static const struct
{
  const gchar *what;
  gboolean is_live;
  guint sizes[4];
  const gchar *hex;
} compressed[] = {
  {"one object is none", FALSE, {17},
      "820000 08 5d 38 00000000 0000"
      "82 01 00000000 08 11000000 e8030000"
      "02030405060708090a0b0c0d0e0f101112"},
  {"single payload", FALSE, {17, 18, 19},
      "820000 08 5d 17 00000000 0000 82 01 e8030000 01 14"
      "11 02030405060708090a0b0c0d0e0f101112"
      "12 02030405060708090a0b0c0d0e0f10111213"
      "13 02030405060708090a0b0c0d0e0f1011121314"},
  {"live", TRUE, {17, 18},
      "820000 50 5d 6400 2800 00000000 0000 82 01 e8030000 01 14"
      "11 02030405060708090a0b0c0d0e0f101112"
      "12 02030405060708090a0b0c0d0e0f10111213"},
  {"too small for FFmpeg", FALSE, {16, 16},
      "820000 09 5d 15 00000000 0000 82"
      "82 01 00000000 08 10000000 e8030000 1000"
      "02030405060708090a0b0c0d0e0f1011"
      "82 02 00000000 08 10000000 fc030000 1000"
      "02030405060708090a0b0c0d0e0f1011"},
};

GST_START_TEST (test_compressed)
{
  AsfPacketInfo info;
  TestPackets run;
  guint i;

  run_init (&run, 100, compressed[__i__].is_live, FALSE);
  for (i = 0; compressed[__i__].sizes[i] > 0; i++) {
    AsfObject object = {.stream_number = 2,.is_key = TRUE,
      .size = compressed[__i__].sizes[i],.delta_ms = 20
    };

    run_add (&run, &object, 20 * i);
  }
  test_packets_drain (&run);
  fail_unless (asf_packet_read (run.bytes->data, 100, &info, NULL));
  test_assert_hex (compressed[__i__].what, run.bytes->data,
      100 - info.padding, compressed[__i__].hex);
  test_packets_clear (&run);
}

GST_END_TEST;

/* One beside other payloads, whose length comes after its head. */
GST_START_TEST (test_compressed_among_others)
{
  AsfObject video = {.stream_number = 1,.size = 5 };
  AsfObject audio = {.stream_number = 2,.is_key = TRUE,.size = 17,
    .delta_ms = 20
  };
  TestPackets run;

  run_init (&run, 200, FALSE, FALSE);
  run_add (&run, &video, 0);
  run_add (&run, &audio, 0);
  run_add (&run, &audio, 20);
  run_add (&run, &audio, 40);
  run_add (&run, &video, 40);
  test_packets_drain (&run);
  test_assert_hex ("payloads", run.bytes->data + 12, 1 + 22 + 64 + 22,
      "83 01 01 00000000 08 05000000 e8030000 0500 0102030405"
      "82 01 e8030000 01 14 3600"
      "11 02030405060708090a0b0c0d0e0f101112"
      "11 02030405060708090a0b0c0d0e0f101112"
      "11 02030405060708090a0b0c0d0e0f101112"
      "01 02 00000000 08 05000000 10040000 0500 0102030405");
  test_packets_clear (&run);
}

GST_END_TEST;

/* What does not join: another step, another stream, too many bytes; and when
 * the packet is full the next one begins with a plain payload. */
static const struct
{
  guint delta_ms;
  guint times_ms[4];
  guint sizes[4];
  guint n_payloads;
  const gchar *described;
} joins[] = {
  {20, {0, 20, 40, 60}, {19, 19, 19, 19}, 1,
      " 2/1/0/0+19 2/2/20/0+19 2/3/40/0+19 2/4/60/0+19"},
  {20, {0, 20, 41, 61}, {19, 19, 19, 19}, 2,
      " 2/1/0/0+19 2/2/20/0+19 2/3/41/0+19 2/4/61/0+19"},
  {20, {0, 19, 39, 59}, {19, 19, 19, 19}, 2,
      " 2/1/0/0+19 2/2/19/0+19 2/3/39/0+19 2/4/59/0+19"},
  {0, {0, 20, 40, 60}, {19, 19, 19, 19}, 4,
      " 2/1/0/0+19 2/2/20/0+19 2/3/40/0+19 2/4/60/0+19"},
  {20, {0, 20, 40, 60}, {100, 256, 17, 16}, 4,
      " 2/1/0/0+100 2/2/20/0+256 2/3/40/0+17 2/4/60/0+16"},
  {20, {0, 20, 40, 60}, {193, 193, 193, 193}, 1,
      " 2/1/0/0+193 2/2/20/0+193 2/3/40/0+193; 2/4/60/0+193"},
};

GST_START_TEST (test_joins)
{
  AsfPacketInfo info;
  TestPackets run;
  guint i;

  run_init (&run, 604, FALSE, FALSE);
  for (i = 0; i < 4; i++) {
    AsfObject object = {.stream_number = 2,.is_key = TRUE,
      .size = joins[__i__].sizes[i],.delta_ms = joins[__i__].delta_ms
    };

    run_add (&run, &object, joins[__i__].times_ms[i]);
  }
  test_packets_drain (&run);
  assert_described (&run, joins[__i__].described);
  fail_unless (asf_packet_read (run.bytes->data, 604, &info, NULL));
  fail_unless_equals_int (info.n_payloads, joins[__i__].n_payloads);
  test_packets_clear (&run);
}

GST_END_TEST;

/* An object that is kept whole begins the next packet, and what comes next
 * fills the one before; not objects of its own stream, which are in order. */
static const struct
{
  gboolean can_fill;
  struct
  {
    guint stream, size;
  } objects[5];
  const gchar *described;
} fills[] = {
  {TRUE, {{1, 300}, {2, 300}, {1, 300}},
      " 1/1/0/0+300 1/2/2/0+153; 2/1/1/0+300 1/2/2/153+147"},
  {TRUE, {{1, 300}, {2, 300}, {2, 100}, {1, 300}},
      " 1/1/0/0+300 1/2/3/0+153; 2/1/1/0+300 2/2/2/0+100 1/2/3/153+36;"
      " 1/2/3/189+111"},
  {TRUE, {{1, 300}, {2, 300}, {2, 300}, {1, 300}},
      " 1/1/0/0+300; 2/1/1/0+300 1/2/3/0+153; 2/2/2/0+300 1/2/3/153+147"},
  {TRUE, {{1, 300}, {2, 300}, {1, 50}, {1, 60}},
      " 1/1/0/0+300 1/2/2/0+50 1/3/3/0+60; 2/1/1/0+300"},
  {FALSE, {{1, 300}, {2, 300}, {1, 300}},
      " 1/1/0/0+300 2/1/1/0+153; 2/1/1/153+147 1/2/2/0+300"},
  /* larger than a packet */
  {TRUE, {{1, 300}, {2, 500}, {1, 30}},
      " 1/1/0/0+300 2/1/1/0+153; 2/1/1/153+347 1/2/2/0+30"},
};

GST_START_TEST (test_fill)
{
  guint8 last_number[3] = { 0, };
  guint32 last_send = 0;
  TestPackets run;
  guint i;

  run_init (&run, 500, __i__ & 1, fills[__i__].can_fill);
  if (__i__ & 1)
    run.packet_size = run.packetizer.config.packet_size += 3;
  for (i = 0; i < 5 && fills[__i__].objects[i].size > 0; i++) {
    guint stream = fills[__i__].objects[i].stream;
    AsfObject object = {.stream_number = stream,.keep_whole = stream == 2,
      .size = fills[__i__].objects[i].size
    };

    run_add (&run, &object, i);
    fail_unless_equals_int (run.packetizer.object_numbers[stream],
        ++last_number[stream]);
    fail_unless (run.packetizer.last_send_ms >= last_send);
    last_send = run.packetizer.last_send_ms;
  }
  test_packets_drain (&run);
  assert_described (&run, fills[__i__].described);
  test_packets_clear (&run);
}

GST_END_TEST;

/* Both packets go when the older one has waited long enough, and Durations
 * are the gaps between Send Times. */
GST_START_TEST (test_fill_times)
{
  AsfObject video = {.stream_number = 1,.size = 300 };
  AsfObject audio = {.stream_number = 2,.size = 300,.keep_whole = TRUE };
  AsfPacketInfo info;
  guint64 since;
  TestPackets run;

  run_init (&run, 500, FALSE, TRUE);
  run.packetizer.config.max_delay_ns = 100 * MS;
  video.span.start_ns = video.span.end_ns = 10 * MS;
  audio.span.start_ns = audio.span.end_ns = 50 * MS;
  run_add (&run, &video, 10);
  run_add (&run, &audio, 50);
  fail_unless_equals_int (run.packetizer.n_open, 2);
  fail_unless (asf_packetizer_open_since (&run.packetizer, &since));
  fail_unless_equals_uint64 (since, 10 * MS);
  run_add (&run, &video, 130);
  fail_unless_equals_int (run.bytes->len, 1000);
  fail_unless (asf_packet_read (run.bytes->data, 500, &info, NULL));
  fail_unless_equals_int (info.send_time_ms, 10);
  fail_unless_equals_int (info.duration_ms, 40);
  test_packets_drain (&run);
  assert_described (&run, " 1/1/10/0+300; 2/1/50/0+300 1/2/130/0+153;"
      " 1/2/130/153+147");
  test_packets_clear (&run);
}

GST_END_TEST;

/* Blocks that the packetizer still has are given back, all of them. */
GST_START_TEST (test_blocks_come_back)
{
  AsfObject video = {.stream_number = 1,.size = 300 };
  AsfObject audio = {.stream_number = 2,.size = 300,.keep_whole = TRUE };
  guint8 *blocks[ASF_PACKETIZER_MAX_BLOCKS];
  guint n;
  TestPackets run;

  run_init (&run, 500, FALSE, TRUE);
  run_add (&run, &video, 0);
  run_add (&run, &audio, 0);
  n = asf_packetizer_take_blocks (&run.packetizer, blocks);
  fail_unless_equals_int (n, 2);
  while (n > 0)
    g_free (blocks[--n]);
  test_packets_clear (&run);
}

GST_END_TEST;

/* Packets that a whole number of objects fills: heads of 12 bytes, one for
 * several payloads, 15 or 17 for each; live 3 more. */
static const struct
{
  guint object_size;
  gboolean is_regular, is_live;
  guint size;
} fits[] = {
  {2973, FALSE, FALSE, 12 + 15 + 2973},
  {2973, FALSE, TRUE, 15 + 15 + 2973},
  {1487, FALSE, FALSE, 12 + 1 + 3 * (17 + 1487)},
  {1487, FALSE, TRUE, 15 + 1 + 3 * (17 + 1487)},
  {15973, FALSE, FALSE, 16000},
  {15974, FALSE, FALSE, 0},
  {4773, FALSE, FALSE, 4800},
  /* small ones share a payload, if they are regular */
  {185, TRUE, FALSE, 12 + 8 + 25 * 186},
  {185, FALSE, FALSE, 0},
  {10, TRUE, FALSE, 12 + 1 + 63 * (17 + 10)},
  {1, FALSE, FALSE, 12 + 1 + 63 * (17 + 1)},
};

GST_START_TEST (test_fit)
{
  fail_unless_equals_int (asf_packetizer_fit (fits[__i__].object_size,
          fits[__i__].is_regular, fits[__i__].is_live, 4800, 16000),
      fits[__i__].size);
}

GST_END_TEST;

static Suite *
asfpayloads_suite (void)
{
  Suite *s = suite_create ("asfpayloads");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_extension, 0, G_N_ELEMENTS (extended));
  tcase_add_test (tc, test_extension_of_fragments);
  tcase_add_loop_test (tc, test_compressed, 0, G_N_ELEMENTS (compressed));
  tcase_add_test (tc, test_compressed_among_others);
  tcase_add_loop_test (tc, test_joins, 0, G_N_ELEMENTS (joins));
  tcase_add_loop_test (tc, test_fill, 0, G_N_ELEMENTS (fills));
  tcase_add_test (tc, test_fill_times);
  tcase_add_test (tc, test_blocks_come_back);
  tcase_add_loop_test (tc, test_fit, 0, G_N_ELEMENTS (fits));
  return s;
}

GST_CHECK_MAIN (asfpayloads);
