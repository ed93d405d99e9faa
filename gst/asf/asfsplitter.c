/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfsplitter.h"

#include <string.h>

#include <gst/base/gstadapter.h>
#include <gst/gstutils.h>

#include "asf/asfmap.h"
#include "asf/asfpacket.h"

/* Framing header, and the MMS data packet header that [MS-WMSP] 2.2.3.1.2 puts
 * behind it:
 *
 *   '$' | type | length (2) | LocationId (4) | Incarnation | AFFlags | size (2)
 */
#define CHUNK_HEAD_SIZE 4
#define MMS_HEAD_SIZE 8
#define MMS_AF_FLAGS 9
#define AF_FIRST_PIECE 0x04
#define FRAME_B_FLAG 0x80
#define CHANGE_REASON_SIZE 4

typedef enum
{
  STATE_START,
  STATE_BARE_HEADER,
  STATE_BARE_PACKETS,
  STATE_BARE_TRAILER,
  STATE_SWALLOW,
  STATE_CHUNKS,
  STATE_FAILED,
} State;

typedef enum
{
  FRAMING_UNKNOWN,
  FRAMING_MMS,
  FRAMING_PUSH,
} Framing;

typedef enum
{
  STEP_AGAIN,
  STEP_UNIT,
  STEP_NEED_MORE,
  STEP_FAILED,
} Step;

struct _AsfSplitter
{
  /* a packet that was pushed as one buffer, which keeps off the adapter; and
   * whether there is nothing to pop before another push */
  GstBuffer *whole;
  gboolean is_drained;
  /* of the last buffer that had them, up to the last unit's */
  GstClockTime pts, dts;
  GstAdapter *adapter;
  State state;
  GError *error;
  guint64 to_swallow, swallowed;

  /* the last header; NULL and meaningless before the first */
  GstBuffer *header;
  AsfHeaderInfo info;
  gboolean is_ended;

  guint64 packets_left;         /* bare */
  Framing framing;              /* chunks */
  GstAdapter *pieces;           /* a header in several $H; NULL before */
};

static Step
fail (AsfSplitter * self, const gchar * what)
{
  if (self->error == NULL)
    self->error = g_error_new_literal (ASF_ERROR, ASF_ERROR_INVALID, what);
  self->state = STATE_FAILED;
  self->to_swallow = 0;
  return STEP_FAILED;
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
  self->state = STATE_START;
  self->framing = FRAMING_UNKNOWN;
  self->to_swallow = 0;
  self->swallowed = 0;
  self->is_ended = FALSE;
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
  if (self->state == STATE_BARE_TRAILER || self->state == STATE_SWALLOW)
    return 0;
  return gst_adapter_available (self->adapter)
      + (self->pieces != NULL ? gst_adapter_available (self->pieces) : 0)
      + (self->whole != NULL ? self->info.packet_size : 0);
}

static gboolean
has_bytes (AsfSplitter * self, gsize size)
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

static void
note_times (AsfSplitter * self, AsfUnit * unit)
{
  keep_times (self, gst_adapter_prev_pts (self->adapter, NULL),
      gst_adapter_prev_dts (self->adapter, NULL));
  unit->pts = self->pts;
  unit->dts = self->dts;
}

static Step
swallow (AsfSplitter * self, guint64 size)
{
  self->to_swallow += size;
  return STEP_AGAIN;
}

static Step
end_stream (AsfSplitter * self, AsfUnit * unit, guint32 reason)
{
  unit->kind = ASF_UNIT_END;
  unit->buffer = NULL;
  unit->reason = reason;
  self->is_ended = TRUE;
  return STEP_UNIT;
}

static gboolean
is_repeated (AsfSplitter * self, const GstMapInfo * map)
{
  return self->header != NULL && !self->is_ended
      && gst_buffer_get_size (self->header) == map->size
      && gst_buffer_memcmp (self->header, 0, map->data, map->size) == 0;
}

