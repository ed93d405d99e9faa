/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxpads.h"

#include <string.h>

#include "asfmux/gstasfmuxcodecs.h"
#include "asfmux/gstasfmuxintake.h"
#include "asfmux/gstasfmuxtext.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* Object lock held.  Lowest stream number that no pad has, 0 when all 127 are
 * taken (rules, 10).  The next header may have pads that are leaving, too. */
static guint
free_number_locked (GstElement * mux)
{
  const GPtrArray *leaving = gst_wms_asf_intake_leaving_locked (mux);
  gboolean taken[ASF_MAX_STREAMS + 1] = { FALSE };
  GList *l;
  guint i;

  for (l = mux->sinkpads; l != NULL; l = l->next)
    taken[GST_WMS_ASF_MUX_PAD (l->data)->number] = TRUE;
  for (i = 0; i < leaving->len; i++)
    taken[GST_WMS_ASF_MUX_PAD (g_ptr_array_index (leaving, i))->number] = TRUE;
  for (i = 1; i <= ASF_MAX_STREAMS; i++) {
    if (!taken[i])
      return i;
  }
  return 0;
}

/* Object lock held. */
static gboolean
name_is_taken_locked (GstElement * mux, const gchar * name)
{
  GList *l;

  for (l = mux->sinkpads; l != NULL; l = l->next) {
    if (g_strcmp0 (GST_OBJECT_NAME (l->data), name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Object lock held.  The name that was asked for, else the next free one. */
static gchar *
pad_name_locked (GstElement * mux, GstPadTemplate * templ,
    const gchar * requested)
{
  g_autofree gchar *kind = g_strdup (templ->name_template);
  gchar *name;
  guint i;

  if (requested != NULL && strchr (requested, '%') == NULL)
    return name_is_taken_locked (mux, requested) ? NULL : g_strdup (requested);
  /* "video_%u" and its like */
  g_strdelimit (kind, "%", '\0');
  for (i = 0;; i++) {
    name = g_strdup_printf ("%s%u", kind, i);
    if (!name_is_taken_locked (mux, name))
      return name;
    g_free (name);
  }
}

GstAggregatorPad *
gst_wms_asf_pads_new (GstElement * mux, GstPadTemplate * templ,
    const gchar * requested)
{
  g_autofree gchar *name = NULL;
  GstWmsAsfMuxPad *pad = NULL;
  gboolean is_text;
  guint number;

  GST_OBJECT_LOCK (mux);
  number = free_number_locked (mux);
  name = pad_name_locked (mux, templ, requested);
  GST_OBJECT_UNLOCK (mux);
  if (number == 0 || name == NULL) {
    GST_WARNING_OBJECT (mux, "no pad: %s", number == 0 ?
        "ASF has 127 streams at most" : "there is one of that name");
    return NULL;
  }
  pad = g_object_new (GST_TYPE_WMS_ASF_MUX_PAD, "name", name, "direction",
      templ->direction, "template", templ, NULL);
  pad->number = number;
  is_text = g_str_has_prefix (templ->name_template, "text");
  gst_wms_asf_intake_attach (pad, mux, is_text);
  if (is_text)
    gst_wms_asf_text_init (pad);
  return GST_AGGREGATOR_PAD (pad);
}

/* Object lock held.  Returns the pad whose next buffer comes first, without a
 * reference. */
static GstWmsAsfMuxPad *
earliest_pad_locked (GstElement * mux, GstClockTimeDiff * time)
{
  GstWmsAsfMuxPad *best = NULL;
  GList *l;

  for (l = mux->sinkpads; l != NULL; l = l->next) {
    GstWmsAsfMuxPad *pad = l->data;
    GstBuffer *buffer = gst_wms_asf_intake_peek (pad);
    GstClockTimeDiff order;

    if (buffer == NULL)
      continue;
    order = gst_wms_asf_mux_pad_order_time (pad, buffer);
    if (best == NULL || order < *time) {
      best = pad;
      *time = order;
    }
  }
  return best;
}

GstWmsAsfMuxPad *
gst_wms_asf_pads_pick_earliest (GstElement * mux, GstClockTimeDiff * time)
{
  GstWmsAsfMuxPad *pad;

  GST_OBJECT_LOCK (mux);
  pad = earliest_pad_locked (mux, time);
  if (pad != NULL)
    gst_object_ref (pad);
  GST_OBJECT_UNLOCK (mux);
  return pad;
}

gboolean
gst_wms_asf_pads_all_ended (GstElement * mux)
{
  gboolean ended = TRUE;
  GList *l;

  GST_OBJECT_LOCK (mux);
  for (l = mux->sinkpads; l != NULL; l = l->next)
    ended &= !gst_wms_asf_intake_is_awaited (l->data);
  GST_OBJECT_UNLOCK (mux);
  return ended;
}

static gint
compare_numbers (gconstpointer a, gconstpointer b)
{
  const GstWmsAsfMuxPad *const *one = a;
  const GstWmsAsfMuxPad *const *other = b;

  return (*one)->number - (*other)->number;
}

static void
add_described (GPtrArray * pads, GstWmsAsfMuxPad * pad)
{
  if (pad->have_format)
    g_ptr_array_add (pads, gst_object_ref (pad));
}

GPtrArray *
gst_wms_asf_pads_collect (GstElement * mux)
{
  GPtrArray *pads = g_ptr_array_new_with_free_func (gst_object_unref);
  GPtrArray *leaving;
  GList *l;
  guint i;

  GST_OBJECT_LOCK (mux);
  for (l = mux->sinkpads; l != NULL; l = l->next)
    add_described (pads, l->data);
  leaving = gst_wms_asf_intake_leaving_locked (mux);
  for (i = 0; i < leaving->len; i++) {
    /* the base class may not have let it go yet */
    if (g_list_find (mux->sinkpads, g_ptr_array_index (leaving, i)) == NULL)
      add_described (pads, g_ptr_array_index (leaving, i));
  }
  GST_OBJECT_UNLOCK (mux);
  g_ptr_array_sort (pads, compare_numbers);
  return pads;
}

gboolean
gst_wms_asf_pads_skip_gaps (GstElement * mux)
{
  gboolean skipped = FALSE;
  GList *l;

  GST_OBJECT_LOCK (mux);
  for (l = mux->sinkpads; l != NULL; l = l->next) {
    GstWmsAsfMuxPad *pad = l->data;
    GstBuffer *buffer = pad->have_format ? NULL : gst_wms_asf_intake_peek (pad);

    if (buffer == NULL || !gst_wms_asf_mux_pad_is_gap (buffer))
      continue;
    /* unless a flush takes it away */
    buffer = gst_wms_asf_intake_pop (pad);
    if (buffer == NULL)
      continue;
    gst_wms_asf_mux_pad_advance (pad, buffer);
    gst_buffer_unref (buffer);
    skipped = TRUE;
  }
  GST_OBJECT_UNLOCK (mux);
  return skipped;
}

static gboolean
has_undescribed (GstElement * mux)
{
  gboolean found = FALSE;
  GList *l;

  GST_OBJECT_LOCK (mux);
  for (l = mux->sinkpads; l != NULL; l = l->next)
    found |= !GST_WMS_ASF_MUX_PAD (l->data)->have_format &&
        !gst_aggregator_pad_is_eos (l->data);
  GST_OBJECT_UNLOCK (mux);
  return found;
}

gboolean
gst_wms_asf_pads_are_enough (GstElement * mux, GPtrArray * pads)
{
  guint i;

  for (i = 0; i < pads->len; i++) {
    if (!gst_wms_asf_text_is_text (g_ptr_array_index (pads, i)))
      return TRUE;
  }
  return pads->len > 0 && !has_undescribed (mux);
}

static void
add_template (GstElementClass * klass, const gchar * name, GstCaps * caps)
{
  gst_element_class_add_pad_template (klass,
      gst_pad_template_new_with_gtype (name, GST_PAD_SINK, GST_PAD_REQUEST,
          caps, GST_TYPE_WMS_ASF_MUX_PAD));
  gst_caps_unref (caps);
}

void
gst_wms_asf_pads_add_templates (GstElementClass * klass)
{
  add_template (klass, "video_%u", gst_wms_asf_codec_caps (ASF_STREAM_VIDEO));
  add_template (klass, "audio_%u", gst_wms_asf_codec_caps (ASF_STREAM_AUDIO));
  add_template (klass, "text_%u",
      gst_caps_from_string (GST_WMS_ASF_MUX_TEXT_CAPS));
}

static GObject *
get_child_by_index (GstChildProxy * proxy, guint index)
{
  GstElement *mux = GST_ELEMENT (proxy);
  GObject *pad;

  GST_OBJECT_LOCK (mux);
  pad = g_list_nth_data (mux->sinkpads, index);
  if (pad != NULL)
    g_object_ref (pad);
  GST_OBJECT_UNLOCK (mux);
  return pad;
}

static guint
get_children_count (GstChildProxy * proxy)
{
  GstElement *mux = GST_ELEMENT (proxy);
  guint count;

  GST_OBJECT_LOCK (mux);
  count = mux->numsinkpads;
  GST_OBJECT_UNLOCK (mux);
  return count;
}

void
gst_wms_asf_pads_init_child_proxy (gpointer iface, gpointer data)
{
  GstChildProxyInterface *proxy = iface;

  proxy->get_child_by_index = get_child_by_index;
  proxy->get_children_count = get_children_count;
}
