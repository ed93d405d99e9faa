/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxsession.h"

#include <glib/gi18n-lib.h>

#include "asfmux/gstasfmuxintake.h"
#include "asfmux/gstasfmuxobjects.h"
#include "asfmux/gstasfmuxorigin.h"
#include "asfmux/gstasfmuxprograms.h"
#include "asfmux/gstasfmuxroom.h"
#include "asfmux/gstasfmuxscripts.h"
#include "asfmux/gstasfmuxsize.h"
#include "asfmux/gstasfmuxtext.h"
#include "asfmux/gstasfmuxtoc.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* Where a header stands: a file has one more at its end, in the place of the
 * first one; a broadcast may have others between its packets. */
typedef enum
{
  HEADER_FIRST,
  HEADER_BETWEEN,
  HEADER_AT_END,
} HeaderPosition;

static void
free_packets (GstWmsAsfSession * self)
{
  guint8 *blocks[ASF_PACKETIZER_MAX_BLOCKS];
  guint n = asf_packetizer_take_blocks (&self->packetizer, blocks);

  while (n > 0)
    gst_wms_asf_block_free (blocks[--n]);
  gst_wms_asf_output_stop (&self->output);
}

static void
end_header (GstWmsAsfSession * self)
{
  guint i;

  for (i = 0; self->file.pads != NULL && i < self->file.pads->len; i++)
    ((GstWmsAsfMuxPad *) g_ptr_array_index (self->file.pads, i))->in_header =
        FALSE;
  free_packets (self);
  gst_wms_asf_file_clear (&self->file);
  if (self->mux != NULL)
    gst_wms_asf_intake_set_collecting (GST_ELEMENT (self->mux),
        GST_WMS_ASF_COLLECTING_BEHIND);
  self->tags_changed = FALSE;
  self->n_out = 0;
}

void
gst_wms_asf_session_reset (GstWmsAsfSession * self)
{
  end_header (self);
  self->is_started = FALSE;
  self->is_stored = FALSE;
  self->is_file = FALSE;
  self->rebase = FALSE;
  self->content_end_ns = 0;
  self->last_jump_ns = 0;
  self->refused_toc = FALSE;
  self->now = 0;
  self->header_time = 0;
  self->output.last_dts = 0;
  gst_wms_asf_markers_clear (&self->markers);
  g_clear_pointer (&self->scripts, g_array_unref);
  self->script_was_lost = FALSE;
}

/* How long data waits for its packet to fill, 0 in a file. */
static GstClockTime
packet_delay (const GstWmsAsfSession * self)
{
  return self->is_started && !self->is_file ?
      self->settings.max_packet_delay : 0;
}

/* Whether it will be a broadcast is known with the header only, so its wait is
 * not in the latency then, unless a property says it. */
GstClockTimeDiff
gst_wms_asf_session_get_patience (const GstWmsAsfSession * self)
{
  const GstWmsAsfSettings *settings = &self->settings;

  /* a time is added to it */
  if (!self->is_started)
    return settings->streamable ? 0 : MIN (settings->max_packet_delay,
        G_MAXINT64 / 2);
  return -(GstClockTimeDiff) packet_delay (self);
}

gboolean
gst_wms_asf_session_open_since (const GstWmsAsfSession * self,
    GstClockTimeDiff * running)
{
  guint64 since;

  if (packet_delay (self) == 0
      || !asf_packetizer_open_since (&self->packetizer, &since))
    return FALSE;
  *running = self->output.origin + (GstClockTimeDiff) since;
  return TRUE;
}

static gboolean
downstream_is_seekable (GstWmsAsfSession * self)
{
  GstQuery *query = gst_query_new_seeking (GST_FORMAT_BYTES);
  gboolean seekable = FALSE;

  if (gst_pad_peer_query (GST_AGGREGATOR_SRC_PAD (self->mux), query))
    gst_query_parse_seeking (query, NULL, &seekable, NULL, NULL);
  gst_query_unref (query);
  return seekable;
}


static gboolean
is_data (GstBuffer * buffer)
{
  return buffer != NULL && gst_buffer_get_size (buffer) > 0;
}

/* Returns: running time at which the first one begins. */
static GstClockTimeDiff
start_pads (GstWmsAsfSession * self, GPtrArray * pads)
{
  GstClockTimeDiff origin = G_MAXINT64;
  guint i;

  self->file.header.packet_size =
      gst_wms_asf_choose_packet_size (&self->settings, self->is_file, pads);
  self->output.has_video = FALSE;
  for (i = 0; i < pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (pads, i);
    GstBuffer *first = gst_wms_asf_intake_peek (pad);

    gst_wms_asf_mux_pad_start (pad, is_data (first) ? first : NULL,
        self->settings.preroll_ms, self->file.header.packet_size,
        !self->is_file);
    if (pad->format.stream.kind == ASF_STREAM_VIDEO)
      self->output.has_video = TRUE;
    pad->last_jump_ns = &self->last_jump_ns;
    pad->lead_ns = gst_wms_asf_origin_lead (pad);
    pad->format.stream.flags = self->is_file ? ASF_STREAM_SEEKABLE : 0;
    first = gst_wms_asf_intake_peek (pad);
    if (first != NULL)
      origin = MIN (origin, gst_wms_asf_mux_pad_object_time (pad, first));
  }
  return origin == G_MAXINT64 ? 0 : origin;
}


