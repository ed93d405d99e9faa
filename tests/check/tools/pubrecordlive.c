/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What happens to recordings while encoders push: several of them, names,
 * a lost connection, and disks that fail. */
#include <errno.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "gatedisk.h"
#include "pubthread.h"
#include "rawpush.h"
#include "recordfiles.h"
#include "testasf.h"
#include "testmounts.h"
#include "testprogramme.h"

#define DEADLINE_US (20 * test_get_patience () * G_TIME_SPAN_SECOND)

static const TestProgrammeConfig config = { 0, 4, TRUE, 100 };

static gchar *folder;
static TestProgramme *programme;
static PubRecordConfig record_config;
static guint n_warnings;

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
  n_warnings = 0;
  folder = record_folder_new ();
  programme = test_programme_new (&config);
  memset (&record_config, 0, sizeof (record_config));
  record_config.directory = folder;
  record_config.retry_ms = 1;
}

static void
teardown (void)
{
  test_programme_free (programme);
  record_folder_free (folder);
}

static void
record (PubServer * server, gpointer data)
{
  fail_unless (pub_server_set_record (server, &record_config, NULL));
}

static void
push_packets (RawPush * push, guint first, guint end)
{
  for (; first < end; first++)
    raw_push_frame (push, 'D', g_bytes_get_data (g_ptr_array_index
            (programme->packets, first), NULL), programme->packet_size);
}

static RawPush *
begin_push (PubThread * server, const gchar * path)
{
  gsize size;
  gconstpointer header = g_bytes_get_data (programme->header, &size);

  return raw_push_begin (pub_thread_get_port (server), path, header, size);
}

typedef gboolean (*InfoFunc) (const PubRecordInfo * info);

static gboolean
is_recording (const PubRecordInfo * info)
{
  return info->is_recording && info->packets > 0;
}

static gboolean
has_error (const PubRecordInfo * info)
{
  return info->error[0] != '\0' && !info->is_recording;
}

static gboolean
has_lost (const PubRecordInfo * info)
{
  return info->lost > 0;
}

static gboolean
is_well_again (const PubRecordInfo * info)
{
  return info->files > 1 && info->is_recording && info->error[0] == '\0';
}

/* The recorder's thread gets there. */
static void
wait_until (PubThread * server, const gchar * path, InfoFunc is_so)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  PubPointInfo info;

  for (pub_thread_get_point (server, path, &info); !is_so (&info.record);
      pub_thread_get_point (server, path, &info)) {
    fail_unless (g_get_monotonic_time () < deadline, "%s", info.record.error);
    g_thread_yield ();
  }
}

/* Pushes the programme again and again, its clock begins anew each time, until
 * the recording is as it should be. */
static void
push_until (PubThread * server, RawPush * push, const gchar * path,
    InfoFunc is_so)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  PubPointInfo info;
  guint i = 0;

  for (pub_thread_get_point (server, path, &info); !is_so (&info.record);
      pub_thread_get_point (server, path, &info)) {
    fail_unless (g_get_monotonic_time () < deadline, "%s", info.record.error);
    push_packets (push, i % programme->packets->len,
        i % programme->packets->len + 1);
    i++;
  }
}

/* Paths of points are anything; names of files are not. */
GST_START_TEST (test_points)
{
  static const gchar *const paths[] = { "/live", "/live/", "/a/../../b",
    "/.hidden", "/%e2%82%ac%0a", "/-rf"
  };
  PubThread *server = pub_thread_new (record, NULL);
  RawPush *pushes[G_N_ELEMENTS (paths)];
  gchar **files;
  guint i, n = 0;

  for (i = 0; i < G_N_ELEMENTS (paths); i++) {
    pushes[i] = raw_push_connect (pub_thread_get_port (server));
    if (raw_push_setup (pushes[i], paths[i], "0", "") == 204) {
      gsize size;
      gconstpointer header = g_bytes_get_data (programme->header, &size);

      raw_push_start (pushes[i], paths[i], RAW_LENGTH);
      raw_push_frame (pushes[i], 'H', header, size);
      push_packets (pushes[i], 0, programme->packets->len / 2);
      n++;
    } else {
      g_clear_pointer (&pushes[i], raw_push_free);
    }
  }
  fail_unless (n >= 3);
  for (i = 0; i < G_N_ELEMENTS (paths); i++) {
    if (pushes[i] == NULL)
      continue;
    push_packets (pushes[i], programme->packets->len / 2,
        programme->packets->len);
    raw_push_conclude (pushes[i]);
  }
  pub_thread_stop (server);
  files = record_folder_list (folder);
  assert_equals_int (g_strv_length (files), n);
  for (i = 0; i < n; i++) {
    gchar *name = g_path_get_basename (files[i]);

    record_file_check (files[i]);
    fail_unless (g_ascii_isalnum (name[0]) || name[0] == '_'
        || (guchar) name[0] >= 0x80, "%s", name);
    g_free (name);
  }
  g_strfreev (files);
}

