/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink through a proxy that follows a script byte by byte. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "testbytes.h"

/* Nobody resolves it: only a proxy can. */
#define FAR_URL "http://far.invalid/live"
/* 60 s of the 512 kbit/s that the rig's header declares */
#define MINUTE "Content-Length: 3840000\r\n"
#define WANTS_PROXY_USER "HTTP/1.1 407 Proxy Authentication Required\r\n" \
    "Proxy-Authenticate: Basic realm=\"gate\"\r\nContent-Length: 0\r\n\r\n"
#define BOB "Proxy-Authorization: Basic Ym9iOmh1c2g=\r\n"

/* A rig whose server is the proxy. */
static SinkRig *
new_rig (ScriptFunc script, const gchar * url)
{
  SinkRig *rig = sink_rig_new_for (script);
  g_autofree gchar *proxy = g_strdup_printf ("127.0.0.1:%u",
      script_server_get_port (rig->server));

  g_object_set (rig->sink, "location", url, "proxy", proxy, "proxy-id", "bob",
      "proxy-pw", "hush", "allow-clear-text-credentials", TRUE, NULL);
  return rig;
}

static gchar *
play (SinkRig * rig, const gchar * word)
{
  sink_rig_play (rig, word);
  return script_server_get_heads (rig->server);
}

static void
script_proxy (ScriptConnection * connection, gpointer user_data)
{
  if (!script_read_head (connection, NULL))
    return;
  script_send (connection, WANTS_PROXY_USER);
  script_take_all (connection, NULL);
}

/* protocol.md, C14 and C20: the whole URL in the request line, the proxy's
 * password on each request, and requests of bounded length. */
