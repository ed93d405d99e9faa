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

/* Pushes packets from @n on, until packets are dropped; they take their time,
 * since max-backlog has to pass. */
static guint
push_until_dropped (SinkRig * rig, guint n)
{
  while (sink_rig_get_stat (rig, "packets-dropped") == 0) {
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
  SinkRig *rig = sink_rig_new_for (script_reads_later);
  guint64 sent;
  guint n;

  g_object_set (rig->sink, "max-backlog", 10 * GST_MSECOND, NULL);
  gst_util_set_object_arg (G_OBJECT (rig->sink), "leaky", "keyframe");
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 1);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  /* warnings do not go the way of statuses */
  fail_unless (sink_rig_wait (rig, "STARTED"));
  n = push_until_dropped (rig, 1);
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

static Suite *
wmspushsinkleaky_suite (void)
{
  Suite *s = suite_create ("wmspushsink-leaky");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_leaky);
  return s;
}

GST_CHECK_MAIN (wmspushsinkleaky);