/* Tags of the application, and with merge-stream-tags those of the streams. */
static void
read_tags (GstWmsAsfSession * self, GPtrArray * pads, GstWmsAsfTags * tags)
{
  gst_wms_asf_tags_read (tags, GST_TAG_SETTER (self->mux), pads,
      self->settings.merge_stream_tags);
}

static void
set_src_caps (GstWmsAsfSession * self, GstBuffer * header)
{
  GstCaps *caps =
      gst_pad_get_pad_template_caps (GST_AGGREGATOR_SRC_PAD (self->mux));
  GValue array = G_VALUE_INIT;
  GValue value = G_VALUE_INIT;

  caps = gst_caps_truncate (caps);
  g_value_init (&array, GST_TYPE_ARRAY);
  g_value_init (&value, GST_TYPE_BUFFER);
  gst_value_set_buffer (&value, header);
  gst_value_array_append_and_take_value (&array, &value);
  gst_structure_take_value (gst_caps_get_structure (caps, 0), "streamheader",
      &array);
  gst_aggregator_set_src_caps (self->mux, caps);
  gst_caps_unref (caps);
}

static void
set_segment (GstWmsAsfSession * self, GstFormat format)
{
  GstSegment segment;

  gst_segment_init (&segment, format);
  gst_aggregator_update_segment (self->mux, &segment);
}

void
gst_wms_asf_session_flush (GstWmsAsfSession * self)
{
  if (self->is_stored) {
    gst_wms_asf_session_reset (self);
    return;
  }
  gst_wms_asf_output_clear (&self->output);
  gst_wms_asf_markers_clear (&self->markers);
  self->last_jump_ns = 0;
  self->rebase = self->is_started;
  /* the base class has put the place that was sought into it */
  if (self->is_started)
    set_segment (self, GST_FORMAT_TIME);
}


static void
start_packetizer (GstWmsAsfSession * self, guint32 first_send_ms)
{
  AsfPacketizerConfig config = {
    .packet_size = self->file.header.packet_size,
    .is_live = !self->is_file,
    .max_delay_ns = packet_delay (self),
    .line_bps = asf_header_sum_bps (&self->file.header),
    .can_fill = self->output.has_video,
    .first_send_ms = first_send_ms,
  };

  asf_packetizer_init (&self->packetizer, &config);
  gst_wms_asf_output_start (&self->output, self->mux,
      config.packet_size, asf_packetizer_block_size (&self->packetizer));
  self->output.upstream_is_live =
      GST_CLOCK_TIME_IS_VALID (gst_aggregator_get_latency (self->mux));
  gst_wms_asf_intake_set_collecting (GST_ELEMENT (self->mux),
      self->output.upstream_is_live ? GST_WMS_ASF_COLLECTING_NOT :
      GST_WMS_ASF_COLLECTING_BATCHES);
}


/* Maps an error of the layer below to the one message that is posted. */
static void
post_error (GstWmsAsfSession * self, const GError * error)
{
  GST_ELEMENT_ERROR (self->mux, STREAM, MUX,
      (_("The ASF header could not be written: the tags or codec data are too "
              "large.")), ("%s, domain %s, code %d", error->message,
          g_quark_to_string (error->domain), error->code));
}

/* Events whose packets have left; what they follow goes before them. */
static GstFlowReturn
push_markers (GstWmsAsfSession * self)
{
  GstFlowReturn ret;
  GstEvent *event;

  if (!gst_wms_asf_markers_is_due (&self->markers, self->n_out))
    return GST_FLOW_OK;
  ret = gst_wms_asf_output_push (&self->output);
  while (ret == GST_FLOW_OK && (event =
          gst_wms_asf_markers_take (&self->markers, self->n_out)) != NULL)
    gst_pad_push_event (GST_AGGREGATOR_SRC_PAD (self->mux), event);
  return ret;
}

