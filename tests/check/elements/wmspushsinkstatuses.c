/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: each row of the table of failures that an answer, the end of a
 * connection or the stream itself can cause. */
#include <gst/check/gstcheck.h>
#include <libsoup/soup.h>
#include <string.h>

#include "asf/asferror.h"
#include "causes.h"
#include "scriptserver.h"
#include "sinkrig.h"
#include "testasf.h"
#include "wmspush/wmsstatus.h"

#define N_PACKETS 5
/* more than some servers take, and one that fits into it */
#define LARGE_PACKET 10000
#define LARGE_OBJECT 9900
/* Nobody resolves it: only a proxy can. */
#define FAR_HOST "far.invalid"

/* All that IANA lists from 300 on, those that RTSP servers give pushes, and
 * one of each class that nobody has defined. */
static const guint statuses[] = {
  201, 202, 203, 205, 206, 207, 208, 226,
  300, 301, 302, 303, 304, 305, 306, 307, 308, 399,
  400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414,
  415, 416, 417, 418, 421, 422, 423, 424, 425, 426, 428, 429, 431, 451, 453,
  454, 499,
  500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511, 599,
  600, 999
};

/* How many run at the same time. */
#define N_STATUSES G_N_ELEMENTS (statuses)

static void
send_status (ScriptConnection * connection, gpointer user_data)
{
  g_autofree gchar *answer = g_strdup_printf ("HTTP/1.1 %u Because\r\n"
      "Server: Cougar/9.5\r\nContent-Length: 0\r\n\r\n",
      GPOINTER_TO_UINT (user_data));

  script_send (connection, answer);
  script_read_end (connection);
}

static void
script_to_setup (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_setup (connection))
    send_status (connection, user_data);
}

static void
script_in_stream (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, N_PACKETS))
    send_status (connection, user_data);
}

static SinkRig *
new_rig (ScriptFunc script, gpointer user_data)
{
  ScriptServer *server = script_server_new (script, user_data);
  g_autofree gchar *url = script_server_get_url (server);
  SinkRig *rig = sink_rig_new (url);

  rig->server = server;
  return rig;
}

/* A rig whose server is a proxy. */
static SinkRig *
new_proxy_rig (ScriptFunc script, gpointer user_data, const gchar * scheme)
{
  SinkRig *rig = new_rig (script, user_data);
  g_autofree gchar *url = g_strdup_printf ("%s://" FAR_HOST "/live", scheme);
  g_autofree gchar *proxy = g_strdup_printf ("127.0.0.1:%u",
      script_server_get_port (rig->server));

  g_object_set (rig->sink, "location", url, "proxy", proxy, NULL);
  return rig;
}

static void
play (SinkRig * rig)
{
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, N_PACKETS);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
}

static gboolean
is_redirect (guint status)
{
  return status >= 300 && status <= 308 && status != 306;
}

GST_START_TEST (test_answer_to_setup)
{
  SinkRig *rigs[N_STATUSES];
  gsize i;

  for (i = 0; i < N_STATUSES; i++) {
    rigs[i] = new_rig (script_to_setup, GUINT_TO_POINTER (statuses[i]));
    play (rigs[i]);
  }
  for (i = 0; i < N_STATUSES; i++) {
    g_autofree gchar *name = g_strdup_printf ("%u", statuses[i]);

    /* without a Location */
    if (is_redirect (statuses[i]))
      cause_check_answer (rigs[i], name, WMS_ERROR, WMS_ERROR_REDIRECT,
          statuses[i]);
    else
      cause_check_answer (rigs[i], name, WMS_HTTP_ERROR, statuses[i],
          statuses[i]);
    fail_unless (strstr (rigs[i]->log->str, "OPENED") == NULL);
    sink_rig_free (rigs[i]);
  }
}

GST_END_TEST;

