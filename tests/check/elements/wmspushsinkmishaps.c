/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: what else happens while a session is lost or being closed
 * (protocol.md, C24 and section 5). */
#include <gst/base/gstbasesink.h>
#include <gst/check/gstcheck.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkharness.h"
#include "sinkrig.h"
#include "testasf.h"

#define OTHER_ID "HTTP/1.1 204 No Content\r\nServer: Cougar/9.5\r\n" \
    "Set-Cookie: push-id=77\r\n\r\n"
#define N_FIRST 5

static SinkRig *
new_rig (ScriptFunc script, GstClockTime delay)
{
  SinkRig *rig = sink_rig_new_for (script);

  g_object_set (rig->sink, "retries", -1, "retry-delay", delay, NULL);
  return rig;
}

/* Five packets on the first connection, then a reset. */
static gboolean
lose_first (ScriptConnection * connection)
{
  if (script_get_number (connection) > 0)
    return FALSE;
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, N_FIRST))
    script_reset (connection);
  return TRUE;
}

static void
script_gone (ScriptConnection * connection, gpointer user_data)
{
  if (!lose_first (connection))
    script_reset (connection);
}

static void
play_and_lose (SinkRig * rig)
{
  sink_rig_play_packets (rig, N_FIRST);
  fail_unless (sink_rig_wait (rig, "RECONNECT_START"));
}

/* What is wrong with the data is told at once, and ends the session for
 * good. */
GST_START_TEST (test_bad_data)
{
  SinkRig *rig = new_rig (script_gone, 100 * GST_SECOND);
  g_autoptr (GBytes) bad = g_bytes_new_take (g_malloc0 (RIG_PACKET_SIZE),
      RIG_PACKET_SIZE);

  play_and_lose (rig);
  sink_rig_push (rig, bad);
  fail_unless (sink_rig_wait (rig, " ERROR:"));
  fail_unless (strstr (rig->log->str,
          "RECONNECT_START RECONNECT_END ERROR STOPPED CLOSED "
          "FINALIZE:NS_E_INVALID_DATA ERROR:NS_E_INVALID_DATA")
      != NULL, "%s", rig->log->str);
  fail_unless_equals_int (rig->n_errors, 1);
  fail_unless_equals_uint64 (sink_rig_get_stat (rig, "packets-refused"), 1);
  sink_rig_free (rig);
}

GST_END_TEST;

/* A packet waits for a session that does not come back: its end waits for
 * `timeout`, and says why. */
GST_START_TEST (test_end_session)
{
  SinkRig *rig = new_rig (script_gone, 100 * GST_SECOND);
  gint64 begun;
  guint hresult = 0;

  g_object_set (rig->sink, "timeout", 1, NULL);
  play_and_lose (rig);
  sink_rig_push_packets (rig, N_FIRST, 1);
  while (sink_rig_get_stat (rig, "packets-received") <= N_FIRST)
    g_thread_yield ();
  begun = g_get_monotonic_time ();
  g_signal_emit_by_name (rig->sink, "end-session", &hresult);
  fail_unless (g_get_monotonic_time () - begun < 3 * G_TIME_SPAN_SECOND);
  fail_unless (hresult >> 31, "%08x", hresult);
  fail_unless (sink_rig_wait (rig, " ERROR:"));
  fail_unless_equals_int (rig->n_errors, 1);
  sink_rig_free (rig);
}

GST_END_TEST;

/* A header on the first connection, then a reset; later ones are taken when
 * the test says so. */
static void
script_lose_header (ScriptConnection * connection, gpointer user_data)
{
  if (script_get_number (connection) > 0)
    script_take_all (connection, user_data);
  else if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_HEADER, 1))
    script_reset (connection);
}

/* An end before the first packet, in the middle of a reconnect: what starts is
 * the session that is back, and where none is nothing has started. */
