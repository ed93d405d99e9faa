/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxoutput.h"

/* A sink that takes lists waits for the first buffer of a list only. */
#define LIST_SPAN (20 * GST_MSECOND)
/* Packets of one large key frame go out in lists of this length. */
#define LIST_LENGTH 64

void
gst_wms_asf_output_start (GstWmsAsfOutput * self, GstAggregator * aggregator,
    gsize packet_size, gsize block_size)
{
  gst_wms_asf_output_stop (self);
  self->aggregator = aggregator;
  self->packet_size = packet_size;
  self->blocks = gst_wms_asf_blocks_new (block_size);
}

void
gst_wms_asf_output_clear (GstWmsAsfOutput * self)
{
  if (self->list == NULL)
    gst_clear_buffer (&self->first);
  self->first = NULL;
  gst_clear_buffer_list (&self->list);
}

void
gst_wms_asf_output_stop (GstWmsAsfOutput * self)
{
  gst_wms_asf_output_clear (self);
  g_clear_pointer (&self->blocks, gst_wms_asf_blocks_unref);
}

guint8 *
gst_wms_asf_output_new_block (GstWmsAsfOutput * self)
{
  return gst_wms_asf_blocks_take (self->blocks);
}

static GstClockTime
to_running (const GstWmsAsfOutput * self, guint64 content_ns)
{
  GstClockTimeDiff running = self->origin + (GstClockTimeDiff) content_ns;

  return MAX (running, 0);
}

static GstBuffer *
wrap (GstWmsAsfOutput * self, const AsfPacket * packet)
{
  GstBuffer *buffer = gst_wms_asf_block_wrap (packet->block, packet->offset,
      self->packet_size);
  GstClockTime dts = to_running (self, self->upstream_is_live ?
      packet->last_ns : packet->send_ms * GST_MSECOND);

  self->last_dts = MAX (self->last_dts, dts);
  GST_BUFFER_DTS (buffer) = self->last_dts;
  GST_BUFFER_PTS (buffer) = to_running (self, packet->first_ns);
  if (self->has_video && !packet->starts_key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (self->is_discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->is_discont = FALSE;
  return buffer;
}

GstFlowReturn
gst_wms_asf_output_add (GstWmsAsfOutput * self, const AsfPacket * packet)
{
  GstBuffer *buffer = wrap (self, packet);
  GstClockTime dts = GST_BUFFER_DTS (buffer);
  GstFlowReturn ret = GST_FLOW_OK;

  if (self->first != NULL && (dts > self->list_dts + LIST_SPAN ||
          (self->list && gst_buffer_list_length (self->list) >= LIST_LENGTH)))
    ret = gst_wms_asf_output_push (self);
  if (ret != GST_FLOW_OK) {
    gst_buffer_unref (buffer);
    return ret;
  }

  if (self->first == NULL) {
    self->first = buffer;
    self->list_dts = dts;
    return GST_FLOW_OK;
  }
  if (self->list == NULL) {
    self->list = gst_buffer_list_new_sized (8);
    gst_buffer_list_add (self->list, self->first);
  }
  gst_buffer_list_add (self->list, buffer);
  return GST_FLOW_OK;
}

GstFlowReturn
gst_wms_asf_output_push (GstWmsAsfOutput * self)
{
  GstBuffer *first = g_steal_pointer (&self->first);
  GstBufferList *list = g_steal_pointer (&self->list);

  if (first == NULL)
    return GST_FLOW_OK;
  if (list == NULL)
    return gst_aggregator_finish_buffer (self->aggregator, first);
  return gst_aggregator_finish_buffer_list (self->aggregator, list);
}
