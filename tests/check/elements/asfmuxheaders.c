/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "testmux.h"

/* Headers between the packets of a broadcast (protocol.md, Messages), and what
 * a file does instead. */

#define OTHER_VIDEO_CAPS "video/x-wmv, wmvversion=2, format=WMV2, width=640, " \
    "height=480, framerate=25/1, codec_data=(buffer)f2eeb480"

/* The media objects of each part, and what no part may get wrong. */
static gchar *
describe_parts (TestMux * mux, GstBuffer * header)
{
  g_autoptr (GPtrArray) parts = test_mux_pull_parts (mux, header);
  GString *text = g_string_new (NULL);
  AsfHeaderInfo before, info;
  guint i;

  for (i = 0; i < parts->len; i++) {
    GByteArray *part = g_ptr_array_index (parts, i);
    g_autofree gchar *objects = test_mux_describe (part->data, part->len);
    gchar *path = test_file_new ();

    fail_unless (asf_header_read (part->data, part->len, &info, NULL));
    fail_unless_equals_int (info.flags, ASF_FILE_BROADCAST);
    if (i > 0)
      fail_if (asf_guid_equal (&before.file_id, &info.file_id));
    before = info;
    g_string_append_printf (text, "%s%u: %s", i > 0 ? " | " : "",
        info.n_streams, objects);
    test_file_write (path, part);
    test_assert_asfcheck (path, TRUE);
    test_file_free (path);
  }
  return g_string_free (text, FALSE);
}

static void
assert_parts (TestMux * mux, const gchar * wanted)
{
  g_autofree gchar *text = describe_parts (mux, NULL);

  fail_unless_equals_string (text, wanted);
  fail_unless (test_mux_message (mux, GST_MESSAGE_ERROR) == NULL);
  fail_unless (test_mux_message (mux, GST_MESSAGE_WARNING) == NULL);
}

/* Other caps: what came before leaves with the old header, times go on, and
 * the first packet after the new one is DISCONT. */
GST_START_TEST (test_caps)
{
  GString *trace = g_string_new (NULL);
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO, "streamable", TRUE,
      "latency", GST_SECOND, NULL);
  test_mux_trace (&mux, trace);
  test_mux_push (mux.video, 0, 40, 3000, TRUE);
  test_mux_push (mux.audio, 0, 50, 400, TRUE);
  gst_harness_set_src_caps_str (mux.video, OTHER_VIDEO_CAPS);
  test_mux_push (mux.audio, 50, 50, 400, TRUE);
  test_mux_push (mux.video, 60, 40, 6000, TRUE);
  test_mux_push (mux.audio, 100, 50, 400, TRUE);
  test_mux_end (&mux);
  assert_parts (&mux, "2: 1:0* 2:0 2:50 | 2: 1:60* 2:100");
  fail_unless_equals_string (trace->str, "tcshpchdpe");
  g_string_free (trace, TRUE);
  test_mux_clear (&mux);
}

GST_END_TEST;

static GstPadProbeReturn
note_time (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBuffer *buffer = info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST ?
      gst_buffer_list_get (GST_PAD_PROBE_INFO_BUFFER_LIST (info), 0) :
      GST_PAD_PROBE_INFO_BUFFER (info);

  g_string_append_printf (user_data, "%s%" G_GINT64_FORMAT " ",
      GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER) ? "h" : "",
      GST_BUFFER_PTS_IS_VALID (buffer) ?
      (gint64) (GST_BUFFER_PTS (buffer) / GST_MSECOND) : -1);
  return GST_PAD_PROBE_OK;
}

/* Notes from now on the times in ms of what comes out, of headers with an "h". */
static void
watch_times (TestMux * mux, GString * times)
{
  GstPad *pad = gst_element_get_static_pad (mux->out->element, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER |
      GST_PAD_PROBE_TYPE_BUFFER_LIST, note_time, times, NULL);
  gst_object_unref (pad);
}

/* A header has the time of the packet behind it, also where times have begun
 * anew. */
