/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

/* What the program does while it runs as a service: signals, its log, what it
 * tells the service manager. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "players.h"
#include "programcase.h"
#include "rawpush.h"
#include "testasf.h"

#define POINTS(points) "[server]\nport=0\npoint=" points "\n"

/* With the TLS library loaded, that of a sanitized build crashes. */
static const gchar *const without_leak_check[] = {
  "ASAN_OPTIONS=detect_leaks=0", NULL
};

static guint
setup_status (ProgramCase * program, const gchar * path)
{
  RawPush *push = raw_push_connect (program->port);
  guint status = raw_push_setup (push, path, "0", "");

  raw_push_free (push);
  return status;
}

/* Returns: a player that has got an answer, and will not close. */
static RawPush *
start_player (RawPush * push, guint port)
{
  const TestHeader description = { ASF_FILE_BROADCAST, 200, 0,
    {&asf_guid_stream_audio}, FALSE
  };
  GByteArray *header = test_asf_header (&description);
  RawPush *player;

  assert_equals_int (raw_push_setup (push, "/live", "0", ""), 204);
  raw_push_start (push, "/live", RAW_LENGTH);
  raw_push_frame (push, 'H', header->data, header->len);
  player = raw_push_connect (port);
  raw_push_send_text (player, "GET /live HTTP/1.1\r\nHost: localhost\r\n"
      "User-Agent: x\r\n\r\n");
  assert_equals_int (raw_push_response (player, NULL), 200);
  g_byte_array_unref (header);
  return player;
}

static void
reload (ProgramCase * program, const gchar * filename, const gchar * contents,
    const gchar * answer)
{
  fail_unless (g_file_set_contents (filename, contents, -1, NULL));
  program_case_signal (program, SIGHUP);
  program_case_wait_log (program, answer);
}

GST_START_TEST (test_reload)
{
  gchar *filename = program_case_write (POINTS ("/a;/gone"));
  const gchar *options[] = { "--config", filename, NULL };
  ProgramCase *program = program_case_run (options);
  RawPush *push = raw_push_connect (program->port);

  assert_equals_int (raw_push_setup (push, "/a", "0", ""), 204);
  assert_equals_int (setup_status (program, "/b"), 404);
  reload (program, filename, POINTS ("/b"), "message: options were read");
  /* a session goes on that is there, and is the last one of its point */
  assert_equals_int (raw_push_setup (push, "/a", push->push_id, ""), 204);
  assert_equals_int (setup_status (program, "/b"), 204);
  assert_equals_int (setup_status (program, "/gone"), 404);
  raw_push_start (push, "/a", 1);
  raw_push_send_text (push, "x");
  fail_unless (raw_push_response (push, NULL) >= 400);
  assert_equals_int (setup_status (program, "/a"), 404);
  raw_push_free (push);
  /* every point again */
  reload (program, filename, "[server]\n", "message: options were read");
  assert_equals_int (setup_status (program, "/new"), 204);
  program_case_finish (program);
  program_case_remove (filename);
}

GST_END_TEST;

/* One that comes while options are being read counts as well. */
GST_START_TEST (test_reload_twice)
{
  gchar *filename = program_case_write (POINTS ("/a"));
  const gchar *options[] = { "--config", filename, NULL };
  ProgramCase *program = program_case_run (options);
  guint status;

  program_case_signal (program, SIGHUP);
  fail_unless (g_file_set_contents (filename, POINTS ("/b"), -1, NULL));
  program_case_signal (program, SIGHUP);
  program_case_wait_log (program, "options were read");
  status = setup_status (program, "/b");
  if (status != 204) {
    program_case_wait_log (program, "options were read");
    status = setup_status (program, "/b");
  }
  assert_equals_int (status, 204);
  assert_equals_int (setup_status (program, "/a"), 404);
  program_case_finish (program);
  program_case_remove (filename);
}

GST_END_TEST;

