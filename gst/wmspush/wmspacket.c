/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wmspush/wmswriter.h"

#include <string.h>

#include "asf/asfmap.h"
#include "wmspush/wmsstatus.h"

static gboolean
map_buffer (WmsPacket * packet, GstBuffer * buffer, GError ** error)
{
  if (!asf_buffer_map (buffer, &packet->map)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "a buffer's memory cannot be read");
    return FALSE;
  }
  packet->buffer = gst_buffer_ref (buffer);
  packet->body = packet->map.data;
  packet->body_size = packet->map.size;
  return TRUE;
}

/* Reason 0 stands before the header of a $C ([MS-WMHTTP] 2.2.3.2). */
static gboolean
frame_header (WmsPacket * packet, WmsFrameType type, GError ** error)
{
  gsize limit = type == WMS_FRAME_CHANGE ?
      WMS_FRAME_MAX_CHANGE : WMS_FRAME_MAX_HEADER;
  gsize reason_size = type == WMS_FRAME_CHANGE ? 4 : 0;

  if (packet->body_size > limit) {
    g_set_error (error, WMS_ERROR, WMS_ERROR_HEADER_TOO_LARGE,
        "an ASF header of %" G_GSIZE_FORMAT " bytes, %" G_GSIZE_FORMAT
        " are possible", packet->body_size, limit);
    return FALSE;
  }
  wms_frame_write_head (packet->head, type, packet->body_size + reason_size);
  memset (packet->head + WMS_FRAME_HEAD_SIZE, 0, reason_size);
  packet->head_size = WMS_FRAME_HEAD_SIZE + reason_size;
  return TRUE;
}

static gboolean
frame_data (WmsPacket * packet, GError ** error)
{
  AsfPacketInfo info;
  AsfPacketCut cut;

  if (!asf_packet_read (packet->map.data, packet->map.size, &info, error))
    return FALSE;
  asf_packet_cut_padding (&info, packet->map.data, &cut);
  if (cut.head_size + cut.body_size > WMS_FRAME_MAX_PAYLOAD) {
    g_set_error (error, WMS_ERROR, WMS_ERROR_PACKET_TOO_LARGE,
        "an ASF packet of %" G_GSIZE_FORMAT " bytes, %d are possible",
        cut.head_size + cut.body_size, WMS_FRAME_MAX_PAYLOAD);
    return FALSE;
  }
  wms_frame_write_head (packet->head, WMS_FRAME_DATA,
      cut.head_size + cut.body_size);
  memcpy (packet->head + WMS_FRAME_HEAD_SIZE, cut.head, cut.head_size);
  packet->head_size = WMS_FRAME_HEAD_SIZE + cut.head_size;
  packet->body += cut.body_offset;
  packet->body_size = cut.body_size;
  return TRUE;
}

gboolean
wms_packet_init (WmsPacket * packet, WmsFrameType type, GstBuffer * buffer,
    GError ** error)
{
  gboolean ok;

  if (!map_buffer (packet, buffer, error))
    return FALSE;
  if (type == WMS_FRAME_DATA)
    ok = frame_data (packet, error);
  else
    ok = frame_header (packet, type, error);
  if (!ok)
    wms_packet_clear (packet);
  return ok;
}

gboolean
wms_packet_check_change (GstBuffer * buffer, GError ** error)
{
  WmsPacket packet;
  gboolean ok = wms_packet_init (&packet, WMS_FRAME_CHANGE, buffer, error);

  if (ok)
    wms_packet_clear (&packet);
  return ok;
}

void
wms_packet_init_end (WmsPacket * packet, guint32 reason)
{
  wms_frame_write_end (packet->head, reason);
  packet->head_size = WMS_FRAME_END_SIZE;
  packet->buffer = NULL;
  packet->body = NULL;
  packet->body_size = 0;
}

void
wms_packet_init_filler (WmsPacket * packet, guint64 left)
{
  static const guint8 zeros[WMS_FRAME_MAX_FILLER];
  gsize size = MIN (left, WMS_FRAME_HEAD_SIZE + WMS_FRAME_MAX_FILLER);

  if (left > size && left - size < WMS_FRAME_HEAD_SIZE)
    size -= WMS_FRAME_HEAD_SIZE;
  wms_frame_write_head (packet->head, WMS_FRAME_FILLER,
      size - WMS_FRAME_HEAD_SIZE);
  packet->head_size = WMS_FRAME_HEAD_SIZE;
  packet->buffer = NULL;
  packet->body = zeros;
  packet->body_size = size - WMS_FRAME_HEAD_SIZE;
}

/* Behind each packet there is room left for the final $E, and so for filler: a
 * rest of 1 to 3 bytes, which no framing header goes into, never arises.  Only
 * what ends the request needs none; $E(1) is not that, since Windows Media
 * Services do not answer a request that ends with it ([MS-WMHTTP] 6, note
 * 14). */
gboolean
wms_packet_fits (const WmsPacket * packet, guint64 room)
{
  gsize size = packet->head_size + packet->body_size;
  gboolean is_last = packet->head[1] == WMS_FRAME_FILLER
      || (packet->head[1] == WMS_FRAME_END
      && packet->head[WMS_FRAME_HEAD_SIZE] != WMS_END_HEADER_FOLLOWS);

  return size + (is_last ? 0 : WMS_FRAME_END_SIZE) <= room;
}

gboolean
wms_packet_is_data (const WmsPacket * packet)
{
  return packet->head[1] == WMS_FRAME_DATA;
}

void
wms_packet_clear (WmsPacket * packet)
{
  if (packet->buffer != NULL) {
    gst_buffer_unmap (packet->buffer, &packet->map);
    gst_clear_buffer (&packet->buffer);
  }
}
