/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/rtp/gstrtpbuffer.h>

#include "testasf.h"

#define PACKET_SIZE 3000
#define FORMAT_HEADER_SIZE 4
#define RTP_HEADER_SIZE 12

static const guint mtus[] = { 150, 1400, 65000 };

/* What asfcheck.py would say of the media objects in @packets. */
static void
add_packets (TestObjects * objects, const guint8 * packets, guint n, gsize size)
{
  guint i;

  for (i = 0; i < n; i++)
    fail_unless (test_objects_add_packet (objects, packets + i * size, size));
}

/* rtpasfdepay 1.22 keeps some of what it maps: copies, which tests/soak knows. */
static GstPadProbeReturn
join_memories (GstPad * pad, GstPadProbeInfo * info, gpointer unused)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  GST_PAD_PROBE_INFO_DATA (info) = gst_buffer_copy_region (buffer,
      GST_BUFFER_COPY_ALL | GST_BUFFER_COPY_MERGE, 0, -1);
  gst_buffer_unref (buffer);
  return GST_PAD_PROBE_OK;
}

/* A byte stream makes single packets of lists. */
static GstHarness *
new_way_through_depay (guint mtu)
{
  GstHarness *harness = gst_harness_new_parse ("rtpasfpay ! "
      "rtpstreampay ! rtpstreamdepay ! rtpasfdepay");
  GstElement *pay = gst_harness_find_element (harness, "rtpasfpay");
  GstElement *depay = gst_harness_find_element (harness, "rtpasfdepay");
  GstPad *pad = gst_element_get_static_pad (depay, "sink");

  g_object_set (pay, "mtu", mtu, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, join_memories, NULL, NULL);
  gst_object_unref (pad);
  gst_object_unref (depay);
  gst_object_unref (pay);
  return harness;
}

/* Each shared file through rtpasfdepay: the same header, as many packets, the
 * same media objects with the same times. */
GST_START_TEST (test_depay)
{
  const gchar *name = test_media_names[__i__ / G_N_ELEMENTS (mtus)];
  guint i, mtu = mtus[__i__ % G_N_ELEMENTS (mtus)];
  GstHarness *harness = new_way_through_depay (mtu);
  TestObjects *sent = test_objects_new (), *received = test_objects_new ();
  TestMedia media;
  GstBuffer *buffer;
  gchar *one, *other;
  gsize header_size;

  if (!test_media_open (&media, name))
    return;
  gst_harness_set_src_caps_str (harness, "video/x-ms-asf");
  header_size = media.packets - (guint8 *) media.contents;
  /* rtpasfdepay of 1.22 pushes the header when it gets the caps, which is
   * before the segment */
  ASSERT_WARNING (gst_harness_push (harness,
          gst_buffer_new_memdup (media.contents, header_size)));
  gst_harness_push (harness, gst_buffer_new_memdup (media.packets,
          media.size - header_size));
  buffer = gst_harness_pull (harness);
  fail_unless (gst_buffer_memcmp (buffer, 0, media.contents,
          gst_buffer_get_size (buffer)) == 0);
  fail_unless_equals_int (gst_buffer_get_size (buffer), header_size);
  gst_buffer_unref (buffer);
  for (i = 0; i < media.n_packets; i++) {
    GstMapInfo map;

    buffer = gst_harness_pull (harness);
    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
    fail_unless_equals_int (map.size, media.info.packet_size);
    add_packets (received, map.data, 1, map.size);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
  }
  add_packets (sent, media.packets, media.n_packets, media.info.packet_size);
  one = test_objects_finish (sent);
  other = test_objects_finish (received);
  fail_unless_equals_string (one, other);
  g_free (one);
  g_free (other);
  gst_harness_teardown (harness);
  test_media_close (&media);
}

GST_END_TEST;

static GstHarness *
start (guint mtu, const TestHeader * header)
{
  GstHarness *harness = gst_harness_new ("rtpasfpay");
  GByteArray *bytes = test_asf_header (header);

  g_object_set (harness->element, "mtu", mtu, "pt", 97, NULL);
  gst_harness_set_src_caps_str (harness, "video/x-ms-asf");
  gst_harness_push (harness, gst_buffer_new_memdup (bytes->data, bytes->len));
  g_byte_array_unref (bytes);
  return harness;
}

static void
push_packet (GstHarness * harness, gboolean is_key, guint32 time_ms)
{
  GByteArray *packet = test_asf_packet (PACKET_SIZE, 2000, 'a', is_key,
      time_ms);

  gst_harness_push (harness, gst_buffer_new_memdup (packet->data, packet->len));
  g_byte_array_unref (packet);
}

