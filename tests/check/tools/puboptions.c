/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Command line and options file, and what else is text of the program. */
#include <string.h>

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "pubfiles.h"
#include "publogwriter.h"
#include "puboptions.h"
#include "pubrelayurl.h"

#define WIDTH 79

static gchar *folder, *filename;

static void
setup_file (void)
{
  folder = g_dir_make_tmp ("puboptions-XXXXXX", NULL);
  filename = g_build_filename (folder, "options", NULL);
}

static void
teardown_file (void)
{
  g_unlink (filename);
  g_rmdir (folder);
  g_free (filename);
  g_free (folder);
}

/* @contents: of the options file, or NULL. */
static PubOptions *
parse (const gchar * contents, const gchar * const *options, gchar ** message)
{
  GPtrArray *arguments = g_ptr_array_new ();
  GError *error = NULL;
  PubOptions *result;

  g_ptr_array_add (arguments, (gpointer) "wms-pubpoint");
  if (contents != NULL) {
    fail_unless (g_file_set_contents (filename, contents, -1, NULL));
    g_ptr_array_add (arguments, (gpointer) "--config");
    g_ptr_array_add (arguments, filename);
  }
  for (; options != NULL && *options != NULL; options++)
    g_ptr_array_add (arguments, (gpointer) * options);
  g_ptr_array_add (arguments, NULL);
  result = pub_options_new ((const gchar * const *) arguments->pdata, &error);
  fail_unless ((result == NULL) == (error != NULL));
  *message = error ? g_strdup (error->message) : NULL;
  g_clear_error (&error);
  g_ptr_array_unref (arguments);
  return result;
}

static PubOptions *
parse_well (const gchar * contents, const gchar * const *options)
{
  gchar *message;
  PubOptions *result = parse (contents, options, &message);

  fail_unless (result != NULL, "%s", message);
  return result;
}

GST_START_TEST (test_defaults)
{
  PubOptions *options = parse_well (NULL, NULL);

  assert_equals_string (options->address, "127.0.0.1");
  assert_equals_int (options->port, 0);
  fail_unless (options->tls_port == PUB_NO_PORT);
  fail_unless (options->points == NULL && options->hosts == NULL);
  assert_equals_int (options->log_level, G_LOG_LEVEL_MESSAGE);
  assert_equals_int (options->idle_timeout, 60);
  pub_options_free (options);
}

GST_END_TEST;

GST_START_TEST (test_command_line)
{
  const gchar *arguments[] = { "--address=::1", "-p", "8080", "--tls-port=0",
    "--tls-certificate", "c.pem", "--tls-key=k.pem", "--host=a", "--host=b",
    "--url=https://media.example.org:8443/radio/",
    "--point=/a", "--encoder-passwords=e", "--player-access=10.0.0.0/8",
    "--player-access=::1", "--admin-passwords=a", "--realm=Radio",
    "--record=dir", "--record-time=3600", "--record-size=5000000000",
    "--push-to=http://edge/", "--max-players=5", "--max-points=7",
    "--idle-timeout=10", "--burst=3000", "--log-level=debug", NULL
  };
  PubOptions *options = parse_well (NULL, arguments);

  assert_equals_string (options->address, "::1");
  assert_equals_int (options->port, 8080);
  assert_equals_int (options->tls_port, 0);
  assert_equals_string (options->tls_certificate, "c.pem");
  assert_equals_string (options->tls_key, "k.pem");
  assert_equals_int (g_strv_length (options->hosts), 2);
  assert_equals_string (options->hosts[1], "b");
  assert_equals_string (options->url, "https://media.example.org:8443/radio/");
  assert_equals_string (options->points[0], "/a");
  assert_equals_string (options->encoder.passwords, "e");
  assert_equals_int (g_strv_length (options->player.access), 2);
  assert_equals_string (options->admin.passwords, "a");
  assert_equals_string (options->realm, "Radio");
  assert_equals_string (options->record, "dir");
  assert_equals_int (options->record_time, 3600);
  assert_equals_uint64 (options->record_size, 5000000000);
  assert_equals_string (options->push_to[0], "http://edge/");
  assert_equals_int (options->max_players, 5);
  assert_equals_int (options->max_points, 7);
  assert_equals_int (options->idle_timeout, 10);
  assert_equals_int (options->burst, 3000);
  assert_equals_int (options->log_level, G_LOG_LEVEL_DEBUG);
  pub_options_free (options);
}

GST_END_TEST;

