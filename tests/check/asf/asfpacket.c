/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "testasf.h"

/* One packet form: its bytes, and what has to be read from them (ASF
 * specification, section 5.2; rules, 6.2 to 6.6). */
typedef struct
{
  const gchar *name;
  gsize size;
  guint8 bytes[80];
  gsize flags_offset, padding, payload_offset;
  guint32 packet_length, sequence, send_time_ms;
  guint16 duration_ms;
  guint n_payloads;
  struct
  {
    guint stream, key, number;
    guint32 offset, object_size, time;
    const gchar *data;
  } payloads[4];
} PacketRow;

static const PacketRow rows[] = {
  {"single, byte padding", 32,
        {0x82, 0, 0, 0x08, 0x5d, 2, 0x10, 0x20, 0, 0, 0x30, 0,
              0x81, 7, 0, 0, 0, 0, 8, 3, 0, 0, 0, 0xb8, 0x0b, 0, 0,
            'a', 'b', 'c', 0, 0},
        3, 2, 12, 0, 0, 0x2010, 0x30, 1,
      {{1, 1, 7, 0, 3, 3000, "abc"}}},
  {"single, no error correction, no padding field", 24,
        {0x00, 0x5d, 1, 0, 0, 0, 2, 0,
            0x02, 9, 5, 0, 0, 0, 8, 6, 0, 0, 0, 4, 0, 0, 0, 'x'},
        0, 0, 8, 0, 0, 1, 2, 1,
      {{2, 0, 9, 5, 6, 4, "x"}}},
  {"single, packet length and padding length in words", 36,
        {0x82, 0, 0, 0x50, 0x5d, 36, 0, 4, 0, 1, 0, 0, 0, 2, 0,
              0x81, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0, 9, 0, 0, 0,
            'h', 'i', 0, 0, 0, 0},
        3, 4, 15, 36, 0, 1, 2, 1,
      {{1, 1, 0, 0, 2, 9, "hi"}}},
  {"single, padding beyond an explicit packet length", 36,
        {0x82, 0, 0, 0x48, 0x5d, 32, 0, 0, 1, 0, 0, 0, 2, 0,
              0x81, 0, 0, 0, 0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0,
            'y', 'e', 's', 0, 0, 0, 0},
        3, 4, 14, 32, 0, 1, 2, 1,
      {{1, 1, 0, 0, 3, 9, "yes"}}},
  {"single, opaque data of 5 bytes", 29,
        {0x95, 1, 2, 3, 4, 5, 0x00, 0x5d, 1, 0, 0, 0, 2, 0,
            0x7f, 1, 0, 0, 0, 0, 8, 1, 0, 0, 0, 4, 0, 0, 0},
        6, 0, 14, 0, 0, 1, 2, 1,
      {{0}}},
  {"single, no replicated data", 17,
        {0x00, 0x5d, 1, 0, 0, 0, 2, 0, 0x03, 2, 9, 0, 0, 0, 0, 'o', 'k'},
        0, 0, 8, 0, 0, 1, 2, 1,
      {{3, 0, 2, 9, 0, 0, "ok"}}},
  {"single, extension data", 26,
        {0x00, 0x5d, 1, 0, 0, 0, 2, 0, 0x01, 2, 0, 0, 0, 0,
            10, 1, 0, 0, 0, 5, 0, 0, 0, 33, 0, 'e'},
        0, 0, 8, 0, 0, 1, 2, 1,
      {{1, 0, 2, 0, 1, 5, "e"}}},
  {"two payloads", 51,
        {0x82, 0, 0, 0x09, 0x5d, 1, 1, 0, 0, 0, 2, 0, 0x82,
              0x81, 3, 0, 0, 0, 0, 8, 2, 0, 0, 0, 10, 0, 0, 0, 2, 0, 'p', 'q',
            0x02, 4, 1, 0, 0, 0, 8, 2, 0, 0, 0, 20, 0, 0, 0, 1, 0, 'r', 0},
        3, 1, 12, 0, 0, 1, 2, 2,
      {{1, 1, 3, 0, 2, 10, "pq"}, {2, 0, 4, 1, 2, 20, "r"}}},
  {"two payloads, byte length", 48,
        {0x01, 0x5d, 1, 0, 0, 0, 2, 0, 0x42,
              0x01, 3, 0, 0, 0, 0, 8, 2, 0, 0, 0, 10, 0, 0, 0, 2, 'p', 'q',
              0x02, 4, 0, 0, 0, 0, 8, 4, 0, 0, 0, 20, 0, 0, 0, 4,
            'r', 's', 't', 'u', 0},
        0, 0, 8, 0, 0, 1, 2, 2,
      {{1, 0, 3, 0, 2, 10, "pq"}, {2, 0, 4, 0, 4, 20, "rstu"}}},
  {"compressed, single", 23,
        {0x00, 0x5d, 1, 0, 0, 0, 2, 0, 0x81, 255, 0xe8, 3, 0, 0, 1, 40,
            2, 'a', 'b', 1, 'c', 1, 'd'},
        0, 0, 8, 0, 0, 1, 2, 1,
        {{1, 1, 255, 0, 2, 1000, "ab"}, {1, 1, 0, 0, 1, 1040, "c"},
          {1, 1, 1, 0, 1, 1080, "d"}}},
  {"compressed among others", 45,
        {0x01, 0x5d, 1, 0, 0, 0, 2, 0, 0x82,
              0x01, 6, 0xe8, 3, 0, 0, 1, 20, 4, 0, 1, 'a', 1, 'b',
              0x02, 4, 0, 0, 0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 3, 0,
            'r', 's', 't', 0, 0},
        0, 0, 8, 0, 0, 1, 2, 2,
        {{1, 0, 6, 0, 1, 1000, "a"}, {1, 0, 7, 0, 1, 1020, "b"},
          {2, 0, 4, 0, 3, 20, "rst"}}},
  {"other property types", 22,
        /* replicated WORD, offset BYTE, object number absent */
        {0x00, 0x46, 1, 0, 0, 0, 2, 0, 0x05, 2, 8, 0, 4, 0, 0, 0, 8, 0, 0, 0,
            'v', 'w'},
        0, 0, 8, 0, 0, 1, 2, 1,
      {{5, 0, 0, 2, 4, 8, "vw"}}},
};