/* Returns: the status that refuses a player, or 200. */
static guint
play_status (ProgramCase * program, const gchar * host)
{
  RawPush *player = raw_push_connect (program->port);
  gchar *request = g_strdup_printf ("GET / HTTP/1.1\r\nAccept: text/html\r\n"
      "Host: %s\r\nUser-Agent: x\r\n\r\n", host);
  guint status;

  raw_push_send_text (player, request);
  status = raw_push_response (player, NULL);
  raw_push_free (player);
  g_free (request);
  return status == 401 || status == 403 || status == 421 ? status : 200;
}

/* Each kind of setting, on and off again. */
GST_START_TEST (test_reload_settings)
{
  static const struct
  {
    const gchar *option;
    guint encoder, player, named;       /* statuses */
  } rows[] = {
    {"realm=x", 204, 200, 421},
    {"host=media.example.org", 204, 200, 200},
    {"encoder-access=192.0.2.0/24", 403, 200, 421},
    {"encoder-access=192.0.2.0/24;127.0.0.0/8", 204, 200, 421},
    {"player-access=192.0.2.0/24", 204, 403, 421},
    {"encoder-passwords=passwords", 401, 200, 421},
    {"player-passwords=passwords", 204, 401, 421},
    {"player-passwords=passwords\nplayer-access=::1", 204, 403, 421},
    {"realm=x", 204, 200, 421},
  };
  gchar *filename = program_case_write ("[server]\n");
  const gchar *options[] = { "--config", filename, NULL };
  gchar *folder = g_path_get_dirname (filename);
  gchar *passwords = g_build_filename (folder, "passwords", NULL);
  ProgramCase *program = program_case_run (options);
  guint i;

  fail_unless (g_file_set_contents (passwords,
          "me:Radio:939e7578ed9e3c518a452acee763bce9\n", -1, NULL));
  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    gchar *contents = g_strdup_printf ("[server]\n%s\n", rows[i].option);

    reload (program, filename, contents, "message: options were read");
    assert_equals_int (setup_status (program, "/a"), rows[i].encoder);
    assert_equals_int (play_status (program, "localhost"), rows[i].player);
    if (rows[i].player == 200)
      assert_equals_int (play_status (program, "media.example.org"),
          rows[i].named);
    g_free (contents);
  }
  program_case_finish (program);
  g_unlink (passwords);
  g_free (passwords);
  g_free (folder);
  program_case_remove (filename);
}

GST_END_TEST;

static guint
count_files (const gchar * folder, const gchar * suffix)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const gchar *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_suffix (name, suffix) ? 1 : 0;
  g_dir_close (dir);
  return n;
}

/* Recording is turned on, fails, and is turned off. */
GST_START_TEST (test_reload_record)
{
  static const struct
  {
    const gchar *contents, *answer;
  } rows[] = {
    {"[server]\n", "options were read"},
    {"[server]\nrecord=.\n", "options were read"},
    {"[server]\nrecord=not-there/at-all\n", "kept as it was: "},
    {"[server]\n", "options were read"},
  };
  gchar *filename = program_case_write ("[server]\n");
  const gchar *options[] = { "--config", filename, NULL };
  gchar *folder = g_path_get_dirname (filename);
  ProgramCase *program = program_case_run (options);
  GByteArray *packet = test_asf_packet (200, 50, 'x', TRUE, 1000);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    RawPush *push, *player;

    reload (program, filename, rows[i].contents, rows[i].answer);
    push = raw_push_connect (program->port);
    player = start_player (push, program->port);
    raw_push_frame (push, 'D', packet->data, packet->len);
    raw_push_end (push, 0);
    assert_equals_int (raw_push_response (push, NULL), 204);
    raw_push_free (push);
    raw_push_free (player);
  }
  program_case_finish (program);
  assert_equals_int (count_files (folder, ".asf"), 2);
  player_remove_folder (folder);
  g_byte_array_unref (packet);
  g_free (folder);
  g_free (filename);
}

GST_END_TEST;

