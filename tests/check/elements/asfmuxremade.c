/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <glib/gstdio.h>

#include "testmux.h"
#include "testtrack.h"

/* FFmpeg's ASF files of every codec that its muxer and asfdemux both know go
 * through asfdemux and asfmux, and say the same as before. */

#define PICTURES "-f lavfi -i testsrc=size=192x144:rate=25:duration=0.4 -bf 0 "
#define TONE "-f lavfi -i sine=frequency=440:duration=0.5:sample_rate=44100 " \
    "-ac 2 "
#define VOICE "-f lavfi -i sine=frequency=440:duration=0.5:sample_rate=8000 " \
    "-ac 1 "

static const struct
{
  const gchar *arguments;       /* for ffmpeg */
  const gchar *parser;          /* what asfdemux's caps lack */
} rows[] = {
  {PICTURES "-c:v wmv1"},
  {PICTURES "-c:v wmv2"},
  {PICTURES "-c:v msmpeg4v2"},
  {PICTURES "-c:v msmpeg4"},
  {PICTURES "-c:v mpeg4"},
  {PICTURES "-c:v libxvid"},
  {PICTURES "-c:v libx264"},
  {PICTURES "-c:v libx264 -bsf:v h264_metadata=aud=insert"},
  {PICTURES "-c:v mpeg1video"},
  {PICTURES "-c:v mpeg2video"},
  {PICTURES "-c:v mjpeg -pix_fmt yuvj420p"},
  {PICTURES "-s 176x144 -c:v h263"},
  {PICTURES "-c:v h263p"},
  {PICTURES "-c:v libvpx"},
  {PICTURES "-c:v libtheora"},
  {PICTURES "-s 720x576 -pix_fmt yuv420p -c:v dvvideo"},
  {PICTURES "-c:v huffyuv"},
  {PICTURES "-c:v ffv1"},
  {PICTURES "-c:v cinepak"},
  {PICTURES "-c:v msvideo1"},
  {PICTURES "-c:v png"},
  {PICTURES "-c:v flv"},
  {PICTURES "-c:v asv1"},
  {PICTURES "-c:v asv2"},
  {PICTURES "-c:v zmbv"},
  {PICTURES "-c:v zlib"},
  {PICTURES "-c:v cfhd"},
  {PICTURES "-c:v cljr"},
  {PICTURES "-c:v v210"},
  {PICTURES "-c:v r210"},
  /* asfdemux does not know it, and leaves out the size */
  {PICTURES "-c:v libvpx-vp9 -b:v 300k", "! capssetter "
        "caps=video/x-asf-unknown,width=192,height=144"},
  {PICTURES "-c:v rawvideo -pix_fmt gray"},
  {PICTURES "-c:v rawvideo -pix_fmt uyvy422"},
  {PICTURES "-c:v rawvideo -pix_fmt yuyv422"},
  {PICTURES "-c:v rawvideo -pix_fmt yuv420p"},
  {TONE "-c:a wmav1"},
  {TONE "-c:a wmav2"},
  {TONE "-c:a libmp3lame"},
  {TONE "-c:a mp2"},
  {TONE "-c:a aac"},
  {TONE "-c:a ac3"},
  {TONE "-c:a dca -strict -2 -ar 48000", "! dcaparse"},
  {TONE "-c:a pcm_u8"},
  {TONE "-c:a pcm_s16le"},
  {TONE "-c:a pcm_s24le"},
  {TONE "-c:a pcm_s32le"},
  {TONE "-c:a pcm_f32le"},
  {TONE "-c:a pcm_f64le"},
  {TONE "-c:a pcm_alaw"},
  {TONE "-c:a pcm_mulaw"},
  {TONE "-c:a adpcm_ms"},
  {TONE "-c:a adpcm_ima_wav"},
  {TONE "-ac 1 -ar 16000 -c:a g722"},
  {VOICE "-c:a g726"},
  {VOICE "-c:a libgsm_ms"},
};

/* Returns: FALSE after a SKIP line, where FFmpeg has no such encoder. */
static gboolean
make_file (const gchar * arguments, const gchar * path)
{
  g_autofree gchar *line =
      g_strdup_printf ("ffmpeg -nostdin -v fatal -y %s %s", arguments, path);
  g_autofree gchar *tool = g_find_program_in_path ("ffmpeg");
  g_autofree gchar *text = NULL;
  g_auto (GStrv) argv = NULL;
  GStatBuf status;

  if (tool != NULL) {
    fail_unless (g_shell_parse_argv (line, NULL, &argv, NULL));
    text = test_run_command ((const gchar * const *) argv, NULL);
  }
  if (tool != NULL && g_stat (path, &status) == 0 && status.st_size > 0)
    return TRUE;
  g_print ("SKIP: no ffmpeg %s here: %s\n", arguments, text ? text : "");
  return FALSE;
}

/* Square pixels go without saying, and ours has the frame rate as well. */
static GstCaps *
what_counts (const GstCaps * caps)
{
  GstCaps *copy = gst_caps_copy (caps);
  GstStructure *s = gst_caps_get_structure (copy, 0);
  gint n, d;

  gst_structure_remove_field (s, "framerate");
  if (gst_structure_get_fraction (s, "pixel-aspect-ratio", &n, &d) && n == d)
    gst_structure_remove_field (s, "pixel-aspect-ratio");
  return copy;
}

static void
assert_same_caps (const GstCaps * before, const GstCaps * after)
{
  GstCaps *x = what_counts (before);
  GstCaps *y = what_counts (after);
  g_autofree gchar *a = gst_caps_to_string (x);
  g_autofree gchar *b = gst_caps_to_string (y);

  fail_unless (gst_caps_is_equal (x, y), "%s\nbecame\n%s", a, b);
  gst_caps_unref (x);
  gst_caps_unref (y);
}

GST_START_TEST (test_remade)
{
  const gchar *parser = rows[__i__].parser;
  g_autofree gchar *path = test_file_new ();
  g_autofree gchar *copy = test_file_new ();
  gchar *name[2] = { NULL };
  gchar *codec_data[2] = { NULL };
  gchar *objects[2] = { NULL };
  TestTrack *before, *after;
  guint i;

  if (!make_file (rows[__i__].arguments, path))
    return;
  test_run_pipeline ("filesrc location=%s ! asfdemux %s ! asfmux ! "
      "filesink location=%s", path, parser ? parser : "", copy);
  test_assert_asfcheck (copy, FALSE);

  before = test_track_demux (path);
  after = test_track_demux (copy);
  assert_same_caps (before->caps, after->caps);
  test_assert_same_objects ("asfdemux", before->objects->str,
      after->objects->str);
  objects[0] = test_track_ffprobe (path, &name[0], &codec_data[0]);
  objects[1] = test_track_ffprobe (copy, &name[1], &codec_data[1]);
  test_assert_same_objects ("FFmpeg", objects[0], objects[1]);
  fail_unless_equals_string (name[0], name[1]);
  fail_unless_equals_string (codec_data[0], codec_data[1]);
  test_assert_ffmpeg (copy, FALSE);

  for (i = 0; i < 2; i++) {
    g_free (name[i]);
    g_free (codec_data[i]);
    g_free (objects[i]);
  }
  test_track_free (before);
  test_track_free (after);
  g_unlink (path);
  g_unlink (copy);
}

GST_END_TEST;

static Suite *
asfmuxremade_suite (void)
{
  Suite *s = suite_create ("asfmuxremade");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc, test_remade, 0, G_N_ELEMENTS (rows));
  return s;
}

GST_CHECK_MAIN (asfmuxremade);
