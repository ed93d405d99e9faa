/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PAGE_CASE_H__
#define __PAGE_CASE_H__

#include <json-glib/json-glib.h>

#include "pubthread.h"
#include "rawpush.h"

G_BEGIN_DECLS

/* A server, an encoder with a programme of some title, and what a browser or
 * a program gets of them. */
extern PubThread *page_case_server;

/* Fixture. */
void page_case_setup (void);
void page_case_teardown (void);
void page_case_restart (void (*configure) (PubServer * server, gpointer data));

/* An encoder that has sent a header with @title, UTF-8 or NULL, to @path,
 * which is escaped as in a request. */
RawPush *page_case_push (const gchar * path, const gchar * agent,
    const gchar * title);
void page_case_send_packet (RawPush * push);

/* An answer. */
typedef struct
{
  guint status;
  gchar *head;
  gchar *body;
} PageAnswer;

/* @headers, each with its CRLF, may be NULL; the method is GET in
 * page_case_get(). */
PageAnswer page_case_ask (const gchar * method, const gchar * path,
    const gchar * headers, const gchar * body);
PageAnswer page_case_get (const gchar * path, const gchar * headers);
void page_answer_clear (PageAnswer * self);

/* The same, on a connection that is there; the answer has a Content-Length. */
PageAnswer page_case_read (RawPush * conn, gboolean has_body);

/* Whether the head has this line, whose end may be left away. */
gboolean page_answer_has (const PageAnswer * self, const gchar * line);

/* status.json, parsed. */
JsonParser *page_case_status (const gchar * path, const gchar * headers);

/* The point with this path, or NULL. */
JsonObject *page_case_point (JsonParser * status, const gchar * path);

G_END_DECLS
#endif /* __PAGE_CASE_H__ */
