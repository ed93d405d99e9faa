/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: a session that is lost, and goes on (protocol.md, C24, C26 and
 * C40). */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "testasf.h"

#define BEGUN "LOCATING CONNECTING OPENED STARTED"
#define AGAIN "RECONNECT_START LOCATING CONNECTING OPENED RECONNECT_END"
#define ENDED "END_OF_STREAMING STOPPED CLOSED FINALIZE:S_OK EOS"
#define OTHER_ID "HTTP/1.1 204 No Content\r\nServer: Cougar/9.5\r\n" \
    "Set-Cookie: push-id=77\r\n\r\n"
#define SHORT_DELAY (20 * GST_MSECOND)

static SinkRig *
new_rig (ScriptFunc script)
{
  SinkRig *rig = sink_rig_new_for (script);

  g_object_set (rig->sink, "retries", -1, "retry-delay", SHORT_DELAY, NULL);
  return rig;
}

/* Takes a PushSetup with this answer, and the head of the PushStart. */
static gboolean
accept_with (ScriptConnection * connection, const gchar * answer)
{
  if (!script_read_setup (connection))
    return FALSE;
  script_send (connection, answer);
  return script_read_head (connection, NULL);
}

static void
take_rest (ScriptConnection * connection)
{
  if (script_read_frames_until (connection, WMS_FRAME_END, 1))
    script_send (connection, SCRIPT_START_OK);
  script_finish (connection);
}

/* Five packets on the first connection, then a reset. */
static gboolean
lose_first (ScriptConnection * connection)
{
  if (script_get_number (connection) > 0)
    return FALSE;
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 5))
    script_reset (connection);
  return TRUE;
}

static void
script_same_session (ScriptConnection * connection, gpointer user_data)
{
  if (!lose_first (connection) && accept_with (connection, SCRIPT_SETUP_OK))
    take_rest (connection);
}

static void
script_other_session (ScriptConnection * connection, gpointer user_data)
{
  if (!lose_first (connection) && accept_with (connection, OTHER_ID))
    take_rest (connection);
}

static void
play_and_lose (SinkRig * rig)
{
  sink_rig_play_packets (rig, 5);
  fail_unless (sink_rig_wait (rig, "RECONNECT_START"));
}

static const gchar *
second_setup (const gchar * heads)
{
  const gchar *setup = strstr (heads, "x-wms-pushstart");

  setup = setup != NULL ? strstr (setup, "x-wms-pushsetup") : NULL;
  fail_unless (setup != NULL);
  return setup;
}

/* The server knows the session: it goes on at the next key frame. */
GST_START_TEST (test_same_session)
{
  SinkRig *rig = new_rig (script_same_session);
  g_autofree gchar *heads = NULL;
  guint i;

  play_and_lose (rig);
  sink_rig_push_packets (rig, 5, 20);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, BEGUN " " AGAIN " " ENDED);
  heads = script_server_get_heads (rig->server);
  fail_unless (strstr (second_setup (heads), "push-id=4124758405\r\n") != NULL);
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_HEADER), 1);
  for (i = 0; i < 15; i++)
    sink_rig_check_packet (rig, 1 + 5 + i, 10 + i);
  sink_rig_check_account (rig, 25, 20);
  fail_unless_equals_uint64 (sink_rig_get_stat (rig, "reconnects"), 1);
  fail_unless_equals_uint64 (sink_rig_get_stat (rig, "discontinuities"), 1);
  sink_rig_free (rig);
}

GST_END_TEST;

/* None comes for a minute: it goes on without one. */
GST_START_TEST (test_no_key_frame)
{
  SinkRig *rig = new_rig (script_same_session);

  play_and_lose (rig);
  sink_rig_push_packets (rig, 5, 1);
  /* one is 40 ms */
  sink_rig_push_packets (rig, 5 + 1499, 5);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  sink_rig_check_packet (rig, 1 + 5, 5 + 1500);
  sink_rig_check_account (rig, 11, 9);
  sink_rig_free (rig);
}

GST_END_TEST;

