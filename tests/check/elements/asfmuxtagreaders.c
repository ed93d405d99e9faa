/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <gst/tag/tag.h>

#include "testmux.h"
#include "testtags.h"

/* What others read of our tags: GStreamer's asfdemux and FFmpeg. */

static gchar *
write_file (const GstTagList * tags)
{
  g_autoptr (GByteArray) bytes = NULL;
  gchar *path = test_file_new ();
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_SEEKABLE, NULL, NULL);
  gst_tag_setter_merge_tags (GST_TAG_SETTER (mux.audio->element), tags,
      GST_TAG_MERGE_REPLACE);
  for (i = 0; i < 20; i++)
    test_mux_push (mux.audio, i * 50, 50, 400, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  test_mux_clear (&mux);
  test_file_write (path, bytes);
  return path;
}

static GstTagList *
read_with_asfdemux (const gchar * path)
{
  g_autofree gchar *line = g_strdup_printf ("filesrc location=%s ! "
      "asfdemux name=d d.audio_0 ! fakesink", path);
  GstElement *pipeline = gst_parse_launch (line, NULL);
  GstBus *bus = gst_element_get_bus (pipeline);
  GstTagList *all = gst_tag_list_new_empty ();
  gboolean ended = FALSE;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!ended) {
    GstMessage *message = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND,
        GST_MESSAGE_TAG | GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    GstTagList *tags;

    fail_unless (message != NULL);
    fail_if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR);
    ended = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
    if (!ended) {
      gst_message_parse_tag (message, &tags);
      gst_tag_list_insert (all, tags, GST_TAG_MERGE_REPLACE);
      gst_tag_list_unref (tags);
    }
    gst_message_unref (message);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  return all;
}

static void
assert_text (const GstTagList * tags, const gchar * tag, guint i,
    const gchar * wanted)
{
  const gchar *text = NULL;

  fail_unless (gst_tag_list_peek_string_index (tags, tag, i, &text),
      "no %s", tag);
  fail_unless_equals_string (text, wanted);
}

static void
assert_number (const GstTagList * tags, const gchar * tag, guint wanted)
{
  guint number;

  fail_unless (gst_tag_list_get_uint (tags, tag, &number), "no %s", tag);
  fail_unless_equals_int (number, wanted);
}

static void
assert_image (const GstTagList * tags, const gchar * tag, GstSample * wanted,
    gint wanted_type)
{
  gint type = GST_TAG_IMAGE_TYPE_NONE;
  GstSample *sample;
  GstMapInfo map;

  fail_unless (gst_tag_list_get_sample (tags, tag, &sample), "no %s", tag);
  if (wanted_type >= 0)
    gst_structure_get_enum (gst_sample_get_info (sample), "image-type",
        GST_TYPE_TAG_IMAGE_TYPE, &type);
  fail_unless_equals_int (type, wanted_type);
  gst_buffer_map (gst_sample_get_buffer (wanted), &map, GST_MAP_READ);
  fail_unless_equals_int (gst_buffer_memcmp (gst_sample_get_buffer (sample), 0,
          map.data, map.size), 0);
  gst_buffer_unmap (gst_sample_get_buffer (wanted), &map);
  gst_sample_unref (sample);
}

static GstTagList *
new_tags (GstSample * cover, GstSample * preview)
{
  GstDateTime *when = gst_date_time_new_ymd (2005, 9, 26);
  GstTagList *tags = gst_tag_list_new (GST_TAG_TITLE,
      "\xe3\x82\xbf \xf0\x9d\x84\x9e", GST_TAG_ARTIST, "Somebody",
      GST_TAG_COPYRIGHT, "(c) they", GST_TAG_DESCRIPTION, "About",
      GST_TAG_COMMENT, "Well", GST_TAG_ALBUM, "Album",
      GST_TAG_GENRE, "Rock", GST_TAG_GENRE, "Jazz",
      GST_TAG_TRACK_NUMBER, 7, GST_TAG_ALBUM_VOLUME_NUMBER, 2,
      GST_TAG_ALBUM_VOLUME_COUNT, 3, GST_TAG_DATE_TIME, when,
      GST_TAG_IMAGE, cover, GST_TAG_PREVIEW_IMAGE, preview, NULL);

  gst_date_time_unref (when);
  return tags;
}

