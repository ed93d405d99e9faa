/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubframes.h"

#include <gst/gstutils.h>

#include "asf/asfpacket.h"

enum
{
  LEGAL_HEADER = 1 << 0,
  LEGAL_DATA = 1 << 1,
  LEGAL_END = 1 << 2,
  LEGAL_CHANGE = 1 << 3,
  LEGAL_FILLER = 1 << 4,
};

void
pub_frames_init (PubFrames * self, PubStream * stream)
{
  memset (self, 0, sizeof (*self));
  self->stream = stream;
  self->legal = LEGAL_HEADER;
}

static guint
legal_bit (WmsFrameType type)
{
  switch (type) {
    case WMS_FRAME_HEADER:
      return LEGAL_HEADER;
    case WMS_FRAME_DATA:
      return LEGAL_DATA;
    case WMS_FRAME_END:
      return LEGAL_END;
    case WMS_FRAME_CHANGE:
      return LEGAL_CHANGE;
    case WMS_FRAME_FILLER:
      return LEGAL_FILLER;
  }
  return 0;
}

const gchar *
pub_frames_check_head (PubFrames * self, WmsFrameType type, gsize length,
    guint64 left)
{
  if (!(self->legal & legal_bit (type)))
    return "packet types in a forbidden order";
  if (length > left)
    return "a packet goes beyond the end of the body";
  switch (type) {
    case WMS_FRAME_HEADER:
      return length > WMS_FRAME_MAX_HEADER ? "$H is too large" : NULL;
    case WMS_FRAME_DATA:
      return length > pub_stream_get_info (self->stream)->packet_size
          ? "$D is larger than a packet" : NULL;
    case WMS_FRAME_END:
      return length != 4 ? "$E is not a Reason" : NULL;
    case WMS_FRAME_CHANGE:
      return length < 4 || length > 4 + WMS_FRAME_MAX_CHANGE
          ? "$C is too small or too large" : NULL;
    case WMS_FRAME_FILLER:
      return length > WMS_FRAME_MAX_FILLER ? "$F is too large" : NULL;
  }
  return NULL;
}

gboolean
pub_frames_is_alive (WmsFrameType type)
{
  return type != WMS_FRAME_FILLER && type != WMS_FRAME_END;
}

/* A fault that the format layer has found. */
static PubFramesResult
broken (const gchar * what, GError * error, gchar ** why)
{
  *why = g_strdup_printf ("%s: %s", what, error->message);
  g_error_free (error);
  return PUB_FRAMES_BROKEN;
}

static PubFramesResult
take_header (PubFrames * self, const guint8 * data, gsize size, gchar ** why)
{
  GError *error = NULL;
  AsfHeaderInfo info;
  GBytes *header;

  if (!asf_header_read (data, size, &info, &error))
    return broken ("a header that cannot be used", error, why);
  if (size != info.header_size + ASF_DATA_HEAD_SIZE) {
    *why = g_strdup ("more than a header in $H or $C");
    return PUB_FRAMES_BROKEN;
  }
  header = g_bytes_new (data, size);
  self->headers++;
  self->work += size;
  self->legal = LEGAL_DATA | LEGAL_END | LEGAL_FILLER;
  pub_stream_set_header (self->stream, header, &info);
  g_bytes_unref (header);
  return PUB_FRAMES_GO_ON;
}

/* 2.2.3.3: one complete data packet.  What is in it goes to players that may
 * trust it: the one copy of its bytes, with its padding put back. */
static PubFramesResult
take_data (PubFrames * self, const guint8 * data, gsize size, gchar ** why)
{
  guint packet_size = pub_stream_get_info (self->stream)->packet_size;
  guint8 *packet = g_malloc (packet_size);
  GError *error = NULL;
  GBytes *bytes;

  self->work += packet_size;
  if (!asf_packet_restore_padding (data, size, packet_size, packet, &error)
      || !asf_packet_check (packet, packet_size, &error)) {
    g_free (packet);
    return broken ("a broken packet in $D", error, why);
  }
  bytes = g_bytes_new_take (packet, packet_size);
  self->packets++;
  self->legal = LEGAL_DATA | LEGAL_END | LEGAL_FILLER;
  pub_stream_add_packet (self->stream, bytes);
  g_bytes_unref (bytes);
  return PUB_FRAMES_GO_ON;
}

/* 3.2.5.5: S_FALSE announces a $C, everything else is the end. */
static PubFramesResult
take_end (PubFrames * self, const guint8 * data)
{
  self->reason = GST_READ_UINT32_LE (data);
  if (self->reason != WMS_END_HEADER_FOLLOWS)
    return PUB_FRAMES_END;
  self->legal = LEGAL_CHANGE | LEGAL_END | LEGAL_FILLER;
  return PUB_FRAMES_GO_ON;
}

static PubFramesResult
take_change (PubFrames * self, const guint8 * data, gsize size, gchar ** why)
{
  if (GST_READ_UINT32_LE (data) == 0)
    return take_header (self, data + 4, size - 4, why);
  *why = g_strdup ("$C with another Reason than 0");
  return PUB_FRAMES_BROKEN;
}

PubFramesResult
pub_frames_take (PubFrames * self, WmsFrameType type, const guint8 * data,
    gsize size, gchar ** why)
{
  self->work += WMS_FRAME_HEAD_SIZE;
  switch (type) {
    case WMS_FRAME_HEADER:
      return take_header (self, data, size, why);
    case WMS_FRAME_DATA:
      return take_data (self, data, size, why);
    case WMS_FRAME_END:
      return take_end (self, data);
    case WMS_FRAME_CHANGE:
      return take_change (self, data, size, why);
    case WMS_FRAME_FILLER:
      self->fillers++;
      self->work += size;
      self->legal = LEGAL_CHANGE | LEGAL_DATA | LEGAL_END | LEGAL_FILLER;
      return PUB_FRAMES_GO_ON;
  }
  return PUB_FRAMES_BROKEN;
}