/* The settings stay, and the log says where the fault is. */
GST_START_TEST (test_broken_file)
{
  static const struct
  {
    const gchar *contents, *answer;
  } rows[] = {
    {"[server]\npoint=/b\nmax-players=many\n", "max-players=many"},
    {"[server]\npoint=/b\nno-such-key=1\n", "no-such-key"},
    {"point=/b\n", "options are as they were"},
    {"[server]\npoint=/b\ntls-key=/there/is/none\n", "tls-key"},
  };
  gchar *filename = program_case_write (POINTS ("/a"));
  const gchar *options[] = { "--config", filename, NULL };
  ProgramCase *program = program_case_run (options);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    reload (program, filename, rows[i].contents, rows[i].answer);
    fail_unless (strstr (program->log->str, filename) != NULL);
    assert_equals_int (setup_status (program, "/a"), 204);
    assert_equals_int (setup_status (program, "/b"), 404);
  }
  g_unlink (filename);
  program_case_signal (program, SIGHUP);
  program_case_wait_log (program, "options are as they were");
  assert_equals_int (setup_status (program, "/a"), 204);
  program_case_finish (program);
  program_case_remove (filename);
}

GST_END_TEST;

/* A disk that says nothing for a while: here a pipe that nobody has written
 * to. */
GST_START_TEST (test_slow_certificate)
{
  gchar *filename = program_case_write ("[server]\n");
  gchar *folder = g_path_get_dirname (filename);
  gchar *pipe_name = g_build_filename (folder, "pipe", NULL);
  const gchar *options[] = { "--config", filename, NULL };
  ProgramCase *program = program_case_start (options, without_leak_check);
  int fd;

  program_case_get_ready (program);
  assert_equals_int (mkfifo (pipe_name, 0600), 0);
  fail_unless (g_file_set_contents (filename,
          "[server]\ntls-certificate=pipe\n", -1, NULL));
  program_case_signal (program, SIGHUP);
  /* returns when the program reads */
  fd = g_open (pipe_name, O_WRONLY, 0);
  fail_unless (fd >= 0);
  assert_equals_int (setup_status (program, "/a"), 204);
  fail_unless (g_close (fd, NULL));
  program_case_wait_log (program, "kept as it was: ");
  program_case_finish (program);
  g_unlink (pipe_name);
  g_free (pipe_name);
  g_free (folder);
  program_case_remove (filename);
}

GST_END_TEST;

GST_START_TEST (test_what_cannot_change)
{
  static const gchar *const rows[][2] = {
    {"[server]\naddress=127.0.0.2\n", "warning: address cannot change"},
    {"[server]\nport=9\n", "warning: port cannot change"},
  };
  gchar *filename = program_case_write ("[server]\n");
  const gchar *options[] = { "--config", filename, NULL };
  ProgramCase *program = program_case_run (options);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    reload (program, filename, rows[i][0], rows[i][1]);
    assert_equals_int (setup_status (program, "/a"), 204);
  }
  program_case_finish (program);
  program_case_remove (filename);
}

GST_END_TEST;

/* A second SIGTERM ends the wait for those that do not close. */
GST_START_TEST (test_second_signal)
{
  ProgramCase *program = program_case_run (NULL);
  RawPush *push = raw_push_connect (program->port);
  RawPush *player = start_player (push, program->port);
  gint64 begin = g_get_monotonic_time (), end;
  GMainLoop *loop = g_main_loop_new (NULL, FALSE);

  program_case_signal (program, SIGTERM);
  assert_equals_int (raw_push_response (push, NULL), 503);
  /* not the same signal, handed on twice */
  g_timeout_add (400, (GSourceFunc) G_CALLBACK (g_main_loop_quit), loop);
  g_main_loop_run (loop);
  program_case_signal (program, SIGTERM);
  assert_equals_int (program_case_wait (program), 0);
  end = g_get_monotonic_time ();
  fail_unless (strstr (program->log->str, "ending at once") != NULL);
  fail_unless (end - begin < 2 * G_USEC_PER_SEC, "%u ms",
      (guint) ((end - begin) / 1000));
  g_main_loop_unref (loop);
  raw_push_free (push);
  raw_push_free (player);
  program_case_free (program);
}

GST_END_TEST;

/* Nobody closes: the end comes all the same. */
GST_START_TEST (test_bounded_end)
{
  ProgramCase *program = program_case_run (NULL);
  RawPush *push = raw_push_connect (program->port);
  RawPush *player = start_player (push, program->port);
  gint64 begin = g_get_monotonic_time ();

  program_case_finish (program);
  fail_unless (g_get_monotonic_time () - begin < 12 * G_USEC_PER_SEC);
  raw_push_free (push);
  raw_push_free (player);
}