/* [MS-RTSP] 2.2.1.2 and 2.2.1.3: where each piece says it belongs. */
static gsize
expect_piece (GstHarness * harness, gsize offset, gboolean is_whole,
    gboolean is_last, gboolean is_key, guint32 time_ms)
{
  GstBuffer *buffer = gst_harness_pull (harness);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  const guint8 *header;
  gsize size;

  fail_unless (gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp));
  header = gst_rtp_buffer_get_payload (&rtp);
  size = gst_rtp_buffer_get_payload_len (&rtp);
  fail_unless_equals_int (gst_rtp_buffer_get_payload_type (&rtp), 97);
  fail_unless_equals_int (gst_rtp_buffer_get_marker (&rtp), is_last);
  fail_unless_equals_int (gst_rtp_buffer_get_timestamp (&rtp), time_ms);
  fail_unless_equals_int (header[0], (is_key ? 0x80 : 0)
      | (is_whole ? 0x40 : 0));
  fail_unless_equals_int (GST_READ_UINT24_BE (header + 1),
      is_whole ? size : offset);
  fail_unless_equals_int (!GST_BUFFER_FLAG_IS_SET (buffer,
          GST_BUFFER_FLAG_DELTA_UNIT), is_key);
  gst_rtp_buffer_unmap (&rtp);
  gst_buffer_unref (buffer);
  return size - FORMAT_HEADER_SIZE;
}

GST_START_TEST (test_pieces)
{
  static const TestHeader header = { ASF_FILE_BROADCAST, PACKET_SIZE, 0,
    {&asf_guid_stream_video}
  };
  GstHarness *harness = start (1000, &header);
  const gsize room = 1000 - RTP_HEADER_SIZE - FORMAT_HEADER_SIZE;
  gsize size = 0;

  push_packet (harness, TRUE, 70000);
  push_packet (harness, FALSE, 70500);
  fail_unless_equals_int (expect_piece (harness, 0, FALSE, FALSE, TRUE, 0),
      room);
  fail_unless_equals_int (expect_piece (harness, room, FALSE, FALSE, TRUE, 0),
      room);
  size = expect_piece (harness, 2 * room, FALSE, TRUE, TRUE, 0);
  /* without the padding of nearly 1000 bytes */
  fail_unless (2 * room + size > 2000 && 2 * room + size < 2100);
  g_object_set (harness->element, "mtu", 4000, NULL);
  expect_piece (harness, 0, FALSE, FALSE, FALSE, 500);
  expect_piece (harness, room, FALSE, FALSE, FALSE, 500);
  expect_piece (harness, 2 * room, FALSE, TRUE, FALSE, 500);
  push_packet (harness, FALSE, 70501);
  expect_piece (harness, 0, TRUE, TRUE, FALSE, 501);
  /* before the first one is not 49 days later; another clock takes no time */
  push_packet (harness, FALSE, 69900);
  expect_piece (harness, 0, TRUE, TRUE, FALSE, 0);
  push_packet (harness, FALSE, 60000);
  expect_piece (harness, 0, TRUE, TRUE, FALSE, 0);
  push_packet (harness, FALSE, 60200);
  expect_piece (harness, 0, TRUE, TRUE, FALSE, 100);
  fail_unless_equals_int (gst_harness_buffers_in_queue (harness), 0);
  gst_harness_teardown (harness);
}

GST_END_TEST;

