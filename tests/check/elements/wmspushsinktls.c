/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink with https: whom it trusts, and who it is. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "testasf.h"

/* An application that has a certificate, after thinking about it. */
typedef struct
{
  GTlsInteraction parent;
  GMutex lock;
  GCond cond;
  guint n_requests;
  gboolean is_thinking;
} TestInteraction;
typedef GTlsInteractionClass TestInteractionClass;

static GType test_interaction_get_type (void);
G_DEFINE_TYPE (TestInteraction, test_interaction, G_TYPE_TLS_INTERACTION);

static GTlsInteractionResult
request_certificate (GTlsInteraction * interaction, GTlsConnection * connection,
    GTlsCertificateRequestFlags flags, GCancellable * cancellable,
    GError ** error)
{
  TestInteraction *self = (TestInteraction *) interaction;
  g_autoptr (GTlsCertificate) certificate = NULL;

  g_mutex_lock (&self->lock);
  self->n_requests++;
  g_cond_broadcast (&self->cond);
  while (self->is_thinking)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  certificate = g_tls_certificate_new_from_file (TEST_CERTIFICATE, error);
  g_tls_connection_set_certificate (connection, certificate);
  return G_TLS_INTERACTION_HANDLED;
}

static void
request_certificate_async (GTlsInteraction * interaction,
    GTlsConnection * connection, GTlsCertificateRequestFlags flags,
    GCancellable * cancellable, GAsyncReadyCallback callback,
    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (interaction, cancellable, callback,
      user_data);

  g_task_return_int (task, request_certificate (interaction, connection, flags,
          cancellable, NULL));
}

static GTlsInteractionResult
request_certificate_finish (GTlsInteraction * interaction,
    GAsyncResult * result, GError ** error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static void
test_interaction_init (TestInteraction * self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
}

static void
test_interaction_class_init (TestInteractionClass * klass)
{
  klass->request_certificate = request_certificate;
  klass->request_certificate_async = request_certificate_async;
  klass->request_certificate_finish = request_certificate_finish;
}

static void
script_tls (ScriptConnection * connection, gpointer user_data)
{
  if (script_start_tls (connection, TEST_CERTIFICATE, FALSE))
    script_take_all (connection, NULL);
}

static void
script_tls_for_known (ScriptConnection * connection, gpointer user_data)
{
  if (script_start_tls (connection, TEST_CERTIFICATE, TRUE))
    script_take_all (connection, NULL);
}

static SinkRig *
new_rig (ScriptFunc script)
{
  SinkRig *rig = sink_rig_new_for (script);
  g_autofree gchar *url = g_strdup_printf ("wmspushs://localhost:%u/live",
      script_server_get_port (rig->server));

  g_object_set (rig->sink, "location", url, NULL);
  return rig;
}

GST_START_TEST (test_unknown_certificate)
{
  SinkRig *rig = new_rig (script_tls);

  sink_rig_play (rig, " ERROR:NS_E_CANNOTCONNECT");
  fail_unless (strstr (rig->error->message, "certificate") != NULL);
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_HEADER), 0);
  sink_rig_free (rig);
}

GST_END_TEST;

/* Only what the flags name makes a certificate unacceptable. */
GST_START_TEST (test_validation_flags)
{
  SinkRig *rig = new_rig (script_tls);

  g_object_set (rig->sink, "tls-validation-flags",
      G_TLS_CERTIFICATE_REVOKED, NULL);
  sink_rig_play (rig, "EOS");
  fail_unless_equals_int (script_server_get_n_frames (rig->server,
          WMS_FRAME_DATA), 3);
  sink_rig_free (rig);

  rig = new_rig (script_tls);
  g_object_set (rig->sink, "tls-validation-flags",
      G_TLS_CERTIFICATE_UNKNOWN_CA, NULL);
  sink_rig_play (rig, " ERROR:NS_E_CANNOTCONNECT");
  sink_rig_free (rig);
}

GST_END_TEST;

