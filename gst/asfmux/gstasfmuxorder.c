/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asfmux/gstasfmuxorder.h"

#include "asfmux/gstasfmuxintake.h"

/* A binary heap.  Of two pads with the same time the one that was requested
 * first comes first. */
typedef struct
{
  GstWmsAsfMuxPad *pad;
  GstClockTimeDiff time;
  guint place;
  gboolean is_leaving;
} Entry;

static inline Entry *
entry (const GstWmsAsfOrder * self, guint i)
{
  return &g_array_index (self->entries, Entry, i);
}

static inline gboolean
is_before (const Entry * a, const Entry * b)
{
  return a->time < b->time || (a->time == b->time && a->place < b->place);
}

static void
sift_down (GstWmsAsfOrder * self, guint i)
{
  guint n = self->entries->len;
  Entry moved = *entry (self, i);

  for (;;) {
    guint child = 2 * i + 1;

    if (child + 1 < n && is_before (entry (self, child + 1),
            entry (self, child)))
      child++;
    if (child >= n || !is_before (entry (self, child), &moved))
      break;
    *entry (self, i) = *entry (self, child);
    i = child;
  }
  *entry (self, i) = moved;
}

static gboolean
read_time (Entry * e)
{
  GstBuffer *buffer = gst_wms_asf_intake_peek (e->pad);

  if (buffer == NULL)
    return FALSE;
  e->time = gst_wms_asf_mux_pad_order_time (e->pad, buffer);
  return TRUE;
}

static gboolean
add_pad (GstWmsAsfOrder * self, GstWmsAsfMuxPad * pad, guint place,
    gboolean is_leaving)
{
  Entry e = { pad, 0, place, is_leaving };

  if (!read_time (&e))
    return FALSE;
  gst_object_ref (pad);
  g_array_append_val (self->entries, e);
  return TRUE;
}

/* Object lock held. */
static void
add_leaving_locked (GstWmsAsfOrder * self, GstElement * mux)
{
  GPtrArray *leaving = gst_wms_asf_intake_leaving_locked (mux);
  guint i;

  for (i = leaving->len; i > 0; i--) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (leaving, i - 1);

    /* the base class has not let it go, and it was seen with the others */
    if (g_list_find (mux->sinkpads, pad) != NULL)
      continue;
    if (add_pad (self, pad, mux->numsinkpads + i, TRUE))
      continue;
    if (!gst_wms_asf_intake_is_empty (pad)) {
      self->is_complete = FALSE;
      continue;
    }
    g_ptr_array_remove_index (leaving, i - 1);
    self->has_lost_pad = TRUE;
  }
}

void
gst_wms_asf_order_init (GstWmsAsfOrder * self, GstElement * mux)
{
  guint place = 0;
  GList *l;
  guint i;

  self->mux = mux;
  self->is_complete = TRUE;
  self->has_lost_pad = FALSE;
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  GST_OBJECT_LOCK (mux);
  for (l = mux->sinkpads; l != NULL; l = l->next) {
    if (!add_pad (self, l->data, place++, FALSE)
        && gst_wms_asf_intake_is_awaited (l->data))
      self->is_complete = FALSE;
  }
  add_leaving_locked (self, mux);
  GST_OBJECT_UNLOCK (mux);
  self->n = self->entries->len;
  for (i = self->n / 2; i > 0; i--)
    sift_down (self, i - 1);
}

void
gst_wms_asf_order_clear (GstWmsAsfOrder * self)
{
  guint i;

  for (i = 0; i < self->entries->len; i++)
    gst_object_unref (entry (self, i)->pad);
  g_array_unref (self->entries);
}

GstWmsAsfMuxPad *
gst_wms_asf_order_first (const GstWmsAsfOrder * self, GstClockTimeDiff * time)
{
  *time = entry (self, 0)->time;
  return entry (self, 0)->pad;
}

static void
forget_leaving (GstWmsAsfOrder * self, GstWmsAsfMuxPad * pad)
{
  GST_OBJECT_LOCK (self->mux);
  g_ptr_array_remove (gst_wms_asf_intake_leaving_locked (self->mux), pad);
  GST_OBJECT_UNLOCK (self->mux);
  self->has_lost_pad = TRUE;
}

gboolean
gst_wms_asf_order_update (GstWmsAsfOrder * self)
{
  Entry *first = entry (self, 0);

  if (read_time (first)) {
    if (self->n > 1)
      sift_down (self, 0);
    return TRUE;
  }
  if (!first->is_leaving || !gst_wms_asf_intake_is_empty (first->pad))
    return FALSE;
  forget_leaving (self, first->pad);
  gst_object_unref (first->pad);
  g_array_remove_index_fast (self->entries, 0);
  if (--self->n > 0)
    sift_down (self, 0);
  return self->n > 0;
}
