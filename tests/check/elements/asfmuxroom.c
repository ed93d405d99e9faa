/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "testasf.h"
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

GST_START_TEST (test_late_tags)
{
  g_autofree gchar *title = g_strnfill (__i__, 'x');
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
  fail_unless_equals_int (message == NULL, has_room (__i__));
  gst_clear_message (&message);
  /* packets and indexes are where the header says */
  test_file_write (path, bytes);
  test_assert_asfcheck (path, FALSE);
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
  tcase_add_loop_test (tc, test_late_tags, 18, 49);
  return s;
}

GST_CHECK_MAIN (asfmuxroom);
