/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfrecording-private.h"

#include <string.h>

#include <gst/gstutils.h>

#include "asf/asfkeywait.h"

/* Property Flags (section 5.2.2): Media Object Number is a BYTE. */
#define OBJECT_NUMBER_MASK 0x30
#define OBJECT_NUMBER_BYTE 0x10
/* Behind the Send Time in a packet's head: Duration. */
#define SEND_TIME_BEFORE_PAYLOADS 6
/* Payload extension data with the time of a picture: 8 bytes, begin and end
 * in 100 ns. */
#define SHOWN_TIME_BEGIN_AT 8
#define SHOWN_TIME_END_AT 16
/* The last object lasts as long as the one before it, but no pause. */
#define MAX_GAP_MS 5000
/* What is changed in a row. */
typedef struct
{
  guint32 pres_ms;
  guint8 number;
} RowEdit;

/* A time as it is in the file.  What comes before the file's beginning comes
 * at its beginning (rules, 7.2). */
static guint32
place_time (AsfRecording * self, const AsfView * view, guint32 pres_ms)
{
  gint64 time_ms = asf_view_pres_ms (view, pres_ms) - self->pres_shift_ms;

  return CLAMP (time_ms, (gint64) self->preroll_ms, (gint64) G_MAXUINT32);
}

/* An object lasts until the next one of its stream. */
static void
note_times (AsfRecording * self, AsfRecordStream * stream, guint32 first_ms,
    guint32 last_ms, guint n_objects)
{
  AsfRecordState *totals = &self->totals;

  if (stream->n_objects == 0)
    stream->first_pres_ms = first_ms;
  else if (first_ms > stream->last_pres_ms)
    stream->gap_ms = MIN (first_ms - stream->last_pres_ms, MAX_GAP_MS);
  if (n_objects > 1)
    stream->gap_ms = MIN ((last_ms - first_ms) / (n_objects - 1), MAX_GAP_MS);
  stream->last_pres_ms = last_ms;
  if (totals->first_pres_ms == 0 || first_ms < totals->first_pres_ms)
    totals->first_pres_ms = first_ms;
  totals->play_end_ms = MAX (totals->play_end_ms,
      (guint64) last_ms + stream->gap_ms);
}

static void
close_object (AsfRecording * self, AsfRecordStream * stream)
{
  stream->is_open = FALSE;
  if (stream->is_indexed && stream->is_key)
    asf_index_add_key (&self->indexes[stream - self->streams],
        stream->pres_ms, stream->first_packet, stream->n_packets);
}

static void
add_fragment (AsfRecording * self, AsfRecordStream * stream,
    const AsfPayload * payload)
{
  if (stream->n_packets == 0 || stream->last_packet != self->totals.n_packets)
    stream->n_packets++;
  stream->last_packet = self->totals.n_packets;
  stream->got += payload->size;
  stream->n_bytes += payload->size;
  if (stream->got == stream->size)
    close_object (self, stream);
}

static gboolean
has_to_wait (AsfRecordStream * stream, const AsfView * view,
    const AsfPayload * payload)
{
  if (!stream->waits_for_key || payload->is_key)
    return FALSE;
  if (!stream->has_waited)
    stream->waits_since_ms = view->send_ms;
  stream->has_waited = TRUE;
  return view->send_ms - stream->waits_since_ms < ASF_NO_KEY_MS;
}

static gboolean
begin_object (AsfRecording * self, AsfRecordStream * stream,
    const AsfView * view, const AsfViewRow * row, RowEdit * edit)
{
  const AsfPayload *payload = &row->payload;

  stream->is_open = FALSE;
  if (has_to_wait (stream, view, payload))
    return FALSE;
  stream->waits_for_key = FALSE;
  edit->pres_ms = place_time (self, view, payload->pres_time_ms);
  note_times (self, stream, edit->pres_ms, edit->pres_ms
      + (row->last_pres_ms - payload->pres_time_ms), row->n_objects);
  stream->out_number = stream->n_objects > 0 ? stream->out_number + 1
      : payload->object_number;
  edit->number = stream->out_number;
  stream->out_number += row->n_objects - 1;
  stream->n_objects += row->n_objects;

  stream->is_open = TRUE;
  stream->is_key = payload->is_key;
  stream->source_number = payload->object_number;
  stream->size = payload->object_size;
  stream->got = 0;
  stream->pres_ms = edit->pres_ms;
  stream->first_packet = self->totals.n_packets;
  stream->n_packets = 0;
  add_fragment (self, stream, payload);
  return TRUE;
}