GST_START_TEST (test_header_times)
{
  GString *times = g_string_new (NULL);
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO, "streamable", TRUE, NULL);
  watch_times (&mux, times);
  test_mux_push (mux.video, 1000, 40, 3000, TRUE);
  gst_harness_set_src_caps_str (mux.video, OTHER_VIDEO_CAPS);
  test_mux_push (mux.video, 9000, 40, 3000, TRUE);
  for (i = 0; i < 3; i++)
    gst_buffer_unref (test_mux_pull (&mux));
  test_mux_flush (&mux, 0);
  gst_harness_set_src_caps_str (mux.video, TEST_VIDEO_CAPS);
  test_mux_push (mux.video, 2500, 40, 3000, TRUE);
  test_mux_end (&mux);
  g_ptr_array_unref (test_mux_pull_parts (&mux, NULL));
  fail_unless_equals_string (times->str, "h1000 1000 h9000 h2500 2500 ");
  g_string_free (times, TRUE);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A file's segment is of bytes: its headers have no time. */
GST_START_TEST (test_header_times_of_a_file)
{
  GString *times = g_string_new (NULL);
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  watch_times (&mux, times);
  test_mux_push (mux.video, 1000, 40, 3000, TRUE);
  test_mux_end (&mux);
  g_byte_array_unref (test_mux_pull_all (&mux));
  fail_unless (g_str_has_prefix (times->str, "h-1 1000 "));
  fail_unless (g_str_has_suffix (times->str, "h-1 "));
  g_string_free (times, TRUE);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Caps that say the same make no header. */
GST_START_TEST (test_same_caps)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, "streamable", TRUE, NULL);
  test_mux_push (mux.video, 0, 40, 3000, TRUE);
  gst_harness_set_src_caps_str (mux.video, TEST_VIDEO_CAPS ", extra=1");
  test_mux_push (mux.video, 40, 40, 3000, FALSE);
  test_mux_end (&mux);
  assert_parts (&mux, "1: 1:0* 1:40");
  test_mux_clear (&mux);
}

GST_END_TEST;

static void
start_group (GstHarness * input, const gchar * id, guint group)
{
  GstEvent *event = gst_event_new_stream_start (id);

  gst_event_set_group_id (event, group);
  fail_unless (gst_harness_push_event (input, event));
}

/* NotifyEndOfSegment: another group on all inputs is one header, the same
 * group is none; a file goes on. */
GST_START_TEST (test_group)
{
  gboolean is_file = __i__;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO |
      (is_file ? TEST_MUX_SEEKABLE : 0), "latency", GST_SECOND, NULL);
  start_group (mux.video, "v", 1);
  start_group (mux.audio, "a", 1);
  test_mux_push (mux.video, 0, 40, 3000, TRUE);
  test_mux_push (mux.audio, 0, 50, 400, TRUE);
  start_group (mux.video, "v2", 1);
  test_mux_push (mux.video, 40, 40, 3000, FALSE);
  start_group (mux.audio, "a3", 2);
  start_group (mux.video, "v3", 2);
  test_mux_push (mux.audio, 50, 50, 400, TRUE);
  test_mux_push (mux.video, 80, 40, 3000, TRUE);
  test_mux_end (&mux);
  if (is_file) {
    g_autoptr (GByteArray) bytes = test_mux_pull_all (&mux);
    g_autofree gchar *objects = test_mux_describe (bytes->data, bytes->len);

    fail_unless_equals_string (objects, "1:0* 2:0 1:40 2:50 1:80*");
  } else {
    assert_parts (&mux, "2: 1:0* 2:0 1:40 | 2: 2:50 1:80*");
  }
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A broadcast of pictures, and sound that comes after its header. */
static GstHarness *
begin_with_late_sound (TestMux * mux, GstBuffer ** header)
{
  GstHarness *late;

  test_mux_init (mux, TEST_MUX_VIDEO, "streamable", TRUE, NULL);
  test_mux_push (mux->video, 0, 40, 3000, TRUE);
  *header = test_mux_pull (mux);
  late = test_mux_add_input (mux, "audio_5", TEST_AUDIO_CAPS);
  test_mux_push (late, 50, 50, 400, TRUE);
  test_mux_push (mux->video, 60, 40, 3000, TRUE);
  return late;
}

