/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: what the heads of its requests look like, byte for byte. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "wmspush/wmsauth.h"

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#define AGENT "WMEncoder/12.0.7600.1 " PACKAGE "/" VERSION

/* design-sink.md, Transport; protocol.md, C1 to C6 and C20. */
GST_START_TEST (test_both_heads)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);
  guint port = script_server_get_port (rig->server);
  /* without GSSAPI there is no Negotiate */
  g_autofree gchar *schemes = wms_auth_list_schemes (~0u);
  g_autofree gchar *heads = NULL;
  g_autofree gchar *expected = g_strdup_printf ("POST /live HTTP/1.1\r\n"
      "Content-Type: application/x-wms-pushsetup\r\n"
      "User-Agent: " AGENT "\r\n" "Host: 127.0.0.1:%u\r\n"
      "Content-Length: 0\r\n" "Connection: Keep-Alive\r\n"
      "Cache-Control: no-cache\r\n" "Cookie: push-id=0\r\n"
      "X-Accept-Authentication: %s\r\n\r\n"
      "POST /live HTTP/1.1\r\n"
      "Content-Type: application/x-wms-pushstart\r\n"
      "User-Agent: " AGENT "\r\n" "Host: 127.0.0.1:%u\r\n"
      "Content-Length: 2147483647\r\n" "Connection: Keep-Alive\r\n"
      "Cache-Control: no-cache\r\n" "Cookie: push-id=4124758405\r\n"
      "X-Accept-Authentication: %s\r\n\r\n", port, schemes, port, schemes);

  sink_rig_play (rig, "EOS");
  heads = script_server_get_heads (rig->server);
  fail_unless_equals_string (heads, expected);
  sink_rig_free (rig);
}

GST_END_TEST;

/* protocol.md, C20: within its bounds. */
GST_START_TEST (test_request_size)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);
  g_autofree gchar *heads = NULL;

  g_object_set (rig->sink, "request-size", (guint64) 1, NULL);
  sink_rig_play (rig, "EOS");
  heads = script_server_get_heads (rig->server);
  fail_unless (strstr (heads, "\r\nContent-Length: 196617\r\n") != NULL);
  sink_rig_free (rig);
}

GST_END_TEST;

/* Through a proxy the request line says what the host and port are, and no name
 * has to be resolved. */
static const struct
{
  const gchar *location;
  const gchar *uri;
  const gchar *host;
} hosts[] = {
  {"http://host.example/live", "http://host.example/live", "host.example"},
  {"wmspush://host.example:80/live", "http://host.example/live",
      "host.example"},
  {"http://host.example:8080", "http://host.example:8080/",
      "host.example:8080"},
  {"http://host.example./live", "http://host.example./live", "host.example."},
  {"http://alice:secret@host.example/live", "http://host.example/live",
      "host.example"},
  /* names that are not ASCII (RFC 3492) */
  {"http://b\303\274cher.example/live", "http://xn--bcher-kva.example/live",
      "xn--bcher-kva.example"},
  {"http://b%C3%BCcher.example:81/live",
      "http://xn--bcher-kva.example:81/live", "xn--bcher-kva.example:81"},
  {"http://[2001:db8::1]/live", "http://[2001:db8::1]/live", "[2001:db8::1]"},
  {"http://[2001:DB8::1]:81/live", "http://[2001:DB8::1]:81/live",
      "[2001:DB8::1]:81"},
  /* a zone is of this machine only (RFC 6874, section 4) */
  {"http://[fe80::1%25eth0]:81/live", NULL, "[fe80::1]:81"},
  /* paths as given, but for what RFC 3986, section 6.2.2.2 makes equal */
  {"http://host.example/a%20b%2Fc;d=e/?x=%26&y=%C3%A9#fragment",
      "http://host.example/a%20b%2Fc;d=e/?x=%26&y=%C3%A9", "host.example"},
  {"http://host.example/%7Euser/\303\251 ?a b",
      "http://host.example/~user/%C3%A9%20?a%20b", "host.example"},
};

