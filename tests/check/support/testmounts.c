/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "testmounts.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

static gboolean
make_private (const gchar * path)
{
  return mount (NULL, path, NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* In a chroot "/" is no mount, so it cannot be said to be private.  /proc is
 * one; upon it comes all that there is, and that is the root from there on. */
static gboolean
make_root (void)
{
  g_autofree gchar *folder = g_get_current_dir ();

  return make_private ("/proc")
      && mount ("/", "/proc", NULL, MS_BIND | MS_REC, NULL) == 0
      && make_private ("/proc")
      && chroot ("/proc") == 0 && chdir (folder) == 0;
}

gboolean
test_mounts_enter (void)
{
  if (unshare (CLONE_NEWNS) != 0)
    return FALSE;
  return make_private ("/") || (errno == EINVAL && make_root ());
}
