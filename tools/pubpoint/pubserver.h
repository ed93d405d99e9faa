/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_SERVER_H__
#define __PUB_SERVER_H__

#include <gio/gio.h>

#include "pubconfig.h"
#include "pubpoint.h"

G_BEGIN_DECLS

/**
 * PubServer:
 *
 * A publishing point server: encoders push to it ([MS-WMHTTP]), players get
 * the programme from it, as plain HTTP and as MMS over HTTP ([MS-WMSP]).
 *
 * It runs on the main context that was the thread-default one where it was
 * created, and is to be used on that thread only.  It never blocks it.
 */
typedef struct _PubServer PubServer;

/**
 * pub_server_new:
 *
 * Returns: (transfer full): a server that does not listen yet.
 */
PubServer *pub_server_new (void);

/**
 * pub_server_free:
 * @self: (transfer full) (nullable): a server
 *
 * Ends everything at once.
 */
void pub_server_free (PubServer * self);

/**
 * pub_server_listen:
 * @address: numeric, such as 127.0.0.1
 * @port: 0 for a free one
 * @error: return location
 *
 * Returns: %FALSE with @error when that is not possible.
 */
gboolean pub_server_listen (PubServer * self, const gchar * address,
    guint port, GError ** error);
guint pub_server_get_port (PubServer * self);

/* Returns: (transfer full): "http://ADDRESS:PORT/", %NULL before listening. */
gchar *pub_server_get_url (PubServer * self);

/* Limits; to be changed before listening. */
PubConfig *pub_server_get_config (PubServer * self);

/**
 * pub_server_set_record:
 * @config: how
 * @error: return location
 *
 * Records each session that begins from now on; once for a server.
 *
 * Returns: %FALSE with @error when files cannot be made in the directory.
 */
gboolean pub_server_set_record (PubServer * self,
    const PubRecordConfig * config, GError ** error);

/**
 * pub_server_add_point:
 * @path: beginning with a slash
 *
 * Makes a point known.  Once this has been called, the points that were added
 * and those that encoders make with a Template-URL are all there are; before,
 * a push to any path finds its point.
 */
void pub_server_add_point (PubServer * self, const gchar * path);

/**
 * pub_server_get_point:
 * @info: (out): what is going on there
 *
 * Returns: %FALSE when there is no such point.
 */
gboolean pub_server_get_point (PubServer * self, const gchar * path,
    PubPointInfo * info);

/* @changed is called after something in a #PubPointInfo has changed. */
void pub_server_set_changed (PubServer * self, void (*changed) (gpointer data),
    gpointer data);

/**
 * pub_server_disconnect:
 * @path: a point
 * @status: what the encoder is told, for example 408 or 503
 *
 * Ends an encoder's session (S10).
 *
 * Returns: whether there was one.
 */
gboolean pub_server_disconnect (PubServer * self, const gchar * path,
    guint status);

/**
 * pub_server_shut_down:
 * @done: called, from the main context, when all connections have gone
 * @data: for @done
 *
 * Accepts nothing any more, answers encoders with 503 and ends players.
 */
void pub_server_shut_down (PubServer * self, void (*done) (gpointer data),
    gpointer data);

G_END_DECLS
#endif /* __PUB_SERVER_H__ */
