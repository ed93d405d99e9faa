/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_CLIENT_H__
#define __WMS_CLIENT_H__

#include <gio/gio.h>

#include "wmspush/wmshttp.h"
#include "wmspush/wmsmailbox.h"
#include "wmspush/wmspush.h"
#include "wmspush/wmsretry.h"
#include "wmspush/wmsstate.h"
#include "wmspush/wmswriter.h"

G_BEGIN_DECLS

/**
 * WmsClient:
 *
 * One push session: connects on the shared thread, and lets the streaming
 * thread write.  Its functions are called by the streaming thread and by
 * whoever changes states; those that wait take a #GCancellable, and after a
 * cancelled wait they can be called again and go on.
 */
typedef struct _WmsClient WmsClient;

/**
 * WmsClientConfig:
 * @push: what to push to
 * @http: how connections are made
 * @timeout_ms: longest wait for the server, 0 for no limit
 * @credentials_timeout_ms: longest wait for the answer to a question for
 *     credentials, 0 for no limit
 * @retry: when a lost session is tried again
 * @pacing_bps: bit/s that are sent at most, 0 for no limit
 */
typedef struct
{
  WmsPushConfig push;
  WmsHttpConfig http;
  WmsRetryConfig retry;
  guint timeout_ms;
  guint credentials_timeout_ms;
  guint64 pacing_bps;
} WmsClientConfig;

/**
 * wms_client_new:
 * @config: copied
 * @mailbox: where statuses and questions go
 *
 * Returns: %NULL when the system has no thread left.
 */
WmsClient *wms_client_new (const WmsClientConfig * config,
    WmsMailbox * mailbox);

/**
 * wms_client_begin:
 * @self: a new #WmsClient, which whoever gets its events knows already
 *
 * Begins to connect and returns at once: the outcome is an event, and what
 * wms_client_write() and wms_client_end() return.
 */
void wms_client_begin (WmsClient * self);

/**
 * wms_client_ref:
 *
 * Returns: (transfer full): @self.
 */
WmsClient *wms_client_ref (WmsClient * self);

/**
 * wms_client_unref:
 * @self: (transfer full): a #WmsClient
 */
void wms_client_unref (WmsClient * self);

/**
 * wms_client_set_bitrate:
 * @self: a #WmsClient
 * @bitrate_bps: of the stream, from its header
 *
 * For the length of requests through a proxy.
 */
void wms_client_set_bitrate (WmsClient * self, guint bitrate_bps);

/**
 * wms_client_write:
 * @self: a #WmsClient
 * @packets: (array length=n_packets): to be written, in order; the first of a
 *     session is a header
 * @n_packets: how many
 * @n_taken: (inout): the first so many are done with; the caller sets it to 0
 *     before the first call and leaves it alone when it calls again
 * @deadline_us: monotonic time up to which to wait, -1 for no limit
 * @cancellable: (nullable): ends the wait
 * @error: return location
 *
 * Writes packets into the request, and waits as long as the server takes
 * nothing.  Sends the PushStart first when none is under way, and another one
 * when it is used up.  Without packets it writes what was left over.
 *
 * Returns: %FALSE with the session's failure, or %G_IO_ERROR_CANCELLED, or
 *     %WMS_ERROR_BUSY when @deadline_us has come, or %WMS_ERROR_RESUMED once
 *     after the session was lost and goes on, or %WMS_ERROR_HEADER_DUE: the
 *     server knows nothing of the session, which goes on when a header has been
 *     written again.
 */
gboolean wms_client_write (WmsClient * self, WmsPacket * packets,
    guint n_packets, guint * n_taken, gint64 deadline_us,
    GCancellable * cancellable, GError ** error);

/**
 * wms_client_tell_started:
 * @self: a #WmsClient
 * @first_time_100ns: first presentation time
 *
 * Posts the status STARTED, in its place among the others.
 */
void wms_client_tell_started (WmsClient * self, guint64 first_time_100ns);

/**
 * wms_client_tell:
 * @self: a #WmsClient
 * @status: a status that has neither value nor reason
 *
 * Posts a status, unless the session has ended.
 */
void wms_client_tell (WmsClient * self, GstWmsStatus status);

/**
 * wms_client_tell_marker:
 * @self: a #WmsClient
 * @marker: (transfer none): a marker, all data before which is written
 *
 * Posts a marker in its place among the statuses, unless the session has ended.
 */
void wms_client_tell_marker (WmsClient * self, const GstStructure * marker);

/**
 * wms_client_wait_open:
 * @self: a #WmsClient
 * @cancellable: (nullable): ends the wait
 * @error: return location
 *
 * Waits at the end until the server has accepted the session; for one that is
 * tried again, as long as for an answer; not while wms_client_is_asking().
 *
 * Returns: %FALSE with the session's failure, or %G_IO_ERROR_CANCELLED.
 */
gboolean wms_client_wait_open (WmsClient * self, GCancellable * cancellable,
    GError ** error);