static void
check_payloads (const PacketRow * row, const AsfPacketInfo * info,
    const guint8 * data)
{
  AsfPayloadIter iter;
  AsfPayload payload;
  GError *error = NULL;
  guint i = 0;

  asf_payload_iter_init (&iter, info, data);
  for (; row->payloads[i].stream != 0; i++) {
    fail_unless (asf_payload_next (&iter, &payload, &error), "%s", row->name);
    assert_equals_int (payload.stream_number, row->payloads[i].stream);
    assert_equals_int (payload.is_key, row->payloads[i].key);
    assert_equals_int (payload.object_number, row->payloads[i].number);
    assert_equals_int (payload.offset, row->payloads[i].offset);
    assert_equals_int (payload.object_size, row->payloads[i].object_size);
    assert_equals_int (payload.pres_time_ms, row->payloads[i].time);
    assert_equals_int (payload.size, strlen (row->payloads[i].data));
    fail_unless (memcmp (payload.data, row->payloads[i].data,
            payload.size) == 0, "%s", row->name);
  }
  fail_if (asf_payload_next (&iter, &payload, &error), "%s", row->name);
  /* rows without a payload have an empty one, which is broken */
  assert_equals_int (error != NULL, i == 0);
  g_clear_error (&error);
}

GST_START_TEST (test_forms)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    const PacketRow *row = &rows[i];
    AsfPacketInfo info;
    GError *error = NULL;

    fail_unless (asf_packet_read (row->bytes, row->size, &info, &error),
        "%s: %s", row->name, error ? error->message : "");
    assert_equals_uint64 (info.size, row->size);
    assert_equals_uint64 (info.flags_offset, row->flags_offset);
    assert_equals_uint64 (info.padding, row->padding);
    assert_equals_uint64 (info.payload_offset, row->payload_offset);
    assert_equals_int (info.packet_length, row->packet_length);
    assert_equals_int (info.sequence, row->sequence);
    assert_equals_int (info.send_time_ms, row->send_time_ms);
    assert_equals_int (info.duration_ms, row->duration_ms);
    assert_equals_int (info.n_payloads, row->n_payloads);
    check_payloads (row, &info, row->bytes);
  }
}