/* It gives another push-id: it gets the header, and STARTED is told again. */
GST_START_TEST (test_other_session)
{
  SinkRig *rig = new_rig (script_other_session);
  guint64 value = 0;

  play_and_lose (rig);
  sink_rig_push_packets (rig, 5, 20);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, BEGUN " " AGAIN " STARTED " ENDED);
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_HEADER), 2);
  sink_rig_check_packet (rig, 7, 10);
  sink_rig_check_account (rig, 25, 20);
  fail_unless (gst_structure_get_uint64 (rig->started, "value", &value));
  fail_unless_equals_uint64 (value, 10 * 40 * G_GUINT64_CONSTANT (10000));
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_unknown_id (ScriptConnection * connection, gpointer user_data)
{
  if (lose_first (connection))
    return;
  if (script_get_number (connection) == 1)
    script_refuse (connection, "404 Not Found");
  else if (accept_with (connection, OTHER_ID))
    take_rest (connection);
}

/* The push-id is refused: the same try goes on without it. */
GST_START_TEST (test_unknown_push_id)
{
  SinkRig *rig = new_rig (script_unknown_id);
  g_autofree gchar *heads = NULL;
  const gchar *setup;

  play_and_lose (rig);
  sink_rig_push_packets (rig, 5, 20);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, BEGUN " RECONNECT_START LOCATING "
      "CONNECTING LOCATING CONNECTING OPENED RECONNECT_END STARTED " ENDED);
  heads = script_server_get_heads (rig->server);
  setup = second_setup (heads);
  fail_unless (strstr (setup, "push-id=4124758405\r\n") != NULL);
  setup = strstr (setup + 1, "x-wms-pushsetup");
  fail_unless (setup != NULL && strstr (setup, "push-id=0\r\n") != NULL);
  sink_rig_check_account (rig, 25, 20);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_busy_server (ScriptConnection * connection, gpointer user_data)
{
  if (lose_first (connection))
    return;
  if (script_get_number (connection) < 3)
    script_refuse (connection, "503 Service Unavailable");
  else if (accept_with (connection, SCRIPT_SETUP_OK))
    take_rest (connection);
}

/* Each try is one pair of statuses. */
GST_START_TEST (test_server_comes_back)
{
  SinkRig *rig = new_rig (script_busy_server);

  play_and_lose (rig);
  sink_rig_push_packets (rig, 5, 20);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, BEGUN
      " RECONNECT_START LOCATING CONNECTING RECONNECT_END"
      " RECONNECT_START LOCATING CONNECTING RECONNECT_END " AGAIN " " ENDED);
  fail_unless_equals_uint64 (sink_rig_get_stat (rig, "reconnects"), 1);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_gone (ScriptConnection * connection, gpointer user_data)
{
  if (!lose_first (connection))
    script_refuse (connection, "503 Service Unavailable");
}

static void
script_forbidden (ScriptConnection * connection, gpointer user_data)
{
  if (!lose_first (connection))
    script_refuse (connection, "403 Forbidden");
}

static void
script_wants_password (ScriptConnection * connection, gpointer user_data)
{
  if (!lose_first (connection))
    script_refuse (connection, "401 Unauthorized\r\n"
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"");
}

#define TRY "RECONNECT_START LOCATING CONNECTING RECONNECT_END"
#define FAILED(hr) " ERROR STOPPED CLOSED FINALIZE:" hr " ERROR:" hr

/* What ends it: the retries are used up; a refusal is still there after
 * resume-timeout; a password that is wrong now. */
static const struct
{
  ScriptFunc script;
  gint retries;
  guint resume_timeout;
  const gchar *log;
} ends[] = {
  {script_gone, 2, 360, BEGUN " " TRY " " TRY
        FAILED ("NS_E_SERVER_UNAVAILABLE")},
  {script_gone, 0, 360, BEGUN FAILED ("NS_E_RESET_SOCKET_CONNECTION")},
  {script_forbidden, -1, 0, BEGUN " RECONNECT_START LOCATING CONNECTING "
        "LOCATING CONNECTING RECONNECT_END" FAILED ("NS_E_REFUSED_BY_SERVER")},
  {script_wants_password, -1, 360, BEGUN " " TRY
        FAILED ("NS_E_SERVER_ACCESSDENIED")},
};

