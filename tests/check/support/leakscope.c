/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* In test programs with AddressSanitizer: what the constructors of libraries
 * leave behind, GLib's tables of quarks as they grow, is none of the leaks that
 * a case is looked through for at its end.  A suppression would do as well, but
 * the names that it is compared with are looked up in each case's process, and
 * half of the whole run went into that. */
#include <sanitizer/lsan_interface.h>

static void
begin_constructors (int argc, char **argv, char **envp)
{
  __lsan_disable ();
}

/* before all constructors */
static void (*const before) (int, char **, char **)
    __attribute__((section (".preinit_array"), used)) = begin_constructors;

/* the program's own ones are the last */
static void end_constructors (void) __attribute__((constructor));

static void
end_constructors (void)
{
  __lsan_enable ();
}
