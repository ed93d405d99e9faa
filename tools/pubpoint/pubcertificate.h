/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_CERTIFICATE_H__
#define __PUB_CERTIFICATE_H__

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * pub_certificate_load:
 * @certificate_file: PEM: the certificate, then those of its issuers
 * @key_file: (nullable): PEM; %NULL when the key is in @certificate_file
 * @error: return location; names the file
 *
 * Reads a server's certificate and key, and lets a handshake over a pair of
 * sockets show that they belong together: GIO does not look before.  It blocks
 * for some milliseconds.  Warns in the log of a key that everybody can read and
 * of a certificate that is not valid now.
 *
 * Returns: (transfer full) (nullable): a certificate that works.
 */
GTlsCertificate *pub_certificate_load (const gchar * certificate_file,
    const gchar * key_file, GError ** error);

G_END_DECLS
#endif /* __PUB_CERTIFICATE_H__ */
