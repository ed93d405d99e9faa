/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include "testasf.h"

#define PACKET_SIZE 200
#define N_PACKETS 40
/* Time from one packet to the next, in ms. */
#define STEP_MS 40
#define KEY_EACH 10

typedef struct
{
  GstHarness *harness;
  GstBus *bus;
  guint n_warnings;             /* that were taken */
} Parser;

static void
parser_init (Parser * self, GstFormat format)
{
  GstCaps *caps = gst_caps_new_empty_simple ("video/x-ms-asf");
  GstSegment segment;

  gst_segment_init (&segment, format);
  self->harness = gst_harness_new ("asfparse");
  self->bus = gst_bus_new ();
  self->n_warnings = 0;
  gst_element_set_bus (self->harness->element, self->bus);
  gst_harness_push_event (self->harness, gst_event_new_stream_start ("test"));
  gst_harness_push_event (self->harness, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  gst_harness_push_event (self->harness, gst_event_new_segment (&segment));
}

static void
parser_clear (Parser * self)
{
  gst_element_set_bus (self->harness->element, NULL);
  gst_harness_teardown (self->harness);
  gst_object_unref (self->bus);
}

/* Pushes @size bytes in pieces of @piece, or of all sizes in turn when it is
 * 0, and the end. */
static void
push_bytes (Parser * self, const guint8 * data, gsize size, gsize piece)
{
  gsize at, n, turn = 0;

  for (at = 0; at < size; at += n) {
    n = MIN (piece > 0 ? piece : 1 + turn++ % 997, size - at);
    gst_harness_push (self->harness, gst_buffer_new_memdup (data + at, n));
  }
  gst_harness_push_event (self->harness, gst_event_new_eos ());
}

/* The sum of the numbers in all warnings. */
static guint64
take_warnings (Parser * self)
{
  guint64 number, sum = 0;
  GstMessage *msg;

  while ((msg = gst_bus_pop_filtered (self->bus, GST_MESSAGE_WARNING)) != NULL) {
    GError *error = NULL;

    gst_message_parse_warning (msg, &error, NULL);
    fail_unless (g_error_matches (error, GST_STREAM_ERROR,
            GST_STREAM_ERROR_DECODE));
    number = g_ascii_strtoull (strrchr (error->message, ' ') + 1, NULL, 10);
    fail_unless (number > 0);
    sum += number;
    self->n_warnings++;
    g_error_free (error);
    gst_message_unref (msg);
  }
  return sum;
}

static void
expect_bytes (GstBuffer * buffer, const guint8 * data, gsize size)
{
  fail_unless_equals_int (gst_buffer_get_size (buffer), size);
  fail_unless (gst_buffer_memcmp (buffer, 0, data, size) == 0);
}

/* The header comes first, flagged, and stands in the caps. */
static void
expect_header (Parser * self, const guint8 * data, gsize size)
{
  GstBuffer *buffer = gst_harness_pull (self->harness);
  GstCaps *caps = gst_pad_get_current_caps (self->harness->sinkpad);
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  const GValue *array = gst_structure_get_value (structure, "streamheader");
  gboolean is_parsed = FALSE;

  expect_bytes (buffer, data, size);
  fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER));
  fail_unless (gst_structure_get_boolean (structure, "parsed", &is_parsed));
  fail_unless (is_parsed);
  fail_unless_equals_int (gst_value_array_get_size (array), 1);
  expect_bytes (gst_value_get_buffer (gst_value_array_get_value (array, 0)),
      data, size);
  gst_caps_unref (caps);
  gst_buffer_unref (buffer);
}

