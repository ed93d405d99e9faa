/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfkeywait.h"

typedef struct
{
  gboolean has_video;
  gboolean begins;              /* an object of any stream */
} Content;

static Content
look_at (const AsfHeaderInfo * header, const AsfPacketInfo * packet,
    const guint8 * data)
{
  Content content = { FALSE, FALSE };
  const AsfStreamInfo *stream;
  AsfPayloadIter iter;
  AsfPayload payload;

  asf_payload_iter_init (&iter, packet, data);
  while (asf_payload_next (&iter, &payload, NULL)) {
    stream = asf_header_find_stream (header, payload.stream_number);
    if (stream == NULL)
      continue;
    content.has_video |= stream->kind == ASF_STREAM_VIDEO;
    content.begins |= payload.offset == 0;
  }
  return content;
}

gboolean
asf_key_wait_take (AsfKeyWait * self, const AsfHeaderInfo * header,
    const AsfPacketInfo * packet, const guint8 * data)
{
  gboolean is_first = !self->elapsed.is_begun;
  guint64 now_ms = asf_elapsed_take (&self->elapsed, header, packet);
  gboolean starts = asf_packet_starts_key_frame (packet, data, header);
  Content content;

  self->is_over = !header->has_video;
  if (self->is_over)
    return starts;
  content = look_at (header, packet, data);
  if (is_first || starts || (content.has_video && !self->has_video)
      || now_ms < self->since_ms)
    self->since_ms = now_ms;
  self->has_video |= content.has_video;
  self->is_over = now_ms - self->since_ms
      >= (self->has_video ? ASF_NO_KEY_MS : ASF_NO_VIDEO_MS);
  return starts || (self->is_over && content.begins);
}
