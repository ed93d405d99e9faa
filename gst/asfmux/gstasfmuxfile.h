/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_FILE_H__
#define __GST_WMS_ASF_MUX_FILE_H__

#include <gst/gst.h>

#include "asf/asfpacketizer.h"
#include "asfmux/gstasfmuxchapters.h"
#include "asfmux/gstasfmuxpad.h"
#include "asfmux/gstasfmuxtags.h"

G_BEGIN_DECLS

/**
 * GstWmsAsfFile:
 * @header: what was written first, and is completed at the end
 * @pads: (element-type GstWmsAsfMuxPad): streams of the header, in its order
 * @streams: (element-type AsfStream): of @header
 * @tags: what the description objects of @header say
 * @chapters: of a file: where its markers lead
 * @header_size: bytes of Header Object and the Data Object's head
 * @is_complete: nothing comes after it: a file has its measured numbers
 *
 * What one file or broadcast says about itself.  Belongs to the streaming
 * thread.
 */
typedef struct
{
  AsfHeader header;
  GPtrArray *pads;
  GArray *streams;
  GstWmsAsfTags tags;
  GstWmsAsfChapters chapters;
  gsize header_size;
  gboolean is_complete;
} GstWmsAsfFile;

/**
 * gst_wms_asf_file_start:
 * @self: a #GstWmsAsfFile
 * @pads: (transfer full) (element-type GstWmsAsfMuxPad): started pads
 * @tags: for the description objects; its fields are taken
 *
 * Makes a new identifier and collects streams and tags; @self.header has the
 * settings already.
 */
void gst_wms_asf_file_start (GstWmsAsfFile * self, GPtrArray * pads,
    GstWmsAsfTags * tags);

/**
 * gst_wms_asf_file_clear:
 *
 * Frees what the fields hold.
 */
void gst_wms_asf_file_clear (GstWmsAsfFile * self);

/**
 * gst_wms_asf_file_write_header:
 *
 * Returns: (transfer full) (nullable): the header as a buffer flagged HEADER,
 *     or %NULL with an #AsfError.
 */
GstBuffer *gst_wms_asf_file_write_header (GstWmsAsfFile * self,
    GError ** error);

/**
 * gst_wms_asf_file_update_tags:
 * @self: a #GstWmsAsfFile whose header was written
 * @tags: what is known at the end; its fields are taken
 *
 * Puts tags that came after the header into it, in the room of the Padding
 * Object.
 *
 * Returns: (transfer full) (nullable): names of those for which it is too
 *     small, %NULL when all are in it.
 */
gchar *gst_wms_asf_file_update_tags (GstWmsAsfFile * self,
    GstWmsAsfTags * tags);

/**
 * gst_wms_asf_file_set_markers:
 * @self: a #GstWmsAsfFile whose header was written
 * @markers: (transfer full) (element-type AsfMarker): may be those that
 *     @self.header has, with other values
 *
 * Returns: %FALSE when they do not fit; then nothing was changed.
 */
gboolean gst_wms_asf_file_set_markers (GstWmsAsfFile * self,
    GArray * markers);

/**
 * gst_wms_asf_file_finish:
 * @self: a #GstWmsAsfFile
 * @packetizer: drained
 * @error: return location; set when an index could not be made
 *
 * Puts the measured numbers into the header.
 *
 * Returns: (transfer full) (nullable): the index objects, %NULL when there
 *     are none.
 */
GstBuffer *gst_wms_asf_file_finish (GstWmsAsfFile * self,
    const AsfPacketizer * packetizer,
    GError ** error);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_FILE_H__ */