GST_END_TEST;

/* An encoder that comes back with its push-id goes on in the same file. */
GST_START_TEST (test_resume)
{
  PubThread *server = pub_thread_new (record, NULL);
  RawPush *push = begin_push (server, "/live");
  guint n = programme->packets->len, cut = n / 2;
  guint8 part[100] = { '$', 'D', 0x90, 1, 0x82, };
  gchar *push_id = g_strdup (push->push_id);
  gchar **files;

  push_packets (push, 0, cut);
  /* in the middle of a packet */
  raw_push_send (push, part, sizeof (part));
  fail_unless (pub_thread_wait (server, "/live", pub_has_packets, cut));
  raw_push_free (push);
  fail_unless (pub_thread_wait (server, "/live", pub_has_state, PUB_PUSH_LOST));

  push = raw_push_connect (pub_thread_get_port (server));
  assert_equals_int (raw_push_setup (push, "/live", push_id, ""), 204);
  raw_push_start (push, "/live", RAW_LENGTH);
  push_packets (push, cut + 2, n);
  raw_push_conclude (push);
  pub_thread_stop (server);
  files = record_folder_list (folder);
  assert_equals_int (g_strv_length (files), 1);
  record_file_check (files[0]);
  g_strfreev (files);
  g_free (push_id);
}

GST_END_TEST;

/* A recorder tells at once when it cannot record. */
GST_START_TEST (test_refused_folders)
{
  gchar *file = g_build_filename (folder, "file", NULL);
  gchar *missing = g_build_filename (folder, "missing", NULL);
  const gchar *folders[] = { missing, file, "/proc" };
  PubServer *server = pub_server_new ();
  guint i;

  fail_unless (g_file_set_contents (file, "x", 1, NULL));
  for (i = 0; i < G_N_ELEMENTS (folders); i++) {
    GError *error = NULL;

    record_config.directory = folders[i];
    /* root may write into /proc, for all that access() knows */
    if (i == 2 && access (folders[i], W_OK) == 0)
      continue;
    fail_if (pub_server_set_record (server, &record_config, &error));
    fail_unless (error != NULL && error->domain == G_IO_ERROR
        && strstr (error->message, folders[i]) != NULL);
    g_error_free (error);
  }
  pub_server_free (server);
  g_free (missing);
  g_free (file);
}

GST_END_TEST;

/* While files may still come. */
static void
remove_folder (void)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;

  do {
    gchar **files = record_folder_list (folder);
    guint i;

    for (i = 0; files[i] != NULL; i++)
      g_unlink (files[i]);
    g_strfreev (files);
    fail_unless (g_get_monotonic_time () < deadline);
  } while (g_rmdir (folder) != 0);
}

/* The folder goes away and comes back. */
GST_START_TEST (test_removed_folder)
{
  PubThread *server = pub_thread_new (record, NULL);
  RawPush *push = begin_push (server, "/live");
  gchar **files;

  push_until (server, push, "/live", is_recording);
  remove_folder ();
  push_until (server, push, "/live", has_error);
  fail_unless (g_mkdir (folder, 0700) == 0);
  push_until (server, push, "/live", is_well_again);
  raw_push_conclude (push);
  pub_thread_stop (server);
  files = record_folder_list (folder);
  fail_unless (files[0] != NULL);
  record_file_check (files[0]);
  g_strfreev (files);
  assert_equals_int (n_warnings, 1);
}

GST_END_TEST;

/* The system's limit of a file's size, whose signal would end the program. */
GST_START_TEST (test_file_limit)
{
  const struct rlimit limit = { 150000, RLIM_INFINITY };
  const TestProgrammeConfig is_long = { 0, 30, TRUE, 100 };
  struct rlimit before;
  PubThread *server;
  RawPush *push;
  gchar **files;
  guint i;

  test_programme_free (programme);
  programme = test_programme_new (&is_long);
  record_config.retry_ms = 0;
  fail_unless (getrlimit (RLIMIT_FSIZE, &before) == 0);
  fail_unless (setrlimit (RLIMIT_FSIZE, &limit) == 0);
  server = pub_thread_new (record, NULL);
  push = begin_push (server, "/live");
  push_packets (push, 0, programme->packets->len);
  raw_push_conclude (push);
  pub_thread_stop (server);
  /* libcheck has files of its own */
  fail_unless (setrlimit (RLIMIT_FSIZE, &before) == 0);
  files = record_folder_list (folder);
  for (i = 0; files[i] != NULL; i++) {
    gchar *contents;
    gsize size;

    fail_unless (g_file_get_contents (files[i], &contents, &size, NULL));
    fail_unless (size <= limit.rlim_cur);
    record_bytes_check ((guint8 *) contents, size, files[i]);
    g_free (contents);
  }
  fail_unless (i > 0);
  g_strfreev (files);
  assert_equals_int (n_warnings, 1);
}

