/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink and servers that want to know who pushes, byte by byte. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/check/gstcheck.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "testbytes.h"
#include "wmspush/wmsauth.h"
#include "wmspush/wmswriter.h"

#define CLEAN "LOCATING CONNECTING OPENED STARTED END_OF_STREAMING STOPPED " \
    "CLOSED FINALIZE:S_OK EOS"
#define DENIED "LOCATING CONNECTING ERROR CLOSED " \
    "FINALIZE:NS_E_SERVER_ACCESSDENIED ERROR:NS_E_SERVER_ACCESSDENIED"
#define UNAUTHORIZED(challenge) "HTTP/1.1 401 Unauthorized\r\n" \
    "Server: Cougar/9.5\r\nWWW-Authenticate: " challenge "\r\n" \
    "Content-Length: 4\r\n\r\nnone"
#define DIGEST "Digest realm=\"points\", nonce=\"n1\", qop=\"auth\""
/* any message with an empty target */
#define NTLM_2 "TlRMTVNTUAACAAAAAAAAAAAAAAAFggIAASNFZ4mrze8AAAAAAAAAAAAAAAAAAAAA"
#define ALICE "Authorization: Basic YWxpY2U6c2VjcmV0\r\n"

/* What is said to one PushSetup after the other, on one connection. */
static gboolean
answer_setups (ScriptConnection * connection, const gchar * const *answers)
{
  guint64 length;
  guint i;

  for (i = 0; answers[i] != NULL; i++) {
    length = 0;
    if (!script_read_head (connection, &length)
        || !script_skip (connection, length))
      return FALSE;
    script_send (connection, answers[i]);
  }
  return TRUE;
}

static gchar *
wait_for_heads (SinkRig * rig, const gchar * word)
{
  fail_unless (sink_rig_wait (rig, word), "%s", rig->log->str);
  return script_server_get_heads (rig->server);
}

static void
play (SinkRig * rig, guint n_packets)
{
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, n_packets);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
}

static SinkRig *
new_rig (ScriptFunc script)
{
  SinkRig *rig = sink_rig_new_for (script);

  g_object_set (rig->sink, "user-id", "alice", "user-pw", "secret", NULL);
  return rig;
}

GST_START_TEST (test_properties)
{
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  GObjectClass *klass = G_OBJECT_GET_CLASS (sink);
  g_autofree gchar *user = NULL;
  g_autofree gchar *proxy = NULL;
  gboolean clear_text, any_server;
  guint methods, timeout, flags;
  guint64 size;

  fail_if (g_object_class_find_property (klass, "user-pw")->flags
      & G_PARAM_READABLE);
  fail_if (g_object_class_find_property (klass, "proxy-pw")->flags
      & G_PARAM_READABLE);
  g_object_get (sink, "user-id", &user, "proxy", &proxy, "auth-methods",
      &methods, "allow-clear-text-credentials", &clear_text,
      "credentials-timeout", &timeout, "tls-validation-flags", &flags,
      "accept-any-server", &any_server, "request-size", &size, NULL);
  fail_unless (user == NULL && proxy == NULL);
  fail_unless (!clear_text && !any_server && size == 0);
  fail_unless_equals_int (methods, 0xf);
  fail_unless_equals_int (timeout, 120);
  fail_unless_equals_int (flags, G_TLS_CERTIFICATE_VALIDATE_ALL);
  gst_util_set_object_arg (G_OBJECT (sink), "auth-methods", "ntlm+digest");
  g_object_set (sink, "proxy", "http://bob:hush@p:1", NULL);
  g_object_get (sink, "auth-methods", &methods, "proxy", &proxy, NULL);
  fail_unless_equals_int (methods, 0x6);
  fail_unless_equals_string (proxy, "http://p:1");
  gst_object_unref (sink);
}

GST_END_TEST;

static void
script_digest (ScriptConnection * connection, gpointer user_data)
{
  static const gchar *const answers[] =
      { UNAUTHORIZED (DIGEST), SCRIPT_SETUP_OK, NULL };

  if (answer_setups (connection, answers))
    script_take_start (connection);
}

