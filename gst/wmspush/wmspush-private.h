/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_PUSH_PRIVATE_H__
#define __WMS_PUSH_PRIVATE_H__

/* What wmspush.c (requests and answers) and wmspushresume.c (after a loss)
 * share. */

#include "wmspush/wmspush.h"

G_BEGIN_DECLS

typedef enum
{
  WMS_PUSH_STATE_SETUP,
  WMS_PUSH_STATE_OPEN,
  WMS_PUSH_STATE_STREAMING,
  WMS_PUSH_STATE_FILLED,
  WMS_PUSH_STATE_ENDING,
  WMS_PUSH_STATE_OVER,
} WmsPushState;

struct _WmsPush
{
  WmsPushState state;
  GUri *uri;
  GUri *home;                   /* as configured */
  gchar *proxy;                 /* of a 305 */
  GBytes *setup_body;
  guint64 wanted_length;        /* 0: up to us */
  guint64 request_length;       /* of the last PushStart */
  gboolean is_answered;         /* a filled request was, in this session */
  guint bitrate_bps;
  gboolean accept_any_server;
  gboolean has_kept_id;         /* of the answer that is being taken */
  WmsCookies *cookies;
  gboolean using_proxy;
  guint redirects;

  WmsAuth *home_auth;           /* for where the configuration leads */
  WmsAuth *server_auth;         /* that one, or one for a server elsewhere */
  WmsAuth *home_proxy_auth;     /* for the configured proxy */
  WmsAuth *proxy_auth;          /* that one, or one for the proxy of a 305 */
  WmsAuth *busy_auth;           /* whose question or ticket is out */
  WmsAuthConfig foreign;        /* for servers that we are sent to */
  gboolean is_proxy_home;
  gboolean needs_connection;    /* the next request wants a new one */
  gchar *accept_schemes;
  gchar *host;                  /* of the next request */
  gchar *authorization;
  gchar *proxy_authorization;

  /* after a loss, until packets flow again; after wms_push_restart() all but
   * the first */
  gboolean is_resuming;
  gchar *resume_id;             /* (nullable): push-id of the lost session */
  gboolean is_renewed;          /* this try has given it up */
  gboolean is_recalled;         /* it is a former one, and not open yet */
};

/**
 * wms_push_begin_connection:
 *
 * Tells that the next request goes out on a new connection.
 */
void wms_push_begin_connection (WmsPush * self);

/**
 * wms_push_is_at_home:
 *
 * Returns: whether the server is the one that the configuration names, and not
 *     one that it has sent us to.
 */
gboolean wms_push_is_at_home (WmsPush * self);

/**
 * wms_push_leave_server:
 *
 * Forgets what belonged to a server: cookies, push-id, authentication.
 */
void wms_push_leave_server (WmsPush * self);

/**
 * wms_push_recall:
 * @self: a new #WmsPush
 * @memory: the session to go on with
 *
 * Makes the first request one with its push-id, to the server that has it.
 */
void wms_push_recall (WmsPush * self, const WmsPushMemory * memory);

/**
 * wms_push_return_home:
 * @self: a #WmsPush
 * @outcome: of what was done to open a session
 * @error: (nullable): set where it has failed
 *
 * A former session that cannot be opened where a redirection has led it is
 * begun where the configuration leads, once.
 *
 * Returns: @outcome, or %WMS_OUTCOME_AGAIN, with @error cleared.
 */
WmsOutcome wms_push_return_home (WmsPush * self, WmsOutcome outcome,
    GError ** error);

/**
 * wms_push_can_renew:
 * @self: a #WmsPush
 * @status: of an answer that refuses a PushSetup
 *
 * Returns: whether it was the push-id of a session that is lost, or that was
 *     not streamed to yet, that was refused, so that the same request is due
 *     without it; from here on it is not in the requests of this try.
 */
gboolean wms_push_can_renew (WmsPush * self, guint status);

/**
 * wms_push_take_refusal:
 * @self: a #WmsPush
 * @status: of an answer that refuses a PushStart
 *
 * Gives the push-id up when the answer says that there is no such session, or
 * that what it got was none.
 */
void wms_push_take_refusal (WmsPush * self, guint status);

G_END_DECLS
#endif /* __WMS_PUSH_PRIVATE_H__ */
