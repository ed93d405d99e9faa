/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One lock: lock protects generation, is_ready and each call's is_done; it is
 * never held while the server runs. */
#include "pubthread.h"

#include <string.h>

#include "testasf.h"

#define DEADLINE_US (20 * test_get_patience () * G_TIME_SPAN_SECOND)

struct _PubThread
{
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  PubServer *server;            /* its thread's */
  guint port;

  void (*configure) (PubServer * server, gpointer data);
  gpointer configure_data;

  GMutex lock;
  GCond cond;
  guint64 generation;
  gboolean is_ready;
};

typedef struct
{
  PubThread *thread;
  void (*func) (PubThread * thread, gpointer data);
  gpointer data;
  gboolean is_done;
} Call;

static void
point_changed (gpointer data)
{
  PubThread *self = data;

  g_mutex_lock (&self->lock);
  self->generation++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static gpointer
run_server (gpointer data)
{
  PubThread *self = data;
  GError *error = NULL;
  const gchar *const any_host[] = { "*", NULL };

  g_main_context_push_thread_default (self->context);
  self->server = pub_server_new ();
  /* most tests call it by names of their own */
  pub_server_set_hosts (self->server, any_host);
  pub_server_set_changed (self->server, point_changed, self);
  if (self->configure != NULL)
    self->configure (self->server, self->configure_data);
  if (!pub_server_listen (self->server, "127.0.0.1", 0, &error))
    g_error ("cannot listen: %s", error->message);
  self->port = pub_server_get_port (self->server);

  g_mutex_lock (&self->lock);
  self->is_ready = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  g_main_loop_run (self->loop);

  pub_server_free (self->server);
  /* what closing has left to be dispatched */
  while (g_main_context_iteration (self->context, FALSE));
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

PubThread *
pub_thread_new (void (*configure) (PubServer * server, gpointer data),
    gpointer data)
{
  PubThread *self = g_new0 (PubThread, 1);

  self->configure = configure;
  self->configure_data = data;
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("pubpoint", run_server, self);
  g_mutex_lock (&self->lock);
  while (!self->is_ready)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  return self;
}

static gboolean
run_call (gpointer data)
{
  Call *call = data;
  PubThread *self = call->thread;

  call->func (self, call->data);
  g_mutex_lock (&self->lock);
  call->is_done = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

static void
call_server (PubThread * self, void (*func) (PubThread * thread, gpointer data),
    gpointer data)
{
  Call call = { self, func, data, FALSE };
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, run_call, &call, NULL);
  g_source_attach (source, self->context);
  g_source_unref (source);
  g_mutex_lock (&self->lock);
  while (!call.is_done)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

typedef struct
{
  void (*func) (PubServer * server, gpointer data);
    gboolean (*condition) (PubServer * server, gpointer data);
  gpointer data;
  gboolean result;
} ServerCall;

static void
run_server_call (PubThread * self, gpointer data)
{
  ServerCall *call = data;

  if (call->func != NULL)
    call->func (self->server, call->data);
  else
    call->result = call->condition (self->server, call->data);
}

void
pub_thread_call (PubThread * self, void (*func) (PubServer * server,
        gpointer data), gpointer data)
{
  ServerCall call = { func, NULL, data, FALSE };

  call_server (self, run_server_call, &call);
}

gboolean
pub_thread_wait_for (PubThread * self,
    gboolean (*condition) (PubServer * server, gpointer data), gpointer data)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  ServerCall call = { NULL, condition, data, FALSE };
  gboolean in_time = TRUE;

  while (in_time) {
    guint64 seen;

    g_mutex_lock (&self->lock);
    seen = self->generation;
    g_mutex_unlock (&self->lock);
    call_server (self, run_server_call, &call);
    if (call.result)
      return TRUE;
    g_mutex_lock (&self->lock);
    while (self->generation == seen && in_time)
      in_time = g_cond_wait_until (&self->cond, &self->lock, deadline);
    g_mutex_unlock (&self->lock);
  }
  return FALSE;
}

static void
quit_loop (PubThread * self, gpointer data)
{
  g_main_loop_quit (self->loop);
}

void
pub_thread_stop (PubThread * self)
{
  call_server (self, quit_loop, NULL);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

typedef struct
{
  PubThread *thread;
  gboolean is_done;
} ShutDown;

static void
everything_closed (gpointer data)
{
  ShutDown *shut_down = data;

  g_mutex_lock (&shut_down->thread->lock);
  shut_down->is_done = TRUE;
  g_cond_broadcast (&shut_down->thread->cond);
  g_mutex_unlock (&shut_down->thread->lock);
}

static void
begin_shut_down (PubThread * self, gpointer data)
{
  pub_server_shut_down (self->server, everything_closed, data);
}

void
pub_thread_shut_down (PubThread * self)
{
  ShutDown shut_down = { self, FALSE };

  call_server (self, begin_shut_down, &shut_down);
  g_mutex_lock (&self->lock);
  while (!shut_down.is_done)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

guint
pub_thread_get_port (PubThread * self)
{
  return self->port;
}

gchar *
pub_thread_url (PubThread * self, const gchar * scheme, const gchar * path)
{
  return g_strdup_printf ("%s://127.0.0.1:%u%s", scheme, self->port, path);
}

typedef struct
{
  const gchar *path;
  PubPointInfo *info;
  guint status;
  gboolean result;
} PointCall;

static void
get_point (PubThread * self, gpointer data)
{
  PointCall *call = data;

  pub_server_get_point (self->server, call->path, call->info);
}

void
pub_thread_get_point (PubThread * self, const gchar * path, PubPointInfo * info)
{
  PointCall call = { path, info, 0, FALSE };

  memset (info, 0, sizeof (*info));
  call_server (self, get_point, &call);
}

gboolean
pub_thread_wait (PubThread * self, const gchar * path,
    PubThreadCondition condition, guint64 value)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  gboolean in_time = TRUE;

  while (in_time) {
    PubPointInfo info;
    guint64 seen;

    g_mutex_lock (&self->lock);
    seen = self->generation;
    g_mutex_unlock (&self->lock);
    pub_thread_get_point (self, path, &info);
    if (condition (&info, value))
      return TRUE;
    g_mutex_lock (&self->lock);
    while (self->generation == seen && in_time)
      in_time = g_cond_wait_until (&self->cond, &self->lock, deadline);
    g_mutex_unlock (&self->lock);
  }
  return FALSE;
}

gboolean
pub_has_packets (const PubPointInfo * info, guint64 value)
{
  return info->counters.packets >= value;
}

gboolean
pub_has_headers (const PubPointInfo * info, guint64 value)
{
  return info->counters.headers >= value;
}

gboolean
pub_has_players (const PubPointInfo * info, guint64 value)
{
  return info->players == value;
}

gboolean
pub_has_playing (const PubPointInfo * info, guint64 value)
{
  return info->playing == value;
}

gboolean
pub_has_skipped (const PubPointInfo * info, guint64 value)
{
  return info->skipped >= value;
}

gboolean
pub_has_state (const PubPointInfo * info, guint64 value)
{
  return info->has_session && info->state == value;
}

gboolean
pub_has_no_session (const PubPointInfo * info, guint64 sessions)
{
  return !info->has_session && info->sessions == sessions;
}

static void
disconnect_point (PubThread * self, gpointer data)
{
  PointCall *call = data;

  call->result = pub_server_disconnect (self->server, call->path, call->status);
}

gboolean
pub_thread_disconnect (PubThread * self, const gchar * path, guint status)
{
  PointCall call = { path, NULL, status, FALSE };

  call_server (self, disconnect_point, &call);
  return call.result;
}