/* Every byte of the three heads; one connection. */
GST_START_TEST (test_digest)
{
  SinkRig *rig = new_rig (script_digest);
  g_autofree gchar *heads = NULL;
  g_autofree gchar *head = NULL;

  play (rig, 20);
  heads = wait_for_heads (rig, "EOS");
  fail_unless_equals_string (rig->log->str, CLEAN);
  head = g_strdup_printf ("POST /live HTTP/1.1\r\n"
      "Content-Type: application/x-wms-pushsetup\r\n"
      "User-Agent: WMEncoder/12.0.7600.1 " PACKAGE "/" VERSION "\r\n"
      "Host: 127.0.0.1:%u\r\nContent-Length: 0\r\n"
      "Connection: Keep-Alive\r\nCache-Control: no-cache\r\n"
      "Cookie: push-id=0\r\n"
      "X-Accept-Authentication: %sDigest, NTLM\r\n\r\n",
      script_server_get_port (rig->server), strstr (heads,
          "Negotiate") != NULL ? "Negotiate, " : "");
  fail_unless (g_str_has_prefix (heads, head), "%s", heads);
  fail_unless_equals_int (test_count_parts (heads, "Authorization: Digest "
          "username=\"alice\", realm=\"points\", nonce=\"n1\", "
          "uri=\"/live\", response=\""), 2);
  fail_unless_equals_int (test_count_parts (heads, "nc=00000001"), 1);
  fail_unless_equals_int (test_count_parts (heads, "nc=00000002"), 1);
  fail_unless_equals_int (test_count_parts (heads, "x-wms-pushsetup"), 2);
  fail_unless_equals_int (script_server_get_n_connections (rig->server), 1);
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_DATA), 20);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_always_digest (ScriptConnection * connection, gpointer user_data)
{
  static const gchar *const answers[] = {
    UNAUTHORIZED (DIGEST), UNAUTHORIZED (DIGEST), UNAUTHORIZED (DIGEST), NULL
  };

  answer_setups (connection, answers);
}

