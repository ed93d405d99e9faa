/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: statistics, and the pacing rate that they show. */
#include <gst/check/gstcheck.h>

#include "sinkharness.h"
#include "sinkrig.h"
#include "wmspush/wmsstatus.h"

#define UNAUTHORIZED "HTTP/1.1 401 Unauthorized\r\n" \
    "WWW-Authenticate: Basic realm=\"points\"\r\nContent-Length: 0\r\n\r\n"
#define NOT_FOUND "HTTP/1.1 404 Not Found\r\nServer: Cougar/9.5\r\n" \
    "Content-Length: 0\r\n\r\n"
/* more than the kernel's queues on both sides of a loopback connection */
#define MANY_PACKETS 20000
#define LIST_SIZE 32

static void
check_state (GstElement * sink, const gchar * wanted)
{
  g_autofree gchar *state = sink_harness_get_state (sink);

  fail_unless_equals_string (state, wanted);
}

static void
check_stat (GstElement * sink, const gchar * name, guint64 wanted)
{
  guint64 value = sink_harness_get_stat (sink, name);

  fail_unless (value == wanted, "%s is %" G_GUINT64_FORMAT ", not %"
      G_GUINT64_FORMAT, name, value, wanted);
}

static void
check_text (GstElement * sink, const gchar * name, const gchar * wanted)
{
  g_autoptr (GstStructure) stats = sink_harness_get_stats (sink);

  fail_unless_equals_string (gst_structure_get_string (stats, name), wanted);
}

static gdouble
get_average (GstElement * sink, const gchar * name)
{
  g_autoptr (GstStructure) stats = sink_harness_get_stats (sink);
  gdouble value = -1;

  fail_unless (gst_structure_get_double (stats, name, &value));
  return value;
}

/* The fields that there always are, and their types. */
static const struct
{
  const gchar *name;
  GType type;
  guint64 first;
} fields[] = {
  {"average-rate", G_TYPE_DOUBLE, 0},
  {"rendered", G_TYPE_UINT64, 0},
  {"dropped", G_TYPE_UINT64, 0},
  {"http-status", G_TYPE_UINT, 0},
  {"last-hresult", G_TYPE_UINT, 0},
  {"bytes-unacknowledged", G_TYPE_UINT, 0},
  {"request-bytes-left", G_TYPE_UINT64, 0},
  {"round-trip-time", G_TYPE_UINT64, 0},
  {"pacing-rate", G_TYPE_UINT64, 0},
  {"bytes-sent", G_TYPE_UINT64, 0},
  {"packets-sent", G_TYPE_UINT64, 0},
  {"packets-dropped", G_TYPE_UINT64, 0},
  {"bytes-swallowed", G_TYPE_UINT64, 0},
  {"last-timestamp-received", G_TYPE_UINT64, GST_CLOCK_TIME_NONE},
  {"last-timestamp-processed", G_TYPE_UINT64, GST_CLOCK_TIME_NONE},
  {"last-stream-tick-received", G_TYPE_UINT64, GST_CLOCK_TIME_NONE},
  {"samples-received", G_TYPE_UINT64, 0},
  {"samples-processed", G_TYPE_UINT64, 0},
  {"stream-ticks-received", G_TYPE_UINT64, 0},
  {"bytes-queued", G_TYPE_UINT64, 0},
  {"bytes-processed", G_TYPE_UINT64, 0},
  {"average-sample-rate-received", G_TYPE_DOUBLE, 0},
  {"average-sample-rate-processed", G_TYPE_DOUBLE, 0},
};

GST_START_TEST (test_before_start)
{
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  g_autoptr (GstStructure) stats = sink_harness_get_stats (sink);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fields); i++) {
    fail_unless (gst_structure_has_field_typed (stats, fields[i].name,
            fields[i].type), "%s", fields[i].name);
    if (fields[i].type != G_TYPE_DOUBLE)
      check_stat (sink, fields[i].name, fields[i].first);
  }
  check_state (sink, "closed");
  check_text (sink, "push-id", "0");
  fail_if (gst_structure_has_field (stats, "auth-scheme"));
  fail_if (gst_structure_has_field (stats, "last-error"));
  gst_object_unref (sink);
}

GST_END_TEST;

