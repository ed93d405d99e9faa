/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Several sessions and one disk: what one does to it costs the others nothing,
 * and the end does not wait for it. */
#include <gst/check/gstcheck.h>

#include "gatedisk.h"
#include "pubrecord.h"
#include "recordfiles.h"
#include "testprogramme.h"

#define DEADLINE_US (20 * G_TIME_SPAN_SECOND)
/* What a file's beginning takes. */
#define CREATE_US (10 * G_TIME_SPAN_MILLISECOND)
/* More than anybody waits for. */
#define N_HEADERS 1000
#define N_SESSIONS 200
/* Packets. */
#define ROOM 80

static const TestProgrammeConfig config = { 0, 4, TRUE, 100 };

/* A session as the point has it. */
typedef struct
{
  PubStream *stream;
  PubRecord *record;
} Session;

static gchar *folder;
static TestProgramme *programme;
static AsfHeaderInfo header;
static PubRecordDisk disk;
static PubRecordConfig record_config;
static PubRecorder *recorder;
static guint n_warnings;

static void
count_warning (const gchar * domain, GLogLevelFlags level,
    const gchar * message, gpointer data)
{
  n_warnings++;
}

static gint
create_slowly (const gchar * path)
{
  g_usleep (CREATE_US);
  return pub_record_disk.create (path);
}

static void
setup (void)
{
  gconstpointer data;
  gsize size;

  g_log_set_handler ("wms-pubpoint", G_LOG_LEVEL_WARNING, count_warning, NULL);
  n_warnings = 0;
  folder = record_folder_new ();
  programme = test_programme_new (&config);
  data = g_bytes_get_data (programme->header, &size);
  fail_unless (asf_header_read (data, size, &header, NULL));
  disk = pub_record_disk;
  memset (&record_config, 0, sizeof (record_config));
  record_config.directory = folder;
  record_config.disk = &disk;
  gate_disk_open ();
}

static void
teardown (void)
{
  test_programme_free (programme);
  record_folder_free (folder);
}

static void
session_begin (Session * self, const gchar * path)
{
  self->stream = pub_stream_new (1 << 20, 0);
  self->record = pub_record_new (recorder, path);
  pub_record_attach (self->record, self->stream);
}

static void
session_end (Session * self, PubRecordInfo * info)
{
  pub_stream_remove_listener (self->stream, self->record);
  if (info != NULL)
    pub_record_get_info (self->record, info);
  pub_record_free (self->record);
  pub_stream_free (self->stream);
}

static void
send_header (Session * self)
{
  pub_stream_set_header (self->stream, programme->header, &header);
}

static void
send_packets (Session * self, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    pub_stream_add_packet (self->stream,
        g_ptr_array_index (programme->packets, i % programme->packets->len));
}

static void
send_headers (Session * self, guint n)
{
  while (n-- > 0) {
    send_header (self);
    send_packets (self, 1);
  }
}

static guint64
get_lost (Session * self)
{
  PubRecordInfo info;

  pub_record_get_info (self->record, &info);
  return info.lost;
}

/* The recorder's thread gets there. */
static void
wait_for_packets (Session * self, guint n, gboolean is_recording)
{
  gint64 deadline_us = g_get_monotonic_time () + DEADLINE_US;
  PubRecordInfo info;

  do {
    fail_unless (g_get_monotonic_time () < deadline_us);
    g_thread_yield ();
    pub_record_get_info (self->record, &info);
  } while (info.packets < n || info.is_recording != is_recording);
}

static void
check_files (const gchar * one)
{
  gchar **files = record_folder_list (folder);
  gboolean is_there = FALSE;
  guint i;

  for (i = 0; files[i] != NULL; i++) {
    record_file_check (files[i]);
    is_there |= strstr (files[i], one) != NULL;
  }
  g_strfreev (files);
  fail_unless (is_there);
}

/* Who begins a file with each packet has turns, and others have theirs; the
 * end does not wait for all these files. */
GST_START_TEST (test_files_without_end)
{
  Session hog, other;
  PubRecordInfo info;
  gint64 begin_us;

  disk.create = create_slowly;
  record_config.end_ms = 1;
  recorder = pub_recorder_new (&record_config);
  session_begin (&hog, "/hog");
  session_begin (&other, "/other");
  send_headers (&hog, N_HEADERS);
  send_header (&other);
  send_packets (&other, programme->packets->len);
  wait_for_packets (&other, programme->packets->len / 2, TRUE);
  pub_record_get_info (hog.record, &info);
  fail_unless (info.files < N_HEADERS / 4, "%u", info.files);
  session_end (&other, &info);
  assert_equals_uint64 (info.lost, 0);
  session_end (&hog, NULL);

  assert_equals_int (n_warnings, 0);
  begin_us = g_get_monotonic_time ();
  pub_recorder_free (recorder);
  fail_unless (g_get_monotonic_time () - begin_us < N_HEADERS * CREATE_US / 4);
  assert_equals_int (n_warnings, 1);
  check_files ("/other-");
}

GST_END_TEST;

