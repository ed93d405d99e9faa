/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmsdrops.h"

#include <glib/gi18n-lib.h>

#define MIN_TELL_US G_TIME_SPAN_SECOND

void
gst_wms_drops_count (GstWmsDrops * self, guint64 * counter, guint n)
{
  GST_OBJECT_LOCK (self->sink);
  *counter += n;
  GST_OBJECT_UNLOCK (self->sink);
}

void
gst_wms_drops_close (GstWmsDrops * self, const WmsClientStats * last)
{
  WmsClientStats *former = &self->former;

  GST_OBJECT_LOCK (self->sink);
  former->bytes += last->bytes;
  former->lost += last->lost;
  former->n_data += last->n_data;
  former->n_cut += last->n_cut + last->n_pending;
  former->n_reconnects += last->n_reconnects;
  former->http_status = last->http_status;
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
gst_wms_drops_add_stats (const GstWmsDrops * self, WmsClient * client,
    GstStructure * stats)
{
  const WmsClientStats *former = &self->former;
  WmsClientStats now = {.http_status = former->http_status };
  guint64 n_taken, n_cut;

  if (client != NULL)
    wms_client_get_stats (client, &now);
  n_taken = former->n_data + now.n_data;
  n_cut = former->n_cut + now.n_cut;
  gst_structure_set (stats,
      "bytes-sent", G_TYPE_UINT64, former->bytes + now.bytes,
      "bytes-lost", G_TYPE_UINT64, former->lost + now.lost,
      "packets-received", G_TYPE_UINT64, self->received,
      "packets-sent", G_TYPE_UINT64, n_taken - n_cut - now.n_pending,
      "packets-dropped", G_TYPE_UINT64, self->dropped + n_cut,
      "packets-refused", G_TYPE_UINT64, self->refused,
      "packets-queued", G_TYPE_UINT64, self->received - self->dropped
      - self->refused - n_taken + now.n_pending,
      "discontinuities", G_TYPE_UINT64, self->discontinuities,
      "reconnects", G_TYPE_UINT, former->n_reconnects + now.n_reconnects,
      "bytes-unacknowledged", G_TYPE_UINT, now.unsent,
      "request-bytes-left", G_TYPE_UINT64, now.left,
      "http-status", G_TYPE_UINT, now.http_status, NULL);
}
