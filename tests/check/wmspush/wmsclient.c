/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A session without an element: requests that are used up, waits that are
 * broken, and the shared thread. */
#include "wmspush/wmsclient.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "wmspush/wmsthread.h"
#include "wmspush/wmsuri.h"

/* three requests of the smallest length, and a bit */
#define N_PACKETS 1000

typedef struct
{
  ScriptServer *server;
  WmsMailbox *mailbox;
  WmsClient *client;
  GMutex lock;
  GCond cond;
  GString *log;
} Session;

static void
log_event (const WmsEvent * event, gpointer user_data)
{
  Session *session = user_data;

  g_mutex_lock (&session->lock);
  g_string_append_printf (session->log, "%s ",
      wms_status_name (event->status) + strlen ("WMT_"));
  g_cond_broadcast (&session->cond);
  g_mutex_unlock (&session->lock);
}

static void
session_init (Session * session, ScriptFunc script, guint64 request_length)
{
  g_autofree gchar *url = NULL;
  g_autoptr (GUri) uri = NULL;
  WmsClientConfig config = {
    .push.request_length = request_length,
    .timeout_ms = 5000,
  };

  g_mutex_init (&session->lock);
  g_cond_init (&session->cond);
  session->log = g_string_new (NULL);
  session->server = script_server_new (script, session);
  session->mailbox = wms_mailbox_new (log_event, session, NULL);
  url = script_server_get_url (session->server);
  uri = wms_uri_parse (url, NULL, NULL);
  config.push.uri = uri;
  session->client = wms_client_new (&config, session->mailbox);
  fail_unless (session->client != NULL);
  wms_client_begin (session->client);
}

static void
session_free (Session * session)
{
  wms_mailbox_close (session->mailbox);
  wms_mailbox_unref (session->mailbox);
  script_server_free (session->server);
  g_string_free (session->log, TRUE);
}

static void
session_clear (Session * session)
{
  wms_client_close (session->client, NULL);
  wms_mailbox_drain (session->mailbox, -1, NULL);
  session_free (session);
}

static gboolean
write_bytes (Session * session, WmsFrameType type, GBytes * bytes,
    GCancellable * cancellable, GError ** error)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new_wrapped_bytes (bytes);
  WmsPacket packet;
  guint n_taken = 0;
  gboolean ok;

  fail_unless (wms_packet_init (&packet, type, buffer, NULL));
  ok = wms_client_write (session->client, &packet, 1, &n_taken, -1, cancellable,
      error);
  if (n_taken == 0)
    wms_packet_clear (&packet);
  return ok;
}

/* Reads requests to their last byte and answers each; the last one ends with
 * $E and FIN. */
static void
script_take_requests (ScriptConnection * connection, gpointer user_data)
{
  guint64 length = 0;

  if (!script_read_head (connection, &length)
      || !script_skip (connection, length))
    return;
  script_send (connection, SCRIPT_SETUP_OK);
  while (script_read_head (connection, &length)) {
    guint64 left = length;
    WmsFrameType type = WMS_FRAME_HEADER;

    while (left > 0 && type != WMS_FRAME_END
        && script_read_frame (connection, &type)) {
      GBytes *content = script_get_last_frame (connection);

      left -= WMS_FRAME_HEAD_SIZE + g_bytes_get_size (content);
      g_bytes_unref (content);
    }
    script_send (connection, SCRIPT_START_OK);
  }
}

static guint
count_heads (const gchar * heads)
{
  guint n = 0;

  while ((heads = strstr (heads, "x-wms-pushstart"))) {
    heads++;
    n++;
  }
  return n;
}

/* protocol.md, C22: no packet is lost or sent twice when requests are used
 * up, and each request is filled to its last byte (or the server would read a
 * head as frames). */
