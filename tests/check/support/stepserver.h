/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __STEP_SERVER_H__
#define __STEP_SERVER_H__

#include <gio/gio.h>

G_BEGIN_DECLS

/* A server on a free loopback port without a thread of its own: it does one
 * step of a scenario for each call, on the newest connection.  Waits last 20 s
 * at most.  Both kinds of steps return what went wrong, or NULL. */
typedef struct _StepServer StepServer;

StepServer *step_server_new (void);
void step_server_free (StepServer * self);
/* http://127.0.0.1:PORT/live */
gchar *step_server_get_url (StepServer * self);

/* Waits for what the sink does: "connects", "PushSetup", "PushStart", "$H",
 * "$D", "$D ..." for all that follow each other, "$C", "$E(0)", "$E(1)", "$F",
 * "closes".  Behind a request, each after " | ", what its head must contain,
 * and after " | no " what it must not. */
gchar *step_server_expect (StepServer * self, const gchar * what);

/* Does what the server does: "STATUS", each header of the answer, or
 * "push-id=ID", after " | "; "closes", "resets", "is away", "is back". */
gchar *step_server_do (StepServer * self, const gchar * what);

G_END_DECLS
#endif /* __STEP_SERVER_H__ */
