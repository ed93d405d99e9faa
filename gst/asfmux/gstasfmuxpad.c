/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxpad.h"

#include <string.h>

#include "asfmux/gstasfmuxintake.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

G_DEFINE_TYPE (GstWmsAsfMuxPad, gst_wms_asf_mux_pad, GST_TYPE_AGGREGATOR_PAD);

void
gst_wms_asf_mux_pad_reset (GstWmsAsfMuxPad * self)
{
  asf_index_clear (&self->index);
  self->in_header = FALSE;
  self->rate_is_known = FALSE;
  self->have_next_running = FALSE;
  self->last_duration_ns = 0;
  self->first_ns = self->last_ns = self->end_ns = 0;
  self->last_pres_ms = 0;
  self->n_objects = self->n_bytes = self->n_payloads = 0;
  self->max_object_size = 0;
  self->n_dropped = 0;
}

/* Object lock held.  Lowest stream number that no pad has, 0 when all 127 are
 * taken (rules, 10). */
static guint
free_number_locked (GstElement * mux)
{
  gboolean taken[ASF_MAX_STREAMS + 1] = { FALSE };
  GList *l;
  guint i;

  for (l = mux->sinkpads; l != NULL; l = l->next)
    taken[GST_WMS_ASF_MUX_PAD (l->data)->number] = TRUE;
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
  const gchar *kind =
      g_str_has_prefix (templ->name_template, "video") ? "video" : "audio";
  gchar *name;
  guint i;

  if (requested != NULL && strchr (requested, '%') == NULL)
    return name_is_taken_locked (mux, requested) ? NULL : g_strdup (requested);
  for (i = 0;; i++) {
    name = g_strdup_printf ("%s_%u", kind, i);
    if (!name_is_taken_locked (mux, name))
      return name;
    g_free (name);
  }
}

GstAggregatorPad *
gst_wms_asf_mux_pad_new (GstElement * mux, GstPadTemplate * templ,
    const gchar * requested)
{
  g_autofree gchar *name = NULL;
  GstWmsAsfMuxPad *pad = NULL;
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
  return GST_AGGREGATOR_PAD (pad);
}

static void
gst_wms_asf_mux_pad_finalize (GObject * object)
{
  GstWmsAsfMuxPad *self = GST_WMS_ASF_MUX_PAD (object);

  gst_wms_asf_intake_free (self->intake);
  gst_wms_asf_format_clear (&self->format);
  asf_index_clear (&self->index);
  gst_clear_tag_list (&self->tags);
  G_OBJECT_CLASS (gst_wms_asf_mux_pad_parent_class)->finalize (object);
}

static void
gst_wms_asf_mux_pad_class_init (GstWmsAsfMuxPadClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_wms_asf_mux_pad_finalize;
}

static void
gst_wms_asf_mux_pad_init (GstWmsAsfMuxPad * self)
{
  self->intake = gst_wms_asf_intake_new ();
  gst_wms_asf_mux_pad_reset (self);
}