static gboolean
take_row (AsfRecording * self, const AsfView * view, const AsfViewRow * row,
    RowEdit * edit)
{
  AsfRecordStream *stream =
      asf_recording_find_stream (self, row->payload.stream_number);

  if (stream == NULL)
    return FALSE;
  if (row->is_start)
    return begin_object (self, stream, view, row, edit);
  if (!asf_record_stream_goes_on (stream, &row->payload))
    return FALSE;
  edit->pres_ms = stream->pres_ms;
  edit->number = stream->out_number;
  add_fragment (self, stream, &row->payload);
  return TRUE;
}

static gboolean
has_byte_numbers (const AsfView * view)
{
  return (view->packet.property_flags & OBJECT_NUMBER_MASK)
      == OBJECT_NUMBER_BYTE;
}

static gboolean
is_changed (const AsfView * view, const AsfViewRow * row, const RowEdit * edit)
{
  const AsfPayload *payload = &row->payload;

  return (payload->time != NULL && payload->pres_time_ms != edit->pres_ms)
      || (has_byte_numbers (view) && payload->object_number != edit->number);
}

static void
shift_100ns (guint8 * at, gint64 by_ms)
{
  guint64 time = GST_READ_UINT64_LE (at);

  GST_WRITE_UINT64_LE (at, time + by_ms * ASF_UNITS_PER_MS);
}

static void
change_row (AsfRecording * self, const AsfView * view, const AsfViewRow * row,
    const RowEdit * edit)
{
  const AsfPayload *payload = &row->payload;
  const AsfRecordStream *stream =
      asf_recording_find_stream (self, payload->stream_number);
  guint8 *extensions = self->scratch + (payload->extensions - view->data);
  gint64 by_ms = (gint64) edit->pres_ms - payload->pres_time_ms;

  if (has_byte_numbers (view))
    self->scratch[payload->head - view->data + ASF_OBJECT_NUMBER_AT] =
        edit->number;
  if (payload->time == NULL || by_ms == 0)
    return;
  GST_WRITE_UINT32_LE (self->scratch + (payload->time - view->data),
      edit->pres_ms);
  if ((guint) stream->shown_time_at + ASF_SHOWN_TIME_SIZE
      <= payload->extensions_size) {
    extensions += stream->shown_time_at;
    shift_100ns (extensions + SHOWN_TIME_BEGIN_AT, by_ms);
    shift_100ns (extensions + SHOWN_TIME_END_AT, by_ms);
  }
}

/* Never decreasing (rules, 7.1). */
static guint32
place_packet (AsfRecording * self, const AsfView * view)
{
  AsfRecordState *totals = &self->totals;
  gint64 send_ms = (gint64) view->send_ms - self->send_shift_ms;

  send_ms = CLAMP (send_ms, (gint64) totals->last_send_ms,
      (gint64) G_MAXUINT32);
  totals->last_send_ms = send_ms;
  totals->send_end_ms = send_ms + view->packet.duration_ms;
  totals->n_packets++;
  return send_ms;
}

static void
edit_packet (AsfRecording * self, const AsfView * view, guint32 send_ms,
    guint64 kept, const RowEdit * edits, guint8 * out)
{
  AsfPacketInfo packet = view->packet;
  guint i;

  memcpy (self->scratch, view->data, packet.size);
  packet.send_time_ms = send_ms;
  GST_WRITE_UINT32_LE (self->scratch + packet.payload_offset
      - SEND_TIME_BEFORE_PAYLOADS, send_ms);
  for (i = 0; i < view->n_rows; i++) {
    if (kept & ASF_VIEW_BIT (i))
      change_row (self, view, &view->rows[i], &edits[i]);
  }
  if (kept == ASF_VIEW_BIT (packet.n_payloads) - 1)
    memcpy (out, self->scratch, packet.size);
  else
    asf_packet_keep (&packet, self->scratch, kept, out);
}

AsfRecordingTake
asf_recording_take (AsfRecording * self, const AsfView * view, guint64 rows,
    guint8 * out)
{
  RowEdit edits[ASF_MAX_PAYLOADS];
  gboolean is_edited = FALSE;
  guint64 kept = 0;
  guint32 send_ms;
  guint i;

  for (i = 0; i < view->n_rows; i++) {
    if (!(rows & ASF_VIEW_BIT (i))
        || !take_row (self, view, &view->rows[i], &edits[i]))
      continue;
    kept |= ASF_VIEW_BIT (i);
    is_edited |= is_changed (view, &view->rows[i], &edits[i]);
  }
  if (kept == 0) {
    self->totals.is_whole = FALSE;
    return ASF_TAKE_NOTHING;
  }
  send_ms = place_packet (self, view);
  if (!is_edited && send_ms == view->packet.send_time_ms
      && kept == ASF_VIEW_BIT (view->packet.n_payloads) - 1)
    return ASF_TAKE_WHOLE;
  self->totals.is_whole = FALSE;
  edit_packet (self, view, send_ms, kept, edits, out);
  return ASF_TAKE_EDITED;
}