/* asfdemux looks for a genre, too, and forgets it. */
GST_START_TEST (test_asfdemux)
{
  GstSample *cover = test_sample_new ("image/jpeg",
      GST_TAG_IMAGE_TYPE_FRONT_COVER, 300, 5);
  GstSample *preview = test_sample_new ("image/jpeg", -1, 200, 6);
  GstTagList *tags = new_tags (cover, preview);
  gchar *path = write_file (tags);
  GstTagList *read = read_with_asfdemux (path);
  GstDateTime *when;

  assert_text (read, GST_TAG_TITLE, 0, "\xe3\x82\xbf \xf0\x9d\x84\x9e");
  assert_text (read, GST_TAG_ARTIST, 0, "Somebody");
  assert_text (read, GST_TAG_COPYRIGHT, 0, "(c) they");
  assert_text (read, GST_TAG_DESCRIPTION, 0, "About");
  assert_text (read, GST_TAG_COMMENT, 0, "Well");
  assert_text (read, GST_TAG_ALBUM, 0, "Album");
  assert_number (read, GST_TAG_TRACK_NUMBER, 7);
  assert_number (read, GST_TAG_ALBUM_VOLUME_NUMBER, 2);
  assert_number (read, GST_TAG_ALBUM_VOLUME_COUNT, 3);
  fail_unless (gst_tag_list_get_date_time (read, GST_TAG_DATE_TIME, &when));
  fail_unless_equals_int (gst_date_time_get_year (when), 2005);
  gst_date_time_unref (when);
  assert_image (read, GST_TAG_IMAGE, cover, GST_TAG_IMAGE_TYPE_FRONT_COVER);
  assert_image (read, GST_TAG_PREVIEW_IMAGE, preview, GST_TAG_IMAGE_TYPE_NONE);
  gst_sample_unref (cover);
  gst_sample_unref (preview);
  gst_tag_list_unref (tags);
  gst_tag_list_unref (read);
  test_file_free (path);
}

GST_END_TEST;

/* FFmpeg's names. */
static const gchar *const ffprobe_lines[] = {
  "title=\"\xe3\x82\xbf \xf0\x9d\x84\x9e\"", "artist=\"Somebody\"",
  "copyright=\"(c) they\"", "comment=\"About\"", "album=\"Album\"",
  "track=\"7\"", "disc=\"2/3\"", "genre=\"Rock\"",
  "album_artist=\"All\"", "composer=\"Bach\"", "publisher=\"4AD\"",
  "encoded_by=\"Me\"", "encoder=\"Enc 1\"", "language=\"en\"",
};

GST_START_TEST (test_ffmpeg)
{
  GstSample *cover = test_sample_new ("image/jpeg",
      GST_TAG_IMAGE_TYPE_FRONT_COVER, 300, 5);
  GstSample *back = test_sample_new ("image/jpeg",
      GST_TAG_IMAGE_TYPE_BACK_COVER, 400, 6);
  GstTagList *tags = new_tags (cover, cover);
  g_autofree gchar *text = NULL;
  gchar *path;
  guint i;

  gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, GST_TAG_ALBUM_ARTIST, "All",
      GST_TAG_COMPOSER, "Bach", GST_TAG_PUBLISHER, "4AD", GST_TAG_ENCODED_BY,
      "Me", GST_TAG_ENCODER, "Enc 1", GST_TAG_LANGUAGE_CODE, "eng",
      GST_TAG_ARTIST, "Another", GST_TAG_COMPOSER, "Liszt", GST_TAG_IMAGE, back,
      NULL);
  path = write_file (tags);
  text = test_ffprobe (path, "-show_entries format_tags:stream_tags:"
      "stream_disposition=attached_pic");
  for (i = 0; text != NULL && i < G_N_ELEMENTS (ffprobe_lines); i++)
    fail_unless (strstr (text, ffprobe_lines[i]) != NULL, "no %s in\n%s",
        ffprobe_lines[i], text);
  if (text != NULL) {
    fail_unless (strstr (text, "stream_1_disposition_attached_pic=1") != NULL,
        "%s", text);
    fail_unless (strstr (text, "Cover (front)") != NULL, "%s", text);
    fail_unless (strstr (text, "Cover (back)") != NULL, "%s", text);
  }
  gst_sample_unref (cover);
  gst_sample_unref (back);
  gst_tag_list_unref (tags);
  test_file_free (path);
}

GST_END_TEST;

static Suite *
asfmuxtagreaders_suite (void)
{
  Suite *s = suite_create ("asfmuxtagreaders");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_asfdemux);
  tcase_add_test (tc, test_ffmpeg);
  return s;
}

GST_CHECK_MAIN (asfmuxtagreaders);
