/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink: each row of the table of failures that TLS can cause, with
 * certificates that are made here. */
#include <gst/check/gstcheck.h>
#include <libsoup/soup.h>
#include <string.h>

#include "causes.h"
#include "scriptserver.h"
#include "sinkrig.h"
#include "wmspush/wmsstatus.h"

#define N_PACKETS 5
/* less than any ClientHello */
#define PART_OF_HELLO 64
/* A fatal alert in a record of its own (RFC 8446, sections 5.1 and 6). */
#define ALERT(code) "\x15\x03\x03\x00\x02\x02" code
#define ALERT_SIZE 7

static gchar *folder;

static gchar *
get_certificate (const gchar * name)
{
  g_autofree gchar *file = g_strconcat (name, ".pem", NULL);

  return g_build_filename (folder, file, NULL);
}

static gboolean
start_tls (ScriptConnection * connection, const gchar * name,
    gboolean wants_certificate)
{
  g_autofree gchar *file = get_certificate (name);

  return script_start_tls (connection, file, wants_certificate);
}

static void
script_tls (ScriptConnection * connection, gpointer user_data)
{
  if (start_tls (connection, user_data, FALSE))
    script_take_all (connection, NULL);
}

static void
script_for_known (ScriptConnection * connection, gpointer user_data)
{
  if (start_tls (connection, user_data, TRUE))
    script_take_all (connection, NULL);
}

static void
script_plain (ScriptConnection * connection, gpointer user_data)
{
  if (script_skip (connection, PART_OF_HELLO))
    script_send_last (connection, "HTTP/1.1 400 Bad Request\r\n\r\n");
}

static void
script_alert (ScriptConnection * connection, gpointer user_data)
{
  if (script_skip (connection, PART_OF_HELLO)) {
    script_send_bytes (connection, user_data, ALERT_SIZE);
    script_finish (connection);
  }
}

static void
script_end_in_handshake (ScriptConnection * connection, gpointer user_data)
{
  if (script_skip (connection, PART_OF_HELLO))
    script_finish (connection);
}

static void
script_reset_in_handshake (ScriptConnection * connection, gpointer user_data)
{
  if (script_skip (connection, PART_OF_HELLO))
    script_reset (connection);
}

static void
script_mute (ScriptConnection * connection, gpointer user_data)
{
  if (script_skip (connection, PART_OF_HELLO))
    while (script_skip (connection, 1));
}

/* Without the close_notify that would say that this is the end. */
static void
script_end_in_stream (ScriptConnection * connection, gpointer user_data)
{
  if (start_tls (connection, user_data, FALSE)
      && script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, N_PACKETS))
    script_finish (connection);
}

static void
script_reset_in_stream (ScriptConnection * connection, gpointer user_data)
{
  if (start_tls (connection, user_data, FALSE)
      && script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, N_PACKETS))
    script_reset (connection);
}

static const struct
{
  const gchar *name;
  ScriptFunc script;
  const gchar *data;            /* the server's certificate, or what it says */
    GQuark (*domain) (void);
  gint code;
  gboolean is_unknown;          /* the issuer */
  gboolean is_http;
} causes[] = {
  {"an unknown issuer", script_tls, "good", wms_certificate_error_quark,
      G_TLS_CERTIFICATE_UNKNOWN_CA, TRUE},
  {"another host's", script_tls, "other", wms_certificate_error_quark,
      G_TLS_CERTIFICATE_BAD_IDENTITY},
  {"an expired one", script_tls, "expired", wms_certificate_error_quark,
      G_TLS_CERTIFICATE_EXPIRED},
  {"one of the future", script_tls, "later", wms_certificate_error_quark,
      G_TLS_CERTIFICATE_NOT_ACTIVATED},
  {"one with SHA-1", script_tls, "insecure", wms_certificate_error_quark,
      G_TLS_CERTIFICATE_INSECURE},
  {"an issuer for other hosts", script_tls, "constrained",
      wms_certificate_error_quark, G_TLS_CERTIFICATE_GENERIC_ERROR},
  {"for known encoders", script_for_known, "good", g_tls_error_quark,
      G_TLS_ERROR_CERTIFICATE_REQUIRED},
  {"alert 42, bad certificate", script_alert, ALERT ("\x2a"),
      g_tls_error_quark, G_TLS_ERROR_MISC},
  {"alert 40, no common cipher", script_alert, ALERT ("\x28"),
      g_tls_error_quark, G_TLS_ERROR_MISC},
  {"alert 70, no common version", script_alert, ALERT ("\x46"),
      g_tls_error_quark, G_TLS_ERROR_MISC},
  {"no TLS", script_plain, NULL, g_tls_error_quark, G_TLS_ERROR_MISC},
  {"an end in the handshake", script_end_in_handshake, NULL,
      g_tls_error_quark, G_TLS_ERROR_NOT_TLS},
  {"a reset in the handshake", script_reset_in_handshake, NULL,
      g_tls_error_quark, G_TLS_ERROR_NOT_TLS},
  {"a mute server", script_mute, NULL, wms_error_quark,
      WMS_ERROR_CONNECT_TIMEOUT},
  {"an end in the stream", script_end_in_stream, "good", g_io_error_quark,
      G_IO_ERROR_PARTIAL_INPUT},
  {"a reset in the stream", script_reset_in_stream, "good", g_io_error_quark,
      G_IO_ERROR_CONNECTION_CLOSED},
  {"alert 22, TLS behind http", script_alert, ALERT ("\x16"),
      soup_session_error_quark, SOUP_SESSION_ERROR_PARSING, FALSE, TRUE},
};

