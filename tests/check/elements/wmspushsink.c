/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink against a server that follows a script byte by byte. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "testasf.h"
#include "wmspush/wmswriter.h"

/* The n-th frame that the server got is this packet of the rig. */
static void
check_data_frame (ScriptServer * server, guint n, guint n_packet)
{
  g_autoptr (GBytes) packet = sink_rig_get_packet (n_packet);
  g_autoptr (GBytes) content = NULL;
  guint8 restored[RIG_PACKET_SIZE];
  WmsFrameType type;
  gsize size;
  gconstpointer data;

  content = script_server_get_frame (server, n, &type);
  fail_unless (content != NULL && type == WMS_FRAME_DATA);
  data = g_bytes_get_data (content, &size);
  /* half of it was padding */
  fail_unless (size < RIG_PACKET_SIZE * 3 / 4);
  fail_unless (asf_packet_restore_padding (data, size, RIG_PACKET_SIZE,
          restored, NULL));
  fail_unless (memcmp (restored, g_bytes_get_data (packet, NULL),
          RIG_PACKET_SIZE) == 0, "packet %u differs", n_packet);
}

static void
check_frame (ScriptServer * server, guint n, WmsFrameType wanted,
    GBytes * bytes, gsize skip)
{
  g_autoptr (GBytes) content = NULL;
  WmsFrameType type;

  content = script_server_get_frame (server, n, &type);
  fail_unless (content != NULL && type == wanted);
  fail_unless_equals_int (g_bytes_get_size (content) - skip,
      g_bytes_get_size (bytes));
  fail_unless (memcmp ((const guint8 *) g_bytes_get_data (content,
              NULL) + skip, g_bytes_get_data (bytes, NULL),
          g_bytes_get_size (bytes)) == 0);
}

GST_START_TEST (test_inherited_defaults)
{
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  gboolean sync, async, qos, last_sample;
  gint64 max_lateness;
  guint64 deadline, throttle;

  g_object_get (sink, "sync", &sync, "async", &async, "qos", &qos,
      "max-lateness", &max_lateness, "enable-last-sample", &last_sample,
      "processing-deadline", &deadline, "throttle-time", &throttle, NULL);
  fail_unless (sync && async && !qos && !last_sample);
  fail_unless_equals_int64 (max_lateness, -1);
  fail_unless_equals_uint64 (deadline, 0);
  fail_unless_equals_uint64 (throttle, 0);
  gst_object_unref (sink);
}

GST_END_TEST;

GST_START_TEST (test_own_defaults)
{
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  g_autofree gchar *location = NULL;
  g_autofree gchar *template_location = NULL;
  gboolean auto_destroy;
  guint timeout;

  g_object_get (sink, "location", &location, "template-location",
      &template_location, "auto-destroy", &auto_destroy, "timeout", &timeout,
      NULL);
  fail_unless (location == NULL && template_location == NULL);
  fail_unless (!auto_destroy);
  fail_unless_equals_int (timeout, 15);
  gst_object_unref (sink);
}

GST_END_TEST;

static const struct
{
  const gchar *set;
  const gchar *location;
  const gchar *uri;
} locations[] = {
  {"wmspush://host/pt", "http://host/pt", "wmspush://host/pt"},
  {"wmspushs://host/pt", "https://host/pt", "wmspushs://host/pt"},
  {"http://host:8080/a%20b?c", "http://host:8080/a%20b?c",
      "wmspush://host:8080/a%20b?c"},
  {"http://host", "http://host/", "wmspush://host/"},
  {"http://host:80/pt", "http://host/pt", "wmspush://host/pt"},
  {"http://[::1]:81/pt", "http://[::1]:81/pt", "wmspush://[::1]:81/pt"},
  /* no user part is ever shown */
  {"http://alice:secret@host/pt", "http://host/pt", "wmspush://host/pt"},
  {"mms://host/pt", NULL, NULL},
  {"host/pt", NULL, NULL},
  {"http:///pt", NULL, NULL},
};