/* The command line goes before the file; lists are taken whole. */
GST_START_TEST (test_file)
{
  const gchar *arguments[] = { "--port=8081", "--host=c", NULL };
  const gchar *contents = "# mine\n[server]\nport = 8080\nhost=a; b ;\n"
      "point=/x\nmax-players=9\nrecord=recordings\n"
      "encoder-passwords=/etc/p\nrealm=A B\n";
  PubOptions *options = parse_well (contents, NULL);
  gchar *record = g_build_filename (folder, "recordings", NULL);

  assert_equals_int (options->port, 8080);
  assert_equals_int (g_strv_length (options->hosts), 2);
  assert_equals_string (options->hosts[1], "b");
  assert_equals_string (options->points[0], "/x");
  assert_equals_int (options->max_players, 9);
  assert_equals_string (options->realm, "A B");
  /* beside the file that names it */
  assert_equals_string (options->record, record);
  assert_equals_string (options->encoder.passwords, "/etc/p");
  pub_options_free (options);

  options = parse_well (contents, arguments);
  assert_equals_int (options->port, 8081);
  assert_equals_int (g_strv_length (options->hosts), 1);
  assert_equals_string (options->hosts[0], "c");
  assert_equals_int (options->max_players, 9);
  pub_options_free (options);
  pub_options_free (parse_well ("", NULL));
  g_free (record);
}

GST_END_TEST;

/* Each error names the place, the option and the value. */
GST_START_TEST (test_errors)
{
  static const struct
  {
    const gchar *contents;
    const gchar *argument;
    const gchar *message;
  } rows[] = {
    {NULL, "--port=70000", "--port=70000: a number from 0 to 65535"},
    {NULL, "--port=0x50", "--port=0x50: "},
    {NULL, "--max-points=0", "--max-points=0: a number from 1"},
    {NULL, "--idle-timeout=9", "--idle-timeout=9: a number from 10"},
    {NULL, "--record-time=99999999999", "--record-time=99999999999: "},
    {NULL, "--address=localhost", "--address=localhost: a numeric"},
    {NULL, "--host=a b", "--host=a b: a host name"},
    {NULL, "--url=media.example.org", "--url=media.example.org: a URL"},
    {NULL, "--url=//media.example.org/", "--url=//media.example.org/: a URL"},
    {NULL, "--url=https:///x", "--url=https:///x: a URL"},
    {NULL, "--url=wmspush://h/", "--url=wmspush://h/: a URL"},
    {NULL, "--url=https://h/?a=b", "--url=https://h/?a=b: a URL"},
    {NULL, "--url=https://h/#a", "--url=https://h/#a: a URL"},
    {NULL, "--url=https://u:secret@h/", "--url=https://...@h/: a URL"},
    {NULL, "--point=live", "--point=live: a path"},
    {NULL, "--point=/", "--point=/: a path"},
    {NULL, "--point=/metrics", "--point=/metrics: a path"},
    {NULL, "--point=/a\nb", "a path"},
    {NULL, "--player-access=10.0.0.1/8", "--player-access=10.0.0.1/8: "},
    {NULL, "--admin-access=me", "--admin-access=me: a network"},
    {NULL, "--realm=", "--realm=: a text"},
    {NULL, "--realm=\xff", "--realm="},
    {NULL, "--record=", "--record=: a file name"},
    {NULL, "--push-to=ftp://a/b", "--push-to=ftp://a/b: a URL"},
    {NULL, "--push-to=http://u:secret@/", "--push-to=http://...@/: a URL"},
    {NULL, "--log-level=loud", "--log-level=loud: one of error"},
    {NULL, "--tls-port=443", "tls-port is of no use without tls-certificate"},
    {NULL, "--tls-key=k", "tls-key is of no use without tls-certificate"},
    {NULL, "--record-size=9", "record-size is of no use without record"},
    {NULL, "--no-such", "--no-such"},
    {NULL, "stray", "stray is no option"},
    {"[server]\nport=x\n", NULL, "/options: port=x: a number"},
    {"[server]\npoint=/a;b\n", NULL, "/options: point=b: a path"},
    {"[server]\nprot=1\n", NULL, "/options: there is no option prot"},
    {"[server]\nconfig=x\n", NULL, "/options: there is no option config"},
    {"[server]\nhelp=x\n", NULL, "/options: there is no option help"},
    {"[server]\nport=1\nport=2\n", NULL, "/options: port is there twice"},
    {"[sever]\n", NULL, "/options: there is no group [sever]"},
    {"port=1\n", NULL, "/options: "},
    {"[server]\nport=1\n", "--port=z", "--port=z: "},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    const gchar *arguments[] = { rows[i].argument, NULL };
    gchar *message;

    fail_unless (parse (rows[i].contents, arguments, &message) == NULL,
        "row %u", i);
    fail_unless (strstr (message, rows[i].message) != NULL, "row %u: %s", i,
        message);
    fail_unless (strstr (message, "secret") == NULL);
    g_free (message);
  }
}

GST_END_TEST;

GST_START_TEST (test_help)
{
  gchar *help = pub_options_get_help ();
  gchar **lines = g_strsplit (help, "\n", -1);
  guint i;

  fail_unless (strstr (help, "\nListening:\n") != NULL);
  fail_unless (strstr (help, "  -p, --port=PORT ") != NULL);
  for (i = 0; lines[i] != NULL; i++)
    fail_unless (g_utf8_strlen (lines[i], -1) <= WIDTH, "%s", lines[i]);
  g_strfreev (lines);
  g_free (help);
}

