/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Decoders take the rest of a picture for a picture: what began before the
 * first packet of a player is not for it. */
#include "pubstart.h"

#include <string.h>

#include "asf/asfview.h"

#define N_SLOTS 16

/* A packet, and how those stand who have got everything up to it. */
typedef struct
{
  guint32 gen;
  guint64 number;
  gboolean is_first;
  guint64 waiting[2];
} Key;

typedef struct
{
  gboolean is_made;
  Key key;
  guint64 waiting[2];           /* behind it */
  gboolean is_over;             /* nothing is taken out any more */
  gboolean is_whole;
  PubPacket packet;             /* with bytes of its own, or none */
} Slot;

struct _PubStarts
{
  Slot slots[N_SLOTS];
};

void
pub_start_begin (PubStart * self)
{
  memset (self, 0, sizeof (*self));
  self->left = PUB_START_PACKETS;
}

PubStarts *
pub_starts_new (void)
{
  return g_new0 (PubStarts, 1);
}

void
pub_starts_free (PubStarts * self)
{
  guint i;

  for (i = 0; i < N_SLOTS; i++)
    g_clear_pointer (&self->slots[i].packet.bytes, g_bytes_unref);
  g_free (self);
}

static guint64
bit_of (guint stream_number)
{
  return G_GUINT64_CONSTANT (1) << (stream_number & 63);
}

static void
wait_for_all (guint64 * waiting, const AsfHeaderInfo * info)
{
  guint i;

  for (i = 0; i < info->n_streams; i++)
    waiting[info->streams[i].number >> 6] |= bit_of (info->streams[i].number);
}

static gboolean
begins (const AsfPayload * payload, const AsfHeaderInfo * info)
{
  const AsfStreamInfo *stream =
      asf_header_find_stream (info, payload->stream_number);

  return payload->offset == 0 && (payload->is_key || stream == NULL
      || stream->kind != ASF_STREAM_VIDEO);
}

/* Returns: the rows that stay. */
static guint64
choose_rows (Slot * slot, const AsfView * view, const AsfHeaderInfo * info)
{
  guint64 keep = 0;
  guint i;

  for (i = 0; i < view->n_rows; i++) {
    const AsfPayload *payload = &view->rows[i].payload;
    guint64 *waiting = &slot->waiting[payload->stream_number >> 6];

    if (begins (payload, info))
      *waiting &= ~bit_of (payload->stream_number);
    if (!(*waiting & bit_of (payload->stream_number)))
      keep |= ASF_VIEW_BIT (i);
  }
  return keep;
}

static void
keep_rows (Slot * slot, const AsfView * view, guint64 keep)
{
  guint8 *out;

  slot->is_whole = keep == ASF_VIEW_BIT (view->n_rows) - 1;
  if (slot->is_whole || keep == 0)
    return;
  out = g_malloc (view->packet.size);
  if (asf_packet_keep (&view->packet, view->data, keep, out)) {
    slot->packet.bytes = g_bytes_new_take (out, view->packet.size);
  } else {
    g_free (out);
    slot->is_whole = TRUE;
  }
}

static void
make_slot (Slot * slot, const Key * key, GBytes * bytes,
    const AsfHeaderInfo * info)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  AsfView view;

  g_clear_pointer (&slot->packet.bytes, g_bytes_unref);
  slot->is_made = TRUE;
  slot->key = *key;
  memcpy (slot->waiting, key->waiting, sizeof (slot->waiting));
  if (key->is_first)
    wait_for_all (slot->waiting, info);
  slot->is_whole = slot->is_over = !asf_view_read (&view, data, size)
      || (key->is_first
      && !asf_packet_starts_key_frame (&view.packet, data, info));
  if (slot->is_whole)
    return;
  keep_rows (slot, &view, choose_rows (slot, &view, info));
  slot->is_over = slot->waiting[0] == 0 && slot->waiting[1] == 0;
}

static gboolean
is_for (const Slot * slot, const Key * key)
{
  return slot->is_made && slot->key.gen == key->gen
      && slot->key.number == key->number && slot->key.is_first == key->is_first
      && memcmp (slot->key.waiting, key->waiting, sizeof (key->waiting)) == 0;
}

const PubPacket *
pub_starts_cut (PubStarts * self, PubStart * start, const PubPacket * packet,
    const AsfHeaderInfo * info, guint32 gen)
{
  Slot *slot = &self->slots[packet->number % N_SLOTS];
  GBytes *bytes;
  Key key = { gen, packet->number, start->left == PUB_START_PACKETS,
    {start->waiting[0], start->waiting[1]}
  };

  if (start->left == 0)
    return packet;
  if (!is_for (slot, &key))
    make_slot (slot, &key, packet->bytes, info);
  start->left = slot->is_over ? 0 : start->left - 1;
  memcpy (start->waiting, slot->waiting, sizeof (start->waiting));
  if (slot->is_whole)
    return packet;
  bytes = slot->packet.bytes;
  slot->packet = *packet;
  slot->packet.bytes = bytes;
  slot->packet.is_cut = TRUE;
  return &slot->packet;
}
