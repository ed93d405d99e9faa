/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __FAIL_ALLOC_H__
#define __FAIL_ALLOC_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/* Memory that is missing when the test says so: a GstAllocator, a GstBufferPool
 * and, in every program that is linked with this, g_try_malloc(),
 * g_try_realloc() and their kin. */
typedef enum
{
  FAIL_ALLOC = 1 << 0,          /* gst_allocator_alloc() */
  FAIL_MAP = 1 << 1,            /* gst_memory_map() */
  FAIL_COPY = 1 << 2,           /* gst_memory_copy(), gst_memory_share() */
  FAIL_TRY = 1 << 3,            /* g_try_... */
  FAIL_POOL = 1 << 4,           /* starting a pool, acquiring a buffer */
} FailKind;

/* Counts calls of these kinds from here on, and has the @nth of them fail, from
 * 0 on, and with @for_good all after it.  A negative @nth has none fail. */
void fail_arm (guint kinds, gint nth, gboolean for_good);

/* Returns: how many such calls there were since then; they are not counted
 * and do not fail any more. */
guint fail_disarm (void);

/* Returns: (transfer full): one whose memory none but itself can read. */
GstAllocator *fail_allocator_new (void);

/* Memory of all such allocators that is not freed. */
guint fail_count_memories (void);

/* (transfer full): of such memory, with the bytes, flags and times of
 * @buffer, which is taken, in up to @n_parts parts. */
GstBuffer *fail_buffer_new (GstAllocator * allocator, GstBuffer * buffer,
    guint n_parts);

/* Returns: (transfer full): buffers of @size bytes. */
GstBufferPool *fail_pool_new (GstAllocator * allocator, gsize size);

/* Has @pad offer @allocator and @pool in ALLOCATION. */
void fail_offer (GstPad * pad, GstAllocator * allocator, GstBufferPool * pool);

G_END_DECLS
#endif /* __FAIL_ALLOC_H__ */
