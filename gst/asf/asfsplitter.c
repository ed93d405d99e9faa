/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfsplitter-private.h"

#include <string.h>

#include <gst/gstutils.h>

#include "asf/asfmap.h"
#include "asf/asfpacket.h"

AsfSplitterStep
asf_splitter_fail (AsfSplitter * self, const gchar * what)
{
  if (self->error == NULL)
    self->error = g_error_new_literal (ASF_ERROR, ASF_ERROR_INVALID, what);
  self->state = ASF_SPLITTER_FAILED;
  self->to_swallow = 0;
  return ASF_STEP_FAILED;
}

void
asf_unit_clear (AsfUnit * unit)
{
  gst_clear_buffer (&unit->buffer);
}

AsfSplitter *
asf_splitter_new (void)
{
  AsfSplitter *self = g_new0 (AsfSplitter, 1);

  self->adapter = gst_adapter_new ();
  self->pts = self->dts = GST_CLOCK_TIME_NONE;
  return self;
}

void
asf_splitter_reset (AsfSplitter * self)
{
  gst_clear_buffer (&self->whole);
  self->is_drained = FALSE;
  self->pts = self->dts = GST_CLOCK_TIME_NONE;
  gst_adapter_clear (self->adapter);
  g_clear_object (&self->pieces);
  gst_clear_buffer (&self->header);
  g_clear_error (&self->error);
  self->state = ASF_SPLITTER_START;
  self->framing = ASF_FRAMING_UNKNOWN;
  self->to_swallow = 0;
  self->swallowed = 0;
  self->is_ended = FALSE;
}

/* Whether a header begins what has not been popped. */
static gboolean
is_header_next (AsfSplitter * self)
{
  AsfGuid guid;

  if (self->state == ASF_SPLITTER_BARE_HEADER
      || !asf_splitter_has_bytes (self, sizeof (guid)))
    return FALSE;
  gst_adapter_copy (self->adapter, &guid, 0, sizeof (guid));
  return asf_guid_equal (&guid, &asf_guid_header);
}

void
asf_splitter_jump (AsfSplitter * self)
{
  if (self->header == NULL || self->state == ASF_SPLITTER_FAILED)
    return;
  gst_clear_buffer (&self->whole);
  self->is_drained = self->is_ended = FALSE;
  self->pts = self->dts = GST_CLOCK_TIME_NONE;
  self->to_swallow = 0;
  if (!is_header_next (self))
    gst_adapter_clear (self->adapter);
  if (self->state == ASF_SPLITTER_CHUNKS)
    return;
  self->packets_left = ASF_UNKNOWN_COUNT;
  self->state = ASF_SPLITTER_BARE_PACKETS;
}

void
asf_splitter_free (AsfSplitter * self)
{
  if (self == NULL)
    return;
  asf_splitter_reset (self);
  g_object_unref (self->adapter);
  g_free (self);
}

const AsfHeaderInfo *
asf_splitter_get_header (AsfSplitter * self)
{
  return self->header != NULL ? &self->info : NULL;
}

guint64
asf_splitter_get_swallowed (AsfSplitter * self)
{
  return self->swallowed;
}

guint64
asf_splitter_get_pending (AsfSplitter * self)
{
  if (self->state == ASF_SPLITTER_BARE_TRAILER
      || self->state == ASF_SPLITTER_SWALLOW)
    return 0;
  return gst_adapter_available (self->adapter)
      + (self->pieces != NULL ? gst_adapter_available (self->pieces) : 0)
      + (self->whole != NULL ? self->info.packet_size : 0);
}

gboolean
asf_splitter_has_bytes (AsfSplitter * self, gsize size)
{
  return gst_adapter_available (self->adapter) >= size;
}

static void
keep_times (AsfSplitter * self, GstClockTime pts, GstClockTime dts)
{
  if (GST_CLOCK_TIME_IS_VALID (pts))
    self->pts = pts;
  if (GST_CLOCK_TIME_IS_VALID (dts))
    self->dts = dts;
}

void
asf_splitter_note_times (AsfSplitter * self, AsfUnit * unit)
{
  keep_times (self, gst_adapter_prev_pts (self->adapter, NULL),
      gst_adapter_prev_dts (self->adapter, NULL));
  unit->pts = self->pts;
  unit->dts = self->dts;
}

AsfSplitterStep
asf_splitter_swallow (AsfSplitter * self, guint64 size)
{
  self->to_swallow += size;
  return ASF_STEP_AGAIN;
}

AsfSplitterStep
asf_splitter_end_stream (AsfSplitter * self, AsfUnit * unit, guint32 reason)
{
  unit->kind = ASF_UNIT_END;
  unit->buffer = NULL;
  unit->reason = reason;
  self->is_ended = TRUE;
  return ASF_STEP_UNIT;
}

static gboolean
is_repeated (AsfSplitter * self, const GstMapInfo * map)
{
  return self->header != NULL && !self->is_ended
      && gst_buffer_get_size (self->header) == map->size
      && gst_buffer_memcmp (self->header, 0, map->data, map->size) == 0;
}

