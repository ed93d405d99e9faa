/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __CUT_RELAY_H__
#define __CUT_RELAY_H__

#include <glib.h>

G_BEGIN_DECLS

/* Stands between encoders and a server on loopback and cuts connections: after
 * any number of bytes of the encoder's, with a reset or a FIN for each side. */
typedef struct _CutRelay CutRelay;

CutRelay *cut_relay_new (guint server_port);

/* All connections have to be over by then. */
void cut_relay_free (CutRelay * self);

guint cut_relay_get_port (CutRelay * self);

/* Whether connections are cut from now on, those that are there too. */
void cut_relay_set_cutting (CutRelay * self, gboolean is_cutting);

/* Returns: how many connections were cut. */
guint cut_relay_count (CutRelay * self);

G_END_DECLS
#endif /* __CUT_RELAY_H__ */
