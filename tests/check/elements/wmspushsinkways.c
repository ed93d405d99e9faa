/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: the way to the server: redirections, proxies that the system
 * names, proxies that mean no good. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "testbytes.h"

#define SERVER "Server: Cougar/9.5\r\n"
/* Nobody resolves it: only a proxy can. */
#define FAR_URL "http://far.invalid/live"
/* 60 s of the 512 kbit/s that the rig's header declares */
#define MINUTE "Content-Length: 3840000\r\n"
#define UNBOUNDED "Content-Length: 2147483647\r\n"
#define DIGEST "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", " \
    "qop=\"auth\"\r\n"

static gchar *
play (SinkRig * rig, const gchar * word)
{
  sink_rig_play (rig, word);
  return rig->server != NULL ? script_server_get_heads (rig->server) : NULL;
}

/* A Location, and an answer of this status that has it. */
static guint redirect_status;
static gchar *redirect_location;

static void
send_redirect (ScriptConnection * connection)
{
  g_autofree gchar *answer = g_strdup_printf ("HTTP/1.1 %u Go\r\n" SERVER
      "Location: %s\r\nSet-Cookie: push-id=77\r\nSet-Cookie: k=v\r\n"
      "Via: 1.1 gate\r\nContent-Length: %s\r\n\r\n", redirect_status,
      redirect_location, redirect_status == 304 ? "0" : "4\r\n\r\ngone");

  script_send (connection, answer);
  script_read_end (connection);
}

static void
script_redirect_once (ScriptConnection * connection, gpointer user_data)
{
  if (script_get_number (connection) > 0)
    script_take_all (connection, NULL);
  else if (script_read_setup (connection))
    send_redirect (connection);
}

static const guint statuses[] = { 300, 301, 302, 303, 304, 307, 308 };

/* [MS-WMHTTP] 3.1.5.1; protocol.md, C11: the same server keeps what it has
 * said; the redirection's own Via is no proxy of ours. */
