/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_AUTH_H__
#define __PUB_AUTH_H__

#include <libsoup/soup.h>

#include "pubpasswords.h"

G_BEGIN_DECLS

/**
 * PubRole:
 * @PUB_ROLE_ENCODER: sends a programme
 * @PUB_ROLE_PLAYER: gets it, or looks at pages and figures
 * @PUB_ROLE_ADMIN: sees addresses, and may disconnect others
 *
 * What somebody wants to be.
 */
typedef enum
{
  PUB_ROLE_ENCODER,
  PUB_ROLE_PLAYER,
  PUB_ROLE_ADMIN,
} PubRole;
#define PUB_N_ROLES 3

/**
 * PubAuth:
 *
 * Who somebody is: HTTP's Basic and Digest (RFC 7617, RFC 7616), with a
 * password file for each role.
 */
typedef struct _PubAuth PubAuth;

PubAuth *pub_auth_new (void);
void pub_auth_free (PubAuth * self);

/* Takes @passwords; see pub_server_take_passwords(). */
void pub_auth_set_passwords (PubAuth * self, PubRole role,
    PubPasswords * passwords);

/* Whether a password is asked of @role. */
gboolean pub_auth_asks (PubAuth * self, PubRole role);

/**
 * pub_auth_check:
 * @msg: a request whose head has been read
 * @role: what it is for
 * @user: (out) (optional) (transfer full) (nullable): who it is, where a
 *     password was asked
 *
 * An administrator's password is good for %PUB_ROLE_PLAYER as well.  A
 * PushStart without credentials goes with its connection, when a PushSetup has
 * been authenticated on it ([MS-WMHTTP] 3.2.5.2).
 *
 * Returns: 0, or the status that refuses it: 401 with challenges in the
 *     response headers of @msg, 403 where nobody can be @role, 429 after too
 *     many wrong passwords.
 */
guint pub_auth_check (PubAuth * self, SoupServerMessage * msg, PubRole role,
    gchar ** user);

/**
 * pub_auth_get_reason:
 * @msg: a request that has been refused
 *
 * Returns: (transfer none) (nullable): why, for the log; %NULL where nothing
 *     but a challenge has been sent, as each client gets one.
 */
const gchar *pub_auth_get_reason (SoupServerMessage * msg);

/* Sets it. */
void pub_auth_set_reason (SoupServerMessage * msg, const gchar * reason);

/* As pub_auth_check(), without an effect on anything; an absent password file
 * makes nobody an administrator and everybody the rest. */
gboolean pub_auth_is (PubAuth * self, SoupServerMessage * msg, PubRole role);

/* Says that the connection of @peer is encrypted. */
void pub_auth_mark_secure (GSocketAddress * peer);
gboolean pub_auth_is_secure (GSocketAddress * peer);

G_END_DECLS
#endif /* __PUB_AUTH_H__ */
