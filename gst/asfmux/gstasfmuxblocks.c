/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asfmux/gstasfmuxblocks.h"

/* A block comes back with its buffer and memory, so that a packet costs no
 * allocation: the buffer's last reference does not free it, as with a
 * GstBufferPool, whose own cost would be most of what is saved here.
 *
 * Locks: each pool's own lock protects all its fields, and those of idle
 * blocks.  A block that is out belongs to whoever has it. */

/* Blocks that wait to be used again; more come back only after a burst. */
#define MAX_IDLE 64

typedef struct _Block Block;

struct _Block
{
  GstWmsAsfBlocks *pool;
  Block *next;
  /* wrapped round the bytes; while it is out nobody's but the block's, too */
  GstBuffer *buffer;
  GstMemory *memory;
  gint n_parts;
  guint8 bytes[];
};

struct _GstWmsAsfBlocks
{
  GMutex lock;
  gsize size;
  /* one for the owner, one for each block */
  guint refs;
  gboolean is_given_up;
  Block *idle;
  guint n_idle;
};

static GQuark
block_quark (void)
{
  static guint known;
  GQuark quark = g_atomic_int_get (&known);

  if (G_UNLIKELY (quark == 0)) {
    quark = g_quark_from_static_string ("gst-wms-asf-block");
    g_atomic_int_set (&known, quark);
  }
  return quark;
}

GstWmsAsfBlocks *
gst_wms_asf_blocks_new (gsize size)
{
  GstWmsAsfBlocks *self = g_new0 (GstWmsAsfBlocks, 1);

  g_mutex_init (&self->lock);
  self->size = size;
  self->refs = 1;
  return self;
}

static void
unref (GstWmsAsfBlocks * self)
{
  gboolean is_last;

  g_mutex_lock (&self->lock);
  is_last = --self->refs == 0;
  g_mutex_unlock (&self->lock);
  if (!is_last)
    return;
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
free_block (Block * block)
{
  unref (block->pool);
  g_free (block);
}

/* Whether the block is kept to be used again. */
static gboolean
keep (Block * block)
{
  GstWmsAsfBlocks *self = block->pool;
  gboolean is_kept;

  g_mutex_lock (&self->lock);
  is_kept = !self->is_given_up && self->n_idle < MAX_IDLE;
  if (is_kept) {
    block->next = self->idle;
    self->idle = block;
    self->n_idle++;
  }
  g_mutex_unlock (&self->lock);
  return is_kept;
}

static Block *
block_of (guint8 * bytes)
{
  return (Block *) (gpointer) (bytes - G_STRUCT_OFFSET (Block, bytes));
}

/* Nobody else has the memory, and nothing was added to the buffer. */
static gboolean
is_as_it_was (GstBuffer * buffer, const Block * block)
{
  gpointer state = NULL;

  return gst_buffer_n_memory (buffer) == 1 &&
      gst_buffer_peek_memory (buffer, 0) == block->memory &&
      GST_MINI_OBJECT_REFCOUNT_VALUE (block->memory) == 1 &&
      gst_buffer_iterate_meta (buffer, &state) == NULL;
}

/* Instead of freeing the buffer, unless it is not the block's any more. */
static gboolean
dispose_buffer (GstMiniObject * object)
{
  GstBuffer *buffer = GST_BUFFER_CAST (object);
  Block *block = gst_mini_object_get_qdata (object, block_quark ());

  if (block->buffer == NULL)
    return TRUE;
  gst_buffer_ref (buffer);
  if (is_as_it_was (buffer, block) && keep (block))
    return FALSE;
  block->buffer = NULL;
  gst_buffer_unref (buffer);
  return FALSE;
}

/* The buffer or its memory is gone; they go at different times when downstream
 * took them apart. */
static void
part_destroyed (gpointer data)
{
  Block *block = data;

  if (!g_atomic_int_dec_and_test (&block->n_parts))
    return;
  block->memory = NULL;
  if (!keep (block))
    free_block (block);
}

static void
drop_block (Block * block)
{
  if (block->buffer != NULL)
    gst_buffer_unref (g_steal_pointer (&block->buffer));
  else
    free_block (block);
}

void
gst_wms_asf_blocks_unref (GstWmsAsfBlocks * self)
{
  Block *idle;

  g_mutex_lock (&self->lock);
  self->is_given_up = TRUE;
  idle = g_steal_pointer (&self->idle);
  g_mutex_unlock (&self->lock);
  while (idle != NULL) {
    Block *block = idle;

    idle = block->next;
    drop_block (block);
  }
  unref (self);
}

guint8 *
gst_wms_asf_blocks_take (GstWmsAsfBlocks * self)
{
  Block *block;

  g_mutex_lock (&self->lock);
  block = self->idle;
  if (block != NULL) {
    self->idle = block->next;
    self->n_idle--;
  } else {
    self->refs++;
  }
  g_mutex_unlock (&self->lock);
  if (block == NULL) {
    block = g_malloc (sizeof (Block) + self->size);
    block->pool = self;
    block->buffer = NULL;
    block->memory = NULL;
  }
  return block->bytes;
}

void
gst_wms_asf_block_free (guint8 * bytes)
{
  Block *block = block_of (bytes);

  if (!keep (block))
    drop_block (block);
}

static void
make_buffer (Block * block)
{
  gsize size = block->pool->size;

  block->n_parts = 2;
  block->memory = gst_memory_new_wrapped (0, block->bytes, size, 0, size,
      block, part_destroyed);
  block->buffer = gst_buffer_new ();
  gst_buffer_append_memory (block->buffer, block->memory);
  gst_mini_object_set_qdata (GST_MINI_OBJECT_CAST (block->buffer),
      block_quark (), block, part_destroyed);
  GST_MINI_OBJECT_CAST (block->buffer)->dispose = dispose_buffer;
}

GstBuffer *
gst_wms_asf_block_wrap (guint8 * bytes, gsize offset, gsize size)
{
  Block *block = block_of (bytes);
  GstBuffer *buffer;

  if (block->buffer == NULL)
    make_buffer (block);
  buffer = block->buffer;
  block->memory->offset = offset;
  block->memory->size = size;
  GST_MINI_OBJECT_FLAGS (buffer) = 0;
  GST_BUFFER_PTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_OFFSET (buffer) = GST_BUFFER_OFFSET_NONE;
  GST_BUFFER_OFFSET_END (buffer) = GST_BUFFER_OFFSET_NONE;
  return buffer;
}
