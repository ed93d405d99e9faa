/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "asf/asfborder.h"
#include "asf/asfindex.h"
#include "asf/asfrecording.h"
#include "testasf.h"
#include "testprogramme.h"

#define PACKET TEST_PROGRAMME_PACKET
/* Of a Stream Properties Object (section 3.3). */
#define TIME_OFFSET_AT 56

static const AsfGuid file_id = { {0xaa, 0xbb, 0xcc} };

static AsfRecording *
new_recording (TestProgramme * programme, AsfHeaderInfo * info)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (programme->header, &size);

  fail_unless (asf_header_read (data, size, info, NULL));
  return asf_recording_new (programme->header, info, &file_id, 1234567);
}

static void
view_packet (TestProgramme * programme, guint number, AsfView * view)
{
  GBytes *packet = g_ptr_array_index (programme->packets, number);

  fail_unless (asf_view_read (view, g_bytes_get_data (packet, NULL), PACKET));
}

static guint8 *
find_object (const AsfRecordHeader * header, const AsfGuid * guid)
{
  GByteArray *bytes = header->bytes;
  guint i;

  for (i = 0; i + ASF_GUID_SIZE <= bytes->len; i++) {
    if (memcmp (bytes->data + i, guid->bytes, ASF_GUID_SIZE) == 0)
      return bytes->data + i;
  }
  return NULL;
}

/* Payloads that are left out leave padding; the others stay as they are. */
GST_START_TEST (test_keep)
{
  const TestProgrammeConfig config = { 0, 1, TRUE, 0 };
  TestProgramme *programme = test_programme_new (&config);
  guint i, n_packets = 0;

  for (i = 0; i < programme->packets->len; i++) {
    AsfView before, after;
    guint8 out[PACKET];
    guint64 keep;

    view_packet (programme, i, &before);
    fail_if (asf_packet_keep (&before.packet, before.data, 0, out));
    for (keep = 1; keep < ASF_VIEW_BIT (before.n_rows); keep++) {
      guint j, n = 0;

      fail_unless (asf_packet_keep (&before.packet, before.data, keep, out));
      fail_unless (asf_view_read (&after, out, PACKET));
      for (j = 0; j < before.n_rows; j++) {
        const AsfPayload *old = &before.rows[j].payload;
        const AsfPayload *new = &after.rows[n].payload;

        if (!(keep & ASF_VIEW_BIT (j)))
          continue;
        fail_unless (old->end - old->head == new->end - new->head
            && memcmp (old->head, new->head, old->end - old->head) == 0);
        n++;
      }
      assert_equals_int (after.n_rows, n);
      assert_equals_int (after.packet.n_payloads, n);
      assert_equals_int (after.packet.send_time_ms, before.packet.send_time_ms);
    }
    n_packets += before.n_rows > 1 ? 1 : 0;
  }
  fail_unless (n_packets > 5);
  test_programme_free (programme);
}

GST_END_TEST;

/* A packet that needs no change is taken as it is; with an origin its times
 * move, and nothing else does. */
GST_START_TEST (test_take)
{
  const TestProgrammeConfig config = { __i__ == 0 ? 0 : 7200000, 2, TRUE, 0 };
  TestProgramme *programme = test_programme_new (&config);
  AsfHeaderInfo info;
  AsfRecording *recording = new_recording (programme, &info);
  guint i, j;

  if (__i__ == 1)
    asf_recording_set_origin (recording, 7203000, 7200000);
  for (i = 0; i < programme->packets->len; i++) {
    AsfView before, after;
    guint8 out[PACKET];
    AsfRecordingTake take;

    view_packet (programme, i, &before);
    take = asf_recording_take (recording, &before, ASF_VIEW_ALL, out);
    fail_unless (take == (__i__ == 0 ? ASF_TAKE_WHOLE : ASF_TAKE_EDITED));
    if (take == ASF_TAKE_WHOLE)
      continue;
    fail_unless (asf_view_read (&after, out, PACKET));
    assert_equals_int (after.packet.send_time_ms + 7200000,
        before.packet.send_time_ms);
    assert_equals_int (after.n_rows, before.n_rows);
    for (j = 0; j < after.n_rows; j++) {
      assert_equals_int (after.rows[j].payload.pres_time_ms + 7200000,
          before.rows[j].payload.pres_time_ms);
      assert_equals_int (after.rows[j].payload.object_number,
          before.rows[j].payload.object_number);
      fail_unless (memcmp (after.rows[j].payload.data,
              before.rows[j].payload.data, after.rows[j].payload.size) == 0);
    }
  }
  assert_equals_uint64 (asf_recording_get_packets (recording),
      programme->packets->len);
  assert_equals_uint64 (asf_recording_get_duration_ms (recording), 2000);
  asf_recording_free (recording);
  test_programme_free (programme);
}

