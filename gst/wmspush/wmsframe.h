/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_FRAME_H__
#define __WMS_FRAME_H__

#include <glib.h>

G_BEGIN_DECLS

/* '$', type, PacketLength ([MS-WMHTTP] 2.2.3.1). */
#define WMS_FRAME_HEAD_SIZE 4
#define WMS_FRAME_MAX_PAYLOAD 65535
/* Largest ASF header in $H ([MS-WMHTTP] 2.2.3.5) and in $C (2.2.3.3). */
#define WMS_FRAME_MAX_HEADER 65531
#define WMS_FRAME_MAX_CHANGE 65527
/* Largest content of $F ([MS-WMHTTP] 2.2.3.4). */
#define WMS_FRAME_MAX_FILLER 65531

/* Reasons in $E ([MS-WMHTTP] 2.2.3.2 names them S_OK and S_FALSE). */
#define WMS_END_SESSION 0u
#define WMS_END_HEADER_FOLLOWS 1u

typedef enum
{
  WMS_FRAME_HEADER = 'H',
  WMS_FRAME_DATA = 'D',
  WMS_FRAME_END = 'E',
  WMS_FRAME_CHANGE = 'C',
  WMS_FRAME_FILLER = 'F',
} WmsFrameType;

/**
 * wms_frame_write_head:
 * @head: (out caller-allocates): %WMS_FRAME_HEAD_SIZE bytes
 * @type: packet type
 * @length: bytes that follow the head, at most %WMS_FRAME_MAX_PAYLOAD
 *
 * Writes the framing header of a packet ([MS-WMHTTP] 2.2.3.1).
 */
void wms_frame_write_head (guint8 * head, WmsFrameType type, guint length);

/* An $E packet: head and Reason. */
#define WMS_FRAME_END_SIZE (WMS_FRAME_HEAD_SIZE + 4)

/**
 * wms_frame_write_end:
 * @frame: (out caller-allocates): %WMS_FRAME_END_SIZE bytes
 * @reason: %WMS_END_SESSION, %WMS_END_HEADER_FOLLOWS or a failure's HRESULT
 */
void wms_frame_write_end (guint8 * frame, guint32 reason);

/**
 * wms_frame_read_head:
 * @data: %WMS_FRAME_HEAD_SIZE bytes
 * @type: (out): packet type
 * @length: (out): bytes that follow
 *
 * Returns: %FALSE when the bytes are no framing header of a push: no '$' with
 *     the B flag clear, or a type that a push does not have.
 */
gboolean wms_frame_read_head (const guint8 * data, WmsFrameType * type,
    guint * length);

G_END_DECLS
#endif /* __WMS_FRAME_H__ */
