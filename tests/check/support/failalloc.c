/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "failalloc.h"

#include <stdlib.h>
#include <string.h>

static struct
{
  GMutex lock;
  guint kinds;
  gint nth;
  gboolean for_good;
  gint n_calls;
  gint n_memories;
} state;

void
fail_arm (guint kinds, gint nth, gboolean for_good)
{
  g_mutex_lock (&state.lock);
  state.kinds = kinds;
  state.nth = nth;
  state.for_good = for_good;
  state.n_calls = 0;
  g_mutex_unlock (&state.lock);
}

guint
fail_disarm (void)
{
  guint n;

  g_mutex_lock (&state.lock);
  state.kinds = 0;
  n = state.n_calls;
  g_mutex_unlock (&state.lock);
  return n;
}

static gboolean
is_missing (FailKind kind)
{
  gboolean missing = FALSE;

  g_mutex_lock (&state.lock);
  if (state.kinds & kind) {
    missing = state.nth >= 0 && (state.n_calls == state.nth
        || (state.for_good && state.n_calls > state.nth));
    state.n_calls++;
  }
  g_mutex_unlock (&state.lock);
  return missing;
}

/* Instead of GLib's: a program's own symbols come before those of libraries,
 * for its libraries and plugins as well. */
gpointer
g_try_malloc (gsize n_bytes)
{
  return is_missing (FAIL_TRY) || n_bytes == 0 ? NULL : malloc (n_bytes);
}

gpointer
g_try_malloc0 (gsize n_bytes)
{
  return is_missing (FAIL_TRY) || n_bytes == 0 ? NULL : calloc (1, n_bytes);
}

gpointer
g_try_malloc_n (gsize n_blocks, gsize n_block_bytes)
{
  gsize n_bytes;

  return g_size_checked_mul (&n_bytes, n_blocks, n_block_bytes) ?
      g_try_malloc (n_bytes) : NULL;
}

gpointer
g_try_malloc0_n (gsize n_blocks, gsize n_block_bytes)
{
  gsize n_bytes;

  return g_size_checked_mul (&n_bytes, n_blocks, n_block_bytes) ?
      g_try_malloc0 (n_bytes) : NULL;
}

gpointer
g_try_realloc (gpointer memory, gsize n_bytes)
{
  if (is_missing (FAIL_TRY))
    return NULL;
  if (n_bytes > 0)
    return realloc (memory, n_bytes);
  free (memory);
  return NULL;
}

gpointer
g_try_realloc_n (gpointer memory, gsize n_blocks, gsize n_block_bytes)
{
  gsize n_bytes;

  return g_size_checked_mul (&n_bytes, n_blocks, n_block_bytes) ?
      g_try_realloc (memory, n_bytes) : NULL;
}

#define MEMORY_TYPE "FailMemory"

typedef GstAllocator FailAllocator;
typedef GstAllocatorClass FailAllocatorClass;

typedef struct
{
  GstMemory memory;
  guint8 *bytes;
} FailMemory;

static GType fail_allocator_get_type (void);
G_DEFINE_TYPE (FailAllocator, fail_allocator, GST_TYPE_ALLOCATOR);

static GstMemory *
new_memory (GstAllocator * allocator, GstMemory * parent, guint8 * bytes,
    gsize maxsize, gsize offset, gsize size)
{
  FailMemory *self = g_new0 (FailMemory, 1);

  gst_memory_init (GST_MEMORY_CAST (self), 0, allocator, parent, maxsize, 0,
      offset, size);
  self->bytes = bytes;
  g_atomic_int_inc (&state.n_memories);
  return GST_MEMORY_CAST (self);
}

static GstMemory *
alloc (GstAllocator * allocator, gsize size, GstAllocationParams * params)
{
  if (is_missing (FAIL_ALLOC))
    return NULL;
  return new_memory (allocator, NULL, g_malloc0 (size), size, 0, size);
}

static void
free_memory (GstAllocator * allocator, GstMemory * memory)
{
  if (memory->parent == NULL)
    g_free (((FailMemory *) memory)->bytes);
  g_free (memory);
  g_atomic_int_add (&state.n_memories, -1);
}

static gpointer
map (GstMemory * memory, gsize maxsize, GstMapFlags flags)
{
  return is_missing (FAIL_MAP) ? NULL : ((FailMemory *) memory)->bytes;
}

static void
unmap (GstMemory * memory)
{
}

