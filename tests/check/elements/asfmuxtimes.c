/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "testmux.h"

#define HOURS_1000 (1000 * 3600 * GST_SECOND)

static guint64
play_ms (TestMux * mux)
{
  g_autoptr (GByteArray) bytes = test_mux_pull_all (mux);
  AsfHeaderInfo info;

  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  return info.play_duration_100ns / 10000 - info.preroll_ms;
}

/* libav's video encoders begin at 1000 h, with a segment that does as well;
 * audio begins at 0. */
GST_START_TEST (test_running_time)
{
  GstSegment segment;
  GstBuffer *buffer;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO, NULL, NULL);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = HOURS_1000;
  gst_harness_push_event (mux.video, gst_event_new_segment (&segment));
  buffer = test_mux_buffer (0, 40, 100, TRUE);
  GST_BUFFER_PTS (buffer) += HOURS_1000;
  gst_harness_push (mux.video, buffer);
  test_mux_push (mux.audio, 20, 50, 400, TRUE);
  test_mux_end (&mux);
  test_mux_check_objects (&mux, "1:0* 2:20");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Times before the segment are negative running times; nothing is lost. */
GST_START_TEST (test_negative_times)
{
  GstSegment segment;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO, NULL, NULL);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = GST_SECOND;
  gst_harness_push_event (mux.video, gst_event_new_segment (&segment));
  for (i = 0; i < 3; i++)
    test_mux_push (mux.video, 920 + 40 * i, 40, 100, i == 0);
  test_mux_end (&mux);
  test_mux_check_objects (&mux, "1:0* 1:40 1:80");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Streams that jump back together stay together: the buffers of one that is
 * back already wait for those of the other that are not. */
GST_START_TEST (test_jump_of_two)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO, "latency", GST_SECOND,
      NULL);
  test_mux_push (mux.video, 60000, 40, 100, TRUE);
  test_mux_push (mux.audio, 60000, 50, 400, TRUE);
  test_mux_push (mux.audio, 60050, 50, 400, TRUE);
  test_mux_push (mux.video, 0, 40, 100, FALSE);
  test_mux_push (mux.video, 40, 40, 100, FALSE);
  test_mux_push (mux.video, 80, 40, 100, FALSE);
  test_mux_push (mux.audio, 0, 50, 400, TRUE);
  test_mux_push (mux.audio, 50, 50, 400, TRUE);
  test_mux_end (&mux);
  test_mux_check_objects (&mux, "1:0* 2:0 1:40 2:50 2:50 1:80 2:90 1:120");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* One that ends early or starts late leaves the other alone. */
GST_START_TEST (test_short_stream)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_SEEKABLE,
      "latency", GST_SECOND, NULL);
  test_mux_push (mux.audio, 0, 50, 400, TRUE);
  gst_harness_push_event (mux.audio, gst_event_new_eos ());
  test_mux_push (mux.video, 3000, 40, 100, TRUE);
  test_mux_push (mux.video, 3040, 500, 100, FALSE);
  gst_harness_push_event (mux.video, gst_event_new_eos ());
  fail_unless_equals_uint64 (play_ms (&mux), 3540);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* The stream that starts first begins at 0, the other one as much later. */
GST_START_TEST (test_late_start)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO, NULL, NULL);
  test_mux_push (mux.video, 5000, 40, 100, TRUE);
  test_mux_push (mux.audio, 5500, 50, 400, TRUE);
  test_mux_end (&mux);
  test_mux_check_objects (&mux, "1:0* 2:500");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Time stamps of one stream; -1 is none. */
