/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: markers come back in their place, once. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "testasf.h"

#define OPENING "LOCATING CONNECTING OPENED STARTED "
#define ENDING "END_OF_STREAMING STOPPED CLOSED FINALIZE:S_OK EOS"

/* Its data is written, and the statuses before and behind it are in place. */
GST_START_TEST (test_marker)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 40);
  sink_rig_push_marker (rig, 1);
  sink_rig_push_packets (rig, 40, 1);
  sink_rig_push_marker (rig, 2);
  sink_rig_push_marker (rig, 3);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "MARKER:1"));
  fail_unless (sink_rig_get_stat (rig, "packets-sent") >= 40);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, OPENING
      "MARKER:1 MARKER:2 MARKER:3 " ENDING);
  sink_rig_free (rig);
}

GST_END_TEST;

/* Every field comes back, of whatever type. */
GST_START_TEST (test_marker_fields)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);
  GstStructure *sent = gst_structure_new ("wms-marker", "context",
      G_TYPE_INT64, G_GINT64_CONSTANT (-1), "cut", G_TYPE_STRING, "reel 2",
      "at", GST_TYPE_FRACTION, 24, 1, NULL);
  g_autoptr (GstStructure) wanted = gst_structure_copy (sent);

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 1);
  gst_element_send_event (rig->source,
      gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, sent));
  /* other events are nobody's business */
  gst_element_send_event (rig->source,
      gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
          gst_structure_new_empty ("wms-makers")));
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, OPENING "MARKER:0 " ENDING);
  fail_unless (gst_structure_is_equal (g_ptr_array_index (rig->told, 4),
          wanted));
  fail_unless_equals_int (rig->told->len, 9);
  sink_rig_free (rig);
}

GST_END_TEST;

/* One that comes before any packet waits for STARTED. */
GST_START_TEST (test_marker_before_first_packet)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);

  sink_rig_push_marker (rig, 1);
  sink_rig_push_header (rig);
  sink_rig_push_marker (rig, 2);
  sink_rig_push_packets (rig, 0, 1);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, OPENING "MARKER:1 MARKER:2 "
      ENDING);
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_marker_without_packet)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);

  sink_rig_push_header (rig);
  sink_rig_push_marker (rig, 1);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, OPENING "MARKER:1 " ENDING);
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_marker_without_data)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);

  sink_rig_push_marker (rig, 1);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str,
      "LOCATING CONNECTING OPENED MARKER:1 CLOSED EOS");
  sink_rig_free (rig);
}

GST_END_TEST;

static void
push_other_header (SinkRig * rig)
{
  const TestHeader changed = {
    .flags = ASF_FILE_BROADCAST,
    .packet_size = RIG_PACKET_SIZE,
    .streams = {&asf_guid_stream_video, &asf_guid_stream_audio},
  };
  g_autoptr (GBytes) header =
      g_byte_array_free_to_bytes (test_asf_header (&changed));

  sink_rig_push (rig, header);
}

GST_START_TEST (test_marker_at_header_change)
{
  SinkRig *rig = sink_rig_new_for (script_take_two_parts);

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 2);
  sink_rig_push_marker (rig, 1);
  push_other_header (rig);
  sink_rig_push_marker (rig, 2);
  sink_rig_push_packets (rig, 2, 2);
  sink_rig_push_marker (rig, 3);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, OPENING
      "MARKER:1 END_OF_SEGMENT SOURCE_SWITCH MARKER:2 MARKER:3 " ENDING);
  sink_rig_free (rig);
}

GST_END_TEST;

/* More than the kernel's queues on both sides of a loopback connection. */
#define MANY_PACKETS 20000

/* A pause that breaks the wait for the server leaves the marker its place:
 * behind data that is not written it is not posted, and later once. */
GST_START_TEST (test_marker_over_a_pause)
{
  SinkRig *rig = sink_rig_new_for (script_take_all_later);
  guint i;

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, MANY_PACKETS);
  sink_rig_push_marker (rig, 1);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "STARTED"));
  sink_rig_wait_until_blocked (rig);
  for (i = 0; i < 3; i++) {
    sink_rig_set_state (rig, GST_STATE_PAUSED);
    gst_element_get_state (rig->pipeline, NULL, NULL, GST_SECOND);
    sink_rig_set_state (rig, GST_STATE_PLAYING);
  }
  fail_unless (strstr (rig->log->str, "MARKER") == NULL);
  script_server_open_gate (rig->server);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, OPENING "MARKER:1 " ENDING);
  fail_unless_equals_uint64 (sink_rig_get_stat (rig, "packets-sent"),
      MANY_PACKETS);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_404 (ScriptConnection * connection, gpointer user_data)
{
  script_refuse (connection, "404 Not Found");
}

/* Nothing was written to a server that refuses. */
GST_START_TEST (test_no_marker_of_a_failed_session)
{
  SinkRig *rig = sink_rig_new_for (script_404);

  sink_rig_push_marker (rig, 1);
  sink_rig_push_header (rig);
  sink_rig_push_marker (rig, 2);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "ERROR:"));
  sink_rig_push_marker (rig, 3);
  sink_rig_stop (rig);
  fail_unless (strstr (rig->log->str, "MARKER") == NULL);
  sink_rig_free (rig);
}

GST_END_TEST;

/* Through the real muxer, whose packets have room for several frames. */
GST_START_TEST (test_marker_through_muxer)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);

  sink_rig_add_muxer (rig);
  sink_rig_push_marker (rig, 1);
  sink_rig_push_frames (rig, 0, 3);
  sink_rig_push_marker (rig, 2);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  /* the marker has closed the packet that holds them */
  fail_unless (sink_rig_wait (rig, "MARKER:2"));
  fail_unless (script_server_wait_frames (rig->server, WMS_FRAME_DATA, 1));
  sink_rig_push_frames (rig, 3, 30);
  sink_rig_push_marker (rig, 3);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, OPENING
      "MARKER:1 MARKER:2 MARKER:3 " ENDING);
  sink_rig_free (rig);
}

GST_END_TEST;

static Suite *
wmspushsinkmarkers_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkmarkers");
  TCase *tc = tcase_create ("markers");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_marker);
  tcase_add_test (tc, test_marker_fields);
  tcase_add_test (tc, test_marker_before_first_packet);
  tcase_add_test (tc, test_marker_without_packet);
  tcase_add_test (tc, test_marker_without_data);
  tcase_add_test (tc, test_marker_at_header_change);
  tcase_add_test (tc, test_marker_over_a_pause);
  tcase_add_test (tc, test_no_marker_of_a_failed_session);
  tcase_add_test (tc, test_marker_through_muxer);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkmarkers);
