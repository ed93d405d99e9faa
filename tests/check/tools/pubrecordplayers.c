/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Other people's players know how long a recording is, and seek in it. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "players.h"
#include "pubrecordrun.h"
#include "recordfiles.h"
#include "testmux.h"
#include "testprogramme.h"

/* Key frames are 8 s apart; each is a file. */
#define NAME "seattle-wmv2-wmavoice.wmv"
#define MAX_MS 3000
/* The file in the middle of the programme. */
#define PART 2

static gchar *folder;
static gchar *path;
static AsfHeaderInfo info;

static gboolean
record (guint64 max_ms)
{
  PubRecordRules rules = { &pub_record_disk, NULL, max_ms, 0, 0 };
  TestProgramme *programme = test_programme_open (NAME);
  PubRecordRun *run;
  gchar **files;
  guint i;

  if (programme == NULL)
    return FALSE;
  folder = record_folder_new ();
  rules.folder = folder;
  run = pub_record_run_new (&rules, "/live");
  pub_record_run_header (run, programme->header);
  for (i = 0; i < programme->packets->len; i++)
    pub_record_run_packet (run, g_ptr_array_index (programme->packets, i));
  pub_record_run_free (run);
  test_programme_free (programme);
  files = record_folder_list (folder);
  fail_unless (g_strv_length (files) == (max_ms == 0 ? 1 : 5));
  path = g_strdup (files[max_ms == 0 ? 0 : PART]);
  g_strfreev (files);
  g_free (record_file_read (path, &info));
  return TRUE;
}

static void
clear (void)
{
  record_folder_free (folder);
  g_free (path);
}

static gdouble
get_seconds (void)
{
  return info.play_duration_100ns / 1e7 - info.preroll_ms / 1e3;
}

static gdouble
run_and_find (const gchar * const *argv, const gchar * before)
{
  gchar *text = test_run_command (argv, NULL);
  gchar *found = strstr (text, before);
  gdouble value = found == NULL ? -1
      : g_ascii_strtod (found + strlen (before), NULL);

  g_free (text);
  return value;
}

/* The whole programme and a part of it. */
GST_START_TEST (test_ffmpeg)
{
  const gchar *seconds = __i__ == 0 ? "17" : "5";
  gdouble first, found;

  if (!record (__i__ * MAX_MS) || !player_have_program ("ffprobe"))
    return;
  {
    const gchar *probe[] = { "ffprobe", "-v", "error", "-show_entries",
      "format=duration", "-of", "default", path, NULL
    };
    const gchar *seek[] =
        { "ffmpeg", "-nostdin", "-v", "info", "-noaccurate_seek",
      "-ss", seconds, "-copyts", "-i", path, "-an", "-frames:v", "1", "-vf",
      "showinfo", "-f", "null", "-", NULL
    };

    found = run_and_find (probe, "duration=");
    fail_unless (ABS (found - get_seconds ()) < 0.2, "%f, not %f", found,
        get_seconds ());
    first = run_and_find (seek, "pts_time:");
  }
  /* the key frame in front of it: one each 8 s, the first is at 4 s */
  fail_unless (ABS (first - (__i__ == 0 ? 12 : 0)) < 0.5, "%f", first);
  clear ();
}

GST_END_TEST;

static GstElement *
start_playbin (void)
{
  static const gchar *const sinks[] = { "video-sink", "audio-sink" };
  GstElement *playbin = gst_element_factory_make ("playbin", NULL);
  gchar *uri = gst_filename_to_uri (path, NULL);
  guint i;

  fail_unless (playbin != NULL);
  for (i = 0; i < G_N_ELEMENTS (sinks); i++) {
    GstElement *sink = gst_element_factory_make ("fakesink", NULL);

    g_object_set (playbin, sinks[i], sink, NULL);
  }
  g_object_set (playbin, "uri", uri, NULL);
  g_free (uri);
  gst_element_set_state (playbin, GST_STATE_PAUSED);
  fail_unless (gst_element_get_state (playbin, NULL, NULL, 20 * GST_SECOND)
      == GST_STATE_CHANGE_SUCCESS);
  return playbin;
}

