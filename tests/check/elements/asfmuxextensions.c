/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Payload extension systems (rules, 4.2): which are declared, and what each
 * payload carries. */
#include <string.h>
#include <gst/video/video.h>

#include "testasf.h"
#include "testmux.h"
#include "testbytes.h"

#define CAPS "video/x-wmv, wmvversion=2, format=WMV2, width=720, height=576, " \
    "codec_data=(buffer)f2eeb480"

#define REPLICATED_OFFSET 18    /* of a single payload in a file's packet */

/* What caps, tags and buffers say, and the data after the eight standard
 * bytes of the first and second object. */
static const struct
{
  const gchar *caps;
  guint bps;
  gint duration_ms;
  guint flags[2];
  guint timecode_fps;
  const gchar *hex[2];
} rows[] = {
  {CAPS ", framerate=25/1", 99999, 40, {0, 0}, 0, {"", ""}},
  /* Sample Duration; from the frame rate when buffers have none */
  {CAPS ", framerate=25/1", 100000, 40, {0, 0}, 0, {"2800", "2800"}},
  {CAPS ", framerate=30000/1001", 500000, -1, {0, 0}, 0, {"2100", "2100"}},
  {CAPS, 500000, -1, {0, 0}, 0, {"", ""}},
  /* Pixel Aspect Ratio */
  {CAPS ", pixel-aspect-ratio=16/11", 50000, 40, {0, 0}, 0, {"100b", "100b"}},
  {CAPS ", pixel-aspect-ratio=64/45", 500000, 40, {0, 0}, 0,
      {"2800 402d", "2800 402d"}},
  {CAPS ", pixel-aspect-ratio=1000/999", 50000, 40, {0, 0}, 0,
      {"fafa", "fafa"}},
  {CAPS ", pixel-aspect-ratio=2/2", 50000, 40, {0, 0}, 0, {"", ""}},
  /* Content Type: from the caps, from flags */
  {CAPS ", interlace-mode=interleaved, field-order=bottom-field-first",
      50000, 40, {0, 0}, 0, {"a0", "a0"}},
  {CAPS ", interlace-mode=interleaved", 50000, 40,
        {GST_VIDEO_BUFFER_FLAG_INTERLACED | GST_VIDEO_BUFFER_FLAG_TFF,
          GST_VIDEO_BUFFER_FLAG_INTERLACED}, 0, {"c0", "a0"}},
  {CAPS, 50000, 40, {GST_VIDEO_BUFFER_FLAG_INTERLACED |
              GST_VIDEO_BUFFER_FLAG_TFF | GST_VIDEO_BUFFER_FLAG_RFF, 0}, 0,
      {"d0", "00"}},
  {CAPS ", interlace-mode=fields", 50000, 40,
        {GST_VIDEO_BUFFER_FLAG_TOP_FIELD, GST_VIDEO_BUFFER_FLAG_BOTTOM_FIELD},
      0, {"c0", "a0"}},
  {CAPS ", interlace-mode=progressive", 50000, 40, {0, 0}, 0, {"", ""}},
  /* Timecode: range, BCD hhmmssff, user bits, flags */
  {CAPS, 50000, 40, {0, 0}, 25, {"0000 24592301 00000000 00000000",
          "0000 00000002 00000000 00000000"}},
  {CAPS ", pixel-aspect-ratio=16/11, interlace-mode=interleaved", 500000,
        40, {0, 0}, 25, {"2800 100b c0 0000 24592301 00000000 00000000",
          "2800 100b c0 0000 00000002 00000000 00000000"}},
};

static void
push (TestMux * mux, guint row, guint i)
{
  GstBuffer *buffer = test_mux_buffer (40 * i, rows[row].duration_ms, 600,
      i == 0);

  GST_BUFFER_FLAG_SET (buffer, rows[row].flags[i]);
  if (rows[row].timecode_fps > 0)
    gst_buffer_add_video_time_code_meta_full (buffer, rows[row].timecode_fps,
        1, NULL, GST_VIDEO_TIME_CODE_FLAGS_NONE, i ? 2 : 1, i ? 0 : 23,
        i ? 0 : 59, i ? 0 : 24, 0);
  fail_unless_equals_int (gst_harness_push (mux->video, buffer), GST_FLOW_OK);
}

/* Both objects fill more than half a packet: one payload in each. */
static GByteArray *
mux_row (guint row)
{
  TestMux mux;
  GByteArray *bytes;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_NO_CAPS | TEST_MUX_SEEKABLE,
      "packet-size", 650, NULL);
  gst_harness_push_event (mux.video, gst_event_new_stream_start ("v"));
  gst_harness_set_src_caps_str (mux.video, rows[row].caps);
  gst_harness_push_event (mux.video,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_BITRATE, rows[row].bps,
              NULL)));
  push (&mux, row, 0);
  push (&mux, row, 1);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  test_mux_clear (&mux);
  return bytes;
}

static void
check_payloads (const GByteArray * bytes, const gchar * caps,
    const gchar * const hex[2])
{
  AsfHeaderInfo info;
  guint i;

  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  fail_unless_equals_uint64 (info.packet_count, 2);
  for (i = 0; i < 2; i++) {
    const guint8 *at = bytes->data + info.header_size + ASF_DATA_HEAD_SIZE +
        i * info.packet_size + REPLICATED_OFFSET;

    test_assert_hex (caps, at + 9, *at - 8, hex[i]);
  }
}

