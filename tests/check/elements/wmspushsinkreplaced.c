/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: another program has the place of a server that was lost.  Each
 * try is told with what was wrong, nothing of the stream goes there, and the
 * stream goes on when the server is back. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "faultrig.h"
#include "mortalserver.h"
#include "testasf.h"

/* of a try that gets no answer */
#define TIMEOUT_S test_get_patience ()
#define N_TRIES 2
#define N_PACKETS 5

static void
say_and_close (ScriptConnection * connection, const gchar * text)
{
  script_send (connection, text);
  script_finish (connection);
}

static void
script_web (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_head (connection, NULL))
    say_and_close (connection, "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n"
        "Content-Type: text/html\r\nContent-Length: 5\r\n\r\nHello");
}

static void
script_web_without_page (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_head (connection, NULL))
    say_and_close (connection, "HTTP/1.1 404 Not Found\r\n"
        "Server: nginx/1.22.1\r\nContent-Length: 0\r\n\r\n");
}

static void
script_other_point (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_head (connection, NULL))
    say_and_close (connection, "HTTP/1.1 404 Not Found\r\n"
        "Server: Cougar/9.6.7600.16564\r\nContent-Length: 0\r\n\r\n");
}

static void
script_busy (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_head (connection, NULL))
    say_and_close (connection, "HTTP/1.1 503 Service Unavailable\r\n"
        "Content-Length: 0\r\n\r\n");
}

static void
script_redirects (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_head (connection, NULL))
    say_and_close (connection, "HTTP/1.1 302 Found\r\nLocation: /live\r\n"
        "Content-Length: 0\r\n\r\n");
}

static void
script_says_nothing (ScriptConnection * connection, gpointer user_data)
{
  gchar bytes[1024];

  while (script_read_some (connection, bytes, sizeof bytes) > 0);
}

static void
script_closes (ScriptConnection * connection, gpointer user_data)
{
  script_finish (connection);
}

static void
script_resets (ScriptConnection * connection, gpointer user_data)
{
  script_reset (connection);
}

static void
script_garbage (ScriptConnection * connection, gpointer user_data)
{
  guint8 bytes[4096];
  guint i;

  for (i = 0; i < sizeof bytes; i++)
    bytes[i] = i * 7919 >> 3;
  script_send_bytes (connection, bytes, sizeof bytes);
  script_finish (connection);
}

static void
script_ssh (ScriptConnection * connection, gpointer user_data)
{
  say_and_close (connection, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
}

static void
script_smtp (ScriptConnection * connection, gpointer user_data)
{
  if (script_send (connection, "220 mail.example ESMTP\r\n")
      && script_read_head (connection, NULL))
    say_and_close (connection, "502 5.5.2 Error: command not recognized\r\n");
}

static void
script_rtsp (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_head (connection, NULL))
    say_and_close (connection, "RTSP/1.0 400 Bad Request\r\nCSeq: 0\r\n\r\n");
}

static void
script_icy (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_head (connection, NULL))
    say_and_close (connection, "ICY 200 OK\r\nicy-name: radio\r\n\r\n");
}

/* SETTINGS, RFC 9113, section 3.4. */
static void
script_http2 (ScriptConnection * connection, gpointer user_data)
{
  script_send_bytes (connection, "\0\0\0\4\0\0\0\0\0", 9);
  script_finish (connection);
}

/* An alert, RFC 8446, section 6: the first bytes were no ClientHello. */
static void
script_tls (ScriptConnection * connection, gpointer user_data)
{
  script_send_bytes (connection, "\x15\3\1\0\2\2\x46", 7);
  script_finish (connection);
}

/* Each program that may be there, and what a try is told to have failed of. */
static const struct
{
  const gchar *name;
  ScriptFunc script;
  const gchar *hresults;
} others[] = {
  {"a web server", script_web, "NS_E_INCOMPATIBLE_PUSH_SERVER"},
  {"a web server without that page", script_web_without_page,
      "NS_E_FILE_NOT_FOUND"},
  {"a publishing point without that point", script_other_point,
      "NS_E_FILE_NOT_FOUND"},
  {"a busy server", script_busy, "NS_E_SERVER_UNAVAILABLE"},
  {"a redirect to itself", script_redirects, "NS_E_TOO_MANY_HOPS"},
  {"a silent program", script_says_nothing, "NS_E_CONNECT_TIMEOUT"},
  {"one that closes", script_closes,
      "NS_E_CONNECTION_FAILURE NS_E_RESET_SOCKET_CONNECTION"},
  {"one that resets", script_resets,
      "NS_E_CONNECTION_FAILURE NS_E_RESET_SOCKET_CONNECTION"},
  {"garbage", script_garbage, "NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE"},
  {"SSH", script_ssh, "NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE"},
  {"SMTP", script_smtp, "NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE"},
  {"RTSP", script_rtsp, "NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE"},
  {"ICY", script_icy, "NS_E_INCOMPATIBLE_PUSH_SERVER"},
  {"HTTP/2", script_http2, "NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE"},
  {"TLS", script_tls, "NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE"},
};