#define N_CAUSES G_N_ELEMENTS (causes)

static SinkRig *
start_cause (guint n)
{
  ScriptServer *server = script_server_new (causes[n].script,
      (gpointer) causes[n].data);
  g_autofree gchar *url = g_strdup_printf ("http%s://localhost:%u/live",
      causes[n].is_http ? "" : "s", script_server_get_port (server));
  g_autofree gchar *issuer = get_certificate ("ca");
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (issuer, NULL);
  SinkRig *rig = sink_rig_new (url);

  rig->server = server;
  if (!causes[n].is_unknown)
    g_object_set (rig->sink, "tls-database", database, NULL);
  if (causes[n].script == script_mute)
    g_object_set (rig->sink, "timeout", 1, NULL);
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, N_PACKETS);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  return rig;
}

GST_START_TEST (test_causes)
{
  SinkRig *rig = start_cause (__i__);

  cause_check (rig, causes[__i__].name, causes[__i__].domain (),
      causes[__i__].code);
  sink_rig_free (rig);
}

GST_END_TEST;

/* As where glib-networking is not installed. */
GST_START_TEST (test_no_tls_here)
{
  ScriptServer *server = script_server_new (script_mute, NULL);
  g_autofree gchar *url = g_strdup_printf ("https://localhost:%u/live",
      script_server_get_port (server));
  SinkRig *rig;

  g_setenv ("GIO_USE_TLS", "dummy", TRUE);
  rig = sink_rig_new (url);
  rig->server = server;
  sink_rig_push_header (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  cause_check (rig, "no TLS here", G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE);
  sink_rig_free (rig);
}

GST_END_TEST;

/* What is not wrong with the others: a clean session. */
GST_START_TEST (test_good_certificate)
{
  g_autofree gchar *issuer = get_certificate ("ca");
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (issuer, NULL);
  ScriptServer *server = script_server_new (script_tls, (gpointer) "good");
  g_autofree gchar *url = g_strdup_printf ("https://localhost:%u/live",
      script_server_get_port (server));
  SinkRig *rig = sink_rig_new (url);

  rig->server = server;
  g_object_set (rig->sink, "tls-database", database, NULL);
  sink_rig_push_header (rig);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  fail_unless (sink_rig_wait (rig, "EOS"), "%s", rig->log->str);
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_no_row_is_left_out)
{
  gsize i;

  cause_begin_list ("wmspushsinkcertificates");
  for (i = 0; i < N_CAUSES; i++)
    cause_list (causes[i].domain (), causes[i].code);
  cause_list (G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE);
  cause_end_list ();
}

GST_END_TEST;

static Suite *
wmspushsinkcertificates_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkcertificates");
  TCase *tc = tcase_create ("rows");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 180);
  tcase_add_loop_test (tc, test_causes, 0, N_CAUSES);
  tcase_add_test (tc, test_no_tls_here);
  tcase_add_test (tc, test_good_certificate);
  tcase_add_test (tc, test_no_row_is_left_out);
  return suite;
}

static gboolean
run (const gchar * program, const gchar * option, const gchar * path)
{
  const gchar *argv[] = { program, option, path, NULL };
  g_autofree gchar *output = NULL;
  gint status = -1;

  if (!g_spawn_sync (folder, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL,
          NULL, NULL, &output, &status, NULL) || status != 0) {
    g_print ("%s failed: %s\n", path, output);
    return FALSE;
  }
  return TRUE;
}

int
main (int argc, char **argv)
{
  int result = EXIT_FAILURE;

  gst_check_init (&argc, &argv);
  folder = g_dir_make_tmp ("certificates-XXXXXX", NULL);
  /* once, before the cases fork */
  if (folder != NULL && run ("sh", "-e", TEST_CERTIFICATES))
    result = gst_check_run_suite (wmspushsinkcertificates_suite (),
        "wmspushsinkcertificates", __FILE__);
  if (folder != NULL)
    run ("rm", "-r", folder);
  g_free (folder);
  return result;
}
