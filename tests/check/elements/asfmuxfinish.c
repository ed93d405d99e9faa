/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <gst/check/gstcheck.h>

#include "asfmux/gstasfmuxfile.h"
#include "testbytes.h"

/* What a file says at its end. */

#define PACKET_SIZE 4800
#define PREROLL_MS 3000

static GstWmsAsfFile file;

static GstWmsAsfMuxPad *
add_pad (guint8 number, AsfStreamKind kind)
{
  GstWmsAsfMuxPad *pad = g_object_new (GST_TYPE_WMS_ASF_MUX_PAD, "direction",
      GST_PAD_SINK, NULL);

  gst_object_ref_sink (pad);
  pad->number = pad->format.stream.number = number;
  pad->format.stream.kind = kind;
  pad->format.stream.total_bps = 1000;
  asf_index_init (&pad->index);
  asf_bucket_init (&pad->bucket, 1000, 1000, 1000);
  g_ptr_array_add (file.pads, pad);
  g_array_append_val (file.streams, pad->format.stream);
  file.header.streams = (const AsfStream *) (gpointer) file.streams->data;
  file.header.n_streams = file.streams->len;
  return pad;
}

static void
add_key (GstWmsAsfMuxPad * pad, guint32 pres_ms, guint64 packet)
{
  asf_index_add_key (&pad->index, pres_ms, packet, 1);
  pad->n_objects++;
  pad->n_bytes += 1000;
  pad->last_pres_ms = pres_ms;
  pad->end_ns = (guint64) (pres_ms - PREROLL_MS + 1000) * GST_MSECOND;
}

static void
setup (void)
{
  memset (&file, 0, sizeof file);
  file.header.packet_size = PACKET_SIZE;
  file.header.preroll_ms = PREROLL_MS;
  file.header.file_id.bytes[0] = 1;
  file.pads = g_ptr_array_new_with_free_func (gst_object_unref);
  file.streams = g_array_new (FALSE, FALSE, sizeof (AsfStream));
}

static void
teardown (void)
{
  gst_wms_asf_file_clear (&file);
}

static GBytes *
finish (guint64 n_packets)
{
  AsfPacketizer packetizer = {.n_packets = n_packets,.last_send_ms =
        4000000000u,
    .last_duration_ms = 40
  };
  GstBuffer *buffer = gst_wms_asf_file_finish (&file, &packetizer, NULL);
  gpointer data;
  gsize size;

  fail_unless (buffer != NULL);
  gst_buffer_extract_dup (buffer, 0, -1, &data, &size);
  gst_buffer_unref (buffer);
  return g_bytes_new_take (data, size);
}

/* Hours and terabytes: no number is cut off. */
GST_START_TEST (test_large_file)
{
  const guint64 n_packets = 2000000000;
  GstWmsAsfMuxPad *video = add_pad (1, ASF_STREAM_VIDEO);
  g_autoptr (GBytes) indexes = NULL;
  GstBuffer *header;
  AsfHeaderInfo info;
  GstMapInfo map;

  add_key (video, PREROLL_MS, 0);
  add_key (video, 4000000000u, n_packets - 1);
  header = gst_wms_asf_file_write_header (&file, NULL);
  gst_buffer_unref (header);
  indexes = finish (n_packets);
  header = gst_wms_asf_file_write_header (&file, NULL);
  gst_buffer_map (header, &map, GST_MAP_READ);
  fail_unless (asf_header_read (map.data, map.size, &info, NULL));
  fail_unless_equals_uint64 (info.packet_count, n_packets);
  fail_unless_equals_uint64 (info.data_size, 50 + n_packets * PACKET_SIZE);
  fail_unless_equals_uint64 (info.play_duration_100ns,
      G_GUINT64_CONSTANT (4000001000) * 10000);
  fail_unless_equals_uint64 (file.header.send_duration_100ns,
      G_GUINT64_CONSTANT (4000000040) * 10000);
  fail_unless_equals_uint64 (file.header.file_size,
      map.size + n_packets * PACKET_SIZE + g_bytes_get_size (indexes));
  fail_unless_equals_int (info.flags, ASF_FILE_SEEKABLE);
  gst_buffer_unmap (header, &map);
  gst_buffer_unref (header);
}

GST_END_TEST;

/* rules, 2: the Index Object, then Simple Index Objects in the order of the
 * streams' numbers, whatever that of the pads is */