static GstFlowReturn
send_header (GstWmsAsfSession * self, HeaderPosition position)
{
  g_autoptr (GError) error = NULL;
  GstBuffer *header = gst_wms_asf_file_write_header (&self->file, &error);
  GstFlowReturn ret;

  if (header == NULL) {
    post_error (self, error);
    return GST_FLOW_ERROR;
  }
  /* multifilesink measures a file from its first buffer on */
  if (!self->is_file)
    GST_BUFFER_PTS (header) = MAX (self->header_time, 0);
  if (position != HEADER_AT_END)
    set_src_caps (self, header);
  if (position != HEADER_BETWEEN)
    set_segment (self, self->is_file ? GST_FORMAT_BYTES : GST_FORMAT_TIME);
  ret = gst_aggregator_finish_buffer (self->mux, header);
  return ret == GST_FLOW_OK ? push_markers (self) : ret;
}

/* Elements such as shout2send take the title from events.  The base class
 * sends what has to come before a buffer, so this one comes behind the header. */
static void
send_tags (GstWmsAsfSession * self, GPtrArray * pads)
{
  GstTagList *tags = gst_wms_asf_tags_merged (GST_TAG_SETTER (self->mux), pads,
      self->settings.merge_stream_tags);

  if (gst_tag_list_is_empty (tags))
    gst_tag_list_unref (tags);
  else
    gst_pad_push_event (GST_AGGREGATOR_SRC_PAD (self->mux),
        gst_event_new_tag (tags));
}

/* The header as the settings, tags and started @pads make it. */
static GstFlowReturn
write_header (GstWmsAsfSession * self, GPtrArray * pads,
    HeaderPosition position, guint32 first_send_ms)
{
  AsfHeader *header = &self->file.header;
  GstWmsAsfTags tags;
  GstFlowReturn ret;

  header->flags = self->is_file ? 0 : ASF_FILE_BROADCAST;
  header->preroll_ms = self->settings.preroll_ms;
  header->padding = self->settings.padding;
  gst_wms_asf_programs_start (header, pads, GST_ELEMENT (self->mux));
  if (self->is_file)
    header->commands = gst_wms_asf_scripts_take (self);
  read_tags (self, pads, &tags);
  gst_wms_asf_file_start (&self->file, pads, &tags);
  gst_wms_asf_toc_begin (self, pads);
  if (!gst_wms_asf_room_make (&self->file.tags, header,
          self->settings.max_header_size, GST_ELEMENT (self->mux)))
    return GST_FLOW_ERROR;
  start_packetizer (self, first_send_ms);
  GST_INFO_OBJECT (self->mux, "begin %s of %u streams, origin %"
      GST_STIME_FORMAT, self->is_file ? "a file" : "a broadcast",
      self->file.header.n_streams, GST_STIME_ARGS (self->output.origin));
  ret = send_header (self, position);
  if (ret == GST_FLOW_OK)
    send_tags (self, pads);
  return ret;
}

/* As write_header(), but one that fails is taken back: a flush lets the base
 * class go on after an error. */
static GstFlowReturn
begin_header (GstWmsAsfSession * self, GPtrArray * pads,
    HeaderPosition position, guint32 first_send_ms)
{
  GstFlowReturn ret = write_header (self, pads, position, first_send_ms);

  if (ret == GST_FLOW_ERROR)
    gst_wms_asf_session_reset (self);
  return ret;
}

GstFlowReturn
gst_wms_asf_session_begin (GstWmsAsfSession * self, GPtrArray * pads)
{
  GstFlowReturn ret;

  self->is_stored = downstream_is_seekable (self);
  self->is_file = self->is_stored && !self->settings.streamable;
  self->is_started = TRUE;
  if (!self->is_file)
    gst_aggregator_set_latency (self->mux, self->settings.max_packet_delay,
        self->settings.max_packet_delay);
  if (self->is_file)
    gst_wms_asf_scripts_collect (self, pads);
  self->output.origin = start_pads (self, pads);
  self->header_time = self->output.origin;
  ret = begin_header (self, pads, HEADER_FIRST, 0);
  if (ret == GST_FLOW_OK)
    gst_wms_asf_toc_send (self);
  return ret;
}

GstFlowReturn
gst_wms_asf_session_run (GstWmsAsfSession * self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  AsfPacket packet;

  for (;;) {
    switch (asf_packetizer_step (&self->packetizer, &packet)) {
      case ASF_PACKETIZER_NEED_OBJECT:
        return ret;
      case ASF_PACKETIZER_NEED_BLOCK:
        asf_packetizer_set_block (&self->packetizer,
            gst_wms_asf_output_new_block (&self->output));
        break;
      case ASF_PACKETIZER_PACKET:
        self->n_out++;
        gst_wms_asf_chapters_add_packet (&self->file.chapters, packet.send_ms);
        if (ret == GST_FLOW_OK)
          ret = gst_wms_asf_output_add (&self->output, &packet);
        else
          gst_wms_asf_block_free (packet.block);
        if (ret == GST_FLOW_OK)
          ret = push_markers (self);
        break;
    }
  }
}

