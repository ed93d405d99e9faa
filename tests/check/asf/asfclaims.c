/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sizes that a stream claims: none of them is believed before its bytes have
 * come, so that little input takes little memory. */
#include <gst/check/gstcheck.h>
#include <string.h>
#include <sys/resource.h>

#include "asf/asfsplitter.h"
#include "testasf.h"

/* What a few kilobytes of input may take, with what the test itself takes. */
#define ROOM (32 * 1024 * 1024)
#define PACKET_SIZE 400

static const TestHeader file = { 0, PACKET_SIZE, 100,
  {&asf_guid_stream_video, &asf_guid_stream_audio}, FALSE
};

#ifndef __SANITIZE_ADDRESS__
static gsize
count_data_bytes (void)
{
  g_autofree gchar *status = NULL;
  const gchar *line;

  fail_unless (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "VmData:");
  fail_unless (line != NULL);
  return g_ascii_strtoull (line + strlen ("VmData:"), NULL, 10) * 1024;
}
#endif

/* From here on g_malloc() of more ends the program.  Sanitizers have memory of
 * their own, and are not counted. */
static void
limit_memory (void)
{
#ifndef __SANITIZE_ADDRESS__
  struct rlimit limit;

  fail_unless (getrlimit (RLIMIT_DATA, &limit) == 0);
  limit.rlim_cur = count_data_bytes () + ROOM;
  fail_unless (setrlimit (RLIMIT_DATA, &limit) == 0);
#endif
}

/* Takes all there is, as the sink does.  Returns: how many packets. */
static guint
split (const guint8 * data, gsize size)
{
  AsfSplitter *splitter = asf_splitter_new ();
  guint n_packets = 0;
  gsize at, n;

  for (at = 0; at < size; at += n) {
    g_autoptr (GError) error = NULL;
    AsfUnit unit;

    n = MIN (1000, size - at);
    asf_splitter_push (splitter, gst_buffer_new_memdup (data + at, n));
    while (asf_splitter_pop (splitter, &unit, &error)) {
      n_packets += unit.kind == ASF_UNIT_PACKET;
      asf_unit_clear (&unit);
    }
    fail_unless (asf_splitter_get_pending (splitter) <= size);
  }
  asf_splitter_free (splitter);
  return n_packets;
}

static GByteArray *
make_file (void)
{
  GByteArray *bytes = test_asf_header (&file);
  guint i;

  for (i = 0; i < 4; i++)
    test_asf_append_packet (bytes, PACKET_SIZE, 100, i, TRUE, i * 40);
  return bytes;
}

static const guint64 claims[] = {
  16 * 1024 * 1024, G_MAXINT32, G_MAXUINT32, G_GUINT64_CONSTANT (1) << 40,
  G_MAXINT64, G_MAXUINT64,
};

/* Each field that may be a size or a number: each 8 bytes, and each 4, of a
 * header and the first packets. */
GST_START_TEST (test_each_field)
{
  GByteArray *bytes = make_file ();
  guint8 *copy = g_malloc (bytes->len);
  const guint64 claim = claims[__i__];
  gsize at;

  limit_memory ();
  fail_unless_equals_int (split (bytes->data, bytes->len), 4);
  for (at = 0; at + 8 <= bytes->len; at++) {
    memcpy (copy, bytes->data, bytes->len);
    GST_WRITE_UINT64_LE (copy + at, claim);
    split (copy, bytes->len);
    memcpy (copy, bytes->data, bytes->len);
    GST_WRITE_UINT32_LE (copy + at, claim);
    split (copy, bytes->len);
  }
  g_free (copy);
  g_byte_array_unref (bytes);
}

GST_END_TEST;

/* The limit of this test is one; under memcheck there is none. */
GST_START_TEST (test_limit)
{
#ifndef __SANITIZE_ADDRESS__
  if (g_getenv ("MEMCHECK_DIR") != NULL)
    return;
  limit_memory ();
  fail_unless (g_try_malloc (2 * ROOM) == NULL);
#endif
}

GST_END_TEST;

static Suite *
asfclaims_suite (void)
{
  Suite *suite = suite_create ("asfclaims");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_limit);
  tcase_add_loop_test (tc, test_each_field, 0, G_N_ELEMENTS (claims));
  return suite;
}

GST_CHECK_MAIN (asfclaims);