static void
check_five_packets (SinkHarness * s)
{
  gsize head = WMS_FRAME_HEAD_SIZE;
  guint64 bytes = 0;
  guint64 data = 0;
  guint i;

  fail_unless (script_server_wait_frames (s->server, WMS_FRAME_DATA, 5));
  for (i = 0; i < 6; i++) {
    g_autoptr (GBytes) content = NULL;
    WmsFrameType type;

    content = script_server_get_frame (s->server, i, &type);
    bytes += head + g_bytes_get_size (content);
    if (type == WMS_FRAME_DATA)
      data += g_bytes_get_size (content);
  }
  check_stat (s->sink, "bytes-sent", bytes);
  check_stat (s->sink, "bytes-processed", data);
  check_stat (s->sink, "request-bytes-left", 2147483647 - bytes);
  check_stat (s->sink, "packets-sent", 5);
  check_stat (s->sink, "samples-processed", 5);
  check_stat (s->sink, "samples-received", 5);
  check_stat (s->sink, "last-timestamp-received", 14 * HARNESS_STEP);
  check_stat (s->sink, "last-timestamp-processed", 14 * HARNESS_STEP);
  check_stat (s->sink, "bytes-queued", 0);
}

/* Running time is that of the segment; lists count by their packets. */
GST_START_TEST (test_streaming)
{
  SinkHarness s = { NULL, };
  GstSegment segment;

  sink_harness_init (&s, script_take_all);
  sink_harness_play (&s);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.base = 10 * HARNESS_STEP;
  fail_unless (gst_harness_push_event (s.h, gst_event_new_segment (&segment)));
  sink_harness_push_header (&s);
  check_stat (s.sink, "samples-received", 0);
  sink_harness_push_packets (&s, 0, 2);
  sink_harness_push_list (&s, 2, 3);
  check_state (s.sink, "streaming");
  check_stat (s.sink, "http-status", 204);
  check_text (s.sink, "push-id", "4124758405");
  check_five_packets (&s);
  fail_unless (sink_harness_get_stat (s.sink, "round-trip-time") > 0);
  fail_unless (sink_harness_get_stat (s.sink, "round-trip-time") < GST_SECOND);
  fail_unless (get_average (s.sink, "average-sample-rate-received") > 0);
  fail_unless (get_average (s.sink, "average-sample-rate-processed") > 0);
  /* a header, two packets, a list */
  check_stat (s.sink, "rendered", 4);
  sink_harness_clear (&s);
}

GST_END_TEST;

/* The last session's figures stay until another one is begun. */
GST_START_TEST (test_after_stop)
{
  SinkHarness s = { NULL, };
  guint64 bytes;

  sink_harness_init (&s, script_take_all);
  sink_harness_play (&s);
  sink_harness_push_header (&s);
  sink_harness_push_packets (&s, 0, 5);
  fail_unless (gst_harness_push_event (s.h, gst_event_new_eos ()));
  check_state (s.sink, "ended");
  bytes = sink_harness_get_stat (s.sink, "bytes-sent");
  gst_element_set_state (s.sink, GST_STATE_NULL);
  check_state (s.sink, "closed");
  check_stat (s.sink, "bytes-sent", bytes);
  check_stat (s.sink, "packets-sent", 5);
  check_stat (s.sink, "http-status", 204);
  check_stat (s.sink, "last-timestamp-processed", 4 * HARNESS_STEP);
  check_stat (s.sink, "round-trip-time", 0);
  check_text (s.sink, "push-id", "4124758405");

  gst_element_set_state (s.sink, GST_STATE_PAUSED);
  check_stat (s.sink, "bytes-sent", 0);
  check_stat (s.sink, "packets-sent", 0);
  check_stat (s.sink, "last-timestamp-processed", GST_CLOCK_TIME_NONE);
  sink_harness_clear (&s);
}

GST_END_TEST;

/* A stop without EOS writes $E, which counts. */
GST_START_TEST (test_stop_counts_the_end)
{
  SinkHarness s = { NULL, };
  guint64 bytes;

  sink_harness_init (&s, script_take_all);
  sink_harness_play (&s);
  sink_harness_push_header (&s);
  sink_harness_push_packets (&s, 0, 5);
  bytes = sink_harness_get_stat (s.sink, "bytes-sent");
  gst_element_set_state (s.sink, GST_STATE_NULL);
  check_stat (s.sink, "bytes-sent", bytes + WMS_FRAME_END_SIZE);
  sink_harness_clear (&s);
}

GST_END_TEST;

/* A flush behind EOS begins another session; what was counted goes on. */
GST_START_TEST (test_sessions_add_up)
{
  SinkHarness s = { NULL, };
  guint64 bytes = 0;
  guint i;

  sink_harness_init (&s, script_take_all);
  sink_harness_play (&s);
  for (i = 1; i <= 2; i++) {
    sink_harness_push_header (&s);
    sink_harness_push_packets (&s, 0, 5);
    fail_unless (gst_harness_push_event (s.h, gst_event_new_eos ()));
    check_stat (s.sink, "packets-sent", 5 * i);
    check_stat (s.sink, "samples-received", 5 * i);
    if (i == 1)
      bytes = sink_harness_get_stat (s.sink, "bytes-sent");
    check_stat (s.sink, "bytes-sent", bytes * i);
    sink_harness_flush (&s);
  }
  sink_harness_clear (&s);
}

