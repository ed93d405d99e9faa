/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: actions that end a session (IWMWriterPushSink), at any moment. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "sinkharness.h"
#include "sinkrig.h"
#include "wmspush/wmsstatus.h"

#define CLEAN "LOCATING CONNECTING OPENED STARTED END_OF_STREAMING STOPPED " \
    "CLOSED FINALIZE:S_OK"
#define CUT "LOCATING CONNECTING OPENED STARTED STOPPED CLOSED"
/* more than the kernel's queues on both sides of a loopback connection */
#define MANY_PACKETS 20000
#define LIST_SIZE 40

static guint
emit (GstElement * sink, const gchar * action)
{
  guint hresult = 42;

  g_signal_emit_by_name (sink, action, &hresult);
  return hresult;
}

/* Two threads that end the session: one of them does it. */
typedef struct
{
  GstElement *sink;
  GThread *threads[2];
  GAsyncQueue *results;
} Ending;

static gpointer
end_thread (gpointer user_data)
{
  Ending *self = user_data;
  guint hresult = emit (self->sink, "end-session");

  /* a queue takes no NULL */
  g_async_queue_push (self->results, g_strdup_printf ("%08x", hresult));
  return NULL;
}

static void
check_result (Ending * self, guint hresult)
{
  g_autofree gchar *wanted = g_strdup_printf ("%08x", hresult);
  g_autofree gchar *result = g_async_queue_timeout_pop (self->results,
      20 * G_TIME_SPAN_SECOND);

  fail_unless_equals_string (result, wanted);
}

/* When it returns, one of them has begun. */
static void
ending_begin (Ending * self, GstElement * sink)
{
  guint i;

  self->sink = sink;
  self->results = g_async_queue_new_full (g_free);
  for (i = 0; i < 2; i++)
    self->threads[i] = g_thread_new ("end", end_thread, self);
  check_result (self, WMS_S_FALSE);
}

static void
ending_finish (Ending * self, guint hresult)
{
  guint i;

  check_result (self, hresult);
  for (i = 0; i < 2; i++)
    g_thread_join (self->threads[i]);
  g_async_queue_unref (self->results);
}

static guint
count_end_frames (ScriptServer * server)
{
  return script_server_get_n_frames (server, WMS_FRAME_END);
}

/* Ends like EOS; the EOS behind it adds nothing. */
GST_START_TEST (test_end_session)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);

  sink_rig_play_packets (rig, 5);
  fail_unless_equals_int (emit (rig->sink, "end-session"), WMS_S_OK);
  fail_unless_equals_int (count_end_frames (rig->server), 1);
  fail_unless_equals_int (emit (rig->sink, "end-session"),
      WMS_NS_E_NOCONNECTION);
  sink_rig_push_packets (rig, 5, 5);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, CLEAN " EOS");
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_DATA), 5);
  fail_unless_equals_int (script_server_get_n_connections (rig->server), 1);
  sink_rig_free (rig);
}

GST_END_TEST;

/* Holds the last message up until the action has returned, which it does not
 * before that message is on the bus. */
typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean has_returned;
  gboolean has_returned_early;
} Holdup;

static GstBusSyncReply
hold_up (GstBus * bus, GstMessage * message, gpointer user_data)
{
  Holdup *holdup = user_data;
  gint64 deadline = g_get_monotonic_time () + 200 * G_TIME_SPAN_MILLISECOND;
  gboolean ok = TRUE;

  if (!gst_message_has_name (message, "wms-finalize"))
    return GST_BUS_PASS;
  g_mutex_lock (&holdup->lock);
  while (ok && !holdup->has_returned)
    ok = g_cond_wait_until (&holdup->cond, &holdup->lock, deadline);
  holdup->has_returned_early = holdup->has_returned;
  g_mutex_unlock (&holdup->lock);
  return GST_BUS_PASS;
}

