/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pushes to a real publishing point that lose it, alone and side by side. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "pubthread.h"
#include "sinkrig.h"
#include "testasf.h"

#define DEADLINE (20 * test_get_patience () * GST_SECOND)

static void
forget_soon (PubServer * self, gpointer data)
{
  pub_server_get_config (self)->idle_timeout_ms = 300;
}

/* Paused for longer than the server keeps a session: it is lost, told, and
 * another one begins when the pipeline plays (protocol.md, C40). */
GST_START_TEST (test_long_pause)
{
  PubThread *server = pub_thread_new (forget_soon, NULL);
  g_autofree gchar *url = pub_thread_url (server, "http", "/live");
  SinkRig *rig = sink_rig_new (url);
  PubPointInfo info;

  g_object_set (rig->sink, "retries", -1, "retry-delay", 20 * GST_MSECOND,
      NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 5);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (pub_thread_wait (server, "/live", pub_has_packets, 5));
  sink_rig_set_state (rig, GST_STATE_PAUSED);
  fail_unless (sink_rig_wait (rig, "RECONNECT_START"));
  fail_unless (pub_thread_wait (server, "/live", pub_has_no_session, 1));
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  sink_rig_push_packets (rig, 5, 20);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, "LOCATING CONNECTING OPENED "
      "STARTED RECONNECT_START LOCATING CONNECTING LOCATING CONNECTING OPENED "
      "RECONNECT_END STARTED END_OF_STREAMING STOPPED CLOSED FINALIZE:S_OK "
      "EOS");
  sink_rig_check_account (rig, 25, 20);
  pub_thread_get_point (server, "/live", &info);
  fail_unless_equals_int (info.sessions, 2);
  fail_unless_equals_uint64 (info.counters.packets, 15);
  sink_rig_free (rig);
  pub_thread_stop (server);
}

GST_END_TEST;

/* appsrc to three points of one server, each behind a queue. */
typedef struct
{
  GstElement *pipeline, *source, *sinks[3];
  GstBus *bus;
} Fan;

static void
open_fan (Fan * fan, PubThread * server)
{
  guint i;

  fan->pipeline = gst_parse_launch ("appsrc name=source format=time "
      "caps=video/x-ms-asf,parsed=true ! tee name=t "
      "t. ! queue ! wmspushsink name=sink0 sync=false async=false "
      "t. ! queue ! wmspushsink name=sink1 sync=false async=false "
      "t. ! queue ! wmspushsink name=sink2 sync=false async=false", NULL);
  fail_unless (fan->pipeline != NULL);
  fan->source = gst_bin_get_by_name (GST_BIN (fan->pipeline), "source");
  fan->bus = gst_element_get_bus (fan->pipeline);
  for (i = 0; i < 3; i++) {
    g_autofree gchar *name = g_strdup_printf ("sink%u", i);
    g_autofree gchar *path = g_strdup_printf ("/point%u", i);
    g_autofree gchar *url = pub_thread_url (server, "http", path);

    fan->sinks[i] = gst_bin_get_by_name (GST_BIN (fan->pipeline), name);
    g_object_set (fan->sinks[i], "location", url, "retry-delay",
        20 * GST_MSECOND, NULL);
  }
}

static void
close_fan (Fan * fan)
{
  guint i;

  gst_element_set_state (fan->pipeline, GST_STATE_NULL);
  for (i = 0; i < 3; i++)
    gst_object_unref (fan->sinks[i]);
  gst_object_unref (fan->source);
  gst_object_unref (fan->bus);
  gst_object_unref (fan->pipeline);
}

static void
feed (Fan * fan, GBytes * bytes)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (bytes);
  GstFlowReturn ret;

  g_signal_emit_by_name (fan->source, "push-buffer", buffer, &ret);
  gst_buffer_unref (buffer);
  g_bytes_unref (bytes);
}

static guint64
get_stat (GstElement * sink, const gchar * name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  g_object_get (sink, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, name, &value));
  return value;
}

/* Else the end may be written before the sink knows of its loss. */
static void
wait_for_loss (GstBus * bus)
{
  const gchar *name = NULL;

  while (g_strcmp0 (name, "WMT_RECONNECT_START") != 0) {
    g_autoptr (GstMessage) message =
        gst_bus_timed_pop_filtered (bus, DEADLINE, GST_MESSAGE_ELEMENT);

    fail_unless (message != NULL);
    name = g_intern_string (gst_structure_get_string
        (gst_message_get_structure (message), "status-name"));
  }
}

/* One of three loses its server in mid-stream: it comes back, and the others
 * have had every packet. */
GST_START_TEST (test_tee)
{
  PubThread *server = pub_thread_new (NULL, NULL);
  g_autoptr (GstMessage) message = NULL;
  PubPointInfo info;
  GstFlowReturn ret;
  Fan fan;
  guint i;

  open_fan (&fan, server);
  gst_element_set_state (fan.pipeline, GST_STATE_PLAYING);
  feed (&fan, sink_rig_get_header ());
  for (i = 0; i < 25; i++)
    feed (&fan, sink_rig_get_packet (i));
  fail_unless (pub_thread_wait (server, "/point0", pub_has_packets, 25));
  fail_unless (pub_thread_wait (server, "/point1", pub_has_packets, 25));
  fail_unless (pub_thread_wait (server, "/point2", pub_has_packets, 25));
  fail_unless (pub_thread_disconnect (server, "/point1", 503));
  wait_for_loss (fan.bus);
  for (i = 25; i < 60; i++)
    feed (&fan, sink_rig_get_packet (i));
  g_signal_emit_by_name (fan.source, "end-of-stream", &ret);
  message = gst_bus_timed_pop_filtered (fan.bus, DEADLINE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL
      && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
  for (i = 0; i < 3; i++) {
    fail_unless_equals_uint64 (get_stat (fan.sinks[i], "packets-received"), 60);
    fail_unless_equals_uint64 (get_stat (fan.sinks[i], "packets-sent")
        + get_stat (fan.sinks[i], "packets-dropped"), 60);
  }
  fail_unless_equals_uint64 (get_stat (fan.sinks[0], "packets-sent"), 60);
  fail_unless_equals_uint64 (get_stat (fan.sinks[2], "packets-sent"), 60);
  pub_thread_get_point (server, "/point1", &info);
  fail_unless_equals_int (info.sessions, 2);
  close_fan (&fan);
  pub_thread_stop (server);
}

GST_END_TEST;

static Suite *
survive_suite (void)
{
  Suite *s = suite_create ("survive");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_long_pause);
  tcase_add_test (tc, test_tee);
  return s;
}

GST_CHECK_MAIN (survive);