/* A stream that comes after the header, and one that goes. */
GST_START_TEST (test_streams)
{
  g_autofree gchar *text = NULL;
  GstBuffer *header;
  GstHarness *late;
  TestMux mux;

  late = begin_with_late_sound (&mux, &header);
  /* what came before the pad goes is muxed */
  test_mux_push (late, 100, 50, 400, TRUE);
  gst_harness_teardown (late);
  test_mux_push (mux.video, 140, 40, 3000, TRUE);
  test_mux_end (&mux);
  text = describe_parts (&mux, header);
  fail_unless_equals_string (text, "1: 1:0* | 2: 2:50 1:60* 2:100 | 1: 1:140*");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A stream whose pad was released with buffers left is in the next header, under
 * a number that the stream which comes in its place does not get. */
GST_START_TEST (test_stream_in_place_of_another)
{
  g_autofree gchar *text = NULL;
  GstBuffer *header;
  GstHarness *late;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO, "streamable", TRUE,
      "latency", GST_SECOND, NULL);
  test_mux_push (mux.video, 0, 40, 3000, TRUE);
  test_mux_push (mux.audio, 0, 50, 400, TRUE);
  header = test_mux_pull (&mux);
  test_mux_push (mux.audio, 50, 50, 400, TRUE);
  test_mux_push (mux.audio, 100, 50, 400, TRUE);
  gst_harness_teardown (g_steal_pointer (&mux.audio));
  late = test_mux_add_input (&mux, "audio_1", TEST_AUDIO_CAPS);
  test_mux_push (late, 60, 50, 400, TRUE);
  gst_harness_push_event (late, gst_event_new_eos ());
  test_mux_push (mux.video, 140, 40, 3000, TRUE);
  test_mux_end (&mux);
  text = describe_parts (&mux, header);
  fail_unless_equals_string (text,
      "2: 1:0* 2:0 2:50 | 3: 3:60 2:100 | 1: 1:140*");
  gst_harness_teardown (late);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A file has no room for another stream, and says so; one that goes has just
 * ended. */
GST_START_TEST (test_streams_of_a_file)
{
  gboolean comes = __i__;
  GstMessage *message;
  GstHarness *late;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_SEEKABLE,
      NULL, NULL);
  test_mux_push (mux.video, 0, 40, 3000, TRUE);
  test_mux_push (mux.audio, 0, 40, 400, TRUE);
  if (comes) {
    gst_buffer_unref (test_mux_pull (&mux));
    late = test_mux_add_input (&mux, "audio_5", TEST_AUDIO_CAPS);
    test_mux_push (late, 10, 50, 400, TRUE);
    gst_harness_push (mux.video, test_mux_buffer (60, 40, 3000, FALSE));
    gst_harness_push (mux.audio, test_mux_buffer (60, 40, 400, FALSE));
    /* it may have taken these before it saw the pad: it waits for none of both */
    gst_harness_push_event (mux.video, gst_event_new_eos ());
    gst_harness_push_event (mux.audio, gst_event_new_eos ());
    message = gst_bus_timed_pop_filtered (mux.bus, 10 * GST_SECOND,
        GST_MESSAGE_ERROR);
    fail_unless (message != NULL);
    gst_message_unref (message);
    gst_harness_teardown (late);
  } else {
    g_autoptr (GByteArray) bytes = NULL;
    g_autofree gchar *objects = NULL;

    test_mux_push (mux.video, 60, 40, 3000, FALSE);
    test_mux_push (mux.audio, 60, 40, 400, TRUE);
    gst_harness_teardown (g_steal_pointer (&mux.audio));
    test_mux_push (mux.video, 120, 40, 3000, FALSE);
    test_mux_end (&mux);
    bytes = test_mux_pull_all (&mux);
    objects = test_mux_describe (bytes->data, bytes->len);
    fail_unless_equals_string (objects, "1:0* 2:0 1:60 2:60 1:120");
  }
  test_mux_clear (&mux);
}

GST_END_TEST;

static void
push_title (TestMux * mux, guint number)
{
  g_autofree gchar *title = g_strdup_printf ("title %u", number);

  gst_harness_push_event (mux->video, gst_event_new_tag (gst_tag_list_new
          (GST_TAG_TITLE, title, GST_TAG_BITRATE, 100000 + number, NULL)));
}

