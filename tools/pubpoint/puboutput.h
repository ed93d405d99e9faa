/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_OUTPUT_H__
#define __PUB_OUTPUT_H__

#include "pubsocket.h"

G_BEGIN_DECLS

#define PUB_PIECE_HEAD_MAX 24

/**
 * PubPiece:
 * @head: bytes in front of @body
 * @head_size: how many
 * @body: (nullable): bytes that are shared
 */
typedef struct
{
  guint8 head[PUB_PIECE_HEAD_MAX];
  guint head_size;
  GBytes *body;
} PubPiece;

/**
 * PubOutput:
 *
 * What is written to a socket: pieces that wait in a queue, and those that are
 * given to the kernel without being queued.
 */
typedef struct _PubOutput PubOutput;

/* @socket: outlives it. */
PubOutput *pub_output_new (PubSocket * socket);
void pub_output_free (PubOutput * self);

/**
 * pub_output_queue:
 * @head: (nullable): bytes that are copied, at most %PUB_PIECE_HEAD_MAX
 * @head_size: how many
 * @body: (nullable): bytes that are shared
 *
 * Queues both, one after the other.  pub_output_flush() writes them.
 */
void pub_output_queue (PubOutput * self, const guint8 * head, gsize head_size,
    GBytes * body);

/* Writes of the queue what the kernel takes now. */
void pub_output_flush (PubOutput * self);

/**
 * pub_output_send:
 * @pieces: at most %PUB_OUTPUT_SEND_MAX of them
 * @n: how many
 *
 * Gives them to the kernel at once, with one call and without a copy.  A piece
 * that is taken in part counts as taken, and what is left of it is queued.
 *
 * Returns: how many were taken; 0 while pub_output_is_blocked().
 */
#define PUB_OUTPUT_SEND_MAX 32
guint pub_output_send (PubOutput * self, const PubPiece * pieces, guint n);

/* Whether bytes are queued or pub_output_send() found no room;
 * pub_output_flush() tries it again. */
gboolean pub_output_is_blocked (PubOutput * self);
gsize pub_output_get_queued (PubOutput * self);
gboolean pub_output_is_broken (PubOutput * self);

/* Returns: bytes that the kernel has taken. */
guint64 pub_output_get_sent (PubOutput * self);

/* Returns: how often it took some. */
guint64 pub_output_get_sends (PubOutput * self);

/* Returns: monotonic time at which bytes were last taken, or at which waiting
 *     for that began. */
gint64 pub_output_get_progress_us (PubOutput * self);

G_END_DECLS
#endif /* __PUB_OUTPUT_H__ */
