/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_ADMIN_H__
#define __PUB_ADMIN_H__

#include "pubserver.h"

G_BEGIN_DECLS

#define PUB_ADMIN_DISCONNECT "/admin/disconnect"

/**
 * pub_admin_disconnect:
 * @msg: a POST to that path that has been read to its end
 *
 * Ends the session of the form's "point", a path, or the "player" with that
 * id, and answers.  A browser sends the administrator's credentials for any
 * page that asks it to: requests that other origins have made, or without the
 * header X-Requested-With, which those cannot set, are refused.
 */
void pub_admin_disconnect (PubServer * server, SoupServerMessage * msg);

G_END_DECLS
#endif /* __PUB_ADMIN_H__ */
