/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __FUZZ_DICE_H__
#define __FUZZ_DICE_H__

#include <glib.h>

G_BEGIN_DECLS

/* Loads the dice: until @size bytes are used up, what g_rand_int() and its
 * relatives give to this thread is taken from @data, where a program is linked
 * with --wrap for them.  Afterwards, and in threads that have no bytes, they
 * are honest.  So a fuzzer that changes bytes changes decisions. */
void fuzz_dice_load (const guint8 * data, gsize size);

/* Lets the other threads that throw have bytes as well: each takes the next of
 * @n parts when it throws for the first time. */
void fuzz_dice_deal (const guint8 * data, gsize size, guint n);

G_END_DECLS
#endif /* __FUZZ_DICE_H__ */
