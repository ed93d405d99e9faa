/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "testbytes.h"
#include "testmux.h"

#define PRO_CAPS "audio/x-wma, wmaversion=3, bitrate=38400, depth=16, " \
    "rate=44100, channels=2, block_align=256, " \
    "codec_data=(buffer)1000030000000000000000000000e0000000"
#define BLOCK_SIZE 256

/* Two inputs: pictures, and blocks of WMA Pro that hold @n_frames frames. */
typedef struct
{
  const gchar *name;
  gboolean from_asf;
  gboolean is_live;
  gint64 video[3], audio[3];    /* times in ms, -1 for none */
  gint64 video_ms;              /* duration of the first picture */
  guint n_frames;
  const gchar *expected;
} Case;

static const Case cases[] = {
  /* as asfdemux writes 0, 2000, 4000 beside 200, 300, 400 */
  {"picture", TRUE, FALSE, {0, 1800, 3800}, {0, 100, 200}, 2000, 2,
      "1:0* 2:200 2:300 2:400 1:2000 1:4000"},
  {"no asf", FALSE, FALSE, {0, 1800, 3800}, {0, 100, 200}, 2000, 2,
      "1:0* 2:0 2:100 2:200 1:1800 1:3800"},
  {"live", TRUE, TRUE, {0, 1800, 3800}, {0, 100, 200}, 2000, 2,
      "1:0* 2:0 2:100 2:200 1:1800 1:3800"},
  /* 0, 1950, 3900 beside 2000 */
  {"sound", TRUE, FALSE, {50, 90, 130}, {0, 0, 1950}, 40, 42,
      "2:0 2:1950 1:2000* 1:2040 1:2080 2:3900"},
  {"sound alone", TRUE, FALSE, {-1}, {0, 0, 1950}, 0, 42,
      "1:0 1:1950 1:3900"},
  /* nothing that asfdemux would have moved */
  {"short", TRUE, FALSE, {-1}, {0, 0, 900}, 0, 20, "1:0 1:0 1:900"},
  {"later", TRUE, FALSE, {-1}, {20, 20, 1970}, 0, 42, "1:0 1:0 1:1950"},
  {"long", TRUE, FALSE, {0, 3000, 6000}, {0, 100, 200}, 2000, 2,
      "1:0* 2:0 2:100 2:200 1:3000 1:6000"},
  {"average", TRUE, FALSE, {0, 30, 60}, {0, 100, 200}, 40, 2,
      "1:0* 2:0 1:30 1:60 2:100 2:200"},
  {"one", TRUE, FALSE, {-1}, {0, -1}, 0, 42, "1:0"},
};

typedef struct
{
  const Case *c;
  GstHarness *input;
  gboolean is_video;
} Stream;

/* A block of @n frames of 20 bits; each begins with its length in 12 bits and
 * ends with a bit that is set when another one follows. */
static GstBuffer *
new_block (guint n)
{
  guint8 *block = g_malloc0 (BLOCK_SIZE);
  guint pos = 4 + 2 + 12;
  guint i, k;

  for (i = 0; i < n; i++, pos += 20) {
    for (k = 0; k < 12; k++) {
      if (20 >> (11 - k) & 1)
        block[(pos + k) / 8] |= 0x80 >> (pos + k) % 8;
    }
    if (i + 1 < n)
      block[(pos + 19) / 8] |= 0x80 >> (pos + 19) % 8;
  }
  return gst_buffer_new_wrapped (block, BLOCK_SIZE);
}

static void
push_tags (GstHarness * input)
{
  GstTagList *tags = gst_tag_list_new (GST_TAG_CONTAINER_FORMAT, "ASF", NULL);

  gst_tag_list_set_scope (tags, GST_TAG_SCOPE_GLOBAL);
  fail_unless (gst_harness_push_event (input, gst_event_new_tag (tags)));
}

static gpointer
push_stream (gpointer data)
{
  Stream *stream = data;
  const Case *c = stream->c;
  const gint64 *times = stream->is_video ? c->video : c->audio;
  guint i;

  if (c->from_asf)
    push_tags (stream->input);
  for (i = 0; i < 3 && times[i] >= 0; i++) {
    GstBuffer *buffer = stream->is_video ?
        test_mux_buffer (times[i], c->video_ms, 100, i == 0) :
        new_block (c->n_frames);

    GST_BUFFER_PTS (buffer) = times[i] * GST_MSECOND;
    fail_unless_equals_int (gst_harness_push (stream->input, buffer),
        GST_FLOW_OK);
  }
  fail_unless (gst_harness_push_event (stream->input, gst_event_new_eos ()));
  return NULL;
}

/* Where the first object is put, and that everything else moves with it. */
GST_START_TEST (test_first_object)
{
  const Case *c = &cases[__i__];
  gboolean has_video = c->video[0] >= 0;
  Stream video = { c, NULL, TRUE };
  Stream audio = { c, NULL, FALSE };
  GThread *thread = NULL;
  GByteArray *bytes;
  gchar *times;
  TestMux mux;

  test_mux_init (&mux, TEST_MUX_AUDIO | TEST_MUX_SEEKABLE | TEST_MUX_NO_CAPS |
      (has_video ? TEST_MUX_VIDEO : 0) | (c->is_live ? TEST_MUX_LIVE_SOURCE :
          0), NULL, NULL);
  audio.input = mux.audio;
  video.input = mux.video;
  gst_harness_set_src_caps_str (mux.audio, PRO_CAPS);
  if (has_video) {
    gst_harness_set_src_caps_str (mux.video, TEST_VIDEO_CAPS);
    thread = g_thread_new ("video", push_stream, &video);
  }
  push_stream (&audio);
  if (thread != NULL)
    g_thread_join (thread);
  bytes = test_mux_pull_all (&mux);
  times = test_mux_describe (bytes->data, bytes->len);
  fail_unless (g_str_equal (times, c->expected), "%s: %s, not %s", c->name,
      times, c->expected);
  g_free (times);
  g_byte_array_unref (bytes);
  test_mux_clear (&mux);
}

GST_END_TEST;

static Suite *
asfmuxorigin_suite (void)
{
  Suite *s = suite_create ("asfmuxorigin");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_loop_test (tc, test_first_object, 0, G_N_ELEMENTS (cases));
  return s;
}

GST_CHECK_MAIN (asfmuxorigin);
