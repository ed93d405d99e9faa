/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "freewatch.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <malloc.h>
#include <string.h>

#define MAX_FRAMES 24

static gint is_looking;         /* atomic */
static FreeWatchCounts seen;    /* atomic */
static __thread gboolean is_inside;

static const gchar *const *watched;
static FreeWatchFunc is_of_tested;

gboolean
free_watch_is_same (void *one, void *other)
{
  Dl_info info, other_info;

  return dladdr (one, &info) != 0 && dladdr (other, &other_info) != 0
      && info.dli_fbase == other_info.dli_fbase;
}

static gboolean
holds_secret (const void *block, gsize size)
{
  guint i;

  for (i = 0; watched[i] != NULL; i++) {
    if (memmem (block, size, watched[i], strlen (watched[i])) != NULL)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_ours (void)
{
  void *frames[MAX_FRAMES];
  gint n = backtrace (frames, MAX_FRAMES), i;

  for (i = 0; i < n && (free_watch_is_same (frames[i], frames[0])
          || free_watch_is_same (frames[i], (void *) free)); i++);
  return is_of_tested (frames + i, n - i);
}

static void
look_into (void *block)
{
  is_inside = TRUE;
  g_atomic_int_inc (&seen.looked);
  if (holds_secret (block, malloc_usable_size (block)))
    g_atomic_int_inc (is_ours ()? &seen.ours : &seen.others);
  is_inside = FALSE;
}

static void
watch (const volatile void *block)
{
  if (block != NULL && !is_inside && g_atomic_int_get (&is_looking) != 0)
    look_into ((void *) block);
}

#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
/* free() is the sanitizer's, which has this for others; GCC 12 has no header
 * for it. */
int __sanitizer_install_malloc_and_free_hooks (void (*malloc_hook) (const
        volatile void *, size_t), void (*free_hook) (const volatile void *));

static void
pass (const volatile void *block, size_t size)
{
}

static void
install (void)
{
  g_assert_cmpint (__sanitizer_install_malloc_and_free_hooks (pass, watch), >,
      0);
}
#else
void
free (void *block)
{
  static void (*next) (void *block);

  if (next == NULL)
    next = (void (*)(void *)) dlsym (RTLD_NEXT, "free");
  watch (block);
  next (block);
}

static void
install (void)
{
}
#endif

void
free_watch_begin (const gchar * const *secrets, FreeWatchFunc is_tested)
{
  void *frames[MAX_FRAMES];

  /* it loads a library the first time */
  backtrace (frames, MAX_FRAMES);
  install ();
  watched = secrets;
  is_of_tested = is_tested;
  memset (&seen, 0, sizeof (seen));
  g_atomic_int_set (&is_looking, 1);
}

void
free_watch_end (FreeWatchCounts * counts)
{
  g_atomic_int_set (&is_looking, 0);
  *counts = seen;
}
