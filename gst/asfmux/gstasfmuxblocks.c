/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asfmux/gstasfmuxblocks.h"

/* Locks: each pool's own lock protects all its fields. */

/* Blocks that wait to be used again; more come back only after a burst. */
#define MAX_IDLE 64

typedef struct _Block Block;

struct _Block
{
  GstWmsAsfBlocks *pool;
  Block *next;
  gsize size;
  guint8 bytes[];
};

struct _GstWmsAsfBlocks
{
  GMutex lock;
  gsize size;
  /* one for the owner, one for each block that is out */
  guint refs;
  Block *idle;
  guint n_idle;
};

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
free_pool (GstWmsAsfBlocks * self)
{
  while (self->idle != NULL) {
    Block *block = self->idle;

    self->idle = block->next;
    g_free (block);
  }
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
gst_wms_asf_blocks_unref (GstWmsAsfBlocks * self)
{
  gboolean is_last;

  g_mutex_lock (&self->lock);
  is_last = --self->refs == 0;
  g_mutex_unlock (&self->lock);
  if (is_last)
    free_pool (self);
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
  }
  self->refs++;
  g_mutex_unlock (&self->lock);
  if (block == NULL) {
    block = g_malloc (sizeof (Block) + self->size);
    block->pool = self;
    block->size = self->size;
  }
  return block->bytes;
}

static Block *
block_of (guint8 * bytes)
{
  return (Block *) (gpointer) (bytes - G_STRUCT_OFFSET (Block, bytes));
}

void
gst_wms_asf_block_free (guint8 * bytes)
{
  Block *block = block_of (bytes);
  GstWmsAsfBlocks *self = block->pool;
  gboolean is_last;

  g_mutex_lock (&self->lock);
  is_last = --self->refs == 0;
  if (self->n_idle < MAX_IDLE) {
    block->next = self->idle;
    self->idle = block;
    self->n_idle++;
    block = NULL;
  }
  g_mutex_unlock (&self->lock);
  g_free (block);
  if (is_last)
    free_pool (self);
}

GstBuffer *
gst_wms_asf_block_wrap (guint8 * bytes, gsize offset, gsize size)
{
  return gst_buffer_new_wrapped_full (0, bytes, block_of (bytes)->size, offset,
      size, bytes, (GDestroyNotify) gst_wms_asf_block_free);
}
