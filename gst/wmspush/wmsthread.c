/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Locking: `lock` protects the statics and is held while the thread starts and
 * while it is joined; the thread itself never takes it, and `n_held` is its
 * own.  The thread has `door` and, as its writer, `turn` whenever it does not
 * sleep; others that enter pass the door and read-lock `turn`, so that many of
 * them cannot keep the thread out.  Both come before all locks of sessions, and
 * `door` before `turn`. */
#include "wmspush/wmsthread.h"

#include <sys/eventfd.h>
#include <unistd.h>

/* A handshake that an object of the application holds up ends when that likes;
 * what it has is lost then. */
#define HOLD_WAIT_MS 500

static GMutex lock;
static guint n_users;
static GMainContext *context;
static GMainLoop *loop;
static GThread *thread;
static guint n_held;

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

static gboolean
give_up_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* A handshake that was broken off ends on a thread of GIO's, which tells the
 * context.  In one that nobody iterates, connection and session would stay for
 * good. */
static void
wait_for_held (void)
{
  g_autoptr (GSource) source = g_timeout_source_new (HOLD_WAIT_MS);
  gboolean is_late = FALSE;

  g_source_set_callback (source, give_up_cb, &is_late, NULL);
  g_source_attach (source, context);
  while (n_held > 0 && !is_late)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (source);
}

static gpointer
run (gpointer user_data)
{
  g_main_context_push_thread_default (context);
  begin_turn ();
  /* what a thread before this one has given up is not waited for again */
  n_held = 0;
  g_main_loop_run (loop);
  wait_for_held ();
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

void
wms_thread_hold (void)
{
  n_held++;
}

void
wms_thread_release (void)
{
  n_held--;
}

gboolean
wms_thread_has_descriptor (void)
{
  gint fd = eventfd (0, EFD_CLOEXEC);

  if (fd < 0)
    return FALSE;
  close (fd);
  return TRUE;
}

GMainContext *
wms_thread_new_context (void)
{
  return wms_thread_has_descriptor ()? g_main_context_new () : NULL;
}

GMainContext *
wms_thread_ref (void)
{
  GMainContext *result;

  g_mutex_lock (&lock);
  if (n_users == 0 && (context = wms_thread_new_context ()) != NULL) {
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
