/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxevents.h"

#include <glib/gi18n-lib.h>

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

static gboolean
take_caps (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad, GstCaps * caps)
{
  g_autoptr (GError) error = NULL;
  GstWmsAsfFormat format;

  if (!gst_wms_asf_format_from_caps (&format, caps, &error)) {
    GST_ELEMENT_ERROR (self->mux, STREAM, FORMAT, ("%s", error->message),
        ("pad %s:%s, caps %" GST_PTR_FORMAT, GST_DEBUG_PAD_NAME (pad), caps));
    return FALSE;
  }
  if (pad->in_header) {
    gboolean same = gst_wms_asf_format_equal (&pad->format, &format);

    gst_wms_asf_format_clear (&format);
    if (!same)
      GST_ELEMENT_ERROR (self->mux, STREAM, FORMAT,
          (_("A stream changed its format while it was being written.")),
          ("new caps %" GST_PTR_FORMAT, caps));
    return same;
  }
  gst_wms_asf_format_clear (&pad->format);
  pad->format = format;
  pad->have_format = TRUE;
  return TRUE;
}

static void
take_tags (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad, GstEvent * event)
{
  GstTagList *tags, *merged;

  gst_event_parse_tag (event, &tags);
  merged = gst_tag_list_merge (pad->tags, tags, GST_TAG_MERGE_REPLACE);
  gst_clear_tag_list (&pad->tags);
  pad->tags = merged;
  if (self->is_started)
    GST_INFO_OBJECT (pad, "tags after the header are not in it: %"
        GST_PTR_FORMAT, tags);
}

gboolean
gst_wms_asf_events_take (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad,
    GstEvent * event, gboolean * result)
{
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      *result = take_caps (self, pad, caps);
      gst_event_unref (event);
      return TRUE;
    case GST_EVENT_TAG:
      take_tags (self, pad, event);
      return FALSE;
    default:
      return FALSE;
  }
}
