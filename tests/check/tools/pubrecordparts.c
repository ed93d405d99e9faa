/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where files begin and end, and that nothing is lost between them. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "pubrecordrun.h"
#include "recordfiles.h"
#include "testprogramme.h"

#define HOUR_MS (3600 * 1000)

static gchar *folder;

static void
setup (void)
{
  folder = record_folder_new ();
}

static void
teardown (void)
{
  record_folder_free (folder);
}

static PubRecordRun *
new_run (guint64 max_ms, guint64 max_bytes)
{
  static PubRecordRules rules;

  rules.disk = &pub_record_disk;
  rules.folder = folder;
  rules.max_ms = max_ms;
  rules.max_bytes = max_bytes;
  rules.retry_us = 1;
  return pub_record_run_new (&rules, "/live");
}

static void
push (PubRecordRun * run, TestProgramme * programme, guint first, guint end)
{
  for (; first < end; first++)
    pub_record_run_packet (run, g_ptr_array_index (programme->packets, first));
}

static void
record_all (TestProgramme * programme, guint64 max_ms, guint64 max_bytes)
{
  PubRecordRun *run = new_run (max_ms, max_bytes);

  pub_record_run_header (run, programme->header);
  push (run, programme, 0, programme->packets->len);
  pub_record_run_free (run);
}

/* The objects of all files, one file after the other. */
static gchar *
read_stream (gchar ** files, guint stream)
{
  GString *all = g_string_new (NULL);
  guint i;

  for (i = 0; files[i] != NULL; i++) {
    gchar *objects = record_file_objects (files[i]);
    gchar *lines = test_programme_stream (objects, stream);

    g_string_append (all, lines);
    g_free (lines);
    g_free (objects);
  }
  return g_string_free (all, FALSE);
}

static gchar *
pushed_stream (TestProgramme * programme, guint stream)
{
  TestObjects *list = test_objects_new ();
  gchar *objects, *lines;

  test_programme_list (programme, 0, programme->packets->len, list);
  objects = test_objects_finish (list);
  lines = test_programme_stream (objects, stream);
  g_free (objects);
  return lines;
}

/* Each stream's objects are in the files, each one once and in order.
 * Returns: (transfer full): the files. */
static gchar **
check_files (TestProgramme * programme)
{
  gchar **files = record_folder_list (folder);
  guint i;

  for (i = 0; files[i] != NULL; i++)
    record_file_check (files[i]);
  for (i = 1; i <= 5; i++) {
    gchar *recorded = read_stream (files, i);
    gchar *pushed = pushed_stream (programme, i);

    fail_unless (g_str_equal (recorded, pushed), "stream %u", i);
    g_free (recorded);
    g_free (pushed);
  }
  return files;
}

/* Programmes that begin anywhere on the clock, also before its wrap. */
static const TestProgrammeConfig programmes[] = {
  {0, 10, TRUE, 0},
  {500, 10, TRUE, 300},
  {7 * HOUR_MS, 10, TRUE, 0},
  {7 * HOUR_MS, 10, TRUE, 700},
  {G_MAXUINT32 - 4200, 10, TRUE, 250},
  {G_MAXUINT32 - 7200, 10, TRUE, 1500},
  {0, 10, FALSE, 0},
  {7 * HOUR_MS, 10, FALSE, 0},
};

GST_START_TEST (test_origin)
{
  TestProgramme *programme = test_programme_new (&programmes[__i__]);
  gchar **files;

  record_all (programme, 0, 0);
  files = check_files (programme);
  assert_equals_int (g_strv_length (files), 1);
  g_strfreev (files);
  test_programme_free (programme);
}

GST_END_TEST;

