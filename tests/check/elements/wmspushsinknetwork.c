/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: each row of the table of failures that sockets, routes, the name
 * service and proxies can cause, in a network of the test's own. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "causes.h"
#include "scriptserver.h"
#include "sinkrig.h"
#include "testasf.h"
#include "testnet.h"
#include "wmspush/wmsstatus.h"

#define N_PACKETS 5
/* DNS, RFC 1035, 2.3.4: 63 in a label, 255 in a name */
#define LABEL_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LABEL_50 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb."
#define NAME_250 LABEL_50 LABEL_50 LABEL_50 LABEL_50 LABEL_50

static const struct
{
  const gchar *name;
  const gchar *url;
    GQuark (*domain) (void);
  gint code;
  guint timeout;
  const gchar *proxy;
} causes[] = {
  {"nobody listens", "http://" TEST_NET_FAR ":1/live", g_io_error_quark,
      G_IO_ERROR_CONNECTION_REFUSED},
  {"port 0", "http://" TEST_NET_FAR ":0/live", g_io_error_quark,
      G_IO_ERROR_CONNECTION_REFUSED},
  {"the route says unreachable", "http://" TEST_NET_UNREACHABLE "/live",
      g_io_error_quark, G_IO_ERROR_HOST_UNREACHABLE},
  {"nobody has the address", "http://192.0.2.77/live", g_io_error_quark,
      G_IO_ERROR_HOST_UNREACHABLE, 10},
  {"no route", "http://" TEST_NET_NO_ROUTE "/live", g_io_error_quark,
      G_IO_ERROR_NETWORK_UNREACHABLE},
  {"another family", "http://[2001:db8::1]/live", g_io_error_quark,
      G_IO_ERROR_NETWORK_UNREACHABLE},
  {"the route says prohibited", "http://" TEST_NET_PROHIBITED "/live",
      g_io_error_quark, G_IO_ERROR_PERMISSION_DENIED},
  {"the route discards", "http://" TEST_NET_DISCARDED "/live",
      wms_error_quark, WMS_ERROR_NO_CONNECTION},
  {"a black hole", "http://" TEST_NET_BLACK_HOLE "/live", wms_error_quark,
      WMS_ERROR_CONNECT_TIMEOUT, 1},
  {"a black hole with a name", "http://hole.example/live", wms_error_quark,
      WMS_ERROR_CONNECT_TIMEOUT, 1},
  {"a black hole that the kernel gives up", "http://" TEST_NET_BLACK_HOLE
        "/live", wms_error_quark, WMS_ERROR_CONNECT_TIMEOUT, 20},
  {"no such name", "http://nowhere.example/live", g_resolver_error_quark,
      G_RESOLVER_ERROR_NOT_FOUND},
  {"a name without address", "http://empty.example/live",
      g_resolver_error_quark, G_RESOLVER_ERROR_NOT_FOUND},
  {"the name service fails", "http://broken.example/live",
      g_resolver_error_quark, G_RESOLVER_ERROR_TEMPORARY_FAILURE},
  {"the name service refuses", "http://refused.example/live",
      g_resolver_error_quark, G_RESOLVER_ERROR_TEMPORARY_FAILURE},
  {"the name service is mute", "http://mute.example/live", wms_error_quark,
      WMS_ERROR_NAME_TIMEOUT, 1},
  {"a label that is too long", "http://" LABEL_64 ".example/live",
      g_resolver_error_quark, G_RESOLVER_ERROR_NOT_FOUND},
  {"a name that is too long", "http://" NAME_250 "example/live",
      g_resolver_error_quark, G_RESOLVER_ERROR_NOT_FOUND},
  {"no proxy listens", "http://far.example/live", g_io_error_quark,
      G_IO_ERROR_PROXY_FAILED, 0, TEST_NET_FAR ":1"},
  {"no route to the proxy", "http://far.example/live", g_io_error_quark,
      G_IO_ERROR_PROXY_FAILED, 0, TEST_NET_NO_ROUTE ":1"},
  {"an unreachable proxy", "http://far.example/live", g_io_error_quark,
      G_IO_ERROR_PROXY_FAILED, 0, TEST_NET_UNREACHABLE ":1"},
  {"a prohibited proxy", "http://far.example/live", g_io_error_quark,
      G_IO_ERROR_PROXY_FAILED, 0, TEST_NET_PROHIBITED ":1"},
  {"a discarded proxy", "http://far.example/live", g_io_error_quark,
      G_IO_ERROR_PROXY_FAILED, 0, TEST_NET_DISCARDED ":1"},
  {"a proxy in a black hole", "http://far.example/live", wms_error_quark,
      WMS_ERROR_PROXY_TIMEOUT, 1, TEST_NET_BLACK_HOLE ":1"},
  {"no such proxy", "http://far.example/live", wms_error_quark,
      WMS_ERROR_PROXY_NOT_FOUND, 0, "nowhere.example:1"},
  {"a proxy that a mute name service knows", "http://far.example/live",
      wms_error_quark, WMS_ERROR_PROXY_NOT_FOUND, 1, "mute.example:1"},
};