GST_START_TEST (test_messages_of_end)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);
  Holdup holdup = { 0, };

  g_mutex_init (&holdup.lock);
  g_cond_init (&holdup.cond);
  gst_bus_set_sync_handler (rig->bus, hold_up, &holdup, NULL);
  sink_rig_play_packets (rig, 5);
  fail_unless_equals_int (emit (rig->sink, "end-session"), WMS_S_OK);
  g_mutex_lock (&holdup.lock);
  holdup.has_returned = TRUE;
  g_cond_broadcast (&holdup.cond);
  g_mutex_unlock (&holdup.lock);
  fail_unless (sink_rig_wait (rig, "FINALIZE:S_OK"));
  fail_if (holdup.has_returned_early);
  sink_rig_free (rig);
  g_cond_clear (&holdup.cond);
  g_mutex_clear (&holdup.lock);
}

GST_END_TEST;

GST_START_TEST (test_no_session)
{
  SinkHarness s = { NULL, };

  sink_harness_init (&s, script_take_all);
  fail_unless_equals_int (emit (s.sink, "end-session"), WMS_NS_E_NOCONNECTION);
  fail_unless_equals_int (emit (s.sink, "disconnect"), WMS_NS_E_NOCONNECTION);
  sink_harness_play (&s);
  sink_harness_push_header (&s);
  sink_harness_push_packets (&s, 0, 1);
  fail_unless (gst_harness_push_event (s.h, gst_event_new_eos ()));
  fail_unless_equals_int (emit (s.sink, "end-session"), WMS_NS_E_NOCONNECTION);
  fail_unless_equals_int (emit (s.sink, "disconnect"), WMS_NS_E_NOCONNECTION);
  gst_element_set_state (s.sink, GST_STATE_NULL);
  fail_unless_equals_int (emit (s.sink, "end-session"), WMS_NS_E_NOCONNECTION);
  sink_harness_clear (&s);
}

GST_END_TEST;

/* After an action upstream gets EOS until a flush, or READY. */
static void
check_way_back (const gchar * action, gboolean by_flush)
{
  SinkHarness s = { NULL, };

  sink_harness_init (&s, script_take_all);
  sink_harness_play (&s);
  sink_harness_push_header (&s);
  sink_harness_push_packets (&s, 0, 3);
  fail_unless_equals_int (emit (s.sink, action), WMS_S_OK);
  fail_unless_equals_int (sink_harness_push_packets (&s, 3, 1), GST_FLOW_EOS);
  fail_unless_equals_int (sink_harness_push_list (&s, 4, 2), GST_FLOW_EOS);
  fail_unless (gst_harness_push_event (s.h, gst_event_new_eos ()));
  if (by_flush) {
    sink_harness_flush (&s);
  } else {
    gst_harness_teardown (s.h);
    gst_element_set_state (s.sink, GST_STATE_READY);
    sink_harness_play (&s);
  }
  fail_unless_equals_int (sink_harness_push_header (&s), GST_FLOW_OK);
  fail_unless_equals_int (sink_harness_push_packets (&s, 0, 2), GST_FLOW_OK);
  fail_unless (gst_harness_push_event (s.h, gst_event_new_eos ()));
  fail_unless_equals_int (script_server_get_n_connections (s.server), 2);
  fail_unless_equals_int (script_server_get_n_frames (s.server,
          WMS_FRAME_DATA), 5);
  sink_harness_clear (&s);
}

GST_START_TEST (test_way_back)
{
  check_way_back ("end-session", TRUE);
  check_way_back ("end-session", FALSE);
  check_way_back ("disconnect", TRUE);
  check_way_back ("disconnect", FALSE);
}

GST_END_TEST;

/* The server sees the end of the connection, and no $E. */
static void
script_see_the_cut (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 5))
    script_read_end (connection);
}

GST_START_TEST (test_disconnect)
{
  SinkRig *rig = sink_rig_new_for (script_see_the_cut);

  sink_rig_play_packets (rig, 5);
  fail_unless_equals_int (emit (rig->sink, "disconnect"), WMS_S_OK);
  fail_unless (script_server_wait_fin (rig->server));
  sink_rig_push_packets (rig, 5, 1);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, CUT " EOS");
  fail_unless_equals_int (count_end_frames (rig->server), 0);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_read_late (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)) {
    script_wait_gate (connection);
    if (script_read_frames_until (connection, WMS_FRAME_END, 1)
        && script_read_end (connection))
      script_send (connection, SCRIPT_START_OK);
  }
}