/* 10 s with a key frame each second, or sound that can be cut anywhere. */
GST_START_TEST (test_cut_by_time)
{
  TestProgramme *programme = test_programme_new (&programmes[__i__]);
  gchar **files;
  guint i;

  record_all (programme, 3000, 0);
  files = check_files (programme);
  assert_equals_int (g_strv_length (files), 4);
  for (i = 0; i < 3; i++) {
    AsfHeaderInfo info;

    g_free (record_file_read (files[i], &info));
    fail_unless (info.play_duration_100ns >= 60000000
        && info.play_duration_100ns < 78000000, "%u: %" G_GUINT64_FORMAT, i,
        info.play_duration_100ns);
  }
  g_strfreev (files);
  test_programme_free (programme);
}

GST_END_TEST;

GST_START_TEST (test_cut_by_size)
{
  const gsize max = 40000;
  TestProgramme *programme = test_programme_new (&programmes[__i__]);
  gchar **files;
  guint i;

  record_all (programme, 0, max);
  files = check_files (programme);
  fail_unless (g_strv_length (files)
      >= programme->packets->len * programme->packet_size / max);
  for (i = 0; files[i] != NULL; i++) {
    gchar *contents;
    gsize size;

    fail_unless (g_file_get_contents (files[i], &contents, &size, NULL));
    fail_unless (size <= max, "%s: %u", files[i], (guint) size);
    g_free (contents);
  }
  g_strfreev (files);
  test_programme_free (programme);
}

GST_END_TEST;

/* Pictures of which none is marked as a key frame are waited for a minute; the
 * files have nothing to seek by. */
GST_START_TEST (test_cut_without_key_frames)
{
  static const TestProgrammeConfig config = { 0, 90, TRUE, 300, TRUE };
  TestProgramme *programme = test_programme_new (&config);
  gchar *pushed = pushed_stream (programme, TEST_PROGRAMME_VIDEO);
  gchar *recorded, **files;

  record_all (programme, 70000, 0);
  files = record_folder_list (folder);
  assert_equals_int (g_strv_length (files), 2);
  recorded = read_stream (files, TEST_PROGRAMME_VIDEO);
  fail_unless (g_str_has_suffix (pushed, recorded));
  fail_unless (strlen (recorded) > strlen (pushed) / 4);
  g_free (recorded);
  g_free (pushed);
  g_strfreev (files);
  test_programme_free (programme);
}

GST_END_TEST;

/* Real files, cut. */
GST_START_TEST (test_real_files)
{
  TestProgramme *programme = test_programme_open (test_media_names[__i__]);
  gchar **files;

  if (programme == NULL)
    return;
  record_all (programme, 2000, 0);
  files = check_files (programme);
  g_strfreev (files);
  test_programme_free (programme);
}

GST_END_TEST;

static gboolean
is_subset (const gchar * lines, const gchar * all)
{
  gchar **split = g_strsplit (lines, "\n", -1);
  gboolean result = TRUE;
  guint i;

  for (i = 0; split[i] != NULL; i++)
    result &= strstr (all, split[i]) != NULL;
  g_strfreev (split);
  return result;
}

/* Packets that never came, in the middle of objects: the file goes on, and has
 * whole objects only.  When the recorder has lost them itself, video goes on
 * with a key frame. */
GST_START_TEST (test_missing_packets)
{
  TestProgramme *programme = test_programme_new (&programmes[__i__ / 2]);
  PubRecordRun *run = new_run (0, 0);
  guint n = programme->packets->len, at;
  gboolean is_told = __i__ % 2;
  gchar **files;
  guint i;

  pub_record_run_header (run, programme->header);
  for (at = 0; at + 13 < n; at += 13) {
    push (run, programme, at, at + 11);
    if (is_told)
      pub_record_run_gap (run, 2);
  }
  pub_record_run_free (run);

  files = record_folder_list (folder);
  assert_equals_int (g_strv_length (files), 1);
  record_file_check (files[0]);
  for (i = 1; i <= 2; i++) {
    gchar *recorded = read_stream (files, i);
    gchar *pushed = pushed_stream (programme, i);

    fail_unless (is_subset (recorded, pushed));
    fail_unless (*recorded != '\0' || *pushed == '\0');
    g_free (recorded);
    g_free (pushed);
  }
  g_strfreev (files);
  test_programme_free (programme);
}