GST_END_TEST;

#ifdef HAVE_SYSTEMD
static GSocket *
open_notify_socket (gchar ** name)
{
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM,
      G_SOCKET_PROTOCOL_DEFAULT, NULL);
  gchar *filename = program_case_write ("");
  GSocketAddress *address;

  g_unlink (filename);
  address = g_unix_socket_address_new (filename);
  fail_unless (g_socket_bind (socket, address, FALSE, NULL));
  g_socket_set_timeout (socket, 20);
  g_object_unref (address);
  *name = filename;
  return socket;
}

/* Reads until a message has @text in it. */
static void
wait_notified (GSocket * socket, const gchar * text)
{
  gchar message[1024];

  do {
    gssize size = g_socket_receive (socket, message, sizeof (message) - 1,
        NULL, NULL);

    fail_unless (size > 0, "no message has %s", text);
    message[size] = '\0';
  } while (strstr (message, text) == NULL);
}

GST_START_TEST (test_notify)
{
  gchar *name, *variable;
  GSocket *socket = open_notify_socket (&name);
  const gchar *environment[] = { NULL, "WATCHDOG_USEC=200000", NULL };
  ProgramCase *program;

  variable = g_strconcat ("NOTIFY_SOCKET=", name, NULL);
  environment[0] = variable;
  program = program_case_start (NULL, environment);
  /* listening comes before it says so */
  wait_notified (socket, "READY=1\nSTATUS=Listening on http://127.0.0.1:");
  program_case_get_ready (program);
  wait_notified (socket, "WATCHDOG=1");
  wait_notified (socket, "WATCHDOG=1");
  assert_equals_int (setup_status (program, "/live"), 204);
  wait_notified (socket, "encoders: 1, players: 0");
  program_case_signal (program, SIGHUP);
  wait_notified (socket, "RELOADING=1\nMONOTONIC_USEC=");
  wait_notified (socket, "READY=1");
  program_case_signal (program, SIGTERM);
  wait_notified (socket, "STOPPING=1");
  assert_equals_int (program_case_wait (program), 0);
  program_case_free (program);
  g_object_unref (socket);
  g_free (variable);
  program_case_remove (name);
}

GST_END_TEST;
#endif