GST_START_TEST (test_statuses)
{
  SinkRig *rig = sink_rig_new_for (script_redirect_once);
  g_autofree gchar *heads = NULL;

  redirect_status = statuses[__i__];
  redirect_location = (gchar *) "../else%20where?x=y";
  heads = play (rig, "EOS");
  fail_unless_equals_int (script_server_get_n_connections (rig->server), 2);
  fail_unless_equals_int (test_count_parts (heads,
          "POST /else%20where?x=y HTTP/1.1\r\n"), 2);
  fail_unless_equals_int (test_count_parts (heads, "POST "), 3);
  fail_unless_equals_int (test_count_parts (heads,
          "Cookie: push-id=77; k=v\r\n"), 1);
  fail_unless_equals_int (test_count_parts (heads, UNBOUNDED), 1);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_ask_then_redirect (ScriptConnection * connection, gpointer user_data)
{
  if (!script_read_setup (connection))
    return;
  script_send (connection, "HTTP/1.1 401 No\r\n" SERVER DIGEST
      "Content-Length: 0\r\n\r\n");
  if (script_read_setup (connection))
    send_redirect (connection);
}

static void
script_tls (ScriptConnection * connection, gpointer user_data)
{
  if (script_start_tls (connection, TEST_CERTIFICATE, FALSE))
    script_take_all (connection, NULL);
}

static void
script_ask_and_take (ScriptConnection * connection, gpointer user_data)
{
  if (!script_read_setup (connection))
    return;
  script_send (connection, "HTTP/1.1 401 No\r\n" SERVER DIGEST
      "Content-Length: 0\r\n\r\n");
  script_read_setup (connection);
}

static const struct
{
  ScriptFunc script;
  const gchar *location;
  const gchar *word;
} others[] = {
  {script_take_all, "http://127.0.0.1:%u/other", "EOS"},
  {script_take_all, "//127.0.0.1:%u/other", "EOS"},
  {script_tls, "https://localhost:%u/other", "EOS"},
  /* it asks as well, and gets nothing */
  {script_ask_and_take, "http://127.0.0.1:%u/other",
      " ERROR:NS_E_SERVER_ACCESSDENIED"},
};

/* Another port is another server: no credentials, no cookie, no push-id
 * (protocol.md, Credentials). */
GST_START_TEST (test_other_server)
{
  ScriptServer *other = script_server_new (others[__i__].script, NULL);
  SinkRig *rig = sink_rig_new_for (script_ask_then_redirect);
  g_autofree gchar *asked = NULL;
  g_autofree gchar *heads = NULL;
  g_auto (GStrv) parts = g_strsplit (others[__i__].location, "%u", 2);
  g_autofree gchar *location = g_strdup_printf ("%s%u%s", parts[0],
      script_server_get_port (other), parts[1]);

  redirect_status = 307;
  redirect_location = location;
  g_object_set (rig->sink, "user-id", "alice", "user-pw", "secret",
      "tls-validation-flags", 0, NULL);
  asked = play (rig, others[__i__].word);
  fail_unless_equals_int (test_count_parts (asked, "Authorization: Digest"), 1);
  heads = script_server_get_heads (other);
  fail_unless (g_str_has_prefix (heads, "POST /other HTTP/1.1\r\n"));
  fail_unless_equals_int (test_count_parts (heads, "Authorization:"), 0);
  fail_unless_equals_int (test_count_parts (heads, "alice"), 0);
  fail_unless_equals_int (test_count_parts (heads, "push-id=77"), 0);
  fail_unless_equals_int (test_count_parts (heads, "k=v"), 0);
  fail_unless_equals_int (test_count_parts (heads, "Cookie: push-id=0\r\n"), 1);
  sink_rig_free (rig);
  script_server_free (other);
}

GST_END_TEST;

static void
script_tls_redirect (ScriptConnection * connection, gpointer user_data)
{
  if (script_start_tls (connection, TEST_CERTIFICATE, FALSE)
      && script_read_setup (connection))
    send_redirect (connection);
}

/* https never becomes http. */
GST_START_TEST (test_no_way_back)
{
  ScriptServer *other = script_server_new (script_take_all, NULL);
  SinkRig *rig = sink_rig_new_for (script_tls_redirect);
  g_autofree gchar *location = script_server_get_url (other);
  g_autofree gchar *url = g_strdup_printf ("https://localhost:%u/live",
      script_server_get_port (rig->server));
  g_autofree gchar *heads = NULL;

  redirect_status = 302;
  redirect_location = location;
  g_object_set (rig->sink, "location", url, "tls-validation-flags", 0, NULL);
  heads = play (rig, " ERROR:NS_E_INVALID_REDIRECT");
  fail_unless_equals_int (script_server_get_n_connections (other), 0);
  sink_rig_free (rig);
  script_server_free (other);
}

GST_END_TEST;

static const gchar *const bad_locations[] = {
  "http://u:p@127.0.0.1/x", "ftp://127.0.0.1/x", "http:///x", "http://", "",
  "http://[::1/x", "mailto:a@b.example",
};

GST_START_TEST (test_bad_locations)
{
  SinkRig *rig = sink_rig_new_for (script_redirect_once);
  g_autofree gchar *heads = NULL;

  redirect_status = 302;
  redirect_location = (gchar *) bad_locations[__i__];
  /* an empty one is the same URL again (RFC 3986, section 5.2) */
  heads = play (rig, *redirect_location == '\0' ? "EOS" :
      " ERROR:NS_E_INVALID_REDIRECT");
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_ping_pong (ScriptConnection * connection, gpointer user_data)
{
  ScriptServer *other = user_data;
  g_autofree gchar *answer = NULL;

  if (!script_read_setup (connection))
    return;
  answer = g_strdup_printf ("HTTP/1.1 301 Go\r\n" SERVER
      "Location: http://localhost:%u/a\r\nContent-Length: 0\r\n\r\n",
      script_server_get_port (other));
  script_send (connection, answer);
  script_read_end (connection);
}

static gchar *pong_location;

static void
script_pong (ScriptConnection * connection, gpointer user_data)
{
  redirect_status = 302;
  redirect_location = pong_location;
  if (script_read_setup (connection))
    send_redirect (connection);
}

/* Two servers that send us to each other: protocol.md, C11. */
GST_START_TEST (test_loop_of_two)
{
  ScriptServer *pong = script_server_new (script_pong, NULL);
  ScriptServer *ping = script_server_new (script_ping_pong, pong);
  g_autofree gchar *url = script_server_get_url (ping);
  SinkRig *rig;

  pong_location = url;
  rig = sink_rig_new (url);
  play (rig, " ERROR:NS_E_TOO_MANY_HOPS");
  fail_unless_equals_int (script_server_get_n_connections (ping)
      + script_server_get_n_connections (pong), 9);
  sink_rig_free (rig);
  script_server_free (ping);
  script_server_free (pong);
}

GST_END_TEST;

static void
script_via (ScriptConnection * connection, gpointer user_data)
{
  if (!script_read_setup (connection))
    return;
  script_send (connection, "HTTP/1.1 204 No Content\r\n" SERVER
      "Set-Cookie: push-id=7\r\nVia: 1.1 gate\r\n\r\n");
  if (script_read_head (connection, NULL)
      && script_read_frames_until (connection, WMS_FRAME_END, 1))
    script_send (connection, SCRIPT_START_OK);
}

/* A proxy that nobody has told us of: protocol.md, C14 and C20. */
GST_START_TEST (test_via)
{
  SinkRig *rig = sink_rig_new_for (script_via);
  g_autofree gchar *heads = play (rig, "EOS");

  fail_unless_equals_int (test_count_parts (heads, MINUTE), 1);
  fail_unless_equals_int (test_count_parts (heads, UNBOUNDED), 0);
  sink_rig_free (rig);
}

GST_END_TEST;

/* What the system's settings say, without environment variables. */
typedef GObject TestProxies;
typedef GObjectClass TestProxiesClass;

static void test_proxies_init_interface (GProxyResolverInterface * iface);
static GType test_proxies_get_type (void);
G_DEFINE_TYPE_WITH_CODE (TestProxies, test_proxies, G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER, test_proxies_init_interface));

static gchar *system_proxy;

static gboolean
proxies_are_supported (GProxyResolver * resolver)
{
  return TRUE;
}

static gchar **
proxies_lookup (GProxyResolver * resolver, const gchar * uri,
    GCancellable * cancellable, GError ** error)
{
  return g_strsplit (system_proxy, " ", -1);
}

static void
proxies_lookup_async (GProxyResolver * resolver, const gchar * uri,
    GCancellable * cancellable, GAsyncReadyCallback callback,
    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback,
      user_data);

  g_task_return_pointer (task, proxies_lookup (resolver, uri, NULL, NULL),
      (GDestroyNotify) g_strfreev);
}

