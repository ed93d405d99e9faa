/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_FRAMES_H__
#define __PUB_FRAMES_H__

#include "pubstream.h"
#include "wmspush/wmsframe.h"

G_BEGIN_DECLS

/**
 * PubFrames:
 * @stream: where headers and packets go
 * @legal: what may come next (S5), one bit for each type
 * @headers: $H and $C that came
 * @packets: $D
 * @fillers: $F
 * @work: bytes that were made of what came, for whoever shares the time out
 * @reason: of the last $E
 *
 * What a session sends, frame by frame, in the order of [MS-WMHTTP] 4.6.1; it
 * goes on from request to request.
 */
typedef struct
{
  PubStream *stream;
  guint legal;
  guint64 headers;
  guint64 packets;
  guint64 fillers;
  gsize work;
  guint32 reason;
} PubFrames;

/**
 * PubFramesResult:
 * @PUB_FRAMES_GO_ON: the frame was taken
 * @PUB_FRAMES_END: the encoder has ended its session
 * @PUB_FRAMES_BROKEN: it is to be refused
 */
typedef enum
{
  PUB_FRAMES_GO_ON,
  PUB_FRAMES_END,
  PUB_FRAMES_BROKEN,
} PubFramesResult;

/* For a session that has sent nothing. */
void pub_frames_init (PubFrames * self, PubStream * stream);

/**
 * pub_frames_check_head:
 * @length: bytes that follow, by the frame's head
 * @left: bytes that are left of the request
 *
 * What is wrong with a frame can be said when its head has come: nobody waits
 * for the rest, and nothing is allocated by what it says.
 *
 * Returns: (nullable): what it is.
 */
const gchar *pub_frames_check_head (PubFrames * self, WmsFrameType type,
    gsize length, guint64 left);

/* Whether frames of this type keep a session alive (C40). */
gboolean pub_frames_is_alive (WmsFrameType type);

/**
 * pub_frames_take:
 * @type: a type that was checked
 * @data: what follows the frame's head
 * @size: its bytes, checked
 * @why: (out) (transfer full): what is wrong, with %PUB_FRAMES_BROKEN
 *
 * Takes a whole frame.
 */
PubFramesResult pub_frames_take (PubFrames * self, WmsFrameType type,
    const guint8 * data, gsize size, gchar ** why);

G_END_DECLS
#endif /* __PUB_FRAMES_H__ */