AsfSplitterStep
asf_splitter_accept_header (AsfSplitter * self, GstBuffer * buffer,
    AsfUnit * unit)
{
  GstMapInfo map;
  gboolean is_usable, repeated;

  if (!asf_buffer_map (buffer, &map)) {
    gst_buffer_unref (buffer);
    return asf_splitter_fail (self, "the header cannot be read");
  }
  repeated = is_repeated (self, &map);
  is_usable = asf_header_read (map.data, map.size, &self->info, &self->error);
  gst_buffer_unmap (buffer, &map);
  self->packets_left = asf_header_count_packets (&self->info);
  if (!is_usable || repeated) {
    self->swallowed += repeated ? gst_buffer_get_size (buffer) : 0;
    gst_buffer_unref (buffer);
    return is_usable ? ASF_STEP_AGAIN : asf_splitter_fail (self, "no header");
  }
  gst_buffer_replace (&self->header, buffer);
  self->is_ended = FALSE;
  unit->kind = ASF_UNIT_HEADER;
  unit->buffer = buffer;
  return ASF_STEP_UNIT;
}

gsize
asf_splitter_measure_header (AsfSplitter * self, GstAdapter * adapter)
{
  guint8 peek[ASF_HEADER_HEAD_SIZE];
  guint64 total;

  if (gst_adapter_available (adapter) < sizeof (peek))
    return 0;
  gst_adapter_copy (adapter, peek, 0, sizeof (peek));
  if (!asf_header_measure (peek, sizeof (peek), &total, &self->error))
    return 0;
  return total;
}

static AsfSplitterStep
step_start (AsfSplitter * self)
{
  guint8 first;

  if (!asf_splitter_has_bytes (self, 1))
    return ASF_STEP_NEED_MORE;
  gst_adapter_copy (self->adapter, &first, 0, 1);
  if ((first & ~ASF_FRAME_B_FLAG) == '$')
    self->state = ASF_SPLITTER_CHUNKS;
  else if (first == asf_guid_header.bytes[0])
    self->state = ASF_SPLITTER_BARE_HEADER;
  else
    return asf_splitter_fail (self, "neither an ASF header nor a framed one");
  return ASF_STEP_AGAIN;
}

static AsfSplitterStep
step_bare_header (AsfSplitter * self, AsfUnit * unit)
{
  gsize total = asf_splitter_measure_header (self, self->adapter);

  if (self->error != NULL)
    return asf_splitter_fail (self, "no header");
  if (total == 0 || !asf_splitter_has_bytes (self, total))
    return ASF_STEP_NEED_MORE;
  asf_splitter_note_times (self, unit);
  self->state = ASF_SPLITTER_BARE_PACKETS;
  return asf_splitter_accept_header (self,
      gst_adapter_take_buffer (self->adapter, total), unit);
}

static gboolean
is_whole_packet (AsfSplitter * self, GstBuffer * buffer)
{
  guint8 first;

  return gst_buffer_get_size (buffer) == self->info.packet_size
      && gst_buffer_extract (buffer, 0, &first, 1) == 1
      && !asf_guid_may_begin_with (first);
}

void
asf_splitter_push (AsfSplitter * self, GstBuffer * buffer)
{
  buffer = asf_buffer_take_readable (buffer);
  if (buffer == NULL) {
    asf_splitter_fail (self, "a buffer's memory cannot be read");
  } else if (self->is_drained && self->whole == NULL
      && is_whole_packet (self, buffer)) {
    self->whole = buffer;
  } else {
    if (self->whole != NULL)
      gst_adapter_push (self->adapter, g_steal_pointer (&self->whole));
    self->is_drained = FALSE;
    gst_adapter_push (self->adapter, buffer);
  }
}

/* Looks for an object where a packet is expected. */
static AsfSplitterStep
check_object (AsfSplitter * self, AsfUnit * unit)
{
  AsfGuid guid;
  guint8 first;

  if (!asf_splitter_has_bytes (self, 1))
    return ASF_STEP_NEED_MORE;
  gst_adapter_copy (self->adapter, &first, 0, 1);
  if (!asf_guid_may_begin_with (first))
    return ASF_STEP_AGAIN;
  if (!asf_splitter_has_bytes (self, sizeof (guid)))
    return ASF_STEP_NEED_MORE;
  gst_adapter_copy (self->adapter, &guid, 0, sizeof (guid));
  if (asf_guid_equal (&guid, &asf_guid_header)) {
    self->state = ASF_SPLITTER_BARE_HEADER;
  } else if (asf_guid_is_index (&guid)) {
    self->state = ASF_SPLITTER_BARE_TRAILER;
    return asf_splitter_end_stream (self, unit, 0);
  }
  return ASF_STEP_AGAIN;
}