/* A wrong password is sent once: no loop locks the account. */
GST_START_TEST (test_wrong_password)
{
  SinkRig *rig = new_rig (script_always_digest);
  g_autofree gchar *heads = NULL;

  play (rig, 0);
  heads = wait_for_heads (rig, " ERROR:");
  fail_unless_equals_string (rig->log->str, DENIED);
  fail_unless_equals_int (rig->http_status, 401);
  fail_unless (g_error_matches (rig->error, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_NOT_AUTHORIZED));
  fail_unless_equals_int (test_count_parts (heads, "\r\nAuthorization: "), 1);
  fail_unless_equals_int (test_count_parts (heads, "POST "), 2);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_basic (ScriptConnection * connection, gpointer user_data)
{
  static const gchar *const answers[] =
      { UNAUTHORIZED ("Basic realm=\"points\""), SCRIPT_SETUP_OK, NULL };

  if (answer_setups (connection, answers))
    script_take_start (connection);
}

GST_START_TEST (test_clear_text)
{
  SinkRig *rig = new_rig (script_basic);
  g_autofree gchar *heads = NULL;
  g_autofree gchar *more_heads = NULL;

  play (rig, 0);
  heads = wait_for_heads (rig, " ERROR:");
  fail_unless_equals_string (rig->log->str, DENIED);
  fail_unless (strstr (rig->error->message, "allow-clear-text-credentials"));
  fail_unless_equals_int (test_count_parts (heads, "Authorization: "), 0);
  sink_rig_free (rig);

  rig = new_rig (script_basic);
  g_object_set (rig->sink, "allow-clear-text-credentials", TRUE, NULL);
  play (rig, 1);
  more_heads = wait_for_heads (rig, "EOS");
  fail_unless_equals_string (rig->log->str, CLEAN);
  fail_unless_equals_int (test_count_parts (more_heads, ALICE), 2);
  sink_rig_free (rig);
}

GST_END_TEST;

/* The URL's user part comes first, and can be seen nowhere. */
GST_START_TEST (test_user_in_location)
{
  SinkRig *rig = sink_rig_new_for (script_basic);
  g_autofree gchar *url = g_strdup_printf
      ("http://alice:secret@127.0.0.1:%u/live",
      script_server_get_port (rig->server));
  g_autofree gchar *location = NULL;
  g_autofree gchar *heads = NULL;

  g_object_set (rig->sink, "location", url, "user-id", "other", "user-pw",
      "x", "allow-clear-text-credentials", TRUE, NULL);
  g_object_get (rig->sink, "location", &location, NULL);
  fail_unless (strstr (location, "alice") == NULL);
  play (rig, 1);
  heads = wait_for_heads (rig, "EOS");
  fail_unless_equals_int (test_count_parts (heads, ALICE), 2);
  sink_rig_free (rig);
}

GST_END_TEST;

/* Keeps every line of the log. */
static void
keep_line (GstDebugCategory * category, GstDebugLevel level,
    const gchar * file, const gchar * function, gint line, GObject * object,
    GstDebugMessage * message, gpointer user_data)
{
  static GMutex lock;
  /* outside, since it may log */
  const gchar *text = gst_debug_message_get (message);

  g_mutex_lock (&lock);
  g_string_append (user_data, text);
  g_mutex_unlock (&lock);
}

/* With every log line there is, of libsoup too, no password and none of its
 * codes is in one. */
GST_START_TEST (test_log_holds_no_password)
{
  GString *log = g_string_new (NULL);
  SinkRig *rig;
  gchar *heads;

  g_setenv ("G_MESSAGES_DEBUG", "all", TRUE);
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_set_default_threshold (GST_LEVEL_MEMDUMP);
  gst_debug_add_log_function (keep_line, log, NULL);
  rig = new_rig (script_basic);
  g_object_set (rig->sink, "allow-clear-text-credentials", TRUE, NULL);
  play (rig, 1);
  heads = wait_for_heads (rig, "EOS");
  sink_rig_free (rig);
  gst_debug_set_default_threshold (GST_LEVEL_NONE);
  gst_debug_remove_log_function (keep_line);
  fail_unless (strstr (heads, "YWxpY2U6c2VjcmV0") != NULL);
  fail_unless (strstr (log->str, "WMT_OPENED") != NULL);
  fail_unless (strstr (log->str, "secret") == NULL);
  fail_unless (strstr (log->str, "YWxpY2U6c2VjcmV0") == NULL);
  g_free (heads);
  g_string_free (log, TRUE);
}

GST_END_TEST;

static void
script_ntlm (ScriptConnection * connection, gpointer user_data)
{
  static const gchar *const answers[] = {
    UNAUTHORIZED ("NTLM"), UNAUTHORIZED ("NTLM " NTLM_2), SCRIPT_SETUP_OK, NULL
  };

  if (answer_setups (connection, answers))
    script_take_start (connection);
}

/* protocol.md, C12: the connection is authenticated and kept, and the
 * PushStart on it has no Authorization. */
GST_START_TEST (test_ntlm)
{
  SinkRig *rig = new_rig (script_ntlm);
  g_autofree gchar *heads = NULL;
  const gchar *start;

  play (rig, 5);
  heads = wait_for_heads (rig, "EOS");
  fail_unless_equals_string (rig->log->str, CLEAN);
  fail_unless_equals_int (test_count_parts (heads,
          "Authorization: NTLM TlRMTVNTUAAB"), 1);
  fail_unless_equals_int (test_count_parts (heads,
          "Authorization: NTLM TlRMTVNTUAAD"), 1);
  start = strstr (heads, "x-wms-pushstart");
  fail_unless (start != NULL && strstr (start, "\r\nAuthorization") == NULL);
  fail_unless_equals_int (script_server_get_n_connections (rig->server), 1);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_ntlm_that_closes (ScriptConnection * connection, gpointer user_data)
{
  static const gchar *const answers[] =
      { "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM\r\n"
        "Content-Length: 0\r\n\r\n",
    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM " NTLM_2 "\r\n"
        "Connection: close\r\nContent-Length: 0\r\n\r\n", NULL
  };

  if (script_get_number (connection) == 0)
    answer_setups (connection, answers);
  else
    answer_setups (connection, answers + 1);
}

/* The last message belongs on the connection of the one before it: on another
 * one it would be a password that is shown for nothing. */
GST_START_TEST (test_ntlm_on_closing_connections)
{
  SinkRig *rig = new_rig (script_ntlm_that_closes);
  g_autofree gchar *heads = NULL;

  play (rig, 0);
  heads = wait_for_heads (rig, " ERROR:");
  fail_unless_equals_int (test_count_parts (heads, "NTLM TlRMTVNTUAAD"), 0);
  fail_unless (script_server_get_n_connections (rig->server) <= 4);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_unauthorized_start (ScriptConnection * connection, gpointer user_data)
{
  static const gchar *const answers[] = { SCRIPT_SETUP_OK, NULL };

  if (!answer_setups (connection, answers))
    return;
  if (script_get_number (connection) > 0) {
    script_take_start (connection);
  } else if (script_read_head (connection, NULL)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 5)) {
    script_send (connection, UNAUTHORIZED (DIGEST));
    script_read_end (connection);
  }
}

/* protocol.md, C26: 401 in mid-body: a new connection, with credentials and
 * the push-id that is known, and the header again. */
GST_START_TEST (test_unauthorized_in_stream)
{
  SinkRig *rig = new_rig (script_unauthorized_start);
  g_autofree gchar *heads = NULL;
  const gchar *setup;

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 5);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "STARTED LOCATING CONNECTING"));
  sink_rig_push_packets (rig, 5, 5);
  sink_rig_push_eos (rig);
  heads = wait_for_heads (rig, "EOS");
  fail_unless_equals_string (rig->log->str, "LOCATING CONNECTING OPENED "
      "STARTED LOCATING CONNECTING END_OF_STREAMING STOPPED CLOSED "
      "FINALIZE:S_OK EOS");
  setup = strstr (strstr (heads, "x-wms-pushstart"), "x-wms-pushsetup");
  fail_unless (setup != NULL);
  fail_unless (strstr (setup, "Cookie: push-id=4124758405\r\n") != NULL);
  fail_unless_equals_int (test_count_parts (setup, "Authorization: Digest"), 2);
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_HEADER), 2);
  fail_unless_equals_int (script_server_get_n_connections (rig->server), 2);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_never_lets_stream (ScriptConnection * connection, gpointer user_data)
{
  static const gchar *const answers[] = { SCRIPT_SETUP_OK, NULL };

  if (answer_setups (connection, answers)
      && script_read_head (connection, NULL)) {
    script_send (connection, UNAUTHORIZED (DIGEST));
    script_read_frames_until (connection, WMS_FRAME_END, 1);
  }
}

