/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Preloaded: programs and plugins that bind their catalogues to where they are
 * going to be installed find those of the build, $TEST_CATALOGUES. */
#include <dlfcn.h>
#include <libintl.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#undef bindtextdomain

char *
bindtextdomain (const char *domain, const char *folder)
{
  char *(*next) (const char *, const char *);
  const char *ours = getenv ("TEST_CATALOGUES");

  *(void **) &next = dlsym (RTLD_NEXT, "bindtextdomain");
  return next (domain, ours != NULL && domain != NULL
      && strcmp (domain, GETTEXT_PACKAGE) == 0 ? ours : folder);
}
