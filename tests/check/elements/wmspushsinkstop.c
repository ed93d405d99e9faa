/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: stop-mode, and sessions that go on after READY. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "sinkharness.h"
#include "sinkrig.h"
#include "testasf.h"

#define ANSWER(cookie) "HTTP/1.1 204 No Content\r\nServer: Cougar/9.5\r\n" \
    "Set-Cookie: push-id=" cookie "\r\n\r\n"
#define NOT_FOUND "HTTP/1.1 404 Not Found\r\nServer: Cougar/9.5\r\n" \
    "Content-Length: 0\r\n\r\n"
#define MANY_PACKETS 20000

GST_START_TEST (test_default)
{
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  g_autofree gchar *text = NULL;
  GValue value = G_VALUE_INIT;

  g_object_get_property (G_OBJECT (sink), "stop-mode", &value);
  text = gst_value_serialize (&value);
  fail_unless_equals_string (text, "end-session");
  g_value_unset (&value);
  gst_object_unref (sink);
}

GST_END_TEST;

/* Sessions one after the other that know each other: the first one gives the
 * push-id 7 and another cookie. */
static const gchar *second_answer;

static void
script_two_sessions (ScriptConnection * connection, gpointer user_data)
{
  guint n = script_get_number (connection);
  if (!script_read_setup (connection))
    return;
  if (n == 0) {
    script_send (connection, "HTTP/1.1 204 No Content\r\n"
        "Server: Cougar/9.5\r\nSet-Cookie: push-id=7\r\n"
        "Set-Cookie: farm=north\r\n\r\n");
  } else {
    script_send (connection, n == 1 || strcmp (second_answer, NOT_FOUND) != 0 ?
        second_answer : ANSWER ("9"));
    if (n == 1 && strcmp (second_answer, NOT_FOUND) == 0)
      return;
  }
  if (script_read_head (connection, NULL))
    while (script_read_frame (connection, NULL));
}

/* Waits until the server's system has the header for certain. */
static void
wait_for_delivery (SinkHarness * s)
{
  while (sink_harness_get_stat (s->sink, "bytes-unacknowledged") > 0)
    g_thread_yield ();
}

static void
begin_session_for (SinkHarness * s, ScriptFunc script)
{
  sink_harness_init (s, script);
  g_object_set (s->sink, "retries", 0, NULL);
  gst_util_set_object_arg (G_OBJECT (s->sink), "stop-mode", "disconnect");
  sink_harness_play (s);
  fail_unless_equals_int (sink_harness_push_header (s), GST_FLOW_OK);
  fail_unless_equals_int (sink_harness_push_packets (s, 0, 2), GST_FLOW_OK);
  fail_unless (script_server_wait_frames (s->server, WMS_FRAME_DATA, 2));
  wait_for_delivery (s);
}

static void
begin_session (SinkHarness * s)
{
  begin_session_for (s, script_two_sessions);
}

/* It has another stream. */
static GstBuffer *
get_other_header (void)
{
  const TestHeader header = {
    .flags = ASF_FILE_BROADCAST,
    .packet_size = RIG_PACKET_SIZE,
    .streams = {&asf_guid_stream_video, &asf_guid_stream_audio},
  };
  GByteArray *bytes = test_asf_header (&header);
  gsize size = bytes->len;

  return gst_buffer_new_wrapped (g_byte_array_free (bytes, FALSE), size);
}

static void
check_frames (SinkHarness * s, const gchar * wanted)
{
  g_autoptr (GString) got = g_string_new (NULL);
  WmsFrameType type;
  GBytes *content;
  guint i;

  fail_unless (script_server_wait_frames (s->server, WMS_FRAME_DATA, 4));
  for (i = 0; (content = script_server_get_frame (s->server, i, &type)); i++) {
    g_string_append_c (got, type);
    g_bytes_unref (content);
  }
  fail_unless_equals_string (got->str, wanted);
}

/* What the second session's PushSetup said, and what followed. */
static void
check_second (SinkHarness * s, GstBuffer * header, const gchar * cookie,
    const gchar * frames)
{
  g_autofree gchar *heads = NULL;
  const gchar *later;

  fail_unless_equals_int (gst_harness_push (s->h, header), GST_FLOW_OK);
  fail_unless_equals_int (sink_harness_push_packets (s, 0, 2), GST_FLOW_OK);
  check_frames (s, frames);
  heads = script_server_get_heads (s->server);
  later = strstr (heads, "x-wms-pushstart");
  later = strstr (later, "x-wms-pushsetup");
  fail_unless (later != NULL);
  fail_unless (strstr (later, cookie) != NULL, "%s", later);
  fail_if (script_server_get_n_frames (s->server, WMS_FRAME_END)
      > (strchr (frames, 'E') != NULL));
}