GST_END_TEST;

GST_START_TEST (test_gaps)
{
  SinkHarness s = { NULL, };

  sink_harness_init (&s, script_take_all);
  sink_harness_play (&s);
  sink_harness_push_header (&s);
  sink_harness_push_packets (&s, 0, 1);
  fail_unless (gst_harness_push_event (s.h, gst_event_new_gap (GST_SECOND,
              GST_SECOND)));
  fail_unless (gst_harness_push_event (s.h, gst_event_new_gap (3 * GST_SECOND,
              GST_SECOND)));
  check_stat (s.sink, "stream-ticks-received", 2);
  check_stat (s.sink, "last-stream-tick-received", 3 * GST_SECOND);
  check_stat (s.sink, "samples-received", 1);
  sink_harness_clear (&s);
}

GST_END_TEST;

/* While the server takes nothing, the packets that wait are in the figures:
 * half of each is padding, and one may be written in part. */
GST_START_TEST (test_backpressure)
{
  SinkRig *rig = sink_rig_new_for (script_take_all_later);
  guint64 last = 0;
  guint64 sent = 1;
  guint64 n_queued, n_bytes;

  sink_rig_push_header (rig);
  sink_rig_push_lists (rig, MANY_PACKETS, LIST_SIZE);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "STARTED"));
  /* the queues are full when a while passes without a byte taken */
  while (sent != last) {
    last = sent;
    fail_unless (gst_bus_timed_pop_filtered (rig->bus, 200 * GST_MSECOND,
            GST_MESSAGE_ERROR) == NULL);
    sent = sink_rig_get_stat (rig, "bytes-sent");
  }
  n_queued = sink_rig_get_stat (rig, "packets-queued");
  n_bytes = sink_rig_get_stat (rig, "bytes-queued");
  fail_unless (n_queued > 0 && n_queued <= LIST_SIZE);
  fail_unless (n_bytes > 0 && n_bytes >= (n_queued - 1) * RIG_PACKET_SIZE / 2);
  fail_unless (n_bytes < n_queued * RIG_PACKET_SIZE);
  fail_unless (sink_rig_get_stat (rig, "bytes-unacknowledged") > 0);
  check_state (rig->sink, "streaming");
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_not_found (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_head (connection, NULL))
    script_send (connection, NOT_FOUND);
}

GST_START_TEST (test_failure)
{
  SinkHarness s = { NULL, };
  g_autoptr (GstStructure) stats = NULL;

  sink_harness_init (&s, script_not_found);
  sink_harness_play (&s);
  fail_unless_equals_int (sink_harness_push_header (&s), GST_FLOW_ERROR);
  check_state (s.sink, "failed");
  check_stat (s.sink, "http-status", 404);
  check_stat (s.sink, "last-hresult", WMS_NS_E_FILE_NOT_FOUND);
  stats = sink_harness_get_stats (s.sink);
  fail_unless (*gst_structure_get_string (stats, "last-error") != '\0');
  gst_element_set_state (s.sink, GST_STATE_NULL);
  check_state (s.sink, "closed");
  check_stat (s.sink, "last-hresult", WMS_NS_E_FILE_NOT_FOUND);
  sink_harness_clear (&s);
}

GST_END_TEST;

static void
script_states (ScriptConnection * connection, gpointer user_data)
{
  guint64 length = 0;

  if (!script_read_head (connection, &length))
    return;
  script_wait_gate (connection);
  script_send (connection, SCRIPT_SETUP_OK);
  if (script_read_head (connection, &length)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 3)
      && script_read_frames_until (connection, WMS_FRAME_END, 1))
    script_read_end (connection);
}

GST_START_TEST (test_states_of_a_session)
{
  SinkRig *rig = sink_rig_new_for (script_states);

  check_state (rig->sink, "closed");
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_set_state (rig, GST_STATE_PAUSED);
  check_state (rig->sink, "connecting");
  script_server_open_gate (rig->server);
  fail_unless (sink_rig_wait (rig, "OPENED"));
  check_state (rig->sink, "open");
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (script_server_wait_frames (rig->server, WMS_FRAME_DATA, 3));
  check_state (rig->sink, "streaming");
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "END_OF_STREAMING"));
  fail_unless (sink_rig_wait (rig, "EOS"));
  check_state (rig->sink, "ended");
  sink_rig_stop (rig);
  check_state (rig->sink, "closed");
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_ending)
{
  SinkRig *rig = sink_rig_new_for (script_take_no_end);

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "END_OF_STREAMING"));
  check_state (rig->sink, "ending");
  sink_rig_free (rig);
}

GST_END_TEST;