GST_START_TEST (test_answer_in_stream)
{
  SinkRig *rigs[N_STATUSES];
  gsize i;

  for (i = 0; i < N_STATUSES; i++) {
    rigs[i] = new_rig (script_in_stream, GUINT_TO_POINTER (statuses[i]));
    play (rigs[i]);
  }
  for (i = 0; i < N_STATUSES; i++) {
    g_autofree gchar *name = g_strdup_printf ("%u", statuses[i]);

    cause_check_answer (rigs[i], name, WMS_HTTP_ERROR, statuses[i],
        statuses[i]);
    fail_unless (strstr (rigs[i]->log->str, "STARTED ERROR STOPPED CLOSED"));
    sink_rig_free (rigs[i]);
  }
}

GST_END_TEST;

static const guint proxy_statuses[] = {
  400, 403, 404, 407, 408, 429, 500, 502, 503, 504, 511
};

#define N_PROXY_STATUSES G_N_ELEMENTS (proxy_statuses)

/* What a proxy says of itself: to a PushSetup, in mid-stream, and to the
 * CONNECT of a push with https. */
static void
check_proxy (const gchar * scheme, ScriptFunc script)
{
  SinkRig *rigs[N_PROXY_STATUSES];
  gsize i;

  for (i = 0; i < N_PROXY_STATUSES; i++) {
    rigs[i] = new_proxy_rig (script, GUINT_TO_POINTER (proxy_statuses[i]),
        scheme);
    play (rigs[i]);
  }
  for (i = 0; i < N_PROXY_STATUSES; i++) {
    g_autofree gchar *name = g_strdup_printf ("%s, %u", scheme,
        proxy_statuses[i]);

    cause_check_answer (rigs[i], name, WMS_HTTP_ERROR, proxy_statuses[i],
        proxy_statuses[i]);
    sink_rig_free (rigs[i]);
  }
}

static void
script_to_connect (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_head (connection, NULL))
    send_status (connection, user_data);
}

GST_START_TEST (test_answer_of_proxy)
{
  check_proxy ("http", script_to_setup);
  check_proxy ("http", script_in_stream);
  check_proxy ("https", script_to_connect);
}

GST_END_TEST;

#define ANSWER_SCRIPT(name, answer) \
  static void \
  name (ScriptConnection * connection, gpointer user_data) \
  { \
    script_answer_setup (connection, answer); \
  }

/* *INDENT-OFF* */
ANSWER_SCRIPT (script_web_server, "HTTP/1.1 200 OK\r\nServer: nginx\r\n"
    "Content-Length: 0\r\n\r\n")
ANSWER_SCRIPT (script_no_location, "HTTP/1.1 302 Found\r\n"
    "Content-Length: 0\r\n\r\n")
ANSWER_SCRIPT (script_bad_location, "HTTP/1.1 302 Found\r\n"
    "Location: gopher://127.0.0.1/live\r\nContent-Length: 0\r\n\r\n")
ANSWER_SCRIPT (script_round_and_round, "HTTP/1.1 302 Found\r\n"
    "Location: /live\r\nContent-Length: 0\r\n\r\n")
ANSWER_SCRIPT (script_no_http, "SSH-2.0-OpenSSH_9.2p1\r\n\r\n")
ANSWER_SCRIPT (script_bad_status, "HTTP/1.1 1000 Too much\r\n\r\n")
ANSWER_SCRIPT (script_bad_id, "HTTP/1.1 204 No Content\r\n"
    "Server: Cougar/9.5\r\nSet-Cookie: push-id=\xca 3\r\n\r\n")
ANSWER_SCRIPT (script_encoding, "HTTP/1.1 403 Forbidden\r\n"
    "Transfer-Encoding: rot13\r\n\r\n")
ANSWER_SCRIPT (script_wants_basic, "HTTP/1.1 401 Unauthorized\r\n"
    "WWW-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n")
ANSWER_SCRIPT (script_wants_proxy_basic, "HTTP/1.1 407 Who are you\r\n"
    "Proxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n")
ANSWER_SCRIPT (script_wants_latin_1, "HTTP/1.1 401 Unauthorized\r\n"
    "WWW-Authenticate: Digest realm=\"M\xfcnchen\", nonce=\"n\"\r\n"
    "Content-Length: 0\r\n\r\n")
