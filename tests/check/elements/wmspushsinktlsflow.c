/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink with https, while it streams: servers that are slow, that change
 * their keys, that close with and without a word; requests that are used up. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "testasf.h"

#define CLEAN "LOCATING CONNECTING OPENED STARTED END_OF_STREAMING STOPPED " \
    "CLOSED FINALIZE:S_OK EOS"
#define BROKEN "LOCATING CONNECTING OPENED STARTED ERROR STOPPED CLOSED " \
    "FINALIZE:"
/* more than all queues between take */
#define MANY_PACKETS 12000

static void
set_server (SinkRig * rig, guint port)
{
  g_autofree gchar *url = g_strdup_printf ("wmspushs://localhost:%u/live",
      port);

  g_object_set (rig->sink, "location", url, "tls-validation-flags", 0, NULL);
}

static SinkRig *
new_rig (ScriptFunc script)
{
  SinkRig *rig = sink_rig_new_for (script);

  set_server (rig, script_server_get_port (rig->server));
  return rig;
}

/* The packets' numbers are in their last bytes. */
static void
check_order (ScriptServer * server, guint n_packets)
{
  WmsFrameType type;
  GBytes *content;
  guint n = 0;
  guint i;

  for (i = 0; (content = script_server_get_frame (server, i, &type)); i++) {
    if (type == WMS_FRAME_DATA) {
      const guint8 *data = g_bytes_get_data (content, NULL);

      fail_unless_equals_int (data[g_bytes_get_size (content) - 1], n & 0xff);
      n++;
    }
    g_bytes_unref (content);
  }
  fail_unless_equals_int (n, n_packets);
}

static void
script_slow (ScriptConnection * connection, gpointer user_data)
{
  if (!script_start_tls (connection, TEST_CERTIFICATE, FALSE)
      || !script_accept_push (connection))
    return;
  script_wait_gate (connection);
  if (script_read_frames_until (connection, WMS_FRAME_END, 1)
      && script_read_end (connection))
    script_send (connection, SCRIPT_START_OK);
}

/* Nobody reads until the sink waits; then every byte arrives once. */
GST_START_TEST (test_backpressure)
{
  SinkRig *rig = new_rig (script_slow);
  guint64 sent = 0;
  guint64 before;

  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, MANY_PACKETS);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "STARTED"));
  /* until nothing goes out any more; messages come no sooner than the end */
  do {
    g_autoptr (GstMessage) none = gst_bus_timed_pop_filtered (rig->bus,
        50 * GST_MSECOND, GST_MESSAGE_EOS);

    fail_unless (none == NULL);
    before = sent;
    sent = sink_rig_get_stat (rig, "bytes-sent");
  } while (sent == 0 || sent != before);
  fail_unless (sink_rig_get_stat (rig, "packets-sent") < MANY_PACKETS);
  script_server_open_gate (rig->server);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, CLEAN);
  check_order (rig->server, MANY_PACKETS);
  sink_rig_free (rig);
}

GST_END_TEST;

static void
script_requests (ScriptConnection * connection, gpointer user_data)
{
  guint64 length = 0;

  if (!script_start_tls (connection, TEST_CERTIFICATE, FALSE)
      || !script_accept_push_length (connection, &length))
    return;
  while (script_read_request (connection, length)) {
    script_send (connection, SCRIPT_START_OK);
    if (!script_read_head (connection, &length))
      return;
  }
  script_send (connection, SCRIPT_START_OK);
}

GST_START_TEST (test_requests)
{
  SinkRig *rig = new_rig (script_requests);

  g_object_set (rig->sink, "request-size", (guint64) 200000, NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 1000);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"), "%s", rig->log->str);
  fail_unless_equals_string (rig->log->str, CLEAN);
  check_order (rig->server, 1000);
  fail_unless (script_server_get_n_frames (rig->server, WMS_FRAME_FILLER) >= 3);
  fail_unless_equals_int (script_server_get_n_connections (rig->server), 1);
  sink_rig_free (rig);
}

GST_END_TEST;

/* Ends, in mid-stream and behind the last $E, with and without a
 * close_notify. */
