/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Locking: `lock` protects the statics and is held while the shared thread
 * starts and while it is joined; the thread itself never takes it. */
#include "wmspush/wmsthread.h"

struct _WmsThread
{
  gint ref_count;               /* the owner's and the thread's */
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
};

static GMutex lock;
static guint n_users;
static WmsThread *shared;

static void
thread_unref (WmsThread * self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self);
}

static gpointer
run (gpointer user_data)
{
  WmsThread *self = user_data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  /* what was ready when the last user left */
  while (g_main_context_iteration (self->context, FALSE));
  g_main_context_pop_thread_default (self->context);
  thread_unref (self);
  return NULL;
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

WmsThread *
wms_thread_new (void)
{
  WmsThread *self = g_new0 (WmsThread, 1);

  self->ref_count = 2;
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_try_new ("wms-push", run, self, NULL);
  if (self->thread != NULL)
    return self;
  self->ref_count = 1;
  thread_unref (self);
  return NULL;
}

void
wms_thread_free (WmsThread * self, gboolean join)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, quit_cb, self->loop, NULL);
  g_source_attach (source, self->context);
  if (join)
    g_thread_join (self->thread);
  else
    g_thread_unref (self->thread);
  thread_unref (self);
}

GMainContext *
wms_thread_get_context (WmsThread * self)
{
  return self->context;
}

GMainContext *
wms_thread_ref (void)
{
  GMainContext *context = NULL;

  g_mutex_lock (&lock);
  if (n_users == 0)
    shared = wms_thread_new ();
  if (shared != NULL) {
    n_users++;
    context = shared->context;
  }
  g_mutex_unlock (&lock);
  return context;
}

void
wms_thread_unref (void)
{
  g_mutex_lock (&lock);
  if (--n_users == 0) {
    wms_thread_free (shared, TRUE);
    shared = NULL;
  }
  g_mutex_unlock (&lock);
}
