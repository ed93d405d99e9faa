/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: markers where data does not flow: flushes, ends, failures,
 * backlog. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkharness.h"
#include "sinkrig.h"

#define OPENING "LOCATING CONNECTING OPENED STARTED "

/* More than the kernel's queues on both sides of a loopback connection. */
#define MANY_PACKETS 20000

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
  harness_flush (h);
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

/* Nothing is queued without a bound, and what is refused is not posted. */
GST_START_TEST (test_too_many_markers)
{
  ScriptServer *server = script_server_new (script_take_all, NULL);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GBytes) packet = sink_rig_get_packet (0);
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstHarness *h = new_harness (server, bus);
  GstMessage *message;
  guint n = 0;
  guint i;

  for (i = 0; i < 1000; i++)
    push_marker (h);
  fail_if (gst_harness_push_event (h,
          gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
              gst_structure_new_empty ("wms-marker"))));
  push_bytes (h, header);
  push_bytes (h, packet);
  push_marker (h);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT))) {
    n += gst_message_has_name (message, "wms-marker");
    gst_message_unref (message);
  }
  fail_unless_equals_int (n, 1001);
  free_harness (h);
  script_server_free (server);
}

GST_END_TEST;

/* One that comes behind data which a flush takes is refused as that is. */
GST_START_TEST (test_flushed_marker)
{
  ScriptServer *server = script_server_new (script_hear_all_later, NULL);
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
    harness_flush (h);
  }
  free_harness (h);
  script_server_free (server);
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

static gint64
get_dropped (GstHarness * h)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 dropped = 0;

  g_object_get (h->element, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, "packets-dropped", &dropped);
  return dropped;
}

/* What comes before the session is dropped as well. */
static void
push_until_started (GstHarness * h, GstBus * bus, GBytes * packet)
{
  gboolean has_started = FALSE;
  guint i;

  for (i = 0; i < 1000 && !has_started; i++) {
    g_autoptr (GstMessage) message = NULL;

    push_bytes (h, packet);
    message = gst_bus_timed_pop_filtered (bus, 20 * GST_MSECOND,
        GST_MESSAGE_ELEMENT);
    has_started = message != NULL
        && g_strcmp0 (gst_structure_get_string (gst_message_get_structure
            (message), "status-name"), "WMT_STARTED") == 0;
  }
  fail_unless (has_started);
}

/* Up to the first packet that the connection does not take in time. */
static void
fill (GstHarness * h, GBytes * packet)
{
  gint64 former = get_dropped (h);
  guint i;

  for (i = 0; i < MANY_PACKETS && get_dropped (h) == former; i++)
    push_bytes (h, packet);
  fail_if (i == MANY_PACKETS);
}

static gpointer
push_eos (gpointer user_data)
{
  fail_unless (gst_harness_push_event (user_data, gst_event_new_eos ()));
  return NULL;
}

static void
check_silence (GstBus * bus)
{
  g_autoptr (GstMessage) message =
      gst_bus_timed_pop_filtered (bus, 200 * GST_MSECOND, GST_MESSAGE_ELEMENT);

  fail_unless (message == NULL);
}

/* Where packets are dropped, one may be written in part: the marker comes when
 * the next packet or the end finds that there is room again. */
GST_START_TEST (test_marker_behind_backlog)
{
  ScriptServer *server = script_server_new (script_hear_all_later, NULL);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GBytes) key = sink_rig_get_packet (0);
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autofree gchar *names = NULL;
  GstHarness *h = new_harness (server, bus);
  GThread *thread;
  guint i;

  gst_util_set_object_arg (G_OBJECT (h->element), "leaky", "keyframe");
  g_object_set (h->element, "max-backlog", 20 * GST_MSECOND, NULL);
  gst_element_set_state (h->element, GST_STATE_READY);
  gst_element_set_state (h->element, GST_STATE_PLAYING);
  push_bytes (h, header);
  push_until_started (h, bus, key);
  fill (h, key);
  names = read_names (bus);
  push_marker (h);
  check_silence (bus);
  if (__i__ == 0) {
    script_server_open_gate (server);
    for (i = 0; message == NULL && i < 1000; i++) {
      push_bytes (h, key);
      message = gst_bus_timed_pop_filtered (bus, 20 * GST_MSECOND,
          GST_MESSAGE_ELEMENT);
    }
    push_eos (h);
  } else {
    thread = g_thread_new ("eos", push_eos, h);
    check_silence (bus);
    script_server_open_gate (server);
    g_thread_join (thread);
  }
  g_free (names);
  names = read_names (bus);
  fail_unless_equals_string (names, __i__ == 0 ?
      "END_OF_STREAMING STOPPED CLOSED wms-finalize " :
      "wms-marker END_OF_STREAMING STOPPED CLOSED wms-finalize ");
  free_harness (h);
  script_server_free (server);
}

GST_END_TEST;

/* Behind the end of the session by an action a marker is refused, as data
 * is, up to a flush. */
GST_START_TEST (test_marker_behind_end_session)
{
  ScriptServer *server = script_server_new (script_take_all, NULL);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GBytes) packet = sink_rig_get_packet (0);
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autofree gchar *names = NULL;
  GstHarness *h = new_harness (server, bus);
  guint hresult = 1;

  push_bytes (h, header);
  push_bytes (h, packet);
  push_marker (h);
  g_signal_emit_by_name (h->element, "end-session", &hresult);
  fail_unless_equals_int (hresult, 0);
  names = read_names (bus);
  fail_unless_equals_string (names, OPENING "wms-marker END_OF_STREAMING "
      "STOPPED CLOSED wms-finalize ");
  fail_if (gst_harness_push_event (h,
          gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
              gst_structure_new_empty ("wms-marker"))));
  harness_flush (h);
  push_marker (h);
  push_bytes (h, header);
  push_bytes (h, packet);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  g_free (names);
  names = read_names (bus);
  fail_unless_equals_string (names, OPENING "wms-marker END_OF_STREAMING "
      "STOPPED CLOSED wms-finalize ");
  free_harness (h);
  script_server_free (server);
}

GST_END_TEST;

static Suite *
wmspushsinkmarkerflow_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkmarkerflow");
  TCase *tc = tcase_create ("markers");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_marker_outlives_flush);
  tcase_add_test (tc, test_too_many_markers);
  tcase_add_test (tc, test_flushed_marker);
  tcase_add_test (tc, test_marker_between_sessions);
  tcase_add_test (tc, test_no_marker_behind_a_failure);
  tcase_add_loop_test (tc, test_marker_behind_backlog, 0, 2);
  tcase_add_test (tc, test_marker_behind_end_session);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkmarkerflow);
