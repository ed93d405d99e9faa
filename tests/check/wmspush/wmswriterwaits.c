/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What ends the waits of a writer whose queues are full. */
#include <gst/check/gstcheck.h>
#include <malloc.h>

#include "sinkrig.h"
#include "writerpair.h"

static gpointer
cancel (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return NULL;
}

static void
fail_wait (WmsWriter * writer, gint timeout_ms, GCancellable * cancellable,
    gint code)
{
  g_autoptr (GError) error = NULL;

  fail_if (wms_writer_wait (writer, timeout_ms, cancellable, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, code));
}

/* Of a writer whose queues are full. */
static void
check_waits (WmsWriter * writer)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread;

  fail_wait (writer, 1, cancellable, G_IO_ERROR_TIMED_OUT);
  thread = g_thread_new ("cancel", cancel, cancellable);
  fail_wait (writer, -1, cancellable, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  fail_wait (writer, -1, cancellable, G_IO_ERROR_CANCELLED);
  wms_writer_shutdown (writer);
  fail_unless (wms_writer_wait (writer, -1, NULL, NULL));
}

GST_START_TEST (test_wait_ends)
{
  WriterPair pair;
  guint n;

  writer_pair_init (&pair, 2147483647);
  fail_unless (wms_writer_wait (pair.writer, 0, NULL, NULL));
  writer_pair_fill_queues (&pair);
  check_waits (pair.writer);
  /* a shutdown has ended the last wait, and now nothing can be written */
  fail_unless_equals_int (wms_writer_push (pair.writer, NULL, 0, &n, NULL),
      WMS_WRITE_FAILED);
  writer_pair_clear (&pair);
}

GST_END_TEST;

/* GLib's own waits end the process there. */
static void
check_without_descriptors (WriterPair * pair)
{
  sink_rig_use_up_descriptors ();
  writer_pair_fill_queues (pair);
  check_waits (pair->writer);
  writer_pair_clear (pair);
}

GST_START_TEST (test_wait_without_descriptors)
{
  WriterPair pair;

  writer_pair_init (&pair, 2147483647);
  check_without_descriptors (&pair);
}

GST_END_TEST;

/* Nothing waits for this: it widens the moment in which the source was left, and
 * a wait that leaves nothing passes with any of them. */
static void
linger_cb (GCancellable * cancellable, gpointer user_data)
{
  g_usleep (5000);
}

/* GLib's own source leaves 168 bytes behind when the wait ends before
 * g_cancellable_cancel() does. */
GST_START_TEST (test_tls_cancelled_waits)
{
  const guint n_waits = 50;
  WriterPair pair;
  g_autoptr (GIOStream) server = writer_pair_init_tls (&pair);
  gsize before = 0;
  guint i;

  writer_pair_fill_queues (&pair);
  for (i = 0; i < 5 + n_waits; i++) {
    g_autoptr (GCancellable) cancellable = g_cancellable_new ();
    GThread *thread;

    if (i == 5)
      before = mallinfo2 ().uordblks;
    g_signal_connect_after (cancellable, "cancelled", G_CALLBACK (linger_cb),
        NULL);
    thread = g_thread_new ("cancel", cancel, cancellable);
    fail_wait (pair.writer, -1, cancellable, G_IO_ERROR_CANCELLED);
    g_thread_join (thread);
  }
  fail_unless (mallinfo2 ().uordblks < before + n_waits * 100);
  writer_pair_clear (&pair);
}

GST_END_TEST;

GST_START_TEST (test_tls_wait_without_descriptors)
{
  WriterPair pair;
  g_autoptr (GIOStream) server = writer_pair_init_tls (&pair);

  check_without_descriptors (&pair);
}

GST_END_TEST;

static Suite *
wmswriterwaits_suite (void)
{
  Suite *suite = suite_create ("wmswriterwaits");
  TCase *tc = tcase_create ("waits");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 30);
  tcase_add_test (tc, test_wait_ends);
  tcase_add_test (tc, test_wait_without_descriptors);
  tcase_add_test (tc, test_tls_cancelled_waits);
  tcase_add_test (tc, test_tls_wait_without_descriptors);
  return suite;
}

GST_CHECK_MAIN (wmswriterwaits);
