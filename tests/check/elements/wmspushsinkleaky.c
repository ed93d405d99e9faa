/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: packets that the connection does not take, with
 * leaky=keyframe. */
#include <gst/check/gstcheck.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "testasf.h"

static void
script_reads_later (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)) {
    script_wait_gate (connection);
    if (script_read_frames_until (connection, WMS_FRAME_END, 1))
      script_send (connection, SCRIPT_START_OK);
    script_finish (connection);
  }
}

static SinkRig *
new_leaky_rig (ScriptFunc script)
{
  SinkRig *rig = sink_rig_new_for (script);

  g_object_set (rig->sink, "max-backlog", 10 * GST_MSECOND, NULL);
  gst_util_set_object_arg (G_OBJECT (rig->sink), "leaky", "keyframe");
  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  return rig;
}

/* Pushes packets from @n on, until more of them are in this figure. */
static guint
push_until_more (SinkRig * rig, guint n, const gchar * figure)
{
  guint64 former = sink_rig_get_stat (rig, figure);

  while (sink_rig_get_stat (rig, figure) == former) {
    sink_rig_push_packets (rig, n++, 1);
    fail_unless (n < 1000000);
  }
  return n;
}

static void
check_whole_groups (ScriptServer * server, guint n_sent)
{
  guint last = 0;
  guint i;

  for (i = 0; i < n_sent; i++) {
    g_autoptr (GBytes) content = NULL;
    WmsFrameType type;
    guint number;
    AsfPacketInfo info;
    guint8 restored[RIG_PACKET_SIZE];

    content = script_server_get_frame (server, 1 + i, &type);
    fail_unless (content != NULL && type == WMS_FRAME_DATA);
    fail_unless (asf_packet_restore_padding (g_bytes_get_data (content, NULL),
            g_bytes_get_size (content), RIG_PACKET_SIZE, restored, NULL));
    fail_unless (asf_packet_read (restored, RIG_PACKET_SIZE, &info, NULL));
    number = info.send_time_ms / 40;
    fail_unless (i == 0 || number == last + 1
        || (number > last && number % 10 == 0),
        "packet %u after %u", number, last);
    last = number;
  }
}

/* Backpressure with leaky=keyframe: upstream does not wait, whole packets are
 * left out up to a key frame, one warning and one QoS message tell it. */
GST_START_TEST (test_leaky)
{
  SinkRig *rig = new_leaky_rig (script_reads_later);
  guint64 sent;
  guint n;

  n = push_until_more (rig, 0, "packets-sent");
  /* warnings do not go the way of statuses */
  fail_unless (sink_rig_wait (rig, "STARTED"));
  n = push_until_more (rig, n, "packets-dropped");
  sink_rig_push_packets (rig, n, 500);
  fail_unless (sink_rig_wait (rig, "QOS"));
  script_server_open_gate (rig->server);
  n += 500;
  sent = sink_rig_get_stat (rig, "packets-sent");
  while (sink_rig_get_stat (rig, "packets-sent") < sent + 20)
    sink_rig_push_packets (rig, n++, 1);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str,
      "LOCATING CONNECTING OPENED STARTED "
      "WARNING QOS END_OF_STREAMING STOPPED CLOSED FINALIZE:S_OK EOS");
  sent = script_server_get_n_frames (rig->server, WMS_FRAME_DATA);
  sink_rig_check_account (rig, n, sent);
  fail_unless (sink_rig_get_stat (rig, "discontinuities") >= 1);
  check_whole_groups (rig->server, sent);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_accepts_later (ScriptConnection * connection, gpointer user_data)
{
  script_wait_gate (connection);
  script_take_all (connection, user_data);
}

/* Upstream does not wait either for a server that is not there yet: there may
 * be another one behind a tee.  It begins with a header and a key frame. */
GST_START_TEST (test_before_the_session)
{
  SinkRig *rig = new_leaky_rig (script_accepts_later);
  guint64 sent;
  guint n;

  n = push_until_more (rig, 0, "packets-dropped");
  sink_rig_push_packets (rig, n, 25);
  n += 25;
  fail_unless_equals_uint64 (sink_rig_get_stat (rig, "packets-sent"), 0);
  script_server_open_gate (rig->server);
  while (sink_rig_get_stat (rig, "packets-sent") < 20)
    sink_rig_push_packets (rig, n++, 1);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str,
      "LOCATING CONNECTING OPENED STARTED "
      "END_OF_STREAMING STOPPED CLOSED FINALIZE:S_OK EOS");
  sent = script_server_get_n_frames (rig->server, WMS_FRAME_DATA);
  sink_rig_check_account (rig, n, sent);
  fail_unless_equals_uint64 (sink_rig_get_stat (rig, "discontinuities"), 0);
  check_whole_groups (rig->server, sent);
  sink_rig_free (rig);
}

GST_END_TEST;

/* The stream may be over before there is a server, which gets what was not
 * dropped by then. */
GST_START_TEST (test_end_before_the_session)
{
  SinkRig *rig = new_leaky_rig (script_accepts_later);
  guint n;

  n = push_until_more (rig, 0, "packets-dropped");
  sink_rig_push_eos (rig);
  script_server_open_gate (rig->server);
  fail_unless (sink_rig_wait (rig, "EOS"));
  sink_rig_check_account (rig, n, script_server_get_n_frames (rig->server,
          WMS_FRAME_DATA));
  sink_rig_free (rig);
}

GST_END_TEST;

static Suite *
wmspushsinkleaky_suite (void)
{
  Suite *s = suite_create ("wmspushsink-leaky");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_leaky);
  tcase_add_test (tc, test_before_the_session);
  tcase_add_test (tc, test_end_before_the_session);
  return s;
}

GST_CHECK_MAIN (wmspushsinkleaky);
