/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "asf/asfwriter.h"
#include "testbytes.h"

static void
assert_written (AsfWriter * w, const gchar * what, const gchar * hex)
{
  g_autoptr (GBytes) bytes = asf_writer_finish (w, NULL);
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  test_assert_hex (what, data, size, hex);
}

/* section 2.1: little-endian, and a size that counts the head */
GST_START_TEST (test_sizes_are_patched)
{
  AsfWriter w;
  gsize outer, inner;

  asf_writer_init (&w);
  outer = asf_writer_begin_object (&w, &asf_guid_header_extension);
  asf_writer_u16 (&w, 0x0102);
  inner = asf_writer_begin_object (&w, &asf_guid_padding);
  asf_writer_u8 (&w, 0xff);
  asf_writer_end_object (&w, inner);
  asf_writer_u32 (&w, 0x03040506);
  asf_writer_end_object (&w, outer);
  asf_writer_u64 (&w, G_GUINT64_CONSTANT (0x0102030405060708));
  assert_written (&w, "nested",
      "b503bf5f2ea9cf118ee300c00c205365 3700000000000000 0201"
      "74d40618dfca0945a4ba9aabcb96aae8 1900000000000000 ff"
      "06050403 0807060504030201");
}

GST_END_TEST;

GST_START_TEST (test_patching)
{
  AsfWriter w;

  asf_writer_init (&w);
  asf_writer_zeros (&w, 7);
  asf_writer_patch_u32 (&w, 0, 0x11223344);
  asf_writer_patch_u16 (&w, 5, 0x5566);
  asf_writer_data (&w, "ab", 2);
  assert_written (&w, "patched", "44332211 00 6655 6162");
}

GST_END_TEST;

/* The first failure stays, later calls do nothing. */
GST_START_TEST (test_sticky_error)
{
  AsfWriter w;
  g_autoptr (GError) error = NULL;

  asf_writer_init (&w);
  asf_writer_u16 (&w, 65535);
  asf_writer_u16 (&w, 65536);
  asf_writer_u32 (&w, 1);
  asf_writer_end_object (&w, 0);
  fail_unless (asf_writer_finish (&w, &error) == NULL);
  fail_unless (g_error_matches (error, ASF_ERROR, ASF_ERROR_LIMIT));
}

GST_END_TEST;

/* section 2.1: UTF-16LE with a NUL; characters beyond the first plane, bytes
 * that are no UTF-8 */
static const struct
{
  const gchar *text;
  const gchar *hex;
} texts[] = {
  {NULL, ""},
  {"", ""},
  {"ab", "6100 6200 0000"},
  {"\xc3\xa9", "e900 0000"},
  {"\xf0\x9d\x84\x9e", "34d8 1edd 0000"},
  {"a\xff" "b", "6100 fdff 6200 0000"},
};

GST_START_TEST (test_utf16)
{
  g_autoptr (GBytes) bytes = asf_utf16_new (texts[__i__].text);
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  test_assert_hex ("text", data, size, texts[__i__].hex);
  fail_unless_equals_int (asf_utf16_size (texts[__i__].text), size);
}

GST_END_TEST;

static Suite *
asfwriter_suite (void)
{
  Suite *s = suite_create ("asfwriter");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_sizes_are_patched);
  tcase_add_test (tc, test_patching);
  tcase_add_test (tc, test_sticky_error);
  tcase_add_loop_test (tc, test_utf16, 0, G_N_ELEMENTS (texts));
  return s;
}

GST_CHECK_MAIN (asfwriter);
