/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* asf_splitter: buffers that are packets pass by the adapter. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "asf/asfsplitter.h"
#include "testasf.h"

#define PACKET_SIZE 200
#define N_PACKETS 7

typedef struct
{
  AsfSplitter *splitter;
  GstBuffer *packets[N_PACKETS];
} Stream;

/* Packet n has PTS n, but packet 2 has none. */
static void
stream_init (Stream * self)
{
  const TestHeader file = { 0, PACKET_SIZE, N_PACKETS,
    {&asf_guid_stream_video}, FALSE
  };
  GByteArray *header = test_asf_header (&file);
  AsfUnit unit;
  guint i;

  self->splitter = asf_splitter_new ();
  asf_splitter_push (self->splitter, gst_buffer_new_memdup (header->data,
          header->len));
  fail_unless (asf_splitter_pop (self->splitter, &unit, NULL));
  asf_unit_clear (&unit);
  fail_if (asf_splitter_pop (self->splitter, &unit, NULL));
  g_byte_array_unref (header);
  for (i = 0; i < N_PACKETS; i++) {
    GByteArray *packet = test_asf_packet (PACKET_SIZE, 20 + i, 'a' + i, TRUE,
        i * 40);

    self->packets[i] = gst_buffer_new_memdup (packet->data, packet->len);
    if (i != 2)
      GST_BUFFER_PTS (self->packets[i]) = i;
    g_byte_array_unref (packet);
  }
}

static void
stream_clear (Stream * self)
{
  guint i;

  asf_splitter_free (self->splitter);
  for (i = 0; i < N_PACKETS; i++)
    gst_buffer_unref (self->packets[i]);
}

static void
push (Stream * self, guint n)
{
  asf_splitter_push (self->splitter, gst_buffer_ref (self->packets[n]));
}

static void
push_part (Stream * self, guint n, GstBufferCopyFlags flags, gsize start,
    gsize size)
{
  asf_splitter_push (self->splitter, gst_buffer_copy_region (self->packets[n],
          flags, start, size));
}

static void
check_packet (Stream * self, guint n, GstClockTime pts)
{
  AsfUnit unit;
  GstMapInfo map;

  fail_unless (asf_splitter_pop (self->splitter, &unit, NULL));
  fail_unless_equals_int (unit.kind, ASF_UNIT_PACKET);
  fail_unless (gst_buffer_map (self->packets[n], &map, GST_MAP_READ));
  fail_unless_equals_int (gst_buffer_get_size (unit.buffer), map.size);
  fail_unless (gst_buffer_memcmp (unit.buffer, 0, map.data, map.size) == 0);
  gst_buffer_unmap (self->packets[n], &map);
  assert_equals_uint64 (unit.pts, pts);
  asf_unit_clear (&unit);
}

static void
check_nothing (Stream * self)
{
  AsfUnit unit;

  fail_if (asf_splitter_pop (self->splitter, &unit, NULL));
}

/* Order, times and the count stay right when others come between. */
GST_START_TEST (test_whole_and_pieces)
{
  Stream stream;
  AsfUnit unit;

  stream_init (&stream);
  push (&stream, 0);
  assert_equals_uint64 (asf_splitter_get_pending (stream.splitter),
      PACKET_SIZE);
  check_packet (&stream, 0, 0);
  check_nothing (&stream);
  push (&stream, 1);
  push (&stream, 2);
  assert_equals_uint64 (asf_splitter_get_pending (stream.splitter),
      2 * PACKET_SIZE);
  check_packet (&stream, 1, 1);
  check_packet (&stream, 2, 1);
  check_nothing (&stream);
  push_part (&stream, 3, GST_BUFFER_COPY_ALL, 0, 10);
  check_nothing (&stream);
  push_part (&stream, 3, GST_BUFFER_COPY_MEMORY, 10, PACKET_SIZE - 10);
  push (&stream, 4);
  check_packet (&stream, 3, 3);
  check_packet (&stream, 4, 4);
  check_nothing (&stream);
  push (&stream, 5);
  check_packet (&stream, 5, 5);
  push (&stream, 6);
  check_packet (&stream, 6, 6);
  fail_unless (asf_splitter_pop (stream.splitter, &unit, NULL));
  fail_unless_equals_int (unit.kind, ASF_UNIT_END);
  stream_clear (&stream);
}

