/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_ROUTE_H__
#define __PUB_ROUTE_H__

#include "pubserver.h"

G_BEGIN_DECLS

typedef struct _PubRequest PubRequest;

/**
 * PubRoute:
 * @method: (nullable): of the requests that go this way; %NULL: any
 * @matches: (nullable): tells them from others; %NULL: all of that method
 * @head: (nullable): called when the head has come; answers, refuses, or takes
 *     the connection over
 * @whole: (nullable): called when the body has come; either this or @head
 * @max_body: the largest body, in bytes; a PushStart's has no limit
 * @role: who may
 *
 * Who answers which requests; the first in the table that matches does.
 */
typedef struct
{
  const gchar *method;
  gboolean (*matches) (PubRequest * request);
  void (*head) (PubRequest * request);
  void (*whole) (PubRequest * request);
  gsize max_body;
  PubRole role;
} PubRoute;

/**
 * PubRequest:
 * @server: that it came to
 * @msg: what libsoup knows of it; owns this struct, and lives until the
 *     connection is taken over
 * @path: decoded and checked; "*" with OPTIONS only
 *
 * One request; the other fields are pubroute.c's.
 */
struct _PubRequest
{
  PubServer *server;
  SoupServerMessage *msg;
  gchar *path;

  const PubRoute *route;
  guint refusal;                /* waits for the end of the body */
  gboolean is_whole;
  gboolean is_logged;
};

/* Lets requests to the SoupServer of @self find who answers them. */
void pub_route_attach (PubServer * self);

/* Whether the request's media type is @type, whatever its parameters. */
gboolean pub_request_has_type (PubRequest * request, const gchar * type);

/**
 * pub_request_answer:
 * @push_id: (nullable): for Set-Cookie
 *
 * Answers without a body, with the headers of S9 and those among the message's
 * response headers that an answer of the kind may have, and keeps the
 * connection.  The body of the request, if any, must have been read.  Ends
 * @request.
 */
void pub_request_answer (PubRequest * request, guint status,
    const gchar * push_id);

/**
 * pub_request_refuse:
 * @status: a client's or server's error
 * @why: for the log, in words of ours
 *
 * Refuses: one line in the log, and an answer at once.  The connection is kept
 * where the request has been read to its end; for a 401 and a small body that
 * is waited for.  May end @request.
 */
void pub_request_refuse (PubRequest * request, guint status,
    const gchar * why);

G_END_DECLS
#endif /* __PUB_ROUTE_H__ */
