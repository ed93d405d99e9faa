/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "asfmux/gstasfmuxfile.h"

#include <string.h>

#include "asfmux/gstasfmuxindexes.h"
#include "asfmux/gstasfmuxlate.h"
#include "asfmux/gstasfmuxprograms.h"

GST_DEBUG_CATEGORY_EXTERN (gst_wms_asf_mux_debug);
#define GST_CAT_DEFAULT gst_wms_asf_mux_debug

/* 1970-01-01 on the clock of Creation Date, which counts from 1601. */
#define UNIX_EPOCH_100NS G_GUINT64_CONSTANT (116444736000000000)

/* Another identifier is tried when a live header has the mark that a known
 * receiver scans for; more tries would not help. */
#define MAX_FILE_IDS 16

static void
make_file_id (AsfGuid * id)
{
  guint i;

  for (i = 0; i < ASF_GUID_SIZE; i += 4)
    GST_WRITE_UINT32_LE (id->bytes + i, g_random_int ());
  /* version 4, variant 1: a random identifier */
  id->bytes[7] = (id->bytes[7] & 0x0f) | 0x40;
  id->bytes[8] = (id->bytes[8] & 0x3f) | 0x80;
}

static void
collect_streams (GstWmsAsfFile * self)
{
  guint i;

  g_array_set_size (self->streams, 0);
  for (i = 0; i < self->pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (self->pads, i);

    g_array_append_val (self->streams, pad->format.stream);
  }
  self->header.streams = (const AsfStream *) (gpointer) self->streams->data;
  self->header.n_streams = self->streams->len;
}

static void
take_tags (GstWmsAsfFile * self, GstWmsAsfTags * tags)
{
  self->tags = *tags;
  memset (tags, 0, sizeof *tags);
  gst_wms_asf_tags_log_long (&self->tags);
  gst_wms_asf_tags_apply (&self->tags, &self->header);
}

void
gst_wms_asf_file_start (GstWmsAsfFile * self, GPtrArray * pads,
    GstWmsAsfTags * tags)
{
  self->pads = pads;
  self->streams = g_array_new (FALSE, FALSE, sizeof (AsfStream));
  collect_streams (self);
  make_file_id (&self->header.file_id);
  self->header.creation_date_100ns = UNIX_EPOCH_100NS +
      (guint64) g_get_real_time () * 10;
  take_tags (self, tags);
  if (!(self->header.flags & ASF_FILE_BROADCAST))
    self->header.index_streams = gst_wms_asf_indexes_streams (pads);
}

void
gst_wms_asf_file_clear (GstWmsAsfFile * self)
{
  g_clear_pointer (&self->pads, g_ptr_array_unref);
  g_clear_pointer (&self->streams, g_array_unref);
  gst_wms_asf_tags_clear (&self->tags);
  gst_wms_asf_chapters_clear (&self->chapters);
  g_clear_pointer (&self->header.markers, g_array_unref);
  g_clear_pointer (&self->header.index_streams, g_array_unref);
  g_clear_pointer (&self->header.commands, g_array_unref);
  gst_wms_asf_programs_clear (&self->header);
  memset (&self->header, 0, sizeof self->header);
  self->header_size = 0;
  self->is_complete = FALSE;
}

/* Until it is complete a file is a broadcast: whoever reads a recording that
 * goes on, or that was cut off, has to look for its end (rules, 9.1). */
static GBytes *
write_header (const GstWmsAsfFile * self, GError ** error)
{
  AsfHeader header = self->header;

  if (!self->is_complete) {
    header.flags |= ASF_FILE_BROADCAST;
    header.packet_count = ASF_PACKET_COUNT_UNKNOWN;
  }
  return asf_header_write (&header, error);
}

GstBuffer *
gst_wms_asf_file_write_header (GstWmsAsfFile * self, GError ** error)
{
  gboolean is_live = self->header.flags & ASF_FILE_BROADCAST;
  GstBuffer *buffer;
  GBytes *bytes;
  guint tries;

  for (tries = 1;; tries++) {
    gconstpointer data;
    gsize size;

    bytes = write_header (self, error);
    if (bytes == NULL)
      return NULL;
    data = g_bytes_get_data (bytes, &size);
    if (!is_live || tries == MAX_FILE_IDS
        || !asf_header_has_early_mark (data, size))
      break;
    g_bytes_unref (bytes);
    make_file_id (&self->header.file_id);
  }
  self->header_size = g_bytes_get_size (bytes);
  buffer = gst_buffer_new_wrapped_bytes (bytes);
  g_bytes_unref (bytes);
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_HEADER);
  return buffer;
}

