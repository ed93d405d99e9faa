/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asfmux/gstasfmuxintake.h"

struct _GstWmsAsfIntake
{
  /* streaming thread of the source pad */
  GstBuffer *current;
  GstBuffer *held;              /* in front of what the pad has */
  gint is_stale;                /* atomic: @held was flushed */
};

GstWmsAsfIntake *
gst_wms_asf_intake_new (void)
{
  return g_new0 (GstWmsAsfIntake, 1);
}

void
gst_wms_asf_intake_flush (GstWmsAsfIntake * self)
{
  g_atomic_int_set (&self->is_stale, TRUE);
}

static void
drop_stale (GstWmsAsfIntake * self)
{
  if (g_atomic_int_compare_and_exchange (&self->is_stale, TRUE, FALSE))
    gst_clear_buffer (&self->held);
}

void
gst_wms_asf_intake_free (GstWmsAsfIntake * self)
{
  gst_clear_buffer (&self->current);
  gst_clear_buffer (&self->held);
  g_free (self);
}

GstBuffer *
gst_wms_asf_intake_peek (GstWmsAsfMuxPad * pad)
{
  GstWmsAsfIntake *self = pad->intake;

  drop_stale (self);
  if (self->held != NULL)
    return self->held;
  gst_clear_buffer (&self->current);
  self->current = gst_aggregator_pad_peek_buffer (GST_AGGREGATOR_PAD (pad));
  return self->current;
}

GstBuffer *
gst_wms_asf_intake_peek_second (GstWmsAsfMuxPad * pad)
{
  GstWmsAsfIntake *self = pad->intake;

  drop_stale (self);
  gst_clear_buffer (&self->current);
  if (self->held == NULL)
    self->held = gst_aggregator_pad_pop_buffer (GST_AGGREGATOR_PAD (pad));
  self->current = gst_aggregator_pad_peek_buffer (GST_AGGREGATOR_PAD (pad));
  return self->current;
}

GstBuffer *
gst_wms_asf_intake_pop (GstWmsAsfMuxPad * pad)
{
  drop_stale (pad->intake);
  gst_clear_buffer (&pad->intake->current);
  if (pad->intake->held != NULL)
    return g_steal_pointer (&pad->intake->held);
  return gst_aggregator_pad_pop_buffer (GST_AGGREGATOR_PAD (pad));
}