GST_START_TEST (test_requests_roll_over)
{
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autofree gchar *heads = NULL;
  Session session;
  WmsFrameType type;
  GBytes *content;
  guint n_data = 0;
  guint i;

  session_init (&session, script_take_requests, WMS_PUSH_MIN_REQUEST + __i__);
  fail_unless (write_bytes (&session, WMS_FRAME_HEADER, header, NULL, NULL));
  for (i = 0; i < N_PACKETS; i++) {
    g_autoptr (GBytes) packet = sink_rig_get_packet (i);
    g_autoptr (GError) error = NULL;

    fail_unless (write_bytes (&session, WMS_FRAME_DATA, packet, NULL, &error),
        "packet %u: %s", i, error != NULL ? error->message : NULL);
  }
  wms_client_tell_started (session.client, 0);
  fail_unless (wms_client_end (session.client, NULL, NULL));
  heads = script_server_get_heads (session.server);
  fail_unless_equals_int (count_heads (heads), 4);
  fail_unless_equals_int (script_server_get_n_connections (session.server), 1);
  for (i = 0; (content = script_server_get_frame (session.server, i, &type));
      i++) {
    if (type == WMS_FRAME_DATA) {
      const guint8 *data = g_bytes_get_data (content, NULL);

      /* the media object's bytes are its number */
      fail_unless_equals_int (data[g_bytes_get_size (content) - 1],
          n_data & 0xff);
      n_data++;
    }
    g_bytes_unref (content);
  }
  fail_unless_equals_int (n_data, N_PACKETS);
  fail_unless_equals_int (script_server_get_n_frames (session.server,
          WMS_FRAME_HEADER), 1);
  wms_mailbox_drain (session.mailbox, -1, NULL);
  fail_unless_equals_string (session.log->str, "LOCATING CONNECTING OPENED "
      "STARTED END_OF_STREAMING STOPPED CLOSED ");
  session_clear (&session);
}

GST_END_TEST;

static gpointer
cancel_later (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return NULL;
}

/* The wait for the connection is broken, as often as one likes. */
GST_START_TEST (test_cancelled_connect)
{
  g_autoptr (GBytes) header = sink_rig_get_header ();
  Session session;
  guint i;

  session_init (&session, script_silent, 0);
  for (i = 0; i < 3; i++) {
    g_autoptr (GCancellable) cancellable = g_cancellable_new ();
    g_autoptr (GError) error = NULL;
    GThread *thread = g_thread_new ("cancel", cancel_later, cancellable);

    fail_if (write_bytes (&session, WMS_FRAME_HEADER, header, cancellable,
            &error));
    fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
    g_thread_join (thread);
  }
  session_clear (&session);
}

GST_END_TEST;

static void
script_late_setup (ScriptConnection * connection, gpointer user_data)
{
  script_read_head (connection, NULL);
  script_wait_gate (connection);
  script_send (connection, SCRIPT_SETUP_OK);
  if (script_read_head (connection, NULL))
    while (script_read_frame (connection, NULL));
}

static gpointer
open_gate (gpointer user_data)
{
  script_server_open_gate (user_data);
  return NULL;
}

/* The write of the header is broken off while the connection is made, and a
 * PushStart goes out for it all the same: the end neither waits for ever nor
 * sends a $E without a $H. */
GST_START_TEST (test_end_without_header)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GBytes) header = sink_rig_get_header ();
  GThread *thread;
  Session session;

  session_init (&session, script_late_setup, 0);
  g_cancellable_cancel (cancellable);
  fail_if (write_bytes (&session, WMS_FRAME_HEADER, header, cancellable, NULL));
  thread = g_thread_new ("gate", open_gate, session.server);
  fail_unless (wms_client_end (session.client, NULL, NULL));
  g_thread_join (thread);
  wms_mailbox_drain (session.mailbox, -1, NULL);
  fail_unless_equals_string (session.log->str,
      "LOCATING CONNECTING OPENED CLOSED ");
  fail_unless_equals_int (script_server_get_n_frames (session.server,
          WMS_FRAME_END), 0);
  session_clear (&session);
}

GST_END_TEST;

static void
script_take_frames (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection))
    while (script_read_frame (connection, NULL));
}

