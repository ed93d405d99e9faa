/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "asf/asfindex.h"
#include "failalloc.h"
#include "testbytes.h"

static AsfGuid file_id;
static AsfIndex index_;

static void
setup (void)
{
  memcpy (file_id.bytes, "0123456789abcdef", ASF_GUID_SIZE);
  asf_index_init (&index_);
}

static void
teardown (void)
{
  asf_index_clear (&index_);
}

static void
assert_index (guint32 last_pres_ms, const gchar * hex)
{
  g_autoptr (GBytes) bytes =
      asf_index_write_simple (&index_, &file_id, last_pres_ms, NULL);
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  test_assert_hex ("6.1 Simple Index", data, size, hex);
}

/* section 6.1; rules, 8.1: entry i is for i seconds with the preroll, the key
 * frame at or before it */
GST_START_TEST (test_entries)
{
  asf_index_add_key (&index_, 3000, 0, 3);
  asf_index_add_key (&index_, 5001, 9, 2);
  asf_index_add_key (&index_, 7000, 20, 1);
  assert_index (7900,
      "90080033b1e5cf1189f400a0c90349cb 6800000000000000"
      "30313233343536373839616263646566 8096980000000000 03000000 08000000"
      "00000000 0300 00000000 0300 00000000 0300 00000000 0300"
      "00000000 0300 00000000 0300 09000000 0200 14000000 0100");
}

GST_END_TEST;

GST_START_TEST (test_no_key_frame)
{
  fail_unless (asf_index_write_simple (&index_, &file_id, 1000, NULL) == NULL);
}

GST_END_TEST;

/* rules, 10: Packet Count is a WORD */
GST_START_TEST (test_large_count)
{
  asf_index_add_key (&index_, 0, 0, 100000);
  assert_index (0,
      "90080033b1e5cf1189f400a0c90349cb 3e00000000000000"
      "30313233343536373839616263646566 8096980000000000 ffff0000 01000000"
      "00000000 ffff");
}

GST_END_TEST;

/* rules, 8.1: a number that is no DWORD cannot be written */
GST_START_TEST (test_too_many_packets)
{
  asf_index_add_key (&index_, 0, G_MAXUINT32, 1);
  fail_unless (asf_index_is_usable (&index_));
  asf_index_add_key (&index_, 10, G_GUINT64_CONSTANT (1) << 32, 1);
  fail_if (asf_index_is_usable (&index_));
  fail_unless (asf_index_write_simple (&index_, &file_id, 1000, NULL) == NULL);
}

GST_END_TEST;

/* section 6.2; rules, 8.2: a column for each stream, offsets in bytes; none
 * for a stream without data */
GST_START_TEST (test_object)
{
  AsfIndex audio, empty;
  AsfIndexStream streams[] = { {1, &index_}, {2, &audio}, {5, &empty} };
  g_autoptr (GBytes) bytes = NULL;
  gconstpointer data;
  gsize size;

  asf_index_init (&audio);
  asf_index_init (&empty);
  asf_index_add_key (&index_, 3000, 0, 3);
  asf_index_add_key (&index_, 5001, 9, 2);
  asf_index_add_key (&index_, 7000, 20, 1);
  asf_index_add_key (&audio, 3000, 1, 1);
  asf_index_add_key (&audio, 6000, 15, 1);
  bytes = asf_index_write_object (streams, 3, 100, 7900, NULL);
  data = g_bytes_get_data (bytes, &size);
  test_assert_hex ("6.2 Index", data, size,
      "d329e2d6da35d111903400a0c90349be aa00000000000000"
      "e8030000 0300 01000000 0100 0300 0200 0300 0500 0300"
      "08000000 0000000000000000 0000000000000000 0000000000000000"
      "00000000 64000000 ffffffff 00000000 64000000 ffffffff"
      "00000000 64000000 ffffffff 00000000 64000000 ffffffff"
      "00000000 64000000 ffffffff 00000000 64000000 ffffffff"
      "84030000 dc050000 ffffffff d0070000 dc050000 ffffffff");
  asf_index_clear (&audio);
  asf_index_clear (&empty);
}

