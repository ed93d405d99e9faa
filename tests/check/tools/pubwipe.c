/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The password of a URL that is pushed to: what of the server's own memory had
 * it is wiped before it is given back. */
#include <dlfcn.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <string.h>

#include "freewatch.h"
#include "puboptions.h"
#include "pubserver.h"

#define PASSWORD "W1pe-me-Pw"
#define URL "/live=http://alice:" PASSWORD "@127.0.0.1:9/live"

static const gchar *const secrets[] = { PASSWORD, NULL };

/* GLib's parsers free what they have made themselves; the program has called
 * one of their functions. */
static gboolean
is_of_server (void **frames, gint n)
{
  /* a box is what g_uri_unref() goes on with */
  static const gchar *const parsers[] = { "g_uri_", "g_atomic_rc_box_",
    "g_key_file_", "g_option_context_", "g_object_"
  };
  gsize k;
  Dl_info info;
  gint i;

  for (i = 1; i < n; i++) {
    if (free_watch_is_same (frames[i], (void *) is_of_server))
      break;
  }
  if (i >= n || dladdr (frames[i - 1], &info) == 0)
    return FALSE;
  for (k = 0; k < G_N_ELEMENTS (parsers); k++) {
    if (info.dli_sname != NULL && g_str_has_prefix (info.dli_sname, parsers[k]))
      return FALSE;
  }
  return TRUE;
}

static void
expect_wiped (void)
{
  FreeWatchCounts counts;

  free_watch_end (&counts);
  /* the looking finds something */
  assert_equals_int (counts.others > 0, TRUE);
  assert_equals_int (counts.ours, 0);
}

static gchar *
write_config (const gchar * text)
{
  gchar *name = NULL;
  gint fd = g_file_open_tmp ("pubwipe-XXXXXX", &name, NULL);

  fail_unless (fd >= 0);
  g_close (fd, NULL);
  fail_unless (g_file_set_contents (name, text, -1, NULL));
  return name;
}

/* @is_valid: whether they are taken */
static void
read_options (const gchar * const *arguments, gboolean is_valid)
{
  GError *error = NULL;
  PubOptions *options = pub_options_new (arguments, &error);

  fail_unless ((options != NULL) == is_valid);
  g_clear_error (&error);
  g_clear_pointer (&options, pub_options_free);
}

GST_START_TEST (test_options)
{
  gchar *name = write_config ("[server]\npush-to=" URL "\n");
  gchar *twice = write_config ("[server]\npush-to=" URL "\npush-to=" URL "\n");
  gchar *config = g_strconcat ("--config=", name, NULL);
  gchar *wrong = g_strconcat ("--config=", twice, NULL);
  const gchar *const said[] = { "wms-pubpoint", "--push-to=" URL, NULL };
  const gchar *const more[] = { "wms-pubpoint", "--push-to=" URL, "--push-to",
    URL "2", NULL
  };
  const gchar *const bad[] = { "wms-pubpoint", "--push-to=" URL, "--port=x",
    NULL
  };
  const gchar *const in_file[] = { "wms-pubpoint", config, NULL };
  const gchar *const both[] =
      { "wms-pubpoint", config, "--push-to=" URL, NULL };
  const gchar *const in_bad_file[] = { "wms-pubpoint", wrong, NULL };

  free_watch_begin (secrets, is_of_server);
  read_options (said, TRUE);
  read_options (more, TRUE);
  read_options (bad, FALSE);
  read_options (in_file, TRUE);
  read_options (both, TRUE);
  read_options (in_bad_file, FALSE);
  expect_wiped ();
  g_unlink (name);
  g_unlink (twice);
  g_free (wrong);
  g_free (config);
  g_free (twice);
  g_free (name);
}

GST_END_TEST;

GST_START_TEST (test_relays)
{
  const gchar *const points[] = { "/live", NULL };
  const gchar *const urls[] = { URL, URL "2", NULL };
  const gchar *const fewer[] = { URL "2", NULL };
  PubServer *server = pub_server_new ();

  pub_server_set_points (server, points);
  free_watch_begin (secrets, is_of_server);
  fail_unless (pub_server_set_push_to (server, urls, NULL));
  fail_unless (pub_server_set_push_to (server, fewer, NULL));
  pub_server_free (server);
  expect_wiped ();
}

GST_END_TEST;

static Suite *
pubwipe_suite (void)
{
  Suite *suite = suite_create ("pubwipe");
  TCase *tc = tcase_create ("wipe");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_options);
  tcase_add_test (tc, test_relays);
  return suite;
}

GST_CHECK_MAIN (pubwipe);