/* Nor does who begins a session for each file have more than one turn. */
GST_START_TEST (test_sessions_without_end)
{
  Session hog, other;
  gchar **files;
  guint i;

  disk.create = create_slowly;
  record_config.end_ms = 1;
  recorder = pub_recorder_new (&record_config);
  session_begin (&other, "/other");
  for (i = 0; i < N_SESSIONS; i++) {
    session_begin (&hog, "/hog");
    send_header (&hog);
    send_packets (&hog, 4);
    session_end (&hog, NULL);
  }
  send_header (&other);
  send_packets (&other, programme->packets->len);
  wait_for_packets (&other, programme->packets->len / 2, TRUE);
  files = record_folder_list (folder);
  fail_unless (g_strv_length (files) < N_SESSIONS / 2);
  g_strfreev (files);
  session_end (&other, NULL);
  pub_recorder_free (recorder);
  check_files ("/other-");
}

GST_END_TEST;

/* Who fills the queue leaves room for others, again and again. */
GST_START_TEST (test_room_for_others)
{
  static const gchar *const paths[] = { "/hog", "/other-hog", "/small" };
  Session sessions[3];
  guint i;

  disk.write = gate_disk_write;
  record_config.max_waiting = ROOM * (programme->packet_size + 160);
  recorder = pub_recorder_new (&record_config);
  for (i = 0; i < 3; i++)
    session_begin (&sessions[i], paths[i]);
  gate_disk_close ();
  for (i = 0; i < 2; i++) {
    send_header (&sessions[i]);
    send_packets (&sessions[i], 2 * ROOM);
    fail_unless (get_lost (&sessions[i]) > ROOM / 2);
  }
  send_header (&sessions[2]);
  send_packets (&sessions[2], ROOM / 16);
  assert_equals_uint64 (get_lost (&sessions[2]), 0);
  assert_equals_int (n_warnings, 2);
  gate_disk_open ();
  for (i = 0; i < 3; i++)
    session_end (&sessions[i], NULL);
  pub_recorder_free (recorder);
  check_files ("/small-");
}

GST_END_TEST;

/* Sessions that come and go while the disk stands still have half of all room
 * together; who had less waiting than others loses nothing. */
GST_START_TEST (test_sessions_that_come_and_go)
{
  Session session, small, large;
  guint i;

  disk.write = gate_disk_write;
  record_config.max_waiting = ROOM * (programme->packet_size + 160);
  recorder = pub_recorder_new (&record_config);
  session_begin (&large, "/large");
  session_begin (&small, "/small");
  gate_disk_close ();
  send_header (&large);
  send_packets (&large, ROOM);
  gate_disk_wait ();
  session_end (&large, NULL);
  send_header (&small);
  send_packets (&small, 4);
  session_end (&small, NULL);
  for (i = 0; i < 10; i++) {
    session_begin (&session, "/live");
    send_header (&session);
    send_packets (&session, ROOM / 4);
    session_end (&session, NULL);
  }
  fail_unless (n_warnings > 0);
  session_begin (&session, "/live");
  send_header (&session);
  send_packets (&session, ROOM / 8);
  assert_equals_uint64 (get_lost (&session), 0);
  gate_disk_open ();
  session_end (&session, NULL);
  pub_recorder_free (recorder);
  check_files ("/small-");
}

GST_END_TEST;

/* What is lost is counted once, before and after the disk goes on. */
GST_START_TEST (test_losses_stay_counted)
{
  PubRecordInfo info;
  Session session;
  guint64 lost;

  disk.write = gate_disk_write;
  record_config.max_waiting = ROOM * (programme->packet_size + 160);
  recorder = pub_recorder_new (&record_config);
  session_begin (&session, "/live");
  gate_disk_close ();
  send_header (&session);
  send_packets (&session, ROOM);
  lost = get_lost (&session);
  fail_unless (lost > 0);
  pub_stream_end (session.stream);
  assert_equals_uint64 (get_lost (&session), lost);
  gate_disk_open ();
  wait_for_packets (&session, 1, FALSE);
  session_end (&session, &info);
  assert_equals_uint64 (info.lost, lost);
  pub_recorder_free (recorder);
}

GST_END_TEST;

/* A disk that does not answer at all is left alone. */
GST_START_TEST (test_dead_disk)
{
  Session session;

  disk.write = gate_disk_write;
  record_config.end_ms = 1;
  recorder = pub_recorder_new (&record_config);
  session_begin (&session, "/live");
  gate_disk_close ();
  send_header (&session);
  send_packets (&session, 8);
  gate_disk_wait ();
  session_end (&session, NULL);
  pub_recorder_free (recorder);
  assert_equals_int (n_warnings, 1);
  gate_disk_open ();
}

GST_END_TEST;

static Suite *
pubrecordfair_suite (void)
{
  Suite *suite = suite_create ("pubrecordfair");
  TCase *tc = tcase_create ("fair");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, setup, teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_files_without_end);
  tcase_add_test (tc, test_sessions_without_end);
  tcase_add_test (tc, test_room_for_others);
  tcase_add_test (tc, test_sessions_that_come_and_go);
  tcase_add_test (tc, test_losses_stay_counted);
  tcase_add_test (tc, test_dead_disk);
  return suite;
}

GST_CHECK_MAIN (pubrecordfair);
