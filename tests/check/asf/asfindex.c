/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "asf/asfindex.h"
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
      asf_index_write_simple (&index_, &file_id, last_pres_ms);
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
  fail_unless (asf_index_write_simple (&index_, &file_id, 1000) == NULL);
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
  return s;
}

GST_CHECK_MAIN (asfindex);