GST_START_TEST (test_ends)
{
  SinkRig *rig = new_rig (ends[__i__].script);

  g_object_set (rig->sink, "retries", ends[__i__].retries, "resume-timeout",
      ends[__i__].resume_timeout, NULL);
  sink_rig_play_packets (rig, 5);
  fail_unless (sink_rig_wait (rig, ends[__i__].retries == 0 ? "ERROR" :
          "RECONNECT_START"));
  sink_rig_push_packets (rig, 5, 20);
  fail_unless (sink_rig_wait (rig, " ERROR:"));
  fail_unless_equals_string (rig->log->str, ends[__i__].log);
  fail_unless_equals_int (rig->n_errors, 1);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_later (ScriptConnection * connection, gpointer user_data)
{
  if (script_get_number (connection) < 2)
    script_refuse (connection, "503 Service Unavailable");
  else
    script_take_all (connection, user_data);
}

GST_START_TEST (test_retry_first)
{
  SinkRig *rig = new_rig (script_later);

  g_object_set (rig->sink, "retry-first", TRUE, NULL);
  /* without data: gst-launch-1.0 does not play before the progress is
   * complete, and a live source gives none before that */
  sink_rig_set_state (rig, GST_STATE_PAUSED);
  fail_unless (sink_rig_wait (rig, "OPENED"));
  fail_unless_equals_string (rig->progress->str,
      "start continue continue continue continue continue continue complete");
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 5);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, "LOCATING CONNECTING " TRY " "
      AGAIN " STARTED " ENDED);
  sink_rig_check_account (rig, 5, 5);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_absent (ScriptConnection * connection, gpointer user_data)
{
  script_refuse (connection, "404 Not Found");
}

/* protocol.md, C26: 404 ends the first attempt all the same. */
GST_START_TEST (test_first_refusal)
{
  SinkRig *rig = new_rig (script_absent);

  g_object_set (rig->sink, "retry-first", TRUE, NULL);
  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, " ERROR:"));
  fail_unless (strstr (rig->log->str, "RECONNECT") == NULL);
  sink_rig_free (rig);
}

GST_END_TEST;

/* A paused pipeline is told of the loss, and comes back when it plays: without
 * data the server would only drop it again (protocol.md, C40). */
GST_START_TEST (test_loss_while_paused)
{
  SinkRig *rig = new_rig (script_same_session);
  g_autoptr (GstMessage) message = NULL;

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 4);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (script_server_wait_frames (rig->server, WMS_FRAME_DATA, 4));
  sink_rig_push_packets (rig, 4, 1);
  fail_unless (script_server_wait_frames (rig->server, WMS_FRAME_DATA, 5));
  sink_rig_set_state (rig, GST_STATE_PAUSED);
  fail_unless (sink_rig_wait (rig, "RECONNECT_START"));
  message = gst_bus_timed_pop_filtered (rig->bus, 10 * SHORT_DELAY,
      GST_MESSAGE_ELEMENT);
  fail_unless (message == NULL);
  fail_unless_equals_int (script_server_get_n_connections (rig->server), 1);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  sink_rig_push_packets (rig, 5, 10);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, BEGUN " " AGAIN " " ENDED);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_lost_in_change (ScriptConnection * connection, gpointer user_data)
{
  if (script_get_number (connection) > 0) {
    if (accept_with (connection, SCRIPT_SETUP_OK))
      take_rest (connection);
  } else if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_END, 1)) {
    script_reset (connection);
  }
}

static GBytes *
get_other_header (void)
{
  GBytes *header = sink_rig_get_header ();
  gsize size;
  guint8 *data = g_bytes_unref_to_data (header, &size);
  gsize i;

  /* another File ID (asf-rules, 3.2) */
  for (i = 0; i + 16 + 24 < size; i++) {
    if (memcmp (data + i, &asf_guid_file_properties, 16) == 0)
      data[i + 24] ^= 0xff;
  }
  return g_bytes_new_take (data, size);
}

/* Between $E and $C nobody knows which header the server has: it gets the new
 * one as the first of a session, and nothing else before it. */
