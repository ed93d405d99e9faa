/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfelapsed.h"

#define MAX_BACK_MS 1000
#define MAX_FORWARD_MS 600000   /* ten minutes */

gboolean
asf_send_time_jumps (gint32 step_ms)
{
  return step_ms < -MAX_BACK_MS || step_ms > MAX_FORWARD_MS;
}

guint64
asf_elapsed_take (AsfElapsed * self, const AsfHeaderInfo * header,
    const AsfPacketInfo * packet)
{
  guint32 send_ms = packet->send_time_ms;
  gint32 step_ms = (gint32) (send_ms - self->send_ms);

  if (!(header->flags & ASF_FILE_BROADCAST))
    self->ms = send_ms;
  else if (!self->is_begun)
    self->ms = 0;
  else if (self->is_elsewhere || !asf_send_time_jumps (step_ms))
    self->ms += step_ms;
  self->is_begun = TRUE;
  self->is_elsewhere = FALSE;
  self->send_ms = send_ms;
  return MAX (self->ms, 0);
}

gboolean
asf_elapsed_doubts (const AsfElapsed * self, const AsfHeaderInfo * header,
    const AsfPacketInfo * packet)
{
  return !(header->flags & ASF_FILE_BROADCAST)
      && packet->send_time_ms > self->ms + MAX_FORWARD_MS;
}

gboolean
asf_elapsed_mend (const AsfElapsed * self, const AsfHeaderInfo * header,
    AsfPacketInfo * packet, const AsfPacketInfo * next)
{
  guint64 send_ms = packet->send_time_ms;
  gboolean is_damaged = next != NULL
      ? send_ms > (guint64) next->send_time_ms + MAX_BACK_MS
      : send_ms > header->play_duration_100ns / ASF_UNITS_PER_MS;

  if (is_damaged)
    packet->send_time_ms = (guint32) self->ms;
  return is_damaged;
}

guint64
asf_elapsed_first_pres (const AsfElapsed * self, const AsfHeaderInfo * header,
    const AsfPacketInfo * packet, const guint8 * data)
{
  guint64 sent_ms = MAX (self->ms, 0);
  gint32 lead_ms = G_MAXINT32;
  AsfPayloadIter iter;
  AsfPayload payload;

  asf_payload_iter_init (&iter, packet, data);
  while (asf_payload_next (&iter, &payload, NULL)) {
    if (payload.offset == 0 && payload.object_size > 0)
      lead_ms = MIN (lead_ms,
          (gint32) (payload.pres_time_ms - packet->send_time_ms));
  }
  if (lead_ms == G_MAXINT32 || lead_ms <= 0
      || (guint32) lead_ms <= header->preroll_ms)
    return sent_ms;
  return sent_ms + (guint32) lead_ms - header->preroll_ms;
}