ANSWER_SCRIPT (script_wants_proxy_latin_1, "HTTP/1.1 407 Who are you\r\n"
    "Proxy-Authenticate: Digest realm=\"M\xfcnchen\", nonce=\"n\"\r\n"
    "Content-Length: 0\r\n\r\n")
ANSWER_SCRIPT (script_wants_ntlm, "HTTP/1.1 401 Unauthorized\r\n"
    "WWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n")
/* *INDENT-ON* */

static void
script_close_at_once (ScriptConnection * connection, gpointer user_data)
{
  guint64 length = 0;

  if (script_read_head (connection, &length))
    script_skip (connection, length);
}

static void
script_reset_at_once (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_setup (connection))
    script_reset (connection);
}

static void
script_reset_in_head (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_setup (connection)) {
    script_send (connection, "HTTP/1.1 204 No Content\r\nServer: Cou");
    script_reset (connection);
  }
}

static void
script_end_in_head (ScriptConnection * connection, gpointer user_data)
{
  if (script_read_setup (connection)) {
    script_send (connection, "HTTP/1.1 204 No Content\r\nServer: Cou");
    script_finish (connection);
  }
}

/* More than anybody reads. */
static void
script_endless_head (ScriptConnection * connection, gpointer user_data)
{
  if (!script_read_setup (connection))
    return;
  script_send (connection, "HTTP/1.1 204 No Content\r\n");
  while (script_send (connection, "X-More: and more\r\n"));
}

static void
script_endless_line (ScriptConnection * connection, gpointer user_data)
{
  if (!script_read_setup (connection))
    return;
  while (script_send (connection, "more and more and "));
}

static void
script_end_in_stream (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, N_PACKETS))
    script_finish (connection);
}

static void
script_reset_in_stream (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, N_PACKETS))
    script_reset (connection);
}

/* As PeerCast does with packets of over 8,192 bytes. */
static void
script_end_at_packet (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 1))
    script_finish (connection);
}

static void
script_reset_at_packet (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 1))
    script_reset (connection);
}

/* No connection lasts until the PushStart. */
#define NTLM_CHALLENGE "TlRMTVNTUAACAAAAAAAAAAAAAAAFggIAASNFZ4mrze8AAAAAAAAAAAA" \
    "AAAAAAAAA"

/* With NTLM, so that a PushStart on another connection would not be let in. */
static void
script_only_setups (ScriptConnection * connection, gpointer user_data)
{
  if (script_get_number (connection) == 0 && script_read_setup (connection))
    script_send (connection, "HTTP/1.1 401 Unauthorized\r\n"
        "WWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n");
  if (script_read_setup (connection))
    script_send (connection, "HTTP/1.1 401 Unauthorized\r\n"
        "WWW-Authenticate: NTLM " NTLM_CHALLENGE "\r\n"
        "Content-Length: 0\r\n\r\n");
  if (script_read_setup (connection))
    script_send_last (connection, SCRIPT_SETUP_OK);
}

static void
script_204_in_stream (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, N_PACKETS)) {
    script_send (connection, SCRIPT_START_OK);
    script_read_end (connection);
  }
}

/* What is pushed when it is no good stream. */
typedef enum
{
  STREAM_GOOD,
  STREAM_TEXT,
  STREAM_LARGE_HEADER,
  STREAM_LARGE_PACKET,
  STREAM_TOO_LARGE_PACKET,
} StreamKind;