GST_END_TEST;

static const guint type_size[] = { 0, 1, 2, 4 };

/* A packet with every field as wide as its type says. */
static GByteArray *
typed_packet (guint length_type, guint sequence_type, guint padding_type,
    guint packet_size, guint padding)
{
  GByteArray *bytes = g_byte_array_new ();

  test_put (bytes, 0x000082, 3);
  test_put (bytes, length_type << 5 | padding_type << 3 | sequence_type << 1,
      1);
  test_put (bytes, 0x5d, 1);
  test_put (bytes, packet_size, type_size[length_type]);
  test_put (bytes, 0x55, type_size[sequence_type]);
  test_put (bytes, padding, type_size[padding_type]);
  test_put (bytes, 1234, 4);
  test_put (bytes, 40, 2);
  test_put (bytes, 0x81, 1);
  test_put (bytes, 5, 1);
  test_put (bytes, 0, 4);
  test_put (bytes, 8, 1);
  test_put (bytes, packet_size - padding - bytes->len - 8, 4);
  test_put (bytes, 3000, 4);
  while (bytes->len < packet_size - padding)
    test_put (bytes, bytes->len * 7, 1);
  while (bytes->len < packet_size)
    test_put (bytes, 0, 1);
  return bytes;
}

/* The first payload of a packet, as bytes. */
static GBytes *
first_payload (const guint8 * data, gsize size)
{
  AsfPacketInfo info;
  AsfPayloadIter iter;
  AsfPayload payload;

  fail_unless (asf_packet_read (data, size, &info, NULL));
  assert_equals_int (info.send_time_ms, 1234);
  assert_equals_int (info.duration_ms, 40);
  asf_payload_iter_init (&iter, &info, data);
  fail_unless (asf_payload_next (&iter, &payload, NULL));
  assert_equals_int (payload.object_size, payload.size);
  return g_bytes_new (payload.data, payload.size);
}

static guint
join_cut (const AsfPacketCut * cut, const guint8 * data, guint8 * out)
{
  memcpy (out, cut->head, cut->head_size);
  memcpy (out + cut->head_size, data + cut->body_offset, cut->body_size);
  return cut->head_size + cut->body_size;
}

static void
check_cut_and_restore (GByteArray * packet, guint padding)
{
  guint8 *cut_packet = g_malloc (packet->len);
  guint8 *restored = g_malloc (packet->len);
  GBytes *before, *after;
  AsfPacketInfo info;
  AsfPacketCut cut;
  guint size;
  gint growth;

  fail_unless (asf_packet_read (packet->data, packet->len, &info, NULL));
  growth = 4 - (gint) (type_size[info.length_flags >> 5 & 3]
      + type_size[info.length_flags >> 3 & 3]);
  before = first_payload (packet->data, packet->len);
  assert_equals_int (asf_packet_cut_padding (&info, packet->data, &cut),
      (gint) padding > growth);
  size = join_cut (&cut, packet->data, cut_packet);
  assert_equals_int (size, (gint) padding > growth
      ? packet->len - padding + growth : packet->len);
  after = first_payload (cut_packet, size);
  fail_unless (g_bytes_equal (before, after));
  g_bytes_unref (after);

  fail_unless (asf_packet_restore_padding (cut_packet, size, packet->len,
          restored, NULL));
  after = first_payload (restored, packet->len);
  fail_unless (g_bytes_equal (before, after));
  /* what our muxer writes comes out byte for byte */
  if (growth == 0 && (info.length_flags & 0x78) == 0x50)
    fail_unless (memcmp (restored, packet->data, packet->len) == 0);
  g_bytes_unref (before);
  g_bytes_unref (after);
  g_free (cut_packet);
  g_free (restored);
}

