/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxrestart.h"

#include <glib/gi18n-lib.h>

#include "asfmux/gstasfmuxintake.h"
#include "asfmux/gstasfmuxpads.h"
#include "asfmux/gstasfmuxprograms.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* Tags come in groups, such as title and artist: one header for a group. */
#define TAGS_SETTLE GST_SECOND
/* A source that has other tags each second makes no more headers than this. */
#define TAGS_INTERVAL (10 * GST_SECOND)
/* How long they wait for a key frame. */
#define TAGS_PATIENCE (10 * GST_SECOND)

/* So long before a broadcast's times would not fit into 32 bits of ms (rules,
 * 10) a key frame begins them anew, and so long before, whatever comes, so that
 * no stream is over that. */
#define WRAP_MARGIN_MS G_GUINT64_CONSTANT (60000)
#define WRAP_LIMIT_MS G_GUINT64_CONSTANT (30000)

/* Whether the header would say something else.  Bit rates and the like are
 * not in it. */
static gboolean
tags_differ (GstWmsAsfSession * self)
{
  gboolean differ;
  GstWmsAsfTags tags;
  guint i;

  for (i = 0; i < self->file.pads->len; i++) {
    if (gst_wms_asf_programs_language_changed (g_ptr_array_index (self->
                file.pads, i)))
      return TRUE;
  }
  gst_wms_asf_tags_read (&tags, GST_TAG_SETTER (self->mux), self->file.pads,
      self->settings.merge_stream_tags);
  differ = g_strcmp0 (tags.digest, self->file.tags.digest) != 0;
  gst_wms_asf_tags_clear (&tags);
  return differ;
}

/* Behind a header players and recordings begin with a key frame: pictures
 * between the two would be lost. */
static gboolean
begins_picture (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad,
    GstBuffer * buffer)
{
  guint i;

  for (i = 0; i < self->file.pads->len; i++) {
    GstWmsAsfMuxPad *other = g_ptr_array_index (self->file.pads, i);

    if (other->format.stream.kind == ASF_STREAM_VIDEO
        && gst_object_has_as_parent (GST_OBJECT (other),
            GST_OBJECT (self->mux)))
      return pad == other
          && !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  }
  return TRUE;
}

static gboolean
tags_are_due (GstWmsAsfSession * self, GstClockTimeDiff time, gboolean is_place)
{
  if (!self->tags_changed || time < self->tags_due
      || (!is_place && time < self->tags_due
          + (GstClockTimeDiff) TAGS_PATIENCE))
    return FALSE;
  self->tags_changed = FALSE;
  return tags_differ (self);
}

void
gst_wms_asf_restart_note_tags (GstWmsAsfSession * self)
{
  if (!self->is_started || self->is_file || self->tags_changed)
    return;
  self->tags_changed = TRUE;
  self->tags_due = MAX (self->now + (GstClockTimeDiff) TAGS_SETTLE,
      self->header_time + (GstClockTimeDiff) TAGS_INTERVAL);
}

void
gst_wms_asf_restart_send_tags (GstWmsAsfSession * self, GstEvent * event)
{
  GstTagList *tags, *merged;

  gst_event_parse_tag (event, &tags);
  GST_OBJECT_LOCK (self->mux);
  merged = gst_tag_list_merge (self->sent_tags, tags, GST_TAG_MERGE_REPLACE);
  gst_clear_tag_list (&self->sent_tags);
  g_atomic_pointer_set (&self->sent_tags, merged);
  GST_OBJECT_UNLOCK (self->mux);
}

void
gst_wms_asf_restart_take_sent (GstWmsAsfSession * self)
{
  GstTagList *tags;

  if (g_atomic_pointer_get (&self->sent_tags) == NULL)
    return;
  GST_OBJECT_LOCK (self->mux);
  tags = g_steal_pointer (&self->sent_tags);
  GST_OBJECT_UNLOCK (self->mux);
  if (tags == NULL)
    return;
  gst_tag_setter_merge_tags (GST_TAG_SETTER (self->mux), tags,
      GST_TAG_MERGE_REPLACE);
  gst_tag_list_unref (tags);
  gst_wms_asf_restart_note_tags (self);
}

void
gst_wms_asf_restart_note_release (GstWmsAsfSession * self)
{
  g_atomic_int_set (&self->pad_was_released, TRUE);
}

