/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Passwords over a socket: Basic and Digest, each role apart. */
#include <sched.h>
#include <string.h>

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "pubrequest.h"
#include "pushcase.h"
#include "wmspush/wmschallenge.h"
#include "wmspush/wmsdigest.h"

#define REALM "a: realm"
#define WRONG_BURST 20

static gchar *folder, *encoders, *players, *admins;

static void
write_passwords (const gchar * filename, const gchar * user,
    const gchar * password)
{
  gchar *text = g_strdup_printf ("%s:" REALM ":%s", user, password);
  gchar *hash = g_compute_checksum_for_string (G_CHECKSUM_MD5, text, -1);
  gchar *line = g_strdup_printf ("%s:" REALM ":%s\n", user, hash);

  fail_unless (g_file_set_contents_full (filename, line, -1,
          G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  g_free (line);
  g_free (hash);
  g_free (text);
}

static void
read_passwords (PubServer * server, gpointer data)
{
  GError *error = NULL;

  fail_unless (pub_server_set_passwords (server, PUB_ROLE_ENCODER, encoders,
          REALM, &error)
      && pub_server_set_passwords (server, PUB_ROLE_PLAYER, players, NULL,
          &error)
      && pub_server_set_passwords (server, PUB_ROLE_ADMIN, admins, NULL,
          &error), "%s", error ? error->message : "");
}

static void
set_up (void)
{
  folder = g_dir_make_tmp ("pubauth-XXXXXX", NULL);
  encoders = g_build_filename (folder, "encoders", NULL);
  players = g_build_filename (folder, "players", NULL);
  admins = g_build_filename (folder, "admins", NULL);
  write_passwords (encoders, "enc", "secret");
  write_passwords (players, "p\xc3\xa4r", "gr\xc3\xbc\xc3\x9f");
  write_passwords (admins, "boss", "own");
  push_case_setup ();
  push_case_restart (read_passwords);
}

static void
tear_down (void)
{
  push_case_teardown ();
  g_unlink (encoders);
  g_unlink (players);
  g_unlink (admins);
  g_rmdir (folder);
  g_free (encoders);
  g_free (players);
  g_free (admins);
  g_free (folder);
}

static gchar *
basic (const gchar * credentials)
{
  gchar *token = g_base64_encode ((const guint8 *) credentials,
      strlen (credentials));
  gchar *value = g_strconcat ("Basic ", token, NULL);

  g_free (token);
  return value;
}

/* A request's head; @value, when not NULL, is its Authorization. */
static void
send_head (RawPush * push, const gchar * head, const gchar * value)
{
  gchar *text = g_strdup_printf ("%s\r\nHost: localhost\r\n%s%s%s\r\n", head,
      value ? "Authorization: " : "", value ? value : "", value ? "\r\n" : "");

  raw_push_send_text (push, text);
  g_free (text);
}

/* Takes @value. */
static guint
ask (const gchar * head, gchar * value, gchar ** answer)
{
  RawPush *push = push_case_connect ();
  guint status;

  send_head (push, head, value);
  status = raw_push_response (push, answer);
  fail_if (push->was_reset);
  raw_push_free (push);
  g_free (value);
  return status;
}

#define PLAY "OPTIONS /live HTTP/1.1"
#define SETUP "POST /live HTTP/1.1\r\nContent-Type: " PUB_SETUP_TYPE \
    "\r\nUser-Agent: " RAW_AGENT "\r\nContent-Length: 0"

GST_START_TEST (test_roles_apart)
{
  static const struct
  {
    const gchar *credentials;
    guint setup, play;
  } rows[] = {
    {NULL, 401, 401},
    {"enc:secret", 204, 401},
    {"enc:Secret", 401, 401},
    {"enc:", 401, 401},
    {"enc:secret2", 401, 401},
    {":secret", 401, 401},
    {"p\xc3\xa4r:gr\xc3\xbc\xc3\x9f", 401, 204},
    /* Latin-1 */
    {"p\xe4r:gr\xfc\xdf", 401, 204},
    /* the administrator sees what players see */
    {"boss:own", 401, 204},
    {"nobody:own", 401, 401},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    const gchar *credentials = rows[i].credentials;

    fail_unless_equals_int (ask (SETUP, credentials ? basic (credentials)
            : NULL, NULL), rows[i].setup);
    fail_unless_equals_int (ask (PLAY, credentials ? basic (credentials)
            : NULL, NULL), rows[i].play);
  }
}

GST_END_TEST;

GST_START_TEST (test_challenges)
{
  gchar *head = NULL;

  assert_equals_int (ask (PLAY, NULL, &head), 401);
  fail_unless (strstr (head, "\r\nWWW-Authenticate: Digest realm=\"" REALM
          "\", nonce=\"") != NULL, "%s", head);
  fail_unless (strstr (head, "qop=\"auth\", algorithm=MD5") != NULL);
  fail_unless (strstr (head, "\r\nWWW-Authenticate: Basic realm=\"" REALM
          "\", charset=\"UTF-8\"\r\n") != NULL, "%s", head);
  fail_unless (strstr (head, "stale") == NULL);
  /* the same request comes again, on this connection */
  fail_unless (strstr (head, "\r\nConnection: close\r\n") == NULL);
  g_free (head);

  /* [MS-WMHTTP] 3.2.5.1 */
  assert_equals_int (ask (SETUP
          "\r\nX-Accept-Authentication: Negotiate, NTLM, Digest", NULL, &head),
      401);
  fail_unless (strstr (head, "Digest realm") != NULL, "%s", head);
  fail_unless (strstr (head, "Basic realm") == NULL, "%s", head);
  g_free (head);
  assert_equals_int (ask (SETUP "\r\nX-Accept-Authentication: NTLM", NULL,
          &head), 401);
  fail_unless (strstr (head, "Basic realm") != NULL, "%s", head);
  g_free (head);
}

GST_END_TEST;

GST_START_TEST (test_broken_credentials)
{
  static const gchar *const rows[] = { "", "Basic", "Basic ", "Basic !!!",
    "Basic ZW5jc2VjcmV0", "Basic ZW5jAHg6c2VjcmV0", "Basic ZW5jOnNlY3JldAA=",
    "BasicZW5jOnNlY3JldA==", "Digest", "Digest ", "Digest username=\"enc\"",
    "Digest ,,,=,\"", "Bearer x", "NTLM TlRMTVNTUAAB", "enc:secret",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    fail_unless_equals_int (ask (SETUP, g_strdup (rows[i]), NULL), 401);
  /* schemes know no case */
  assert_equals_int (ask (SETUP, g_strdup ("bAsIc ZW5jOnNlY3JldA=="), NULL),
      204);
}

GST_END_TEST;

/* What a client makes of the challenge in @answer. */
static gchar *
digest (const gchar * answer, const gchar * user, const gchar * password,
    const gchar * method, guint count)
{
  const gchar *start = strstr (answer, "WWW-Authenticate: Digest ") + 18;
  gchar *line = g_strndup (start, strcspn (start, "\r"));
  GPtrArray *challenges = wms_challenges_parse (line);
  WmsCredentials *credentials = wms_credentials_new (user, password);
  WmsDigestRequest request = { method, "/live", "0a4f113b", count };
  gchar *value;

  fail_unless (wms_digest_is_usable (challenges->pdata[0]));
  value = wms_digest_authorize (challenges->pdata[0], credentials, &request);
  wms_credentials_free (credentials);
  g_ptr_array_unref (challenges);
  g_free (line);
  return value;
}

GST_START_TEST (test_digest)
{
  gchar *asked, *head = NULL, *right;

  assert_equals_int (ask (SETUP, NULL, &asked), 401);
  assert_equals_int (ask (SETUP, digest (asked, "enc", "other", "POST", 1),
          &head), 401);
  fail_unless (strstr (head, "stale") == NULL, "%s", head);
  g_free (head);
  assert_equals_int (ask (SETUP, digest (asked, "nobody", "secret", "POST", 1),
          NULL), 401);
  assert_equals_int (ask (SETUP, digest (asked, "enc", "secret", "GET", 1),
          NULL), 401);
  right = digest (asked, "enc", "secret", "POST", 1);
  assert_equals_int (ask (SETUP, g_strdup (right), NULL), 204);
  /* who has listened can do nothing with it */
  assert_equals_int (ask (SETUP, right, &head), 401);
  fail_unless (strstr (head, "stale=true") != NULL, "%s", head);
  assert_equals_int (ask (SETUP, digest (head, "enc", "secret", "POST", 1),
          NULL), 204);
  g_free (head);
  assert_equals_int (ask (SETUP, digest (asked, "enc", "secret", "POST", 2),
          NULL), 204);
  /* the same user for another role */
  assert_equals_int (ask (PLAY, digest (asked, "enc", "secret", "OPTIONS", 3),
          NULL), 401);
  g_free (asked);
}

GST_END_TEST;

/* Nonces of somebody's own, which libsoup's server would take. */
GST_START_TEST (test_foreign_nonce)
{
  static const gchar made_up[] = "WWW-Authenticate: Digest "
      "realm=\"" REALM "\", nonce=\"0123456789\", qop=\"auth\"\r\n";
  gchar *head = NULL;

  assert_equals_int (ask (SETUP, digest (made_up, "enc", "secret", "POST", 1),
          &head), 401);
  fail_unless (strstr (head, "stale=true") != NULL, "%s", head);
  g_free (head);
}

GST_END_TEST;

static void
start_and_check (RawPush * push, guint status)
{
  raw_push_start (push, PUSH_CASE_PATH, RAW_LENGTH);
  if (status == 0) {
    push_case_deliver_header (push);
    return;
  }
  assert_equals_int (raw_push_response (push, NULL), status);
  fail_unless (raw_push_wait_end (push));
  fail_if (push->was_reset);
}

static RawPush *
set_up_push (void)
{
  RawPush *push = push_case_connect ();
  gchar *value = basic ("enc:secret"), *head = NULL, *id;

  send_head (push, SETUP, value);
  assert_equals_int (raw_push_response (push, &head), 204);
  id = strstr (head, "push-id=") + strlen ("push-id=");
  push->push_id = g_strndup (id, strcspn (id, "\r;"));
  g_free (head);
  g_free (value);
  return push;
}

/* [MS-WMHTTP] 3.2.5.2: Authorization is processed "if it is present"; encoders
 * of Windows leave it away on the connection of their PushSetup. */
GST_START_TEST (test_push_start)
{
  RawPush *push = set_up_push (), *other;

  other = push_case_connect ();
  other->push_id = g_strdup (push->push_id);
  start_and_check (other, 401);
  raw_push_free (other);
  start_and_check (push, 0);
  raw_push_free (push);
}

GST_END_TEST;

/* Not when the passwords are others now. */
GST_START_TEST (test_push_start_after_reload)
{
  RawPush *push = set_up_push ();

  pub_thread_call (push_case_server, read_passwords, NULL);
  start_and_check (push, 401);
  raw_push_free (push);
}

GST_END_TEST;

/* The answer arrives although nobody reads the body. */
GST_START_TEST (test_unread_body)
{
  RawPush *push = push_case_connect ();
  gchar *body = g_strnfill (300000, 'x');
  gchar *head = NULL;

  push->push_id = g_strdup ("0");
  raw_push_start (push, PUSH_CASE_PATH, RAW_LENGTH);
  raw_push_send (push, body, 300000);
  assert_equals_int (raw_push_response (push, &head), 401);
  fail_unless (strstr (head, "WWW-Authenticate: Digest") != NULL);
  fail_unless (raw_push_wait_end (push));
  fail_if (push->was_reset);
  g_free (head);
  g_free (body);
  raw_push_free (push);
}

GST_END_TEST;

static void
read_broken (PubServer * server, gpointer data)
{
  GError *error = NULL;

  fail_if (pub_server_set_passwords (server, PUB_ROLE_ENCODER, encoders, NULL,
          &error));
  fail_unless (strstr (error->message, "line 1") != NULL, "%s", error->message);
  g_error_free (error);
}

static void
ask_nobody (PubServer * server, gpointer data)
{
  fail_unless (pub_server_set_passwords (server, PUB_ROLE_ENCODER, NULL, NULL,
          NULL));
}

GST_START_TEST (test_reload)
{
  write_passwords (encoders, "enc", "newer");
  assert_equals_int (ask (SETUP, basic ("enc:secret"), NULL), 204);
  pub_thread_call (push_case_server, read_passwords, NULL);
  assert_equals_int (ask (SETUP, basic ("enc:secret"), NULL), 401);
  assert_equals_int (ask (SETUP, basic ("enc:newer"), NULL), 204);
  fail_unless (g_file_set_contents (encoders, "enc\n", -1, NULL));
  pub_thread_call (push_case_server, read_broken, NULL);
  assert_equals_int (ask (SETUP, basic ("enc:newer"), NULL), 204);
  pub_thread_call (push_case_server, ask_nobody, NULL);
  assert_equals_int (ask (SETUP, NULL, NULL), 204);
}

GST_END_TEST;

/* After some wrong passwords none is looked at, not even the right one, for a
 * while; who shows none, or sends a stale nonce, is not counted. */
GST_START_TEST (test_many_wrong_passwords)
{
  gchar *head = NULL;
  guint i;

  for (i = 0; i < 2 * WRONG_BURST; i++)
    assert_equals_int (ask (SETUP, NULL, NULL), 401);
  assert_equals_int (ask (SETUP, NULL, &head), 401);
  fail_unless_equals_int (ask (SETUP, digest (head, "enc", "secret", "POST",
              1), NULL), 204);
  for (i = 0; i < 2 * WRONG_BURST; i++)
    fail_unless_equals_int (ask (SETUP, digest (head, "enc", "secret", "POST",
                1), NULL), 401);
  g_free (head);
  for (i = 0; i < WRONG_BURST; i++)
    assert_equals_int (ask (SETUP, basic ("enc:wrong"), NULL), 401);
  assert_equals_int (ask (SETUP, basic ("enc:wrong"), &head), 429);
  fail_unless (strstr (head, "429 Too Many Requests\r\n") != NULL);
  fail_unless (strstr (head, "\r\nRetry-After: ") != NULL);
  g_free (head);
  assert_equals_int (ask (SETUP, basic ("enc:secret"), NULL), 429);
  assert_equals_int (ask (SETUP, NULL, NULL), 401);
}

GST_END_TEST;

static void
read_admins (PubServer * server, gpointer data)
{
  fail_unless (pub_server_set_passwords (server, PUB_ROLE_ADMIN, admins, NULL,
          NULL));
}

/* Where everybody may look, and an administrator sees more, is not the place
 * to try passwords. */
GST_START_TEST (test_wrong_passwords_where_none_is_needed)
{
  guint i;

  push_case_restart (read_admins);
  for (i = 0; i < WRONG_BURST; i++)
    assert_equals_int (ask ("GET /status.json HTTP/1.1", basic ("boss:wrong"),
            NULL), 200);
  assert_equals_int (ask ("GET /admin/ HTTP/1.1", basic ("boss:own"), NULL),
      429);
  assert_equals_int (ask ("GET /status.json HTTP/1.1", NULL, NULL), 200);
}

GST_END_TEST;

static void
listen_beyond (PubServer * server, gpointer data)
{
  guint *port = data;

  read_passwords (server, NULL);
  fail_unless (pub_server_listen (server, "192.0.2.1", 0, NULL));
  /* the first one's */
  *port = pub_server_get_port (server);
}

static guint
ask_from_afar (guint port)
{
  GSocketClient *client = g_socket_client_new ();
  GSocketConnection *connection;
  gchar *value = basic ("enc:secret"), *text;
  gchar answer[14] = "";
  gsize n;

  connection = g_socket_client_connect_to_host (client, "192.0.2.1", port, NULL,
      NULL);
  fail_unless (connection != NULL);
  text = g_strdup_printf (SETUP "\r\nHost: 192.0.2.1\r\nAuthorization: %s"
      "\r\n\r\n", value);
  fail_unless (g_output_stream_write_all (g_io_stream_get_output_stream
          (G_IO_STREAM (connection)), text, strlen (text), NULL, NULL, NULL));
  g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM
          (connection)), answer, 13, &n, NULL, NULL);
  g_free (text);
  g_free (value);
  g_object_unref (connection);
  g_object_unref (client);
  return g_ascii_strtoull (answer + 9, NULL, 10);
}

static gboolean
make_network (void)
{
  return unshare (CLONE_NEWNET) == 0
      && g_spawn_command_line_sync ("ip link set lo up", NULL, NULL, NULL, NULL)
      && g_spawn_command_line_sync ("ip address add 192.0.2.1/32 dev lo", NULL,
      NULL, NULL, NULL);
}

static gint n_told;

static void
take_warning (const gchar * domain, GLogLevelFlags level, const gchar * text,
    gpointer data)
{
  if (strstr (text, "192.0.2.1 has sent a password unencrypted") != NULL)
    g_atomic_int_inc (&n_told);
}

/* A password that others can hear is worth a line in the log, one. */
GST_START_TEST (test_unencrypted)
{
  PubThread *server;
  guint port, i;

  if (!make_network ()) {
    g_print ("SKIP: no network namespace\n");
    return;
  }
  g_log_set_handler ("wms-pubpoint", G_LOG_LEVEL_WARNING, take_warning, NULL);
  server = pub_thread_new (listen_beyond, &port);
  assert_equals_int (g_atomic_int_get (&n_told), 0);
  for (i = 0; i < 3; i++)
    assert_equals_int (ask_from_afar (port), 204);
  assert_equals_int (g_atomic_int_get (&n_told), 1);
  pub_thread_stop (server);
}

GST_END_TEST;

static Suite *
pubauth_suite (void)
{
  Suite *suite = suite_create ("pubauth");
  TCase *tc = tcase_create ("auth");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, set_up, tear_down);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_roles_apart);
  tcase_add_test (tc, test_challenges);
  tcase_add_test (tc, test_broken_credentials);
  tcase_add_test (tc, test_digest);
  tcase_add_test (tc, test_foreign_nonce);
  tcase_add_test (tc, test_push_start);
  tcase_add_test (tc, test_push_start_after_reload);
  tcase_add_test (tc, test_unread_body);
  tcase_add_test (tc, test_reload);
  tcase_add_test (tc, test_many_wrong_passwords);
  tcase_add_test (tc, test_wrong_passwords_where_none_is_needed);
  tcase_add_test (tc, test_unencrypted);
  return suite;
}

GST_CHECK_MAIN (pubauth);
