/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __ASF_KEY_WAIT_H__
#define __ASF_KEY_WAIT_H__

#include "asf/asfelapsed.h"

G_BEGIN_DECLS

/* Without a picture for so long there will be none. */
#define ASF_NO_VIDEO_MS 10000
/* Key frames that are further apart are not waited for. */
#define ASF_NO_KEY_MS 60000

/**
 * AsfKeyWait:
 * @elapsed: of the packets so far; all 0 is a wait that begins
 * @since_ms: when the last key frame began; without one, when the first
 *     picture came, or else the first packet
 * @has_video: whether a picture has come
 * @is_over: whether no key frame is waited for
 *
 * Where one can begin to play, or go on after a loss: where a key frame begins.
 * A header may declare a video stream of which nothing comes, or no key frame:
 * then it is where anything begins, after %ASF_NO_VIDEO_MS or %ASF_NO_KEY_MS of
 * Send Time and until a key frame begins.
 */
typedef struct
{
  AsfElapsed elapsed;
  guint64 since_ms;
  gboolean has_video;
  gboolean is_over;
} AsfKeyWait;

/**
 * asf_key_wait_take:
 * @self: (inout): of the packets before
 * @header: the stream's
 * @packet: the next packet
 * @data: its bytes
 *
 * Returns: whether one can begin with this packet.
 */
gboolean asf_key_wait_take (AsfKeyWait * self, const AsfHeaderInfo * header,
    const AsfPacketInfo * packet, const guint8 * data);

G_END_DECLS
#endif /* __ASF_KEY_WAIT_H__ */
