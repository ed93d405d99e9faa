/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "players.h"

#include <unistd.h>
#include <glib/gstdio.h>

#define PLAYER_SECONDS "60"
/* nobody and nogroup, wherever VLC runs */
#define NOBODY "65534"

static GPtrArray *
vlc_command (const gchar * input, const gchar * output)
{
  static const gchar *const as_nobody[] = { "setpriv", "--reuid=" NOBODY,
    "--regid=" NOBODY, "--clear-groups"
  };
  static const gchar *const common[] = { "timeout", PLAYER_SECONDS, "cvlc",
    "--quiet", "--no-color", "--ignore-config", "--no-plugins-cache",
    "--no-metadata-network-access", "--play-and-exit", "--sout"
  };
  GPtrArray *command = g_ptr_array_new_with_free_func (g_free);
  guint i;

  for (i = 0; geteuid () == 0 && i < G_N_ELEMENTS (as_nobody); i++)
    g_ptr_array_add (command, g_strdup (as_nobody[i]));
  for (i = 0; i < G_N_ELEMENTS (common); i++)
    g_ptr_array_add (command, g_strdup (common[i]));
  g_ptr_array_add (command, g_strdup_printf ("#file{mux=asf,dst=%s}", output));
  g_ptr_array_add (command, g_strdup (input));
  g_ptr_array_add (command, NULL);
  return command;
}

GSubprocess *
player_start_vlc (const gchar * input, const gchar * output)
{
  GPtrArray *command = vlc_command (input, output);
  gchar *folder = g_path_get_dirname (output);
  GSubprocessLauncher *launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE
      | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  GSubprocess *process;

  g_unlink (output);
  fail_unless_equals_int (g_chmod (folder, 0777), 0);
  g_subprocess_launcher_setenv (launcher, "HOME", folder, TRUE);
  g_subprocess_launcher_unsetenv (launcher, "XDG_RUNTIME_DIR");
  g_subprocess_launcher_unsetenv (launcher, "DISPLAY");
  process = g_subprocess_launcher_spawnv (launcher,
      (const gchar * const *) command->pdata, NULL);
  fail_unless (process != NULL);
  g_object_unref (launcher);
  g_free (folder);
  g_ptr_array_unref (command);
  return process;
}

void
player_finish_vlc (GSubprocess * process, const gchar * output,
    PlayerHashes * hashes)
{
  gchar *text;

  fail_unless (g_subprocess_wait (process, NULL, NULL));
  g_object_unref (process);
  text = player_finish_ffmpeg (player_start_ffmpeg (output), NULL);
  player_read_framemd5 (text, hashes);
  g_free (text);
}