GST_START_TEST (test_never_authorized_stream)
{
  SinkRig *rig = new_rig (script_never_lets_stream);

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 5);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, " ERROR:NS_E_SERVER_ACCESSDENIED"), "%s",
      rig->log->str);
  fail_unless (script_server_get_n_connections (rig->server) <= 4);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_late_refusal (ScriptConnection * connection, gpointer user_data)
{
  static const gchar *const answers[] = { SCRIPT_SETUP_OK, NULL };

  if (answer_setups (connection, answers)
      && script_read_head (connection, NULL)
      && script_read_frames_until (connection, WMS_FRAME_END, 1)
      && script_read_end (connection))
    script_send (connection, UNAUTHORIZED (DIGEST));
}

/* Apache tells only when it has read all: other errors behind the last $E are
 * the end, this one says that nothing of it was taken. */
GST_START_TEST (test_refusal_behind_the_end)
{
  SinkRig *rig = new_rig (script_late_refusal);

  play (rig, 5);
  fail_unless (sink_rig_wait (rig, " ERROR:NS_E_SERVER_ACCESSDENIED"), "%s",
      rig->log->str);
  sink_rig_free (rig);
}

GST_END_TEST;

#define N_RESTARTS (WMS_AUTH_MAX_STALE + 2)

static void
script_restarting (ScriptConnection * connection, gpointer user_data)
{
  static const gchar *const answers[] =
      { UNAUTHORIZED (DIGEST ", stale=true"), SCRIPT_SETUP_OK, NULL };

  if (!answer_setups (connection, answers))
    return;
  if (script_get_number (connection) == N_RESTARTS)
    script_take_start (connection);
  else if (script_read_head (connection, NULL))
    script_read_frames_until (connection, WMS_FRAME_DATA, 1);
}

