/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: state changes at any moment, backpressure, lost connections. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "testasf.h"

#define CLEAN "LOCATING CONNECTING OPENED STARTED END_OF_STREAMING STOPPED " \
    "CLOSED FINALIZE:S_OK EOS"
/* more than the kernel's queues on both sides of a loopback connection */
#define MANY_PACKETS 20000

static GstStaticPadTemplate source_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-ms-asf"));

/* Nothing is lost or sent twice when the wait for room is broken. */
GST_START_TEST (test_pause_while_blocked)
{
  SinkRig *rig = sink_rig_new_for (script_take_all_later);
  guint i;

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, MANY_PACKETS);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "STARTED"));
  sink_rig_wait_until_blocked (rig);
  fail_unless (sink_rig_get_stat (rig, "packets-sent") < MANY_PACKETS);
  for (i = 0; i < 3; i++) {
    sink_rig_set_state (rig, GST_STATE_PAUSED);
    gst_element_get_state (rig->pipeline, NULL, NULL, GST_SECOND);
    sink_rig_set_state (rig, GST_STATE_PLAYING);
  }
  script_server_open_gate (rig->server);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, CLEAN);
  for (i = 0; i < MANY_PACKETS; i++)
    sink_rig_check_packet (rig, 1 + i, i);
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_DATA), MANY_PACKETS);
  sink_rig_free (rig);
}

GST_END_TEST;

/* sink_rig_free() fails when it takes a second. */
GST_START_TEST (test_to_null_while_blocked)
{
  SinkRig *rig = sink_rig_new_for (script_take_all_later);

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, MANY_PACKETS);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "STARTED"));
  sink_rig_wait_until_blocked (rig);
  sink_rig_free (rig);
}

GST_END_TEST;

/* Alone, as a branch that joins a running pipeline, a sink goes from PAUSED to
 * PLAYING in the middle of its first buffer; it is not prerolled after that,
 * and no thread is about to wake up. */
GST_START_TEST (test_pause_without_preroll)
{
  ScriptServer *server = script_server_new (script_take_all, NULL);
  g_autofree gchar *url = script_server_get_url (server);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  GstPad *pad = gst_check_setup_src_pad (sink, &source_template);
  GstCaps *caps = gst_caps_new_simple ("video/x-ms-asf", "parsed",
      G_TYPE_BOOLEAN, TRUE, NULL);
  gint64 start;

  g_object_set (sink, "location", url, "sync", FALSE, NULL);
  gst_pad_set_active (pad, TRUE);
  gst_element_set_state (sink, GST_STATE_PLAYING);
  gst_check_setup_events (pad, sink, caps, GST_FORMAT_TIME);
  fail_unless_equals_int (gst_pad_push (pad, gst_buffer_new_wrapped_bytes
          (header)), GST_FLOW_OK);
  start = g_get_monotonic_time ();
  fail_unless_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_ASYNC);
  /* the limit of the wait for a thread that wakes up is 500 ms */
  fail_unless (g_get_monotonic_time () - start < 400 * 1000);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_caps_unref (caps);
  gst_check_teardown_src_pad (sink);
  gst_check_teardown_element (sink);
  script_server_free (server);
}

GST_END_TEST;

GST_START_TEST (test_to_null_while_connecting)
{
  SinkRig *rig = sink_rig_new_for (script_silent);

  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "CONNECTING"));
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_no_answer_to_end (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_END, 1)
      && script_read_end (connection))
    script_wait_gate (connection);
}

GST_START_TEST (test_to_null_while_ending)
{
  SinkRig *rig = sink_rig_new_for (script_no_answer_to_end);

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "END_OF_STREAMING"));
  sink_rig_free (rig);
}

GST_END_TEST;

/* A server that neither answers the end nor closes has had it all the same. */
GST_START_TEST (test_no_answer_to_end)
{
  SinkRig *rig = sink_rig_new_for (script_no_answer_to_end);

  g_object_set (rig->sink, "timeout", test_get_patience (), NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, CLEAN);
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_server_takes_nothing)
{
  SinkRig *rig = sink_rig_new_for (script_take_all_later);

  g_object_set (rig->sink, "timeout", test_get_patience (), NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, MANY_PACKETS);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "ERROR:NS_E_TIMEOUT"));
  fail_unless_equals_string (rig->log->str, "LOCATING CONNECTING OPENED "
      "STARTED ERROR STOPPED CLOSED FINALIZE:NS_E_TIMEOUT "
      "ERROR:NS_E_TIMEOUT");
  fail_unless_equals_int (rig->n_errors, 1);
  sink_rig_free (rig);
}

GST_END_TEST;

/* Stopped without EOS: the server gets the $E all the same. */
GST_START_TEST (test_stop_ends_the_session)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);

  sink_rig_play_packets (rig, 5);
  sink_rig_stop (rig);
  fail_unless (script_server_wait_frames (rig->server, WMS_FRAME_END, 1));
  sink_rig_free (rig);
}

GST_END_TEST;

/* The connection is lost in PAUSED, before PushStart: begun again. */
static void
script_drop_first (ScriptConnection * connection, gpointer user_data)
{
  guint64 length = 0;

  if (script_get_number (connection) > 0) {
    script_take_all (connection, user_data);
  } else if (script_read_head (connection, &length)) {
    script_send (connection, SCRIPT_SETUP_OK);
    script_wait_gate (connection);
  }
}

