/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Passwords and TLS with the encoder and the players that people have. */
#include <string.h>

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "players.h"
#include "pubthread.h"

#define PATH "/live"
#define PROGRAMME "videotestsrc is-live=true pattern=zone-plate kx2=20" \
    " ky2=20 kt=1 ! video/x-raw,width=176,height=144,framerate=25/1" \
    " ! avenc_wmv2 gop-size=5 ! asfmux packet-size=1400 ! wmspushsink name=sink location=%s://127.0.0.1:%u" PATH \
    " user-id=enc user-pw=%s %s"
#define CLEAR " allow-clear-text-credentials=true"
#define ANY_CERTIFICATE " tls-validation-flags=no-flags"

static gchar *folder, *encoders, *players;
static PubThread *server;
static guint tls_port;

static gchar *
write_passwords (const gchar * name, const gchar * text)
{
  gchar *filename = g_build_filename (folder, name, NULL);
  gchar *hash = g_compute_checksum_for_string (G_CHECKSUM_MD5, text, -1);
  gchar *line = g_strdup_printf ("%.*s:%s\n",
      (int) (strrchr (text, ':') - text), text, hash);

  fail_unless (g_file_set_contents_full (filename, line, -1,
          G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  g_free (line);
  g_free (hash);
  return filename;
}

static void
ask_passwords (PubServer * self, gpointer data)
{
  PubServer *other = pub_server_new ();
  GError *error = NULL;

  fail_unless (pub_server_listen (other, "127.0.0.1", 0, &error));
  tls_port = pub_server_get_port (other);
  pub_server_free (other);
  fail_unless (pub_server_set_passwords (self, PUB_ROLE_ENCODER, encoders,
          NULL, &error)
      && pub_server_set_passwords (self, PUB_ROLE_PLAYER, players, NULL, &error)
      && pub_server_set_tls (self, SERVER_PEM, NULL, &error)
      && pub_server_listen (self, "127.0.0.1", 0, &error)
      && pub_server_listen_tls (self, "127.0.0.1", tls_port, &error), "%s",
      error ? error->message : "");
}

static void
set_up (void)
{
  folder = g_dir_make_tmp ("pubauthclients-XXXXXX", NULL);
  encoders = write_passwords ("encoders", "enc:radio:secret");
  players = write_passwords ("players", "joe:radio:hidden");
  g_log_set_fatal_mask (NULL, G_LOG_FATAL_MASK);
  server = pub_thread_new (ask_passwords, NULL);
}

static void
tear_down (void)
{
  pub_thread_stop (server);
  player_remove_folder (folder);
  g_free (encoders);
  g_free (players);
  g_free (folder);
}

static GstElement *
start_encoder (const gchar * scheme, const gchar * password,
    const gchar * properties)
{
  gchar *launch = g_strdup_printf (PROGRAMME, scheme,
      g_str_has_suffix (scheme, "s") ? tls_port : pub_thread_get_port (server),
      password, properties);
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (launch, &error);

  fail_unless (error == NULL, "%s", error ? error->message : "");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_free (launch);
  return pipeline;
}

/* Returns: the message that ends it. */
static GstMessage *
wait_for_end (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  gst_object_unref (bus);
  fail_unless (message != NULL, "it does not end");
  return message;
}

static void
stop (GstElement * pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static void
check_eos (GstElement * pipeline)
{
  GstMessage *message = wait_for_end (pipeline);
  GError *error = NULL;
  gchar *details = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, &details);
  fail_unless (error == NULL, "%s: %s", error ? error->message : "", details);
  gst_message_unref (message);
  stop (pipeline);
}

static void
end_encoder (GstElement * pipeline)
{
  gst_element_send_event (pipeline, gst_event_new_eos ());
  check_eos (pipeline);
}

GST_START_TEST (test_encoders)
{
  static const struct
  {
    const gchar *scheme, *properties;
  } rows[] = {
    {"http", "auth-methods=digest"},
    {"http", "auth-methods=basic" CLEAR},
    {"wmspushs", "auth-methods=digest" ANY_CERTIFICATE},
    {"wmspushs", "auth-methods=basic" ANY_CERTIFICATE},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    GstElement *pipeline = start_encoder (rows[i].scheme, "secret",
        rows[i].properties);

    fail_unless (pub_thread_wait (server, PATH, pub_has_state,
            PUB_PUSH_STREAMING));
    fail_unless (pub_thread_wait (server, PATH, pub_has_packets, 3));
    end_encoder (pipeline);
    fail_unless (pub_thread_wait (server, PATH, pub_has_no_session, i + 1));
  }
}

GST_END_TEST;

GST_START_TEST (test_encoder_with_wrong_password)
{
  GstElement *pipeline = start_encoder ("http", "hidden", "");
  GstMessage *message = wait_for_end (pipeline);
  GError *error = NULL;

  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_NOT_AUTHORIZED), "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
  stop (pipeline);
}

GST_END_TEST;

static const struct
{
  const gchar *name;
  const gchar *command;         /* port, or TLS port, where %u is */
  gboolean has_tls;
  gint status;
  const gchar *output;          /* what it prints, NULL: anything */
} commands[] = {
  {"ffmpeg", "ffmpeg -v error -i http://joe:hidden@127.0.0.1:%u" PATH
        " -frames:v 5 -f null -", FALSE, 0, NULL},
  {"ffmpeg", "ffmpeg -v error -i https://joe:hidden@127.0.0.1:%u" PATH
        " -frames:v 5 -f null -", TRUE, 0, NULL},
  {"ffmpeg", "ffmpeg -v error -i http://joe:secret@127.0.0.1:%u" PATH
        " -frames:v 5 -f null -", FALSE, 1, NULL},
  {"ffmpeg", "ffmpeg -v error -i http://127.0.0.1:%u" PATH
        " -frames:v 5 -f null -", FALSE, 1, NULL},
  {"curl", "curl -sI -o /dev/null -w %%{http_code} --digest"
        " -u joe:hidden http://127.0.0.1:%u" PATH, FALSE, 0, "200"},
  {"curl", "curl -sI -o /dev/null -w %%{http_code} --basic"
        " -u joe:hidden http://127.0.0.1:%u" PATH, FALSE, 0, "200"},
  {"curl", "curl -skI -o /dev/null -w %%{http_code} --anyauth"
        " -u joe:hidden https://127.0.0.1:%u" PATH, TRUE, 0, "200"},
  {"curl", "curl -sI -o /dev/null -w %%{http_code} --digest"
        " -u joe:secret http://127.0.0.1:%u" PATH, FALSE, 0, "401"},
  {"mplayer", "mplayer -really-quiet -nolirc -frames 5 -ao null"
        " -vo md5sum:outfile=http.md5 ffmpeg://http://joe:hidden@127.0.0.1:%u"
        PATH, FALSE, 0, NULL},
  {"mplayer", "mplayer -really-quiet -nolirc -nocache -frames 5 -ao null"
        " -vo md5sum:outfile=mmsh.md5 mmsh://joe:hidden@127.0.0.1:%u" PATH,
      FALSE, 0, NULL},
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static GSubprocess *
start_command (guint i)
{
  GSubprocessLauncher *launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE
      | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  gchar *text = g_strdup_printf (commands[i].command, commands[i].has_tls
      ? tls_port : pub_thread_get_port (server));
  gchar *line = g_strconcat ("timeout 60 ", text, NULL), **argv;
  GSubprocess *process;

  fail_unless (g_shell_parse_argv (line, NULL, &argv, NULL));
  g_subprocess_launcher_set_cwd (launcher, folder);
  process = g_subprocess_launcher_spawnv (launcher,
      (const gchar * const *) argv, NULL);
  fail_unless (process != NULL);
  g_strfreev (argv);
  g_free (line);
  g_free (text);
  g_object_unref (launcher);
  return process;
}

#pragma GCC diagnostic pop

static void
finish_command (guint i, GSubprocess * process)
{
  gchar *output = NULL;

  fail_unless (g_subprocess_communicate_utf8 (process, NULL, NULL, &output,
          NULL, NULL));
  fail_unless (g_subprocess_get_exit_status (process) == commands[i].status,
      "%s: %d", commands[i].command, g_subprocess_get_exit_status (process));
  fail_unless (commands[i].output == NULL
      || g_str_equal (output, commands[i].output), "%s: %s",
      commands[i].command, output);
  g_free (output);
  g_object_unref (process);
}

static void
check_pictures (const gchar * name)
{
  gchar *filename = g_build_filename (folder, name, NULL), *text = NULL;

  fail_unless (g_file_get_contents (filename, &text, NULL, NULL), "%s", name);
  fail_unless (strstr (text, "\n") != NULL, "%s: no picture", name);
  g_free (text);
  g_free (filename);
}

/* Those that are there, side by side. */
GST_START_TEST (test_players)
{
  GSubprocess *processes[G_N_ELEMENTS (commands)] = { NULL, };
  GstElement *pipeline = start_encoder ("http", "secret", "");
  guint i;

  fail_unless (pub_thread_wait (server, PATH, pub_has_packets, 5));
  for (i = 0; i < G_N_ELEMENTS (commands); i++) {
    if (player_have_program (commands[i].name))
      processes[i] = start_command (i);
  }
  for (i = 0; i < G_N_ELEMENTS (commands); i++) {
    if (processes[i] != NULL)
      finish_command (i, processes[i]);
  }
  if (player_have_program ("mplayer")) {
    check_pictures ("http.md5");
    check_pictures ("mmsh.md5");
  }
  end_encoder (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_gstreamer)
{
  GstElement *pipeline, *player;
  gchar *launch;

  if (!player_have_element ("souphttpsrc"))
    return;
  pipeline = start_encoder ("http", "secret", "");
  fail_unless (pub_thread_wait (server, PATH, pub_has_packets, 5));
  launch = g_strdup_printf ("souphttpsrc user-id=joe user-pw=hidden"
      " location=http://127.0.0.1:%u" PATH " num-buffers=5 ! fakesink",
      pub_thread_get_port (server));
  player = gst_parse_launch (launch, NULL);
  gst_element_set_state (player, GST_STATE_PLAYING);
  check_eos (player);
  end_encoder (pipeline);
  g_free (launch);
}

GST_END_TEST;

GST_START_TEST (test_vlc)
{
  GstElement *pipeline;
  gchar *url, *output = g_build_filename (folder, "vlc.asf", NULL);
  GSubprocess *process;
  GStatBuf status;

  if (player_have_program ("cvlc")) {
    pipeline = start_encoder ("http", "secret", "");
    url = g_strdup_printf ("http://joe:hidden@127.0.0.1:%u" PATH,
        pub_thread_get_port (server));
    fail_unless (pub_thread_wait (server, PATH, pub_has_packets, 5));
    process = player_start_vlc (url, output);
    fail_unless (pub_thread_wait (server, PATH, pub_has_playing, 1));
    fail_unless (pub_thread_wait (server, PATH, pub_has_packets, 50));
    end_encoder (pipeline);
    fail_unless (g_subprocess_wait (process, NULL, NULL));
    fail_unless (g_stat (output, &status) == 0 && status.st_size > 1000);
    g_object_unref (process);
    g_free (url);
  }
  g_free (output);
}

GST_END_TEST;

static Suite *
pubauthclients_suite (void)
{
  Suite *suite = suite_create ("pubauthclients");
  TCase *tc = tcase_create ("clients");

  tcase_set_timeout (tc, 120);
  tcase_add_checked_fixture (tc, set_up, tear_down);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_encoders);
  tcase_add_test (tc, test_encoder_with_wrong_password);
  tcase_add_test (tc, test_players);
  tcase_add_test (tc, test_gstreamer);
  tcase_add_test (tc, test_vlc);
  return suite;
}

GST_CHECK_MAIN (pubauthclients);