static const struct
{
  WmsFrameType type;
  gboolean says_so;
  const gchar *log;
} ends[] = {
  {WMS_FRAME_DATA, TRUE, BROKEN "NS_E_CONNECTION_FAILURE "
        "ERROR:NS_E_CONNECTION_FAILURE"},
  {WMS_FRAME_DATA, FALSE, BROKEN "NS_E_CONNECTION_FAILURE "
        "ERROR:NS_E_CONNECTION_FAILURE"},
  {WMS_FRAME_END, TRUE, CLEAN},
  {WMS_FRAME_END, FALSE, CLEAN},
};

static guint n_end;

static void
script_end (ScriptConnection * connection, gpointer user_data)
{
  if (!script_start_tls (connection, TEST_CERTIFICATE, FALSE)
      || !script_accept_push (connection)
      || !script_read_frames_until (connection, ends[n_end].type, 1))
    return;
  if (!ends[n_end].says_so)
    script_finish (connection);
}

GST_START_TEST (test_ends)
{
  SinkRig *rig;

  n_end = __i__;
  rig = new_rig (script_end);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 1);
  if (ends[__i__].type == WMS_FRAME_END)
    sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, ends[__i__].type == WMS_FRAME_END ?
          "EOS" : " ERROR:"), "%s", rig->log->str);
  fail_unless_equals_string (rig->log->str, ends[__i__].log);
  sink_rig_free (rig);
}

GST_END_TEST;

/* OpenSSL's own server, whose keys can be changed by a command. */
/* GnuTLS takes 8 in a second for an attack */
#define N_UPDATES 7
#define SETUP_ANSWER "HTTP/1.1 204 No Content\r\nServer: Cougar/9.5\r\n" \
    "Set-Cookie: push-id=7\r\n\r\n"

typedef struct
{
  GSubprocess *process;
  GInputStream *out;
  GOutputStream *in;
  GByteArray *seen;
  guint port;
} OpenSsl;

static gboolean
openssl_read (OpenSsl * self)
{
  guint8 block[16384];
  gssize n = g_input_stream_read (self->out, block, sizeof block, NULL, NULL);

  if (n > 0)
    g_byte_array_append (self->seen, block, n);
  return n > 0;
}

static void
openssl_write (OpenSsl * self, const gchar * text)
{
  fail_unless (g_output_stream_write_all (self->in, text, strlen (text), NULL,
          NULL, NULL));
}

/* Reads on until a text has come; returns what follows it. */
static gsize
openssl_wait_for (OpenSsl * self, gsize from, const gchar * text)
{
  const guint8 *found;

  while (!(found = memmem (self->seen->data + from, self->seen->len - from,
              text, strlen (text))))
    fail_unless (openssl_read (self), "no %s", text);
  return found - self->seen->data + strlen (text);
}

static gboolean
openssl_init (OpenSsl * self)
{
  gsize end;

  memset (self, 0, sizeof *self);
  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE
      | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, NULL,
      "openssl", "s_server", "-accept", "127.0.0.1:0", "-tls1_3", "-cert",
      TEST_CERTIFICATE, "-key", TEST_CERTIFICATE, "-naccept", "1", NULL);
  if (self->process == NULL) {
    g_print ("SKIP: no openssl here\n");
    return FALSE;
  }
  self->out = g_subprocess_get_stdout_pipe (self->process);
  self->in = g_subprocess_get_stdin_pipe (self->process);
  self->seen = g_byte_array_sized_new (65536);
  end = openssl_wait_for (self, 0, "ACCEPT 127.0.0.1:");
  openssl_wait_for (self, end, "\n");
  self->port = g_ascii_strtoull ((const gchar *) self->seen->data + end, NULL,
      10);
  return TRUE;
}

static void
openssl_clear (OpenSsl * self)
{
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->process);
  g_byte_array_unref (self->seen);
}

/* What the server says of its own among the bytes that it has read. */
static const gchar *const chatter[] =
    { "SSL_do_handshake -> 1\n", "Read BLOCK\n" };

static guint
openssl_skip_chatter (const gchar * text, guint * n_updates)
{
  guint skipped = 0;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (chatter); i++) {
    if (g_str_has_prefix (text + skipped, chatter[i])) {
      skipped += strlen (chatter[i]);
      *n_updates += i == 0;
    }
  }
  return skipped;
}