GST_START_TEST (test_lost_in_change)
{
  SinkRig *rig = new_rig (script_lost_in_change);
  g_autoptr (GBytes) header = get_other_header ();
  g_autoptr (GBytes) frame = NULL;
  WmsFrameType type;
  guint n;

  sink_rig_play_packets (rig, 5);
  sink_rig_push (rig, header);
  fail_unless (sink_rig_wait (rig, "RECONNECT_START"));
  sink_rig_push_packets (rig, 10, 5);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_HEADER), 2);
  for (n = 7; n == 7 || type != WMS_FRAME_HEADER; n++) {
    g_clear_pointer (&frame, g_bytes_unref);
    frame = script_server_get_frame (rig->server, n, &type);
    fail_unless (frame != NULL && type != WMS_FRAME_DATA);
  }
  fail_unless (g_bytes_equal (frame, header));
  sink_rig_check_packet (rig, n, 10);
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_CHANGE), n - 8);
  sink_rig_free (rig);
}

GST_END_TEST;

/* The end waits for a server that is gone as long as for an answer. */
GST_START_TEST (test_end_while_lost)
{
  SinkRig *rig = new_rig (script_gone);

  g_object_set (rig->sink, "timeout", 1, NULL);
  play_and_lose (rig);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, " ERROR:"));
  fail_unless (strstr (rig->log->str,
          "RECONNECT_END ERROR STOPPED CLOSED FINALIZE:") != NULL
      || strstr (rig->log->str, "RECONNECT_END CLOSED") == NULL);
  fail_unless_equals_int (rig->n_errors, 1);
  sink_rig_free (rig);
}

GST_END_TEST;

/* sink_rig_free() fails when it takes a second. */
GST_START_TEST (test_to_null_while_lost)
{
  SinkRig *rig = new_rig (script_gone);

  g_object_set (rig->sink, "retry-delay", 100 * GST_SECOND, NULL);
  play_and_lose (rig);
  sink_rig_push_packets (rig, 5, 20);
  sink_rig_free (rig);
}

GST_END_TEST;

#define MANY_PACKETS 20000

static void
script_stalls (ScriptConnection * connection, gpointer user_data)
{
  if (script_get_number (connection) == 0) {
    if (script_accept_push (connection))
      script_wait_gate (connection);
  } else if (accept_with (connection, OTHER_ID)) {
    take_rest (connection);
  }
}

/* A server that takes nothing for `timeout` is lost as well. */
GST_START_TEST (test_stall)
{
  SinkRig *rig = new_rig (script_stalls);

  g_object_set (rig->sink, "timeout", 1, NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, MANY_PACKETS);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, BEGUN " " AGAIN " STARTED " ENDED);
  fail_unless_equals_uint64 (sink_rig_get_stat (rig, "packets-received"),
      MANY_PACKETS);
  fail_unless_equals_uint64 (sink_rig_get_stat (rig, "packets-sent")
      + sink_rig_get_stat (rig, "packets-dropped"), MANY_PACKETS);
  fail_unless (sink_rig_get_stat (rig, "packets-dropped") < 20);
  fail_unless (sink_rig_get_stat (rig, "bytes-lost") > 0);
  sink_rig_free (rig);
}

GST_END_TEST;

static Suite *
wmspushsinkresume_suite (void)
{
  Suite *s = suite_create ("wmspushsink-resume");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_same_session);
  tcase_add_test (tc, test_no_key_frame);
  tcase_add_test (tc, test_other_session);
  tcase_add_test (tc, test_unknown_push_id);
  tcase_add_test (tc, test_server_comes_back);
  tcase_add_loop_test (tc, test_ends, 0, G_N_ELEMENTS (ends));
  tcase_add_test (tc, test_retry_first);
  tcase_add_test (tc, test_first_refusal);
  tcase_add_test (tc, test_loss_while_paused);
  tcase_add_test (tc, test_lost_in_change);
  tcase_add_test (tc, test_end_while_lost);
  tcase_add_test (tc, test_to_null_while_lost);
  tcase_add_test (tc, test_stall);
  return s;
}

GST_CHECK_MAIN (wmspushsinkresume);
