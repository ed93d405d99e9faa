/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Blocks that are given back with a password in them: whose function does
 * that? */
#include <dlfcn.h>
#include <gst/check/gstcheck.h>
#include <string.h>

#include "freewatch.h"
#include "scriptserver.h"
#include "sinkrig.h"

#define PASSWORD "W1pe-me-Pw"
/* base64 of alice:W1pe-me-Pw */
#define CODE "YWxpY2U6VzFwZS1tZS1Qdw"
#define NTLM_2 "TlRMTVNTUAACAAAAAAAAAAAAAAAFggIAASNFZ4mrze8AAAAAAAAAAAAAAAAAAAAA"
#define UNAUTHORIZED(scheme) "HTTP/1.1 401 Unauthorized\r\n" \
    "WWW-Authenticate: " scheme "\r\nContent-Length: 0\r\n\r\n"

static const gchar *const secrets[] = { PASSWORD, CODE, NULL };

static gboolean
is_glue (const gchar * file)
{
  return strstr (file, "libglib-2.0") != NULL
      || strstr (file, "libgobject-2.0") != NULL
      || strstr (file, "/libc.so") != NULL;
}

/* The first caller that is no library of memory; the program itself is in
 * here. */
static gboolean
is_of_plugin (void **frames, gint n)
{
  Dl_info info;
  gint i;

  for (i = 0; i < n; i++) {
    if (free_watch_is_same (frames[i], (void *) is_of_plugin)
        || dladdr (frames[i], &info) == 0 || is_glue (info.dli_fname))
      continue;
    return strstr (info.dli_fname, "libgstasfmux") != NULL;
  }
  return FALSE;
}

static const gchar *const challenges[][2] = {
  {UNAUTHORIZED ("Basic realm=\"r\"")},
  {UNAUTHORIZED ("Digest realm=\"r\", nonce=\"n\", qop=\"auth\"")},
  {UNAUTHORIZED ("NTLM"), UNAUTHORIZED ("NTLM " NTLM_2)},
};

static void
script_schemes (ScriptConnection * connection, gpointer user_data)
{
  const gchar *const *answers = user_data;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (challenges[0]) && answers[i] != NULL; i++) {
    if (!script_read_head (connection, NULL))
      return;
    script_send (connection, answers[i]);
  }
  script_take_all (connection, NULL);
}

/* What libsoup frees is looked at as well, which it does not wipe: so it is seen
 * that the looking finds something. */
GST_START_TEST (test_wiped)
{
  ScriptServer *server = script_server_new (script_schemes,
      (gpointer) challenges[__i__]);
  g_autofree gchar *url = script_server_get_url (server);
  SinkRig *rig = sink_rig_new (url);
  FreeWatchCounts counts;

  free_watch_begin (secrets, is_of_plugin);
  g_object_set (rig->sink, "user-id", "alice", "user-pw", PASSWORD, "proxy-pw",
      PASSWORD, "retries", 0, "allow-clear-text-credentials", TRUE, NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"), "%s", rig->log->str);
  g_object_set (rig->sink, "user-pw", "other", NULL);
  sink_rig_free (rig);
  free_watch_end (&counts);
  script_server_free (server);
  fail_unless (counts.looked > 100);
  /* Basic's header */
  fail_unless (__i__ > 0 || counts.others > 0);
  assert_equals_int (counts.ours, 0);
}

GST_END_TEST;

static Suite *
wmspushsinkwipe_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkwipe");
  TCase *tc = tcase_create ("wipe");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_wiped, 0, G_N_ELEMENTS (challenges));
  return suite;
}

GST_CHECK_MAIN (wmspushsinkwipe);