static gboolean
stream_is_gone (GstWmsAsfSession * self)
{
  guint i;

  if (!g_atomic_int_compare_and_exchange (&self->pad_was_released, TRUE, FALSE))
    return FALSE;
  for (i = 0; i < self->file.pads->len; i++) {
    if (!gst_object_has_as_parent (g_ptr_array_index (self->file.pads, i),
            GST_OBJECT (self->mux)))
      return TRUE;
  }
  return FALSE;
}

/* Between the choice of the pad and now.  Its buffer belongs to the header that
 * has the stream; no other one will. */
static gboolean
is_released (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad)
{
  g_autoptr (GPtrArray) pads = NULL;

  if (gst_object_has_as_parent (GST_OBJECT (pad), GST_OBJECT (self->mux)))
    return FALSE;
  pads = gst_wms_asf_pads_collect (GST_ELEMENT (self->mux));
  return !g_ptr_array_find (pads, pad, NULL);
}

static gboolean
times_would_wrap (GstWmsAsfSession * self, GstClockTimeDiff time,
    guint64 margin_ms)
{
  GstClockTimeDiff content = time - self->output.origin;

  return content > 0 && self->settings.preroll_ms + margin_ms +
      (guint64) content / GST_MSECOND > G_MAXUINT32;
}

/* Pads for the next header: those whose stream goes on. */
static GPtrArray *
collect_running (GstWmsAsfSession * self)
{
  GPtrArray *pads = gst_wms_asf_pads_collect (GST_ELEMENT (self->mux));
  guint i;

  for (i = pads->len; i > 0; i--) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i - 1);

    if (gst_wms_asf_intake_has_ended (pad) &&
        gst_wms_asf_intake_peek (pad) == NULL)
      g_ptr_array_remove_index (pads, i - 1);
  }
  return pads;
}

GstFlowReturn
gst_wms_asf_restart_now (GstWmsAsfSession * self)
{
  return gst_wms_asf_session_begin_again (self, collect_running (self), FALSE);
}

/* Asked for each buffer: whether nothing was noted that another header, or an
 * error, could come of. */
static gboolean
goes_on (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad, GstClockTimeDiff time)
{
  if (!pad->in_header || !pad->have_format)
    return FALSE;
  return self->is_file || (!self->tags_changed
      && g_atomic_pointer_get (&self->sent_tags) == NULL
      && !g_atomic_int_get (&self->pad_was_released)
      && !times_would_wrap (self, time, WRAP_MARGIN_MS));
}

static GstFlowReturn
look_closer (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad,
    GstClockTimeDiff time)
{
  GstBuffer *buffer = gst_wms_asf_intake_peek (pad);
  gboolean is_place, new_clock;

  if (buffer == NULL || gst_buffer_get_size (buffer) == 0 || !pad->have_format)
    return GST_FLOW_OK;
  if (is_released (self, pad))
    return GST_FLOW_OK;
  gst_wms_asf_restart_take_sent (self);
  if (self->is_file) {
    if (pad->in_header)
      return GST_FLOW_OK;
    GST_ELEMENT_ERROR (self->mux, STREAM, MUX,
        (_("A stream came after the header of the file was written.")),
        ("pad %s:%s", GST_DEBUG_PAD_NAME (pad)));
    return GST_FLOW_ERROR;
  }
  is_place = begins_picture (self, pad, buffer);
  new_clock = times_would_wrap (self, time,
      is_place ? WRAP_MARGIN_MS : WRAP_LIMIT_MS);
  if (pad->in_header && !new_clock && !(is_place && stream_is_gone (self)) &&
      !tags_are_due (self, time, is_place))
    return GST_FLOW_OK;
  GST_INFO_OBJECT (self->mux, "another header before %" GST_PTR_FORMAT
      " of %s:%s%s", buffer, GST_DEBUG_PAD_NAME (pad),
      new_clock ? ", on another clock" : "");
  return gst_wms_asf_session_begin_again (self, collect_running (self),
      new_clock);
}

GstFlowReturn
gst_wms_asf_restart_when_due (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad,
    GstClockTimeDiff time)
{
  /* behind a flush times may begin anew */
  self->now = self->rebase ? time : MAX (self->now, time);
  return goes_on (self, pad, time) ? GST_FLOW_OK :
      look_closer (self, pad, time);
}
