/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: answers of every form, well meant or not. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "testasf.h"

#define CLEAN "LOCATING CONNECTING OPENED STARTED END_OF_STREAMING STOPPED " \
    "CLOSED FINALIZE:S_OK EOS"
#define UNOPENED "LOCATING CONNECTING ERROR CLOSED FINALIZE:"
#define BROKEN "LOCATING CONNECTING OPENED STARTED ERROR STOPPED CLOSED " \
    "FINALIZE:"
#define RESULT(name) name " ERROR:" name
#define SERVER "Server: Cougar/9.5\r\n"
#define ID "Set-Cookie: push-id=7\r\n"

/* Successes in every form. */
static const struct
{
  const gchar *answer;
  gboolean closes;              /* so PushStart comes on another connection */
} successes[] = {
  {"HTTP/1.1 204 No Content\r\n" SERVER ID "\r\n", FALSE},
  {"HTTP/1.1 204 No Content\r\n" SERVER ID "Content-Length: 0\r\n\r\n", FALSE},
  {"HTTP/1.1 204\r\n" SERVER ID "\r\n", FALSE},
  {"HTTP/1.1 200 OK\r\n" SERVER ID "Content-Length: 0\r\n\r\n", FALSE},
  {"HTTP/1.1 200 OK\r\n" SERVER ID "Content-Length: 5\r\n\r\nhello", FALSE},
  {"HTTP/1.1 200 OK\r\n" SERVER ID "Transfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n0\r\n\r\n", FALSE},
  {"HTTP/1.1 204 No Content\nServer: Cougar/9.5\nSet-Cookie: push-id=7\n\n",
      FALSE},
  {"HTTP/1.1 204 No Content\r\nSERVER:Cougar/9.5\r\nset-cookie:push-id=7\r\n"
        "\r\n", FALSE},
  /* folded lines, and lines that mean nothing */
  {"HTTP/1.1 204 No Content\r\nServer:\r\n Cougar/9.5\r\n\t(old)\r\n"
        "no header\r\nSet-Cookie:\r\n push-id=7\r\n\r\n", FALSE},
  {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n" SERVER ID "\r\n",
      FALSE},
  {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX: y\r\n\r\n"
        "HTTP/1.1 204 No Content\r\n" SERVER ID "\r\n", FALSE},
  {"HTTP/1.0 204 No Content\r\n" SERVER ID "Connection: Keep-Alive\r\n\r\n",
      FALSE},
  /* [MS-WMHTTP] 3.1.4.2.1 */
  {"HTTP/1.0 204 No Content\r\n" SERVER ID "\r\n", TRUE},
  {"HTTP/1.0 200 OK\r\n" SERVER ID "\r\nhello", TRUE},
  {"HTTP/1.1 204 No Content\r\n" SERVER ID "Connection: close\r\n\r\n", TRUE},
  {"HTTP/1.1 200 OK\r\n" SERVER ID "\r\n", TRUE},
};

static guint n_success;

static void
script_success (ScriptConnection * connection, gpointer user_data)
{
  if (script_get_number (connection) == 0) {
    if (!script_read_setup (connection))
      return;
    script_send (connection, successes[n_success].answer);
    if (successes[n_success].closes)
      return;
  }
  script_take_start (connection);
}

GST_START_TEST (test_successes)
{
  SinkRig *rig;
  g_autofree gchar *heads = NULL;

  n_success = __i__;
  rig = sink_rig_new_for (script_success);
  g_object_set (rig->sink, "timeout", 2 * test_get_patience (), NULL);
  sink_rig_play (rig, "FINALIZE");
  fail_unless (sink_rig_wait (rig, "EOS"), "%s", rig->log->str);
  fail_unless_equals_string (rig->log->str, CLEAN);
  fail_unless_equals_int (script_server_get_n_connections (rig->server),
      successes[__i__].closes ? 2 : 1);
  heads = script_server_get_heads (rig->server);
  /* one PushSetup, one PushStart */
  fail_unless (strstr (strstr (heads, "pushsetup") + 1, "pushsetup") == NULL);
  fail_unless (strstr (strstr (heads, "pushstart") + 1, "pushstart") == NULL);
  fail_unless (strstr (heads, "Cookie: push-id=7\r\n") != NULL, "%s", heads);
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_DATA), 3);
  sink_rig_free (rig);
}

GST_END_TEST;

/* Servers that end the connection with the answer and do not say so, or leave
 * behind it what nobody has asked for. */
