/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <glib/gstdio.h>

#include "testmux.h"
#include "testtags.h"

#define PREROLL_MS 5000

static GstTocEntry *
new_entry (GstTocEntryType type, const gchar * uid, gint64 start_ms,
    gint64 stop_ms, const gchar * title)
{
  GstTocEntry *entry = gst_toc_entry_new (type, uid);

  gst_toc_entry_set_start_stop_times (entry, start_ms * GST_MSECOND,
      stop_ms < 0 ? -1 : stop_ms * (gint64) GST_MSECOND);
  if (title != NULL)
    gst_toc_entry_set_tags (entry, gst_tag_list_new (GST_TAG_TITLE, title,
            NULL));
  return entry;
}

/* Two editions; chapters out of order, one of them with a part and one without
 * a name. */
static GstToc *
new_toc (void)
{
  GstToc *toc = gst_toc_new (GST_TOC_SCOPE_GLOBAL);
  GstTocEntry *edition = gst_toc_entry_new (GST_TOC_ENTRY_TYPE_EDITION, "e1");
  GstTocEntry *chapter = new_entry (GST_TOC_ENTRY_TYPE_CHAPTER, "c2", 2500,
      4000, "Zweites \xf0\x9d\x84\x9e");

  gst_toc_entry_append_sub_entry (chapter,
      new_entry (GST_TOC_ENTRY_TYPE_CHAPTER, "c3", 3500, 4000, NULL));
  gst_toc_entry_append_sub_entry (edition, chapter);
  gst_toc_entry_append_sub_entry (edition,
      new_entry (GST_TOC_ENTRY_TYPE_CHAPTER, "c1", 0, 2500, "First"));
  gst_toc_append_entry (toc, edition);
  edition = gst_toc_entry_new (GST_TOC_ENTRY_TYPE_EDITION, "e2");
  gst_toc_entry_append_sub_entry (edition,
      new_entry (GST_TOC_ENTRY_TYPE_CHAPTER, "d1", 1000, 2000, "Other"));
  gst_toc_append_entry (toc, edition);
  return toc;
}

/* Ten objects a second from @first_ms on, for four seconds. */
static GByteArray *
finish_file (TestMux * mux, gint64 first_ms)
{
  GstHarness *input = mux->video ? mux->video : mux->audio;
  GByteArray *bytes;
  gchar *path;
  guint i;

  for (i = 0; i < 40; i++)
    test_mux_push (input, first_ms + i * 100, 100, 2800, i % 10 == 0);
  test_mux_end (mux);
  bytes = test_mux_pull_all (mux);
  path = test_file_new ();
  test_file_write (path, bytes);
  test_assert_asfcheck (path, FALSE);
  test_file_free (path);
  return bytes;
}

static guint
count_warnings (TestMux * mux)
{
  GstMessage *message;
  guint n = 0;

  while ((message = test_mux_message (mux, GST_MESSAGE_WARNING)) != NULL) {
    n++;
    gst_message_unref (message);
  }
  return n;
}

/* Number of the packet in which the last object at or before @pres_ms that is
 * key begins, and the packet's Send Time. */
typedef struct
{
  guint32 pres_ms;
  guint number;
  guint32 send_ms;
} Place;

static void
note_place (const AsfHeaderInfo * info, guint number,
    const AsfPacketInfo * packet, const AsfPayload * payload, gpointer user)
{
  Place *place = user;

  if (payload->offset > 0 || !payload->is_key ||
      payload->pres_time_ms > place->pres_ms)
    return;
  place->number = number;
  place->send_ms = packet->send_time_ms;
}

static void
assert_marker (const GByteArray * bytes, guint32 content_ms,
    const gchar * title)
{
  g_autofree gchar *text = test_describe_header (bytes->data, bytes->len);
  g_autofree gchar *line = NULL;
  Place place = {.pres_ms = PREROLL_MS + content_ms };

  test_mux_foreach_payload (bytes->data, bytes->len, note_place, &place);
  line = g_strdup_printf ("MA %u %u %u %s", place.pres_ms, place.number,
      place.send_ms, title);
  fail_unless (test_has_line (text, line), "no %s in\n%s", line, text);
}

/* rules, 3.7: markers lead to the packet of the key frame before their time,
 * and know its Send Time. */
GST_START_TEST (test_file)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *text = NULL;
  GstToc *toc = new_toc ();
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  gst_toc_setter_set_toc (GST_TOC_SETTER (mux.video->element), toc);
  /* the application's times count from the file's beginning */
  bytes = finish_file (&mux, 3600000);
  fail_unless_equals_int (count_warnings (&mux), 0);
  test_mux_clear (&mux);
  text = test_describe_header (bytes->data, bytes->len);
  fail_unless_equals_int (test_count_lines (text, "MA "), 3);
  assert_marker (bytes, 0, "First");
  assert_marker (bytes, 2500, "Zweites \xf0\x9d\x84\x9e");
  assert_marker (bytes, 3500, "03");
  fail_unless (strstr (text, "First") < strstr (text, "Zweites"));
  gst_toc_unref (toc);
}