/* The numbered packets up to the end of the session. */
static guint
openssl_count_packets (OpenSsl * self, gsize start, guint * n_updates)
{
  g_autoptr (GString) data = g_string_new (NULL);
  guint n = 0;
  gsize i;

  for (i = start; i < self->seen->len;) {
    guint skipped = openssl_skip_chatter ((const gchar *) self->seen->data + i,
        n_updates);

    i += skipped;
    if (skipped == 0)
      g_string_append_c (data, self->seen->data[i++]);
  }
  for (i = 0; i + WMS_FRAME_END_SIZE <= data->len;) {
    WmsFrameType type;
    guint length;

    fail_unless (wms_frame_read_head ((const guint8 *) data->str + i, &type,
            &length));
    if (type == WMS_FRAME_END)
      return n;
    i += WMS_FRAME_HEAD_SIZE + length;
    if (type == WMS_FRAME_DATA)
      fail_unless_equals_int ((guint8) data->str[i - 1], n++ & 0xff);
  }
  fail ("no end");
  return 0;
}

/* New keys again and again, for both directions, while the sink waits for room
 * half of the time. */
GST_START_TEST (test_key_updates)
{
  guint n_updates = 0;
  gsize start, next;
  OpenSsl server;
  SinkRig *rig;

  if (!openssl_init (&server))
    return;
  rig = sink_rig_new (NULL);
  set_server (rig, server.port);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, MANY_PACKETS);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  start = openssl_wait_for (&server, 0, "POST /live");
  start = openssl_wait_for (&server, start, "\r\n\r\n");
  openssl_write (&server, SETUP_ANSWER);
  start = openssl_wait_for (&server, start, "x-wms-pushstart");
  start = openssl_wait_for (&server, start, "\r\n\r\n");
  for (next = start; n_updates < N_UPDATES; next += 1024 * 1024) {
    while (server.seen->len < next)
      fail_unless (openssl_read (&server));
    openssl_write (&server, n_updates++ % 4 == 3 ? "k\n" : "K\n");
  }
  while (openssl_read (&server));
  fail_unless (sink_rig_wait (rig, "EOS"), "%s", rig->log->str);
  fail_unless_equals_string (rig->log->str, CLEAN);
  n_updates = 0;
  fail_unless_equals_int (openssl_count_packets (&server, start, &n_updates),
      MANY_PACKETS);
  fail_unless_equals_int (n_updates, N_UPDATES);
  sink_rig_free (rig);
  openssl_clear (&server);
}

GST_END_TEST;

static void
script_stalls_first (ScriptConnection * connection, gpointer user_data)
{
  if (!script_start_tls (connection, TEST_CERTIFICATE, FALSE)
      || !script_accept_push (connection))
    return;
  if (script_get_number (connection) == 0)
    script_wait_gate (connection);
  else if (script_read_frames_until (connection, WMS_FRAME_END, 1)
      && script_read_end (connection))
    script_send (connection, SCRIPT_START_OK);
}

/* A session that is lost in the middle of a record goes on with whole packets,
 * and those that the record held are accounted for. */
GST_START_TEST (test_resumed)
{
  SinkRig *rig = new_rig (script_stalls_first);
  guint64 sent, dropped;

  g_object_set (rig->sink, "timeout", test_get_patience (), "retries", -1,
      "retry-delay", 20 * GST_MSECOND, NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, MANY_PACKETS);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (rig->log->str, "LOCATING CONNECTING OPENED "
      "STARTED RECONNECT_START LOCATING CONNECTING OPENED RECONNECT_END "
      "END_OF_STREAMING STOPPED CLOSED FINALIZE:S_OK EOS");
  sent = sink_rig_get_stat (rig, "packets-sent");
  dropped = sink_rig_get_stat (rig, "packets-dropped");
  fail_unless (dropped > 0);
  sink_rig_check_account (rig, MANY_PACKETS, sent);
  fail_unless (script_server_get_n_frames (rig->server, WMS_FRAME_DATA) < sent);
  sink_rig_free (rig);
}

GST_END_TEST;

static Suite *
wmspushsinktlsflow_suite (void)
{
  Suite *suite = suite_create ("wmspushsinktlsflow");
  TCase *tc = tcase_create ("flow");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_resumed);
  tcase_add_test (tc, test_backpressure);
  tcase_add_test (tc, test_requests);
  tcase_add_loop_test (tc, test_ends, 0, G_N_ELEMENTS (ends));
  /* what goes wrong does so one time in a few */
  tcase_add_loop_test (tc, test_key_updates, 0, 5);
  return suite;
}

GST_CHECK_MAIN (wmspushsinktlsflow);
