/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubrecordqueue.h"

/* What bytes that wait cost besides: packets may be tiny. */
#define JOB_COST 160

static gsize
cost (GBytes * bytes)
{
  return bytes != NULL ? g_bytes_get_size (bytes) + JOB_COST : 0;
}

void
pub_record_job_free (PubRecordJob * self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

gboolean
pub_record_queues_have_jobs (PubRecordQueues * self)
{
  return !g_queue_is_empty (&self->ready)
      || !g_queue_is_empty (&self->ready_over);
}

gboolean
pub_record_queues_have_room (PubRecordQueues * self, PubRecordQueue * queue,
    GBytes * bytes, gsize n)
{
  gsize size = cost (bytes);

  return n * (queue->waiting + size) + self->waiting + size
      <= self->max_waiting;
}

gboolean
pub_record_queues_add (PubRecordQueues * self, PubRecordQueue * queue,
    PubRecordJob * job)
{
  queue->waiting += cost (job->bytes);
  self->waiting += cost (job->bytes);
  self->n_packets += job->kind == PUB_RECORD_JOB_PACKET ? 1 : 0;
  g_queue_push_tail (&queue->jobs, job);
  if (queue->is_ready)
    return FALSE;
  queue->is_ready = TRUE;
  g_queue_push_tail (&self->ready, queue);
  return TRUE;
}

/* The job of a queue is to be done, or not. */
static void
forget_job (PubRecordQueues * self, PubRecordQueue * queue,
    const PubRecordJob * job)
{
  gsize size = cost (job->bytes);

  queue->waiting -= size;
  self->waiting -= size;
  if (queue->is_over)
    self->over_waiting -= size;
  if (job->kind == PUB_RECORD_JOB_PACKET)
    self->n_packets--;
}

/* Returns: (nullable): of those that are over the one with the most. */
static PubRecordQueue *
find_largest (PubRecordQueues * self)
{
  PubRecordQueue *largest = self->turn;
  GList *l;

  if (largest != NULL && (!largest->is_over || largest->waiting == 0))
    largest = NULL;
  for (l = self->ready_over.head; l != NULL; l = l->next) {
    PubRecordQueue *queue = l->data;

    if (queue->waiting > (largest ? largest->waiting : 0))
      largest = queue;
  }
  return largest;
}

/* Takes from the end on what is too much.  Returns: how many packets. */
static guint
cut_queue (PubRecordQueues * self, PubRecordQueue * queue, gsize limit)
{
  GList *link = queue->jobs.tail;
  guint n = 0;

  while (link != NULL && self->over_waiting > limit) {
    GList *previous = link->prev;
    PubRecordJob *job = link->data;

    if (job->bytes != NULL) {
      forget_job (self, queue, job);
      n += job->kind == PUB_RECORD_JOB_PACKET ? 1 : 0;
      pub_record_job_free (job);
      g_queue_delete_link (&queue->jobs, link);
    }
    link = previous;
  }
  return n;
}

guint
pub_record_queues_end (PubRecordQueues * self, PubRecordQueue * queue)
{
  gsize limit = self->max_waiting / 2;
  guint n_lost = 0;

  queue->is_over = TRUE;
  self->over_waiting += queue->waiting;
  /* else it has its turn */
  if (g_queue_remove (&self->ready, queue))
    g_queue_push_tail (&self->ready_over, queue);
  while (self->over_waiting > limit && (queue = find_largest (self)) != NULL)
    n_lost += cut_queue (self, queue, limit);
  return n_lost;
}

void
pub_record_queues_begin_turn (PubRecordQueues * self, GQueue * ready)
{
  self->turn = g_queue_pop_head (ready);
}

PubRecordJob *
pub_record_queues_take (PubRecordQueues * self)
{
  PubRecordJob *job = self->turn ? g_queue_pop_head (&self->turn->jobs) : NULL;

  if (job == NULL)
    return NULL;
  forget_job (self, self->turn, job);
  if (job->kind == PUB_RECORD_JOB_FREE)
    self->turn = NULL;
  return job;
}

void
pub_record_queues_end_turn (PubRecordQueues * self)
{
  PubRecordQueue *queue = g_steal_pointer (&self->turn);

  if (queue == NULL)
    return;
  queue->is_ready = !g_queue_is_empty (&queue->jobs);
  if (queue->is_ready)
    g_queue_push_tail (queue->is_over ? &self->ready_over : &self->ready,
        queue);
}