static GstMemory *
copy (GstMemory * memory, gssize offset, gssize size)
{
  gsize n_bytes = size < 0 ? memory->size - offset : (gsize) size;

  if (is_missing (FAIL_COPY))
    return NULL;
  return new_memory (memory->allocator, NULL,
      g_memdup2 (((FailMemory *) memory)->bytes + memory->offset + offset,
          n_bytes), n_bytes, 0, n_bytes);
}

static GstMemory *
share (GstMemory * memory, gssize offset, gssize size)
{
  gsize n_bytes = size < 0 ? memory->size - offset : (gsize) size;
  GstMemory *parent = memory->parent != NULL ? memory->parent : memory;

  if (is_missing (FAIL_COPY))
    return NULL;
  return new_memory (memory->allocator, parent, ((FailMemory *) memory)->bytes,
      memory->maxsize, memory->offset + offset, n_bytes);
}

static void
fail_allocator_class_init (FailAllocatorClass * klass)
{
  klass->alloc = alloc;
  klass->free = free_memory;
}

static void
fail_allocator_init (FailAllocator * self)
{
  self->mem_type = MEMORY_TYPE;
  self->mem_map = map;
  self->mem_unmap = unmap;
  self->mem_copy = copy;
  self->mem_share = share;
}

GstAllocator *
fail_allocator_new (void)
{
  return gst_object_ref_sink (g_object_new (fail_allocator_get_type (), NULL));
}

guint
fail_count_memories (void)
{
  return g_atomic_int_get (&state.n_memories);
}

GstBuffer *
fail_buffer_new (GstAllocator * allocator, GstBuffer * buffer, guint n_parts)
{
  GstBuffer *made = gst_buffer_new ();
  gsize size = gst_buffer_get_size (buffer);
  gsize step = MAX (size / n_parts, 1);
  gsize at = 0;

  while (at < size) {
    gsize n = n_parts-- > 1 ? MIN (step, size - at) : size - at;
    FailMemory *memory = (FailMemory *) new_memory (allocator, NULL,
        g_malloc (n), n, 0, n);

    gst_buffer_extract (buffer, at, memory->bytes, n);
    gst_buffer_append_memory (made, GST_MEMORY_CAST (memory));
    at += n;
  }
  gst_buffer_copy_into (made, buffer, GST_BUFFER_COPY_METADATA, 0, -1);
  gst_buffer_unref (buffer);
  return made;
}

typedef GstBufferPool FailPool;
typedef GstBufferPoolClass FailPoolClass;

static GType fail_pool_get_type (void);
G_DEFINE_TYPE (FailPool, fail_pool, GST_TYPE_BUFFER_POOL);

static gboolean
start (GstBufferPool * pool)
{
  return !is_missing (FAIL_POOL)
      && GST_BUFFER_POOL_CLASS (fail_pool_parent_class)->start (pool);
}

static GstFlowReturn
acquire (GstBufferPool * pool, GstBuffer ** buffer,
    GstBufferPoolAcquireParams * params)
{
  if (is_missing (FAIL_POOL))
    return GST_FLOW_ERROR;
  return GST_BUFFER_POOL_CLASS (fail_pool_parent_class)->acquire_buffer (pool,
      buffer, params);
}

static void
fail_pool_class_init (FailPoolClass * klass)
{
  klass->start = start;
  klass->acquire_buffer = acquire;
}

static void
fail_pool_init (FailPool * self)
{
}

GstBufferPool *
fail_pool_new (GstAllocator * allocator, gsize size)
{
  GstBufferPool *pool =
      gst_object_ref_sink (g_object_new (fail_pool_get_type (), NULL));
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, NULL, size, 2, 0);
  gst_buffer_pool_config_set_allocator (config, allocator, NULL);
  gst_buffer_pool_set_config (pool, config);
  return pool;
}

typedef struct
{
  GstAllocator *allocator;
  GstBufferPool *pool;
} Offer;

static GstPadProbeReturn
answer_allocation (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  Offer *offer = user_data;

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  gst_query_add_allocation_param (query, offer->allocator, NULL);
  gst_query_add_allocation_pool (query, offer->pool, 64, 2, 0);
  return GST_PAD_PROBE_HANDLED;
}

static void
free_offer (gpointer data)
{
  Offer *offer = data;

  gst_object_unref (offer->allocator);
  gst_object_unref (offer->pool);
  g_free (offer);
}

void
fail_offer (GstPad * pad, GstAllocator * allocator, GstBufferPool * pool)
{
  Offer *offer = g_new0 (Offer, 1);

  offer->allocator = gst_object_ref (allocator);
  offer->pool = gst_object_ref (pool);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      answer_allocation, offer, free_offer);
}