static GstBuffer *
get_header (void)
{
  g_autoptr (GBytes) header = sink_rig_get_header ();

  return gst_buffer_new_wrapped_bytes (header);
}

static const struct
{
  gboolean has_other_header;
  const gchar *answer;
  const gchar *frames;
} resumptions[] = {
  /* known, and the header is the same */
  {FALSE, ANSWER ("7"), "HDDDD"},
  {TRUE, ANSWER ("7"), "HDDECDD"},
  /* another session, with success */
  {FALSE, ANSWER ("8"), "HDDHDD"},
  {TRUE, ANSWER ("8"), "HDDHDD"},
  /* a refusal: the same once more, as a new session */
  {FALSE, NOT_FOUND, "HDDHDD"},
  {TRUE, NOT_FOUND, "HDDHDD"},
};

GST_START_TEST (test_resume_after_ready)
{
  SinkHarness s = { NULL, };

  second_answer = resumptions[__i__].answer;
  begin_session (&s);
  gst_element_set_state (s.sink, GST_STATE_READY);
  fail_unless (script_server_wait_frames (s.server, WMS_FRAME_DATA, 2));
  sink_harness_restart (&s);
  check_second (&s, resumptions[__i__].has_other_header ?
      get_other_header () : get_header (), "push-id=7; farm=north",
      resumptions[__i__].frames);
  sink_harness_clear (&s);
}

GST_END_TEST;

static void
script_forget_later (ScriptConnection * connection, gpointer user_data)
{
  switch (script_get_number (connection)) {
    case 1:
      if (script_read_setup (connection))
        script_send (connection, ANSWER ("7"));
      break;
    case 2:
      script_answer_setup (connection, NOT_FOUND);
      break;
    default:
      script_two_sessions (connection, user_data);
      break;
  }
}

/* A server that has taken the session up, and gives it up before there is
 * data, gets the header. */
GST_START_TEST (test_forgotten_before_start)
{
  SinkHarness s = { NULL, };

  second_answer = ANSWER ("9");
  begin_session_for (&s, script_forget_later);
  gst_element_set_state (s.sink, GST_STATE_READY);
  sink_harness_restart (&s);
  fail_unless (script_server_wait_closed (s.server, 2));
  check_second (&s, get_header (), "push-id=7", "HDDHDD");
  sink_harness_clear (&s);
}

GST_END_TEST;

static void
script_take_second (ScriptConnection * connection, gpointer user_data)
{
  if (script_get_number (connection) == 0) {
    script_two_sessions (connection, user_data);
  } else if (script_read_setup (connection)) {
    script_send (connection, second_answer);
    script_take_start (connection);
  }
}

/* Names of all that was posted. */
static gchar *
read_messages (GstBus * bus)
{
  GString *text = g_string_new (NULL);
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT))) {
    const GstStructure *told = gst_message_get_structure (message);
    const gchar *name = gst_structure_get_string (told, "status-name");

    g_string_append_printf (text, " %s", name != NULL ? name :
        gst_structure_get_name (told));
    gst_message_unref (message);
  }
  return g_string_free (text, FALSE);
}

#define NOTHING " WMT_LOCATING WMT_CONNECTING WMT_OPENED WMT_CLOSED"
#define ENDED " WMT_LOCATING WMT_CONNECTING WMT_OPENED WMT_STARTED " \
    "WMT_END_OF_STREAMING WMT_STOPPED WMT_CLOSED wms-finalize"

/* How a session ends that has not had a packet yet. */
static const struct
{
  const gchar *answer;
  gboolean has_header;
  gboolean is_action;
  const gchar *messages;
} ends[] = {
  {ANSWER ("7"), FALSE, FALSE, ENDED},
  {ANSWER ("7"), TRUE, FALSE, ENDED},
  {ANSWER ("7"), FALSE, TRUE, ENDED},
  {ANSWER ("7"), TRUE, TRUE, ENDED},
  /* another one has nothing that could be ended */
  {ANSWER ("8"), FALSE, FALSE, NOTHING},
  {ANSWER ("8"), TRUE, TRUE, NOTHING},
};

