/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_HTTP_H__
#define __WMS_HTTP_H__

#include <gio/gio.h>

#include "wmspush/wmspush.h"

G_BEGIN_DECLS

/**
 * WmsHttpConfig:
 * @proxy: (nullable): as for wms_proxy_choose()
 * @tls_database: (nullable): trusted certificates, %NULL for the system's
 * @tls_interaction: (nullable): for certificates of ours and their passwords
 * @tls_validation_flags: what the server's certificate must not be
 *
 * How connections are made.
 */
typedef struct
{
  gchar *proxy;
  GTlsDatabase *tls_database;
  GTlsInteraction *tls_interaction;
  GTlsCertificateFlags tls_validation_flags;
} WmsHttpConfig;

/**
 * WmsHttp:
 *
 * One connection to a server, with libsoup: requests go out one after the
 * other, a PushStart only on the connection that took the PushSetup.  Lives on
 * one thread, the one whose default context is current in wms_http_new().
 */
typedef struct _WmsHttp WmsHttp;

typedef enum
{
  WMS_HTTP_RESOLVING,
  WMS_HTTP_CONNECTING,
  WMS_HTTP_HEAD_SENT,
} WmsHttpProgress;

/**
 * WmsHttpHandler:
 * @progress: each step once in a request; %WMS_HTTP_HEAD_SENT only for a
 *     PushStart: from then on its body can be written to
 *     wms_http_get_stream()
 * @answered: the answer is there
 * @failed: there will be no answer
 * @goes_on: whether an answer with this status is to be followed by another
 *     request, so that its body has to be read and dropped before @answered
 *
 * What is told about the request under way; @answered or @failed ends it.
 */
typedef struct
{
  void (*progress) (WmsHttpProgress progress, gpointer user_data);
  void (*answered) (const WmsResponse * response, gpointer user_data);
  void (*failed) (const GError * error, gpointer user_data);
    gboolean (*goes_on) (guint status, gpointer user_data);
} WmsHttpHandler;

/**
 * wms_http_new:
 * @config: how to connect; has to outlive the connection
 * @handler: what to call; the same
 * @user_data: for @handler
 */
WmsHttp *wms_http_new (const WmsHttpConfig * config,
    const WmsHttpHandler * handler, gpointer user_data);

/**
 * wms_http_send:
 * @self: a #WmsHttp
 * @request: what to send; nothing else may be under way
 *
 * What is bound, and would leave on another connection, fails with
 * %WMS_ERROR_CONNECTION_CHANGED, before a byte of it has left.
 */
void wms_http_send (WmsHttp * self, const WmsRequest * request);

/**
 * wms_http_abort:
 * @self: a #WmsHttp
 * @reason: (transfer full): what the handler's @failed gets
 *
 * Ends the request under way, soon.
 */
void wms_http_abort (WmsHttp * self, GError * reason);

/**
 * wms_http_get_stream:
 *
 * Returns: (transfer none) (nullable): the connection.
 */
GIOStream *wms_http_get_stream (WmsHttp * self);

/**
 * wms_http_discard:
 *
 * Lets the close of a lost connection throw away what the system has not sent.
 * It would go on to offer that to the server for minutes, which would take a
 * PushSetup that comes late for the newest one.
 */
void wms_http_discard (WmsHttp * self);

/**
 * wms_http_close:
 * @self: (transfer full): a #WmsHttp
 *
 * Closes the connection.  The handler is not called any more.
 */
void wms_http_close (WmsHttp * self);

G_END_DECLS
#endif /* __WMS_HTTP_H__ */