static const struct
{
  const gchar *what;
  gint64 pts_ms[6];
  gint64 duration_ms;
  guint n;
  const gchar *objects;
  guint play_ms;
} rows[] = {
  {"regular", {0, 40, 80}, 40, 3, "1:0* 1:40 1:80", 120},
  {"the last duration is that of the one before", {0, 40, 80}, -1, 3,
      "1:0* 1:40 1:80", 120},
  {"no time stamps: each follows the one before", {-1, -1, -1}, 40, 3,
      "1:0* 1:40 1:80", 120},
  {"a time stamp is missing", {0, -1, 80, -1}, 40, 4,
      "1:0* 1:40 1:80 1:120", 160},
  {"neither is there: the last step goes on", {0, 50, -1, -1}, -1, 4,
      "1:0* 1:50 1:100 1:150", 200},
  {"a step back is held at the latest time", {0, 200, 100, 240}, 40, 4,
      "1:0* 1:200 1:200 1:240", 280},
  {"a jump is kept", {0, 40, 100000, 100040}, 40, 4,
      "1:0* 1:40 1:100000 1:100040", 100080},
  {"a jump back goes on", {0, 40, 100000, 0, 40, 80}, 40, 6,
      "1:0* 1:40 1:100000 1:100040 1:100080 1:100120", 100160},
  {"and so does the next one", {5000, 0, 40, 2000, 0, 40}, 40, 6,
      "1:0* 1:40 1:80 1:2040 1:2080 1:2120", 2160},
  {"one bad time stamp", {5000, 5040, 0, 5120, 5160}, 40, 5,
      "1:0* 1:40 1:80 1:120 1:160", 200},
  {"a gap", {0, 40, 5000, 5040}, 40, 4, "1:0* 1:40 1:5000 1:5040", 5080},
  {"a gap is no duration", {0, 40, 5000, 5040, 5080}, -1, 5,
      "1:0* 1:40 1:5000 1:5040 1:5080", 5120},
  {"one buffer", {1000}, 40, 1, "1:0*", 40},
  {"one buffer that does not say how long it is", {1000}, -1, 1, "1:0*", 40},
  {"the last one lasts longer", {0, 40, 80}, 1000, 3, "1:0* 1:40 1:80", 1080},
  {"an absurd duration is none", {0, 40, 80}, G_GINT64_CONSTANT
      (9000000000000), 3, "1:0* 1:40 1:80", 120},
};

static void
push_row (TestMux * mux, guint row)
{
  guint i;

  for (i = 0; i < rows[row].n; i++)
    test_mux_push (mux->video, rows[row].pts_ms[i], rows[row].duration_ms,
        100, i == 0);
  test_mux_end (mux);
}

GST_START_TEST (test_time_stamps)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, NULL, NULL);
  push_row (&mux, __i__);
  test_mux_check_objects (&mux, rows[__i__].objects);
  test_mux_clear (&mux);

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_SEEKABLE, NULL, NULL);
  push_row (&mux, __i__);
  fail_unless_equals_uint64 (play_ms (&mux), rows[__i__].play_ms);
  test_mux_clear (&mux);
}

GST_END_TEST;

#define WVC1 "video/x-wmv, wmvversion=3, format=WVC1, width=320, height=240, " \
    "framerate=25/1, codec_data=(buffer)250000010f"
#define MPEG4 "video/mpeg, mpegversion=4, systemstream=false, width=320, " \
    "height=240, framerate=25/1"
#define NONE G_MININT

/* rules, 7.3: out of order, frames of the VC-1 family carry the time of their
 * decode slot, the first one when it is shown; other codecs that reorder carry
 * the presentation time, and the others are held. */
