/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __RAW_PUSH_H__
#define __RAW_PUSH_H__

#include <gio/gio.h>

G_BEGIN_DECLS

#define RAW_AGENT "WMEncoder/12.0.7600.1638"
#define RAW_LENGTH G_GUINT64_CONSTANT (2147483647)

/* A peer of the publishing point that sends exactly what a test tells it to,
 * over a blocking socket whose waits are bounded.  What fails, fails the
 * test. */
typedef struct
{
  GSocket *socket;
  gchar *push_id;
  GString *received;            /* after the last response head */
  gboolean was_reset;           /* and not closed as it should be */
} RawPush;

RawPush *raw_push_connect (guint port);

/* Closes without a word. */
void raw_push_free (RawPush * self);

void raw_push_send (RawPush * self, gconstpointer data, gsize size);
void raw_push_send_text (RawPush * self, const gchar * text);

/* One request head, and @body behind it.  @agent and @push_id may be NULL:
 * then they are left away. */
void raw_push_request (RawPush * self, const gchar * path, const gchar * type,
    const gchar * agent, const gchar * push_id, guint64 length,
    const gchar * body);

/* Reads one response head.  Returns: its status; 0 when the connection ends
 * before it.  @head, when not NULL, gets its text. */
guint raw_push_response (RawPush * self, gchar ** head);

/* Returns: whether the peer closes, without sending anything else. */
gboolean raw_push_wait_end (RawPush * self);

/* Returns: whether @size bytes come before the end of the connection. */
gboolean raw_push_try_read (RawPush * self, gsize size);

/* Reads until @size bytes after the last response head are there. */
void raw_push_read (RawPush * self, gsize size);

/* PushSetup; the push-id is kept.  Returns: its status. */
guint raw_push_setup (RawPush * self, const gchar * path,
    const gchar * push_id, const gchar * body);

/* The head of a PushStart with the push-id that was kept. */
void raw_push_start (RawPush * self, const gchar * path, guint64 length);

void raw_push_frame (RawPush * self, gchar type, gconstpointer data,
    gsize size);
void raw_push_end (RawPush * self, guint32 reason);

/* PushSetup, PushStart and the header. */
RawPush *raw_push_begin (guint port, const gchar * path, gconstpointer header,
    gsize size);

/* The end and the answer to it; frees. */
void raw_push_conclude (RawPush * self);

/* No more bytes from this side. */
void raw_push_shut_down (RawPush * self);

G_END_DECLS
#endif /* __RAW_PUSH_H__ */