/* 401 in mid-stream: the session is asked for again (protocol.md, C26). */
static void
script_want_user_late (ScriptConnection * connection, gpointer user_data)
{
  if (script_get_number (connection) > 0) {
    if (script_read_head (connection, NULL)) {
      script_wait_gate (connection);
      script_send (connection, SCRIPT_SETUP_OK);
    }
    return;
  }
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 3)) {
    script_send (connection, UNAUTHORIZED);
    script_read_end (connection);
  }
}

GST_START_TEST (test_asked_again)
{
  SinkRig *rig = sink_rig_new_for (script_want_user_late);

  g_object_set (rig->sink, "user-id", "alice", "user-pw", "secret",
      "allow-clear-text-credentials", TRUE, NULL);
  sink_rig_play_packets (rig, 3);
  /* of the second connection */
  fail_unless (sink_rig_wait (rig, "STARTED LOCATING CONNECTING"));
  check_state (rig->sink, "reconnecting");
  check_text (rig->sink, "auth-scheme", "Basic");
  sink_rig_free (rig);
}

GST_END_TEST;

/* The kernel tells the limit of the connection that there is. */
GST_START_TEST (test_pacing_rate)
{
  SinkHarness s = { NULL, };
  guint64 rate = 1;

  sink_harness_init (&s, script_take_all);
  g_object_get (s.sink, "pacing-rate", &rate, NULL);
  fail_unless_equals_uint64 (rate, 0);
  g_object_set (s.sink, "pacing-rate", (guint64) 8000000, NULL);
  sink_harness_play (&s);
  sink_harness_push_header (&s);
  check_stat (s.sink, "pacing-rate", 8000000);
  /* over 32 bits of bytes in a second; while streaming */
  g_object_set (s.sink, "pacing-rate", G_GUINT64_CONSTANT (80000000000), NULL);
  check_stat (s.sink, "pacing-rate", G_GUINT64_CONSTANT (80000000000));
  g_object_set (s.sink, "pacing-rate", (guint64) 1, NULL);
  check_stat (s.sink, "pacing-rate", 8);
  g_object_set (s.sink, "pacing-rate", G_MAXUINT64, NULL);
  check_stat (s.sink, "pacing-rate", G_MAXUINT64 / 8 * 8);
  g_object_set (s.sink, "pacing-rate", (guint64) 0, NULL);
  check_stat (s.sink, "pacing-rate", 0);
  /* and of the next session's connection */
  g_object_set (s.sink, "pacing-rate", (guint64) 160000000, NULL);
  fail_unless (gst_harness_push_event (s.h, gst_event_new_eos ()));
  sink_harness_flush (&s);
  sink_harness_push_header (&s);
  check_stat (s.sink, "pacing-rate", 160000000);
  sink_harness_clear (&s);
}

GST_END_TEST;

static gpointer
poll_stats (gpointer user_data)
{
  SinkRig *rig = user_data;
  guint64 n = 0;

  while (g_atomic_int_get (&rig->n_errors) == 0) {
    g_autoptr (GstStructure) stats = sink_harness_get_stats (rig->sink);

    fail_unless (gst_structure_has_field (stats, "push-id"));
    n++;
  }
  fail_unless (n > 0);
  return NULL;
}

/* From another thread, at any moment of starting, streaming and stopping. */
GST_START_TEST (test_any_thread)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);
  GThread *thread = g_thread_new ("poll", poll_stats, rig);
  guint i;

  for (i = 0; i < 30; i++) {
    sink_rig_set_state (rig, GST_STATE_PAUSED);
    sink_rig_push_header (rig);
    sink_rig_push_packets (rig, 0, 3);
    if (i % 3 > 0)
      sink_rig_set_state (rig, GST_STATE_PLAYING);
    if (i % 3 == 1)
      fail_unless (sink_rig_wait (rig, "STARTED"));
    g_string_truncate (rig->log, 0);
    g_clear_pointer (&rig->started, gst_structure_free);
    sink_rig_stop (rig);
  }
  g_atomic_int_set (&rig->n_errors, 1);
  g_thread_join (thread);
  sink_rig_free (rig);
}

GST_END_TEST;

static Suite *
wmspushsinkstats_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkstats");
  TCase *tc = tcase_create ("figures");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_before_start);
  tcase_add_test (tc, test_streaming);
  tcase_add_test (tc, test_after_stop);
  tcase_add_test (tc, test_stop_counts_the_end);
  tcase_add_test (tc, test_sessions_add_up);
  tcase_add_test (tc, test_gaps);
  tcase_add_test (tc, test_backpressure);
  tcase_add_test (tc, test_failure);
  tcase_add_test (tc, test_states_of_a_session);
  tcase_add_test (tc, test_ending);
  tcase_add_test (tc, test_asked_again);
  tcase_add_test (tc, test_pacing_rate);
  tcase_add_test (tc, test_any_thread);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkstats);
