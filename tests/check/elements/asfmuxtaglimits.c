/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <gst/tag/tag.h>

#include "testbytes.h"
#include "testmux.h"
#include "testtags.h"

/* Pictures, the limit of a broadcast's header, and tags over any limit. */

#define IMAGE_CAPS "image/jpeg"

static GstTagList *
new_pictures (guint n, gsize size)
{
  GstTagList *tags = gst_tag_list_new_empty ();
  guint i;

  for (i = 0; i < n; i++) {
    GstSample *sample = test_sample_new (IMAGE_CAPS,
        GST_TAG_IMAGE_TYPE_FRONT_COVER, size, i);

    gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, GST_TAG_IMAGE, sample, NULL);
    gst_sample_unref (sample);
  }
  return tags;
}

/* What is said of the header, and the only warning, if one came. */
typedef struct
{
  gchar *text;
  gsize size;
  gchar *warning;
  gboolean failed;
} Outcome;

static gchar *
get_warning (TestMux * mux)
{
  GstMessage *message = test_mux_message (mux, GST_MESSAGE_WARNING);
  GError *error;
  gchar *text;

  if (message == NULL)
    return NULL;
  gst_message_parse_warning (message, &error, NULL);
  text = g_strdup (error->message);
  g_error_free (error);
  gst_message_unref (message);
  fail_unless (test_mux_message (mux, GST_MESSAGE_WARNING) == NULL);
  return text;
}

static void
read_outcome (Outcome * outcome, TestMux * mux)
{
  g_autoptr (GByteArray) bytes = NULL;
  GstMessage *message;
  AsfHeaderInfo info;

  test_mux_end (mux);
  bytes = test_mux_pull_all (mux);
  outcome->warning = get_warning (mux);
  message = test_mux_message (mux, GST_MESSAGE_ERROR);
  outcome->failed = message != NULL;
  gst_clear_message (&message);
  if (bytes->len == 0)
    return;
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  outcome->size = info.header_size + 50;
  outcome->text = test_describe_header (bytes->data, bytes->len);
}

static void
write_header (Outcome * outcome, const GstTagList * tags,
    TestMuxFlags flags, guint max_header_size, guint64 padding)
{
  TestMux mux;

  memset (outcome, 0, sizeof *outcome);
  test_mux_init (&mux, TEST_MUX_AUDIO | flags, "max-header-size",
      max_header_size, "padding", padding, NULL);
  gst_tag_setter_merge_tags (GST_TAG_SETTER (mux.audio->element), tags,
      GST_TAG_MERGE_REPLACE);
  read_outcome (outcome, &mux);
  test_mux_clear (&mux);
}

static void
clear_outcome (Outcome * outcome)
{
  g_free (outcome->text);
  g_free (outcome->warning);
}

/* Type, length, MIME type, description, data. */
static const struct
{
  const gchar *tag;
  const gchar *caps;
  gint image_type;
  const gchar *start;
} pictures[] = {
  {GST_TAG_IMAGE, "image/png", GST_TAG_IMAGE_TYPE_FRONT_COVER,
      "0302000000 69006d006100670065002f0070006e0067000000 0000 aaaa"},
  {GST_TAG_IMAGE, "image/png", GST_TAG_IMAGE_TYPE_PUBLISHER_STUDIO_LOGO,
      "1402000000 69006d006100670065002f0070006e0067000000 0000 aaaa"},
  {GST_TAG_IMAGE, "image/png", GST_TAG_IMAGE_TYPE_UNDEFINED,
      "0002000000 69006d006100670065002f0070006e0067000000 0000 aaaa"},
  {GST_TAG_IMAGE, "image/png", 1000,
      "0002000000 69006d006100670065002f0070006e0067000000 0000 aaaa"},
  {GST_TAG_PREVIEW_IMAGE, "image/gif", -1,
      "0102000000 69006d006100670065002f006700690066000000 0000 aaaa"},
  {GST_TAG_IMAGE, "text/uri-list", -1,
      "0002000000 2d002d003e000000 0000 aaaa"},
};

