/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_SELECT_H__
#define __PUB_SELECT_H__

#include "asf/asfreader.h"

#include "pubmms.h"

G_BEGIN_DECLS

/* Selections at one time in one programme; each may keep this many packets. */
#define PUB_SELECT_MAX 32
#define PUB_SELECT_KEPT 64

/**
 * PubSelect:
 *
 * The selections of streams that players have made under one header.  Players
 * with the same one share its packets: each is made once.
 */
typedef struct _PubSelect PubSelect;

/**
 * PubChoice:
 *
 * What one player has selected: a #PubSelect's selection, and when which
 * stream comes in or goes ([MS-WMSP] 3.2.5.6, 3.2.5.7).
 */
typedef struct _PubChoice PubChoice;

PubSelect *pub_select_new (void);
void pub_select_unref (PubSelect * self);

/* Returns: selections now. */
guint pub_select_count (PubSelect * self);

/**
 * pub_select_cut:
 * @number: of the packet
 * @packet: the whole packet
 * @is_own: it is a player's first one, and not as others get it
 *
 * Returns: (transfer full) (nullable): the packet with everything in it but the
 *     padding (2.2.3.3); %NULL when it is broken.
 */
GBytes *pub_select_cut (PubSelect * self, guint64 number, GBytes * packet,
    gboolean is_own);

/**
 * pub_choice_new:
 * @select: of the header
 * @info: the header
 *
 * Returns: (transfer full): a choice of everything; pub_choice_free() ends it.
 */
PubChoice *pub_choice_new (PubSelect * select, const AsfHeaderInfo * info);
void pub_choice_free (PubChoice * self);

/**
 * pub_choice_play:
 * @switches: (array length=n_switches): from a Play, or a PlayNextEntry that
 *     begins with a new header
 * @n_switches: how many
 *
 * Sets what is sent from the first packet on.  Streams that are not named are
 * off when another one is switched on, and on otherwise.  Entries for streams
 * that are not in the header are ignored.
 *
 * Returns: %FALSE when there are too many other selections.
 */
gboolean pub_choice_play (PubChoice * self, const PubMmsSwitch * switches,
    guint n_switches);

/**
 * pub_choice_select:
 * @switches: (array length=n_switches): from a SelectStream
 * @n_switches: how many
 * @next: number of the next packet
 *
 * Changes what is sent from @next on.  A stream comes in with a key frame, one
 * that is no video with any media object, and the one that it replaces goes
 * then.
 *
 * Returns: %FALSE when there are too many other selections; then nothing has
 *     changed.
 */
gboolean pub_choice_select (PubChoice * self, const PubMmsSwitch * switches,
    guint n_switches, guint64 next);

/* Returns: whether one of @switches is for a stream of the header. */
gboolean pub_choice_knows (PubChoice * self, const PubMmsSwitch * switches,
    guint n_switches);

/**
 * pub_choice_set_header:
 * @select: of another header
 * @info: that header
 *
 * Selects by itself from the new header what is like what was selected
 * (3.2.4.2): a stream of the same number and kind is sent as it was; others
 * are off when all of their kind were, else on.
 */
void pub_choice_set_header (PubChoice * self, PubSelect * select,
    const AsfHeaderInfo * info);

/* Returns: whether everything is sent from packet @number on. */
gboolean pub_choice_is_everything (PubChoice * self, guint64 number);

/**
 * pub_choice_filter:
 * @number: of the packet; each one has to be asked for in order, and may be
 *     asked for again
 * @packet: the whole packet
 * @is_own: see pub_select_cut()
 *
 * Returns: (transfer full) (nullable): what is sent of it, without padding;
 *     %NULL for nothing.
 */
GBytes *pub_choice_filter (PubChoice * self, guint64 number, GBytes * packet,
    gboolean is_own);

G_END_DECLS
#endif /* __PUB_SELECT_H__ */
