/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "testasf.h"

static const TestHeader three_streams = {
  .flags = ASF_FILE_SEEKABLE,
  .packet_size = 3200,
  .n_packets = 7,
  .streams = {&asf_guid_stream_audio, &asf_guid_stream_command,
      &asf_guid_stream_video},
  .is_last_hidden = TRUE,
};

/* Where File Properties' Minimum Packet Size is found in such a header. */
static guint
find_u32 (const GByteArray * bytes, guint32 value)
{
  guint i;

  for (i = 0; i + 4 <= bytes->len; i++) {
    if (GST_READ_UINT32_LE (bytes->data + i) == value)
      return i;
  }
  g_assert_not_reached ();
}

GST_START_TEST (test_every_field)
{
  GByteArray *bytes = test_asf_header (&three_streams);
  AsfHeaderInfo info;
  guint64 total;

  fail_unless (asf_header_measure (bytes->data, bytes->len, &total, NULL));
  assert_equals_uint64 (total, bytes->len);
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  assert_equals_uint64 (info.header_size, bytes->len - ASF_DATA_HEAD_SIZE);
  assert_equals_uint64 (info.data_size, 50 + 7 * 3200);
  assert_equals_int (info.file_id.bytes[0], 1);
  assert_equals_int (info.file_id.bytes[15], 16);
  assert_equals_int (info.flags, ASF_FILE_SEEKABLE);
  assert_equals_int (info.packet_size, 3200);
  assert_equals_uint64 (info.preroll_ms, 3000);
  assert_equals_uint64 (info.packet_count, 7);
  assert_equals_uint64 (info.play_duration_100ns, 50000000);
  assert_equals_int (info.max_bitrate_bps, 512000);
  fail_unless (info.has_video);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

GST_START_TEST (test_streams_hidden_one_too)
{
  GByteArray *bytes = test_asf_header (&three_streams);
  const AsfStreamInfo *stream;
  AsfHeaderInfo info;

  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  assert_equals_int (info.n_streams, 3);
  stream = asf_header_find_stream (&info, 1);
  assert_equals_int (stream->kind, ASF_STREAM_AUDIO);
  assert_equals_int (stream->bitrate_bps, 1000);
  stream = asf_header_find_stream (&info, 2);
  assert_equals_int (stream->kind, ASF_STREAM_COMMAND);
  stream = asf_header_find_stream (&info, 3);
  assert_equals_int (stream->kind, ASF_STREAM_VIDEO);
  assert_equals_int (stream->bitrate_bps, 3000);
  fail_unless (asf_header_find_stream (&info, 4) == NULL);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

GST_START_TEST (test_kinds)
{
  static const struct
  {
    const AsfGuid *type;
    AsfStreamKind kind;
  } rows[] = {
    {&asf_guid_stream_audio, ASF_STREAM_AUDIO},
    {&asf_guid_stream_video, ASF_STREAM_VIDEO},
    {&asf_guid_stream_jfif, ASF_STREAM_VIDEO},
    {&asf_guid_stream_degradable_jpeg, ASF_STREAM_VIDEO},
    {&asf_guid_stream_command, ASF_STREAM_COMMAND},
    {&asf_guid_stream_binary, ASF_STREAM_OTHER},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    TestHeader header = {.packet_size = 100,.streams = {rows[i].type}
    };
    GByteArray *bytes = test_asf_header (&header);
    AsfHeaderInfo info;

    fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
    assert_equals_int (info.streams[0].kind, rows[i].kind);
    assert_equals_int (info.has_video, rows[i].kind == ASF_STREAM_VIDEO);
    g_byte_array_unref (bytes);
  }
}

GST_END_TEST;

static void
digest_of (const AsfGuid * kind, const gchar * content, gsize size,
    guint8 * digest)
{
  TestHeader header = three_streams;
  GByteArray *bytes;
  AsfHeaderInfo info;

  header.description = kind;
  header.description_bytes = content;
  header.description_size = size;
  bytes = test_asf_header (&header);
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  memcpy (digest, info.metadata_digest, ASF_DIGEST_SIZE);
  g_byte_array_unref (bytes);
}

/* Descriptions are told apart, and nothing else is: not an object that says
 * nothing, nor one of another kind. */
GST_START_TEST (test_metadata_digest)
{
  static const AsfGuid *const kinds[] = {
    &asf_guid_content_description, &asf_guid_extended_content_description,
    &asf_guid_metadata, &asf_guid_metadata_library,
  };
  static const gchar empty[10];
  guint8 none[ASF_DIGEST_SIZE], some[ASF_DIGEST_SIZE], more[ASF_DIGEST_SIZE];
  guint i;

  digest_of (NULL, NULL, 0, none);
  for (i = 0; i < G_N_ELEMENTS (kinds); i++) {
    digest_of (kinds[i], empty, sizeof empty, some);
    fail_unless (memcmp (none, some, sizeof none) == 0, "empty, %u", i);
    digest_of (kinds[i], "", 0, some);
    fail_unless (memcmp (none, some, sizeof none) == 0, "no bytes, %u", i);
    digest_of (kinds[i], "One", 3, some);
    fail_if (memcmp (none, some, sizeof none) == 0, "kind %u", i);
    digest_of (kinds[i], "Two", 3, more);
    fail_if (memcmp (more, some, sizeof none) == 0, "change in kind %u", i);
    digest_of (kinds[i], "Two", 3, some);
    fail_unless (memcmp (more, some, sizeof none) == 0, "same, %u", i);
  }
  digest_of (&asf_guid_padding, "One", 3, some);
  fail_unless (memcmp (none, some, sizeof none) == 0);
}

GST_END_TEST;

static void
check_refused (GByteArray * bytes, gsize size, gint code)
{
  /* a block of its own, so that valgrind sees a read past the end */
  guint8 *copy = g_memdup2 (bytes->data, size);
  GError *error = NULL;
  AsfHeaderInfo info;

  fail_if (asf_header_read (copy, size, &info, &error));
  fail_unless (g_error_matches (error, ASF_ERROR, code), "size %u: %s",
      (guint) size, error->message);
  g_error_free (error);
  g_free (copy);
}

GST_START_TEST (test_truncated_everywhere)
{
  GByteArray *bytes = test_asf_header (&three_streams);
  gsize size;

  for (size = 0; size < bytes->len; size++)
    check_refused (bytes, size, ASF_ERROR_TRUNCATED);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

GST_START_TEST (test_refused_fields)
{
  static const struct
  {
    guint old_u32, delta, new_u32;
    gint code;
  } rows[] = {
    /* Minimum, then Maximum Data Packet Size */
    {3200, 0, 3199, ASF_ERROR_INVALID},
    {3200, 4, 0, ASF_ERROR_INVALID},
    /* first bytes of the Header and of the Data Object */
    {0x75b22630, 0, 0x75b22631, ASF_ERROR_INVALID},
    {0x75b22636, 0, 0x75b22637, ASF_ERROR_INVALID},
    /* Reserved2 with the object count: not 2 */
    {0x75b22630, 26, 0x03010000, ASF_ERROR_INVALID},
    /* size fields: Header Object, File Properties, Header Extension */
    {0x75b22630, 16, 29, ASF_ERROR_INVALID},
    {0x75b22630, 20, 1, ASF_ERROR_LIMIT},
    {0x8cabdca1, 16, 103, ASF_ERROR_TRUNCATED},
    {0x8cabdca1, 16, 23, ASF_ERROR_INVALID},
    {0x8cabdca1, 20, 0xffffffff, ASF_ERROR_INVALID},
    {0x5fbf03b5, 42, 0xffff, ASF_ERROR_TRUNCATED},
    /* Data Object Size */
    {0x75b22636, 16, 49, ASF_ERROR_INVALID},
    /* no File Properties, no Stream Bitrate count that fits */
    {0x8cabdca1, 0, 0, ASF_ERROR_INVALID},
    {0x7bf875ce, 24, 0xffff, ASF_ERROR_TRUNCATED},
    /* Type-Specific Data Length */
    {0xb7dc0791, 64, 0xfffffff0, ASF_ERROR_TRUNCATED},
    /* stream number 0, and the second stream's number again */
    {0xb7dc0791, 72, 0x8000, ASF_ERROR_INVALID},
    {0xb7dc0791, 72, 0x8002, ASF_ERROR_INVALID},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    GByteArray *bytes = test_asf_header (&three_streams);
    guint at = find_u32 (bytes, rows[i].old_u32) + rows[i].delta;

    GST_WRITE_UINT32_LE (bytes->data + at, rows[i].new_u32);
    check_refused (bytes, bytes->len, rows[i].code);
    g_byte_array_unref (bytes);
  }
}

GST_END_TEST;

GST_START_TEST (test_packet_size_limit)
{
  TestHeader header = {.packet_size = ASF_MAX_PACKET_SIZE,
    .streams = {&asf_guid_stream_audio}
  };
  GByteArray *bytes = test_asf_header (&header);
  AsfHeaderInfo info;

  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  g_byte_array_unref (bytes);
  header.packet_size++;
  bytes = test_asf_header (&header);
  check_refused (bytes, bytes->len, ASF_ERROR_LIMIT);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

GST_START_TEST (test_no_stream)
{
  TestHeader header = {.packet_size = 100 };
  GByteArray *bytes = test_asf_header (&header);

  check_refused (bytes, bytes->len, ASF_ERROR_INVALID);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

GST_START_TEST (test_damaged_everywhere)
{
  GByteArray *bytes = test_asf_header (&three_streams);
  AsfHeaderInfo info;
  guint i, bit;

  /* any outcome but a read outside of the block is good */
  for (i = 0; i < bytes->len; i++) {
    for (bit = 0; bit < 8; bit++) {
      bytes->data[i] ^= 1 << bit;
      if (asf_header_read (bytes->data, bytes->len, &info, NULL))
        fail_unless (info.n_streams >= 1 && info.packet_size > 0);
      bytes->data[i] ^= 1 << bit;
    }
  }
  g_byte_array_unref (bytes);
}

GST_END_TEST;

GST_START_TEST (test_real_files)
{
  const gchar *const *name;
  TestMedia media;

  for (name = test_media_names; *name != NULL; name++) {
    if (!test_media_open (&media, *name))
      return;
    assert_equals_uint64 (media.n_packets, media.info.packet_count);
    fail_unless (media.info.max_bitrate_bps > 0);
    assert_equals_int (media.info.has_video, g_str_has_suffix (*name, ".wmv"));
    fail_unless (asf_header_find_stream (&media.info, 1) != NULL);
    test_media_close (&media);
  }
}

GST_END_TEST;

/* As gst-plugins-bad's asfmux writes it: Packet Length without the padding. */
GST_START_TEST (test_packet_length_without_padding)
{
  g_autoptr (GByteArray) bytes = test_asf_packet (1000, 200, 7, TRUE, 40);
  gsize padding = GST_READ_UINT16_LE (bytes->data + 7);
  guint8 restored[1000];
  guint8 cut_bytes[1000];
  AsfPacketInfo packet;
  AsfPayloadIter iter;
  AsfPayload payload;
  AsfPacketCut cut;

  fail_unless (padding > 500);
  GST_WRITE_UINT16_LE (bytes->data + 5, 1000 - padding);
  fail_unless (asf_packet_read (bytes->data, 1000, &packet, NULL));
  fail_unless_equals_int (packet.padding, padding);
  asf_payload_iter_init (&iter, &packet, bytes->data);
  fail_unless (asf_payload_next (&iter, &payload, NULL));
  fail_unless_equals_int (payload.size, 200);
  /* what is sent for it is as any packet's */
  fail_unless (asf_packet_cut_padding (&packet, bytes->data, &cut));
  memcpy (cut_bytes, cut.head, cut.head_size);
  memcpy (cut_bytes + cut.head_size, bytes->data + cut.body_offset,
      cut.body_size);
  fail_unless_equals_int (cut.head_size + cut.body_size, 1000 - padding);
  fail_unless (asf_packet_restore_padding (cut_bytes, 1000 - padding, 1000,
          restored, NULL));
  fail_unless_equals_int (GST_READ_UINT16_LE (restored + 5), 1000);
  fail_unless_equals_int (GST_READ_UINT16_LE (restored + 7), padding);
}

GST_END_TEST;

static Suite *
asfreader_suite (void)
{
  Suite *suite = suite_create ("asfreader");
  TCase *tc = tcase_create ("header");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_every_field);
  tcase_add_test (tc, test_streams_hidden_one_too);
  tcase_add_test (tc, test_kinds);
  tcase_add_test (tc, test_metadata_digest);
  tcase_add_test (tc, test_truncated_everywhere);
  tcase_add_test (tc, test_refused_fields);
  tcase_add_test (tc, test_packet_size_limit);
  tcase_add_test (tc, test_no_stream);
  tcase_add_test (tc, test_damaged_everywhere);
  tcase_add_test (tc, test_real_files);
  tcase_add_test (tc, test_packet_length_without_padding);
  return suite;
}

GST_CHECK_MAIN (asfreader);