static const struct
{
  const gchar *name;
  ScriptFunc script;
    GQuark (*domain) (void);
  gint code;
  guint status;                 /* of the answer */
  const gchar *user;            /* that the element is given */
  gboolean is_proxy;
  StreamKind stream;
} causes[] = {
  {"200 of a web server", script_web_server, wms_error_quark,
      WMS_ERROR_NOT_A_PUBLISHING_POINT, 200},
  {"302 without Location", script_no_location, wms_error_quark,
      WMS_ERROR_REDIRECT, 302},
  {"302 to gopher", script_bad_location, wms_error_quark, WMS_ERROR_REDIRECT,
      302},
  {"302 in circles", script_round_and_round, wms_error_quark, WMS_ERROR_HOPS,
      302},
  {"a push-id that is none", script_bad_id, wms_error_quark, WMS_ERROR_PUSH_ID,
      204},
  {"another protocol", script_no_http, soup_session_error_quark,
      SOUP_SESSION_ERROR_PARSING},
  {"a status of four digits", script_bad_status, soup_session_error_quark,
      SOUP_SESSION_ERROR_PARSING},
  {"an unknown encoding", script_encoding, soup_session_error_quark,
      SOUP_SESSION_ERROR_ENCODING},
  {"Basic", script_wants_basic, wms_error_quark, WMS_ERROR_CLEAR_TEXT, 401,
      "user"},
  {"Basic of a proxy", script_wants_proxy_basic, wms_error_quark,
      WMS_ERROR_PROXY_CLEAR_TEXT, 407, "proxy", TRUE},
  {"NTLM through a proxy", script_wants_ntlm, wms_error_quark,
      WMS_ERROR_NTLM_THROUGH_PROXY, 401, "user", TRUE},
  {"Digest in Latin-1", script_wants_latin_1, wms_error_quark,
      WMS_ERROR_CHALLENGE, 401, "user"},
  {"Digest in Latin-1 of a proxy", script_wants_proxy_latin_1, wms_error_quark,
      WMS_ERROR_PROXY_CHALLENGE, 407, "proxy", TRUE},
  {"an end before the head", script_close_at_once, g_io_error_quark,
      G_IO_ERROR_PARTIAL_INPUT},
  {"a reset before the head", script_reset_at_once, g_io_error_quark,
      G_IO_ERROR_CONNECTION_CLOSED},
  {"a reset in the head", script_reset_in_head, g_io_error_quark,
      G_IO_ERROR_CONNECTION_CLOSED},
  {"an end in the head", script_end_in_head, soup_session_error_quark,
      SOUP_SESSION_ERROR_PARSING},
  {"a head without an end", script_endless_head, wms_error_quark,
      WMS_ERROR_ANSWER},
  {"a line without an end", script_endless_line, wms_error_quark,
      WMS_ERROR_ANSWER},
  {"an end in the stream", script_end_in_stream, g_io_error_quark,
      G_IO_ERROR_PARTIAL_INPUT},
  {"a reset in the stream", script_reset_in_stream, g_io_error_quark,
      G_IO_ERROR_CONNECTION_CLOSED},
  {"an end behind PushSetup", script_only_setups, wms_error_quark,
      WMS_ERROR_CONNECTION_CHANGED, 0, "user"},
  {"204 in the stream", script_204_in_stream, wms_error_quark,
      WMS_ERROR_ENDED_EARLY, 204},
  {"a text", script_take_all, asf_error_quark, ASF_ERROR_INVALID, 0, NULL,
        FALSE,
      STREAM_TEXT},
  {"a header that is too large", script_take_all, wms_error_quark,
      WMS_ERROR_HEADER_TOO_LARGE, 0, NULL, FALSE, STREAM_LARGE_HEADER},
  {"a packet that is too large", script_take_all, asf_error_quark,
      ASF_ERROR_LIMIT, 0, NULL, FALSE, STREAM_TOO_LARGE_PACKET},
  {"an end at a large packet", script_end_at_packet, wms_error_quark,
      WMS_ERROR_LARGE_PACKETS, 0, NULL, FALSE, STREAM_LARGE_PACKET},
  {"a reset at a large packet", script_reset_at_packet, wms_error_quark,
      WMS_ERROR_LARGE_PACKETS, 0, NULL, FALSE, STREAM_LARGE_PACKET},
};

static void
push_text (SinkRig * rig)
{
  g_autoptr (GBytes) text = g_bytes_new_static
      ("this is a text file and nothing that could be pushed anywhere", 61);

  sink_rig_push (rig, text);
}