static const gchar *const last_answers[] = {
  NULL,                         /* closes */
  SCRIPT_SETUP_OK SCRIPT_SETUP_OK,
  "HTTP/1.1 200 OK\r\n" SERVER ID "Content-Length: 0\r\n\r\n\r\n",
  "HTTP/1.1 204 No Content\r\n" SERVER ID "Content-Length: 5\r\n\r\nhello",
  "HTTP/1.1 204 No Content\r\n" SERVER ID "Transfer-Encoding: chunked\r\n\r\n"
      "0\r\n\r\n",
};

static void
script_last_answer (ScriptConnection * connection, gpointer user_data)
{
  const gchar *answer = last_answers[n_success];

  if (script_get_number (connection) == 2)
    script_take_start (connection);
  else if (!script_read_setup (connection))
    return;
  else if (answer == NULL)
    script_send_last (connection, SCRIPT_SETUP_OK);
  else if (script_send (connection, answer))
    script_read_end (connection);
}

/* PushSetup goes once more, then PushStart has a connection of its own; one
 * session is told. */
GST_START_TEST (test_last_answers)
{
  SinkRig *rig;
  g_autofree gchar *heads = NULL;
  const gchar *start;

  n_success = __i__;
  rig = sink_rig_new_for (script_last_answer);
  sink_rig_play (rig, "FINALIZE");
  fail_unless (sink_rig_wait (rig, "EOS"), "%s", rig->log->str);
  fail_unless_equals_string (rig->log->str, "LOCATING CONNECTING OPENED "
      "LOCATING CONNECTING STARTED END_OF_STREAMING STOPPED CLOSED "
      "FINALIZE:S_OK EOS");
  fail_unless_equals_int (script_server_get_n_connections (rig->server), 3);
  heads = script_server_get_heads (rig->server);
  start = strstr (heads, "pushstart");
  fail_unless (start != NULL && strstr (start, "Cookie: push-id=") != NULL
      && strstr (start, "push-id=0\r\n") == NULL, "%s", heads);
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_DATA), 3);
  sink_rig_free (rig);
}

GST_END_TEST;

/* Heads that are none, and heads without an end: 100 KiB of one, then nothing.
 * A push that wants more ends with a time-out. */
#define ENDLESS_BYTES (100 * 1024)
#define NUL_HEAD "HTTP/1.1 204 No\0 Content\r\n" SERVER "\r\n"

static const struct
{
  const gchar *answer;
  gsize size;
  const gchar *endless;
  const gchar *log;
} bad_heads[] = {
  {"garbage\r\n\r\n", 0, "", RESULT ("NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE")},
  {"HTTP/1.1 abc OK\r\n\r\n", 0, "",
      RESULT ("NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE")},
  {"HTTP/2.0 204 No Content\r\n" SERVER "\r\n", 0, "",
      RESULT ("NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE")},
  {"\0\1\2\3\r\n\r\n", 8, "", RESULT ("NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE")},
  {NUL_HEAD, sizeof NUL_HEAD - 1, "",
      RESULT ("NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE")},
  {"HTTP/1.1 200 OK\r\n" SERVER "Transfer-Encoding: rot13\r\n\r\n", 0, "",
      RESULT ("NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE")},
  {"HTTP/1.1 204 ", 0, "x", RESULT ("NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE")},
  {"HTTP/1.1 204 No Content\r\nX-A: ", 0, "y",
      RESULT ("NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE")},
  {"HTTP/1.1 204 No Content\r\n", 0, "A: b\r\n",
      RESULT ("NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE")},
  {"HTTP/1.1 204 No Content\r\nX: y\r\n", 0, " \r\n",
      RESULT ("NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE")},
  {"", 0, "\r\n", RESULT ("NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE")},
  {"", 0, "HTTP/1.1 100 Continue\r\n\r\n",
      RESULT ("NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE")},
  {"", 0, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nX: 1234567890\r\n\r\n",
      RESULT ("NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE")},
};

static guint n_bad_head;

static void
send_bad_head (ScriptConnection * connection)
{
  const gchar *answer = bad_heads[n_bad_head].answer;
  gsize size = bad_heads[n_bad_head].size;
  const gchar *endless = bad_heads[n_bad_head].endless;
  g_autoptr (GString) text = g_string_new_len (answer,
      size > 0 ? size : strlen (answer));

  while (*endless != '\0' && text->len < ENDLESS_BYTES)
    g_string_append (text, endless);
  script_send_bytes (connection, text->str, text->len);
  script_read_end (connection);
}

static void
script_bad_head (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_setup (connection))
    send_bad_head (connection);
}

