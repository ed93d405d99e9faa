/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ThreadSanitizer sees with the library of this folder: each row hands a
 * number from thread to thread, once as it should be, which has to pass, and
 * once with a race, which has to be found. */
#include <gst/check/gstcheck.h>

/* the exit status of a program in which ThreadSanitizer found something */
#define FOUND 66

#define N_ROUNDS 100

/* what the threads race for */
static gint number;

static GMutex plain;
static GCond condition;
static GRecMutex recursive;
static GRWLock rwlock;
static gint bits;

/* Of each kind of lock: adds to the number, with the lock or without. */
#define DEFINE_ADD(name, lock, unlock) \
  static gpointer add_##name (gpointer is_locked) \
  { \
    gint i; \
    for (i = 0; i < N_ROUNDS; i++) { \
      if (is_locked) \
        lock; \
      number++; \
      if (is_locked) \
        unlock; \
    } \
    return NULL; \
  } \
  static void run_##name (gboolean has_race) \
  { \
    GThread *thread = g_thread_new (#name, add_##name, \
        GINT_TO_POINTER (!has_race)); \
    add_##name (GINT_TO_POINTER (TRUE)); \
    g_thread_join (thread); \
  }

DEFINE_ADD (mutex, g_mutex_lock (&plain), g_mutex_unlock (&plain));
DEFINE_ADD (rec_mutex, g_rec_mutex_lock (&recursive),
    g_rec_mutex_unlock (&recursive));
DEFINE_ADD (writer_lock, g_rw_lock_writer_lock (&rwlock),
    g_rw_lock_writer_unlock (&rwlock));
DEFINE_ADD (bit_lock, g_bit_lock (&bits, 1), g_bit_unlock (&bits, 1));

/* what is copied, and freed, by functions of others */
static gchar copied[64];

static gpointer
copy_locked (gpointer is_locked)
{
  gchar bytes[sizeof copied] = "x";
  guint i;

  for (i = 0; i < sizeof bytes; i++) {
    if (is_locked)
      g_mutex_lock (&plain);
    memcpy (copied, bytes, i);
    if (is_locked)
      g_mutex_unlock (&plain);
  }
  return NULL;
}

static void
run_memcpy (gboolean has_race)
{
  GThread *thread = g_thread_new ("copy", copy_locked,
      GINT_TO_POINTER (!has_race));

  copy_locked (GINT_TO_POINTER (TRUE));
  g_thread_join (thread);
}

static gpointer
read_locked (gpointer is_locked)
{
  gint i, sum = 0;

  for (i = 0; i < N_ROUNDS; i++) {
    if (is_locked)
      g_rw_lock_reader_lock (&rwlock);
    sum += number;
    if (is_locked)
      g_rw_lock_reader_unlock (&rwlock);
  }
  return GINT_TO_POINTER (sum);
}

static void
run_reader_lock (gboolean has_race)
{
  GThread *thread = g_thread_new ("reader", read_locked,
      GINT_TO_POINTER (!has_race));

  add_writer_lock (GINT_TO_POINTER (TRUE));
  g_thread_join (thread);
}

/* The rest hand over with a function of their own; the number is written
 * before that, or, as a race, after it, and changed by the other thread. */

/* say when, but order nothing */
#define SET_UNORDERED(flag) __atomic_store_n (flag, TRUE, __ATOMIC_RELAXED)
#define WAIT_UNORDERED(flag) \
  while (!__atomic_load_n (flag, __ATOMIC_RELAXED)) \
    g_thread_yield ()

static gboolean is_written;

static void
write_number (void)
{
  number = 1;
  SET_UNORDERED (&is_written);
}

static void
change_number (void)
{
  WAIT_UNORDERED (&is_written);
  number++;
}

static gboolean is_given;

static gpointer
take_by_cond (gpointer unused)
{
  g_mutex_lock (&plain);
  while (!is_given)
    g_cond_wait (&condition, &plain);
  g_mutex_unlock (&plain);
  change_number ();
  return NULL;
}

static void
give_by_cond (void)
{
  g_mutex_lock (&plain);
  is_given = TRUE;
  g_cond_signal (&condition);
  g_mutex_unlock (&plain);
}

/* writes the number and hands it over to a thread that waits for it */
static void
give (gboolean has_race, void (*hand_over) (gpointer), gpointer data)
{
  if (!has_race)
    write_number ();
  hand_over (data);
  if (has_race)
    write_number ();
}