GST_END_TEST;

GST_START_TEST (test_relay_urls)
{
  static const struct
  {
    const gchar *text, *path, *target, *user, *password;
  } rows[] = {
    {"http://edge/live", "/a", "http://edge/live", NULL, NULL},
    {"http://edge:81/", "/a/b", "http://edge:81/a/b", NULL, NULL},
    {"http://edge", "/a", "http://edge/a", NULL, NULL},
    {"https://edge/x/", "/a b%?", "https://edge/x/a%20b%25%3F", NULL, NULL},
    {"/a=wmspush://edge/y", "/a", "wmspush://edge/y", NULL, NULL},
    {"/a=http://edge/y", "/b", NULL, NULL, NULL},
    {"/a=http://edge/", "/a", "http://edge/", NULL, NULL},
    {"/a=http://edge/y?z=1", "/a", "http://edge/y?z=1", NULL, NULL},
    {"http://me:p%40ss@edge/", "/a", "http://edge/a", "me", "p@ss"},
    {"http://[::1]:80/", "/a", "http://[::1]:80/a", NULL, NULL},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    PubRelayUrl *url = pub_relay_url_parse (rows[i].text);
    gchar *target = pub_relay_url_target (url, rows[i].path);

    fail_unless (g_strcmp0 (target, rows[i].target) == 0, "row %u: %s", i,
        target);
    fail_unless (g_strcmp0 (url->user, rows[i].user) == 0);
    fail_unless (g_strcmp0 (url->password, rows[i].password) == 0);
    g_free (target);
    pub_relay_url_free (url);
  }
  fail_unless (pub_relay_url_parse ("edge") == NULL);
  fail_unless (pub_relay_url_parse ("/a=") == NULL);
}

GST_END_TEST;

static void
note_warning (const gchar * domain, GLogLevelFlags level,
    const gchar * message, gpointer data)
{
  g_string_append (data, message);
}

/* Whoever can read the file can push to the receiver. */
GST_START_TEST (test_password_for_everybody)
{
  static const struct
  {
    const gchar *contents;
    gint mode;
    gboolean is_warned_of;
  } rows[] = {
    {"[server]\npush-to=http://a/;/b=http://me:secret@edge/", 0604, TRUE},
    {"[server]\npush-to=http://a/;/b=http://me:secret@edge/", 0660, FALSE},
    {"[server]\npush-to=http://a/;/b=http://me@edge/", 0644, FALSE},
    {"[server]\nport=80", 0644, FALSE},
  };
  const gchar *arguments[] = { "--push-to=http://me:secret@edge/", NULL };
  guint i;

  for (i = 0; i < 2 * G_N_ELEMENTS (rows); i++) {
    const guint row = i / 2;
    /* what is in the file is there to be read, used or not */
    PubOptions *options = parse_well (rows[row].contents,
        i % 2 == 0 ? arguments : NULL);
    GString *warnings = g_string_new (NULL);
    guint handler = g_log_set_handler ("wms-pubpoint", G_LOG_LEVEL_WARNING,
        note_warning, warnings);

    fail_unless_equals_int (g_chmod (filename, rows[row].mode), 0);
    pub_files_free (pub_files_read (options));
    g_log_remove_handler ("wms-pubpoint", handler);
    fail_unless (rows[row].is_warned_of == (warnings->len > 0), "row %u: %s",
        row, warnings->str);
    fail_unless (warnings->len == 0
        || strstr (warnings->str, filename) != NULL);
    fail_unless (strstr (warnings->str, "secret") == NULL);
    g_string_free (warnings, TRUE);
    pub_options_free (options);
  }
}

GST_END_TEST;

/* Nobody writes a second line, or to the operator's terminal. */
GST_START_TEST (test_log_lines)
{
  gchar *line = pub_log_writer_format (G_LOG_LEVEL_WARNING,
      "a\nb\x1b[31m\xff\xc2\x9b\xe2\x80\xae caf\xc3\xa9");
  const gchar *text = strstr (line, "warning: ");

  fail_unless (g_str_equal (text, "warning: a\\nb\\u001b[31m\xef\xbf\xbd"
          "\\u009b\\u202e caf\xc3\xa9\n"), "%s", line);
  g_free (line);
}

GST_END_TEST;

static Suite *
puboptions_suite (void)
{
  Suite *suite = suite_create ("puboptions");
  TCase *tc = tcase_create ("options");

  tcase_add_checked_fixture (tc, setup_file, teardown_file);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_defaults);
  tcase_add_test (tc, test_command_line);
  tcase_add_test (tc, test_file);
  tcase_add_test (tc, test_errors);
  tcase_add_test (tc, test_help);
  tcase_add_test (tc, test_relay_urls);
  tcase_add_test (tc, test_password_for_everybody);
  tcase_add_test (tc, test_log_lines);
  return suite;
}

GST_CHECK_MAIN (puboptions);