/* Takes a complete header. */
static Step
accept_header (AsfSplitter * self, GstBuffer * buffer, AsfUnit * unit)
{
  GstMapInfo map;
  gboolean is_usable, repeated;

  if (!asf_buffer_map (buffer, &map)) {
    gst_buffer_unref (buffer);
    return fail (self, "the header cannot be read");
  }
  repeated = is_repeated (self, &map);
  is_usable = asf_header_read (map.data, map.size, &self->info, &self->error);
  gst_buffer_unmap (buffer, &map);
  self->packets_left = asf_header_count_packets (&self->info);
  if (!is_usable || repeated) {
    self->swallowed += repeated ? gst_buffer_get_size (buffer) : 0;
    gst_buffer_unref (buffer);
    return is_usable ? STEP_AGAIN : fail (self, "no header");
  }
  gst_buffer_replace (&self->header, buffer);
  self->is_ended = FALSE;
  unit->kind = ASF_UNIT_HEADER;
  unit->buffer = buffer;
  return STEP_UNIT;
}

/* Size of the header that begins in @adapter, or 0 when its first bytes are
 * not there yet or, with self->error set, are none. */
static gsize
measure_header (AsfSplitter * self, GstAdapter * adapter)
{
  guint8 peek[ASF_HEADER_PEEK_SIZE];
  guint64 total;

  if (gst_adapter_available (adapter) < sizeof (peek))
    return 0;
  gst_adapter_copy (adapter, peek, 0, sizeof (peek));
  if (!asf_header_measure (peek, sizeof (peek), &total, &self->error))
    return 0;
  return total;
}

static Step
step_start (AsfSplitter * self)
{
  guint8 first;

  if (!has_bytes (self, 1))
    return STEP_NEED_MORE;
  gst_adapter_copy (self->adapter, &first, 0, 1);
  if ((first & ~FRAME_B_FLAG) == '$')
    self->state = STATE_CHUNKS;
  else if (first == asf_guid_header.bytes[0])
    self->state = STATE_BARE_HEADER;
  else
    return fail (self, "neither an ASF header nor a framed one");
  return STEP_AGAIN;
}