GST_START_TEST (test_hosts)
{
  SinkRig *rig = sink_rig_new_for (script_answer_end);
  g_autofree gchar *proxy = script_server_get_url (rig->server);
  g_autofree gchar *line = g_strdup_printf ("POST %s HTTP/1.1\r\n",
      hosts[__i__].uri);
  g_autofree gchar *host = g_strdup_printf ("\r\nHost: %s\r\n",
      hosts[__i__].host);
  g_autofree gchar *heads = NULL;

  g_object_set (rig->sink, "location", hosts[__i__].location, "proxy", proxy,
      NULL);
  sink_rig_play (rig, "EOS");
  heads = script_server_get_heads (rig->server);
  if (hosts[__i__].uri != NULL)
    fail_unless (g_str_has_prefix (heads, line), "%s", heads);
  fail_unless (strstr (heads, host) != NULL, "%s", heads);
  fail_unless (strstr (strstr (heads, host) + 1, host) != NULL);
  fail_unless (strstr (heads, "alice") == NULL);
  fail_unless (strstr (strstr (heads, "\r\n\r\n"), "\r\n\r\nPOST http://")
      != NULL);
  sink_rig_free (rig);
}

GST_END_TEST;

static const gchar *const literals[] = { "::1", "::1%251" };

GST_START_TEST (test_ipv6)
{
  ScriptServer *server = script_server_new_ipv6 (script_take_all, NULL);
  g_autofree gchar *url = NULL;
  g_autofree gchar *host = NULL;
  g_autofree gchar *heads = NULL;
  SinkRig *rig;

  if (server == NULL)
    return;
  url = g_strdup_printf ("http://[%s]:%u/live", literals[__i__],
      script_server_get_port (server));
  rig = sink_rig_new (url);
  sink_rig_play (rig, "EOS");
  heads = script_server_get_heads (server);
  host = g_strdup_printf ("\r\nHost: [::1]:%u\r\n",
      script_server_get_port (server));
  fail_unless (strstr (heads, host) != NULL, "%s", heads);
  sink_rig_free (rig);
  script_server_free (server);
}

GST_END_TEST;

/* A name service that knows one machine. */
typedef GResolver TestResolver;
typedef GResolverClass TestResolverClass;

static GType test_resolver_get_type (void);
G_DEFINE_TYPE (TestResolver, test_resolver, G_TYPE_RESOLVER);

static GMutex asked_lock;
static GString *asked;

static void
lookup_async (GResolver * resolver, const gchar * hostname,
    GResolverNameLookupFlags flags, GCancellable * cancellable,
    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback,
      user_data);
  GList *list = g_list_append (NULL,
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4));

  g_mutex_lock (&asked_lock);
  g_string_append_printf (asked, "%s ", hostname);
  g_mutex_unlock (&asked_lock);
  if (flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY)
    g_clear_list (&list, g_object_unref);
  if (list != NULL)
    g_task_return_pointer (task, list, (GDestroyNotify)
        g_resolver_free_addresses);
  else
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
        "no such name");
}

static void
lookup_plain_async (GResolver * resolver, const gchar * hostname,
    GCancellable * cancellable, GAsyncReadyCallback callback,
    gpointer user_data)
{
  lookup_async (resolver, hostname, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT,
      cancellable, callback, user_data);
}

