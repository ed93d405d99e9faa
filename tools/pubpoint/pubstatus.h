/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_STATUS_H__
#define __PUB_STATUS_H__

#include "pubserver.h"

G_BEGIN_DECLS

/* Players that are listed for the administrator, of all points together. */
#define PUB_STATUS_MAX_LISTED 500

/**
 * PubStatus:
 *
 * What the server does, as JSON (docs/status.md).  The text is made at most
 * once a second, and when somebody has come or gone.
 */
typedef struct _PubStatus PubStatus;

PubStatus *pub_status_new (PubServer * server);
void pub_status_free (PubStatus * self);

/**
 * pub_status_get:
 * @is_admin: with the addresses of encoders and players
 *
 * Returns: (transfer full): the text.
 */
GBytes *pub_status_get (PubStatus * self, gboolean is_admin);

/* Returns: (transfer full) (element-type PubPoint): all points, by path. */
GPtrArray *pub_status_list_points (PubServer * server);

/* Returns: (transfer full): @bytes from outside as a line of valid UTF-8:
 *     what is none, and control characters, become U+FFFD. */
gchar *pub_status_text (const gchar * bytes);

/* Returns: (transfer none): what the state of an encoder is called. */
const gchar *pub_status_state_name (const PubPointInfo * info);

/* Names of all states, NULL-terminated. */
extern const gchar *const pub_status_states[];

G_END_DECLS
#endif /* __PUB_STATUS_H__ */
