/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A disk that fails: each file is closed as well as that disk lets it, one
 * warning is given, and recording goes on when the disk does. */
#include <errno.h>

#include <gst/check/gstcheck.h>

#include "failalloc.h"
#include "memorydisk.h"
#include "pubrecordrun.h"
#include "recordfiles.h"
#include "testasf.h"
#include "testprogramme.h"

#define LAST_PACKETS 60
/* From one key frame to the next. */
#define KEY_PACKETS 25
/* How far apart the faults are: with a sanitizer each takes ten times as
 * long. */
#ifdef __SANITIZE_ADDRESS__
#define ROOM_STEP 2477
#define CALL_STEP 13
#else
#define ROOM_STEP 421
#define CALL_STEP 2
#endif

static const PubRecordRules rules = { &memory_disk, "/folder", 0, 0, 0 };
static const TestProgrammeConfig config = { 0, 8, TRUE, 200 };

static TestProgramme *programme;
static guint n_warnings;
static gboolean was_open;       /* before the programme's end */

static void
count_warning (const gchar * domain, GLogLevelFlags level,
    const gchar * message, gpointer data)
{
  n_warnings++;
}

static void
setup (void)
{
  g_log_set_handler ("wms-pubpoint", G_LOG_LEVEL_WARNING, count_warning, NULL);
  programme = test_programme_new (&config);
}

static void
teardown (void)
{
  test_programme_free (programme);
}

/* Each file that has a name.  Returns: how many have an index; those that stay
 * broadcasts are only read. */
static guint
check_files (guint * n_files, guint * n_unfinished)
{
  guint i, n_indexed = 0;

  *n_files = *n_unfinished = 0;
  for (i = 0; i < memory_disk_count_files (); i++) {
    GByteArray *file = memory_disk_get_file (i);
    AsfHeaderInfo info;

    if (!memory_disk_is_removed (i)) {
      (*n_files)++;
      fail_unless (asf_header_read (file->data, file->len, &info, NULL));
      if (info.flags & ASF_FILE_BROADCAST)
        (*n_unfinished)++;
      else
        n_indexed += record_bytes_check (file->data, file->len,
            "memory") ? 1 : 0;
    }
    g_byte_array_unref (file);
  }
  return n_indexed;
}

/* Records all of it; the disk has room again for the last packets. */
static void
record (PubRecordCounts * counts, gboolean * had_problem)
{
  PubRecordRun *run = pub_record_run_new (&rules, "/live");
  guint i;

  n_warnings = 0;
  *had_problem = FALSE;
  pub_record_run_header (run, programme->header);
  for (i = 0; i < programme->packets->len; i++) {
    if (i + LAST_PACKETS == programme->packets->len)
      memory_disk_set_room (-1);
    pub_record_run_packet (run, g_ptr_array_index (programme->packets, i));
    pub_record_run_flush (run);
    pub_record_run_count (run, counts);
    *had_problem |= counts->problem != NULL;
  }
  was_open = counts->is_open;
  pub_record_run_end (run);
  pub_record_run_count (run, counts);
  counts->problem = NULL;
  counts->name = NULL;
  pub_record_run_free (run);
}

/* Full at any byte: there is room for the index all the same. */
GST_START_TEST (test_full)
{
  const gsize all = programme->packets->len * programme->packet_size;
  guint room;

  for (room = 1; room < all / 2; room += ROOM_STEP) {
    PubRecordCounts counts;
    gboolean had_problem;
    guint n_files, n_unfinished;

    memory_disk_reset ();
    memory_disk_set_room (room);
    record (&counts, &had_problem);
    assert_equals_int (check_files (&n_files, &n_unfinished), n_files);
    assert_equals_int (n_unfinished, 0);
    fail_unless (n_files >= 1 && was_open);
    assert_equals_int (n_warnings, 1);
    fail_unless (had_problem && counts.lost > 0);
  }
}

GST_END_TEST;

static const struct
{
  MemoryDiskKind kind;
  guint last_step;
  gint code;
} failures[] = {
  {MEMORY_DISK_WRITE, 180, EIO},
  {MEMORY_DISK_WRITE, 180, ENOSPC},
  {MEMORY_DISK_WRITE, 180, EFBIG},
  {MEMORY_DISK_TRUNCATE, 3, EIO},
};

/* Any one call that fails, and any two of them. */
GST_START_TEST (test_failing_calls)
{
  guint step, n;

  for (step = 1; step <= failures[__i__].last_step; step += CALL_STEP) {
    for (n = 1; n <= 2; n++) {
      PubRecordCounts counts;
      gboolean had_problem;
      guint n_files, n_unfinished;

      memory_disk_reset ();
      memory_disk_fail (failures[__i__].kind, step, n, failures[__i__].code);
      record (&counts, &had_problem);
      check_files (&n_files, &n_unfinished);
      fail_unless (n_files >= 1 && n_unfinished <= n - 1);
      fail_unless (was_open || step + KEY_PACKETS > failures[__i__].last_step);
      fail_unless (n_warnings <= 1);
    }
  }
}