static void
expect_packet (Parser * self, const guint8 * data, const AsfHeaderInfo * info)
{
  GstBuffer *buffer = gst_harness_pull (self->harness);
  AsfPacketInfo packet;

  expect_bytes (buffer, data, info->packet_size);
  fail_unless (asf_packet_read (data, info->packet_size, &packet, NULL));
  fail_if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER));
  fail_unless_equals_int (!GST_BUFFER_FLAG_IS_SET (buffer,
          GST_BUFFER_FLAG_DELTA_UNIT), asf_packet_starts_key_frame (&packet,
          data, info));
  fail_unless_equals_uint64 (GST_BUFFER_DTS (buffer),
      packet.send_time_ms * GST_MSECOND);
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer),
      packet.duration_ms * GST_MSECOND);
  fail_unless (GST_BUFFER_PTS (buffer) >= GST_BUFFER_DTS (buffer));
  gst_buffer_unref (buffer);
}

static const gsize pieces[] = { 0, 1 << 10, 1 << 16, 1 << 30 };

/* Each shared file in pieces of each size: header, packets and index objects,
 * all bytes as they were. */
GST_START_TEST (test_files)
{
  const gchar *name = test_media_names[__i__ / G_N_ELEMENTS (pieces)];
  gsize at, piece = pieces[__i__ % G_N_ELEMENTS (pieces)];
  TestMedia media;
  Parser parser;
  guint i;

  if (!test_media_open (&media, name))
    return;
  parser_init (&parser, GST_FORMAT_BYTES);
  push_bytes (&parser, (guint8 *) media.contents, media.size, piece);
  at = media.packets - (guint8 *) media.contents;
  expect_header (&parser, (guint8 *) media.contents, at);
  for (i = 0; i < media.n_packets; i++) {
    expect_packet (&parser, (guint8 *) media.contents + at, &media.info);
    at += media.info.packet_size;
  }
  while (at < media.size) {
    GstBuffer *buffer = gst_harness_pull (parser.harness);
    gsize size = gst_buffer_get_size (buffer);

    fail_unless_equals_uint64 (GST_READ_UINT64_LE (media.contents + at
            + ASF_GUID_SIZE), size);
    expect_bytes (buffer, (guint8 *) media.contents + at, size);
    at += size;
    gst_buffer_unref (buffer);
  }
  fail_unless_equals_int (gst_harness_buffers_in_queue (parser.harness), 0);
  fail_unless_equals_uint64 (take_warnings (&parser), 0);
  parser_clear (&parser);
  test_media_close (&media);
}

GST_END_TEST;

/* A broadcast of N_PACKETS, whose clock begins at @first_ms. */
static GByteArray *
make_broadcast (guint32 first_ms)
{
  const TestHeader header = { ASF_FILE_BROADCAST, PACKET_SIZE, 0,
    {&asf_guid_stream_video}
  };
  GByteArray *bytes = test_asf_header (&header);
  guint i;

  for (i = 0; i < N_PACKETS; i++)
    test_asf_append_packet (bytes, PACKET_SIZE, 100 + i, 'a' + i % 26,
        i % KEY_EACH == 0, first_ms + i * STEP_MS);
  return bytes;
}

/* Times of a broadcast count from its first packet, also over the end of 32
 * bits. */
