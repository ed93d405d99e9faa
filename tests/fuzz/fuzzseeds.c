/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Writes inputs to begin with, a folder for each target: what is right, so
 * that a fuzzer need not find it out. */
#include "fuzzseeds.h"

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <stdlib.h>
#include <string.h>

#include "testasf.h"

static const gchar *folder;

#define ENCODER "Host: localhost\r\nUser-Agent: WMEncoder/12.0.7600.1638\r\n"
#define PLAYER "Host: localhost\r\nUser-Agent: NSPlayer/9.0.0.1\r\n"

const gchar *const fuzz_seed_requests[] = {
  "POST /live HTTP/1.1\r\n" ENCODER
      "Content-Type: application/x-wms-pushsetup\r\n"
      "Content-Length: 16\r\nCookie: push-id=0\r\n\r\nAutoDestroy: 1\r\n",
  "POST /live HTTP/1.1\r\n" ENCODER
      "Content-Type: application/x-wms-pushstart\r\n"
      "Content-Length: 2147483647\r\nCookie: push-id=?\r\n\r\n",
  "POST /live HTTP/1.1\r\n" ENCODER
      "Content-Type: application/x-wms-pushsetup\r\n"
      "Content-Length: 40\r\n\r\n"
      "Template-URL: \"/p%2fl\"\r\nAutoDestroy: 1\r\n",
  "GET /live HTTP/1.0\r\nHost: localhost\r\n\r\n",
  "GET /live HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n",
  "GET /live HTTP/1.1\r\n" PLAYER
      "Pragma: no-cache,rate=1.000,stream-time=0,stream-offset=0:0,"
      "request-context=1,max-duration=0,client-id=?\r\n"
      "Supported: com.microsoft.wm.srvppair, com.microsoft.wm.sswitch\r\n\r\n",
  "GET /live HTTP/1.1\r\n" PLAYER
      "Pragma: xPlayStrm=1, stream-switch-count=1, "
      "stream-switch-entry=ffff:1:0, client-id=4711\r\n\r\n",
  "GET /live HTTP/1.1\r\n" PLAYER
      "Pragma: xPlayStrm=1, version11-enabled=1, pipeline-experiment=1\r\n"
      "\r\n",
  "POST /live HTTP/1.1\r\n" PLAYER
      "Content-Type: application/x-wms-LogStats\r\n"
      "Content-Length: 4\r\n\r\nabcd",
  "POST /live HTTP/1.1\r\n" PLAYER
      "Pragma: xKeepAliveInPause=1\r\nContent-Length: 0\r\n\r\n",
  "OPTIONS * HTTP/1.1\r\n" PLAYER "\r\n",
  "HEAD /live HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Language: fr\r\n\r\n",
  "GET /status.json HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "GET /live.asx HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
  "GET /admin/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Digest "
      "username=\"user\", realm=\"fuzz\", nonce=\"n\", uri=\"/admin/\", "
      "qop=auth, nc=00000001, cnonce=\"c\", "
      "response=\"00000000000000000000000000000000\"\r\n\r\n",
  "POST /admin/disconnect HTTP/1.1\r\nHost: localhost\r\n"
      "Authorization: Basic dXNlcjpwYXNzd29yZA==\r\n"
      "Origin: http://localhost\r\nContent-Length: 10\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\n\r\npath=/live",
  NULL
};

void
fuzz_seed_save (const gchar * target, const gchar * name, GByteArray * bytes)
{
  gchar *dir = g_build_filename (folder, target, NULL);
  gchar *path = g_build_filename (dir, name, NULL);
  GError *error = NULL;

  if (g_mkdir_with_parents (dir, 0777) != 0
      || !g_file_set_contents (path, (const gchar *) bytes->data, bytes->len,
          &error))
    g_error ("%s: %s", path, error ? error->message : g_strerror (errno));
  g_byte_array_unref (bytes);
  g_free (path);
  g_free (dir);
}

void
fuzz_seed_put_text (GByteArray * bytes, const gchar * text)
{
  g_byte_array_append (bytes, (const guint8 *) text, strlen (text));
}

/* As fuzz_take_text() reads it. */
static void
put_string (GByteArray * bytes, const gchar * text)
{
  g_byte_array_append (bytes, (const guint8 *) text, strlen (text) + 1);
}

static void
put_answer (GByteArray * bytes, guint bits, guint status,
    const gchar * const *texts)
{
  test_put (bytes, bits, 2);
  test_put (bytes, status, 1);
  for (; *texts != NULL; texts++)
    put_string (bytes, *texts);
}

