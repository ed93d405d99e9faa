/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_PUSH_H__
#define __WMS_PUSH_H__

#include <gio/gio.h>

#include "wmspush/wmsauth.h"
#include "wmspush/wmscookies.h"

G_BEGIN_DECLS

/* Content-Length of a PushStart that goes straight to the server
 * ([MS-WMHTTP] 3.1.4.2.1). */
#define WMS_PUSH_REQUEST_LENGTH G_GUINT64_CONSTANT (2147483647)
/* Room for three packets of the largest size ([MS-WMHTTP] 3.1.4.2.1). */
#define WMS_PUSH_MIN_REQUEST G_GUINT64_CONSTANT (196617)
/* How often a server may send us elsewhere before it is an error
 * (protocol.md, C11). */
#define WMS_PUSH_MAX_REDIRECTS 8
/* What a PushStart through a proxy has room for ([MS-WMHTTP] 3.1.4.2.1). */
#define WMS_PUSH_PROXY_SECONDS 60
/**
 * WmsPushMemory:
 * @uri: the server that has the session
 * @cookies: its push-id, and others
 * @has_header: whether the server has the header as well
 *
 * A session that was disconnected, and that the server keeps for a while: for
 * the one that goes on with it.
 */
typedef struct
{
  GUri *uri;
  WmsCookies *cookies;
  gboolean has_header;
} WmsPushMemory;

/**
 * wms_push_memory_free:
 * @self: (transfer full) (nullable): a #WmsPushMemory
 */
void wms_push_memory_free (WmsPushMemory * self);

/**
 * WmsPushConfig:
 * @uri: the publishing point, http or https, without user part
 * @template_location: (nullable): absolute path of the publishing point that
 *     the server may copy ([MS-WMHTTP] 2.2.2.1.1), not yet percent-encoded
 * @auto_destroy: whether the server shall remove the publishing point when the
 *     session ends ([MS-WMHTTP] 2.2.2.1.2)
 * @request_length: Content-Length of a PushStart in bytes, at least
 *     %WMS_PUSH_MIN_REQUEST; 0 for %WMS_PUSH_REQUEST_LENGTH, or about
 *     %WMS_PUSH_PROXY_SECONDS where a proxy is on the way
 * @accept_any_server: whether the Server header does not count (protocol.md,
 *     C13)
 * @server: credentials for the server of @uri
 * @proxy: the same for the proxy
 * @memory: (nullable): the session to go on with
 * @is_proxy_home: whether the configuration names the proxy, so that the
 *     user's ticket may be used there
 */
typedef struct
{
  GUri *uri;
  const gchar *template_location;
  gboolean auto_destroy;
  guint64 request_length;
  gboolean accept_any_server;
  WmsAuthConfig server;
  WmsAuthConfig proxy;
  const WmsPushMemory *memory;
  gboolean is_proxy_home;
} WmsPushConfig;

typedef enum
{
  WMS_REQUEST_SETUP,
  WMS_REQUEST_START,
} WmsRequestKind;

/**
 * WmsRequest:
 * @kind: PushSetup or PushStart
 * @uri: (transfer none): where to
 * @host: Host
 * @content_type: Content-Type, exactly
 * @content_length: Content-Length
 * @user_agent: User-Agent
 * @cookie: Cookie
 * @accept_schemes: (nullable): X-Accept-Authentication
 * @authorization: (nullable): Authorization
 * @proxy_authorization: (nullable): Proxy-Authorization, of the request itself
 *     or, with https, of the CONNECT before it; only for a proxy
 * @proxy: (nullable): the proxy that the server named (305), in place of the
 *     configured one
 * @is_bound: whether it must not go out on another connection (protocol.md,
 *     C15)
 * @needs_connection: whether it must not go out on the connection that there
 *     is
 * @body: (nullable): the whole body of a PushSetup; %NULL for a PushStart,
 *     whose body are frames
 *
 * What goes out next; its strings belong to the #WmsPush and live until the
 * next call.
 */
typedef struct
{
  WmsRequestKind kind;
  GUri *uri;
  const gchar *host;
  const gchar *content_type;
  guint64 content_length;
  const gchar *user_agent;
  const gchar *cookie;
  const gchar *accept_schemes;
  const gchar *authorization;
  const gchar *proxy_authorization;
  const gchar *proxy;
  gboolean is_bound;
  gboolean needs_connection;
  GBytes *body;
} WmsRequest;

/**
 * WmsResponse:
 * @status: HTTP status
 * @server: (nullable): Server
 * @location: (nullable): Location
 * @via: (nullable): Via
 * @cookies: (array length=n_cookies): of its Set-Cookie headers
 * @n_cookies: how many
 * @server_challenges: (nullable): WWW-Authenticate
 * @proxy_challenges: (nullable): Proxy-Authenticate
 * @proxy_support: (nullable): Proxy-Support (RFC 4559, section 6)
 * @proxy_host: (nullable): the proxy that the connection leads to
 * @is_closing: whether the connection ends with it, as with HTTP/1.0 or
 *     `Connection: close`
 */