/* A Padding Object in front of the Data Object (ASF, section 3.12). */
static void
push_large_header (SinkRig * rig)
{
  g_autoptr (GBytes) small = sink_rig_get_header ();
  gsize size = g_bytes_get_size (small) - ASF_DATA_HEAD_SIZE;
  const guint8 *data = g_bytes_get_data (small, NULL);
  GByteArray *header = g_byte_array_new ();
  g_autoptr (GBytes) large = NULL;
  guint start;

  g_byte_array_append (header, data, size);
  start = test_begin_object (header, &asf_guid_padding);
  g_byte_array_set_size (header, header->len + G_MAXUINT16);
  memset (header->data + header->len - G_MAXUINT16, 0, G_MAXUINT16);
  test_end_object (header, start);
  GST_WRITE_UINT64_LE (header->data + 16, header->len);
  GST_WRITE_UINT32_LE (header->data + 24, GST_READ_UINT32_LE (data + 24) + 1);
  g_byte_array_append (header, data + size, ASF_DATA_HEAD_SIZE);
  large = g_byte_array_free_to_bytes (header);
  sink_rig_push (rig, large);
}

static void
push_packet_of (SinkRig * rig, guint packet_size, guint object_size)
{
  const TestHeader header = {
    .flags = ASF_FILE_BROADCAST,
    .packet_size = packet_size,
    .streams = {&asf_guid_stream_video},
  };
  g_autoptr (GBytes) head = g_byte_array_free_to_bytes (test_asf_header
      (&header));
  g_autoptr (GBytes) packet = g_byte_array_free_to_bytes (test_asf_packet
      (packet_size, object_size, 1, TRUE, 0));

  sink_rig_push (rig, head);
  sink_rig_push (rig, packet);
}

static SinkRig *
start_cause (guint n)
{
  SinkRig *rig = causes[n].is_proxy ?
      new_proxy_rig (causes[n].script, NULL, "http") :
      new_rig (causes[n].script, NULL);

  if (g_strcmp0 (causes[n].user, "user") == 0)
    g_object_set (rig->sink, "user-id", "bob", "user-pw", "hush", NULL);
  else if (causes[n].user != NULL)
    g_object_set (rig->sink, "proxy-id", "bob", "proxy-pw", "hush", NULL);
  if (causes[n].stream == STREAM_TEXT)
    push_text (rig);
  else if (causes[n].stream == STREAM_LARGE_HEADER)
    push_large_header (rig);
  else if (causes[n].stream == STREAM_LARGE_PACKET)
    push_packet_of (rig, LARGE_PACKET, LARGE_OBJECT);
  else if (causes[n].stream == STREAM_TOO_LARGE_PACKET)
    push_packet_of (rig, 2 * G_MAXUINT16, 0);
  else
    sink_rig_push_header (rig);
  if (causes[n].stream != STREAM_LARGE_PACKET)
    sink_rig_push_packets (rig, 0, N_PACKETS);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  return rig;
}

GST_START_TEST (test_causes)
{
  SinkRig *rig = start_cause (__i__);

  cause_check_answer (rig, causes[__i__].name, causes[__i__].domain (),
      causes[__i__].code, causes[__i__].status);
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_no_row_is_left_out)
{
  gsize i;

  cause_begin_list ("wmspushsinkstatuses");
  for (i = 0; i < N_STATUSES; i++)
    cause_list (WMS_HTTP_ERROR, statuses[i]);
  for (i = 0; i < G_N_ELEMENTS (causes); i++)
    cause_list (causes[i].domain (), causes[i].code);
  cause_end_list ();
}

GST_END_TEST;

static Suite *
wmspushsinkstatuses_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkstatuses");
  TCase *tc = tcase_create ("rows");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 180);
  tcase_add_test (tc, test_answer_to_setup);
  tcase_add_test (tc, test_answer_in_stream);
  tcase_add_test (tc, test_answer_of_proxy);
  tcase_add_loop_test (tc, test_causes, 0, G_N_ELEMENTS (causes));
  tcase_add_test (tc, test_no_row_is_left_out);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkstatuses);
