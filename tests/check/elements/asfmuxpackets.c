/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sizes of packets, objects that are not split, and what packets cost. */
#include <string.h>

#include "testasf.h"
#include "testmux.h"

#define WMA(block, bps) "audio/x-wma, wmaversion=2, channels=2, rate=44100, " \
    "bitrate=" bps ", depth=16, block_align=" block ", " \
    "codec_data=(buffer)00880000000000000000"
#define MP3 "audio/mpeg, mpegversion=1, layer=3, channels=2, rate=44100"
#define VIDEO TEST_VIDEO_CAPS

/* Buffers of one input. */
typedef struct
{
  const gchar *caps;
  guint size;
  /* how long each lasts: number of samples at a rate, say */
  guint step, rate;
  guint seconds;
  GstHarness *harness;
} Input;

typedef struct
{
  guint64 media;
  guint64 packets;
  guint packet_size;
  guint split_audio;
} Outcome;

static gpointer
push_input (gpointer data)
{
  Input *input = data;
  guint64 i, time;

  for (i = 0;; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, input->size, NULL);

    time = gst_util_uint64_scale (i * input->step, GST_SECOND, input->rate);
    if (time >= input->seconds * GST_SECOND) {
      gst_buffer_unref (buffer);
      break;
    }
    gst_buffer_memset (buffer, 0, i, -1);
    GST_BUFFER_PTS (buffer) = time;
    GST_BUFFER_DURATION (buffer) = gst_util_uint64_scale ((i + 1) *
        input->step, GST_SECOND, input->rate) - time;
    fail_unless_equals_int (gst_harness_push (input->harness, buffer),
        GST_FLOW_OK);
  }
  fail_unless (gst_harness_push_event (input->harness, gst_event_new_eos ()));
  return NULL;
}

static void
look_at_payload (const AsfHeaderInfo * info, guint number,
    const AsfPacketInfo * packet, const AsfPayload * payload, gpointer user)
{
  Outcome *outcome = user;

  outcome->media += payload->size;
  if (asf_header_find_stream (info, payload->stream_number)->kind ==
      ASF_STREAM_AUDIO && payload->offset > 0)
    outcome->split_audio++;
}

static void
look_at_packets (const GByteArray * bytes, Outcome * outcome)
{
  AsfHeaderInfo info;

  fail_unless (asf_header_read (bytes->data, bytes->len, &info, NULL));
  outcome->packet_size = info.packet_size;
  outcome->packets = info.packet_count;
  test_mux_foreach_payload (bytes->data, bytes->len, look_at_payload, outcome);
}

/* The inputs go into a file, which is clean. */
static void
mux_inputs (Input inputs[2], guint packet_size, Outcome * outcome)
{
  const gboolean is_av = inputs[1].caps != NULL;
  g_autoptr (GByteArray) bytes = NULL;
  gchar *path = test_file_new ();
  GThread *threads[2] = { NULL, NULL };
  TestMux mux;

  memset (outcome, 0, sizeof *outcome);
  test_mux_init (&mux, TEST_MUX_AUDIO | (is_av ? TEST_MUX_VIDEO : 0) |
      TEST_MUX_SEEKABLE | TEST_MUX_NO_CAPS, packet_size ? "packet-size" : NULL,
      packet_size, NULL);
  inputs[0].harness = mux.audio;
  inputs[1].harness = mux.video;
  gst_harness_set_src_caps_str (mux.audio, inputs[0].caps);
  if (is_av) {
    gst_harness_set_src_caps_str (mux.video, inputs[1].caps);
    threads[1] = g_thread_new ("video", push_input, &inputs[1]);
  }
  threads[0] = g_thread_new ("audio", push_input, &inputs[0]);
  g_thread_join (threads[0]);
  if (is_av)
    g_thread_join (threads[1]);
  bytes = test_mux_pull_all (&mux);
  look_at_packets (bytes, outcome);
  test_file_write (path, bytes);
  test_assert_asfcheck (path, FALSE);
  test_file_free (path);
  test_mux_clear (&mux);
}

