/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* asfparse and rtpasfpay where memory is missing: each call that can fail does
 * so once, and from there on for good.  An error is posted, or all comes out. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <string.h>

#include "failalloc.h"
#include "testasf.h"

#define PACKET_SIZE 900
#define N_PACKETS 4
#define RTP_HEADER_SIZE 12

typedef struct
{
  const gchar *element;
  guint kinds;
  gsize piece;                  /* bytes of a buffer */
  gsize n_left_out;             /* random bytes at the beginning of each */
} Row;

#define FAIL_ANY (FAIL_ALLOC | FAIL_MAP | FAIL_COPY | FAIL_TRY | FAIL_POOL)

static const Row rows[] = {
  {"asfparse", FAIL_ALLOC, 700, 0}, {"asfparse", FAIL_MAP, 700, 0},
  {"asfparse", FAIL_MAP, 100, 0}, {"asfparse", FAIL_COPY | FAIL_MAP, 700, 0},
  {"asfparse", FAIL_ANY, 700, 0}, {"asfparse", FAIL_ANY, 2500, 0},
  {"rtpasfpay", FAIL_ALLOC, 700, RTP_HEADER_SIZE},
  {"rtpasfpay", FAIL_MAP, 700, RTP_HEADER_SIZE},
  {"rtpasfpay", FAIL_MAP, 100, RTP_HEADER_SIZE},
  {"rtpasfpay", FAIL_COPY | FAIL_MAP, 700, RTP_HEADER_SIZE},
  {"rtpasfpay", FAIL_ANY, 700, RTP_HEADER_SIZE},
  {"rtpasfpay", FAIL_ANY, 2500, RTP_HEADER_SIZE},
};

/* (element-type GstBuffer) */
static GPtrArray *
make_buffers (gsize piece, GstAllocator * allocator)
{
  static const TestHeader header = { ASF_FILE_BROADCAST, PACKET_SIZE, 0,
    {&asf_guid_stream_video}
  };
  GPtrArray *made = g_ptr_array_new ();
  GByteArray *bytes = test_asf_header (&header);
  gsize at, size;
  guint i;

  for (i = 0; i < N_PACKETS; i++)
    test_asf_append_packet (bytes, PACKET_SIZE, 800, 'a' + i, TRUE, i);
  for (at = 0; at < bytes->len; at += size) {
    size = MIN (piece, bytes->len - at);
    g_ptr_array_add (made, fail_buffer_new (allocator,
            gst_buffer_new_memdup (bytes->data + at, size), 1 + made->len % 3));
  }
  g_byte_array_unref (bytes);
  return made;
}

static GByteArray *
pull_all (GstHarness * harness, gsize n_left_out)
{
  GByteArray *bytes = g_byte_array_new ();
  GstBuffer *buffer;
  GstMapInfo map;

  while ((buffer = gst_harness_try_pull (harness)) != NULL) {
    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
    fail_unless (map.size > n_left_out);
    g_byte_array_append (bytes, map.data + n_left_out, map.size - n_left_out);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
  }
  return bytes;
}

static guint
count_errors (GstBus * bus)
{
  GstMessage *message;
  guint n = 0;

  for (; (message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR)); n++)
    gst_message_unref (message);
  return n;
}

/* Returns: what came out; %NULL when an error was told. */
static GByteArray *
run (const Row * row, gint nth, gboolean for_good, guint * n_calls)
{
  GstAllocator *allocator = fail_allocator_new ();
  GPtrArray *input = make_buffers (row->piece, allocator);
  GstHarness *harness = gst_harness_new (row->element);
  GstBus *bus = gst_bus_new ();
  GstFlowReturn ret = GST_FLOW_OK;
  GByteArray *output;
  guint i;

  gst_element_set_bus (harness->element, bus);
  gst_harness_set_src_caps_str (harness, "video/x-ms-asf");
  fail_arm (row->kinds, nth, for_good);
  for (i = 0; i < input->len; i++) {
    if (ret == GST_FLOW_OK)
      ret = gst_harness_push (harness, input->pdata[i]);
    else
      gst_buffer_unref (input->pdata[i]);
  }
  *n_calls = fail_disarm ();
  if (ret == GST_FLOW_OK)
    gst_harness_push_event (harness, gst_event_new_eos ());
  output = pull_all (harness, row->n_left_out);
  fail_unless (ret == GST_FLOW_OK || ret == GST_FLOW_ERROR);
  fail_unless_equals_int (count_errors (bus), ret == GST_FLOW_ERROR);
  if (ret == GST_FLOW_ERROR)
    g_clear_pointer (&output, g_byte_array_unref);
  gst_element_set_bus (harness->element, NULL);
  gst_harness_teardown (harness);
  gst_object_unref (bus);
  g_ptr_array_unref (input);
  gst_object_unref (allocator);
  fail_unless_equals_int (fail_count_memories (), 0);
  return output;
}

GST_START_TEST (test_each_call)
{
  const Row *row = &rows[__i__ / 2];
  gboolean for_good = __i__ % 2;
  GByteArray *wanted, *got;
  guint n_calls, n;
  gint nth;

  gst_allocator_set_default (fail_allocator_new ());
  wanted = run (row, -1, FALSE, &n_calls);
  fail_unless (wanted->len > N_PACKETS * 800 && n_calls > 0);
  for (nth = 0; nth < (gint) n_calls; nth++) {
    got = run (row, nth, for_good, &n);
    if (got == NULL)
      continue;
    fail_unless (got->len == wanted->len
        && memcmp (got->data, wanted->data, got->len) == 0,
        "%s, kinds %x, call %d: other bytes, and nobody was told",
        row->element, row->kinds, nth);
    g_byte_array_unref (got);
  }
  g_byte_array_unref (wanted);
}

GST_END_TEST;

static Suite *
asfparsememory_suite (void)
{
  Suite *suite = suite_create ("asfparsememory");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_each_call, 0, 2 * G_N_ELEMENTS (rows));
  return suite;
}

GST_CHECK_MAIN (asfparsememory);
