/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfborder.h"

#include <string.h>

void
asf_border_init (AsfBorder * self, const AsfHeaderInfo * header,
    const AsfView * view, guint row, gboolean needs_key)
{
  const AsfPayload *payload = &view->rows[row].payload;

  memset (self, 0, sizeof (*self));
  self->header = header;
  self->needs_key = needs_key;
  self->pres_ms = asf_view_pres_ms (view, payload->pres_time_ms);
  self->send_ms = view->send_ms;
}

/* Whether an object that begins is behind the border, its stream not yet
 * being there. */
static gboolean
passes (const AsfBorder * self, const AsfView * view,
    const AsfPayload * payload)
{
  const AsfStreamInfo *stream = asf_header_find_stream (self->header,
      payload->stream_number);
  gboolean waits = self->needs_key && stream != NULL
      && stream->kind == ASF_STREAM_VIDEO && !payload->is_key;

  return !waits
      && asf_view_pres_ms (view, payload->pres_time_ms) >= self->pres_ms;
}

guint64
asf_border_split (AsfBorder * self, const AsfView * view)
{
  guint64 bits = 0;
  guint i;

  for (i = 0; i < view->n_rows; i++) {
    const AsfViewRow *row = &view->rows[i];
    gboolean *is_behind = &self->is_behind[row->payload.stream_number];

    if (row->is_start && !*is_behind)
      *is_behind = passes (self, view, &row->payload);
    if (*is_behind)
      bits |= ASF_VIEW_BIT (i);
  }
  return bits;
}

gboolean
asf_border_is_passed (const AsfBorder * self)
{
  guint i;

  for (i = 0; i < self->header->n_streams; i++) {
    const AsfStreamInfo *stream = &self->header->streams[i];

    if ((stream->kind == ASF_STREAM_AUDIO || stream->kind == ASF_STREAM_VIDEO)
        && !self->is_behind[stream->number])
      return FALSE;
  }
  return TRUE;
}
