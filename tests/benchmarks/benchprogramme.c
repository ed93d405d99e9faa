/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "benchprogramme.h"

#include <string.h>

#include "testasf.h"

#define PREROLL_MS 3000
#define PAYLOAD_SIZE (BENCH_PACKET_SIZE - BENCH_LABEL_OFFSET)

GByteArray *
bench_programme_header (void)
{
  const TestHeader header = { ASF_FILE_BROADCAST, BENCH_PACKET_SIZE, 0,
    {&asf_guid_stream_video}, FALSE
  };

  return test_asf_header (&header);
}

/* Single payload, no padding: sections 5.2.2 and 5.2.3.1 of the ASF
 * specification. */
static void
write_head (guint8 * packet, const BenchLabel * label)
{
  guint32 place = label->number % BENCH_KEY_DISTANCE;
  guint32 time_ms = (guint64) label->number * 1000 / BENCH_PACKET_RATE;
  guint32 objects_before = label->number / BENCH_KEY_DISTANCE
      * (BENCH_KEY_DISTANCE - BENCH_KEY_PACKETS + 1);
  guint32 object = objects_before + (label->key_count > 0 ? 0
      : place - BENCH_KEY_PACKETS + 1);
  guint32 object_ms = time_ms - label->key_index * 1000 / BENCH_PACKET_RATE;

  memcpy (packet, "\x82\0\0\0\x5d", 5);
  GST_WRITE_UINT32_LE (packet + 5, time_ms);
  GST_WRITE_UINT16_LE (packet + 9, 1000 / BENCH_PACKET_RATE);
  packet[11] = label->key_count > 0 ? 0x81 : 0x01;
  packet[12] = object;
  GST_WRITE_UINT32_LE (packet + 13, label->key_index * PAYLOAD_SIZE);
  packet[17] = 8;
  GST_WRITE_UINT32_LE (packet + 18, MAX (label->key_count, 1) * PAYLOAD_SIZE);
  GST_WRITE_UINT32_LE (packet + 22, object_ms + PREROLL_MS);
}

static void
write_label (guint8 * data, const BenchLabel * label)
{
  memcpy (data, BENCH_MARK, BENCH_MARK_SIZE);
  GST_WRITE_UINT64_LE (data + 8, label->sent_ns);
  GST_WRITE_UINT32_LE (data + 16, label->number);
  GST_WRITE_UINT16_LE (data + 20, label->programme);
  data[22] = label->key_index;
  data[23] = label->key_count;
}

void
bench_programme_packet (guint8 * packet, guint programme, guint32 number)
{
  guint place = number % BENCH_KEY_DISTANCE;
  gboolean is_key = place < BENCH_KEY_PACKETS;
  BenchLabel label = {
    .sent_ns = bench_now_ns (),.number = number,.programme = programme,
    .key_index = is_key ? place : 0,
    .key_count = is_key ? BENCH_KEY_PACKETS : 0
  };

  write_head (packet, &label);
  write_label (packet + BENCH_LABEL_OFFSET, &label);
  memset (packet + BENCH_LABEL_OFFSET + BENCH_LABEL_SIZE, 'p',
      PAYLOAD_SIZE - BENCH_LABEL_SIZE);
}

gboolean
bench_label_read (const guint8 * data, BenchLabel * label)
{
  if (memcmp (data, BENCH_MARK, BENCH_MARK_SIZE) != 0)
    return FALSE;
  label->sent_ns = GST_READ_UINT64_LE (data + 8);
  label->number = GST_READ_UINT32_LE (data + 16);
  label->programme = GST_READ_UINT16_LE (data + 20);
  label->key_index = data[22];
  label->key_count = data[23];
  return TRUE;
}