static const struct
{
  const gchar *caps;
  gint pts_ms[5], dts_ms[5];
  const gchar *objects;
  guint second_key;
} reordered[] = {
  {WVC1, {40, 160, 80, 120, 280}, {0, 40, 80, 120, 160},
      "1:0* 1:40 1:80 1:120 1:160"},
  /* a frame without a decode time, and without any */
  {WVC1, {40, 160, 80, 120, 280}, {0, 40, NONE, NONE, 160},
      "1:0* 1:40 1:40 1:80 1:160"},
  {MPEG4, {80, 200, 120, 160, 320}, {0, 40, 80, 120, 160},
      "1:0* 1:120 1:40 1:80 1:240"},
  {MPEG4, {40, 160, 80, 120, 280}, {NONE, NONE, NONE, NONE, NONE},
      "1:0* 1:120 1:40 1:80 1:240"},
  /* mpegpsdemux has a PTS for one picture of several, a DTS for each */
  {MPEG4, {40, -1, 120, -1, 200}, {0, 40, 80, 120, 160},
      "1:0* 1:40 1:80 1:120 1:160"},
  /* never before the beginning, and no further back than decoders go */
  {MPEG4, {40, 0, 80, 120, 160}, {NONE, NONE, NONE, NONE, NONE},
      "1:0* 1:0 1:40 1:80 1:120"},
  /* few a second: held, but no jump, which begins with a key frame */
  {MPEG4, {0, 2000, 500, 1000, 1500}, {NONE, NONE, NONE, NONE, NONE},
      "1:0* 1:2000 1:2000 1:1000 1:1500"},
  {MPEG4, {0, 3000, 0, 120, 40}, {NONE, NONE, NONE, NONE, NONE},
      "1:0* 1:3000 1:3040* 1:3160 1:3080", 2},
  {TEST_VIDEO_CAPS, {40, 160, 80, 120, 280}, {NONE, NONE, NONE, NONE, NONE},
      "1:0* 1:120 1:120 1:120 1:240"},
};

GST_START_TEST (test_reordered_frames)
{
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_NO_CAPS, NULL, NULL);
  gst_harness_set_src_caps_str (mux.video, reordered[__i__].caps);
  for (i = 0; i < 5; i++) {
    GstBuffer *buffer = test_mux_buffer (reordered[__i__].pts_ms[i], 40, 100,
        i == 0 || i == reordered[__i__].second_key);

    if (reordered[__i__].dts_ms[i] != NONE)
      GST_BUFFER_DTS (buffer) = reordered[__i__].dts_ms[i] * GST_MSECOND;
    gst_harness_push (mux.video, buffer);
  }
  test_mux_end (&mux);
  test_mux_check_objects (&mux, reordered[__i__].objects);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A step back is not late for packets that have left: with no preroll it is
 * held at the Send Time. */
GST_START_TEST (test_reordered_without_preroll)
{
  static const gint pts_ms[] = { 0, 120, 40, 80 };
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_NO_CAPS, "preroll",
      (guint64) 0, "packet-size", 500, NULL);
  gst_harness_set_src_caps_str (mux.video, MPEG4);
  for (i = 0; i < 4; i++)
    test_mux_push (mux.video, pts_ms[i], 40, 450, i == 0);
  test_mux_end (&mux);
  test_mux_check_objects (&mux, "1:0* 1:120 1:120 1:120");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* Other codecs with such frames carry the presentation time, which steps back, by
 * a second at most; it is held then.  With a preroll that leaves no slack no
 * frame is too late for its packet. */
GST_START_TEST (test_shown_frames)
{
  static const gint64 pts_ms[] = { 0, 120, 40, 80, 2000, 500, 1960 };
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_NO_CAPS, "preroll",
      G_GUINT64_CONSTANT (100), NULL);
  gst_harness_set_src_caps_str (mux.video, "video/mpeg, mpegversion=4, "
      "systemstream=false, width=320, height=240, framerate=25/1");
  for (i = 0; i < G_N_ELEMENTS (pts_ms); i++) {
    GstBuffer *buffer = test_mux_buffer (pts_ms[i], 40, 100, i == 0);

    GST_BUFFER_DTS (buffer) = MIN (pts_ms[i], i * 40) * GST_MSECOND;
    gst_harness_push (mux.video, buffer);
  }
  test_mux_end (&mux);
  test_mux_check_objects (&mux, "1:0* 1:120 1:40 1:80 1:2000 1:2000 1:1960");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* What FFmpeg takes for no time stamp comes out of gst-libav's encoders. */
