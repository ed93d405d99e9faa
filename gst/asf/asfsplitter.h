/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_SPLITTER_H__
#define __ASF_SPLITTER_H__

#include <gst/gstbuffer.h>

#include "asf/asfreader.h"

G_BEGIN_DECLS

/**
 * AsfSplitter:
 *
 * Finds header and packets in a stream of bytes that comes in pieces of any
 * size.  By its first bytes it tells three kinds of stream apart: bare ASF;
 * ASF framed as for players ([MS-WMSP] 2.2.3, with 8 bytes of MMS data packet
 * header: what libav's asf_stream muxer writes); ASF framed as for a push
 * ([MS-WMHTTP] 2.2.3, without them).
 *
 * It holds at most one header, one chunk and what has been pushed and not been
 * popped.
 */
typedef struct _AsfSplitter AsfSplitter;

/**
 * AsfUnitKind:
 * @ASF_UNIT_HEADER: Header Object and the head of the Data Object
 * @ASF_UNIT_PACKET: one data packet of exactly the packet size; where the
 *     framing brought a shorter one its padding is put back
 * @ASF_UNIT_END: the declared packets have all been there, or an $E chunk
 */
typedef enum
{
  ASF_UNIT_HEADER,
  ASF_UNIT_PACKET,
  ASF_UNIT_END,
} AsfUnitKind;

/**
 * AsfUnit:
 * @kind: what it is
 * @buffer: (transfer full) (nullable): its bytes, %NULL for an end.  When a
 *     pushed buffer was exactly this unit it is that buffer; when it was part
 *     of one it shares its memory
 * @pts: PTS of the last pushed buffer that had one, up to the one in which
 *     the unit begins
 * @dts: the same for DTS
 * @reason: for an $E chunk, its Reason; 1 announces another header
 */
typedef struct
{
  AsfUnitKind kind;
  GstBuffer *buffer;
  GstClockTime pts;
  GstClockTime dts;
  guint32 reason;
} AsfUnit;

/**
 * asf_unit_clear:
 * @unit: a unit from asf_splitter_pop()
 *
 * Drops the unit's buffer.
 */
void asf_unit_clear (AsfUnit * unit);

/**
 * asf_splitter_new:
 *
 * Returns: (transfer full): a splitter that waits for the start of a stream.
 */
AsfSplitter *asf_splitter_new (void);

/**
 * asf_splitter_free:
 * @self: (transfer full) (nullable): a splitter
 */
void asf_splitter_free (AsfSplitter * self);

/**
 * asf_splitter_reset:
 * @self: a splitter
 *
 * Forgets everything, also an error: the next byte is the first of a stream.
 */
void asf_splitter_reset (AsfSplitter * self);

/**
 * asf_splitter_jump:
 * @self: a splitter
 *
 * What comes next is from elsewhere in the stream: a packet, whether or not
 * the header's number of packets has come, or a header.  The beginning of a
 * unit is forgotten, but for a header that was pushed and not popped.  Before
 * the first header this does nothing.
 */
void asf_splitter_jump (AsfSplitter * self);

/**
 * asf_splitter_push:
 * @self: a splitter
 * @buffer: (transfer full): the next bytes
 *
 * Takes bytes; call asf_splitter_pop() afterwards until it returns %FALSE.
 */
void asf_splitter_push (AsfSplitter * self, GstBuffer * buffer);

/**
 * asf_splitter_pop:
 * @self: a splitter
 * @unit: (out): the next unit, to be cleared by the caller
 * @error: return location
 *
 * Another header in the stream comes out as another unit when it is not byte
 * for byte the one before.  Indexes and chunks that carry neither header nor
 * packet are swallowed and counted.
 *
 * Returns: %TRUE with a unit; %FALSE without @error when more bytes are
 *     needed, and with an #AsfError, now and until the next reset, when this
 *     is no ASF.
 */
gboolean asf_splitter_pop (AsfSplitter * self, AsfUnit * unit,
    GError ** error);

/**
 * asf_splitter_get_header:
 * @self: a splitter
 *
 * Returns: (transfer none) (nullable): what the last header said, %NULL before
 *     the first one.
 */
const AsfHeaderInfo *asf_splitter_get_header (AsfSplitter * self);

/**
 * asf_splitter_get_swallowed:
 * @self: a splitter
 *
 * Returns: bytes that were neither header, packet nor framing since the last
 *     reset.
 */
guint64 asf_splitter_get_swallowed (AsfSplitter * self);

/**
 * asf_splitter_get_pending:
 * @self: a splitter, popped until it needs more
 *
 * Returns: bytes that have been pushed and are the beginning of a unit; at the
 *     end of a stream, what was cut off.
 */
guint64 asf_splitter_get_pending (AsfSplitter * self);

G_END_DECLS
#endif /* __ASF_SPLITTER_H__ */
