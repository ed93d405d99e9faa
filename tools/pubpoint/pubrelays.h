/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_RELAYS_H__
#define __PUB_RELAYS_H__

#include "pubrelay.h"

G_BEGIN_DECLS

/**
 * PubRelays:
 *
 * All relays of a server: one for each point and URL that belong together.
 */
typedef struct _PubRelays PubRelays;

/* @changed is called after something in a #PubRelayInfo has changed. */
PubRelays *pub_relays_new (void (*changed) (gpointer data), gpointer data);

/* Ends all of them at once, and waits for that. */
void pub_relays_free (PubRelays * self);

/**
 * pub_relays_set_urls:
 * @urls: (nullable): "[PATH=]URL" each
 * @error: return location
 *
 * What goes where from now on.  Relays that stay are not disturbed.
 *
 * Returns: %FALSE with @error when there is one that is none, or no plugin for
 *     it; all is as it was then.
 */
gboolean pub_relays_set_urls (PubRelays * self, const gchar * const *urls,
    GError ** error);

/* A point is there, or not any more; @stream outlives that. */
void pub_relays_add_point (PubRelays * self, const gchar * path,
    PubStream * stream);
void pub_relays_remove_point (PubRelays * self, const gchar * path);

void pub_relays_foreach (PubRelays * self,
    void (*func) (const PubRelayInfo * info, gpointer data), gpointer data);

/* Returns: whether connections are there, or being ended. */
gboolean pub_relays_are_busy (PubRelays * self);

G_END_DECLS
#endif /* __PUB_RELAYS_H__ */