GST_START_TEST (test_times_of_libav)
{
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO, NULL, NULL);
  for (i = 0; i < 3; i++) {
    GstBuffer *buffer = test_mux_buffer (-1, 40, 100, i == 0);

    GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) =
        G_GUINT64_CONSTANT (1) << 63;
    gst_harness_push (mux.video, buffer);
  }
  test_mux_end (&mux);
  test_mux_check_objects (&mux, "1:0* 1:40 1:80");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* While the source is not live, a pad holds the rest until it has data, a GAP
 * or EOS; a gap lets the others go on until its end. */
GST_START_TEST (test_gap_goes_on)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO, NULL, NULL);
  test_mux_push (mux.video, 0, 40, 6000, TRUE);
  fail_unless_equals_int (gst_harness_buffers_in_queue (mux.out), 0);
  gst_harness_push_event (mux.audio, gst_event_new_gap (0, GST_SECOND));
  test_mux_push (mux.video, 500, 40, 6000, FALSE);
  test_mux_push (mux.video, 999, 40, 6000, FALSE);
  gst_harness_push_event (mux.video, gst_event_new_eos ());
  test_mux_push (mux.audio, 1000, 50, 400, TRUE);
  gst_harness_push_event (mux.audio, gst_event_new_eos ());
  test_mux_check_objects (&mux, "1:0* 1:500 1:999 2:1000");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* design-muxer.md, Times and rates: PTS is the earliest running time in the
 * packet; DTS is its Send Time, or with a live source the time of its last
 * object. */
static const struct
{
  gboolean is_live;
  gint64 dts_ms[3];
} packet_times[] = {
  {FALSE, {0, 73, 146}},
  {TRUE, {0, 0, 40}},
};

GST_START_TEST (test_packet_times)
{
  static const gint64 pts_ms[] = { 0, 0, 0 };
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_NO_CAPS |
      (packet_times[__i__].is_live ? TEST_MUX_LIVE_SOURCE : 0),
      "packet-size", 1000, NULL);
  gst_harness_push_event (mux.video, gst_event_new_stream_start ("v"));
  gst_harness_set_src_caps_str (mux.video, TEST_VIDEO_CAPS);
  gst_harness_push_event (mux.video,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_BITRATE, 106082, NULL)));
  /* 968 bytes fill a packet and take 73 ms */
  test_mux_push (mux.video, 1000, 40, 2 * 968 + 200, TRUE);
  test_mux_push (mux.video, 1040, 40, 968, FALSE);
  test_mux_end (&mux);
  gst_buffer_unref (test_mux_pull (&mux));
  for (i = 0; i < 3; i++) {
    GstBuffer *buffer = test_mux_pull (&mux);

    fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer),
        (1000 + pts_ms[i]) * GST_MSECOND);
    fail_unless_equals_uint64 (GST_BUFFER_DTS (buffer),
        (1000 + packet_times[__i__].dts_ms[i]) * GST_MSECOND);
    gst_buffer_unref (buffer);
  }
  test_mux_clear (&mux);
}

GST_END_TEST;

typedef struct
{
  guint n_lists;
  gboolean too_long;
} Lists;

static GstPadProbeReturn
look_at_list (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Lists *lists = data;
  GstBufferList *list;
  GstClockTime start, end;

  list = GST_PAD_PROBE_INFO_BUFFER_LIST (info);
  start = GST_BUFFER_DTS (gst_buffer_list_get (list, 0));
  end = GST_BUFFER_DTS (gst_buffer_list_get (list,
          gst_buffer_list_length (list) - 1));
  lists->too_long |= end - start > 20 * GST_MSECOND;
  lists->n_lists++;
  return GST_PAD_PROBE_OK;
}

