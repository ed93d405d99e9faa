/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_TLS_H__
#define __PUB_TLS_H__

#include <gio/gio.h>

#include "pubwaiting.h"

G_BEGIN_DECLS

/**
 * PubTls:
 *
 * A server's certificate, and handshakes.  Handshakes are ours and not
 * libsoup's: GIO lends a thread of a small pool to each, so none begins before
 * a whole ClientHello is there, and those that take long give way.
 */
typedef struct _PubTls PubTls;

/**
 * PubTlsFunc:
 * @stream: (nullable): the encrypted stream, %NULL after a failure
 * @connection: what it goes over
 * @data: from pub_tls_new()
 */
typedef void (*PubTlsFunc) (GIOStream * stream,
    GSocketConnection * connection, gpointer data);

/**
 * pub_tls_new:
 * @waiting: bounds the handshakes; outlives the result
 * @done: called after each of them
 * @data: for @done
 *
 * Returns: (transfer full): without a certificate.
 */
PubTls *pub_tls_new (PubWaiting * waiting, PubTlsFunc done, gpointer data);

/* Handshakes that are going on end without a word. */
void pub_tls_free (PubTls * self);

/* Handshakes that come later have this one. */
void pub_tls_set_certificate (PubTls * self, GTlsCertificate * certificate);

gboolean pub_tls_has_certificate (PubTls * self);

/* Begins a handshake. */
void pub_tls_accept (PubTls * self, GSocketConnection * connection);

G_END_DECLS
#endif /* __PUB_TLS_H__ */
