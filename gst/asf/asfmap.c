/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfmap.h"

gboolean
asf_buffer_map (GstBuffer * buffer, GstMapInfo * map)
{
  return gst_buffer_map (buffer, map, GST_MAP_READ)
      && (map->memory != NULL || gst_buffer_get_size (buffer) == 0);
}

/* Only compared with: nearly all memory is of this one, and each packet is asked
 * for it. */
static gpointer
find_system_allocator (void)
{
  static gpointer found;

  if (g_once_init_enter (&found)) {
    GstAllocator *allocator = gst_allocator_find (GST_ALLOCATOR_SYSMEM);

    gst_object_unref (allocator);
    g_once_init_leave (&found, allocator);
  }
  return found;
}

static gboolean
is_in_system_memory (GstBuffer * buffer)
{
  gpointer system = find_system_allocator ();
  guint n = gst_buffer_n_memory (buffer);
  guint i;

  for (i = 0; i < n; i++) {
    GstMemory *memory = gst_buffer_peek_memory (buffer, i);

    if (memory->allocator != system
        && !gst_memory_is_type (memory, GST_ALLOCATOR_SYSMEM))
      return FALSE;
  }
  return TRUE;
}

GstBuffer *
asf_buffer_take_readable (GstBuffer * buffer)
{
  GstBuffer *copy = NULL;
  GstMapInfo map;

  if (is_in_system_memory (buffer))
    return buffer;
  if (asf_buffer_map (buffer, &map)) {
    copy = gst_buffer_new_memdup (map.data, map.size);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_copy_into (copy, buffer, GST_BUFFER_COPY_FLAGS |
        GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
  }
  gst_buffer_unref (buffer);
  return copy;
}