GST_START_TEST (test_picture_bytes)
{
  g_autoptr (GByteArray) wanted = test_from_hex (pictures[__i__].start);
  g_autoptr (GByteArray) bytes = NULL;
  GstSample *sample = test_sample_new (pictures[__i__].caps,
      pictures[__i__].image_type, 2, 0xaa);
  GstTagList *tags = gst_tag_list_new (pictures[__i__].tag, sample, NULL);
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO, NULL, NULL);
  gst_tag_setter_merge_tags (GST_TAG_SETTER (mux.audio->element), tags,
      GST_TAG_MERGE_REPLACE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  test_mux_clear (&mux);
  fail_unless (memmem (bytes->data, bytes->len, wanted->data, wanted->len));
  gst_sample_unref (sample);
  gst_tag_list_unref (tags);
}

GST_END_TEST;

/* 29 bytes stand before this picture's data: 65,506 bytes of it are the last
 * that fit a WORD. */
GST_START_TEST (test_picture_size)
{
  static const gsize sizes[] = { 65506, 65507, 1000000 };
  GstTagList *tags = new_pictures (1, sizes[__i__]);
  Outcome outcome;
  g_autofree gchar *line = g_strdup_printf ("%s WM/Picture=x[%"
      G_GSIZE_FORMAT "]\n", __i__ == 0 ? "EX" : "ML 0 0", sizes[__i__] + 29);

  write_header (&outcome, tags, TEST_MUX_SEEKABLE, 0, 0);
  fail_unless (strstr (outcome.text, line) != NULL, "%s", outcome.text);
  fail_unless (outcome.warning == NULL);
  clear_outcome (&outcome);
  gst_tag_list_unref (tags);
}

GST_END_TEST;

/* Attachments and other samples are bytes. */
GST_START_TEST (test_attachment)
{
  GstSample *sample = test_sample_new ("application/pdf", -1, 3, 0xab);
  GstTagList *tags = gst_tag_list_new (GST_TAG_ATTACHMENT, sample,
      GST_TAG_PRIVATE_DATA, sample, NULL);
  Outcome outcome;

  write_header (&outcome, tags, TEST_MUX_SEEKABLE, 0, 0);
  fail_unless (test_has_line (outcome.text, "EX WM/Binary=xababab"));
  gst_sample_unref (sample);
  gst_tag_list_unref (tags);
  clear_outcome (&outcome);
}

GST_END_TEST;

static gchar *
new_text (gchar c, gsize n)
{
  gchar *text = g_malloc (n + 1);

  memset (text, c, n);
  text[n] = '\0';
  return text;
}

/* A short title, a long text, a longer one, and a picture that is shorter
 * than both. */
static GstTagList *
new_mixture (void)
{
  GstTagList *tags = new_pictures (1, 500);
  g_autofree gchar *lyrics = new_text ('l', 2000);
  g_autofree gchar *comment = new_text ('c', 1500);

  gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, GST_TAG_TITLE, "Short",
      GST_TAG_LYRICS, lyrics, GST_TAG_DESCRIPTION, comment, NULL);
  return tags;
}

/* The order in which things go: padding, pictures, then the longest. */
static const struct
{
  guint limit;
  guint64 padding;
  const gchar *warning;
} limits[] = {
  {0, 0, NULL},
  {8832, 0, NULL},
  {8192, 0, "WM/Picture"},
  {8300, 1000, "padding, WM/Picture"},
  {7000, 0, "WM/Picture, WM/Lyrics"},
  {4000, 0, "WM/Picture, WM/Lyrics"},
  {3000, 0, "WM/Picture, WM/Lyrics, Description"},
};