/* Where playing goes on after a seek to @target. */
static gint64
seek_to (GstElement * pipeline, gint64 target)
{
  gint64 position = -1;

  fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT
          | GST_SEEK_FLAG_SNAP_BEFORE, target));
  fail_unless (gst_element_get_state (pipeline, NULL, NULL, 20 * GST_SECOND)
      == GST_STATE_CHANGE_SUCCESS);
  fail_unless (gst_element_query_position (pipeline, GST_FORMAT_TIME,
          &position));
  return position;
}

GST_START_TEST (test_gstreamer)
{
  GstElement *pipeline;
  GstQuery *query = gst_query_new_seeking (GST_FORMAT_TIME);
  gint64 duration, position;
  gboolean is_seekable;

  if (!record (__i__ * MAX_MS) || !player_have_element ("asfdemux")
      || !player_have_element ("avdec_wmv2"))
    return;
  pipeline = start_playbin ();
  fail_unless (gst_element_query_duration (pipeline, GST_FORMAT_TIME,
          &duration));
  fail_unless (ABS (duration / 1e9 - get_seconds ()) < 0.2);
  fail_unless (gst_element_query (pipeline, query));
  gst_query_parse_seeking (query, NULL, &is_seekable, NULL, NULL);
  fail_unless (is_seekable);
  position = seek_to (pipeline, (__i__ == 0 ? 17 : 5) * GST_SECOND);
  fail_unless (ABS (position / 1e9 - (__i__ == 0 ? 12 : 0)) < 1, "%f",
      position / 1e9);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_query_unref (query);
  gst_object_unref (pipeline);
  clear ();
}

GST_END_TEST;

GST_START_TEST (test_mplayer)
{
  if (!record (__i__ * MAX_MS) || !player_have_program ("mplayer"))
    return;
  {
    const gchar *argv[] = { "mplayer", "-noconfig", "all", "-nolirc",
      "-identify", "-vo", "null", "-ao", "null", "-ss", "3", "-frames", "1",
      path, NULL
    };

    fail_unless (ABS (run_and_find (argv, "ID_LENGTH=") - get_seconds ())
        < 0.2);
    fail_unless (run_and_find (argv, "ID_SEEKABLE=") == 1);
  }
  clear ();
}

GST_END_TEST;

/* VLC reads the file to its end and finds the pictures that FFmpeg finds. */
GST_START_TEST (test_vlc)
{
  PlayerHashes *expected = player_hashes_new (), *seen = player_hashes_new ();
  gchar *output, *text;

  if (!record (MAX_MS) || !player_have_program ("cvlc")
      || !player_have_program ("ffmpeg"))
    return;
  output = g_build_filename (folder, "vlc.asf", NULL);
  text = player_finish_ffmpeg (player_start_ffmpeg (path), NULL);
  player_read_framemd5 (text, expected);
  g_free (text);
  player_finish_vlc (player_start_vlc (path, output), output, seen);
  fail_unless (player_count_lines (expected->pictures) > 50);
  fail_unless (player_count_common (expected->pictures, seen->pictures) + 2
      >= player_count_lines (expected->pictures), "%u of %u",
      player_count_common (expected->pictures, seen->pictures),
      player_count_lines (expected->pictures));
  player_hashes_free (expected);
  player_hashes_free (seen);
  g_free (output);
  clear ();
}

GST_END_TEST;

static Suite *
pubrecordplayers_suite (void)
{
  Suite *suite = suite_create ("pubrecordplayers");
  TCase *tc = tcase_create ("players");

  tcase_set_timeout (tc, 120);
  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_ffmpeg, 0, 2);
  tcase_add_loop_test (tc, test_gstreamer, 0, 2);
  tcase_add_loop_test (tc, test_mplayer, 0, 2);
  tcase_add_test (tc, test_vlc);
  return suite;
}

GST_CHECK_MAIN (pubrecordplayers);