gchar *
gst_wms_asf_file_update_tags (GstWmsAsfFile * self, GstWmsAsfTags * tags)
{
  GstWmsAsfTags written = self->tags;
  AsfHeader before = self->header;
  gboolean fits;
  gchar *names;

  if (g_strcmp0 (tags->digest, written.digest) == 0) {
    gst_wms_asf_tags_clear (tags);
    return NULL;
  }
  take_tags (self, tags);
  fits = gst_wms_asf_late_fit (&self->tags, &written, &self->header,
      self->header_size);
  names = gst_wms_asf_late_names (&self->tags);
  if (fits) {
    gst_wms_asf_tags_clear (&written);
    return names;
  }
  gst_wms_asf_tags_clear (&self->tags);
  self->tags = written;
  self->header = before;
  return names ? names : g_strdup ("all");
}

gboolean
gst_wms_asf_file_set_markers (GstWmsAsfFile * self, GArray * markers)
{
  AsfHeader before = self->header;

  self->header.markers = markers;
  if (!gst_wms_asf_late_fit_room (&self->header, self->header_size)) {
    self->header = before;
    if (markers != before.markers)
      g_array_unref (markers);
    return FALSE;
  }
  if (before.markers != NULL && before.markers != markers)
    g_array_unref (before.markers);
  return TRUE;
}

static guint64
end_of_content (const GstWmsAsfFile * self)
{
  guint64 end_ns = 0;
  guint i;

  for (i = 0; i < self->pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (self->pads, i);

    end_ns = MAX (end_ns, pad->end_ns);
  }
  return end_ns;
}

static gboolean
is_empty (const GstWmsAsfMuxPad * pad)
{
  AsfStreamKind kind = pad->format.stream.kind;

  return pad->n_objects == 0 && (kind == ASF_STREAM_AUDIO
      || kind == ASF_STREAM_VIDEO);
}

/* Audio and video that never came is not announced: a player would wait for
 * it.  A file without any keeps its streams. */
static void
leave_out_empty (GstWmsAsfFile * self)
{
  guint n_empty = 0;
  guint i;

  for (i = 0; i < self->pads->len; i++)
    n_empty += is_empty (g_ptr_array_index (self->pads, i));
  if (n_empty == 0 || n_empty == self->pads->len)
    return;
  for (i = self->pads->len; i-- > 0;) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (self->pads, i);

    if (!is_empty (pad))
      continue;
    GST_INFO_OBJECT (pad, "no data came, the file has no such stream");
    asf_header_forget_stream (&self->header, pad->number);
    pad->in_header = FALSE;
    g_ptr_array_remove_index (self->pads, i);
    g_array_remove_index (self->streams, i);
  }
  self->header.n_streams = self->streams->len;
  gst_wms_asf_late_fit_room (&self->header, self->header_size);
}

/* Bytes of packet heads for each byte of payload. */
static gdouble
packet_share (const GstWmsAsfFile * self, const AsfPacketizer * packetizer)
{
  guint64 payload_bytes = 0;
  guint i;

  for (i = 0; i < self->pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (self->pads, i);

    payload_bytes += pad->n_bytes;
  }
  return payload_bytes ? packetizer->n_packets * 16.0 / payload_bytes : 0.0;
}

static void
finish_streams (GstWmsAsfFile * self, gdouble share)
{
  guint i;

  for (i = 0; i < self->pads->len; i++) {
    GstWmsAsfMuxPad *pad = g_ptr_array_index (self->pads, i);

    gst_wms_asf_mux_pad_finish (pad, share);
    g_array_index (self->streams, AsfStream, i) = pad->format.stream;
  }
}

GstBuffer *
gst_wms_asf_file_finish (GstWmsAsfFile * self, const AsfPacketizer * packetizer,
    GError ** error)
{
  AsfHeader *header = &self->header;
  GstBuffer *indexes;

  leave_out_empty (self);
  finish_streams (self, packet_share (self, packetizer));

  indexes = gst_wms_asf_indexes_write (self->pads, header, error);
  header->packet_count = packetizer->n_packets;
  header->play_duration_100ns = header->preroll_ms * ASF_UNITS_PER_MS +
      end_of_content (self) / ASF_NS_PER_UNIT;
  header->send_duration_100ns = ((guint64) packetizer->last_send_ms +
      packetizer->last_duration_ms) * ASF_UNITS_PER_MS;
  header->file_size = self->header_size +
      header->packet_count * header->packet_size +
      (indexes ? gst_buffer_get_size (indexes) : 0);
  self->is_complete = TRUE;
  return indexes;
}