#define N_CAUSES G_N_ELEMENTS (causes)

static SinkRig *
start_cause (guint n)
{
  SinkRig *rig = sink_rig_new (causes[n].url);
  guint timeout = causes[n].timeout;

  /* which the kernel's limit brings as well, unlike the resolver's */
  if (causes[n].code == WMS_ERROR_CONNECT_TIMEOUT
      || causes[n].code == WMS_ERROR_PROXY_TIMEOUT)
    timeout *= test_get_patience ();
  if (timeout > 0)
    g_object_set (rig->sink, "timeout", timeout, NULL);
  g_object_set (rig->sink, "proxy",
      causes[n].proxy != NULL ? causes[n].proxy : "", NULL);
  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  return rig;
}

/* All at the same time, since some take seconds. */
GST_START_TEST (test_no_connection)
{
  SinkRig *rigs[N_CAUSES];
  gsize i;

  /* 1 s, 2 s, and that is it; neighbours are asked once */
  test_net_run ("echo 1 >/proc/sys/net/ipv4/tcp_syn_retries\n"
      "echo 1 >/proc/sys/net/ipv4/neigh/near/mcast_solicit");
  for (i = 0; i < N_CAUSES; i++)
    rigs[i] = start_cause (i);
  for (i = 0; i < N_CAUSES; i++) {
    cause_check (rigs[i], causes[i].name, causes[i].domain (), causes[i].code);
    fail_unless (strstr (rigs[i]->log->str, "OPENED") == NULL);
    sink_rig_free (rigs[i]);
  }
}

GST_END_TEST;

/* A host that no name service can be asked for is no location: U+2028, which
 * RFC 3491 prohibits. */
GST_START_TEST (test_no_name)
{
  SinkRig *rig = sink_rig_new ("http://a\xe2\x80\xa8" "b.example/live");

  fail_unless (gst_element_set_state (rig->pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE);
  fail_unless (sink_rig_wait (rig, "ERROR"));
  fail_unless (g_error_matches (rig->error, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_SETTINGS));
  sink_rig_free (rig);
}

GST_END_TEST;

/* The shared thread is there already: without descriptors GLib cannot make
 * one, and ends the process. */
GST_START_TEST (test_no_descriptor_for_a_connection)
{
  SinkRig *rig = sink_rig_new ("http://" TEST_NET_FAR ":1/live");
  SinkRig *other = sink_rig_new ("http://" TEST_NET_FAR ":1/live");

  sink_rig_set_state (other, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (other, "ERROR:"));
  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_READY);
  sink_rig_use_up_descriptors ();
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  cause_check (rig, "no descriptor", G_IO_ERROR,
      G_IO_ERROR_TOO_MANY_OPEN_FILES);
  sink_rig_free (rig);
  sink_rig_free (other);
}

GST_END_TEST;

static void
script_open (ScriptConnection * connection, gpointer user_data)
{
  script_accept_push (connection);
  script_wait_gate (connection);
}

/* The writer has a descriptor of its own. */
GST_START_TEST (test_no_descriptor_for_a_stream)
{
  SinkRig *rig = sink_rig_new_for (script_open);

  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PAUSED);
  fail_unless (sink_rig_wait (rig, "OPENED"));
  sink_rig_use_up_descriptors ();
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  cause_check (rig, "no descriptor", G_IO_ERROR,
      G_IO_ERROR_TOO_MANY_OPEN_FILES);
  sink_rig_free (rig);
}

GST_END_TEST;

/* Where packets wait for room each wait had taken one more, and GLib had ended
 * the process for want of it. */
GST_START_TEST (test_no_descriptor_to_wait_with)
{
  SinkRig *rig = sink_rig_new_for (script_open);

  g_object_set (rig->sink, "timeout", 1, "retries", 0, NULL);
  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  sink_rig_push_packets (rig, 0, 1);
  fail_unless (sink_rig_wait (rig, "STARTED"));
  sink_rig_use_up_descriptors ();
  sink_rig_push_lists (rig, 10000, 100);
  fail_unless (sink_rig_wait (rig, "ERROR:NS_E_TIMEOUT"));
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_need_auth (ScriptConnection * connection, gpointer user_data)
{
  if (script_skip (connection, 3)) {
    script_send (connection, "\x05\xff");
    script_read_end (connection);
  }
}

/* Proxies that are found by GIO's resolver, which knows SOCKS (RFC 1928; RFC
 * 1929 for the password). */
static gchar *socks_url;

typedef GObject TestResolver;
typedef GObjectClass TestResolverClass;

static GType test_resolver_get_type (void);
static void test_resolver_iface_init (GProxyResolverInterface * iface);
G_DEFINE_TYPE_WITH_CODE (TestResolver, test_resolver, G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER, test_resolver_iface_init));

static gchar **
look_up (GProxyResolver * resolver, const gchar * uri,
    GCancellable * cancellable, GError ** error)
{
  const gchar *urls[] = { socks_url, NULL };

  return g_strdupv ((gchar **) urls);
}