static void
check_reasons (FaultRig * fault, guint n)
{
  guint n_named = 0;
  guint i;

  g_mutex_lock (&fault->lock);
  for (i = 0; i < fault->reasons->len; i++) {
    const gchar *reason = g_ptr_array_index (fault->reasons, i);

    /* between the two of them nobody is there */
    if (g_str_equal (reason, "NS_E_CANNOTCONNECT"))
      continue;
    fail_unless (strstr (others[n].hresults, reason) != NULL, "%s: %s",
        others[n].name, reason);
    n_named++;
  }
  g_mutex_unlock (&fault->lock);
  fail_unless (n_named >= N_TRIES, "%s: %u tries told", others[n].name,
      n_named);
}

static void
replace_by (guint n)
{
  const gchar *name = others[n].name;
  g_autofree gchar *url = NULL;
  MortalServer mortal;
  FaultRig *fault;
  gint64 took;

  mortal_server_init (&mortal);
  mortal.dies_with_packets = N_PACKETS;
  url = script_server_get_url (mortal.server);
  fault = fault_rig_new (url);
  g_object_set (fault->rig->sink, "timeout", TIMEOUT_S, NULL);
  fault_rig_push_header (fault, 0);
  fault_rig_push_packets (fault, 0, N_PACKETS);
  sink_rig_set_state (fault->rig, GST_STATE_PLAYING);
  fail_unless (fault_rig_wait (fault, fault_is_lost, 1), "%s", name);
  took = fault->noticed_us - mortal.died_us;
  mortal.dies_with_packets = 0;
  mortal_server_replace (&mortal, others[n].script);
  fault_rig_push_packets (fault, 10, N_PACKETS);
  fail_unless (fault_rig_wait (fault, fault_has_failed_tries,
          fault->n_failed_tries + N_TRIES + 1), "%s: %s", name,
      fault->course.log->str);
  mortal_server_restart (&mortal, FALSE);
  fail_unless (fault_rig_wait (fault, fault_is_restored, 1), "%s: %s", name,
      fault->course.log->str);
  sink_rig_push_eos (fault->rig);
  fail_unless (fault_rig_wait (fault, fault_is_over, 0), "%s", name);
  fail_unless (fault->is_good, "%s: %s: %s", name, fault->error,
      fault->course.log->str);
  fault_rig_check (fault, name);
  check_reasons (fault, n);
  fail_unless_equals_int (mortal_server_count_packets (&mortal), 2 * N_PACKETS);
  fail_unless_equals_uint64 (sink_rig_get_stat (fault->rig, "packets-sent"),
      2 * N_PACKETS);
  g_print ("%s: noticed after %u ms, %u failed tries, 0 packets lost\n", name,
      (guint) (took / 1000), fault->n_failed_tries);
  fault_rig_free (fault);
  mortal_server_clear (&mortal);
}

GST_START_TEST (test_replaced)
{
  guint n_descriptors;

  /* what is opened once stays open */
  replace_by (__i__);
  n_descriptors = fault_count_descriptors ();
  replace_by (__i__);
  fail_unless_equals_int (fault_count_descriptors (), n_descriptors);
}

GST_END_TEST;

/* The same where it was never the server: that ends the first attempt. */
GST_START_TEST (test_never_the_server)
{
  g_autofree gchar *url = NULL;
  MortalServer mortal;
  FaultRig *fault;

  mortal_server_init (&mortal);
  mortal_server_replace (&mortal, others[__i__].script);
  url = script_server_get_url (mortal.server);
  fault = fault_rig_new (url);
  g_object_set (fault->rig->sink, "timeout", TIMEOUT_S, "retry-first", FALSE,
      NULL);
  fault_rig_push_header (fault, 0);
  fault_rig_push_packets (fault, 0, N_PACKETS);
  sink_rig_set_state (fault->rig, GST_STATE_PLAYING);
  fail_unless (fault_rig_wait (fault, fault_is_over, 0), "%s",
      others[__i__].name);
  fail_unless (fault->error != NULL
      && strstr (others[__i__].hresults, fault->error) != NULL, "%s: %s",
      others[__i__].name, fault->error);
  fail_unless_equals_uint64 (sink_rig_get_stat (fault->rig, "packets-sent"), 0);
  fault_rig_check (fault, others[__i__].name);
  fault_rig_free (fault);
  mortal_server_clear (&mortal);
}

GST_END_TEST;

static Suite *
wmspushsinkreplaced_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkreplaced");
  TCase *tc = tcase_create ("replaced");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 90);
  tcase_add_loop_test (tc, test_replaced, 0, G_N_ELEMENTS (others));
  tcase_add_loop_test (tc, test_never_the_server, 0, G_N_ELEMENTS (others));
  return suite;
}

GST_CHECK_MAIN (wmspushsinkreplaced);