GST_START_TEST (test_broadcast)
{
  static const guint32 begins[] = { 0, 3600000, G_MAXUINT32 - 500 };
  GByteArray *bytes = make_broadcast (begins[__i__]);
  Parser parser;
  guint i;

  parser_init (&parser, GST_FORMAT_BYTES);
  push_bytes (&parser, bytes->data, bytes->len, 0);
  gst_buffer_unref (gst_harness_pull (parser.harness));
  for (i = 0; i < N_PACKETS; i++) {
    GstBuffer *buffer = gst_harness_pull (parser.harness);

    fail_unless_equals_uint64 (GST_BUFFER_DTS (buffer),
        i * STEP_MS * GST_MSECOND);
    fail_unless_equals_int (!GST_BUFFER_FLAG_IS_SET (buffer,
            GST_BUFFER_FLAG_DELTA_UNIT), i % KEY_EACH == 0);
    gst_buffer_unref (buffer);
  }
  parser_clear (&parser);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

/* A clock that steps back is not one that ran over 32 bits: a sink would wait
 * for 49 days. */
GST_START_TEST (test_step_back)
{
  GByteArray *bytes = make_broadcast (5000);
  gsize first_at = bytes->len - N_PACKETS * PACKET_SIZE;
  guint8 packet[PACKET_SIZE];
  Parser parser;
  guint i;

  /* the first two packets change places */
  memcpy (packet, bytes->data + first_at, PACKET_SIZE);
  memmove (bytes->data + first_at, bytes->data + first_at + PACKET_SIZE,
      PACKET_SIZE);
  memcpy (bytes->data + first_at + PACKET_SIZE, packet, PACKET_SIZE);
  parser_init (&parser, GST_FORMAT_BYTES);
  push_bytes (&parser, bytes->data, bytes->len, 0);
  gst_buffer_unref (gst_harness_pull (parser.harness));
  for (i = 0; i < N_PACKETS; i++) {
    GstBuffer *buffer = gst_harness_pull (parser.harness);

    fail_unless_equals_uint64 (GST_BUFFER_DTS (buffer),
        i < 2 ? 0 : (i - 1) * STEP_MS * GST_MSECOND);
    gst_buffer_unref (buffer);
  }
  parser_clear (&parser);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

/* Send Times of a file's packets, and their DTS. */
static const guint32 file_rows[][2][4] = {
  {{0, 40, 80, 120}, {0, 40, 80, 120}},
  /* pauses of fifteen minutes are none of damaged packets, wherever such are */
  {{0, 900000, 1800000, 1800040}, {0, 900000, 1800000, 1800040}},
  {{900000, 40, 80, 120}, {0, 40, 80, 120}},
  {{0, 40, 0xf0000000, 900000}, {0, 40, 40, 40}},
  {{0, 900000, 0x7fffffff, 900040}, {0, 900000, 900000, 900040}},
};

GST_START_TEST (test_damaged_send_times)
{
  const TestHeader header = { 0, PACKET_SIZE, 0, {&asf_guid_stream_video} };
  GByteArray *bytes = test_asf_header (&header);
  Parser parser;
  guint i;

  for (i = 0; i < 4; i++)
    test_asf_append_packet (bytes, PACKET_SIZE, 100, 'a', TRUE,
        file_rows[__i__][0][i]);
  parser_init (&parser, GST_FORMAT_BYTES);
  push_bytes (&parser, bytes->data, bytes->len, 0);
  gst_buffer_unref (gst_harness_pull (parser.harness));
  for (i = 0; i < 4; i++) {
    GstBuffer *buffer = gst_harness_pull (parser.harness);

    fail_unless_equals_uint64 (GST_BUFFER_DTS (buffer),
        file_rows[__i__][1][i] * GST_MSECOND);
    gst_buffer_unref (buffer);
  }
  parser_clear (&parser);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

typedef enum
{
  HARM_INSERT,
  HARM_OVERWRITE,
  HARM_REMOVE,
} Harm;

/* Bytes that come in between, bytes that are others, bytes that are missing. */
static void
do_harm (GByteArray * bytes, Harm harm, gsize at, gsize size)
{
  GRand *random = g_rand_new_with_seed (at + size);
  guint8 *noise = g_malloc (size), *tail;
  gsize i, n_tail;

  for (i = 0; i < size; i++)
    noise[i] = g_rand_int (random);
  if (harm == HARM_OVERWRITE) {
    memcpy (bytes->data + at, noise, size);
  } else if (harm == HARM_REMOVE) {
    g_byte_array_remove_range (bytes, at, size);
  } else {
    n_tail = bytes->len - at;
    tail = g_memdup2 (bytes->data + at, n_tail);
    g_byte_array_set_size (bytes, at);
    g_byte_array_append (bytes, noise, size);
    g_byte_array_append (bytes, tail, n_tail);
    g_free (tail);
  }
  g_free (noise);
  g_rand_free (random);
}

/* Pulls what came: the header, packets of the whole stream in order, and at
 * most @n_harmed others, where nothing in a packet tells that bytes of its
 * payload are wrong.  Returns: how many came; all but @n_harmed have to. */
static guint
count_packets (Parser * parser, const GByteArray * whole, gsize header_size,
    guint n_harmed)
{
  GstBuffer *buffer = gst_harness_pull (parser->harness);
  guint i, n = 0, n_intact = 0, next = 0;

  expect_bytes (buffer, whole->data, header_size);
  gst_buffer_unref (buffer);
  while ((buffer = gst_harness_try_pull (parser->harness)) != NULL) {
    for (i = next; i < N_PACKETS; i++) {
      if (gst_buffer_memcmp (buffer, 0, whole->data + header_size
              + i * PACKET_SIZE, PACKET_SIZE) == 0)
        break;
    }
    if (i < N_PACKETS) {
      next = i + 1;
      n_intact++;
    }
    n++;
    gst_buffer_unref (buffer);
  }
  fail_unless (n_intact >= N_PACKETS - n_harmed, "%u packets", n_intact);
  fail_unless (n <= n_intact + n_harmed);
  return n;
}

/* Whatever happens to some bytes, all other packets come out, and no others;
 * what was left out is told. */
GST_START_TEST (test_harm)
{
  static const gsize sizes[] = { 1, 7, 60, PACKET_SIZE, 5000 };
  const Harm harm = __i__ / G_N_ELEMENTS (sizes);
  gsize size = sizes[__i__ % G_N_ELEMENTS (sizes)];
  GByteArray *whole = make_broadcast (0);
  gsize header_size = whole->len - N_PACKETS * PACKET_SIZE;
  guint n, n_harmed, offset;

  if (harm != HARM_INSERT)
    size = MIN (size, PACKET_SIZE / 2);
  for (offset = 0; offset < PACKET_SIZE; offset += 50) {
    GByteArray *bytes = g_byte_array_append (g_byte_array_new (), whole->data,
        whole->len);
    Parser parser;

    n_harmed = offset == 0 && harm == HARM_INSERT ? 0
        /* what is missing, a packet takes from the next one */
        : harm == HARM_REMOVE || (harm == HARM_OVERWRITE
        && offset + size > PACKET_SIZE) ? 2 : 1;
    do_harm (bytes, harm, header_size + 20 * PACKET_SIZE + offset, size);
    parser_init (&parser, GST_FORMAT_BYTES);
    push_bytes (&parser, bytes->data, bytes->len, offset % 100 ? 0 : 333);
    n = count_packets (&parser, whole, header_size, n_harmed);
    fail_unless_equals_uint64 (take_warnings (&parser),
        bytes->len - header_size - n * PACKET_SIZE);
    parser_clear (&parser);
    g_byte_array_unref (bytes);
  }
  g_byte_array_unref (whole);
}

GST_END_TEST;

/* Noise in each place between two packets: all of it is told, but not in a
 * message each. */
GST_START_TEST (test_harm_everywhere)
{
  static const guint8 noise[3] = { 1, 2, 3 };
  GByteArray *whole = make_broadcast (0), *bytes = g_byte_array_new ();
  gsize at = whole->len - N_PACKETS * PACKET_SIZE;
  gint64 begun_us = g_get_monotonic_time ();
  Parser parser;
  guint i;

  g_byte_array_append (bytes, whole->data, at);
  for (i = 0; i < 4 * N_PACKETS; i++) {
    g_byte_array_append (bytes, whole->data + at, 2 * PACKET_SIZE);
    g_byte_array_append (bytes, noise, sizeof noise);
  }
  parser_init (&parser, GST_FORMAT_BYTES);
  push_bytes (&parser, bytes->data, bytes->len, 0);
  fail_unless_equals_int (gst_harness_buffers_in_queue (parser.harness),
      1 + 2 * 4 * N_PACKETS);
  fail_unless_equals_uint64 (take_warnings (&parser),
      4 * N_PACKETS * sizeof noise);
  /* one at first, one each second, one at the end */
  fail_unless (parser.n_warnings <= 2 + (g_get_monotonic_time () - begun_us)
      / G_TIME_SPAN_SECOND, "%u warnings", parser.n_warnings);
  parser_clear (&parser);
  g_byte_array_unref (whole);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

/* Packets are found when nothing follows them as well: here when all but the
 * last byte had come, what is left begins with one. */
GST_START_TEST (test_found_at_end)
{
  GByteArray *whole = make_broadcast (0);
  gsize size = whole->len, header_size = size - N_PACKETS * PACKET_SIZE;
  Parser parser;

  do_harm (whole, HARM_INSERT, size - 2 * PACKET_SIZE, 123);
  parser_init (&parser, GST_FORMAT_BYTES);
  push_bytes (&parser, whole->data, whole->len, whole->len - 1);
  fail_unless_equals_uint64 (take_warnings (&parser), 123);
  g_byte_array_remove_range (whole, size - 2 * PACKET_SIZE, 123);
  count_packets (&parser, whole, header_size, 0);
  parser_clear (&parser);
  g_byte_array_unref (whole);
}

GST_END_TEST;

/* In front of the header, and a packet that is not all there. */
GST_START_TEST (test_ends)
{
  GByteArray *whole = make_broadcast (0), *bytes;
  gsize header_size = whole->len - N_PACKETS * PACKET_SIZE;
  Parser parser;

  bytes = g_byte_array_append (g_byte_array_new (), whole->data, whole->len);
  g_byte_array_set_size (bytes, bytes->len - 50);
  do_harm (bytes, HARM_INSERT, 0, 1111);
  parser_init (&parser, GST_FORMAT_BYTES);
  push_bytes (&parser, bytes->data, bytes->len, 100);
  fail_unless_equals_uint64 (take_warnings (&parser), 1111 + PACKET_SIZE - 50);
  fail_unless_equals_int (count_packets (&parser, whole, header_size, 1),
      N_PACKETS - 1);
  parser_clear (&parser);
  g_byte_array_unref (bytes);
  g_byte_array_unref (whole);
}

GST_END_TEST;

/* Two broadcasts, one behind the other, also in time. */
GST_START_TEST (test_chain)
{
  GByteArray *one = make_broadcast (0), *other = make_broadcast (7000);
  gsize header_size = one->len - N_PACKETS * PACKET_SIZE;
  Parser parser;
  guint i, k;

  other->data[header_size - 1]++;
  parser_init (&parser, GST_FORMAT_BYTES);
  gst_harness_push (parser.harness, gst_buffer_new_memdup (one->data,
          one->len));
  push_bytes (&parser, other->data, other->len, 50);
  for (k = 0; k < 2; k++) {
    GByteArray *bytes = k == 0 ? one : other;
    GstBuffer *buffer = gst_harness_pull (parser.harness);

    expect_bytes (buffer, bytes->data, header_size);
    fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER));
    gst_buffer_unref (buffer);
    for (i = 0; i < N_PACKETS; i++) {
      buffer = gst_harness_pull (parser.harness);
      expect_bytes (buffer, bytes->data + header_size + i * PACKET_SIZE,
          PACKET_SIZE);
      fail_unless_equals_uint64 (GST_BUFFER_DTS (buffer),
          (k * N_PACKETS + i) * STEP_MS * GST_MSECOND);
      gst_buffer_unref (buffer);
    }
  }
  fail_unless_equals_uint64 (take_warnings (&parser), 0);
  parser_clear (&parser);
  g_byte_array_unref (one);
  g_byte_array_unref (other);
}

GST_END_TEST;

/* What a source with time stamps says stays; packets that it says nothing of
 * follow from there, and times that no sum can be made with say nothing. */
GST_START_TEST (test_times_of_source)
{
  GByteArray *bytes = make_broadcast (5000);
  const guint each = __i__ % 4;
  gsize header_size = bytes->len - N_PACKETS * PACKET_SIZE;
  Parser parser;
  guint i;

  parser_init (&parser, GST_FORMAT_TIME);
  for (i = 0; i <= N_PACKETS; i++) {
    GstBuffer *buffer = i == 0
        ? gst_buffer_new_memdup (bytes->data, header_size)
        : gst_buffer_new_memdup (bytes->data + header_size
        + (i - 1) * PACKET_SIZE, PACKET_SIZE);

    if (each > 0 && i > 0 && (i - 1) % each == 0)
      GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) =
          (100 + i) * GST_SECOND;
    else if (__i__ == 4)
      GST_BUFFER_PTS (buffer) = G_MAXINT64 - i * GST_SECOND;
    gst_harness_push (parser.harness, buffer);
  }
  gst_buffer_unref (gst_harness_pull (parser.harness));
  for (i = 0; i < N_PACKETS; i++) {
    GstBuffer *buffer = gst_harness_pull (parser.harness);
    GstClockTime said = each == 0 ? 0 : (101 + i - i % each) * GST_SECOND;
    guint n_behind = each == 0 ? i : i % each;

    fail_unless_equals_uint64 (GST_BUFFER_DTS (buffer),
        said + n_behind * STEP_MS * GST_MSECOND);
    gst_buffer_unref (buffer);
  }
  parser_clear (&parser);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

static void
expect_error (const guint8 * data, gsize size, GQuark domain, gint code)
{
  GError *error = NULL;
  GstMessage *msg;
  Parser parser;

  parser_init (&parser, GST_FORMAT_BYTES);
  push_bytes (&parser, data, size, 100);
  msg = gst_bus_pop_filtered (parser.bus, GST_MESSAGE_ERROR);
  fail_unless (msg != NULL);
  gst_message_parse_error (msg, &error, NULL);
  fail_unless (g_error_matches (error, domain, code), "%s", error->message);
  g_error_free (error);
  gst_message_unref (msg);
  fail_unless_equals_int (gst_harness_buffers_in_queue (parser.harness), 0);
  parser_clear (&parser);
}

GST_START_TEST (test_no_asf)
{
  GByteArray *bytes = make_broadcast (0);
  guint8 noise[3000];
  guint i;

  for (i = 0; i < sizeof (noise); i++)
    noise[i] = 'A' + i % 50;
  expect_error (noise, sizeof (noise), GST_STREAM_ERROR,
      GST_STREAM_ERROR_WRONG_TYPE);
  /* no stream in it */
  memset (bytes->data + 34, 0, 200);
  expect_error (bytes->data, bytes->len, GST_STREAM_ERROR,
      GST_STREAM_ERROR_DECODE);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

static Suite *
asfparse_suite (void)
{
  Suite *s = suite_create ("asfparse");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_files, 0, TEST_N_MEDIA * G_N_ELEMENTS (pieces));
  tcase_add_loop_test (tc, test_broadcast, 0, 3);
  tcase_add_test (tc, test_step_back);
  tcase_add_loop_test (tc, test_damaged_send_times, 0,
      G_N_ELEMENTS (file_rows));
  tcase_add_loop_test (tc, test_harm, 0, 15);
  tcase_add_test (tc, test_harm_everywhere);
  tcase_add_test (tc, test_found_at_end);
  tcase_add_test (tc, test_ends);
  tcase_add_test (tc, test_chain);
  tcase_add_loop_test (tc, test_times_of_source, 0, 5);
  tcase_add_test (tc, test_no_asf);
  return s;
}

GST_CHECK_MAIN (asfparse);