/* Who is in the database is trusted; the name is another matter. */
GST_START_TEST (test_database)
{
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new
      (TEST_CERTIFICATE, NULL);
  SinkRig *rig = new_rig (script_tls);

  fail_unless (database != NULL);
  g_object_set (rig->sink, "tls-database", database, "tls-validation-flags",
      G_TLS_CERTIFICATE_UNKNOWN_CA, NULL);
  sink_rig_play (rig, "EOS");
  sink_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_certificate_of_ours)
{
  TestInteraction *interaction = g_object_new (test_interaction_get_type (),
      NULL);
  SinkRig *rig = new_rig (script_tls_for_known);

  g_object_set (rig->sink, "tls-interaction", interaction,
      "tls-validation-flags", 0, NULL);
  sink_rig_play (rig, "EOS");
  fail_unless_equals_int (interaction->n_requests, 1);
  sink_rig_free (rig);
  g_object_unref (interaction);
}

GST_END_TEST;

/* An object of the application that blocks stops nobody: another push goes on,
 * this one can be stopped (rigs measure that), and its connection is closed. */
GST_START_TEST (test_slow_interaction)
{
  TestInteraction *interaction = g_object_new (test_interaction_get_type (),
      NULL);
  SinkRig *rig = new_rig (script_tls_for_known);
  SinkRig *other;
  gint64 start;

  interaction->is_thinking = TRUE;
  g_object_set (rig->sink, "tls-interaction", interaction,
      "tls-validation-flags", 0, NULL);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
  g_mutex_lock (&interaction->lock);
  while (interaction->n_requests == 0)
    g_cond_wait (&interaction->cond, &interaction->lock);
  g_mutex_unlock (&interaction->lock);

  other = sink_rig_new_for (script_take_all);
  sink_rig_play (other, "EOS");
  sink_rig_free (other);
  sink_rig_stop (rig);
  g_mutex_lock (&interaction->lock);
  interaction->is_thinking = FALSE;
  g_cond_broadcast (&interaction->cond);
  g_mutex_unlock (&interaction->lock);
  start = g_get_monotonic_time ();
  /* waits for the server, which gives up by itself after 20 s */
  sink_rig_free (rig);
  fail_unless (g_get_monotonic_time () - start < 10 * G_TIME_SPAN_SECOND);
  g_object_unref (interaction);
}

GST_END_TEST;

static GMutex hello_lock;
static GCond hello_cond;
static gboolean has_hello;

static void
script_hear_hello (ScriptConnection * connection, gpointer user_data)
{
  gchar byte;

  if (script_read_some (connection, &byte, 1) <= 0)
    return;
  g_mutex_lock (&hello_lock);
  has_hello = TRUE;
  g_cond_signal (&hello_cond);
  g_mutex_unlock (&hello_lock);
  while (script_read_some (connection, &byte, 1) > 0);
}

static void
stop_in_handshake (void)
{
  SinkRig *rig = new_rig (script_hear_hello);

  sink_rig_set_state (rig, GST_STATE_PAUSED);
  g_mutex_lock (&hello_lock);
  while (!has_hello)
    g_cond_wait (&hello_cond, &hello_lock);
  has_hello = FALSE;
  g_mutex_unlock (&hello_lock);
  sink_rig_free (rig);
}

static guint
count_descriptors (void)
{
  GDir *dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  fail_unless (dir != NULL);
  while (g_dir_read_name (dir) != NULL)
    n++;
  g_dir_close (dir);
  return n;
}

/* The shared thread ends with its last user, but not before a handshake on a
 * thread of GIO's that has to tell it of its end: else socket and session would
 * stay for good. */
GST_START_TEST (test_stop_in_handshake)
{
  gint64 deadline;
  guint n_before, i;

  stop_in_handshake ();
  n_before = count_descriptors ();
  for (i = 0; i < 50; i++)
    stop_in_handshake ();
  /* GIO's thread may be the last one that lets go */
  deadline = g_get_monotonic_time ()
      + test_get_patience () * G_TIME_SPAN_SECOND;
  while (count_descriptors () > n_before && g_get_monotonic_time () < deadline)
    g_thread_yield ();
  fail_unless (count_descriptors () <= n_before, "%u descriptors, were %u",
      count_descriptors (), n_before);
}

GST_END_TEST;

static Suite *
wmspushsinktls_suite (void)
{
  Suite *suite = suite_create ("wmspushsinktls");
  TCase *tc = tcase_create ("tls");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_unknown_certificate);
  tcase_add_test (tc, test_validation_flags);
  tcase_add_test (tc, test_database);
  tcase_add_test (tc, test_certificate_of_ours);
  tcase_add_test (tc, test_slow_interaction);
  tcase_add_test (tc, test_stop_in_handshake);
  return suite;
}

GST_CHECK_MAIN (wmspushsinktls);
