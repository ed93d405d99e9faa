/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxevents.h"

#include <glib/gi18n-lib.h>

#include "asfmux/gstasfmuxrestart.h"
#include "asfmux/gstasfmuxscripts.h"
#include "asfmux/gstasfmuxtext.h"
#include "asfmux/gstasfmuxtoc.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

static void
refuse_caps (GstElement * mux, GstPad * pad, const GstCaps * caps,
    const GError * error)
{
  GST_ELEMENT_ERROR (mux, STREAM, FORMAT, ("%s", error->message),
      ("pad %s:%s, caps %" GST_PTR_FORMAT, GST_DEBUG_PAD_NAME (pad), caps));
}

/* The same stream with other pixels or fields, which frames bring along, as far
 * as the header declares it.  The next header says it as well. */
static gboolean
take_picture (GstWmsAsfMuxPad * pad, const GstWmsAsfFormat * format)
{
  if (format->stream.kind != ASF_STREAM_VIDEO)
    return TRUE;
  pad->format.par_n = format->par_n;
  pad->format.par_d = format->par_d;
  pad->format.interlaced = format->interlaced;
  pad->format.top_field_first = format->top_field_first;
  return gst_wms_asf_extensions_change (&pad->extensions, format);
}

static gboolean
take_caps (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad, GstCaps * caps)
{
  g_autoptr (GError) error = NULL;
  GstWmsAsfFormat format;
  gboolean is_other;

  if (gst_wms_asf_text_is_text (pad)) {
    gst_wms_asf_text_take_caps (pad, caps);
    return TRUE;
  }
  if (!gst_wms_asf_format_from_caps (&format, caps, &error)) {
    refuse_caps (GST_ELEMENT (self->mux), GST_PAD (pad), caps, error);
    return FALSE;
  }
  is_other = pad->have_format &&
      !gst_wms_asf_format_equal (&pad->format, &format);
  if (pad->in_header && !is_other && !take_picture (pad, &format)) {
    pad->in_header = self->is_file;
    if (self->is_file)
      GST_WARNING_OBJECT (pad, "the header has square pixels: %" GST_PTR_FORMAT,
          caps);
  }
  if (pad->in_header && (self->is_file || !is_other)) {
    gst_wms_asf_format_clear (&format);
    if (is_other)
      GST_ELEMENT_ERROR (self->mux, STREAM, FORMAT,
          (_("A stream changed its format while a file was being written, "
                  "which only a broadcast can do: set streamable.")),
          ("new caps %" GST_PTR_FORMAT, caps));
    return !is_other;
  }
  gst_wms_asf_format_clear (&pad->format);
  pad->format = format;
  pad->have_format = TRUE;
  pad->in_header = FALSE;
  return TRUE;
}

/* A new group without an end of the stream before it, as concat sends it, is
 * another programme (migration.md, NotifyEndOfSegment).  A file goes on
 * with it when the format stays, which the caps will tell. */
static void
take_stream_start (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad,
    GstEvent * event)
{
  guint group_id = GST_GROUP_ID_INVALID;

  gst_event_parse_group_id (event, &group_id);
  if (group_id != pad->group_id && group_id != GST_GROUP_ID_INVALID &&
      pad->group_id != GST_GROUP_ID_INVALID && !self->is_file)
    pad->in_header = FALSE;
  pad->group_id = group_id;
}

static void
take_tags (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad, GstEvent * event)
{
  GstTagList *tags, *merged;

  gst_event_parse_tag (event, &tags);
  merged = gst_tag_list_merge (pad->tags, tags, GST_TAG_MERGE_REPLACE);
  gst_clear_tag_list (&pad->tags);
  pad->tags = merged;
  gst_wms_asf_restart_note_tags (self);
}

static gboolean
take_custom (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad, GstEvent * event,
    gboolean * result)
{
  if (gst_wms_asf_markers_is_marker (event)) {
    *result = gst_wms_asf_session_add_marker (self, event) == GST_FLOW_OK;
    return TRUE;
  }
  if (gst_wms_asf_text_is_script (event)) {
    *result = gst_wms_asf_scripts_add (self, pad, event) == GST_FLOW_OK;
    gst_event_unref (event);
    return TRUE;
  }
  return FALSE;
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
    case GST_EVENT_STREAM_START:
      take_stream_start (self, pad, event);
      return FALSE;
    case GST_EVENT_TAG:
      take_tags (self, pad, event);
      return FALSE;
    case GST_EVENT_CUSTOM_DOWNSTREAM:
      return take_custom (self, pad, event, result);
    case GST_EVENT_TOC:
      /* the base class would send it on before the header */
      gst_wms_asf_toc_take (self, pad, event);
      *result = TRUE;
      return TRUE;
    case GST_EVENT_GAP:
      /* the base class asserts that its segment is in time */
      if (GST_AGGREGATOR_PAD (pad)->segment.format == GST_FORMAT_TIME)
        return FALSE;
      gst_event_unref (event);
      *result = TRUE;
      return TRUE;
    default:
      return FALSE;
  }
}

/* Caps that a pad does not accept do not come to its event function, and all
 * that is said is the source's "Internal data stream error". */
static GstPadProbeReturn
watch_caps (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  g_autoptr (GstElement) mux = NULL;
  g_autoptr (GError) error = NULL;
  GstWmsAsfFormat format;
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  if (gst_pad_query_accept_caps (pad, caps))
    return GST_PAD_PROBE_REMOVE;
  mux = gst_pad_get_parent_element (pad);
  if (gst_wms_asf_format_from_caps (&format, caps, &error))
    gst_wms_asf_format_clear (&format);
  else if (mux != NULL)
    refuse_caps (mux, pad, caps, error);
  return GST_PAD_PROBE_OK;
}

void
gst_wms_asf_events_watch (GstPad * pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, watch_caps,
      NULL, NULL);
}
