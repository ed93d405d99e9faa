/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_VIEW_H__
#define __ASF_VIEW_H__

#include "asf/asfpacket.h"

G_BEGIN_DECLS

/**
 * AsfViewRow:
 * @payload: the payload; of a compressed one its first sub-payload
 * @n_objects: how many media objects it is, more than 1 only when compressed
 * @last_pres_ms: presentation time of the last of them
 * @is_start: whether a media object, with its time, begins here
 *
 * One payload of a packet.
 */
typedef struct
{
  AsfPayload payload;
  guint n_objects;
  guint32 last_pres_ms;
  gboolean is_start;
} AsfViewRow;

/**
 * AsfView:
 * @packet: its head
 * @data: (transfer none): its bytes
 * @send_ms: the Send Time; whoever follows a programme over 49 days puts the
 *     time here that does not wrap
 * @n_rows: used entries of @rows
 * @rows: the payloads, up to the first broken one
 *
 * A packet that has been read once for all who look at it.
 */
typedef struct
{
  AsfPacketInfo packet;
  const guint8 *data;
  guint64 send_ms;
  guint n_rows;
  AsfViewRow rows[ASF_MAX_PAYLOADS];
} AsfView;

/* The bit of a row where rows are told by bits. */
#define ASF_VIEW_BIT(row) (G_GUINT64_CONSTANT (1) << (row))
#define ASF_VIEW_ALL G_MAXUINT64

/**
 * asf_view_read:
 * @self: (out caller-allocates): a view
 * @data: (transfer none): a data packet, as long as @self is used
 * @size: its bytes
 *
 * Returns: %FALSE when there is no payload that can be read.
 */
gboolean asf_view_read (AsfView * self, const guint8 * data, gsize size);

/**
 * asf_view_find_start:
 * @self: a view
 * @header: of the stream
 * @needs_key: whether only a key frame of a video stream will do
 *
 * Returns: the first row at which a file can begin: a video stream's key
 *     frame, or, without @needs_key, any object of a stream of sound, or of any
 *     stream where none has sound; -1 when there is none.
 */
gint asf_view_find_start (const AsfView * self, const AsfHeaderInfo * header,
    gboolean needs_key);

/**
 * asf_view_pres_ms:
 * @self: a view with its @send_ms
 * @pres_ms: a presentation time in it
 *
 * Returns: that time without the wrap of 32 bits, told by the send time, which
 *     is near.
 */
gint64 asf_view_pres_ms (const AsfView * self, guint32 pres_ms);

G_END_DECLS
#endif /* __ASF_VIEW_H__ */
