/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_GATE_H__
#define __PUB_GATE_H__

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PubGate:
 *
 * A connection from which the head of a request is read: a head that is
 * refused by pub_head_scan() does not get further, what comes after a good one
 * goes through.
 */
#define PUB_TYPE_GATE (pub_gate_get_type ())
G_DECLARE_FINAL_TYPE (PubGate, pub_gate, PUB, GATE, GIOStream)

/**
 * PubGateFunc:
 * @base: the connection
 * @line: the request line, as far as it is known
 * @status: what it is to be answered
 * @why: in words
 * @data: from pub_gate_new()
 *
 * A head was refused; its reader has got an error and has closed the gate, but
 * not the connection.
 */
typedef void (*PubGateFunc) (GIOStream * base, const gchar * line,
    guint status, const gchar * why, gpointer data);

/**
 * pub_gate_new:
 * @base: the connection
 * @refused: called at most once
 * @data: for @refused
 * @free_data: for @data
 *
 * Returns: (transfer full): a stream that closes @base when it is closed, but
 *     not when it is freed.
 */
GIOStream *pub_gate_new (GIOStream * base, PubGateFunc refused, gpointer data,
    GDestroyNotify free_data);

G_END_DECLS
#endif /* __PUB_GATE_H__ */
