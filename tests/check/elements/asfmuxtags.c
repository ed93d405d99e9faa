/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <gst/tag/tag.h>

#include "testmux.h"
#include "testtags.h"

/* Such a header cannot be streamed, which asfcheck says. */
#define MAX_STREAMED_HEADER 65531

/* What the header of a file with these tags of the application says; asfcheck
 * has looked at it, when @check is set. */
static gchar *
write_tags (const GstTagList * tags, gboolean check)
{
  g_autoptr (GByteArray) bytes = NULL;
  gchar *path = test_file_new ();
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_SEEKABLE, NULL, NULL);
  gst_tag_setter_merge_tags (GST_TAG_SETTER (mux.audio->element), tags,
      GST_TAG_MERGE_REPLACE);
  test_mux_push (mux.audio, 0, 50, 4800, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  test_mux_clear (&mux);
  test_file_write (path, bytes);
  if (check && bytes->len > MAX_STREAMED_HEADER)
    test_assert_asfcheck_too_long (path);
  else if (check)
    test_assert_asfcheck (path, FALSE);
  test_file_free (path);
  return test_describe_header (bytes->data, bytes->len);
}

static void
assert_line (const gchar * text, const gchar * line)
{
  fail_unless (test_has_line (text, line), "no %s in\n%s", line, text);
}

/* Names and types as Windows' writers and TagLib have them; values as
 * gst_value_deserialize() takes them. */
