/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_TALK_H__
#define __PUB_TALK_H__

#include "pubmms.h"

G_BEGIN_DECLS

/* Answers that wait for the end of what is being streamed. */
#define PUB_TALK_MAX_PENDING 16384

/**
 * PubTalk:
 * @answer: what each answer says
 * @features: what the client supports (3.2.1, Client-features)
 * @is_pipelined: whether requests may come while an answer is streamed
 *     (KeepAlive-Mode)
 * @has_tested: whether the first Pipeline request has come
 *     (Pipeline-Test-Started)
 * @is_open: whether an answer in chunks has not ended
 * @has_chunk: whether there is a chunk in it
 * @pending: (nullable): answers behind it (Pending-Responses)
 *
 * What is said on the connection of an [MS-WMSP] player, without the
 * connection: the answers, in the order of the requests, around what is
 * streamed.
 */
typedef struct
{
  PubMmsAnswer answer;
  guint features;
  gboolean is_pipelined;
  gboolean has_tested;

  gboolean is_open;
  gboolean has_chunk;
  GString *pending;
} PubTalk;

void pub_talk_init (PubTalk * self);
void pub_talk_clear (PubTalk * self);

/* What is to be done with each request first (3.2.5.1). */
void pub_talk_hear (PubTalk * self, const PubMmsRequest * request);

/**
 * pub_talk_open:
 * @out: gets what is to be written
 * @type: Content-Type
 *
 * Ends what is streamed, and begins another answer in chunks.
 */
void pub_talk_open (PubTalk * self, GByteArray * out, const gchar * type);

/* Ends what is streamed; the answers that waited for it follow. */
void pub_talk_end (PubTalk * self, GByteArray * out);

/**
 * pub_talk_answer:
 * @out: gets what is to be written
 * @status: HTTP status
 *
 * Answers without a body: behind what is streamed, or at once.
 *
 * Returns: %FALSE when too many answers wait.
 */
gboolean pub_talk_answer (PubTalk * self, GByteArray * out, guint status);

/* The same for OPTIONS (2.2.2.3.2). */
gboolean pub_talk_answer_options (PubTalk * self, GByteArray * out);

/**
 * pub_talk_test:
 * @out: gets what is to be written
 *
 * Answers one of the two Pipeline requests (3.2.5.5).  The first of these
 * answers is ended by the second request, or by pub_talk_end() when that does
 * not come in time.
 *
 * Returns: %FALSE when it cannot be answered.
 */
gboolean pub_talk_test (PubTalk * self, GByteArray * out);

/**
 * pub_talk_write_head:
 * @head: (out caller-allocates): %PUB_MMS_TRANSFER_MAX bytes
 * @size: bytes of the packet that follows
 *
 * Returns: bytes of @head that stand before the packet in what is streamed.
 */
guint pub_talk_write_head (PubTalk * self, guint8 * head, gsize size);

G_END_DECLS
#endif /* __PUB_TALK_H__ */