/* A session of three packets, whose connection ends before it is PLAYING. */
static void
play_after_end (SinkRig * rig)
{
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PAUSED);
  fail_unless (sink_rig_wait (rig, "OPENED"));
  script_server_open_gate (rig->server);
  /* a whole session fits into the system's queues, and its end is no loss */
  fail_unless (script_server_wait_closed (rig->server, 1));
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"), "%s", rig->log->str);
}

GST_START_TEST (test_connection_lost_before_start)
{
  SinkRig *rig = sink_rig_new_for (script_drop_first);

  play_after_end (rig);
  fail_unless_equals_int (script_server_get_n_connections (rig->server), 2);
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_DATA), 3);
  sink_rig_free (rig);
}

GST_END_TEST;

#define NOT_FOUND "HTTP/1.1 404 Not Found\r\nServer: Cougar/9.5\r\n" \
    "Content-Length: 0\r\n\r\n"

static void
script_forget_first (ScriptConnection * connection, gpointer user_data)
{
  if (script_get_number (connection) == 1)
    script_answer_setup (connection, NOT_FOUND);
  else
    script_drop_first (connection, user_data);
}

/* Nor is the end of a session without data, after the server's time for that:
 * nothing is lost, so no try is told, and none is needed. */
GST_START_TEST (test_session_ended_before_start)
{
  SinkRig *rig = sink_rig_new_for (script_forget_first);
  g_autofree gchar *heads = NULL;
  const gchar *later;

  g_object_set (rig->sink, "retries", 0, NULL);
  play_after_end (rig);
  fail_unless (strstr (rig->log->str, "RECONNECT") == NULL, "%s",
      rig->log->str);
  heads = script_server_get_heads (rig->server);
  later = strstr (heads, "push-id=4124758405\r\n");
  fail_unless (later != NULL && strstr (later, "push-id=0\r\n") != NULL, "%s",
      heads);
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_DATA), 3);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
push_once (const gchar * url)
{
  SinkRig *rig = sink_rig_new (url);

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 5);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, CLEAN);
  sink_rig_free (rig);
}

static gboolean
push_in_child (void)
{
  ScriptServer *server = script_server_new (script_take_all, NULL);
  g_autofree gchar *url = script_server_get_url (server);
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  GstHarness *h;
  gboolean ok;

  g_object_set (sink, "location", url, "sync", FALSE, NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_harness_set_src_caps_str (h, "video/x-ms-asf, parsed=(boolean)true");
  ok = gst_harness_push (h, gst_buffer_new_wrapped_bytes (header))
      == GST_FLOW_OK && gst_harness_push_event (h, gst_event_new_eos ());
  gst_harness_teardown (h);
  gst_object_unref (sink);
  ok = ok && script_server_get_n_frames (server, WMS_FRAME_END) == 1;
  script_server_free (server);
  return ok;
}

/* The shared thread ends with its last user, so that a child can have one of
 * its own.  Nothing else runs at the fork: a lock that another thread holds
 * would stay held in the child. */
GST_START_TEST (test_fork)
{
  ScriptServer *server = script_server_new (script_take_all, NULL);
  g_autofree gchar *url = script_server_get_url (server);
  gint status = -1;
  pid_t child;

  push_once (url);
  script_server_free (server);
  fail_unless (test_wait_for_threads ());
  child = fork ();
  if (child == 0) {
    alarm (20 * test_get_patience ());
    /* memcheck asks a child that ends by itself for what its parent's threads
     * had */
    if (push_in_child ())
      execlp ("true", "true", NULL);
    _exit (1);
  }
  fail_unless (waitpid (child, &status, 0) == child);
  fail_unless (WIFEXITED (status) && WEXITSTATUS (status) == 0);
}

GST_END_TEST;

/* Run under GST_TRACERS=leaks, which lists what is left at the end. */
GST_START_TEST (test_hundred_sessions)
{
  ScriptServer *server = script_server_new (script_take_all, NULL);
  g_autofree gchar *url = script_server_get_url (server);
  guint i;

  for (i = 0; i < 100; i++)
    push_once (url);
  fail_unless_equals_int (script_server_get_n_connections (server), 100);
  script_server_free (server);
}

GST_END_TEST;

static Suite *
wmspushsinkflow_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkflow");
  TCase *tc = tcase_create ("states");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_pause_while_blocked);
  tcase_add_test (tc, test_pause_without_preroll);
  tcase_add_test (tc, test_to_null_while_blocked);
  tcase_add_test (tc, test_to_null_while_connecting);
  tcase_add_test (tc, test_to_null_while_ending);
  tcase_add_test (tc, test_no_answer_to_end);
  tcase_add_test (tc, test_server_takes_nothing);
  tcase_add_test (tc, test_stop_ends_the_session);
  tcase_add_test (tc, test_connection_lost_before_start);
  tcase_add_test (tc, test_session_ended_before_start);
  tcase_add_test (tc, test_fork);
  tcase_add_test (tc, test_hundred_sessions);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkflow);