static const struct
{
  const gchar *tag;
  const gchar *value;
  const gchar *line;
} named[] = {
  {GST_TAG_TITLE, "A title", "CD Title=A title"},
  {GST_TAG_ARTIST, "Somebody", "CD Author=Somebody"},
  {GST_TAG_COPYRIGHT, "(c) they", "CD Copyright=(c) they"},
  {GST_TAG_DESCRIPTION, "About", "CD Description=About"},
  {GST_TAG_COMMENT, "Well", "CD Rating=Well"},
  {GST_TAG_COMMENT, "Well", "EX WM/Comments=Well"},
  {GST_TAG_ALBUM, "Album", "EX WM/AlbumTitle=Album"},
  {GST_TAG_ALBUM_ARTIST, "All", "EX WM/AlbumArtist=All"},
  {GST_TAG_GENRE, "Rock", "EX WM/Genre=Rock"},
  {GST_TAG_TRACK_NUMBER, "7", "EX WM/TrackNumber=d7"},
  {GST_TAG_TRACK_COUNT, "12", "EX TOTALTRACKS=12"},
  {GST_TAG_ALBUM_VOLUME_NUMBER, "2", "EX WM/PartOfSet=2"},
  {GST_TAG_ALBUM_VOLUME_COUNT, "3", "EX TOTALDISCS=3"},
  {GST_TAG_DATE, "2005-09-26", "EX WM/Year=2005-09-26"},
  {GST_TAG_DATE_TIME, "1999", "EX WM/Year=1999"},
  {GST_TAG_TITLE_SORTNAME, "T", "EX WM/TitleSortOrder=T"},
  {GST_TAG_ARTIST_SORTNAME, "A", "EX WM/ArtistSortOrder=A"},
  {GST_TAG_ALBUM_SORTNAME, "B", "EX WM/AlbumSortOrder=B"},
  {GST_TAG_ALBUM_ARTIST_SORTNAME, "C", "EX WM/AlbumArtistSortOrder=C"},
  {GST_TAG_COMPOSER_SORTNAME, "D", "EX WM/ComposerSortOrder=D"},
  {GST_TAG_COMPOSER, "Bach", "EX WM/Composer=Bach"},
  {GST_TAG_CONDUCTOR, "Boulez", "EX WM/Conductor=Boulez"},
  {GST_TAG_PERFORMER, "Gould", "EX WM/MediaCredits=Gould"},
  {GST_TAG_INTERPRETED_BY, "DJ", "EX WM/ModifiedBy=DJ"},
  {GST_TAG_PUBLISHER, "4AD", "EX WM/Publisher=4AD"},
  {GST_TAG_ORGANIZATION, "EMI", "EX WM/Publisher=EMI"},
  {GST_TAG_GROUPING, "Op. 1", "EX WM/ContentGroupDescription=Op. 1"},
  {GST_TAG_SHOW_NAME, "Show", "EX WM/SubTitle=Show"},
  {GST_TAG_ISRC, "GBAYE0000351", "EX WM/ISRC=GBAYE0000351"},
  {GST_TAG_LYRICS, "La la", "EX WM/Lyrics=La la"},
  {GST_TAG_BEATS_PER_MINUTE, "120.25", "EX WM/BeatsPerMinute=120.25"},
  {GST_TAG_MUSICAL_KEY, "Am", "EX WM/InitialKey=Am"},
  {GST_TAG_USER_RATING, "100", "EX WM/SharedUserRating=d99"},
  {GST_TAG_LANGUAGE_CODE, "fra", "EX WM/Language=fr"},
  {GST_TAG_HOMEPAGE, "http://a/", "EX WM/AuthorURL=http://a/"},
  {GST_TAG_LOCATION, "http://b/", "EX WM/AudioFileURL=http://b/"},
  {GST_TAG_COPYRIGHT_URI, "http://c/", "EX CopyrightURL=http://c/"},
  {GST_TAG_ENCODED_BY, "Me", "EX WM/EncodedBy=Me"},
  {GST_TAG_ENCODER, "Enc 1", "EX WM/EncodingSettings=Enc 1"},
  {GST_TAG_APPLICATION_NAME, "App", "EX WM/ToolName=App"},
  {GST_TAG_TRACK_GAIN, "-6.5", "EX replaygain_track_gain=-6.50 dB"},
  {GST_TAG_TRACK_PEAK, "0.988553", "EX replaygain_track_peak=0.988553"},
  {GST_TAG_ALBUM_GAIN, "1", "EX replaygain_album_gain=1.00 dB"},
  {GST_TAG_ALBUM_PEAK, "1", "EX replaygain_album_peak=1"},
  {GST_TAG_REFERENCE_LEVEL, "89", "EX replaygain_reference_loudness=89.00 dB"},
  {GST_TAG_MUSICBRAINZ_TRACKID, "a", "EX MusicBrainz/Track Id=a"},
  {GST_TAG_MUSICBRAINZ_ARTISTID, "b", "EX MusicBrainz/Artist Id=b"},
  {GST_TAG_MUSICBRAINZ_ALBUMID, "c", "EX MusicBrainz/Album Id=c"},
  {GST_TAG_MUSICBRAINZ_ALBUMARTISTID, "d", "EX MusicBrainz/Album Artist Id=d"},
  {GST_TAG_MUSICBRAINZ_RELEASEGROUPID, "e",
      "EX MusicBrainz/Release Group Id=e"},
  {GST_TAG_MUSICBRAINZ_RELEASETRACKID, "f",
      "EX MusicBrainz/Release Track Id=f"},
  {GST_TAG_MUSICBRAINZ_TRMID, "g", "EX MusicBrainz/TRM Id=g"},
  {GST_TAG_CDDA_MUSICBRAINZ_DISCID, "h", "EX MusicBrainz/Disc Id=h"},
  {GST_TAG_ACOUSTID_ID, "i", "EX Acoustid/Id=i"},
  {GST_TAG_ACOUSTID_FINGERPRINT, "j", "EX Acoustid/Fingerprint=j"},
  {GST_TAG_EXTENDED_COMMENT, "MOOD=fine=day", "EX MOOD=fine=day"},
  {GST_TAG_EXTENDED_COMMENT, "no key", "EX WM/Text=no key"},
  /* no name in ASF: their own */
  {GST_TAG_VERSION, "live", "EX version=live"},
  {GST_TAG_GEO_LOCATION_LATITUDE, "50.8503396",
      "EX geo-location-latitude=50.8503396"},
  {GST_TAG_GEO_LOCATION_LONGITUDE, "-0.1", "EX geo-location-longitude=-0.1"},
  {GST_TAG_SHOW_EPISODE_NUMBER, "4", "EX show-episode-number=4"},
  {GST_TAG_CAPTURING_SHUTTER_SPEED, "1/60",
      "EX capturing-shutter-speed=1/60"},
  {GST_TAG_CAPTURING_FLASH_FIRED, "true", "EX capturing-flash-fired=true"},
  {GST_TAG_CDDA_CDDB_DISCID, "b80ac30d", "EX discid=b80ac30d"},
};

