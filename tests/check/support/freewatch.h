/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __FREE_WATCH_H__
#define __FREE_WATCH_H__

#include <glib.h>

G_BEGIN_DECLS
/**
 * FreeWatchFunc:
 * @frames: who calls whom, from the first library on that is not the program
 * @n: how many
 *
 * Returns: whether the code under test gives the block back.
 */
typedef gboolean (*FreeWatchFunc) (void **frames, gint n);

/**
 * FreeWatchCounts:
 * @looked: blocks that were looked into
 * @ours: blocks with a secret in them that the code under test gave back
 * @others: such blocks of anybody else
 */
typedef struct
{
  gint looked, ours, others;
} FreeWatchCounts;

/* From now on free() of the program looks into each block for one of @secrets,
 * which end with %NULL and stay. */
void free_watch_begin (const gchar * const *secrets, FreeWatchFunc is_ours);
void free_watch_end (FreeWatchCounts * counts);

/* Whether both addresses are in the same program or library. */
gboolean free_watch_is_same (void *one, void *other);

G_END_DECLS
#endif /* __FREE_WATCH_H__ */
