/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_RECORD_CLOCK_H__
#define __PUB_RECORD_CLOCK_H__

#include "asf/asfview.h"

G_BEGIN_DECLS

/**
 * PubRecordClock:
 * @is_set: whether there was a packet
 * @send_ms: the last Send Time, without the wrap of 32 bits
 * @first_send_ms: the first one
 * @newest_ms: of each stream number, the presentation time of its last object,
 *     0 when there was none
 *
 * How far a programme has come.
 */
typedef struct
{
  gboolean is_set;
  guint64 send_ms;
  guint64 first_send_ms;
  gint64 newest_ms[ASF_MAX_STREAMS + 1];
} PubRecordClock;

/* Begins anew. */
void pub_record_clock_reset (PubRecordClock * self);

/**
 * pub_record_clock_follow:
 * @view: the next packet; gets the Send Time without wrap
 *
 * Returns: %FALSE when that time is far from the last one: it is another
 *     clock's.
 */
gboolean pub_record_clock_follow (PubRecordClock * self, AsfView * view);

/* Its objects are the newest of their streams. */
void pub_record_clock_note (PubRecordClock * self, const AsfView * view);

/* Returns: ms by which one stream of sound or picture is behind another. */
guint pub_record_clock_get_lag (PubRecordClock * self,
    const AsfHeaderInfo * header);

G_END_DECLS
#endif /* __PUB_RECORD_CLOCK_H__ */
