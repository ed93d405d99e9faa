/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_KEYS_H__
#define __PUB_KEYS_H__

#include "asf/asfkeywait.h"

G_BEGIN_DECLS

/**
 * PubKeys:
 *
 * Follows the packets under one header and knows where a player can start: at
 * packets in which a key frame begins, best at those of which all of the key
 * frame has come, or where #AsfKeyWait says that none is waited for.
 */
typedef struct _PubKeys PubKeys;

/* No such place. */
#define PUB_KEYS_NONE G_MAXUINT64

PubKeys *pub_keys_new (void);
void pub_keys_free (PubKeys * self);

/* Another header: nothing of before counts any more. */
void pub_keys_reset (PubKeys * self, const AsfHeaderInfo * info);

/**
 * pub_keys_add:
 * @place: of the packet, above that of the one before
 * @data: the packet
 * @size: its bytes
 * @now_us: monotonic time
 *
 * Returns: whether one can start to play there.
 */
gboolean pub_keys_add (PubKeys * self, guint64 place, const guint8 * data,
    gsize size, gint64 now_us);

/* Forgets places before @first: those packets are gone. */
void pub_keys_drop (PubKeys * self, guint64 first);

/**
 * pub_keys_find:
 * @before_us: monotonic time, or %G_MAXINT64
 *
 * Returns: the newest place with a complete key frame that came at @before_us
 *     or earlier, the oldest one when none did, or %PUB_KEYS_NONE.
 */
guint64 pub_keys_find (PubKeys * self, gint64 before_us);

/* Returns: the newest place at which a key frame begins, all of it there or
 *     not, or %PUB_KEYS_NONE. */
guint64 pub_keys_newest (PubKeys * self);

/**
 * pub_keys_has_picture:
 * @start: where a player has started
 * @next: the packet that it gets next
 *
 * Returns: whether a key frame that it has got since is complete, or, where
 *     none is waited for, whether it has got anything.
 */
gboolean pub_keys_has_picture (PubKeys * self, guint64 start, guint64 next);

G_END_DECLS
#endif /* __PUB_KEYS_H__ */