GST_START_TEST (test_named)
{
  const gchar *tag = named[__i__].tag;
  GstTagList *tags = gst_tag_list_new_empty ();
  GValue value = G_VALUE_INIT;
  g_autofree gchar *text = NULL;

  g_value_init (&value, gst_tag_get_type (tag));
  fail_unless (gst_value_deserialize (&value, named[__i__].value));
  gst_tag_list_add_value (tags, GST_TAG_MERGE_REPLACE, tag, &value);
  g_value_unset (&value);
  text = write_tags (tags, FALSE);
  gst_tag_list_unref (tags);
  assert_line (text, named[__i__].line);
  /* in every file (rules, 3.11) */
  assert_line (text, "EX WMFSDKNeeded=0.0.0.0000");
  assert_line (text, "EX IsVBR=b0");
  assert_line (text, "MD 1 IsVBR=b0");
}

GST_END_TEST;

/* What other objects say is not said again. */
GST_START_TEST (test_said_elsewhere)
{
  GstTagList *tags = gst_tag_list_new (GST_TAG_BITRATE, 64000,
      GST_TAG_AUDIO_CODEC, "WMA", GST_TAG_CONTAINER_FORMAT, "Ogg",
      GST_TAG_DURATION, GST_SECOND, GST_TAG_NOMINAL_BITRATE, 1, NULL);
  GstTagList *none = gst_tag_list_new_empty ();
  g_autofree gchar *with = write_tags (tags, TRUE);
  g_autofree gchar *without = write_tags (none, TRUE);

  fail_unless_equals_string (with, without);
  assert_line (with, "EX WM/ToolName=gst-wms asfmux");
  gst_tag_list_unref (tags);
  gst_tag_list_unref (none);
}

GST_END_TEST;

GST_START_TEST (test_dates_and_discs)
{
  GstDateTime *when = gst_date_time_new_ymd (2005, 9, 26);
  GDate *date = g_date_new_dmy (1, 1, 1980);
  GstTagList *tags = gst_tag_list_new (GST_TAG_DATE, date, GST_TAG_DATE_TIME,
      when, GST_TAG_ALBUM_VOLUME_NUMBER, 2, GST_TAG_ALBUM_VOLUME_COUNT, 3,
      NULL);
  g_autofree gchar *text = write_tags (tags, TRUE);

  assert_line (text, "EX WM/Year=2005-09-26");
  fail_unless_equals_int (test_count_lines (text, "EX WM/Year"), 1);
  assert_line (text, "EX WM/PartOfSet=2/3");
  fail_if (strstr (text, "TOTALDISCS") != NULL);
  gst_tag_list_unref (tags);
  gst_date_time_unref (when);
  g_date_free (date);
}

GST_END_TEST;

/* rules, 3.11: repeated values belong in the Metadata Library. */
GST_START_TEST (test_repeated)
{
  GstTagList *tags = gst_tag_list_new (GST_TAG_ARTIST, "One", GST_TAG_ARTIST,
      "Two", GST_TAG_COMPOSER, "Three", GST_TAG_COMPOSER, "Four",
      GST_TAG_GENRE, "Five", GST_TAG_GENRE, "Six", GST_TAG_GENRE, "Five",
      NULL);
  g_autofree gchar *text = write_tags (tags, TRUE);

  assert_line (text, "CD Author=One");
  assert_line (text, "ML 0 0 Author=Two");
  assert_line (text, "EX WM/Composer=Three");
  assert_line (text, "ML 0 0 WM/Composer=Four");
  assert_line (text, "EX WM/Genre=Five");
  assert_line (text, "ML 0 0 WM/Genre=Six");
  fail_unless_equals_int (test_count_lines (text, "ML 0 0 WM/Genre"), 1);
  gst_tag_list_unref (tags);
}

