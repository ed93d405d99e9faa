/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hand-overs through GMainContext: what was done before a source was attached,
 * made ready or given its callback comes before what it calls; what it called
 * comes before what follows its destruction.  Functions that do several of
 * these steps inside GLib are made of the single ones here. */
#include "threads.h"

#include <glib-unix.h>
#include <pthread.h>

typedef struct
{
  GSourceFuncs seen;            /* what GMainContext calls */
  GSourceFuncs real;
  const GSourceFuncs *owner;    /* where `real` was copied from */
} Funcs;

/* what g_source_new() was called with: a few for each library */
static Funcs known[256];
static guint n_known;
static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;

/* GLib compares with the addresses of its own: they are changed where they are */
static struct
{
  GSourceFuncs *seen;
  GSourceFuncs real;
} of_glib[] = {
  {&g_idle_funcs},
  {&g_timeout_funcs},
  {&g_child_watch_funcs},
  {&g_io_watch_funcs},
  {&g_unix_signal_funcs},
  {&g_unix_fd_source_funcs}
};

static const GSourceFuncs *
real_funcs (GSource * source)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (of_glib); i++) {
    if (source->source_funcs == of_glib[i].seen)
      return &of_glib[i].real;
  }
  return &((Funcs *) source->source_funcs)->real;
}

static gboolean
see_prepare (GSource * source, gint * timeout)
{
  __tsan_acquire (source);
  return real_funcs (source)->prepare (source, timeout);
}

static gboolean
see_check (GSource * source)
{
  __tsan_acquire (source);
  return real_funcs (source)->check (source);
}

static gboolean
see_dispatch (GSource * source, GSourceFunc callback, gpointer data)
{
  gboolean goes_on;

  __tsan_acquire (source);
  goes_on = real_funcs (source)->dispatch (source, callback, data);
  __tsan_release (source);
  return goes_on;
}

static void
see_finalize (GSource * source)
{
  __tsan_acquire (source);
  if (real_funcs (source)->finalize)
    real_funcs (source)->finalize (source);
}

static void
put_in_front (GSourceFuncs * seen, const GSourceFuncs * real)
{
  if (real->prepare)
    seen->prepare = see_prepare;
  if (real->check)
    seen->check = see_check;
  seen->dispatch = see_dispatch;
  seen->finalize = see_finalize;
}

static void put_in_front_of_glib (void) __attribute__((constructor));

static void
put_in_front_of_glib (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (of_glib); i++) {
    of_glib[i].real = *of_glib[i].seen;
    put_in_front (of_glib[i].seen, &of_glib[i].real);
  }
}

static GSourceFuncs *
seen_funcs (GSourceFuncs * owner)
{
  guint i;

  pthread_mutex_lock (&known_lock);
  for (i = 0; i < n_known && known[i].owner != owner; i++) {
  }
  if (i == G_N_ELEMENTS (known))
    g_error ("too many kinds of sources");
  if (i == n_known) {
    known[i].owner = owner;
    known[i].real = known[i].seen = *owner;
    put_in_front (&known[i].seen, owner);
    n_known++;
  }
  pthread_mutex_unlock (&known_lock);
  return &known[i].seen;
}

GSource *
g_source_new (GSourceFuncs * funcs, guint size)
{
  return REAL (g_source_new) (seen_funcs (funcs), size);
}

guint
g_source_attach (GSource * source, GMainContext * context)
{
  __tsan_release (source);
  return REAL (g_source_attach) (source, context);
}

void
g_source_set_ready_time (GSource * source, gint64 ready_time)
{
  __tsan_release (source);
  REAL (g_source_set_ready_time) (source, ready_time);
}

void
g_source_set_callback (GSource * source, GSourceFunc func, gpointer data,
    GDestroyNotify notify)
{
  __tsan_release (source);
  REAL (g_source_set_callback) (source, func, data, notify);
}

