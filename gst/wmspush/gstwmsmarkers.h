/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_MARKERS_H__
#define __GST_WMS_MARKERS_H__

#include <gst/gst.h>

#include "wmspush/wmsclient.h"

G_BEGIN_DECLS

/* How many can wait: nothing is queued without a bound. */
#define GST_WMS_MAX_MARKERS 1000

/**
 * GstWmsMarkers:
 *
 * Markers that wait for the first packet of a session.  All zero is empty.
 */
typedef struct
{
  GQueue waiting;
} GstWmsMarkers;

/**
 * gst_wms_markers_is_marker:
 *
 * Returns: whether @event is one named "wms-marker" (migration.md,
 *     PlaceMarker).
 */
gboolean gst_wms_markers_is_marker (GstEvent * event);

/**
 * gst_wms_markers_add:
 * @self: the markers
 * @marker: copied
 *
 * Returns: %FALSE when %GST_WMS_MAX_MARKERS are waiting.
 */
gboolean gst_wms_markers_add (GstWmsMarkers * self,
    const GstStructure * marker);

/**
 * gst_wms_markers_tell:
 * @self: the markers
 * @client: session whose packets stand before them
 *
 * Posts all that wait.
 */
void gst_wms_markers_tell (GstWmsMarkers * self, WmsClient * client);

/**
 * gst_wms_markers_is_empty:
 *
 * Returns: whether none waits.
 */
gboolean gst_wms_markers_is_empty (const GstWmsMarkers * self);

/**
 * gst_wms_markers_clear:
 *
 * Drops all that wait.
 */
void gst_wms_markers_clear (GstWmsMarkers * self);

G_END_DECLS
#endif /* __GST_WMS_MARKERS_H__ */
