/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_MARKERS_H__
#define __GST_WMS_ASF_MUX_MARKERS_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/* Name of the event that goes through the muxer behind the data before it
 * (migration.md, PlaceMarker). */
#define GST_WMS_ASF_MARKER_NAME "wms-marker"

/**
 * GstWmsAsfMarkers:
 *
 * Events on their way, each behind a packet.  All zero is empty.
 */
typedef struct
{
  GQueue events;
} GstWmsAsfMarkers;

/**
 * gst_wms_asf_markers_is_marker:
 *
 * Returns: whether @event is a custom serialized one named "wms-marker".
 */
gboolean gst_wms_asf_markers_is_marker (GstEvent * event);

/**
 * gst_wms_asf_markers_add:
 * @self: the queue
 * @event: (transfer full): what is to go through
 * @n_packets: how many packets are before it; not less than for the last one
 */
void gst_wms_asf_markers_add (GstWmsAsfMarkers * self, GstEvent * event,
    guint64 n_packets);

/**
 * gst_wms_asf_markers_take:
 * @self: the queue
 * @n_packets: how many packets have left
 *
 * Returns: (transfer full) (nullable): the next event whose time has come.
 */
GstEvent *gst_wms_asf_markers_take (GstWmsAsfMarkers * self,
    guint64 n_packets);

/**
 * gst_wms_asf_markers_is_due:
 *
 * Returns: whether gst_wms_asf_markers_take() has an event.
 */
gboolean gst_wms_asf_markers_is_due (const GstWmsAsfMarkers * self,
    guint64 n_packets);

/**
 * gst_wms_asf_markers_clear:
 *
 * Throws away what has not gone.
 */
void gst_wms_asf_markers_clear (GstWmsAsfMarkers * self);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_MARKERS_H__ */