/* A session that failed for a time-out has not ended well. */
GST_START_TEST (test_end_after_time_out)
{
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR,
      G_IO_ERROR_TIMED_OUT, "for this test");
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GError) error = NULL;
  Session session;

  session_init (&session, script_take_frames, 0);
  fail_unless (write_bytes (&session, WMS_FRAME_HEADER, header, NULL, NULL));
  wms_client_fail (session.client, reason);
  fail_if (wms_client_end (session.client, NULL, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  session_clear (&session);
}

GST_END_TEST;

static void
script_no_answer_to_filled (ScriptConnection * connection, gpointer user_data)
{
  guint64 length = 0;
  guint64 left;

  if (!script_accept_push_length (connection, &length))
    return;
  for (left = length; left > 0;) {
    GBytes *content;

    if (!script_read_frame (connection, NULL))
      return;
    content = script_get_last_frame (connection);
    left -= WMS_FRAME_HEAD_SIZE + g_bytes_get_size (content);
    g_bytes_unref (content);
  }
  script_read_end (connection);
}

/* Every wait for an answer has an end (protocol.md, C22). */
GST_START_TEST (test_no_answer_to_filled_request)
{
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;
  Session session;
  guint i;

  session_init (&session, script_no_answer_to_filled, WMS_PUSH_MIN_REQUEST);
  fail_unless (write_bytes (&session, WMS_FRAME_HEADER, header, NULL, NULL));
  for (i = 0; ok && i < N_PACKETS; i++) {
    g_autoptr (GBytes) packet = sink_rig_get_packet (i);

    ok = write_bytes (&session, WMS_FRAME_DATA, packet, NULL, &error);
  }
  fail_if (ok);
  fail_unless (g_error_matches (error, WMS_ERROR, WMS_ERROR_STALLED));
  session_clear (&session);
}

GST_END_TEST;

static gboolean
wait_gate_cb (gpointer user_data)
{
  g_mutex_lock (user_data);
  g_mutex_unlock (user_data);
  return G_SOURCE_REMOVE;
}

/* A session that the streaming thread fails does not come back to life when
 * the shared thread is late. */
GST_START_TEST (test_failed_before_connecting)
{
  g_autoptr (GError) reason = g_error_new_literal (WMS_ERROR,
      WMS_ERROR_HEADER_TOO_LARGE, "for this test");
  g_autoptr (GBytes) header = sink_rig_get_header ();
  g_autoptr (GSource) source = g_idle_source_new ();
  g_autoptr (GError) error = NULL;
  Session session;
  GMutex gate;

  g_mutex_init (&gate);
  g_mutex_lock (&gate);
  g_source_set_callback (source, wait_gate_cb, &gate, NULL);
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_attach (source, wms_thread_ref ());
  session_init (&session, script_take_all, 0);
  wms_client_fail (session.client, reason);
  g_mutex_unlock (&gate);
  wms_thread_unref ();
  fail_if (write_bytes (&session, WMS_FRAME_HEADER, header, NULL, &error));
  fail_unless (g_error_matches (error, WMS_ERROR, WMS_ERROR_HEADER_TOO_LARGE));
  wms_client_close (session.client, NULL);
  wms_mailbox_drain (session.mailbox, -1, NULL);
  fail_unless_equals_string (session.log->str, "ERROR CLOSED ");
  fail_unless_equals_int (script_server_get_n_connections (session.server), 0);
  session_free (&session);
  g_mutex_clear (&gate);
}

GST_END_TEST;

GST_START_TEST (test_shared_thread)
{
  GMainContext *first = wms_thread_ref ();

  fail_unless (first != NULL);
  fail_unless (wms_thread_ref () == first);
  wms_thread_unref ();
  wms_thread_unref ();
  /* and again, after the last one left */
  fail_unless (wms_thread_ref () != NULL);
  wms_thread_unref ();
}

GST_END_TEST;

static Suite *
wmsclient_suite (void)
{
  Suite *suite = suite_create ("wmsclient");
  TCase *tc = tcase_create ("session");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  /* several lengths, so that several remainders have to be filled */
  tcase_add_loop_test (tc, test_requests_roll_over, 0, 6);
  tcase_add_test (tc, test_cancelled_connect);
  tcase_add_test (tc, test_end_without_header);
  tcase_add_test (tc, test_end_after_time_out);
  tcase_add_test (tc, test_no_answer_to_filled_request);
  tcase_add_test (tc, test_failed_before_connecting);
  tcase_add_test (tc, test_shared_thread);
  return suite;
}

GST_CHECK_MAIN (wmsclient);
