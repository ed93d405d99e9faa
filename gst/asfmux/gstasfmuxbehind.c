/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxbehind.h"

#include "asfmux/gstasfmuxintake.h"

/* Streams of a live source are that much apart at most. */
#define MAX_APART (200 * GST_MSECOND)
/* In which an encoder that is faster than real time makes a picture. */
#define GRACE (20 * GST_MSECOND)

void
gst_wms_asf_behind_note (GstWmsAsfBehind * self, GstWmsAsfMuxPad * pad,
    GstClockTimeDiff time)
{
  pad->is_behind = self->has_newest
      && time < self->newest - (GstClockTimeDiff) MAX_APART;
  if (!self->has_newest || time > self->newest)
    self->newest = time;
  self->has_newest = TRUE;
}

static gboolean
take_waiting_locked (GstElement * mux)
{
  gboolean found = FALSE;
  GList *l;

  for (l = mux->sinkpads; l != NULL; l = l->next) {
    GstWmsAsfMuxPad *pad = l->data;

    if (!pad->is_behind || gst_wms_asf_intake_peek (pad) != NULL)
      continue;
    found |= !gst_aggregator_pad_is_eos (l->data);
    pad->is_behind = FALSE;
  }
  return found;
}

gboolean
gst_wms_asf_behind_must_wait (GstWmsAsfBehind * self, GstAggregator * mux)
{
  GstClockTime now = gst_element_get_current_running_time (GST_ELEMENT (mux));
  GstClockTime latency = gst_aggregator_get_latency (mux);
  gboolean found;

  if (!GST_CLOCK_TIME_IS_VALID (now))
    return FALSE;
  GST_OBJECT_LOCK (mux);
  found = take_waiting_locked (GST_ELEMENT (mux));
  GST_OBJECT_UNLOCK (mux);
  /* the base class adds the latency */
  if (found)
    self->wait_until = (GstClockTimeDiff) (now + GRACE)
        - (GST_CLOCK_TIME_IS_VALID (latency) ? (GstClockTimeDiff) latency : 0);
  return found;
}
