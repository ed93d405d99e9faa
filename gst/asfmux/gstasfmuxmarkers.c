/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxmarkers.h"

typedef struct
{
  GstEvent *event;
  guint64 n_packets;
} Marker;

gboolean
gst_wms_asf_markers_is_marker (GstEvent * event)
{
  return GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_DOWNSTREAM &&
      gst_event_has_name (event, GST_WMS_ASF_MARKER_NAME);
}

void
gst_wms_asf_markers_add (GstWmsAsfMarkers * self, GstEvent * event,
    guint64 n_packets)
{
  Marker *marker = g_new (Marker, 1);

  marker->event = event;
  marker->n_packets = n_packets;
  g_queue_push_tail (&self->events, marker);
}

gboolean
gst_wms_asf_markers_is_due (const GstWmsAsfMarkers * self, guint64 n_packets)
{
  const GList *first = self->events.head;

  return first != NULL && ((const Marker *) first->data)->n_packets <=
      n_packets;
}

GstEvent *
gst_wms_asf_markers_take (GstWmsAsfMarkers * self, guint64 n_packets)
{
  Marker *marker;
  GstEvent *event;

  if (!gst_wms_asf_markers_is_due (self, n_packets))
    return NULL;
  marker = g_queue_pop_head (&self->events);
  event = marker->event;
  g_free (marker);
  return event;
}

void
gst_wms_asf_markers_clear (GstWmsAsfMarkers * self)
{
  GstEvent *event;

  while ((event = gst_wms_asf_markers_take (self, G_MAXUINT64)) != NULL)
    gst_event_unref (event);
}
