/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Locking: `lock` protects the statics and is held while the thread starts and
 * while it is joined; the thread itself never takes it.  The thread has `door`
 * and, as its writer, `turn` whenever it does not sleep; others that enter pass
 * the door and read-lock `turn`, so that many of them cannot keep the thread
 * out.  Both come before all locks of sessions, and `door` before `turn`. */
#include "wmspush/wmsthread.h"

#include <sys/eventfd.h>
#include <unistd.h>

static GMutex lock;
static guint n_users;
static GMainContext *context;
static GMainLoop *loop;
static GThread *thread;

static GMutex door;
static GRWLock turn;

static void
begin_turn (void)
{
  g_mutex_lock (&door);
  g_rw_lock_writer_lock (&turn);
}

static void
end_turn (void)
{
  g_rw_lock_writer_unlock (&turn);
  g_mutex_unlock (&door);
}

static gint
sleep_cb (GPollFD * fds, guint n_fds, gint timeout_ms)
{
  gint n_ready;

  end_turn ();
  n_ready = g_poll (fds, n_fds, timeout_ms);
  begin_turn ();
  return n_ready;
}

static gpointer
run (gpointer user_data)
{
  g_main_context_push_thread_default (context);
  begin_turn ();
  g_main_loop_run (loop);
  /* what was ready when the last user left */
  while (g_main_context_iteration (context, FALSE));
  end_turn ();
  g_main_context_pop_thread_default (context);
  return NULL;
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
clear_context (void)
{
  g_clear_pointer (&loop, g_main_loop_unref);
  g_clear_pointer (&context, g_main_context_unref);
}

/* GLib ends the process where it cannot make a context's descriptor. */
static gboolean
has_descriptor_left (void)
{
  gint fd = eventfd (0, EFD_CLOEXEC);

  if (fd < 0)
    return FALSE;
  close (fd);
  return TRUE;
}

GMainContext *
wms_thread_ref (void)
{
  GMainContext *result;

  g_mutex_lock (&lock);
  if (n_users == 0 && has_descriptor_left ()) {
    context = g_main_context_new ();
    g_main_context_set_poll_func (context, sleep_cb);
    loop = g_main_loop_new (context, FALSE);
    thread = g_thread_try_new ("wms-push", run, NULL, NULL);
  }
  if (thread != NULL)
    n_users++;
  else
    clear_context ();
  result = context;
  g_mutex_unlock (&lock);
  return result;
}

void
wms_thread_unref (void)
{
  g_mutex_lock (&lock);
  if (--n_users == 0) {
    g_autoptr (GSource) source = g_idle_source_new ();

    g_source_set_callback (source, quit_cb, NULL, NULL);
    g_source_attach (source, context);
    g_thread_join (thread);
    thread = NULL;
    clear_context ();
  }
  g_mutex_unlock (&lock);
}

void
wms_thread_enter (void)
{
  g_mutex_lock (&door);
  g_rw_lock_reader_lock (&turn);
  g_mutex_unlock (&door);
}

void
wms_thread_leave (void)
{
  g_rw_lock_reader_unlock (&turn);
}
