/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __WMS_HTTP_ANSWER_H__
#define __WMS_HTTP_ANSWER_H__

#include <libsoup/soup.h>

#include "wmspush/wmspush.h"

G_BEGIN_DECLS

/* Longest head of an answer, with what comes before it; libsoup's limit for one
 * head is the same. */
#define WMS_HTTP_MAX_HEAD 65536

/**
 * WmsHttpAnswer:
 * @response: what the protocol looks at
 *
 * The head of an answer.
 */
typedef struct
{
  WmsResponse response;
  /*< private >*/
  SoupMessageHeaders *headers;
  GArray *cookies;
} WmsHttpAnswer;

/**
 * wms_http_answer_init:
 * @self: (out caller-allocates): to be cleared with wms_http_answer_clear()
 * @message: what was answered
 * @tunnel: (nullable): the CONNECT before it
 */
void wms_http_answer_init (WmsHttpAnswer * self, SoupMessage * message,
    SoupMessage * tunnel);

/**
 * wms_http_answer_clear:
 * @self: from wms_http_answer_init()
 */
void wms_http_answer_clear (WmsHttpAnswer * self);

/**
 * wms_http_head_size:
 * @message: a message that collects metrics
 *
 * Returns: bytes of the head that has been read last, at least.
 */
gsize wms_http_head_size (SoupMessage * message);

/**
 * wms_http_is_head_too_large:
 * @message: (nullable): a message that collects metrics
 * @error: why it failed
 *
 * Returns: whether it failed for a head without an end, which libsoup takes for
 *     a connection that has ended.
 */
gboolean wms_http_is_head_too_large (SoupMessage * message,
    const GError * error);

/**
 * wms_http_head_error:
 *
 * Returns: (transfer full): what that is to be told as.
 */
GError *wms_http_head_error (void);

G_END_DECLS
#endif /* __WMS_HTTP_ANSWER_H__ */
