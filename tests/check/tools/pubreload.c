/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What SIGHUP changes of points that have encoders and players. */
#include "playcase.h"
#include "pubsettings.h"
#include "recordfiles.h"

#define PLAIN "GET " PLAY_PATH " HTTP/1.0\r\nHost: t\r\n\r\n"
/* More than the kernel keeps for a peer that does not read. */
#define N_TOO_MANY 20000
#define DEADLINE_US (20 * test_get_patience () * G_TIME_SPAN_SECOND)

/* On the server's thread: what the program does with options that were read. */
static void
change_settings (PubServer * server, gpointer data)
{
  GError *error = NULL;
  PubOptions *options = pub_options_new (data, &error);
  PubFiles *files;

  fail_unless (options != NULL, "%s", error ? error->message : "");
  files = pub_files_read (options);
  fail_unless (pub_settings_change (server, options, options, files));
  pub_files_free (files);
  pub_options_free (options);
}

/* Its names stay any: so do those that tests call it by. */
static void
reload (const gchar * option, const gchar * another)
{
  const gchar *arguments[] = { "wms-pubpoint", "--host=*", option, another,
    NULL
  };

  pub_thread_call (play_server, change_settings, arguments);
}

static void
expect_setup (const gchar * path, const gchar * body, guint status)
{
  RawPush *push = play_case_player ("");

  fail_unless_equals_int (raw_push_setup (push, path, "0", body), status);
  raw_push_free (push);
}

static void
expect_no_player (void)
{
  RawPush *player = play_case_player (PLAIN);

  fail_unless_equals_int (raw_push_response (player, NULL), 404);
  raw_push_free (player);
}

static gboolean
is_gone (const PubPointInfo * info, guint64 value)
{
  return info->sessions == 0;
}

/* However often the options are read again: its encoder goes on, and nobody
 * else gets in. */
GST_START_TEST (test_left_out)
{
  RawPush *push, *player;
  guint i;

  reload ("--point=" PLAY_PATH, "--point=/other");
  push = play_case_push ();
  for (i = 0; i < 3; i++) {
    reload ("--point=/other", NULL);
    expect_setup (PLAY_PATH, "", 404);
    expect_setup ("/new", "Template-URL: \"" PLAY_PATH "\"\r\n"
        "AutoDestroy: 1\r\n", 404);
    play_case_send (push, 'a' + i, TRUE);
    fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_packets,
            i + 1));
    player = play_case_begin (PLAIN);
    play_case_expect_header (player);
    play_case_expect_packet (player, 'a' + i);
    raw_push_free (player);
  }
  raw_push_end (push, 0);
  fail_unless_equals_int (raw_push_response (push, NULL), 204);
  fail_unless (pub_thread_wait (play_server, PLAY_PATH, is_gone, 0));
  expect_setup (PLAY_PATH, "", 404);
  expect_no_player ();
  raw_push_free (push);
}

GST_END_TEST;

/* Named again, or all of them allowed, before its session is over. */
GST_START_TEST (test_let_in_again)
{
  RawPush *push;

  reload ("--point=" PLAY_PATH, "--point=/other");
  push = play_case_push ();
  reload ("--point=/other", NULL);
  reload (__i__ == 0 ? "--point=" PLAY_PATH : NULL, NULL);
  expect_setup (PLAY_PATH, "", 409);
  raw_push_end (push, 0);
  fail_unless_equals_int (raw_push_response (push, NULL), 204);
  expect_setup (PLAY_PATH, "", 204);
  raw_push_free (push);
}

GST_END_TEST;

/* While players get the rest of the programme, too. */
GST_START_TEST (test_left_out_with_rest)
{
  RawPush *push, *slow;
  guint i;

  reload ("--point=" PLAY_PATH, "--point=/other");
  push = play_case_push ();
  slow = play_case_begin (PLAIN);
  reload ("--point=/other", NULL);
  for (i = 0; i < N_TOO_MANY; i++)
    play_case_send (push, 'x', TRUE);
  raw_push_end (push, 0);
  fail_unless_equals_int (raw_push_response (push, NULL), 204);
  expect_setup (PLAY_PATH, "", 404);
  expect_no_player ();
  raw_push_free (slow);
  fail_unless (pub_thread_wait (play_server, PLAY_PATH, is_gone, 0));
  raw_push_free (push);
}

