/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Room on the disk and descriptors run out under a push by wmspushsink, and are
 * there again: the stream goes on meanwhile, what was not recorded is counted,
 * and nothing is held. */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <string.h>

#include "faultrig.h"
#include "programcase.h"
#include "pubthread.h"
#include "recordfiles.h"
#include "testasf.h"
#include "testmounts.h"

#define STEP 10
#define DEADLINE_US (20 * test_get_patience () * G_TIME_SPAN_SECOND)
/* more than a session of a sink's takes */
#define MOST_DESCRIPTORS 256
#define MANY_DESCRIPTORS 16

static gchar *folder;
static PubThread *server;
static FaultRig *fault;
static guint n_next;
static guint n_warnings;

static void
count_warning (const gchar * domain, GLogLevelFlags level,
    const gchar * message, gpointer data)
{
  n_warnings++;
}

static void
record (PubServer * pub, gpointer data)
{
  PubRecordConfig config = { 0, };

  config.directory = folder;
  config.retry_ms = 1;
  fail_unless (pub_server_set_record (pub, &config, NULL));
}

static void
setup (void)
{
  g_log_set_handler ("wms-pubpoint", G_LOG_LEVEL_WARNING, count_warning, NULL);
  n_warnings = n_next = 0;
  folder = record_folder_new ();
}

static void
teardown (void)
{
  record_folder_free (folder);
}

/* Ten packets, the first of which is a key frame, and the server has them. */
static void
push_more (void)
{
  fault_rig_push_packets (fault, n_next, STEP);
  n_next += STEP;
  fail_unless (pub_thread_wait (server, "/live", pub_has_packets, n_next),
      "%s", fault->course.log->str);
}

static void
begin (void)
{
  g_autofree gchar *url = NULL;

  server = pub_thread_new (record, NULL);
  url = pub_thread_url (server, "http", "/live");
  fault = fault_rig_new (url);
  fault_rig_push_header (fault, 0);
  sink_rig_set_state (fault->rig, GST_STATE_PLAYING);
  push_more ();
}

static gboolean
has_problem (const PubRecordInfo * info)
{
  return info->error[0] != '\0' && !info->is_recording && info->lost > 0;
}

static gboolean
is_well (const PubRecordInfo * info)
{
  return info->error[0] == '\0' && info->is_recording;
}

static gint64
push_until (gboolean (*is_so) (const PubRecordInfo * info))
{
  gint64 begun = g_get_monotonic_time ();
  PubPointInfo info;

  do {
    push_more ();
    pub_thread_get_point (server, "/live", &info);
    fail_unless (g_get_monotonic_time () < begun + DEADLINE_US,
        "%s, %s, %u packets of %u, %u lost", info.record.error,
        info.record.is_recording ? "recording" : "not recording",
        (guint) info.record.packets, n_next, (guint) info.record.lost);
  } while (!is_so (&info.record));
  return g_get_monotonic_time () - begun;
}

/* Each packet is in a file or counted as lost, once the recorder is through. */
static void
check_account (void)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  PubPointInfo info;

  do {
    pub_thread_get_point (server, "/live", &info);
    g_thread_yield ();
  } while (info.record.packets + info.record.lost < n_next
      && g_get_monotonic_time () < deadline);
  fail_unless_equals_uint64 (info.record.packets + info.record.lost, n_next);
  fail_unless (info.record.lost > 0);
}

static void
finish (void)
{
  gchar **files;
  guint i;

  check_account ();
  sink_rig_push_eos (fault->rig);
  fail_unless (fault_rig_wait (fault, fault_is_over, 0));
  fail_unless (fault->is_good && fault->n_lost == 0, "%s",
      fault->course.log->str);
  fault_rig_check (fault, "scarce");
  fail_unless_equals_uint64 (sink_rig_get_stat (fault->rig, "packets-sent"),
      n_next);
  fault_rig_free (fault);
  pub_thread_stop (server);
  files = record_folder_list (folder);
  fail_unless (files[0] != NULL);
  for (i = 0; files[i] != NULL; i++)
    record_file_check (files[i]);
  g_strfreev (files);
}

static gchar *
get_filler (void)
{
  return g_build_filename (folder, "filler", NULL);
}

