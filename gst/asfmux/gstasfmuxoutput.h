/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_OUTPUT_H__
#define __GST_WMS_ASF_MUX_OUTPUT_H__

#include <gst/base/gstaggregator.h>

#include "asf/asfpacketizer.h"
#include "asfmux/gstasfmuxblocks.h"

G_BEGIN_DECLS

/**
 * GstWmsAsfOutput:
 * @aggregator: (transfer none): whose source pad takes the packets
 * @origin: running time of the file's time 0; may be negative
 * @upstream_is_live: DTS is the time of a packet's last object instead of its
 *     Send Time
 * @is_discont: the next packet is the first one after another header
 * @has_video: packets that begin no video key frame are DELTA_UNIT
 *
 * Packets on their way out: blocks for the packetizer, and buffers with times
 * and flags, in lists.  Belongs to the streaming thread.
 */
typedef struct
{
  GstAggregator *aggregator;
  GstClockTimeDiff origin;
  gboolean upstream_is_live;
  gboolean is_discont;
  gboolean has_video;

  gsize packet_size;
  GstWmsAsfBlocks *blocks;
  GstBuffer *first;
  GstBufferList *list;
  GstClockTime list_dts;
  GstClockTime last_dts;
} GstWmsAsfOutput;

/**
 * gst_wms_asf_output_start:
 *
 * Begins with packets of @packet_size bytes in blocks of @block_size.
 */
void gst_wms_asf_output_start (GstWmsAsfOutput * self,
    GstAggregator * aggregator, gsize packet_size, gsize block_size);

/**
 * gst_wms_asf_output_clear:
 *
 * Throws away what was not pushed yet.
 */
void gst_wms_asf_output_clear (GstWmsAsfOutput * self);

/**
 * gst_wms_asf_output_stop:
 *
 * As gst_wms_asf_output_clear(), and gives the memory up.
 */
void gst_wms_asf_output_stop (GstWmsAsfOutput * self);

/**
 * gst_wms_asf_output_new_block:
 *
 * Returns: (transfer full): memory for one packet, to be given back in an
 *     #AsfPacket or freed with gst_wms_asf_block_free().
 */
guint8 *gst_wms_asf_output_new_block (GstWmsAsfOutput * self);

/**
 * gst_wms_asf_output_add:
 *
 * Takes a packet with its block.  Packets that do not fit into the list any
 * more, because it would span more than 20 ms, push it.
 */
GstFlowReturn gst_wms_asf_output_add (GstWmsAsfOutput * self,
    const AsfPacket * packet);

/**
 * gst_wms_asf_output_push:
 *
 * Pushes the packets that are ready.
 */
GstFlowReturn gst_wms_asf_output_push (GstWmsAsfOutput * self);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_OUTPUT_H__ */