/* A key frame of 50,000 bytes at 8 Mbit/s takes 50 ms: three lists. */
GST_START_TEST (test_lists)
{
  Lists lists = { 0, };
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, "packet-size", 1000, NULL);
  gst_pad_add_probe (mux.out->sinkpad, GST_PAD_PROBE_TYPE_BUFFER_LIST,
      look_at_list, &lists, NULL);
  gst_harness_push_event (mux.video,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_BITRATE, 8000000, NULL)));
  test_mux_push (mux.video, 0, 40, 50000, TRUE);
  test_mux_end (&mux);
  g_byte_array_unref (test_mux_pull_all (&mux));
  fail_if (lists.too_long);
  fail_unless_equals_int (lists.n_lists, 3);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* LATENCY: max-packet-delay on top of upstream's. */
GST_START_TEST (test_latency)
{
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_LIVE_SOURCE, "streamable",
      TRUE, "max-packet-delay", 300 * GST_MSECOND, NULL);
  gst_harness_set_upstream_latency (mux.audio, 50 * GST_MSECOND);
  fail_unless_equals_uint64 (gst_harness_query_latency (mux.audio),
      350 * GST_MSECOND);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A packet that nothing fills goes when its first object is max-packet-delay
 * old. */
GST_START_TEST (test_packet_delay)
{
  GstBuffer *buffer;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_LIVE_SOURCE, "streamable",
      TRUE, "max-packet-delay", 300 * GST_MSECOND, NULL);
  test_mux_push (mux.audio, 100, 50, 400, TRUE);
  gst_buffer_unref (test_mux_pull (&mux));
  fail_unless (gst_harness_wait_for_clock_id_waits (mux.audio, 1, 10));
  fail_unless_equals_int (gst_harness_buffers_in_queue (mux.audio), 0);
  fail_unless (gst_harness_crank_single_clock_wait (mux.audio));
  buffer = test_mux_pull (&mux);
  fail_unless_equals_uint64 (GST_BUFFER_DTS (buffer), 100 * GST_MSECOND);
  gst_buffer_unref (buffer);
  buffer = NULL;
  fail_unless_equals_uint64 (gst_clock_get_time (GST_ELEMENT_CLOCK
          (mux.audio->element)), 400 * GST_MSECOND);
  test_mux_clear (&mux);
}

GST_END_TEST;

/* With a live source a pad without data does not stop the others: not longer
 * than the latency before the header, upstream's latency after it. */
GST_START_TEST (test_silent_pad)
{
  GstClock *clock;
  TestMux mux;
  guint i;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_LIVE_SOURCE,
      "streamable", TRUE, "packet-size", 1000, NULL);
  clock = GST_ELEMENT_CLOCK (mux.video->element);
  test_mux_push (mux.video, 0, 40, 2000, TRUE);
  fail_unless (gst_harness_crank_single_clock_wait (mux.video));
  fail_unless_equals_uint64 (gst_clock_get_time (clock), GST_SECOND);
  /* the header, two full packets and one whose data is a second old */
  for (i = 0; i < 3; i++)
    gst_buffer_unref (test_mux_pull (&mux));
  fail_unless (gst_harness_crank_single_clock_wait (mux.video));
  fail_unless_equals_uint64 (gst_clock_get_time (clock), GST_SECOND);
  gst_buffer_unref (test_mux_pull (&mux));
  test_mux_push (mux.video, 2000, 40, 2000, FALSE);
  fail_unless (gst_harness_crank_single_clock_wait (mux.video));
  fail_unless_equals_uint64 (gst_clock_get_time (clock), 2 * GST_SECOND);
  for (i = 0; i < 2; i++)
    gst_buffer_unref (test_mux_pull (&mux));
  test_mux_clear (&mux);
}

GST_END_TEST;

static void
pull_into (TestMux * mux, GByteArray * bytes, guint n_buffers)
{
  while (n_buffers-- > 0) {
    GstBuffer *buffer = test_mux_pull (mux);
    guint at = bytes->len;

    g_byte_array_set_size (bytes, at + gst_buffer_get_size (buffer));
    gst_buffer_extract (buffer, 0, bytes->data + at, -1);
    gst_buffer_unref (buffer);
  }
}

