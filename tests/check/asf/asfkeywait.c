/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "asf/asfkeywait.h"

#include <gst/check/gstcheck.h>

#include "testasf.h"

#define PACKET_SIZE 200
/* In a packet of test_asf_packet(). */
#define STREAM_AT 15
#define OFFSET_AT 17
#define OBJECT_SIZE_AT 22

/* Stream 1: sound where a picture is declared as stream 2. */
typedef enum
{
  SOUND, SOUND_GOES_ON, PICTURE, PICTURE_GOES_ON, KEY
} Kind;

typedef struct
{
  Kind kind;
  guint32 send_ms;
  gboolean starts, is_over;
} Step;

typedef struct
{
  gboolean has_video;
  Step steps[9];                /* ends with 0 ms */
} Row;

static const Row rows[] = {
  /* without video anything is a place to start */
  {FALSE, {{SOUND, 5, TRUE, TRUE}, {SOUND_GOES_ON, 6, FALSE, TRUE}}},
  /* a key frame is, however long nothing else has come */
  {TRUE, {{KEY, 5, TRUE, FALSE}, {SOUND, 6, FALSE, FALSE},
          {PICTURE, 59000, FALSE, FALSE}, {KEY, 60000, TRUE, FALSE},
          {PICTURE, 119999, FALSE, FALSE}, {KEY, 130000, TRUE, FALSE},
          {PICTURE, 130001, FALSE, FALSE}}},
  /* no picture at all, and then one */
  {TRUE, {{SOUND, 5, FALSE, FALSE}, {SOUND, 10004, FALSE, FALSE},
          {SOUND_GOES_ON, 10005, FALSE, TRUE}, {SOUND, 10006, TRUE, TRUE},
          {PICTURE, 10007, FALSE, FALSE}, {SOUND, 70006, FALSE, FALSE},
          {SOUND, 70007, TRUE, TRUE}}},
  /* one, and nothing after it */
  {TRUE, {{KEY, 5, TRUE, FALSE}, {SOUND, 60004, FALSE, FALSE},
          {SOUND, 60005, TRUE, TRUE}, {KEY, 60006, TRUE, FALSE},
          {SOUND, 60007, FALSE, FALSE}}},
  /* none of them is a key frame */
  {TRUE, {{PICTURE, 5, FALSE, FALSE}, {PICTURE, 60004, FALSE, FALSE},
          {PICTURE_GOES_ON, 60005, FALSE, TRUE}, {PICTURE, 60006, TRUE, TRUE},
          {SOUND, 60007, TRUE, TRUE}, {KEY, 60008, TRUE, FALSE},
          {PICTURE, 60009, FALSE, FALSE}}},
  /* another clock takes no time */
  {TRUE, {{KEY, 5, TRUE, FALSE}, {SOUND, 700000, FALSE, FALSE},
          {SOUND, 5, FALSE, FALSE}}},
};

static GByteArray *
make_packet (const Step * step)
{
  GByteArray *bytes = test_asf_packet (PACKET_SIZE, 100, 'a',
      step->kind == KEY, step->send_ms);

  if (step->kind == PICTURE || step->kind == PICTURE_GOES_ON
      || step->kind == KEY)
    bytes->data[STREAM_AT]++;
  if (step->kind == SOUND_GOES_ON || step->kind == PICTURE_GOES_ON) {
    GST_WRITE_UINT32_LE (bytes->data + OFFSET_AT, 100);
    GST_WRITE_UINT32_LE (bytes->data + OBJECT_SIZE_AT, 200);
  }
  return bytes;
}

GST_START_TEST (test_rows)
{
  const Row *row = &rows[__i__];
  const AsfHeaderInfo header = {.flags = ASF_FILE_BROADCAST,.n_streams = 2,
    .has_video = row->has_video,.streams = {{1, ASF_STREAM_AUDIO, 0},
        {2, row->has_video ? ASF_STREAM_VIDEO : ASF_STREAM_AUDIO, 0}}
  };
  AsfKeyWait wait = { {0,}, };
  const Step *step;

  for (step = row->steps; step->send_ms != 0; step++) {
    GByteArray *bytes = make_packet (step);
    AsfPacketInfo packet;

    fail_unless (asf_packet_read (bytes->data, bytes->len, &packet, NULL));
    fail_unless_equals_int (asf_key_wait_take (&wait, &header, &packet,
            bytes->data), step->starts);
    fail_unless_equals_int (wait.is_over, step->is_over);
    g_byte_array_unref (bytes);
  }
}

GST_END_TEST;

/* A file's Send Times are taken as they are: a damaged one is soon over. */
GST_START_TEST (test_damaged_send_time)
{
  static const Step steps[] = {
    {KEY, 5, TRUE, FALSE}, {KEY, 9000000, TRUE, FALSE},
    {PICTURE, 10, FALSE, FALSE}, {PICTURE, 9000000, TRUE, TRUE},
    {PICTURE, 20, FALSE, FALSE},
  };
  const AsfHeaderInfo header = {.n_streams = 2,.has_video = TRUE,
    .streams = {{1, ASF_STREAM_AUDIO, 0}, {2, ASF_STREAM_VIDEO, 0}}
  };
  AsfKeyWait wait = { {0,}, };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (steps); i++) {
    GByteArray *bytes = make_packet (&steps[i]);
    AsfPacketInfo packet;

    fail_unless (asf_packet_read (bytes->data, bytes->len, &packet, NULL));
    fail_unless_equals_int (asf_key_wait_take (&wait, &header, &packet,
            bytes->data), steps[i].starts);
    fail_unless_equals_int (wait.is_over, steps[i].is_over);
    g_byte_array_unref (bytes);
  }
}

GST_END_TEST;

static Suite *
asfkeywait_suite (void)
{
  Suite *s = suite_create ("asfkeywait");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_rows, 0, G_N_ELEMENTS (rows));
  tcase_add_test (tc, test_damaged_send_time);
  return s;
}

GST_CHECK_MAIN (asfkeywait);