static Step
step_bare_header (AsfSplitter * self, AsfUnit * unit)
{
  gsize total = measure_header (self, self->adapter);

  if (self->error != NULL)
    return fail (self, "no header");
  if (total == 0 || !has_bytes (self, total))
    return STEP_NEED_MORE;
  note_times (self, unit);
  self->state = STATE_BARE_PACKETS;
  return accept_header (self, gst_adapter_take_buffer (self->adapter, total),
      unit);
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
    fail (self, "a buffer's memory cannot be read");
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
static Step
check_object (AsfSplitter * self, AsfUnit * unit)
{
  AsfGuid guid;
  guint8 first;

  if (!has_bytes (self, 1))
    return STEP_NEED_MORE;
  gst_adapter_copy (self->adapter, &first, 0, 1);
  if (!asf_guid_may_begin_with (first))
    return STEP_AGAIN;
  if (!has_bytes (self, sizeof (guid)))
    return STEP_NEED_MORE;
  gst_adapter_copy (self->adapter, &guid, 0, sizeof (guid));
  if (asf_guid_equal (&guid, &asf_guid_header)) {
    self->state = STATE_BARE_HEADER;
  } else if (asf_guid_is_index (&guid)) {
    self->state = STATE_BARE_TRAILER;
    return end_stream (self, unit, 0);
  }
  return STEP_AGAIN;
}

static Step
step_bare_packet (AsfSplitter * self, AsfUnit * unit)
{
  Step step;

  if (self->packets_left == 0) {
    self->state = STATE_BARE_TRAILER;
    return end_stream (self, unit, 0);
  }
  step = check_object (self, unit);
  if (step != STEP_AGAIN || self->state != STATE_BARE_PACKETS)
    return step;
  if (!has_bytes (self, self->info.packet_size))
    return STEP_NEED_MORE;

  note_times (self, unit);
  unit->kind = ASF_UNIT_PACKET;
  unit->buffer =
      gst_adapter_take_buffer (self->adapter, self->info.packet_size);
  if (self->packets_left != ASF_UNKNOWN_COUNT)
    self->packets_left--;
  return STEP_UNIT;
}

/* Behind the Data Object: another stream, indexes, or nothing of use. */
static Step
step_bare_trailer (AsfSplitter * self)
{
  guint8 head[ASF_OBJECT_HEAD_SIZE];
  AsfGuid guid;
  guint64 size;

  if (!has_bytes (self, sizeof (head)))
    return STEP_NEED_MORE;
  gst_adapter_copy (self->adapter, head, 0, sizeof (head));
  memcpy (&guid, head, sizeof (guid));
  size = GST_READ_UINT64_LE (head + ASF_GUID_SIZE);
  if (asf_guid_equal (&guid, &asf_guid_header)) {
    self->state = STATE_BARE_HEADER;
    return STEP_AGAIN;
  }
  if (asf_guid_is_index (&guid) && size >= sizeof (head))
    return swallow (self, size);
  self->state = STATE_SWALLOW;
  return STEP_AGAIN;
}

static Step
step_swallow (AsfSplitter * self)
{
  gsize size = gst_adapter_available (self->adapter);

  return size == 0 ? STEP_NEED_MORE : swallow (self, size);
}

/* The next @size bytes are a header or a piece of one. */
static Step
take_piece (AsfSplitter * self, gsize size, AsfUnit * unit)
{
  gsize total;

  if (size == 0)
    return STEP_AGAIN;
  note_times (self, unit);
  if (self->pieces == NULL)
    self->pieces = gst_adapter_new ();
  gst_adapter_push (self->pieces,
      gst_adapter_take_buffer (self->adapter, size));
  total = measure_header (self, self->pieces);
  if (self->error != NULL)
    return fail (self, "no header");
  if (total == 0 || gst_adapter_available (self->pieces) < total)
    return STEP_AGAIN;
  if (gst_adapter_available (self->pieces) > total)
    return fail (self, "more than a header in $H");
  return accept_header (self, gst_adapter_take_buffer (self->pieces, total),
      unit);
}

static Step
take_header_chunk (AsfSplitter * self, gsize length, AsfUnit * unit)
{
  guint8 peek[CHUNK_HEAD_SIZE + MMS_HEAD_SIZE];
  gsize head_size;
  AsfGuid guid;

  if (length < sizeof (guid) && self->framing == FRAMING_UNKNOWN)
    return fail (self, "$H without a header");
  if (self->framing == FRAMING_UNKNOWN) {
    gst_adapter_copy (self->adapter, &guid, CHUNK_HEAD_SIZE, sizeof (guid));
    self->framing = asf_guid_equal (&guid, &asf_guid_header)
        ? FRAMING_PUSH : FRAMING_MMS;
  }
  head_size = self->framing == FRAMING_MMS ? MMS_HEAD_SIZE : 0;
  if (length < head_size)
    return fail (self, "$H shorter than its own head");
  gst_adapter_copy (self->adapter, peek, 0, CHUNK_HEAD_SIZE + head_size);
  if (head_size == 0 || (peek[MMS_AF_FLAGS] & AF_FIRST_PIECE))
    g_clear_object (&self->pieces);
  gst_adapter_flush (self->adapter, CHUNK_HEAD_SIZE + head_size);
  return take_piece (self, length - head_size, unit);
}

static GstBuffer *
restore_packet (AsfSplitter * self, GstBuffer * cut)
{
  guint8 *whole = g_malloc (self->info.packet_size);
  gboolean restored = FALSE;
  GstMapInfo map;

  if (asf_buffer_map (cut, &map)) {
    restored = asf_packet_restore_padding (map.data, map.size,
        self->info.packet_size, whole, &self->error);
    gst_buffer_unmap (cut, &map);
  }
  gst_buffer_unref (cut);
  if (restored)
    return gst_buffer_new_wrapped (whole, self->info.packet_size);
  g_free (whole);
  return NULL;
}

static Step
take_data_chunk (AsfSplitter * self, gsize length, AsfUnit * unit)
{
  gsize head_size = self->framing == FRAMING_MMS ? MMS_HEAD_SIZE : 0;
  gsize size = length - head_size;

  if (self->header == NULL)
    return fail (self, "$D before $H");
  if (length <= head_size || size > self->info.packet_size)
    return fail (self, "$D is empty or larger than the packet size");
  gst_adapter_flush (self->adapter, CHUNK_HEAD_SIZE + head_size);
  note_times (self, unit);
  unit->kind = ASF_UNIT_PACKET;
  unit->buffer = gst_adapter_take_buffer (self->adapter, size);
  if (size < self->info.packet_size)
    unit->buffer = restore_packet (self, unit->buffer);
  return unit->buffer != NULL ? STEP_UNIT : fail (self, "broken packet");
}

static Step
take_end_chunk (AsfSplitter * self, gsize length, AsfUnit * unit)
{
  guint8 reason[4] = { 0, };

  /* [MS-WMSP] 2.2.3.4; libav writes an MMS head there instead */
  if (length == sizeof (reason))
    gst_adapter_copy (self->adapter, reason, CHUNK_HEAD_SIZE, length);
  note_times (self, unit);
  gst_adapter_flush (self->adapter, CHUNK_HEAD_SIZE + length);
  return end_stream (self, unit, GST_READ_UINT32_LE (reason));
}

/* $C has a header in a push only ([MS-WMHTTP] 2.2.3.2, [MS-WMSP] 2.2.3.2). */
static Step
take_change_chunk (AsfSplitter * self, gsize length, AsfUnit * unit)
{
  if (self->framing != FRAMING_PUSH || length < CHANGE_REASON_SIZE)
    return swallow (self, CHUNK_HEAD_SIZE + length);
  g_clear_object (&self->pieces);
  gst_adapter_flush (self->adapter, CHUNK_HEAD_SIZE + CHANGE_REASON_SIZE);
  return take_piece (self, length - CHANGE_REASON_SIZE, unit);
}

static Step
step_chunk (AsfSplitter * self, AsfUnit * unit)
{
  guint8 head[CHUNK_HEAD_SIZE];
  gsize length;

  if (!has_bytes (self, sizeof (head)))
    return STEP_NEED_MORE;
  gst_adapter_copy (self->adapter, head, 0, sizeof (head));
  if ((head[0] & ~FRAME_B_FLAG) != '$' || !g_ascii_isupper (head[1]))
    return fail (self, "no chunk where one should begin");
  length = GST_READ_UINT16_LE (head + 2);
  if (!has_bytes (self, sizeof (head) + length))
    return STEP_NEED_MORE;
  switch (head[1]) {
    case 'H':
      return take_header_chunk (self, length, unit);
    case 'D':
      return take_data_chunk (self, length, unit);
    case 'E':
      return take_end_chunk (self, length, unit);
    case 'C':
      return take_change_chunk (self, length, unit);
    default:
      return swallow (self, sizeof (head) + length);
  }
}

static Step
step_splitter (AsfSplitter * self, AsfUnit * unit)
{
  switch (self->state) {
    case STATE_START:
      return step_start (self);
    case STATE_BARE_HEADER:
      return step_bare_header (self, unit);
    case STATE_BARE_PACKETS:
      return step_bare_packet (self, unit);
    case STATE_BARE_TRAILER:
      return step_bare_trailer (self);
    case STATE_SWALLOW:
      return step_swallow (self);
    case STATE_CHUNKS:
      return step_chunk (self, unit);
    case STATE_FAILED:
      break;
  }
  return STEP_FAILED;
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
  self->is_drained = self->state == STATE_BARE_PACKETS
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
  Step step = STEP_AGAIN;

  memset (unit, 0, sizeof (*unit));
  unit->pts = unit->dts = GST_CLOCK_TIME_NONE;
  if (self->whole != NULL)
    return pop_whole (self, unit);
  if (self->is_drained && self->error == NULL)
    return FALSE;
  while (step == STEP_AGAIN)
    step = swallow_pending (self) ? step_splitter (self, unit)
        : STEP_NEED_MORE;
  if (step == STEP_NEED_MORE)
    note_drained (self);
  if (step == STEP_FAILED) {
    gst_adapter_clear (self->adapter);
    if (error != NULL)
      *error = g_error_copy (self->error);
  }
  return step == STEP_UNIT;
}