/* An object that later packets have overtaken is dropped, with a message. */
GST_START_TEST (test_late_object)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GByteArray) rest = NULL;
  g_autofree gchar *objects = NULL;
  GstMessage *message;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO | TEST_MUX_AUDIO | TEST_MUX_LIVE_SOURCE,
      "streamable", TRUE, "preroll", (guint64) 0, "packet-size", 1000, NULL);
  test_mux_push (mux.video, 0, 40, 2000, TRUE);
  test_mux_push (mux.audio, 0, 40, 400, TRUE);
  pull_into (&mux, bytes, 3);
  test_mux_push (mux.video, 900, 40, 2000, FALSE);
  fail_unless (gst_harness_crank_single_clock_wait (mux.video));
  pull_into (&mux, bytes, 2);
  fail_unless (test_mux_message (&mux, GST_MESSAGE_QOS) == NULL);
  test_mux_push (mux.audio, 100, 40, 400, TRUE);
  test_mux_end (&mux);
  message = gst_bus_timed_pop_filtered (mux.bus, 10 * GST_SECOND,
      GST_MESSAGE_QOS);
  fail_unless (message != NULL);
  gst_message_unref (message);
  rest = test_mux_pull_all (&mux);
  g_byte_array_append (bytes, rest->data, rest->len);
  objects = test_mux_describe (bytes->data, bytes->len);
  fail_unless_equals_string (objects, "1:0* 2:0 1:900");
  test_mux_clear (&mux);
}

GST_END_TEST;

/* A flush does not end the broadcast: what comes next follows in time. */
GST_START_TEST (test_flush)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GByteArray) rest = NULL;
  g_autofree gchar *objects = NULL;
  GstSegment segment;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_VIDEO, NULL, NULL);
  test_mux_push (mux.video, 0, 40, 5000, TRUE);
  pull_into (&mux, bytes, 2);
  gst_harness_push_event (mux.video, gst_event_new_flush_start ());
  gst_harness_push_event (mux.video, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (mux.video, gst_event_new_segment (&segment));
  test_mux_push (mux.video, 7000, 40, 100, TRUE);
  test_mux_end (&mux);
  rest = test_mux_pull_all (&mux);
  g_byte_array_append (bytes, rest->data, rest->len);
  objects = test_mux_describe (bytes->data, bytes->len);
  fail_unless_equals_string (objects, "1:0* 1:40*");
  test_mux_clear (&mux);
}

GST_END_TEST;

static Suite *
asfmuxtimes_suite (void)
{
  Suite *s = suite_create ("asfmuxtimes");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_running_time);
  tcase_add_test (tc, test_negative_times);
  tcase_add_test (tc, test_jump_of_two);
  tcase_add_test (tc, test_short_stream);
  tcase_add_test (tc, test_late_start);
  tcase_add_loop_test (tc, test_time_stamps, 0, G_N_ELEMENTS (rows));
  tcase_add_loop_test (tc, test_reordered_frames, 0, G_N_ELEMENTS (reordered));
  tcase_add_test (tc, test_reordered_without_preroll);
  tcase_add_test (tc, test_shown_frames);
  tcase_add_test (tc, test_times_of_libav);
  tcase_add_test (tc, test_gap_goes_on);
  tcase_add_loop_test (tc, test_packet_times, 0, G_N_ELEMENTS (packet_times));
  tcase_add_test (tc, test_lists);
  tcase_add_test (tc, test_latency);
  tcase_add_test (tc, test_packet_delay);
  tcase_add_test (tc, test_silent_pad);
  tcase_add_test (tc, test_late_object);
  tcase_add_test (tc, test_flush);
  return s;
}

GST_CHECK_MAIN (asfmuxtimes);
