/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmsmarkers.h"

#define MARKER_NAME "wms-marker"

gboolean
gst_wms_markers_is_marker (GstEvent * event)
{
  return GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_DOWNSTREAM
      && gst_event_has_name (event, MARKER_NAME);
}

gboolean
gst_wms_markers_add (GstWmsMarkers * self, const GstStructure * marker)
{
  if (self->waiting.length == GST_WMS_MAX_MARKERS)
    return FALSE;
  g_queue_push_tail (&self->waiting, gst_structure_copy (marker));
  return TRUE;
}

void
gst_wms_markers_tell (GstWmsMarkers * self, WmsClient * client)
{
  GstStructure *marker;

  while ((marker = g_queue_pop_head (&self->waiting)) != NULL) {
    wms_client_tell_marker (client, marker);
    gst_structure_free (marker);
  }
}

gboolean
gst_wms_markers_is_empty (const GstWmsMarkers * self)
{
  return self->waiting.head == NULL;
}

void
gst_wms_markers_clear (GstWmsMarkers * self)
{
  g_queue_clear_full (&self->waiting, (GDestroyNotify) gst_structure_free);
}