GstFlowReturn
gst_wms_asf_session_take_next (GstWmsAsfSession * self, GstWmsAsfMuxPad * pad)
{
  GstBuffer *buffer = gst_wms_asf_intake_pop (pad);
  GstFlowReturn ret = GST_FLOW_OK;

  if (buffer == NULL)
    return GST_FLOW_OK;
  if (pad->in_header || !is_data (buffer))
    ret = gst_wms_asf_objects_take (self, pad, buffer);
  else
    GST_WARNING_OBJECT (pad, "released, dropped: %" GST_PTR_FORMAT, buffer);
  if (pad->in_header && gst_wms_asf_text_is_text (pad))
    gst_wms_asf_scripts_end_text (self, pad, buffer);
  gst_wms_asf_mux_pad_advance (pad, buffer);
  gst_buffer_unref (buffer);
  return ret;
}

GstFlowReturn
gst_wms_asf_session_close_packet (GstWmsAsfSession * self)
{
  asf_packetizer_close (&self->packetizer);
  return gst_wms_asf_session_run (self);
}

GstFlowReturn
gst_wms_asf_session_push (GstWmsAsfSession * self)
{
  return gst_wms_asf_output_push (&self->output);
}

GstFlowReturn
gst_wms_asf_session_add_marker (GstWmsAsfSession * self, GstEvent * event)
{
  GstFlowReturn ret = GST_FLOW_OK;
  guint64 n_packets = 0;

  if (self->is_started) {
    ret = gst_wms_asf_session_close_packet (self);
    n_packets = self->packetizer.n_packets;
  }
  gst_wms_asf_markers_add (&self->markers, event, n_packets);
  if (self->is_started && ret == GST_FLOW_OK)
    ret = push_markers (self);
  return ret;
}

/* Pushes all that was taken. */
static GstFlowReturn
drain (GstWmsAsfSession * self)
{
  GstFlowReturn ret;

  asf_packetizer_drain (&self->packetizer);
  ret = gst_wms_asf_session_run (self);
  return ret == GST_FLOW_OK ? gst_wms_asf_output_push (&self->output) : ret;
}

GstFlowReturn
gst_wms_asf_session_begin_again (GstWmsAsfSession * self, GPtrArray * pads,
    gboolean new_clock)
{
  guint32 packet_size = self->file.header.packet_size;
  guint32 first_send_ms = 0;
  GstClockTimeDiff origin;
  GstFlowReturn ret = drain (self);

  if (ret != GST_FLOW_OK) {
    g_ptr_array_unref (pads);
    return ret;
  }
  if (!new_clock)
    first_send_ms = self->packetizer.last_send_ms;
  end_header (self);
  self->file.header.packet_size = packet_size;
  origin = start_pads (self, pads);
  if (new_clock) {
    self->output.origin = origin;
    self->content_end_ns = 0;
  }
  self->header_time = self->now;
  self->output.is_discont = TRUE;
  return begin_header (self, pads, HEADER_BETWEEN, first_send_ms);
}

static void
update_tags (GstWmsAsfSession * self)
{
  g_autofree gchar *names = NULL;
  GstWmsAsfTags tags;

  read_tags (self, self->file.pads, &tags);
  names = gst_wms_asf_file_update_tags (&self->file, &tags);
  if (names != NULL)
    GST_ELEMENT_WARNING (self->mux, STREAM, MUX,
        (_("Tags that came late are not in the file: reserve room for them "
                "with the property padding.")), ("%s", names));
}

static GstFlowReturn
complete_file (GstWmsAsfSession * self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  g_autoptr (GError) error = NULL;
  GstBuffer *indexes;

  update_tags (self);
  indexes = gst_wms_asf_file_finish (&self->file, &self->packetizer, &error);
  if (error != NULL)
    GST_ELEMENT_WARNING (self->mux, STREAM, MUX,
        (_("The file's index is not complete: players may not be able to "
                "seek in it.")), ("%s", error->message));
  gst_wms_asf_toc_finish (self);
  if (indexes != NULL)
    ret = gst_aggregator_finish_buffer (self->mux, indexes);
  return ret == GST_FLOW_OK ? send_header (self, HEADER_AT_END) : ret;
}

GstFlowReturn
gst_wms_asf_session_finish (GstWmsAsfSession * self)
{
  GstFlowReturn ret = gst_wms_asf_scripts_send (self, G_MAXINT64);

  if (ret == GST_FLOW_OK)
    ret = drain (self);
  if (ret != GST_FLOW_OK)
    return ret;
  if (self->is_file)
    ret = complete_file (self);
  /* data after a flush begins another file (protocol.md, C27) */
  gst_wms_asf_session_reset (self);
  return ret == GST_FLOW_OK ? GST_FLOW_EOS : ret;
}
