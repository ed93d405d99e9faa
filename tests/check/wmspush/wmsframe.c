/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "wmspush/wmsframe.h"

/* [MS-WMHTTP] 2.2.3. */
static const struct
{
  guint8 bytes[WMS_FRAME_HEAD_SIZE];
  WmsFrameType type;
  guint length;
} heads[] = {
  {{0x24, 0x48, 0xfb, 0xff}, WMS_FRAME_HEADER, WMS_FRAME_MAX_HEADER},
  {{0x24, 0x44, 0x80, 0x0c}, WMS_FRAME_DATA, 3200},
  {{0x24, 0x45, 0x04, 0x00}, WMS_FRAME_END, 4},
  {{0x24, 0x43, 0xff, 0xff}, WMS_FRAME_CHANGE, WMS_FRAME_MAX_PAYLOAD},
  {{0x24, 0x46, 0x00, 0x00}, WMS_FRAME_FILLER, 0},
};

GST_START_TEST (test_write_heads)
{
  guint8 head[WMS_FRAME_HEAD_SIZE];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (heads); i++) {
    wms_frame_write_head (head, heads[i].type, heads[i].length);
    fail_unless (memcmp (head, heads[i].bytes, sizeof (head)) == 0);
  }
}

GST_END_TEST;

GST_START_TEST (test_read_heads)
{
  WmsFrameType type;
  guint i, length;

  for (i = 0; i < G_N_ELEMENTS (heads); i++) {
    fail_unless (wms_frame_read_head (heads[i].bytes, &type, &length));
    assert_equals_int (type, heads[i].type);
    assert_equals_int (length, heads[i].length);
  }
}

GST_END_TEST;

GST_START_TEST (test_read_refuses)
{
  WmsFrameType type;
  guint length, byte;

  /* the B flag is clear in a push; $M is for players */
  for (byte = 0; byte < 256; byte++) {
    guint8 start[WMS_FRAME_HEAD_SIZE] = { byte, 'D', 1, 0 };
    guint8 letter[WMS_FRAME_HEAD_SIZE] = { '$', byte, 1, 0 };

    assert_equals_int (wms_frame_read_head (start, &type, &length),
        byte == '$');
    assert_equals_int (wms_frame_read_head (letter, &type, &length),
        byte == 'H' || byte == 'D' || byte == 'E' || byte == 'C'
        || byte == 'F');
  }
}

GST_END_TEST;

GST_START_TEST (test_write_end)
{
  static const struct
  {
    guint32 reason;
    guint8 bytes[WMS_FRAME_END_SIZE];
  } rows[] = {
    {WMS_END_SESSION, {'$', 'E', 4, 0, 0, 0, 0, 0}},
    {WMS_END_HEADER_FOLLOWS, {'$', 'E', 4, 0, 1, 0, 0, 0}},
    {0xc00d0029, {'$', 'E', 4, 0, 0x29, 0, 0x0d, 0xc0}},
  };
  guint8 frame[WMS_FRAME_END_SIZE];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++) {
    wms_frame_write_end (frame, rows[i].reason);
    fail_unless (memcmp (frame, rows[i].bytes, sizeof (frame)) == 0);
  }
}

GST_END_TEST;

static Suite *
wmsframe_suite (void)
{
  Suite *suite = suite_create ("wmsframe");
  TCase *tc = tcase_create ("frame");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_write_heads);
  tcase_add_test (tc, test_read_heads);
  tcase_add_test (tc, test_read_refuses);
  tcase_add_test (tc, test_write_end);
  return suite;
}

GST_CHECK_MAIN (wmsframe);