GST_START_TEST (test_live_limit)
{
  GstTagList *tags = new_mixture ();
  guint limit = limits[__i__].limit;
  const gchar *warning = limits[__i__].warning;
  Outcome outcome;

  write_header (&outcome, tags, 0, limit, limits[__i__].padding);
  fail_unless (limit == 0 || outcome.size <= limit);
  fail_unless (test_has_line (outcome.text, "CD Title=Short"));
  fail_unless_equals_int (outcome.warning != NULL, warning != NULL);
  if (warning != NULL) {
    fail_unless (g_str_has_suffix (outcome.warning, warning), "%s",
        outcome.warning);
    fail_if (strstr (outcome.text, "WM/Picture") != NULL);
  }
  clear_outcome (&outcome);
  gst_tag_list_unref (tags);
}

GST_END_TEST;

/* Padding is used as far as it is needed. */
GST_START_TEST (test_padding_makes_room)
{
  GstTagList *tags = gst_tag_list_new_empty ();
  Outcome outcome;

  write_header (&outcome, tags, 0, 4000, 60000);
  fail_unless_equals_int (outcome.size, 4000);
  fail_unless (g_str_has_suffix (outcome.warning, ": padding"));
  clear_outcome (&outcome);
  gst_tag_list_unref (tags);
}

GST_END_TEST;

/* The same in a file, which has no limit. */
GST_START_TEST (test_file_has_no_limit)
{
  GstTagList *tags = new_mixture ();
  Outcome outcome;

  write_header (&outcome, tags, TEST_MUX_SEEKABLE, 3000, 1000);
  fail_unless (outcome.size > 9000);
  fail_unless (outcome.warning == NULL);
  clear_outcome (&outcome);
  gst_tag_list_unref (tags);
}

GST_END_TEST;

/* What cannot be left out is an error before the first packet. */
GST_START_TEST (test_live_header_cannot_fit)
{
  GstTagList *tags = new_mixture ();
  TestMux mux;
  GstMessage *message;

  test_mux_init (&mux, TEST_MUX_AUDIO, "max-header-size", 300, NULL);
  gst_tag_setter_merge_tags (GST_TAG_SETTER (mux.audio->element), tags,
      GST_TAG_MERGE_REPLACE);
  gst_harness_push_event (mux.audio, gst_event_new_eos ());
  message = gst_bus_timed_pop_filtered (mux.bus, 10 * GST_SECOND,
      GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_unref (message);
  fail_unless_equals_int (gst_harness_buffers_received (mux.audio), 0);
  test_mux_clear (&mux);
  gst_tag_list_unref (tags);
}

GST_END_TEST;

/* Each outcome is clear: everything is there, or counted in the warning. */
GST_START_TEST (test_many_values)
{
  const guint n = 10000;
  GstTagList *tags = gst_tag_list_new_empty ();
  GValue list = G_VALUE_INIT;
  Outcome outcome;
  guint i;

  g_value_init (&list, G_TYPE_STRING);
  for (i = 0; i < n; i++) {
    g_value_take_string (&list, g_strdup_printf ("k%u=v", i));
    gst_tag_list_add_value (tags, GST_TAG_MERGE_APPEND,
        GST_TAG_EXTENDED_COMMENT, &list);
  }
  g_value_unset (&list);
  write_header (&outcome, tags, TEST_MUX_SEEKABLE, 0, 0);
  fail_unless_equals_int (outcome.failed, FALSE);
  fail_unless (outcome.warning == NULL);
  fail_unless_equals_int (test_count_lines (outcome.text, "EX k") +
      test_count_lines (outcome.text, "ML 0 0 k"), n);
  clear_outcome (&outcome);

  /* live, the rest is named */
  write_header (&outcome, tags, 0, 8192, 0);
  fail_unless (outcome.size <= 8192 && outcome.size > 8000);
  fail_unless (g_str_has_suffix (outcome.warning, ", ..."));
  clear_outcome (&outcome);
  gst_tag_list_unref (tags);
}

GST_END_TEST;

GST_START_TEST (test_many_pictures)
{
  gboolean is_live = __i__;
  GstTagList *tags = new_pictures (1000, 3000);
  Outcome outcome;

  write_header (&outcome, tags, is_live ? 0 : TEST_MUX_SEEKABLE, 8192, 0);
  fail_unless_equals_int (outcome.failed, FALSE);
  /* marks repeat after 256 of them: equal pictures are written once */
  fail_unless_equals_int (test_count_lines (outcome.text, "EX WM/Picture"),
      is_live ? 2 : 256);
  fail_unless_equals_int (outcome.warning != NULL, is_live);
  clear_outcome (&outcome);
  gst_tag_list_unref (tags);
}

GST_END_TEST;

/* Where nobody says how large a header may be, all receivers take it
 * (protocol.md, C32). */
GST_START_TEST (test_default_limit)
{
  GstTagList *tags = new_pictures (1000, 3000);
  Outcome outcome = { 0, };
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO, NULL, NULL);
  gst_tag_setter_merge_tags (GST_TAG_SETTER (mux.audio->element), tags,
      GST_TAG_MERGE_REPLACE);
  read_outcome (&outcome, &mux);
  test_mux_clear (&mux);
  fail_unless (outcome.size <= 8192 && outcome.size > 5000, "%u",
      (guint) outcome.size);
  clear_outcome (&outcome);
  gst_tag_list_unref (tags);
}