GST_END_TEST;

/* A point that is there keeps as much for players to come as a new one. */
GST_START_TEST (test_burst)
{
  RawPush *push = play_case_push (), *player;
  guint i;

  reload ("--burst=60000", NULL);
  for (i = 0; i < 3; i++)
    play_case_send (push, 'a' + i, TRUE);
  fail_unless (pub_thread_wait (play_server, PLAY_PATH, pub_has_packets, 3));
  player = play_case_begin (PLAIN);
  play_case_expect_header (player);
  play_case_expect_packet (player, 'a');
  raw_push_free (player);
  raw_push_free (push);
}

GST_END_TEST;

static guint
count_recorders (void)
{
  GDir *dir = g_dir_open ("/proc/self/task", 0, NULL);
  const gchar *id;
  guint n = 0;

  while ((id = g_dir_read_name (dir)) != NULL) {
    gchar *name = g_build_filename ("/proc/self/task", id, "comm", NULL);
    gchar *text = NULL;

    /* it may have ended meanwhile */
    if (g_file_get_contents (name, &text, NULL, NULL))
      n += g_str_equal (text, "wms-recorder\n") ? 1 : 0;
    g_free (text);
    g_free (name);
  }
  g_dir_close (dir);
  return n;
}

static void
wait_recorders (guint n)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;

  while (count_recorders () != n) {
    fail_unless (g_get_monotonic_time () < deadline, "%u recorders",
        count_recorders ());
    g_thread_yield ();
  }
}

static void
expect_files (const gchar * folder, guint n)
{
  gchar **files = record_folder_list (folder);
  guint i;

  for (i = 0; files[i] != NULL; i++)
    record_file_check (files[i]);
  fail_unless_equals_int (i, n);
  g_strfreev (files);
}

/* A session is recorded to its end as it began; nothing is left of what is
 * wanted no longer. */
GST_START_TEST (test_recorders)
{
  gchar *folder = record_folder_new (), *other = record_folder_new ();
  gchar *option = g_strconcat ("--record=", folder, NULL);
  gchar *another = g_strconcat ("--record=", other, NULL);
  RawPush *push;
  guint i;

  reload (option, NULL);
  push = play_case_push ();
  for (i = 0; i < 10; i++) {
    gchar *time = g_strdup_printf ("--record-time=%u", 100 + i);

    reload (another, time);
    g_free (time);
  }
  /* that of the session, and the one of those to come */
  wait_recorders (2);
  play_case_send_payloads (push, "1K 2a");
  raw_push_end (push, 0);
  fail_unless_equals_int (raw_push_response (push, NULL), 204);
  wait_recorders (1);
  raw_push_free (push);
  push = play_case_push ();
  reload (NULL, NULL);
  play_case_send_payloads (push, "1K 2a");
  raw_push_end (push, 0);
  fail_unless_equals_int (raw_push_response (push, NULL), 204);
  wait_recorders (0);
  raw_push_free (push);
  expect_files (folder, 1);
  expect_files (other, 1);
  g_free (another);
  g_free (option);
  record_folder_free (other);
  record_folder_free (folder);
}

GST_END_TEST;

static Suite *
pubreload_suite (void)
{
  Suite *suite = suite_create ("pubreload");
  TCase *tc = tcase_create ("pubreload");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, play_case_setup, play_case_teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_left_out);
  tcase_add_loop_test (tc, test_let_in_again, 0, 2);
  tcase_add_test (tc, test_left_out_with_rest);
  tcase_add_test (tc, test_burst);
  tcase_add_test (tc, test_recorders);
  return suite;
}

GST_CHECK_MAIN (pubreload);