static AsfSplitterStep
step_bare_packet (AsfSplitter * self, AsfUnit * unit)
{
  AsfSplitterStep step;

  if (self->packets_left == 0) {
    self->state = ASF_SPLITTER_BARE_TRAILER;
    return asf_splitter_end_stream (self, unit, 0);
  }
  step = check_object (self, unit);
  if (step != ASF_STEP_AGAIN || self->state != ASF_SPLITTER_BARE_PACKETS)
    return step;
  if (!asf_splitter_has_bytes (self, self->info.packet_size))
    return ASF_STEP_NEED_MORE;

  asf_splitter_note_times (self, unit);
  unit->kind = ASF_UNIT_PACKET;
  unit->buffer =
      gst_adapter_take_buffer (self->adapter, self->info.packet_size);
  if (self->packets_left != ASF_UNKNOWN_COUNT)
    self->packets_left--;
  return ASF_STEP_UNIT;
}

/* Behind the Data Object: another stream, indexes, or nothing of use. */
static AsfSplitterStep
step_bare_trailer (AsfSplitter * self)
{
  guint8 head[ASF_OBJECT_HEAD_SIZE];
  AsfGuid guid;
  guint64 size;

  if (!asf_splitter_has_bytes (self, sizeof (head)))
    return ASF_STEP_NEED_MORE;
  gst_adapter_copy (self->adapter, head, 0, sizeof (head));
  memcpy (&guid, head, sizeof (guid));
  size = GST_READ_UINT64_LE (head + ASF_GUID_SIZE);
  if (asf_guid_equal (&guid, &asf_guid_header)) {
    self->state = ASF_SPLITTER_BARE_HEADER;
    return ASF_STEP_AGAIN;
  }
  if (asf_guid_is_index (&guid) && size >= sizeof (head))
    return asf_splitter_swallow (self, size);
  self->state = ASF_SPLITTER_SWALLOW;
  return ASF_STEP_AGAIN;
}

static AsfSplitterStep
step_swallow (AsfSplitter * self)
{
  gsize size = gst_adapter_available (self->adapter);

  return size == 0 ? ASF_STEP_NEED_MORE : asf_splitter_swallow (self, size);
}

static AsfSplitterStep
step_splitter (AsfSplitter * self, AsfUnit * unit)
{
  switch (self->state) {
    case ASF_SPLITTER_START:
      return step_start (self);
    case ASF_SPLITTER_BARE_HEADER:
      return step_bare_header (self, unit);
    case ASF_SPLITTER_BARE_PACKETS:
      return step_bare_packet (self, unit);
    case ASF_SPLITTER_BARE_TRAILER:
      return step_bare_trailer (self);
    case ASF_SPLITTER_SWALLOW:
      return step_swallow (self);
    case ASF_SPLITTER_CHUNKS:
      return asf_splitter_step_chunk (self, unit);
    case ASF_SPLITTER_FAILED:
      break;
  }
  return ASF_STEP_FAILED;
}

/* Returns: whether nothing is left that has to be swallowed. */
static gboolean
swallow_pending (AsfSplitter * self)
{
  gsize size = MIN (self->to_swallow, gst_adapter_available (self->adapter));

  gst_adapter_flush (self->adapter, size);
  self->to_swallow -= size;
  self->swallowed += size;
  return self->to_swallow == 0;
}

static gboolean
pop_whole (AsfSplitter * self, AsfUnit * unit)
{
  GstBuffer *buffer = g_steal_pointer (&self->whole);

  keep_times (self, GST_BUFFER_PTS (buffer), GST_BUFFER_DTS (buffer));
  *unit = (AsfUnit) {
  .kind = ASF_UNIT_PACKET,.buffer = buffer,.pts = self->pts,.dts = self->dts};
  if (self->packets_left != ASF_UNKNOWN_COUNT)
    self->packets_left--;
  self->is_drained = self->packets_left > 0;
  return TRUE;
}

/* From here on buffers that are packets need no adapter.  It forgets the times
 * that it knows, since it will not see later ones. */
static void
note_drained (AsfSplitter * self)
{
  self->is_drained = self->state == ASF_SPLITTER_BARE_PACKETS
      && gst_adapter_available (self->adapter) == 0;
  if (self->is_drained) {
    keep_times (self, gst_adapter_prev_pts (self->adapter, NULL),
        gst_adapter_prev_dts (self->adapter, NULL));
    gst_adapter_clear (self->adapter);
  }
}

gboolean
asf_splitter_pop (AsfSplitter * self, AsfUnit * unit, GError ** error)
{
  AsfSplitterStep step = ASF_STEP_AGAIN;

  memset (unit, 0, sizeof (*unit));
  unit->pts = unit->dts = GST_CLOCK_TIME_NONE;
  if (self->whole != NULL)
    return pop_whole (self, unit);
  if (self->is_drained && self->error == NULL)
    return FALSE;
  while (step == ASF_STEP_AGAIN)
    step = swallow_pending (self) ? step_splitter (self, unit)
        : ASF_STEP_NEED_MORE;
  if (step == ASF_STEP_NEED_MORE)
    note_drained (self);
  if (step == ASF_STEP_FAILED) {
    gst_adapter_clear (self->adapter);
    if (error != NULL)
      *error = g_error_copy (self->error);
  }
  return step == ASF_STEP_UNIT;
}
