/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The program wms-pubpoint: options, its one line, its end. */
#include <signal.h>

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "programcase.h"
#include "rawpush.h"
#include "recordfiles.h"
#include "testasf.h"
#include "testprogramme.h"

#define PATH "/live"

/* SIGTERM and SIGINT: the encoder is answered, players get $E, the recording
 * is complete. */
GST_START_TEST (test_signals)
{
  const TestHeader description = { ASF_FILE_BROADCAST, 200, 0,
    {&asf_guid_stream_audio}, FALSE
  };
  const gchar *play = "GET " PATH " HTTP/1.1\r\nHost: localhost\r\n"
      "User-Agent: NSPlayer/4.1\r\nPragma: xPlayStrm=1\r\n\r\n";
  gchar *folder = record_folder_new ();
  const gchar *options[] = { "--record", folder, NULL };
  ProgramCase *program = program_case_run (options);
  guint port = program->port;
  GByteArray *header = test_asf_header (&description);
  GByteArray *packet = test_asf_packet (200, 50, 'x', TRUE, 1000);
  RawPush *push = raw_push_connect (port), *player = raw_push_connect (port);
  AsfHeaderInfo info;
  gchar **files;

  assert_equals_int (raw_push_setup (push, PATH, "0", ""), 204);
  raw_push_start (push, PATH, RAW_LENGTH);
  raw_push_frame (push, 'H', header->data, header->len);
  raw_push_frame (push, 'D', packet->data, packet->len);
  raw_push_send_text (player, play);
  assert_equals_int (raw_push_response (player, NULL), 200);
  raw_push_read (player, 12 + header->len + 12);
  raw_push_read (player, 12 + header->len + 4
      + GST_READ_UINT16_LE (player->received->str + 12 + header->len + 2));
  g_string_truncate (player->received, 0);

  /* timeout(1) hands it on; a second one does no harm */
  program_case_signal (program, __i__ == 0 ? SIGTERM : SIGINT);
  assert_equals_int (raw_push_response (push, NULL), 503);
  program_case_signal (program, __i__ == 0 ? SIGTERM : SIGINT);
  raw_push_read (player, 8);
  fail_unless (memcmp (player->received->str, "$E\x04\0\0\0\0\0", 8) == 0);
  raw_push_free (push);
  raw_push_free (player);
  assert_equals_int (program_case_wait (program), 0);
  program_case_free (program);

  files = record_folder_list (folder);
  assert_equals_int (g_strv_length (files), 1);
  g_free (record_file_read (files[0], &info));
  assert_equals_uint64 (info.packet_count, 1);
  g_strfreev (files);
  g_byte_array_unref (header);
  g_byte_array_unref (packet);
  record_folder_free (folder);
}

GST_END_TEST;

/* What the file has of the programme; it is a broadcast's to its end. */
static void
check_broadcast (const gchar * path, TestProgramme * programme)
{
  AsfHeaderInfo info;
  gchar *contents;
  gsize size, at, i;

  fail_unless (g_file_get_contents (path, &contents, &size, NULL));
  fail_unless (asf_header_read ((guint8 *) contents, size, &info, NULL));
  assert_equals_int (info.flags, ASF_FILE_BROADCAST);
  at = info.header_size + ASF_DATA_HEAD_SIZE;
  assert_equals_uint64 (size, at + programme->packets->len * info.packet_size);
  for (i = 0; i < programme->packets->len; i++)
    fail_unless (memcmp (contents + at + i * info.packet_size,
            g_bytes_get_data (g_ptr_array_index (programme->packets, i), NULL),
            info.packet_size) == 0);
  g_free (contents);
}

/* What has been received outlives the program. */
GST_START_TEST (test_killed)
{
  const TestProgrammeConfig config = { 0, 3, TRUE, 100 };
  TestProgramme *programme = test_programme_new (&config);
  gchar *folder = record_folder_new ();
  const gchar *options[] = { "--record", folder, NULL };
  ProgramCase *program = program_case_run (options);
  RawPush *push = raw_push_connect (program->port);
  gint64 deadline = g_get_monotonic_time ()
      + 20 * test_get_patience () * G_TIME_SPAN_SECOND;
  GStatBuf status = { 0, };
  gchar **files = NULL;
  gsize size;
  gconstpointer header = g_bytes_get_data (programme->header, &size);
  guint i;

  assert_equals_int (raw_push_setup (push, PATH, "0", ""), 204);
  raw_push_start (push, PATH, RAW_LENGTH);
  raw_push_frame (push, 'H', header, size);
  for (i = 0; i < programme->packets->len; i++)
    raw_push_frame (push, 'D', g_bytes_get_data (g_ptr_array_index
            (programme->packets, i), NULL), programme->packet_size);
  while (status.st_size
      < (goffset) (size + programme->packets->len * programme->packet_size)) {
    fail_unless (g_get_monotonic_time () < deadline);
    g_strfreev (files);
    files = record_folder_list (folder);
    if (files[0] != NULL)
      g_stat (files[0], &status);
    g_thread_yield ();
  }
  program_case_signal (program, SIGKILL);
  assert_equals_int (program_case_wait (program), -1);
  program_case_free (program);
  check_broadcast (files[0], programme);
  g_strfreev (files);
  raw_push_free (push);
  record_folder_free (folder);
  test_programme_free (programme);
}

GST_END_TEST;

GST_START_TEST (test_options)
{
  static const struct
  {
    const gchar *options[4];
    gint status;
  } rows[] = {
    {{"--version"}, 0},
    {{"--help"}, 0},
    {{"--no-such-option"}, 2},
    {{"stray"}, 2},
    {{"--port", "65536"}, 2},
    {{"--port", "-1"}, 2},
    {{"--address", "not.numeric"}, 2},
    {{"--address", "203.0.113.1"}, 1},
    {{"--record", "/nonexistent/folder"}, 1},
    {{"--record", "/dev/null"}, 1},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    ProgramCase *program = program_case_start (rows[i].options, NULL);
    gint status = program_case_wait (program);

    fail_unless (status == rows[i].status, "row %u: %d", i, status);
    program_case_free (program);
  }
}

GST_END_TEST;

GST_START_TEST (test_known_points)
{
  const gchar *options[] = { "--point", "/a", "--point", "/b", NULL };
  ProgramCase *program = program_case_run (options);
  RawPush *push = raw_push_connect (program->port);

  assert_equals_int (raw_push_setup (push, "/a", "0", ""), 204);
  assert_equals_int (raw_push_setup (push, "/b", "0", ""), 204);
  assert_equals_int (raw_push_setup (push, "/c", "0", ""), 404);
  raw_push_free (push);
  program_case_finish (program);
}

GST_END_TEST;

static Suite *
pubprogram_suite (void)
{
  Suite *suite = suite_create ("pubprogram");
  TCase *tc = tcase_create ("program");

  tcase_set_timeout (tc, 60);
  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_signals, 0, 2);
  tcase_add_test (tc, test_killed);
  tcase_add_test (tc, test_options);
  tcase_add_test (tc, test_known_points);
  return suite;
}

GST_CHECK_MAIN (pubprogram);