/**
 * wms_client_begin_end:
 * @self: a #WmsClient
 * @is_action: whether the application wants the end; then an open question
 *     for credentials has no more time than this either
 *
 * Begins the time that the end of the session may take, or begins it again:
 * for what is written before wms_client_end().
 *
 * Returns: monotonic time up to which a lost session is waited for, -1 for no
 *     limit.
 */
gint64 wms_client_begin_end (WmsClient * self, gboolean is_action);

/**
 * wms_client_is_asking:
 * @self: a #WmsClient
 *
 * Returns: whether credentials are waited for before anything is written, so
 *     that there is nothing to end.
 */
gboolean wms_client_is_asking (WmsClient * self);

/**
 * wms_client_take_slow_end:
 * @self: a #WmsClient whose end has taken up its time
 * @error: return location
 *
 * Returns: %TRUE to give it more time, since it is only slow; %FALSE with why
 *     the session was lost, which has failed now since it did not come back.
 */
gboolean wms_client_take_slow_end (WmsClient * self, GError ** error);

/**
 * wms_client_goes_on:
 *
 * Returns: whether the session is open and goes on with a former one, of which
 *     the server has the header, so that there is something to end before its
 *     first packet.
 */
gboolean wms_client_goes_on (WmsClient * self);

/**
 * wms_client_end:
 * @self: a #WmsClient
 * @cancellable: (nullable): ends the wait
 * @error: return location
 *
 * Ends the session: $E with reason 0 behind all that was written, FIN, and the
 * wait for the answer or for the end of the connection ([MS-WMHTTP] 3.1.4.4;
 * protocol.md, C25).  A session that never streamed is only closed, unless
 * wms_client_goes_on().
 *
 * A lost session is waited for as long as for an answer.
 *
 * Returns: %FALSE with the session's failure, or %G_IO_ERROR_CANCELLED, or
 *     %WMS_ERROR_RESUMED or %WMS_ERROR_HEADER_DUE as wms_client_write().
 */
gboolean wms_client_end (WmsClient * self, GCancellable * cancellable,
    GError ** error);

/**
 * wms_client_fail:
 * @self: a #WmsClient
 * @reason: (nullable): why the session cannot go on, %NULL to close it
 *
 * Ends the session for a reason on our side, also one that is lost, with the
 * same statuses as any failure; it is not tried again.
 */
void wms_client_fail (WmsClient * self, const GError * reason);

/**
 * wms_client_remember:
 * @self: a #WmsClient
 *
 * Returns: (transfer full) (nullable): what another session can go on with.
 */
WmsPushMemory *wms_client_remember (WmsClient * self);

/**
 * wms_client_set_pacing_rate:
 * @self: a #WmsClient
 * @rate_bps: bit/s that are sent at most, 0 for no limit
 *
 * Holds for the connection that there is and for those to come; from any
 * thread.
 */
void wms_client_set_pacing_rate (WmsClient * self, guint64 rate_bps);

/**
 * WmsClientStats:
 * @state: where the session is
 * @bytes: of request bodies, in this session
 * @left: bytes that the current request still has, 0 when there is none
 * @queued: bytes of packets that were taken, but are not with the kernel yet
 * @unsent: bytes that the kernel has and the server has not acknowledged
 * @rtt_ns: round-trip time, 0 when it is not known
 * @pacing_bps: limit of the connection in bit/s, 0 for none
 * @lost: bytes that the server had not acknowledged when the connection was
 *     lost, in all losses
 * @n_data: data packets that were taken
 * @data_bytes: their bytes
 * @n_cut: those of them that had not left as a whole when the connection was
 *     lost
 * @n_pending: those that have not left as a whole yet
 * @n_reconnects: how often a lost session went on
 * @http_status: of the last answer, 0 before the first
 * @push_id: of the session, "0" before the server gave one
 * @scheme: (transfer none) (nullable): how the server was told who we are
 * @failure: (transfer none) (nullable): the last one, also when the session
 *     got over it
 */
typedef struct
{
  GstWmsPushState state;
  guint64 bytes;
  guint64 left;
  guint queued;
  guint unsent;
  guint64 rtt_ns;
  guint64 pacing_bps;
  guint64 lost;
  guint64 n_data;
  guint64 data_bytes;
  guint64 n_cut;
  guint n_pending;
  guint n_reconnects;
  guint http_status;
  gchar push_id[WMS_PUSH_MAX_ID + 1];
  const gchar *scheme;
  const WmsFailure *failure;
} WmsClientStats;

/**
 * wms_client_close:
 * @self: (transfer full): a #WmsClient
 * @stats: (out caller-allocates) (optional): its last figures
 *
 * Ends what is under way within less than a second.  A streaming session is
 * ended as by wms_client_end(), if the socket takes it without waiting.
 */
void wms_client_close (WmsClient * self, WmsClientStats * stats);

/**
 * wms_client_get_stats:
 * @self: a #WmsClient
 * @stats: (out caller-allocates): figures of this moment
 */
void wms_client_get_stats (WmsClient * self, WmsClientStats * stats);

G_END_DECLS
#endif /* __WMS_CLIENT_H__ */
