/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wmspushsink asks its application for credentials, and gets them at once,
 * late, or never. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "scriptserver.h"
#include "sinkrig.h"
#include "testasf.h"
#include "wmspush/wmsstatus.h"

#define UNAUTHORIZED(challenge) "HTTP/1.1 401 Unauthorized\r\n" \
    "Server: Cougar/9.5\r\nWWW-Authenticate: " challenge "\r\n" \
    "Content-Length: 0\r\n\r\n"
#define DIGEST "Digest realm=\"points\", nonce=\"n1\""
#define DENIED "LOCATING CONNECTING ERROR CLOSED " \
    "FINALIZE:NS_E_SERVER_ACCESSDENIED ERROR:NS_E_SERVER_ACCESSDENIED"

/* What the application was asked, and says. */
typedef struct
{
  GMutex lock;
  GCond cond;
  GString *log;                 /* realm/site/user/hresult/flags; */
  guint n_questions;
  gboolean is_pending;
  const gchar *const *passwords;        /* one for each question, then NULL */
} Application;

static GstStructure *
new_answer (const gchar * password)
{
  return gst_structure_new ("credentials", "user", G_TYPE_STRING, "carol",
      "password", G_TYPE_STRING, password, NULL);
}

static GstStructure *
answer (GstElement * sink, const gchar * realm, const gchar * site,
    const gchar * user, guint hresult, guint flags, Application * self)
{
  GstStructure *result = NULL;

  g_mutex_lock (&self->lock);
  g_string_append_printf (self->log, "%s/%s/%s/%08x/%u;", realm, site, user,
      hresult, flags);
  if (self->is_pending)
    result = gst_structure_new_empty ("pending");
  else if (self->passwords[self->n_questions] != NULL)
    result = new_answer (self->passwords[self->n_questions]);
  self->n_questions++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return result;
}

static SinkRig *
new_rig (ScriptFunc script, Application * application)
{
  SinkRig *rig = sink_rig_new_for (script);

  g_mutex_init (&application->lock);
  g_cond_init (&application->cond);
  application->log = g_string_new (NULL);
  g_signal_connect (rig->sink, "acquire-credentials", G_CALLBACK (answer),
      application);
  return rig;
}

static void
free_rig (SinkRig * rig, Application * application)
{
  sink_rig_free (rig);
  g_string_free (application->log, TRUE);
  g_mutex_clear (&application->lock);
  g_cond_clear (&application->cond);
}

static void
wait_for_question (Application * self)
{
  gint64 deadline = g_get_monotonic_time ()
      + 20 * test_get_patience () * G_TIME_SPAN_SECOND;
  gboolean ok = TRUE;

  g_mutex_lock (&self->lock);
  while (ok && self->n_questions == 0)
    ok = g_cond_wait_until (&self->cond, &self->lock, deadline);
  g_mutex_unlock (&self->lock);
  fail_unless (ok, "no question came");
}

static gboolean
provide (SinkRig * rig, const gchar * password)
{
  GstStructure *structure = password != NULL ? new_answer (password) : NULL;
  gboolean is_taken = FALSE;

  g_signal_emit_by_name (rig->sink, "provide-credentials", structure,
      &is_taken);
  g_clear_pointer (&structure, gst_structure_free);
  return is_taken;
}

static void
play (SinkRig * rig)
{
  sink_rig_push_header (rig);
  sink_rig_push_packets (rig, 0, 3);
  sink_rig_push_eos (rig);
  sink_rig_set_state (rig, GST_STATE_PLAYING);
}

/* Refuses twice, then lets in. */
static void
script_third_time (ScriptConnection * connection, gpointer user_data)
{
  guint64 length;
  guint i;

  for (i = 0; i < 4; i++) {
    length = 0;
    if (!script_read_head (connection, &length))
      return;
    script_send (connection, i < 3 ? UNAUTHORIZED (DIGEST) : SCRIPT_SETUP_OK);
  }
  if (script_read_head (connection, NULL)
      && script_read_frames_until (connection, WMS_FRAME_END, 1)
      && script_read_end (connection))
    script_send (connection, SCRIPT_START_OK);
}

/* protocol.md, Credentials: what is asked, and again after a refusal, with who
 * was refused. */
GST_START_TEST (test_questions)
{
  static const gchar *const passwords[] = { "a", "b", "c", NULL };
  Application application = {.passwords = passwords };
  SinkRig *rig = new_rig (script_third_time, &application);

  play (rig);
  fail_unless (sink_rig_wait (rig, "EOS"), "%s", rig->log->str);
  fail_unless_equals_string (application.log->str,
      "points/127.0.0.1/(null)/00000000/0;"
      "points/127.0.0.1/carol/c00d2efb/0;"
      "points/127.0.0.1/carol/c00d2efb/0;");
  free_rig (rig, &application);
}

GST_END_TEST;

