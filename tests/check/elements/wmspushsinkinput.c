/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: every kind of input, flushes and header changes. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkharness.h"
#include "sinkrig.h"
#include "testasf.h"

#define CLEAN "LOCATING CONNECTING OPENED STARTED END_OF_STREAMING STOPPED " \
    "CLOSED FINALIZE:S_OK EOS"
/* more than the kernel's queues on both sides of a loopback connection */
#define MANY_PACKETS 20000

/* An end without a header has no session to end, only a connection. */
GST_START_TEST (test_eos_without_data)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);

  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str,
      "LOCATING CONNECTING OPENED CLOSED EOS");
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_no_asf)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);
  g_autoptr (GBytes) text = g_bytes_new_static
      ("this is a text file and nothing that could be pushed anywhere", 61);

  sink_rig_push (rig, text);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "ERROR:NS_E_INVALID_DATA"));
  fail_unless (g_error_matches (rig->error, GST_STREAM_ERROR,
          GST_STREAM_ERROR_FORMAT));
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_seeking_is_not_possible)
{
  GstHarness *h;
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  GstQuery *query = gst_query_new_seeking (GST_FORMAT_BYTES);
  gboolean seekable = TRUE;

  g_object_set (sink, "location", "http://127.0.0.1:9/live", NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  fail_unless (gst_pad_peer_query (h->srcpad, query));
  gst_query_parse_seeking (query, NULL, &seekable, NULL, NULL);
  fail_if (seekable);
  gst_query_unref (query);
  gst_harness_teardown (h);
  gst_object_unref (sink);
}

GST_END_TEST;

/* A flush in mid-session keeps it (protocol.md, C27). */
GST_START_TEST (test_flush_keeps_the_session)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);

  sink_rig_play_packets (rig, 5);
  gst_element_send_event (rig->source, gst_event_new_flush_start ());
  gst_element_send_event (rig->source, gst_event_new_flush_stop (TRUE));
  sink_rig_push_packets (rig, 5, 5);
  fail_unless (script_server_wait_frames (rig->server, WMS_FRAME_DATA, 10));
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, CLEAN);
  fail_unless_equals_int (script_server_get_n_connections (rig->server), 1);
  sink_rig_free (rig);
}

GST_END_TEST;

/* Data after EOS and a flush opens another session with the header again. */
GST_START_TEST (test_data_after_eos)
{
  ScriptServer *server = script_server_new (script_take_all, NULL);
  g_autofree gchar *url = script_server_get_url (server);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GBytes) packet = sink_rig_get_packet (0);
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  GstSegment segment;
  GstHarness *h;
  guint i;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  g_object_set (sink, "location", url, "sync", FALSE, NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_harness_set_src_caps_str (h, "video/x-ms-asf, parsed=(boolean)true");
  for (i = 0; i < 2; i++) {
    fail_unless_equals_int (gst_harness_push (h,
            gst_buffer_new_wrapped_bytes (header)), GST_FLOW_OK);
    fail_unless_equals_int (gst_harness_push (h,
            gst_buffer_new_wrapped_bytes (packet)), GST_FLOW_OK);
    fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
    fail_unless (gst_harness_push_event (h, gst_event_new_flush_start ()));
    fail_unless (gst_harness_push_event (h, gst_event_new_flush_stop (TRUE)));
    gst_harness_push_event (h, gst_event_new_segment (&segment));
  }
  gst_harness_teardown (h);
  gst_object_unref (sink);
  fail_unless_equals_int (script_server_get_n_connections (server), 2);
  fail_unless_equals_int (script_server_get_n_frames (server,
          WMS_FRAME_HEADER), 2);
  fail_unless_equals_int (script_server_get_n_frames (server,
          WMS_FRAME_DATA), 2);
  fail_unless_equals_int (script_server_get_n_frames (server,
          WMS_FRAME_END), 2);
  script_server_free (server);
}

GST_END_TEST;

static GstHarness *
new_harness (const gchar * url)
{
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  GstHarness *h;

  g_object_set (sink, "location", url, "sync", FALSE, NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_harness_set_src_caps_str (h, "video/x-ms-asf, parsed=(boolean)true");
  gst_object_unref (sink);
  return h;
}

static void
push_header_and_packet (GstHarness * h)
{
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GBytes) packet = sink_rig_get_packet (0);

  fail_unless_equals_int (gst_harness_push (h,
          gst_buffer_new_wrapped_bytes (header)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_push (h,
          gst_buffer_new_wrapped_bytes (packet)), GST_FLOW_OK);
}

static gpointer
push_eos (gpointer user_data)
{
  gst_harness_push_event (user_data, gst_event_new_eos ());
  return NULL;
}

static void
script_first_end_at_gate (ScriptConnection * connection, gpointer user_data)
{
  if (script_get_number (connection) > 0) {
    script_take_all (connection, user_data);
  } else if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_END, 1)) {
    script_wait_gate (connection);
    script_send (connection, SCRIPT_START_OK);
  }
}