GST_END_TEST;

/* Times of a stream's table are stream times: here a second was cut off, and
 * another one lies before the first buffer. */
GST_START_TEST (test_stream)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *text = NULL;
  GstToc *toc = new_toc ();
  GstSegment segment;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = 100 * GST_SECOND;
  segment.time = GST_SECOND;
  gst_harness_push_event (mux.video, gst_event_new_segment (&segment));
  gst_harness_push_event (mux.video, gst_event_new_toc (toc, FALSE));
  bytes = finish_file (&mux, 101000);
  test_mux_clear (&mux);
  text = test_describe_header (bytes->data, bytes->len);
  fail_unless_equals_int (test_count_lines (text, "MA "), 3);
  assert_marker (bytes, 0, "First");
  assert_marker (bytes, 500, "Zweites \xf0\x9d\x84\x9e");
  assert_marker (bytes, 1500, "03");
  gst_toc_unref (toc);
}

GST_END_TEST;

/* A seek: what comes behind it is the file, and the stream's table, which comes
 * once, is of other times there. */
GST_START_TEST (test_flush)
{
  g_autoptr (GByteArray) bytes = NULL;
  GstToc *toc = new_toc ();
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  gst_harness_push_event (mux.video, gst_event_new_toc (toc, FALSE));
  test_mux_push (mux.video, 0, 100, 2800, TRUE);
  gst_buffer_unref (test_mux_pull (&mux));
  test_mux_flush (&mux, 1000);
  bytes = finish_file (&mux, 1000);
  test_mux_clear (&mux);
  assert_marker (bytes, 0, "First");
  assert_marker (bytes, 1500, "Zweites \xf0\x9d\x84\x9e");
  assert_marker (bytes, 2500, "03");
  gst_toc_unref (toc);
}

GST_END_TEST;

/* Chapters that end before the beginning, or begin after the end. */
GST_START_TEST (test_outside)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *text = NULL;
  GstToc *toc = gst_toc_new (GST_TOC_SCOPE_CURRENT);
  GstSegment segment;
  TestMux mux;

  gst_toc_append_entry (toc, new_entry (GST_TOC_ENTRY_TYPE_TRACK, "1", 0, 500,
          "Before"));
  gst_toc_append_entry (toc, new_entry (GST_TOC_ENTRY_TYPE_TRACK, "2", 500,
          1500, "Cut"));
  gst_toc_append_entry (toc, new_entry (GST_TOC_ENTRY_TYPE_TRACK, "3", 9000,
          -1, "After"));
  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_SEEKABLE, NULL, NULL);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = GST_SECOND;
  gst_harness_push_event (mux.audio, gst_event_new_segment (&segment));
  gst_harness_push_event (mux.audio, gst_event_new_toc (toc, FALSE));
  bytes = finish_file (&mux, 1000);
  fail_unless_equals_int (count_warnings (&mux), 1);
  test_mux_clear (&mux);
  text = test_describe_header (bytes->data, bytes->len);
  fail_unless_equals_int (test_count_lines (text, "MA "), 1);
  assert_marker (bytes, 0, "Cut");
  gst_toc_unref (toc);
}

GST_END_TEST;

/* A file without data has no place that a marker could lead to. */
GST_START_TEST (test_empty_file)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *text = NULL;
  GstToc *toc = new_toc ();
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  gst_toc_setter_set_toc (GST_TOC_SETTER (mux.video->element), toc);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  fail_unless_equals_int (count_warnings (&mux), 1);
  test_mux_clear (&mux);
  text = test_describe_header (bytes->data, bytes->len);
  fail_unless_equals_int (test_count_lines (text, "MA "), 0);
  gst_toc_unref (toc);
}

GST_END_TEST;

/* A table that comes after the header needs the room of padding. */
GST_START_TEST (test_late)
{
  gboolean fits = __i__;
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *text = NULL;
  GstToc *toc = new_toc ();
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, "padding",
      (guint64) fits * 400, NULL);
  test_mux_push (mux.video, 0, 100, 3000, TRUE);
  gst_harness_push_event (mux.video, gst_event_new_toc (toc, FALSE));
  bytes = finish_file (&mux, 100);
  fail_unless_equals_int (count_warnings (&mux), !fits);
  test_mux_clear (&mux);
  text = test_describe_header (bytes->data, bytes->len);
  fail_unless_equals_int (test_count_lines (text, "MA "), fits ? 3 : 0);
  if (fits)
    assert_marker (bytes, 2500, "Zweites \xf0\x9d\x84\x9e");
  gst_toc_unref (toc);
}

GST_END_TEST;

/* A broadcast does not know where things will be, and says so once. */
GST_START_TEST (test_live)
{
  gboolean is_early = __i__ != 1;
  gboolean is_late = __i__ != 0;
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *text = NULL;
  GstToc *toc = new_toc ();
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, NULL, NULL);
  if (is_early)
    gst_harness_push_event (mux.video, gst_event_new_toc (toc, FALSE));
  test_mux_push (mux.video, 0, 100, 3000, TRUE);
  if (is_late)
    gst_harness_push_event (mux.video, gst_event_new_toc (toc, TRUE));
  test_mux_push (mux.video, 100, 100, 3000, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  fail_unless_equals_int (count_warnings (&mux), 1);
  test_mux_clear (&mux);
  text = test_describe_header (bytes->data, bytes->len);
  fail_unless_equals_int (test_count_lines (text, "MA "), 0);
  gst_toc_unref (toc);
}

