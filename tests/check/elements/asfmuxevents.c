/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "testmux.h"

/* What events of the inputs do. */

static void
push_marker (GstHarness * input, guint context)
{
  GstStructure *s = gst_structure_new ("wms-marker", "context", G_TYPE_UINT,
      context, NULL);

  fail_unless (gst_harness_push_event (input, gst_event_new_custom
          (GST_EVENT_CUSTOM_DOWNSTREAM, s)));
}

/* The contexts in the order in which they come out. */
static GstPadProbeReturn
note_marker (GstPad * pad, GstPadProbeInfo * info, gpointer text)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  guint context;

  if (gst_event_has_name (event, "wms-marker")
      && gst_structure_get_uint (gst_event_get_structure (event), "context",
          &context))
    g_string_append_printf (text, "%u", context);
  return GST_PAD_PROBE_OK;
}

/* push-protocol.md, 4, PlaceMarker: an event comes out behind the packet with
 * the buffers before it, which it ends, and never before header and segment.
 * Packets have room for two buffers. */
GST_START_TEST (test_markers)
{
  gboolean is_file = __i__;
  GString *trace = g_string_new (NULL);
  GString *contexts = g_string_new (NULL);
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | (is_file ? TEST_MUX_SEEKABLE : 0),
      "packet-size", 5000, NULL);
  test_mux_trace (&mux, trace);
  gst_pad_add_probe (mux.out->sinkpad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      note_marker, contexts, NULL);
  push_marker (mux.video, 1);
  push_marker (mux.video, 2);
  test_mux_push (mux.video, 0, 40, 2000, TRUE);
  push_marker (mux.video, 3);
  test_mux_push (mux.video, 40, 40, 2000, FALSE);
  test_mux_push (mux.video, 80, 40, 2000, FALSE);
  push_marker (mux.video, 4);
  push_marker (mux.video, 5);
  push_marker (mux.video, 6);
  test_mux_push (mux.video, 120, 40, 10000, FALSE);
  test_mux_push (mux.video, 160, 40, 100, FALSE);
  push_marker (mux.video, 7);
  test_mux_end (&mux);
  g_byte_array_unref (test_mux_pull_all (&mux));
  fail_unless_equals_string (contexts->str, "1234567");
  fail_unless_equals_string (trace->str, is_file ? "tcshmmpmpmmmpppmpshe"
      : "tcshmmpmpmmmpppme");
  g_string_free (trace, TRUE);
  g_string_free (contexts, TRUE);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* The event counts for the buffers of its own pad. */
GST_START_TEST (test_marker_of_a_pad)
{
  GString *trace = g_string_new (NULL);
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO, "latency", GST_SECOND,
      NULL);
  test_mux_trace (&mux, trace);
  test_mux_push (mux.video, 0, 40, 5000, TRUE);
  test_mux_push (mux.audio, 0, 50, 400, TRUE);
  test_mux_push (mux.audio, 50, 50, 400, TRUE);
  push_marker (mux.audio, 1);
  test_mux_push (mux.video, 40, 40, 5000, FALSE);
  test_mux_push (mux.video, 60, 40, 5000, FALSE);
  test_mux_end (&mux);
  g_byte_array_unref (test_mux_pull_all (&mux));
  fail_unless_equals_string (trace->str, "tcshpppmppe");
  g_string_free (trace, TRUE);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A flush takes events with the data that they follow. */
GST_START_TEST (test_marker_is_flushed)
{
  GString *trace = g_string_new (NULL);
  GstSegment segment;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, NULL, NULL);
  test_mux_trace (&mux, trace);
  push_marker (mux.video, 1);
  gst_harness_push_event (mux.video, gst_event_new_flush_start ());
  gst_harness_push_event (mux.video, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (mux.video, gst_event_new_segment (&segment));
  gst_harness_set_src_caps_str (mux.video, TEST_VIDEO_CAPS);
  test_mux_push (mux.video, 0, 40, 100, TRUE);
  test_mux_end (&mux);
  g_byte_array_unref (test_mux_pull_all (&mux));
  fail_unless (strchr (trace->str, 'm') == NULL, "%s", trace->str);
  g_string_free (trace, TRUE);
  test_mux_clear (&mux);
}

GST_END_TEST;

static Suite *
asfmuxevents_suite (void)
{
  Suite *s = suite_create ("asfmuxevents");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_markers, 0, 2);
  tcase_add_test (tc, test_marker_of_a_pad);
  tcase_add_test (tc, test_marker_is_flushed);
  return s;
}

GST_CHECK_MAIN (asfmuxevents);
