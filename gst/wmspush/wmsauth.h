/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_AUTH_H__
#define __WMS_AUTH_H__

#include "wmspush/wmscredentials.h"
#include "wmspush/wmsticket.h"

G_BEGIN_DECLS

/* How often credentials are asked for in one session. */
#define WMS_AUTH_MAX_QUESTIONS 3
/* How often a server may call a Digest nonce stale before it takes a whole
 * PushStart, in one try. */
#define WMS_AUTH_MAX_STALE 3
/* Where credentials are taken from: URL, then properties. */
#define WMS_AUTH_MAX_GIVEN 2

/**
 * WmsAuthConfig:
 * @methods: #GstWmsAuthMethods that may be used
 * @allow_clear_text: whether @given may travel unencrypted
 * @given: (array fixed-size=2) (nullable): credentials, in the order in which
 *     they are tried
 *
 * How to prove who we are, towards a server or a proxy.
 */
typedef struct
{
  guint methods;
  gboolean allow_clear_text;
  const WmsCredentials *given[WMS_AUTH_MAX_GIVEN];
} WmsAuthConfig;

/**
 * WmsAuthPeer:
 * @host: its name
 * @is_proxy: whether it is the proxy
 * @is_secure: whether the way to it is encrypted
 * @is_home: whether it is what given credentials are for
 * @may_use_ticket: whether the configuration names it, so that the user's
 *     ticket may be used
 * @is_shared: whether something between mixes our requests with others' on one
 *     connection, so that NTLM would let these in (RFC 4559, section 6)
 *
 * Who asks.
 */
typedef struct
{
  const gchar *host;
  gboolean is_proxy;
  gboolean is_secure;
  gboolean is_home;
  gboolean may_use_ticket;
  gboolean is_shared;
} WmsAuthPeer;

/**
 * WmsAuthStep:
 * @WMS_AUTH_SEND: repeat the request, with wms_auth_authorize()
 * @WMS_AUTH_ASK: wms_auth_get_question(), then wms_auth_answer()
 * @WMS_AUTH_TICKET: wms_auth_take_ticket(), then wms_auth_return_ticket()
 * @WMS_AUTH_DENIED: there is nothing left to try; the error says why
 *
 * What has to be done to get on.
 */
typedef enum
{
  WMS_AUTH_SEND,
  WMS_AUTH_ASK,
  WMS_AUTH_TICKET,
  WMS_AUTH_DENIED,
} WmsAuthStep;

/**
 * WmsAuth:
 *
 * Access authentication towards one server or proxy (RFC 9110, section 11;
 * protocol.md, Credentials): challenges in, Authorization values out.  No
 * socket, no thread, no lock.  A password that was refused is not offered
 * again, with no scheme.
 */
typedef struct _WmsAuth WmsAuth;

/**
 * wms_auth_new:
 * @config: copied
 */
WmsAuth *wms_auth_new (const WmsAuthConfig * config);

/**
 * wms_auth_free:
 * @self: (transfer full): a #WmsAuth; its secrets are wiped
 */
void wms_auth_free (WmsAuth * self);

/**
 * wms_auth_take_challenges:
 * @self: a #WmsAuth
 * @peer: who sent them
 * @challenges: (nullable): WWW-Authenticate or Proxy-Authenticate of the 401
 *     or 407
 * @error: set with %WMS_AUTH_DENIED
 */
WmsAuthStep wms_auth_take_challenges (WmsAuth * self,
    const WmsAuthPeer * peer, const gchar * challenges, GError ** error);

/**
 * WmsQuestionInfo:
 * @realm: (transfer none): what the credentials are for, may be empty
 * @site: (transfer none): the host that asks
 * @user: (transfer none) (nullable): who was refused before
 * @hresult: %WMS_S_OK, or why @user was refused
 * @flags: #GstWmsCredentialFlags
 *
 * A question for credentials: the parameters of
 * IWMCredentialCallback::AcquireCredentials.
 */
typedef struct
{
  const gchar *realm;
  const gchar *site;
  const gchar *user;
  guint32 hresult;
  guint flags;
} WmsQuestionInfo;

