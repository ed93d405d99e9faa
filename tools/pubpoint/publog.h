/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_LOG_H__
#define __PUB_LOG_H__

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * pub_text_escape:
 * @text: (nullable): whatever a peer has sent; needs not be UTF-8
 * @max_chars: characters of the result, at most; "..." comes on top
 *
 * Makes a text fit to be shown: printable characters stay, backslashes and
 * double quotes get a backslash, everything else (control characters and so
 * terminal escapes, invalid UTF-8, marks of direction, separators of lines)
 * becomes an escape sequence.  What is too long is cut between sequences.
 *
 * Returns: (transfer full): one line of valid UTF-8; "-" for %NULL.
 */
gchar *pub_text_escape (const gchar * text, guint max_chars);

/**
 * pub_log_describe:
 * @msg: a request, also one that could not be parsed
 *
 * Returns: (transfer full): method, path, peer's address and agent of a
 *     request, escaped, for a line of the log.
 */
gchar *pub_log_describe (SoupServerMessage * msg);

/**
 * pub_log_describe_line:
 * @line: the beginning of a request that libsoup does not get
 * @remote: who sent it
 *
 * Returns: (transfer full): as pub_log_describe().
 */
gchar *pub_log_describe_line (const gchar * line, GSocketAddress * remote);

/**
 * pub_log_refused:
 * @request: from pub_log_describe() or pub_log_describe_line()
 * @status: what the peer is answered, or 0 without an answer
 * @why: in words of ours, or escaped
 *
 * The one line of the log for a request or a push that was refused.
 */
void pub_log_refused (const gchar * request, guint status, const gchar * why);

G_END_DECLS
#endif /* __PUB_LOG_H__ */