static void
hand_by_cond (gpointer unused)
{
  give_by_cond ();
}

static gpointer
free_by_cond (gpointer block)
{
  g_mutex_lock (&plain);
  while (!is_given)
    g_cond_wait (&condition, &plain);
  g_mutex_unlock (&plain);
  WAIT_UNORDERED (&is_written);
  g_free (block);
  return NULL;
}

static void
run_free (gboolean has_race)
{
  gint *block = g_new0 (gint, 8);
  GThread *thread = g_thread_new ("free", free_by_cond, block);

  if (!has_race)
    block[1] = 1;
  give_by_cond ();
  if (has_race)
    block[1] = 1;
  SET_UNORDERED (&is_written);
  g_thread_join (thread);
}

static void
run_cond (gboolean has_race)
{
  GThread *thread = g_thread_new ("cond", take_by_cond, NULL);

  give (has_race, hand_by_cond, NULL);
  g_thread_join (thread);
}

static gpointer
set_number (gpointer unused)
{
  number = 1;
  return &number;
}

static gpointer
read_once (gpointer has_race)
{
  static GOnce once = G_ONCE_INIT;

  if (!has_race)
    g_once (&once, set_number, NULL);
  else
    set_number (NULL);
  return GINT_TO_POINTER (number);
}

static gpointer
read_once_init (gpointer has_race)
{
  static gsize once;

  if (has_race)
    number = 1;
  else if (g_once_init_enter (&once)) {
    number = 1;
    g_once_init_leave (&once, 1);
  }
  return GINT_TO_POINTER (number);
}

static void
run_twice (GThreadFunc func, gboolean has_race)
{
  GThread *thread = g_thread_new ("once", func, GINT_TO_POINTER (has_race));

  func (NULL);
  g_thread_join (thread);
}

static void
run_once (gboolean has_race)
{
  run_twice (read_once, has_race);
}

static void
run_once_init (gboolean has_race)
{
  run_twice (read_once_init, has_race);
}

static gpointer
run_loop (gpointer loop)
{
  g_main_context_push_thread_default (g_main_loop_get_context (loop));
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (g_main_loop_get_context (loop));
  return NULL;
}

static gboolean
end_loop (gpointer loop)
{
  change_number ();
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* hands over by HAND_OVER to a thread with a main loop */
static void
run_context (gboolean has_race, void (*hand_over) (gpointer))
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  GThread *thread = g_thread_new ("loop", run_loop, loop);

  give (has_race, hand_over, loop);
  g_thread_join (thread);
}

static void
attach (GMainLoop * loop, GSource * source)
{
  g_source_set_callback (source, end_loop, loop, NULL);
  g_source_attach (source, g_main_loop_get_context (loop));
  g_source_unref (source);
}

static void
hand_by_idle (gpointer loop)
{
  attach (loop, g_idle_source_new ());
}

static void
hand_by_timeout (gpointer loop)
{
  attach (loop, g_timeout_source_new (1));
}

static void
hand_by_invoke (gpointer loop)
{
  g_main_context_invoke (g_main_loop_get_context (loop), end_loop, loop);
}

static gboolean
dispatch_ready (GSource * source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs ready_funcs = {.dispatch = dispatch_ready };

static GSource *ready;

static void
hand_by_ready_time (gpointer unused)
{
  g_source_set_ready_time (ready, 0);
}

static void
run_idle (gboolean has_race)
{
  run_context (has_race, hand_by_idle);
}

static void
run_timeout (gboolean has_race)
{
  run_context (has_race, hand_by_timeout);
}

static void
run_invoke (gboolean has_race)
{
  run_context (has_race, hand_by_invoke);
}

static void
run_ready_time (gboolean has_race)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  GThread *thread;

  ready = g_source_new (&ready_funcs, sizeof (GSource));
  g_source_set_callback (ready, end_loop, loop, NULL);
  g_source_attach (ready, context);
  thread = g_thread_new ("loop", run_loop, loop);
  give (has_race, hand_by_ready_time, NULL);
  g_thread_join (thread);
  g_source_unref (ready);
}

static gpointer
take_from_queue (gpointer queue)
{
  g_async_queue_pop (queue);
  change_number ();
  return NULL;
}

