/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The framing of a push ([MS-WMHTTP] 2.2.3), all fields little-endian:
 *
 *   +-----+------+--------------+---------------------------+
 *   | '$' | type | PacketLength | PacketLength bytes        |
 *   +-----+------+--------------+---------------------------+
 *      1     1          2
 */
#include "wmspush/wmsframe.h"

#include <string.h>

#include <gst/gstutils.h>

void
wms_frame_write_head (guint8 * head, WmsFrameType type, guint length)
{
  g_return_if_fail (length <= WMS_FRAME_MAX_PAYLOAD);

  head[0] = '$';
  head[1] = type;
  GST_WRITE_UINT16_LE (head + 2, length);
}

void
wms_frame_write_end (guint8 * frame, guint32 reason)
{
  wms_frame_write_head (frame, WMS_FRAME_END, 4);
  GST_WRITE_UINT32_LE (frame + WMS_FRAME_HEAD_SIZE, reason);
}

gboolean
wms_frame_read_head (const guint8 * data, WmsFrameType * type, guint * length)
{
  if (data[0] != '$' || data[1] == 0 || strchr ("HDECF", data[1]) == NULL)
    return FALSE;
  *type = data[1];
  *length = GST_READ_UINT16_LE (data + 2);
  return TRUE;
}
