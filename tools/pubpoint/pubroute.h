/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_ROUTE_H__
#define __PUB_ROUTE_H__

#include "pubserver.h"

G_BEGIN_DECLS

/* Lets requests to the SoupServer of @self find who answers them. */
void pub_route_attach (PubServer * self);

G_END_DECLS
#endif /* __PUB_ROUTE_H__ */