GST_END_TEST;

/* A file system that is full, with room for the index all the same. */
GST_START_TEST (test_full_file_system)
{
  PubThread *server;
  RawPush *push;
  gchar **files;
  guint i;

  if (!test_mounts_enter ()
      || mount ("tmpfs", folder, "tmpfs", 0, "size=64k") != 0) {
    g_print ("SKIP: no file system can be mounted here\n");
    return;
  }
  record_config.retry_ms = 0;
  server = pub_thread_new (record, NULL);
  push = begin_push (server, "/live");
  push_until (server, push, "/live", has_error);
  raw_push_conclude (push);
  pub_thread_stop (server);
  files = record_folder_list (folder);
  fail_unless (g_strv_length (files) > 0);
  for (i = 0; files[i] != NULL; i++)
    record_file_check (files[i]);
  g_strfreev (files);
  assert_equals_int (n_warnings, 1);
  fail_unless (umount (folder) == 0);
}

GST_END_TEST;

/* Packets that do not fit into the queue are lost, and counted; the session
 * goes on, and so does the file, with whole objects. */
GST_START_TEST (test_slow_disk)
{
  PubRecordDisk disk = pub_record_disk;
  guint n = programme->packets->len;
  PubPointInfo info;
  PubThread *server;
  RawPush *push;
  gchar **files;

  disk.write = gate_disk_write;
  record_config.disk = &disk;
  /* half of it for one session */
  record_config.max_waiting = 16 * programme->packet_size;
  server = pub_thread_new (record, NULL);
  push = begin_push (server, "/live");
  push_packets (push, 0, 4);
  wait_until (server, "/live", is_recording);
  gate_disk_close ();
  push_packets (push, 4, n / 2);
  fail_unless (pub_thread_wait (server, "/live", pub_has_packets, n / 2));
  pub_thread_get_point (server, "/live", &info);
  fail_unless (has_lost (&info.record));
  fail_unless (info.record.lost >= n / 2 - 4 - 2 * 8 - 2);
  gate_disk_open ();
  push_packets (push, n / 2, n);
  raw_push_conclude (push);
  pub_thread_stop (server);

  files = record_folder_list (folder);
  assert_equals_int (g_strv_length (files), 1);
  record_file_check (files[0]);
  g_strfreev (files);
  fail_unless (n_warnings >= 1);
}

GST_END_TEST;

/* Each costs more than its bytes, while the disk stands still. */
GST_START_TEST (test_tiny_packets)
{
  PubStream *stream = pub_stream_new (1 << 20, 0);
  GBytes *tiny = g_bytes_new_static ("", 1);
  PubRecordDisk disk = pub_record_disk;
  PubRecorder *recorder;
  PubRecord *self;
  PubRecordInfo info;
  AsfHeaderInfo header;
  gsize size;
  gconstpointer data = g_bytes_get_data (programme->header, &size);
  guint i;

  disk.write = gate_disk_write;
  record_config.disk = &disk;
  record_config.max_waiting = 8 * programme->packet_size + (64 << 10);
  recorder = pub_recorder_new (&record_config);
  self = pub_record_new (recorder, "/live");
  pub_record_attach (self, stream);
  fail_unless (asf_header_read (data, size, &header, NULL));
  gate_disk_close ();
  pub_stream_set_header (stream, programme->header, &header);
  for (i = 0; i < 4; i++)
    pub_stream_add_packet (stream, g_ptr_array_index (programme->packets, i));
  gate_disk_wait ();
  for (i = 0; i < 2000; i++)
    pub_stream_add_packet (stream, tiny);
  pub_record_get_info (self, &info);
  fail_unless (info.lost >= 1000, "%" G_GUINT64_FORMAT, info.lost);
  gate_disk_open ();
  pub_stream_remove_listener (stream, self);
  pub_record_free (self);
  pub_recorder_free (recorder);
  pub_stream_free (stream);
  g_bytes_unref (tiny);
}

GST_END_TEST;

static Suite *
pubrecordlive_suite (void)
{
  Suite *suite = suite_create ("pubrecordlive");
  TCase *tc = tcase_create ("live");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, setup, teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_points);
  tcase_add_test (tc, test_resume);
  tcase_add_test (tc, test_refused_folders);
  tcase_add_test (tc, test_removed_folder);
  tcase_add_test (tc, test_file_limit);
  tcase_add_test (tc, test_full_file_system);
  tcase_add_test (tc, test_slow_disk);
  tcase_add_test (tc, test_tiny_packets);
  return suite;
}

GST_CHECK_MAIN (pubrecordlive);