GST_END_TEST;

static GstPadProbeReturn
note_order (GstPad * pad, GstPadProbeInfo * info, gpointer order)
{
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) {
    if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_TOC)
      g_string_append_c (order, 'T');
  } else {
    g_string_append_c (order, 'B');
  }
  return GST_PAD_PROBE_OK;
}

/* The table goes downstream once, after the header, whichever input it came
 * from; a later one at once. */
GST_START_TEST (test_sent_on)
{
  GString *order = g_string_new (NULL);
  GstToc *toc = new_toc ();
  GstToc *other = new_toc ();
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_SEEKABLE,
      NULL, NULL);
  gst_pad_add_probe (mux.out->sinkpad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, note_order,
      order, NULL);
  gst_harness_push_event (mux.video, gst_event_new_toc (toc, FALSE));
  gst_harness_push_event (mux.audio, gst_event_new_toc (toc, FALSE));
  test_mux_push (mux.video, 0, 100, 3000, TRUE);
  test_mux_push (mux.audio, 0, 100, 3000, TRUE);
  gst_harness_push_event (mux.video, gst_event_new_toc (other, TRUE));
  test_mux_end (&mux);
  g_byte_array_unref (test_mux_pull_all (&mux));
  test_mux_clear (&mux);
  fail_unless (g_str_has_prefix (order->str, "BT"), "%s", order->str);
  fail_unless_equals_int (strlen (order->str) -
      strcspn (order->str + 2, "T") > 2, TRUE);
  g_string_free (order, TRUE);
  gst_toc_unref (toc);
  gst_toc_unref (other);
}

GST_END_TEST;

/* FFmpeg makes chapters of them. */
GST_START_TEST (test_ffmpeg)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *text = NULL;
  gchar *path = test_file_new ();
  GstToc *toc = new_toc ();
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  gst_toc_setter_set_toc (GST_TOC_SETTER (mux.video->element), toc);
  bytes = finish_file (&mux, 0);
  test_mux_clear (&mux);
  test_file_write (path, bytes);
  text = test_ffprobe (path, "-show_chapters");
  if (text != NULL) {
    fail_unless (strstr (text, "chapter_1_start_time=\"2.500000\"") != NULL,
        "%s", text);
    fail_unless (strstr (text, "chapter_1_tags_title=\"Zweites \xf0\x9d\x84"
            "\x9e\"") != NULL, "%s", text);
  }
  test_file_free (path);
  gst_toc_unref (toc);
}

GST_END_TEST;

/* Titles and tables that are too long, and nesting without an end. */
GST_START_TEST (test_hostile)
{
  g_autoptr (GByteArray) bytes = NULL;
  GString *title = g_string_new (NULL);
  GstToc *toc = gst_toc_new (GST_TOC_SCOPE_GLOBAL);
  GstTocEntry *entry, *inner;
  gchar *text;
  TestMux mux;
  guint i;

  for (i = 0; i < 70000; i++)
    g_string_append (title, "\xf0\x9d\x84\x9e");
  entry = inner = new_entry (GST_TOC_ENTRY_TYPE_CHAPTER, "c", 0, 9, title->str);
  for (i = 0; i < 100; i++) {
    GstTocEntry *next = new_entry (GST_TOC_ENTRY_TYPE_CHAPTER, "n", i, 99,
        "Nested");

    gst_toc_entry_append_sub_entry (inner, next);
    inner = next;
  }
  gst_toc_append_entry (toc, entry);
  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  gst_toc_setter_set_toc (GST_TOC_SETTER (mux.video->element), toc);
  test_mux_push (mux.video, 0, 100, 3000, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  fail_unless (test_mux_message (&mux, GST_MESSAGE_ERROR) == NULL);
  test_mux_clear (&mux);
  text = test_describe_header (bytes->data, bytes->len);
  fail_unless_equals_int (test_count_lines (text, "MA "), 16);
  g_free (text);
  g_string_free (title, TRUE);
  gst_toc_unref (toc);
}

GST_END_TEST;

static Suite *
asfmuxchapters_suite (void)
{
  Suite *s = suite_create ("asfmuxchapters");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 30);
  tcase_add_test (tc, test_file);
  tcase_add_test (tc, test_stream);
  tcase_add_test (tc, test_flush);
  tcase_add_test (tc, test_outside);
  tcase_add_test (tc, test_empty_file);
  tcase_add_loop_test (tc, test_late, 0, 2);
  tcase_add_loop_test (tc, test_live, 0, 3);
  tcase_add_test (tc, test_sent_on);
  tcase_add_test (tc, test_ffmpeg);
  tcase_add_test (tc, test_hostile);
  return s;
}

GST_CHECK_MAIN (asfmuxchapters);
