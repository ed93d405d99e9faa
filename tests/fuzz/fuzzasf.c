/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The ASF reader: a file's first bytes, then packets of the size that it says.
 * What does not begin as a header is a media object of Windows Media Audio, whose
 * length is read from its bits. */
#include <string.h>

#include "asf/asffinder.h"
#include "asf/asfpacket.h"
#include "asf/asfwma.h"
#include "fuzz.h"

/* Bytes in which packets are looked for. */
#define MAX_SEARCH 4096

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_be_quiet ();
  return 0;
}

static void
read_payloads (const AsfPacketInfo * packet, const guint8 * data, gsize size)
{
  AsfPayloadIter iter;
  AsfPayload payload;

  asf_payload_iter_init (&iter, packet, data);
  while (asf_payload_next (&iter, &payload, NULL)) {
    if (payload.size > 0
        && (payload.data < data || payload.data + payload.size > data + size))
      g_error ("a payload lies outside its packet");
  }
}

/* What goes over the network without padding can be filled up again. */
static void
send_packet (const AsfPacketInfo * packet, const guint8 * data, gsize size)
{
  AsfPacketCut cut;
  guint8 *sent, *back;

  if (!asf_packet_cut_padding (packet, data, &cut))
    return;
  sent = g_malloc (cut.head_size + cut.body_size);
  back = g_malloc (size);
  memcpy (sent, cut.head, cut.head_size);
  memcpy (sent + cut.head_size, data + cut.body_offset, cut.body_size);
  if (!asf_packet_restore_padding (sent, cut.head_size + cut.body_size, size,
          back, NULL))
    g_error ("what was cut cannot be put back");
  g_free (back);
  g_free (sent);
}

/* Payloads may be left out; what is left is a packet. */
static void
keep_some (const AsfPacketInfo * packet, const guint8 * data, gsize size)
{
  guint8 *out = g_malloc (size);
  guint64 keep = size > 8 ? data[7] | data[8] << 8 : 1;
  AsfPacketInfo kept;

  if (asf_packet_keep (packet, data, keep, out)
      && !asf_packet_read (out, size, &kept, NULL))
    g_error ("what is left of a packet is none");
  g_free (out);
}

static void
read_packet (const AsfHeaderInfo * header, const guint8 * data, gsize size)
{
  AsfPacketInfo packet;
  guint8 *out = g_malloc (header->packet_size);

  asf_packet_restore_padding (data, size, header->packet_size, out, NULL);
  g_free (out);
  if (!asf_packet_read (data, size, &packet, NULL))
    return;
  read_payloads (&packet, data, size);
  asf_packet_starts_key_frame (&packet, data, header);
  send_packet (&packet, data, size);
  keep_some (&packet, data, size);
}

/* A place that is found is one. */
static void
find_places (const guint8 * data, gsize size, guint32 packet_size)
{
  const AsfPacketLook look = { packet_size, -1, -1 };
  gsize place;
  AsfThing thing;

  if (asf_find_header (data, size) > size)
    g_error ("a header behind the end");
  if (asf_find_place (data, size, &look, FALSE, &place)) {
    thing = asf_identify (data + place, size - place, packet_size);
    if (place > size || thing == ASF_THING_NONE || thing == ASF_THING_UNSEEN)
      g_error ("a place where nothing is");
  } else if (place > size) {
    g_error ("a place behind the end");
  }
}

static void
read_sound (FuzzInput input)
{
  static const guint16 tags[] = { 0x000a, 0x0161, 0x0162, 0x0163 };
  AsfWaveFormat wave = {
    .format_tag = tags[fuzz_take_byte (&input) % G_N_ELEMENTS (tags)],
    .channels = 1 + fuzz_take_byte (&input) % 8,
    .rate = 1 + fuzz_take_uint16 (&input) * 2,
    .bytes_per_second = 1 + fuzz_take_uint16 (&input),
    .block_align = 1 + fuzz_take_uint16 (&input),
    .bits_per_sample = fuzz_take_byte (&input),
  };
  const guint8 *data;
  gsize size = fuzz_take_bytes (&input, fuzz_take_byte (&input) % 32, &data);
  GBytes *codec_data = g_bytes_new (data, size);

  asf_wma_count_samples (&wave, codec_data, input.data, input.size);
  g_bytes_unref (codec_data);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  const FuzzInput input = { data, size };
  AsfHeaderInfo header;
  guint64 total;

  if (size > 0 && data[0] != asf_guid_header.bytes[0])
    read_sound (input);

  if (size >= ASF_HEADER_HEAD_SIZE)
    asf_header_measure (data, size, &total, NULL);
  if (!asf_header_read (data, size, &header, NULL))
    return 0;
  asf_header_count_packets (&header);
  asf_header_find_stream (&header, size & 127);
  if (header.header_size + ASF_DATA_HEAD_SIZE > size)
    g_error ("a header that is longer than its bytes");
  data += header.header_size + ASF_DATA_HEAD_SIZE;
  size -= header.header_size + ASF_DATA_HEAD_SIZE;
  find_places (data, MIN (size, MAX_SEARCH), header.packet_size);
  while (size > 0) {
    gsize n = MIN (size, header.packet_size);

    read_packet (&header, data, n);
    data += n;
    size -= n;
  }
  return 0;
}