/* The server has the session, and would keep its publishing point. */
GST_START_TEST (test_end_before_packet)
{
  SinkHarness s = { NULL, };
  GstBus *bus = gst_bus_new ();
  g_autofree gchar *messages = NULL;
  guint hresult = 0;

  second_answer = ends[__i__].answer;
  begin_session_for (&s, script_take_second);
  gst_element_set_state (s.sink, GST_STATE_READY);
  gst_element_set_bus (s.sink, bus);
  sink_harness_restart (&s);
  if (ends[__i__].has_header)
    fail_unless_equals_int (sink_harness_push_header (&s), GST_FLOW_OK);
  if (ends[__i__].is_action)
    g_signal_emit_by_name (s.sink, "end-session", &hresult);
  else
    fail_unless (gst_harness_push_event (s.h, gst_event_new_eos ()));
  fail_unless_equals_int (hresult, 0);
  messages = read_messages (bus);
  fail_unless_equals_string (messages, ends[__i__].messages);
  fail_unless_equals_int (script_server_get_n_frames (s.server, WMS_FRAME_END),
      g_str_equal (messages, ENDED));
  fail_unless_equals_int (script_server_get_n_frames (s.server,
          WMS_FRAME_HEADER), 1);
  gst_element_set_bus (s.sink, NULL);
  sink_harness_clear (&s);
  gst_object_unref (bus);
}

GST_END_TEST;

/* The action leaves the same behind, also for the session after a flush. */
GST_START_TEST (test_resume_after_action)
{
  SinkHarness s = { NULL, };
  guint hresult = 42;

  second_answer = ANSWER ("7");
  begin_session (&s);
  gst_util_set_object_arg (G_OBJECT (s.sink), "stop-mode", "end-session");
  g_signal_emit_by_name (s.sink, "disconnect", &hresult);
  fail_unless_equals_int (hresult, 0);
  if (__i__ == 0) {
    sink_harness_flush (&s);
  } else {
    gst_element_set_state (s.sink, GST_STATE_READY);
    sink_harness_restart (&s);
  }
  check_second (&s, get_header (), "push-id=7", "HDDDD");
  sink_harness_clear (&s);
}

GST_END_TEST;

/* Twice in a row, the second time before the server has answered. */
GST_START_TEST (test_resume_later)
{
  SinkHarness s = { NULL, };

  second_answer = ANSWER ("7");
  begin_session (&s);
  gst_element_set_state (s.sink, GST_STATE_READY);
  gst_element_set_state (s.sink, GST_STATE_PAUSED);
  gst_element_set_state (s.sink, GST_STATE_READY);
  sink_harness_restart (&s);
  check_second (&s, get_header (), "push-id=7", "HDDDD");
  sink_harness_clear (&s);
}

GST_END_TEST;

static void
forget_by_null (SinkHarness * s)
{
  gst_element_set_state (s->sink, GST_STATE_NULL);
}

static void
forget_by_location (SinkHarness * s)
{
  g_autofree gchar *url = script_server_get_url (s->server);
  g_autofree gchar *other = g_strconcat (url, "2", NULL);

  gst_element_set_state (s->sink, GST_STATE_READY);
  g_object_set (s->sink, "location", other, NULL);
}

static void
forget_by_end (SinkHarness * s)
{
  guint hresult = 42;

  g_signal_emit_by_name (s->sink, "end-session", &hresult);
  gst_element_set_state (s->sink, GST_STATE_READY);
}

static void
forget_by_eos (SinkHarness * s)
{
  fail_unless (gst_harness_push_event (s->h, gst_event_new_eos ()));
  gst_element_set_state (s->sink, GST_STATE_READY);
}

static const struct
{
  void (*forget) (SinkHarness * s);
  const gchar *frames;
} ways[] = {
  {forget_by_null, "HDDHDD"},
  {forget_by_location, "HDDHDD"},
  {forget_by_end, "HDDEHDD"},
  {forget_by_eos, "HDDEHDD"},
};

