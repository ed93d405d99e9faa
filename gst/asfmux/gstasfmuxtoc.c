/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxtoc.h"

#include <glib/gi18n-lib.h>

#include "asfmux/gstasfmuxchapters.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* Nobody knows the offsets of what is not sent yet, which a marker needs
 * (rules, 3.7). */
static void
refuse (GstWmsAsfSession * self)
{
  if (!self->refused_toc)
    GST_ELEMENT_WARNING (self->mux, STREAM, MUX,
        (_("The chapters are left out: only a file can have markers.")),
        (NULL));
  self->refused_toc = TRUE;
}

static void
push_toc (GstWmsAsfSession * self, GstToc * toc)
{
  gst_pad_push_event (GST_AGGREGATOR_SRC_PAD (self->mux),
      gst_event_new_toc (toc, FALSE));
}

void
gst_wms_asf_toc_take (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad,
    GstEvent * event)
{
  GstToc *toc;

  gst_event_parse_toc (event, &toc, NULL);
  gst_event_unref (event);
  gst_wms_asf_toc_clear (&pad->toc);
  pad->toc = toc;
  gst_wms_asf_mux_pad_get_segment (pad, &pad->toc_segment);
  if (!self->is_started || !pad->in_header)
    return;
  if (!self->is_file)
    refuse (self);
  toc =
      gst_wms_asf_chapters_find_toc (GST_ELEMENT (self->mux), self->file.pads);
  if (toc == pad->toc)
    push_toc (self, toc);
  gst_toc_unref (toc);
}

/* Of a table that came before the data, or before a flush. */
static void
find_segments (GPtrArray * pads)
{
  guint i;

  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);

    if (pad->toc_segment.format == GST_FORMAT_UNDEFINED)
      gst_wms_asf_mux_pad_get_segment (pad, &pad->toc_segment);
  }
}

void
gst_wms_asf_toc_begin (GstWmsAsfSession * self, GPtrArray * pads)
{
  GstToc *toc = gst_wms_asf_chapters_find_toc (GST_ELEMENT (self->mux), pads);
  GstWmsAsfFile *file = &self->file;

  if (self->is_file) {
    find_segments (pads);
    gst_wms_asf_chapters_start (&file->chapters, pads);
    file->header.markers =
        gst_wms_asf_chapters_read (&file->chapters, toc, pads,
        self->output.origin, self->settings.preroll_ms);
    return;
  }
  if (toc != NULL)
    refuse (self);
  gst_wms_asf_toc_clear (&toc);
}

void
gst_wms_asf_toc_send (GstWmsAsfSession * self)
{
  GstToc *toc = gst_wms_asf_chapters_find_toc (GST_ELEMENT (self->mux),
      self->file.pads);

  if (toc == NULL)
    return;
  push_toc (self, toc);
  gst_toc_unref (toc);
}

static void
report_removed (GstWmsAsfSession * self, guint n_removed)
{
  if (n_removed > 0)
    GST_ELEMENT_WARNING (self->mux, STREAM, MUX,
        (_("Chapters after the end of the file are left out.")),
        ("%u of them", n_removed));
}

/* Markers of a table that came after the header. */
static gboolean
finish_late (GstWmsAsfSession * self, GstToc * toc)
{
  GstWmsAsfFile *file = &self->file;
  GArray *markers = gst_wms_asf_chapters_read (&file->chapters,
      gst_toc_ref (toc), file->pads, self->output.origin,
      self->settings.preroll_ms);
  guint n_removed = gst_wms_asf_chapters_resolve (&file->chapters, markers,
      &file->header);

  if (!gst_wms_asf_file_set_markers (file, markers)) {
    GST_ELEMENT_WARNING (self->mux, STREAM, MUX,
        (_("Chapters that came late are not in the file: reserve room for "
                "them with the property padding.")), (NULL));
    return FALSE;
  }
  report_removed (self, n_removed);
  return TRUE;
}

void
gst_wms_asf_toc_finish (GstWmsAsfSession * self)
{
  GstWmsAsfFile *file = &self->file;
  GstToc *toc = gst_wms_asf_chapters_find_toc (GST_ELEMENT (self->mux),
      file->pads);
  gboolean done = FALSE;

  if (toc != NULL && toc != file->chapters.toc)
    done = finish_late (self, toc);
  gst_wms_asf_toc_clear (&toc);
  if (done || file->header.markers == NULL)
    return;
  report_removed (self, gst_wms_asf_chapters_resolve (&file->chapters,
          file->header.markers, &file->header));
  gst_wms_asf_file_set_markers (file, file->header.markers);
}