GST_END_TEST;

/* A part without a time has the last time that was told, also when that was on
 * a buffer that the adapter has not seen. */
GST_START_TEST (test_times_of_whole)
{
  Stream stream;

  stream_init (&stream);
  push_part (&stream, 0, GST_BUFFER_COPY_ALL, 0, 10);
  push_part (&stream, 0, GST_BUFFER_COPY_MEMORY, 10, PACKET_SIZE - 10);
  check_packet (&stream, 0, 0);
  check_nothing (&stream);
  push (&stream, 1);
  check_packet (&stream, 1, 1);
  push_part (&stream, 2, GST_BUFFER_COPY_MEMORY, 0, 10);
  push_part (&stream, 2, GST_BUFFER_COPY_MEMORY, 10, PACKET_SIZE - 10);
  check_packet (&stream, 2, 1);
  stream_clear (&stream);
}

GST_END_TEST;

/* What has a packet's size, but begins as a header does, is looked at. */
GST_START_TEST (test_header_as_large_as_a_packet)
{
  Stream stream;
  guint8 bytes[PACKET_SIZE] = { 0, };
  AsfUnit unit;

  stream_init (&stream);
  memcpy (bytes, &asf_guid_header, sizeof asf_guid_header);
  asf_splitter_push (stream.splitter, gst_buffer_new_memdup (bytes,
          sizeof bytes));
  while (asf_splitter_pop (stream.splitter, &unit, NULL)) {
    fail_if (unit.kind == ASF_UNIT_PACKET);
    asf_unit_clear (&unit);
  }
  stream_clear (&stream);
}

GST_END_TEST;

/* From elsewhere in the stream, also behind its end: packets, more than the
 * header has.  What was begun is forgotten; a header that has just come stays. */
GST_START_TEST (test_jump)
{
  const TestHeader other = { ASF_FILE_BROADCAST, PACKET_SIZE, 0,
    {&asf_guid_stream_audio}
  };
  GByteArray *header = test_asf_header (&other);
  Stream stream;
  AsfUnit unit;
  guint i, n;

  stream_init (&stream);
  for (n = 0; n < 3; n++) {
    push_part (&stream, 0, GST_BUFFER_COPY_ALL, 0, 10 * n);
    check_nothing (&stream);
    asf_splitter_jump (stream.splitter);
    assert_equals_uint64 (asf_splitter_get_pending (stream.splitter), 0);
    for (i = 3; i < N_PACKETS; i++) {
      push (&stream, i);
      check_packet (&stream, i, i);
    }
  }
  asf_splitter_push (stream.splitter, gst_buffer_new_memdup (header->data,
          header->len));
  asf_splitter_jump (stream.splitter);
  fail_unless (asf_splitter_pop (stream.splitter, &unit, NULL));
  fail_unless_equals_int (unit.kind, ASF_UNIT_HEADER);
  asf_unit_clear (&unit);
  stream_clear (&stream);
  g_byte_array_unref (header);

  /* behind what the header says is all */
  stream_init (&stream);
  for (i = 0; i < N_PACKETS; i++) {
    push (&stream, i);
    check_packet (&stream, i, i == 2 ? 1 : i);
  }
  fail_unless (asf_splitter_pop (stream.splitter, &unit, NULL));
  fail_unless_equals_int (unit.kind, ASF_UNIT_END);
  check_nothing (&stream);
  asf_splitter_jump (stream.splitter);
  push (&stream, 1);
  check_packet (&stream, 1, 1);
  stream_clear (&stream);
}

GST_END_TEST;

static Suite *
asfsplitterwhole_suite (void)
{
  Suite *suite = suite_create ("asfsplitterwhole");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_whole_and_pieces);
  tcase_add_test (tc, test_times_of_whole);
  tcase_add_test (tc, test_header_as_large_as_a_packet);
  tcase_add_test (tc, test_jump);
  return suite;
}

GST_CHECK_MAIN (asfsplitterwhole);