GST_END_TEST;

/* One block as long as offsets are at most 0xfffffffe; the next one's positions
 * are those of its first entries. */
GST_START_TEST (test_block_limit)
{
  AsfIndexStream streams[] = { {1, &index_} };
  g_autoptr (GBytes) bytes = NULL;
  gconstpointer data;
  gsize size;

  asf_index_add_key (&index_, 0, 0, 1);
  asf_index_add_key (&index_, 500, 0xfffffffe / 2, 1);
  asf_index_add_key (&index_, 1500, 0xfffffffe / 2 + 1, 1);
  bytes = asf_index_write_object (streams, 1, 2, 2000, NULL);
  data = g_bytes_get_data (bytes, &size);
  test_assert_hex ("6.2 Index", data, size,
      "d329e2d6da35d111903400a0c90349be 4a00000000000000"
      "e8030000 0100 02000000 0100 0300"
      "02000000 0000000000000000 00000000 feffffff"
      "01000000 0000000001000000 00000000");
}

GST_END_TEST;

/* A stream whose first data is past 4 GiB has it as its first position. */
GST_START_TEST (test_late_stream)
{
  AsfIndexStream streams[] = { {1, &index_} };
  g_autoptr (GBytes) bytes = NULL;
  gconstpointer data;
  gsize size;

  asf_index_add_key (&index_, 500, 0x100000, 1);
  bytes = asf_index_write_object (streams, 1, 0x1000, 1000, NULL);
  data = g_bytes_get_data (bytes, &size);
  test_assert_hex ("6.2 Index", data, size,
      "d329e2d6da35d111903400a0c90349be 3a00000000000000"
      "e8030000 0100 01000000 0100 0300"
      "02000000 0000000001000000 00000000 00000000");
}

GST_END_TEST;

GST_START_TEST (test_too_many_entries)
{
  AsfIndexStream streams[127];
  g_autoptr (GError) error = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (streams); i++)
    streams[i] = (AsfIndexStream) {
    i + 1, &index_};
  fail_unless (asf_index_write_object (streams, G_N_ELEMENTS (streams), 100,
          G_MAXUINT32, &error) == NULL);
  fail_unless (g_error_matches (error, ASF_ERROR, ASF_ERROR_LIMIT));
}

GST_END_TEST;

/* Without memory there is an error, and no index that ends early. */
GST_START_TEST (test_no_memory)
{
  guint n_calls = 1, nth;

  asf_index_add_key (&index_, 0, 0, 1);
  for (nth = 0; nth < n_calls; nth++) {
    g_autoptr (GError) error = NULL;
    GBytes *bytes;

    fail_arm (FAIL_TRY, nth, FALSE);
    bytes = asf_index_write_simple (&index_, &file_id, 1000000, &error);
    n_calls = MAX (n_calls, fail_disarm ());
    fail_unless (bytes == NULL && error != NULL);
    fail_arm (FAIL_TRY, -1, FALSE);
    g_bytes_unref (asf_index_write_simple (&index_, &file_id, 1000000, NULL));
    n_calls = fail_disarm ();
  }
  fail_unless (n_calls >= 3);
}

GST_END_TEST;

static Suite *
asfindex_suite (void)
{
  Suite *s = suite_create ("asfindex");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_entries);
  tcase_add_test (tc, test_no_key_frame);
  tcase_add_test (tc, test_large_count);
  tcase_add_test (tc, test_too_many_packets);
  tcase_add_test (tc, test_object);
  tcase_add_test (tc, test_block_limit);
  tcase_add_test (tc, test_late_stream);
  tcase_add_test (tc, test_too_many_entries);
  tcase_add_test (tc, test_no_memory);
  return s;
}

GST_CHECK_MAIN (asfindex);
