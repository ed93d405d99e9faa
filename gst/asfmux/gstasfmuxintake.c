/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asfmux/gstasfmuxintake.h"

struct _GstWmsAsfIntake
{
  /* streaming thread of the source pad */
  GstBuffer *current;
};

GstWmsAsfIntake *
gst_wms_asf_intake_new (void)
{
  return g_new0 (GstWmsAsfIntake, 1);
}

void
gst_wms_asf_intake_free (GstWmsAsfIntake * self)
{
  gst_clear_buffer (&self->current);
  g_free (self);
}

GstBuffer *
gst_wms_asf_intake_peek (GstWmsAsfMuxPad * pad)
{
  GstWmsAsfIntake *self = pad->intake;

  gst_clear_buffer (&self->current);
  self->current = gst_aggregator_pad_peek_buffer (GST_AGGREGATOR_PAD (pad));
  return self->current;
}

GstBuffer *
gst_wms_asf_intake_pop (GstWmsAsfMuxPad * pad)
{
  gst_clear_buffer (&pad->intake->current);
  return gst_aggregator_pad_pop_buffer (GST_AGGREGATOR_PAD (pad));
}
