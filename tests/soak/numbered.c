/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "numbered.h"

#include <string.h>

#define HEAD_SIZE 16
#define PICTURE_SIZE 4000
#define SOUND_SIZE 400
/* So many bytes every 40 ms. */
#define DENSE_SIZE 400
#define DENSE_STEP_MS 40
#define DENSE_BEFORE_MS 200000
#define DENSE_AFTER_MS 10000
/* The last object before a jump. */
#define JUMP_AFTER 20

static gboolean
is_dense (guint64 time_ms)
{
  return time_ms + DENSE_BEFORE_MS >= NUMBERED_FULL_MS
      && time_ms < NUMBERED_FULL_MS + DENSE_AFTER_MS;
}

gboolean
numbered_plan_next (const NumberedPlan * self, guint64 number,
    guint64 * time_ms)
{
  if (self->jumps && number == JUMP_AFTER)
    *time_ms = NUMBERED_FULL_MS - DENSE_BEFORE_MS / 2;
  else
    *time_ms += is_dense (*time_ms) ? DENSE_STEP_MS : self->step_ms;
  return *time_ms < self->end_ms;
}

GstBuffer *
numbered_buffer_new (const NumberedPlan * self, gboolean is_video,
    guint64 number, guint64 time_ms)
{
  gboolean dense = is_dense (time_ms);
  gsize size = !is_video ? SOUND_SIZE : dense ? DENSE_SIZE : PICTURE_SIZE;
  guint8 *data = g_malloc (size);
  GstBuffer *buffer = gst_buffer_new_wrapped (data, size);

  GST_WRITE_UINT64_LE (data, number);
  GST_WRITE_UINT64_LE (data + 8, time_ms);
  memset (data + HEAD_SIZE, number & 0xff, size - HEAD_SIZE);
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = time_ms * GST_MSECOND;
  GST_BUFFER_DURATION (buffer) = (dense ? DENSE_STEP_MS : self->step_ms)
      * GST_MSECOND;
  if (is_video && number % NUMBERED_KEY_DISTANCE != 0)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}

void
numbered_check_blame (NumberedCheck * self, const gchar * format, ...)
{
  va_list arguments;

  if (self->n_faults++ > 0)
    return;
  va_start (arguments, format);
  g_vsnprintf (self->fault, sizeof (self->fault), format, arguments);
  va_end (arguments);
}

static void
forget (NumberedStream * stream)
{
  stream->has_any = stream->has_time = FALSE;
  stream->got = stream->size = 0;
}

void
numbered_check_begin (NumberedCheck * self)
{
  forget (&self->video);
  forget (&self->sound);
}

gboolean
numbered_check_header (NumberedCheck * self, const guint8 * data, gsize size)
{
  g_autoptr (GError) error = NULL;

  if (!asf_header_read (data, size, &self->info, &error)) {
    numbered_check_blame (self, "header: %s", error->message);
    return FALSE;
  }
  self->n_headers++;
  self->video.has_time = self->sound.has_time = FALSE;
  return TRUE;
}

/* What every object says of itself against what came before it. */
static void
check_number (NumberedCheck * self, NumberedStream * stream, guint64 number,
    guint64 time_ms, const AsfPayload * payload)
{
  if (stream->has_any && number < stream->next)
    numbered_check_blame (self, "object %" G_GUINT64_FORMAT " comes again after"
        " %" G_GUINT64_FORMAT, number, stream->next - 1);
  else if (stream->has_any && number > stream->next) {
    if (self->n_missing == 0)
      self->first_missing = stream->next;
    self->n_missing += number - stream->next;
  }
  if (stream->has_time && number == stream->next
      && (guint8) (stream->object_number + 1) != payload->object_number)
    numbered_check_blame (self, "media object number %u follows %u",
        payload->object_number, stream->object_number);
  if (stream->has_time && (guint32) (time_ms - stream->time_ms)
      != payload->pres_time_ms - stream->pres_ms)
    numbered_check_blame (self, "object %" G_GUINT64_FORMAT ", %"
        G_GUINT64_FORMAT " ms after the one before, is %u ms after it", number,
        time_ms - stream->time_ms, payload->pres_time_ms - stream->pres_ms);
}

static void
begin_object (NumberedCheck * self, NumberedStream * stream,
    const AsfPayload * payload)
{
  guint64 number = GST_READ_UINT64_LE (payload->data);
  guint64 time_ms = GST_READ_UINT64_LE (payload->data + 8);

  if (stream->got != stream->size)
    numbered_check_blame (self, "object before %" G_GUINT64_FORMAT " has %u of"
        " %u bytes", number, stream->got, stream->size);
  check_number (self, stream, number, time_ms, payload);
  if (stream == &self->video
      && payload->is_key != (number % NUMBERED_KEY_DISTANCE == 0))
    numbered_check_blame (self, "object %" G_GUINT64_FORMAT ": key frame %d",
        number, payload->is_key);
  stream->has_any = stream->has_time = TRUE;
  stream->next = number + 1;
  stream->time_ms = time_ms;
  stream->pres_ms = payload->pres_time_ms;
  stream->object_number = payload->object_number;
  stream->size = payload->object_size;
  stream->got = 0;
  stream->fill = number & 0xff;
}

static gboolean
is_filled (const guint8 * data, gsize size, guint8 fill)
{
  return size == 0 || (data[0] == fill && memcmp (data, data + 1, size - 1)
      == 0);
}

static void
check_payload (NumberedCheck * self, NumberedStream * stream,
    const AsfPayload * payload)
{
  gsize head = payload->offset == 0 ? HEAD_SIZE : 0;

  /* of an object that had begun before we came */
  if (!stream->has_any && payload->offset != 0)
    return;
  if (payload->size < head) {
    numbered_check_blame (self, "a payload of %u bytes", payload->size);
    return;
  }
  if (payload->offset == 0)
    begin_object (self, stream, payload);
  if (payload->offset != stream->got
      || payload->object_number != stream->object_number)
    numbered_check_blame (self, "object %" G_GUINT64_FORMAT ": a payload at %u,"
        " not at %u", stream->next - 1, payload->offset, stream->got);
  if (!is_filled (payload->data + head, payload->size - head, stream->fill))
    numbered_check_blame (self, "object %" G_GUINT64_FORMAT " has other bytes",
        stream->next - 1);
  stream->got += payload->size;
}

void
numbered_check_packet (NumberedCheck * self, const guint8 * data, gsize size)
{
  g_autoptr (GError) error = NULL;
  AsfPacketInfo packet;
  AsfPayloadIter iter;
  AsfPayload payload;

  self->n_packets++;
  if (!asf_packet_read (data, size, &packet, &error)) {
    numbered_check_blame (self, "packet: %s", error->message);
    return;
  }
  asf_payload_iter_init (&iter, &packet, data);
  while (asf_payload_next (&iter, &payload, &error)) {
    const AsfStreamInfo *stream =
        asf_header_find_stream (&self->info, payload.stream_number);

    if (stream == NULL)
      numbered_check_blame (self, "a stream %u", payload.stream_number);
    else
      check_payload (self, stream->kind == ASF_STREAM_VIDEO ? &self->video
          : &self->sound, &payload);
  }
  if (error != NULL)
    numbered_check_blame (self, "payload: %s", error->message);
}
