/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfview.h"

static void
add_row (AsfView * self, const AsfPayload * payload)
{
  AsfViewRow *row = &self->rows[self->n_rows++];

  row->payload = *payload;
  row->n_objects = 1;
  row->last_pres_ms = payload->pres_time_ms;
  row->is_start = payload->object_size > 0 && payload->offset == 0
      && payload->time != NULL;
}

gboolean
asf_view_read (AsfView * self, const guint8 * data, gsize size)
{
  AsfPayloadIter iter;
  AsfPayload payload;

  self->n_rows = 0;
  self->data = data;
  if (!asf_packet_read (data, size, &self->packet, NULL))
    return FALSE;
  self->send_ms = self->packet.send_time_ms;
  asf_payload_iter_init (&iter, &self->packet, data);
  while (asf_payload_next (&iter, &payload, NULL)) {
    AsfViewRow *last = self->n_rows ? &self->rows[self->n_rows - 1] : NULL;

    if (last == NULL || last->payload.head != payload.head) {
      add_row (self, &payload);
    } else {
      last->n_objects++;
      last->last_pres_ms = payload.pres_time_ms;
    }
  }
  return self->n_rows > 0;
}

static gboolean
has_sound (const AsfHeaderInfo * header)
{
  guint i;

  for (i = 0; i < header->n_streams; i++) {
    if (header->streams[i].kind == ASF_STREAM_AUDIO)
      return TRUE;
  }
  return FALSE;
}

gint
asf_view_find_start (const AsfView * self, const AsfHeaderInfo * header,
    gboolean needs_key)
{
  AsfStreamKind kind = needs_key ? ASF_STREAM_VIDEO : ASF_STREAM_AUDIO;
  gboolean any = !needs_key && !has_sound (header);
  guint i;

  for (i = 0; i < self->n_rows; i++) {
    const AsfViewRow *row = &self->rows[i];
    const AsfStreamInfo *stream = asf_header_find_stream (header,
        row->payload.stream_number);

    if (stream == NULL || !row->is_start || (needs_key && !row->payload.is_key))
      continue;
    if (any || stream->kind == kind)
      return i;
  }
  return -1;
}

gint64
asf_view_pres_ms (const AsfView * self, guint32 pres_ms)
{
  return (gint64) self->send_ms
      + (gint32) (pres_ms - self->packet.send_time_ms);
}