GST_START_TEST (test_locations)
{
  GstElement *sink = gst_element_factory_make ("wmspushsink", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *location = NULL;
  g_autofree gchar *uri = NULL;
  gboolean ok;

  ok = gst_uri_handler_set_uri (GST_URI_HANDLER (sink),
      locations[__i__].set, &error);
  if (g_str_has_prefix (locations[__i__].set, "wmspush"))
    fail_unless (ok);
  g_object_set (sink, "location", locations[__i__].set, NULL);
  g_object_get (sink, "location", &location, NULL);
  fail_unless_equals_string (location, locations[__i__].location);
  uri = gst_uri_handler_get_uri (GST_URI_HANDLER (sink));
  fail_unless_equals_string (uri, locations[__i__].uri);
  gst_object_unref (sink);
}

GST_END_TEST;

GST_START_TEST (test_uri_sink_by_protocol)
{
  GstElement *sink = gst_element_make_from_uri (GST_URI_SINK,
      "wmspushs://host/pt", NULL, NULL);

  fail_unless (sink != NULL);
  fail_unless_equals_string (GST_OBJECT_NAME (gst_element_get_factory (sink)),
      "wmspushsink");
  gst_object_unref (sink);
}

GST_END_TEST;

GST_START_TEST (test_location_is_fixed_when_paused)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);
  g_autofree gchar *url = script_server_get_url (rig->server);
  g_autofree gchar *location = NULL;
  g_autoptr (GError) error = NULL;

  sink_rig_set_state (rig, GST_STATE_PAUSED);
  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (rig->sink),
          "wmspush://other/pt", &error));
  fail_unless (g_error_matches (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE));
  g_object_get (rig->sink, "location", &location, NULL);
  fail_unless_equals_string (location, url);
  sink_rig_set_state (rig, GST_STATE_READY);
  fail_unless (gst_uri_handler_set_uri (GST_URI_HANDLER (rig->sink),
          "wmspush://other/pt", NULL));
  sink_rig_free (rig);
}

GST_END_TEST;

