/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_ATTEMPTS_H__
#define __PUB_ATTEMPTS_H__

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PubAttempts:
 *
 * Wrong passwords by address (of IPv6 the first 64 bits, which is what one
 * customer gets): a number of them at once, then one now and then.  The memory
 * is fixed; of more addresses than that, the one that failed longest ago is
 * forgotten.
 */
typedef struct _PubAttempts PubAttempts;

/**
 * pub_attempts_new:
 * @burst: how many may be wrong at once
 * @interval_ms: then one in each of these
 *
 * Returns: (transfer full): an empty table.
 */
PubAttempts *pub_attempts_new (guint burst, guint interval_ms);
void pub_attempts_free (PubAttempts * self);

/* Returns: seconds, rounded up, until @address may try again; 0: now. */
guint pub_attempts_wait (PubAttempts * self, GInetAddress * address);

/* A password was wrong. */
void pub_attempts_failed (PubAttempts * self, GInetAddress * address);

G_END_DECLS
#endif /* __PUB_ATTEMPTS_H__ */
