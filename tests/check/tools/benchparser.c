/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The benchmarks' players: whether they find each packet of what they get. */
#include <gst/check/gstcheck.h>

#include "benchparser.h"

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: video/x-ms-asf\r\n"
#define FIRST 52                /* of the packets in a stream */
#define N_PACKETS 5

typedef struct
{
  guint n;
  BenchLabel labels[2 * N_PACKETS];
} Found;

static void
note_packet (gpointer data, const BenchLabel * label)
{
  Found *found = data;

  if (found->n < G_N_ELEMENTS (found->labels))
    found->labels[found->n] = *label;
  found->n++;
}

static void
append_text (GByteArray * bytes, const gchar * text)
{
  g_byte_array_append (bytes, (const guint8 *) text, strlen (text));
}

static void
append_packet (GByteArray * bytes, guint number)
{
  guint8 packet[BENCH_PACKET_SIZE];

  bench_programme_packet (packet, 3, number);
  g_byte_array_append (bytes, packet, sizeof (packet));
}

/* The header and the packets, without anything round them. */
static GByteArray *
make_asf (void)
{
  GByteArray *bytes = bench_programme_header ();
  guint i;

  for (i = 0; i < N_PACKETS; i++)
    append_packet (bytes, FIRST + i);
  return bytes;
}

static void
append_frame (GByteArray * bytes, gchar type, const guint8 * data, gsize size)
{
  guint8 head[12] = { '$', type, (size + 8) & 0xff, (size + 8) >> 8, };

  g_byte_array_append (bytes, head, sizeof (head));
  g_byte_array_append (bytes, data, size);
}

/* [MS-WMSP] 2.2.3 */
static GByteArray *
make_mms (void)
{
  GByteArray *bytes = g_byte_array_new ();
  GByteArray *header = bench_programme_header ();
  guint i;

  append_text (bytes, HEAD "\r\n");
  append_frame (bytes, 'M', (const guint8 *) "playlist-gen-id=1", 18);
  append_frame (bytes, 'H', header->data, header->len);
  for (i = 0; i < N_PACKETS; i++) {
    guint8 packet[BENCH_PACKET_SIZE];

    bench_programme_packet (packet, 3, FIRST + i);
    append_frame (bytes, 'D', packet, sizeof (packet));
  }
  g_byte_array_append (bytes, (const guint8 *) "$E\4\0\0\0\0\0", 8);
  g_byte_array_unref (header);
  return bytes;
}

/* Chunks that end anywhere in a packet. */
static GByteArray *
make_chunked (void)
{
  GByteArray *bytes = g_byte_array_new ();
  GByteArray *asf = make_asf ();
  gsize at, n;

  append_text (bytes, HEAD "Transfer-Encoding: chunked\r\n\r\n");
  for (at = 0; at < asf->len; at += n) {
    gchar *size;

    n = MIN (999, asf->len - at);
    size = g_strdup_printf ("%x\r\n", (guint) n);
    append_text (bytes, size);
    g_free (size);
    g_byte_array_append (bytes, asf->data + at, n);
    append_text (bytes, "\r\n");
  }
  append_text (bytes, "0\r\n\r\n");
  g_byte_array_unref (asf);
  return bytes;
}

/* What came between mark and mark belongs to one packet, so the first one of a
 * stream that begins anywhere is found as well. */
static GByteArray *
make_plain (gsize skip)
{
  GByteArray *bytes = g_byte_array_new ();
  GByteArray *asf = make_asf ();

  append_text (bytes, HEAD "\r\n");
  g_byte_array_append (bytes, asf->data + skip, asf->len - skip);
  g_byte_array_unref (asf);
  return bytes;
}

static gboolean
is_packet (const BenchLabel * label, guint number)
{
  guint place = number % BENCH_KEY_DISTANCE;
  gboolean is_key = place < BENCH_KEY_PACKETS;

  return label->number == number && label->programme == 3
      && label->key_count == (is_key ? BENCH_KEY_PACKETS : 0)
      && label->key_index == (is_key ? place : 0)
      && label->sent_ns > 0 && label->sent_ns <= bench_now_ns ();
}

/* Few assertions: libcheck writes each to a file, and this is asked of each
 * cut. */
static void
expect_packets (const Found * found, guint number, guint n)
{
  guint i = 0;

  while (i < MIN (found->n, n) && is_packet (&found->labels[i], number + i))
    i++;
  fail_unless (i == found->n && i == n, "%u packets, %u of them right, not %u",
      found->n, i, n);
}

