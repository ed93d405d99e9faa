/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is left out: after a loss, and where the connection takes less than the
 * stream has.  gstwmssender.c has the threads. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "wmspush/gstwmssender-private.h"

#include <string.h>

#include "asf/asfmap.h"

/* Whether a player can begin with this packet, the next one of those that came
 * while skipping; what cannot be read is sent and not judged here. */
static gboolean
can_go_on (GstWmsSender * self, GstBuffer * buffer)
{
  gboolean starts = TRUE;
  AsfPacketInfo info;
  GstMapInfo map;

  if (!asf_buffer_map (buffer, &map))
    return TRUE;
  if (asf_packet_read (map.data, map.size, &info, NULL))
    starts = asf_key_wait_take (&self->wait, &self->info, &info, map.data);
  gst_buffer_unmap (buffer, &map);
  return starts;
}

void
gst_wms_sender_begin_skipping (GstWmsSender * self)
{
  /* nothing goes on where nothing has begun */
  if (!self->is_skipping && self->due != WMS_FRAME_HEADER)
    gst_wms_drops_count (&self->drops, &self->drops.discontinuities, 1);
  if (!self->is_skipping)
    memset (&self->wait, 0, sizeof (self->wait));
  self->is_skipping = TRUE;
}

static void
end_skipping (GstWmsSender * self)
{
  self->is_skipping = self->drops.is_run_told = FALSE;
  self->blocked_us = 0;
}

/* Takes the packets that nobody can use out of the batch: those in front of
 * the next key frame. */
void
gst_wms_sender_skip_in_batch (GstWmsSender * self)
{
  guint n_kept = self->n_taken;
  guint n_dropped = 0;
  guint i;

  for (i = self->n_taken; i < self->n_batch; i++) {
    WmsPacket *packet = &self->batch[i];

    if (wms_packet_is_data (packet) && self->is_skipping) {
      if (can_go_on (self, packet->buffer))
        end_skipping (self);
    }
    if (wms_packet_is_data (packet) && self->is_skipping) {
      gst_wms_sender_drop_packet (self, packet);
      n_dropped++;
    } else {
      self->batch[n_kept++] = *packet;
    }
  }
  self->n_batch = n_kept;
  gst_wms_drops_count (&self->drops, &self->drops.dropped, n_dropped);
  gst_wms_sender_note_received (self);
}

/* Up to when the batch may wait. */
gint64
gst_wms_sender_get_deadline_us (GstWmsSender * self)
{
  if (self->end_us != 0)
    return self->end_us;
  if (self->config.leaky == GST_WMS_LEAKY_NO)
    return -1;
  if (self->is_skipping)
    return g_get_monotonic_time ();
  if (self->blocked_us == 0)
    self->blocked_us = g_get_monotonic_time ();
  return self->blocked_us + (gint64) (self->config.max_backlog / 1000);
}

gboolean
gst_wms_sender_poke (GstWmsSender * self, GstFlowReturn * ret)
{
  GError *error = NULL;
  guint n_taken = 0;
  gboolean ok = wms_client_write (self->client, NULL, 0, &n_taken,
      gst_wms_sender_get_deadline_us (self), self->cancellable, &error);

  if (ok)
    self->blocked_us = 0;
  else
    *ret = gst_wms_sender_handle_failure (self, error);
  return ok;
}

/* Returns whether the packet can be sent now: it ends the run of drops. */
gboolean
gst_wms_sender_is_run_over (GstWmsSender * self, GstBuffer * buffer,
    GstFlowReturn * ret)
{
  gboolean is_over = can_go_on (self, buffer);

  if (self->config.leaky != GST_WMS_LEAKY_NO) {
    gst_wms_sender_poke (self, ret);
    /* blocked_us is 0 when all went out */
    is_over = is_over && *ret == GST_FLOW_OK && self->blocked_us == 0;
  }
  if (is_over)
    end_skipping (self);
  return is_over;
}