GST_END_TEST;

/* What a broadcast's header becomes, at first and at last. */
GST_START_TEST (test_header)
{
  const TestProgrammeConfig config = { 0, 3, TRUE, 0 };
  TestProgramme *programme = test_programme_new (&config);
  AsfHeaderInfo info;
  AsfRecording *recording = new_recording (programme, &info);
  const AsfRecordHeader *header = asf_recording_get_header (recording);
  guint32 max_bps = info.max_bitrate_bps;
  GBytes *index;
  guint32 flags;
  AsfView view;
  guint8 out[PACKET];
  guint i;

  fail_unless (asf_header_read (header->bytes->data, header->bytes->len,
          &info, NULL));
  assert_equals_int (info.flags, ASF_FILE_BROADCAST);
  assert_equals_uint64 (info.data_size, 0);
  assert_equals_uint64 (info.play_duration_100ns, 0);
  fail_unless (asf_guid_equal (&info.file_id, &file_id));
  assert_equals_uint64 (info.preroll_ms, 3000);
  assert_equals_uint64 (GST_READ_UINT64_LE (find_object (header,
              &asf_guid_stream_properties) + TIME_OFFSET_AT), 0);

  for (i = 0; i < programme->packets->len; i++) {
    view_packet (programme, i, &view);
    asf_recording_take (recording, &view, ASF_VIEW_ALL, out);
  }
  index = asf_recording_make_index (recording, NULL);
  fail_unless (index != NULL && g_bytes_get_size (index) > 56);
  flags = asf_recording_complete (recording, index);
  assert_equals_int (flags, ASF_FILE_SEEKABLE);
  assert_equals_int (header->bytes->data[header->flags_at], ASF_FILE_BROADCAST);
  assert_equals_int (header->bytes->data[header->size_top_at],
      ASF_RECORD_ENDLESS);
  header->bytes->data[header->flags_at] = flags;
  header->bytes->data[header->size_top_at] = 0;
  fail_unless (asf_header_read (header->bytes->data, header->bytes->len,
          &info, NULL));
  assert_equals_uint64 (info.packet_count, programme->packets->len);
  assert_equals_uint64 (info.data_size, 50 + PACKET * info.packet_count);
  assert_equals_uint64 (info.play_duration_100ns, 60000000);
  /* the header says 1 and 2 kbit/s; sound has 14.4 */
  fail_unless (info.streams[0].bitrate_bps >= 14400
      && info.streams[0].bitrate_bps < 15000);
  fail_unless (info.max_bitrate_bps >= max_bps
      + info.streams[0].bitrate_bps - 1000);
  g_bytes_unref (index);
  asf_recording_free (recording);
  test_programme_free (programme);
}

GST_END_TEST;

/* A packet is missing: its objects are damage until they are taken out, and
 * the numbers of the next ones follow. */
GST_START_TEST (test_damage)
{
  const TestProgrammeConfig config = { 0, 2, TRUE, 0 };
  TestProgramme *programme = test_programme_new (&config);
  AsfHeaderInfo info;
  AsfRecording *recording = new_recording (programme, &info);
  guint i, n_damaged = 0;
  gint last = -1;

  for (i = 0; i < programme->packets->len; i++) {
    AsfDamage damage;
    AsfView view, after;
    guint8 out[PACKET];
    AsfRecordingTake take;
    guint j;

    if (i % 7 == 3)
      continue;
    view_packet (programme, i, &view);
    while (asf_recording_find_damage (recording, &view, ASF_VIEW_ALL, &damage)) {
      fail_unless (damage.first_packet < asf_recording_get_packets (recording));
      if (damage.stream_number == TEST_PROGRAMME_VIDEO)
        last--;
      asf_recording_mend (recording, &damage, TRUE);
      n_damaged++;
    }
    take = asf_recording_take (recording, &view, ASF_VIEW_ALL, out);
    if (take == ASF_TAKE_NOTHING)
      continue;
    fail_unless (asf_view_read (&after, take == ASF_TAKE_WHOLE ? view.data
            : out, PACKET));
    for (j = 0; j < after.n_rows; j++) {
      const AsfPayload *payload = &after.rows[j].payload;

      if (payload->stream_number != TEST_PROGRAMME_VIDEO
          || payload->offset != 0)
        continue;
      assert_equals_int (payload->object_number, last + 1);
      last++;
    }
  }
  fail_unless (n_damaged >= 3, "%u", n_damaged);
  asf_recording_free (recording);
  test_programme_free (programme);
}

