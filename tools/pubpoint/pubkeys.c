/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubkeys.h"

#include <string.h>

typedef struct
{
  guint64 place;
  gint64 time_us;
} Start;

/* A key frame of which more is to come. */
typedef struct
{
  gboolean is_open;
  guint8 object_number;
  guint64 place;
  gint64 time_us;
} OpenFrame;

struct _PubKeys
{
  AsfHeaderInfo info;
  gboolean is_first;            /* no packet has come */
  AsfKeyWait wait;
  GArray *starts;               /* of Start, in order */
  guint64 newest;
  OpenFrame open[ASF_MAX_STREAMS + 1];

  /* the newest complete key frame: where it begins, and what is behind it */
  guint64 picture_start, picture_end;
};

PubKeys *
pub_keys_new (void)
{
  PubKeys *self = g_new0 (PubKeys, 1);

  self->starts = g_array_new (FALSE, FALSE, sizeof (Start));
  self->newest = self->picture_start = PUB_KEYS_NONE;
  return self;
}

void
pub_keys_free (PubKeys * self)
{
  g_array_unref (self->starts);
  g_free (self);
}

void
pub_keys_reset (PubKeys * self, const AsfHeaderInfo * info)
{
  self->info = *info;
  self->is_first = TRUE;
  memset (&self->wait, 0, sizeof (self->wait));
  self->wait.is_over = !info->has_video;
  g_array_set_size (self->starts, 0);
  self->newest = self->picture_start = PUB_KEYS_NONE;
  memset (self->open, 0, sizeof (self->open));
}

static void
add_start (PubKeys * self, guint64 place, gint64 time_us)
{
  const Start start = { place, time_us };
  guint n = self->starts->len;

  /* frames of several streams may be completed out of order */
  while (n > 0 && g_array_index (self->starts, Start, n - 1).place > place)
    n--;
  if (n == 0 || g_array_index (self->starts, Start, n - 1).place < place)
    g_array_insert_val (self->starts, n, start);
}

static void
complete (PubKeys * self, OpenFrame * frame, guint64 last_place)
{
  frame->is_open = FALSE;
  add_start (self, frame->place, frame->time_us);
  if (self->picture_start == PUB_KEYS_NONE
      || frame->place >= self->picture_start) {
    self->picture_start = frame->place;
    self->picture_end = last_place + 1;
  }
}

static gboolean
is_video (PubKeys * self, guint number)
{
  const AsfStreamInfo *stream = asf_header_find_stream (&self->info, number);

  return stream != NULL && stream->kind == ASF_STREAM_VIDEO;
}

static void
note_payload (PubKeys * self, const AsfPayload * payload, guint64 place,
    gint64 now_us)
{
  OpenFrame *frame = &self->open[payload->stream_number];

  if (!is_video (self, payload->stream_number))
    return;
  /* whatever is missing of the one before does not come any more */
  if (frame->is_open && frame->object_number != payload->object_number)
    complete (self, frame, place);
  if (payload->is_key && payload->offset == 0) {
    frame->is_open = TRUE;
    frame->object_number = payload->object_number;
    frame->place = place;
    frame->time_us = now_us;
  }
  if (frame->is_open && (guint64) payload->offset + payload->size
      >= payload->object_size)
    complete (self, frame, place);
}

static void
note_payloads (PubKeys * self, const AsfPacketInfo * packet,
    const guint8 * data, guint64 place, gint64 now_us)
{
  AsfPayloadIter iter;
  AsfPayload payload;

  asf_payload_iter_init (&iter, packet, data);
  while (asf_payload_next (&iter, &payload, NULL))
    note_payload (self, &payload, place, now_us);
}

gboolean
pub_keys_add (PubKeys * self, guint64 place, const guint8 * data, gsize size,
    gint64 now_us)
{
  gboolean is_start = self->is_first;
  AsfPacketInfo packet;

  /* the first packet of a programme is a place to start, whatever is in it:
   * audio may come before the first key frame */
  if (self->is_first)
    add_start (self, place, now_us);
  self->is_first = FALSE;
  if (asf_packet_read (data, size, &packet, NULL)) {
    is_start |= asf_key_wait_take (&self->wait, &self->info, &packet, data);
    if (self->info.has_video)
      note_payloads (self, &packet, data, place, now_us);
  }
  if (is_start && self->wait.is_over) {
    add_start (self, place, now_us);
    self->picture_start = place;
    self->picture_end = place + 1;
  }
  if (is_start)
    self->newest = place;
  return is_start;
}

void
pub_keys_drop (PubKeys * self, guint64 first)
{
  guint n;

  for (n = 0; n < self->starts->len; n++) {
    if (g_array_index (self->starts, Start, n).place >= first)
      break;
  }
  if (n > 0)
    g_array_remove_range (self->starts, 0, n);
  if (self->newest != PUB_KEYS_NONE && self->newest < first)
    self->newest = PUB_KEYS_NONE;
}

guint64
pub_keys_find (PubKeys * self, gint64 before_us)
{
  guint n = self->starts->len;

  if (n == 0)
    return PUB_KEYS_NONE;
  while (n > 1 && g_array_index (self->starts, Start, n - 1).time_us
      > before_us)
    n--;
  return g_array_index (self->starts, Start, n - 1).place;
}

guint64
pub_keys_newest (PubKeys * self)
{
  return self->newest;
}

gboolean
pub_keys_has_picture (PubKeys * self, guint64 start, guint64 next)
{
  return self->picture_start != PUB_KEYS_NONE && self->picture_start >= start
      && next >= self->picture_end;
}