GST_START_TEST (test_all_length_types)
{
  guint length_type, sequence_type, padding_type, padding;
  AsfPacketInfo info;

  for (length_type = 0; length_type < 4; length_type++) {
    for (sequence_type = 0; sequence_type < 4; sequence_type++) {
      for (padding_type = 0; padding_type < 4; padding_type++) {
        for (padding = 0; padding < (padding_type ? 20 : 1); padding++) {
          GByteArray *packet = typed_packet (length_type, sequence_type,
              padding_type, 200, padding);

          fail_unless (asf_packet_read (packet->data, packet->len, &info,
                  NULL));
          assert_equals_uint64 (info.padding, padding);
          assert_equals_int (info.sequence, sequence_type ? 0x55 : 0);
          assert_equals_int (info.packet_length, length_type ? 200 : 0);
          check_cut_and_restore (packet, padding);
          g_byte_array_unref (packet);
        }
      }
    }
  }
}

GST_END_TEST;

GST_START_TEST (test_cut_large_padding)
{
  /* over 255 bytes a BYTE field does not hold what has to be filled in */
  GByteArray *packet = typed_packet (2, 0, 2, 65535, 65000);

  check_cut_and_restore (packet, 65000);
  g_byte_array_unref (packet);
  packet = typed_packet (0, 0, 2, 1000, 900);
  check_cut_and_restore (packet, 900);
  g_byte_array_unref (packet);
}

GST_END_TEST;

/* A sender that cuts the padding and only says that there is none any more. */
GST_START_TEST (test_restore_without_packet_length)
{
  guint length_type, padding_type, missing;

  for (length_type = 0; length_type < 4; length_type++) {
    for (padding_type = 0; padding_type < 4; padding_type++) {
      for (missing = 1; missing < 700; missing++) {
        GByteArray *packet = typed_packet (length_type, 0, padding_type,
            60, 0);
        GBytes *before = first_payload (packet->data, packet->len), *after;
        guint8 restored[800];
        guint packet_size = packet->len + missing;

        /* a BYTE Packet Length that has to grow needs room itself */
        if (length_type == 1 && packet_size > 255 && missing < 10) {
          g_bytes_unref (before);
          g_byte_array_unref (packet);
          continue;
        }
        fail_unless (asf_packet_restore_padding (packet->data, packet->len,
                packet_size, restored, NULL));
        after = first_payload (restored, packet_size);
        fail_unless (g_bytes_equal (before, after), "%u %u %u", length_type,
            padding_type, missing);
        g_bytes_unref (before);
        g_bytes_unref (after);
        g_byte_array_unref (packet);
      }
    }
  }
}

GST_END_TEST;

/* [MS-WMHTTP] 2.2.3.3 lets Packet Length stand as it was before the cut. */
GST_START_TEST (test_restore_with_stale_packet_length)
{
  GByteArray *packet = typed_packet (2, 0, 2, 300, 100);
  guint8 restored[300];
  AsfPacketInfo info;

  GST_WRITE_UINT16_LE (packet->data + 7, 0);
  fail_if (asf_packet_read (packet->data, 200, &info, NULL));
  fail_unless (asf_packet_restore_padding (packet->data, 200, 300, restored,
          NULL));
  GST_WRITE_UINT16_LE (packet->data + 7, 100);
  fail_unless (memcmp (restored, packet->data, 300) == 0);
  g_byte_array_unref (packet);
}

GST_END_TEST;

GST_START_TEST (test_restore_refuses)
{
  GByteArray *packet = typed_packet (2, 0, 2, 300, 100);
  guint8 restored[400];
  GError *error = NULL;

  fail_if (asf_packet_restore_padding (packet->data, 300, 299, restored,
          &error));
  fail_unless (g_error_matches (error, ASF_ERROR, ASF_ERROR_INVALID));
  g_clear_error (&error);
  GST_WRITE_UINT16_LE (packet->data + 5, 401);
  fail_if (asf_packet_restore_padding (packet->data, 300, 400, restored,
          &error));
  fail_unless (g_error_matches (error, ASF_ERROR, ASF_ERROR_INVALID));
  g_clear_error (&error);
  g_byte_array_unref (packet);
}