GST_START_TEST (test_bad_heads)
{
  g_autofree gchar *log = g_strconcat (UNOPENED, bad_heads[__i__].log, NULL);
  SinkRig *rig;

  n_bad_head = __i__;
  rig = sink_rig_new_for (script_bad_head);
  g_object_set (rig->sink, "timeout", 2 * test_get_patience (), NULL);
  sink_rig_play (rig, " ERROR:");
  fail_unless_equals_string (rig->log->str, log);
  fail_unless_equals_int (rig->n_errors, 1);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_bad_head_in_stream (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 3))
    send_bad_head (connection);
}

/* The same in mid-stream, where no time is limited. */
GST_START_TEST (test_bad_heads_in_stream)
{
  g_autofree gchar *log = g_strconcat (BROKEN, bad_heads[__i__].log, NULL);
  SinkRig *rig;

  n_bad_head = __i__;
  rig = sink_rig_new_for (script_bad_head_in_stream);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, " ERROR:"), "%s", rig->log->str);
  fail_unless_equals_string (rig->log->str, log);
  sink_rig_free (rig);
}

GST_END_TEST;

/* What comes drop by drop ends with `timeout`, whatever it is. */
static const struct
{
  const gchar *answer;
  const gchar *endless;
} drips[] = {
  {"HTTP/1.1 204 No Content\r\nX: ", "y"},
  {"", "HTTP/1.1 100 Continue\r\n\r\n"},
  {"HTTP/1.1 200 OK\r\n" SERVER "Content-Length: 100000\r\n\r\n", "b"},
  {"HTTP/1.1 200 OK\r\n" SERVER "Transfer-Encoding: chunked\r\n\r\n",
      "1\r\nx\r\n"},
  {"HTTP/1.1 200 OK\r\n" SERVER "Connection: close\r\n\r\n", "b"},
  {"HTTP/1.1 401 Unauthorized\r\n" SERVER "Content-Length: 100000\r\n"
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n\r\n", "b"},
};

static void
script_drips (ScriptConnection * connection, gpointer user_data)
{
  guint n = GPOINTER_TO_UINT (user_data);

  if (script_read_setup (connection)
      && script_send (connection, drips[n].answer))
    script_drip (connection, drips[n].endless, 2000);
}

GST_START_TEST (test_drips)
{
  ScriptServer *servers[G_N_ELEMENTS (drips)];
  SinkRig *rigs[G_N_ELEMENTS (drips)];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (drips); i++) {
    g_autofree gchar *url = NULL;

    servers[i] = script_server_new (script_drips, GUINT_TO_POINTER (i));
    url = script_server_get_url (servers[i]);
    rigs[i] = sink_rig_new (url);
    g_object_set (rigs[i]->sink, "timeout", test_get_patience (), "user-id",
        "u", "user-pw", "p", NULL);
    sink_rig_set_state (rigs[i], GST_STATE_PLAYING);
  }
  for (i = 0; i < G_N_ELEMENTS (drips); i++) {
    fail_unless (sink_rig_wait (rigs[i], "FINALIZE"), "%u: %s", i,
        rigs[i]->log->str);
    fail_unless (strstr (rigs[i]->log->str, "FINALIZE:NS_E_CONNECT_TIMEOUT")
        != NULL, "%u: %s", i, rigs[i]->log->str);
    sink_rig_free (rigs[i]);
    script_server_free (servers[i]);
  }
}

GST_END_TEST;

#define MAX_GROWTH_KB 16384

/* Bodies without an end, as fast as they can be sent: the session goes on
 * without them, on other connections, and gives up after a few. */
static const gchar *const endless_bodies[] = {
  "HTTP/1.1 200 OK\r\n" SERVER "Content-Length: 10000000000\r\n\r\n",
  "HTTP/1.1 204 No Content\r\n" SERVER "\r\n",
  "HTTP/1.1 401 Unauthorized\r\n" SERVER "Content-Length: 10000000000\r\n"
      "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n\r\n",
  "HTTP/1.1 421 Misdirected\r\n" SERVER "Content-Length: 10000000000\r\n\r\n",
  "HTTP/1.1 500 Broken\r\n" SERVER "Content-Length: 10000000000\r\n\r\n",
};

static void
script_endless_body (ScriptConnection * connection, gpointer user_data)
{
  g_autofree gchar *block = g_strnfill (65536, 'b');

  /* a PushStart too: its body has no end either */
  if (script_read_head (connection, NULL)
      && script_send (connection, endless_bodies[GPOINTER_TO_UINT (user_data)]))
    while (script_send (connection, block));
}

/* Resident memory at its peak, in KB.  AddressSanitizer and memcheck keep what
 * was freed, so that their figure says nothing. */
