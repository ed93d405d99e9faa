/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __SCRIPT_SERVER_H__
#define __SCRIPT_SERVER_H__

#include <gio/gio.h>

#include "wmspush/wmsframe.h"

G_BEGIN_DECLS

/* A server on a free loopback port that does, byte for byte, what a test
 * tells it: one script for each connection, on a thread of its own.  Reads end
 * the connection after 20 s without a byte. */
typedef struct _ScriptServer ScriptServer;
typedef struct _ScriptConnection ScriptConnection;
typedef void (*ScriptFunc) (ScriptConnection * connection, gpointer user_data);

ScriptServer *script_server_new (ScriptFunc script, gpointer user_data);
/* The same on ::1; NULL where this machine has no IPv6. */
ScriptServer *script_server_new_ipv6 (ScriptFunc script, gpointer user_data);
/* The same on an address that is not the loopback's. */
ScriptServer *script_server_new_at (const gchar * address, ScriptFunc script,
    gpointer user_data);
/* Waits for the scripts to end. */
void script_server_free (ScriptServer * self);
guint script_server_get_port (ScriptServer * self);
/* http://127.0.0.1:PORT/live, or its address */
gchar *script_server_get_url (ScriptServer * self);

/* What the scripts saw, for the test's thread. */
guint script_server_get_n_connections (ScriptServer * self);
guint script_server_get_n_frames (ScriptServer * self, WmsFrameType type);
/* The n-th frame's content, and its type. */
GBytes *script_server_get_frame (ScriptServer * self, guint n,
    WmsFrameType * type);
/* Every request head, one after the other. */
gchar *script_server_get_heads (ScriptServer * self);
/* Waits until that many frames of a type have come; FALSE after 20 s. */
gboolean script_server_wait_frames (ScriptServer * self, WmsFrameType type,
    guint n);

/* Waits until that many connections are closed by their scripts' ends. */
gboolean script_server_wait_closed (ScriptServer * self, guint n);

/* Waits until a script has seen a FIN in script_read_end(). */
gboolean script_server_wait_fin (ScriptServer * self);

/* Nobody listens on the port, until somebody does again.  Also for scripts;
 * one at a time. */
void script_server_go_away (ScriptServer * self);
void script_server_come_back (ScriptServer * self);

/* A gate between test and script: the script waits, the test opens it. */
void script_server_open_gate (ScriptServer * self);
void script_wait_gate (ScriptConnection * connection);

/* For scripts.  The readers return FALSE at the end of the connection. */
guint script_get_number (ScriptConnection * connection);
/* From here on all goes through TLS; a certificate of the peer's is wanted,
 * whichever.  HTTP/2 is offered first, as web servers do. */
gboolean script_start_tls (ScriptConnection * connection,
    const gchar * certificate_file, gboolean wants_certificate);
gboolean script_read_head (ScriptConnection * connection, guint64 * length);
/* As many bytes as there are. */
gssize script_read_some (ScriptConnection * connection, gpointer data,
    gsize size);
gboolean script_skip (ScriptConnection * connection, guint64 n_bytes);
/* Reads a frame and keeps it; `type` may be NULL. */
gboolean script_read_frame (ScriptConnection * connection,
    WmsFrameType * type);
GBytes *script_get_last_frame (ScriptConnection * connection);
gboolean script_read_frames_until (ScriptConnection * connection,
    WmsFrameType type, guint n);
/* FALSE when the peer takes nothing any more. */
gboolean script_send (ScriptConnection * connection, const gchar * text);
gboolean script_send_bytes (ScriptConnection * connection, gconstpointer data,
    gsize size);
/* Sends a byte each few milliseconds, up to `n_bytes`; FALSE when the peer has
 * closed the connection before. */
gboolean script_drip (ScriptConnection * connection, const gchar * text,
    guint n_bytes);
/* Reads frames up to the last byte of a request. */
gboolean script_read_request (ScriptConnection * connection, guint64 length);
/* FIN, then all that still comes, up to the peer's. */
void script_finish (ScriptConnection * connection);
/* Text and FIN in one segment, so that who has the one has the other. */
void script_send_last (ScriptConnection * connection, const gchar * text);
void script_reset (ScriptConnection * connection);
/* Nothing comes in, and nothing is acknowledged: the peer's system takes what
 * it can hold and no more, until it is heard again. */
void script_set_deaf (ScriptConnection * connection, gboolean is_deaf);
/* As the kernel ends the connection of a program that was killed, with a FIN
 * or a reset.  Returns: how many bytes nobody had read. */
gsize script_die (ScriptConnection * connection, gboolean is_reset);
/* Whether the peer's FIN is behind all that was read. */
gboolean script_has_ended (ScriptConnection * connection);
/* Waits for the peer's FIN. */
gboolean script_read_end (ScriptConnection * connection);

#define SCRIPT_SETUP_OK "HTTP/1.1 204 No Content\r\n" \
    "Server: Cougar/9.5.5732.6324\r\nSet-Cookie: push-id=4124758405\r\n" \
    "Cache-Control: no-cache\r\n\r\n"
#define SCRIPT_START_OK SCRIPT_SETUP_OK

/* Takes a PushSetup, answers 204, and takes the head of the PushStart. */
gboolean script_accept_push (ScriptConnection * connection);
/* The same, and tells the PushStart's Content-Length. */
gboolean script_accept_push_length (ScriptConnection * connection,
    guint64 * length);
/* Then all frames up to the $E, and the answer to it. */
void script_take_all (ScriptConnection * connection, gpointer user_data);
/* The same, but nothing is read until the test opens the gate. */
void script_take_all_later (ScriptConnection * connection,
    gpointer user_data);
/* Nothing is even heard until then: a connection that is full stays so, where a
 * receiving system finds room for more once and again. */
void script_hear_all_later (ScriptConnection * connection,
    gpointer user_data);
/* The head of a PushStart, all frames and the FIN, and the answer. */
void script_take_start (ScriptConnection * connection);
/* Frames up to the $E and the answer to it, which does not wait for the FIN. */
void script_answer_end (ScriptConnection * connection, gpointer user_data);
/* Frames up to the $E, and no answer before the test opens the gate. */
void script_take_no_end (ScriptConnection * connection, gpointer user_data);
/* A request head, and no answer. */
void script_silent (ScriptConnection * connection, gpointer user_data);
/* Frames up to the second $E, and the peer's FIN before the answer. */
void script_take_two_parts (ScriptConnection * connection,
    gpointer user_data);
/* A request head and its body. */
gboolean script_read_setup (ScriptConnection * connection);
/* The same, with that answer. */
void script_answer_setup (ScriptConnection * connection,
    const gchar * answer);
/* Answers a PushSetup with a status, "404 Not Found" and perhaps more headers,
 * and ends the connection. */
void script_refuse (ScriptConnection * connection, const gchar * status);

G_END_DECLS
#endif /* __SCRIPT_SERVER_H__ */
