/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Included in front of all of this project's code that is built with
 * ThreadSanitizer: what it copies, fills and frees through functions of others.
 * ThreadSanitizer would look at these functions whoever calls them, and is told
 * not to (ignore_interceptors_accesses=1), since the locks under which GLib
 * itself calls them are not seen. */
#pragma once

#include <malloc.h>
#include <string.h>

#include <glib.h>

/* of ThreadSanitizer: an access to all of these bytes */
void __tsan_read_range (void *address, long size);
void __tsan_write_range (void *address, long size);

static inline void *
seen_copy (void *to, const void *from, size_t size)
{
  if (size > 0) {
    __tsan_read_range ((void *) from, size);
    __tsan_write_range (to, size);
  }
  return memmove (to, from, size);
}

static inline void *
seen_set (void *to, int byte, size_t size)
{
  if (size > 0)
    __tsan_write_range (to, size);
  return memset (to, byte, size);
}

static inline void
seen_free (gpointer memory)
{
  if (memory)
    __tsan_write_range (memory, malloc_usable_size (memory));
  g_free (memory);
}

#define memcpy seen_copy
#define memmove seen_copy
#define memset seen_set
#define g_free seen_free
