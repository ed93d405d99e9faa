/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Packets with fewer payloads, for players that asked for fewer streams
 * ([MS-WMSP] 2.2.1.4.27, 3.2.5.6). */
#include "asf/asfselect.h"

#include <string.h>

/* A payload with its head, as it stands in the packet. */
typedef struct
{
  guint8 stream_number;
  gboolean is_key;
  gboolean is_start;            /* of a media object */
  gsize offset, size;
} Piece;

/* Returns: how many pieces; 0 for a broken packet. */
static guint
find_pieces (const AsfPacketInfo * packet, const guint8 * data, Piece * pieces)
{
  AsfPayloadIter iter;
  AsfPayload payload;
  GError *error = NULL;
  guint n = 0;
  gsize at;

  asf_payload_iter_init (&iter, packet, data);
  at = gst_byte_reader_get_pos (&iter.reader);
  while (asf_payload_next (&iter, &payload, &error)) {
    gsize end = gst_byte_reader_get_pos (&iter.reader);

    /* the other sub-payloads of a compressed one go with the first */
    if (end == at)
      continue;
    if (n == ASF_MAX_PAYLOADS)
      return 0;
    pieces[n].stream_number = payload.stream_number;
    pieces[n].is_key = payload.is_key;
    pieces[n].is_start = payload.offset == 0;
    pieces[n].offset = packet->payload_offset + at;
    pieces[n++].size = end - at;
    at = end;
  }
  if (error == NULL)
    return n;
  g_error_free (error);
  return 0;
}

static gboolean
is_kept (AsfSelection * selection, const Piece * piece)
{
  guint8 *keep = &selection->keep[piece->stream_number];

  if (piece->is_start && (*keep == ASF_KEEP_FROM_START || (piece->is_key
              && (*keep == ASF_KEEP_FROM_KEY
                  || *keep == ASF_KEEP_KEYS_THEN_ALL))))
    *keep = ASF_KEEP_ALL;
  switch (*keep) {
    case ASF_KEEP_ALL:
      return TRUE;
    case ASF_KEEP_KEYS:
    case ASF_KEEP_KEYS_THEN_ALL:
      return piece->is_key;
    default:
      return FALSE;
  }
}

/* The head and the pieces that stay, one after the other. */
static gsize
write_packet (const AsfPacketInfo * packet, const guint8 * data,
    const Piece * pieces, guint n, gsize body_size, guint8 * out)
{
  AsfPacketHead head;
  gsize at;
  guint i;

  if (!asf_packet_write_head (packet, data, body_size, &head))
    return 0;
  memcpy (out, head.data, head.size);
  at = head.size;
  if (packet->length_flags & ASF_MULTIPLE_PAYLOADS)
    out[at++] = (data[packet->payload_offset] & ~ASF_PAYLOAD_COUNT_MASK) | n;
  for (i = 0; i < n; i++) {
    memcpy (out + at, data + pieces[i].offset, pieces[i].size);
    at += pieces[i].size;
  }
  memset (out + at, 0, head.padding);
  return at + head.padding;
}

gsize
asf_packet_select (const AsfPacketInfo * packet, const guint8 * data,
    const AsfSelection * selection, guint8 * out)
{
  AsfSelection now = *selection;
  Piece pieces[ASF_MAX_PAYLOADS];
  guint n = find_pieces (packet, data, pieces), n_kept = 0, i;
  gsize body_size = packet->length_flags & ASF_MULTIPLE_PAYLOADS ? 1 : 0;

  for (i = 0; i < n; i++) {
    if (!is_kept (&now, &pieces[i]))
      continue;
    body_size += pieces[i].size;
    pieces[n_kept++] = pieces[i];
  }
  return n_kept > 0 ? write_packet (packet, data, pieces, n_kept, body_size,
      out) : 0;
}

gboolean
asf_packet_starts (const AsfPacketInfo * packet, const guint8 * data,
    guint stream_number, gboolean with_key)
{
  AsfPayloadIter iter;
  AsfPayload payload;

  asf_payload_iter_init (&iter, packet, data);
  while (asf_payload_next (&iter, &payload, NULL)) {
    if (payload.stream_number == stream_number && payload.offset == 0
        && (payload.is_key || !with_key))
      return TRUE;
  }
  return FALSE;
}
