/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The program wms-pubpoint: options, its one line, its end. */
#include <signal.h>

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "programcase.h"
#include "rawpush.h"
#include "recordfiles.h"
#include "testasf.h"

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
  tcase_add_test (tc, test_options);
  tcase_add_test (tc, test_known_points);
  return suite;
}

GST_CHECK_MAIN (pubprogram);