typedef struct
{
  guint status;
  const gchar *server;
  const gchar *location;
  const gchar *via;
  const WmsCookie *cookies;
  guint n_cookies;
  const gchar *server_challenges;
  const gchar *proxy_challenges;
  const gchar *proxy_support;
  const gchar *proxy_host;
  gboolean is_closing;
} WmsResponse;

/**
 * WmsOutcome:
 * @WMS_OUTCOME_AGAIN: ask wms_push_next_request() and send it, on a new
 *     connection
 * @WMS_OUTCOME_REPEAT: the same, on the connection that there is
 * @WMS_OUTCOME_ASK: wms_push_get_question(), then wms_push_answer()
 * @WMS_OUTCOME_TICKET: wms_push_take_ticket(), then wms_push_return_ticket()
 * @WMS_OUTCOME_OPENED: the session is open; the next request is a PushStart
 * @WMS_OUTCOME_ENDED: the session ended well
 * @WMS_OUTCOME_FAILED: the session failed; the error says why
 *
 * What follows from an answer, or from its absence.
 */
typedef enum
{
  WMS_OUTCOME_AGAIN,
  WMS_OUTCOME_REPEAT,
  WMS_OUTCOME_ASK,
  WMS_OUTCOME_TICKET,
  WMS_OUTCOME_OPENED,
  WMS_OUTCOME_ENDED,
  WMS_OUTCOME_FAILED,
} WmsOutcome;

/**
 * WmsPush:
 *
 * The client side of one push session as a state machine ([MS-WMHTTP] 3.1):
 * requests out, answers in.  It has no socket, no clock and no lock; the
 * caller has them.
 */
typedef struct _WmsPush WmsPush;

/**
 * wms_push_new:
 * @config: copied
 *
 * Returns: (transfer full): a session whose next request is a PushSetup.
 */
WmsPush *wms_push_new (const WmsPushConfig * config);

/**
 * wms_push_free:
 * @self: (transfer full): a #WmsPush
 */
void wms_push_free (WmsPush * self);

/**
 * wms_push_next_request:
 * @self: a #WmsPush
 * @request: (out): what to send
 *
 * Returns: %FALSE when no request is due: a PushStart is under way, or the
 *     session is over.
 */
gboolean wms_push_next_request (WmsPush * self, WmsRequest * request);

/**
 * wms_push_take_response:
 * @self: a #WmsPush
 * @response: the answer to the last request, also one that came early
 * @error: set when the outcome is %WMS_OUTCOME_FAILED: a %WMS_HTTP_ERROR or a
 *     %WMS_ERROR
 *
 * Returns: what follows.
 */
WmsOutcome wms_push_take_response (WmsPush * self,
    const WmsResponse * response, GError ** error);

/**
 * wms_push_goes_on:
 * @self: a #WmsPush
 * @status: of an answer whose head is there
 *
 * What ends a session is told by its head: its body may never come
 * (protocol.md, C23).
 *
 * Returns: whether another request follows, for which the answer has to be
 *     complete.
 */
gboolean wms_push_goes_on (WmsPush * self, guint status);

/**
 * wms_push_take_loss:
 * @self: a #WmsPush
 * @reason: why there will be no answer to the last request
 * @error: set to a copy of @reason when the outcome is %WMS_OUTCOME_FAILED
 *
 * After the final $E the end of the connection is the end of the session,
 * unless it is %WMS_ERROR_STALLED or %WMS_ERROR_END_LOST: the last packets have
 * not arrived.  At any
 * other time it is a failure ([MS-WMHTTP] 3.1.7.1).
 *
 * Returns: %WMS_OUTCOME_ENDED or %WMS_OUTCOME_FAILED.
 */
WmsOutcome wms_push_take_loss (WmsPush * self, const GError * reason,
    GError ** error);

/**
 * wms_push_prepare:
 *
 * To be called before wms_push_next_request().
 *
 * Returns: %WMS_OUTCOME_TICKET when a token has to be made first, else
 *     %WMS_OUTCOME_REPEAT.
 */
WmsOutcome wms_push_prepare (WmsPush * self);

/**
 * wms_push_get_question:
 * @self: a #WmsPush, after %WMS_OUTCOME_ASK
 * @info: (out caller-allocates): what is asked; its strings live until the
 *     answer
 */
void wms_push_get_question (WmsPush * self, WmsQuestionInfo * info);

/**
 * wms_push_answer:
 * @self: a #WmsPush, after %WMS_OUTCOME_ASK
 * @credentials: (transfer full) (nullable): the answer
 * @error: set with %WMS_OUTCOME_FAILED
 */