GST_START_TEST (test_caps)
{
  const AsfGuid *types[] = { &asf_guid_stream_video, &asf_guid_stream_audio,
    &asf_guid_stream_command
  };
  const gchar *media[] = { "video", "audio", "application" };
  const TestHeader header = { ASF_FILE_BROADCAST, PACKET_SIZE, 0,
    {types[__i__]}
  };
  GByteArray *bytes = test_asf_header (&header);
  gchar *config = g_base64_encode (bytes->data, bytes->len);
  GstHarness *harness = start (1400, &header);
  GstCaps *caps = gst_pad_get_current_caps (harness->sinkpad);
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  gint rate;

  fail_unless_equals_string (gst_structure_get_string (structure, "media"),
      media[__i__]);
  fail_unless_equals_string (gst_structure_get_string (structure,
          "encoding-name"), "X-ASF-PF");
  fail_unless_equals_string (gst_structure_get_string (structure, "maxps"),
      G_STRINGIFY (PACKET_SIZE));
  fail_unless_equals_string (gst_structure_get_string (structure, "config"),
      config);
  fail_unless (gst_structure_get_int (structure, "clock-rate", &rate));
  fail_unless_equals_int (rate, 1000);
  gst_caps_unref (caps);
  gst_harness_teardown (harness);
  g_free (config);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

/* Time stamps of the buffers count, not the Send Time. */
GST_START_TEST (test_times)
{
  static const TestHeader header = { ASF_FILE_BROADCAST, PACKET_SIZE, 0,
    {&asf_guid_stream_video}
  };
  GstHarness *harness = start (4000, &header);
  GByteArray *packet = test_asf_packet (PACKET_SIZE, 2000, 'a', TRUE, 5);
  GstBuffer *buffer = gst_buffer_new_memdup (packet->data, packet->len);

  GST_BUFFER_DTS (buffer) = 12345 * GST_MSECOND;
  gst_harness_push (harness, buffer);
  expect_piece (harness, 0, TRUE, TRUE, TRUE, 12345);
  gst_harness_teardown (harness);
  g_byte_array_unref (packet);
}

GST_END_TEST;

/* After a seek, by a flush or without one, packets go on without a header, also
 * those that have come already. */
GST_START_TEST (test_seeks)
{
  static const TestHeader header = { ASF_FILE_SEEKABLE, PACKET_SIZE, 2,
    {&asf_guid_stream_video}
  };
  GstHarness *harness = start (4000, &header);
  GstSegment segment;
  guint i, k;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  for (k = 0; k < 3; k++) {
    for (i = 0; i < 2; i++) {
      push_packet (harness, TRUE, i * 40);
      expect_piece (harness, 0, TRUE, TRUE, TRUE, i * 40);
    }
    if (k == 0) {
      gst_harness_push (harness, gst_buffer_new_memdup ("begun", 5));
      gst_harness_push_event (harness, gst_event_new_flush_start ());
      gst_harness_push_event (harness, gst_event_new_flush_stop (TRUE));
    }
    gst_harness_push_event (harness, gst_event_new_segment (&segment));
  }
  gst_harness_teardown (harness);
}

GST_END_TEST;

static GError *
take_message (GstBus * bus, GstMessageType type)
{
  GstMessage *msg = gst_bus_pop_filtered (bus, type);
  GError *error = NULL;

  fail_unless (msg != NULL);
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (msg, &error, NULL);
  else
    gst_message_parse_warning (msg, &error, NULL);
  gst_message_unref (msg);
  return error;
}

GST_START_TEST (test_bad_input)
{
  static const TestHeader header = { ASF_FILE_BROADCAST, PACKET_SIZE, 0,
    {&asf_guid_stream_video}
  };
  GstHarness *harness = start (4000, &header);
  GstBus *bus = gst_bus_new ();
  GError *error;

  gst_element_set_bus (harness->element, bus);
  /* a packet that is none, then half a packet */
  gst_harness_push (harness, gst_buffer_new_memdup ("\x82\1\2\3\4\5\6\7", 8));
  gst_harness_push (harness, gst_buffer_new_allocate (NULL, PACKET_SIZE - 8,
          NULL));
  /* another one within a second is none to tell of */
  gst_harness_push (harness, gst_buffer_new_wrapped (g_malloc0 (PACKET_SIZE),
          PACKET_SIZE));
  error = take_message (bus, GST_MESSAGE_WARNING);
  fail_unless (g_error_matches (error, GST_STREAM_ERROR,
          GST_STREAM_ERROR_DECODE));
  g_error_free (error);
  push_packet (harness, TRUE, 0);
  expect_piece (harness, 0, TRUE, TRUE, TRUE, 0);
  gst_harness_push (harness, gst_buffer_new_memdup ("\x82\0\0", 3));
  gst_harness_push_event (harness, gst_event_new_eos ());
  error = take_message (bus, GST_MESSAGE_WARNING);
  g_error_free (error);
  gst_element_set_bus (harness->element, NULL);
  gst_harness_teardown (harness);

  harness = gst_harness_new ("rtpasfpay");
  gst_element_set_bus (harness->element, bus);
  gst_harness_set_src_caps_str (harness, "video/x-ms-asf");
  fail_unless_equals_int (gst_harness_push (harness,
          gst_buffer_new_memdup ("no ASF at all", 13)), GST_FLOW_ERROR);
  error = take_message (bus, GST_MESSAGE_ERROR);
  fail_unless (g_error_matches (error, GST_STREAM_ERROR,
          GST_STREAM_ERROR_DECODE));
  g_error_free (error);
  gst_element_set_bus (harness->element, NULL);
  gst_harness_teardown (harness);
  gst_object_unref (bus);
}

GST_END_TEST;

static Suite *
rtpasfpay_suite (void)
{
  Suite *s = suite_create ("rtpasfpay");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_depay, 0, TEST_N_MEDIA * G_N_ELEMENTS (mtus));
  tcase_add_test (tc, test_pieces);
  tcase_add_loop_test (tc, test_caps, 0, 3);
  tcase_add_test (tc, test_times);
  tcase_add_test (tc, test_seeks);
  tcase_add_test (tc, test_bad_input);
  return s;
}

GST_CHECK_MAIN (rtpasfpay);
