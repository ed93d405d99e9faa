/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_ANSWER_H__
#define __PUB_ANSWER_H__

#include "pubserver.h"

G_BEGIN_DECLS

/**
 * PubAnswer:
 * @status: HTTP status
 * @type: (nullable): Content-Type of @body
 * @headers: (nullable): more header lines, each with its CRLF
 * @body: (nullable): shared, not copied; not sent where the method or the
 *     status has none
 *
 * An answer for a browser or a program that reads figures.  It is never kept
 * without asking again, shown in a frame, run as a script of another kind or
 * given to pages of other origins.
 */
typedef struct
{
  guint status;
  const gchar *type;
  const gchar *headers;
  GBytes *body;
} PubAnswer;

/**
 * pub_answer_send:
 * @msg: a request that has been read to its end; its connection goes on with
 *     the next one where the peer wants that
 * @answer: what it gets
 */
void pub_answer_send (PubServer * self, SoupServerMessage * msg,
    const PubAnswer * answer);

/* The same, with a line of plain text as body; @headers may be %NULL.  What is
 * an error gets its line in the log. */
void pub_answer_text (PubServer * self, SoupServerMessage * msg, guint status,
    const gchar * headers, const gchar * text);

/* What the page may do: nothing but load its own script, styles and figures. */
#define PUB_ANSWER_PAGE_POLICY "default-src 'none'; script-src 'self';" \
    " style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none';" \
    " form-action 'none'; frame-ancestors 'none'"

G_END_DECLS
#endif /* __PUB_ANSWER_H__ */