void
g_source_destroy (GSource * source)
{
  __tsan_release (source);
  __tsan_acquire (source);
  REAL (g_source_destroy) (source);
}

void
g_source_unref (GSource * source)
{
  __tsan_release (source);
  __tsan_acquire (source);
  REAL (g_source_unref) (source);
}

gboolean
g_source_remove (guint tag)
{
  GSource *source = g_main_context_find_source_by_id (NULL, tag);

  if (!source)
    return REAL (g_source_remove) (tag);
  g_source_destroy (source);
  return TRUE;
}

/* takes over the source */
static guint
attach_default (GSource * source, gint priority, GSourceFunc function,
    gpointer data, GDestroyNotify notify, GMainContext * context)
{
  guint id;

  g_source_set_priority (source, priority);
  g_source_set_callback (source, function, data, notify);
  id = g_source_attach (source, context);
  g_source_unref (source);
  return id;
}

guint
g_idle_add_full (gint priority, GSourceFunc function, gpointer data,
    GDestroyNotify notify)
{
  return attach_default (g_idle_source_new (), priority, function, data,
      notify, NULL);
}

guint
g_idle_add (GSourceFunc function, gpointer data)
{
  return g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, function, data, NULL);
}

guint
g_timeout_add_full (gint priority, guint interval, GSourceFunc function,
    gpointer data, GDestroyNotify notify)
{
  return attach_default (g_timeout_source_new (interval), priority, function,
      data, notify, NULL);
}

guint
g_timeout_add (guint interval, GSourceFunc function, gpointer data)
{
  return g_timeout_add_full (G_PRIORITY_DEFAULT, interval, function, data,
      NULL);
}

guint
g_timeout_add_seconds_full (gint priority, guint interval,
    GSourceFunc function, gpointer data, GDestroyNotify notify)
{
  return attach_default (g_timeout_source_new_seconds (interval), priority,
      function, data, notify, NULL);
}

guint
g_timeout_add_seconds (guint interval, GSourceFunc function, gpointer data)
{
  return g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, interval, function,
      data, NULL);
}

/* calls it on this thread if that has, or can have, the context */
static gboolean
invoke_here (GMainContext * context, GSourceFunc function, gpointer data)
{
  GMainContext *mine;

  if (g_main_context_is_owner (context)) {
    while (function (data)) {
    }
    return TRUE;
  }
  mine = g_main_context_get_thread_default ();
  if ((mine ? mine : g_main_context_default ()) != context ||
      !g_main_context_acquire (context))
    return FALSE;
  while (function (data)) {
  }
  g_main_context_release (context);
  return TRUE;
}

void
g_main_context_invoke_full (GMainContext * context, gint priority,
    GSourceFunc function, gpointer data, GDestroyNotify notify)
{
  if (!context)
    context = g_main_context_default ();
  if (!invoke_here (context, function, data))
    attach_default (g_idle_source_new (), priority, function, data, notify,
        context);
  else if (notify)
    notify (data);
}

void
g_main_context_invoke (GMainContext * context, GSourceFunc function,
    gpointer data)
{
  g_main_context_invoke_full (context, G_PRIORITY_DEFAULT, function, data,
      NULL);
}

void
g_main_context_wakeup (GMainContext * context)
{
  __tsan_release (context ? context : g_main_context_default ());
  REAL (g_main_context_wakeup) (context);
}

gboolean
g_main_context_iteration (GMainContext * context, gboolean may_block)
{
  gboolean is_dispatched = REAL (g_main_context_iteration) (context, may_block);

  __tsan_acquire (context ? context : g_main_context_default ());
  return is_dispatched;
}

void
g_main_loop_quit (GMainLoop * loop)
{
  __tsan_release (loop);
  REAL (g_main_loop_quit) (loop);
}

void
g_main_loop_run (GMainLoop * loop)
{
  REAL (g_main_loop_run) (loop);
  __tsan_acquire (loop);
}