/* A flush that breaks the wait for the answer to the end leaves an ended
 * session all the same. */
GST_START_TEST (test_data_after_broken_eos)
{
  ScriptServer *server = script_server_new (script_first_end_at_gate, NULL);
  g_autofree gchar *url = script_server_get_url (server);
  GstHarness *h = new_harness (url);
  GThread *thread;

  push_header_and_packet (h);
  thread = g_thread_new ("eos", push_eos, h);
  fail_unless (script_server_wait_frames (server, WMS_FRAME_END, 1));
  harness_flush (h);
  g_thread_join (thread);
  push_header_and_packet (h);
  script_server_open_gate (server);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  gst_harness_teardown (h);
  fail_unless_equals_int (script_server_get_n_connections (server), 2);
  fail_unless_equals_int (script_server_get_n_frames (server,
          WMS_FRAME_DATA), 2);
  script_server_free (server);
}

GST_END_TEST;

static void
script_take_two_ends (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_END, 2))
    script_send (connection, SCRIPT_START_OK);
}

/* Another header in mid-stream: $E(1) and $C ([MS-WMHTTP] 3.1.4.5). */
GST_START_TEST (test_header_change)
{
  SinkRig *rig = sink_rig_new_for (script_take_two_ends);
  g_autoptr (GBytes) other = NULL;
  g_autoptr (GBytes) frame = NULL;
  WmsFrameType type;
  const TestHeader changed = {
    .flags = ASF_FILE_BROADCAST,
    .packet_size = RIG_PACKET_SIZE,
    .streams = {&asf_guid_stream_video, &asf_guid_stream_audio},
  };

  other = g_byte_array_free_to_bytes (test_asf_header (&changed));
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 2);
  sink_rig_push (rig, other);
  sink_rig_push_packets (rig, 2, 2);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, "LOCATING CONNECTING OPENED "
      "STARTED END_OF_SEGMENT SOURCE_SWITCH END_OF_STREAMING STOPPED CLOSED "
      "FINALIZE:S_OK EOS");
  frame = script_server_get_frame (rig->server, 3, &type);
  fail_unless (type == WMS_FRAME_END);
  fail_unless (memcmp (g_bytes_get_data (frame, NULL), "\1\0\0\0", 4) == 0);
  g_bytes_unref (frame);
  frame = script_server_get_frame (rig->server, 4, &type);
  fail_unless (type == WMS_FRAME_CHANGE);
  fail_unless_equals_int (g_bytes_get_size (frame),
      g_bytes_get_size (other) + 4);
  sink_rig_free (rig);
}

GST_END_TEST;

/* A header of that many bytes. */
static GBytes *
make_large_header (gsize size)
{
  g_autofree gchar *content = g_malloc0 (size);
  TestHeader large = {
    .flags = ASF_FILE_BROADCAST,
    .packet_size = RIG_PACKET_SIZE,
    .streams = {&asf_guid_stream_video},
    .description = &asf_guid_padding,
    .description_bytes = content,
  };
  GByteArray *bytes = test_asf_header (&large);

  large.description_size = size - bytes->len;
  g_byte_array_unref (bytes);
  bytes = test_asf_header (&large);
  fail_unless_equals_int (bytes->len, size);
  return g_byte_array_free_to_bytes (bytes);
}

static const struct
{
  gsize first;                  /* 0: the usual one */
  gsize second;
  gboolean is_too_large;
} sizes[] = {
  {65531, 0, FALSE},
  {65532, 0, TRUE},
  {0, 65527, FALSE},
  {0, 65528, TRUE},
};

/* protocol.md, C31: too large is an error before anything is sent, and the
 * $E that would announce it is not sent either. */
GST_START_TEST (test_large_headers)
{
  SinkRig *rig = sink_rig_new_for (sizes[__i__].second > 0 ?
      script_take_two_ends : script_take_all);
  g_autofree gchar *heads = NULL;
  guint i;

  for (i = 0; i < 2; i++) {
    gsize size = i == 0 ? sizes[__i__].first : sizes[__i__].second;
    g_autoptr (GBytes) header = size > 0 ? make_large_header (size) : NULL;

    if (size > 0)
      sink_rig_push (rig, header);
    else if (i == 0)
      sink_rig_push_header (rig);
    sink_rig_push_packets (rig, 2 * i, 2);
  }
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, sizes[__i__].is_too_large ?
          " ERROR:NS_E_INVALID_DATA" : "EOS"), "%s", rig->log->str);
  heads = script_server_get_heads (rig->server);
  if (sizes[__i__].is_too_large)
    fail_unless_equals_int (script_server_get_n_frames (rig->server,
            WMS_FRAME_END), 0);
  if (sizes[__i__].is_too_large && sizes[__i__].first > 0)
    fail_unless (strstr (heads, "x-wms-pushstart") == NULL);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_take_nothing_at_first (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)) {
    script_wait_gate (connection);
    if (script_read_frames_until (connection, WMS_FRAME_END, 2))
      script_send (connection, SCRIPT_START_OK);
  }
}