static void
check_bad_location (const gchar * url, gint code)
{
  SinkRig *rig = sink_rig_new (url);

  fail_unless (gst_element_set_state (rig->pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE);
  fail_unless (sink_rig_wait (rig, "ERROR"));
  fail_unless (g_error_matches (rig->error, GST_RESOURCE_ERROR, code));
  fail_if (gst_bus_have_pending (rig->bus)
      && sink_rig_wait (rig, "ERROR ERROR"));
  fail_unless_equals_int (rig->n_errors, 1);
  sink_rig_free (rig);
}

GST_START_TEST (test_no_location)
{
  check_bad_location (NULL, GST_RESOURCE_ERROR_NOT_FOUND);
  check_bad_location ("http://", GST_RESOURCE_ERROR_SETTINGS);
}

GST_END_TEST;

/* The whole of a clean session: statuses in order, each byte where it belongs,
 * one connection, FIN after $E. */
GST_START_TEST (test_clean_session)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);
  g_autofree gchar *heads = NULL;
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GBytes) end = g_bytes_new_static ("\0\0\0\0", 4);
  guint64 value;
  guint i;

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 100);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, "LOCATING CONNECTING OPENED "
      "STARTED END_OF_STREAMING STOPPED CLOSED FINALIZE:S_OK EOS");
  fail_unless_equals_string (rig->progress->str,
      "start continue continue complete");
  fail_unless (gst_structure_get_uint64 (rig->started, "value", &value));

  check_frame (rig->server, 0, WMS_FRAME_HEADER, header, 0);
  for (i = 0; i < 100; i++)
    check_data_frame (rig->server, 1 + i, i);
  check_frame (rig->server, 101, WMS_FRAME_END, end, 0);
  fail_unless_equals_int (script_server_get_n_connections (rig->server), 1);

  heads = script_server_get_heads (rig->server);
  fail_unless (strstr (heads, "POST /live HTTP/1.1\r\n"
          "Content-Type: application/x-wms-pushsetup\r\n") != NULL);
  fail_unless (strstr (heads, "\r\nCookie: push-id=0\r\n") != NULL);
  fail_unless (strstr (heads,
          "Content-Type: application/x-wms-pushstart\r\n") != NULL);
  fail_unless (strstr (heads, "\r\nCookie: push-id=4124758405\r\n") != NULL);
  fail_unless (strstr (heads, "Content-Length: 2147483647\r\n") != NULL);
  fail_unless (strstr (heads, "User-Agent: WMEncoder/12.0") != NULL);
  fail_unless (strstr (heads, "chunked") == NULL);
  fail_unless_equals_uint64 (sink_rig_get_stat (rig, "packets-sent"), 100);
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_template_and_auto_destroy)
{
  SinkRig *rig = sink_rig_new_for (script_take_all);
  g_autofree gchar *heads = NULL;

  g_object_set (rig->sink, "template-location", "/pub", "auto-destroy", TRUE,
      NULL);
  sink_rig_push_header (rig);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  heads = script_server_get_heads (rig->server);
  /* Template-URL: "/pub" and AutoDestroy: 1, each with CRLF */
  fail_unless (strstr (heads, "Content-Length: 38\r\n") != NULL);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_404 (ScriptConnection * connection, gpointer user_data)
{
  script_answer_setup (connection,
      "HTTP/1.1 404 Not Found\r\nServer: Cougar/9.5\r\n"
      "Content-Length: 4\r\n\r\nnone");
}

static void
script_401 (ScriptConnection * connection, gpointer user_data)
{
  script_answer_setup (connection, "HTTP/1.1 401 Unauthorized\r\n"
      "Server: Cougar/9.5\r\nWWW-Authenticate: Basic realm=\"p\"\r\n"
      "Content-Length: 0\r\n\r\n");
}

static void
script_web_server (ScriptConnection * connection, gpointer user_data)
{
  script_answer_setup (connection, "HTTP/1.1 200 OK\r\nServer: nginx/1.22\r\n"
      "Content-Length: 5\r\n\r\nhello");
}

static void
script_no_http (ScriptConnection * connection, gpointer user_data)
{
  script_answer_setup (connection, "SSH-2.0-OpenSSH_9.2p1\r\n\r\n");
}

static void
script_close_at_once (ScriptConnection * connection, gpointer user_data)
{
  script_read_head (connection, NULL);
}

static void
script_408_in_stream (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 5)) {
    script_send (connection, "HTTP/1.1 408 Request Timeout\r\n"
        "Server: Cougar/9.5\r\nContent-Length: 0\r\n\r\n");
    script_read_end (connection);
  }
}

static void
script_setup_without_its_body (ScriptConnection * connection,
    gpointer user_data)
{
  script_answer_setup (connection, "HTTP/1.1 200 OK\r\nServer: Cougar/9.5\r\n"
      "Content-Length: 9\r\n\r\n");
}

/* What the head says counts, also when the body never comes. */
static void
script_408_without_its_body (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 5)) {
    script_send (connection, "HTTP/1.1 408 Request Timeout\r\n"
        "Server: Cougar/9.5\r\nContent-Length: 9\r\n\r\n");
    script_read_frames_until (connection, WMS_FRAME_END, 1);
  }
}

static void
script_403_to_start (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)) {
    script_send (connection, "HTTP/1.1 403 Forbidden\r\n"
        "Server: Cougar/9.5\r\nContent-Length: 0\r\n\r\n");
    script_read_end (connection);
  }
}

static void
script_204_in_stream (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 5)) {
    script_send (connection, SCRIPT_START_OK);
    script_read_end (connection);
  }
}

static void
script_fin_in_stream (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 5))
    script_finish (connection);
}

static void
script_reset_in_stream (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 5))
    script_reset (connection);
}