GST_END_TEST;

/* No descriptor is left, for a while: nothing but packets is lost. */
GST_START_TEST (test_no_descriptors)
{
  PubRecordCounts counts;
  gboolean had_problem;
  guint n_files, n_unfinished;

  memory_disk_reset ();
  memory_disk_fail (MEMORY_DISK_CREATE, 1, 3, EMFILE);
  record (&counts, &had_problem);
  assert_equals_int (check_files (&n_files, &n_unfinished), 1);
  assert_equals_int (n_files, 1);
  assert_equals_int (n_warnings, 1);
  fail_unless (had_problem && counts.lost > 0);
  assert_equals_int (counts.files, 1);
  assert_equals_uint64 (counts.lost + counts.packets, programme->packets->len);
}

GST_END_TEST;

/* No memory for an index: the file has none, all its packets, and somebody is
 * told. */
GST_START_TEST (test_no_memory)
{
  PubRecordCounts counts;
  gboolean had_problem;
  guint n_files, n_unfinished, n_indexed, n_calls;
  gint nth;

  memory_disk_reset ();
  fail_arm (FAIL_TRY, -1, FALSE);
  record (&counts, &had_problem);
  n_calls = fail_disarm ();
  fail_unless (n_calls >= 1);
  for (nth = 0; nth < (gint) n_calls; nth++) {
    memory_disk_reset ();
    fail_arm (FAIL_TRY, nth, FALSE);
    record (&counts, &had_problem);
    fail_disarm ();
    n_indexed = check_files (&n_files, &n_unfinished);
    assert_equals_int (n_files, 1);
    assert_equals_int (n_unfinished, 0);
    assert_equals_int (n_indexed, 0);
    assert_equals_int (n_warnings, 1);
    assert_equals_uint64 (counts.packets, programme->packets->len);
    assert_equals_uint64 (counts.lost, 0);
  }
}

GST_END_TEST;

/* After a failure the first try comes after a time, and the next ones after
 * longer ones. */
GST_START_TEST (test_patience)
{
  PubRecordRules patient = { &memory_disk, "/folder", 0, 0,
    G_TIME_SPAN_MINUTE
  };
  PubRecordRun *run = pub_record_run_new (&patient, "/live");
  PubRecordCounts counts;
  guint i;

  memory_disk_reset ();
  memory_disk_fail (MEMORY_DISK_CREATE, 1, 1, EMFILE);
  n_warnings = 0;
  pub_record_run_header (run, programme->header);
  for (i = 0; i < programme->packets->len; i++)
    pub_record_run_packet (run, g_ptr_array_index (programme->packets, i));
  pub_record_run_count (run, &counts);
  assert_equals_int (memory_disk_count_files (), 0);
  assert_equals_uint64 (counts.lost, programme->packets->len);
  fail_unless (counts.problem != NULL);
  /* the next session does not ask the disk sooner */
  pub_record_run_header (run, programme->header);
  pub_record_run_packet (run, g_ptr_array_index (programme->packets, 0));
  assert_equals_int (memory_disk_count_files (), 0);
  pub_record_run_free (run);
  assert_equals_int (n_warnings, 1);
}

GST_END_TEST;

/* Somebody removes the file: that is noticed, and told. */
GST_START_TEST (test_removed_file)
{
  PubRecordRun *run = pub_record_run_new (&rules, "/live");
  gint64 deadline = g_get_monotonic_time ()
      + 20 * test_get_patience () * G_TIME_SPAN_SECOND;
  PubRecordCounts counts;
  guint i;

  memory_disk_reset ();
  n_warnings = 0;
  pub_record_run_header (run, programme->header);
  for (i = 0; i < programme->packets->len / 2; i++)
    pub_record_run_packet (run, g_ptr_array_index (programme->packets, i));
  memory_disk_set_linked (FALSE);
  do {
    fail_unless (g_get_monotonic_time () < deadline);
    g_thread_yield ();
    pub_record_run_flush (run);
    pub_record_run_count (run, &counts);
  } while (counts.problem == NULL);
  fail_if (counts.is_open);
  memory_disk_set_linked (TRUE);
  for (; i < programme->packets->len; i++)
    pub_record_run_packet (run, g_ptr_array_index (programme->packets, i));
  pub_record_run_count (run, &counts);
  fail_unless (counts.is_open && counts.problem == NULL && counts.files == 2);
  pub_record_run_free (run);
  assert_equals_int (n_warnings, 1);
}

GST_END_TEST;

static Suite *
pubrecordfaults_suite (void)
{
  Suite *suite = suite_create ("pubrecordfaults");
  TCase *tc = tcase_create ("faults");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, setup, teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_full);
  tcase_add_loop_test (tc, test_failing_calls, 0, G_N_ELEMENTS (failures));
  tcase_add_test (tc, test_no_descriptors);
  tcase_add_test (tc, test_no_memory);
  tcase_add_test (tc, test_patience);
  tcase_add_test (tc, test_removed_file);
  return suite;
}

GST_CHECK_MAIN (pubrecordfaults);