/* A header that has just changed is the server's all the same. */
GST_START_TEST (test_resume_twice)
{
  SinkHarness s = { NULL, };
  GstBuffer *header = get_other_header ();

  second_answer = ANSWER ("7");
  begin_session (&s);
  gst_element_set_state (s.sink, GST_STATE_READY);
  sink_harness_restart (&s);
  check_second (&s, gst_buffer_ref (header), "push-id=7", "HDDECDD");
  wait_for_delivery (&s);
  gst_element_set_state (s.sink, GST_STATE_READY);
  sink_harness_restart (&s);
  fail_unless_equals_int (gst_harness_push (s.h, header), GST_FLOW_OK);
  fail_unless_equals_int (sink_harness_push_packets (&s, 0, 2), GST_FLOW_OK);
  fail_unless (script_server_wait_frames (s.server, WMS_FRAME_DATA, 6));
  check_frames (&s, "HDDECDDDD");
  sink_harness_clear (&s);
}

GST_END_TEST;

/* A server that takes the push-id and refuses the stream: another session, as
 * after a loss. */
static void
script_refuse_the_stream (ScriptConnection * connection, gpointer user_data)
{
  if (script_get_number (connection) != 1) {
    script_two_sessions (connection, user_data);
  } else if (script_read_setup (connection)) {
    script_send (connection, ANSWER ("7"));
    if (script_read_head (connection, NULL))
      script_send (connection, "HTTP/1.1 400 Bad Request\r\n"
          "Server: Cougar/9.5\r\nContent-Length: 0\r\n\r\n");
    script_read_frames_until (connection, WMS_FRAME_FILLER, 1);
  }
}

GST_START_TEST (test_stream_refused)
{
  SinkHarness s = { NULL, };
  guint n;

  second_answer = ANSWER ("7");
  begin_session_for (&s, script_refuse_the_stream);
  g_object_set (s.sink, "retries", -1, "retry-delay", (guint64) 0, NULL);
  gst_element_set_state (s.sink, GST_STATE_READY);
  sink_harness_restart (&s);
  sink_harness_push_header (&s);
  for (n = 0; script_server_get_n_frames (s.server, WMS_FRAME_HEADER) < 2
      && n < 100000; n += 10)
    fail_unless_equals_int (sink_harness_push_packets (&s, n, 10), GST_FLOW_OK);
  fail_unless (script_server_wait_frames (s.server, WMS_FRAME_HEADER, 2));
  sink_harness_clear (&s);
}

GST_END_TEST;

GST_START_TEST (test_forget)
{
  SinkHarness s = { NULL, };

  second_answer = ANSWER ("9");
  begin_session (&s);
  ways[__i__].forget (&s);
  sink_harness_restart (&s);
  check_second (&s, get_header (), "push-id=0", ways[__i__].frames);
  sink_harness_clear (&s);
}

GST_END_TEST;

/* The same location is no other one. */
GST_START_TEST (test_same_location)
{
  SinkHarness s = { NULL, };
  g_autofree gchar *url = NULL;

  second_answer = ANSWER ("7");
  begin_session (&s);
  url = script_server_get_url (s.server);
  gst_element_set_state (s.sink, GST_STATE_READY);
  g_object_set (s.sink, "location", url, NULL);
  sink_harness_restart (&s);
  check_second (&s, get_header (), "push-id=7", "HDDDD");
  sink_harness_clear (&s);
}

GST_END_TEST;

/* What the first one is sent to, and the second one gets itself. */
static void
script_redirect_first (ScriptConnection * connection, gpointer user_data)
{
  if (script_get_number (connection) > 0)
    script_take_all (connection, user_data);
  else if (script_read_setup (connection))
    script_send (connection, user_data);
}

/* The server that has the session is gone: the next one begins where the
 * location leads, also without retry-first. */