GST_END_TEST;

static gchar *
new_text (const gchar * piece, guint n)
{
  GString *text = g_string_new (NULL);

  while (n-- > 0)
    g_string_append (text, piece);
  return g_string_free (text, FALSE);
}

/* A text's bytes with its NUL count: 32,766 units are the last that fit a
 * WORD.  Characters outside of the BMP are two units. */
static const struct
{
  const gchar *piece;
  guint n;
  gboolean fits;
} lengths[] = {
  {"x", 32766, TRUE}, {"x", 32767, FALSE}, {"x", 60000, FALSE},
  {"\xf0\x9d\x84\x9e", 16383, TRUE}, {"\xf0\x9d\x84\x9e", 60000, FALSE},
  {"\xe2\x82\xac", 60000, FALSE}, {"a\tb\r\n\x01", 10, TRUE},
};

GST_START_TEST (test_lengths)
{
  g_autofree gchar *value = new_text (lengths[__i__].piece, lengths[__i__].n);
  GstTagList *tags = gst_tag_list_new (GST_TAG_TITLE, value, GST_TAG_LYRICS,
      value, NULL);
  g_autofree gchar *text = write_tags (tags, TRUE);
  gboolean fits = lengths[__i__].fits;
  g_autofree gchar *title = g_strdup_printf ("%s Title=%s",
      fits ? "CD" : "ML 0 0", value);
  g_autofree gchar *lyrics = g_strdup_printf ("%s WM/Lyrics=%s",
      fits ? "EX" : "ML 0 0", value);

  fail_unless (strstr (text, title) != NULL);
  fail_unless (strstr (text, lyrics) != NULL);
  gst_tag_list_unref (tags);
}

GST_END_TEST;

static void
keep_warning (GstDebugCategory * category, GstDebugLevel level,
    const gchar * file, const gchar * function, gint line, GObject * object,
    GstDebugMessage * message, gpointer user_data)
{
  static GMutex lock;
  const gchar *text = gst_debug_message_get (message);

  if (level != GST_LEVEL_WARNING
      || g_strcmp0 (gst_debug_category_get_name (category), "asfmux") != 0)
    return;
  g_mutex_lock (&lock);
  g_string_append_printf (user_data, "%.24s|", text);
  g_mutex_unlock (&lock);
}

/* What the two readers will not show is named in the log, once, though it is
 * in the file. */
GST_START_TEST (test_long_values_are_logged)
{
  g_autofree gchar *longest = new_text ("x", 32766);
  g_autofree gchar *longer = new_text ("x", 32767);
  g_autofree gchar *text = NULL;
  GstTagList *tags = gst_tag_list_new (GST_TAG_TITLE, longest, GST_TAG_LYRICS,
      longer, NULL);
  GString *log = g_string_new (NULL);

  gst_debug_set_threshold_from_string ("asfmux:2", FALSE);
  gst_debug_add_log_function (keep_warning, log, NULL);
  text = write_tags (tags, FALSE);
  gst_debug_remove_log_function (keep_warning);
  fail_unless_equals_string (log->str, "WM/Lyrics is 65536 bytes|");
  g_string_free (log, TRUE);
  gst_tag_list_unref (tags);
}

GST_END_TEST;

/* Two streams; the application's word counts first, then the streams' by the
 * merge mode.  What a stream alone says is its own, in its language. */
static const struct
{
  GstTagMergeMode mode;
  const gchar *title;
  const gchar *album;
  const gchar *library[2];
} merges[] = {
  {GST_TAG_MERGE_KEEP, "CD Title=Mine", "EX WM/AlbumTitle=Video",
      {"ML 1 2 WM/AlbumTitle=Audio", NULL}},
  {GST_TAG_MERGE_KEEP_ALL, "CD Title=Mine", NULL, {NULL, NULL}},
  {GST_TAG_MERGE_REPLACE, "CD Title=Theirs", "EX WM/AlbumTitle=Audio",
      {"ML 0 1 WM/AlbumTitle=Video", NULL}},
  {GST_TAG_MERGE_APPEND, "CD Title=Mine", "EX WM/AlbumTitle=Video",
      {"ML 0 0 WM/AlbumTitle=Audio", "ML 0 0 Title=Theirs"}},
};