static guint64
get_peak_memory (void)
{
#ifdef __SANITIZE_ADDRESS__
  return 0;
#else
  g_autofree gchar *status = NULL;

  if (test_is_under_memcheck ())
    return 0;
  fail_unless (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  return g_ascii_strtoull (strstr (status, "VmHWM:") + 6, NULL, 10);
#endif
}

GST_START_TEST (test_endless_bodies)
{
  ScriptServer *server = script_server_new (script_endless_body,
      GUINT_TO_POINTER (__i__));
  g_autofree gchar *url = script_server_get_url (server);
  SinkRig *rig = sink_rig_new (url);
  guint64 before = get_peak_memory ();
  gint64 start = g_get_monotonic_time ();

  g_object_set (rig->sink, "timeout", 15 * test_get_patience (), "user-id", "u",
      "user-pw", "p", NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, " ERROR:"));
  /* not with `timeout` */
  fail_unless (g_get_monotonic_time () - start
      < 5 * test_get_patience () * G_TIME_SPAN_SECOND);
  fail_unless (script_server_get_n_connections (server) <= 5);
  fail_unless_equals_int (rig->n_errors, 1);
  sink_rig_free (rig);
  fail_unless (get_peak_memory () - before < MAX_GROWTH_KB, "%u KB",
      (guint) (get_peak_memory () - before));
  script_server_free (server);
}

GST_END_TEST;

/* In mid-stream. */
static const struct
{
  const gchar *answer;
  gboolean closes;
  const gchar *log;             /* NULL: nothing is the matter */
} interruptions[] = {
  {"HTTP/1.1 100 Continue\r\n\r\n", FALSE, NULL},
  {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n", FALSE, NULL},
  /* heads whose bodies never come */
  {"HTTP/1.1 200 OK\r\n" SERVER "Content-Length: 9\r\n\r\n", FALSE,
      BROKEN RESULT ("NS_E_CONNECTION_FAILURE")},
  {"HTTP/1.1 200 OK\r\n" SERVER "\r\n", FALSE,
      BROKEN RESULT ("NS_E_CONNECTION_FAILURE")},
  {"HTTP/1.1 200 OK\r\n" SERVER "Transfer-Encoding: chunked\r\n\r\n", FALSE,
      BROKEN RESULT ("NS_E_CONNECTION_FAILURE")},
  {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\n" SERVER "\r\n", FALSE,
      BROKEN RESULT ("NS_E_SERVER_UNAVAILABLE")},
  /* two answers: the first one counts */
  {SCRIPT_START_OK SCRIPT_START_OK, FALSE,
      BROKEN RESULT ("NS_E_CONNECTION_FAILURE")},
  {"HTTP/1.1 408 Late\r\n" SERVER "Content-Length: 0\r\n\r\n"
        "HTTP/1.1 403 No\r\n" SERVER "Content-Length: 0\r\n\r\n", FALSE,
      BROKEN RESULT ("NS_E_TIMEOUT")},
  {"HTTP/1.0 500 Broken\r\n\r\nsee the log", TRUE,
      BROKEN RESULT ("NS_E_INTERNAL_SERVER_ERROR")},
  /* only PushSetup can be redirected ([MS-WMHTTP] 3.1.5.2) */
  {"HTTP/1.1 302 Found\r\n" SERVER "Location: /elsewhere\r\n"
        "Content-Length: 0\r\n\r\n", FALSE,
      BROKEN RESULT ("NS_E_INVALID_REDIRECT")},
};

static guint n_interruption;

static void
script_interrupt (ScriptConnection * connection, gpointer user_data)
{
  if (!script_accept_push (connection)
      || !script_read_frames_until (connection, WMS_FRAME_DATA, 3))
    return;
  script_send (connection, interruptions[n_interruption].answer);
  if (interruptions[n_interruption].closes)
    script_finish (connection);
  else if (script_read_frames_until (connection, WMS_FRAME_END, 1)
      && script_read_end (connection))
    script_send (connection, SCRIPT_START_OK);
}

GST_START_TEST (test_interruptions)
{
  gint64 start = g_get_monotonic_time ();
  const gchar *log = interruptions[__i__].log;
  SinkRig *rig;

  n_interruption = __i__;
  rig = sink_rig_new_for (script_interrupt);
  g_object_set (rig->sink, "timeout", 15 * test_get_patience (), NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  if (log == NULL) {
    fail_unless (script_server_wait_frames (rig->server, WMS_FRAME_DATA, 3));
    sink_rig_push_packets (rig, 3, 100);
    sink_rig_push_eos (rig);
    fail_unless (sink_rig_wait (rig, "EOS"), "%s", rig->log->str);
    fail_unless_equals_int (script_server_get_n_frames (rig->server,
            WMS_FRAME_DATA), 103);
  } else {
    /* at once, not with the next packet, nor with a time-out (C23) */
    fail_unless (sink_rig_wait (rig, " ERROR:"));
    fail_unless (g_get_monotonic_time () - start
        < 10 * test_get_patience () * G_TIME_SPAN_SECOND);
  }
  fail_unless_equals_string (rig->log->str, log != NULL ? log : CLEAN);
  fail_unless_equals_int (script_server_get_n_connections (rig->server), 1);
  sink_rig_free (rig);
}

GST_END_TEST;

/* Behind the final $E everything is the end (protocol.md, Other servers). */
static const gchar *const ends[] = {
  SCRIPT_START_OK,
  "HTTP/1.1 200 OK\r\n" SERVER "Content-Length: 9\r\n\r\n",
  "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 422 Unprocessable\r\n\r\n",
  "HTTP/1.1 500 Broken\r\nContent-Length: 1000\r\n\r\n",
  "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n",
  "HTTP/1.1 100 Continue\r\n\r\n" SCRIPT_START_OK,
  "garbage\r\n\r\n",
  "HTTP/1.1 20",
  "",
  NULL,
};

static void
script_end (ScriptConnection * connection, gpointer user_data)
{
  const gchar *end = ends[GPOINTER_TO_UINT (user_data)];

  if (!script_accept_push (connection)
      || !script_read_frames_until (connection, WMS_FRAME_END, 1))
    return;
  if (end == NULL)
    script_reset (connection);
  else if (script_send (connection, end))
    script_finish (connection);
}

GST_START_TEST (test_ends)
{
  ScriptServer *server = script_server_new (script_end,
      GUINT_TO_POINTER (__i__));
  g_autofree gchar *url = script_server_get_url (server);
  SinkRig *rig = sink_rig_new (url);

  sink_rig_play (rig, "FINALIZE");
  fail_unless (sink_rig_wait (rig, "EOS"), "%s", rig->log->str);
  fail_unless_equals_string (rig->log->str, CLEAN);
  fail_unless_equals_int (rig->n_errors, 0);
  sink_rig_free (rig);
  script_server_free (server);
}

GST_END_TEST;

/* The connection that PushSetup leaves ends at PushStart, with its head or with
 * the first packet; or PushStart is answered before it has a byte. */
static void
script_close_at_head (ScriptConnection * connection, gpointer user_data)
{
  script_accept_push (connection);
}

static void
script_close_after_header (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_HEADER, 1))
    script_finish (connection);
}