static GList *
lookup_finish (GResolver * resolver, GAsyncResult * result, GError ** error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_resolver_init (TestResolver * self)
{
}

static void
test_resolver_class_init (TestResolverClass * klass)
{
  klass->lookup_by_name_async = lookup_plain_async;
  klass->lookup_by_name_finish = lookup_finish;
  klass->lookup_by_name_with_flags_async = lookup_async;
  klass->lookup_by_name_with_flags_finish = lookup_finish;
}

static const struct
{
  const gchar *host;
  const gchar *asked;
} names[] = {
  {"b\303\274cher.example", "xn--bcher-kva.example"},
  {"xn--bcher-kva.example", "xn--bcher-kva.example"},
  {"host.example.", "host.example."},
};

/* The name service and the server get the same name. */
GST_START_TEST (test_names)
{
  GResolver *resolver = g_object_new (test_resolver_get_type (), NULL);
  GResolver *usual = g_resolver_get_default ();
  SinkRig *rig = sink_rig_new_for (script_take_all);
  guint port = script_server_get_port (rig->server);
  g_autofree gchar *url = g_strdup_printf ("http://%s:%u/live",
      names[__i__].host, port);
  g_autofree gchar *host = g_strdup_printf ("\r\nHost: %s:%u\r\n",
      names[__i__].asked, port);
  g_autofree gchar *heads = NULL;

  asked = g_string_new (NULL);
  g_resolver_set_default (resolver);
  g_object_set (rig->sink, "location", url, "proxy", "", NULL);
  sink_rig_play (rig, "EOS");
  heads = script_server_get_heads (rig->server);
  fail_unless (strstr (heads, host) != NULL, "%s", heads);
  fail_unless (g_str_has_prefix (asked->str, names[__i__].asked));
  fail_unless (asked->str[strlen (names[__i__].asked)] == ' ');
  sink_rig_free (rig);
  g_resolver_set_default (usual);
  g_object_unref (usual);
  g_object_unref (resolver);
  g_string_free (asked, TRUE);
}

GST_END_TEST;

static void
script_cookies (ScriptConnection * connection, gpointer user_data)
{
  guint64 length = 0;

  if (!script_read_head (connection, &length)
      || !script_skip (connection, length))
    return;
  /* one is for another host, one for another path, one is taken back */
  script_send (connection, "HTTP/1.1 401 Unauthorized\r\n"
      "Server: Cougar/9.5\r\nContent-Length: 2\r\n"
      "Set-Cookie: push-id=1,1, e=7; path=/elsewhere; domain=host.example\r\n"
      "Set-Cookie: a=1; path=/\r\nSet-Cookie: b=2\r\n"
      "Set-Cookie: c=3; domain=.host.example\r\n"
      "Set-Cookie: d=4; path=/elsewhere\r\n"
      "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n"
      "\r\nno");
  if (!script_read_head (connection, &length)
      || !script_skip (connection, length))
    return;
  script_send (connection, "HTTP/1.1 204 No Content\r\nServer: Cougar/9.5\r\n"
      "Set-Cookie: push-id=22\r\nSet-Cookie: b=5; Max-Age=100\r\n"
      "Set-Cookie: a=; Max-Age=0\r\n\r\n");
  if (script_read_head (connection, &length)
      && script_read_frames_until (connection, WMS_FRAME_END, 1)
      && script_read_end (connection))
    script_send (connection, SCRIPT_START_OK);
}

/* protocol.md, C5; RFC 2109. */
GST_START_TEST (test_cookies)
{
  SinkRig *rig = sink_rig_new_for (script_cookies);
  g_autofree gchar *heads = NULL;
  g_auto (GStrv) parts = NULL;

  g_object_set (rig->sink, "user-id", "u", "user-pw", "p", NULL);
  sink_rig_play (rig, "EOS");
  heads = script_server_get_heads (rig->server);
  parts = g_strsplit (heads, "\r\n\r\n", -1);
  fail_unless_equals_int (g_strv_length (parts), 4);
  fail_unless (strstr (parts[0], "\r\nCookie: push-id=0\r\n") != NULL);
  fail_unless (strstr (parts[1], "\r\nCookie: push-id=1,1; a=1; b=2\r\n")
      != NULL, "%s", parts[1]);
  fail_unless (strstr (parts[2], "\r\nCookie: push-id=22; b=5\r\n") != NULL,
      "%s", parts[2]);
  sink_rig_free (rig);
}

GST_END_TEST;

static Suite *
wmspushsinkheads_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkheads");
  TCase *tc = tcase_create ("heads");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_both_heads);
  tcase_add_test (tc, test_request_size);
  tcase_add_loop_test (tc, test_hosts, 0, G_N_ELEMENTS (hosts));
  tcase_add_loop_test (tc, test_ipv6, 0, G_N_ELEMENTS (literals));
  tcase_add_loop_test (tc, test_names, 0, G_N_ELEMENTS (names));
  tcase_add_test (tc, test_cookies);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkheads);
