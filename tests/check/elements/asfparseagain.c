/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* asfparse: ASF that is cut into packets already goes through as it is. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include "testasf.h"

#define PACKET_SIZE 200
#define CAPS "video/x-ms-asf"
#define PARSED_CAPS CAPS ", parsed = (boolean) true"

static const TestHeader description = { ASF_FILE_BROADCAST, PACKET_SIZE, 0,
  {&asf_guid_stream_video}
};

static GstHarness *harness;
static GstBus *bus;

static void
setup_harness (void)
{
  harness = gst_harness_new ("asfparse");
  bus = gst_bus_new ();
  gst_element_set_bus (harness->element, bus);
}

static void
teardown_harness (void)
{
  gst_element_set_bus (harness->element, NULL);
  gst_harness_teardown (harness);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR
          | GST_MESSAGE_WARNING) == NULL);
  gst_object_unref (bus);
}

static void
push (GByteArray * bytes, GstClockTime pts, GstClockTime dts)
{
  gsize size = bytes->len;
  GstBuffer *buffer = gst_buffer_new_wrapped (g_byte_array_free (bytes, FALSE),
      size);

  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DTS (buffer) = dts;
  fail_unless_equals_int (gst_harness_push (harness, buffer), GST_FLOW_OK);
}

static void
push_packet (guint32 send_ms, GstClockTime pts, GstClockTime dts)
{
  push (test_asf_packet (PACKET_SIZE, 100, 1, TRUE, send_ms), pts, dts);
}

static void
expect_times (GstClockTime pts, GstClockTime dts)
{
  GstBuffer *buffer = gst_harness_pull (harness);

  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), pts);
  fail_unless_equals_uint64 (GST_BUFFER_DTS (buffer), dts);
  gst_buffer_unref (buffer);
}

/* Its times are those of its source, which a sink waits for. */
GST_START_TEST (test_times)
{
  guint i;

  gst_harness_set_src_caps_str (harness, PARSED_CAPS);
  push (test_asf_header (&description), GST_CLOCK_TIME_NONE,
      GST_CLOCK_TIME_NONE);
  expect_times (GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE);
  for (i = 1; i <= 3; i++) {
    push_packet (40 * i, i * GST_SECOND, i * GST_SECOND - GST_MSECOND);
    expect_times (i * GST_SECOND, i * GST_SECOND - GST_MSECOND);
  }
  fail_unless (gst_harness_push_event (harness, gst_event_new_eos ()));
}

GST_END_TEST;

/* Also when it comes behind what had to be cut, and in front of it. */
GST_START_TEST (test_other_caps)
{
  gst_harness_set_src_caps_str (harness, CAPS);
  push (test_asf_header (&description), 0, 0);
  gst_buffer_unref (gst_harness_pull (harness));
  push_packet (0, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE);
  expect_times (0, 0);

  gst_harness_set_src_caps_str (harness, PARSED_CAPS);
  push (test_asf_header (&description), 5 * GST_SECOND, 5 * GST_SECOND);
  expect_times (5 * GST_SECOND, 5 * GST_SECOND);
  push_packet (40, 6 * GST_SECOND, 6 * GST_SECOND);
  expect_times (6 * GST_SECOND, 6 * GST_SECOND);

  gst_harness_set_src_caps_str (harness, CAPS);
  push (test_asf_header (&description), GST_CLOCK_TIME_NONE,
      GST_CLOCK_TIME_NONE);
  gst_buffer_unref (gst_harness_pull (harness));
  push_packet (0, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE);
  push_packet (40, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE);
  fail_unless (gst_harness_push_event (harness, gst_event_new_eos ()));
  fail_unless_equals_int (gst_harness_buffers_in_queue (harness), 2);
}

GST_END_TEST;

static Suite *
asfparseagain_suite (void)
{
  Suite *s = suite_create ("asfparseagain");
  TCase *tc = tcase_create ("general");

  tcase_add_checked_fixture (tc, setup_harness, teardown_harness);
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_times);
  tcase_add_test (tc, test_other_caps);
  return s;
}

GST_CHECK_MAIN (asfparseagain);