/**
 * wms_auth_get_question:
 * @self: a #WmsAuth, after %WMS_AUTH_ASK
 * @info: (out caller-allocates): what is asked
 */
void wms_auth_get_question (WmsAuth * self, WmsQuestionInfo * info);

/**
 * wms_auth_answer:
 * @self: a #WmsAuth, after %WMS_AUTH_ASK
 * @credentials: (transfer full) (nullable): the answer, %NULL to give up
 * @error: set with %WMS_AUTH_DENIED
 */
WmsAuthStep wms_auth_answer (WmsAuth * self, WmsCredentials * credentials,
    GError ** error);

/**
 * wms_auth_take_ticket:
 * @self: a #WmsAuth, after %WMS_AUTH_TICKET
 * @challenge: (out) (transfer full) (nullable): for wms_ticket_step()
 *
 * Returns: (transfer full): whose next step is due, on a thread that may
 *     block.
 */
WmsTicket *wms_auth_take_ticket (WmsAuth * self, gchar ** challenge);

/**
 * wms_auth_return_ticket:
 * @self: a #WmsAuth
 * @ticket: (transfer full) (nullable): what it gave away, unless that is stuck
 * @token: (nullable): outcome of the step
 * @error: set with %WMS_AUTH_DENIED
 *
 * Without a token, what else the server offered is tried.  But where the ticket
 * was good before, and no given password does instead, %WMS_ERROR_NO_TICKET or
 * %WMS_ERROR_PROXY_NO_TICKET says so: it may be good again.
 */
WmsAuthStep wms_auth_return_ticket (WmsAuth * self, WmsTicket * ticket,
    const gchar * token, GError ** error);

/**
 * wms_auth_needs_ticket:
 *
 * Returns: whether another token has to be made before the next request, in
 *     the way of %WMS_AUTH_TICKET: each is good for one.
 */
gboolean wms_auth_needs_ticket (WmsAuth * self);

/**
 * wms_auth_authorize:
 * @self: a #WmsAuth
 * @method: of the next request
 * @uri: as in its request line
 *
 * Returns: (transfer full) (nullable): value of its Authorization or
 *     Proxy-Authorization header, to be freed with wms_free_secret().
 */
gchar *wms_auth_authorize (WmsAuth * self, const gchar * method,
    const gchar * uri);

/**
 * wms_auth_is_bound:
 *
 * Returns: whether the next request makes sense only on the connection that
 *     the last answer came on.
 */
gboolean wms_auth_is_bound (WmsAuth * self);

/**
 * wms_auth_is_of_connection:
 *
 * Returns: whether what has been accepted holds for the connection, and a
 *     PushStart cannot be let in on another one ([MS-WMHTTP] 1.7).
 */
gboolean wms_auth_is_of_connection (WmsAuth * self);

/**
 * wms_auth_begin_connection:
 *
 * Tells that the next request goes out on a new connection: what belonged to
 * the old one begins again.
 */
void wms_auth_begin_connection (WmsAuth * self);

/**
 * wms_auth_accept:
 *
 * Tells that the last request was let in.
 */
void wms_auth_accept (WmsAuth * self);

/**
 * wms_auth_settle:
 *
 * Tells that a whole PushStart was let in, or that a lost session is tried
 * again: a server that calls the nonce stale after each of these is none that
 * will never be content.
 */
void wms_auth_settle (WmsAuth * self);

/**
 * wms_auth_get_scheme:
 *
 * Returns: (transfer none) (nullable): name of the scheme in use.
 */
const gchar *wms_auth_get_scheme (WmsAuth * self);

/**
 * wms_auth_list_schemes:
 * @allowed: #GstWmsAuthMethods
 *
 * Returns: (transfer full) (nullable): value of X-Accept-Authentication, where
 *     Basic is never listed ([MS-WMSP] 2.2.1.9; protocol.md, C4).
 */
gchar *wms_auth_list_schemes (guint allowed);

G_END_DECLS
#endif /* __WMS_AUTH_H__ */
