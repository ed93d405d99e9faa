/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_MAP_H__
#define __ASF_MAP_H__

#include <gst/gstbuffer.h>

G_BEGIN_DECLS

/**
 * asf_buffer_map:
 * @buffer: a #GstBuffer
 * @map: (out): all its bytes, until gst_buffer_unmap()
 *
 * Maps @buffer for reading.  gst_buffer_map() says yes, with no bytes, where
 * the memory is missing that a buffer of several parts is put together in.
 *
 * Returns: whether @map has all bytes of @buffer.
 */
gboolean asf_buffer_map (GstBuffer * buffer, GstMapInfo * map);

/**
 * asf_buffer_take_readable:
 * @buffer: (transfer full): a #GstBuffer
 *
 * gst_buffer_extract(), and a #GstAdapter with it, crash where memory cannot be
 * mapped.  System memory always can; other memory is copied.
 *
 * Returns: (transfer full) (nullable): @buffer, a copy of it in system memory,
 *     or %NULL when it cannot be read.
 */
GstBuffer *asf_buffer_take_readable (GstBuffer * buffer);

G_END_DECLS
#endif /* __ASF_MAP_H__ */
