/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfmap.h"

gboolean
asf_buffer_map (GstBuffer * buffer, GstMapInfo * map)
{
  return gst_buffer_map (buffer, map, GST_MAP_READ)
      && (map->memory != NULL || gst_buffer_get_size (buffer) == 0);
}

static gboolean
is_in_system_memory (GstBuffer * buffer)
{
  guint n = gst_buffer_n_memory (buffer);
  guint i;

  for (i = 0; i < n; i++) {
    if (!gst_memory_is_type (gst_buffer_peek_memory (buffer, i),
            GST_ALLOCATOR_SYSMEM))
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