static gboolean
part_has_title (GPtrArray * parts, guint part, guint number)
{
  GByteArray *bytes = g_ptr_array_index (parts, part);
  g_autofree gchar *title = g_strdup_printf ("title %u", number);
  glong units;
  g_autofree gunichar2 *utf16 = g_utf8_to_utf16 (title, -1, NULL, &units, NULL);

  return memmem (bytes->data, bytes->len, utf16, units * 2 + 2) != NULL;
}

/* A source with another title each second: a header each ten seconds, with
 * the title of then. */
GST_START_TEST (test_tags)
{
  g_autoptr (GPtrArray) parts = NULL;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO, "streamable", TRUE, NULL);
  for (i = 0; i < 31; i++) {
    push_title (&mux, i);
    test_mux_push (mux.video, i * 1000, 1000, 3000, TRUE);
  }
  test_mux_end (&mux);
  parts = test_mux_pull_parts (&mux, NULL);
  fail_unless_equals_int (parts->len, 4);
  for (i = 0; i < parts->len; i++)
    fail_unless (part_has_title (parts, i, i * 10));
  test_mux_clear (&mux);
}

GST_END_TEST;

static gboolean
send_title (TestMux * mux, guint number)
{
  g_autofree gchar *title = g_strdup_printf ("title %u", number);

  return gst_element_send_event (mux->out->element, gst_event_new_tag
      (gst_tag_list_new (GST_TAG_TITLE, title, NULL)));
}

/* The application's own tags, sent before and while data flows: the next
 * header of a broadcast has them, and that of a file, which leaves room. */
GST_START_TEST (test_sent_tags)
{
  gboolean is_file = __i__;
  g_autoptr (GPtrArray) parts = NULL;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO | (is_file ? TEST_MUX_SEEKABLE : 0),
      "padding", G_GUINT64_CONSTANT (1000), NULL);
  fail_unless (send_title (&mux, 1));
  for (i = 0; i < 15; i++) {
    if (i == 5) {
      test_mux_wait_for_header (&mux);
      fail_unless (send_title (&mux, 2));
    }
    test_mux_push (mux.video, i * 1000, 1000, 3000, TRUE);
  }
  test_mux_end (&mux);
  if (is_file) {
    parts = g_ptr_array_new_with_free_func ((GDestroyNotify)
        g_byte_array_unref);
    g_ptr_array_add (parts, test_mux_pull_all (&mux));
    fail_unless (part_has_title (parts, 0, 2));
  } else {
    parts = test_mux_pull_parts (&mux, NULL);
    fail_unless_equals_int (parts->len, 2);
    fail_unless (part_has_title (parts, 0, 1));
    fail_unless (part_has_title (parts, 1, 2));
  }
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Neither a bit rate, nor a title that is back at what it was, nor the same
 * title again is worth a header. */
GST_START_TEST (test_unimportant_tags)
{
  g_autoptr (GPtrArray) parts = NULL;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO, "streamable", TRUE, NULL);
  push_title (&mux, 1);
  for (i = 0; i < 31; i++) {
    gst_harness_push_event (mux.video, gst_event_new_tag (gst_tag_list_new
            (GST_TAG_BITRATE, 100000 + i, NULL)));
    if (i == 5)
      push_title (&mux, 2);
    if (i == 6 || i == 20)
      push_title (&mux, 1);
    test_mux_push (mux.video, i * 1000, 1000, 3000, TRUE);
  }
  test_mux_end (&mux);
  parts = test_mux_pull_parts (&mux, NULL);
  fail_unless_equals_int (parts->len, 1);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* rules, 10: a broadcast that lasts longer than 32 bits of ms has another
 * header, whose times begin at 0 again; running times go on. */
GST_START_TEST (test_times_wrap)
{
  const gint64 late_ms = G_GINT64_CONSTANT (4294910000);
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, "streamable", TRUE, NULL);
  test_mux_push (mux.video, 0, 40, 3000, TRUE);
  test_mux_push (mux.video, late_ms, 40, 3000, TRUE);
  test_mux_push (mux.video, late_ms + 40, 40, 3000, FALSE);
  gst_harness_push_event (mux.video, gst_event_new_eos ());
  assert_parts (&mux, "1: 1:0* | 1: 1:0* 1:40");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Pictures between a header and the next key frame are lost to players: there
 * is a minute for one to come, and the last half of it goes without. */
