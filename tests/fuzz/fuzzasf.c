/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The ASF reader: a file's first bytes, then packets of the size that it
 * says. */
#include <string.h>

#include "asf/asfpacket.h"
#include "fuzz.h"

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
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  AsfHeaderInfo header;
  guint64 total;

  if (size >= ASF_HEADER_PEEK_SIZE)
    asf_header_measure (data, size, &total, NULL);
  if (!asf_header_read (data, size, &header, NULL))
    return 0;
  asf_header_count_packets (&header);
  asf_header_find_stream (&header, size & 127);
  if (header.header_size + ASF_DATA_HEAD_SIZE > size)
    g_error ("a header that is longer than its bytes");
  data += header.header_size + ASF_DATA_HEAD_SIZE;
  size -= header.header_size + ASF_DATA_HEAD_SIZE;
  while (size > 0) {
    gsize n = MIN (size, header.packet_size);

    read_packet (&header, data, n);
    data += n;
    size -= n;
  }
  return 0;
}