GST_START_TEST (test_redirected_and_gone)
{
  ScriptServer *away = script_server_new (script_two_sessions, NULL);
  g_autofree gchar *target = script_server_get_url (away);
  g_autofree gchar *redirection = g_strdup_printf ("HTTP/1.1 302 Found\r\n"
      "Location: %s\r\nContent-Length: 0\r\n\r\n", target);
  ScriptServer *home = script_server_new (script_redirect_first, redirection);
  g_autofree gchar *url = script_server_get_url (home);
  SinkHarness s = { NULL, };

  sink_harness_init (&s, script_take_all);
  g_object_set (s.sink, "retries", 0, "location", url, NULL);
  gst_util_set_object_arg (G_OBJECT (s.sink), "stop-mode", "disconnect");
  sink_harness_play (&s);
  fail_unless_equals_int (sink_harness_push_header (&s), GST_FLOW_OK);
  fail_unless_equals_int (sink_harness_push_packets (&s, 0, 2), GST_FLOW_OK);
  fail_unless (script_server_wait_frames (away, WMS_FRAME_DATA, 2));
  wait_for_delivery (&s);
  gst_element_set_state (s.sink, GST_STATE_READY);
  script_server_go_away (away);
  sink_harness_restart (&s);
  fail_unless_equals_int (sink_harness_push_header (&s), GST_FLOW_OK);
  fail_unless_equals_int (sink_harness_push_packets (&s, 0, 2), GST_FLOW_OK);
  fail_unless (gst_harness_push_event (s.h, gst_event_new_eos ()));
  fail_unless_equals_int (script_server_get_n_frames (home, WMS_FRAME_HEADER),
      1);
  fail_unless_equals_int (script_server_get_n_frames (home, WMS_FRAME_DATA), 2);
  fail_unless_equals_int (script_server_get_n_frames (away, WMS_FRAME_DATA), 2);
  sink_harness_clear (&s);
  script_server_free (home);
  script_server_free (away);
}

GST_END_TEST;

static void
script_read_nothing (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection))
    script_wait_gate (connection);
}

/* Of the sink alone: the source has much to free. */
static gint64
measure_stop (SinkRig * rig)
{
  gint64 start = g_get_monotonic_time ();

  fail_unless (gst_element_set_state (rig->sink, GST_STATE_READY)
      != GST_STATE_CHANGE_FAILURE);
  return g_get_monotonic_time () - start;
}

/* The $E is written, its answer is not waited for longer than half a second.
 * The machine gets some time as well. */
GST_START_TEST (test_no_answer_to_stop)
{
  SinkRig *rig = sink_rig_new_for (script_take_no_end);

  sink_rig_play_packets (rig, 3);
  fail_unless (measure_stop (rig) < 800 * G_TIME_SPAN_MILLISECOND);
  fail_unless (script_server_wait_frames (rig->server, WMS_FRAME_END, 1));
  sink_rig_free (rig);
}

GST_END_TEST;

/* A full socket: given up at once, in both modes. */
GST_START_TEST (test_stop_while_blocked)
{
  SinkRig *rig = sink_rig_new_for (script_read_nothing);
  guint64 last = 0;
  guint64 sent = 1;

  gst_util_set_object_arg (G_OBJECT (rig->sink), "stop-mode",
      __i__ == 0 ? "end-session" : "disconnect");
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, MANY_PACKETS);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "STARTED"));
  /* the queues are full when a while passes without a byte taken */
  while (sent != last) {
    last = sent;
    fail_unless (gst_bus_timed_pop_filtered (rig->bus, 200 * GST_MSECOND,
            GST_MESSAGE_ERROR) == NULL);
    sent = sink_rig_get_stat (rig, "bytes-sent");
  }
  fail_unless (measure_stop (rig) < 800 * G_TIME_SPAN_MILLISECOND);
  fail_unless_equals_int (sink_rig_get_stat (rig, "packets-received"),
      sink_rig_get_stat (rig, "packets-sent")
      + sink_rig_get_stat (rig, "packets-dropped"));
  sink_rig_free (rig);
}

GST_END_TEST;

static Suite *
wmspushsinkstop_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkstop");
  TCase *tc = tcase_create ("stop");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_default);
  tcase_add_loop_test (tc, test_resume_after_ready, 0,
      G_N_ELEMENTS (resumptions));
  tcase_add_test (tc, test_forgotten_before_start);
  tcase_add_loop_test (tc, test_end_before_packet, 0, G_N_ELEMENTS (ends));
  tcase_add_loop_test (tc, test_resume_after_action, 0, 2);
  tcase_add_test (tc, test_resume_later);
  tcase_add_test (tc, test_resume_twice);
  tcase_add_test (tc, test_stream_refused);
  tcase_add_loop_test (tc, test_forget, 0, G_N_ELEMENTS (ways));
  tcase_add_test (tc, test_same_location);
  tcase_add_test (tc, test_redirected_and_gone);
  tcase_add_test (tc, test_no_answer_to_stop);
  tcase_add_loop_test (tc, test_stop_while_blocked, 0, 2);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkstop);
