/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_PUSH_H__
#define __WMS_PUSH_H__

#include <gio/gio.h>

G_BEGIN_DECLS

/* Content-Length of a PushStart that goes straight to the server
 * ([MS-WMHTTP] 3.1.4.2.1). */
#define WMS_PUSH_REQUEST_LENGTH G_GUINT64_CONSTANT (2147483647)
/* Room for three packets of the largest size ([MS-WMHTTP] 3.1.4.2.1). */
#define WMS_PUSH_MIN_REQUEST G_GUINT64_CONSTANT (196617)
/* How often a server may send us elsewhere before it is an error
 * (push-protocol, C11). */
#define WMS_PUSH_MAX_REDIRECTS 8
/* Longest push-id that is taken from a server (push-protocol, S2). */
#define WMS_PUSH_MAX_ID 255

/**
 * WmsPushConfig:
 * @uri: the publishing point, http or https, without user part
 * @template_location: (nullable): absolute path of the publishing point that
 *     the server may copy ([MS-WMHTTP] 2.2.2.1.1), not yet percent-encoded
 * @auto_destroy: whether the server shall remove the publishing point when the
 *     session ends ([MS-WMHTTP] 2.2.2.1.2)
 * @request_length: Content-Length of a PushStart in bytes, at least
 *     %WMS_PUSH_MIN_REQUEST; 0 for %WMS_PUSH_REQUEST_LENGTH
 */
typedef struct
{
  GUri *uri;
  const gchar *template_location;
  gboolean auto_destroy;
  guint64 request_length;
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
 * @content_type: Content-Type, exactly
 * @content_length: Content-Length
 * @user_agent: User-Agent
 * @cookie: Cookie
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
  const gchar *content_type;
  guint64 content_length;
  const gchar *user_agent;
  const gchar *cookie;
  GBytes *body;
} WmsRequest;

/**
 * WmsCookie:
 * @name: of a Set-Cookie header
 * @value: of the same
 */
typedef struct
{
  const gchar *name;
  const gchar *value;
} WmsCookie;

/**
 * WmsResponse:
 * @status: HTTP status
 * @server: (nullable): Server
 * @location: (nullable): Location
 * @via: (nullable): Via
 * @cookies: (array length=n_cookies): of its Set-Cookie headers
 * @n_cookies: how many
 */
typedef struct
{
  guint status;
  const gchar *server;
  const gchar *location;
  const gchar *via;
  const WmsCookie *cookies;
  guint n_cookies;
} WmsResponse;

/**
 * WmsOutcome:
 * @WMS_OUTCOME_AGAIN: ask wms_push_next_request() and send it, on a new
 *     connection
 * @WMS_OUTCOME_OPENED: the session is open; the next request is a PushStart
 * @WMS_OUTCOME_ENDED: the session ended well
 * @WMS_OUTCOME_FAILED: the session failed; the error says why
 *
 * What follows from an answer, or from its absence.
 */
typedef enum
{
  WMS_OUTCOME_AGAIN,
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
 * wms_push_take_loss:
 * @self: a #WmsPush
 * @reason: why there will be no answer to the last request
 * @error: set to a copy of @reason when the outcome is %WMS_OUTCOME_FAILED
 *
 * After the final $E the end of the connection is the end of the session; at
 * any other time it is a failure ([MS-WMHTTP] 3.1.7.1).
 *
 * Returns: %WMS_OUTCOME_ENDED or %WMS_OUTCOME_FAILED.
 */
WmsOutcome wms_push_take_loss (WmsPush * self, const GError * reason,
    GError ** error);

/**
 * wms_push_restart:
 *
 * Begins again with a PushSetup, push-id and cookies kept: the connection was
 * lost before the PushStart could use it.
 */
void wms_push_restart (WmsPush * self);

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
 * wms_push_get_request_length:
 *
 * Returns: Content-Length of a PushStart, in bytes.
 */
guint64 wms_push_get_request_length (WmsPush * self);

/**
 * wms_push_get_id:
 *
 * Returns: (transfer none): the push-id, "0" before the server gave one.
 */
const gchar *wms_push_get_id (WmsPush * self);

/**
 * wms_push_get_using_proxy:
 *
 * Returns: whether an answer told of a proxy on the way ([MS-WMHTTP] 3.1.1,
 *     UsingProxy).
 */
gboolean wms_push_get_using_proxy (WmsPush * self);

G_END_DECLS
#endif /* __WMS_PUSH_H__ */
