/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hand-overs through GAsyncQueue and GThreadPool: what was done before
 * something was pushed comes before what is done with it. */
#include "threads.h"

/* Defines a way into a queue. */
#define DEFINE_PUSH(function, parameters, ...) \
  void g_async_queue_##function parameters \
  { \
    __tsan_release (queue); \
    REAL (g_async_queue_##function) (__VA_ARGS__); \
  }

DEFINE_PUSH (push, (GAsyncQueue * queue, gpointer data), queue, data);
DEFINE_PUSH (push_unlocked, (GAsyncQueue * queue, gpointer data), queue, data);
DEFINE_PUSH (push_front, (GAsyncQueue * queue, gpointer data), queue, data);
DEFINE_PUSH (push_front_unlocked, (GAsyncQueue * queue, gpointer data), queue,
    data);
DEFINE_PUSH (push_sorted, (GAsyncQueue * queue, gpointer data,
        GCompareDataFunc func, gpointer user_data), queue, data, func,
    user_data);
DEFINE_PUSH (push_sorted_unlocked, (GAsyncQueue * queue, gpointer data,
        GCompareDataFunc func, gpointer user_data), queue, data, func,
    user_data);
DEFINE_PUSH (unlock, (GAsyncQueue * queue), queue);

/* Defines a way out of a queue. */
#define DEFINE_POP(function, parameters, ...) \
  gpointer g_async_queue_##function parameters \
  { \
    gpointer data = REAL (g_async_queue_##function) (__VA_ARGS__); \
    if (data) \
      __tsan_acquire (queue); \
    return data; \
  }
DEFINE_POP (pop, (GAsyncQueue * queue), queue);
DEFINE_POP (pop_unlocked, (GAsyncQueue * queue), queue);
DEFINE_POP (try_pop, (GAsyncQueue * queue), queue);
DEFINE_POP (try_pop_unlocked, (GAsyncQueue * queue), queue);
DEFINE_POP (timeout_pop, (GAsyncQueue * queue, guint64 timeout), queue,
    timeout);
DEFINE_POP (timeout_pop_unlocked, (GAsyncQueue * queue, guint64 timeout), queue,
    timeout);

void
g_async_queue_lock (GAsyncQueue * queue)
{
  REAL (g_async_queue_lock) (queue);
  __tsan_acquire (queue);
}

typedef struct
{
  GFunc func;
  gpointer user_data;
} Work;

static void
do_work (gpointer data, gpointer user_data)
{
  Work *work = user_data;

  __tsan_acquire (work);
  work->func (data, work->user_data);
  __tsan_release (work);
}

GThreadPool *
g_thread_pool_new_full (GFunc func, gpointer user_data,
    GDestroyNotify item_free_func, gint max_threads, gboolean exclusive,
    GError ** error)
{
  /* kept: threads may work on after g_thread_pool_free() */
  Work *work = g_new0 (Work, 1);

  work->func = func;
  work->user_data = user_data;
  return REAL (g_thread_pool_new_full) (do_work, work, item_free_func,
      max_threads, exclusive, error);
}

GThreadPool *
g_thread_pool_new (GFunc func, gpointer user_data, gint max_threads,
    gboolean exclusive, GError ** error)
{
  return g_thread_pool_new_full (func, user_data, NULL, max_threads,
      exclusive, error);
}

gboolean
g_thread_pool_push (GThreadPool * pool, gpointer data, GError ** error)
{
  __tsan_release (pool->user_data);
  return REAL (g_thread_pool_push) (pool, data, error);
}

void
g_thread_pool_free (GThreadPool * pool, gboolean immediate, gboolean wait)
{
  gpointer work = pool->user_data;

  REAL (g_thread_pool_free) (pool, immediate, wait);
  if (wait)
    __tsan_acquire (work);
}
