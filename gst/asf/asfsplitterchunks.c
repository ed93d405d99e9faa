/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfsplitter-private.h"

#include "asf/asfmap.h"
#include "asf/asfpacket.h"

/* Framing header, and the MMS data packet header that [MS-WMSP] 2.2.3.1.2 puts
 * behind it:
 *
 *   '$' | type | length (2) | LocationId (4) | Incarnation | AFFlags | size (2)
 */
#define CHUNK_HEAD_SIZE 4
#define MMS_HEAD_SIZE 8
#define MMS_AF_FLAGS 9
#define AF_FIRST_PIECE 0x04
#define CHANGE_REASON_SIZE 4

/* The next @size bytes are a header or a piece of one. */
static AsfSplitterStep
take_piece (AsfSplitter * self, gsize size, AsfUnit * unit)
{
  gsize total;

  if (size == 0)
    return ASF_STEP_AGAIN;
  asf_splitter_note_times (self, unit);
  if (self->pieces == NULL)
    self->pieces = gst_adapter_new ();
  gst_adapter_push (self->pieces,
      gst_adapter_take_buffer (self->adapter, size));
  total = asf_splitter_measure_header (self, self->pieces);
  if (self->error != NULL)
    return asf_splitter_fail (self, "no header");
  if (total == 0 || gst_adapter_available (self->pieces) < total)
    return ASF_STEP_AGAIN;
  if (gst_adapter_available (self->pieces) > total)
    return asf_splitter_fail (self, "more than a header in $H");
  return asf_splitter_accept_header (self,
      gst_adapter_take_buffer (self->pieces, total), unit);
}

static AsfSplitterStep
take_header_chunk (AsfSplitter * self, gsize length, AsfUnit * unit)
{
  guint8 peek[CHUNK_HEAD_SIZE + MMS_HEAD_SIZE];
  gsize head_size;
  AsfGuid guid;

  if (length < sizeof (guid) && self->framing == ASF_FRAMING_UNKNOWN)
    return asf_splitter_fail (self, "$H without a header");
  if (self->framing == ASF_FRAMING_UNKNOWN) {
    gst_adapter_copy (self->adapter, &guid, CHUNK_HEAD_SIZE, sizeof (guid));
    self->framing = asf_guid_equal (&guid, &asf_guid_header)
        ? ASF_FRAMING_PUSH : ASF_FRAMING_MMS;
  }
  head_size = self->framing == ASF_FRAMING_MMS ? MMS_HEAD_SIZE : 0;
  if (length < head_size)
    return asf_splitter_fail (self, "$H shorter than its own head");
  gst_adapter_copy (self->adapter, peek, 0, CHUNK_HEAD_SIZE + head_size);
  if (head_size == 0 || (peek[MMS_AF_FLAGS] & AF_FIRST_PIECE))
    g_clear_object (&self->pieces);
  gst_adapter_flush (self->adapter, CHUNK_HEAD_SIZE + head_size);
  return take_piece (self, length - head_size, unit);
}

static GstBuffer *
restore_packet (AsfSplitter * self, GstBuffer * cut)
{
  guint8 *whole = g_malloc (self->info.packet_size);
  gboolean restored = FALSE;
  GstMapInfo map;

  if (asf_buffer_map (cut, &map)) {
    restored = asf_packet_restore_padding (map.data, map.size,
        self->info.packet_size, whole, &self->error);
    gst_buffer_unmap (cut, &map);
  }
  gst_buffer_unref (cut);
  if (restored)
    return gst_buffer_new_wrapped (whole, self->info.packet_size);
  g_free (whole);
  return NULL;
}

static AsfSplitterStep
take_data_chunk (AsfSplitter * self, gsize length, AsfUnit * unit)
{
  gsize head_size = self->framing == ASF_FRAMING_MMS ? MMS_HEAD_SIZE : 0;
  gsize size = length - head_size;

  if (self->header == NULL)
    return asf_splitter_fail (self, "$D before $H");
  if (length <= head_size || size > self->info.packet_size)
    return asf_splitter_fail (self,
        "$D is empty or larger than the packet size");
  gst_adapter_flush (self->adapter, CHUNK_HEAD_SIZE + head_size);
  asf_splitter_note_times (self, unit);
  unit->kind = ASF_UNIT_PACKET;
  unit->buffer = gst_adapter_take_buffer (self->adapter, size);
  if (size < self->info.packet_size)
    unit->buffer = restore_packet (self, unit->buffer);
  return unit->buffer != NULL ? ASF_STEP_UNIT : asf_splitter_fail (self,
      "broken packet");
}

static AsfSplitterStep
take_end_chunk (AsfSplitter * self, gsize length, AsfUnit * unit)
{
  guint8 reason[4] = { 0, };

  /* [MS-WMSP] 2.2.3.4; libav writes an MMS head there instead */
  if (length == sizeof (reason))
    gst_adapter_copy (self->adapter, reason, CHUNK_HEAD_SIZE, length);
  asf_splitter_note_times (self, unit);
  gst_adapter_flush (self->adapter, CHUNK_HEAD_SIZE + length);
  return asf_splitter_end_stream (self, unit, GST_READ_UINT32_LE (reason));
}

/* $C has a header in a push only ([MS-WMHTTP] 2.2.3.2, [MS-WMSP] 2.2.3.2). */
static AsfSplitterStep
take_change_chunk (AsfSplitter * self, gsize length, AsfUnit * unit)
{
  if (self->framing != ASF_FRAMING_PUSH || length < CHANGE_REASON_SIZE)
    return asf_splitter_swallow (self, CHUNK_HEAD_SIZE + length);
  g_clear_object (&self->pieces);
  gst_adapter_flush (self->adapter, CHUNK_HEAD_SIZE + CHANGE_REASON_SIZE);
  return take_piece (self, length - CHANGE_REASON_SIZE, unit);
}

AsfSplitterStep
asf_splitter_step_chunk (AsfSplitter * self, AsfUnit * unit)
{
  guint8 head[CHUNK_HEAD_SIZE];
  gsize length;

  if (!asf_splitter_has_bytes (self, sizeof (head)))
    return ASF_STEP_NEED_MORE;
  gst_adapter_copy (self->adapter, head, 0, sizeof (head));
  if ((head[0] & ~ASF_FRAME_B_FLAG) != '$' || !g_ascii_isupper (head[1]))
    return asf_splitter_fail (self, "no chunk where one should begin");
  length = GST_READ_UINT16_LE (head + 2);
  if (!asf_splitter_has_bytes (self, sizeof (head) + length))
    return ASF_STEP_NEED_MORE;
  switch (head[1]) {
    case 'H':
      return take_header_chunk (self, length, unit);
    case 'D':
      return take_data_chunk (self, length, unit);
    case 'E':
      return take_end_chunk (self, length, unit);
    case 'C':
      return take_change_chunk (self, length, unit);
    default:
      return asf_splitter_swallow (self, sizeof (head) + length);
  }
}