static void
script_endless_redirect (ScriptConnection * connection, gpointer user_data)
{
  script_answer_setup (connection,
      "HTTP/1.1 302 Found\r\nServer: Cougar/9.5\r\n"
      "Location: /elsewhere\r\nContent-Length: 0\r\n\r\n");
}

#define UNOPENED "LOCATING CONNECTING ERROR CLOSED FINALIZE:"
#define BROKEN "LOCATING CONNECTING OPENED STARTED ERROR STOPPED CLOSED " \
    "FINALIZE:"
#define RESULT(name) name " ERROR:" name

static const struct
{
  ScriptFunc script;
  const gchar *log;
  gint code;
  guint http_status;
} failures[] = {
  {script_404, UNOPENED RESULT ("NS_E_FILE_NOT_FOUND"),
      GST_RESOURCE_ERROR_NOT_FOUND, 404},
  {script_401, UNOPENED RESULT ("NS_E_SERVER_ACCESSDENIED"),
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, 401},
  {script_web_server, UNOPENED RESULT ("NS_E_INCOMPATIBLE_PUSH_SERVER"),
      GST_RESOURCE_ERROR_OPEN_WRITE, 200},
  {script_no_http, UNOPENED RESULT ("NS_E_BAD_SYNTAX_IN_SERVER_RESPONSE"),
      GST_RESOURCE_ERROR_OPEN_WRITE, 0},
  {script_close_at_once, UNOPENED RESULT ("NS_E_CONNECTION_FAILURE"),
      GST_RESOURCE_ERROR_WRITE, 0},
  {script_silent, UNOPENED RESULT ("NS_E_CONNECT_TIMEOUT"),
      GST_RESOURCE_ERROR_OPEN_WRITE, 0},
  {script_setup_without_its_body, UNOPENED RESULT ("NS_E_CONNECT_TIMEOUT"),
      GST_RESOURCE_ERROR_OPEN_WRITE, 0},
  {script_408_in_stream, BROKEN RESULT ("NS_E_TIMEOUT"),
      GST_RESOURCE_ERROR_WRITE, 408},
  {script_408_without_its_body, BROKEN RESULT ("NS_E_TIMEOUT"),
      GST_RESOURCE_ERROR_WRITE, 408},
  {script_403_to_start, "LOCATING CONNECTING OPENED ERROR CLOSED FINALIZE:"
        RESULT ("NS_E_REFUSED_BY_SERVER"),
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, 403},
  {script_204_in_stream, BROKEN RESULT ("NS_E_CONNECTION_FAILURE"),
      GST_RESOURCE_ERROR_WRITE, 204},
  {script_fin_in_stream, BROKEN RESULT ("NS_E_CONNECTION_FAILURE"),
      GST_RESOURCE_ERROR_WRITE, 0},
  {script_reset_in_stream, BROKEN RESULT ("NS_E_RESET_SOCKET_CONNECTION"),
      GST_RESOURCE_ERROR_WRITE, 0},
};

static void
check_failure (SinkRig * rig, const gchar * log, gint code)
{
  fail_unless (sink_rig_wait (rig, " ERROR:"));
  fail_unless_equals_string (rig->log->str, log);
  fail_unless_equals_int (rig->n_errors, 1);
  fail_unless (g_error_matches (rig->error, GST_RESOURCE_ERROR, code),
      "code %d", rig->error->code);
  fail_unless (g_str_has_prefix (rig->error->message, "Cannot publish to "));
}

/* A stream that goes on until the failure is seen, not longer. */
static void
push_until_failure (SinkRig * rig, const gchar * log, gint code)
{
  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  if (strstr (log, "STARTED") != NULL) {
    sink_rig_push_packets (rig, 0, 5);
    fail_unless (sink_rig_wait (rig, "STARTED"));
    sink_rig_push_packets (rig, 5, 5);
  }
  check_failure (rig, log, code);
}

