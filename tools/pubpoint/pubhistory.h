/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_HISTORY_H__
#define __PUB_HISTORY_H__

#include <glib.h>

G_BEGIN_DECLS

#define PUB_HISTORY_SECONDS 600
/* What pub_history_read() puts together. */
#define PUB_HISTORY_STEP_SECONDS 5
#define PUB_HISTORY_STEPS (PUB_HISTORY_SECONDS / PUB_HISTORY_STEP_SECONDS)

/**
 * PubHistory:
 *
 * How many bytes came in each of the last ten minutes' seconds.  The memory is
 * fixed, and nothing happens while nothing comes.  Times are monotonic; all
 * fields are private, and zeros are an empty history.
 */
typedef struct
{
  guint32 bytes[PUB_HISTORY_SECONDS];
  gint64 newest;                /* second of the last one added */
} PubHistory;

void pub_history_add (PubHistory * self, gint64 now_us, guint64 bytes);

/**
 * pub_history_read:
 * @now_us: the second that is not over yet does not count
 * @bits_per_second: (out): the oldest first, the last one of now
 *
 * Rates over steps of %PUB_HISTORY_STEP_SECONDS, which begin at multiples of
 * that, so that what was read stays the same until it is too old.  The last
 * one may be of a step that goes on.
 *
 * Returns: how many there are since something came; 0 when nothing has in the
 *     last ten minutes.
 */
guint pub_history_read (const PubHistory * self, gint64 now_us,
    guint64 bits_per_second[PUB_HISTORY_STEPS + 1]);

/* Returns: the mean of the last five seconds, or since something came when
 *     that is less. */
guint64 pub_history_rate (const PubHistory * self, gint64 now_us);

G_END_DECLS
#endif /* __PUB_HISTORY_H__ */