static void
fill_disk (void)
{
  g_autofree gchar *name = get_filler ();
  gint fd = open (name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  gchar block[4096] = { 0, };

  fail_unless (fd >= 0);
  while (write (fd, block, sizeof block) > 0);
  close (fd);
}

static void
make_room (void)
{
  g_autofree gchar *name = get_filler ();

  fail_unless (g_unlink (name) == 0);
}

static const struct
{
  const gchar *name;
  const gchar *options;
} disks[] = {
  {"a small disk", "size=4m"},
  {"a larger one", "size=8m"},
};

GST_START_TEST (test_disk)
{
  gint64 noticed_us, well_us;

  if (!test_mounts_enter ()
      || mount ("tmpfs", folder, "tmpfs", 0, disks[__i__].options) != 0) {
    g_print ("SKIP: no file system can be mounted here\n");
    return;
  }
  begin ();
  fill_disk ();
  noticed_us = push_until (has_problem);
  push_more ();
  make_room ();
  well_us = push_until (is_well);
  fail_unless_equals_int (n_warnings, 1);
  g_print ("%s: noticed after %u ms, records again after %u ms\n",
      disks[__i__].name, (guint) (noticed_us / 1000), (guint) (well_us / 1000));
  push_more ();
  finish ();
  fail_unless (umount (folder) == 0);
}

GST_END_TEST;

typedef struct
{
  struct rlimit limit;
  gint fds[1024];
  guint n;
} Hoard;

/* Leaves @n_left descriptors; none from @end on is given any more. */
static void
hoard (Hoard * self, guint end, guint n_left)
{
  struct rlimit lower;

  fail_unless (getrlimit (RLIMIT_NOFILE, &self->limit) == 0);
  lower = self->limit;
  lower.rlim_cur = MIN (lower.rlim_cur, end);
  fail_unless (setrlimit (RLIMIT_NOFILE, &lower) == 0);
  for (self->n = 0; self->n < G_N_ELEMENTS (self->fds); self->n++) {
    self->fds[self->n] = open ("/dev/null", O_RDONLY | O_CLOEXEC);
    if (self->fds[self->n] < 0)
      break;
  }
  while (n_left-- > 0)
    close (self->fds[--self->n]);
}

static void
give_back (Hoard * self)
{
  while (self->n > 0)
    close (self->fds[--self->n]);
  fail_unless (setrlimit (RLIMIT_NOFILE, &self->limit) == 0);
}

static guint
get_recorder_fd (void)
{
  guint fd;

  for (fd = 3; fd < MOST_DESCRIPTORS; fd++) {
    g_autofree gchar *path = g_strdup_printf ("/proc/self/fd/%u", fd);
    g_autofree gchar *target = g_file_read_link (path, NULL);

    if (target != NULL && g_str_has_suffix (target, ".asf"))
      return fd;
  }
  fail ("no file is being written");
  return 0;
}

/* Another header wants another file, for which there is no descriptor: that of
 * the old one is above the limit. */
GST_START_TEST (test_recorder_without_descriptor)
{
  gint64 well_us;
  Hoard hoarded;

  begin ();
  push_until (is_well);
  hoard (&hoarded, get_recorder_fd (), 0);
  fault_rig_push_header (fault, 1);
  push_until (has_problem);
  give_back (&hoarded);
  well_us = push_until (is_well);
  g_print ("records again after %u ms\n", (guint) (well_us / 1000));
  fail_unless_equals_int (n_warnings, 1);
  finish ();
}

GST_END_TEST;

static FaultRig *
new_rig (const gchar * scheme, guint port)
{
  g_autofree gchar *url = g_strdup_printf ("%s://127.0.0.1:%u/live", scheme,
      port);
  FaultRig *rig = fault_rig_new (url);

  g_object_set (rig->rig->sink, "retries", 0, NULL);
  fault_rig_push_header (rig, 0);
  fault_rig_push_packets (rig, 0, STEP);
  sink_rig_push_eos (rig->rig);
  return rig;
}

/* Returns: whether so many descriptors were enough. */
static gboolean
push_with_descriptors (const gchar * scheme, guint port, guint n)
{
  FaultRig *rig = new_rig (scheme, port);
  GstStateChangeReturn ret;
  gboolean is_good;
  Hoard hoarded;

  hoard (&hoarded, MOST_DESCRIPTORS, n);
  ret = gst_element_set_state (rig->rig->pipeline, GST_STATE_PLAYING);
  if (ret != GST_STATE_CHANGE_FAILURE)
    fail_unless (fault_rig_wait (rig, fault_is_over, 0),
        "%u descriptors: %s", n, rig->course.log->str);
  give_back (&hoarded);
  is_good = rig->is_good;
  fail_unless (is_good || ret == GST_STATE_CHANGE_FAILURE
      || g_strcmp0 (rig->error, "E_OUTOFMEMORY") == 0, "%u descriptors: %s: %s",
      n, rig->error, rig->course.log->str);
  /* a start that fails has no session to tell of */
  if (ret != GST_STATE_CHANGE_FAILURE)
    fault_rig_check (rig, "descriptors");
  fault_rig_free (rig);
  return is_good;
}

/* A sink that finds any number of descriptors: too few are an error with what is
 * wrong, never the end of the process, and the next push is as good as any. */
static void
check_descriptors (const gchar * scheme, guint port)
{
  guint n_descriptors, n;
  guint enough = 0;

  fail_unless (push_with_descriptors (scheme, port, MANY_DESCRIPTORS));
  n_descriptors = fault_count_descriptors ();
  for (n = 0; n < MANY_DESCRIPTORS; n++) {
    if (push_with_descriptors (scheme, port, n))
      enough = enough > 0 ? enough : n;
    else
      fail_unless (enough == 0);
    fail_unless_equals_int (fault_count_descriptors (), n_descriptors);
    fail_unless (push_with_descriptors (scheme, port, MANY_DESCRIPTORS));
  }
  fail_unless (enough > 0);
  g_print ("a push by %s takes %u descriptors\n", scheme, enough);
}

GST_START_TEST (test_sink_descriptors)
{
  ProgramCase *program = program_case_run (NULL);

  check_descriptors ("http", program->port);
  program_case_finish (program);
}

GST_END_TEST;

GST_START_TEST (test_tls_sink_descriptors)
{
  const gchar *options[] = { "--tls-certificate=" SERVER_PEM, "--tls-port=0",
    NULL
  };
  ProgramCase *program = program_case_run (options);

  program_case_get_ready (program);
  check_descriptors ("https", program->port);
  program_case_finish (program);
}

GST_END_TEST;

static Suite *
pubscarce_suite (void)
{
  Suite *suite = suite_create ("pubscarce");
  TCase *tc = tcase_create ("scarce");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 90);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_loop_test (tc, test_disk, 0, G_N_ELEMENTS (disks));
  if (!test_is_under_memcheck ())
    tcase_add_test (tc, test_recorder_without_descriptor);
  tcase_add_test (tc, test_sink_descriptors);
  tcase_add_test (tc, test_tls_sink_descriptors);
  return suite;
}

GST_CHECK_MAIN (pubscarce);