WmsOutcome wms_push_answer (WmsPush * self, WmsCredentials * credentials,
    GError ** error);

/**
 * wms_push_take_ticket:
 * @self: a #WmsPush, after %WMS_OUTCOME_TICKET
 * @challenge: (out) (transfer full) (nullable): for wms_ticket_step()
 *
 * Returns: (transfer full): a ticket, for a step on a thread that may block.
 */
WmsTicket *wms_push_take_ticket (WmsPush * self, gchar ** challenge);

/**
 * wms_push_return_ticket:
 * @self: a #WmsPush
 * @ticket: (transfer full) (nullable): what it gave away, unless that is stuck
 * @token: (nullable): outcome of the step
 * @error: set with %WMS_OUTCOME_FAILED
 */
WmsOutcome wms_push_return_ticket (WmsPush * self, WmsTicket * ticket,
    const gchar * token, GError ** error);

/**
 * wms_push_set_bitrate:
 * @self: a #WmsPush
 * @bitrate_bps: what the stream's header says, 0 when it says nothing
 *
 * Makes requests through a proxy last about %WMS_PUSH_PROXY_SECONDS.
 */
void wms_push_set_bitrate (WmsPush * self, guint bitrate_bps);

/**
 * wms_push_resume:
 * @self: a #WmsPush whose session is lost, or could not be opened
 *
 * Makes the next request a PushSetup with the push-id of the lost session, to
 * the server that had it (protocol.md, C24).  Where that try fails as well,
 * the next one goes where the configuration leads.  A push-id that is refused
 * is left out in the same try.
 */
void wms_push_resume (WmsPush * self);

/**
 * wms_push_remember:
 * @self: a #WmsPush
 * @has_header: whether the server has the header of the session
 *
 * Returns: (transfer full) (nullable): what another #WmsPush can go on with,
 *     %NULL when the server has given no push-id.
 */
WmsPushMemory *wms_push_remember (WmsPush * self, gboolean has_header);

/**
 * wms_push_is_continued:
 *
 * To be called after wms_push_resume() or wms_push_restart().
 *
 * Returns: whether the server has taken the push-id of the former session, so
 *     that it goes on with the next packet; else it begins with a header.  A
 *     server that has refused it and gives the same one again has a new one.
 */
gboolean wms_push_is_continued (WmsPush * self);

/**
 * wms_push_settle:
 *
 * Tells that packets flow again, or that a session that was restarted is open:
 * the next loss is another one.
 */
void wms_push_settle (WmsPush * self);

/**
 * wms_push_restart:
 *
 * Begins again with a PushSetup, push-id and cookies kept: the connection was
 * lost before the PushStart could use it.  The server may have given the
 * session up as well: a push-id that is refused is left out.
 */
void wms_push_restart (WmsPush * self);

/**
 * wms_push_move_start:
 * @self: a #WmsPush whose PushStart has found its connection gone
 *
 * Repeats that PushStart on a new connection, push-id and cookies kept.
 *
 * Returns: %FALSE when nobody would be let in there, or when there was no
 *     PushStart: nothing has changed.
 */
gboolean wms_push_move_start (WmsPush * self);

/**
 * wms_push_begin_refill:
 *
 * Tells that the request is filled up ([MS-WMHTTP] 3.1.4.3): after its answer
 * another PushStart follows.
 */
void wms_push_begin_refill (WmsPush * self);

/**
 * wms_push_begin_end:
 *
 * Tells that the final $E is written ([MS-WMHTTP] 3.1.4.4): what comes now is
 * the end.
 */
void wms_push_begin_end (WmsPush * self);

/**
 * wms_push_is_answered:
 *
 * Returns: whether the server has answered a request of this session that was
 *     filled up, so that it will answer the last one.
 */
gboolean wms_push_is_answered (WmsPush * self);

/**
 * wms_push_get_request_length:
 *
 * Returns: Content-Length of the last PushStart, in bytes.
 */
guint64 wms_push_get_request_length (WmsPush * self);

/**
 * wms_push_get_id:
 *
 * Returns: (transfer none): the push-id, "0" before the server gave one.
 */
const gchar *wms_push_get_id (WmsPush * self);

/**
 * wms_push_get_scheme:
 *
 * Returns: (transfer none) (nullable): authentication scheme that is used
 *     towards the server.
 */
const gchar *wms_push_get_scheme (WmsPush * self);

/**
 * wms_push_get_using_proxy:
 *
 * Returns: whether an answer told of a proxy on the way ([MS-WMHTTP] 3.1.1,
 *     UsingProxy).
 */
gboolean wms_push_get_using_proxy (WmsPush * self);

G_END_DECLS
#endif /* __WMS_PUSH_H__ */
