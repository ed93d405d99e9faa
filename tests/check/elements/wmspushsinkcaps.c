/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: headers that come with the caps. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include "scriptserver.h"
#include "sinkharness.h"
#include "sinkrig.h"
#include "testasf.h"

/* Where the header is in the caps only, as behind asfparse after a seek. */
static GstCaps *
make_caps (GBytes * header)
{
  GstCaps *caps = gst_caps_from_string ("video/x-ms-asf, parsed=(boolean)true");
  GValue array = G_VALUE_INIT;
  GValue value = G_VALUE_INIT;

  g_value_init (&array, GST_TYPE_ARRAY);
  g_value_init (&value, GST_TYPE_BUFFER);
  gst_value_take_buffer (&value, gst_buffer_new_wrapped_bytes (header));
  gst_value_array_append_and_take_value (&array, &value);
  gst_caps_set_value (caps, "streamheader", &array);
  g_value_unset (&array);
  return caps;
}

static GstHarness *
new_harness_with_header (const gchar * url, GBytes * header)
{
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  GstHarness *h;

  g_object_set (sink, "location", url, "sync", FALSE, NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_harness_set_src_caps (h, make_caps (header));
  gst_object_unref (sink);
  return h;
}

/* A header that comes with the caps only (migration.md, OnHeader). */
GST_START_TEST (test_header_in_caps)
{
  ScriptServer *server = script_server_new (script_take_all, NULL);
  g_autofree gchar *url = script_server_get_url (server);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GBytes) packet = sink_rig_get_packet (0);
  g_autoptr (GBytes) frame = NULL;
  GstHarness *h = new_harness_with_header (url, header);
  WmsFrameType type;

  fail_unless_equals_int (gst_harness_push (h,
          gst_buffer_new_wrapped_bytes (packet)), GST_FLOW_OK);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  frame = script_server_get_frame (server, 0, &type);
  fail_unless (type == WMS_FRAME_HEADER);
  fail_unless (g_bytes_equal (frame, header));
  fail_unless_equals_int (script_server_get_n_frames (server, WMS_FRAME_DATA),
      1);
  gst_harness_teardown (h);
  script_server_free (server);
}

GST_END_TEST;

typedef enum
{
  SEEK_FLUSHES,
  SEEK_FLUSHES_AFTER_EOS,
  SEEK_GOES_ON,
} Seek;

static void
seek (GstHarness * h, Seek how)
{
  GstSegment segment;

  if (how == SEEK_FLUSHES_AFTER_EOS)
    fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  else if (how == SEEK_FLUSHES)
    /* a packet that has only begun */
    gst_harness_push (h, gst_buffer_new_memdup ("\x82\0\0", 3));
  if (how != SEEK_GOES_ON)
    harness_flush (h);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  fail_unless (gst_harness_push_event (h, gst_event_new_segment (&segment)));
}

/* Returns: of the server's frames, those that are the same packet. */
static guint
count_same_packets (ScriptServer * server, guint n_frames)
{
  g_autoptr (GBytes) first = NULL;
  WmsFrameType type;
  guint i, n = 0;

  for (i = 0; i < n_frames; i++) {
    g_autoptr (GBytes) frame = script_server_get_frame (server, i, &type);

    if (type != WMS_FRAME_DATA)
      continue;
    if (first == NULL)
      first = g_bytes_ref (frame);
    n += g_bytes_equal (first, frame);
  }
  return n;
}

/* Upstream seeks in a file: packets go on, more than the header counts, and
 * without another header, also into another session. */
