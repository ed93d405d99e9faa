/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: streams of bytes, and what other muxers write. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "testasf.h"

#define CLEAN "LOCATING CONNECTING OPENED STARTED END_OF_STREAMING STOPPED " \
    "CLOSED FINALIZE:S_OK EOS"

/* What the server got is what the splitter finds in the file. */
static void
check_frames_of_file (ScriptServer * server, TestMedia * media)
{
  guint n = script_server_get_n_frames (server, WMS_FRAME_DATA);
  gsize size = media->info.packet_size;
  g_autofree guint8 *restored = g_malloc (size);
  guint i;

  fail_unless_equals_int (n, media->n_packets);
  for (i = 0; i < n; i++) {
    g_autoptr (GBytes) content = NULL;
    AsfPacketInfo was, is;
    WmsFrameType type;

    content = script_server_get_frame (server, 1 + i, &type);
    fail_unless (type == WMS_FRAME_DATA);
    fail_unless (asf_packet_restore_padding (g_bytes_get_data (content, NULL),
            g_bytes_get_size (content), size, restored, NULL));
    fail_unless (asf_packet_read (media->packets + i * size, size, &was, NULL));
    fail_unless (asf_packet_read (restored, size, &is, NULL));
    fail_unless_equals_int (was.send_time_ms, is.send_time_ms);
    fail_unless_equals_int (was.n_payloads, is.n_payloads);
  }
}

/* An ASF file as bytes, without caps. */
GST_START_TEST (test_bytes_of_a_file)
{
  ScriptServer *server;
  g_autofree gchar *url = NULL;
  SinkRig *rig;
  GstElement *source = gst_element_factory_make ("filesrc", NULL);
  TestMedia media;

  if (!test_media_open (&media, test_media_names[__i__])) {
    gst_object_unref (source);
    return;
  }
  server = script_server_new (script_take_all, NULL);
  url = script_server_get_url (server);
  rig = sink_rig_new (url);
  gst_bin_remove (GST_BIN (rig->pipeline), rig->source);
  rig->source = source;
  gst_bin_add (GST_BIN (rig->pipeline), source);
  g_object_set (source, "location", media.path, NULL);
  fail_unless (gst_element_link (source, rig->sink));
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, CLEAN);
  check_frames_of_file (server, &media);
  test_media_close (&media);
  sink_rig_free (rig);
  script_server_free (server);
}

GST_END_TEST;

static void
push_bytes (GstHarness * h, GBytes * bytes)
{
  fail_unless_equals_int (gst_harness_push (h,
          gst_buffer_new_wrapped_bytes (bytes)), GST_FLOW_OK);
}

/* What a stream of bytes goes back to is for a file and is not sent; a stream
 * that is cut off is a warning. */
GST_START_TEST (test_rewritten_header_and_cut_packet)
{
  /* the end is known now: no broadcast any more */
  const TestHeader finished = {
    .packet_size = RIG_PACKET_SIZE,
    .n_packets = 2,
    .streams = {&asf_guid_stream_video},
  };
  ScriptServer *server = script_server_new (script_take_all, NULL);
  g_autofree gchar *url = script_server_get_url (server);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GBytes) rewritten = g_byte_array_free_to_bytes
      (test_asf_header (&finished));
  g_autoptr (GBytes) packet = sink_rig_get_packet (0);
  g_autoptr (GBytes) part = g_bytes_new_from_bytes (packet, 0, 700);
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) warning = NULL;
  g_autoptr (GstStructure) stats = NULL;
  guint64 swallowed;
  GstSegment segment;
  GstHarness *h;

  g_object_set (sink, "location", url, NULL);
  gst_element_set_bus (sink, bus);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (h, gst_event_new_stream_start ("bytes"));
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  push_bytes (h, header);
  push_bytes (h, packet);
  /* back to the header, then on behind the packet */
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  push_bytes (h, rewritten);
  segment.start = g_bytes_get_size (header) + g_bytes_get_size (packet);
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  push_bytes (h, packet);
  push_bytes (h, part);
  g_object_get (sink, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "bytes-swallowed", &swallowed));
  fail_unless_equals_uint64 (swallowed, g_bytes_get_size (header));
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  warning = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  fail_unless (warning != NULL);
  fail_unless_equals_int (script_server_get_n_frames (server,
          WMS_FRAME_HEADER), 1);
  fail_unless_equals_int (script_server_get_n_frames (server,
          WMS_FRAME_CHANGE), 0);
  fail_unless_equals_int (script_server_get_n_frames (server,
          WMS_FRAME_DATA), 2);
  gst_element_set_bus (sink, NULL);
  gst_harness_teardown (h);
  gst_object_unref (sink);
  script_server_free (server);
}

GST_END_TEST;

