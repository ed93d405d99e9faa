/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_AUTH_H__
#define __PUB_AUTH_H__

#include <libsoup/soup.h>

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

G_END_DECLS
#endif /* __PUB_AUTH_H__ */