static void
script_never (ScriptConnection * connection, gpointer user_data)
{
  while (script_read_head (connection, NULL))
    script_send (connection, UNAUTHORIZED (DIGEST));
}

GST_START_TEST (test_questions_end)
{
  static const gchar *const passwords[] =
      { "a", "b", "c", "d", "e", "f", NULL };
  Application application = {.passwords = passwords };
  SinkRig *rig = new_rig (script_never, &application);

  play (rig);
  fail_unless (sink_rig_wait (rig, " ERROR:"));
  fail_unless_equals_string (rig->log->str, DENIED);
  fail_unless_equals_int (application.n_questions, 3);
  free_rig (rig, &application);
}

GST_END_TEST;

GST_START_TEST (test_giving_up)
{
  static const gchar *const passwords[] = { NULL };
  Application application = {.passwords = passwords };
  SinkRig *rig = new_rig (script_never, &application);

  play (rig);
  fail_unless (sink_rig_wait (rig, " ERROR:"));
  fail_unless_equals_string (rig->log->str, DENIED);
  fail_unless_equals_int (application.n_questions, 1);
  free_rig (rig, &application);
}

GST_END_TEST;

static void
script_basic (ScriptConnection * connection, gpointer user_data)
{
  guint64 length;
  guint i;

  for (i = 0; i < 2; i++) {
    length = 0;
    if (!script_read_head (connection, &length))
      return;
    script_send (connection, i == 0 ?
        UNAUTHORIZED ("Basic realm=\"x\"") : SCRIPT_SETUP_OK);
  }
  if (script_read_head (connection, NULL)
      && script_read_frames_until (connection, WMS_FRAME_END, 1)
      && script_read_end (connection))
    script_send (connection, SCRIPT_START_OK);
}

/* Who was told that the password will be read by others may still give it; a
 * password that was set goes out only where that is allowed. */
GST_START_TEST (test_clear_text_question)
{
  static const gchar *const passwords[] = { "a", NULL };
  Application application = {.passwords = passwords };
  SinkRig *rig = new_rig (script_basic, &application);
  g_autofree gchar *heads = NULL;

  g_object_set (rig->sink, "user-id", "alice", "user-pw", "secret", NULL);
  play (rig);
  fail_unless (sink_rig_wait (rig, "EOS"));
  fail_unless_equals_string (application.log->str,
      "x/127.0.0.1/(null)/00000000/4;");
  heads = script_server_get_heads (rig->server);
  /* carol:a, not alice:secret */
  fail_unless (strstr (heads, "Basic Y2Fyb2w6YQ==") != NULL);
  fail_unless (strstr (heads, "YWxpY2U6c2VjcmV0") == NULL);
  free_rig (rig, &application);
}

GST_END_TEST;

static gpointer
provide_thread (gpointer user_data)
{
  return GINT_TO_POINTER (provide (user_data, "late"));
}

/* An answer that comes later, from any thread, counts once. */
GST_START_TEST (test_late_answer)
{
  Application application = {.is_pending = TRUE };
  SinkRig *rig = new_rig (script_basic, &application);
  GThread *thread;

  fail_if (provide (rig, "too early"));
  play (rig);
  wait_for_question (&application);
  thread = g_thread_new ("person", provide_thread, rig);
  fail_unless (g_thread_join (thread));
  fail_if (provide (rig, "once more"));
  fail_unless (sink_rig_wait (rig, "EOS"));
  free_rig (rig, &application);
}

GST_END_TEST;

GST_START_TEST (test_late_refusal)
{
  Application application = {.is_pending = TRUE };
  SinkRig *rig = new_rig (script_never, &application);

  play (rig);
  wait_for_question (&application);
  fail_unless (provide (rig, NULL));
  fail_unless (sink_rig_wait (rig, " ERROR:"));
  fail_unless_equals_string (rig->log->str, DENIED);
  free_rig (rig, &application);
}

GST_END_TEST;

GST_START_TEST (test_no_answer)
{
  Application application = {.is_pending = TRUE };
  SinkRig *rig = new_rig (script_never, &application);

  g_object_set (rig->sink, "credentials-timeout", 1, NULL);
  play (rig);
  fail_unless (sink_rig_wait (rig, " ERROR:"));
  fail_unless_equals_string (rig->log->str, DENIED);
  /* nobody waits for it any more */
  provide (rig, "a");
  free_rig (rig, &application);
}

GST_END_TEST;

/* The rig fails when going to NULL takes a second; who answers then is told
 * that it was too late. */
GST_START_TEST (test_stop_while_asking)
{
  Application application = {.is_pending = TRUE };
  SinkRig *rig = new_rig (script_never, &application);

  play (rig);
  wait_for_question (&application);
  sink_rig_stop (rig);
  fail_if (provide (rig, "a"));
  free_rig (rig, &application);
}

GST_END_TEST;

static guint
end_session (GstElement * sink)
{
  guint hresult = 42;

  g_signal_emit_by_name (sink, "end-session", &hresult);
  return hresult;
}