GST_START_TEST (test_end_without_connection)
{
  SinkRig *rig = new_rig (script_lose_header, 100 * GST_MSECOND);
  guint hresult = 0;

  g_object_set (rig->sink, "timeout", test_get_patience (), NULL);
  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (script_server_wait_frames (rig->server, WMS_FRAME_HEADER, 1));
  if (__i__ > 0)
    script_server_go_away (rig->server);
  fail_unless (sink_rig_wait (rig, "RECONNECT_START"));
  g_signal_emit_by_name (rig->sink, "end-session", &hresult);
  if (__i__ == 0) {
    fail_unless_equals_int (hresult, 0);
    fail_unless (sink_rig_wait (rig, "FINALIZE:S_OK"));
    fail_unless (strstr (rig->log->str, "OPENED RECONNECT_END STARTED "
            "END_OF_STREAMING") != NULL, "%s", rig->log->str);
  } else {
    fail_unless (hresult >> 31, "%08x", hresult);
    fail_unless (sink_rig_wait (rig, " ERROR:"));
    fail_unless (strstr (rig->log->str, "STARTED") == NULL, "%s",
        rig->log->str);
  }
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_other_session (ScriptConnection * connection, gpointer user_data)
{
  if (lose_first (connection))
    return;
  if (!script_read_setup (connection))
    return;
  script_send (connection, OTHER_ID);
  if (script_read_head (connection, NULL)
      && script_read_frames_until (connection, WMS_FRAME_END, 2))
    script_send (connection, SCRIPT_START_OK);
  script_finish (connection);
}

static GBytes *
get_other_header (void)
{
  const TestHeader header = {
    .flags = ASF_FILE_BROADCAST,
    .packet_size = RIG_PACKET_SIZE,
    .streams = {&asf_guid_stream_video, &asf_guid_stream_video},
  };

  return g_byte_array_free_to_bytes (test_asf_header (&header));
}

/* Key frame 10, another header, key frame 20. */
static GstBufferList *
new_list (GBytes * other)
{
  GstBufferList *list = gst_buffer_list_new ();
  g_autoptr (GBytes) first = sink_rig_get_packet (10);
  g_autoptr (GBytes) second = sink_rig_get_packet (20);

  gst_buffer_list_add (list, gst_buffer_new_wrapped_bytes (first));
  gst_buffer_list_add (list, gst_buffer_new_wrapped_bytes (other));
  gst_buffer_list_add (list, gst_buffer_new_wrapped_bytes (second));
  return list;
}

static void
check_frame (ScriptServer * server, guint n, const gchar * types,
    GBytes * header)
{
  WmsFrameType type = 0;
  g_autoptr (GBytes) content = script_server_get_frame (server, n, &type);

  fail_unless (content != NULL
      && type == (guint) types[n], "frame %u is %c", n, type);
  if (header == NULL)
    return;
  if (type == WMS_FRAME_CHANGE) {
    GBytes *bare = g_bytes_new_from_bytes (content, 4,
        g_bytes_get_size (content) - 4);

    g_bytes_unref (content);
    content = bare;
  }
  fail_unless (g_bytes_equal (content, header), "frame %u", n);
}

/* The server forgets the session: what waits gets the header that it belongs
 * to, and the other one comes behind. */
GST_START_TEST (test_change_in_list)
{
  static const gchar types[] = "HDDDDDHDECDE";
  SinkRig *rig = new_rig (script_other_session, 20 * GST_MSECOND);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GBytes) other = get_other_header ();
  GstBufferList *list = new_list (other);
  GstFlowReturn ret;
  guint i;

  play_and_lose (rig);
  g_signal_emit_by_name (rig->source, "push-buffer-list", list, &ret);
  gst_buffer_list_unref (list);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  for (i = 0; types[i] != '\0'; i++)
    check_frame (rig->server, i, types, i == 6 ? header : i == 9 ? other :
        NULL);
  sink_rig_check_account (rig, N_FIRST + 2, N_FIRST + 2);
  sink_rig_free (rig);
}

GST_END_TEST;

typedef struct
{
  SinkRig *rig;
  gint stop;                    /* atomic */
  gint has_polled;              /* atomic */
  guint64 least;
} Poller;

static gpointer
poll_thread (gpointer user_data)
{
  Poller *self = user_data;

  while (!g_atomic_int_get (&self->stop)) {
    self->least = MIN (self->least,
        sink_rig_get_stat (self->rig, "packets-sent"));
    g_atomic_int_set (&self->has_polled, TRUE);
  }
  return NULL;
}

/* The account holds while a session is being closed, which takes its time when
 * the server does not answer. */
GST_START_TEST (test_account_at_close)
{
  Poller poller =
      { new_rig (script_take_no_end, 0), FALSE, FALSE, G_MAXUINT64 };
  GThread *thread;

  sink_rig_play_packets (poller.rig, N_FIRST);
  fail_unless (sink_rig_wait (poller.rig, "STARTED"));
  thread = g_thread_new ("poll", poll_thread, &poller);
  while (!g_atomic_int_get (&poller.has_polled))
    g_thread_yield ();
  gst_element_set_state (poller.rig->pipeline, GST_STATE_NULL);
  g_atomic_int_set (&poller.stop, TRUE);
  g_thread_join (thread);
  fail_unless_equals_uint64 (poller.least, N_FIRST);
  sink_rig_check_account (poller.rig, N_FIRST, N_FIRST);
  sink_rig_free (poller.rig);
}

GST_END_TEST;