GST_START_TEST (test_failures)
{
  SinkRig *rig = sink_rig_new_for (failures[__i__].script);

  g_object_set (rig->sink, "timeout", test_get_patience (), NULL);
  push_until_failure (rig, failures[__i__].log, failures[__i__].code);
  fail_unless_equals_int (rig->http_status, failures[__i__].http_status);
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_refused_connection)
{
  ScriptServer *server = script_server_new (script_silent, NULL);
  g_autofree gchar *url = script_server_get_url (server);
  SinkRig *rig = sink_rig_new (url);

  /* the port is closed now */
  script_server_free (server);
  push_until_failure (rig, UNOPENED RESULT ("NS_E_CANNOTCONNECT"),
      GST_RESOURCE_ERROR_OPEN_WRITE);
  fail_unless_equals_string (rig->progress->str,
      "start continue continue error");
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_unknown_host)
{
  SinkRig *rig = sink_rig_new ("http://no-such-host.invalid/live");

  push_until_failure (rig, "LOCATING ERROR CLOSED FINALIZE:"
      RESULT ("NS_E_SERVER_NOT_FOUND"), GST_RESOURCE_ERROR_NOT_FOUND);
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_redirects_are_bounded)
{
  SinkRig *rig = sink_rig_new_for (script_endless_redirect);

  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "ERROR:NS_E_TOO_MANY_HOPS"));
  fail_unless_equals_int (script_server_get_n_connections (rig->server), 9);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_408_at_gate (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 5)) {
    script_wait_gate (connection);
    script_send (connection, "HTTP/1.1 408 Request Timeout\r\n"
        "Server: Cougar/9.5\r\nContent-Length: 0\r\n\r\n");
    script_read_end (connection);
  }
}

/* Nothing is written in PAUSED, and yet the end of the session is seen. */
GST_START_TEST (test_early_answer_while_paused)
{
  SinkRig *rig = sink_rig_new_for (script_408_at_gate);

  sink_rig_play_packets (rig, 5);
  sink_rig_set_state (rig, GST_STATE_PAUSED);
  script_server_open_gate (rig->server);
  check_failure (rig, BROKEN RESULT ("NS_E_TIMEOUT"), GST_RESOURCE_ERROR_WRITE);
  fail_unless_equals_int (rig->http_status, 408);
  /* the connection is given up at once, not with the element */
  fail_unless (script_server_wait_fin (rig->server));
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_fin_at_gate (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 5)) {
    script_wait_gate (connection);
    script_finish (connection);
  }
}

GST_START_TEST (test_fin_while_paused)
{
  SinkRig *rig = sink_rig_new_for (script_fin_at_gate);

  sink_rig_play_packets (rig, 5);
  sink_rig_set_state (rig, GST_STATE_PAUSED);
  script_server_open_gate (rig->server);
  check_failure (rig, BROKEN RESULT ("NS_E_CONNECTION_FAILURE"),
      GST_RESOURCE_ERROR_WRITE);
  sink_rig_free (rig);
}

GST_END_TEST;

static Suite *
wmspushsink_suite (void)
{
  Suite *suite = suite_create ("wmspushsink");
  TCase *tc = tcase_create ("properties");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_inherited_defaults);
  tcase_add_test (tc, test_own_defaults);
  tcase_add_loop_test (tc, test_locations, 0, G_N_ELEMENTS (locations));
  tcase_add_test (tc, test_uri_sink_by_protocol);
  tcase_add_test (tc, test_location_is_fixed_when_paused);
  tcase_add_test (tc, test_no_location);

  tc = tcase_create ("session");
  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_clean_session);
  tcase_add_test (tc, test_template_and_auto_destroy);
  tcase_add_loop_test (tc, test_failures, 0, G_N_ELEMENTS (failures));
  tcase_add_test (tc, test_refused_connection);
  tcase_add_test (tc, test_unknown_host);
  tcase_add_test (tc, test_redirects_are_bounded);
  tcase_add_test (tc, test_early_answer_while_paused);
  tcase_add_test (tc, test_fin_while_paused);
  return suite;
}

GST_CHECK_MAIN (wmspushsink);