GST_END_TEST;

/* Another clock in the same programme begins another file. */
GST_START_TEST (test_jumps)
{
  static const guint32 clocks[][2] = {
    {5 * HOUR_MS, 0}, {0, 5 * HOUR_MS}, {HOUR_MS, HOUR_MS + 1000}
  };
  TestProgrammeConfig before = { clocks[__i__][0], 3, TRUE, 0 };
  TestProgrammeConfig after = { clocks[__i__][1], 3, TRUE, 0 };
  TestProgramme *one = test_programme_new (&before);
  TestProgramme *other = test_programme_new (&after);
  PubRecordRun *run = new_run (0, 0);
  gchar **files;

  pub_record_run_header (run, one->header);
  push (run, one, 0, one->packets->len);
  push (run, other, 0, other->packets->len);
  pub_record_run_free (run);
  files = record_folder_list (folder);
  assert_equals_int (g_strv_length (files), 2);
  record_file_check (files[0]);
  record_file_check (files[1]);
  g_strfreev (files);
  test_programme_free (one);
  test_programme_free (other);
}

GST_END_TEST;

/* Another header begins another file, and what is open is in none. */
GST_START_TEST (test_change)
{
  TestProgramme *programme = test_programme_new (&programmes[3]);
  PubRecordRun *run = new_run (0, 0);
  PubRecordCounts counts;
  guint n = programme->packets->len;
  gchar **files;

  pub_record_run_header (run, programme->header);
  push (run, programme, 0, n / 2);
  pub_record_run_header (run, programme->header);
  push (run, programme, n / 2, n);
  pub_record_run_end (run);
  pub_record_run_count (run, &counts);
  assert_equals_int (counts.files, 2);
  fail_if (counts.is_open);
  fail_unless (counts.ms > 8000 && counts.ms < 11000);
  pub_record_run_free (run);
  files = record_folder_list (folder);
  assert_equals_int (g_strv_length (files), 2);
  record_file_check (files[0]);
  record_file_check (files[1]);
  g_strfreev (files);
  test_programme_free (programme);
}

GST_END_TEST;

/* A session without packets, or without any that can be played, leaves no
 * file. */
GST_START_TEST (test_nothing)
{
  TestProgramme *programme = test_programme_new (&programmes[0]);
  GBytes *garbage = g_bytes_new_static ("\x82\0\0\x08\x5d garbage", 14);
  PubRecordRun *run = new_run (0, 0);
  gchar **files;

  pub_record_run_packet (run, g_ptr_array_index (programme->packets, 0));
  pub_record_run_header (run, garbage);
  pub_record_run_packet (run, g_ptr_array_index (programme->packets, 0));
  pub_record_run_header (run, programme->header);
  pub_record_run_packet (run, garbage);
  pub_record_run_free (run);
  files = record_folder_list (folder);
  assert_equals_int (g_strv_length (files), 0);
  g_strfreev (files);
  g_bytes_unref (garbage);
  test_programme_free (programme);
}

GST_END_TEST;

static Suite *
pubrecordparts_suite (void)
{
  Suite *suite = suite_create ("pubrecordparts");
  TCase *tc = tcase_create ("parts");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, setup, teardown);
  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_origin, 0, G_N_ELEMENTS (programmes));
  tcase_add_loop_test (tc, test_cut_by_time, 0, G_N_ELEMENTS (programmes));
  tcase_add_test (tc, test_cut_without_key_frames);
  tcase_add_loop_test (tc, test_cut_by_size, 0, G_N_ELEMENTS (programmes));
  tcase_add_loop_test (tc, test_real_files, 0, TEST_N_MEDIA);
  tcase_add_loop_test (tc, test_missing_packets, 0,
      2 * G_N_ELEMENTS (programmes));
  tcase_add_loop_test (tc, test_jumps, 0, 3);
  tcase_add_test (tc, test_change);
  tcase_add_test (tc, test_nothing);
  return suite;
}

GST_CHECK_MAIN (pubrecordparts);