static void
script_goes_on (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection))
    script_read_frames_until (connection, WMS_FRAME_END, 1);
}

/* A session that goes on, and ends before anything more was written, is ended at
 * the server too. */
GST_START_TEST (test_nothing_more)
{
  SinkRig *rig = new_rig (script_goes_on, 0);
  guint hresult = 1;

  sink_rig_play_packets (rig, N_FIRST);
  fail_unless (sink_rig_wait (rig, "STARTED"));
  g_signal_emit_by_name (rig->sink, "disconnect", &hresult);
  fail_unless_equals_int (hresult, 0);
  fail_unless (sink_rig_wait (rig, "STOPPED CLOSED"));
  sink_rig_set_state (rig, GST_STATE_READY);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  sink_rig_push_header (rig);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, "LOCATING CONNECTING OPENED "
      "STARTED STOPPED CLOSED LOCATING CONNECTING OPENED STARTED "
      "END_OF_STREAMING STOPPED CLOSED FINALIZE:S_OK EOS");
  sink_rig_free (rig);
}

GST_END_TEST;

static gpointer
push_eos (gpointer user_data)
{
  SinkHarness *s = user_data;

  return GINT_TO_POINTER (gst_harness_push_event (s->h, gst_event_new_eos ()));
}

static void
wait_for_state (SinkHarness * s, const gchar * wanted)
{
  g_autofree gchar *state = NULL;

  do {
    g_free (state);
    state = sink_harness_get_state (s->sink);
    g_thread_yield ();
  } while (!g_str_equal (state, wanted));
}

/* EOS waits for the answer, a change to PAUSED makes it wait for PLAYING, an
 * action takes the session away, a flush ends it all. */
GST_START_TEST (test_flush_behind_action)
{
  SinkHarness s = { NULL, };
  guint hresult = 1;
  GThread *thread;

  sink_harness_init (&s, script_take_no_end);
  sink_harness_play (&s);
  sink_harness_push_header (&s);
  sink_harness_push_packets (&s, 0, N_FIRST);
  thread = g_thread_new ("eos", push_eos, &s);
  wait_for_state (&s, "ending");
  gst_element_set_state (s.sink, GST_STATE_PAUSED);
  while (!g_atomic_int_get (&((GstBaseSink *) s.sink)->have_preroll))
    g_thread_yield ();
  g_signal_emit_by_name (s.sink, "disconnect", &hresult);
  fail_unless_equals_int (hresult, 0);
  gst_harness_push_event (s.h, gst_event_new_flush_start ());
  fail_if (GPOINTER_TO_INT (g_thread_join (thread)));
  sink_harness_clear (&s);
}

GST_END_TEST;

static void
script_comes_back (ScriptConnection * connection, gpointer user_data)
{
  gboolean is_over = FALSE;

  if (lose_first (connection) || !script_accept_push (connection))
    return;
  while (!is_over && script_read_frames_until (connection, WMS_FRAME_END, 1)) {
    g_autoptr (GBytes) reason = script_get_last_frame (connection);

    is_over = *(const guint8 *) g_bytes_get_data (reason, NULL) == 0;
  }
  if (is_over)
    script_send (connection, SCRIPT_START_OK);
  script_finish (connection);
}

/* Another header waits when the session is left: the next one begins with it,
 * or announces it where the sink had not come to it yet. */
GST_START_TEST (test_disconnect_in_change)
{
  SinkRig *rig = new_rig (script_comes_back, 100 * GST_SECOND);
  g_autoptr (GBytes) other = get_other_header ();
  guint64 waiting = 0;
  WmsFrameType type = 0;
  guint hresult = 1;
  GBytes *frame;

  play_and_lose (rig);
  sink_rig_push (rig, other);
  sink_rig_push_packets (rig, N_FIRST, 1);
  while (waiting != RIG_PACKET_SIZE) {
    g_object_get (rig->source, "current-level-bytes", &waiting, NULL);
    g_thread_yield ();
  }
  g_signal_emit_by_name (rig->sink, "disconnect", &hresult);
  fail_unless_equals_int (hresult, 0);
  sink_rig_set_state (rig, GST_STATE_READY);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  sink_rig_push (rig, other);
  sink_rig_push_packets (rig, 10, 1);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "FINALIZE:S_OK"));
  frame = script_server_get_frame (rig->server, 1 + N_FIRST, &type);
  g_bytes_unref (frame);
  if (type == WMS_FRAME_END)
    check_frame (rig->server, 2 + N_FIRST, "HDDDDDECDE", other);
  else
    check_frame (rig->server, 1 + N_FIRST, "HDDDDDHDE", other);
  sink_rig_free (rig);
}

GST_END_TEST;