/* A server that restarts does not know the nonce, however often it does. */
GST_START_TEST (test_nonces_of_a_restarting_server)
{
  SinkRig *rig = new_rig (script_restarting);
  guint i;

  g_object_set (rig->sink, "retries", -1, "retry-delay", (guint64) 0, NULL);
  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  for (i = 0; i < N_RESTARTS; i++) {
    sink_rig_push_packets (rig, 10 * i, 10);
    fail_unless (sink_rig_wait (rig, "RECONNECT_START"), "%s", rig->log->str);
    g_string_truncate (rig->log, 0);
  }
  sink_rig_push_packets (rig, 10 * i, 10);
  sink_rig_push_eos (rig);
  fail_unless (sink_rig_wait (rig, "EOS"), "%s", rig->log->str);
  fail_unless_equals_int (sink_rig_get_stat (rig, "reconnects"), N_RESTARTS);
  sink_rig_free (rig);
}

GST_END_TEST;

static gchar *elsewhere;

static void
script_redirect (ScriptConnection * connection, gpointer user_data)
{
  g_autofree gchar *redirect = g_strdup_printf
      ("HTTP/1.1 302 Found\r\nServer: Cougar/9.5\r\nLocation: %s\r\n"
      "Set-Cookie: push-id=77\r\nContent-Length: 0\r\n\r\n", elsewhere);
  const gchar *const answers[] =
      { UNAUTHORIZED ("Basic realm=\"points\""), redirect, NULL };

  answer_setups (connection, answers);
}

/* protocol.md, Credentials: another origin gets no credentials, no Cookie and
 * no push-id, also when it asks. */
GST_START_TEST (test_redirect_leaks_nothing)
{
  ScriptServer *other = script_server_new (script_basic, NULL);
  SinkRig *rig = new_rig (script_redirect);
  g_autofree gchar *heads = NULL;
  g_autofree gchar *other_heads = NULL;

  elsewhere = script_server_get_url (other);
  g_object_set (rig->sink, "allow-clear-text-credentials", TRUE, NULL);
  play (rig, 0);
  heads = wait_for_heads (rig, " ERROR:NS_E_SERVER_ACCESSDENIED");
  fail_unless_equals_int (test_count_parts (heads, ALICE), 1);
  other_heads = script_server_get_heads (other);
  fail_unless_equals_int (test_count_parts (other_heads, "POST "), 1);
  fail_unless (strstr (other_heads, "Authorization:") == NULL);
  fail_unless (strstr (other_heads, "Cookie: push-id=0\r\n") != NULL);
  sink_rig_free (rig);
  script_server_free (other);
  g_clear_pointer (&elsewhere, g_free);
}

GST_END_TEST;

static void
script_any_server (ScriptConnection * connection, gpointer user_data)
{
  static const gchar *const answers[] =
      { "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n", NULL };

  if (answer_setups (connection, answers))
    script_take_start (connection);
}

GST_START_TEST (test_any_server)
{
  SinkRig *rig = sink_rig_new_for (script_any_server);
  g_autofree gchar *heads = NULL;

  g_object_set (rig->sink, "accept-any-server", TRUE, "request-size",
      (guint64) 300000, NULL);
  play (rig, 1);
  heads = wait_for_heads (rig, "EOS");
  fail_unless_equals_string (rig->log->str, CLEAN);
  fail_unless_equals_int (test_count_parts (heads,
          "Content-Length: 300000\r\n"), 1);
  sink_rig_free (rig);
}

GST_END_TEST;

static Suite *
wmspushsinkauth_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkauth");
  TCase *tc = tcase_create ("credentials");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_properties);
  tcase_add_test (tc, test_digest);
  tcase_add_test (tc, test_wrong_password);
  tcase_add_test (tc, test_clear_text);
  tcase_add_test (tc, test_user_in_location);
  tcase_add_test (tc, test_log_holds_no_password);
  tcase_add_test (tc, test_ntlm);
  tcase_add_test (tc, test_ntlm_on_closing_connections);
  tcase_add_test (tc, test_unauthorized_in_stream);
  tcase_add_test (tc, test_never_authorized_stream);
  tcase_add_test (tc, test_refusal_behind_the_end);
  tcase_add_test (tc, test_nonces_of_a_restarting_server);
  tcase_add_test (tc, test_redirect_leaks_nothing);
  tcase_add_test (tc, test_any_server);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkauth);
