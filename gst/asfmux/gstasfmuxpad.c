/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxpad.h"

#include <string.h>

#include "asfmux/gstasfmuxintake.h"
#include "asfmux/gstasfmuxchapters.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

G_DEFINE_TYPE (GstWmsAsfMuxPad, gst_wms_asf_mux_pad, GST_TYPE_AGGREGATOR_PAD);

void
gst_wms_asf_mux_pad_reset_stream (GstWmsAsfMuxPad * self)
{
  asf_index_clear (&self->index);
  GST_OBJECT_LOCK (self);
  gst_wms_asf_pad_settings_copy (&self->settings, &self->properties);
  GST_OBJECT_UNLOCK (self);
  self->in_header = FALSE;
  self->rate_is_known = FALSE;
  self->first_ns = self->last_ns = self->end_ns = 0;
  self->last_pres_ms = 0;
  self->counted_bytes = 0;
  self->n_objects = self->n_bytes = self->n_payloads = 0;
  self->max_object_size = 0;
}

void
gst_wms_asf_mux_pad_forget_position (GstWmsAsfMuxPad * self)
{
  self->have_next_running = FALSE;
  self->jump_ns = self->jump_before_ns = 0;
}

void
gst_wms_asf_mux_pad_get_segment (GstWmsAsfMuxPad * self, GstSegment * segment)
{
  GST_OBJECT_LOCK (self);
  *segment = self->parent.segment;
  GST_OBJECT_UNLOCK (self);
}

void
gst_wms_asf_mux_pad_reset (GstWmsAsfMuxPad * self)
{
  gst_wms_asf_mux_pad_reset_stream (self);
  gst_wms_asf_mux_pad_forget_position (self);
  gst_segment_init (&self->toc_segment, GST_FORMAT_UNDEFINED);
  self->is_behind = FALSE;
  self->last_jump_ns = NULL;
  self->delay_is_known = FALSE;
  self->delay_ns = 0;
  self->lead_ns = 0;
  self->last_duration_ns = 0;
  self->n_dropped = self->n_empty = self->n_large = 0;
  self->n_timeless = 0;
  self->run_is_reported = FALSE;
  self->n_reports = 0;
}

static void
gst_wms_asf_mux_pad_set_property (GObject * object, guint prop_id,
    const GValue * value, GParamSpec * pspec)
{
  GstWmsAsfMuxPad *self = GST_WMS_ASF_MUX_PAD (object);
  gboolean is_known;

  GST_OBJECT_LOCK (self);
  is_known = gst_wms_asf_pad_settings_set_property (&self->properties, prop_id,
      value);
  GST_OBJECT_UNLOCK (self);
  if (!is_known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
gst_wms_asf_mux_pad_get_property (GObject * object, guint prop_id,
    GValue * value, GParamSpec * pspec)
{
  GstWmsAsfMuxPad *self = GST_WMS_ASF_MUX_PAD (object);
  gboolean is_known;

  GST_OBJECT_LOCK (self);
  is_known = gst_wms_asf_pad_settings_get_property (&self->properties, prop_id,
      value);
  GST_OBJECT_UNLOCK (self);
  if (!is_known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
gst_wms_asf_mux_pad_finalize (GObject * object)
{
  GstWmsAsfMuxPad *self = GST_WMS_ASF_MUX_PAD (object);

  gst_wms_asf_pad_settings_clear (&self->properties);
  gst_wms_asf_pad_settings_clear (&self->settings);
  gst_wms_asf_intake_free (self->intake);
  gst_wms_asf_format_clear (&self->format);
  asf_index_clear (&self->index);
  gst_clear_tag_list (&self->tags);
  g_free (self->language);
  gst_wms_asf_toc_clear (&self->toc);
  G_OBJECT_CLASS (gst_wms_asf_mux_pad_parent_class)->finalize (object);
}

gboolean
gst_wms_asf_mux_pad_comes_from_asf (const GstWmsAsfMuxPad * self)
{
  const gchar *format = NULL;

  return self->tags != NULL && gst_tag_list_peek_string_index (self->tags,
      GST_TAG_CONTAINER_FORMAT, 0, &format) && g_str_equal (format, "ASF");
}

static GstFlowReturn
gst_wms_asf_mux_pad_flush (GstAggregatorPad * pad, GstAggregator * aggregator)
{
  gst_wms_asf_intake_flush (GST_WMS_ASF_MUX_PAD (pad)->intake);
  return GST_FLOW_OK;
}

static void
gst_wms_asf_mux_pad_class_init (GstWmsAsfMuxPadClass * klass)
{
  GObjectClass *gobject_class = G_OBJECT_CLASS (klass);

  GST_AGGREGATOR_PAD_CLASS (klass)->flush = gst_wms_asf_mux_pad_flush;
  gobject_class->set_property = gst_wms_asf_mux_pad_set_property;
  gobject_class->get_property = gst_wms_asf_mux_pad_get_property;
  gobject_class->finalize = gst_wms_asf_mux_pad_finalize;
  gst_wms_asf_pad_settings_install_properties (gobject_class);
}

static void
gst_wms_asf_mux_pad_init (GstWmsAsfMuxPad * self)
{
  gst_wms_asf_pad_settings_init (&self->properties);
  self->group_id = GST_GROUP_ID_INVALID;
  self->intake = gst_wms_asf_intake_new ();
  /* demuxers leave out fields that say what form they have */
  GST_PAD_SET_ACCEPT_INTERSECT (self);
  gst_wms_asf_mux_pad_reset (self);
}