/* The n-th packet, its Send Time later by @shift_ms. */
static GstBuffer *
make_late_packet (guint n, guint32 shift_ms)
{
  g_autoptr (GBytes) packet = sink_rig_get_packet (n);
  AsfPacketInfo info;
  GstBuffer *buffer;
  GstMapInfo map;
  gsize size;
  gconstpointer data = g_bytes_get_data (packet, &size);

  fail_unless (asf_packet_read (data, size, &info, NULL));
  buffer = gst_buffer_new_memdup (data, size);
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  /* section 5.2.2: Send Time and Duration end the parsing information */
  GST_WRITE_UINT32_LE (map.data + info.payload_offset - 6,
      info.send_time_ms + shift_ms);
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

#define N_PACED 5
#define DAY_MS (24 * 3600 * 1000)

/* @n_waits: packets that wait for 40 ms each; @n_before: how many go before the
 * first of them. */
typedef struct
{
  guint n_before, n_waits;
  guint32 shift_ms[N_PACED];
} Pace;

static const Pace paces[] = {
  {1, 4, {0, 0, 0, 0, 0}},
  /* over 32 bits with the second packet, and with the third */
  {1, 4, {-1, -1, -1, -1, -1}}, {1, 4, {-41, -41, -41, -41, -41}},
  /* a damaged Send Time, 20 days later or before; and a clock that is another
   * one from there on */
  {3, 2, {0, 20u * DAY_MS, 0, 0, 0}}, {3, 2, {0, -20u * DAY_MS, 0, 0, 0}},
  {2, 3, {0, 2 * DAY_MS, 2 * DAY_MS, 2 * DAY_MS, 2 * DAY_MS}},
  {2, 3, {9000, 0, 0, 0, 0}},
};

typedef struct
{
  GstHarness *h;
  const Pace *pace;
} Paced;

static gpointer
push_paced (gpointer user_data)
{
  const Paced *paced = user_data;
  guint i;

  for (i = 0; i < N_PACED; i++)
    gst_harness_push (paced->h, make_late_packet (i, paced->pace->shift_ms[i]));
  return NULL;
}

/* Bytes are paced by their send times: a packet leaves when the clock comes to
 * it, and not before. */
GST_START_TEST (test_bytes_are_paced)
{
  ScriptServer *server = script_server_new (script_take_all, NULL);
  g_autofree gchar *url = script_server_get_url (server);
  g_autoptr (GBytes) header = sink_rig_get_header ();
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  const Pace *pace = &paces[__i__];
  GstSegment segment;
  GstHarness *h;
  GThread *thread;
  guint i;

  g_object_set (sink, "location", url, NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_harness_use_testclock (h);
  /* a harness puts it off */
  g_object_set (sink, "sync", TRUE, NULL);
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (h, gst_event_new_stream_start ("bytes"));
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  gst_harness_push (h, gst_buffer_new_wrapped_bytes (header));
  thread = g_thread_new ("push", push_paced, &(Paced) {
      h, pace});
  for (i = 0; i < pace->n_waits; i++) {
    guint n_sent = pace->n_before + i;

    fail_unless (gst_harness_wait_for_clock_id_waits (h, 1, 10));
    fail_unless (script_server_wait_frames (server, WMS_FRAME_DATA, n_sent));
    fail_unless_equals_int (script_server_get_n_frames (server,
            WMS_FRAME_DATA), n_sent);
    fail_unless (gst_harness_crank_single_clock_wait (h));
    fail_unless_equals_uint64 (gst_clock_get_time (GST_ELEMENT_CLOCK (sink))
        - gst_element_get_base_time (sink), (i + 1) * 40 * GST_MSECOND);
  }
  g_thread_join (thread);
  fail_unless (script_server_wait_frames (server, WMS_FRAME_DATA, N_PACED));
  gst_harness_teardown (h);
  gst_object_unref (sink);
  script_server_free (server);
}

GST_END_TEST;

static const gchar *const foreign_muxers[] = {
  "videotestsrc num-buffers=50 ! avenc_msmpeg4 ! %s ! wmspushsink name=sink "
      "sync=false location=%s",
  "audiotestsrc num-buffers=50 ! avenc_wmav2 ! %s ! wmspushsink name=sink "
      "sync=false location=%s",
};

static guint
count_errors (GstElement * pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus,
      20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  return message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS ?
      0 : 1;
}

static void
run_foreign_muxer (ScriptServer * server, const gchar * muxer,
    const gchar * form)
{
  g_autofree gchar *url = script_server_get_url (server);
  g_auto (GStrv) parts = g_strsplit (form, "%s", 3);
  g_autofree gchar *line = g_strconcat (parts[0], muxer, parts[1], url, NULL);
  GstElement *pipeline = gst_parse_launch (line, NULL);

  fail_unless (pipeline != NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  fail_unless_equals_int (count_errors (pipeline), 0);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

/* libav's muxers: avmux_asf comes back to its header, avmux_asf_stream frames
 * for players. */
static void
check_foreign_muxer (const gchar * muxer)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (foreign_muxers); i++) {
    ScriptServer *server = script_server_new (script_take_all, NULL);
    g_autoptr (GBytes) header = NULL;
    WmsFrameType type;
    AsfHeaderInfo info;

    run_foreign_muxer (server, muxer, foreign_muxers[i]);
    fail_unless_equals_int (script_server_get_n_frames (server,
            WMS_FRAME_HEADER), 1);
    fail_unless (script_server_get_n_frames (server, WMS_FRAME_DATA) > 5);
    fail_unless_equals_int (script_server_get_n_frames (server,
            WMS_FRAME_CHANGE), 0);
    header = script_server_get_frame (server, 0, &type);
    fail_unless (asf_header_read (g_bytes_get_data (header, NULL),
            g_bytes_get_size (header), &info, NULL));
    fail_unless_equals_int (info.n_streams, 1);
    script_server_free (server);
  }
}

GST_START_TEST (test_avmux_asf)
{
  check_foreign_muxer ("avmux_asf");
}

GST_END_TEST;

GST_START_TEST (test_avmux_asf_stream)
{
  check_foreign_muxer ("avmux_asf_stream");
}

GST_END_TEST;

static Suite *
wmspushsinkbytes_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkbytes");
  TCase *tc = tcase_create ("bytes");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_bytes_of_a_file, 0, TEST_N_MEDIA);
  tcase_add_test (tc, test_rewritten_header_and_cut_packet);
  tcase_add_loop_test (tc, test_bytes_are_paced, 0, G_N_ELEMENTS (paces));
  tcase_add_test (tc, test_avmux_asf);
  tcase_add_test (tc, test_avmux_asf_stream);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkbytes);