/* Takes the session up again, loses it before a packet, and has forgotten it
 * then. */
static void
script_forgets (ScriptConnection * connection, gpointer user_data)
{
  static const gchar *const answers[] =
      { SCRIPT_SETUP_OK, SCRIPT_SETUP_OK, OTHER_ID };
  guint n = MIN (script_get_number (connection), 2);

  if (!script_read_head (connection, NULL))
    return;
  script_send (connection, answers[n]);
  if (n == 1 || !script_read_head (connection, NULL))
    return;
  if (script_read_frames_until (connection, WMS_FRAME_END, 1))
    script_send (connection, SCRIPT_START_OK);
}

GST_START_TEST (test_forgotten_before_packet)
{
  SinkRig *rig = new_rig (script_forgets, 0);
  WmsFrameType type = 0;
  guint hresult = 1;
  GBytes *frame;

  sink_rig_play_packets (rig, N_FIRST);
  fail_unless (sink_rig_wait (rig, "STARTED"));
  g_signal_emit_by_name (rig->sink, "disconnect", &hresult);
  fail_unless (sink_rig_wait (rig, "STOPPED CLOSED"));
  sink_rig_set_state (rig, GST_STATE_READY);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "CLOSED LOCATING CONNECTING OPENED"));
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 10, 1);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  frame = script_server_get_frame (rig->server, 1 + N_FIRST, &type);
  fail_unless_equals_int (type, WMS_FRAME_HEADER);
  g_bytes_unref (frame);
  sink_rig_free (rig);
}

GST_END_TEST;

typedef struct
{
  SinkRig *rig;
  gint has_stopped;             /* atomic */
} Stopper;

static GstBusSyncReply
stop_cb (GstBus * bus, GstMessage * message, gpointer user_data)
{
  const GstStructure *structure = gst_message_get_structure (message);
  Stopper *self = user_data;

  if (structure == NULL || !gst_structure_has_name (structure, "wms-status")
      || !g_str_equal (gst_structure_get_string (structure, "status-name"),
          "WMT_RECONNECT_START"))
    return GST_BUS_PASS;
  sink_rig_stop (self->rig);
  g_atomic_int_set (&self->has_stopped, TRUE);
  return GST_BUS_PASS;
}

/* An application that stops where it is told of the loss, while a packet waits
 * for the session. */
GST_START_TEST (test_stop_in_handler)
{
  SinkRig *rig = new_rig (script_gone, 0);
  Stopper stopper = { rig, FALSE };

  sink_rig_play_packets (rig, N_FIRST - 1);
  gst_bus_set_sync_handler (rig->bus, stop_cb, &stopper, NULL);
  sink_rig_push_packets (rig, N_FIRST - 1, 20);
  while (!g_atomic_int_get (&stopper.has_stopped))
    g_thread_yield ();
  gst_bus_set_sync_handler (rig->bus, NULL, NULL, NULL);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_not_found (ScriptConnection * connection, gpointer user_data)
{
  script_refuse (connection, "404 Not Found");
}

/* What nobody looked at behind an error is no packet that was cut off; upstream
 * may end the stream then. */
GST_START_TEST (test_end_behind_error)
{
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstMessage *message;
  SinkHarness test;

  sink_harness_init (&test, script_not_found);
  sink_harness_play (&test);
  gst_element_set_bus (test.sink, bus);
  fail_unless_equals_int (gst_harness_push (test.h,
          gst_buffer_append (gst_buffer_new_wrapped_bytes (header),
              sink_harness_get_packet (0))), GST_FLOW_ERROR);
  fail_if (gst_harness_push_event (test.h, gst_event_new_eos ()));
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  fail_unless (message != NULL
      && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR);
  gst_message_unref (message);
  fail_if (gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING));
  gst_element_set_bus (test.sink, NULL);
  sink_harness_clear (&test);
}

GST_END_TEST;

static Suite *
wmspushsinkmishaps_suite (void)
{
  Suite *s = suite_create ("wmspushsink-mishaps");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 30);
  tcase_add_test (tc, test_bad_data);
  tcase_add_test (tc, test_end_session);
  tcase_add_loop_test (tc, test_end_without_connection, 0, 2);
  tcase_add_test (tc, test_change_in_list);
  tcase_add_test (tc, test_account_at_close);
  tcase_add_test (tc, test_nothing_more);
  tcase_add_test (tc, test_disconnect_in_change);
  tcase_add_test (tc, test_forgotten_before_packet);
  tcase_add_test (tc, test_stop_in_handler);
  tcase_add_test (tc, test_flush_behind_action);
  tcase_add_test (tc, test_end_behind_error);
  return s;
}

GST_CHECK_MAIN (wmspushsinkmishaps);
