/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: markers come back in their place, once. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
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
script_take_parts (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_END, 2)
      && script_read_end (connection))
    script_send (connection, SCRIPT_START_OK);
}

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
  SinkRig *rig = sink_rig_new_for (script_take_parts);

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

static void
script_read_nothing (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)) {
    script_wait_gate (connection);
    if (script_read_frames_until (connection, WMS_FRAME_END, 1))
      script_send (connection, SCRIPT_START_OK);
  }
}

/* More than the kernel's queues on both sides of a loopback connection. */
#define MANY_PACKETS 20000

static void
wait_until_blocked (SinkRig * rig)
{
  guint64 last = 0;
  guint64 sent = 1;

  while (sent != last) {
    g_autoptr (GstMessage) message = NULL;

    last = sent;
    message = gst_bus_timed_pop_filtered (rig->bus, 200 * GST_MSECOND,
        GST_MESSAGE_ERROR);
    fail_unless (message == NULL);
    sent = sink_rig_get_stat (rig, "bytes-sent");
  }
}

/* A pause that breaks the wait for the server leaves the marker its place:
 * behind data that is not written it is not posted, and later once. */
GST_START_TEST (test_marker_over_a_pause)
{
  SinkRig *rig = sink_rig_new_for (script_read_nothing);
  guint i;

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, MANY_PACKETS);
  sink_rig_push_marker (rig, 1);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "STARTED"));
  wait_until_blocked (rig);
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
push_bytes (GstHarness * h, GBytes * bytes)
{
  fail_unless_equals_int (gst_harness_push (h,
          gst_buffer_new_wrapped_bytes (bytes)), GST_FLOW_OK);
}

static void
push_marker (GstHarness * h)
{
  fail_unless (gst_harness_push_event (h,
          gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
              gst_structure_new_empty ("wms-marker"))));
}

static void
flush (GstHarness * h)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (h, gst_event_new_flush_start ());
  gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
  gst_harness_push_event (h, gst_event_new_segment (&segment));
}

/* A harness round a sink that posts to @bus. */
static GstHarness *
new_harness (ScriptServer * server, GstBus * bus)
{
  g_autofree gchar *url = script_server_get_url (server);
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  GstHarness *h;

  g_object_set (sink, "location", url, "sync", FALSE, "retries", 0, NULL);
  gst_element_set_bus (sink, bus);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_harness_set_src_caps_str (h, "video/x-ms-asf");
  gst_object_unref (sink);
  return h;
}

static void
free_harness (GstHarness * h)
{
  gst_element_set_bus (h->element, NULL);
  gst_harness_teardown (h);
}

/* The names of all element messages since the last call. */
static gchar *
read_names (GstBus * bus)
{
  GString *names = g_string_new (NULL);
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT))) {
    const GstStructure *structure = gst_message_get_structure (message);
    const gchar *name = gst_structure_get_string (structure, "status-name");

    g_string_append_printf (names, "%s ", name != NULL ?
        name + strlen ("WMT_") : gst_structure_get_name (structure));
    gst_message_unref (message);
  }
  return g_string_free (names, FALSE);
}

/* One that waits for STARTED outlives a flush: no data before it is lost. */
GST_START_TEST (test_marker_outlives_flush)
{
  ScriptServer *server = script_server_new (script_take_all, NULL);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GBytes) packet = sink_rig_get_packet (0);
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autofree gchar *names = NULL;
  GstHarness *h = new_harness (server, bus);

  push_bytes (h, header);
  push_marker (h);
  flush (h);
  push_bytes (h, packet);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  names = read_names (bus);
  fail_unless_equals_string (names, OPENING "wms-marker END_OF_STREAMING "
      "STOPPED CLOSED wms-finalize ");
  free_harness (h);
  script_server_free (server);
}

GST_END_TEST;

typedef struct
{
  GstHarness *h;
  gboolean has_packet_passed;
  gboolean has_marker_passed;
} FlushedPush;

static gpointer
push_packets_and_marker (gpointer user_data)
{
  FlushedPush *push = user_data;
  GstFlowReturn ret = GST_FLOW_OK;
  guint i;

  for (i = 0; i < MANY_PACKETS && ret == GST_FLOW_OK; i++) {
    g_autoptr (GBytes) packet = sink_rig_get_packet (i);

    ret = gst_harness_push (push->h, gst_buffer_new_wrapped_bytes (packet));
  }
  push->has_packet_passed = ret == GST_FLOW_OK;
  push->has_marker_passed = gst_harness_push_event (push->h,
      gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
          gst_structure_new_empty ("wms-marker")));
  return NULL;
}