GST_END_TEST;

/* What cannot be written is named; what is nothing is not. */
GST_START_TEST (test_odd_values)
{
  g_autofree gchar *key = new_text ('k', 40000);
  g_autofree gchar *comment = g_strconcat (key, "=v", NULL);
  GstSample *empty = gst_sample_new (NULL, NULL, NULL, NULL);
  GstTagList *tags = gst_tag_list_new (GST_TAG_EXTENDED_COMMENT, comment,
      GST_TAG_EXTENDED_COMMENT, "empty=", GST_TAG_EXTENDED_COMMENT, "=x",
      GST_TAG_EXTENDED_COMMENT, "Title=not it", GST_TAG_TITLE, "It",
      GST_TAG_EXTENDED_COMMENT, "IsVBR=yes", NULL);
  Outcome outcome;

  gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, GST_TAG_IMAGE, empty, NULL);
  write_header (&outcome, tags, TEST_MUX_SEEKABLE, 0, 0);
  fail_unless_equals_int (outcome.failed, FALSE);
  fail_unless (strstr (outcome.warning, "kkkk") != NULL);
  fail_unless (strstr (outcome.warning, "image") != NULL);
  fail_if (strstr (outcome.text, "empty") != NULL);
  fail_unless (test_has_line (outcome.text, "EX WM/Text==x"));
  fail_unless_equals_int (test_count_lines (outcome.text, "CD Title="), 1);
  /* what is in every file stays what it is */
  fail_unless (test_has_line (outcome.text, "EX IsVBR=b0"));
  fail_unless (test_has_line (outcome.text, "ML 0 0 IsVBR=yes"));
  clear_outcome (&outcome);
  gst_sample_unref (empty);
  gst_tag_list_unref (tags);
}

GST_END_TEST;

static Suite *
asfmuxtaglimits_suite (void)
{
  Suite *s = suite_create ("asfmuxtaglimits");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc, test_picture_bytes, 0, G_N_ELEMENTS (pictures));
  tcase_add_loop_test (tc, test_picture_size, 0, 3);
  tcase_add_test (tc, test_attachment);
  tcase_add_loop_test (tc, test_live_limit, 0, G_N_ELEMENTS (limits));
  tcase_add_test (tc, test_padding_makes_room);
  tcase_add_test (tc, test_file_has_no_limit);
  tcase_add_test (tc, test_live_header_cannot_fit);
  tcase_add_test (tc, test_many_values);
  tcase_add_loop_test (tc, test_many_pictures, 0, 2);
  tcase_add_test (tc, test_default_limit);
  tcase_add_test (tc, test_odd_values);
  return s;
}

GST_CHECK_MAIN (asfmuxtaglimits);
