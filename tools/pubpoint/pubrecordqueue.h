/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __PUB_RECORD_QUEUE_H__
#define __PUB_RECORD_QUEUE_H__

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  PUB_RECORD_JOB_HEADER,
  PUB_RECORD_JOB_PACKET,
  PUB_RECORD_JOB_END,
  PUB_RECORD_JOB_FREE,
} PubRecordJobKind;

/**
 * PubRecordJob:
 * @kind: what is to be done
 * @gap: packets missing in front of this one
 * @record: (transfer none): whose it is
 * @bytes: (transfer full) (nullable): of a header or a packet
 *
 * What the recorder's thread has to do for a session.
 */
typedef struct
{
  PubRecordJobKind kind;
  guint gap;
  struct _PubRecord *record;
  GBytes *bytes;
} PubRecordJob;

void pub_record_job_free (PubRecordJob * self);

/**
 * PubRecordQueue:
 * @jobs: of a session, in order
 * @waiting: what they cost, in bytes
 * @is_ready: whether it waits for its turn, or has it
 * @is_over: whether the session is
 *
 * What waits of one session; zeros are an empty one.
 */
typedef struct
{
  GQueue jobs;
  gsize waiting;
  gboolean is_ready;
  gboolean is_over;
} PubRecordQueue;

/**
 * PubRecordQueues:
 * @max_waiting: what all jobs may cost together
 * @ready: queues that wait for their turn
 * @ready_over: the same of sessions that are over
 * @turn: (nullable): whose turn it is, unless it ends with it
 * @waiting: what all jobs cost
 * @over_waiting: those of sessions that are over
 * @n_packets: among all jobs
 *
 * What waits of all sessions, and whose turn it is.  Zeros are none.  It has no
 * lock of its own.
 */
typedef struct
{
  gsize max_waiting;
  GQueue ready, ready_over;
  PubRecordQueue *turn;
  gsize waiting, over_waiting;
  guint64 n_packets;
} PubRecordQueues;

gboolean pub_record_queues_have_jobs (PubRecordQueues * self);

/**
 * pub_record_queues_have_room:
 * @queue: of the session
 * @bytes: of its next job
 * @n: how many times what it has waiting would have to fit
 *
 * A session may have as much waiting as is free: whatever others do, there is
 * room.
 *
 * Returns: whether the job may be added.
 */
gboolean pub_record_queues_have_room (PubRecordQueues * self,
    PubRecordQueue * queue, GBytes * bytes, gsize n);

/**
 * pub_record_queues_add:
 * @queue: of the session
 * @job: (transfer full): is done after those that are there
 *
 * Returns: whether the queue waits for a turn from now on.
 */
gboolean pub_record_queues_add (PubRecordQueues * self,
    PubRecordQueue * queue, PubRecordJob * job);

/**
 * pub_record_queues_end:
 * @queue: of a session that is over
 *
 * Sessions that come and go have half of all room together.
 *
 * Returns: how many packets of them are lost.
 */
guint pub_record_queues_end (PubRecordQueues * self, PubRecordQueue * queue);

/* Begins the turn of the first queue in @ready, one of the above. */
void pub_record_queues_begin_turn (PubRecordQueues * self, GQueue * ready);

/**
 * pub_record_queues_take:
 *
 * Returns: (transfer full) (nullable): the next job of this turn, %NULL when
 *     there is none; the session's last one ends the turn.
 */
PubRecordJob *pub_record_queues_take (PubRecordQueues * self);

/* A queue that is not empty then waits for its next turn. */
void pub_record_queues_end_turn (PubRecordQueues * self);

G_END_DECLS
#endif /* __PUB_RECORD_QUEUE_H__ */
