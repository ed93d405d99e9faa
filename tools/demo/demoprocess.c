/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "demoprocess.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Everything here happens on the main thread.  Each operation under way holds
 * one reference; it ends with the process. */
struct _DemoProcess
{
  gatomicrefcount refs;
  GSubprocess *child;
  DemoExitFunc exited;
  gpointer user_data;
  gboolean is_freed;
  /* output, error output and the process itself: how many have not ended */
  guint running;
};

typedef struct
{
  DemoProcess *process;
  DemoLineFunc func;
} Reading;

static void
process_unref (DemoProcess * self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_object_unref (self->child);
  g_free (self);
}

static DemoProcess *
process_ref (DemoProcess * self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
one_ended (DemoProcess * self)
{
  self->running--;
  if (self->running == 0 && !self->is_freed)
    self->exited (g_subprocess_get_successful (self->child), self->user_data);
  process_unref (self);
}

static void
line_cb (GObject * source, GAsyncResult * result, gpointer user_data)
{
  GDataInputStream *stream = G_DATA_INPUT_STREAM (source);
  Reading *reading = user_data;
  DemoProcess *self = reading->process;
  g_autofree gchar *raw = NULL;
  g_autofree gchar *line = NULL;

  raw = g_data_input_stream_read_line_finish (stream, result, NULL, NULL);
  if (raw == NULL) {
    g_free (reading);
    one_ended (self);
    return;
  }
  line = g_utf8_make_valid (raw, -1);
  if (!self->is_freed)
    reading->func (line, self->user_data);
  g_data_input_stream_read_line_async (stream, G_PRIORITY_DEFAULT, NULL,
      line_cb, reading);
}

static void
read_lines (DemoProcess * self, GInputStream * pipe, DemoLineFunc func)
{
  g_autoptr (GDataInputStream) stream = g_data_input_stream_new (pipe);
  Reading *reading = g_new0 (Reading, 1);

  reading->process = process_ref (self);
  reading->func = func;
  self->running++;
  g_data_input_stream_read_line_async (stream, G_PRIORITY_DEFAULT, NULL,
      line_cb, reading);
}

static void
wait_cb (GObject * source, GAsyncResult * result, gpointer user_data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  one_ended (user_data);
}

/* Runs in the child: Ctrl-C is for the demo, which then ends its children;
 * they also end when it is killed. */
static void
child_setup (gpointer user_data)
{
  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

DemoProcess *
demo_process_start (const gchar * const *argv, DemoLineFunc out,
    DemoLineFunc err, DemoExitFunc exited, gpointer user_data, GError ** error)
{
  GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDOUT_PIPE;
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  GSubprocess *child;
  DemoProcess *self;

  if (err != NULL)
    flags |= G_SUBPROCESS_FLAGS_STDERR_PIPE;
  launcher = g_subprocess_launcher_new (flags);
  g_subprocess_launcher_set_child_setup (launcher, child_setup, NULL, NULL);
  child = g_subprocess_launcher_spawnv (launcher, argv, error);
  if (child == NULL)
    return NULL;

  self = g_new0 (DemoProcess, 1);
  g_atomic_ref_count_init (&self->refs);
  self->child = child;
  self->exited = exited;
  self->user_data = user_data;
  read_lines (self, g_subprocess_get_stdout_pipe (child), out);
  if (err != NULL)
    read_lines (self, g_subprocess_get_stderr_pipe (child), err);
  self->running++;
  g_subprocess_wait_async (child, NULL, wait_cb, process_ref (self));
  return self;
}

void
demo_process_free (DemoProcess * process)
{
  process->is_freed = TRUE;
  /* nothing gentler: ffmpeg hangs in its handler when its output is gone */
  g_subprocess_force_exit (process->child);
  process_unref (process);
}
