/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfelapsed.h"

#include <gst/check/gstcheck.h>

#include "testasf.h"

#define PACKET_SIZE 200
#define WRAP (G_GUINT64_CONSTANT (1) << 32)

typedef struct
{
  guint32 flags;
  guint64 preroll_ms;
  guint n;
  guint32 send_ms[5];
  guint64 elapsed_ms[5];
  guint64 pres_ms[5];           /* test_asf_packet(): a preroll of 3 s */
} Row;

static const Row rows[] = {
  /* a file from 0 on, a broadcast from its first packet on */
  {0, 3000, 2, {70, 90}, {70, 90}, {70, 90}},
  {ASF_FILE_BROADCAST, 3000, 2, {70, 90}, {0, 20}, {0, 20}},
  /* a step back is none of 49 days, at the begin and later */
  {ASF_FILE_BROADCAST, 3000, 4, {70, 69, 71, 75}, {0, 0, 1, 5},
      {0, 0, 1, 5}},
  {ASF_FILE_BROADCAST, 3000, 4, {70, 90, 80, 95}, {0, 20, 10, 25},
      {0, 20, 10, 25}},
  /* another clock takes no time, and a damaged packet none but its own */
  {ASF_FILE_BROADCAST, 3000, 5, {70, 90, 900000, 110, 120},
      {0, 20, 20, 20, 30}, {0, 20, 20, 20, 30}},
  {ASF_FILE_BROADCAST, 3000, 5, {900000, 900020, 70, 80, 0x80000000},
      {0, 20, 20, 30, 30}, {0, 20, 20, 30, 30}},
  /* over the end of 32 bits */
  {ASF_FILE_BROADCAST, 3000, 3, {0xfffffff0, 0x10, 0x60}, {0, 0x20, 0x70},
      {0, 0x20, 0x70}},
  /* presentation behind the preroll; a preroll that nothing comes up to */
  {ASF_FILE_BROADCAST, 1000, 2, {0xffffffff, 0}, {0, 1}, {2000, 2001}},
  {ASF_FILE_BROADCAST, G_MAXUINT64, 1, {5}, {0}, {0}},
};

GST_START_TEST (test_rows)
{
  const Row *row = &rows[__i__];
  const AsfHeaderInfo header = {.flags = row->flags,
    .preroll_ms = row->preroll_ms
  };
  AsfElapsed elapsed = { 0, };
  guint i;

  for (i = 0; i < row->n; i++) {
    GByteArray *bytes = test_asf_packet (PACKET_SIZE, 100, 'a', TRUE,
        row->send_ms[i]);
    AsfPacketInfo packet;

    fail_unless (asf_packet_read (bytes->data, bytes->len, &packet, NULL));
    fail_unless_equals_uint64 (asf_elapsed_take (&elapsed, &header, &packet),
        row->elapsed_ms[i]);
    fail_unless_equals_uint64 (asf_elapsed_first_pres (&elapsed, &header,
            &packet, bytes->data), row->pres_ms[i]);
    g_byte_array_unref (bytes);
  }
}

GST_END_TEST;

/* Over the end of 32 bits twice. */
GST_START_TEST (test_days)
{
  const guint32 step_ms = 9 * 60 * 1000;
  const AsfHeaderInfo header = {.flags = ASF_FILE_BROADCAST };
  AsfElapsed elapsed = { 0, };
  AsfPacketInfo packet = {.send_time_ms = 5 };
  guint64 ms;

  for (ms = 0; ms < 2 * WRAP + step_ms; ms += step_ms) {
    fail_unless_equals_uint64 (asf_elapsed_take (&elapsed, &header, &packet),
        ms);
    packet.send_time_ms += step_ms;
  }
}

GST_END_TEST;

static Suite *
asfelapsed_suite (void)
{
  Suite *s = suite_create ("asfelapsed");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_rows, 0, G_N_ELEMENTS (rows));
  tcase_add_test (tc, test_days);
  return s;
}

GST_CHECK_MAIN (asfelapsed);
