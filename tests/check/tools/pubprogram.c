/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The program wms-pubpoint: options, its one line, its end. */
#include <signal.h>

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "rawpush.h"
#include "recordfiles.h"
#include "testasf.h"

#define PATH "/live"

static GSubprocess *
start_program (const gchar * const *options)
{
  GPtrArray *argv = g_ptr_array_new ();
  GSubprocess *process;
  GError *error = NULL;

  g_ptr_array_add (argv, (gpointer) "timeout");
  g_ptr_array_add (argv, (gpointer) "--preserve-status");
  g_ptr_array_add (argv, (gpointer) "40");
  g_ptr_array_add (argv, (gpointer) PUBPOINT_PROGRAM);
  for (; options != NULL && *options != NULL; options++)
    g_ptr_array_add (argv, (gpointer) * options);
  g_ptr_array_add (argv, NULL);
  process = g_subprocess_newv ((const gchar * const *) argv->pdata,
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  fail_unless (process != NULL, "%s", error ? error->message : "");
  g_ptr_array_unref (argv);
  return process;
}

/* Returns: the port in "listening on http://127.0.0.1:PORT/". */
static guint
read_port (GSubprocess * process)
{
  const gchar *start = "listening on http://127.0.0.1:";
  GDataInputStream *output = g_data_input_stream_new
      (g_subprocess_get_stdout_pipe (process));
  gchar *line = g_data_input_stream_read_line (output, NULL, NULL, NULL);
  guint64 port = 0;
  gchar *end;

  fail_unless (line != NULL && g_str_has_prefix (line, start), "%s", line);
  port = g_ascii_strtoull (line + strlen (start), &end, 10);
  assert_equals_string (end, "/");
  g_free (line);
  g_object_unref (output);
  return port;
}

static gint
finish_program (GSubprocess * process)
{
  gint status;

  fail_unless (g_subprocess_wait (process, NULL, NULL));
  status = g_subprocess_get_exit_status (process);
  g_object_unref (process);
  return status;
}

/* SIGTERM and SIGINT: the encoder is answered, players get $E, the recording
 * is complete. */
GST_START_TEST (test_signals)
{
  const TestHeader description = { ASF_FILE_BROADCAST, 200, 0,
    {&asf_guid_stream_audio}, FALSE
  };
  const gchar *play = "GET " PATH " HTTP/1.1\r\nHost: t\r\n"
      "User-Agent: NSPlayer/4.1\r\nPragma: xPlayStrm=1\r\n\r\n";
  gchar *folder = record_folder_new ();
  const gchar *options[] = { "--record", folder, NULL };
  GSubprocess *process = start_program (options);
  guint port = read_port (process);
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
  raw_push_read (player, 12 + header->len + 12 + packet->len);
  g_string_truncate (player->received, 0);

  /* "timeout" hands it on; a second one does no harm */
  g_subprocess_send_signal (process, __i__ == 0 ? SIGTERM : SIGINT);
  assert_equals_int (raw_push_response (push, NULL), 503);
  g_subprocess_send_signal (process, __i__ == 0 ? SIGTERM : SIGINT);
  raw_push_read (player, 8);
  fail_unless (memcmp (player->received->str, "$E\x04\0\0\0\0\0", 8) == 0);
  raw_push_free (push);
  raw_push_free (player);
  assert_equals_int (finish_program (process), 0);

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
    {{"--no-such-option"}, 1},
    {{"stray"}, 1},
    {{"--port", "65536"}, 1},
    {{"--port", "-1"}, 1},
    {{"--address", "not.numeric"}, 1},
    {{"--address", "203.0.113.1"}, 1},
    {{"--record", "/nonexistent/folder"}, 1},
    {{"--record", "/dev/null"}, 1},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    gint status = finish_program (start_program (rows[i].options));

    fail_unless (status == rows[i].status, "row %u: %d", i, status);
  }
}

GST_END_TEST;

GST_START_TEST (test_known_points)
{
  const gchar *options[] = { "--point", "/a", "--point", "/b", NULL };
  GSubprocess *process = start_program (options);
  RawPush *push = raw_push_connect (read_port (process));

  assert_equals_int (raw_push_setup (push, "/a", "0", ""), 204);
  assert_equals_int (raw_push_setup (push, "/b", "0", ""), 204);
  assert_equals_int (raw_push_setup (push, "/c", "0", ""), 404);
  raw_push_free (push);
  g_subprocess_send_signal (process, SIGTERM);
  assert_equals_int (finish_program (process), 0);
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