GST_START_TEST (test_wrap_waits_for_key_frame)
{
  const gint64 late_ms = G_GINT64_CONSTANT (4294903000);
  gboolean has_key = __i__;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, "streamable", TRUE, NULL);
  test_mux_push (mux.video, 0, 40, 3000, TRUE);
  test_mux_push (mux.video, late_ms, 40, 3000, FALSE);
  test_mux_push (mux.video, late_ms + 40, 40, 3000, FALSE);
  test_mux_push (mux.video, late_ms + 1000, 40, 3000, has_key);
  test_mux_push (mux.video, late_ms + 30000, 40, 3000, FALSE);
  test_mux_push (mux.video, late_ms + 31000, 40, 3000, TRUE);
  gst_harness_push_event (mux.video, gst_event_new_eos ());
  assert_parts (&mux, has_key ? "1: 1:0* 1:4294903000 1:4294903040 | 1: 1:0* "
      "1:29000 1:30000*" : "1: 1:0* 1:4294903000 1:4294903040 1:4294904000 | "
      "1: 1:0 1:1000*");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* The same for another title, which waits ten seconds at most. */
GST_START_TEST (test_title_waits_for_key_frame)
{
  guint distance = __i__ == 0 ? 8 : 1000;
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree gchar *objects = NULL;
  GByteArray *other;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO, "streamable", TRUE, NULL);
  push_title (&mux, 1);
  for (i = 0; i < 26; i++) {
    if (i == 10)
      push_title (&mux, 2);
    test_mux_push (mux.video, i * 1000, 1000, 3000, i % distance == 0);
  }
  test_mux_end (&mux);
  parts = test_mux_pull_parts (&mux, NULL);
  fail_unless_equals_int (parts->len, 2);
  fail_unless (part_has_title (parts, 1, 2));
  other = g_ptr_array_index (parts, 1);
  objects = test_mux_describe (other->data, other->len);
  fail_unless (g_str_has_prefix (objects, distance == 8
          ? "1:16000* 1:17000" : "1:20000 1:21000"), "%s", objects);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* The same when a stream has gone. */
GST_START_TEST (test_gone_stream_waits_for_key_frame)
{
  g_autofree gchar *text = NULL;
  GstBuffer *header;
  GstHarness *late;
  TestMux mux;

  late = begin_with_late_sound (&mux, &header);
  test_mux_push (late, 100, 50, 400, TRUE);
  gst_harness_teardown (late);
  test_mux_push (mux.video, 140, 40, 3000, FALSE);
  test_mux_push (mux.video, 180, 40, 3000, TRUE);
  test_mux_end (&mux);
  text = describe_parts (&mux, header);
  fail_unless_equals_string (text,
      "1: 1:0* | 2: 2:50 1:60* 2:100 1:140 | 1: 1:180*");
  test_mux_clear (&mux);
}

GST_END_TEST;

static Suite *
asfmuxheaders_suite (void)
{
  Suite *s = suite_create ("asfmuxheaders");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_caps);
  tcase_add_test (tc, test_header_times);
  tcase_add_test (tc, test_header_times_of_a_file);
  tcase_add_test (tc, test_same_caps);
  tcase_add_loop_test (tc, test_group, 0, 2);
  tcase_add_test (tc, test_streams);
  tcase_add_test (tc, test_stream_in_place_of_another);
  tcase_add_loop_test (tc, test_streams_of_a_file, 0, 2);
  tcase_add_test (tc, test_tags);
  tcase_add_loop_test (tc, test_sent_tags, 0, 2);
  tcase_add_test (tc, test_unimportant_tags);
  tcase_add_test (tc, test_times_wrap);
  tcase_add_loop_test (tc, test_wrap_waits_for_key_frame, 0, 2);
  tcase_add_loop_test (tc, test_title_waits_for_key_frame, 0, 2);
  tcase_add_test (tc, test_gone_stream_waits_for_key_frame);
  return s;
}

GST_CHECK_MAIN (asfmuxheaders);
