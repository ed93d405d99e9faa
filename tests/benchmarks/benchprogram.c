/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "benchprogram.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "benchreceiver.h"

/* Longest wait until it listens. */
#define START_MS 5000

void
bench_stay_on_cpu (gint cpu)
{
  cpu_set_t set;

  if (cpu < 0)
    return;
  CPU_ZERO (&set);
  CPU_SET (cpu, &set);
  sched_setaffinity (0, sizeof (set), &set);
}

static gboolean
wait_until_listening (pid_t pid, guint port)
{
  guint ms;

  for (ms = 0; ms < START_MS; ms += 20) {
    gint fd = bench_connect (port);

    if (fd >= 0) {
      close (fd);
      return TRUE;
    }
    if (waitpid (pid, NULL, WNOHANG) == pid)
      return FALSE;
    poll (NULL, 0, 20);
  }
  bench_end_process (pid);
  return FALSE;
}

/* Another user ends the order to end with the parent. */
static void
become (const struct passwd *user)
{
  pid_t parent = getppid ();

  if (setgroups (0, NULL) < 0 || setgid (user->pw_gid) < 0
      || setuid (user->pw_uid) < 0)
    _exit (EXIT_FAILURE);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != parent)
    _exit (EXIT_FAILURE);
}

static void G_GNUC_NORETURN
run (const BenchProgram * self, const gchar * folder, const struct passwd *user)
{
  gint null_fd = open ("/dev/null", O_RDWR);

  bench_stay_on_cpu (self->cpu);
  if (user != NULL)
    become (user);
  dup2 (null_fd, STDIN_FILENO);
  dup2 (null_fd, STDOUT_FILENO);
  dup2 (null_fd, STDERR_FILENO);
  if (chdir (folder) == 0)
    execv (self->argv[0], (gchar **) self->argv);
  _exit (EXIT_FAILURE);
}

static gchar *
make_folder (const BenchProgram * self, const struct passwd *user)
{
  gchar *folder = g_dir_make_tmp ("bench-XXXXXX", NULL);
  g_autofree gchar *path = NULL;

  if (folder == NULL)
    bench_fail ("no folder can be made");
  if (self->config_name != NULL) {
    path = g_build_filename (folder, self->config_name, NULL);
    g_file_set_contents (path, self->config, -1, NULL);
    g_chmod (path, 0644);
  }
  if (user != NULL && chown (folder, user->pw_uid, user->pw_gid) < 0)
    bench_complain ("%s cannot have a folder of its own", self->name);
  return folder;
}

static void
remove_folder (const gchar * folder)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    g_remove (path);
  }
  g_clear_pointer (&dir, g_dir_close);
  g_rmdir (folder);
}

pid_t
bench_program_start (const BenchProgram * self)
{
  const struct passwd *user = self->is_never_root && geteuid () == 0
      ? getpwnam ("nobody") : NULL;
  g_autofree gchar *folder = make_folder (self, user);
  gboolean is_listening;
  pid_t pid = bench_fork ();

  if (pid == 0)
    run (self, folder, user);
  is_listening = wait_until_listening (pid, self->port);
  /* it needs none of that any more, and nothing is left when we are killed */
  remove_folder (folder);
  if (!is_listening)
    bench_complain ("%s does not start", self->name);
  return is_listening ? pid : 0;
}