GST_END_TEST;

/* Going back to a mark forgets what came after it. */
GST_START_TEST (test_mark)
{
  const TestProgrammeConfig config = { 0, 3, TRUE, 0 };
  TestProgramme *programme = test_programme_new (&config);
  AsfHeaderInfo info;
  AsfRecording *recording = new_recording (programme, &info);
  AsfRecordingMark *mark = NULL;
  GBytes *before = NULL, *after;
  guint8 out[PACKET];
  AsfView view;
  guint i;

  for (i = 0; i < programme->packets->len; i++) {
    if (i == programme->packets->len / 2) {
      mark = asf_recording_mark (recording, NULL);
      before = asf_recording_make_index (recording, NULL);
    }
    view_packet (programme, i, &view);
    asf_recording_take (recording, &view, ASF_VIEW_ALL, out);
  }
  asf_recording_go_back (recording, mark);
  assert_equals_uint64 (asf_recording_get_packets (recording),
      programme->packets->len / 2);
  after = asf_recording_make_index (recording, NULL);
  fail_unless (g_bytes_equal (before, after));
  g_bytes_unref (before);
  g_bytes_unref (after);
  asf_recording_mark_free (mark);
  asf_recording_free (recording);
  test_programme_free (programme);
}

GST_END_TEST;

/* A packet that is taken out moves the places behind it. */
GST_START_TEST (test_index_places)
{
  AsfIndex index, expected;
  GBytes *written, *wanted;

  asf_index_init (&index);
  asf_index_init (&expected);
  asf_index_add_key (&index, 3000, 0, 2);
  asf_index_add_key (&index, 5000, 10, 2);
  asf_index_add_key (&index, 8000, 20, 1);
  asf_index_remove_packet (&index, 15);
  asf_index_remove_packet (&index, 5);
  asf_index_add_key (&expected, 3000, 0, 2);
  asf_index_add_key (&expected, 5000, 9, 2);
  asf_index_add_key (&expected, 8000, 18, 1);
  written = asf_index_write_simple (&index, &file_id, 9000, NULL);
  wanted = asf_index_write_simple (&expected, &file_id, 9000, NULL);
  fail_unless (g_bytes_equal (written, wanted));
  g_bytes_unref (written);
  g_bytes_unref (wanted);
  asf_index_clear (&index);
  asf_index_clear (&expected);
}

GST_END_TEST;

/* Each object is on one side, all of it. */
GST_START_TEST (test_border)
{
  const TestProgrammeConfig config = { 0, 4, TRUE, 400 };
  TestProgramme *programme = test_programme_new (&config);
  AsfHeaderInfo info;
  AsfRecording *unused = new_recording (programme, &info);
  gint64 border_ms = 0;
  AsfBorder border;
  AsfView view;
  guint i, j, n_late = 0;

  for (i = 0; i < programme->packets->len; i++) {
    guint64 behind;
    gint row;

    view_packet (programme, i, &view);
    row = asf_view_find_start (&view, &info, TRUE);
    if (border_ms == 0 && row >= 0
        && view.rows[row].payload.pres_time_ms >= 5000) {
      asf_border_init (&border, &info, &view, row, TRUE);
      border_ms = border.pres_ms;
    }
    if (border_ms == 0)
      continue;
    behind = asf_border_split (&border, &view);
    for (j = 0; j < view.n_rows; j++) {
      gboolean is_late = view.rows[j].payload.pres_time_ms < border_ms;

      fail_unless (is_late == !(behind & ASF_VIEW_BIT (j)));
      n_late += is_late ? 1 : 0;
    }
  }
  fail_unless (border_ms == 5000 && n_late >= 4);
  fail_unless (asf_border_is_passed (&border));
  asf_recording_free (unused);
  test_programme_free (programme);
}

GST_END_TEST;

static Suite *
asfrecording_suite (void)
{
  Suite *suite = suite_create ("asfrecording");
  TCase *tc = tcase_create ("recording");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_keep);
  tcase_add_loop_test (tc, test_take, 0, 2);
  tcase_add_test (tc, test_header);
  tcase_add_test (tc, test_damage);
  tcase_add_test (tc, test_mark);
  tcase_add_test (tc, test_index_places);
  tcase_add_test (tc, test_border);
  return suite;
}

GST_CHECK_MAIN (asfrecording);
