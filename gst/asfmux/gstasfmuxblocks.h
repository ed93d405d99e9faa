/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_BLOCKS_H__
#define __GST_WMS_ASF_MUX_BLOCKS_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstWmsAsfBlocks:
 *
 * Blocks of memory of one size that are used again.  They come back from
 * whatever thread drops the last reference to a buffer, also after the muxer
 * is gone.
 */
typedef struct _GstWmsAsfBlocks GstWmsAsfBlocks;

/**
 * gst_wms_asf_blocks_new:
 *
 * Returns: (transfer full): a pool of blocks of @size bytes.
 */
GstWmsAsfBlocks *gst_wms_asf_blocks_new (gsize size);

/**
 * gst_wms_asf_blocks_unref:
 *
 * Gives the pool up; it stays until its last block has come back.
 */
void gst_wms_asf_blocks_unref (GstWmsAsfBlocks * self);

/**
 * gst_wms_asf_blocks_take:
 *
 * Returns: (transfer full): a block, not cleared; to be given back with
 *     gst_wms_asf_block_free() or wrapped.
 */
guint8 *gst_wms_asf_blocks_take (GstWmsAsfBlocks * self);

/**
 * gst_wms_asf_block_free:
 *
 * Gives a block back to its pool.
 */
void gst_wms_asf_block_free (guint8 * bytes);

/**
 * gst_wms_asf_block_wrap:
 *
 * Returns: (transfer full): a buffer of @size bytes at @offset of @bytes, a
 *     block, which goes back to its pool with it.
 */
GstBuffer *gst_wms_asf_block_wrap (guint8 * bytes, gsize offset, gsize size);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_BLOCKS_H__ */