GST_START_TEST (test_order)
{
  g_autoptr (GBytes) indexes = NULL;
  gconstpointer data;
  gsize size;

  add_key (add_pad (3, ASF_STREAM_VIDEO), 0, 0x33);
  add_key (add_pad (2, ASF_STREAM_AUDIO), 0, 0x22);
  add_key (add_pad (1, ASF_STREAM_VIDEO), 0, 0x11);
  add_pad (4, ASF_STREAM_COMMAND);
  indexes = finish (100);
  data = g_bytes_get_data (indexes, &size);
  test_assert_hex ("indexes", data, size,
      "d329e2d6da35d111903400a0c90349be 5600000000000000"
      "e8030000 0300 01000000 0300 0300 0200 0300 0100 0300"
      "01000000 0000000000000000 0000000000000000 0000000000000000"
      "40bc0300 807d0200 c03e0100"
      "90080033b1e5cf1189f400a0c90349cb 3e00000000000000"
      "01000000000000000000000000000000 8096980000000000 01000000 01000000"
      "11000000 0100"
      "90080033b1e5cf1189f400a0c90349cb 3e00000000000000"
      "01000000000000000000000000000000 8096980000000000 01000000 01000000"
      "33000000 0100");
}

GST_END_TEST;

/* A video stream that never had a key frame has the places of another. */
GST_START_TEST (test_no_key_frame)
{
  g_autoptr (GBytes) indexes = NULL;

  add_pad (1, ASF_STREAM_VIDEO)->n_objects = 1;
  add_key (add_pad (2, ASF_STREAM_AUDIO), 0, 0x22);
  indexes = finish (100);
  test_assert_contains (indexes, "6.1 Simple Index",
      "8096980000000000 01000000 01000000 22000000 0100");
  fail_unless_equals_int (file.header.flags, ASF_FILE_SEEKABLE);
}

GST_END_TEST;

/* Audio or video without any data is not in the final header; whatever names it
 * goes too, and the header keeps its size. */
GST_START_TEST (test_empty_stream)
{
  GstWmsAsfMuxPad *video, *empty;
  guint8 both[] = { 1, 2 };
  AsfExclusion exclusion = { ASF_EXCLUSION_UNKNOWN };
  AsfPriority priorities[] = { {2, TRUE}, {1, FALSE} };
  g_autoptr (GBytes) indexes = NULL;
  GstBuffer *buffer;
  gsize size;

  video = add_pad (1, ASF_STREAM_VIDEO);
  empty = add_pad (2, ASF_STREAM_AUDIO);
  empty->in_header = TRUE;
  gst_object_ref (empty);
  file.header.index_streams = g_array_new (FALSE, FALSE, 1);
  g_array_append_vals (file.header.index_streams, both, 2);
  exclusion.streams = g_array_copy (file.header.index_streams);
  file.header.exclusions = g_array_new (FALSE, FALSE, sizeof (AsfExclusion));
  g_array_set_clear_func (file.header.exclusions,
      (GDestroyNotify) asf_exclusion_clear);
  g_array_append_val (file.header.exclusions, exclusion);
  file.header.priorities = g_array_new (FALSE, FALSE, sizeof (AsfPriority));
  g_array_append_vals (file.header.priorities, priorities, 2);
  buffer = gst_wms_asf_file_write_header (&file, NULL);
  size = gst_buffer_get_size (buffer);
  gst_buffer_unref (buffer);

  add_key (video, PREROLL_MS, 0);
  indexes = finish (100);
  buffer = gst_wms_asf_file_write_header (&file, NULL);
  fail_unless_equals_uint64 (gst_buffer_get_size (buffer), size);
  gst_buffer_unref (buffer);
  fail_unless_equals_int (file.header.n_streams, 1);
  fail_unless_equals_int (file.header.streams[0].number, 1);
  fail_unless_equals_int (file.header.index_streams->len, 1);
  fail_unless_equals_int (file.header.exclusions->len, 0);
  fail_unless_equals_int (file.header.priorities->len, 1);
  fail_if (empty->in_header);
  g_clear_pointer (&file.header.exclusions, g_array_unref);
  g_clear_pointer (&file.header.priorities, g_array_unref);
  gst_object_unref (empty);
}

GST_END_TEST;

static Suite *
asfmuxfinish_suite (void)
{
  Suite *s = suite_create ("asfmuxfinish");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_large_file);
  tcase_add_test (tc, test_order);
  tcase_add_test (tc, test_no_key_frame);
  tcase_add_test (tc, test_empty_stream);
  return s;
}

GST_CHECK_MAIN (asfmuxfinish);