GST_END_TEST;

/* Any outcome but a read outside of the block is good. */
static void
try_everything (const guint8 * data, gsize size)
{
  static AsfHeaderInfo header = {.n_streams = 1,.streams = {{1,
          ASF_STREAM_VIDEO, 0}},.has_video = TRUE
  };
  guint8 *copy = g_memdup2 (data, size), *out;
  TestObjects *objects = test_objects_new ();
  AsfPacketInfo info;
  AsfPacketCut cut;

  test_objects_add_packet (objects, copy, size);
  g_free (test_objects_finish (objects));
  if (asf_packet_read (copy, size, &info, NULL)) {
    asf_packet_starts_key_frame (&info, copy, &header);
    asf_packet_cut_padding (&info, copy, &cut);
    fail_unless (cut.head_size + cut.body_size <= size);
    fail_unless (cut.body_offset + cut.body_size <= size);
  }
  out = g_malloc (size + 9);
  asf_packet_restore_padding (copy, size, size, out, NULL);
  asf_packet_restore_padding (copy, size, size + 9, out, NULL);
  g_free (out);
  g_free (copy);
}

GST_START_TEST (test_truncated_everywhere)
{
  AsfPacketInfo info;
  guint i;
  gsize size;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    for (size = 0; size <= rows[i].size; size++) {
      try_everything (rows[i].bytes, size);
      if (size <= rows[i].payload_offset)
        fail_if (asf_packet_read (rows[i].bytes, size, &info, NULL));
    }
  }
}

GST_END_TEST;

GST_START_TEST (test_damaged_everywhere)
{
  guint i, at, bit;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    PacketRow row = rows[i];

    for (at = 0; at < row.size; at++) {
      for (bit = 0; bit < 8; bit++) {
        row.bytes[at] ^= 1 << bit;
        try_everything (row.bytes, row.size);
        row.bytes[at] ^= 1 << bit;
      }
    }
  }
}

GST_END_TEST;

GST_START_TEST (test_refused_fields)
{
  static const struct
  {
    guint row, at;
    guint8 value;
    gboolean is_readable;
  } refused[] = {
    {0, 0, 0xa2, FALSE},        /* reserved Error Correction Length Type */
    {0, 3, 0x88, FALSE},        /* Error Correction Present in the flags */
    {0, 4, 0x9d, FALSE},        /* Stream Number Length Type */
    {0, 5, 20, FALSE},          /* padding into the head */
    {0, 12, 0x80, TRUE},        /* stream 0 */
    {0, 18, 7, TRUE},           /* replicated data of 7 bytes */
    {0, 19, 2, TRUE},           /* object smaller than its fragment */
    {2, 5, 37, FALSE},          /* Packet Length over the size */
    {7, 12, 0x80, FALSE},       /* no payload */
    {7, 12, 0x02, FALSE},       /* no Payload Length */
    {7, 28, 0, TRUE},           /* Payload Length 0 */
    {9, 16, 0, TRUE},           /* empty sub-payload */
    {9, 16, 200, TRUE},         /* sub-payload over the end */
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (refused); i++) {
    PacketRow row = rows[refused[i].row];
    TestObjects *objects = test_objects_new ();
    AsfPacketInfo info;

    row.bytes[refused[i].at] = refused[i].value;
    assert_equals_int (asf_packet_read (row.bytes, row.size, &info, NULL),
        refused[i].is_readable);
    fail_if (test_objects_add_packet (objects, row.bytes, row.size),
        "row %u", i);
    g_free (test_objects_finish (objects));
  }
}

GST_END_TEST;

