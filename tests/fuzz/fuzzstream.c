/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzzstream.h"

#include <string.h>

#include "testasf.h"
#include "wmspush/wmsframe.h"

#define MAX_BYTES 20000
#define MAX_FAULTS 4
/* Of what test_asf_packet() makes, without the object. */
#define PACKET_HEAD_SIZE 30
/* Of an MMS data packet header ([MS-WMSP] 2.2.3.1.2). */
#define MMS_HEAD_SIZE 8

/* Of packets; mostly the same. */
static const guint sizes[] = { 400, 400, 400, 200, 1500, 8000, 64, 65535 };

struct _FuzzStream
{
  GByteArray *bytes;
  gsize at;                     /* bytes before it have been taken */
  GArray *ends;                 /* of gsize: where items end */
  guint item;
};

FuzzStream *
fuzz_stream_new (void)
{
  FuzzStream *self = g_new0 (FuzzStream, 1);

  self->bytes = g_byte_array_new ();
  self->ends = g_array_new (FALSE, FALSE, sizeof (gsize));
  return self;
}

void
fuzz_stream_free (FuzzStream * self)
{
  g_byte_array_unref (self->bytes);
  g_array_unref (self->ends);
  g_free (self);
}

static GByteArray *
make_header (guint what)
{
  const TestHeader description = {
    .flags = (what & 8) ? 0 : ASF_FILE_BROADCAST,
    .packet_size = sizes[what % 8],
    .n_packets = (what & 8) ? what / 64 : 0,
    .streams = {&asf_guid_stream_video, (what & 16) ? &asf_guid_stream_audio
          : NULL},
    .is_last_hidden = (what & 32) != 0,
  };

  return test_asf_header (&description);
}

static GByteArray *
make_packet (guint what, guint time_ms)
{
  guint size = sizes[what % 8];

  return test_asf_packet (size, MIN (1 + what * size / 300,
          size - PACKET_HEAD_SIZE), what, (what & 8) != 0, time_ms);
}

static GByteArray *
make_bytes (FuzzInput * input)
{
  GByteArray *bytes = g_byte_array_new ();
  const guint8 *data;
  gsize n = fuzz_take_uint16 (input);

  n = fuzz_take_bytes (input, MIN (n, MAX_BYTES), &data);
  g_byte_array_append (bytes, data, n);
  return bytes;
}

static void
spoil (GByteArray * bytes, FuzzInput * input)
{
  guint n = 1 + fuzz_take_byte (input) % MAX_FAULTS;

  while (n-- > 0) {
    guint at = fuzz_take_uint16 (input);

    if (bytes->len > 0)
      bytes->data[at % bytes->len] ^= fuzz_take_byte (input);
  }
}

/* A frame of a push, or one for players. */
static void
frame (GByteArray * bytes, gboolean is_for_players, FuzzInput * input)
{
  static const gchar types[] = "HDDDECFM";
  gchar type = types[fuzz_take_byte (input) % strlen (types)];
  guint8 head[WMS_FRAME_HEAD_SIZE + MMS_HEAD_SIZE] = { 0 };
  guint size = WMS_FRAME_HEAD_SIZE + (is_for_players ? MMS_HEAD_SIZE : 0);

  wms_frame_write_head (head, (WmsFrameType) type,
      MIN (bytes->len, 60000) + size - WMS_FRAME_HEAD_SIZE);
  if (is_for_players)
    GST_WRITE_UINT16_LE (head + 10, MIN (bytes->len, 60000) + MMS_HEAD_SIZE);
  g_byte_array_prepend (bytes, head, size);
}

static GByteArray *
make_item (FuzzInput * input)
{
  guint kind = fuzz_take_byte (input);
  GByteArray *bytes;

  switch (kind % 8) {
    case 0:
    case 1:
      bytes = make_header (fuzz_take_byte (input));
      break;
    case 2:
      bytes = make_bytes (input);
      break;
    default:
      bytes = make_packet (fuzz_take_byte (input), fuzz_take_uint16 (input));
      break;
  }
  if (kind & 8)
    spoil (bytes, input);
  if ((kind & 0x30) == 0x10 || (kind & 0x30) == 0x20)
    frame (bytes, (kind & 0x20) != 0, input);
  return bytes;
}

GByteArray *
fuzz_stream_make_frame (FuzzInput * input)
{
  GByteArray *bytes = make_item (input);

  frame (bytes, FALSE, input);
  return bytes;
}

void
fuzz_stream_add (FuzzStream * self, FuzzInput * input)
{
  GByteArray *item = make_item (input);
  gsize end;

  g_byte_array_append (self->bytes, item->data, item->len);
  end = self->bytes->len;
  g_array_append_val (self->ends, end);
  g_byte_array_unref (item);
}

gboolean
fuzz_stream_is_empty (FuzzStream * self)
{
  return self->at == self->bytes->len;
}

GstBuffer *
fuzz_stream_take (FuzzStream * self, gsize max)
{
  gsize n = MIN (max, self->bytes->len - self->at);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, n, NULL);

  if (n > 0)
    gst_buffer_fill (buffer, 0, self->bytes->data + self->at, n);
  self->at += n;
  return buffer;
}

GstBuffer *
fuzz_stream_take_item (FuzzStream * self)
{
  while (self->item < self->ends->len
      && g_array_index (self->ends, gsize, self->item) <= self->at)
    self->item++;
  if (self->item == self->ends->len)
    return fuzz_stream_take (self, 0);
  return fuzz_stream_take (self, g_array_index (self->ends, gsize, self->item)
      - self->at);
}