/* Who is asked, and ends the session instead of an answer. */
static GstStructure *
end_instead (GstElement * sink, const gchar * realm, const gchar * site,
    const gchar * user, guint hresult, guint flags, guint * ended)
{
  *ended = end_session (sink);
  return NULL;
}

/* Who wants the end before anything was sent has it at once, and no error; from
 * within the question as well. */
GST_START_TEST (test_end_while_asking)
{
  Application application = {.is_pending = TRUE };
  SinkRig *rig = new_rig (script_never, &application);
  gint64 begun = g_get_monotonic_time ();
  guint ended = 42;

  g_object_set (rig->sink, "credentials-timeout", 0, "timeout", 60, NULL);
  if (__i__ > 0) {
    g_signal_handlers_disconnect_by_data (rig->sink, &application);
    g_signal_connect (rig->sink, "acquire-credentials",
        G_CALLBACK (end_instead), &ended);
  }
  play (rig);
  if (__i__ == 0) {
    wait_for_question (&application);
    ended = end_session (rig->sink);
  }
  fail_unless (sink_rig_wait (rig, "EOS"), "%s", rig->log->str);
  fail_unless_equals_int (ended, WMS_S_OK);
  fail_unless_equals_string (rig->log->str, "LOCATING CONNECTING CLOSED EOS");
  fail_unless (g_get_monotonic_time () - begun < 30 * G_TIME_SPAN_SECOND);
  sink_rig_check_account (rig, sink_rig_get_stat (rig, "packets-received"), 0);
  free_rig (rig, &application);
}

GST_END_TEST;

static void
script_ask_in_stream (ScriptConnection * connection, gpointer user_data)
{
  if (script_accept_push (connection)
      && script_read_frames_until (connection, WMS_FRAME_DATA, 3)
      && script_send (connection, UNAUTHORIZED (DIGEST)))
    script_read_end (connection);
}

/* What was sent for nothing is told after `timeout`, not when the question has
 * had its time. */
GST_START_TEST (test_end_while_asking_again)
{
  Application application = {.is_pending = TRUE };
  SinkRig *rig = new_rig (script_ask_in_stream, &application);

  g_object_set (rig->sink, "credentials-timeout", 0, "timeout",
      test_get_patience (), NULL);
  sink_rig_play_packets (rig, 3);
  wait_for_question (&application);
  fail_unless_equals_int (end_session (rig->sink),
      WMS_NS_E_SERVER_ACCESSDENIED);
  fail_unless (sink_rig_wait (rig, "ERROR:NS_E_SERVER_ACCESSDENIED"));
  free_rig (rig, &application);
}

GST_END_TEST;

static GstStructure *
answer_when_told (GstElement * sink, const gchar * realm, const gchar * site,
    const gchar * user, guint hresult, guint flags, Application * self)
{
  g_mutex_lock (&self->lock);
  self->n_questions++;
  g_cond_broadcast (&self->cond);
  while (self->is_pending)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  return NULL;
}

/* A handler that thinks stops neither another element nor the way to NULL. */
GST_START_TEST (test_slow_handler)
{
  static const gchar *const passwords[] = { "a", NULL };
  /* the handler may wake up only when this has returned */
  static Application slow = {.is_pending = TRUE };
  Application quick = {.passwords = passwords };
  SinkRig *rig = new_rig (script_never, &slow);
  SinkRig *other;

  g_signal_handlers_disconnect_by_data (rig->sink, &slow);
  g_signal_connect (rig->sink, "acquire-credentials",
      G_CALLBACK (answer_when_told), &slow);
  play (rig);
  wait_for_question (&slow);
  other = new_rig (script_basic, &quick);
  play (other);
  fail_unless (sink_rig_wait (other, "EOS"));
  free_rig (other, &quick);
  sink_rig_stop (rig);
  g_mutex_lock (&slow.lock);
  slow.is_pending = FALSE;
  g_cond_broadcast (&slow.cond);
  g_mutex_unlock (&slow.lock);
  free_rig (rig, &slow);
}

GST_END_TEST;

static Suite *
wmspushsinkasks_suite (void)
{
  Suite *suite = suite_create ("wmspushsinkasks");
  TCase *tc = tcase_create ("questions");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_questions);
  tcase_add_test (tc, test_questions_end);
  tcase_add_test (tc, test_giving_up);
  tcase_add_test (tc, test_clear_text_question);
  tcase_add_test (tc, test_late_answer);
  tcase_add_test (tc, test_late_refusal);
  tcase_add_test (tc, test_no_answer);
  tcase_add_test (tc, test_stop_while_asking);
  tcase_add_loop_test (tc, test_end_while_asking, 0, 2);
  tcase_add_test (tc, test_end_while_asking_again);
  tcase_add_test (tc, test_slow_handler);
  return suite;
}

GST_CHECK_MAIN (wmspushsinkasks);