static gchar **
proxies_lookup_finish (GProxyResolver * resolver, GAsyncResult * result,
    GError ** error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_proxies_init_interface (GProxyResolverInterface * iface)
{
  iface->is_supported = proxies_are_supported;
  iface->lookup = proxies_lookup;
  iface->lookup_async = proxies_lookup_async;
  iface->lookup_finish = proxies_lookup_finish;
}

static void
test_proxies_class_init (TestProxiesClass * klass)
{
}

static void
test_proxies_init (TestProxies * self)
{
}

static void
use_system_proxies (void)
{
  g_unsetenv ("http_proxy");
  g_unsetenv ("https_proxy");
  g_setenv ("GIO_USE_PROXY_RESOLVER", "test", TRUE);
  /* a first use of a default that is not the proxies' makes all known */
  fail_unless (g_network_monitor_get_default () != NULL);
  fail_unless (g_io_extension_point_implement
      (G_PROXY_RESOLVER_EXTENSION_POINT_NAME, test_proxies_get_type (), "test",
          1000) != NULL);
}

GST_START_TEST (test_system_proxy)
{
  SinkRig *rig = sink_rig_new_for (script_answer_end);
  g_autofree gchar *heads = NULL;

  system_proxy = script_server_get_url (rig->server);
  use_system_proxies ();
  g_object_set (rig->sink, "location", FAR_URL, NULL);
  heads = play (rig, "EOS");
  fail_unless_equals_int (test_count_parts (heads,
          "POST " FAR_URL " HTTP/1.1\r\n"), 2);
  fail_unless_equals_int (test_count_parts (heads, MINUTE), 1);
  sink_rig_free (rig);
  g_free (system_proxy);
}

GST_END_TEST;

/* Proxies whose answer to a CONNECT has no end. */
static const struct
{
  const gchar *head;
  const gchar *endless;
  const gchar *word;
} tunnels[] = {
  {"HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=\"gate\"\r\n"
        "Content-Length: 10000000000\r\n\r\n", "body",
      " ERROR:NS_E_PROXY_ACCESSDENIED"},
  {"HTTP/1.1 502 Bad Gateway\r\n\r\n", "body", " ERROR:NS_E_ERROR_FROM_PROXY"},
  {"HTTP/1.1 200 OK\r\n", "X: y\r\n",
      " ERROR:NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE"},
  {"", "HTTP/1.1 102 Processing\r\n\r\n",
      " ERROR:NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE"},
};

static guint n_tunnel;

static void
script_tunnel (ScriptConnection * connection, gpointer user_data)
{
  g_autoptr (GString) block = g_string_new (NULL);

  while (block->len < 65536)
    g_string_append (block, tunnels[n_tunnel].endless);
  if (script_read_head (connection, NULL)
      && script_send (connection, tunnels[n_tunnel].head))
    while (script_send_bytes (connection, block->str, block->len));
}

GST_START_TEST (test_tunnels)
{
  SinkRig *rig;
  SinkRig *other;
  g_autofree gchar *proxy = NULL;
  gint64 start = g_get_monotonic_time ();

  n_tunnel = __i__;
  rig = sink_rig_new_for (script_tunnel);
  proxy = script_server_get_url (rig->server);
  g_object_set (rig->sink, "location", "https://far.invalid/live", "proxy",
      proxy, NULL);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  /* nobody else has to wait */
  other = sink_rig_new_for (script_take_all);
  g_free (play (other, "EOS"));
  sink_rig_free (other);
  fail_unless (sink_rig_wait (rig, tunnels[__i__].word), "%s", rig->log->str);
  fail_unless (g_get_monotonic_time () - start < 5 * G_TIME_SPAN_SECOND);
  sink_rig_free (rig);
}

GST_END_TEST;

static Suite *
wmspushsinkways_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkways");
  TCase *tc = tcase_create ("ways");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_statuses, 0, G_N_ELEMENTS (statuses));
  tcase_add_loop_test (tc, test_other_server, 0, G_N_ELEMENTS (others));
  tcase_add_test (tc, test_no_way_back);
  tcase_add_loop_test (tc, test_bad_locations, 0, G_N_ELEMENTS (bad_locations));
  tcase_add_test (tc, test_loop_of_two);
  tcase_add_test (tc, test_via);
  tcase_add_test (tc, test_system_proxy);
  tcase_add_loop_test (tc, test_tunnels, 0, G_N_ELEMENTS (tunnels));
  return suite;
}

GST_CHECK_MAIN (wmspushsinkways);
