/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubrecordclock.h"

#include <string.h>

#include "asf/asfelapsed.h"

void
pub_record_clock_reset (PubRecordClock * self)
{
  memset (self, 0, sizeof (*self));
}

gboolean
pub_record_clock_follow (PubRecordClock * self, AsfView * view)
{
  gint32 step_ms = view->packet.send_time_ms - (guint32) self->send_ms;

  if (!self->is_set) {
    self->is_set = TRUE;
    self->first_send_ms = view->packet.send_time_ms;
    step_ms = 0;
    self->send_ms = self->first_send_ms;
  }
  if (asf_send_time_jumps (step_ms))
    return FALSE;
  if (step_ms >= 0 || self->send_ms >= (guint64) - (gint64) step_ms)
    self->send_ms += step_ms;
  view->send_ms = self->send_ms;
  return TRUE;
}

void
pub_record_clock_note (PubRecordClock * self, const AsfView * view)
{
  guint i;

  for (i = 0; i < view->n_rows; i++) {
    const AsfViewRow *row = &view->rows[i];

    if (row->is_start)
      self->newest_ms[row->payload.stream_number] =
          asf_view_pres_ms (view, row->last_pres_ms);
  }
}

guint
pub_record_clock_get_lag (PubRecordClock * self, const AsfHeaderInfo * header)
{
  gint64 newest_ms = 0, oldest_ms = G_MAXINT64;
  guint i;

  for (i = 0; i < header->n_streams; i++) {
    const AsfStreamInfo *stream = &header->streams[i];
    gint64 ms = self->newest_ms[stream->number];

    if (ms == 0 || (stream->kind != ASF_STREAM_AUDIO
            && stream->kind != ASF_STREAM_VIDEO))
      continue;
    newest_ms = MAX (newest_ms, ms);
    oldest_ms = MIN (oldest_ms, ms);
  }
  return newest_ms > oldest_ms ? MIN (newest_ms - oldest_ms, G_MAXINT32) : 0;
}