GST_START_TEST (test_seeks)
{
  static const Seek seeks[] = { SEEK_GOES_ON, SEEK_FLUSHES,
    SEEK_FLUSHES_AFTER_EOS, SEEK_FLUSHES_AFTER_EOS
  };
  static const TestHeader file = { ASF_FILE_SEEKABLE, RIG_PACKET_SIZE, 2,
    {&asf_guid_stream_video}
  };
  ScriptServer *server = script_server_new (script_take_all, NULL);
  g_autofree gchar *url = script_server_get_url (server);
  g_autoptr (GBytes) header =
      g_byte_array_free_to_bytes (test_asf_header (&file));
  g_autoptr (GBytes) packet = sink_rig_get_packet (0);
  GstHarness *h = new_harness_with_header (url, header);
  guint i, k;

  for (k = 0; k < G_N_ELEMENTS (seeks); k++) {
    for (i = 0; i < 2; i++)
      fail_unless_equals_int (gst_harness_push (h,
              gst_buffer_new_wrapped_bytes (packet)), GST_FLOW_OK);
    seek (h, seeks[k]);
  }
  gst_harness_teardown (h);
  fail_unless_equals_int (script_server_get_n_connections (server), 2);
  fail_unless_equals_int (script_server_get_n_frames (server,
          WMS_FRAME_HEADER), 2);
  /* and two ends */
  fail_unless_equals_int (count_same_packets (server, 2 + 2
          + 2 * G_N_ELEMENTS (seeks)), 2 * G_N_ELEMENTS (seeks));
  script_server_free (server);
}

GST_END_TEST;

/* Caps that change behind the flush are those of the next session, from its
 * first byte on: the header of the former one is not sent again. */
GST_START_TEST (test_other_caps_after_eos)
{
  static const TestHeader changed = {
    .flags = ASF_FILE_BROADCAST,
    .packet_size = RIG_PACKET_SIZE,
    .streams = {&asf_guid_stream_video, &asf_guid_stream_audio},
  };
  ScriptServer *server = script_server_new (script_take_all, NULL);
  g_autofree gchar *url = script_server_get_url (server);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GBytes) other =
      g_byte_array_free_to_bytes (test_asf_header (&changed));
  g_autoptr (GBytes) packet = sink_rig_get_packet (0);
  g_autoptr (GBytes) frame = NULL;
  g_autoptr (GstCaps) caps = make_caps (other);
  GstHarness *h = new_harness_with_header (url, header);
  WmsFrameType type;

  fail_unless_equals_int (gst_harness_push (h,
          gst_buffer_new_wrapped_bytes (packet)), GST_FLOW_OK);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  harness_flush (h);
  fail_unless (gst_harness_push_event (h, gst_event_new_caps (caps)));
  fail_unless_equals_int (gst_harness_push (h,
          gst_buffer_new_wrapped_bytes (packet)), GST_FLOW_OK);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  gst_harness_teardown (h);
  fail_unless_equals_int (script_server_get_n_connections (server), 2);
  /* $H, $D and $E of each */
  frame = script_server_get_frame (server, 3, &type);
  fail_unless (type == WMS_FRAME_HEADER);
  fail_unless (g_bytes_equal (frame, other));
  fail_unless_equals_int (script_server_get_n_frames (server,
          WMS_FRAME_CHANGE), 0);
  fail_unless_equals_int (script_server_get_n_frames (server,
          WMS_FRAME_END), 2);
  script_server_free (server);
}

GST_END_TEST;

/* A header in the caps that no packet follows is no packet that was cut off:
 * before the first packet, behind one, and behind a flush. */
GST_START_TEST (test_caps_without_packets)
{
  ScriptServer *server = script_server_new (script_take_all, NULL);
  g_autofree gchar *url = script_server_get_url (server);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GBytes) packet = sink_rig_get_packet (0);
  g_autoptr (GstCaps) caps = make_caps (header);
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstHarness *h = new_harness_with_header (url, header);

  gst_element_set_bus (h->element, bus);
  if (__i__ == 1)
    fail_unless_equals_int (gst_harness_push (h,
            gst_buffer_new_wrapped_bytes (packet)), GST_FLOW_OK);
  if (__i__ == 1)
    fail_unless (gst_harness_push_event (h, gst_event_new_caps (caps)));
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  if (__i__ == 2) {
    harness_flush (h);
    fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  }
  fail_if (gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING));
  gst_element_set_bus (h->element, NULL);
  gst_harness_teardown (h);
  script_server_free (server);
}

GST_END_TEST;

static Suite *
wmspushsinkcaps_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkcaps");
  TCase *tc = tcase_create ("caps");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_header_in_caps);
  tcase_add_test (tc, test_seeks);
  tcase_add_test (tc, test_other_caps_after_eos);
  tcase_add_loop_test (tc, test_caps_without_packets, 0, 3);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkcaps);