GST_START_TEST (test_starts_key_frame)
{
  static const struct
  {
    guint row;
    gboolean video, audio;
  } expected[] = {
    {0, TRUE, TRUE},            /* key, offset 0 */
    {1, FALSE, FALSE},          /* offset 5 */
    {5, FALSE, FALSE},          /* offset 9 */
    {6, FALSE, TRUE},           /* no key bit */
    {7, TRUE, TRUE},            /* key in the first payload */
    {8, FALSE, TRUE},           /* two objects, no key bit */
  };
  AsfHeaderInfo video = {.n_streams = 2,.has_video = TRUE,
    .streams = {{1, ASF_STREAM_VIDEO, 0}, {2, ASF_STREAM_AUDIO, 0}}
  };
  AsfHeaderInfo audio = {.n_streams = 2,
    .streams = {{1, ASF_STREAM_AUDIO, 0}, {2, ASF_STREAM_AUDIO, 0}}
  };
  AsfHeaderInfo stranger = {.n_streams = 1,
    .streams = {{99, ASF_STREAM_AUDIO, 0}}
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (expected); i++) {
    const PacketRow *row = &rows[expected[i].row];
    AsfPacketInfo info;

    fail_unless (asf_packet_read (row->bytes, row->size, &info, NULL));
    assert_equals_int (asf_packet_starts_key_frame (&info, row->bytes, &video),
        expected[i].video);
    assert_equals_int (asf_packet_starts_key_frame (&info, row->bytes, &audio),
        expected[i].audio);
    fail_if (asf_packet_starts_key_frame (&info, row->bytes, &stranger));
  }
}

GST_END_TEST;

/* Reads the packets of a file as they are, or cut and filled up again. */
static gchar *
read_objects (const TestMedia * media, gboolean cut_and_restore)
{
  guint32 packet_size = media->info.packet_size;
  TestObjects *objects = test_objects_new ();
  guint8 *cut_packet = g_malloc (packet_size);
  guint8 *restored = g_malloc (packet_size);
  guint i;

  for (i = 0; i < media->n_packets; i++) {
    const guint8 *data = media->packets + (gsize) i * packet_size;
    AsfPacketInfo info;
    AsfPacketCut cut;
    guint size;

    if (cut_and_restore) {
      fail_unless (asf_packet_read (data, packet_size, &info, NULL));
      asf_packet_cut_padding (&info, data, &cut);
      size = join_cut (&cut, data, cut_packet);
      fail_unless (asf_packet_restore_padding (cut_packet, size, packet_size,
              restored, NULL));
      data = restored;
    }
    fail_unless (test_objects_add_packet (objects, data, packet_size),
        "%s, packet %u", media->path, i);
  }
  g_free (cut_packet);
  g_free (restored);
  return test_objects_finish (objects);
}

GST_START_TEST (test_real_files)
{
  const gchar *name = test_media_names[__i__];
  gchar *expected, *seen;
  TestMedia media;

  if (!test_media_open (&media, name))
    return;
  expected = test_asfcheck_frames (media.path);
  seen = read_objects (&media, FALSE);
  fail_unless (strlen (seen) > 0);
  fail_unless (expected == NULL || g_str_equal (seen, expected),
      "%s: objects differ", name);
  g_free (seen);
  seen = read_objects (&media, TRUE);
  fail_unless (expected == NULL || g_str_equal (seen, expected),
      "%s: objects differ after the padding was cut", name);
  g_free (seen);
  g_free (expected);
  test_media_close (&media);
}

GST_END_TEST;

static Suite *
asfpacket_suite (void)
{
  Suite *suite = suite_create ("asfpacket");
  TCase *tc = tcase_create ("packet");

  tcase_set_timeout (tc, 60);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_forms);
  tcase_add_test (tc, test_all_length_types);
  tcase_add_test (tc, test_cut_large_padding);
  tcase_add_test (tc, test_restore_without_packet_length);
  tcase_add_test (tc, test_restore_with_stale_packet_length);
  tcase_add_test (tc, test_restore_refuses);
  tcase_add_test (tc, test_truncated_everywhere);
  tcase_add_test (tc, test_damaged_everywhere);
  tcase_add_test (tc, test_refused_fields);
  tcase_add_test (tc, test_starts_key_frame);
  tcase_add_loop_test (tc, test_real_files, 0, TEST_N_MEDIA);
  return suite;
}

GST_CHECK_MAIN (asfpacket);