static gpointer
push_many (gpointer user_data)
{
  GstBufferList *list = gst_buffer_list_new ();
  guint i;

  for (i = 0; i < MANY_PACKETS; i++) {
    g_autoptr (GBytes) packet = sink_rig_get_packet (i);

    gst_buffer_list_add (list, gst_buffer_new_wrapped_bytes (packet));
  }
  return GINT_TO_POINTER (gst_pad_push_list (((GstHarness *)
              user_data)->srcpad, list));
}

static gpointer
push_changed_header (gpointer user_data)
{
  const TestHeader changed = {
    .flags = ASF_FILE_BROADCAST,
    .packet_size = RIG_PACKET_SIZE,
    .streams = {&asf_guid_stream_video, &asf_guid_stream_audio},
  };
  g_autoptr (GBytes) bytes =
      g_byte_array_free_to_bytes (test_asf_header (&changed));

  return GINT_TO_POINTER (gst_harness_push (user_data,
          gst_buffer_new_wrapped_bytes (bytes)));
}

/* Waits until the queues are full: a while passes without a byte taken. */
static void
wait_until_blocked (GstHarness * h)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  guint64 last, sent;

  gst_element_set_bus (h->element, bus);
  for (sent = 1, last = 0; sent != last;) {
    g_autoptr (GstStructure) stats = NULL;
    g_autoptr (GstMessage) message = NULL;

    message = gst_bus_timed_pop_filtered (bus, 200 * GST_MSECOND,
        GST_MESSAGE_ERROR);
    fail_unless (message == NULL);
    g_object_get (h->element, "stats", &stats, NULL);
    last = sent;
    gst_structure_get_uint64 (stats, "bytes-sent", &sent);
  }
  gst_element_set_bus (h->element, NULL);
}

typedef struct
{
  GstHarness *h;
  GThreadFunc push;
  gint has_returned;            /* atomic */
} BrokenPush;

static gpointer
run_push (gpointer user_data)
{
  BrokenPush *self = user_data;
  gpointer ret = self->push (self->h);

  g_atomic_int_set (&self->has_returned, TRUE);
  return ret;
}

/* A push that blocks, and a flush that breaks it off: that may have to come
 * again, since nothing is taken before the push begins either. */
static void
break_push (GstHarness * h, GThreadFunc push)
{
  BrokenPush self = { h, push, FALSE };
  GThread *thread = g_thread_new ("push", run_push, &self);

  while (!g_atomic_int_get (&self.has_returned)) {
    wait_until_blocked (h);
    harness_flush (h);
  }
  fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (thread)),
      GST_FLOW_FLUSHING);
}

/* A flush takes the $E and $C of another header away, not the change. */
GST_START_TEST (test_flushed_header_change)
{
  ScriptServer *server = script_server_new (script_take_nothing_at_first, NULL);
  g_autofree gchar *url = script_server_get_url (server);
  g_autoptr (GBytes) packet = sink_rig_get_packet (0);
  WmsFrameType types[4];
  GstHarness *h = new_harness (url);
  guint i, n;

  push_header_and_packet (h);
  /* twice, since the kernel found room while it sent what the first brought */
  break_push (h, push_many);
  break_push (h, push_many);
  break_push (h, push_changed_header);
  script_server_open_gate (server);
  fail_unless_equals_int (gst_harness_push (h,
          gst_buffer_new_wrapped_bytes (packet)), GST_FLOW_OK);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  n = 1 + script_server_get_n_frames (server, WMS_FRAME_DATA)
      + script_server_get_n_frames (server, WMS_FRAME_CHANGE)
      + script_server_get_n_frames (server, WMS_FRAME_END);
  for (i = 0; i < 4; i++)
    g_bytes_unref (script_server_get_frame (server, n - 4 + i, &types[i]));
  fail_unless (types[0] == WMS_FRAME_END && types[1] == WMS_FRAME_CHANGE
      && types[2] == WMS_FRAME_DATA && types[3] == WMS_FRAME_END);
  gst_harness_teardown (h);
  script_server_free (server);
}

GST_END_TEST;

static Suite *
wmspushsinkinput_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkinput");
  TCase *tc = tcase_create ("input");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_eos_without_data);
  tcase_add_test (tc, test_no_asf);
  tcase_add_test (tc, test_seeking_is_not_possible);
  tcase_add_test (tc, test_flush_keeps_the_session);
  tcase_add_test (tc, test_data_after_eos);
  tcase_add_test (tc, test_data_after_broken_eos);
  tcase_add_test (tc, test_header_change);
  tcase_add_loop_test (tc, test_large_headers, 0, G_N_ELEMENTS (sizes));
  tcase_add_test (tc, test_flushed_header_change);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkinput);