static void
script_answer_head (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_send (connection, SCRIPT_START_OK))
    script_finish (connection);
}

static const struct
{
  ScriptFunc script;
  guint n_connections;
} short_lives[] = {
  {script_close_at_head, 1},
  {script_close_after_header, 1},
  {script_answer_head, 1},
};

GST_START_TEST (test_short_lives)
{
  SinkRig *rig = sink_rig_new_for (short_lives[__i__].script);

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, " ERROR:"));
  fail_unless (strstr (rig->log->str, "FINALIZE:NS_E_CONNECTION_FAILURE")
      != NULL || strstr (rig->log->str,
          "FINALIZE:NS_E_RESET_SOCKET_CONNECTION") != NULL, "%s",
      rig->log->str);
  fail_unless_equals_int (rig->n_errors, 1);
  fail_unless_equals_int (script_server_get_n_connections (rig->server),
      short_lives[__i__].n_connections);
  sink_rig_free (rig);
}

GST_END_TEST;

static Suite *
wmspushsinkanswers_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkanswers");
  TCase *tc = tcase_create ("answers");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_successes, 0, G_N_ELEMENTS (successes));
  tcase_add_loop_test (tc, test_last_answers, 0, G_N_ELEMENTS (last_answers));
  tcase_add_loop_test (tc, test_bad_heads, 0, G_N_ELEMENTS (bad_heads));
  tcase_add_loop_test (tc, test_bad_heads_in_stream, 0,
      G_N_ELEMENTS (bad_heads));
  tcase_add_test (tc, test_drips);
  tcase_add_loop_test (tc, test_endless_bodies, 0,
      G_N_ELEMENTS (endless_bodies));
  tcase_add_loop_test (tc, test_interruptions, 0, G_N_ELEMENTS (interruptions));
  tcase_add_loop_test (tc, test_ends, 0, G_N_ELEMENTS (ends));
  tcase_add_loop_test (tc, test_short_lives, 0, G_N_ELEMENTS (short_lives));
  return suite;
}

GST_CHECK_MAIN (wmspushsinkanswers);
