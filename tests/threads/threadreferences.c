/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* References: what one thread did before it gave back its own comes before what
 * the thread does that gives back the last.  GObject and GstMiniObject count
 * where it can be seen: references but the last are given back here. */
#include "threads.h"

#include <glib-object.h>
#include <gst/gst.h>

/* of GObject, private there: somebody wants to know when one is left */
#define HAS_TOGGLE_REF 0x1

/* gives one of several back; FALSE when it is the last */
static gboolean
give_back (gint * count)
{
  gint before = g_atomic_int_get (count);

  while (before > 1) {
    if (g_atomic_int_compare_and_exchange (count, before, before - 1))
      return TRUE;
    before = g_atomic_int_get (count);
  }
  return FALSE;
}

void
g_object_unref (gpointer pointer)
{
  GObject *object = pointer;

  __tsan_release (object);
  if ((g_datalist_get_flags (&object->qdata) & HAS_TOGGLE_REF) == 0 &&
      give_back ((gint *) & object->ref_count))
    return;
  __tsan_acquire (object);
  REAL (g_object_unref) (object);
}

void
gst_mini_object_unref (GstMiniObject * object)
{
  __tsan_release (object);
  if (give_back (&object->refcount))
    return;
  __tsan_acquire (object);
  REAL (gst_mini_object_unref) (object);
}

/* Defines an unref whose count is hidden. */
#define DEFINE_UNREF(function, Type) \
  void function (Type * counted) \
  { \
    __tsan_release (counted); \
    __tsan_acquire (counted); \
    REAL (function) (counted); \
  }

DEFINE_UNREF (g_bytes_unref, GBytes);
DEFINE_UNREF (g_hash_table_unref, GHashTable);
DEFINE_UNREF (g_main_context_unref, GMainContext);
DEFINE_UNREF (g_main_loop_unref, GMainLoop);
DEFINE_UNREF (g_async_queue_unref, GAsyncQueue);

/* the function that empties what this thread gives back */
static __thread GDestroyNotify clear_box;

static void
see_clear (gpointer box)
{
  GDestroyNotify clear = clear_box;

  __tsan_acquire (box);
  if (clear)
    clear (box);
}

void
g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear)
{
  GDestroyNotify outer = clear_box;

  __tsan_release (box);
  clear_box = clear;
  REAL (g_atomic_rc_box_release_full) (box, see_clear);
  clear_box = outer;
}

void
g_atomic_rc_box_release (gpointer box)
{
  g_atomic_rc_box_release_full (box, NULL);
}
