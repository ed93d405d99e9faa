/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_TICKET_H__
#define __WMS_TICKET_H__

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * WmsTicket:
 *
 * One Negotiate exchange with the user's Kerberos ticket (RFC 4559), through
 * GSSAPI.  Its steps may block for as long as the Kerberos server likes, so
 * they belong on a thread of their own; it has no lock.
 */
typedef struct _WmsTicket WmsTicket;

/**
 * wms_ticket_is_supported:
 *
 * Returns: whether there is a GSSAPI in this build.
 */
gboolean wms_ticket_is_supported (void);

/**
 * wms_ticket_new:
 * @host: whom the token is for: service HTTP at this host
 */
WmsTicket *wms_ticket_new (const gchar * host);

/**
 * wms_ticket_free:
 * @self: (transfer full): a #WmsTicket
 */
void wms_ticket_free (WmsTicket * self);

/**
 * wms_ticket_step:
 * @self: a #WmsTicket
 * @challenge: (nullable): the server's token in base 64, %NULL at first
 * @error: return location
 *
 * Returns: (transfer full) (nullable): our token in base 64; %NULL with
 *     @error, in particular when there is no ticket.
 */
gchar *wms_ticket_step (WmsTicket * self, const gchar * challenge,
    GError ** error);

G_END_DECLS
#endif /* __WMS_TICKET_H__ */