GST_START_TEST (test_extensions)
{
  g_autoptr (GByteArray) bytes = mux_row (__i__);
  gchar *path = test_file_new ();

  check_payloads (bytes, rows[__i__].caps, rows[__i__].hex);
  test_file_write (path, bytes);
  test_assert_asfcheck (path, FALSE);
  test_file_free (path);
}

GST_END_TEST;

#define INTERLEAVED ", interlace-mode=interleaved, field-order="

/* Other caps between the two objects.  A broadcast has as many headers as that
 * needs, a file goes on with what its header declares. */
static const struct
{
  const gchar *fields[2];       /* of the caps */
  guint bps;
  const gchar *hex[2];
  guint n_headers;
} changes[] = {
  {{", pixel-aspect-ratio=16/15", ", pixel-aspect-ratio=64/45"}, 50000,
      {"100f", "402d"}, 1},
  {{", pixel-aspect-ratio=16/15", ", pixel-aspect-ratio=64/45"}, 500000,
      {"2800 100f", "2800 402d"}, 1},
  {{", pixel-aspect-ratio=16/15", ""}, 50000, {"100f", "0101"}, 1},
  {{"", ", pixel-aspect-ratio=64/45"}, 50000, {"", ""}, 2},
  {{INTERLEAVED "top-field-first", INTERLEAVED "bottom-field-first"}, 50000,
      {"c0", "a0"}, 1},
  {{INTERLEAVED "top-field-first", ""}, 50000, {"c0", "00"}, 1},
};

static void
push_changed (TestMux * mux, guint row)
{
  guint i;

  gst_harness_push_event (mux->video, gst_event_new_stream_start ("v"));
  for (i = 0; i < 2; i++) {
    g_autofree gchar *caps = g_strconcat (CAPS, changes[row].fields[i], NULL);

    gst_harness_set_src_caps_str (mux->video, caps);
    gst_harness_push_event (mux->video,
        gst_event_new_tag (gst_tag_list_new (GST_TAG_BITRATE,
                changes[row].bps, NULL)));
    test_mux_push (mux->video, 40 * i, 40, 600, TRUE);
  }
  test_mux_end (mux);
}

GST_START_TEST (test_changes)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_NO_CAPS | TEST_MUX_SEEKABLE,
      "packet-size", 650, NULL);
  push_changed (&mux, __i__);
  bytes = test_mux_pull_all (&mux);
  check_payloads (bytes, changes[__i__].fields[1], changes[__i__].hex);
  test_mux_clear (&mux);

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_NO_CAPS, "streamable", TRUE,
      NULL);
  push_changed (&mux, __i__);
  parts = test_mux_pull_parts (&mux, NULL);
  fail_unless_equals_int (parts->len, changes[__i__].n_headers);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* The header of a stream that begins with a gap does not wait for its frames,
 * which may be out of order. */
static const struct
{
  const gchar *caps;
  gboolean has_shown_time;
} gaps[] = {
  {"video/mpeg, mpegversion=4, systemstream=false, width=320, height=240",
      TRUE},
  {"video/x-vp8, width=320, height=240", FALSE},
  {CAPS, FALSE},
};

GST_START_TEST (test_gap_first)
{
  g_autoptr (GByteArray) bytes = NULL;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_NO_CAPS | TEST_MUX_SEEKABLE,
      NULL, NULL);
  gst_harness_push_event (mux.video, gst_event_new_stream_start ("v"));
  gst_harness_set_src_caps_str (mux.video, gaps[__i__].caps);
  gst_harness_push_event (mux.video, gst_event_new_gap (0, GST_SECOND));
  test_mux_wait_for_header (&mux);
  test_mux_push (mux.video, 1000, 40, 600, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  fail_unless_equals_int (memmem (bytes->data, bytes->len,
          asf_guid_payload_ext_shown_time.bytes, ASF_GUID_SIZE) != NULL,
      gaps[__i__].has_shown_time);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Streams without a picture have none. */
GST_START_TEST (test_audio_has_none)
{
  g_autoptr (GByteArray) bytes = NULL;
  AsfHeaderInfo info;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_SEEKABLE, "packet-size", 450,
      NULL);
  test_mux_push (mux.audio, 0, 50, 400, TRUE);
  test_mux_end (&mux);
  bytes = test_mux_pull_all (&mux);
  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  fail_unless_equals_int (bytes->data[info.header_size + ASF_DATA_HEAD_SIZE +
          REPLICATED_OFFSET], 8);
  test_mux_clear (&mux);
}

GST_END_TEST;

static Suite *
asfmuxextensions_suite (void)
{
  Suite *s = suite_create ("asfmuxextensions");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_extensions, 0, G_N_ELEMENTS (rows));
  tcase_add_loop_test (tc, test_changes, 0, G_N_ELEMENTS (changes));
  tcase_add_loop_test (tc, test_gap_first, 0, G_N_ELEMENTS (gaps));
  tcase_add_test (tc, test_audio_has_none);
  return s;
}

GST_CHECK_MAIN (asfmuxextensions);