/* One that comes behind data which a flush takes is refused as that is. */
GST_START_TEST (test_flushed_marker)
{
  ScriptServer *server = script_server_new (script_read_nothing, NULL);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autofree gchar *names = NULL;
  FlushedPush push = { new_harness (server, bus), };
  guint64 last, sent;
  GThread *thread;

  push_bytes (push.h, header);
  thread = g_thread_new ("push", push_packets_and_marker, &push);
  for (sent = 1, last = 0; sent != last || sent < 65536;) {
    g_autoptr (GstStructure) stats = NULL;
    g_autoptr (GstMessage) message =
        gst_bus_timed_pop_filtered (bus, 200 * GST_MSECOND, GST_MESSAGE_ERROR);

    fail_unless (message == NULL);
    g_object_get (push.h->element, "stats", &stats, NULL);
    last = sent;
    gst_structure_get_uint64 (stats, "bytes-sent", &sent);
  }
  gst_harness_push_event (push.h, gst_event_new_flush_start ());
  g_thread_join (thread);
  fail_if (push.has_packet_passed || push.has_marker_passed);
  gst_harness_push_event (push.h, gst_event_new_flush_stop (TRUE));
  names = read_names (bus);
  fail_unless (strstr (names, "marker") == NULL, "%s", names);
  free_harness (push.h);
  script_server_free (server);
}

GST_END_TEST;

/* What waits has its place in the session that gets data. */
GST_START_TEST (test_marker_between_sessions)
{
  ScriptServer *server = script_server_new (script_take_all, NULL);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GBytes) packet = sink_rig_get_packet (0);
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstHarness *h = new_harness (server, bus);
  guint i;

  for (i = 0; i < 2; i++) {
    g_autofree gchar *names = NULL;

    push_marker (h);
    push_bytes (h, header);
    push_bytes (h, packet);
    push_marker (h);
    fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
    names = read_names (bus);
    fail_unless_equals_string (names, OPENING "wms-marker wms-marker "
        "END_OF_STREAMING STOPPED CLOSED wms-finalize ");
    flush (h);
  }
  free_harness (h);
  script_server_free (server);
}

GST_END_TEST;

static void
script_404 (ScriptConnection * connection, gpointer user_data)
{
  guint64 length = 0;

  if (script_read_head (connection, &length)
      && script_skip (connection, length)) {
    script_send (connection, "HTTP/1.1 404 Not Found\r\n"
        "Server: Cougar/9.5\r\nContent-Length: 0\r\n\r\n");
    script_read_end (connection);
  }
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

static void
script_408_at_gate (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 1)) {
    script_wait_gate (connection);
    script_send (connection, "HTTP/1.1 408 Request Timeout\r\n"
        "Server: Cougar/9.5\r\nContent-Length: 0\r\n\r\n");
    script_read_end (connection);
  }
}

/* Whether the server has what was written is not known any more, and nothing
 * follows wms-finalize. */
GST_START_TEST (test_no_marker_behind_a_failure)
{
  ScriptServer *server = script_server_new (script_408_at_gate, NULL);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GBytes) packet = sink_rig_get_packet (0);
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) error = NULL;
  g_autofree gchar *names = NULL;
  GstHarness *h = new_harness (server, bus);

  push_bytes (h, header);
  push_bytes (h, packet);
  script_server_open_gate (server);
  error = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND, GST_MESSAGE_ERROR);
  fail_unless (error != NULL);
  push_marker (h);
  /* the reader of the mailbox has gone when the sink has stopped */
  gst_element_set_state (h->element, GST_STATE_READY);
  names = read_names (bus);
  fail_unless (strstr (names, "marker") == NULL, "%s", names);
  free_harness (h);
  script_server_free (server);
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
  tcase_add_test (tc, test_marker_outlives_flush);
  tcase_add_test (tc, test_flushed_marker);
  tcase_add_test (tc, test_marker_between_sessions);
  tcase_add_test (tc, test_no_marker_of_a_failed_session);
  tcase_add_test (tc, test_no_marker_behind_a_failure);
  tcase_add_test (tc, test_marker_through_muxer);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkmarkers);
