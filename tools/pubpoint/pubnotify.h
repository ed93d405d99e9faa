/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_NOTIFY_H__
#define __PUB_NOTIFY_H__

#include <glib.h>

G_BEGIN_DECLS

/* What the service manager is told, as sd_notify(3) has it.  Where there is
 * none, or the program was built without it, nothing happens. */

/* Ready, with a line for people. */
void pub_notify_ready (const gchar * status);

/* A line for people. */
void pub_notify_status (const gchar * status);

/* Options are being read again; pub_notify_ready() ends that. */
void pub_notify_reloading (void);

void pub_notify_stopping (void);

/* Returns: how often pub_notify_alive() has to be called at least, in us; 0
 * for never. */
guint64 pub_notify_watchdog_us (void);
void pub_notify_alive (void);

G_END_DECLS
#endif /* __PUB_NOTIFY_H__ */