static SinkRig *
new_blocked_rig (ScriptFunc script)
{
  SinkRig *rig = sink_rig_new_for (script);

  sink_rig_push_header (rig);
  sink_rig_push_lists (rig, MANY_PACKETS, LIST_SIZE);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "STARTED"));
  sink_rig_wait_until_blocked (rig);
  return rig;
}

/* Everything that was rendered goes out, in order and whole, when the server
 * reads on. */
static void
check_blocked_end (gboolean is_paused)
{
  SinkRig *rig = new_blocked_rig (script_read_late);
  Ending ending;
  guint64 received;

  if (is_paused) {
    sink_rig_set_state (rig, GST_STATE_PAUSED);
    gst_element_get_state (rig->pipeline, NULL, NULL, GST_SECOND);
  }
  received = sink_rig_get_stat (rig, "packets-received");
  fail_unless (received < MANY_PACKETS);
  ending_begin (&ending, rig->sink);
  script_server_open_gate (rig->server);
  ending_finish (&ending, WMS_S_OK);
  fail_unless_equals_int (count_end_frames (rig->server), 1);
  if (is_paused)
    sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, CLEAN " EOS");
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_DATA), received);
  fail_unless_equals_int (sink_rig_get_stat (rig, "packets-sent"), received);
  fail_unless_equals_int (sink_rig_get_stat (rig, "packets-queued"), 0);
  sink_rig_free (rig);
}

GST_START_TEST (test_end_while_blocked)
{
  check_blocked_end (FALSE);
}

GST_END_TEST;

GST_START_TEST (test_end_while_blocked_in_paused)
{
  check_blocked_end (TRUE);
}

GST_END_TEST;

GST_START_TEST (test_disconnect_while_blocked)
{
  SinkRig *rig = new_blocked_rig (script_read_late);
  guint64 received = sink_rig_get_stat (rig, "packets-received");

  fail_unless_equals_int (emit (rig->sink, "disconnect"), WMS_S_OK);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, CUT " EOS");
  fail_unless_equals_int (sink_rig_get_stat (rig, "packets-sent")
      + sink_rig_get_stat (rig, "packets-dropped"), received);
  fail_unless_equals_int (sink_rig_get_stat (rig, "packets-queued"), 0);
  sink_rig_free (rig);
}

GST_END_TEST;

/* An action that waits for a server which takes nothing: a change to NULL and
 * disconnect break it off; another end-session does not wait for it. */
GST_START_TEST (test_end_broken_by_null)
{
  SinkRig *rig = new_blocked_rig (script_read_late);
  Ending ending;

  ending_begin (&ending, rig->sink);
  sink_rig_stop (rig);
  ending_finish (&ending, WMS_E_ABORT);
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_end_broken_by_disconnect)
{
  SinkRig *rig = new_blocked_rig (script_read_late);
  Ending ending;

  ending_begin (&ending, rig->sink);
  fail_unless_equals_int (emit (rig->sink, "disconnect"), WMS_S_OK);
  ending_finish (&ending, WMS_E_ABORT);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_no_answer_to_end (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_END, 1)) {
    script_wait_gate (connection);
    script_send (connection, SCRIPT_START_OK);
  }
}

/* The EOS that waits for the server's answer gives way; its message comes
 * behind the action's. */
GST_START_TEST (test_end_while_eos_drains)
{
  SinkRig *rig = sink_rig_new_for (script_no_answer_to_end);
  Ending ending;

  sink_rig_play_packets (rig, 3);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "END_OF_STREAMING"));
  ending_begin (&ending, rig->sink);
  script_server_open_gate (rig->server);
  ending_finish (&ending, WMS_S_OK);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, CLEAN " EOS");
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_connect_late (ScriptConnection * connection, gpointer user_data)
{
  script_wait_gate (connection);
  script_take_all (connection, user_data);
}

