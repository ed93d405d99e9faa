/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmsdrops.h"

#include <glib/gi18n-lib.h>

#define MIN_TELL_US G_TIME_SPAN_SECOND

void
gst_wms_drops_init (GstWmsDrops * self, GstBaseSink * sink)
{
  memset (self, 0, sizeof *self);
  self->sink = sink;
  self->former.push_id[0] = '0';
  gst_wms_flow_init (&self->flow);
}

void
gst_wms_drops_count (GstWmsDrops * self, guint64 * counter, guint n)
{
  GST_OBJECT_LOCK (self->sink);
  *counter += n;
  GST_OBJECT_UNLOCK (self->sink);
}

void
gst_wms_drops_close (GstWmsDrops * self, WmsClient ** client,
    const WmsClientStats * last)
{
  WmsClientStats sum = *last;

  gst_wms_stats_close_session (&sum);
  GST_OBJECT_LOCK (self->sink);
  gst_wms_stats_add_session (&sum, &self->former);
  self->former = sum;
  *client = NULL;
  GST_OBJECT_UNLOCK (self->sink);
}

static void
post_qos (GstWmsDrops * self, GstBuffer * buffer)
{
  GstSegment *segment = &self->sink->segment;
  GstClockTime time = GST_BUFFER_DTS_OR_PTS (buffer);
  GstClockTime running_time = GST_CLOCK_TIME_NONE;
  GstClockTime stream_time = GST_CLOCK_TIME_NONE;
  GstMessage *message;

  if (segment->format == GST_FORMAT_TIME) {
    running_time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, time);
    stream_time = gst_segment_to_stream_time (segment, GST_FORMAT_TIME, time);
  }
  message = gst_message_new_qos (GST_OBJECT (self->sink),
      gst_base_sink_get_sync (self->sink), running_time, stream_time, time,
      GST_BUFFER_DURATION (buffer));
  gst_message_set_qos_stats (message, GST_FORMAT_BUFFERS, self->received,
      self->dropped);
  gst_element_post_message (GST_ELEMENT (self->sink), message);
}

void
gst_wms_drops_tell (GstWmsDrops * self, GstBuffer * buffer)
{
  gint64 now = g_get_monotonic_time ();

  if (self->is_run_told
      || (self->told_us != 0 && now - self->told_us < MIN_TELL_US))
    return;
  self->is_run_told = TRUE;
  self->told_us = now;
  GST_ELEMENT_WARNING (self->sink, RESOURCE, WRITE,
      (_("The server does not take the stream as fast as it comes: packets are "
              "dropped up to the next key frame. Lower the bitrate, or find "
              "out what slows the network down.")),
      ("%" G_GUINT64_FORMAT " packets dropped so far", self->dropped));
  post_qos (self, buffer);
}

void
gst_wms_drops_get_stats (const GstWmsDrops * self, WmsClient * client,
    GstWmsStats * stats)
{
  WmsClientStats *sum = &stats->client;

  if (client != NULL) {
    wms_client_get_stats (client, sum);
    gst_wms_stats_add_session (sum, &self->former);
  } else {
    *sum = self->former;
  }
  stats->flow = self->flow;
  stats->packets_received = self->received;
  stats->packets_sent = sum->n_data - sum->n_cut - sum->n_pending;
  stats->packets_dropped = self->dropped + sum->n_cut;
  stats->packets_refused = self->refused;
  stats->packets_queued = self->received - self->dropped - self->refused
      - sum->n_data + sum->n_pending;
  stats->discontinuities = self->discontinuities;
}
