/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_SOCKET_H__
#define __WMS_SOCKET_H__

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * wms_socket_find:
 * @stream: a #GSocketConnection or a #GTlsConnection
 *
 * Returns: (transfer none) (nullable): the socket below it.
 */
GSocket *wms_socket_find (GIOStream * stream);

/**
 * wms_socket_duplicate:
 * @socket: a socket
 * @error: return location
 *
 * Returns: (transfer full): the same socket by a descriptor of its own.
 */
GSocket *wms_socket_duplicate (GSocket * socket, GError ** error);

/**
 * wms_socket_tune:
 * @socket: a TCP socket
 * @timeout_ms: how long sent bytes may stay unacknowledged, 0 for the system's
 *     own limit
 *
 * Keeps the kernel's queue small, and lets it notice a peer that is gone.
 */
void wms_socket_tune (GSocket * socket, guint timeout_ms);

/**
 * wms_socket_wait_for_room:
 * @socket: a socket
 * @timeout_ms: longest wait, -1 for no limit
 * @cancellable: (nullable): ends the wait
 * @error: return location
 *
 * Waits until the socket takes more, or meets its end.  Unlike
 * g_socket_condition_timed_wait() it does not end the process where no
 * descriptor is left.
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED or %G_IO_ERROR_TIMED_OUT.
 */
gboolean wms_socket_wait_for_room (GSocket * socket, gint timeout_ms,
    GCancellable * cancellable, GError ** error);

/**
 * wms_socket_discard:
 * @socket: a TCP socket that is going to be closed
 *
 * Lets the close throw away what is not sent yet, and reset the connection.
 */
void wms_socket_discard (GSocket * socket);

/**
 * wms_socket_set_pacing_rate:
 * @socket: a TCP socket
 * @rate_bps: bit/s that the kernel sends at most, 0 for no limit
 *
 * Returns: %FALSE when the system has no such limit.
 */
gboolean wms_socket_set_pacing_rate (GSocket * socket, guint64 rate_bps);

/**
 * WmsSocketInfo:
 * @unacknowledged: bytes that the kernel has and the peer has not acknowledged
 * @rtt_ns: round-trip time as the kernel estimates it, 0 when it does not
 * @pacing_bps: bit/s that the kernel sends at most, 0 for no limit
 */
typedef struct
{
  guint unacknowledged;
  guint64 rtt_ns;
  guint64 pacing_bps;
} WmsSocketInfo;

/**
 * wms_socket_get_info:
 * @socket: a socket; of one that is not TCP all figures are 0
 * @info: (out caller-allocates): figures of this moment
 *
 * Asks the kernel twice.
 */
void wms_socket_get_info (GSocket * socket, WmsSocketInfo * info);

G_END_DECLS
#endif /* __WMS_SOCKET_H__ */