GST_START_TEST (test_proxy)
{
  SinkRig *rig = new_rig (script_proxy, FAR_URL);
  g_autofree gchar *heads = play (rig, "EOS");

  fail_unless_equals_int (test_count_parts (heads,
          "POST " FAR_URL " HTTP/1.1\r\n"), 3);
  fail_unless_equals_int (test_count_parts (heads, BOB), 2);
  fail_unless_equals_int (test_count_parts (heads, "Host: far.invalid\r\n"), 3);
  fail_unless_equals_int (test_count_parts (heads, MINUTE), 1);
  fail_unless_equals_int (script_server_get_n_connections (rig->server), 1);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_refusing_proxy (ScriptConnection * connection, gpointer user_data)
{
  while (script_read_head (connection, NULL))
    script_send (connection, WANTS_PROXY_USER);
}

GST_START_TEST (test_wrong_password)
{
  SinkRig *rig = new_rig (script_refusing_proxy, FAR_URL);
  g_autofree gchar *heads = play (rig, " ERROR:NS_E_PROXY_ACCESSDENIED");

  fail_unless_equals_int (test_count_parts (heads, BOB), 1);
  fail_unless_equals_int (rig->http_status, 407);
  sink_rig_free (rig);
}

GST_END_TEST;

/* A password for the proxy does not go to a server that asks for it. */
GST_START_TEST (test_server_that_poses_as_proxy)
{
  SinkRig *rig = sink_rig_new_for (script_refusing_proxy);
  g_autofree gchar *heads = NULL;

  g_object_set (rig->sink, "proxy", "", "proxy-id", "bob", "proxy-pw", "hush",
      "allow-clear-text-credentials", TRUE, NULL);
  heads = play (rig, " ERROR:NS_E_PROXY_ACCESSDENIED");
  fail_unless_equals_int (test_count_parts (heads, "Proxy-Authorization"), 0);
  fail_unless_equals_int (test_count_parts (heads, "POST "), 1);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_tunnel (ScriptConnection * connection, gpointer user_data)
{
  if (!script_read_head (connection, NULL))
    return;
  if (script_get_number (connection) == 0)
    script_send (connection, WANTS_PROXY_USER);
  else
    script_send (connection, "HTTP/1.1 502 Bad Gateway\r\n"
        "Content-Length: 0\r\n\r\n");
  script_read_end (connection);
}

/* With https the proxy sees a CONNECT and its own password, and nothing that
 * is for the server. */
GST_START_TEST (test_tunnel)
{
  SinkRig *rig = new_rig (script_tunnel, "https://far.invalid/live");
  g_autofree gchar *heads = NULL;

  g_object_set (rig->sink, "user-id", "alice", "user-pw", "secret", NULL);
  heads = play (rig, " ERROR:NS_E_ERROR_FROM_PROXY");
  fail_unless_equals_int (test_count_parts (heads,
          "CONNECT far.invalid:443 HTTP/1.1\r\n"), 2);
  fail_unless_equals_int (test_count_parts (heads, BOB), 1);
  fail_unless_equals_int (test_count_parts (heads, "\r\nAuthorization"), 0);
  fail_unless_equals_int (test_count_parts (heads, "Cookie"), 0);
  fail_unless_equals_int (rig->http_status, 502);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_direct_or_proxy (ScriptConnection * connection, gpointer user_data)
{
  script_take_all (connection, NULL);
}

/* The environment's proxy is used, and its user part is for it. */
GST_START_TEST (test_environment)
{
  SinkRig *rig = sink_rig_new_for (script_proxy);
  g_autofree gchar *proxy = g_strdup_printf ("http://bob:hush@127.0.0.1:%u",
      script_server_get_port (rig->server));
  g_autofree gchar *heads = NULL;

  g_setenv ("http_proxy", proxy, TRUE);
  g_unsetenv ("no_proxy");
  g_object_set (rig->sink, "location", FAR_URL,
      "allow-clear-text-credentials", TRUE, NULL);
  heads = play (rig, "EOS");
  fail_unless_equals_int (test_count_parts (heads,
          "POST " FAR_URL " HTTP/1.1\r\n"), 3);
  fail_unless_equals_int (test_count_parts (heads, BOB), 2);
  sink_rig_free (rig);
}

GST_END_TEST;

/* An empty proxy is none, whatever the environment says. */
GST_START_TEST (test_direct)
{
  SinkRig *rig = sink_rig_new_for (script_direct_or_proxy);
  g_autofree gchar *heads = NULL;

  g_setenv ("http_proxy", "http://far.invalid:1", TRUE);
  g_object_set (rig->sink, "proxy", "", NULL);
  heads = play (rig, "EOS");
  fail_unless_equals_int (test_count_parts (heads, "POST /live HTTP/1.1\r\n"),
      2);
  fail_unless_equals_int (test_count_parts (heads,
          "Content-Length: 2147483647\r\n"), 1);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_use_proxy (ScriptConnection * connection, gpointer user_data)
{
  ScriptServer *const *proxy = user_data;
  g_autofree gchar *answer = g_strdup_printf ("HTTP/1.1 305 Use Proxy\r\n"
      "Location: http://127.0.0.1:%u/\r\nContent-Length: 0\r\n\r\n",
      script_server_get_port (*proxy));

  if (script_read_head (connection, NULL)) {
    script_send (connection, answer);
    script_read_end (connection);
  }
}

/* [MS-WMHTTP] 3.1.5.1: 305 names a proxy, and the URL stays. */
GST_START_TEST (test_use_proxy)
{
  ScriptServer *proxy = script_server_new (script_direct_or_proxy, NULL);
  ScriptServer *server = script_server_new (script_use_proxy, &proxy);
  g_autofree gchar *url = script_server_get_url (server);
  g_autofree gchar *line = g_strdup_printf ("POST %s HTTP/1.1\r\n", url);
  SinkRig *rig = sink_rig_new (url);
  g_autofree gchar *heads = NULL;

  rig->server = proxy;
  heads = play (rig, "EOS");
  fail_unless_equals_int (test_count_parts (heads, line), 2);
  fail_unless_equals_int (script_server_get_n_connections (server), 1);
  fail_unless (strstr (heads, "Content-Length: 2147483647") == NULL);
  sink_rig_free (rig);
  script_server_free (server);
}

GST_END_TEST;

/* What could not be reached was the proxy. */
static const struct
{
  const gchar *proxy;
  const gchar *word;
} absent[] = {
  {"http://127.0.0.1:1", " ERROR:NS_E_CANNOT_CONNECT_TO_PROXY"},
  {"http://far.invalid:1", " ERROR:NS_E_PROXY_NOT_FOUND"},
};

GST_START_TEST (test_absent_proxy)
{
  SinkRig *rig = sink_rig_new ("http://127.0.0.1:2/live");

  g_object_set (rig->sink, "proxy", absent[__i__].proxy, NULL);
  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, absent[__i__].word), "%s", rig->log->str);
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_bad_proxy)
{
  SinkRig *rig = sink_rig_new ("http://127.0.0.1:2/live");

  g_object_set (rig->sink, "proxy", "socks5://p", NULL);
  fail_unless (gst_element_set_state (rig->pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE);
  fail_unless (sink_rig_wait (rig, "ERROR"));
  fail_unless (g_error_matches (rig->error, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_SETTINGS));
  sink_rig_free (rig);
}

GST_END_TEST;

static Suite *
wmspushsinkproxy_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkproxy");
  TCase *tc = tcase_create ("proxy");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_proxy);
  tcase_add_test (tc, test_wrong_password);
  tcase_add_test (tc, test_server_that_poses_as_proxy);
  tcase_add_test (tc, test_tunnel);
  tcase_add_test (tc, test_environment);
  tcase_add_test (tc, test_direct);
  tcase_add_test (tc, test_use_proxy);
  tcase_add_loop_test (tc, test_absent_proxy, 0, G_N_ELEMENTS (absent));
  tcase_add_test (tc, test_bad_proxy);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkproxy);
