/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_REQUEST_H__
#define __PUB_REQUEST_H__

#include <libsoup/soup.h>

G_BEGIN_DECLS
#define PUB_SETUP_TYPE "application/x-wms-pushsetup"
#define PUB_START_TYPE "application/x-wms-pushstart"
#define PUB_FEATURES "com.microsoft.wm.srvppair, com.microsoft.wm.sswitch," \
    " com.microsoft.wm.predstrm, com.microsoft.wm.startupprofile"
/* What players and encoders are told as the session timeout, in ms. */
#define PUB_TOLD_TIMEOUT "60000"
/* What the Server header says ([MS-WMHTTP] 2.2.1.5). */
const gchar *pub_server_header (void);

/* Whether @agent is an encoder ([MS-WMHTTP] 2.2.1.8). */
gboolean pub_agent_is_encoder (const gchar * agent);

/* Whether @agent plays MMS over HTTP ([MS-WMSP] 2.2.1.8); @major, when it is
 * not %NULL, gets the version. */
gboolean pub_agent_is_mms_player (const gchar * agent, guint * major);

/**
 * pub_request_push_id:
 * @push_id: (out) (transfer full) (nullable): %NULL when there is none
 *
 * Reads the push-id of the Cookie header ([MS-WMHTTP] 2.2.1.3, RFC 2109: it may
 * stand in quotes and among others).
 *
 * Returns: %FALSE when it cannot be one: empty, over 255 characters, with
 *     characters that are not visible ASCII, or two that differ.
 */
gboolean pub_request_push_id (SoupMessageHeaders * headers, gchar ** push_id);

/* Whether the connection ends with the answer to @msg. */
gboolean pub_request_is_last (SoupServerMessage * msg);

/**
 * pub_request_check_length:
 * @headers: of a request
 * @why: (out): in words, why it is refused
 *
 * Returns: 0 when there is one way to see where the body ends, or the status
 *     that refuses the request (RFC 9112, 6.3).
 */
guint pub_request_check_length (SoupMessageHeaders * headers,
    const gchar ** why);

/**
 * pub_setup_parse:
 * @text: body of a PushSetup
 * @size: its bytes
 * @template_path: (out) (nullable): path in Template-URL, decoded
 * @auto_destroy: (out): AutoDestroy
 *
 * Returns: whether the body follows [MS-WMHTTP] 2.2.2.1.
 */
gboolean pub_setup_parse (const gchar * text, gsize size,
    gchar ** template_path, gboolean * auto_destroy);

/* A random push-id of 128 bits (5.1), or %NULL when the system has none. */
gchar *pub_new_push_id (void);

/* Compares without telling by the time how much was right. */
gboolean pub_id_equal (const gchar * a, const gchar * b);

/* Of @status, in words; libsoup 3.2 does not know all of them. */
const gchar *pub_status_phrase (guint status);

/**
 * pub_response_text:
 * @status: HTTP status
 * @push_id: (nullable): for Set-Cookie
 * @closes: whether the connection is closed afterwards
 * @others: (nullable): response headers; those that belong to a refusal (a
 *     challenge, methods, another place, when to come back) are taken
 *
 * Returns: (transfer full): an answer without a body, as S9 wants it.
 */
gchar *pub_response_text (guint status, const gchar * push_id,
    gboolean closes, SoupMessageHeaders * others);

G_END_DECLS
#endif /* __PUB_REQUEST_H__ */
