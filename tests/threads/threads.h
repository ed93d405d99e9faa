/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the library share that shows ThreadSanitizer the locks and
 * the hand-overs of GLib and GStreamer: the real functions behind those that it
 * puts in front of them, and what it tells ThreadSanitizer. */
#pragma once

#include <dlfcn.h>
#include <glib.h>

/* the function of this name that would be called without this library */
#define REAL(name) \
  ({ \
    static gpointer real; \
    gpointer found = g_atomic_pointer_get (&real); \
    if (!found) { \
      found = dlsym (RTLD_NEXT, #name); \
      g_atomic_pointer_set (&real, found); \
    } \
    (__typeof__ (&(name))) found; \
  })

/* of ThreadSanitizer: what was done before the release of an address comes
 * before what is done after an acquisition of it */
void __tsan_acquire (void *address);
void __tsan_release (void *address);