static void
look_up_async (GProxyResolver * resolver, const gchar * uri,
    GCancellable * cancellable, GAsyncReadyCallback callback,
    gpointer user_data)
{
  GTask *task = g_task_new (resolver, cancellable, callback, user_data);

  g_task_return_pointer (task, look_up (resolver, uri, cancellable, NULL),
      (GDestroyNotify) g_strfreev);
  g_object_unref (task);
}

static gchar **
look_up_finish (GProxyResolver * resolver, GAsyncResult * result,
    GError ** error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
is_supported (GProxyResolver * resolver)
{
  return TRUE;
}

static void
test_resolver_iface_init (GProxyResolverInterface * iface)
{
  iface->is_supported = is_supported;
  iface->lookup = look_up;
  iface->lookup_async = look_up_async;
  iface->lookup_finish = look_up_finish;
}

static void
test_resolver_init (TestResolver * self)
{
}

static void
test_resolver_class_init (TestResolverClass * klass)
{
}

/* Method "user and password", then no. */
static void
script_auth_failed (ScriptConnection * connection, gpointer user_data)
{
  const gsize hello = strlen ("\x05\x02") + 2;
  const gsize user = 2 + strlen ("bob") + 1 + strlen ("hush");

  if (!script_skip (connection, hello))
    return;
  script_send (connection, "\x05\x02");
  if (script_skip (connection, user))
    script_send (connection, "\x01\x01");
  script_read_end (connection);
}

/* No method, then the reply's code. */
static void
script_reply (ScriptConnection * connection, gpointer user_data)
{
  guint8 reply[10] = { 5, GPOINTER_TO_UINT (user_data), 0, 1 };
  const gsize request = 4 + 1 + strlen ("far.example") + 2;

  if (!script_skip (connection, 3))
    return;
  script_send_bytes (connection, "\x05", 2);
  if (script_skip (connection, request))
    script_send_bytes (connection, reply, sizeof reply);
  script_read_end (connection);
}

static const struct
{
  const gchar *name;
  ScriptFunc script;
  guint reply;
  const gchar *user;
  gint code;
} socks_causes[] = {
  {"who are you", script_need_auth, 0, "", G_IO_ERROR_PROXY_NEED_AUTH},
  {"not you", script_auth_failed, 0, "bob:hush@", G_IO_ERROR_PROXY_AUTH_FAILED},
  {"a fault", script_reply, 1, "", G_IO_ERROR_PROXY_FAILED},
  {"not there", script_reply, 2, "", G_IO_ERROR_PROXY_NOT_ALLOWED},
  {"no way to the network", script_reply, 3, "",
      G_IO_ERROR_NETWORK_UNREACHABLE},
  {"no way to the host", script_reply, 4, "", G_IO_ERROR_HOST_UNREACHABLE},
  {"refused", script_reply, 5, "", G_IO_ERROR_CONNECTION_REFUSED},
};

GST_START_TEST (test_socks)
{
  ScriptServer *server = script_server_new (socks_causes[__i__].script,
      GUINT_TO_POINTER (socks_causes[__i__].reply));
  SinkRig *rig = sink_rig_new ("http://far.example/live");

  g_io_extension_point_register (G_PROXY_RESOLVER_EXTENSION_POINT_NAME);
  g_io_extension_point_implement (G_PROXY_RESOLVER_EXTENSION_POINT_NAME,
      test_resolver_get_type (), "test", G_MAXINT);
  socks_url = g_strdup_printf ("socks5://%s127.0.0.1:%u",
      socks_causes[__i__].user, script_server_get_port (server));
  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  cause_check (rig, socks_causes[__i__].name, G_IO_ERROR,
      socks_causes[__i__].code);
  sink_rig_free (rig);
  script_server_free (server);
  g_clear_pointer (&socks_url, g_free);
}

GST_END_TEST;

GST_START_TEST (test_no_row_is_left_out)
{
  gsize i;

  cause_begin_list ("wmspushsinknetwork");
  for (i = 0; i < N_CAUSES; i++)
    cause_list (causes[i].domain (), causes[i].code);
  for (i = 0; i < G_N_ELEMENTS (socks_causes); i++)
    cause_list (G_IO_ERROR, socks_causes[i].code);
  cause_list (G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  cause_end_list ();
}

GST_END_TEST;

static Suite *
wmspushsinknetwork_suite (void)
{
  Suite *suite = suite_create ("wmspushsinknetwork");
  TCase *tc = tcase_create ("rows");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 180);
  tcase_add_test (tc, test_no_connection);
  tcase_add_test (tc, test_no_name);
  tcase_add_test (tc, test_no_descriptor_for_a_connection);
  tcase_add_test (tc, test_no_descriptor_for_a_stream);
  tcase_add_test (tc, test_no_descriptor_to_wait_with);
  tcase_add_loop_test (tc, test_socks, 0, G_N_ELEMENTS (socks_causes));
  tcase_add_test (tc, test_no_row_is_left_out);
  return suite;
}

int
main (int argc, char **argv)
{
  test_net_enter ();
  gst_check_init (&argc, &argv);
  return gst_check_run_suite (wmspushsinknetwork_suite (),
      "wmspushsinknetwork", __FILE__);
}
