/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_SERVER_H__
#define __PUB_SERVER_H__

#include <gio/gio.h>

#include "pubauth.h"
#include "pubconfig.h"
#include "pubpoint.h"
#include "pubrelay.h"

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
 * @address: numeric, such as 127.0.0.1 or ::1; :: is IPv4 as well
 * @port: 0 for a free one
 * @error: return location
 *
 * May be called for more than one address.
 *
 * Returns: %FALSE with @error when that is not possible.
 */
gboolean pub_server_listen (PubServer * self, const gchar * address,
    guint port, GError ** error);

/* The same, speaking TLS: pub_server_set_tls() has to come first. */
gboolean pub_server_listen_tls (PubServer * self, const gchar * address,
    guint port, GError ** error);

/* Of the first address that is listened on. */
guint pub_server_get_port (PubServer * self);

/* Returns: (transfer full): "http://ADDRESS:PORT/", or https, of the first
 *     address that is listened on; %NULL before listening. */
gchar *pub_server_get_url (PubServer * self);

/* Returns: (transfer full): the same of address number @index; %NULL when there
 *     are not so many. */
gchar *pub_server_get_nth_url (PubServer * self, guint index);

/**
 * pub_server_set_tls:
 * @certificate_file: (nullable): PEM, with the certificates of its issuers
 *     behind it, and its key where @key_file is %NULL; %NULL for none
 * @key_file: (nullable): PEM
 * @error: return location
 *
 * May be called again: connections that come later have the new certificate.
 * After a failure the old one stays.
 */
gboolean pub_server_set_tls (PubServer * self, const gchar * certificate_file,
    const gchar * key_file, GError ** error);

/* The same with one from pub_certificate_load(), without the disk. */
void pub_server_set_certificate (PubServer * self,
    GTlsCertificate * certificate);

/**
 * pub_server_set_passwords:
 * @role: for whom
 * @htdigest_file: (nullable): lines user:realm:HA1, as htdigest(1) writes
 *     them; %NULL: no password is asked, and nobody is %PUB_ROLE_ADMIN
 * @realm: (nullable): the realm whose lines count; %NULL for that of the
 *     first one
 * @error: return location; names file and line
 *
 * May be called again, to read the file anew.  After a failure the passwords
 * are as before.
 */
gboolean pub_server_set_passwords (PubServer * self, PubRole role,
    const gchar * htdigest_file, const gchar * realm, GError ** error);

/* The same with a table that has been read, without the disk.  Takes
 * @passwords. */
void pub_server_take_passwords (PubServer * self, PubRole role,
    PubPasswords * passwords);

/**
 * pub_server_set_access:
 * @role: for whom
 * @networks: (nullable): addresses and networks such as 192.0.2.0/24 and
 *     2001:db8::/32; none: everyone
 * @error: return location; names the entry
 *
 * Addresses from which a role may be taken.  May be called again; after a
 * failure the list is as before.
 */
gboolean pub_server_set_access (PubServer * self, PubRole role,
    const gchar * const *networks, GError ** error);

/**
 * pub_server_set_hosts:
 * @names: (nullable): host names, without ports; "*" for all, "*.NAME" for
 *     those below NAME; none: the machine's own
 *
 * What the server is called: requests for others are refused (421), so that no
 * web page gets here under a name of its own that leads to this address.
 * Numeric addresses and localhost are always right.
 */
void pub_server_set_hosts (PubServer * self, const gchar * const *names);

/**
 * pub_server_set_url:
 * @url: (nullable): http or https, without user and query; %NULL: what they
 *     have asked for
 *
 * By which URL players are told to reach the server, where a proxy changes
 * name, port or scheme.
 */
void pub_server_set_url (PubServer * self, const gchar * url);

/**
 * pub_server_check:
 * @msg: a request whose head has been read
 * @role: what it is for
 * @user: (out) (optional) (transfer full) (nullable): who it is, unescaped,
 *     where a password was asked
 *
 * Whether the host, the sender's address and the credentials of @msg are
 * right.  May be called again for the same @msg.
 *
 * Returns: 0 when the request may go on, else the status that refuses it: 400,
 *     401, 403, 421 or 429; the response of @msg then has the headers and the
 *     text that belong to it.
 */
guint pub_server_check (PubServer * self, SoupServerMessage * msg,
    PubRole role, gchar ** user);

/* Whether @msg comes from somebody who may be @role; leaves the response
 * alone. */
gboolean pub_server_has_role (PubServer * self, SoupServerMessage * msg,
    PubRole role);

/* Limits; to be changed before listening. */
PubConfig *pub_server_get_config (PubServer * self);

/**
 * pub_server_set_record:
 * @config: (nullable): how; %NULL for not at all
 * @error: return location
 *
 * Records each session that begins from now on.  May be called again; a session
 * that is being recorded goes on as it began.
 *
 * Returns: %FALSE with @error when files cannot be made in the directory; all
 *     is as it was then.
 */
gboolean pub_server_set_record (PubServer * self,
    const PubRecordConfig * config, GError ** error);

/* The same after pub_record_check_folder(), without the disk. */
void pub_server_change_record (PubServer * self,
    const PubRecordConfig * config);

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
 * pub_server_set_points:
 * @paths: (nullable): points that are known from now on; none: any is
 *
 * Points that are not known any more end with the session that they have, or
 * at once.
 */
void pub_server_set_points (PubServer * self, const gchar * const *paths);

/**
 * pub_server_get_point:
 * @info: (out): what is going on there
 *
 * Returns: %FALSE when there is no such point.
 */
gboolean pub_server_get_point (PubServer * self, const gchar * path,
    PubPointInfo * info);

/**
 * pub_server_foreach_point:
 * @func: called for each point, in no order; must not make points go
 * @data: for @func
 */
void pub_server_foreach_point (PubServer * self,
    void (*func) (PubPoint * point, gpointer data), gpointer data);

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
 * pub_server_set_push_to:
 * @urls: (nullable): "[PATH=]URL" each; without a path for every point, whose
 *     path is appended when the URL ends in a slash
 * @error: return location
 *
 * Where programmes are pushed on to.  May be called again: what stays goes on.
 * The first call with a URL starts GStreamer.
 *
 * Returns: %FALSE with @error when there is no plugin for it; all is as it was
 *     then.
 */
gboolean pub_server_set_push_to (PubServer * self, const gchar * const *urls,
    GError ** error);

void pub_server_foreach_relay (PubServer * self,
    void (*func) (const PubRelayInfo * info, gpointer data), gpointer data);

/**
 * pub_server_shut_down:
 * @done: called, from the main context, when all connections and relays have
 *     gone
 * @data: for @done
 *
 * Accepts nothing any more, answers encoders with 503 and ends players.
 */
void pub_server_shut_down (PubServer * self, void (*done) (gpointer data),
    gpointer data);

G_END_DECLS
#endif /* __PUB_SERVER_H__ */