/* One line each, with its level and without colours. */
GST_START_TEST (test_log_levels)
{
  static const gchar *const levels[] = { "warning", "message", "debug" };
  const gchar *options[] = { "--log-level", levels[__i__], NULL };
  const gchar *colours[] = { "TERM=xterm-256color", "G_MESSAGES_DEBUG=all",
    NULL
  };
  ProgramCase *program = program_case_start (options, colours);
  gchar **lines;
  guint i;

  program_case_get_ready (program);
  program_case_signal (program, SIGHUP);
  program_case_signal (program, SIGTERM);
  assert_equals_int (program_case_wait (program), 0);
  lines = g_strsplit (program->log->str, "\n", -1);
  for (i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    fail_unless (g_regex_match_simple ("^\\d{4}-\\d\\d-\\d\\d "
            "\\d\\d:\\d\\d:\\d\\d\\.\\d{3} (warning|message|info|debug): "
            "[[:print:]]+$", lines[i], 0, 0), "%s", lines[i]);
  g_strfreev (lines);
  fail_unless ((strstr (program->log->str, "message: this machine only")
          != NULL) == (__i__ > 0), "%s", program->log->str);
  program_case_free (program);
}

GST_END_TEST;

/* Both ports are told, and speak what they should. */
GST_START_TEST (test_tls_port)
{
  const gchar *options[] = { "--tls-certificate=" SERVER_PEM, "--tls-port=0",
    NULL
  };
  ProgramCase *program = program_case_start (options, without_leak_check);
  guint port;

  program_case_get_ready (program);
  port = program->port;
  assert_equals_int (setup_status (program, "/a"), 204);
  program_case_get_ready (program);
  fail_if (program->port == port);
  program_case_finish (program);
}

GST_END_TEST;

GST_START_TEST (test_open_files)
{
  const gchar *options[] = { "--max-players=1000000", "--max-points=1000000",
    NULL
  };
  ProgramCase *program = program_case_run (options);
  gchar *name = g_strdup_printf ("/proc/%s/limits",
      g_subprocess_get_identifier (program->process));
  gchar *limits, *line, soft[32], hard[32];

  fail_unless (g_file_get_contents (name, &limits, NULL, NULL));
  line = strstr (limits, "Max open files");
  assert_equals_int (sscanf (line, "Max open files %31s %31s", soft, hard), 2);
  assert_equals_string (soft, hard);
  if (!g_str_equal (hard, "unlimited")
      && g_ascii_strtoull (hard, NULL, 10) < 2000000)
    program_case_wait_log (program, "open files are allowed");
  g_free (limits);
  g_free (name);
  program_case_finish (program);
}

GST_END_TEST;

/* The fault is told, and what to do; the password is not. */
GST_START_TEST (test_push_to_without_plugin)
{
  const gchar *options[] = { "--push-to=http://me:geheim@127.0.0.1:9/",
    "--log-level=debug", NULL
  };
  const gchar *environment[] = { "GST_PLUGIN_PATH=/there/is/none",
    "GST_PLUGIN_PATH_1_0=/there/is/none", NULL, NULL
  };
  gchar *registry = program_case_write ("");
  gchar *variable = g_strconcat ("GST_REGISTRY=", registry, NULL);
  ProgramCase *program;

  environment[2] = variable;
  program = program_case_start (options, environment);
  assert_equals_int (program_case_wait (program), 1);
  fail_unless (strstr (program->log->str, "GST_PLUGIN_PATH") != NULL, "%s",
      program->log->str);
  fail_unless (strstr (program->log->str, "geheim") == NULL);
  program_case_free (program);
  program_case_remove (registry);
  g_free (variable);
}

GST_END_TEST;

GST_START_TEST (test_push_to_password)
{
  const gchar *options[] = { "--push-to=http://me:geheim@127.0.0.1:9/",
    "--log-level=debug", NULL
  };
  const gchar *environment[] = { "GST_PLUGIN_PATH=" PLUGIN_FOLDER, NULL,
    "GST_DEBUG=wms*:5", NULL
  };
  gchar *registry = program_case_write ("");
  gchar *variable = g_strconcat ("GST_REGISTRY=", registry, NULL);
  ProgramCase *program;
  RawPush *push, *player;

  environment[1] = variable;
  program = program_case_start (options, environment);
  program_case_get_ready (program);
  push = raw_push_connect (program->port);
  player = start_player (push, program->port);
  program_case_wait_log (program, "/live is not pushed on to"
      " http://127.0.0.1:9/live");
  raw_push_free (push);
  raw_push_free (player);
  program_case_signal (program, SIGTERM);
  assert_equals_int (program_case_wait (program), 0);
  fail_unless (strstr (program->log->str, "geheim") == NULL);
  fail_unless (strstr (program->log->str, "WMT_CONNECTING") != NULL);
  program_case_free (program);
  program_case_remove (registry);
  g_free (variable);
}

GST_END_TEST;

static Suite *
pubsignals_suite (void)
{
  Suite *suite = suite_create ("pubsignals");
  TCase *tc = tcase_create ("service");

  tcase_set_timeout (tc, 60);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_reload);
  tcase_add_test (tc, test_reload_twice);
  tcase_add_test (tc, test_reload_settings);
  tcase_add_test (tc, test_reload_record);
  tcase_add_test (tc, test_broken_file);
  tcase_add_test (tc, test_slow_certificate);
  tcase_add_test (tc, test_what_cannot_change);
  tcase_add_test (tc, test_second_signal);
  tcase_add_test (tc, test_bounded_end);
#ifdef HAVE_SYSTEMD
  tcase_add_test (tc, test_notify);
#endif
  tcase_add_loop_test (tc, test_log_levels, 0, 3);
  tcase_add_test (tc, test_tls_port);
  tcase_add_test (tc, test_open_files);
  tcase_add_test (tc, test_push_to_without_plugin);
  tcase_add_test (tc, test_push_to_password);
  return suite;
}

GST_CHECK_MAIN (pubsignals);
