/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "asf/asfheader.h"
#include "testasf.h"
#include "testbytes.h"
#include "testmux.h"

/* Tags after the header have the room that padding= left, which is 100 bytes:
 * 36 + 2 for each character, and the rest is padding of 24 bytes or more; 26
 * bytes more can be had. */
static gboolean
has_room (guint n_characters)
{
  guint size = 36 + 2 * n_characters;

  return size == 100 || size <= 100 - 24 || size == 126 || size <= 126 - 24;
}

static const guint title_sizes[] = { 19, 20, 21, 31, 32, 33, 34, 44, 45, 46 };

GST_START_TEST (test_late_tags)
{
  guint n = title_sizes[__i__];
  g_autofree gchar *title = g_strnfill (n, 'x');
  g_autofree gchar *path = test_file_new ();
  g_autoptr (GByteArray) bytes = NULL;
  GstMessage *message;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_SEEKABLE, "padding",
      (guint64) 100, NULL);
  test_mux_push (mux.audio, 0, 50, 4800, TRUE);
  gst_harness_push_event (mux.audio,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, title, NULL)));
  test_mux_push (mux.audio, 50, 50, 4800, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  message = test_mux_message (&mux, GST_MESSAGE_WARNING);
  fail_unless_equals_int (message == NULL, has_room (n));
  gst_clear_message (&message);
  /* packets and indexes are where the header says */
  test_file_write (path, bytes);
  test_assert_asfcheck (path, FALSE);
  test_mux_clear (&mux);
  test_file_free (g_steal_pointer (&path));
}

GST_END_TEST;

/* The largest of what comes late is left out and named; the rest is there, and
 * what was there before. */
GST_START_TEST (test_largest_left_out)
{
  g_autofree gchar *comment = g_strnfill (500, 'c');
  g_autofree gchar *path = test_file_new ();
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *debug = NULL;
  GstMessage *message;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_SEEKABLE, "padding",
      (guint64) 300, NULL);
  gst_harness_push_event (mux.audio,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_ALBUM, "Early", NULL)));
  test_mux_push (mux.audio, 0, 50, 800, TRUE);
  gst_harness_push_event (mux.audio,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "Late",
              GST_TAG_GENRE, "Later", GST_TAG_COMMENT, comment, NULL)));
  test_mux_push (mux.audio, 50, 50, 800, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  message = test_mux_message (&mux, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_parse_warning (message, NULL, &debug);
  fail_unless (strstr (debug, "WM/Comments") != NULL, "%s", debug);
  fail_unless (strstr (debug, "Genre") == NULL, "%s", debug);
  gst_message_unref (message);
  fail_unless (test_has_utf16 (bytes, "Early"));
  fail_unless (test_has_utf16 (bytes, "Late"));
  fail_unless (test_has_utf16 (bytes, "Later"));
  fail_if (test_has_utf16 (bytes, comment));
  test_file_write (path, bytes);
  test_assert_asfcheck (path, FALSE);
  test_mux_clear (&mux);
  test_file_free (g_steal_pointer (&path));
}

GST_END_TEST;

/* An input whose data never came is not in the final header. */
GST_START_TEST (test_empty_stream)
{
  gboolean is_video = __i__;
  g_autofree gchar *path = test_file_new ();
  g_autoptr (GByteArray) bytes = NULL;
  TestStream stream = { NULL, 50, 0, 40, 800, 10 };
  AsfHeaderInfo info;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_SEEKABLE,
      NULL, NULL);
  stream.input = is_video ? mux.video : mux.audio;
  test_stream_start (&stream);
  gst_harness_push_event (is_video ? mux.audio : mux.video,
      gst_event_new_eos ());
  bytes = test_mux_pull_all (&mux);
  test_stream_join (&stream);
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  fail_unless_equals_int (info.n_streams, 1);
  fail_unless_equals_int (info.has_video, is_video);
  test_file_write (path, bytes);
  test_assert_asfcheck (path, FALSE);
  test_mux_clear (&mux);
  test_file_free (g_steal_pointer (&path));
}

GST_END_TEST;

/* rules, 9.1: a recording that goes on, or that nobody could end, has the
 * Broadcast Flag and can be read as far as it goes. */
GST_START_TEST (test_unfinished)
{
  g_autofree gchar *path = test_file_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  AsfHeaderInfo info;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_SEEKABLE, NULL, NULL);
  for (i = 0; i < 100; i++)
    test_mux_push (mux.audio, i * 50, 50, 400, TRUE);
  for (i = 0; i < 8; i++) {
    GstBuffer *buffer = test_mux_pull (&mux);
    GstMapInfo map;

    gst_buffer_map (buffer, &map, GST_MAP_READ);
    g_byte_array_append (bytes, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
  }
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  fail_unless_equals_int (info.flags, ASF_FILE_BROADCAST);
  fail_unless_equals_uint64 (info.packet_count, ASF_PACKET_COUNT_UNKNOWN);
  test_file_write (path, bytes);
  test_assert_asfcheck (path, TRUE);
  test_mux_clear (&mux);
  test_file_free (g_steal_pointer (&path));
}

GST_END_TEST;

static Suite *
asfmuxroom_suite (void)
{
  Suite *s = suite_create ("asfmuxroom");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_late_tags, 0, G_N_ELEMENTS (title_sizes));
  tcase_add_test (tc, test_largest_left_out);
  tcase_add_loop_test (tc, test_empty_stream, 0, 2);
  tcase_add_test (tc, test_unfinished);
  return s;
}

GST_CHECK_MAIN (asfmuxroom);
