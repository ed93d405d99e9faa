/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_ENTRANCE_H__
#define __PUB_ENTRANCE_H__

#include "pubserver.h"

G_BEGIN_DECLS

/**
 * PubEntrance:
 *
 * Where connections come in: sockets, handshakes, and the waits for requests.
 */
typedef struct _PubEntrance PubEntrance;

/* For a @server whose SoupServer and config are there. */
PubEntrance *pub_entrance_new (PubServer * server);

/* Closes the sockets and all connections that wait. */
void pub_entrance_close (PubEntrance * self);
void pub_entrance_free (PubEntrance * self);

G_END_DECLS
#endif /* __PUB_ENTRANCE_H__ */