/* In two pieces, cut at @cut. */
static void
take (BenchParser * parser, GByteArray * bytes, gsize cut, Found * found)
{
  found->n = 0;
  bench_parser_take (parser, bytes->data, cut, note_packet, found);
  bench_parser_take (parser, bytes->data + cut, bytes->len - cut, note_packet,
      found);
}

static void
expect_stream (GByteArray * bytes, gboolean is_mms)
{
  Found found;
  gsize cut;

  for (cut = 0; cut <= bytes->len; cut++) {
    BenchParser parser;

    bench_parser_init (&parser, is_mms);
    take (&parser, bytes, cut, &found);
    fail_unless (parser.status == 200 && parser.n_broken == 0,
        "cut at %" G_GSIZE_FORMAT, cut);
    expect_packets (&found, FIRST, N_PACKETS);
    bench_parser_clear (&parser);
  }
  g_byte_array_unref (bytes);
}

GST_START_TEST (test_plain)
{
  expect_stream (make_plain (0), FALSE);
}

GST_END_TEST;

GST_START_TEST (test_chunked)
{
  expect_stream (make_chunked (), FALSE);
}

GST_END_TEST;

GST_START_TEST (test_mms)
{
  expect_stream (make_mms (), TRUE);
}

GST_END_TEST;

GST_START_TEST (test_byte_by_byte)
{
  GByteArray *bytes = make_chunked ();
  Found found = { 0, };
  BenchParser parser;
  guint i;

  bench_parser_init (&parser, FALSE);
  for (i = 0; i < bytes->len; i++)
    bench_parser_take (&parser, bytes->data + i, 1, note_packet, &found);
  expect_packets (&found, FIRST, N_PACKETS);
  assert_equals_int (parser.place, BENCH_AT_END);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

GST_START_TEST (test_begins_inside)
{
  GByteArray *header = bench_programme_header ();
  GByteArray *bytes = make_plain (header->len + BENCH_PACKET_SIZE / 2);
  Found found;
  BenchParser parser;

  bench_parser_init (&parser, FALSE);
  take (&parser, bytes, bytes->len / 2, &found);
  expect_packets (&found, FIRST + 1, N_PACKETS - 1);
  assert_equals_int (parser.n_broken, 0);
  g_byte_array_unref (bytes);
  g_byte_array_unref (header);
}

GST_END_TEST;

GST_START_TEST (test_missing_bytes)
{
  GByteArray *bytes = make_plain (0);
  Found found;
  BenchParser parser;

  /* of the last but two packet: it takes the beginning of the next one */
  g_byte_array_remove_range (bytes, bytes->len - 3 * BENCH_PACKET_SIZE + 100,
      200);
  bench_parser_init (&parser, FALSE);
  take (&parser, bytes, 100, &found);
  assert_equals_int (parser.n_broken, 1);
  assert_equals_int (found.n, N_PACKETS - 1);
  assert_equals_int (found.labels[N_PACKETS - 2].number, FIRST + N_PACKETS - 1);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

GST_START_TEST (test_refusal)
{
  const gchar *text = "HTTP/1.1 503 Service Unavailable\r\n\r\nno";
  const gchar *none = "ICY 200 OK\r\nis no HTTP, and never ends";
  Found found = { 0, };
  BenchParser parser;

  bench_parser_init (&parser, FALSE);
  bench_parser_take (&parser, (const guint8 *) text, strlen (text),
      note_packet, &found);
  assert_equals_int (parser.status, 503);
  bench_parser_init (&parser, FALSE);
  for (guint i = 0; i < BENCH_MAX_HEAD; i++)
    bench_parser_take (&parser, (const guint8 *) none, strlen (none),
        note_packet, &found);
  assert_equals_int (parser.place, BENCH_AT_END);
  assert_equals_int (found.n, 0);
  bench_parser_clear (&parser);
}

GST_END_TEST;

static Suite *
bench_parser_suite (void)
{
  Suite *suite = suite_create ("benchparser");
  TCase *tc = tcase_create ("parser");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_plain);
  tcase_add_test (tc, test_chunked);
  tcase_add_test (tc, test_mms);
  tcase_add_test (tc, test_byte_by_byte);
  tcase_add_test (tc, test_begins_inside);
  tcase_add_test (tc, test_missing_bytes);
  tcase_add_test (tc, test_refusal);
  return suite;
}

GST_CHECK_MAIN (bench_parser);