GST_START_TEST (test_streams)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *text = NULL;
  gchar *path;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_VIDEO | TEST_MUX_SEEKABLE,
      NULL, NULL);
  gst_tag_setter_set_tag_merge_mode (GST_TAG_SETTER (mux.video->element),
      merges[__i__].mode);
  gst_tag_setter_add_tags (GST_TAG_SETTER (mux.video->element),
      GST_TAG_MERGE_REPLACE, GST_TAG_TITLE, "Mine", NULL);
  gst_harness_push_event (mux.video, gst_event_new_tag (gst_tag_list_new
          (GST_TAG_TITLE, "Theirs", GST_TAG_ALBUM, "Video",
              GST_TAG_LANGUAGE_CODE, "en", NULL)));
  gst_harness_push_event (mux.audio, gst_event_new_tag (gst_tag_list_new
          (GST_TAG_ALBUM, "Audio", GST_TAG_MINIMUM_BITRATE, 1,
              GST_TAG_MAXIMUM_BITRATE, 2, GST_TAG_LANGUAGE_CODE, "fr", NULL)));
  test_mux_push (mux.video, 0, 40, 100, TRUE);
  test_mux_push (mux.audio, 0, 50, 400, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  test_mux_clear (&mux);
  path = test_file_new ();
  test_file_write (path, bytes);
  test_assert_asfcheck (path, FALSE);
  test_file_free (path);
  text = test_describe_header (bytes->data, bytes->len);
  assert_line (text, merges[__i__].title);
  fail_unless_equals_int (test_count_lines (text, "CD"), 1);
  if (merges[__i__].album != NULL)
    assert_line (text, merges[__i__].album);
  for (i = 0; i < 2 && merges[__i__].library[i] != NULL; i++)
    assert_line (text, merges[__i__].library[i]);
  fail_unless_equals_int (test_count_lines (text, "ML"), i);
  /* a stream's language is in the Language List */
  fail_if (strstr (text, "WM/Language") != NULL);
  /* one of the streams varies its rate */
  assert_line (text, "MD 1 IsVBR=b0");
  assert_line (text, "MD 2 IsVBR=b1");
  assert_line (text, "EX IsVBR=b1");
}

GST_END_TEST;

/* rules, 4.7: pixels that are not square */
GST_START_TEST (test_pixel_aspect_ratio)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree gchar *text = NULL;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE | TEST_MUX_NO_CAPS,
      NULL, NULL);
  gst_harness_set_src_caps_str (mux.video, TEST_VIDEO_CAPS
      ", pixel-aspect-ratio=(fraction)16/15");
  test_mux_push (mux.video, 0, 40, 100, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  test_mux_clear (&mux);
  text = test_describe_header (bytes->data, bytes->len);
  assert_line (text, "MD 1 AspectRatioX=d16");
  assert_line (text, "MD 1 AspectRatioY=d15");
}

GST_END_TEST;

static Suite *
asfmuxtags_suite (void)
{
  Suite *s = suite_create ("asfmuxtags");
  TCase *tc = tcase_create ("general");

  gst_tag_register_musicbrainz_tags ();
  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_named, 0, G_N_ELEMENTS (named));
  tcase_add_test (tc, test_said_elsewhere);
  tcase_add_test (tc, test_dates_and_discs);
  tcase_add_test (tc, test_repeated);
  tcase_add_loop_test (tc, test_lengths, 0, G_N_ELEMENTS (lengths));
  tcase_add_test (tc, test_long_values_are_logged);
  tcase_add_loop_test (tc, test_streams, 0, G_N_ELEMENTS (merges));
  tcase_add_test (tc, test_pixel_aspect_ratio);
  return s;
}

GST_CHECK_MAIN (asfmuxtags);