/* What was rendered waits for the connection, and so does its end. */
GST_START_TEST (test_end_while_connecting)
{
  SinkRig *rig = sink_rig_new_for (script_connect_late);
  Ending ending;

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "CONNECTING"));
  ending_begin (&ending, rig->sink);
  script_server_open_gate (rig->server);
  ending_finish (&ending, WMS_S_OK);
  sink_rig_free (rig);
}

GST_END_TEST;

/* A failure meanwhile is what the action tells. */
static void
script_fail_at_end (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_END, 1)
      && script_read_end (connection))
    script_send (connection, "HTTP/1.1 401 Unauthorized\r\n"
        "WWW-Authenticate: Basic realm=\"points\"\r\n"
        "Content-Length: 0\r\n\r\n");
}

GST_START_TEST (test_end_fails)
{
  SinkRig *rig = sink_rig_new_for (script_fail_at_end);

  sink_rig_play_packets (rig, 3);
  fail_unless_equals_int (emit (rig->sink, "end-session"),
      WMS_NS_E_SERVER_ACCESSDENIED);
  fail_unless (sink_rig_wait (rig, "ERROR:NS_E_SERVER_ACCESSDENIED"));
  sink_rig_free (rig);
}

GST_END_TEST;

/* From where an application gets messages at once, no lock is held that the
 * action needs. */
static GstBusSyncReply
end_at_once (GstBus * bus, GstMessage * message, gpointer user_data)
{
  GstElement *sink = user_data;
  const GstStructure *structure = gst_message_get_structure (message);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT
      && g_strcmp0 (gst_structure_get_string (structure, "status-name"),
          "WMT_STARTED") == 0)
    fail_unless_equals_int (emit (sink, "end-session"), WMS_S_OK);
  return GST_BUS_PASS;
}

GST_START_TEST (test_end_from_sync_handler)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);

  gst_bus_set_sync_handler (rig->bus, end_at_once, rig->sink, NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (script_server_wait_frames (rig->server, WMS_FRAME_END, 1));
  sink_rig_push_packets (rig, 3, 3);
  fail_unless (sink_rig_wait (rig, "FINALIZE:S_OK"));
  sink_rig_free (rig);
}

GST_END_TEST;

/* The thread that streams does not wait for itself. */
static GstBusSyncReply
end_at_warning (GstBus * bus, GstMessage * message, gpointer user_data)
{
  SinkRig *rig = user_data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    rig->http_status = emit (rig->sink, "end-session");
  return GST_BUS_PASS;
}

GST_START_TEST (test_end_by_the_streaming_thread)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);
  g_autoptr (GBytes) packet = sink_rig_get_packet (1);
  g_autoptr (GBytes) half = g_bytes_new_from_bytes (packet, 0,
      RIG_PACKET_SIZE / 2);

  gst_bus_set_sync_handler (rig->bus, end_at_warning, rig, NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 1);
  /* which is warned of at EOS, in the middle of it */
  sink_rig_push (rig, half);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_int (rig->http_status, WMS_S_FALSE);
  fail_unless (strstr (rig->log->str, "FINALIZE:S_OK EOS") != NULL);
  sink_rig_free (rig);
}

GST_END_TEST;

static Suite *
wmspushsinkactions_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkactions");
  TCase *tc = tcase_create ("actions");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_end_session);
  tcase_add_test (tc, test_messages_of_end);
  tcase_add_test (tc, test_no_session);
  tcase_add_test (tc, test_way_back);
  tcase_add_test (tc, test_disconnect);
  tcase_add_test (tc, test_end_while_blocked);
  tcase_add_test (tc, test_end_while_blocked_in_paused);
  tcase_add_test (tc, test_disconnect_while_blocked);
  tcase_add_test (tc, test_end_broken_by_null);
  tcase_add_test (tc, test_end_broken_by_disconnect);
  tcase_add_test (tc, test_end_while_eos_drains);
  tcase_add_test (tc, test_end_while_connecting);
  tcase_add_test (tc, test_end_fails);
  tcase_add_test (tc, test_end_from_sync_handler);
  tcase_add_test (tc, test_end_by_the_streaming_thread);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkactions);