static void
seed_answers (void)
{
  static const gchar *const accepted[] = { "Cougar/9.5", "4711", NULL };
  static const gchar *const moved[] = { "http://other/p", "", NULL };
  static const gchar *const digest[] = { "Digest realm=\"r\", nonce=\"n\", "
        "qop=\"auth\", algorithm=MD5, Basic realm=\"r\"", "", NULL
  };
  static const gchar *const user[] = { "user", "password", NULL };
  GByteArray *bytes = g_byte_array_new ();
  guint i;

  test_put (bytes, 0, 1);
  put_string (bytes, "http://host/point");
  put_answer (bytes, 2, 4, moved);
  put_answer (bytes, 8, 8, digest);
  for (i = 0; user[i] != NULL; i++)
    put_string (bytes, user[i]);
  put_answer (bytes, 1, 1, accepted);
  test_put (bytes, 0, 1);
  put_answer (bytes, 1, 1, accepted);
  fuzz_seed_save ("answers", "session", bytes);
}

/* [MS-NLMP] 2.2.1.2: what a server asks for, with an AV_PAIR, as it is and in
 * an answer. */
#define NTLM_CHALLENGE \
    "TlRMTVNTUAACAAAABAAEADgAAAAFggoCASNFZ4mrze8AAAAAAAAAAAwADAA8AAAABgEA" \
    "AAAAAA9EAE8AAgAEAEQATwAAAAAA"

static void
seed_ntlm (void)
{
  static const gchar *const first[] = { "NTLM", "", NULL };
  static const gchar *const second[] = { "NTLM " NTLM_CHALLENGE, "", NULL };
  static const gchar *const accepted[] = { "Cougar/9.5", "4711", NULL };
  GByteArray *bytes = g_byte_array_new ();
  gsize size;
  guchar *challenge = g_base64_decode (NTLM_CHALLENGE, &size);

  test_put (bytes, 0x80, 1);
  put_string (bytes, "DO\\user");
  put_string (bytes, "password");
  g_byte_array_append (bytes, challenge, size);
  g_free (challenge);
  fuzz_seed_save ("answers", "ntlm", bytes);

  bytes = g_byte_array_new ();
  test_put (bytes, 8, 1);
  put_string (bytes, "http://host/point");
  put_answer (bytes, 8, 8, first);
  put_string (bytes, "DO\\user");
  put_string (bytes, "password");
  put_answer (bytes, 8, 8, second);
  put_answer (bytes, 1, 1, accepted);
  test_put (bytes, 0, 1);
  put_answer (bytes, 1, 1, accepted);
  fuzz_seed_save ("answers", "session-ntlm", bytes);
}

static void
seed_requests (void)
{
  guint i;

  for (i = 0; fuzz_seed_requests[i] != NULL; i++) {
    GByteArray *bytes = g_byte_array_new ();
    gchar *name = g_strdup_printf ("request%u", i);

    fuzz_seed_put_text (bytes, fuzz_seed_requests[i]);
    fuzz_seed_save ("requests", name, bytes);
    g_free (name);
  }
}

static void
seed_mux (void)
{
  GRand *rand = g_rand_new_with_seed (1);
  guint i, k;

  for (i = 0; i < 16; i++) {
    GByteArray *bytes = g_byte_array_new ();
    gchar *name = g_strdup_printf ("dice%u", i);

    for (k = 0; k < 400 * (i + 1); k++)
      test_put (bytes, g_rand_int (rand), 1);
    fuzz_seed_save ("mux", name, bytes);
    g_free (name);
  }
  g_rand_free (rand);
}

GST_START_TEST (test_seeds)
{
  seed_answers ();
  seed_ntlm ();
  seed_requests ();
  seed_mux ();
  fuzz_seed_programmes ();
}

GST_END_TEST;

/* What tests share to make programmes fails a test when it fails. */
int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fuzzseeds");
  TCase *tcase = tcase_create ("general");
  SRunner *runner = srunner_create (suite);
  guint n_failed;

  if (argc != 2) {
    g_printerr ("Usage: fuzzseeds FOLDER\n");
    return EXIT_FAILURE;
  }
  folder = argv[1];
  gst_check_init (&argc, &argv);
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_seeds);
  srunner_set_fork_status (runner, CK_NOFORK);
  srunner_run_all (runner, CK_MINIMAL);
  n_failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
