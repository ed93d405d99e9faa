/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "programcase.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

/* And few open files, unless it helps itself. */
static void
die_with_parent (gpointer data)
{
  struct rlimit limit;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = MIN (limit.rlim_cur, 128);
  setrlimit (RLIMIT_NOFILE, &limit);
}

ProgramCase *
program_case_start (const gchar * const *options,
    const gchar * const *environment)
{
  ProgramCase *self = g_new0 (ProgramCase, 1);
  GSubprocessLauncher *launcher = g_subprocess_launcher_new
      (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  GPtrArray *argv = g_ptr_array_new ();
  GError *error = NULL;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  if (g_getenv ("TEST_PRELOAD"))
    g_subprocess_launcher_setenv (launcher, "LD_PRELOAD",
        g_getenv ("TEST_PRELOAD"), TRUE);
  for (; environment != NULL && *environment != NULL; environment++) {
    gchar **pair = g_strsplit (*environment, "=", 2);

    g_subprocess_launcher_setenv (launcher, pair[0], pair[1], TRUE);
    g_strfreev (pair);
  }
  g_ptr_array_add (argv, (gpointer) PUBPOINT_PROGRAM);
  for (; options != NULL && *options != NULL; options++)
    g_ptr_array_add (argv, (gpointer) * options);
  g_ptr_array_add (argv, NULL);
  self->process = g_subprocess_launcher_spawnv (launcher,
      (const gchar * const *) argv->pdata, &error);
  fail_unless (self->process != NULL, "%s", error ? error->message : "");
  self->output = g_data_input_stream_new
      (g_subprocess_get_stdout_pipe (self->process));
  self->errors = g_data_input_stream_new
      (g_subprocess_get_stderr_pipe (self->process));
  self->log = g_string_new (NULL);
  g_ptr_array_unref (argv);
  g_object_unref (launcher);
  return self;
}

/* "listening on http://127.0.0.1:PORT/" */
void
program_case_get_ready (ProgramCase * self)
{
  gchar *line = g_data_input_stream_read_line (self->output, NULL, NULL, NULL);
  const gchar *port = line ? strrchr (line, ':') : NULL;
  gchar *end;

  fail_unless (port != NULL && g_str_has_prefix (line, "listening on http"),
      "%s", line);
  self->port = g_ascii_strtoull (port + 1, &end, 10);
  assert_equals_string (end, "/");
  g_free (line);
}

ProgramCase *
program_case_run (const gchar * const *options)
{
  ProgramCase *self = program_case_start (options, NULL);

  program_case_get_ready (self);
  return self;
}

void
program_case_signal (ProgramCase * self, gint signal)
{
  g_subprocess_send_signal (self->process, signal);
}

/* Returns: (nullable): the next line of the log. */
static gchar *
read_log (ProgramCase * self)
{
  gchar *line = g_data_input_stream_read_line (self->errors, NULL, NULL, NULL);

  if (line != NULL)
    g_string_append_printf (self->log, "%s\n", line);
  return line;
}

void
program_case_wait_log (ProgramCase * self, const gchar * text)
{
  gboolean is_found = FALSE;

  while (!is_found) {
    gchar *line = read_log (self);

    fail_unless (line != NULL, "\"%s\" is not in:\n%s", text, self->log->str);
    is_found = strstr (line, text) != NULL;
    g_free (line);
  }
}

gint
program_case_wait (ProgramCase * self)
{
  gchar *line;

  while ((line = read_log (self)) != NULL)
    g_free (line);
  fail_unless (g_subprocess_wait (self->process, NULL, NULL));
  if (!g_subprocess_get_if_exited (self->process))
    return -1;
  return g_subprocess_get_exit_status (self->process);
}

void
program_case_free (ProgramCase * self)
{
  g_object_unref (self->output);
  g_object_unref (self->errors);
  g_object_unref (self->process);
  g_string_free (self->log, TRUE);
  g_free (self);
}

void
program_case_finish (ProgramCase * self)
{
  program_case_signal (self, SIGTERM);
  assert_equals_int (program_case_wait (self), 0);
  program_case_free (self);
}

gchar *
program_case_write (const gchar * contents)
{
  gchar *folder = g_dir_make_tmp ("pubprogram-XXXXXX", NULL);
  gchar *filename = g_build_filename (folder, "options", NULL);

  fail_unless (g_file_set_contents (filename, contents, -1, NULL));
  g_free (folder);
  return filename;
}

void
program_case_remove (gchar * filename)
{
  gchar *folder = g_path_get_dirname (filename);

  g_unlink (filename);
  g_rmdir (folder);
  g_free (folder);
  g_free (filename);
}
