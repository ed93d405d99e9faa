/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wmspush/wmsmailbox.h"

#include <gst/check/gstcheck.h>

typedef struct
{
  GMutex lock;
  GCond cond;
  GArray *values;
  gboolean is_held;
  gboolean was_freed;
  WmsMailbox *mailbox;
} Reader;

static void
read_event (const WmsEvent * event, gpointer user_data)
{
  Reader *reader = user_data;

  g_mutex_lock (&reader->lock);
  g_array_append_val (reader->values, event->value);
  g_cond_broadcast (&reader->cond);
  while (reader->is_held)
    g_cond_wait (&reader->cond, &reader->lock);
  g_mutex_unlock (&reader->lock);
  /* the reader itself may drain and close without waiting for itself */
  wms_mailbox_drain (reader->mailbox, -1, NULL);
}

static void
mark_freed (gpointer user_data)
{
  Reader *reader = user_data;

  g_mutex_lock (&reader->lock);
  reader->was_freed = TRUE;
  g_cond_broadcast (&reader->cond);
  g_mutex_unlock (&reader->lock);
}

static void
reader_init (Reader * reader)
{
  g_mutex_init (&reader->lock);
  g_cond_init (&reader->cond);
  reader->values = g_array_new (FALSE, FALSE, sizeof (guint64));
  reader->is_held = FALSE;
  reader->was_freed = FALSE;
  reader->mailbox = wms_mailbox_new (read_event, reader, mark_freed);
}

static void
reader_clear (Reader * reader)
{
  wms_mailbox_close (reader->mailbox);
  wms_mailbox_unref (reader->mailbox);
  g_mutex_lock (&reader->lock);
  while (!reader->was_freed)
    g_cond_wait (&reader->cond, &reader->lock);
  g_mutex_unlock (&reader->lock);
  g_array_unref (reader->values);
}

static void
post_value (WmsMailbox * mailbox, guint64 value)
{
  WmsEvent event = {.has_value = TRUE,.value = value };

  wms_mailbox_post (mailbox, &event);
}

static void
hold (Reader * reader, gboolean is_held)
{
  g_mutex_lock (&reader->lock);
  reader->is_held = is_held;
  g_cond_broadcast (&reader->cond);
  g_mutex_unlock (&reader->lock);
}

static void
wait_for_values (Reader * reader, guint n)
{
  g_mutex_lock (&reader->lock);
  while (reader->values->len < n)
    g_cond_wait (&reader->cond, &reader->lock);
  g_mutex_unlock (&reader->lock);
}

static gpointer
post_thousand (gpointer user_data)
{
  guint i;

  for (i = 0; i < 1000; i++)
    post_value (user_data, i);
  return NULL;
}

GST_START_TEST (test_order)
{
  Reader reader;
  guint i;

  reader_init (&reader);
  post_thousand (reader.mailbox);
  wms_mailbox_drain (reader.mailbox, -1, NULL);
  fail_unless_equals_int (reader.values->len, 1000);
  for (i = 0; i < 1000; i++)
    fail_unless_equals_uint64 (g_array_index (reader.values, guint64, i), i);
  reader_clear (&reader);
}

GST_END_TEST;

GST_START_TEST (test_many_posters)
{
  GThread *threads[4];
  Reader reader;
  guint i;

  reader_init (&reader);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("post", post_thousand, reader.mailbox);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  wms_mailbox_drain (reader.mailbox, -1, NULL);
  fail_unless_equals_int (reader.values->len, 4000);
  reader_clear (&reader);
}

GST_END_TEST;

/* A reader that takes its time stops nobody but who waits for it. */
GST_START_TEST (test_slow_reader)
{
  GCancellable *cancellable = g_cancellable_new ();
  Reader reader;

  reader_init (&reader);
  hold (&reader, TRUE);
  post_value (reader.mailbox, 1);
  wait_for_values (&reader, 1);
  post_value (reader.mailbox, 2);
  wms_mailbox_drain (reader.mailbox, 1, NULL);
  g_cancellable_cancel (cancellable);
  wms_mailbox_drain (reader.mailbox, -1, cancellable);
  fail_unless_equals_int (reader.values->len, 1);
  hold (&reader, FALSE);
  wms_mailbox_drain (reader.mailbox, -1, NULL);
  fail_unless_equals_int (reader.values->len, 2);
  reader_clear (&reader);
  g_object_unref (cancellable);
}

GST_END_TEST;

/* Closing drops what is not read, and does not wait for the reader. */
GST_START_TEST (test_close)
{
  Reader reader;

  reader_init (&reader);
  hold (&reader, TRUE);
  post_value (reader.mailbox, 1);
  wait_for_values (&reader, 1);
  post_value (reader.mailbox, 2);
  wms_mailbox_close (reader.mailbox);
  post_value (reader.mailbox, 3);
  hold (&reader, FALSE);
  wms_mailbox_drain (reader.mailbox, -1, NULL);
  fail_unless_equals_int (reader.values->len, 1);
  reader_clear (&reader);
}

GST_END_TEST;

static Suite *
wmsmailbox_suite (void)
{
  Suite *suite = suite_create ("wmsmailbox");
  TCase *tc = tcase_create ("mail");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_order);
  tcase_add_test (tc, test_many_posters);
  tcase_add_test (tc, test_slow_reader);
  tcase_add_test (tc, test_close);
  return suite;
}

GST_CHECK_MAIN (wmsmailbox);
