/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A hundred times from NULL to PLAYING and back: no object, descriptor or
 * thread is left.  GStreamer's leaks tracer keeps the account of objects. */
#include <gst/check/gstcheck.h>

#include "pubthread.h"
#include "testasf.h"

#define DEADLINE_US (10 * test_get_patience () * G_TIME_SPAN_SECOND)
#define N_RUNS 100

#define CHAIN "videotestsrc num-buffers=5 ! video/x-raw,width=64,height=64 " \
    "! avenc_wmv2 ! queue ! asfmux name=m packet-size=1400 " \
    "! wmspushsink name=sink sync=false audiotestsrc num-buffers=5 " \
    "! audio/x-raw,channels=2 ! avenc_wmav2 ! queue ! m."

typedef struct
{
  guint descriptors;
  guint threads;
} Resources;

static GstTracer *tracer;
static GPtrArray *lists;        /* of the tracer's */
static PubThread *server;

static void
setup (void)
{
  GList *tracers = gst_tracing_get_active_tracers (), *link;

  for (link = tracers; link != NULL; link = link->next)
    if (g_str_equal (G_OBJECT_TYPE_NAME (link->data), "GstLeaksTracer"))
      tracer = gst_object_ref (link->data);
  g_list_free_full (tracers, gst_object_unref);
  fail_unless (tracer != NULL, "GST_TRACERS=leaks is not set");
  lists = g_ptr_array_new ();
  /* one that waits for work is no leak */
  g_thread_pool_set_max_unused_threads (0);
  server = pub_thread_new (NULL, NULL);
}

static void
teardown (void)
{
  pub_thread_stop (server);
  gst_clear_object (&tracer);
}

static guint
count_entries (const gchar * folder)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  fail_unless (dir != NULL);
  while (g_dir_read_name (dir) != NULL)
    n++;
  g_dir_close (dir);
  return n;
}

static void
count_resources (Resources * resources)
{
  resources->descriptors = count_entries ("/proc/self/fd");
  resources->threads = count_entries ("/proc/self/task");
}

/* Threads are gone some time after they were told to end, and the server's
 * connections after the client's. */
static void
check_resources (const Resources * before)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  Resources now;

  do {
    g_thread_yield ();
    count_resources (&now);
  } while ((now.descriptors > before->descriptors
          || now.threads > before->threads)
      && g_get_monotonic_time () < deadline);
  fail_unless (now.descriptors <= before->descriptors, "%u descriptors, were "
      "%u", now.descriptors, before->descriptors);
  fail_unless (now.threads <= before->threads, "%u threads, were %u",
      now.threads, before->threads);
}

/* The addresses of all objects that are there.  Those of the tracer's list
 * belong to the list, which therefore stays.  An object that another thread
 * frees meanwhile would come back to life in it. */
static GHashTable *
list_objects (const GHashTable * known)
{
  GHashTable *objects = g_hash_table_new (NULL, NULL);
  GstStructure *info = NULL;
  const GValue *list;
  guint i;

  fail_unless (test_wait_for_threads ());
  g_signal_emit_by_name (tracer, "get-live-objects", &info);
  g_ptr_array_add (lists, info);
  list = gst_structure_get_value (info, "live-objects-list");
  for (i = 0; i < gst_value_list_get_size (list); i++) {
    const GstStructure *structure =
        gst_value_get_structure (gst_value_list_get_value (list, i));
    const GValue *value = gst_structure_get_value (structure, "object");
    gpointer object = g_value_peek_pointer (value);

    if (known != NULL && g_hash_table_contains ((GHashTable *) known, object))
      continue;
    g_hash_table_add (objects, object);
    if (known != NULL)
      g_print ("left: %s\n", G_VALUE_TYPE_NAME (value));
  }
  return objects;
}

static GstElement *
create_chain (void)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (CHAIN, &error);

  fail_unless (error == NULL, "%s", error ? error->message : "");
  return pipeline;
}

/* Each run has its own point: a server keeps a session that was cut off while
 * it began, so that its encoder may come back. */
static void
set_location (GstElement * pipeline, guint number)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gchar *path = g_strdup_printf ("/live%u", number);
  gchar *url = pub_thread_url (server, "http", path);

  g_object_set (sink, "location", url, NULL);
  gst_object_unref (sink);
  g_free (path);
  g_free (url);
}

static gboolean
is_awaited (GstMessage * message, const gchar * what)
{
  const GstStructure *structure = gst_message_get_structure (message);

  if (g_str_equal (GST_MESSAGE_TYPE_NAME (message), what))
    return TRUE;
  return gst_message_has_name (message, "wms-status")
      && g_str_equal (gst_structure_get_string (structure, "status-name"),
      what);
}

/* From NULL to PLAYING and, when the message @until has come, back. */
static void
run_chain (GstElement * pipeline, const gchar * until)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  gboolean is_over = FALSE;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!is_over) {
    GstMessage *message = gst_bus_timed_pop (bus, 20 * GST_SECOND);

    fail_unless (message != NULL, "no %s", until);
    fail_if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR);
    is_over = is_awaited (message, until);
    gst_message_unref (message);
  }
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  gst_object_unref (bus);
}

/* The core's threads may have a reference for a moment after the change to
 * NULL: one of them would free the pipeline while its objects are listed. */
static void
drop_pipeline (GstElement * pipeline)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;

  while (GST_OBJECT_REFCOUNT_VALUE (pipeline) > 1
      && g_get_monotonic_time () < deadline)
    g_thread_yield ();
  fail_unless_equals_int (GST_OBJECT_REFCOUNT_VALUE (pipeline), 1);
  gst_object_unref (pipeline);
}

static void
run_often (const gchar * until, guint first, guint n_runs)
{
  GstElement *pipeline = NULL;
  guint i;

  for (i = first; i < first + n_runs; i++) {
    /* every tenth run is another pipeline's first one */
    if (pipeline == NULL || i % 10 == 0) {
      g_clear_pointer (&pipeline, drop_pipeline);
      pipeline = create_chain ();
    }
    set_location (pipeline, i);
    run_chain (pipeline, until);
  }
  drop_pipeline (pipeline);
}

/* The first run is not counted: plugins are loaded, and GLib starts threads
 * that it keeps. */
static void
check_runs (const gchar * until)
{
  GHashTable *known, *left;
  Resources before;

  run_often (until, 0, 1);
  count_resources (&before);
  known = list_objects (NULL);
  run_often (until, 1, N_RUNS);
  check_resources (&before);
  left = list_objects (known);
  fail_unless_equals_int (g_hash_table_size (left), 0);
  g_hash_table_unref (known);
  g_hash_table_unref (left);
}

GST_START_TEST (test_whole_programmes)
{
  check_runs ("eos");
}

GST_END_TEST;

GST_START_TEST (test_cut_short)
{
  static const gchar *const until[] = { "stream-start", "async-done",
    "WMT_OPENED", "WMT_STARTED"
  };

  check_runs (until[__i__]);
}

GST_END_TEST;

static Suite *
leaks_suite (void)
{
  Suite *suite = suite_create ("leaks");
  TCase *tc = tcase_create ("leaks");

  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, setup, teardown);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_whole_programmes);
  tcase_add_loop_test (tc, test_cut_short, 0, 4);
  return suite;
}

GST_CHECK_MAIN (leaks);
