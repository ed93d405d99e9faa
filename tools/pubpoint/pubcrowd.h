/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_CROWD_H__
#define __PUB_CROWD_H__

#include "pubserver.h"

G_BEGIN_DECLS

/**
 * pub_crowd_make_place:
 * @server: whose places for players are all taken
 * @newcomer: the address of one who wants to play
 *
 * Where one network (pub_address_network()) has more than half of all places,
 * and the newcomer's has none, the newest player of that network is ended: one
 * machine keeps nobody else out.
 *
 * Returns: whether there is a place.
 */
gboolean pub_crowd_make_place (PubServer * server, GSocketAddress * newcomer);

G_END_DECLS
#endif /* __PUB_CROWD_H__ */
