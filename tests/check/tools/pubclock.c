/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Clocks that jump under a push, wmspushsink and the publishing point in one
 * process: the wall clock as an operator or NTP sets it, the monotonic one as
 * it is after the machine has slept. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "faultrig.h"
#include "pubthread.h"
#include "recordfiles.h"
#include "testclock.h"

#define STEP 10
#define MILLION_S (G_GINT64_CONSTANT (1000000) * G_USEC_PER_SEC)
#define DAY_S (86400 * G_TIME_SPAN_SECOND)

static PubThread *server;
static FaultRig *fault;
static gchar *folder;
static guint n_descriptors;

static void
record (PubServer * pub, gpointer data)
{
  PubRecordConfig config = { 0, };

  config.directory = folder;
  fail_unless (pub_server_set_record (pub, &config, NULL));
}

static void
begin (void)
{
  g_autofree gchar *url = NULL;

  server = pub_thread_new (record, NULL);
  url = pub_thread_url (server, "http", "/live");
  fault = fault_rig_new (url);
  fault_rig_push_header (fault, 0);
  fault_rig_push_packets (fault, 0, STEP);
  sink_rig_set_state (fault->rig, GST_STATE_PLAYING);
  fail_unless (pub_thread_wait (server, "/live", pub_has_packets, STEP));
}

static void
setup (void)
{
  folder = record_folder_new ();
  /* what is opened once stays open */
  begin ();
  fault_rig_free (fault);
  pub_thread_stop (server);
  n_descriptors = fault_count_descriptors ();
  begin ();
}

/* The stream ends well, all is accounted for, nothing is held. */
static void
finish (guint n_lost, guint64 n_dropped)
{
  sink_rig_push_eos (fault->rig);
  fail_unless (fault_rig_wait (fault, fault_is_over, 0));
  fail_unless (fault->is_good, "%s", fault->course.log->str);
  fail_unless (fault->n_lost <= n_lost, "%s", fault->course.log->str);
  fault_rig_check (fault, "clock");
  fail_unless (sink_rig_get_stat (fault->rig, "packets-dropped") <= n_dropped);
  fault_rig_free (fault);
  pub_thread_stop (server);
  fail_unless_equals_int (fault_count_descriptors (), n_descriptors);
  test_clock_reset ();
}

static void
teardown (void)
{
  test_clock_reset ();
  record_folder_free (folder);
}

static const gint64 walls[] = { MILLION_S, -MILLION_S, -3 * MILLION_S,
  5 * MILLION_S, -1, 40 * DAY_S, -400 * DAY_S, 30000 * DAY_S
};

/* The wall clock is nobody's here: no status, no loss, and files that play. */
GST_START_TEST (test_wall)
{
  gchar **files;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (walls); i++) {
    test_clock_jump_wall (walls[i]);
    fault_rig_push_packets (fault, (i + 1) * STEP, STEP);
    fail_unless (pub_thread_wait (server, "/live", pub_has_packets,
            (i + 2) * STEP), "jump %u: %s", i, fault->course.log->str);
  }
  finish (0, 0);
  files = record_folder_list (folder);
  fail_unless_equals_int (g_strv_length (files), 2);
  for (i = 0; files[i] != NULL; i++)
    record_file_check (files[i]);
  g_strfreev (files);
}

GST_END_TEST;

static void
jump (PubServer * pub, gpointer data)
{
  test_clock_jump_monotonic (*(guint64 *) data);
}

/* Shorter than all timers, as long as one, longer than all of them. */
static const guint64 sleeps_s[] = { 5, 59, 61, 125, 1000, 86400, 5000000 };

/* Between two packets: a session that is over by the server's timers is told as
 * lost and made again, and nothing that comes then is missing. */
GST_START_TEST (test_sleep)
{
  guint64 us = sleeps_s[__i__] * G_USEC_PER_SEC;
  gint64 woken_us;

  pub_thread_call (server, jump, &us);
  woken_us = g_get_monotonic_time ();
  if (sleeps_s[__i__] > 60) {
    fail_unless (fault_rig_wait (fault, fault_is_lost, 1));
    g_print ("a sleep of %u s: noticed after %u ms\n", (guint) sleeps_s[__i__],
        (guint) ((fault->noticed_us - woken_us) / 1000));
  }
  fault_rig_push_packets (fault, 10, STEP);
  if (sleeps_s[__i__] > 60)
    fail_unless (fault_rig_wait (fault, fault_is_restored, 1));
  fail_unless (fault_rig_wait (fault, fault_has_sent, 2 * STEP));
  finish (sleeps_s[__i__] > 60, 0);
}

GST_END_TEST;

static void
jump_with_data (PubServer * pub, gpointer data)
{
  fault_rig_push_packets (fault, 10, STEP);
  fail_unless (fault_rig_wait (fault, fault_has_sent, 2 * STEP));
  jump (pub, data);
}

/* What has come while the server slept was not too late (S7): it is read before
 * the session is given up. */
GST_START_TEST (test_data_behind_sleep)
{
  guint64 us = 1000 * G_USEC_PER_SEC;

  pub_thread_call (server, jump_with_data, &us);
  fail_unless (pub_thread_wait (server, "/live", pub_has_packets, 2 * STEP),
      "%s", fault->course.log->str);
  finish (0, 0);
}

GST_END_TEST;

static Suite *
pubclock_suite (void)
{
  Suite *suite = suite_create ("pubclock");
  TCase *tc = tcase_create ("clock");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_wall);
  tcase_add_loop_test (tc, test_sleep, 0, G_N_ELEMENTS (sleeps_s));
  tcase_add_test (tc, test_data_behind_sleep);
  return suite;
}

GST_CHECK_MAIN (pubclock);