static void
hand_by_queue (gpointer queue)
{
  g_async_queue_push (queue, queue);
}

static void
run_async_queue (gboolean has_race)
{
  g_autoptr (GAsyncQueue) queue = g_async_queue_new ();
  GThread *thread = g_thread_new ("queue", take_from_queue, queue);

  give (has_race, hand_by_queue, queue);
  g_thread_join (thread);
}

static void
work (gpointer data, gpointer unused)
{
  change_number ();
}

static void
hand_by_pool (gpointer pool)
{
  g_thread_pool_push (pool, pool, NULL);
}

static void
run_thread_pool (gboolean has_race)
{
  GThreadPool *pool = g_thread_pool_new (work, NULL, 1, FALSE, NULL);

  give (has_race, hand_by_pool, pool);
  g_thread_pool_free (pool, FALSE, TRUE);
}

static void
hand_by_bus (gpointer bus)
{
  gst_bus_post (bus, gst_message_new_eos (NULL));
}

static gpointer
take_from_bus (gpointer bus)
{
  gst_message_unref (gst_bus_timed_pop (bus, GST_CLOCK_TIME_NONE));
  change_number ();
  return NULL;
}

static void
run_bus (gboolean has_race)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  GThread *thread = g_thread_new ("bus", take_from_bus, bus);

  give (has_race, hand_by_bus, bus);
  g_thread_join (thread);
}

/* References: the number is read by who still has one, and changed by the end
 * of the last one. */

typedef struct
{
  gpointer counted;
  void (*unref) (gpointer);
  gboolean has_race;
  gint is_given_back;
} Reference;

static void
end_counted (gpointer unused)
{
  number++;
}

static gpointer
give_back (gpointer user_data)
{
  Reference *reference = user_data;
  gint seen = reference->has_race ? 0 : number;

  reference->unref (reference->counted);
  if (reference->has_race)
    seen = number;
  SET_UNORDERED (&reference->is_given_back);
  return GINT_TO_POINTER (seen);
}

/* takes over two references, of which this thread gives back the last */
static void
run_reference (gpointer counted, void (*unref) (gpointer), gboolean has_race)
{
  Reference reference = { counted, unref, has_race };
  GThread *thread = g_thread_new ("reference", give_back, &reference);

  WAIT_UNORDERED (&reference.is_given_back);
  unref (counted);
  g_thread_join (thread);
}

static void
run_object (gboolean has_race)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);

  g_object_set_data_full (object, "end", object, end_counted);
  run_reference (g_object_ref (object), g_object_unref, has_race);
}

static void
unref_buffer (gpointer buffer)
{
  gst_buffer_unref (buffer);
}

static void
run_mini_object (gboolean has_race)
{
  GstBuffer *buffer = gst_buffer_new ();

  gst_mini_object_set_qdata (GST_MINI_OBJECT (buffer),
      g_quark_from_string ("end"), buffer, end_counted);
  run_reference (gst_buffer_ref (buffer), unref_buffer, has_race);
}

static void
release_box (gpointer box)
{
  g_atomic_rc_box_release_full (box, end_counted);
}

static void
run_rc_box (gboolean has_race)
{
  gint *box = g_atomic_rc_box_new (gint);

  run_reference (g_atomic_rc_box_acquire (box), release_box, has_race);
}

static void (*const rows[]) (gboolean has_race) = {
  run_memcpy, run_free, run_mutex, run_rec_mutex, run_writer_lock,
  run_reader_lock, run_bit_lock,
  run_cond, run_once, run_once_init, run_idle, run_timeout, run_invoke,
  run_ready_time, run_async_queue, run_thread_pool, run_bus, run_object,
  run_mini_object, run_rc_box
};

GST_START_TEST (test_correct_passes)
{
  rows[__i__] (FALSE);
}

GST_END_TEST;

GST_START_TEST (test_race_is_found)
{
  rows[__i__] (TRUE);
}

GST_END_TEST;

static Suite *
threads_suite (void)
{
  Suite *suite = suite_create ("threads");
  TCase *tc = tcase_create ("rows");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, test_correct_passes, 0, G_N_ELEMENTS (rows));
  tcase_add_loop_exit_test (tc, test_race_is_found, FOUND, 0,
      G_N_ELEMENTS (rows));
  return suite;
}

GST_CHECK_MAIN (threads);
