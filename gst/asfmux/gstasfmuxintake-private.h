/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef __GST_WMS_ASF_MUX_INTAKE_PRIVATE_H__
#define __GST_WMS_ASF_MUX_INTAKE_PRIVATE_H__

#include "asfmux/gstasfmuxintake.h"

G_BEGIN_DECLS

#define GST_WMS_ASF_BATCH_MAX 256

typedef struct
{
  guint64 serial;
  guint n;
  gsize bytes;
  GstClockTime span;
  GstBuffer *buffers[GST_WMS_ASF_BATCH_MAX];
} GstWmsAsfBatch;

/* What the pads of one element share.  Atomic: whether they collect, and may
 * hold back what they have, how many threads wait for the streaming thread,
 * and whether the clock runs that limits how long something is held back. */
typedef struct
{
  GWeakRef mux;
  gint is_collecting;
  gint may_hold_back;
  gint n_waiting;
  gint is_ticking;
  /* atomic: pads that the others wait for */
  gint n_regular;
  /* object lock of the element: pads that were released with buffers left */
  GPtrArray *leaving;
} GstWmsAsfIntakeGroup;

typedef struct _GstWmsAsfToken GstWmsAsfToken;

struct _GstWmsAsfIntake
{
  /* set when the pad is made */
  GstPadChainFunction base_chain;
  gboolean is_sparse;
  GstWmsAsfIntakeGroup *group;

  GMutex lock;
  GCond changed;
  /* lock: what was handed over is counted; the streaming thread has seen all
   * of it up to last_reached */
  GstWmsAsfToken *token;
  guint64 last_handed;
  guint64 last_reached;
  guint64 last_flushed;
  gboolean is_giving;
  gboolean is_flushing;
  guint n_sleepers;
  GstWmsAsfBatch *pending;
  GQueue sealed;                /* batches that an event came after */
  GQueue events;                /* GstWmsAsfQueuedEvent */
  GstQuery *query;              /* that waits for the streaming thread */
  gboolean is_answering;        /* which is at it */
  GstWmsAsfBatch *spare;
  /* lock: of a sparse pad, buffers and events */
  GQueue items;
  gsize n_bytes;
  gboolean has_ended;
  /* lock: how much to collect */
  guint target;
  guint n_calm;
  guint64 n_batches;
  guint64 seen_batch;
  GstClockTime last_time;
  GstClockTime interval;

  /* atomic: what the streaming thread has may be from before a flush */
  gint was_flushed;
  /* atomic, set under lock: the base class does not know the pad any more */
  gint is_leaving;

  /* streaming thread of the source pad: the token, what it stands for, or a
   * buffer that was handed over as it is */
  GstWmsAsfToken *taken;
  GstBuffer *plain;
  GstBuffer *held;              /* in front of all of these */
  GstWmsAsfBatch *batch;
  guint next;
  GstBuffer *seen;              /* the next one, no stream header */
};

/* Of the base class's empty buffer, which may go at any time, and of the
 * streaming thread. */
struct _GstWmsAsfToken
{
  gint refs;
  GstWmsAsfIntake *intake;
  guint64 serial;
};

/* What the base class has in its queue, which it drops when the pad goes. */
typedef struct
{
  guint64 serial;
  GstEvent *event;
} GstWmsAsfQueuedEvent;

/* All that end in _locked: lock of the intake held. */

void gst_wms_asf_intake_group_unref (gpointer group);

/* Returns: (transfer full): the sink pads but @except. */
GPtrArray *gst_wms_asf_intake_list_pads (GstElement * mux, GstPad * except);

/* What gstasfmuxsparse.c does instead, for a sparse pad. */
GstFlowReturn gst_wms_asf_sparse_chain (GstPad * pad, GstObject * mux,
    GstBuffer * buffer);
gboolean gst_wms_asf_sparse_take_event (GstWmsAsfMuxPad * pad,
    GstAggregator * mux, GstEvent * event);
void gst_wms_asf_sparse_flush (GstWmsAsfIntake * self, gboolean is_flushing);
void gst_wms_asf_intake_mark_sparse (GstElement * mux);
void gst_wms_asf_sparse_mark (GstWmsAsfMuxPad * pad, GstAggregator * mux);
GstBuffer *gst_wms_asf_sparse_peek (GstWmsAsfIntake * self);
GstBuffer *gst_wms_asf_sparse_pop (GstWmsAsfIntake * self);

/* Object lock of the element held. */
GstWmsAsfIntakeGroup *gst_wms_asf_intake_group_locked (GstElement * mux);

/* Empties a queue of batches.  Not under a lock. */
void gst_wms_asf_intake_clear_batches (GQueue * batches);

/* The event is about to be queued; from any thread. */
void gst_wms_asf_intake_keep_event_locked (GstWmsAsfIntake * self,
    GstEvent * event);

/* The base class did not queue it. */
void gst_wms_asf_intake_forget_event (GstWmsAsfIntake * self, GstEvent * event);

/* Moves all events to @events that a flush takes from the base class's queue,
 * or all that there are. */
void gst_wms_asf_intake_take_events_locked (GstWmsAsfIntake * self,
    GQueue * events, gboolean all);
void gst_wms_asf_intake_clear_events (GQueue * events);

/* Whether the event comes before what is next otherwise. */
gboolean gst_wms_asf_intake_event_is_next_locked (const GstWmsAsfIntake * self);

/* Frees it with the buffers from the one with number @first on.  Not under a
 * lock: a buffer may run its owner's code. */
void gst_wms_asf_batch_free (GstWmsAsfBatch * batch, guint first);

/* The base class's buffer for what is pending; its times are for the base
 * class's measure of its queue. */
GstBuffer *gst_wms_asf_token_new_locked (GstWmsAsfIntake * self);


/* After a change that others may wait for. */
void gst_wms_asf_intake_wake_locked (GstWmsAsfIntake * self);

/* The buffers that come now are others than those that came. */
void gst_wms_asf_intake_forget_pace_locked (GstWmsAsfIntake * self);

G_END_DECLS
#endif /* __GST_WMS_ASF_MUX_INTAKE_PRIVATE_H__ */