/* Blocks of Windows Media audio are not split unless they are larger than a
 * packet, and all that is no media is at most @per_mille of the packets. */
static const struct
{
  Input inputs[2];
  guint packet_size;
  guint wanted_size;
  gboolean is_whole;
  guint per_mille;
} rows[] = {
  /* alone: packets that blocks fill; 64 kbit/s at most 4 % */
  {{{WMA ("2973", "64024"), 2973, 2973, 8003}}, 0, 3000, TRUE, 10},
  {{{WMA ("1487", "64024"), 1487, 1487, 8003}}, 0, 4525, TRUE, 20},
  {{{WMA ("743", "128000"), 743, 743, 16000}}, 0, 4573, TRUE, 28},
  {{{WMA ("371", "64000"), 371, 371, 8000}}, 0, 4669, TRUE, 50},
  {{{WMA ("5945", "128016"), 5945, 5945, 16002}}, 0, 5972, TRUE, 6},
  {{{WMA ("17000", "320000"), 17000, 17000, 40000}}, 0, 4800, FALSE, 10},
  /* a size that was set is kept, also the default one */
  {{{WMA ("1487", "64024"), 1487, 1487, 8003}}, 4800, 4800, FALSE, 80},
  {{{WMA ("1487", "64024"), 1487, 1487, 8003}}, 3200, 3200, TRUE, 80},
  /* small objects share payloads: 209, 417 bytes */
  {{{MP3, 209, 1152, 44100}}, 0, 4800, FALSE, 30},
  {{{MP3, 418, 1152, 44100}}, 0, 4800, FALSE, 45},
  {{{WMA ("185", "64000"), 185, 23, 1000}}, 0, 4670, TRUE, 17},
  /* with video: 8 Mbit/s at most 1 % */
  {{{WMA ("743", "128000"), 743, 743, 16000}, {VIDEO, 40000, 1, 25}}, 0,
      8000, TRUE, 6},
  {{{WMA ("743", "128000"), 743, 743, 16000}, {VIDEO, 40000, 1, 25}}, 4800,
      4800, TRUE, 8},
  {{{WMA ("2973", "64024"), 2973, 2973, 8003}, {VIDEO, 40000, 1, 25}}, 4800,
      4800, TRUE, 8},
  {{{WMA ("2973", "64024"), 2973, 2973, 8003}, {VIDEO, 1500, 1, 25}}, 4800,
      4800, TRUE, 20},
  /* video that does not fill the packets of large blocks */
  {{{WMA ("2973", "64024"), 2973, 2973, 8003}, {VIDEO, 60, 1, 25}}, 4800,
      4800, FALSE, 70},
};

GST_START_TEST (test_packets)
{
  Input inputs[2];
  Outcome outcome;
  guint64 size;

  memcpy (inputs, rows[__i__].inputs, sizeof inputs);
  /* what ends a file counts less in a long one */
  inputs[0].seconds = inputs[1].seconds = inputs[1].size > 10000 ? 5 : 60;
  mux_inputs (inputs, rows[__i__].packet_size, &outcome);
  fail_unless_equals_int (outcome.packet_size, rows[__i__].wanted_size);
  if (rows[__i__].is_whole)
    fail_unless_equals_int (outcome.split_audio, 0);
  size = outcome.packets * outcome.packet_size;
  fail_unless ((size - outcome.media) * 1000 <= size * rows[__i__].per_mille,
      "%" G_GUINT64_FORMAT " bytes of packets for %" G_GUINT64_FORMAT
      " of media", size, outcome.media);
}

GST_END_TEST;

static Suite *
asfmuxpackets_suite (void)
{
  Suite *s = suite_create ("asfmuxpackets");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_packets, 0, G_N_ELEMENTS (rows));
  return s;
}

GST_CHECK_MAIN (asfmuxpackets);
